#include "tui/views/pane.h"

#include <stdarg.h>
#include <stdio.h>

enum { SAY_SIZE = 1024, SPINNER_MS = 100 };

struct ks_area ks_pane_draw(struct ks_draw *draw, struct ks_area area, const char *title,
    const struct ks_list *list, size_t total, const char *filter)
{
	struct ks_style border = ks_style(draw->focused ? KS_ROLE_BORDER_FOCUS : KS_ROLE_BORDER);
	struct ks_style words = ks_style(draw->focused ? KS_ROLE_TITLE_FOCUS : KS_ROLE_TITLE);
	size_t at = list->count > 0 ? list->cursor + 1 : 0;
	char place[96] = "";

	if (filter[0] != '\0')
		snprintf(place, sizeof place, "/%.40s %s %zu/%zu of %zu", filter, draw->glyphs->dot,
		    at, list->count, total);
	else if (list->count > 0)
		snprintf(place, sizeof place, "%zu/%zu", at, list->count);
	return ks_draw_box(
	    area, draw->glyphs, border, words, title, place[0] != '\0' ? place : NULL);
}

int ks_pane_say(
    struct ks_draw *draw, struct ks_area inside, int y, enum ks_role role, const char *format, ...)
{
	char text[SAY_SIZE];
	va_list args;

	(void)draw;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	return ks_draw_wrapped(ks_area_sub(inside, 1, y, inside.width - 2, inside.height - y), 0,
	    ks_style(role), text);
}

const char *ks_pane_spinner(struct ks_draw *draw)
{
	int64_t step = draw->now / SPINNER_MS;

	ks_draw_wake(draw, (step + 1) * SPINNER_MS);
	return draw->glyphs->spinner[step % draw->glyphs->n_spinner];
}
