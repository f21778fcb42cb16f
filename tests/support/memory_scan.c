#define _GNU_SOURCE /* pread at any offset */
#include "tests/support/memory_scan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/secret.h"
#include "tests/support/memory_forms.h"
#include "tests/support/memory_pages.h"

enum {
	ENCODED_STRIDE_MAX = 4,
	ANCHORS_MAX = 16384,
	MAPPINGS_MAX = 1024,
};
/* Looked at in pieces that overlap by the longest form at the widest stride. */
#define PIECE   ((size_t)8 * 1024 * 1024)
#define OVERLAP ((size_t)MEMORY_FORM_SIZE * MEMORY_STRIDE_MAX)

struct mapping {
	uint64_t from, to;
	bool readable, guarded, locked;
	enum memory_kind kind;
	char name[64];
};

/*
 * Two neighbours within a form. Each window of a form holds at least one of its anchors, so that
 * only these are looked for.
 */
struct anchor {
	const struct memory_form *form;
	size_t secret, index;
	int stride_max;
	struct anchor *next; /* with the same first byte */
};

struct search {
	struct memory_scan *scan;
	struct memory_pages pages;
	struct memory_form forms[MEMORY_SECRETS_MAX][MEMORY_FORMS_MAX];
	struct anchor anchors[ANCHORS_MAX];
	size_t n_anchors;
	struct anchor *by_byte[256];
	struct mapping mappings[MAPPINGS_MAX];
	size_t n_mappings;
	const struct mapping *mapping; /* the one that is looked at */
	uint64_t piece_from;
	unsigned char piece[PIECE];
	size_t piece_len;
};

const char *memory_scan_unable(void)
{
#if !defined(__linux__)
	return "memory can only be read through Linux's /proc";
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifdef SANITIZED
	return "a sanitizer's build has terabytes of its own, and keeps what was freed";
#else
	return NULL;
#endif
}

/* ---- what to look for ---- */

static void add_anchor(
    struct search *search, const struct memory_form *form, size_t secret, size_t index)
{
	struct anchor *anchor = &search->anchors[search->n_anchors];
	unsigned char first = (unsigned char)form->text[index];

	if (search->n_anchors++ == ANCHORS_MAX)
		abort();
	*anchor = (struct anchor){
	    .form = form,
	    .secret = secret,
	    .index = index,
	    .stride_max = form == search->forms[secret] ? MEMORY_STRIDE_MAX : ENCODED_STRIDE_MAX,
	    .next = search->by_byte[first],
	};
	search->by_byte[first] = anchor;
}

static void add_secret(struct search *search, size_t secret, const char *value)
{
	size_t count = memory_forms(value, search->forms[secret]);

	for (size_t i = 0; i < count; i++) {
		const struct memory_form *form = &search->forms[secret][i];

		for (size_t index = 0; index + 1 < form->len; index += form->window - 1)
			add_anchor(search, form, secret, index);
	}
}

/* ---- mappings ---- */

static bool has_flag(const char *flags, const char *flag)
{
	char word[8];

	snprintf(word, sizeof word, " %s ", flag);
	return strstr(flags, word) != NULL;
}

/* "55d0c0a00000-55d0c0a21000 rw-p 00000000 00:00 0    [heap]" */
static bool begin_mapping(struct search *search, char *line)
{
	struct mapping *mapping = &search->mappings[search->n_mappings];
	char permissions[8], *end;
	int name = 0;

	*mapping = (struct mapping){.from = strtoull(line, &end, 16)};
	if (end == line || *end != '-')
		return false;
	mapping->to = strtoull(end + 1, &end, 16);
	if (sscanf(end, " %7s %*s %*s %*s %n", permissions, &name) != 1 || name == 0)
		return false;
	end[strcspn(end, "\n")] = '\0';
	snprintf(mapping->name, sizeof mapping->name, "%.48s %.4s", end + name, permissions);
	mapping->readable = permissions[0] == 'r';
	mapping->kind = memory_pages_kind(&search->pages, permissions, end + name);
	if (search->n_mappings++ == MAPPINGS_MAX - 1)
		abort();
	return true;
}

static void note_flags(struct search *search, const char *flags)
{
	struct mapping *mapping = &search->mappings[search->n_mappings - 1];
	struct memory_scan *scan = search->scan;

	/* Without a file or another name. The kernel's own pages are kept out of dumps as well. */
	mapping->guarded = has_flag(flags, "dd") && has_flag(flags, "wr") &&
			   has_flag(flags, "rd") && !has_flag(flags, "io") &&
			   !has_flag(flags, "pf") && mapping->name[0] == ' ';
	if (!mapping->guarded)
		return;
	mapping->locked = has_flag(flags, "lo");
	scan->locked = mapping->locked && (scan->guarded_mappings == 0 || scan->locked);
	scan->guarded_mappings++;
}

static bool read_mappings(struct search *search, pid_t pid)
{
	char path[64], line[512];
	FILE *file;

	snprintf(path, sizeof path, "/proc/%ld/smaps", (long)pid);
	file = fopen(path, "re");
	if (file == NULL)
		return false;
	while (fgets(line, sizeof line, file) != NULL)
		if (strncmp(line, "VmFlags:", 8) == 0 && search->n_mappings > 0) {
			line[strcspn(line, "\n")] = ' ';
			note_flags(search, line + 8);
		} else {
			begin_mapping(search, line);
		}
	fclose(file);
	return search->n_mappings > 0;
}

/* ---- looking ---- */

static bool is_known(const struct memory_scan *scan, const struct memory_hit *hit)
{
	for (size_t i = 0; i < scan->n_hits && i < MEMORY_HITS_MAX; i++)
		if (scan->hits[i].address == hit->address && scan->hits[i].secret == hit->secret &&
		    scan->hits[i].stride == hit->stride &&
		    strcmp(scan->hits[i].form, hit->form) == 0)
			return true;
	return false;
}

static void add_hit(
    struct search *search, const struct anchor *anchor, size_t at, int stride, size_t len)
{
	struct memory_scan *scan = search->scan;
	struct memory_hit hit = {
	    .address = search->piece_from + at,
	    .len = len,
	    .secret = anchor->secret,
	    .stride = stride,
	    .guarded = search->mapping->guarded,
	};

	snprintf(hit.form, sizeof hit.form, "%s", anchor->form->name);
	snprintf(hit.mapping, sizeof hit.mapping, "%s", search->mapping->name);
	if (is_known(scan, &hit))
		return;
	if (hit.guarded)
		scan->guarded[hit.secret]++;
	else
		scan->elsewhere[hit.secret]++;
	if (scan->n_hits < MEMORY_HITS_MAX)
		scan->hits[scan->n_hits++] = hit;
}

/* The anchor's two bytes are here: how much of the form stands around them? */
static void look_around(struct search *search, const struct anchor *anchor, size_t at, int stride)
{
	const struct memory_form *form = anchor->form;
	size_t first = anchor->index, last = anchor->index + 1, step = (size_t)stride;
	size_t from = at, to = at + step;

	while (first > 0 && from >= step &&
	       search->piece[from - step] == (unsigned char)form->text[first - 1]) {
		first--;
		from -= step;
	}
	while (last + 1 < form->len && to + step < search->piece_len &&
	       search->piece[to + step] == (unsigned char)form->text[last + 1]) {
		last++;
		to += step;
	}
	if (last - first + 1 >= form->window &&
	    (form->mark == '\0' ||
		memchr(form->text + first, form->mark, last - first + 1) != NULL))
		add_hit(search, anchor, from, stride, last - first + 1);
}

static void look_at(struct search *search, size_t at)
{
	const struct anchor *anchor = search->by_byte[search->piece[at]];

	for (; anchor != NULL; anchor = anchor->next) {
		unsigned char second = (unsigned char)anchor->form->text[anchor->index + 1];
		size_t left = search->piece_len - at - 1;
		int max = left < (size_t)anchor->stride_max ? (int)left : anchor->stride_max;

		for (int stride = 1; stride <= max; stride++)
			if (search->piece[at + (size_t)stride] == second)
				look_around(search, anchor, at, stride);
	}
}

/* Fills the piece from there on; pages that can't be read (the kernel's) are left out. */
static void read_piece(struct search *search, int fd, uint64_t from, size_t len)
{
	size_t have = 0, skipped = 0;

	while (have < len) {
		ssize_t got = pread64(fd, search->piece + have, len - have, (off64_t)(from + have));

		if (got > 0) {
			have += (size_t)got;
			continue;
		}
		memset(
		    search->piece + have, 0, len - have < MEMORY_PAGE ? len - have : MEMORY_PAGE);
		skipped += MEMORY_PAGE;
		have += MEMORY_PAGE;
	}
	search->piece_from = from;
	search->piece_len = len;
	search->scan->bytes += len - (skipped < len ? skipped : len);
}

static void look_through_run(struct search *search, int fd, uint64_t from, uint64_t to)
{
	for (; from < to; from += PIECE - OVERLAP) {
		uint64_t left = to - from;

		read_piece(search, fd, from, left < PIECE ? (size_t)left : PIECE);
		for (size_t at = 0; at + 1 < search->piece_len; at++)
			if (search->by_byte[search->piece[at]] != NULL)
				look_at(search, at);
	}
}

static void look_through(struct search *search, int fd, const struct mapping *mapping)
{
	uint64_t from = mapping->from, end;

	search->mapping = mapping;
	for (; from < mapping->to; from = end) {
		end = memory_pages_run(&search->pages, mapping->kind, &from, mapping->to);
		look_through_run(search, fd, from, end);
	}
}

static int compare_hits(const void *a, const void *b)
{
	const struct memory_hit *left = a, *right = b;

	if (left->guarded != right->guarded)
		return left->guarded ? 1 : -1;
	return left->address < right->address ? -1 : left->address > right->address;
}

void memory_scan(
    pid_t pid, const struct memory_secret *secrets, size_t count, struct memory_scan *scan)
{
	struct search *search = ks_calloc(1, sizeof *search);
	char path[64];
	int fd;

	*scan = (struct memory_scan){0};
	search->scan = scan;
	for (size_t i = 0; i < count; i++)
		add_secret(search, i, secrets[i].value);
	snprintf(path, sizeof path, "/proc/%ld/mem", (long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	memory_pages_open(&search->pages, pid);
	if (fd < 0 || !read_mappings(search, pid)) {
		snprintf(scan->problem, sizeof scan->problem, "%s: %s", path, strerror(errno));
	} else {
		for (size_t i = 0; i < search->n_mappings; i++)
			if (search->mappings[i].readable)
				look_through(search, fd, &search->mappings[i]);
		if (scan->bytes == 0)
			snprintf(scan->problem, sizeof scan->problem, "%s: nothing to read", path);
	}
	if (fd >= 0)
		close(fd);
	memory_pages_close(&search->pages);
	/* A child of this process may be looked through next. */
	ks_wipe(search, sizeof *search);
	free(search);
	qsort(scan->hits, scan->n_hits, sizeof scan->hits[0], compare_hits);
}

void memory_scan_print(const struct memory_scan *scan, const struct memory_secret *secrets)
{
	if (scan->problem[0] != '\0')
		fprintf(stderr, "# memory: %s\n", scan->problem);
	fprintf(stderr, "# memory: %zu bytes, %zu guarded mappings\n", scan->bytes,
	    scan->guarded_mappings);
	for (size_t i = 0; i < scan->n_hits; i++) {
		const struct memory_hit *hit = &scan->hits[i];

		fprintf(stderr, "# memory: %s: %s, %zu characters %d apart, at %#llx in %s%s\n",
		    secrets[hit->secret].name, hit->form, hit->len, hit->stride,
		    (unsigned long long)hit->address, hit->mapping,
		    hit->guarded ? " (the secure heap)" : "");
	}
}
