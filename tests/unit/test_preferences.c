/* The configuration file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/paths.h"
#include "tui/preferences.h"

/* A folder of our own is HOME, and there is no XDG_CONFIG_HOME. */
static char home[] = "/tmp/keysail-preferences-XXXXXX";

static int make_home(void **state)
{
	char path[256];
	struct ks_err err;

	(void)state;
	if (mkdtemp(home) == NULL)
		return -1;
	setenv("HOME", home, 1);
	unsetenv("XDG_CONFIG_HOME");
	snprintf(path, sizeof path, "%s/.config/keysail", home);
	return ks_path_make_folder(path, &err) ? 0 : -1;
}

static int remove_home(void **state)
{
	static const char *const parts[] = {
	    "/.config/keysail/config", "/other", "/.config/keysail", "/.config", ""};
	char path[256];

	(void)state;
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		snprintf(path, sizeof path, "%s%s", home, parts[i]);
		if (unlink(path) != 0)
			rmdir(path);
	}
	return 0;
}

static void write_file(const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", home, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void load(struct ks_preferences *preferences, const char *text)
{
	struct ks_err err;

	write_file(".config/keysail/config", text);
	assert_true(ks_preferences_load(preferences, NULL, &err));
}

static void without_a_file_the_defaults_hold(void **state)
{
	struct ks_preferences preferences;
	struct ks_err err;

	(void)state;
	assert_true(ks_preferences_load(&preferences, NULL, &err));
	assert_int_equal(preferences.n_remarks, 0);
	assert_null(preferences.theme);
	assert_int_equal(preferences.refresh_seconds, 60);
	assert_int_equal(preferences.clear_seconds, 45);
	assert_int_equal(preferences.policy.max_idle_days, 90);
	assert_int_equal(preferences.concurrency, 16);
	assert_true(preferences.mouse);
	ks_preferences_free(&preferences);
}

static void every_key_is_taken(void **state)
{
	struct ks_preferences preferences;

	(void)state;
	load(&preferences, "[ui]\ntheme = dark\nrefresh_seconds = 5\nmouse = no\nascii = yes\n"
			   "[clipboard]\ncopy_command = wl-copy -f\n"
			   "clear_command = wl-copy --clear\nclear_seconds = 10\n"
			   "[policy]\nmax_idle_days = 30\nmax_age_days = 365\n"
			   "[network]\nconcurrency = 4\ntimeout_seconds = 20\n"
			   "[keys]\nquit = x\ncreate-key = n N\n");
	assert_int_equal(preferences.n_remarks, 1);
	assert_string_equal(preferences.remarks[0],
	    "~/.config/keysail/config, line 16: [keys] is not used yet: the keys are those that ? "
	    "shows");
	assert_string_equal(preferences.theme, "dark");
	assert_int_equal(preferences.refresh_seconds, 5);
	assert_false(preferences.mouse);
	assert_true(preferences.ascii);
	assert_string_equal(preferences.copy_command, "wl-copy -f");
	assert_string_equal(preferences.clear_command, "wl-copy --clear");
	assert_int_equal(preferences.clear_seconds, 10);
	assert_int_equal(preferences.policy.max_idle_days, 30);
	assert_int_equal(preferences.policy.max_age_days, 365);
	assert_int_equal(preferences.concurrency, 4);
	assert_int_equal(preferences.timeout_seconds, 20);
	assert_int_equal(preferences.n_keys, 2);
	assert_string_equal(preferences.keys[1].action, "create-key");
	assert_string_equal(preferences.keys[1].keys, "n N");
	assert_int_equal(preferences.keys[1].line, 18);
	ks_preferences_free(&preferences);
}

static void mistakes_are_lines_with_file_and_number_and_the_rest_holds(void **state)
{
	static const char *const remarks[] = {
	    "~/.config/keysail/config, line 2: [ui] has no key colour",
	    "~/.config/keysail/config, line 3: refresh_seconds takes a whole number from 0 to "
	    "86400",
	    "~/.config/keysail/config, line 5: mouse takes yes or no",
	    "~/.config/keysail/config, line 6: there is no section [netwrk]: there are ui, "
	    "clipboard, policy, network and keys",
	    "~/.config/keysail/config, line 9: concurrency takes a whole number from 1 to 64",
	    "~/.config/keysail/config, line 11: copy_command is not used: The command has a \" "
	    "without its end",
	    "~/.config/keysail/config, line 12: clear_command is not used: The command has a |, "
	    "but no shell reads it: it would be a mere word",
	};
	struct ks_preferences preferences;

	(void)state;
	load(&preferences,
	    "[ui]\ncolour = red\nrefresh_seconds = 5s\ntheme = light\nmouse = perhaps\n"
	    "[netwrk]\nconcurrency = 3\n[network]\nconcurrency = 65\n"
	    "[clipboard]\ncopy_command = ssh desk \"pbcopy\nclear_command = true | pbcopy\n");
	assert_int_equal(preferences.n_remarks, sizeof remarks / sizeof remarks[0]);
	for (size_t i = 0; i < preferences.n_remarks; i++)
		assert_string_equal(preferences.remarks[i], remarks[i]);
	assert_null(preferences.copy_command);
	assert_string_equal(preferences.theme, "light");
	assert_int_equal(preferences.refresh_seconds, 60);
	assert_int_equal(preferences.concurrency, 16);
	ks_preferences_free(&preferences);
}

static void a_broken_line_is_a_remark_and_hostile_text_is_cleaned(void **state)
{
	struct ks_preferences preferences;

	(void)state;
	load(&preferences, "[ui]\nnonsense\nas\x1b"
			   "cii = yes\nascii = yes\n");
	assert_true(preferences.n_remarks >= 2);
	assert_non_null(strstr(preferences.remarks[0], "line 2"));
	for (size_t i = 0; i < preferences.n_remarks; i++)
		assert_null(strchr(preferences.remarks[i], '\x1b'));
	assert_true(preferences.ascii);
	ks_preferences_free(&preferences);
}

static void a_named_file_is_read_and_must_be_there(void **state)
{
	struct ks_preferences preferences;
	struct ks_err err;
	char path[256];

	(void)state;
	write_file("other", "[ui]\ntheme = mono\n");
	snprintf(path, sizeof path, "%s/other", home);
	assert_true(ks_preferences_load(&preferences, path, &err));
	assert_string_equal(preferences.theme, "mono");
	ks_preferences_free(&preferences);
	snprintf(path, sizeof path, "%s/none", home);
	assert_false(ks_preferences_load(&preferences, path, &err));
	assert_non_null(strstr(err.message, "~/none"));
	assert_int_equal(preferences.clear_seconds, 45);
	ks_preferences_free(&preferences);
}

static void no_file_at_all_is_said_with_dev_null(void **state)
{
	struct ks_preferences preferences;
	struct ks_err err;

	(void)state;
	assert_true(ks_preferences_load(&preferences, "/dev/null", &err));
	assert_null(preferences.theme);
	ks_preferences_free(&preferences);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(without_a_file_the_defaults_hold),
	    cmocka_unit_test(every_key_is_taken),
	    cmocka_unit_test(mistakes_are_lines_with_file_and_number_and_the_rest_holds),
	    cmocka_unit_test(a_broken_line_is_a_remark_and_hostile_text_is_cleaned),
	    cmocka_unit_test(a_named_file_is_read_and_must_be_there),
	    cmocka_unit_test(no_file_at_all_is_said_with_dev_null),
	};

	return cmocka_run_group_tests_name("preferences", tests, make_home, remove_home);
}
