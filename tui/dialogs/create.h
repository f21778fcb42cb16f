/* The dialog that makes an access key. UI thread. */
#ifndef KS_TUI_DIALOGS_CREATE_H
#define KS_TUI_DIALOGS_CREATE_H

#include <stdint.h>

#include "tui/ui.h"

extern const struct ks_dialog_class ks_create_dialog;

/*
 * Asks whether a key is to be made for this bucket, or says why it can't be and what would help.
 * When a change of it is under way, or ended and was not seen yet, it shows how that stands.
 */
void ks_create_dialog_open(struct ks_ui *ui, uint32_t bucket);

#endif
