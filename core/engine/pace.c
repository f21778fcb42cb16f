#include "core/engine/pace.h"

#include <math.h>

#define MIN_RATE      0.5
#define FIRST_RATE    1.0
#define MIN_CAPACITY  1.0
#define PERIOD_MS     500
#define SMOOTHING     0.8 /* what the last period counts against those before */
#define BETA          0.7 /* what is left of the rate after a throttled answer */
#define CUBIC_SCALE   0.4
#define MAX_OVERSHOOT 2.0 /* times what is really sent */

static double seconds(int64_t ms)
{
	return (double)ms / 1000;
}

static void start(struct ks_pace *pace, int64_t now)
{
	if (pace->started)
		return;
	pace->started = true;
	pace->rate = FIRST_RATE;
	pace->capacity = MIN_CAPACITY;
	pace->filled = now;
	pace->period = now - now % PERIOD_MS;
	pace->failed = now;
}

static void fill(struct ks_pace *pace, int64_t now)
{
	start(pace, now);
	pace->tokens =
	    fmin(pace->capacity, pace->tokens + seconds(now - pace->filled) * pace->rate);
	pace->filled = now;
}

static void set_rate(struct ks_pace *pace, double rate, int64_t now)
{
	fill(pace, now);
	pace->rate = fmax(rate, MIN_RATE);
	pace->capacity = fmax(rate, MIN_CAPACITY);
	pace->tokens = fmin(pace->tokens, pace->capacity);
}

int64_t ks_pace_wait_ms(struct ks_pace *pace, int64_t now)
{
	fill(pace, now);
	if (!pace->enabled || pace->tokens >= 1)
		return 0;
	return (int64_t)ceil((1 - pace->tokens) / pace->rate * 1000);
}

void ks_pace_take(struct ks_pace *pace, int64_t now)
{
	fill(pace, now);
	if (pace->enabled)
		pace->tokens = fmax(pace->tokens - 1, 0);
}

static void measure(struct ks_pace *pace, int64_t now)
{
	int64_t period = now - now % PERIOD_MS;

	pace->counted++;
	if (period <= pace->period)
		return;
	pace->measured = pace->counted / seconds(period - pace->period) * SMOOTHING +
			 pace->measured * (1 - SMOOTHING);
	pace->counted = 0;
	pace->period = period;
}

static double after_failure(struct ks_pace *pace, int64_t now)
{
	pace->peak = pace->enabled ? fmin(pace->measured, pace->rate) : pace->measured;
	pace->failed = now;
	pace->enabled = true;
	return pace->peak * BETA;
}

/* Steep away from the old peak, flat around it, then steep again in search of a new one. */
static double after_success(const struct ks_pace *pace, int64_t now)
{
	double back_at_peak = cbrt(pace->peak * (1 - BETA) / CUBIC_SCALE);
	double from_there = seconds(now - pace->failed) - back_at_peak;

	return CUBIC_SCALE * from_there * from_there * from_there + pace->peak;
}

void ks_pace_answer(struct ks_pace *pace, bool throttled, int64_t now)
{
	double rate;

	start(pace, now);
	measure(pace, now);
	rate = throttled ? after_failure(pace, now) : after_success(pace, now);
	set_rate(pace, fmin(rate, MAX_OVERSHOOT * pace->measured), now);
}
