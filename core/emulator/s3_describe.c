/* What is known about an object beside its bytes: tags and permissions. */
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/emulator/s3.h"
#include "core/emulator/s3_xml.h"

#define TAGS_MAX      10
#define ALL_USERS     "http://acs.amazonaws.com/groups/global/AllUsers"
#define XSI_NAMESPACE "http://www.w3.org/2001/XMLSchema-instance"

static struct ks_emu_object *find_object(struct ks_emu_s3_call *call)
{
	struct ks_emu_object *object = ks_emu_bucket_object(call->bucket, call->key);

	if (object == NULL)
		ks_emu_s3_fail(call, KS_EMU_S3_NO_SUCH_KEY, NULL,
		    (const struct ks_emu_s3_detail[]){{"Key", call->key}, {0}});
	return object;
}

/* ---- tags: kept as x-amz-tagging has them, a=b&c=d, percent-encoded ---- */

static void write_tag(struct ks_buf *body, const char *pair, size_t len)
{
	size_t name_len = strcspn(pair, "="), decoded;
	char *text;

	if (name_len > len)
		name_len = len;
	ks_emu_xml_begin(body, "Tag");
	text = ks_emu_percent_decode(pair, name_len, &decoded);
	ks_emu_xml_text(body, "Key", text);
	free(text);
	text = ks_emu_percent_decode(
	    pair + name_len + (name_len < len), len - name_len - (name_len < len), &decoded);
	ks_emu_xml_text(body, "Value", text);
	free(text);
	ks_emu_xml_end(body, "Tag");
}

bool ks_emu_s3_get_tags(struct ks_emu_s3_call *call)
{
	const struct ks_emu_object *object = find_object(call);
	struct ks_buf *body = &call->reply->body;
	size_t len;

	if (object == NULL)
		return false;
	ks_emu_xml_begin_reply(call->reply, "Tagging");
	ks_emu_xml_begin(body, "TagSet");
	for (const char *at = object->tags != NULL ? object->tags : ""; *at != '\0';
	     at += len + (at[len] == '&')) {
		len = strcspn(at, "&");
		if (len > 0)
			write_tag(body, at, len);
	}
	ks_emu_xml_end(body, "TagSet");
	ks_emu_xml_end(body, "Tagging");
	return true;
}

static bool read_tag(const char *at, const char *end, struct ks_buf *tags)
{
	static const char *const parts[] = {"Key", "Value"};
	const char *text, *from;
	size_t len;

	for (size_t i = 0; i < 2; i++) {
		char *decoded;

		from = at;
		if (!ks_emu_xml_find(&from, end, parts[i], &text, &len))
			return false;
		decoded = ks_emu_xml_decode(text, len);
		ks_buf_puts(tags, i > 0 ? "=" : tags->len > 0 ? "&" : "");
		ks_emu_percent_encode(tags, decoded, strlen(decoded), false);
		free(decoded);
	}
	return true;
}

bool ks_emu_s3_put_tags(struct ks_emu_s3_call *call)
{
	const char *at = ks_buf_text(&call->request->body), *end = at + call->request->body.len;
	struct ks_emu_object *object = find_object(call);
	const char *tag;
	struct ks_buf tags;
	size_t len, count = 0;
	bool good = true;

	if (object == NULL)
		return false;
	ks_buf_init(&tags, 16 * 1024);
	while (good && ks_emu_xml_find(&at, end, "Tag", &tag, &len))
		good = read_tag(tag, tag + len, &tags) && ++count <= TAGS_MAX;
	if (!good) {
		ks_buf_free(&tags);
		return ks_emu_s3_fail(call, KS_EMU_S3_MALFORMED_XML, NULL, NULL);
	}
	free(object->tags);
	object->tags = ks_buf_take(&tags);
	call->world->changed = true;
	call->reply->status = 200;
	return true;
}

bool ks_emu_s3_delete_tags(struct ks_emu_s3_call *call)
{
	struct ks_emu_object *object = find_object(call);

	if (object == NULL)
		return false;
	free(object->tags);
	object->tags = NULL;
	call->world->changed = true;
	call->reply->status = 204;
	return true;
}

/* ---- permissions: the owner's, and everybody's to read where the bucket allows that ---- */

static void write_grant(struct ks_buf *body, const char *type, const char *name, const char *value,
    const char *permission)
{
	ks_buf_printf(
	    body, "<Grant><Grantee xmlns:xsi=\"" XSI_NAMESPACE "\" xsi:type=\"%s\">", type);
	ks_emu_xml_text(body, name, value);
	ks_emu_xml_end(body, "Grantee");
	ks_emu_xml_text(body, "Permission", permission);
	ks_emu_xml_end(body, "Grant");
}

bool ks_emu_s3_get_acl(struct ks_emu_s3_call *call)
{
	const struct ks_emu_object *object = find_object(call);
	struct ks_buf *body = &call->reply->body;
	char owner[KS_EMU_SHA256_HEX];

	if (object == NULL)
		return false;
	ks_emu_sha256_hex(call->world->account, strlen(call->world->account), owner);
	ks_emu_xml_begin_reply(call->reply, "AccessControlPolicy");
	ks_emu_xml_begin(body, "Owner");
	ks_emu_xml_text(body, "ID", owner);
	ks_emu_xml_end(body, "Owner");
	ks_emu_xml_begin(body, "AccessControlList");
	write_grant(body, "CanonicalUser", "ID", owner, "FULL_CONTROL");
	if (object->public_read)
		write_grant(body, "Group", "URI", ALL_USERS, "READ");
	ks_emu_xml_end(body, "AccessControlList");
	ks_emu_xml_end(body, "AccessControlPolicy");
	return true;
}

bool ks_emu_s3_wants_public(const struct ks_emu_request *request)
{
	const char *acl = ks_emu_request_header(request, "x-amz-acl");

	return acl != NULL && strcmp(acl, "public-read") == 0;
}

bool ks_emu_s3_put_acl(struct ks_emu_s3_call *call)
{
	struct ks_emu_object *object = find_object(call);
	bool wants_public = ks_emu_s3_wants_public(call->request) ||
			    strstr(ks_buf_text(&call->request->body), ALL_USERS) != NULL;

	if (object == NULL)
		return false;
	if (wants_public && !call->bucket->public_overrides)
		return ks_emu_s3_fail(call, KS_EMU_S3_ACCESS_DENIED, NULL, NULL);
	object->public_read = wants_public;
	call->world->changed = true;
	call->reply->status = 200;
	return true;
}
