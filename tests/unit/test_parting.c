/* What is said on the way out of a secret that nobody may have, and of what was under way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/booth.h"
#include "tui/parting.h"

#define OF_KEY "keysail: the secret of key " NEW_KEY " of bucket media-assets "
#define WAY    "Sent to the terminal by OSC 52; whether it took it can't be known"
#define NEXT   "start keysail again, which shows what was left open"

static void assert_parting(const struct booth *b, bool shown_again, const char *expected)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	ks_parting_tell(b->store, shown_again, out);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
}

static void a_secret_that_is_held_was_not_delivered(void **state)
{
	struct booth *b = *state;

	booth_open_secret(b);
	assert_parting(b, true, OF_KEY "was not delivered; " NEXT "\n");
	/* What the demo had is gone with it. */
	assert_parting(b, false, OF_KEY "was not delivered; delete the key if nobody has it\n");
}

static void a_copied_one_may_have_arrived(void **state)
{
	struct booth *b = *state;

	booth_open_secret(b);
	booth_press(b, "c");
	assert_int_equal(booth_handover(b)->state, KS_HANDOVER_UNCONFIRMED);
	assert_parting(
	    b, true, OF_KEY "went out (" WAY "), but nobody said that it arrived; " NEXT "\n");
}

static void one_that_a_sink_has_may_have_arrived(void **state)
{
	struct booth *b = *state;

	b->delivers = WAITS;
	booth_open_secret(b);
	booth_press(b, "Tab Enter Enter");
	assert_int_equal(booth_handover(b)->state, KS_HANDOVER_DELIVERING);
	assert_parting(b, true, OF_KEY "was being delivered, and may have arrived; " NEXT "\n");
	booth_answer_waiting(b, REFUSES);
	assert_int_equal(booth_handover(b)->state, KS_HANDOVER_HELD);
	assert_parting(b, true, OF_KEY "was not delivered, as far as is known; " NEXT "\n");
}

static void a_kept_key_is_left_no_longer(void **state)
{
	struct booth *b = *state;

	booth_open_secret(b);
	booth_press(b, "c Esc Tab Tab Enter");
	assert_int_equal(booth_handover(b)->state, KS_HANDOVER_OVER);
	assert_parting(b, true,
	    OF_KEY "went out (" WAY
		   "), but nobody said that it arrived; delete the key if nobody has it\n");
}

static void what_arrived_needs_no_word(void **state)
{
	struct booth *b = *state;

	booth_open_secret(b);
	booth_press(b, "c Enter");
	assert_true(booth_handover(b)->confirmed);
	assert_parting(b, true, "");
}

static void a_change_under_way_is_shown_by_the_next_start(void **state)
{
	struct booth *b = *state;

	b->creates = WAITS;
	booth_given_keys(b, 1);
	booth_open_create(b);
	booth_press(b, "Enter");
	assert_parting(b, true,
	    "keysail: making a key for bucket media-assets was under way; " NEXT
	    ", or look at its keys again\n");
	assert_parting(b, false,
	    "keysail: making a key for bucket media-assets was under way; look at its keys "
	    "again\n");
	booth_answer_waiting(b, ANSWERS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, booth_set_up, booth_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_secret_that_is_held_was_not_delivered),
	    TEST(a_copied_one_may_have_arrived),
	    TEST(one_that_a_sink_has_may_have_arrived),
	    TEST(a_kept_key_is_left_no_longer),
	    TEST(what_arrived_needs_no_word),
	    TEST(a_change_under_way_is_shown_by_the_next_start),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("parting", tests, NULL, NULL);
}
