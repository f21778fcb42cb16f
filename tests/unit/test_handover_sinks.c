/* Where a secret goes by itself, and what is shown of what an earlier run left open. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/booth.h"
#include "tui/dialogs/create.h"
#include "tui/dialogs/delete.h"
#include "tui/dialogs/left.h"
#include "tui/dialogs/secret.h"
#include "tui/dialogs/ways.h"

#define IN_PROFILE "profile:media-assets " SECRET ";"

static void assert_delivered(const struct booth *b, const char *expected)
{
	assert_string_equal(ks_buf_text(&b->delivered), expected);
}

/* The ways, on top of the secret's dialog. */
static void open_ways(struct booth *b)
{
	booth_open_secret(b);
	booth_press(b, "Tab Enter");
	assert_booth_top(b, &ks_ways_dialog);
}

/* ---- a secret that is held ---- */

static void a_sink_that_took_it_confirms_itself(void **state)
{
	struct booth *b = *state;

	open_ways(b);
	assert_booth_shows(b, "▸ a profile in the AWS CLI's credentials file");
	assert_booth_shows(b, "NAME [media-assets");
	booth_press(b, "Enter");
	assert_booth_told(b, "deliver to profile:media-assets;");
	assert_delivered(b, IN_PROFILE);
	assert_booth_top(b, NULL);
	assert_booth_shows(b, "Delivered in profile media of ~/.aws/credentials; keysail");
	assert_true(booth_handover(b)->confirmed);
	assert_null(booth_handover(b)->secret);
}

static void each_kind_has_a_likely_place(void **state)
{
	static const char *const places[] = {"FILE [~/media-assets.env",
	    "FILE [~/media-assets.json", "REMOTE [media-assets", "FILE [~/media-assets.s3cfg",
	    "COMMAND LINE [   "};
	struct booth *b = *state;

	open_ways(b);
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		booth_press(b, "Down");
		assert_booth_shows(b, places[i]);
	}
	booth_press(b, "Down");
	assert_booth_shows(b, "COMMAND LINE [");
	booth_press(b, "Up Up Up");
	assert_booth_shows(b, "FILE [~/media-assets.json");
}

static void what_a_sink_cant_take_is_said_at_once(void **state)
{
	struct booth *b = *state;

	open_ways(b);
	booth_press(b, "Ctrl-U Enter");
	assert_booth_top(b, &ks_ways_dialog);
	assert_booth_shows(b, "NAME in profile:NAME is made of");
	booth_press(b, "x");
	assert_booth_shows_not(b, "is made of");
	booth_press(b, "Esc");
	assert_booth_top(b, &ks_secret_dialog);
	assert_booth_told(b, "");
	assert_int_equal(booth_handover(b)->state, KS_HANDOVER_HELD);
}

static void every_printable_key_is_text_there(void **state)
{
	struct booth *b = *state;

	open_ways(b);
	booth_press(b, "Ctrl-U q d n c Enter");
	assert_booth_told(b, "deliver to profile:qdnc;");
}

/* All that a terminal may send for the end of a line. */
static const char *const pastes[] = {"vault\n", "vault\r\n", "vault\r", "\n", "\n\n\n",
    "vault\nmore\n", "vault\r\n\r\nmore\r\n", "\nvault"};

static void a_line_break_in_a_paste_delivers_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof pastes / sizeof pastes[0]; i++) {
		void *one = NULL;
		struct booth *b;

		booth_set_up(&one);
		b = one;
		open_ways(b);
		booth_paste(b, pastes[i]);
		assert_booth_top(b, &ks_ways_dialog);
		assert_booth_told(b, "");
		assert_delivered(b, "");
		assert_int_equal(booth_handover(b)->state, KS_HANDOVER_HELD);
		assert_booth_shows(b, "NAME [media-assets");
		/* An Enter that is pressed is one again. */
		booth_press(b, "Ctrl-U v Enter");
		assert_booth_told(b, "deliver to profile:v;");
		booth_tear_down(&one);
	}
}

static void what_is_pasted_is_in_the_input_in_one_line(void **state)
{
	struct booth *b = *state;

	open_ways(b);
	booth_press(b, "Down Down Down Down Down Ctrl-U");
	booth_paste(b, "vault\nput");
	assert_booth_shows(b, "COMMAND LINE [vault put");
	booth_press(b, "Enter");
	assert_booth_told(b, "deliver to command:vault put;");
}

static void a_sink_that_failed_gives_it_back(void **state)
{
	struct booth *b = *state;

	b->delivers = REFUSES;
	open_ways(b);
	booth_press(b, "Enter");
	assert_booth_top(b, &ks_secret_dialog);
	assert_booth_shows(b, "vault failed with exit status 2.");
	/* It may have arrived all the same. */
	assert_booth_shows(b, "see whether the vault has it");
	assert_int_equal(booth_handover(b)->state, KS_HANDOVER_HELD);
	assert_non_null(booth_handover(b)->secret);
	booth_press(b, "c Enter");
	assert_true(booth_handover(b)->confirmed);
}

static void what_is_there_is_replaced_after_a_yes_only(void **state)
{
	struct booth *b = *state;

	b->delivers = EXISTS;
	open_ways(b);
	booth_press(b, "Enter");
	assert_booth_top(b, &ks_secret_dialog);
	assert_booth_shows(b, "The delivery failed: ~/.aws/credentials has a");
	assert_booth_shows_not(b, "--replace");
	assert_booth_shows(b, "▸[Deliver to ..]");
	assert_delivered(b, "");
	booth_press(b, "Tab Enter");
	assert_booth_told(b, "deliver to profile:media-assets;"
			     "deliver to profile:media-assets replacing;");
	assert_delivered(b, IN_PROFILE);
	assert_booth_top(b, NULL);
}

static void while_a_sink_is_at_it_it_can_be_left(void **state)
{
	struct booth *b = *state;

	b->delivers = WAITS;
	open_ways(b);
	booth_press(b, "Enter");
	assert_booth_top(b, &ks_secret_dialog);
	assert_booth_shows(b, "Delivering it to profile:media-assets");
	assert_int_equal(booth_handover(b)->state, KS_HANDOVER_DELIVERING);
	booth_press(b, "c y");
	assert_booth_told(b, "deliver to profile:media-assets;");
	booth_press(b, "Esc");
	assert_booth_shows(b, "on its way");
	booth_press(b, "Tab Tab Enter");
	assert_booth_told(b, "give-up;");
	assert_int_equal(b->cancelled, b->waiting->id);
	assert_booth_top(b, NULL);
	/* Its answer was on the way already. */
	booth_answer_waiting(b, ANSWERS);
	booth_show(b);
	assert_booth_shows_not(b, "Delivered in");
	assert_false(booth_handover(b)->confirmed);
	assert_null(booth_handover(b)->secret);
}

static void a_delivery_is_given_up_with_its_key(void **state)
{
	struct booth *b = *state;
	uint64_t id;

	b->delivers = WAITS;
	open_ways(b);
	booth_press(b, "Enter");
	id = b->waiting->id;
	booth_press(b, "Esc Tab Enter");
	assert_booth_told(b, "deliver to profile:media-assets;give-up and delete;");
	assert_int_equal(b->cancelled, id);
	assert_int_equal(b->n_keys, 1);
}

/* The question is on the screen when the answer comes. */
static void what_ends_while_it_is_asked_is_told_as_it_is(void **state)
{
	struct booth *b = *state;

	b->delivers = WAITS;
	open_ways(b);
	booth_press(b, "Enter Esc");
	booth_answer_waiting(b, REFUSES);
	booth_show(b);
	assert_booth_shows_not(b, "on its way");
	assert_booth_shows(b, "was not delivered");
	booth_press(b, "Esc");
	assert_booth_shows(b, "vault failed with exit status 2.");
	b->delivers = WAITS;
	booth_press(b, "Tab Enter Enter Esc Tab Tab");
	assert_booth_shows(b, "▸[Leave it]");
	booth_answer_waiting(b, ANSWERS);
	booth_press(b, "Enter");
	assert_booth_top(b, NULL);
	assert_booth_told(b, "deliver to profile:media-assets;deliver to profile:media-assets;");
	assert_true(booth_handover(b)->confirmed);
	assert_int_equal(b->cancelled, 0);
}

/* ---- a sink that is chosen first ---- */

static void choose_for_a_new_key(struct booth *b)
{
	booth_given_keys(b, 1);
	booth_open_create(b);
	booth_press(b, "Tab Enter");
	assert_booth_top(b, &ks_ways_dialog);
	booth_press(b, "Enter");
}

static void a_key_is_made_and_delivered_in_one(void **state)
{
	struct booth *b = *state;

	choose_for_a_new_key(b);
	assert_booth_told(b, "create to profile:media-assets;");
	assert_delivered(b, IN_PROFILE);
	assert_booth_top(b, NULL);
	assert_booth_shows(b, NEW_KEY " was made. Delivered in profile media");
	assert_true(booth_handover(b)->confirmed);
}

static void a_line_break_in_a_paste_makes_no_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof pastes / sizeof pastes[0]; i++) {
		void *one = NULL;
		struct booth *b;

		booth_set_up(&one);
		b = one;
		booth_given_keys(b, 1);
		booth_open_create(b);
		booth_press(b, "Tab Enter");
		booth_paste(b, pastes[i]);
		assert_booth_top(b, &ks_ways_dialog);
		assert_booth_told(b, "");
		assert_int_equal(b->n_keys, 1);
		booth_tear_down(&one);
	}
}

static void the_dialog_stays_until_it_is_delivered(void **state)
{
	struct booth *b = *state;

	b->delivers = WAITS;
	choose_for_a_new_key(b);
	assert_booth_top(b, &ks_create_dialog);
	assert_booth_shows(b, NEW_KEY " is made");
	assert_booth_shows(b, "Delivering its secret");
	booth_answer_waiting(b, REFUSES);
	booth_show(b);
	assert_booth_top(b, &ks_secret_dialog);
	assert_booth_shows(b, "The delivery failed: vault failed");
}

static void where_the_sink_may_have_failed_another_one_is_offered(void **state)
{
	struct booth *b = *state;

	b->creates = REFUSES;
	choose_for_a_new_key(b);
	assert_booth_top(b, &ks_create_dialog);
	assert_booth_shows(b, "[Try again]  [Deliver to ..]");
	booth_press(b, "Tab Tab Enter");
	assert_booth_top(b, &ks_ways_dialog);
	b->creates = ANSWERS;
	booth_press(b, "Down Down Enter");
	assert_booth_top(b, NULL);
	assert_true(booth_handover(b)->confirmed);
	assert_int_equal(b->n_keys, 2);
}

static void no_key_is_made_where_something_would_be_replaced(void **state)
{
	struct booth *b = *state;

	b->creates = EXISTS;
	choose_for_a_new_key(b);
	assert_booth_top(b, &ks_create_dialog);
	assert_booth_shows(b, "No key was made: ~/.aws/credentials has a profile");
	assert_booth_shows_not(b, "--replace");
	assert_int_equal(b->n_keys, 1);
	booth_press(b, "Tab Tab Enter");
	assert_booth_told(b, "create to profile:media-assets;"
			     "create to profile:media-assets replacing;");
	assert_delivered(b, IN_PROFILE);
	assert_booth_top(b, NULL);
}

/* ---- what was left open ---- */

static void what_was_left_is_shown_once(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 2);
	booth_left_open(b, KS_JOURNAL_DONE, TWO_KEY);
	assert_booth_top(b, &ks_left_dialog);
	assert_booth_shows(b, TWO_KEY " of media-assets, 3h ago: its secret was");
	assert_booth_shows(b, "▸[Later]");
	booth_press(b, "Enter");
	assert_booth_top(b, NULL);
	booth_show(b);
	assert_booth_top(b, NULL);
	booth_press(b, "u");
	assert_booth_top(b, &ks_left_dialog);
}

static void it_waits_for_what_the_user_is_at(void **state)
{
	struct booth *b = *state;

	booth_open_secret(b);
	booth_left_open(b, KS_JOURNAL_DELIVERED, OLD_KEY);
	assert_booth_top(b, &ks_secret_dialog);
	booth_press(b, "c Enter");
	booth_show(b);
	assert_booth_top(b, &ks_left_dialog);
	assert_booth_shows(b, "nobody said that");
	assert_booth_shows(b, "Copied with xclip");
}

static void it_is_dismissed(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 2);
	booth_left_open(b, KS_JOURNAL_DONE, TWO_KEY);
	booth_press(b, "Tab Enter");
	assert_booth_told(b, "left-seen;forget;");
	assert_booth_top(b, NULL);
	booth_press(b, "u");
	assert_booth_shows(b, "Nothing was left open");
}

static void its_key_is_deleted_and_then_it_is_gone(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 2);
	booth_left_open(b, KS_JOURNAL_DONE, TWO_KEY);
	booth_press(b, "Tab Tab Enter");
	assert_booth_top(b, &ks_delete_dialog);
	booth_press(b, "Tab Enter");
	assert_booth_told(b, "left-seen;delete " TWO_KEY ";");
	assert_int_equal(b->store->n_left, 0);
	assert_booth_top(b, NULL);
}

/* Made after it was asked for. */
static void a_key_that_appeared_is_called_a_guess(void **state)
{
	struct booth *b = *state;

	b->keys[0] = (struct key){OLD_KEY, KS_USE_NEVER, 0, 0};
	b->keys[1] = (struct key){TWO_KEY, KS_USE_NEVER, 0, 412};
	b->n_keys = 2;
	booth_open_world(b, &ks_glyphs_utf8);
	booth_left_open(b, KS_JOURNAL_UNKNOWN, NULL);
	assert_booth_shows(b, "▸ media-assets, 3h ago: a key was asked for");
	assert_booth_shows(b, TWO_KEY);
	assert_booth_shows(b, "That it came of this is a guess");
	assert_booth_shows(b, "[Delete ..ONDK]");
}

static void a_key_made_before_is_not_offered_as_a_guess(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 2);
	booth_left_open(b, KS_JOURNAL_UNKNOWN, NULL);
	assert_booth_shows(b, "No key appeared in the bucket since");
	assert_booth_shows_not(b, "[Delete");
}

static void where_no_key_appeared_it_says_so(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 1);
	booth_left_open(b, KS_JOURNAL_CREATE, NULL);
	assert_booth_shows(b, "No key appeared in the bucket since");
	assert_booth_shows_not(b, "[Delete");
}

static void a_key_that_is_gone_is_only_dismissed(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 1);
	booth_left_open(b, KS_JOURNAL_DONE, TWO_KEY);
	assert_booth_shows(b, "This key is gone: nothing is left to do.");
	assert_booth_shows_not(b, "[Delete");
}

static void of_several_each_can_be_looked_at(void **state)
{
	struct booth *b = *state;

	booth_given_keys(b, 2);
	booth_left_open(b, KS_JOURNAL_DONE, OLD_KEY);
	booth_left_open(b, KS_JOURNAL_UNKNOWN, NULL);
	booth_left_open(b, KS_JOURNAL_DELETE, TWO_KEY);
	assert_booth_shows(b, "▸ " OLD_KEY);
	booth_press(b, "j");
	assert_booth_shows(b, "▸ media-assets, 3h ago: a key was asked for");
	booth_press(b, "Down Down");
	assert_booth_shows(b, "▸ " TWO_KEY " of media-assets, 3h ago: it was to be");
	booth_press(b, "k k k");
	assert_booth_shows(b, "▸ " OLD_KEY);
	assert_booth_fits(b, "▸[Later]");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, booth_set_up, booth_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_sink_that_took_it_confirms_itself),
	    TEST(each_kind_has_a_likely_place),
	    TEST(what_a_sink_cant_take_is_said_at_once),
	    TEST(every_printable_key_is_text_there),
	    cmocka_unit_test(a_line_break_in_a_paste_delivers_nothing),
	    TEST(what_is_pasted_is_in_the_input_in_one_line),
	    TEST(a_sink_that_failed_gives_it_back),
	    TEST(what_is_there_is_replaced_after_a_yes_only),
	    TEST(while_a_sink_is_at_it_it_can_be_left),
	    TEST(a_delivery_is_given_up_with_its_key),
	    TEST(what_ends_while_it_is_asked_is_told_as_it_is),
	    TEST(a_key_is_made_and_delivered_in_one),
	    cmocka_unit_test(a_line_break_in_a_paste_makes_no_key),
	    TEST(the_dialog_stays_until_it_is_delivered),
	    TEST(where_the_sink_may_have_failed_another_one_is_offered),
	    TEST(no_key_is_made_where_something_would_be_replaced),
	    TEST(what_was_left_is_shown_once),
	    TEST(it_waits_for_what_the_user_is_at),
	    TEST(it_is_dismissed),
	    TEST(its_key_is_deleted_and_then_it_is_gone),
	    TEST(a_key_that_appeared_is_called_a_guess),
	    TEST(a_key_made_before_is_not_offered_as_a_guess),
	    TEST(where_no_key_appeared_it_says_so),
	    TEST(a_key_that_is_gone_is_only_dismissed),
	    TEST(of_several_each_can_be_looked_at),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("handover sinks", tests, NULL, NULL);
}
