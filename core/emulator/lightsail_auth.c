/* Who is it that calls Lightsail? */
#include <string.h>

#include <openssl/crypto.h>

#include "core/emulator/lightsail.h"

#define WINDOW_MS (5 * 60 * 1000)

/* Whose secret the signature must have been made with. */
struct caller {
	const char *secret;
	const char *cache_id;
	bool is_account;
	struct ks_emu_key *bucket_key;
};

/* An unknown ID is verified too, with a secret that nobody has, so that it takes as long. */
static struct caller find_caller(struct ks_emu_call *call, const char *key_id)
{
	struct caller caller = {.secret = "-", .cache_id = "-"};

	if (strcmp(key_id, call->world->access_key_id) == 0) {
		caller.is_account = true;
		caller.secret = call->world->secret_access_key;
		caller.cache_id = key_id;
		return caller;
	}
	caller.bucket_key = ks_emu_world_key(call->world, key_id);
	if (caller.bucket_key != NULL) {
		caller.secret = caller.bucket_key->secret;
		caller.cache_id = key_id;
	}
	return caller;
}

static bool token_is_right(const struct ks_emu_call *call)
{
	const char *sent = ks_emu_request_header(call->request, "x-amz-security-token");
	const char *wanted = call->service->session_token;

	if (sent == NULL || wanted == NULL)
		return sent == NULL && wanted == NULL;
	return strlen(sent) == strlen(wanted) && CRYPTO_memcmp(sent, wanted, strlen(sent)) == 0;
}

static bool check_scope(struct ks_emu_call *call, const struct ks_emu_sig *sig)
{
	if (strcmp(sig->service, "lightsail") != 0)
		return ks_emu_call_fail(call, KS_EMU_INVALID_SIGNATURE, NULL,
		    "Credential should be scoped to correct service: 'lightsail'.");
	call->region = ks_emu_region_find(sig->region);
	return call->region < KS_EMU_REGION_COUNT ||
	       ks_emu_call_fail(call, KS_EMU_INVALID_SIGNATURE, NULL,
		   "Credential should be scoped to a valid Region.");
}

static bool fail_verdict(
    struct ks_emu_call *call, enum ks_emu_sig_verdict verdict, const struct ks_emu_sig *sig)
{
	if (verdict == KS_EMU_SIG_MISSING)
		return ks_emu_call_fail(call, KS_EMU_MISSING_TOKEN, NULL, "%s", sig->complaint);
	if (verdict == KS_EMU_SIG_UNSUPPORTED || verdict == KS_EMU_SIG_MALFORMED)
		return ks_emu_call_fail(
		    call, KS_EMU_INCOMPLETE_SIGNATURE, NULL, "%s", sig->complaint);
	return ks_emu_call_fail(call, KS_EMU_INVALID_SIGNATURE, NULL, "%s",
	    sig->complaint[0] != '\0' ? sig->complaint
				      : ks_emu_error_sentence(KS_EMU_INVALID_SIGNATURE));
}

/* A good signature of the wrong key: bucket keys are for S3 only, and the attempt counts as use. */
static bool deny_bucket_key(struct ks_emu_call *call, struct ks_emu_key *key)
{
	ks_emu_world_use_key(call->world, key, call->region, "lightsail");
	return ks_emu_call_fail(call, KS_EMU_ACCESS_DENIED, "AccessDenied",
	    "User: arn:aws:iam::%s:user/%s is not authorized to perform: lightsail:%s on resource: "
	    "*",
	    call->world->account, key->bucket->name, call->op->name);
}

static bool check_signature(struct ks_emu_call *call, struct ks_emu_sig *sig)
{
	struct caller caller = find_caller(call, sig->key_id);
	enum ks_emu_sig_verdict verdict = ks_emu_sig_verify(call->service->signing_keys,
	    call->request, KS_EMU_SIG_PLAIN, sig, caller.secret, caller.cache_id);

	if ((!caller.is_account && caller.bucket_key == NULL) ||
	    (caller.is_account && !token_is_right(call)))
		return ks_emu_call_fail(call, KS_EMU_UNRECOGNIZED_CLIENT, NULL, "%s",
		    ks_emu_error_sentence(KS_EMU_UNRECOGNIZED_CLIENT));
	if (verdict != KS_EMU_SIG_OK)
		return fail_verdict(call, verdict, sig);
	return caller.is_account || deny_bucket_key(call, caller.bucket_key);
}

bool ks_emu_call_authenticate(struct ks_emu_call *call)
{
	int64_t now = ks_emu_world_now(call->world) + call->plan.skew_ms;
	struct ks_emu_sig sig;
	enum ks_emu_sig_verdict verdict;
	bool good;

	verdict = ks_emu_sig_parse(call->request, KS_EMU_SIG_PLAIN, &sig);
	if (verdict != KS_EMU_SIG_OK) {
		good = fail_verdict(call, verdict, &sig);
	} else {
		good = check_scope(call, &sig);
		/* The date before the signature, so that skew shows as skew. */
		if (good &&
		    (verdict = ks_emu_sig_check_time(&sig, now, WINDOW_MS)) != KS_EMU_SIG_OK)
			good = fail_verdict(call, verdict, &sig);
		good = good && check_signature(call, &sig);
	}
	ks_emu_sig_free(&sig);
	return good;
}
