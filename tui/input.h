/*
 * One line of text being typed: a filter, a command, the last four characters of a key's ID. It
 * only ever holds clean text (core/base/text.h). Not for secrets. UI thread.
 */
#ifndef KS_TUI_INPUT_H
#define KS_TUI_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/canvas.h"
#include "tui/key.h"

enum { KS_INPUT_SIZE = 512 };

/* Zeroed is an empty input without a limit but the buffer's. */
struct ks_input {
	char text[KS_INPUT_SIZE]; /* UTF-8, terminated */
	size_t len;               /* bytes */
	size_t cursor;            /* byte before which the next character goes */
	size_t max;               /* characters; 0: as many as fit */
	bool pasting;             /* between KS_KEY_PASTE_BEGIN and _END: a line break is a blank */
};

enum ks_input_result {
	KS_INPUT_IGNORED, /* no key for a text input: Enter, Esc, Tab, Up, Down, other Ctrl keys */
	KS_INPUT_USED,    /* the cursor may have moved */
	KS_INPUT_CHANGED  /* the text is another one */
};

/* Empties it, or fills it with a text (cleaned, cut to max), the cursor at the end. */
void ks_input_set(struct ks_input *input, const char *text);

/*
 * Gives a key to the input: text, Left, Right, Home, End, Backspace, Delete, Ctrl-A, -B, -E, -F,
 * -D (delete), -H, -K, -U, -W, and a bracketed paste with all that is in it.
 */
enum ks_input_result ks_input_key(struct ks_input *input, struct ks_key key);

/*
 * Draws it over width cells at (x, y), scrolled so that the cursor is in sight; with the hardware
 * cursor in it when focused.
 */
void ks_input_draw(const struct ks_input *input, struct ks_area area, int x, int y, int width,
    struct ks_style style, bool focused);

#endif
