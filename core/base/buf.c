#include "core/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

void ks_buf_init(struct ks_buf *buf, size_t max)
{
	memset(buf, 0, sizeof *buf);
	buf->max = max;
}

void ks_buf_free(struct ks_buf *buf)
{
	free(buf->data);
	ks_buf_init(buf, buf->max);
}

void ks_buf_reset(struct ks_buf *buf)
{
	buf->len = 0;
	buf->overflow = false;
	if (buf->data != NULL)
		buf->data[0] = '\0';
}

static bool make_room(struct ks_buf *buf, size_t more)
{
	size_t wanted, cap;

	if (more > buf->max - buf->len) {
		buf->overflow = true;
		return false;
	}
	wanted = buf->len + more + 1;
	if (wanted <= buf->cap)
		return true;
	cap = buf->cap > 0 ? buf->cap : 64;
	while (cap < wanted)
		cap *= 2;
	buf->data = ks_realloc(buf->data, cap);
	buf->cap = cap;
	return true;
}

bool ks_buf_add(struct ks_buf *buf, const void *data, size_t len)
{
	if (!make_room(buf, len))
		return false;
	if (len > 0)
		memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
	return true;
}

bool ks_buf_puts(struct ks_buf *buf, const char *text)
{
	return ks_buf_add(buf, text, strlen(text));
}

bool ks_buf_printf(struct ks_buf *buf, const char *format, ...)
{
	va_list args, again;
	int len;
	bool ok = false;

	va_start(args, format);
	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, args);
	if (len >= 0 && make_room(buf, (size_t)len)) {
		vsnprintf(buf->data + buf->len, (size_t)len + 1, format, again);
		buf->len += (size_t)len;
		ok = true;
	}
	va_end(again);
	va_end(args);
	return ok;
}

const char *ks_buf_text(const struct ks_buf *buf)
{
	return buf->data != NULL ? buf->data : "";
}

char *ks_buf_take(struct ks_buf *buf)
{
	char *data = buf->data != NULL ? buf->data : ks_strdup("");

	ks_buf_init(buf, buf->max);
	return data;
}
