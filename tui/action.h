/*
 * What the user can do: one table row per action. The key map, the hint bar, the help screen and
 * the man page are made from this table; a new action is one row in action.c. UI thread.
 */
#ifndef KS_TUI_ACTION_H
#define KS_TUI_ACTION_H

#include <stdbool.h>
#include <stddef.h>

struct ks_ui;

/* Where a key press goes: the focused pane, or what lies on top of the panes. Bits of a set. */
enum ks_context {
	KS_CONTEXT_NONE = 0,
	KS_CONTEXT_BUCKETS = 1,
	KS_CONTEXT_KEYS = 2,
	KS_CONTEXT_OPERATIONS = 4,
	KS_CONTEXT_TROUBLE = 8, /* the screen that says why there is nothing to show */
	KS_CONTEXT_DETAILS = 16,
	KS_CONTEXT_HELP = 32,

	KS_CONTEXT_PANES = KS_CONTEXT_BUCKETS | KS_CONTEXT_KEYS | KS_CONTEXT_OPERATIONS,
	KS_CONTEXT_MAIN = KS_CONTEXT_PANES | KS_CONTEXT_TROUBLE,
	KS_CONTEXT_ALL = KS_CONTEXT_MAIN | KS_CONTEXT_DETAILS | KS_CONTEXT_HELP
};

struct ks_action {
	const char *name;  /* "create-key": in the configuration, the palette, the man page */
	const char *hint;  /* one or two words for the hint bar; NULL: not shown there */
	const char *help;  /* what it does, as a phrase: "create a key for the selected bucket" */
	const char *group; /* a heading of the help: "Move" */
	const char *keys;  /* default keys as ks_key_parse reads them, separated by blanks */
	unsigned contexts;
	bool changes; /* it may change something at the service */
	int arg;      /* what run makes of it: a direction, a pane */
	/* A sentence that says why it can't be done now; NULL (also the pointer): it can. */
	const char *(*why_not)(const struct ks_ui *ui);
	void (*run)(struct ks_ui *ui, const struct ks_action *self);
};

/* The table in the order of help and hint bar; NULL past the last. */
const struct ks_action *ks_action_at(size_t index);
/* By name; NULL when there is none. */
const struct ks_action *ks_action_find(const char *name);

/* Runs it, or says in a toast why it can't be done now. */
void ks_action_run(const struct ks_action *action, struct ks_ui *ui);

#endif
