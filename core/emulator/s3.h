/*
 * A small S3: one table of operations, and what every request goes through. Bucket keys sign for
 * it; the handlers are in s3_object.c, s3_describe.c, s3_list.c, s3_delete.c and s3_multipart.c.
 */
#ifndef KS_EMULATOR_S3_H
#define KS_EMULATOR_S3_H

#include <stdbool.h>
#include <stddef.h>

#include "core/emulator/s3_errors.h"
#include "core/emulator/service.h"
#include "core/emulator/sigv4.h"

#define KS_EMU_S3_SHORT_ID 17
#define KS_EMU_S3_LONG_ID  64

/* ---- for the service ---- */

void ks_emu_s3_answer(struct ks_emu_service *service, const struct ks_emu_request *request,
    struct ks_emu_reply *reply);
bool ks_emu_s3_has_op(const char *name);
/* Makes the reply AccessDenied with that message. */
void ks_emu_s3_refuse(
    struct ks_emu_service *service, struct ks_emu_reply *reply, const char *message);
/* Adds x-amz-request-id and x-amz-id-2, unless they are there. */
void ks_emu_s3_add_request_ids(struct ks_emu_service *service, struct ks_emu_reply *reply);

/* ---- for the handlers ---- */

struct ks_emu_s3_call;

struct ks_emu_s3_op {
	const char *name;
	const char *method;
	enum { KS_EMU_S3_SERVICE, KS_EMU_S3_BUCKET, KS_EMU_S3_OBJECT } level;
	const char *param;  /* a query parameter that must be there; NULL: none */
	const char *header; /* a header that must be there; NULL: none */
	/* Does the work and fills the reply; false when it called fail. */
	bool (*run)(struct ks_emu_s3_call *call);
};

/* One request on its way through. */
struct ks_emu_s3_call {
	struct ks_emu_service *service;
	struct ks_emu_world *world; /* the service's */
	const struct ks_emu_request *request;
	struct ks_emu_reply *reply;
	const struct ks_emu_s3_op *op;
	struct ks_emu_plan plan;
	char *bucket_name; /* as the client wrote it; "" for the service itself */
	char *key;         /* decoded; "" for the bucket itself */
	struct ks_emu_bucket *bucket;
	struct ks_emu_sig sig;
};

/* An element that some errors have beside the usual ones. */
struct ks_emu_s3_detail {
	const char *name;
	const char *value;
};

/*
 * Makes the reply an error. message NULL: the error's own. details ends with a row without a name;
 * NULL: none. Returns false.
 */
bool ks_emu_s3_fail(struct ks_emu_s3_call *call, enum ks_emu_s3_error error, const char *message,
    const struct ks_emu_s3_detail *details);

/* Checks who asks and for what bucket. False when it called fail. Fills call->bucket. */
bool ks_emu_s3_authenticate(struct ks_emu_s3_call *call);

/* The headers that an object keeps, as "name: value\n" each, in a new block. */
char *ks_emu_s3_kept_headers(const struct ks_emu_request *request);
/* The body's MD5 in hex; false when it called fail because Content-MD5 says otherwise. */
bool ks_emu_s3_body_md5(struct ks_emu_s3_call *call, char md5[33]);
/* The object that x-amz-copy-source names; NULL when it called fail. */
struct ks_emu_object *ks_emu_s3_copy_source(struct ks_emu_s3_call *call);
/* One range of "bytes=…" over size bytes. False when it asks for nothing that is there. */
enum ks_emu_range { KS_EMU_RANGE_ALL, KS_EMU_RANGE_PART, KS_EMU_RANGE_NONE };
enum ks_emu_range ks_emu_s3_range(const char *header, size_t size, size_t *offset, size_t *len);

/* Does x-amz-acl ask that anybody may read? */
bool ks_emu_s3_wants_public(const struct ks_emu_request *request);

bool ks_emu_s3_get_object(struct ks_emu_s3_call *call);
bool ks_emu_s3_head_object(struct ks_emu_s3_call *call);
bool ks_emu_s3_put_object(struct ks_emu_s3_call *call);
bool ks_emu_s3_copy_object(struct ks_emu_s3_call *call);
bool ks_emu_s3_delete_object(struct ks_emu_s3_call *call);
bool ks_emu_s3_delete_objects(struct ks_emu_s3_call *call);
bool ks_emu_s3_get_tags(struct ks_emu_s3_call *call);
bool ks_emu_s3_put_tags(struct ks_emu_s3_call *call);
bool ks_emu_s3_delete_tags(struct ks_emu_s3_call *call);
bool ks_emu_s3_get_acl(struct ks_emu_s3_call *call);
bool ks_emu_s3_put_acl(struct ks_emu_s3_call *call);
bool ks_emu_s3_list_objects(struct ks_emu_s3_call *call);
bool ks_emu_s3_list_objects_v2(struct ks_emu_s3_call *call);
bool ks_emu_s3_create_upload(struct ks_emu_s3_call *call);
bool ks_emu_s3_upload_part(struct ks_emu_s3_call *call);
bool ks_emu_s3_upload_part_copy(struct ks_emu_s3_call *call);
bool ks_emu_s3_complete_upload(struct ks_emu_s3_call *call);
bool ks_emu_s3_abort_upload(struct ks_emu_s3_call *call);
bool ks_emu_s3_list_parts(struct ks_emu_s3_call *call);
bool ks_emu_s3_list_uploads(struct ks_emu_s3_call *call);

#endif
