/*
 * Keys that a dialog offers to delete, a button for each behind those that its form has already.
 * Zeroed there are none. UI thread.
 */
#ifndef KS_TUI_DIALOGS_VICTIMS_H
#define KS_TUI_DIALOGS_VICTIMS_H

#include <stddef.h>

#include "core/lightsail/model.h"
#include "tui/dialogs/form.h"

struct ks_victims {
	char *ids[KS_BUCKET_KEYS_MAX]; /* raw */
	size_t count;
	size_t first; /* the first one's button */
};

/* Adds the key, and a button that ends in the last characters of its ID. */
void ks_victims_add(struct ks_victims *victims, struct ks_form *form, const struct ks_str *id,
    void (*act)(void *self, struct ks_ui *ui));
/* Forgets them; the form's buttons are the caller's to replace. */
void ks_victims_drop(struct ks_victims *victims);
/* The raw ID of the one whose button has the focus. */
const char *ks_victims_focused(const struct ks_victims *victims, const struct ks_form *form);

#endif
