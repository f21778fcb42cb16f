/*
 * How fast one endpoint is asked in the retry mode "adaptive": the SDKs' client-side rate limiter
 * (botocore's retries/adaptive.py). Nothing is limited until the first throttled answer; then
 * requests cost tokens that come in at a rate which falls with each throttled answer and climbs
 * back along a cubic curve. window.h is something else and always on: it limits how many requests
 * are under way, at least one; this also spaces them, down to one in two seconds. Pure functions of
 * a monotonic clock in ms, any thread.
 */
#ifndef KS_ENGINE_PACE_H
#define KS_ENGINE_PACE_H

#include <stdbool.h>
#include <stdint.h>

/* Zeroed to begin with. Rates are requests a second. */
struct ks_pace {
	bool started;
	bool enabled;
	double rate, capacity, tokens;
	int64_t filled; /* when tokens were last counted */
	double measured;
	int64_t period; /* where the half second that is being counted begins */
	int counted;
	double peak; /* the rate at which it was last too much */
	int64_t failed;
};

/* How long a request must wait; 0: it may begin, and ks_pace_take is next. */
int64_t ks_pace_wait_ms(struct ks_pace *pace, int64_t now);
/* A request begins, whether it waited or not. */
void ks_pace_take(struct ks_pace *pace, int64_t now);
/* An attempt has ended. */
void ks_pace_answer(struct ks_pace *pace, bool throttled, int64_t now);

#endif
