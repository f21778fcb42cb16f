/*
 * Where the AWS CLI keeps what it has been given: the names of its cache files, so that it and we
 * share a login. A name is a digest of what was asked for; source: botocore's credentials.py and
 * utils.py (facts 5.5, 5.6, 5.8). Each function gives a new path that the caller frees, or NULL
 * when the user's home isn't known. Nothing is opened. Any thread.
 */
#ifndef KS_AWS_CACHE_NAMES_H
#define KS_AWS_CACHE_NAMES_H

#include <stdint.h>

#include "core/aws/env.h"

/*
 * What AssumeRole or AssumeRoleWithWebIdentity is asked for, as the profile has it; the CLI keeps
 * both in the same place. Of a web identity only the first two count. NULL: the profile doesn't
 * have the key; an empty external_id or mfa_serial counts.
 */
struct ks_cache_role {
	const char *role_arn;
	const char *session_name; /* NULL and "" stand for the CLI's default */
	const char *external_id;
	const char *mfa_serial;
	int64_t duration; /* seconds; 0: the profile doesn't have it */
};
/* ~/.aws/cli/cache/SHA1.json */
char *ks_cache_role_path(const struct ks_env *env, const struct ks_cache_role *role);

/* A role of IAM Identity Center, by its session or, in the old form, by its start URL. */
struct ks_cache_sso_role {
	const char *account_id;
	const char *role_name;
	const char *session_name; /* NULL: the start URL counts */
	const char *start_url;
};
/* ~/.aws/cli/cache/SHA1.json */
char *ks_cache_sso_role_path(const struct ks_env *env, const struct ks_cache_sso_role *role);

/*
 * ~/.aws/sso/cache/SHA1.json: the token of an sso-session (its name), or of a profile in the old
 * form (its start URL).
 */
char *ks_cache_sso_token_path(const struct ks_env *env, const char *session_name_or_start_url);

/*
 * The token of "aws login": ~/.aws/login/cache/SHA256.json, or that name in
 * AWS_LOGIN_CACHE_DIRECTORY. login_session is the profile's value.
 */
char *ks_cache_login_path(const struct ks_env *env, const char *login_session);

#endif
