/* Where the journal may be: not where another user could put something else in its place. */
#define _GNU_SOURCE /* unshare */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sched.h>
#include <sys/prctl.h>
#endif

#include <cmocka.h>

#include "tests/support/toolbox.h"
#include "tests/unit/journal_folder.h"

enum {
	SOMEBODY = 1234, /* has no name here, as user and as group */
	CANT = 77,       /* not each system and each container allows it */
};

/* A path below the test's own folder. */
static const char *below(const char *name)
{
	static char paths[4][200];
	static unsigned next;
	char *here = paths[next++ % 4];

	snprintf(here, sizeof paths[0], "%s/%s", base, name);
	return here;
}

static void make(const char *name, mode_t mode)
{
	assert_int_equal(mkdir(below(name), 0700), 0);
	assert_int_equal(chmod(below(name), mode), 0);
}

static int remove_all(void **state)
{
	(void)state;
	return toolbox_run("rm -r %s", base) ? 0 : -1;
}

static void assert_accepted(const char *where)
{
	struct ks_journal *journal = ks_journal_open(where, &err);

	if (journal == NULL)
		fail_msg("%s", err.message);
	append_create(journal, ID("a"), HERE);
	ks_journal_close(journal);
}

/* The culprit is named between before and after. */
static void assert_refused(
    const char *where, const char *before, const char *culprit, const char *after, const char *tip)
{
	char message[600];

	assert_null(ks_journal_open(where, &err));
	snprintf(message, sizeof message, "The journal can't be kept in %s: %s%s%s", where, before,
	    culprit, after);
	assert_string_equal(err.message, message);
	assert_string_equal(err.tip, tip);
	assert_int_equal(err.kind, KS_ERR_SYSTEM);
}

static void assert_writable(
    const char *where, const char *who, const char *culprit, const char *change)
{
	char before[100], tip[300];

	snprintf(before, sizeof before, "%s can write to the folder ", who);
	snprintf(tip, sizeof tip, "chmod %s %s, or set XDG_STATE_HOME to another folder", change,
	    culprit);
	assert_refused(where, before, culprit, "", tip);
}

static void assert_open_to_all(const char *where, const char *culprit)
{
	assert_writable(where, "other users", culprit, "go-w");
}

static void assert_open_to_group(const char *where, const char *culprit)
{
	assert_writable(where, "its group", culprit, "g-w");
}

static void assert_foreign(const char *where, const char *what, const char *culprit)
{
	assert_refused(where, what, culprit, " belongs to another user",
	    "set XDG_STATE_HOME to a folder of your own");
}

/* ---- who can write ---- */

static void a_folder_that_others_can_write_to_is_refused(void **state)
{
	static const mode_t modes[] = {0777, 0703, 0702, 01777};

	(void)state;
	assert_int_equal(mkdir(folder, 0700), 0);
	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		assert_int_equal(chmod(folder, modes[i]), 0);
		assert_open_to_all(folder, folder);
		assert_int_equal(access(path, F_OK), -1);
	}
	assert_int_equal(chmod(folder, 0755), 0);
	assert_accepted(folder);
}

static void a_folder_above_that_others_can_write_to_is_refused(void **state)
{
	(void)state;
	assert_int_equal(chmod(base, 0777), 0);
	assert_open_to_all(folder, base);
	/* Nothing is made where it could not stay. */
	assert_int_equal(access(folder, F_OK), -1);
	assert_int_equal(chmod(base, 01777), 0);
	assert_accepted(folder);
}

static void a_folder_that_is_opened_to_others_later_is_refused_too(void **state)
{
	struct ks_journal *journal = open_journal();
	struct ks_journal_entry entry = create_entry(ID("a"), HERE);

	(void)state;
	assert_int_equal(chmod(folder, 0777), 0);
	assert_false(ks_journal_append(journal, &entry, &err));
	assert_non_null(strstr(err.message, "other users can write to the folder"));
	assert_int_equal(chmod(folder, 0700), 0);
	append(journal, &entry);
	assert_counts(journal, 1, 0);
	ks_journal_close(journal);
}

static void a_group_of_others_may_not_write(void **state)
{
	(void)state;
	assert_int_equal(chown(base, (uid_t)-1, SOMEBODY), 0);
	assert_int_equal(chmod(base, 0770), 0);
	assert_open_to_group(folder, base);
	assert_int_equal(chmod(base, 0750), 0);
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_int_equal(chown(folder, (uid_t)-1, SOMEBODY), 0);
	assert_int_equal(chmod(folder, 0770), 0);
	assert_open_to_group(folder, folder);
}

/* Where each user has a group, umask 002 is usual. */
static void the_users_own_group_may_write(void **state)
{
	(void)state;
	if (!toolbox_run("getent group root | grep -qE '^root:[^:]*:0:(root)?$'"))
		return;
	assert_int_equal(chown(base, (uid_t)-1, 0), 0);
	assert_int_equal(chmod(base, 0775), 0);
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_int_equal(chown(folder, (uid_t)-1, 0), 0);
	assert_int_equal(chmod(folder, 0775), 0);
	assert_accepted(folder);
}

/* ---- whose it is ---- */

static void a_folder_of_another_user_is_refused(void **state)
{
	(void)state;
	assert_int_equal(chown(base, SOMEBODY, (gid_t)-1), 0);
	assert_foreign(folder, "the folder ", base);
	assert_int_equal(access(folder, F_OK), -1);
	/* Whom a container shows for users that it doesn't have is one like any other outside. */
	if (toolbox_run("grep -q ' 4294967295$' /proc/self/uid_map")) {
		assert_int_equal(chown(base, 65534, (gid_t)-1), 0);
		assert_foreign(folder, "the folder ", base);
	}
	assert_int_equal(chown(base, 0, (gid_t)-1), 0);
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_int_equal(chown(folder, SOMEBODY, (gid_t)-1), 0);
	assert_foreign(folder, "the folder ", folder);
}

/* Gives what work gives in a process that isn't root, and whose the folder base is; or CANT. */
static int as_no_root(int (*work)(uid_t user))
{
	uid_t user = geteuid() != 0 ? geteuid() : SOMEBODY;
	int status;
	pid_t child;

	if (geteuid() == 0 && chown(base, user, (gid_t)-1) != 0)
		return CANT;
	child = fork();
	if (child == 0)
		_exit(geteuid() == 0 && setuid(user) != 0 ? 99 : work(user));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int open_at_root(uid_t user)
{
	(void)user;
	return ks_journal_open("/", &err) == NULL &&
		       strstr(err.message, "the folder / belongs to another user") != NULL
		   ? 0
		   : 1;
}

/* Root's folders may be above the journal; none is it. */
static void a_folder_of_roots_is_none_of_the_users(void **state)
{
	int result = as_no_root(open_at_root);

	(void)state;
	if (result != CANT)
		assert_int_equal(result, 0);
}

#ifdef __linux__
/* As in a toolbox or a rootless container: "/" belongs to nobody there. */
static int open_in_namespace(uid_t user)
{
	struct ks_journal *journal;
	char map[64];
	FILE *file;

	/* Who has given up being root can't write to its own /proc, unless it may be looked at. */
	if (prctl(PR_SET_DUMPABLE, 1) != 0 || unshare(CLONE_NEWUSER) != 0)
		return CANT;
	file = fopen("/proc/self/uid_map", "w");
	snprintf(map, sizeof map, "%d %d 1", (int)user, (int)user);
	if (file == NULL || fputs(map, file) < 0 || fclose(file) != 0)
		return CANT;
	journal = ks_journal_open(folder, &err);
	if (journal == NULL)
		fprintf(stderr, "%s\n", err.message);
	ks_journal_close(journal);
	return journal != NULL ? 0 : 1;
}

static void whoever_is_not_in_a_container_counts_as_root(void **state)
{
	int result = as_no_root(open_in_namespace);

	(void)state;
	if (result != CANT)
		assert_int_equal(result, 0);
}
#endif

/* ---- links ---- */

static void the_users_own_links_are_followed(void **state)
{
	static const struct {
		const char *target; /* NULL: the real one, absolute */
		const char *where;
	} rows[] = {
	    {NULL, "link/keysail"},
	    {"real", "link/keysail"},
	    {"./real/../real/", "link//keysail/"},
	    {"real/keysail", "link"},
	    {"other", "link/keysail"},
	};

	(void)state;
	make("real", 0755);
	assert_int_equal(symlink("real", below("other")), 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *target = rows[i].target != NULL ? rows[i].target : below("real");

		assert_int_equal(symlink(target, below("link")), 0);
		assert_accepted(below(rows[i].where));
		assert_int_equal(unlink(below("real/keysail/journal.jsonl")), 0);
		assert_int_equal(unlink(below("link")), 0);
	}
}

static void a_link_of_another_user_is_refused(void **state)
{
	(void)state;
	make("real", 0700);
	assert_int_equal(symlink("real", below("link")), 0);
	assert_int_equal(lchown(below("link"), SOMEBODY, (gid_t)-1), 0);
	assert_foreign(below("link"), "the symbolic link ", below("link"));
	assert_foreign(below("link/keysail"), "the symbolic link ", below("link"));
	assert_int_equal(access(below("real/keysail"), F_OK), -1);
}

static void what_a_link_leads_through_counts_too(void **state)
{
	(void)state;
	make("open", 0777);
	make("open/real", 0700);
	assert_int_equal(symlink(below("open/real"), below("link")), 0);
	assert_int_equal(symlink("link", below("first")), 0);
	assert_open_to_all(below("first/keysail"), below("open"));
	assert_int_equal(symlink("open/../open/real", below("dots")), 0);
	assert_open_to_all(below("dots/keysail"), below("open"));
	/* So does where the link is. */
	assert_int_equal(chmod(below("open"), 0755), 0);
	make("shared", 0777);
	assert_int_equal(symlink(below("open/real"), below("shared/link")), 0);
	assert_open_to_all(below("shared/link/keysail"), below("shared"));
}

static void links_that_go_round_are_an_error(void **state)
{
	(void)state;
	assert_int_equal(symlink("second", below("first")), 0);
	assert_int_equal(symlink("first", below("second")), 0);
	assert_null(ks_journal_open(below("first/keysail"), &err));
	assert_string_not_equal(err.message, "");
	assert_string_equal(err.tip, "set XDG_STATE_HOME to a folder that you can write to");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, remove_all)

/* Not even root can in each container. */
static bool can_give_away(void)
{
	bool can = make_folder(NULL) == 0 && chown(base, SOMEBODY, SOMEBODY) == 0;

	rmdir(base);
	return can;
}

#ifdef __linux__
#define FOR_LINUX TEST(whoever_is_not_in_a_container_counts_as_root),
#else
#define FOR_LINUX
#endif

#define FOR_ALL                                                                                   \
	FOR_LINUX TEST(a_folder_that_others_can_write_to_is_refused),                             \
	    TEST(a_folder_above_that_others_can_write_to_is_refused),                             \
	    TEST(a_folder_that_is_opened_to_others_later_is_refused_too),                         \
	    TEST(a_folder_of_roots_is_none_of_the_users), TEST(the_users_own_links_are_followed), \
	    TEST(what_a_link_leads_through_counts_too), TEST(links_that_go_round_are_an_error)

int main(void)
{
	const struct CMUnitTest for_all[] = {FOR_ALL};
	const struct CMUnitTest with_root[] = {
	    FOR_ALL,
	    TEST(a_group_of_others_may_not_write),
	    TEST(the_users_own_group_may_write),
	    TEST(a_folder_of_another_user_is_refused),
	    TEST(a_link_of_another_user_is_refused),
	};

	if (!can_give_away())
		return cmocka_run_group_tests_name("journal trust", for_all, NULL, NULL);
	return cmocka_run_group_tests_name("journal trust", with_root, NULL, NULL);
}
