#include "core/engine/attempt.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "core/aws/endpoint.h"
#include "core/aws/settings.h"
#include "core/aws/signer.h"

bool ks_attempt_invocation(char dst[KS_INVOCATION_SIZE])
{
	unsigned char b[16];

	/* No secret: OpenSSL would take 2 ms to set its generators up, before the first call. */
	if (getentropy(b, sizeof b) != 0)
		return false;
	b[6] = (unsigned char)((b[6] & 0x0F) | 0x40); /* RFC 9562: version 4, variant 10 */
	b[8] = (unsigned char)((b[8] & 0x3F) | 0x80);
	snprintf(dst, KS_INVOCATION_SIZE,
	    "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
	    b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
	    b[15]);
	return true;
}

enum { SIGNED_HEADERS = 3, OTHER_HEADERS = 2 };

/* Everything but Host, which libcurl writes itself, exactly as it was signed. */
static size_t collect_headers(const struct ks_signer_header *ours,
    const struct ks_signer_result *signature, const struct ks_attempt *attempt, const char *tries,
    struct ks_http_header *dst)
{
	size_t count = 0;

	for (size_t i = 1; i < SIGNED_HEADERS; i++)
		dst[count++] = (struct ks_http_header){ours[i].name, ours[i].value};
	for (size_t i = 0; i < signature->header_count; i++)
		dst[count++] = (struct ks_http_header){
		    signature->headers[i].name, signature->headers[i].value};
	dst[count++] = (struct ks_http_header){"amz-sdk-invocation-id", attempt->invocation};
	dst[count++] = (struct ks_http_header){"amz-sdk-request", tries};
	return count;
}

struct ks_transfer *ks_attempt_start(
    struct ks_http *http, const struct ks_attempt *attempt, void *owner, struct ks_err *err)
{
	struct ks_http_header headers[SIGNED_HEADERS + KS_SIGNER_ADDED + OTHER_HEADERS];
	char target[64], tries[40], path[300], url[KS_ENDPOINT_SIZE + 1];
	char hash[KS_SIGNER_HASH_SIZE], agent[KS_SETTINGS_AGENT_SIZE];
	struct ks_endpoint endpoint;
	struct ks_signer_result signature;
	struct ks_transfer *transfer;

	if (!ks_endpoint_split(attempt->peer->url, "The endpoint", &endpoint, err))
		return NULL;
	snprintf(
	    target, sizeof target, KS_LIGHTSAIL_TARGET_PREFIX "%s", ks_call(attempt->op)->name);
	snprintf(tries, sizeof tries, "attempt=%d; max=%d", attempt->number, attempt->of);
	snprintf(path, sizeof path, "%s/", endpoint.path);
	snprintf(url, sizeof url, "%s/", attempt->peer->url);
	ks_signer_hash(attempt->body->data, attempt->body->len, hash);

	const struct ks_signer_header ours[SIGNED_HEADERS] = {
	    {"Host", endpoint.host},
	    {"Content-Type", KS_LIGHTSAIL_CONTENT_TYPE},
	    {"X-Amz-Target", target},
	};
	const struct ks_signer_request to_sign = {
	    .method = "POST",
	    .path = path,
	    .service = KS_LIGHTSAIL_SERVICE,
	    .region = attempt->peer->region,
	    .headers = ours,
	    .header_count = SIGNED_HEADERS,
	    .payload_hash = hash,
	    .time = attempt->now + attempt->peer->skew_ms,
	};
	if (!ks_signer_sign(&to_sign, ks_identity_credentials(attempt->identity), &signature, err))
		return NULL;

	ks_identity_agent(attempt->identity, agent, sizeof agent);
	const struct ks_http_request request = {
	    .url = url,
	    .agent = agent,
	    .headers = headers,
	    .n_headers = collect_headers(ours, &signature, attempt, tries, headers),
	    .body = attempt->body->data,
	    .body_len = attempt->body->len,
	    .reply_max = KS_LIGHTSAIL_REPLY_MAX,
	    .ca_bundle = ks_identity_ca_bundle(attempt->identity),
	    .connect_ms = ks_identity_connect_ms(attempt->identity, attempt->peer->region),
	    .direct = endpoint.loopback,
	    .once = ks_call(attempt->op)->once,
	};
	transfer = ks_http_start(http, &request, owner, err);
	ks_signer_clear(&signature);
	return transfer;
}

void ks_attempt_read(
    enum ks_op op, const struct ks_http_answer *answer, struct ks_reply *reply, struct ks_err *err)
{
	memset(reply, 0, sizeof *reply);
	ks_err_clear(err);
	if (answer->err.kind != KS_ERR_NONE)
		*err = answer->err;
	else if (answer->status < 200 || answer->status > 299)
		ks_call_decode_error(
		    answer->status, answer->error_type, answer->body, answer->body_len, err);
	else if (!ks_call_decode(op, answer->body, answer->body_len, reply, err))
		err->http_status = answer->status;
	if (err->kind != KS_ERR_NONE)
		memcpy(err->request_id, answer->request_id, sizeof err->request_id);
}
