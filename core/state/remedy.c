#include "core/state/remedy.h"

#define UNKNOWN_KEY "AWS doesn't know this access key: check it, or sign in again"
#define SIGN_IN     "check the credentials, or sign in again"
#define SECRET      "check the secret access key, and this computer's clock"
#define CLOCK       "check this computer's clock"
#define BUSY        "the service may be busy: try again in a moment"
#define EXPIRED     "the credentials have expired: sign in, then try again"

/* The codes are those of the Lightsail API Reference, and those that other services of AWS use. */
static const struct code {
	const char *name;
	enum ks_cause cause;
	const char *tip; /* NULL: to allow the call */
} codes[] = {
    {"UnrecognizedClientException", KS_CAUSE_NOT_ACCEPTED, UNKNOWN_KEY},
    {"InvalidClientTokenId", KS_CAUSE_NOT_ACCEPTED, UNKNOWN_KEY},
    {"AuthFailure", KS_CAUSE_NOT_ACCEPTED, UNKNOWN_KEY},
    {"UnauthenticatedException", KS_CAUSE_NOT_ACCEPTED, SIGN_IN},
    {"MissingAuthenticationTokenException", KS_CAUSE_NOT_ACCEPTED, SIGN_IN},
    {"InvalidSignatureException", KS_CAUSE_NOT_ACCEPTED, SECRET},
    {"SignatureDoesNotMatch", KS_CAUSE_NOT_ACCEPTED, SECRET},
    {"IncompleteSignature", KS_CAUSE_NOT_ACCEPTED, SECRET},
    {"RequestExpired", KS_CAUSE_CLOCK, CLOCK},
    {"RequestTimeTooSkewed", KS_CAUSE_CLOCK, CLOCK},
    {"ExpiredTokenException", KS_CAUSE_EXPIRED, EXPIRED},
    {"ExpiredToken", KS_CAUSE_EXPIRED, EXPIRED},
    {"AccessDeniedException", KS_CAUSE_NOT_ALLOWED, NULL},
    {"AccessDenied", KS_CAUSE_NOT_ALLOWED, NULL},
    {"NotAuthorized", KS_CAUSE_NOT_ALLOWED, NULL},
    {"OptInRequired", KS_CAUSE_NOT_ENABLED, "enable this region for the account, or leave it out"},
    {"RegionSetupInProgressException", KS_CAUSE_NOT_ENABLED,
	"the region is being set up: try again in a few minutes"},
    {"AccountSetupInProgressException", KS_CAUSE_OTHER,
	"the account is being set up: try again in a few minutes"},
    {"InternalFailure", KS_CAUSE_OTHER, BUSY},
    {"ServiceException", KS_CAUSE_OTHER, BUSY},
    {"ServiceUnavailable", KS_CAUSE_OTHER, BUSY},
    {"ThrottlingException", KS_CAUSE_OTHER, "there were too many calls: try again in a moment"},
};

static const struct {
	enum ks_err_kind kind;
	const char *tip;
} by_kind[] = {
    {KS_ERR_NETWORK, "check the connection and the proxy, then try again"},
    {KS_ERR_TIMEOUT, BUSY},
    {KS_ERR_REPLY, "check that the endpoint is one of Lightsail's"},
};

/* NULL: it is no code of the service's, or none of these. */
static const struct code *find_code(const struct ks_err *err)
{
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (err->kind == KS_ERR_SERVICE && ks_err_is(err, codes[i].name))
			return &codes[i];
	return NULL;
}

enum ks_cause ks_remedy_cause(const struct ks_err *err)
{
	const struct code *code = find_code(err);

	return code != NULL ? code->cause : KS_CAUSE_OTHER;
}

void ks_remedy(struct ks_err *err, enum ks_op op)
{
	const struct code *code = find_code(err);

	if (err->tip[0] != '\0')
		return;
	if (code != NULL && code->tip != NULL)
		ks_err_tip(err, "%s", code->tip);
	else if (code != NULL)
		ks_err_tip(err, "allow lightsail:%s to this identity", ks_call(op)->name);
	if (err->kind == KS_ERR_REPLY && err->http_status >= 500) {
		/* As a load balancer says it. */
		ks_err_tip(err, BUSY);
		return;
	}
	for (size_t i = 0; i < sizeof by_kind / sizeof by_kind[0]; i++)
		if (err->kind == by_kind[i].kind)
			ks_err_tip(err, "%s", by_kind[i].tip);
}
