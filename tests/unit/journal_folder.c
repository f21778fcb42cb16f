#include "tests/unit/journal_folder.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/mem.h"

/* ---- a folder for each test ---- */

char base[64], folder[100], path[150], beside[160];
static char claims[150];
struct ks_err err;

int make_folder(void **state)
{
	(void)state;
	snprintf(base, sizeof base, "/tmp/keysail-journal-XXXXXX");
	if (mkdtemp(base) == NULL)
		return -1;
	snprintf(folder, sizeof folder, "%s/state", base);
	snprintf(path, sizeof path, "%s/journal.jsonl", folder);
	snprintf(beside, sizeof beside, "%s.new", path);
	snprintf(claims, sizeof claims, "%s/journal.claims", folder);
	ks_err_clear(&err);
	return 0;
}

int remove_folder(void **state)
{
	(void)state;
	unlink(path);
	unlink(beside);
	unlink(claims);
	rmdir(folder);
	return rmdir(base);
}

struct ks_journal *open_journal(void)
{
	struct ks_journal *journal = ks_journal_open(folder, &err);

	if (journal == NULL)
		fail_msg("%s", err.message);
	return journal;
}

void write_raw(const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), (ssize_t)len);
	close(fd);
}

void write_text(const char *text)
{
	write_raw(text, strlen(text));
}

char *read_raw(void)
{
	int fd = open(path, O_RDONLY);
	struct stat info;
	char *text;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &info), 0);
	text = ks_calloc((size_t)info.st_size + 1, 1);
	assert_int_equal(read(fd, text, (size_t)info.st_size), info.st_size);
	close(fd);
	return text;
}

off_t file_size(void)
{
	struct stat info;

	assert_int_equal(stat(path, &info), 0);
	return info.st_size;
}

/* ---- entries ---- */

struct ks_journal_entry create_entry(const char *id, const char *endpoint)
{
	struct ks_journal_entry entry = {.step = KS_JOURNAL_CREATE, .id = id, .at = NOON};

	entry.text[KS_JOURNAL_ENDPOINT] = endpoint;
	entry.text[KS_JOURNAL_PROFILE] = "prod";
	entry.text[KS_JOURNAL_REGION] = "us-east-1";
	entry.text[KS_JOURNAL_BUCKET] = "media-assets";
	return entry;
}

void append(struct ks_journal *journal, const struct ks_journal_entry *entry)
{
	if (!ks_journal_append(journal, entry, &err))
		fail_msg("%s", err.message);
}

void append_create(struct ks_journal *journal, const char *id, const char *endpoint)
{
	struct ks_journal_entry entry = create_entry(id, endpoint);

	append(journal, &entry);
}

void append_delete(struct ks_journal *journal, const char *id)
{
	struct ks_journal_entry entry = create_entry(id, HERE);

	entry.step = KS_JOURNAL_DELETE;
	entry.text[KS_JOURNAL_KEY] = "AKIAOLD";
	append(journal, &entry);
}

void append_step(struct ks_journal *journal, const char *id, enum ks_journal_step step)
{
	struct ks_journal_entry entry = {.step = step, .id = id, .at = NOON + step};

	if (step == KS_JOURNAL_DONE)
		entry.text[KS_JOURNAL_KEY] = "AKIANEW";
	if (step == KS_JOURNAL_DELIVERING || step == KS_JOURNAL_DELIVERED)
		entry.text[KS_JOURNAL_WAY] = "to the clipboard with wl-copy";
	append(journal, &entry);
}

struct ks_journal_list read_all(struct ks_journal *journal)
{
	struct ks_journal_list list;

	if (!ks_journal_read(journal, &list, &err))
		fail_msg("%s", err.message);
	return list;
}

bool is_at(void *ctx, const struct ks_journal_change *change)
{
	return strcmp(ks_str_raw(&change->text[KS_JOURNAL_ENDPOINT]), ctx) == 0;
}

size_t count_open(struct ks_journal *journal, const char *endpoint)
{
	struct ks_journal_list list;
	size_t count;

	assert_true(ks_journal_read_open(journal, is_at, (void *)(uintptr_t)endpoint, &list, &err));
	count = list.count;
	ks_journal_list_free(&list);
	return count;
}

void assert_counts(struct ks_journal *journal, size_t changes, size_t broken)
{
	struct ks_journal_list list = read_all(journal);

	assert_int_equal(list.count, changes);
	assert_int_equal(list.broken, broken);
	ks_journal_list_free(&list);
}
