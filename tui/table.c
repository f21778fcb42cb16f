#include "tui/table.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/text.h"

enum { MARKER_WIDTH = 1, SCROLL_WIDTH = 1, MAX_CELL_TEXT = 1024 };

static int column_min(const struct ks_table_column *column)
{
	int title = ks_text_width(column->title);

	return column->min > title ? column->min : title;
}

static int column_preferred(const struct ks_table_column *column)
{
	int min = column_min(column);

	return column->preferred > min ? column->preferred : min;
}

/* Cells that the shown columns take with the gaps between them. */
static int total_width(const int *widths, size_t count)
{
	int total = 0, shown = 0;

	for (size_t i = 0; i < count; i++) {
		total += widths[i];
		shown += widths[i] > 0;
	}
	return total + (shown > 1 ? (shown - 1) * KS_TABLE_GAP : 0);
}

/* Drops columns, the first in the stated order first, until the minimal widths fit. */
static void drop_columns(const struct ks_table *table, int width, int *widths)
{
	while (total_width(widths, table->n_columns) > width) {
		size_t victim = table->n_columns;

		for (size_t i = 0; i < table->n_columns; i++) {
			int order = table->columns[i].give_way;

			if (widths[i] == 0 || order == 0)
				continue;
			if (victim == table->n_columns || order < table->columns[victim].give_way)
				victim = i;
		}
		if (victim == table->n_columns)
			return;
		widths[victim] = 0;
	}
}

/* Shares out what is left: first up to the preferred widths, from left to right, then by grow. */
static void grow_columns(const struct ks_table *table, int spare, int *widths)
{
	int shares = 0, left;

	for (size_t i = 0; i < table->n_columns && spare > 0; i++) {
		int more = column_preferred(&table->columns[i]) - widths[i];

		if (widths[i] == 0)
			continue;
		more = more < spare ? more : spare;
		widths[i] += more;
		spare -= more;
	}
	for (size_t i = 0; i < table->n_columns; i++)
		shares += widths[i] > 0 ? table->columns[i].grow : 0;
	left = spare;
	for (size_t i = 0; i < table->n_columns && spare > 0 && shares > 0; i++) {
		int more = widths[i] > 0 ? left * table->columns[i].grow / shares : 0;

		widths[i] += more;
		spare -= more;
	}
}

/* Even the columns that never give way don't fit: they are cut from the right. */
static void cut_columns(const struct ks_table *table, int width, int *widths)
{
	for (size_t i = table->n_columns; i > 0; i--) {
		int excess = total_width(widths, table->n_columns) - width;

		if (excess <= 0)
			return;
		widths[i - 1] = widths[i - 1] > excess ? widths[i - 1] - excess : 0;
	}
}

void ks_table_widths(const struct ks_table *table, int width, int widths[KS_TABLE_MAX_COLUMNS])
{
	int spare;

	memset(widths, 0, KS_TABLE_MAX_COLUMNS * sizeof *widths);
	for (size_t i = 0; i < table->n_columns; i++)
		widths[i] = column_min(&table->columns[i]);
	drop_columns(table, width, widths);
	spare = width - total_width(widths, table->n_columns);
	if (spare > 0)
		grow_columns(table, spare, widths);
	else if (spare < 0)
		cut_columns(table, width, widths);
}

/* Where text of this width begins in a cell. */
static int aligned(const struct ks_table_cell *cell, int text_width)
{
	int spare = cell->area.width - text_width;

	return cell->align == KS_ALIGN_RIGHT && spare > 0 ? spare : 0;
}

void ks_table_text(const struct ks_table_cell *cell, enum ks_role role, const char *text)
{
	ks_draw_cut(cell->area, aligned(cell, ks_text_width(text)), 0, -1,
	    ks_style_on(role, cell->ground), text, cell->glyphs->ellipsis);
}

void ks_table_printf(const struct ks_table_cell *cell, enum ks_role role, const char *format, ...)
{
	char text[MAX_CELL_TEXT];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	ks_table_text(cell, role, text);
}

/* Bytes before the first match; the text's length when there is none. */
static size_t find_match(const char *text, const char *part)
{
	size_t len = strlen(text), part_len = strlen(part);

	for (size_t at = 0; at + part_len <= len; at++) {
		char candidate[MAX_CELL_TEXT];

		if (part_len >= sizeof candidate)
			break;
		memcpy(candidate, text + at, part_len);
		candidate[part_len] = '\0';
		if (ks_text_casecmp(candidate, part) == 0)
			return at;
	}
	return len;
}

void ks_table_match(
    const struct ks_table_cell *cell, enum ks_role role, const char *text, const char *filter)
{
	size_t at, len = strlen(text);
	char before[MAX_CELL_TEXT], part[MAX_CELL_TEXT];
	int x, start;

	ks_table_text(cell, role, text);
	if (filter == NULL || filter[0] == '\0' || len >= sizeof before)
		return;
	at = find_match(text, filter);
	if (at == len)
		return;
	snprintf(before, sizeof before, "%.*s", (int)at, text);
	snprintf(part, sizeof part, "%.*s", (int)strlen(filter), text + at);
	x = aligned(cell, ks_text_width(text));
	start = x + ks_text_width(before);
	/* What the ellipsis hides stays hidden: a match there is not drawn over it. */
	if (ks_text_width(text) > cell->area.width &&
	    start + ks_text_width(part) >= cell->area.width)
		return;
	ks_draw_text(cell->area, start, 0, -1, ks_style_on(KS_ROLE_MATCH, cell->ground), part);
}

/* The sort mark stands beside the title: after it, or before one at the right edge. */
static void draw_heading(const struct ks_table *table, const struct ks_table_cell *cell, size_t i)
{
	const char *sign = table->descending ? cell->glyphs->down : cell->glyphs->up;
	int title = ks_text_width(table->columns[i].title), x = aligned(cell, title);

	ks_table_text(cell, KS_ROLE_HEADING, table->columns[i].title);
	if (table->sort == (int)i)
		ks_draw_text(cell->area, cell->align == KS_ALIGN_RIGHT ? x - 1 : x + title, 0, 1,
		    ks_style(KS_ROLE_MARKER), sign);
}

static void draw_headings(const struct ks_table *table, struct ks_area line,
    const struct ks_glyphs *glyphs, const int *widths)
{
	int x = MARKER_WIDTH;

	for (size_t i = 0; i < table->n_columns; i++) {
		/* One cell of the gap belongs to a sorted column: its title may fill all others. */
		int extra = table->sort == (int)i;
		int start = table->columns[i].align == KS_ALIGN_RIGHT ? x - extra : x;
		struct ks_table_cell cell = {
		    .area = ks_area_sub(line, start, 0, widths[i] + extra, 1),
		    .align = table->columns[i].align,
		    .glyphs = glyphs,
		};

		if (widths[i] == 0)
			continue;
		draw_heading(table, &cell, i);
		x += widths[i] + KS_TABLE_GAP;
	}
}

/* cell.ground is that of the first column, which carries the bar of the selected row. */
static void draw_cells(const struct ks_table *table, struct ks_table_cell cell, struct ks_area line,
    const int *widths, const void *view, size_t row)
{
	int x = MARKER_WIDTH;

	for (size_t i = 0; i < table->n_columns; i++) {
		if (widths[i] == 0)
			continue;
		cell.area = ks_area_sub(line, x, 0, widths[i], 1);
		cell.align = table->columns[i].align;
		table->columns[i].draw(&cell, view, row);
		cell.ground = KS_GROUND_OWN;
		x += widths[i] + KS_TABLE_GAP;
	}
}

static void draw_row(const struct ks_table *table, struct ks_area line, const int *widths,
    const struct ks_glyphs *glyphs, const void *view, size_t row, bool selected)
{
	bool marked = selected && (table->focused || !table->quiet);
	struct ks_table_cell cell = {
	    .area = ks_area_sub(line, MARKER_WIDTH, 0, line.width - MARKER_WIDTH - SCROLL_WIDTH, 1),
	    .ground = !marked          ? KS_GROUND_OWN
		      : table->focused ? KS_GROUND_SELECTED
				       : KS_GROUND_SELECTED_DIM,
	    .glyphs = glyphs,
	};

	if (marked)
		ks_draw_fill(line, 0, 0, MARKER_WIDTH + widths[0] + 1, 1,
		    ks_style_on(KS_ROLE_TEXT, cell.ground));
	if (marked && table->focused)
		ks_draw_text(
		    line, 0, 0, 1, ks_style_on(KS_ROLE_MARKER, cell.ground), glyphs->marker);
	if (table->draw_row == NULL || !table->draw_row(&cell, view, row))
		draw_cells(table, cell, line, widths, view, row);
	if (selected && table->focused)
		ks_draw_cursor(line, 0, 0, false);
}

void ks_table_draw(const struct ks_table *table, struct ks_area area, struct ks_list *list,
    const struct ks_glyphs *glyphs, const void *view)
{
	int widths[KS_TABLE_MAX_COLUMNS], rows = area.height - 1;
	struct ks_style mark = ks_style(KS_ROLE_MARKER);

	ks_table_widths(table, area.width - MARKER_WIDTH - SCROLL_WIDTH, widths);
	draw_headings(table, area, glyphs, widths);
	ks_list_set_height(list, rows);
	for (int i = 0; i < rows && list->top + (size_t)i < list->count; i++) {
		size_t row = list->top + (size_t)i;

		draw_row(table, ks_area_sub(area, 0, 1 + i, area.width, 1), widths, glyphs, view,
		    row, row == list->cursor);
	}
	if (rows > 0 && list->top > 0)
		ks_draw_text(area, area.width - 1, 1, 1, mark, glyphs->up);
	if (rows > 0 && list->top + (size_t)rows < list->count)
		ks_draw_text(area, area.width - 1, rows, 1, mark, glyphs->down);
}
