#include "tui/paint.h"

#include <string.h>

#include "core/base/text.h"
#include "tui/palette.h"

enum { UNKNOWN = -1, UNKNOWN_COLOR = -2, MAX_SGR = 96, GAP_WORTH_WRITING = 4 };

/* These show on a blank too. */
#define VISIBLE_ON_BLANK ((uint8_t)(KS_ATTR_UNDERLINE | KS_ATTR_REVERSE))

static const struct ks_pen plain = {-1, -1, 0};

/* One picture on its way to be the next. */
struct frame {
	struct ks_painter *painter;
	const struct ks_canvas *canvas;
	int width, height;
	struct ks_buf *out;
};

void ks_painter_init(struct ks_painter *painter, const struct ks_abilities *abilities)
{
	*painter = (struct ks_painter){.abilities = *abilities, .shown = ks_canvas_new(0, 0)};
	painter->repaint = true;
	ks_painter_forget(painter);
}

void ks_painter_free(struct ks_painter *painter)
{
	ks_canvas_free(painter->shown);
	*painter = (struct ks_painter){0};
}

void ks_painter_forget(struct ks_painter *painter)
{
	painter->blank = true;
	painter->pen.fg = UNKNOWN_COLOR;
	painter->x = UNKNOWN;
}

/* ---- pens ---- */

static struct ks_pen make_pen(const struct ks_painter *painter, struct ks_style style)
{
	struct ks_look look = ks_theme_look(&painter->theme, style);
	int colors = painter->abilities.colors;
	struct ks_pen pen = {
	    .fg = ks_palette_index(look.fg, colors),
	    .bg = ks_palette_index(look.bg, colors),
	    .attrs = look.attrs & painter->abilities.attrs,
	};

	/* Terminals of eight colours show bright ones as bold. */
	if (colors == 8 && look.fg.kind == KS_COLOR_INDEX && look.fg.value >= 8)
		pen.attrs |= KS_ATTR_BOLD & painter->abilities.attrs;
	return pen;
}

static bool is_same_theme(const struct ks_painter *painter, const struct ks_theme *usable)
{
	/* Padding that differs costs one repaint.
	 * NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-exp42-c,cert-flp37-c) */
	return memcmp(&painter->theme, usable, sizeof *usable) == 0;
}

static void take_theme(struct ks_painter *painter, const struct ks_theme *theme)
{
	const struct ks_theme *usable = ks_theme_for(theme, painter->abilities.colors);

	if (!painter->repaint && is_same_theme(painter, usable))
		return;
	memcpy(&painter->theme, usable, sizeof *usable);
	for (int role = 0; role < KS_ROLE_COUNT; role++)
		for (int ground = 0; ground < KS_GROUND_COUNT; ground++)
			painter->pens[role][ground] = make_pen(
			    painter, ks_style_on((enum ks_role)role, (enum ks_ground)ground));
	painter->repaint = true;
}

static const struct ks_pen *pen_of(const struct ks_painter *painter, struct ks_style style)
{
	return &painter->pens[style.role % KS_ROLE_COUNT][style.ground % KS_GROUND_COUNT];
}

static bool same_pen(const struct ks_pen *a, const struct ks_pen *b)
{
	return a->fg == b->fg && a->bg == b->bg && a->attrs == b->attrs;
}

/* True when a blank drawn with a looks like one drawn with b. */
static bool same_blank(const struct ks_pen *a, const struct ks_pen *b)
{
	if (((a->attrs | b->attrs) & VISIBLE_ON_BLANK) != 0)
		return same_pen(a, b);
	return a->bg == b->bg && a->fg != UNKNOWN_COLOR && b->fg != UNKNOWN_COLOR;
}

static bool is_blank(const struct ks_cell *cell)
{
	return cell->width == 1 && cell->code[0] == ' ' && cell->code[1] == 0;
}

static bool looks_same(
    const struct ks_painter *painter, const struct ks_cell *a, const struct ks_cell *b)
{
	const struct ks_pen *pen_a = pen_of(painter, a->style), *pen_b = pen_of(painter, b->style);

	if (a->width != b->width || memcmp(a->code, b->code, sizeof a->code) != 0)
		return false;
	return is_blank(a) ? same_blank(pen_a, pen_b) : same_pen(pen_a, pen_b);
}

/* ---- select graphic rendition ---- */

struct sgr {
	char text[MAX_SGR];
	size_t len;
};

static void add_param(struct sgr *sgr, int value)
{
	char digits[12];
	size_t count = 0;

	if (sgr->len > 0)
		sgr->text[sgr->len++] = ';';
	do
		digits[count++] = (char)('0' + value % 10);
	while ((value /= 10) > 0);
	while (count > 0)
		sgr->text[sgr->len++] = digits[--count];
}

/* base: 30 for the foreground, 40 for the background. */
static void add_color(struct sgr *sgr, int base, int color, int colors)
{
	if (color < 0) {
		add_param(sgr, base + 9);
	} else if (color < 8) {
		add_param(sgr, base + color);
	} else if (colors > 256) {
		add_param(sgr, base + 8);
		add_param(sgr, 2);
		add_param(sgr, color >> 16 & 0xFF);
		add_param(sgr, color >> 8 & 0xFF);
		add_param(sgr, color & 0xFF);
	} else if (color < 16) {
		add_param(sgr, base + 60 + color - 8);
	} else {
		add_param(sgr, base + 8);
		add_param(sgr, 5);
		add_param(sgr, color);
	}
}

static void add_attrs(struct sgr *sgr, uint8_t attrs)
{
	static const struct {
		uint8_t bit;
		int param;
	} rows[] = {
	    {KS_ATTR_BOLD, 1},
	    {KS_ATTR_DIM, 2},
	    {KS_ATTR_ITALIC, 3},
	    {KS_ATTR_UNDERLINE, 4},
	    {KS_ATTR_REVERSE, 7},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if ((attrs & rows[i].bit) != 0)
			add_param(sgr, rows[i].param);
}

static void add_change(
    struct sgr *sgr, const struct ks_pen *from, const struct ks_pen *to, int colors)
{
	add_attrs(sgr, (uint8_t)(to->attrs & ~from->attrs));
	if (to->fg != from->fg)
		add_color(sgr, 30, to->fg, colors);
	if (to->bg != from->bg)
		add_color(sgr, 40, to->bg, colors);
}

/* Attributes are only taken away by a reset: what takes away one alone is not known everywhere. */
static void set_pen(struct frame *frame, const struct ks_pen *to)
{
	struct ks_pen *from = &frame->painter->pen;
	int colors = frame->painter->abilities.colors;
	struct sgr change = {.len = 0}, reset = {.text = "0", .len = 1};
	const struct sgr *best = &reset;

	if (same_pen(from, to))
		return;
	if (same_pen(to, &plain))
		reset.len = 0;
	else
		add_change(&reset, &plain, to, colors);
	if (from->fg != UNKNOWN_COLOR && (from->attrs & ~to->attrs) == 0) {
		add_change(&change, from, to, colors);
		if (change.len <= reset.len)
			best = &change;
	}
	ks_buf_puts(frame->out, "\033[");
	ks_buf_add(frame->out, best->text, best->len);
	ks_buf_puts(frame->out, "m");
	*from = *to;
}

/* ---- the cursor ---- */

static void move_right(struct frame *frame, int count)
{
	if (count == 1)
		ks_buf_puts(frame->out, "\033[C");
	else if (count > 1)
		ks_buf_printf(frame->out, "\033[%dC", count);
}

static void move_to(struct frame *frame, int x, int y)
{
	struct ks_painter *painter = frame->painter;
	bool known = painter->x != UNKNOWN;

	if (known && painter->y == y && painter->x <= x) {
		move_right(frame, x - painter->x);
	} else if (known && painter->y == y) {
		ks_buf_puts(frame->out, "\r");
		move_right(frame, x);
	} else if (known && painter->y + 1 == y) {
		ks_buf_puts(frame->out, "\r\n");
		move_right(frame, x);
	} else if (x == 0) {
		ks_buf_printf(frame->out, "\033[%dH", y + 1);
	} else {
		ks_buf_printf(frame->out, "\033[%d;%dH", y + 1, x + 1);
	}
	painter->x = x;
	painter->y = y;
}

/* ---- cells ---- */

static void put_code(struct frame *frame, uint32_t code)
{
	char bytes[4];

	ks_buf_add(frame->out, bytes, ks_text_encode(code, bytes));
}

static bool is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

/* The characters of a cell. Gives false when the terminal may have moved by another width. */
static bool put_text(struct frame *frame, const struct ks_cell *cell)
{
	bool ascii = cell->code[0] < 0x7F && !is_control(cell->code[0]);

	if (!ascii && (!frame->painter->abilities.utf8 || is_control(cell->code[0]))) {
		ks_buf_add(frame->out, "? ", cell->width);
		return true;
	}
	put_code(frame, cell->code[0]);
	if (!frame->painter->abilities.utf8)
		return true;
	for (int i = 1; i < 3 && cell->code[i] != 0; i++)
		put_code(frame, cell->code[i]);
	return cell->width == 1 && cell->code[1] == 0;
}

static void put_cell(struct frame *frame, int x, int y, const struct ks_cell *cell)
{
	struct ks_painter *painter = frame->painter;
	const struct ks_pen *pen = pen_of(painter, cell->style);

	if (painter->abilities.scrolls_at_end && y == frame->height - 1 &&
	    x + cell->width >= frame->width)
		return;
	move_to(frame, x, y);
	if (!is_blank(cell) || !same_blank(&painter->pen, pen))
		set_pen(frame, pen);
	painter->x += cell->width;
	/* In the last column terminals differ in where the cursor is then. */
	if (!put_text(frame, cell) || painter->x >= frame->width)
		painter->x = UNKNOWN;
}

static bool is_kept(const struct ks_painter *painter, int x, int y)
{
	const struct ks_rect *kept = &painter->kept;

	return x >= kept->x && x < kept->x + kept->width && y >= kept->y &&
	       y < kept->y + kept->height;
}

/* Blanks from x on that look alike. */
static int count_blanks(const struct frame *frame, const struct ks_cell *row, int x, int y)
{
	const struct ks_pen *pen = pen_of(frame->painter, row[x].style);
	int end = x;

	while (end < frame->width && is_blank(&row[end]) &&
	       same_blank(pen, pen_of(frame->painter, row[end].style)) &&
	       !is_kept(frame->painter, end, y))
		end++;
	return end - x;
}

/* Draws a run of blanks by erasing, where that is shorter; gives the cells that are done. */
static int erase_blanks(struct frame *frame, const struct ks_cell *row, int x, int y)
{
	struct ks_painter *painter = frame->painter;
	const struct ks_pen *pen = pen_of(painter, row[x].style);
	int count = count_blanks(frame, row, x, y);
	bool to_end = x + count == frame->width;

	if ((pen->attrs & VISIBLE_ON_BLANK) != 0 ||
	    (pen->bg >= 0 && !painter->abilities.erase_colored))
		return 0;
	/* Erasing doesn't move: what follows needs a move as long as the erasing itself. */
	if (to_end ? count < 4 : !painter->abilities.erase_ahead || count < 13)
		return 0;
	move_to(frame, x, y);
	if (!same_blank(&painter->pen, pen))
		set_pen(frame, pen);
	if (to_end)
		ks_buf_puts(frame->out, "\033[K");
	else
		ks_buf_printf(frame->out, "\033[%dX", count);
	return count;
}

/* What lies between the cursor and x is as it should be, but sent faster than skipped. */
static void write_gap(struct frame *frame, const struct ks_cell *row, int x, int y)
{
	struct ks_painter *painter = frame->painter;
	int from = painter->x;

	if (painter->y != y || from == UNKNOWN || from >= x || x - from > GAP_WORTH_WRITING)
		return;
	for (int i = from; i < x; i++) {
		const struct ks_pen *pen = pen_of(painter, row[i].style);

		if (row[i].width != 1 || row[i].code[0] >= 0x7F || row[i].code[1] != 0 ||
		    is_kept(painter, i, y))
			return;
		if (is_blank(&row[i]) ? !same_blank(&painter->pen, pen)
				      : !same_pen(&painter->pen, pen))
			return;
	}
	for (int i = from; i < x; i++)
		put_cell(frame, i, y, &row[i]);
}

static void paint_row(struct frame *frame, int y)
{
	struct ks_painter *painter = frame->painter;
	size_t start = (size_t)y * (size_t)frame->canvas->width;
	const struct ks_cell *row = frame->canvas->cells + start;
	const struct ks_cell *old = painter->shown->cells + start;

	for (int x = 0; x < frame->width;) {
		int erased;

		if ((!painter->repaint && looks_same(painter, &row[x], &old[x])) ||
		    row[x].width == 0 || x + row[x].width > frame->width) {
			x++;
			continue;
		}
		write_gap(frame, row, x, y);
		erased = is_blank(&row[x]) ? erase_blanks(frame, row, x, y) : 0;
		if (erased == 0)
			put_cell(frame, x, y, &row[x]);
		x += erased > 0 ? erased : row[x].width;
	}
}

/* ---- what is written past the painter ---- */

static const struct ks_cell *shown_cell(const struct ks_painter *painter, int x, int y)
{
	return &painter->shown->cells[(size_t)y * (size_t)painter->shown->width + (size_t)x];
}

/* All cells of the place are blank in this picture, and look like its first one on the screen. */
static bool is_plain(
    const struct ks_painter *painter, const struct ks_canvas *canvas, const struct ks_rect *place)
{
	const struct ks_cell *first = shown_cell(painter, place->x, place->y);

	for (int y = place->y; y < place->y + place->height; y++) {
		for (int x = place->x; x < place->x + place->width; x++) {
			const struct ks_cell *cell =
			    &canvas->cells[(size_t)y * (size_t)canvas->width + (size_t)x];

			if (!is_blank(cell) || !looks_same(painter, cell, first))
				return false;
		}
	}
	return true;
}

bool ks_painter_keep(struct ks_painter *painter, struct ks_rect place)
{
	const struct ks_canvas *shown = painter->shown;

	painter->kept = (struct ks_rect){0};
	if (place.width <= 0 || place.height <= 0)
		return true;
	if (painter->blank || place.x < 0 || place.y < 0 || place.x + place.width > shown->width ||
	    place.y + place.height > shown->height || !is_plain(painter, shown, &place))
		return false;
	painter->kept = place;
	return true;
}

bool ks_painter_can_keep(
    const struct ks_painter *painter, const struct ks_canvas *canvas, const struct ks_theme *theme)
{
	return !painter->blank && canvas->width == painter->shown->width &&
	       canvas->height == painter->shown->height &&
	       is_same_theme(painter, ks_theme_for(theme, painter->abilities.colors)) &&
	       is_plain(painter, canvas, &painter->kept);
}

void ks_painter_step_out(const struct ks_painter *painter, struct ks_buf *out)
{
	struct ks_painter other = {.abilities = painter->abilities, .pen.fg = UNKNOWN_COLOR};
	struct frame frame = {.painter = &other, .out = out};

	set_pen(
	    &frame, pen_of(painter, shown_cell(painter, painter->kept.x, painter->kept.y)->style));
}

void ks_painter_step_in(struct ks_painter *painter, struct ks_buf *out)
{
	struct frame frame = {.painter = painter, .out = out};
	struct ks_pen pen = painter->pen;
	int x = painter->x;

	painter->pen.fg = UNKNOWN_COLOR;
	painter->x = UNKNOWN;
	if (pen.fg != UNKNOWN_COLOR)
		set_pen(&frame, &pen);
	if (x != UNKNOWN)
		move_to(&frame, x, painter->y);
}

/* ---- the frame ---- */

static void start_blank(struct frame *frame)
{
	struct ks_painter *painter = frame->painter;

	set_pen(frame, &plain);
	ks_buf_puts(frame->out, "\033[H\033[2J\033[?25l");
	painter->x = painter->y = 0;
	painter->cursor_on = false;
	ks_canvas_reset(painter->shown, frame->canvas->width, frame->canvas->height);
	/* The blanks of a new canvas are what the cleared screen shows, if text has no ground. */
	painter->repaint = !same_blank(pen_of(painter, ks_style(KS_ROLE_TEXT)), &plain);
	painter->blank = false;
}

static void keep_picture(struct ks_painter *painter, const struct ks_canvas *canvas)
{
	size_t count = (size_t)canvas->width * (size_t)canvas->height;

	if (count > 0)
		memcpy(painter->shown->cells, canvas->cells, count * sizeof *canvas->cells);
	painter->repaint = false;
}

static void place_cursor(struct frame *frame)
{
	struct ks_painter *painter = frame->painter;
	const struct ks_canvas *canvas = frame->canvas;

	if (canvas->cursor_x < frame->width && canvas->cursor_y < frame->height &&
	    (painter->x != canvas->cursor_x || painter->y != canvas->cursor_y))
		move_to(frame, canvas->cursor_x, canvas->cursor_y);
	if (painter->cursor_on != canvas->cursor_on)
		ks_buf_puts(frame->out, canvas->cursor_on ? "\033[?25h" : "\033[?25l");
	painter->cursor_on = canvas->cursor_on;
}

void ks_painter_frame(struct ks_painter *painter, const struct ks_canvas *canvas,
    const struct ks_theme *theme, int width, int height, struct ks_buf *out)
{
	struct frame frame = {
	    .painter = painter,
	    .canvas = canvas,
	    .width = width < canvas->width ? width : canvas->width,
	    .height = height < canvas->height ? height : canvas->height,
	    .out = out,
	};

	take_theme(painter, theme);
	if (canvas->width != painter->shown->width || canvas->height != painter->shown->height)
		painter->blank = true;
	if (painter->blank)
		start_blank(&frame);
	for (int y = 0; y < frame.height; y++)
		paint_row(&frame, y);
	place_cursor(&frame);
	keep_picture(painter, canvas);
}
