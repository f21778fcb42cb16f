/* Static keys in the two files. */
#include <string.h>

#include "core/aws/provider_kit.h"
#include "core/aws/provider_rows.h"
#include "core/base/mem.h"

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
	return ks_provider_fail(in->answer, KS_IDENTITY_BROKEN);
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
		return ks_provider_fail(in->answer, KS_IDENTITY_BROKEN);
	credentials->access_key_id = ks_strdup(id->value);
	credentials->account_id = account != NULL ? ks_strdup(account->value) : NULL;
	ks_provider_say(source, sizeof source, "%s (%s), profile %s", kinds[in->file],
	    ks_profiles_path(in->query->profiles, in->file), in->query->profile);
	credentials->source = ks_strdup(source);
	ks_provider_say(in->answer->finding, sizeof in->answer->finding,
	    "profile %s: access key %s", in->query->profile, id->value);
	return KS_PROVIDER_DONE;
}

/*
 * The old name first, as the AWS CLI does it. An empty token is none: the AWS tools write one when
 * they clear it.
 */
static const struct ks_ini_entry *find_token(const struct in_file *in)
{
	static const char *const keys[] = {"aws_security_token", "aws_session_token"};

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

	if (!check_value(in, id, ks_credentials_is_key_id))
		return KS_PROVIDER_FAILED;
	if (secret == NULL)
		return fail_key(in, id->key, id->line, "has no aws_secret_access_key beside it",
		    "both must be in the same file and profile");
	if (!check_value(in, secret, ks_credentials_is_secret) ||
	    (token != NULL && !check_value(in, token, ks_credentials_is_token)))
		return KS_PROVIDER_FAILED;
	return take_keys(in, id, secret, token);
}

static void say_nothing_found(const struct in_file *in)
{
	const struct ks_profiles *profiles = in->query->profiles;
	char *finding = in->answer->finding;
	size_t size = sizeof in->answer->finding;

	if (!ks_profiles_has_file(profiles, in->file))
		ks_provider_say(finding, size, "there is no such file");
	else if (find(in, "aws_secret_access_key") != NULL)
		ks_provider_say(finding, size,
		    "profile %s: aws_secret_access_key without aws_access_key_id",
		    in->query->profile);
	else
		ks_provider_say(
		    finding, size, "profile %s: no aws_access_key_id", in->query->profile);
}

static enum ks_provider_result step_file(const struct ks_provider_query *query,
    enum ks_profile_file file, struct ks_provider_answer *answer)
{
	struct in_file in = {query, file, answer};
	const struct ks_ini_entry *id = find(&in, "aws_access_key_id");

	ks_provider_say(
	    answer->place, sizeof answer->place, "%s", ks_profiles_path(query->profiles, file));
	if (id != NULL)
		return check_keys(&in, id);
	say_nothing_found(&in);
	return KS_PROVIDER_NOT_MINE;
}

enum ks_provider_result ks_provider_credentials_file(
    const struct ks_provider_query *query, void **state, struct ks_provider_answer *answer)
{
	(void)state;
	return step_file(query, KS_PROFILE_CREDENTIALS, answer);
}

enum ks_provider_result ks_provider_config_file(
    const struct ks_provider_query *query, void **state, struct ks_provider_answer *answer)
{
	(void)state;
	return step_file(query, KS_PROFILE_CONFIG, answer);
}
