/*
 * When credentials are renewed, as the AWS SDKs do it: from 15 minutes before they expire, and they
 * are used on meanwhile; in the last 10 minutes whoever needs them waits for the new ones. Those
 * that live shorter than that have these moments in the second half of their life. Pure functions,
 * any thread; times are wall ms.
 */
#ifndef KS_ENGINE_RENEWAL_H
#define KS_ENGINE_RENEWAL_H

#include <stdint.h>

struct ks_renewal {
	int64_t from; /* renew, but go on with the old ones; KS_TIME_NEVER */
	int64_t must; /* wait for the new ones; KS_TIME_NEVER */
};

/* expires: KS_TIME_NONE for what doesn't. got: when they were received. */
struct ks_renewal ks_renewal_of(int64_t got, int64_t expires);

#endif
