/* What all panes share: their frame, and what an empty one says. UI thread. */
#ifndef KS_TUI_VIEWS_PANE_H
#define KS_TUI_VIEWS_PANE_H

#include <stddef.h>

#include "tui/view.h"

/*
 * Border and title, and what the pane is about (NULL: no more than the title says); in the bottom
 * line the filter and the place in the list ("2/42", with a filter "1/3 of 42"), unless all of a
 * list without the focus is in sight. Gives the inside.
 */
struct ks_area ks_pane_draw(struct ks_draw *draw, struct ks_area area, const char *title,
    const char *subject, const struct ks_list *list, size_t total, const char *filter);

/* A sentence where rows would be, wrapped; gives the lines used from line y on. */
int ks_pane_say(struct ks_draw *draw, struct ks_area inside, int y, enum ks_role role,
    const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The sign for something under way, which turns. */
const char *ks_pane_spinner(struct ks_draw *draw);

#endif
