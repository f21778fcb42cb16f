/*
 * A role by a web identity: where its settings are from, the token's file, what is asked of STS,
 * the CLI's cache. The request and the names are botocore's, computed with version 1.43.11.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/aws/identity.h"
#include "core/base/secret.h"
#include "tests/unit/role_rig.h"

/* The token's file stands in the working folder, so that its path is the same in each run. */
#define FILE_NAME "token"
#define TOKEN     "eyJ.a-b_c.d+/="
#define REGION    "region = eu-west-1\n"
#define PROD      "[profile prod]\n" REGION "role_arn = " EXAMPLE "\n"
#define WITH_FILE PROD "web_identity_token_file = " FILE_NAME "\n"
#define IN_ENV    "AWS_ROLE_ARN=" EXAMPLE, "AWS_WEB_IDENTITY_TOKEN_FILE=" FILE_NAME
#define REQUEST                                                                                  \
	STS_EU "\nContent-Type: application/x-www-form-urlencoded; charset=utf-8\n\nAction="     \
	       "AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A12345" \
	       "6789012%3Arole%2FExample&RoleSessionName="
#define DEFAULT_REQUEST REQUEST "keysail-1795521600&WebIdentityToken=eyJ.a-b_c.d%2B%2F%3D"
#define SOURCE          "role " EXAMPLE " by the token in " FILE_NAME
#define NAME            "0bb330519131ddf196eac5c6c22d3eb9a53f02dd"
#define NAME_CI         "58c62537a9a09f610294f5e9e67efdc25b234030" /* with the session name "ci" */

static const struct desk_step gives_x[] = {{.fetch = STS_EU, .text = STS_WEB("X")}};

static int set_up(void **state)
{
	role_write(FILE_NAME, TOKEN);
	return role_empty_cache(state);
}

static int make_home(void **state)
{
	if (role_make_home(state) != 0)
		return -1;
	return chdir(role_path("")); /* removed with the home folder */
}

static void the_environment_names_role_and_token(void **state)
{
	static const struct role_case given = {
	    .variables = {IN_ENV, "AWS_REGION=eu-west-1"}, ROLE_STEPS(gives_x)};
	struct ks_identity *identity = role_resolve_well(&given);
	const struct ks_credentials *credentials = ks_identity_credentials(identity);

	(void)state;
	assert_string_equal(desk.last, DEFAULT_REQUEST);
	role_check(identity, "ASIAX", "secret-of-X", "token-of-X", SOURCE);
	assert_string_equal(credentials->account_id, "123456789012");
	assert_int_equal(credentials->expires_at, DESK_NOW + 3600 * 1000);
	role_check_place(identity, 1, "environment", "role " EXAMPLE " by the token in " FILE_NAME);
	ks_identity_free(identity);
}

static void a_named_profile_switches_the_environment_off(void **state)
{
	static const struct role_case given = {
	    .config = "[profile prod]\n", .variables = {IN_ENV}, .profile = "prod"};
	/* One of AWS_PROFILE isn't named in that sense. */
	static const struct role_case by_variable = {.config = "[profile prod]\n" REGION,
	    .variables = {IN_ENV, "AWS_PROFILE=prod"},
	    ROLE_STEPS(gives_x)};

	(void)state;
	role_resolve_badly(&given, KS_IDENTITY_NO_CREDENTIALS, "no AWS credentials");
	ks_identity_free(role_resolve_well(&by_variable));
}

static void a_profile_names_role_and_token(void **state)
{
	static const struct role_case given = {
	    .config = WITH_FILE, .profile = "prod", ROLE_STEPS(gives_x)};
	static const struct role_case session = {
	    .config = WITH_FILE "role_session_name = ci\n", .profile = "prod", ROLE_STEPS(gives_x)};
	struct ks_identity *identity = role_resolve_well(&given);

	(void)state;
	assert_string_equal(desk.last, DEFAULT_REQUEST);
	role_check(identity, "ASIAX", "secret-of-X", "token-of-X", SOURCE);
	role_check_place(identity, 1, "~/.aws/config",
	    "profile prod: role " EXAMPLE " by the token in " FILE_NAME);
	ks_identity_free(identity);
	ks_identity_free(role_resolve_well(&session));
	assert_string_equal(desk.last, REQUEST "ci&WebIdentityToken=eyJ.a-b_c.d%2B%2F%3D");
	assert_non_null(strstr(role_read(role_cache(NAME_CI)), "ASIAX"));
}

static void a_variable_beats_its_key_alone(void **state)
{
	static const struct desk_step steps[] = {{.fetch = STS_EU,
	    .has = {"role%2FOther&RoleSessionName=from-env&"},
	    .text = STS_WEB("X")}};
	static const struct role_case given = {.config = WITH_FILE "role_session_name = ci\n",
	    .variables = {"AWS_PROFILE=prod", "AWS_ROLE_SESSION_NAME=from-env",
		"AWS_ROLE_ARN=arn:aws:iam::123456789012:role/Other"},
	    ROLE_STEPS(steps)};
	static const struct desk_step of_ci[] = {
	    {.fetch = STS_EU, .has = {"role%2FExample&RoleSessionName=ci&"}, .text = STS_WEB("X")}};
	static const struct role_case named = {.config = WITH_FILE "role_session_name = ci\n",
	    .variables = {"AWS_ROLE_SESSION_NAME=from-env"},
	    .profile = "prod",
	    ROLE_STEPS(of_ci)};

	(void)state;
	ks_identity_free(role_resolve_well(&given));
	ks_identity_free(role_resolve_well(&named));
}

static void it_can_be_the_source_of_a_role(void **state)
{
	static const struct desk_step steps[] = {
	    {.fetch = STS_EU, .has = {"WebIdentityToken=eyJ"}, .text = STS_WEB("CI")},
	    {.fetch = STS_EU,
		.has = {"role%2FTwo&", "Credential=ASIACI/", "X-Amz-Security-Token: token-of-CI"},
		.text = STS_ROLE("X")},
	};
	/* The variables don't speak for the source. */
	static const struct role_case given = {
	    .config = WITH_FILE "[profile two]\nrole_arn = arn:aws:iam::123456789012:role/Two\n"
				"source_profile = prod\n" REGION,
	    .variables = {"AWS_PROFILE=two", "AWS_ROLE_SESSION_NAME=none"},
	    ROLE_STEPS(steps)};
	struct ks_identity *identity = role_resolve_well(&given);

	(void)state;
	role_check(identity, "ASIAX", "secret-of-X", "token-of-X",
	    "role arn:aws:iam::123456789012:role/Two from profile prod (" SOURCE ")");
	ks_identity_free(identity);
}

static void what_is_set_is_checked_first(void **state)
{
	static const struct {
		struct role_case given;
		const char *message;
	} cases[] = {
	    {{.variables = {"AWS_WEB_IDENTITY_TOKEN_FILE=" FILE_NAME}},
		"AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN isn't"},
	    {{.config = "[profile prod]\nweb_identity_token_file = " FILE_NAME "\n",
		 .profile = "prod"},
		"~/.aws/config, line 2, profile prod: web_identity_token_file has no role_arn "
		"beside it"},
	    {{.variables = {"AWS_WEB_IDENTITY_TOKEN_FILE=" FILE_NAME, "AWS_ROLE_ARN=Example"}},
		"AWS_ROLE_ARN can't be the ARN of a role"},
	    {{.variables = {IN_ENV, "AWS_ROLE_SESSION_NAME=a/b"}},
		"AWS_ROLE_SESSION_NAME is 2 to 64 letters, digits or +=,.@_-"},
	    {{.config = WITH_FILE "role_session_name = a\n", .profile = "prod"},
		"~/.aws/config, line 5, profile prod: role_session_name is 2 to 64"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ks_err err =
		    role_resolve_badly(&cases[i].given, KS_IDENTITY_BROKEN, cases[i].message);

		assert_string_not_equal(err.tip, "");
	}
}

/* ---- the token ---- */

static void the_token_is_read_anew_at_each_search(void **state)
{
	static const struct desk_step steps[] = {
	    {.fetch = STS_EU, .has = {"&WebIdentityToken=another.one"}, .text = STS_WEB("X")}};
	static const struct role_case first = {
	    .config = WITH_FILE, .profile = "prod", ROLE_STEPS(gives_x)};
	static const struct role_case second = {
	    .config = WITH_FILE, .profile = "prod", .refused = "ASIAX", ROLE_STEPS(steps)};

	(void)state;
	ks_identity_free(role_resolve_well(&first));
	role_write(FILE_NAME, "another.one\r\n");
	ks_identity_free(role_resolve_well(&second));
	assert_null(strstr(desk.last, "one%"));
}

static void a_token_has_4_to_20000_characters(void **state)
{
	static const struct role_case good = {
	    .config = WITH_FILE, .profile = "prod", ROLE_STEPS(gives_x)};
	static const struct role_case bad = {.config = WITH_FILE, .profile = "prod"};
	static const char *const bad_ones[] = {
	    "", "\n", "abc\n", "a b c d", "ab\ncd", "abc\x01", "abc\xc3\xa4"};
	char longest[20010];

	memset(longest, 'x', sizeof longest);
	snprintf(longest + 20000, 10, "\r\n");
	role_write(FILE_NAME, longest);
	ks_identity_free(role_resolve_well(&good));
	role_empty_cache(state);
	role_write(FILE_NAME, "abcd");
	ks_identity_free(role_resolve_well(&good));
	role_empty_cache(state);
	for (size_t i = 0; i < sizeof bad_ones / sizeof bad_ones[0]; i++) {
		role_write(FILE_NAME, bad_ones[i]);
		role_resolve_badly(&bad, KS_IDENTITY_BROKEN,
		    "~/.aws/config, line 4, profile prod: web_identity_token_file: " FILE_NAME
		    " holds no token, which is 4 to 20000 characters");
	}
	snprintf(longest + 20000, 10, "x");
	role_write(FILE_NAME, longest);
	role_resolve_badly(&bad, KS_IDENTITY_BROKEN, "holds no token");
	snprintf(longest + 20000, 10, "xxx");
	role_write(FILE_NAME, longest);
	role_resolve_badly(&bad, KS_IDENTITY_BROKEN, "web_identity_token_file: " FILE_NAME);
}

static void a_file_that_cannot_be_read_is_named(void **state)
{
	static const struct role_case profile = {.config = WITH_FILE, .profile = "prod"};
	static const struct role_case env = {.variables = {IN_ENV}};
	struct ks_err err;

	(void)state;
	unlink(FILE_NAME);
	err = role_resolve_badly(&profile, KS_IDENTITY_BROKEN,
	    "profile prod: web_identity_token_file: There is no file " FILE_NAME);
	assert_string_equal(err.tip, "see that what writes the token runs, and where to");
	role_resolve_badly(&env, KS_IDENTITY_BROKEN,
	    "AWS_WEB_IDENTITY_TOKEN_FILE: the token can't be read: There is no file " FILE_NAME);
	assert_int_equal(mkdir(FILE_NAME, 0700), 0);
	role_resolve_badly(&profile, KS_IDENTITY_BROKEN, "web_identity_token_file: " FILE_NAME);
	assert_int_equal(rmdir(FILE_NAME), 0);
	/* Nothing waits for whoever would write to it. */
	assert_int_equal(mkfifo(FILE_NAME, 0600), 0);
	err =
	    role_resolve_badly(&profile, KS_IDENTITY_BROKEN, "web_identity_token_file: " FILE_NAME);
	assert_string_equal(err.tip, "see that it is the token's file, and may be read");
	assert_int_equal(unlink(FILE_NAME), 0);
}

/* ---- what STS refuses ---- */

static void a_refusal_says_what_to_do(void **state)
{
	static const struct {
		const char *code, *tip;
	} cases[] = {
	    {"AccessDenied", "check that the role's trust policy takes the token in " FILE_NAME},
	    {"ValidationError", "check what is set for the role"},
	    {"InvalidIdentityToken", "check the token in " FILE_NAME
				     ", and that IAM knows its issuer as an identity provider"},
	    {"ExpiredTokenException",
		"have the token in " FILE_NAME " written anew, then try again"},
	    {"IDPRejectedClaim", "have the token in " FILE_NAME " written anew, then try again"},
	    {"IDPCommunicationError", "AWS can't reach the token's issuer: try again in a moment"},
	    {"RegionDisabledException",
		"activate STS for this region in the account's settings, or choose another region"},
	};
	char reply[1000], message[400];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct desk_step step = {.fetch = STS_EU, .status = 400, .text = reply};
		struct role_case given = {
		    .variables = {IN_ENV, "AWS_REGION=eu-west-1"}, .steps = &step, .n_steps = 1};
		struct ks_err err;

		snprintf(reply, sizeof reply, STS_REFUSES("%s", "It said no."), cases[i].code);
		snprintf(message, sizeof message,
		    "AWS_ROLE_ARN: role " EXAMPLE " can't be taken on: %s: It said no.",
		    cases[i].code);
		err = role_resolve_badly(&given, KS_IDENTITY_REFUSED, message);
		assert_int_equal(err.kind, KS_ERR_CREDENTIALS);
		assert_string_equal(err.tip, cases[i].tip);
		given = (struct role_case){
		    .config = WITH_FILE, .profile = "prod", .steps = &step, .n_steps = 1};
		snprintf(message, sizeof message,
		    "~/.aws/config, line 3, profile prod: role " EXAMPLE " can't be taken on: %s",
		    cases[i].code);
		role_resolve_badly(&given, KS_IDENTITY_REFUSED, message);
	}
}

static void no_answer_is_no_fault_of_the_token(void **state)
{
	static const struct desk_step steps[] = {
	    {.fetch = STS_EU, .fails = KS_ERR_TIMEOUT},
	    {.fetch = STS_EU, .status = 503, .text = "busy"},
	    {.fetch = STS_EU, .fails = KS_ERR_NETWORK},
	};
	static const struct role_case given = {
	    .config = WITH_FILE, .profile = "prod", ROLE_STEPS(steps)};
	struct ks_err err =
	    role_resolve_badly(&given, "", "profile prod: role " EXAMPLE " can't be taken on: ");

	(void)state;
	assert_int_equal(err.kind, KS_ERR_NETWORK);
}

/* ---- the cache ---- */

#define IN_CACHE                                                                              \
	"{\"Credentials\": {\"AccessKeyId\": \"ASIACLI\", \"SecretAccessKey\": \"secret-of-"  \
	"CLI\", \"SessionToken\": \"token-of-CLI\", \"Expiration\": \"2026-11-24T13:00:00UTC" \
	"\"}}"

static void the_clis_cache_is_shared(void **state)
{
	static const struct role_case kept = {.config = WITH_FILE, .profile = "prod"};
	static const struct role_case fresh = {
	    .config = WITH_FILE, .profile = "prod", .refused = "ASIACLI", ROLE_STEPS(gives_x)};
	struct ks_identity *identity;

	(void)state;
	role_write(role_cache(NAME), IN_CACHE);
	/* The token isn't needed then. */
	unlink(FILE_NAME);
	identity = role_resolve_well(&kept);
	role_check(identity, "ASIACLI", "secret-of-CLI", "token-of-CLI",
	    SOURCE " (from the AWS CLI's cache)");
	ks_identity_free(identity);
	role_write(FILE_NAME, TOKEN);
	ks_identity_free(role_resolve_well(&fresh));
	assert_non_null(strstr(role_read(role_cache(NAME)), "\"AccessKeyId\":\"ASIAX\""));
	assert_null(strstr(role_read(role_cache(NAME)), "CLI"));
}

static void it_can_be_given_up_at_any_moment(void **state)
{
	static const struct desk_step steps[] = {
	    {.fetch = STS_EU, .status = 500, .text = "busy"},
	    {.fetch = STS_EU, .text = STS_WEB("X")},
	};
	static const struct role_case given = {
	    .config = WITH_FILE, .profile = "prod", ROLE_STEPS(steps)};

	(void)state;
	assert_in_range(role_drop_everywhere(&given), 3, 10);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(the_environment_names_role_and_token),
	    TEST(a_named_profile_switches_the_environment_off),
	    TEST(a_profile_names_role_and_token),
	    TEST(a_variable_beats_its_key_alone),
	    TEST(it_can_be_the_source_of_a_role),
	    TEST(what_is_set_is_checked_first),
	    TEST(the_token_is_read_anew_at_each_search),
	    TEST(a_token_has_4_to_20000_characters),
	    TEST(a_file_that_cannot_be_read_is_named),
	    TEST(a_refusal_says_what_to_do),
	    TEST(no_answer_is_no_fault_of_the_token),
	    TEST(the_clis_cache_is_shared),
	    TEST(it_can_be_given_up_at_any_moment),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("aws_web", tests, make_home, role_remove_home);
}
