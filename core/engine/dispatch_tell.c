#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/engine/dispatch_parts.h"

/* ---- events ---- */

struct ks_event *ks_dispatch_event(
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
bool ks_dispatch_record(struct ks_dispatch *dispatch, struct ks_job *job,
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

void ks_dispatch_note(struct ks_dispatch *dispatch, const struct ks_request *request)
{
	struct ks_event *event;
	struct ks_err why;

	if (ks_recorder_note(dispatch->recorder, request, &why))
		return;
	event = ks_dispatch_event(dispatch, KS_EVENT_WARNING, request);
	event->warning = warning_of(dispatch, "The journal doesn't know what came of a key", &why);
	dispatch->post(dispatch->ctx, event);
}

void ks_dispatch_look_for_left(struct ks_dispatch *dispatch, const struct ks_request *request)
{
	struct ks_event *event = ks_dispatch_event(dispatch, KS_EVENT_LEFT, request);
	const struct ks_identity *identity =
	    ks_roster_identity(dispatch->roster, request->profile, &event->err);

	if (identity != NULL &&
	    !ks_recorder_left(dispatch->recorder, identity, &event->left, &event->err))
		event->warning =
		    warning_of(dispatch, "What was left open isn't known", &event->err);
	dispatch->post(dispatch->ctx, event);
}

/* ---- replies ---- */

void ks_dispatch_reply(struct ks_dispatch *dispatch, struct ks_job *job, struct ks_reply *reply,
    const struct ks_err *err, const char *request_id)
{
	struct ks_event *event = ks_dispatch_event(dispatch, KS_EVENT_REPLY, job->request);
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

void ks_dispatch_fail(struct ks_dispatch *dispatch, struct ks_job *job, const struct ks_err *err)
{
	static const char no_id[sizeof err->request_id] = "";

	ks_dispatch_reply(dispatch, job, NULL, err, no_id);
}

void ks_dispatch_retrying(struct ks_dispatch *dispatch, const struct ks_job *job,
    const struct ks_err *err, int64_t delay_ms)
{
	struct ks_event *event = ks_dispatch_event(dispatch, KS_EVENT_RETRYING, job->request);

	log_end(dispatch, job, err, err->request_id, "will be sent again:");
	event->err = *err;
	memcpy(event->request_id, err->request_id, sizeof event->request_id);
	event->attempt = job->made;
	event->attempts = job->attempts;
	event->delay_ms = delay_ms;
	dispatch->post(dispatch->ctx, event);
}

void ks_dispatch_refuse(struct ks_dispatch *dispatch, struct ks_job *job, struct ks_err *err)
{
	err->not_sent = true;
	ks_dispatch_fail(dispatch, job, err);
}

/* ---- identities ---- */

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
void ks_dispatch_identity(struct ks_dispatch *dispatch, const struct ks_roster_end *end)
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
