/*
 * The profiles and regions that were chosen last, in a file of the state folder: the terminal
 * program begins with them where nothing else says which. Only names; 0600. Main thread.
 */
#ifndef KS_TUI_REMEMBER_H
#define KS_TUI_REMEMBER_H

#include <stdbool.h>

#include "core/base/err.h"
#include "core/state/choice.h"

#define KS_REMEMBER_FILE "choice.json"

struct ks_remember {
	const char *folder; /* ks_path_state_folder, or the demo's; NULL: nothing is remembered */
	struct ks_choice last; /* as in the file */
};

/*
 * Fills last; free it with ks_choice_free. No file is an empty choice. False with err filled when
 * the file can't be used: last is empty then, and the next choice replaces the file.
 */
bool ks_remember_load(struct ks_remember *remember, struct ks_err *err);

/*
 * The user chose: what changed between before and after is remembered, what did not stays as it
 * was, since it may have come from the command line. The file is written beside and renamed. False
 * with err filled when it can't be.
 */
bool ks_remember_choice(struct ks_remember *remember, const struct ks_choice *before,
    const struct ks_choice *after, struct ks_err *err);

/* These profiles are no more: they are taken out of last, and the file is written as above. */
bool ks_remember_without(
    struct ks_remember *remember, const struct ks_str_list *gone, struct ks_err *err);

#endif
