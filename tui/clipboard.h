/*
 * The clipboard: hands a text over by the first way that works (clipboard_ways.h) and says what
 * really happened. It never blocks: a copy is begun, and ends in a later turn. UI thread.
 */
#ifndef KS_TUI_CLIPBOARD_H
#define KS_TUI_CLIPBOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/secret.h"
#include "tui/clipboard_ways.h"

/* A secret's time in the clipboard is over; text, clean, says how clearing went. */
typedef void ks_clipboard_cleared(void *ctx, bool ok, const char *text);

struct ks_clipboard_options {
	struct ks_clip_env env;        /* its texts are copied */
	const char *clear_command;     /* of the configuration; NULL: none */
	int clear_seconds;             /* how long a secret stays in it; 0: until exit */
	ks_clipboard_cleared *cleared; /* called from ks_clipboard_turn; NULL: nobody asks */
	void *cleared_ctx;
	/* Bytes straight to the terminal; false when it failed. NULL: there is none. */
	bool (*write)(void *ctx, const char *data, size_t len);
	void *ctx;
};

/* How a copy ended. Clean texts. */
struct ks_clipboard_result {
	uint64_t tag; /* as given when it was begun */
	bool ok;
	char phrase[160]; /* "Copied with wl-copy"; what went wrong when not ok */
	char note[240];   /* ways that failed before this one; "" if none */
};

/* Where the last copy is, as far as can be known. */
enum ks_clipboard_hold {
	KS_CLIPBOARD_UNKNOWN,  /* nobody tells: tmux, OSC 52, pbcopy, a command */
	KS_CLIPBOARD_OURS,     /* our child still serves it */
	KS_CLIPBOARD_REPLACED, /* our child ended by itself: something else was copied since */
	KS_CLIPBOARD_LOST,     /* our child failed after it had taken the text */
	KS_CLIPBOARD_CLEARED,  /* its time was over, and it was taken out of it */
};

struct ks_clipboard;

struct ks_clipboard *ks_clipboard_new(const struct ks_clipboard_options *options);
/* Wipes what it holds. Doesn't touch the clipboard itself: see ks_clipboard_clear. */
void ks_clipboard_free(struct ks_clipboard *clipboard);

/*
 * Begins a copy; its end calls done(ctx, result) once, from ks_clipboard_turn or before this
 * returns. False (and no call) while another copy is under way, or when the secret can't be
 * duplicated into the secure heap, where it stays until the end. now is in ms, of the same clock as
 * ks_clipboard_turn's.
 */
typedef void ks_clipboard_done(void *ctx, const struct ks_clipboard_result *result);
bool ks_clipboard_copy_secret(struct ks_clipboard *clipboard, const struct ks_secret *secret,
    uint64_t tag, int64_t now, ks_clipboard_done *done, void *ctx);
bool ks_clipboard_copy_text(struct ks_clipboard *clipboard, const char *text, uint64_t tag,
    int64_t now, ks_clipboard_done *done, void *ctx);

/* Reaps children and goes on with the copy: after SIGCHLD and when ks_clipboard_wake has come. */
void ks_clipboard_turn(struct ks_clipboard *clipboard, int64_t now);
/* When to call ks_clipboard_turn although no child ended; KS_TIME_NEVER. */
int64_t ks_clipboard_wake(const struct ks_clipboard *clipboard);

/* A copy is under way. */
bool ks_clipboard_is_busy(const struct ks_clipboard *clipboard);
/* How the last copy ended; NULL when there was none. Good until the next turn. */
const struct ks_clipboard_result *ks_clipboard_last(const struct ks_clipboard *clipboard);
enum ks_clipboard_hold ks_clipboard_hold(const struct ks_clipboard *clipboard);

/* When the secret is taken out of the clipboard; KS_TIME_NEVER: nothing is counting down. */
int64_t ks_clipboard_clears_at(const struct ks_clipboard *clipboard);
/* It stays until exit, or until another secret is copied. False when nothing was counting down. */
bool ks_clipboard_keep(struct ks_clipboard *clipboard);

/* What a secret's copy would do, as one sentence. Starts nothing. */
const char *ks_clipboard_promise(const struct ks_clipboard *clipboard);

/*
 * At exit, while the terminal is still ours: takes secrets out of the clipboard: where our
 * child holds it, only if they are still in it; from the terminal and tmux in any case. Waits for
 * its tools, at most a second. False when one had to be left there: left then says so, for stderr.
 */
bool ks_clipboard_clear(struct ks_clipboard *clipboard, char *left, size_t size);

#endif
