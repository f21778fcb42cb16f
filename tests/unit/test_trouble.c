/* When the screen that says what is wrong stands in for the panes, and what it says of each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/secret.h"
#include "tests/unit/replay.h"
#include "tui/glyphs.h"
#include "tui/views/trouble.h"

static const char *const names[] = {"one", "two", "three"};
static const char *const regions[] = {"us-east-1"};

static bool shows(const struct replay *replay, const char *text)
{
	struct ks_draw draw = {.store = replay->store,
	    .glyphs = &ks_glyphs_utf8,
	    .now = REPLAY_NOW,
	    .wake = INT64_MAX};
	struct ks_canvas *canvas = ks_canvas_new(120, 60);
	struct ks_sheet sheet = {0};
	struct ks_buf picture;
	bool found;

	ks_buf_init(&picture, (size_t)1 << 20);
	ks_trouble_draw(&sheet, &draw, ks_canvas_area(canvas), true);
	ks_canvas_dump(canvas, &picture);
	found = strstr(ks_buf_text(&picture), text) != NULL;
	if (!found)
		print_error("%s", ks_buf_text(&picture));
	ks_buf_free(&picture);
	ks_sheet_free(&sheet);
	ks_canvas_free(canvas);
	return found;
}

/* The next profile's identity: found, or not. */
static void identify(struct replay *replay, const char *region, bool found)
{
	struct ks_identity_info *info = ks_calloc(1, sizeof *info);

	info->profile = ks_strdup(replay->open[0]->profile_name);
	info->region = region != NULL ? ks_strdup(region) : NULL;
	info->expires = KS_TIME_NONE;
	replay_identity(replay, replay->open[0], info, found ? KS_ERR_NONE : KS_ERR_CREDENTIALS);
}

static void begin(struct replay *replay, size_t profiles, bool all_regions)
{
	replay_begin(replay, &(struct ks_store_options){
				 .profiles = names,
				 .n_profiles = profiles,
				 .regions = regions,
				 .n_regions = all_regions ? 0 : 1,
				 .all_regions = all_regions,
			     });
	replay_plan(replay);
}

static void one_profile_that_may_still_work_keeps_the_panes(void **state)
{
	struct replay replay;

	(void)state;
	begin(&replay, 2, false);
	assert_false(ks_trouble_is(replay.store));
	identify(&replay, NULL, false);
	assert_false(ks_trouble_is(replay.store));
	identify(&replay, NULL, true);
	assert_false(ks_trouble_is(replay.store));
	replay_plan(&replay);
	replay_fail(&replay, replay_find(&replay, KS_OP_GET_BUCKETS, NULL), KS_ERR_SERVICE,
	    "AccessDeniedException");
	assert_true(ks_trouble_is(replay.store));
	replay_end(&replay);
}

static void each_profile_that_failed_is_named(void **state)
{
	struct replay replay;

	(void)state;
	begin(&replay, 3, false);
	for (int i = 0; i < 3; i++)
		identify(&replay, NULL, false);
	assert_true(ks_trouble_is(replay.store));
	assert_true(shows(&replay, "No credentials came"));
	assert_true(shows(&replay, "The other profiles"));
	assert_true(shows(&replay, "two    "));
	assert_true(shows(&replay, "three  "));
	replay_end(&replay);
}

/* Without a list of regions there is no region that could say that it failed. */
static void regions_that_could_not_be_listed_are_no_lack_of_buckets(void **state)
{
	struct replay replay;

	(void)state;
	begin(&replay, 1, true);
	identify(&replay, NULL, true);
	assert_false(ks_trouble_is(replay.store));
	replay_plan(&replay);
	replay_fail(
	    &replay, replay_find(&replay, KS_OP_GET_REGIONS, NULL), KS_ERR_NETWORK, "Connect");
	assert_true(ks_trouble_is(replay.store));
	assert_true(shows(&replay, "No connection"));
	replay_end(&replay);
}

/* One that was never identified has no region; that is not all of them. */
static void what_failed_does_not_count_among_the_regions(void **state)
{
	struct replay replay;

	(void)state;
	replay_begin(&replay, &(struct ks_store_options){.profiles = names, .n_profiles = 2});
	replay_plan(&replay);
	identify(&replay, NULL, false);
	identify(&replay, "eu-west-1", true);
	assert_false(ks_store_shows_all_regions(replay.store));
	replay_end(&replay);
	replay_begin(&replay, &(struct ks_store_options){.profiles = names, .n_profiles = 2});
	replay_plan(&replay);
	identify(&replay, NULL, true);
	identify(&replay, "eu-west-1", true);
	assert_true(ks_store_shows_all_regions(replay.store));
	replay_end(&replay);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_profile_that_may_still_work_keeps_the_panes),
	    cmocka_unit_test(each_profile_that_failed_is_named),
	    cmocka_unit_test(what_failed_does_not_count_among_the_regions),
	    cmocka_unit_test(regions_that_could_not_be_listed_are_no_lack_of_buckets),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("trouble", tests, NULL, NULL);
}
