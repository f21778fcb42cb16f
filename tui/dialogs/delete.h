/* The dialog that deletes an access key. UI thread. */
#ifndef KS_TUI_DIALOGS_DELETE_H
#define KS_TUI_DIALOGS_DELETE_H

#include <stdint.h>

#include "tui/ui.h"

extern const struct ks_dialog_class ks_delete_dialog;

/*
 * Asks whether this key (raw ID, copied) of this bucket is to be deleted; shows how it goes when it
 * is being deleted already.
 */
void ks_delete_dialog_open(struct ks_ui *ui, uint32_t bucket, const char *key_id);

#endif
