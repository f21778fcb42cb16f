/* A secret is on the bare terminal for as long as it is shown, and no trace of it stays there. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "tests/screen/desk.h"

#define LEFT_SCREEN "\033[?1049l"

/* The secret in the cells of the dialog, whole, in one row. */
static void show(struct desk *desk)
{
	desk_start(desk, 1);
	desk_make_key(desk);
	desk_press(desk, "Tab Tab");
	desk_wait_for(desk, "▸[Show it]");
	desk_press(desk, "Enter");
	desk_wait_for(desk, desk->secret);
}

static const char *find_last(struct desk *desk, const char *what, size_t *after)
{
	size_t len;
	const char *raw = ks_pty_raw(desk->pty, &len), *found = NULL, *at = raw;

	/* The output has no NUL in it. */
	while ((at = strstr(at, what)) != NULL)
		found = at++;
	*after = found != NULL ? (size_t)(found - raw) : 0;
	return found;
}

/* The secret was written once, and blanks over it before the screen was left for the first time. */
static void assert_erased_before_leaving(struct desk *desk)
{
	size_t secret, erased, left, len;
	const char *raw = ks_pty_raw(desk->pty, &len), *at;
	char blanks[64];

	assert_int_equal(desk_count_raw(desk, desk->secret), 1);
	assert_non_null(find_last(desk, desk->secret, &secret));
	snprintf(blanks, sizeof blanks, "H%*s", (int)strlen(desk->secret), "");
	at = strstr(raw + secret, blanks);
	assert_non_null(at);
	erased = (size_t)(at - raw);
	at = strstr(raw, LEFT_SCREEN);
	assert_non_null(at);
	left = (size_t)(at - raw);
	assert_true(secret < erased && erased < left);
}

static void assert_no_trace(struct desk *desk)
{
	assert_false(ks_pty_shows(desk->pty, desk->secret));
	/* Nor of its middle, where it was cut or moved. */
	desk->secret[30] = '\0';
	assert_false(ks_pty_shows(desk->pty, desk->secret + 10));
	assert_null(strstr(ks_pty_scrollback(desk->pty), desk->secret + 10));
}

/* The Enter that was to hide what hid itself. */
static void assert_confirms_nothing(struct desk *desk)
{
	desk_press(desk, "Enter");
	desk_wait_for(desk, "Paste the secret now");
	assert_false(ks_pty_shows(desk->pty, "wiped it"));
}

static void it_is_there_while_it_is_shown_and_then_gone(void **state)
{
	struct desk *desk = *state;
	int x, y, words_x, words_y;

	show(desk);
	assert_true(ks_pty_find(desk->pty, desk->secret, &x, &y));
	assert_true(ks_pty_find(desk->pty, "Shown for", &words_x, &words_y));
	assert_int_equal(x, words_x);
	assert_int_equal(y, words_y + 2);
	assert_string_equal(ks_pty_cell(desk->pty, x + 69, y).text, "│");
	desk_press(desk, "x");
	assert_true(ks_pty_wait_gone(desk->pty, desk->secret));
	desk_wait_for(desk, "Shown on the screen.");
	desk_wait_for(desk, "▸[It arrived]");
	assert_int_equal(desk_count_raw(desk, desk->secret), 1);
	desk_press(desk, "Enter");
	desk_wait_for(desk, "wiped it");
	desk_press(desk, "q");
	assert_desk_left(desk, 0);
	assert_erased_before_leaving(desk);
	assert_no_trace(desk);
}

static void frames_leave_it_in_place(void **state)
{
	struct desk *desk = *state;

	show(desk);
	desk_wait_for(desk, "Shown for 9 s");
	assert_true(ks_pty_shows(desk->pty, desk->secret));
	assert_int_equal(desk_count_raw(desk, desk->secret), 1);
}

/* What stands in one row of the dialog, from the border to the blanks. */
static void read_row(struct desk *desk, int x, int y, char text[64])
{
	size_t len = 0;

	for (; x < desk->width && len < 60; x++) {
		struct ks_pty_cell cell = ks_pty_cell(desk->pty, x, y);

		if (cell.text[0] <= ' ' || cell.text[1] != '\0')
			break;
		text[len++] = cell.text[0];
	}
	text[len] = '\0';
}

static bool has_two_rows(struct ks_pty *pty, void *ctx)
{
	struct desk *desk = ctx;
	char first[64], second[64];

	(void)pty;
	read_row(desk, 2, desk->height - 4, first);
	read_row(desk, 2, desk->height - 3, second);
	return strlen(first) == 36 && strlen(second) == 4 &&
	       strncmp(first, desk->secret, 36) == 0 && strcmp(second, desk->secret + 36) == 0;
}

static void in_the_smallest_terminal_it_takes_two_rows(void **state)
{
	struct desk *desk = *state;

	/* It grows with each dialog. */
	desk_start_sized(desk, 0, 40, 18);
	desk_make_key(desk);
	ks_pty_resize(desk->pty, 40, desk->height = 10);
	desk_press(desk, "Tab Tab");
	desk_wait_for(desk, "▸[Show it]");
	desk_press(desk, "Enter");
	assert_true(ks_pty_wait_until(desk->pty, has_two_rows, desk, "the secret in two rows"));
	assert_true(ks_pty_shows(desk->pty, "any key hides it"));
	desk_press(desk, "x");
	desk_wait_for(desk, "[It arrived]");
	assert_no_trace(desk);
}

static void another_size_erases_it(void **state)
{
	static const int sizes[][2] = {
	    {121, 36}, {119, 36}, {120, 12}, {60, 20}, {120, 60}, {10, 5}};

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		void *one = NULL;
		struct desk *desk;

		desk_set_up(&one);
		desk = one;
		show(desk);
		ks_pty_resize(desk->pty, sizes[i][0], sizes[i][1]);
		assert_true(ks_pty_wait_raw(desk->pty, "\033[2K"));
		desk_wait_for(desk, sizes[i][0] < 40 ? "terminal t" : "[It arrived]");
		if (sizes[i][0] >= 40)
			assert_confirms_nothing(desk);
		assert_no_trace(desk);
		desk_tear_down(&one);
	}
}

static void a_signal_erases_it_before_the_screen_is_left(void **state)
{
	static const int signals[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT};

	(void)state;
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
		void *one = NULL;
		struct desk *desk;

		desk_set_up(&one);
		desk = one;
		show(desk);
		ks_pty_signal(desk->pty, signals[i]);
		assert_desk_left(desk, 128 + signals[i]);
		assert_erased_before_leaving(desk);
		assert_no_trace(desk);
		desk_tear_down(&one);
	}
}

static void a_crash_erases_it_before_the_screen_is_left(void **state)
{
	static const int signals[] = {SIGSEGV, SIGABRT, SIGBUS};

	(void)state;
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
		void *one = NULL;
		struct desk *desk;
		int status;

		desk_set_up(&one);
		desk = one;
		show(desk);
		ks_pty_signal(desk->pty, signals[i]);
		assert_true(ks_pty_wait_exit(desk->pty, &status));
		assert_true(WIFSIGNALED(status));
		assert_erased_before_leaving(desk);
		assert_no_trace(desk);
		desk_tear_down(&one);
	}
}

static void a_crash_later_has_nothing_to_erase(void **state)
{
	struct desk *desk = *state;
	size_t secret, before, len;
	int status;

	show(desk);
	desk_press(desk, "x");
	desk_wait_for(desk, "▸[It arrived]");
	assert_non_null(find_last(desk, desk->secret, &secret));
	ks_pty_raw(desk->pty, &before);
	ks_pty_signal(desk->pty, SIGSEGV);
	assert_true(ks_pty_wait_exit(desk->pty, &status));
	assert_non_null(strstr(ks_pty_raw(desk->pty, &len) + before, LEFT_SCREEN));
	assert_null(strstr(ks_pty_raw(desk->pty, &len) + before, "    "));
}

/* Nobody can stop it here: its shell is not there to bring it back. The screen is left all the
 * same. */
static void stopping_erases_it_before_the_screen_is_left(void **state)
{
	struct desk *desk = *state;

	show(desk);
	ks_pty_signal(desk->pty, SIGTSTP);
	assert_true(ks_pty_wait_raw(desk->pty, LEFT_SCREEN));
	desk_wait_for(desk, "▸[Check it]");
	assert_erased_before_leaving(desk);
	assert_confirms_nothing(desk);
	assert_no_trace(desk);
}

static void sending_all_anew_erases_it(void **state)
{
	struct desk *desk = *state;

	show(desk);
	ks_pty_signal(desk->pty, SIGCONT);
	assert_true(ks_pty_wait_gone(desk->pty, desk->secret));
	desk_wait_for(desk, "▸[Check it]");
	assert_confirms_nothing(desk);
	assert_no_trace(desk);
}

static void quitting_hides_it_and_asks(void **state)
{
	struct desk *desk = *state;

	show(desk);
	desk_press(desk, "Ctrl-C");
	assert_true(ks_pty_wait_gone(desk->pty, desk->secret));
	desk_wait_for_dialog(desk, "is not confirmed");
	desk_press(desk, "Left Enter");
	assert_desk_left(desk, 0);
	assert_erased_before_leaving(desk);
	assert_true(ks_pty_shows(desk->pty, desk->key_id));
	assert_no_trace(desk);
}

/* ---- a paste to see whether it arrived ---- */

static void a_paste_is_compared_and_never_shown(void **state)
{
	struct desk *desk = *state;

	desk_start(desk, 1);
	desk_make_key(desk);
	desk_press(desk, "c");
	desk_wait_for(desk, "[It arrived]");
	ks_pty_paste(desk->pty, "something else");
	desk_wait_for(desk, "is something else (14 characters)");
	ks_pty_paste(desk->pty, desk->secret);
	desk_wait_for(desk, "it arrived whole");
	desk_press(desk, "p");
	desk_wait_for(desk, "Paste the secret now");
	ks_pty_type(desk->pty, desk->secret);
	desk_wait_for(desk, "• 40");
	desk_press(desk, "Enter");
	desk_wait_for(desk, "it arrived whole");
	/* As a terminal pastes that doesn't mark it. */
	ks_pty_send(desk->pty, "hello\r", 6);
	desk_wait_for(desk, "is something else (5 characters)");
	desk_press(desk, "Shift-Tab");
	desk_wait_for(desk, "▸[It arrived]");
	assert_int_equal(desk_count_raw(desk, desk->secret), 0);
	desk_press(desk, "Enter");
	desk_wait_for(desk, "wiped it");
	desk_press(desk, "q");
	assert_desk_left(desk, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_set_up, desk_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(it_is_there_while_it_is_shown_and_then_gone),
	    TEST(frames_leave_it_in_place),
	    TEST(in_the_smallest_terminal_it_takes_two_rows),
	    cmocka_unit_test(another_size_erases_it),
	    cmocka_unit_test(a_signal_erases_it_before_the_screen_is_left),
	    cmocka_unit_test(a_crash_erases_it_before_the_screen_is_left),
	    TEST(a_crash_later_has_nothing_to_erase),
	    TEST(stopping_erases_it_before_the_screen_is_left),
	    TEST(sending_all_anew_erases_it),
	    TEST(quitting_hides_it_and_asks),
	    TEST(a_paste_is_compared_and_never_shown),
	};

	return cmocka_run_group_tests_name("show", tests, NULL, NULL);
}
