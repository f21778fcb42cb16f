/* A secret's way to the user, by replayed events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/secret.h"
#include "tests/unit/replay.h"

#define NEW_ID "AKIA0000000000000002"

static const char *const regions[] = {"us-east-1"};
static const struct ks_store_options options = {.regions = regions, .n_regions = 1};

static void answer_keys(struct replay *replay)
{
	struct ks_reply none = {0};

	replay_plan(replay);
	replay_answer(replay, replay_find(replay, KS_OP_GET_BUCKET_ACCESS_KEYS, NULL), &none);
}

/* A key was just made for the one bucket: its secret is held. */
static const struct ks_handover *begin_handover(struct replay *replay)
{
	struct ks_reply buckets = {0}, made = {0};
	struct ks_err err;

	replay_begin(replay, &options);
	replay_identify(replay, NULL);
	replay_plan(replay);
	reply_bucket(&buckets, "media");
	replay_answer(replay, replay_find(replay, KS_OP_GET_BUCKETS, NULL), &buckets);
	answer_keys(replay);
	replay_tell(replay, (struct ks_event){.kind = KS_EVENT_CREATE,
				.bucket = replay->store->scopes[0].entries[0]->id});
	answer_keys(replay);
	replay_plan(replay);
	reply_key(&made, NEW_ID, REPLAY_NOW);
	made.secret = ks_secret_new("s3cr3t", 6, &err);
	replay_answer(replay, replay_find(replay, KS_OP_CREATE_BUCKET_ACCESS_KEY, NULL), &made);
	return ks_store_open_handover(replay->store);
}

static void tell_handover(struct replay *replay, enum ks_event_kind kind)
{
	replay_tell(replay, (struct ks_event){.kind = kind,
				.handover = replay->store->handovers[0].id,
				.way = (char[]){"to the clipboard"}});
}

static void a_secret_is_wiped_once_it_arrived_and_that_is_final(void **state)
{
	struct replay replay;
	const struct ks_handover *handover = begin_handover(&replay);

	(void)state;
	tell_handover(&replay, KS_EVENT_ARRIVED);
	assert_int_equal(handover->state, KS_HANDOVER_HELD);
	tell_handover(&replay, KS_EVENT_DELIVERED);
	assert_int_equal(handover->state, KS_HANDOVER_UNCONFIRMED);
	assert_string_equal(handover->way, "to the clipboard");
	tell_handover(&replay, KS_EVENT_NOT_ARRIVED);
	assert_int_equal(handover->state, KS_HANDOVER_HELD);
	assert_non_null(handover->secret);
	tell_handover(&replay, KS_EVENT_DELIVERED);
	tell_handover(&replay, KS_EVENT_ARRIVED);
	assert_int_equal(handover->state, KS_HANDOVER_OVER);
	assert_true(handover->confirmed);
	assert_null(handover->secret);
	tell_handover(&replay, KS_EVENT_NOT_ARRIVED);
	tell_handover(&replay, KS_EVENT_DELIVERED);
	tell_handover(&replay, KS_EVENT_GIVE_UP);
	assert_int_equal(handover->state, KS_HANDOVER_OVER);
	assert_true(handover->confirmed);
	assert_null(ks_store_open_handover(replay.store));
	replay_end(&replay);
}

static void giving_up_wipes_and_may_delete_the_key(void **state)
{
	struct replay replay;
	const struct ks_handover *handover = begin_handover(&replay);
	const struct ks_change *change;

	(void)state;
	replay_tell(
	    &replay, (struct ks_event){
			 .kind = KS_EVENT_GIVE_UP, .handover = handover->id, .delete_key = true});
	assert_int_equal(handover->state, KS_HANDOVER_OVER);
	assert_false(handover->confirmed);
	assert_null(handover->secret);
	change = ks_store_running(replay.store, KS_CHANGE_DELETE, handover->bucket);
	assert_string_equal(ks_str_raw(&change->key_id), NEW_ID);
	replay_plan(&replay);
	assert_string_equal(
	    replay_find(&replay, KS_OP_DELETE_BUCKET_ACCESS_KEY, "media")->input.key_id, NEW_ID);
	replay_end(&replay);
}

static void a_secret_is_delivered_again_by_another_way(void **state)
{
	struct replay replay;
	const struct ks_handover *handover = begin_handover(&replay);

	(void)state;
	tell_handover(&replay, KS_EVENT_DELIVERED);
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_DELIVERED,
				 .handover = handover->id,
				 .way = (char[]){"to the terminal"}});
	assert_int_equal(handover->state, KS_HANDOVER_UNCONFIRMED);
	assert_string_equal(handover->way, "to the terminal");
	assert_string_equal(ks_secret_value(handover->secret), "s3cr3t");
	replay_end(&replay);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_secret_is_wiped_once_it_arrived_and_that_is_final),
	    cmocka_unit_test(giving_up_wipes_and_may_delete_the_key),
	    cmocka_unit_test(a_secret_is_delivered_again_by_another_way),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("state handovers", tests, NULL, NULL);
}
