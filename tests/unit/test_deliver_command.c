/* A command that is handed the secret: what it gets, and what is said of its end. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/base/fd.h"
#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/deliver/command.h"
#include "tests/support/toolbox.h"

#define ID     "AKIAI44QH8DHBEXAMPLE"
#define SECRET "je7MtGbClwBF/2Zp9Utk/h3yCo8nvb+EXAMPLEKEY="
/* Takes the secret, as sh can: there is no line feed behind it. */
#define TAKES     "cat >\"$D/in\"; "
#define AWAITS_GO "while ! [ -e \"$D/go\" ]; do sleep 0.01; done; "

enum { PATIENCE_MS = 20000 };

struct room {
	struct toolbox box;
	struct ks_command_options options;
	struct ks_command *command;
	struct ks_err err;
	char path[160];
};

static int set_up(void **state)
{
	struct room *r = ks_calloc(1, sizeof *r);

	toolbox_open(&r->box);
	snprintf(r->path, sizeof r->path, "%s:/usr/bin:/bin", r->box.dir);
	r->options = (struct ks_command_options){
	    .line = "vault", .path = r->path, .bucket = "media-assets", .region = "eu-west-1"};
	*state = r;
	return 0;
}

/* No test leaves a child behind, dead or alive. */
static int tear_down(void **state)
{
	struct room *r = *state;

	ks_command_free(r->command);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	toolbox_close(&r->box);
	free(r);
	return 0;
}

static bool begin(struct room *r)
{
	struct ks_secret *secret = ks_secret_new(SECRET, strlen(SECRET), &r->err);

	assert_non_null(secret);
	r->command = ks_command_start(&r->options, ID, secret, 0, &r->err);
	ks_secret_free(secret);
	return r->command != NULL;
}

/* Turns until it is over. The command's own clock stands at now. */
static enum ks_sink_end go_on(struct room *r, int64_t now)
{
	int64_t until = ks_clock_mono(ks_clock_system()) + PATIENCE_MS;
	enum ks_sink_end end;

	while ((end = ks_command_turn(r->command, now, &r->err)) == KS_SINK_RUNNING) {
		struct pollfd fd = {.fd = ks_command_fd(r->command), .events = POLLIN};

		if (ks_clock_mono(ks_clock_system()) > until)
			fail_msg("the command isn't over");
		assert_true(ks_command_wake(r->command) >= now);
		poll(&fd, 1, 5);
	}
	return end;
}

static enum ks_sink_end run(struct room *r, const char *script)
{
	toolbox_add(&r->box, "vault", script);
	if (!begin(r))
		fail_msg("%s", r->err.message);
	return go_on(r, 0);
}

static void check_failure(struct room *r, const char *script, const char *message)
{
	assert_int_equal(run(r, script), KS_SINK_FAILED);
	assert_string_equal(r->err.message, message);
	ks_command_free(r->command);
	r->command = NULL;
}

/* Waits for a file that a script writes. */
static void wait_for(const struct room *r, const char *name)
{
	int64_t until = ks_clock_mono(ks_clock_system()) + PATIENCE_MS;

	for (;;) {
		char *text = toolbox_read(&r->box, name);
		bool there = text[0] != '\0';

		free(text);
		if (there)
			return;
		if (ks_clock_mono(ks_clock_system()) > until)
			fail_msg("%s isn't there", name);
		poll(NULL, 0, 5);
	}
}

/*
 * The end of a pipe whose other end the command and all its children hold: it hangs up when the
 * last of them is gone. Between the two calls the command is begun.
 */
static int open_line(int *theirs)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_true(ks_fd_close_on_exec(ends[0]));
	*theirs = ends[1];
	return ends[0];
}

static bool hangs_up(int line, int timeout_ms)
{
	struct pollfd fd = {.fd = line, .events = POLLIN};

	return poll(&fd, 1, timeout_ms) == 1 && (fd.revents & POLLHUP) != 0;
}

/* Not by /dev/fd: a checker's own descriptors are there, too, and those don't reach a command. */
static int count_descriptors(bool inherited_only)
{
	int count = 0;

	for (int fd = 0; fd < 1024; fd++) {
		int flags = fcntl(fd, F_GETFD);

		if (flags >= 0 && !(inherited_only && (flags & FD_CLOEXEC) != 0))
			count++;
	}
	return count;
}

/* ---- what it gets ---- */

static void it_gets_the_exact_bytes(void **state)
{
	struct room *r = *state;

	assert_int_equal(run(r, TAKES), KS_SINK_DONE);
	assert_toolbox_file(&r->box, "in", SECRET);
}

static void its_arguments_are_split_and_not_expanded(void **state)
{
	struct room *r = *state;

	r->options.line = "vault put 'a b' \"$HOME\" '|' \\;";
	assert_int_equal(run(r, TAKES "printf '<%s>' \"$@\" >\"$D/args\""), KS_SINK_DONE);
	assert_toolbox_file(&r->box, "args", "<put><a b><$HOME><|><;>");
}

static void its_environment_tells_of_the_key_and_not_of_the_secret(void **state)
{
	struct room *r = *state;
	char *env;

	setenv("KEYSAIL_ENDPOINT", "stale", 1);
	setenv("KEYSAIL_REGION", "stale", 1);
	setenv("OURS", "kept", 1);
	assert_int_equal(run(r, TAKES "env >\"$D/env\"; echo \"$*\" >\"$D/args\""), KS_SINK_DONE);
	env = toolbox_read(&r->box, "env");
	assert_non_null(strstr(env, "KEYSAIL_ACCESS_KEY_ID=" ID "\n"));
	assert_non_null(strstr(env, "KEYSAIL_BUCKET=media-assets\n"));
	assert_non_null(strstr(env, "KEYSAIL_REGION=eu-west-1\n"));
	assert_non_null(strstr(env, "OURS=kept\n"));
	assert_null(strstr(env, "KEYSAIL_ENDPOINT"));
	assert_null(strstr(env, "stale"));
	assert_null(strstr(env, SECRET));
	free(env);
	assert_toolbox_file(&r->box, "args", "\n");
}

static void a_custom_endpoint_is_in_its_environment(void **state)
{
	struct room *r = *state;

	r->options.endpoint = "http://127.0.0.1:9000";
	assert_int_equal(run(r, TAKES "printf %s \"$KEYSAIL_ENDPOINT\" >\"$D/out\""), KS_SINK_DONE);
	assert_toolbox_file(&r->box, "out", "http://127.0.0.1:9000");
}

static void its_output_goes_nowhere(void **state)
{
	struct room *r = *state;

	assert_int_equal(
	    run(r, TAKES "echo noise; [ /dev/fd/1 -ef /dev/null ] && echo null >\"$D/out\""),
	    KS_SINK_DONE);
	assert_toolbox_file(&r->box, "out", "null\n");
}

static void it_has_a_session_of_its_own(void **state)
{
	struct room *r = *state;
	pid_t pid;

	toolbox_add(&r->box, "vault", TAKES "echo $$ >\"$D/pid\"; " AWAITS_GO);
	assert_true(begin(r));
	pid = toolbox_pid(&r->box);
	assert_int_equal(getsid(pid), pid);
	toolbox_add_file(&r->box, "go", "go");
	assert_int_equal(go_on(r, 0), KS_SINK_DONE);
}

/* ---- how it ends ---- */

static void a_failure_quotes_its_first_line(void **state)
{
	struct room *r = *state;

	check_failure(r, TAKES "exit 2", "vault failed with exit status 2");
	assert_non_null(strstr(r->err.tip, "by hand"));
	check_failure(r, TAKES "echo; echo ' permission denied' >&2; echo more >&2; exit 2",
	    "vault failed with exit status 2: permission denied");
	assert_non_null(strstr(r->err.tip, "put that right"));
	check_failure(r, TAKES "printf '\\n \\t\\n  no\\033[2J\\n' >&2; exit 1",
	    "vault failed with exit status 1: no\xEF\xBF\xBD[2J");
	check_failure(r, TAKES "echo aborted >&2; kill -9 $$",
	    "vault was ended by signal 9 (Killed): aborted");
	assert_non_null(strstr(r->err.tip, "isn't known"));
	assert_true(ks_err_is(&r->err, KS_SINK_IN_DOUBT));
	check_failure(r, "kill -9 $$",
	    "vault was ended by signal 9 (Killed), before it read any of the secret");
	assert_non_null(strstr(r->err.tip, "by hand"));
}

static void the_end_of_many_complaints_is_quoted_from_a_whole_line(void **state)
{
	struct room *r = *state;
	unsigned number;
	int end = 0;

	assert_int_equal(run(r, TAKES "i=10000; while [ $i -lt 14000 ]; do echo \"line $i\" >&2; "
				      "i=$((i + 1)); done; exit 1"),
	    KS_SINK_FAILED);
	assert_int_equal(
	    sscanf(r->err.message, "vault failed with exit status 1: line %5u%n", &number, &end),
	    1);
	assert_int_equal(r->err.message[end], '\0');
	assert_in_range(number, 13700, 13999);
}

static void a_complaint_with_the_secret_is_not_quoted(void **state)
{
	struct room *r = *state;

	check_failure(
	    r, "read -r s; echo \"denied: $s\" >&2; exit 1", "vault failed with exit status 1");
	/* A part of it, behind harmless lines. */
	check_failure(r,
	    "read -r s; echo denied >&2; echo x${s%EXAMPLEKEY=} | cut -c 20-32 >&2; exit 1",
	    "vault failed with exit status 1");
	/* Long before what would be quoted. */
	check_failure(r,
	    "read -r s; echo $s >&2; i=0; while [ $i -lt 500 ]; do echo 'more to say' >&2; i=$((i "
	    "+ 1)); done; exit 1",
	    "vault failed with exit status 1");
	check_failure(r, "read -r s; echo ${s#*nvb+E} >&2; exit 1",
	    "vault failed with exit status 1: XAMPLEKEY=");
}

static void one_that_does_not_read_the_secret_has_failed(void **state)
{
	struct room *r = *state;

	check_failure(r, "exit 0", "vault ended without reading the secret");
	assert_non_null(strstr(r->err.tip, "from its standard input"));
	check_failure(r, "exec <&-; exit 0", "vault ended without reading the secret");
	check_failure(r, "dd bs=1 count=5 of=/dev/null 2>/dev/null",
	    "vault ended without reading all of the secret");
}

static void what_is_left_of_the_secret_is_not_for_its_children(void **state)
{
	struct room *r = *state;

	check_failure(r,
	    "exec 3<&0; (" AWAITS_GO "cat <&3 >\"$D/late\"; "
	    "echo done >\"$D/done\") 3<&3 & exit 0",
	    "vault ended without reading the secret");
	toolbox_add_file(&r->box, "go", "go");
	wait_for(r, "done");
	assert_toolbox_file(&r->box, "late", "");
}

static void one_that_hangs_is_killed_with_its_children(void **state)
{
	struct room *r = *state;
	int theirs, line = open_line(&theirs);

	toolbox_add(&r->box, "vault", TAKES "sleep 1000 & echo $! >\"$D/pid\"; wait");
	assert_true(begin(r));
	close(theirs);
	toolbox_pid(&r->box);
	assert_int_equal(
	    ks_command_turn(r->command, KS_COMMAND_LIMIT_MS - 1, &r->err), KS_SINK_RUNNING);
	assert_false(hangs_up(line, 0));
	assert_true(ks_command_wake(r->command) <= KS_COMMAND_LIMIT_MS);
	assert_int_equal(go_on(r, KS_COMMAND_LIMIT_MS), KS_SINK_FAILED);
	assert_int_equal(r->err.kind, KS_ERR_TIMEOUT);
	assert_string_equal(r->err.message, "vault did not end within 60 seconds and was killed");
	assert_non_null(strstr(r->err.tip, "isn't known"));
	assert_true(hangs_up(line, PATIENCE_MS));
	close(line);
}

static void a_child_that_stays_does_not_hold_up_the_end(void **state)
{
	struct room *r = *state;
	pid_t child;

	/* It keeps standard error open, and is none of our business any more. */
	assert_int_equal(run(r, TAKES "sleep 1000 & echo $! >\"$D/pid\"; exit 0"), KS_SINK_DONE);
	child = toolbox_pid(&r->box);
	ks_command_free(r->command);
	r->command = NULL;
	assert_int_equal(kill(child, 0), 0);
	kill(child, SIGKILL);
}

static void one_that_closes_its_standard_error_runs_on(void **state)
{
	struct room *r = *state;

	toolbox_add(&r->box, "vault", TAKES "exec 2>&-; echo $$ >\"$D/pid\"; " AWAITS_GO);
	assert_true(begin(r));
	toolbox_pid(&r->box);
	while (ks_command_fd(r->command) >= 0) {
		struct pollfd fd = {.fd = ks_command_fd(r->command), .events = POLLIN};

		assert_int_equal(poll(&fd, 1, PATIENCE_MS), 1);
		assert_int_equal(ks_command_turn(r->command, 0, &r->err), KS_SINK_RUNNING);
	}
	toolbox_add_file(&r->box, "go", "go");
	assert_int_equal(go_on(r, 0), KS_SINK_DONE);
}

static void freeing_it_kills_what_runs(void **state)
{
	struct room *r = *state;
	int theirs, line = open_line(&theirs);

	toolbox_add(&r->box, "vault", "sleep 1000 & echo $! >\"$D/pid\"; wait");
	assert_true(begin(r));
	close(theirs);
	toolbox_pid(&r->box);
	ks_command_free(r->command);
	r->command = NULL;
	assert_true(hangs_up(line, PATIENCE_MS));
	close(line);
}

static void no_descriptor_is_left_open(void **state)
{
	struct room *r = *state;
	int before = count_descriptors(false), inherited = count_descriptors(true);
	char expected[32];

	check_failure(r, "exit 1", "vault failed with exit status 1");
	assert_int_equal(
	    run(r, TAKES "ls -a /dev/fd/ | wc -l | tr -d ' ' >\"$D/out\""), KS_SINK_DONE);
	ks_command_free(r->command);
	r->options.line = "missing";
	assert_false(begin(r));
	assert_int_equal(count_descriptors(false), before);
	/* Beside those: ".", ".." and what ls reads the folder by. */
	snprintf(expected, sizeof expected, "%d\n", inherited + 3);
	assert_toolbox_file(&r->box, "out", expected);
}

/* ---- before it ---- */

static void check_unfit(struct room *r, const char *line, const char *words)
{
	r->options.line = line;
	ks_err_clear(&r->err);
	assert_false(ks_command_check(&r->options, &r->err));
	if (strstr(r->err.message, words) == NULL)
		fail_msg("\"%s\" isn't in: %s", words, r->err.message);
	assert_false(begin(r));
	if (strstr(r->err.message, words) == NULL)
		fail_msg("\"%s\" isn't in: %s", words, r->err.message);
}

static void what_cant_be_started_is_known_before(void **state)
{
	struct room *r = *state;
	char plain[128], folder[128];

	toolbox_add_file(&r->box, "plain", "text");
	snprintf(plain, sizeof plain, "%s/plain", r->box.dir);
	snprintf(folder, sizeof folder, "%s/", r->box.dir);
	check_unfit(r, "missing put", "no folder of PATH has a program missing");
	check_unfit(r, "plain", "no folder of PATH has a program plain");
	check_unfit(r, "/nonexistent/vault", "/nonexistent/vault can't be run: No such file");
	check_unfit(r, plain, "can't be run: Permission denied");
	check_unfit(r, folder, "can't be run: it isn't a regular file");
	check_unfit(r, "vault | tee x", "no shell reads it");
	check_unfit(r, "vault 'a", "without its end");
	r->options.path = ".:";
	check_unfit(r, "vault", "no folder of PATH");
	r->options.path = NULL;
	check_unfit(r, "vault", "no folder of PATH");
}

static void a_program_may_be_in_the_home_folder(void **state)
{
	struct room *r = *state;
	char name[16];

	r->options.line = "~/vault";
	toolbox_add(&r->box, "vault", TAKES);
	assert_false(ks_command_check(&r->options, &r->err));
	r->options.home = r->box.dir;
	r->options.path = NULL;
	assert_true(ks_command_check(&r->options, &r->err));
	assert_true(begin(r));
	assert_int_equal(go_on(r, 0), KS_SINK_DONE);
	assert_toolbox_file(&r->box, "in", SECRET);
	ks_command_name("~/vault x", name, sizeof name);
	assert_string_equal(name, "vault");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(it_gets_the_exact_bytes),
	    TEST(its_arguments_are_split_and_not_expanded),
	    TEST(its_environment_tells_of_the_key_and_not_of_the_secret),
	    TEST(a_custom_endpoint_is_in_its_environment),
	    TEST(its_output_goes_nowhere),
	    TEST(it_has_a_session_of_its_own),
	    TEST(a_failure_quotes_its_first_line),
	    TEST(the_end_of_many_complaints_is_quoted_from_a_whole_line),
	    TEST(a_complaint_with_the_secret_is_not_quoted),
	    TEST(one_that_does_not_read_the_secret_has_failed),
	    TEST(what_is_left_of_the_secret_is_not_for_its_children),
	    TEST(one_that_hangs_is_killed_with_its_children),
	    TEST(a_child_that_stays_does_not_hold_up_the_end),
	    TEST(one_that_closes_its_standard_error_runs_on),
	    TEST(freeing_it_kills_what_runs),
	    TEST(no_descriptor_is_left_open),
	    TEST(what_cant_be_started_is_known_before),
	    TEST(a_program_may_be_in_the_home_folder),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
