/*
 * Text from outside. Whatever identifies something keeps its raw form for requests and JSON output;
 * screen, stderr and log show the cleaned twin only. Cleaning happens once, where text enters.
 * All functions: any thread; none depends on the locale.
 */
#ifndef KS_BASE_TEXT_H
#define KS_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A text and its twin. Both are never NULL after ks_str_set; clean is the same block as raw when
 * nothing had to be changed. A zeroed ks_str is "absent": use ks_str_raw/clean, which give "".
 */
struct ks_str {
	char *raw;
	char *clean;
};

void ks_str_set(struct ks_str *str, const char *text);
void ks_str_copy(struct ks_str *dst, const struct ks_str *src);
void ks_str_free(struct ks_str *str);
bool ks_str_present(const struct ks_str *str);
const char *ks_str_raw(const struct ks_str *str);
const char *ks_str_clean(const struct ks_str *str);

/*
 * Writes at most size-1 bytes of valid, harmless UTF-8: C0, C1, DEL, bidi controls, zero-width and
 * tag characters, unassigned specials and invalid bytes become U+FFFD; line breaks and tabs become
 * a blank; more than two combining marks in a row are dropped. Never cuts a character in two.
 * Returns the number of bytes written; dst is always terminated.
 */
size_t ks_text_clean(char *dst, size_t size, const char *src, size_t len);
/* The same into a new block, which the caller frees. */
char *ks_text_clean_dup(const char *src, size_t len);
/* True when ks_text_clean would change nothing. */
bool ks_text_is_clean(const char *src, size_t len);

/*
 * One code point of UTF-8 at text (not past len). Gives how many bytes it took (0 at the end, and
 * an invalid byte is taken alone as U+FFFD).
 */
size_t ks_text_decode(const char *text, size_t len, uint32_t *code);
/* Writes code as UTF-8 (at most 4 bytes, no NUL); gives the count. */
size_t ks_text_encode(uint32_t code, char dst[4]);

/* Cells that a code point takes on a terminal: 0 (combining), 1 or 2. */
int ks_text_code_width(uint32_t code);
/* Cells that a clean text takes. */
int ks_text_width(const char *text);

/* The bytes of text whose cells fit in width, whole characters with their combining marks only. */
size_t ks_text_fit(const char *text, int width);

/*
 * A whole number of decimal digits and nothing else, from 0 to max. False otherwise; *number is
 * written on success only.
 */
bool ks_text_number(const char *text, uint64_t max, uint64_t *number);

/* Letters compared without case (ASCII only); used for filters and header names. */
bool ks_text_contains(const char *text, const char *part);
int ks_text_casecmp(const char *a, const char *b);

#endif
