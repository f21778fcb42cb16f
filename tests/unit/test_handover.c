/* How a secret is handed over, given up, or saved from a hasty quit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/booth.h"
#include "tui/dialogs/quit.h"
#include "tui/dialogs/secret.h"

/* ---- secret ---- */

static void a_secret_is_never_on_the_picture(void **state)
{
	struct booth *b = *state;

	booth_open_secret(b);
	assert_booth_shows(b, NEW_KEY);
	assert_booth_shows(b, "••••");
	assert_booth_shows_not(b, "wJalr");
	assert_booth_shows(b, "▸[Copy]");
	assert_booth_shows(b, "OSC 52");
}

static void enter_copies_and_then_confirms(void **state)
{
	struct booth *b = *state;

	booth_open_secret(b);
	booth_press(b, "Enter");
	assert_booth_told(b, "delivered by copy;");
	assert_non_null(strstr(ks_buf_text(&b->terminal), "]52;c;d0ph"));
	assert_booth_shows(b, "can't be known");
	assert_booth_shows(b, "▸[It arrived]");
	booth_press(b, "Enter");
	assert_booth_told(b, "arrived;");
	assert_booth_top(b, NULL);
	assert_booth_shows(b, "wiped it");
	assert_null(booth_handover(b)->secret);
}

static void c_and_y_copy_but_do_not_confirm(void **state)
{
	struct booth *b = *state;

	booth_open_secret(b);
	booth_press(b, "c y c");
	assert_booth_told(b, "delivered by copy;delivered by copy;delivered by copy;");
	assert_int_equal(booth_handover(b)->state, KS_HANDOVER_UNCONFIRMED);
	booth_press(b, "d n");
	assert_booth_told(b, "");
}

static void the_countdown_shows_until_it_is_stopped(void **state)
{
	struct booth *b = *state;

	booth_open_secret(b);
	assert_booth_shows_not(b, "clipboard clears in");
	booth_press(b, "c");
	assert_booth_shows(b, "clipboard clears in 45s, K keeps it");
	/* The frame after this one is due when the seconds change, not before. */
	assert_in_range(ks_ui_wake(b->ui), b->now + 1, b->now + 1000);
	b->now += 5001;
	booth_show(b);
	assert_booth_shows(b, "clipboard clears in 40s, K keeps it");
	booth_press(b, "K");
	assert_booth_shows_not(b, "clipboard clears in");
	assert_booth_shows(b, "stays in the clipboard until you quit");
	assert_booth_top(b, &ks_secret_dialog);
}

static void the_countdown_can_be_stopped_from_anywhere(void **state)
{
	struct booth *b = *state;

	booth_open_secret(b);
	booth_press(b, "c Enter");
	assert_booth_top(b, NULL);
	assert_booth_shows(b, "K keeps it");
	booth_press(b, "? K");
	assert_booth_shows_not(b, "K keeps it");
	booth_press(b, "K");
	assert_booth_shows(b, "No secret in the clipboard is about to be cleared");
}

static void a_secret_that_was_cleared_can_be_copied_anew(void **state)
{
	struct booth *b = *state;

	booth_open_secret(b);
	booth_press(b, "c");
	b->now += 45001;
	ks_clipboard_turn(b->clipboard, b->now);
	booth_show(b);
	assert_booth_shows(b, "Its time there is over");
	ks_buf_reset(&b->terminal);
	booth_press(b, "c");
	assert_non_null(strstr(ks_buf_text(&b->terminal), "]52;c;d0ph"));
	assert_booth_shows(b, "clipboard clears in 45s");
}

static void a_second_copy_is_impossible_after_it_arrived(void **state)
{
	struct booth *b = *state;

	booth_open_secret(b);
	booth_press(b, "c Enter");
	ks_buf_reset(&b->terminal);
	ks_buf_reset(&b->told);
	ks_secret_dialog_open(b->ui, booth_handover(b)->id);
	booth_show(b);
	assert_booth_top(b, NULL);
	booth_press(b, "c Enter Esc c y");
	/* What y copies there is a key's ID. */
	assert_null(strstr(ks_buf_text(&b->terminal), "]52;c;d0ph"));
}

static void an_enter_meant_for_the_copy_does_not_confirm(void **state)
{
	struct ks_key enter = {.code = KS_KEY_ENTER};
	struct booth *b = *state;

	booth_open_secret(b);
	ks_ui_key(b->ui, enter, b->now);
	ks_ui_key(b->ui, enter, b->now);
	booth_show(b);
	assert_booth_told(b, "delivered by copy;");
	assert_int_equal(booth_handover(b)->state, KS_HANDOVER_UNCONFIRMED);
}

static void what_did_not_arrive_is_held_again(void **state)
{
	struct booth *b = *state;

	booth_open_secret(b);
	booth_press(b, "c Left Enter");
	assert_booth_told(b, "delivered by copy;not-arrived;");
	assert_int_equal(booth_handover(b)->state, KS_HANDOVER_HELD);
	assert_booth_shows(b, "▸[Copy]");
	booth_press(b, "c Right Right Right Enter");
	assert_booth_told(b, "delivered by copy;delivered by copy;");
}

static void leaving_a_secret_asks_and_the_safe_choice_has_the_focus(void **state)
{
	static const char *const ways[] = {"Esc", "q"};
	struct booth *b = *state;

	booth_open_secret(b);
	for (size_t i = 0; i < 2; i++) {
		booth_press(b, ways[i]);
		assert_booth_shows(b, "Give it up?");
		assert_booth_shows(b, "▸[Back]");
		booth_press(b, "d n c y");
		assert_booth_told(b, "");
		booth_press(b, "Enter");
		assert_booth_shows(b, "▸[Copy]");
		booth_press(b, ways[i]);
		booth_press(b, "Esc");
		assert_booth_shows(b, "▸[Copy]");
	}
	assert_booth_told(b, "");
}

static void a_secret_can_be_left_and_the_key_stays(void **state)
{
	struct booth *b = *state;

	booth_open_secret(b);
	booth_press(b, "Esc Left Enter");
	assert_booth_told(b, "give-up;");
	assert_booth_top(b, NULL);
	assert_booth_shows(b, NEW_KEY " stays in media-assets");
	assert_null(booth_handover(b)->secret);
	assert_int_equal(b->n_keys, 2);
}

static void a_secret_can_be_given_up_with_its_key(void **state)
{
	struct booth *b = *state;

	booth_open_secret(b);
	booth_press(b, "Esc Tab Enter");
	assert_booth_told(b, "give-up and delete;");
	assert_booth_top(b, NULL);
	assert_int_equal(b->n_keys, 1);
	assert_booth_shows(b, "Deleted " NEW_KEY);
}

/* ---- quit ---- */

static void ctrl_c_asks_where_a_secret_would_be_lost(void **state)
{
	struct booth *b = *state;

	booth_open_secret(b);
	booth_press(b, "Ctrl-C");
	assert_booth_top(b, &ks_quit_dialog);
	assert_booth_shows(b, NEW_KEY " is not delivered");
	assert_booth_shows(b, "▸[Stay]");
	booth_press(b, "q");
	assert_int_equal(ks_ui_take_wish(b->ui), KS_UI_NOTHING);
	assert_booth_top(b, &ks_secret_dialog);
	booth_press(b, "Ctrl-C Enter");
	assert_int_equal(ks_ui_take_wish(b->ui), KS_UI_NOTHING);
	booth_press(b, "Ctrl-C Left Enter");
	assert_int_equal(ks_ui_take_wish(b->ui), KS_UI_LEAVE);
	assert_booth_told(b, "");
}

static void quitting_can_delete_the_key_first(void **state)
{
	struct booth *b = *state;

	booth_open_secret(b);
	b->deletes = WAITS;
	booth_press(b, "Ctrl-C Tab Enter");
	assert_booth_told(b, "give-up and delete;");
	assert_booth_shows(b, "quits when");
	assert_int_equal(ks_ui_take_wish(b->ui), KS_UI_NOTHING);
	booth_answer_waiting(b, ANSWERS);
	booth_show(b);
	assert_int_equal(ks_ui_take_wish(b->ui), KS_UI_LEAVE);
	assert_int_equal(b->n_keys, 1);
}

static void quitting_stays_when_the_key_could_not_be_deleted(void **state)
{
	struct booth *b = *state;

	booth_open_secret(b);
	b->deletes = REFUSES;
	booth_press(b, "Ctrl-C Tab Enter");
	assert_booth_shows(b, "You are not authorized");
	assert_int_equal(ks_ui_take_wish(b->ui), KS_UI_NOTHING);
	assert_booth_top(b, &ks_quit_dialog);
}

static void a_second_q_leaves_while_a_key_is_being_made(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 1);
	b->creates = WAITS;
	booth_open_create(b);
	booth_press(b, "Enter Esc q");
	assert_booth_top(b, &ks_quit_dialog);
	assert_booth_shows(b, "is being made for media-assets");
	assert_int_equal(ks_ui_take_wish(b->ui), KS_UI_NOTHING);
	booth_press(b, "q");
	assert_int_equal(ks_ui_take_wish(b->ui), KS_UI_LEAVE);
}

static void a_paste_is_no_series_of_keys(void **state)
{
	static const struct ks_key begin = {.code = KS_KEY_PASTE_BEGIN},
				   end = {.code = KS_KEY_PASTE_END}, c = {.code = 'c'},
				   enter = {.code = KS_KEY_ENTER};
	struct booth *b = *state;

	booth_open_secret(b);
	ks_ui_key(b->ui, begin, b->now);
	ks_ui_key(b->ui, c, b->now);
	ks_ui_key(b->ui, enter, b->now);
	ks_ui_key(b->ui, end, b->now);
	booth_show(b);
	assert_booth_told(b, "");
	assert_int_equal(booth_handover(b)->state, KS_HANDOVER_HELD);
}

static void the_secret_dialog_at_its_smallest_says_what_copy_does(void **state)
{
	struct booth *b = *state;

	booth_open_secret(b);
	booth_resize(b, 40, 10);
	assert_booth_shows(b, "OSC 52");
	booth_press(b, "c");
	assert_booth_shows(b, "can't be known");
	assert_booth_shows(b, "▸[It arrived]");
}

static void a_new_question_begins_at_its_top(void **state)
{
	struct booth *b = *state;

	booth_open_secret(b);
	booth_resize(b, 40, 10);
	booth_press(b, "End c");
	assert_booth_shows(b, "Sent to the terminal");
	booth_press(b, "End Esc");
	assert_booth_shows(b, "Nobody said that this secret");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, booth_set_up, booth_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_secret_is_never_on_the_picture),
	    TEST(enter_copies_and_then_confirms),
	    TEST(c_and_y_copy_but_do_not_confirm),
	    TEST(the_countdown_shows_until_it_is_stopped),
	    TEST(the_countdown_can_be_stopped_from_anywhere),
	    TEST(a_secret_that_was_cleared_can_be_copied_anew),
	    TEST(a_second_copy_is_impossible_after_it_arrived),
	    TEST(an_enter_meant_for_the_copy_does_not_confirm),
	    TEST(what_did_not_arrive_is_held_again),
	    TEST(leaving_a_secret_asks_and_the_safe_choice_has_the_focus),
	    TEST(a_secret_can_be_left_and_the_key_stays),
	    TEST(a_secret_can_be_given_up_with_its_key),
	    TEST(ctrl_c_asks_where_a_secret_would_be_lost),
	    TEST(quitting_can_delete_the_key_first),
	    TEST(quitting_stays_when_the_key_could_not_be_deleted),
	    TEST(a_second_q_leaves_while_a_key_is_being_made),
	    TEST(a_paste_is_no_series_of_keys),
	    TEST(a_new_question_begins_at_its_top),
	    TEST(the_secret_dialog_at_its_smallest_says_what_copy_does),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("handover", tests, NULL, NULL);
}
