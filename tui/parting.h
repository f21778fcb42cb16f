/*
 * What the user must know once the screen is gone: of keys whose secret may be lost, and of changes
 * that were under way. UI thread.
 */
#ifndef KS_TUI_PARTING_H
#define KS_TUI_PARTING_H

#include <stdbool.h>
#include <stdio.h>

#include "core/state/store.h"

/* A line for each, without any secret. shown_again: the next start shows what the journal has. */
void ks_parting_tell(const struct ks_store *store, bool shown_again, FILE *out);

#endif
