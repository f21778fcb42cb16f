#include "tui/hintbar.h"

#include "core/base/text.h"

enum { GAP = 2, KEPT = 2 }; /* of the actions the last ones stay: help, and the way out */

void ks_hintbar_collect(struct ks_hintbar *bar, const struct ks_keymap *keymap,
    enum ks_context context, const struct ks_ui *ui)
{
	const struct ks_action *action;
	size_t count = 0;

	for (size_t i = 0; (action = ks_action_at(i)) != NULL && count < KS_HINTBAR_MAX; i++) {
		if (action->hint == NULL || (action->contexts & context) == 0)
			continue;
		bar->hints[count] = (struct ks_hint){
		    .key = ks_keymap_key(keymap, action, bar->keys[count], KS_HINTBAR_KEY_SIZE),
		    .text = action->hint,
		    .off = action->why_not != NULL && action->why_not(ui) != NULL,
		};
		/* What can be done here alone is easily missed elsewhere. */
		bar->hints[count].keep =
		    action->contexts == (unsigned)context && !bar->hints[count].off;
		count++;
	}
	bar->hints[count] = (struct ks_hint){0};
	for (size_t i = count < KEPT ? 0 : count - KEPT; i < count; i++)
		bar->hints[i].keep = true;
}

void ks_hintbar_collect_dialog(
    struct ks_hintbar *bar, const struct ks_dialog_class *class, const void *self)
{
	const struct ks_hint *hints = class->hints(self);
	const struct ks_hint *scroll = class->scroll_hint != NULL ? class->scroll_hint(self) : NULL;
	size_t count = 0;

	for (; hints->key != NULL && count + 1 < KS_HINTBAR_MAX; hints++) {
		/* The way out is the last one. */
		if (scroll != NULL && hints[1].key == NULL)
			bar->hints[count++] = *scroll;
		bar->hints[count++] = *hints;
	}
	bar->hints[count] = (struct ks_hint){0};
}

static int hint_width(const struct ks_hint *hint)
{
	return ks_text_width(hint->key) + 1 + ks_text_width(hint->text) + GAP;
}

static int draw_hint(const struct ks_hint *hint, struct ks_area area, int x)
{
	enum ks_role key = hint->off ? KS_ROLE_DIM : KS_ROLE_HINT_KEY;
	enum ks_role text = hint->off ? KS_ROLE_DIM : KS_ROLE_HINT_TEXT;

	x += ks_draw_text(area, x, 0, -1, ks_style(key), hint->key) + 1;
	return x + ks_draw_text(area, x, 0, -1, ks_style(text), hint->text) + GAP;
}

void ks_hintbar_draw(const struct ks_hint *hints, struct ks_draw *draw, struct ks_area area)
{
	int room = area.width - 1 + GAP, x = 1;

	(void)draw;
	for (const struct ks_hint *hint = hints; hint->key != NULL; hint++)
		if (hint->keep)
			room -= hint_width(hint);
	for (const struct ks_hint *hint = hints; hint->key != NULL; hint++) {
		if (!hint->keep)
			room -= hint_width(hint);
		if (hint->keep || room >= 0)
			x = draw_hint(hint, area, x);
	}
}
