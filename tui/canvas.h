/*
 * A grid of cells that views draw on. It knows no terminal: it can be dumped as text, so that every
 * view is tested without one. Only clean text (core/base/text.h) may be put on it. UI thread.
 */
#ifndef KS_TUI_CANVAS_H
#define KS_TUI_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "tui/style.h"

struct ks_cell {
	uint32_t code[3]; /* a character and up to two combining marks; 0 ends early */
	uint8_t width;    /* 1, 2, or 0: the right half of the wide one before */
	struct ks_style style;
};

struct ks_canvas {
	int width, height;
	struct ks_cell *cells;  /* row by row */
	int cursor_x, cursor_y; /* where the hardware cursor rests */
	bool cursor_on;         /* shown (text inputs), or resting invisibly on the selected row */
};

/* Nothing is there whose width or height is 0. */
struct ks_rect {
	int x, y, width, height;
};

/* A rectangle of a canvas; what is drawn in it is clipped to it. Passed by value. */
struct ks_area {
	struct ks_canvas *canvas;
	int x, y, width, height;
};

struct ks_canvas *ks_canvas_new(int width, int height);
void ks_canvas_free(struct ks_canvas *canvas);
/* Blank again, in another size if need be. */
void ks_canvas_reset(struct ks_canvas *canvas, int width, int height);
struct ks_area ks_canvas_area(struct ks_canvas *canvas);

/* A part of an area, clipped to it; may come out empty (width or height 0). */
struct ks_area ks_area_sub(struct ks_area area, int x, int y, int width, int height);

/*
 * Draws text at (x, y) of the area in at most max cells (all the rest of the line if max < 0); wide
 * characters are never cut in two. Gives the cells used.
 */
int ks_draw_text(
    struct ks_area area, int x, int y, int max, struct ks_style style, const char *text);
/* The same with an ellipsis where it had to be cut. */
int ks_draw_cut(struct ks_area area, int x, int y, int max, struct ks_style style, const char *text,
    const char *ellipsis);
int ks_draw_printf(struct ks_area area, int x, int y, int max, struct ks_style style,
    const char *format, ...) __attribute__((format(printf, 6, 7)));
/* Fills the part with blanks of this style. */
void ks_draw_fill(struct ks_area area, int x, int y, int width, int height, struct ks_style style);
/*
 * Text over several lines, broken at line breaks and blanks; gives the lines drawn. from: lines to
 * skip first.
 */
int ks_draw_wrapped(struct ks_area area, int from, struct ks_style style, const char *text);
/* Lines that ks_draw_wrapped would use at this width. */
int ks_text_lines(const char *text, int width);

/* Puts the hardware cursor. */
void ks_draw_cursor(struct ks_area area, int x, int y, bool visible);

/* The picture as text, one line a row, blanks at the ends cut; for tests. */
void ks_canvas_dump(const struct ks_canvas *canvas, struct ks_buf *out);
/*
 * What the cells mean, one line a row: a letter a cell for its role (ks_role_letter), "|", and a
 * letter a cell for its ground ('.' own, 's' selected, '-' selected-dim, 'd' dialog, 'h' header);
 * for tests.
 */
void ks_canvas_dump_roles(const struct ks_canvas *canvas, struct ks_buf *out);

#endif
