/*
 * Reads a process's memory at the last moment at which there is any: when it is about to be gone,
 * whether it ends by itself or by a signal. A process of its own does it, by ptrace, so that who
 * waits for the program sees nothing of it.
 */
#ifndef KS_TESTS_EXIT_WATCH_H
#define KS_TESTS_EXIT_WATCH_H

#include <stdbool.h>
#include <sys/types.h>

#include "tests/support/memory_scan.h"

struct exit_watch {
	pid_t pid; /* the watcher's */
	int result;
};

/*
 * Begins to watch for the end of that process; the secrets are as memory_scan's. False when
 * it may not be watched.
 */
bool exit_watch_start(
    struct exit_watch *watch, pid_t pid, const struct memory_secret *secrets, size_t count);
/* The same for secrets that nobody can know before: find is called in the watcher, at the end. */
typedef size_t exit_watch_find(void *ctx, const struct memory_secret **secrets);
bool exit_watch_start_finding(
    struct exit_watch *watch, pid_t pid, exit_watch_find *find, void *ctx);
/* Waits for the end, which must be on its way, and for what was found; once. */
void exit_watch_finish(struct exit_watch *watch, struct memory_scan *scan);

/* NULL, or why nothing can be watched or looked through here. */
const char *exit_watch_unable(void);

#endif
