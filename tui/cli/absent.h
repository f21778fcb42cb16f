/*
 * The end of a command that found no bucket of the name it was given, or can't know that there is
 * only one. UI thread.
 */
#ifndef KS_TUI_CLI_ABSENT_H
#define KS_TUI_CLI_ABSENT_H

#include "core/state/store.h"

/*
 * On stderr: a line for each profile and region that failed, and one that says where there is no
 * such bucket, unless nobody answered. Gives the exit status.
 */
int ks_cli_no_bucket(const struct ks_store *store, const char *bucket);

/*
 * True when a profile or region could not be read, where the bucket may be, too: the lines on
 * stderr say which, and that no key was made.
 */
bool ks_cli_is_in_doubt(const struct ks_store *store, const char *bucket);

#endif
