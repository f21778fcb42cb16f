/* What the user copies: key IDs and secrets, and what is told of it. UI thread. */
#ifndef KS_TUI_COPY_H
#define KS_TUI_COPY_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/ui.h"

/* Copies an access key ID; a toast says what happened. key_id is clean. */
void ks_copy_key_id(struct ks_ui *ui, const char *key_id);

/*
 * Begins to copy the secret of a handover. When it went out, KS_EVENT_DELIVERED is told with what
 * really happened; when it did not, a toast says why. False when nothing was begun: there is no
 * secret any more, or a copy is under way.
 */
bool ks_copy_secret(struct ks_ui *ui, uint32_t handover);

#endif
