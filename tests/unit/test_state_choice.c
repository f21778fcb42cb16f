/* Other profiles and regions while the program runs, by replayed events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/lightsail/regions.h"
#include "tests/unit/replay.h"

static const char *const prod_only[] = {"prod"};
static const char *const prod_and_dev[] = {"prod", "dev"};
static const char *const east_only[] = {"us-east-1"};
static const struct ks_store_options prod = {.profiles = prod_only, .n_profiles = 1};
static const struct ks_store_options both = {.profiles = prod_and_dev, .n_profiles = 2};
static const struct ks_store_options nothing = {0};

/* Answers everything: each scope has the buckets "one" and "two" with a key each. */
static void settle(struct replay *replay)
{
	replay_identify(replay, "us-east-1");
	while (replay_plan(replay), replay->n_open > 0) {
		struct ks_request *request = replay->open[0];
		struct ks_reply reply = {0};

		if (request->kind != KS_REQUEST_CALL) {
			replay_forget(replay, request);
			continue;
		}
		if (request->op == KS_OP_GET_BUCKETS) {
			reply_bucket(&reply, "one");
			reply_bucket(&reply, "two");
		}
		if (request->op == KS_OP_GET_BUCKET_ACCESS_KEYS)
			reply_key(&reply, "AKIA0000000000000001", REPLAY_NOW - REPLAY_DAY);
		if (request->op == KS_OP_GET_REGIONS) {
			reply_region(&reply, "us-east-1");
			reply_region(&reply, "eu-west-1");
		}
		replay_answer(replay, request, &reply);
	}
	replay_check(replay);
}

static void begin(struct replay *replay, const struct ks_store_options *options)
{
	replay_begin(replay, options);
	settle(replay);
}

/* The scope of this profile's name and region, which must be there. */
static const struct ks_scope *scope_of(
    const struct replay *replay, const char *profile, const char *region)
{
	const struct ks_store *store = replay->store;

	for (uint32_t i = 0; i < store->n_scopes; i++)
		if (strcmp(store->scopes[i].region, region) == 0 &&
		    strcmp(ks_store_profile_name(store, store->scopes[i].profile), profile) == 0)
			return &store->scopes[i];
	fail_msg("no scope %s %s", profile, region);
	return NULL;
}

static uint32_t bucket_of(
    const struct replay *replay, const char *profile, const char *region, const char *name)
{
	const struct ks_scope *scope = scope_of(replay, profile, region);

	for (size_t i = 0; i < scope->n_entries; i++)
		if (strcmp(ks_str_raw(&scope->entries[i]->bucket.name), name) == 0)
			return scope->entries[i]->id;
	return 0;
}

/* ---- what goes and what comes ---- */

static void another_profile_takes_the_place_of_the_first(void **state)
{
	struct replay replay;

	(void)state;
	begin(&replay, &prod);
	replay_choose(&replay, "dev", NULL);
	assert_int_equal(replay.store->n_buckets, 0);
	assert_false(scope_of(&replay, "prod", "us-east-1")->chosen);
	replay_plan(&replay);
	assert_string_equal(replay_find_kind(&replay, KS_REQUEST_IDENTIFY)->profile_name, "dev");
	assert_true(replay_find_kind(&replay, KS_REQUEST_IDENTIFY)->profile_explicit);
	settle(&replay);
	assert_int_equal(replay.store->n_buckets, 2);
	assert_int_equal(scope_of(&replay, "dev", "us-east-1")->n_entries, 2);
	assert_int_equal(ks_store_count_profiles(replay.store), 1);
	replay_end(&replay);
}

static void what_stays_keeps_its_data_and_ids(void **state)
{
	struct replay replay;
	uint32_t one;
	size_t submitted;

	(void)state;
	begin(&replay, &prod);
	one = bucket_of(&replay, "prod", "us-east-1", "one");
	submitted = replay.n_submitted;
	replay_choose(&replay, "dev prod", NULL);
	assert_int_equal(bucket_of(&replay, "prod", "us-east-1", "one"), one);
	assert_true(ks_bucket_keys_are_known(ks_store_bucket(replay.store, one)));
	replay_plan(&replay);
	assert_int_equal(replay.n_submitted, submitted + 1);
	settle(&replay);
	assert_int_equal(replay.store->n_buckets, 4);
	assert_int_equal(bucket_of(&replay, "prod", "us-east-1", "one"), one);
	assert_int_equal(ks_store_count_profiles(replay.store), 2);
	replay_end(&replay);
}

static void an_index_is_never_another_profiles(void **state)
{
	struct replay replay;
	uint32_t prods;

	(void)state;
	begin(&replay, &prod);
	prods = scope_of(&replay, "prod", "us-east-1")->profile;
	replay_choose(&replay, "dev", NULL);
	settle(&replay);
	assert_int_not_equal(scope_of(&replay, "dev", "us-east-1")->profile, prods);
	replay_choose(&replay, "test", NULL);
	settle(&replay);
	assert_int_equal(replay.store->n_profiles, 3);
	replay_choose(&replay, "prod", NULL);
	assert_int_equal(replay.store->n_profiles, 3);
	settle(&replay);
	assert_int_equal(scope_of(&replay, "prod", "us-east-1")->profile, prods);
	assert_int_equal(replay.store->n_buckets, 2);
	replay_end(&replay);
}

/* Known credentials need not be found again; the buckets are read anew. */
static void who_comes_back_is_not_identified_again(void **state)
{
	struct replay replay;

	(void)state;
	begin(&replay, &prod);
	replay_choose(&replay, "dev", NULL);
	settle(&replay);
	replay_choose(&replay, "prod", NULL);
	replay_plan(&replay);
	assert_null(replay_find_kind(&replay, KS_REQUEST_IDENTIFY));
	assert_non_null(replay_find(&replay, KS_OP_GET_BUCKETS, "us-east-1"));
	replay_end(&replay);
}

static void who_had_failed_is_tried_again(void **state)
{
	struct replay replay;

	(void)state;
	replay_begin(&replay, &prod);
	replay_plan(&replay);
	replay_identity(&replay, replay.open[0], NULL, KS_ERR_CREDENTIALS);
	replay_choose(&replay, "dev", NULL);
	settle(&replay);
	replay_choose(&replay, "prod", NULL);
	replay_plan(&replay);
	assert_string_equal(replay_find_kind(&replay, KS_REQUEST_IDENTIFY)->profile_name, "prod");
	replay_end(&replay);
}

static void nothing_chosen_is_the_default_again(void **state)
{
	struct replay replay;

	(void)state;
	begin(&replay, &nothing);
	replay_choose(&replay, "dev", "eu-west-1");
	settle(&replay);
	assert_int_equal(scope_of(&replay, "default", "us-east-1")->n_entries, 0);
	replay_choose(&replay, NULL, NULL);
	settle(&replay);
	assert_int_equal(scope_of(&replay, "dev", "eu-west-1")->n_entries, 0);
	assert_int_equal(scope_of(&replay, "default", "us-east-1")->n_entries, 2);
	assert_int_equal(replay.store->n_buckets, 2);
	replay_end(&replay);
}

/* ---- the default, and the profile that it led to ---- */

static void begin_default(struct replay *replay, const char *source)
{
	struct ks_identity_info *info = ks_calloc(1, sizeof *info);

	replay_begin(replay, &nothing);
	replay_plan(replay);
	info->profile = ks_strdup("prod");
	info->source = ks_strdup(source);
	info->region = ks_strdup("us-east-1");
	info->expires = KS_TIME_NONE;
	replay_identity(replay, replay->open[0], info, KS_ERR_NONE);
	settle(replay);
}

static void the_profile_that_the_default_led_to_is_the_same(void **state)
{
	struct replay replay;
	uint32_t one;

	(void)state;
	begin_default(&replay, "shared credentials file");
	one = bucket_of(&replay, "prod", "us-east-1", "one");
	replay_choose(&replay, "prod dev", NULL);
	assert_int_equal(bucket_of(&replay, "prod", "us-east-1", "one"), one);
	assert_int_equal(replay.store->n_profiles, 2);
	replay_end(&replay);
}

/* A profile that is named beats the environment's keys: these are two accounts, maybe. */
static void the_environments_keys_are_no_profile(void **state)
{
	struct replay replay;

	(void)state;
	begin_default(&replay, "environment");
	replay_choose(&replay, "prod", NULL);
	assert_int_equal(replay.store->n_profiles, 2);
	assert_int_equal(replay.store->n_buckets, 0);
	replay_end(&replay);
}

/* ---- regions ---- */

static void regions_come_and_go(void **state)
{
	struct replay replay;
	uint32_t one;

	(void)state;
	begin(&replay, &both);
	replay_choose(&replay, "prod dev", "us-east-1 eu-west-1");
	one = bucket_of(&replay, "dev", "us-east-1", "one");
	assert_int_not_equal(one, 0);
	settle(&replay);
	assert_int_equal(replay.store->n_buckets, 8);
	assert_int_equal(bucket_of(&replay, "dev", "us-east-1", "one"), one);
	replay_choose(&replay, "prod dev", "eu-west-1");
	assert_int_equal(replay.store->n_buckets, 4);
	replay_choose(&replay, "prod dev", NULL);
	settle(&replay);
	assert_int_equal(replay.store->n_buckets, 4);
	assert_int_equal(scope_of(&replay, "dev", "us-east-1")->n_entries, 2);
	replay_end(&replay);
}

static void all_regions_are_asked_for_once(void **state)
{
	struct replay replay;

	(void)state;
	begin(&replay, &prod);
	replay_choose(&replay, "prod", "all");
	replay_plan(&replay);
	assert_non_null(replay_find(&replay, KS_OP_GET_REGIONS, NULL));
	settle(&replay);
	assert_int_equal(replay.store->n_buckets, 4);
	replay_choose(&replay, "prod", "eu-west-1");
	assert_int_equal(replay.store->n_buckets, 2);
	replay_choose(&replay, "prod", "all");
	replay_plan(&replay);
	assert_null(replay_find(&replay, KS_OP_GET_REGIONS, NULL));
	settle(&replay);
	assert_int_equal(replay.store->n_buckets, 4);
	replay_end(&replay);
}

static void a_list_of_regions_under_way_is_dropped(void **state)
{
	struct replay replay;
	struct ks_request *request;
	struct ks_reply reply = {0};

	(void)state;
	begin(&replay, &prod);
	replay_choose(&replay, "prod", "all");
	replay_plan(&replay);
	request = replay_find(&replay, KS_OP_GET_REGIONS, NULL);
	replay_choose(&replay, "prod", "us-east-1");
	reply_region(&reply, "eu-west-1");
	replay_answer(&replay, request, &reply);
	assert_int_equal(replay.store->n_scopes, 1);
	assert_int_equal(replay.store->profiles[0].regions.state, KS_FETCH_NEVER);
	replay_end(&replay);
}

static void regions_of_another_partition_are_asked_for_there(void **state)
{
	static const char *const homes[] = {"cn-north-1", "us-gov-west-1", "us-isob-east-1"};
	static const struct ks_store_options all = {.all_regions = true};

	(void)state;
	for (size_t i = 0; i < sizeof homes / sizeof homes[0]; i++) {
		struct replay replay;
		struct ks_request *request;

		replay_begin(&replay, &all);
		replay_identify(&replay, homes[i]);
		replay_plan(&replay);
		request = replay_find(&replay, KS_OP_GET_REGIONS, NULL);
		assert_string_equal(request->region, homes[i]);
		replay_fail(&replay, request, KS_ERR_SERVICE, "AccessDeniedException");
		assert_int_equal(replay.store->n_scopes, 1);
		assert_string_equal(replay.store->scopes[0].region, homes[i]);
		assert_true(replay.store->scopes[0].chosen);
		replay_end(&replay);
	}
}

/* It has no regions, and so no row of theirs could say why. */
static void a_list_of_regions_that_failed_is_the_profiles_failure(void **state)
{
	struct replay replay;

	(void)state;
	begin(&replay, &prod);
	replay_choose(&replay, "prod", "all");
	replay_plan(&replay);
	assert_true(ks_store_profile_is_loading(replay.store, 0));
	replay_fail(&replay, replay_find(&replay, KS_OP_GET_REGIONS, NULL), KS_ERR_NETWORK, "");
	assert_false(ks_store_profile_is_loading(replay.store, 0));
	assert_int_equal(ks_store_profile_err(replay.store, 0)->kind, KS_ERR_NETWORK);
	replay_choose(&replay, "prod", "us-east-1");
	assert_null(ks_store_profile_err(replay.store, 0));
	replay_choose(&replay, "dev", "all");
	assert_null(ks_store_profile_err(replay.store, 0));
	replay_choose(&replay, "prod", "all");
	replay_plan(&replay);
	assert_non_null(replay_find(&replay, KS_OP_GET_REGIONS, NULL));
	replay_end(&replay);
}

/* ---- reads under way ---- */

static void reads_under_way_are_cancelled_and_dropped(void **state)
{
	struct replay replay;
	struct ks_request *page, *keys;
	struct ks_reply reply = {0};
	size_t cancelled;

	(void)state;
	begin(&replay, &prod);
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_REFRESH});
	replay_plan(&replay);
	page = replay_find(&replay, KS_OP_GET_BUCKETS, NULL);
	keys = replay_find(&replay, KS_OP_GET_BUCKET_ACCESS_KEYS, "one");
	assert_non_null(page);
	assert_non_null(keys);
	replay_choose(&replay, "dev", NULL);
	/* One answer is on its way already; the rest is told that nobody waits. */
	reply_bucket(&reply, "three");
	replay_answer(&replay, page, &reply);
	assert_int_equal(replay.store->n_buckets, 0);
	cancelled = replay.n_cancelled;
	replay_plan(&replay);
	assert_true(replay.n_cancelled > cancelled);
	reply_key(&reply, "AKIA0000000000000009", REPLAY_NOW);
	replay_answer(&replay, keys, &reply);
	replay_check(&replay);
	settle(&replay);
	assert_int_equal(replay.store->n_tasks, 0);
	assert_true(ks_store_is_settled(replay.store));
	replay_end(&replay);
}

static void pages_begin_anew_after_a_way_back(void **state)
{
	struct replay replay;
	struct ks_request *page;
	struct ks_reply reply = {0};

	(void)state;
	replay_begin(&replay, &prod);
	replay_identify(&replay, "us-east-1");
	replay_plan(&replay);
	reply_bucket(&reply, "one");
	reply_next(&reply, "token");
	replay_answer(&replay, replay_find(&replay, KS_OP_GET_BUCKETS, NULL), &reply);
	replay_choose(&replay, "dev", NULL);
	replay_choose(&replay, "prod", NULL);
	replay_plan(&replay);
	page = replay_find(&replay, KS_OP_GET_BUCKETS, NULL);
	assert_null(page->input.page_token);
	replay_end(&replay);
}

static void an_identity_under_way_is_dropped(void **state)
{
	struct replay replay;
	struct ks_request *request;
	struct ks_identity_info *info = ks_calloc(1, sizeof *info);

	(void)state;
	replay_begin(&replay, &prod);
	replay_plan(&replay);
	request = replay_find_kind(&replay, KS_REQUEST_IDENTIFY);
	replay_choose(&replay, "dev", NULL);
	info->profile = ks_strdup("prod");
	info->region = ks_strdup("us-east-1");
	replay_identity(&replay, request, info, KS_ERR_NONE);
	assert_int_equal(replay.store->profiles[0].identity.state, KS_FETCH_NEVER);
	assert_null(replay.store->profiles[0].info);
	settle(&replay);
	assert_int_equal(replay.store->n_buckets, 2);
	assert_int_equal(replay.store->n_scopes, 1);
	replay_end(&replay);
}

static void operations_of_what_is_gone_go_too(void **state)
{
	struct replay replay;
	struct ks_reply reply = {0};

	(void)state;
	begin(&replay, &prod);
	replay.hints.operations = true;
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_REFRESH});
	replay_plan(&replay);
	replay_answer(&replay, replay_find(&replay, KS_OP_GET_BUCKETS, NULL), &reply);
	replay_plan(&replay);
	reply_operation(&reply, "op-1", "Started", REPLAY_NOW);
	replay_answer(&replay, replay_find(&replay, KS_OP_GET_OPERATIONS, NULL), &reply);
	assert_int_equal(replay.store->n_activities, 1);
	replay_choose(&replay, "dev", NULL);
	assert_int_equal(replay.store->n_activities, 0);
	replay_check(&replay);
	replay_end(&replay);
}

/* ---- changes under way, and secrets ---- */

static void begin_create(struct replay *replay)
{
	struct ks_reply reply = {0};
	uint32_t bucket = bucket_of(replay, "prod", "us-east-1", "one");

	replay_tell(replay, (struct ks_event){.kind = KS_EVENT_CREATE, .bucket = bucket});
	replay_plan(replay);
	replay_answer(replay, replay_find(replay, KS_OP_GET_BUCKET_ACCESS_KEYS, "one"), &reply);
	replay_plan(replay);
	assert_non_null(replay_find(replay, KS_OP_CREATE_BUCKET_ACCESS_KEY, "one"));
}

static void answer_create(struct replay *replay)
{
	struct ks_reply reply = {0};
	struct ks_err err;

	reply_key(&reply, "AKIANEW0000000000001", replay->now);
	reply.secret = ks_secret_new("secret", 6, &err);
	replay_answer(replay, replay_find(replay, KS_OP_CREATE_BUCKET_ACCESS_KEY, "one"), &reply);
}

static void a_key_that_is_being_made_keeps_its_bucket(void **state)
{
	struct replay replay;
	uint32_t one;

	(void)state;
	begin(&replay, &prod);
	one = bucket_of(&replay, "prod", "us-east-1", "one");
	begin_create(&replay);
	replay_choose(&replay, "dev", NULL);
	replay_check(&replay);
	assert_int_equal(replay.store->n_buckets, 1);
	assert_non_null(ks_store_bucket(replay.store, one));
	assert_int_equal(ks_store_count_profiles(replay.store), 2);
	assert_true(ks_store_is_changing(replay.store));
	answer_create(&replay);
	assert_int_equal(replay.store->changes[0].state, KS_CHANGE_DONE);
	assert_non_null(ks_store_open_handover(replay.store));
	assert_non_null(ks_store_bucket(replay.store, one));
	settle(&replay);
	assert_int_equal(replay.store->n_buckets, 3);
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_DELIVERED,
				 .handover = replay.store->handovers[0].id});
	assert_non_null(ks_store_bucket(replay.store, one));
	replay_tell(&replay,
	    (struct ks_event){.kind = KS_EVENT_ARRIVED, .handover = replay.store->handovers[0].id});
	assert_true(replay.store->handovers[0].confirmed);
	assert_non_null(ks_store_bucket(replay.store, one));
	replay_dismiss_all(&replay);
	assert_null(ks_store_bucket(replay.store, one));
	assert_int_equal(replay.store->n_buckets, 2);
	assert_int_equal(ks_store_count_profiles(replay.store), 1);
	replay_check(&replay);
	replay_end(&replay);
}

static void a_create_that_is_only_checked_goes_on(void **state)
{
	struct replay replay;
	struct ks_request *keys;
	struct ks_reply reply = {0};

	(void)state;
	begin(&replay, &prod);
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_CREATE,
				 .bucket = bucket_of(&replay, "prod", "us-east-1", "one")});
	replay_plan(&replay);
	replay_choose(&replay, "dev", NULL);
	replay_plan(&replay);
	keys = replay_find(&replay, KS_OP_GET_BUCKET_ACCESS_KEYS, "one");
	assert_non_null(keys);
	assert_int_equal(replay.n_cancelled, 0);
	replay_answer(&replay, keys, &reply);
	replay_plan(&replay);
	assert_non_null(replay_find(&replay, KS_OP_CREATE_BUCKET_ACCESS_KEY, "one"));
	replay_end(&replay);
}

static void an_unclear_create_is_still_cleared_up(void **state)
{
	struct replay replay;
	struct ks_reply reply = {0};

	(void)state;
	begin(&replay, &prod);
	begin_create(&replay);
	replay_lose(&replay, replay_find(&replay, KS_OP_CREATE_BUCKET_ACCESS_KEY, "one"));
	replay_choose(&replay, "dev", "eu-west-1");
	settle(&replay);
	assert_int_equal(replay.store->changes[0].state, KS_CHANGE_UNCLEAR);
	replay.now += 3000;
	replay_plan(&replay);
	reply_key(&reply, "AKIAORPHAN0000000001", replay.now);
	replay_answer(&replay, replay_find(&replay, KS_OP_GET_BUCKET_ACCESS_KEYS, "one"), &reply);
	assert_int_equal(replay.store->changes[0].state, KS_CHANGE_ORPHANED);
	assert_int_equal(replay.store->n_left, 1);
	assert_string_equal(ks_str_raw(&replay.store->left[0].profile), "prod");
	assert_string_equal(ks_str_raw(&replay.store->left[0].region), "us-east-1");
	settle(&replay);
	/* The keys that appeared can still be seen, and deleted. */
	assert_int_equal(scope_of(&replay, "prod", "us-east-1")->n_entries, 1);
	replay_dismiss_all(&replay);
	assert_int_equal(scope_of(&replay, "prod", "us-east-1")->n_entries, 0);
	replay_end(&replay);
}

static void a_delete_ends_as_it_would_have(void **state)
{
	struct replay replay;
	struct ks_reply reply = {0};
	uint32_t two;

	(void)state;
	begin(&replay, &prod);
	two = bucket_of(&replay, "prod", "us-east-1", "two");
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_DELETE,
				 .bucket = two,
				 .key_id = (char *)(uintptr_t) "AKIA0000000000000001"});
	replay_choose(&replay, "dev", NULL);
	assert_non_null(ks_store_bucket(replay.store, two));
	replay_plan(&replay);
	reply_operation(&reply, "op-delete", "Started", REPLAY_NOW);
	replay_answer(&replay, replay_find(&replay, KS_OP_DELETE_BUCKET_ACCESS_KEY, "two"), &reply);
	assert_int_equal(replay.store->changes[0].state, KS_CHANGE_DONE);
	replay_dismiss_all(&replay);
	assert_null(ks_store_bucket(replay.store, two));
	/* What the user did stays to be seen. */
	assert_int_equal(replay.store->n_activities, 1);
	settle(&replay);
	assert_int_equal(replay.store->n_activities, 1);
	replay_end(&replay);
}

static void giving_up_a_secret_deletes_its_key_there(void **state)
{
	struct replay replay;
	struct ks_reply reply = {0};
	struct ks_request *request;

	(void)state;
	begin(&replay, &prod);
	begin_create(&replay);
	answer_create(&replay);
	replay_choose(&replay, "dev", NULL);
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_GIVE_UP,
				 .handover = replay.store->handovers[0].id,
				 .delete_key = true});
	assert_int_equal(scope_of(&replay, "prod", "us-east-1")->n_entries, 1);
	replay_plan(&replay);
	request = replay_find(&replay, KS_OP_DELETE_BUCKET_ACCESS_KEY, "one");
	assert_string_equal(request->input.key_id, "AKIANEW0000000000001");
	assert_int_equal(request->profile, scope_of(&replay, "prod", "us-east-1")->profile);
	replay_answer(&replay, request, &reply);
	replay_dismiss_all(&replay);
	assert_int_equal(scope_of(&replay, "prod", "us-east-1")->n_entries, 0);
	replay_end(&replay);
}

static void a_kept_bucket_is_the_same_after_a_way_back(void **state)
{
	struct replay replay;
	uint32_t one;

	(void)state;
	begin(&replay, &prod);
	one = bucket_of(&replay, "prod", "us-east-1", "one");
	begin_create(&replay);
	replay_choose(&replay, "dev", NULL);
	replay_choose(&replay, "prod", NULL);
	answer_create(&replay);
	settle(&replay);
	assert_int_equal(bucket_of(&replay, "prod", "us-east-1", "one"), one);
	assert_int_equal(replay.store->n_buckets, 2);
	replay_end(&replay);
}

/* ---- the choice of an earlier run ---- */

static void fail_no_profile(struct replay *replay, const char *name)
{
	for (size_t i = 0; i < replay->n_open; i++) {
		struct ks_request *request = replay->open[i];
		struct ks_event *event;

		if (request->kind != KS_REQUEST_IDENTIFY ||
		    strcmp(request->profile_name, name) != 0)
			continue;
		event = ks_event_new(KS_EVENT_IDENTITY, replay->now);
		event->request = request->id;
		ks_err_set(&event->err, KS_ERR_CREDENTIALS, "There is no profile %s.", name);
		snprintf(event->err.code, sizeof event->err.code, "%s", KS_NO_SUCH_PROFILE);
		ks_store_apply(replay->store, event);
		replay_forget(replay, request);
		return;
	}
	fail_msg("%s is not identified", name);
}

static void a_remembered_profile_that_is_gone_is_left_out(void **state)
{
	struct ks_store_options options = both;
	struct replay replay;

	(void)state;
	options.remembered = true;
	replay_begin(&replay, &options);
	replay_plan(&replay);
	fail_no_profile(&replay, "dev");
	assert_int_equal(ks_store_count_profiles(replay.store), 1);
	assert_int_equal(replay.store->n_warnings, 1);
	assert_non_null(strstr(replay.store->warning, "dev"));
	assert_int_equal(replay.store->choice.profiles.count, 1);
	fail_no_profile(&replay, "prod");
	settle(&replay);
	assert_string_equal(replay.store->warning,
	    "Profiles dev, prod of the last choice are no longer configured: they are left out");
	assert_int_equal(replay.store->gone.count, 2);
	assert_int_equal(replay.store->choice.profiles.count, 0);
	assert_int_equal(scope_of(&replay, "default", "us-east-1")->n_entries, 2);
	replay_end(&replay);
}

static void a_profile_that_was_asked_for_is_not_left_out(void **state)
{
	struct replay replay;

	(void)state;
	replay_begin(&replay, &both);
	replay_plan(&replay);
	fail_no_profile(&replay, "dev");
	assert_int_equal(ks_store_count_profiles(replay.store), 2);
	assert_int_equal(replay.store->profiles[1].identity.state, KS_FETCH_FAILED);
	replay_end(&replay);
}

/* ---- the profiles to choose from ---- */

static void answer_profiles(struct replay *replay, const char *name, enum ks_err_kind kind)
{
	struct ks_request *request = replay_find_kind(replay, KS_REQUEST_PROFILES);
	struct ks_event *event = ks_event_new(KS_EVENT_PROFILES, replay->now);

	assert_non_null(request);
	event->request = request->id;
	if (kind != KS_ERR_NONE)
		ks_err_set(&event->err, kind, "It is broken.");
	event->catalog = ks_calloc(1, sizeof *event->catalog);
	event->catalog->entries = ks_calloc(1, sizeof *event->catalog->entries);
	event->catalog->count = 1;
	ks_str_set(&event->catalog->entries[0].name, name);
	ks_store_apply(replay->store, event);
	replay_forget(replay, request);
}

static void profiles_are_listed_whenever_one_is_to_be_chosen(void **state)
{
	struct replay replay;

	(void)state;
	begin(&replay, &prod);
	assert_null(replay_find_kind(&replay, KS_REQUEST_PROFILES));
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_PICK});
	replay_plan(&replay);
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_PICK});
	assert_int_equal(replay_plan(&replay), 0);
	answer_profiles(&replay, "prod", KS_ERR_NONE);
	assert_int_equal(replay.store->catalog_fetched.state, KS_FETCH_KNOWN);
	assert_string_equal(ks_str_raw(&replay.store->catalog.entries[0].name), "prod");
	assert_int_equal(replay_plan(&replay), 0);
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_PICK});
	replay_plan(&replay);
	answer_profiles(&replay, "dev", KS_ERR_CREDENTIALS);
	assert_int_equal(replay.store->catalog_fetched.state, KS_FETCH_FAILED);
	assert_int_equal(replay.store->catalog.count, 1);
	assert_string_equal(ks_str_raw(&replay.store->catalog.entries[0].name), "dev");
	replay_end(&replay);
}

/* ---- what is known of regions ---- */

static void regions_that_are_known_lie_in_the_right_partition(void **state)
{
	(void)state;
	for (size_t i = 0; ks_known_region_at(i) != NULL; i++) {
		assert_true(ks_region_is_in_aws(ks_known_region_at(i)->name));
		assert_string_not_equal(ks_known_region_at(i)->display_name, "");
	}
	assert_true(ks_region_is_opt_in("ap-east-1"));
	assert_false(ks_region_is_opt_in("us-east-1"));
	assert_false(ks_region_is_in_aws("eusc-de-east-1"));
	assert_false(ks_region_is_in_aws("eu-isoe-west-1"));
	assert_true(ks_region_is_in_aws("us-west-2"));
}

static void names_are_chosen_once(void **state)
{
	static const char *const names[] = {"prod", "dev", "prod"};
	const struct ks_store_options options = {
	    .profiles = names, .n_profiles = 3, .regions = east_only, .n_regions = 1};
	struct replay replay;

	(void)state;
	begin(&replay, &options);
	assert_int_equal(replay.store->n_profiles, 2);
	replay_choose(&replay, "dev dev", "us-east-1 us-east-1");
	assert_int_equal(replay.store->n_scopes, 2);
	assert_int_equal(replay.store->n_buckets, 2);
	replay_end(&replay);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(another_profile_takes_the_place_of_the_first),
	    cmocka_unit_test(what_stays_keeps_its_data_and_ids),
	    cmocka_unit_test(an_index_is_never_another_profiles),
	    cmocka_unit_test(who_comes_back_is_not_identified_again),
	    cmocka_unit_test(who_had_failed_is_tried_again),
	    cmocka_unit_test(nothing_chosen_is_the_default_again),
	    cmocka_unit_test(the_profile_that_the_default_led_to_is_the_same),
	    cmocka_unit_test(the_environments_keys_are_no_profile),
	    cmocka_unit_test(regions_come_and_go),
	    cmocka_unit_test(all_regions_are_asked_for_once),
	    cmocka_unit_test(a_list_of_regions_under_way_is_dropped),
	    cmocka_unit_test(a_list_of_regions_that_failed_is_the_profiles_failure),
	    cmocka_unit_test(regions_of_another_partition_are_asked_for_there),
	    cmocka_unit_test(reads_under_way_are_cancelled_and_dropped),
	    cmocka_unit_test(pages_begin_anew_after_a_way_back),
	    cmocka_unit_test(an_identity_under_way_is_dropped),
	    cmocka_unit_test(operations_of_what_is_gone_go_too),
	    cmocka_unit_test(a_key_that_is_being_made_keeps_its_bucket),
	    cmocka_unit_test(a_create_that_is_only_checked_goes_on),
	    cmocka_unit_test(an_unclear_create_is_still_cleared_up),
	    cmocka_unit_test(a_delete_ends_as_it_would_have),
	    cmocka_unit_test(giving_up_a_secret_deletes_its_key_there),
	    cmocka_unit_test(a_kept_bucket_is_the_same_after_a_way_back),
	    cmocka_unit_test(a_remembered_profile_that_is_gone_is_left_out),
	    cmocka_unit_test(a_profile_that_was_asked_for_is_not_left_out),
	    cmocka_unit_test(profiles_are_listed_whenever_one_is_to_be_chosen),
	    cmocka_unit_test(regions_that_are_known_lie_in_the_right_partition),
	    cmocka_unit_test(names_are_chosen_once),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("state choice", tests, NULL, NULL);
}
