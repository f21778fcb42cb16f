/*
 * What the parts of the dispatch share, and what they do for each other. Worker thread only.
 */
#ifndef KS_ENGINE_DISPATCH_PARTS_H
#define KS_ENGINE_DISPATCH_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/engine/courier.h"
#include "core/engine/dispatch.h"
#include "core/engine/errands.h"
#include "core/engine/http.h"
#include "core/engine/job.h"
#include "core/engine/peer.h"
#include "core/engine/recorder.h"
#include "core/engine/roster.h"

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

/* ---- dispatch_tell.c: events for the UI, lines for the log, entries for the journal ---- */

/*
 * The intent of a change goes into the journal. False with err filled: it can't, and the job must
 * not be sent.
 */
bool ks_dispatch_record(struct ks_dispatch *dispatch, struct ks_job *job,
    const struct ks_identity *identity, const char *url, struct ks_err *err);
/* A KS_REQUEST_NOTE; a KS_REQUEST_LEFT. */
void ks_dispatch_note(struct ks_dispatch *dispatch, const struct ks_request *request);
void ks_dispatch_look_for_left(struct ks_dispatch *dispatch, const struct ks_request *request);

/* An answer to the request, to be filled and posted. */
struct ks_event *ks_dispatch_event(
    const struct ks_dispatch *dispatch, enum ks_event_kind kind, const struct ks_request *request);
/* The one end of a call: frees the job, takes *reply's content over. */
void ks_dispatch_reply(struct ks_dispatch *dispatch, struct ks_job *job, struct ks_reply *reply,
    const struct ks_err *err, const char *request_id);
/* The same for one that got no reply; for one that was not even sent, and says so. */
void ks_dispatch_fail(struct ks_dispatch *dispatch, struct ks_job *job, const struct ks_err *err);
void ks_dispatch_refuse(struct ks_dispatch *dispatch, struct ks_job *job, struct ks_err *err);
/* It will be sent again. */
void ks_dispatch_retrying(struct ks_dispatch *dispatch, const struct ks_job *job,
    const struct ks_err *err, int64_t delay_ms);
/* A search for credentials has ended. */
void ks_dispatch_identity(struct ks_dispatch *dispatch, const struct ks_roster_end *end);

/* ---- dispatch_end.c: what an attempt came to ---- */

/* Takes the job of an attempt that is over to its reply, or to its next attempt. */
void ks_dispatch_finish(struct ks_dispatch *dispatch, struct ks_transfer *transfer);
/* The job doesn't fly any more: its transfer is freed. */
void ks_dispatch_land(struct ks_dispatch *dispatch, struct ks_job *job, enum ks_window_end how);

#endif
