/*
 * Views draw, they don't act: a pane is a const table of functions over (the store, its own
 * cursor). Each function gets the view's own struct as self. UI thread.
 */
#ifndef KS_TUI_VIEW_H
#define KS_TUI_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/state/store.h"
#include "tui/action.h"
#include "tui/canvas.h"
#include "tui/glyphs.h"
#include "tui/list.h"

/* What everything that draws is given. */
struct ks_draw {
	const struct ks_store *store;
	const struct ks_glyphs *glyphs;
	int64_t now;  /* wall time of this frame */
	bool focused; /* what is drawn has the focus */
	int64_t wake; /* when what was drawn so far will look different by time alone */
};

/* Says that what is being drawn changes by itself at this moment. */
static inline void ks_draw_wake(struct ks_draw *draw, int64_t at)
{
	if (at < draw->wake)
		draw->wake = at;
}

/* What a view is asked to show. */
struct ks_view_input {
	const struct ks_store *store;
	int64_t now;
	uint32_t bucket;    /* the one selected in the buckets pane; 0: none */
	const char *filter; /* "" for none; never NULL */
	bool changed;       /* set by update: what is shown is another */
};

struct ks_view {
	const char *name; /* "Buckets" */
	enum ks_context context;

	void *(*make)(void);
	void (*free)(void *self);
	/*
	 * Brings the rows up to date with the store. Cheap when nothing changed. Gives the wall
	 * time at which it wants to be called again although nothing happens; KS_TIME_NEVER.
	 */
	int64_t (*update)(void *self, struct ks_view_input *input);
	/* Draws title, border and rows in the area. */
	void (*draw)(void *self, struct ks_draw *draw, struct ks_area area);
	struct ks_list *(*list)(void *self);
	/* Takes the next order, or turns it round; NULL: it has one order only. */
	void (*sort)(void *self, bool reverse);
};

#endif
