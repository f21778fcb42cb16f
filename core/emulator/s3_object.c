/* One object: put, get, head, copy, delete. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/evp.h>

#include "core/base/date.h"
#include "core/base/hex.h"
#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/emulator/s3.h"
#include "core/emulator/s3_xml.h"

#define DETAILS(...) ((const struct ks_emu_s3_detail[]){__VA_ARGS__, {0}})

/* ---- what an object keeps of the request that made it ---- */

static bool is_kept(const char *name)
{
	static const char *const kept[] = {"cache-control", "content-disposition",
	    "content-encoding", "content-language", "content-type", "expires"};

	for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
		if (ks_text_casecmp(name, kept[i]) == 0)
			return true;
	return strncasecmp(name, "x-amz-meta-", strlen("x-amz-meta-")) == 0;
}

char *ks_emu_s3_kept_headers(const struct ks_emu_request *request)
{
	struct ks_buf lines;

	ks_buf_init(&lines, 32 * 1024);
	for (size_t i = 0; i < request->header_count; i++)
		if (is_kept(request->headers[i].name) &&
		    strchr(request->headers[i].value, '\n') == NULL)
			ks_buf_printf(&lines, "%s: %s\n", request->headers[i].name,
			    request->headers[i].value);
	if (ks_emu_request_header(request, "content-type") == NULL)
		ks_buf_puts(&lines, "Content-Type: binary/octet-stream\n");
	return ks_buf_take(&lines);
}

static void add_kept_headers(struct ks_emu_reply *reply, const char *lines)
{
	char *copy = ks_strdup(lines), *rest = copy, *line, *value;

	while ((line = strsep(&rest, "\n")) != NULL && *line != '\0') {
		value = strstr(line, ": ");
		if (value == NULL)
			continue;
		*value = '\0';
		ks_emu_reply_add_metadata(reply, line, value + 2);
	}
	free(copy);
}

bool ks_emu_s3_body_md5(struct ks_emu_s3_call *call, char md5[33])
{
	const struct ks_buf *body = &call->request->body;
	const char *sent = ks_emu_request_header(call->request, "content-md5");
	unsigned char digest[16], text[25];

	EVP_Digest(ks_buf_text(body), body->len, digest, NULL, EVP_md5(), NULL);
	ks_hex_write(digest, sizeof digest, md5);
	if (sent == NULL)
		return true;
	EVP_EncodeBlock(text, digest, sizeof digest);
	if (strlen(sent) != 24)
		return ks_emu_s3_fail(
		    call, KS_EMU_S3_INVALID_DIGEST, NULL, DETAILS({"Content-MD5", sent}));
	return strcmp(sent, (const char *)text) == 0 ||
	       ks_emu_s3_fail(call, KS_EMU_S3_BAD_DIGEST, NULL, NULL);
}

/* ---- conditions and ranges ---- */

static bool etag_matches(const char *header, const char *etag)
{
	return strcmp(header, "*") == 0 || strstr(header, etag) != NULL;
}

/* If-Modified-Since counts in seconds, as Last-Modified does. */
static bool is_newer(const char *header, int64_t modified)
{
	int64_t since;

	return !ks_date_parse_http(header, &since) || modified / 1000 > since / 1000;
}

static bool check_conditions(struct ks_emu_s3_call *call, const struct ks_emu_object *object)
{
	const struct ks_emu_request *request = call->request;
	const char *match = ks_emu_request_header(request, "if-match");
	const char *none_match = ks_emu_request_header(request, "if-none-match");
	const char *modified = ks_emu_request_header(request, "if-modified-since");
	const char *unmodified = ks_emu_request_header(request, "if-unmodified-since");

	if (match != NULL ? !etag_matches(match, object->etag)
			  : unmodified != NULL && is_newer(unmodified, object->modified))
		return ks_emu_s3_fail(call, KS_EMU_S3_PRECONDITION, NULL, NULL);
	if (none_match != NULL ? etag_matches(none_match, object->etag)
			       : modified != NULL && !is_newer(modified, object->modified))
		return ks_emu_s3_fail(call, KS_EMU_S3_NOT_MODIFIED, NULL, NULL);
	return true;
}

enum ks_emu_range ks_emu_s3_range(const char *header, size_t size, size_t *offset, size_t *len)
{
	unsigned long long first, last;
	char *end;

	*offset = 0;
	*len = size;
	if (header == NULL || strncmp(header, "bytes=", 6) != 0)
		return KS_EMU_RANGE_ALL;
	header += 6;
	if (*header == '-') {
		last = strtoull(header + 1, &end, 10);
		if (end == header + 1 || *end != '\0')
			return KS_EMU_RANGE_ALL;
		*len = last < size ? (size_t)last : size;
		*offset = size - *len;
		return *len > 0 ? KS_EMU_RANGE_PART : KS_EMU_RANGE_NONE;
	}
	first = strtoull(header, &end, 10);
	if (end == header || *end != '-')
		return KS_EMU_RANGE_ALL;
	header = end + 1;
	last = *header != '\0' ? strtoull(header, &end, 10) : (unsigned long long)-1;
	if (*header != '\0' && (*end != '\0' || end == header || last < first))
		return KS_EMU_RANGE_ALL; /* no sense, or several: the whole is a good answer */
	if (first >= size)
		return KS_EMU_RANGE_NONE;
	*offset = (size_t)first;
	*len = last < size ? (size_t)(last - first + 1) : size - (size_t)first;
	return KS_EMU_RANGE_PART;
}

/* ---- reading ---- */

static bool fail_no_key(struct ks_emu_s3_call *call, const char *key)
{
	return ks_emu_s3_fail(call, KS_EMU_S3_NO_SUCH_KEY, NULL, DETAILS({"Key", key}));
}

static size_t count_tags(const char *tags)
{
	size_t count = tags[0] != '\0';

	for (; *tags != '\0'; tags++)
		count += *tags == '&';
	return count;
}

static void describe(struct ks_emu_s3_call *call, const struct ks_emu_object *object)
{
	char text[64];

	add_kept_headers(call->reply, object->headers);
	snprintf(text, sizeof text, "\"%s\"", object->etag);
	ks_emu_reply_add_header(call->reply, "ETag", text);
	ks_emu_reply_add_header(call->reply, "Last-Modified", ks_date_http(object->modified, text));
	ks_emu_reply_add_header(call->reply, "Accept-Ranges", "bytes");
	if (object->tags != NULL) {
		snprintf(text, sizeof text, "%zu", count_tags(object->tags));
		ks_emu_reply_add_header(call->reply, "x-amz-tagging-count", text);
	}
	call->reply->status = 200;
}

/* Serves the whole, or the range that is asked for. */
static bool serve_bytes(struct ks_emu_s3_call *call, const struct ks_emu_object *object)
{
	struct ks_emu_reply *reply = call->reply;
	const char *range = ks_emu_request_header(call->request, "range");
	size_t size = object->blob->len, offset, len;
	char text[96];

	switch (ks_emu_s3_range(range, size, &offset, &len)) {
	case KS_EMU_RANGE_NONE:
		snprintf(text, sizeof text, "%zu", size);
		return ks_emu_s3_fail(call, KS_EMU_S3_INVALID_RANGE, NULL,
		    DETAILS({"RangeRequested", range}, {"ActualObjectSize", text}));
	case KS_EMU_RANGE_PART:
		reply->status = 206;
		snprintf(text, sizeof text, "bytes %zu-%zu/%zu", offset, offset + len - 1, size);
		ks_emu_reply_add_header(reply, "Content-Range", text);
		break;
	case KS_EMU_RANGE_ALL:
		break;
	}
	reply->blob = ks_emu_blob_ref(object->blob);
	reply->blob_offset = offset;
	reply->blob_len = len;
	return true;
}

bool ks_emu_s3_get_object(struct ks_emu_s3_call *call)
{
	const struct ks_emu_object *object = ks_emu_bucket_object(call->bucket, call->key);

	if (object == NULL)
		return fail_no_key(call, call->key);
	if (!check_conditions(call, object))
		return false;
	describe(call, object);
	return serve_bytes(call, object);
}

/* The same without the bytes, which the HTTP library leaves out by itself. */
bool ks_emu_s3_head_object(struct ks_emu_s3_call *call)
{
	return ks_emu_s3_get_object(call);
}

/* ---- changing ---- */

static bool check_write_conditions(struct ks_emu_s3_call *call)
{
	const struct ks_emu_object *object = ks_emu_bucket_object(call->bucket, call->key);
	const char *match = ks_emu_request_header(call->request, "if-match");
	const char *none_match = ks_emu_request_header(call->request, "if-none-match");

	if (none_match != NULL && object != NULL && etag_matches(none_match, object->etag))
		return ks_emu_s3_fail(call, KS_EMU_S3_PRECONDITION, NULL, NULL);
	if (match != NULL && (object == NULL || !etag_matches(match, object->etag)))
		return ks_emu_s3_fail(call, KS_EMU_S3_PRECONDITION, NULL, NULL);
	return true;
}

bool ks_emu_s3_put_object(struct ks_emu_s3_call *call)
{
	const struct ks_buf *body = &call->request->body;
	const char *encoding = ks_emu_request_header(call->request, "content-encoding");
	const char *tags = ks_emu_request_header(call->request, "x-amz-tagging");
	struct ks_emu_object *object;
	char md5[33], etag[40];

	if (encoding != NULL && ks_text_contains(encoding, "aws-chunked"))
		return ks_emu_s3_fail(call, KS_EMU_S3_NOT_IMPLEMENTED, NULL, NULL);
	if (ks_emu_s3_wants_public(call->request) && !call->bucket->public_overrides)
		return ks_emu_s3_fail(call, KS_EMU_S3_ACCESS_DENIED, NULL, NULL);
	if (!ks_emu_s3_body_md5(call, md5) || !check_write_conditions(call))
		return false;
	object = ks_emu_world_put_object(call->world, call->bucket, call->key,
	    ks_emu_blob_new(ks_buf_text(body), body->len), md5,
	    ks_emu_s3_kept_headers(call->request), ks_emu_world_now(call->world));
	if (object == NULL)
		return ks_emu_s3_fail(call, KS_EMU_S3_STORAGE_FULL, NULL, NULL);
	object->public_read = ks_emu_s3_wants_public(call->request);
	object->tags = tags != NULL ? ks_strdup(tags) : NULL;
	snprintf(etag, sizeof etag, "\"%s\"", md5);
	ks_emu_reply_add_header(call->reply, "ETag", etag);
	call->reply->status = 200;
	return true;
}

struct ks_emu_object *ks_emu_s3_copy_source(struct ks_emu_s3_call *call)
{
	const char *source = ks_emu_request_header(call->request, "x-amz-copy-source");
	size_t len;
	char *address = ks_emu_percent_decode(source, strcspn(source, "?"), &len),
	     *bucket = address, *key;
	struct ks_emu_object *object = NULL;

	bucket += *bucket == '/';
	key = strchr(bucket, '/');
	if (key == NULL) {
		ks_emu_s3_fail(call, KS_EMU_S3_INVALID_ARGUMENT,
		    "Copy Source must mention the source bucket and key: "
		    "sourcebucket/sourcekey",
		    NULL);
	} else {
		*key++ = '\0';
		if (strcmp(bucket, call->bucket->name) != 0)
			ks_emu_s3_fail(call, KS_EMU_S3_ACCESS_DENIED, NULL, NULL);
		else if ((object = ks_emu_bucket_object(call->bucket, key)) == NULL)
			fail_no_key(call, key);
	}
	free(address);
	return object;
}

bool ks_emu_s3_copy_object(struct ks_emu_s3_call *call)
{
	const char *directive = ks_emu_request_header(call->request, "x-amz-metadata-directive");
	bool replace = directive != NULL && ks_text_casecmp(directive, "REPLACE") == 0;
	struct ks_emu_object *source = ks_emu_s3_copy_source(call);
	struct ks_buf *body = &call->reply->body;
	struct ks_emu_object *copy;
	char *tags, etag[sizeof source->etag], date[KS_EMU_S3_DATE_SIZE];
	int64_t now = ks_emu_world_now(call->world);

	if (source == NULL)
		return false;
	if (!replace && strcmp(source->key, call->key) == 0)
		return ks_emu_s3_fail(call, KS_EMU_S3_INVALID_REQUEST,
		    "This copy request is illegal because it is trying to copy an object to itself "
		    "without changing the object's metadata, storage class, website redirect "
		    "location or encryption attributes.",
		    NULL);
	memcpy(etag, source->etag, sizeof etag);
	tags = source->tags != NULL ? ks_strdup(source->tags) : NULL;
	copy = ks_emu_world_put_object(call->world, call->bucket, call->key,
	    ks_emu_blob_ref(source->blob), etag,
	    replace ? ks_emu_s3_kept_headers(call->request) : ks_strdup(source->headers), now);
	if (copy == NULL) {
		free(tags);
		return ks_emu_s3_fail(call, KS_EMU_S3_STORAGE_FULL, NULL, NULL);
	}
	copy->tags = tags;
	ks_emu_xml_begin_reply(call->reply, "CopyObjectResult");
	ks_emu_xml_text(body, "LastModified", ks_emu_s3_date(now, date));
	ks_emu_xml_etag(body, etag);
	ks_emu_xml_end(body, "CopyObjectResult");
	return true;
}

/* Deleting what isn't there is a success, too. */
bool ks_emu_s3_delete_object(struct ks_emu_s3_call *call)
{
	ks_emu_world_remove_object(call->world, call->bucket, call->key);
	call->reply->status = 204;
	return true;
}
