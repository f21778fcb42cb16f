/*
 * Who signs, where: the environment and the two files put together, and what goes wrong with them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/aws/identity.h"
#include "core/base/clock.h"
#include "core/base/secret.h"
#include "tests/unit/aws_files.h"
#include "tests/unit/errand_desk.h"

#define KEYS_OF(who) "aws_access_key_id = AKID" who "\naws_secret_access_key = secret-of-" who "\n"

/* What a test is given; the rest is absent. */
struct situation {
	const char *config, *credentials;
	const char *variables[8];
	const char *profile;
	const char *endpoint_url;
};

static bool resolve(
    const struct situation *situation, struct ks_identity **identity, struct ks_err *err)
{
	struct ks_identity_options options = {.endpoint_url = situation->endpoint_url};
	struct ks_env *env;
	bool ok;

	aws_write("config", situation->config);
	aws_write("credentials", situation->credentials);
	env = aws_capture(situation->variables);
	options.env = env;
	memset(err, 0, sizeof *err);
	desk_open(NULL, 0);
	ok = desk_resolve(&options, situation->profile, NULL, identity, err);
	desk_close();
	ks_env_free(env);
	return ok;
}

static struct ks_identity *resolve_well(const struct situation *situation)
{
	struct ks_identity *identity;
	struct ks_err err;

	if (!resolve(situation, &identity, &err))
		print_error("%s\n", err.message);
	assert_non_null(ks_identity_credentials(identity));
	return identity;
}

/* Resolves, expects this error, and gives it. */
static struct ks_err resolve_badly(
    const struct situation *situation, const char *code, const char *message)
{
	struct ks_identity *identity;
	struct ks_err err;

	assert_false(resolve(situation, &identity, &err));
	assert_non_null(identity);
	assert_null(ks_identity_credentials(identity));
	if (strstr(err.message, message) == NULL)
		print_error("%s\n", err.message);
	assert_non_null(strstr(err.message, message));
	assert_string_equal(err.code, code);
	assert_null(strstr(err.message, "secret-of"));
	for (size_t i = 0; i < ks_identity_place_count(identity); i++)
		assert_null(strstr(ks_identity_place(identity, i)->finding, "secret-of"));
	ks_identity_free(identity);
	return err;
}

static void check_credentials(const struct situation *situation, const char *id, const char *secret,
    const char *token, const char *source)
{
	struct ks_identity *identity = resolve_well(situation);
	const struct ks_credentials *credentials = ks_identity_credentials(identity);

	assert_string_equal(credentials->access_key_id, id);
	assert_string_equal(ks_secret_value(credentials->secret), secret);
	if (token == NULL)
		assert_null(credentials->token);
	else
		assert_string_equal(ks_secret_value(credentials->token), token);
	assert_string_equal(credentials->source, source);
	ks_identity_free(identity);
}

/* ---- credentials ---- */

static void keys_of_the_environment_come_first(void **state)
{
	static const struct situation situation = {
	    .credentials = "[default]\n" KEYS_OF("FILE"),
	    .variables = {"AWS_ACCESS_KEY_ID=AKIDENV", "AWS_SECRET_ACCESS_KEY=secret-of-ENV",
		"AWS_SESSION_TOKEN=token"},
	};

	(void)state;
	check_credentials(&situation, "AKIDENV", "secret-of-ENV", "token", "environment");
}

static void a_named_profile_beats_the_environment(void **state)
{
	static const struct situation named = {
	    .credentials = "[prod]\n" KEYS_OF("PROD") "aws_session_token = t\n",
	    .variables = {"AWS_ACCESS_KEY_ID=AKIDENV", "AWS_SECRET_ACCESS_KEY=secret-of-ENV"},
	    .profile = "prod",
	};
	static const struct situation by_variable = {
	    .credentials = "[prod]\n" KEYS_OF("PROD"),
	    .variables = {"AWS_ACCESS_KEY_ID=AKIDENV", "AWS_SECRET_ACCESS_KEY=secret-of-ENV",
		"AWS_PROFILE=prod"},
	};

	(void)state;
	check_credentials(&named, "AKIDPROD", "secret-of-PROD", "t",
	    "shared credentials file (~/.aws/credentials), profile prod");
	/* AWS_PROFILE is not explicit: the AWS CLI's rule. */
	check_credentials(&by_variable, "AKIDENV", "secret-of-ENV", NULL, "environment");
}

static void the_profile_is_chosen_as_the_aws_cli_does(void **state)
{
	static const char files[] =
	    "[default]\n" KEYS_OF("D") "[a]\n" KEYS_OF("A") "[b]\n" KEYS_OF("B");
	static const struct {
		struct situation situation;
		const char *profile, *id;
	} cases[] = {
	    {{.credentials = files}, "default", "AKIDD"},
	    {{.credentials = files, .variables = {"AWS_DEFAULT_PROFILE=a"}}, "a", "AKIDA"},
	    {{.credentials = files, .variables = {"AWS_DEFAULT_PROFILE=a", "AWS_PROFILE=b"}}, "b",
		"AKIDB"},
	    {{.credentials = files, .variables = {"AWS_PROFILE=b"}, .profile = "a"}, "a", "AKIDA"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ks_identity *identity = resolve_well(&cases[i].situation);

		assert_string_equal(ks_identity_profile(identity), cases[i].profile);
		assert_string_equal(ks_identity_credentials(identity)->access_key_id, cases[i].id);
		ks_identity_free(identity);
	}
}

static void keys_are_taken_from_the_config_file_too(void **state)
{
	static const struct situation config_only = {
	    .config = "[profile a]\n" KEYS_OF("C") "aws_security_token = old\n",
	    .profile = "a",
	};
	static const struct situation both = {
	    .config = "[profile a]\n" KEYS_OF("C"),
	    .credentials = "[a]\n" KEYS_OF("S"),
	    .profile = "a",
	};

	(void)state;
	check_credentials(
	    &config_only, "AKIDC", "secret-of-C", "old", "config file (~/.aws/config), profile a");
	check_credentials(&both, "AKIDS", "secret-of-S", NULL,
	    "shared credentials file (~/.aws/credentials), profile a");
}

/* As the AWS CLI looks at them, in either file. */
static void the_token_of_the_old_name_counts_first_unless_it_is_empty(void **state)
{
	static const struct {
		const char *keys, *token;
	} cases[] = {
	    {"aws_session_token = new\naws_security_token = old\n", "old"},
	    {"aws_session_token = new\naws_security_token =\n", "new"},
	    {"aws_session_token =\naws_security_token = old\n", "old"},
	    {"aws_session_token =\naws_security_token =\n", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char config[200], shared[200];
		const struct situation in_config = {.config = config, .profile = "a"};
		const struct situation in_shared = {.credentials = shared, .profile = "a"};

		snprintf(config, sizeof config, "[profile a]\n" KEYS_OF("C") "%s", cases[i].keys);
		snprintf(shared, sizeof shared, "[a]\n" KEYS_OF("S") "%s", cases[i].keys);
		check_credentials(&in_config, "AKIDC", "secret-of-C", cases[i].token,
		    "config file (~/.aws/config), profile a");
		check_credentials(&in_shared, "AKIDS", "secret-of-S", cases[i].token,
		    "shared credentials file (~/.aws/credentials), profile a");
	}
}

static void account_and_expiry_are_kept(void **state)
{
	static const struct situation env = {
	    .variables = {"AWS_ACCESS_KEY_ID=AKIDENV", "AWS_SECRET_ACCESS_KEY=secret-of-ENV",
		"AWS_ACCOUNT_ID=123456789012", "AWS_CREDENTIAL_EXPIRATION=2021-08-06T12:00:00Z"},
	};
	static const struct situation file = {
	    .credentials = "[default]\n" KEYS_OF("D") "aws_account_id = 210987654321\n",
	};
	struct ks_identity *identity = resolve_well(&env);

	(void)state;
	assert_string_equal(ks_identity_credentials(identity)->account_id, "123456789012");
	assert_int_equal(ks_identity_credentials(identity)->expires_at, 1628251200000);
	ks_identity_free(identity);
	identity = resolve_well(&file);
	assert_string_equal(ks_identity_credentials(identity)->account_id, "210987654321");
	assert_true(ks_identity_credentials(identity)->expires_at == KS_TIME_NONE);
	ks_identity_free(identity);
}

static void half_a_key_is_an_error_and_never_passed_over(void **state)
{
	static const struct {
		struct situation situation;
		const char *message;
	} cases[] = {
	    {{.credentials = "[default]\n" KEYS_OF("D"),
		 .variables = {"AWS_ACCESS_KEY_ID=AKIDENV"}},
		"AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY isn't"},
	    {{.config = "[profile a]\n" KEYS_OF("C"),
		 .credentials = "[a]\naws_access_key_id = AKIDA\n",
		 .profile = "a"},
		"~/.aws/credentials, line 2, profile a: aws_access_key_id has no "
		"aws_secret_access_key beside it"},
	    {{.credentials = "[default]\naws_access_key_id =\naws_secret_access_key = x\n"},
		"line 2, profile default: aws_access_key_id is empty"},
	    {{.credentials = "[default]\naws_access_key_id = A\naws_secret_access_key =\n"},
		"line 3, profile default: aws_secret_access_key is empty"},
	    {{.credentials = "[default]\naws_access_key_id = \"A\"\naws_secret_access_key = x\n"},
		"line 2, profile default: aws_access_key_id has a character"},
	    {{.credentials = "[default]\n" KEYS_OF("D") " X-Injected: header\n"},
		"line 3, profile default: aws_secret_access_key has a character"},
	    {{.credentials = "[default]\n" KEYS_OF("D") "aws_session_token = a\n b\n"},
		"line 4, profile default: aws_session_token has a character"},
	    {{.variables = {"AWS_ACCESS_KEY_ID=A\r\nX: y", "AWS_SECRET_ACCESS_KEY=secret-of"}},
		"has a character that belongs to no key"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		resolve_badly(&cases[i].situation, KS_IDENTITY_BROKEN, cases[i].message);
}

static void a_static_key_still_counts_where_it_comes_before(void **state)
{
	static const struct situation process = {
	    .config = "[profile a]\ncredential_process = x\n",
	    .credentials = "[a]\n" KEYS_OF("A"),
	    .profile = "a",
	};
	static const struct situation env = {
	    .config = "[default]\nsso_session = s\n",
	    .variables = {"AWS_ACCESS_KEY_ID=AKIDENV", "AWS_SECRET_ACCESS_KEY=secret-of-ENV"},
	};

	(void)state;
	check_credentials(&process, "AKIDA", "secret-of-A", NULL,
	    "shared credentials file (~/.aws/credentials), profile a");
	check_credentials(&env, "AKIDENV", "secret-of-ENV", NULL, "environment");
}

static void only_a_plain_profile_name_gets_into_a_command_to_copy(void **state)
{
	static const struct situation situation = {
	    .config = "[profile \"a; rm x\"]\nsso_account_id = 123456789012\nsso_role_name = r\n"
		      "sso_region = us-east-1\nsso_start_url = https://a.b/start\n",
	    .profile = "a; rm x",
	};
	struct ks_err err = resolve_badly(&situation, KS_IDENTITY_SIGN_IN, "isn't there");

	(void)state;
	assert_null(strstr(err.tip, "rm x"));
	assert_non_null(strstr(err.tip, "--profile NAME"));
}

static void a_named_profile_that_is_nowhere_is_an_error(void **state)
{
	static const struct situation by_option = {
	    .config = "[profile a]\n", .credentials = "[b]\n", .profile = "nowhere"};
	static const struct situation by_variable = {
	    .variables = {"AWS_PROFILE=x\x1b[31m", "AWS_ACCESS_KEY_ID=AKIDENV",
		"AWS_SECRET_ACCESS_KEY=secret-of-ENV"}};
	struct ks_err err = resolve_badly(&by_option, KS_IDENTITY_NO_PROFILE,
	    "There is no profile nowhere in "
	    "~/.aws/config or ~/.aws/credentials");

	(void)state;
	assert_string_equal(err.tip, "known profiles: a, b");
	err = resolve_badly(
	    &by_variable, KS_IDENTITY_NO_PROFILE, "There is no profile x\xef\xbf\xbd[31m");
	assert_non_null(strstr(err.tip, "aws configure"));
}

static void a_broken_file_is_an_error_and_not_an_empty_one(void **state)
{
	static const struct situation situation = {
	    .config = "[profile a\n",
	    .credentials = "[default]\n" KEYS_OF("D"),
	};

	(void)state;
	resolve_badly(&situation, KS_IDENTITY_BROKEN_CONFIG, "~/.aws/config, line 1: ");
}

static void check_place(
    const struct ks_identity *identity, size_t index, const char *place, const char *finding)
{
	assert_true(index < ks_identity_place_count(identity));
	assert_string_equal(ks_identity_place(identity, index)->place, place);
	assert_string_equal(ks_identity_place(identity, index)->finding, finding);
}

static void a_named_profile_was_looked_for_in_both_files(void **state)
{
	static const struct situation situation = {.config = "[profile a]\n", .profile = "b"};
	struct ks_identity *identity;
	struct ks_err err;

	(void)state;
	assert_false(resolve(&situation, &identity, &err));
	assert_int_equal(ks_identity_place_count(identity), 2);
	check_place(identity, 0, "~/.aws/config", "no such profile");
	check_place(identity, 1, "~/.aws/credentials", "there is no such file");
	ks_identity_free(identity);
}

static void without_credentials_it_says_where_it_looked(void **state)
{
	static const struct situation situation = {
	    .config = "[default]\nregion = eu-west-1\n",
	    .variables = {"AWS_SECRET_ACCESS_KEY=secret-of-nobody"},
	};
	struct ks_identity *identity;
	struct ks_err err;

	(void)state;
	assert_false(resolve(&situation, &identity, &err));
	assert_string_equal(err.code, KS_IDENTITY_NO_CREDENTIALS);
	assert_int_equal(err.kind, KS_ERR_CREDENTIALS);
	assert_non_null(strstr(err.tip, "--demo"));
	assert_string_equal(ks_identity_region(identity), "eu-west-1");
	check_place(
	    identity, 0, "environment", "AWS_ACCESS_KEY_ID is not set (AWS_SECRET_ACCESS_KEY is)");
	check_place(identity, 1, "~/.aws/credentials", "there is no such file");
	check_place(identity, 2, "~/.aws/config", "profile default: no aws_access_key_id");
	check_place(identity, 3, "container", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not set");
	check_place(identity, 4, "instance metadata", "switched off by AWS_EC2_METADATA_DISABLED");
	assert_int_equal(ks_identity_place_count(identity), 5);
	ks_identity_free(identity);
}

static void with_credentials_it_says_what_it_passed_over(void **state)
{
	static const struct situation situation = {
	    .credentials = "[a]\n" KEYS_OF("A"),
	    .variables = {"AWS_ACCESS_KEY_ID=AKIDENV", "AWS_SECRET_ACCESS_KEY=secret-of-ENV"},
	    .profile = "a",
	};
	struct ks_identity *identity = resolve_well(&situation);

	(void)state;
	check_place(identity, 0, "environment",
	    "AWS_ACCESS_KEY_ID is set, but not used: a profile was named");
	check_place(identity, 1, "~/.aws/credentials", "profile a: access key AKIDA");
	assert_int_equal(ks_identity_place_count(identity), 2);
	ks_identity_free(identity);
}

/* ---- region, endpoint, the rest ---- */

#define ENV_KEYS "AWS_ACCESS_KEY_ID=AKIDENV", "AWS_SECRET_ACCESS_KEY=secret-of-ENV"

static void the_region_is_found_in_order(void **state)
{
	static const char config[] = "[default]\nregion = from-profile\n";
	static const struct {
		struct situation situation;
		const char *region;
	} cases[] = {
	    {{.variables = {ENV_KEYS}}, NULL},
	    {{.config = "[default]\nregion =\n", .variables = {ENV_KEYS}}, NULL},
	    {{.config = config, .variables = {ENV_KEYS}}, "from-profile"},
	    {{.config = config, .variables = {ENV_KEYS, "AWS_DEFAULT_REGION=d"}}, "d"},
	    {{.config = config, .variables = {ENV_KEYS, "AWS_DEFAULT_REGION=d", "AWS_REGION=r"}},
		"r"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ks_identity *identity = resolve_well(&cases[i].situation);

		if (cases[i].region == NULL)
			assert_null(ks_identity_region(identity));
		else
			assert_string_equal(ks_identity_region(identity), cases[i].region);
		ks_identity_free(identity);
	}
}

#define SERVICES                                                                                  \
	"[default]\nservices = local\nendpoint_url = https://profile.example\n[services local]\n" \
	"lightsail =\n  endpoint_url = http://127.0.0.1:1\ns3 =\n  endpoint_url = "               \
	"http://[::1]:2/\n"
#define ENV_URL       "AWS_ENDPOINT_URL=https://env.example/"
#define ENV_LIGHTSAIL "AWS_ENDPOINT_URL_LIGHTSAIL=https://lightsail.example"
#define ENV_S3        "AWS_ENDPOINT_URL_S3=https://s3.example"
#define IGNORE        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=TRUE"
#define COMPUTED      "https://lightsail.us-east-1.amazonaws.com"

static void endpoints_are_found_in_order(void **state)
{
	static const struct {
		struct situation situation;
		const char *lightsail, *s3;
	} cases[] = {
	    {{.variables = {ENV_KEYS}}, COMPUTED, ""},
	    {{.config = SERVICES, .variables = {ENV_KEYS}}, "http://127.0.0.1:1", "http://[::1]:2"},
	    {{.config = "[default]\nendpoint_url = https://p.example", .variables = {ENV_KEYS}},
		"https://p.example", "https://p.example"},
	    {{.config = "[default]\nservices = l\nendpoint_url = https://p.example\n[services "
			"l]\ns3=\n endpoint_url = https://s.example\n",
		 .variables = {ENV_KEYS}},
		"https://p.example", "https://s.example"},
	    {{.config = SERVICES, .variables = {ENV_KEYS, ENV_URL}}, "https://env.example",
		"https://env.example"},
	    {{.config = SERVICES, .variables = {ENV_KEYS, ENV_URL, ENV_LIGHTSAIL, ENV_S3}},
		"https://lightsail.example", "https://s3.example"},
	    {{.config = SERVICES,
		 .variables = {ENV_KEYS, ENV_URL, ENV_LIGHTSAIL},
		 .endpoint_url = "http://localhost:9/"},
		"http://localhost:9", "http://localhost:9"},
	    {{.config = SERVICES, .variables = {ENV_KEYS, ENV_URL, ENV_LIGHTSAIL, IGNORE}},
		COMPUTED, ""},
	    {{.config = "[default]\nignore_configured_endpoint_urls = true\n",
		 .variables = {ENV_KEYS, ENV_URL}},
		COMPUTED, ""},
	    {{.variables = {ENV_KEYS, IGNORE}, .endpoint_url = "http://localhost:9"},
		"http://localhost:9", "http://localhost:9"},
	    {{.variables = {ENV_KEYS, "AWS_USE_FIPS_ENDPOINT=true"}},
		"https://lightsail-fips.us-east-1.amazonaws.com", ""},
	    {{.config = "[default]\nuse_dualstack_endpoint = true\n",
		 .variables = {ENV_KEYS, "AWS_USE_DUALSTACK_ENDPOINT=no"}},
		COMPUTED, ""},
	    {{.config = "[default]\nuse_dualstack_endpoint = True\n", .variables = {ENV_KEYS}},
		"https://lightsail.us-east-1.api.aws", ""},
	};
	char url[200];
	struct ks_err err;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ks_identity *identity = resolve_well(&cases[i].situation);

		assert_true(ks_identity_endpoint(identity, "us-east-1", url, sizeof url, &err));
		assert_string_equal(url, cases[i].lightsail);
		assert_true(ks_identity_s3_endpoint(identity, url, sizeof url, &err));
		assert_string_equal(url, cases[i].s3);
		ks_identity_free(identity);
	}
}

static void a_bad_endpoint_is_an_error_that_names_its_place(void **state)
{
	static const struct {
		struct situation situation;
		const char *region, *message;
	} cases[] = {
	    {{.variables = {ENV_KEYS}}, "evil.com/", "is no region name"},
	    {{.variables = {ENV_KEYS}, .endpoint_url = "http://localhost:9"}, "evil.com/",
		"is no region name"},
	    {{.variables = {ENV_KEYS}, .endpoint_url = "http://example.com"}, "us-east-1",
		"--endpoint-url: http://example.com is refused: plain http"},
	    {{.variables = {ENV_KEYS, "AWS_ENDPOINT_URL=example.com"}}, "us-east-1",
		"AWS_ENDPOINT_URL: example.com is refused"},
	    {{.config = "[default]\nendpoint_url = http://a.b\n", .variables = {ENV_KEYS}},
		"us-east-1", "~/.aws/config, line 2: http://a.b is refused"},
	    {{.config = "[default]\nservices = none\n", .variables = {ENV_KEYS}}, "us-east-1",
		"~/.aws/config, line 2: services = none, but the config file has no section"},
	};
	char url[200];
	struct ks_err err;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ks_identity *identity = resolve_well(&cases[i].situation);

		assert_false(
		    ks_identity_endpoint(identity, cases[i].region, url, sizeof url, &err));
		assert_non_null(strstr(err.message, cases[i].message));
		ks_identity_free(identity);
	}
}

static void trust_and_retries_are_read_and_doubts_are_warnings(void **state)
{
	static const struct situation profile = {
	    .config = "[default]\nca_bundle = /p.pem\nretry_mode = Legacy\nmax_attempts = 7\n",
	    .variables = {ENV_KEYS},
	};
	static const struct situation env = {
	    .config = "[default]\nca_bundle = /p.pem\nretry_mode = legacy\nmax_attempts = 7\n",
	    .variables = {ENV_KEYS, "AWS_CA_BUNDLE=/e.pem", "AWS_RETRY_MODE=often",
		"AWS_MAX_ATTEMPTS=0"},
	};
	struct ks_identity *identity = resolve_well(&profile);

	(void)state;
	assert_string_equal(ks_identity_ca_bundle(identity), "/p.pem");
	assert_int_equal(ks_identity_retry_mode(identity), KS_RETRY_LEGACY);
	assert_int_equal(ks_identity_max_attempts(identity), 7);
	assert_int_equal(ks_identity_warning_count(identity), 0);
	ks_identity_free(identity);
	identity = resolve_well(&env);
	assert_string_equal(ks_identity_ca_bundle(identity), "/e.pem");
	assert_int_equal(ks_identity_retry_mode(identity), KS_RETRY_STANDARD);
	assert_int_equal(ks_identity_max_attempts(identity), 0);
	assert_int_equal(ks_identity_warning_count(identity), 2);
	assert_non_null(strstr(ks_identity_warning(identity, 0), "AWS_RETRY_MODE"));
	ks_identity_free(identity);
}

static void the_demo_touches_neither_files_nor_environment(void **state)
{
	struct ks_err err;
	struct ks_secret *secret = ks_secret_new("s3cr3t", 6, &err);
	struct ks_identity_given given = {"AKIDDEMO", secret, NULL, "http://127.0.0.1:5"};
	struct ks_identity_options options = {.given = &given};
	struct ks_identity *identity;
	char url[100];

	(void)state;
	setenv("AWS_REGION", "not-taken", 1);
	assert_true(desk_resolve(&options, NULL, NULL, &identity, &err));
	ks_secret_free(secret);
	assert_string_equal(ks_identity_credentials(identity)->access_key_id, "AKIDDEMO");
	assert_string_equal(ks_secret_value(ks_identity_credentials(identity)->secret), "s3cr3t");
	assert_null(ks_identity_region(identity));
	assert_string_equal(ks_identity_profile(identity), "");
	assert_int_equal(ks_identity_place_count(identity), 0);
	assert_true(ks_identity_endpoint(identity, "eu-west-1", url, sizeof url, &err));
	assert_string_equal(url, "http://127.0.0.1:5");
	assert_true(ks_identity_s3_endpoint(identity, url, sizeof url, &err));
	assert_string_equal(url, "http://127.0.0.1:5");
	ks_identity_free(identity);
	ks_identity_free(NULL);
}

/* What people copy into a shell must not set another profile up. */
static void the_remedy_is_for_the_profile_without_credentials(void **state)
{
	static const struct {
		struct situation situation;
		const char *tip;
	} cases[] = {
	    {{.config = "[default]\n"}, "run: aws configure, or "},
	    {{.config = "[profile bare]\n", .profile = "bare"},
		"run: aws configure --profile bare, or "},
	    {{.config = "[profile bare]\n", .variables = {"AWS_PROFILE=bare"}},
		"run: aws configure --profile bare, or "},
	    {{.config = "[profile \"a b\"]\n", .profile = "a b"},
		"run: aws configure --profile NAME, or "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ks_err err = resolve_badly(&cases[i].situation, KS_IDENTITY_NO_CREDENTIALS,
		    "There are no AWS credentials");

		assert_memory_equal(err.tip, cases[i].tip, strlen(cases[i].tip));
	}
}

static void an_empty_environment_has_no_credentials(void **state)
{
	static const struct desk_step nobody = {
	    .fetch = "PUT http://169.254.169.254/latest/api/token", .fails = KS_ERR_NETWORK};
	struct ks_env *env = ks_env_empty();
	struct ks_identity_options options = {.env = env};
	struct ks_identity *identity;
	struct ks_err err;

	(void)state;
	aws_write("credentials", "[default]\n" KEYS_OF("FILE"));
	desk_open(&nobody, 1);
	assert_false(desk_resolve(&options, NULL, NULL, &identity, &err));
	desk_close();
	assert_string_equal(err.code, KS_IDENTITY_NO_CREDENTIALS);
	ks_identity_free(identity);
	ks_env_free(env);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keys_of_the_environment_come_first),
	    cmocka_unit_test(a_named_profile_beats_the_environment),
	    cmocka_unit_test(the_profile_is_chosen_as_the_aws_cli_does),
	    cmocka_unit_test(keys_are_taken_from_the_config_file_too),
	    cmocka_unit_test(the_token_of_the_old_name_counts_first_unless_it_is_empty),
	    cmocka_unit_test(account_and_expiry_are_kept),
	    cmocka_unit_test(half_a_key_is_an_error_and_never_passed_over),
	    cmocka_unit_test(a_static_key_still_counts_where_it_comes_before),
	    cmocka_unit_test(only_a_plain_profile_name_gets_into_a_command_to_copy),
	    cmocka_unit_test(a_named_profile_that_is_nowhere_is_an_error),
	    cmocka_unit_test(a_named_profile_was_looked_for_in_both_files),
	    cmocka_unit_test(a_broken_file_is_an_error_and_not_an_empty_one),
	    cmocka_unit_test(without_credentials_it_says_where_it_looked),
	    cmocka_unit_test(with_credentials_it_says_what_it_passed_over),
	    cmocka_unit_test(the_region_is_found_in_order),
	    cmocka_unit_test(endpoints_are_found_in_order),
	    cmocka_unit_test(a_bad_endpoint_is_an_error_that_names_its_place),
	    cmocka_unit_test(trust_and_retries_are_read_and_doubts_are_warnings),
	    cmocka_unit_test(the_demo_touches_neither_files_nor_environment),
	    cmocka_unit_test(the_remedy_is_for_the_profile_without_credentials),
	    cmocka_unit_test(an_empty_environment_has_no_credentials),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("aws_identity", tests, aws_make_home, aws_remove_home);
}
