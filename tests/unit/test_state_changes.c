/* Creating and deleting keys, by replayed events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/secret.h"
#include "tests/unit/replay.h"

#define OLD_ID   "AKIA0000000000000001"
#define NEW_ID   "AKIA0000000000000002"
#define OTHER_ID "AKIA0000000000000003"

static const char *const regions[] = {"us-east-1"};
static const struct ks_store_options options = {
    .regions = regions, .n_regions = 1, .policy = {90, 90}};
static const struct ks_store_options read_only = {
    .regions = regions, .n_regions = 1, .read_only = true};

static void answer_keys(struct replay *replay, size_t count)
{
	static const char *const ids[] = {OLD_ID, OTHER_ID};
	struct ks_reply reply = {0};

	for (size_t i = 0; i < count; i++)
		reply_key(&reply, ids[i], REPLAY_NOW - REPLAY_DAY);
	replay_answer(replay, replay_find(replay, KS_OP_GET_BUCKET_ACCESS_KEYS, NULL), &reply);
}

/* One bucket with so many keys, all known; gives its ID. */
static uint32_t begin_with_keys(
    struct replay *replay, const struct ks_store_options *with, size_t count)
{
	struct ks_reply reply = {0};

	replay_begin(replay, with);
	replay_identify(replay, NULL);
	replay_plan(replay);
	reply_bucket(&reply, "media");
	replay_answer(replay, replay_find(replay, KS_OP_GET_BUCKETS, NULL), &reply);
	replay_plan(replay);
	answer_keys(replay, count);
	assert_int_equal(replay->n_open, 0);
	return replay->store->scopes[0].entries[0]->id;
}

static const struct ks_change *first_change(const struct replay *replay)
{
	assert_true(replay->store->n_changes > 0);
	return &replay->store->changes[0];
}

static void ask_for_key(struct replay *replay, uint32_t bucket)
{
	replay_tell(replay, (struct ks_event){.kind = KS_EVENT_CREATE, .bucket = bucket});
}

/* Up to the moment when CreateBucketAccessKey is with the worker. */
static struct ks_request *send_create(struct replay *replay, uint32_t bucket)
{
	ask_for_key(replay, bucket);
	replay_plan(replay);
	answer_keys(replay, 1);
	replay_plan(replay);
	return replay_find(replay, KS_OP_CREATE_BUCKET_ACCESS_KEY, NULL);
}

static void made_key(struct ks_reply *reply, bool with_secret)
{
	struct ks_err err;

	reply_key(reply, NEW_ID, REPLAY_NOW);
	reply->keys[0].last_used.use = KS_USE_NO_DATA;
	reply_operation(reply, "op-1", "Started", REPLAY_NOW);
	if (with_secret)
		reply->secret = ks_secret_new("s3cr3t", 6, &err);
}

static void delete_key(struct replay *replay, uint32_t bucket, const char *id)
{
	replay_tell(replay,
	    (struct ks_event){
		.kind = KS_EVENT_DELETE, .bucket = bucket, .key_id = (char *)(uintptr_t)id});
}

/* ---- create ---- */

static void a_key_is_made_after_its_bucket_was_read(void **state)
{
	struct replay replay;
	uint32_t bucket = begin_with_keys(&replay, &options, 1);
	struct ks_reply reply = {0};
	struct ks_request *request;
	const struct ks_handover *handover;

	(void)state;
	ask_for_key(&replay, bucket);
	assert_int_equal(first_change(&replay)->state, KS_CHANGE_CHECKING);
	assert_int_equal(replay_plan(&replay), 1);
	request = replay_find(&replay, KS_OP_GET_BUCKET_ACCESS_KEYS, "media");
	assert_int_equal(request->priority, KS_PRIORITY_CHANGE);
	answer_keys(&replay, 1);
	assert_int_equal(first_change(&replay)->state, KS_CHANGE_READY);
	assert_int_equal(replay_plan(&replay), 1);
	assert_int_equal(first_change(&replay)->state, KS_CHANGE_SENT);
	assert_true(ks_store_is_changing(replay.store));
	assert_int_equal(replay_plan(&replay), 0);

	made_key(&reply, true);
	replay_answer(&replay, replay_find(&replay, KS_OP_CREATE_BUCKET_ACCESS_KEY, NULL), &reply);
	assert_int_equal(first_change(&replay)->state, KS_CHANGE_DONE);
	assert_string_equal(ks_str_raw(&first_change(&replay)->key_id), NEW_ID);
	assert_false(ks_store_is_changing(replay.store));
	assert_non_null(ks_store_key(replay.store, bucket, NEW_ID));
	handover = ks_store_open_handover(replay.store);
	assert_int_equal(handover->state, KS_HANDOVER_HELD);
	assert_string_equal(ks_secret_value(handover->secret), "s3cr3t");
	assert_string_equal(ks_str_raw(&handover->key_id), NEW_ID);
	assert_string_equal(ks_str_raw(&replay.store->activities[0]->key_id), NEW_ID);

	/* The keys are read anew. */
	replay_plan(&replay);
	assert_non_null(replay_find(&replay, KS_OP_GET_BUCKET_ACCESS_KEYS, "media"));
	replay_check(&replay);
	replay_end(&replay);
}

static void two_keys_known_are_refused_at_once(void **state)
{
	struct replay replay;
	uint32_t bucket = begin_with_keys(&replay, &options, 2);

	(void)state;
	assert_non_null(strstr(ks_store_why_no_create(replay.store, bucket), "rotate or delete"));
	ask_for_key(&replay, bucket);
	assert_int_equal(first_change(&replay)->state, KS_CHANGE_FAILED);
	assert_int_equal(first_change(&replay)->err.kind, KS_ERR_REFUSED);
	assert_int_equal(replay_plan(&replay), 0);
	replay_end(&replay);
}

static void two_keys_found_while_checking_are_refused_unsent(void **state)
{
	struct replay replay;
	uint32_t bucket = begin_with_keys(&replay, &options, 1);

	(void)state;
	ask_for_key(&replay, bucket);
	replay_plan(&replay);
	answer_keys(&replay, 2);
	assert_int_equal(first_change(&replay)->state, KS_CHANGE_FAILED);
	assert_non_null(strstr(first_change(&replay)->err.message, "two keys"));
	assert_int_equal(replay_plan(&replay), 0);
	assert_int_equal(replay.store->n_keys, 2);
	replay_end(&replay);
}

static void a_second_create_while_one_runs_is_the_same_create(void **state)
{
	struct replay replay;
	uint32_t bucket = begin_with_keys(&replay, &options, 1);

	(void)state;
	send_create(&replay, bucket);
	ask_for_key(&replay, bucket);
	assert_int_equal(replay.store->n_changes, 1);
	replay_plan(&replay);
	assert_int_equal(replay_count(&replay, KS_OP_CREATE_BUCKET_ACCESS_KEY), 1);
	assert_non_null(ks_store_why_no_create(replay.store, bucket));
	replay_end(&replay);
}

static void a_read_that_began_before_is_not_trusted(void **state)
{
	struct replay replay;
	uint32_t bucket = begin_with_keys(&replay, &options, 1);
	struct ks_request *old;
	struct ks_reply stale = {0};

	(void)state;
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_REFRESH, .bucket = bucket});
	replay_plan(&replay);
	old = replay_find(&replay, KS_OP_GET_BUCKET_ACCESS_KEYS, NULL);
	ask_for_key(&replay, bucket);
	assert_int_equal(replay_plan(&replay), 2);
	assert_int_equal(replay.n_cancelled, 1);
	assert_int_equal(replay_count(&replay, KS_OP_GET_BUCKET_ACCESS_KEYS), 2);
	/* Its late answer changes nothing. */
	replay_answer(&replay, old, &stale);
	assert_int_equal(replay.store->n_keys, 1);
	assert_int_equal(first_change(&replay)->state, KS_CHANGE_CHECKING);
	replay_end(&replay);
}

static void a_late_answer_is_dropped_before_its_read_is_cancelled_too(void **state)
{
	struct replay replay;
	uint32_t bucket = begin_with_keys(&replay, &options, 1);
	struct ks_reply stale = {0};

	(void)state;
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_REFRESH, .bucket = bucket});
	replay_plan(&replay);
	ask_for_key(&replay, bucket);
	replay_answer(&replay, replay.open[0], &stale);
	assert_int_equal(replay.store->n_keys, 1);
	replay_plan(&replay);
	assert_int_equal(replay.n_cancelled, 0);
	assert_int_equal(replay_count(&replay, KS_OP_GET_BUCKET_ACCESS_KEYS), 1);
	replay_end(&replay);
}

static void a_create_that_was_refused_made_nothing(void **state)
{
	struct replay replay;
	uint32_t bucket = begin_with_keys(&replay, &options, 1);

	(void)state;
	replay_fail(&replay, send_create(&replay, bucket), KS_ERR_SERVICE, "AccessDeniedException");
	assert_int_equal(first_change(&replay)->state, KS_CHANGE_FAILED);
	assert_string_equal(first_change(&replay)->err.code, "AccessDeniedException");
	assert_string_equal(first_change(&replay)->err.tip,
	    "allow lightsail:CreateBucketAccessKey to this identity");
	assert_null(ks_store_open_handover(replay.store));
	assert_int_equal(replay.store->activities[0]->call_state, KS_CALL_FAILED);
	assert_string_equal(ks_str_raw(&replay.store->activities[0]->bucket_name), "media");
	replay_end(&replay);
}

static void a_lost_answer_is_cleared_up_by_reading_the_keys(void **state)
{
	struct replay replay;
	uint32_t bucket = begin_with_keys(&replay, &options, 1);
	struct ks_reply reply = {0};

	(void)state;
	replay_lose(&replay, send_create(&replay, bucket));
	assert_int_equal(first_change(&replay)->state, KS_CHANGE_UNCLEAR);
	assert_true(ks_store_is_changing(replay.store));
	assert_int_equal(replay_plan(&replay), 0);
	assert_true(replay.plan.wake >= replay.now + 2000 && replay.plan.wake <= replay.now + 5000);
	replay.now = replay.plan.wake - 1;
	assert_int_equal(replay_plan(&replay), 0);
	replay.now++;
	assert_int_equal(replay_plan(&replay), 1);
	reply_key(&reply, OLD_ID, REPLAY_NOW - REPLAY_DAY);
	reply_key(&reply, NEW_ID, REPLAY_NOW);
	replay_answer(&replay, replay.open[0], &reply);
	assert_int_equal(first_change(&replay)->state, KS_CHANGE_ORPHANED);
	assert_int_equal(first_change(&replay)->orphans.count, 1);
	assert_string_equal(ks_str_raw(&first_change(&replay)->orphans.items[0]), NEW_ID);
	assert_int_equal(replay.store->n_keys, 2);
	assert_null(ks_store_open_handover(replay.store));
	assert_int_equal(replay_count(&replay, KS_OP_CREATE_BUCKET_ACCESS_KEY), 0);
	replay_check(&replay);
	replay_end(&replay);
}

/* A list without a new key is believed when it is the third. */
static void look_in_vain(struct replay *replay)
{
	for (int i = 0; i < 3; i++) {
		assert_int_equal(first_change(replay)->state, KS_CHANGE_UNCLEAR);
		replay_plan(replay);
		assert_true(replay->plan.wake <= replay->now + 5000);
		replay->now = replay->plan.wake;
		assert_int_equal(replay_plan(replay), 1);
		answer_keys(replay, 1);
	}
}

static void a_key_that_is_listed_late_is_found(void **state)
{
	struct replay replay;
	uint32_t bucket = begin_with_keys(&replay, &options, 1);
	struct ks_reply reply = {0};

	(void)state;
	replay_lose(&replay, send_create(&replay, bucket));
	replay_plan(&replay);
	replay.now = replay.plan.wake;
	replay_plan(&replay);
	answer_keys(&replay, 1);
	assert_int_equal(first_change(&replay)->state, KS_CHANGE_UNCLEAR);
	replay_plan(&replay);
	replay.now = replay.plan.wake;
	assert_int_equal(replay_plan(&replay), 1);
	reply_key(&reply, OLD_ID, REPLAY_NOW - REPLAY_DAY);
	reply_key(&reply, NEW_ID, REPLAY_NOW);
	replay_answer(&replay, replay.open[0], &reply);
	assert_int_equal(first_change(&replay)->state, KS_CHANGE_ORPHANED);
	assert_string_equal(ks_str_raw(&first_change(&replay)->orphans.items[0]), NEW_ID);
	replay_end(&replay);
}

static void a_lost_answer_to_nothing_made_is_a_failure(void **state)
{
	struct replay replay;
	uint32_t bucket = begin_with_keys(&replay, &options, 1);

	(void)state;
	replay_lose(&replay, send_create(&replay, bucket));
	look_in_vain(&replay);
	assert_int_equal(first_change(&replay)->state, KS_CHANGE_FAILED);
	/* Whoever shows it says that no key was made. */
	assert_string_equal(first_change(&replay)->err.tip, "try again");
	assert_false(ks_store_is_changing(replay.store));
	assert_int_equal(replay_plan(&replay), 0);
	replay_end(&replay);
}

static void clearing_up_goes_on_while_the_reads_fail(void **state)
{
	struct replay replay;
	uint32_t bucket = begin_with_keys(&replay, &options, 1);

	(void)state;
	replay_lose(&replay, send_create(&replay, bucket));
	for (int i = 0; i < 12; i++) {
		replay_plan(&replay);
		replay.now = replay.plan.wake;
		assert_int_equal(replay_plan(&replay), 1);
		replay_fail(&replay, replay.open[0], KS_ERR_NETWORK, "");
		assert_int_equal(first_change(&replay)->state, KS_CHANGE_UNCLEAR);
	}
	assert_int_equal(first_change(&replay)->tries, 12);
	replay_plan(&replay);
	assert_int_equal(replay.plan.wake, replay.now + 60000);
	replay.now = replay.plan.wake;
	replay_plan(&replay);
	answer_keys(&replay, 1);
	replay.now += 3000;
	replay_plan(&replay);
	answer_keys(&replay, 1);
	replay.now += 5000;
	replay_plan(&replay);
	answer_keys(&replay, 1);
	assert_int_equal(first_change(&replay)->state, KS_CHANGE_FAILED);
	replay_end(&replay);
}

static void a_key_without_a_secret_is_said_to_be_an_orphan(void **state)
{
	struct replay replay;
	uint32_t bucket = begin_with_keys(&replay, &options, 1);
	struct ks_reply reply = {0};

	(void)state;
	made_key(&reply, false);
	ks_err_set(&reply.secret_err, KS_ERR_SYSTEM, "The protected memory is full.");
	replay_answer(&replay, send_create(&replay, bucket), &reply);
	assert_int_equal(first_change(&replay)->state, KS_CHANGE_ORPHANED);
	assert_string_equal(ks_str_raw(&first_change(&replay)->orphans.items[0]), NEW_ID);
	assert_string_equal(first_change(&replay)->err.message, "The protected memory is full.");
	assert_null(ks_store_open_handover(replay.store));
	assert_non_null(ks_store_key(replay.store, bucket, NEW_ID));
	replay_check(&replay);
	replay_end(&replay);
}

static void an_answer_that_names_no_key_is_unclear(void **state)
{
	struct replay replay;
	uint32_t bucket = begin_with_keys(&replay, &options, 1);
	struct ks_reply reply = {0};

	(void)state;
	replay_answer(&replay, send_create(&replay, bucket), &reply);
	assert_int_equal(first_change(&replay)->state, KS_CHANGE_UNCLEAR);
	replay_end(&replay);
}

static void a_bucket_may_vanish_while_a_key_is_made(void **state)
{
	struct replay replay;
	uint32_t bucket = begin_with_keys(&replay, &options, 1);
	struct ks_reply empty = {0}, reply = {0};
	struct ks_request *create = send_create(&replay, bucket);

	(void)state;
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_REFRESH});
	replay_plan(&replay);
	replay_answer(&replay, replay_find(&replay, KS_OP_GET_BUCKETS, NULL), &empty);
	assert_null(ks_store_bucket(replay.store, bucket));
	made_key(&reply, true);
	replay_answer(&replay, create, &reply);
	assert_int_equal(first_change(&replay)->state, KS_CHANGE_DONE);
	assert_string_equal(
	    ks_str_raw(&ks_store_open_handover(replay.store)->bucket_name), "media");
	replay_check(&replay);
	replay_end(&replay);
}

static void a_bucket_may_vanish_while_its_keys_are_checked(void **state)
{
	struct replay replay;
	uint32_t bucket = begin_with_keys(&replay, &options, 1);
	struct ks_reply empty = {0};

	(void)state;
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_REFRESH});
	ask_for_key(&replay, bucket);
	replay_plan(&replay);
	replay_answer(&replay, replay_find(&replay, KS_OP_GET_BUCKETS, NULL), &empty);
	/* The read was dropped with the bucket; the change has another one made. */
	replay_forget(&replay, replay_find(&replay, KS_OP_GET_BUCKET_ACCESS_KEYS, NULL));
	replay_plan(&replay);
	replay_fail(&replay, replay_find(&replay, KS_OP_GET_BUCKET_ACCESS_KEYS, NULL),
	    KS_ERR_SERVICE, "NotFoundException");
	assert_int_equal(first_change(&replay)->state, KS_CHANGE_FAILED);
	assert_int_equal(replay.store->n_tasks, 0);
	replay_check(&replay);
	replay_end(&replay);
}

/* ---- delete ---- */

static void a_deleted_key_is_gone_at_once(void **state)
{
	struct replay replay;
	uint32_t bucket = begin_with_keys(&replay, &options, 2);
	struct ks_reply reply = {0};
	struct ks_request *request;

	(void)state;
	assert_null(ks_store_why_no_delete(replay.store, bucket, OLD_ID));
	delete_key(&replay, bucket, OLD_ID);
	delete_key(&replay, bucket, OLD_ID);
	assert_int_equal(replay.store->n_changes, 1);
	assert_non_null(ks_store_why_no_delete(replay.store, bucket, OLD_ID));
	assert_int_equal(replay_plan(&replay), 1);
	request = replay_find(&replay, KS_OP_DELETE_BUCKET_ACCESS_KEY, "media");
	assert_string_equal(request->input.key_id, OLD_ID);
	reply_operation(&reply, "op-2", "Succeeded", REPLAY_NOW);
	replay_answer(&replay, request, &reply);
	assert_int_equal(first_change(&replay)->state, KS_CHANGE_DONE);
	assert_null(ks_store_key(replay.store, bucket, OLD_ID));
	assert_non_null(ks_store_key(replay.store, bucket, OTHER_ID));
	assert_string_equal(ks_str_raw(&replay.store->activities[0]->key_id), OLD_ID);
	replay_plan(&replay);
	assert_int_equal(replay_count(&replay, KS_OP_GET_BUCKET_ACCESS_KEYS), 1);
	replay_check(&replay);
	replay_end(&replay);
}

static void a_key_that_is_not_found_is_deleted_already(void **state)
{
	struct replay replay;
	uint32_t bucket = begin_with_keys(&replay, &options, 1);

	(void)state;
	delete_key(&replay, bucket, OLD_ID);
	replay_plan(&replay);
	replay_fail(&replay, replay.open[0], KS_ERR_SERVICE, "NotFoundException");
	assert_int_equal(first_change(&replay)->state, KS_CHANGE_DONE);
	assert_int_equal(first_change(&replay)->err.kind, KS_ERR_NONE);
	assert_int_equal(replay.store->n_keys, 0);
	assert_int_equal(replay.store->n_activities, 0);
	replay_end(&replay);
}

static void an_unclear_delete_is_cleared_up_by_reading_the_keys(void **state)
{
	(void)state;
	for (size_t left = 0; left < 2; left++) {
		struct replay replay;
		uint32_t bucket = begin_with_keys(&replay, &options, 1);

		delete_key(&replay, bucket, OLD_ID);
		replay_plan(&replay);
		replay_lose(&replay, replay.open[0]);
		assert_int_equal(first_change(&replay)->state, KS_CHANGE_UNCLEAR);
		replay.now += 5000;
		replay_plan(&replay);
		answer_keys(&replay, left);
		assert_int_equal(
		    first_change(&replay)->state, left == 0 ? KS_CHANGE_DONE : KS_CHANGE_FAILED);
		assert_int_equal(replay.store->n_keys, left);
		replay_end(&replay);
	}
}

static void two_unclear_changes_each_have_their_read(void **state)
{
	struct replay replay;
	uint32_t bucket = begin_with_keys(&replay, &options, 2);
	const struct ks_fetched *fetched = &ks_store_bucket(replay.store, bucket)->keys_fetched;

	(void)state;
	delete_key(&replay, bucket, OLD_ID);
	delete_key(&replay, bucket, OTHER_ID);
	replay_plan(&replay);
	replay_lose(&replay, replay.open[0]);
	replay_lose(&replay, replay.open[0]);
	replay.now += 5000;
	assert_int_equal(replay_plan(&replay), 2);
	answer_keys(&replay, 1);
	assert_int_equal(fetched->request, replay.open[0]->id);
	assert_int_equal(replay_plan(&replay), 0);
	answer_keys(&replay, 1);
	assert_int_equal(fetched->request, 0);
	assert_int_equal(replay.store->changes[0].state, KS_CHANGE_FAILED);
	assert_int_equal(replay.store->changes[1].state, KS_CHANGE_DONE);
	replay_check(&replay);
	replay_end(&replay);
}

static void a_delete_in_between_lets_a_create_check_again(void **state)
{
	struct replay replay;
	uint32_t bucket = begin_with_keys(&replay, &options, 1);
	struct ks_reply reply = {0};

	(void)state;
	delete_key(&replay, bucket, OLD_ID);
	replay_plan(&replay);
	ask_for_key(&replay, bucket);
	replay_plan(&replay);
	replay_answer(&replay, replay_find(&replay, KS_OP_DELETE_BUCKET_ACCESS_KEY, NULL), &reply);
	replay_forget(&replay, replay_find(&replay, KS_OP_GET_BUCKET_ACCESS_KEYS, NULL));
	replay_plan(&replay);
	answer_keys(&replay, 0);
	assert_int_equal(replay.store->changes[1].state, KS_CHANGE_READY);
	assert_int_equal(replay.store->changes[1].known.count, 0);
	replay_end(&replay);
}

/* ---- what is refused ---- */

static void read_only_refuses_changes_and_sends_nothing(void **state)
{
	struct replay replay;
	uint32_t bucket = begin_with_keys(&replay, &read_only, 1);

	(void)state;
	assert_non_null(strstr(ks_store_why_no_create(replay.store, bucket), "--read-only"));
	assert_non_null(
	    strstr(ks_store_why_no_delete(replay.store, bucket, OLD_ID), "--read-only"));
	ask_for_key(&replay, bucket);
	delete_key(&replay, bucket, OLD_ID);
	assert_int_equal(replay.store->n_changes, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(replay.store->changes[i].state, KS_CHANGE_FAILED);
		assert_int_equal(replay.store->changes[i].err.kind, KS_ERR_REFUSED);
	}
	assert_int_equal(replay_plan(&replay), 0);
	replay_end(&replay);
}

static void without_protected_memory_no_key_is_made(void **state)
{
	struct ks_store_options no_secrets = options;
	struct replay replay;
	uint32_t bucket;

	(void)state;
	no_secrets.no_secrets = true;
	bucket = begin_with_keys(&replay, &no_secrets, 1);
	assert_non_null(ks_store_why_no_create(replay.store, bucket));
	assert_null(ks_store_why_no_delete(replay.store, bucket, OLD_ID));
	ask_for_key(&replay, bucket);
	assert_int_equal(first_change(&replay)->state, KS_CHANGE_FAILED);
	replay_end(&replay);
}

static void ended_changes_go_when_dismissed_and_are_bounded(void **state)
{
	struct replay replay;
	uint32_t bucket = begin_with_keys(&replay, &read_only, 1);
	uint32_t id;

	(void)state;
	ask_for_key(&replay, bucket);
	id = first_change(&replay)->id;
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_DISMISS, .change = id});
	assert_int_equal(replay.store->n_changes, 0);
	for (int i = 0; i < 1000; i++)
		ask_for_key(&replay, bucket);
	assert_true(replay.store->n_changes < 100);
	assert_null(ks_store_change(replay.store, id));
	replay_end(&replay);
}

static void a_running_change_cant_be_dismissed(void **state)
{
	struct replay replay;
	uint32_t bucket = begin_with_keys(&replay, &options, 1);

	(void)state;
	send_create(&replay, bucket);
	replay_tell(&replay,
	    (struct ks_event){.kind = KS_EVENT_DISMISS, .change = first_change(&replay)->id});
	assert_int_equal(replay.store->n_changes, 1);
	replay_end(&replay);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_key_is_made_after_its_bucket_was_read),
	    cmocka_unit_test(two_keys_known_are_refused_at_once),
	    cmocka_unit_test(two_keys_found_while_checking_are_refused_unsent),
	    cmocka_unit_test(a_second_create_while_one_runs_is_the_same_create),
	    cmocka_unit_test(a_read_that_began_before_is_not_trusted),
	    cmocka_unit_test(a_late_answer_is_dropped_before_its_read_is_cancelled_too),
	    cmocka_unit_test(a_create_that_was_refused_made_nothing),
	    cmocka_unit_test(a_lost_answer_is_cleared_up_by_reading_the_keys),
	    cmocka_unit_test(a_key_that_is_listed_late_is_found),
	    cmocka_unit_test(a_lost_answer_to_nothing_made_is_a_failure),
	    cmocka_unit_test(clearing_up_goes_on_while_the_reads_fail),
	    cmocka_unit_test(a_key_without_a_secret_is_said_to_be_an_orphan),
	    cmocka_unit_test(an_answer_that_names_no_key_is_unclear),
	    cmocka_unit_test(a_bucket_may_vanish_while_a_key_is_made),
	    cmocka_unit_test(a_bucket_may_vanish_while_its_keys_are_checked),
	    cmocka_unit_test(a_deleted_key_is_gone_at_once),
	    cmocka_unit_test(a_key_that_is_not_found_is_deleted_already),
	    cmocka_unit_test(an_unclear_delete_is_cleared_up_by_reading_the_keys),
	    cmocka_unit_test(two_unclear_changes_each_have_their_read),
	    cmocka_unit_test(a_delete_in_between_lets_a_create_check_again),
	    cmocka_unit_test(read_only_refuses_changes_and_sends_nothing),
	    cmocka_unit_test(without_protected_memory_no_key_is_made),
	    cmocka_unit_test(ended_changes_go_when_dismissed_and_are_bounded),
	    cmocka_unit_test(a_running_change_cant_be_dismissed),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("state changes", tests, NULL, NULL);
}
