#include "tui/dialogs/ways.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/deliver/sink.h"
#include "tui/dialogs/form.h"

enum { DELIVER, SINK_SIZE = KS_INPUT_SIZE + 32, WHERE_MAX = 400, LINE_SIZE = 1024 };

struct dialog {
	struct ks_form form;
	const struct ks_store *store;
	uint32_t handover; /* 0: for a key that is yet to be made */
	uint32_t bucket;
	char *name; /* the bucket's, clean: what names are made of */
	size_t kind;
	bool refused; /* err says why it can't be chosen */
	struct ks_err err;
};

/* ---- the kinds ---- */

/* What is likely wanted of each kind; %s is the bucket's name. Others begin empty. */
static const struct {
	const char *kind, *where;
} likely[] = {
    {"profile", "%s"},
    {"env", "~/%s.env"},
    {"json", "~/%s.json"},
    {"rclone", "%s"},
    {"s3cmd", "~/%s.s3cfg"},
};

static const char *likely_where(const char *kind)
{
	for (size_t i = 0; i < sizeof likely / sizeof likely[0]; i++)
		if (strcmp(likely[i].kind, kind) == 0)
			return likely[i].where;
	return "";
}

/* The where of a kind is one of its own: what was typed for another one goes. */
static void choose(struct dialog *dialog, struct ks_ui *ui, size_t kind)
{
	struct ks_sink_help help;
	const char *where, *place;
	char text[KS_INPUT_SIZE];

	if (!ks_sink_help(kind, &help))
		return;
	where = likely_where(help.kind);
	if (strcmp(help.kind, "command") == 0 && ks_ui_deliver_command(ui) != NULL)
		where = ks_ui_deliver_command(ui);
	place = strstr(where, "%s");
	if (place != NULL)
		snprintf(text, sizeof text, "%.*s%s%s", (int)(place - where), where, dialog->name,
		    place + 2);
	else
		snprintf(text, sizeof text, "%s", where);
	dialog->kind = kind;
	dialog->refused = false;
	ks_form_set_input(&dialog->form, help.where, WHERE_MAX);
	ks_input_set(&dialog->form.input, text);
	dialog->form.focus = dialog->form.n_buttons;
}

/* ---- what it says ---- */

static void fill(void *self, struct ks_draw *draw)
{
	struct dialog *dialog = self;
	struct ks_sheet *sheet = &dialog->form.sheet;
	struct ks_sink_help help;
	char line[LINE_SIZE];

	if (dialog->refused)
		ks_sheet_text(
		    sheet, KS_ROLE_BAD, "%s", ks_err_line(&dialog->err, line, sizeof line));
	ks_sheet_text(sheet, KS_ROLE_TEXT, "%s",
	    dialog->handover != 0
		? "The secret is delivered at once, and wiped here when that worked."
		: "The way is tried, the key is made, and its secret delivered at once.");
	ks_form_gap(&dialog->form);
	for (size_t i = 0; ks_sink_help(i, &help); i++) {
		bool chosen = i == dialog->kind;

		/* Where there is no room for a list, it is the chosen one that counts. */
		if (chosen || !dialog->form.compact)
			ks_sheet_item(sheet, chosen ? KS_ROLE_ACCENT : KS_ROLE_TEXT,
			    chosen ? draw->glyphs->marker : " ", "%s", help.help);
	}
}

/* ---- what the buttons do ---- */

static void tell(struct dialog *dialog, struct ks_ui *ui, const char *sink)
{
	bool held = dialog->handover != 0;
	struct ks_event *event =
	    ks_event_new(held ? KS_EVENT_DELIVER : KS_EVENT_CREATE, ks_ui_now(ui));

	event->handover = dialog->handover;
	event->bucket = dialog->bucket;
	event->sink = ks_strdup(sink);
	ks_ui_close(ui, dialog);
	ks_ui_tell(ui, event);
}

static void deliver(void *self, struct ks_ui *ui)
{
	struct dialog *dialog = self;
	struct ks_sink_help help;
	struct ks_sink sink;
	char text[SINK_SIZE];

	if (!ks_sink_help(dialog->kind, &help))
		return;
	snprintf(text, sizeof text, "%s:%s", help.kind, dialog->form.input.text);
	dialog->refused = !ks_sink_parse(text, &sink, &dialog->err);
	ks_sink_free(&sink);
	if (!dialog->refused)
		tell(dialog, ui, text);
}

static void go_back(void *self, struct ks_ui *ui)
{
	ks_ui_close(ui, self);
}

static const struct ks_button for_handover[] = {[DELIVER] = {"Deliver", deliver, false, false},
    {"Back", go_back, false, false},
    {{0}, NULL, 0, 0}};
static const struct ks_button for_bucket[] = {[DELIVER] = {"Create", deliver, false, false},
    {"Back", go_back, false, false},
    {{0}, NULL, 0, 0}};

/* ---- the class ---- */

/* What it is for may be over meanwhile. */
static void update(void *self, struct ks_ui *ui)
{
	struct dialog *dialog = self;
	const struct ks_handover *handover = ks_store_handover(dialog->store, dialog->handover);
	bool over = dialog->handover != 0 ? handover == NULL || handover->state == KS_HANDOVER_OVER
					  : ks_store_bucket(dialog->store, dialog->bucket) == NULL;

	if (over)
		ks_ui_close(ui, dialog);
}

static bool move(struct dialog *dialog, struct ks_ui *ui, struct ks_key key)
{
	if (key.ctrl || key.alt || (key.code != KS_KEY_UP && key.code != KS_KEY_DOWN))
		return false;
	if (key.code == KS_KEY_DOWN)
		choose(dialog, ui, dialog->kind + 1);
	else if (dialog->kind > 0)
		choose(dialog, ui, dialog->kind - 1);
	return true;
}

static bool key_pressed(void *self, struct ks_ui *ui, struct ks_key key)
{
	struct dialog *dialog = self;
	enum ks_form_result result;

	if (ks_form_is_paste(&dialog->form, key) || move(dialog, ui, key))
		return true;
	result = ks_form_key(&dialog->form, ui, key);
	if (result == KS_FORM_TYPED)
		dialog->refused = false;
	else if (result == KS_FORM_ENTERED)
		deliver(dialog, ui);
	return result != KS_FORM_IGNORED;
}

static const char *title(const void *self)
{
	(void)self;
	return "Deliver to";
}

static const struct ks_hint *hints(const void *self)
{
	static const struct ks_hint held[] = {{"Up Down", "way", false, false},
	    {"Enter", "deliver", false, true}, {"Tab", "next", false, false},
	    {"Esc", "back", false, true}, {0}};
	static const struct ks_hint made[] = {{"Up Down", "way", false, false},
	    {"Enter", "create", false, true}, {"Tab", "next", false, false},
	    {"Esc", "back", false, true}, {0}};

	return ((const struct dialog *)self)->handover != 0 ? held : made;
}

static void free_dialog(void *self)
{
	struct dialog *dialog = self;

	free(dialog->name);
	ks_form_free(&dialog->form);
	free(dialog);
}

const struct ks_dialog_class ks_ways_dialog = {
    .name = "ways",
    .title = title,
    .size = ks_form_size,
    .draw = ks_form_draw,
    .hints = hints,
    .scroll_hint = ks_form_scroll_hint,
    .key = key_pressed,
    .update = update,
    .free = free_dialog,
};

static void open_dialog(struct ks_ui *ui, const struct ks_str *name, uint32_t handover,
    uint32_t bucket, const struct ks_button *buttons)
{
	struct dialog *dialog = ks_calloc(1, sizeof *dialog);

	dialog->store = ks_ui_store(ui);
	dialog->handover = handover;
	dialog->bucket = bucket;
	dialog->name = ks_strdup(ks_str_clean(name));
	dialog->form.fill = fill;
	ks_form_set_buttons(&dialog->form, buttons);
	choose(dialog, ui, 0);
	ks_ui_open(ui, &ks_ways_dialog, dialog);
}

void ks_ways_open_for_handover(struct ks_ui *ui, uint32_t handover)
{
	const struct ks_handover *held = ks_store_handover(ks_ui_store(ui), handover);

	if (held != NULL)
		open_dialog(ui, &held->bucket_name, handover, 0, for_handover);
}

void ks_ways_open_for_bucket(struct ks_ui *ui, uint32_t bucket)
{
	const struct ks_bucket_entry *entry = ks_store_bucket(ks_ui_store(ui), bucket);

	if (entry != NULL)
		open_dialog(ui, &entry->bucket.name, 0, bucket, for_bucket);
}
