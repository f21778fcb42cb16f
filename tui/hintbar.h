/* The bottom line: which keys do what here. UI thread. */
#ifndef KS_TUI_HINTBAR_H
#define KS_TUI_HINTBAR_H

#include "tui/dialog.h"
#include "tui/keymap.h"
#include "tui/view.h"

enum { KS_HINTBAR_MAX = 32, KS_HINTBAR_KEY_SIZE = 16 };

/* Hints made from actions, with room for what they point to. */
struct ks_hintbar {
	struct ks_hint hints[KS_HINTBAR_MAX + 1];
	char keys[KS_HINTBAR_MAX][KS_HINTBAR_KEY_SIZE];
};

/* The actions of a context that carry a hint, dimmed where they can't be done now. */
void ks_hintbar_collect(struct ks_hintbar *bar, const struct ks_keymap *keymap,
    enum ks_context context, const struct ks_ui *ui);
/* Those of a dialog, which owns them, with the one by which it scrolls if it does. */
void ks_hintbar_collect_dialog(
    struct ks_hintbar *bar, const struct ks_dialog_class *class, const void *self);
/*
 * Draws them. Where there is no room for all, those that are to be kept stay, and the others go
 * from the right.
 */
void ks_hintbar_draw(const struct ks_hint *hints, struct ks_draw *draw, struct ks_area area);

#endif
