/*
 * Whether another user of this machine could put something else in the journal's place. The rule is
 * that of sshd's StrictModes, as Debian and Red Hat build it, with what shared machines need. For
 * the journal only.
 */
#ifndef KS_RECORD_JOURNAL_TRUST_H
#define KS_RECORD_JOURNAL_TRUST_H

#include <stdbool.h>

#include "core/base/err.h"

/*
 * Looks at the folder, at each one above it, and at the symbolic links on the way, which are
 * followed. False with err (KS_ERR_REFUSED: a clause that names the culprit, and a tip) when
 * - the folder is not the effective user's, or another is neither the user's nor root's;
 * - anybody can write to it, or its group can, unless that is the user's own private group. Above
 *   the folder both may be where the sticky bit keeps what is in it from others, and the group of a
 *   folder of root's is the administrator's choice.
 * What isn't there yet is fine. In a user namespace, whoever is not in it counts as root. Any
 * thread; may ask the user database.
 */
bool ks_journal_trust(const char *path, struct ks_err *err);

#endif
