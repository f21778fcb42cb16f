#include "tui/action.h"

#include <string.h>

#include "tui/act.h"
#include "tui/layout.h"
#include "tui/list.h"
#include "tui/ui.h"
#include "tui/ui_run.h"

#define MOVABLE (KS_CONTEXT_ALL)
#define DETAILS (KS_CONTEXT_DETAILS)
#define PANES   (KS_CONTEXT_PANES)
#define MAIN    (KS_CONTEXT_MAIN)
#define ALL     (KS_CONTEXT_ALL)

/* In the order of the help; the hint bar shows those with a hint, in the same order. */
static const struct ks_action actions[] = {
    /* ---- access keys ---- */
    {
	.name = "create-key",
	.hint = "new",
	.help = "make a key for the selected bucket",
	.group = "Access keys",
	.keys = "n",
	.contexts = PANES,
	.changes = true,
	.why_not = ks_act_why_no_create,
	.run = ks_act_create,
    },
    {
	.name = "delete-key",
	.hint = "delete",
	.help = "delete the selected key",
	.group = "Access keys",
	.keys = "d",
	.contexts = PANES,
	.changes = true,
	.why_not = ks_act_why_no_delete,
	.run = ks_act_delete,
    },
    {
	.name = "copy-id",
	.hint = "copy ID",
	.help = "copy the access key ID",
	.group = "Access keys",
	.keys = "y",
	.contexts = PANES | DETAILS,
	.why_not = ks_act_why_no_copy,
	.run = ks_act_copy,
    },
    {
	.name = "keep-clipboard",
	.help = "let a secret stay in the clipboard",
	.group = "Access keys",
	.keys = "K",
	.contexts = ALL,
	.why_not = ks_act_why_no_keep,
	.run = ks_act_keep,
    },
    {
	.name = "left-open",
	.help = "what an earlier run left open",
	.group = "Access keys",
	.keys = "u",
	.contexts = PANES,
	.why_not = ks_act_why_no_left,
	.run = ks_act_left,
    },
    /* ---- what is shown ---- */
    {
	.name = "open",
	.help = "open details of what is selected",
	.group = "View",
	.keys = "Enter",
	.contexts = PANES,
	.why_not = ks_act_why_no_open,
	.run = ks_act_open,
    },
    {
	.name = "refresh",
	.hint = "refresh",
	.help = "read the selected bucket again",
	.group = "View",
	.keys = "r",
	.contexts = MAIN,
	.run = ks_act_refresh,
    },
    {
	.name = "refresh-all",
	.help = "read everything again",
	.group = "View",
	.keys = "Ctrl-R",
	.contexts = MAIN,
	.arg = 1,
	.run = ks_act_refresh,
    },
    {
	.name = "filter",
	.hint = "filter",
	.help = "filter by name, region or key ID",
	.group = "View",
	.keys = "/",
	.contexts = PANES,
	.run = ks_act_filter,
    },
    {
	.name = "sort",
	.hint = "sort",
	.help = "sort by name, region, keys, use",
	.group = "View",
	.keys = "s",
	.contexts = PANES,
	.why_not = ks_act_why_no_sort,
	.run = ks_act_sort,
    },
    {
	.name = "sort-reverse",
	.help = "turn the order round",
	.group = "View",
	.keys = "S",
	.contexts = PANES,
	.arg = 1,
	.why_not = ks_act_why_no_sort,
	.run = ks_act_sort,
    },
    {
	.name = "zoom",
	.hint = "zoom",
	.help = "zoom the pane, and back",
	.group = "View",
	.keys = "z",
	.contexts = PANES,
	.run = ks_act_zoom,
    },
    {
	.name = "profiles",
	.hint = "profiles",
	.help = "choose the profiles",
	.group = "View",
	.keys = "p",
	.contexts = MAIN,
	.why_not = ks_act_why_no_profiles,
	.run = ks_act_profiles,
    },
    {
	.name = "regions",
	.hint = "regions",
	.help = "choose the regions",
	.group = "View",
	.keys = "o",
	.contexts = MAIN,
	.run = ks_act_regions,
    },
    {
	.name = "theme",
	.help = "choose the theme",
	.group = "View",
	.keys = "t",
	.contexts = MAIN,
	.run = ks_act_theme,
    },
    /* ---- moving ---- */
    {
	.name = "up",
	.help = "up",
	.group = "Move",
	.keys = "Up k",
	.contexts = MOVABLE,
	.arg = KS_LIST_UP,
	.run = ks_act_move,
    },
    {
	.name = "down",
	.help = "down",
	.group = "Move",
	.keys = "Down j",
	.contexts = MOVABLE,
	.arg = KS_LIST_DOWN,
	.run = ks_act_move,
    },
    {
	.name = "page-up",
	.help = "a page up",
	.group = "Move",
	.keys = "PgUp",
	.contexts = MOVABLE,
	.arg = KS_LIST_PAGE_UP,
	.run = ks_act_move,
    },
    {
	.name = "page-down",
	.help = "a page down",
	.group = "Move",
	.keys = "PgDn",
	.contexts = MOVABLE,
	.arg = KS_LIST_PAGE_DOWN,
	.run = ks_act_move,
    },
    {
	.name = "half-page-up",
	.help = "half a page up",
	.group = "Move",
	.keys = "Ctrl-U",
	.contexts = MOVABLE,
	.arg = KS_LIST_HALF_UP,
	.run = ks_act_move,
    },
    {
	.name = "half-page-down",
	.help = "half a page down",
	.group = "Move",
	.keys = "Ctrl-D",
	.contexts = MOVABLE,
	.arg = KS_LIST_HALF_DOWN,
	.run = ks_act_move,
    },
    {
	.name = "first",
	.help = "to the first",
	.group = "Move",
	.keys = "Home g",
	.contexts = MOVABLE,
	.arg = KS_LIST_FIRST,
	.run = ks_act_move,
    },
    {
	.name = "last",
	.help = "to the last",
	.group = "Move",
	.keys = "End G",
	.contexts = MOVABLE,
	.arg = KS_LIST_LAST,
	.run = ks_act_move,
    },
    {
	.name = "next-pane",
	.help = "to the next pane",
	.group = "Move",
	.keys = "Tab",
	.contexts = PANES,
	.arg = 1,
	.run = ks_act_cycle,
    },
    {
	.name = "previous-pane",
	.help = "to the pane before",
	.group = "Move",
	.keys = "Shift-Tab",
	.contexts = PANES,
	.arg = -1,
	.run = ks_act_cycle,
    },
    {
	.name = "buckets",
	.help = "to the buckets",
	.group = "Move",
	.keys = "1",
	.contexts = PANES,
	.arg = KS_PANE_BUCKETS,
	.run = ks_act_focus,
    },
    {
	.name = "keys",
	.help = "to the keys",
	.group = "Move",
	.keys = "2",
	.contexts = PANES,
	.arg = KS_PANE_KEYS,
	.run = ks_act_focus,
    },
    {
	.name = "operations",
	.help = "to the operations",
	.group = "Move",
	.keys = "3",
	.contexts = PANES,
	.arg = KS_PANE_OPERATIONS,
	.run = ks_act_focus,
    },
    /* ---- the program ---- */
    {
	.name = "demo",
	.hint = "demo",
	.help = "leave for the demo: no AWS account needed",
	.group = "Program",
	.keys = "D",
	.contexts = KS_CONTEXT_TROUBLE,
	.arg = KS_UI_DEMO,
	.why_not = ks_act_why_no_demo,
	.run = ks_act_wish,
    },
    {
	.name = "help",
	.hint = "help",
	.help = "every key of this place",
	.group = "Program",
	.keys = "?",
	.contexts = MAIN | DETAILS,
	.run = ks_act_help,
    },
    {
	.name = "back",
	.help = "back: close, unzoom, clear the filter",
	.group = "Program",
	.keys = "Esc",
	.contexts = ALL,
	.run = ks_act_back,
    },
    {
	.name = "redraw",
	.help = "draw the screen again",
	.group = "Program",
	.keys = "Ctrl-L",
	.contexts = ALL,
	.arg = KS_UI_REDRAW,
	.run = ks_act_wish,
    },
    {
	.name = "suspend",
	.help = "suspend; fg comes back",
	.group = "Program",
	.keys = "Ctrl-Z",
	.contexts = ALL,
	.arg = KS_UI_SUSPEND,
	.run = ks_act_wish,
    },
    {
	.name = "quit-now",
	.help = "leave from anywhere",
	.group = "Program",
	.keys = "Ctrl-C",
	.contexts = ALL,
	.run = ks_act_interrupt,
    },
    {
	.name = "quit",
	.hint = "quit",
	.help = "leave; a zoomed pane goes back first",
	.group = "Program",
	.keys = "q",
	.contexts = MAIN,
	.run = ks_act_quit,
    },
    {
	.name = "close",
	.hint = "close",
	.help = "close this",
	.group = "Program",
	.keys = "q",
	.contexts = DETAILS | KS_CONTEXT_HELP,
	.run = ks_act_back,
    },
};

const struct ks_action *ks_action_at(size_t index)
{
	return index < sizeof actions / sizeof actions[0] ? &actions[index] : NULL;
}

const struct ks_action *ks_action_find(const char *name)
{
	for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
		if (strcmp(actions[i].name, name) == 0)
			return &actions[i];
	return NULL;
}

void ks_action_run(const struct ks_action *action, struct ks_ui *ui)
{
	const char *why_not = action->why_not != NULL ? action->why_not(ui) : NULL;

	if (why_not != NULL)
		ks_ui_toast(ui, KS_TOAST_INFO, "%s", why_not);
	else
		action->run(ui, action);
}
