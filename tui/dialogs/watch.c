#include "tui/dialogs/watch.h"

#include "core/state/store.h"
#include "tui/dialogs/create.h"
#include "tui/dialogs/delete.h"
#include "tui/dialogs/left.h"
#include "tui/dialogs/question.h"
#include "tui/dialogs/secret.h"

void ks_dialogs_dismiss(struct ks_ui *ui, uint32_t change)
{
	struct ks_event *event = ks_event_new(KS_EVENT_DISMISS, ks_ui_now(ui));

	event->change = change;
	ks_ui_tell(ui, event);
}

/* Where there is a secret that waits for the user, its own dialog tells it. */
static void say_created(struct ks_ui *ui, const struct ks_change *change)
{
	const struct ks_handover *handover = ks_store_handover_of(ks_ui_store(ui), change);

	if (handover == NULL)
		ks_ui_toast(ui, KS_TOAST_BAD, "%s was made without a secret: delete it",
		    ks_str_clean(&change->key_id));
	else if (handover->state == KS_HANDOVER_OVER && change->sink != NULL && handover->confirmed)
		ks_ui_toast(ui, KS_TOAST_OK, "%s was made. %s", ks_str_clean(&change->key_id),
		    handover->way);
}

/* A sink is at it: what there is to tell comes with its end. */
static bool is_being_delivered(const struct ks_store *store, const struct ks_change *change)
{
	const struct ks_handover *handover = ks_store_handover_of(store, change);

	return change->sink != NULL && handover != NULL &&
	       handover->state == KS_HANDOVER_DELIVERING;
}

static void say_not_created(struct ks_ui *ui, const struct ks_change *change)
{
	struct ks_err err;

	ks_err_because(
	    &err, &change->err, "No key was made for %s", ks_str_clean(&change->bucket_name));
	ks_ui_toast(ui, KS_TOAST_BAD, "%s", err.message);
}

static void say_deleted(struct ks_ui *ui, const struct ks_change *change)
{
	ks_ui_toast(ui, KS_TOAST_OK, "Deleted %s of %s", ks_str_clean(&change->key_id),
	    ks_str_clean(&change->bucket_name));
}

static void say_not_deleted(struct ks_ui *ui, const struct ks_change *change)
{
	struct ks_err err;

	ks_err_because(&err, &change->err, "%s was not deleted", ks_str_clean(&change->key_id));
	ks_ui_toast(ui, KS_TOAST_BAD, "%s", err.message);
}

static const struct {
	enum ks_change_kind kind;
	enum ks_change_state state;
	void (*say)(struct ks_ui *ui, const struct ks_change *change);
} ends[] = {
    {KS_CHANGE_CREATE, KS_CHANGE_DONE, say_created},
    {KS_CHANGE_CREATE, KS_CHANGE_FAILED, say_not_created},
    {KS_CHANGE_DELETE, KS_CHANGE_DONE, say_deleted},
    {KS_CHANGE_DELETE, KS_CHANGE_FAILED, say_not_deleted},
};

/* True when it was told, and so is no more. */
static bool tell_end(struct ks_ui *ui, const struct ks_change *change)
{
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		if (ends[i].kind != change->kind || ends[i].state != change->state)
			continue;
		ends[i].say(ui, change);
		ks_dialogs_dismiss(ui, change->id);
		return true;
	}
	return false;
}

/* A dialog of its kind is open: it shows this change, or must be closed before the next comes. */
static bool is_attended(const struct ks_ui *ui, const struct ks_change *change)
{
	return ks_ui_has(
	    ui, change->kind == KS_CHANGE_CREATE ? &ks_create_dialog : &ks_delete_dialog);
}

/* Dismissing one moves the others, so one is told at a time. */
static bool tell_one(struct ks_ui *ui)
{
	const struct ks_store *store = ks_ui_store(ui);
	size_t count = store->n_changes;

	for (size_t i = 0; i < count; i++) {
		const struct ks_change *change = &store->changes[i];

		if (is_attended(ui, change) || is_being_delivered(store, change))
			continue;
		if (change->state == KS_CHANGE_ORPHANED)
			ks_create_dialog_open(ui, change->bucket);
		else if (tell_end(ui, change))
			return store->n_changes < count;
	}
	return false;
}

/* Each warning once. */
static void say_warning(struct ks_ui *ui)
{
	const struct ks_store *store = ks_ui_store(ui);

	if (ks_ui_is_news(ui, store->n_warnings))
		ks_ui_toast(ui, KS_TOAST_BAD, "%s", store->warning);
}

/* One after the other, and none into what the user is typing elsewhere. */
static void ask_question(struct ks_ui *ui)
{
	if (ks_ui_top(ui) == NULL && !ks_ui_is_typing(ui))
		ks_question_dialog_open(ui);
}

/* Once, and not on top of what the user is at. */
static void show_left(struct ks_ui *ui)
{
	if (!ks_ui_store(ui)->left_is_news || ks_ui_top(ui) != NULL)
		return;
	ks_ui_tell(ui, ks_event_new(KS_EVENT_LEFT_SEEN, ks_ui_now(ui)));
	ks_left_dialog_open(ui);
}

void ks_dialogs_turn(struct ks_ui *ui)
{
	const struct ks_handover *handover;

	while (tell_one(ui))
		continue;
	handover = ks_store_open_handover(ks_ui_store(ui));
	if (handover != NULL && handover->state != KS_HANDOVER_DELIVERING &&
	    !ks_ui_has(ui, &ks_secret_dialog))
		ks_secret_dialog_open(ui, handover->id);
	ask_question(ui);
	show_left(ui);
	say_warning(ui);
}
