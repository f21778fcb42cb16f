/*
 * Help: every key of the context in which it was asked for, from the table of actions. UI thread.
 */
#ifndef KS_TUI_VIEWS_HELP_H
#define KS_TUI_VIEWS_HELP_H

#include "tui/ui.h"

void ks_help_open(struct ks_ui *ui);

#endif
