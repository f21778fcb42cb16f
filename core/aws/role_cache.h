/*
 * A role's credentials in the AWS CLI's cache: looked up before STS is asked, and kept there
 * afterwards, by the rule of cache.h. The cache only helps: where it can't be read or written, or
 * another program has its turn at it for too long, the role is taken on without it. Worker thread.
 */
#ifndef KS_AWS_ROLE_CACHE_H
#define KS_AWS_ROLE_CACHE_H

#include <stdbool.h>

#include "core/aws/cache.h"
#include "core/aws/credentials.h"
#include "core/aws/provider.h"
#include "core/aws/sts_reply.h"

struct ks_role_cache {
	const struct ks_provider_query *query;
	char *path; /* NULL: there is none, as the user has no home */

	/* its own */
	struct ks_cache *turn;
	struct ks_errand *pause;
	int tries;
};

/* path is taken over; query must outlive the cache. The caller clears it. */
void ks_role_cache_init(
    struct ks_role_cache *cache, const struct ks_provider_query *query, char *path);
/*
 * Are there credentials that will do? Then *out is the caller's to clear, without a source. Those
 * with less than 15 minutes left are none, nor are those that the query names as refused.
 */
bool ks_role_cache_look(const struct ks_role_cache *cache, struct ks_credentials *out);
/*
 * Waits for the turn to put some. PENDING: step it again. DONE: somebody else did so meanwhile, and
 * *out is as of ks_role_cache_look. NOT_MINE: get them, then put them; it is our turn until then.
 */
enum ks_provider_result ks_role_cache_wait(struct ks_role_cache *cache, struct ks_credentials *out);
/* Keeps them, if it can, and ends the turn. */
void ks_role_cache_put(struct ks_role_cache *cache, const struct ks_sts_role *role);
/* Ends the turn, if it is ours. A zeroed one is fine. */
void ks_role_cache_clear(struct ks_role_cache *cache);

#endif
