#include "core/lightsail/calls.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/lightsail/decode.h"
#include "core/lightsail/shape.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
/* What a secret may look like: the model says only "not empty". */
#define SECRET_MAX 128

/* ---- what the replies hold ---- */

#define REPLY_LIST(wire, field, list_shape)                                                       \
	{                                                                                         \
		.name = wire, .kind = KS_MEMBER_LIST, .offset = offsetof(struct ks_reply, field), \
		.count_offset = offsetof(struct ks_reply, n_##field), .shape = &(list_shape)      \
	}
#define REPLY_ONE(wire, field, one_shape)                                                        \
	{                                                                                        \
		.name = wire, .kind = KS_MEMBER_ONE, .offset = offsetof(struct ks_reply, field), \
		.count_offset = offsetof(struct ks_reply, n_##field), .shape = &(one_shape)      \
	}
#define REPLY_TOKEN                                                  \
	{                                                            \
		.name = "nextPageToken", .kind = KS_MEMBER_TOKEN,    \
		.offset = offsetof(struct ks_reply, next_page_token) \
	}

static const struct ks_member regions_reply[] = {
    REPLY_LIST("regions", regions, ks_shape_region),
};
static const struct ks_member buckets_reply[] = {
    REPLY_LIST("buckets", buckets, ks_shape_bucket),
    REPLY_TOKEN,
};
static const struct ks_member keys_reply[] = {
    REPLY_LIST("accessKeys", keys, ks_shape_access_key),
};
static const struct ks_member created_reply[] = {
    REPLY_ONE("accessKey", keys, ks_shape_access_key),
    REPLY_LIST("operations", operations, ks_shape_operation),
};
static const struct ks_member deleted_reply[] = {
    REPLY_LIST("operations", operations, ks_shape_operation),
};
static const struct ks_member operation_reply[] = {
    REPLY_ONE("operation", operations, ks_shape_operation),
};
static const struct ks_member operations_reply[] = {
    REPLY_LIST("operations", operations, ks_shape_operation),
    REPLY_TOKEN,
};
/* All of the above: what a reply may own. */
static const struct ks_member any_reply[] = {
    REPLY_LIST("regions", regions, ks_shape_region),
    REPLY_LIST("buckets", buckets, ks_shape_bucket),
    REPLY_LIST("accessKeys", keys, ks_shape_access_key),
    REPLY_LIST("operations", operations, ks_shape_operation),
    REPLY_TOKEN,
};
static const struct ks_shape any_reply_shape = {
    .size = sizeof(struct ks_reply), .members = any_reply, .n_members = COUNT(any_reply)};

/* ---- what the requests hold ---- */

static bool is_printable(const char *text, size_t max)
{
	size_t len = 0;

	for (; text[len] != '\0'; len++)
		if (len == max || text[len] < 0x21 || text[len] > 0x7E)
			return false;
	return len > 0;
}

static bool is_id(const char *text)
{
	return is_printable(text, 128);
}

static bool is_page_token(const char *text)
{
	return text[0] != '\0' && strlen(text) <= (size_t)64 * 1024;
}

bool ks_bucket_name_is_valid(const char *name)
{
	size_t len = strlen(name);

	if (len < 3 || len > 54 || name[0] == '-' || name[len - 1] == '-')
		return false;
	return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

/* One text member of a request. */
struct input_row {
	const char *name; /* on the wire; NULL ends the list */
	size_t offset;
	bool needed;
	bool (*is_valid)(const char *text);
	const char *what; /* for people */
};

#define INPUT(wire, field, is_needed, check, words)                            \
	{                                                                      \
		.name = wire, .offset = offsetof(struct ks_call_input, field), \
		.needed = is_needed, .is_valid = check, .what = words          \
	}
#define NEED_BUCKET    INPUT("bucketName", bucket, true, ks_bucket_name_is_valid, "bucket name")
#define NEED_KEY       INPUT("accessKeyId", key_id, true, is_id, "access key ID")
#define NEED_OPERATION INPUT("operationId", operation_id, true, is_id, "operation ID")
#define NEED_RESOURCE  INPUT("resourceName", bucket, true, ks_bucket_name_is_valid, "bucket name")
#define MAY_BUCKET     INPUT("bucketName", bucket, false, ks_bucket_name_is_valid, "bucket name")
#define MAY_PAGE       INPUT("pageToken", page_token, false, is_page_token, "page token")

#define INPUTS 3

struct call_row {
	struct ks_call call;
	struct input_row inputs[INPUTS];
	bool may_connected; /* takes includeConnectedResources */
	const struct ks_member *reply;
	size_t n_reply;
};

#define REPLY(table) .reply = (table), .n_reply = COUNT(table)

static const struct call_row rows[KS_OP_COUNT] = {
    [KS_OP_GET_REGIONS] = {.call = {.name = "GetRegions"}, REPLY(regions_reply)},
    [KS_OP_GET_BUCKETS] = {.call = {.name = "GetBuckets"},
	.inputs = {MAY_BUCKET, MAY_PAGE},
	.may_connected = true,
	REPLY(buckets_reply)},
    [KS_OP_GET_BUCKET_ACCESS_KEYS] = {.call = {.name = "GetBucketAccessKeys"},
	.inputs = {NEED_BUCKET},
	REPLY(keys_reply)},
    [KS_OP_CREATE_BUCKET_ACCESS_KEY] = {.call = {.name = "CreateBucketAccessKey",
					    .changes = true,
					    .once = true},
	.inputs = {NEED_BUCKET},
	REPLY(created_reply)},
    [KS_OP_DELETE_BUCKET_ACCESS_KEY] = {.call = {.name = "DeleteBucketAccessKey",
					    .changes = true,
					    .gone_is_done = true},
	.inputs = {NEED_BUCKET, NEED_KEY},
	REPLY(deleted_reply)},
    [KS_OP_GET_OPERATION] = {.call = {.name = "GetOperation"},
	.inputs = {NEED_OPERATION},
	REPLY(operation_reply)},
    [KS_OP_GET_OPERATIONS] = {.call = {.name = "GetOperations"},
	.inputs = {MAY_PAGE},
	REPLY(operations_reply)},
    [KS_OP_GET_OPERATIONS_FOR_RESOURCE] = {.call = {.name = "GetOperationsForResource"},
	.inputs = {NEED_RESOURCE, MAY_PAGE},
	REPLY(operations_reply)},
};

const struct ks_call *ks_call(enum ks_op op)
{
	return &rows[op].call;
}

static char *dup_or_null(const char *text)
{
	return text != NULL ? ks_strdup(text) : NULL;
}

void ks_call_input_copy(struct ks_call_input *dst, const struct ks_call_input *src)
{
	dst->bucket = dup_or_null(src->bucket);
	dst->key_id = dup_or_null(src->key_id);
	dst->operation_id = dup_or_null(src->operation_id);
	dst->page_token = dup_or_null(src->page_token);
	dst->connected_resources = src->connected_resources;
}

void ks_call_input_free(struct ks_call_input *input)
{
	free(input->bucket);
	free(input->key_id);
	free(input->operation_id);
	free(input->page_token);
	memset(input, 0, sizeof *input);
}

void ks_reply_free(struct ks_reply *reply)
{
	if (reply == NULL)
		return;
	ks_secret_free(reply->secret);
	ks_shape_clear(&any_reply_shape, reply);
}

/* ---- bodies ---- */

static void add_json_text(struct ks_buf *body, const char *text)
{
	ks_buf_puts(body, "\"");
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			ks_buf_printf(body, "\\%c", *text);
		else if ((unsigned char)*text < 0x20)
			ks_buf_printf(body, "\\u%04x", (unsigned)(unsigned char)*text);
		else
			ks_buf_add(body, text, 1);
	}
	ks_buf_puts(body, "\"");
}

static bool add_input(const struct input_row *row, const struct ks_call_input *input,
    struct ks_buf *body, struct ks_err *err)
{
	const char *text = *(char *const *)((const char *)input + row->offset);

	if (text == NULL && !row->needed)
		return true;
	if (text == NULL)
		return ks_err_set(err, KS_ERR_REFUSED, "This needs a %s", row->what);
	if (!row->is_valid(text))
		return ks_err_set(
		    err, KS_ERR_REFUSED, "\"%.60s\" is not a valid %s", text, row->what);
	ks_buf_puts(body, body->len > 1 ? ",\"" : "\"");
	ks_buf_puts(body, row->name);
	ks_buf_puts(body, "\":");
	add_json_text(body, text);
	return true;
}

bool ks_call_body(
    enum ks_op op, const struct ks_call_input *input, struct ks_buf *body, struct ks_err *err)
{
	const struct call_row *row = &rows[op];

	ks_buf_reset(body);
	ks_buf_puts(body, "{");
	for (size_t i = 0; i < INPUTS && row->inputs[i].name != NULL; i++)
		if (!add_input(&row->inputs[i], input, body, err))
			return false;
	if (row->may_connected && input->connected_resources)
		ks_buf_printf(
		    body, "%s\"includeConnectedResources\":true", body->len > 1 ? "," : "");
	ks_buf_puts(body, "}");
	if (body->overflow)
		return ks_err_set(err, KS_ERR_REFUSED, "The request is too large");
	return true;
}

/* ---- replies ---- */

/* Straight from the tree, which wipes itself, into the secure heap. */
static void take_secret(const cJSON *json, struct ks_reply *reply)
{
	const char *secret = ks_json_text(ks_json_member(json, "accessKey"), "secretAccessKey");

	if (secret == NULL || !is_printable(secret, SECRET_MAX))
		ks_err_set(&reply->secret_err, KS_ERR_REPLY,
		    "The key was made, but its reply has no usable secret");
	else
		reply->secret = ks_secret_new(secret, strlen(secret), &reply->secret_err);
}

/*
 * A created key is read tolerantly: a time in a strange form must not cost the user a secret that
 * is never shown again. Only a key without an ID is no answer at all.
 */
static bool decode_created(
    const struct ks_shape *shape, const cJSON *json, struct ks_reply *reply, struct ks_err *err)
{
	ks_decode_object(shape, json, true, reply, err);
	if (reply->n_keys != 1 || ks_str_raw(&reply->keys[0].id)[0] == '\0') {
		ks_reply_free(reply);
		return ks_err_set(err, KS_ERR_REPLY, "The reply does not say which key was made");
	}
	take_secret(json, reply);
	return true;
}

bool ks_call_decode(
    enum ks_op op, const char *body, size_t len, struct ks_reply *reply, struct ks_err *err)
{
	struct ks_shape shape = {
	    .size = sizeof *reply, .members = rows[op].reply, .n_members = rows[op].n_reply};
	cJSON *json = ks_decode_parse(body, len, err);
	bool ok;

	ks_shape_init(&any_reply_shape, reply);
	if (json == NULL)
		return false;
	if (op == KS_OP_CREATE_BUCKET_ACCESS_KEY)
		ok = decode_created(&shape, json, reply, err);
	else
		ok = ks_decode_object(&shape, json, false, reply, err);
	cJSON_Delete(json);
	return ok;
}
