/*
 * What a terminal sends, decoded: bytes in, keys and answers to queries out. It knows no terminal
 * and no time, so that every split of every sequence can be tested. UI thread.
 *
 * keysail reads the terminal itself instead of through curses' wgetch. That one hands over the
 * bytes of an answer (a background colour) one by one as keys, and after a lone ESC it waits for
 * the rest of a sequence inside the read, holding up all else; nor does it say when it still holds
 * bytes that poll() can't see.
 */
#ifndef KS_TUI_DECODE_H
#define KS_TUI_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/key.h"

enum { KS_DECODER_SIZE = 8192, KS_DECODER_MAX_SEQUENCES = 32, KS_SEQUENCE_SIZE = 12 };

/* A sequence of this terminal's own, from terminfo; it goes before the common ones. */
struct ks_sequence {
	char bytes[KS_SEQUENCE_SIZE];
	uint8_t len;
	uint32_t code; /* enum ks_key_code */
};

/* Zeroed, with utf8 set as the locale is, it is ready. */
struct ks_decoder {
	unsigned char bytes[KS_DECODER_SIZE]; /* not decoded yet */
	size_t len;
	bool utf8;      /* else bytes above 0x7E are no keys */
	bool expecting; /* queries are out: answers may come */
	bool pasting;   /* between the marks of a bracketed paste all is text */
	bool lost_esc;  /* an ESC went out as a key that may have begun an answer */
	struct ks_sequence sequences[KS_DECODER_MAX_SEQUENCES];
	size_t n_sequences;
};

enum ks_decoded_kind {
	KS_DECODED_NOTHING,    /* all that was there is decoded */
	KS_DECODED_MORE,       /* the bytes left may become a key: wait for more, or force it */
	KS_DECODED_KEY,        /* key */
	KS_DECODED_BACKGROUND, /* answer to OSC 11: red, green, blue */
	KS_DECODED_ATTRIBUTES, /* answer to DA1: clipboard */
};

struct ks_decoded {
	enum ks_decoded_kind kind;
	struct ks_key key;
	uint8_t red, green, blue;
	bool clipboard; /* 52 is among the attributes */
};

/*
 * Adds bytes; they are wiped once they are decoded, since a secret may be pasted. Gives how many
 * had room. There is room for all after the decoder was emptied.
 */
size_t ks_decoder_feed(struct ks_decoder *decoder, const void *bytes, size_t len);

/*
 * The next key or answer. force: no more bytes came in time, so that an ESC is the key ESC. An
 * answer that has begun is waited for even then, as KS_DECODED_NOTHING, and never becomes keys.
 */
struct ks_decoded ks_decoder_next(struct ks_decoder *decoder, bool force);

/* Teaches it a terminfo string for a key; other than ESC and more is ignored. */
void ks_decoder_teach(struct ks_decoder *decoder, const char *bytes, uint32_t code);

#endif
