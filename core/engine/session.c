#include "core/engine/session.h"

#include <stdlib.h>

#include "core/base/mem.h"

/*
 * What a turn takes at most: a plain event weighs one, a page of a list as much as what is on it.
 * So a turn stays well under a millisecond.
 */
enum { TURN_WEIGHT = 256 };

struct ks_session {
	struct ks_store *store;
	struct ks_worker *worker;
	struct ks_plan plan;
	uint64_t last_id;
};

/* The store learns of a request before the worker can answer it. */
static void submit(struct ks_session *session, struct ks_request *request, int64_t now)
{
	struct ks_event *event = ks_event_new(KS_EVENT_SUBMITTED, now);

	request->id = ++session->last_id;
	event->request = request->id;
	event->submitted = ks_request_copy(request);
	ks_store_apply(session->store, event);
	ks_worker_submit(session->worker, request);
}

static void submit_plan(struct ks_session *session, int64_t now)
{
	for (size_t i = 0; i < session->plan.count; i++)
		submit(session, session->plan.requests[i], now);
	session->plan.count = 0;
}

static int64_t plan(struct ks_session *session, const struct ks_hints *hints, int64_t now)
{
	ks_plan_next(session->store, hints, now, &session->plan);
	submit_plan(session, now);
	return session->plan.wake;
}

struct ks_session *ks_session_start(const struct ks_store_options *store,
    const struct ks_worker_options *worker, struct ks_err *err)
{
	struct ks_worker_options options = *worker;
	struct ks_hints nothing = {0};
	struct ks_session *session;

	options.read_only |= store->read_only;
	session = ks_calloc(1, sizeof *session);
	session->worker = ks_worker_start(&options, err);
	if (session->worker == NULL) {
		free(session);
		return NULL;
	}
	session->store = ks_store_new(store);
	plan(session, &nothing,
	    ks_clock_wall(options.clock != NULL ? options.clock : ks_clock_system()));
	return session;
}

bool ks_session_stop(struct ks_session *session)
{
	bool stopped;

	if (session == NULL)
		return true;
	/* What was said last is for the journal too: the worker writes it before it ends. */
	ks_plan_notes(session->store, &session->plan);
	submit_plan(session, ks_clock_wall(ks_clock_system()));
	stopped = ks_worker_stop(session->worker);
	ks_plan_free(&session->plan);
	ks_store_free(session->store);
	free(session);
	return stopped;
}

const struct ks_store *ks_session_store(const struct ks_session *session)
{
	return session->store;
}

int ks_session_fd(const struct ks_session *session)
{
	return ks_worker_fd(session->worker);
}

static size_t weight(const struct ks_event *event)
{
	const struct ks_reply *reply = event->reply;

	return reply != NULL ? 1 + reply->n_buckets + reply->n_operations : 1;
}

int64_t ks_session_turn(struct ks_session *session, const struct ks_hints *hints, int64_t now)
{
	struct ks_event *event = NULL;
	size_t taken = 0;
	int64_t wake;

	while (taken < TURN_WEIGHT && (event = ks_worker_take(session->worker)) != NULL) {
		taken += weight(event);
		ks_store_apply(session->store, event);
	}
	wake = plan(session, hints, now);
	return event != NULL ? now : wake;
}

void ks_session_tell(struct ks_session *session, struct ks_event *event)
{
	ks_store_apply(session->store, event);
}
