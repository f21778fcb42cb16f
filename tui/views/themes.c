#include "tui/views/themes.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "tui/theme.h"

enum { WIDTH = 60 };

struct themes {
	size_t count;
	size_t at;
	struct ks_theme before; /* comes back on Esc */
};

static const char *title(const void *self)
{
	(void)self;
	return "Theme";
}

static void size(void *self, const struct ks_draw *draw, int *width, int *height)
{
	const struct themes *themes = self;

	(void)draw;
	*width = *width < WIDTH ? *width : WIDTH;
	*height = *height < (int)themes->count ? *height : (int)themes->count;
}

static void draw_themes(void *self, struct ks_draw *draw, struct ks_area area)
{
	const struct themes *themes = self;

	for (size_t i = 0; i < themes->count; i++) {
		const struct ks_theme *theme = ks_theme_builtin(i);
		bool at = i == themes->at;
		enum ks_ground ground = at ? KS_GROUND_SELECTED : KS_GROUND_DIALOG;
		struct ks_area line = ks_area_sub(area, 0, (int)i, area.width, 1);

		ks_draw_fill(line, 0, 0, line.width, 1, ks_style_on(KS_ROLE_TEXT, ground));
		ks_draw_text(line, 0, 0, 1, ks_style_on(KS_ROLE_MARKER, ground),
		    at ? draw->glyphs->marker : " ");
		ks_draw_text(line, 1, 0, 8, ks_style_on(KS_ROLE_ACCENT, ground), theme->name);
		ks_draw_cut(line, 11, 0, -1, ks_style_on(KS_ROLE_TEXT, ground), theme->description,
		    draw->glyphs->ellipsis);
		if (at)
			ks_draw_cursor(line, 0, 0, false);
	}
}

static const struct ks_hint *hints(const void *self)
{
	static const struct ks_hint keys[] = {{"Up Down", "try", false, false},
	    {"Enter", "keep", false, true}, {"Esc", "as before", false, true}, {0}};

	(void)self;
	return keys;
}

/* t again goes to the next, so that t t t shows them all. */
static bool key(void *self, struct ks_ui *ui, struct ks_key pressed)
{
	struct themes *themes = self;

	if (pressed.ctrl || pressed.alt)
		return false;
	if (pressed.code == KS_KEY_ENTER) {
		ks_ui_toast(ui, KS_TOAST_OK, "Theme %s. To keep it: theme = %s under [ui].",
		    ks_ui_theme(ui)->name, ks_ui_theme(ui)->name);
		ks_ui_close(ui, self);
		return true;
	}
	if (pressed.code == KS_KEY_UP || pressed.code == 'k')
		themes->at = (themes->at + themes->count - 1) % themes->count;
	else if (pressed.code == KS_KEY_DOWN || pressed.code == 'j' || pressed.code == 't')
		themes->at = (themes->at + 1) % themes->count;
	else
		return false;
	ks_ui_set_theme(ui, ks_theme_builtin(themes->at));
	return true;
}

static bool may_close(void *self, struct ks_ui *ui)
{
	struct themes *themes = self;

	ks_ui_set_theme(ui, &themes->before);
	return true;
}

static const struct ks_dialog_class themes_class = {
    .name = "themes",
    .harmless = true,
    .title = title,
    .size = size,
    .draw = draw_themes,
    .hints = hints,
    .key = key,
    .may_close = may_close,
    .free = free,
};

void ks_themes_open(struct ks_ui *ui)
{
	struct themes *themes = ks_calloc(1, sizeof *themes);

	themes->before = *ks_ui_theme(ui);
	while (ks_theme_builtin(themes->count) != NULL) {
		if (strcmp(ks_theme_builtin(themes->count)->name, themes->before.name) == 0)
			themes->at = themes->count;
		themes->count++;
	}
	ks_ui_open(ui, &themes_class, themes);
}
