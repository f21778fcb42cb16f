/* The screen, view by view: keys in, a picture out. The pictures are in tests/screen/golden. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/secret.h"
#include "tests/unit/golden.h"
#include "tests/unit/rig.h"
#include "tui/action.h"
#include "tui/key.h"
#include "tui/keymap.h"

static const char *const looked[] = {"environment",
    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set", "~/.aws/credentials", "no such file",
    "~/.aws/config", "no profile default", NULL};

/* ---- pictures ---- */

struct scene {
	const char *name; /* of the picture */
	int width, height;
	const char *keys;
	bool ascii, demo, read_only, unanswered;
	size_t steps; /* requests answered; 0: all */
	const char *denied_region;
	enum ks_err_kind fails;
	const char *fails_code;
	bool no_credentials;
};

static const struct scene scenes[] = {
    {.name = "browse-120x34", .width = 120, .height = 34, .keys = "j j j"},
    {.name = "browse-80x24", .width = 80, .height = 24, .keys = "j j j"},
    {.name = "browse-50x15", .width = 50, .height = 15, .keys = "j j j"},
    {.name = "browse-ascii-80x24", .width = 80, .height = 24, .keys = "j j j", .ascii = true},
    {.name = "browse-40x10", .width = 40, .height = 10, .keys = ""},
    {.name = "browse-200x50", .width = 200, .height = 50, .keys = "j j j"},
    {.name = "keys-50x15", .width = 50, .height = 15, .keys = "j j j 2"},
    {.name = "operations-50x15", .width = 50, .height = 15, .keys = "3 j"},
    {.name = "demo-read-only-80x24", .width = 80, .height = 24, .demo = true, .read_only = true},
    {.name = "first-frame-120x34", .width = 120, .height = 34, .unanswered = true},
    {.name = "loading-120x34", .width = 120, .height = 34, .steps = 5},
    {.name = "no-keys-120x34", .width = 120, .height = 34, .keys = "j j j j"},
    {.name = "keys-failed-120x34", .width = 120, .height = 34, .keys = "G k k"},
    {.name = "region-failed-120x34",
	.width = 120,
	.height = 34,
	.keys = "G",
	.denied_region = "eu-west-1"},
    {.name = "region-failed-details-120x34",
	.width = 120,
	.height = 34,
	.keys = "G Enter",
	.denied_region = "eu-west-1"},
    {.name = "filter-typing-120x34", .width = 120, .height = 34, .keys = "/ o l d"},
    {.name = "filter-accepted-80x24", .width = 80, .height = 24, .keys = "/ e u - w Enter"},
    {.name = "filter-no-match-80x24", .width = 80, .height = 24, .keys = "/ z z Enter"},
    {.name = "filter-key-id-120x34", .width = 120, .height = 34, .keys = "/ I 4 4 Q Enter"},
    {.name = "sort-used-120x34", .width = 120, .height = 34, .keys = "s s s g"},
    {.name = "zoom-120x34", .width = 120, .height = 34, .keys = "j j j 2 z"},
    {.name = "details-bucket-120x34", .width = 120, .height = 34, .keys = "j j j Enter"},
    {.name = "details-bucket-80x24", .width = 80, .height = 24, .keys = "j j j Enter j j"},
    {.name = "details-key-120x34", .width = 120, .height = 34, .keys = "j j j 2 Enter"},
    {.name = "details-key-50x15", .width = 50, .height = 15, .keys = "j j j 2 Enter"},
    {.name = "details-operation-120x34", .width = 120, .height = 34, .keys = "3 Enter"},
    {.name = "details-failed-call-80x24",
	.width = 80,
	.height = 24,
	.keys = "3 / s e c r e t Enter Enter"},
    {.name = "help-120x34", .width = 120, .height = 34, .keys = "?"},
    {.name = "help-50x15", .width = 50, .height = 15, .keys = "? PgDn"},
    {.name = "themes-80x24", .width = 80, .height = 24, .keys = "t t"},
    {.name = "toast-120x34", .width = 120, .height = 34, .keys = "j j j j d"},
    {.name = "no-credentials-120x34", .width = 120, .height = 34, .no_credentials = true},
    {.name = "no-credentials-50x15", .width = 50, .height = 15, .no_credentials = true},
    {.name = "not-accepted-120x34",
	.width = 120,
	.height = 34,
	.fails = KS_ERR_SERVICE,
	.fails_code = "UnrecognizedClientException"},
    {.name = "expired-80x24",
	.width = 80,
	.height = 24,
	.fails = KS_ERR_SERVICE,
	.fails_code = "ExpiredTokenException"},
    {.name = "not-allowed-80x24",
	.width = 80,
	.height = 24,
	.fails = KS_ERR_SERVICE,
	.fails_code = "AccessDeniedException"},
    {.name = "no-connection-80x24", .width = 80, .height = 24, .fails = KS_ERR_NETWORK},
    {.name = "too-small-39x9", .width = 39, .height = 9},
    {.name = "too-small-ascii-30x30", .width = 30, .height = 30, .ascii = true},
};

static void begin_scene(struct rig *rig, const struct scene *scene)
{
	*rig = (struct rig){0};
	rig->world.denied_region = scene->denied_region;
	rig->world.fails = scene->fails;
	rig->world.fails_code = scene->fails_code;
	rig->world.looked = scene->no_credentials ? looked : NULL;
	rig_begin(rig, &(struct rig_options){
			   .store.read_only = scene->read_only,
			   .ascii = scene->ascii,
			   .demo = scene->demo,
		       });
	if (scene->steps > 0)
		world_step(&rig->world, scene->steps);
	else if (!scene->unanswered)
		rig_settle(rig);
	rig_picture(rig, scene->width, scene->height);
	rig_keys(rig, scene->keys != NULL ? scene->keys : "");
}

static void the_screen_looks_as_it_did(void **state)
{
	const struct scene *scene = *state;
	struct rig rig;

	begin_scene(&rig, scene);
	golden_check(scene->name, rig_picture(&rig, scene->width, scene->height));
	rig_end(&rig);
}

/* ---- behaviour ---- */

static void begin(struct rig *rig)
{
	*rig = (struct rig){0};
	rig_begin(rig, &(struct rig_options){0});
	rig_settle(rig);
	rig_picture(rig, 120, 34);
}

static void no_size_crashes(void **state)
{
	static const char *const keys[] = {"", "Enter", "2 Enter", "?", "t", "/ a", "3", "z"};

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

static void a_refresh_moves_nothing(void **state)
{
	struct rig rig;
	uint32_t before;
	const char *key;

	(void)state;
	begin(&rig);
	rig_keys(&rig, "/ m e d i a Enter 2 j");
	before = ks_ui_bucket(rig.ui);
	key = ks_ui_key_id(rig.ui);
	assert_string_equal(key, "AKIAI44QH8DHBEXAMPLE");
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
	assert_int_equal(ks_ui_wake(rig.ui), rig.world.now + 1000);
	assert_true(ks_ui_wants_frame(rig.ui, rig.world.now + 1000));
	rig_end(&rig);
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

		while (*keys != '\0') {
			size_t len = strcspn(keys, " ");
			char name[32];
			struct ks_key key;

			snprintf(name, sizeof name, "%.*s", (int)len, keys);
			assert_true(ks_key_parse(name, &key));
			for (unsigned bit = 1; bit <= KS_CONTEXT_HELP; bit <<= 1)
				if ((action->contexts & bit) != 0)
					assert_ptr_equal(
					    ks_keymap_find(map, (enum ks_context)bit, key), action);
			keys += len;
			keys += strspn(keys, " ");
		}
	}
	ks_keymap_free(map);
}

int main(void)
{
	enum { SCENES = sizeof scenes / sizeof scenes[0] };
	static const struct CMUnitTest others[] = {
	    cmocka_unit_test(no_size_crashes),
	    cmocka_unit_test(wide_names_stay_aligned),
	    cmocka_unit_test(the_selection_follows_the_bucket_when_the_order_changes),
	    cmocka_unit_test(the_selection_comes_back_when_the_filter_goes),
	    cmocka_unit_test(a_refresh_moves_nothing),
	    cmocka_unit_test(a_key_id_as_filter_finds_its_bucket),
	    cmocka_unit_test(escape_closes_what_is_on_top_and_never_leaves),
	    cmocka_unit_test(q_closes_what_is_on_top_then_leaves),
	    cmocka_unit_test(control_c_leaves_from_anywhere),
	    cmocka_unit_test(a_dialog_gets_no_key_before_its_first_frame),
	    cmocka_unit_test(a_paste_is_no_series_of_commands),
	    cmocka_unit_test(the_theme_is_tried_on_and_escape_brings_the_old_one_back),
	    cmocka_unit_test(nothing_is_drawn_when_nothing_changed),
	    cmocka_unit_test(what_cannot_be_done_says_why),
	    cmocka_unit_test(every_action_is_whole),
	    cmocka_unit_test(no_key_means_two_things_in_one_place),
	};
	/* One group, since a test program prints one plan. */
	static struct CMUnitTest tests[SCENES + sizeof others / sizeof others[0]];

	ks_secret_setup();
	for (size_t i = 0; i < SCENES; i++) {
		union {
			const struct scene *from;
			void *to;
		} scene = {.from = &scenes[i]};

		tests[i] = (struct CMUnitTest){
		    .name = scenes[i].name,
		    .test_func = the_screen_looks_as_it_did,
		    .initial_state = scene.to,
		};
	}
	memcpy(&tests[SCENES], others, sizeof others);
	return cmocka_run_group_tests_name("views", tests, NULL, NULL);
}
