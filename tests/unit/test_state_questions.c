/* What the worker asks and the user answers, by replayed events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/crypto.h>

#include "core/base/mem.h"
#include "core/base/secret.h"
#include "tests/unit/replay.h"

enum { MOST = 64 }; /* that wait at once */

static const char *const profiles[] = {"prod", "dev"};
static const struct ks_store_options options = {.profiles = profiles, .n_profiles = 2};

/* Both profiles look for their credentials. */
static void begin(struct replay *replay)
{
	replay_begin(replay, &options);
	assert_int_equal(replay_plan(replay), 2);
}

static void ask(struct replay *replay, uint64_t id, uint32_t profile, const char *last_error)
{
	struct ks_event *event = ks_event_new(KS_EVENT_QUESTION, replay->now);

	event->question = ks_calloc(1, sizeof *event->question);
	event->question->id = id;
	event->question->profile = profile;
	event->question->prompt = ks_strdup("MFA code for arn:aws:iam::123456789012:mfa/me");
	event->question->why = ks_strdup("the profile prod assumes the role X");
	event->question->last_error = ks_strdup_maybe(last_error);
	ks_store_apply(replay->store, event);
}

static void answer(struct replay *replay, uint64_t id, const char *code)
{
	struct ks_secret *secret = NULL;
	struct ks_err err;

	if (code != NULL) {
		secret = ks_secret_new(code, strlen(code), &err);
		assert_non_null(secret);
	}
	replay_tell(
	    replay, (struct ks_event){.kind = KS_EVENT_ANSWER, .target = id, .secret = secret});
}

static void be_over(struct replay *replay, uint64_t id)
{
	replay_tell(replay, (struct ks_event){.kind = KS_EVENT_QUESTION_OVER, .target = id});
}

/* The last one that the plan made. */
static struct ks_request *last_request(struct replay *replay)
{
	assert_true(replay->n_open > 0);
	return replay->open[replay->n_open - 1];
}

static void a_question_waits_for_the_user_and_its_profile_with_it(void **state)
{
	struct replay replay;
	uint64_t before;

	(void)state;
	begin(&replay);
	assert_null(ks_store_next_question(replay.store));
	before = replay.store->generation;
	ask(&replay, 7, 1, NULL);
	assert_true(replay.store->generation > before);
	assert_int_equal(ks_store_next_question(replay.store)->id, 7);
	assert_string_equal(ks_store_question(replay.store, 7)->prompt,
	    "MFA code for arn:aws:iam::123456789012:mfa/me");
	assert_non_null(ks_store_question_of(replay.store, 1));
	assert_null(ks_store_question_of(replay.store, 0));
	/* Nothing else is held up, and nothing is sent by itself. */
	assert_int_equal(replay_plan(&replay), 0);
	assert_false(ks_store_is_settled(replay.store));
	replay_end(&replay);
}

static void an_answer_is_sent_once_and_then_gone(void **state)
{
	struct replay replay;
	struct ks_request *request;
	size_t before = CRYPTO_secure_used();

	(void)state;
	begin(&replay);
	ask(&replay, 7, 1, NULL);
	answer(&replay, 7, "123456");
	assert_null(ks_store_next_question(replay.store));
	assert_null(ks_store_question(replay.store, 7));
	assert_null(ks_store_question_of(replay.store, 1));
	assert_int_equal(replay_plan(&replay), 1);
	assert_int_equal(replay.store->n_questions, 0);
	request = last_request(&replay);
	assert_int_equal(request->kind, KS_REQUEST_ANSWER);
	assert_int_equal(request->target, 7);
	assert_int_equal(request->profile, 1);
	assert_string_equal(ks_secret_value(request->secret), "123456");
	assert_null(request->text);
	assert_int_equal(replay_plan(&replay), 0);
	/* The request's is the only one: the store's is wiped. */
	replay_forget(&replay, request);
	assert_int_equal(CRYPTO_secure_used(), before);
	replay_end(&replay);
}

static void a_question_can_be_declined_with_a_reason(void **state)
{
	struct replay replay;
	struct ks_request *request;

	(void)state;
	begin(&replay);
	ask(&replay, 7, 0, NULL);
	answer(&replay, 7, NULL);
	assert_int_equal(replay_plan(&replay), 1);
	request = last_request(&replay);
	assert_int_equal(request->kind, KS_REQUEST_ANSWER);
	assert_null(request->secret);
	assert_null(request->text);
	ask(&replay, 8, 0, NULL);
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_ANSWER,
				 .target = 8,
				 .reason = ks_strdup("there is no terminal to ask on")});
	assert_int_equal(replay_plan(&replay), 1);
	assert_null(last_request(&replay)->secret);
	assert_string_equal(last_request(&replay)->text, "there is no terminal to ask on");
	replay_end(&replay);
}

/* A second answer must not take the place of the first, nor one to what was never asked. */
static void only_the_first_answer_counts(void **state)
{
	struct replay replay;
	uint64_t before;

	(void)state;
	begin(&replay);
	ask(&replay, 7, 0, NULL);
	answer(&replay, 7, "123456");
	before = replay.store->generation;
	answer(&replay, 7, "654321");
	answer(&replay, 99, "654321");
	assert_int_equal(replay.store->generation, before);
	assert_int_equal(replay_plan(&replay), 1);
	assert_string_equal(ks_secret_value(last_request(&replay)->secret), "123456");
	answer(&replay, 7, "654321");
	assert_int_equal(replay_plan(&replay), 0);
	replay_end(&replay);
}

static void questions_come_oldest_first(void **state)
{
	struct replay replay;

	(void)state;
	begin(&replay);
	ask(&replay, 7, 1, NULL);
	ask(&replay, 8, 0, NULL);
	ask(&replay, 9, 1, NULL);
	assert_int_equal(ks_store_next_question(replay.store)->id, 7);
	assert_int_equal(ks_store_question_of(replay.store, 1)->id, 7);
	answer(&replay, 7, "123456");
	assert_int_equal(ks_store_next_question(replay.store)->id, 8);
	assert_int_equal(ks_store_question_of(replay.store, 1)->id, 9);
	be_over(&replay, 8);
	assert_int_equal(ks_store_next_question(replay.store)->id, 9);
	assert_int_equal(replay_plan(&replay), 1);
	assert_int_equal(last_request(&replay)->target, 7);
	replay_end(&replay);
}

static void what_is_over_needs_no_answer(void **state)
{
	struct replay replay;
	size_t before = CRYPTO_secure_used();
	uint64_t generation;

	(void)state;
	begin(&replay);
	ask(&replay, 7, 0, NULL);
	generation = replay.store->generation;
	be_over(&replay, 7);
	assert_true(replay.store->generation > generation);
	assert_null(ks_store_next_question(replay.store));
	answer(&replay, 7, "123456");
	assert_int_equal(replay_plan(&replay), 0);
	/* It ends just when it has been answered: the code goes nowhere. */
	ask(&replay, 8, 0, NULL);
	answer(&replay, 8, "123456");
	be_over(&replay, 8);
	assert_int_equal(CRYPTO_secure_used(), before);
	assert_int_equal(replay_plan(&replay), 0);
	be_over(&replay, 8);
	replay_end(&replay);
}

/* By the same number or by another one. */
static void what_would_not_do_is_asked_again(void **state)
{
	struct replay replay;

	(void)state;
	begin(&replay);
	ask(&replay, 7, 0, NULL);
	answer(&replay, 7, "123456");
	assert_int_equal(replay_plan(&replay), 1);
	ask(&replay, 7, 0, "The code is not valid any more.");
	assert_string_equal(
	    ks_store_next_question(replay.store)->last_error, "The code is not valid any more.");
	answer(&replay, 7, "654321");
	assert_int_equal(replay_plan(&replay), 1);
	assert_string_equal(ks_secret_value(last_request(&replay)->secret), "654321");
	ask(&replay, 8, 0, NULL);
	ask(&replay, 8, 0, "It is needed once more.");
	assert_int_equal(replay.store->n_questions, 1);
	assert_non_null(ks_store_question(replay.store, 8)->last_error);
	replay_end(&replay);
}

static void whom_nobody_can_ask_is_declined_at_once(void **state)
{
	struct replay replay;

	(void)state;
	begin(&replay);
	ask(&replay, 1, 2, NULL); /* there is no such profile */
	assert_null(ks_store_next_question(replay.store));
	assert_int_equal(replay_plan(&replay), 1);
	assert_null(last_request(&replay)->secret);
	assert_non_null(last_request(&replay)->text);
	for (uint64_t i = 0; i < MOST; i++)
		ask(&replay, 100 + i, 0, NULL);
	assert_int_equal(replay_plan(&replay), 0);
	ask(&replay, 200, 1, NULL);
	assert_int_equal(replay.store->n_questions, MOST + 1);
	assert_int_equal(replay_plan(&replay), 1);
	assert_int_equal(last_request(&replay)->target, 200);
	assert_non_null(last_request(&replay)->text);
	assert_int_equal(replay.store->n_questions, MOST);
	replay_end(&replay);
}

static void what_says_nothing_asks_nothing(void **state)
{
	struct replay replay;

	(void)state;
	begin(&replay);
	ks_store_apply(replay.store, ks_event_new(KS_EVENT_QUESTION, replay.now));
	ask(&replay, 0, 0, NULL);
	assert_int_equal(replay.store->n_questions, 0);
	assert_int_equal(replay_plan(&replay), 0);
	replay_end(&replay);
}

/* Leaving with a question and with an answer that was not sent. */
static void nothing_is_left_of_an_answer_at_the_end(void **state)
{
	struct replay replay;
	size_t before = CRYPTO_secure_used();

	(void)state;
	begin(&replay);
	ask(&replay, 7, 0, "Not this one.");
	ask(&replay, 8, 1, NULL);
	answer(&replay, 8, "123456");
	replay_end(&replay);
	assert_int_equal(CRYPTO_secure_used(), before);
}

/* There is no room for the copy that goes to the worker: it hears why. */
static void an_answer_without_room_is_declined(void **state)
{
	enum { ROOM = 4096, BLOCK = 16 };
	static struct ks_secret *filling[ROOM];
	struct replay replay;
	struct ks_err err;
	size_t count = 0;

	(void)state;
	begin(&replay);
	ask(&replay, 7, 0, NULL);
	answer(&replay, 7, "123456");
	while (count < ROOM &&
	       (filling[count] = ks_secret_new("0123456789abcdef", BLOCK, &err)) != NULL)
		count++;
	assert_true(count < ROOM);
	assert_int_equal(replay_plan(&replay), 1);
	assert_null(last_request(&replay)->secret);
	assert_string_equal(last_request(&replay)->text, err.message);
	while (count > 0)
		ks_secret_free(filling[--count]);
	replay_end(&replay);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_question_waits_for_the_user_and_its_profile_with_it),
	    cmocka_unit_test(an_answer_is_sent_once_and_then_gone),
	    cmocka_unit_test(a_question_can_be_declined_with_a_reason),
	    cmocka_unit_test(only_the_first_answer_counts),
	    cmocka_unit_test(questions_come_oldest_first),
	    cmocka_unit_test(what_is_over_needs_no_answer),
	    cmocka_unit_test(what_would_not_do_is_asked_again),
	    cmocka_unit_test(whom_nobody_can_ask_is_declined_at_once),
	    cmocka_unit_test(what_says_nothing_asks_nothing),
	    cmocka_unit_test(nothing_is_left_of_an_answer_at_the_end),
	    cmocka_unit_test(an_answer_without_room_is_declined),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("state questions", tests, NULL, NULL);
}
