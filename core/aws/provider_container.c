/* What ECS and EKS Pod Identity give to a container: one request to an address near by. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/aws/credentials_json.h"
#include "core/aws/endpoint.h"
#include "core/aws/exchange.h"
#include "core/aws/provider_kit.h"
#include "core/aws/provider_rows.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/quote.h"
#include "core/base/secret.h"

/* As botocore has them. */
#define ATTEMPTS   3
#define PAUSE_MS   1000
#define TIMEOUT_MS 2000
#define TOKEN_MAX  ((size_t)64 * 1024)

#define ECS_HOST "http://169.254.170.2"

/* Plain http stays on the machine for these, as for loopback (botocore's list). */
static const char *const near_hosts[] = {"169.254.170.2", "169.254.170.23", "[fd00:ec2::23]", NULL};

struct container {
	const char *variable; /* that says where */
	char *url;
	char *token; /* wiping; NULL: none is wanted */
	bool direct;
	struct ks_exchange exchange;
};

static void free_container(struct container *container)
{
	if (container->exchange.errands != NULL)
		ks_exchange_clear(&container->exchange);
	free(container->url);
	ks_wiping_free(container->token);
	free(container);
}

void ks_provider_container_drop(void *state)
{
	free_container(state);
}

static enum ks_provider_result fail(struct ks_provider_answer *answer, const char *tip)
{
	ks_err_tip(&answer->err, "%s", tip);
	answer->err.kind = KS_ERR_CREDENTIALS;
	return ks_provider_fail(answer, KS_IDENTITY_BROKEN);
}

/* ---- where, and with what ---- */

static bool find_url(struct container *container, const struct ks_env *env, struct ks_err *err)
{
	const char *relative = ks_env_get(env, KS_ENV_AWS_CONTAINER_CREDENTIALS_RELATIVE_URI);
	const char *full = ks_env_get(env, KS_ENV_AWS_CONTAINER_CREDENTIALS_FULL_URI);
	struct ks_endpoint endpoint;
	size_t size;

	if (relative != NULL) {
		size = strlen(relative) + sizeof ECS_HOST;
		container->url = ks_malloc(size);
		snprintf(container->url, size, "%s%s", ECS_HOST, relative);
	} else {
		container->url = ks_strdup(full);
	}
	container->direct = true;
	if (!ks_endpoint_split_metadata(
		container->url, container->variable, near_hosts, &endpoint, err))
		return false;
	/* Only a host out in the world may be behind a proxy. */
	container->direct = !endpoint.tls || endpoint.loopback;
	return true;
}

/* CR or LF in it would begin another header. */
static bool is_header_value(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' || (unsigned char)text[i] > '~')
			return false;
	return len > 0;
}

static bool take_token(
    struct container *container, const char *value, size_t len, struct ks_err *err)
{
	while (len > 0 && strchr(" \t\r\n", value[len - 1]) != NULL)
		len--;
	if (!is_header_value(value, len))
		return ks_err_set(err, KS_ERR_CREDENTIALS,
		    "The container's authorization token is empty, or has a character that "
		    "belongs to no token");
	container->token = ks_wiping_malloc(len + 1);
	memcpy(container->token, value, len);
	container->token[len] = '\0';
	return true;
}

static bool read_token(struct container *container, const char *path, struct ks_err *err)
{
	struct ks_file_text text;
	bool good;

	switch (ks_file_read(path, ks_env_name(KS_ENV_AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE),
	    TOKEN_MAX, &text, err)) {
	case KS_FILE_READ:
		break;
	case KS_FILE_MISSING:
		return ks_err_set(err, KS_ERR_CREDENTIALS, "%s: there is no file %s",
		    ks_env_name(KS_ENV_AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE), path);
	case KS_FILE_REFUSED:
		return false;
	}
	good = take_token(container, text.data, text.len, err);
	ks_wiping_free(text.data);
	return good;
}

/* The file is read at each search: its token is renewed from outside. */
static bool find_token(struct container *container, const struct ks_env *env, struct ks_err *err)
{
	const char *path = ks_env_get(env, KS_ENV_AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE);
	const struct ks_secret *token = ks_env_container_token(env);

	if (path != NULL)
		return read_token(container, path, err);
	return token == NULL ||
	       take_token(container, ks_secret_value(token), ks_secret_len(token), err);
}

/* ---- the request ---- */

static struct ks_errand *begin(
    void *ctx, const struct ks_errands *errands, int64_t skew_ms, struct ks_err *err)
{
	struct container *container = ctx;
	const struct ks_errand_header headers[] = {
	    {"Accept", "application/json"},
	    {"Authorization", container->token},
	};

	(void)skew_ms;
	return errands->fetch(errands->ctx,
	    &(struct ks_errand_fetch){
		.method = "GET",
		.url = container->url,
		.headers = headers,
		.n_headers = container->token != NULL ? 2 : 1,
		.timeout_ms = TIMEOUT_MS,
		.direct = container->direct,
	    },
	    err);
}

/* {"code":…,"message":…}: what the agents say besides the status; if it isn't the token. */
static void add_message(
    const struct container *container, const struct ks_errand_end *end, struct ks_err *err)
{
	const char *token = container->token != NULL ? container->token : "";
	char said[sizeof err->message];
	const char *problem, *message;
	struct ks_err status = *err;
	cJSON *json = ks_json_parse(end->text, end->len, &problem);

	if (json == NULL)
		return;
	message = ks_json_text(json, "message");
	if (message != NULL && !ks_quote_holds(message, strlen(message), token, strlen(token))) {
		ks_quote(said, sizeof said, message, strlen(message));
		ks_err_set(err, KS_ERR_CREDENTIALS, "%s: %s", status.message, said);
	}
	cJSON_Delete(json);
}

/* What may be over in a moment; else somebody has to look. */
static enum ks_provider_result fail_request(
    const struct ks_errand_end *end, struct ks_provider_answer *answer)
{
	bool passes = end->err.kind == KS_ERR_TIMEOUT || end->status >= 500 || end->status == 429;

	if (!passes)
		return fail(answer, "check that this container has a role, and its variables");
	answer->err.tip[0] = '\0';
	ks_provider_tip_failure(&answer->err, end->status, NULL);
	return fail(answer, answer->err.tip);
}

static enum ks_provider_result conclude(const struct container *container,
    const struct ks_errand_end *end, struct ks_provider_answer *answer)
{
	struct ks_err *err = &answer->err;

	if (end->err.kind != KS_ERR_NONE) {
		ks_err_because(err, &end->err, "The container's credentials (%s) can't be had",
		    container->variable);
		return fail_request(end, answer);
	}
	if (end->status != 200) {
		ks_err_set(err, KS_ERR_CREDENTIALS,
		    "The container's credentials (%s) were refused with HTTP status %d",
		    container->variable, end->status);
		add_message(container, end, err);
		return fail_request(end, answer);
	}
	if (!ks_credentials_from_text(
		KS_CREDENTIALS_CONTAINER, end->text, end->len, &answer->credentials, err)) {
		ks_err_because(
		    err, err, "What came for %s is no set of credentials", container->variable);
		return fail_request(end, answer);
	}
	answer->credentials.source = ks_strdup("container (ECS or EKS)");
	ks_provider_say(answer->finding, sizeof answer->finding, "%s: access key %s",
	    container->variable, answer->credentials.access_key_id);
	return KS_PROVIDER_DONE;
}

static bool is_configured(const struct ks_env *env, enum ks_env_variable *variable)
{
	static const enum ks_env_variable variables[] = {
	    KS_ENV_AWS_CONTAINER_CREDENTIALS_RELATIVE_URI,
	    KS_ENV_AWS_CONTAINER_CREDENTIALS_FULL_URI,
	};

	for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
		*variable = variables[i];
		if (ks_env_get(env, *variable) != NULL)
			return true;
	}
	return false;
}

static bool prepare(const struct ks_provider_query *query, enum ks_env_variable variable,
    void **state, struct ks_err *err)
{
	struct container *container = ks_calloc(1, sizeof *container);

	container->variable = ks_env_name(variable);
	if (find_url(container, query->env, err) && find_token(container, query->env, err)) {
		container->exchange = (struct ks_exchange){
		    .errands = query->errands, .attempts = ATTEMPTS, .pause_ms = PAUSE_MS};
		*state = container;
		return true;
	}
	free_container(container);
	return false;
}

enum ks_provider_result ks_provider_container(
    const struct ks_provider_query *query, void **state, struct ks_provider_answer *answer)
{
	const struct ks_errand_end *end;
	struct container *container;
	enum ks_env_variable variable;
	enum ks_provider_result result;

	ks_provider_say(answer->place, sizeof answer->place, "container");
	if (!is_configured(query->env, &variable)) {
		ks_provider_say(answer->finding, sizeof answer->finding,
		    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not set");
		return KS_PROVIDER_NOT_MINE;
	}
	if (*state == NULL && !prepare(query, variable, state, &answer->err))
		return fail(answer, "put that variable right, or unset it");
	container = *state;
	end = ks_exchange_step(&container->exchange, begin, container);
	if (end == NULL)
		return KS_PROVIDER_PENDING;
	result = conclude(container, end, answer);
	free_container(container);
	return result;
}
