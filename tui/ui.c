#include "tui/ui.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "core/base/mem.h"
#include "tui/clipboard.h"
#include "tui/dialogs/quit.h"
#include "tui/dialogs/watch.h"
#include "tui/ui_state.h"
#include "tui/views/buckets.h"
#include "tui/views/keys.h"
#include "tui/views/operations.h"
#include "tui/views/trouble.h"

static const struct ks_view *const views[KS_PANE_COUNT] = {
    [KS_PANE_BUCKETS] = &ks_buckets_view,
    [KS_PANE_KEYS] = &ks_keys_view,
    [KS_PANE_OPERATIONS] = &ks_operations_view,
};

struct ks_ui *ks_ui_new(const struct ks_ui_options *options)
{
	struct ks_ui *ui = ks_calloc(1, sizeof *ui);

	ui->port = options->port;
	ui->glyphs = options->glyphs;
	ui->theme = *options->theme;
	ui->clipboard = options->clipboard;
	ui->demo = options->demo;
	ui->deliver_command = options->deliver_command;
	ui->keymap = ks_keymap_new();
	for (int i = 0; i < KS_PANE_COUNT; i++) {
		ui->panes[i].view = views[i];
		ui->panes[i].self = views[i]->make();
	}
	ui->dirty = true;
	ui->wake = KS_TIME_NEVER;
	return ui;
}

void ks_ui_free(struct ks_ui *ui)
{
	if (ui == NULL)
		return;
	while (ui->n_dialogs > 0)
		ks_ui_close(ui, ui->dialogs[ui->n_dialogs - 1].self);
	for (int i = 0; i < KS_PANE_COUNT; i++)
		ui->panes[i].view->free(ui->panes[i].self);
	ks_keymap_free(ui->keymap);
	ks_sheet_free(&ui->trouble_sheet);
	free(ui->visible);
	free(ui);
}

/* ---- what is known ---- */

const struct ks_store *ks_ui_store(const struct ks_ui *ui)
{
	return ui->port.store(ui->port.ctx);
}

int64_t ks_ui_now(const struct ks_ui *ui)
{
	return ui->now;
}

bool ks_ui_is_demo(const struct ks_ui *ui)
{
	return ui->demo;
}

bool ks_ui_offers_demo(const struct ks_ui *ui)
{
#ifdef KS_DEMO
	return !ui->demo;
#else
	(void)ui;
	return false;
#endif
}

const struct ks_keymap *ks_ui_keymap(const struct ks_ui *ui)
{
	return ui->keymap;
}

struct ks_list *ks_ui_list(struct ks_ui *ui, enum ks_pane pane)
{
	return ui->panes[pane].view->list(ui->panes[pane].self);
}

enum ks_context ks_ui_context(const struct ks_ui *ui)
{
	if (ui->n_dialogs > 0)
		return ui->dialogs[ui->n_dialogs - 1].class->context;
	return ui->trouble ? KS_CONTEXT_TROUBLE : ui->panes[ui->focus].view->context;
}

/* What the cursor of the buckets pane is on. */
static struct ks_bucket_row selected_row(const struct ks_ui *ui)
{
	const struct ks_ui_pane *pane = &ui->panes[KS_PANE_BUCKETS];

	return ks_buckets_row(ks_list_selected(pane->view->list(pane->self)));
}

uint32_t ks_ui_bucket(const struct ks_ui *ui)
{
	struct ks_bucket_row row = selected_row(ui);

	return row.kind == KS_ROW_BUCKET && ks_store_bucket(ks_ui_store(ui), row.id) != NULL
		   ? row.id
		   : 0;
}

const char *ks_ui_key_id(const struct ks_ui *ui)
{
	const struct ks_access_key *key =
	    ks_keys_selected(ui->panes[KS_PANE_KEYS].self, ks_ui_store(ui));

	return key != NULL ? ks_str_raw(&key->id) : NULL;
}

/* ---- dialogs ---- */

bool ks_ui_open(struct ks_ui *ui, const struct ks_dialog_class *class, void *self)
{
	ui->dirty = true;
	if (ui->n_dialogs == KS_DIALOG_MAX) {
		class->free(self);
		return false;
	}
	ui->dialogs[ui->n_dialogs++] = (struct ks_ui_dialog){.class = class, .self = self};
	return true;
}

void ks_ui_close(struct ks_ui *ui, const void *self)
{
	for (size_t i = 0; i < ui->n_dialogs; i++) {
		struct ks_ui_dialog dialog = ui->dialogs[i];

		if (dialog.self != self)
			continue;
		memmove(&ui->dialogs[i], &ui->dialogs[i + 1],
		    (ui->n_dialogs - i - 1) * sizeof ui->dialogs[0]);
		ui->n_dialogs--;
		ui->dirty = true;
		dialog.class->free(dialog.self);
		return;
	}
}

struct ks_ui_dialog *ks_ui_top_dialog(struct ks_ui *ui)
{
	return ui->n_dialogs > 0 ? &ui->dialogs[ui->n_dialogs - 1] : NULL;
}

const struct ks_dialog_class *ks_ui_top(const struct ks_ui *ui)
{
	return ui->n_dialogs > 0 ? ui->dialogs[ui->n_dialogs - 1].class : NULL;
}

bool ks_ui_is_typing(const struct ks_ui *ui)
{
	return (ui->filtering && !ui->trouble) || ui->pasting;
}

bool ks_ui_has(const struct ks_ui *ui, const struct ks_dialog_class *class)
{
	for (size_t i = 0; i < ui->n_dialogs; i++)
		if (ui->dialogs[i].class == class)
			return true;
	return false;
}

void ks_ui_dismiss(struct ks_ui *ui)
{
	struct ks_ui_dialog *top = ks_ui_top_dialog(ui);

	if (top == NULL)
		return;
	ui->dirty = true;
	if (top->class->may_close == NULL || top->class->may_close(top->self, ui))
		ks_ui_close(ui, top->self);
}

/* ---- what may be done ---- */

void ks_ui_tell(struct ks_ui *ui, struct ks_event *event)
{
	ui->port.tell(ui->port.ctx, event);
	ui->dirty = true;
}

void ks_ui_toast(struct ks_ui *ui, enum ks_toast kind, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	ks_toast_say(&ui->toast, kind, ui->now, format, args);
	va_end(args);
	ui->dirty = true;
}

bool ks_ui_is_news(struct ks_ui *ui, size_t warnings)
{
	bool news = warnings > ui->warnings;

	ui->warnings = warnings;
	return news;
}

const struct ks_theme *ks_ui_theme(const struct ks_ui *ui)
{
	return &ui->theme;
}

void ks_ui_set_theme(struct ks_ui *ui, const struct ks_theme *theme)
{
	ui->theme = *theme;
	ui->dirty = true;
	if (ui->port.theme != NULL)
		ui->port.theme(ui->port.ctx, &ui->theme);
}

void ks_ui_leave(struct ks_ui *ui)
{
	ui->wish = KS_UI_LEAVE;
}

void ks_ui_quit(struct ks_ui *ui)
{
	if (ks_quit_would_lose(ks_ui_store(ui)))
		ks_quit_dialog_open(ui);
	else
		ks_ui_leave(ui);
}

void ks_ui_interrupt(struct ks_ui *ui, int64_t now)
{
	ui->now = now;
	if (ks_ui_has(ui, &ks_quit_dialog))
		ks_ui_leave(ui);
	else
		ks_ui_quit(ui);
}

struct ks_clipboard *ks_ui_clipboard(struct ks_ui *ui)
{
	return ui->clipboard;
}

const char *ks_ui_deliver_command(const struct ks_ui *ui)
{
	return ui->deliver_command;
}

void ks_ui_keep_clipboard(struct ks_ui *ui)
{
	if (ui->clipboard != NULL && ks_clipboard_keep(ui->clipboard))
		ks_ui_toast(ui, KS_TOAST_INFO, "The secret stays in the clipboard until you quit");
}

void ks_ui_set_clipboard(struct ks_ui *ui, struct ks_clipboard *clipboard)
{
	ui->clipboard = clipboard;
}

bool ks_ui_can_reveal(const struct ks_ui *ui)
{
	return ui->port.reveal != NULL;
}

bool ks_ui_reveal(struct ks_ui *ui, struct ks_rect place, const struct ks_secret *secret)
{
	return ui->port.reveal != NULL && ui->port.reveal(ui->port.ctx, place, secret);
}

void ks_ui_conceal(struct ks_ui *ui)
{
	if (ui->port.conceal != NULL)
		ui->port.conceal(ui->port.ctx);
}

bool ks_ui_is_revealed(const struct ks_ui *ui)
{
	return ui->port.is_revealed != NULL && ui->port.is_revealed(ui->port.ctx);
}

enum ks_ui_wish ks_ui_take_wish(struct ks_ui *ui)
{
	enum ks_ui_wish wish = ui->wish;

	ui->wish = KS_UI_NOTHING;
	return wish;
}

/* ---- keys ---- */

/* Text of the filter, and what ends it. Moving goes on working meanwhile. */
static void filter_key(struct ks_ui *ui, struct ks_key key)
{
	struct ks_input *input = &ui->panes[ui->focus].filter;

	if (ks_input_key(input, key) != KS_INPUT_IGNORED)
		return;
	if (key.code == KS_KEY_ENTER || key.code == KS_KEY_TAB) {
		/* The row that it found is chosen: it stays selected when the filter goes. */
		ks_list_adopt(ks_ui_list(ui, ui->focus));
		ui->filtering = false;
	} else if (key.code == KS_KEY_UP) {
		ks_list_move(ks_ui_list(ui, ui->focus), KS_LIST_UP);
	} else if (key.code == KS_KEY_DOWN) {
		ks_list_move(ks_ui_list(ui, ui->focus), KS_LIST_DOWN);
	} else if (key.code == KS_KEY_ESC) {
		ks_input_set(input, "");
		ui->filtering = false;
	}
}

static void context_key(struct ks_ui *ui, struct ks_key key)
{
	const struct ks_action *action = ks_keymap_find(ui->keymap, ks_ui_context(ui), key);

	if (action != NULL)
		ks_action_run(action, ui);
}

/* What a dialog has no say in: suspend, redraw. */
static void key_of_everywhere(struct ks_ui *ui, struct ks_key key)
{
	const struct ks_action *action = ks_keymap_find(ui->keymap, KS_CONTEXT_DETAILS, key);

	if (action != NULL && action->contexts == KS_CONTEXT_ALL)
		ks_action_run(action, ui);
}

static void dialog_key(struct ks_ui *ui, struct ks_key key)
{
	struct ks_ui_dialog *top = ks_ui_top_dialog(ui);
	const void *self = top->self;

	if (ui->too_small || (!top->presented && !top->class->harmless))
		return;
	if (top->class->key(top->self, ui, key))
		return;
	top = ks_ui_top_dialog(ui);
	if (top == NULL || top->self != self)
		return;
	if (top->class->context != KS_CONTEXT_NONE)
		context_key(ui, key);
	else if (key.ctrl)
		key_of_everywhere(ui, key);
	else if (!key.alt && (key.code == KS_KEY_ESC || key.code == 'q'))
		ks_ui_dismiss(ui);
}

/* A paste outside of a text input is no series of commands. */
static bool is_unwanted_paste(struct ks_ui *ui, struct ks_key key)
{
	if (key.code == KS_KEY_PASTE_BEGIN && !ui->filtering && ui->n_dialogs == 0)
		ui->pasting = true;
	if (!ui->pasting)
		return false;
	if (key.code == KS_KEY_PASTE_END)
		ui->pasting = false;
	return true;
}

void ks_ui_key(struct ks_ui *ui, struct ks_key key, int64_t now)
{
	ui->now = now;
	ui->dirty = true;
	if (key.code == KS_KEY_RESIZE || key.code == KS_KEY_FOCUS_IN ||
	    key.code == KS_KEY_FOCUS_OUT || is_unwanted_paste(ui, key))
		return;
	ks_toast_clear(&ui->toast);
	if (key.code == 'C' && key.ctrl)
		ks_ui_interrupt(ui, now);
	else if (ui->n_dialogs > 0)
		dialog_key(ui, key);
	else if (ui->filtering && !ui->trouble)
		filter_key(ui, key);
	else
		context_key(ui, key);
	ks_ui_update_views(ui);
}

/* ---- turns ---- */

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Why the row is one of failure; false when nothing is known of it any more. */
static bool find_err(const struct ks_store *store, struct ks_bucket_row row, struct ks_err *err)
{
	const struct ks_err *found =
	    row.kind == KS_ROW_PROFILE ? ks_store_profile_err(store, row.id) : NULL;

	if (row.kind == KS_ROW_SCOPE)
		return ks_store_scope_err(store, row.id, err);
	if (found != NULL)
		*err = *found;
	return found != NULL;
}

/* Where the keys would be when the cursor is on what failed: its row has no room to say why. */
static void set_notice(struct ks_ui *ui, struct ks_bucket_row row)
{
	struct ks_err err;
	char line[512] = "";

	if (row.kind == KS_ROW_PROFILE && ks_store_question_of(ks_ui_store(ui), row.id) != NULL)
		snprintf(line, sizeof line, "Its credentials need an MFA code.");
	else if (find_err(ks_ui_store(ui), row, &err))
		ks_err_line(&err, line, sizeof line);
	else if (row.kind == KS_ROW_SCOPE ||
		 (row.kind == KS_ROW_PROFILE &&
		     !ks_store_profile_is_signing_in(ks_ui_store(ui), row.id)))
		snprintf(line, sizeof line, "Its buckets could not be read.");
	ks_keys_set_notice(ui->panes[KS_PANE_KEYS].self, line);
}

int64_t ks_ui_update_views(struct ks_ui *ui)
{
	const struct ks_store *store = ks_ui_store(ui);
	int64_t wake = KS_TIME_NEVER;

	/* In the order of the panes: the keys are those of the bucket that comes out selected. */
	for (int i = 0; i < KS_PANE_COUNT; i++) {
		struct ks_ui_pane *pane = &ui->panes[i];
		struct ks_view_input input = {
		    .store = store,
		    .now = ui->now,
		    .filter = i == KS_PANE_KEYS ? ui->panes[KS_PANE_BUCKETS].filter.text
						: pane->filter.text,
		};

		if (i == KS_PANE_KEYS) {
			set_notice(ui, selected_row(ui));
			input.bucket = ks_ui_bucket(ui);
		}
		wake = earlier(wake, pane->view->update(pane->self, &input));
		ui->dirty = ui->dirty || input.changed;
	}
	return wake;
}

static void update_dialogs(struct ks_ui *ui)
{
	struct ks_ui_dialog dialogs[KS_DIALOG_MAX];
	size_t count = ui->n_dialogs;

	memcpy(dialogs, ui->dialogs, sizeof dialogs);
	for (size_t i = count; i > 0; i--) {
		const struct ks_ui_dialog *dialog = &dialogs[i - 1];
		bool there = false;

		for (size_t j = 0; j < ui->n_dialogs; j++)
			there = there || ui->dialogs[j].self == dialog->self;
		if (there && dialog->class->update != NULL)
			dialog->class->update(dialog->self, ui);
	}
}

int64_t ks_ui_update(struct ks_ui *ui, int64_t now)
{
	int64_t wake, counted_at = ui->header.made_at;

	ui->now = now;
	update_dialogs(ui);
	ks_dialogs_turn(ui);
	wake = ks_ui_update_views(ui);
	wake = earlier(wake, ks_header_update(&ui->header, ks_ui_store(ui), now));
	ui->dirty = ui->dirty || counted_at != ui->header.made_at;
	ui->trouble = ks_trouble_is(ks_ui_store(ui));
	return wake;
}

/* Nothing that it does closes a dialog. */
static void tell_presented(struct ks_ui *ui)
{
	for (size_t i = 0; i < ui->n_dialogs && !ui->too_small; i++) {
		const struct ks_ui_dialog *dialog = &ui->dialogs[i];

		if (dialog->drawn && dialog->class->presented != NULL)
			dialog->class->presented(dialog->self, ui);
	}
}

bool ks_ui_presented(struct ks_ui *ui)
{
	bool first = false;

	tell_presented(ui);

	for (size_t i = 0; i < ui->n_dialogs; i++) {
		struct ks_ui_dialog *dialog = &ui->dialogs[i];

		if (dialog->drawn && !dialog->presented) {
			dialog->presented = true;
			first = first || !dialog->class->harmless;
		}
	}
	return first;
}

struct ks_hints ks_ui_hints(struct ks_ui *ui)
{
	const struct ks_list *list = ks_ui_list(ui, KS_PANE_BUCKETS);
	struct ks_hints hints = {.selected = ks_ui_bucket(ui), .operations = true, .left = true};

	for (size_t i = list->top; i < list->count && i < list->top + list->height; i++) {
		struct ks_bucket_row row = ks_buckets_row(list->ids[i]);

		if (row.kind != KS_ROW_BUCKET)
			continue;
		ui->visible =
		    ks_grow(ui->visible, hints.n_visible, &ui->visible_cap, sizeof *ui->visible);
		ui->visible[hints.n_visible++] = row.id;
	}
	hints.visible = ui->visible;
	return hints;
}
