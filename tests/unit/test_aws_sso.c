/* IAM Identity Center: which settings count, the login's token and its renewal, a role's keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/login_look.h"

#define START   "https://example.awsapps.com/start"
#define SESSION "[sso-session my-sso]\nsso_start_url = " START "\nsso_region = eu-central-1\n"
#define ROLE    "sso_account_id = 123456789012\nsso_role_name = Admin\n"
#define NEW     "[profile p]\nsso_session = my-sso\n" ROLE SESSION
#define OLD     "[profile p]\nsso_start_url = " START "\nsso_region = eu-central-1\n" ROLE

/* Names as botocore computes them. */
#define NEW_TOKEN "sso/cache/0ad374308c5a4e22f723adf10145eafad7c4031c.json"
#define OLD_TOKEN "sso/cache/e8be5486177c5b5392bd9aa76563515b29358e6e.json"
#define NEW_ROLE  "cli/cache/c30b99aca80d8f5b3178e353f05b2abcc9a4ccd3.json"
#define OLD_ROLE  "cli/cache/764b1819cd322a32dff569462ca869a4196b4fc1.json"

/* As botocore's SSOTokenProvider writes it; it is 12:00. */
#define TOKEN_OF(access, refresh, until)                                                    \
	"{\"startUrl\": \"" START "\", \"region\": \"eu-central-1\", \"accessToken\": "     \
	"\"" access "\", \"expiresAt\": \"2026-11-24T" until "Z\", \"clientId\": "          \
	"\"client-1\", \"clientSecret\": \"secret-of-client\", \"registrationExpiresAt\": " \
	"\"2027-01-01T00:00:00Z\", \"refreshToken\": \"" refresh "\"}"
#define TOKEN(until) TOKEN_OF("secret-of-a1", "secret-of-r1", until)
#define OLD_LOGIN                                                                      \
	"{\"startUrl\": \"" START "\", \"region\": \"eu-central-1\", \"accessToken\":" \
	" \"secret-of-a1\", \"expiresAt\": \"2026-11-24T13:00:00Z\"}"

/* As botocore's SSOCredentialFetcher caches it. */
#define CACHED(id, until)                                                                    \
	"{\"ProviderType\": \"sso\", \"Credentials\": {\"AccessKeyId\": \"" id               \
	"\", \"SecretAccessKey\": \"secret-of-role\", \"SessionToken\": \"token-of-role\", " \
	"\"Expiration\": \"2026-11-24T" until "Z\", \"AccountId\": \"123456789012\"}}"

#define PORTAL_URL                                                                            \
	"GET https://portal.sso.eu-central-1.amazonaws.com/federation/credentials?role_name=" \
	"Admin&account_id=123456789012"
#define OIDC_URL "POST https://oidc.eu-central-1.amazonaws.com/token"
#define REPLY_UNTIL(ms)                                                           \
	"{\"roleCredentials\":{\"accessKeyId\":\"ASIAROLE\",\"secretAccessKey\":" \
	"\"secret-of-role\",\"sessionToken\":\"token-of-role\",\"expiration\":" ms "}}"
#define REPLY REPLY_UNTIL("1795525200000")
#define RENEWED                                                                          \
	"{\"accessToken\":\"secret-of-a2\",\"expiresIn\":3600,\"tokenType\":\"Bearer\"," \
	"\"refreshToken\":\"secret-of-r2\"}"

#define BEARER(access) "x-amz-sso_bearer_token: " access "\n"
#define PORTAL(access)                                                       \
	{                                                                    \
		.fetch = PORTAL_URL, .has = {BEARER(access)}, .text = REPLY, \
	}
#define OIDC(...)                              \
	{                                      \
		.fetch = OIDC_URL, __VA_ARGS__ \
	}

#define SIGN_IN "run: aws sso login --profile p"

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

/* ---- the login ---- */

static void a_login_that_is_of_no_use_is_one_sentence_with_its_remedy(void **state)
{
	static const struct {
		const char *config, *file, *text, *message;
	} cases[] = {
	    {NEW, NEW_TOKEN, NULL, "The login for SSO my-sso isn't there (~/.aws/" NEW_TOKEN ")"},
	    {OLD, OLD_TOKEN, NULL,
		"The login for SSO " START " isn't there (~/.aws/" OLD_TOKEN ")"},
	    {NEW, NEW_TOKEN, "[]", "The login for SSO my-sso can't be used: "},
	    {NEW, NEW_TOKEN, "[]", NEW_TOKEN " is not a JSON object"},
	    {NEW, NEW_TOKEN, "{}",
		"The login for SSO my-sso can't be used: its file has no good accessToken "},
	    {NEW, NEW_TOKEN, TOKEN_OF("a\\r\\nX: y", "r", "13:00:00"), "no good accessToken"},
	    {NEW, NEW_TOKEN, TOKEN_OF("", "r", "13:00:00"), "no good accessToken"},
	    {NEW, NEW_TOKEN, TOKEN_OF("a", "r", "noon"), "no good expiresAt"},
	    {OLD, OLD_TOKEN,
		"{\"accessToken\": \"secret-of-a1\", \"expiresAt\": \"2026-11-24T12:00:00UTC\"}",
		"The login for SSO " START " expired at 2026-11-24 12:00:00 UTC (~/.aws/" OLD_TOKEN
		")"},
	    /* What could renew it, but in the old form nothing can. */
	    {OLD, OLD_TOKEN, TOKEN("11:00:00"), "expired at 2026-11-24 11:00:00 UTC"},
	    /* Without the means to renew it. */
	    {NEW, NEW_TOKEN, OLD_LOGIN, NULL},
	    {NEW, NEW_TOKEN, TOKEN_OF("a", "", "11:00:00"), "expired at 2026-11-24 11:00:00 UTC"},
	    {NEW, NEW_TOKEN, TOKEN_OF("a", "a b", "11:00:00"), "expired at"},
	    {NEW, NEW_TOKEN,
		"{\"accessToken\": \"a\", \"expiresAt\": \"2026-11-24T11:00:00Z\", \"clientId\": "
		"\"c\", \"clientSecret\": \"s\", \"refreshToken\": \"r\", "
		"\"registrationExpiresAt\": \"2026-11-24T12:00:00Z\"}",
		"expired at"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		aws_write(NEW_TOKEN, NULL);
		aws_write(OLD_TOKEN, NULL);
		aws_write(cases[i].file, cases[i].text);
		if (cases[i].message != NULL)
			FAIL(cases[i].message, KS_IDENTITY_SIGN_IN, SIGN_IN, NULL, 0,
			    {.config = cases[i].config});
	}
	/* Nothing was made on the way. */
	assert_int_equal(access(aws_path(NEW_ROLE ".keysail-new"), F_OK), -1);
}

static void a_login_is_used_to_its_end_where_it_cannot_be_renewed(void **state)
{
	static const struct desk_step steps[] = {PORTAL("secret-of-a1")};

	(void)state;
	aws_write(OLD_TOKEN, OLD_LOGIN);
	FIND("ASIAROLE", steps, {.config = OLD, .later = 3599 * 1000});
	aws_write(NEW_TOKEN, OLD_LOGIN);
	FIND("ASIAROLE", steps, {.config = NEW, .later = 3599 * 1000});
}

/* ---- its renewal ---- */

static void a_login_is_renewed_fifteen_minutes_before_its_end(void **state)
{
	static const struct desk_step steps[] = {
	    {.fetch = OIDC_URL,
		.has = {"Content-Type: application/json\n",
		    "{\"clientId\":\"client-1\",\"clientSecret\":\"secret-of-client\","
		    "\"grantType\":\"refresh_token\",\"refreshToken\":\"secret-of-r1\"}"},
		.text = RENEWED},
	    PORTAL("secret-of-a2"),
	};

	(void)state;
	aws_write(NEW_TOKEN, TOKEN("12:14:59"));
	FIND("ASIAROLE", steps, {.config = NEW});
	/* In botocore's order, its members all there. */
	assert_string_equal(login_read(NEW_TOKEN),
	    "{\"startUrl\":\"" START "\",\"region\":\"eu-central-1\",\"accessToken\":"
	    "\"secret-of-a2\",\"expiresAt\":\"2026-11-24T13:00:00Z\",\"clientId\":\"client-1\","
	    "\"clientSecret\":\"secret-of-client\",\"registrationExpiresAt\":"
	    "\"2027-01-01T00:00:00Z\",\"refreshToken\":\"secret-of-r2\"}");
	assert_true(login_is_private(NEW_TOKEN));
}

static void a_login_with_fifteen_minutes_left_is_not_renewed(void **state)
{
	static const struct desk_step steps[] = {PORTAL("secret-of-a1")};

	(void)state;
	aws_write(NEW_TOKEN, TOKEN("12:15:00"));
	FIND("ASIAROLE", steps, {.config = NEW});
}

static void the_renewal_is_sent_only_once(void **state)
{
	static const struct desk_step steps[] = {OIDC(.fails = KS_ERR_TIMEOUT)};

	(void)state;
	aws_write(NEW_TOKEN, TOKEN("11:00:00"));
	FAIL("The login for SSO my-sso can't be renewed: it went wrong", "", "", steps, 1,
	    {.config = NEW});
	assert_int_equal(err.kind, KS_ERR_TIMEOUT);
	assert_true(spy.once);
	assert_int_equal(desk.paused, 0);
}

static void a_reply_without_a_new_refresh_token_keeps_the_old_one(void **state)
{
	static const struct desk_step steps[] = {
	    OIDC(.text = "{\"accessToken\":\"secret-of-a2\",\"expiresIn\":28800}"),
	    PORTAL("secret-of-a2"),
	};

	(void)state;
	aws_write(NEW_TOKEN, TOKEN("11:00:00"));
	FIND("ASIAROLE", steps, {.config = NEW});
	check_file(NEW_TOKEN, "\"refreshToken\":\"secret-of-r1\"");
	check_file(NEW_TOKEN, "\"expiresAt\":\"2026-11-24T20:00:00Z\"");
}

static void what_we_do_not_know_in_the_file_stays(void **state)
{
	static const struct desk_step steps[] = {OIDC(.text = RENEWED), PORTAL("secret-of-a2")};

	(void)state;
	aws_write(NEW_TOKEN,
	    "{\"accessToken\": \"a\", \"expiresAt\": \"2026-11-24T11:00:00Z\", \"clientId\": "
	    "\"c\", \"clientSecret\": \"s\", \"refreshToken\": \"r\", \"new\": [1, 2.5, null], "
	    "\"registrationExpiresAt\": \"2026-11-24T12:00:01Z\"}");
	FIND("ASIAROLE", steps, {.config = NEW});
	check_file(NEW_TOKEN, "\"new\":[1,2.5,null]");
	check_file(NEW_TOKEN, "\"region\":\"eu-central-1\"");
	check_file(NEW_TOKEN, "\"startUrl\":\"" START "\"");
}

static void a_failed_renewal_of_a_good_login_is_no_error(void **state)
{
	static const struct desk_step fails[] = {OIDC(.status = 503), PORTAL("secret-of-a1")};
	static const struct desk_step refused[] = {
	    OIDC(.status = 400, .text = "{\"error\":\"invalid_grant\"}"), PORTAL("secret-of-a1")};
	static const struct desk_step no_network[] = {
	    OIDC(.fails = KS_ERR_NETWORK), PORTAL("secret-of-a1")};
	static const struct desk_step no_reply[] = {OIDC(.text = "{}"), PORTAL("secret-of-a1")};

	(void)state;
	aws_write(NEW_TOKEN, TOKEN("12:05:00"));
	FIND("ASIAROLE", fails, {.config = NEW, .refused = "ASIAROLE"});
	aws_write(NEW_TOKEN, TOKEN("12:05:00"));
	FIND("ASIAROLE", refused, {.config = NEW, .refused = "ASIAROLE"});
	aws_write(NEW_TOKEN, TOKEN("12:05:00"));
	FIND("ASIAROLE", no_network, {.config = NEW, .refused = "ASIAROLE"});
	aws_write(NEW_TOKEN, TOKEN("12:05:00"));
	FIND("ASIAROLE", no_reply, {.config = NEW, .refused = "ASIAROLE"});
}

static void it_is_tried_once_a_minute(void **state)
{
	static const struct desk_step fails[] = {OIDC(.status = 503), PORTAL("secret-of-a1")};
	static const struct desk_step not_tried[] = {PORTAL("secret-of-a1")};
	static const struct desk_step works[] = {OIDC(.text = RENEWED), PORTAL("secret-of-a2")};

	(void)state;
	aws_write(NEW_TOKEN, TOKEN("12:05:00"));
	FIND("ASIAROLE", fails, {.config = NEW, .refused = "ASIAROLE"});
	check_file(NEW_TOKEN, "\"keysailTriedAt\":\"2026-11-24T12:00:00Z\"");
	FIND("ASIAROLE", not_tried, {.config = NEW, .refused = "ASIAROLE", .later = 59999});
	FIND("ASIAROLE", fails, {.config = NEW, .refused = "ASIAROLE", .later = 60000});
	/* The clock was set back. */
	FIND("ASIAROLE", works, {.config = NEW, .refused = "ASIAROLE", .later = 59999});
	assert_null(strstr(login_read(NEW_TOKEN), "keysail"));
}

static void an_expired_login_is_not_tried_at_each_look(void **state)
{
	static const struct desk_step fails[] = {OIDC(.status = 503)};

	(void)state;
	aws_write(NEW_TOKEN, TOKEN("11:00:00"));
	FAIL("The login for SSO my-sso can't be renewed: the service answered HTTP 503", "",
	    "try again in a minute", fails, 1, {.config = NEW});
	assert_int_equal(err.kind, KS_ERR_SERVICE);
	FAIL("expired at 2026-11-24 11:00:00 UTC and could not be renewed less than a minute ago",
	    KS_IDENTITY_SIGN_IN, "try again in a minute, or " SIGN_IN, NULL, 0,
	    {.config = NEW, .later = 30000});
}

static void an_end_that_the_service_tells_asks_for_a_new_login(void **state)
{
	static const char *const words[] = {"{\"error\":\"invalid_grant\"}",
	    "{\"error\":\"expired_token\"}", "{\"__type\":\"com.amazonaws#ExpiredTokenException\"}",
	    "{\"__type\":\"UnauthorizedException\"}", "{\"error\":\"invalid_client\"}",
	    "{\"error\":\"unauthorized_client\"}", "{\"code\":\"InvalidGrantException\"}"};

	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		struct desk_step steps[] = {OIDC(.status = 400, .text = words[i])};

		aws_write(NEW_TOKEN, TOKEN("11:00:00"));
		FAIL("The login for SSO my-sso has ended: the service says ", KS_IDENTITY_SIGN_IN,
		    SIGN_IN, steps, 1, {.config = NEW});
	}
}

static void other_ends_are_told_as_they_are(void **state)
{
	static const struct desk_step slow[] = {OIDC(.status = 400,
	    .text = "{\"error\":\"slow_down\",\"error_description\":\"Too \\u001b[1mfast\"}")};
	static const struct desk_step network[] = {OIDC(.fails = KS_ERR_NETWORK)};
	static const char *const replies[] = {"{}", "no", "{\"accessToken\":\"a\"}",
	    "{\"accessToken\":\"a b\",\"expiresIn\":1}", "{\"accessToken\":\"a\",\"expiresIn\":0}",
	    "{\"accessToken\":\"a\",\"expiresIn\":1e99}",
	    "{\"accessToken\":\"a\",\"expiresIn\":9,\"refreshToken\":\"a\\n\"}"};

	(void)state;
	aws_write(NEW_TOKEN, TOKEN("11:00:00"));
	FAIL("can't be renewed: the service answered HTTP 400 slow_down, Too \xef\xbf\xbd[1mfast",
	    "slow_down", "", slow, 1, {.config = NEW});
	assert_int_equal(err.http_status, 400);
	aws_write(NEW_TOKEN, TOKEN("11:00:00"));
	FAIL("can't be renewed: it went wrong", "", "", network, 1, {.config = NEW});
	assert_int_equal(err.kind, KS_ERR_NETWORK);
	for (size_t i = 0; i < COUNT(replies); i++) {
		struct desk_step steps[] = {OIDC(.text = replies[i])};

		aws_write(NEW_TOKEN, TOKEN("11:00:00"));
		FAIL("can't be renewed: the reply has no good accessToken", KS_IDENTITY_SIGN_IN,
		    SIGN_IN, steps, 1, {.config = NEW});
	}
}

/* ---- others at the same file ---- */

static void log_in_anew(void)
{
	aws_write(NEW_TOKEN, TOKEN_OF("secret-of-a9", "secret-of-r9", "20:00:00"));
}

static void log_in_once_more(void)
{
	aws_write(NEW_TOKEN, TOKEN_OF("secret-of-a10", "secret-of-r10", "20:00:00"));
}

static void log_in_anew_for_a_moment(void)
{
	aws_write(NEW_TOKEN, TOKEN_OF("secret-of-a9", "secret-of-r9", "12:01:00"));
}

static void change_another_member(void)
{
	aws_write(NEW_TOKEN,
	    "{\"mine\": 1, \"accessToken\": \"a\", \"expiresAt\": \"2026-11-24T11:00:00Z\", "
	    "\"clientId\": \"c\", \"clientSecret\": \"s\", \"refreshToken\": \"secret-of-r1\", "
	    "\"registrationExpiresAt\": \"2027-01-01T00:00:00Z\"}");
}

static void log_out(void)
{
	aws_write(NEW_TOKEN, NULL);
}

static void another_login_in_the_meantime_is_followed(void **state)
{
	static const struct desk_step good[] = {
	    OIDC(.text = RENEWED, .meanwhile = log_in_anew), PORTAL("secret-of-a9")};
	static const struct desk_step used_up[] = {
	    OIDC(.status = 400, .text = "{\"error\":\"invalid_grant\"}", .meanwhile = log_in_anew),
	    PORTAL("secret-of-a9")};
	static const struct desk_step stale[] = {
	    OIDC(.text = RENEWED, .meanwhile = log_in_anew_for_a_moment), PORTAL("secret-of-a9")};

	(void)state;
	aws_write(NEW_TOKEN, TOKEN("11:00:00"));
	FIND("ASIAROLE", good, {.config = NEW, .refused = "ASIAROLE"});
	assert_string_equal(
	    login_read(NEW_TOKEN), TOKEN_OF("secret-of-a9", "secret-of-r9", "20:00:00"));
	aws_write(NEW_TOKEN, TOKEN("11:00:00"));
	FIND("ASIAROLE", used_up, {.config = NEW, .refused = "ASIAROLE"});
	assert_string_equal(
	    login_read(NEW_TOKEN), TOKEN_OF("secret-of-a9", "secret-of-r9", "20:00:00"));
	aws_write(NEW_TOKEN, TOKEN("11:00:00"));
	FIND("ASIAROLE", stale, {.config = NEW, .refused = "ASIAROLE"});
	assert_string_equal(
	    login_read(NEW_TOKEN), TOKEN_OF("secret-of-a9", "secret-of-r9", "12:01:00"));
}

static void a_change_beside_the_renewal_is_kept_with_it(void **state)
{
	static const struct desk_step steps[] = {
	    OIDC(.text = RENEWED, .meanwhile = change_another_member), PORTAL("secret-of-a2")};

	(void)state;
	aws_write(NEW_TOKEN, TOKEN("11:00:00"));
	FIND("ASIAROLE", steps, {.config = NEW});
	check_file(NEW_TOKEN, "\"mine\":1");
	check_file(NEW_TOKEN, "\"refreshToken\":\"secret-of-r2\"");
}

static void a_logout_in_the_meantime_is_not_undone(void **state)
{
	static const struct desk_step good[] = {OIDC(.text = RENEWED, .meanwhile = log_out)};
	static const struct desk_step bad[] = {OIDC(.status = 503, .meanwhile = log_out)};

	(void)state;
	aws_write(NEW_TOKEN, TOKEN("11:00:00"));
	FAIL("The login for SSO my-sso isn't there", KS_IDENTITY_SIGN_IN, SIGN_IN, good, 1,
	    {.config = NEW});
	assert_string_equal(login_read(NEW_TOKEN), "");
	aws_write(NEW_TOKEN, TOKEN("11:00:00"));
	FAIL("can't be renewed", "", "", bad, 1, {.config = NEW});
	assert_string_equal(login_read(NEW_TOKEN), "");
}

static void finish_login(int pause)
{
	if (pause != 2)
		return;
	log_in_anew();
	close(turn);
}

static void two_keysails_renew_a_login_once(void **state)
{
	static const struct desk_step theirs[] = {PORTAL("secret-of-a9")};
	static const struct desk_step old[] = {PORTAL("secret-of-a1")};

	(void)state;
	aws_write(NEW_TOKEN, TOKEN("11:00:00"));
	turn = login_take_turn(NEW_TOKEN);
	spy.in_pause = finish_login;
	FIND("ASIAROLE", theirs, {.config = NEW, .refused = "ASIAROLE"});
	assert_int_equal(spy.pauses, 2);
	spy.in_pause = NULL;

	aws_write(NEW_TOKEN, TOKEN("12:05:00"));
	turn = login_take_turn(NEW_TOKEN);
	FIND("ASIAROLE", old, {.config = NEW, .refused = "ASIAROLE"});
	assert_int_equal(desk.paused, 0);
	aws_write(NEW_TOKEN, TOKEN("11:00:00"));
	FAIL("Another keysail has been renewing", "", "end that one", NULL, 0,
	    {.config = NEW, .refused = "ASIAROLE"});
	close(turn);
}

/* ---- when it can't be written ---- */

static void sweep_away(void)
{
	unlink(aws_path(NEW_TOKEN ".keysail-new"));
}

static void a_renewed_login_that_is_not_on_the_disk_is_not_used(void **state)
{
	static const struct desk_step lost[] = {OIDC(.text = RENEWED, .meanwhile = sweep_away)};
	static const struct desk_step not_lost[] = {
	    OIDC(.text = "{\"accessToken\":\"secret-of-a2\",\"expiresIn\":9}",
		.meanwhile = sweep_away),
	    PORTAL("secret-of-a2")};

	(void)state;
	/* Even while the old one would do: the loss is to be known. */
	aws_write(NEW_TOKEN, TOKEN("12:05:00"));
	FAIL("The login for SSO my-sso was renewed, but is lost: ", KS_IDENTITY_SIGN_IN, SIGN_IN,
	    lost, 1, {.config = NEW});
	assert_non_null(strstr(err.message, "can't be written: another program removed"));
	assert_string_equal(login_read(NEW_TOKEN), TOKEN("12:05:00"));
	FIND("ASIAROLE", not_lost, {.config = NEW});
}

static void without_room_for_a_new_file_nothing_is_renewed(void **state)
{
	static const struct desk_step steps[] = {PORTAL("secret-of-a1")};

	(void)state;
	assert_int_equal(symlink("x", aws_path(NEW_TOKEN ".keysail-new")), 0);
	aws_write(NEW_TOKEN, TOKEN("12:05:00"));
	FIND("ASIAROLE", steps, {.config = NEW, .refused = "ASIAROLE"});
	aws_write(NEW_TOKEN, TOKEN("11:00:00"));
	FAIL(
	    NEW_TOKEN " can't be written", "", "", NULL, 0, {.config = NEW, .refused = "ASIAROLE"});
}

/* ---- what the portal says ---- */

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
	     "answered HTTP 429 TooManyRequestsException, Slow",
	    "TooManyRequestsException", "try again in a minute", busy, 3,
	    {.config = NEW, .refused = "ASIAROLE"});
	assert_int_equal(err.kind, KS_ERR_SERVICE);
	FAIL("for the role Admin in 123456789012: it went wrong", "", "", network, 3,
	    {.config = NEW, .refused = "ASIAROLE"});
	assert_int_equal(err.kind, KS_ERR_NETWORK);
}

static void a_reply_that_cannot_be_used_is_an_error(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
	    {"<html>", "The reply of SSO my-sso can't be used: "},
	    {"{}", "The reply of SSO my-sso can't be used: roleCredentials is missing"},
	    {"{\"roleCredentials\":{\"accessKeyId\":\"A\\nX: y\"}}",
		"roleCredentials.accessKeyId can't be an access key ID"},
	    {REPLY_UNTIL("1795521600000"),
		"SSO my-sso gave credentials that expired at 2026-11-24 12:00:00 UTC"},
	};

	(void)state;
	aws_write(NEW_TOKEN, TOKEN("13:00:00"));
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct desk_step steps[] = {{.fetch = PORTAL_URL, .text = cases[i].text}};

		FAIL(cases[i].message, "", "", steps, 1, {.config = NEW});
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
	    TEST(a_login_that_is_of_no_use_is_one_sentence_with_its_remedy),
	    TEST(a_login_is_used_to_its_end_where_it_cannot_be_renewed),
	    TEST(a_login_is_renewed_fifteen_minutes_before_its_end),
	    TEST(a_login_with_fifteen_minutes_left_is_not_renewed),
	    TEST(the_renewal_is_sent_only_once),
	    TEST(a_reply_without_a_new_refresh_token_keeps_the_old_one),
	    TEST(what_we_do_not_know_in_the_file_stays),
	    TEST(a_failed_renewal_of_a_good_login_is_no_error),
	    TEST(it_is_tried_once_a_minute),
	    TEST(an_expired_login_is_not_tried_at_each_look),
	    TEST(an_end_that_the_service_tells_asks_for_a_new_login),
	    TEST(other_ends_are_told_as_they_are),
	    TEST(another_login_in_the_meantime_is_followed),
	    TEST(a_change_beside_the_renewal_is_kept_with_it),
	    TEST(a_logout_in_the_meantime_is_not_undone),
	    TEST(two_keysails_renew_a_login_once),
	    TEST(a_renewed_login_that_is_not_on_the_disk_is_not_used),
	    TEST(without_room_for_a_new_file_nothing_is_renewed),
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
