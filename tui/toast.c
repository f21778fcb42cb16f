#include "tui/toast.h"

#include <stdio.h>

#include "core/base/text.h"

enum { SHOWN_MS = 4000 };

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
	int y = area.height - 1, width;

	if (toast->text[0] != '\0' && draw->now >= toast->until)
		ks_toast_clear(toast);
	if (toast->text[0] == '\0' || y < 0)
		return;
	width = ks_text_width(toast->text) + 4;
	if (width > area.width)
		width = area.width;
	ks_draw_fill(area, 0, y, width, 1, style);
	ks_draw_text(area, 1, y, 1, style, sign);
	ks_draw_cut(area, 3, y, width - 4, style, toast->text, draw->glyphs->ellipsis);
	ks_draw_wake(draw, toast->until);
}
