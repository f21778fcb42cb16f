/* The inside of struct ks_ui, for ui.c, ui_draw.c and act.c only. */
#ifndef KS_TUI_UI_STATE_H
#define KS_TUI_UI_STATE_H

#include "tui/header.h"
#include "tui/hintbar.h"
#include "tui/input.h"
#include "tui/keymap.h"
#include "tui/layout.h"
#include "tui/sheet.h"
#include "tui/toast.h"
#include "tui/ui_run.h"

struct ks_ui_pane {
	const struct ks_view *view;
	void *self;
	struct ks_input filter;
};

struct ks_ui_dialog {
	const struct ks_dialog_class *class;
	void *self;
	bool drawn;     /* in the frame that is not shown yet */
	bool presented; /* it has been seen: it takes keys */
};

struct ks_ui {
	struct ks_ui_port port;
	const struct ks_glyphs *glyphs;
	struct ks_theme theme;
	struct ks_clipboard *clipboard;
	bool demo;
	const char *deliver_command; /* not owned; NULL: none */
	struct ks_keymap *keymap;

	struct ks_ui_pane panes[KS_PANE_COUNT];
	enum ks_pane focus;
	bool zoomed;
	bool filtering; /* the filter of the focused pane is being typed */
	bool one_pane;  /* as it was drawn last: the other panes are not in sight */
	struct ks_ui_dialog dialogs[KS_DIALOG_MAX];
	size_t n_dialogs;
	struct ks_toast_line toast;
	size_t warnings; /* of the store that were told */
	struct ks_header header;
	bool trouble; /* nothing can be read: ks_trouble_draw instead of the panes */
	struct ks_sheet trouble_sheet;

	int64_t now;
	bool dirty;     /* a key or a timer changed something */
	bool pasting;   /* a paste that nobody wants */
	bool too_small; /* nothing could be drawn */
	uint64_t drawn_generation;
	int64_t wake;
	enum ks_ui_wish wish;
	uint32_t *visible; /* for ks_ui_hints */
	size_t visible_cap;
};

/* The topmost dialog; NULL: none. */
struct ks_ui_dialog *ks_ui_top_dialog(struct ks_ui *ui);
/* Closes the topmost dialog if it lets itself be closed. */
void ks_ui_dismiss(struct ks_ui *ui);
/* After a key: views follow the cursor and the filter. */
int64_t ks_ui_update_views(struct ks_ui *ui);
struct ks_list *ks_ui_list(struct ks_ui *ui, enum ks_pane pane);
/* The demo can be offered: it is built in, and this is not it. */
bool ks_ui_offers_demo(const struct ks_ui *ui);

#endif
