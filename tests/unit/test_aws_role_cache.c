/*
 * The AWS CLI's cache and roles: used, passed over, written, waited for; and searches that are
 * given up at any moment. File names and the file of the CLI are botocore 1.43.11's.
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

#include "core/aws/cache.h"
#include "core/aws/cli_cache.h"
#include "core/aws/identity.h"
#include "core/base/mem.h"
#include "core/base/secret.h"
#include "tests/unit/role_rig.h"

#define KEYS_OF(who) "aws_access_key_id = AKID" who "\naws_secret_access_key = secret-of-" who "\n"
#define BASE         "[base]\n" KEYS_OF("BASE")
#define FROM(source) \
	"[profile prod]\nrole_arn = " EXAMPLE "\nregion = eu-west-1\nsource_profile = " source "\n"
#define SERIAL   "arn:aws:iam::123456789012:mfa/me"
#define WITH_MFA FROM("base") "mfa_serial = " SERIAL "\n"
#define TWO                                                                            \
	"[profile two]\nrole_arn = arn:aws:iam::123456789012:role/Two\nsource_profile" \
	" = base\n"

/* Of EXAMPLE alone, of it with SERIAL, with all there is, and of Two. */
#define NAME      "0bb330519131ddf196eac5c6c22d3eb9a53f02dd"
#define NAME_MFA  "2b5b9d416e9879f551e3deb0300eb1ec6d3a594e"
#define NAME_FULL "0c2c052ecfa7d4bcea5b1e3f1fce95ce9fe46c20"
#define NAME_TWO  "5023bd518443282d8816deb1dc5b3b86ab046fc7"

#define FILE_OF(who, expires)                                                               \
	"{\"Credentials\": {\"AccessKeyId\": \"ASIA" who                                    \
	"\", \"SecretAccessKey\": \"secret-of-" who "\", \"SessionToken\": \"token-of-" who \
	"\", \"Expiration\": \"" expires                                                    \
	"\", \"AccountId\": \"123456789012\"}, \"AssumedRoleUser\": {\"AssumedRoleId\": "   \
	"\"AROA:me\", \"Arn\": \"arn:aws:sts::123456789012:assumed-role/Example/me\"}, "    \
	"\"ResponseMetadata\": {\"RequestId\": \"r\", \"HTTPStatusCode\": 200, "            \
	"\"RetryAttempts\": 0}}"
#define OF_THE_CLI FILE_OF("CLI", "2026-11-24T13:00:00UTC")
#define WRITTEN                                                                            \
	"{\"Credentials\":{\"AccessKeyId\":\"ASIAX\",\"SecretAccessKey\":\"secret-of-X\"," \
	"\"SessionToken\":\"token-of-X\",\"Expiration\":\"2026-11-24T13:00:00Z\","         \
	"\"AccountId\":\"123456789012\"},\"AssumedRoleUser\":{\"Arn\":\"arn:aws:sts::"     \
	"123456789012:assumed-role/X/me\"}}"
#define FROM_CACHE "role " EXAMPLE " from profile base (from the AWS CLI's cache)"

static const struct desk_step gives_x[] = {{.fetch = STS_EU, .text = STS_ROLE("X")}};

static void check_id(const struct role_case *given, const char *id)
{
	struct ks_identity *identity = role_resolve_well(given);

	assert_string_equal(ks_identity_credentials(identity)->access_key_id, id);
	ks_identity_free(identity);
}

static void what_the_cli_kept_is_used_without_asking_anybody(void **state)
{
	/* Not even the source, which could not give any. */
	static const struct role_case given = {
	    .config = FROM("base") "[profile base]\n", .profile = "prod"};
	struct ks_identity *identity;

	(void)state;
	role_write(role_cache(NAME), OF_THE_CLI);
	identity = role_resolve_well(&given);
	role_check(identity, "ASIACLI", "secret-of-CLI", "token-of-CLI", FROM_CACHE);
	assert_string_equal(ks_identity_credentials(identity)->account_id, "123456789012");
	assert_int_equal(ks_identity_credentials(identity)->expires_at, DESK_NOW + 3600 * 1000);
	role_check_place(
	    identity, 1, "~/.aws/config", "profile prod: role " EXAMPLE " from profile base");
	ks_identity_free(identity);
}

static void no_code_is_asked_for_while_the_cache_has_some(void **state)
{
	static const struct role_case given = {
	    .config = WITH_MFA, .credentials = BASE, .profile = "prod"};
	static const struct role_case full = {.config = WITH_MFA
					      "role_session_name = me\nduration_seconds = 900\n"
					      "external_id = a:b/c=d\n",
	    .credentials = BASE,
	    .profile = "prod"};

	(void)state;
	role_write(role_cache(NAME_MFA), OF_THE_CLI);
	check_id(&given, "ASIACLI");
	role_write(role_cache(NAME_FULL), FILE_OF("FULL", "2026-11-24T12:15:00Z"));
	check_id(&full, "ASIAFULL");
}

static void what_will_not_do_is_passed_over_and_replaced(void **state)
{
	static const char *const files[] = {
	    FILE_OF("OLD", "2026-11-24T12:14:59Z"),
	    FILE_OF("OLD", "2026-11-24T11:00:00+00:00"),
	    FILE_OF("OLD", "soon"),
	    FILE_OF("", "2026-11-24T13:00:00Z") "x",
	    "{\"Credentials\": {\"AccessKeyId\": \"ASIAOLD\"}}",
	    "{}",
	    "",
	};
	static const struct role_case given = {
	    .config = FROM("base"), .credentials = BASE, .profile = "prod", ROLE_STEPS(gives_x)};

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		role_write(role_cache(NAME), files[i]);
		check_id(&given, "ASIAX");
		assert_string_equal(role_read(role_cache(NAME)), WRITTEN);
	}
}

static void what_the_service_refused_is_not_taken_from_the_cache(void **state)
{
	static const struct role_case given = {.config = FROM("base"),
	    .credentials = BASE,
	    .profile = "prod",
	    .refused = "ASIACLI",
	    ROLE_STEPS(gives_x)};
	static const struct role_case other = {
	    .config = FROM("base"), .credentials = BASE, .profile = "prod", .refused = "ASIAOTHER"};

	(void)state;
	role_write(role_cache(NAME), OF_THE_CLI);
	check_id(&other, "ASIACLI");
	check_id(&given, "ASIAX");
}

static void what_sts_gave_is_kept_for_the_cli(void **state)
{
	static const struct role_case first = {
	    .config = FROM("base"), .credentials = BASE, .profile = "prod", ROLE_STEPS(gives_x)};
	static const struct role_case again = {
	    .config = FROM("base"), .credentials = BASE, .profile = "prod"};
	struct stat info;

	(void)state;
	check_id(&first, "ASIAX");
	assert_string_equal(role_read(role_cache(NAME)), WRITTEN);
	assert_int_equal(stat(role_cache(NAME), &info), 0);
	assert_int_equal(info.st_mode & 07777, 0600);
	check_id(&again, "ASIAX");
}

static void write_the_clis_file(void)
{
	role_write(role_cache(NAME), OF_THE_CLI);
}

static void it_is_looked_up_again_before_sts_is_asked(void **state)
{
	static const struct desk_step steps[] = {{.fetch = STS_EU,
	    .has = {"role%2FTwo&"},
	    .text = STS_ROLE("TWO"),
	    .meanwhile = write_the_clis_file}};
	static const struct role_case given = {
	    .config = FROM("two") TWO, .credentials = BASE, .profile = "prod", ROLE_STEPS(steps)};

	(void)state;
	check_id(&given, "ASIACLI");
}

static void who_was_faster_than_sts_is_followed(void **state)
{
	static const struct desk_step steps[] = {
	    {.fetch = STS_EU, .text = STS_ROLE("X"), .meanwhile = write_the_clis_file}};
	static const struct role_case given = {
	    .config = FROM("base"), .credentials = BASE, .profile = "prod", ROLE_STEPS(steps)};

	struct ks_identity *identity;

	(void)state;
	identity = role_resolve_well(&given);
	role_check(identity, "ASIACLI", "secret-of-CLI", "token-of-CLI", FROM_CACHE);
	ks_identity_free(identity);
	assert_string_equal(role_read(role_cache(NAME)), OF_THE_CLI);
}

static void write_old_file(void)
{
	role_write(role_cache(NAME), FILE_OF("OLD", "2026-11-24T12:14:59Z"));
}

static void what_will_not_do_is_replaced_even_if_it_came_meanwhile(void **state)
{
	static const struct desk_step steps[] = {
	    {.fetch = STS_EU, .text = STS_ROLE("X"), .meanwhile = write_old_file}};
	static const struct desk_step refused[] = {{.fetch = STS_EU,
	    .status = 403,
	    .text = STS_REFUSES("AccessDenied", "No."),
	    .meanwhile = write_the_clis_file}};
	struct role_case given = {
	    .config = FROM("base"), .credentials = BASE, .profile = "prod", ROLE_STEPS(steps)};

	check_id(&given, "ASIAX");
	assert_string_equal(role_read(role_cache(NAME)), WRITTEN);
	/* Whom STS refuses takes what another was given. */
	role_empty_cache(state);
	given.steps = refused;
	check_id(&given, "ASIACLI");
}

/* ---- turns ---- */

static struct ks_errand *(*desk_pause)(void *ctx, int64_t ms);
static struct ks_cache *other_turn;
static int pauses;

/* The other keysail is ready at the third pause. */
static struct ks_errand *pause_and_end_turn(void *ctx, int64_t ms)
{
	if (++pauses == 3) {
		ks_cache_end(other_turn);
		role_write(role_cache(NAME), OF_THE_CLI);
	}
	return desk_pause(ctx, ms);
}

static void watch_pauses(void)
{
	pauses = 0;
	desk_pause = desk.errands.pause;
	desk.errands.pause = pause_and_end_turn;
}

static void begin_other_turn(void)
{
	struct ks_err err;

	assert_int_equal(ks_cache_begin(role_cache(NAME), &other_turn, &err), KS_CACHE_MINE);
}

static void another_keysail_is_waited_for(void **state)
{
	static const struct role_case given = {.config = FROM("base"),
	    .credentials = BASE,
	    .profile = "prod",
	    .prepare = watch_pauses};

	(void)state;
	begin_other_turn();
	check_id(&given, "ASIACLI");
	assert_int_equal(pauses, 3);
	assert_int_equal(desk.paused, 300);
}

static void another_keysail_is_not_waited_for_for_ever(void **state)
{
	static const struct role_case given = {
	    .config = FROM("base"), .credentials = BASE, .profile = "prod", ROLE_STEPS(gives_x)};

	(void)state;
	begin_other_turn();
	check_id(&given, "ASIAX");
	assert_in_range(desk.paused, 5000, 15000);
	assert_string_equal(role_read(role_cache(NAME)), "");
	ks_cache_end(other_turn);
}

static void who_gets_no_credentials_gives_its_turn_back(void **state)
{
	static const struct desk_step steps[] = {
	    {.fetch = STS_EU, .status = 403, .text = STS_REFUSES("AccessDenied", "No.")}};
	static const struct role_case given = {
	    .config = FROM("base"), .credentials = BASE, .profile = "prod", ROLE_STEPS(steps)};

	(void)state;
	role_resolve_badly(&given, KS_IDENTITY_REFUSED, "AccessDenied: No.");
	begin_other_turn();
	ks_cache_end(other_turn);
}

static const char *watched;
static int free_turns, held_turns;

static void count_turn(void)
{
	struct ks_cache *turn;
	struct ks_err err;

	if (ks_cache_begin(role_cache(watched), &turn, &err) == KS_CACHE_MINE)
		free_turns++;
	else
		held_turns++;
	ks_cache_end(turn);
}

/* A search for a source may take long: nobody has to wait for that. */
static void the_turn_is_had_for_the_own_question_and_call_only(void **state)
{
	static const struct desk_step steps[] = {
	    {.ask = "MFA code for " SERIAL, .text = "246810", .meanwhile = count_turn},
	    {.fetch = STS_EU,
		.has = {"role%2FTwo&"},
		.text = STS_ROLE("TWO"),
		.meanwhile = count_turn},
	    {.fetch = STS_EU,
		.has = {"role%2FExample&", "Credential=ASIATWO/"},
		.status = 403,
		.text = STS_REFUSES("ExpiredToken", "Expired.")},
	    {.ask = "MFA code for " SERIAL, .text = "246811", .meanwhile = count_turn},
	    {.fetch = STS_EU,
		.has = {"role%2FTwo&"},
		.text = STS_ROLE("NEW"),
		.meanwhile = count_turn},
	    {.fetch = STS_EU, .has = {"Credential=ASIANEW/"}, .text = STS_ROLE("X")},
	};
	static const struct desk_step own[] = {
	    {.ask = "MFA code for " SERIAL, .text = "246810", .meanwhile = count_turn},
	    {.fetch = STS_EU, .text = STS_ROLE("X"), .meanwhile = count_turn},
	};
	struct role_case given = {.config = FROM("two") TWO "mfa_serial = " SERIAL "\n",
	    .credentials = BASE,
	    .profile = "prod",
	    ROLE_STEPS(steps)};

	(void)state;
	free_turns = held_turns = 0;
	watched = NAME;
	check_id(&given, "ASIAX");
	assert_int_equal(free_turns, 4);
	assert_int_equal(held_turns, 0);
	given = (struct role_case){
	    .config = WITH_MFA, .credentials = BASE, .profile = "prod", ROLE_STEPS(own)};
	watched = NAME_MFA;
	check_id(&given, "ASIAX");
	assert_int_equal(free_turns, 4);
	assert_int_equal(held_turns, 2);
}

static void a_cache_that_cannot_be_used_is_done_without(void **state)
{
	static const struct role_case given = {
	    .config = FROM("base"), .credentials = BASE, .profile = "prod", ROLE_STEPS(gives_x)};

	(void)state;
	/* A file in the folder's place, then a FIFO in the file's. */
	assert_int_equal(symlink("/dev/null", role_path(".aws/cli")), 0);
	check_id(&given, "ASIAX");
	assert_int_equal(unlink(role_path(".aws/cli")), 0);
	mkdir(role_path(".aws/cli"), 0700);
	mkdir(role_path(".aws/cli/cache"), 0700);
	assert_int_equal(mkfifo(role_cache(NAME), 0600), 0);
	check_id(&given, "ASIAX");
}

/* ---- the cache alone ---- */

static int renewals;

/* PENDING, FAILED, PENDING, DONE. */
static enum ks_provider_result get_at_second_try(
    void *ctx, struct ks_sts_role *got, struct ks_err *err)
{
	(void)ctx;
	if (++renewals % 2 == 1)
		return KS_PROVIDER_PENDING;
	if (renewals == 2) {
		ks_err_set(err, KS_ERR_NETWORK, "It went wrong");
		return KS_PROVIDER_FAILED;
	}
	got->credentials.access_key_id = ks_strdup("ASIAX");
	got->credentials.secret = ks_secret_new("secret-of-X", 11, err);
	got->credentials.token = ks_secret_new("token-of-X", 10, err);
	got->credentials.expires_at = DESK_NOW + 3600 * 1000;
	return KS_PROVIDER_DONE;
}

static void check_alone(char *path)
{
	const struct ks_provider_query query = {.errands = &desk.errands};
	struct ks_cli_cache cache = {.query = &query, .path = path, .renew = get_at_second_try};
	struct ks_credentials found;
	struct ks_err err;
	bool is_new;

	renewals = 0;
	assert_false(ks_cli_cache_look(&cache, &found));
	assert_int_equal(ks_cli_cache_step(&cache, &found, &is_new, &err), KS_PROVIDER_PENDING);
	assert_int_equal(ks_cli_cache_step(&cache, &found, &is_new, &err), KS_PROVIDER_FAILED);
	assert_string_equal(err.message, "It went wrong");
	assert_int_equal(ks_cli_cache_step(&cache, &found, &is_new, &err), KS_PROVIDER_PENDING);
	assert_int_equal(ks_cli_cache_step(&cache, &found, &is_new, &err), KS_PROVIDER_DONE);
	assert_true(is_new);
	assert_string_equal(found.access_key_id, "ASIAX");
	ks_credentials_clear(&found);
	ks_cli_cache_clear(&cache);
}

static void after_a_failure_it_begins_anew_and_without_a_home_there_is_no_file(void **state)
{
	(void)state;
	desk_open(NULL, 0);
	check_alone(NULL);
	check_alone(ks_strdup(role_cache(NAME)));
	assert_non_null(strstr(role_read(role_cache(NAME)), "\"ASIAX\""));
	desk_close();
}

/* Whenever the clock is asked what a file is worth, another one is there. */
static int64_t write_at_each_look(void *ctx)
{
	static int look;
	char text[400];

	(void)ctx;
	snprintf(text, sizeof text,
	    "{\"look\":%d,\"Credentials\":{\"AccessKeyId\":\"ASIAOLD\","
	    "\"SecretAccessKey\":\"s\",\"SessionToken\":\"t\","
	    "\"Expiration\":\"2026-11-24T12:01:00Z\"}}",
	    ++look);
	role_write(role_cache(NAME), text);
	return DESK_NOW;
}

static void what_cannot_be_kept_for_others_writes_is_used(void **state)
{
	(void)state;
	desk_open(NULL, 0);
	write_old_file();
	desk.clock.wall = write_at_each_look;
	check_alone(ks_strdup(role_cache(NAME)));
	assert_non_null(strstr(role_read(role_cache(NAME)), "\"ASIAOLD\""));
	desk_close();
}

/* ---- a source that isn't taken any more ---- */

#define EXPIRED STS_REFUSES("ExpiredToken", "The security token included in the request is expired")

static void a_source_from_the_cache_that_sts_refuses_is_renewed_once(void **state)
{
	static const struct desk_step good[] = {
	    {.fetch = STS_EU,
		.has = {"role%2FExample&", "Credential=ASIACLI/"},
		.status = 403,
		.text = EXPIRED},
	    {.fetch = STS_EU,
		.has = {"role%2FTwo&", "Credential=AKIDBASE/"},
		.text = STS_ROLE("TWO")},
	    {.fetch = STS_EU,
		.has = {"role%2FExample&", "Credential=ASIATWO/"},
		.text = STS_ROLE("X")},
	};
	static const struct desk_step bad[] = {
	    {.fetch = STS_EU, .status = 403, .text = EXPIRED},
	    {.fetch = STS_EU, .has = {"role%2FTwo&"}, .text = STS_ROLE("TWO")},
	    {.fetch = STS_EU, .status = 403, .text = EXPIRED},
	};
	struct role_case given = {
	    .config = FROM("two") TWO, .credentials = BASE, .profile = "prod", ROLE_STEPS(good)};

	role_write(role_cache(NAME_TWO), OF_THE_CLI);
	check_id(&given, "ASIAX");
	role_empty_cache(state);
	role_write(role_cache(NAME_TWO), OF_THE_CLI);
	given.steps = bad;
	role_resolve_badly(&given, KS_IDENTITY_REFUSED, "can't be taken on: ExpiredToken: The");
}

/* ---- given up ---- */

static void it_can_be_given_up_at_any_moment(void **state)
{
	static const struct desk_step steps[] = {
	    {.fetch = STS_EU, .status = 500, .text = "busy"},
	    {.fetch = STS_EU, .text = STS_ROLE("TWO"), .looks = 1},
	    {.ask = "MFA code for " SERIAL, .text = "nonsense"},
	    {.ask = "MFA code for " SERIAL, .text = "246810"},
	    {.fetch = STS_EU, .text = STS_ROLE("X")},
	};
	static const struct role_case given = {
	    .config = FROM("two") "mfa_serial = " SERIAL "\n" TWO,
	    .credentials = BASE,
	    .profile = "prod",
	    ROLE_STEPS(steps)};

	(void)state;
	/* Each errand, and the pause after the answer with 500, is looked at twice at least. */
	assert_in_range(role_drop_everywhere(&given), 6, 20);
}

static void open_busy_cache(void)
{
	ks_cache_end(other_turn);
	begin_other_turn();
}

static void it_can_be_given_up_while_it_waits_for_its_turn(void **state)
{
	static const struct role_case given = {.config = FROM("base"),
	    .credentials = BASE,
	    .profile = "prod",
	    ROLE_STEPS(gives_x),
	    .prepare = open_busy_cache};

	(void)state;
	other_turn = NULL;
	assert_in_range(role_drop_everywhere(&given), 50, 200);
	ks_cache_end(other_turn);
}

#define TEST(name) cmocka_unit_test_setup(name, role_empty_cache)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(what_the_cli_kept_is_used_without_asking_anybody),
	    TEST(no_code_is_asked_for_while_the_cache_has_some),
	    TEST(what_will_not_do_is_passed_over_and_replaced),
	    TEST(what_the_service_refused_is_not_taken_from_the_cache),
	    TEST(what_sts_gave_is_kept_for_the_cli),
	    TEST(it_is_looked_up_again_before_sts_is_asked),
	    TEST(who_was_faster_than_sts_is_followed),
	    TEST(what_will_not_do_is_replaced_even_if_it_came_meanwhile),
	    TEST(another_keysail_is_waited_for),
	    TEST(another_keysail_is_not_waited_for_for_ever),
	    TEST(who_gets_no_credentials_gives_its_turn_back),
	    TEST(the_turn_is_had_for_the_own_question_and_call_only),
	    TEST(a_cache_that_cannot_be_used_is_done_without),
	    TEST(after_a_failure_it_begins_anew_and_without_a_home_there_is_no_file),
	    TEST(what_cannot_be_kept_for_others_writes_is_used),
	    TEST(a_source_from_the_cache_that_sts_refuses_is_renewed_once),
	    TEST(it_can_be_given_up_at_any_moment),
	    TEST(it_can_be_given_up_while_it_waits_for_its_turn),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name(
	    "aws_role_cache", tests, role_make_home, role_remove_home);
}
