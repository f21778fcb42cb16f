/* For tests of IAM Identity Center: a profile in both forms, its login, and what its services say.
 */
#ifndef KS_TESTS_SSO_FILES_H
#define KS_TESTS_SSO_FILES_H

#include "tests/unit/login_look.h"

#define START   "https://example.awsapps.com/start"
#define SESSION "[sso-session my-sso]\nsso_start_url = " START "\nsso_region = eu-central-1\n"
#define ROLE    "sso_account_id = 123456789012\nsso_role_name = Admin\n"
#define NEW     "[profile p]\nsso_session = my-sso\n" ROLE SESSION
#define OLD     "[profile p]\nsso_start_url = " START "\nsso_region = eu-central-1\n" ROLE

/* Names as botocore computes them. */
#define NEW_TOKEN "sso/cache/0ad374308c5a4e22f723adf10145eafad7c4031c.json"
#define OLD_TOKEN "sso/cache/e8be5486177c5b5392bd9aa76563515b29358e6e.json"
#define NEW_ROLE  "cli/cache/c30b99aca80d8f5b3178e353f05b2abcc9a4ccd3.json"
#define OLD_ROLE  "cli/cache/764b1819cd322a32dff569462ca869a4196b4fc1.json"

/* As botocore's SSOTokenProvider writes it; it is 12:00. */
#define TOKEN_OF(access, refresh, until)                                                    \
	"{\"startUrl\": \"" START "\", \"region\": \"eu-central-1\", \"accessToken\": "     \
	"\"" access "\", \"expiresAt\": \"2026-11-24T" until "Z\", \"clientId\": "          \
	"\"client-1\", \"clientSecret\": \"secret-of-client\", \"registrationExpiresAt\": " \
	"\"2027-01-01T00:00:00Z\", \"refreshToken\": \"" refresh "\"}"
#define TOKEN(until) TOKEN_OF("secret-of-a1", "secret-of-r1", until)
#define OLD_LOGIN                                                                      \
	"{\"startUrl\": \"" START "\", \"region\": \"eu-central-1\", \"accessToken\":" \
	" \"secret-of-a1\", \"expiresAt\": \"2026-11-24T13:00:00Z\"}"

/* As botocore's SSOCredentialFetcher caches it. */
#define CACHED(id, until)                                                                    \
	"{\"ProviderType\": \"sso\", \"Credentials\": {\"AccessKeyId\": \"" id               \
	"\", \"SecretAccessKey\": \"secret-of-role\", \"SessionToken\": \"token-of-role\", " \
	"\"Expiration\": \"2026-11-24T" until "Z\", \"AccountId\": \"123456789012\"}}"

#define PORTAL_URL                                                                            \
	"GET https://portal.sso.eu-central-1.amazonaws.com/federation/credentials?role_name=" \
	"Admin&account_id=123456789012"
#define OIDC_URL "POST https://oidc.eu-central-1.amazonaws.com/token"
#define REPLY_UNTIL(ms)                                                           \
	"{\"roleCredentials\":{\"accessKeyId\":\"ASIAROLE\",\"secretAccessKey\":" \
	"\"secret-of-role\",\"sessionToken\":\"token-of-role\",\"expiration\":" ms "}}"
#define REPLY REPLY_UNTIL("1795525200000")
#define RENEWED                                                                          \
	"{\"accessToken\":\"secret-of-a2\",\"expiresIn\":3600,\"tokenType\":\"Bearer\"," \
	"\"refreshToken\":\"secret-of-r2\"}"

#define BEARER(access) "x-amz-sso_bearer_token: " access "\n"
#define PORTAL(access)                                                       \
	{                                                                    \
		.fetch = PORTAL_URL, .has = {BEARER(access)}, .text = REPLY, \
	}
#define OIDC(...)                              \
	{                                      \
		.fetch = OIDC_URL, __VA_ARGS__ \
	}

#define SIGN_IN "run: aws sso login --profile p"

/* What somebody does with the AWS CLI meanwhile. */
static inline void log_in_anew(void)
{
	aws_write(NEW_TOKEN, TOKEN_OF("secret-of-a9", "secret-of-r9", "20:00:00"));
}

static inline void log_out(void)
{
	aws_write(NEW_TOKEN, NULL);
}

static inline void sweep_away(void)
{
	unlink(aws_path(NEW_TOKEN ".keysail-new"));
}

#endif
