#include "core/engine/dispatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "core/aws/endpoint.h"
#include "core/base/mem.h"
#include "core/engine/attempt.h"
#include "core/engine/courier.h"
#include "core/engine/errands.h"
#include "core/engine/job.h"
#include "core/engine/peer.h"
#include "core/engine/recorder.h"
#include "core/engine/retry.h"
#include "core/engine/roster.h"
#include "core/engine/skew.h"

struct ks_dispatch {
	const struct ks_worker_options *options;
	struct ks_http *http;
	ks_dispatch_post *post;
	void *ctx;
	struct ks_runner *runner;
	struct ks_roster *roster;
	struct ks_recorder *recorder;
	struct ks_courier *courier;
	struct ks_peers peers;
	struct ks_job_list waiting[KS_PRIORITY_COUNT]; /* in order; a retry goes to the front */
	struct ks_job_list flying;
	int n_flying;
};

struct ks_dispatch *ks_dispatch_new(const struct ks_worker_options *options, struct ks_http *http,
    ks_dispatch_post *post, void *ctx)
{
	struct ks_dispatch *dispatch = ks_calloc(1, sizeof *dispatch);

	dispatch->options = options;
	dispatch->http = http;
	dispatch->post = post;
	dispatch->ctx = ctx;
	dispatch->peers.max_at_once = options->concurrency;
	dispatch->runner = ks_runner_new(http, options->identity->env, options->clock);
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

/* ---- events ---- */

static struct ks_event *new_event(
    const struct ks_dispatch *dispatch, enum ks_event_kind kind, const struct ks_request *request)
{
	struct ks_event *event = ks_event_new(kind, ks_clock_wall(dispatch->options->clock));

	event->request = request->id;
	return event;
}

static void log_end(const struct ks_dispatch *dispatch, const struct ks_job *job,
    const struct ks_err *err, const char *request_id, const char *how)
{
	enum ks_log_level level = err->kind == KS_ERR_NONE ? KS_LOG_INFO : KS_LOG_WARNING;
	char line[512];

	ks_log(dispatch->options->log, level, "%s %s attempt %d/%d: %s %s (request %s)",
	    job->call->name, job->request->region, job->made, job->attempts, how,
	    ks_err_line(err, line, sizeof line), request_id[0] != '\0' ? request_id : "-");
}

/* "what: why", with what to do, as a block of its own that the caller frees. */
static char *warning_of(
    const struct ks_dispatch *dispatch, const char *what, const struct ks_err *err)
{
	char line[sizeof err->message + sizeof err->tip], text[sizeof line + 64];

	snprintf(text, sizeof text, "%s: %s", what, ks_err_line(err, line, sizeof line));
	ks_log(dispatch->options->log, KS_LOG_WARNING, "%s", text);
	return ks_strdup(text);
}

/* ---- the journal ---- */

/* Without it no key is made; deleting must work on a full disk, too. */
static bool begin_record(struct ks_dispatch *dispatch, struct ks_job *job,
    const struct ks_identity *identity, const char *url, struct ks_err *err)
{
	struct ks_err why;

	if (!job->call->changes ||
	    ks_recorder_begin(dispatch->recorder, job->request, identity, url, job->journal, &why))
		return true;
	if (job->call->once) {
		ks_err_because(err, &why, "Without the journal a key could get lost");
		err->kind = KS_ERR_REFUSED;
		if (err->tip[0] == '\0')
			ks_err_tip(err, "put that right, or name another folder in XDG_STATE_HOME");
		return false;
	}
	job->warning = warning_of(dispatch, "This change is not in the journal", &why);
	return true;
}

static enum ks_journal_step step_of(const struct ks_event *event)
{
	if (event->err.kind == KS_ERR_NONE)
		return KS_JOURNAL_DONE;
	return event->unclear ? KS_JOURNAL_UNKNOWN : KS_JOURNAL_FAILED;
}

/* A reply that names no key leaves it open which one was made. */
static void end_record(
    struct ks_dispatch *dispatch, const struct ks_job *job, struct ks_event *event)
{
	const struct ks_reply *reply = event->reply;
	struct ks_recorder_end end = {.step = step_of(event),
	    .key_id = job->request->input.key_id,
	    .why = event->err.message};
	struct ks_err why;

	if (job->journal[0] == '\0')
		return;
	if (job->call->once) {
		bool named =
		    reply != NULL && reply->n_keys > 0 && ks_str_present(&reply->keys[0].id);

		end.key_id = named ? ks_str_raw(&reply->keys[0].id) : NULL;
		if (end.step == KS_JOURNAL_DONE && !named)
			end.step = KS_JOURNAL_UNKNOWN;
	}
	if (!ks_recorder_end(dispatch->recorder, job->journal, &end, &why))
		event->warning =
		    warning_of(dispatch, "The journal doesn't know how this ended", &why);
}

static void note(struct ks_dispatch *dispatch, const struct ks_request *request)
{
	struct ks_event *event;
	struct ks_err why;

	if (ks_recorder_note(dispatch->recorder, request, &why))
		return;
	event = new_event(dispatch, KS_EVENT_WARNING, request);
	event->warning = warning_of(dispatch, "The journal doesn't know what came of a key", &why);
	dispatch->post(dispatch->ctx, event);
}

static void look_for_left(struct ks_dispatch *dispatch, const struct ks_request *request)
{
	struct ks_event *event = new_event(dispatch, KS_EVENT_LEFT, request);
	const struct ks_identity *identity =
	    ks_roster_identity(dispatch->roster, request->profile, &event->err);

	if (identity != NULL &&
	    !ks_recorder_left(dispatch->recorder, identity, &event->left, &event->err))
		event->warning =
		    warning_of(dispatch, "What was left open isn't known", &event->err);
	dispatch->post(dispatch->ctx, event);
}

/* ---- replies ---- */

/* The one end of a call: frees the job, takes *reply's content over. */
static void post_reply(struct ks_dispatch *dispatch, struct ks_job *job, struct ks_reply *reply,
    const struct ks_err *err, const char *request_id)
{
	struct ks_event *event = new_event(dispatch, KS_EVENT_REPLY, job->request);
	bool failed = err->kind != KS_ERR_NONE;

	log_end(dispatch, job, err, request_id, failed ? "failed:" : "done");
	event->err = *err;
	event->unclear = failed && job->call->changes && job->in_doubt;
	memcpy(event->request_id, request_id, sizeof event->request_id);
	if (!failed && reply != NULL) {
		event->reply = ks_malloc(sizeof *event->reply);
		*event->reply = *reply;
		memset(reply, 0, sizeof *reply);
	}
	event->warning = job->warning;
	job->warning = NULL;
	memcpy(event->journal, job->journal, sizeof event->journal);
	end_record(dispatch, job, event);
	ks_job_free(job);
	dispatch->post(dispatch->ctx, event);
}

static void post_failure(struct ks_dispatch *dispatch, struct ks_job *job, const struct ks_err *err)
{
	static const char no_id[sizeof err->request_id] = "";

	post_reply(dispatch, job, NULL, err, no_id);
}

static void post_retrying(struct ks_dispatch *dispatch, const struct ks_job *job,
    const struct ks_err *err, int64_t delay_ms)
{
	struct ks_event *event = new_event(dispatch, KS_EVENT_RETRYING, job->request);

	log_end(dispatch, job, err, err->request_id, "will be sent again:");
	event->err = *err;
	memcpy(event->request_id, err->request_id, sizeof event->request_id);
	event->attempt = job->made;
	event->attempts = job->attempts;
	event->delay_ms = delay_ms;
	dispatch->post(dispatch->ctx, event);
}

/* It was not sent, and is in no list. */
static void refuse(struct ks_dispatch *dispatch, struct ks_job *job, struct ks_err *err)
{
	err->not_sent = true;
	post_failure(dispatch, job, err);
}

/* ---- requests ---- */

static void log_warnings(const struct ks_dispatch *dispatch, uint32_t profile)
{
	struct ks_err err;
	const struct ks_identity *identity = ks_roster_identity(dispatch->roster, profile, &err);
	size_t count = identity != NULL ? ks_identity_warning_count(identity) : 0;

	for (size_t i = 0; i < count; i++)
		ks_log(
		    dispatch->options->log, KS_LOG_WARNING, "%s", ks_identity_warning(identity, i));
}

/* A search that has ended: the answer to who asked for it, or news of a renewal. */
static void tell_identity(struct ks_dispatch *dispatch, const struct ks_roster_end *end)
{
	struct ks_event *event =
	    ks_event_new(end->request != 0 ? KS_EVENT_IDENTITY : KS_EVENT_RENEWED,
		ks_clock_wall(dispatch->options->clock));

	event->request = end->request;
	event->profile = end->profile;
	event->err = end->err;
	if (end->err.kind == KS_ERR_NONE)
		log_warnings(dispatch, end->profile);
	event->identity = ks_roster_info(dispatch->roster, end->profile);
	dispatch->post(dispatch->ctx, event);
}

static void identify(struct ks_dispatch *dispatch, const struct ks_request *request)
{
	struct ks_roster_end end = {.profile = request->profile, .request = request->id};

	if (!ks_roster_identify(
		dispatch->roster, request->profile, request->profile_name, request->id, &end.err))
		tell_identity(dispatch, &end);
}

static int attempts_for(const struct ks_identity *identity)
{
	int configured = ks_identity_max_attempts(identity);

	if (configured > 0)
		return configured;
	return ks_identity_retry_mode(identity) == KS_RETRY_LEGACY ? KS_RETRY_LEGACY_ATTEMPTS
								   : KS_RETRY_ATTEMPTS;
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
	if (!begin_record(dispatch, job, identity, url, err))
		return false;
	job->attempts = attempts_for(identity);
	job->peer = ks_peers_get(&dispatch->peers, url, request->region);
	return true;
}

static void take_call(struct ks_dispatch *dispatch, struct ks_request *request)
{
	struct ks_job *job = ks_job_new(request);
	struct ks_err err;

	if (prepare(dispatch, job, &err))
		ks_job_list_append(&dispatch->waiting[request->priority], job);
	else
		refuse(dispatch, job, &err);
}

static void leave_flight(struct ks_dispatch *dispatch, struct ks_job *job, enum ks_window_end how)
{
	ks_job_list_remove(&dispatch->flying, job);
	dispatch->n_flying--;
	ks_window_end(&job->peer->window, job->window_number, how);
	ks_transfer_free(job->transfer);
	job->transfer = NULL;
}

static struct ks_job *find_waiting(struct ks_dispatch *dispatch, uint64_t request)
{
	struct ks_job *job = NULL;

	for (int priority = 0; priority < KS_PRIORITY_COUNT && job == NULL; priority++)
		job = ks_job_list_find(&dispatch->waiting[priority], request);
	return job;
}

static void cancel(struct ks_dispatch *dispatch, uint64_t target)
{
	struct ks_job *job = ks_job_list_find(&dispatch->flying, target);
	bool flies = job != NULL;
	struct ks_err err;

	ks_courier_cancel(dispatch->courier, target);
	if (!flies)
		job = find_waiting(dispatch, target);
	if (job == NULL || job->call->changes)
		return;
	if (flies)
		leave_flight(dispatch, job, KS_WINDOW_OTHER);
	else
		ks_job_list_remove(&dispatch->waiting[job->request->priority], job);
	ks_err_set(&err, KS_ERR_CANCELLED, "Cancelled");
	post_failure(dispatch, job, &err);
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
	event = new_event(dispatch, KS_EVENT_SINK, request);
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
		note(dispatch, request);
		break;
	case KS_REQUEST_LEFT:
		look_for_left(dispatch, request);
		break;
	}
	ks_request_free(request);
}

void ks_dispatch_take_last(struct ks_dispatch *dispatch, struct ks_request *request)
{
	if (request->kind == KS_REQUEST_NOTE)
		note(dispatch, request);
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
		refuse(dispatch, job, &err);
		return;
	}
	job->window_number = ks_window_begin(&job->peer->window);
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
			post_retrying(dispatch, *job, stale, 0);
		return true;
	}
	ks_job_list_remove(list, *job);
	if (result == KS_PROVIDER_DONE)
		post_failure(dispatch, *job, stale);
	else
		refuse(dispatch, *job, &err);
	*job = NULL;
	return false;
}

/* What the user waits for never queues behind reads that hang or are being throttled. */
static bool may_fly(const struct ks_dispatch *dispatch, const struct ks_job *job)
{
	return job->request->priority == KS_PRIORITY_CHANGE ||
	       (dispatch->n_flying < dispatch->options->concurrency &&
		   ks_window_has_room(&job->peer->window));
}

static void begin_ready(struct ks_dispatch *dispatch, struct ks_job_list *list, int64_t now)
{
	struct ks_job *job = list->first, *next;

	for (; job != NULL; job = next) {
		next = job->next;
		if (job->due > now || !may_fly(dispatch, job) ||
		    !has_credentials(dispatch, list, &job))
			continue;
		ks_job_list_remove(list, job);
		begin(dispatch, job);
	}
}

/* ---- ending ---- */

static double random_fraction(const struct ks_dispatch *dispatch)
{
	uint32_t bits = 0;

	if (dispatch->options->random != NULL)
		return dispatch->options->random(dispatch->options->random_ctx);
	if (getentropy(&bits, sizeof bits) != 0)
		return 0.5;
	return bits / 4294967296.0;
}

/* Notes the service's clock; tells whether it explains the failure. */
static bool note_clock(
    struct ks_job *job, const struct ks_http_answer *answer, const struct ks_err *err)
{
	int64_t measured;

	if (!ks_skew_measure(
		answer->sent, answer->received, answer->date, answer->cached, &measured))
		return false;
	job->peer->skew_ms = measured;
	return ks_skew_explains(err, job->skew_used, measured);
}

static bool may_retry(struct ks_job *job, enum ks_verdict verdict, const struct ks_err *err)
{
	int cost = ks_quota_cost(err);

	if (job->made >= job->attempts)
		return false;
	if (verdict == KS_VERDICT_RETRY_SHIFTED && job->shifted)
		return false;
	if (verdict == KS_VERDICT_RETRY_RENEWED && job->stale != NULL)
		return false;
	if (!ks_quota_pay(&job->peer->quota, cost))
		return false;
	job->shifted |= verdict == KS_VERDICT_RETRY_SHIFTED;
	job->paid = cost;
	return true;
}

static void retry_later(
    struct ks_dispatch *dispatch, struct ks_job *job, const struct ks_err *err, int64_t hint_ms)
{
	int64_t delay = ks_retry_delay_ms(job->made, random_fraction(dispatch), hint_ms);

	job->due = ks_clock_mono(dispatch->options->clock) + delay;
	ks_job_list_prepend(&dispatch->waiting[job->request->priority], job);
	post_retrying(dispatch, job, err, delay);
}

static bool is_retry(enum ks_verdict verdict)
{
	return verdict == KS_VERDICT_RETRY || verdict == KS_VERDICT_RETRY_SHIFTED ||
	       verdict == KS_VERDICT_RETRY_RENEWED;
}

static enum ks_window_end window_end(const struct ks_err *err)
{
	if (ks_retry_is_throttling(err))
		return KS_WINDOW_THROTTLED;
	return err->kind == KS_ERR_NONE ? KS_WINDOW_GOOD : KS_WINDOW_OTHER;
}

static void add_tip(struct ks_err *err, enum ks_outcome outcome)
{
	if (err->tip[0] != '\0')
		return;
	if (outcome == KS_OUTCOME_STALE)
		ks_err_tip(err, "These temporary credentials have run out: sign in again.");
	else if (outcome == KS_OUTCOME_SKEWED)
		ks_err_tip(err, "This machine's clock is wrong: set it.");
}

/* What it was told is its end, too, if no other credentials are found. */
static void await_renewal(
    struct ks_dispatch *dispatch, struct ks_job *job, const struct ks_err *err)
{
	job->stale = ks_malloc(sizeof *job->stale);
	*job->stale = *err;
	add_tip(job->stale, KS_OUTCOME_STALE);
	job->awaits_renewal = true;
	ks_roster_renew(dispatch->roster, job->request->profile, job->generation);
	job->due = ks_clock_mono(dispatch->options->clock);
	ks_job_list_prepend(&dispatch->waiting[job->request->priority], job);
}

/* The transfer is gone when this announces anything: only the reply holds the secret then. */
static void finish(struct ks_dispatch *dispatch, struct ks_transfer *transfer)
{
	struct ks_job *job = ks_transfer_owner(transfer);
	const struct ks_http_answer *answer = ks_transfer_answer(transfer);
	int64_t hint_ms = answer->retry_after_ms;
	char request_id[sizeof answer->request_id];
	enum ks_outcome outcome;
	enum ks_verdict verdict;
	struct ks_reply reply;
	struct ks_err err;

	memcpy(request_id, answer->request_id, sizeof request_id);
	ks_attempt_read(job->request->op, answer, &reply, &err);
	outcome = ks_retry_outcome(&err, note_clock(job, answer, &err), job->temporary);
	leave_flight(dispatch, job, window_end(&err));

	verdict = ks_retry_verdict(outcome, job->call);
	job->in_doubt |= ks_retry_may_have_worked(outcome);
	if (outcome == KS_OUTCOME_GOOD)
		ks_quota_refund(&job->peer->quota, job->paid);
	if (is_retry(verdict) && may_retry(job, verdict, &err)) {
		if (verdict == KS_VERDICT_RETRY_RENEWED) {
			await_renewal(dispatch, job, &err);
			return;
		}
		retry_later(dispatch, job, &err, hint_ms);
		return;
	}
	if (verdict == KS_VERDICT_DONE)
		ks_err_clear(&err);
	else
		add_tip(&err, outcome);
	post_reply(dispatch, job, &reply, &err, request_id);
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
		tell_identity(dispatch, &end);
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
				finish(dispatch, transfer);
			again = true;
		}
	} while (again);
	return next_due(dispatch, now);
}

void ks_dispatch_wait(struct ks_dispatch *dispatch, int64_t timeout_ms)
{
	struct ks_http_fds lists[2];

	lists[0].fds = ks_courier_fds(dispatch->courier, &lists[0].count);
	lists[1].fds = ks_runner_fds(dispatch->runner, &lists[1].count);
	ks_http_wait(dispatch->http, lists, 2, timeout_ms);
}
