/*
 * The log of --log-file. Nobody hands it a secret; should somebody do so by mistake, it takes out
 * what looks like one. Any thread may write; each entry is one line and one write(2), and no copy
 * of it stays in memory.
 */
#ifndef KS_BASE_LOG_H
#define KS_BASE_LOG_H

#include <stddef.h>

#include "core/base/clock.h"
#include "core/base/err.h"

enum ks_log_level { KS_LOG_ERROR, KS_LOG_WARNING, KS_LOG_INFO, KS_LOG_DEBUG };

struct ks_log;

/*
 * Opens path for appending, 0600 if it is new; a symbolic link or anything but a regular file is
 * refused. NULL with err filled. The clock must outlive the log.
 */
struct ks_log *ks_log_open(const char *path, const struct ks_clock *clock, struct ks_err *err);
/* No other thread may still be writing. NULL is fine. */
void ks_log_close(struct ks_log *log);

/*
 * Adds "2021-08-06T12:00:00Z info  text", cleaned, redacted and cut to one line of at most
 * KS_LOG_LINE_MAX bytes. A NULL log takes everything and keeps nothing, so that callers need not
 * ask. A write that fails is dropped: the log must never stop the program.
 */
#define KS_LOG_LINE_MAX 2048
void ks_log(struct ks_log *log, enum ks_log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Copies text to dst (always terminated, cut to size) with "[redacted]" for what looks like a
 * secret. Two rules:
 * 1. After a name that ends like one that AWS uses for a secret (secretAccessKey, sessionToken,
 *    Authorization, X-Amz-Security-Token, Signature, …; case, '-' and '_' don't count) and one of
 *    "=" ":" ">" the value goes, up to its closing quote or the next separator; after Authorization
 *    the rest of the line.
 * 2. A run of 36 or more characters of the base64 alphabets (A-Z a-z 0-9 + / = - _, and % for
 *    their encoded forms) goes, unless it is pure hexadecimal with dashes: so digests and UUIDs
 *    stay readable, as do ARNs; a secret access key (40 characters) or a token never does. What
 *    else is as long and unbroken, a very long bucket name or path, is lost too: rather that than
 *    a secret.
 */
void ks_log_redact(char *dst, size_t size, const char *text);

#endif
