/* The clipboard: what goes out, and what is said of it. */
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
#include "core/base/spawn.h"
#include "tests/unit/pocket.h"

/* As printf SECRET | base64 says. */
#define SECRET_BASE64 "d0phbHJYVXRuRkVNSS9LN01ERU5HL2JQeFJmaUNZRVhBTVBMRUtFWQ=="

static void the_terminal_gets_the_secret_and_no_more_is_claimed(void **state)
{
	struct pocket *w = *state;

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
	struct pocket *w = *state;

	open_clipboard(w, (struct ks_clip_env){.vte_version = "7006"}, NULL);
	copy_secret(w);
	assert_non_null(strstr(w->result.note, "VTE"));
}

/* ---- tools ---- */

static void a_tool_of_the_display_is_held_as_our_child(void **state)
{
	struct pocket *w = *state;
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
	struct pocket *w = *state;
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
	struct pocket *w = *state;

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
	struct pocket *w = *state;
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
	struct pocket *w = *state;

	w->terminal_fails = true;
	open_clipboard(w, (struct ks_clip_env){.tmux = "/tmp/x,1,0"}, NULL);
	copy_secret(w);
	assert_false(w->result.ok);
	assert_string_equal(
	    w->result.note, "the terminal could not be written to; tmux isn't installed");
}

static void a_command_of_the_configuration_gets_it_on_stdin(void **state)
{
	struct pocket *w = *state;

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
	struct pocket *w = *state;

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
	struct pocket *w = *state;
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

/* ---- a real tmux ---- */

static void tmux_takes_it_into_a_buffer_and_forgets_it(void **state)
{
	struct pocket *w = *state;
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
	    TEST(tmux_takes_it_into_a_buffer_and_forgets_it),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("clipboard", tests, NULL, NULL);
}
