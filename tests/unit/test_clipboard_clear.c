/* How a secret leaves the clipboard: when its time is over, and at exit. */
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

#include "core/base/clock.h"
#include "tests/unit/pocket.h"

#define CLEARED "\033]52;c;IA==\033\\\033]52;c;!\033\\"

/* ---- clearing when its time is over ---- */

/* Goes to the end of the countdown, and on until that is told. */
static void let_time_pass(struct pocket *w)
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
	struct pocket *w = *state;
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
	assert_string_equal(ks_buf_text(&w->terminal) + before, CLEARED);
	assert_int_equal(w->cleared, 1);
	assert_string_equal(w->cleared_text, "The clipboard was cleared");
}

static void a_child_that_holds_a_secret_is_ended_when_the_time_is_over(void **state)
{
	struct pocket *w = *state;
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
	struct pocket *w = *state;
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
	assert_string_equal(ks_buf_text(&w->terminal) + before, CLEARED);
}

static void a_new_copy_begins_the_countdown_anew(void **state)
{
	struct pocket *w = *state;
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
	struct pocket *w = *state;

	open_clipboard(w, (struct ks_clip_env){0}, NULL);
	copy_secret(w);
	copy_text(w, "AKIAIOSFODNN7EXAMPLE");
	ks_clipboard_turn(w->clip, now_ms());
	assert_int_equal(ks_clipboard_clears_at(w->clip), KS_TIME_NEVER);
}

static void what_cant_be_cleared_has_no_countdown_and_says_so(void **state)
{
	struct pocket *w = *state;

	toolbox_add(&w->box, "mine", "cat >/dev/null");
	open_clipboard(w, (struct ks_clip_env){.copy_command = "mine"}, NULL);
	copy_secret(w);
	assert_true(w->result.ok);
	assert_non_null(strstr(w->result.note, "it stays there: no clear_command is configured"));
	assert_int_equal(ks_clipboard_clears_at(w->clip), KS_TIME_NEVER);
}

static void a_clear_command_that_fails_is_told_and_run_again_at_exit(void **state)
{
	struct pocket *w = *state;
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
	struct pocket *w = *state;
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
	struct pocket *w = *state;
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
	struct pocket *w = *state;
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
	struct pocket *w = *state;
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
	struct pocket *w = *state;
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
	struct pocket *w = *state;
	char left[256];

	open_clipboard(w, (struct ks_clip_env){0}, NULL);
	copy_secret(w);
	ks_buf_reset(&w->terminal);
	assert_true(ks_clipboard_clear(w->clip, left, sizeof left));
	assert_string_equal(ks_buf_text(&w->terminal), CLEARED);
}

static void an_id_that_came_after_the_secret_is_left_alone(void **state)
{
	struct pocket *w = *state;
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
	struct pocket *w = *state;
	char left[256] = "";

	toolbox_add(&w->box, "mine", "cat >/dev/null");
	open_clipboard(w, (struct ks_clip_env){.copy_command = "mine"}, NULL);
	copy_secret(w);
	assert_false(ks_clipboard_clear(w->clip, left, sizeof left));
	assert_non_null(strstr(left, "no clear_command"));
}

static void a_clear_command_is_run_at_exit(void **state)
{
	struct pocket *w = *state;
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
	struct pocket *w = *state;
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

/* ---- tmux, which may be busy, and a terminal that hangs up ---- */

/* Stands in for tmux: "buffer" is its buffer, and what it does when it clears comes first. */
static void add_tmux(struct pocket *w, const char *loads, const char *clears)
{
	char script[900];

	snprintf(script, sizeof script,
	    "case $* in *delete-buffer*) %s; rm -f \"$D/buffer\"; echo x >>\"$D/cleared\" ;;\n"
	    "*) cat >\"$D/in\"; %s; mv \"$D/in\" \"$D/buffer\" ;; esac",
	    clears, loads);
	toolbox_add(&w->box, "tmux", script);
	open_clipboard(w, (struct ks_clip_env){.tmux = "/tmp/none,1,0"}, NULL);
}

/* The hang-up goes to our whole process group, and reaches a child that has just been started. */
static void a_clearing_that_a_signal_ends_is_done_again(void **state)
{
	struct pocket *w = *state;
	char left[256] = "";

	add_tmux(w, ":", "if mkdir \"$D/hit\"; then kill -HUP $$; fi");
	copy_secret(w);
	assert_toolbox_file(&w->box, "buffer", SECRET);
	assert_true(ks_clipboard_clear(w->clip, left, sizeof left));
	assert_toolbox_file(&w->box, "buffer", "");
	assert_toolbox_file(&w->box, "cleared", "x\n");
}

static void a_clearing_that_a_signal_ends_each_time_is_told(void **state)
{
	struct pocket *w = *state;
	char left[256] = "";

	add_tmux(w, ":", "echo x >>\"$D/tried\"; kill -HUP $$");
	copy_secret(w);
	assert_false(ks_clipboard_clear(w->clip, left, sizeof left));
	assert_string_equal(left, "The secret stays where tmux put it: it could not be cleared");
	assert_toolbox_file(&w->box, "tried", "x\nx\nx\n");
}

/* The load goes on until it sees the clearing, or for so long that it would have seen it. */
static void a_load_under_way_at_exit_ends_before_the_clearing(void **state)
{
	struct pocket *w = *state;
	struct ks_err err;
	struct ks_secret *secret = ks_secret_new(SECRET, strlen(SECRET), &err);
	char left[256];

	add_tmux(w, "n=0; while [ $n -lt 50000 ] && [ ! -e \"$D/cleared\" ]; do n=$((n + 1)); done",
	    ":");
	assert_true(ks_clipboard_copy_secret(w->clip, secret, 1, now_ms(), keep_result, w));
	ks_secret_free(secret);
	assert_true(ks_clipboard_clear(w->clip, left, sizeof left));
	assert_toolbox_file(&w->box, "buffer", "");
	assert_toolbox_file(&w->box, "cleared", "x\n");
}

static void a_busy_tmux_may_clear_after_us(void **state)
{
	struct pocket *w = *state;
	char left[256] = "";
	int64_t limit = now_ms() + PATIENCE_MS;

	add_tmux(w, ":", "until [ -e \"$D/gate\" ]; do sleep 0.1; done");
	copy_secret(w);
	assert_false(ks_clipboard_clear(w->clip, left, sizeof left));
	assert_non_null(strstr(left, "could not be cleared"));
	toolbox_add_file(&w->box, "gate", "");
	while (!toolbox_has(&w->box, "cleared", "x\n") && now_ms() < limit)
		poll(NULL, 0, 5);
	assert_toolbox_file(&w->box, "buffer", "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
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
	    TEST(a_clearing_that_a_signal_ends_is_done_again),
	    TEST(a_clearing_that_a_signal_ends_each_time_is_told),
	    TEST(a_load_under_way_at_exit_ends_before_the_clearing),
	    TEST(a_busy_tmux_may_clear_after_us),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("clipboard_clear", tests, NULL, NULL);
}
