/* Uploads in parts: what the AWS CLI does from 8 MB on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "core/base/hex.h"
#include "core/base/mem.h"
#include "core/emulator/s3.h"
#include "core/emulator/s3_xml.h"

#define PART_MIN (5u * 1024 * 1024) /* of every part but the last */

bool ks_emu_s3_create_upload(struct ks_emu_s3_call *call)
{
	struct ks_buf *body = &call->reply->body;
	struct ks_emu_upload *upload =
	    ks_emu_uploads_begin(&call->service->uploads, &call->service->ids, call->bucket->name,
		call->key, ks_emu_s3_kept_headers(call->request), ks_emu_world_now(call->world));

	if (upload == NULL)
		return ks_emu_s3_fail(call, KS_EMU_S3_STORAGE_FULL, NULL, NULL);
	ks_emu_xml_begin_reply(call->reply, "InitiateMultipartUploadResult");
	ks_emu_xml_text(body, "Bucket", call->bucket->name);
	ks_emu_xml_text(body, "Key", call->key);
	ks_emu_xml_text(body, "UploadId", upload->id);
	ks_emu_xml_end(body, "InitiateMultipartUploadResult");
	return true;
}

/* The upload that the query names; NULL when it called fail. */
static struct ks_emu_upload *find_upload(struct ks_emu_s3_call *call)
{
	char *id = ks_emu_request_param(call->request, "uploadId");
	struct ks_emu_upload *upload = ks_emu_uploads_find(
	    &call->service->uploads, id != NULL ? id : "", call->bucket->name, call->key);

	free(id);
	if (upload == NULL)
		ks_emu_s3_fail(call, KS_EMU_S3_NO_SUCH_UPLOAD, NULL, NULL);
	return upload;
}

/* ---- parts ---- */

/* 0 when it called fail. */
static unsigned part_number(struct ks_emu_s3_call *call)
{
	char *text = ks_emu_request_param(call->request, "partNumber");
	unsigned long number = text != NULL ? strtoul(text, NULL, 10) : 0;

	free(text);
	if (number >= 1 && number <= KS_EMU_PARTS_MAX)
		return (unsigned)number;
	ks_emu_s3_fail(call, KS_EMU_S3_INVALID_ARGUMENT,
	    "Part number must be an integer between 1 and 10000, inclusive", NULL);
	return 0;
}

/* Takes over blob. */
static bool put_part(struct ks_emu_s3_call *call, struct ks_emu_upload *upload, unsigned number,
    struct ks_emu_blob *blob, char etag[33])
{
	unsigned char md5[16];

	EVP_Digest(blob->data, blob->len, md5, NULL, EVP_md5(), NULL);
	ks_hex_write(md5, sizeof md5, etag);
	return ks_emu_upload_put_part(&call->service->uploads, upload, number, blob, md5,
		   ks_emu_world_now(call->world)) ||
	       ks_emu_s3_fail(call, KS_EMU_S3_STORAGE_FULL, NULL, NULL);
}

bool ks_emu_s3_upload_part(struct ks_emu_s3_call *call)
{
	const struct ks_buf *body = &call->request->body;
	struct ks_emu_upload *upload = find_upload(call);
	unsigned number = upload != NULL ? part_number(call) : 0;
	char md5[33], etag[40];

	if (number == 0 || !ks_emu_s3_body_md5(call, md5) ||
	    !put_part(call, upload, number, ks_emu_blob_new(ks_buf_text(body), body->len), md5))
		return false;
	snprintf(etag, sizeof etag, "\"%s\"", md5);
	ks_emu_reply_add_header(call->reply, "ETag", etag);
	call->reply->status = 200;
	return true;
}

bool ks_emu_s3_upload_part_copy(struct ks_emu_s3_call *call)
{
	const char *range = ks_emu_request_header(call->request, "x-amz-copy-source-range");
	struct ks_emu_upload *upload = find_upload(call);
	unsigned number = upload != NULL ? part_number(call) : 0;
	const struct ks_emu_object *source = number > 0 ? ks_emu_s3_copy_source(call) : NULL;
	struct ks_buf *body = &call->reply->body;
	char md5[33], date[KS_EMU_S3_DATE_SIZE];
	size_t offset, len;

	if (source == NULL)
		return false;
	if (ks_emu_s3_range(range, source->blob->len, &offset, &len) == KS_EMU_RANGE_NONE)
		return ks_emu_s3_fail(call, KS_EMU_S3_INVALID_RANGE, NULL, NULL);
	if (!put_part(call, upload, number, ks_emu_blob_new(source->blob->data + offset, len), md5))
		return false;
	ks_emu_xml_begin_reply(call->reply, "CopyPartResult");
	ks_emu_xml_text(body, "LastModified", ks_emu_s3_date(ks_emu_world_now(call->world), date));
	ks_emu_xml_etag(body, md5);
	ks_emu_xml_end(body, "CopyPartResult");
	return true;
}

/* ---- completing ---- */

struct assembly {
	struct ks_buf bytes;
	EVP_MD_CTX *digests; /* MD5 over the parts' MD5s */
	unsigned last;       /* the number of the part before */
	size_t count;
	size_t last_len;
};

/* One <Part> of the list: it must be there, unchanged, and come after the one before. */
static bool add_part(struct ks_emu_s3_call *call, const struct ks_emu_upload *upload,
    const char *at, const char *end, struct assembly *assembly)
{
	const struct ks_emu_part *part;
	const char *text, *from = at;
	char *etag, md5[33];
	unsigned long number;
	size_t len;
	bool same;

	if (!ks_emu_xml_find(&from, end, "PartNumber", &text, &len))
		return ks_emu_s3_fail(call, KS_EMU_S3_MALFORMED_XML, NULL, NULL);
	number = strtoul(text, NULL, 10);
	from = at;
	if (!ks_emu_xml_find(&from, end, "ETag", &text, &len))
		return ks_emu_s3_fail(call, KS_EMU_S3_MALFORMED_XML, NULL, NULL);
	part = number <= KS_EMU_PARTS_MAX ? ks_emu_upload_part(upload, (unsigned)number) : NULL;
	if (part == NULL || number <= assembly->last)
		return ks_emu_s3_fail(call, KS_EMU_S3_INVALID_PART, NULL, NULL);
	etag = ks_emu_xml_decode(text, len);
	ks_hex_write(part->md5, sizeof part->md5, md5);
	same = strstr(etag, md5) != NULL;
	free(etag);
	if (!same)
		return ks_emu_s3_fail(call, KS_EMU_S3_INVALID_PART, NULL, NULL);
	if (assembly->count > 0 && assembly->last_len < PART_MIN)
		return ks_emu_s3_fail(call, KS_EMU_S3_ENTITY_TOO_SMALL, NULL, NULL);
	if (!ks_buf_add(&assembly->bytes, part->blob->data, part->blob->len))
		return ks_emu_s3_fail(call, KS_EMU_S3_ENTITY_TOO_LARGE,
		    "The emulator takes objects of at most 16 MiB.", NULL);
	EVP_DigestUpdate(assembly->digests, part->md5, sizeof part->md5);
	assembly->last = (unsigned)number;
	assembly->last_len = part->blob->len;
	assembly->count++;
	return true;
}

static bool assemble(
    struct ks_emu_s3_call *call, const struct ks_emu_upload *upload, struct assembly *assembly)
{
	const char *at = ks_buf_text(&call->request->body), *end = at + call->request->body.len;
	const char *part;
	size_t len;

	while (ks_emu_xml_find(&at, end, "Part", &part, &len))
		if (!add_part(call, upload, part, part + len, assembly))
			return false;
	return assembly->count > 0 || ks_emu_s3_fail(call, KS_EMU_S3_MALFORMED_XML, NULL, NULL);
}

static bool store(struct ks_emu_s3_call *call, struct ks_emu_upload *upload,
    struct assembly *assembly, char etag[48])
{
	unsigned char digest[16];
	char hex[33];

	EVP_DigestFinal_ex(assembly->digests, digest, NULL);
	ks_hex_write(digest, sizeof digest, hex);
	snprintf(etag, 48, "%s-%zu", hex, assembly->count);
	return ks_emu_world_put_object(call->world, call->bucket, call->key,
		   ks_emu_blob_new(ks_buf_text(&assembly->bytes), assembly->bytes.len), etag,
		   ks_strdup(upload->headers), ks_emu_world_now(call->world)) ||
	       ks_emu_s3_fail(call, KS_EMU_S3_STORAGE_FULL, NULL, NULL);
}

bool ks_emu_s3_complete_upload(struct ks_emu_s3_call *call)
{
	struct ks_emu_upload *upload = find_upload(call);
	struct ks_buf *body = &call->reply->body;
	struct assembly assembly = {0};
	char etag[48];
	bool good;

	if (upload == NULL)
		return false;
	ks_buf_init(&assembly.bytes, KS_EMU_OBJECT_MAX);
	assembly.digests = EVP_MD_CTX_new();
	if (assembly.digests == NULL || EVP_DigestInit_ex(assembly.digests, EVP_md5(), NULL) != 1)
		ks_mem_out();
	good = assemble(call, upload, &assembly) && store(call, upload, &assembly, etag);
	ks_buf_free(&assembly.bytes);
	EVP_MD_CTX_free(assembly.digests);
	if (!good)
		return false;
	ks_emu_uploads_end(&call->service->uploads, upload);
	ks_emu_xml_begin_reply(call->reply, "CompleteMultipartUploadResult");
	ks_emu_xml_text(body, "Bucket", call->bucket->name);
	ks_emu_xml_text(body, "Key", call->key);
	ks_emu_xml_etag(body, etag);
	ks_emu_xml_end(body, "CompleteMultipartUploadResult");
	return true;
}

bool ks_emu_s3_abort_upload(struct ks_emu_s3_call *call)
{
	struct ks_emu_upload *upload = find_upload(call);

	if (upload == NULL)
		return false;
	ks_emu_uploads_end(&call->service->uploads, upload);
	call->reply->status = 204;
	return true;
}

/* ---- looking ---- */

bool ks_emu_s3_list_parts(struct ks_emu_s3_call *call)
{
	const struct ks_emu_upload *upload = find_upload(call);
	struct ks_buf *body = &call->reply->body;
	char date[KS_EMU_S3_DATE_SIZE], etag[33];

	if (upload == NULL)
		return false;
	ks_emu_xml_begin_reply(call->reply, "ListPartsResult");
	ks_emu_xml_text(body, "Bucket", call->bucket->name);
	ks_emu_xml_text(body, "Key", call->key);
	ks_emu_xml_text(body, "UploadId", upload->id);
	ks_emu_xml_number(body, "MaxParts", KS_EMU_PARTS_MAX);
	ks_emu_xml_text(body, "IsTruncated", "false");
	for (size_t i = 0; i < upload->part_count; i++) {
		ks_emu_xml_begin(body, "Part");
		ks_emu_xml_number(body, "PartNumber", upload->parts[i].number);
		ks_emu_xml_text(
		    body, "LastModified", ks_emu_s3_date(upload->parts[i].modified, date));
		ks_hex_write(upload->parts[i].md5, sizeof upload->parts[i].md5, etag);
		ks_emu_xml_etag(body, etag);
		ks_emu_xml_number(body, "Size", upload->parts[i].blob->len);
		ks_emu_xml_end(body, "Part");
	}
	ks_emu_xml_end(body, "ListPartsResult");
	return true;
}

bool ks_emu_s3_list_uploads(struct ks_emu_s3_call *call)
{
	const struct ks_emu_uploads *uploads = &call->service->uploads;
	struct ks_buf *body = &call->reply->body;
	char date[KS_EMU_S3_DATE_SIZE];

	ks_emu_xml_begin_reply(call->reply, "ListMultipartUploadsResult");
	ks_emu_xml_text(body, "Bucket", call->bucket->name);
	ks_emu_xml_number(body, "MaxUploads", KS_EMU_UPLOADS_MAX);
	ks_emu_xml_text(body, "IsTruncated", "false");
	for (size_t i = 0; i < uploads->count; i++) {
		if (strcmp(uploads->list[i]->bucket, call->bucket->name) != 0)
			continue;
		ks_emu_xml_begin(body, "Upload");
		ks_emu_xml_text(body, "Key", uploads->list[i]->key);
		ks_emu_xml_text(body, "UploadId", uploads->list[i]->id);
		ks_emu_xml_text(body, "StorageClass", "STANDARD");
		ks_emu_xml_text(body, "Initiated", ks_emu_s3_date(uploads->list[i]->began, date));
		ks_emu_xml_end(body, "Upload");
	}
	ks_emu_xml_end(body, "ListMultipartUploadsResult");
	return true;
}
