/*
 * An identity: who signs, in which region, against which endpoint. It is looked for in options, the
 * captured environment, the two AWS files and wherever these point to, and never changes
 * afterwards: look again for fresh credentials. The search is stepped by the worker thread, and
 * blocks on nothing but small files; a finished identity may be read by any thread.
 */
#ifndef KS_AWS_IDENTITY_H
#define KS_AWS_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>

#include "core/aws/credentials.h"
#include "core/aws/env.h"
#include "core/base/err.h"

/* err.code of a failed resolve, for those who show a screen of its own for each. */
#define KS_IDENTITY_NO_CREDENTIALS "NoCredentials"       /* nothing is configured anywhere */
#define KS_IDENTITY_NO_PROFILE     "NoSuchProfile"       /* the named profile is in neither file */
#define KS_IDENTITY_BROKEN         "BrokenCredentials"   /* found, but incomplete or malformed */
#define KS_IDENTITY_REFUSED        "SignInRefused"       /* set up well, but none were given */
#define KS_IDENTITY_BROKEN_CONFIG  "BrokenConfiguration" /* a file or a setting can't be read */
#define KS_IDENTITY_SIGN_IN        "SignInNeeded"        /* a login that only the user can renew */

struct ks_identity;

/* What --demo uses in place of all files and variables. */
struct ks_identity_given {
	const char *access_key_id;
	const struct ks_secret *secret;
	const char *region;       /* may be NULL */
	const char *endpoint_url; /* used for every region, and path style for S3 */
};

struct ks_identity_options {
	const struct ks_env *env;
	const char *endpoint_url;              /* --endpoint-url, for both services; or NULL */
	const struct ks_identity_given *given; /* not NULL: no file and no variable is read */
};

struct ks_errands;
struct ks_identity_search;

/*
 * Begins to look for the credentials of a profile: reads the two files. profile: the name that the
 * user gave; it beats keys in the environment. NULL: AWS_PROFILE, then AWS_DEFAULT_PROFILE, then
 * "default", and keys in the environment come first. refused: the access key ID of credentials that
 * the service doesn't take any more, so that no cache may give them again; NULL. options and
 * errands must outlive the search; the caller frees it.
 */
struct ks_identity_search *ks_identity_begin(const struct ks_identity_options *options,
    const struct ks_errands *errands, const char *profile, const char *refused);
/*
 * KS_PROVIDER_PENDING: step it again when something came. Else it is over, and *out the caller's to
 * free. KS_PROVIDER_DONE: *out has credentials. KS_PROVIDER_FAILED: err says why not, and *out is
 * without credentials, for the region and for where it looked. A profile that is found but broken
 * is an error of kind KS_ERR_CREDENTIALS and never falls through to the next place.
 */
enum ks_provider_result ks_identity_step(
    struct ks_identity_search *search, struct ks_identity **out, struct ks_err *err);
/* Gives up what is under way. NULL is fine. */
void ks_identity_search_free(struct ks_identity_search *search);

/* Wipes the secrets and frees; NULL is fine. */
void ks_identity_free(struct ks_identity *identity);

/* NULL after a failed resolve. Owned by identity, like all that is returned below. */
const struct ks_credentials *ks_identity_credentials(const struct ks_identity *identity);
/* The profile in use as the files spell it (raw text), "default" too; "" in the demo. */
const char *ks_identity_profile(const struct ks_identity *identity);
/* AWS_REGION, AWS_DEFAULT_REGION, the profile's region; NULL when none is configured (raw text). */
const char *ks_identity_region(const struct ks_identity *identity);

/*
 * The URL of Lightsail in region, without a slash at its end: the option,
 * AWS_ENDPOINT_URL_LIGHTSAIL, AWS_ENDPOINT_URL, the profile's services section, the profile's
 * endpoint_url, else computed by Lightsail's endpoint rules (endpoint.h). False: the region is
 * no host label, or what is configured is refused (plain http for a host that isn't loopback), or
 * it doesn't fit in size.
 */
bool ks_identity_endpoint(const struct ks_identity *identity, const char *region, char *url,
    size_t size, struct ks_err *err);
/*
 * The same for S3 (AWS_ENDPOINT_URL_S3, "s3" in the services section). url is "" when nothing is
 * configured: then a bucket's own url holds.
 */
bool ks_identity_s3_endpoint(
    const struct ks_identity *identity, char *url, size_t size, struct ks_err *err);

/* Which of AWS's own endpoints are used where none is configured. */
void ks_identity_endpoint_kind(const struct ks_identity *identity, bool *fips, bool *dual_stack);

/* AWS_CA_BUNDLE, else the profile's ca_bundle, else REQUESTS_CA_BUNDLE; NULL for the system's. */
const char *ks_identity_ca_bundle(const struct ks_identity *identity);

enum ks_retry_mode { KS_RETRY_STANDARD, KS_RETRY_LEGACY, KS_RETRY_ADAPTIVE };
/* AWS_RETRY_MODE, else the profile's retry_mode, else standard. */
enum ks_retry_mode ks_identity_retry_mode(const struct ks_identity *identity);
/* AWS_MAX_ATTEMPTS, else the profile's max_attempts; 0 when none is configured. */
int ks_identity_max_attempts(const struct ks_identity *identity);

/*
 * What AWS_DEFAULTS_MODE, else the profile's defaults_mode, gives a connection to this region to
 * stand, in ms; 0 when none is configured.
 */
int ks_identity_connect_ms(const struct ks_identity *identity, const char *region);

/*
 * What its requests add to the program's user agent: the retry mode, and the app ID of
 * AWS_SDK_UA_APP_ID, else the profile's sdk_ua_app_id. Cut to size.
 */
void ks_identity_agent(const struct ks_identity *identity, char *dst, size_t size);

/* Where it looked, in order, and what it found there. */
size_t ks_identity_place_count(const struct ks_identity *identity);
const struct ks_credentials_place *ks_identity_place(
    const struct ks_identity *identity, size_t index);

/*
 * Remarks that stop nothing, one line each and clean: duplicate keys in a file, a retry mode that
 * doesn't exist.
 */
size_t ks_identity_warning_count(const struct ks_identity *identity);
const char *ks_identity_warning(const struct ks_identity *identity, size_t index);

#endif
