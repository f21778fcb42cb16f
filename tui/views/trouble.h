/*
 * The screen that stands in for the panes while nothing at all can be read: no credentials, not
 * accepted, not allowed, no connection. It says what, why, and what next. UI thread.
 */
#ifndef KS_TUI_VIEWS_TROUBLE_H
#define KS_TUI_VIEWS_TROUBLE_H

#include <stdbool.h>

#include "tui/sheet.h"
#include "tui/view.h"

/* True while this screen has to be shown. */
bool ks_trouble_is(const struct ks_store *store);
/* offer_demo: there is a demo to go to. */
void ks_trouble_draw(
    struct ks_sheet *sheet, struct ks_draw *draw, struct ks_area area, bool offer_demo);

#endif
