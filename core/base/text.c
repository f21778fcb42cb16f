#include "core/base/text.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/unicode.h"

#define REPLACEMENT 0xFFFDu
/* Combining marks in a row that real scripts need; more is "zalgo" meant to spill over lines. */
#define MAX_MARKS 2

size_t ks_text_decode(const char *text, size_t len, uint32_t *code)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *bytes = (const unsigned char *)text;
	size_t size;
	uint32_t value;

	if (len == 0)
		return 0;
	if (bytes[0] < 0x80) {
		*code = bytes[0];
		return 1;
	}
	size = bytes[0] >= 0xF0 ? 4 : bytes[0] >= 0xE0 ? 3 : 2;
	*code = REPLACEMENT;
	if (bytes[0] < 0xC2 || bytes[0] > 0xF4 || size > len)
		return 1;
	value = bytes[0] & (0x7Fu >> size);
	for (size_t i = 1; i < size; i++) {
		if ((bytes[i] & 0xC0) != 0x80)
			return 1;
		value = value << 6 | (bytes[i] & 0x3F);
	}
	if (value < smallest[size] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
		return 1;
	*code = value;
	return size;
}

size_t ks_text_encode(uint32_t code, char dst[4])
{
	if (code < 0x80) {
		dst[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		dst[0] = (char)(0xC0 | code >> 6);
		dst[1] = (char)(0x80 | (code & 0x3F));
		return 2;
	}
	if (code < 0x10000) {
		dst[0] = (char)(0xE0 | code >> 12);
		dst[1] = (char)(0x80 | (code >> 6 & 0x3F));
		dst[2] = (char)(0x80 | (code & 0x3F));
		return 3;
	}
	dst[0] = (char)(0xF0 | code >> 18);
	dst[1] = (char)(0x80 | (code >> 12 & 0x3F));
	dst[2] = (char)(0x80 | (code >> 6 & 0x3F));
	dst[3] = (char)(0x80 | (code & 0x3F));
	return 4;
}

int ks_text_code_width(uint32_t code)
{
	if (code < 0x300)
		return 1;
	if (ks_unicode_is_mark(code))
		return 0;
	return ks_unicode_is_wide(code) ? 2 : 1;
}

/* What one code point becomes; *in_a_row counts combining marks. 0: leave it out. */
static uint32_t clean_code(uint32_t code, int *in_a_row)
{
	if (code >= 0x20 && code < 0x7F) {
		*in_a_row = 0;
		return code;
	}
	if (code >= 0x300 && ks_unicode_is_mark(code))
		return ++*in_a_row > MAX_MARKS ? 0 : code;
	*in_a_row = 0;
	if (code == '\n' || code == '\r' || code == '\t')
		return ' ';
	return ks_unicode_is_hidden(code) ? REPLACEMENT : code;
}

size_t ks_text_clean(char *dst, size_t size, const char *src, size_t len)
{
	size_t used = 0;
	int in_a_row = MAX_MARKS; /* a mark with nothing before it has nothing to stand on */

	if (size == 0)
		return 0;
	while (len > 0) {
		uint32_t code;
		size_t taken = ks_text_decode(src, len, &code);
		char bytes[4];
		size_t count;

		src += taken;
		len -= taken;
		code = clean_code(code, &in_a_row);
		if (code == 0)
			continue;
		count = ks_text_encode(code, bytes);
		if (used + count >= size)
			break;
		memcpy(dst + used, bytes, count);
		used += count;
	}
	dst[used] = '\0';
	return used;
}

char *ks_text_clean_dup(const char *src, size_t len)
{
	/* An invalid byte grows to the three bytes of U+FFFD. */
	size_t size = len * 3 + 1;
	char *copy = ks_malloc(size);

	ks_text_clean(copy, size, src, len);
	return copy;
}

bool ks_text_is_clean(const char *src, size_t len)
{
	int in_a_row = MAX_MARKS;

	while (len > 0) {
		uint32_t code;
		size_t taken = ks_text_decode(src, len, &code);

		if ((code == REPLACEMENT && taken == 1) || clean_code(code, &in_a_row) != code)
			return false;
		src += taken;
		len -= taken;
	}
	return true;
}

int ks_text_width(const char *text)
{
	size_t len = strlen(text);
	int width = 0;

	while (len > 0) {
		uint32_t code;
		size_t taken = ks_text_decode(text, len, &code);

		width += ks_text_code_width(code);
		text += taken;
		len -= taken;
	}
	return width;
}

size_t ks_text_fit(const char *text, int width)
{
	size_t len = strlen(text), fitted = 0;

	while (fitted < len) {
		uint32_t code;
		size_t taken = ks_text_decode(text + fitted, len - fitted, &code);

		width -= ks_text_code_width(code);
		if (width < 0)
			break;
		fitted += taken;
	}
	return fitted;
}

static int lower(int c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

int ks_text_casecmp(const char *a, const char *b)
{
	for (; *a != '\0' && lower((unsigned char)*a) == lower((unsigned char)*b); a++, b++)
		;
	return lower((unsigned char)*a) - lower((unsigned char)*b);
}

bool ks_text_number(const char *text, uint64_t max, uint64_t *number)
{
	uint64_t value = 0;

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		uint64_t digit = (uint64_t)(unsigned char)*text - '0';

		if (digit > 9 || digit > max || value > (max - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*number = value;
	return true;
}

bool ks_text_contains(const char *text, const char *part)
{
	size_t i;

	for (; *text != '\0'; text++) {
		for (i = 0; part[i] != '\0'; i++)
			if (lower((unsigned char)text[i]) != lower((unsigned char)part[i]))
				break;
		if (part[i] == '\0')
			return true;
	}
	return part[0] == '\0';
}

void ks_str_set(struct ks_str *str, const char *text)
{
	size_t len = strlen(text);

	ks_str_free(str);
	str->raw = ks_strndup(text, len);
	str->clean = ks_text_is_clean(text, len) ? str->raw : ks_text_clean_dup(text, len);
}

void ks_str_copy(struct ks_str *dst, const struct ks_str *src)
{
	if (ks_str_present(src))
		ks_str_set(dst, src->raw);
	else
		ks_str_free(dst);
}

void ks_str_free(struct ks_str *str)
{
	if (str->clean != str->raw)
		free(str->clean);
	free(str->raw);
	str->raw = NULL;
	str->clean = NULL;
}

bool ks_str_present(const struct ks_str *str)
{
	return str->raw != NULL;
}

const char *ks_str_raw(const struct ks_str *str)
{
	return str->raw != NULL ? str->raw : "";
}

const char *ks_str_clean(const struct ks_str *str)
{
	return str->clean != NULL ? str->clean : "";
}
