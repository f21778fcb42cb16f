#include "core/deliver/format.h"

#include <string.h>

#include "core/deliver/ini_edit.h"

#define ENCRYPTED "RCLONE_ENCRYPT_V"

/* "rclone config" can encrypt its file; a section put behind that would destroy it. */
static bool is_encrypted(const struct ks_draft *text)
{
	size_t len = strlen(ENCRYPTED);

	for (size_t i = 0; i + len <= text->len; i++)
		if ((i == 0 || text->data[i - 1] == '\n') &&
		    memcmp(text->data + i, ENCRYPTED, len) == 0)
			return true;
	return false;
}

static bool check_remote(
    const struct ks_handout *handout, const struct ks_ini_section *remote, struct ks_err *err)
{
	const struct ks_ini_entry *type = ks_ini_get(remote, "type");

	if (type == NULL || strcmp(type->value, "s3") == 0)
		return true;
	ks_err_set(err, KS_ERR_REFUSED, "the remote [%s] is of the type %s, not s3", handout->where,
	    type->value);
	return ks_err_tip(err, "choose another name");
}

/* value may be NULL. */
static struct ks_ini_set set_text(const char *key, const char *value)
{
	return (struct ks_ini_set){key, value, value != NULL ? strlen(value) : 0};
}

/*
 * no_check_bucket, because a bucket's key may not ask whether the bucket exists. What would take
 * another key instead of ours is removed: env_auth, profile, a session token.
 */
bool ks_format_rclone(const struct ks_handout *handout, const struct ks_draft *old,
    struct ks_draft *out, struct ks_err *err)
{
	const char *provider = handout->endpoint != NULL ? "Other" : "AWS";
	const char *path_style = handout->endpoint != NULL ? "true" : NULL;
	const struct ks_ini_set sets[] = {
	    set_text("type", "s3"),
	    set_text("provider", provider),
	    set_text("access_key_id", handout->key_id),
	    {"secret_access_key", handout->secret, handout->secret_len},
	    set_text("region", handout->region),
	    set_text("endpoint", handout->endpoint),
	    set_text("force_path_style", path_style),
	    set_text("no_check_bucket", "true"),
	    {"session_token", NULL, 0},
	    {"env_auth", NULL, 0},
	    {"profile", NULL, 0},
	    {"shared_credentials_file", NULL, 0},
	};
	const struct ks_ini_edit edit = {
	    handout->where, sets, sizeof sets / sizeof sets[0], KS_INI_PLAIN, handout->origin};

	if (old != NULL && is_encrypted(old)) {
		ks_err_set(err, KS_ERR_REFUSED, "%s is encrypted by rclone", handout->origin);
		return ks_err_tip(err, "add the remote with \"rclone config\"");
	}
	return ks_format_all_plain(handout, err) &&
	       ks_format_check_old(handout, old, edit.dialect, "remote", check_remote, err) &&
	       ks_ini_edit(&edit, old, out, err);
}
