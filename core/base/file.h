/* Files from outside, read whole. Any thread. */
#ifndef KS_BASE_FILE_H
#define KS_BASE_FILE_H

#include <stddef.h>

#include "core/base/err.h"

enum ks_file_result {
	KS_FILE_READ,    /* *out is filled */
	KS_FILE_MISSING, /* there is no such file, or it is /dev/null: err is untouched */
	KS_FILE_REFUSED, /* unreadable, not a regular file, larger than max: err says it */
};

/* The data is followed by a NUL that len doesn't count, and may have others in it. */
struct ks_file_text {
	char *data; /* for ks_wiping_free */
	size_t len;
};

/*
 * Reads at most max bytes into a wiping block. Links are followed; nothing waits on a FIFO or a
 * device. origin is how the message names the file.
 */
enum ks_file_result ks_file_read(
    const char *path, const char *origin, size_t max, struct ks_file_text *out, struct ks_err *err);

#endif
