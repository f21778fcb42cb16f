/*
 * Clock-skew correction as the AWS SDKs do it: how far the service's clock is ahead of ours,
 * measured from its answers, so that signatures carry its time. Pure functions, any thread; times
 * are wall ms.
 */
#ifndef KS_ENGINE_SKEW_H
#define KS_ENGINE_SKEW_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"

/*
 * Server Date minus the middle of sending and receiving. False, and *skew untouched, when the
 * answer came from a cache (it had an Age header), its Date is missing or unreadable, or it took
 * more than 15 minutes.
 */
bool ks_skew_measure(int64_t sent, int64_t received, const char *date, bool cached, int64_t *skew);

/*
 * Was the request refused because its signature, made with the skew `used`, was off by more than 4
 * minutes? For an uncorrected signature this is the SDKs' rule, |measured| > 4 min; with a
 * correction in place what counts is how wrong the correction was, else every AccessDenied of a
 * machine whose clock is off would be tried twice.
 */
bool ks_skew_explains(const struct ks_err *err, int64_t used, int64_t measured);

#endif
