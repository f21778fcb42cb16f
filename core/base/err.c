#include "core/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/text.h"

void ks_err_clear(struct ks_err *err)
{
	memset(err, 0, sizeof *err);
}

__attribute__((format(printf, 3, 0))) static void format_clean(
    char *dst, size_t size, const char *format, va_list args)
{
	char raw[1024];
	int len = vsnprintf(raw, sizeof raw, format, args);
	size_t end;

	if (len < 0)
		len = 0;
	if ((size_t)len >= sizeof raw)
		len = (int)sizeof raw - 1;
	end = ks_text_clean(dst, size, raw, (size_t)len);
	/* Some of AWS's sentences end in one. */
	while (end > 0 && dst[end - 1] == ' ')
		dst[--end] = '\0';
}

bool ks_err_set(struct ks_err *err, enum ks_err_kind kind, const char *format, ...)
{
	va_list args;

	ks_err_clear(err);
	err->kind = kind;
	va_start(args, format);
	format_clean(err->message, sizeof err->message, format, args);
	va_end(args);
	return false;
}

bool ks_err_tip(struct ks_err *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	format_clean(err->tip, sizeof err->tip, format, args);
	va_end(args);
	return false;
}

bool ks_err_is(const struct ks_err *err, const char *code)
{
	return strcmp(err->code, code) == 0 || strcmp(err->subcode, code) == 0;
}

bool ks_err_is_not_found(const struct ks_err *err)
{
	return err->kind == KS_ERR_SERVICE &&
	       (strcmp(err->code, "NotFoundException") == 0 || ks_err_is(err, "DoesNotExist"));
}

/* The length of a sentence that goes on: without its full stop. */
static int length_within(const char *sentence)
{
	size_t len = strlen(sentence);

	return (int)(len > 0 && sentence[len - 1] == '.' ? len - 1 : len);
}

/* What to say before the message: the code, if it is a word of the service's; else "". */
static const char *code_said(const struct ks_err *err)
{
	bool is_word = err->code[0] < '0' || err->code[0] > '9';

	return (err->kind == KS_ERR_SERVICE && is_word) || err->message[0] == '\0' ? err->code : "";
}

bool ks_err_because(struct ks_err *err, const struct ks_err *why, const char *format, ...)
{
	struct ks_err reason = *why;
	const char *code = code_said(&reason);
	const char *colon = code[0] != '\0' && reason.message[0] != '\0' ? ": " : "";
	char what[sizeof err->message];
	va_list args;

	va_start(args, format);
	format_clean(what, sizeof what, format, args);
	va_end(args);
	ks_err_set(err, reason.kind, "%s: %s%s%s", what, code, colon, reason.message);
	return ks_err_tip(err, "%s", reason.tip);
}

const char *ks_err_line(const struct ks_err *err, char *dst, size_t size)
{
	const char *code = code_said(err);
	const char *colon = code[0] != '\0' && err->message[0] != '\0' ? ": " : "";
	int len;

	if (err->tip[0] == '\0')
		len = snprintf(dst, size, "%s%s%s", code, colon, err->message);
	else
		len = snprintf(dst, size, "%s%s%.*s (%.*s)", code, colon,
		    length_within(err->message), err->message, length_within(err->tip), err->tip);
	if (len < 0)
		dst[0] = '\0';
	return dst;
}
