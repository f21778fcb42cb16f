/* A role that is taken on with a web identity: a token in a file, which a cluster keeps fresh. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/aws/cache_names.h"
#include "core/aws/cli_cache.h"
#include "core/aws/provider_kit.h"
#include "core/aws/provider_rows.h"
#include "core/aws/role_kit.h"
#include "core/aws/sts.h"
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/base/paths.h"

/* STS's limits of a token; a line break after it doesn't count. */
enum { TOKEN_MIN = 4, TOKEN_MAX = 20000, FILE_MAX = TOKEN_MAX + 2 };

/* One of the three parameters: a variable beats the profile's key, each by itself. */
struct parameter {
	const char *value; /* NULL: neither is there */
	const char *name;  /* of the variable, or of the key */
	bool in_env;
	struct ks_provider_setting setting; /* unless it is in_env */
};

struct web {
	const struct ks_provider_query *query;
	struct parameter file, arn, session;
	char path[320]; /* the file's, for people */
	struct ks_cli_cache cache;
	struct ks_sts *sts; /* NULL: not asked yet */
	char default_session[KS_ROLE_SESSION_SIZE];
};

void ks_provider_web_drop(void *state)
{
	struct web *web = state;

	ks_sts_free(web->sts);
	ks_cli_cache_clear(&web->cache);
	free(web);
}

/* ---- what is set ---- */

static struct parameter find(
    const struct ks_provider_query *query, enum ks_env_variable variable, const char *key)
{
	const char *value = query->is_explicit ? NULL : ks_env_get(query->env, variable);
	struct parameter found = {.value = value, .name = key};

	if (value != NULL) {
		found.in_env = true;
		found.name = ks_env_name(variable);
	} else if (ks_provider_find(query, key, &found.setting)) {
		found.value = found.setting.value;
	}
	return found;
}

static void say_place(const struct parameter *file, struct ks_provider_answer *answer)
{
	ks_provider_say(answer->place, sizeof answer->place, "%s",
	    file->in_env ? "environment" : file->setting.path);
}

static enum ks_provider_result fail_parameter(const struct ks_provider_query *query,
    const struct parameter *parameter, const char *problem, const char *tip,
    struct ks_provider_answer *answer)
{
	if (!parameter->in_env)
		return ks_provider_fail_setting(
		    query, &parameter->setting, answer, tip, "%s", problem);
	ks_err_set(&answer->err, KS_ERR_CREDENTIALS, "%s %s", parameter->name, problem);
	ks_err_tip(&answer->err, "%s", tip);
	return ks_provider_fail(answer, KS_IDENTITY_BROKEN);
}

static enum ks_provider_result check(const struct web *web, struct ks_provider_answer *answer)
{
	static const char tip[] = "put it right as the role's owner gave it to you";

	if (web->arn.value == NULL)
		return fail_parameter(web->query, &web->file,
		    web->file.in_env ? "is set, but AWS_ROLE_ARN isn't"
				     : "has no role_arn beside it",
		    "name the role that the token is for", answer);
	if (!ks_role_is_arn(web->arn.value))
		return fail_parameter(web->query, &web->arn, KS_ROLE_ARN_PROBLEM, tip, answer);
	if (web->session.value != NULL && !ks_role_is_session_name(web->session.value))
		return fail_parameter(
		    web->query, &web->session, KS_ROLE_SESSION_PROBLEM, tip, answer);
	return KS_PROVIDER_DONE;
}

/* ---- words ---- */

static void say_what(const struct web *web, const struct parameter *about, const char *problem,
    char *dst, size_t size)
{
	const struct ks_provider_setting *setting = &about->setting;

	if (about->in_env)
		ks_provider_say(dst, size, "%s: %s", about->name, problem);
	else
		ks_provider_say(dst, size, "%s, line %d, profile %s: %s", setting->path,
		    setting->line, web->query->profile, problem);
}

static enum ks_provider_result finish(const struct web *web,
    const struct ks_credentials *credentials, const char *origin, struct ks_provider_answer *answer)
{
	char source[640];

	ks_provider_say(source, sizeof source, "role %s by the token in %s%s", web->arn.value,
	    web->path, origin);
	answer->credentials = *credentials;
	answer->credentials.source = ks_strdup(source);
	if (web->file.in_env)
		ks_provider_say(answer->finding, sizeof answer->finding,
		    "role %s by the token in %s", web->arn.value, web->path);
	else
		ks_provider_say(answer->finding, sizeof answer->finding,
		    "profile %s: role %s by the token in %s", web->query->profile, web->arn.value,
		    web->path);
	return KS_PROVIDER_DONE;
}

/* ---- the token ---- */

static bool fail_file(
    const struct web *web, const struct ks_err *why, const char *tip, struct ks_err *err)
{
	char what[400];

	say_what(web, &web->file, web->file.in_env ? "the token can't be read" : web->file.name,
	    what, sizeof what);
	ks_err_because(err, why, "%s", what);
	err->kind = KS_ERR_CREDENTIALS;
	snprintf(err->code, sizeof err->code, "%s", KS_IDENTITY_BROKEN);
	return ks_err_tip(err, "%s", tip);
}

/* Cuts the line break off. False when what is left can't be a token. */
static bool trim_token(struct ks_file_text *text)
{
	while (text->len > 0 &&
	       (text->data[text->len - 1] == '\n' || text->data[text->len - 1] == '\r'))
		text->data[--text->len] = '\0';
	for (size_t i = 0; i < text->len; i++)
		if (text->data[i] <= ' ' || text->data[i] > '~')
			return false;
	return text->len >= TOKEN_MIN && text->len <= TOKEN_MAX;
}

static void begin_call(struct web *web, const char *token)
{
	const char *session = web->session.value;

	ks_role_name_session(web->query->errands, web->default_session);

	const struct ks_sts_field fields[] = {
	    {"RoleArn", web->arn.value},
	    {"RoleSessionName", session != NULL ? session : web->default_session},
	    {"WebIdentityToken", token},
	};

	web->sts = ks_sts_new(&(struct ks_sts_ask){
	    .settings = web->query->settings,
	    .errands = web->query->errands,
	    .call = KS_STS_ASSUME_ROLE_WITH_WEB_IDENTITY,
	    .fields = fields,
	    .n_fields = sizeof fields / sizeof fields[0],
	});
}

/* At each search anew: who writes it replaces it long before it expires. */
static bool read_token(struct web *web, struct ks_err *err)
{
	struct ks_file_text text;
	struct ks_err why = {0};
	bool good;

	switch (ks_file_read(web->file.value, web->path, FILE_MAX, &text, &why)) {
	case KS_FILE_READ:
		break;
	case KS_FILE_MISSING:
		ks_err_set(&why, KS_ERR_CREDENTIALS, "There is no file %s", web->path);
		return fail_file(
		    web, &why, "see that what writes the token runs, and where to", err);
	case KS_FILE_REFUSED:
		return fail_file(
		    web, &why, "see that it is the token's file, and may be read", err);
	}
	good = trim_token(&text);
	if (good)
		begin_call(web, text.data);
	ks_wiping_free(text.data);
	if (good)
		return true;
	ks_err_set(&why, KS_ERR_CREDENTIALS, "%s holds no token, which is %d to %d characters",
	    web->path, TOKEN_MIN, TOKEN_MAX);
	return fail_file(web, &why, "have it written anew, on one line and without blanks", err);
}

static enum ks_provider_result renew(void *ctx, struct ks_sts_role *got, struct ks_err *err)
{
	struct web *web = ctx;
	struct ks_err why = {0};
	char problem[400], what[640];
	enum ks_provider_result result;

	if (web->sts == NULL && !read_token(web, err))
		return KS_PROVIDER_FAILED;
	result = ks_sts_step(web->sts, got, &why);
	if (result != KS_PROVIDER_FAILED)
		return result;
	ks_provider_say(problem, sizeof problem, "role %s can't be taken on", web->arn.value);
	say_what(web, &web->arn, problem, what, sizeof what);
	return ks_role_fail(err, KS_STS_ASSUME_ROLE_WITH_WEB_IDENTITY, &why, web->path, what);
}

/* ---- the row ---- */

static void name_file(struct web *web)
{
	char *path = ks_path_abbreviate(web->file.value, ks_env_home(web->query->env));

	ks_provider_say(web->path, sizeof web->path, "%s", path);
	free(path);
}

static struct web *begin(const struct ks_provider_query *query)
{
	struct parameter file =
	    find(query, KS_ENV_AWS_WEB_IDENTITY_TOKEN_FILE, "web_identity_token_file");
	struct web *web;

	if (file.value == NULL)
		return NULL;
	web = ks_calloc(1, sizeof *web);
	web->query = query;
	web->file = file;
	web->arn = find(query, KS_ENV_AWS_ROLE_ARN, "role_arn");
	web->session = find(query, KS_ENV_AWS_ROLE_SESSION_NAME, "role_session_name");
	name_file(web);
	return web;
}

static void open_cache(struct web *web)
{
	const struct ks_cache_role role = {
	    .role_arn = web->arn.value, .session_name = web->session.value};

	web->cache = (struct ks_cli_cache){
	    .query = web->query,
	    .path = ks_cache_role_path(web->query->env, &role),
	    .patience_ms = KS_ROLE_PATIENCE_MS,
	    .renew = renew,
	    .ctx = web,
	};
}

static enum ks_provider_result step(struct web *web, struct ks_provider_answer *answer)
{
	struct ks_credentials found;
	bool is_new;
	enum ks_provider_result result =
	    ks_cli_cache_step(&web->cache, &found, &is_new, &answer->err);

	if (result == KS_PROVIDER_DONE)
		return finish(web, &found, is_new ? "" : " (from the AWS CLI's cache)", answer);
	return result == KS_PROVIDER_PENDING ? result : ks_provider_fail(answer, answer->err.code);
}

enum ks_provider_result ks_provider_web(
    const struct ks_provider_query *query, void **state, struct ks_provider_answer *answer)
{
	struct web *web = *state;
	enum ks_provider_result result = KS_PROVIDER_DONE;

	if (web == NULL) {
		web = begin(query);
		if (web == NULL)
			return KS_PROVIDER_NOT_MINE;
		*state = web;
		result = check(web, answer);
		if (result == KS_PROVIDER_DONE)
			open_cache(web);
	}
	if (result == KS_PROVIDER_DONE)
		result = step(web, answer);
	if (result == KS_PROVIDER_PENDING)
		return result;
	say_place(&web->file, answer);
	ks_provider_web_drop(web);
	return result;
}
