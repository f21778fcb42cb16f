/* The profiles of the two AWS files: which sections count, what wins, where a value is from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/aws/profiles.h"
#include "core/base/buf.h"
#include "core/base/secret.h"
#include "tests/unit/aws_files.h"

static struct ks_profiles *load(const char *config, const char *credentials)
{
	struct ks_env *env;
	struct ks_profiles *profiles;

	aws_write("config", config);
	aws_write("credentials", credentials);
	env = aws_capture(NULL);
	profiles = ks_profiles_load(env);
	ks_env_free(env);
	return profiles;
}

static void check_names(const struct ks_profiles *profiles, const char *expected)
{
	struct ks_buf names;

	ks_buf_init(&names, 1000);
	for (size_t i = 0; i < ks_profiles_count(profiles); i++)
		ks_buf_printf(&names, "%s ", ks_profiles_name(profiles, i));
	assert_string_equal(ks_buf_text(&names), expected);
	ks_buf_free(&names);
}

static void check_value(
    const struct ks_profiles *profiles, const char *profile, const char *key, const char *expected)
{
	const struct ks_ini_entry *entry = ks_profiles_get(profiles, profile, key, NULL);

	if (expected == NULL)
		assert_null(entry);
	else
		assert_string_equal(entry->value, expected);
}

static void names_are_listed_once_in_the_order_of_the_files(void **state)
{
	struct ks_profiles *profiles =
	    load("[default]\n[profile b]\n[ignored]\n[sso-session s]\n[services t]\n[plugins]\n",
		"[a]\n[b]\n[default]\n[profile c]\n");

	(void)state;
	check_names(profiles, "default b a ");
	assert_true(ks_profiles_has(profiles, "b"));
	assert_false(ks_profiles_has(profiles, "ignored"));
	assert_false(ks_profiles_has(profiles, "c"));
	assert_int_equal(ks_profiles_warning_count(profiles), 2);
	assert_string_equal(ks_profiles_warning(profiles, 1),
	    "~/.aws/config, line 3: in this file a profile's header is [profile NAME]; this one is "
	    "left out");
	assert_non_null(strstr(ks_profiles_warning(profiles, 0), "~/.aws/credentials, line 4: "));
	ks_profiles_free(profiles);
}

static void the_credentials_file_wins_key_by_key(void **state)
{
	struct ks_profiles *profiles = load(
	    "[profile a]\nk = config\nl = config\n", "[a]\n\nk = credentials\nm = credentials\n");
	enum ks_profile_file file;

	(void)state;
	check_value(profiles, "a", "l", "config");
	check_value(profiles, "a", "m", "credentials");
	check_value(profiles, "a", "n", NULL);
	check_value(profiles, "b", "k", NULL);
	assert_int_equal(ks_profiles_get(profiles, "a", "k", &file)->line, 3);
	assert_int_equal(file, KS_PROFILE_CREDENTIALS);
	assert_string_equal(
	    ks_profiles_get_from(profiles, KS_PROFILE_CONFIG, "a", "k")->value, "config");
	assert_null(ks_profiles_get_from(profiles, KS_PROFILE_CONFIG, "a", "m"));
	ks_profiles_free(profiles);
}

static void the_prefixed_default_wins_entirely(void **state)
{
	static const char *const texts[] = {
	    "[profile default]\nk=1\n[default]\nl=2\n[profile default]\nm=3\n",
	    "[default]\nl=2\n[profile default]\nk=1\nm=3\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct ks_profiles *profiles = load(texts[i], "[default]\ns = 4\n");

		check_names(profiles, "default ");
		check_value(profiles, "default", "k", "1");
		check_value(profiles, "default", "l", NULL);
		check_value(profiles, "default", "m", "3");
		check_value(profiles, "default", "s", "4");
		ks_profiles_free(profiles);
	}
}

static void other_sections_are_kept_for_those_who_ask(void **state)
{
	struct ks_profiles *profiles = load("[services t]\nk=v\n[sso-session s]\n", NULL);

	(void)state;
	assert_string_equal(
	    ks_ini_get(ks_profiles_section(profiles, "services", "t"), "k")->value, "v");
	assert_non_null(ks_profiles_section(profiles, "sso-session", "s"));
	assert_null(ks_profiles_section(profiles, "services", "s"));
	ks_profiles_free(profiles);
}

static void missing_files_are_empty_ones(void **state)
{
	struct ks_profiles *profiles = load(NULL, NULL);

	(void)state;
	check_names(profiles, "");
	assert_false(ks_profiles_has_file(profiles, KS_PROFILE_CONFIG));
	assert_null(ks_profiles_error(profiles, KS_PROFILE_CONFIG));
	assert_string_equal(
	    ks_profiles_path(profiles, KS_PROFILE_CREDENTIALS), "~/.aws/credentials");
	ks_profiles_free(profiles);
}

static void a_refused_file_says_why_and_the_other_is_read(void **state)
{
	struct ks_profiles *profiles = load("[profile a\n", "[b]\n");

	(void)state;
	check_names(profiles, "b ");
	assert_true(ks_profiles_has_file(profiles, KS_PROFILE_CONFIG));
	assert_string_equal(ks_profiles_error(profiles, KS_PROFILE_CONFIG)->message,
	    "~/.aws/config, line 1: a section header must end with ]");
	assert_null(ks_profiles_error(profiles, KS_PROFILE_CREDENTIALS));
	ks_profiles_free(profiles);
}

static void the_variables_name_other_files(void **state)
{
	static const char *const variables[] = {
	    "AWS_CONFIG_FILE=~/.aws/credentials", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", NULL};
	struct ks_env *env;
	struct ks_profiles *profiles;

	(void)state;
	aws_write("config", NULL);
	aws_write("credentials", "[profile x]\nk=v\n");
	env = aws_capture(variables);
	profiles = ks_profiles_load(env);
	check_names(profiles, "x ");
	assert_false(ks_profiles_has_file(profiles, KS_PROFILE_CREDENTIALS));
	ks_profiles_free(profiles);
	ks_env_free(env);
}

static void the_empty_environment_has_no_files(void **state)
{
	struct ks_env *env = ks_env_empty();
	struct ks_profiles *profiles = ks_profiles_load(env);

	(void)state;
	check_names(profiles, "");
	assert_string_equal(ks_profiles_path(profiles, KS_PROFILE_CONFIG), "");
	ks_profiles_free(profiles);
	ks_env_free(env);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_are_listed_once_in_the_order_of_the_files),
	    cmocka_unit_test(the_credentials_file_wins_key_by_key),
	    cmocka_unit_test(the_prefixed_default_wins_entirely),
	    cmocka_unit_test(other_sections_are_kept_for_those_who_ask),
	    cmocka_unit_test(missing_files_are_empty_ones),
	    cmocka_unit_test(a_refused_file_says_why_and_the_other_is_read),
	    cmocka_unit_test(the_variables_name_other_files),
	    cmocka_unit_test(the_empty_environment_has_no_files),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("aws_profiles", tests, aws_make_home, aws_remove_home);
}
