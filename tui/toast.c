#include "tui/toast.h"

#include <stdio.h>

#include "core/base/text.h"

enum { SHOWN_MS = 4000, MARGIN = 4, MOST_LINES = 4 };

void ks_toast_say(
    struct ks_toast_line *toast, enum ks_toast kind, int64_t now, const char *format, va_list args)
{
	char text[sizeof toast->text];
	int len = vsnprintf(text, sizeof text, format, args);

	if (len < 0)
		return;
	/* Cutting may have split a character: cleaning drops what is left of it. */
	ks_text_clean(toast->text, sizeof toast->text, text,
	    (size_t)len < sizeof text ? (size_t)len : sizeof text - 1);
	toast->kind = kind;
	toast->until = kind == KS_TOAST_BAD ? KS_TIME_NEVER : now + SHOWN_MS;
}

void ks_toast_clear(struct ks_toast_line *toast)
{
	toast->text[0] = '\0';
}

void ks_toast_draw(struct ks_toast_line *toast, struct ks_draw *draw, struct ks_area area)
{
	struct ks_style style =
	    ks_style(toast->kind == KS_TOAST_BAD ? KS_ROLE_TOAST_BAD : KS_ROLE_TOAST_OK);
	const char *sign = toast->kind == KS_TOAST_BAD  ? draw->glyphs->warning
			   : toast->kind == KS_TOAST_OK ? draw->glyphs->check
							: draw->glyphs->dot;
	int width, lines, y;

	if (toast->text[0] != '\0' && draw->now >= toast->until)
		ks_toast_clear(toast);
	width = ks_text_width(toast->text) + MARGIN;
	if (width > area.width)
		width = area.width;
	if (toast->text[0] == '\0' || width <= MARGIN)
		return;
	lines = ks_text_lines(toast->text, width - MARGIN);
	if (lines > MOST_LINES)
		lines = MOST_LINES;
	y = area.height > lines ? area.height - lines : 0;
	ks_draw_fill(area, 0, y, width, lines, style);
	ks_draw_text(area, 1, y, 1, style, sign);
	ks_draw_wrapped(ks_area_sub(area, 3, y, width - MARGIN, lines), 0, style, toast->text);
	ks_draw_wake(draw, toast->until);
}
