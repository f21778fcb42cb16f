/*
 * Where the panes are: rectangles by the size of the terminal (design: from 80 columns on all three
 * panes, below that one at a time with a tab strip, below 40×10 nothing but a line that says so).
 */
#ifndef KS_TUI_LAYOUT_H
#define KS_TUI_LAYOUT_H

#include <stdbool.h>

#include "tui/canvas.h"

enum ks_pane { KS_PANE_BUCKETS, KS_PANE_KEYS, KS_PANE_OPERATIONS, KS_PANE_COUNT };

enum {
	KS_LAYOUT_MIN_WIDTH = 40,
	KS_LAYOUT_MIN_HEIGHT = 10,
	KS_LAYOUT_WIDE = 80 /* columns from which all panes are shown */
};

struct ks_layout {
	bool too_small;
	bool one_pane; /* only the focused pane is shown: a narrow terminal, or zoomed */
	struct ks_rect header;
	struct ks_rect tabs;                 /* names of all panes; in narrow terminals only */
	struct ks_rect panes[KS_PANE_COUNT]; /* with their borders */
	struct ks_rect hints;                /* the bottom line */
};

struct ks_layout ks_layout_compute(int width, int height, enum ks_pane focus, bool zoomed);

/* A rectangle as an area of the canvas. */
struct ks_area ks_layout_area(struct ks_canvas *canvas, struct ks_rect place);

#endif
