/*
 * A reply before it is sent: status, headers, body, and how it is to be delivered. One thread.
 */
#ifndef KS_EMULATOR_REPLY_H
#define KS_EMULATOR_REPLY_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"

#define KS_EMU_REPLY_MAX (64u * 1024 * 1024)

/* Bytes that replies and the bucket share. */
struct ks_emu_blob {
	size_t refs;
	size_t len;
	char data[];
};

struct ks_emu_blob *ks_emu_blob_new(const void *data, size_t len);
struct ks_emu_blob *ks_emu_blob_ref(struct ks_emu_blob *blob);
/* NULL is fine. */
void ks_emu_blob_unref(struct ks_emu_blob *blob);

/* What becomes of a finished reply on its way out. */
enum ks_emu_delivery {
	KS_EMU_DELIVER_WHOLE,
	KS_EMU_DELIVER_NOTHING,   /* the connection is reset instead */
	KS_EMU_DELIVER_HALF,      /* the connection ends in the middle of the body */
	KS_EMU_DELIVER_TRUNCATED, /* a whole reply whose body is half of what it should be */
	KS_EMU_DELIVER_MALFORMED, /* a whole reply whose body is no JSON (or XML) */
	KS_EMU_DELIVER_EMPTY,     /* a whole reply without a body */
	KS_EMU_DELIVER_HUGE,      /* the body is followed by 64 MiB of blanks */
};

struct ks_emu_reply_header {
	const char *name; /* a constant, or owned when it is metadata: see owned_name */
	char *owned_name;
	char *value;
};

struct ks_emu_reply {
	unsigned status;
	struct ks_emu_reply_header *headers;
	size_t header_count;
	size_t header_cap;
	struct ks_buf body;
	/* Instead of body: a part of a blob. */
	struct ks_emu_blob *blob;
	size_t blob_offset;
	size_t blob_len;
	/* How it is delivered. */
	enum ks_emu_delivery delivery;
	int64_t delay_ms;  /* until the first byte */
	int64_t spread_ms; /* the body takes so long */
	int64_t date;      /* wall ms, for the Date header */
};

void ks_emu_reply_init(struct ks_emu_reply *reply);
void ks_emu_reply_free(struct ks_emu_reply *reply);
/* Forgets status, headers and body, so that an error can take their place; delivery stays. */
void ks_emu_reply_reset(struct ks_emu_reply *reply);

/* name is a constant; the value is copied. */
void ks_emu_reply_add_header(struct ks_emu_reply *reply, const char *name, const char *value);
/* The same with the name copied. */
void ks_emu_reply_add_metadata(struct ks_emu_reply *reply, const char *name, const char *value);
/* The value, NULL if there is no such header. */
const char *ks_emu_reply_header(const struct ks_emu_reply *reply, const char *name);

/* Does to the body what the delivery says, where that is a matter of bytes. */
void ks_emu_reply_spoil(struct ks_emu_reply *reply);

#endif
