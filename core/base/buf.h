/*
 * A growing byte buffer with a ceiling: what comes from outside can't take all memory. A buffer
 * belongs to one thread at a time.
 */
#ifndef KS_BASE_BUF_H
#define KS_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct ks_buf {
	char *data; /* always followed by a NUL that len doesn't count; NULL while empty */
	size_t len;
	size_t cap;
	size_t max;    /* bytes it may ever hold */
	bool overflow; /* something was refused because of max; what fitted is still there */
};

void ks_buf_init(struct ks_buf *buf, size_t max);
void ks_buf_free(struct ks_buf *buf);
/* Empties it and keeps the memory. */
void ks_buf_reset(struct ks_buf *buf);

/* Append; false (and overflow) when the ceiling is reached: then nothing was added. */
bool ks_buf_add(struct ks_buf *buf, const void *data, size_t len);
bool ks_buf_puts(struct ks_buf *buf, const char *text);
bool ks_buf_printf(struct ks_buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The text, "" while empty. Owned by the buffer, good until the next change. */
const char *ks_buf_text(const struct ks_buf *buf);
/* Hands the block to the caller, who frees it; the buffer is empty again. Never NULL. */
char *ks_buf_take(struct ks_buf *buf);

#endif
