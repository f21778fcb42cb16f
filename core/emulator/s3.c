#include "core/emulator/s3.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/emulator/s3_xml.h"

/* ---- the small handlers ---- */

static bool get_bucket_location(struct ks_emu_s3_call *call)
{
	const char *region = ks_emu_regions[call->bucket->region].name;

	ks_emu_xml_begin_reply(call->reply, "LocationConstraint");
	/* The first region is the one without a name here. */
	if (strcmp(region, "us-east-1") != 0)
		ks_buf_puts(&call->reply->body, region);
	ks_emu_xml_end(&call->reply->body, "LocationConstraint");
	return true;
}

static bool get_bucket_versioning(struct ks_emu_s3_call *call)
{
	struct ks_buf *body = &call->reply->body;

	ks_emu_xml_begin_reply(call->reply, "VersioningConfiguration");
	if (strcmp(call->bucket->versioning, "NeverEnabled") != 0)
		ks_emu_xml_text(body, "Status", call->bucket->versioning);
	ks_emu_xml_end(body, "VersioningConfiguration");
	return true;
}

static bool head_bucket(struct ks_emu_s3_call *call)
{
	call->reply->status = 200;
	ks_emu_reply_add_header(call->reply, "Content-Type", "application/xml");
	return true;
}

/* What bucket keys may not do: other buckets, and the configuration of their own. */
static bool deny(struct ks_emu_s3_call *call)
{
	return ks_emu_s3_fail(call, KS_EMU_S3_ACCESS_DENIED, NULL, NULL);
}

static bool decline(struct ks_emu_s3_call *call)
{
	return ks_emu_s3_fail(call, KS_EMU_S3_NOT_IMPLEMENTED, NULL, NULL);
}

/* ---- the operations; the first row that matches is the one ---- */

#define AT_SERVICE KS_EMU_S3_SERVICE
#define AT_BUCKET  KS_EMU_S3_BUCKET
#define AT_OBJECT  KS_EMU_S3_OBJECT

static const struct ks_emu_s3_op ops[] = {
    {"ListBuckets", "GET", AT_SERVICE, NULL, NULL, deny},
    {"GetBucketLocation", "GET", AT_BUCKET, "location", NULL, get_bucket_location},
    {"GetBucketVersioning", "GET", AT_BUCKET, "versioning", NULL, get_bucket_versioning},
    {"ListMultipartUploads", "GET", AT_BUCKET, "uploads", NULL, ks_emu_s3_list_uploads},
    {"ListObjectVersions", "GET", AT_BUCKET, "versions", NULL, decline},
    {"ListObjectsV2", "GET", AT_BUCKET, "list-type", NULL, ks_emu_s3_list_objects_v2},
    {"ListObjects", "GET", AT_BUCKET, NULL, NULL, ks_emu_s3_list_objects},
    {"HeadBucket", "HEAD", AT_BUCKET, NULL, NULL, head_bucket},
    {"S3CreateBucket", "PUT", AT_BUCKET, NULL, NULL, deny},
    {"S3DeleteBucket", "DELETE", AT_BUCKET, NULL, NULL, deny},
    {"DeleteObjects", "POST", AT_BUCKET, "delete", NULL, ks_emu_s3_delete_objects},
    {"PostObject", "POST", AT_BUCKET, NULL, NULL, decline},
    {"CreateMultipartUpload", "POST", AT_OBJECT, "uploads", NULL, ks_emu_s3_create_upload},
    {"CompleteMultipartUpload", "POST", AT_OBJECT, "uploadId", NULL, ks_emu_s3_complete_upload},
    {"UploadPartCopy", "PUT", AT_OBJECT, "uploadId", "x-amz-copy-source",
	ks_emu_s3_upload_part_copy},
    {"UploadPart", "PUT", AT_OBJECT, "uploadId", NULL, ks_emu_s3_upload_part},
    {"AbortMultipartUpload", "DELETE", AT_OBJECT, "uploadId", NULL, ks_emu_s3_abort_upload},
    {"ListParts", "GET", AT_OBJECT, "uploadId", NULL, ks_emu_s3_list_parts},
    {"GetObjectTagging", "GET", AT_OBJECT, "tagging", NULL, ks_emu_s3_get_tags},
    {"PutObjectTagging", "PUT", AT_OBJECT, "tagging", NULL, ks_emu_s3_put_tags},
    {"DeleteObjectTagging", "DELETE", AT_OBJECT, "tagging", NULL, ks_emu_s3_delete_tags},
    {"GetObjectAcl", "GET", AT_OBJECT, "acl", NULL, ks_emu_s3_get_acl},
    {"PutObjectAcl", "PUT", AT_OBJECT, "acl", NULL, ks_emu_s3_put_acl},
    {"CopyObject", "PUT", AT_OBJECT, NULL, "x-amz-copy-source", ks_emu_s3_copy_object},
    {"PutObject", "PUT", AT_OBJECT, NULL, NULL, ks_emu_s3_put_object},
    {"GetObject", "GET", AT_OBJECT, NULL, NULL, ks_emu_s3_get_object},
    {"HeadObject", "HEAD", AT_OBJECT, NULL, NULL, ks_emu_s3_head_object},
    {"DeleteObject", "DELETE", AT_OBJECT, NULL, NULL, ks_emu_s3_delete_object},
};
#define OP_COUNT (sizeof ops / sizeof ops[0])

/* Sub-resources that turn a request into another one; where no row has it, it isn't here. */
static const struct {
	const char *param;
	bool (*run)(struct ks_emu_s3_call *call);
} elsewhere[] = {
    {"accelerate", deny},
    {"acl", deny},
    {"analytics", deny},
    {"cors", deny},
    {"encryption", deny},
    {"intelligent-tiering", deny},
    {"inventory", deny},
    {"legal-hold", decline},
    {"lifecycle", deny},
    {"logging", deny},
    {"metrics", deny},
    {"notification", deny},
    {"object-lock", deny},
    {"ownershipControls", deny},
    {"policy", deny},
    {"policyStatus", deny},
    {"publicAccessBlock", deny},
    {"replication", deny},
    {"requestPayment", deny},
    {"restore", decline},
    {"retention", decline},
    {"select", decline},
    {"tagging", deny},
    {"torrent", decline},
    {"versioning", deny},
    {"website", deny},
};
#define ELSEWHERE_COUNT (sizeof elsewhere / sizeof elsewhere[0])

static const struct ks_emu_s3_op other_op = {"OtherS3", "", AT_BUCKET, NULL, NULL, NULL};

bool ks_emu_s3_has_op(const char *name)
{
	for (size_t i = 0; i < OP_COUNT; i++)
		if (strcmp(ops[i].name, name) == 0)
			return true;
	return false;
}

static bool is_elsewhere(const struct ks_emu_request *request)
{
	for (size_t i = 0; i < ELSEWHERE_COUNT; i++)
		if (ks_emu_request_has_param(request, elsewhere[i].param))
			return true;
	return false;
}

static const struct ks_emu_s3_op *find_op(
    const struct ks_emu_request *request, const char *bucket, const char *key)
{
	int level = bucket[0] == '\0' ? AT_SERVICE : key[0] == '\0' ? AT_BUCKET : AT_OBJECT;
	bool special = is_elsewhere(request);

	for (size_t i = 0; i < OP_COUNT; i++) {
		const struct ks_emu_s3_op *op = &ops[i];

		if ((int)op->level == level && strcmp(op->method, request->method) == 0 &&
		    (op->param != NULL ? ks_emu_request_has_param(request, op->param) : !special) &&
		    (op->header == NULL || ks_emu_request_header(request, op->header) != NULL))
			return op;
	}
	return special ? &other_op : NULL;
}

static bool run_elsewhere(struct ks_emu_s3_call *call)
{
	for (size_t i = 0; i < ELSEWHERE_COUNT; i++)
		if (ks_emu_request_has_param(call->request, elsewhere[i].param))
			return elsewhere[i].run(call);
	return decline(call);
}

/* ---- whose bucket, which object ---- */

/* BUCKET.localhost, with or without a port: the length of BUCKET; 0 for any other host. */
static size_t virtual_bucket(const struct ks_emu_request *request)
{
	static const char suffix[] = ".localhost";
	const char *host = ks_emu_request_header(request, "host");
	size_t len = host != NULL ? strcspn(host, ":") : 0;

	if (len <= strlen(suffix) ||
	    strncasecmp(host + len - strlen(suffix), suffix, strlen(suffix)) != 0)
		return 0;
	return len - strlen(suffix);
}

static bool is_utf8(const char *text)
{
	size_t len = strlen(text), size;
	uint32_t code;

	for (; len > 0; text += size, len -= size) {
		size = ks_text_decode(text, len, &code);
		if (code == 0xfffd && size == 1)
			return false;
	}
	return true;
}

/* False when the path has no sense, e.g. a NUL in it. */
static bool split_address(struct ks_emu_s3_call *call)
{
	const char *path = call->request->path + (call->request->path[0] == '/');
	size_t bucket_len = virtual_bucket(call->request), len;
	bool good = true;

	if (bucket_len > 0) {
		call->bucket_name =
		    ks_strndup(ks_emu_request_header(call->request, "host"), bucket_len);
	} else {
		bucket_len = strcspn(path, "/");
		call->bucket_name = ks_emu_percent_decode(path, bucket_len, &len);
		good = strlen(call->bucket_name) == len;
		path += bucket_len + (path[bucket_len] == '/');
	}
	call->key = ks_emu_percent_decode(path, strlen(path), &len);
	return good && strlen(call->key) == len && is_utf8(call->key);
}

/* ---- errors ---- */

void ks_emu_s3_add_request_ids(struct ks_emu_service *service, struct ks_emu_reply *reply)
{
	char short_id[KS_EMU_S3_SHORT_ID], long_id[KS_EMU_S3_LONG_ID];

	if (ks_emu_reply_header(reply, "x-amz-request-id") != NULL)
		return;
	snprintf(short_id, sizeof short_id, "%016llX",
	    (unsigned long long)ks_emu_random_next(&service->ids));
	ks_emu_random_uuid(&service->ids, long_id);
	ks_emu_reply_add_header(reply, "x-amz-request-id", short_id);
	ks_emu_reply_add_header(reply, "x-amz-id-2", long_id);
	ks_emu_reply_add_header(reply, "Server", "AmazonS3");
}

static bool has_body(const struct ks_emu_s3_call *call, unsigned status)
{
	return status != 304 && strcmp(call->request->method, "HEAD") != 0;
}

bool ks_emu_s3_fail(struct ks_emu_s3_call *call, enum ks_emu_s3_error error, const char *message,
    const struct ks_emu_s3_detail *details)
{
	const struct ks_emu_s3_error_row *row = ks_emu_s3_error_row(error);
	struct ks_emu_reply *reply = call->reply;
	struct ks_buf *body = &reply->body;

	ks_emu_reply_reset(reply);
	ks_emu_s3_add_request_ids(call->service, reply);
	reply->status = row->status;
	if (call->bucket != NULL)
		ks_emu_reply_add_header(
		    reply, "x-amz-bucket-region", ks_emu_regions[call->bucket->region].name);
	if (!has_body(call, row->status))
		return false;
	if (call->plan.form != NULL && call->plan.form->text != NULL) {
		ks_emu_reply_add_header(reply, "Content-Type", "text/html");
		ks_buf_puts(body, call->plan.form->text);
		return false;
	}
	ks_emu_reply_add_header(reply, "Content-Type", "application/xml");
	ks_buf_puts(body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>");
	ks_emu_xml_text(body, "Code", row->code);
	ks_emu_xml_text(body, "Message", message != NULL ? message : row->message);
	for (; details != NULL && details->name != NULL; details++)
		ks_emu_xml_text(body, details->name, details->value);
	ks_emu_xml_text(body, "RequestId", ks_emu_reply_header(reply, "x-amz-request-id"));
	ks_emu_xml_text(body, "HostId", ks_emu_reply_header(reply, "x-amz-id-2"));
	ks_emu_xml_end(body, "Error");
	return false;
}

void ks_emu_s3_refuse(
    struct ks_emu_service *service, struct ks_emu_reply *reply, const char *message)
{
	struct ks_emu_request nothing = {.method = "GET"};
	struct ks_emu_s3_call call = {.service = service, .request = &nothing, .reply = reply};

	ks_emu_s3_fail(&call, KS_EMU_S3_ACCESS_DENIED, message, NULL);
}

/* ---- the way of a request ---- */

static bool is_acceptable(struct ks_emu_s3_call *call)
{
	if (call->request->headers_refused)
		return ks_emu_s3_fail(call, KS_EMU_S3_INVALID_REQUEST,
		    "Your request header section exceeds the maximum allowed size.", NULL);
	if (call->request->body_refused)
		return ks_emu_s3_fail(call, KS_EMU_S3_ENTITY_TOO_LARGE,
		    "The emulator takes objects of at most 16 MiB.", NULL);
	if (strlen(call->key) > KS_EMU_OBJECT_KEY_MAX)
		return ks_emu_s3_fail(call, KS_EMU_S3_KEY_TOO_LONG, NULL, NULL);
	return true;
}

/* What faults want instead of the work. True when there is nothing left to do. */
static bool preempted(struct ks_emu_s3_call *call)
{
	if (call->plan.html_503)
		ks_emu_error_write_html_503(call->reply);
	else if (call->plan.s3_error != KS_EMU_S3_OK)
		ks_emu_s3_fail(call, call->plan.s3_error, NULL, NULL);
	return call->plan.no_work;
}

static void run(struct ks_emu_s3_call *call)
{
	bool good;

	if (!is_acceptable(call) || preempted(call) || !ks_emu_s3_authenticate(call))
		return;
	if (call->op->level != AT_SERVICE)
		ks_emu_reply_add_header(
		    call->reply, "x-amz-bucket-region", ks_emu_regions[call->bucket->region].name);
	good = call->op == &other_op ? run_elsewhere(call) : call->op->run(call);
	if (good)
		ks_emu_service_done(call->service, call->op->name);
}

/* For the faults, which may ask for one region: the bucket's, or what the signature says. */
static const char *region_of(const struct ks_emu_s3_call *call)
{
	const struct ks_emu_bucket *bucket = ks_emu_world_bucket(call->world, call->bucket_name);

	return bucket != NULL ? ks_emu_regions[bucket->region].name : call->sig.region;
}

void ks_emu_s3_answer(struct ks_emu_service *service, const struct ks_emu_request *request,
    struct ks_emu_reply *reply)
{
	struct ks_emu_s3_call call = {
	    .service = service, .world = &service->world, .request = request, .reply = reply};

	if (!split_address(&call)) {
		ks_emu_s3_fail(&call, KS_EMU_S3_INVALID_URI, NULL, NULL);
	} else if ((call.op = find_op(request, call.bucket_name, call.key)) == NULL) {
		ks_emu_s3_fail(&call, KS_EMU_S3_METHOD_NOT_ALLOWED, NULL, NULL);
	} else {
		ks_emu_sig_parse(request, KS_EMU_SIG_S3, &call.sig);
		call.plan = ks_emu_service_begin(service, call.op->name, region_of(&call), reply);
		ks_emu_sig_free(&call.sig);
		run(&call);
		ks_emu_sig_free(&call.sig);
	}
	free(call.bucket_name);
	free(call.key);
}
