#include "core/deliver/format.h"

#include <string.h>

#include "core/deliver/ini_edit.h"

static bool check_profile(
    const struct ks_handout *handout, const struct ks_ini_section *profile, struct ks_err *err)
{
	static const char *const stronger[] = {"role_arn", "sso_session", "sso_start_url"};

	for (size_t i = 0; i < sizeof stronger / sizeof stronger[0]; i++) {
		if (ks_ini_get(profile, stronger[i]) == NULL)
			continue;
		ks_err_set(err, KS_ERR_REFUSED,
		    "the profile [%s] has %s, which the AWS CLI would use instead of the key",
		    handout->where, stronger[i]);
		return ks_err_tip(err, "choose another name");
	}
	return true;
}

/*
 * No region: "aws configure" keeps it in the config file, and one in the credentials file would
 * silently beat the one that people look for there. A session token belongs to the former key, and
 * with it the new one would be refused.
 */
bool ks_format_profile(const struct ks_handout *handout, const struct ks_draft *old,
    struct ks_draft *out, struct ks_err *err)
{
	const struct ks_ini_set sets[] = {
	    {"aws_access_key_id", handout->key_id, strlen(handout->key_id)},
	    {"aws_secret_access_key", handout->secret, handout->secret_len},
	    {"aws_session_token", NULL, 0},
	    {"aws_security_token", NULL, 0},
	};
	const struct ks_ini_edit edit = {handout->where, sets, sizeof sets / sizeof sets[0],
	    KS_INI_AWS_CREDENTIALS, handout->origin};

	return ks_format_all_plain(handout, err) &&
	       ks_format_check_old(handout, old, edit.dialect, "profile", check_profile, err) &&
	       ks_ini_edit(&edit, old, out, err);
}
