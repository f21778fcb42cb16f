/* DeleteObjects: many at once. */
#include <stdlib.h>
#include <string.h>

#include "core/emulator/s3.h"
#include "core/emulator/s3_xml.h"

#define KEYS_MAX 1000

static bool is_quiet(const char *at, const char *end)
{
	const char *text;
	size_t len;

	return ks_emu_xml_find(&at, end, "Quiet", &text, &len) && len == 4 &&
	       memcmp(text, "true", 4) == 0;
}

static void delete_one(struct ks_emu_s3_call *call, const char *text, size_t len, bool quiet)
{
	struct ks_buf *body = &call->reply->body;
	char *key = ks_emu_xml_decode(text, len);

	ks_emu_world_remove_object(call->world, call->bucket, key);
	if (!quiet) {
		ks_emu_xml_begin(body, "Deleted");
		ks_emu_xml_text(body, "Key", key);
		ks_emu_xml_end(body, "Deleted");
	}
	free(key);
}

/* How many keys the list has; 0 when it is none that can be read. */
static size_t count_keys(const char *at, const char *end)
{
	const char *text;
	size_t len, count = 0;

	while (ks_emu_xml_find(&at, end, "Key", &text, &len))
		count++;
	return count;
}

bool ks_emu_s3_delete_objects(struct ks_emu_s3_call *call)
{
	const char *at = ks_buf_text(&call->request->body), *end = at + call->request->body.len;
	const char *text;
	char md5[33];
	bool quiet = is_quiet(at, end);
	size_t len, count = count_keys(at, end);

	if (!ks_emu_s3_body_md5(call, md5))
		return false;
	if (count == 0 || count > KEYS_MAX)
		return ks_emu_s3_fail(call, KS_EMU_S3_MALFORMED_XML, NULL, NULL);
	ks_emu_xml_begin_reply(call->reply, "DeleteResult");
	while (ks_emu_xml_find(&at, end, "Key", &text, &len))
		delete_one(call, text, len, quiet);
	ks_emu_xml_end(&call->reply->body, "DeleteResult");
	return true;
}
