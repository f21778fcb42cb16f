/* The operations pane: Lightsail's operations, and calls that fail or are retried. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/base/secret.h"
#include "tests/unit/replay.h"

static const char *const regions[] = {"us-east-1"};
static const struct ks_store_options options = {
    .regions = regions, .n_regions = 1, .policy = {90, 90}};
static const struct ks_store_options refreshing = {
    .regions = regions, .n_regions = 1, .refresh_seconds = 60};

/* One bucket without keys; GetOperations is asked for. */
static uint32_t begin(struct replay *replay, const struct ks_store_options *with)
{
	struct ks_reply reply = {0}, keys = {0};

	replay_begin(replay, with);
	replay->hints.operations = true;
	replay_identify(replay, NULL);
	replay_plan(replay);
	reply_bucket(&reply, "media");
	replay_answer(replay, replay_find(replay, KS_OP_GET_BUCKETS, NULL), &reply);
	replay_plan(replay);
	replay_answer(replay, replay_find(replay, KS_OP_GET_BUCKET_ACCESS_KEYS, NULL), &keys);
	return replay->store->scopes[0].entries[0]->id;
}

static struct ks_request *operations_request(struct replay *replay)
{
	replay_plan(replay);
	return replay_find(replay, KS_OP_GET_OPERATIONS, NULL);
}

static const char *operation_at(const struct replay *replay, size_t i)
{
	return ks_str_raw(&replay->store->activities[i]->operation.id);
}

static void operations_are_merged_by_id_newest_first(void **state)
{
	struct replay replay;
	struct ks_reply first = {0}, second = {0};
	struct ks_request *request;

	(void)state;
	begin(&replay, &options);
	reply_operation(&first, "op-1", "Succeeded", REPLAY_NOW - 30);
	reply_operation(&first, "op-2", "Started", REPLAY_NOW - 20);
	reply_operation(&first, "", "Started", REPLAY_NOW - 20);
	reply_next(&first, "p2");
	replay_answer(&replay, operations_request(&replay), &first);
	request = operations_request(&replay);
	assert_string_equal(request->input.page_token, "p2");
	assert_int_equal(request->priority, KS_PRIORITY_REST);
	reply_operation(&second, "op-2", "Succeeded", REPLAY_NOW - 20);
	reply_operation(&second, "op-3", "Succeeded", REPLAY_NOW - 10);
	replay_answer(&replay, request, &second);
	assert_int_equal(replay.store->n_activities, 3);
	assert_string_equal(operation_at(&replay, 0), "op-3");
	assert_string_equal(operation_at(&replay, 1), "op-2");
	assert_string_equal(
	    ks_str_raw(&replay.store->activities[1]->operation.status), "Succeeded");
	assert_string_equal(operation_at(&replay, 2), "op-1");
	replay_check(&replay);
	replay_end(&replay);
}

/* The buckets are read anew before the operations. */
static void minute_passes(struct replay *replay)
{
	struct ks_reply reply = {0};

	replay->now += 60000;
	assert_null(operations_request(replay));
	reply_bucket(&reply, "media");
	replay_answer(replay, replay_find(replay, KS_OP_GET_BUCKETS, NULL), &reply);
}

static void a_region_that_fails_is_not_asked_for_operations(void **state)
{
	struct replay replay;

	(void)state;
	replay_begin(&replay, &options);
	replay.hints.operations = true;
	replay_identify(&replay, NULL);
	assert_null(operations_request(&replay));
	replay_fail(&replay, replay_find(&replay, KS_OP_GET_BUCKETS, NULL), KS_ERR_NETWORK, "");
	assert_null(operations_request(&replay));
	assert_int_equal(replay.store->n_activities, 1);
	replay_end(&replay);
}

static void only_the_last_page_is_read_again(void **state)
{
	struct replay replay;
	struct ks_reply first = {0}, second = {0}, third = {0}, fourth = {0};

	(void)state;
	begin(&replay, &refreshing);
	reply_next(&first, "p2");
	replay_answer(&replay, operations_request(&replay), &first);
	replay_answer(&replay, operations_request(&replay), &second);
	minute_passes(&replay);
	assert_string_equal(operations_request(&replay)->input.page_token, "p2");
	reply_next(&third, "p3");
	replay_answer(&replay, replay_find(&replay, KS_OP_GET_OPERATIONS, NULL), &third);
	assert_string_equal(operations_request(&replay)->input.page_token, "p3");
	replay_answer(&replay, replay_find(&replay, KS_OP_GET_OPERATIONS, NULL), &fourth);
	minute_passes(&replay);
	assert_string_equal(operations_request(&replay)->input.page_token, "p3");
	/* A token that is refused sends us back to the beginning, once. */
	replay_fail(&replay, replay_find(&replay, KS_OP_GET_OPERATIONS, NULL), KS_ERR_SERVICE,
	    "InvalidInputException");
	assert_null(operations_request(&replay)->input.page_token);
	replay_fail(&replay, replay_find(&replay, KS_OP_GET_OPERATIONS, NULL), KS_ERR_SERVICE,
	    "InvalidInputException");
	assert_null(operations_request(&replay));
	replay_end(&replay);
}

static void repeated_tokens_of_operations_end_the_pass(void **state)
{
	struct replay replay;
	struct ks_request *request;
	int pages = 0;

	(void)state;
	begin(&replay, &options);
	while ((request = operations_request(&replay)) != NULL) {
		struct ks_reply reply = {0};

		assert_true(++pages <= 3);
		reply_next(&reply, "same");
		replay_answer(&replay, request, &reply);
	}
	assert_int_equal(replay.store->scopes[0].operations.state, KS_FETCH_FAILED);
	replay_end(&replay);
}

static void without_end_operations_are_read_a_stretch_at_a_time(void **state)
{
	struct replay replay;
	struct ks_request *request;
	int pages = 0;

	(void)state;
	begin(&replay, &refreshing);
	while ((request = operations_request(&replay)) != NULL) {
		struct ks_reply reply = {0};
		char token[16];

		assert_true(pages < 50);
		snprintf(token, sizeof token, "p%d", ++pages);
		for (int i = 0; i < 200; i++) {
			char id[32];

			snprintf(id, sizeof id, "op-%d-%d", pages, i);
			reply_operation(
			    &reply, id, "Succeeded", REPLAY_NOW - 20000 + pages * 200 + i);
		}
		reply_next(&reply, token);
		replay_answer(&replay, request, &reply);
	}
	assert_int_equal(pages, 50);
	assert_int_equal(replay.store->n_activities, 2000);
	assert_string_equal(operation_at(&replay, 0), "op-50-199");
	replay_check(&replay);
	minute_passes(&replay);
	assert_string_equal(operations_request(&replay)->input.page_token, "p50");
	replay_end(&replay);
}

static void a_busy_operation_is_polled_until_it_ends(void **state)
{
	struct replay replay;
	struct ks_reply list = {0}, busy = {0}, done = {0};
	struct ks_request *poll;

	(void)state;
	begin(&replay, &options);
	reply_operation(&list, "op-1", "Started", REPLAY_NOW);
	replay_answer(&replay, operations_request(&replay), &list);
	assert_int_equal(replay_plan(&replay), 0);
	assert_int_equal(replay.plan.wake, REPLAY_NOW + 2000);
	replay.now = replay.plan.wake;
	assert_int_equal(replay_plan(&replay), 1);
	poll = replay_find(&replay, KS_OP_GET_OPERATION, NULL);
	assert_string_equal(poll->input.operation_id, "op-1");
	reply_operation(&busy, "op-1", "Started", REPLAY_NOW);
	replay_answer(&replay, poll, &busy);
	replay_plan(&replay);
	assert_true(replay.plan.wake >= replay.now + 2000);
	replay.now = replay.plan.wake;
	assert_int_equal(replay_plan(&replay), 1);
	reply_operation(&done, "op-1", "Succeeded", REPLAY_NOW);
	replay_answer(&replay, replay.open[0], &done);
	assert_int_equal(replay_plan(&replay), 0);
	assert_int_equal(replay.plan.wake, KS_TIME_NEVER);
	assert_int_equal(replay.store->n_activities, 1);
	replay_end(&replay);
}

static void polls_become_rarer_and_stop_when_nobody_looks(void **state)
{
	struct replay replay;
	struct ks_reply list = {0};
	int64_t wait = 0;

	(void)state;
	begin(&replay, &options);
	reply_operation(&list, "op-1", "Started", REPLAY_NOW);
	replay_answer(&replay, operations_request(&replay), &list);
	for (int i = 0; i < 60; i++) {
		struct ks_reply busy = {0};

		replay_plan(&replay);
		assert_true(replay.plan.wake - replay.now >= wait);
		wait = replay.plan.wake - replay.now;
		replay.now = replay.plan.wake;
		replay_plan(&replay);
		reply_operation(&busy, "op-1", "Started", REPLAY_NOW);
		replay_answer(&replay, replay.open[0], &busy);
	}
	assert_int_equal(wait, 300000);
	replay.hints.operations = false;
	assert_int_equal(replay_plan(&replay), 0);
	assert_int_equal(replay.plan.wake, KS_TIME_NEVER);
	replay_end(&replay);
}

static void an_operation_that_is_not_found_is_polled_no_more(void **state)
{
	struct replay replay;
	struct ks_reply list = {0};

	(void)state;
	begin(&replay, &options);
	reply_operation(&list, "op-1", "Started", REPLAY_NOW);
	replay_answer(&replay, operations_request(&replay), &list);
	replay.now += 2000;
	replay_plan(&replay);
	replay_fail(&replay, replay.open[0], KS_ERR_SERVICE, "NotFoundException");
	assert_int_equal(replay_plan(&replay), 0);
	assert_int_equal(replay.plan.wake, KS_TIME_NEVER);
	replay_end(&replay);
}

static void what_has_ended_doesnt_begin_again(void **state)
{
	struct replay replay;
	struct ks_reply list = {0}, old = {0};
	struct ks_request *request;

	(void)state;
	begin(&replay, &options);
	reply_operation(&list, "op-1", "Succeeded", REPLAY_NOW);
	reply_next(&list, "p2");
	replay_answer(&replay, operations_request(&replay), &list);
	request = operations_request(&replay);
	reply_operation(&old, "op-1", "Started", REPLAY_NOW);
	replay_answer(&replay, request, &old);
	assert_string_equal(
	    ks_str_raw(&replay.store->activities[0]->operation.status), "Succeeded");
	replay_end(&replay);
}

static void the_selected_bucket_has_its_operations_read_after_a_change(void **state)
{
	struct replay replay;
	uint32_t bucket = begin(&replay, &options);
	struct ks_reply none = {0}, deleted = {0}, page = {0}, last = {0};
	struct ks_request *request;

	(void)state;
	replay.hints.selected = bucket;
	replay_answer(&replay, operations_request(&replay), &none);
	assert_int_equal(replay_plan(&replay), 0);
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_DELETE,
				 .bucket = bucket,
				 .key_id = (char[]){"AKIA0000000000000001"}});
	replay_plan(&replay);
	replay_answer(
	    &replay, replay_find(&replay, KS_OP_DELETE_BUCKET_ACCESS_KEY, NULL), &deleted);
	replay_plan(&replay);
	request = replay_find(&replay, KS_OP_GET_OPERATIONS_FOR_RESOURCE, "media");
	assert_non_null(request);
	reply_operation(&page, "op-9", "Succeeded", REPLAY_NOW);
	reply_next(&page, "more");
	replay_answer(&replay, request, &page);
	replay_plan(&replay);
	request = replay_find(&replay, KS_OP_GET_OPERATIONS_FOR_RESOURCE, "media");
	assert_string_equal(request->input.page_token, "more");
	replay_answer(&replay, request, &last);
	replay_plan(&replay);
	assert_int_equal(replay_count(&replay, KS_OP_GET_OPERATIONS_FOR_RESOURCE), 0);
	replay_end(&replay);
}

/* ---- our own calls ---- */

static void a_retried_call_is_shown_and_recovers(void **state)
{
	struct replay replay;
	uint32_t bucket = begin(&replay, &options);
	struct ks_reply reply = {0};
	const struct ks_activity *activity;
	struct ks_request *request;

	(void)state;
	replay.hints.operations = false;
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_REFRESH, .bucket = bucket});
	replay_plan(&replay);
	request = replay_find(&replay, KS_OP_GET_BUCKET_ACCESS_KEYS, NULL);
	replay_retry(&replay, request, 1);
	assert_int_equal(replay.store->n_activities, 1);
	activity = replay.store->activities[0];
	assert_int_equal(activity->call_state, KS_CALL_RETRYING);
	assert_int_equal(activity->attempt, 1);
	assert_int_equal(activity->attempts, 3);
	assert_string_equal(ks_str_raw(&activity->bucket_name), "media");
	assert_true(ks_store_bucket(replay.store, bucket)->keys_fetched.retrying);
	replay_retry(&replay, request, 2);
	assert_int_equal(replay.store->n_activities, 1);
	assert_int_equal(activity->attempt, 2);
	replay_answer(&replay, request, &reply);
	assert_int_equal(activity->call_state, KS_CALL_RECOVERED);
	assert_false(ks_store_bucket(replay.store, bucket)->keys_fetched.retrying);
	replay_check(&replay);
	replay_end(&replay);
}

static void a_call_that_fails_again_and_again_is_one_line(void **state)
{
	struct replay replay;
	uint32_t bucket = begin(&replay, &options);

	(void)state;
	replay.hints.operations = false;
	for (int i = 0; i < 5; i++) {
		replay.now += 1000;
		replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_REFRESH, .bucket = bucket});
		replay_plan(&replay);
		replay_fail(&replay, replay_find(&replay, KS_OP_GET_BUCKET_ACCESS_KEYS, NULL),
		    KS_ERR_SERVICE, "AccessDeniedException");
	}
	assert_int_equal(replay.store->n_activities, 1);
	assert_int_equal(replay.store->activities[0]->at, replay.now);
	assert_int_equal(replay.store->activities[0]->call_state, KS_CALL_FAILED);
	assert_int_equal(ks_store_bucket(replay.store, bucket)->keys_fetched.failures, 5);
	replay_check(&replay);
	replay_end(&replay);
}

static void a_cancelled_call_vanishes(void **state)
{
	struct replay replay;
	uint32_t bucket = begin(&replay, &options);
	struct ks_reply none = {0};

	(void)state;
	replay.hints.operations = false;
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_REFRESH});
	replay_plan(&replay);
	replay_retry(&replay, replay_find(&replay, KS_OP_GET_BUCKET_ACCESS_KEYS, NULL), 1);
	assert_int_equal(replay.store->n_activities, 1);
	replay_answer(&replay, replay_find(&replay, KS_OP_GET_BUCKETS, NULL), &none);
	replay_plan(&replay);
	assert_int_equal(replay.n_cancelled, 1);
	assert_int_equal(replay.store->n_activities, 0);
	assert_int_equal(replay.store->n_tasks, 1); /* GetOperations */
	assert_null(ks_store_bucket(replay.store, bucket));
	replay_end(&replay);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(operations_are_merged_by_id_newest_first),
	    cmocka_unit_test(a_region_that_fails_is_not_asked_for_operations),
	    cmocka_unit_test(only_the_last_page_is_read_again),
	    cmocka_unit_test(repeated_tokens_of_operations_end_the_pass),
	    cmocka_unit_test(without_end_operations_are_read_a_stretch_at_a_time),
	    cmocka_unit_test(a_busy_operation_is_polled_until_it_ends),
	    cmocka_unit_test(polls_become_rarer_and_stop_when_nobody_looks),
	    cmocka_unit_test(an_operation_that_is_not_found_is_polled_no_more),
	    cmocka_unit_test(what_has_ended_doesnt_begin_again),
	    cmocka_unit_test(the_selected_bucket_has_its_operations_read_after_a_change),
	    cmocka_unit_test(a_retried_call_is_shown_and_recovers),
	    cmocka_unit_test(a_call_that_fails_again_and_again_is_one_line),
	    cmocka_unit_test(a_cancelled_call_vanishes),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("state operations", tests, NULL, NULL);
}
