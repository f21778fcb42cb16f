/*
 * A paste compared with a secret, character by character as it comes, so that nothing of it is
 * kept. It takes the same time whether it differs and wherever it does. UI thread.
 */
#ifndef KS_TUI_DIALOGS_PASTE_CHECK_H
#define KS_TUI_DIALOGS_PASTE_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/secret.h"
#include "tui/key.h"

/* Zeroed, nothing has come yet. */
struct ks_paste_check {
	size_t count;     /* characters so far, without white space around them */
	size_t blanks;    /* white space after them */
	uint32_t differs; /* not 0: something did */
};

/* One key of the paste; those that stand for no text are left out. */
void ks_paste_check_add(
    struct ks_paste_check *check, const struct ks_secret *secret, struct ks_key key);
/* All that came, but for white space around it, is the secret. */
bool ks_paste_check_is_same(const struct ks_paste_check *check, const struct ks_secret *secret);

#endif
