/* What is fetched next: order, window, refresh, and the exact time to wake. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/base/secret.h"
#include "core/state/due.h"
#include "core/state/index.h"
#include "tests/unit/replay.h"

static const char *const regions[] = {"us-east-1"};
static const struct ks_store_options still = {
    .regions = regions, .n_regions = 1, .policy = {90, 90}};
static const struct ks_store_options refreshing = {
    .regions = regions, .n_regions = 1, .policy = {90, 90}, .refresh_seconds = 60};

static void begin_with(struct replay *replay, const struct ks_store_options *with, int count)
{
	struct ks_reply reply = {0};

	replay_begin(replay, with);
	replay_identify(replay, NULL);
	replay_plan(replay);
	for (int i = 0; i < count; i++) {
		char name[32];

		snprintf(name, sizeof name, "bucket-%05d", i);
		reply_bucket(&reply, name);
	}
	replay_answer(replay, replay_find(replay, KS_OP_GET_BUCKETS, NULL), &reply);
}

static uint32_t bucket_id(const struct replay *replay, size_t i)
{
	return replay->store->scopes[0].entries[i]->id;
}

static void answer_first(struct replay *replay)
{
	struct ks_reply reply = {0};

	reply_key(&reply, "AKIA0000000000000001", REPLAY_NOW - REPLAY_DAY);
	reply_key(&reply, "AKIA0000000000000002", REPLAY_NOW - REPLAY_DAY);
	replay_answer(replay, replay->open[0], &reply);
}

static void answer_all(struct replay *replay)
{
	while (replay_plan(replay), replay->n_open > 0)
		answer_first(replay);
}

static void the_identity_comes_first_and_once(void **state)
{
	struct replay replay;

	(void)state;
	replay_begin(&replay, &still);
	assert_int_equal(replay_plan(&replay), 1);
	assert_int_equal(replay.open[0]->kind, KS_REQUEST_IDENTIFY);
	assert_int_equal(replay_plan(&replay), 0);
	assert_int_equal(replay.plan.wake, KS_TIME_NEVER);
	replay_end(&replay);
}

static void who_asks_for_identities_only_gets_no_call(void **state)
{
	static const struct ks_store_options all = {.all_regions = true, .identities_only = true};
	static const struct ks_store_options one = {
	    .regions = regions, .n_regions = 1, .identities_only = true};
	static const struct ks_store_options *const options[] = {&all, &one};

	(void)state;
	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
		struct replay replay;

		replay_begin(&replay, options[i]);
		assert_int_equal(replay_plan(&replay), 1);
		assert_false(ks_store_is_settled(replay.store));
		replay_identify(&replay, NULL);
		assert_int_equal(replay_plan(&replay), 0);
		assert_int_equal(replay.plan.wake, KS_TIME_NEVER);
		assert_true(ks_store_is_settled(replay.store));
		replay_end(&replay);
	}
}

static void the_selected_bucket_goes_before_the_visible_ones_before_the_rest(void **state)
{
	struct replay replay;
	uint32_t visible[3];

	(void)state;
	begin_with(&replay, &still, 100);
	replay.hints.selected = bucket_id(&replay, 90);
	visible[0] = bucket_id(&replay, 89);
	visible[1] = bucket_id(&replay, 90);
	visible[2] = bucket_id(&replay, 91);
	replay.hints.visible = visible;
	replay.hints.n_visible = 3;
	assert_int_equal(replay_plan(&replay), KS_PLAN_WINDOW);
	assert_string_equal(replay.open[0]->input.bucket, "bucket-00090");
	assert_int_equal(replay.open[0]->priority, KS_PRIORITY_SELECTED);
	assert_string_equal(replay.open[1]->input.bucket, "bucket-00089");
	assert_int_equal(replay.open[1]->priority, KS_PRIORITY_VISIBLE);
	assert_string_equal(replay.open[2]->input.bucket, "bucket-00091");
	assert_string_equal(replay.open[3]->input.bucket, "bucket-00000");
	assert_int_equal(replay.open[3]->priority, KS_PRIORITY_REST);
	assert_int_equal(replay_plan(&replay), 0);
	answer_first(&replay);
	assert_int_equal(replay_plan(&replay), 1);
	replay_end(&replay);
}

/* So that a region with many buckets leaves room for the others. */
static void each_further_region_widens_the_window(void **state)
{
	static const char *const names[] = {"us-east-1", "eu-west-1", "eu-west-2"};
	static const struct ks_store_options options = {.regions = names, .n_regions = 3};
	struct replay replay;

	(void)state;
	replay_begin(&replay, &options);
	replay_identify(&replay, NULL);
	replay_plan(&replay);
	for (size_t i = 0; i < 3; i++) {
		struct ks_reply reply = {0};
		char name[32];

		for (int bucket = 0; bucket < 100; bucket++) {
			snprintf(name, sizeof name, "bucket-%05d", bucket);
			reply_bucket(&reply, name);
		}
		replay_answer(&replay, replay_find(&replay, KS_OP_GET_BUCKETS, names[i]), &reply);
	}
	assert_int_equal(replay_plan(&replay), KS_PLAN_WINDOW + 2 * KS_PLAN_WINDOW_MORE);
	assert_int_equal(replay_plan(&replay), 0);
	replay_end(&replay);
}

static void more_visible_buckets_than_the_window_wait(void **state)
{
	struct replay replay;
	uint32_t visible[60];

	(void)state;
	begin_with(&replay, &still, 100);
	for (size_t i = 0; i < 60; i++)
		visible[i] = bucket_id(&replay, i);
	replay.hints.visible = visible;
	replay.hints.n_visible = 60;
	assert_int_equal(replay_plan(&replay), KS_PLAN_WINDOW);
	assert_int_equal(replay_plan(&replay), 0);
	answer_all(&replay);
	assert_int_equal(replay.n_submitted, 1 + 1 + 100);
	replay_end(&replay);
}

static void the_next_page_goes_before_all_keys(void **state)
{
	struct replay replay;
	struct ks_reply reply = {0};

	(void)state;
	replay_begin(&replay, &still);
	replay_identify(&replay, NULL);
	replay_plan(&replay);
	for (int i = 0; i < 100; i++) {
		char name[32];

		snprintf(name, sizeof name, "bucket-%05d", i);
		reply_bucket(&reply, name);
	}
	reply_next(&reply, "p2");
	replay_answer(&replay, replay.open[0], &reply);
	assert_int_equal(replay_plan(&replay), KS_PLAN_WINDOW);
	assert_int_equal(replay.open[0]->op, KS_OP_GET_BUCKETS);
	assert_string_equal(replay.open[0]->input.page_token, "p2");
	replay_end(&replay);
}

static void a_change_is_sent_although_the_window_is_full(void **state)
{
	struct replay replay;

	(void)state;
	begin_with(&replay, &still, 100);
	replay_plan(&replay);
	assert_int_equal(replay.n_open, KS_PLAN_WINDOW);
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_DELETE,
				 .bucket = bucket_id(&replay, 50),
				 .key_id = (char[]){"AKIA0000000000000001"}});
	assert_int_equal(replay_plan(&replay), 1);
	assert_int_equal(replay.open[KS_PLAN_WINDOW]->op, KS_OP_DELETE_BUCKET_ACCESS_KEY);
	replay_end(&replay);
}

static void without_refresh_everything_is_read_once(void **state)
{
	struct replay replay;

	(void)state;
	begin_with(&replay, &still, 70);
	replay.hints.selected = bucket_id(&replay, 3);
	answer_all(&replay);
	assert_true(ks_store_is_settled(replay.store));
	assert_int_equal(replay.n_submitted, 1 + 1 + 70);
	assert_int_equal(replay.plan.wake, KS_TIME_NEVER);
	replay.now += 1000 * REPLAY_DAY;
	assert_int_equal(replay_plan(&replay), 0);
	replay_end(&replay);
}

static void what_is_shown_is_refreshed_often_and_the_rest_seldom(void **state)
{
	struct replay replay;
	struct ks_reply reply = {0};
	uint32_t visible[2];

	(void)state;
	begin_with(&replay, &refreshing, 4);
	replay.hints.selected = bucket_id(&replay, 0);
	visible[0] = bucket_id(&replay, 0);
	visible[1] = bucket_id(&replay, 1);
	replay.hints.visible = visible;
	replay.hints.n_visible = 2;
	answer_all(&replay);
	assert_int_equal(replay.plan.wake, REPLAY_NOW + 60000);
	replay.now += 59999;
	assert_int_equal(replay_plan(&replay), 0);
	replay.now += 1;
	assert_int_equal(replay_plan(&replay), 3);
	for (int i = 0; i < 4; i++) {
		char name[32];

		snprintf(name, sizeof name, "bucket-%05d", i);
		reply_bucket(&reply, name);
	}
	replay_answer(&replay, replay_find(&replay, KS_OP_GET_BUCKETS, NULL), &reply);
	answer_all(&replay);
	replay.hints = (struct ks_hints){0};
	replay.now = REPLAY_NOW + 60000;
	replay_plan(&replay);
	assert_int_equal(replay.plan.wake, REPLAY_NOW + 120000);
	replay.now = REPLAY_NOW + 600000;
	replay_plan(&replay);
	assert_int_equal(replay_count(&replay, KS_OP_GET_BUCKET_ACCESS_KEYS), 2);
	replay_end(&replay);
}

static void failures_are_tried_again_ever_more_seldom(void **state)
{
	static const int64_t waits[] = {60000, 120000, 240000, 480000, 600000, 600000};
	struct replay replay;

	(void)state;
	replay_begin(&replay, &refreshing);
	replay_identify(&replay, NULL);
	for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
		assert_int_equal(replay_plan(&replay), 1);
		replay_fail(&replay, replay.open[0], KS_ERR_NETWORK, "");
		assert_int_equal(replay_plan(&replay), 0);
		assert_int_equal(replay.plan.wake, replay.now + waits[i]);
		replay.now = replay.plan.wake;
	}
	replay_end(&replay);
}

static void the_user_need_not_wait_for_a_refresh(void **state)
{
	struct replay replay;

	(void)state;
	begin_with(&replay, &refreshing, 40);
	answer_all(&replay);
	replay_tell(
	    &replay, (struct ks_event){.kind = KS_EVENT_REFRESH, .bucket = bucket_id(&replay, 7)});
	assert_int_equal(replay_plan(&replay), 1);
	assert_string_equal(replay.open[0]->input.bucket, "bucket-00007");
	answer_first(&replay);
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_REFRESH});
	assert_false(ks_store_is_settled(replay.store));
	replay_plan(&replay);
	assert_int_equal(replay_count(&replay, KS_OP_GET_BUCKETS), 1);
	assert_int_equal(replay.n_open, KS_PLAN_WINDOW);
	replay_end(&replay);
}

/* ---- ten thousand buckets ---- */

/* The linker leads both functions here (--wrap): so their calls can be counted. */
static size_t looks;

const struct ks_due *__real_ks_due_walk_next(struct ks_due_walk *walk);
const struct ks_due *__wrap_ks_due_walk_next(struct ks_due_walk *walk);
int64_t __real_ks_fetched_due(const struct ks_fetched *fetched, int64_t interval, int64_t refresh);
int64_t __wrap_ks_fetched_due(const struct ks_fetched *fetched, int64_t interval, int64_t refresh);

const struct ks_due *__wrap_ks_due_walk_next(struct ks_due_walk *walk)
{
	looks++;
	return __real_ks_due_walk_next(walk);
}

int64_t __wrap_ks_fetched_due(const struct ks_fetched *fetched, int64_t interval, int64_t refresh)
{
	looks++;
	return __real_ks_fetched_due(fetched, interval, refresh);
}

static size_t looks_of_a_plan(struct replay *replay)
{
	struct ks_plan plan = {0};

	looks = 0;
	ks_plan_next(replay->store, &replay->hints, replay->now, &plan);
	for (size_t i = 0; i < plan.count; i++)
		ks_request_free(plan.requests[i]);
	ks_plan_free(&plan);
	return looks;
}

static void ten_thousand_buckets_are_read_in_windows(void **state)
{
	struct replay replay;
	size_t most = 0;

	(void)state;
	begin_with(&replay, &refreshing, 10000);
	assert_in_range(looks_of_a_plan(&replay), KS_PLAN_WINDOW, 2 * KS_PLAN_WINDOW);
	while (replay_plan(&replay), replay.n_open > 0) {
		most = replay.n_open > most ? replay.n_open : most;
		answer_first(&replay);
		assert_in_range(looks_of_a_plan(&replay), 0, 2 * KS_PLAN_WINDOW);
	}
	assert_int_equal(most, KS_PLAN_WINDOW);
	assert_int_equal(replay.n_submitted, 1 + 1 + 10000);
	assert_int_equal(replay.store->n_keys, 20000);
	assert_true(ks_store_is_settled(replay.store));
	replay_check(&replay);
	replay_end(&replay);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_identity_comes_first_and_once),
	    cmocka_unit_test(who_asks_for_identities_only_gets_no_call),
	    cmocka_unit_test(the_selected_bucket_goes_before_the_visible_ones_before_the_rest),
	    cmocka_unit_test(each_further_region_widens_the_window),
	    cmocka_unit_test(more_visible_buckets_than_the_window_wait),
	    cmocka_unit_test(the_next_page_goes_before_all_keys),
	    cmocka_unit_test(a_change_is_sent_although_the_window_is_full),
	    cmocka_unit_test(without_refresh_everything_is_read_once),
	    cmocka_unit_test(what_is_shown_is_refreshed_often_and_the_rest_seldom),
	    cmocka_unit_test(failures_are_tried_again_ever_more_seldom),
	    cmocka_unit_test(the_user_need_not_wait_for_a_refresh),
	    cmocka_unit_test(ten_thousand_buckets_are_read_in_windows),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("state plan", tests, NULL, NULL);
}
