#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/app.h"

enum { SECONDS = 5, MOVES = 41 };

/* How often the threads of a process gave the processor up to wait: each is a wake-up. */
static long wake_ups(pid_t pid)
{
	char path[512], line[256];
	struct dirent *entry;
	long total = 0;
	DIR *tasks;

	snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
	tasks = opendir(path);
	while (tasks != NULL && (entry = readdir(tasks)) != NULL) {
		FILE *status;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "/proc/%d/task/%s/status", (int)pid, entry->d_name);
		status = fopen(path, "r");
		while (status != NULL && fgets(line, sizeof line, status) != NULL)
			if (strncmp(line, "voluntary_ctxt_switches:", 24) == 0)
				total += strtol(line + 24, NULL, 10);
		if (status != NULL)
			fclose(status);
	}
	if (tasks != NULL)
		closedir(tasks);
	return total;
}

static void measure_idle(struct bench *bench, struct ks_pty *app)
{
	size_t bytes = bench_app_bytes(app);
	long before = wake_ups(ks_pty_pid(app));

	bench_app_pass(app, SECONDS * 1000);
	bench_at_most(bench, "bytes to the terminal in 5 s when nothing changes",
	    (double)(bench_app_bytes(app) - bytes), 0, "bytes");
	bench_at_most(bench, "wake-ups in 5 s when nothing changes",
	    (double)(wake_ups(ks_pty_pid(app)) - before), 1, "");
}

static void measure_moves(struct bench *bench, struct ks_pty *app)
{
	double sent[MOVES];

	for (int i = 0; i < MOVES; i++) {
		size_t bytes = bench_app_bytes(app);

		ks_pty_type(app, i / 8 % 2 == 0 ? "j" : "k");
		bench_app_pass(app, 60);
		sent[i] = (double)(bench_app_bytes(app) - bytes);
	}
	bench_at_most(bench, "bytes for a cursor move at 120x40, median", bench_median(sent, MOVES),
	    250, "bytes");
}

static void measure(struct bench *bench, const char *keys_per_bucket,
    void (*run)(struct bench *bench, struct ks_pty *app))
{
	const char *args[] = {
	    "--buckets", "200", "--keys-per-bucket", keys_per_bucket, "--still", NULL};
	struct bench_server server;
	struct ks_pty *app;

	if (!bench_server_start(bench, &server, args)) {
		bench_failed(bench, "bytes to the terminal", "no server");
		return;
	}
	app = bench_app_start(bench, &server, NULL);
	if (bench_app_wait_loaded(app, 200)) {
		bench_app_pass(app, 1000);
		run(bench, app);
		bench_app_quit(app);
	} else {
		bench_failed(bench, "bytes to the terminal", "not loaded");
	}
	ks_pty_free(app);
	bench_server_stop(&server);
}

void bench_idle(struct bench *bench)
{
	/* Without keys no shown age grows within seconds. */
	measure(bench, "0", measure_idle);
	measure(bench, "2", measure_moves);
}
