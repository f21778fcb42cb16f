#include "core/deliver/format.h"

#include <string.h>

static bool is_plain(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("-._/+=:,@", c) != NULL);
}

bool ks_format_plain(const char *value, size_t len, const char *what, struct ks_err *err)
{
	size_t good = 0;

	while (good < len && is_plain(value[good]))
		good++;
	if (len > 0 && good == len)
		return true;
	ks_err_set(err, KS_ERR_REFUSED, "the %s %s that this kind of file can't hold exactly", what,
	    len == 0 ? "is empty, a value" : "has a character");
	return ks_err_tip(err, "deliver the key as json:FILE, or to a command");
}

bool ks_format_all_plain(const struct ks_handout *handout, struct ks_err *err)
{
	const char *endpoint = handout->endpoint;

	return ks_format_plain(handout->key_id, strlen(handout->key_id), "key ID", err) &&
	       ks_format_plain(handout->secret, handout->secret_len, "secret key", err) &&
	       ks_format_plain(handout->bucket, strlen(handout->bucket), "bucket's name", err) &&
	       ks_format_plain(handout->region, strlen(handout->region), "region", err) &&
	       (endpoint == NULL || ks_format_plain(endpoint, strlen(endpoint), "endpoint", err));
}

void ks_format_line(
    struct ks_draft *out, const char *key, const char *separator, const char *value, size_t len)
{
	ks_draft_puts(out, key);
	ks_draft_puts(out, separator);
	ks_draft_add(out, value, len);
	ks_draft_puts(out, "\n");
}

bool ks_format_check_old(const struct ks_handout *handout, const struct ks_draft *old,
    enum ks_ini_dialect dialect, const char *what,
    bool (*check)(
	const struct ks_handout *handout, const struct ks_ini_section *section, struct ks_err *err),
    struct ks_err *err)
{
	const struct ks_ini_section *section;
	struct ks_ini *ini;
	bool good;

	if (old == NULL || old->len == 0)
		return true;
	ini = ks_ini_parse(old->data, old->len, dialect, handout->origin, err);
	if (ini == NULL)
		return ks_err_tip(err, "correct that line; nothing was changed");
	section = ks_ini_find(ini, "", handout->where);
	good = section == NULL || (handout->replace && check(handout, section, err));
	if (section != NULL && !handout->replace) {
		ks_err_set(err, KS_ERR_EXISTS, "%s has a %s [%s] already", handout->origin, what,
		    handout->where);
		ks_err_tip(err, "choose another name, or allow it with --replace");
	}
	ks_ini_free(ini);
	return good;
}
