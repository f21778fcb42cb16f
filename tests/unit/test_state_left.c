/* What the journal has open, by replayed events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/secret.h"
#include "tests/unit/replay.h"

#define OLD_ID   "AKIA0000000000000001"
#define NEW_ID   "AKIA0000000000000002"
#define OTHER_ID "AKIA0000000000000003"
#define JOURNAL  "00112233445566778899aabbccddeeff"

static const char *const regions[] = {"us-east-1"};
static const struct ks_store_options options = {.regions = regions, .n_regions = 1};

static void reply_ids(struct ks_reply *reply, const char *const *ids)
{
	*reply = (struct ks_reply){0};
	for (; *ids != NULL; ids++)
		reply_key(reply, *ids, REPLAY_NOW);
}

/* One bucket with these keys, all known; gives its ID. */
static uint32_t begin(
    struct replay *replay, const struct ks_store_options *with, const char *const *ids)
{
	struct ks_reply reply = {0};

	replay_begin(replay, with);
	replay_identify(replay, NULL);
	replay_plan(replay);
	reply_bucket(&reply, "media");
	replay_answer(replay, replay_find(replay, KS_OP_GET_BUCKETS, NULL), &reply);
	replay_plan(replay);
	reply_ids(&reply, ids);
	replay_answer(replay, replay_find(replay, KS_OP_GET_BUCKET_ACCESS_KEYS, NULL), &reply);
	return replay->store->scopes[0].entries[0]->id;
}

static void add_left(struct ks_journal_list *list, const char *id, const char *profile,
    enum ks_journal_step step, const char *key)
{
	struct ks_journal_change *change;

	list->changes = ks_grow(list->changes, list->count, &list->cap, sizeof *list->changes);
	change = &list->changes[list->count++];
	*change = (struct ks_journal_change){
	    .intent = step == KS_JOURNAL_DELETE ? KS_JOURNAL_DELETE : KS_JOURNAL_CREATE,
	    .step = step,
	    .began = REPLAY_NOW - 1000,
	    .at = REPLAY_NOW};
	memcpy(change->id, id, sizeof change->id);
	ks_str_set(&change->text[KS_JOURNAL_PROFILE], profile);
	ks_str_set(&change->text[KS_JOURNAL_REGION], "us-east-1");
	ks_str_set(&change->text[KS_JOURNAL_BUCKET], "media");
	if (key != NULL)
		ks_str_set(&change->text[KS_JOURNAL_KEY], key);
	change->known = ks_calloc(1, sizeof *change->known);
	change->n_known = 1;
	ks_str_set(&change->known[0], OLD_ID);
}

/* The journal answers with one change. */
static void tell_left(
    struct replay *replay, const char *profile, enum ks_journal_step step, const char *key)
{
	struct ks_event *event = ks_event_new(KS_EVENT_LEFT, replay->now);

	add_left(&event->left, JOURNAL, profile, step, key);
	ks_store_apply(replay->store, event);
}

static void tell_delete(struct replay *replay, uint32_t bucket, const char *key)
{
	struct ks_event *event = ks_event_new(KS_EVENT_DELETE, replay->now);
	struct ks_reply done = {0};

	event->bucket = bucket;
	event->key_id = ks_strdup(key);
	ks_store_apply(replay->store, event);
	replay_plan(replay);
	replay_answer(replay, replay_find(replay, KS_OP_DELETE_BUCKET_ACCESS_KEY, NULL), &done);
}

static size_t count_requests(const struct replay *replay, enum ks_request_kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < replay->n_open; i++)
		count += replay->open[i]->kind == kind;
	return count;
}

static void assert_noted(struct replay *replay, enum ks_journal_step step)
{
	replay_plan(replay);
	for (size_t i = 0; i < replay->n_open; i++) {
		struct ks_request *request = replay->open[i];

		if (request->kind != KS_REQUEST_NOTE)
			continue;
		assert_string_equal(request->journal, JOURNAL);
		assert_int_equal(request->step, step);
		replay_forget(replay, request);
		return;
	}
	fail_msg("the journal was not told");
}

static const char *profile_name(const struct replay *replay)
{
	return replay->store->profiles[0].info->profile;
}

static void the_journal_is_asked_once_and_only_where_it_can_be_shown(void **state)
{
	static const char *const none[] = {NULL};
	struct replay replay;

	(void)state;
	begin(&replay, &options, none);
	replay_plan(&replay);
	assert_int_equal(count_requests(&replay, KS_REQUEST_LEFT), 0);
	replay.hints.left = true;
	replay_plan(&replay);
	replay_plan(&replay);
	assert_int_equal(count_requests(&replay, KS_REQUEST_LEFT), 1);
	replay_end(&replay);
}

static void who_may_change_nothing_is_not_asked_to(void **state)
{
	static const struct ks_store_options read_only = {
	    .regions = regions, .n_regions = 1, .read_only = true};
	static const char *const none[] = {NULL};
	struct replay replay;

	(void)state;
	begin(&replay, &read_only, none);
	replay.hints.left = true;
	replay_plan(&replay);
	assert_int_equal(count_requests(&replay, KS_REQUEST_LEFT), 0);
	assert_true(ks_store_left_is_known(replay.store, 0));
	replay_end(&replay);
}

static struct ks_request *find_left(struct replay *replay)
{
	for (size_t i = 0; i < replay->n_open; i++)
		if (replay->open[i]->kind == KS_REQUEST_LEFT)
			return replay->open[i];
	fail_msg("the journal was not asked");
	return NULL;
}

/* Whatever the journal said, an error too: who waits for it goes on. */
static void it_is_known_when_the_journal_has_answered(void **state)
{
	static const char *const none[] = {NULL};
	struct ks_event *event = ks_event_new(KS_EVENT_LEFT, REPLAY_NOW);
	struct replay replay;

	(void)state;
	begin(&replay, &options, none);
	assert_false(ks_store_left_is_known(replay.store, 0));
	replay.hints.left = true;
	replay_plan(&replay);
	assert_false(ks_store_left_is_known(replay.store, 0));
	event->request = find_left(&replay)->id;
	event->warning = ks_strdup("What was left open isn't known");
	ks_store_apply(replay.store, event);
	assert_true(ks_store_left_is_known(replay.store, 0));
	replay_end(&replay);
}

static void it_is_news_until_it_was_shown_and_there_once(void **state)
{
	static const char *const one[] = {NEW_ID, NULL};
	struct replay replay;
	uint32_t bucket = begin(&replay, &options, one);

	(void)state;
	tell_left(&replay, profile_name(&replay), KS_JOURNAL_DONE, NEW_ID);
	assert_true(replay.store->left_is_news);
	assert_int_equal(replay.store->n_left, 1);
	assert_int_equal(ks_store_left_bucket(replay.store, &replay.store->left[0])->id, bucket);
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_LEFT_SEEN});
	tell_left(&replay, profile_name(&replay), KS_JOURNAL_DONE, NEW_ID);
	assert_false(replay.store->left_is_news);
	assert_int_equal(replay.store->n_left, 1);
	replay_end(&replay);
}

static void of_another_profile_it_has_no_bucket_here(void **state)
{
	static const char *const one[] = {NEW_ID, NULL};
	struct replay replay;
	uint32_t bucket = begin(&replay, &options, one);

	(void)state;
	tell_left(&replay, "somebody-elses", KS_JOURNAL_DONE, NEW_ID);
	assert_null(ks_store_left_bucket(replay.store, &replay.store->left[0]));
	tell_delete(&replay, bucket, NEW_ID);
	assert_int_equal(replay.store->n_left, 1);
	replay_end(&replay);
}

static void what_is_dismissed_is_gone_and_noted(void **state)
{
	static const char *const one[] = {NEW_ID, NULL};
	struct replay replay;

	(void)state;
	begin(&replay, &options, one);
	tell_left(&replay, profile_name(&replay), KS_JOURNAL_DONE, NEW_ID);
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_FORGET, .left_id = 4711});
	assert_int_equal(replay.store->n_left, 1);
	replay_tell(&replay,
	    (struct ks_event){.kind = KS_EVENT_FORGET, .left_id = replay.store->left[0].id});
	assert_int_equal(replay.store->n_left, 0);
	assert_noted(&replay, KS_JOURNAL_DISMISSED);
	replay_end(&replay);
}

static void a_deleted_key_is_settled(void **state)
{
	static const char *const one[] = {NEW_ID, NULL};
	struct replay replay;
	uint32_t bucket = begin(&replay, &options, one);

	(void)state;
	tell_left(&replay, profile_name(&replay), KS_JOURNAL_DELIVERED, NEW_ID);
	tell_delete(&replay, bucket, NEW_ID);
	assert_int_equal(replay.store->n_left, 0);
	assert_noted(&replay, KS_JOURNAL_DELETED);
	replay_end(&replay);
}

static void a_delete_that_was_left_is_done_then(void **state)
{
	static const char *const one[] = {NEW_ID, NULL};
	struct replay replay;
	uint32_t bucket = begin(&replay, &options, one);

	(void)state;
	tell_left(&replay, profile_name(&replay), KS_JOURNAL_DELETE, NEW_ID);
	tell_delete(&replay, bucket, NEW_ID);
	assert_int_equal(replay.store->n_left, 0);
	assert_noted(&replay, KS_JOURNAL_DONE);
	replay_end(&replay);
}

static void of_several_guesses_the_last_one_settles_it(void **state)
{
	static const char *const two[] = {NEW_ID, OTHER_ID, NULL};
	struct replay replay;
	uint32_t bucket = begin(&replay, &options, two);

	(void)state;
	tell_left(&replay, profile_name(&replay), KS_JOURNAL_UNKNOWN, NULL);
	tell_delete(&replay, bucket, NEW_ID);
	assert_int_equal(replay.store->n_left, 1);
	tell_delete(&replay, bucket, OTHER_ID);
	assert_int_equal(replay.store->n_left, 0);
	assert_noted(&replay, KS_JOURNAL_DELETED);
	replay_end(&replay);
}

static void a_key_that_was_there_before_settles_nothing(void **state)
{
	static const char *const two[] = {OLD_ID, NEW_ID, NULL};
	struct replay replay;
	uint32_t bucket = begin(&replay, &options, two);

	(void)state;
	tell_left(&replay, profile_name(&replay), KS_JOURNAL_CREATE, NULL);
	tell_delete(&replay, bucket, OLD_ID);
	assert_int_equal(replay.store->n_left, 1);
	replay_end(&replay);
}

/* ---- which key it may be ---- */

/* One with this ID that was made then; KS_TIME_NONE: nobody knows when. */
static bool may_be(const struct replay *replay, const char *id, int64_t created)
{
	struct ks_access_key key = {.created = created};
	bool may;

	ks_str_set(&key.id, id);
	may = ks_store_left_may_be(replay->store, &replay->store->left[0], &key);
	ks_str_free(&key.id);
	return may;
}

static void a_key_made_before_it_was_asked_for_is_no_guess(void **state)
{
	static const char *const none[] = {NULL};
	struct replay replay;

	(void)state;
	begin(&replay, &options, none);
	tell_left(&replay, profile_name(&replay), KS_JOURNAL_UNKNOWN, NULL);
	assert_true(may_be(&replay, NEW_ID, REPLAY_NOW));
	assert_true(may_be(&replay, NEW_ID, KS_TIME_NONE));
	assert_false(may_be(&replay, NEW_ID, REPLAY_NOW - REPLAY_DAY));
	/* Two clocks are never quite the same. */
	assert_true(may_be(&replay, NEW_ID, REPLAY_NOW - 60 * INT64_C(1000)));
	assert_false(may_be(&replay, NEW_ID, REPLAY_NOW - 3600 * INT64_C(1000)));
	assert_false(may_be(&replay, OLD_ID, REPLAY_NOW));
	replay_end(&replay);
}

static void a_key_that_is_known_to_be_another_one_is_no_guess(void **state)
{
	static const char *const none[] = {NULL};
	struct ks_event *event = ks_event_new(KS_EVENT_LEFT, REPLAY_NOW);
	struct ks_reply reply = {0}, made = {0};
	struct replay replay;
	struct ks_err err;
	uint32_t bucket = begin(&replay, &options, none);

	(void)state;
	add_left(&event->left, JOURNAL, profile_name(&replay), KS_JOURNAL_UNKNOWN, NULL);
	add_left(&event->left, "ffeeddccbbaa99887766554433221100", profile_name(&replay),
	    KS_JOURNAL_DONE, OTHER_ID);
	ks_store_apply(replay.store, event);
	assert_true(may_be(&replay, NEW_ID, REPLAY_NOW));
	assert_false(may_be(&replay, OTHER_ID, REPLAY_NOW));
	/* What this session makes has its secret here. */
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_CREATE, .bucket = bucket});
	replay_plan(&replay);
	replay_answer(&replay, replay_find(&replay, KS_OP_GET_BUCKET_ACCESS_KEYS, NULL), &reply);
	replay_plan(&replay);
	reply_key(&made, NEW_ID, REPLAY_NOW);
	made.secret = ks_secret_new("s3cr3t", 6, &err);
	replay_answer(&replay, replay_find(&replay, KS_OP_CREATE_BUCKET_ACCESS_KEY, NULL), &made);
	assert_int_equal(replay.store->n_handovers, 1);
	assert_false(may_be(&replay, NEW_ID, REPLAY_NOW));
	replay_end(&replay);
}

static void where_its_key_is_named_it_is_that_one(void **state)
{
	static const char *const none[] = {NULL};
	struct replay replay;

	(void)state;
	begin(&replay, &options, none);
	tell_left(&replay, profile_name(&replay), KS_JOURNAL_DONE, NEW_ID);
	assert_true(may_be(&replay, NEW_ID, REPLAY_NOW - REPLAY_DAY));
	assert_false(may_be(&replay, OTHER_ID, REPLAY_NOW));
	replay_end(&replay);
}

/* The other key of the bucket was made before: with the guess all is gone. */
static void what_is_no_guess_holds_nothing_open(void **state)
{
	static const char *const none[] = {NULL};
	struct replay replay;
	struct ks_reply reply = {0};
	uint32_t bucket = begin(&replay, &options, none);

	(void)state;
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_REFRESH, .bucket = bucket});
	replay_plan(&replay);
	reply_key(&reply, NEW_ID, REPLAY_NOW);
	reply_key(&reply, OTHER_ID, REPLAY_NOW - REPLAY_DAY);
	replay_answer(&replay, replay_find(&replay, KS_OP_GET_BUCKET_ACCESS_KEYS, NULL), &reply);
	tell_left(&replay, profile_name(&replay), KS_JOURNAL_UNKNOWN, NULL);
	tell_delete(&replay, bucket, NEW_ID);
	assert_int_equal(replay.store->n_left, 0);
	assert_noted(&replay, KS_JOURNAL_DELETED);
	replay_end(&replay);
}

/* A create of this session whose answer was lost, and a key that appeared. */
static void an_orphan_of_this_session_is_left_too(void **state)
{
	static const char *const none[] = {NULL}, *const one[] = {NEW_ID, NULL};
	struct replay replay;
	uint32_t bucket = begin(&replay, &options, none);
	struct ks_reply reply = {0};

	(void)state;
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_CREATE, .bucket = bucket});
	replay_plan(&replay);
	replay_answer(&replay, replay_find(&replay, KS_OP_GET_BUCKET_ACCESS_KEYS, NULL), &reply);
	replay_plan(&replay);
	replay_lose(&replay, replay_find(&replay, KS_OP_CREATE_BUCKET_ACCESS_KEY, NULL));
	replay.now += 3000;
	replay_plan(&replay);
	reply_ids(&reply, one);
	replay_answer(&replay, replay_find(&replay, KS_OP_GET_BUCKET_ACCESS_KEYS, NULL), &reply);
	assert_true(replay.store->changes[0].guessed);
	assert_int_equal(replay.store->n_left, 1);
	assert_int_equal(replay.store->left[0].step, KS_JOURNAL_UNKNOWN);
	assert_false(ks_str_present(&replay.store->left[0].key_id));
	assert_false(replay.store->left_is_news);
	tell_delete(&replay, bucket, NEW_ID);
	assert_int_equal(replay.store->n_left, 0);
	replay_end(&replay);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_journal_is_asked_once_and_only_where_it_can_be_shown),
	    cmocka_unit_test(who_may_change_nothing_is_not_asked_to),
	    cmocka_unit_test(it_is_known_when_the_journal_has_answered),
	    cmocka_unit_test(it_is_news_until_it_was_shown_and_there_once),
	    cmocka_unit_test(of_another_profile_it_has_no_bucket_here),
	    cmocka_unit_test(what_is_dismissed_is_gone_and_noted),
	    cmocka_unit_test(a_deleted_key_is_settled),
	    cmocka_unit_test(a_delete_that_was_left_is_done_then),
	    cmocka_unit_test(of_several_guesses_the_last_one_settles_it),
	    cmocka_unit_test(a_key_that_was_there_before_settles_nothing),
	    cmocka_unit_test(a_key_made_before_it_was_asked_for_is_no_guess),
	    cmocka_unit_test(a_key_that_is_known_to_be_another_one_is_no_guess),
	    cmocka_unit_test(where_its_key_is_named_it_is_that_one),
	    cmocka_unit_test(what_is_no_guess_holds_nothing_open),
	    cmocka_unit_test(an_orphan_of_this_session_is_left_too),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("state left", tests, NULL, NULL);
}
