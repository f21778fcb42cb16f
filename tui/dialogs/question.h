/*
 * The MFA code that a profile's credentials need: typed here, and sent to the worker. UI thread.
 */
#ifndef KS_TUI_DIALOGS_QUESTION_H
#define KS_TUI_DIALOGS_QUESTION_H

#include "tui/dialog.h"

extern const struct ks_dialog_class ks_question_dialog;

/* With the oldest question that waits; nothing when there is none. It closes once that is over. */
void ks_question_dialog_open(struct ks_ui *ui);

#endif
