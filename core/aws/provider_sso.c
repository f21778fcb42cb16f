/* IAM Identity Center: a role's credentials for the token of a login (facts 5.6). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/aws/cache_names.h"
#include "core/aws/cli_cache.h"
#include "core/aws/credentials_json.h"
#include "core/aws/exchange.h"
#include "core/aws/login_kit.h"
#include "core/aws/provider_rows.h"
#include "core/aws/signer.h"
#include "core/aws/sso_token.h"
#include "core/base/buf.h"
#include "core/base/date.h"
#include "core/base/json.h"
#include "core/base/mem.h"

#define TIMEOUT_MS ((int64_t)15 * 1000)
#define PAUSE_MS   500

struct sso {
	const struct ks_provider_query *query;
	struct ks_sso_profile profile;
	char name[200]; /* "SSO my-sso" */
	struct ks_login_service portal;

	struct ks_cli_cache cache;
	bool looked; /* into it, before anything else */

	/* getting the role's credentials */
	struct ks_sso_token *token;
	const struct ks_secret *bearer; /* the token's; NULL until it is known */
	struct ks_secret *refused;      /* the one before, which the portal didn't take */
	struct ks_exchange exchange;
};

/* ---- asking the portal ---- */

static struct ks_errand *begin(
    void *ctx, const struct ks_errands *errands, int64_t skew_ms, struct ks_err *err)
{
	struct sso *sso = ctx;
	struct ks_errand_header header = {"x-amz-sso_bearer_token", ks_secret_value(sso->bearer)};
	char *role = ks_signer_encode(sso->profile.role, strlen(sso->profile.role), false);
	struct ks_errand *errand;
	struct ks_buf url;

	(void)errands;
	(void)skew_ms;
	ks_buf_init(&url, SIZE_MAX);
	ks_buf_printf(
	    &url, "%s?role_name=%s&account_id=%s", sso->portal.url, role, sso->profile.account);
	errand = ks_login_fetch(sso->query, &sso->portal,
	    (struct ks_errand_fetch){
		.method = "GET",
		.url = ks_buf_text(&url),
		.headers = &header,
		.n_headers = 1,
		.timeout_ms = TIMEOUT_MS,
	    },
	    err);
	ks_buf_free(&url);
	free(role);
	return errand;
}

static bool refuse_login(const struct sso *sso, struct ks_err *err)
{
	return ks_login_ask_for(err, KS_SSO_LOGIN, sso->query->profile,
	    "The login for %s isn't accepted any more (%s)", sso->name,
	    ks_sso_token_file(sso->token));
}

static bool refuse_role(const struct sso *sso, const struct ks_errand_end *end, struct ks_err *err)
{
	struct ks_login_no no;

	ks_login_read_no(end, &no);
	ks_err_set(err, KS_ERR_CREDENTIALS,
	    "%s gives this login no access to the role %s in the account %s: HTTP %d%s%s",
	    sso->name, sso->profile.role, sso->profile.account, end->status,
	    no.said[0] != '\0' ? ", " : "", no.said);
	err->http_status = end->status;
	snprintf(err->code, sizeof err->code, "%s", KS_IDENTITY_BROKEN);
	return ks_err_tip(err,
	    "correct sso_role_name (%s, line %d) or sso_account_id, or ask for access",
	    sso->profile.role_at.path, sso->profile.role_at.line);
}

static void say_what(const struct sso *sso, const char *problem, char *dst, size_t size)
{
	const struct ks_provider_setting *role = &sso->profile.role_at;

	ks_provider_say(dst, size, "%s, line %d, profile %s: %s", role->path, role->line,
	    sso->query->profile, problem);
}

static bool refuse_reply(const struct sso *sso, struct ks_err *err)
{
	struct ks_err why = *err;
	char problem[300], what[400];

	snprintf(problem, sizeof problem, "The reply of %s can't be used", sso->name);
	say_what(sso, problem, what, sizeof what);
	ks_err_because(err, &why, "%s", what);
	if (why.kind == KS_ERR_CREDENTIALS)
		err->kind = KS_ERR_REPLY;
	ks_provider_tip_failure(err, 0, "SSO");
	return false;
}

static bool take_reply(const struct sso *sso, const struct ks_errand_end *end,
    struct ks_credentials *got, struct ks_err *err)
{
	char date[KS_DATE_SIZE], problem[300], what[400];

	if (!ks_credentials_from_text(KS_CREDENTIALS_SSO_ROLE, end->text, end->len, got, err))
		return refuse_reply(sso, err);
	if (got->expires_at > ks_clock_wall(sso->query->errands->clock)) {
		got->account_id = ks_strdup(sso->profile.account);
		return true;
	}
	snprintf(problem, sizeof problem, "%s gave credentials that expired at %s", sso->name,
	    ks_date_local(got->expires_at, date));
	say_what(sso, problem, what, sizeof what);
	ks_err_set(err, KS_ERR_CREDENTIALS, "%s", what);
	ks_err_tip(err, "check this computer's clock");
	ks_credentials_clear(got);
	return false;
}

static bool read_end(const struct sso *sso, const struct ks_errand_end *end,
    struct ks_credentials *got, struct ks_err *err)
{
	const struct ks_login_way way = {"SSO", KS_SSO_LOGIN, sso->query->profile};
	char problem[400], what[480];

	if (end->err.kind == KS_ERR_NONE && end->status == 200)
		return take_reply(sso, end, got, err);
	if (end->err.kind == KS_ERR_NONE && (end->status == 403 || end->status == 404))
		return refuse_role(sso, end, err);
	snprintf(problem, sizeof problem, "%s gave no credentials for the role %s in %s", sso->name,
	    sso->profile.role, sso->profile.account);
	say_what(sso, problem, what, sizeof what);
	ks_login_explain(err, end, &way, what);
	return false;
}

/* ---- the token ---- */

/* Whoever renewed the login meanwhile made our token useless: then the file has another. */
static bool read_token_again(struct sso *sso, struct ks_err *err)
{
	if (sso->refused != NULL)
		return refuse_login(sso, err);
	sso->refused = ks_secret_dup(sso->bearer, err);
	if (sso->refused == NULL)
		return false;
	sso->bearer = NULL;
	ks_sso_token_free(sso->token);
	sso->token = ks_sso_token_new(sso->query, &sso->profile, err);
	return sso->token != NULL;
}

static bool is_same_again(const struct sso *sso)
{
	return sso->refused != NULL && ks_secret_equal(sso->refused, ks_secret_value(sso->bearer),
					   ks_secret_len(sso->bearer));
}

static enum ks_provider_result step_token(struct sso *sso, struct ks_err *err)
{
	enum ks_provider_result result = KS_PROVIDER_DONE;

	if (sso->bearer == NULL)
		result = ks_sso_token_step(sso->token, &sso->bearer, err);
	if (result == KS_PROVIDER_DONE && is_same_again(sso)) {
		refuse_login(sso, err);
		return KS_PROVIDER_FAILED;
	}
	return result;
}

static enum ks_provider_result renew(void *ctx, struct ks_sts_role *got, struct ks_err *err)
{
	struct sso *sso = ctx;
	const struct ks_errand_end *end;
	enum ks_provider_result result;
	bool is_refused, good;

	for (;;) {
		result = step_token(sso, err);
		if (result != KS_PROVIDER_DONE)
			return result;
		end = ks_exchange_step(&sso->exchange, begin, sso);
		if (end == NULL)
			return KS_PROVIDER_PENDING;
		is_refused = end->err.kind == KS_ERR_NONE && end->status == 401;
		good = is_refused ? read_token_again(sso, err)
				  : read_end(sso, end, &got->credentials, err);
		ks_exchange_clear(&sso->exchange);
		if (!is_refused || !good)
			return good ? KS_PROVIDER_DONE : KS_PROVIDER_FAILED;
	}
}

/* ---- the row ---- */

void ks_provider_sso_drop(void *state)
{
	struct sso *sso = state;

	if (sso->exchange.errands != NULL)
		ks_exchange_clear(&sso->exchange);
	ks_cli_cache_clear(&sso->cache);
	ks_sso_token_free(sso->token);
	ks_secret_free(sso->refused);
	free(sso);
}

static char *find_path(const struct sso *sso)
{
	return ks_cache_sso_role_path(sso->query->env, &(struct ks_cache_sso_role){
							   .account_id = sso->profile.account,
							   .role_name = sso->profile.role,
							   .session_name = sso->profile.session,
							   .start_url = sso->profile.start_url,
						       });
}

/* NULL with err filled. */
static struct sso *open_state(
    const struct ks_provider_query *query, const struct ks_sso_profile *profile, struct ks_err *err)
{
	struct sso *sso = ks_calloc(1, sizeof *sso);

	sso->query = query;
	sso->profile = *profile;
	ks_sso_profile_name(profile, sso->name, sizeof sso->name);
	sso->exchange = (struct ks_exchange){.errands = query->errands,
	    .attempts = ks_settings_attempts(query->settings),
	    .pause_ms = PAUSE_MS};
	sso->token = ks_sso_token_new(query, &sso->profile, err);
	if (sso->token == NULL || !ks_login_find_service(query, KS_SERVICE_SSO, profile->region,
				      "/federation/credentials", &sso->portal, err)) {
		ks_provider_sso_drop(sso);
		return NULL;
	}
	sso->cache = (struct ks_cli_cache){
	    .query = query,
	    .path = find_path(sso),
	    .provider_type = "sso",
	    /* It may be that the other one has its login renewed in its turn. */
	    .patience_ms = KS_FRESHEN_PATIENCE_MS,
	    .renew = renew,
	    .ctx = sso,
	};
	return sso;
}

/* Moves the credentials to the answer. */
static enum ks_provider_result give(
    const struct sso *sso, const struct ks_credentials *found, struct ks_provider_answer *answer)
{
	char source[640];

	answer->credentials = *found;
	free(answer->credentials.account_id);
	answer->credentials.account_id = ks_strdup(sso->profile.account);
	ks_provider_say(source, sizeof source, "%s, role %s in %s", sso->name, sso->profile.role,
	    sso->profile.account);
	answer->credentials.source = ks_strdup(source);
	ks_provider_say(answer->finding, sizeof answer->finding, "profile %s: access key %s by %s",
	    sso->query->profile, answer->credentials.access_key_id, sso->name);
	return KS_PROVIDER_DONE;
}

/* Before anything else: with good ones there, no login is needed. */
static bool has_cached(struct sso *sso, struct ks_credentials *found)
{
	if (sso->looked)
		return false;
	sso->looked = true;
	return ks_cli_cache_look(&sso->cache, found);
}

static enum ks_provider_result step(struct sso *sso, struct ks_provider_answer *answer)
{
	struct ks_credentials found;
	enum ks_provider_result result;
	bool is_new;

	if (has_cached(sso, &found))
		return give(sso, &found, answer);
	/* First the login: who has none takes no turn at the role. */
	result = step_token(sso, &answer->err);
	if (result == KS_PROVIDER_DONE)
		result = ks_cli_cache_step(&sso->cache, &found, &is_new, &answer->err);
	if (result == KS_PROVIDER_DONE)
		return give(sso, &found, answer);
	return result == KS_PROVIDER_PENDING ? result : ks_login_fail(answer);
}

enum ks_provider_result ks_provider_sso(
    const struct ks_provider_query *query, void **state, struct ks_provider_answer *answer)
{
	struct ks_sso_profile profile;
	enum ks_provider_result result = ks_sso_profile_read(query, &profile, answer);

	if (result != KS_PROVIDER_DONE)
		return result;
	if (*state == NULL)
		*state = open_state(query, &profile, &answer->err);
	if (*state == NULL)
		return ks_login_fail(answer);
	result = step(*state, answer);
	if (result != KS_PROVIDER_PENDING)
		ks_provider_sso_drop(*state);
	return result;
}
