#include "tui/dialogs/question.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/text.h"
#include "tui/dialogs/form.h"
#include "tui/mfa_code.h"
#include "tui/ui.h"

/* PADDING: as the form has it. */
enum { PADDING = 1, SENTENCE_SIZE = 512 };

/*
 * The digits are not shown: whoever looks over the shoulder, or at a recording of the screen, could
 * use the code as long as it is valid, and dots with their number tell the user as much.
 */
struct dialog {
	struct ks_form form;
	const struct ks_store *store;
	uint64_t question;
	uint32_t profile;
	struct ks_mfa_code code;
	struct ks_err note; /* why what was typed last was not taken */
	bool pasting;
	bool spoiled; /* what is pasted, marked or not, is no code */
	bool goes_on; /* the last key came with more */
};

static const struct ks_question *question_of(const struct dialog *dialog)
{
	return ks_store_question(dialog->store, dialog->question);
}

static const char *profile_of(const struct dialog *dialog)
{
	return ks_store_profile_name(dialog->store, dialog->profile);
}

/* ---- what it says ---- */

static const char *sentence(const char *text, char dst[SENTENCE_SIZE])
{
	size_t len = ks_text_clean(dst, SENTENCE_SIZE - 1, text, strlen(text));

	while (len > 0 && dst[len - 1] == ' ')
		dst[--len] = '\0';
	dst[0] = (char)toupper((unsigned char)dst[0]);
	if (len > 0 && dst[len - 1] != '.')
		memcpy(dst + len, ".", 2);
	return dst;
}

static void say_others(const struct dialog *dialog, struct ks_sheet *sheet)
{
	size_t others = 0;

	for (size_t i = 0; i < dialog->store->n_questions; i++)
		others += !dialog->store->questions[i].answered;
	if (others > 1)
		ks_sheet_text(sheet, KS_ROLE_DIM, "%zu more %s after this one.", others - 1,
		    others == 2 ? "code is asked for" : "codes are asked for");
}

static void fill(void *self, struct ks_draw *draw)
{
	struct dialog *dialog = self;
	const struct ks_question *question = question_of(dialog);
	struct ks_sheet *sheet = &dialog->form.sheet;
	char text[SENTENCE_SIZE];

	(void)draw;
	if (question == NULL)
		return;
	if (question->last_error != NULL) {
		ks_sheet_text(sheet, KS_ROLE_BAD, "%s", sentence(question->last_error, text));
		ks_form_gap(&dialog->form);
	}
	ks_sheet_field(sheet, KS_ROLE_ACCENT, "Needed", "%s", question->prompt);
	ks_sheet_field(sheet, KS_ROLE_TEXT, "Profile", "%s", profile_of(dialog));
	ks_sheet_field(sheet, KS_ROLE_TEXT, "Why", "%s", sentence(question->why, text));
	ks_form_gap(&dialog->form);
	ks_sheet_text(sheet, KS_ROLE_DIM,
	    "Esc sends none: %s then has no credentials until Ctrl-R asks again.",
	    profile_of(dialog));
	say_others(dialog, sheet);
}

/* ---- its size and its line ---- */

static void size(void *self, const struct ks_draw *draw, int *width, int *height)
{
	int most = *height;

	ks_form_size(self, draw, width, height);
	*height += 2;
	if (*height > most)
		*height = most;
}

static void draw_code(const struct dialog *dialog, const struct ks_draw *draw, struct ks_area line)
{
	struct ks_style field = ks_style(KS_ROLE_INPUT);
	struct ks_style text = ks_style_on(KS_ROLE_TEXT, KS_GROUND_DIALOG);
	int count = (int)ks_mfa_code_count(&dialog->code), x = 0;

	x += ks_draw_text(line, x, 0, 1, ks_style_on(KS_ROLE_MARKER, KS_GROUND_DIALOG),
	    draw->focused ? draw->glyphs->marker : " ");
	x += ks_draw_text(line, x, 0, -1, ks_style_on(KS_ROLE_HEADING, KS_GROUND_DIALOG), "Code");
	x += ks_draw_text(line, x, 0, -1, text, " [");
	ks_draw_fill(line, x, 0, KS_MFA_DIGITS + 1, 1, field);
	for (int i = 0; i < count; i++)
		ks_draw_text(line, x + i, 0, 1, field, draw->glyphs->mask);
	if (draw->focused)
		ks_draw_cursor(line, x + count, 0, true);
	x += KS_MFA_DIGITS + 1;
	x += ks_draw_text(line, x, 0, -1, text, "] ");
	if (dialog->note.kind != KS_ERR_NONE)
		ks_draw_cut(line, x, 0, line.width - x, ks_style_on(KS_ROLE_BAD, KS_GROUND_DIALOG),
		    dialog->note.message, draw->glyphs->ellipsis);
	else
		ks_draw_printf(line, x, 0, -1, ks_style_on(KS_ROLE_DIM, KS_GROUND_DIALOG),
		    "%d of %d digits", count, KS_MFA_DIGITS);
}

/* The line to type in stays in sight: the gap above it goes first, then the text scrolls. */
static void draw_dialog(void *self, struct ks_draw *draw, struct ks_area area)
{
	int width = area.width, wanted = area.height, foot;

	ks_form_size(self, draw, &width, &wanted);
	foot = wanted + 2 <= area.height ? 2 : 1;
	ks_form_draw(self, draw, ks_area_sub(area, 0, 0, area.width, area.height - foot));
	draw_code(
	    self, draw, ks_area_sub(area, PADDING, area.height - 1, area.width - 2 * PADDING, 1));
}

/* ---- answers ---- */

/*
 * The next question comes at once: a key too many is for neither the panes nor, since nothing of it
 * was seen, for that.
 */
static void answer(struct dialog *dialog, struct ks_ui *ui, struct ks_secret *code)
{
	struct ks_event *event = ks_event_new(KS_EVENT_ANSWER, ks_ui_now(ui));

	event->target = dialog->question;
	event->secret = code;
	ks_ui_tell(ui, event);
	ks_question_dialog_open(ui);
}

static void send(struct dialog *dialog, struct ks_ui *ui)
{
	answer(dialog, ui, ks_mfa_code_take(&dialog->code));
	ks_ui_close(ui, dialog);
}

static bool may_close(void *self, struct ks_ui *ui)
{
	struct dialog *dialog = self;

	ks_ui_toast(
	    ui, KS_TOAST_INFO, "%s has no credentials now; Ctrl-R asks again", profile_of(dialog));
	answer(dialog, ui, NULL);
	return true;
}

static void update(void *self, struct ks_ui *ui)
{
	struct dialog *dialog = self;

	/* What covers it takes the rest of a paste, its end too. */
	if (ks_ui_top(ui) != &ks_question_dialog)
		dialog->pasting = false;
	if (question_of(dialog) != NULL)
		return;
	ks_ui_toast(ui, KS_TOAST_INFO, "%s waits for no code any more", profile_of(dialog));
	ks_ui_close(ui, dialog);
}

/* ---- keys ---- */

static void begin_anew(struct dialog *dialog)
{
	ks_mfa_code_clear(&dialog->code);
	ks_err_clear(&dialog->note);
	dialog->spoiled = false;
}

/* Digits out of another text are no code, even if there are six of them. */
static void drop_spoiled(struct dialog *dialog)
{
	begin_anew(dialog);
	ks_err_set(&dialog->note, KS_ERR_USAGE, "That was no code.");
}

static void add(struct dialog *dialog, uint32_t character, bool pasted)
{
	ks_err_clear(&dialog->note);
	if (!ks_mfa_code_add(&dialog->code, character, &dialog->note))
		dialog->spoiled |= pasted;
}

/* True when the key belongs to a marked paste, which takes the place of what was typed. */
static bool is_paste(struct dialog *dialog, struct ks_key key)
{
	bool pasting = dialog->pasting;

	if (key.code == KS_KEY_PASTE_BEGIN) {
		begin_anew(dialog);
		dialog->pasting = true;
		return true;
	}
	if (!pasting)
		return key.code == KS_KEY_PASTE_END;
	if (key.code == KS_KEY_PASTE_END) {
		dialog->pasting = false;
		if (dialog->spoiled)
			drop_spoiled(dialog);
	} else if (ks_key_is_text(key)) {
		add(dialog, key.code, true);
	}
	return true;
}

static void enter(struct dialog *dialog, struct ks_ui *ui)
{
	if (dialog->spoiled)
		drop_spoiled(dialog);
	else if (ks_mfa_code_is_whole(&dialog->code))
		send(dialog, ui);
	else
		ks_err_set(&dialog->note, KS_ERR_USAGE, "A code has %d digits.", KS_MFA_DIGITS);
}

static bool is_plain(struct ks_key key, uint32_t code)
{
	return !key.ctrl && !key.alt && key.code == code;
}

static bool key_pressed(void *self, struct ks_ui *ui, struct ks_key key)
{
	struct dialog *dialog = self;
	/* Where the terminal doesn't mark a paste, it comes as if typed, but at once. */
	bool pasted = key.more || dialog->goes_on;

	dialog->goes_on = key.more;
	if (is_paste(dialog, key))
		return true;
	if (is_plain(key, KS_KEY_ENTER)) {
		enter(dialog, ui);
	} else if (is_plain(key, KS_KEY_BACKSPACE) || (key.ctrl && key.code == 'H')) {
		ks_err_clear(&dialog->note);
		ks_mfa_code_erase(&dialog->code);
	} else if (key.ctrl && (key.code == 'U' || key.code == 'W')) {
		begin_anew(dialog);
	} else if (ks_key_is_text(key)) {
		add(dialog, key.code, pasted);
	} else {
		return ks_form_key(&dialog->form, ui, key) != KS_FORM_IGNORED;
	}
	return true;
}

/* ---- the class ---- */

static const char *title(const void *self)
{
	(void)self;
	return "MFA code";
}

static const struct ks_hint *hints(const void *self)
{
	static const struct ks_hint typing[] = {
	    {"Enter", "send", true, true}, {"Esc", "no code", false, true}, {0}};
	static const struct ks_hint whole[] = {
	    {"Enter", "send", false, true}, {"Esc", "no code", false, true}, {0}};

	return ks_mfa_code_is_whole(&((const struct dialog *)self)->code) ? whole : typing;
}

static void free_dialog(void *self)
{
	struct dialog *dialog = self;

	ks_mfa_code_clear(&dialog->code);
	ks_form_free(&dialog->form);
	free(dialog);
}

const struct ks_dialog_class ks_question_dialog = {
    .name = "question",
    .title = title,
    .size = size,
    .draw = draw_dialog,
    .hints = hints,
    .scroll_hint = ks_form_scroll_hint,
    .key = key_pressed,
    .update = update,
    .may_close = may_close,
    .free = free_dialog,
};

void ks_question_dialog_open(struct ks_ui *ui)
{
	const struct ks_question *question = ks_store_next_question(ks_ui_store(ui));
	struct dialog *dialog;

	if (question == NULL)
		return;
	dialog = ks_calloc(1, sizeof *dialog);
	dialog->store = ks_ui_store(ui);
	dialog->question = question->id;
	dialog->profile = question->profile;
	dialog->form.fill = fill;
	ks_ui_open(ui, &ks_question_dialog, dialog);
}
