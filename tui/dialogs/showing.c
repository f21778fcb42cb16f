#include "tui/dialogs/showing.h"

#include "tui/reveal.h"

enum { SHOWN_MS = 10000, SECOND_MS = 1000 };

const char *ks_showing_why_not(const struct ks_ui *ui, const struct ks_secret *secret)
{
	if (!ks_ui_can_reveal(ui))
		return "It can't be shown: there is no terminal.";
	if (!ks_reveal_is_plain(secret))
		return "It can't be shown: it has characters that a screen shows as others.";
	return NULL;
}

bool ks_showing_presented(struct ks_showing *showing, const struct ks_form *form, struct ks_ui *ui,
    const struct ks_secret *secret)
{
	if (showing->state != KS_SHOWING_WANTED)
		return false;
	showing->state = KS_SHOWING_NOT;
	if (form->field.width == 0) {
		ks_ui_toast(ui, KS_TOAST_BAD,
		    "Not shown: this terminal is too small for it. Make it larger, or copy it.");
		return false;
	}
	if (!ks_ui_reveal(ui, form->field, secret)) {
		ks_ui_toast(
		    ui, KS_TOAST_BAD, "Not shown: the terminal did not take it. Copy it instead.");
		return false;
	}
	showing->state = KS_SHOWING_NOW;
	showing->since = ks_ui_now(ui);
	return true;
}

void ks_showing_update(
    struct ks_showing *showing, struct ks_ui *ui, const struct ks_dialog_class *dialog)
{
	/* A clock that was set back must not make it longer. */
	bool in_time = ks_ui_now(ui) >= showing->since && ks_ui_now(ui) < showing->since + SHOWN_MS;

	if (ks_ui_top(ui) != dialog ||
	    (showing->state == KS_SHOWING_NOW && (!in_time || !ks_ui_is_revealed(ui))))
		ks_showing_end(showing, ui);
}

void ks_showing_end(struct ks_showing *showing, struct ks_ui *ui)
{
	if (showing->state == KS_SHOWING_NOW)
		ks_ui_conceal(ui);
	showing->state = KS_SHOWING_NOT;
}

void ks_showing_say(const struct ks_showing *showing, struct ks_sheet *sheet, struct ks_draw *draw)
{
	int64_t since = showing->state == KS_SHOWING_NOW ? showing->since : draw->now;
	int64_t left = since + SHOWN_MS - draw->now;
	int64_t seconds = (left + SECOND_MS - 1) / SECOND_MS;

	ks_sheet_text(sheet, KS_ROLE_WARN, "Shown for %d s, any key hides it.",
	    (int)(seconds > 0 ? seconds : 0));
	ks_draw_wake(draw, since + SHOWN_MS - (seconds - 1) * SECOND_MS);
}
