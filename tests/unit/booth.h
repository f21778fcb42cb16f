/*
 * The real interface and the real store before a made-up service of one bucket whose keys can be
 * made and deleted, at a fixed time, without a terminal or a worker. Keys in; the picture, and what
 * the store was told, out.
 */
#ifndef KS_TESTS_UNIT_BOOTH_H
#define KS_TESTS_UNIT_BOOTH_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/state/store.h"
#include "tui/clipboard.h"
#include "tui/ui_run.h"

#define SECRET  "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define OLD_KEY "AKIAIOSFODNN7EXAMPLE" /* used 3 h ago */
#define TWO_KEY "AKIAI44QH8DHBSECONDK" /* never used */
#define NEW_KEY "AKIAI44QH8DHBNEWKEYX" /* the one that is made */
#define DAY     (INT64_C(24) * 3600 * 1000)

/* How the service behaves towards a change, and a sink towards a secret. */
enum behaviour { ANSWERS, WAITS, REFUSES, LOSES, EXISTS };

struct key {
	const char *id;
	enum ks_use use;
	int64_t used_ago;
	int rank; /* days that it is younger than the oldest */
};

struct booth {
	struct ks_store *store;
	struct ks_ui *ui;
	struct ks_clipboard *clipboard; /* has the terminal only */
	struct ks_canvas *canvas;
	struct ks_buf picture, terminal, told;
	bool revealed;          /* a secret is on the bare terminal, */
	struct ks_rect place;   /* here */
	struct ks_buf reveals;  /* the secrets that ever were there, each with a semicolon */
	bool refuses_to_reveal; /* the terminal doesn't take it */
	int64_t now;
	uint64_t last_request;
	const char *bucket; /* its name */
	const char *secret; /* of the key that is made */
	struct key keys[4]; /* what the service has */
	size_t n_keys;
	enum behaviour creates, deletes, delivers;
	struct ks_request *waiting; /* a change or a delivery that WAITS */
	struct ks_buf delivered;    /* what sinks got: "SINK SECRET;" */
	uint64_t cancelled;         /* the request that was cancelled last; 0: none */
};

int booth_set_up(void **state);
int booth_tear_down(void **state);

/* Opens it with the keys that are in it; with OLD_KEY, or OLD_KEY and TWO_KEY. */
void booth_open_world(struct booth *b, const struct ks_glyphs *glyphs);
void booth_given_keys(struct booth *b, size_t count);
void booth_open_create(struct booth *b);
void booth_open_delete(struct booth *b, const char *key_id);
/* A key was made, and its secret waits in its dialog. */
void booth_open_secret(struct booth *b);

/* Answers what the plan asks for, until it asks for nothing. */
void booth_serve(struct booth *b);
/* What waits is answered at last, like this. */
void booth_answer_waiting(struct booth *b, enum behaviour behaviour);
/* Time passes until it is known what became of a change whose answer was lost. */
void booth_find_out(struct booth *b);
/* The journal has a change open: key_id NULL: nobody knows which key, if any. */
void booth_left_open(struct booth *b, enum ks_journal_step step, const char *key_id);
void booth_remove_key(struct booth *b, const char *id);

/* A turn of the loop, and a frame. */
void booth_show(struct booth *b);
/* Keys by their spelling, a turn and a frame after each. */
void booth_press(struct booth *b, const char *keys);
/* Text as a marked paste, line breaks as Enter, a turn and a frame after each key. */
void booth_paste(struct booth *b, const char *text);
void booth_resize(struct booth *b, int width, int height);

/*
 * The dialogs alone, as they are in this size, and the hints below, without the panes behind them
 * and the empty lines. In a new block.
 */
char *booth_dialog_picture(struct booth *b, int width, int height);

void assert_booth_shows(const struct booth *b, const char *text);
void assert_booth_shows_not(const struct booth *b, const char *text);
/* What the user's events were since the last time, each with a semicolon. */
void assert_booth_told(struct booth *b, const char *expected);
/* The topmost dialog; NULL: none. */
void assert_booth_top(const struct booth *b, const struct ks_dialog_class *class);
/* In each size it draws without harm, and this is in sight. */
void assert_booth_fits(struct booth *b, const char *focus);

uint32_t booth_bucket_id(const struct booth *b);
const struct ks_change *booth_only_change(const struct booth *b);
const struct ks_handover *booth_handover(const struct booth *b);

#endif
