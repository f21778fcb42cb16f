#include "tests/screen/desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/wait.h>

#include <cmocka.h>

#include "core/base/mem.h"

void desk_add_env(struct desk *desk, const char *name, const char *value)
{
	char text[512];

	assert_true(desk->n_env < DESK_ENV_MAX);
	snprintf(text, sizeof text, "%s=%s", name, value);
	desk->env[desk->n_env++] = ks_strdup(text);
}

static void start_server(struct desk *desk, int keys_per_bucket)
{
	struct ks_emulator_options options;

	ks_emulator_options_init(&options);
	options.buckets = 1;
	options.keys_per_bucket = keys_per_bucket;
	options.background_use = false;
	emulator_thread_start(&desk->server, &options);
}

int desk_set_up(void **state)
{
	struct desk *desk = ks_calloc(1, sizeof *desk);

	toolbox_open(&desk->tools);
	*state = desk;
	return 0;
}

int desk_tear_down(void **state)
{
	struct desk *desk = *state;

	ks_pty_free(desk->pty);
	if (desk->server.emulator != NULL)
		emulator_thread_stop(&desk->server);
	toolbox_close(&desk->tools);
	for (size_t i = 0; i < desk->n_env; i++)
		free(desk->env[i]);
	free(desk);
	return 0;
}

void desk_open(struct desk *desk, const char *url, const char *const *args, int width, int height)
{
	const char *argv[5 + DESK_ARGS_MAX + 1] = {
	    getenv("KEYSAIL"), "--endpoint-url", url, "--region", "us-east-1"};
	struct ks_pty_options options = {.argv = argv, .width = width, .height = height};
	char path[256];

	for (size_t i = 0; args != NULL && args[i] != NULL; i++) {
		assert_true(i < DESK_ARGS_MAX);
		argv[5 + i] = args[i];
	}
	desk->width = width;
	desk->height = height;
	snprintf(path, sizeof path, "%s:/usr/local/bin:/usr/bin:/bin", desk->tools.dir);
	desk_add_env(desk, "PATH", path);
	options.env = (const char *const *)desk->env;
	desk->pty = ks_pty_start(&options);
	assert_non_null(desk->pty);
}

void desk_open_emulator(
    struct desk *desk, int keys_per_bucket, const char *const *args, int width, int height)
{
	start_server(desk, keys_per_bucket);
	desk_add_env(desk, "AWS_ACCESS_KEY_ID", ks_emulator_access_key_id(desk->server.emulator));
	desk_add_env(
	    desk, "AWS_SECRET_ACCESS_KEY", ks_emulator_secret_access_key(desk->server.emulator));
	desk_open(desk, ks_emulator_url(desk->server.emulator), args, width, height);
}

void desk_start_sized(struct desk *desk, int keys_per_bucket, int width, int height)
{
	desk_open_emulator(desk, keys_per_bucket, NULL, width, height);
	/* The last of what is loaded. */
	assert_true(ks_pty_wait(desk->pty, keys_per_bucket > 0 ? "AKIA" : "0 keys"));
}

void desk_start(struct desk *desk, int keys_per_bucket)
{
	desk_start_sized(desk, keys_per_bucket, 120, 34);
}

void desk_press(struct desk *desk, const char *keys)
{
	ks_pty_press(desk->pty, keys);
}

void desk_wait_for(struct desk *desk, const char *text)
{
	assert_true(ks_pty_wait(desk->pty, text));
}

static bool hints_are_below(struct ks_pty *pty, void *ctx)
{
	const struct desk *desk = ctx;
	int x, y;

	return ks_pty_find(pty, "Esc ", &x, &y) && y == desk->height - 1;
}

void desk_wait_for_dialog(struct desk *desk, const char *text)
{
	desk_wait_for(desk, text);
	ks_pty_resize(desk->pty, desk->width, ++desk->height);
	assert_true(
	    ks_pty_wait_until(desk->pty, hints_are_below, desk, "the hints, one line down"));
}

/* Reads the new key's ID off the dialog, and asks the emulator for its secret. */
static void learn_key(struct desk *desk)
{
	const char *at = strstr(ks_pty_screen(desk->pty), "Key ID");

	assert_non_null(at);
	at = strstr(at, "AKIA");
	assert_non_null(at);
	snprintf(desk->key_id, sizeof desk->key_id, "%.20s", at);
	if (desk->server.emulator == NULL)
		return;
	assert_true(ks_emulator_key_secret(desk->server.emulator, desk->key_id, desk->secret));
	assert_int_equal(strlen(desk->secret), 40);
}

void desk_make_key(struct desk *desk)
{
	desk_press(desk, "n");
	desk_wait_for_dialog(desk, "[Create]");
	desk_press(desk, "Enter");
	desk_wait_for_dialog(desk, "[Copy]");
	learn_key(desk);
}

void assert_desk_left(struct desk *desk, int code)
{
	int status;

	assert_true(ks_pty_wait_exit(desk->pty, &status));
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), code);
	assert_true(ks_pty_modes_restored(desk->pty));
	assert_false(ks_pty_alternate(desk->pty));
}

/* ---- what was seen ---- */

static size_t count_in(const char *data, size_t len, const char *what)
{
	size_t n = 0, size = strlen(what);

	for (size_t i = 0; i + size <= len; i++)
		if (memcmp(data + i, what, size) == 0)
			n++;
	return n;
}

size_t desk_count_raw(struct desk *desk, const char *what)
{
	size_t len;
	const char *raw = ks_pty_raw(desk->pty, &len);

	return count_in(raw, len, what);
}

uint64_t desk_served(struct desk *desk, const char *op)
{
	return ks_emulator_counted(desk->server.emulator, op).received;
}
