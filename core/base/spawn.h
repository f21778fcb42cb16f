/*
 * Starts children, which may be handed a short text on their standard input: clipboard tools,
 * commands that take a secret. They get no terminal, and each has a session of its own, so that
 * Ctrl-Z and a hang-up of ours don't reach it. Who has to see one through uses child.h. Any thread.
 */
#ifndef KS_BASE_SPAWN_H
#define KS_BASE_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/base/err.h"

/* What a pipe takes at once, whatever happens (POSIX: PIPE_BUF is at least 512; Linux, macOS). */
#define KS_SPAWN_INPUT_MAX 512

struct ks_spawned {
	pid_t pid; /* 0: none */
	int input; /* our view of its input pipe, to see whether it has read all; -1 */
};

/*
 * Finds a program in a list of folders like $PATH; only absolute ones count, so that a secret never
 * goes to a program that happens to lie in the current folder. A name with a slash stands for
 * itself. False when there is none that may be run.
 */
bool ks_spawn_find(const char *path, const char *name, char *dst, size_t size);

/*
 * The same as a new block that the caller frees; NULL with KS_ERR_SYSTEM that says why there is
 * none.
 */
char *ks_spawn_locate(const char *path, const char *name, struct ks_err *err);

/* Nothing here is owned. */
struct ks_spawn {
	const char *file;
	char *const *argv;
	char *const *environment; /* NULL: ours */
	const char *text; /* its first len bytes are all of the standard input; NULL: /dev/null */
	size_t len;       /* at most KS_SPAWN_INPUT_MAX */
	int output;       /* what becomes its standard output; below 1: /dev/null */
	int complaints;   /* what becomes its standard error; below 1: /dev/null */
};

/*
 * Never blocks. False with KS_ERR_SYSTEM when it can't be started. The caller reaps child->pid and
 * calls ks_spawn_forget.
 */
bool ks_spawn_feed(const struct ks_spawn *spawn, struct ks_spawned *child, struct ks_err *err);
/* Bytes of its input that the child has not read; SIZE_MAX when that can't be told. */
size_t ks_spawn_unread(const struct ks_spawned *child);
/* Closes our view of its input. */
void ks_spawn_forget(struct ks_spawned *child);

#endif
