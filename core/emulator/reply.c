#include "core/emulator/reply.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/text.h"

struct ks_emu_blob *ks_emu_blob_new(const void *data, size_t len)
{
	struct ks_emu_blob *blob = ks_malloc(sizeof *blob + len);

	blob->refs = 1;
	blob->len = len;
	if (len > 0)
		memcpy(blob->data, data, len);
	return blob;
}

struct ks_emu_blob *ks_emu_blob_ref(struct ks_emu_blob *blob)
{
	blob->refs++;
	return blob;
}

void ks_emu_blob_unref(struct ks_emu_blob *blob)
{
	if (blob != NULL && --blob->refs == 0)
		free(blob);
}

void ks_emu_reply_init(struct ks_emu_reply *reply)
{
	memset(reply, 0, sizeof *reply);
	ks_buf_init(&reply->body, KS_EMU_REPLY_MAX);
}

void ks_emu_reply_reset(struct ks_emu_reply *reply)
{
	for (size_t i = 0; i < reply->header_count; i++) {
		free(reply->headers[i].owned_name);
		free(reply->headers[i].value);
	}
	reply->header_count = 0;
	reply->status = 0;
	ks_buf_reset(&reply->body);
	ks_emu_blob_unref(reply->blob);
	reply->blob = NULL;
	reply->blob_offset = reply->blob_len = 0;
}

void ks_emu_reply_free(struct ks_emu_reply *reply)
{
	ks_emu_reply_reset(reply);
	/* It may be the one reply that a secret was in. */
	if (reply->body.data != NULL)
		ks_wipe(reply->body.data, reply->body.cap);
	ks_buf_free(&reply->body);
	free(reply->headers);
}

static void add_header(
    struct ks_emu_reply *reply, const char *name, char *owned_name, const char *value)
{
	reply->headers = ks_grow(
	    reply->headers, reply->header_count, &reply->header_cap, sizeof *reply->headers);
	reply->headers[reply->header_count++] =
	    (struct ks_emu_reply_header){name, owned_name, ks_strdup(value)};
}

void ks_emu_reply_add_header(struct ks_emu_reply *reply, const char *name, const char *value)
{
	add_header(reply, name, NULL, value);
}

void ks_emu_reply_add_metadata(struct ks_emu_reply *reply, const char *name, const char *value)
{
	char *copy = ks_strdup(name);

	add_header(reply, copy, copy, value);
}

const char *ks_emu_reply_header(const struct ks_emu_reply *reply, const char *name)
{
	for (size_t i = 0; i < reply->header_count; i++)
		if (ks_text_casecmp(reply->headers[i].name, name) == 0)
			return reply->headers[i].value;
	return NULL;
}

static void drop_body(struct ks_emu_reply *reply)
{
	ks_buf_reset(&reply->body);
	ks_emu_blob_unref(reply->blob);
	reply->blob = NULL;
	reply->blob_len = 0;
}

void ks_emu_reply_spoil(struct ks_emu_reply *reply)
{
	switch (reply->delivery) {
	case KS_EMU_DELIVER_TRUNCATED:
		reply->body.len /= 2;
		reply->blob_len /= 2;
		break;
	case KS_EMU_DELIVER_MALFORMED:
		drop_body(reply);
		ks_buf_puts(&reply->body, "{\"buckets\":[{\"name\":<\\x,}]]");
		break;
	case KS_EMU_DELIVER_EMPTY:
		drop_body(reply);
		break;
	case KS_EMU_DELIVER_WHOLE:
	case KS_EMU_DELIVER_NOTHING:
	case KS_EMU_DELIVER_HALF:
	case KS_EMU_DELIVER_HUGE:
		break;
	}
}
