#include "tui/dialogs/secret.h"

#include <stdlib.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/secret.h"
#include "tui/clipboard.h"
#include "tui/dialogs/delete.h"
#include "tui/dialogs/form.h"
#include "tui/views/pane.h"

enum { MASK_SIGNS = 16 }; /* says nothing of the length */

enum stage { STAGE_NONE, STAGE_HELD, STAGE_COPYING, STAGE_DELIVERED, STAGE_ASKING };

struct dialog {
	struct ks_form form;
	const struct ks_store *store;
	const struct ks_clipboard *clipboard; /* NULL: none */
	const char *promise;
	uint32_t handover;
	enum stage stage;
	bool asking; /* whether it is to be left undelivered */
	bool failed; /* the last copy did not work */
	enum ks_clipboard_hold hold;
};

static const struct ks_handover *handover_of(const struct dialog *dialog)
{
	const struct ks_handover *handover = ks_store_handover(dialog->store, dialog->handover);

	return handover != NULL && handover->state != KS_HANDOVER_OVER ? handover : NULL;
}

/* ---- what the buttons do ---- */

static void update(void *self, struct ks_ui *ui);

static struct ks_event *event_of(
    const struct dialog *dialog, struct ks_ui *ui, enum ks_event_kind kind)
{
	struct ks_event *event = ks_event_new(kind, ks_ui_now(ui));

	event->handover = dialog->handover;
	return event;
}

/* The dialog may be gone by then; the interface is not. */
static void copied(void *ctx, const struct ks_clipboard_result *result)
{
	struct ks_ui *ui = ctx;
	struct ks_event *event;

	if (!result->ok) {
		ks_ui_toast(ui, KS_TOAST_BAD, "Not copied. %s", result->phrase);
		return;
	}
	event = ks_event_new(KS_EVENT_DELIVERED, ks_ui_now(ui));
	event->handover = (uint32_t)result->tag;
	event->way = ks_strdup(result->phrase);
	ks_ui_tell(ui, event);
}

static void copy(void *self, struct ks_ui *ui)
{
	struct dialog *dialog = self;
	const struct ks_handover *handover = handover_of(dialog);
	struct ks_clipboard *clipboard = ks_ui_clipboard(ui);

	if (clipboard == NULL || handover == NULL || handover->secret == NULL)
		return;
	if (!ks_clipboard_copy_secret(
		clipboard, handover->secret, dialog->handover, ks_ui_now(ui), copied, ui))
		ks_ui_toast(ui, KS_TOAST_BAD, "%s",
		    ks_clipboard_is_busy(clipboard) ? "Still busy with the copy before"
						    : "The memory for secrets is full");
	update(dialog, ui);
}

static void arrived(void *self, struct ks_ui *ui)
{
	struct dialog *dialog = self;
	const struct ks_handover *handover = handover_of(dialog);

	if (handover == NULL)
		return;
	ks_ui_toast(ui, KS_TOAST_OK, "The secret of %s is handed over; keysail has wiped it",
	    ks_str_clean(&handover->key_id));
	ks_ui_tell(ui, event_of(dialog, ui, KS_EVENT_ARRIVED));
	update(dialog, ui);
}

static void not_arrived(void *self, struct ks_ui *ui)
{
	struct dialog *dialog = self;
	ks_ui_tell(ui, event_of(dialog, ui, KS_EVENT_NOT_ARRIVED));
	update(dialog, ui);
}

static void ask(void *self, struct ks_ui *ui)
{
	struct dialog *dialog = self;
	dialog->asking = true;
	update(dialog, ui);
}

static void go_back(void *self, struct ks_ui *ui)
{
	struct dialog *dialog = self;
	dialog->asking = false;
	update(dialog, ui);
}

static void leave_it(void *self, struct ks_ui *ui)
{
	struct dialog *dialog = self;
	const struct ks_handover *handover = handover_of(dialog);

	if (handover == NULL)
		return;
	ks_ui_toast(ui, KS_TOAST_BAD, "%s stays in %s, and its secret is gone",
	    ks_str_clean(&handover->key_id), ks_str_clean(&handover->bucket_name));
	ks_ui_tell(ui, event_of(dialog, ui, KS_EVENT_GIVE_UP));
	update(dialog, ui);
}

static void delete_key(void *self, struct ks_ui *ui)
{
	struct dialog *dialog = self;
	const struct ks_handover *handover = handover_of(dialog);
	struct ks_event *event;
	uint32_t bucket;
	char *key_id;

	if (handover == NULL)
		return;
	bucket = handover->bucket;
	key_id = ks_strdup(ks_str_raw(&handover->key_id));
	event = event_of(dialog, ui, KS_EVENT_GIVE_UP);
	event->delete_key = true;
	ks_ui_tell(ui, event);
	ks_ui_close(ui, dialog);
	ks_delete_dialog_open(ui, bucket, key_id);
	free(key_id);
}

/* The first one has the focus: it is what is most likely wanted, and loses nothing. */
static const struct ks_button buttons[][KS_FORM_BUTTONS] = {
    [STAGE_NONE] = {{.danger = false}},
    [STAGE_HELD] = {{"Copy", copy, false, false}, {"Leave it ..", ask, false, false}},
    [STAGE_COPYING] = {{"Leave it ..", ask, false, false}},
    [STAGE_DELIVERED] = {{"It arrived", arrived, false, false}, {"Copy again", copy, false, false},
	{"It did not arrive", not_arrived, false, false}},
    [STAGE_ASKING] = {{"Back", go_back, false, false}, {"Delete the key", delete_key, true, false},
	{"Leave it", leave_it, true, false}},
};

/* ---- stages ---- */

static void set_stage(struct dialog *dialog, enum stage stage)
{
	if (dialog->stage == stage)
		return;
	dialog->stage = stage;
	ks_form_set_buttons(&dialog->form, buttons[stage]);
}

/* Only this dialog copies secrets, and it lies on top while it does. */
static bool is_copying(const struct dialog *dialog)
{
	return dialog->clipboard != NULL && ks_clipboard_is_busy(dialog->clipboard);
}

static bool last_copy_failed(const struct dialog *dialog)
{
	const struct ks_clipboard_result *last =
	    dialog->clipboard != NULL ? ks_clipboard_last(dialog->clipboard) : NULL;

	return last != NULL && last->tag == dialog->handover && !last->ok;
}

/* Nothing of the store changes with it, so a toast must see to a new frame. */
static void watch_hold(struct dialog *dialog, struct ks_ui *ui)
{
	enum ks_clipboard_hold hold =
	    dialog->clipboard != NULL ? ks_clipboard_hold(dialog->clipboard) : KS_CLIPBOARD_UNKNOWN;

	if (dialog->hold == KS_CLIPBOARD_OURS &&
	    (hold == KS_CLIPBOARD_REPLACED || hold == KS_CLIPBOARD_LOST))
		ks_ui_toast(ui, KS_TOAST_INFO, "The clipboard has changed");
	dialog->hold = hold;
}

static void update(void *self, struct ks_ui *ui)
{
	struct dialog *dialog = self;
	const struct ks_handover *handover = handover_of(dialog);

	if (handover == NULL) {
		ks_ui_close(ui, dialog);
		return;
	}
	dialog->failed = last_copy_failed(dialog);
	watch_hold(dialog, ui);
	if (dialog->asking)
		set_stage(dialog, STAGE_ASKING);
	else if (is_copying(dialog))
		set_stage(dialog, STAGE_COPYING);
	else if (handover->state == KS_HANDOVER_UNCONFIRMED)
		set_stage(dialog, STAGE_DELIVERED);
	else
		set_stage(dialog, STAGE_HELD);
}

/* ---- what it says ---- */

static void say_key(struct dialog *dialog, const struct ks_handover *handover, struct ks_draw *draw)
{
	struct ks_sheet *sheet = &dialog->form.sheet;
	struct ks_buf buf;

	ks_buf_init(&buf, MASK_SIGNS * 4);
	for (int i = 0; i < MASK_SIGNS; i++)
		ks_buf_puts(&buf, draw->glyphs->mask);
	ks_sheet_field(sheet, KS_ROLE_ACCENT, "Key ID", "%s", ks_str_clean(&handover->key_id));
	ks_sheet_field(sheet, KS_ROLE_SECRET, "Secret", "%s", ks_buf_text(&buf));
	ks_sheet_field(sheet, KS_ROLE_TEXT, "Bucket", "%s", ks_str_clean(&handover->bucket_name));
	ks_buf_free(&buf);
}

/* Said once: with the first secret of the session. */
static void say_heap(struct dialog *dialog)
{
	if (ks_secret_heap() == KS_SECRET_HEAP_UNLOCKED &&
	    dialog->store->handovers[0].id == dialog->handover)
		ks_sheet_text(&dialog->form.sheet, KS_ROLE_WARN,
		    "This system didn't let its memory be locked: it might be written to swap.");
}

static void fill_held(struct dialog *dialog)
{
	struct ks_sheet *sheet = &dialog->form.sheet;
	const struct ks_clipboard_result *last;

	if (dialog->failed) {
		last = ks_clipboard_last(dialog->clipboard);
		ks_sheet_text(sheet, KS_ROLE_BAD, "%s%s%s", last->phrase,
		    last->note[0] != '\0' ? ": " : "", last->note);
	}
	ks_sheet_text(sheet, KS_ROLE_TEXT, "%s", dialog->promise);
	ks_sheet_text(
	    sheet, KS_ROLE_TEXT, "Lightsail gives a secret once, and nobody can show it again.");
	say_heap(dialog);
}

static void say_hold(struct dialog *dialog)
{
	struct ks_sheet *sheet = &dialog->form.sheet;

	switch (ks_clipboard_hold(dialog->clipboard)) {
	case KS_CLIPBOARD_REPLACED:
		ks_sheet_text(sheet, KS_ROLE_WARN,
		    "Something else was copied since, or a clipboard manager took it over.");
		break;
	case KS_CLIPBOARD_LOST:
		ks_sheet_text(
		    sheet, KS_ROLE_BAD, "That tool has failed since: it may not be there.");
		break;
	case KS_CLIPBOARD_CLEARED:
		ks_sheet_text(sheet, KS_ROLE_TEXT,
		    "Its time there is over, and it was taken out again: copy it anew if it did "
		    "not "
		    "arrive.");
		break;
	case KS_CLIPBOARD_OURS:
	case KS_CLIPBOARD_UNKNOWN:
		break;
	}
}

static void fill_delivered(struct dialog *dialog, const struct ks_handover *handover)
{
	struct ks_sheet *sheet = &dialog->form.sheet;
	const struct ks_clipboard_result *last =
	    dialog->clipboard != NULL ? ks_clipboard_last(dialog->clipboard) : NULL;

	ks_sheet_text(
	    sheet, KS_ROLE_OK, "%s.", handover->way != NULL ? handover->way : "Delivered");
	if (last != NULL && last->note[0] != '\0')
		ks_sheet_text(sheet, KS_ROLE_WARN, "(%s)", last->note);
	if (dialog->clipboard != NULL)
		say_hold(dialog);
	ks_form_gap(&dialog->form);
	ks_sheet_text(sheet, KS_ROLE_TEXT,
	    "Did it arrive? Paste it where it belongs before you answer: it is wiped then, and "
	    "can't be copied again.");
}

static void fill_asking(struct dialog *dialog, const struct ks_handover *handover)
{
	struct ks_sheet *sheet = &dialog->form.sheet;

	ks_sheet_text(sheet, KS_ROLE_DANGER, "%s",
	    handover->state == KS_HANDOVER_UNCONFIRMED
		? "Nobody said that this secret arrived. Give it up?"
		: "This secret was not delivered. Give it up?");
	ks_sheet_text(sheet, KS_ROLE_TEXT,
	    "It is wiped in any case. The key itself can be deleted; left as it is, it stays "
	    "active, and takes one of the bucket's two slots.");
}

static void fill_stage(
    struct dialog *dialog, const struct ks_handover *handover, struct ks_draw *draw)
{
	switch (dialog->stage) {
	case STAGE_HELD:
		fill_held(dialog);
		break;
	case STAGE_COPYING:
		ks_sheet_text(
		    &dialog->form.sheet, KS_ROLE_BUSY, "%s Copying", ks_pane_spinner(draw));
		break;
	case STAGE_DELIVERED:
		fill_delivered(dialog, handover);
		break;
	case STAGE_ASKING:
		fill_asking(dialog, handover);
		break;
	case STAGE_NONE:
		break;
	}
}

/* What is asked comes first where there is little space; the key's fields can be scrolled to. */
static void fill(void *self, struct ks_draw *draw)
{
	struct dialog *dialog = self;
	const struct ks_handover *handover = handover_of(dialog);
	bool stage_first = dialog->form.compact || dialog->stage == STAGE_ASKING;

	if (handover == NULL)
		return;
	if (stage_first)
		fill_stage(dialog, handover, draw);
	else
		say_key(dialog, handover, draw);
	ks_form_gap(&dialog->form);
	if (stage_first)
		say_key(dialog, handover, draw);
	else
		fill_stage(dialog, handover, draw);
}

/* ---- the class ---- */

static bool is_copy_key(const struct dialog *dialog, struct ks_key key)
{
	return !key.ctrl && !key.alt && (key.code == 'c' || key.code == 'y') &&
	       (dialog->stage == STAGE_HELD || dialog->stage == STAGE_DELIVERED);
}

static bool key_pressed(void *self, struct ks_ui *ui, struct ks_key key)
{
	struct dialog *dialog = self;

	if (ks_form_is_paste(&dialog->form, key))
		return true;
	if (is_copy_key(dialog, key)) {
		copy(dialog, ui);
		return true;
	}
	if (!key.ctrl && !key.alt && key.code == 'K') {
		ks_ui_keep_clipboard(ui);
		return true;
	}
	return ks_form_key(&dialog->form, ui, key) != KS_FORM_IGNORED;
}

/* Esc and q ask, and take the question back. */
static bool may_close(void *self, struct ks_ui *ui)
{
	struct dialog *dialog = self;

	dialog->asking = !dialog->asking;
	update(dialog, ui);
	return false;
}

static const char *title(const void *self)
{
	const struct dialog *dialog = self;

	return dialog->stage == STAGE_ASKING ? "Give the secret up?" : "Secret access key";
}

static const struct ks_hint *hints(const void *self)
{
	static const struct ks_hint deliver[] = {{"c", "copy", false}, {"Enter", "choose", false},
	    {"Tab", "next", false}, {"Esc", "leave", false}, {0}};
	static const struct ks_hint other[] = {
	    {"Enter", "choose", false}, {"Tab", "next", false}, {"Esc", "back", false}, {0}};
	const struct dialog *dialog = self;

	return dialog->stage == STAGE_ASKING ? other : deliver;
}

static void free_dialog(void *self)
{
	struct dialog *dialog = self;

	ks_form_free(&dialog->form);
	free(dialog);
}

const struct ks_dialog_class ks_secret_dialog = {
    .name = "secret",
    .title = title,
    .size = ks_form_size,
    .draw = ks_form_draw,
    .hints = hints,
    .key = key_pressed,
    .update = update,
    .may_close = may_close,
    .free = free_dialog,
};

void ks_secret_dialog_open(struct ks_ui *ui, uint32_t handover)
{
	struct dialog *dialog = ks_calloc(1, sizeof *dialog);

	dialog->store = ks_ui_store(ui);
	dialog->clipboard = ks_ui_clipboard(ui);
	dialog->promise = dialog->clipboard != NULL ? ks_clipboard_promise(dialog->clipboard)
						    : "There is no clipboard here.";
	dialog->handover = handover;
	dialog->form.fill = fill;
	set_stage(dialog, STAGE_HELD);
	if (ks_ui_open(ui, &ks_secret_dialog, dialog))
		update(dialog, ui);
}
