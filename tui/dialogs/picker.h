/*
 * A list to choose several things from, with a filter: profiles, regions. What there is to choose
 * is a row of a const table (struct ks_picker_kind) for each kind. UI thread.
 *
 * Space toggles; Enter takes what is toggled, or just what the cursor is on where nothing was
 * toggled. Where all was toggled away there is nothing to take.
 */
#ifndef KS_TUI_DIALOGS_PICKER_H
#define KS_TUI_DIALOGS_PICKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/state/store.h"
#include "tui/ui.h"

enum { KS_PICKER_COLUMNS = 3 };

struct ks_picker_row {
	char *name; /* raw: what is chosen; of a row that is alone a name for itself */
	char *text[KS_PICKER_COLUMNS]; /* clean; NULL: nothing */
	bool chosen;                   /* now */
	bool alone;                    /* not along with others: "all", "the default" */
};

struct ks_picker_rows {
	struct ks_picker_row *items;
	size_t count, cap;
};

/* Adds a row and gives it. The texts are copied, the first one cleaned from the raw name. */
struct ks_picker_row *ks_picker_add(struct ks_picker_rows *rows, const char *name);
/* Finds it by its raw name; NULL. */
struct ks_picker_row *ks_picker_find(const struct ks_picker_rows *rows, const char *name);
/* Sets one text of a row, over what was there. */
void ks_picker_text(struct ks_picker_row *row, int column, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

struct ks_picker_kind {
	const char *name;  /* "profiles": for tests */
	const char *title; /* "Profiles" */
	const char *headings[KS_PICKER_COLUMNS];
	int second; /* cells that the second column needs to be of use */
	/* All there is to choose now, into rows, which are empty. */
	void (*fill)(struct ks_picker_rows *rows, const struct ks_store *store);
	/* Makes the choice of these rows; choice holds the present one. */
	void (*choose)(
	    struct ks_choice *choice, const struct ks_picker_row *const *rows, size_t count);
	/* Optional: why some may be missing; NULL when nothing is. */
	const struct ks_fetched *(*source)(const struct ks_store *store);
};

extern const struct ks_picker_kind ks_pick_profiles;
extern const struct ks_picker_kind ks_pick_regions;

void ks_picker_open(struct ks_ui *ui, const struct ks_picker_kind *kind);

#endif
