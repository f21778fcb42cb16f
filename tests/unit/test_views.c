/* How the interface behaves: keys in, a picture or a state out. */
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
#include "tests/unit/rig.h"
#include "tui/action.h"
#include "tui/format.h"
#include "tui/key.h"
#include "tui/keymap.h"

static void begin(struct rig *rig)
{
	*rig = (struct rig){0};
	rig_begin(rig, &(struct rig_options){0});
	rig_settle(rig);
	rig_picture(rig, 120, 34);
}

static void no_size_crashes(void **state)
{
	static const char *const keys[] = {
	    "", "Enter", "2 Enter", "?", "t", "/ a", "3", "z", "p", "p / d", "o G"};

	(void)state;
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		struct rig rig;

		begin(&rig);
		rig_keys(&rig, keys[i]);
		for (int width = 1; width <= 300; width += width < 90 ? 3 : 35)
			for (int height = 1; height <= 100; height += height < 26 ? 2 : 37)
				assert_non_null(rig_picture(&rig, width, height));
		rig_end(&rig);
	}
}

static uint32_t code_at(const struct rig *rig, int x, int y)
{
	return rig->canvas->cells[(size_t)y * (size_t)rig->canvas->width + (size_t)x].code[0];
}

static void wide_names_stay_aligned(void **state)
{
	struct rig rig;
	int x = 0;

	(void)state;
	begin(&rig);
	rig_picture(&rig, 120, 34);
	while (code_at(&rig, x, 1) != 0x256E) /* the corner at the right of the first pane */
		assert_true(++x < 120);
	for (int y = 2; y < 20; y++)
		assert_int_equal(code_at(&rig, x, y), 0x2502);
	rig_end(&rig);
}

static void the_selection_follows_the_bucket_when_the_order_changes(void **state)
{
	struct rig rig;
	uint32_t before;

	(void)state;
	begin(&rig);
	rig_keys(&rig, "j j j");
	before = ks_ui_bucket(rig.ui);
	assert_int_not_equal(before, 0);
	rig_keys(&rig, "s");
	assert_int_equal(ks_ui_bucket(rig.ui), before);
	rig_keys(&rig, "S");
	assert_int_equal(ks_ui_bucket(rig.ui), before);
	rig_keys(&rig, "s s");
	assert_int_equal(ks_ui_bucket(rig.ui), before);
	rig_end(&rig);
}

static void the_selection_comes_back_when_the_filter_goes(void **state)
{
	struct rig rig;
	uint32_t before;

	(void)state;
	begin(&rig);
	rig_keys(&rig, "j j j");
	before = ks_ui_bucket(rig.ui);
	rig_keys(&rig, "/ n o t h i n g");
	assert_int_not_equal(ks_ui_bucket(rig.ui), before);
	rig_keys(&rig, "Esc");
	assert_int_equal(ks_ui_bucket(rig.ui), before);
	rig_end(&rig);
}

static void what_a_filter_found_stays_selected_once_it_is_accepted(void **state)
{
	struct rig rig;
	uint32_t found;

	(void)state;
	begin(&rig);
	rig_keys(&rig, "j j j / o l d - Enter");
	found = ks_ui_bucket(rig.ui);
	rig_keys(&rig, "Esc");
	assert_false(rig_shows(&rig, "/old-"));
	assert_int_equal(ks_ui_bucket(rig.ui), found);
	rig_end(&rig);
}

/* Another region's buckets are still on their way. */
static void what_was_found_stays_selected_while_more_is_listed(void **state)
{
	struct rig rig = {0};

	(void)state;
	rig_begin(&rig, &(struct rig_options){0});
	for (int i = 0; i < 10 && !rig_shows(&rig, "old-site"); i++)
		world_step(&rig.world, 1);
	assert_true(rig_shows(&rig, "old-site"));
	assert_false(rig_shows(&rig, "nothing-here"));
	rig_keys(&rig, "/ o l d - s Enter Esc");
	assert_true(rig_shows(&rig, "2 Keys · old-site"));
	rig_settle(&rig);
	assert_true(rig_shows(&rig, "2 Keys · old-site"));
	rig_end(&rig);
}

static void a_refresh_moves_nothing(void **state)
{
	struct rig rig;
	uint32_t before;

	(void)state;
	begin(&rig);
	rig_keys(&rig, "j j j j 2 j");
	before = ks_ui_bucket(rig.ui);
	assert_string_equal(ks_ui_key_id(rig.ui), "AKIAI44QH8DHBEXAMPLE");
	rig.world.now += HOUR;
	rig_keys(&rig, "Ctrl-R");
	assert_int_equal(ks_ui_bucket(rig.ui), before);
	assert_string_equal(ks_ui_key_id(rig.ui), "AKIAI44QH8DHBEXAMPLE");
	rig_end(&rig);
}

static void a_key_id_as_filter_finds_its_bucket(void **state)
{
	struct rig rig;

	(void)state;
	begin(&rig);
	rig_keys(&rig, "/ A K I A O L D S I T E A A A A A A A A 1 Enter");
	assert_string_equal(
	    ks_str_raw(&ks_store_bucket(rig.world.store, ks_ui_bucket(rig.ui))->bucket.name),
	    "old-site");
	assert_true(rig_shows(&rig, "1/1 of 9"));
	rig_end(&rig);
}

static void escape_closes_what_is_on_top_and_never_leaves(void **state)
{
	struct rig rig;

	(void)state;
	begin(&rig);
	rig_keys(&rig, "/ m e d i a Enter z Enter ?");
	assert_string_equal(ks_ui_top(rig.ui)->name, "help");
	rig_keys(&rig, "Esc");
	assert_string_equal(ks_ui_top(rig.ui)->name, "details");
	rig_keys(&rig, "Esc");
	assert_null(ks_ui_top(rig.ui));
	assert_false(rig_shows(&rig, "2 Keys"));
	rig_keys(&rig, "Esc");
	assert_true(rig_shows(&rig, "2 Keys"));
	assert_true(rig_shows(&rig, "/media"));
	rig_keys(&rig, "Esc");
	assert_false(rig_shows(&rig, "/media"));
	rig_keys(&rig, "Esc Esc");
	assert_int_equal(ks_ui_take_wish(rig.ui), KS_UI_NOTHING);
	rig_end(&rig);
}

static void q_closes_what_is_on_top_then_leaves(void **state)
{
	struct rig rig;

	(void)state;
	begin(&rig);
	rig_keys(&rig, "Enter q");
	assert_null(ks_ui_top(rig.ui));
	assert_int_equal(ks_ui_take_wish(rig.ui), KS_UI_NOTHING);
	rig_keys(&rig, "/ q Enter");
	assert_int_equal(ks_ui_take_wish(rig.ui), KS_UI_NOTHING);
	rig_keys(&rig, "q");
	assert_int_equal(ks_ui_take_wish(rig.ui), KS_UI_LEAVE);
	rig_end(&rig);
}

static void control_c_leaves_from_anywhere(void **state)
{
	static const char *const places[] = {"", "Enter", "?", "t", "/ a", "z"};

	(void)state;
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		struct rig rig;

		begin(&rig);
		rig_keys(&rig, places[i]);
		rig_keys(&rig, "Ctrl-C");
		assert_int_equal(ks_ui_take_wish(rig.ui), KS_UI_LEAVE);
		rig_end(&rig);
	}
}

static void press(struct rig *rig, const char *name)
{
	struct ks_key key;

	assert_true(ks_key_parse(name, &key));
	ks_ui_key(rig->ui, key, rig->world.now);
}

static void a_dialog_gets_no_key_before_its_first_frame(void **state)
{
	struct rig rig;

	(void)state;
	begin(&rig);
	rig_keys(&rig, "/ o l d - s i t e Enter 2");
	press(&rig, "d");
	assert_string_equal(ks_ui_top(rig.ui)->name, "delete");
	press(&rig, "Esc");
	press(&rig, "q");
	assert_non_null(ks_ui_top(rig.ui));
	ks_ui_draw(rig.ui, rig.canvas, rig.world.now);
	assert_true(ks_ui_presented(rig.ui));
	press(&rig, "Esc");
	assert_null(ks_ui_top(rig.ui));
	assert_int_equal(rig.world.deletes, 0);
	rig_end(&rig);
}

static void a_dialog_that_cannot_be_seen_takes_no_keys(void **state)
{
	struct rig rig;

	(void)state;
	begin(&rig);
	rig_keys(&rig, "/ o l d - s i t e Enter 2 d");
	assert_string_equal(ks_ui_top(rig.ui)->name, "delete");
	rig_picture(&rig, 30, 8);
	rig_keys(&rig, "Esc");
	assert_non_null(ks_ui_top(rig.ui));
	rig_picture(&rig, 120, 34);
	rig_keys(&rig, "Esc");
	assert_null(ks_ui_top(rig.ui));
	rig_end(&rig);
}

static void a_paste_is_no_series_of_commands(void **state)
{
	static const struct ks_key begin_paste = {.code = KS_KEY_PASTE_BEGIN},
				   end_paste = {.code = KS_KEY_PASTE_END};
	struct rig rig;

	(void)state;
	begin(&rig);
	ks_ui_key(rig.ui, begin_paste, rig.world.now);
	press(&rig, "q");
	press(&rig, "n");
	press(&rig, "d");
	ks_ui_key(rig.ui, end_paste, rig.world.now);
	assert_null(ks_ui_top(rig.ui));
	assert_int_equal(ks_ui_take_wish(rig.ui), KS_UI_NOTHING);
	press(&rig, "q");
	assert_int_equal(ks_ui_take_wish(rig.ui), KS_UI_LEAVE);
	rig_end(&rig);
}

static void the_theme_is_tried_on_and_escape_brings_the_old_one_back(void **state)
{
	struct rig rig;
	char before[32];

	(void)state;
	begin(&rig);
	snprintf(before, sizeof before, "%s", ks_ui_theme(rig.ui)->name);
	rig_keys(&rig, "t j");
	assert_string_not_equal(ks_ui_theme(rig.ui)->name, before);
	rig_keys(&rig, "Esc");
	assert_string_equal(ks_ui_theme(rig.ui)->name, before);
	rig_keys(&rig, "t j Enter");
	assert_string_not_equal(ks_ui_theme(rig.ui)->name, before);
	rig_end(&rig);
}

static void nothing_is_drawn_when_nothing_changed(void **state)
{
	struct rig rig;

	(void)state;
	begin(&rig);
	rig_picture(&rig, 120, 34);
	ks_ui_update(rig.ui, rig.world.now + 1);
	assert_false(ks_ui_wants_frame(rig.ui, rig.world.now + 1));
	/* the wide name's key was used 40 s ago: its age is the first that changes */
	assert_int_equal(ks_ui_wake(rig.ui), rig.world.now + 20 * 1000);
	assert_true(ks_ui_wants_frame(rig.ui, rig.world.now + 20 * 1000));
	rig_end(&rig);
}

static void ages_wake_every_ten_seconds_at_the_most(void **state)
{
	struct ks_draw draw = {.glyphs = &ks_glyphs_utf8, .now = WORLD_NOW, .wake = KS_TIME_NEVER};
	char text[KS_FORMAT_SIZE];

	(void)state;
	assert_string_equal(ks_format_age(&draw, WORLD_NOW - 57 * 1000, text), "<1m");
	assert_int_equal(draw.wake, WORLD_NOW + 10 * 1000);
	assert_string_equal(ks_format_age(&draw, WORLD_NOW - 119 * 1000, text), "1m");
	assert_int_equal(draw.wake, WORLD_NOW + 10 * 1000);
	assert_string_equal(ks_format_age(&draw, KS_TIME_NONE, text), "—");
	assert_int_equal(draw.wake, WORLD_NOW + 10 * 1000);
}

static void what_cannot_be_done_says_why(void **state)
{
	struct rig rig;

	(void)state;
	rig = (struct rig){0};
	rig_begin(&rig, &(struct rig_options){.store.read_only = true});
	rig_settle(&rig);
	rig_picture(&rig, 120, 34);
	rig_keys(&rig, "n");
	assert_null(ks_ui_top(rig.ui));
	assert_true(rig_shows(&rig, "Read-only"));
	rig_end(&rig);
}

static void a_long_name_shows_its_beginning_and_its_end(void **state)
{
	static const struct {
		const char *name;
		int width;
		const char *shown;
	} cases[] = {{"short", 5, "short"}, {"atlas-exports-00195", 15, "atlas-expo…0195"},
	    {"atlas-exports-00195", 3, "at…"}, {"atlas-exports-00195", 2, "atlas-exports-00195"},
	    {"写真写真写真", 9, "写真写…真"}, {"", 0, ""}};
	char text[KS_FORMAT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_string_equal(
		    ks_format_name(cases[i].name, cases[i].width, &ks_glyphs_utf8, text),
		    cases[i].shown);
}

/* ---- the table of actions ---- */

static void every_action_is_whole(void **state)
{
	const struct ks_action *action;

	(void)state;
	for (size_t i = 0; (action = ks_action_at(i)) != NULL; i++) {
		assert_non_null(action->name);
		assert_non_null(action->help);
		assert_non_null(action->group);
		assert_non_null(action->run);
		assert_int_not_equal(action->contexts, KS_CONTEXT_NONE);
		assert_ptr_equal(ks_action_find(action->name), action);
	}
}

static void no_key_means_two_things_in_one_place(void **state)
{
	struct ks_keymap *map = ks_keymap_new();
	const struct ks_action *action;

	(void)state;
	for (size_t i = 0; (action = ks_action_at(i)) != NULL; i++) {
		const char *keys = action->keys;
		struct ks_key key;

		while (ks_key_next(&keys, &key)) {
			assert_int_not_equal(key.code, KS_KEY_NONE);
			for (unsigned bit = 1; bit <= KS_CONTEXT_HELP; bit <<= 1)
				if ((action->contexts & bit) != 0)
					assert_ptr_equal(
					    ks_keymap_find(map, (enum ks_context)bit, key), action);
		}
	}
	ks_keymap_free(map);
}

static void ask_for_code(struct rig *rig, uint64_t id, uint32_t profile)
{
	struct ks_event *event = ks_event_new(KS_EVENT_QUESTION, rig->world.now);

	event->question = ks_calloc(1, sizeof *event->question);
	event->question->id = id;
	event->question->profile = profile;
	event->question->prompt = ks_strdup("MFA code for X");
	event->question->why = ks_strdup("it is needed");
	ks_store_apply(rig->world.store, event);
}

/* The others are shown meanwhile. */
static void a_profile_that_waits_for_a_code_says_so(void **state)
{
	static const char *const profiles[] = {"prod", "dev"};
	struct rig rig = {0};

	(void)state;
	rig_begin(&rig, &(struct rig_options){.store = {.profiles = profiles, .n_profiles = 2}});
	rig_settle(&rig);
	ask_for_code(&rig, 1, 1);
	assert_non_null(strstr(rig_picture(&rig, 180, 34), " dev waiting for an MFA code"));
	assert_true(rig_shows(&rig, "MFA code needed"));
	rig_keys(&rig, "Esc");
	assert_false(rig_shows(&rig, "waiting for an MFA code"));
	/* While a filter is typed nothing covers the rows. */
	rig_keys(&rig, "/");
	ask_for_code(&rig, 2, 1);
	assert_true(rig_shows(&rig, "! dev: waiting for an MFA code"));
	ask_for_code(&rig, 3, 0);
	assert_non_null(strstr(rig_picture(&rig, 180, 34), "2 profiles waiting for MFA codes"));
	rig_end(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_size_crashes),
	    cmocka_unit_test(wide_names_stay_aligned),
	    cmocka_unit_test(the_selection_follows_the_bucket_when_the_order_changes),
	    cmocka_unit_test(the_selection_comes_back_when_the_filter_goes),
	    cmocka_unit_test(what_a_filter_found_stays_selected_once_it_is_accepted),
	    cmocka_unit_test(what_was_found_stays_selected_while_more_is_listed),
	    cmocka_unit_test(a_refresh_moves_nothing),
	    cmocka_unit_test(a_key_id_as_filter_finds_its_bucket),
	    cmocka_unit_test(escape_closes_what_is_on_top_and_never_leaves),
	    cmocka_unit_test(q_closes_what_is_on_top_then_leaves),
	    cmocka_unit_test(control_c_leaves_from_anywhere),
	    cmocka_unit_test(a_dialog_gets_no_key_before_its_first_frame),
	    cmocka_unit_test(a_dialog_that_cannot_be_seen_takes_no_keys),
	    cmocka_unit_test(a_paste_is_no_series_of_commands),
	    cmocka_unit_test(the_theme_is_tried_on_and_escape_brings_the_old_one_back),
	    cmocka_unit_test(nothing_is_drawn_when_nothing_changed),
	    cmocka_unit_test(ages_wake_every_ten_seconds_at_the_most),
	    cmocka_unit_test(what_cannot_be_done_says_why),
	    cmocka_unit_test(a_long_name_shows_its_beginning_and_its_end),
	    cmocka_unit_test(every_action_is_whole),
	    cmocka_unit_test(no_key_means_two_things_in_one_place),
	    cmocka_unit_test(a_profile_that_waits_for_a_code_says_so),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("views", tests, NULL, NULL);
}
