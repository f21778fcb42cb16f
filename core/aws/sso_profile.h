/*
 * What a profile says of IAM Identity Center (SSO): the new form names an sso-session, which is a
 * section of its own; in the old one all is in the profile (facts 5.6). Any thread.
 */
#ifndef KS_AWS_SSO_PROFILE_H
#define KS_AWS_SSO_PROFILE_H

#include "core/aws/provider_kit.h"

/* Nothing is owned: all of it belongs to the query's profiles. */
struct ks_sso_profile {
	const char *session; /* NULL: the old form */
	const char *account; /* 12 digits */
	const char *role;    /* printable ASCII, at most 64 */
	const char *region;  /* a host label */
	const char *start_url;
	struct ks_provider_setting role_at; /* where the role's name stands */
};

/*
 * NOT_MINE, unless the profile has an account or a role. FAILED: a setting is missing, wrong or
 * there twice and not the same; answer has it. Sets answer->place.
 */
enum ks_provider_result ks_sso_profile_read(const struct ks_provider_query *query,
    struct ks_sso_profile *out, struct ks_provider_answer *answer);

/* "SSO my-sso" or "SSO https://example.awsapps.com/start", for messages; clean. */
void ks_sso_profile_name(const struct ks_sso_profile *profile, char *dst, size_t size);

#endif
