/* Regions that the account has not enabled, by replayed events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/replay.h"

static const struct ks_store_options all = {.all_regions = true};

/* The list of all regions is there, and nothing else. */
static void begin(struct replay *replay, const struct ks_store_options *options)
{
	struct ks_reply reply = {0};

	replay_begin(replay, options);
	replay_identify(replay, "us-east-1");
	replay_plan(replay);
	reply_region(&reply, "us-east-1");
	reply_region(&reply, "eu-west-1");
	reply_region(&reply, "ap-east-1");
	replay_answer(replay, replay_find(replay, KS_OP_GET_REGIONS, NULL), &reply);
	replay_plan(replay);
}

static uint32_t scope_of(const struct replay *replay, const char *region)
{
	uint32_t i = 0;

	while (i < replay->store->n_scopes && strcmp(replay->store->scopes[i].region, region) != 0)
		i++;
	return i;
}

static void works_in(struct replay *replay, const char *region)
{
	struct ks_reply reply = {0};

	replay_answer(replay, replay_find(replay, KS_OP_GET_BUCKETS, region), &reply);
}

static void fails_in(struct replay *replay, const char *region, const char *code)
{
	replay_fail(replay, replay_find(replay, KS_OP_GET_BUCKETS, region), KS_ERR_SERVICE, code);
}

static void where_the_service_says_so_it_is_quiet(void **state)
{
	static const char *const codes[] = {"OptInRequired", "RegionSetupInProgressException"};

	(void)state;
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
		struct replay replay;

		begin(&replay, &all);
		fails_in(&replay, "eu-west-1", codes[i]);
		assert_true(ks_store_is_quiet(replay.store, scope_of(&replay, "eu-west-1")));
		assert_int_equal(ks_store_count_quiet(replay.store), 1);
		assert_true(ks_activity_is_quiet(replay.store, replay.store->activities[0]));
		replay_end(&replay);
	}
}

/* Keys that are good elsewhere, in a region that must be enabled first. */
static void unknown_keys_are_judged_by_the_other_regions(void **state)
{
	static const char *const codes[] = {
	    "UnrecognizedClientException", "InvalidClientTokenId", "AuthFailure"};

	(void)state;
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
		struct replay replay;
		uint32_t off;
		struct ks_err err;

		begin(&replay, &all);
		off = scope_of(&replay, "ap-east-1");
		fails_in(&replay, "ap-east-1", codes[i]);
		assert_false(ks_store_is_not_enabled(replay.store, off));
		fails_in(&replay, "eu-west-1", codes[i]);
		assert_false(ks_store_is_not_enabled(replay.store, off));
		works_in(&replay, "us-east-1");
		assert_true(ks_store_is_quiet(replay.store, off));
		assert_true(ks_store_scope_err(replay.store, off, &err));
		assert_non_null(strstr(err.tip, "enable this region"));
		/* Not one that every account has. */
		assert_false(ks_store_is_not_enabled(replay.store, scope_of(&replay, "eu-west-1")));
		replay_end(&replay);
	}
}

static void other_failures_are_none(void **state)
{
	static const char *const codes[] = {
	    "AccessDeniedException", "InvalidSignatureException", "ExpiredTokenException", ""};

	(void)state;
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
		struct replay replay;

		begin(&replay, &all);
		works_in(&replay, "us-east-1");
		fails_in(&replay, "ap-east-1", codes[i]);
		assert_int_equal(ks_store_count_quiet(replay.store), 0);
		assert_false(ks_activity_is_quiet(replay.store, replay.store->activities[0]));
		replay_end(&replay);
	}
}

static void works_for_another_profile_proves_nothing(void **state)
{
	static const char *const names[] = {"prod", "dev"};
	static const struct ks_store_options options = {
	    .profiles = names, .n_profiles = 2, .all_regions = true};
	struct replay replay;
	uint32_t off;

	(void)state;
	begin(&replay, &options);
	off = scope_of(&replay, "ap-east-1");
	fails_in(&replay, "ap-east-1", "UnrecognizedClientException");
	for (uint32_t i = 0; i < replay.store->n_scopes; i++)
		assert_int_equal(replay.store->scopes[i].profile, replay.store->scopes[0].profile);
	replay_choose(&replay, "dev", "us-east-1");
	replay_plan(&replay);
	works_in(&replay, "us-east-1");
	assert_false(ks_store_is_not_enabled(replay.store, off));
	replay_end(&replay);
}

static void who_asks_for_it_by_name_is_told(void **state)
{
	struct replay replay;
	uint32_t off;

	(void)state;
	begin(&replay, &all);
	replay_choose(&replay, NULL, "us-east-1 ap-east-1");
	off = scope_of(&replay, "ap-east-1");
	works_in(&replay, "us-east-1");
	fails_in(&replay, "ap-east-1", "OptInRequired");
	assert_true(ks_store_is_not_enabled(replay.store, off));
	assert_false(ks_store_is_quiet(replay.store, off));
	replay_choose(&replay, NULL, "all");
	assert_true(ks_store_is_quiet(replay.store, off));
	replay_end(&replay);
}

static void a_region_that_works_again_is_none(void **state)
{
	struct replay replay;

	(void)state;
	begin(&replay, &all);
	fails_in(&replay, "ap-east-1", "OptInRequired");
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_REFRESH});
	replay_plan(&replay);
	works_in(&replay, "ap-east-1");
	assert_int_equal(ks_store_count_quiet(replay.store), 0);
	replay_end(&replay);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(where_the_service_says_so_it_is_quiet),
	    cmocka_unit_test(unknown_keys_are_judged_by_the_other_regions),
	    cmocka_unit_test(other_failures_are_none),
	    cmocka_unit_test(works_for_another_profile_proves_nothing),
	    cmocka_unit_test(who_asks_for_it_by_name_is_told),
	    cmocka_unit_test(a_region_that_works_again_is_none),
	};

	return cmocka_run_group_tests_name("state enabled", tests, NULL, NULL);
}
