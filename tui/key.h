/*
 * A key press, as the program sees it: a character, or a named key, maybe with Ctrl or Alt. It has
 * one spelling, which the configuration, the help and the tests share: "j", "Ctrl-R", "PgDn", "?".
 */
#ifndef KS_TUI_KEY_H
#define KS_TUI_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ks_key_code {
	KS_KEY_NONE = 0,
	/* Unicode characters stand for themselves, from 0x20 up. */
	KS_KEY_FIRST_NAMED = 0x110000,
	KS_KEY_ENTER,
	KS_KEY_ESC,
	KS_KEY_TAB,
	KS_KEY_BACKTAB,
	KS_KEY_BACKSPACE,
	KS_KEY_DELETE,
	KS_KEY_INSERT,
	KS_KEY_UP,
	KS_KEY_DOWN,
	KS_KEY_LEFT,
	KS_KEY_RIGHT,
	KS_KEY_HOME,
	KS_KEY_END,
	KS_KEY_PGUP,
	KS_KEY_PGDN,
	KS_KEY_F1, /* … F12 follow */
	KS_KEY_F12 = KS_KEY_F1 + 11,
	KS_KEY_RESIZE,      /* the terminal has another size */
	KS_KEY_PASTE_BEGIN, /* bracketed paste */
	KS_KEY_PASTE_END,
	KS_KEY_FOCUS_IN,
	KS_KEY_FOCUS_OUT,
	KS_KEY_RESTYLE, /* the terminal answered a query: its background is known now */
	KS_KEY_HANGUP,  /* there is no terminal any more */
};

struct ks_key {
	uint32_t code; /* a character or an enum ks_key_code */
	bool ctrl;     /* with a letter in upper case: Ctrl-R is {'R', ctrl} */
	bool alt;
	bool more; /* more came with it: maybe a paste that the terminal doesn't mark */
};

/* One spelling ↔ one key; false when text is no key. "Space" is the blank. */
bool ks_key_parse(const char *text, struct ks_key *key);
/*
 * Takes the first spelling off a list that is separated by blanks; false at its end. *key is
 * KS_KEY_NONE when the word is no key.
 */
bool ks_key_next(const char **list, struct ks_key *key);
const char *ks_key_name(struct ks_key key, char *dst, size_t size);
bool ks_key_equal(struct ks_key a, struct ks_key b);
/* A printable character without Ctrl or Alt: what a text input takes. */
bool ks_key_is_text(struct ks_key key);

#endif
