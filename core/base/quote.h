/*
 * What another program or a service said, for people. It may say what it should not: repeat a token
 * that it was given, or print credentials where a reason is expected. Any thread.
 */
#ifndef KS_BASE_QUOTE_H
#define KS_BASE_QUOTE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Copies text to dst (always terminated, cut to size), cleaned (text.h) and with "[redacted]" for
 * what looks like a secret (log.h). No other copy of it is left. Of a long text it takes the
 * beginning.
 */
void ks_quote(char *dst, size_t size, const char *text, size_t len);

/* True when a part of the secret, too long for a coincidence, is in the text. */
bool ks_quote_holds(const char *text, size_t len, const char *secret, size_t secret_len);

#endif
