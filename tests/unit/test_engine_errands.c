/* What the worker does for credential providers: requests, programs, questions, pauses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/engine/errands.h"
#include "tests/support/scripted.h"
#include "tests/unit/aws_files.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { TURNS_MAX = 10000, WAIT_MS = 50 };

struct room {
	int64_t skip; /* ms that the clock is ahead of the real one */
	struct ks_clock clock;
	struct scripted *server;
	struct ks_http *http;
	struct ks_env *env;
	struct ks_runner *runner;
	struct ks_errands *errands;
	struct ks_err err;
};

static struct room room;

static int64_t wall(void *ctx)
{
	(void)ctx;
	return ks_clock_wall(ks_clock_system()) + room.skip;
}

static int64_t mono(void *ctx)
{
	(void)ctx;
	return ks_clock_mono(ks_clock_system()) + room.skip;
}

static void open_room_for(int timeout_seconds, const struct scripted_step *steps, size_t n_steps,
    const char *const *variables)
{
	struct ks_err err;

	room.clock = (struct ks_clock){.wall = wall, .mono = mono};
	room.server = scripted_start(steps, n_steps, NULL);
	room.env = aws_capture(variables);
	room.http = ks_http_new(&(struct ks_http_options){.clock = &room.clock,
				    .user_agent = "test",
				    .timeout_seconds = timeout_seconds,
				    .connections = 4},
	    &err);
	assert_non_null(room.http);
	room.runner = ks_runner_new(room.http, room.env, "/usr/bin:/bin", &room.clock);
	room.errands = ks_runner_errands(room.runner, 3);
}

static void open_room(
    const struct scripted_step *steps, size_t n_steps, const char *const *variables)
{
	open_room_for(60, steps, n_steps, variables);
}

static void close_room(void)
{
	ks_errands_free(room.errands);
	ks_runner_free(room.runner);
	ks_http_free(room.http);
	ks_env_free(room.env);
	scripted_stop(room.server);
	memset(&room, 0, sizeof room);
}

static const struct ks_errand_end *end_of(const struct ks_errand *errand)
{
	return room.errands->end(room.errands->ctx, errand);
}

static void drop(struct ks_errand *errand)
{
	room.errands->drop(room.errands->ctx, errand);
}

static void turn(void)
{
	struct ks_http_fds fds;
	struct ks_transfer *transfer;

	ks_runner_turn(room.runner);
	ks_http_run(room.http);
	while ((transfer = ks_http_ended(room.http)) != NULL)
		assert_true(ks_runner_take(room.runner, transfer));
	fds.fds = ks_runner_fds(room.runner, &fds.count);
	ks_http_wait(room.http, &fds, 1, WAIT_MS);
}

static const struct ks_errand_end *await(const struct ks_errand *errand)
{
	for (int i = 0; i < TURNS_MAX && end_of(errand) == NULL; i++)
		turn();
	assert_non_null(end_of(errand));
	return end_of(errand);
}

static struct ks_errand *fetch(struct ks_errand_fetch what)
{
	char url[100];
	struct ks_err err;
	struct ks_errand *errand;

	snprintf(url, sizeof url, "http://127.0.0.1:%d%s", scripted_port(room.server), what.url);
	what.url = url;
	errand = room.errands->fetch(room.errands->ctx, &what, &err);
	assert_non_null(errand);
	return errand;
}

static struct ks_errand *run(const char *line)
{
	struct ks_err err;
	struct ks_errand *errand = room.errands->run(
	    room.errands->ctx, &(struct ks_errand_run){.line = line, .limit_ms = 60000}, &err);

	if (errand == NULL)
		fail_msg("%s", err.message);
	return errand;
}

/* ---- requests ---- */

static void a_request_is_sent_as_it_is_asked_for(void **state)
{
	char *answer = scripted_http(201, "", "hello");
	const struct scripted_step steps[] = {{.answer = answer, .forever = true}};
	const struct ks_errand_header header = {"X-Own", "value"};
	const struct ks_errand_fetch put = {.method = "PUT",
	    .url = "/token",
	    .headers = &header,
	    .n_headers = 1,
	    .body = "",
	    .agent = "app/own",
	    .direct = true};
	const struct ks_errand_fetch get = {.method = "GET", .url = "/role?a=b", .direct = true};
	const struct ks_errand_fetch post = {
	    .method = "POST", .url = "/", .body = "a=b", .body_len = 3, .direct = true};
	const struct ks_errand_fetch *const all[] = {&put, &get, &post};
	static const char *const begins[] = {
	    "PUT /token HTTP/1.1\r\n", "GET /role?a=b HTTP/1.1\r\n", "POST / HTTP/1.1\r\n"};

	(void)state;
	open_room(steps, COUNT(steps), NULL);
	for (size_t i = 0; i < COUNT(all); i++) {
		struct ks_errand *errand = fetch(*all[i]);
		const struct ks_errand_end *end = await(errand);
		const char *request = scripted_request(room.server, i);

		assert_int_equal(end->err.kind, KS_ERR_NONE);
		assert_int_equal(end->status, 201);
		assert_string_equal(end->text, "hello");
		assert_int_equal(end->len, 5);
		assert_int_equal(strncmp(request, begins[i], strlen(begins[i])), 0);
		assert_null(strstr(request, "Content-Type:"));
		assert_null(strstr(request, "Expect:"));
		drop(errand);
	}
	assert_non_null(strstr(scripted_request(room.server, 0), "X-Own: value\r\n"));
	assert_non_null(strstr(scripted_request(room.server, 0), "Content-Length: 0\r\n"));
	assert_non_null(strstr(scripted_request(room.server, 0), "User-Agent: test app/own\r\n"));
	assert_non_null(strstr(scripted_request(room.server, 1), "User-Agent: test\r\n"));
	assert_null(strstr(scripted_request(room.server, 1), "Content-Length:"));
	assert_non_null(strstr(scripted_request(room.server, 2), "\r\n\r\na=b"));
	close_room();
	free(answer);
}

static void the_servers_clock_is_told(void **state)
{
	char *answer = scripted_http(403, "Date: Thu, 01 Jan 2099 00:00:00 GMT\r\n", "");
	const struct scripted_step steps[] = {{.answer = answer}};
	struct ks_errand *errand;
	const struct ks_errand_end *end;

	(void)state;
	open_room(steps, COUNT(steps), NULL);
	errand = fetch((struct ks_errand_fetch){.method = "GET", .url = "/", .direct = true});
	end = await(errand);
	assert_true(end->skew_known);
	assert_true(end->skew_ms > INT64_C(1000) * 3600);
	drop(errand);
	close_room();
	free(answer);
}

static void what_fails_or_is_dropped_leaves_nothing(void **state)
{
	const struct scripted_step steps[] = {{.after = SCRIPTED_RESET}, {.after = SCRIPTED_STALL}};
	struct ks_errand *errand;

	(void)state;
	open_room(steps, COUNT(steps), NULL);
	errand = fetch((struct ks_errand_fetch){.method = "POST",
	    .url = "/",
	    .body = "x",
	    .body_len = 1,
	    .direct = true,
	    .once = true});
	assert_int_equal(await(errand)->err.kind, KS_ERR_NETWORK);
	drop(errand);
	errand = fetch((struct ks_errand_fetch){.method = "GET", .url = "/", .direct = true});
	while (scripted_count(room.server, NULL) < 2)
		turn();
	assert_null(end_of(errand));
	drop(errand);
	close_room();
}

static void a_request_may_have_less_time_than_others(void **state)
{
	const struct scripted_step steps[] = {{.after = SCRIPTED_STALL}};
	struct ks_errand *errand;

	(void)state;
	open_room(steps, COUNT(steps), NULL);
	errand = fetch((struct ks_errand_fetch){
	    .method = "GET", .url = "/", .timeout_ms = 20, .direct = true});
	assert_int_equal(await(errand)->err.kind, KS_ERR_TIMEOUT);
	drop(errand);
	close_room();
}

/* No search waits for ever for a service that says nothing. */
static void a_request_without_a_limit_of_its_own_has_that_of_all(void **state)
{
	const struct scripted_step steps[] = {{.after = SCRIPTED_STALL}};
	struct ks_errand *errand;

	(void)state;
	open_room_for(1, steps, COUNT(steps), NULL);
	errand = fetch((struct ks_errand_fetch){.method = "GET", .url = "/", .direct = true});
	assert_int_equal(await(errand)->err.kind, KS_ERR_TIMEOUT);
	drop(errand);
	close_room();
}

/* ---- programs ---- */

static void a_program_prints_what_is_wanted(void **state)
{
	struct ks_errand *errand;
	const struct ks_errand_end *end;

	(void)state;
	open_room(NULL, 0, NULL);
	errand = run("sh -c 'echo \"{}\"; echo complaint >&2; exit 3'");
	end = await(errand);
	assert_int_equal(end->err.kind, KS_ERR_NONE);
	assert_int_equal(end->status, 3);
	assert_string_equal(end->text, "{}\n");
	assert_string_equal(end->said, "complaint");
	drop(errand);
	close_room();
}

/* What keysail took out of its environment, the program has: what it does is the user's choice. */
static void a_program_has_the_users_whole_environment(void **state)
{
	static const char *const variables[] = {"AWS_ACCESS_KEY_ID=AKID",
	    "AWS_SECRET_ACCESS_KEY=the-secret", "AWS_SESSION_TOKEN=the-token",
	    "AWS_CONTAINER_AUTHORIZATION_TOKEN=of-the-container", NULL};
	struct ks_errand *errand;
	const struct ks_errand_end *end;

	(void)state;
	open_room(NULL, 0, variables);
	assert_null(getenv("AWS_SECRET_ACCESS_KEY"));
	errand = run("sh -c 'echo $AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY $AWS_SESSION_TOKEN "
		     "$AWS_CONTAINER_AUTHORIZATION_TOKEN'");
	end = await(errand);
	assert_string_equal(end->text, "AKID the-secret the-token of-the-container\n");
	assert_null(getenv("AWS_SECRET_ACCESS_KEY"));
	drop(errand);
	close_room();
}

static void a_program_that_hangs_or_babbles_is_killed(void **state)
{
	struct ks_errand *errand;

	(void)state;
	open_room(NULL, 0, NULL);
	errand = run("sh -c 'echo begun; exec sleep 1000'");
	turn();
	assert_null(end_of(errand));
	assert_true(ks_runner_wake(room.runner) >= 0);
	room.skip = 60001;
	assert_int_equal(await(errand)->err.kind, KS_ERR_TIMEOUT);
	assert_non_null(strstr(end_of(errand)->err.message, "60 seconds"));
	drop(errand);

	errand = run("yes");
	assert_int_equal(await(errand)->err.kind, KS_ERR_REPLY);
	drop(errand);

	errand = run("sh -c 'kill -TERM $$'");
	assert_int_equal(await(errand)->err.kind, KS_ERR_SYSTEM);
	assert_non_null(strstr(end_of(errand)->err.message, "signal 15"));
	drop(errand);

	/* Dropped while it runs. */
	drop(run("sleep 1000"));
	close_room();
}

static void a_line_that_names_no_program_is_an_error(void **state)
{
	static const char *const lines[] = {"", "no-such-program-anywhere", "'unfinished"};
	struct ks_err err;

	(void)state;
	open_room(NULL, 0, NULL);
	for (size_t i = 0; i < COUNT(lines); i++) {
		memset(&err, 0, sizeof err);
		assert_null(room.errands->run(room.errands->ctx,
		    &(struct ks_errand_run){.line = lines[i], .limit_ms = 1}, &err));
		assert_int_not_equal(err.message[0], '\0');
	}
	close_room();
}

/* ---- questions ---- */

static struct ks_errand *ask(void)
{
	static const struct ks_errand_question question = {
	    .prompt = "MFA code", .why = "the role", .last_error = "that was wrong"};

	return room.errands->ask(room.errands->ctx, &question, &room.err);
}

/* The question's event; gives its number. */
static uint64_t asked(void)
{
	struct ks_event *event = ks_runner_event(room.runner);
	uint64_t id;

	assert_non_null(event);
	assert_int_equal(event->kind, KS_EVENT_QUESTION);
	assert_int_equal(event->question->profile, 3);
	assert_string_equal(event->question->prompt, "MFA code");
	assert_string_equal(event->question->why, "the role");
	assert_string_equal(event->question->last_error, "that was wrong");
	id = event->question->id;
	assert_true(id > 0);
	ks_event_free(event);
	return id;
}

static void a_question_waits_for_its_answer(void **state)
{
	struct ks_errand *one, *other;
	uint64_t first, second;
	struct ks_err err;

	(void)state;
	open_room(NULL, 0, NULL);
	one = ask();
	other = ask();
	first = asked();
	second = asked();
	assert_int_not_equal(first, second);
	assert_null(ks_runner_event(room.runner));
	ks_runner_answer(room.runner, second, ks_secret_new("123456", 6, &err), NULL);
	assert_null(end_of(one));
	assert_string_equal(end_of(other)->text, "123456");
	assert_int_equal(end_of(other)->len, 6);
	ks_runner_answer(room.runner, first, NULL, NULL);
	assert_int_equal(end_of(one)->err.kind, KS_ERR_CANCELLED);
	/* A second answer, and one to nobody, are no use. */
	ks_runner_answer(room.runner, second, ks_secret_new("654321", 6, &err), NULL);
	ks_runner_answer(room.runner, 99, ks_secret_new("654321", 6, &err), NULL);
	assert_string_equal(end_of(other)->text, "123456");
	drop(one);
	drop(other);
	assert_null(ks_runner_event(room.runner));
	close_room();
}

static void why_there_is_no_answer_is_passed_on(void **state)
{
	struct ks_errand *errand;

	(void)state;
	open_room(NULL, 0, NULL);
	errand = ask();
	ks_runner_answer(room.runner, asked(), NULL, "There is no terminal to ask on");
	assert_int_equal(end_of(errand)->err.kind, KS_ERR_REFUSED);
	assert_string_equal(end_of(errand)->err.message, "There is no terminal to ask on");
	drop(errand);
	close_room();
}

static void a_question_that_is_given_up_is_over(void **state)
{
	struct ks_event *event;
	uint64_t id;

	(void)state;
	open_room(NULL, 0, NULL);
	drop(ask());
	id = asked();
	event = ks_runner_event(room.runner);
	assert_int_equal(event->kind, KS_EVENT_QUESTION_OVER);
	assert_int_equal(event->target, id);
	ks_event_free(event);
	drop(ask());
	close_room();
}

/* ---- pauses ---- */

static void a_pause_ends_at_its_time(void **state)
{
	struct ks_errand *errand;

	(void)state;
	open_room(NULL, 0, NULL);
	assert_int_equal(ks_runner_wake(room.runner), -1);
	errand = room.errands->pause(room.errands->ctx, 1000 * 1000);
	ks_runner_turn(room.runner);
	assert_null(end_of(errand));
	assert_true(ks_runner_wake(room.runner) > 900 * 1000);
	room.skip = 1000 * 1000;
	assert_int_equal(ks_runner_wake(room.runner), 0);
	ks_runner_turn(room.runner);
	assert_non_null(end_of(errand));
	assert_int_equal(ks_runner_wake(room.runner), -1);
	drop(errand);
	close_room();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_request_is_sent_as_it_is_asked_for),
	    cmocka_unit_test(the_servers_clock_is_told),
	    cmocka_unit_test(what_fails_or_is_dropped_leaves_nothing),
	    cmocka_unit_test(a_request_may_have_less_time_than_others),
	    cmocka_unit_test(a_request_without_a_limit_of_its_own_has_that_of_all),
	    cmocka_unit_test(a_program_prints_what_is_wanted),
	    cmocka_unit_test(a_program_has_the_users_whole_environment),
	    cmocka_unit_test(a_program_that_hangs_or_babbles_is_killed),
	    cmocka_unit_test(a_line_that_names_no_program_is_an_error),
	    cmocka_unit_test(a_question_waits_for_its_answer),
	    cmocka_unit_test(why_there_is_no_answer_is_passed_on),
	    cmocka_unit_test(a_question_that_is_given_up_is_over),
	    cmocka_unit_test(a_pause_ends_at_its_time),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("engine_errands", tests, aws_make_home, aws_remove_home);
}
