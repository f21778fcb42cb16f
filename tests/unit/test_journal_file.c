/* The journal's file: whose it is, a full disk, compacting, and several processes at once. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/record/journal_file.h"
#include "tests/unit/journal_folder.h"

/* ---- fsync ---- */

static int syncs, syncs_fail_from = -1;
static int syncs_unlocked; /* while somebody else could have locked what is at the path */

static bool is_locked(void)
{
#ifdef F_OFD_GETLK
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd = open(path, O_RDWR | O_CLOEXEC);
	bool locked = fd >= 0 && fcntl(fd, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;

	close(fd);
	return locked;
#else
	return true;
#endif
}

/* Stands in for fsync: what a killed process leaves is there without it, and it would take long. */
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
	(void)fd;
	if (syncs_fail_from >= 0 && syncs >= syncs_fail_from) {
		errno = EIO;
		return -1;
	}
	syncs++;
	if (!is_locked())
		syncs_unlocked++;
	return 0;
}

/* ---- the file ---- */

static void folder_and_file_are_the_users_alone(void **state)
{
	struct ks_journal *journal;
	struct stat info;
	mode_t before;

	(void)state;
	before = umask(0);
	journal = open_journal();
	umask(before);
	assert_int_equal(stat(folder, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0700);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	ks_journal_close(journal);
}

static void permissions_of_others_are_taken_away(void **state)
{
	struct ks_journal *journal;
	struct stat info;

	(void)state;
	ks_journal_close(open_journal());
	assert_int_equal(chmod(path, 0664), 0);
	journal = open_journal();
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	assert_int_equal(chmod(path, 0644), 0);
	append_create(journal, ID("a"), HERE);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	ks_journal_close(journal);
}

#define MOVE_AWAY "move it away; a new one is begun then"

static void assert_refused(const char *why, const char *tip)
{
	char message[400];

	assert_null(ks_journal_open(folder, &err));
	snprintf(message, sizeof message, "The journal %s can't be %s", path, why);
	assert_string_equal(err.message, message);
	assert_string_equal(err.tip, tip);
	assert_int_equal(err.kind, KS_ERR_SYSTEM);
}

static void what_is_not_the_users_own_file_is_refused(void **state)
{
	char other[200];

	(void)state;
	assert_int_equal(mkdir(folder, 0700), 0);
	snprintf(other, sizeof other, "%s/other", base);
	close(open(other, O_WRONLY | O_CREAT, 0644));
	assert_int_equal(symlink(other, path), 0);
	assert_refused("opened: it is a symbolic link",
	    "put the file itself there, or remove the link; a new one is begun then");
	unlink(path);
	assert_int_equal(link(other, path), 0);
	assert_refused("used: it has a second name (a hard link)",
	    "remove the other name, or move this one away; a new one is begun then");
	unlink(path);
	unlink(other);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_refused("used: it isn't a regular file", MOVE_AWAY);
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_refused("used: it isn't a regular file", MOVE_AWAY);
	rmdir(path);
}

static void a_file_of_another_owner_is_refused(void **state)
{
	(void)state;
	ks_journal_close(open_journal());
	if (geteuid() != 0)
		skip();
	assert_int_equal(chown(path, 1234, (gid_t)-1), 0);
	assert_refused("used: it belongs to another user",
	    "chown it to you if you know where it is from, or " MOVE_AWAY);
}

static void a_file_that_is_swapped_later_is_refused_too(void **state)
{
	struct ks_journal *journal = open_journal();
	struct ks_journal_entry entry = create_entry(ID("a"), HERE);

	(void)state;
	unlink(path);
	assert_int_equal(symlink("/dev/null", path), 0);
	assert_false(ks_journal_append(journal, &entry, &err));
	unlink(path);
	append(journal, &entry);
	assert_counts(journal, 1, 0);
	assert_int_equal(link(path, beside), 0);
	assert_false(ks_journal_append(journal, &entry, &err));
	ks_journal_close(journal);
}

static void the_descriptor_is_not_inherited(void **state)
{
	struct ks_journal *journal = open_journal();
	struct stat ours, info;
	int found = 0;

	(void)state;
	assert_int_equal(stat(path, &ours), 0);
	for (int fd = 0; fd < 256; fd++)
		if (fstat(fd, &info) == 0 && info.st_ino == ours.st_ino &&
		    info.st_dev == ours.st_dev) {
			assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
			found++;
		}
	assert_int_equal(found, 1);
	ks_journal_close(journal);
}

/* ---- the disk ---- */

static void an_entry_is_on_the_disk_and_at_first_the_folder(void **state)
{
	struct ks_journal *journal = open_journal();

	(void)state;
	syncs = 0;
	append_create(journal, ID("a"), HERE);
	assert_int_equal(syncs, 2);
	append_create(journal, ID("b"), HERE);
	assert_int_equal(syncs, 3);
	ks_journal_close(journal);
}

static void an_entry_that_does_not_reach_the_disk_is_taken_back(void **state)
{
	struct ks_journal *journal = open_journal();
	struct ks_journal_entry entry = create_entry(ID("b"), HERE);

	(void)state;
	append_create(journal, ID("a"), HERE);
	syncs = syncs_fail_from = 0;
	assert_false(ks_journal_append(journal, &entry, &err));
	syncs_fail_from = -1;
	assert_counts(journal, 1, 0);
	append(journal, &entry);
	assert_counts(journal, 2, 0);
	ks_journal_close(journal);
}

static void a_full_disk_leaves_the_file_as_it_was(void **state)
{
	struct ks_journal *journal = open_journal();
	struct ks_journal_entry entry = create_entry(ID("b"), HERE);
	struct rlimit before, tight;
	char message[400];
	off_t size;

	(void)state;
	append_create(journal, ID("a"), HERE);
	size = file_size();
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	for (rlim_t room = 0; room <= 20; room += 20) {
		tight = before;
		tight.rlim_cur = (rlim_t)size + room;
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
		assert_false(ks_journal_append(journal, &entry, &err));
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
		assert_int_equal(file_size(), size);
		snprintf(message, sizeof message, "The journal %s can't be written: %s", path,
		    strerror(room == 0 ? EFBIG : ENOSPC));
		assert_string_equal(err.message, message);
		assert_non_null(strstr(err.tip, room == 0 ? "ulimit -f" : "free some space"));
		assert_non_null(strstr(err.tip, "XDG_STATE_HOME"));
	}
	append(journal, &entry);
	assert_counts(journal, 2, 0);
	ks_journal_close(journal);
}

/* ---- compacting ---- */

/* Settled changes, as this version writes them; each takes more than 400 bytes. */
static void write_settled(size_t from, size_t count)
{
	for (size_t i = from; i < from + count; i++) {
		char lines[1000];

		snprintf(lines, sizeof lines,
		    "{\"change\":\"%032zx\",\"entry\":\"create\",\"time\":\"2021-08-06T12:00:00Z\","
		    "\"padding\":\"%0200d\"," BODY "}\n"
		    "{\"change\":\"%032zx\",\"entry\":\"failed\",\"time\":"
		    "\"2021-08-06T12:00:01Z\"}\n",
		    i, 0, i);
		write_text(lines);
	}
}

static void a_large_file_is_compacted_by_an_append(void **state)
{
	struct ks_journal *journal = open_journal();
	struct ks_journal_list list;
	char last[KS_JOURNAL_ID_SIZE];
	struct stat info;

	(void)state;
	append_create(journal, ID("a"), HERE);
	append_create(journal, ID("b"), HERE);
	append_step(journal, ID("b"), KS_JOURNAL_DONE);
	write_settled(0, 2500);
	assert_true((size_t)file_size() > KS_JOURNAL_SIZE_MAX);
	syncs = syncs_unlocked = 0;
	append_create(journal, ID("c"), HERE);
	/* The new file, the folder, the line: nobody could come between. */
	assert_int_equal(syncs, 3);
	assert_int_equal(syncs_unlocked, 0);
	assert_true((size_t)file_size() < KS_JOURNAL_SIZE_MAX);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	assert_int_equal(access(beside, F_OK), -1);
	list = read_all(journal);
	assert_int_equal(list.count, 3 + KS_JOURNAL_SETTLED_MAX);
	assert_string_equal(list.changes[0].id, ID("a"));
	assert_int_equal(list.changes[1].step, KS_JOURNAL_DONE);
	snprintf(last, sizeof last, "%032x", 1500);
	assert_string_equal(list.changes[2].id, last);
	assert_string_equal(list.changes[list.count - 1].id, ID("c"));
	ks_journal_list_free(&list);
	assert_int_equal(count_open(journal, HERE), 3);
	ks_journal_close(journal);
}

static void a_small_file_is_left_alone(void **state)
{
	struct ks_journal *journal = open_journal();
	struct stat before, after;

	(void)state;
	write_settled(0, 1100);
	assert_int_equal(stat(path, &before), 0);
	append_create(journal, ID("c"), HERE);
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_counts(journal, 1101, 0);
	ks_journal_close(journal);
}

static void a_full_disk_keeps_the_old_file_when_compacting(void **state)
{
	struct ks_journal *journal = open_journal();
	struct rlimit before, tight;
	off_t size;

	(void)state;
	write_settled(0, 1100);
	size = file_size();
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	tight = before;
	tight.rlim_cur = 1000;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
	assert_false(ks_journal_compact(journal, &err));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_string_not_equal(err.tip, "");
	assert_int_equal(file_size(), size);
	assert_int_equal(access(beside, F_OK), -1);
	ks_journal_close(journal);
}

static void a_file_beyond_all_reason_is_refused(void **state)
{
	struct ks_journal *journal = open_journal();
	struct ks_journal_list list;

	(void)state;
	assert_int_equal(truncate(path, 9 * 1024 * 1024), 0);
	assert_false(ks_journal_read(journal, &list, &err));
	assert_string_equal(err.tip, "move it away; a new one is begun then");
	ks_journal_list_free(&list);
	ks_journal_close(journal);
}

/* Left unchanged, and it says which file, and what to do. */
static void assert_too_large(struct ks_journal *journal)
{
	const struct ks_journal_entry entry = create_entry(ID("a"), HERE);
	off_t before = file_size();

	assert_false(ks_journal_append(journal, &entry, &err));
	assert_non_null(strstr(err.message, path));
	assert_non_null(strstr(err.message, "too large"));
	assert_string_not_equal(err.tip, "");
	assert_int_equal(file_size(), before);
}

/* What is written can be read, to the last byte, where the file can't be made smaller. */
static void what_would_be_too_large_to_be_read_is_not_written(void **state)
{
	struct ks_journal *journal = open_journal();
	const off_t most = KS_JOURNAL_FILE_MAX;
	struct ks_journal_list list;
	off_t line;

	(void)state;
	assert_int_equal(mkdir(beside, 0700), 0);
	append_create(journal, ID("a"), HERE);
	line = file_size();
	/* A line of blank bytes that is torn: one more ends it. */
	assert_int_equal(truncate(path, most - line - 1), 0);
	append_create(journal, ID("b"), HERE);
	assert_int_equal(file_size(), most);
	assert_true(ks_journal_read(journal, &list, &err));
	assert_int_equal(list.count, 2);
	ks_journal_list_free(&list);
	for (size_t i = 0; i < 4; i++) {
		const off_t sizes[] = {most - line + 1, most - 1, most, most + 1};

		assert_int_equal(truncate(path, sizes[i]), 0);
		assert_too_large(journal);
	}
	assert_int_equal(rmdir(beside), 0);
	ks_journal_close(journal);
}

/* ---- several processes ---- */

/* Ends the child by _exit, with what work gives. */
static pid_t start(int (*work)(int), int number)
{
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0)
		_exit(work(number));
	return child;
}

static void assert_succeeded(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

#define EACH 500

static int append_many(int number)
{
	struct ks_journal *journal = ks_journal_open(folder, &err);
	char id[KS_JOURNAL_ID_SIZE];

	if (journal == NULL)
		return 1;
	for (int i = 0; i < EACH; i++) {
		struct ks_journal_entry entry = create_entry(id, HERE);

		snprintf(id, sizeof id, "%016x%016x", (unsigned)number, (unsigned)i);
		if (!ks_journal_append(journal, &entry, &err))
			return 2;
	}
	ks_journal_close(journal);
	return 0;
}

static int compact_often(int times)
{
	struct ks_journal *journal = ks_journal_open(folder, &err);
	char id[KS_JOURNAL_ID_SIZE];

	if (journal == NULL)
		return 1;
	for (int i = 0; i < times; i++) {
		struct ks_journal_entry entry = create_entry(id, THERE);

		snprintf(id, sizeof id, "%016x%016x", 3U, (unsigned)i);
		if (!ks_journal_append(journal, &entry, &err) || !ks_journal_compact(journal, &err))
			return 2;
	}
	ks_journal_close(journal);
	return 0;
}

static void two_that_append_while_a_third_compacts_lose_nothing(void **state)
{
	struct ks_journal *journal;
	pid_t children[3];

	(void)state;
	ks_journal_close(open_journal());
	write_settled(0, 50);
	children[0] = start(append_many, 1);
	children[1] = start(append_many, 2);
	children[2] = start(compact_often, 100);
	for (int i = 0; i < 3; i++)
		assert_succeeded(children[i]);
	journal = open_journal();
	assert_counts(journal, 50 + 2 * EACH + 100, 0);
	assert_int_equal(count_open(journal, HERE), 2 * EACH);
	assert_int_equal(count_open(journal, THERE), 100);
	ks_journal_close(journal);
}

static int told; /* what a child says through it has been appended */

static int append_until_killed(int number)
{
	struct ks_journal *journal = ks_journal_open(folder, &err);
	char id[KS_JOURNAL_ID_SIZE];

	if (journal == NULL)
		return 1;
	for (int i = 0;; i++) {
		struct ks_journal_entry entry = create_entry(id, HERE);

		snprintf(id, sizeof id, "%016x%016x", (unsigned)number, (unsigned)i);
		if (!ks_journal_append(journal, &entry, &err) || write(told, "x", 1) != 1)
			return 2;
		if (i % 8 == 7 && !ks_journal_compact(journal, &err))
			return 3;
	}
}

/* The kill falls anywhere in the append or the compacting that follow the last byte read. */
static void a_killed_process_leaves_a_readable_journal(void **state)
{
	struct ks_journal *journal;
	size_t acknowledged = 0;

	(void)state;
	for (int round = 0; round < 20; round++) {
		int ends[2], status;
		char byte;
		pid_t child;

		assert_int_equal(pipe(ends), 0);
		told = ends[1];
		child = start(append_until_killed, round);
		close(ends[1]);
		for (int i = 0; i <= round; i++)
			assert_int_equal(read(ends[0], &byte, 1), 1);
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
		acknowledged += (size_t)round + 1;
		while (read(ends[0], &byte, 1) == 1)
			acknowledged++;
		close(ends[0]);
		journal = open_journal();
		assert_true(count_open(journal, HERE) >= acknowledged);
		ks_journal_close(journal);
	}
	journal = open_journal();
	append_create(journal, ID("a"), THERE);
	assert_int_equal(count_open(journal, THERE), 1);
	ks_journal_close(journal);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(folder_and_file_are_the_users_alone),
	    TEST(permissions_of_others_are_taken_away),
	    TEST(what_is_not_the_users_own_file_is_refused),
	    TEST(a_file_of_another_owner_is_refused),
	    TEST(a_file_that_is_swapped_later_is_refused_too),
	    TEST(the_descriptor_is_not_inherited),
	    TEST(an_entry_is_on_the_disk_and_at_first_the_folder),
	    TEST(an_entry_that_does_not_reach_the_disk_is_taken_back),
	    TEST(a_full_disk_leaves_the_file_as_it_was),
	    TEST(a_large_file_is_compacted_by_an_append),
	    TEST(a_small_file_is_left_alone),
	    TEST(a_full_disk_keeps_the_old_file_when_compacting),
	    TEST(a_file_beyond_all_reason_is_refused),
	    TEST(what_would_be_too_large_to_be_read_is_not_written),
	    TEST(two_that_append_while_a_third_compacts_lose_nothing),
	    TEST(a_killed_process_leaves_a_readable_journal),
	};

	return cmocka_run_group_tests_name("journal file", tests, NULL, NULL);
}
