#include <stdio.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/secret.h"
#include "tui/dialogs/secret_state.h"
#include "tui/dialogs/target.h"
#include "tui/views/pane.h"

enum {
	MASK_SIGNS = 16, /* says nothing of the length */
	PASTED_SIGNS_MAX = 24,
	SINK_SIZE = 160
};

static void say_masked(struct ks_sheet *sheet, const struct ks_draw *draw, const char *label,
    size_t signs, const char *more)
{
	struct ks_buf buf;

	ks_buf_init(&buf, PASTED_SIGNS_MAX * 4);
	for (size_t i = 0; i < signs; i++)
		ks_buf_puts(&buf, draw->glyphs->mask);
	ks_sheet_field(sheet, KS_ROLE_SECRET, label, "%s%s", ks_buf_text(&buf), more);
	ks_buf_free(&buf);
}

static void say_key(
    struct ks_secret_state *dialog, const struct ks_handover *handover, struct ks_draw *draw)
{
	struct ks_sheet *sheet = &dialog->form.sheet;

	ks_sheet_field(sheet, KS_ROLE_ACCENT, "Key ID", "%s", ks_str_clean(&handover->key_id));
	if (dialog->stage != KS_SECRET_SHOWING)
		say_masked(sheet, draw, "Secret", MASK_SIGNS, "");
	ks_target_say_name(dialog->store, handover->scope, &handover->bucket_name, sheet);
}

/* Said once: with the first secret of the session. */
static void say_heap(struct ks_secret_state *dialog)
{
	if (ks_secret_heap() == KS_SECRET_HEAP_UNLOCKED &&
	    dialog->store->handovers[0].id == dialog->handover)
		ks_sheet_text(&dialog->form.sheet, KS_ROLE_WARN,
		    "This system didn't let its memory be locked: it might be written to swap.");
}

/* A command may have taken it all the same: the tip says so. */
static void say_failure(struct ks_sheet *sheet, const struct ks_err *err)
{
	ks_sheet_text(sheet, KS_ROLE_BAD, "The delivery failed: %s.", err->message);
	if (err->tip[0] != '\0' && err->kind != KS_ERR_EXISTS)
		ks_sheet_text(sheet, KS_ROLE_WARN, "To do: %s.", err->tip);
}

static void fill_held(struct ks_secret_state *dialog, const struct ks_handover *handover)
{
	struct ks_sheet *sheet = &dialog->form.sheet;
	const struct ks_clipboard_result *last;

	if (handover->err.kind != KS_ERR_NONE)
		say_failure(sheet, &handover->err);
	if (dialog->stage == KS_SECRET_REPLACE) {
		ks_sheet_text(
		    sheet, KS_ROLE_TEXT, "Deliver it to another place, or replace what is there.");
		return;
	}

	if (dialog->failed) {
		last = ks_clipboard_last(dialog->clipboard);
		ks_sheet_text(sheet, KS_ROLE_BAD, "%s%s%s", last->phrase,
		    last->note[0] != '\0' ? ": " : "", last->note);
	}
	ks_sheet_text(sheet, KS_ROLE_TEXT, "%s", dialog->promise);
	ks_sheet_text(
	    sheet, KS_ROLE_TEXT, "Lightsail gives a secret once, and nobody can show it again.");
	if (dialog->why_not_shown != NULL)
		ks_sheet_text(sheet, KS_ROLE_DIM, "%s", dialog->why_not_shown);
	say_heap(dialog);
}

static void say_hold(struct ks_secret_state *dialog)
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

/* Whether the clipboard is what delivered it last. */
static const struct ks_clipboard_result *copy_of(
    const struct ks_secret_state *dialog, const struct ks_handover *handover)
{
	const struct ks_clipboard_result *last =
	    dialog->clipboard != NULL ? ks_clipboard_last(dialog->clipboard) : NULL;

	return last != NULL && handover->way != NULL && strcmp(last->phrase, handover->way) == 0
		   ? last
		   : NULL;
}

static void say_question(struct ks_secret_state *dialog, bool copied)
{
	struct ks_sheet *sheet = &dialog->form.sheet;

	ks_sheet_text(sheet, KS_ROLE_TEXT, "%s",
	    copied ? "Did it arrive? Paste it where it belongs before you answer: it is wiped "
		     "then, and can't be copied again."
		   : "Did it arrive? Put it where it belongs before you answer: it is wiped then, "
		     "and can't be shown again.");
	ks_sheet_text(sheet, KS_ROLE_TEXT,
	    "Paste it here to check it: that is compared with the secret, and not shown.");
}

static void say_verdict(struct ks_secret_state *dialog)
{
	struct ks_sheet *sheet = &dialog->form.sheet;
	size_t count = dialog->check.count;

	if (dialog->verdict == KS_SECRET_SAME) {
		ks_sheet_text(sheet, KS_ROLE_OK, "The paste is the secret: it arrived whole.");
		ks_sheet_text(sheet, KS_ROLE_TEXT,
		    "Say that it arrived once it is where it belongs: it is wiped then.");
	} else if (count == 0) {
		ks_sheet_text(sheet, KS_ROLE_BAD, "Nothing was pasted.");
	} else {
		ks_sheet_text(sheet, KS_ROLE_BAD,
		    "What was pasted is something else (%zu character%s).", count,
		    count == 1 ? "" : "s");
	}
}

static void fill_delivered(struct ks_secret_state *dialog, const struct ks_handover *handover)
{
	struct ks_sheet *sheet = &dialog->form.sheet;
	const struct ks_clipboard_result *copy = copy_of(dialog, handover);
	bool checked = dialog->verdict != KS_SECRET_UNCHECKED;

	if (checked)
		say_verdict(dialog);
	ks_sheet_text(
	    sheet, KS_ROLE_OK, "%s.", handover->way != NULL ? handover->way : "Delivered");
	if (copy != NULL && copy->note[0] != '\0')
		ks_sheet_text(sheet, KS_ROLE_WARN, "(%s)", copy->note);
	if (copy != NULL)
		say_hold(dialog);
	if (dialog->why_not_shown != NULL)
		ks_sheet_text(sheet, KS_ROLE_DIM, "%s", dialog->why_not_shown);
	if (dialog->verdict == KS_SECRET_SAME)
		return;
	ks_form_gap(&dialog->form);
	say_question(dialog, copy != NULL);
}

static void fill_checking(struct ks_secret_state *dialog, struct ks_draw *draw)
{
	struct ks_sheet *sheet = &dialog->form.sheet;
	size_t count = dialog->check.count;
	char more[32];

	snprintf(more, sizeof more, "%s%zu", count > 0 ? " " : "", count);
	ks_sheet_text(sheet, KS_ROLE_TEXT,
	    "Paste the secret now, then press Enter. It is compared, and not shown.");
	say_masked(
	    sheet, draw, "Pasted", count < PASTED_SIGNS_MAX ? count : PASTED_SIGNS_MAX, more);
}

static void fill_asking(struct ks_secret_state *dialog, const struct ks_handover *handover)
{
	struct ks_sheet *sheet = &dialog->form.sheet;

	static const char *const questions[] = {
	    [KS_HANDOVER_HELD] = "This secret was not delivered. Give it up?",
	    [KS_HANDOVER_DELIVERING] =
		"This secret is on its way, and may have arrived. Stop that, and give it up?",
	    [KS_HANDOVER_UNCONFIRMED] = "Nobody said that this secret arrived. Give it up?",
	    [KS_HANDOVER_OVER] = "",
	};

	ks_sheet_text(sheet, KS_ROLE_DANGER, "%s", questions[handover->state]);
	ks_sheet_text(sheet, KS_ROLE_TEXT,
	    "It is wiped in any case. The key itself can be deleted; left as it is, it stays "
	    "active, and takes one of the bucket's two slots.");
}

/* As it was typed, which may be anything. */
static const char *sink_of(const struct ks_handover *handover, char dst[SINK_SIZE])
{
	ks_text_clean(dst, SINK_SIZE, handover->sink, strlen(handover->sink));
	return dst;
}

static void fill_stage(
    struct ks_secret_state *dialog, const struct ks_handover *handover, struct ks_draw *draw)
{
	char sink[SINK_SIZE];

	switch (dialog->stage) {
	case KS_SECRET_HELD:
	case KS_SECRET_REPLACE:
		fill_held(dialog, handover);
		break;
	case KS_SECRET_DELIVERING:
		ks_sheet_text(&dialog->form.sheet, KS_ROLE_BUSY, "%s Delivering it to %s",
		    ks_pane_spinner(draw), sink_of(handover, sink));
		break;
	case KS_SECRET_COPYING:
		ks_sheet_text(
		    &dialog->form.sheet, KS_ROLE_BUSY, "%s Copying", ks_pane_spinner(draw));
		break;
	case KS_SECRET_SHOWING:
		ks_showing_say(&dialog->showing, &dialog->form.sheet, draw);
		break;
	case KS_SECRET_CHECKING:
		fill_checking(dialog, draw);
		break;
	case KS_SECRET_DELIVERED:
		fill_delivered(dialog, handover);
		break;
	case KS_SECRET_ASKING:
		fill_asking(dialog, handover);
		break;
	case KS_SECRET_NONE:
		break;
	}
}

/* What is asked comes first where there is little space; the key's fields can be scrolled to. */
void ks_secret_say(void *self, struct ks_draw *draw)
{
	struct ks_secret_state *dialog = self;
	const struct ks_handover *handover = ks_secret_state_handover(dialog);
	bool stage_first = dialog->form.compact || dialog->stage == KS_SECRET_ASKING;

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
