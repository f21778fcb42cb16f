/*
 * The user interface as actions and dialogs see it: what is shown and selected, and all that they
 * may do. It knows neither the terminal nor the worker: what leaves it goes through struct
 * ks_ui_port. UI thread.
 */
#ifndef KS_TUI_UI_H
#define KS_TUI_UI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/state/message.h"
#include "core/state/store.h"
#include "tui/dialog.h"
#include "tui/glyphs.h"
#include "tui/list.h"

struct ks_clipboard;
struct ks_keymap;
struct ks_secret;
struct ks_theme;
struct ks_ui;

/* ---- what is known ---- */

/* Good until the next ks_ui_tell. */
const struct ks_store *ks_ui_store(const struct ks_ui *ui);
/* The wall time of this turn of the loop. */
int64_t ks_ui_now(const struct ks_ui *ui);
bool ks_ui_is_demo(const struct ks_ui *ui);
const struct ks_keymap *ks_ui_keymap(const struct ks_ui *ui);
/* What the keys act on: the topmost dialog's context, else the focused pane's. */
enum ks_context ks_ui_context(const struct ks_ui *ui);

/* The bucket selected in the buckets pane; 0: none. */
uint32_t ks_ui_bucket(const struct ks_ui *ui);
/* The raw ID of the key selected in the keys pane; NULL: none. Good until the next ks_ui_tell. */
const char *ks_ui_key_id(const struct ks_ui *ui);

/* ---- what may be done ---- */

/* One of the user's events (message.h, from KS_EVENT_REFRESH on); takes it over. */
void ks_ui_tell(struct ks_ui *ui, struct ks_event *event);

/*
 * Puts a dialog on top and takes self over. Past KS_DIALOG_MAX it is freed at once: then false.
 */
bool ks_ui_open(struct ks_ui *ui, const struct ks_dialog_class *class, void *self);
/* Takes it away, wherever it is in the stack, and frees it. */
void ks_ui_close(struct ks_ui *ui, const void *self);
/* The one that takes the keys; NULL: none. */
const struct ks_dialog_class *ks_ui_top(const struct ks_ui *ui);
/* A text is being typed or pasted outside of the dialogs. */
bool ks_ui_is_typing(const struct ks_ui *ui);
/* True when a dialog of this class is somewhere in the stack. */
bool ks_ui_has(const struct ks_ui *ui, const struct ks_dialog_class *class);

enum ks_toast { KS_TOAST_OK, KS_TOAST_INFO, KS_TOAST_BAD };
/* One line above the hint bar; a bad one stays until a key is pressed. Clean text. */
void ks_ui_toast(struct ks_ui *ui, enum ks_toast kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* True when the store has had more warnings than when it was last asked. */
bool ks_ui_is_news(struct ks_ui *ui, size_t warnings);

/* The looks in use; set takes a copy. NULL: chosen by the terminal's background. */
const struct ks_theme *ks_ui_theme(const struct ks_ui *ui);
void ks_ui_set_theme(struct ks_ui *ui, const struct ks_theme *theme);

/* Leaves the program, asking first where something would be lost. */
void ks_ui_quit(struct ks_ui *ui);
/* Leaves the program after this turn; for the dialog that asked. */
void ks_ui_leave(struct ks_ui *ui);

/* NULL in tests without one. */
struct ks_clipboard *ks_ui_clipboard(struct ks_ui *ui);
/* [deliver] command of the configuration; NULL: none. */
const char *ks_ui_deliver_command(const struct ks_ui *ui);
/* Stops the countdown after which a secret is taken out of the clipboard. */
void ks_ui_keep_clipboard(struct ks_ui *ui);

/*
 * A secret on the bare terminal, over cells that were blank in the last frame (ks_term_reveal).
 * Without a terminal there is none. It may be gone by itself: ask in update and in presented.
 */
bool ks_ui_can_reveal(const struct ks_ui *ui);
bool ks_ui_reveal(struct ks_ui *ui, struct ks_rect place, const struct ks_secret *secret);
void ks_ui_conceal(struct ks_ui *ui);
bool ks_ui_is_revealed(const struct ks_ui *ui);

#endif
