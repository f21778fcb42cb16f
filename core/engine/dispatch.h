/*
 * The worker's work without its thread: requests in, events out. It decides which call goes next,
 * begins it, reads its answer, and sends it again where the rules allow that. Each call gets
 * exactly one reply, unless everything is freed before. Worker thread only.
 */
#ifndef KS_ENGINE_DISPATCH_H
#define KS_ENGINE_DISPATCH_H

#include <stdint.h>

#include "core/engine/http.h"
#include "core/engine/worker.h"
#include "core/state/message.h"

struct ks_dispatch;

/* Takes the event over. */
typedef void ks_dispatch_post(void *ctx, struct ks_event *event);

/* options as for ks_worker_start, with clock and concurrency filled in; all must outlive it. */
struct ks_dispatch *ks_dispatch_new(const struct ks_worker_options *options, struct ks_http *http,
    ks_dispatch_post *post, void *ctx);
/* Drops whatever is under way. NULL is fine. */
void ks_dispatch_free(struct ks_dispatch *dispatch);

/*
 * Takes the request over. The intent of a change is in the journal when this returns, unless its
 * profile is still being identified: then before it is sent. A key that the journal can't be told
 * of is not made, while one is deleted all the same, with a warning.
 */
void ks_dispatch_take(struct ks_dispatch *dispatch, struct ks_request *request);
/*
 * Does all that can be done without waiting. Gives the milliseconds until something is due,
 * -1 if nothing is.
 */
int64_t ks_dispatch_turn(struct ks_dispatch *dispatch);
/* Sleeps for so long, until something comes, or until ks_http_wake. */
void ks_dispatch_wait(struct ks_dispatch *dispatch, int64_t timeout_ms);
/* At the end: of a request that nobody took any more, what must not get lost. Takes it over. */
void ks_dispatch_take_last(struct ks_dispatch *dispatch, struct ks_request *request);

#endif
