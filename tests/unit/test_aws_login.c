/* The session of "aws login": its file, its renewal with a proof, what the service says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/evp.h>

#include "tests/unit/login_look.h"

#define ARN     "arn:aws:iam::0123456789012:user/username"
#define CONFIG  "[profile p]\nlogin_session = " ARN "\nregion = eu-central-1\n"
#define SIGN_IN "run: aws login --profile p"

/* The name is the vector of the AWS SDKs and Tools Reference Guide. */
#define NAME         "a9aa6015b267d43765ace474701cabd31e4e9b20b4a9a72ffc52f3c0b9ae6543.json"
#define SESSION_FILE "login/cache/" NAME

/* The key of RFC 7515, appendix A.3.1. */
#define KEY                                                                   \
	"-----BEGIN EC PRIVATE KEY-----\\n"                                   \
	"MHcCAQEEII6bEJ5xkJi/mASH3x9dd+nLKWBuvtImO19XwhPfhPSyoAoGCCqGSM49\\n" \
	"AwEHoUQDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEXH8UTNG72b\\n" \
	"focs3+257rn0s2ldbqkLJK2KRiMohYjlrQ==\\n"                             \
	"-----END EC PRIVATE KEY-----\\n"
#define CLIENT "arn:aws:signin:::devtools/same-device"
#define KEYS_OF(id, until)                                                                \
	"\"accessToken\":{\"accessKeyId\":\"" id "\",\"secretAccessKey\":\"secret-of-" id \
	"\",\"sessionToken\":\"secret-of-token-of-" id                                    \
	"\",\"accountId\":\"012345678901\",\"expiresAt\":\"2026-11-24T" until "Z\"}"
/* As the AWS CLI writes it; it is 12:00. */
#define SESSION(id, refresh, until)                                                             \
	"{" KEYS_OF(                                                                            \
	    id, until) ",\"tokenType\":\"urn:aws:params:oauth:token-type:access_token_sigv4\"," \
		       "\"clientId\":\"" CLIENT "\",\"refreshToken\":\"" refresh                \
		       "\",\"idToken\":\"eyJ.none.sig\",\"dpopKey\":\"" KEY "\"}"
#define OLD(until) SESSION("ASIAOLD", "secret-of-r1", until)

#define URL "POST https://eu-central-1.signin.aws.amazon.com/v1/token"
#define REPLY                                                                     \
	"{\"accessToken\":{\"accessKeyId\":\"ASIANEW\",\"secretAccessKey\":"      \
	"\"secret-of-ASIANEW\",\"sessionToken\":\"secret-of-token-of-ASIANEW\"}," \
	"\"tokenType\":\"aws_sigv4\",\"expiresIn\":900,\"refreshToken\":\"secret-of-r2\"}"
#define RENEWAL(...)                      \
	{                                 \
		.fetch = URL, __VA_ARGS__ \
	}

static void sweep_away(void)
{
	unlink(aws_path(SESSION_FILE ".keysail-new"));
}

/* ---- what the file holds ---- */

static void keys_that_last_are_used_as_they_are(void **state)
{
	const struct ks_credentials *credentials;

	(void)state;
	aws_write(SESSION_FILE, OLD("12:05:01"));
	assert_true(look_up(&(struct situation){.config = CONFIG}, NULL, 0));
	check_found("ASIAOLD");
	credentials = ks_identity_credentials(identity);
	assert_string_equal(ks_secret_value(credentials->secret), "secret-of-ASIAOLD");
	assert_string_equal(ks_secret_value(credentials->token), "secret-of-token-of-ASIAOLD");
	assert_string_equal(credentials->account_id, "012345678901");
	assert_string_equal(credentials->source, "aws login, " ARN);
	assert_int_equal(credentials->expires_at, DESK_NOW + 301 * 1000);
	assert_string_equal(login_read(SESSION_FILE), OLD("12:05:01"));
}

static void the_folder_may_be_another(void **state)
{
	char variable[200];

	(void)state;
	snprintf(variable, sizeof variable, "AWS_LOGIN_CACHE_DIRECTORY=%s", aws_path("cli"));
	aws_write("cli/" NAME, OLD("12:15:00"));
	assert_true(
	    look_up(&(struct situation){.config = CONFIG, .variables = {variable}}, NULL, 0));
	check_found("ASIAOLD");
}

static void a_login_that_is_of_no_use_is_one_sentence_with_its_remedy(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
	    {NULL, "The login for " ARN " isn't there (~/.aws/" SESSION_FILE ")"},
	    {"", "The login for " ARN " can't be used (~/.aws/" SESSION_FILE "): "},
	    {"[]", " is not a JSON object"},
	    {"{}", "): accessToken is missing"},
	    {"{" KEYS_OF("A\\nX: y", "13:00:00") "}", "accessToken.accessKeyId can't be an"},
	    {"{" KEYS_OF("ASIAOLD", "noon") "}", "accessToken.expiresAt is not a date"},
	    /* Nothing to renew it with. */
	    {"{" KEYS_OF("ASIAOLD", "12:00:00") "}",
		"The login for " ARN " expired at 2026-11-24 12:00:00 UTC (~/.aws/" SESSION_FILE
		")"},
	    {"{" KEYS_OF("ASIAOLD", "11:00:00") ",\"clientId\":\"c\",\"refreshToken\":\"r\"}",
		"expired at 2026-11-24 11:00:00 UTC"},
	    {"{" KEYS_OF("ASIAOLD", "11:00:00") ",\"clientId\":\"c\",\"dpopKey\":\"" KEY "\"}",
		"expired at"},
	    {"{" KEYS_OF("ASIAOLD", "11:00:00") ",\"refreshToken\":\"r\",\"dpopKey\":\"" KEY "\"}",
		"expired at"},
	    {"{" KEYS_OF("ASIAOLD", "11:00:00") ",\"clientId\":\"c\",\"refreshToken\":\"a b\","
						"\"dpopKey\":\"" KEY "\"}",
		"expired at"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		aws_write(SESSION_FILE, cases[i].text);
		FAIL(cases[i].message, KS_IDENTITY_SIGN_IN, SIGN_IN, NULL, 0, {.config = CONFIG});
	}
	assert_int_equal(access(aws_path(SESSION_FILE ".keysail-new"), F_OK), -1);
}

static void keys_that_cannot_be_renewed_are_used_to_their_end(void **state)
{
	(void)state;
	aws_write(SESSION_FILE, "{" KEYS_OF("ASIAOLD", "12:00:01") "}");
	assert_true(look_up(&(struct situation){.config = CONFIG}, NULL, 0));
	check_found("ASIAOLD");
	FAIL("The login for " ARN " isn't accepted any more", KS_IDENTITY_SIGN_IN, SIGN_IN, NULL, 0,
	    {.config = CONFIG, .refused = "ASIAOLD"});
}

/* ---- the renewal ---- */

/* The claims of the proof that was sent. */
static const char *read_claims(void)
{
	static unsigned char claims[1024];
	char part[1024] = "";
	const char *proof = strstr(desk.last, "DPoP: eyJ");
	int len;

	assert_non_null(proof);
	proof = strchr(proof, '.');
	assert_non_null(proof);
	len = (int)strcspn(++proof, ".");
	assert_in_range(len, 1, 1000);
	memcpy(part, proof, (size_t)len);
	for (char *c = part; *c != '\0'; c++)
		*c = *c == '-' ? '+' : *c == '_' ? '/' : *c;
	while (strlen(part) % 4 != 0)
		part[strlen(part)] = '=';
	assert_true(EVP_DecodeBlock(claims, (unsigned char *)part, (int)strlen(part)) > 0);
	return (const char *)claims;
}

static void keys_are_renewed_five_minutes_before_their_end(void **state)
{
	static const struct desk_step steps[] = {
	    RENEWAL(.has = {"Content-Type: application/json\n",
			"\n\n{\"clientId\":\"" CLIENT "\",\"refreshToken\":\"secret-of-r1\","
			"\"grantType\":\"refresh_token\"}"},
		.text = REPLY)};

	(void)state;
	aws_write(SESSION_FILE, OLD("12:05:00"));
	FIND("ASIANEW", steps, {.config = CONFIG});
	assert_true(spy.once);
	assert_non_null(strstr(read_claims(), "\"htm\":\"POST\""));
	assert_non_null(strstr(read_claims(),
	    "\"htu\":\"https://eu-central-1.signin.aws.amazon.com/v1/token\",\"iat\":1795521600}"));
	assert_null(strstr(desk.last, "uthorization"));
	assert_string_equal(
	    login_read(SESSION_FILE), SESSION("ASIANEW", "secret-of-r2", "12:15:00"));
	assert_true(login_is_private(SESSION_FILE));
	assert_string_equal(ks_secret_value(ks_identity_credentials(identity)->token),
	    "secret-of-token-of-ASIANEW");
	assert_string_equal(ks_identity_credentials(identity)->account_id, "012345678901");
	assert_int_equal(ks_identity_credentials(identity)->expires_at, DESK_NOW + INT64_C(900000));
}

static void the_service_is_told_the_app_and_given_the_modes_time(void **state)
{
	static const struct desk_step steps[] = {RENEWAL(.text = REPLY)};

	(void)state;
	aws_write(SESSION_FILE, OLD("12:05:00"));
	FIND("ASIANEW", steps,
	    {.config = CONFIG,
		.variables = {
		    "AWS_SDK_UA_APP_ID=myapp", "AWS_DEFAULTS_MODE=mobile", "AWS_MAX_ATTEMPTS=4"}});
	assert_string_equal(desk.sent[0].agent, "cfg/retry-mode#standard app/myapp");
	assert_int_equal(desk.sent[0].connect_ms, 30000);
	assert_true(desk.sent[0].once);
}

static void what_we_do_not_know_in_the_file_stays(void **state)
{
	static const struct desk_step steps[] = {RENEWAL(.text = REPLY)};

	(void)state;
	aws_write(SESSION_FILE,
	    "{\"accessToken\":{\"new\":1,\"accessKeyId\":\"ASIAOLD\",\"secretAccessKey\":\"s\","
	    "\"sessionToken\":\"t\",\"expiresAt\":\"2026-11-24T11:00:00Z\"},\"other\":[null],"
	    "\"clientId\":\"c\",\"refreshToken\":\"r\",\"dpopKey\":\"" KEY "\"}");
	FIND("ASIANEW", steps, {.config = CONFIG});
	check_file(SESSION_FILE, "{\"accessToken\":{\"new\":1,\"accessKeyId\":\"ASIANEW\"");
	check_file(SESSION_FILE, "\"other\":[null]");
	assert_null(ks_identity_credentials(identity)->account_id);
}

static void the_region_is_where_the_tools_are_used(void **state)
{
	static const struct desk_step own[] = {
	    {.fetch = "POST https://us-west-2.signin.aws.amazon.com/v1/token", .text = REPLY}};
	static const struct desk_step none[] = {
	    {.fetch = "POST https://us-east-1.signin.aws.amazon.com/v1/token", .text = REPLY}};
	static const struct desk_step china[] = {
	    {.fetch = "POST https://cn-north-1.signin.amazonaws.cn/v1/token", .text = REPLY}};
	static const struct desk_step loopback[] = {
	    {.fetch = "POST http://127.0.0.1:9/v1/token", .text = REPLY}};

	(void)state;
	aws_write(SESSION_FILE, OLD("11:00:00"));
	FIND("ASIANEW", own, {.config = CONFIG, .variables = {"AWS_REGION=us-west-2"}});
	assert_false(spy.direct);
	aws_write(SESSION_FILE, OLD("11:00:00"));
	FIND("ASIANEW", none, {.config = "[profile p]\nlogin_session = " ARN "\n"});
	aws_write(SESSION_FILE, OLD("11:00:00"));
	FIND("ASIANEW", china, {.config = CONFIG, .variables = {"AWS_REGION=cn-north-1"}});
	aws_write(SESSION_FILE, OLD("11:00:00"));
	FIND("ASIANEW", loopback,
	    {.config = CONFIG,
		.variables = {
		    "AWS_ENDPOINT_URL_SIGNIN=http://127.0.0.1:9", "AWS_CA_BUNDLE=/ca.pem"}});
	assert_true(spy.direct);
	assert_string_equal(spy.ca_bundle, "/ca.pem");
	assert_non_null(strstr(read_claims(), "\"htu\":\"http://127.0.0.1:9/v1/token\""));
	FAIL("AWS_ENDPOINT_URL_SIGNIN: http://a.b is refused", "", "", NULL, 0,
	    {.config = CONFIG, .variables = {"AWS_ENDPOINT_URL_SIGNIN=http://a.b"}});
}

/* A profile that takes its role from this one, and says no region itself, uses this one's. */
static void a_source_profile_lends_its_region(void **state)
{
	static const struct desk_step steps[] = {
	    {.fetch = "POST https://eu-west-3.signin.aws.amazon.com/v1/token", .status = 503}};

	(void)state;
	aws_write(SESSION_FILE, OLD("11:00:00"));
	FAIL("can't be renewed", "", "", steps, 1,
	    {.config = "[profile p]\nrole_arn = arn:aws:iam::123456789012:role/Example\n"
		       "source_profile = q\n"
		       "[profile q]\nlogin_session = " ARN "\nregion = eu-west-3\n"});
}

static void keys_that_the_service_refused_are_renewed(void **state)
{
	static const struct desk_step steps[] = {RENEWAL(.text = REPLY)};
	static const struct desk_step fails[] = {RENEWAL(.status = 503)};

	(void)state;
	aws_write(SESSION_FILE, OLD("12:15:00"));
	FAIL("Profile p: the login for " ARN " can't be renewed: the service answered HTTP 503", "",
	    "try again in a minute", fails, 1, {.config = CONFIG, .refused = "ASIAOLD"});
	FIND("ASIANEW", steps, {.config = CONFIG, .refused = "ASIAOLD"});
}

static void a_failed_renewal_of_keys_that_still_last_is_no_error(void **state)
{
	static const struct desk_step ends[] = {RENEWAL(.status = 500),
	    RENEWAL(.fails = KS_ERR_TIMEOUT),
	    RENEWAL(.status = 401, .text = "{\"error\":\"TOKEN_EXPIRED\"}"), RENEWAL(.text = "{}")};

	(void)state;
	for (size_t i = 0; i < COUNT(ends); i++) {
		aws_write(SESSION_FILE, OLD("12:00:01"));
		assert_true(look_up(&(struct situation){.config = CONFIG}, &ends[i], 1));
		check_found("ASIAOLD");
		assert_string_equal(login_read(SESSION_FILE), OLD("12:00:01"));
	}
}

static void each_end_of_a_session_has_its_sentence(void **state)
{
	static const struct {
		const char *word, *message, *tip;
	} cases[] = {
	    {"TOKEN_EXPIRED", "The login for " ARN " has ended (~/.aws/" SESSION_FILE ")", SIGN_IN},
	    {"USER_CREDENTIALS_CHANGED", "has ended: the user's password or access was changed",
		SIGN_IN},
	    {"INSUFFICIENT_PERMISSIONS", "may not be renewed by this user",
		"allow signin:CreateOAuth2Token to the user, then " SIGN_IN},
	    {"AUTHCODE_EXPIRED", "was never finished: its code has expired", SIGN_IN},
	};
	char text[100];

	(void)state;
	aws_write(SESSION_FILE, OLD("11:00:00"));
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct desk_step steps[] = {RENEWAL(.status = 400, .text = text)};

		snprintf(text, sizeof text, "{\"error\":\"%s\",\"message\":\"x\"}", cases[i].word);
		FAIL(cases[i].message, KS_IDENTITY_SIGN_IN, cases[i].tip, steps, 1,
		    {.config = CONFIG});
	}
}

static void other_ends_are_told_as_they_are(void **state)
{
	static const struct desk_step invalid[] = {RENEWAL(.status = 400,
	    .text = "{\"error\":\"INVALID_REQUEST\",\"message\":\"no good\"}")};
	static const struct desk_step clock[] = {RENEWAL(.status = 400,
	    .text = "{\"error\":\"INVALID_REQUEST\"}", .skew_ms = INT64_C(-3600000))};
	static const struct desk_step network[] = {RENEWAL(.fails = KS_ERR_NETWORK)};

	(void)state;
	aws_write(SESSION_FILE, OLD("11:00:00"));
	FAIL("Profile p: the login for " ARN " can't be renewed: the service answered HTTP 400, "
	     "no good",
	    "INVALID_REQUEST", "", invalid, 1, {.config = CONFIG});
	assert_int_equal(err.kind, KS_ERR_SERVICE);
	FAIL("can't be renewed", "INVALID_REQUEST", "set this computer's clock", clock, 1,
	    {.config = CONFIG});
	FAIL("can't be renewed: it went wrong", "", "", network, 1, {.config = CONFIG});
	assert_int_equal(err.kind, KS_ERR_NETWORK);
	assert_int_equal(desk.paused, 0);
}

static void a_key_that_is_none_is_said(void **state)
{
	(void)state;
	aws_write(SESSION_FILE,
	    "{" KEYS_OF("ASIAOLD", "11:00:00") ",\"clientId\":\"c\",\"refreshToken\":"
					       "\"r\",\"dpopKey\":\"none\"}");
	FAIL("The login for " ARN " can't be renewed: The login's key (dpopKey) can't be read",
	    KS_IDENTITY_SIGN_IN, SIGN_IN, NULL, 0, {.config = CONFIG});
}

static void a_reply_that_cannot_be_used_is_an_error(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
	    {"no", "the reply has no good accessToken, expiresIn or refreshToken"},
	    {"{\"accessToken\":1,\"expiresIn\":900,\"refreshToken\":\"r\"}", "the reply has no"},
	    {"{\"accessToken\":{},\"expiresIn\":0,\"refreshToken\":\"r\"}", "the reply has no"},
	    {"{\"accessToken\":{},\"expiresIn\":900}", "the reply has no"},
	    {"{\"accessToken\":{},\"expiresIn\":900,\"refreshToken\":\"a\\nb\"}",
		"the reply has no"},
	    {"{\"accessToken\":{\"accessKeyId\":\"A\"},\"expiresIn\":900,\"refreshToken\":\"r\"}",
		"the reply's accessToken.secretAccessKey is missing"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct desk_step steps[] = {RENEWAL(.text = cases[i].text)};

		aws_write(SESSION_FILE, OLD("11:00:00"));
		FAIL(cases[i].message, KS_IDENTITY_SIGN_IN, SIGN_IN, steps, 1, {.config = CONFIG});
		assert_string_equal(login_read(SESSION_FILE), OLD("11:00:00"));
	}
}

/* ---- others at the same file ---- */

static void log_in_anew(void)
{
	aws_write(SESSION_FILE, SESSION("ASIATHEIRS", "secret-of-r9", "12:15:00"));
}

static void log_in_anew_for_a_moment(void)
{
	aws_write(SESSION_FILE, SESSION("ASIATHEIRS", "secret-of-r9", "12:04:00"));
}

static void change_another_member(void)
{
	aws_write(SESSION_FILE, "{\"mine\":1," KEYS_OF("ASIAOLD",
				    "11:00:00") ",\"clientId\":\"c\",\"refreshToken\":"
						"\"secret-of-r1\",\"dpopKey\":\"" KEY "\"}");
}

static void log_out(void)
{
	aws_write(SESSION_FILE, NULL);
}

static void another_login_in_the_meantime_is_followed(void **state)
{
	static const struct desk_step good[] = {RENEWAL(.text = REPLY, .meanwhile = log_in_anew)};
	static const struct desk_step stale[] = {
	    RENEWAL(.text = REPLY, .meanwhile = log_in_anew_for_a_moment)};
	static const struct desk_step used_up[] = {RENEWAL(.status = 401,
	    .text = "{\"error\":\"TOKEN_EXPIRED\"}", .meanwhile = log_in_anew)};

	(void)state;
	aws_write(SESSION_FILE, OLD("11:00:00"));
	FIND("ASIATHEIRS", good, {.config = CONFIG});
	check_file(SESSION_FILE, "secret-of-r9");
	aws_write(SESSION_FILE, OLD("11:00:00"));
	FIND("ASIATHEIRS", stale, {.config = CONFIG});
	check_file(SESSION_FILE, "secret-of-r9");
	aws_write(SESSION_FILE, OLD("11:00:00"));
	FIND("ASIATHEIRS", used_up, {.config = CONFIG});
	check_file(SESSION_FILE, "secret-of-r9");
}

static void a_change_beside_the_renewal_is_kept_with_it(void **state)
{
	static const struct desk_step steps[] = {
	    RENEWAL(.text = REPLY, .meanwhile = change_another_member)};

	(void)state;
	aws_write(SESSION_FILE, OLD("11:00:00"));
	FIND("ASIANEW", steps, {.config = CONFIG});
	check_file(SESSION_FILE, "{\"mine\":1,");
	check_file(SESSION_FILE, "secret-of-r2");
}

static void a_logout_in_the_meantime_is_not_undone(void **state)
{
	static const struct desk_step steps[] = {RENEWAL(.text = REPLY, .meanwhile = log_out)};

	(void)state;
	aws_write(SESSION_FILE, OLD("11:00:00"));
	FAIL("isn't there", KS_IDENTITY_SIGN_IN, SIGN_IN, steps, 1, {.config = CONFIG});
	assert_string_equal(login_read(SESSION_FILE), "");
}

static int turn;

static void finish(int pause)
{
	if (pause != 2)
		return;
	log_in_anew();
	close(turn);
}

static void two_keysails_renew_a_login_once(void **state)
{
	(void)state;
	aws_write(SESSION_FILE, OLD("11:00:00"));
	turn = login_take_turn(SESSION_FILE);
	spy.in_pause = finish;
	assert_true(look_up(&(struct situation){.config = CONFIG}, NULL, 0));
	check_found("ASIATHEIRS");
	spy.in_pause = NULL;
	/* Keys that still last aren't held up. */
	aws_write(SESSION_FILE, OLD("12:04:00"));
	turn = login_take_turn(SESSION_FILE);
	assert_true(look_up(&(struct situation){.config = CONFIG}, NULL, 0));
	check_found("ASIAOLD");
	assert_int_equal(desk.paused, 0);
	aws_write(SESSION_FILE, OLD("11:00:00"));
	FAIL("Another keysail has been renewing", "", "end that one", NULL, 0, {.config = CONFIG});
	close(turn);
}

static void a_renewed_login_that_is_not_on_the_disk_is_not_used(void **state)
{
	static const struct desk_step steps[] = {RENEWAL(.text = REPLY, .meanwhile = sweep_away)};

	(void)state;
	/* Even while the old keys last: the loss is to be known. */
	aws_write(SESSION_FILE, OLD("12:04:00"));
	FAIL("The login for " ARN " was renewed, but is lost: ", KS_IDENTITY_SIGN_IN, SIGN_IN,
	    steps, 1, {.config = CONFIG});
	assert_string_equal(login_read(SESSION_FILE), OLD("12:04:00"));
}

static void without_room_for_a_new_file_nothing_is_renewed(void **state)
{
	(void)state;
	assert_int_equal(symlink("x", aws_path(SESSION_FILE ".keysail-new")), 0);
	aws_write(SESSION_FILE, OLD("12:04:00"));
	assert_true(look_up(&(struct situation){.config = CONFIG}, NULL, 0));
	check_found("ASIAOLD");
	aws_write(SESSION_FILE, OLD("11:00:00"));
	FAIL(NAME " can't be written", "", "", NULL, 0, {.config = CONFIG});
}

static void it_can_be_given_up_at_each_stage(void **state)
{
	static const struct desk_step steps[] = {RENEWAL(.text = REPLY, .looks = 2)};
	int looks = 0;

	(void)state;
	aws_write("config", CONFIG);
	for (;; looks++) {
		aws_write(SESSION_FILE, OLD("11:00:00"));
		if (!give_up_after(looks, NULL, steps, 1))
			break;
		/* The turn is given back. */
		close(login_take_turn(SESSION_FILE));
		sweep_away();
	}
	check_found("ASIANEW");
	assert_int_equal(looks, 3);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, login_make_home, login_remove_home)
	    TEST(keys_that_last_are_used_as_they_are),
	    TEST(the_folder_may_be_another),
	    TEST(a_login_that_is_of_no_use_is_one_sentence_with_its_remedy),
	    TEST(keys_that_cannot_be_renewed_are_used_to_their_end),
	    TEST(keys_are_renewed_five_minutes_before_their_end),
	    TEST(the_service_is_told_the_app_and_given_the_modes_time),
	    TEST(what_we_do_not_know_in_the_file_stays),
	    TEST(the_region_is_where_the_tools_are_used),
	    TEST(a_source_profile_lends_its_region),
	    TEST(keys_that_the_service_refused_are_renewed),
	    TEST(a_failed_renewal_of_keys_that_still_last_is_no_error),
	    TEST(each_end_of_a_session_has_its_sentence),
	    TEST(other_ends_are_told_as_they_are),
	    TEST(a_key_that_is_none_is_said),
	    TEST(a_reply_that_cannot_be_used_is_an_error),
	    TEST(another_login_in_the_meantime_is_followed),
	    TEST(a_change_beside_the_renewal_is_kept_with_it),
	    TEST(a_logout_in_the_meantime_is_not_undone),
	    TEST(two_keysails_renew_a_login_once),
	    TEST(a_renewed_login_that_is_not_on_the_disk_is_not_used),
	    TEST(without_room_for_a_new_file_nothing_is_renewed),
	    TEST(it_can_be_given_up_at_each_stage),
	};
	int failed;

	ks_secret_setup();
	failed = cmocka_run_group_tests_name("aws_login", tests, NULL, NULL);
	forget();
	return failed;
}
