#include "tui/act.h"

#include "core/base/mem.h"
#include "tui/clipboard.h"
#include "tui/dialogs/create.h"
#include "tui/dialogs/delete.h"
#include "tui/dialogs/left.h"
#include "tui/dialogs/picker.h"
#include "tui/ui_state.h"
#include "tui/views/buckets.h"
#include "tui/views/details.h"
#include "tui/views/help.h"
#include "tui/views/themes.h"

/* ---- moving ---- */

void ks_act_move(struct ks_ui *ui, const struct ks_action *self)
{
	struct ks_ui_dialog *top = ks_ui_top_dialog(ui);
	enum ks_list_move move = (enum ks_list_move)self->arg;

	if (top != NULL && top->class->move != NULL)
		top->class->move(top->self, move);
	else if (top == NULL && ui->trouble)
		ks_sheet_move(&ui->trouble_sheet, move);
	else if (top == NULL)
		ks_list_move(ks_ui_list(ui, ui->focus), move);
}

void ks_act_focus(struct ks_ui *ui, const struct ks_action *self)
{
	ui->focus = (enum ks_pane)self->arg;
}

void ks_act_cycle(struct ks_ui *ui, const struct ks_action *self)
{
	ui->focus = (enum ks_pane)(((int)ui->focus + self->arg + KS_PANE_COUNT) % KS_PANE_COUNT);
}

/* ---- what is shown ---- */

const char *ks_act_why_no_open(const struct ks_ui *ui)
{
	const struct ks_ui_pane *pane = &ui->panes[ui->focus];

	return ks_list_selected(pane->view->list(pane->self)) == 0 ? "Nothing is selected." : NULL;
}

static void open_row(struct ks_ui *ui, struct ks_bucket_row row)
{
	switch (row.kind) {
	case KS_ROW_BUCKET:
		ks_details_open(ui, KS_DETAILS_BUCKET, row.id, NULL);
		break;
	case KS_ROW_SCOPE:
		ks_details_open(ui, KS_DETAILS_SCOPE, row.id, NULL);
		break;
	case KS_ROW_PROFILE:
		ks_details_open(ui, KS_DETAILS_PROFILE, row.id, NULL);
		break;
	case KS_ROW_NOT_ENABLED:
		ks_details_open(ui, KS_DETAILS_NOT_ENABLED, 0, NULL);
		break;
	case KS_ROW_NONE:
		break;
	}
}

void ks_act_open(struct ks_ui *ui, const struct ks_action *self)
{
	uint64_t selected = ks_list_selected(ks_ui_list(ui, ui->focus));

	(void)self;
	if (ui->focus == KS_PANE_BUCKETS)
		open_row(ui, ks_buckets_row(selected));
	else if (ui->focus == KS_PANE_KEYS)
		ks_details_open(ui, KS_DETAILS_KEY, ks_ui_bucket(ui), ks_ui_key_id(ui));
	else
		ks_details_open(ui, KS_DETAILS_ACTIVITY, (uint32_t)selected, NULL);
}

/* Keys are found by the filter of the buckets: one bucket's two keys need none of their own. */
void ks_act_filter(struct ks_ui *ui, const struct ks_action *self)
{
	(void)self;
	if (ui->focus == KS_PANE_KEYS)
		ui->focus = KS_PANE_BUCKETS;
	ui->filtering = true;
}

const char *ks_act_why_no_sort(const struct ks_ui *ui)
{
	return ui->panes[ui->focus].view->sort == NULL
		   ? "This pane has one order only; the buckets can be sorted."
		   : NULL;
}

void ks_act_sort(struct ks_ui *ui, const struct ks_action *self)
{
	struct ks_ui_pane *pane = &ui->panes[ui->focus];

	pane->view->sort(pane->self, self->arg != 0);
}

void ks_act_zoom(struct ks_ui *ui, const struct ks_action *self)
{
	(void)self;
	ui->zoomed = !ui->zoomed;
}

void ks_act_theme(struct ks_ui *ui, const struct ks_action *self)
{
	(void)self;
	ks_themes_open(ui);
}

void ks_act_profiles(struct ks_ui *ui, const struct ks_action *self)
{
	(void)self;
	ks_picker_open(ui, &ks_pick_profiles);
}

const char *ks_act_why_no_profiles(const struct ks_ui *ui)
{
	return ks_ui_is_demo(ui) ? "The demo has no profiles: it reads no file of the AWS CLI."
				 : NULL;
}

void ks_act_regions(struct ks_ui *ui, const struct ks_action *self)
{
	(void)self;
	ks_picker_open(ui, &ks_pick_regions);
}

void ks_act_help(struct ks_ui *ui, const struct ks_action *self)
{
	(void)self;
	ks_help_open(ui);
}

/* ---- access keys ---- */

const char *ks_act_why_no_create(const struct ks_ui *ui)
{
	if (ks_ui_store(ui)->read_only)
		return "Read-only: keysail was started with --read-only.";
	return ks_ui_bucket(ui) == 0 ? "Select a bucket first: the key is made for it." : NULL;
}

void ks_act_create(struct ks_ui *ui, const struct ks_action *self)
{
	(void)self;
	ks_create_dialog_open(ui, ks_ui_bucket(ui));
}

const char *ks_act_why_no_delete(const struct ks_ui *ui)
{
	const char *key_id = ks_ui_key_id(ui);

	if (ks_ui_store(ui)->read_only)
		return "Read-only: keysail was started with --read-only.";
	if (key_id == NULL)
		return "No key is selected.";
	return ks_store_why_no_delete(ks_ui_store(ui), ks_ui_bucket(ui), key_id);
}

/*
 * Which key goes is only ever the one that one sees: with a choice, or out of sight, choose first.
 */
void ks_act_delete(struct ks_ui *ui, const struct ks_action *self)
{
	bool unseen =
	    ui->focus != KS_PANE_KEYS && (ui->one_pane || ks_ui_list(ui, KS_PANE_KEYS)->count > 1);

	(void)self;
	if (unseen) {
		ui->focus = KS_PANE_KEYS;
		ks_ui_toast(ui, KS_TOAST_INFO, "Choose the key to delete, then press d again.");
		return;
	}
	ks_delete_dialog_open(ui, ks_ui_bucket(ui), ks_ui_key_id(ui));
}

/* The raw ID of the key in context: of the details, of the operation, or the selected one. */
static const char *key_in_context(const struct ks_ui *ui)
{
	const struct ks_dialog_class *top = ks_ui_top(ui);
	const struct ks_ui_pane *pane = &ui->panes[KS_PANE_OPERATIONS];
	const struct ks_activity *activity;

	if (top != NULL && top->copy_id != NULL) {
		const char *key_id = top->copy_id(ui->dialogs[ui->n_dialogs - 1].self);

		return key_id != NULL ? key_id : ks_ui_key_id(ui);
	}
	if (ui->focus != KS_PANE_OPERATIONS)
		return ks_ui_key_id(ui);
	activity = ks_store_activity(
	    ks_ui_store(ui), (uint32_t)ks_list_selected(pane->view->list(pane->self)));
	return activity != NULL && ks_str_present(&activity->key_id) ? ks_str_raw(&activity->key_id)
								     : NULL;
}

const char *ks_act_why_no_copy(const struct ks_ui *ui)
{
	return key_in_context(ui) == NULL ? "No access key here whose ID could be copied." : NULL;
}

static void tell_copied(void *ctx, const struct ks_clipboard_result *result)
{
	ks_ui_toast(
	    ctx, result->ok ? KS_TOAST_OK : KS_TOAST_BAD, "Access key ID: %s", result->phrase);
}

void ks_act_copy(struct ks_ui *ui, const struct ks_action *self)
{
	struct ks_clipboard *clipboard = ks_ui_clipboard(ui);

	(void)self;
	if (clipboard == NULL)
		ks_ui_toast(ui, KS_TOAST_BAD, "There is no clipboard.");
	else if (!ks_clipboard_copy_text(
		     clipboard, key_in_context(ui), 0, ks_ui_now(ui), tell_copied, ui))
		ks_ui_toast(ui, KS_TOAST_INFO, "Another copy is still under way.");
}

void ks_act_keep(struct ks_ui *ui, const struct ks_action *self)
{
	(void)self;
	ks_ui_keep_clipboard(ui);
}

const char *ks_act_why_no_keep(const struct ks_ui *ui)
{
	return ui->clipboard == NULL || ks_clipboard_clears_at(ui->clipboard) == KS_TIME_NEVER
		   ? "No secret in the clipboard is about to be cleared."
		   : NULL;
}

void ks_act_left(struct ks_ui *ui, const struct ks_action *self)
{
	(void)self;
	ks_left_dialog_open(ui);
}

const char *ks_act_why_no_left(const struct ks_ui *ui)
{
	return ks_ui_store(ui)->n_left == 0 ? "Nothing was left open." : NULL;
}

/* ---- the program ---- */

void ks_act_refresh(struct ks_ui *ui, const struct ks_action *self)
{
	struct ks_event *event = ks_event_new(KS_EVENT_REFRESH, ks_ui_now(ui));

	if (self->arg == 0 && !ui->trouble && ui->focus != KS_PANE_OPERATIONS)
		event->bucket = ks_ui_bucket(ui);
	ks_ui_tell(ui, event);
}

void ks_act_wish(struct ks_ui *ui, const struct ks_action *self)
{
	ui->wish = (enum ks_ui_wish)self->arg;
}

const char *ks_act_why_no_demo(const struct ks_ui *ui)
{
	if (ks_ui_is_demo(ui))
		return "This is the demo.";
	return ks_ui_offers_demo(ui) ? NULL : "This keysail was built without the demo.";
}

/* Takes away what is topmost; false when there is nothing left to take away. */
static bool take_away(struct ks_ui *ui)
{
	if (ks_ui_top_dialog(ui) != NULL)
		ks_ui_dismiss(ui);
	else if (ui->zoomed)
		ui->zoomed = false;
	else
		return false;
	return true;
}

void ks_act_back(struct ks_ui *ui, const struct ks_action *self)
{
	(void)self;
	if (!take_away(ui))
		ks_input_set(&ui->panes[ui->focus].filter, "");
}

void ks_act_quit(struct ks_ui *ui, const struct ks_action *self)
{
	(void)self;
	if (!take_away(ui))
		ks_ui_quit(ui);
}

void ks_act_interrupt(struct ks_ui *ui, const struct ks_action *self)
{
	(void)self;
	ks_ui_interrupt(ui, ks_ui_now(ui));
}
