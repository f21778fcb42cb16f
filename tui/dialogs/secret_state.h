/* The inside of the secret's dialog, for secret.c and secret_say.c only. */
#ifndef KS_TUI_DIALOGS_SECRET_STATE_H
#define KS_TUI_DIALOGS_SECRET_STATE_H

#include "tui/clipboard.h"
#include "tui/dialogs/form.h"
#include "tui/dialogs/paste_check.h"
#include "tui/dialogs/showing.h"

enum ks_secret_stage {
	KS_SECRET_NONE,
	KS_SECRET_HELD,
	KS_SECRET_REPLACE, /* held: the sink found something in its place */
	KS_SECRET_COPYING,
	KS_SECRET_DELIVERING, /* a sink has it */
	KS_SECRET_SHOWING,
	KS_SECRET_DELIVERED,
	KS_SECRET_CHECKING, /* what is typed is a paste */
	KS_SECRET_ASKING,
};

/* What is known of the last paste. */
enum ks_secret_verdict { KS_SECRET_UNCHECKED, KS_SECRET_SAME, KS_SECRET_OTHER };

struct ks_secret_state {
	struct ks_form form;
	const struct ks_store *store;
	const struct ks_clipboard *clipboard; /* NULL: none */
	const char *promise;                  /* what a copy does */
	const char *why_not_shown;            /* NULL: it can be */
	uint32_t handover;
	enum ks_secret_stage stage;
	bool asking; /* whether it is to be left undelivered */
	enum ks_secret_stage asked_in;
	size_t asked_focus; /* in that stage */
	bool failed;        /* the last copy did not work */
	enum ks_clipboard_hold hold;
	struct ks_showing showing;
	bool checking; /* a paste is to be typed */
	bool pasting;  /* between the marks of a paste that is checked */
	bool dropping; /* what came with the key that hid it goes with it */
	struct ks_paste_check check;
	enum ks_secret_verdict verdict;
};

/* NULL when it is over. */
const struct ks_handover *ks_secret_state_handover(const struct ks_secret_state *dialog);

/* The form's fill: secret_say.c. */
void ks_secret_say(void *self, struct ks_draw *draw);

#endif
