#define _GNU_SOURCE /* memmem */
#include "tests/support/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <vterm.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/text.h"
#include "tests/support/pty_keys.h"

enum { LIMIT_MS = 60000, MAX_ENV = 64, RAW_MAX = 64 * 1024 * 1024 };

struct ks_pty {
	int master;
	pid_t pid;
	bool ended;
	int status;
	char home[64];
	enum ks_pty_answers answers;
	size_t scanned; /* bytes of raw in which queries were looked for */
	struct termios modes;

	VTerm *vterm;
	VTermScreen *screen;
	int width, height;
	bool alternate, cursor_visible;
	struct ks_buf raw, text, scrolled;
};

static void die(const char *what)
{
	perror(what);
	abort();
}

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* ---- start and end ---- */

static int on_property(VTermProp property, VTermValue *value, void *user)
{
	struct ks_pty *pty = user;

	if (property == VTERM_PROP_ALTSCREEN)
		pty->alternate = value->boolean;
	else if (property == VTERM_PROP_CURSORVISIBLE)
		pty->cursor_visible = value->boolean;
	return 1;
}

static size_t cell_text(const VTermScreenCell *cell, char text[32]);

/* A line that leaves the top of the main screen: what a terminal keeps to scroll back to. */
static int on_scrolled(int count, const VTermScreenCell *cells, void *user)
{
	struct ks_pty *pty = user;
	char text[32];

	for (int x = 0; x < count; x++)
		ks_buf_puts(&pty->scrolled, cell_text(&cells[x], text) > 0 ? text : " ");
	ks_buf_puts(&pty->scrolled, "\n");
	return 1;
}

static const VTermScreenCallbacks screen_callbacks = {
    .settermprop = on_property, .sb_pushline = on_scrolled};

static void start_screen(struct ks_pty *pty)
{
	pty->vterm = vterm_new(pty->height, pty->width);
	vterm_set_utf8(pty->vterm, 1);
	pty->screen = vterm_obtain_screen(pty->vterm);
	vterm_screen_set_callbacks(pty->screen, &screen_callbacks, pty);
	vterm_screen_enable_altscreen(pty->screen, 1);
	vterm_screen_reset(pty->screen, 1);
}

static bool same_name(const char *a, const char *b)
{
	size_t len = strcspn(a, "=");

	return strncmp(a, b, len) == 0 && b[len] == '=';
}

static void add_env(char **env, size_t *count, const char *pair)
{
	for (size_t i = 0; i < *count; i++)
		if (same_name(pair, env[i]))
			return;
	if (*count + 1 < MAX_ENV)
		env[(*count)++] = ks_strdup(pair);
	env[*count] = NULL;
}

static void add_pair(char **env, size_t *count, const char *name, const char *value)
{
	char pair[4096];

	snprintf(pair, sizeof pair, "%s=%s", name, value);
	add_env(env, count, pair);
}

static void make_env(const struct ks_pty *pty, const struct ks_pty_options *options, char **env)
{
	static const char *const passed[] = {"PATH", "TERMINFO", "TERMINFO_DIRS", "ASAN_OPTIONS",
	    "LSAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"};
	static const char *const folders[][2] = {{"HOME", ""}, {"XDG_CONFIG_HOME", "/.config"},
	    {"XDG_STATE_HOME", "/.local/state"}, {"XDG_CACHE_HOME", "/.cache"},
	    {"XDG_DATA_HOME", "/.local/share"}, {"TMPDIR", ""}};
	size_t count = 0;

	for (size_t i = 0; options->env != NULL && options->env[i] != NULL; i++)
		add_env(env, &count, options->env[i]);
	add_pair(env, &count, "TERM", options->term != NULL ? options->term : "xterm-256color");
	add_env(env, &count, "LC_ALL=C.UTF-8");
	add_env(env, &count, "TZ=UTC0");
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
		char path[128];

		snprintf(path, sizeof path, "%s%s", pty->home, folders[i][1]);
		add_pair(env, &count, folders[i][0], path);
	}
	for (size_t i = 0; i < sizeof passed / sizeof passed[0]; i++)
		if (getenv(passed[i]) != NULL)
			add_pair(env, &count, passed[i], getenv(passed[i]));
}

static void run_child(const char *tty, const struct ks_pty_options *options, char **env)
{
	int slave;

	/* As in a shell's foreground, even where the tests run in a background. */
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	setsid();
	slave = open(tty, O_RDWR);
	if (slave < 0 || ioctl(slave, TIOCSCTTY, 0) != 0)
		_exit(126);
	dup2(slave, STDIN_FILENO);
	dup2(slave, STDOUT_FILENO);
	dup2(slave, STDERR_FILENO);
	if (slave > STDERR_FILENO)
		close(slave);
	execve(options->argv[0], (char *const *)options->argv, env);
	_exit(127);
}

static void set_window(const struct ks_pty *pty)
{
	struct winsize size = {
	    .ws_row = (unsigned short)pty->height, .ws_col = (unsigned short)pty->width};

	ioctl(pty->master, TIOCSWINSZ, &size);
}

struct ks_pty *ks_pty_start(const struct ks_pty_options *options)
{
	struct ks_pty *pty = ks_calloc(1, sizeof *pty);
	char *env[MAX_ENV] = {NULL};
	const char *tmp = getenv("TMPDIR");
	char tty[128];

	pty->width = options->width > 0 ? options->width : 80;
	pty->height = options->height > 0 ? options->height : 24;
	pty->answers = options->answers;
	ks_buf_init(&pty->raw, RAW_MAX);
	ks_buf_init(&pty->text, RAW_MAX);
	ks_buf_init(&pty->scrolled, RAW_MAX);
	snprintf(pty->home, sizeof pty->home, "%s/ks-pty-XXXXXX",
	    tmp != NULL && strlen(tmp) < 40 ? tmp : "/tmp");
	if (mkdtemp(pty->home) == NULL)
		die(pty->home);
	pty->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (pty->master < 0 || grantpt(pty->master) != 0 || unlockpt(pty->master) != 0)
		die("posix_openpt");
	snprintf(tty, sizeof tty, "%s", ptsname(pty->master));
	set_window(pty);
	tcgetattr(pty->master, &pty->modes);
	start_screen(pty);
	make_env(pty, options, env);
	pty->pid = fork();
	if (pty->pid < 0)
		die("fork");
	if (pty->pid == 0)
		run_child(tty, options, env);
	for (size_t i = 0; env[i] != NULL; i++)
		free(env[i]);
	return pty;
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *where)
{
	(void)info;
	(void)type;
	(void)where;
	remove(path);
	return 0;
}

void ks_pty_free(struct ks_pty *pty)
{
	if (pty == NULL)
		return;
	if (!pty->ended) {
		kill(pty->pid, SIGKILL);
		waitpid(pty->pid, &pty->status, 0);
	}
	if (pty->master >= 0)
		close(pty->master);
	vterm_free(pty->vterm);
	nftw(pty->home, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	ks_buf_free(&pty->raw);
	ks_buf_free(&pty->text);
	ks_buf_free(&pty->scrolled);
	free(pty);
}

pid_t ks_pty_pid(const struct ks_pty *pty)
{
	return pty->pid;
}

/* ---- what goes in ---- */

static bool pump(struct ks_pty *pty, int wait_ms);

void ks_pty_send(struct ks_pty *pty, const char *data, size_t len)
{
	while (len > 0 && pty->master >= 0) {
		struct pollfd master = {.fd = pty->master, .events = POLLOUT};
		ssize_t written;

		/* The program may be blocked on output that nobody has read yet. */
		if (poll(&master, 1, 10) == 0) {
			pump(pty, 0);
			continue;
		}
		written = write(pty->master, data, len);
		if (written < 0 && errno != EINTR)
			return;
		if (written > 0) {
			data += written;
			len -= (size_t)written;
		}
	}
}

void ks_pty_type(struct ks_pty *pty, const char *text)
{
	ks_pty_send(pty, text, strlen(text));
}

void ks_pty_paste(struct ks_pty *pty, const char *text)
{
	ks_pty_type(pty, "\033[200~");
	ks_pty_type(pty, text);
	ks_pty_type(pty, "\033[201~");
}

void ks_pty_press(struct ks_pty *pty, const char *keys)
{
	char name[64], bytes[KS_PTY_KEY_SIZE];

	for (keys += strspn(keys, " "); *keys != '\0'; keys += strspn(keys, " ")) {
		size_t len = strcspn(keys, " ");

		snprintf(name, sizeof name, "%.*s", (int)len, keys);
		keys += len;
		if (!ks_pty_key_bytes(name, bytes)) {
			fprintf(stderr, "pty: there is no key \"%s\"\n", name);
			abort();
		}
		ks_pty_send(pty, bytes, strlen(bytes));
	}
}

void ks_pty_resize(struct ks_pty *pty, int width, int height)
{
	pty->width = width;
	pty->height = height;
	vterm_set_size(pty->vterm, height, width);
	set_window(pty);
}

void ks_pty_signal(const struct ks_pty *pty, int signal_number)
{
	kill(pty->pid, signal_number);
}

void ks_pty_hang_up(struct ks_pty *pty)
{
	close(pty->master);
	pty->master = -1;
}

/* ---- what comes out ---- */

/* Answers the queries that came since the last look, once each. */
static void answer_queries(struct ks_pty *pty)
{
	static const char background[] = "\033]11;?", attributes[] = "\033[c";
	const char *raw = ks_buf_text(&pty->raw);

	for (; pty->scanned < pty->raw.len; pty->scanned++) {
		const char *at = raw + pty->scanned;
		size_t left = pty->raw.len - pty->scanned;

		if (*at != '\033')
			continue;
		if (left < sizeof attributes - 1)
			return;
		if (memcmp(at, attributes, sizeof attributes - 1) == 0)
			ks_pty_type(pty, "\033[?62;22;52c");
		else if (left < sizeof background - 1 && memcmp(at, background, left) == 0)
			return;
		else if (memcmp(at, background, sizeof background - 1) == 0)
			ks_pty_type(pty, pty->answers == KS_PTY_LIGHT
					     ? "\033]11;rgb:fdfd/f6f6/e3e3\033\\"
					     : "\033]11;rgb:1c1c/1c1c/1c1c\033\\");
	}
}

/* Reads what comes within the time; false when nothing did or nothing can come any more. */
static bool pump(struct ks_pty *pty, int wait_ms)
{
	struct pollfd master = {.fd = pty->master, .events = POLLIN};
	char bytes[16384];
	ssize_t count;

	if (pty->master < 0 || (poll(&master, 1, wait_ms) > 0 && (master.revents & POLLIN) == 0)) {
		poll(NULL, 0, wait_ms); /* nothing comes any more but the program's end */
		return false;
	}
	if ((master.revents & POLLIN) == 0)
		return false;
	count = read(pty->master, bytes, sizeof bytes);
	if (count <= 0)
		return false;
	ks_buf_add(&pty->raw, bytes, (size_t)count);
	vterm_input_write(pty->vterm, bytes, (size_t)count);
	/* libvterm answers some queries by itself; what is answered here is up to the test. */
	while (vterm_output_read(pty->vterm, bytes, sizeof bytes) > 0)
		;
	if (pty->answers != KS_PTY_SILENT)
		answer_queries(pty);
	return true;
}

bool ks_pty_wait_until(
    struct ks_pty *pty, bool (*done)(struct ks_pty *pty, void *ctx), void *ctx, const char *what)
{
	long long limit = now_ms() + LIMIT_MS;

	while (!done(pty, ctx)) {
		int status;

		if (pump(pty, 20))
			continue;
		if (!pty->ended && waitpid(pty->pid, &status, WNOHANG) == pty->pid) {
			pty->ended = true;
			pty->status = status;
			continue;
		}
		/* Once it has ended, what was to come has come. */
		if (!pty->ended && now_ms() < limit)
			continue;
		fprintf(stderr, "pty: waited in vain for: %s\n%s%s", what,
		    pty->ended ? "(the program has ended)\n" : "", ks_pty_screen(pty));
		return false;
	}
	return true;
}

static bool shows_text(struct ks_pty *pty, void *ctx)
{
	return ks_pty_shows(pty, ctx);
}

static bool shows_no_text(struct ks_pty *pty, void *ctx)
{
	return !ks_pty_shows(pty, ctx);
}

bool ks_pty_wait(struct ks_pty *pty, const char *text)
{
	return ks_pty_wait_until(pty, shows_text, (void *)text, text);
}

bool ks_pty_wait_gone(struct ks_pty *pty, const char *text)
{
	return ks_pty_wait_until(pty, shows_no_text, (void *)text, text);
}

static bool is_cursor_at(struct ks_pty *pty, void *ctx)
{
	const int *wanted = ctx;
	int x, y;
	bool visible;

	ks_pty_cursor(pty, &x, &y, &visible);
	return x == wanted[0] && y == wanted[1];
}

bool ks_pty_wait_cursor(struct ks_pty *pty, int x, int y)
{
	int wanted[2] = {x, y};
	char what[64];

	snprintf(what, sizeof what, "the cursor at %d,%d", x, y);
	return ks_pty_wait_until(pty, is_cursor_at, wanted, what);
}

static bool has_raw(struct ks_pty *pty, void *ctx)
{
	return memmem(ks_buf_text(&pty->raw), pty->raw.len, ctx, strlen(ctx)) != NULL;
}

bool ks_pty_wait_raw(struct ks_pty *pty, const char *bytes)
{
	return ks_pty_wait_until(pty, has_raw, (void *)bytes, "bytes on the wire");
}

static bool has_ended(struct ks_pty *pty, void *ctx)
{
	int *options = ctx, status;

	if (pty->ended)
		return true;
	if (waitpid(pty->pid, &status, WNOHANG | *options) != pty->pid)
		return false;
	pty->ended = !WIFSTOPPED(status);
	pty->status = status;
	return true;
}

static bool wait_status(struct ks_pty *pty, int options, const char *what, int *status)
{
	if (!ks_pty_wait_until(pty, has_ended, &options, what))
		return false;
	while (pump(pty, 0))
		;
	*status = pty->status;
	return true;
}

bool ks_pty_wait_exit(struct ks_pty *pty, int *status)
{
	return wait_status(pty, 0, "the end of the program", status);
}

bool ks_pty_wait_stopped(struct ks_pty *pty, int *status)
{
	return wait_status(pty, WUNTRACED, "the program to stop", status);
}

/* ---- the picture ---- */

static bool get_cell(const struct ks_pty *pty, int x, int y, VTermScreenCell *cell)
{
	return vterm_screen_get_cell(pty->screen, (VTermPos){.row = y, .col = x}, cell) != 0;
}

/* The characters of a cell as UTF-8; gives the count of bytes. */
static size_t cell_text(const VTermScreenCell *cell, char text[32])
{
	size_t used = 0;

	for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i] != 0; i++)
		if (cell->chars[i] <= 0x10FFFF)
			used += ks_text_encode(cell->chars[i], text + used);
	text[used] = '\0';
	return used;
}

static void add_row(struct ks_pty *pty, int y, struct ks_buf *out)
{
	int blanks = 0;

	for (int x = 0; x < pty->width; x++) {
		VTermScreenCell cell;
		char text[32];

		if (!get_cell(pty, x, y, &cell) || cell.chars[0] == (uint32_t)-1)
			continue;
		if (cell_text(&cell, text) == 0 || strcmp(text, " ") == 0) {
			blanks++;
			continue;
		}
		for (; blanks > 0; blanks--)
			ks_buf_puts(out, " ");
		ks_buf_puts(out, text);
	}
}

const char *ks_pty_screen(struct ks_pty *pty)
{
	ks_buf_reset(&pty->text);
	for (int y = 0; y < pty->height; y++) {
		add_row(pty, y, &pty->text);
		ks_buf_puts(&pty->text, "\n");
	}
	return ks_buf_text(&pty->text);
}

bool ks_pty_find(struct ks_pty *pty, const char *text, int *x, int *y)
{
	for (int row = 0; row < pty->height; row++) {
		const char *found;
		struct ks_buf before;

		ks_buf_reset(&pty->text);
		add_row(pty, row, &pty->text);
		found = strstr(ks_buf_text(&pty->text), text);
		if (found == NULL)
			continue;
		ks_buf_init(&before, RAW_MAX);
		ks_buf_add(
		    &before, ks_buf_text(&pty->text), (size_t)(found - ks_buf_text(&pty->text)));
		*x = ks_text_width(ks_buf_text(&before));
		*y = row;
		ks_buf_free(&before);
		return true;
	}
	return false;
}

bool ks_pty_shows(struct ks_pty *pty, const char *text)
{
	int x, y;

	return ks_pty_find(pty, text, &x, &y);
}

static int color_number(const VTermColor *color)
{
	if (VTERM_COLOR_IS_DEFAULT_FG(color) || VTERM_COLOR_IS_DEFAULT_BG(color))
		return -1;
	if (VTERM_COLOR_IS_INDEXED(color))
		return color->indexed.idx;
	return 1 << 24 | color->rgb.red << 16 | color->rgb.green << 8 | color->rgb.blue;
}

struct ks_pty_cell ks_pty_cell(const struct ks_pty *pty, int x, int y)
{
	struct ks_pty_cell result = {.fg = -1, .bg = -1};
	VTermScreenCell cell;

	if (!get_cell(pty, x, y, &cell))
		return result;
	cell_text(&cell, result.text);
	result.width = (unsigned char)cell.width;
	result.bold = cell.attrs.bold;
	result.italic = cell.attrs.italic;
	result.underline = cell.attrs.underline != 0;
	result.reverse = cell.attrs.reverse;
	result.fg = color_number(&cell.fg);
	result.bg = color_number(&cell.bg);
	return result;
}

void ks_pty_cursor(const struct ks_pty *pty, int *x, int *y, bool *visible)
{
	VTermPos position;

	vterm_state_get_cursorpos(vterm_obtain_state(pty->vterm), &position);
	*x = position.col;
	*y = position.row;
	*visible = pty->cursor_visible;
}

bool ks_pty_alternate(const struct ks_pty *pty)
{
	return pty->alternate;
}

const char *ks_pty_scrollback(const struct ks_pty *pty)
{
	return ks_buf_text(&pty->scrolled);
}

const char *ks_pty_raw(const struct ks_pty *pty, size_t *len)
{
	*len = pty->raw.len;
	return ks_buf_text(&pty->raw);
}

bool ks_pty_modes_restored(const struct ks_pty *pty)
{
	struct termios modes;

	return tcgetattr(pty->master, &modes) == 0 && modes.c_iflag == pty->modes.c_iflag &&
	       modes.c_oflag == pty->modes.c_oflag && modes.c_lflag == pty->modes.c_lflag;
}
