#include "tui/glyphs.h"

#include "core/base/text.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

static const char *const spinner_utf8[] = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};
static const char *const spinner_ascii[] = {"|", "/", "-", "\\"};

const struct ks_glyphs ks_glyphs_utf8 = {
    .top_left = "╭",
    .top_right = "╮",
    .bottom_left = "╰",
    .bottom_right = "╯",
    .horizontal = "─",
    .vertical = "│",
    .marker = "▸",
    .used_slot = "●",
    .free_slot = "○",
    .unknown_slot = "·",
    .ellipsis = "…",
    .dash = "—",
    .dot = "·",
    .up = "▲",
    .down = "▼",
    .check = "✓",
    .cross = "✗",
    .warning = "!", /* the warning sign is two cells wide in some terminals, one in others */
    .mask = "•",
    .spinner = spinner_utf8,
    .n_spinner = COUNT(spinner_utf8),
};

const struct ks_glyphs ks_glyphs_ascii = {
    .top_left = "+",
    .top_right = "+",
    .bottom_left = "+",
    .bottom_right = "+",
    .horizontal = "-",
    .vertical = "|",
    .marker = ">",
    .used_slot = "*",
    .free_slot = "o",
    .unknown_slot = ".",
    .ellipsis = "~",
    .dash = "-",
    .dot = "-",
    .up = "^",
    .down = "v",
    .check = "+",
    .cross = "x",
    .warning = "!",
    .mask = "*",
    .spinner = spinner_ascii,
    .n_spinner = COUNT(spinner_ascii),
};

static void draw_frame(struct ks_area area, const struct ks_glyphs *glyphs, struct ks_style style)
{
	int right = area.width - 1, bottom = area.height - 1;

	for (int x = 1; x < right; x++) {
		ks_draw_text(area, x, 0, 1, style, glyphs->horizontal);
		ks_draw_text(area, x, bottom, 1, style, glyphs->horizontal);
	}
	for (int y = 1; y < bottom; y++) {
		ks_draw_text(area, 0, y, 1, style, glyphs->vertical);
		ks_draw_text(area, right, y, 1, style, glyphs->vertical);
	}
	ks_draw_text(area, 0, 0, 1, style, glyphs->top_left);
	ks_draw_text(area, right, 0, 1, style, glyphs->top_right);
	ks_draw_text(area, 0, bottom, 1, style, glyphs->bottom_left);
	ks_draw_text(area, right, bottom, 1, style, glyphs->bottom_right);
}

struct ks_area ks_draw_box(struct ks_area area, const struct ks_glyphs *glyphs,
    struct ks_style border, struct ks_style title, const char *left, const char *right)
{
	int room = area.width - 4; /* two corners, a blank on each side of the title */

	if (area.width < 2 || area.height < 2)
		return ks_area_sub(area, 0, 0, 0, 0);
	draw_frame(area, glyphs, border);
	if (left != NULL && room > 0) {
		int used = ks_draw_cut(area, 2, 0, room, title, left, glyphs->ellipsis);

		ks_draw_text(area, 1, 0, 1, title, " ");
		ks_draw_text(area, 2 + used, 0, 1, title, " ");
	}
	if (right != NULL && ks_text_width(right) <= room - 2) {
		int x = area.width - 4 - ks_text_width(right);

		ks_draw_text(area, x - 1, area.height - 1, 1, title, " ");
		ks_draw_text(area, x, area.height - 1, -1, title, right);
		ks_draw_text(area, x + ks_text_width(right), area.height - 1, 1, title, " ");
	}
	return ks_area_sub(area, 1, 1, area.width - 2, area.height - 2);
}
