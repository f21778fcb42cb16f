/*
 * The calls of the Lightsail API that keysail makes: one table row each. A row knows the call's
 * name, which inputs it sends, how its reply is read, and what may be done with it when something
 * goes wrong. Pure: no I/O, any thread.
 */
#ifndef KS_LIGHTSAIL_CALLS_H
#define KS_LIGHTSAIL_CALLS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/secret.h"
#include "core/lightsail/model.h"

#define KS_LIGHTSAIL_TARGET_PREFIX "Lightsail_20161128."
#define KS_LIGHTSAIL_CONTENT_TYPE  "application/x-amz-json-1.1"
#define KS_LIGHTSAIL_SERVICE       "lightsail"
/* A page of operations is under 200 KB. */
#define KS_LIGHTSAIL_REPLY_MAX ((size_t)4 * 1024 * 1024)

enum ks_op {
	KS_OP_GET_REGIONS,
	KS_OP_GET_BUCKETS,
	KS_OP_GET_BUCKET_ACCESS_KEYS,
	KS_OP_CREATE_BUCKET_ACCESS_KEY,
	KS_OP_DELETE_BUCKET_ACCESS_KEY,
	KS_OP_GET_OPERATION,
	KS_OP_GET_OPERATIONS,
	KS_OP_GET_OPERATIONS_FOR_RESOURCE,
	KS_OP_COUNT
};

struct ks_call {
	const char *name;  /* the X-Amz-Target after the prefix */
	bool changes;      /* it changes something: refused when read-only, never cancelled */
	bool once;         /* never sent twice once a byte may have arrived */
	bool gone_is_done; /* a not-found answer means that what was wanted is so */
};

/* The inputs, raw; NULL (or false) is left out of the body. Owned by the struct. */
struct ks_call_input {
	char *bucket; /* bucketName, or resourceName for operations of a resource */
	char *key_id;
	char *operation_id;
	char *page_token;
	bool connected_resources; /* includeConnectedResources */
};

/* A decoded reply; only the members that the call answers with are filled. Owns everything. */
struct ks_reply {
	struct ks_region *regions;
	size_t n_regions;
	struct ks_bucket *buckets;
	size_t n_buckets;
	struct ks_access_key *keys; /* of CreateBucketAccessKey: the one that was made */
	size_t n_keys;
	struct ks_operation *operations;
	size_t n_operations;
	char *next_page_token;    /* NULL: that was the last page */
	struct ks_secret *secret; /* CreateBucketAccessKey only */
	struct ks_err secret_err; /* why there is no secret although a key was made */
};

const struct ks_call *ks_call(enum ks_op op);

/* A deep copy over *dst, whatever was there. */
void ks_call_input_copy(struct ks_call_input *dst, const struct ks_call_input *src);
/* These free (and wipe) what the struct owns, not the struct; it is empty then. */
void ks_call_input_free(struct ks_call_input *input);
void ks_reply_free(struct ks_reply *reply);

/*
 * The JSON body, over whatever body held; false with KS_ERR_REFUSED when a needed input is missing
 * or not what the API model allows.
 */
bool ks_call_body(
    enum ks_op op, const struct ks_call_input *input, struct ks_buf *body, struct ks_err *err);

/*
 * Reads a good reply's body into *reply, whatever was there. False with KS_ERR_REPLY and an empty
 * *reply when it isn't JSON or a member has the wrong type (the message names it). A created key
 * whose secret could not be kept is still a success, with secret NULL and secret_err filled; so is
 * one whose other members can't be read. The body is not kept; the caller wipes it.
 */
bool ks_call_decode(
    enum ks_op op, const char *body, size_t len, struct ks_reply *reply, struct ks_err *err);

/*
 * Reads an error reply in each form that AWS JSON 1.1 services have: type from __type, else the
 * x-amzn-errortype header (may be NULL), else code; sub-code, message, tip. Always fills err with
 * KS_ERR_SERVICE (or KS_ERR_REPLY when nothing could be read, with the status as code).
 */
void ks_call_decode_error(int http_status, const char *errortype_header, const char *body,
    size_t len, struct ks_err *err);

/* The API's pattern for bucket names. */
bool ks_bucket_name_is_valid(const char *name);

#endif
