/* A code that a command asks for on the terminal, by way of keysail list over a worker of its own.
 */
#define _GNU_SOURCE /* memmem */
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

#include "tests/support/pty.h"

#define PROMPT "mfa/me (Enter for none):"

static char demo_path[4096];

static struct ks_pty *start_with(const char *const *argv)
{
	return ks_pty_start(&(struct ks_pty_options){.argv = argv});
}

/* It asks. */
static struct ks_pty *start(void)
{
	const char *const argv[] = {demo_path, NULL};
	struct ks_pty *pty = start_with(argv);

	assert_true(ks_pty_wait(pty, PROMPT));
	return pty;
}

/* The program's path between these. */
static struct ks_pty *start_shell(const char *before, const char *after)
{
	char script[8192];
	const char *const argv[] = {"/bin/sh", "-c", script, NULL};

	snprintf(script, sizeof script, "%s '%s' %s", before, demo_path, after);
	return start_with(argv);
}

static void assert_never_shown(struct ks_pty *pty, const char *text)
{
	size_t len;
	const char *raw = ks_pty_raw(pty, &len);

	assert_null(memmem(raw, len, text, strlen(text)));
}

static void assert_exits(struct ks_pty *pty, int wanted)
{
	int status;

	assert_true(ks_pty_wait_exit(pty, &status));
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), wanted);
	assert_true(ks_pty_modes_restored(pty));
	ks_pty_free(pty);
}

static void the_code_is_asked_for_and_not_shown(void **state)
{
	struct ks_pty *pty = start();

	(void)state;
	assert_true(ks_pty_wait(pty, "keysail: the profile prod assumes the role Reader"));
	ks_pty_type(pty, "123 456");
	assert_true(ks_pty_wait(pty, "******"));
	assert_false(ks_pty_shows(pty, "bucket-of-prod"));
	ks_pty_press(pty, "Enter");
	assert_true(ks_pty_wait(pty, "bucket-of-prod"));
	assert_true(ks_pty_wait(pty, "bucket-of-dev"));
	assert_never_shown(pty, "123");
	assert_exits(pty, 0);
}

static void the_other_profiles_go_on_meanwhile(void **state)
{
	const char *const argv[] = {demo_path, "tell", NULL};
	struct ks_pty *pty = start_with(argv);

	(void)state;
	assert_true(ks_pty_wait(pty, "dev is read"));
	assert_true(ks_pty_wait(pty, "(Enter for none):"));
	ks_pty_type(pty, "123456\n");
	assert_true(ks_pty_wait(pty, "bucket-of-prod"));
	assert_exits(pty, 0);
}

static void what_is_typed_can_be_corrected(void **state)
{
	struct ks_pty *pty = start();

	(void)state;
	ks_pty_type(pty, "99\177\177");
	ks_pty_type(pty, "777\025");
	ks_pty_press(pty, "Up Left");
	ks_pty_type(pty, "123457\1776\n");
	assert_true(ks_pty_wait(pty, "bucket-of-prod"));
	assert_exits(pty, 0);
}

static void what_is_no_code_is_asked_for_again(void **state)
{
	static const char *const typed[] = {"12345\n", "1234567\n", "order 123456\n"};
	struct ks_pty *pty;

	(void)state;
	for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++) {
		pty = start();
		ks_pty_type(pty, typed[i]);
		assert_true(ks_pty_wait(pty, "A code has 6 digits and nothing else:"));
		ks_pty_type(pty, "123456\n");
		assert_true(ks_pty_wait(pty, "bucket-of-prod"));
		assert_exits(pty, 0);
	}
}

static void a_code_that_was_refused_is_asked_for_again(void **state)
{
	struct ks_pty *pty = start();

	(void)state;
	ks_pty_type(pty, "654321\n");
	assert_true(ks_pty_wait(pty, "keysail: that code was refused"));
	ks_pty_type(pty, "1");
	assert_true(ks_pty_wait(pty, PROMPT " *"));
	ks_pty_type(pty, "23456\n");
	assert_true(ks_pty_wait(pty, "bucket-of-prod"));
	assert_exits(pty, 0);
}

static void what_was_typed_before_is_no_answer(void **state)
{
	const char *const argv[] = {demo_path, "after-input", NULL};
	struct ks_pty *pty = start_with(argv);

	(void)state;
	ks_pty_type(pty, "654321\n");
	assert_true(ks_pty_wait(pty, PROMPT));
	ks_pty_type(pty, "123456\n");
	assert_true(ks_pty_wait(pty, "bucket-of-prod"));
	assert_false(ks_pty_shows(pty, "refused"));
	assert_exits(pty, 0);
}

static void it_can_be_declined(void **state)
{
	static const char *const keys[] = {"Esc", "Enter", "Ctrl-D"};

	(void)state;
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		struct ks_pty *pty = start();

		ks_pty_press(pty, keys[i]);
		assert_true(ks_pty_wait(pty, "keysail: prod: no MFA code: none was given"));
		assert_true(ks_pty_wait(pty, "bucket-of-dev"));
		assert_exits(pty, 1);
	}
}

static void a_question_that_is_over_is_taken_back(void **state)
{
	const char *const argv[] = {demo_path, "over", NULL};
	struct ks_pty *pty = start_with(argv);

	(void)state;
	assert_true(ks_pty_wait(pty, "no MFA code: it took too long"));
	assert_exits(pty, 1);
}

static void what_ends_the_command_gives_the_terminal_back(void **state)
{
	struct ks_pty *pty = start();

	(void)state;
	ks_pty_type(pty, "123");
	assert_true(ks_pty_wait(pty, "***"));
	ks_pty_press(pty, "Ctrl-C");
	assert_exits(pty, 130);
	pty = start();
	ks_pty_signal(pty, SIGTERM);
	assert_exits(pty, 143);
}

static void a_crash_gives_the_terminal_back(void **state)
{
	struct ks_pty *pty = start();
	int status;

	(void)state;
	ks_pty_signal(pty, SIGABRT);
	assert_true(ks_pty_wait_exit(pty, &status));
	assert_true(WIFSIGNALED(status));
	assert_true(ks_pty_modes_restored(pty));
	ks_pty_free(pty);
}

/* Ctrl-Z and Ctrl-\ would leave a shell with a terminal that shows nothing of what is typed. */
static void what_would_leave_it_without_its_modes_is_off(void **state)
{
	struct ks_pty *pty = start();

	(void)state;
	ks_pty_type(pty, "\032\034");
	ks_pty_type(pty, "\n");
	assert_true(ks_pty_wait(pty, "A code has 6 digits"));
	ks_pty_press(pty, "Esc");
	assert_exits(pty, 1);
}

static void standard_input_and_output_may_be_pipes(void **state)
{
	struct ks_pty *pty = start_shell("echo 654321 |", "2>&1 | cat");

	(void)state;
	assert_true(ks_pty_wait(pty, PROMPT));
	ks_pty_type(pty, "123456\n");
	assert_true(ks_pty_wait(pty, "bucket-of-prod"));
	assert_exits(pty, 0);
}

static void in_the_background_nothing_is_asked(void **state)
{
	struct ks_pty *pty = start_shell("set -m;", "& wait $!");

	(void)state;
	assert_true(ks_pty_wait(pty, "in the background"));
	assert_true(ks_pty_wait(pty, "bucket-of-dev"));
	assert_false(ks_pty_shows(pty, PROMPT));
	assert_exits(pty, 1);
}

/* In a session of its own there is none. */
static void without_a_terminal_it_is_declined_at_once(void **state)
{
	char text[8192];
	int ends[2], status;
	size_t len = 0;
	ssize_t count;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		setsid();
		dup2(ends[1], STDOUT_FILENO);
		dup2(ends[1], STDERR_FILENO);
		execl(demo_path, demo_path, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	while ((count = read(ends[0], text + len, sizeof text - 1 - len)) > 0)
		len += (size_t)count;
	text[len] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
	assert_non_null(strstr(text, "no MFA code: there is no terminal to ask on"));
	assert_non_null(strstr(text, "bucket-of-dev"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_code_is_asked_for_and_not_shown),
	    cmocka_unit_test(the_other_profiles_go_on_meanwhile),
	    cmocka_unit_test(what_is_typed_can_be_corrected),
	    cmocka_unit_test(what_is_no_code_is_asked_for_again),
	    cmocka_unit_test(a_code_that_was_refused_is_asked_for_again),
	    cmocka_unit_test(what_was_typed_before_is_no_answer),
	    cmocka_unit_test(it_can_be_declined),
	    cmocka_unit_test(a_question_that_is_over_is_taken_back),
	    cmocka_unit_test(what_ends_the_command_gives_the_terminal_back),
	    cmocka_unit_test(a_crash_gives_the_terminal_back),
	    cmocka_unit_test(what_would_leave_it_without_its_modes_is_off),
	    cmocka_unit_test(standard_input_and_output_may_be_pipes),
	    cmocka_unit_test(in_the_background_nothing_is_asked),
	    cmocka_unit_test(without_a_terminal_it_is_declined_at_once),
	};
	const char *folder = getenv("BUILDDIR");

	snprintf(demo_path, sizeof demo_path, "%s/tests/support/ask_demo",
	    folder != NULL ? folder : ".");
	return cmocka_run_group_tests_name("ask", tests, NULL, NULL);
}
