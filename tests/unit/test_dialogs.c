/* The dialogs that make and delete keys: what they say, and what keys do in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "tests/unit/booth.h"
#include "tui/dialogs/create.h"
#include "tui/dialogs/delete.h"
#include "tui/dialogs/left.h"
#include "tui/dialogs/quit.h"
#include "tui/dialogs/secret.h"
#include "tui/dialogs/ways.h"

/* ---- create ---- */

static void create_says_which_slot_it_takes(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 1);
	booth_open_create(b);
	assert_booth_shows(b, "slot 2 of 2");
	assert_booth_shows(b, "media-assets");
	assert_booth_shows(b, "eu-west-1");
	assert_booth_shows(b, "prod");
	assert_booth_shows(b, "▸[Create]");
	booth_press(b, "Esc");
	assert_booth_top(b, NULL);
	assert_booth_told(b, "");
}

static void create_of_a_full_bucket_offers_to_delete_a_key(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 2);
	booth_open_create(b);
	assert_booth_shows(b, "no deactivate");
	assert_booth_shows(b, "▸[Close]");
	booth_press(b, "Tab Tab Enter");
	assert_booth_told(b, "");
	assert_booth_top(b, &ks_delete_dialog);
	assert_booth_shows(b, TWO_KEY);
}

static void create_shows_its_progress_and_ends_in_the_secret(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 1);
	b->creates = WAITS;
	booth_open_create(b);
	booth_press(b, "Enter");
	assert_booth_shows(b, "Asking Lightsail for a key");
	booth_answer_waiting(b, ANSWERS);
	booth_show(b);
	assert_booth_top(b, &ks_secret_dialog);
	assert_booth_shows(b, NEW_KEY);
	assert_false(ks_ui_has(b->ui, &ks_create_dialog));
}

static void create_goes_on_without_its_dialog(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 1);
	b->creates = WAITS;
	booth_open_create(b);
	booth_press(b, "Enter Esc");
	assert_booth_top(b, NULL);
	assert_booth_shows(b, "still being made");
	booth_answer_waiting(b, ANSWERS);
	booth_show(b);
	assert_booth_top(b, &ks_secret_dialog);
}

static void a_failed_create_says_all_that_is_known(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 1);
	b->creates = REFUSES;
	booth_open_create(b);
	booth_press(b, "Enter");
	assert_booth_shows(b, "No key was made");
	assert_booth_shows(b, "You are not authorized");
	assert_booth_shows(b, "AccessDeniedException");
	assert_booth_shows(b, "req-4711");
	b->creates = ANSWERS;
	booth_press(b, "Tab Enter");
	assert_booth_told(b, "create;create;");
	assert_booth_top(b, &ks_secret_dialog);
}

static void a_create_that_failed_unseen_is_told_in_a_toast(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 1);
	b->creates = WAITS;
	booth_open_create(b);
	booth_press(b, "Enter Esc");
	booth_answer_waiting(b, REFUSES);
	booth_show(b);
	assert_booth_shows(b, "You are not authorized");
	assert_int_equal(b->store->n_changes, 0);
}

static void a_lost_answer_is_explained_while_it_is_looked_into(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 1);
	b->creates = LOSES;
	booth_open_create(b);
	booth_press(b, "Enter");
	assert_int_equal(booth_only_change(b)->state, KS_CHANGE_UNCLEAR);
	assert_booth_shows(b, "No clear answer came");
	assert_booth_shows(b, "Reading the keys again");
	assert_booth_told(b, "create;");
}

static void an_orphan_is_named_and_its_deletion_offered(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 1);
	b->creates = LOSES;
	booth_open_create(b);
	booth_press(b, "Enter");
	booth_find_out(b);
	assert_int_equal(booth_only_change(b)->state, KS_CHANGE_ORPHANED);
	booth_show(b);
	assert_booth_shows(b, NEW_KEY);
	assert_booth_shows(b, "secret nobody has");
	booth_press(b, "Tab Enter");
	assert_booth_top(b, &ks_delete_dialog);
	assert_booth_shows(b, NEW_KEY);
}

/* ---- delete ---- */

static void delete_has_the_focus_on_the_safe_choice(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 2);
	booth_open_delete(b, TWO_KEY);
	assert_booth_shows(b, "▸[Cancel]");
	assert_booth_shows(b, "can't be undone");
	assert_booth_shows(b, "never");
	booth_press(b, "Enter");
	assert_booth_top(b, NULL);
	assert_booth_told(b, "");
}

static void delete_tells_what_the_last_use_means(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 2);
	b->keys[1].use = KS_USE_NO_DATA;
	booth_open_delete(b, OLD_KEY);
	assert_booth_shows(b, "3h ago by s3 from eu-west-1");
	assert_booth_shows(b, "Something is using this key");
}

static void a_key_without_data_is_not_called_unused(void **state)
{
	struct booth *b = *state;

	b->keys[0] = (struct key){OLD_KEY, KS_USE_NO_DATA, 0, 0};
	b->n_keys = 1;
	booth_open_world(b, &ks_glyphs_utf8);
	booth_open_delete(b, OLD_KEY);
	assert_booth_shows(b, "no data yet");
	assert_booth_shows_not(b, "never");
}

static void a_key_in_use_must_be_typed(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 2);
	booth_open_delete(b, OLD_KEY);
	assert_booth_shows(b, "(Delete)");
	booth_press(b, "Tab Enter");
	assert_booth_told(b, "");
	assert_booth_shows(b, "isn't how");
	booth_press(b, "M P L Q Enter");
	assert_booth_told(b, "");
	booth_press(b, "Backspace E");
	assert_booth_shows(b, "[Delete]");
	booth_press(b, "Enter");
	assert_booth_told(b, "");
	assert_booth_shows(b, "▸[Delete]");
	booth_press(b, "Enter");
	assert_booth_told(b, "delete " OLD_KEY ";");
	assert_booth_top(b, NULL);
	assert_booth_shows(b, "Deleted " OLD_KEY);
	assert_int_equal(b->n_keys, 1);
}

/* An Enter in the input goes on to the button; one that is pasted does not. */
/* Of a paste that the terminal doesn't mark only this is known: that it comes all at once. */
static void an_enter_that_comes_with_text_presses_nothing(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 1);
	booth_open_create(b);
	assert_booth_shows(b, "▸[Create]");
	ks_ui_key(b->ui, (struct ks_key){.code = 'x', .more = true}, b->now);
	ks_ui_key(b->ui, (struct ks_key){.code = KS_KEY_ENTER, .more = true}, b->now);
	ks_ui_key(b->ui, (struct ks_key){.code = KS_KEY_ENTER}, b->now);
	assert_booth_told(b, "");
	assert_booth_top(b, &ks_create_dialog);
	ks_ui_key(b->ui, (struct ks_key){.code = KS_KEY_TAB, .more = true}, b->now);
	ks_ui_key(b->ui, (struct ks_key){.code = KS_KEY_BACKTAB, .more = true}, b->now);
	ks_ui_key(b->ui, (struct ks_key){.code = KS_KEY_ENTER}, b->now);
	assert_booth_told(b, "create;");
}

static void a_line_break_in_a_paste_is_no_enter(void **state)
{
	static const char *const pastes[] = {
	    "MPLE\n", "MPLE\r\n", "MPLE\r\n\r\n", "\n", "MP\nLE\n\n"};

	(void)state;
	for (size_t i = 0; i < sizeof pastes / sizeof pastes[0]; i++) {
		void *one = NULL;
		struct booth *b;

		booth_set_up(&one);
		b = one;
		booth_given_keys(b, 2);
		booth_open_delete(b, OLD_KEY);
		booth_press(b, "Tab");
		booth_paste(b, pastes[i]);
		assert_booth_shows_not(b, "▸[Delete]");
		assert_booth_shows_not(b, "isn't how");
		assert_booth_top(b, &ks_delete_dialog);
		assert_booth_told(b, "");
		booth_tear_down(&one);
	}
}

static void the_only_key_must_be_typed_though_never_used(void **state)
{
	struct booth *b = *state;

	b->keys[0] = (struct key){TWO_KEY, KS_USE_NEVER, 0, 1};
	b->n_keys = 1;
	booth_open_world(b, &ks_glyphs_utf8);
	booth_open_delete(b, TWO_KEY);
	assert_booth_shows(b, "only key");
	booth_press(b, "O N D K Enter Enter");
	assert_booth_told(b, "delete " TWO_KEY ";");
}

static void a_key_used_long_ago_need_not_be_typed(void **state)
{
	struct booth *b = *state;

	b->keys[0] = (struct key){OLD_KEY, KS_USE_USED, 31 * (int64_t)DAY, 0};
	b->keys[1] = (struct key){TWO_KEY, KS_USE_NEVER, 0, 1};
	b->n_keys = 2;
	booth_open_world(b, &ks_glyphs_utf8);
	booth_open_delete(b, OLD_KEY);
	assert_booth_shows(b, "Nothing has used it since");
	booth_press(b, "Tab Enter");
	assert_booth_told(b, "delete " OLD_KEY ";");
}

static void d_and_n_do_nothing_in_any_dialog(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 2);
	booth_open_delete(b, OLD_KEY);
	booth_press(b, "d n d n");
	assert_booth_top(b, &ks_delete_dialog);
	assert_booth_told(b, "");
	booth_press(b, "Esc");
	booth_open_create(b);
	booth_press(b, "d n");
	assert_booth_top(b, &ks_create_dialog);
	assert_booth_told(b, "");
}

/* ---- what works in each of them ---- */

static void open_create(struct booth *b)
{
	booth_given_keys(b, 1);
	booth_open_create(b);
}

static void open_delete(struct booth *b)
{
	booth_given_keys(b, 2);
	booth_open_delete(b, TWO_KEY);
}

static void open_delete_input(struct booth *b)
{
	booth_given_keys(b, 2);
	booth_open_delete(b, OLD_KEY);
	booth_press(b, "M P");
}

static void open_ways(struct booth *b)
{
	booth_open_secret(b);
	booth_press(b, "Tab Enter");
}

static void open_delivering(struct booth *b)
{
	b->delivers = WAITS;
	open_ways(b);
	booth_press(b, "Enter");
}

static void open_replace(struct booth *b)
{
	b->delivers = EXISTS;
	open_ways(b);
	booth_press(b, "Enter");
}

static void open_delivered(struct booth *b)
{
	booth_open_secret(b);
	booth_press(b, "c");
}

static void open_checking(struct booth *b)
{
	open_delivered(b);
	booth_press(b, "p a b");
}

static void open_asking(struct booth *b)
{
	booth_open_secret(b);
	booth_press(b, "Esc");
}

static void open_quit(struct booth *b)
{
	booth_open_secret(b);
	booth_press(b, "Ctrl-C");
}

static void open_left(struct booth *b)
{
	booth_given_keys(b, 2);
	booth_left_open(b, KS_JOURNAL_DONE, TWO_KEY);
}

/* Behind the dialog and after it. */
static void the_key_that_keeps_the_clipboard_is_named_in_each_size(void **state)
{
	static const int sizes[][2] = {{120, 34}, {80, 24}, {50, 15}, {40, 10}};
	struct booth *b = *state;

	booth_open_secret(b);
	booth_press(b, "c");
	assert_booth_shows(b, "clipboard clears in 45s, K keeps it");
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		booth_resize(b, sizes[i][0], sizes[i][1]);
		assert_booth_shows(b, "45s");
		assert_booth_shows(b, "K keeps");
	}
	booth_resize(b, 80, 24);
	assert_booth_shows(b, "clipboard 45s (K keeps)  prod");
	booth_press(b, "K");
	assert_booth_shows_not(b, "K keeps");
}

/* Of what was left, that is all there is to say. */
static void where_nothing_is_left_to_do_enter_dismisses_it(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 2);
	booth_left_open(b, KS_JOURNAL_DONE, NEW_KEY);
	assert_booth_shows(b, "This key is gone: nothing is left to do.");
	assert_booth_shows(b, "▸[Dismiss]");
	booth_press(b, "Enter");
	assert_int_equal(b->store->n_left, 0);
	booth_left_open(b, KS_JOURNAL_DONE, TWO_KEY);
	assert_booth_shows(b, "▸[Later]");
	booth_remove_key(b, TWO_KEY);
	booth_press(b, "Ctrl-R");
	booth_press(b, "Esc r");
	booth_press(b, "u");
	assert_booth_shows(b, "▸[Dismiss]");
}

static void a_key_that_never_appeared_is_dismissed_by_enter(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 1);
	booth_left_open(b, KS_JOURNAL_UNKNOWN, NULL);
	assert_booth_shows(b, "No key appeared in the bucket since");
	assert_booth_shows(b, "▸[Dismiss]");
}

static void it_can_be_suspended_and_redrawn_in_each_dialog(void **state)
{
	static const struct {
		void (*open)(struct booth *b);
		const struct ks_dialog_class *class;
	} rows[] = {
	    {open_create, &ks_create_dialog},
	    {open_delete, &ks_delete_dialog},
	    {open_delete_input, &ks_delete_dialog},
	    {booth_open_secret, &ks_secret_dialog},
	    {open_ways, &ks_ways_dialog},
	    {open_delivering, &ks_secret_dialog},
	    {open_replace, &ks_secret_dialog},
	    {open_delivered, &ks_secret_dialog},
	    {open_checking, &ks_secret_dialog},
	    {open_asking, &ks_secret_dialog},
	    {open_quit, &ks_quit_dialog},
	    {open_left, &ks_left_dialog},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		void *one = NULL;
		struct booth *b;
		char *before;

		booth_set_up(&one);
		b = one;
		rows[i].open(b);
		before = ks_strdup(ks_buf_text(&b->picture));
		ks_buf_reset(&b->told);
		booth_press(b, "Ctrl-Z");
		assert_int_equal(ks_ui_take_wish(b->ui), KS_UI_SUSPEND);
		booth_press(b, "Ctrl-L");
		assert_int_equal(ks_ui_take_wish(b->ui), KS_UI_REDRAW);
		/* Of the others, none gets through. */
		booth_press(b, "Ctrl-R Ctrl-D");
		assert_int_equal(ks_ui_take_wish(b->ui), KS_UI_NOTHING);
		assert_booth_top(b, rows[i].class);
		assert_string_equal(ks_buf_text(&b->picture), before);
		assert_booth_told(b, "");
		free(before);
		booth_tear_down(&one);
	}
}

static void keys_typed_ahead_do_not_reach_a_dialog(void **state)
{
	struct booth *b = *state;
	struct ks_key enter = {.code = KS_KEY_ENTER};

	booth_given_keys(b, 1);
	ks_create_dialog_open(b->ui, booth_bucket_id(b));
	ks_ui_key(b->ui, enter, b->now);
	booth_show(b);
	assert_booth_told(b, "");
	assert_booth_top(b, &ks_create_dialog);
}

static void a_failed_delete_says_so_and_can_be_tried_again(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 2);
	b->deletes = REFUSES;
	booth_open_delete(b, TWO_KEY);
	booth_press(b, "Tab Enter");
	assert_booth_shows(b, "was not deleted");
	assert_booth_shows(b, "AccessDeniedException");
	b->deletes = ANSWERS;
	booth_press(b, "Tab Enter");
	assert_booth_shows(b, "▸[Cancel]");
	booth_press(b, "Tab Enter");
	assert_booth_told(b, "delete " TWO_KEY ";delete " TWO_KEY ";");
	assert_booth_top(b, NULL);
}

static void a_key_that_vanished_can_not_be_deleted(void **state)
{
	struct booth *b = *state;
	struct ks_event *event;

	booth_given_keys(b, 2);
	booth_open_delete(b, TWO_KEY);
	booth_remove_key(b, TWO_KEY);
	event = ks_event_new(KS_EVENT_REFRESH, b->now);
	event->bucket = booth_bucket_id(b);
	ks_store_apply(b->store, event);
	booth_serve(b);
	booth_show(b);
	assert_booth_shows(b, "▸[Close]");
	assert_booth_shows_not(b, "[Delete]");
}

/* ---- sizes ---- */

static void dialogs_fit_every_size(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 1);
	booth_open_create(b);
	assert_booth_fits(b, "▸[Create]");
	booth_press(b, "Esc");
	booth_open_delete(b, OLD_KEY);
	assert_booth_fits(b, "▸[Cancel]");
	booth_press(b, "Tab");
	assert_booth_fits(b, "▸Type its last 4 characters");
}

static void hostile_names_are_shown_in_pieces_and_never_push_the_buttons_out(void **state)
{
	struct booth *b = *state;

	b->bucket =
	    "\xe5\x90\x8d\xe5\x89\x8d-\033[2J\xe5\x90\x8d\xe5\x89\x8d\xe5\x90\x8d\xe5\x89\x8d"
	    "\xe5\x90\x8d\xe5\x89\x8d\xe5\x90\x8d\xe5\x89\x8d\xe5\x90\x8d\xe5\x89\x8d-\xe2\x80"
	    "\xae-\xe5\x90\x8d\xe5\x89\x8d\xe5\x90\x8d\xe5\x89\x8d\xe5\x90\x8d\xe5\x89\x8d";
	booth_given_keys(b, 1);
	booth_open_create(b);
	assert_booth_fits(b, "▸[Create]");
	assert_null(strchr(ks_buf_text(&b->picture), '\033'));
	booth_press(b, "Enter");
	assert_booth_top(b, &ks_secret_dialog);
	assert_booth_fits(b, "▸[Copy]");
}

static void what_is_below_can_be_scrolled_to(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 1);
	booth_open_delete(b, OLD_KEY);
	booth_resize(b, 40, 10);
	assert_booth_shows_not(b, "Created");
	assert_booth_shows(b, "PgDn more");
	booth_press(b, "End");
	assert_booth_shows(b, "Created");
	assert_booth_shows(b, "PgUp more");
	assert_booth_shows(b, "▸[Cancel]");
	booth_press(b, "PgDn Down Up PgUp Home");
	assert_booth_shows(b, "Delete this key?");
}

static void the_hints_that_matter_stay_in_little_room(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 1);
	booth_open_create(b);
	booth_press(b, "Tab Enter");
	assert_booth_shows(b, " Up Down way  Enter create  Tab next  Esc back");
	booth_resize(b, 40, 10);
	assert_booth_shows(b, " Up Down way  Enter create  Esc back");
	booth_resize(b, 40, 34);
	assert_booth_shows_not(b, "more");
}

static void in_ascii_the_focus_is_seen_too(void **state)
{
	struct booth *b = *state;

	b->keys[0] = (struct key){TWO_KEY, KS_USE_NEVER, 0, 1};
	b->n_keys = 1;
	booth_open_world(b, &ks_glyphs_ascii);
	booth_open_create(b);
	assert_booth_shows(b, ">[Create]");
	for (const char *c = ks_buf_text(&b->picture); *c != '\0'; c++)
		assert_true((unsigned char)*c < 0x80);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, booth_set_up, booth_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(create_says_which_slot_it_takes),
	    TEST(create_of_a_full_bucket_offers_to_delete_a_key),
	    TEST(create_shows_its_progress_and_ends_in_the_secret),
	    TEST(create_goes_on_without_its_dialog),
	    TEST(a_failed_create_says_all_that_is_known),
	    TEST(a_create_that_failed_unseen_is_told_in_a_toast),
	    TEST(a_lost_answer_is_explained_while_it_is_looked_into),
	    TEST(an_orphan_is_named_and_its_deletion_offered),
	    TEST(delete_has_the_focus_on_the_safe_choice),
	    TEST(delete_tells_what_the_last_use_means),
	    TEST(a_key_without_data_is_not_called_unused),
	    TEST(a_key_in_use_must_be_typed),
	    TEST(an_enter_that_comes_with_text_presses_nothing),
	    cmocka_unit_test(a_line_break_in_a_paste_is_no_enter),
	    TEST(the_only_key_must_be_typed_though_never_used),
	    TEST(a_key_used_long_ago_need_not_be_typed),
	    TEST(d_and_n_do_nothing_in_any_dialog),
	    TEST(the_key_that_keeps_the_clipboard_is_named_in_each_size),
	    TEST(where_nothing_is_left_to_do_enter_dismisses_it),
	    TEST(a_key_that_never_appeared_is_dismissed_by_enter),
	    cmocka_unit_test(it_can_be_suspended_and_redrawn_in_each_dialog),
	    TEST(keys_typed_ahead_do_not_reach_a_dialog),
	    TEST(a_failed_delete_says_so_and_can_be_tried_again),
	    TEST(a_key_that_vanished_can_not_be_deleted),
	    TEST(dialogs_fit_every_size),
	    TEST(hostile_names_are_shown_in_pieces_and_never_push_the_buttons_out),
	    TEST(what_is_below_can_be_scrolled_to),
	    TEST(the_hints_that_matter_stay_in_little_room),
	    TEST(in_ascii_the_focus_is_seen_too),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("dialogs", tests, NULL, NULL);
}
