/*
 * Which pages of another process hold anything of its own. A page that was never written is zeros,
 * or what the program's files were before it started: there are many more of those, and to read
 * them costs more than all others. Linux.
 */
#ifndef KS_TESTS_MEMORY_PAGES_H
#define KS_TESTS_MEMORY_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { MEMORY_PAGE = 4096 };

enum memory_kind {
	MEMORY_SHARED,    /* or what it is isn't known: each page counts */
	MEMORY_ANONYMOUS, /* private; zeros until it is written */
	MEMORY_PROGRAM, /* private, of a file no newer than the program: that until it is written */
};

struct memory_pages {
	int fd;               /* -1: nothing can be known, each page counts */
	int64_t program_time; /* when the program's file was last changed */
};

void memory_pages_open(struct memory_pages *pages, pid_t pid);
void memory_pages_close(struct memory_pages *pages);

/* By the permissions and the file's path as /proc/PID/maps has them; "" for no file. */
enum memory_kind memory_pages_kind(
    const struct memory_pages *pages, const char *permissions, const char *path);

/*
 * The next run of pages that count, at or behind *from and before to: moves *from to its beginning
 * and gives its end; *from when there is none.
 */
uint64_t memory_pages_run(
    const struct memory_pages *pages, enum memory_kind kind, uint64_t *from, uint64_t to);

#endif
