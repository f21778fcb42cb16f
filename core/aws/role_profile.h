/*
 * What a profile says of a role that it takes on: checked before anybody is asked, by the rules of
 * botocore's AssumeRoleProvider. Any thread.
 */
#ifndef KS_AWS_ROLE_PROFILE_H
#define KS_AWS_ROLE_PROFILE_H

#include <stdbool.h>

#include "core/aws/cache_names.h"
#include "core/aws/provider.h"
#include "core/aws/provider_kit.h"

/* Nothing is owned: all is the profiles'. */
struct ks_role_profile {
	struct ks_provider_setting arn;  /* role_arn */
	struct ks_provider_setting from; /* source_profile, or credential_source */
	bool from_profile;               /* it is the former */
	struct ks_cache_role role;       /* what is asked for */
};

/*
 * NOT_MINE: the profile takes on no role, or with a web identity; or it is the source of another
 * and has keys of its own, which count then. DONE: *out is filled. FAILED: answer has the error.
 */
enum ks_provider_result ks_role_profile_read(const struct ks_provider_query *query,
    struct ks_role_profile *out, struct ks_provider_answer *answer);

#endif
