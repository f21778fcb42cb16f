/*
 * JSON on a stream, a value at a time, for the commands that print it. Any thread.
 */
#ifndef KS_TUI_CLI_PRINT_JSON_H
#define KS_TUI_CLI_PRINT_JSON_H

#include <stdint.h>
#include <stdio.h>

#include "core/base/text.h"

/*
 * What came from outside, as JSON that is valid UTF-8 whatever it was: what isn't becomes U+FFFD,
 * and what a terminal or a reader could trip over is escaped. NULL is null.
 */
void ks_print_json_text(FILE *out, const char *text);
/* The raw text; null when it is absent. */
void ks_print_json_str(FILE *out, const struct ks_str *str);
/* RFC 3339 in UTC; null for KS_TIME_NONE. */
void ks_print_json_time(FILE *out, int64_t time);

#endif
