#include "core/engine/dispatch.h"

#include <stdlib.h>
#include <string.h>

#include "core/aws/endpoint.h"
#include "core/base/mem.h"
#include "core/engine/attempt.h"
#include "core/engine/catalog.h"
#include "core/engine/dispatch_parts.h"
#include "core/engine/retry.h"

struct ks_dispatch *ks_dispatch_new(const struct ks_worker_options *options, struct ks_http *http,
    ks_dispatch_post *post, void *ctx)
{
	struct ks_dispatch *dispatch = ks_calloc(1, sizeof *dispatch);

	dispatch->options = options;
	dispatch->http = http;
	dispatch->post = post;
	dispatch->ctx = ctx;
	dispatch->peers.max_at_once = options->concurrency;
	dispatch->runner = ks_runner_new(http, options->identity->env,
	    options->places != NULL ? options->places->path : NULL, options->clock);
	dispatch->roster = ks_roster_new(options->identity, dispatch->runner, options->clock);
	dispatch->recorder = ks_recorder_new(options->journal_folder, options->clock);
	dispatch->courier = ks_courier_new(options->places, options->clock);
	return dispatch;
}

void ks_dispatch_free(struct ks_dispatch *dispatch)
{
	if (dispatch == NULL)
		return;
	for (int priority = 0; priority < KS_PRIORITY_COUNT; priority++)
		ks_job_list_clear(&dispatch->waiting[priority]);
	ks_job_list_clear(&dispatch->flying);
	ks_peers_clear(&dispatch->peers);
	ks_roster_free(dispatch->roster);
	ks_runner_free(dispatch->runner);
	ks_recorder_free(dispatch->recorder);
	ks_courier_free(dispatch->courier);
	free(dispatch);
}

/* ---- requests ---- */

static void identify(struct ks_dispatch *dispatch, const struct ks_request *request)
{
	struct ks_roster_end end = {.profile = request->profile, .request = request->id};

	if (!ks_roster_identify(
		dispatch->roster, request->profile, request->profile_name, request->id, &end.err))
		ks_dispatch_identity(dispatch, &end);
}

/* Everything that can be refused without asking anybody is refused here. */
static bool prepare(struct ks_dispatch *dispatch, struct ks_job *job, struct ks_err *err)
{
	const struct ks_request *request = job->request;
	const struct ks_identity *identity;
	char url[KS_ENDPOINT_SIZE];

	if (job->call->once && ks_secret_heap() == KS_SECRET_HEAP_NONE) {
		ks_err_set(err, KS_ERR_REFUSED, "There is no protected memory for the secret");
		return ks_err_tip(
		    err, "raise the limit of locked memory (ulimit -l) and start again");
	}
	if (request->region == NULL)
		return ks_err_set(err, KS_ERR_REFUSED, "No region is chosen");
	identity = ks_roster_identity(dispatch->roster, request->profile, err);
	if (identity == NULL || !ks_call_body(request->op, &request->input, &job->body, err) ||
	    !ks_identity_endpoint(identity, request->region, url, sizeof url, err))
		return false;
	if (!ks_attempt_invocation(job->invocation))
		return ks_err_set(err, KS_ERR_SYSTEM, "The system has no random numbers");
	if (request->sink != NULL && !ks_courier_check(dispatch->courier, request, identity, err))
		return false;
	if (!ks_dispatch_record(dispatch, job, identity, url, err))
		return false;
	job->mode = ks_identity_retry_mode(identity);
	job->attempts = ks_retry_attempts(job->mode, ks_identity_max_attempts(identity));
	job->peer = ks_peers_get(&dispatch->peers, request->profile, url, request->region);
	return true;
}

/* Nothing is known of the profile yet, or it failed, but it is being looked at. */
static bool is_being_identified(struct ks_dispatch *dispatch, uint32_t profile)
{
	struct ks_err err;

	return ks_roster_identity(dispatch->roster, profile, &err) == NULL &&
	       ks_roster_ready(dispatch->roster, profile, &err) == KS_PROVIDER_PENDING;
}

static void take_call(struct ks_dispatch *dispatch, struct ks_request *request)
{
	struct ks_job *job = ks_job_new(request);
	struct ks_err err;

	if (is_being_identified(dispatch, request->profile) || prepare(dispatch, job, &err))
		ks_job_list_append(&dispatch->waiting[request->priority], job);
	else
		ks_dispatch_refuse(dispatch, job, &err);
}

static struct ks_job *find_waiting(struct ks_dispatch *dispatch, uint64_t request)
{
	struct ks_job *job = NULL;

	for (int priority = 0; priority < KS_PRIORITY_COUNT && job == NULL; priority++)
		job = ks_job_list_find(&dispatch->waiting[priority], request);
	return job;
}

/* Its question, if it has one, is over then. */
static void cancel_search(struct ks_dispatch *dispatch, uint64_t target)
{
	struct ks_event *event;

	if (!ks_roster_cancel(dispatch->roster, target))
		return;
	event = ks_event_new(KS_EVENT_IDENTITY, ks_clock_wall(dispatch->options->clock));
	event->request = target;
	ks_err_set(&event->err, KS_ERR_CANCELLED, "Cancelled");
	dispatch->post(dispatch->ctx, event);
}

static void cancel(struct ks_dispatch *dispatch, uint64_t target)
{
	struct ks_job *job = ks_job_list_find(&dispatch->flying, target);
	bool flies = job != NULL;
	struct ks_err err;

	ks_courier_cancel(dispatch->courier, target);
	cancel_search(dispatch, target);
	if (!flies)
		job = find_waiting(dispatch, target);
	if (job == NULL || job->call->changes)
		return;
	if (flies)
		ks_dispatch_land(dispatch, job, KS_WINDOW_OTHER);
	else
		ks_job_list_remove(&dispatch->waiting[job->request->priority], job);
	ks_err_set(&err, KS_ERR_CANCELLED, "Cancelled");
	ks_dispatch_fail(dispatch, job, &err);
}

static void deliver(struct ks_dispatch *dispatch, const struct ks_request *request)
{
	struct ks_err err;
	const struct ks_identity *identity =
	    ks_roster_identity(dispatch->roster, request->profile, &err);
	struct ks_event *event;

	if (identity != NULL) {
		ks_courier_take(dispatch->courier, request, identity);
		return;
	}
	event = ks_dispatch_event(dispatch, KS_EVENT_SINK, request);
	event->err = err;
	dispatch->post(dispatch->ctx, event);
}

void ks_dispatch_take(struct ks_dispatch *dispatch, struct ks_request *request)
{
	switch (request->kind) {
	case KS_REQUEST_CALL:
		take_call(dispatch, request);
		return;
	case KS_REQUEST_IDENTIFY:
		identify(dispatch, request);
		break;
	case KS_REQUEST_ANSWER:
		ks_runner_answer(dispatch->runner, request->target, request->secret, request->text);
		request->secret = NULL;
		break;
	case KS_REQUEST_CANCEL:
		cancel(dispatch, request->target);
		break;
	case KS_REQUEST_DELIVER:
		deliver(dispatch, request);
		break;
	case KS_REQUEST_NOTE:
		ks_dispatch_note(dispatch, request);
		break;
	case KS_REQUEST_LEFT:
		ks_dispatch_look_for_left(dispatch, request);
		break;
	case KS_REQUEST_PROFILES:
		dispatch->post(
		    dispatch->ctx, ks_catalog_answer(dispatch->options->identity->env,
				       ks_dispatch_event(dispatch, KS_EVENT_PROFILES, request)));
		break;
	}
	ks_request_free(request);
}

void ks_dispatch_take_last(struct ks_dispatch *dispatch, struct ks_request *request)
{
	if (request->kind == KS_REQUEST_NOTE)
		ks_dispatch_note(dispatch, request);
	ks_request_free(request);
}

/* ---- beginning ---- */

/* The job is in no list. */
static void begin(struct ks_dispatch *dispatch, struct ks_job *job)
{
	const struct ks_clock *clock = dispatch->options->clock;
	struct ks_err err;
	struct ks_attempt attempt = {
	    .op = job->request->op,
	    .identity = ks_roster_identity(dispatch->roster, job->request->profile, &err),
	    .peer = job->peer,
	    .body = &job->body,
	    .invocation = job->invocation,
	    .number = ++job->made,
	    .of = job->attempts,
	    .now = ks_clock_wall(clock),
	};

	job->skew_used = job->peer->skew_ms;
	job->generation = ks_roster_generation(dispatch->roster, job->request->profile);
	if (attempt.identity != NULL) {
		job->temporary = ks_identity_credentials(attempt.identity)->token != NULL;
		job->transfer = ks_attempt_start(dispatch->http, &attempt, job, &err);
	}
	if (job->transfer == NULL) {
		ks_dispatch_refuse(dispatch, job, &err);
		return;
	}
	job->window_number = ks_window_begin(&job->peer->window);
	ks_pace_take(&job->peer->pace, ks_clock_mono(clock));
	ks_job_list_append(&dispatch->flying, job);
	dispatch->n_flying++;
}

/*
 * Whether the job's credentials are there. One that was told that they have run out goes on only
 * with others; without them it ends as it was told. True when it may begin; else it waits on, or is
 * over: *job is NULL then.
 */
static bool has_credentials(
    struct ks_dispatch *dispatch, struct ks_job_list *list, struct ks_job **job)
{
	uint32_t profile = (*job)->request->profile;
	const struct ks_err *stale = (*job)->awaits_renewal ? (*job)->stale : NULL;
	struct ks_err err;
	enum ks_provider_result result = ks_roster_ready(dispatch->roster, profile, &err);
	bool same = ks_roster_generation(dispatch->roster, profile) == (*job)->generation;

	if (result == KS_PROVIDER_PENDING)
		return false;
	if (result == KS_PROVIDER_DONE && (stale == NULL || !same)) {
		(*job)->awaits_renewal = false;
		if (stale != NULL)
			ks_dispatch_retrying(dispatch, *job, stale, 0);
		return true;
	}
	ks_job_list_remove(list, *job);
	if (result == KS_PROVIDER_DONE)
		ks_dispatch_fail(dispatch, *job, stale);
	else
		ks_dispatch_refuse(dispatch, *job, &err);
	*job = NULL;
	return false;
}

/* What the user waits for never queues behind reads that hang or are being throttled. */
static bool may_fly(const struct ks_dispatch *dispatch, struct ks_job *job, int64_t now)
{
	return job->request->priority == KS_PRIORITY_CHANGE ||
	       (dispatch->n_flying < dispatch->options->concurrency * KS_WORKER_PEERS &&
		   ks_window_has_room(&job->peer->window) && !ks_job_is_too_early(job, now));
}

/* One that came before its identity is prepared now. False: it waits on, or is over. */
static bool is_prepared(
    struct ks_dispatch *dispatch, struct ks_job_list *list, struct ks_job *job, int64_t now)
{
	struct ks_err err;

	if (job->peer != NULL)
		return true;
	if (prepare(dispatch, job, &err))
		return may_fly(dispatch, job, now);
	ks_job_list_remove(list, job);
	ks_dispatch_refuse(dispatch, job, &err);
	return false;
}

static void begin_ready(struct ks_dispatch *dispatch, struct ks_job_list *list, int64_t now)
{
	struct ks_job *job = list->first, *next;

	for (; job != NULL; job = next) {
		next = job->next;
		if (job->due > now || (job->peer != NULL && !may_fly(dispatch, job, now)) ||
		    !has_credentials(dispatch, list, &job) ||
		    !is_prepared(dispatch, list, job, now))
			continue;
		ks_job_list_remove(list, job);
		begin(dispatch, job);
	}
}

/* ---- the turn ---- */

static int64_t soonest(int64_t a, int64_t b)
{
	if (a < 0 || b < 0)
		return a < 0 ? b : a;
	return a < b ? a : b;
}

static int64_t next_due(const struct ks_dispatch *dispatch, int64_t now)
{
	int64_t next =
	    soonest(ks_courier_wake(dispatch->courier), ks_runner_wake(dispatch->runner));

	for (int priority = 0; priority < KS_PRIORITY_COUNT; priority++) {
		const struct ks_job *job = dispatch->waiting[priority].first;

		for (; job != NULL; job = job->next)
			if (job->due > now && (next < 0 || job->due - now < next))
				next = job->due - now;
	}
	return next;
}

static void turn_identities(struct ks_dispatch *dispatch)
{
	struct ks_roster_end end;
	struct ks_event *event;

	ks_runner_turn(dispatch->runner);
	ks_roster_step(dispatch->roster);
	while ((event = ks_runner_event(dispatch->runner)) != NULL)
		dispatch->post(dispatch->ctx, event);
	while (ks_roster_ended(dispatch->roster, &end))
		ks_dispatch_identity(dispatch, &end);
}

static void turn_deliveries(struct ks_dispatch *dispatch)
{
	struct ks_event *event;

	ks_courier_turn(dispatch->courier);
	while ((event = ks_courier_ended(dispatch->courier)) != NULL)
		dispatch->post(dispatch->ctx, event);
}

int64_t ks_dispatch_turn(struct ks_dispatch *dispatch)
{
	struct ks_transfer *transfer;
	bool again;
	int64_t now;

	turn_deliveries(dispatch);
	do {
		again = false;
		turn_identities(dispatch);
		now = ks_clock_mono(dispatch->options->clock);
		for (int priority = 0; priority < KS_PRIORITY_COUNT; priority++)
			begin_ready(dispatch, &dispatch->waiting[priority], now);
		ks_http_run(dispatch->http);
		while ((transfer = ks_http_ended(dispatch->http)) != NULL) {
			if (!ks_runner_take(dispatch->runner, transfer))
				ks_dispatch_finish(dispatch, transfer);
			again = true;
		}
	} while (again || ks_roster_is_due(dispatch->roster));
	return next_due(dispatch, now);
}

void ks_dispatch_wait(struct ks_dispatch *dispatch, int64_t timeout_ms)
{
	struct ks_http_fds lists[2];

	lists[0].fds = ks_courier_fds(dispatch->courier, &lists[0].count);
	lists[1].fds = ks_runner_fds(dispatch->runner, &lists[1].count);
	ks_http_wait(dispatch->http, lists, 2, timeout_ms);
}
