#include "tui/dialogs/left.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "tui/dialogs/delete.h"
#include "tui/dialogs/form.h"
#include "tui/dialogs/target.h"
#include "tui/dialogs/victims.h"
#include "tui/format.h"

enum { LATER, DISMISS, END, ROWS = 6 };

struct dialog {
	struct ks_form form;
	const struct ks_store *store;
	uint32_t current; /* of ks_left */
	uint32_t offered; /* whose buttons these are; 0: nobody's yet */
	size_t place;     /* where it was in the list */
	struct ks_victims victims;
	bool nothing_to_do; /* no key is there that it was about */
};

/* ---- what is known now of what was left ---- */

static const struct ks_left *current(const struct dialog *dialog)
{
	return ks_store_left(dialog->store, dialog->current);
}

/* ---- what it says ---- */

static const char *what_happened(const struct ks_left *left)
{
	if (left->intent == KS_JOURNAL_DELETE)
		return "it was to be deleted, and the answer is not known";
	switch (left->step) {
	case KS_JOURNAL_DONE:
		return "its secret was not delivered";
	case KS_JOURNAL_DELIVERING:
		return "its secret was being delivered, and may have arrived";
	case KS_JOURNAL_DELIVERED:
		return "nobody said that its secret arrived";
	default:
		return "a key was asked for, and the answer is not known";
	}
}

static void say_row(
    struct dialog *dialog, const struct ks_left *left, struct ks_draw *draw, bool is_current)
{
	bool named = ks_str_present(&left->key_id);
	char ago[KS_FORMAT_SIZE];

	ks_sheet_item(&dialog->form.sheet, is_current ? KS_ROLE_ACCENT : KS_ROLE_TEXT,
	    is_current ? draw->glyphs->marker : " ", "%s%s%s, %s: %s",
	    named ? ks_str_clean(&left->key_id) : "", named ? " of " : "",
	    ks_str_clean(&left->bucket_name), ks_format_ago(draw, left->began, ago),
	    what_happened(left));
}

/* As many as there is room for, around the current one. */
static void say_rows(struct dialog *dialog, struct ks_draw *draw)
{
	const struct ks_store *store = dialog->store;
	size_t rows = dialog->form.compact ? 1 : ROWS, first = 0;

	if (dialog->place >= rows)
		first = dialog->place - rows + 1;
	for (size_t i = first; i < store->n_left && i < first + rows; i++)
		say_row(dialog, &store->left[i], draw, store->left[i].id == dialog->current);
	if (store->n_left > rows)
		ks_sheet_text(&dialog->form.sheet, KS_ROLE_DIM, "%zu of %zu", dialog->place + 1,
		    store->n_left);
}

static void say_guesses(struct dialog *dialog, const struct ks_left *left,
    const struct ks_bucket_entry *entry, struct ks_draw *draw)
{
	struct ks_sheet *sheet = &dialog->form.sheet;
	char ago[KS_FORMAT_SIZE];
	size_t guesses = 0;

	for (size_t i = 0; i < entry->n_keys; i++)
		if (ks_store_left_may_be(dialog->store, left, &entry->keys[i]))
			ks_sheet_field(sheet, KS_ROLE_ACCENT, guesses++ == 0 ? "Key ID" : "",
			    "%s  used: %s", ks_str_clean(&entry->keys[i].id),
			    ks_format_last_used(draw, &entry->keys[i].last_used, ago));
	if (guesses == 0)
		ks_sheet_text(sheet, KS_ROLE_OK,
		    "No key appeared in the bucket since: none was made, or it is gone.");
	else
		ks_sheet_text(sheet, KS_ROLE_WARN,
		    "%s. That it came of this is a guess: somebody else may have made it. If not, "
		    "nobody has its secret: delete it, unless it is in use.",
		    guesses == 1 ? "This key was not there before"
				 : "These keys were not there before; one may be it");
}

static void say_used(const struct ks_access_key *key, struct ks_sheet *sheet, struct ks_draw *draw)
{
	char ago[KS_FORMAT_SIZE];

	ks_sheet_field(sheet, KS_ROLE_TEXT, "Last used", "%s",
	    ks_format_last_used(draw, &key->last_used, ago));
	ks_sheet_text(sheet, KS_ROLE_WARN,
	    "It has been used, so its secret arrived somewhere. If you know where, dismiss this; "
	    "deleted, the key is refused at once.");
}

static void say_key(struct dialog *dialog, const struct ks_left *left, struct ks_draw *draw)
{
	const struct ks_bucket_entry *entry = ks_store_left_bucket(dialog->store, left);
	const struct ks_access_key *key =
	    entry != NULL ? ks_store_key(dialog->store, entry->id, ks_str_raw(&left->key_id))
			  : NULL;
	struct ks_sheet *sheet = &dialog->form.sheet;

	if (entry == NULL)
		ks_sheet_text(sheet, KS_ROLE_WARN,
		    "This bucket is not listed here now. It needs the profile and the region that "
		    "the key was made with.");
	else if (!ks_bucket_keys_are_known(entry))
		ks_sheet_text(sheet, KS_ROLE_BUSY, "The bucket's keys are not read yet.");
	else if (!ks_str_present(&left->key_id))
		say_guesses(dialog, left, entry, draw);
	else if (key == NULL)
		ks_sheet_text(sheet, KS_ROLE_OK, "This key is gone: nothing is left to do.");
	else if (key->last_used.use == KS_USE_USED)
		say_used(key, sheet, draw);
	else
		ks_target_say_use(key, sheet, draw);
}

static void fill(void *self, struct ks_draw *draw)
{
	struct dialog *dialog = self;
	const struct ks_left *left = current(dialog);
	struct ks_sheet *sheet = &dialog->form.sheet;
	char moment[KS_FORMAT_SIZE];

	if (left == NULL)
		return;
	say_rows(dialog, draw);
	ks_form_gap(&dialog->form);
	ks_sheet_field(sheet, KS_ROLE_TEXT, "Bucket", "%s", ks_str_clean(&left->bucket_name));
	ks_sheet_field(sheet, KS_ROLE_TEXT, "Region", "%s", ks_str_clean(&left->region));
	if (ks_str_present(&left->profile))
		ks_sheet_field(sheet, KS_ROLE_TEXT, "Profile", "%s", ks_str_clean(&left->profile));
	ks_sheet_field(
	    sheet, KS_ROLE_TEXT, "Asked for", "%s", ks_format_moment(draw, left->began, moment));
	if (ks_str_present(&left->way))
		ks_sheet_field(sheet, KS_ROLE_TEXT,
		    left->step == KS_JOURNAL_DELIVERING ? "Given to" : "Went out", "%s",
		    ks_str_clean(&left->way));
	ks_form_gap(&dialog->form);
	say_key(dialog, left, draw);
}

/* ---- what the buttons do ---- */

static void later(void *self, struct ks_ui *ui)
{
	ks_ui_toast(ui, KS_TOAST_INFO, "u shows again what was left open");
	ks_ui_close(ui, self);
}

static void update(void *self, struct ks_ui *ui);

static void dismiss(void *self, struct ks_ui *ui)
{
	struct dialog *dialog = self;
	struct ks_event *event = ks_event_new(KS_EVENT_FORGET, ks_ui_now(ui));

	event->left_id = dialog->current;
	ks_ui_tell(ui, event);
	update(dialog, ui);
}

static void delete_victim(void *self, struct ks_ui *ui)
{
	const struct dialog *dialog = self;
	const struct ks_left *left = current(dialog);
	const struct ks_bucket_entry *entry =
	    left != NULL ? ks_store_left_bucket(dialog->store, left) : NULL;

	if (entry != NULL)
		ks_delete_dialog_open(
		    ui, entry->id, ks_victims_focused(&dialog->victims, &dialog->form));
}

/* ---- which one, and what can be done with it ---- */

static bool has_nothing_to_do(
    const struct dialog *dialog, const struct ks_left *left, const struct ks_bucket_entry *entry)
{
	if (!ks_bucket_keys_are_known(entry))
		return false;
	for (size_t i = 0; i < entry->n_keys; i++)
		if (ks_store_left_may_be(dialog->store, left, &entry->keys[i]))
			return false;
	return true;
}

static bool has_victims(
    const struct dialog *dialog, const struct ks_left *left, const struct ks_bucket_entry *entry)
{
	size_t count = 0;

	for (size_t i = 0; ks_bucket_keys_are_known(entry) && i < entry->n_keys; i++) {
		if (!ks_store_left_may_be(dialog->store, left, &entry->keys[i]) ||
		    count == KS_BUCKET_KEYS_MAX)
			continue;
		if (count >= dialog->victims.count ||
		    strcmp(dialog->victims.ids[count], ks_str_raw(&entry->keys[i].id)) != 0)
			return false;
		count++;
	}
	return count == dialog->victims.count;
}

static const struct ks_button buttons[] = {
    [LATER] = {"Later", later, false, false},
    [DISMISS] = {"Dismiss", dismiss, false, false},
    [END] = {{0}, NULL, false, false},
};

/* Keys that are read while the user is at it must not move the focus from under an Enter. */
static size_t focus_for(const struct dialog *dialog, const struct ks_left *left)
{
	bool is_users = dialog->offered == left->id && !dialog->nothing_to_do;

	return is_users && dialog->form.focus < END ? dialog->form.focus : LATER;
}

static void offer(struct dialog *dialog, const struct ks_left *left)
{
	const struct ks_bucket_entry *entry = ks_store_left_bucket(dialog->store, left);
	size_t focus = focus_for(dialog, left);

	ks_victims_drop(&dialog->victims);
	ks_form_set_buttons(&dialog->form, buttons);
	for (size_t i = 0; ks_bucket_keys_are_known(entry) && i < entry->n_keys; i++)
		if (ks_store_left_may_be(dialog->store, left, &entry->keys[i]))
			ks_victims_add(
			    &dialog->victims, &dialog->form, &entry->keys[i].id, delete_victim);
	dialog->nothing_to_do = has_nothing_to_do(dialog, left, entry);
	dialog->form.focus = dialog->nothing_to_do ? DISMISS : focus;
	dialog->offered = left->id;
}

static void choose(struct dialog *dialog, size_t place)
{
	const struct ks_store *store = dialog->store;

	dialog->place = place < store->n_left ? place : store->n_left - 1;
	dialog->current = store->left[dialog->place].id;
	offer(dialog, &store->left[dialog->place]);
}

static void update(void *self, struct ks_ui *ui)
{
	struct dialog *dialog = self;
	const struct ks_left *left = current(dialog);
	const struct ks_bucket_entry *entry =
	    left != NULL ? ks_store_left_bucket(dialog->store, left) : NULL;

	if (dialog->store->n_left == 0)
		ks_ui_close(ui, dialog);
	else if (left == NULL)
		choose(dialog, dialog->place);
	else if (!has_victims(dialog, left, entry) ||
		 has_nothing_to_do(dialog, left, entry) != dialog->nothing_to_do)
		offer(dialog, left);
}

/* ---- the class ---- */

static bool move(struct dialog *dialog, struct ks_key key)
{
	bool up = key.code == KS_KEY_UP || key.code == 'k';
	bool down = key.code == KS_KEY_DOWN || key.code == 'j';

	if (key.ctrl || key.alt || !(up || down))
		return false;
	if (down && dialog->place + 1 < dialog->store->n_left)
		choose(dialog, dialog->place + 1);
	else if (up && dialog->place > 0)
		choose(dialog, dialog->place - 1);
	return true;
}

static bool key_pressed(void *self, struct ks_ui *ui, struct ks_key key)
{
	struct dialog *dialog = self;

	return ks_form_is_paste(&dialog->form, key) || move(dialog, key) ||
	       ks_form_key(&dialog->form, ui, key) != KS_FORM_IGNORED;
}

static const char *title(const void *self)
{
	(void)self;
	return "Left open";
}

static const struct ks_hint *hints(const void *self)
{
	static const struct ks_hint all[] = {{"Enter", "choose", false, true},
	    {"j k", "move", false, false}, {"Tab", "next", false, false},
	    {"Esc", "later", false, true}, {0}};

	(void)self;
	return all;
}

static void free_dialog(void *self)
{
	struct dialog *dialog = self;

	ks_victims_drop(&dialog->victims);
	ks_form_free(&dialog->form);
	free(dialog);
}

const struct ks_dialog_class ks_left_dialog = {
    .name = "left",
    .title = title,
    .size = ks_form_size,
    .draw = ks_form_draw,
    .hints = hints,
    .scroll_hint = ks_form_scroll_hint,
    .key = key_pressed,
    .update = update,
    .free = free_dialog,
};

void ks_left_dialog_open(struct ks_ui *ui)
{
	struct dialog *dialog;

	if (ks_ui_store(ui)->n_left == 0)
		return;
	dialog = ks_calloc(1, sizeof *dialog);
	dialog->store = ks_ui_store(ui);
	dialog->form.fill = fill;
	choose(dialog, 0);
	ks_ui_open(ui, &ks_left_dialog, dialog);
}
