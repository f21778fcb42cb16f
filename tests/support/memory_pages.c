#define _GNU_SOURCE /* pread at any offset */
#include "tests/support/memory_pages.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Documentation/admin-guide/mm/pagemap.rst of the kernel; a file's page is one that isn't a copy.
 */
#define PRESENT ((uint64_t)1 << 63)
#define SWAPPED ((uint64_t)1 << 62)
#define OF_FILE ((uint64_t)1 << 61)

enum { AT_ONCE = 512 };

void memory_pages_open(struct memory_pages *pages, pid_t pid)
{
	char path[64];
	struct stat info;

	snprintf(path, sizeof path, "/proc/%ld/exe", (long)pid);
	pages->program_time = stat(path, &info) == 0 ? info.st_mtime : INT64_MIN;
	snprintf(path, sizeof path, "/proc/%ld/pagemap", (long)pid);
	pages->fd = open(path, O_RDONLY | O_CLOEXEC);
}

void memory_pages_close(struct memory_pages *pages)
{
	if (pages->fd >= 0)
		close(pages->fd);
	pages->fd = -1;
}

enum memory_kind memory_pages_kind(
    const struct memory_pages *pages, const char *permissions, const char *path)
{
	struct stat info;

	if (permissions[0] == '\0' || permissions[3] != 'p')
		return MEMORY_SHARED;
	if (path[0] == '\0' || path[0] == '[')
		return MEMORY_ANONYMOUS;
	return stat(path, &info) == 0 && info.st_mtime <= pages->program_time ? MEMORY_PROGRAM
									      : MEMORY_SHARED;
}

static bool counts(enum memory_kind kind, uint64_t entry)
{
	if (kind == MEMORY_ANONYMOUS)
		return (entry & (PRESENT | SWAPPED)) != 0;
	return (entry & SWAPPED) != 0 || ((entry & PRESENT) != 0 && (entry & OF_FILE) == 0);
}

/* Moves *at to the next page that counts, or doesn't, or to the end; false when that is not known.
 */
static bool next_page(
    const struct memory_pages *pages, enum memory_kind kind, bool wanted, uint64_t *at, uint64_t to)
{
	uint64_t entries[AT_ONCE];

	while (*at < to) {
		uint64_t left = (to - *at) / MEMORY_PAGE, n = left < AT_ONCE ? left : AT_ONCE;
		size_t size = (size_t)n * sizeof entries[0];
		off64_t offset = (off64_t)(*at / MEMORY_PAGE * sizeof entries[0]);

		if (pread64(pages->fd, entries, size, offset) != (ssize_t)size)
			return false;
		for (uint64_t i = 0; i < n; i++, *at += MEMORY_PAGE)
			if (counts(kind, entries[i]) == wanted)
				return true;
	}
	return true;
}

uint64_t memory_pages_run(
    const struct memory_pages *pages, enum memory_kind kind, uint64_t *from, uint64_t to)
{
	uint64_t end;

	if (kind == MEMORY_SHARED || pages->fd < 0)
		return to;
	if (!next_page(pages, kind, true, from, to))
		return to;
	end = *from;
	return next_page(pages, kind, false, &end, to) ? end : to;
}
