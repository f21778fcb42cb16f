/*
 * The errors that Lightsail and the layer in front of it answer with, and the forms in which they
 * have been seen (Lightsail API Reference; botocore's parsers.py). Constant tables: any thread.
 */
#ifndef KS_EMULATOR_ERRORS_H
#define KS_EMULATOR_ERRORS_H

#include <stdbool.h>

#include "core/base/buf.h"
#include "core/emulator/reply.h"

enum ks_emu_error {
	KS_EMU_OK,
	/* Modelled: each operation declares which of these it may answer. */
	KS_EMU_ACCESS_DENIED,
	KS_EMU_ACCOUNT_SETUP,
	KS_EMU_INVALID_INPUT,
	KS_EMU_NOT_FOUND,
	KS_EMU_OPERATION_FAILURE,
	KS_EMU_REGION_SETUP,
	KS_EMU_SERVICE,
	KS_EMU_UNAUTHENTICATED,
	/* Of the layer in front: any operation. */
	KS_EMU_EXPIRED_TOKEN,
	KS_EMU_INCOMPLETE_SIGNATURE,
	KS_EMU_INTERNAL_FAILURE,
	KS_EMU_INVALID_SIGNATURE,
	KS_EMU_MALFORMED_HTTP,
	KS_EMU_MISSING_TOKEN,
	KS_EMU_SERIALIZATION,
	KS_EMU_THROTTLING,
	KS_EMU_TOO_LARGE,
	KS_EMU_UNAVAILABLE,
	KS_EMU_UNKNOWN_OPERATION,
	KS_EMU_UNRECOGNIZED_CLIENT,
	KS_EMU_ERROR_COUNT,
};

/* Bits of the sets that operations declare. */
#define KS_EMU_ERROR_BIT(error) (1u << (error))
#define KS_EMU_IS_MODELLED(error) \
	((error) >= KS_EMU_ACCESS_DENIED && (error) <= KS_EMU_UNAUTHENTICATED)

/* How an error is written. */
struct ks_emu_error_form {
	const char *name;
	const char *help;
	const char *type_before; /* around the type in __type; NULL: no __type */
	const char *type_after;
	const char *message; /* the message's member */
	bool full;           /* with code, docs and tip */
	bool header;         /* x-amzn-errortype too */
	bool all_400;        /* modelled client errors have status 400 */
	const char *text;    /* instead of JSON */
};

/* NULL when there is no such form. */
const struct ks_emu_error_form *ks_emu_error_form_find(const char *name);
/* A line per form. */
void ks_emu_error_form_list(struct ks_buf *buf);

/* What it says where whoever answers with it has no words of its own. */
const char *ks_emu_error_sentence(enum ks_emu_error error);

/* Makes reply that error. code is the finer reason beside the type, "DoesNotExist"; NULL: none. */
void ks_emu_error_write(struct ks_emu_reply *reply, const struct ks_emu_error_form *form,
    enum ks_emu_error error, const char *code, const char *message);

/* Makes reply what a load balancer says when nobody is behind it. */
void ks_emu_error_write_html_503(struct ks_emu_reply *reply);

#endif
