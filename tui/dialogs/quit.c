#include "tui/dialogs/quit.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "tui/dialogs/form.h"
#include "tui/views/pane.h"

enum stage {
	STAGE_NONE,
	STAGE_SECRET,   /* a secret would be lost */
	STAGE_CHANGE,   /* only the end of a change would */
	STAGE_DELETING, /* keys are being deleted, then it leaves */
	STAGE_NOTHING,  /* nothing would be lost any more */
};

struct dialog {
	struct ks_form form;
	const struct ks_store *store;
	enum stage stage;
	bool deleting;
	bool failed; /* a key could not be deleted */
	struct ks_err err;
};

static bool is_open(const struct ks_handover *handover)
{
	return handover->state != KS_HANDOVER_OVER;
}

static bool is_running(const struct ks_change *change)
{
	return change->state == KS_CHANGE_CHECKING || change->state == KS_CHANGE_READY ||
	       change->state == KS_CHANGE_SENT || change->state == KS_CHANGE_UNCLEAR;
}

static bool is_anything_running(const struct ks_store *store)
{
	for (size_t i = 0; i < store->n_changes; i++)
		if (is_running(&store->changes[i]))
			return true;
	return false;
}

bool ks_quit_would_lose(const struct ks_store *store)
{
	return ks_store_open_handover(store) != NULL || ks_store_is_changing(store);
}

/* ---- what it says ---- */

static void say_handovers(struct dialog *dialog)
{
	const struct ks_store *store = dialog->store;

	for (size_t i = 0; i < store->n_handovers; i++) {
		const struct ks_handover *handover = &store->handovers[i];

		if (!is_open(handover))
			continue;
		ks_sheet_text(&dialog->form.sheet, KS_ROLE_DANGER, "The secret of %s %s.",
		    ks_str_clean(&handover->key_id),
		    handover->state == KS_HANDOVER_UNCONFIRMED ? "is not confirmed"
							       : "is not delivered");
	}
}

static void say_changes(struct dialog *dialog)
{
	const struct ks_store *store = dialog->store;

	for (size_t i = 0; i < store->n_changes; i++) {
		const struct ks_change *change = &store->changes[i];

		if (!is_running(change))
			continue;
		if (change->kind == KS_CHANGE_CREATE)
			ks_sheet_text(&dialog->form.sheet, KS_ROLE_WARN,
			    "A new secret would be lost: a key is being made for %s.",
			    ks_str_clean(&change->bucket_name));
		else
			ks_sheet_text(&dialog->form.sheet, KS_ROLE_WARN,
			    "%s is being deleted: you would not see how it ends.",
			    ks_str_clean(&change->key_id));
	}
}

static void fill(void *self, struct ks_draw *draw)
{
	struct dialog *dialog = self;
	struct ks_sheet *sheet = &dialog->form.sheet;

	if (dialog->failed)
		ks_sheet_text(
		    sheet, KS_ROLE_BAD, "The key was not deleted: %s", dialog->err.message);
	if (dialog->stage == STAGE_NOTHING) {
		ks_sheet_text(sheet, KS_ROLE_TEXT, "Nothing else would be lost.");
		return;
	}
	say_handovers(dialog);
	say_changes(dialog);
	if (dialog->stage == STAGE_SECRET)
		ks_sheet_text(sheet, KS_ROLE_TEXT,
		    "Quitting wipes it, and no one can get it again; the key stays active.");
	if (dialog->stage == STAGE_DELETING)
		ks_sheet_text(sheet, KS_ROLE_BUSY, "%s keysail quits when it is deleted.",
		    ks_pane_spinner(draw));
}

/* ---- what the buttons do ---- */

static void stay(void *self, struct ks_ui *ui)
{
	ks_ui_close(ui, self);
}

static void leave(void *self, struct ks_ui *ui)
{
	(void)self;
	ks_ui_leave(ui);
}

static void update(void *self, struct ks_ui *ui);

static void delete_keys(void *self, struct ks_ui *ui)
{
	struct dialog *dialog = self;
	const struct ks_handover *handover;

	dialog->failed = false;
	dialog->deleting = true;
	while ((handover = ks_store_open_handover(dialog->store)) != NULL) {
		struct ks_event *event = ks_event_new(KS_EVENT_GIVE_UP, ks_ui_now(ui));

		event->handover = handover->id;
		event->delete_key = true;
		ks_ui_tell(ui, event);
	}
	update(dialog, ui);
}

/* The first one has the focus. */
static const struct ks_button buttons[][KS_FORM_BUTTONS] = {
    [STAGE_NONE] = {{.danger = false}},
    [STAGE_SECRET] = {{"Stay", stay, false, false}, {"Delete the key", delete_keys, true, false},
	{"Quit and leave it", leave, true, false}},
    [STAGE_CHANGE] = {{"Stay", stay, false, false}, {"Quit now", leave, true, false}},
    [STAGE_DELETING] = {{"Stay", stay, false, false}, {"Quit now", leave, true, false}},
    [STAGE_NOTHING] = {{"Quit", leave, false, false}, {"Stay", stay, false, false}},
};

/* ---- stages ---- */

static void set_stage(struct dialog *dialog, enum stage stage)
{
	if (dialog->stage == stage)
		return;
	dialog->stage = stage;
	ks_form_set_buttons(&dialog->form, buttons[stage]);
}

static void look_for_failure(struct dialog *dialog)
{
	for (size_t i = 0; i < dialog->store->n_changes; i++) {
		const struct ks_change *change = &dialog->store->changes[i];

		if (change->kind != KS_CHANGE_DELETE || change->state != KS_CHANGE_FAILED)
			continue;
		dialog->deleting = false;
		dialog->failed = true;
		dialog->err = change->err;
	}
}

static void update(void *self, struct ks_ui *ui)
{
	struct dialog *dialog = self;

	if (dialog->deleting)
		look_for_failure(dialog);
	if (ks_store_open_handover(dialog->store) != NULL)
		set_stage(dialog, STAGE_SECRET);
	else if (is_anything_running(dialog->store))
		set_stage(dialog, dialog->deleting ? STAGE_DELETING : STAGE_CHANGE);
	else if (dialog->deleting)
		ks_ui_leave(ui);
	else
		set_stage(dialog, STAGE_NOTHING);
}

/* ---- the class ---- */

/*
 * A second q leaves where only the end of a change would be lost; where a
 * secret would, it closes like any other dialog.
 */
static bool key_pressed(void *self, struct ks_ui *ui, struct ks_key key)
{
	struct dialog *dialog = self;

	if (ks_form_is_paste(&dialog->form, key))
		return true;
	if (key.code == 'q' && !key.ctrl && !key.alt && dialog->stage != STAGE_SECRET) {
		ks_ui_leave(ui);
		return true;
	}
	return ks_form_key(&dialog->form, ui, key) != KS_FORM_IGNORED;
}

static const char *title(const void *self)
{
	(void)self;
	return "Quit keysail?";
}

static const struct ks_hint *hints(const void *self)
{
	static const struct ks_hint secret[] = {{"Enter", "choose", false, true},
	    {"Tab", "next", false, false}, {"Esc", "stay", false, true}, {0}};
	static const struct ks_hint other[] = {{"q", "quit", false, false},
	    {"Enter", "choose", false, true}, {"Tab", "next", false, false},
	    {"Esc", "stay", false, true}, {0}};
	const struct dialog *dialog = self;

	return dialog->stage == STAGE_SECRET ? secret : other;
}

static void free_dialog(void *self)
{
	struct dialog *dialog = self;

	ks_form_free(&dialog->form);
	free(dialog);
}

const struct ks_dialog_class ks_quit_dialog = {
    .name = "quit",
    .danger = true,
    .title = title,
    .size = ks_form_size,
    .draw = ks_form_draw,
    .hints = hints,
    .scroll_hint = ks_form_scroll_hint,
    .key = key_pressed,
    .update = update,
    .free = free_dialog,
};

void ks_quit_dialog_open(struct ks_ui *ui)
{
	struct dialog *dialog;

	if (ks_ui_has(ui, &ks_quit_dialog))
		return;
	if (!ks_quit_would_lose(ks_ui_store(ui))) {
		ks_ui_leave(ui);
		return;
	}
	dialog = ks_calloc(1, sizeof *dialog);
	dialog->store = ks_ui_store(ui);
	dialog->form.fill = fill;
	if (ks_ui_open(ui, &ks_quit_dialog, dialog))
		update(dialog, ui);
}
