/*
 * The names of the AWS CLI's cache files. The digests are those that its own code computes (that of
 * aws login: public in the AWS SDKs' reference guide).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/aws/cache_names.h"
#include "core/base/mem.h"
#include "tests/unit/aws_files.h"

#define ROLE "arn:aws:iam::123456789012:role/Example"
#define URL  "https://example.awsapps.com/start"

static struct ks_env *env;

static int set_up(void **state)
{
	(void)state;
	aws_make_home(state);
	env = aws_capture(NULL);
	return 0;
}

static int tear_down(void **state)
{
	ks_env_free(env);
	return aws_remove_home(state);
}

static void check(char *got, const char *folder, const char *digest)
{
	char expected[300];

	snprintf(expected, sizeof expected, "%s/%s/%s.json", aws_home, folder, digest);
	assert_non_null(got);
	assert_string_equal(got, expected);
	free(got);
}

static void roles_are_named_after_the_arguments_of_assume_role(void **state)
{
	static const struct {
		struct ks_cache_role role;
		const char *digest;
	} cases[] = {
	    {{ROLE, NULL, NULL, NULL, 0}, "0bb330519131ddf196eac5c6c22d3eb9a53f02dd"},
	    {{ROLE, "", NULL, NULL, 0}, "0bb330519131ddf196eac5c6c22d3eb9a53f02dd"},
	    {{ROLE, "me", NULL, "arn:aws:iam::123456789012:mfa/me", 0},
		"219614b51f9eaa0fcf2cf6343e67b07d497e3e6b"},
	    {{ROLE, NULL, NULL, NULL, 900}, "9ced7b61af40e7467ca662f60b5a156a99aa283c"},
	    {{ROLE, "s@t", "x/\"y\"\\z", "GAHT12345678", 43200},
		"ce722b2ca828c5ef4a886fb9f7fbe8a6a0d23f8c"},
	    {{ROLE, NULL, "", NULL, 0}, "01c91775f789a7e88d7a3080844c06843d864516"},
	    {{ROLE, NULL, "Z\u00fcrich \x7f\t\x01 \U0001F511 \u20ac", NULL, 0},
		"2c8c876923df46b58dccd6eb24c8d3bfd8966b6f"},
	    {{ROLE, "web", NULL, NULL, 0}, "74c6a62d25eb48ec6a59494e5803c9eea83c067b"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check(ks_cache_role_path(env, &cases[i].role), ".aws/cli/cache", cases[i].digest);
}

static void roles_of_identity_center_are_named_after_session_or_url(void **state)
{
	static const struct {
		struct ks_cache_sso_role role;
		const char *digest;
	} cases[] = {
	    {{"123456789012", "Admin", "my-sso", URL}, "c30b99aca80d8f5b3178e353f05b2abcc9a4ccd3"},
	    {{"123456789012", "Admin", NULL, URL}, "764b1819cd322a32dff569462ca869a4196b4fc1"},
	    {{"123456789012", "Admin \u00e9", "b\u00fcro", URL},
		"c22b8f49cace02199d94d790181bddeb009dd4fb"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check(
		    ks_cache_sso_role_path(env, &cases[i].role), ".aws/cli/cache", cases[i].digest);
}

static void tokens_are_named_after_session_or_url(void **state)
{
	(void)state;
	check(ks_cache_sso_token_path(env, "my-sso"), ".aws/sso/cache",
	    "0ad374308c5a4e22f723adf10145eafad7c4031c");
	check(ks_cache_sso_token_path(env, URL), ".aws/sso/cache",
	    "e8be5486177c5b5392bd9aa76563515b29358e6e");
	check(ks_cache_sso_token_path(env, "b\u00fcro"), ".aws/sso/cache",
	    "81bd9249be4434e4c529769e6c16118a66938acd");
}

static void logins_are_named_after_their_session(void **state)
{
	(void)state;
	check(ks_cache_login_path(env, "arn:aws:iam::0123456789012:user/username"),
	    ".aws/login/cache", "a9aa6015b267d43765ace474701cabd31e4e9b20b4a9a72ffc52f3c0b9ae6543");
	check(ks_cache_login_path(env, "arn:aws:iam::111122223333:user/alice"), ".aws/login/cache",
	    "5778c30d3fe8c123cb2ab0d5a82c81b6fdcedfb868a6625f6f5bf6f05a7f129b");
}

static void the_folder_of_logins_may_be_elsewhere(void **state)
{
	static const char *const near[] = {"AWS_LOGIN_CACHE_DIRECTORY=~/logins", NULL};
	static const char *const far[] = {"AWS_LOGIN_CACHE_DIRECTORY=/var/logins/", NULL};
	struct ks_env *here = aws_capture(near), *there = aws_capture(far);
	char *path = ks_cache_login_path(there, "arn:aws:iam::111122223333:user/alice");

	(void)state;
	check(ks_cache_login_path(here, "arn:aws:iam::111122223333:user/alice"), "logins",
	    "5778c30d3fe8c123cb2ab0d5a82c81b6fdcedfb868a6625f6f5bf6f05a7f129b");
	assert_string_equal(path, "/var/logins/5778c30d3fe8c123cb2ab0d5a82c81b6fdcedfb868a6625f6f5b"
				  "f6f05a7f129b.json");
	free(path);
	ks_env_free(here);
	ks_env_free(there);
}

static void without_a_home_there_is_no_cache(void **state)
{
	struct ks_env *nobody = ks_env_empty();
	struct ks_cache_role role = {.role_arn = ROLE};
	struct ks_cache_sso_role sso_role = {.account_id = "1", .role_name = "a", .start_url = URL};

	(void)state;
	assert_null(ks_cache_role_path(nobody, &role));
	assert_null(ks_cache_sso_role_path(nobody, &sso_role));
	assert_null(ks_cache_sso_token_path(nobody, URL));
	assert_null(ks_cache_login_path(nobody, ROLE));
	ks_env_free(nobody);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(roles_are_named_after_the_arguments_of_assume_role),
	    cmocka_unit_test(roles_of_identity_center_are_named_after_session_or_url),
	    cmocka_unit_test(tokens_are_named_after_session_or_url),
	    cmocka_unit_test(logins_are_named_after_their_session),
	    cmocka_unit_test(the_folder_of_logins_may_be_elsewhere),
	    cmocka_unit_test(without_a_home_there_is_no_cache),
	};

	return cmocka_run_group_tests_name("aws_cache_names", tests, set_up, tear_down);
}
