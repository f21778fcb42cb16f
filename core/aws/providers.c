/* The rows: a new provider is a function here (or a file of its own) and a row at the end. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/aws/identity.h"
#include "core/aws/provider.h"
#include "core/base/clock.h"
#include "core/base/date.h"
#include "core/base/mem.h"
#include "core/base/text.h"

/* No official limits; generous ones, so that a header can't become endless. */
#define KEY_ID_MAX ((size_t)128)
#define SECRET_MAX ((size_t)512)
#define TOKEN_MAX  ((size_t)16 * 1024)

static void say(char *dst, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Clean text for place and finding. */
static void say(char *dst, size_t size, const char *format, ...)
{
	char raw[640];
	va_list args;

	va_start(args, format);
	vsnprintf(raw, sizeof raw, format, args);
	va_end(args);
	ks_text_clean(dst, size, raw, strlen(raw));
}

/* Ends the look-up with the error that is in answer->err. */
static enum ks_provider_result fail(struct ks_provider_answer *answer, const char *code)
{
	snprintf(answer->err.code, sizeof answer->err.code, "%s", code);
	say(answer->finding, sizeof answer->finding, "%s", answer->err.message);
	return KS_PROVIDER_FAILED;
}

/* Printable ASCII without blanks: what else there is would end up in a header. */
static bool is_plain(const char *value, size_t max)
{
	size_t len = strlen(value);

	for (size_t i = 0; i < len; i++)
		if (value[i] <= ' ' || value[i] > '~')
			return false;
	return len > 0 && len <= max;
}

static bool is_key_id(const char *value)
{
	return is_plain(value, KEY_ID_MAX) && strpbrk(value, "/,\"'") == NULL;
}

/* ---- environment ---- */

static enum ks_provider_result fill_from_env(
    const struct ks_env *env, struct ks_provider_answer *answer)
{
	struct ks_credentials *credentials = &answer->credentials;
	const char *expiration = ks_env_get(env, KS_ENV_AWS_CREDENTIAL_EXPIRATION);
	const char *account = ks_env_get(env, KS_ENV_AWS_ACCOUNT_ID);
	const struct ks_secret *token = ks_env_token(env);

	credentials->secret = ks_secret_dup(ks_env_secret(env), &answer->err);
	if (credentials->secret != NULL && token != NULL)
		credentials->token = ks_secret_dup(token, &answer->err);
	if (credentials->secret == NULL || (token != NULL && credentials->token == NULL))
		return fail(answer, KS_IDENTITY_BROKEN);
	credentials->access_key_id = ks_strdup(ks_env_get(env, KS_ENV_AWS_ACCESS_KEY_ID));
	credentials->account_id = account != NULL ? ks_strdup(account) : NULL;
	credentials->source = ks_strdup("environment");
	if (expiration != NULL && !ks_date_parse_rfc3339(expiration, &credentials->expires_at))
		credentials->expires_at = KS_TIME_NONE;
	say(answer->finding, sizeof answer->finding, "access key %s", credentials->access_key_id);
	return KS_PROVIDER_DONE;
}

static enum ks_provider_result check_env(
    const struct ks_env *env, struct ks_provider_answer *answer)
{
	const struct ks_err *secret_error = ks_env_secret_error(env);
	const struct ks_secret *token = ks_env_token(env);

	if (secret_error != NULL) {
		answer->err = *secret_error;
		return fail(answer, KS_IDENTITY_BROKEN);
	}
	if (ks_env_secret(env) == NULL) {
		ks_err_set(&answer->err, KS_ERR_CREDENTIALS,
		    "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY isn't");
		ks_err_tip(&answer->err, "set both, or neither");
		return fail(answer, KS_IDENTITY_BROKEN);
	}
	if (!is_key_id(ks_env_get(env, KS_ENV_AWS_ACCESS_KEY_ID)) ||
	    !is_plain(ks_secret_value(ks_env_secret(env)), SECRET_MAX) ||
	    (token != NULL && !is_plain(ks_secret_value(token), TOKEN_MAX))) {
		ks_err_set(&answer->err, KS_ERR_CREDENTIALS,
		    "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY or AWS_SESSION_TOKEN has a character "
		    "that belongs to no key");
		ks_err_tip(&answer->err, "look for quotes, blanks or a line break in the value");
		return fail(answer, KS_IDENTITY_BROKEN);
	}
	return fill_from_env(env, answer);
}

static enum ks_provider_result step_environment(
    const struct ks_provider_query *query, void **state, struct ks_provider_answer *answer)
{
	bool is_set = ks_env_get(query->env, KS_ENV_AWS_ACCESS_KEY_ID) != NULL;

	(void)state;
	say(answer->place, sizeof answer->place, "environment");
	if (!is_set) {
		say(answer->finding, sizeof answer->finding, "AWS_ACCESS_KEY_ID is not set%s",
		    ks_env_secret(query->env) != NULL ? " (AWS_SECRET_ACCESS_KEY is)" : "");
		return KS_PROVIDER_NOT_MINE;
	}
	if (query->is_explicit) {
		say(answer->finding, sizeof answer->finding,
		    "AWS_ACCESS_KEY_ID is set, but not used: a profile was named");
		return KS_PROVIDER_NOT_MINE;
	}
	return check_env(query->env, answer);
}

/* ---- static keys in the two files ---- */

/* One profile in one file. */
struct in_file {
	const struct ks_provider_query *query;
	enum ks_profile_file file;
	struct ks_provider_answer *answer;
};

static const struct ks_ini_entry *find(const struct in_file *in, const char *key)
{
	return ks_profiles_get_from(in->query->profiles, in->file, in->query->profile, key);
}

static enum ks_provider_result fail_key(
    const struct in_file *in, const char *key, int line, const char *problem, const char *tip)
{
	ks_err_set(&in->answer->err, KS_ERR_CREDENTIALS, "%s, line %d, profile %s: %s %s",
	    ks_profiles_path(in->query->profiles, in->file), line, in->query->profile, key,
	    problem);
	ks_err_tip(&in->answer->err, "%s", tip);
	return fail(in->answer, KS_IDENTITY_BROKEN);
}

/* Checks a found value; false after filling the error. */
static bool check_value(
    const struct in_file *in, const struct ks_ini_entry *entry, bool (*is_valid)(const char *))
{
	if (is_valid(entry->value))
		return true;
	if (entry->value[0] == '\0')
		fail_key(in, entry->key, entry->line, "is empty", "fill it in, or take it out");
	else
		fail_key(in, entry->key, entry->line, "has a character that belongs to no key",
		    "quotes, blanks and indented lines below it count as part of the value");
	return false;
}

static bool is_secret(const char *value)
{
	return is_plain(value, SECRET_MAX);
}

static bool is_token(const char *value)
{
	return is_plain(value, TOKEN_MAX);
}

static enum ks_provider_result take_keys(const struct in_file *in, const struct ks_ini_entry *id,
    const struct ks_ini_entry *secret, const struct ks_ini_entry *token)
{
	static const char *const kinds[] = {
	    [KS_PROFILE_CONFIG] = "config file",
	    [KS_PROFILE_CREDENTIALS] = "shared credentials file",
	};
	struct ks_credentials *credentials = &in->answer->credentials;
	const struct ks_ini_entry *account = find(in, "aws_account_id");
	char source[640];

	credentials->secret = ks_secret_new(secret->value, strlen(secret->value), &in->answer->err);
	if (credentials->secret != NULL && token != NULL)
		credentials->token =
		    ks_secret_new(token->value, strlen(token->value), &in->answer->err);
	if (credentials->secret == NULL || (token != NULL && credentials->token == NULL))
		return fail(in->answer, KS_IDENTITY_BROKEN);
	credentials->access_key_id = ks_strdup(id->value);
	credentials->account_id = account != NULL ? ks_strdup(account->value) : NULL;
	say(source, sizeof source, "%s (%s), profile %s", kinds[in->file],
	    ks_profiles_path(in->query->profiles, in->file), in->query->profile);
	credentials->source = ks_strdup(source);
	say(in->answer->finding, sizeof in->answer->finding, "profile %s: access key %s",
	    in->query->profile, id->value);
	return KS_PROVIDER_DONE;
}

/* An empty token is none: the AWS tools write one when they clear it. */
static const struct ks_ini_entry *find_token(const struct in_file *in)
{
	static const char *const keys[] = {"aws_session_token", "aws_security_token"};

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		const struct ks_ini_entry *entry = find(in, keys[i]);

		if (entry != NULL && entry->value[0] != '\0')
			return entry;
	}
	return NULL;
}

static enum ks_provider_result check_keys(const struct in_file *in, const struct ks_ini_entry *id)
{
	const struct ks_ini_entry *secret = find(in, "aws_secret_access_key");
	const struct ks_ini_entry *token = find_token(in);

	if (!check_value(in, id, is_key_id))
		return KS_PROVIDER_FAILED;
	if (secret == NULL)
		return fail_key(in, id->key, id->line, "has no aws_secret_access_key beside it",
		    "both must be in the same file and profile");
	if (!check_value(in, secret, is_secret) ||
	    (token != NULL && !check_value(in, token, is_token)))
		return KS_PROVIDER_FAILED;
	return take_keys(in, id, secret, token);
}

static void say_nothing_found(const struct in_file *in)
{
	const struct ks_profiles *profiles = in->query->profiles;
	char *finding = in->answer->finding;
	size_t size = sizeof in->answer->finding;

	if (!ks_profiles_has_file(profiles, in->file))
		say(finding, size, "there is no such file");
	else if (find(in, "aws_secret_access_key") != NULL)
		say(finding, size, "profile %s: aws_secret_access_key without aws_access_key_id",
		    in->query->profile);
	else
		say(finding, size, "profile %s: no aws_access_key_id", in->query->profile);
}

static enum ks_provider_result step_file(const struct ks_provider_query *query,
    enum ks_profile_file file, struct ks_provider_answer *answer)
{
	struct in_file in = {query, file, answer};
	const struct ks_ini_entry *id = find(&in, "aws_access_key_id");

	say(answer->place, sizeof answer->place, "%s", ks_profiles_path(query->profiles, file));
	if (id != NULL)
		return check_keys(&in, id);
	say_nothing_found(&in);
	return KS_PROVIDER_NOT_MINE;
}

static enum ks_provider_result step_credentials_file(
    const struct ks_provider_query *query, void **state, struct ks_provider_answer *answer)
{
	(void)state;
	return step_file(query, KS_PROFILE_CREDENTIALS, answer);
}

static enum ks_provider_result step_config_file(
    const struct ks_provider_query *query, void **state, struct ks_provider_answer *answer)
{
	(void)state;
	return step_file(query, KS_PROFILE_CONFIG, answer);
}

/* ---- kinds that are recognised only ---- */

/* A name that a shell takes as one plain word; only such a name is put into a command to copy. */
static bool is_shell_word(const char *name)
{
	for (const char *c = name; *c != '\0'; c++)
		if (!((*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z') ||
			(*c >= '0' && *c <= '9') || strchr("/.%@:+_-", *c) != NULL))
			return false;
	return name[0] != '-';
}

static enum ks_provider_result fail_unsupported(const struct ks_provider_query *query,
    const char *place, const char *where, const char *setting, const char *kind,
    struct ks_provider_answer *answer)
{
	ks_err_set(&answer->err, KS_ERR_CREDENTIALS,
	    "%s: %s asks for %s, which this version of keysail can't do", where, setting, kind);
	ks_err_tip(&answer->err,
	    "let the AWS CLI sign in: eval \"$(aws configure export-credentials --profile %s "
	    "--format env)\", then start keysail without --profile",
	    is_shell_word(query->profile) ? query->profile : "NAME");
	say(answer->place, sizeof answer->place, "%s", place);
	return fail(answer, KS_IDENTITY_UNSUPPORTED);
}

/* Is one of the keys (a NULL ends them) in the profile? Then that is what the user wants. */
static enum ks_provider_result detect(const struct ks_provider_query *query,
    const char *const *keys, const char *kind, struct ks_provider_answer *answer)
{
	for (; *keys != NULL; keys++) {
		enum ks_profile_file file;
		const struct ks_ini_entry *entry =
		    ks_profiles_get(query->profiles, query->profile, *keys, &file);
		const char *path;
		char where[512];

		if (entry == NULL || entry->value[0] == '\0')
			continue;
		path = ks_profiles_path(query->profiles, file);
		snprintf(where, sizeof where, "%s, line %d, profile %s", path, entry->line,
		    query->profile);
		return fail_unsupported(query, path, where, *keys, kind, answer);
	}
	return KS_PROVIDER_NOT_MINE;
}

static enum ks_provider_result step_web_identity(
    const struct ks_provider_query *query, void **state, struct ks_provider_answer *answer)
{
	static const char *const keys[] = {"web_identity_token_file", NULL};
	bool in_env = ks_env_get(query->env, KS_ENV_AWS_WEB_IDENTITY_TOKEN_FILE) != NULL &&
		      ks_env_get(query->env, KS_ENV_AWS_ROLE_ARN) != NULL;

	(void)state;
	if (in_env && !query->is_explicit)
		return fail_unsupported(query, "environment", "environment",
		    ks_env_name(KS_ENV_AWS_WEB_IDENTITY_TOKEN_FILE), "a web identity", answer);
	return detect(query, keys, "a web identity", answer);
}

static enum ks_provider_result step_assume_role(
    const struct ks_provider_query *query, void **state, struct ks_provider_answer *answer)
{
	static const char *const keys[] = {"role_arn", NULL};
	const struct ks_ini_entry *web =
	    ks_profiles_get(query->profiles, query->profile, "web_identity_token_file", NULL);

	(void)state;
	if (web != NULL && web->value[0] != '\0')
		return KS_PROVIDER_NOT_MINE;
	return detect(query, keys, "an assumed role", answer);
}

static enum ks_provider_result step_sso(
    const struct ks_provider_query *query, void **state, struct ks_provider_answer *answer)
{
	static const char *const keys[] = {
	    "sso_session", "sso_start_url", "sso_account_id", "sso_role_name", NULL};

	(void)state;
	return detect(query, keys, "IAM Identity Center (SSO)", answer);
}

static enum ks_provider_result step_login(
    const struct ks_provider_query *query, void **state, struct ks_provider_answer *answer)
{
	static const char *const keys[] = {"login_session", NULL};

	(void)state;
	return detect(query, keys, "a session of aws login", answer);
}

static enum ks_provider_result step_process(
    const struct ks_provider_query *query, void **state, struct ks_provider_answer *answer)
{
	static const char *const keys[] = {"credential_process", NULL};

	(void)state;
	return detect(query, keys, "a program that gives credentials", answer);
}

static enum ks_provider_result step_container(
    const struct ks_provider_query *query, void **state, struct ks_provider_answer *answer)
{
	static const enum ks_env_variable variables[] = {
	    KS_ENV_AWS_CONTAINER_CREDENTIALS_RELATIVE_URI,
	    KS_ENV_AWS_CONTAINER_CREDENTIALS_FULL_URI,
	};

	(void)state;
	for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++)
		if (ks_env_get(query->env, variables[i]) != NULL)
			return fail_unsupported(query, "environment", "environment",
			    ks_env_name(variables[i]), "the container's credentials", answer);
	return KS_PROVIDER_NOT_MINE;
}

/* The last resort of the AWS tools. It can't be recognised without asking the network. */
static enum ks_provider_result step_instance(
    const struct ks_provider_query *query, void **state, struct ks_provider_answer *answer)
{
	(void)query;
	(void)state;
	say(answer->place, sizeof answer->place, "instance metadata");
	say(answer->finding, sizeof answer->finding,
	    "not asked: this version of keysail doesn't use it");
	return KS_PROVIDER_NOT_MINE;
}

const struct ks_provider ks_providers[] = {
    {.name = "environment", .step = step_environment},
    {.name = "assume role", .step = step_assume_role},
    {.name = "web identity", .step = step_web_identity},
    {.name = "sso", .step = step_sso},
    {.name = "shared credentials file", .step = step_credentials_file},
    {.name = "login", .step = step_login},
    {.name = "process", .step = step_process},
    {.name = "config file", .step = step_config_file},
    {.name = "container", .step = step_container},
    {.name = "instance metadata", .step = step_instance},
};
const size_t ks_provider_count = sizeof ks_providers / sizeof ks_providers[0];
