/*
 * The operations pane: Lightsail's operations, and this program's own calls that failed or are
 * being retried. UI thread.
 */
#ifndef KS_TUI_VIEWS_OPERATIONS_H
#define KS_TUI_VIEWS_OPERATIONS_H

#include "tui/view.h"

/* IDs in its list are activity IDs of the store. */
extern const struct ks_view ks_operations_view;

#endif
