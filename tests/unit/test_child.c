#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/child.h"
#include "core/base/clock.h"
#include "core/base/fd.h"
#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/spawn.h"
#include "tests/support/toolbox.h"

#define SECRET "je7MtGbClwBF/2Zp9Utk/h3yCo8nvb+EXAMPLEKEY="

enum { PATIENCE_MS = 20000, LIMIT_MS = 60000, LINGER_MS = 1000, OUTPUT_MAX = 65536 };

/*
 * A fifo of the box holds a script up: it reads a line that the test writes when it is time.
 * Opened for both directions, so that neither side waits for the other to open it.
 */
#define AWAITS_GO "read -r go <>\"$D/go\"; "

struct room {
	struct toolbox box;
	struct ks_child_options options;
	struct ks_child *child;
	struct ks_err err;
	char file[128];
	char *argv[4];
	int go;
};

static int set_up(void **state)
{
	struct room *r = ks_calloc(1, sizeof *r);
	char fifo[128];

	toolbox_open(&r->box);
	snprintf(fifo, sizeof fifo, "%s/go", r->box.dir);
	assert_true(toolbox_run("mkfifo %s", fifo));
	r->go = open(fifo, O_RDWR | O_CLOEXEC);
	assert_true(r->go >= 0);
	snprintf(r->file, sizeof r->file, "%s/tool", r->box.dir);
	r->argv[0] = r->file;
	r->options = (struct ks_child_options){
	    .file = r->file,
	    .argv = r->argv,
	    .output_max = OUTPUT_MAX,
	    .limit_ms = LIMIT_MS,
	};
	*state = r;
	return 0;
}

/* No test leaves a child behind, dead or alive. */
static int tear_down(void **state)
{
	struct room *r = *state;

	ks_child_free(r->child);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	close(r->go);
	toolbox_close(&r->box);
	free(r);
	return 0;
}

static void begin(struct room *r, const char *script)
{
	toolbox_add(&r->box, "tool", script);
	r->child = ks_child_start(&r->options, 0, &r->err);
	if (r->child == NULL)
		fail_msg("%s", r->err.message);
}

static void let_go(const struct room *r)
{
	assert_int_equal(write(r->go, "go\n", 3), 3);
}

static void await(const struct room *r)
{
	struct pollfd polled[KS_CHILD_FDS_MAX];
	int fds[KS_CHILD_FDS_MAX];
	size_t count = ks_child_fds(r->child, fds);

	for (size_t i = 0; i < count; i++)
		polled[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
	poll(polled, (nfds_t)count, 5);
}

/* Turns until it is over. The child's own clock stands at now. */
static enum ks_child_end go_on(struct room *r, int64_t now)
{
	int64_t until = ks_clock_mono(ks_clock_system()) + PATIENCE_MS;
	enum ks_child_end end;

	while ((end = ks_child_turn(r->child, now)) == KS_CHILD_RUNNING) {
		if (ks_clock_mono(ks_clock_system()) > until)
			fail_msg("the child isn't over");
		assert_true(ks_child_wake(r->child) >= now);
		await(r);
	}
	return end;
}

static enum ks_child_end run(struct room *r, const char *script)
{
	ks_child_free(r->child);
	begin(r, script);
	return go_on(r, 0);
}

/* Turns until so much of its output is there. */
static void await_output(struct room *r, size_t wanted)
{
	int64_t until = ks_clock_mono(ks_clock_system()) + PATIENCE_MS;
	size_t len = 0;

	while (len < wanted) {
		assert_int_equal(ks_child_turn(r->child, 0), KS_CHILD_RUNNING);
		ks_child_output(r->child, &len);
		if (ks_clock_mono(ks_clock_system()) > until)
			fail_msg("it printed only %zu bytes", len);
		await(r);
	}
}

static void assert_output(const struct room *r, const char *expected)
{
	size_t len;
	const char *output = ks_child_output(r->child, &len);

	assert_string_equal(output, expected);
	assert_int_equal(len, strlen(expected));
}

static void assert_quote(const struct room *r, const char *expected)
{
	char said[64];

	ks_child_quote(r->child, said, sizeof said);
	assert_string_equal(said, expected);
}

/* The end of a pipe whose other end the child and all its children hold. */
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

static int count_descriptors(void)
{
	int count = 0;

	for (int fd = 0; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			count++;
	return count;
}

/* By valgrind, which leaves its own library in what is preloaded. */
static bool is_observed(void)
{
	const char *preloaded = getenv("LD_PRELOAD");

	return preloaded != NULL && strstr(preloaded, "vgpreload") != NULL;
}

/* ---- what it prints ---- */

static void what_it_prints_is_caught(void **state)
{
	struct room *r = *state;

	assert_int_equal(run(r, "echo one; echo aside >&2; printf two"), KS_CHILD_EXITED);
	assert_int_equal(ks_child_status(r->child), 0);
	assert_output(r, "one\ntwo");
	assert_quote(r, "aside");
	assert_int_equal(run(r, ""), KS_CHILD_EXITED);
	assert_output(r, "");
	assert_quote(r, "");
}

static void bytes_of_any_kind_are_kept(void **state)
{
	struct room *r = *state;
	size_t len;
	const char *output;

	assert_int_equal(run(r, "printf 'a\\0b\\377'"), KS_CHILD_EXITED);
	output = ks_child_output(r->child, &len);
	assert_int_equal(len, 4);
	assert_memory_equal(output, "a\0b\377", 5);
}

static void it_may_print_just_so_much(void **state)
{
	struct room *r = *state;
	size_t len;

	r->options.output_max = 4096;
	assert_int_equal(run(r, "dd if=/dev/zero bs=4096 count=1 2>/dev/null"), KS_CHILD_EXITED);
	ks_child_output(r->child, &len);
	assert_int_equal(len, 4096);
}

static void one_that_prints_more_is_killed(void **state)
{
	struct room *r = *state;
	int theirs, line = open_line(&theirs);

	r->options.output_max = 4096;
	begin(r, "head -c 4097 /bin/sh; exec sleep 1000");
	close(theirs);
	assert_int_equal(go_on(r, 0), KS_CHILD_TOO_MUCH);
	assert_output(r, "");
	assert_true(hangs_up(line, PATIENCE_MS));
	close(line);
}

static void too_much_is_too_much_even_from_one_that_ended_well(void **state)
{
	struct room *r = *state;

	r->options.output_max = 4096;
	begin(r, "head -c 4097 /bin/sh; echo $$ >\"$D/pid\"");
	/* Until it is over for certain, and nobody has looked. */
	assert_int_equal(
	    waitid(P_PID, (id_t)toolbox_pid(&r->box), &(siginfo_t){0}, WEXITED | WNOWAIT), 0);
	assert_int_equal(ks_child_turn(r->child, 0), KS_CHILD_TOO_MUCH);
	assert_output(r, "");
}

static void one_that_never_stops_complaining_holds_nobody_up(void **state)
{
	struct room *r = *state;

	begin(r, "exec yes noise >&2");
	for (int i = 0; i < 100; i++) {
		assert_int_equal(ks_child_turn(r->child, 0), KS_CHILD_RUNNING);
		await(r);
	}
	assert_int_equal(go_on(r, LIMIT_MS), KS_CHILD_TIMED_OUT);
	assert_quote(r, "noise");
}

static void both_of_its_pipes_are_to_be_polled(void **state)
{
	struct room *r = *state;
	int fds[KS_CHILD_FDS_MAX];

	begin(r, "exec >&-; " AWAITS_GO "exec 2>&-; " AWAITS_GO);
	assert_int_equal(ks_child_fds(r->child, fds), 2);
	while (ks_child_fds(r->child, fds) == 2) {
		assert_int_equal(ks_child_turn(r->child, 0), KS_CHILD_RUNNING);
		await(r);
	}
	let_go(r);
	while (ks_child_fds(r->child, fds) == 1) {
		assert_int_equal(ks_child_turn(r->child, 0), KS_CHILD_RUNNING);
		await(r);
	}
	assert_int_equal(ks_child_fds(r->child, fds), 0);
	let_go(r);
	assert_int_equal(go_on(r, 0), KS_CHILD_EXITED);
}

/* ---- what it is given ---- */

static void without_input_it_reads_the_end_at_once(void **state)
{
	struct room *r = *state;

	assert_int_equal(run(r, "[ /dev/fd/0 -ef /dev/null ] && echo null; cat"), KS_CHILD_EXITED);
	assert_output(r, "null\n");
	assert_int_equal(ks_child_unread(r->child), 0);
}

static void its_input_is_the_secret(void **state)
{
	struct room *r = *state;
	struct ks_secret *secret = ks_secret_new(SECRET, strlen(SECRET), &r->err);

	assert_non_null(secret);
	r->options.input = secret;
	assert_int_equal(run(r, "cat"), KS_CHILD_EXITED);
	assert_output(r, SECRET);
	assert_int_equal(ks_child_unread(r->child), 0);
	assert_int_equal(run(r, "exit 0"), KS_CHILD_EXITED);
	assert_int_equal(ks_child_unread(r->child), strlen(SECRET));
	/* What it says of it isn't repeated. */
	assert_int_equal(run(r, "read -r s; echo \"denied: $s\" >&2"), KS_CHILD_EXITED);
	assert_quote(r, "");
	ks_secret_free(secret);
}

static void its_environment_and_arguments_are_the_callers(void **state)
{
	struct room *r = *state;
	static char variable[] = "ONLY=this", blank[] = "a b", bar[] = "|";
	char *environment[] = {variable, NULL};

	setenv("OURS", "kept", 1);
	r->argv[1] = blank;
	r->argv[2] = bar;
	assert_int_equal(run(r, "printf '<%s>' \"$OURS\" \"$@\""), KS_CHILD_EXITED);
	assert_output(r, "<kept><a b><|>");
	r->options.environment = environment;
	assert_int_equal(run(r, "printf '<%s>' \"$OURS\" \"$ONLY\""), KS_CHILD_EXITED);
	assert_output(r, "<><this>");
}

/* ---- how it ends ---- */

static void its_end_is_told(void **state)
{
	struct room *r = *state;

	assert_int_equal(run(r, "echo 'no such role' >&2; exit 7"), KS_CHILD_EXITED);
	assert_int_equal(ks_child_status(r->child), 7);
	assert_quote(r, "no such role");
	assert_int_equal(run(r, "kill -TERM $$"), KS_CHILD_SIGNALLED);
	assert_int_equal(ks_child_status(r->child), SIGTERM);
}

static void one_whose_status_was_taken_is_lost(void **state)
{
	struct room *r = *state;
	pid_t pid;

	begin(r, "echo $$ >\"$D/pid\"");
	pid = toolbox_pid(&r->box);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(go_on(r, 0), KS_CHILD_LOST);
}

static void what_it_says_last_is_heard(void **state)
{
	struct room *r = *state;

	begin(r, "echo words; echo reason >&2; echo $$ >\"$D/pid\"");
	assert_int_equal(
	    waitid(P_PID, (id_t)toolbox_pid(&r->box), &(siginfo_t){0}, WEXITED | WNOWAIT), 0);
	assert_int_equal(ks_child_turn(r->child, 0), KS_CHILD_EXITED);
	assert_output(r, "words\n");
	assert_quote(r, "reason");
}

static void one_that_hangs_is_killed_with_its_children(void **state)
{
	struct room *r = *state;
	int theirs, line = open_line(&theirs);

	begin(r, "echo part; sleep 1000 & sleep 1000");
	close(theirs);
	await_output(r, 5);
	assert_int_equal(ks_child_turn(r->child, LIMIT_MS - 1), KS_CHILD_RUNNING);
	assert_false(hangs_up(line, 0));
	assert_true(ks_child_wake(r->child) <= LIMIT_MS);
	assert_int_equal(go_on(r, LIMIT_MS), KS_CHILD_TIMED_OUT);
	assert_true(hangs_up(line, PATIENCE_MS));
	close(line);
}

static void what_its_children_print_after_its_end_is_caught(void **state)
{
	struct room *r = *state;
	pid_t pid;

	begin(r, "(" AWAITS_GO "echo late) & echo $$ >\"$D/pid\"");
	pid = toolbox_pid(&r->box);
	assert_int_equal(waitid(P_PID, (id_t)pid, &(siginfo_t){0}, WEXITED | WNOWAIT), 0);
	assert_int_equal(ks_child_turn(r->child, 0), KS_CHILD_RUNNING);
	assert_true(ks_child_wake(r->child) <= LINGER_MS);
	let_go(r);
	assert_int_equal(go_on(r, LINGER_MS - 1), KS_CHILD_EXITED);
	assert_output(r, "late\n");
}

static void a_child_that_stays_does_not_hold_up_the_end(void **state)
{
	struct room *r = *state;
	pid_t child;

	begin(r, "sleep 1000 & echo $! >\"$D/pid\"; echo whole; exit 0");
	child = toolbox_pid(&r->box);
	await_output(r, 6);
	assert_int_equal(go_on(r, LINGER_MS), KS_CHILD_EXITED);
	assert_output(r, "whole\n");
	/* A failure waits for nothing at all. */
	kill(child, SIGKILL);
	assert_int_equal(run(r, "sleep 1000 & echo $! >\"$D/pid\"; exit 3"), KS_CHILD_EXITED);
	assert_int_equal(ks_child_status(r->child), 3);
	child = toolbox_pid(&r->box);
	ks_child_free(r->child);
	r->child = NULL;
	assert_int_equal(kill(child, 0), 0);
	kill(child, SIGKILL);
}

static void freeing_it_kills_what_runs(void **state)
{
	struct room *r = *state;
	int theirs, line = open_line(&theirs);

	begin(r, "echo part; sleep 1000 & sleep 1000");
	close(theirs);
	await_output(r, 5);
	ks_child_free(r->child);
	r->child = NULL;
	assert_true(hangs_up(line, PATIENCE_MS));
	close(line);
}

static void no_descriptor_is_left_open(void **state)
{
	struct room *r = *state;
	int before = count_descriptors();

	char long_text[KS_SPAWN_INPUT_MAX + 1] = "";
	struct ks_secret *too_long = ks_secret_new(long_text, sizeof long_text, &r->err);

	run(r, "echo out; echo err >&2");
	ks_child_free(r->child);
	assert_int_equal(count_descriptors(), before);
	assert_non_null(too_long);
	r->options.input = too_long;
	r->child = ks_child_start(&r->options, 0, &r->err);
	assert_null(r->child);
	assert_non_null(strstr(r->err.message, "too long"));
	assert_int_equal(count_descriptors(), before);
	ks_secret_free(too_long);
}

/* ---- before it ---- */

static void what_cant_be_found_says_why(void **state)
{
	struct room *r = *state;
	char *found;

	toolbox_add(&r->box, "tool", "");
	assert_null(ks_spawn_locate(r->box.dir, "missing", &r->err));
	assert_string_equal(
	    r->err.message, "no folder of PATH has a program missing that may be run");
	assert_null(ks_spawn_locate(r->box.dir, "/nonexistent/tool", &r->err));
	assert_string_equal(
	    r->err.message, "/nonexistent/tool can't be run: No such file or directory");
	found = ks_spawn_locate(r->box.dir, "tool", &r->err);
	assert_string_equal(found, r->file);
	free(found);
}

/* Not in valgrind's sight: its posix_spawn can't see that the program could not be run. */
static void what_cant_be_run_is_not_started(void **state)
{
	struct room *r = *state;

	if (is_observed())
		skip();
	toolbox_add_file(&r->box, "plain", "text");
	snprintf(r->file, sizeof r->file, "%s/plain", r->box.dir);
	r->child = ks_child_start(&r->options, 0, &r->err);
	assert_null(r->child);
	assert_int_equal(r->err.kind, KS_ERR_SYSTEM);
	assert_non_null(strstr(r->err.message, "can't be started: Permission denied"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(what_it_prints_is_caught),
	    TEST(bytes_of_any_kind_are_kept),
	    TEST(it_may_print_just_so_much),
	    TEST(one_that_prints_more_is_killed),
	    TEST(too_much_is_too_much_even_from_one_that_ended_well),
	    TEST(one_that_never_stops_complaining_holds_nobody_up),
	    TEST(both_of_its_pipes_are_to_be_polled),
	    TEST(without_input_it_reads_the_end_at_once),
	    TEST(its_input_is_the_secret),
	    TEST(its_environment_and_arguments_are_the_callers),
	    TEST(its_end_is_told),
	    TEST(one_whose_status_was_taken_is_lost),
	    TEST(what_it_says_last_is_heard),
	    TEST(one_that_hangs_is_killed_with_its_children),
	    TEST(what_its_children_print_after_its_end_is_caught),
	    TEST(a_child_that_stays_does_not_hold_up_the_end),
	    TEST(freeing_it_kills_what_runs),
	    TEST(no_descriptor_is_left_open),
	    TEST(what_cant_be_found_says_why),
	    TEST(what_cant_be_run_is_not_started),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("child", tests, NULL, NULL);
}
