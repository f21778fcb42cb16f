/* The clipboard: what goes out, what is said of it, and how it is cleared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/mem.h"
#include "tests/support/toolbox.h"
#include "tui/clipboard.h"
#include "tui/spawn.h"

#define SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
/* As printf SECRET | base64 says. */
#define SECRET_BASE64 "d0phbHJYVXRuRkVNSS9LN01ERU5HL2JQeFJmaUNZRVhBTVBMRUtFWQ=="

enum { PATIENCE_MS = 20000, CLEAR_SECONDS = 45 };

struct world {
	struct toolbox box;
	char path[128];
	struct ks_clipboard *clip;
	struct ks_buf terminal; /* what was written to it */
	bool terminal_fails;
	int ended;                /* calls of done */
	int cleared, not_cleared; /* calls of cleared */
	char cleared_text[160];
	struct ks_clipboard_result result;
};

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

static void keep_cleared(void *ctx, bool ok, const char *text)
{
	struct world *w = ctx;

	w->cleared += ok;
	w->not_cleared += !ok;
	snprintf(w->cleared_text, sizeof w->cleared_text, "%s", text);
}

static void open_clipboard(struct world *w, struct ks_clip_env env, const char *clear_command)
{
	struct ks_clipboard_options options = {.env = env,
	    .clear_command = clear_command,
	    .clear_seconds = CLEAR_SECONDS,
	    .cleared = keep_cleared,
	    .cleared_ctx = w,
	    .write = write_terminal,
	    .ctx = w};

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

static int set_up(void **state)
{
	struct world *w = ks_calloc(1, sizeof *w);

	toolbox_open(&w->box);
	snprintf(w->path, sizeof w->path, "%s", w->box.dir);
	ks_buf_init(&w->terminal, 65536);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	char left[256];

	if (w->clip != NULL)
		ks_clipboard_clear(w->clip, left, sizeof left);
	ks_clipboard_free(w->clip);
	toolbox_close(&w->box);
	ks_buf_free(&w->terminal);
	free(w);
	return 0;
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

	toolbox_add(&w->box, "xclip", TOOLBOX_HOLDS);
	open_clipboard(w, (struct ks_clip_env){.display = ":0"}, NULL);
	assert_non_null(strstr(ks_clipboard_promise(w->clip), "xclip"));
	copy_secret(w);
	assert_true(w->result.ok);
	assert_string_equal(w->result.phrase, "Copied with xclip");
	assert_toolbox_file(&w->box, "in", SECRET);
	assert_int_equal(ks_clipboard_hold(w->clip), KS_CLIPBOARD_OURS);
	toolbox_pid(&w->box);
	args = toolbox_read(&w->box, "args");
	assert_non_null(strstr(args, "-quiet -selection clipboard"));
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
	toolbox_add(&w->box, "mine",
	    "cat >/dev/null; grep -E '^Sig(Blk|Ign)' /proc/self/status >\"$D/args\"; "
	    "cut -d' ' -f6 /proc/self/stat >\"$D/pid\"");
	open_clipboard(w, (struct ks_clip_env){.copy_command = "mine"}, NULL);
	copy_secret(w);
	sigprocmask(SIG_SETMASK, &old, NULL);
	assert_true(w->result.ok);
	signals = toolbox_read(&w->box, "args");
	blocked = strstr(signals, "SigBlk:");
	ignored = strstr(signals, "SigIgn:");
	assert_non_null(blocked);
	assert_non_null(ignored);
	assert_int_equal(strtoull(blocked + 7, NULL, 16), 0);
	/* Above these are the C library's own. */
	assert_int_equal(strtoull(ignored + 7, NULL, 16) & 0x7fffffff, 0);
	free(signals);
	assert_int_not_equal(toolbox_pid(&w->box), getsid(0));
}

static void a_tool_that_fails_at_once_gives_way_to_the_next(void **state)
{
	struct world *w = *state;

	toolbox_add(&w->box, "wl-copy", "exit 1");
	toolbox_add(&w->box, "xclip", "exit 3");
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

	snprintf(script, sizeof script, "case \" $* \" in *' --sensitive '*) exit 1;; esac; %s",
	    TOOLBOX_HOLDS);
	toolbox_add(&w->box, "wl-copy", script);
	open_clipboard(w, (struct ks_clip_env){.wayland_display = "wayland-0"}, NULL);
	copy_secret(w);
	assert_true(w->result.ok);
	assert_string_equal(w->result.phrase, "Copied with wl-copy");
	assert_string_equal(w->result.note, "");
	toolbox_pid(&w->box);
	args = toolbox_read(&w->box, "args");
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
	    w->result.note, "the terminal could not be written to; tmux isn't installed");
}

static void a_command_of_the_configuration_gets_it_on_stdin(void **state)
{
	struct world *w = *state;

	toolbox_add(&w->box, "mine", "cat >\"$D/in\"; echo \"$*\" >\"$D/args\"");
	open_clipboard(
	    w, (struct ks_clip_env){.copy_command = "mine 'a b' $HOME", .display = ":0"}, NULL);
	copy_secret(w);
	assert_true(w->result.ok);
	assert_toolbox_file(&w->box, "in", SECRET);
	assert_toolbox_file(&w->box, "args", "a b $HOME\n");
}

static void a_second_copy_waits_for_the_first(void **state)
{
	struct world *w = *state;

	toolbox_add(&w->box, "xclip", TOOLBOX_HOLDS);
	open_clipboard(w, (struct ks_clip_env){.display = ":0"}, NULL);
	assert_true(ks_clipboard_copy_text(w->clip, "one", 1, now_ms(), keep_result, w));
	assert_false(ks_clipboard_copy_text(w->clip, "two", 2, now_ms(), keep_result, w));
	turn_until_done(w);
	assert_int_equal(w->ended, 1);
	assert_int_equal(w->result.tag, 1);
	kill(toolbox_pid(&w->box), SIGTERM);
}

static void another_copy_elsewhere_is_noticed(void **state)
{
	struct world *w = *state;
	int64_t limit = now_ms() + PATIENCE_MS;

	toolbox_add(&w->box, "xclip",
	    "cat >/dev/null; trap 'exit 0' TERM; echo $$ >\"$D/pid\"; while :; do sleep 0.05; "
	    "done");
	open_clipboard(w, (struct ks_clip_env){.display = ":0"}, NULL);
	copy_secret(w);
	assert_int_equal(ks_clipboard_hold(w->clip), KS_CLIPBOARD_OURS);
	kill(toolbox_pid(&w->box), SIGTERM);
	while (ks_clipboard_hold(w->clip) == KS_CLIPBOARD_OURS && now_ms() < limit) {
		poll(NULL, 0, 5);
		ks_clipboard_turn(w->clip, now_ms());
	}
	assert_int_equal(ks_clipboard_hold(w->clip), KS_CLIPBOARD_REPLACED);
}

/* ---- clearing when its time is over ---- */

/* Goes to the end of the countdown, and on until that is told. */
static void let_time_pass(struct world *w)
{
	int64_t end = ks_clipboard_clears_at(w->clip), limit = now_ms() + PATIENCE_MS;
	int before = w->cleared + w->not_cleared;

	assert_true(end != KS_TIME_NEVER);
	assert_int_equal(ks_clipboard_wake(w->clip), end);
	ks_clipboard_turn(w->clip, end - 1);
	assert_int_equal(ks_clipboard_clears_at(w->clip), end);
	ks_clipboard_turn(w->clip, end);
	while (w->cleared + w->not_cleared == before && now_ms() < limit) {
		poll(NULL, 0, 5);
		ks_clipboard_turn(w->clip, end);
	}
	assert_int_equal(w->cleared + w->not_cleared, before + 1);
	assert_int_equal(ks_clipboard_clears_at(w->clip), KS_TIME_NEVER);
	assert_int_equal(ks_clipboard_wake(w->clip), KS_TIME_NEVER);
}

static void the_terminals_clipboard_is_cleared_when_the_time_is_over(void **state)
{
	struct world *w = *state;
	size_t before;
	int64_t begun;

	open_clipboard(w, (struct ks_clip_env){0}, NULL);
	assert_int_equal(ks_clipboard_clears_at(w->clip), KS_TIME_NEVER);
	begun = now_ms();
	copy_secret(w);
	assert_in_range(ks_clipboard_clears_at(w->clip), begun + CLEAR_SECONDS * 1000,
	    now_ms() + CLEAR_SECONDS * 1000);
	before = strlen(ks_buf_text(&w->terminal));
	let_time_pass(w);
	assert_string_equal(ks_buf_text(&w->terminal) + before, "\033]52;c;!\033\\");
	assert_int_equal(w->cleared, 1);
	assert_string_equal(w->cleared_text, "The clipboard was cleared");
}

static void a_child_that_holds_a_secret_is_ended_when_the_time_is_over(void **state)
{
	struct world *w = *state;
	pid_t pid;

	toolbox_add(&w->box, "xclip", TOOLBOX_HOLDS);
	open_clipboard(w, (struct ks_clip_env){.display = ":0"}, NULL);
	copy_secret(w);
	pid = toolbox_pid(&w->box);
	let_time_pass(w);
	assert_true(toolbox_is_gone(pid));
	assert_int_equal(w->cleared, 1);
	/* Not as if something else had been copied. */
	assert_int_equal(ks_clipboard_hold(w->clip), KS_CLIPBOARD_CLEARED);
}

static void what_is_kept_stays_until_exit(void **state)
{
	struct world *w = *state;
	char left[256] = "";
	size_t before;

	open_clipboard(w, (struct ks_clip_env){0}, NULL);
	assert_false(ks_clipboard_keep(w->clip));
	copy_secret(w);
	before = strlen(ks_buf_text(&w->terminal));
	assert_true(ks_clipboard_keep(w->clip));
	assert_int_equal(ks_clipboard_wake(w->clip), KS_TIME_NEVER);
	ks_clipboard_turn(w->clip, now_ms() + 2 * CLEAR_SECONDS * 1000);
	assert_int_equal(strlen(ks_buf_text(&w->terminal)), before);
	assert_true(ks_clipboard_clear(w->clip, left, sizeof left));
	assert_string_equal(ks_buf_text(&w->terminal) + before, "\033]52;c;!\033\\");
}

static void a_new_copy_begins_the_countdown_anew(void **state)
{
	struct world *w = *state;
	int64_t first;

	open_clipboard(w, (struct ks_clip_env){0}, NULL);
	copy_secret(w);
	first = ks_clipboard_clears_at(w->clip);
	while (now_ms() == first - CLEAR_SECONDS * 1000)
		;
	copy_secret(w);
	assert_true(ks_clipboard_clears_at(w->clip) > first);
}

static void an_id_copied_over_it_ends_the_countdown(void **state)
{
	struct world *w = *state;

	open_clipboard(w, (struct ks_clip_env){0}, NULL);
	copy_secret(w);
	copy_text(w, "AKIAIOSFODNN7EXAMPLE");
	ks_clipboard_turn(w->clip, now_ms());
	assert_int_equal(ks_clipboard_clears_at(w->clip), KS_TIME_NEVER);
}

static void what_cant_be_cleared_has_no_countdown_and_says_so(void **state)
{
	struct world *w = *state;

	toolbox_add(&w->box, "mine", "cat >/dev/null");
	open_clipboard(w, (struct ks_clip_env){.copy_command = "mine"}, NULL);
	copy_secret(w);
	assert_true(w->result.ok);
	assert_non_null(strstr(w->result.note, "it stays there: no clear_command is configured"));
	assert_int_equal(ks_clipboard_clears_at(w->clip), KS_TIME_NEVER);
}

static void a_clear_command_that_fails_is_told_and_run_again_at_exit(void **state)
{
	struct world *w = *state;
	char left[256] = "";

	toolbox_add(&w->box, "mine", "cat >/dev/null");
	toolbox_add(&w->box, "clear", "echo x >>\"$D/cleared\"; exit 3");
	open_clipboard(w, (struct ks_clip_env){.copy_command = "mine"}, "clear");
	copy_secret(w);
	let_time_pass(w);
	assert_int_equal(w->not_cleared, 1);
	assert_non_null(strstr(w->cleared_text, "could not be cleared"));
	assert_false(ks_clipboard_clear(w->clip, left, sizeof left));
	assert_non_null(strstr(left, "could not be cleared"));
	assert_toolbox_file(&w->box, "cleared", "x\nx\n");
}

static void what_a_tool_took_that_never_ended_is_cleared_too(void **state)
{
	struct world *w = *state;
	struct ks_err err;
	struct ks_secret *secret = ks_secret_new(SECRET, strlen(SECRET), &err);
	int64_t now = now_ms();
	char *cleared;

	assert_non_null(secret);
	toolbox_add(&w->box, "tmux",
	    "cat >/dev/null; case $* in *delete-buffer*) echo \"$*\" >>\"$D/cleared\" ;; "
	    "*) exec sleep 1000 ;; esac");
	open_clipboard(w, (struct ks_clip_env){.tmux = "/tmp/none,1,0"}, NULL);
	w->terminal_fails = true;
	assert_true(ks_clipboard_copy_secret(w->clip, secret, 7, now, keep_result, w));
	ks_secret_free(secret);
	for (int i = 0; w->ended == 0 && i < 4; i++)
		ks_clipboard_turn(w->clip, now += 5000);
	assert_int_equal(w->ended, 1);
	assert_false(w->result.ok);
	let_time_pass(w);
	cleared = toolbox_read(&w->box, "cleared");
	assert_non_null(strstr(cleared, "delete-buffer"));
	free(cleared);
}

static void a_copy_waits_for_a_clearing_that_is_under_way(void **state)
{
	struct world *w = *state;
	int64_t end;

	toolbox_add(&w->box, "mine", "cat >\"$D/in\"");
	toolbox_add(&w->box, "clear", "while [ ! -e \"$D/gate\" ]; do :; done; rm -f \"$D/in\"");
	open_clipboard(w, (struct ks_clip_env){.copy_command = "mine"}, "clear");
	copy_secret(w);
	end = ks_clipboard_clears_at(w->clip);
	ks_clipboard_turn(w->clip, end);
	assert_true(ks_clipboard_copy_text(w->clip, "next", 8, end, keep_result, w));
	ks_clipboard_turn(w->clip, end);
	assert_true(ks_clipboard_is_busy(w->clip));
	assert_int_equal(w->cleared, 0);
	toolbox_add_file(&w->box, "gate", "");
	turn_until_done(w);
	assert_int_equal(w->cleared, 1);
	assert_toolbox_file(&w->box, "in", "next");
}

/* ---- clearing at exit ---- */

static void a_child_that_holds_a_secret_is_ended_at_exit(void **state)
{
	struct world *w = *state;
	char left[256] = "";
	pid_t pid;

	toolbox_add(&w->box, "xclip", TOOLBOX_HOLDS);
	open_clipboard(w, (struct ks_clip_env){.display = ":0"}, NULL);
	copy_secret(w);
	pid = toolbox_pid(&w->box);
	assert_true(ks_clipboard_clear(w->clip, left, sizeof left));
	assert_true(toolbox_is_gone(pid));
	assert_string_equal(left, "");
}

static void a_child_that_holds_an_id_lives_on(void **state)
{
	struct world *w = *state;
	char left[256];
	pid_t pid;

	toolbox_add(&w->box, "xclip", TOOLBOX_HOLDS);
	open_clipboard(w, (struct ks_clip_env){.display = ":0"}, NULL);
	copy_text(w, "AKIAIOSFODNN7EXAMPLE");
	assert_toolbox_file(&w->box, "in", "AKIAIOSFODNN7EXAMPLE");
	pid = toolbox_pid(&w->box);
	assert_true(ks_clipboard_clear(w->clip, left, sizeof left));
	assert_false(toolbox_is_gone(pid));
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
	    TOOLBOX_HOLDS);
	toolbox_add(&w->box, "wl-copy", script);
	open_clipboard(w, (struct ks_clip_env){.wayland_display = "wayland-0"}, NULL);
	copy_secret(w);
	pid = toolbox_pid(&w->box);
	assert_true(ks_clipboard_clear(w->clip, left, sizeof left));
	assert_toolbox_file(&w->box, "cleared", "yes\n");
	assert_true(toolbox_is_gone(pid));
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

	toolbox_add(&w->box, "mine", "cat >/dev/null");
	open_clipboard(w, (struct ks_clip_env){.copy_command = "mine"}, NULL);
	copy_secret(w);
	assert_false(ks_clipboard_clear(w->clip, left, sizeof left));
	assert_non_null(strstr(left, "no clear_command"));
}

static void a_clear_command_is_run_at_exit(void **state)
{
	struct world *w = *state;
	char left[256] = "";

	toolbox_add(&w->box, "mine", "cat >/dev/null");
	toolbox_add(&w->box, "clear", "echo yes >\"$D/cleared\"");
	open_clipboard(w, (struct ks_clip_env){.copy_command = "mine"}, "clear");
	copy_secret(w);
	assert_true(ks_clipboard_clear(w->clip, left, sizeof left));
	assert_toolbox_file(&w->box, "cleared", "yes\n");
}

static void a_copy_under_way_at_exit_counts_as_made(void **state)
{
	struct world *w = *state;
	struct ks_err err;
	struct ks_secret *secret = ks_secret_new(SECRET, strlen(SECRET), &err);
	char left[256];
	pid_t pid;

	toolbox_add(&w->box, "xclip", TOOLBOX_HOLDS);
	open_clipboard(w, (struct ks_clip_env){.display = ":0"}, NULL);
	assert_true(ks_clipboard_copy_secret(w->clip, secret, 1, now_ms(), keep_result, w));
	ks_secret_free(secret);
	pid = toolbox_pid(&w->box);
	assert_true(ks_clipboard_clear(w->clip, left, sizeof left));
	assert_true(toolbox_is_gone(pid));
	assert_int_equal(w->ended, 0);
}

/* ---- a real tmux ---- */

static void tmux_takes_it_into_a_buffer_and_forgets_it(void **state)
{
	struct world *w = *state;
	char file[128], tmux[128], left[256];

	if (!ks_spawn_find("/usr/bin:/bin:/usr/local/bin", "tmux", file, sizeof file))
		skip();
	assert_true(toolbox_run(
	    "TMUX= tmux -S %s/socket -f /dev/null new-session -d 'sleep 1000'", w->box.dir));
	snprintf(w->path, sizeof w->path, "/usr/bin:/bin:/usr/local/bin");
	snprintf(tmux, sizeof tmux, "%s/socket,1,0", w->box.dir);
	setenv("TMUX", tmux, 1);
	open_clipboard(w, (struct ks_clip_env){.tmux = tmux}, NULL);
	copy_secret(w);
	assert_string_equal(w->result.note, "");
	assert_non_null(strstr(w->result.phrase, "tmux"));
	assert_true(toolbox_run("tmux -S %s/socket show-buffer -b keysail-%ld >%s/shown",
	    w->box.dir, (long)getpid(), w->box.dir));
	assert_toolbox_file(&w->box, "shown", SECRET);
	assert_true(ks_clipboard_clear(w->clip, left, sizeof left));
	assert_true(
	    toolbox_run("tmux -S %s/socket list-buffers >%s/shown", w->box.dir, w->box.dir));
	assert_toolbox_file(&w->box, "shown", "");
	assert_true(toolbox_run("tmux -S %s/socket kill-server", w->box.dir));
	unsetenv("TMUX");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(the_terminal_gets_the_secret_and_no_more_is_claimed),
	    TEST(a_terminal_known_to_ignore_osc_52_is_named),
	    TEST(a_tool_of_the_display_is_held_as_our_child),
	    TEST(a_tool_gets_the_signals_and_the_session_of_a_fresh_process),
	    TEST(a_tool_that_fails_at_once_gives_way_to_the_next),
	    TEST(a_wl_copy_that_knows_no_sensitive_is_tried_without),
	    TEST(when_nothing_works_it_says_so),
	    TEST(a_command_of_the_configuration_gets_it_on_stdin),
	    TEST(a_second_copy_waits_for_the_first),
	    TEST(another_copy_elsewhere_is_noticed),
	    TEST(the_terminals_clipboard_is_cleared_when_the_time_is_over),
	    TEST(a_child_that_holds_a_secret_is_ended_when_the_time_is_over),
	    TEST(what_is_kept_stays_until_exit),
	    TEST(a_new_copy_begins_the_countdown_anew),
	    TEST(an_id_copied_over_it_ends_the_countdown),
	    TEST(what_cant_be_cleared_has_no_countdown_and_says_so),
	    TEST(a_clear_command_that_fails_is_told_and_run_again_at_exit),
	    TEST(what_a_tool_took_that_never_ended_is_cleared_too),
	    TEST(a_copy_waits_for_a_clearing_that_is_under_way),
	    TEST(a_child_that_holds_a_secret_is_ended_at_exit),
	    TEST(a_child_that_holds_an_id_lives_on),
	    TEST(wl_copy_is_ended_by_a_clear_so_that_it_removes_its_file),
	    TEST(what_the_terminal_got_is_cleared_at_exit),
	    TEST(an_id_that_came_after_the_secret_is_left_alone),
	    TEST(a_command_without_a_clear_command_leaves_a_word),
	    TEST(a_clear_command_is_run_at_exit),
	    TEST(a_copy_under_way_at_exit_counts_as_made),
	    TEST(tmux_takes_it_into_a_buffer_and_forgets_it),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("clipboard", tests, NULL, NULL);
}
