/* The dialog that asks before the program is left, where something would be lost. UI thread. */
#ifndef KS_TUI_DIALOGS_QUIT_H
#define KS_TUI_DIALOGS_QUIT_H

#include <stdbool.h>

#include "tui/ui.h"

extern const struct ks_dialog_class ks_quit_dialog;

/* A secret that isn't confirmed, or a change whose end would not be seen. */
bool ks_quit_would_lose(const struct ks_store *store);

/* Asks; leaves at once where nothing would be lost. While it is open, it isn't opened again. */
void ks_quit_dialog_open(struct ks_ui *ui);

#endif
