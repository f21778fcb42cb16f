/*
 * What the terminal says: keys, and answers to queries. Reads the descriptor itself (decode.h says
 * why) and never waits but for what may follow an ESC. UI thread.
 */
#ifndef KS_TUI_KEYBOARD_H
#define KS_TUI_KEYBOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/decode.h"
#include "tui/key.h"

/* What the terminal said of its background. */
enum ks_term_background {
	KS_TERM_BACKGROUND_UNKNOWN,
	KS_TERM_BACKGROUND_DARK,
	KS_TERM_BACKGROUND_LIGHT
};

struct ks_keyboard {
	int fd;
	struct ks_decoder decoder;
	int escape_ms;    /* how long an ESC may be the begin of something */
	int64_t asked_at; /* monotonic time of the last query */
	bool gone;        /* the terminal hung up */
	enum ks_term_background background;
	bool answered;                  /* the app was told of the answer to the last query */
	bool clipboard;                 /* the terminal said that it takes OSC 52 */
	bool hung_up, resized, restyle; /* keys that are due and that no byte stands for */
};

/* Takes ESCDELAY and COLORFGBG from the environment. */
void ks_keyboard_init(struct ks_keyboard *keyboard, int fd, bool utf8);
/* The next key; false when there is none. */
bool ks_keyboard_next(struct ks_keyboard *keyboard, struct ks_key *key);
/* A query goes out now: answers may come. */
void ks_keyboard_expect(struct ks_keyboard *keyboard);

#endif
