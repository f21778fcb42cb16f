/* The profiles that can be chosen, and how each signs in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/aws/identity.h"
#include "core/base/secret.h"
#include "core/engine/catalog.h"
#include "tests/unit/aws_files.h"

static void read_catalog(const char *const *variables, struct ks_catalog *catalog)
{
	struct ks_env *env = aws_capture(variables);
	struct ks_err err;

	if (!ks_catalog_read(env, catalog, &err))
		fail_msg("%s", err.message);
	ks_env_free(env);
}

static void each_profile_says_how_it_signs_in(void **state)
{
	static const char config[] = "[default]\nregion = eu-west-1\n"
				     "[profile role]\nrole_arn = arn\nsource_profile = base\n"
				     "aws_access_key_id = AKIA\n"
				     "[profile ec2]\nrole_arn = arn\n"
				     "credential_source = Ec2InstanceMetadata\n"
				     "[profile odd]\nrole_arn = arn\n"
				     "[profile web]\nrole_arn = arn\nweb_identity_token_file = /t\n"
				     "[profile sso]\nsso_session = my-sso\nregion = us-east-2\n"
				     "[profile old-sso]\nsso_start_url = https://x\n"
				     "[profile login]\nlogin_session = arn\n"
				     "credential_process = /bin/x\n"
				     "[profile process]\ncredential_process = /bin/x --y\n"
				     "aws_access_key_id = AKIA\n"
				     "[profile static]\naws_access_key_id = AKIA\n"
				     "[profile none]\nregion = us-east-1\n"
				     "[profile empty]\ncredential_process =\n";
	static const char credentials[] =
	    "[base]\naws_access_key_id = AKIA\naws_secret_access_key = s\n"
	    "[login]\nregion = eu-north-1\n";
	static const struct {
		const char *name, *sign_in, *region;
	} expected[] = {
	    {"default", "no credentials", "eu-west-1"},
	    {"role", "assume role via base", NULL},
	    {"ec2", "assume role via Ec2InstanceMetadata", NULL},
	    {"odd", "assume role via ?", NULL},
	    {"web", "web identity", NULL},
	    {"sso", "SSO my-sso", "us-east-2"},
	    {"old-sso", "SSO", NULL},
	    {"login", "login", "eu-north-1"},
	    {"process", "credential_process", NULL},
	    {"static", "config file", NULL},
	    {"none", "no credentials", "us-east-1"},
	    {"empty", "no credentials", NULL},
	    {"base", "shared credentials file", NULL},
	};
	struct ks_catalog catalog;

	(void)state;
	aws_write("config", config);
	aws_write("credentials", credentials);
	read_catalog(NULL, &catalog);
	assert_int_equal(catalog.count, sizeof expected / sizeof expected[0]);
	for (size_t i = 0; i < catalog.count; i++) {
		const struct ks_catalog_entry *entry = &catalog.entries[i];

		assert_string_equal(ks_str_raw(&entry->name), expected[i].name);
		assert_string_equal(entry->sign_in, expected[i].sign_in);
		if (expected[i].region == NULL)
			assert_null(entry->region);
		else
			assert_string_equal(entry->region, expected[i].region);
	}
	ks_catalog_free(&catalog);
}

static void the_default_says_what_it_comes_to(void **state)
{
	static const char *const keys[] = {
	    "AWS_ACCESS_KEY_ID=AKIA", "AWS_SECRET_ACCESS_KEY=s", "AWS_PROFILE=prod", NULL};
	static const char *const by_profile[] = {
	    "AWS_PROFILE=prod", "AWS_DEFAULT_PROFILE=dev", NULL};
	static const char *const by_default_profile[] = {"AWS_DEFAULT_PROFILE=dev", NULL};
	static const struct {
		const char *const *variables;
		const char *rule;
	} cases[] = {
	    {NULL, "profile default"},
	    {keys, "the environment's keys"},
	    {by_profile, "profile prod, by AWS_PROFILE"},
	    {by_default_profile, "profile dev, by AWS_DEFAULT_PROFILE"},
	};

	(void)state;
	aws_write("config", NULL);
	aws_write("credentials", NULL);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ks_catalog catalog;

		read_catalog(cases[i].variables, &catalog);
		assert_int_equal(catalog.count, 0);
		assert_string_equal(catalog.default_rule, cases[i].rule);
		ks_catalog_free(&catalog);
	}
}

static void a_file_that_is_refused_is_an_error(void **state)
{
	struct ks_env *env;
	struct ks_catalog catalog;
	struct ks_err err;

	(void)state;
	aws_write("config", "[profile a\nregion = x\n");
	aws_write("credentials", "[base]\naws_access_key_id = AKIA\n");
	env = aws_capture(NULL);
	assert_false(ks_catalog_read(env, &catalog, &err));
	assert_non_null(strstr(err.message, "config"));
	assert_int_equal(catalog.count, 1);
	ks_catalog_free(&catalog);
	ks_env_free(env);
}

static void the_demo_has_no_profiles(void **state)
{
	struct ks_env *env = ks_env_empty();
	struct ks_catalog catalog;
	struct ks_err err;

	(void)state;
	assert_true(ks_catalog_read(env, &catalog, &err));
	assert_int_equal(catalog.count, 0);
	ks_catalog_free(&catalog);
	ks_env_free(env);
}

/* The state knows the code without knowing who finds identities. */
static void both_sides_call_a_missing_profile_the_same(void **state)
{
	(void)state;
	assert_string_equal(KS_NO_SUCH_PROFILE, KS_IDENTITY_NO_PROFILE);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_profile_says_how_it_signs_in),
	    cmocka_unit_test(the_default_says_what_it_comes_to),
	    cmocka_unit_test(a_file_that_is_refused_is_an_error),
	    cmocka_unit_test(the_demo_has_no_profiles),
	    cmocka_unit_test(both_sides_call_a_missing_profile_the_same),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("engine catalog", tests, aws_make_home, aws_remove_home);
}
