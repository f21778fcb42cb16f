#include "core/emulator/s3_xml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/date.h"
#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/emulator/request.h"

/* ---- writing ---- */

void ks_emu_xml_begin_reply(struct ks_emu_reply *reply, const char *root)
{
	ks_emu_reply_add_header(reply, "Content-Type", "application/xml");
	reply->status = 200;
	ks_buf_printf(&reply->body,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<%s xmlns=\"" KS_EMU_S3_NAMESPACE "\">",
	    root);
}

void ks_emu_xml_begin(struct ks_buf *buf, const char *name)
{
	ks_buf_printf(buf, "<%s>", name);
}

void ks_emu_xml_end(struct ks_buf *buf, const char *name)
{
	ks_buf_printf(buf, "</%s>", name);
}

static const struct {
	char c;
	const char *name;
} entities[] = {{'&', "amp"}, {'<', "lt"}, {'>', "gt"}, {'"', "quot"}, {'\'', "apos"}};
#define ENTITY_COUNT (sizeof entities / sizeof entities[0])

static void put_escaped(struct ks_buf *buf, const char *text)
{
	for (; *text != '\0'; text++) {
		const char *name = NULL;

		for (size_t i = 0; i < ENTITY_COUNT; i++)
			if (entities[i].c == *text)
				name = entities[i].name;
		if (name != NULL)
			ks_buf_printf(buf, "&%s;", name);
		else if ((unsigned char)*text < 0x20 && *text != '\n' && *text != '\t')
			ks_buf_printf(buf, "&#x%X;", (unsigned)(unsigned char)*text);
		else
			ks_buf_add(buf, text, 1);
	}
}

void ks_emu_xml_text(struct ks_buf *buf, const char *name, const char *text)
{
	ks_emu_xml_begin(buf, name);
	put_escaped(buf, text);
	ks_emu_xml_end(buf, name);
}

void ks_emu_xml_number(struct ks_buf *buf, const char *name, uint64_t number)
{
	ks_buf_printf(buf, "<%s>%llu</%s>", name, (unsigned long long)number, name);
}

void ks_emu_xml_key(struct ks_buf *buf, const char *name, const char *text, bool url_encode)
{
	if (!url_encode) {
		ks_emu_xml_text(buf, name, text);
		return;
	}
	ks_emu_xml_begin(buf, name);
	ks_emu_percent_encode(buf, text, strlen(text), true);
	ks_emu_xml_end(buf, name);
}

void ks_emu_xml_etag(struct ks_buf *buf, const char *etag)
{
	ks_buf_printf(buf, "<ETag>&quot;%s&quot;</ETag>", etag);
}

const char *ks_emu_s3_date(int64_t ms, char date[KS_EMU_S3_DATE_SIZE])
{
	char text[KS_DATE_SIZE];

	ks_date_rfc3339(ms - ms % 1000, text);
	snprintf(date, KS_EMU_S3_DATE_SIZE, "%.*s.000Z", (int)strcspn(text, "Z"), text);
	return date;
}

/* ---- reading ---- */

static const char *find_text(const char *at, const char *end, const char *text)
{
	size_t len = strlen(text);

	for (; (size_t)(end - at) >= len; at++)
		if (memcmp(at, text, len) == 0)
			return at;
	return NULL;
}

bool ks_emu_xml_find(
    const char **at, const char *end, const char *name, const char **content, size_t *len)
{
	char tag[64];
	const char *open, *close;

	snprintf(tag, sizeof tag, "<%s>", name);
	open = find_text(*at, end, tag);
	if (open == NULL)
		return false;
	*content = open + strlen(tag);
	snprintf(tag, sizeof tag, "</%s>", name);
	close = find_text(*content, end, tag);
	if (close == NULL)
		return false;
	*len = (size_t)(close - *content);
	*at = close + strlen(tag);
	return true;
}

/* What the entity at text (past the ampersand) stands for; gives its length, 0 if it is none. */
static size_t decode_entity(const char *text, size_t len, uint32_t *code)
{
	const char *end = memchr(text, ';', len < 12 ? len : 12);
	size_t name_len;

	if (end == NULL)
		return 0;
	name_len = (size_t)(end - text);
	if (name_len > 1 && text[0] == '#') {
		bool hex = text[1] == 'x';

		*code = (uint32_t)strtoul(text + 1 + hex, NULL, hex ? 16 : 10);
		return *code > 0 && *code < 0x110000 ? name_len + 1 : 0;
	}
	for (size_t i = 0; i < ENTITY_COUNT; i++) {
		if (strlen(entities[i].name) == name_len &&
		    memcmp(entities[i].name, text, name_len) == 0) {
			*code = (uint32_t)entities[i].c;
			return name_len + 1;
		}
	}
	return 0;
}

char *ks_emu_xml_decode(const char *content, size_t len)
{
	char *text = ks_malloc(len + 1);
	size_t n = 0, skip, size;
	uint32_t code;
	char bytes[4];

	for (size_t i = 0; i < len; i++) {
		skip = content[i] == '&' ? decode_entity(content + i + 1, len - i - 1, &code) : 0;
		if (skip == 0) {
			text[n++] = content[i];
			continue;
		}
		/* No entity is shorter than the UTF-8 that it stands for. */
		size = ks_text_encode(code, bytes);
		memcpy(text + n, bytes, size);
		n += size;
		i += skip;
	}
	text[n] = '\0';
	return text;
}
