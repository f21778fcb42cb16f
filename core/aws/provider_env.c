/* Keys in the environment. */
#include <string.h>

#include "core/aws/provider_kit.h"
#include "core/aws/provider_rows.h"
#include "core/base/clock.h"
#include "core/base/date.h"
#include "core/base/mem.h"

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
		return ks_provider_fail(answer, KS_IDENTITY_BROKEN);
	credentials->access_key_id = ks_strdup(ks_env_get(env, KS_ENV_AWS_ACCESS_KEY_ID));
	credentials->account_id = account != NULL ? ks_strdup(account) : NULL;
	credentials->source = ks_strdup("environment");
	if (expiration != NULL && !ks_date_parse_rfc3339(expiration, &credentials->expires_at))
		credentials->expires_at = KS_TIME_NONE;
	ks_provider_say(
	    answer->finding, sizeof answer->finding, "access key %s", credentials->access_key_id);
	return KS_PROVIDER_DONE;
}

static enum ks_provider_result check_env(
    const struct ks_env *env, struct ks_provider_answer *answer)
{
	const struct ks_err *secret_error = ks_env_secret_error(env);
	const struct ks_secret *token = ks_env_token(env);

	if (secret_error != NULL) {
		answer->err = *secret_error;
		return ks_provider_fail(answer, KS_IDENTITY_BROKEN);
	}
	if (ks_env_secret(env) == NULL) {
		ks_err_set(&answer->err, KS_ERR_CREDENTIALS,
		    "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY isn't");
		ks_err_tip(&answer->err, "set both, or neither");
		return ks_provider_fail(answer, KS_IDENTITY_BROKEN);
	}
	if (!ks_credentials_is_key_id(ks_env_get(env, KS_ENV_AWS_ACCESS_KEY_ID)) ||
	    !ks_credentials_is_secret(ks_secret_value(ks_env_secret(env))) ||
	    (token != NULL && !ks_credentials_is_token(ks_secret_value(token)))) {
		ks_err_set(&answer->err, KS_ERR_CREDENTIALS,
		    "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY or AWS_SESSION_TOKEN has a character "
		    "that belongs to no key");
		ks_err_tip(&answer->err, "look for quotes, blanks or a line break in the value");
		return ks_provider_fail(answer, KS_IDENTITY_BROKEN);
	}
	return fill_from_env(env, answer);
}

enum ks_provider_result ks_provider_environment(
    const struct ks_provider_query *query, void **state, struct ks_provider_answer *answer)
{
	bool is_set = ks_env_get(query->env, KS_ENV_AWS_ACCESS_KEY_ID) != NULL;

	(void)state;
	ks_provider_say(answer->place, sizeof answer->place, "environment");
	if (!is_set) {
		ks_provider_say(answer->finding, sizeof answer->finding,
		    "AWS_ACCESS_KEY_ID is not set%s",
		    ks_env_secret(query->env) != NULL ? " (AWS_SECRET_ACCESS_KEY is)" : "");
		return KS_PROVIDER_NOT_MINE;
	}
	if (query->is_explicit) {
		ks_provider_say(answer->finding, sizeof answer->finding,
		    "AWS_ACCESS_KEY_ID is set, but not used: a profile was named");
		return KS_PROVIDER_NOT_MINE;
	}
	return check_env(query->env, answer);
}
