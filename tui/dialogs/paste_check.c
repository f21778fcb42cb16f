#include "tui/dialogs/paste_check.h"

static bool is_blank(struct ks_key key)
{
	return key.code == ' ' || key.code == KS_KEY_ENTER || key.code == KS_KEY_TAB;
}

void ks_paste_check_add(
    struct ks_paste_check *check, const struct ks_secret *secret, struct ks_key key)
{
	size_t len = ks_secret_len(secret);
	uint32_t wanted;

	if (is_blank(key)) {
		check->blanks += check->count > 0;
		return;
	}
	if (!ks_key_is_text(key))
		return;
	/* White space within: which one it was is not known any more, and no secret has any. */
	check->differs |= check->blanks > 0;
	check->count += check->blanks;
	check->blanks = 0;
	wanted = check->count < len ? (unsigned char)ks_secret_value(secret)[check->count] : 0;
	check->differs |= wanted ^ key.code;
	check->count++;
}

bool ks_paste_check_is_same(const struct ks_paste_check *check, const struct ks_secret *secret)
{
	return check->differs == 0 && check->count == ks_secret_len(secret);
}
