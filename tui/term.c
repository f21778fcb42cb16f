#include "tui/term.h"

#include <errno.h>
#include <langinfo.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <term.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "tui/emergency.h"
#include "tui/palette.h"

/* Bracketed paste and focus events, in terminals that speak ANSI; there is no terminfo for them. */
#define MODES_ON  "\033[?2004h\033[?1004h"
#define MODES_OFF "\033[?1004l\033[?2004l"

/* The background, and last the attributes, which every terminal answers: then no more comes. */
#define QUERIES "\033]11;?\033\\\033[c"

#define FALLBACK_TERM "xterm-256color"

enum { GROUNDS = 4 };

/* A look as curses wants it; made when it is first needed. */
struct paint {
	bool made;
	attr_t attrs;
	short pair;
};

struct ks_term {
	SCREEN *screen;
	struct termios saved;
	bool utf8;
	bool ansi;  /* understands private modes */
	bool ours;  /* not suspended */
	int colors; /* 0: none, or none wanted */
	int width, height;
	struct ks_keyboard keyboard;

	struct ks_canvas *shown; /* what curses was told last */
	bool stale;              /* shown says nothing */
	struct ks_theme theme;
	struct paint paints[KS_ROLE_COUNT][GROUNDS];
	cchar_t *run; /* room for one row */
	int run_size;
};

static bool write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t written = write(fd, data, len);

		if (written < 0 && errno == EAGAIN)
			poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, -1);
		else if (written < 0 && errno != EINTR)
			return false;
		if (written > 0) {
			data += written;
			len -= (size_t)written;
		}
	}
	return true;
}

static void write_text(const char *text)
{
	write_all(STDOUT_FILENO, text, strlen(text));
}

/* ---- opening ---- */

/* A string capability; "" when this terminal doesn't have it. */
static const char *capability(const char *name)
{
	const char *text = tigetstr(name);

	return text != NULL && text != (const char *)-1 ? text : "";
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

static void prepare_emergency(const struct ks_term *term)
{
	struct ks_buf restore;
	bool alternate = capability("rmcup")[0] != '\0';

	ks_buf_init(&restore, KS_EMERGENCY_SIZE);
	add_capability(&restore, "sgr0");
	add_capability(&restore, "op");
	add_capability(&restore, "cnorm");
	if (term->ansi)
		ks_buf_puts(&restore, MODES_OFF);
	if (alternate) { /* cleared, since GNU screen would keep what is there */
		add_capability(&restore, "clear");
		add_capability(&restore, "rmcup");
	}
	ks_buf_puts(&restore, "\r\n");
	ks_emergency_prepare(STDOUT_FILENO, ks_buf_text(&restore), &term->saved);
	ks_buf_free(&restore);
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

/* Colours that may be used. Without terminfo's RGB, numbers above 255 mean nothing. */
static int start_colors(bool wanted)
{
	if (!wanted || !has_colors() || start_color() == ERR || use_default_colors() == ERR)
		return 0;
	if (COLORS > 256 && tigetflag("RGB") <= 0 && tigetnum("RGB") <= 0 &&
	    capability("RGB")[0] == '\0')
		return 256;
	return COLORS;
}

static SCREEN *start_curses(struct ks_err *err)
{
	const char *type = getenv("TERM");
	SCREEN *screen;

	if (type == NULL || type[0] == '\0') {
		ks_err_set(err, KS_ERR_USAGE, "the terminal's type is not known: TERM is not set");
		ks_err_tip(err, "export TERM=" FALLBACK_TERM);
		return NULL;
	}
	screen = newterm(type, stdout, stdin);
	if (screen == NULL)
		screen = newterm(FALLBACK_TERM, stdout, stdin);
	if (screen == NULL) {
		ks_err_set(err, KS_ERR_USAGE,
		    "there is no terminfo for this terminal (TERM=%s) nor for " FALLBACK_TERM,
		    type);
		ks_err_tip(err, "install the package ncurses-base or ncurses-term");
		return NULL;
	}
	if (capability("cup")[0] != '\0')
		return screen;
	endwin();
	delscreen(screen);
	ks_err_set(err, KS_ERR_USAGE, "a terminal of type TERM=%s can't show the screen", type);
	ks_err_tip(err, "if yours can do more, export TERM=" FALLBACK_TERM);
	return NULL;
}

/* What the kernel says, or else what curses knows. */
static void ask_size(int *width, int *height)
{
	struct winsize size;

	*width = COLS;
	*height = LINES;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
		*width = size.ws_col;
		*height = size.ws_row;
	}
}

static void set_size(struct ks_term *term, int width, int height)
{
	if (width != COLS || height != LINES)
		resize_term(height, width);
	term->width = width;
	term->height = height;
	ks_term_redraw(term);
}

static void enter(struct ks_term *term)
{
	term->ours = true;
	ks_emergency_arm(true);
	if (term->ansi)
		write_text(MODES_ON);
}

struct ks_term *ks_term_open(const struct ks_term_options *options, struct ks_err *err)
{
	struct termios saved;
	struct ks_term *term;
	SCREEN *screen;
	int width, height;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) ||
	    tcgetattr(STDOUT_FILENO, &saved) != 0) {
		ks_err_set(err, KS_ERR_USAGE, "standard input and output are not a terminal");
		ks_err_tip(err, "in scripts use: keysail list");
		return NULL;
	}
	ks_emergency_install();
	screen = start_curses(err);
	if (screen == NULL)
		return NULL;
	term = ks_calloc(1, sizeof *term);
	term->screen = screen;
	term->saved = saved;
	term->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	term->ansi = has_colors() && strncmp(capability("cup"), "\033[", 2) == 0;
	ks_keyboard_init(&term->keyboard, STDIN_FILENO, term->utf8);
	prepare_emergency(term);
	ks_emergency_arm(true);
	raw();
	noecho();
	nonl();
	typeahead(-1); /* it would read the keys that are ours to read */
	term->colors = start_colors(!options->no_color);
	teach_keys(&term->keyboard.decoder);
	term->shown = ks_canvas_new(0, 0);
	ask_size(&width, &height);
	set_size(term, width, height);
	enter(term);
	return term;
}

static void leave(struct ks_term *term)
{
	if (!term->ours)
		return;
	term->ours = false;
	if (term->ansi)
		write_text(MODES_OFF);
	endwin();
	ks_emergency_arm(false);
}

void ks_term_close(struct ks_term *term)
{
	int how = TCSADRAIN;

	if (term == NULL)
		return;
	/* An answer that comes now would be the shell's next input. */
	if (term->keyboard.decoder.expecting && !term->keyboard.gone)
		how = TCSAFLUSH;
	leave(term);
	tcsetattr(STDOUT_FILENO, how, &term->saved);
	delscreen(term->screen);
	ks_canvas_free(term->shown);
	free(term->run);
	free(term);
}

void ks_term_emergency_restore(void)
{
	ks_emergency_restore();
}

bool ks_term_is_utf8(const struct ks_term *term)
{
	return term->utf8;
}

void ks_term_suspend(struct ks_term *term)
{
	leave(term);
	tcsetattr(STDOUT_FILENO, TCSADRAIN, &term->saved);
}

void ks_term_resume(struct ks_term *term)
{
	if (term->ours || term->keyboard.gone)
		return;
	reset_prog_mode();
	enter(term);
	ks_term_redraw(term);
	ks_term_resized(term);
}

/* ---- keys ---- */

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
	set_size(term, width, height);
	term->keyboard.resized = true;
}

bool ks_term_key(struct ks_term *term, struct ks_key *key)
{
	return term->ours && ks_keyboard_next(&term->keyboard, key);
}

void ks_term_ask(struct ks_term *term)
{
	const char *type = getenv("TERM");

	/* The Linux console prints the rest of an OSC that it doesn't know. */
	if (!term->ansi || !term->ours || (type != NULL && strncmp(type, "linux", 5) == 0))
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

bool ks_term_write(struct ks_term *term, const char *data, size_t len)
{
	return term->ours && !term->keyboard.gone && write_all(STDOUT_FILENO, data, len);
}

/* ---- drawing ---- */

static attr_t curses_attrs(uint8_t attrs)
{
	static const struct {
		uint8_t ours;
		attr_t theirs;
	} rows[] = {
	    {KS_ATTR_BOLD, A_BOLD},
	    {KS_ATTR_DIM, A_DIM},
	    {KS_ATTR_ITALIC, A_ITALIC},
	    {KS_ATTR_UNDERLINE, A_UNDERLINE},
	    {KS_ATTR_REVERSE, A_REVERSE},
	};
	attr_t sum = A_NORMAL;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if ((attrs & rows[i].ours) != 0)
			sum |= rows[i].theirs;
	return sum;
}

static struct paint *paint_of(struct ks_term *term, struct ks_style style)
{
	struct paint *paint = &term->paints[style.role % KS_ROLE_COUNT][style.ground % GROUNDS];
	struct ks_look look;
	int fg, bg, pair;

	if (paint->made)
		return paint;
	look = ks_theme_look(&term->theme, style);
	fg = ks_palette_index(look.fg, term->colors);
	bg = ks_palette_index(look.bg, term->colors);
	pair = fg < 0 && bg < 0 ? 0 : alloc_pair(fg, bg);
	*paint = (struct paint){
	    .made = true,
	    .attrs = curses_attrs(look.attrs),
	    .pair = (short)(pair > 0 && pair <= SHRT_MAX ? pair : 0),
	};
	return paint;
}

/*
 * The characters of a cell as this locale's terminals show them. What the C library takes for
 * another width than we do would shift the rest of the row: it is shown as a question mark. Gives
 * the cells that are left to fill with blanks.
 */
static int cell_text(const struct ks_term *term, const struct ks_cell *cell, wchar_t text[4])
{
	size_t count = 1;
	wchar_t first = (wchar_t)cell->code[0];

	text[0] = first;
	text[1] = 0;
	if (first >= 0x20 && first < 0x7F && (cell->code[1] == 0 || !term->utf8))
		return cell->width - 1;
	if (!term->utf8 || first < 0x20 || (first >= 0x7F && first < 0xA0) ||
	    wcwidth(first) != cell->width) {
		text[0] = L'?';
		return cell->width - 1;
	}
	for (int i = 1; i < 3 && cell->code[i] != 0; i++)
		if (wcwidth((wchar_t)cell->code[i]) == 0)
			text[count++] = (wchar_t)cell->code[i];
	text[count] = 0;
	return 0;
}

static bool same_cell(const struct ks_cell *a, const struct ks_cell *b)
{
	return a->code[0] == b->code[0] && a->code[1] == b->code[1] && a->code[2] == b->code[2] &&
	       a->width == b->width && a->style.role == b->style.role &&
	       a->style.ground == b->style.ground;
}

/* Gives cells first to last of a row to curses. */
static void send_cells(struct ks_term *term, const struct ks_cell *row, int y, int first, int last)
{
	int count = 0;

	for (int x = first; x <= last; x++) {
		const struct paint *paint = paint_of(term, row[x].style);
		wchar_t text[4];
		int blanks;

		if (row[x].width == 0)
			continue;
		blanks = cell_text(term, &row[x], text);
		setcchar(&term->run[count++], text, paint->attrs, paint->pair, NULL);
		if (blanks > 0)
			setcchar(&term->run[count++], L" ", paint->attrs, paint->pair, NULL);
	}
	mvwadd_wchnstr(stdscr, y, first, term->run, count);
}

/* Tells curses what changed in a row; true when something did. */
static bool send_row(struct ks_term *term, const struct ks_canvas *canvas, int y)
{
	size_t start = (size_t)y * (size_t)canvas->width;
	const struct ks_cell *new_row = canvas->cells + start;
	struct ks_cell *old_row = term->shown->cells + start;
	int first = 0, last = canvas->width - 1;

	if (!term->stale) {
		while (first <= last && same_cell(&new_row[first], &old_row[first]))
			first++;
		while (last > first && same_cell(&new_row[last], &old_row[last]))
			last--;
	}
	if (first > last)
		return false;
	if (new_row[first].width == 0 && first > 0)
		first--;
	memcpy(old_row, new_row, (size_t)canvas->width * sizeof *old_row);
	if (y < term->height)
		send_cells(term, new_row, y, first, last);
	return true;
}

/* The hardware cursor; true when it has to move or change. */
static bool send_cursor(struct ks_term *term, const struct ks_canvas *canvas)
{
	struct ks_canvas *shown = term->shown;
	bool moved = term->stale || shown->cursor_x != canvas->cursor_x ||
		     shown->cursor_y != canvas->cursor_y;

	if (term->stale || shown->cursor_on != canvas->cursor_on)
		curs_set(canvas->cursor_on ? 1 : 0);
	shown->cursor_x = canvas->cursor_x;
	shown->cursor_y = canvas->cursor_y;
	shown->cursor_on = canvas->cursor_on;
	if (canvas->cursor_y < term->height && canvas->cursor_x < term->width)
		wmove(stdscr, canvas->cursor_y, canvas->cursor_x);
	return moved;
}

static void prepare_frame(
    struct ks_term *term, const struct ks_canvas *canvas, const struct ks_theme *theme)
{
	const struct ks_theme *usable = ks_theme_for(theme, term->colors);

	if (memcmp(&term->theme, usable, sizeof *usable) != 0) {
		memcpy(&term->theme, usable, sizeof *usable);
		memset(term->paints, 0, sizeof term->paints);
		term->stale = true;
	}
	if (canvas->width != term->shown->width || canvas->height != term->shown->height)
		term->stale = true;
	if (!term->stale)
		return;
	werase(stdscr);
	ks_canvas_reset(term->shown, canvas->width, canvas->height);
	if (canvas->width > term->run_size) {
		term->run_size = canvas->width;
		term->run = ks_realloc(term->run, (size_t)canvas->width * sizeof *term->run);
	}
}

void ks_term_present(
    struct ks_term *term, const struct ks_canvas *canvas, const struct ks_theme *theme)
{
	bool changed = false;

	if (!term->ours || term->keyboard.gone)
		return;
	prepare_frame(term, canvas, theme);
	for (int y = 0; y < canvas->height; y++)
		changed |= send_row(term, canvas, y);
	changed |= send_cursor(term, canvas);
	term->stale = false;
	if (!changed)
		return;
	wnoutrefresh(stdscr);
	doupdate();
}

void ks_term_redraw(struct ks_term *term)
{
	clearok(curscr, TRUE);
	term->stale = true;
}
