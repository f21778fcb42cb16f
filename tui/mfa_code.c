#include "tui/mfa_code.h"

#include <string.h>

static bool parts_digits(uint32_t character)
{
	return character == ' ' || character == '\t' || character == '-' || character == 0xA0;
}

/* A secret can't grow: another one takes its place. */
static bool set_digits(struct ks_mfa_code *code, size_t count, char last, struct ks_err *err)
{
	char digits[KS_MFA_DIGITS] = "";
	struct ks_secret *next;

	if (code->digits != NULL)
		memcpy(digits, ks_secret_value(code->digits),
		    count < ks_mfa_code_count(code) ? count : ks_mfa_code_count(code));
	if (last != '\0')
		digits[count - 1] = last;
	next = ks_secret_new(digits, count, err);
	ks_wipe(digits, sizeof digits);
	if (next == NULL)
		return false;
	ks_secret_free(code->digits);
	code->digits = next;
	return true;
}

bool ks_mfa_code_add(struct ks_mfa_code *code, uint32_t character, struct ks_err *err)
{
	if (parts_digits(character))
		return true;
	if (character < '0' || character > '9')
		return ks_err_set(err, KS_ERR_USAGE, "A code has digits only.");
	if (ks_mfa_code_is_whole(code))
		return ks_err_set(err, KS_ERR_USAGE, "A code has %d digits.", KS_MFA_DIGITS);
	return set_digits(code, ks_mfa_code_count(code) + 1, (char)character, err);
}

void ks_mfa_code_erase(struct ks_mfa_code *code)
{
	size_t count = ks_mfa_code_count(code);
	struct ks_err err;

	/* Without room for a shorter one it goes as a whole. */
	if (count < 2 || !set_digits(code, count - 1, '\0', &err))
		ks_mfa_code_clear(code);
}

void ks_mfa_code_clear(struct ks_mfa_code *code)
{
	ks_secret_free(code->digits);
	code->digits = NULL;
}

size_t ks_mfa_code_count(const struct ks_mfa_code *code)
{
	return code->digits != NULL ? ks_secret_len(code->digits) : 0;
}

bool ks_mfa_code_is_whole(const struct ks_mfa_code *code)
{
	return ks_mfa_code_count(code) == KS_MFA_DIGITS;
}

struct ks_secret *ks_mfa_code_take(struct ks_mfa_code *code)
{
	struct ks_secret *digits = code->digits;

	code->digits = NULL;
	return digits;
}
