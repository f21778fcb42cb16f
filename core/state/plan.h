/*
 * What to fetch next: one pure function of the store, of what the views show, and of the time.
 */
#ifndef KS_STATE_PLAN_H
#define KS_STATE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/state/message.h"
#include "core/state/store.h"

/*
 * Reads that the worker may hold at once; more would only wait there with an old priority. It sends
 * 16 at once to one region for one profile, and so many more for each further one, within reason.
 */
#define KS_PLAN_WINDOW      32
#define KS_PLAN_WINDOW_MORE 16
#define KS_PLAN_WINDOW_MAX  256

/* What is on the screen; all of it optional. */
struct ks_hints {
	uint32_t selected;       /* bucket; 0: none */
	const uint32_t *visible; /* buckets */
	size_t n_visible;
	bool operations; /* the operations pane exists: read GetOperations and poll */
	bool left;       /* what the journal has open can be shown, or settled */
};

struct ks_plan {
	struct ks_request **requests; /* in the order to submit; IDs are not set yet */
	size_t count;
	size_t cap;
	int64_t wake; /* wall time at which to plan again even if nothing happens; KS_TIME_NEVER */
};

/*
 * Fills plan (which must be zeroed or from an earlier call, whose requests were taken). The caller
 * takes the requests: it gives each an ID, applies KS_EVENT_SUBMITTED, and submits it. Costs are
 * bounded by the window, not by the number of buckets.
 */
void ks_plan_next(
    const struct ks_store *store, const struct ks_hints *hints, int64_t now, struct ks_plan *plan);
/* Only what the journal is to be told: at the end of a session. */
void ks_plan_notes(const struct ks_store *store, struct ks_plan *plan);
void ks_plan_free(struct ks_plan *plan);

#endif
