#include "tests/support/memory_forms.h"

#include <stdlib.h>
#include <string.h>

/* Eight bytes of a secret. Three characters of base64 stand for no more than two and a bit. */
enum { WINDOW = 8, WINDOW_BASE64 = 12, WINDOW_HEX = 16 };

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void append(struct memory_form *form, const char *text, size_t len)
{
	if (form->len + len >= sizeof form->text)
		abort();
	memcpy(form->text + form->len, text, len);
	form->len += len;
	form->text[form->len] = '\0';
}

/*
 * Those digits that the secret alone decides when so many bytes (0 to 2) of something else stand
 * before it, and anything behind.
 */
static void fill_base64(struct memory_form *form, const char *secret, size_t before)
{
	size_t bits = strlen(secret) * 8;

	for (size_t at = before == 0 ? 0 : 6 - before * 8 % 6; at + 6 <= bits; at += 6) {
		unsigned digit = 0;

		for (size_t bit = at; bit < at + 6; bit++)
			digit = digit << 1 | ((unsigned char)secret[bit / 8] >> (7 - bit % 8) & 1);
		append(form, &base64_digits[digit], 1);
	}
}

static void fill_base64_0(struct memory_form *form, const char *secret)
{
	fill_base64(form, secret, 0);
}

static void fill_base64_1(struct memory_form *form, const char *secret)
{
	fill_base64(form, secret, 1);
}

static void fill_base64_2(struct memory_form *form, const char *secret)
{
	fill_base64(form, secret, 2);
}

static void fill_plain(struct memory_form *form, const char *secret)
{
	append(form, secret, strlen(secret));
}

/* A sign of base64's that is escaped as prefix and two hexadecimal digits. */
static void fill_escaped(
    struct memory_form *form, const char *secret, const char *prefix, const char *digits)
{
	for (; *secret != '\0'; secret++) {
		unsigned char byte = (unsigned char)*secret;

		if (strchr("+/=", *secret) == NULL) {
			append(form, secret, 1);
			continue;
		}
		append(form, prefix, strlen(prefix));
		append(form, &digits[byte >> 4], 1);
		append(form, &digits[byte & 15], 1);
	}
}

static const char lower[] = "0123456789abcdef", upper[] = "0123456789ABCDEF";

static void fill_json_lower(struct memory_form *form, const char *secret)
{
	fill_escaped(form, secret, "\\u00", lower);
}

static void fill_json_upper(struct memory_form *form, const char *secret)
{
	fill_escaped(form, secret, "\\u00", upper);
}

static void fill_percent(struct memory_form *form, const char *secret)
{
	fill_escaped(form, secret, "%", upper);
}

static void fill_json_slash(struct memory_form *form, const char *secret)
{
	for (; *secret != '\0'; secret++)
		append(form, *secret == '/' ? "\\/" : secret, *secret == '/' ? 2 : 1);
}

static void fill_hex(struct memory_form *form, const char *secret)
{
	for (; *secret != '\0'; secret++) {
		append(form, &lower[(unsigned char)*secret >> 4], 1);
		append(form, &lower[(unsigned char)*secret & 15], 1);
	}
}

static const struct {
	const char *name;
	size_t window;
	char mark;
	void (*fill)(struct memory_form *form, const char *secret);
} rows[] = {
    {"plain", WINDOW, '\0', fill_plain},
    {"base64", WINDOW_BASE64, '\0', fill_base64_0},
    {"base64 behind one byte", WINDOW_BASE64, '\0', fill_base64_1},
    {"base64 behind two", WINDOW_BASE64, '\0', fill_base64_2},
    {"JSON \\/", WINDOW, '\\', fill_json_slash},
    {"JSON \\u002f", WINDOW, '\\', fill_json_lower},
    {"JSON \\u002F", WINDOW, '\\', fill_json_upper},
    {"percent-encoded", WINDOW, '%', fill_percent},
    {"hexadecimal", WINDOW_HEX, '\0', fill_hex},
};
_Static_assert(sizeof rows / sizeof rows[0] <= MEMORY_FORMS_MAX, "room for all");

static int is_there(const struct memory_form *forms, size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(forms[i].text, text) == 0)
			return 1;
	return 0;
}

size_t memory_forms(const char *secret, struct memory_form *forms)
{
	size_t count = 0;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct memory_form *form = &forms[count];

		*form = (struct memory_form){
		    .name = rows[i].name, .window = rows[i].window, .mark = rows[i].mark};
		rows[i].fill(form, secret);
		count += !is_there(forms, count, form->text);
	}
	return count;
}
