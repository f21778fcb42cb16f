/* IAM Identity Center: which settings count, a role's keys and their cache, the portal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/sso_files.h"

/* ---- a role's keys ---- */

static void a_login_gives_the_keys_of_the_role(void **state)
{
	static const struct desk_step steps[] = {PORTAL("secret-of-a1")};
	const struct ks_credentials *credentials;

	(void)state;
	aws_write(NEW_TOKEN, TOKEN("13:00:00"));
	FIND("ASIAROLE", steps, {.config = NEW});
	credentials = ks_identity_credentials(identity);
	assert_string_equal(ks_secret_value(credentials->secret), "secret-of-role");
	assert_string_equal(ks_secret_value(credentials->token), "token-of-role");
	assert_string_equal(credentials->account_id, "123456789012");
	assert_string_equal(credentials->source, "SSO my-sso, role Admin in 123456789012");
	assert_int_equal(credentials->expires_at, DESK_NOW + INT64_C(3600000));
	assert_null(strstr(desk.last, "uthorization"));
	assert_string_equal(login_read(NEW_ROLE),
	    "{\"ProviderType\":\"sso\",\"Credentials\":{\"AccessKeyId\":\"ASIAROLE\","
	    "\"SecretAccessKey\":\"secret-of-role\",\"SessionToken\":\"token-of-role\","
	    "\"Expiration\":\"2026-11-24T13:00:00Z\",\"AccountId\":\"123456789012\"}}");
	assert_true(login_is_private(NEW_ROLE));
	/* Nothing was to be renewed. */
	assert_string_equal(login_read(NEW_TOKEN), TOKEN("13:00:00"));
	assert_int_equal(access(aws_path(NEW_ROLE ".keysail-new"), F_OK), -1);
}

static void the_old_form_goes_by_the_start_url(void **state)
{
	static const struct desk_step steps[] = {PORTAL("secret-of-a1")};

	(void)state;
	aws_write(OLD_TOKEN, OLD_LOGIN);
	FIND("ASIAROLE", steps, {.config = OLD});
	assert_string_equal(
	    ks_identity_credentials(identity)->source, "SSO " START ", role Admin in 123456789012");
	check_file(OLD_ROLE, "ASIAROLE");
}

static void what_goes_into_the_url_is_encoded(void **state)
{
	static const struct desk_step steps[] = {
	    {.fetch = "GET https://portal.sso.eu-central-1.amazonaws.com/federation/credentials"
		      "?role_name=a%2Bb%3D%2C.%40-_&account_id=123456789012",
		.text = REPLY},
	};

	(void)state;
	aws_write(NEW_TOKEN, TOKEN("13:00:00"));
	FIND("ASIAROLE", steps,
	    {.config = "[profile p]\nsso_session = my-sso\nsso_account_id = 123456789012\n"
		       "sso_role_name = a+b=,.@-_\n" SESSION});
}

static void endpoints_trust_and_proxies_are_those_of_the_settings(void **state)
{
	static const struct desk_step own[] = {
	    {.fetch = "POST http://127.0.0.1:8/x/token", .text = RENEWED},
	    {.fetch = "GET http://127.0.0.1:9/federation/credentials?role_name=Admin&account_id="
		      "123456789012",
		.text = REPLY},
	};
	static const struct desk_step fips[] = {
	    {.fetch = "GET https://portal.sso-fips.eu-central-1.amazonaws.com/federation/"
		      "credentials?role_name=Admin&account_id=123456789012",
		.text = REPLY},
	};

	(void)state;
	aws_write(NEW_TOKEN, TOKEN("12:05:00"));
	FIND("ASIAROLE", own,
	    {.config = NEW,
		.variables = {"AWS_ENDPOINT_URL_SSO=http://127.0.0.1:9", "AWS_CA_BUNDLE=/ca.pem",
		    "AWS_ENDPOINT_URL_SSO_OIDC=http://127.0.0.1:8/x/"}});
	assert_true(spy.direct);
	assert_string_equal(spy.ca_bundle, "/ca.pem");
	aws_write(NEW_ROLE, NULL);
	FIND("ASIAROLE", fips, {.config = NEW, .variables = {"AWS_USE_FIPS_ENDPOINT=true"}});
	assert_false(spy.direct);
	assert_string_equal(spy.ca_bundle, "");
	FAIL("AWS_ENDPOINT_URL_SSO: http://example.com is refused", "", "", NULL, 0,
	    {.config = NEW, .variables = {"AWS_ENDPOINT_URL_SSO=http://example.com"}});
	FAIL("AWS_ENDPOINT_URL_SSO_OIDC: x is refused", "", "", NULL, 0,
	    {.config = NEW, .variables = {"AWS_ENDPOINT_URL_SSO_OIDC=x"}});
}

/* ---- the cache of the role's keys ---- */

static void keys_in_the_cache_need_no_login(void **state)
{
	(void)state;
	aws_write(NEW_ROLE, CACHED("ASIACACHED", "12:15:00"));
	assert_true(look_up(&(struct situation){.config = NEW}, NULL, 0));
	check_found("ASIACACHED");
	assert_int_equal(ks_identity_credentials(identity)->expires_at, DESK_NOW + INT64_C(900000));
	assert_string_equal(
	    ks_identity_credentials(identity)->source, "SSO my-sso, role Admin in 123456789012");
}

static void what_the_cache_has_is_passed_over_where_it_is_of_no_use(void **state)
{
	static const struct desk_step steps[] = {PORTAL("secret-of-a1")};
	static const struct {
		const char *text, *refused;
	} cases[] = {
	    {CACHED("ASIACACHED", "12:14:59"), NULL},
	    {CACHED("ASIACACHED", "11:00:00"), NULL},
	    {CACHED("ASIACACHED", "13:00:00"), "ASIACACHED"},
	    {CACHED("ASIA\\nX: y", "13:00:00"), NULL},
	    {"{\"Credentials\": 1}", NULL},
	    {"no json", NULL},
	    {"", NULL},
	};

	(void)state;
	aws_write(NEW_TOKEN, TOKEN("13:00:00"));
	for (size_t i = 0; i < COUNT(cases); i++) {
		aws_write(NEW_ROLE, cases[i].text);
		FIND("ASIAROLE", steps, {.config = NEW, .refused = cases[i].refused});
		check_file(NEW_ROLE, "\"ASIAROLE\"");
	}
}

static void what_else_the_cache_has_is_kept(void **state)
{
	static const struct desk_step steps[] = {PORTAL("secret-of-a1")};

	(void)state;
	aws_write(NEW_TOKEN, TOKEN("13:00:00"));
	aws_write(NEW_ROLE, "{\"Credentials\": {}, \"Other\": [1]}");
	FIND("ASIAROLE", steps, {.config = NEW});
	check_file(NEW_ROLE, "\"Other\":[1]");
}

static void a_cache_that_cannot_be_used_is_done_without(void **state)
{
	static const struct desk_step steps[] = {PORTAL("secret-of-a1")};

	(void)state;
	aws_write(NEW_TOKEN, TOKEN("13:00:00"));
	assert_int_equal(mkdir(aws_path(NEW_ROLE), 0700), 0);
	FIND("ASIAROLE", steps, {.config = NEW});
	assert_int_equal(rmdir(aws_path(NEW_ROLE)), 0);
	/* Something is in the way of the new file. */
	assert_int_equal(symlink("x", aws_path(NEW_ROLE ".keysail-new")), 0);
	FIND("ASIAROLE", steps, {.config = NEW});
	assert_string_equal(login_read(NEW_ROLE), "");
}

static void sweep_role_away(void)
{
	unlink(aws_path(NEW_ROLE ".keysail-new"));
}

static void keys_that_could_not_be_kept_are_used(void **state)
{
	static const struct desk_step steps[] = {
	    {.fetch = PORTAL_URL, .text = REPLY, .meanwhile = sweep_role_away}};

	(void)state;
	aws_write(NEW_TOKEN, TOKEN("13:00:00"));
	FIND("ASIAROLE", steps, {.config = NEW});
	assert_string_equal(login_read(NEW_ROLE), "");
}

static void write_role(void)
{
	aws_write(NEW_ROLE, CACHED("ASIATHEIRS", "13:00:00"));
}

static void write_soon_expired_role(void)
{
	aws_write(NEW_ROLE, CACHED("ASIATHEIRS", "12:01:00"));
}

static void whoever_was_faster_with_the_role_is_followed(void **state)
{
	static const struct desk_step good[] = {
	    {.fetch = PORTAL_URL, .text = REPLY, .meanwhile = write_role}};
	static const struct desk_step failed[] = {
	    {.fetch = PORTAL_URL, .status = 400, .meanwhile = write_role}};
	static const struct desk_step bad[] = {
	    {.fetch = PORTAL_URL, .text = REPLY, .meanwhile = write_soon_expired_role}};

	(void)state;
	aws_write(NEW_TOKEN, TOKEN("13:00:00"));
	FIND("ASIATHEIRS", good, {.config = NEW});
	assert_string_equal(login_read(NEW_ROLE), CACHED("ASIATHEIRS", "13:00:00"));
	aws_write(NEW_ROLE, NULL);
	FIND("ASIATHEIRS", failed, {.config = NEW});
	aws_write(NEW_ROLE, NULL);
	FIND("ASIAROLE", bad, {.config = NEW});
	check_file(NEW_ROLE, "\"ASIAROLE\"");
}

static int turn;

static void finish_role(int pause)
{
	if (pause != 3)
		return;
	write_role();
	close(turn);
}

static void two_keysails_ask_for_the_role_once(void **state)
{
	static const struct desk_step steps[] = {PORTAL("secret-of-a1")};

	(void)state;
	aws_write(NEW_TOKEN, TOKEN("23:00:00"));
	turn = login_take_turn(NEW_ROLE);
	spy.in_pause = finish_role;
	assert_true(look_up(&(struct situation){.config = NEW}, NULL, 0));
	check_found("ASIATHEIRS");
	assert_int_equal(spy.pauses, 3);
	/* One that hangs is waited for only so long: the keys can be had twice. */
	spy.in_pause = NULL;
	aws_write(NEW_ROLE, NULL);
	turn = login_take_turn(NEW_ROLE);
	FIND("ASIAROLE", steps, {.config = NEW});
	assert_int_equal(desk.paused, 60000);
	assert_string_equal(login_read(NEW_ROLE), "");
	close(turn);
}

/* ---- settings ---- */

static void settings_that_do_not_fit_are_errors_that_name_them(void **state)
{
	static const struct {
		const char *config, *message, *tip;
	} cases[] = {
	    {"[profile p]\nsso_session = none\n" ROLE,
		"~/.aws/config, line 2, profile p: sso_session is none, but the config file has no "
		"section [sso-session none]",
		"aws configure sso-session"},
	    {"[profile p]\nsso_session = my-sso\n" ROLE "[sso-session my-sso]\nsso_region = r-1\n",
		"line 2, profile p: sso_session is my-sso, and that section has no sso_start_url",
		"aws configure sso-session"},
	    {"[profile p]\nsso_session = my-sso\n" ROLE "[sso-session my-sso]\n"
	     "sso_start_url = " START "\n",
		"sso_session is my-sso, and that section has no sso_region",
		"aws configure sso-session"},
	    {"[profile p]\nsso_session = my-sso\nsso_role_name = Admin\n" SESSION,
		"line 3, profile p: sso_role_name is there without sso_account_id",
		"aws configure sso"},
	    {"[profile p]\nsso_session = my-sso\nsso_account_id = 123456789012\n" SESSION,
		"line 3, profile p: sso_account_id is there without sso_role_name",
		"aws configure sso"},
	    {"[profile p]\nsso_region = eu-west-1\n" ROLE,
		"line 4, profile p: sso_role_name is there without sso_start_url",
		"aws configure sso"},
	    {"[profile p]\nsso_start_url = " START "\n" ROLE,
		"line 4, profile p: sso_role_name is there without sso_region",
		"aws configure sso"},
	    {"[profile p]\nsso_region = eu-west-1\nsso_session = my-sso\n" ROLE SESSION,
		"line 2, profile p: sso_region is eu-west-1, but line 8, sso-session my-sso, says "
		"eu-central-1",
		"make them the same"},
	    {"[profile p]\nsso_start_url = https://other\nsso_session = my-sso\n" ROLE SESSION,
		"line 2, profile p: sso_start_url is https://other, but line 7", ""},
	    {"[profile p]\nsso_session = my-sso\nsso_role_name = R\nsso_account_id = "
	     "12345\n" SESSION,
		"line 4, profile p: sso_account_id is no account ID of 12 digits", ""},
	    {"[profile p]\nsso_session = my-sso\nsso_role_name = a\n b\nsso_account_id = "
	     "123456789012\n" SESSION,
		"line 3, profile p: sso_role_name is no name of a role", ""},
	    {"[profile p]\nsso_start_url = x\nsso_region = a/b\n" ROLE,
		"line 3, profile p: sso_region is no region", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		FAIL(cases[i].message, KS_IDENTITY_BROKEN, cases[i].tip, NULL, 0,
		    {.config = cases[i].config});
}

static void what_is_said_twice_alike_is_fine(void **state)
{
	static const struct desk_step steps[] = {PORTAL("secret-of-a1")};

	(void)state;
	aws_write(NEW_TOKEN, TOKEN("13:00:00"));
	FIND("ASIAROLE", steps,
	    {.config = "[profile p]\nsso_session = my-sso\nsso_region = "
		       "eu-central-1\nsso_start_url = " START "\n" ROLE SESSION});
	aws_write(NEW_ROLE, NULL);
	/* The AWS CLI takes these from the session, too. */
	FIND("ASIAROLE", steps,
	    {.config = "[profile p]\nsso_session = my-sso\nsso_role_name = Admin\n" SESSION
		       "sso_account_id = 123456789012\n"});
}

static void a_session_without_a_role_is_passed_over_and_said(void **state)
{
	bool said = false;

	(void)state;
	FAIL("There are no AWS credentials for the profile p", KS_IDENTITY_NO_CREDENTIALS, "", NULL,
	    0, {.config = "[profile p]\nsso_session = my-sso\n" SESSION});
	for (size_t i = 0; i < ks_identity_place_count(identity); i++)
		said |= strcmp(ks_identity_place(identity, i)->finding,
			    "profile p: sso_session, but neither sso_account_id nor "
			    "sso_role_name") == 0;
	assert_true(said);
}

/* ---- what the portal says ---- */

static void log_in_once_more(void)
{
	aws_write(NEW_TOKEN, TOKEN_OF("secret-of-a10", "secret-of-r10", "20:00:00"));
}

static void a_login_that_the_portal_refuses_is_read_again_once(void **state)
{
	static const struct desk_step renewed[] = {
	    {.fetch = PORTAL_URL,
		.has = {BEARER("secret-of-a1")},
		.status = 401,
		.meanwhile = log_in_anew},
	    PORTAL("secret-of-a9"),
	};
	static const struct desk_step same[] = {{.fetch = PORTAL_URL,
	    .status = 401,
	    .text = "{\"__type\":\"com.amazonaws.switchboard.portal#UnauthorizedException\"}"}};
	static const struct desk_step both[] = {
	    {.fetch = PORTAL_URL, .status = 401, .meanwhile = log_in_anew},
	    {.fetch = PORTAL_URL,
		.has = {BEARER("secret-of-a9")},
		.status = 401,
		.meanwhile = log_in_once_more},
	};
	static const struct desk_step gone[] = {
	    {.fetch = PORTAL_URL, .status = 401, .meanwhile = log_out}};

	(void)state;
	aws_write(NEW_TOKEN, TOKEN("13:00:00"));
	FIND("ASIAROLE", renewed, {.config = NEW, .refused = "ASIAROLE"});
	aws_write(NEW_TOKEN, TOKEN("13:00:00"));
	FAIL("The login for SSO my-sso isn't accepted any more (~/.aws/" NEW_TOKEN ")",
	    KS_IDENTITY_SIGN_IN, SIGN_IN, same, 1, {.config = NEW, .refused = "ASIAROLE"});
	FAIL("isn't accepted any more", KS_IDENTITY_SIGN_IN, SIGN_IN, both, 2,
	    {.config = NEW, .refused = "ASIAROLE"});
	aws_write(NEW_TOKEN, TOKEN("13:00:00"));
	FAIL("isn't there", KS_IDENTITY_SIGN_IN, SIGN_IN, gone, 1,
	    {.config = NEW, .refused = "ASIAROLE"});
}

static void no_access_names_the_role_and_the_account(void **state)
{
	static const struct desk_step steps[] = {{.fetch = PORTAL_URL,
	    .status = 403,
	    .text = "{\"message\":\"No access\",\"__type\":\"x#ForbiddenException\"}"}};
	static const struct desk_step unknown[] = {{.fetch = PORTAL_URL, .status = 404}};

	(void)state;
	aws_write(NEW_TOKEN, TOKEN("13:00:00"));
	FAIL("SSO my-sso gives this login no access to the role Admin in the account "
	     "123456789012: HTTP 403, No access",
	    KS_IDENTITY_BROKEN, "correct sso_role_name (~/.aws/config, line 4)", steps, 1,
	    {.config = NEW});
	FAIL("no access to the role Admin in the account 123456789012: HTTP 404",
	    KS_IDENTITY_BROKEN, "", unknown, 1, {.config = NEW});
}

static void what_may_pass_is_tried_three_times(void **state)
{
	static const struct desk_step good[] = {
	    {.fetch = PORTAL_URL, .status = 500},
	    {.fetch = PORTAL_URL, .fails = KS_ERR_NETWORK},
	    PORTAL("secret-of-a1"),
	};
	static const struct desk_step busy[] = {
	    {.fetch = PORTAL_URL, .status = 429},
	    {.fetch = PORTAL_URL, .status = 429},
	    {.fetch = PORTAL_URL,
		.status = 429,
		.text = "{\"message\":\"Slow\",\"__type\":\"x#TooManyRequestsException\"}"},
	};
	static const struct desk_step network[] = {
	    {.fetch = PORTAL_URL, .fails = KS_ERR_NETWORK},
	    {.fetch = PORTAL_URL, .fails = KS_ERR_NETWORK},
	    {.fetch = PORTAL_URL, .fails = KS_ERR_NETWORK},
	};

	(void)state;
	aws_write(NEW_TOKEN, TOKEN("13:00:00"));
	FIND("ASIAROLE", good, {.config = NEW, .refused = "ASIAROLE"});
	FAIL("SSO my-sso gave no credentials for the role Admin in 123456789012: the service "
	     "answered HTTP 429, Slow",
	    "TooManyRequestsException", "try again in a minute", busy, 3,
	    {.config = NEW, .refused = "ASIAROLE"});
	assert_int_equal(err.kind, KS_ERR_SERVICE);
	FAIL("for the role Admin in 123456789012: it went wrong", "",
	    "check the connection and the proxy", network, 3,
	    {.config = NEW, .refused = "ASIAROLE"});
	assert_int_equal(err.kind, KS_ERR_NETWORK);
}

static void a_reply_that_cannot_be_used_is_an_error(void **state)
{
	static const struct {
		const char *text, *message, *tip;
	} cases[] = {
	    {"<html>", "The reply of SSO my-sso can't be used: ", "the endpoint is one of SSO"},
	    {"{}", "The reply of SSO my-sso can't be used: roleCredentials is missing",
		"the endpoint is one of SSO"},
	    {"{\"roleCredentials\":{\"accessKeyId\":\"A\\nX: y\"}}",
		"roleCredentials.accessKeyId can't be an access key ID",
		"the endpoint is one of SSO"},
	    {REPLY_UNTIL("1795521600000"),
		"SSO my-sso gave credentials that expired at 2026-11-24 12:00:00 UTC",
		"this computer's clock"},
	};

	(void)state;
	aws_write(NEW_TOKEN, TOKEN("13:00:00"));
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct desk_step steps[] = {{.fetch = PORTAL_URL, .text = cases[i].text}};

		FAIL(cases[i].message, "", cases[i].tip, steps, 1, {.config = NEW});
		assert_string_equal(login_read(NEW_ROLE), "");
	}
}

/* ---- given up ---- */

static void it_can_be_given_up_at_each_stage(void **state)
{
	static const struct desk_step steps[] = {
	    OIDC(.text = RENEWED, .looks = 1),
	    {.fetch = PORTAL_URL, .status = 500, .looks = 1},
	    {.fetch = PORTAL_URL, .text = REPLY, .looks = 1},
	};
	int looks = 0;

	(void)state;
	aws_write("config", NEW);
	do {
		aws_write(NEW_TOKEN, TOKEN("11:00:00"));
		if (!give_up_after(looks, NULL, steps, COUNT(steps)))
			break;
		/* Its turns are given back. */
		close(login_take_turn(NEW_TOKEN));
		close(login_take_turn(NEW_ROLE));
		sweep_away();
		sweep_role_away();
		looks++;
	} while (looks < 20);
	check_found("ASIAROLE");
	assert_int_equal(looks, 4);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, login_make_home, login_remove_home)
	    TEST(a_login_gives_the_keys_of_the_role),
	    TEST(the_old_form_goes_by_the_start_url),
	    TEST(what_goes_into_the_url_is_encoded),
	    TEST(endpoints_trust_and_proxies_are_those_of_the_settings),
	    TEST(keys_in_the_cache_need_no_login),
	    TEST(what_the_cache_has_is_passed_over_where_it_is_of_no_use),
	    TEST(what_else_the_cache_has_is_kept),
	    TEST(a_cache_that_cannot_be_used_is_done_without),
	    TEST(keys_that_could_not_be_kept_are_used),
	    TEST(whoever_was_faster_with_the_role_is_followed),
	    TEST(two_keysails_ask_for_the_role_once),
	    TEST(settings_that_do_not_fit_are_errors_that_name_them),
	    TEST(what_is_said_twice_alike_is_fine),
	    TEST(a_session_without_a_role_is_passed_over_and_said),
	    TEST(a_login_that_the_portal_refuses_is_read_again_once),
	    TEST(no_access_names_the_role_and_the_account),
	    TEST(what_may_pass_is_tried_three_times),
	    TEST(a_reply_that_cannot_be_used_is_an_error),
	    TEST(it_can_be_given_up_at_each_stage),
	};
	int failed;

	ks_secret_setup();
	failed = cmocka_run_group_tests_name("aws_sso", tests, NULL, NULL);
	forget();
	return failed;
}
