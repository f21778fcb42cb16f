#include "tui/term.h"

#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* curses' terminfo; paint.h says why not its windows. */
#include <curses.h>
#include <term.h>

#include "core/base/buf.h"
#include "core/base/fd.h"
#include "core/base/mem.h"
#include "tui/emergency.h"
#include "tui/paint.h"
#include "tui/reveal.h"

/* Bracketed paste and focus events; there is no terminfo for them. */
#define MODES_ON  "\033[?2004h\033[?1004h"
#define MODES_OFF "\033[?1004l\033[?2004l"

/* The background, and last the attributes, which every terminal answers: then no more comes. */
#define QUERIES "\033]11;?\033\\\033[c"

#define FALLBACK_TERM "xterm-256color"

_Static_assert(
    (int)KS_REVEAL_ERASE_MAX <= (int)KS_EMERGENCY_COVER_SIZE, "a crash can erase it too");

enum { SEQUENCES_MAX = 512, FRAME_MAX = 64 * 1024 * 1024 };

struct ks_term {
	struct termios saved, raw;
	char enter[SEQUENCES_MAX], leave[SEQUENCES_MAX];
	bool ours;     /* not suspended */
	bool modern;   /* may be asked, and knows private modes */
	bool revealed; /* a secret is on the screen, where the painter keeps off */
	int width, height;
	struct ks_keyboard keyboard;
	struct ks_painter painter;
	struct ks_buf out;
};

static void write_text(const char *text)
{
	ks_fd_write_all(STDOUT_FILENO, text, strlen(text));
}

/* ---- what terminfo says ---- */

/* A string capability; "" when this terminal doesn't have it. */
static const char *capability(const char *name)
{
	const char *text = tigetstr(name);

	return text != NULL && text != (const char *)-1 ? text : "";
}

static bool has(const char *name)
{
	return capability(name)[0] != '\0';
}

/* Adds a capability without its padding, which no terminal of today needs. */
static void add_capability(struct ks_buf *out, const char *name)
{
	for (const char *at = capability(name); *at != '\0'; at++) {
		const char *end = at[0] == '$' && at[1] == '<' ? strchr(at, '>') : NULL;

		if (end != NULL)
			at = end;
		else
			ks_buf_add(out, at, 1);
	}
}

/* Without terminfo's RGB, numbers above 255 mean nothing. */
static int count_colors(void)
{
	int colors = tigetnum("colors");

	if (colors < 8 || !has("op"))
		return 0;
	if (colors <= 256 || tigetflag("RGB") > 0 || tigetnum("RGB") > 0 || has("RGB"))
		return colors;
	return 256;
}

static uint8_t known_attrs(void)
{
	static const struct {
		const char *name;
		uint8_t bit;
	} rows[] = {
	    {"bold", KS_ATTR_BOLD},
	    {"dim", KS_ATTR_DIM},
	    {"sitm", KS_ATTR_ITALIC},
	    {"smul", KS_ATTR_UNDERLINE},
	    {"rev", KS_ATTR_REVERSE},
	};
	uint8_t attrs = 0;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		attrs |= has(rows[i].name) ? rows[i].bit : 0;
	return attrs;
}

static void teach_keys(struct ks_decoder *decoder)
{
	static const struct {
		const char *name;
		uint32_t code;
	} caps[] = {
	    {"kcuu1", KS_KEY_UP},
	    {"kcud1", KS_KEY_DOWN},
	    {"kcub1", KS_KEY_LEFT},
	    {"kcuf1", KS_KEY_RIGHT},
	    {"khome", KS_KEY_HOME},
	    {"kend", KS_KEY_END},
	    {"kpp", KS_KEY_PGUP},
	    {"knp", KS_KEY_PGDN},
	    {"kich1", KS_KEY_INSERT},
	    {"kdch1", KS_KEY_DELETE},
	    {"kcbt", KS_KEY_BACKTAB},
	    {"kent", KS_KEY_ENTER},
	};

	for (size_t i = 0; i < sizeof caps / sizeof caps[0]; i++)
		ks_decoder_teach(decoder, capability(caps[i].name), caps[i].code);
	for (uint32_t i = 0; i < 12; i++) {
		char name[8];

		snprintf(name, sizeof name, "kf%u", (unsigned)i + 1);
		ks_decoder_teach(decoder, capability(name), KS_KEY_F1 + i);
	}
}

static bool is_type(const char *prefix)
{
	const char *type = getenv("TERM");

	return type != NULL && strncmp(type, prefix, strlen(prefix)) == 0;
}

/* What takes the terminal over, and what gives it back. */
static void make_sequences(struct ks_term *term)
{
	struct ks_buf text;

	ks_buf_init(&text, sizeof term->enter - 1);
	add_capability(&text, "smcup");
	if (term->modern)
		ks_buf_puts(&text, MODES_ON);
	memcpy(term->enter, ks_buf_text(&text), text.len);
	ks_buf_reset(&text);
	add_capability(&text, "sgr0");
	add_capability(&text, "op");
	if (term->modern)
		ks_buf_puts(&text, MODES_OFF);
	add_capability(&text, "cnorm");
	/* Cleared, since GNU screen keeps what the alternate screen showed. */
	add_capability(&text, "clear");
	add_capability(&text, "rmcup");
	memcpy(term->leave, ks_buf_text(&text), text.len);
	ks_buf_free(&text);
}

/* ---- opening ---- */

/* Loads the description of this terminal, or of what an unknown one is most likely like. */
static bool load_terminfo(struct ks_err *err)
{
	const char *type = getenv("TERM");
	int result;

	if (type == NULL || type[0] == '\0') {
		ks_err_set(err, KS_ERR_USAGE, "the terminal's type is not known: TERM is not set");
		return ks_err_tip(err, "export TERM=" FALLBACK_TERM);
	}
	if (setupterm(type, STDOUT_FILENO, &result) != OK &&
	    setupterm(FALLBACK_TERM, STDOUT_FILENO, &result) != OK) {
		ks_err_set(err, KS_ERR_USAGE,
		    "there is no terminfo for this terminal (TERM=%s) nor for " FALLBACK_TERM,
		    type);
		return ks_err_tip(err, "install the package ncurses-base or ncurses-term");
	}
	if (strncmp(capability("cup"), "\033[", 2) == 0)
		return true;
	del_curterm(cur_term);
	ks_err_set(err, KS_ERR_USAGE, "a terminal of type TERM=%s can't show the screen", type);
	return ks_err_tip(err, "if yours can do more, export TERM=" FALLBACK_TERM);
}

/* What the kernel says, or else terminfo. */
static void ask_size(int *width, int *height)
{
	struct winsize size;

	*width = tigetnum("cols") > 0 ? tigetnum("cols") : 80;
	*height = tigetnum("lines") > 0 ? tigetnum("lines") : 24;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
		*width = size.ws_col;
		*height = size.ws_row;
	}
}

static void enter(struct ks_term *term)
{
	term->ours = true;
	ks_emergency_arm(true);
	tcsetattr(STDOUT_FILENO, TCSADRAIN, &term->raw);
	write_text(term->enter);
	ks_painter_forget(&term->painter);
}

static void leave(struct ks_term *term)
{
	if (!term->ours)
		return;
	ks_term_conceal(term);
	term->ours = false;
	write_text(term->leave);
	/* An answer that is still to be read would be the shell's next input. */
	if (term->keyboard.decoder.expecting)
		tcflush(STDIN_FILENO, TCIFLUSH);
	/* Without waiting for the output: a stalled connection must not hold up leaving. */
	tcsetattr(STDOUT_FILENO, TCSANOW, &term->saved);
	ks_emergency_arm(false);
}

static void prepare(struct ks_term *term, const struct ks_term_options *options)
{
	struct ks_abilities abilities = {
	    .colors = options->no_color ? 0 : count_colors(),
	    .attrs = known_attrs(),
	    .utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
	    .erase_ahead = has("ech"),
	    .erase_colored = tigetflag("bce") > 0,
	    .scrolls_at_end = tigetflag("am") > 0 && tigetflag("xenl") <= 0,
	};

	term->raw = term->saved;
	cfmakeraw(&term->raw);
	/* What has colours is young enough. The Linux console prints the rest of an OSC. */
	term->modern = count_colors() > 0 && !is_type("linux");
	make_sequences(term);
	ks_painter_init(&term->painter, &abilities);
	ks_keyboard_init(&term->keyboard, STDIN_FILENO, abilities.utf8);
	teach_keys(&term->keyboard.decoder);
	ks_buf_init(&term->out, FRAME_MAX);
	ask_size(&term->width, &term->height);
}

struct ks_term *ks_term_open(const struct ks_term_options *options, struct ks_err *err)
{
	struct termios saved;
	struct ks_term *term;

	if (!isatty(STDIN_FILENO) || tcgetattr(STDOUT_FILENO, &saved) != 0) {
		ks_err_set(err, KS_ERR_USAGE, "standard input and output are not a terminal");
		ks_err_tip(err, "in scripts use: keysail list");
		return NULL;
	}
	if (!load_terminfo(err))
		return NULL;
	term = ks_calloc(1, sizeof *term);
	term->saved = saved;
	prepare(term, options);
	ks_emergency_install();
	ks_emergency_prepare(STDOUT_FILENO, term->leave, &term->saved);
	enter(term);
	return term;
}

void ks_term_close(struct ks_term *term)
{
	if (term == NULL)
		return;
	leave(term);
	del_curterm(cur_term);
	ks_painter_free(&term->painter);
	ks_buf_free(&term->out);
	free(term);
}

void ks_term_emergency_restore(void)
{
	ks_emergency_restore();
}

void ks_term_suspend(struct ks_term *term)
{
	leave(term);
}

void ks_term_resume(struct ks_term *term)
{
	if (term->ours || term->keyboard.gone)
		return;
	enter(term);
	ks_term_resized(term);
}

bool ks_term_is_utf8(const struct ks_term *term)
{
	return term->painter.abilities.utf8;
}

/* ---- size and keys ---- */

int ks_term_fd(const struct ks_term *term)
{
	return term->keyboard.fd;
}

void ks_term_size(const struct ks_term *term, int *width, int *height)
{
	*width = term->width;
	*height = term->height;
}

void ks_term_resized(struct ks_term *term)
{
	int width, height;

	ask_size(&width, &height);
	if (width == term->width && height == term->height)
		return;
	ks_term_conceal(term);
	term->width = width;
	term->height = height;
	term->keyboard.resized = true;
	/* Terminals move what they show when they change their size, each in its own way. */
	ks_painter_forget(&term->painter);
}

bool ks_term_key(struct ks_term *term, struct ks_key *key)
{
	return term->ours && ks_keyboard_next(&term->keyboard, key);
}

/* ---- questions ---- */

void ks_term_ask(struct ks_term *term)
{
	if (!term->modern || !term->ours)
		return;
	ks_keyboard_expect(&term->keyboard);
	write_text(QUERIES);
}

enum ks_term_background ks_term_background(const struct ks_term *term)
{
	return term->keyboard.background;
}

bool ks_term_says_clipboard(const struct ks_term *term)
{
	return term->keyboard.clipboard;
}

/* ---- drawing ---- */

void ks_term_present(
    struct ks_term *term, const struct ks_canvas *canvas, const struct ks_theme *theme)
{
	if (!term->ours || term->keyboard.gone)
		return;
	if (term->revealed && !ks_painter_can_keep(&term->painter, canvas, theme))
		ks_term_conceal(term);
	ks_buf_reset(&term->out);
	ks_painter_frame(&term->painter, canvas, theme, term->width, term->height, &term->out);
	ks_fd_write_all(STDOUT_FILENO, ks_buf_text(&term->out), term->out.len);
}

void ks_term_redraw(struct ks_term *term)
{
	ks_term_conceal(term);
	ks_painter_forget(&term->painter);
}

/* ---- a secret past the painter ---- */

static bool write_out(struct ks_term *term)
{
	return ks_fd_write_all(STDOUT_FILENO, ks_buf_text(&term->out), term->out.len);
}

/* The crash handler is told first: from then on whatever happens takes it away. */
static bool prepare_erasing(struct ks_term *term, struct ks_rect place)
{
	ks_buf_reset(&term->out);
	if (!ks_reveal_erase(place, &term->out))
		return false;
	ks_emergency_cover(ks_buf_text(&term->out), term->out.len);
	return true;
}

bool ks_term_reveal(struct ks_term *term, struct ks_rect place, const struct ks_secret *secret)
{
	bool written;

	ks_term_conceal(term);
	if (!term->ours || term->keyboard.gone || !ks_reveal_is_plain(secret) ||
	    !ks_reveal_fits(secret, place, term->width, term->height) ||
	    !ks_painter_keep(&term->painter, place))
		return false;
	if (!prepare_erasing(term, place)) {
		ks_painter_keep(&term->painter, (struct ks_rect){0});
		return false;
	}
	term->revealed = true;
	ks_buf_reset(&term->out);
	ks_painter_step_out(&term->painter, &term->out);
	written = write_out(term) && ks_reveal_write(STDOUT_FILENO, place, secret);
	ks_buf_reset(&term->out);
	ks_painter_step_in(&term->painter, &term->out);
	if (!write_out(term) || !written)
		ks_term_conceal(term);
	return term->revealed;
}

void ks_term_conceal(struct ks_term *term)
{
	int width, height;

	if (!term->revealed)
		return;
	term->revealed = false;
	ks_buf_reset(&term->out);
	ks_painter_step_out(&term->painter, &term->out);
	ask_size(&width, &height);
	if (width == term->width && height == term->height) {
		ks_reveal_erase(term->painter.kept, &term->out);
		ks_painter_step_in(&term->painter, &term->out);
	} else {
		/* Terminals move their lines then, each in its own way. */
		ks_reveal_erase_rows(height, &term->out);
		ks_painter_forget(&term->painter);
	}
	write_out(term);
	ks_painter_keep(&term->painter, (struct ks_rect){0});
	ks_emergency_cover(NULL, 0);
}

bool ks_term_is_revealed(const struct ks_term *term)
{
	return term->revealed;
}

bool ks_term_write(struct ks_term *term, const char *data, size_t len)
{
	return term->ours && !term->keyboard.gone && ks_fd_write_all(STDOUT_FILENO, data, len);
}
