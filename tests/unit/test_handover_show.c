/* How a secret is shown for ten seconds on the bare terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/booth.h"
#include "tui/dialogs/delete.h"
#include "tui/dialogs/quit.h"
#include "tui/dialogs/secret.h"

static void show(struct booth *b)
{
	booth_open_secret(b);
	booth_press(b, "Tab Tab Enter");
	booth_show(b);
}

static void assert_shown(const struct booth *b)
{
	assert_true(b->revealed);
	assert_string_equal(ks_buf_text(&b->reveals), SECRET ";");
}

static void it_is_shown_over_blank_cells_and_is_on_no_picture(void **state)
{
	struct booth *b = *state;

	show(b);
	assert_shown(b);
	assert_int_equal(b->place.width, strlen(SECRET));
	assert_int_equal(b->place.height, 1);
	assert_booth_shows(b, "Shown for 10 s, any key hides it");
	assert_booth_shows(b, NEW_KEY);
	assert_booth_shows_not(b, "wJalr");
	assert_booth_shows_not(b, "••••");
	assert_booth_told(b, "delivered by showing;");
}

static void it_is_written_only_when_its_blank_field_was_presented(void **state)
{
	struct booth *b = *state;

	booth_open_secret(b);
	ks_ui_key(b->ui, (struct ks_key){.code = KS_KEY_TAB}, b->now);
	ks_ui_key(b->ui, (struct ks_key){.code = KS_KEY_TAB}, b->now);
	ks_ui_key(b->ui, (struct ks_key){.code = KS_KEY_ENTER}, b->now);
	ks_ui_update(b->ui, b->now);
	ks_ui_draw(b->ui, b->canvas, b->now);
	assert_false(b->revealed);
	ks_ui_presented(b->ui);
	assert_shown(b);
	/* What counts down from here on needs its frame. */
	assert_true(ks_ui_wants_frame(b->ui, b->now));
}

static void it_is_hidden_after_ten_seconds(void **state)
{
	struct booth *b = *state;

	show(b);
	for (int seconds = 9; seconds > 0; seconds--) {
		/* One frame a second, and none before. */
		assert_int_equal(ks_ui_wake(b->ui), b->now + 1000);
		b->now += 1000;
		booth_show(b);
		assert_shown(b);
	}
	assert_booth_shows(b, "Shown for 1 s");
	assert_int_equal(ks_ui_wake(b->ui), b->now + 1000);
	b->now += 999;
	booth_show(b);
	assert_shown(b);
	b->now += 1;
	booth_show(b);
	assert_false(b->revealed);
	assert_booth_shows(b, "Shown on the screen.");
	assert_booth_shows(b, "▸[Check it]");
	assert_int_equal(booth_handover(b)->state, KS_HANDOVER_UNCONFIRMED);
}

static void a_clock_set_back_hides_it(void **state)
{
	struct booth *b = *state;

	show(b);
	b->now -= 3600 * 1000;
	booth_show(b);
	assert_false(b->revealed);
}

static void any_key_hides_it_and_does_nothing_else(void **state)
{
	static const char *const keys[] = {"Enter", "c", "y", "Esc", "q", "d", "n", "p", "K", "Tab",
	    "Ctrl-L", "Ctrl-Z", "?", "F1"};

	(void)state;
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		void *one = NULL;
		struct booth *b;

		booth_set_up(&one);
		b = one;
		show(b);
		assert_booth_told(b, "delivered by showing;");
		booth_press(b, keys[i]);
		assert_false(b->revealed);
		assert_booth_told(b, "");
		assert_int_equal(b->terminal.len, 0);
		assert_int_equal(ks_ui_take_wish(b->ui), KS_UI_NOTHING);
		assert_booth_top(b, &ks_secret_dialog);
		assert_booth_shows(b, "▸[It arrived]");
		booth_tear_down(&one);
	}
}

static void a_key_hides_it_before_the_next_frame(void **state)
{
	struct booth *b = *state;

	show(b);
	ks_ui_key(b->ui, (struct ks_key){.code = 'x'}, b->now);
	assert_false(b->revealed);
}

static void a_paste_hides_it_and_nothing_of_it_is_taken(void **state)
{
	struct booth *b = *state;

	show(b);
	ks_ui_key(b->ui, (struct ks_key){.code = KS_KEY_PASTE_BEGIN}, b->now);
	assert_false(b->revealed);
	ks_ui_key(b->ui, (struct ks_key){.code = 'c'}, b->now);
	ks_ui_key(b->ui, (struct ks_key){.code = KS_KEY_ENTER}, b->now);
	ks_ui_key(b->ui, (struct ks_key){.code = KS_KEY_PASTE_END}, b->now);
	booth_show(b);
	assert_booth_told(b, "delivered by showing;");
	assert_booth_shows(b, "▸[It arrived]");
	booth_press(b, "Enter");
	assert_booth_told(b, "arrived;");
}

static void what_comes_on_top_hides_it(void **state)
{
	struct booth *b = *state;

	show(b);
	booth_press(b, "Ctrl-C");
	assert_booth_top(b, &ks_quit_dialog);
	assert_false(b->revealed);
	booth_press(b, "Esc");
	assert_booth_shows(b, "▸[Check it]");
}

static void a_dialog_that_opens_by_itself_hides_it(void **state)
{
	struct booth *b = *state;

	show(b);
	ks_delete_dialog_open(b->ui, booth_bucket_id(b), OLD_KEY);
	ks_ui_update(b->ui, b->now);
	assert_false(b->revealed);
}

static void when_the_terminal_hid_it_the_dialog_knows(void **state)
{
	struct booth *b = *state;

	show(b);
	b->revealed = false;
	booth_show(b);
	assert_booth_shows_not(b, "any key hides it");
	assert_booth_shows(b, "▸[Check it]");
}

/* ---- a key that was to hide it, and comes too late ---- */

static void time_is_up(struct booth *b)
{
	b->now += 10000;
}

static void the_clock_was_set_back(struct booth *b)
{
	b->now -= 3600 * 1000;
}

/* What a resize and the signals that stop and go on do: the terminal erases it by itself. */
static void the_terminal_hid_it(struct booth *b)
{
	b->revealed = false;
}

static void something_covered_it(struct booth *b)
{
	ks_quit_dialog_open(b->ui);
	booth_show(b);
	booth_press(b, "Esc");
}

static void assert_confirms_nothing(struct booth *b)
{
	assert_booth_told(b, "");
	assert_int_equal(booth_handover(b)->state, KS_HANDOVER_UNCONFIRMED);
	assert_non_null(booth_handover(b)->secret);
}

static void an_enter_that_comes_too_late_confirms_nothing(void **state)
{
	static void (*const ends[])(struct booth * b) = {
	    time_is_up, the_clock_was_set_back, the_terminal_hid_it, something_covered_it};

	(void)state;
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		/* Before anybody saw that it is over, and after that. */
		for (int seen = 0; seen < 2; seen++) {
			void *one = NULL;
			struct booth *b;

			booth_set_up(&one);
			b = one;
			show(b);
			assert_booth_told(b, "delivered by showing;");
			ends[i](b);
			if (seen)
				booth_show(b);
			booth_press(b, "Enter");
			assert_false(b->revealed);
			assert_confirms_nothing(b);
			booth_tear_down(&one);
		}
	}
}

/* It is shown once more, which does not succeed: nobody saw it go, either. */
static void an_enter_after_a_showing_that_failed_confirms_nothing(void **state)
{
	struct booth *b = *state;

	show(b);
	booth_press(b, "x");
	b->refuses_to_reveal = true;
	booth_press(b, "Tab Tab Enter");
	booth_show(b);
	assert_booth_shows(b, "Not shown");
	assert_booth_told(b, "delivered by showing;");
	booth_press(b, "Enter");
	assert_confirms_nothing(b);
}

static void it_can_be_shown_again_and_confirmed(void **state)
{
	struct booth *b = *state;

	show(b);
	booth_press(b, "x Tab Tab Enter");
	assert_true(b->revealed);
	assert_booth_told(b, "delivered by showing;delivered by showing;");
	booth_press(b, "x Enter");
	assert_booth_told(b, "arrived;");
	assert_booth_top(b, NULL);
	assert_null(booth_handover(b)->secret);
}

static void in_a_small_terminal_it_takes_two_rows(void **state)
{
	struct booth *b = *state;

	booth_open_secret(b);
	booth_resize(b, 40, 10);
	booth_press(b, "Tab Tab Enter");
	assert_shown(b);
	assert_int_equal(b->place.height, 2);
	assert_in_range(b->place.x + b->place.width, 36, 39);
	assert_booth_shows(b, "any key hides it");
}

static void a_long_secret_without_room_is_refused_in_words(void **state)
{
	static char value[400];
	struct booth *b = *state;

	memset(value, 'x', sizeof value - 1);
	b->secret = value;
	booth_open_secret(b);
	booth_resize(b, 40, 10);
	booth_press(b, "Tab Tab Enter");
	assert_false(b->revealed);
	assert_booth_told(b, "");
	booth_show(b);
	assert_booth_shows(b, "Not shown: this terminal is too");
	assert_int_equal(booth_handover(b)->state, KS_HANDOVER_HELD);
	booth_resize(b, 120, 34);
	booth_press(b, "Tab Tab Enter");
	assert_true(b->revealed);
}

static void a_secret_that_a_screen_would_change_is_not_shown(void **state)
{
	static const char *const values[] = {"abc\033[31mdef", "abc def", "abc\xc3\xa9", "abc\x7f"};

	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		void *one = NULL;
		struct booth *b;

		booth_set_up(&one);
		b = one;
		b->secret = values[i];
		booth_open_secret(b);
		assert_booth_shows(b, "(Show it)");
		assert_booth_shows(b, "It can't be shown: it has characters");
		booth_press(b, "Tab Tab");
		assert_booth_shows(b, "▸[Leave it ..]");
		booth_tear_down(&one);
	}
}

static void a_terminal_that_does_not_take_it_is_told_of(void **state)
{
	struct booth *b = *state;

	b->refuses_to_reveal = true;
	show(b);
	assert_booth_shows(b, "Not shown: the terminal did not take it");
	assert_booth_told(b, "");
	assert_int_equal(booth_handover(b)->state, KS_HANDOVER_HELD);
	assert_booth_shows(b, "▸[Copy]");
}

static void the_cursor_rests_at_the_top_meanwhile(void **state)
{
	struct booth *b = *state;

	show(b);
	assert_int_equal(b->canvas->cursor_x, 0);
	assert_int_equal(b->canvas->cursor_y, 0);
	assert_false(b->canvas->cursor_on);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, booth_set_up, booth_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(it_is_shown_over_blank_cells_and_is_on_no_picture),
	    TEST(it_is_written_only_when_its_blank_field_was_presented),
	    TEST(it_is_hidden_after_ten_seconds),
	    TEST(a_clock_set_back_hides_it),
	    cmocka_unit_test(any_key_hides_it_and_does_nothing_else),
	    TEST(a_key_hides_it_before_the_next_frame),
	    TEST(a_paste_hides_it_and_nothing_of_it_is_taken),
	    TEST(what_comes_on_top_hides_it),
	    TEST(a_dialog_that_opens_by_itself_hides_it),
	    TEST(when_the_terminal_hid_it_the_dialog_knows),
	    cmocka_unit_test(an_enter_that_comes_too_late_confirms_nothing),
	    TEST(an_enter_after_a_showing_that_failed_confirms_nothing),
	    TEST(it_can_be_shown_again_and_confirmed),
	    TEST(in_a_small_terminal_it_takes_two_rows),
	    TEST(a_long_secret_without_room_is_refused_in_words),
	    cmocka_unit_test(a_secret_that_a_screen_would_change_is_not_shown),
	    TEST(a_terminal_that_does_not_take_it_is_told_of),
	    TEST(the_cursor_rests_at_the_top_meanwhile),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("showing", tests, NULL, NULL);
}
