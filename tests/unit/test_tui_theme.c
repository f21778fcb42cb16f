/* Themes: the files, the compiled-in ones, looks, and colours brought down to what there is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tui/palette.h"
#include "tui/theme.h"

static struct ks_theme parse(const char *text)
{
	struct ks_theme theme;
	struct ks_err err;

	if (!ks_theme_parse(text, strlen(text), "mine.theme", &theme, &err))
		fail_msg("%s", err.message);
	return theme;
}

static void assert_refused(const char *text, const char *wanted)
{
	struct ks_theme theme = {.name = "untouched"};
	struct ks_err err;

	assert_false(ks_theme_parse(text, strlen(text), "mine.theme", &theme, &err));
	assert_string_equal(err.message, wanted);
	assert_string_equal(theme.name, "untouched");
}

static void assert_same_look(struct ks_look a, struct ks_look b)
{
	assert_int_equal(a.fg.kind, b.fg.kind);
	assert_int_equal(a.fg.value, b.fg.value);
	assert_int_equal(a.bg.kind, b.bg.kind);
	assert_int_equal(a.bg.value, b.bg.value);
	assert_int_equal(a.attrs, b.attrs);
}

/* Two readers, one in awk and one in C, agree on each file. */
static void the_compiled_in_themes_are_the_files(void **state)
{
	char path[4096];

	(void)state;
	for (size_t i = 0; ks_theme_builtin(i) != NULL; i++) {
		const struct ks_theme *builtin = ks_theme_builtin(i);
		struct ks_theme file;
		struct ks_err err;

		snprintf(path, sizeof path, "%s/themes/%s.theme", getenv("SRCDIR"), builtin->name);
		if (!ks_theme_load(path, NULL, &file, &err))
			fail_msg("%s", err.message);
		assert_string_equal(file.name, builtin->name);
		assert_string_equal(file.description, builtin->description);
		assert_int_equal(file.for_light, builtin->for_light);
		for (int role = 0; role < KS_ROLE_COUNT; role++)
			assert_same_look(file.looks[role], builtin->looks[role]);
	}
	assert_string_equal(ks_theme_builtin(0)->name, "dark");
	assert_string_equal(ks_theme_builtin(1)->name, "light");
	assert_string_equal(ks_theme_builtin(2)->name, "mono");
	assert_null(ks_theme_builtin(3));
	assert_string_equal(ks_theme_neutral()->name, "neutral");
}

static void looks_are_read_in_each_form(void **state)
{
	struct ks_theme theme = parse("[theme]\n"
				      "name = Mine\n"
				      "background = light\n"
				      "[roles]\n"
				      "text = bold italic #ff8000 on #102030\n"
				      "dim = bright-black\n"
				      "ok = 123 on default\n"
				      "bad = underline\n");

	(void)state;
	assert_string_equal(theme.name, "Mine");
	assert_true(theme.for_light);
	assert_same_look(theme.looks[KS_ROLE_TEXT],
	    (struct ks_look){
		{KS_COLOR_RGB, 0xff8000}, {KS_COLOR_RGB, 0x102030}, KS_ATTR_BOLD | KS_ATTR_ITALIC});
	assert_same_look(theme.looks[KS_ROLE_DIM],
	    (struct ks_look){{KS_COLOR_INDEX, 8}, {KS_COLOR_DEFAULT, 0}, 0});
	assert_same_look(theme.looks[KS_ROLE_OK],
	    (struct ks_look){{KS_COLOR_INDEX, 123}, {KS_COLOR_DEFAULT, 0}, 0});
	assert_same_look(theme.looks[KS_ROLE_BAD],
	    (struct ks_look){{KS_COLOR_DEFAULT, 0}, {KS_COLOR_DEFAULT, 0}, KS_ATTR_UNDERLINE});
	/* What it leaves out is the light theme's. */
	assert_same_look(theme.looks[KS_ROLE_WARN], ks_theme_builtin(1)->looks[KS_ROLE_WARN]);
}

static void a_wrong_line_is_named(void **state)
{
	(void)state;
	assert_refused("[roles]\n\ntextt = red\n", "mine.theme:3: there is no role \"textt\"");
	assert_refused("[roles]\ntext = rde\n", "mine.theme:2: no colour or attribute: \"rde\"");
	assert_refused("[roles]\ntext = red on\n", "mine.theme:2: no colour or attribute: \"on\"");
	assert_refused("[roles]\ntext = 256\n", "mine.theme:2: no colour or attribute: \"256\"");
	assert_refused(
	    "[roles]\ntext = #12345\n", "mine.theme:2: no colour or attribute: \"#12345\"");
	assert_refused("[theme]\ncolour = red\n", "mine.theme:2: [theme] has no \"colour\"");
	assert_refused("[theme]\nbackground = red\n",
	    "mine.theme:2: background is dark, light or any, not \"red\"");
	assert_refused("[rolls]\n", "mine.theme:1: there is no section \"rolls\"");
}

static void a_users_theme_goes_before_a_compiled_in_one(void **state)
{
	char dir[] = "/tmp/ks-theme-XXXXXX", path[64];
	struct ks_theme theme;
	struct ks_err err;
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/dark.theme", dir);
	file = fopen(path, "w");
	fputs("[roles]\ntext = red\n", file);
	fclose(file);
	assert_true(ks_theme_load("dark", dir, &theme, &err));
	assert_int_equal(theme.looks[KS_ROLE_TEXT].fg.value, 1);
	assert_string_equal(theme.name, "dark");
	assert_true(ks_theme_load("light", dir, &theme, &err));
	assert_string_equal(theme.name, "light");
	assert_false(ks_theme_load("nothing", dir, &theme, &err));
	assert_string_equal(err.message, "there is no theme \"nothing\"");
	assert_false(ks_theme_load("./nothing.theme", dir, &theme, &err));
	unlink(path);
	rmdir(dir);
}

static void a_ground_is_under_its_row(void **state)
{
	struct ks_theme theme = parse("[roles]\n"
				      "ok = green\n"
				      "button = white on red\n"
				      "selected = bold 231 on 24\n"
				      "selected-dim = on 236\n"
				      "dialog = reverse\n");

	(void)state;
	assert_same_look(ks_theme_look(&theme, ks_style(KS_ROLE_OK)), theme.looks[KS_ROLE_OK]);
	assert_same_look(ks_theme_look(&theme, ks_style_on(KS_ROLE_OK, KS_GROUND_SELECTED)),
	    (struct ks_look){{KS_COLOR_INDEX, 231}, {KS_COLOR_INDEX, 24}, KS_ATTR_BOLD});
	assert_same_look(ks_theme_look(&theme, ks_style_on(KS_ROLE_OK, KS_GROUND_SELECTED_DIM)),
	    (struct ks_look){{KS_COLOR_INDEX, 2}, {KS_COLOR_INDEX, 236}, 0});
	assert_same_look(ks_theme_look(&theme, ks_style_on(KS_ROLE_BUTTON, KS_GROUND_SELECTED)),
	    (struct ks_look){{KS_COLOR_INDEX, 7}, {KS_COLOR_INDEX, 1}, KS_ATTR_BOLD});
	assert_same_look(ks_theme_look(&theme, ks_style_on(KS_ROLE_OK, KS_GROUND_DIALOG)),
	    (struct ks_look){{KS_COLOR_DEFAULT, 0}, {KS_COLOR_DEFAULT, 0}, KS_ATTR_REVERSE});
}

static void terminals_get_what_they_can_show(void **state)
{
	const struct ks_theme *dark = ks_theme_builtin(0), *mono = ks_theme_builtin(2);

	(void)state;
	assert_ptr_equal(ks_theme_for(dark, 256), dark);
	assert_ptr_equal(ks_theme_for(dark, 1 << 24), dark);
	assert_ptr_equal(ks_theme_for(dark, 16), ks_theme_neutral());
	assert_ptr_equal(ks_theme_for(dark, 8), ks_theme_neutral());
	assert_ptr_equal(ks_theme_for(dark, 0), mono);
	assert_ptr_equal(ks_theme_for(ks_theme_neutral(), 0), mono);
	assert_ptr_equal(ks_theme_for(mono, 0), mono);
	/* neutral and mono are shown by all. */
	assert_true(ks_palette_suffices(ks_theme_neutral(), 8));
	assert_true(ks_palette_suffices(mono, 0));
}

static int rgb_in(uint32_t rgb, int colors)
{
	return ks_palette_index((struct ks_color){KS_COLOR_RGB, rgb}, colors);
}

static int index_in(uint32_t index, int colors)
{
	return ks_palette_index((struct ks_color){KS_COLOR_INDEX, index}, colors);
}

static void colours_come_down_to_the_nearest(void **state)
{
	(void)state;
	assert_int_equal(rgb_in(0xff8700, 1 << 24), 0xff8700);
	assert_int_equal(rgb_in(0xff8700, 256), 208);
	assert_int_equal(rgb_in(0x303030, 256), 236);
	assert_int_equal(rgb_in(0x000000, 256), 16);
	assert_int_equal(rgb_in(0xff0000, 16), 9);
	assert_int_equal(rgb_in(0xff0000, 8), 1);
	assert_int_equal(rgb_in(0xff0000, 0), -1);
	assert_int_equal(index_in(208, 256), 208);
	assert_int_equal(index_in(208, 1 << 24), 0xff8700);
	assert_int_equal(index_in(3, 1 << 24), 3);
	assert_int_equal(index_in(9, 16), 9);
	assert_int_equal(index_in(9, 8), 1);
	assert_int_equal(index_in(231, 16), 15);
	assert_int_equal(ks_palette_index((struct ks_color){KS_COLOR_DEFAULT, 0}, 256), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_compiled_in_themes_are_the_files),
	    cmocka_unit_test(looks_are_read_in_each_form),
	    cmocka_unit_test(a_wrong_line_is_named),
	    cmocka_unit_test(a_users_theme_goes_before_a_compiled_in_one),
	    cmocka_unit_test(a_ground_is_under_its_row),
	    cmocka_unit_test(terminals_get_what_they_can_show),
	    cmocka_unit_test(colours_come_down_to_the_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
