/*
 * A table with headings on a canvas: a const table of columns, a list cursor, and a callback that
 * draws one cell. Columns give way in a stated order as the width shrinks. UI thread.
 *
 * The first cell marks the selected row, the last cell shows that there is more above or below.
 * The selected row's bar covers the marker and the first column: what stands behind keeps the
 * colours that mean something, and a move of the cursor sends two names instead of two rows.
 * Columns stand KS_TABLE_GAP cells apart.
 */
#ifndef KS_TUI_TABLE_H
#define KS_TUI_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/canvas.h"
#include "tui/glyphs.h"
#include "tui/list.h"
#include "tui/style.h"

enum { KS_TABLE_GAP = 2, KS_TABLE_MAX_COLUMNS = 16, KS_TABLE_NO_SORT = -1 };

enum ks_align { KS_ALIGN_LEFT, KS_ALIGN_RIGHT };

/* Where and how a callback draws: one line high, as wide as the column. */
struct ks_table_cell {
	struct ks_area area;
	enum ks_ground ground;
	enum ks_align align;
	const struct ks_glyphs *glyphs;
};

struct ks_table_column {
	const char *title;
	int min;       /* cells that it needs to be of use (the title counts too) */
	int preferred; /* cells that it takes when there is room */
	int grow;      /* its share of what is left over then; 0: none */
	enum ks_align align;
	int give_way; /* 0: always there; else the order in which columns go, 1 first */
	/* view is what ks_table_draw was given, row the index in the list. */
	void (*draw)(const struct ks_table_cell *cell, const void *view, size_t row);
};

struct ks_table {
	const struct ks_table_column *columns;
	size_t n_columns; /* ≤ KS_TABLE_MAX_COLUMNS */
	int sort;         /* column that carries the mark, or KS_TABLE_NO_SORT */
	bool descending;
	bool focused; /* the pane has the focus: the selected row is bright, the cursor is on it */
	bool quiet;   /* without the focus no row is marked */
	/*
	 * Optional. A row that is no row of columns (a region that failed): draws it over the whole
	 * width and gives true.
	 */
	bool (*draw_row)(const struct ks_table_cell *cell, const void *view, size_t row);
};

/* Widths of the columns in this many cells; 0 for one that gave way. */
void ks_table_widths(const struct ks_table *table, int width, int widths[KS_TABLE_MAX_COLUMNS]);

/*
 * Draws headings and rows in the area and tells the list its height (the area's less one line).
 * An empty list draws the headings only: what an empty pane says is its view's matter.
 */
void ks_table_draw(const struct ks_table *table, struct ks_area area, struct ks_list *list,
    const struct ks_glyphs *glyphs, const void *view);

/* For callbacks: text of one role in the cell, cut with an ellipsis, aligned as the column is. */
void ks_table_text(const struct ks_table_cell *cell, enum ks_role role, const char *text);
void ks_table_printf(const struct ks_table_cell *cell, enum ks_role role, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/*
 * The same, with the part that a filter matches (without case) in KS_ROLE_MATCH; filter may be
 * NULL.
 */
void ks_table_match(
    const struct ks_table_cell *cell, enum ks_role role, const char *text, const char *filter);

#endif
