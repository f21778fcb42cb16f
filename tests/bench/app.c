#include "tests/bench/app.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { WIDTH = 120, HEIGHT = 40, MAX_ENV = 16 };

static struct ks_pty *start(const char *const *argv, const char *const *env)
{
	struct ks_pty_options options = {
	    .argv = argv, .width = WIDTH, .height = HEIGHT, .env = env, .answers = KS_PTY_DARK};

	return ks_pty_start(&options);
}

struct ks_pty *bench_app_start(
    const struct bench *bench, const struct bench_server *server, const char *const *env)
{
	const char *argv[] = {bench->keysail, "-r", "all", NULL};
	const char *all[MAX_ENV] = {NULL};
	size_t count = 0;

	/* Of two settings of one name the first counts. */
	for (; env != NULL && *env != NULL && count < MAX_ENV - 1; env++)
		all[count++] = *env;
	for (size_t i = 0; server->env[i] != NULL && count < MAX_ENV - 1; i++)
		all[count++] = server->env[i];
	return start(argv, all);
}

struct ks_pty *bench_app_start_other(const struct bench *bench, const char *name)
{
	char path[4096];
	const char *argv[] = {path, NULL};

	snprintf(path, sizeof path, "%s/%s", bench->folder, name);
	return start(argv, NULL);
}

/* The screen's line of that number, from 0; "" past the last. */
static const char *line_of(struct ks_pty *app, int number)
{
	const char *line = ks_pty_screen(app);

	for (; number > 0 && *line != '\0'; number--)
		line += strcspn(line, "\n") + 1;
	return line;
}

/* The hints of the last line are drawn last. */
static bool has_frame(struct ks_pty *app, void *ctx)
{
	(void)ctx;
	return strstr(line_of(app, HEIGHT - 1), "quit") != NULL;
}

bool bench_app_wait_frame(struct ks_pty *app)
{
	return ks_pty_wait_until(app, has_frame, NULL, "the first frame");
}

/* The text in the header, and past it. */
static const char *find_buckets(struct ks_pty *app, int buckets)
{
	char wanted[32];
	const char *header = line_of(app, 0), *found;

	snprintf(wanted, sizeof wanted, " %d buckets", buckets);
	found = strstr(header, wanted);
	return found != NULL && found < header + strcspn(header, "\n") ? found : NULL;
}

static bool has_buckets(struct ks_pty *app, void *ctx)
{
	return find_buckets(app, *(int *)ctx) != NULL;
}

bool bench_app_wait_buckets(struct ks_pty *app, int buckets)
{
	return ks_pty_wait_until(app, has_buckets, &buckets, "all buckets");
}

/* While it reads, the header ends in "31/42". */
static bool has_loaded(struct ks_pty *app, void *ctx)
{
	const char *found = find_buckets(app, *(int *)ctx);

	return found != NULL && memchr(found, '/', strcspn(found, "\n")) == NULL;
}

bool bench_app_wait_loaded(struct ks_pty *app, int buckets)
{
	return ks_pty_wait_until(app, has_loaded, &buckets, "all keys");
}

int bench_app_row(const struct ks_pty *app)
{
	bool visible;
	int x, y;

	ks_pty_cursor(app, &x, &y, &visible);
	return y;
}

static bool is_in_row(struct ks_pty *app, void *ctx)
{
	return bench_app_row(app) == *(int *)ctx;
}

bool bench_app_wait_row(struct ks_pty *app, int row)
{
	return ks_pty_wait_until(app, is_in_row, &row, "the cursor in its row");
}

static bool is_past(struct ks_pty *app, void *ctx)
{
	(void)app;
	return bench_now_us() >= *(int64_t *)ctx;
}

void bench_app_pass(struct ks_pty *app, int ms)
{
	int64_t end = bench_now_us() + (int64_t)ms * 1000;

	ks_pty_wait_until(app, is_past, &end, "time to pass");
}

size_t bench_app_bytes(const struct ks_pty *app)
{
	size_t len;

	ks_pty_raw(app, &len);
	return len;
}

double bench_app_quit(struct ks_pty *app)
{
	int64_t begun = bench_now_us();
	int status;

	ks_pty_press(app, "q");
	if (!ks_pty_wait_exit(app, &status))
		return -1;
	return (double)(bench_now_us() - begun) / 1000;
}
