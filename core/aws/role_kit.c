#include "core/aws/role_kit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/aws/provider_kit.h"
#include "core/base/clock.h"

/* ---- parameters ---- */

static bool is_word(const char *value, const char *others, size_t min, size_t max)
{
	size_t len = strlen(value);

	for (size_t i = 0; i < len; i++)
		if (!((value[i] >= 'A' && value[i] <= 'Z') ||
			(value[i] >= 'a' && value[i] <= 'z') ||
			(value[i] >= '0' && value[i] <= '9') || strchr(others, value[i]) != NULL))
			return false;
	return len >= min && len <= max;
}

bool ks_role_is_arn(const char *value)
{
	/* A path of a role may have any printable character. */
	for (const char *c = value; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~')
			return false;
	return strncmp(value, "arn:", 4) == 0 && strlen(value) >= 20 && strlen(value) <= 2048;
}

bool ks_role_is_session_name(const char *value)
{
	return is_word(value, "_+=,.@-", 2, 64);
}

bool ks_role_is_external_id(const char *value)
{
	return is_word(value, "_+=,.@:/-", 2, 1224);
}

bool ks_role_is_mfa_serial(const char *value)
{
	return is_word(value, "_+=/:,.@-", 9, 256);
}

bool ks_role_is_mfa_code(const char *value)
{
	return strlen(value) == 6 && strspn(value, "0123456789") == 6;
}

void ks_role_name_session(const struct ks_errands *errands, char dst[KS_ROLE_SESSION_SIZE])
{
	snprintf(
	    dst, KS_ROLE_SESSION_SIZE, "keysail-%" PRId64, ks_clock_wall(errands->clock) / 1000);
}

/* ---- refusals ---- */

enum { ROLE = 1 << KS_STS_ASSUME_ROLE, WEB = 1 << KS_STS_ASSUME_ROLE_WITH_WEB_IDENTITY };

/* The codes are those of the STS API Reference, and those that all services have. */
static const struct remedy {
	const char *code;
	int calls;
	const char *before, *after; /* of the name of what STS was shown; after NULL: without it */
} remedies[] = {
    {"AccessDenied", ROLE, "check the role's trust policy, and that ", " may do sts:AssumeRole"},
    {"AccessDenied", WEB, "check that the role's trust policy takes the token in ", ""},
    {"ValidationError", ROLE | WEB, "check what is set for the role", NULL},
    {"ExpiredToken", ROLE, "get fresh credentials for ", ", then try again"},
    {"ExpiredTokenException", ROLE, "get fresh credentials for ", ", then try again"},
    {"ExpiredToken", WEB, "have the token in ", " written anew, then try again"},
    {"ExpiredTokenException", WEB, "have the token in ", " written anew, then try again"},
    {"InvalidClientTokenId", ROLE, "check the access key of ", ""},
    {"SignatureDoesNotMatch", ROLE, "check the secret access key of ",
	", and this computer's clock"},
    {"InvalidIdentityToken", WEB, "check the token in ",
	", and that IAM knows its issuer as an identity provider"},
    {"IDPRejectedClaim", WEB, "have the token in ", " written anew, then try again"},
    {"IDPCommunicationError", WEB, "AWS can't reach the token's issuer: try again in a moment",
	NULL},
    {"RegionDisabledException", ROLE | WEB,
	"activate STS for this region in the account's settings, or choose another region", NULL},
    {"Throttling", ROLE | WEB, "there were too many calls: try again in a moment", NULL},
};

static void tip_code(struct ks_err *err, const char *code, enum ks_sts_call call, const char *whose)
{
	for (size_t i = 0; i < sizeof remedies / sizeof remedies[0]; i++) {
		const struct remedy *remedy = &remedies[i];
		bool named = remedy->after != NULL;

		if ((remedy->calls & (1 << call)) == 0 || strcmp(remedy->code, code) != 0)
			continue;
		ks_err_tip(
		    err, "%s%s%s", remedy->before, named ? whose : "", named ? remedy->after : "");
		return;
	}
}

/* No answer is nobody's fault; what isn't sent at all has a wrong endpoint set. */
static const char *code_of_kind(enum ks_err_kind kind)
{
	return kind == KS_ERR_USAGE || kind == KS_ERR_CREDENTIALS ? KS_IDENTITY_BROKEN_CONFIG : "";
}

enum ks_provider_result ks_role_fail(struct ks_err *err, enum ks_sts_call call,
    const struct ks_err *why, const char *whose, const char *what)
{
	struct ks_err reason = *why;
	bool refused = reason.kind == KS_ERR_SERVICE;

	ks_err_because(err, &reason, "%s", what);
	if (refused)
		tip_code(err, reason.code, call, whose);
	ks_provider_tip_failure(err, reason.http_status, "STS");
	if (refused)
		err->kind = KS_ERR_CREDENTIALS;
	snprintf(err->code, sizeof err->code, "%s",
	    refused ? KS_IDENTITY_REFUSED : code_of_kind(err->kind));
	return KS_PROVIDER_FAILED;
}
