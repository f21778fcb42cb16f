/*
 * A small program on tui/term.h for tests/screen/test_term.c: a table, the last key, what is known
 * of the terminal. Keys: q quits, x and X crash, i asks for text, t changes the theme, Ctrl-Z.
 */
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tui/glyphs.h"
#include "tui/input.h"
#include "tui/table.h"
#include "tui/term.h"

enum { N_ROWS = 60 };

struct demo {
	struct ks_term *term;
	struct ks_canvas *canvas;
	const struct ks_glyphs *glyphs;
	struct ks_list list;
	struct ks_input input;
	struct ks_key key;
	bool typing, quit, auto_theme;
	size_t theme;
	int status, resizes, restyles, keys;
};

/* The signal becomes a byte that poll() sees. */
static int window_pipe[2];

static void on_window_change(int signal_number)
{
	char byte = (char)signal_number;

	if (write(window_pipe[1], &byte, 1) < 0)
		return; /* full: there is one to be seen already */
}

static void draw_name(const struct ks_table_cell *cell, const void *view, size_t row)
{
	static const char *const odd[] = {"plain", "名前-バケット", "e\xcc\x81t\xc3\xa9",
	    "🚀 launch",
	    "a-name-that-is-much-too-long-for-any-column-that-it-may-ever-be-given-here"};

	(void)view;
	if (row < sizeof odd / sizeof odd[0])
		ks_table_text(cell, KS_ROLE_TEXT, odd[row]);
	else
		ks_table_printf(cell, KS_ROLE_TEXT, "bucket-%zu", row);
}

static void draw_region(const struct ks_table_cell *cell, const void *view, size_t row)
{
	(void)view;
	ks_table_text(cell, KS_ROLE_DIM, row % 2 == 0 ? "eu-west-1" : "us-east-1");
}

static void draw_slots(const struct ks_table_cell *cell, const void *view, size_t row)
{
	(void)view;
	ks_table_text(cell, KS_ROLE_OK, cell->glyphs->used_slot);
	ks_draw_text(cell->area, 1, 0, 1,
	    ks_style_on(row % 2 == 0 ? KS_ROLE_OK : KS_ROLE_DIM, cell->ground),
	    row % 2 == 0 ? cell->glyphs->used_slot : cell->glyphs->free_slot);
}

static void draw_used(const struct ks_table_cell *cell, const void *view, size_t row)
{
	(void)view;
	ks_table_printf(cell, KS_ROLE_TEXT, "%zud", row);
}

static const struct ks_table_column columns[] = {
    {"NAME", 12, 20, 1, KS_ALIGN_LEFT, 0, draw_name},
    {"REGION", 9, 9, 0, KS_ALIGN_LEFT, 2, draw_region},
    {"KEYS", 4, 4, 0, KS_ALIGN_LEFT, 1, draw_slots},
    {"USED", 4, 4, 0, KS_ALIGN_RIGHT, 3, draw_used},
};

/* The keys of the selected row, as the program shows them beside its buckets. */

static size_t key_number(const void *view, size_t row)
{
	return *(const size_t *)view * 7919 + row * 104729;
}

static void draw_key(const struct ks_table_cell *cell, const void *view, size_t row)
{
	ks_table_printf(cell, KS_ROLE_ACCENT, "AKIAIOSFOD%010zu", key_number(view, row) * 99991);
}

static void draw_status(const struct ks_table_cell *cell, const void *view, size_t row)
{
	(void)view;
	(void)row;
	ks_table_text(cell, KS_ROLE_OK, "Active");
}

static void draw_age(const struct ks_table_cell *cell, const void *view, size_t row)
{
	ks_table_printf(cell, KS_ROLE_TEXT, "%zud", key_number(view, row) % 400);
}

static void draw_last(const struct ks_table_cell *cell, const void *view, size_t row)
{
	ks_table_printf(cell, KS_ROLE_TEXT, "%zuh ago", key_number(view, row) % 23);
}

static void draw_service(const struct ks_table_cell *cell, const void *view, size_t row)
{
	(void)view;
	(void)row;
	ks_table_text(cell, KS_ROLE_TEXT, "s3");
}

static const struct ks_table_column key_columns[] = {
    {"KEY ID", 20, 20, 0, KS_ALIGN_LEFT, 0, draw_key},
    {"STATUS", 6, 6, 0, KS_ALIGN_LEFT, 0, draw_status},
    {"AGE", 4, 4, 0, KS_ALIGN_RIGHT, 2, draw_age},
    {"LAST USED", 9, 9, 0, KS_ALIGN_LEFT, 1, draw_last},
    {"BY", 3, 3, 0, KS_ALIGN_LEFT, 4, draw_service},
    {"FROM", 9, 9, 1, KS_ALIGN_LEFT, 3, draw_region},
};

static const struct ks_theme *theme_of(const struct demo *demo)
{
	if (!demo->auto_theme)
		return ks_theme_builtin(demo->theme);
	switch (ks_term_background(demo->term)) {
	case KS_TERM_BACKGROUND_DARK:
		return ks_theme_builtin(0);
	case KS_TERM_BACKGROUND_LIGHT:
		return ks_theme_builtin(1);
	case KS_TERM_BACKGROUND_UNKNOWN:
		break;
	}
	return ks_theme_neutral();
}

static void draw_panes(struct demo *demo, struct ks_area all)
{
	static const struct ks_table rows = {
	    .columns = columns, .n_columns = 4, .sort = 0, .focused = true};
	static const struct ks_table keys = {
	    .columns = key_columns, .n_columns = 6, .sort = KS_TABLE_NO_SORT};
	int left = all.width >= 100 ? 50 : all.width, count = (int)(demo->list.cursor % 2) + 1;
	uint64_t ids[] = {1, 2};
	struct ks_list list = {0};
	struct ks_area inner;
	char title[64];

	inner = ks_draw_box(ks_area_sub(all, 0, 3, left, all.height - 3), demo->glyphs,
	    ks_style(KS_ROLE_BORDER_FOCUS), ks_style(KS_ROLE_TITLE_FOCUS), "1 Rows", "end");
	ks_table_draw(&rows, inner, &demo->list, demo->glyphs, NULL);
	snprintf(title, sizeof title, "2 Keys - bucket-%zu", demo->list.cursor);
	inner = ks_draw_box(ks_area_sub(all, left, 3, all.width - left, all.height - 3),
	    demo->glyphs, ks_style(KS_ROLE_BORDER), ks_style(KS_ROLE_TITLE), title, NULL);
	ks_list_set_rows(&list, ids, (size_t)count);
	ks_table_draw(&keys, inner, &list, demo->glyphs, &demo->list.cursor);
	ks_list_free(&list);
}

static void draw(struct demo *demo)
{
	static const char *const backgrounds[] = {"unknown", "dark", "light"};
	struct ks_area all;
	char key[32];
	int width, height;

	ks_term_size(demo->term, &width, &height);
	ks_canvas_reset(demo->canvas, width, height);
	all = ks_canvas_area(demo->canvas);
	ks_draw_printf(all, 0, 0, -1, ks_style(KS_ROLE_HEADER_NAME), "size %dx%d resizes %d", width,
	    height, demo->resizes);
	ks_draw_printf(all, 0, 1, -1, ks_style(KS_ROLE_TEXT), "key %d: %s; background %s, %d, %s",
	    demo->keys, ks_key_name(demo->key, key, sizeof key),
	    backgrounds[ks_term_background(demo->term)], demo->restyles,
	    ks_term_says_clipboard(demo->term) ? "clipboard" : "none");
	draw_panes(demo, all);
	if (demo->typing)
		ks_input_draw(&demo->input, all, 0, 2, width, ks_style(KS_ROLE_INPUT), true);
	ks_term_present(demo->term, demo->canvas, theme_of(demo));
}

static void type_key(struct demo *demo, struct ks_key key)
{
	if (ks_input_key(&demo->input, key) == KS_INPUT_IGNORED && key.code == KS_KEY_ENTER)
		demo->typing = false;
}

static void suspend(struct demo *demo)
{
	ks_term_suspend(demo->term);
	raise(SIGSTOP);
	ks_term_resume(demo->term);
}

/* Runs the stack over, which only a handler on its own stack survives. */
static int overflow(int depth)
{
	volatile char frame[4096];

	if (depth < 0)
		return 0;
	frame[depth % 4096] = (char)depth;
	return overflow(depth + 1) + frame[depth % 4096];
}

static void act(struct demo *demo, struct ks_key key)
{
	if (key.code == KS_KEY_DOWN || key.code == KS_KEY_UP)
		ks_list_move(&demo->list, key.code == KS_KEY_DOWN ? KS_LIST_DOWN : KS_LIST_UP);
	else if (key.code == KS_KEY_HANGUP)
		demo->quit = true, demo->status = 9;
	else if (key.code == KS_KEY_RESIZE)
		demo->resizes++;
	else if (key.code == KS_KEY_RESTYLE)
		demo->restyles++;
	else if (demo->typing)
		type_key(demo, key);
	else if (key.code == 'Z' && key.ctrl)
		suspend(demo);
	else if (key.alt)
		return;
	else if (key.code == 'q')
		demo->quit = true;
	else if (key.code == 'i')
		demo->typing = true;
	else if (key.code == 'x')
		raise(SIGSEGV);
	else if (key.code == 'X')
		demo->status = overflow(0);
	else if (key.code == 't')
		demo->auto_theme = false, demo->theme = (demo->theme + 1) % 3;
	else if (key.code == 'L' && key.ctrl)
		ks_term_redraw(demo->term);
}

static void handle_keys(struct demo *demo)
{
	struct ks_key key;

	while (!demo->quit && ks_term_key(demo->term, &key)) {
		/* Moves leave the rest of the screen as it is: the test counts their bytes. */
		if (key.code != KS_KEY_DOWN && key.code != KS_KEY_UP && key.code < KS_KEY_RESIZE) {
			demo->key = key;
			demo->keys++;
		}
		act(demo, key);
	}
}

static void run(struct demo *demo)
{
	struct pollfd inputs[] = {
	    {.fd = ks_term_fd(demo->term), .events = POLLIN},
	    {.fd = window_pipe[0], .events = POLLIN},
	};
	char bytes[256];

	draw(demo);
	if (getenv("DEMO_QUIET") == NULL)
		ks_term_ask(demo->term);
	for (;;) {
		handle_keys(demo);
		if (demo->quit)
			return;
		draw(demo);
		if (poll(inputs, 2, -1) > 0 && inputs[1].revents != 0 &&
		    read(window_pipe[0], bytes, sizeof bytes) > 0)
			ks_term_resized(demo->term);
	}
}

int main(void)
{
	static const struct sigaction window = {.sa_handler = on_window_change};
	struct ks_term_options options = {.no_color = getenv("NO_COLOR") != NULL};
	struct demo demo = {.auto_theme = true};
	uint64_t ids[N_ROWS];
	struct ks_err err;

	setlocale(LC_ALL, "");
	if (getenv("DEMO_IGNORE_HUP") != NULL)
		signal(SIGHUP, SIG_IGN);
	if (pipe(window_pipe) != 0 || fcntl(window_pipe[1], F_SETFL, O_NONBLOCK) != 0)
		return 1;
	sigaction(SIGWINCH, &window, NULL);
	demo.term = ks_term_open(&options, &err);
	if (demo.term == NULL) {
		fprintf(stderr, "demo: %s (%s)\n", err.message, err.tip);
		return 2;
	}
	demo.glyphs = ks_term_is_utf8(demo.term) ? &ks_glyphs_utf8 : &ks_glyphs_ascii;
	demo.canvas = ks_canvas_new(0, 0);
	for (uint64_t i = 0; i < N_ROWS; i++)
		ids[i] = i + 1;
	ks_list_set_rows(&demo.list, ids, N_ROWS);
	run(&demo);
	ks_term_close(demo.term);
	ks_canvas_free(demo.canvas);
	ks_list_free(&demo.list);
	return demo.status;
}
