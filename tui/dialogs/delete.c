#include "tui/dialogs/delete.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "tui/dialogs/form.h"
#include "tui/dialogs/target.h"
#include "tui/dialogs/watch.h"
#include "tui/format.h"
#include "tui/views/describe.h"
#include "tui/views/pane.h"

enum { CANCEL, DELETE, TAIL = 4 };
#define LATELY_MS ((int64_t)30 * 24 * 60 * 60 * 1000)

enum stage {
	STAGE_ASK,
	STAGE_REFUSED, /* it can't be done now, or the key is gone */
	STAGE_RUNS,
	STAGE_FAILED,
	STAGE_NONE
};

struct dialog {
	struct ks_form form;
	struct ks_target target;
	const struct ks_store *store;
	struct ks_str key_id;
	char tail[TAIL + 1]; /* what must be typed */
	bool mistyped;
	enum stage stage;
	uint32_t change;
};

static const struct ks_access_key *key_of(const struct dialog *dialog)
{
	return ks_store_key(dialog->store, dialog->target.bucket, ks_str_raw(&dialog->key_id));
}

static const struct ks_change *change_of(const struct dialog *dialog)
{
	return dialog->change != 0 ? ks_store_change(dialog->store, dialog->change) : NULL;
}

static bool is_only_key(const struct dialog *dialog)
{
	const struct ks_bucket_entry *entry = ks_store_bucket(dialog->store, dialog->target.bucket);

	return entry != NULL && entry->n_keys == 1;
}

/* What asks for more than a button: a key used in the last 30 days, or the bucket's only one. */
static bool must_type(const struct dialog *dialog, int64_t now)
{
	const struct ks_access_key *key = key_of(dialog);

	if (key == NULL || dialog->tail[0] == '\0')
		return false;
	return is_only_key(dialog) ||
	       (key->last_used.use == KS_USE_USED && now - key->last_used.date < LATELY_MS);
}

static bool is_typed(const struct dialog *dialog)
{
	return ks_text_casecmp(dialog->form.input.text, dialog->tail) == 0;
}

/* ---- what it says ---- */

static void fill_ask(struct dialog *dialog, struct ks_draw *draw)
{
	const struct ks_access_key *key = key_of(dialog);
	struct ks_sheet *sheet = &dialog->form.sheet;
	char text[KS_FORMAT_SIZE];

	ks_sheet_text(
	    sheet, KS_ROLE_DANGER, "Delete this key? It stops working, and this can't be undone.");
	ks_form_gap(&dialog->form);
	ks_sheet_field(sheet, KS_ROLE_ACCENT, "Key ID", "%s", ks_str_clean(&dialog->key_id));
	if (key != NULL)
		ks_target_say_use(key, sheet, draw);
	if (is_only_key(dialog))
		ks_sheet_text(sheet, KS_ROLE_WARN, "It is the bucket's only key.");
	ks_form_gap(&dialog->form);
	ks_target_say(&dialog->target, sheet);
	if (key == NULL)
		return;
	ks_sheet_field(sheet, ks_format_status_role(ks_str_clean(&key->status)), "Status", "%s",
	    ks_str_present(&key->status) ? ks_str_clean(&key->status) : draw->glyphs->dash);
	ks_sheet_field(
	    sheet, KS_ROLE_TEXT, "Created", "%s", ks_format_moment(draw, key->created, text));
	if (dialog->mistyped)
		ks_sheet_text(sheet, KS_ROLE_BAD, "That isn't how the key's ID ends.");
}

static void fill_refused(struct dialog *dialog)
{
	const char *why = ks_store_why_no_delete(
	    dialog->store, dialog->target.bucket, ks_str_raw(&dialog->key_id));
	struct ks_sheet *sheet = &dialog->form.sheet;

	ks_sheet_text(sheet, KS_ROLE_WARN, "%s", why != NULL ? why : "This key is gone.");
	ks_form_gap(&dialog->form);
	ks_sheet_field(sheet, KS_ROLE_ACCENT, "Key ID", "%s", ks_str_clean(&dialog->key_id));
	ks_target_say(&dialog->target, sheet);
}

static void fill_runs(struct dialog *dialog, struct ks_draw *draw)
{
	const struct ks_change *change = change_of(dialog);
	struct ks_sheet *sheet = &dialog->form.sheet;

	if (change != NULL && change->state == KS_CHANGE_UNCLEAR)
		ks_sheet_text(sheet, KS_ROLE_BUSY,
		    "%s No clear answer came. Reading the keys, to see if it is gone",
		    ks_pane_spinner(draw));
	else
		ks_sheet_text(
		    sheet, KS_ROLE_BUSY, "%s Asking Lightsail to delete it", ks_pane_spinner(draw));
	ks_form_gap(&dialog->form);
	ks_sheet_field(sheet, KS_ROLE_ACCENT, "Key ID", "%s", ks_str_clean(&dialog->key_id));
	ks_target_say(&dialog->target, sheet);
}

static void fill_failed(struct dialog *dialog, struct ks_draw *draw)
{
	const struct ks_change *change = change_of(dialog);
	struct ks_sheet *sheet = &dialog->form.sheet;

	if (change == NULL)
		return;
	ks_sheet_text(sheet, KS_ROLE_WARN, "The key was not deleted: it may still work.");
	ks_sheet_field(sheet, KS_ROLE_ACCENT, "Key ID", "%s", ks_str_clean(&dialog->key_id));
	ks_form_gap(&dialog->form);
	ks_describe_err(sheet, draw, &change->err);
}

static void fill(void *self, struct ks_draw *draw)
{
	struct dialog *dialog = self;

	switch (dialog->stage) {
	case STAGE_ASK:
		fill_ask(dialog, draw);
		break;
	case STAGE_REFUSED:
		fill_refused(dialog);
		break;
	case STAGE_RUNS:
		fill_runs(dialog, draw);
		break;
	case STAGE_FAILED:
		fill_failed(dialog, draw);
		break;
	case STAGE_NONE:
		break;
	}
}

/* ---- stages ---- */

static void begin(void *self, struct ks_ui *ui);
static void ask_again(void *self, struct ks_ui *ui);
static void close_dialog(void *self, struct ks_ui *ui);

/* The first one has the focus: the safe choice. */
static const struct ks_button buttons[][3] = {
    [STAGE_ASK] = {[CANCEL] = {"Cancel", close_dialog, false, false},
	[DELETE] = {"Delete", begin, true, false}},
    [STAGE_REFUSED] = {{"Close", close_dialog, false, false}},
    [STAGE_RUNS] = {{"Go on in the background", close_dialog, false, false}},
    [STAGE_FAILED] = {{"Close", close_dialog, false, false},
	{"Try again", ask_again, false, false}},
    [STAGE_NONE] = {{.danger = false}},
};

static void set_stage(struct dialog *dialog, enum stage stage)
{
	if (dialog->stage == stage)
		return;
	dialog->stage = stage;
	ks_form_drop_input(&dialog->form);
	ks_form_set_buttons(&dialog->form, buttons[stage]);
}

static enum stage stage_of_change(const struct ks_change *change)
{
	return change->state == KS_CHANGE_FAILED ? STAGE_FAILED : STAGE_RUNS;
}

/* The key's use may become known, and the key may vanish, while the question is open. */
static void review(struct dialog *dialog, int64_t now)
{
	const char *why = ks_store_why_no_delete(
	    dialog->store, dialog->target.bucket, ks_str_raw(&dialog->key_id));
	bool type;

	if (why != NULL || key_of(dialog) == NULL) {
		set_stage(dialog, STAGE_REFUSED);
		return;
	}
	set_stage(dialog, STAGE_ASK);
	type = must_type(dialog, now);
	if (type && !dialog->form.has_input)
		ks_form_set_input(&dialog->form, "Type its last 4 characters", TAIL);
	else if (!type && dialog->form.has_input)
		ks_form_drop_input(&dialog->form);
	ks_form_set_off(&dialog->form, DELETE, type && !is_typed(dialog));
}

static void update(void *self, struct ks_ui *ui)
{
	struct dialog *dialog = self;
	const struct ks_change *change = change_of(dialog);

	if (dialog->change == 0)
		review(dialog, ks_ui_now(ui));
	else if (change == NULL || change->state == KS_CHANGE_DONE)
		ks_ui_close(ui, dialog); /* the watch says that it is done */
	else
		set_stage(dialog, stage_of_change(change));
}

static void begin(void *self, struct ks_ui *ui)
{
	struct dialog *dialog = self;
	struct ks_event *event;
	const struct ks_change *change;

	review(dialog, ks_ui_now(ui));
	if (dialog->stage != STAGE_ASK || dialog->form.buttons[DELETE].off)
		return;
	event = ks_event_new(KS_EVENT_DELETE, ks_ui_now(ui));
	event->bucket = dialog->target.bucket;
	event->key_id = ks_strdup(ks_str_raw(&dialog->key_id));
	ks_ui_tell(ui, event);
	change = ks_target_change(
	    &dialog->target, dialog->store, KS_CHANGE_DELETE, ks_str_raw(&dialog->key_id));
	dialog->change = change != NULL ? change->id : 0;
	update(dialog, ui);
}

static void dismiss(struct dialog *dialog, struct ks_ui *ui)
{
	if (dialog->change != 0)
		ks_dialogs_dismiss(ui, dialog->change);
	dialog->change = 0;
}

static bool may_close(void *self, struct ks_ui *ui)
{
	struct dialog *dialog = self;

	if (dialog->stage == STAGE_RUNS)
		ks_ui_toast(
		    ui, KS_TOAST_INFO, "%s is still being deleted", ks_str_clean(&dialog->key_id));
	else
		dismiss(dialog, ui);
	return true;
}

static void close_dialog(void *self, struct ks_ui *ui)
{
	may_close(self, ui);
	ks_ui_close(ui, self);
}

static void ask_again(void *self, struct ks_ui *ui)
{
	dismiss(self, ui);
	review(self, ks_ui_now(ui));
}

static void typed(struct dialog *dialog)
{
	dialog->mistyped = false;
	ks_form_set_off(&dialog->form, DELETE, !is_typed(dialog));
}

/* Enter in the input goes on to the button; it doesn't press it. */
static void entered(struct dialog *dialog)
{
	dialog->mistyped = !is_typed(dialog);
	if (!dialog->mistyped)
		dialog->form.focus = DELETE;
}

/*
 * An ID is of capitals and digits, and no key of the dialog is: so whoever just types is
 * understood, and a doubled d or n is nothing.
 */
static bool begins_typing(const struct dialog *dialog, struct ks_key key)
{
	return dialog->form.has_input && ks_key_is_text(key) &&
	       ((key.code >= 'A' && key.code <= 'Z') || (key.code >= '0' && key.code <= '9'));
}

static bool key_pressed(void *self, struct ks_ui *ui, struct ks_key key)
{
	struct dialog *dialog = self;
	enum ks_form_result result;

	if (ks_form_is_paste(&dialog->form, key))
		return true;
	if (begins_typing(dialog, key))
		dialog->form.focus = dialog->form.n_buttons;
	result = ks_form_key(&dialog->form, ui, key);
	if (result == KS_FORM_TYPED)
		typed(dialog);
	else if (result == KS_FORM_ENTERED)
		entered(dialog);
	return result != KS_FORM_IGNORED;
}

/* ---- the class ---- */

static const char *title(const void *self)
{
	(void)self;
	return "Delete access key";
}

static const struct ks_hint *hints(const void *self)
{
	static const struct ks_hint asking[] = {{"Enter", "choose", false, true},
	    {"Tab", "next", false, false}, {"Esc", "cancel", false, true}, {0}};
	static const struct ks_hint typing[] = {{"Enter", "done", false, true},
	    {"Tab", "next", false, false}, {"Esc", "cancel", false, true}, {0}};
	const struct dialog *dialog = self;

	return dialog->form.focus == dialog->form.n_buttons ? typing : asking;
}

static void free_dialog(void *self)
{
	struct dialog *dialog = self;

	ks_str_free(&dialog->key_id);
	ks_target_free(&dialog->target);
	ks_form_free(&dialog->form);
	free(dialog);
}

const struct ks_dialog_class ks_delete_dialog = {
    .name = "delete",
    .danger = true,
    .title = title,
    .size = ks_form_size,
    .draw = ks_form_draw,
    .hints = hints,
    .scroll_hint = ks_form_scroll_hint,
    .key = key_pressed,
    .update = update,
    .may_close = may_close,
    .free = free_dialog,
};

/* The last characters of the ID, if they can be typed. */
static void set_tail(struct dialog *dialog)
{
	const char *id = ks_str_clean(&dialog->key_id);
	size_t len = strlen(id), n = len < TAIL ? len : TAIL;

	if (ks_text_width(id) == (int)len)
		memcpy(dialog->tail, id + len - n, n);
}

void ks_delete_dialog_open(struct ks_ui *ui, uint32_t bucket, const char *key_id)
{
	struct dialog *dialog = ks_calloc(1, sizeof *dialog);
	const struct ks_change *change;

	dialog->store = ks_ui_store(ui);
	dialog->form.fill = fill;
	dialog->stage = STAGE_NONE;
	ks_str_set(&dialog->key_id, key_id);
	set_tail(dialog);
	ks_target_init(&dialog->target, dialog->store, bucket);
	change = ks_target_change(&dialog->target, dialog->store, KS_CHANGE_DELETE, key_id);
	if (change != NULL && change->state != KS_CHANGE_DONE) {
		dialog->change = change->id;
		set_stage(dialog, stage_of_change(change));
	} else {
		review(dialog, ks_ui_now(ui));
	}
	ks_ui_open(ui, &ks_delete_dialog, dialog);
}
