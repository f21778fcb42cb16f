/*
 * A secret shown for ten seconds in the field of a form. First a frame with the blank field must be
 * on the terminal, then the secret is written over it; it is gone with the time, with any key, and
 * when the dialog is not on top any more. UI thread.
 */
#ifndef KS_TUI_DIALOGS_SHOWING_H
#define KS_TUI_DIALOGS_SHOWING_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/secret.h"
#include "tui/dialogs/form.h"
#include "tui/ui.h"

enum ks_showing_state {
	KS_SHOWING_NOT,
	KS_SHOWING_WANTED, /* set by the dialog: its field is not on the terminal yet */
	KS_SHOWING_NOW,
};

/* Zeroed, nothing is shown. */
struct ks_showing {
	enum ks_showing_state state;
	int64_t since;
};

/* Why it can't be shown, as a sentence; NULL: it can, where the dialog has room. */
const char *ks_showing_why_not(const struct ks_ui *ui, const struct ks_secret *secret);

/*
 * From the dialog's presented: writes the secret when it is wanted. True when that was done just
 * now; when it couldn't be done a toast says why, and it is over.
 */
bool ks_showing_presented(struct ks_showing *showing, const struct ks_form *form, struct ks_ui *ui,
    const struct ks_secret *secret);
/* From the dialog's update: ends it when its time has come, or what shows it is not seen. */
void ks_showing_update(
    struct ks_showing *showing, struct ks_ui *ui, const struct ks_dialog_class *dialog);
/* Takes it from the screen at once. */
void ks_showing_end(struct ks_showing *showing, struct ks_ui *ui);

/* Says how long it is still shown, and asks for a frame when that changes. */
void ks_showing_say(const struct ks_showing *showing, struct ks_sheet *sheet, struct ks_draw *draw);

#endif
