/*
 * A child process that is seen through to its end: what it prints and what it complains of is
 * caught, it has so much time, and it is killed with its children when that is over. It may be
 * handed a secret on its standard input. The thread that started it. Nothing here waits, but for
 * the kill of ks_child_free; SIGCHLD must not be ignored. now and all other times are monotonic
 * milliseconds.
 */
#ifndef KS_BASE_CHILD_H
#define KS_BASE_CHILD_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/secret.h"

/* Descriptors that one child may want to have polled. */
#define KS_CHILD_FDS_MAX 2

/* Nothing here is owned, or of use after ks_child_start. */
struct ks_child_options {
	const char *file; /* ks_spawn_locate finds it */
	char *const *argv;
	char *const *environment;      /* NULL: ours */
	const struct ks_secret *input; /* all of its standard input; NULL: /dev/null */
	size_t output_max; /* bytes that it may print; 0: its standard output is /dev/null */
	int64_t limit_ms;  /* what runs longer is killed */
};

enum ks_child_end {
	KS_CHILD_RUNNING,
	KS_CHILD_EXITED,    /* by itself: ks_child_status is its exit status */
	KS_CHILD_SIGNALLED, /* by a signal that isn't ours: ks_child_status is its number */
	KS_CHILD_TIMED_OUT, /* killed at the limit */
	KS_CHILD_TOO_MUCH,  /* killed because it printed more than it may */
	KS_CHILD_LOST,      /* somebody else took its status: how it ended can't be known */
};

struct ks_child;

/*
 * NULL with err filled when it can't be started. A copy of the input lives in the secure heap until
 * the child ended.
 */
struct ks_child *ks_child_start(
    const struct ks_child_options *options, int64_t now, struct ks_err *err);

/*
 * Does what can be done now; not to be called again once it isn't RUNNING. The child alone counts:
 * children of its own that run on, and hold its output open, are waited for a second at most, and
 * then left alone.
 */
enum ks_child_end ks_child_turn(struct ks_child *child, int64_t now);
/* When one of these can be read, or has hung up, there is something to do. Gives their number. */
size_t ks_child_fds(const struct ks_child *child, int fds[KS_CHILD_FDS_MAX]);
/* When to look again although nothing came. */
int64_t ks_child_wake(const struct ks_child *child);

/* ---- once it has ended; what is handed out is good until ks_child_free ---- */

int ks_child_status(const struct ks_child *child);
/* Bytes of its input that it did not read; SIZE_MAX when that can't be told. */
size_t ks_child_unread(const struct ks_child *child);
/*
 * What it printed, with a NUL behind it, in a block that is wiped when it is freed. Nothing when it
 * was too much.
 */
const char *ks_child_output(const struct ks_child *child, size_t *len);
/*
 * The first line that isn't blank of what it wrote to its standard error (of the last KiB or so, if
 * that was more), clean. "" when there is none, or when its input or a part of it was in there.
 * Where its output is kept, which may be secret, what looks like a secret is taken out of it.
 */
void ks_child_quote(const struct ks_child *child, char *dst, size_t size);

/* Kills what still runs, with its children, and waits 50 ms at most for its end. NULL is fine. */
void ks_child_free(struct ks_child *child);

#endif
