/*
 * A program in a pseudo-terminal whose screen is kept by libvterm: keys in, a picture out. Every
 * wait is for something that must appear; after a generous limit it gives up, prints the screen on
 * stderr and gives false. Nothing sleeps. Works in parallel with others of its kind.
 *
 * The environment is pinned: TERM, UTF-8, UTC, and HOME and the XDG folders in a folder of its own.
 * Of the caller's only PATH, terminfo's and the sanitizers' variables are passed on.
 */
#ifndef KS_TESTS_PTY_H
#define KS_TESTS_PTY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* What the terminal answers to OSC 11 and DA1. */
enum ks_pty_answers { KS_PTY_SILENT, KS_PTY_DARK, KS_PTY_LIGHT };

struct ks_pty_options {
	const char *const *argv; /* NULL at its end; argv[0] is a path */
	int width, height;       /* 0: 80×24 */
	const char *term;        /* NULL: xterm-256color */
	const char *const *env;  /* NAME=VALUE …, NULL at its end; goes before the pinned ones */
	enum ks_pty_answers answers;
};

struct ks_pty;

/* Starts it. The caller frees; that kills the program if it still runs, and removes its folder. */
struct ks_pty *ks_pty_start(const struct ks_pty_options *options);
void ks_pty_free(struct ks_pty *pty);

pid_t ks_pty_pid(const struct ks_pty *pty);

/* Keys by their spelling in tui/key.h, separated by blanks: "Down Down Ctrl-R Enter". */
void ks_pty_press(struct ks_pty *pty, const char *keys);
/* Text as if typed; as if pasted, in brackets; bytes as they are. */
void ks_pty_type(struct ks_pty *pty, const char *text);
void ks_pty_paste(struct ks_pty *pty, const char *text);
void ks_pty_send(struct ks_pty *pty, const char *data, size_t len);

void ks_pty_resize(struct ks_pty *pty, int width, int height);
void ks_pty_signal(const struct ks_pty *pty, int signal_number);
/* The terminal is closed, as when its window or the connection goes. */
void ks_pty_hang_up(struct ks_pty *pty);

/* Until the text is on the screen, within one row; until it is nowhere on it. */
bool ks_pty_wait(struct ks_pty *pty, const char *text);
bool ks_pty_wait_gone(struct ks_pty *pty, const char *text);
/* Until done says so; called after each piece of output. what is for the message. */
bool ks_pty_wait_until(
    struct ks_pty *pty, bool (*done)(struct ks_pty *pty, void *ctx), void *ctx, const char *what);
/* Until the cursor rests there: it is what a frame sets last. */
bool ks_pty_wait_cursor(struct ks_pty *pty, int x, int y);
/* Until these bytes came, anywhere in all output so far. */
bool ks_pty_wait_raw(struct ks_pty *pty, const char *bytes);
/* Until it ended or stopped: *status is waitpid's. */
bool ks_pty_wait_exit(struct ks_pty *pty, int *status);
bool ks_pty_wait_stopped(struct ks_pty *pty, int *status);

/* The screen as text, one line a row, blanks at the ends cut. Good until the next call. */
const char *ks_pty_screen(struct ks_pty *pty);
bool ks_pty_shows(struct ks_pty *pty, const char *text);
/* Where text begins on the screen; false when it is not there. */
bool ks_pty_find(struct ks_pty *pty, const char *text, int *x, int *y);

/* Colours: -1 the default, 0 to 255 an index, else 0x1rrggbb. */
struct ks_pty_cell {
	char text[32]; /* UTF-8; "" for a blank and for the right half of a wide one */
	int width;
	bool bold, italic, underline, reverse;
	int fg, bg;
};
struct ks_pty_cell ks_pty_cell(const struct ks_pty *pty, int x, int y);
void ks_pty_cursor(const struct ks_pty *pty, int *x, int *y, bool *visible);
bool ks_pty_alternate(const struct ks_pty *pty);

/* What left the main screen at its top, one line a row. Good until more comes. */
const char *ks_pty_scrollback(const struct ks_pty *pty);

/* Bytes that the program wrote so far, all of them (up to 64 MiB). */
const char *ks_pty_raw(const struct ks_pty *pty, size_t *len);
/* True when the terminal's modes are as they were before the program started. */
bool ks_pty_modes_restored(const struct ks_pty *pty);

#endif
