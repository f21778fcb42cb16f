/*
 * What to do after an attempt, as pure functions: the retry rules of the SDKs' modes (AWS SDKs and
 * Tools Reference Guide, "Retry behavior"), narrowed by what may be repeated at all: every
 * CreateBucketAccessKey that succeeds makes a key, and the API knows no client token. Any thread.
 */
#ifndef KS_ENGINE_RETRY_H
#define KS_ENGINE_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/aws/identity.h"
#include "core/base/err.h"
#include "core/lightsail/calls.h"

/* How an attempt ended, as far as the rules care. */
enum ks_outcome {
	KS_OUTCOME_GOOD,
	KS_OUTCOME_NOT_SENT,   /* resolve, connect, TLS: no byte of the request has left */
	KS_OUTCOME_LOST,       /* time-out or reset after something was sent */
	KS_OUTCOME_SERVER,     /* 5xx, or a code that means the same */
	KS_OUTCOME_UNREADABLE, /* success, but in words that can't be understood */
	KS_OUTCOME_STRANGE,    /* a 3xx or 4xx that doesn't come from the API: some proxy's page */
	KS_OUTCOME_BUSY,       /* 429 in such a page */
	KS_OUTCOME_THROTTLED,  /* refused before any work */
	KS_OUTCOME_SKEWED,     /* refused before any work, because of our clock */
	KS_OUTCOME_STALE,      /* temporary credentials that have run out */
	KS_OUTCOME_GONE,       /* there is no such thing */
	KS_OUTCOME_NO,         /* any other no */
	KS_OUTCOME_COUNT
};

enum ks_verdict {
	KS_VERDICT_DONE,
	KS_VERDICT_RETRY,
	KS_VERDICT_RETRY_SHIFTED, /* once, signed by the service's clock */
	KS_VERDICT_RETRY_RENEWED, /* once, with credentials resolved anew */
	KS_VERDICT_STOP,
	KS_VERDICT_UNCLEAR, /* stop; it may have happened: find out by reading */
};

/* skewed: ks_skew_explains said so. temporary: the credentials have a session token. */
enum ks_outcome ks_retry_outcome(const struct ks_err *err, bool skewed, bool temporary);
/* By a table of outcomes and of what the call may do. */
enum ks_verdict ks_retry_verdict(enum ks_outcome outcome, const struct ks_call *call);
/* After this outcome nobody knows whether a change has happened. */
bool ks_retry_may_have_worked(enum ks_outcome outcome);
/* The service asks for fewer requests, whatever the status. */
bool ks_retry_is_throttling(const struct ks_err *err);

/*
 * Does the mode send again what ended so? The verdict says what may be sent again at all, whatever
 * the mode.
 */
bool ks_retry_mode_repeats(
    enum ks_retry_mode mode, enum ks_outcome outcome, const struct ks_err *err);
/* Attempts in all, the first one included; configured is 0 when nothing is. */
int ks_retry_attempts(enum ks_retry_mode mode, int configured);
/*
 * How long to wait before retry number i (from 1): full jitter under a doubling ceiling, which ends
 * at 20 s, in legacy at 5 min. random is in [0,1). hint_ms is x-amz-retry-after, -1 if there was
 * none.
 */
int64_t ks_retry_delay_ms(enum ks_retry_mode mode, int retry, double random, int64_t hint_ms);

/* The bucket of tokens that retries cost, one per endpoint: a dying service isn't hammered. */
struct ks_quota {
	int left;
};

void ks_quota_init(struct ks_quota *quota);
/* What a retry after this error costs: nothing in legacy, which knows no quota. */
int ks_quota_cost(enum ks_retry_mode mode, const struct ks_err *err);
/* Pays; false when there isn't enough left: then no retry. */
bool ks_quota_pay(struct ks_quota *quota, int cost);
/* After a success; paid is the cost of its last retry, 0 if it came at the first try. */
void ks_quota_refund(struct ks_quota *quota, int paid);

#endif
