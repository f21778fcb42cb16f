/*
 * What the dialogs owe the user although none of them is open: a secret that came, a change that
 * ended. UI thread.
 */
#ifndef KS_TUI_DIALOGS_WATCH_H
#define KS_TUI_DIALOGS_WATCH_H

#include <stdint.h>

#include "tui/ui.h"

/*
 * Once in each turn of the loop, after the events were applied and the dialogs updated: opens the
 * dialog of a secret that waits, asks what the worker must know, shows keys whose secret was lost
 * and what an earlier run left open, and tells in a toast how other changes ended that no dialog
 * shows.
 */
void ks_dialogs_turn(struct ks_ui *ui);

/* The user has seen how this change ended. */
void ks_dialogs_dismiss(struct ks_ui *ui, uint32_t change);

#endif
