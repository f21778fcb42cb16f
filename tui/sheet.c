#include "tui/sheet.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/text.h"

enum { LINE_SIZE = 2048, LABEL_GAP = 2, LABEL_MAX = 24, NARROW = 36 };

struct ks_sheet_line {
	char *label; /* NULL: the text has the whole width */
	char *text;
	enum ks_role role;
	bool item; /* the label is a bullet: it has the text's role, and a column of its own */
};

void ks_sheet_clear(struct ks_sheet *sheet)
{
	for (size_t i = 0; i < sheet->count; i++) {
		free(sheet->lines[i].label);
		free(sheet->lines[i].text);
	}
	sheet->count = 0;
	sheet->label_width = 0;
}

void ks_sheet_free(struct ks_sheet *sheet)
{
	ks_sheet_clear(sheet);
	free(sheet->lines);
	*sheet = (struct ks_sheet){0};
}

static void add_line(struct ks_sheet *sheet, enum ks_role role, const char *label, const char *text)
{
	int width = label != NULL ? ks_text_width(label) : 0;

	sheet->lines = ks_grow(sheet->lines, sheet->count, &sheet->cap, sizeof *sheet->lines);
	sheet->lines[sheet->count++] = (struct ks_sheet_line){
	    .label = label != NULL ? ks_strdup(label) : NULL,
	    .text = ks_strdup(text),
	    .role = role,
	};
	if (width > sheet->label_width && width <= LABEL_MAX)
		sheet->label_width = width;
}

void ks_sheet_heading(struct ks_sheet *sheet, const char *text)
{
	add_line(sheet, KS_ROLE_TITLE_FOCUS, NULL, text);
}

void ks_sheet_gap(struct ks_sheet *sheet)
{
	add_line(sheet, KS_ROLE_TEXT, NULL, "");
}

void ks_sheet_text(struct ks_sheet *sheet, enum ks_role role, const char *format, ...)
{
	char text[LINE_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	add_line(sheet, role, NULL, text);
}

void ks_sheet_field(
    struct ks_sheet *sheet, enum ks_role role, const char *label, const char *format, ...)
{
	char text[LINE_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	add_line(sheet, role, label, text);
}

void ks_sheet_item(
    struct ks_sheet *sheet, enum ks_role role, const char *bullet, const char *format, ...)
{
	char text[LINE_SIZE];
	va_list args;
	int label_width = sheet->label_width;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	add_line(sheet, role, bullet, text);
	sheet->lines[sheet->count - 1].item = true;
	sheet->label_width = label_width;
}

/* In a narrow sheet, and below a long label, a value stands on the next line, a little in. */
static bool is_below(const struct ks_sheet_line *line, int width)
{
	return line->label != NULL && !line->item &&
	       (width < NARROW || ks_text_width(line->label) > LABEL_MAX);
}

/* Where the text of a line begins. */
static int text_column(const struct ks_sheet *sheet, const struct ks_sheet_line *line, int width)
{
	if (line->label == NULL)
		return 0;
	if (line->item)
		return ks_text_width(line->label) + 1;
	return is_below(line, width) ? LABEL_GAP : sheet->label_width + LABEL_GAP;
}

static int line_height(const struct ks_sheet *sheet, const struct ks_sheet_line *line, int width)
{
	int column = text_column(sheet, line, width);
	int lines = ks_text_lines(line->text, width > column ? width - column : 1);

	return (lines > 0 ? lines : 1) + is_below(line, width);
}

int ks_sheet_height(const struct ks_sheet *sheet, int width)
{
	int height = 0;

	for (size_t i = 0; i < sheet->count; i++)
		height += line_height(sheet, &sheet->lines[i], width);
	return height;
}

int ks_sheet_width(const struct ks_sheet *sheet)
{
	int widest = 0;

	for (size_t i = 0; i < sheet->count; i++) {
		const struct ks_sheet_line *line = &sheet->lines[i];
		int width = ks_text_width(line->text);

		width += text_column(sheet, line, NARROW);
		if (is_below(line, NARROW) && ks_text_width(line->label) > width)
			width = ks_text_width(line->label);
		if (width > widest)
			widest = width;
	}
	return widest;
}

/* Draws one line of the sheet whose first line on the screen is y; y may lie above the area. */
static void draw_line(
    const struct ks_sheet *sheet, const struct ks_sheet_line *line, struct ks_area area, int y)
{
	int column = text_column(sheet, line, area.width), skip;
	bool below = is_below(line, area.width);
	struct ks_area place;

	if (line->label != NULL && y >= 0)
		ks_draw_text(area, 0, y, below || line->item ? -1 : sheet->label_width,
		    ks_style(line->item ? line->role : KS_ROLE_HEADING), line->label);
	y += below;
	skip = y < 0 ? -y : 0;
	place = ks_area_sub(area, column, y + skip, area.width - column, area.height - y - skip);
	ks_draw_wrapped(place, skip, ks_style(line->role), line->text);
}

static void clamp(struct ks_sheet *sheet)
{
	if (sheet->top > sheet->total - sheet->height)
		sheet->top = sheet->total - sheet->height;
	if (sheet->top < 0)
		sheet->top = 0;
}

void ks_sheet_draw(struct ks_sheet *sheet, const struct ks_glyphs *glyphs, struct ks_area area)
{
	struct ks_area text = ks_area_sub(area, 0, 0, area.width - 1, area.height);
	struct ks_style mark = ks_style(KS_ROLE_MARKER);
	int y;

	if (text.width <= 0 || text.height <= 0)
		return;
	sheet->height = text.height;
	sheet->total = ks_sheet_height(sheet, text.width);
	clamp(sheet);
	y = -sheet->top;
	for (size_t i = 0; i < sheet->count && y < text.height; i++) {
		int height = line_height(sheet, &sheet->lines[i], text.width);

		if (y + height > 0)
			draw_line(sheet, &sheet->lines[i], text, y);
		y += height;
	}
	if (sheet->top > 0)
		ks_draw_text(area, area.width - 1, 0, 1, mark, glyphs->up);
	if (sheet->top + sheet->height < sheet->total)
		ks_draw_text(area, area.width - 1, area.height - 1, 1, mark, glyphs->down);
}

void ks_sheet_move(struct ks_sheet *sheet, enum ks_list_move move)
{
	int page = sheet->height > 1 ? sheet->height - 1 : 1;
	const int steps[] = {
	    [KS_LIST_UP] = -1,
	    [KS_LIST_DOWN] = 1,
	    [KS_LIST_PAGE_UP] = -page,
	    [KS_LIST_PAGE_DOWN] = page,
	    [KS_LIST_HALF_UP] = -(page + 1) / 2,
	    [KS_LIST_HALF_DOWN] = (page + 1) / 2,
	    [KS_LIST_FIRST] = -sheet->top,
	    [KS_LIST_LAST] = sheet->total,
	};

	sheet->top += steps[move];
	clamp(sheet);
}
