/* What the user's settings say is what the worker does: retries and the user agent. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/secret.h"
#include "tests/support/stage.h"
#include "tests/unit/aws_files.h"

#define ENV_KEYS "AWS_ACCESS_KEY_ID=AKIDENV", "AWS_SECRET_ACCESS_KEY=env"
#define BUSY     "{\"__type\":\"ServiceUnavailable\"}"

/* The stage, with an identity from these variables and this config file. */
static struct ks_env *open_with(const char *config, const char *const *variables)
{
	struct ks_env *env;
	struct ks_event *event;

	aws_write("config", config);
	env = aws_capture(variables);
	stage.shop.identity.given = NULL;
	stage.shop.identity.env = env;
	stage.shop.identity.endpoint_url = stage.shop.url;
	workshop_open(&stage.shop);
	event = workshop_reply(&stage.shop, workshop_identify(&stage.shop, NULL));
	if (event->err.kind != KS_ERR_NONE)
		fail_msg("%s", event->err.message);
	ks_event_free(event);
	return env;
}

static void attempts_are_counted_as_the_user_says(void **state)
{
	static const struct {
		const char *config;
		const char *const variables[5];
		size_t attempts;
	} cases[] = {
	    {NULL, {ENV_KEYS}, 3},
	    {NULL, {ENV_KEYS, "AWS_RETRY_MODE=legacy"}, 5},
	    {NULL, {ENV_KEYS, "AWS_RETRY_MODE=adaptive"}, 3},
	    {NULL, {ENV_KEYS, "AWS_MAX_ATTEMPTS=1"}, 1},
	    {"[default]\nmax_attempts = 4\nretry_mode = legacy\n", {ENV_KEYS}, 4},
	};

	(void)state;
	for (size_t i = 0; i < STAGE_COUNT(cases); i++) {
		struct scripted_step steps[] = {{.forever = true}};
		struct ks_event *event;
		struct ks_env *env;

		steps[0].answer = stage_http(503, "", BUSY);
		stage_set_up(steps, STAGE_COUNT(steps));
		env = open_with(cases[i].config, cases[i].variables);
		event = workshop_ask(&stage.shop, KS_OP_GET_BUCKETS, NULL);
		assert_string_equal(event->err.code, "ServiceUnavailable");
		assert_int_equal(scripted_count(stage.server, "GetBuckets"), cases[i].attempts);
		ks_event_free(event);
		stage_leave();
		ks_env_free(env);
	}
	stage_clear();
}

static void a_status_is_retried_by_the_modes_that_list_it(void **state)
{
	static const struct {
		int status;
		const char *mode;
		size_t attempts;
	} cases[] = {
	    {509, "AWS_RETRY_MODE=standard", 1},
	    {509, "AWS_RETRY_MODE=legacy", 2},
	    {429, "AWS_RETRY_MODE=standard", 1},
	    {429, "AWS_RETRY_MODE=legacy", 2},
	    {501, "AWS_RETRY_MODE=legacy", 1},
	};

	(void)state;
	for (size_t i = 0; i < STAGE_COUNT(cases); i++) {
		const char *const variables[] = {ENV_KEYS, cases[i].mode, NULL};
		struct scripted_step steps[] = {{.answer = NULL}, {.answer = NULL}};
		struct ks_event *event;
		struct ks_env *env;

		steps[0].answer = stage_http(cases[i].status, "", "<html></html>");
		steps[1].answer = stage_ok("{}");
		stage_set_up(steps, STAGE_COUNT(steps));
		env = open_with(NULL, variables);
		event = workshop_ask(&stage.shop, KS_OP_GET_BUCKETS, NULL);
		assert_int_equal(
		    event->err.http_status, cases[i].attempts == 1 ? cases[i].status : 0);
		assert_int_equal(scripted_count(stage.server, "GetBuckets"), cases[i].attempts);
		ks_event_free(event);
		stage_leave();
		ks_env_free(env);
	}
	stage_clear();
}

/* A 5xx may hide a key that was made: no mode repeats that, whatever it lists. */
static void no_mode_makes_a_key_twice(void **state)
{
	static const char *const modes[] = {
	    "AWS_RETRY_MODE=standard", "AWS_RETRY_MODE=legacy", "AWS_RETRY_MODE=adaptive"};
	static const int statuses[] = {429, 500, 501, 503, 509};

	(void)state;
	for (size_t i = 0; i < STAGE_COUNT(modes) * STAGE_COUNT(statuses); i++) {
		const char *const variables[] = {ENV_KEYS, modes[i % STAGE_COUNT(modes)], NULL};
		struct scripted_step steps[] = {{.forever = true}};
		struct ks_event *event;
		struct ks_env *env;

		steps[0].answer = stage_http(statuses[i / STAGE_COUNT(modes)], "", "<html></html>");
		stage_set_up(steps, STAGE_COUNT(steps));
		env = open_with(NULL, variables);
		event = workshop_ask(&stage.shop, KS_OP_CREATE_BUCKET_ACCESS_KEY, "bucket");
		assert_true(event->unclear);
		assert_int_equal(scripted_count(stage.server, NULL), 1);
		ks_event_free(event);
		stage_leave();
		ks_env_free(env);
	}
	stage_clear();
}

static void a_request_says_who_sends_it(void **state)
{
	static const struct {
		const char *config;
		const char *const variables[5];
		const char *own;
	} cases[] = {
	    {NULL, {ENV_KEYS}, " cfg/retry-mode#standard\r\n"},
	    {NULL, {ENV_KEYS, "AWS_RETRY_MODE=adaptive", "AWS_SDK_UA_APP_ID=my-app_1.0"},
		" cfg/retry-mode#adaptive app/my-app_1.0\r\n"},
	    {"[default]\nsdk_ua_app_id = a b/c#d(\xc3\xa9)\n", {ENV_KEYS, "AWS_RETRY_MODE=legacy"},
		" cfg/retry-mode#legacy app/a-b-c-d----\r\n"},
	};

	(void)state;
	for (size_t i = 0; i < STAGE_COUNT(cases); i++) {
		struct scripted_step steps[] = {{.answer = NULL}};
		struct ks_env *env;

		steps[0].answer = stage_ok("{}");
		stage_set_up(steps, STAGE_COUNT(steps));
		env = open_with(cases[i].config, cases[i].variables);
		ks_event_free(workshop_ask(&stage.shop, KS_OP_GET_BUCKETS, NULL));
		stage_assert_has(
		    scripted_request(stage.server, 0), "\r\nUser-Agent: keysail/test ua/2.1 os/");
		stage_assert_has(scripted_request(stage.server, 0), " md/arch#");
		stage_assert_has(scripted_request(stage.server, 0), " lang/c#11 cfg/");
		stage_assert_has(scripted_request(stage.server, 0), cases[i].own);
		stage_leave();
		ks_env_free(env);
	}
	stage_clear();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(attempts_are_counted_as_the_user_says),
	    cmocka_unit_test(a_status_is_retried_by_the_modes_that_list_it),
	    cmocka_unit_test(no_mode_makes_a_key_twice),
	    cmocka_unit_test(a_request_says_who_sends_it),
	};

	signal(SIGPIPE, SIG_IGN); /* the server writes to connections that the worker has closed */
	ks_secret_setup();
	return cmocka_run_group_tests_name("engine: modes", tests, aws_make_home, aws_remove_home);
}
