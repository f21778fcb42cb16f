#include "tui/canvas.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/text.h"

/* No terminal is larger in earnest, and its size is told by somebody else. */
#define MAX_SIDE    1000
#define MAX_PRINTED 2048

static int clamp(int value, int low, int high)
{
	return value < low ? low : value > high ? high : value;
}

static void blank_cell(struct ks_cell *cell, struct ks_style style)
{
	*cell = (struct ks_cell){.code = {' '}, .width = 1, .style = style};
}

struct ks_canvas *ks_canvas_new(int width, int height)
{
	struct ks_canvas *canvas = ks_calloc(1, sizeof *canvas);

	ks_canvas_reset(canvas, width, height);
	return canvas;
}

void ks_canvas_free(struct ks_canvas *canvas)
{
	if (canvas == NULL)
		return;
	free(canvas->cells);
	free(canvas);
}

void ks_canvas_reset(struct ks_canvas *canvas, int width, int height)
{
	size_t count;

	width = clamp(width, 0, MAX_SIDE);
	height = clamp(height, 0, MAX_SIDE);
	count = (size_t)width * (size_t)height;
	if (canvas->cells == NULL || width != canvas->width || height != canvas->height)
		canvas->cells = ks_realloc(canvas->cells, count * sizeof *canvas->cells);
	canvas->width = width;
	canvas->height = height;
	canvas->cursor_x = canvas->cursor_y = 0;
	canvas->cursor_on = false;
	for (size_t i = 0; i < count; i++)
		blank_cell(&canvas->cells[i], ks_style(KS_ROLE_TEXT));
}

struct ks_area ks_canvas_area(struct ks_canvas *canvas)
{
	return (struct ks_area){canvas, 0, 0, canvas->width, canvas->height};
}

/* Cuts the span [*start, *start + *length) to [0, limit). Safe against overflow. */
static void cut_span(int *start, int *length, int limit)
{
	long long first = *start, last = first + (*length > 0 ? *length : 0);

	if (first < 0)
		first = 0;
	if (last > limit)
		last = limit;
	if (first >= last) {
		*start = 0;
		*length = 0;
		return;
	}
	*start = (int)first;
	*length = (int)(last - first);
}

struct ks_area ks_area_sub(struct ks_area area, int x, int y, int width, int height)
{
	cut_span(&x, &width, area.width);
	cut_span(&y, &height, area.height);
	if (width == 0 || height == 0)
		width = height = 0;
	return (struct ks_area){area.canvas, area.x + x, area.y + y, width, height};
}

/* The cell at (x, y) of the area, or NULL outside of it. */
static struct ks_cell *cell_at(struct ks_area area, int x, int y)
{
	const struct ks_canvas *canvas = area.canvas;

	if (x < 0 || y < 0 || x >= area.width || y >= area.height)
		return NULL;
	x += area.x;
	y += area.y;
	if (x < 0 || y < 0 || x >= canvas->width || y >= canvas->height)
		return NULL;
	return &canvas->cells[(size_t)y * (size_t)canvas->width + (size_t)x];
}

/* Half of a wide character is about to be overwritten: the other half becomes a blank. */
static void split_wide(struct ks_cell *cell)
{
	if (cell->width == 2)
		blank_cell(cell + 1, cell[1].style);
	else if (cell->width == 0)
		blank_cell(cell - 1, cell[-1].style);
	cell->width = 1;
}

static void put_blank(struct ks_area area, int x, int y, struct ks_style style)
{
	struct ks_cell *cell = cell_at(area, x, y);

	if (cell == NULL)
		return;
	split_wide(cell);
	blank_cell(cell, style);
}

/* A character of one or two cells. A wide one that an edge would cut becomes a blank. */
static void put_code(
    struct ks_area area, int x, int y, struct ks_style style, uint32_t code, int width)
{
	struct ks_cell *left = cell_at(area, x, y);
	struct ks_cell *right = width == 2 ? cell_at(area, x + 1, y) : NULL;

	if (width == 2 && (left == NULL || right == NULL)) {
		put_blank(area, left == NULL ? x + 1 : x, y, style);
		return;
	}
	if (left == NULL)
		return;
	split_wide(left);
	*left = (struct ks_cell){.code = {code}, .width = (uint8_t)width, .style = style};
	if (right == NULL)
		return;
	/* The left half above is new: only a wide one that starts at right may be left to split. */
	if (right->width == 2)
		split_wide(right);
	*right = (struct ks_cell){.width = 0, .style = style};
}

/* A combining mark stands on the character that ends before x. */
static void put_mark(struct ks_area area, int x, int y, uint32_t mark)
{
	struct ks_cell *cell = cell_at(area, x - 1, y);

	if (cell != NULL && cell->width == 0)
		cell--;
	if (cell == NULL)
		return;
	if (cell->code[1] == 0)
		cell->code[1] = mark;
	else if (cell->code[2] == 0)
		cell->code[2] = mark;
}

/* Cells from x to the end of the area, or max if that is less. */
static int room_for(struct ks_area area, int x, int max)
{
	long long room = (long long)area.width - x;

	if (max >= 0 && max < room)
		room = max;
	return (int)(room < 0 ? 0 : room > INT_MAX ? INT_MAX : room);
}

static int draw_bytes(struct ks_area area, int x, int y, int room, struct ks_style style,
    const char *text, size_t len)
{
	int used = 0;

	while (len > 0) {
		uint32_t code;
		size_t taken = ks_text_decode(text, len, &code);
		int width = ks_text_code_width(code);

		if (width > room - used)
			break;
		if (width == 0 && used > 0)
			put_mark(area, x + used, y, code);
		else if (width > 0)
			put_code(area, x + used, y, style, code, width);
		used += width;
		text += taken;
		len -= taken;
	}
	return used;
}

int ks_draw_text(
    struct ks_area area, int x, int y, int max, struct ks_style style, const char *text)
{
	return draw_bytes(area, x, y, room_for(area, x, max), style, text, strlen(text));
}

int ks_draw_cut(struct ks_area area, int x, int y, int max, struct ks_style style, const char *text,
    const char *ellipsis)
{
	int room = room_for(area, x, max);
	int sign = ks_text_width(ellipsis), used;

	if (sign > room || ks_text_width(text) <= room)
		return ks_draw_text(area, x, y, room, style, text);
	used = draw_bytes(area, x, y, room - sign, style, text, strlen(text));
	return used + ks_draw_text(area, x + used, y, sign, style, ellipsis);
}

int ks_draw_printf(
    struct ks_area area, int x, int y, int max, struct ks_style style, const char *format, ...)
{
	char text[MAX_PRINTED];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	return ks_draw_text(area, x, y, max, style, text);
}

void ks_draw_fill(struct ks_area area, int x, int y, int width, int height, struct ks_style style)
{
	struct ks_area part = ks_area_sub(area, x, y, width, height);

	for (int row = 0; row < part.height; row++)
		for (int column = 0; column < part.width; column++)
			put_blank(part, column, row, style);
}

/*
 * One line of wrapped text: gives the bytes to draw in *len and where the next line begins. A line
 * ends at a line break, else at its last blank, else, in a word too long for it, anywhere.
 */
static const char *wrap_line(const char *text, int width, size_t *len)
{
	size_t total = strlen(text), at = 0, blank = 0;
	int used = 0;

	while (at < total && text[at] != '\n') {
		uint32_t code;
		size_t taken = ks_text_decode(text + at, total - at, &code);

		used += ks_text_code_width(code);
		if (code == ' ' && at > 0)
			blank = at;
		if (used > width && code != ' ')
			break;
		at += taken;
	}
	if (at == total || text[at] == '\n') {
		*len = at;
		return at == total ? NULL : text + at + 1;
	}
	if (blank > 0) {
		*len = blank;
		return text + blank + 1 + strspn(text + blank + 1, " ");
	}
	if (at == 0) /* a wide character in a line one cell wide: it can't be shown */
		at = ks_text_decode(text, total, &(uint32_t){0});
	*len = at;
	return at < total ? text + at : NULL;
}

int ks_draw_wrapped(struct ks_area area, int from, struct ks_style style, const char *text)
{
	int line = 0;

	if (area.width <= 0)
		return 0;
	while (text != NULL && line - from < area.height) {
		size_t len;
		const char *next = wrap_line(text, area.width, &len);

		if (line >= from)
			draw_bytes(area, 0, line - from, area.width, style, text, len);
		line++;
		text = next;
	}
	return line > from ? line - from : 0;
}

int ks_text_lines(const char *text, int width)
{
	int lines = 0;

	if (width <= 0)
		return 0;
	for (; text != NULL; lines++) {
		size_t len;

		text = wrap_line(text, width, &len);
	}
	return lines;
}

void ks_draw_cursor(struct ks_area area, int x, int y, bool visible)
{
	if (cell_at(area, x, y) == NULL)
		return;
	area.canvas->cursor_x = area.x + x;
	area.canvas->cursor_y = area.y + y;
	area.canvas->cursor_on = visible;
}

static void add_code(struct ks_buf *out, uint32_t code)
{
	char bytes[4];

	ks_buf_add(out, bytes, ks_text_encode(code, bytes));
}

static bool is_plain_blank(const struct ks_cell *cell)
{
	return cell->width == 1 && cell->code[0] == ' ';
}

void ks_canvas_dump(const struct ks_canvas *canvas, struct ks_buf *out)
{
	for (int y = 0; y < canvas->height; y++) {
		const struct ks_cell *row = canvas->cells + (size_t)y * (size_t)canvas->width;
		int end = canvas->width;

		while (end > 0 && is_plain_blank(&row[end - 1]))
			end--;
		for (int x = 0; x < end; x++)
			for (int i = 0; row[x].width > 0 && i < 3 && row[x].code[i] != 0; i++)
				add_code(out, row[x].code[i]);
		ks_buf_puts(out, "\n");
	}
}

void ks_canvas_dump_roles(const struct ks_canvas *canvas, struct ks_buf *out)
{
	static const char grounds[KS_GROUND_COUNT] = {'.', 's', '-', 'd', 'h'};

	for (int y = 0; y < canvas->height; y++) {
		const struct ks_cell *row = canvas->cells + (size_t)y * (size_t)canvas->width;

		for (int x = 0; x < canvas->width; x++)
			add_code(out, (uint32_t)ks_role_letter((enum ks_role)row[x].style.role));
		ks_buf_puts(out, "|");
		for (int x = 0; x < canvas->width; x++)
			add_code(out, (uint32_t)grounds[row[x].style.ground % KS_GROUND_COUNT]);
		ks_buf_puts(out, "\n");
	}
}
