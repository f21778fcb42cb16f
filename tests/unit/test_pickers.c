/* Choosing profiles and regions: keys in, the store's choice and a picture out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/secret.h"
#include "tests/unit/rig.h"

static void begin(struct rig *rig, size_t profiles)
{
	static const char *const names[] = {"prod", "dev"};

	*rig = (struct rig){0};
	rig_begin(rig, &(struct rig_options){
			   .store.profiles = names,
			   .store.n_profiles = profiles,
		       });
	rig_settle(rig);
	rig_picture(rig, 120, 34);
}

/* The names in the choice, each with a blank; "default" for none. */
static const char *names_of(const struct ks_str_list *list)
{
	static char text[256];
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < list->count; i++) {
		const char *name = ks_str_clean(&list->items[i]);

		assert_true(len + strlen(name) + 2 < sizeof text);
		memcpy(text + len, name, strlen(name));
		len += strlen(name);
		memcpy(text + len++, " ", 2);
	}
	return list->count > 0 ? text : "default";
}

static const char *profiles(const struct rig *rig)
{
	return names_of(&rig->world.store->choice.profiles);
}

static const char *regions(const struct rig *rig)
{
	return names_of(&rig->world.store->choice.regions);
}

static void nothing_toggled_takes_what_the_cursor_is_on(void **state)
{
	struct rig rig;

	(void)state;
	begin(&rig, 1);
	rig_keys(&rig, "p j Enter");
	assert_null(ks_ui_top(rig.ui));
	assert_string_equal(profiles(&rig), "dev ");
	assert_true(rig_shows(&rig, " keysail  dev "));
	assert_int_equal(rig.world.store->n_buckets, 9);
	rig_end(&rig);
}

static void several_are_toggled_and_taken_together(void **state)
{
	struct rig rig;
	uint32_t bucket;

	(void)state;
	begin(&rig, 1);
	rig_keys(&rig, "j j j");
	bucket = ks_ui_bucket(rig.ui);
	rig_keys(&rig, "p j Space G k k Space Enter");
	assert_string_equal(profiles(&rig), "prod dev base ");
	assert_int_equal(rig.world.store->n_buckets, 27);
	assert_true(rig_shows(&rig, "prod, dev, base"));
	/* What stays is still selected. */
	assert_int_equal(ks_ui_bucket(rig.ui), bucket);
	rig_keys(&rig, "p Space Enter");
	assert_string_equal(profiles(&rig), "dev base ");
	assert_null(ks_store_bucket(rig.world.store, bucket));
	rig_end(&rig);
}

static void what_was_not_taken_changes_nothing(void **state)
{
	static const char *const ways[] = {"p Esc", "p Space j Space Esc", "p q", "p Enter",
	    "o Esc", "o Enter", "o j j Space Esc"};

	(void)state;
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		struct rig rig;
		uint64_t generation;

		begin(&rig, 2);
		generation = rig.world.store->generation;
		rig_keys(&rig, ways[i]);
		assert_null(ks_ui_top(rig.ui));
		assert_string_equal(profiles(&rig), "prod dev ");
		assert_string_equal(regions(&rig), "us-east-1 eu-west-1 ");
		/* That the profiles were listed is all that may be new. */
		assert_in_range(rig.world.store->generation, generation, generation + 2);
		rig_end(&rig);
	}
}

static void the_default_is_a_way_back_and_goes_alone(void **state)
{
	struct rig rig;

	(void)state;
	begin(&rig, 2);
	rig_keys(&rig, "p g Space");
	assert_true(rig_shows(&rig, "[x] the default"));
	assert_false(rig_shows(&rig, "[x] prod"));
	rig_keys(&rig, "Enter");
	assert_string_equal(profiles(&rig), "default");
	assert_true(rig_shows(&rig, " keysail  default "));
	rig_keys(&rig, "p G Space");
	assert_false(rig_shows(&rig, "[x] the default"));
	rig_keys(&rig, "Enter");
	assert_string_equal(profiles(&rig), "empty ");
	rig_end(&rig);
}

static void the_filter_hides_and_keeps_what_is_toggled(void **state)
{
	struct rig rig;

	(void)state;
	begin(&rig, 1);
	rig_keys(&rig, "p Space j Space / s s o");
	assert_true(rig_shows(&rig, "SSO my-sso"));
	assert_false(rig_shows(&rig, "[ ] base"));
	/* Enter gives the list the focus; q and Space are text until then. */
	rig_keys(&rig, "Enter Space Space Esc");
	assert_true(rig_shows(&rig, "[ ] base"));
	rig_keys(&rig, "/ b a s e Enter Space");
	assert_true(rig_shows(&rig, "2 chosen") || rig_shows(&rig, "/base"));
	rig_keys(&rig, "Enter");
	assert_string_equal(profiles(&rig), "dev base ");
	rig_end(&rig);
}

static void a_filter_without_matches_takes_nothing(void **state)
{
	struct rig rig;

	(void)state;
	begin(&rig, 1);
	rig_keys(&rig, "p / z z z Enter");
	assert_true(rig_shows(&rig, "Nothing matches /zzz"));
	rig_keys(&rig, "Enter");
	assert_non_null(ks_ui_top(rig.ui));
	rig_keys(&rig, "Esc Esc");
	assert_null(ks_ui_top(rig.ui));
	assert_string_equal(profiles(&rig), "prod ");
	rig_end(&rig);
}

static void all_toggled_away_is_nothing_to_take(void **state)
{
	struct rig rig;

	(void)state;
	begin(&rig, 1);
	rig_keys(&rig, "p Space");
	assert_true(rig_shows(&rig, "nothing is chosen"));
	rig_keys(&rig, "j Enter");
	assert_non_null(ks_ui_top(rig.ui));
	assert_true(rig_shows(&rig, "Nothing is chosen: Space chooses."));
	assert_string_equal(profiles(&rig), "prod ");
	rig_keys(&rig, "Space");
	assert_false(rig_shows(&rig, "nothing is chosen"));
	rig_keys(&rig, "Enter");
	assert_string_equal(profiles(&rig), "dev ");
	rig_keys(&rig, "o Space / v i r g i n i a Enter Space Enter");
	assert_true(rig_shows(&rig, "Nothing is chosen"));
	rig_keys(&rig, "Esc Esc");
	assert_null(ks_ui_top(rig.ui));
	assert_string_equal(regions(&rig), "us-east-1 eu-west-1 ");
	rig_end(&rig);
}

static void a_name_is_taken_as_it_is(void **state)
{
	struct rig rig;

	(void)state;
	begin(&rig, 1);
	rig_keys(&rig, "p / c i Enter Enter");
	assert_string_equal(
	    ks_str_raw(&rig.world.store->choice.profiles.items[0]), world_profiles[3 * 4]);
	rig_end(&rig);
}

static void a_profile_that_is_in_no_file_can_be_left_out(void **state)
{
	static const char *const names[] = {"gone"};
	struct rig rig = {0};

	(void)state;
	rig_begin(&rig, &(struct rig_options){.store.profiles = names, .store.n_profiles = 1});
	rig_settle(&rig);
	rig_keys(&rig, "p");
	assert_true(rig_shows(&rig, "[x] gone"));
	assert_true(rig_shows(&rig, "in neither file"));
	rig_keys(&rig, "g Enter");
	assert_string_equal(profiles(&rig), "default");
	rig_end(&rig);
}

static void regions_are_chosen_by_name_or_all(void **state)
{
	struct rig rig;

	(void)state;
	begin(&rig, 1);
	rig_keys(&rig, "o Space Enter");
	assert_string_equal(regions(&rig), "us-east-1 ");
	assert_true(rig_shows(&rig, "prod · us-east-1"));
	rig_keys(&rig, "o g Enter");
	assert_true(rig.world.store->choice.all_regions);
	assert_string_equal(regions(&rig), "default");
	assert_true(rig_shows(&rig, "prod · all regions"));
	rig_keys(&rig, "o / o h i o Enter Space Enter");
	assert_false(rig.world.store->choice.all_regions);
	assert_string_equal(regions(&rig), "us-east-2 ");
	rig_keys(&rig, "o g j Enter");
	assert_string_equal(regions(&rig), "default");
	assert_false(rig.world.store->choice.all_regions);
	rig_end(&rig);
}

static void the_demo_has_regions_but_no_profiles(void **state)
{
	struct rig rig = {0};

	(void)state;
	rig.world.no_profile = true;
	rig_begin(&rig, &(struct rig_options){.demo = true});
	rig_settle(&rig);
	rig_keys(&rig, "p");
	assert_null(ks_ui_top(rig.ui));
	assert_true(rig_shows(&rig, "The demo has no profiles"));
	rig_keys(&rig, "o");
	assert_non_null(ks_ui_top(rig.ui));
	rig_end(&rig);
}

/* ---- what is being done to buckets that are not chosen any more ---- */

static void a_bucket_that_stays_for_a_while_is_told_of(void **state)
{
	struct rig rig;
	uint32_t bucket;

	(void)state;
	begin(&rig, 2);
	rig_keys(&rig, "j j");
	bucket = ks_ui_bucket(rig.ui);
	rig.hold = true;
	rig_keys(&rig, "n Enter Esc p g Enter");
	assert_true(
	    rig_shows(&rig, "1 bucket stays until what is being done to it is over and seen."));
	assert_int_equal(rig.world.store->n_buckets, 1);
	rig.hold = false;
	rig_settle(&rig);
	assert_int_equal(rig.world.creates, 1);
	assert_true(rig_shows(&rig, "Secret access key"));
	assert_true(rig_shows(&rig, "backups-2024 (prod, eu-west-1)"));
	assert_non_null(ks_store_bucket(rig.world.store, bucket));
	rig_end(&rig);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_toggled_takes_what_the_cursor_is_on),
	    cmocka_unit_test(several_are_toggled_and_taken_together),
	    cmocka_unit_test(what_was_not_taken_changes_nothing),
	    cmocka_unit_test(the_default_is_a_way_back_and_goes_alone),
	    cmocka_unit_test(the_filter_hides_and_keeps_what_is_toggled),
	    cmocka_unit_test(a_filter_without_matches_takes_nothing),
	    cmocka_unit_test(all_toggled_away_is_nothing_to_take),
	    cmocka_unit_test(a_name_is_taken_as_it_is),
	    cmocka_unit_test(a_profile_that_is_in_no_file_can_be_left_out),
	    cmocka_unit_test(regions_are_chosen_by_name_or_all),
	    cmocka_unit_test(the_demo_has_regions_but_no_profiles),
	    cmocka_unit_test(a_bucket_that_stays_for_a_while_is_told_of),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("pickers", tests, NULL, NULL);
}
