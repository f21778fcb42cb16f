/*
 * The terminal. The one file behind this header is the only one that includes curses. UI thread.
 */
#ifndef KS_TUI_TERM_H
#define KS_TUI_TERM_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"
#include "core/base/secret.h"
#include "tui/canvas.h"
#include "tui/key.h"
#include "tui/keyboard.h"
#include "tui/theme.h"

struct ks_term_options {
	bool no_color;
};

struct ks_term;

/*
 * Takes the terminal over (alternate screen, raw keys: Ctrl-C and Ctrl-Z are keys). NULL with err
 * when stdin or stdout is none or TERM is of no use; an unknown TERM is tried as xterm-256color.
 * Call setlocale() before. Installs handlers that restore the terminal on a crash; all other
 * signals are the app's matter. One terminal at a time.
 */
struct ks_term *ks_term_open(const struct ks_term_options *options, struct ks_err *err);
/* Gives the terminal back as it was. Also safe when it is gone. */
void ks_term_close(struct ks_term *term);
/* For the out-of-memory hook: wipes the secure heap, restores with write(2) and tcsetattr only. */
void ks_term_emergency_restore(void);

/* The locale is UTF-8: else signs and names are shown in ASCII. */
bool ks_term_is_utf8(const struct ks_term *term);

/* Gives the terminal back for a while (Ctrl-Z, a prompt of a child) and takes it again. */
void ks_term_suspend(struct ks_term *term);
void ks_term_resume(struct ks_term *term);

/* For poll(). */
int ks_term_fd(const struct ks_term *term);
void ks_term_size(const struct ks_term *term, int *width, int *height);
/*
 * After SIGWINCH: asks the kernel for the size; the next key is then KS_KEY_RESIZE if it changed.
 */
void ks_term_resized(struct ks_term *term);

/*
 * The next key; false when there is none. Call until false after each poll. It doesn't wait, but
 * for what may follow an ESC: 25 ms, or ESCDELAY.
 */
bool ks_term_key(struct ks_term *term, struct ks_key *key);

/*
 * Shows the canvas: only cells that changed since the last one are sent. Nothing is written when
 * nothing changed.
 */
void ks_term_present(
    struct ks_term *term, const struct ks_canvas *canvas, const struct ks_theme *theme);
/* Forgets what is shown, so that the next present sends everything (Ctrl-L). */
void ks_term_redraw(struct ks_term *term);

/*
 * After the first frame: asks for the background colour and the abilities. Answers are swallowed
 * whenever they come, and end in KS_KEY_RESTYLE: one, unless the background comes last.
 */
void ks_term_ask(struct ks_term *term);
/* As the terminal said, or before it did, COLORFGBG. */
enum ks_term_background ks_term_background(const struct ks_term *term);
/* DA1 said 52: the terminal writes to the clipboard by OSC 52. False proves nothing. */
bool ks_term_says_clipboard(const struct ks_term *term);

/*
 * Shows a secret over blank cells of the picture that was presented last (tui/reveal.h). They stay
 * blank for all that draws, and are blanked again by conceal, and by itself before a picture that
 * has something else there, before the size changes, the screen is sent anew or is left in any way
 * at all. False when it isn't shown: it doesn't fit there, is not plain, or the terminal is not
 * ours.
 */
bool ks_term_reveal(struct ks_term *term, struct ks_rect place, const struct ks_secret *secret);
void ks_term_conceal(struct ks_term *term);
bool ks_term_is_revealed(const struct ks_term *term);

/*
 * Bytes straight to the terminal, around what is known to be on it: OSC 52. They must leave the
 * cursor and the attributes as they were. False when it failed.
 */
bool ks_term_write(struct ks_term *term, const char *data, size_t len);

#endif
