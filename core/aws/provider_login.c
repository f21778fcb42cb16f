/* The session of "aws login": its keys, and their renewal by who holds its key (facts 5.8). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/aws/cache_names.h"
#include "core/aws/credentials_json.h"
#include "core/aws/dpop.h"
#include "core/aws/exchange.h"
#include "core/aws/freshen.h"
#include "core/aws/login_kit.h"
#include "core/aws/provider_rows.h"
#include "core/base/date.h"
#include "core/base/json.h"
#include "core/base/mem.h"

#define COMMAND   "aws login"
#define WINDOW_MS ((int64_t)5 * 60 * 1000)
/* As the exchange's: more than this, and the proof's time is refused for our clock. */
#define SKEW_LIMIT_MS ((int64_t)4 * 60 * 1000)
/* What the CLI itself proposes at "aws login" when no region is configured. */
#define DEFAULT_REGION "us-east-1"

struct login {
	const struct ks_provider_query *query;
	char name[200]; /* "arn:aws:iam::123456789012:user/me" */
	char *path, *shown;
	struct ks_login_service service;
	struct ks_freshen freshen;
	struct ks_credentials taken; /* what the file holds, while it can be used */

	/* the renewal */
	struct ks_exchange exchange;
	const cJSON *json;      /* while it is stepped */
	struct ks_secret *used; /* the refresh token that was sent */
	struct ks_secret *refresh;
	struct ks_credentials got;
};

static int64_t now(const struct login *login)
{
	return ks_clock_wall(login->query->errands->clock);
}

static bool ask_for_login(const struct login *login, struct ks_err *err, const char *why)
{
	return ks_login_ask_for(err, COMMAND, login->query->profile, "The login for %s %s (%s)",
	    login->name, why, login->shown);
}

/* ---- what the file holds ---- */

static const char *find_key(const cJSON *json)
{
	return ks_json_text(json, "dpopKey");
}

static bool has_means(const cJSON *json)
{
	return ks_login_text(json, "refreshToken") != NULL &&
	       ks_login_text(json, "clientId") != NULL && find_key(json) != NULL;
}

static enum ks_freshen_worth lose(const struct login *login, struct ks_err *err, const char *why)
{
	ask_for_login(login, err, why);
	return KS_WORTH_LOST;
}

static enum ks_freshen_worth judge_left(struct login *login, const cJSON *json, struct ks_err *err)
{
	struct ks_credentials *taken = &login->taken;
	const char *refused = login->query->refused;
	int64_t left = taken->expires_at - now(login);
	bool is_refused = refused != NULL && strcmp(taken->access_key_id, refused) == 0;
	char why[64 + KS_DATE_SIZE], date[KS_DATE_SIZE];

	if (left > WINDOW_MS && !is_refused)
		return KS_WORTH_GOOD;
	if (left > 0 && !is_refused)
		return has_means(json) ? KS_WORTH_STALE : KS_WORTH_GOOD;
	if (has_means(json))
		return KS_WORTH_NONE;
	snprintf(why, sizeof why, "expired at %s", ks_date_local(taken->expires_at, date));
	return lose(login, err, left > 0 ? "isn't accepted any more" : why);
}

static enum ks_freshen_worth judge(
    void *ctx, const cJSON *json, const struct ks_err *problem, struct ks_err *err)
{
	struct login *login = ctx;
	struct ks_err broken;

	ks_credentials_clear(&login->taken);
	if (json == NULL && problem == NULL)
		return lose(login, err, "isn't there");
	if (json != NULL &&
	    ks_credentials_from_json(KS_CREDENTIALS_LOGIN, json, &login->taken, &broken))
		return judge_left(login, json, err);
	ks_login_ask_for(err, COMMAND, login->query->profile,
	    "The login for %s can't be used (%s): %s", login->name, login->shown,
	    json != NULL ? broken.message : problem->message);
	return KS_WORTH_LOST;
}

/* ---- the renewal ---- */

static struct ks_errand *post(struct login *login, struct ks_err *err)
{
	const char *key = find_key(login->json);
	char id[KS_DPOP_ID_SIZE], *proof;
	struct ks_errand *errand;
	cJSON *body;

	ks_dpop_make_id(id);
	proof = ks_dpop_prove(key, strlen(key), login->service.url, now(login), id, err);
	if (proof == NULL)
		return NULL;
	body = cJSON_CreateObject();
	ks_cache_put_text(body, "clientId", ks_login_text(login->json, "clientId"));
	ks_cache_put_text(body, "refreshToken", ks_secret_value(login->used));
	ks_cache_put_text(body, "grantType", "refresh_token");
	errand = ks_login_post(
	    login->query, &login->service, body, (struct ks_errand_header){"DPoP", proof}, err);
	cJSON_Delete(body);
	free(proof);
	return errand;
}

static struct ks_errand *begin(
    void *ctx, const struct ks_errands *errands, int64_t skew_ms, struct ks_err *err)
{
	struct login *login = ctx;
	const char *refresh = ks_login_text(login->json, "refreshToken");

	(void)errands;
	(void)skew_ms;
	ks_secret_free(login->used);
	login->used = ks_secret_new(refresh, strlen(refresh), err);
	return login->used != NULL ? post(login, err) : NULL;
}

/* The sign-in service's words for an end of the session. */
static const struct end {
	const char *word, *why;
	const char *first; /* what is to be done before signing in again; NULL: nothing */
} ends[] = {
    {"TOKEN_EXPIRED", "has ended", NULL},
    {"USER_CREDENTIALS_CHANGED", "has ended: the user's password or access was changed", NULL},
    {"INSUFFICIENT_PERMISSIONS", "may not be renewed by this user",
	"allow signin:CreateOAuth2Token to the user"},
    {"AUTHCODE_EXPIRED", "was never finished: its code has expired", NULL},
};

static bool say_end(const struct login *login, const struct end *end, struct ks_err *err)
{
	ask_for_login(login, err, end->why);
	if (end->first != NULL)
		ks_err_tip(err, "%s, then run: %s --profile %s", end->first, COMMAND,
		    ks_provider_shell_name(login->query->profile));
	return false;
}

static bool explain(const struct login *login, const struct ks_errand_end *end, struct ks_err *err)
{
	const struct ks_login_way way = {"AWS sign-in", COMMAND, login->query->profile};
	char what[400];
	struct ks_login_no no;

	if (end->err.kind == KS_ERR_NONE) {
		ks_login_read_no(end, &no);
		for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
			if (strcmp(no.word, ends[i].word) == 0)
				return say_end(login, &ends[i], err);
	}
	/* Before anything was sent: its key is none. */
	if (end->err.kind == KS_ERR_CREDENTIALS)
		return ks_login_ask_for(err, COMMAND, login->query->profile,
		    "The login for %s can't be renewed: %s", login->name, end->err.message);
	ks_provider_say(what, sizeof what, "Profile %s: the login for %s can't be renewed",
	    way.profile, login->name);
	ks_login_explain(err, end, &way, what);
	if (end->err.kind == KS_ERR_NONE && end->status < 500 && end->skew_known &&
	    (end->skew_ms > SKEW_LIMIT_MS || end->skew_ms < -SKEW_LIMIT_MS))
		ks_err_tip(err, "set this computer's clock, which the proof's time comes from");
	return false;
}

/* Completes the reply to the form that the file has: when they expire, and whose they are. */
static bool complete(struct login *login, cJSON *json)
{
	cJSON *keys = cJSON_GetObjectItemCaseSensitive(json, "accessToken");
	const char *account = ks_json_text(ks_json_member(login->json, "accessToken"), "accountId");
	int64_t lives;

	if (!cJSON_IsObject(keys) || !ks_login_seconds(json, "expiresIn", &lives) ||
	    ks_login_text(json, "refreshToken") == NULL)
		return false;
	ks_cache_put_date(keys, "expiresAt", now(login) + lives);
	if (account != NULL && ks_json_text(keys, "accountId") == NULL)
		ks_cache_put_text(keys, "accountId", account);
	return true;
}

static bool take_reply(struct login *login, cJSON *json, struct ks_err *err)
{
	struct ks_err broken = {0};
	const char *refresh;

	if (!complete(login, json))
		return ask_for_login(login, err,
		    "can't be renewed: the reply has no good accessToken, expiresIn or "
		    "refreshToken");
	refresh = ks_login_text(json, "refreshToken");
	ks_secret_free(login->refresh);
	login->refresh = ks_secret_new(refresh, strlen(refresh), err);
	if (login->refresh == NULL)
		return false;
	if (ks_credentials_from_json(KS_CREDENTIALS_LOGIN, json, &login->got, &broken))
		return true;
	return ks_login_ask_for(err, COMMAND, login->query->profile,
	    "The login for %s can't be renewed: the reply's %s", login->name, broken.message);
}

static bool read_end(struct login *login, const struct ks_errand_end *end, struct ks_err *err)
{
	const char *problem = NULL;
	cJSON *json;
	bool good;

	if (end->err.kind != KS_ERR_NONE || end->status != 200)
		return explain(login, end, err);
	json = ks_json_parse(end->text, end->len, &problem);
	good = take_reply(login, json, err);
	cJSON_Delete(json);
	return good;
}

static enum ks_provider_result renew(void *ctx, const cJSON *json, struct ks_err *err)
{
	struct login *login = ctx;
	const struct ks_errand_end *end;
	bool good = false;

	login->json = json;
	end = ks_exchange_step(&login->exchange, begin, login);
	if (end != NULL)
		good = read_end(login, end, err);
	login->json = NULL;
	if (end == NULL)
		return KS_PROVIDER_PENDING;
	ks_exchange_clear(&login->exchange);
	return good ? KS_PROVIDER_DONE : KS_PROVIDER_FAILED;
}

static cJSON *find_keys(cJSON *json)
{
	cJSON *keys = cJSON_GetObjectItemCaseSensitive(json, "accessToken");

	if (cJSON_IsObject(keys))
		return keys;
	cJSON_DeleteItemFromObjectCaseSensitive(json, "accessToken");
	keys = cJSON_AddObjectToObject(json, "accessToken");
	if (keys == NULL)
		ks_mem_out();
	return keys;
}

static bool put(void *ctx, cJSON *json)
{
	struct login *login = ctx;
	const struct ks_credentials *got = &login->got;
	cJSON *keys;

	/* With another refresh token it is another login's. */
	if (got->access_key_id == NULL || !ks_login_is_same(json, "refreshToken", login->used))
		return false;
	keys = find_keys(json);
	ks_cache_put_text(keys, "accessKeyId", got->access_key_id);
	ks_cache_put_text(keys, "secretAccessKey", ks_secret_value(got->secret));
	ks_cache_put_text(keys, "sessionToken", ks_secret_value(got->token));
	if (got->account_id != NULL)
		ks_cache_put_text(keys, "accountId", got->account_id);
	ks_cache_put_date(keys, "expiresAt", got->expires_at);
	ks_cache_put_text(json, "refreshToken", ks_secret_value(login->refresh));
	return true;
}

static const struct ks_freshen_kind kind = {.judge = judge, .renew = renew, .put = put};

/* ---- the row ---- */

void ks_provider_login_drop(void *state)
{
	struct login *login = state;

	if (login->exchange.errands != NULL)
		ks_exchange_clear(&login->exchange);
	ks_freshen_clear(&login->freshen);
	ks_credentials_clear(&login->taken);
	ks_credentials_clear(&login->got);
	ks_secret_free(login->used);
	ks_secret_free(login->refresh);
	free(login->path);
	free(login->shown);
	free(login);
}

/*
 * The AWS tools renew in the region that they are used in; the profile's own counts where another
 * takes its role from it, and none is given for that one.
 */
static const char *find_region(const struct ks_provider_query *query)
{
	const char *own = ks_provider_value(query, "region");

	if (query->settings->region != NULL)
		return query->settings->region;
	return own != NULL ? own : DEFAULT_REGION;
}

/* NULL with err filled. */
static struct login *open_state(
    const struct ks_provider_query *query, const char *session, struct ks_err *err)
{
	struct login *login = ks_calloc(1, sizeof *login);

	login->query = query;
	ks_provider_say(login->name, sizeof login->name, "%s", session);
	ks_credentials_init(&login->taken);
	ks_credentials_init(&login->got);
	login->exchange = (struct ks_exchange){.errands = query->errands, .attempts = 1};
	login->path = ks_cache_login_path(query->env, session);
	if (login->path == NULL)
		ks_err_set(err, KS_ERR_CREDENTIALS,
		    "Nobody can say where the login of %s is: there is no home folder",
		    login->name);
	if (login->path == NULL || !ks_login_find_service(query, KS_SERVICE_SIGNIN,
				       find_region(query), "/v1/token", &login->service, err)) {
		ks_provider_login_drop(login);
		return NULL;
	}
	login->shown = ks_login_show_path(query, login->path);
	login->freshen = (struct ks_freshen){
	    .kind = &kind,
	    .ctx = login,
	    .path = login->path,
	    .errands = query->errands,
	    .patience_ms = KS_FRESHEN_PATIENCE_MS,
	};
	return login;
}

/* Moves the credentials to the answer. */
static enum ks_provider_result give(
    struct login *login, struct ks_credentials *found, struct ks_provider_answer *answer)
{
	char source[300];

	answer->credentials = *found;
	ks_credentials_init(found);
	ks_provider_say(source, sizeof source, "aws login, %s", login->name);
	answer->credentials.source = ks_strdup(source);
	ks_provider_say(answer->finding, sizeof answer->finding,
	    "profile %s: access key %s by aws login", login->query->profile,
	    answer->credentials.access_key_id);
	return KS_PROVIDER_DONE;
}

static enum ks_provider_result step(struct login *login, struct ks_provider_answer *answer)
{
	switch (ks_freshen_step(&login->freshen, &answer->err)) {
	case KS_FRESHEN_PENDING:
		return KS_PROVIDER_PENDING;
	case KS_FRESHEN_TAKEN:
		return give(login, &login->taken, answer);
	case KS_FRESHEN_RENEWED:
		return give(login, &login->got, answer);
	case KS_FRESHEN_UNWRITTEN:
		ks_login_fail_lost(&answer->err, COMMAND, login->query->profile, login->name);
		break;
	case KS_FRESHEN_FAILED:
		break;
	}
	return ks_login_fail(answer);
}

enum ks_provider_result ks_provider_login(
    const struct ks_provider_query *query, void **state, struct ks_provider_answer *answer)
{
	struct ks_provider_setting setting;
	enum ks_provider_result result;

	if (!ks_provider_find(query, "login_session", &setting))
		return KS_PROVIDER_NOT_MINE;
	ks_provider_say(answer->place, sizeof answer->place, "%s", setting.path);
	if (*state == NULL)
		*state = open_state(query, setting.value, &answer->err);
	if (*state == NULL)
		return ks_login_fail(answer);
	result = step(*state, answer);
	if (result != KS_PROVIDER_PENDING)
		ks_provider_login_drop(*state);
	return result;
}
