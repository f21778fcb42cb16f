/* How a file is replaced: whole, at the end of its links, and never over another one's edit. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/deliver/replace_file.h"
#include "tests/unit/deliver_folder.h"

static void a_link_stays_and_its_target_is_replaced(void **state)
{
	struct stat info;

	(void)state;
	assert_int_equal(mkdir("dots", 0700), 0);
	put("dots/real", "[a]\n", 0640);
	assert_int_equal(symlink("real", "dots/second"), 0);
	assert_int_equal(symlink("dots/second", "credentials"), 0);
	deliver("profile:new");
	assert_int_equal(lstat("credentials", &info), 0);
	assert_true(S_ISLNK(info.st_mode));
	check_file("dots/real", "[a]\n\n[new]\n" KEY_LINES);
	check_mode("dots/real", 0640);
	check_file("dots/real.keysail-backup", "[a]\n");
	check_mode("dots/real.keysail-backup", 0600);
	check_absent("dots/real.keysail-new");
}

static void a_link_to_nothing_gets_its_target(void **state)
{
	struct stat info;

	(void)state;
	assert_int_equal(symlink("later", "credentials"), 0);
	deliver("profile:new");
	assert_int_equal(lstat("credentials", &info), 0);
	assert_true(S_ISLNK(info.st_mode));
	check_mode("later", 0600);
	assert_int_equal(symlink("round", "round"), 0);
	check_refused("env:round", KS_ERR_SYSTEM, "followed");
}

static void a_narrow_mode_is_kept(void **state)
{
	(void)state;
	put("credentials", "[a]\n", 0400);
	deliver("profile:new");
	check_mode("credentials", 0400);
}

static void the_backup_goes_when_it_is_told(void **state)
{
	struct ks_sink_plan *plan;

	(void)state;
	put("credentials", "[a]\n", 0644);
	plan = preflight("profile:new");
	assert_non_null(plan);
	check_absent("credentials.keysail-backup");
	assert_true(hand_over(plan, ID, SECRET));
	check_file("credentials.keysail-backup", "[a]\n");
	check_mode("credentials.keysail-backup", 0600);
	assert_true(ks_sink_drop_backup(plan, &err));
	check_absent("credentials.keysail-backup");
	assert_true(ks_sink_drop_backup(plan, &err));
	ks_sink_plan_free(plan);
}

static void a_backup_of_somebody_else_is_not_dropped(void **state)
{
	struct ks_sink_plan *plan;

	(void)state;
	put("credentials.keysail-backup", "older", 0600);
	plan = preflight("profile:new");
	assert_non_null(plan);
	assert_true(hand_over(plan, ID, SECRET));
	assert_true(ks_sink_drop_backup(plan, &err));
	check_file("credentials.keysail-backup", "older");
	ks_sink_plan_free(plan);
}

static void only_a_regular_file_of_one_name_is_replaced(void **state)
{
	(void)state;
	options.replace = true;
	assert_int_equal(mkdir("d", 0700), 0);
	check_refused("env:d", KS_ERR_REFUSED, "it is a folder");
	assert_int_equal(mkfifo("fifo", 0600), 0);
	check_refused("env:fifo", KS_ERR_REFUSED, "regular");
	put("one", "x", 0600);
	assert_int_equal(link("one", "two"), 0);
	check_refused("env:one", KS_ERR_REFUSED, "hard links");
	check_refused("env:none/x", KS_ERR_SYSTEM, "No such file");
	if (geteuid() == 0) {
		put("theirs", "x", 0666);
		assert_int_equal(chown("theirs", 65534, 65534), 0);
		check_refused("env:theirs", KS_ERR_REFUSED, "another user");
	}
}

/* Root may write everywhere, so this is for nobody: in a child, which ends with its privileges. */
static void a_folder_that_cant_be_written_is_found_before(void **state)
{
	int status;
	pid_t child;

	(void)state;
	assert_int_equal(mkdir("locked", 0700), 0);
	put("locked/credentials", "[a]\n", 0644);
	assert_int_equal(chmod("locked", 0555), 0);
	assert_int_equal(chmod(".", 0755), 0);
	child = fork();
	if (child == 0) {
		bool refused;

		if (geteuid() == 0 && seteuid(65534) != 0)
			_exit(2);
		options.credentials_file = "locked/credentials";
		refused = preflight("profile:new") == NULL && err.kind == KS_ERR_SYSTEM &&
			  strstr(err.message, "Permission denied") != NULL;
		_exit(refused ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(chmod("locked", 0755), 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	check_file("locked/credentials", "[a]\n");
}

static void what_a_killed_keysail_left_is_taken_away(void **state)
{
	(void)state;
	put("out.env.keysail-new", "half a", 0600);
	deliver("env:out.env");
	check_absent("out.env.keysail-new");
}

static void two_keysails_take_turns(void **state)
{
	int fd;

	(void)state;
	put("out.env.keysail-new", "", 0600);
	fd = open("out.env.keysail-new", O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	check_refused("env:out.env", KS_ERR_SYSTEM, "another keysail");
	close(fd);
	deliver("env:out.env");
}

static void a_link_in_the_way_is_not_followed(void **state)
{
	(void)state;
	put("victim", "precious", 0600);
	assert_int_equal(symlink("victim", "out.env.keysail-new"), 0);
	check_refused("env:out.env", KS_ERR_SYSTEM, "can't be written");
	check_file("victim", "precious");
}

struct meddler {
	const char *write; /* what another program puts there meanwhile */
	int times, calls;
};

static bool meddle(
    void *context, const struct ks_draft *old, struct ks_draft *out, struct ks_err *error)
{
	struct meddler *meddler = context;

	(void)error;
	if (old != NULL)
		ks_draft_add(out, old->data, old->len);
	ks_draft_puts(out, "ours\n");
	if (meddler->calls++ < meddler->times)
		put("file", meddler->write, 0600);
	return true;
}

static bool replace_with(struct meddler *meddler, bool *backed_up)
{
	const struct ks_replace replace = {"file", true, meddle, meddler};

	return ks_replace_file(&replace, backed_up, &err);
}

static void another_programs_edit_is_not_lost(void **state)
{
	struct meddler changed = {"theirs\n", 1, 0}, made = {"made\n", 1, 0};
	bool backed_up;

	(void)state;
	put("file", "before\n", 0600);
	assert_true(replace_with(&changed, &backed_up));
	assert_int_equal(changed.calls, 2);
	check_file("file", "theirs\nours\n");
	check_file("file.keysail-backup", "theirs\n");
	unlink("file");
	assert_true(replace_with(&made, &backed_up));
	assert_int_equal(made.calls, 2);
	check_file("file", "made\nours\n");
}

/* The last instant: the file comes up between the look at its place and the taking of it. */
static const char *made_before_link;
int __real_link(const char *from, const char *to);
int __wrap_link(const char *from, const char *to);

int __wrap_link(const char *from, const char *to)
{
	if (made_before_link != NULL)
		put(to, made_before_link, 0600);
	made_before_link = NULL;
	return __real_link(from, to);
}

static void a_file_that_comes_up_at_the_last_instant_is_kept(void **state)
{
	struct meddler idle = {"", 0, 0};
	bool backed_up;

	(void)state;
	made_before_link = "theirs\n";
	assert_true(replace_with(&idle, &backed_up));
	assert_int_equal(idle.calls, 2);
	check_file("file", "theirs\nours\n");
	check_absent("file.keysail-new");
}

static void a_program_that_never_stops_is_given_up_on(void **state)
{
	struct meddler meddler = {"theirs\n", 1000, 0};
	bool backed_up;

	(void)state;
	put("file", "before\n", 0600);
	assert_false(replace_with(&meddler, &backed_up));
	assert_false(backed_up);
	assert_true(meddler.calls < 100);
	check_file("file", "theirs\n");
	check_absent("file.keysail-backup");
	check_absent("file.keysail-new");
}

#define TEST(function) cmocka_unit_test_setup(function, start_folder)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(a_link_stays_and_its_target_is_replaced),
	    TEST(a_link_to_nothing_gets_its_target),
	    TEST(a_narrow_mode_is_kept),
	    TEST(the_backup_goes_when_it_is_told),
	    TEST(a_backup_of_somebody_else_is_not_dropped),
	    TEST(only_a_regular_file_of_one_name_is_replaced),
	    TEST(a_folder_that_cant_be_written_is_found_before),
	    TEST(what_a_killed_keysail_left_is_taken_away),
	    TEST(two_keysails_take_turns),
	    TEST(a_link_in_the_way_is_not_followed),
	    TEST(another_programs_edit_is_not_lost),
	    TEST(a_file_that_comes_up_at_the_last_instant_is_kept),
	    TEST(a_program_that_never_stops_is_given_up_on),
	};

	return run_in_folder(tests, sizeof tests / sizeof tests[0]);
}
