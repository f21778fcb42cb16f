/* A secret's way to the user, by replayed events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/secret.h"
#include "tests/unit/replay.h"

#define NEW_ID  "AKIA0000000000000002"
#define JOURNAL "00112233445566778899aabbccddeeff"

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
	replay_journal(
	    replay, replay_find(replay, KS_OP_CREATE_BUCKET_ACCESS_KEY, NULL), &made, JOURNAL);
	return ks_store_open_handover(replay->store);
}

static struct ks_request *find_request(struct replay *replay, enum ks_request_kind kind)
{
	for (size_t i = 0; i < replay->n_open; i++)
		if (replay->open[i]->kind == kind)
			return replay->open[i];
	return NULL;
}

/* The sink's answer to the request under way. */
static void answer_sink(struct replay *replay, enum ks_err_kind kind)
{
	struct ks_request *request = find_request(replay, KS_REQUEST_DELIVER);
	struct ks_event *event = ks_event_new(KS_EVENT_SINK, replay->now);

	assert_non_null(request);
	event->request = request->id;
	if (kind != KS_ERR_NONE)
		ks_err_set(&event->err, kind, "the vault is closed");
	else
		event->way = ks_strdup("Delivered to the command vault");
	replay_forget(replay, request);
	ks_store_apply(replay->store, event);
}

/* What the journal is told next, and nothing else. */
static void assert_noted(struct replay *replay, enum ks_journal_step step)
{
	struct ks_request *request;

	replay_plan(replay);
	request = find_request(replay, KS_REQUEST_NOTE);
	assert_non_null(request);
	assert_string_equal(request->journal, JOURNAL);
	assert_int_equal(request->step, step);
	replay_forget(replay, request);
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

static void give_to_sink(struct replay *replay)
{
	struct ks_event *event = ks_event_new(KS_EVENT_DELIVER, replay->now);

	event->handover = replay->store->handovers[0].id;
	event->sink = ks_strdup("command:vault");
	ks_store_apply(replay->store, event);
}

static void a_sink_gets_a_copy_and_confirms_itself(void **state)
{
	struct replay replay;
	const struct ks_handover *handover = begin_handover(&replay);
	struct ks_request *request;

	(void)state;
	give_to_sink(&replay);
	assert_int_equal(handover->state, KS_HANDOVER_DELIVERING);
	replay_plan(&replay);
	request = find_request(&replay, KS_REQUEST_DELIVER);
	assert_string_equal(request->sink, "command:vault");
	assert_string_equal(request->input.bucket, "media");
	assert_string_equal(request->input.key_id, NEW_ID);
	assert_string_equal(ks_secret_value(request->secret), "s3cr3t");
	assert_ptr_not_equal(request->secret, handover->secret);
	assert_int_equal(replay_plan(&replay), 0);
	answer_sink(&replay, KS_ERR_NONE);
	assert_int_equal(handover->state, KS_HANDOVER_OVER);
	assert_true(handover->confirmed);
	assert_null(handover->secret);
	assert_noted(&replay, KS_JOURNAL_DELIVERING);
	assert_noted(&replay, KS_JOURNAL_DELIVERED);
	assert_noted(&replay, KS_JOURNAL_CONFIRMED);
	replay_end(&replay);
}

/* What reads the requests in their order has it on the disk before a command gets the secret. */
static void the_journal_knows_of_a_sink_before_it_has_the_secret(void **state)
{
	struct replay replay;
	struct ks_request **planned;

	(void)state;
	begin_handover(&replay);
	replay_plan(&replay);
	give_to_sink(&replay);
	planned = &replay.open[replay.n_open];
	assert_int_equal(replay_plan(&replay), 2);
	assert_int_equal(planned[0]->kind, KS_REQUEST_NOTE);
	assert_int_equal(planned[0]->step, KS_JOURNAL_DELIVERING);
	assert_string_equal(planned[0]->text, "command:vault");
	assert_int_equal(planned[1]->kind, KS_REQUEST_DELIVER);
	replay_forget(&replay, planned[0]);
	answer_sink(&replay, KS_ERR_SYSTEM);
	give_to_sink(&replay);
	assert_noted(&replay, KS_JOURNAL_DELIVERING);
	replay_end(&replay);
}

static void a_sink_that_fails_gives_the_secret_back(void **state)
{
	struct replay replay;
	const struct ks_handover *handover = begin_handover(&replay);

	(void)state;
	give_to_sink(&replay);
	replay_plan(&replay);
	answer_sink(&replay, KS_ERR_SYSTEM);
	assert_int_equal(handover->state, KS_HANDOVER_HELD);
	assert_string_equal(handover->err.message, "the vault is closed");
	assert_non_null(handover->secret);
	assert_int_equal(replay_plan(&replay), 0);
	/* Another try forgets why the one before failed. */
	give_to_sink(&replay);
	assert_int_equal(handover->err.kind, KS_ERR_NONE);
	replay_end(&replay);
}

static void what_a_sink_says_of_a_secret_given_up_is_dropped(void **state)
{
	struct replay replay;
	const struct ks_handover *handover = begin_handover(&replay);

	(void)state;
	give_to_sink(&replay);
	replay_plan(&replay);
	tell_handover(&replay, KS_EVENT_DELIVERED);
	assert_int_equal(handover->state, KS_HANDOVER_DELIVERING);
	tell_handover(&replay, KS_EVENT_GIVE_UP);
	answer_sink(&replay, KS_ERR_NONE);
	assert_false(handover->confirmed);
	assert_null(handover->secret);
	assert_noted(&replay, KS_JOURNAL_DELIVERING);
	assert_noted(&replay, KS_JOURNAL_KEPT);
	assert_int_equal(replay_plan(&replay), 0);
	replay_end(&replay);
}

/* ---- a delivery that is given up ---- */

/* A sink is at it; gives its request. */
static uint64_t deliver_to_sink(struct replay *replay)
{
	give_to_sink(replay);
	assert_noted(replay, KS_JOURNAL_DELIVERING);
	return find_request(replay, KS_REQUEST_DELIVER)->id;
}

static void a_delivery_that_is_given_up_is_stopped_once(void **state)
{
	struct replay replay;
	const struct ks_handover *handover = begin_handover(&replay);
	uint64_t request = deliver_to_sink(&replay);

	(void)state;
	tell_handover(&replay, KS_EVENT_GIVE_UP);
	assert_int_equal(handover->state, KS_HANDOVER_OVER);
	assert_null(handover->secret);
	assert_noted(&replay, KS_JOURNAL_KEPT);
	assert_int_equal(replay.n_cancelled, 1);
	assert_int_equal(replay.cancelled, request);
	assert_int_equal(replay_plan(&replay), 0);
	assert_int_equal(replay.n_cancelled, 1);
	replay_end(&replay);
}

static void what_is_given_up_twice_is_stopped_once_and_its_key_stays(void **state)
{
	struct replay replay;
	const struct ks_handover *handover = begin_handover(&replay);
	uint64_t request = deliver_to_sink(&replay);

	(void)state;
	tell_handover(&replay, KS_EVENT_GIVE_UP);
	replay_tell(
	    &replay, (struct ks_event){
			 .kind = KS_EVENT_GIVE_UP, .handover = handover->id, .delete_key = true});
	assert_noted(&replay, KS_JOURNAL_KEPT);
	tell_handover(&replay, KS_EVENT_GIVE_UP);
	assert_int_equal(replay_plan(&replay), 0);
	assert_int_equal(replay.n_cancelled, 1);
	assert_int_equal(replay.cancelled, request);
	assert_null(ks_store_running(replay.store, KS_CHANGE_DELETE, handover->bucket));
	replay_end(&replay);
}

static void what_no_sink_has_yet_is_not_sent_and_stops_nothing(void **state)
{
	struct replay replay;

	(void)state;
	begin_handover(&replay);
	give_to_sink(&replay);
	tell_handover(&replay, KS_EVENT_GIVE_UP);
	assert_noted(&replay, KS_JOURNAL_DELIVERING);
	assert_noted(&replay, KS_JOURNAL_KEPT);
	assert_null(find_request(&replay, KS_REQUEST_DELIVER));
	assert_int_equal(replay.n_cancelled, 0);
	replay_end(&replay);
}

static void what_a_sink_took_before_it_was_given_up_stays_confirmed(void **state)
{
	struct replay replay;
	const struct ks_handover *handover = begin_handover(&replay);

	(void)state;
	deliver_to_sink(&replay);
	answer_sink(&replay, KS_ERR_NONE);
	tell_handover(&replay, KS_EVENT_GIVE_UP);
	assert_true(handover->confirmed);
	assert_noted(&replay, KS_JOURNAL_DELIVERED);
	assert_noted(&replay, KS_JOURNAL_CONFIRMED);
	assert_int_equal(replay_plan(&replay), 0);
	assert_int_equal(replay.n_cancelled, 0);
	replay_end(&replay);
}

/* Its answer crosses the request to stop: before the plan sent that, and after. */
static void a_sink_that_ends_just_then_changes_nothing(void **state)
{
	(void)state;
	for (int sent = 0; sent < 2; sent++) {
		struct replay replay;
		const struct ks_handover *handover = begin_handover(&replay);
		uint64_t request = deliver_to_sink(&replay);

		tell_handover(&replay, KS_EVENT_GIVE_UP);
		if (sent)
			assert_noted(&replay, KS_JOURNAL_KEPT);
		answer_sink(&replay, sent ? KS_ERR_SYSTEM : KS_ERR_NONE);
		if (!sent)
			assert_noted(&replay, KS_JOURNAL_KEPT);
		assert_int_equal(replay_plan(&replay), 0);
		assert_int_equal(replay.n_cancelled, 1);
		assert_int_equal(replay.cancelled, request);
		assert_int_equal(handover->state, KS_HANDOVER_OVER);
		assert_false(handover->confirmed);
		assert_null(handover->way);
		replay_end(&replay);
	}
}

static void what_its_sink_warns_of_then_is_heard(void **state)
{
	struct replay replay;
	struct ks_event *event;
	uint64_t before;

	(void)state;
	begin_handover(&replay);
	event = ks_event_new(KS_EVENT_SINK, replay.now);
	event->request = deliver_to_sink(&replay);
	event->way = ks_strdup("Delivered in the file out.json");
	event->warning = ks_strdup("Other users may read out.json");
	tell_handover(&replay, KS_EVENT_GIVE_UP);
	before = replay.store->generation;
	ks_store_apply(replay.store, event);
	assert_int_not_equal(replay.store->generation, before);
	assert_int_equal(replay.store->n_warnings, 1);
	assert_string_equal(replay.store->warning, "Other users may read out.json");
	replay_end(&replay);
}

/* ---- the journal ---- */

static void the_journal_is_told_of_each_step_in_order(void **state)
{
	struct replay replay;

	(void)state;
	begin_handover(&replay);
	tell_handover(&replay, KS_EVENT_DELIVERED);
	tell_handover(&replay, KS_EVENT_NOT_ARRIVED);
	tell_handover(&replay, KS_EVENT_DELIVERED);
	tell_handover(&replay, KS_EVENT_ARRIVED);
	assert_noted(&replay, KS_JOURNAL_DELIVERED);
	assert_noted(&replay, KS_JOURNAL_DELIVERED);
	assert_noted(&replay, KS_JOURNAL_CONFIRMED);
	assert_int_equal(replay_plan(&replay), 0);
	replay_end(&replay);
}

static void a_key_that_was_given_up_and_deleted_is_settled(void **state)
{
	struct replay replay;
	const struct ks_handover *handover = begin_handover(&replay);
	struct ks_reply done = {0};

	(void)state;
	replay_tell(
	    &replay, (struct ks_event){
			 .kind = KS_EVENT_GIVE_UP, .handover = handover->id, .delete_key = true});
	replay_plan(&replay);
	assert_null(find_request(&replay, KS_REQUEST_NOTE));
	replay_answer(&replay, replay_find(&replay, KS_OP_DELETE_BUCKET_ACCESS_KEY, NULL), &done);
	assert_noted(&replay, KS_JOURNAL_DELETED);
	replay_end(&replay);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_secret_is_wiped_once_it_arrived_and_that_is_final),
	    cmocka_unit_test(giving_up_wipes_and_may_delete_the_key),
	    cmocka_unit_test(a_secret_is_delivered_again_by_another_way),
	    cmocka_unit_test(a_sink_gets_a_copy_and_confirms_itself),
	    cmocka_unit_test(the_journal_knows_of_a_sink_before_it_has_the_secret),
	    cmocka_unit_test(a_sink_that_fails_gives_the_secret_back),
	    cmocka_unit_test(what_a_sink_says_of_a_secret_given_up_is_dropped),
	    cmocka_unit_test(a_delivery_that_is_given_up_is_stopped_once),
	    cmocka_unit_test(what_is_given_up_twice_is_stopped_once_and_its_key_stays),
	    cmocka_unit_test(what_no_sink_has_yet_is_not_sent_and_stops_nothing),
	    cmocka_unit_test(what_a_sink_took_before_it_was_given_up_stays_confirmed),
	    cmocka_unit_test(a_sink_that_ends_just_then_changes_nothing),
	    cmocka_unit_test(what_its_sink_warns_of_then_is_heard),
	    cmocka_unit_test(the_journal_is_told_of_each_step_in_order),
	    cmocka_unit_test(a_key_that_was_given_up_and_deleted_is_settled),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("state handovers", tests, NULL, NULL);
}
