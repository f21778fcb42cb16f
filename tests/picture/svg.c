#include "tests/picture/svg.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* A cell of a common monospaced font, in pixels, and the margin around all. */
enum { CELL_WIDTH = 9, CELL_HEIGHT = 19, BASELINE = 14, FONT_SIZE = 15, MARGIN = 14 };
enum { NORTH = 1, EAST = 2, SOUTH = 4, WEST = 8, ROUND = 16 };

static const uint32_t ground = 0x16181d, text_color = 0xd8dbe2;
static const uint32_t palette[16] = {0x2a2e37, 0xe06c75, 0x98c379, 0xe5c07b, 0x61afef, 0xc678dd,
    0x56b6c2, 0xabb2bf, 0x6b7280, 0xf28b93, 0xb5e890, 0xf5d491, 0x8cc8ff, 0xdd9bf0, 0x7ddbe6,
    0xffffff};

/* Where the arms of a box-drawing character go. */
static const struct box {
	const char *text;
	unsigned arms;
} boxes[] = {
    {"─", EAST | WEST},
    {"│", NORTH | SOUTH},
    {"├", NORTH | EAST | SOUTH},
    {"┤", NORTH | WEST | SOUTH},
    {"╭", EAST | SOUTH | ROUND},
    {"╮", WEST | SOUTH | ROUND},
    {"╯", WEST | NORTH | ROUND},
    {"╰", EAST | NORTH | ROUND},
};

struct picture {
	FILE *out;
	const struct ks_pty *pty;
	int width, height;
};

struct look {
	uint32_t fg, bg;
	bool bold, italic, underline;
};

/* Colours of a cell: -1 the default, 0 to 255 an index, else 0x1rrggbb. */
static uint32_t color_of(int color, uint32_t standard)
{
	unsigned cube;

	if (color < 0)
		return standard;
	if (color < 16)
		return palette[color];
	if (color > 255)
		return (uint32_t)color & 0xffffff;
	if (color >= 232)
		return (uint32_t)(8 + (color - 232) * 10) * 0x010101;
	cube = (unsigned)color - 16;
	return (cube / 36 > 0 ? 55 + cube / 36 * 40 : 0) << 16 |
	       (cube / 6 % 6 > 0 ? 55 + cube / 6 % 6 * 40 : 0) << 8 |
	       (cube % 6 > 0 ? 55 + cube % 6 * 40 : 0);
}

static struct look look_of(const struct ks_pty_cell *cell)
{
	struct look look = {.fg = color_of(cell->fg, text_color),
	    .bg = color_of(cell->bg, ground),
	    .bold = cell->bold,
	    .italic = cell->italic,
	    .underline = cell->underline};

	if (cell->reverse) {
		uint32_t fg = look.fg;

		look.fg = look.bg;
		look.bg = fg;
	}
	return look;
}

static bool looks_same(struct look a, struct look b)
{
	return a.fg == b.fg && a.bg == b.bg && a.bold == b.bold && a.italic == b.italic &&
	       a.underline == b.underline;
}

static bool is_blank(const struct ks_pty_cell *cell)
{
	return cell->text[0] == '\0' || strcmp(cell->text, " ") == 0;
}

static bool is_ascii(const struct ks_pty_cell *cell)
{
	return cell->text[0] > ' ' && cell->text[0] < 0x7f && cell->text[1] == '\0';
}

static unsigned arms_of(const struct ks_pty_cell *cell)
{
	for (size_t i = 0; i < sizeof boxes / sizeof *boxes; i++)
		if (strcmp(boxes[i].text, cell->text) == 0)
			return boxes[i].arms;
	return 0;
}

static void write_text(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '<' || *text == '>' || *text == '&')
			fprintf(out, "&#%d;", *text);
		else
			fputc(*text, out);
	}
}

static void open_text(FILE *out, struct look look, double x, int y)
{
	fprintf(out, "<text x=\"%g\" y=\"%d\" fill=\"#%06x\"", x,
	    MARGIN + y * CELL_HEIGHT + BASELINE, (unsigned)look.fg);
	if (look.bold)
		fputs(" font-weight=\"bold\"", out);
	if (look.italic)
		fputs(" font-style=\"italic\"", out);
	if (look.underline)
		fputs(" text-decoration=\"underline\"", out);
}

static void draw_box(const struct picture *picture, int x, int y, unsigned arms, uint32_t fg)
{
	int left = MARGIN + x * CELL_WIDTH, top = MARGIN + y * CELL_HEIGHT;
	int right = left + CELL_WIDTH, bottom = top + CELL_HEIGHT;
	double middle_x = left + CELL_WIDTH / 2.0, middle_y = top + CELL_HEIGHT / 2.0;

	fputs("<path d=\"", picture->out);
	if (arms & ROUND)
		fprintf(picture->out, "M%d %gQ%g %g %g %d", arms & EAST ? right : left, middle_y,
		    middle_x, middle_y, middle_x, arms & SOUTH ? bottom : top);
	else
		fprintf(picture->out, "M%g %dV%d", middle_x, top, bottom);
	if (!(arms & ROUND) && (arms & (EAST | WEST)))
		fprintf(picture->out, "M%g %gH%d", middle_x, middle_y, arms & EAST ? right : left);
	fprintf(picture->out, "\" fill=\"none\" stroke=\"#%06x\" stroke-width=\"1.3\"/>\n",
	    (unsigned)fg);
}

/* A horizontal line of one look as one stroke; gives the column after it. */
static int draw_line(const struct picture *picture, int x, int y, struct look look)
{
	int end = x + 1;

	for (; end < picture->width; end++) {
		struct ks_pty_cell cell = ks_pty_cell(picture->pty, end, y);

		if (arms_of(&cell) != (EAST | WEST) || !looks_same(look, look_of(&cell)))
			break;
	}
	fprintf(picture->out, "<path d=\"M%d %gH%d\" stroke=\"#%06x\" stroke-width=\"1.3\"/>\n",
	    MARGIN + x * CELL_WIDTH, MARGIN + (y + 0.5) * CELL_HEIGHT, MARGIN + end * CELL_WIDTH,
	    (unsigned)look.fg);
	return end;
}

/* A run of ASCII of one look, single blanks included; gives the column after it. */
static int draw_run(const struct picture *picture, int x, int y, struct look look)
{
	int end = x;

	for (int at = x; at < picture->width; at++) {
		struct ks_pty_cell cell = ks_pty_cell(picture->pty, at, y);

		if (!looks_same(look, look_of(&cell)))
			break;
		if (is_ascii(&cell))
			end = at + 1;
		else if (!is_blank(&cell) || at > end)
			break;
	}
	open_text(picture->out, look, MARGIN + x * CELL_WIDTH, y);
	fprintf(picture->out, " textLength=\"%d\">", (end - x) * CELL_WIDTH);
	for (int at = x; at < end; at++) {
		struct ks_pty_cell cell = ks_pty_cell(picture->pty, at, y);

		write_text(picture->out, cell.text[0] != '\0' ? cell.text : " ");
	}
	fputs("</text>\n", picture->out);
	return end;
}

/* Signs that a font may draw in another width are set one by one, in the middle of their cells. */
static void draw_sign(
    const struct picture *picture, int x, int y, const struct ks_pty_cell *cell, struct look look)
{
	open_text(picture->out, look, MARGIN + (x + cell->width / 2.0) * CELL_WIDTH, y);
	fputs(" text-anchor=\"middle\">", picture->out);
	write_text(picture->out, cell->text);
	fputs("</text>\n", picture->out);
}

static void draw_grounds(const struct picture *picture, int y)
{
	for (int x = 0, end; x < picture->width; x = end) {
		struct ks_pty_cell cell = ks_pty_cell(picture->pty, x, y);
		uint32_t bg = look_of(&cell).bg;

		for (end = x + 1; end < picture->width; end++) {
			cell = ks_pty_cell(picture->pty, end, y);
			if (look_of(&cell).bg != bg)
				break;
		}
		if (bg != ground)
			fprintf(picture->out,
			    "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%06x\"/>\n",
			    MARGIN + x * CELL_WIDTH, MARGIN + y * CELL_HEIGHT,
			    (end - x) * CELL_WIDTH, CELL_HEIGHT, (unsigned)bg);
	}
}

static void draw_row(const struct picture *picture, int y)
{
	for (int x = 0; x < picture->width;) {
		struct ks_pty_cell cell = ks_pty_cell(picture->pty, x, y);
		struct look look = look_of(&cell);
		unsigned arms = arms_of(&cell);

		if (is_ascii(&cell)) {
			x = draw_run(picture, x, y, look);
		} else if (arms == (EAST | WEST)) {
			x = draw_line(picture, x, y, look);
		} else {
			if (arms != 0)
				draw_box(picture, x, y, arms, look.fg);
			else if (!is_blank(&cell))
				draw_sign(picture, x, y, &cell, look);
			x++;
		}
	}
}

void svg_write(FILE *out, const struct ks_pty *pty, int width, int height, const char *title)
{
	struct picture picture = {.out = out, .pty = pty, .width = width, .height = height};
	int across = width * CELL_WIDTH + 2 * MARGIN, down = height * CELL_HEIGHT + 2 * MARGIN;

	fprintf(out,
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\""
	    " height=\"%d\" font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\""
	    " font-size=\"%d\" xml:space=\"preserve\">\n<title>",
	    across, down, across, down, FONT_SIZE);
	write_text(out, title);
	fprintf(out, "</title>\n<rect width=\"%d\" height=\"%d\" rx=\"8\" fill=\"#%06x\"/>\n",
	    across, down, (unsigned)ground);
	for (int y = 0; y < height; y++) {
		draw_grounds(&picture, y);
		draw_row(&picture, y);
	}
	fputs("</svg>\n", out);
}
