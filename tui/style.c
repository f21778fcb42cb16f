#include "tui/style.h"

#include <string.h>

struct role_row {
	const char *name; /* in theme files */
	char letter;      /* in ks_canvas_dump_roles */
};

static const struct role_row roles[KS_ROLE_COUNT] = {
    [KS_ROLE_TEXT] = {"text", '.'},
    [KS_ROLE_DIM] = {"dim", 'd'},
    [KS_ROLE_HEADING] = {"heading", 'h'},
    [KS_ROLE_ACCENT] = {"accent", 'a'},
    [KS_ROLE_OK] = {"ok", 'o'},
    [KS_ROLE_BUSY] = {"busy", 'b'},
    [KS_ROLE_WARN] = {"warn", 'w'},
    [KS_ROLE_BAD] = {"bad", 'x'},
    [KS_ROLE_BORDER] = {"border", '-'},
    [KS_ROLE_BORDER_FOCUS] = {"border-focus", '='},
    [KS_ROLE_TITLE] = {"title", 't'},
    [KS_ROLE_TITLE_FOCUS] = {"title-focus", 'T'},
    [KS_ROLE_MARKER] = {"marker", '>'},
    [KS_ROLE_HEADER] = {"header", 'H'},
    [KS_ROLE_HEADER_NAME] = {"header-name", 'N'},
    [KS_ROLE_DEMO] = {"demo", 'D'},
    [KS_ROLE_HINT_KEY] = {"hint-key", 'K'},
    [KS_ROLE_HINT_TEXT] = {"hint-text", 'k'},
    [KS_ROLE_INPUT] = {"input", 'i'},
    [KS_ROLE_MATCH] = {"match", 'm'},
    [KS_ROLE_DIALOG] = {"dialog", 'g'},
    [KS_ROLE_DIALOG_BORDER] = {"dialog-border", '+'},
    [KS_ROLE_DANGER] = {"danger", '!'},
    [KS_ROLE_BUTTON] = {"button", 'u'},
    [KS_ROLE_BUTTON_FOCUS] = {"button-focus", 'U'},
    [KS_ROLE_TOAST_OK] = {"toast-ok", 'y'},
    [KS_ROLE_TOAST_BAD] = {"toast-bad", 'Y'},
    [KS_ROLE_SECRET] = {"secret", '*'},
    [KS_ROLE_SELECTED] = {"selected", 's'},
    [KS_ROLE_SELECTED_DIM] = {"selected-dim", 'z'},
};

const char *ks_role_name(enum ks_role role)
{
	return role < KS_ROLE_COUNT ? roles[role].name : "";
}

char ks_role_letter(enum ks_role role)
{
	return role < KS_ROLE_COUNT ? roles[role].letter : '?';
}

bool ks_role_by_name(const char *name, enum ks_role *role)
{
	for (int i = 0; i < KS_ROLE_COUNT; i++) {
		if (strcmp(roles[i].name, name) == 0) {
			*role = (enum ks_role)i;
			return true;
		}
	}
	return false;
}
