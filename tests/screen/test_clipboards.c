/*
 * What reaches each clipboard is the secret that the server made, once, and it leaves it at exit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "tests/screen/desk.h"

enum { PATIENCE_MS = 20000 };

/* By another encoder than the program's. */
static void osc52_of(const char *secret, char dst[128])
{
	unsigned char base64[96];

	EVP_EncodeBlock(base64, (const unsigned char *)secret, (int)strlen(secret));
	snprintf(dst, 128, "\033]52;c;%s\033\\", (const char *)base64);
}

static char *read_file(const struct desk *desk, const char *name)
{
	char file[128], part[512];
	struct ks_buf buf;
	ssize_t n;
	int fd;

	ks_buf_init(&buf, 1 << 16);
	snprintf(file, sizeof file, "%s/%s", desk->tools, name);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && (n = read(fd, part, sizeof part)) > 0)
		ks_buf_add(&buf, part, (size_t)n);
	if (fd >= 0)
		close(fd);
	return ks_buf_take(&buf);
}

static bool file_has(const struct desk *desk, const char *name, const char *text)
{
	char *got = read_file(desk, name);
	bool has = strstr(got, text) != NULL;

	free(got);
	return has;
}

static void assert_file(const struct desk *desk, const char *name, const char *expected)
{
	char *got = read_file(desk, name);

	assert_string_equal(got, expected);
	free(got);
}

static void assert_gone(const struct desk *desk)
{
	char *text = read_file(desk, "pid");
	pid_t pid = (pid_t)strtol(text, NULL, 10);

	free(text);
	assert_true(pid > 0);
	assert_true(kill(pid, 0) != 0 && errno == ESRCH);
}

/* ---- clipboards ---- */

static void a_secret_reaches_the_terminals_clipboard_once(void **state)
{
	struct desk *desk = *state;
	char osc52[128];

	desk_start(desk, 1);
	desk_make_key(desk);
	assert_false(ks_pty_shows(desk->pty, desk->secret));
	osc52_of(desk->secret, osc52);
	assert_int_equal(desk_count_raw(desk, osc52), 0);
	desk_press(desk, "c");
	desk_wait_for(desk, "[It arrived]");
	assert_int_equal(desk_count_raw(desk, osc52), 1);
	desk_press(desk, "Enter");
	desk_wait_for(desk, "wiped it");
	desk_press(desk, "c y");
	desk_press(desk, "q");
	assert_desk_left(desk, 0);
	assert_int_equal(desk_count_raw(desk, osc52), 1);
	assert_int_equal(desk_count_raw(desk, desk->secret), 0);
	/* Nothing was left undelivered. */
	assert_false(ks_pty_shows(desk->pty, desk->key_id));
}

static void what_the_terminal_got_is_cleared_at_exit(void **state)
{
	static const char clear[] = "\033]52;c;!\033\\";
	struct desk *desk = *state;

	desk_start(desk, 1);
	desk_make_key(desk);
	desk_press(desk, "c");
	desk_wait_for(desk, "[It arrived]");
	desk_press(desk, "Enter");
	desk_wait_for(desk, "wiped it");
	assert_int_equal(desk_count_raw(desk, clear), 1);
	desk_press(desk, "q");
	assert_desk_left(desk, 0);
	assert_int_equal(desk_count_raw(desk, clear), 2);
}

static void add_tool(struct desk *desk, const char *name, const char *first)
{
	char file[128], text[1024];
	int fd;

	snprintf(file, sizeof file, "%s/%s", desk->tools, name);
	snprintf(text, sizeof text,
	    "#!/bin/sh\nD='%s'\n%s\ncat >\"$D/in\"\necho \"$*\" >\"$D/args\"\nenv >\"$D/env\"\n"
	    "echo $$ >\"$D/pid\"\nexec sleep 1000\n",
	    desk->tools, first);
	fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

/* What a tool writes last. */
static void wait_for_pid(const struct desk *desk)
{
	int64_t limit = ks_clock_mono(ks_clock_system()) + PATIENCE_MS;

	while (!file_has(desk, "pid", "\n") && ks_clock_mono(ks_clock_system()) < limit)
		poll(NULL, 0, 5);
	assert_true(file_has(desk, "pid", "\n"));
}

/* The tool got it on its standard input, and in no other way. */
static void assert_tool_got_secret(struct desk *desk)
{
	wait_for_pid(desk);
	assert_file(desk, "in", desk->secret);
	assert_false(file_has(desk, "args", desk->secret));
	assert_false(file_has(desk, "env", desk->secret));
	assert_int_equal(desk_count_raw(desk, "\033]52;"), 0);
}

static void a_secret_reaches_xclip_which_ends_with_the_program(void **state)
{
	struct desk *desk = *state;

	add_tool(desk, "xclip", "");
	desk_add_env(desk, "DISPLAY", ":77");
	desk_start(desk, 1);
	desk_make_key(desk);
	desk_wait_for(desk, "with xclip");
	desk_press(desk, "Enter");
	desk_wait_for(desk, "[It arrived]");
	desk_wait_for(desk, "Copied with xclip");
	assert_tool_got_secret(desk);
	desk_press(desk, "Enter");
	desk_wait_for(desk, "wiped it");
	desk_press(desk, "q");
	assert_desk_left(desk, 0);
	assert_gone(desk);
}

static void a_secret_reaches_wl_copy_which_is_told_to_clear(void **state)
{
	struct desk *desk = *state;

	add_tool(desk, "wl-copy",
	    "case \" $* \" in\n"
	    "*' --sensitive '*) exit 1;;\n"
	    "*' --clear '*) echo yes >\"$D/cleared\"; kill $(cat \"$D/pid\"); exit 0;;\nesac");
	desk_add_env(desk, "WAYLAND_DISPLAY", "wayland-77");
	desk_start(desk, 1);
	desk_make_key(desk);
	desk_press(desk, "Enter");
	desk_wait_for(desk, "Copied with wl-copy");
	assert_tool_got_secret(desk);
	desk_wait_for(desk, "[It arrived]");
	desk_press(desk, "Enter");
	desk_wait_for(desk, "wiped it");
	desk_press(desk, "q");
	assert_desk_left(desk, 0);
	assert_file(desk, "cleared", "yes\n");
	assert_gone(desk);
}

static void over_ssh_no_tool_of_that_machine_gets_the_secret(void **state)
{
	struct desk *desk = *state;
	char osc52[128];

	add_tool(desk, "xclip", "");
	desk_add_env(desk, "DISPLAY", ":77");
	desk_add_env(desk, "SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22");
	desk_start(desk, 1);
	desk_make_key(desk);
	desk_wait_for(desk, "OSC 52");
	desk_press(desk, "c");
	desk_wait_for(desk, "[It arrived]");
	osc52_of(desk->secret, osc52);
	assert_int_equal(desk_count_raw(desk, osc52), 1);
	assert_file(desk, "in", "");
	desk_press(desk, "Enter");
	desk_wait_for(desk, "wiped it");
	desk_press(desk, "q");
	assert_desk_left(desk, 0);
}

static bool run(const char *format, ...) __attribute__((format(printf, 1, 2)));

static bool run(const char *format, ...)
{
	char command[512];
	va_list args;
	int status = -1;
	pid_t pid;

	va_start(args, format);
	vsnprintf(command, sizeof command, format, args);
	va_end(args);
	pid = fork();
	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void a_secret_reaches_a_tmux_buffer_and_leaves_it_at_exit(void **state)
{
	struct desk *desk = *state;
	char tmux[128];

	if (!run("command -v tmux >/dev/null")) {
		desk_start(desk, 0);
		skip();
	}
	assert_true(
	    run("TMUX= tmux -S %s/socket -f /dev/null new-session -d 'sleep 1000'", desk->tools));
	snprintf(tmux, sizeof tmux, "%s/socket,1,0", desk->tools);
	desk_add_env(desk, "TMUX", tmux);
	desk_start(desk, 1);
	desk_make_key(desk);
	desk_wait_for(desk, "tmux buffer");
	desk_press(desk, "Enter");
	desk_wait_for(desk, "Loaded into a tmux buffer");
	assert_true(run("tmux -S %s/socket show-buffer -b keysail-%ld >%s/shown", desk->tools,
	    (long)ks_pty_pid(desk->pty), desk->tools));
	assert_file(desk, "shown", desk->secret);
	desk_wait_for(desk, "[It arrived]");
	desk_press(desk, "Enter");
	desk_wait_for(desk, "wiped it");
	desk_press(desk, "q");
	assert_desk_left(desk, 0);
	assert_true(run("tmux -S %s/socket list-buffers >%s/shown", desk->tools, desk->tools));
	assert_file(desk, "shown", "");
	run("tmux -S %s/socket kill-server", desk->tools);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_set_up, desk_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_secret_reaches_the_terminals_clipboard_once),
	    TEST(what_the_terminal_got_is_cleared_at_exit),
	    TEST(a_secret_reaches_xclip_which_ends_with_the_program),
	    TEST(a_secret_reaches_wl_copy_which_is_told_to_clear),
	    TEST(over_ssh_no_tool_of_that_machine_gets_the_secret),
	    TEST(a_secret_reaches_a_tmux_buffer_and_leaves_it_at_exit),
	};

	return cmocka_run_group_tests_name("clipboards", tests, NULL, NULL);
}
