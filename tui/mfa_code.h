/*
 * The six digits of an MFA code while they are typed: in the secure heap and nowhere else, and
 * never shown. Main thread.
 */
#ifndef KS_TUI_MFA_CODE_H
#define KS_TUI_MFA_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/secret.h"

/* As many as STS takes (AssumeRole's TokenCode). */
enum { KS_MFA_DIGITS = 6 };

/* Zeroed is empty. */
struct ks_mfa_code {
	struct ks_secret *digits; /* NULL: none yet */
};

/*
 * One more character; the blanks and dashes by which apps part a code are left out. False, with err
 * filled and the code as it was, when it is no digit, one too many, or there is no room for it.
 */
bool ks_mfa_code_add(struct ks_mfa_code *code, uint32_t character, struct ks_err *err);
/* Takes the last digit away; all of them. */
void ks_mfa_code_erase(struct ks_mfa_code *code);
void ks_mfa_code_clear(struct ks_mfa_code *code);

size_t ks_mfa_code_count(const struct ks_mfa_code *code);
bool ks_mfa_code_is_whole(const struct ks_mfa_code *code);
/* Leaves it empty. The caller owns the secret; NULL when there was no digit. */
struct ks_secret *ks_mfa_code_take(struct ks_mfa_code *code);

#endif
