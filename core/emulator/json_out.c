#include "core/emulator/json_out.h"

#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/text.h"

void ks_emu_json_init(struct ks_emu_json *json, struct ks_buf *buf)
{
	*json = (struct ks_emu_json){.buf = buf};
}

static void put_escaped(struct ks_buf *buf, uint32_t code)
{
	char bytes[4];

	if (code == '"' || code == '\\')
		ks_buf_printf(buf, "\\%c", (int)code);
	else if (code < 0x20 || code == 0x7f)
		ks_buf_printf(buf, "\\u%04x", (unsigned)code);
	else
		ks_buf_add(buf, bytes, ks_text_encode(code, bytes));
}

/* The longest start of text that needs no care. */
static size_t plain_run(const char *text, size_t len)
{
	size_t i = 0;

	while (i < len && (unsigned char)text[i] >= 0x20 && (unsigned char)text[i] < 0x7f &&
	       text[i] != '"' && text[i] != '\\')
		i++;
	return i;
}

static void put_quoted(struct ks_buf *buf, const char *text)
{
	size_t len = strlen(text), run;
	uint32_t code;

	ks_buf_puts(buf, "\"");
	while (len > 0) {
		run = plain_run(text, len);
		ks_buf_add(buf, text, run);
		text += run;
		len -= run;
		if (len == 0)
			break;
		run = ks_text_decode(text, len, &code);
		put_escaped(buf, code);
		text += run;
		len -= run;
	}
	ks_buf_puts(buf, "\"");
}

static void put_name(struct ks_emu_json *json, const char *name)
{
	if (json->comma)
		ks_buf_puts(json->buf, ",");
	json->comma = true;
	if (name == NULL)
		return;
	put_quoted(json->buf, name);
	ks_buf_puts(json->buf, ":");
}

void ks_emu_json_object(struct ks_emu_json *json, const char *name)
{
	put_name(json, name);
	ks_buf_puts(json->buf, "{");
	json->comma = false;
}

void ks_emu_json_array(struct ks_emu_json *json, const char *name)
{
	put_name(json, name);
	ks_buf_puts(json->buf, "[");
	json->comma = false;
}

void ks_emu_json_end_object(struct ks_emu_json *json)
{
	ks_buf_puts(json->buf, "}");
	json->comma = true;
}

void ks_emu_json_end_array(struct ks_emu_json *json)
{
	ks_buf_puts(json->buf, "]");
	json->comma = true;
}

void ks_emu_json_string(struct ks_emu_json *json, const char *name, const char *value)
{
	put_name(json, name);
	if (value == NULL)
		ks_buf_puts(json->buf, "null");
	else if (json->wrong_types)
		ks_buf_printf(json->buf, "{\"length\":%zu}", strlen(value));
	else
		put_quoted(json->buf, value);
}

void ks_emu_json_integer(struct ks_emu_json *json, const char *name, int64_t value)
{
	put_name(json, name);
	if (json->wrong_types)
		ks_buf_puts(json->buf, "\"a number\"");
	else
		ks_buf_printf(json->buf, "%lld", (long long)value);
}

void ks_emu_json_hundredths(struct ks_emu_json *json, const char *name, unsigned value)
{
	put_name(json, name);
	if (json->wrong_types)
		ks_buf_puts(json->buf, "[]");
	else
		ks_buf_printf(json->buf, "%u.%02u", value / 100, value % 100);
}

void ks_emu_json_bool(struct ks_emu_json *json, const char *name, bool value)
{
	put_name(json, name);
	if (json->wrong_types)
		ks_buf_puts(json->buf, value ? "\"maybe\"" : "7");
	else
		ks_buf_puts(json->buf, value ? "true" : "false");
}

void ks_emu_json_time(struct ks_emu_json *json, const char *name, int64_t ms)
{
	char digits[32];
	size_t len, exponent;

	put_name(json, name);
	if (json->wrong_types) {
		ks_buf_puts(json->buf, "\"yesterday\"");
		return;
	}
	if (ms == KS_TIME_NONE) {
		ks_buf_puts(json->buf, "null");
		return;
	}
	/* By hand: printf's %E writes the decimal point of the user's locale. */
	len = (size_t)snprintf(digits, sizeof digits, "%lld", (long long)(ms < 1000 ? 1000 : ms));
	exponent = len - 4;
	while (len > 2 && digits[len - 1] == '0')
		len--;
	ks_buf_printf(json->buf, "%c.%.*sE%zu", digits[0], (int)(len - 1), digits + 1, exponent);
}
