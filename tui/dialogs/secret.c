#include "tui/dialogs/secret.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/secret.h"
#include "tui/clipboard.h"
#include "tui/dialogs/delete.h"
#include "tui/dialogs/secret_state.h"
#include "tui/dialogs/ways.h"

const struct ks_handover *ks_secret_state_handover(const struct ks_secret_state *dialog)
{
	const struct ks_handover *handover = ks_store_handover(dialog->store, dialog->handover);

	return handover != NULL && handover->state != KS_HANDOVER_OVER ? handover : NULL;
}

/* ---- what the buttons do ---- */

static void update(void *self, struct ks_ui *ui);

static struct ks_event *event_of(
    const struct ks_secret_state *dialog, struct ks_ui *ui, enum ks_event_kind kind)
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
	struct ks_secret_state *dialog = self;
	const struct ks_handover *handover = ks_secret_state_handover(dialog);
	struct ks_clipboard *clipboard = ks_ui_clipboard(ui);

	if (clipboard == NULL || handover == NULL || handover->secret == NULL)
		return;
	dialog->verdict = KS_SECRET_UNCHECKED;
	if (!ks_clipboard_copy_secret(
		clipboard, handover->secret, dialog->handover, ks_ui_now(ui), copied, ui))
		ks_ui_toast(ui, KS_TOAST_BAD, "%s",
		    ks_clipboard_is_busy(clipboard) ? "Still busy with the copy before"
						    : "The memory for secrets is full");
	update(dialog, ui);
}

static void arrived(void *self, struct ks_ui *ui)
{
	struct ks_secret_state *dialog = self;
	const struct ks_handover *handover = ks_secret_state_handover(dialog);

	if (handover == NULL)
		return;
	ks_ui_toast(ui, KS_TOAST_OK, "The secret of %s is handed over; keysail has wiped it",
	    ks_str_clean(&handover->key_id));
	ks_ui_tell(ui, event_of(dialog, ui, KS_EVENT_ARRIVED));
	update(dialog, ui);
}

static void not_arrived(void *self, struct ks_ui *ui)
{
	struct ks_secret_state *dialog = self;

	dialog->verdict = KS_SECRET_UNCHECKED;
	ks_ui_tell(ui, event_of(dialog, ui, KS_EVENT_NOT_ARRIVED));
	update(dialog, ui);
}

static void show(void *self, struct ks_ui *ui)
{
	struct ks_secret_state *dialog = self;

	dialog->verdict = KS_SECRET_UNCHECKED;
	dialog->showing.state = KS_SHOWING_WANTED;
	update(dialog, ui);
}

static void choose_way(void *self, struct ks_ui *ui)
{
	struct ks_secret_state *dialog = self;

	ks_ways_open_for_handover(ui, dialog->handover);
}

/* The same sink once more, and what is there goes. */
static void replace(void *self, struct ks_ui *ui)
{
	struct ks_secret_state *dialog = self;
	const struct ks_handover *handover = ks_secret_state_handover(dialog);
	struct ks_event *event;

	if (handover == NULL || handover->sink == NULL)
		return;
	event = event_of(dialog, ui, KS_EVENT_DELIVER);
	event->sink = ks_strdup(handover->sink);
	event->replace = true;
	ks_ui_tell(ui, event);
	update(dialog, ui);
}

static void start_check(void *self, struct ks_ui *ui)
{
	struct ks_secret_state *dialog = self;

	dialog->checking = true;
	dialog->verdict = KS_SECRET_UNCHECKED;
	dialog->check = (struct ks_paste_check){0};
	update(dialog, ui);
}

static void ask(void *self, struct ks_ui *ui)
{
	struct ks_secret_state *dialog = self;
	dialog->asking = true;
	update(dialog, ui);
}

static void go_back(void *self, struct ks_ui *ui)
{
	struct ks_secret_state *dialog = self;
	dialog->asking = false;
	update(dialog, ui);
}

static void leave_it(void *self, struct ks_ui *ui)
{
	struct ks_secret_state *dialog = self;
	const struct ks_handover *handover = ks_secret_state_handover(dialog);

	if (handover == NULL)
		return;
	ks_ui_toast(ui, KS_TOAST_BAD, "%s stays in %s, and keysail has wiped its secret",
	    ks_str_clean(&handover->key_id), ks_str_clean(&handover->bucket_name));
	ks_ui_tell(ui, event_of(dialog, ui, KS_EVENT_GIVE_UP));
	update(dialog, ui);
}

static void delete_key(void *self, struct ks_ui *ui)
{
	struct ks_secret_state *dialog = self;
	const struct ks_handover *handover = ks_secret_state_handover(dialog);
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
    [KS_SECRET_NONE] = {{.danger = false}},
    [KS_SECRET_HELD] = {{"Copy", copy, false, false}, {"Deliver to ..", choose_way, false, false},
	{"Show it", show, false, false}, {"Leave it ..", ask, false, false}},
    [KS_SECRET_REPLACE] = {{"Deliver to ..", choose_way, false, false},
	{"Replace it", replace, true, false}, {"Copy", copy, false, false},
	{"Show it", show, false, false}, {"Leave it ..", ask, false, false}},
    [KS_SECRET_COPYING] = {{"Leave it ..", ask, false, false}},
    [KS_SECRET_DELIVERING] = {{"Leave it ..", ask, false, false}},
    [KS_SECRET_SHOWING] = {{.danger = false}},
    [KS_SECRET_DELIVERED] = {{"It arrived", arrived, false, false},
	{"Check it", start_check, false, false}, {"Show it", show, false, false},
	{"Copy again", copy, false, false}, {"Not arrived", not_arrived, false, false}},
    [KS_SECRET_CHECKING] = {{.danger = false}},
    [KS_SECRET_ASKING] = {{"Back", go_back, false, false},
	{"Delete the key", delete_key, true, false}, {"Leave it", leave_it, true, false}},
};

/* ---- stages ---- */

static void set_stage(struct ks_secret_state *dialog, enum ks_secret_stage stage)
{
	bool asked = dialog->stage == KS_SECRET_ASKING;

	if (dialog->stage == stage)
		return;
	if (stage == KS_SECRET_ASKING) {
		dialog->asked_in = dialog->stage;
		dialog->asked_focus = dialog->form.focus;
	}
	dialog->stage = stage;
	ks_form_set_buttons(&dialog->form, buttons[stage]);
	if (asked && stage == dialog->asked_in)
		dialog->form.focus = dialog->asked_focus;
}

static void set_off(
    struct ks_secret_state *dialog, void (*act)(void *self, struct ks_ui *ui), bool off)
{
	for (size_t i = 0; i < dialog->form.n_buttons; i++)
		if (dialog->form.buttons[i].act == act)
			ks_form_set_off(&dialog->form, i, off);
}

static void focus(struct ks_secret_state *dialog, void (*act)(void *self, struct ks_ui *ui))
{
	for (size_t i = 0; i < dialog->form.n_buttons; i++)
		if (dialog->form.buttons[i].act == act)
			dialog->form.focus = i;
}

/* Only this dialog copies secrets, and it lies on top while it does. */
static bool is_copying(const struct ks_secret_state *dialog)
{
	return dialog->clipboard != NULL && ks_clipboard_is_busy(dialog->clipboard);
}

static bool last_copy_failed(const struct ks_secret_state *dialog)
{
	const struct ks_clipboard_result *last =
	    dialog->clipboard != NULL ? ks_clipboard_last(dialog->clipboard) : NULL;

	return last != NULL && last->tag == dialog->handover && !last->ok;
}

/* Nothing of the store changes with it, so a toast must see to a new frame. */
static void watch_hold(struct ks_secret_state *dialog, struct ks_ui *ui)
{
	enum ks_clipboard_hold hold =
	    dialog->clipboard != NULL ? ks_clipboard_hold(dialog->clipboard) : KS_CLIPBOARD_UNKNOWN;

	if (dialog->hold == KS_CLIPBOARD_OURS &&
	    (hold == KS_CLIPBOARD_REPLACED || hold == KS_CLIPBOARD_LOST))
		ks_ui_toast(ui, KS_TOAST_INFO, "The clipboard has changed");
	dialog->hold = hold;
}

static enum ks_secret_stage stage_of(
    const struct ks_secret_state *dialog, const struct ks_handover *handover)
{
	if (dialog->showing.state != KS_SHOWING_NOT)
		return KS_SECRET_SHOWING;
	if (dialog->asking)
		return KS_SECRET_ASKING;
	if (is_copying(dialog))
		return KS_SECRET_COPYING;
	if (handover->state == KS_HANDOVER_DELIVERING)
		return KS_SECRET_DELIVERING;
	if (handover->state == KS_HANDOVER_HELD)
		return handover->err.kind == KS_ERR_EXISTS ? KS_SECRET_REPLACE : KS_SECRET_HELD;
	return dialog->checking ? KS_SECRET_CHECKING : KS_SECRET_DELIVERED;
}

/* A sink that took it has confirmed itself: nobody else says so. */
static void say_delivered(const struct ks_secret_state *dialog, struct ks_ui *ui)
{
	const struct ks_handover *handover = ks_store_handover(dialog->store, dialog->handover);

	if (handover != NULL && handover->confirmed && handover->sink != NULL)
		ks_ui_toast(ui, KS_TOAST_OK, "%s; keysail has wiped the secret of %s",
		    handover->way, ks_str_clean(&handover->key_id));
}

static void update(void *self, struct ks_ui *ui)
{
	struct ks_secret_state *dialog = self;
	const struct ks_handover *handover = ks_secret_state_handover(dialog);
	bool showing = dialog->stage == KS_SECRET_SHOWING;

	if (handover == NULL) {
		ks_showing_end(&dialog->showing, ui);
		say_delivered(dialog, ui);
		ks_ui_close(ui, dialog);
		return;
	}
	dialog->failed = last_copy_failed(dialog);
	watch_hold(dialog, ui);
	ks_showing_update(&dialog->showing, ui, &ks_secret_dialog);
	/* What covers it takes the rest of a paste, its end too. */
	if (ks_ui_top(ui) != &ks_secret_dialog)
		dialog->pasting = dialog->form.pasting = false;
	set_stage(dialog, stage_of(dialog, handover));
	/* It ended by itself: a key that was to hide it comes too late, and must confirm nothing.
	 */
	if (showing && dialog->stage != KS_SECRET_SHOWING)
		focus(dialog, start_check);
	if (dialog->stage == KS_SECRET_SHOWING)
		dialog->form.field_cells = ks_secret_len(handover->secret);
	dialog->why_not_shown = ks_showing_why_not(ui, handover->secret);
	set_off(dialog, show, dialog->why_not_shown != NULL);
}

/* ---- the class ---- */

static bool is_plain_key(struct ks_key key, uint32_t code)
{
	return !key.ctrl && !key.alt && key.code == code;
}

static bool is_copy_key(const struct ks_secret_state *dialog, struct ks_key key)
{
	return (is_plain_key(key, 'c') || is_plain_key(key, 'y')) &&
	       (dialog->stage == KS_SECRET_HELD || dialog->stage == KS_SECRET_REPLACE ||
		   dialog->stage == KS_SECRET_DELIVERED);
}

/*
 * What came is judged. One more Enter than was meant must confirm nothing: neither what did not
 * arrive, nor, where an Enter ended the paste, what did.
 */
static void end_check(struct ks_secret_state *dialog, struct ks_ui *ui)
{
	bool entered = dialog->checking;
	const struct ks_handover *handover = ks_secret_state_handover(dialog);
	bool same = ks_paste_check_is_same(&dialog->check, handover->secret);

	dialog->verdict = same ? KS_SECRET_SAME : KS_SECRET_OTHER;
	dialog->checking = dialog->pasting = false;
	set_stage(dialog, KS_SECRET_NONE);
	update(dialog, ui);
	if (!same || entered)
		focus(dialog, start_check);
}

/* True when the key belongs to a paste that is checked. */
static bool is_checked_paste(struct ks_secret_state *dialog, struct ks_ui *ui, struct ks_key key)
{
	const struct ks_handover *handover = ks_secret_state_handover(dialog);
	bool may_begin =
	    dialog->stage == KS_SECRET_DELIVERED || dialog->stage == KS_SECRET_CHECKING;

	if (handover == NULL || (!dialog->pasting && key.code != KS_KEY_PASTE_BEGIN))
		return false;
	if (key.code == KS_KEY_PASTE_END) {
		dialog->pasting = false;
		/* There it was said that Enter ends it. */
		if (!dialog->checking)
			end_check(dialog, ui);
		return true;
	}
	if (dialog->pasting) {
		ks_paste_check_add(&dialog->check, handover->secret, key);
	} else if (may_begin) {
		dialog->pasting = true;
		dialog->check = (struct ks_paste_check){0};
	}
	return dialog->pasting || may_begin;
}

/* Where a terminal doesn't mark a paste, it comes as if typed. */
static void checking_key(struct ks_secret_state *dialog, struct ks_ui *ui, struct ks_key key)
{
	const struct ks_handover *handover = ks_secret_state_handover(dialog);

	if (handover == NULL)
		return;
	if (key.code == KS_KEY_ENTER && dialog->check.count > 0) {
		end_check(dialog, ui);
	} else if (key.code == KS_KEY_BACKSPACE || (key.ctrl && key.code == 'U')) {
		dialog->check = (struct ks_paste_check){0};
	} else if (key.code == KS_KEY_ESC) {
		dialog->checking = false;
		update(dialog, ui);
	} else {
		ks_paste_check_add(&dialog->check, handover->secret, key);
	}
}

/*
 * Text that is no command here, or that more came with: a paste that the terminal doesn't mark. Its
 * characters must not act, least of all its line break.
 */
static bool begins_paste(const struct ks_secret_state *dialog, struct ks_key key)
{
	static const char commands[] = "cypKq";

	return dialog->stage == KS_SECRET_DELIVERED && ks_key_is_text(key) && key.code != ' ' &&
	       (key.more || key.code > '~' || strchr(commands, (int)key.code) == NULL);
}

/* Ctrl-Z and its like are no paste. */
static bool is_foreign(struct ks_key key)
{
	return key.ctrl && key.code != 'U';
}

static bool key_pressed(void *self, struct ks_ui *ui, struct ks_key key)
{
	struct ks_secret_state *dialog = self;
	bool shown = dialog->showing.state != KS_SHOWING_NOT, dropped = shown || dialog->dropping;

	dialog->dropping = dropped && key.more;
	if (shown) {
		ks_showing_end(&dialog->showing, ui);
		set_stage(dialog, KS_SECRET_NONE);
		update(dialog, ui);
	} else if (!dropped && is_checked_paste(dialog, ui, key)) {
		return true;
	}
	/* Of a paste that hides it nothing more is taken either. */
	if (ks_form_is_paste(&dialog->form, key) || dropped)
		return true;
	if (begins_paste(dialog, key))
		start_check(dialog, ui);
	if (dialog->stage == KS_SECRET_CHECKING && !is_foreign(key)) {
		checking_key(dialog, ui, key);
	} else if (is_copy_key(dialog, key)) {
		copy(dialog, ui);
	} else if (is_plain_key(key, 'p') && dialog->stage == KS_SECRET_DELIVERED) {
		start_check(dialog, ui);
	} else if (is_plain_key(key, 'K')) {
		ks_ui_keep_clipboard(ui);
	} else {
		return ks_form_key(&dialog->form, ui, key) != KS_FORM_IGNORED;
	}
	return true;
}

/* The frame with the blank field is on the terminal. */
static void presented(void *self, struct ks_ui *ui)
{
	struct ks_secret_state *dialog = self;
	const struct ks_handover *handover = ks_secret_state_handover(dialog);
	struct ks_event *event;

	if (handover == NULL ||
	    !ks_showing_presented(&dialog->showing, &dialog->form, ui, handover->secret))
		return;
	event = event_of(dialog, ui, KS_EVENT_DELIVERED);
	event->way = ks_strdup("Shown on the screen");
	ks_ui_tell(ui, event);
}

/*
 * The cursor rests at the top while a secret is shown: a terminal that gets lower then drops lines
 * from the bottom, instead of moving those at the top to its scrollback, where nobody can erase.
 */
static void draw_dialog(void *self, struct ks_draw *draw, struct ks_area area)
{
	const struct ks_secret_state *dialog = self;

	ks_form_draw(self, draw, area);
	if (dialog->stage == KS_SECRET_SHOWING)
		ks_draw_cursor(ks_canvas_area(area.canvas), 0, 0, false);
}

/* Esc and q ask, and take the question back. */
static bool may_close(void *self, struct ks_ui *ui)
{
	struct ks_secret_state *dialog = self;

	dialog->asking = !dialog->asking;
	update(dialog, ui);
	return false;
}

static const char *title(const void *self)
{
	const struct ks_secret_state *dialog = self;

	return dialog->stage == KS_SECRET_ASKING ? "Give the secret up?" : "Secret access key";
}

static const struct ks_hint *hints(const void *self)
{
	static const struct ks_hint held[] = {{"c", "copy", false, false},
	    {"Enter", "choose", false, true}, {"Tab", "next", false, false},
	    {"Esc", "leave", false, true}, {0}};
	static const struct ks_hint delivered[] = {{"c", "copy", false, false},
	    {"p", "check", false, false}, {"Enter", "choose", false, true},
	    {"Tab", "next", false, false}, {"Esc", "leave", false, true}, {0}};
	static const struct ks_hint leaving[] = {
	    {"Enter", "choose", false, true}, {"Esc", "leave", false, true}, {0}};
	static const struct ks_hint shown[] = {{"any key", "hide", false, true}, {0}};
	static const struct ks_hint checking[] = {{"Backspace", "begin anew", false, false},
	    {"Enter", "compare", false, true}, {"Esc", "back", false, true}, {0}};
	static const struct ks_hint asking[] = {{"Enter", "choose", false, true},
	    {"Tab", "next", false, false}, {"Esc", "back", false, true}, {0}};
	static const struct ks_hint *const all[] = {
	    [KS_SECRET_NONE] = held,
	    [KS_SECRET_HELD] = held,
	    [KS_SECRET_REPLACE] = held,
	    [KS_SECRET_COPYING] = leaving,
	    [KS_SECRET_DELIVERING] = leaving,
	    [KS_SECRET_SHOWING] = shown,
	    [KS_SECRET_DELIVERED] = delivered,
	    [KS_SECRET_CHECKING] = checking,
	    [KS_SECRET_ASKING] = asking,
	};

	return all[((const struct ks_secret_state *)self)->stage];
}

/* Where all keys have a meaning of their own, none scrolls. */
static const struct ks_hint *scroll_hint(const void *self)
{
	enum ks_secret_stage stage = ((const struct ks_secret_state *)self)->stage;
	bool taken = stage == KS_SECRET_SHOWING || stage == KS_SECRET_CHECKING;

	return taken ? NULL : ks_form_scroll_hint(self);
}

static void free_dialog(void *self)
{
	struct ks_secret_state *dialog = self;

	ks_form_free(&dialog->form);
	free(dialog);
}

const struct ks_dialog_class ks_secret_dialog = {
    .name = "secret",
    .title = title,
    .size = ks_form_size,
    .draw = draw_dialog,
    .hints = hints,
    .scroll_hint = scroll_hint,
    .key = key_pressed,
    .update = update,
    .presented = presented,
    .may_close = may_close,
    .free = free_dialog,
};

void ks_secret_dialog_open(struct ks_ui *ui, uint32_t handover)
{
	struct ks_secret_state *dialog = ks_calloc(1, sizeof *dialog);

	dialog->store = ks_ui_store(ui);
	dialog->clipboard = ks_ui_clipboard(ui);
	dialog->promise = dialog->clipboard != NULL ? ks_clipboard_promise(dialog->clipboard)
						    : "There is no clipboard here.";
	dialog->handover = handover;
	dialog->form.fill = ks_secret_say;
	set_stage(dialog, KS_SECRET_HELD);
	if (ks_ui_open(ui, &ks_secret_dialog, dialog))
		update(dialog, ui);
}
