#include "tests/unit/pocket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <poll.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/base/mem.h"

int64_t now_ms(void)
{
	return ks_clock_mono(ks_clock_system());
}

static bool write_terminal(void *ctx, const char *data, size_t len)
{
	struct pocket *w = ctx;

	return !w->terminal_fails && ks_buf_add(&w->terminal, data, len);
}

void keep_result(void *ctx, const struct ks_clipboard_result *result)
{
	struct pocket *w = ctx;

	w->ended++;
	w->result = *result;
}

static void keep_cleared(void *ctx, bool ok, const char *text)
{
	struct pocket *w = ctx;

	w->cleared += ok;
	w->not_cleared += !ok;
	snprintf(w->cleared_text, sizeof w->cleared_text, "%s", text);
}

void open_clipboard(struct pocket *w, struct ks_clip_env env, const char *clear_command)
{
	struct ks_clipboard_options options = {.env = env,
	    .clear_command = clear_command,
	    .clear_seconds = CLEAR_SECONDS,
	    .cleared = keep_cleared,
	    .cleared_ctx = w,
	    .write = write_terminal,
	    .ctx = w};

	options.env.path = w->path;
	w->clip = ks_clipboard_new(&options);
}

void turn_until_done(struct pocket *w)
{
	int64_t limit = now_ms() + PATIENCE_MS;

	while (ks_clipboard_is_busy(w->clip) && now_ms() < limit) {
		poll(NULL, 0, 5);
		ks_clipboard_turn(w->clip, now_ms());
	}
	assert_false(ks_clipboard_is_busy(w->clip));
}

void copy_secret(struct pocket *w)
{
	struct ks_err err;
	struct ks_secret *secret = ks_secret_new(SECRET, strlen(SECRET), &err);
	int before = w->ended;

	assert_non_null(secret);
	assert_true(ks_clipboard_copy_secret(w->clip, secret, 7, now_ms(), keep_result, w));
	ks_secret_free(secret);
	turn_until_done(w);
	assert_int_equal(w->ended, before + 1);
	assert_int_equal(w->result.tag, 7);
}

void copy_text(struct pocket *w, const char *text)
{
	assert_true(ks_clipboard_copy_text(w->clip, text, 8, now_ms(), keep_result, w));
	turn_until_done(w);
}

int set_up(void **state)
{
	struct pocket *w = ks_calloc(1, sizeof *w);

	toolbox_open(&w->box);
	snprintf(w->path, sizeof w->path, "%s", w->box.dir);
	ks_buf_init(&w->terminal, 65536);
	*state = w;
	return 0;
}

int tear_down(void **state)
{
	struct pocket *w = *state;
	char left[256];

	if (w->clip != NULL)
		ks_clipboard_clear(w->clip, left, sizeof left);
	ks_clipboard_free(w->clip);
	toolbox_close(&w->box);
	ks_buf_free(&w->terminal);
	free(w);
	return 0;
}
