/*
 * What the settings say of requests holds for those of sign-ins, too: the user agent, how long a
 * connection may take, how often they are made.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/sso_files.h"

#define APP   "AWS_SDK_UA_APP_ID=my app"
#define AGENT "cfg/retry-mode#standard app/my-app"

#define KEYS "aws_access_key_id = AKIDBASE\naws_secret_access_key = secret-of-base\n"
#define ASSUMES                                                            \
	"[profile p]\nrole_arn = arn:aws:iam::123456789012:role/Example\n" \
	"region = eu-west-1\nsource_profile = base\n"
#define BASE "[profile base]\n" KEYS
#define STS  "POST https://sts.eu-west-1.amazonaws.com/"
#define STS_REPLY                                                                             \
	"<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"            \
	"<AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>" \
	"secret-of-role</SecretAccessKey><SessionToken>token</SessionToken><Expiration>"      \
	"2026-11-24T13:00:00Z</Expiration></Credentials></AssumeRoleResult>"                  \
	"</AssumeRoleResponse>"

#define ECS "GET http://169.254.170.2/x"

static void check_sent(size_t i, const char *agent, int connect_ms)
{
	assert_in_range(i, 0, desk.n_sent - 1);
	assert_string_equal(desk.sent[i].agent, agent);
	assert_int_equal(desk.sent[i].connect_ms, connect_ms);
}

/* ---- who asks, and how patiently ---- */

static void services_are_told_the_app_and_given_the_modes_time(void **state)
{
	static const struct desk_step sts[] = {{.fetch = STS, .text = STS_REPLY}};
	static const struct desk_step sso[] = {OIDC(.text = RENEWED), PORTAL("secret-of-a2")};

	(void)state;
	FIND("ASIAROLE", sts,
	    {.config = ASSUMES BASE, .variables = {APP, "AWS_DEFAULTS_MODE=standard"}});
	check_sent(0, AGENT, 3100);
	aws_write(NEW_TOKEN, TOKEN("12:05:00"));
	FIND("ASIAROLE", sso, {.config = NEW, .variables = {APP, "AWS_DEFAULTS_MODE=in-region"}});
	check_sent(0, AGENT, 1100);
	check_sent(1, AGENT, 1100);
}

static void without_settings_they_are_asked_as_ever(void **state)
{
	static const struct desk_step sts[] = {{.fetch = STS, .text = STS_REPLY}};

	(void)state;
	FIND("ASIAROLE", sts, {.config = ASSUMES BASE});
	check_sent(0, "cfg/retry-mode#standard", 0);
}

/* Where the program runs, a connection takes less time: by the region of each request. */
static void a_near_region_is_given_less_time(void **state)
{
	static const struct desk_step sts[] = {{.fetch = STS, .text = STS_REPLY}};
	static const struct desk_step sso[] = {PORTAL("secret-of-a1")};
	static const char *const variables[] = {"AWS_DEFAULTS_MODE=auto",
	    "AWS_EXECUTION_ENV=AWS_ECS_FARGATE", "AWS_DEFAULT_REGION=eu-west-1"};

	(void)state;
	FIND("ASIAROLE", sts,
	    {.config = ASSUMES BASE, .variables = {variables[0], variables[1], variables[2]}});
	check_sent(0, "cfg/retry-mode#standard", 1100);
	aws_write(NEW_TOKEN, TOKEN("13:00:00"));
	FIND("ASIAROLE", sso,
	    {.config = NEW, .variables = {variables[0], variables[1], variables[2]}});
	check_sent(0, "cfg/retry-mode#standard", 3100);
}

/* Whoever is near by has limits of its own, and no use for an app's name. */
static void a_neighbour_is_asked_in_its_own_way(void **state)
{
	static const struct desk_step ecs[] = {{.fetch = ECS,
	    .text = "{\"AccessKeyId\":\"ASIAECS\",\"SecretAccessKey\":\"secret-of-ecs\","
		    "\"Token\":\"token\",\"Expiration\":\"2026-11-24T18:00:00Z\"}"}};

	(void)state;
	FIND("ASIAECS", ecs,
	    {.config = "[profile p]\nregion = eu-west-1\n",
		.variables = {
		    APP, "AWS_DEFAULTS_MODE=legacy", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/x"}});
	check_sent(0, "", 0);
	assert_int_equal(desk.sent[0].timeout_ms, 2000);
}

/* ---- how often ---- */

/* Each case is a step that is made so often, until it is given up. */
static void attempts_are_those_of_the_settings(void **state)
{
	enum { MOST = 7 };
	static const struct {
		const char *variables[2];
		int attempts;
	} cases[] = {
	    {{NULL}, 3},
	    {{"AWS_RETRY_MODE=legacy"}, 5},
	    {{"AWS_RETRY_MODE=adaptive"}, 3},
	    {{"AWS_MAX_ATTEMPTS=1"}, 1},
	    {{"AWS_RETRY_MODE=legacy", "AWS_MAX_ATTEMPTS=7"}, MOST},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct desk_step sts[MOST], portal[MOST];
		size_t attempts = (size_t)cases[i].attempts;

		for (int j = 0; j < MOST; j++) {
			sts[j] = (struct desk_step){.fetch = STS, .status = 503};
			portal[j] = (struct desk_step){.fetch = PORTAL_URL, .status = 503};
		}
		FAIL("can't be taken on", "", "try again in a minute", sts, attempts,
		    {.config = ASSUMES BASE,
			.variables = {cases[i].variables[0], cases[i].variables[1]}});
		aws_write(NEW_TOKEN, TOKEN("13:00:00"));
		FAIL("gave no credentials", "", "", portal, attempts,
		    {.config = NEW, .variables = {cases[i].variables[0], cases[i].variables[1]}});
	}
}

/* However many the settings allow. */
static void what_is_good_once_is_sent_once(void **state)
{
	static const struct desk_step mfa[] = {
	    {.ask = "MFA code for arn:aws:iam::123456789012:mfa/me", .text = "123456"},
	    {.fetch = STS, .fails = KS_ERR_TIMEOUT},
	};
	static const struct desk_step oidc[] = {OIDC(.fails = KS_ERR_NETWORK)};

	(void)state;
	FAIL("can't be taken on", "", "", mfa, COUNT(mfa),
	    {.config = ASSUMES "mfa_serial = arn:aws:iam::123456789012:mfa/me\n" BASE,
		.variables = {"AWS_MAX_ATTEMPTS=9"}});
	assert_true(desk.sent[0].once);
	aws_write(NEW_TOKEN, TOKEN("11:00:00"));
	FAIL("can't be renewed", "", "", oidc, COUNT(oidc),
	    {.config = NEW, .variables = {"AWS_MAX_ATTEMPTS=9"}});
	assert_true(desk.sent[0].once);
}

/* ---- what to do when it fails ---- */

static const struct failure {
	struct desk_step end;
	const char *sts, *sso; /* what each tip has */
} failures[] = {
    {{.fails = KS_ERR_NETWORK}, "check the connection and the proxy",
	"check the connection and the proxy"},
    {{.fails = KS_ERR_TIMEOUT}, "try again in a minute", "try again in a minute"},
    {{.fails = KS_ERR_REPLY}, "the endpoint is one of STS", "the endpoint is one of SSO"},
    {{.status = 503, .text = "<html>"}, "try again in a minute", "try again in a minute"},
    {{.status = 429, .text = "{}"}, "try again in a minute", "try again in a minute"},
    {{.status = 418, .text = "teapot"}, "the endpoint is one of STS",
	"try again, or run: aws sso login --profile p"},
    {{.text = "<html>"}, "the endpoint is one of STS", "the endpoint is one of SSO"},
    {{.text = ""}, "the endpoint is one of STS", "the endpoint is one of SSO"},
};

static void each_failure_of_a_service_names_the_profile_and_a_remedy(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(failures); i++) {
		struct desk_step sts = failures[i].end, portal = failures[i].end;

		sts.fetch = STS;
		portal.fetch = PORTAL_URL;
		FAIL(
		    "~/.aws/config, line 2, profile p: role arn:aws:iam::123456789012:role/Example "
		    "can't be taken on: ",
		    "", failures[i].sts, &sts, 1,
		    {.config = ASSUMES BASE, .variables = {"AWS_MAX_ATTEMPTS=1"}});
		aws_write(NEW_TOKEN, TOKEN("13:00:00"));
		assert_false(
		    look_up(&(struct situation){.config = NEW, .variables = {"AWS_MAX_ATTEMPTS=1"}},
			&portal, 1));
		check_error("~/.aws/config, line 4, profile p: ", err.code, failures[i].sso);
	}
}

/* A reply that is none asks for a login: what was sent is used up, and nothing came for it. */
static void each_failed_renewal_names_the_profile_and_a_remedy(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(failures); i++) {
		struct desk_step oidc = failures[i].end;
		bool is_reply = oidc.status == 0 && oidc.fails == KS_ERR_NONE;

		oidc.fetch = OIDC_URL;
		aws_write(NEW_TOKEN, TOKEN("11:00:00"));
		assert_false(look_up(&(struct situation){.config = NEW}, &oidc, 1));
		check_error(is_reply ? "The login for SSO my-sso can't be renewed: the reply"
				     : "Profile p: the login for SSO my-sso can't be renewed: ",
		    err.code, is_reply ? "run: aws sso login --profile p" : failures[i].sso);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, login_make_home, login_remove_home)
	    TEST(services_are_told_the_app_and_given_the_modes_time),
	    TEST(without_settings_they_are_asked_as_ever),
	    TEST(a_near_region_is_given_less_time),
	    TEST(a_neighbour_is_asked_in_its_own_way),
	    TEST(attempts_are_those_of_the_settings),
	    TEST(what_is_good_once_is_sent_once),
	    TEST(each_failure_of_a_service_names_the_profile_and_a_remedy),
	    TEST(each_failed_renewal_names_the_profile_and_a_remedy),
	};
	int failed;

	ks_secret_setup();
	failed = cmocka_run_group_tests_name("aws_outward", tests, NULL, NULL);
	forget();
	return failed;
}
