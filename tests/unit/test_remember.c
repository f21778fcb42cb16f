/* The choice that the next start begins with. */
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

#include "tui/remember.h"

static char home[] = "/tmp/keysail-remember-XXXXXX";
static char folder[sizeof home + 20], path[sizeof folder + 20];

static int make_home(void **state)
{
	(void)state;
	if (mkdtemp(home) == NULL)
		return -1;
	snprintf(folder, sizeof folder, "%s/state", home);
	snprintf(path, sizeof path, "%s/%s", folder, KS_REMEMBER_FILE);
	return 0;
}

static int clear_folder(void **state)
{
	(void)state;
	unlink(path);
	rmdir(path);
	rmdir(folder);
	return 0;
}

static int remove_home(void **state)
{
	clear_folder(state);
	return rmdir(home);
}

static void write_file(const char *text)
{
	FILE *file;

	mkdir(folder, 0700);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void load(struct ks_remember *remember)
{
	struct ks_err err;

	remember->folder = folder;
	assert_true(ks_remember_load(remember, &err));
}

static void no_file_is_no_choice(void **state)
{
	struct ks_remember remember;

	(void)state;
	load(&remember);
	assert_int_equal(remember.last.profiles.count, 0);
	assert_int_equal(remember.last.regions.count, 0);
	assert_false(remember.last.all_regions);
}

static void a_choice_comes_back_as_it_was(void **state)
{
	struct ks_remember remember, again;
	struct ks_choice none = {0}, chosen = {0};
	struct ks_err err;
	struct stat info;

	(void)state;
	load(&remember);
	ks_choice_add(&chosen.profiles, "prod");
	ks_choice_add(&chosen.profiles, "my \"odd\" \\ pröfile=x;[]");
	ks_choice_add(&chosen.regions, "eu-west-1");
	assert_true(ks_remember_choice(&remember, &none, &chosen, &err));
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	load(&again);
	assert_int_equal(again.last.profiles.count, 2);
	assert_true(ks_str_list_has(&again.last.profiles, "my \"odd\" \\ pröfile=x;[]"));
	assert_true(ks_str_list_has(&again.last.regions, "eu-west-1"));
	ks_choice_free(&again.last);
	ks_choice_free(&remember.last);
	ks_choice_free(&chosen);
}

static void as_many_profiles_come_back_as_can_be_chosen(void **state)
{
	struct ks_remember remember, again;
	struct ks_choice none = {0}, chosen = {0};
	struct ks_err err;
	char name[400];

	(void)state;
	load(&remember);
	for (int i = 0; i < KS_PROFILES_MAX; i++) {
		snprintf(name, sizeof name, "%0399d", i);
		ks_choice_add(&chosen.profiles, name);
	}
	assert_true(ks_remember_choice(&remember, &none, &chosen, &err));
	load(&again);
	assert_int_equal(again.last.profiles.count, KS_PROFILES_MAX);
	ks_choice_free(&again.last);
	ks_choice_free(&remember.last);
	ks_choice_free(&chosen);
}

/* What was on the command line is not what the user chose. */
static void only_what_changed_is_remembered(void **state)
{
	struct ks_remember remember, again;
	struct ks_choice before = {0}, after = {0};
	struct ks_err err;

	(void)state;
	write_file("{\"profiles\": [\"kept\"], \"regions\": [\"eu-west-1\"]}");
	load(&remember);
	ks_choice_add(&before.profiles, "by-option");
	ks_choice_copy(&after, &before);
	after.all_regions = true;
	assert_true(ks_remember_choice(&remember, &before, &after, &err));
	load(&again);
	assert_int_equal(again.last.profiles.count, 1);
	assert_true(ks_str_list_has(&again.last.profiles, "kept"));
	assert_int_equal(again.last.regions.count, 0);
	assert_true(again.last.all_regions);
	ks_choice_free(&again.last);
	ks_choice_free(&remember.last);
	ks_choice_free(&before);
	ks_choice_free(&after);
}

/* Else each start would say again that they are gone. */
static void what_is_gone_is_taken_out(void **state)
{
	struct ks_remember remember, again;
	struct ks_str_list gone = {0};
	struct ks_err err;

	(void)state;
	write_file("{\"profiles\": [\"old\", \"kept\"], \"regions\": [\"eu-west-1\"]}");
	load(&remember);
	ks_choice_add(&gone, "old");
	ks_choice_add(&gone, "never-chosen");
	assert_true(ks_remember_without(&remember, &gone, &err));
	load(&again);
	assert_int_equal(again.last.profiles.count, 1);
	assert_true(ks_str_list_has(&again.last.profiles, "kept"));
	assert_int_equal(again.last.regions.count, 1);
	ks_choice_free(&again.last);
	assert_int_equal(unlink(path), 0);
	assert_true(ks_remember_without(&remember, &gone, &err));
	assert_int_not_equal(access(path, F_OK), 0);
	ks_choice_free(&remember.last);
	ks_str_list_free(&gone);
}

static void nothing_changed_writes_nothing(void **state)
{
	struct ks_remember remember;
	struct ks_choice none = {0};
	struct ks_err err;

	(void)state;
	load(&remember);
	assert_true(ks_remember_choice(&remember, &none, &none, &err));
	assert_int_not_equal(access(path, F_OK), 0);
}

static void a_broken_file_is_said_and_left_out(void **state)
{
	static const char *const texts[] = {"", "{", "[]", "null", "{\"profiles\": \"prod\"}",
	    "{\"profiles\": [1]}", "{\"profiles\": [\"\"]}", "{\"regions\": [\"evil.example/\"]}",
	    "{\"profiles\": [\"prod\"], \"regions\": {}}"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct ks_remember remember = {.folder = folder};
		struct ks_choice none = {0}, chosen = {0};
		struct ks_err err;

		write_file(texts[i]);
		assert_false(ks_remember_load(&remember, &err));
		assert_string_not_equal(err.tip, "");
		assert_int_equal(remember.last.profiles.count, 0);
		assert_int_equal(remember.last.regions.count, 0);
		ks_choice_add(&chosen.profiles, "dev");
		assert_true(ks_remember_choice(&remember, &none, &chosen, &err));
		ks_choice_free(&remember.last);
		load(&remember);
		assert_true(ks_str_list_has(&remember.last.profiles, "dev"));
		ks_choice_free(&remember.last);
		ks_choice_free(&chosen);
	}
}

static void what_is_no_file_is_not_opened(void **state)
{
	struct ks_remember remember = {.folder = folder};
	struct ks_choice none = {0}, chosen = {0};
	struct ks_err err;

	(void)state;
	mkdir(folder, 0700);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_false(ks_remember_load(&remember, &err));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_false(ks_remember_load(&remember, &err));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_false(ks_remember_load(&remember, &err));
	ks_choice_add(&chosen.profiles, "dev");
	assert_false(ks_remember_choice(&remember, &none, &chosen, &err));
	assert_non_null(strstr(err.message, "can't be remembered"));
	ks_choice_free(&remember.last);
	ks_choice_free(&chosen);
}

static void without_a_folder_nothing_is_remembered(void **state)
{
	struct ks_remember remember = {0};
	struct ks_choice none = {0}, chosen = {.all_regions = true};
	struct ks_err err;

	(void)state;
	assert_true(ks_remember_load(&remember, &err));
	assert_true(ks_remember_choice(&remember, &none, &chosen, &err));
}

#define TEST(name) cmocka_unit_test_teardown(name, clear_folder)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(no_file_is_no_choice),
	    TEST(a_choice_comes_back_as_it_was),
	    TEST(as_many_profiles_come_back_as_can_be_chosen),
	    TEST(only_what_changed_is_remembered),
	    TEST(what_is_gone_is_taken_out),
	    TEST(nothing_changed_writes_nothing),
	    TEST(a_broken_file_is_said_and_left_out),
	    TEST(what_is_no_file_is_not_opened),
	    TEST(without_a_folder_nothing_is_remembered),
	};

	return cmocka_run_group_tests_name("remember", tests, make_home, remove_home);
}
