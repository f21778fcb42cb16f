/*
 * Sets keys of one section in the text of an INI file that belongs to other programs. Pure
 * functions, any thread.
 *
 * What isn't meant stays byte for byte: comments, order, blank lines, line endings, the other
 * sections. The outcome is read back with the parser of core/base/ini.h and compared, so that a
 * construct that this editor misread is refused, and never costs somebody a profile.
 */
#ifndef KS_DELIVER_INI_EDIT_H
#define KS_DELIVER_INI_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/ini.h"
#include "core/deliver/draft.h"

struct ks_ini_set {
	const char *key;   /* in lower case */
	const char *value; /* NULL: the key is removed */
	size_t len;
};

#define KS_INI_SET_MAX 16

struct ks_ini_edit {
	const char *section;
	const struct ks_ini_set *sets;
	size_t count; /* at most KS_INI_SET_MAX */
	enum ks_ini_dialect dialect;
	const char *origin; /* the file's name in messages */
};

/*
 * Writes the changed text to out. An existing section has its keys replaced where they stand, and
 * what it lacks put under its header; otherwise the section is appended. old is NULL when there is
 * no file. False with err filled when the text can't be read, or can't be changed safely.
 */
bool ks_ini_edit(const struct ks_ini_edit *edit, const struct ks_draft *old, struct ks_draft *out,
    struct ks_err *err);

#endif
