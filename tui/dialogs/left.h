/*
 * What an earlier run left open, by the journal: keys whose secret may be lost, and changes whose
 * end nobody knows. Each can be looked at, deleted or dismissed. UI thread.
 */
#ifndef KS_TUI_DIALOGS_LEFT_H
#define KS_TUI_DIALOGS_LEFT_H

#include "tui/ui.h"

extern const struct ks_dialog_class ks_left_dialog;

void ks_left_dialog_open(struct ks_ui *ui);

#endif
