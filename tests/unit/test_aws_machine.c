/*
 * Credentials that the machine gives: a program that prints them, the agent of a container, the
 * metadata of an instance.
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

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define EXPIRES "2026-11-24T18:00:00Z"
#define LATER   (DESK_NOW + INT64_C(6) * 3600 * 1000)

#define PROCESS_JSON                                                                       \
	"{\"Version\":1,\"AccessKeyId\":\"ASIAPROCESS\",\"SecretAccessKey\":\"secret-p\"," \
	"\"SessionToken\":\"token-p\",\"Expiration\":\"" EXPIRES "\",\"AccountId\":\"123\"}"
#define CONTAINER_JSON                                                         \
	"{\"AccessKeyId\":\"ASIACONTAINER\",\"SecretAccessKey\":\"secret-c\"," \
	"\"Token\":\"token-c\",\"Expiration\":\"" EXPIRES "\"}"
#define INSTANCE_JSON(expires)                                                                     \
	"{\"Code\":\"Success\",\"AccessKeyId\":\"ASIAINSTANCE\",\"SecretAccessKey\":\"secret-i\"," \
	"\"Token\":\"token-i\",\"Expiration\":\"" expires "\"}"

#define IMDS "http://169.254.169.254/latest/"
#define ROLE IMDS "meta-data/iam/security-credentials/"

/* What a test is given; the rest is absent. */
struct situation {
	const char *config;
	const char *profile;
	const char *variables[5];
	const struct desk_step *steps;
	size_t n_steps;
};

static bool resolve(
    const struct situation *situation, struct ks_identity **identity, struct ks_err *err)
{
	struct ks_identity_options options = {0};
	struct ks_env *env;
	bool good;

	aws_write("config", situation->config);
	aws_write("credentials", NULL);
	env = aws_capture(situation->variables);
	options.env = env;
	desk_open(situation->steps, situation->n_steps);
	good = desk_resolve(&options, situation->profile, NULL, identity, err);
	desk_close();
	ks_env_free(env);
	return good;
}

static void check_found(const struct situation *situation, const char *key_id, const char *secret,
    const char *token, int64_t expires, const char *source)
{
	const struct ks_credentials *credentials;
	struct ks_identity *identity;
	struct ks_err err;

	if (!resolve(situation, &identity, &err))
		fail_msg("%s", err.message);
	credentials = ks_identity_credentials(identity);
	assert_string_equal(credentials->access_key_id, key_id);
	assert_string_equal(ks_secret_value(credentials->secret), secret);
	assert_string_equal(ks_secret_value(credentials->token), token);
	assert_int_equal(credentials->expires_at, expires);
	assert_string_equal(credentials->source, source);
	ks_identity_free(identity);
}

static void check_fails(
    const struct situation *situation, const char *code, const char *message, const char *tip)
{
	struct ks_identity *identity;
	struct ks_err err;

	assert_false(resolve(situation, &identity, &err));
	assert_int_equal(err.kind, KS_ERR_CREDENTIALS);
	assert_string_equal(err.code, code);
	if (strstr(err.message, message) == NULL)
		fail_msg("no \"%s\" in: %s", message, err.message);
	if (strstr(err.tip, tip) == NULL)
		fail_msg("no \"%s\" in: %s", tip, err.tip);
	ks_identity_free(identity);
}

/* Searches that are given up after each number of steps leave nothing behind. */
static void check_dropped_anywhere(const struct situation *situation)
{
	struct ks_identity_options options = {0};
	struct ks_env *env;

	aws_write("config", situation->config);
	env = aws_capture(situation->variables);
	options.env = env;
	for (int steps = 0; steps < 12; steps++) {
		struct ks_identity_search *search;
		struct ks_identity *identity = NULL;
		struct ks_err err;
		enum ks_provider_result result = KS_PROVIDER_PENDING;

		desk_open(situation->steps, situation->n_steps);
		search = ks_identity_begin(&options, &desk.errands, situation->profile, NULL);
		for (int i = 0; i < steps && result == KS_PROVIDER_PENDING; i++)
			result = ks_identity_step(search, &identity, &err);
		ks_identity_search_free(search);
		ks_identity_free(identity);
		assert_int_equal(desk.alive, 0);
	}
	ks_env_free(env);
}

/* ---- credential_process ---- */

#define PROCESS_CONFIG "[profile p]\ncredential_process = tool --for 'my account'\n"

static void a_program_is_run_and_what_it_prints_is_taken(void **state)
{
	static const struct desk_step steps[] = {
	    {.run = "tool --for 'my account'", .text = PROCESS_JSON, .looks = 3}};
	static const struct situation situation = {
	    .config = PROCESS_CONFIG, .profile = "p", .steps = steps, .n_steps = COUNT(steps)};

	(void)state;
	check_found(&situation, "ASIAPROCESS", "secret-p", "token-p", LATER,
	    "credential_process (~/.aws/config), profile p");
	check_dropped_anywhere(&situation);
}

static void a_program_that_fails_is_an_error_that_says_why(void **state)
{
	static const struct {
		struct desk_step step;
		const char *message, *tip;
	} cases[] = {
	    {{.status = 3, .said = "no session"},
		"~/.aws/config, line 2, profile p: credential_process failed with exit status 3: "
		"no "
		"session",
		"put that right"},
	    {{.status = 1}, "failed with exit status 1", "by hand"},
	    {{.fails = KS_ERR_TIMEOUT}, "credential_process failed: it went wrong", "by hand"},
	    {{.text = "hello"}, "printed no credentials: ", "Version 1"},
	    {{.text = "{\"Version\":2}"}, "printed no credentials: ", "Version 1"},
	    {{.text = "{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"b\","
		      "\"Expiration\":\"2026-11-24T12:00:00Z\"}"},
		"have expired", "sign in"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct desk_step step = cases[i].step;
		struct situation situation = {
		    .config = PROCESS_CONFIG, .profile = "p", .steps = &step, .n_steps = 1};

		step.run = "tool --for 'my account'";
		check_fails(&situation, KS_IDENTITY_BROKEN, cases[i].message, cases[i].tip);
	}
}

/* ---- container ---- */

static void a_container_is_asked_where_its_variable_points(void **state)
{
	static const struct desk_step relative = {.fetch = "GET http://169.254.170.2/v2/creds?id=1",
	    .has = {"Accept: application/json\n"},
	    .text = CONTAINER_JSON,
	    .looks = 2};
	static const struct desk_step full = {.fetch = "GET http://localhost:1441/provider/",
	    .has = {"Authorization: Bearer abc\n"},
	    .text = CONTAINER_JSON};
	static const struct situation cases[] = {
	    {.variables = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2/creds?id=1",
		 "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://localhost:1/not-me"},
		.steps = &relative,
		.n_steps = 1},
	    {.variables = {"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://localhost:1441/provider/",
		 "AWS_CONTAINER_AUTHORIZATION_TOKEN=Bearer abc"},
		.steps = &full,
		.n_steps = 1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		check_found(&cases[i], "ASIACONTAINER", "secret-c", "token-c", LATER,
		    "container (ECS or EKS)");
		check_dropped_anywhere(&cases[i]);
	}
	assert_null(strstr(desk.last, "not-me"));
}

static void the_token_file_comes_first_and_is_read_each_time(void **state)
{
	static const struct desk_step steps[] = {
	    {.fetch = "GET http://169.254.170.23/v1/credentials",
		.has = {"Authorization: of-the-file\n"},
		.text = CONTAINER_JSON},
	};
	char file[200];
	struct situation situation = {
	    .variables = {"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://169.254.170.23/v1/credentials",
		"AWS_CONTAINER_AUTHORIZATION_TOKEN=of-the-variable", file},
	    .steps = steps,
	    .n_steps = COUNT(steps),
	};

	(void)state;
	snprintf(file, sizeof file, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=%s", aws_path("token"));
	aws_write("token", "of-the-file\n");
	check_found(
	    &situation, "ASIACONTAINER", "secret-c", "token-c", LATER, "container (ECS or EKS)");
	situation.n_steps = 0;
	aws_write("token", "two\nlines");
	check_fails(&situation, KS_IDENTITY_BROKEN, "authorization token", "variable");
	aws_write("token", NULL);
	check_fails(&situation, KS_IDENTITY_BROKEN, "there is no file", "variable");
}

static void a_container_that_is_busy_is_asked_three_times(void **state)
{
	static const struct desk_step steps[] = {
	    {.fetch = "GET http://169.254.170.2/x", .status = 500},
	    {.fetch = "GET http://169.254.170.2/x", .fails = KS_ERR_TIMEOUT},
	    {.fetch = "GET http://169.254.170.2/x", .text = CONTAINER_JSON},
	};
	static const struct situation situation = {
	    .variables = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/x"},
	    .steps = steps,
	    .n_steps = COUNT(steps)};

	(void)state;
	check_found(
	    &situation, "ASIACONTAINER", "secret-c", "token-c", LATER, "container (ECS or EKS)");
	assert_int_equal(desk.paused, 3000);
	check_dropped_anywhere(&situation);
}

static void a_container_that_refuses_is_an_error(void **state)
{
	static const struct {
		struct desk_step step;
		const char *message;
	} cases[] = {
	    {{.status = 403, .text = "{\"code\":\"X\",\"message\":\"who are you\"}"},
		"refused with HTTP status 403: who are you"},
	    {{.status = 404, .text = "<html>"}, "refused with HTTP status 404"},
	    {{.text = "{}"}, "is no set of credentials"},
	    {{.text = "nonsense"}, "is no set of credentials"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct desk_step step = cases[i].step;
		struct situation situation = {
		    .variables = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/x"},
		    .steps = &step,
		    .n_steps = 1};

		step.fetch = "GET http://169.254.170.2/x";
		check_fails(&situation, KS_IDENTITY_BROKEN, cases[i].message, "role");
	}
}

static void a_container_that_has_trouble_is_to_be_asked_again(void **state)
{
	static const struct desk_step kinds[] = {
	    {.status = 503}, {.status = 429}, {.fails = KS_ERR_TIMEOUT}};

	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct desk_step steps[] = {kinds[i], kinds[i], kinds[i]};
		struct situation situation = {
		    .variables = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/x"},
		    .steps = steps,
		    .n_steps = COUNT(steps)};

		for (size_t j = 0; j < COUNT(steps); j++)
			steps[j].fetch = "GET http://169.254.170.2/x";
		check_fails(&situation, KS_IDENTITY_BROKEN,
		    "(AWS_CONTAINER_CREDENTIALS_RELATIVE_URI)", "try again in a minute");
	}
}

static void plain_http_goes_to_known_neighbours_only(void **state)
{
	static const char *const bad[] = {
	    "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://example.com/x",
	    "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://169.254.170.3/x",
	    "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://[fd00:ec2::24]/x",
	    "AWS_CONTAINER_CREDENTIALS_FULL_URI=file:///etc/passwd",
	    "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://169.254.170.2@example.com/x",
	    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=.example.com/x",
	    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/a b",
	};
	static const char *const good[] = {"http://127.0.0.1:9/x", "http://[::1]/x",
	    "http://[fd00:ec2::23]/x", "https://example.com/x"};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct situation situation = {.variables = {bad[i]}};

		check_fails(&situation, KS_IDENTITY_BROKEN, "is refused", "variable");
	}
	for (size_t i = 0; i < COUNT(good); i++) {
		char variable[100], fetch[100];
		struct desk_step step = {.fetch = fetch, .text = CONTAINER_JSON};
		struct situation situation = {
		    .variables = {variable}, .steps = &step, .n_steps = 1};

		snprintf(
		    variable, sizeof variable, "AWS_CONTAINER_CREDENTIALS_FULL_URI=%s", good[i]);
		snprintf(fetch, sizeof fetch, "GET %s", good[i]);
		check_found(&situation, "ASIACONTAINER", "secret-c", "token-c", LATER,
		    "container (ECS or EKS)");
	}
}

/* ---- instance metadata ---- */

#define ON "AWS_EC2_METADATA_DISABLED=false"

static void an_instance_gives_the_credentials_of_its_role(void **state)
{
	static const struct desk_step steps[] = {
	    {.fetch = "PUT " IMDS "api/token",
		.has = {"x-aws-ec2-metadata-token-ttl-seconds: 21600\n"},
		.text = "tok==",
		.looks = 1},
	    {.fetch = "GET " ROLE, .has = {"x-aws-ec2-metadata-token: tok==\n"}, .text = "web\n"},
	    {.fetch = "GET " ROLE "web",
		.has = {"x-aws-ec2-metadata-token: tok==\n"},
		.text = INSTANCE_JSON(EXPIRES),
		.looks = 1},
	};
	static const struct situation situation = {
	    .variables = {ON}, .steps = steps, .n_steps = COUNT(steps)};

	(void)state;
	check_found(&situation, "ASIAINSTANCE", "secret-i", "token-i", LATER, "instance role web");
	check_dropped_anywhere(&situation);
}

/* A hop limit of 1 swallows the answer to the PUT; old services don't know it. */
static void version_one_is_tried_where_there_is_no_token(void **state)
{
	static const struct desk_step kinds[] = {
	    {.status = 403}, {.status = 404}, {.status = 405}, {.fails = KS_ERR_TIMEOUT}};

	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct desk_step steps[] = {
		    kinds[i],
		    {.fetch = "GET " ROLE, .text = "web"},
		    {.fetch = "GET " ROLE "web", .text = INSTANCE_JSON(EXPIRES)},
		};
		struct situation situation = {
		    .variables = {ON}, .steps = steps, .n_steps = COUNT(steps)};

		steps[0].fetch = "PUT " IMDS "api/token";
		check_found(
		    &situation, "ASIAINSTANCE", "secret-i", "token-i", LATER, "instance role web");
		assert_null(strstr(desk.last, "metadata-token:"));
		situation.variables[1] = "AWS_EC2_METADATA_V1_DISABLED=true";
		situation.n_steps = 1;
		check_fails(&situation, KS_IDENTITY_NO_CREDENTIALS, "no AWS credentials", "");
	}
}

static void no_instance_and_no_role_are_no_error_of_their_own(void **state)
{
	static const struct desk_step nobody = {
	    .fetch = "PUT " IMDS "api/token", .fails = KS_ERR_NETWORK};
	static const struct desk_step no_role[] = {
	    {.fetch = "PUT " IMDS "api/token", .text = "t"}, {.fetch = "GET " ROLE, .status = 404}};
	static const struct situation cases[] = {
	    {.variables = {ON}, .steps = &nobody, .n_steps = 1},
	    {.variables = {ON}, .steps = no_role, .n_steps = 2},
	    {.variables = {"AWS_EC2_METADATA_DISABLED=TRUE"}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		check_fails(&cases[i], KS_IDENTITY_NO_CREDENTIALS, "no AWS credentials", "demo");
}

static void an_instance_that_answers_nonsense_is_an_error(void **state)
{
	static const struct {
		struct desk_step last;
		const char *message, *tip;
	} cases[] = {
	    {{.status = 500}, "refused with HTTP status 500", "try again in a minute"},
	    {{.status = 404}, "refused with HTTP status 404", "check the role"},
	    {{.text = "{\"Code\":\"Failed\"}"}, "is no set of credentials", "check the role"},
	    {{.fails = KS_ERR_TIMEOUT}, "role web can't be had: it went wrong", "try again"},
	    {{.fails = KS_ERR_NETWORK}, "role web can't be had: it went wrong", "try again"},
	};
	static const struct desk_step refused = {.fetch = "PUT " IMDS "api/token", .status = 400};
	static const struct situation no_token = {
	    .variables = {ON}, .steps = &refused, .n_steps = 1};
	static const struct desk_step page = {
	    .fetch = "PUT " IMDS "api/token", .text = "<p>Hi there"};
	static const struct situation odd_token = {.variables = {ON}, .steps = &page, .n_steps = 1};

	(void)state;
	check_fails(&no_token, KS_IDENTITY_BROKEN, "gives no token: HTTP status 400",
	    "AWS_EC2_METADATA_DISABLED");
	check_fails(&odd_token, KS_IDENTITY_BROKEN, "gives as its token is no token",
	    "AWS_EC2_METADATA_DISABLED");
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct desk_step steps[] = {
		    {.fetch = "PUT " IMDS "api/token", .text = "t"},
		    {.fetch = "GET " ROLE, .text = "web"},
		    cases[i].last,
		};
		struct situation situation = {
		    .variables = {ON}, .steps = steps, .n_steps = COUNT(steps)};

		steps[2].fetch = "GET " ROLE "web";
		check_fails(&situation, KS_IDENTITY_BROKEN, cases[i].message, cases[i].tip);
	}
}

/* The seconds that the credentials of an instance, which expire then, are used for. */
static int64_t used_for(const char *json)
{
	const struct desk_step steps[] = {
	    {.fetch = "PUT " IMDS "api/token", .text = "t"},
	    {.fetch = "GET " ROLE, .text = "web"},
	    {.fetch = "GET " ROLE "web", .text = json},
	};
	const struct situation situation = {
	    .variables = {ON}, .steps = steps, .n_steps = COUNT(steps)};
	struct ks_identity *identity;
	struct ks_err err;
	int64_t ms;

	if (!resolve(&situation, &identity, &err))
		fail_msg("%s", err.message);
	ms = ks_identity_credentials(identity)->expires_at - DESK_NOW;
	ks_identity_free(identity);
	assert_int_equal(ms % 1000, 0);
	return ms / 1000;
}

/*
 * The service can't get others, and wants these to be used on: for 10 minutes, and 2 to 10 more by
 * chance.
 */
static void old_credentials_of_an_instance_are_used_on_for_a_while(void **state)
{
	static const char *const old[] = {INSTANCE_JSON("1999-01-01T00:00:00Z"),
	    INSTANCE_JSON("2026-11-24T12:00:00Z"), INSTANCE_JSON("2026-11-24T12:12:00Z")};
	enum { DRAWS = 100 };
	int64_t least = INT64_MAX, most = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(old) * DRAWS; i++) {
		int64_t seconds = used_for(old[i % COUNT(old)]);

		least = seconds < least ? seconds : least;
		most = seconds > most ? seconds : most;
	}
	assert_true(least >= 720 && most <= 1200);
	assert_true(least < most);
	/* Those that live longer than any of that stay as they are. */
	for (int i = 0; i < DRAWS; i++)
		assert_int_equal(used_for(INSTANCE_JSON("2026-11-24T12:20:01Z")), 1201);
}

static void the_service_is_where_the_settings_say(void **state)
{
	static const struct {
		const char *config, *variables[3];
		const char *fetch;
	} cases[] = {
	    {"", {"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv6"},
		"PUT http://[fd00:ec2::254]/latest/api/token"},
	    {"[default]\nimds_use_ipv6 = true\n", {NULL},
		"PUT http://[fd00:ec2::254]/latest/api/token"},
	    {"[default]\nec2_metadata_service_endpoint = http://127.0.0.1:7/\n", {NULL},
		"PUT http://127.0.0.1:7/latest/api/token"},
	    {"[default]\nec2_metadata_service_endpoint = http://127.0.0.1:7/\n",
		{"AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:8",
		    "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv6"},
		"PUT http://127.0.0.1:8/latest/api/token"},
	};
	static const struct situation far = {
	    .variables = {ON, "AWS_EC2_METADATA_SERVICE_ENDPOINT=http://example.com"}};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct desk_step step = {.fetch = cases[i].fetch, .fails = KS_ERR_NETWORK};
		struct situation situation = {.config = cases[i].config,
		    .variables = {ON, cases[i].variables[0], cases[i].variables[1]},
		    .steps = &step,
		    .n_steps = 1};

		check_fails(&situation, KS_IDENTITY_NO_CREDENTIALS, "no AWS credentials", "");
	}
	check_fails(&far, KS_IDENTITY_BROKEN, "is refused: plain http", "https");
}

static void attempts_at_the_service_are_counted(void **state)
{
	static const struct desk_step steps[] = {
	    {.fetch = "PUT " IMDS "api/token", .status = 503},
	    {.fetch = "PUT " IMDS "api/token", .text = "t"},
	    {.fetch = "GET " ROLE, .status = 404},
	};
	static const struct situation situation = {
	    .variables = {ON, "AWS_METADATA_SERVICE_NUM_ATTEMPTS=2"},
	    .steps = steps,
	    .n_steps = COUNT(steps)};

	(void)state;
	check_fails(&situation, KS_IDENTITY_NO_CREDENTIALS, "no AWS credentials", "");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_program_is_run_and_what_it_prints_is_taken),
	    cmocka_unit_test(a_program_that_fails_is_an_error_that_says_why),
	    cmocka_unit_test(a_container_is_asked_where_its_variable_points),
	    cmocka_unit_test(the_token_file_comes_first_and_is_read_each_time),
	    cmocka_unit_test(a_container_that_is_busy_is_asked_three_times),
	    cmocka_unit_test(a_container_that_refuses_is_an_error),
	    cmocka_unit_test(a_container_that_has_trouble_is_to_be_asked_again),
	    cmocka_unit_test(plain_http_goes_to_known_neighbours_only),
	    cmocka_unit_test(an_instance_gives_the_credentials_of_its_role),
	    cmocka_unit_test(version_one_is_tried_where_there_is_no_token),
	    cmocka_unit_test(no_instance_and_no_role_are_no_error_of_their_own),
	    cmocka_unit_test(an_instance_that_answers_nonsense_is_an_error),
	    cmocka_unit_test(old_credentials_of_an_instance_are_used_on_for_a_while),
	    cmocka_unit_test(the_service_is_where_the_settings_say),
	    cmocka_unit_test(attempts_at_the_service_are_counted),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("aws_machine", tests, aws_make_home, aws_remove_home);
}
