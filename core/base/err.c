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

	if (len < 0)
		len = 0;
	if ((size_t)len >= sizeof raw)
		len = (int)sizeof raw - 1;
	ks_text_clean(dst, size, raw, (size_t)len);
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

const char *ks_err_line(const struct ks_err *err, char *dst, size_t size)
{
	const char *colon = err->code[0] != '\0' && err->message[0] != '\0' ? ": " : "";
	const char *open = err->tip[0] != '\0' ? " (" : "";
	const char *close = err->tip[0] != '\0' ? ")" : "";

	if (snprintf(dst, size, "%s%s%s%s%s%s", err->code, colon, err->message, open, err->tip,
		close) < 0)
		dst[0] = '\0';
	return dst;
}
