/* Settings besides credentials: which of the places that may say something counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/aws/endpoint.h"
#include "core/aws/settings.h"
#include "core/base/err.h"
#include "tests/unit/aws_files.h"

#define VARIABLES 6

/* What the user has. */
struct situation {
	const char *config;
	const char *variables[VARIABLES];
	const char *endpoint_url;
};

static void load(const struct situation *situation, struct ks_settings *settings)
{
	struct ks_env *env;
	struct ks_profiles *profiles;

	aws_write("config", situation->config);
	env = aws_capture(situation->variables);
	profiles = ks_profiles_load(env);
	ks_settings_load(settings, env, profiles, "default", situation->endpoint_url);
	ks_profiles_free(profiles);
	ks_env_free(env);
}

static const char *const variables[KS_SERVICE_COUNT] = {"AWS_ENDPOINT_URL_LIGHTSAIL",
    "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_SSO",
    "AWS_ENDPOINT_URL_SSO_OIDC", "AWS_ENDPOINT_URL_SIGNIN"};
static const char *const keys[KS_SERVICE_COUNT] = {
    "lightsail", "s3", "sts", "sso", "sso_oidc", "signin"};

static void assert_url(
    const struct ks_settings *settings, int service, const char *region, const char *wanted)
{
	char url[KS_ENDPOINT_SIZE];
	struct ks_err err = {0};

	if (!ks_settings_endpoint(
		settings, (enum ks_service)service, region, url, sizeof url, &err))
		fail_msg("%s: %s", keys[service], err.message);
	assert_string_equal(url, wanted);
}

static void each_service_has_a_variable_and_a_key_of_its_own(void **state)
{
	char variable[100], config[200];

	(void)state;
	for (int i = 0; i < KS_SERVICE_COUNT; i++) {
		struct situation by_variable = {
		    .variables = {"AWS_ENDPOINT_URL=https://all.example", variable}};
		struct situation by_key = {.config = config};
		struct ks_settings settings;

		snprintf(variable, sizeof variable, "%s=https://own.example", variables[i]);
		snprintf(config, sizeof config,
		    "[default]\nservices = x\nendpoint_url = https://all.example\n"
		    "[services x]\n%s =\n  endpoint_url = https://own.example\n",
		    keys[i]);
		load(&by_variable, &settings);
		for (int j = 0; j < KS_SERVICE_COUNT; j++)
			assert_url(&settings, j, "eu-west-1",
			    i == j ? "https://own.example" : "https://all.example");
		ks_settings_clear(&settings);
		load(&by_key, &settings);
		for (int j = 0; j < KS_SERVICE_COUNT; j++)
			assert_url(&settings, j, "eu-west-1",
			    i == j ? "https://own.example" : "https://all.example");
		ks_settings_clear(&settings);
	}
}

#define SECTION                                                             \
	"[default]\nservices = x\nendpoint_url = https://profile.example\n" \
	"[services x]\nsts =\n  endpoint_url = https://section.example\n"
#define IGNORE  "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true"
#define ENV_URL "AWS_ENDPOINT_URL=https://env.example"

static void the_places_have_an_order(void **state)
{
	static const struct {
		struct situation situation;
		const char *lightsail, *sts;
	} cases[] = {
	    {{.config = NULL}, "https://lightsail.eu-west-1.amazonaws.com",
		"https://sts.eu-west-1.amazonaws.com"},
	    {{.config = SECTION}, "https://profile.example", "https://section.example"},
	    {{.config = SECTION, .variables = {ENV_URL}}, "https://env.example",
		"https://env.example"},
	    {{.config = SECTION, .endpoint_url = "https://option.example"},
		"https://option.example", "https://section.example"},
	    {{.variables = {ENV_URL}, .endpoint_url = "https://option.example"},
		"https://option.example", "https://env.example"},
	    {{.config = SECTION, .variables = {ENV_URL, IGNORE}},
		"https://lightsail.eu-west-1.amazonaws.com", "https://sts.eu-west-1.amazonaws.com"},
	    {{.config = SECTION, .variables = {IGNORE}, .endpoint_url = "https://option.example"},
		"https://option.example", "https://sts.eu-west-1.amazonaws.com"},
	    {{.variables = {ENV_URL, "AWS_USE_FIPS_ENDPOINT=true"}}, "https://env.example",
		"https://env.example"},
	    {{.variables = {"AWS_USE_FIPS_ENDPOINT=true", "AWS_USE_DUALSTACK_ENDPOINT=true"}},
		"https://lightsail-fips.eu-west-1.api.aws", "https://sts-fips.eu-west-1.api.aws"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ks_settings settings;

		load(&cases[i].situation, &settings);
		assert_url(&settings, KS_SERVICE_LIGHTSAIL, "eu-west-1", cases[i].lightsail);
		assert_url(&settings, KS_SERVICE_STS, "eu-west-1", cases[i].sts);
		ks_settings_clear(&settings);
	}
}

static void a_broken_configuration_is_an_error_of_each_service(void **state)
{
	static const struct {
		struct situation situation;
		const char *region, *message;
	} cases[] = {
	    {{.config = "[default]\nservices = none\n"}, "us-east-1",
		"~/.aws/config, line 2: services = none, but the config file has no section"},
	    {{.config = "[default]\nendpoint_url = http://a.example\n"}, "us-east-1",
		"~/.aws/config, line 2: http://a.example is refused: plain http"},
	    {{.variables = {ENV_URL}}, "evil.com/", "is no region name"},
	    {{.config = NULL}, "evil.com/", "is no region name"},
	};
	char url[KS_ENDPOINT_SIZE];
	struct ks_err err;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ks_settings settings;

		load(&cases[i].situation, &settings);
		for (int j = 0; j < KS_SERVICE_COUNT; j++) {
			assert_false(ks_settings_endpoint(
			    &settings, (enum ks_service)j, cases[i].region, url, sizeof url, &err));
			assert_non_null(strstr(err.message, cases[i].message));
		}
		ks_settings_clear(&settings);
	}
}

static void only_sts_needs_no_region(void **state)
{
	static const struct situation nothing = {.config = NULL},
				      url_only = {.variables = {ENV_URL}};
	char url[KS_ENDPOINT_SIZE];
	struct ks_settings settings;
	struct ks_err err;

	(void)state;
	load(&nothing, &settings);
	for (int i = 0; i < KS_SERVICE_COUNT; i++)
		assert_int_equal(ks_settings_endpoint(
				     &settings, (enum ks_service)i, NULL, url, sizeof url, &err),
		    i == KS_SERVICE_STS);
	ks_settings_clear(&settings);
	load(&url_only, &settings);
	for (int i = 0; i < KS_SERVICE_COUNT; i++)
		assert_url(&settings, i, NULL, "https://env.example");
	ks_settings_clear(&settings);
}

#define GLOBAL "https://sts.amazonaws.com"
#define LEGACY "AWS_STS_REGIONAL_ENDPOINTS=legacy"

static void sts_is_regional_unless_the_user_lives_in_the_past(void **state)
{
	static const struct {
		struct situation situation;
		const char *region, *url, *signs_for;
		size_t warnings;
	} cases[] = {
	    {{.config = NULL}, "us-west-2", "https://sts.us-west-2.amazonaws.com", "us-west-2", 0},
	    {{.config = NULL}, NULL, GLOBAL, "us-east-1", 0},
	    {{.config = NULL}, "aws-global", GLOBAL, "us-east-1", 0},
	    {{.variables = {LEGACY}}, "us-west-2", GLOBAL, "us-east-1", 0},
	    {{.variables = {LEGACY}}, "sa-east-1", GLOBAL, "us-east-1", 0},
	    {{.variables = {LEGACY}}, "ap-northeast-2", "https://sts.ap-northeast-2.amazonaws.com",
		"ap-northeast-2", 0},
	    {{.variables = {LEGACY}}, "cn-north-1", "https://sts.cn-north-1.amazonaws.com.cn",
		"cn-north-1", 0},
	    {{.config = "[default]\nsts_regional_endpoints = legacy\n"}, "eu-west-1", GLOBAL,
		"us-east-1", 0},
	    {{.config = "[default]\nsts_regional_endpoints = legacy\n",
		 .variables = {"AWS_STS_REGIONAL_ENDPOINTS=regional"}},
		"eu-west-1", "https://sts.eu-west-1.amazonaws.com", "eu-west-1", 0},
	    {{.variables = {"AWS_STS_REGIONAL_ENDPOINTS=global"}}, "eu-west-1",
		"https://sts.eu-west-1.amazonaws.com", "eu-west-1", 1},
	    {{.variables = {LEGACY, "AWS_USE_FIPS_ENDPOINT=true"}}, "us-west-2",
		"https://sts-fips.us-west-2.amazonaws.com", "us-west-2", 0},
	    {{.variables = {LEGACY, "AWS_USE_DUALSTACK_ENDPOINT=true"}}, "us-west-2",
		"https://sts.us-west-2.api.aws", "us-west-2", 0},
	    {{.variables = {"AWS_USE_FIPS_ENDPOINT=true"}}, NULL,
		"https://sts-fips.us-east-1.amazonaws.com", "us-east-1", 0},
	    {{.variables = {LEGACY, "AWS_ENDPOINT_URL_STS=https://s.example"}}, "us-west-2",
		"https://s.example", "us-west-2", 0},
	    {{.variables = {"AWS_ENDPOINT_URL_STS=https://s.example"}}, NULL, "https://s.example",
		"us-east-1", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ks_settings settings;

		load(&cases[i].situation, &settings);
		assert_url(&settings, KS_SERVICE_STS, cases[i].region, cases[i].url);
		assert_string_equal(
		    ks_settings_sts_region(&settings, cases[i].region), cases[i].signs_for);
		assert_int_equal(settings.warning_count, cases[i].warnings);
		ks_settings_clear(&settings);
	}
}

static void a_defaults_mode_says_how_long_to_connect(void **state)
{
	static const struct {
		struct situation situation;
		const char *region;
		int connect_ms;
		size_t warnings;
	} cases[] = {
	    {{.config = NULL}, "us-east-1", 0, 0},
	    {{.config = "[default]\ndefaults_mode = Legacy\n"}, "us-east-1", 60000, 0},
	    {{.config = "[default]\ndefaults_mode = legacy\n",
		 .variables = {"AWS_DEFAULTS_MODE=standard"}},
		"us-east-1", 3100, 0},
	    {{.variables = {"AWS_DEFAULTS_MODE=in-region"}}, "us-east-1", 1100, 0},
	    {{.variables = {"AWS_DEFAULTS_MODE=cross-region"}}, "us-east-1", 3100, 0},
	    {{.variables = {"AWS_DEFAULTS_MODE=mobile"}}, "us-east-1", 30000, 0},
	    {{.variables = {"AWS_DEFAULTS_MODE=auto"}}, "us-east-1", 3100, 0},
	    {{.variables = {"AWS_DEFAULTS_MODE=auto", "AWS_REGION=us-east-1"}}, "us-east-1", 3100,
		0},
	    {{.variables = {"AWS_DEFAULTS_MODE=auto", "AWS_EXECUTION_ENV=AWS_ECS_FARGATE",
		  "AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-west-2"}},
		"us-east-1", 1100, 0},
	    {{.variables = {"AWS_DEFAULTS_MODE=auto", "AWS_EXECUTION_ENV=AWS_ECS_FARGATE",
		  "AWS_DEFAULT_REGION=us-west-2"}},
		"us-east-1", 3100, 0},
	    {{.variables = {"AWS_DEFAULTS_MODE=fast"}}, "us-east-1", 0, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ks_settings settings;

		load(&cases[i].situation, &settings);
		assert_int_equal(
		    ks_settings_connect_ms(&settings, cases[i].region), cases[i].connect_ms);
		assert_int_equal(settings.retry_mode, KS_RETRY_STANDARD);
		assert_int_equal(settings.warning_count, cases[i].warnings);
		if (cases[i].warnings > 0)
			assert_string_equal(settings.warnings[0],
			    "AWS_DEFAULTS_MODE: there is no defaults mode \"fast\"; none is used");
		ks_settings_clear(&settings);
	}
}

#define FIFTY "12345678901234567890123456789012345678901234567890"

static void a_long_app_id_is_taken_with_a_warning(void **state)
{
	static const struct situation longest = {.variables = {"AWS_SDK_UA_APP_ID=" FIFTY}};
	static const struct situation too_long = {
	    .config = "[default]\nsdk_ua_app_id = " FIFTY "1\n"};
	static const struct situation both = {
	    .config = "[default]\nsdk_ua_app_id = file\n",
	    .variables = {"AWS_SDK_UA_APP_ID=env"},
	};
	struct ks_settings settings;

	(void)state;
	load(&longest, &settings);
	assert_string_equal(settings.app_id, FIFTY);
	assert_int_equal(settings.warning_count, 0);
	ks_settings_clear(&settings);
	load(&too_long, &settings);
	assert_string_equal(settings.app_id, FIFTY "1");
	assert_int_equal(settings.warning_count, 1);
	assert_string_equal(
	    settings.warnings[0], "~/.aws/config, line 2: the app ID is longer than 50 characters");
	ks_settings_clear(&settings);
	load(&both, &settings);
	assert_string_equal(settings.app_id, "env");
	ks_settings_clear(&settings);
}

/* The AWS CLI's own places first; then that of the library which it once was built on. */
static void trusted_certificates_are_looked_for_in_three_places(void **state)
{
	static const struct {
		struct situation situation;
		const char *wanted;
	} cases[] = {
	    {{.variables = {NULL}}, NULL},
	    {{.variables = {"REQUESTS_CA_BUNDLE=/r.pem"}}, "/r.pem"},
	    {{.config = "[default]\nca_bundle =\n", .variables = {"REQUESTS_CA_BUNDLE=/r.pem"}},
		"/r.pem"},
	    {{.config = "[default]\nca_bundle = /p.pem\n",
		 .variables = {"REQUESTS_CA_BUNDLE=/r.pem"}},
		"/p.pem"},
	    {{.config = "[default]\nca_bundle = /p.pem\n",
		 .variables = {"REQUESTS_CA_BUNDLE=/r.pem", "AWS_CA_BUNDLE=/e.pem"}},
		"/e.pem"},
	    {{.variables = {"REQUESTS_CA_BUNDLE="}}, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ks_settings settings;

		load(&cases[i].situation, &settings);
		if (cases[i].wanted == NULL)
			assert_null(settings.ca_bundle);
		else
			assert_string_equal(settings.ca_bundle, cases[i].wanted);
		ks_settings_clear(&settings);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(trusted_certificates_are_looked_for_in_three_places),
	    cmocka_unit_test(each_service_has_a_variable_and_a_key_of_its_own),
	    cmocka_unit_test(the_places_have_an_order),
	    cmocka_unit_test(a_broken_configuration_is_an_error_of_each_service),
	    cmocka_unit_test(only_sts_needs_no_region),
	    cmocka_unit_test(sts_is_regional_unless_the_user_lives_in_the_past),
	    cmocka_unit_test(a_defaults_mode_says_how_long_to_connect),
	    cmocka_unit_test(a_long_app_id_is_taken_with_a_warning),
	};

	return cmocka_run_group_tests_name("aws_settings", tests, aws_make_home, aws_remove_home);
}
