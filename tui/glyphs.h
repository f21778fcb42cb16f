/* The two sets of signs: for UTF-8 terminals, and ASCII for all else. */
#ifndef KS_TUI_GLYPHS_H
#define KS_TUI_GLYPHS_H

#include "tui/canvas.h"

struct ks_glyphs {
	const char *top_left, *top_right, *bottom_left, *bottom_right, *horizontal, *vertical;
	const char *marker;    /* before the selected row */
	const char *used_slot; /* a bucket's two slots for keys */
	const char *free_slot;
	const char *unknown_slot;
	const char *ellipsis;
	const char *dash;      /* an absent value */
	const char *dot;       /* between words of a title */
	const char *up, *down; /* sort order, more above or below */
	const char *check, *cross, *warning;
	const char *mask; /* one character of a masked secret */
	const char *const *spinner;
	int n_spinner;
};

extern const struct ks_glyphs ks_glyphs_utf8;
extern const struct ks_glyphs ks_glyphs_ascii;

/*
 * A border around the whole area; titles may be NULL. left stands in the top line, right in the
 * bottom line at the right. Gives the area inside.
 */
struct ks_area ks_draw_box(struct ks_area area, const struct ks_glyphs *glyphs,
    struct ks_style border, struct ks_style title, const char *left, const char *right);

#endif
