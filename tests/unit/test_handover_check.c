/* How a paste is compared with the secret, to see whether it arrived. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/booth.h"
#include "tui/dialogs/paste_check.h"
#include "tui/dialogs/quit.h"
#include "tui/dialogs/secret.h"

#define SAME  "The paste is the secret: it arrived whole."
#define OTHER "What was pasted is something else"

/* ---- the comparison ---- */

static struct ks_key key_of(char byte)
{
	if (byte == '\n')
		return (struct ks_key){.code = KS_KEY_ENTER};
	if (byte == '\t')
		return (struct ks_key){.code = KS_KEY_TAB};
	return (struct ks_key){.code = (unsigned char)byte};
}

static bool is_same(const char *value, const char *pasted, size_t *count)
{
	struct ks_err err;
	struct ks_secret *secret = ks_secret_new(value, strlen(value), &err);
	struct ks_paste_check check = {0};
	bool same;

	assert_non_null(secret);
	for (; *pasted != '\0'; pasted++)
		ks_paste_check_add(&check, secret, key_of(*pasted));
	same = ks_paste_check_is_same(&check, secret);
	*count = check.count;
	ks_secret_free(secret);
	return same;
}

static void only_the_whole_secret_is_the_same(void **state)
{
	static const struct {
		const char *pasted;
		bool same;
		size_t count;
	} rows[] = {
	    {"abcDEF", true, 6},
	    {"  \t\nabcDEF", true, 6},
	    {"abcDEF\n\n \t", true, 6},
	    {"", false, 0},
	    {" \n", false, 0},
	    {"abcDE", false, 5},
	    {"abcDEFG", false, 7},
	    {"bcDEF", false, 5},
	    {"abcdef", false, 6},
	    {"abc DEF", false, 7},
	    {"abc\nDEF", false, 7},
	    {"abcDEF abcDEF", false, 13},
	    {"xbcDEF", false, 6},
	    {"abcDEx", false, 6},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t count;

		assert_int_equal(is_same("abcDEF", rows[i].pasted, &count), rows[i].same);
		assert_int_equal(count, rows[i].count);
	}
}

static void a_character_beyond_a_byte_is_another_one(void **state)
{
	struct ks_err err;
	struct ks_secret *secret = ks_secret_new("a", 1, &err);
	struct ks_paste_check check = {0};

	(void)state;
	ks_paste_check_add(&check, secret, (struct ks_key){.code = 0x100 + 'a'});
	assert_false(ks_paste_check_is_same(&check, secret));
	ks_secret_free(secret);
}

/* ---- the dialog ---- */

static void paste(struct booth *b, const char *text)
{
	ks_ui_key(b->ui, (struct ks_key){.code = KS_KEY_PASTE_BEGIN}, b->now);
	for (; *text != '\0'; text++) {
		ks_ui_key(b->ui, key_of(*text), b->now);
		booth_show(b);
		assert_booth_shows_not(b, "wJalr");
	}
	ks_ui_key(b->ui, (struct ks_key){.code = KS_KEY_PASTE_END}, b->now);
	booth_show(b);
}

static void type(struct booth *b, const char *text)
{
	for (; *text != '\0'; text++) {
		ks_ui_key(b->ui, key_of(*text), b->now);
		booth_show(b);
	}
}

/* All at once, as a terminal pastes that marks no paste. */
static void burst(struct booth *b, const char *text)
{
	for (; *text != '\0'; text++) {
		struct ks_key key = key_of(*text);

		key.more = text[1] != '\0';
		ks_ui_key(b->ui, key, b->now);
	}
	booth_show(b);
}

static void deliver(struct booth *b)
{
	booth_open_secret(b);
	booth_press(b, "c");
	assert_booth_told(b, "delivered by copy;");
	ks_buf_reset(&b->terminal);
}

static void a_paste_that_is_the_secret_confirms_nothing_by_itself(void **state)
{
	struct booth *b = *state;

	deliver(b);
	booth_press(b, "Left");
	paste(b, SECRET "\n");
	assert_booth_shows(b, SAME);
	assert_booth_told(b, "");
	assert_int_equal(booth_handover(b)->state, KS_HANDOVER_UNCONFIRMED);
	assert_booth_shows(b, "▸[It arrived]");
	booth_press(b, "Enter");
	assert_booth_told(b, "arrived;");
}

static void another_paste_is_told_by_its_length_alone(void **state)
{
	struct booth *b = *state;

	deliver(b);
	paste(b, "wJalrXUt");
	assert_booth_shows(b, OTHER " (8 characters).");
	assert_booth_shows_not(b, "wJalr");
	paste(b, "q");
	assert_booth_shows(b, OTHER " (1 character).");
	paste(b, " \n");
	assert_booth_shows(b, "Nothing was pasted.");
	assert_booth_told(b, "");
	assert_int_equal(b->terminal.len, 0);
}

static void an_enter_too_many_confirms_nothing_that_did_not_arrive(void **state)
{
	struct booth *b = *state;

	deliver(b);
	booth_press(b, "p");
	type(b, "something\n\n\n\n");
	assert_booth_told(b, "");
	assert_int_equal(booth_handover(b)->state, KS_HANDOVER_UNCONFIRMED);
}

static void a_terminal_without_marks_pastes_into_a_mode_for_it(void **state)
{
	static const char *const ways[] = {"p", "Tab Enter"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		void *one = NULL;
		struct booth *b;

		booth_set_up(&one);
		b = one;
		deliver(b);
		booth_press(b, ways[i]);
		assert_booth_shows(b, "Paste the secret now");
		type(b, "cyqKdn");
		assert_booth_shows(b, "•••••• 6");
		assert_booth_shows_not(b, "cyqKdn");
		booth_press(b, "Backspace");
		type(b, SECRET);
		assert_booth_shows(b, "40");
		assert_booth_shows_not(b, "wJalr");
		booth_press(b, "Enter");
		assert_booth_shows(b, SAME);
		assert_booth_told(b, "");
		assert_int_equal(b->terminal.len, 0);
		booth_press(b, "Enter");
		assert_booth_told(b, "");
		booth_press(b, "Esc Enter");
		assert_booth_told(b, "arrived;");
		booth_tear_down(&one);
	}
}

static void the_mode_takes_a_marked_paste_too(void **state)
{
	struct booth *b = *state;

	deliver(b);
	booth_press(b, "p x");
	paste(b, SECRET);
	assert_booth_shows(b, "40");
	booth_press(b, "Enter");
	assert_booth_shows(b, SAME);
	booth_press(b, "Enter");
	assert_booth_told(b, "");
}

static void an_unmarked_paste_is_checked_and_confirms_nothing(void **state)
{
	static const struct {
		const char *text, *verdict;
	} rows[] = {
	    {"hello\n", OTHER " (5 characters)"},
	    {SECRET "\n", SAME},
	    {SECRET "\n\n\n", SAME},
	    {"cat\n", OTHER " (3 characters)"},
	    {"q\n", OTHER " (1 character)"},
	    {"one\ntwo\n", OTHER " (3 characters)"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		void *one = NULL;
		struct booth *b;

		booth_set_up(&one);
		b = one;
		deliver(b);
		burst(b, rows[i].text);
		assert_booth_shows(b, rows[i].verdict);
		assert_booth_told(b, "");
		assert_int_equal(booth_handover(b)->state, KS_HANDOVER_UNCONFIRMED);
		assert_int_equal(b->terminal.len, 0);
		booth_tear_down(&one);
	}
}

/* As by a slow line, where nothing tells a paste from typing. */
static void text_that_is_no_command_begins_a_check(void **state)
{
	struct booth *b = *state;

	deliver(b);
	type(b, SECRET);
	assert_booth_shows(b, "40");
	booth_press(b, "Enter");
	assert_booth_shows(b, SAME);
	assert_booth_told(b, "");
}

static void an_unmarked_paste_before_it_is_delivered_confirms_nothing(void **state)
{
	static const char *const texts[] = {"hello\n", SECRET "\n", "c\n", "abc\n"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		void *one = NULL;
		struct booth *b;

		booth_set_up(&one);
		b = one;
		booth_open_secret(b);
		burst(b, texts[i]);
		assert_false(booth_handover(b)->confirmed);
		assert_non_null(booth_handover(b)->secret);
		booth_tear_down(&one);
	}
}

static void a_question_taken_back_leaves_the_focus_where_it_was(void **state)
{
	struct booth *b = *state;

	deliver(b);
	booth_press(b, "Tab");
	assert_booth_shows(b, "▸[Check it]");
	booth_press(b, "Esc");
	assert_booth_shows(b, "▸[Back]");
	booth_press(b, "Esc");
	assert_booth_shows(b, "▸[Check it]");
}

/* However a program that is copied from, or a terminal, ends its lines. */
static void a_line_break_in_a_paste_ends_no_check(void **state)
{
	static const struct {
		const char *before, *after, *verdict;
	} rows[] = {
	    {"", "\n", SAME}, {"\n", "\n\n", SAME}, {"x\n", "", OTHER}, {"", "\nx\n", OTHER}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		void *one = NULL;
		struct booth *b;

		booth_set_up(&one);
		b = one;
		deliver(b);
		booth_press(b, "p");
		ks_ui_key(b->ui, (struct ks_key){.code = KS_KEY_PASTE_BEGIN}, b->now);
		type(b, rows[i].before);
		type(b, SECRET);
		type(b, rows[i].after);
		assert_booth_shows_not(b, SAME);
		assert_booth_shows_not(b, OTHER);
		ks_ui_key(b->ui, (struct ks_key){.code = KS_KEY_PASTE_END}, b->now);
		booth_press(b, "Enter");
		assert_booth_shows(b, rows[i].verdict);
		assert_booth_told(b, "");
		assert_int_equal(booth_handover(b)->state, KS_HANDOVER_UNCONFIRMED);
		booth_tear_down(&one);
	}
}

static void the_mode_can_be_left(void **state)
{
	struct booth *b = *state;

	deliver(b);
	booth_press(b, "p a Esc");
	assert_booth_shows(b, "▸[It arrived]");
	assert_booth_shows_not(b, OTHER);
	booth_press(b, "p Enter Enter");
	assert_booth_shows(b, "Paste the secret now");
	booth_press(b, "Ctrl-C");
	assert_booth_top(b, &ks_quit_dialog);
	assert_booth_told(b, "");
}

static void a_verdict_goes_with_the_next_delivery(void **state)
{
	struct booth *b = *state;

	deliver(b);
	paste(b, "x");
	assert_booth_shows(b, OTHER);
	booth_press(b, "c");
	assert_booth_shows_not(b, OTHER);
	paste(b, "x");
	booth_press(b, "Left Left Enter");
	assert_booth_shows_not(b, OTHER);
}

static void before_it_is_delivered_a_paste_is_nothing(void **state)
{
	struct booth *b = *state;

	booth_open_secret(b);
	paste(b, SECRET);
	assert_booth_shows_not(b, SAME);
	assert_booth_shows_not(b, OTHER);
	booth_press(b, "p");
	assert_booth_shows_not(b, "Paste the secret now");
	assert_booth_told(b, "");
}

static void what_covers_a_paste_gets_its_rest(void **state)
{
	struct booth *b = *state;

	deliver(b);
	ks_ui_key(b->ui, (struct ks_key){.code = KS_KEY_PASTE_BEGIN}, b->now);
	ks_quit_dialog_open(b->ui);
	booth_show(b);
	booth_press(b, "Esc");
	assert_booth_top(b, &ks_secret_dialog);
	booth_press(b, "Enter");
	assert_booth_told(b, "arrived;");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, booth_set_up, booth_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_the_whole_secret_is_the_same),
	    cmocka_unit_test(a_character_beyond_a_byte_is_another_one),
	    TEST(a_paste_that_is_the_secret_confirms_nothing_by_itself),
	    TEST(another_paste_is_told_by_its_length_alone),
	    TEST(an_enter_too_many_confirms_nothing_that_did_not_arrive),
	    cmocka_unit_test(a_terminal_without_marks_pastes_into_a_mode_for_it),
	    TEST(the_mode_takes_a_marked_paste_too),
	    cmocka_unit_test(an_unmarked_paste_is_checked_and_confirms_nothing),
	    TEST(text_that_is_no_command_begins_a_check),
	    cmocka_unit_test(an_unmarked_paste_before_it_is_delivered_confirms_nothing),
	    TEST(a_question_taken_back_leaves_the_focus_where_it_was),
	    cmocka_unit_test(a_line_break_in_a_paste_ends_no_check),
	    TEST(the_mode_can_be_left),
	    TEST(a_verdict_goes_with_the_next_delivery),
	    TEST(before_it_is_delivered_a_paste_is_nothing),
	    TEST(what_covers_a_paste_gets_its_rest),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("paste check", tests, NULL, NULL);
}
