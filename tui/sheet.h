/*
 * A page of labelled lines that scrolls: details, help, the screens that say what is wrong. It is
 * filled anew for each frame, so that it never shows what is no more. UI thread.
 */
#ifndef KS_TUI_SHEET_H
#define KS_TUI_SHEET_H

#include <stddef.h>

#include "tui/canvas.h"
#include "tui/glyphs.h"
#include "tui/list.h"
#include "tui/style.h"

struct ks_sheet_line;

/* Zeroed is empty. */
struct ks_sheet {
	struct ks_sheet_line *lines;
	size_t count, cap;
	enum ks_role label_role; /* KS_ROLE_TEXT: the usual one */
	int label_width;         /* cells of the widest label */
	int top;                 /* the first line of the screen that is shown */
	int height;              /* lines that fitted when it was drawn last */
	int total;               /* lines that there were */
};

void ks_sheet_free(struct ks_sheet *sheet);
/* Takes the lines away and keeps the place. */
void ks_sheet_clear(struct ks_sheet *sheet);

/* Texts are copied and must be clean. */
void ks_sheet_heading(struct ks_sheet *sheet, const char *text);
void ks_sheet_gap(struct ks_sheet *sheet);
/* A paragraph over the whole width, wrapped. */
void ks_sheet_text(struct ks_sheet *sheet, enum ks_role role, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A label and its value, wrapped beside it. */
void ks_sheet_field(struct ks_sheet *sheet, enum ks_role role, const char *label,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* One of several things: the bullet, and the text, wrapped beside it. */
void ks_sheet_item(struct ks_sheet *sheet, enum ks_role role, const char *bullet,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Lines that it takes at this width. */
int ks_sheet_height(const struct ks_sheet *sheet, int width);
/* Cells that it takes without wrapping. */
int ks_sheet_width(const struct ks_sheet *sheet);
/* Draws it from its place on, with marks where there is more above or below. */
void ks_sheet_draw(struct ks_sheet *sheet, const struct ks_glyphs *glyphs, struct ks_area area);
/* Scrolls; a page is what was drawn last. */
void ks_sheet_move(struct ks_sheet *sheet, enum ks_list_move move);

#endif
