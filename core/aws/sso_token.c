#include "core/aws/sso_token.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/aws/cache_names.h"
#include "core/aws/exchange.h"
#include "core/aws/freshen.h"
#include "core/aws/login_kit.h"
#include "core/base/date.h"
#include "core/base/json.h"
#include "core/base/mem.h"

#define WINDOW_MS ((int64_t)15 * 60 * 1000)
#define RETRY_MS  ((int64_t)60 * 1000)
/* Our own member in the CLI's file: when a renewal failed. */
#define TRIED "keysailTriedAt"

struct ks_sso_token {
	const struct ks_provider_query *query;
	const struct ks_sso_profile *profile;
	char name[200]; /* "SSO my-sso" */
	char *path, *shown;
	struct ks_login_service service;
	struct ks_freshen freshen;

	struct ks_secret *taken; /* what the file holds, while it can be used */

	/* the renewal */
	struct ks_exchange exchange;
	const cJSON *json;      /* while it is stepped */
	struct ks_secret *used; /* the refresh token that was sent */
	struct ks_secret *access, *refresh;
	int64_t expires;
};

static int64_t now(const struct ks_sso_token *token)
{
	return ks_clock_wall(token->query->errands->clock);
}

/* "The login for SSO my-sso WHY". The tip goes into brackets on one line, so the file doesn't. */
static bool ask_for_login(const struct ks_sso_token *token, struct ks_err *err, const char *why,
    ...) __attribute__((format(printf, 3, 4)));

static bool ask_for_login(
    const struct ks_sso_token *token, struct ks_err *err, const char *why, ...)
{
	char text[512];
	va_list args;

	va_start(args, why);
	vsnprintf(text, sizeof text, why, args);
	va_end(args);
	return ks_login_ask_for(
	    err, KS_SSO_LOGIN, token->query->profile, "The login for %s %s", token->name, text);
}

/* ---- what the file holds ---- */

static bool was_tried(const struct ks_sso_token *token, const cJSON *json)
{
	int64_t tried;

	/* A clock that was set back doesn't forbid it for long. */
	return ks_cache_date(json, TRIED, &tried) && now(token) >= tried &&
	       now(token) - tried < RETRY_MS;
}

static bool has_means(const struct ks_sso_token *token, const cJSON *json)
{
	int64_t registered;

	return token->profile->session != NULL && ks_login_text(json, "refreshToken") != NULL &&
	       ks_login_text(json, "clientId") != NULL &&
	       ks_login_text(json, "clientSecret") != NULL &&
	       ks_cache_date(json, "registrationExpiresAt", &registered) && registered > now(token);
}

static bool say_expired(
    const struct ks_sso_token *token, const cJSON *json, int64_t expires, struct ks_err *err)
{
	char date[KS_DATE_SIZE];

	ks_date_local(expires, date);
	if (!was_tried(token, json))
		return ask_for_login(token, err, "expired at %s: %s", date, token->shown);
	ask_for_login(token, err,
	    "expired at %s and could not be renewed less than a minute ago: %s", date,
	    token->shown);
	return ks_err_tip(err, "try again in a minute, or run: %s --profile %s", KS_SSO_LOGIN,
	    ks_provider_shell_name(token->query->profile));
}

static enum ks_freshen_worth judge_json(
    struct ks_sso_token *token, const cJSON *json, struct ks_err *err)
{
	const char *access = ks_login_text(json, "accessToken");
	int64_t expires, left;

	if (access == NULL || !ks_cache_date(json, "expiresAt", &expires)) {
		ask_for_login(token, err, "can't be used: %s has no good %s", token->shown,
		    access == NULL ? "accessToken" : "expiresAt");
		return KS_WORTH_LOST;
	}
	left = expires - now(token);
	if (left > 0) {
		token->taken = ks_secret_new(access, strlen(access), err);
		if (token->taken == NULL)
			return KS_WORTH_LOST;
	}
	if (left >= WINDOW_MS)
		return KS_WORTH_GOOD;
	if (has_means(token, json) && !was_tried(token, json))
		return left > 0 ? KS_WORTH_STALE : KS_WORTH_NONE;
	if (left > 0)
		return KS_WORTH_GOOD;
	say_expired(token, json, expires, err);
	return KS_WORTH_LOST;
}

static enum ks_freshen_worth judge(
    void *ctx, const cJSON *json, const struct ks_err *problem, struct ks_err *err)
{
	struct ks_sso_token *token = ctx;

	ks_secret_free(token->taken);
	token->taken = NULL;
	if (json != NULL)
		return judge_json(token, json, err);
	if (problem == NULL)
		ask_for_login(token, err, "isn't there: %s doesn't exist", token->shown);
	else
		ks_login_ask_for(err, KS_SSO_LOGIN, token->query->profile,
		    "The login for %s can't be used: %s", token->name, problem->message);
	return KS_WORTH_LOST;
}

/* ---- the renewal ---- */

static void put_text(cJSON *object, const char *name, const cJSON *from)
{
	ks_cache_put_text(object, name, ks_login_text(from, name));
}

static struct ks_errand *begin(
    void *ctx, const struct ks_errands *errands, int64_t skew_ms, struct ks_err *err)
{
	struct ks_sso_token *token = ctx;
	const char *refresh = ks_login_text(token->json, "refreshToken");
	struct ks_errand *errand = NULL;
	cJSON *body;

	(void)errands;
	(void)skew_ms;
	ks_secret_free(token->used);
	token->used = ks_secret_new(refresh, strlen(refresh), err);
	if (token->used == NULL)
		return NULL;
	body = cJSON_CreateObject();
	put_text(body, "clientId", token->json);
	put_text(body, "clientSecret", token->json);
	ks_cache_put_text(body, "grantType", "refresh_token");
	put_text(body, "refreshToken", token->json);
	errand =
	    ks_login_post(token->query, &token->service, body, (struct ks_errand_header){0}, err);
	cJSON_Delete(body);
	return errand;
}

/* Words of the OIDC service that no further try will change. */
static bool is_final(const char *word)
{
	static const char *const words[] = {"invalid_grant", "InvalidGrantException",
	    "expired_token", "ExpiredTokenException", "UnauthorizedException", "invalid_client",
	    "InvalidClientException", "unauthorized_client", "UnauthorizedClientException"};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

static bool explain(
    const struct ks_sso_token *token, const struct ks_errand_end *end, struct ks_err *err)
{
	struct ks_login_no no;
	const struct ks_login_way way = {"SSO OIDC", KS_SSO_LOGIN, token->query->profile};
	char what[400];

	ks_login_read_no(end, &no);
	if (end->err.kind == KS_ERR_NONE && is_final(no.word))
		return ask_for_login(token, err, "has ended: the service says %s", no.word);
	ks_provider_say(what, sizeof what, "Profile %s: the login for %s can't be renewed",
	    way.profile, token->name);
	ks_login_explain(err, end, &way, what);
	return false;
}

static bool take_reply(struct ks_sso_token *token, const cJSON *json, struct ks_err *err)
{
	const char *access = ks_login_text(json, "accessToken");
	const char *refresh = ks_login_text(json, "refreshToken");
	int64_t lives;

	if (access == NULL || !ks_login_seconds(json, "expiresIn", &lives) ||
	    (refresh == NULL && ks_json_member(json, "refreshToken") != NULL))
		return ask_for_login(token, err,
		    "can't be renewed: the reply has no good accessToken, expiresIn or "
		    "refreshToken");
	token->expires = now(token) + lives;
	token->refresh = refresh != NULL ? ks_secret_new(refresh, strlen(refresh), err) : NULL;
	if (refresh == NULL || token->refresh != NULL)
		token->access = ks_secret_new(access, strlen(access), err);
	return token->access != NULL;
}

static bool read_end(
    struct ks_sso_token *token, const struct ks_errand_end *end, struct ks_err *err)
{
	const char *problem = NULL;
	cJSON *json;
	bool good;

	if (end->err.kind != KS_ERR_NONE || end->status != 200)
		return explain(token, end, err);
	json = ks_json_parse(end->text, end->len, &problem);
	good = take_reply(token, json, err);
	cJSON_Delete(json);
	return good;
}

static enum ks_provider_result renew(void *ctx, const cJSON *json, struct ks_err *err)
{
	struct ks_sso_token *token = ctx;
	const struct ks_errand_end *end;
	bool good;

	token->json = json;
	end = ks_exchange_step(&token->exchange, begin, token);
	token->json = NULL;
	if (end == NULL)
		return KS_PROVIDER_PENDING;
	good = read_end(token, end, err);
	ks_exchange_clear(&token->exchange);
	return good ? KS_PROVIDER_DONE : KS_PROVIDER_FAILED;
}

static void put_if_absent(cJSON *json, const char *name, const char *value)
{
	if (ks_json_text(json, name) == NULL)
		ks_cache_put_text(json, name, value);
}

static bool put(void *ctx, cJSON *json)
{
	struct ks_sso_token *token = ctx;

	/* With another refresh token it is another login's. */
	if (!ks_login_is_same(json, "refreshToken", token->used))
		return false;
	if (token->access == NULL) {
		ks_cache_put_date(json, TRIED, now(token));
		return true;
	}
	ks_cache_put_text(json, "accessToken", ks_secret_value(token->access));
	ks_cache_put_date(json, "expiresAt", token->expires);
	if (token->refresh != NULL)
		ks_cache_put_text(json, "refreshToken", ks_secret_value(token->refresh));
	put_if_absent(json, "startUrl", token->profile->start_url);
	put_if_absent(json, "region", token->profile->region);
	cJSON_DeleteItemFromObjectCaseSensitive(json, TRIED);
	return true;
}

static const struct ks_freshen_kind kind = {.judge = judge, .renew = renew, .put = put};

/* ---- the token ---- */

static bool find_file(struct ks_sso_token *token, struct ks_err *err)
{
	const struct ks_sso_profile *profile = token->profile;
	const struct ks_env *env = token->query->env;

	token->path = ks_cache_sso_token_path(
	    env, profile->session != NULL ? profile->session : profile->start_url);
	if (token->path == NULL)
		return ks_err_set(err, KS_ERR_CREDENTIALS,
		    "Nobody can say where the login for %s is: there is no home folder",
		    token->name);
	token->shown = ks_login_show_path(token->query, token->path);
	return true;
}

struct ks_sso_token *ks_sso_token_new(
    const struct ks_provider_query *query, const struct ks_sso_profile *profile, struct ks_err *err)
{
	struct ks_sso_token *token = ks_calloc(1, sizeof *token);

	token->query = query;
	token->profile = profile;
	ks_sso_profile_name(profile, token->name, sizeof token->name);
	token->exchange = (struct ks_exchange){.errands = query->errands, .attempts = 1};
	if (!find_file(token, err) || !ks_login_find_service(query, KS_SERVICE_SSO_OIDC,
					  profile->region, "/token", &token->service, err)) {
		ks_sso_token_free(token);
		return NULL;
	}
	token->freshen = (struct ks_freshen){
	    .kind = &kind,
	    .ctx = token,
	    .path = token->path,
	    .errands = query->errands,
	    .patience_ms = KS_FRESHEN_PATIENCE_MS,
	};
	return token;
}

/* Else the one in the file is still good. */
static bool is_rotated(const struct ks_sso_token *token)
{
	return token->refresh != NULL &&
	       !ks_secret_equal(
		   token->used, ks_secret_value(token->refresh), ks_secret_len(token->refresh));
}

enum ks_provider_result ks_sso_token_step(
    struct ks_sso_token *token, const struct ks_secret **out, struct ks_err *err)
{
	switch (ks_freshen_step(&token->freshen, err)) {
	case KS_FRESHEN_PENDING:
		return KS_PROVIDER_PENDING;
	case KS_FRESHEN_TAKEN:
		*out = token->taken;
		return KS_PROVIDER_DONE;
	case KS_FRESHEN_UNWRITTEN:
		if (is_rotated(token))
			return ks_login_fail_lost(
			    err, KS_SSO_LOGIN, token->query->profile, token->name);
		*out = token->access;
		return KS_PROVIDER_DONE;
	case KS_FRESHEN_RENEWED:
		*out = token->access;
		return KS_PROVIDER_DONE;
	case KS_FRESHEN_FAILED:
		break;
	}
	return KS_PROVIDER_FAILED;
}

void ks_sso_token_free(struct ks_sso_token *token)
{
	if (token == NULL)
		return;
	if (token->exchange.errands != NULL)
		ks_exchange_clear(&token->exchange);
	ks_freshen_clear(&token->freshen);
	ks_secret_free(token->taken);
	ks_secret_free(token->used);
	ks_secret_free(token->access);
	ks_secret_free(token->refresh);
	free(token->path);
	free(token->shown);
	free(token);
}

const char *ks_sso_token_file(const struct ks_sso_token *token)
{
	return token->shown;
}
