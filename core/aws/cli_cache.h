/*
 * Credentials of a role in the AWS CLI's cache (~/.aws/cli/cache), whoever gives them: STS for a
 * source's keys or for a web identity, the portal for an SSO login. The rule is freshen.h's; what
 * a file is worth, and what is written into it, is said here for all of them. The cache only helps:
 * where it can't be read or written, or another keysail has its turn at it for too long, new ones
 * are got without it. Worker thread.
 */
#ifndef KS_AWS_CLI_CACHE_H
#define KS_AWS_CLI_CACHE_H

#include <stdbool.h>

#include "core/aws/credentials.h"
#include "core/aws/freshen.h"
#include "core/aws/provider.h"
#include "core/aws/sts_reply.h"

/*
 * Gets new ones: PENDING, DONE with *got filled (the cache's to clear), or FAILED with err. Our
 * turn at the file lasts from its first call to its last: what may take long and needn't be in it
 * is done before ks_cli_cache_step.
 */
typedef enum ks_provider_result ks_cli_cache_renew(
    void *ctx, struct ks_sts_role *got, struct ks_err *err);

/* Zeroed but for the first six. */
struct ks_cli_cache {
	const struct ks_provider_query *query; /* must outlive it */
	char *path;                            /* owned; NULL: there is none, as there's no home */
	const char *provider_type;             /* as the CLI marks them: "sso"; NULL: not at all */
	int64_t patience_ms;                   /* as freshen.h's */
	ks_cli_cache_renew *renew;
	void *ctx;

	/* its own */
	struct ks_freshen freshen;
	struct ks_credentials taken; /* what the file holds, if it will do */
	struct ks_sts_role got;      /* what renew got */
};

/*
 * Are there credentials that will do? Then *out is the caller's to clear, without a source. Those
 * with less than 15 minutes left are none, nor are those that the query names as refused.
 */
bool ks_cli_cache_look(const struct ks_cli_cache *cache, struct ks_credentials *out);
/*
 * Takes what is there, or has new ones got and keeps them. PENDING: step it again. DONE: *out is as
 * of ks_cli_cache_look; is_new: they are renew's, and nobody was faster. FAILED: err is renew's; a
 * further step begins anew.
 */
enum ks_provider_result ks_cli_cache_step(
    struct ks_cli_cache *cache, struct ks_credentials *out, bool *is_new, struct ks_err *err);
/* At any moment; ends the turn, if it is ours. A zeroed one is fine. */
void ks_cli_cache_clear(struct ks_cli_cache *cache);

#endif
