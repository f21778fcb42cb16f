/*
 * Identities over time: looked for without waiting, renewed before they expire, replaced when the
 * service doesn't take them any more. The credentials come from a container's address, which is a
 * scripted server; the clock is the test's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/date.h"
#include "core/engine/renewal.h"
#include "core/engine/roster.h"
#include "tests/support/scripted.h"
#include "tests/unit/login_files.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MINUTE       ((int64_t)60 * 1000)
#define START        INT64_C(1795521600000)

/* More turns than any search needs: it hangs. */
enum { TURNS_MAX = 1000, WAIT_MS = 10000 };

struct room {
	int64_t now;
	struct ks_clock clock;
	struct scripted *server;
	struct ks_http *http;
	struct ks_env *env;
	struct ks_identity_options options;
	struct ks_runner *runner;
	struct ks_roster *roster;
	char *answers[16];
	size_t n_answers;
};

static struct room room;

static int64_t now(void *ctx)
{
	(void)ctx;
	return room.now;
}

static const char *answer(const char *body)
{
	assert_true(room.n_answers < COUNT(room.answers));
	return room.answers[room.n_answers++] = scripted_http(200, "", body);
}

/* Credentials with this ID that live for so many minutes from START. */
static const char *credentials(const char *key_id, int64_t minutes)
{
	char body[400], date[KS_DATE_SIZE];

	snprintf(body, sizeof body,
	    "{\"AccessKeyId\":\"%s\",\"SecretAccessKey\":\"s-%s\",\"Token\":\"t\","
	    "\"Expiration\":\"%s\"}",
	    key_id, key_id, ks_date_rfc3339(START + minutes * MINUTE, date));
	assert_true(room.n_answers < COUNT(room.answers));
	return room.answers[room.n_answers++] = scripted_http(200, "", body);
}

static const char *refusal(void)
{
	assert_true(room.n_answers < COUNT(room.answers));
	return room.answers[room.n_answers++] = scripted_http(403, "", "{\"message\":\"no\"}");
}

static void open_room(const struct scripted_step *steps, size_t n_steps)
{
	char variable[100], oidc[100], portal[100];
	const char *variables[] = {variable, oidc, portal, NULL};
	struct ks_err err;

	room.now = START;
	room.clock = (struct ks_clock){.wall = now, .mono = now};
	room.server = scripted_start(steps, n_steps, NULL);
	snprintf(variable, sizeof variable,
	    "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:%d/x", scripted_port(room.server));
	snprintf(oidc, sizeof oidc, "AWS_ENDPOINT_URL_SSO_OIDC=http://127.0.0.1:%d",
	    scripted_port(room.server));
	snprintf(portal, sizeof portal, "AWS_ENDPOINT_URL_SSO=http://127.0.0.1:%d",
	    scripted_port(room.server));
	room.env = aws_capture(variables);
	room.options = (struct ks_identity_options){.env = room.env};
	room.http = ks_http_new(&(struct ks_http_options){.clock = &room.clock,
				    .user_agent = "test",
				    .timeout_seconds = 60,
				    .connections = 4},
	    &err);
	assert_non_null(room.http);
	room.runner = ks_runner_new(room.http, room.env, NULL, &room.clock);
	room.roster = ks_roster_new(&room.options, room.runner, &room.clock);
}

static void close_room(void)
{
	ks_roster_free(room.roster);
	ks_runner_free(room.runner);
	ks_http_free(room.http);
	ks_env_free(room.env);
	scripted_stop(room.server);
	for (size_t i = 0; i < room.n_answers; i++)
		free(room.answers[i]);
	memset(&room, 0, sizeof room);
}

static bool turn(void)
{
	struct ks_transfer *transfer;

	ks_runner_turn(room.runner);
	if (ks_roster_step(room.roster))
		return true;
	ks_http_run(room.http);
	transfer = ks_http_ended(room.http);
	if (transfer != NULL)
		assert_true(ks_runner_take(room.runner, transfer));
	else
		ks_http_wait(room.http, NULL, 0, WAIT_MS);
	return false;
}

/* Until a search has ended. */
static void go_on(void)
{
	for (int i = 0; i < TURNS_MAX; i++)
		if (turn())
			return;
	fail_msg("the search hangs");
}

static void identify(uint64_t request)
{
	struct ks_roster_end end;
	struct ks_err err;

	assert_true(ks_roster_identify(room.roster, 0, NULL, request, &err));
	go_on();
	assert_true(ks_roster_ended(room.roster, &end));
	assert_int_equal(end.request, request);
	assert_int_equal(end.err.kind, KS_ERR_NONE);
	assert_false(ks_roster_ended(room.roster, &end));
}

static enum ks_provider_result ready(void)
{
	struct ks_err err;

	return ks_roster_ready(room.roster, 0, &err);
}

static const char *key_id(void)
{
	struct ks_err err;
	const struct ks_identity *identity = ks_roster_identity(room.roster, 0, &err);

	assert_non_null(identity);
	return ks_identity_credentials(identity)->access_key_id;
}

/* The renewal was told of, and went so. */
static void assert_renewed(enum ks_err_kind kind)
{
	struct ks_roster_end end;

	assert_true(ks_roster_ended(room.roster, &end));
	assert_int_equal(end.request, 0);
	assert_int_equal(end.profile, 0);
	assert_int_equal(end.err.kind, kind);
}

static void assert_nothing_to_tell(void)
{
	struct ks_roster_end end;

	assert_false(ks_roster_ended(room.roster, &end));
}

/* ---- when ---- */

static void renewal_begins_before_the_end_and_is_a_must_near_it(void **state)
{
	static const struct {
		int64_t life, from, must; /* minutes from the start */
	} cases[] = {{360, 345, 350}, {60, 45, 50}, {30, 15, 22}, {20, 10, 15}, {4, 2, 3}};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ks_renewal renewal = ks_renewal_of(START, START + cases[i].life * MINUTE);

		assert_int_equal((renewal.from - START) / MINUTE, cases[i].from);
		assert_int_equal((renewal.must - START) / MINUTE, cases[i].must);
	}
	assert_int_equal(ks_renewal_of(START, KS_TIME_NONE).from, KS_TIME_NEVER);
	assert_int_equal(ks_renewal_of(START, KS_TIME_NONE).must, KS_TIME_NEVER);
	assert_int_equal(ks_renewal_of(START, START - 1).from, START - 1);
}

/* ---- over time ---- */

static void a_search_is_pending_until_the_answer_is_there(void **state)
{
	const struct scripted_step steps[] = {{.answer = credentials("ASIA1", 60)}};
	struct ks_err err;

	(void)state;
	open_room(steps, COUNT(steps));
	assert_int_equal(ready(), KS_PROVIDER_FAILED);
	assert_true(ks_roster_identify(room.roster, 0, NULL, 7, &err));
	assert_int_equal(ready(), KS_PROVIDER_PENDING);
	assert_null(ks_roster_identity(room.roster, 0, &err));
	identify(8);
	assert_int_equal(ready(), KS_PROVIDER_DONE);
	assert_string_equal(key_id(), "ASIA1");
	close_room();
}

static void they_are_used_on_while_new_ones_are_fetched(void **state)
{
	const struct scripted_step steps[] = {
	    {.answer = credentials("ASIA1", 60)}, {.answer = credentials("ASIA2", 120)}};
	uint64_t generation;

	(void)state;
	open_room(steps, COUNT(steps));
	identify(1);
	generation = ks_roster_generation(room.roster, 0);
	room.now = START + 44 * MINUTE;
	assert_int_equal(ready(), KS_PROVIDER_DONE);
	assert_int_equal(scripted_count(room.server, NULL), 1);
	room.now = START + 45 * MINUTE;
	assert_int_equal(ready(), KS_PROVIDER_DONE);
	assert_string_equal(key_id(), "ASIA1");
	go_on();
	assert_renewed(KS_ERR_NONE);
	assert_string_equal(key_id(), "ASIA2");
	assert_int_not_equal(ks_roster_generation(room.roster, 0), generation);
	assert_int_equal(ready(), KS_PROVIDER_DONE);
	assert_int_equal(scripted_count(room.server, NULL), 2);
	close_room();
}

static void near_the_end_one_waits_for_the_new_ones(void **state)
{
	const struct scripted_step steps[] = {
	    {.answer = credentials("ASIA1", 60)}, {.answer = credentials("ASIA2", 120)}};

	(void)state;
	open_room(steps, COUNT(steps));
	identify(1);
	room.now = START + 50 * MINUTE;
	assert_false(ks_roster_is_due(room.roster));
	assert_int_equal(ready(), KS_PROVIDER_PENDING);
	/* Nothing would wake whoever slept now. */
	assert_true(ks_roster_is_due(room.roster));
	assert_false(turn());
	assert_false(ks_roster_is_due(room.roster));
	go_on();
	assert_renewed(KS_ERR_NONE);
	assert_int_equal(ready(), KS_PROVIDER_DONE);
	assert_string_equal(key_id(), "ASIA2");
	close_room();
}

static void an_early_renewal_may_fail_and_is_tried_again_a_minute_later(void **state)
{
	const struct scripted_step steps[] = {{.answer = credentials("ASIA1", 60)},
	    {.answer = refusal()}, {.answer = credentials("ASIA2", 120)}};

	(void)state;
	open_room(steps, COUNT(steps));
	identify(1);
	room.now = START + 45 * MINUTE;
	assert_int_equal(ready(), KS_PROVIDER_DONE);
	go_on();
	assert_nothing_to_tell();
	assert_int_equal(ready(), KS_PROVIDER_DONE);
	assert_string_equal(key_id(), "ASIA1");
	room.now += MINUTE - 1;
	assert_int_equal(ready(), KS_PROVIDER_DONE);
	assert_int_equal(scripted_count(room.server, NULL), 2);
	room.now += 1;
	assert_int_equal(ready(), KS_PROVIDER_DONE);
	go_on();
	assert_renewed(KS_ERR_NONE);
	assert_string_equal(key_id(), "ASIA2");
	close_room();
}

static void a_late_one_may_not(void **state)
{
	const struct scripted_step steps[] = {
	    {.answer = credentials("ASIA1", 60)}, {.answer = refusal()}, {.answer = refusal()}};
	struct ks_identity_info *info;
	struct ks_err err;

	(void)state;
	open_room(steps, COUNT(steps));
	identify(1);
	room.now = START + 50 * MINUTE;
	assert_int_equal(ready(), KS_PROVIDER_PENDING);
	go_on();
	assert_renewed(KS_ERR_CREDENTIALS);
	assert_int_equal(ks_roster_ready(room.roster, 0, &err), KS_PROVIDER_FAILED);
	assert_non_null(strstr(err.message, "HTTP status 403"));
	assert_null(ks_roster_identity(room.roster, 0, &err));
	info = ks_roster_info(room.roster, 0);
	assert_true(info->n_looked > 0);
	assert_null(info->access_key_id);
	ks_identity_info_free(info);
	/* Nobody asks again by itself. */
	room.now += 10 * MINUTE;
	assert_int_equal(ready(), KS_PROVIDER_FAILED);
	assert_int_equal(scripted_count(room.server, NULL), 2);
	close_room();
}

static void what_the_service_refuses_is_replaced_at_once(void **state)
{
	const struct scripted_step steps[] = {
	    {.answer = credentials("ASIA1", 60)}, {.answer = credentials("ASIA2", 60)}};
	uint64_t generation;

	(void)state;
	open_room(steps, COUNT(steps));
	identify(1);
	generation = ks_roster_generation(room.roster, 0);
	ks_roster_renew(room.roster, 0, generation);
	ks_roster_renew(room.roster, 0, generation);
	assert_int_equal(ready(), KS_PROVIDER_PENDING);
	go_on();
	assert_renewed(KS_ERR_NONE);
	assert_string_equal(key_id(), "ASIA2");
	/* Whoever still speaks of the old ones finds that there are others. */
	ks_roster_renew(room.roster, 0, generation);
	assert_int_equal(ready(), KS_PROVIDER_DONE);
	assert_int_equal(scripted_count(room.server, NULL), 2);
	close_room();
}

static void the_same_once_more_is_no_news(void **state)
{
	const struct scripted_step steps[] = {
	    {.answer = credentials("ASIA1", 60)}, {.answer = credentials("ASIA1", 60)}};
	uint64_t generation;

	(void)state;
	open_room(steps, COUNT(steps));
	identify(1);
	generation = ks_roster_generation(room.roster, 0);
	ks_roster_renew(room.roster, 0, generation);
	go_on();
	assert_nothing_to_tell();
	assert_int_equal(ks_roster_generation(room.roster, 0), generation);
	assert_int_equal(ready(), KS_PROVIDER_DONE);
	close_room();
}

/* Else each request would ask for others, which are no better. */
static void credentials_that_come_expired_are_not_asked_for_each_time(void **state)
{
	const struct scripted_step steps[] = {
	    {.answer = credentials("ASIA1", -1)}, {.answer = credentials("ASIA1", -1)}};

	(void)state;
	open_room(steps, COUNT(steps));
	identify(1);
	assert_int_equal(ready(), KS_PROVIDER_DONE);
	assert_int_equal(scripted_count(room.server, NULL), 1);
	room.now += MINUTE;
	assert_int_equal(ready(), KS_PROVIDER_PENDING);
	go_on();
	assert_int_equal(ready(), KS_PROVIDER_DONE);
	assert_int_equal(scripted_count(room.server, NULL), 2);
	close_room();
}

/* Broken off it could take a refresh token along: it goes on, and answers who asked last. */
static void a_search_that_is_asked_for_again_goes_on(void **state)
{
	const struct scripted_step steps[] = {
	    {.answer = credentials("ASIA1", 60), .after = SCRIPTED_KEEP, .wait_for = 1}};
	struct ks_err err;

	(void)state;
	open_room(steps, COUNT(steps));
	assert_true(ks_roster_identify(room.roster, 0, NULL, 1, &err));
	identify(2);
	assert_string_equal(key_id(), "ASIA1");
	assert_int_equal(scripted_count(room.server, NULL), 1);
	close_room();
}

/* What failed may have been mended before it was asked for again. */
static void a_failure_that_was_asked_for_again_is_not_the_last_word(void **state)
{
	const struct scripted_step steps[] = {
	    {.answer = refusal()}, {.answer = credentials("ASIA2", 60)}};
	struct ks_err err;

	(void)state;
	open_room(steps, COUNT(steps));
	assert_true(ks_roster_identify(room.roster, 0, NULL, 1, &err));
	identify(2);
	assert_string_equal(key_id(), "ASIA2");
	assert_int_equal(scripted_count(room.server, NULL), 2);
	close_room();
}

/* Refused while they were being renewed: what that brings is looked at first. */
static void what_is_refused_during_a_renewal_needs_no_second_one(void **state)
{
	const struct scripted_step steps[] = {
	    {.answer = credentials("ASIA1", 60)}, {.answer = credentials("ASIA2", 120)}};

	(void)state;
	open_room(steps, COUNT(steps));
	identify(1);
	room.now = START + 45 * MINUTE;
	assert_int_equal(ready(), KS_PROVIDER_DONE);
	ks_roster_renew(room.roster, 0, ks_roster_generation(room.roster, 0));
	assert_int_equal(ready(), KS_PROVIDER_PENDING);
	go_on();
	assert_renewed(KS_ERR_NONE);
	assert_string_equal(key_id(), "ASIA2");
	assert_int_equal(scripted_count(room.server, NULL), 2);
	close_room();
}

static void a_renewal_that_brings_what_was_refused_is_made_once_more(void **state)
{
	const struct scripted_step steps[] = {{.answer = credentials("ASIA1", 60)},
	    {.answer = credentials("ASIA1", 60)}, {.answer = credentials("ASIA1", 60)}};

	(void)state;
	open_room(steps, COUNT(steps));
	identify(1);
	room.now = START + 45 * MINUTE;
	assert_int_equal(ready(), KS_PROVIDER_DONE);
	ks_roster_renew(room.roster, 0, ks_roster_generation(room.roster, 0));
	go_on();
	assert_nothing_to_tell();
	assert_int_equal(scripted_count(room.server, NULL), 3);
	close_room();
}

static void a_search_that_nobody_wants_is_given_up(void **state)
{
	const struct scripted_step steps[] = {
	    {.after = SCRIPTED_STALL}, {.answer = credentials("ASIA2", 60)}};
	struct ks_err err;

	(void)state;
	open_room(steps, COUNT(steps));
	assert_true(ks_roster_identify(room.roster, 0, NULL, 1, &err));
	while (scripted_count(room.server, NULL) == 0)
		assert_false(turn());
	assert_false(ks_roster_cancel(room.roster, 2));
	assert_true(ks_roster_cancel(room.roster, 1));
	assert_false(ks_roster_cancel(room.roster, 1));
	assert_false(ks_roster_step(room.roster));
	assert_nothing_to_tell();
	assert_int_equal(ready(), KS_PROVIDER_FAILED);
	identify(3);
	assert_string_equal(key_id(), "ASIA2");
	close_room();
}

/* ---- what must not be broken off ---- */

#define TOKEN "sso/cache/0ad374308c5a4e22f723adf10145eafad7c4031c.json"

/* A login of the session my-sso that has run out, and can be renewed once. */
static void write_login(void)
{
	aws_write("config", "[profile sso]\nsso_session = my-sso\nsso_account_id = 123456789012\n"
			    "sso_role_name = Admin\n[sso-session my-sso]\nsso_region = us-east-1\n"
			    "sso_start_url = https://example.awsapps.com/start\n[profile other]\n");
	aws_write(TOKEN,
	    "{\"startUrl\":\"https://example.awsapps.com/start\",\"region\":\"us-east-1\","
	    "\"accessToken\":\"old\",\"expiresAt\":\"2026-11-24T11:00:00Z\",\"clientId\":\"c\","
	    "\"clientSecret\":\"s\",\"registrationExpiresAt\":\"2027-01-01T00:00:00Z\","
	    "\"refreshToken\":\"first\"}");
}

static bool login_has(const char *text)
{
	return strstr(login_read(TOKEN), text) != NULL;
}

static size_t count_requests(const char *begins)
{
	size_t count = 0;

	for (size_t i = 0; i < scripted_count(room.server, NULL); i++)
		count += strncmp(scripted_request(room.server, i), begins, strlen(begins)) == 0;
	return count;
}

/* Begins to renew the login, which is answered when the next request is there. */
static void begin_login(uint64_t request)
{
	struct ks_err err;

	assert_true(ks_roster_identify(room.roster, 0, "sso", request, &err));
	while (scripted_count(room.server, NULL) == 0)
		assert_false(turn());
	assert_int_equal(count_requests("POST /token"), 1);
}

/* Another profile's search, to its end. */
static void let_go(void)
{
	struct ks_roster_end end;
	struct ks_err err;

	assert_true(ks_roster_identify(room.roster, 1, "other", 9, &err));
	do
		go_on();
	while (ks_roster_ready(room.roster, 1, &err) != KS_PROVIDER_DONE);
	while (ks_roster_ended(room.roster, &end))
		assert_int_equal(end.err.kind, KS_ERR_NONE);
}

#define RENEWED "{\"accessToken\":\"new\",\"expiresIn\":3600,\"refreshToken\":\"second\"}"

static void a_login_that_is_being_renewed_is_written_down_first(void **state)
{
	const struct scripted_step steps[] = {
	    {.has = "POST /token", .answer = answer(RENEWED), .wait_for = 2},
	    {.has = "GET /x", .answer = credentials("ASIAOTHER", 60)}};

	(void)state;
	write_login();
	open_room(steps, COUNT(steps));
	begin_login(1);
	assert_true(ks_roster_cancel(room.roster, 1));
	assert_false(login_has("second"));
	let_go();
	while (!login_has("second"))
		turn();
	ks_roster_step(room.roster);
	/* That was all that had to be done. */
	assert_int_equal(count_requests("GET /federation"), 0);
	assert_int_equal(scripted_count(room.server, NULL), 2);
	close_room();
}

static void a_refresh_token_is_not_sent_twice_whoever_asks_again(void **state)
{
	const struct scripted_step steps[] = {
	    {.has = "POST /token", .answer = answer(RENEWED), .wait_for = 2},
	    {.has = "GET /x", .answer = credentials("ASIAOTHER", 60)},
	    {.has = "GET /federation",
		.answer = answer("{\"roleCredentials\":{\"accessKeyId\":\"ASIAROLE\","
				 "\"secretAccessKey\":\"s\",\"sessionToken\":\"t\","
				 "\"expiration\":1795525200000}}")}};
	struct ks_err err;

	(void)state;
	write_login();
	open_room(steps, COUNT(steps));
	begin_login(1);
	assert_true(ks_roster_cancel(room.roster, 1));
	assert_true(ks_roster_identify(room.roster, 0, "sso", 2, &err));
	let_go();
	while (ready() != KS_PROVIDER_DONE)
		turn();
	assert_string_equal(key_id(), "ASIAROLE");
	assert_int_equal(count_requests("POST /token"), 1);
	close_room();
}

static void a_search_under_way_ends_with_the_roster(void **state)
{
	const struct scripted_step steps[] = {{.after = SCRIPTED_STALL}};
	struct ks_err err;

	(void)state;
	open_room(steps, COUNT(steps));
	for (uint32_t i = 0; i < 3; i++)
		assert_true(ks_roster_identify(room.roster, i, NULL, i + 1, &err));
	assert_false(ks_roster_identify(room.roster, UINT32_MAX, NULL, 9, &err));
	assert_int_equal(err.kind, KS_ERR_REFUSED);
	close_room();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(renewal_begins_before_the_end_and_is_a_must_near_it),
	    cmocka_unit_test(a_search_is_pending_until_the_answer_is_there),
	    cmocka_unit_test(they_are_used_on_while_new_ones_are_fetched),
	    cmocka_unit_test(near_the_end_one_waits_for_the_new_ones),
	    cmocka_unit_test(an_early_renewal_may_fail_and_is_tried_again_a_minute_later),
	    cmocka_unit_test(a_late_one_may_not),
	    cmocka_unit_test(what_the_service_refuses_is_replaced_at_once),
	    cmocka_unit_test(the_same_once_more_is_no_news),
	    cmocka_unit_test(credentials_that_come_expired_are_not_asked_for_each_time),
	    cmocka_unit_test(a_search_that_is_asked_for_again_goes_on),
	    cmocka_unit_test(a_failure_that_was_asked_for_again_is_not_the_last_word),
	    cmocka_unit_test(what_is_refused_during_a_renewal_needs_no_second_one),
	    cmocka_unit_test(a_renewal_that_brings_what_was_refused_is_made_once_more),
	    cmocka_unit_test(a_search_that_nobody_wants_is_given_up),
	    cmocka_unit_test(a_login_that_is_being_renewed_is_written_down_first),
	    cmocka_unit_test(a_refresh_token_is_not_sent_twice_whoever_asks_again),
	    cmocka_unit_test(a_search_under_way_ends_with_the_roster),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name(
	    "engine_roster", tests, login_make_home, login_remove_home);
}
