/*
 * What the dialogs that ask have in common: a page of text that scrolls, below it a line to type
 * in, and a row of buttons that always stays in sight. In little space first the gaps between
 * paragraphs go, then the text scrolls. UI thread.
 */
#ifndef KS_TUI_DIALOGS_FORM_H
#define KS_TUI_DIALOGS_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/dialog.h"
#include "tui/input.h"
#include "tui/sheet.h"
#include "tui/view.h"

struct ks_ui;

enum { KS_FORM_BUTTONS = 6 };

struct ks_button {
	char label[32]; /* "" ends a table */
	/* What it does; self is the dialog, which may be gone afterwards. */
	void (*act)(void *self, struct ks_ui *ui);
	bool danger; /* what it does can't be undone */
	bool off;    /* can't be pressed now */
};

/* The first member of a dialog that is one. Zeroed but for fill, it is empty. */
struct ks_form {
	/* Fills the sheet with what there is to say; gaps by ks_form_gap. self is the dialog. */
	void (*fill)(void *self, struct ks_draw *draw);

	struct ks_sheet sheet;
	struct ks_button buttons[KS_FORM_BUTTONS];
	size_t n_buttons;
	size_t focus; /* a button; n_buttons: the input */
	bool has_input;
	const char *prompt; /* before the input */
	struct ks_input input;
	size_t field_cells;   /* blank ones, above the buttons; 0: no field */
	struct ks_rect field; /* where on the canvas they are; empty: there was no room */
	bool compact;         /* leave gaps out */
	bool drawn;           /* these buttons were on the screen */
	bool pasting;         /* what comes is a paste, and nothing takes it */
	bool text_goes_on;    /* the last key came with text before it, or was text, and more */
	bool after_text;      /* this key came with text before it: Enter presses nothing */
};

enum ks_form_result {
	KS_FORM_IGNORED,
	KS_FORM_USED,
	KS_FORM_PRESSED, /* a button did what it does: the dialog may be gone */
	KS_FORM_TYPED,   /* the input's text is another one */
	KS_FORM_ENTERED, /* Enter in the input */
};

void ks_form_free(struct ks_form *form);

/* Other buttons, from a table: the first one has the focus, and the text begins at its top. */
void ks_form_set_buttons(struct ks_form *form, const struct ks_button *buttons);
/* One more, if there is room. */
void ks_form_add_button(struct ks_form *form, const struct ks_button *button);
/* Turns a button off or on; a focus on it goes to the first one. */
void ks_form_set_off(struct ks_form *form, size_t button, bool off);
/* An empty line to type at most max characters in. It doesn't take the focus. */
void ks_form_set_input(struct ks_form *form, const char *prompt, size_t max);
void ks_form_drop_input(struct ks_form *form);

void ks_form_gap(struct ks_form *form);

/* A dialog's size and draw: self begins with the form. */
void ks_form_size(void *self, const struct ks_draw *draw, int *width, int *height);
void ks_form_draw(void *self, struct ks_draw *draw, struct ks_area area);
/* A dialog's scroll_hint, as it was drawn last. */
const struct ks_hint *ks_form_scroll_hint(const void *self);

/*
 * True while something is pasted that no input takes: it is text, not a series of keys. To be asked
 * before any other use of the key.
 */
bool ks_form_is_paste(struct ks_form *form, struct ks_key key);

/*
 * Left, Right, Tab and Shift-Tab move the focus over what can be pressed; Up, Down, PgUp, PgDn,
 * Home and End scroll; Enter presses. With the focus on the input, all text is the input's. An
 * Enter that was meant for other buttons, since these were not on the screen yet, is ignored.
 */
enum ks_form_result ks_form_key(struct ks_form *form, struct ks_ui *ui, struct ks_key key);

#endif
