#include "core/aws/login_kit.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/paths.h"
#include "core/base/quote.h"
#include "core/base/text.h"

/* Shorter than another keysail waits for its turn. */
#define TIMEOUT_MS ((int64_t)30 * 1000)
#define YEAR_S     ((double)366 * 24 * 3600)

bool ks_login_find_service(const struct ks_provider_query *query, enum ks_service service,
    const char *region, const char *path, struct ks_login_service *out, struct ks_err *err)
{
	char base[KS_ENDPOINT_SIZE];
	struct ks_endpoint parts;

	if (!ks_settings_endpoint(query->settings, service, region, base, sizeof base, err) ||
	    !ks_endpoint_split(base, "the endpoint", &parts, err))
		return false;
	out->direct = parts.loopback;
	out->connect_ms = ks_settings_connect_ms(query->settings, region);
	snprintf(out->url, sizeof out->url, "%s%s", base, path);
	return true;
}

struct ks_errand *ks_login_fetch(const struct ks_provider_query *query,
    const struct ks_login_service *service, struct ks_errand_fetch fetch, struct ks_err *err)
{
	char agent[KS_SETTINGS_AGENT_SIZE];

	ks_settings_agent(query->settings, agent, sizeof agent);
	return query->errands->fetch(query->errands->ctx,
	    &(struct ks_errand_fetch){
		.method = fetch.method,
		.url = fetch.url,
		.headers = fetch.headers,
		.n_headers = fetch.n_headers,
		.body = fetch.body,
		.body_len = fetch.body_len,
		.timeout_ms = fetch.timeout_ms,
		.once = fetch.once,
		.agent = agent,
		.ca_bundle = query->settings->ca_bundle,
		.connect_ms = service->connect_ms,
		.direct = service->direct,
	    },
	    err);
}

struct ks_errand *ks_login_post(const struct ks_provider_query *query,
    const struct ks_login_service *service, const cJSON *body, struct ks_errand_header extra,
    struct ks_err *err)
{
	char *text = cJSON_PrintUnformatted(body);
	struct ks_errand_header headers[] = {{"Content-Type", "application/json"}, extra};
	struct ks_errand *errand;

	if (text == NULL)
		ks_mem_out();
	errand = ks_login_fetch(query, service,
	    (struct ks_errand_fetch){
		.method = "POST",
		.url = service->url,
		.headers = headers,
		.n_headers = extra.value != NULL ? 2 : 1,
		.body = text,
		.body_len = strlen(text),
		.timeout_ms = TIMEOUT_MS,
		.once = true,
	    },
	    err);
	cJSON_free(text);
	return errand;
}

/* ---- what a service says ---- */

static void take_clean(char *dst, size_t size, const cJSON *json, const char *const *names)
{
	const char *text = NULL;

	for (; text == NULL && *names != NULL; names++)
		text = ks_json_text(json, *names);
	if (text != NULL)
		ks_quote(dst, size, text, strlen(text));
}

void ks_login_read_no(const struct ks_errand_end *end, struct ks_login_no *out)
{
	static const char *const words[] = {"error", "__type", "code", NULL};
	static const char *const sentences[] = {"error_description", "message", "Message", NULL};
	const char *problem, *name;
	cJSON *json = ks_json_parse(end->text, end->len, &problem);

	memset(out, 0, sizeof *out);
	take_clean(out->word, sizeof out->word, json, words);
	take_clean(out->said, sizeof out->said, json, sentences);
	cJSON_Delete(json);
	/* "com.amazonaws.switchboard.portal#UnauthorizedException" */
	name = strrchr(out->word, '#');
	if (name != NULL)
		memmove(out->word, name + 1, strlen(name));
}

void ks_login_explain(struct ks_err *err, const struct ks_errand_end *end,
    const struct ks_login_way *way, const char *what)
{
	struct ks_login_no no;

	if (end->err.kind != KS_ERR_NONE) {
		ks_err_because(err, &end->err, "%s", what);
		ks_provider_tip_failure(err, 0, way->service);
		return;
	}
	ks_login_read_no(end, &no);
	/* The word is the code, with which the line begins. */
	ks_err_set(err, KS_ERR_SERVICE, "%s: the service answered HTTP %d%s%s", what, end->status,
	    no.said[0] != '\0' ? ", " : "", no.said);
	if (end->status >= 400 && end->status < 500 && end->status != 429)
		ks_err_tip(err, "try again, or run: %s --profile %s", way->command,
		    ks_provider_shell_name(way->profile));
	else
		ks_provider_tip_failure(err, end->status, way->service);
	err->http_status = end->status;
	snprintf(err->code, sizeof err->code, "%s", no.word);
}

bool ks_login_ask_for(
    struct ks_err *err, const char *command, const char *profile, const char *format, ...)
{
	char sentence[512];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof sentence, format, args);
	va_end(args);
	ks_err_set(err, KS_ERR_CREDENTIALS, "%s", sentence);
	snprintf(err->code, sizeof err->code, "%s", KS_IDENTITY_SIGN_IN);
	return ks_err_tip(err, "run: %s --profile %s", command, ks_provider_shell_name(profile));
}

enum ks_provider_result ks_login_fail_lost(
    struct ks_err *err, const char *command, const char *profile, const char *name)
{
	struct ks_err why = *err;

	ks_login_ask_for(err, command, profile, "The login for %s was renewed, but is lost: %s",
	    name, why.message);
	if (why.tip[0] != '\0')
		ks_err_tip(err, "%s, then run: %s --profile %s", why.tip, command,
		    ks_provider_shell_name(profile));
	return KS_PROVIDER_FAILED;
}

enum ks_provider_result ks_login_fail(struct ks_provider_answer *answer)
{
	return ks_provider_fail(answer, answer->err.code);
}

/* ---- what comes from outside ---- */

const char *ks_login_text(const cJSON *object, const char *name)
{
	const char *text = ks_json_text(object, name);

	return text != NULL && ks_credentials_is_token(text) ? text : NULL;
}

bool ks_login_is_same(const cJSON *object, const char *name, const struct ks_secret *secret)
{
	const char *text = ks_json_text(object, name);

	return text != NULL && secret != NULL && ks_secret_equal(secret, text, strlen(text));
}

char *ks_login_show_path(const struct ks_provider_query *query, const char *path)
{
	char *shown = ks_path_abbreviate(path, ks_env_home(query->env));
	char *clean = ks_text_clean_dup(shown, strlen(shown));

	free(shown);
	return clean;
}

bool ks_login_seconds(const cJSON *object, const char *name, int64_t *ms)
{
	const cJSON *number = ks_json_member(object, name);

	if (!cJSON_IsNumber(number) || !(number->valuedouble >= 1) || number->valuedouble > YEAR_S)
		return false;
	*ms = (int64_t)number->valuedouble * 1000;
	return true;
}
