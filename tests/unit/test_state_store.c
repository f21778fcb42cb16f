/* Profiles, regions, lists of buckets and their keys, by replayed events. */
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
#include "tests/unit/replay.h"

static const char *const east_only[] = {"us-east-1"};
static const char *const two_regions[] = {"us-east-1", "eu-west-1"};

static const struct ks_store_options one_region = {
    .regions = east_only,
    .n_regions = 1,
    .policy = {90, 90},
};

/* One region with these buckets, whose keys are not read yet. */
static void begin_with(struct replay *replay, const struct ks_store_options *options,
    const char *const *names, size_t count)
{
	struct ks_reply reply = {0};

	replay_begin(replay, options);
	replay_identify(replay, NULL);
	replay_plan(replay);
	for (size_t i = 0; i < count; i++)
		reply_bucket(&reply, names[i]);
	replay_answer(replay, replay_find(replay, KS_OP_GET_BUCKETS, NULL), &reply);
}

static void answer_all_keys(struct replay *replay)
{
	struct ks_request *request;

	while (replay_plan(replay),
	    (request = replay_find(replay, KS_OP_GET_BUCKET_ACCESS_KEYS, NULL)) != NULL) {
		struct ks_reply reply = {0};

		reply_key(&reply, "AKIA0000000000000001", REPLAY_NOW - REPLAY_DAY);
		replay_answer(replay, request, &reply);
	}
}

/* ---- profiles and regions ---- */

static void named_regions_become_scopes_each_once(void **state)
{
	static const char *const regions[] = {"us-east-1", "eu-west-1", "us-east-1"};
	const struct ks_store_options options = {.regions = regions, .n_regions = 3};
	struct replay replay;

	(void)state;
	replay_begin(&replay, &options);
	replay_identify(&replay, "ap-south-1");
	assert_int_equal(replay.store->n_scopes, 2);
	assert_string_equal(replay.store->scopes[0].region, "us-east-1");
	assert_string_equal(replay.store->scopes[1].region, "eu-west-1");
	replay_end(&replay);
}

static void without_a_region_the_identitys_is_used(void **state)
{
	const struct ks_store_options options = {0};
	struct replay replay;

	(void)state;
	replay_begin(&replay, &options);
	replay_identify(&replay, "ap-south-1");
	assert_int_equal(replay.store->n_scopes, 1);
	assert_string_equal(replay.store->scopes[0].region, "ap-south-1");
	replay_end(&replay);
}

static void without_any_region_all_are_asked_for(void **state)
{
	const struct ks_store_options options = {0};
	struct ks_reply reply = {0};
	struct ks_request *request;
	struct replay replay;

	(void)state;
	replay_begin(&replay, &options);
	replay_identify(&replay, NULL);
	replay_plan(&replay);
	request = replay_find(&replay, KS_OP_GET_REGIONS, NULL);
	assert_string_equal(request->region, "us-east-1");
	reply_region(&reply, "us-east-2");
	reply_region(&reply, "evil.example.com/");
	reply_region(&reply, "eu-west-1");
	replay_answer(&replay, request, &reply);
	assert_int_equal(replay.store->n_scopes, 2);
	assert_string_equal(ks_str_clean(&replay.store->scopes[0].display_name), "Somewhere");
	assert_false(replay.store->profiles[0].regions_builtin);
	replay_end(&replay);
}

static void who_may_not_list_regions_gets_the_built_in_ones(void **state)
{
	static const struct {
		enum ks_err_kind kind;
		const char *code;
	} cases[] = {{KS_ERR_SERVICE, "AccessDeniedException"},
	    {KS_ERR_SERVICE, "UnknownOperationException"}, {KS_ERR_REPLY, ""}};
	const struct ks_store_options options = {.all_regions = true};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct replay replay;

		replay_begin(&replay, &options);
		replay_identify(&replay, "us-east-1");
		replay_plan(&replay);
		replay_fail(&replay, replay_find(&replay, KS_OP_GET_REGIONS, NULL), cases[i].kind,
		    cases[i].code);
		assert_int_equal(replay.store->n_scopes, 19);
		assert_true(replay.store->profiles[0].regions_builtin);
		assert_null(ks_store_profile_err(replay.store, 0));
		replay_end(&replay);
	}
}

static void refused_credentials_are_the_profiles_error_until_a_refresh(void **state)
{
	const struct ks_store_options options = {.all_regions = true};
	struct replay replay;
	struct ks_reply reply = {0};

	(void)state;
	replay_begin(&replay, &options);
	replay_identify(&replay, NULL);
	replay_plan(&replay);
	replay_fail(&replay, replay_find(&replay, KS_OP_GET_REGIONS, NULL), KS_ERR_SERVICE,
	    "UnrecognizedClientException");
	assert_int_equal(replay.store->n_scopes, 0);
	assert_non_null(ks_store_profile_err(replay.store, 0));
	assert_string_not_equal(ks_store_profile_err(replay.store, 0)->tip, "");
	assert_true(ks_store_is_settled(replay.store));
	assert_int_equal(replay_plan(&replay), 0);

	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_REFRESH});
	assert_false(ks_store_is_settled(replay.store));
	replay_identify(&replay, NULL);
	replay_plan(&replay);
	reply_region(&reply, "us-east-1");
	replay_answer(&replay, replay_find(&replay, KS_OP_GET_REGIONS, NULL), &reply);
	assert_null(ks_store_profile_err(replay.store, 0));
	assert_int_equal(replay.store->n_scopes, 1);
	replay_end(&replay);
}

static void without_credentials_it_is_known_where_was_looked(void **state)
{
	struct ks_identity_info *info = ks_calloc(1, sizeof *info);
	struct replay replay;

	(void)state;
	info->profile = ks_strdup("prod");
	info->looked = ks_calloc(1, sizeof *info->looked);
	info->looked[0].place = ks_strdup("environment");
	info->looked[0].finding = ks_strdup("AWS_ACCESS_KEY_ID is not set");
	info->n_looked = 1;
	replay_begin(&replay, &one_region);
	replay_plan(&replay);
	replay_identity(&replay, replay.open[0], info, KS_ERR_CREDENTIALS);
	assert_int_equal(replay.store->profiles[0].info->n_looked, 1);
	assert_int_equal(ks_store_profile_err(replay.store, 0)->kind, KS_ERR_CREDENTIALS);
	assert_string_equal(ks_store_profile_name(replay.store, 0), "prod");
	assert_int_equal(replay.store->n_scopes, 0);
	assert_true(ks_store_is_settled(replay.store));
	replay_end(&replay);
}

static void profiles_stand_side_by_side(void **state)
{
	static const char *const profiles[] = {"prod", "dev", "prod"};
	const struct ks_store_options options = {
	    .profiles = profiles, .n_profiles = 3, .regions = two_regions, .n_regions = 2};
	struct replay replay;

	(void)state;
	replay_begin(&replay, &options);
	assert_int_equal(replay.store->n_profiles, 2);
	assert_int_equal(replay_plan(&replay), 2);
	assert_true(replay.open[1]->profile_explicit);
	assert_string_equal(replay.open[1]->profile_name, "dev");
	replay_identify(&replay, NULL);
	assert_int_equal(replay.store->n_scopes, 4);
	replay_end(&replay);
}

/* ---- lists of buckets ---- */

static void pages_are_merged_in_order_of_names(void **state)
{
	struct ks_reply first = {0}, second = {0};
	struct replay replay;
	const struct ks_scope *scope;
	struct ks_request *request;

	(void)state;
	replay_begin(&replay, &one_region);
	replay_identify(&replay, NULL);
	replay_plan(&replay);
	reply_bucket(&first, "melon");
	reply_bucket(&first, "apple");
	reply_bucket(&first, NULL);
	reply_next(&first, "page 2");
	replay_answer(&replay, replay_find(&replay, KS_OP_GET_BUCKETS, NULL), &first);
	assert_false(ks_store_is_settled(replay.store));
	replay_plan(&replay);
	request = replay_find(&replay, KS_OP_GET_BUCKETS, NULL);
	assert_string_equal(request->input.page_token, "page 2");
	assert_int_equal(request->priority, KS_PRIORITY_PAGE);
	assert_int_equal(replay_count(&replay, KS_OP_GET_BUCKET_ACCESS_KEYS), 2);
	reply_bucket(&second, "zebra");
	reply_bucket(&second, "banana");
	reply_bucket(&second, "melon");
	replay_answer(&replay, request, &second);
	scope = &replay.store->scopes[0];
	assert_int_equal(scope->n_entries, 4);
	assert_string_equal(ks_str_raw(&scope->entries[0]->bucket.name), "apple");
	assert_string_equal(ks_str_raw(&scope->entries[1]->bucket.name), "banana");
	assert_string_equal(ks_str_raw(&scope->entries[2]->bucket.name), "melon");
	assert_string_equal(ks_str_raw(&scope->entries[3]->bucket.name), "zebra");
	assert_int_equal(scope->buckets.state, KS_FETCH_KNOWN);
	replay_check(&replay);
	replay_end(&replay);
}

static void a_repeated_page_token_is_an_error(void **state)
{
	static const char *const tokens[] = {"a", "b", "c", "a"};
	struct replay replay;
	const struct ks_fetched *buckets;

	(void)state;
	replay_begin(&replay, &one_region);
	replay_identify(&replay, NULL);
	for (size_t i = 0; i < 4; i++) {
		struct ks_reply reply = {0};

		replay_plan(&replay);
		reply_bucket(&reply, tokens[i]);
		reply_next(&reply, tokens[i]);
		replay_answer(&replay, replay_find(&replay, KS_OP_GET_BUCKETS, NULL), &reply);
	}
	buckets = &replay.store->scopes[0].buckets;
	assert_int_equal(buckets->state, KS_FETCH_FAILED);
	assert_non_null(strstr(buckets->err->message, "same page token"));
	assert_int_equal(replay.store->n_buckets, 3);
	replay_plan(&replay);
	assert_int_equal(replay_count(&replay, KS_OP_GET_BUCKETS), 0);
	replay_end(&replay);
}

static void a_list_without_end_is_given_up(void **state)
{
	struct replay replay;
	int pages = 0;

	(void)state;
	replay_begin(&replay, &one_region);
	replay_identify(&replay, NULL);
	while (replay_plan(&replay), replay_count(&replay, KS_OP_GET_BUCKETS) > 0) {
		struct ks_reply reply = {0};
		char token[32];

		snprintf(token, sizeof token, "token %d", ++pages);
		assert_true(pages <= 2001);
		reply_next(&reply, token);
		replay_answer(&replay, replay_find(&replay, KS_OP_GET_BUCKETS, NULL), &reply);
	}
	assert_int_equal(replay.store->scopes[0].buckets.state, KS_FETCH_FAILED);
	replay_end(&replay);
}

static void ids_stay_and_vanished_buckets_go_with_a_complete_pass(void **state)
{
	static const char *const names[] = {"alpha", "beta", "gamma"};
	struct ks_reply reply = {0};
	struct replay replay;
	uint32_t alpha, beta, gamma;

	(void)state;
	begin_with(&replay, &one_region, names, 3);
	alpha = ks_store_find_bucket(replay.store, 0, "alpha")->id;
	beta = ks_store_find_bucket(replay.store, 0, "beta")->id;
	gamma = ks_store_find_bucket(replay.store, 0, "gamma")->id;
	answer_all_keys(&replay);
	assert_int_equal(replay.store->n_keys, 3);

	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_REFRESH});
	replay_plan(&replay);
	reply_bucket(&reply, "gamma");
	reply_bucket(&reply, "delta");
	reply_bucket(&reply, "alpha");
	replay_answer(&replay, replay_find(&replay, KS_OP_GET_BUCKETS, NULL), &reply);
	assert_int_equal(ks_store_find_bucket(replay.store, 0, "alpha")->id, alpha);
	assert_int_equal(ks_store_find_bucket(replay.store, 0, "gamma")->id, gamma);
	assert_null(ks_store_bucket(replay.store, beta));
	assert_null(ks_store_find_bucket(replay.store, 0, "beta"));
	assert_int_equal(replay.store->n_buckets, 3);
	assert_int_equal(replay.store->n_keys, 2);
	replay_check(&replay);
	/* The keys of the one that went were being read: nobody wants them any more. */
	replay_plan(&replay);
	assert_int_equal(replay.n_cancelled, 1);
	replay_end(&replay);
}

static void a_failed_pass_keeps_the_old_list(void **state)
{
	static const char *const names[] = {"alpha", "beta"};
	struct ks_reply reply = {0};
	struct replay replay;

	(void)state;
	begin_with(&replay, &one_region, names, 2);
	answer_all_keys(&replay);
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_REFRESH});
	replay_plan(&replay);
	reply_bucket(&reply, "new");
	reply_next(&reply, "2");
	replay_answer(&replay, replay_find(&replay, KS_OP_GET_BUCKETS, NULL), &reply);
	replay_plan(&replay);
	replay_fail(&replay, replay_find(&replay, KS_OP_GET_BUCKETS, NULL), KS_ERR_NETWORK, "");
	assert_int_equal(replay.store->n_buckets, 3);
	assert_int_equal(replay.store->scopes[0].buckets.state, KS_FETCH_FAILED);
	assert_int_equal(replay.store->scopes[0].buckets.at, REPLAY_NOW);
	assert_null(replay.store->scopes[0].page_token);
	replay_check(&replay);
	replay_end(&replay);
}

static void one_region_may_fail_while_the_other_works(void **state)
{
	const struct ks_store_options options = {.regions = two_regions, .n_regions = 2};
	struct ks_reply reply = {0};
	struct replay replay;

	(void)state;
	replay_begin(&replay, &options);
	replay_identify(&replay, NULL);
	replay_plan(&replay);
	replay_fail(&replay, replay_find(&replay, KS_OP_GET_BUCKETS, "eu-west-1"), KS_ERR_SERVICE,
	    "AccessDeniedException");
	reply_bucket(&reply, "works");
	replay_answer(&replay, replay_find(&replay, KS_OP_GET_BUCKETS, "us-east-1"), &reply);
	answer_all_keys(&replay);
	assert_int_equal(replay.store->scopes[1].buckets.state, KS_FETCH_FAILED);
	assert_string_equal(replay.store->scopes[1].buckets.err->tip,
	    "allow lightsail:GetBuckets to this identity");
	assert_int_equal(replay.store->scopes[0].buckets.state, KS_FETCH_KNOWN);
	assert_int_equal(replay.store->n_keys, 1);
	assert_true(ks_store_is_settled(replay.store));
	replay_check(&replay);
	replay_end(&replay);
}

static void only_the_bucket_that_was_asked_for_is_kept(void **state)
{
	static const char *const names[] = {"alpha", "beta", "betamax"};
	struct ks_store_options options = one_region;
	struct replay replay;

	(void)state;
	options.only_bucket = "beta";
	begin_with(&replay, &options, names, 3);
	assert_int_equal(replay.store->n_buckets, 1);
	replay_plan(&replay);
	assert_int_equal(replay_count(&replay, KS_OP_GET_BUCKET_ACCESS_KEYS), 1);
	replay_end(&replay);
}

/* ---- keys ---- */

static void failed_keys_stand_beside_known_ones(void **state)
{
	static const char *const names[] = {"alpha", "beta"};
	struct replay replay;
	struct ks_reply reply = {0};
	const struct ks_bucket_entry *alpha;

	(void)state;
	begin_with(&replay, &one_region, names, 2);
	replay_plan(&replay);
	reply_key(&reply, "AKIA0000000000000002", REPLAY_NOW - 5);
	reply_key(&reply, "AKIA0000000000000001", REPLAY_NOW - 9);
	replay_answer(&replay, replay_find(&replay, KS_OP_GET_BUCKET_ACCESS_KEYS, "alpha"), &reply);
	replay_fail(&replay, replay_find(&replay, KS_OP_GET_BUCKET_ACCESS_KEYS, "beta"),
	    KS_ERR_TIMEOUT, "");
	alpha = ks_store_find_bucket(replay.store, 0, "alpha");
	assert_string_equal(ks_str_raw(&alpha->keys[0].id), "AKIA0000000000000001");
	assert_int_equal(replay.store->n_keys_known, 1);
	assert_int_equal(replay.store->n_keys_failed, 1);
	assert_true(ks_store_is_settled(replay.store));

	/* A failure later on keeps what is known. */
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_REFRESH, .bucket = alpha->id});
	replay_plan(&replay);
	assert_int_equal(replay.n_open, 1);
	replay_fail(&replay, replay.open[0], KS_ERR_NETWORK, "");
	assert_int_equal(alpha->n_keys, 2);
	assert_int_equal(alpha->keys_fetched.state, KS_FETCH_FAILED);
	replay_check(&replay);
	replay_end(&replay);
}

static void a_bucket_that_is_not_found_has_the_list_read_anew(void **state)
{
	static const char *const names[] = {"alpha"};
	struct replay replay;
	struct ks_reply reply = {0};

	(void)state;
	begin_with(&replay, &one_region, names, 1);
	replay_plan(&replay);
	replay_fail(&replay, replay_find(&replay, KS_OP_GET_BUCKET_ACCESS_KEYS, NULL),
	    KS_ERR_SERVICE, "NotFoundException");
	assert_false(ks_store_is_settled(replay.store));
	assert_int_equal(replay_plan(&replay), 1);
	replay_answer(&replay, replay_find(&replay, KS_OP_GET_BUCKETS, NULL), &reply);
	assert_int_equal(replay.store->n_buckets, 0);
	assert_int_equal(replay.store->n_keys_failed, 0);
	assert_true(ks_store_is_settled(replay.store));
	assert_int_equal(replay_plan(&replay), 0);
	replay_check(&replay);
	replay_end(&replay);
}

static void findings_are_counted_as_time_goes_by(void **state)
{
	static const char *const names[] = {"alpha", "beta"};
	struct replay replay;

	(void)state;
	begin_with(&replay, &one_region, names, 2);
	answer_all_keys(&replay);
	assert_int_equal(ks_store_count_finding(replay.store, KS_FINDING_UNUSED, REPLAY_NOW), 0);
	assert_int_equal(
	    ks_store_count_finding(replay.store, KS_FINDING_UNUSED, REPLAY_NOW + 1), 2);
	replay.now += 90 * REPLAY_DAY;
	assert_int_equal(ks_store_count_finding(replay.store, KS_FINDING_IDLE, replay.now), 2);
	replay_check(&replay);
	replay.now = REPLAY_NOW - 1;
	assert_int_equal(ks_store_count_finding(replay.store, KS_FINDING_IDLE, replay.now), 0);
	replay_check(&replay);
	replay_end(&replay);
}

static void events_about_what_is_gone_are_ignored(void **state)
{
	struct replay replay;
	uint64_t before;

	(void)state;
	begin_with(&replay, &one_region, NULL, 0);
	before = replay.store->generation;
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_REFRESH, .bucket = 999});
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_CREATE, .bucket = 999});
	replay_tell(&replay,
	    (struct ks_event){.kind = KS_EVENT_DELETE, .bucket = 999, .key_id = (char[]){"x"}});
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_DISMISS, .change = 999});
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_ARRIVED, .handover = 999});
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_REPLY, .request = 999});
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_RETRYING, .request = 999});
	assert_int_equal(replay.store->generation, before);
	assert_null(ks_store_bucket(replay.store, 0));
	replay_end(&replay);
}

static void renew_in(struct replay *replay, const char *region, uint32_t profile,
    enum ks_err_kind kind, int64_t expires)
{
	struct ks_event *event = ks_event_new(KS_EVENT_RENEWED, replay->now);

	event->profile = profile;
	event->identity = ks_calloc(1, sizeof *event->identity);
	event->identity->profile = ks_strdup("p");
	event->identity->region = ks_strdup(region);
	event->identity->expires = expires;
	if (kind != KS_ERR_NONE) {
		ks_err_set(&event->err, kind, "The login has expired.");
		ks_err_tip(&event->err, "run: aws sso login");
	}
	ks_store_apply(replay->store, event);
}

static void renew(struct replay *replay, uint32_t profile, enum ks_err_kind kind, int64_t expires)
{
	renew_in(replay, "us-east-1", profile, kind, expires);
}

/* The profile was changed meanwhile: a renewal reads it anew. */
static void a_renewal_brings_the_region_along(void **state)
{
	struct replay replay;

	(void)state;
	replay_begin(&replay, &(struct ks_store_options){0});
	replay_identify(&replay, "us-east-1");
	renew_in(&replay, "eu-west-1", 0, KS_ERR_NONE, replay.now + REPLAY_DAY);
	replay_plan(&replay);
	assert_non_null(replay_find(&replay, KS_OP_GET_BUCKETS, "eu-west-1"));
	assert_null(replay_find(&replay, KS_OP_GET_BUCKETS, "us-east-1"));
	replay_end(&replay);
}

/* What was read stays; only what is to be read next can't be. */
static void credentials_that_cant_be_renewed_fail_their_profile(void **state)
{
	struct replay replay;
	struct ks_reply reply = {0};
	const struct ks_profile *profile;

	(void)state;
	replay_begin(&replay, &(struct ks_store_options){0});
	replay_identify(&replay, "us-east-1");
	profile = &replay.store->profiles[0];
	replay_plan(&replay);
	reply_bucket(&reply, "a");
	replay_answer(&replay, replay_find(&replay, KS_OP_GET_BUCKETS, NULL), &reply);
	renew(&replay, 0, KS_ERR_NONE, replay.now + REPLAY_DAY);
	assert_int_equal(profile->identity.state, KS_FETCH_KNOWN);
	assert_int_equal(profile->info->expires, replay.now + REPLAY_DAY);

	renew(&replay, 0, KS_ERR_CREDENTIALS, KS_TIME_NONE);
	assert_int_equal(profile->identity.state, KS_FETCH_FAILED);
	assert_string_equal(ks_store_profile_err(replay.store, 0)->tip, "run: aws sso login");
	assert_int_equal(replay.store->n_buckets, 1);
	replay_check(&replay);

	/* The user signs in, and asks again. */
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_REFRESH});
	replay_plan(&replay);
	assert_non_null(replay_find_kind(&replay, KS_REQUEST_IDENTIFY));
	/* News of the old search comes too late for that. */
	renew(&replay, 0, KS_ERR_NETWORK, KS_TIME_NONE);
	assert_string_equal(ks_store_profile_err(replay.store, 0)->tip, "run: aws sso login");
	renew(&replay, 7, KS_ERR_NONE, KS_TIME_NONE);
	replay_end(&replay);
}

/* However many regions and buckets: it is one failure, and ends with its cause. */
static void what_lacks_an_identity_fails_with_it_and_is_read_once_there_is_one(void **state)
{
	static const char *const names[] = {"alpha", "beta"};
	struct replay replay;
	const struct ks_scope *scope;

	(void)state;
	begin_with(&replay, &one_region, names, 2);
	answer_all_keys(&replay);
	scope = &replay.store->scopes[0];
	assert_false(ks_store_profile_says(replay.store, 0, &scope->buckets));

	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_REFRESH});
	replay_plan(&replay);
	renew(&replay, 0, KS_ERR_CREDENTIALS, KS_TIME_NONE);
	replay_fail(&replay, replay_find(&replay, KS_OP_GET_BUCKETS, NULL), KS_ERR_CREDENTIALS, "");
	replay_fail(&replay, replay_find(&replay, KS_OP_GET_BUCKET_ACCESS_KEYS, "alpha"),
	    KS_ERR_CREDENTIALS, "");
	replay_fail(&replay, replay_find(&replay, KS_OP_GET_BUCKET_ACCESS_KEYS, "beta"),
	    KS_ERR_NETWORK, "");
	assert_true(ks_store_profile_says(replay.store, 0, &scope->buckets));
	assert_true(ks_store_profile_says(replay.store, 0, &scope->entries[0]->keys_fetched));
	assert_false(ks_store_profile_says(replay.store, 0, &scope->entries[1]->keys_fetched));
	replay_check(&replay);

	renew(&replay, 0, KS_ERR_NONE, replay.now + REPLAY_DAY);
	assert_false(ks_store_profile_says(replay.store, 0, &scope->buckets));
	replay_plan(&replay);
	assert_non_null(replay_find(&replay, KS_OP_GET_BUCKETS, NULL));
	assert_non_null(replay_find(&replay, KS_OP_GET_BUCKET_ACCESS_KEYS, "alpha"));
	assert_null(replay_find(&replay, KS_OP_GET_BUCKET_ACCESS_KEYS, "beta"));
	replay_check(&replay);
	replay_end(&replay);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(named_regions_become_scopes_each_once),
	    cmocka_unit_test(without_a_region_the_identitys_is_used),
	    cmocka_unit_test(without_any_region_all_are_asked_for),
	    cmocka_unit_test(who_may_not_list_regions_gets_the_built_in_ones),
	    cmocka_unit_test(refused_credentials_are_the_profiles_error_until_a_refresh),
	    cmocka_unit_test(without_credentials_it_is_known_where_was_looked),
	    cmocka_unit_test(profiles_stand_side_by_side),
	    cmocka_unit_test(pages_are_merged_in_order_of_names),
	    cmocka_unit_test(a_repeated_page_token_is_an_error),
	    cmocka_unit_test(a_list_without_end_is_given_up),
	    cmocka_unit_test(ids_stay_and_vanished_buckets_go_with_a_complete_pass),
	    cmocka_unit_test(a_failed_pass_keeps_the_old_list),
	    cmocka_unit_test(one_region_may_fail_while_the_other_works),
	    cmocka_unit_test(only_the_bucket_that_was_asked_for_is_kept),
	    cmocka_unit_test(failed_keys_stand_beside_known_ones),
	    cmocka_unit_test(a_bucket_that_is_not_found_has_the_list_read_anew),
	    cmocka_unit_test(findings_are_counted_as_time_goes_by),
	    cmocka_unit_test(events_about_what_is_gone_are_ignored),
	    cmocka_unit_test(a_renewal_brings_the_region_along),
	    cmocka_unit_test(credentials_that_cant_be_renewed_fail_their_profile),
	    cmocka_unit_test(what_lacks_an_identity_fails_with_it_and_is_read_once_there_is_one),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("state store", tests, NULL, NULL);
}
