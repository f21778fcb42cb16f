#include "tui/app.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/engine/session.h"
#include "tui/clipboard.h"
#include "tui/parting.h"
#include "tui/signals.h"
#include "tui/term.h"
#include "tui/ui_run.h"

enum {
	FRAME_MS = 33,         /* between frames that nobody's key asked for */
	LONGEST_SLEEP = 60000, /* a clock that was set back must not put us to sleep for years */
	LEFT_SIZE = 256
};

struct app {
	const struct ks_app_options *options;
	const struct ks_clock *clock;
	struct ks_term *term;
	struct ks_canvas *canvas;
	struct ks_session *session;
	struct ks_store *nothing; /* what is shown before there is a session */
	struct ks_ui *ui;
	struct ks_clipboard *clipboard;
	bool theme_chosen; /* by the user: the terminal's background doesn't matter */
	bool pressed;      /* a key came in this turn: its frame is drawn at once */
	int64_t framed_at; /* monotonic */
	int signal;        /* that ends the program; 0: none */
	size_t told;       /* remarks */
	size_t forgotten;  /* profiles of the remembered choice that were taken out of it */
	size_t warned;     /* the store's remarks */
	bool leave;
	bool demo;
	bool worker_hangs;
};

/* ---- what the interface is given ---- */

static const struct ks_store *port_store(void *ctx)
{
	const struct app *app = ctx;

	return app->session != NULL ? ks_session_store(app->session) : app->nothing;
}

/* The user chose profiles or regions: the next start begins with them. */
static void tell_choice(struct app *app, struct ks_event *event)
{
	struct ks_choice before, after;
	struct ks_err err;
	char line[sizeof err.message + sizeof err.tip];

	ks_choice_copy(&before, &port_store(app)->choice);
	ks_session_tell(app->session, event);
	ks_choice_copy(&after, &port_store(app)->choice);
	if (!ks_remember_choice(app->options->remember, &before, &after, &err))
		ks_ui_toast(app->ui, KS_TOAST_BAD, "%s", ks_err_line(&err, line, sizeof line));
	ks_choice_free(&before);
	ks_choice_free(&after);
}

/* Profiles that are no more are said once, not at each start. */
static void forget_gone(struct app *app)
{
	const struct ks_str_list *gone = &port_store(app)->gone;
	struct ks_err err;
	char line[sizeof err.message + sizeof err.tip];

	if (gone->count == app->forgotten || app->options->remember == NULL)
		return;
	app->forgotten = gone->count;
	if (!ks_remember_without(app->options->remember, gone, &err))
		ks_ui_toast(app->ui, KS_TOAST_BAD, "%s", ks_err_line(&err, line, sizeof line));
}

/* Settings that were not taken as they stand. */
static void tell_warnings(struct app *app)
{
	const struct ks_str_list *remarks = &port_store(app)->remarks;

	if (remarks->count == app->warned)
		return;
	app->warned = remarks->count;
	if (remarks->count == 1)
		ks_ui_toast(app->ui, KS_TOAST_BAD, "%s", ks_str_clean(&remarks->items[0]));
	else if (remarks->count > 1)
		ks_ui_toast(app->ui, KS_TOAST_BAD, "%zu remarks (keysail whoami has all): %s",
		    remarks->count, ks_str_clean(&remarks->items[0]));
}

static void port_tell(void *ctx, struct ks_event *event)
{
	struct app *app = ctx;

	if (app->session == NULL)
		ks_event_free(event);
	else if (event->kind == KS_EVENT_CHOOSE && app->options->remember != NULL)
		tell_choice(app, event);
	else
		ks_session_tell(app->session, event);
}

static bool write_terminal(void *ctx, const char *data, size_t len)
{
	return ks_term_write(((struct app *)ctx)->term, data, len);
}

static void port_theme(void *ctx, const struct ks_theme *theme)
{
	(void)theme;
	((struct app *)ctx)->theme_chosen = true;
}

static bool port_reveal(void *ctx, struct ks_rect place, const struct ks_secret *secret)
{
	return ks_term_reveal(((struct app *)ctx)->term, place, secret);
}

static void port_conceal(void *ctx)
{
	ks_term_conceal(((struct app *)ctx)->term);
}

static bool port_is_revealed(void *ctx)
{
	return ks_term_is_revealed(((struct app *)ctx)->term);
}

/* ---- beginning ---- */

/* The look that fits what the terminal said of its background so far. */
static const struct ks_theme *fitting_theme(const struct app *app)
{
	enum ks_term_background background = ks_term_background(app->term);
	const struct ks_theme *theme;

	for (size_t i = 0; (theme = ks_theme_builtin(i)) != NULL; i++)
		if ((background == KS_TERM_BACKGROUND_DARK && strcmp(theme->name, "dark") == 0) ||
		    (background == KS_TERM_BACKGROUND_LIGHT && strcmp(theme->name, "light") == 0))
			return theme;
	return ks_theme_neutral();
}

/* The theme to begin with; one that can't be read is told of. */
static void load_theme(struct app *app, struct ks_theme *theme, struct ks_err *err)
{
	const char *name = app->options->theme;

	ks_err_clear(err);
	*theme = *fitting_theme(app);
	if (name != NULL && strcmp(name, "auto") != 0)
		app->theme_chosen = ks_theme_load(name, app->options->themes_dir, theme, err);
}

/* One remark at a time: the next one follows when a key says that this one was read. */
static void tell_remark(struct app *app)
{
	if (app->told < app->options->n_remarks)
		ks_ui_toast(app->ui, KS_TOAST_BAD, "%s", app->options->remarks[app->told++]);
}

static void make_ui(struct app *app)
{
	struct ks_err err;
	struct ks_theme theme;
	char line[sizeof err.message + sizeof err.tip];

	load_theme(app, &theme, &err);
	app->ui = ks_ui_new(&(struct ks_ui_options){
	    .port =
		{
		    .store = port_store,
		    .tell = port_tell,
		    .theme = port_theme,
		    .reveal = port_reveal,
		    .conceal = port_conceal,
		    .is_revealed = port_is_revealed,
		    .ctx = app,
		},
	    .glyphs = app->options->ascii || !ks_term_is_utf8(app->term) ? &ks_glyphs_ascii
									 : &ks_glyphs_utf8,
	    .theme = &theme,
	    .demo = app->options->demo,
	    .deliver_command = app->options->deliver_command,
	});
	if (err.kind != KS_ERR_NONE)
		ks_ui_toast(app->ui, KS_TOAST_BAD, "%s", ks_err_line(&err, line, sizeof line));
	else
		tell_remark(app);
}

static void tell_cleared(void *ctx, bool ok, const char *text)
{
	struct app *app = ctx;

	ks_ui_toast(app->ui, ok ? KS_TOAST_INFO : KS_TOAST_BAD, "%s", text);
}

static void make_clipboard(struct app *app)
{
	struct ks_clipboard_options options = {
	    .clear_command = app->options->clear_command,
	    .clear_seconds = app->options->clear_seconds,
	    .cleared = tell_cleared,
	    .cleared_ctx = app,
	    .write = write_terminal,
	    .ctx = app,
	};

	ks_clip_env_read(&options.env);
	options.env.copy_command = app->options->copy_command;
	options.env.terminal = true;
	app->clipboard = ks_clipboard_new(&options);
	ks_ui_set_clipboard(app->ui, app->clipboard);
}

/* ---- a turn ---- */

static void draw_frame(struct app *app)
{
	struct ks_key key;
	int width, height;

	ks_term_size(app->term, &width, &height);
	if (width != app->canvas->width || height != app->canvas->height)
		ks_canvas_reset(app->canvas, width, height);
	ks_ui_draw(app->ui, app->canvas, ks_clock_wall(app->clock));
	ks_term_present(app->term, app->canvas, ks_ui_theme(app->ui));
	app->framed_at = ks_clock_mono(app->clock);
	if (!ks_ui_presented(app->ui))
		return;
	/* Typed before the dialog was seen. What is not typed must not get lost with it. */
	while (ks_term_key(app->term, &key))
		if (key.code == KS_KEY_RESIZE || key.code == KS_KEY_RESTYLE ||
		    key.code == KS_KEY_HANGUP || key.code == KS_KEY_PASTE_BEGIN ||
		    key.code == KS_KEY_PASTE_END)
			ks_ui_key(app->ui, key, ks_clock_wall(app->clock));
}

/* The terminal told its background: that counts unless the user chose. */
static void restyle(struct app *app)
{
	if (app->theme_chosen)
		return;
	ks_ui_set_theme(app->ui, fitting_theme(app));
	app->theme_chosen = false;
}

static void take_keys(struct app *app)
{
	struct ks_key key;

	while (!app->leave && ks_term_key(app->term, &key)) {
		app->pressed = true;
		if (key.code == KS_KEY_HANGUP) {
			app->signal = SIGHUP;
			app->leave = true;
		} else if (key.code == KS_KEY_RESTYLE) {
			restyle(app);
		} else {
			ks_ui_key(app->ui, key, ks_clock_wall(app->clock));
			tell_remark(app);
		}
	}
}

/* Stops this program and its children, as the shell expects; comes back with fg. */
static void suspend(struct app *app)
{
	struct sigaction stop = {.sa_handler = SIG_DFL}, ours;

	ks_term_suspend(app->term);
	if (ks_store_open_handover(port_store(app)) != NULL)
		fputs("keysail: a secret waits to be delivered: fg comes back to it\n", stderr);
	sigaction(SIGTSTP, &stop, &ours);
	kill(0, SIGTSTP);
	sigaction(SIGTSTP, &ours, NULL);
	ks_term_resume(app->term);
	ks_term_resized(app->term);
	ks_term_redraw(app->term);
	app->pressed = true;
}

static void take_signals(struct app *app)
{
	int number;

	while ((number = ks_signals_next()) != 0) {
		switch (number) {
		case SIGWINCH:
			ks_term_resized(app->term);
			break;
		case SIGCONT:
			ks_term_redraw(app->term);
			app->pressed = true;
			break;
		case SIGTSTP:
			suspend(app);
			break;
		case SIGCHLD:
			ks_clipboard_turn(app->clipboard, ks_clock_wall(app->clock));
			break;
		default:
			app->signal = number;
			app->leave = true;
		}
	}
}

static void take_wish(struct app *app)
{
	switch (ks_ui_take_wish(app->ui)) {
	case KS_UI_DEMO:
		app->demo = true;
		app->leave = true;
		break;
	case KS_UI_LEAVE:
		app->leave = true;
		break;
	case KS_UI_SUSPEND:
		suspend(app);
		break;
	case KS_UI_REDRAW:
		ks_term_redraw(app->term);
		break;
	case KS_UI_NOTHING:
		break;
	}
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Milliseconds until the wall time; -1 for never. */
static int sleep_ms(int64_t until, int64_t now)
{
	if (until == KS_TIME_NEVER)
		return -1;
	if (until <= now)
		return 0;
	return until - now < LONGEST_SLEEP ? (int)(until - now) : LONGEST_SLEEP;
}

/*
 * Draws when something changed; frames that only data asks for have a rate. Gives when to look
 * again.
 */
static int64_t show(struct app *app)
{
	int64_t now = ks_clock_wall(app->clock), wake = ks_ui_update(app->ui, now);
	int64_t since = ks_clock_mono(app->clock) - app->framed_at;

	if (!ks_ui_wants_frame(app->ui, now))
		return earlier(wake, ks_ui_wake(app->ui));
	if (!app->pressed && since < FRAME_MS)
		return earlier(wake, now + FRAME_MS - since);
	app->pressed = false;
	draw_frame(app);
	/* What a dialog did when it was seen. */
	if (ks_ui_wants_frame(app->ui, now))
		wake = earlier(wake, now + FRAME_MS);
	return earlier(wake, ks_ui_wake(app->ui));
}

/* Everything that may have come; gives the wall time of the next turn. */
static int64_t turn(struct app *app)
{
	int64_t now, wake;
	struct ks_hints hints;

	take_signals(app);
	take_keys(app);
	take_wish(app);
	/* A key's frame doesn't wait for what the worker has to say. */
	if (app->pressed)
		show(app);
	now = ks_clock_wall(app->clock);
	if (ks_clipboard_wake(app->clipboard) <= now)
		ks_clipboard_turn(app->clipboard, now);
	hints = ks_ui_hints(app->ui);
	wake = ks_session_turn(app->session, &hints, now);
	forget_gone(app);
	tell_warnings(app);
	wake = earlier(wake, show(app));
	take_wish(app);
	return earlier(wake, ks_clipboard_wake(app->clipboard));
}

static void wait_until(struct app *app, int64_t wake)
{
	struct pollfd fds[] = {
	    {.fd = ks_term_fd(app->term), .events = POLLIN},
	    {.fd = ks_session_fd(app->session), .events = POLLIN},
	    {.fd = ks_signals_fd(), .events = POLLIN},
	};

	poll(fds, sizeof fds / sizeof fds[0], sleep_ms(wake, ks_clock_wall(app->clock)));
}

static void loop(struct app *app)
{
	while (!app->leave) {
		int64_t wake = turn(app);

		if (!app->leave)
			wait_until(app, wake);
	}
}

/* ---- the end ---- */

static void finish(struct app *app)
{
	char left[LEFT_SIZE] = "";

	/* First of all: clearing the clipboard can take a moment. */
	ks_term_conceal(app->term);
	if (app->clipboard != NULL)
		ks_clipboard_clear(app->clipboard, left, sizeof left);
	ks_term_close(app->term);
	if (app->session != NULL)
		ks_parting_tell(ks_session_store(app->session), !app->options->demo, stderr);
	if (left[0] != '\0')
		fprintf(stderr, "keysail: %s\n", left);
	ks_ui_free(app->ui);
	ks_clipboard_free(app->clipboard);
	if (app->session != NULL)
		app->worker_hangs = !ks_session_stop(app->session);
	ks_store_free(app->nothing);
	ks_canvas_free(app->canvas);
	ks_signals_close();
}

/* The first frame comes before the worker: nothing that takes time stands before it. */
static bool begin(struct app *app, struct ks_err *err)
{
	if (!ks_signals_open(err))
		return false;
	app->term =
	    ks_term_open(&(struct ks_term_options){.no_color = app->options->no_color}, err);
	if (app->term == NULL) {
		ks_signals_close();
		return false;
	}
	ks_mem_set_oom_hook(ks_term_emergency_restore);
	app->nothing = ks_store_new(app->options->store);
	app->canvas = ks_canvas_new(1, 1);
	make_ui(app);
	ks_ui_update(app->ui, ks_clock_wall(app->clock));
	draw_frame(app);
	ks_term_ask(app->term);
	make_clipboard(app);
	app->session = ks_session_start(app->options->store, app->options->worker, err);
	if (app->session == NULL)
		finish(app);
	return app->session != NULL;
}

enum ks_app_end ks_app_run(
    const struct ks_app_options *options, struct ks_app_last *last, struct ks_err *err)
{
	struct app app = {
	    .options = options,
	    .clock = options->worker->clock != NULL ? options->worker->clock : ks_clock_system(),
	};

	*last = (struct ks_app_last){0};
	if (!begin(&app, err))
		return KS_APP_FAILED;
	loop(&app);
	finish(&app);
	*last = (struct ks_app_last){.signal = app.signal, .worker_hangs = app.worker_hangs};
	if (app.signal != 0)
		return KS_APP_SIGNAL;
	return app.demo ? KS_APP_DEMO : KS_APP_QUIT;
}
