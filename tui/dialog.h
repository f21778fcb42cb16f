/*
 * What lies on top of the panes: dialogs, details, help. A dialog is a const table of functions
 * over its own struct (self). Dialogs stack; the topmost one takes the keys. The stack draws the
 * frame, closes on Esc and q, and keeps from a dialog what was typed before its first frame.
 *
 * A dialog is opened by ks_ui_open and lives until ks_ui_close, which frees it by its own function;
 * it may close itself from key and update, and must not touch self afterwards. UI thread.
 */
#ifndef KS_TUI_DIALOG_H
#define KS_TUI_DIALOG_H

#include <stdbool.h>

#include "tui/action.h"
#include "tui/canvas.h"
#include "tui/key.h"
#include "tui/view.h"

struct ks_ui;

enum { KS_DIALOG_MAX = 8 }; /* dialogs on top of one another; more are refused */

/* One entry of the hint bar while the dialog is on top. */
struct ks_hint {
	const char *key; /* NULL ends the list */
	const char *text;
	bool off;  /* can't be done now: dimmed */
	bool keep; /* stays where there is no room for all */
};

struct ks_dialog_class {
	const char *name; /* "delete": for tests */
	/*
	 * Actions that work in it beside its own keys (details: scroll, copy the ID); the hint bar
	 * shows them when hints is NULL.
	 */
	enum ks_context context;
	bool danger;   /* a border that says: this can't be undone */
	bool harmless; /* it only shows: takes keys even before its first frame */
	bool fills;    /* as large as the space allows, whatever size says */

	/* In the border; good until the next call. */
	const char *(*title)(const void *self);
	/* The wanted size inside the border; width and height come in as what there is at most. */
	void (*size)(void *self, const struct ks_draw *draw, int *width, int *height);
	/* Draws the inside, which may be smaller than wanted, down to nothing. */
	void (*draw)(void *self, struct ks_draw *draw, struct ks_area area);
	/* Optional. Good until the next call. */
	const struct ks_hint *(*hints)(const void *self);
	/*
	 * Optional: the key that shows more of a text that doesn't fit, for the hint bar; NULL: all
	 * of it is shown.
	 */
	const struct ks_hint *(*scroll_hint)(const void *self);
	/*
	 * True when the key was taken. Otherwise the context's actions get it, and then Esc and q
	 * close. All keys come here, q and Esc too; Ctrl-C never.
	 */
	bool (*key)(void *self, struct ks_ui *ui, struct ks_key key);
	/* Optional: scroll, for actions of the context that move. */
	void (*move)(void *self, enum ks_list_move move);
	/* Optional: the raw access key ID in context, for the action that copies it; NULL: none. */
	const char *(*copy_id)(const void *self);
	/*
	 * Optional: called once in each turn of the loop in which something happened (an event, a
	 * child that ended, a wake time), before drawing.
	 */
	void (*update)(void *self, struct ks_ui *ui);
	/*
	 * Optional: the frame with it is on the terminal; called after each one. It must not open
	 * or close a dialog.
	 */
	void (*presented)(void *self, struct ks_ui *ui);
	/* Optional: Esc or q. False: it stays (it asks something first). NULL: it just closes. */
	bool (*may_close)(void *self, struct ks_ui *ui);
	void (*free)(void *self);
};

#endif
