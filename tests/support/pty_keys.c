#include "tests/support/pty_keys.h"

#include <stdio.h>
#include <string.h>

static const char *const named[][2] = {
    {"Enter", "\r"},
    {"Esc", "\033"},
    {"Tab", "\t"},
    {"Shift-Tab", "\033[Z"},
    {"Backspace", "\177"},
    {"Delete", "\033[3~"},
    {"Insert", "\033[2~"},
    {"Up", "\033[A"},
    {"Down", "\033[B"},
    {"Right", "\033[C"},
    {"Left", "\033[D"},
    {"Home", "\033[H"},
    {"End", "\033[F"},
    {"PgUp", "\033[5~"},
    {"PgDn", "\033[6~"},
    {"Space", " "},
    {"F1", "\033OP"},
    {"F2", "\033OQ"},
    {"F3", "\033OR"},
    {"F4", "\033OS"},
    {"F5", "\033[15~"},
    {"F6", "\033[17~"},
    {"F7", "\033[18~"},
    {"F8", "\033[19~"},
    {"F9", "\033[20~"},
    {"F10", "\033[21~"},
    {"F11", "\033[23~"},
    {"F12", "\033[24~"},
};

bool ks_pty_key_bytes(const char *name, char bytes[KS_PTY_KEY_SIZE])
{
	for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
		if (strcmp(named[i][0], name) == 0) {
			snprintf(bytes, KS_PTY_KEY_SIZE, "%s", named[i][1]);
			return true;
		}
	}
	if (strncmp(name, "Ctrl-", 5) == 0 && name[5] >= 'A' && name[5] <= 'Z' && name[6] == '\0') {
		snprintf(bytes, KS_PTY_KEY_SIZE, "%c", name[5] - 'A' + 1);
		return true;
	}
	if (strncmp(name, "Alt-", 4) == 0 && name[4] != '\0' && strlen(name) < 9) {
		snprintf(bytes, KS_PTY_KEY_SIZE, "\033%s", name + 4);
		return true;
	}
	/* One character of UTF-8. */
	if (name[0] != '\0' && strlen(name) <= 4 &&
	    (name[1] == '\0' || ((unsigned char)name[0] >= 0xC0 && (name[1] & 0x80) != 0))) {
		snprintf(bytes, KS_PTY_KEY_SIZE, "%s", name);
		return true;
	}
	return false;
}
