/*
 * A store, a plan and a clock that stands still: events are replayed by hand. What the plan asks
 * for waits in open until the test answers it.
 */
#ifndef KS_TESTS_REPLAY_H
#define KS_TESTS_REPLAY_H

#include <stddef.h>
#include <stdint.h>

#include "core/state/plan.h"
#include "core/state/store.h"

#define REPLAY_NOW  INT64_C(1700000000000)
#define REPLAY_DAY  (INT64_C(24) * 3600 * 1000)
#define REPLAY_OPEN 4096

struct replay {
	struct ks_store *store;
	struct ks_hints hints;
	int64_t now;
	uint64_t last_id;
	struct ks_plan plan;
	struct ks_request *open[REPLAY_OPEN]; /* with the worker, in the order they came */
	size_t n_open;
	size_t n_submitted;
	size_t n_cancelled;
	uint64_t cancelled; /* the last request that was cancelled */
};

/* region: the identity's; NULL: none, so that all are asked for. */
void replay_begin(struct replay *replay, const struct ks_store_options *options);
void replay_end(struct replay *replay);
/* Identifies every profile with this configured region (may be NULL). */
void replay_identify(struct replay *replay, const char *region);

/* Plans once and submits; gives how many requests there were. */
size_t replay_plan(struct replay *replay);

/* The first open request of this call; for this bucket or region, unless that is NULL. */
struct ks_request *replay_find(struct replay *replay, enum ks_op op, const char *name);
size_t replay_count(const struct replay *replay, enum ks_op op);

/* Answers an open request, and frees it. The reply's content is taken over. */
void replay_answer(struct replay *replay, struct ks_request *request, struct ks_reply *reply);
/* The same, and the journal knows the change by this ID. */
void replay_journal(
    struct replay *replay, struct ks_request *request, struct ks_reply *reply, const char *journal);
void replay_fail(
    struct replay *replay, struct ks_request *request, enum ks_err_kind kind, const char *code);
void replay_lose(struct replay *replay, struct ks_request *request);
void replay_retry(struct replay *replay, struct ks_request *request, int attempt);
/* Takes it off the list without an answer: what a cancelled read gets. */
void replay_forget(struct replay *replay, struct ks_request *request);
void replay_identity(struct replay *replay, struct ks_request *request,
    struct ks_identity_info *info, enum ks_err_kind kind);

/*
 * The user's choice: names separated by blanks, NULL for the default; "all" among the regions.
 */
void replay_choose(struct replay *replay, const char *profiles, const char *regions);
/* All changes that have ended are seen. */
void replay_dismiss_all(struct replay *replay);
/* The first open request of this kind; NULL. */
struct ks_request *replay_find_kind(struct replay *replay, enum ks_request_kind kind);

/* One event of the user's. */
void replay_tell(struct replay *replay, struct ks_event event);

/* ---- replies ---- */
void reply_bucket(struct ks_reply *reply, const char *name);
void reply_key(struct ks_reply *reply, const char *id, int64_t created);
void reply_operation(struct ks_reply *reply, const char *id, const char *status, int64_t created);
void reply_region(struct ks_reply *reply, const char *name);
void reply_next(struct ks_reply *reply, const char *token);

/* The store's totals are what a recount gives; every list is in order; every ID leads home. */
void replay_check(const struct replay *replay);

#endif
