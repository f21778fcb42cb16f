/*
 * The services that keysail talks to: what each is called in variables and files, and the rules for
 * its endpoints (botocore's endpoint-rule-set-1.json of each). Pure functions, any thread.
 */
#ifndef KS_AWS_SERVICE_H
#define KS_AWS_SERVICE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/aws/env.h"
#include "core/base/err.h"

enum ks_service {
	KS_SERVICE_LIGHTSAIL,
	KS_SERVICE_S3,
	KS_SERVICE_STS,
	KS_SERVICE_SSO,
	KS_SERVICE_SSO_OIDC,
	KS_SERVICE_SIGNIN,
	KS_SERVICE_COUNT
};

struct ks_service_names {
	enum ks_env_variable variable; /* AWS_ENDPOINT_URL_STS */
	const char *key;               /* in a services section: "sts" */
	bool takes_option;             /* --endpoint-url is for it, too */
};

const struct ks_service_names *ks_service_names(enum ks_service service);

/*
 * The service's computed URL in region, without a slash at its end, always regional. False when the
 * region isn't a host label, the partition has no such endpoint (S3 with FIPS in China), or size is
 * too small.
 */
bool ks_service_endpoint(enum ks_service service, const char *region, bool fips, bool dual_stack,
    char *dst, size_t size, struct ks_err *err);

/* Did STS's global endpoint serve this region in the old days? */
bool ks_service_sts_was_global(const char *region);

#endif
