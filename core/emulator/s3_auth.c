/* Who is it that calls S3, and may it? */
#include <stdio.h>
#include <string.h>

#include "core/base/date.h"
#include "core/emulator/s3.h"
#include "core/emulator/s3_xml.h"

#define WINDOW_MS (15 * 60 * 1000)

#define DETAILS(...) ((const struct ks_emu_s3_detail[]){__VA_ARGS__, {0}})

/* ---- the signature's parts ---- */

static bool fail_parse(struct ks_emu_s3_call *call, enum ks_emu_sig_verdict verdict)
{
	if (verdict == KS_EMU_SIG_UNSUPPORTED)
		return ks_emu_s3_fail(call, KS_EMU_S3_INVALID_REQUEST,
		    "The authorization mechanism you have provided is not supported. Please use "
		    "AWS4-HMAC-SHA256.",
		    NULL);
	return ks_emu_s3_fail(call,
	    call->sig.presigned ? KS_EMU_S3_QUERY_MALFORMED : KS_EMU_S3_HEADER_MALFORMED,
	    call->sig.complaint, NULL);
}

/* An S3 signature must say how the payload is hashed, and be of a kind that we can check. */
static bool check_payload_kind(struct ks_emu_s3_call *call)
{
	const char *hash = ks_emu_request_header(call->request, "x-amz-content-sha256");

	if (hash == NULL)
		return call->sig.presigned ||
		       ks_emu_s3_fail(call, KS_EMU_S3_MISSING_HEADER, NULL,
			   DETAILS({"MissingHeaderName", "x-amz-content-sha256"}));
	if (strncmp(hash, "STREAMING-", strlen("STREAMING-")) == 0)
		return ks_emu_s3_fail(call, KS_EMU_S3_NOT_IMPLEMENTED,
		    "A header you provided implies functionality that is not implemented.",
		    DETAILS({"Header", "x-amz-content-sha256"}));
	if (strcmp(hash, "UNSIGNED-PAYLOAD") != 0 &&
	    (strlen(hash) != 64 || strspn(hash, "0123456789abcdef") != 64))
		return ks_emu_s3_fail(call, KS_EMU_S3_INVALID_ARGUMENT,
		    "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, or a valid sha256 value.",
		    NULL);
	return true;
}

/* The scope must be s3's, in the bucket's region: otherwise the client is told which. */
static bool check_scope(struct ks_emu_s3_call *call)
{
	const char *region;
	char message[256];

	if (strcmp(call->sig.service, "s3") != 0)
		return ks_emu_s3_fail(call, KS_EMU_S3_HEADER_MALFORMED,
		    "The authorization header is malformed; incorrect service. This endpoint "
		    "belongs to \"s3\".",
		    NULL);
	if (call->bucket == NULL)
		return true;
	region = ks_emu_regions[call->bucket->region].name;
	if (strcmp(call->sig.region, region) == 0)
		return true;
	snprintf(message, sizeof message,
	    "The authorization header is malformed; the region '%s' is wrong; expecting '%s'",
	    call->sig.region, region);
	return ks_emu_s3_fail(
	    call, KS_EMU_S3_HEADER_MALFORMED, message, DETAILS({"Region", region}));
}

static bool check_time(struct ks_emu_s3_call *call)
{
	int64_t now = ks_emu_world_now(call->world) + call->plan.skew_ms;
	char server[KS_EMU_S3_DATE_SIZE];
	enum ks_emu_sig_verdict verdict = ks_emu_sig_check_time(&call->sig, now, WINDOW_MS);

	if (verdict == KS_EMU_SIG_OK)
		return true;
	if (verdict == KS_EMU_SIG_EXPIRED)
		return ks_emu_s3_fail(call, KS_EMU_S3_ACCESS_DENIED, "Request has expired", NULL);
	return ks_emu_s3_fail(call, KS_EMU_S3_SKEWED, NULL,
	    DETAILS({"RequestTime", call->sig.amz_date},
		{"ServerTime", ks_emu_s3_date(now, server)},
		{"MaxAllowedSkewMilliseconds", "900000"}));
}

/* ---- the signature itself ---- */

static void to_hex_bytes(const struct ks_buf *text, struct ks_buf *bytes)
{
	for (size_t i = 0; i < text->len; i++)
		ks_buf_printf(
		    bytes, "%s%02x", i > 0 ? " " : "", (unsigned)(unsigned char)text->data[i]);
}

/* With all that a client's author needs to find the difference; none of it is secret. */
static bool fail_mismatch(struct ks_emu_s3_call *call)
{
	struct ks_buf canonical, to_sign;

	ks_buf_init(&canonical, 1024 * 1024);
	ks_buf_init(&to_sign, 64 * 1024);
	to_hex_bytes(&call->sig.canonical, &canonical);
	to_hex_bytes(&call->sig.to_sign, &to_sign);
	ks_emu_s3_fail(call, KS_EMU_S3_SIGNATURE, NULL,
	    DETAILS({"AWSAccessKeyId", call->sig.key_id},
		{"StringToSign", ks_buf_text(&call->sig.to_sign)},
		{"SignatureProvided", call->sig.signature},
		{"StringToSignBytes", ks_buf_text(&to_sign)},
		{"CanonicalRequest", ks_buf_text(&call->sig.canonical)},
		{"CanonicalRequestBytes", ks_buf_text(&canonical)}));
	ks_buf_free(&canonical);
	ks_buf_free(&to_sign);
	return false;
}

static bool fail_verdict(struct ks_emu_s3_call *call, enum ks_emu_sig_verdict verdict)
{
	if (verdict == KS_EMU_SIG_PAYLOAD)
		return ks_emu_s3_fail(call, KS_EMU_S3_WRONG_HASH, NULL, NULL);
	if (verdict == KS_EMU_SIG_UNSIGNED)
		return ks_emu_s3_fail(call, KS_EMU_S3_ACCESS_DENIED, call->sig.complaint, NULL);
	return fail_mismatch(call);
}

/* Who signed; an unknown ID is verified too, so that it takes as long as a known one. */
static bool check_signature(struct ks_emu_s3_call *call, struct ks_emu_key **key)
{
	bool is_account = strcmp(call->sig.key_id, call->world->access_key_id) == 0;
	const char *secret = "-", *cache_id = "-";
	enum ks_emu_sig_verdict verdict;

	*key = ks_emu_world_key(call->world, call->sig.key_id);
	if (*key != NULL || is_account) {
		secret = is_account ? call->world->secret_access_key : (*key)->secret;
		cache_id = call->sig.key_id;
	}
	verdict = ks_emu_sig_verify(call->service->signing_keys, call->request, KS_EMU_SIG_S3,
	    &call->sig, secret, cache_id);
	if (*key == NULL && !is_account)
		return ks_emu_s3_fail(call, KS_EMU_S3_INVALID_KEY_ID, NULL,
		    DETAILS({"AWSAccessKeyId", call->sig.key_id}));
	return verdict == KS_EMU_SIG_OK || fail_verdict(call, verdict);
}

/* ---- permission ---- */

static bool is_public_read(const struct ks_emu_s3_call *call)
{
	const struct ks_emu_object *object;

	if (call->bucket == NULL ||
	    (call->op->run != ks_emu_s3_get_object && call->op->run != ks_emu_s3_head_object))
		return false;
	object = ks_emu_bucket_object(call->bucket, call->key);
	return call->bucket->public_read || (object != NULL && object->public_read);
}

static bool fail_no_bucket(struct ks_emu_s3_call *call)
{
	return ks_emu_s3_fail(
	    call, KS_EMU_S3_NO_SUCH_BUCKET, NULL, DETAILS({"BucketName", call->bucket_name}));
}

/*
 * A key is good for its own bucket only. Also a request that is denied counts as use,
 * as with IAM.
 * The account's own key has no part in buckets that belong to the service.
 */
static bool check_permission(struct ks_emu_s3_call *call, struct ks_emu_key *key)
{
	if (key != NULL)
		ks_emu_world_use_key(call->world, key,
		    call->bucket != NULL ? call->bucket->region : key->bucket->region, "s3");
	if (key != NULL && ks_emu_request_header(call->request, "x-amz-security-token") != NULL)
		return ks_emu_s3_fail(call, KS_EMU_S3_INVALID_TOKEN, NULL, NULL);
	if (call->op->level != KS_EMU_S3_SERVICE && call->bucket == NULL)
		return fail_no_bucket(call);
	if (call->op->level != KS_EMU_S3_SERVICE && (key == NULL || key->bucket != call->bucket))
		return ks_emu_s3_fail(call, KS_EMU_S3_ACCESS_DENIED, NULL, NULL);
	return true;
}

static bool admit_stranger(struct ks_emu_s3_call *call)
{
	if (is_public_read(call))
		return true;
	if (call->op->level != KS_EMU_S3_SERVICE && call->bucket == NULL)
		return fail_no_bucket(call);
	return ks_emu_s3_fail(call, KS_EMU_S3_ACCESS_DENIED, NULL, NULL);
}

bool ks_emu_s3_authenticate(struct ks_emu_s3_call *call)
{
	enum ks_emu_sig_verdict verdict =
	    ks_emu_sig_parse(call->request, KS_EMU_SIG_S3, &call->sig);
	struct ks_emu_key *key;

	call->bucket = ks_emu_world_bucket(call->world, call->bucket_name);
	if (verdict == KS_EMU_SIG_MISSING)
		return admit_stranger(call);
	if (verdict != KS_EMU_SIG_OK)
		return fail_parse(call, verdict);
	return check_scope(call) && check_payload_kind(call) && check_time(call) &&
	       check_signature(call, &key) && check_permission(call, key);
}
