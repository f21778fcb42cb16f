/* The login of IAM Identity Center: what its file is worth, its renewal, others at the file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/sso_files.h"

/* ---- the login ---- */

static void a_login_that_is_of_no_use_is_one_sentence_with_its_remedy(void **state)
{
	static const struct {
		const char *config, *file, *text, *message;
	} cases[] = {
	    {NEW, NEW_TOKEN, NULL,
		"The login for SSO my-sso isn't there: ~/.aws/" NEW_TOKEN " doesn't exist"},
	    {OLD, OLD_TOKEN, NULL,
		"The login for SSO " START " isn't there: ~/.aws/" OLD_TOKEN " doesn't exist"},
	    {NEW, NEW_TOKEN, "[]", "The login for SSO my-sso can't be used: "},
	    {NEW, NEW_TOKEN, "[]", NEW_TOKEN " is not a JSON object"},
	    {NEW, NEW_TOKEN, "{}",
		"The login for SSO my-sso can't be used: ~/.aws/" NEW_TOKEN
		" has no good accessToken"},
	    {NEW, NEW_TOKEN, TOKEN_OF("a\\r\\nX: y", "r", "13:00:00"), "no good accessToken"},
	    {NEW, NEW_TOKEN, TOKEN_OF("", "r", "13:00:00"), "no good accessToken"},
	    {NEW, NEW_TOKEN, TOKEN_OF("a", "r", "noon"), "no good expiresAt"},
	    {OLD, OLD_TOKEN,
		"{\"accessToken\": \"secret-of-a1\", \"expiresAt\": \"2026-11-24T12:00:00UTC\"}",
		"The login for SSO " START
		" expired at 2026-11-24 12:00:00 UTC: ~/.aws/" OLD_TOKEN},
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
	FAIL("Profile p: the login for SSO my-sso can't be renewed: it went wrong", "", "", steps,
	    1, {.config = NEW});
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
	FAIL("Profile p: the login for SSO my-sso can't be renewed: the service answered HTTP 503",
	    "", "try again in a minute", fails, 1, {.config = NEW});
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
	FAIL("can't be renewed: the service answered HTTP 400, Too \xef\xbf\xbd[1mfast",
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

static int turn;

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

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, login_make_home, login_remove_home)
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
	};
	int failed;

	ks_secret_setup();
	failed = cmocka_run_group_tests_name("aws_sso_token", tests, NULL, NULL);
	forget();
	return failed;
}
