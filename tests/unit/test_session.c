/* The loop's inner turn, with a worker that only takes notes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/engine/session.h"
#include "tests/unit/replay.h"

/* ---- the worker ---- */

enum { ROOM = 512 };

struct ks_worker {
	struct ks_request *requests[ROOM];
	size_t n_requests;
	struct ks_event *events[ROOM];
	size_t first_event, n_events;
	bool read_only;
};

static struct ks_worker *the_worker;
static bool refuses_to_start, hangs;

struct ks_worker *ks_worker_start(const struct ks_worker_options *options, struct ks_err *err)
{
	if (refuses_to_start) {
		ks_err_set(err, KS_ERR_SYSTEM, "No thread.");
		return NULL;
	}
	the_worker = ks_calloc(1, sizeof *the_worker);
	the_worker->read_only = options->read_only;
	return the_worker;
}

bool ks_worker_stop(struct ks_worker *worker)
{
	for (size_t i = 0; i < worker->n_requests; i++)
		ks_request_free(worker->requests[i]);
	while (worker->first_event < worker->n_events)
		ks_event_free(worker->events[worker->first_event++]);
	free(worker);
	return !hangs;
}

void ks_worker_submit(struct ks_worker *worker, struct ks_request *request)
{
	assert_true(worker->n_requests < ROOM);
	worker->requests[worker->n_requests++] = request;
}

struct ks_event *ks_worker_take(struct ks_worker *worker)
{
	return worker->first_event < worker->n_events ? worker->events[worker->first_event++]
						      : NULL;
}

int ks_worker_fd(const struct ks_worker *worker)
{
	(void)worker;
	return 7;
}

static void post(struct ks_event *event, uint64_t request)
{
	event->request = request;
	assert_true(the_worker->n_events < ROOM);
	the_worker->events[the_worker->n_events++] = event;
}

static void post_buckets(uint64_t request, int count, const char *next)
{
	struct ks_event *event = ks_event_new(KS_EVENT_REPLY, REPLAY_NOW);

	event->reply = ks_calloc(1, sizeof *event->reply);
	for (int i = 0; i < count; i++) {
		char name[32];

		snprintf(name, sizeof name, "bucket-%d-%05d", (int)request, i);
		reply_bucket(event->reply, name);
	}
	if (next != NULL)
		reply_next(event->reply, next);
	post(event, request);
}

static void post_identity(uint64_t request)
{
	struct ks_event *event = ks_event_new(KS_EVENT_IDENTITY, REPLAY_NOW);

	event->identity = ks_calloc(1, sizeof *event->identity);
	event->identity->profile = ks_strdup("default");
	event->identity->region = ks_strdup("us-east-1");
	post(event, request);
}

/* ---- the tests ---- */

static const struct ks_store_options store_options = {.policy = {90, 90}};
static const struct ks_hints nothing;

static struct ks_session *start(const struct ks_store_options *options)
{
	struct ks_worker_options worker_options = {0};
	struct ks_err err;
	struct ks_session *session = ks_session_start(options, &worker_options, &err);

	assert_non_null(session);
	return session;
}

static struct ks_request *last_request(void)
{
	return the_worker->requests[the_worker->n_requests - 1];
}

static void the_first_requests_are_out_before_the_first_turn(void **state)
{
	struct ks_session *session = start(&store_options);

	(void)state;
	assert_int_equal(the_worker->n_requests, 1);
	assert_int_equal(last_request()->kind, KS_REQUEST_IDENTIFY);
	assert_int_equal(last_request()->id, 1);
	assert_non_null(ks_store_task(ks_session_store(session), 1));
	assert_int_equal(ks_session_fd(session), 7);
	assert_true(ks_session_stop(session));
}

static void a_turn_applies_plans_and_submits(void **state)
{
	struct ks_session *session = start(&store_options);

	(void)state;
	post_identity(1);
	assert_int_equal(ks_session_turn(session, &nothing, REPLAY_NOW), KS_TIME_NEVER);
	assert_int_equal(last_request()->op, KS_OP_GET_BUCKETS);
	assert_int_equal(last_request()->id, 2);
	post_buckets(2, 3, NULL);
	ks_session_turn(session, &nothing, REPLAY_NOW);
	assert_int_equal(the_worker->n_requests, 5);
	assert_int_equal(ks_session_store(session)->n_buckets, 3);
	assert_int_equal(last_request()->id, 5);
	assert_true(ks_session_stop(session));
}

static void a_turn_takes_no_more_than_a_frames_worth(void **state)
{
	struct ks_session *session = start(&store_options);

	(void)state;
	post_identity(1);
	ks_session_turn(session, &nothing, REPLAY_NOW);
	post_buckets(2, 400, "next");
	for (int i = 0; i < 400; i++)
		post(ks_event_new(KS_EVENT_RETRYING, REPLAY_NOW), 999);
	assert_int_equal(ks_session_turn(session, &nothing, REPLAY_NOW), REPLAY_NOW);
	assert_int_equal(the_worker->first_event, 2);
	assert_int_equal(ks_session_turn(session, &nothing, REPLAY_NOW), REPLAY_NOW);
	assert_in_range(the_worker->first_event, 100, 400);
	assert_int_equal(ks_session_turn(session, &nothing, REPLAY_NOW), KS_TIME_NEVER);
	assert_true(ks_session_stop(session));
}

static void what_the_user_says_is_applied_at_once(void **state)
{
	struct ks_session *session = start(&store_options);

	(void)state;
	post_identity(1);
	ks_session_turn(session, &nothing, REPLAY_NOW);
	post_buckets(2, 0, NULL);
	ks_session_turn(session, &nothing, REPLAY_NOW);
	assert_true(ks_store_is_settled(ks_session_store(session)));
	ks_session_tell(session, ks_event_new(KS_EVENT_REFRESH, REPLAY_NOW));
	assert_false(ks_store_is_settled(ks_session_store(session)));
	ks_session_turn(session, &nothing, REPLAY_NOW);
	assert_int_equal(last_request()->id, 3);
	assert_true(ks_session_stop(session));
}

static void read_only_reaches_the_worker(void **state)
{
	struct ks_store_options read_only = store_options;
	struct ks_session *session;

	(void)state;
	read_only.read_only = true;
	session = start(&read_only);
	assert_true(the_worker->read_only);
	assert_true(ks_session_stop(session));
}

static void a_worker_that_cant_start_or_stop_is_told_of(void **state)
{
	struct ks_worker_options worker_options = {0};
	struct ks_session *session;
	struct ks_err err;

	(void)state;
	refuses_to_start = true;
	assert_null(ks_session_start(&store_options, &worker_options, &err));
	assert_string_equal(err.message, "No thread.");
	refuses_to_start = false;
	session = start(&store_options);
	hangs = true;
	assert_false(ks_session_stop(session));
	hangs = false;
	assert_true(ks_session_stop(NULL));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_first_requests_are_out_before_the_first_turn),
	    cmocka_unit_test(a_turn_applies_plans_and_submits),
	    cmocka_unit_test(a_turn_takes_no_more_than_a_frames_worth),
	    cmocka_unit_test(what_the_user_says_is_applied_at_once),
	    cmocka_unit_test(read_only_reaches_the_worker),
	    cmocka_unit_test(a_worker_that_cant_start_or_stop_is_told_of),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
