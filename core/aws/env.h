/*
 * The AWS variables of the environment, taken once at start. Nothing in core/aws calls getenv
 * later, so that --demo can run on an empty set, and no secret stays in the environment.
 */
#ifndef KS_AWS_ENV_H
#define KS_AWS_ENV_H

#include "core/base/err.h"
#include "core/base/secret.h"

/* The variables that are kept as they are; a further one is one line here. */
#define KS_ENV_VARIABLES(X)                       \
	X(AWS_ACCESS_KEY_ID)                      \
	X(AWS_CREDENTIAL_EXPIRATION)              \
	X(AWS_ACCOUNT_ID)                         \
	X(AWS_PROFILE)                            \
	X(AWS_DEFAULT_PROFILE)                    \
	X(AWS_REGION)                             \
	X(AWS_DEFAULT_REGION)                     \
	X(AWS_ROLE_ARN)                           \
	X(AWS_WEB_IDENTITY_TOKEN_FILE)            \
	X(AWS_ROLE_SESSION_NAME)                  \
	X(AWS_CONTAINER_CREDENTIALS_RELATIVE_URI) \
	X(AWS_CONTAINER_CREDENTIALS_FULL_URI)     \
	X(AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE) \
	X(AWS_EC2_METADATA_DISABLED)              \
	X(AWS_EC2_METADATA_V1_DISABLED)           \
	X(AWS_EC2_METADATA_SERVICE_ENDPOINT)      \
	X(AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE) \
	X(AWS_IMDS_USE_IPV6)                      \
	X(AWS_METADATA_SERVICE_TIMEOUT)           \
	X(AWS_METADATA_SERVICE_NUM_ATTEMPTS)      \
	X(AWS_ENDPOINT_URL)                       \
	X(AWS_ENDPOINT_URL_LIGHTSAIL)             \
	X(AWS_ENDPOINT_URL_S3)                    \
	X(AWS_ENDPOINT_URL_STS)                   \
	X(AWS_ENDPOINT_URL_SSO)                   \
	X(AWS_ENDPOINT_URL_SSO_OIDC)              \
	X(AWS_ENDPOINT_URL_SIGNIN)                \
	X(AWS_IGNORE_CONFIGURED_ENDPOINT_URLS)    \
	X(AWS_CA_BUNDLE)                          \
	X(REQUESTS_CA_BUNDLE)                     \
	X(AWS_USE_FIPS_ENDPOINT)                  \
	X(AWS_USE_DUALSTACK_ENDPOINT)             \
	X(AWS_STS_REGIONAL_ENDPOINTS)             \
	X(AWS_RETRY_MODE)                         \
	X(AWS_MAX_ATTEMPTS)                       \
	X(AWS_LOGIN_CACHE_DIRECTORY)              \
	X(AWS_DEFAULTS_MODE)                      \
	X(AWS_EXECUTION_ENV)                      \
	X(AWS_SDK_UA_APP_ID)

#define KS_ENV_ENUMERATE(name) KS_ENV_##name,
enum ks_env_variable { KS_ENV_VARIABLES(KS_ENV_ENUMERATE) KS_ENV_COUNT };

struct ks_env;

/*
 * Copies the variables, then overwrites AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN,
 * AWS_SECURITY_TOKEN and AWS_CONTAINER_AUTHORIZATION_TOKEN in place and removes them from the
 * environment. Main thread, once, after
 * ks_secret_setup and before any thread or child starts. The caller frees it.
 */
struct ks_env *ks_env_capture(void);
/* An environment in which nothing is set and there are no AWS files: what --demo uses. */
struct ks_env *ks_env_empty(void);
/* Wipes and frees; NULL is fine. */
void ks_env_free(struct ks_env *env);

/* The value; NULL when the variable isn't set or is empty, which AWS treats alike. */
const char *ks_env_get(const struct ks_env *env, enum ks_env_variable variable);
/* The variable's name, for messages. */
const char *ks_env_name(enum ks_env_variable variable);

/* NULL when not set; owned by env. The token is AWS_SECURITY_TOKEN, else AWS_SESSION_TOKEN. */
const struct ks_secret *ks_env_secret(const struct ks_env *env);
const struct ks_secret *ks_env_token(const struct ks_env *env);
/* AWS_CONTAINER_AUTHORIZATION_TOKEN. */
const struct ks_secret *ks_env_container_token(const struct ks_env *env);
/* NULL, or why a secret that was set could not be kept (there is no protected memory). */
const struct ks_err *ks_env_secret_error(const struct ks_env *env);

/*
 * The paths of the two AWS files: AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE with ~ and $VAR
 * expanded, else ~/.aws/config and ~/.aws/credentials. NULL in the empty environment.
 */
const char *ks_env_config_file(const struct ks_env *env);
const char *ks_env_credentials_file(const struct ks_env *env);
/* The user's home folder; NULL when it isn't known. Used to write paths with a tilde. */
const char *ks_env_home(const struct ks_env *env);

#endif
