#include "core/state/remedy.h"

#include <string.h>

/* The codes are those of the Lightsail API Reference, and those that other services of AWS use. */
static const struct {
	const char *code;
	const char *tip;
} by_code[] = {
    {"UnrecognizedClientException", "AWS doesn't know this access key: check it, or sign in again"},
    {"InvalidClientTokenId", "AWS doesn't know this access key: check it, or sign in again"},
    {"UnauthenticatedException", "check the credentials, or sign in again"},
    {"MissingAuthenticationTokenException", "check the credentials, or sign in again"},
    {"InvalidSignatureException", "check the secret access key, and this computer's clock"},
    {"SignatureDoesNotMatch", "check the secret access key, and this computer's clock"},
    {"IncompleteSignature", "check the secret access key, and this computer's clock"},
    {"RequestExpired", "check this computer's clock"},
    {"RequestTimeTooSkewed", "check this computer's clock"},
    {"ExpiredTokenException", "the credentials have expired: sign in again, then refresh"},
    {"ExpiredToken", "the credentials have expired: sign in again, then refresh"},
    {"OptInRequired", "enable this region for the account, or leave it out"},
    {"RegionSetupInProgressException", "the region is being set up: refresh in a few minutes"},
    {"AccountSetupInProgressException", "the account is being set up: refresh in a few minutes"},
    {"ThrottlingException", "there were too many calls: refresh in a moment"},
};

static const struct {
	enum ks_err_kind kind;
	const char *tip;
} by_kind[] = {
    {KS_ERR_NETWORK, "check the connection and the proxy, then refresh"},
    {KS_ERR_TIMEOUT, "the service may be busy: refresh in a moment"},
    {KS_ERR_REPLY, "check that the endpoint is one of Lightsail's"},
};

static bool is_denied(const struct ks_err *err)
{
	return ks_err_is(err, "AccessDeniedException") || ks_err_is(err, "AccessDenied") ||
	       ks_err_is(err, "NotAuthorized");
}

void ks_remedy(struct ks_err *err, enum ks_op op)
{
	if (err->tip[0] != '\0')
		return;
	if (err->kind == KS_ERR_SERVICE && is_denied(err)) {
		ks_err_tip(err, "allow lightsail:%s to this identity", ks_call(op)->name);
		return;
	}
	for (size_t i = 0; i < sizeof by_code / sizeof by_code[0]; i++) {
		if (err->kind != KS_ERR_SERVICE || !ks_err_is(err, by_code[i].code))
			continue;
		ks_err_tip(err, "%s", by_code[i].tip);
		return;
	}
	for (size_t i = 0; i < sizeof by_kind / sizeof by_kind[0]; i++)
		if (err->kind == by_kind[i].kind)
			ks_err_tip(err, "%s", by_kind[i].tip);
}
