/* Colours brought down to what a terminal has. Pure functions; any thread. */
#ifndef KS_TUI_PALETTE_H
#define KS_TUI_PALETTE_H

#include "tui/theme.h"

/*
 * The number by which a terminal of this many colours (8, 16, 88, 256, or more: it takes 0xrrggbb
 * where it says so) knows the colour, or the nearest one it has; -1: its default colour.
 */
int ks_palette_index(struct ks_color color, int colors);

/* True when a terminal of this many colours shows all of the theme as it is meant. */
bool ks_palette_suffices(const struct ks_theme *theme, int colors);

#endif
