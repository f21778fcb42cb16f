/* The role of an EC2 instance, from its metadata service (IMDSv2, or v1 where that is all). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "core/aws/credentials_json.h"
#include "core/aws/endpoint.h"
#include "core/aws/exchange.h"
#include "core/aws/provider_kit.h"
#include "core/aws/provider_rows.h"
#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/text.h"

#define TOKEN_PATH "/latest/api/token"
#define ROLE_PATH  "/latest/meta-data/iam/security-credentials/"

#define IPV4_URL "http://169.254.169.254"
#define IPV6_URL "http://[fd00:ec2::254]"

/* Both in seconds; more is a slip of the keyboard. */
#define TIMEOUT_SECONDS     1
#define TIMEOUT_SECONDS_MAX 60
#define ATTEMPTS            1
#define ATTEMPTS_MAX        20
#define PAUSE_MS            1000

#define ROLE_TIP "check the role that the instance has, and whom it trusts"

#define TOKEN_MAX ((size_t)1024)
#define ROLE_MAX  ((size_t)64) /* IAM's limit */

/*
 * The service may go on giving the same credentials when it can't get others; AWS wants them to be
 * used on, and asked for again after so long, by botocore's rule (its static stability): in seconds
 * and by chance, so that not all instances ask at once.
 */
#define EXTENSION_SECONDS 600
#define JITTER_MIN        120
#define JITTER_MAX        600

static const char *const near_hosts[] = {"169.254.169.254", "[fd00:ec2::254]", NULL};

enum stage { TOKEN, ROLE, CREDENTIALS };

struct instance {
	enum stage stage;
	char url[KS_ENDPOINT_SIZE]; /* without a slash at its end */
	bool no_v1;
	int64_t timeout_ms;
	char *token; /* wiping; NULL: version 1 */
	char role[ROLE_MAX + 1];
	struct ks_exchange exchange;
};

static void free_instance(struct instance *instance)
{
	if (instance->exchange.errands != NULL)
		ks_exchange_clear(&instance->exchange);
	ks_wiping_free(instance->token);
	free(instance);
}

void ks_provider_instance_drop(void *state)
{
	free_instance(state);
}

/* ---- settings ---- */

static const char *find(
    const struct ks_provider_query *query, enum ks_env_variable variable, const char *key)
{
	const char *value = ks_env_get(query->env, variable);

	return value != NULL ? value : ks_provider_value(query, key);
}

static bool is_on(
    const struct ks_provider_query *query, enum ks_env_variable variable, const char *key)
{
	const char *value = find(query, variable, key);

	return value != NULL && ks_text_casecmp(value, "true") == 0;
}

static uint64_t number(const struct ks_provider_query *query, enum ks_env_variable variable,
    const char *key, uint64_t max, uint64_t otherwise)
{
	const char *value = find(query, variable, key);
	uint64_t found;

	return value != NULL && ks_text_number(value, max, &found) && found > 0 ? found : otherwise;
}

static bool wants_ipv6(const struct ks_provider_query *query)
{
	const char *mode = find(query, KS_ENV_AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE,
	    "ec2_metadata_service_endpoint_mode");

	if (mode != NULL)
		return ks_text_casecmp(mode, "ipv6") == 0;
	return is_on(query, KS_ENV_AWS_IMDS_USE_IPV6, "imds_use_ipv6");
}

static bool find_url(
    struct instance *instance, const struct ks_provider_query *query, struct ks_err *err)
{
	const char *url =
	    find(query, KS_ENV_AWS_EC2_METADATA_SERVICE_ENDPOINT, "ec2_metadata_service_endpoint");
	struct ks_endpoint endpoint;
	size_t len;

	if (url == NULL)
		url = wants_ipv6(query) ? IPV6_URL : IPV4_URL;
	if (!ks_endpoint_split_metadata(url, ks_env_name(KS_ENV_AWS_EC2_METADATA_SERVICE_ENDPOINT),
		near_hosts, &endpoint, err))
		return false;
	len = strlen(endpoint.path);
	while (len > 0 && endpoint.path[len - 1] == '/')
		len--;
	snprintf(instance->url, sizeof instance->url, "%s://%s%.*s",
	    endpoint.tls ? "https" : "http", endpoint.host, (int)len, endpoint.path);
	return true;
}

static struct instance *prepare(const struct ks_provider_query *query, struct ks_err *err)
{
	struct instance *instance = ks_calloc(1, sizeof *instance);

	if (!find_url(instance, query, err)) {
		free_instance(instance);
		return NULL;
	}
	instance->no_v1 =
	    is_on(query, KS_ENV_AWS_EC2_METADATA_V1_DISABLED, "ec2_metadata_v1_disabled");
	instance->timeout_ms =
	    1000 * (int64_t)number(query, KS_ENV_AWS_METADATA_SERVICE_TIMEOUT,
		       "metadata_service_timeout", TIMEOUT_SECONDS_MAX, TIMEOUT_SECONDS);
	instance->exchange = (struct ks_exchange){
	    .errands = query->errands,
	    .attempts = (int)number(query, KS_ENV_AWS_METADATA_SERVICE_NUM_ATTEMPTS,
		"metadata_service_num_attempts", ATTEMPTS_MAX, ATTEMPTS),
	    .pause_ms = PAUSE_MS,
	};
	return instance;
}

/* ---- requests ---- */

/* Never through a proxy: the proxy's own machine would answer. */
static struct ks_errand *begin(
    void *ctx, const struct ks_errands *errands, int64_t skew_ms, struct ks_err *err)
{
	static const char *const paths[] = {
	    [TOKEN] = TOKEN_PATH, [ROLE] = ROLE_PATH, [CREDENTIALS] = ROLE_PATH};
	struct instance *instance = ctx;
	const struct ks_errand_header wanted = {"x-aws-ec2-metadata-token-ttl-seconds", "21600"};
	const struct ks_errand_header token = {"x-aws-ec2-metadata-token", instance->token};
	char url[sizeof instance->url + sizeof ROLE_PATH + ROLE_MAX];

	(void)skew_ms;
	snprintf(url, sizeof url, "%s%s%s", instance->url, paths[instance->stage],
	    instance->stage == CREDENTIALS ? instance->role : "");
	return errands->fetch(errands->ctx,
	    &(struct ks_errand_fetch){
		.method = instance->stage == TOKEN ? "PUT" : "GET",
		.url = url,
		.headers = instance->stage == TOKEN ? &wanted : &token,
		.n_headers = instance->stage == TOKEN || instance->token != NULL ? 1 : 0,
		.body = instance->stage == TOKEN ? "" : NULL,
		.timeout_ms = instance->timeout_ms,
		.direct = true,
	    },
	    err);
}

static enum ks_provider_result go_on(struct instance *instance, enum stage stage)
{
	ks_exchange_clear(&instance->exchange);
	instance->stage = stage;
	return KS_PROVIDER_PENDING;
}

static enum ks_provider_result fail(struct ks_provider_answer *answer)
{
	answer->err.kind = KS_ERR_CREDENTIALS;
	return ks_provider_fail(answer, KS_IDENTITY_BROKEN);
}

/* Nobody there: this is no EC2 instance, or it has no role. */
static enum ks_provider_result nothing(struct ks_provider_answer *answer, const char *finding)
{
	ks_provider_say(answer->finding, sizeof answer->finding, "%s", finding);
	return KS_PROVIDER_NOT_MINE;
}

/* Printable, and short enough for a header or a path. */
static bool is_word(const char *text, size_t len, size_t max)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] > '~')
			return false;
	return len > 0 && len <= max;
}

/* As IAM names roles: it stands in an address and on the screen, whatever was answered. */
static bool is_role(const char *text, size_t len)
{
	static const char signs[] = "+=,.@_-";

	for (size_t i = 0; i < len; i++)
		if (!(text[i] >= 'a' && text[i] <= 'z') && !(text[i] >= 'A' && text[i] <= 'Z') &&
		    !(text[i] >= '0' && text[i] <= '9') &&
		    memchr(signs, text[i], sizeof signs - 1) == NULL)
			return false;
	return len > 0 && len <= ROLE_MAX;
}

static enum ks_provider_result take_token(
    struct instance *instance, const struct ks_errand_end *end, struct ks_provider_answer *answer)
{
	bool only_v1 = end->err.kind == KS_ERR_TIMEOUT || end->status == 403 ||
		       end->status == 404 || end->status == 405;

	if (end->err.kind == KS_ERR_NONE && end->status == 200 &&
	    is_word(end->text, end->len, TOKEN_MAX)) {
		instance->token = ks_wiping_strdup(end->text);
		return go_on(instance, ROLE);
	}
	/* A hop limit of 1 lets no answer to a PUT into a container: then version 1 is tried. */
	if (only_v1 && !instance->no_v1)
		return go_on(instance, ROLE);
	if (end->err.kind != KS_ERR_NONE || only_v1)
		return nothing(answer, "there is no answer: this is no EC2 instance");
	if (end->status == 200)
		ks_err_set(&answer->err, KS_ERR_CREDENTIALS,
		    "What the instance metadata gives as its token is no token");
	else
		ks_err_set(&answer->err, KS_ERR_CREDENTIALS,
		    "The instance metadata gives no token: HTTP status %d", end->status);
	ks_err_tip(&answer->err, "set AWS_EC2_METADATA_DISABLED=true to leave it out");
	return fail(answer);
}

static enum ks_provider_result take_role(
    struct instance *instance, const struct ks_errand_end *end, struct ks_provider_answer *answer)
{
	size_t len = strcspn(end->text, "\r\n");

	if (end->err.kind != KS_ERR_NONE)
		return nothing(answer, "there is no answer: this is no EC2 instance");
	if (end->status != 200 || !is_role(end->text, len))
		return nothing(answer, "the instance has no role");
	memcpy(instance->role, end->text, len);
	instance->role[len] = '\0';
	return go_on(instance, CREDENTIALS);
}

static int64_t choose_extension(void)
{
	uint32_t bits = 0;

	/* Without chance it is the shortest. */
	if (getentropy(&bits, sizeof bits) != 0)
		bits = 0;
	return 1000 *
	       (int64_t)(EXTENSION_SECONDS + JITTER_MIN + bits % (JITTER_MAX - JITTER_MIN + 1));
}

static void extend(struct ks_credentials *credentials, int64_t now)
{
	int64_t extension = choose_extension();

	if (credentials->expires_at != KS_TIME_NONE && credentials->expires_at - now <= extension)
		credentials->expires_at = now + extension;
}

static enum ks_provider_result take_credentials(
    struct instance *instance, const struct ks_errand_end *end, struct ks_provider_answer *answer)
{
	int64_t now = ks_clock_wall(instance->exchange.errands->clock);
	struct ks_credentials *credentials = &answer->credentials;
	struct ks_err *err = &answer->err;
	char source[256];

	if (end->err.kind != KS_ERR_NONE) {
		ks_err_because(err, &end->err,
		    "The credentials of the instance's role %s can't be had", instance->role);
		ks_provider_tip_failure(err, 0, NULL);
		return fail(answer);
	}
	if (end->status != 200) {
		ks_err_set(err, KS_ERR_CREDENTIALS,
		    "The credentials of the instance's role %s were refused with HTTP status %d",
		    instance->role, end->status);
		if (end->status < 500 && end->status != 429)
			ks_err_tip(err, ROLE_TIP);
		ks_provider_tip_failure(err, end->status, NULL);
		return fail(answer);
	}
	if (!ks_credentials_from_text(
		KS_CREDENTIALS_INSTANCE, end->text, end->len, credentials, err)) {
		ks_err_because(err, err,
		    "What the instance gives for its role %s is no set of "
		    "credentials",
		    instance->role);
		ks_err_tip(err, ROLE_TIP);
		return fail(answer);
	}
	extend(credentials, now);
	ks_provider_say(source, sizeof source, "instance role %s", instance->role);
	credentials->source = ks_strdup(source);
	ks_provider_say(answer->finding, sizeof answer->finding, "role %s: access key %s",
	    instance->role, credentials->access_key_id);
	return KS_PROVIDER_DONE;
}

static enum ks_provider_result take(
    struct instance *instance, const struct ks_errand_end *end, struct ks_provider_answer *answer)
{
	switch (instance->stage) {
	case TOKEN:
		return take_token(instance, end, answer);
	case ROLE:
		return take_role(instance, end, answer);
	case CREDENTIALS:
		return take_credentials(instance, end, answer);
	}
	return KS_PROVIDER_NOT_MINE;
}

static enum ks_provider_result advance(struct instance *instance, struct ks_provider_answer *answer)
{
	const struct ks_errand_end *end;
	enum ks_provider_result result = KS_PROVIDER_PENDING;

	while (result == KS_PROVIDER_PENDING) {
		end = ks_exchange_step(&instance->exchange, begin, instance);
		if (end == NULL)
			return KS_PROVIDER_PENDING;
		result = take(instance, end, answer);
	}
	free_instance(instance);
	return result;
}

enum ks_provider_result ks_provider_instance(
    const struct ks_provider_query *query, void **state, struct ks_provider_answer *answer)
{
	const char *disabled = ks_env_get(query->env, KS_ENV_AWS_EC2_METADATA_DISABLED);

	ks_provider_say(answer->place, sizeof answer->place, "instance metadata");
	if (disabled != NULL && ks_text_casecmp(disabled, "true") == 0)
		return nothing(answer, "switched off by AWS_EC2_METADATA_DISABLED");
	if (*state == NULL)
		*state = prepare(query, &answer->err);
	if (*state == NULL)
		return fail(answer);
	return advance(*state, answer);
}
