/* The clipboard: which way is chosen, what goes out, and what is said of it. */
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
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/mem.h"
#include "tui/argv.h"
#include "tui/clipboard.h"
#include "tui/spawn.h"

#define SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
/* As printf SECRET | base64 says. */
#define SECRET_BASE64 "d0phbHJYVXRuRkVNSS9LN01ERU5HL2JQeFJmaUNZRVhBTVBMRUtFWQ=="

enum { PATIENCE_MS = 20000 };

/* ---- a folder of fake tools ---- */

struct world {
	char dir[64];
	char path[128];
	char old_dir[256];
	struct ks_clipboard *clip;
	struct ks_buf terminal; /* what was written to it */
	bool terminal_fails;
	int ended; /* calls of done */
	struct ks_clipboard_result result;
};

static void add_file(const struct world *w, const char *name, const char *text, mode_t mode)
{
	char file[128];
	int fd;

	snprintf(file, sizeof file, "%s/%s", w->dir, name);
	fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static void add_tool(const struct world *w, const char *name, const char *script)
{
	char text[1024];

	snprintf(text, sizeof text, "#!/bin/sh\nD='%s'\nPATH=/usr/bin:/bin\n%s\n", w->dir, script);
	add_file(w, name, text, 0700);
}

/* A tool that takes the text and serves the clipboard until it is ended, as xclip does. */
static const char holds[] =
    "cat >\"$D/in.part\"; mv \"$D/in.part\" \"$D/in\"; echo \"$0 $*\" >\"$D/args\"; "
    "echo $$ >\"$D/pid\"; exec sleep 1000";

static char *read_file(const struct world *w, const char *name)
{
	char file[128];
	struct ks_buf buf;
	char part[256];
	ssize_t n;
	int fd;

	ks_buf_init(&buf, 65536);
	snprintf(file, sizeof file, "%s/%s", w->dir, name);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && (n = read(fd, part, sizeof part)) > 0)
		ks_buf_add(&buf, part, (size_t)n);
	if (fd >= 0)
		close(fd);
	return ks_buf_take(&buf);
}

static void assert_file(const struct world *w, const char *name, const char *expected)
{
	char *text = read_file(w, name);

	assert_string_equal(text, expected);
	free(text);
}

static int64_t now_ms(void)
{
	return ks_clock_mono(ks_clock_system());
}

static bool write_terminal(void *ctx, const char *data, size_t len)
{
	struct world *w = ctx;

	return !w->terminal_fails && ks_buf_add(&w->terminal, data, len);
}

static void keep_result(void *ctx, const struct ks_clipboard_result *result)
{
	struct world *w = ctx;

	w->ended++;
	w->result = *result;
}

static void open_clipboard(struct world *w, struct ks_clip_env env, const char *clear_command)
{
	struct ks_clipboard_options options = {
	    .env = env, .clear_command = clear_command, .write = write_terminal, .ctx = w};

	options.env.path = w->path;
	w->clip = ks_clipboard_new(&options);
}

/* Turns until it wants nothing more, as the loop does: at its wake times and when a child ends. */
static void turn_until_done(struct world *w)
{
	int64_t limit = now_ms() + PATIENCE_MS;

	while (ks_clipboard_is_busy(w->clip) && now_ms() < limit) {
		poll(NULL, 0, 5);
		ks_clipboard_turn(w->clip, now_ms());
	}
	assert_false(ks_clipboard_is_busy(w->clip));
}

static void copy_secret(struct world *w)
{
	struct ks_err err;
	struct ks_secret *secret = ks_secret_new(SECRET, strlen(SECRET), &err);
	int before = w->ended;

	assert_non_null(secret);
	assert_true(ks_clipboard_copy_secret(w->clip, secret, 7, now_ms(), keep_result, w));
	ks_secret_free(secret);
	turn_until_done(w);
	assert_int_equal(w->ended, before + 1);
	assert_int_equal(w->result.tag, 7);
}

static void copy_text(struct world *w, const char *text)
{
	assert_true(ks_clipboard_copy_text(w->clip, text, 8, now_ms(), keep_result, w));
	turn_until_done(w);
}

static bool is_gone(pid_t pid)
{
	return kill(pid, 0) != 0 && errno == ESRCH;
}

static pid_t tool_pid(const struct world *w)
{
	int64_t limit = now_ms() + PATIENCE_MS;
	pid_t pid = 0;

	while (pid == 0 && now_ms() < limit) {
		char *text = read_file(w, "pid");

		pid = (pid_t)strtol(text, NULL, 10);
		free(text);
		poll(NULL, 0, 5);
	}
	assert_true(pid > 0);
	return pid;
}

static int set_up(void **state)
{
	struct world *w = ks_calloc(1, sizeof *w);

	snprintf(w->dir, sizeof w->dir, "/tmp/ks-clip-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	snprintf(w->path, sizeof w->path, "%s", w->dir);
	ks_buf_init(&w->terminal, 65536);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	static const char *const names[] = {"in", "in.part", "args", "pid", "xclip", "xsel",
	    "wl-copy", "tmux", "mine", "clear", "cleared", "pbcopy", "plain"};
	char left[256], file[128];

	if (w->clip != NULL)
		ks_clipboard_clear(w->clip, left, sizeof left);
	ks_clipboard_free(w->clip);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		snprintf(file, sizeof file, "%s/%s", w->dir, names[i]);
		unlink(file);
	}
	assert_int_equal(rmdir(w->dir), 0);
	ks_buf_free(&w->terminal);
	free(w);
	return 0;
}

/* ---- which way ---- */

static void the_way_follows_from_the_environment(void **state)
{
	static const struct {
		const char *what;
		struct ks_clip_env env;
		bool secret;
		enum ks_clip_id way;
	} rows[] = {
	    {"nothing at all", {0}, true, KS_CLIP_COUNT},
	    {"a bare terminal", {.terminal = true}, true, KS_CLIP_OSC52},
	    {"Wayland, a secret", {.wayland_display = "wayland-0", .display = ":0"}, true,
		KS_CLIP_WL_SENSITIVE},
	    {"Wayland, an ID", {.wayland_display = "wayland-0"}, false, KS_CLIP_WL},
	    {"empty is unset", {.wayland_display = "", .display = ":0"}, true, KS_CLIP_XCLIP},
	    {"X11", {.display = ":0"}, true, KS_CLIP_XCLIP},
	    {"macOS", {.macos = true}, true, KS_CLIP_PBCOPY},
	    {"tmux without a display", {.tmux = "/tmp/t,1,0"}, true, KS_CLIP_TMUX},
	    {"tmux on a display", {.tmux = "/tmp/t,1,0", .display = ":0"}, true, KS_CLIP_XCLIP},
	    {"SSH, and a display of that machine",
		{.ssh_connection = "a 1 b 2", .display = ":0", .terminal = true}, true,
		KS_CLIP_OSC52},
	    {"SSH, unix display", {.ssh_tty = "/dev/pts/1", .display = "unix:0", .terminal = true},
		true, KS_CLIP_OSC52},
	    {"SSH, display by socket",
		{.ssh_tty = "/dev/pts/1", .display = "/tmp/launch/org.x:0", .terminal = true}, true,
		KS_CLIP_OSC52},
	    {"SSH, forwarded display", {.ssh_connection = "a 1 b 2", .display = "localhost:10.0"},
		true, KS_CLIP_XCLIP},
	    {"SSH, Wayland of that machine",
		{.ssh_connection = "a 1 b 2", .wayland_display = "wayland-0", .terminal = true},
		true, KS_CLIP_OSC52},
	    {"SSH to a Mac", {.ssh_tty = "/dev/ttys001", .macos = true, .terminal = true}, true,
		KS_CLIP_OSC52},
	    {"SSH and tmux", {.ssh_tty = "/dev/pts/1", .tmux = "/tmp/t,1,0", .display = ":0"}, true,
		KS_CLIP_TMUX},
	    {"a command of the user's beats all",
		{.copy_command = "mine", .wayland_display = "wayland-0"}, true, KS_CLIP_CONFIGURED},
	};
	struct world *w = *state;
	static const char *const tools[] = {"wl-copy", "xclip", "xsel", "tmux", "pbcopy"};

	for (size_t i = 0; i < sizeof tools / sizeof tools[0]; i++)
		add_tool(w, tools[i], "exit 0");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct ks_clip_env env = rows[i].env;

		env.path = w->path;
		if (ks_clip_choose(&env, KS_CLIP_CONFIGURED, rows[i].secret, NULL) != rows[i].way)
			fail_msg("wrong way for: %s", rows[i].what);
	}
}

static void a_tool_that_is_not_installed_is_passed_over(void **state)
{
	struct world *w = *state;
	struct ks_clip_env env = {.wayland_display = "wayland-0", .display = ":0", .path = w->path};
	uint32_t skipped = 0;

	add_tool(w, "xsel", "exit 0");
	assert_int_equal(ks_clip_choose(&env, KS_CLIP_CONFIGURED, true, &skipped), KS_CLIP_XSEL);
	assert_int_equal(skipped, 1U << KS_CLIP_WL | 1U << KS_CLIP_XCLIP);
}

static void only_absolute_folders_are_searched_for_programs(void **state)
{
	struct world *w = *state;
	char file[256], path[256], cwd[256];

	add_tool(w, "xclip", "exit 0");
	add_file(w, "plain", "no program", 0600);
	assert_non_null(getcwd(cwd, sizeof cwd));
	assert_int_equal(chdir(w->dir), 0);
	assert_false(ks_spawn_find(".", "xclip", file, sizeof file));
	assert_false(ks_spawn_find("", "xclip", file, sizeof file));
	assert_false(ks_spawn_find(":", "xclip", file, sizeof file));
	assert_false(ks_spawn_find(NULL, "xclip", file, sizeof file));
	assert_false(ks_spawn_find(w->dir, "plain", file, sizeof file));
	snprintf(path, sizeof path, "/nonexistent::%s", w->dir);
	assert_true(ks_spawn_find(path, "xclip", file, sizeof file));
	assert_int_equal(chdir(cwd), 0);
}

/* ---- command lines ---- */

static void a_command_line_is_split_as_sh_would(void **state)
{
	static const struct {
		const char *line;
		const char *words[6];
	} rows[] = {
	    {"xclip -selection clipboard", {"xclip", "-selection", "clipboard"}},
	    {"  a\t b  ", {"a", "b"}},
	    {"a 'b c' d", {"a", "b c", "d"}},
	    {"a \"b 'c\" d", {"a", "b 'c", "d"}},
	    {"a \"\\\"x\\\\ \\n\"", {"a", "\"x\\ \\n"}},
	    {"a\\ b c", {"a b", "c"}},
	    {"a ''", {"a", ""}},
	    {"a'b'\"c\"d", {"abcd"}},
	    {"a '|' \\; \"`>\"", {"a", "|", ";", "`>"}},
	    {"a $HOME ~ *", {"a", "$HOME", "~", "*"}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct ks_err err;
		char **argv = ks_argv_split(rows[i].line, &err);
		size_t n = 0;

		assert_non_null(argv);
		for (; rows[i].words[n] != NULL; n++)
			assert_string_equal(argv[n], rows[i].words[n]);
		assert_null(argv[n]);
		ks_argv_free(argv);
	}
}

static void a_command_line_that_needs_a_shell_is_refused(void **state)
{
	static const char *const lines[] = {"", "   ", "''", "a 'b", "a \"b", "a \\", "a | b",
	    "a > b", "a; b", "a & b", "`a`", "a < b"};
	struct ks_err err;

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		ks_err_clear(&err);
		assert_null(ks_argv_split(lines[i], &err));
		assert_int_equal(err.kind, KS_ERR_USAGE);
	}
}

static void a_command_line_of_too_many_words_is_refused(void **state)
{
	char line[4 * KS_ARGV_MAX + 8];
	struct ks_err err;

	(void)state;
	for (size_t i = 0; i < sizeof line; i++)
		line[i] = i % 2 == 0 ? 'a' : ' ';
	line[sizeof line - 1] = '\0';
	assert_null(ks_argv_split(line, &err));
}

/* ---- OSC 52 ---- */

static void osc_52_clears_before_it_writes(void **state)
{
	size_t len;
	char *bytes = ks_clip_osc52(SECRET, strlen(SECRET), &len);
	static const char expected[] = "\033]52;c;!\033\\\033]52;c;" SECRET_BASE64 "\033\\";

	(void)state;
	assert_int_equal(len, sizeof expected - 1);
	assert_memory_equal(bytes, expected, len);
	ks_wiping_free(bytes);
}

static void base64_is_padded_by_rfc_4648(void **state)
{
	static const struct {
		const char *data, *base64;
	} rows[] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="},
	    {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}, {"\xff\xfe\xfb", "//77"}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char expected[64];
		size_t len;
		char *bytes = ks_clip_osc52(rows[i].data, strlen(rows[i].data), &len);

		snprintf(expected, sizeof expected, "\033]52;c;!\033\\\033]52;c;%s\033\\",
		    rows[i].base64);
		assert_int_equal(len, strlen(expected));
		assert_memory_equal(bytes, expected, len);
		ks_wiping_free(bytes);
	}
}

static void the_terminal_gets_the_secret_and_no_more_is_claimed(void **state)
{
	struct world *w = *state;

	open_clipboard(w, (struct ks_clip_env){0}, NULL);
	copy_secret(w);
	assert_true(w->result.ok);
	assert_non_null(strstr(w->result.phrase, "can't be known"));
	assert_string_equal(w->result.note, "");
	assert_non_null(strstr(ks_buf_text(&w->terminal), "]52;c;" SECRET_BASE64));
	assert_int_equal(ks_clipboard_hold(w->clip), KS_CLIPBOARD_UNKNOWN);
}

static void a_terminal_known_to_ignore_osc_52_is_named(void **state)
{
	struct world *w = *state;

	open_clipboard(w, (struct ks_clip_env){.vte_version = "7006"}, NULL);
	copy_secret(w);
	assert_non_null(strstr(w->result.note, "VTE"));
}

/* ---- tools ---- */

static void a_tool_of_the_display_is_held_as_our_child(void **state)
{
	struct world *w = *state;
	char *args;

	add_tool(w, "xclip", holds);
	open_clipboard(w, (struct ks_clip_env){.display = ":0"}, NULL);
	assert_non_null(strstr(ks_clipboard_promise(w->clip), "xclip"));
	copy_secret(w);
	assert_true(w->result.ok);
	assert_string_equal(w->result.phrase, "Copied with xclip");
	assert_file(w, "in", SECRET);
	assert_int_equal(ks_clipboard_hold(w->clip), KS_CLIPBOARD_OURS);
	tool_pid(w);
	args = read_file(w, "args");
	assert_non_null(strstr(args, "xclip -quiet -selection clipboard"));
	assert_null(strstr(args, SECRET));
	free(args);
	assert_string_equal(ks_buf_text(&w->terminal), "");
}

static void a_tool_gets_the_signals_and_the_session_of_a_fresh_process(void **state)
{
	struct world *w = *state;
	const char *blocked, *ignored;
	sigset_t some, old;
	char *signals;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&some);
	sigaddset(&some, SIGTERM);
	sigprocmask(SIG_BLOCK, &some, &old);
	add_tool(w, "mine",
	    "cat >/dev/null; grep -E '^Sig(Blk|Ign)' /proc/self/status >\"$D/args\"; "
	    "cut -d' ' -f6 /proc/self/stat >\"$D/pid\"");
	open_clipboard(w, (struct ks_clip_env){.copy_command = "mine"}, NULL);
	copy_secret(w);
	sigprocmask(SIG_SETMASK, &old, NULL);
	assert_true(w->result.ok);
	signals = read_file(w, "args");
	blocked = strstr(signals, "SigBlk:");
	ignored = strstr(signals, "SigIgn:");
	assert_non_null(blocked);
	assert_non_null(ignored);
	assert_int_equal(strtoull(blocked + 7, NULL, 16), 0);
	/* Above these are the C library's own. */
	assert_int_equal(strtoull(ignored + 7, NULL, 16) & 0x7fffffff, 0);
	free(signals);
	assert_int_not_equal(tool_pid(w), getsid(0));
}

static void a_tool_that_fails_at_once_gives_way_to_the_next(void **state)
{
	struct world *w = *state;

	add_tool(w, "wl-copy", "exit 1");
	add_tool(w, "xclip", "exit 3");
	open_clipboard(
	    w, (struct ks_clip_env){.wayland_display = "wayland-0", .display = ":0"}, NULL);
	copy_secret(w);
	assert_true(w->result.ok);
	assert_string_equal(w->result.note,
	    "wl-copy ended with status 1; xclip ended with status 3; xsel isn't installed");
	assert_non_null(strstr(w->result.phrase, "OSC 52"));
}

static void a_wl_copy_that_knows_no_sensitive_is_tried_without(void **state)
{
	struct world *w = *state;
	char script[512];
	char *args;

	snprintf(
	    script, sizeof script, "case \" $* \" in *' --sensitive '*) exit 1;; esac; %s", holds);
	add_tool(w, "wl-copy", script);
	open_clipboard(w, (struct ks_clip_env){.wayland_display = "wayland-0"}, NULL);
	copy_secret(w);
	assert_true(w->result.ok);
	assert_string_equal(w->result.phrase, "Copied with wl-copy");
	assert_string_equal(w->result.note, "");
	tool_pid(w);
	args = read_file(w, "args");
	assert_non_null(strstr(args, "--foreground --type text/plain"));
	free(args);
}

static void when_nothing_works_it_says_so(void **state)
{
	struct world *w = *state;

	w->terminal_fails = true;
	open_clipboard(w, (struct ks_clip_env){.tmux = "/tmp/x,1,0"}, NULL);
	copy_secret(w);
	assert_false(w->result.ok);
	assert_string_equal(
	    w->result.note, "tmux isn't installed; the terminal could not be written to");
}

static void a_command_of_the_configuration_gets_it_on_stdin(void **state)
{
	struct world *w = *state;

	add_tool(w, "mine", "cat >\"$D/in\"; echo \"$*\" >\"$D/args\"");
	open_clipboard(
	    w, (struct ks_clip_env){.copy_command = "mine 'a b' $HOME", .display = ":0"}, NULL);
	copy_secret(w);
	assert_true(w->result.ok);
	assert_file(w, "in", SECRET);
	assert_file(w, "args", "a b $HOME\n");
}

static void a_second_copy_waits_for_the_first(void **state)
{
	struct world *w = *state;

	add_tool(w, "xclip", holds);
	open_clipboard(w, (struct ks_clip_env){.display = ":0"}, NULL);
	assert_true(ks_clipboard_copy_text(w->clip, "one", 1, now_ms(), keep_result, w));
	assert_false(ks_clipboard_copy_text(w->clip, "two", 2, now_ms(), keep_result, w));
	turn_until_done(w);
	assert_int_equal(w->ended, 1);
	assert_int_equal(w->result.tag, 1);
	kill(tool_pid(w), SIGTERM);
}

static void another_copy_elsewhere_is_noticed(void **state)
{
	struct world *w = *state;
	int64_t limit = now_ms() + PATIENCE_MS;

	add_tool(w, "xclip",
	    "cat >/dev/null; trap 'exit 0' TERM; echo $$ >\"$D/pid\"; while :; do sleep 0.05; "
	    "done");
	open_clipboard(w, (struct ks_clip_env){.display = ":0"}, NULL);
	copy_secret(w);
	assert_int_equal(ks_clipboard_hold(w->clip), KS_CLIPBOARD_OURS);
	kill(tool_pid(w), SIGTERM);
	while (ks_clipboard_hold(w->clip) == KS_CLIPBOARD_OURS && now_ms() < limit) {
		poll(NULL, 0, 5);
		ks_clipboard_turn(w->clip, now_ms());
	}
	assert_int_equal(ks_clipboard_hold(w->clip), KS_CLIPBOARD_REPLACED);
}

/* ---- clearing at exit ---- */

static void a_child_that_holds_a_secret_is_ended_at_exit(void **state)
{
	struct world *w = *state;
	char left[256] = "";
	pid_t pid;

	add_tool(w, "xclip", holds);
	open_clipboard(w, (struct ks_clip_env){.display = ":0"}, NULL);
	copy_secret(w);
	pid = tool_pid(w);
	assert_true(ks_clipboard_clear(w->clip, left, sizeof left));
	assert_true(is_gone(pid));
	assert_string_equal(left, "");
}

static void a_child_that_holds_an_id_lives_on(void **state)
{
	struct world *w = *state;
	char left[256];
	pid_t pid;

	add_tool(w, "xclip", holds);
	open_clipboard(w, (struct ks_clip_env){.display = ":0"}, NULL);
	copy_text(w, "AKIAIOSFODNN7EXAMPLE");
	assert_file(w, "in", "AKIAIOSFODNN7EXAMPLE");
	pid = tool_pid(w);
	assert_true(ks_clipboard_clear(w->clip, left, sizeof left));
	assert_false(is_gone(pid));
	kill(pid, SIGKILL);
}

static void wl_copy_is_ended_by_a_clear_so_that_it_removes_its_file(void **state)
{
	struct world *w = *state;
	char left[256], script[640];
	pid_t pid;

	snprintf(script, sizeof script,
	    "if [ \"$1\" = --clear ]; then echo yes >\"$D/cleared\"; kill $(cat \"$D/pid\"); exit "
	    "0; "
	    "fi; %s",
	    holds);
	add_tool(w, "wl-copy", script);
	open_clipboard(w, (struct ks_clip_env){.wayland_display = "wayland-0"}, NULL);
	copy_secret(w);
	pid = tool_pid(w);
	assert_true(ks_clipboard_clear(w->clip, left, sizeof left));
	assert_file(w, "cleared", "yes\n");
	assert_true(is_gone(pid));
}

static void what_the_terminal_got_is_cleared_at_exit(void **state)
{
	struct world *w = *state;
	static const char clear[] = "\033]52;c;!\033\\";
	char left[256];

	open_clipboard(w, (struct ks_clip_env){0}, NULL);
	copy_secret(w);
	ks_buf_reset(&w->terminal);
	assert_true(ks_clipboard_clear(w->clip, left, sizeof left));
	assert_string_equal(ks_buf_text(&w->terminal), clear);
}

static void an_id_that_came_after_the_secret_is_left_alone(void **state)
{
	struct world *w = *state;
	char left[256];

	open_clipboard(w, (struct ks_clip_env){0}, NULL);
	copy_secret(w);
	copy_text(w, "AKIAIOSFODNN7EXAMPLE");
	ks_buf_reset(&w->terminal);
	assert_true(ks_clipboard_clear(w->clip, left, sizeof left));
	assert_string_equal(ks_buf_text(&w->terminal), "");
}

static void a_command_without_a_clear_command_leaves_a_word(void **state)
{
	struct world *w = *state;
	char left[256] = "";

	add_tool(w, "mine", "cat >/dev/null");
	open_clipboard(w, (struct ks_clip_env){.copy_command = "mine"}, NULL);
	copy_secret(w);
	assert_false(ks_clipboard_clear(w->clip, left, sizeof left));
	assert_non_null(strstr(left, "no clear_command"));
}

static void a_clear_command_is_run_at_exit(void **state)
{
	struct world *w = *state;
	char left[256] = "";

	add_tool(w, "mine", "cat >/dev/null");
	add_tool(w, "clear", "echo yes >\"$D/cleared\"");
	open_clipboard(w, (struct ks_clip_env){.copy_command = "mine"}, "clear");
	copy_secret(w);
	assert_true(ks_clipboard_clear(w->clip, left, sizeof left));
	assert_file(w, "cleared", "yes\n");
}

static void a_copy_under_way_at_exit_counts_as_made(void **state)
{
	struct world *w = *state;
	struct ks_err err;
	struct ks_secret *secret = ks_secret_new(SECRET, strlen(SECRET), &err);
	char left[256];
	pid_t pid;

	add_tool(w, "xclip", holds);
	open_clipboard(w, (struct ks_clip_env){.display = ":0"}, NULL);
	assert_true(ks_clipboard_copy_secret(w->clip, secret, 1, now_ms(), keep_result, w));
	ks_secret_free(secret);
	pid = tool_pid(w);
	assert_true(ks_clipboard_clear(w->clip, left, sizeof left));
	assert_true(is_gone(pid));
	assert_int_equal(w->ended, 0);
}

/* ---- a real tmux ---- */

static bool run(const char *command)
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void tmux_takes_it_into_a_buffer_and_forgets_it(void **state)
{
	struct world *w = *state;
	char command[512], left[256], file[128], *text;

	if (!ks_spawn_find("/usr/bin:/bin:/usr/local/bin", "tmux", file, sizeof file))
		skip();
	snprintf(command, sizeof command,
	    "TMUX= tmux -S %s/in -f /dev/null new-session -d 'sleep 1000'", w->dir);
	assert_true(run(command));
	snprintf(w->path, sizeof w->path, "/usr/bin:/bin:/usr/local/bin");
	snprintf(command, sizeof command, "%s/in,1,0", w->dir);
	setenv("TMUX", command, 1);
	open_clipboard(w, (struct ks_clip_env){.tmux = command}, NULL);
	copy_secret(w);
	assert_string_equal(w->result.note, "");
	assert_non_null(strstr(w->result.phrase, "tmux"));
	snprintf(command, sizeof command, "tmux -S %s/in show-buffer -b keysail-%ld >%s/args",
	    w->dir, (long)getpid(), w->dir);
	assert_true(run(command));
	text = read_file(w, "args");
	assert_string_equal(text, SECRET);
	free(text);
	assert_true(ks_clipboard_clear(w->clip, left, sizeof left));
	snprintf(command, sizeof command, "tmux -S %s/in list-buffers >%s/args", w->dir, w->dir);
	assert_true(run(command));
	assert_file(w, "args", "");
	snprintf(command, sizeof command, "tmux -S %s/in kill-server", w->dir);
	assert_true(run(command));
	unsetenv("TMUX");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		the_way_follows_from_the_environment, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_tool_that_is_not_installed_is_passed_over, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		only_absolute_folders_are_searched_for_programs, set_up, tear_down),
	    cmocka_unit_test(a_command_line_is_split_as_sh_would),
	    cmocka_unit_test(a_command_line_that_needs_a_shell_is_refused),
	    cmocka_unit_test(a_command_line_of_too_many_words_is_refused),
	    cmocka_unit_test(osc_52_clears_before_it_writes),
	    cmocka_unit_test(base64_is_padded_by_rfc_4648),
	    cmocka_unit_test_setup_teardown(
		the_terminal_gets_the_secret_and_no_more_is_claimed, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_terminal_known_to_ignore_osc_52_is_named, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_tool_of_the_display_is_held_as_our_child, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_tool_gets_the_signals_and_the_session_of_a_fresh_process, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_tool_that_fails_at_once_gives_way_to_the_next, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_wl_copy_that_knows_no_sensitive_is_tried_without, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(when_nothing_works_it_says_so, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_command_of_the_configuration_gets_it_on_stdin, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_second_copy_waits_for_the_first, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(another_copy_elsewhere_is_noticed, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_child_that_holds_a_secret_is_ended_at_exit, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_child_that_holds_an_id_lives_on, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		wl_copy_is_ended_by_a_clear_so_that_it_removes_its_file, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		what_the_terminal_got_is_cleared_at_exit, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		an_id_that_came_after_the_secret_is_left_alone, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_command_without_a_clear_command_leaves_a_word, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_clear_command_is_run_at_exit, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_copy_under_way_at_exit_counts_as_made, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		tmux_takes_it_into_a_buffer_and_forgets_it, set_up, tear_down),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("clipboard", tests, NULL, NULL);
}
