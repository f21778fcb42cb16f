/*
 * Where a secret is to go: a profile, a file, a remote, a command (the sinks of core/deliver). For
 * a secret that is held, or for a key that is yet to be made. UI thread.
 */
#ifndef KS_TUI_DIALOGS_WAYS_H
#define KS_TUI_DIALOGS_WAYS_H

#include <stdint.h>

#include "tui/ui.h"

extern const struct ks_dialog_class ks_ways_dialog;

/* What is chosen becomes a KS_EVENT_DELIVER of this handover. */
void ks_ways_open_for_handover(struct ks_ui *ui, uint32_t handover);
/* What is chosen becomes a KS_EVENT_CREATE for this bucket. */
void ks_ways_open_for_bucket(struct ks_ui *ui, uint32_t bucket);

#endif
