/*
 * Driving the user interface: keys in, frames out. The loop (app.c) does it with a terminal and a
 * session; tests do it with neither. UI thread.
 *
 * A turn: ks_ui_key for each key, then ks_ui_update; if ks_ui_wants_frame, ks_ui_draw and, when the
 * frame has been shown, ks_ui_presented.
 */
#ifndef KS_TUI_UI_RUN_H
#define KS_TUI_UI_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/state/plan.h"
#include "tui/canvas.h"
#include "tui/theme.h"
#include "tui/ui.h"

/* Where what leaves the interface goes. */
struct ks_ui_port {
	const struct ks_store *(*store)(void *ctx);
	void (*tell)(void *ctx, struct ks_event *event);        /* takes it over */
	void (*theme)(void *ctx, const struct ks_theme *theme); /* another one is in use */
	void *ctx;
	/* A secret past the canvas, as ks_term_reveal and its kin; all three NULL: there is no
	 * terminal. */
	bool (*reveal)(void *ctx, struct ks_rect place, const struct ks_secret *secret);
	void (*conceal)(void *ctx);
	bool (*is_revealed)(void *ctx);
};

struct ks_ui_options {
	struct ks_ui_port port; /* theme may be NULL */
	const struct ks_glyphs *glyphs;
	const struct ks_theme *theme;   /* copied */
	struct ks_clipboard *clipboard; /* not owned; NULL: none */
	bool demo;                      /* this is the demo */
	const char *deliver_command;    /* not owned; NULL: none */
};

struct ks_ui *ks_ui_new(const struct ks_ui_options *options);
void ks_ui_free(struct ks_ui *ui);

/* The clipboard, once there is one. Not owned. */
void ks_ui_set_clipboard(struct ks_ui *ui, struct ks_clipboard *clipboard);

void ks_ui_key(struct ks_ui *ui, struct ks_key key, int64_t now);
/* Ctrl-C, also as a signal: leaves, asking first where something would be lost; not twice. */
void ks_ui_interrupt(struct ks_ui *ui, int64_t now);

/*
 * Brings views and dialogs up to date with the store and the time. Gives when to call again
 * although nothing happens.
 */
int64_t ks_ui_update(struct ks_ui *ui, int64_t now);
/* True when the next frame would look different from the last one. */
bool ks_ui_wants_frame(const struct ks_ui *ui, int64_t now);
/* When the frame will look different by time alone. */
int64_t ks_ui_wake(const struct ks_ui *ui);
/* Draws the whole screen on the canvas, which has its size already. */
void ks_ui_draw(struct ks_ui *ui, struct ks_canvas *canvas, int64_t now);
/*
 * The frame is on the terminal. True when it was the first one of a dialog: what was typed until
 * now was not meant for it, and must be dropped.
 */
bool ks_ui_presented(struct ks_ui *ui);

/* What the plan should know of what is shown; good until the next call. */
struct ks_hints ks_ui_hints(struct ks_ui *ui);

/* What the loop is to do; each is told once. */
enum ks_ui_wish {
	KS_UI_NOTHING,
	KS_UI_LEAVE,
	KS_UI_DEMO,    /* leave, and start anew as the demo */
	KS_UI_SUSPEND, /* Ctrl-Z */
	KS_UI_REDRAW,  /* Ctrl-L: send the whole frame again */
};
enum ks_ui_wish ks_ui_take_wish(struct ks_ui *ui);

#endif
