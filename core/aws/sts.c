#include "core/aws/sts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/aws/endpoint.h"
#include "core/aws/exchange.h"
#include "core/aws/signer.h"
#include "core/base/clock.h"
#include "core/base/mem.h"

#define VERSION      "2011-06-15"
#define CONTENT_TYPE "application/x-www-form-urlencoded; charset=utf-8"

enum { FIRST_PAUSE_MS = 500, OWN_HEADERS = 2 };

static const char *const actions[] = {
    [KS_STS_ASSUME_ROLE] = "AssumeRole",
    [KS_STS_ASSUME_ROLE_WITH_WEB_IDENTITY] = "AssumeRoleWithWebIdentity",
};

struct ks_sts {
	struct ks_exchange exchange;
	const struct ks_settings *settings;
	const struct ks_credentials *signer;
	enum ks_sts_call call;
	char *body; /* in a wiping block: a code or a token is in it */
	size_t len;
};

/* ---- the form ---- */

/* application/x-www-form-urlencoded; dst takes three bytes for each one. */
static char *put_encoded(char *dst, const char *text)
{
	static const char digits[] = "0123456789ABCDEF";

	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;

		if ((byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
		    (byte >= '0' && byte <= '9') || strchr("-_.~", byte) != NULL) {
			*dst++ = (char)byte;
		} else {
			*dst++ = '%';
			*dst++ = digits[byte >> 4];
			*dst++ = digits[byte & 0x0f];
		}
	}
	return dst;
}

static char *put_field(char *dst, const struct ks_sts_field *field)
{
	*dst++ = '&';
	dst = put_encoded(dst, field->name);
	*dst++ = '=';
	return put_encoded(dst, field->value);
}

static void make_body(struct ks_sts *sts, const struct ks_sts_ask *ask)
{
	char head[80], *end;
	size_t size;

	size = (size_t)snprintf(
	    head, sizeof head, "Action=%s&Version=%s", actions[ask->call], VERSION);
	for (size_t i = 0; i < ask->n_fields; i++)
		if (ask->fields[i].value != NULL)
			size +=
			    2 + 3 * strlen(ask->fields[i].name) + 3 * strlen(ask->fields[i].value);
	sts->body = ks_wiping_malloc(size + 1);
	end = sts->body + snprintf(sts->body, size + 1, "%s", head);
	for (size_t i = 0; i < ask->n_fields; i++)
		if (ask->fields[i].value != NULL)
			end = put_field(end, &ask->fields[i]);
	*end = '\0';
	sts->len = (size_t)(end - sts->body);
}

/* ---- sending ---- */

struct target {
	char url[KS_ENDPOINT_SIZE];
	struct ks_endpoint endpoint;
	char path[sizeof((struct ks_endpoint *)NULL)->path + 1];
};

static bool find_target(
    const struct ks_settings *settings, struct target *target, struct ks_err *err)
{
	size_t len;

	if (!ks_settings_endpoint(settings, KS_SERVICE_STS, settings->region, target->url,
		sizeof target->url - 1, err) ||
	    !ks_endpoint_split(target->url, "The endpoint of STS", &target->endpoint, err))
		return false;
	snprintf(target->path, sizeof target->path, "%s/", target->endpoint.path);
	len = strlen(target->url);
	snprintf(target->url + len, sizeof target->url - len, "/");
	return true;
}

static const char *region_of(const struct ks_sts *sts)
{
	return ks_settings_sts_region(sts->settings, sts->settings->region);
}

static bool sign(const struct ks_sts *sts, const struct target *target, int64_t now,
    struct ks_signer_result *out, struct ks_err *err)
{
	char hash[KS_SIGNER_HASH_SIZE];
	const struct ks_signer_header ours[OWN_HEADERS] = {
	    {"Host", target->endpoint.host},
	    {"Content-Type", CONTENT_TYPE},
	};
	const struct ks_signer_request request = {
	    .method = "POST",
	    .path = target->path,
	    .service = "sts",
	    .region = region_of(sts),
	    .headers = ours,
	    .header_count = OWN_HEADERS,
	    .payload_hash = hash,
	    .time = now,
	};

	ks_signer_hash(sts->body, sts->len, hash);
	return ks_signer_sign(&request, sts->signer, out, err);
}

static struct ks_errand *begin(
    void *ctx, const struct ks_errands *errands, int64_t skew_ms, struct ks_err *err)
{
	struct ks_sts *sts = ctx;
	struct ks_errand_header headers[1 + KS_SIGNER_ADDED] = {{"Content-Type", CONTENT_TYPE}};
	struct ks_signer_result signature = {0};
	char agent[KS_SETTINGS_AGENT_SIZE];
	struct target target;
	struct ks_errand *errand;
	size_t count = 1;

	if (!find_target(sts->settings, &target, err) ||
	    (sts->signer != NULL &&
		!sign(sts, &target, ks_clock_wall(errands->clock) + skew_ms, &signature, err)))
		return NULL;
	for (size_t i = 0; i < signature.header_count; i++)
		headers[count++] = (struct ks_errand_header){
		    signature.headers[i].name, signature.headers[i].value};
	ks_settings_agent(sts->settings, agent, sizeof agent);
	errand = errands->fetch(errands->ctx,
	    &(struct ks_errand_fetch){
		.method = "POST",
		.url = target.url,
		.headers = headers,
		.n_headers = count,
		.body = sts->body,
		.body_len = sts->len,
		.agent = agent,
		.ca_bundle = sts->settings->ca_bundle,
		.connect_ms = ks_settings_connect_ms(sts->settings, region_of(sts)),
		.direct = target.endpoint.loopback,
		.once = sts->exchange.once,
	    },
	    err);
	ks_signer_clear(&signature);
	return errand;
}

/* ---- the call ---- */

struct ks_sts *ks_sts_new(const struct ks_sts_ask *ask)
{
	struct ks_sts *sts = ks_calloc(1, sizeof *sts);

	sts->exchange = (struct ks_exchange){
	    .errands = ask->errands,
	    .attempts = ks_settings_attempts(ask->settings),
	    .pause_ms = FIRST_PAUSE_MS,
	    .once = ask->once,
	};
	sts->settings = ask->settings;
	sts->signer = ask->signer;
	sts->call = ask->call;
	make_body(sts, ask);
	return sts;
}

enum ks_provider_result ks_sts_step(struct ks_sts *sts, struct ks_sts_role *out, struct ks_err *err)
{
	const struct ks_errand_end *end = ks_exchange_step(&sts->exchange, begin, sts);

	if (end == NULL)
		return KS_PROVIDER_PENDING;
	if (end->err.kind != KS_ERR_NONE)
		*err = end->err;
	else if (end->status != 200)
		ks_sts_read_error(end->status, end->text, end->len, err);
	else if (ks_sts_read_role(sts->call, end->text, end->len, out, err))
		return KS_PROVIDER_DONE;
	return KS_PROVIDER_FAILED;
}

void ks_sts_free(struct ks_sts *sts)
{
	if (sts == NULL)
		return;
	ks_exchange_clear(&sts->exchange);
	ks_wiping_free(sts->body);
	free(sts);
}
