/* The dialog that asks for an MFA code: when it opens, what it takes, and where that goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/crypto.h>

#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/state/plan.h"
#include "tests/unit/booth.h"
#include "tests/unit/golden.h"
#include "tui/dialogs/delete.h"
#include "tui/dialogs/question.h"
#include "tui/dialogs/secret.h"

#define DEVICE "arn:aws:iam::123456789012:mfa/me"

static void ask(struct booth *b, uint64_t id, const char *last_error)
{
	struct ks_event *event = ks_event_new(KS_EVENT_QUESTION, b->now);

	event->question = ks_calloc(1, sizeof *event->question);
	event->question->id = id;
	event->question->prompt = ks_strdup("MFA code for " DEVICE);
	event->question->why = ks_strdup("the profile prod assumes the role Reader");
	event->question->last_error = ks_strdup_maybe(last_error);
	ks_store_apply(b->store, event);
	booth_show(b);
}

static void be_over(struct booth *b, uint64_t id)
{
	struct ks_event *event = ks_event_new(KS_EVENT_QUESTION_OVER, b->now);

	event->target = id;
	ks_store_apply(b->store, event);
	booth_show(b);
}

/* A key, and a frame, but no answer of the worker's: what it would be sent stays in the store. */
static void press(struct booth *b, const char *keys)
{
	struct ks_key key;

	while (ks_key_next(&keys, &key)) {
		ks_ui_key(b->ui, key, b->now);
		booth_show(b);
	}
}

/* Text as a terminal sends it that marks no paste: it comes all at once. */
static void press_at_once(struct booth *b, const char *text)
{
	for (; *text != '\0'; text++) {
		struct ks_key key = {
		    .code = *text == '\n' ? (uint32_t)KS_KEY_ENTER : (unsigned char)*text,
		    .more = text[1] != '\0',
		};

		ks_ui_key(b->ui, key, b->now);
	}
	booth_show(b);
}

static const char *sent_code(struct booth *b, uint64_t id)
{
	for (size_t i = 0; i < b->store->n_questions; i++) {
		const struct ks_open_question *question = &b->store->questions[i];

		if (question->asked->id == id && question->answered)
			return question->answer != NULL ? ks_secret_value(question->answer)
							: "none";
	}
	return "nothing";
}

static void open_with(struct booth *b, const char *last_error)
{
	booth_given_keys(b, 1);
	ask(b, 7, last_error);
	assert_booth_top(b, &ks_question_dialog);
}

/* ---- what it says ---- */

static void it_says_for_whom_and_why(void **state)
{
	struct booth *b = *state;

	open_with(b, NULL);
	assert_booth_shows(b, "MFA code");
	assert_booth_shows(b, DEVICE);
	assert_booth_shows(b, "The profile prod assumes the role Reader.");
	assert_booth_shows(b, "prod then has no credentials");
	assert_booth_shows(b, "0 of 6 digits");
	assert_booth_shows(b, "eu-west-1  waiting for an MFA code");
	assert_booth_shows(b, "! prod: waiting for an MFA code");
	assert_booth_fits(b, "▸Code [");
}

static void it_says_what_was_wrong_with_the_last_code(void **state)
{
	struct booth *b = *state;

	/* As AWS ends it. */
	open_with(b, "MultiFactorAuthentication failed with invalid MFA one time pass code. ");
	assert_booth_shows(b, "failed with invalid MFA");
	assert_booth_shows(b, "code.");
	assert_booth_shows_not(b, "code. .");
}

/* ---- when it opens ---- */

static void it_waits_until_nothing_else_is_open(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 2);
	booth_open_delete(b, OLD_KEY);
	ask(b, 7, NULL);
	assert_booth_top(b, &ks_delete_dialog);
	assert_booth_shows(b, "waiting for an MFA code");
	press(b, "M P");
	assert_booth_top(b, &ks_delete_dialog);
	press(b, "Esc");
	assert_booth_top(b, &ks_question_dialog);
	assert_booth_shows(b, "0 of 6 digits");
}

static void it_waits_until_the_filter_is_typed(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 1);
	press(b, "/ m e");
	ask(b, 7, NULL);
	assert_booth_top(b, NULL);
	press(b, "d 1");
	assert_booth_top(b, NULL);
	assert_booth_shows(b, "med1");
	press(b, "Backspace Enter");
	assert_booth_top(b, &ks_question_dialog);
	assert_booth_shows(b, "0 of 6 digits");
}

static void what_was_typed_before_its_first_frame_does_not_reach_it(void **state)
{
	struct booth *b = *state;
	struct ks_event *event = ks_event_new(KS_EVENT_QUESTION, 0);

	booth_given_keys(b, 1);
	event->question = ks_calloc(1, sizeof *event->question);
	event->question->id = 7;
	event->question->prompt = ks_strdup("MFA code for " DEVICE);
	event->question->why = ks_strdup("it is needed");
	ks_store_apply(b->store, event);
	ks_ui_update(b->ui, b->now);
	assert_booth_top(b, &ks_question_dialog);
	for (uint32_t digit = '1'; digit <= '6'; digit++)
		ks_ui_key(b->ui, (struct ks_key){.code = digit}, b->now);
	ks_ui_key(b->ui, (struct ks_key){.code = KS_KEY_ENTER}, b->now);
	ks_ui_key(b->ui, (struct ks_key){.code = KS_KEY_ESC}, b->now);
	booth_show(b);
	assert_booth_top(b, &ks_question_dialog);
	assert_string_equal(sent_code(b, 7), "nothing");
	assert_booth_shows(b, "0 of 6 digits");
}

/* A secret has come: nothing is more urgent. */
static void a_secret_goes_before_it(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 1);
	b->creates = WAITS;
	booth_open_create(b);
	booth_press(b, "Enter Esc");
	ask(b, 7, NULL);
	assert_booth_top(b, &ks_question_dialog);
	press(b, "1 2");
	booth_answer_waiting(b, ANSWERS);
	booth_show(b);
	assert_booth_top(b, &ks_secret_dialog);
	assert_booth_shows(b, "waiting for an MFA code");
}

/* ---- what it takes ---- */

static void digits_are_counted_and_never_drawn(void **state)
{
	struct booth *b = *state;

	open_with(b, NULL);
	press(b, "9 8 7");
	assert_booth_shows(b, "[•••    ] 3 of 6 digits");
	assert_booth_shows_not(b, "987");
}

static void enter_sends_the_code_once(void **state)
{
	struct booth *b = *state;
	size_t before;

	booth_given_keys(b, 1);
	before = CRYPTO_secure_used();
	ask(b, 7, NULL);
	press(b, "1 2 3 4 5 6 Enter");
	assert_booth_top(b, NULL);
	assert_booth_told(b, "answer;");
	assert_string_equal(sent_code(b, 7), "123456");
	assert_booth_shows_not(b, "waiting for an MFA code");
	booth_serve(b);
	assert_int_equal(b->store->n_questions, 0);
	assert_int_equal(CRYPTO_secure_used(), before);
}

static void less_than_six_digits_are_not_sent(void **state)
{
	struct booth *b = *state;

	open_with(b, NULL);
	press(b, "Enter");
	press(b, "1 2 3 4 5 Enter");
	assert_booth_top(b, &ks_question_dialog);
	assert_booth_shows(b, "A code has 6 digits.");
	press(b, "6");
	assert_booth_shows(b, "6 of 6 digits");
	press(b, "7");
	assert_booth_shows(b, "A code has 6 digits.");
	press(b, "Enter");
	assert_string_equal(sent_code(b, 7), "123456");
}

static void letters_are_not_taken(void **state)
{
	struct booth *b = *state;

	open_with(b, NULL);
	press(b, "q d n 1 2 x 3");
	assert_booth_top(b, &ks_question_dialog);
	press(b, "x");
	assert_booth_shows(b, "A code has digits only.");
	press(b, "4 5 6 Enter");
	assert_string_equal(sent_code(b, 7), "123456");
}

static void what_is_typed_can_be_corrected(void **state)
{
	struct booth *b = *state;

	open_with(b, NULL);
	press(b, "Backspace 1 2 4 Backspace 3 9 9");
	press(b, "Ctrl-U");
	assert_booth_shows(b, "0 of 6 digits");
	press(b, "1 2 3 4 5 7 Backspace 6 Enter");
	assert_string_equal(sent_code(b, 7), "123456");
}

static void a_pasted_code_is_cleaned(void **state)
{
	struct booth *b = *state;

	open_with(b, NULL);
	press(b, "9 9");
	booth_paste(b, " 123 456\n");
	assert_booth_top(b, &ks_question_dialog);
	assert_booth_shows(b, "6 of 6 digits");
	press(b, "Enter");
	assert_string_equal(sent_code(b, 7), "123456");
}

static void a_paste_that_is_no_code_is_dropped_whole(void **state)
{
	static const char *const texts[] = {"order 123456", "1234567", "123456 7", "12a3456"};
	struct booth *b = *state;

	open_with(b, NULL);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		booth_paste(b, texts[i]);
		assert_booth_shows(b, "That was no code.");
		press(b, "Enter");
		assert_booth_top(b, &ks_question_dialog);
		assert_string_equal(sent_code(b, 7), "nothing");
	}
	booth_paste(b, "123-456");
	press(b, "Enter");
	assert_string_equal(sent_code(b, 7), "123456");
}

static void a_paste_that_is_not_marked_is_judged_too(void **state)
{
	struct booth *b = *state;

	open_with(b, NULL);
	press_at_once(b, "order 123456\n");
	assert_booth_top(b, &ks_question_dialog);
	assert_booth_shows(b, "That was no code.");
	assert_string_equal(sent_code(b, 7), "nothing");
	press_at_once(b, "123 456\n");
	assert_booth_top(b, NULL);
	assert_string_equal(sent_code(b, 7), "123456");
}

/* ---- how it ends ---- */

static void escape_declines_and_says_what_that_means(void **state)
{
	struct booth *b = *state;
	size_t before;

	booth_given_keys(b, 1);
	before = CRYPTO_secure_used();
	ask(b, 7, NULL);
	press(b, "1 2 3 Esc");
	assert_booth_top(b, NULL);
	assert_booth_told(b, "answer;");
	assert_string_equal(sent_code(b, 7), "none");
	assert_booth_shows(b, "Ctrl-R asks again");
	assert_int_equal(CRYPTO_secure_used(), before);
}

static void what_is_over_takes_it_away(void **state)
{
	struct booth *b = *state;
	size_t before;

	booth_given_keys(b, 1);
	before = CRYPTO_secure_used();
	ask(b, 7, NULL);
	press(b, "1 2 3");
	be_over(b, 7);
	assert_booth_top(b, NULL);
	assert_booth_shows(b, "waits for no code any more");
	assert_booth_told(b, "");
	assert_int_equal(CRYPTO_secure_used(), before);
}

static void questions_come_one_after_the_other(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 1);
	ask(b, 7, NULL);
	ask(b, 8, "That one was used before.");
	ask(b, 9, NULL);
	assert_booth_shows(b, "2 more codes are asked for");
	press(b, "1 2 3 4 5 6");
	/* One more Enter than was meant is none for the next one. */
	ks_ui_key(b->ui, (struct ks_key){.code = KS_KEY_ENTER}, b->now);
	ks_ui_key(b->ui, (struct ks_key){.code = KS_KEY_ENTER}, b->now);
	booth_show(b);
	assert_string_equal(sent_code(b, 7), "123456");
	assert_booth_top(b, &ks_question_dialog);
	assert_booth_shows(b, "That one was used before.");
	assert_booth_shows(b, "1 more code is asked for");
	assert_booth_shows(b, "0 of 6 digits");
	press(b, "Esc");
	assert_booth_top(b, &ks_question_dialog);
	press(b, "6 5 4 3 2 1 Enter");
	assert_string_equal(sent_code(b, 8), "none");
	assert_string_equal(sent_code(b, 9), "654321");
	assert_booth_top(b, NULL);
}

static void the_secure_heap_may_be_full(void **state)
{
	enum { ROOM = 8192, BLOCK = 16 };
	static struct ks_secret *filling[ROOM];
	struct booth *b = *state;
	struct ks_err err;
	size_t count = 0;

	open_with(b, NULL);
	press(b, "1 2");
	while (count < ROOM &&
	       (filling[count] = ks_secret_new("0123456789abcdef", BLOCK, &err)) != NULL)
		count++;
	assert_true(count < ROOM);
	press(b, "3");
	assert_booth_shows(b, "memory for secrets is full");
	while (count > 0)
		ks_secret_free(filling[--count]);
	press(b, "3");
	assert_booth_shows(b, "3 of 6 digits");
}

/* ---- pictures ---- */

static void pictures(void **state)
{
	static const int sizes[][2] = {{120, 34}, {80, 24}, {50, 15}, {40, 10}};
	struct booth *b = *state;
	struct ks_buf all;

	open_with(b, "the code was refused: MultiFactorAuthentication failed");
	ask(b, 8, NULL);
	press(b, "1 2 3");
	ks_buf_init(&all, 1 << 20);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		char *picture = booth_dialog_picture(b, sizes[i][0], sizes[i][1]);

		ks_buf_printf(&all, "%dx%d\n%s", sizes[i][0], sizes[i][1], picture);
		free(picture);
	}
	golden_check("dialog-question", ks_buf_text(&all));
	ks_buf_free(&all);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, booth_set_up, booth_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(it_says_for_whom_and_why),
	    TEST(it_says_what_was_wrong_with_the_last_code),
	    TEST(it_waits_until_nothing_else_is_open),
	    TEST(it_waits_until_the_filter_is_typed),
	    TEST(what_was_typed_before_its_first_frame_does_not_reach_it),
	    TEST(a_secret_goes_before_it),
	    TEST(digits_are_counted_and_never_drawn),
	    TEST(enter_sends_the_code_once),
	    TEST(less_than_six_digits_are_not_sent),
	    TEST(letters_are_not_taken),
	    TEST(what_is_typed_can_be_corrected),
	    TEST(a_pasted_code_is_cleaned),
	    TEST(a_paste_that_is_no_code_is_dropped_whole),
	    TEST(a_paste_that_is_not_marked_is_judged_too),
	    TEST(escape_declines_and_says_what_that_means),
	    TEST(what_is_over_takes_it_away),
	    TEST(questions_come_one_after_the_other),
	    TEST(the_secure_heap_may_be_full),
	    TEST(pictures),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("question", tests, NULL, NULL);
}
