/* The terminal: tui/term.c in a pseudo-terminal, by way of a small program that uses it. */
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

#include <cmocka.h>

#include "tests/support/pty.h"

static char demo_path[4096];
static const char *const demo_argv[] = {demo_path, NULL};

static struct ks_pty *start_with(struct ks_pty_options options)
{
	options.argv = demo_argv;
	return ks_pty_start(&options);
}

static struct ks_pty *start(void)
{
	struct ks_pty *pty = start_with((struct ks_pty_options){.width = 120, .height = 40});

	assert_true(ks_pty_wait_cursor(pty, 1, 5));
	return pty;
}

static void assert_exits(struct ks_pty *pty, int wanted)
{
	int status;

	assert_true(ks_pty_wait_exit(pty, &status));
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), wanted);
}

static void assert_restored(struct ks_pty *pty)
{
	size_t len;
	const char *raw = ks_pty_raw(pty, &len);

	assert_false(ks_pty_alternate(pty));
	assert_true(ks_pty_modes_restored(pty));
	assert_non_null(memmem(raw, len, "\033[?2004l", 8));
}

static void the_terminal_is_given_back_as_it_was(void **state)
{
	struct ks_pty *pty = start();
	int x, y;
	bool visible;

	(void)state;
	assert_true(ks_pty_alternate(pty));
	assert_false(ks_pty_modes_restored(pty));
	ks_pty_cursor(pty, &x, &y, &visible);
	assert_false(visible);
	ks_pty_press(pty, "q");
	assert_exits(pty, 0);
	assert_restored(pty);
	ks_pty_cursor(pty, &x, &y, &visible);
	assert_true(visible);
	ks_pty_free(pty);
}

static void a_crash_restores_the_terminal(void **state)
{
	static const char *const keys[] = {"x", "X"};
	int status;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct ks_pty *pty = start();

		ks_pty_press(pty, keys[i]);
		assert_true(ks_pty_wait_exit(pty, &status));
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), SIGSEGV);
		assert_restored(pty);
		ks_pty_free(pty);
	}
}

static void a_crash_from_outside_restores_the_terminal(void **state)
{
	static const int signals[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};
	int status;

	(void)state;
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
		struct ks_pty *pty = start();

		ks_pty_signal(pty, signals[i]);
		assert_true(ks_pty_wait_exit(pty, &status));
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), signals[i]);
		assert_restored(pty);
		ks_pty_free(pty);
	}
}

static void a_hung_up_terminal_is_told_once_and_ends_the_program(void **state)
{
	static const char *const env[] = {"DEMO_IGNORE_HUP=1", NULL};
	struct ks_pty *pty = start_with((struct ks_pty_options){.env = env});

	(void)state;
	assert_true(ks_pty_wait_cursor(pty, 1, 5));
	ks_pty_hang_up(pty);
	assert_exits(pty, 9);
	ks_pty_free(pty);
}

static void keys_have_their_names(void **state)
{
	static const char *const keys[] = {"a", "Z", "Ctrl-R", "Alt-x", "Enter", "Tab", "Shift-Tab",
	    "Esc", "Backspace", "Delete", "Home", "End", "PgUp", "PgDn", "Left", "Right", "Insert",
	    "F1", "F5", "F12", "é", "日", "?"};
	struct ks_pty *pty = start();

	(void)state;
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		char shown[64];

		ks_pty_press(pty, keys[i]);
		snprintf(shown, sizeof shown, "key %zu: %s;", i + 1, keys[i]);
		assert_true(ks_pty_wait(pty, shown));
	}
	ks_pty_free(pty);
}

static void keys_of_the_application_keypad_mode_are_the_same(void **state)
{
	struct ks_pty *pty = start();

	(void)state;
	ks_pty_type(pty, "\033OB\033OB");
	assert_true(ks_pty_wait_cursor(pty, 1, 7));
	ks_pty_type(pty, "\033OA");
	assert_true(ks_pty_wait_cursor(pty, 1, 6));
	ks_pty_type(pty, "\033[1;5D");
	assert_true(ks_pty_wait(pty, "key 1: Ctrl-Left;"));
	ks_pty_free(pty);
}

static void a_cursor_move_costs_few_bytes_and_nothing_costs_none(void **state)
{
	struct ks_pty *pty =
	    start_with((struct ks_pty_options){.width = 120, .height = 40, .answers = KS_PTY_DARK});
	size_t before, after;

	(void)state;
	assert_true(ks_pty_wait(pty, "background dark"));
	ks_pty_press(pty, "a");
	assert_true(ks_pty_wait(pty, "key 1: a"));
	assert_true(ks_pty_wait_cursor(pty, 1, 5));
	ks_pty_raw(pty, &before);
	for (int i = 0; i < 20; i++) {
		ks_pty_press(pty, "Down");
		assert_true(ks_pty_wait_cursor(pty, 1, 6 + i));
	}
	ks_pty_raw(pty, &after);
	print_message("# %zu bytes for a cursor move at 120x40\n", (after - before) / 20);
	assert_in_range((after - before) / 20, 1, 250);
	/* Focus events change nothing that is shown; the key after them proves that they were read.
	 */
	ks_pty_raw(pty, &before);
	ks_pty_type(pty, "\033[I\033[O\033[I\033[O");
	ks_pty_press(pty, "Down");
	assert_true(ks_pty_wait_cursor(pty, 1, 26));
	ks_pty_raw(pty, &after);
	assert_in_range(after - before, 1, 300);
	ks_pty_free(pty);
}

/* The focused border at the bottom: the last row that a frame sends. */
static bool has_border_color(struct ks_pty *pty, void *ctx)
{
	return ks_pty_cell(pty, 0, 23).fg == *(int *)ctx;
}

static void answers_restyle_and_never_count_as_keys(void **state)
{
	struct ks_pty *pty =
	    start_with((struct ks_pty_options){.width = 120, .answers = KS_PTY_DARK});
	int color = 75;

	(void)state;
	assert_true(ks_pty_wait(pty, "key 0: ; background dark, 1, clipboard"));
	assert_true(ks_pty_wait_until(pty, has_border_color, &color, "the dark theme"));
	ks_pty_press(pty, "q");
	assert_exits(pty, 0);
	ks_pty_free(pty);
}

static void a_light_background_gets_the_light_theme(void **state)
{
	struct ks_pty *pty = start_with((struct ks_pty_options){.answers = KS_PTY_LIGHT});
	int color = 25;

	(void)state;
	assert_true(ks_pty_wait(pty, "background light"));
	assert_true(ks_pty_wait_until(pty, has_border_color, &color, "the light theme"));
	ks_pty_free(pty);
}

static void a_terminal_that_never_answers_keeps_its_own_palette(void **state)
{
	struct ks_pty *pty = start();

	(void)state;
	ks_pty_press(pty, "Esc");
	assert_true(ks_pty_wait(pty, "key 1: Esc; background unknown, 0, none"));
	for (int y = 0; y < 40; y++)
		for (int x = 0; x < 120; x++)
			assert_true(
			    ks_pty_cell(pty, x, y).fg < 16 && ks_pty_cell(pty, x, y).bg < 16);
	assert_true(ks_pty_cell(pty, 3, 5).reverse);
	ks_pty_free(pty);
}

static void an_answer_may_be_split_anywhere_and_come_late(void **state)
{
	static const char answer[] = "\033]11;rgb:ffff/ffff/ffff\033\\\033[?62;22;52c";
	struct ks_pty *pty = start();
	char shown[64];

	(void)state;
	ks_pty_press(pty, "a");
	assert_true(ks_pty_wait(pty, "key 1: a; background unknown"));
	for (size_t i = 1; i < sizeof answer - 1; i++) {
		ks_pty_send(pty, answer, i);
		/* A move proves that what came before was read, where it isn't part of a sequence.
		 */
		ks_pty_send(pty, answer + i, sizeof answer - 1 - i);
		ks_pty_press(pty, "b");
		snprintf(shown, sizeof shown, "key %zu: b; background light", i + 1);
		assert_true(ks_pty_wait(pty, shown));
	}
	ks_pty_free(pty);
}

static void colorfgbg_is_the_first_guess(void **state)
{
	static const char *const env[] = {"COLORFGBG=15;default;0", "DEMO_QUIET=1", NULL};
	struct ks_pty *pty = start_with((struct ks_pty_options){.env = env});

	(void)state;
	assert_true(ks_pty_wait(pty, "background dark, 0"));
	ks_pty_free(pty);
}

static void wide_characters_stay_aligned(void **state)
{
	struct ks_pty *pty = start();
	int x, y, first_x, first_y;

	(void)state;
	assert_true(ks_pty_find(pty, "eu-west-1", &first_x, &first_y));
	for (int row = 0; row < 10; row++) {
		assert_true(
		    row % 2 == 0 || strcmp(ks_pty_cell(pty, first_x, 5 + row).text, "u") == 0);
		assert_true(
		    row % 2 == 1 || strcmp(ks_pty_cell(pty, first_x, 5 + row).text, "e") == 0);
	}
	assert_true(ks_pty_find(pty, "名前-バケット", &x, &y));
	assert_int_equal(ks_pty_cell(pty, x, y).width, 2);
	assert_true(ks_pty_find(pty, "🚀 launch", &x, &y));
	assert_true(ks_pty_find(pty, "e\xcc\x81t\xc3\xa9", &x, &y));
	assert_true(ks_pty_shows(pty, "…"));
	ks_pty_free(pty);
}

static void a_storm_of_resizes_ends_in_the_last_size(void **state)
{
	struct ks_pty *pty = start();

	(void)state;
	for (int i = 0; i < 200; i++)
		ks_pty_resize(pty, 1 + i * 7 % 150, 1 + i * 5 % 60);
	ks_pty_resize(pty, 100, 30);
	assert_true(ks_pty_wait(pty, "size 100x30"));
	assert_true(ks_pty_wait_cursor(pty, 1, 5));
	assert_string_equal(ks_pty_cell(pty, 99, 29).text, "╯");
	ks_pty_press(pty, "q");
	assert_exits(pty, 0);
	ks_pty_free(pty);
}

static void no_size_crashes(void **state)
{
	static const int sizes[][2] = {
	    {1, 1}, {2, 1}, {1, 50}, {300, 1}, {300, 100}, {3, 3}, {80, 24}};
	struct ks_pty *pty = start();

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		char key[32];

		ks_pty_resize(pty, sizes[i][0], sizes[i][1]);
		ks_pty_press(pty, "Down Up a");
		snprintf(key, sizeof key, "key %zu: a", i + 1);
		if (sizes[i][0] > 20 && sizes[i][1] > 2)
			assert_true(ks_pty_wait(pty, key));
	}
	ks_pty_press(pty, "q");
	assert_exits(pty, 0);
	ks_pty_free(pty);
}

static void suspending_gives_the_terminal_back_for_a_while(void **state)
{
	struct ks_pty *pty = start();
	int status;

	(void)state;
	ks_pty_press(pty, "Ctrl-Z");
	assert_true(ks_pty_wait_stopped(pty, &status));
	assert_true(WIFSTOPPED(status));
	assert_restored(pty);
	ks_pty_resize(pty, 90, 30);
	ks_pty_signal(pty, SIGCONT);
	assert_true(ks_pty_wait(pty, "size 90x30"));
	assert_true(ks_pty_alternate(pty));
	ks_pty_press(pty, "Down");
	assert_true(ks_pty_wait_cursor(pty, 1, 6));
	ks_pty_press(pty, "q");
	assert_exits(pty, 0);
	assert_restored(pty);
	ks_pty_free(pty);
}

static void an_unknown_term_is_tried_as_xterm(void **state)
{
	struct ks_pty *pty = start_with((struct ks_pty_options){.term = "xterm-nobody-knows-this"});

	(void)state;
	assert_true(ks_pty_wait(pty, "size 80x24"));
	ks_pty_press(pty, "q");
	assert_exits(pty, 0);
	assert_restored(pty);
	ks_pty_free(pty);
}

static void terminals_without_colours_show_attributes(void **state)
{
	struct ks_pty *pty = start_with((struct ks_pty_options){.term = "vt100"});

	(void)state;
	assert_true(ks_pty_wait_cursor(pty, 1, 5));
	assert_true(ks_pty_cell(pty, 3, 5).reverse);
	ks_pty_press(pty, "Down q");
	assert_exits(pty, 0);
	assert_true(ks_pty_modes_restored(pty));
	ks_pty_free(pty);
}

static void a_terminal_that_cannot_place_its_cursor_is_refused(void **state)
{
	struct ks_pty *pty = start_with((struct ks_pty_options){.term = "dumb"});

	(void)state;
	assert_exits(pty, 2);
	assert_true(ks_pty_shows(pty, "demo: a terminal of type TERM=dumb"));
	assert_true(ks_pty_modes_restored(pty));
	ks_pty_free(pty);
}

static void no_color_means_no_colour_on_the_wire(void **state)
{
	static const char *const env[] = {"NO_COLOR=1", NULL};
	struct ks_pty *pty =
	    start_with((struct ks_pty_options){.env = env, .answers = KS_PTY_DARK});
	size_t len;
	const char *raw;

	(void)state;
	assert_true(ks_pty_wait(pty, "background dark"));
	raw = ks_pty_raw(pty, &len);
	assert_null(memmem(raw, len, "\033[3", 3));
	assert_null(memmem(raw, len, "38;5", 4));
	assert_true(ks_pty_cell(pty, 3, 5).reverse);
	ks_pty_free(pty);
}

static bool has_bar(struct ks_pty *pty, void *ctx)
{
	(void)ctx;
	return ks_pty_cell(pty, 26, 6).reverse;
}

static void sixteen_colours_are_enough(void **state)
{
	static const char *const terms[] = {"xterm-16color", "linux", "xterm"};

	(void)state;
	for (size_t i = 0; i < sizeof terms / sizeof terms[0]; i++) {
		struct ks_pty *pty = start_with((struct ks_pty_options){.term = terms[i]});

		assert_true(ks_pty_wait_cursor(pty, 1, 5));
		ks_pty_press(pty, "t t Down");
		assert_true(ks_pty_wait_cursor(pty, 1, 6));
		assert_true(ks_pty_wait_until(pty, has_bar, NULL, "a bar in reverse"));
		ks_pty_free(pty);
	}
}

static void another_locale_gets_ascii(void **state)
{
	static const char *const env[] = {"LC_ALL=C", NULL};
	struct ks_pty *pty = start_with((struct ks_pty_options){.env = env});
	size_t len;
	const char *raw;

	(void)state;
	assert_true(ks_pty_wait(pty, "+ 1 Rows ---"));
	assert_true(ks_pty_wait(pty, "?"));
	raw = ks_pty_raw(pty, &len);
	for (size_t i = 0; i < len; i++)
		assert_in_range((unsigned char)raw[i], 0, 0x7E);
	ks_pty_free(pty);
}

static void pasted_text_is_text(void **state)
{
	struct ks_pty *pty = start();

	(void)state;
	ks_pty_press(pty, "i");
	assert_true(ks_pty_wait(pty, "key 1: i"));
	ks_pty_paste(pty, "quit\nx Ctrl\tü");
	assert_true(ks_pty_wait(pty, "quit x Ctrl ü"));
	assert_true(ks_pty_wait_cursor(pty, 13, 2));
	ks_pty_press(pty, "Enter q");
	assert_exits(pty, 0);
	ks_pty_free(pty);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_terminal_is_given_back_as_it_was),
	    cmocka_unit_test(a_crash_restores_the_terminal),
	    cmocka_unit_test(a_crash_from_outside_restores_the_terminal),
	    cmocka_unit_test(a_hung_up_terminal_is_told_once_and_ends_the_program),
	    cmocka_unit_test(keys_have_their_names),
	    cmocka_unit_test(keys_of_the_application_keypad_mode_are_the_same),
	    cmocka_unit_test(a_cursor_move_costs_few_bytes_and_nothing_costs_none),
	    cmocka_unit_test(answers_restyle_and_never_count_as_keys),
	    cmocka_unit_test(a_light_background_gets_the_light_theme),
	    cmocka_unit_test(a_terminal_that_never_answers_keeps_its_own_palette),
	    cmocka_unit_test(an_answer_may_be_split_anywhere_and_come_late),
	    cmocka_unit_test(colorfgbg_is_the_first_guess),
	    cmocka_unit_test(wide_characters_stay_aligned),
	    cmocka_unit_test(a_storm_of_resizes_ends_in_the_last_size),
	    cmocka_unit_test(no_size_crashes),
	    cmocka_unit_test(suspending_gives_the_terminal_back_for_a_while),
	    cmocka_unit_test(an_unknown_term_is_tried_as_xterm),
	    cmocka_unit_test(terminals_without_colours_show_attributes),
	    cmocka_unit_test(a_terminal_that_cannot_place_its_cursor_is_refused),
	    cmocka_unit_test(no_color_means_no_colour_on_the_wire),
	    cmocka_unit_test(sixteen_colours_are_enough),
	    cmocka_unit_test(another_locale_gets_ascii),
	    cmocka_unit_test(pasted_text_is_text),
	};
	const char *build = getenv("BUILDDIR");

	snprintf(
	    demo_path, sizeof demo_path, "%s/tests/support/term_demo", build != NULL ? build : ".");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
