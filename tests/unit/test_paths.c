/* Folders and paths: where ours are, and how ~ and $VAR are expanded. */
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/paths.h"

static void check(char *got, const char *expected)
{
	assert_non_null(got);
	assert_string_equal(got, expected);
	free(got);
}

static void our_folders_follow_the_xdg_rules(void **state)
{
	(void)state;
	setenv("HOME", "/home/me", 1);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("XDG_STATE_HOME");
	check(ks_path_config_folder(), "/home/me/.config/keysail");
	check(ks_path_state_folder(), "/home/me/.local/state/keysail");
	setenv("XDG_CONFIG_HOME", "/c/", 1);
	setenv("XDG_STATE_HOME", "relative", 1);
	check(ks_path_config_folder(), "/c/keysail");
	check(ks_path_state_folder(), "/home/me/.local/state/keysail");
}

static void without_home_the_user_database_tells(void **state)
{
	const struct passwd *user = getpwuid(getuid());

	(void)state;
	if (user == NULL) {
		skip();
		return;
	}
	unsetenv("HOME");
	check(ks_path_home(), user->pw_dir);
	setenv("HOME", "not/absolute", 1);
	check(ks_path_home(), user->pw_dir);
}

static void paths_are_joined_with_one_slash(void **state)
{
	(void)state;
	check(ks_path_join("/a", "b"), "/a/b");
	check(ks_path_join("/a//", "b"), "/a/b");
	check(ks_path_join("/", "b"), "/b");
	check(ks_path_folder("/a/b/c"), "/a/b");
	check(ks_path_folder("/a"), "/");
	check(ks_path_folder("a"), ".");
}

static void tilde_and_variables_are_expanded(void **state)
{
	static const struct {
		const char *text, *expanded;
	} cases[] = {
	    {"", ""},
	    {"plain/~x", "plain/~x"},
	    {"~", "/home/me"},
	    {"~/.aws/config", "/home/me/.aws/config"},
	    {"~nobody-of-this-name/x", "~nobody-of-this-name/x"},
	    {"$KS_ONE/x", "1/x"},
	    {"a${KS_ONE}b$KS_ONE", "a1b1"},
	    {"$KS_ONEx ${KS_NONE} ${KS_ONE $ $$KS_ONE", "$KS_ONEx ${KS_NONE} ${KS_ONE $ $1"},
	};
	const struct passwd *root = getpwnam("root");
	char *root_folder = root != NULL ? strdup(root->pw_dir) : NULL;

	(void)state;
	setenv("KS_ONE", "1", 1);
	unsetenv("KS_NONE");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check(ks_path_expand(cases[i].text, "/home/me"), cases[i].expanded);
	check(ks_path_expand("~/x", NULL), "~/x");
	if (root_folder != NULL)
		check(ks_path_expand("~root", "/home/me"), root_folder);
	free(root_folder);
}

static void a_long_path_is_not_cut(void **state)
{
	static char text[10001];
	char *got;

	(void)state;
	memset(text, 'x', sizeof text - 1);
	memcpy(text, "~/", 2);
	got = ks_path_expand(text, "/h");
	assert_int_equal(strlen(got), 10001);
	free(got);
	got = ks_path_join("/", text);
	assert_int_equal(strlen(got), 10001);
	free(got);
}

static void paths_are_shown_with_a_tilde(void **state)
{
	(void)state;
	check(ks_path_abbreviate("/home/me/.aws/config", "/home/me"), "~/.aws/config");
	check(ks_path_abbreviate("/home/me/.aws/config", "/home/me/"), "~/.aws/config");
	check(ks_path_abbreviate("/home/meyer/x", "/home/me"), "/home/meyer/x");
	check(ks_path_abbreviate("/home/me", "/home/me"), "/home/me");
	check(ks_path_abbreviate("/x", NULL), "/x");
	check(ks_path_abbreviate("/x", "/"), "/x");
}

static void folders_are_made_for_the_user_alone(void **state)
{
	char root[] = "/tmp/keysail-paths-XXXXXX", path[100];
	struct ks_err err = {0};
	struct stat found;

	(void)state;
	assert_non_null(mkdtemp(root));
	snprintf(path, sizeof path, "%s/a/b/", root);
	umask(0);
	assert_true(ks_path_make_folder(path, &err));
	assert_true(ks_path_make_folder(path, &err));
	assert_int_equal(stat(path, &found), 0);
	assert_int_equal(found.st_mode & 0777, 0700);
	assert_int_equal(rmdir(path), 0);
	snprintf(path, sizeof path, "%s/a", root);
	assert_int_equal(stat(path, &found), 0);
	assert_int_equal(found.st_mode & 0777, 0700);
	assert_int_equal(rmdir(path), 0);
	fclose(fopen(path, "w"));
	assert_false(ks_path_make_folder(path, &err));
	assert_non_null(strstr(err.message, "Not a directory"));
	unlink(path);
	rmdir(root);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(our_folders_follow_the_xdg_rules),
	    cmocka_unit_test(without_home_the_user_database_tells),
	    cmocka_unit_test(paths_are_joined_with_one_slash),
	    cmocka_unit_test(tilde_and_variables_are_expanded),
	    cmocka_unit_test(a_long_path_is_not_cut),
	    cmocka_unit_test(paths_are_shown_with_a_tilde),
	    cmocka_unit_test(folders_are_made_for_the_user_alone),
	};

	return cmocka_run_group_tests_name("paths", tests, NULL, NULL);
}
