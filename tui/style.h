/*
 * What a cell means, not what it looks like: a role, and the kind of row it stands on. A theme
 * gives the looks. A new role is one row of the table in style.c, and its default in each theme.
 */
#ifndef KS_TUI_STYLE_H
#define KS_TUI_STYLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ks_role {
	KS_ROLE_TEXT,
	KS_ROLE_DIM,     /* what matters less: units, absent values, disabled actions */
	KS_ROLE_HEADING, /* column headings, labels of fields */
	KS_ROLE_ACCENT,  /* access key IDs, names that one looks for */
	KS_ROLE_OK,      /* Active, Succeeded */
	KS_ROLE_BUSY,    /* under way, retrying */
	KS_ROLE_WARN,    /* idle, old, unused */
	KS_ROLE_BAD,     /* failed, Inactive */
	KS_ROLE_BORDER,
	KS_ROLE_BORDER_FOCUS,
	KS_ROLE_TITLE,
	KS_ROLE_TITLE_FOCUS,
	KS_ROLE_MARKER,      /* the triangle before the selected row, sort arrows, scroll marks */
	KS_ROLE_HEADER,      /* the top line */
	KS_ROLE_HEADER_NAME, /* "keysail" in it */
	KS_ROLE_DEMO,        /* the word DEMO, READ-ONLY */
	KS_ROLE_HINT_KEY,
	KS_ROLE_HINT_TEXT,
	KS_ROLE_INPUT,  /* text being typed */
	KS_ROLE_MATCH,  /* the part of a name that a filter matched */
	KS_ROLE_DIALOG, /* text and ground of a dialog */
	KS_ROLE_DIALOG_BORDER,
	KS_ROLE_DANGER, /* border and words of what can't be undone */
	KS_ROLE_BUTTON,
	KS_ROLE_BUTTON_FOCUS,
	KS_ROLE_TOAST_OK,
	KS_ROLE_TOAST_BAD,
	KS_ROLE_SECRET,       /* a masked secret */
	KS_ROLE_SELECTED,     /* ground of the selected row in the focused pane */
	KS_ROLE_SELECTED_DIM, /* the same in a pane without focus */
	KS_ROLE_COUNT
};

/* The ground under a cell: its role's own, or that of a row, a dialog, the header. */
enum ks_ground {
	KS_GROUND_OWN,
	KS_GROUND_SELECTED,
	KS_GROUND_SELECTED_DIM,
	KS_GROUND_DIALOG,
	KS_GROUND_HEADER,
	KS_GROUND_COUNT
};

struct ks_style {
	uint8_t role;
	uint8_t ground;
};

/* The role's name in theme files, e.g. "border-focus". */
const char *ks_role_name(enum ks_role role);
bool ks_role_by_name(const char *name, enum ks_role *role);
/* One letter, a different one for each role; for dumps in tests. */
char ks_role_letter(enum ks_role role);

static inline struct ks_style ks_style(enum ks_role role)
{
	return (struct ks_style){(uint8_t)role, KS_GROUND_OWN};
}

static inline struct ks_style ks_style_on(enum ks_role role, enum ks_ground ground)
{
	return (struct ks_style){(uint8_t)role, (uint8_t)ground};
}

#endif
