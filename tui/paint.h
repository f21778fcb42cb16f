/*
 * The bytes that turn one picture into the next. It knows cells, colours and what the terminal can
 * do, but no terminal, so that what is sent can be tested byte by byte. UI thread.
 *
 * Why not curses' windows and doupdate: a move of the cursor costs twice the bytes with them (each
 * change of colour sends both colours anew, and often a reset before), they hold three copies of
 * what is shown, and a character whose width the terminal takes for another shifts the rest of its
 * row. What is sent here is ECMA-48, which all terminals with a terminfo of today speak; terminfo
 * says what of it a terminal lacks.
 */
#ifndef KS_TUI_PAINT_H
#define KS_TUI_PAINT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "tui/canvas.h"
#include "tui/theme.h"

/* What this terminal can do. */
struct ks_abilities {
	int colors;    /* 0: none, or none wanted; above 256: any 0xrrggbb */
	uint8_t attrs; /* KS_ATTR_ bits that it shows */
	bool utf8;
	bool erase_ahead;    /* ECH: blanks without moving */
	bool erase_colored;  /* erased cells take the current background */
	bool scrolls_at_end; /* a character in the last cell scrolls the screen: it is left out */
};

/* How a cell is drawn: its look in what the terminal has. */
struct ks_pen {
	int fg, bg; /* as ks_palette_index gives them */
	uint8_t attrs;
};

struct ks_painter {
	struct ks_abilities abilities;
	struct ks_theme theme; /* what pens are made of */
	struct ks_pen pens[KS_ROLE_COUNT][KS_GROUND_COUNT];
	struct ks_canvas *shown; /* the picture that is on the screen; owned */
	struct ks_pen pen;       /* the terminal's; fg -2: not known */
	int x, y;                /* where its cursor is; x -1: not known */
	bool blank;              /* the screen has to be cleared first */
	bool repaint;            /* looks changed: no cell is what it was */
	bool cursor_on;
	struct ks_rect kept; /* cells that are left alone; empty: none */
};

void ks_painter_init(struct ks_painter *painter, const struct ks_abilities *abilities);
void ks_painter_free(struct ks_painter *painter);

/* The screen may show anything now: the next frame clears it and sends all. */
void ks_painter_forget(struct ks_painter *painter);

/*
 * Leaves these cells alone from now on, since something is written over them that the painter
 * doesn't know of; an empty place ends that. False when they are not blank on the screen now, or of
 * more than one look.
 */
bool ks_painter_keep(struct ks_painter *painter, struct ks_rect place);
/* The next frame with this picture can leave them alone: they are to be as they were. */
bool ks_painter_can_keep(
    const struct ks_painter *painter, const struct ks_canvas *canvas, const struct ks_theme *theme);
/* Adds to out the attributes that the kept cells have. */
void ks_painter_step_out(const struct ks_painter *painter, struct ks_buf *out);
/* Adds to out what brings cursor and attributes back to where the painter knows them. */
void ks_painter_step_in(struct ks_painter *painter, struct ks_buf *out);

/*
 * Adds to out what turns the screen into this picture; nothing when it is that already. width and
 * height are the terminal's: of a larger picture the rest is left out.
 */
void ks_painter_frame(struct ks_painter *painter, const struct ks_canvas *canvas,
    const struct ks_theme *theme, int width, int height, struct ks_buf *out);

#endif
