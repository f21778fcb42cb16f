/*
 * The Lightsail API: one table of operations with their inputs and declared errors, and what every
 * call goes through. The handlers are in lightsail_read.c and lightsail_change.c.
 */
#ifndef KS_EMULATOR_LIGHTSAIL_H
#define KS_EMULATOR_LIGHTSAIL_H

#include <stdbool.h>
#include <stddef.h>

#include <cjson/cJSON.h>

#include "core/emulator/json_out.h"
#include "core/emulator/service.h"

/* What one member of an input must be. */
struct ks_emu_input {
	const char *name;
	enum { KS_EMU_STRING, KS_EMU_BOOLEAN, KS_EMU_TAGS } type;
	bool required;
	bool (*good)(const char *text); /* of a string; NULL: any */
	const char *rule;               /* the same in words */
};

struct ks_emu_call;

struct ks_emu_lightsail_op {
	const char *name;
	/* Does the work and writes the members of the answer; false when it called fail. */
	bool (*run)(struct ks_emu_call *call);
	unsigned errors; /* bits of enum ks_emu_error: those that the operation declares */
	const struct ks_emu_input *inputs; /* ends with a row without a name */
};

/* One call on its way through. */
struct ks_emu_call {
	struct ks_emu_service *service;
	struct ks_emu_world *world; /* the service's */
	const struct ks_emu_request *request;
	struct ks_emu_reply *reply;
	const struct ks_emu_lightsail_op *op;
	struct ks_emu_plan plan;
	size_t region;
	cJSON *input;
	struct ks_emu_json json; /* the answer's one object, begun */
};

void ks_emu_lightsail_answer(struct ks_emu_service *service, const struct ks_emu_request *request,
    struct ks_emu_reply *reply);
/* NULL when there is none. */
const struct ks_emu_lightsail_op *ks_emu_lightsail_op_find(const char *name);

/* Makes the reply an error; code is Lightsail's finer reason or NULL. Returns false. */
bool ks_emu_call_fail(struct ks_emu_call *call, enum ks_emu_error error, const char *code,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Reads the body and checks it against the operation's inputs. False when it called fail. */
bool ks_emu_call_read_input(struct ks_emu_call *call);
/* A member of the input that was checked; NULL when absent. Owned by the call. */
const char *ks_emu_call_string(const struct ks_emu_call *call, const char *name);
/* False when absent. */
bool ks_emu_call_true(const struct ks_emu_call *call, const char *name);

/* Checks who asks. False when it called fail. Fills call->region. */
bool ks_emu_call_authenticate(struct ks_emu_call *call);

/* The bucket that the input's bucketName names in this region; NULL when it called fail. */
struct ks_emu_bucket *ks_emu_call_bucket(struct ks_emu_call *call);

/* ---- the handlers ---- */

bool ks_emu_get_regions(struct ks_emu_call *call);
bool ks_emu_get_buckets(struct ks_emu_call *call);
bool ks_emu_get_bucket_bundles(struct ks_emu_call *call);
bool ks_emu_get_bucket_access_keys(struct ks_emu_call *call);
bool ks_emu_get_operation(struct ks_emu_call *call);
bool ks_emu_get_operations(struct ks_emu_call *call);
bool ks_emu_get_operations_for_resource(struct ks_emu_call *call);
bool ks_emu_create_bucket(struct ks_emu_call *call);
bool ks_emu_delete_bucket(struct ks_emu_call *call);
bool ks_emu_create_bucket_access_key(struct ks_emu_call *call);
bool ks_emu_delete_bucket_access_key(struct ks_emu_call *call);

#endif
