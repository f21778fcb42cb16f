/* The dialog that hands over a new key's secret. UI thread. */
#ifndef KS_TUI_DIALOGS_SECRET_H
#define KS_TUI_DIALOGS_SECRET_H

#include <stdint.h>

#include "tui/ui.h"

extern const struct ks_dialog_class ks_secret_dialog;

/* Shows how this handover stands and lets the user end it; closes by itself when it is over. */
void ks_secret_dialog_open(struct ks_ui *ui, uint32_t handover);

#endif
