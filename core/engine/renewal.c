#include "core/engine/renewal.h"

#include "core/base/clock.h"

#define ADVISORY_MS  ((int64_t)15 * 60 * 1000)
#define MANDATORY_MS ((int64_t)10 * 60 * 1000)

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

struct ks_renewal ks_renewal_of(int64_t got, int64_t expires)
{
	struct ks_renewal never = {KS_TIME_NEVER, KS_TIME_NEVER};
	int64_t life;

	if (expires == KS_TIME_NONE || expires == KS_TIME_NEVER)
		return never;
	life = expires > got ? expires - got : 0;
	return (struct ks_renewal){
	    .from = expires - smaller(ADVISORY_MS, life / 2),
	    .must = expires - smaller(MANDATORY_MS, life / 4),
	};
}
