/*
 * The main job in a real terminal against the emulator: make a key, copy its secret once, delete
 * it, leave. What reached the clipboard is compared with what the server made.
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
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/emulator/emulator.h"
#include "tests/support/pty.h"

enum { PATIENCE_MS = 20000, ENV_MAX = 16 };

/* What a test needs to be the desk at which the program is used. */
struct desk {
	struct ks_emulator *emulator;
	pthread_t server;
	int stop[2];
	struct ks_pty *pty;
	int width, height;
	char tools[64]; /* a folder of fake clipboard tools */
	char *env[ENV_MAX + 1];
	size_t n_env;
	char key_id[KS_EMULATOR_KEY_ID_SIZE]; /* of the key that was made */
	char secret[KS_EMULATOR_SECRET_SIZE]; /* of that key, by the server's word */
};

/* ---- the desk ---- */

static void *serve(void *ctx)
{
	struct desk *desk = ctx;
	struct ks_err err;

	ks_emulator_run(desk->emulator, desk->stop[0], &err);
	return NULL;
}

static void add_env(struct desk *desk, const char *name, const char *value)
{
	char text[512];

	assert_true(desk->n_env < ENV_MAX);
	snprintf(text, sizeof text, "%s=%s", name, value);
	desk->env[desk->n_env++] = ks_strdup(text);
}

static void start_server(struct desk *desk, int keys_per_bucket)
{
	struct ks_emulator_options options;
	struct ks_err err;

	ks_emulator_options_init(&options);
	options.buckets = 1;
	options.keys_per_bucket = keys_per_bucket;
	options.background_use = false;
	desk->emulator = ks_emulator_start(&options, &err);
	assert_non_null(desk->emulator);
	assert_int_equal(pipe(desk->stop), 0);
	fcntl(desk->stop[0], F_SETFD, FD_CLOEXEC);
	fcntl(desk->stop[1], F_SETFD, FD_CLOEXEC);
	assert_int_equal(pthread_create(&desk->server, NULL, serve, desk), 0);
}

static int set_up(void **state)
{
	struct desk *desk = ks_calloc(1, sizeof *desk);

	snprintf(desk->tools, sizeof desk->tools, "/tmp/ks-keys-XXXXXX");
	assert_non_null(mkdtemp(desk->tools));
	*state = desk;
	return 0;
}

static int tear_down(void **state)
{
	static const char *const files[] = {
	    "xclip", "wl-copy", "in", "args", "env", "pid", "cleared", "socket", "shown"};
	struct desk *desk = *state;
	char file[128];

	ks_pty_free(desk->pty);
	close(desk->stop[1]);
	pthread_join(desk->server, NULL);
	close(desk->stop[0]);
	ks_emulator_free(desk->emulator);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		snprintf(file, sizeof file, "%s/%s", desk->tools, files[i]);
		unlink(file);
	}
	assert_int_equal(rmdir(desk->tools), 0);
	for (size_t i = 0; i < desk->n_env; i++)
		free(desk->env[i]);
	free(desk);
	return 0;
}

/* The program in a terminal of this size, its buckets read, the cursor on the first one. */
static void start_sized(struct desk *desk, int keys_per_bucket, int width, int height)
{
	const char *argv[] = {
	    getenv("KEYSAIL"), "--endpoint-url", NULL, "--region", "us-east-1", NULL};
	struct ks_pty_options options = {.argv = argv, .width = width, .height = height};
	char path[256];

	desk->width = width;
	desk->height = height;
	start_server(desk, keys_per_bucket);
	argv[2] = ks_emulator_url(desk->emulator);
	snprintf(path, sizeof path, "%s:/usr/local/bin:/usr/bin:/bin", desk->tools);
	add_env(desk, "PATH", path);
	add_env(desk, "AWS_ACCESS_KEY_ID", ks_emulator_access_key_id(desk->emulator));
	add_env(desk, "AWS_SECRET_ACCESS_KEY", ks_emulator_secret_access_key(desk->emulator));
	options.env = (const char *const *)desk->env;
	desk->pty = ks_pty_start(&options);
	assert_non_null(desk->pty);
	/* The last of what is loaded. */
	assert_true(ks_pty_wait(desk->pty, keys_per_bucket > 0 ? "AKIA" : "0 keys"));
}

static void start(struct desk *desk, int keys_per_bucket)
{
	start_sized(desk, keys_per_bucket, 120, 34);
}

static void press(struct desk *desk, const char *keys)
{
	ks_pty_press(desk->pty, keys);
}

static void wait_for(struct desk *desk, const char *text)
{
	assert_true(ks_pty_wait(desk->pty, text));
}

static bool hints_are_below(struct ks_pty *pty, void *ctx)
{
	const struct desk *desk = ctx;
	int x, y;

	return ks_pty_find(pty, "Tab next", &x, &y) && y == desk->height - 1;
}

/*
 * Waits for a dialog, and until it takes keys. What is typed before its first frame is complete
 * must not reach it, and we are fast: only the frame after that proves that it is over. So the
 * terminal grows by a line, which asks for one.
 */
static void wait_for_dialog(struct desk *desk, const char *text)
{
	wait_for(desk, text);
	ks_pty_resize(desk->pty, desk->width, ++desk->height);
	assert_true(
	    ks_pty_wait_until(desk->pty, hints_are_below, desk, "the hints, one line down"));
}

/* Reads the new key's ID off the dialog, and asks the server for its secret. */
static void learn_key(struct desk *desk)
{
	const char *at = strstr(ks_pty_screen(desk->pty), "Key ID");

	assert_non_null(at);
	at = strstr(at, "AKIA");
	assert_non_null(at);
	snprintf(desk->key_id, sizeof desk->key_id, "%.20s", at);
	assert_true(ks_emulator_key_secret(desk->emulator, desk->key_id, desk->secret));
	assert_int_equal(strlen(desk->secret), 40);
}

/* A key is made, and its secret waits in its dialog. */
static void make_key(struct desk *desk)
{
	press(desk, "n");
	wait_for_dialog(desk, "[Create]");
	press(desk, "Enter");
	wait_for_dialog(desk, "[Copy]");
	learn_key(desk);
}

static void assert_left(struct desk *desk, int code)
{
	int status;

	assert_true(ks_pty_wait_exit(desk->pty, &status));
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), code);
	assert_true(ks_pty_modes_restored(desk->pty));
	assert_false(ks_pty_alternate(desk->pty));
}

/* ---- what was seen ---- */

static size_t count_in(const char *data, size_t len, const char *what)
{
	size_t n = 0, size = strlen(what);

	for (size_t i = 0; i + size <= len; i++)
		if (memcmp(data + i, what, size) == 0)
			n++;
	return n;
}

static size_t count_raw(struct desk *desk, const char *what)
{
	size_t len;
	const char *raw = ks_pty_raw(desk->pty, &len);

	return count_in(raw, len, what);
}

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

static uint64_t served(struct desk *desk, const char *op)
{
	return ks_emulator_counted(desk->emulator, op).received;
}

/* ---- clipboards ---- */

static void a_secret_reaches_the_terminals_clipboard_once(void **state)
{
	struct desk *desk = *state;
	char osc52[128];

	start(desk, 1);
	make_key(desk);
	assert_false(ks_pty_shows(desk->pty, desk->secret));
	osc52_of(desk->secret, osc52);
	assert_int_equal(count_raw(desk, osc52), 0);
	press(desk, "c");
	wait_for(desk, "[It arrived]");
	assert_int_equal(count_raw(desk, osc52), 1);
	press(desk, "Enter");
	wait_for(desk, "wiped it");
	press(desk, "c y");
	press(desk, "q");
	assert_left(desk, 0);
	assert_int_equal(count_raw(desk, osc52), 1);
	assert_int_equal(count_raw(desk, desk->secret), 0);
	/* Nothing was left undelivered. */
	assert_false(ks_pty_shows(desk->pty, desk->key_id));
}

static void what_the_terminal_got_is_cleared_at_exit(void **state)
{
	struct desk *desk = *state;
	char osc52[128];
	size_t len;
	const char *raw, *at;

	start(desk, 1);
	make_key(desk);
	osc52_of(desk->secret, osc52);
	press(desk, "c");
	wait_for(desk, "[It arrived]");
	press(desk, "Enter");
	wait_for(desk, "wiped it");
	press(desk, "q");
	assert_left(desk, 0);
	raw = ks_pty_raw(desk->pty, &len);
	at = strstr(raw, osc52);
	assert_non_null(at);
	assert_int_equal(count_in(at, len - (size_t)(at - raw), "\033]52;c;!\033\\"), 1);
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

/* The tool got it on its standard input, and in no other way. */
static void assert_tool_got_secret(struct desk *desk)
{
	assert_file(desk, "in", desk->secret);
	assert_false(file_has(desk, "args", desk->secret));
	assert_false(file_has(desk, "env", desk->secret));
	assert_int_equal(count_raw(desk, "\033]52;"), 0);
}

static void a_secret_reaches_xclip_which_ends_with_the_program(void **state)
{
	struct desk *desk = *state;

	add_tool(desk, "xclip", "");
	add_env(desk, "DISPLAY", ":77");
	start(desk, 1);
	make_key(desk);
	wait_for(desk, "with xclip");
	press(desk, "Enter");
	wait_for(desk, "[It arrived]");
	wait_for(desk, "Copied with xclip");
	assert_tool_got_secret(desk);
	press(desk, "Enter");
	wait_for(desk, "wiped it");
	press(desk, "q");
	assert_left(desk, 0);
	assert_gone(desk);
}

static void a_secret_reaches_wl_copy_which_is_told_to_clear(void **state)
{
	struct desk *desk = *state;

	add_tool(desk, "wl-copy",
	    "case \" $* \" in\n"
	    "*' --sensitive '*) exit 1;;\n"
	    "*' --clear '*) echo yes >\"$D/cleared\"; kill $(cat \"$D/pid\"); exit 0;;\nesac");
	add_env(desk, "WAYLAND_DISPLAY", "wayland-77");
	start(desk, 1);
	make_key(desk);
	press(desk, "Enter");
	wait_for(desk, "Copied with wl-copy");
	assert_tool_got_secret(desk);
	wait_for(desk, "[It arrived]");
	press(desk, "Enter");
	wait_for(desk, "wiped it");
	press(desk, "q");
	assert_left(desk, 0);
	assert_file(desk, "cleared", "yes\n");
	assert_gone(desk);
}

static void over_ssh_no_tool_of_that_machine_gets_the_secret(void **state)
{
	struct desk *desk = *state;
	char osc52[128];

	add_tool(desk, "xclip", "");
	add_env(desk, "DISPLAY", ":77");
	add_env(desk, "SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22");
	start(desk, 1);
	make_key(desk);
	wait_for(desk, "OSC 52");
	press(desk, "c");
	wait_for(desk, "[It arrived]");
	osc52_of(desk->secret, osc52);
	assert_int_equal(count_raw(desk, osc52), 1);
	assert_file(desk, "in", "");
	press(desk, "Enter");
	wait_for(desk, "wiped it");
	press(desk, "q");
	assert_left(desk, 0);
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
		start(desk, 0);
		skip();
	}
	assert_true(
	    run("TMUX= tmux -S %s/socket -f /dev/null new-session -d 'sleep 1000'", desk->tools));
	snprintf(tmux, sizeof tmux, "%s/socket,1,0", desk->tools);
	add_env(desk, "TMUX", tmux);
	start(desk, 1);
	make_key(desk);
	wait_for(desk, "tmux buffer");
	press(desk, "Enter");
	wait_for(desk, "Loaded into a tmux buffer");
	assert_true(run("tmux -S %s/socket show-buffer -b keysail-%ld >%s/shown", desk->tools,
	    (long)ks_pty_pid(desk->pty), desk->tools));
	assert_file(desk, "shown", desk->secret);
	wait_for(desk, "[It arrived]");
	press(desk, "Enter");
	wait_for(desk, "wiped it");
	press(desk, "q");
	assert_left(desk, 0);
	assert_true(run("tmux -S %s/socket list-buffers >%s/shown", desk->tools, desk->tools));
	assert_file(desk, "shown", "");
	run("tmux -S %s/socket kill-server", desk->tools);
}

/* ---- keys ---- */

static void a_doubled_n_or_d_does_nothing(void **state)
{
	struct desk *desk = *state;

	start(desk, 1);
	press(desk, "n n n");
	wait_for_dialog(desk, "[Create]");
	press(desk, "n Esc");
	assert_true(ks_pty_wait_gone(desk->pty, "[Create]"));
	press(desk, "2 d d d");
	wait_for_dialog(desk, "[Cancel]");
	press(desk, "d Esc");
	assert_true(ks_pty_wait_gone(desk->pty, "[Cancel]"));
	press(desk, "q");
	assert_left(desk, 0);
	assert_int_equal(served(desk, "CreateBucketAccessKey"), 0);
	assert_int_equal(served(desk, "DeleteBucketAccessKey"), 0);
}

static void what_was_typed_ahead_does_not_reach_a_dialog(void **state)
{
	struct desk *desk = *state;

	start(desk, 1);
	ks_pty_send(desk->pty, "n\r\r\r", 4);
	wait_for_dialog(desk, "[Create]");
	press(desk, "Esc");
	assert_true(ks_pty_wait_gone(desk->pty, "[Create]"));
	press(desk, "q");
	assert_left(desk, 0);
	assert_int_equal(served(desk, "CreateBucketAccessKey"), 0);
}

static void the_only_key_is_deleted_after_its_end_is_typed(void **state)
{
	struct desk *desk = *state;
	char id[KS_EMULATOR_KEY_ID_SIZE];
	const char *at;

	start(desk, 1);
	press(desk, "2 d");
	wait_for_dialog(desk, "[Cancel]");
	at = strstr(ks_pty_screen(desk->pty), "Key ID ");
	assert_non_null(at);
	at = strstr(at, "AKIA");
	assert_non_null(at);
	snprintf(id, sizeof id, "%.20s", at);
	press(desk, "Tab");
	ks_pty_type(desk->pty, "zzzz");
	press(desk, "Enter");
	wait_for(desk, "isn't how");
	press(desk, "Ctrl-U");
	ks_pty_type(desk->pty, id + 16);
	press(desk, "Enter");
	wait_for(desk, "▸[Delete]");
	assert_int_equal(served(desk, "DeleteBucketAccessKey"), 0);
	press(desk, "Enter");
	wait_for(desk, "Deleted");
	assert_int_equal(served(desk, "DeleteBucketAccessKey"), 1);
	assert_false(ks_emulator_key_secret(desk->emulator, id, desk->secret));
	press(desk, "q");
	assert_left(desk, 0);
}

static void a_full_bucket_is_refused_without_asking_the_server(void **state)
{
	struct desk *desk = *state;

	start(desk, 2);
	press(desk, "n");
	wait_for_dialog(desk, "no deactivate");
	press(desk, "Esc");
	assert_true(ks_pty_wait_gone(desk->pty, "no deactivate"));
	press(desk, "q");
	assert_left(desk, 0);
	assert_int_equal(served(desk, "CreateBucketAccessKey"), 0);
}

static void a_lost_answer_ends_in_an_orphan_and_no_second_request(void **state)
{
	struct desk *desk = *state;
	struct ks_err err;

	start(desk, 1);
	assert_true(ks_emulator_add_fault(
	    desk->emulator, "kind=reset-after,op=CreateBucketAccessKey,count=1", &err));
	press(desk, "n");
	wait_for_dialog(desk, "[Create]");
	press(desk, "Enter");
	wait_for_dialog(desk, "secret nobody has");
	assert_int_equal(served(desk, "CreateBucketAccessKey"), 1);
	press(desk, "Tab Enter");
	wait_for_dialog(desk, "Delete this key?");
	press(desk, "Tab Enter");
	wait_for(desk, "Deleted");
	press(desk, "q");
	assert_left(desk, 0);
}

/* ---- leaving ---- */

static void quit_from_a_question_leaves_at_once(void **state)
{
	struct desk *desk = *state;

	start(desk, 1);
	press(desk, "n");
	wait_for_dialog(desk, "[Create]");
	press(desk, "Ctrl-C");
	assert_left(desk, 0);
}

static void quit_from_the_delete_dialog_leaves_at_once(void **state)
{
	struct desk *desk = *state;

	start(desk, 1);
	press(desk, "2 d");
	wait_for_dialog(desk, "[Cancel]");
	press(desk, "Ctrl-C");
	assert_left(desk, 0);
	assert_int_equal(served(desk, "DeleteBucketAccessKey"), 0);
}

static void quit_with_a_secret_held_asks_and_names_the_key_at_the_end(void **state)
{
	struct desk *desk = *state;

	start(desk, 1);
	make_key(desk);
	press(desk, "Ctrl-C");
	wait_for_dialog(desk, "Quit keysail?");
	press(desk, "Esc");
	wait_for(desk, "▸[Copy]");
	press(desk, "Ctrl-C");
	wait_for_dialog(desk, "▸[Stay]");
	press(desk, "Left Enter");
	assert_left(desk, 0);
	assert_true(ks_pty_shows(desk->pty, desk->key_id));
	assert_int_equal(count_raw(desk, desk->secret), 0);
}

static void quit_with_a_secret_unconfirmed_can_delete_the_key_first(void **state)
{
	struct desk *desk = *state;

	start(desk, 1);
	make_key(desk);
	press(desk, "c");
	wait_for(desk, "[It arrived]");
	press(desk, "Ctrl-C");
	wait_for_dialog(desk, "is not confirmed");
	press(desk, "Tab Enter");
	assert_left(desk, 0);
	assert_false(ks_emulator_key_secret(desk->emulator, desk->key_id, desk->secret));
}

static void leaving_the_secret_can_be_taken_back(void **state)
{
	struct desk *desk = *state;

	start(desk, 1);
	make_key(desk);
	press(desk, "q");
	wait_for(desk, "Give it up?");
	press(desk, "q");
	wait_for(desk, "▸[Copy]");
	press(desk, "Esc");
	wait_for(desk, "▸[Back]");
	press(desk, "Enter");
	wait_for(desk, "▸[Copy]");
	press(desk, "Esc");
	wait_for(desk, "▸[Back]");
	press(desk, "Tab Enter");
	wait_for(desk, "Deleted");
	assert_false(ks_emulator_key_secret(desk->emulator, desk->key_id, desk->secret));
	press(desk, "q");
	assert_left(desk, 0);
}

static void a_signal_with_a_secret_held_leaves_and_names_the_key(void **state)
{
	struct desk *desk = *state;

	start(desk, 1);
	make_key(desk);
	ks_pty_signal(desk->pty, SIGTERM);
	assert_left(desk, 128 + SIGTERM);
	assert_true(ks_pty_shows(desk->pty, desk->key_id));
}

static void the_job_is_done_in_the_smallest_terminal_too(void **state)
{
	struct desk *desk = *state;

	start_sized(desk, 0, 40, 10);
	press(desk, "n");
	wait_for_dialog(desk, "[Create]");
	press(desk, "Enter");
	wait_for_dialog(desk, "[Copy]");
	press(desk, "c");
	wait_for(desk, "[It arrived]");
	press(desk, "Enter");
	assert_true(ks_pty_wait_gone(desk->pty, "[It arrived]"));
	press(desk, "q");
	assert_left(desk, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_secret_reaches_the_terminals_clipboard_once),
	    TEST(what_the_terminal_got_is_cleared_at_exit),
	    TEST(a_secret_reaches_xclip_which_ends_with_the_program),
	    TEST(a_secret_reaches_wl_copy_which_is_told_to_clear),
	    TEST(over_ssh_no_tool_of_that_machine_gets_the_secret),
	    TEST(a_secret_reaches_a_tmux_buffer_and_leaves_it_at_exit),
	    TEST(a_doubled_n_or_d_does_nothing),
	    TEST(what_was_typed_ahead_does_not_reach_a_dialog),
	    TEST(the_only_key_is_deleted_after_its_end_is_typed),
	    TEST(a_full_bucket_is_refused_without_asking_the_server),
	    TEST(a_lost_answer_ends_in_an_orphan_and_no_second_request),
	    TEST(quit_from_a_question_leaves_at_once),
	    TEST(quit_from_the_delete_dialog_leaves_at_once),
	    TEST(quit_with_a_secret_held_asks_and_names_the_key_at_the_end),
	    TEST(quit_with_a_secret_unconfirmed_can_delete_the_key_first),
	    TEST(leaving_the_secret_can_be_taken_back),
	    TEST(a_signal_with_a_secret_held_leaves_and_names_the_key),
	    TEST(the_job_is_done_in_the_smallest_terminal_too),
	};

	return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
