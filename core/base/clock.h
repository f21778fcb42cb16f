/*
 * Time, passed in. Whoever needs the time takes a struct ks_clock, so that tests own it. All times
 * are int64_t milliseconds: wall times since 1970-01-01 UTC, monotonic times since some start.
 */
#ifndef KS_BASE_CLOCK_H
#define KS_BASE_CLOCK_H

#include <stdint.h>

#define KS_TIME_NONE  INT64_MIN /* a time that is not known */
#define KS_TIME_NEVER INT64_MAX /* a moment that does not come */

struct ks_clock {
	int64_t (*wall)(void *ctx);
	int64_t (*mono)(void *ctx);
	void *ctx;
};

/* The system's clock. Any thread. */
const struct ks_clock *ks_clock_system(void);

int64_t ks_clock_wall(const struct ks_clock *clock);
int64_t ks_clock_mono(const struct ks_clock *clock);

#endif
