#include "tui/views/pane.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/base/text.h"

enum { SAY_SIZE = 1024, SPINNER_MS = 100 };

/* Where the cursor is in the list, and what the list was filtered by. */
static void say_place(const struct ks_draw *draw, const struct ks_list *list, size_t total,
    const char *filter, char *dst, size_t size)
{
	size_t at = list->count > 0 ? list->cursor + 1 : 0;

	dst[0] = '\0';
	if (filter[0] != '\0')
		snprintf(dst, size, "/%.40s %s %zu/%zu of %zu", filter, draw->glyphs->dot, at,
		    list->count, total);
	else if (list->count > 0 && (draw->focused || list->count > list->height))
		snprintf(dst, size, "%zu/%zu", at, list->count);
}

/*
 * What changes with each move of the cursor is plain text: a change of colours there and back would
 * cost more bytes than the words.
 */
static void draw_words(struct ks_draw *draw, struct ks_area area, const char *title,
    const char *subject, const char *place)
{
	struct ks_style plain = ks_style(KS_ROLE_TEXT);
	int x = 2 + ks_text_width(title) + 1, width = ks_text_width(place) + 2;

	if (subject != NULL && x + 4 < area.width) {
		x += ks_draw_printf(area, x, 0, area.width - x - 2,
		    ks_style(draw->focused ? KS_ROLE_TITLE_FOCUS : KS_ROLE_TITLE), "%s ",
		    draw->glyphs->dot);
		x += ks_draw_cut(
		    area, x, 0, area.width - x - 2, plain, subject, draw->glyphs->ellipsis);
		ks_draw_text(area, x, 0, 1, plain, " ");
	}
	if (place[0] != '\0' && width + 4 <= area.width)
		ks_draw_printf(
		    area, area.width - width - 3, area.height - 1, width, plain, " %s ", place);
}

struct ks_area ks_pane_draw(struct ks_draw *draw, struct ks_area area, const char *title,
    const char *subject, const struct ks_list *list, size_t total, const char *filter)
{
	char place[96];
	struct ks_area inside = ks_draw_box(area, draw->glyphs,
	    ks_style(draw->focused ? KS_ROLE_BORDER_FOCUS : KS_ROLE_BORDER),
	    ks_style(draw->focused ? KS_ROLE_TITLE_FOCUS : KS_ROLE_TITLE), title, NULL);

	say_place(draw, list, total, filter, place, sizeof place);
	draw_words(draw, area, title, subject, place);
	return inside;
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
