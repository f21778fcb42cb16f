#include "tui/dialogs/create.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "tui/dialogs/delete.h"
#include "tui/dialogs/form.h"
#include "tui/dialogs/target.h"
#include "tui/dialogs/victims.h"
#include "tui/dialogs/watch.h"
#include "tui/dialogs/ways.h"
#include "tui/format.h"
#include "tui/views/describe.h"
#include "tui/views/pane.h"

enum stage {
	STAGE_ASK,     /* the user has not decided yet */
	STAGE_REFUSED, /* it can't be done now */
	STAGE_RUNS,
	STAGE_FAILED,
	STAGE_EXISTS, /* failed: the sink found something in its place */
	STAGE_ORPHANED,
	STAGE_NONE /* no stage was shown yet */
};

struct dialog {
	struct ks_form form;
	struct ks_target target;
	const struct ks_store *store;
	enum stage stage;
	uint32_t change; /* 0: none */
	struct ks_victims victims;
};

/* ---- what it says ---- */

static const struct ks_change *change_of(const struct dialog *dialog)
{
	return dialog->change != 0 ? ks_store_change(dialog->store, dialog->change) : NULL;
}

static bool is_full(const struct ks_bucket_entry *entry)
{
	return ks_bucket_keys_are_known(entry) && entry->n_keys >= KS_BUCKET_KEYS_MAX;
}

static void fill_ask(struct dialog *dialog)
{
	const struct ks_bucket_entry *entry = ks_store_bucket(dialog->store, dialog->target.bucket);
	struct ks_sheet *sheet = &dialog->form.sheet;

	if (ks_bucket_keys_are_known(entry))
		ks_sheet_text(sheet, KS_ROLE_TEXT, "Create an access key in slot %zu of %d?",
		    entry->n_keys + 1, KS_BUCKET_KEYS_MAX);
	else
		ks_sheet_text(sheet, KS_ROLE_TEXT,
		    "Create an access key? The bucket's keys are read first: it has two slots.");
	ks_form_gap(&dialog->form);
	ks_target_say(&dialog->target, sheet);
	ks_form_gap(&dialog->form);
	ks_sheet_text(sheet, KS_ROLE_TEXT,
	    "Whoever has the key can read and write all objects of the bucket. Its secret comes "
	    "once and is held in memory until you have delivered it.");
}

static void fill_full(
    struct dialog *dialog, struct ks_draw *draw, const struct ks_bucket_entry *entry)
{
	struct ks_sheet *sheet = &dialog->form.sheet;
	char ago[KS_FORMAT_SIZE];

	ks_sheet_text(sheet, KS_ROLE_WARN, "Both slots of the bucket are taken.");
	ks_sheet_text(sheet, KS_ROLE_TEXT,
	    "A bucket has two keys at most, and Lightsail has no deactivate: to make room, one "
	    "must be deleted for good. Choose one that nothing uses.");
	ks_form_gap(&dialog->form);
	for (size_t i = 0; i < entry->n_keys; i++)
		ks_sheet_field(sheet, KS_ROLE_ACCENT, i == 0 ? "Keys" : "", "%s  used: %s",
		    ks_str_clean(&entry->keys[i].id),
		    ks_format_last_used(draw, &entry->keys[i].last_used, ago));
	ks_target_say_bucket(&dialog->target, sheet);
}

static void fill_refused(struct dialog *dialog, struct ks_draw *draw)
{
	const struct ks_bucket_entry *entry = ks_store_bucket(dialog->store, dialog->target.bucket);
	const char *why = ks_store_why_no_create(dialog->store, dialog->target.bucket);

	if (is_full(entry)) {
		fill_full(dialog, draw, entry);
		return;
	}
	ks_sheet_text(&dialog->form.sheet, KS_ROLE_WARN, "%s",
	    why != NULL ? why : "The bucket is no longer there.");
	ks_form_gap(&dialog->form);
	ks_target_say(&dialog->target, &dialog->form.sheet);
}

static void fill_progress(
    struct ks_sheet *sheet, const struct ks_change *change, struct ks_draw *draw)
{
	const struct ks_glyphs *glyphs = draw->glyphs;

	if (change->state == KS_CHANGE_CHECKING) {
		ks_sheet_text(
		    sheet, KS_ROLE_BUSY, "%s Reading the bucket's keys", ks_pane_spinner(draw));
		ks_sheet_text(sheet, KS_ROLE_DIM, "%s Ask Lightsail for a key", glyphs->dot);
		return;
	}
	ks_sheet_text(sheet, KS_ROLE_OK, "%s The bucket's keys are known", glyphs->check);
	if (change->state == KS_CHANGE_DONE) {
		ks_sheet_text(sheet, KS_ROLE_OK, "%s %s is made", glyphs->check,
		    ks_str_clean(&change->key_id));
		ks_sheet_text(
		    sheet, KS_ROLE_BUSY, "%s Delivering its secret", ks_pane_spinner(draw));
		return;
	}
	if (change->state != KS_CHANGE_UNCLEAR) {
		ks_sheet_text(
		    sheet, KS_ROLE_BUSY, "%s Asking Lightsail for a key", ks_pane_spinner(draw));
		ks_sheet_text(sheet, KS_ROLE_DIM, "This can't be taken back any more.");
		return;
	}
	ks_sheet_text(sheet, KS_ROLE_WARN, "%s No clear answer came: %s", glyphs->cross,
	    change->err.message[0] != '\0' ? change->err.message : "no answer came");
	ks_sheet_text(sheet, KS_ROLE_BUSY, "%s Reading the keys again, to see if one appeared",
	    ks_pane_spinner(draw));
	ks_sheet_text(sheet, KS_ROLE_TEXT, "Asking twice could make two keys, so keysail doesn't.");
}

static void fill_runs(struct dialog *dialog, struct ks_draw *draw)
{
	const struct ks_change *change = change_of(dialog);

	if (change == NULL)
		return;
	fill_progress(&dialog->form.sheet, change, draw);
	ks_form_gap(&dialog->form);
	ks_target_say(&dialog->target, &dialog->form.sheet);
}

static void fill_failed(struct dialog *dialog, struct ks_draw *draw)
{
	const struct ks_change *change = change_of(dialog);
	struct ks_sheet *sheet = &dialog->form.sheet;

	if (change == NULL)
		return;
	ks_sheet_text(sheet, KS_ROLE_TEXT, "No key was made.");
	ks_form_gap(&dialog->form);
	ks_describe_err(sheet, draw, &change->err);
	ks_target_say_bucket(&dialog->target, sheet);
}

static void fill_exists(struct dialog *dialog)
{
	const struct ks_change *change = change_of(dialog);
	struct ks_sheet *sheet = &dialog->form.sheet;

	if (change == NULL)
		return;
	ks_sheet_text(sheet, KS_ROLE_WARN, "No key was made: %s.", change->err.message);
	ks_sheet_text(
	    sheet, KS_ROLE_TEXT, "Deliver its secret to another place, or replace what is there.");
	ks_form_gap(&dialog->form);
	ks_target_say(&dialog->target, sheet);
}

static void fill_orphaned(struct dialog *dialog, struct ks_draw *draw)
{
	const struct ks_change *change = change_of(dialog);
	struct ks_sheet *sheet = &dialog->form.sheet;
	bool one;

	if (change == NULL)
		return;
	one = change->orphans.count == 1;
	ks_sheet_text(
	    sheet, KS_ROLE_WARN, "%s appeared whose secret nobody has.", one ? "A key" : "Keys");
	for (size_t i = 0; i < change->orphans.count; i++)
		ks_sheet_field(sheet, KS_ROLE_ACCENT, i == 0 ? "Key ID" : "", "%s",
		    ks_str_clean(&change->orphans.items[i]));
	ks_target_say_bucket(&dialog->target, sheet);
	ks_form_gap(&dialog->form);
	ks_sheet_text(sheet, KS_ROLE_TEXT, "%s%s delete %s: %s a slot and can't be used.",
	    "The answer that had the secret was lost, and no second one comes. ",
	    !change->guessed ? "Nobody can use the key, so"
	    : one ? "That it came of this is a guess. Unless somebody else made it just now,"
		  : "That they came of this is a guess. Unless somebody else made them just now,",
	    one ? "it" : "them", one ? "it takes" : "each takes");
	if (change->err.kind == KS_ERR_NONE)
		return;
	ks_form_gap(&dialog->form);
	ks_describe_err(sheet, draw, &change->err);
}

static void fill(void *self, struct ks_draw *draw)
{
	struct dialog *dialog = self;

	switch (dialog->stage) {
	case STAGE_ASK:
		fill_ask(dialog);
		break;
	case STAGE_REFUSED:
		fill_refused(dialog, draw);
		break;
	case STAGE_RUNS:
		fill_runs(dialog, draw);
		break;
	case STAGE_FAILED:
		fill_failed(dialog, draw);
		break;
	case STAGE_EXISTS:
		fill_exists(dialog);
		break;
	case STAGE_ORPHANED:
		fill_orphaned(dialog, draw);
		break;
	case STAGE_NONE:
		break;
	}
}

/* ---- stages ---- */

static void delete_victim(void *self, struct ks_ui *ui);

static void offer_victims(struct dialog *dialog)
{
	const struct ks_bucket_entry *entry = ks_store_bucket(dialog->store, dialog->target.bucket);
	const struct ks_change *change = change_of(dialog);

	ks_victims_drop(&dialog->victims);
	if (dialog->stage == STAGE_REFUSED && is_full(entry) && !dialog->store->read_only)
		for (size_t i = 0; i < entry->n_keys; i++)
			ks_victims_add(
			    &dialog->victims, &dialog->form, &entry->keys[i].id, delete_victim);
	if (dialog->stage == STAGE_ORPHANED && change != NULL)
		for (size_t i = 0; i < change->orphans.count; i++)
			ks_victims_add(&dialog->victims, &dialog->form, &change->orphans.items[i],
			    delete_victim);
}

static void begin(void *self, struct ks_ui *ui);
static void begin_again(void *self, struct ks_ui *ui);
static void replace(void *self, struct ks_ui *ui);
static void choose_way(void *self, struct ks_ui *ui);
static void close_dialog(void *self, struct ks_ui *ui);

/* The first one has the focus. */
static const struct ks_button buttons[][4] = {
    [STAGE_ASK] = {{"Create", begin, false, false}, {"Deliver to ..", choose_way, false, false},
	{"Cancel", close_dialog, false, false}},
    [STAGE_REFUSED] = {{"Close", close_dialog, false, false}},
    [STAGE_RUNS] = {{"Go on in the background", close_dialog, false, false}},
    [STAGE_FAILED] = {{"Close", close_dialog, false, false},
	{"Try again", begin_again, false, false}},
    [STAGE_EXISTS] = {{"Close", close_dialog, false, false},
	{"Deliver to ..", choose_way, false, false}, {"Replace it", replace, true, false}},
    [STAGE_ORPHANED] = {{"Close", close_dialog, false, false}},
    [STAGE_NONE] = {{.danger = false}},
};

/* What failed may be the sink. */
static void offer_another_way(struct dialog *dialog)
{
	static const struct ks_button button = {"Deliver to ..", choose_way, false, false};
	const struct ks_change *change = change_of(dialog);

	if (dialog->stage == STAGE_FAILED && change != NULL && change->sink != NULL)
		ks_form_add_button(&dialog->form, &button);
}

static void set_stage(struct dialog *dialog, enum stage stage)
{
	if (dialog->stage == stage)
		return;
	dialog->stage = stage;
	ks_form_set_buttons(&dialog->form, buttons[stage]);
	offer_another_way(dialog);
	offer_victims(dialog);
}

static enum stage stage_of_change(const struct ks_change *change)
{
	switch (change->state) {
	case KS_CHANGE_FAILED:
		return change->err.kind == KS_ERR_EXISTS ? STAGE_EXISTS : STAGE_FAILED;
	case KS_CHANGE_ORPHANED:
		return STAGE_ORPHANED;
	default:
		return STAGE_RUNS;
	}
}

/* A question becomes a refusal, and the other way round, as the store learns more. */
static void review(struct dialog *dialog)
{
	const char *why = ks_store_why_no_create(dialog->store, dialog->target.bucket);

	set_stage(dialog, why != NULL ? STAGE_REFUSED : STAGE_ASK);
}

/* One that was begun with a sink, in the dialog where that is chosen. */
static void adopt(struct dialog *dialog)
{
	const struct ks_change *begun =
	    ks_target_change(&dialog->target, dialog->store, KS_CHANGE_CREATE, NULL);

	if (begun != NULL)
		dialog->change = begun->id;
}

static bool is_over(const struct dialog *dialog, const struct ks_change *change)
{
	const struct ks_handover *handover = ks_store_handover_of(dialog->store, change);

	return change->state == KS_CHANGE_DONE &&
	       (handover == NULL || handover->state != KS_HANDOVER_DELIVERING);
}

static void update(void *self, struct ks_ui *ui)
{
	struct dialog *dialog = self;
	const struct ks_change *change;

	if (dialog->change == 0)
		adopt(dialog);
	if (dialog->change == 0) {
		review(dialog);
		return;
	}
	change = change_of(dialog);
	/* Its secret, or the word that all is done, comes from the watch. */
	if (change == NULL || is_over(dialog, change)) {
		ks_ui_close(ui, dialog);
		return;
	}
	set_stage(dialog, stage_of_change(change));
}

/* sink: NULL, or where the secret goes by itself. */
static void tell_begin(struct dialog *dialog, struct ks_ui *ui, const char *sink, bool replace)
{
	struct ks_event *event;
	const struct ks_change *change;

	if (ks_store_why_no_create(dialog->store, dialog->target.bucket) != NULL) {
		review(dialog);
		return;
	}
	event = ks_event_new(KS_EVENT_CREATE, ks_ui_now(ui));
	event->bucket = dialog->target.bucket;
	event->sink = ks_strdup_maybe(sink);
	event->replace = replace;
	ks_ui_tell(ui, event);
	change = ks_target_change(&dialog->target, dialog->store, KS_CHANGE_CREATE, NULL);
	dialog->change = change != NULL ? change->id : 0;
	update(dialog, ui);
}

static void begin(void *self, struct ks_ui *ui)
{
	tell_begin(self, ui, NULL, false);
}

static void dismiss(struct dialog *dialog, struct ks_ui *ui)
{
	if (dialog->change != 0)
		ks_dialogs_dismiss(ui, dialog->change);
	dialog->change = 0;
}

/* Before it closes: what ended has been seen, what still runs goes on. */
static bool may_close(void *self, struct ks_ui *ui)
{
	struct dialog *dialog = self;

	if (dialog->stage == STAGE_RUNS)
		ks_ui_toast(ui, KS_TOAST_INFO,
		    "The key for %s is still being made; its secret will open here",
		    dialog->target.name);
	else
		dismiss(dialog, ui);
	return true;
}

static void close_dialog(void *self, struct ks_ui *ui)
{
	may_close(self, ui);
	ks_ui_close(ui, self);
}

/* With the sink that it had. */
static void once_more(struct dialog *dialog, struct ks_ui *ui, bool replace)
{
	const struct ks_change *change = change_of(dialog);
	char *sink = change != NULL ? ks_strdup_maybe(change->sink) : NULL;

	dismiss(dialog, ui);
	tell_begin(dialog, ui, sink, replace);
	free(sink);
}

static void begin_again(void *self, struct ks_ui *ui)
{
	once_more(self, ui, false);
}

static void replace(void *self, struct ks_ui *ui)
{
	once_more(self, ui, true);
}

static void choose_way(void *self, struct ks_ui *ui)
{
	struct dialog *dialog = self;

	dismiss(dialog, ui);
	update(dialog, ui);
	ks_ways_open_for_bucket(ui, dialog->target.bucket);
}

static void delete_victim(void *self, struct ks_ui *ui)
{
	struct dialog *dialog = self;
	uint32_t bucket = dialog->target.bucket;
	char *key_id = ks_strdup(ks_victims_focused(&dialog->victims, &dialog->form));

	close_dialog(dialog, ui);
	ks_delete_dialog_open(ui, bucket, key_id);
	free(key_id);
}

/* ---- the class ---- */

static const char *title(const void *self)
{
	const struct dialog *dialog = self;

	return dialog->stage == STAGE_ORPHANED ? "A key without a secret" : "New access key";
}

static const struct ks_hint *hints(const void *self)
{
	static const struct ks_hint all[] = {{"Enter", "choose", false, true},
	    {"Tab", "next", false, false}, {"Esc", "close", false, true}, {0}};

	(void)self;
	return all;
}

static bool key_pressed(void *self, struct ks_ui *ui, struct ks_key key)
{
	struct dialog *dialog = self;

	return ks_form_is_paste(&dialog->form, key) ||
	       ks_form_key(&dialog->form, ui, key) != KS_FORM_IGNORED;
}

static void free_dialog(void *self)
{
	struct dialog *dialog = self;

	ks_victims_drop(&dialog->victims);
	ks_target_free(&dialog->target);
	ks_form_free(&dialog->form);
	free(dialog);
}

const struct ks_dialog_class ks_create_dialog = {
    .name = "create",
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

void ks_create_dialog_open(struct ks_ui *ui, uint32_t bucket)
{
	struct dialog *dialog = ks_calloc(1, sizeof *dialog);
	const struct ks_change *change;

	dialog->store = ks_ui_store(ui);
	dialog->form.fill = fill;
	dialog->stage = STAGE_NONE;
	ks_target_init(&dialog->target, dialog->store, bucket);
	change = ks_target_change(&dialog->target, dialog->store, KS_CHANGE_CREATE, NULL);
	if (change != NULL && change->state != KS_CHANGE_DONE) {
		dialog->change = change->id;
		set_stage(dialog, stage_of_change(change));
	} else {
		review(dialog);
	}
	ks_ui_open(ui, &ks_create_dialog, dialog);
}
