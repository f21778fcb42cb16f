/* The picker of themes: each is tried on while the cursor is on it. UI thread. */
#ifndef KS_TUI_VIEWS_THEMES_H
#define KS_TUI_VIEWS_THEMES_H

#include "tui/ui.h"

void ks_themes_open(struct ks_ui *ui);

#endif
