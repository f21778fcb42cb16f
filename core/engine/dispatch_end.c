#include <string.h>
#include <sys/random.h>

#include "core/base/mem.h"
#include "core/engine/attempt.h"
#include "core/engine/dispatch_parts.h"
#include "core/engine/retry.h"
#include "core/engine/skew.h"

void ks_dispatch_land(struct ks_dispatch *dispatch, struct ks_job *job, enum ks_window_end how)
{
	ks_job_list_remove(&dispatch->flying, job);
	dispatch->n_flying--;
	ks_window_end(&job->peer->window, job->window_number, how);
	ks_transfer_free(job->transfer);
	job->transfer = NULL;
}

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
	int cost = ks_quota_cost(job->mode, err);

	/* Another signature is no repetition: this one is not counted, and costs nothing. */
	if (verdict == KS_VERDICT_RETRY_RENEWED) {
		job->attempts += job->stale == NULL ? 1 : 0;
		return job->stale == NULL;
	}
	if (job->made >= job->attempts)
		return false;
	if (verdict == KS_VERDICT_RETRY_SHIFTED && job->shifted)
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
	int64_t delay = ks_retry_delay_ms(job->mode, job->made, random_fraction(dispatch), hint_ms);

	job->due = ks_clock_mono(dispatch->options->clock) + delay;
	ks_job_list_prepend(&dispatch->waiting[job->request->priority], job);
	ks_dispatch_retrying(dispatch, job, err, delay);
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
void ks_dispatch_finish(struct ks_dispatch *dispatch, struct ks_transfer *transfer)
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
	ks_dispatch_land(dispatch, job, window_end(&err));
	ks_pace_answer(&job->peer->pace, ks_retry_is_throttling(&err),
	    ks_clock_mono(dispatch->options->clock));

	verdict = ks_retry_verdict(outcome, job->call);
	job->in_doubt |= ks_retry_may_have_worked(outcome);
	if (outcome == KS_OUTCOME_GOOD)
		ks_quota_refund(&job->peer->quota, job->paid);
	if (is_retry(verdict) && ks_retry_mode_repeats(job->mode, outcome, &err) &&
	    may_retry(job, verdict, &err)) {
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
	ks_dispatch_reply(dispatch, job, &reply, &err, request_id);
}
