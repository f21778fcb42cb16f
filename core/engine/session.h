/*
 * The loop's inner turn, the same for the terminal program and for list: take events, apply them
 * to the store, plan, submit. It owns the store and the worker. UI thread only.
 */
#ifndef KS_ENGINE_SESSION_H
#define KS_ENGINE_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "core/engine/worker.h"
#include "core/state/plan.h"
#include "core/state/store.h"

struct ks_session;

/* Starts the worker and plans the first requests. NULL with err filled. */
struct ks_session *ks_session_start(const struct ks_store_options *store,
    const struct ks_worker_options *worker, struct ks_err *err);
/*
 * Stops the worker (≤ 100 ms) and wipes everything. False when the worker hangs: see ks_worker_stop
 * for what that means. NULL is fine.
 */
bool ks_session_stop(struct ks_session *session);

const struct ks_store *ks_session_store(const struct ks_session *session);
int ks_session_fd(const struct ks_session *session);

/*
 * Takes what the worker has (at most a frame's worth, so that a key press never waits), applies it,
 * plans with the hints and submits. Gives the wall time at which to call again although nothing
 * came: KS_TIME_NEVER, or now when events are left.
 */
int64_t ks_session_turn(struct ks_session *session, const struct ks_hints *hints, int64_t now);

/* Applies an event of the user's (kinds from KS_EVENT_REFRESH on). Takes it over. */
void ks_session_tell(struct ks_session *session, struct ks_event *event);

#endif
