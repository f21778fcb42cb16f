#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/app.h"

static double rss_mib(pid_t pid)
{
	char path[64], line[256];
	double kib = -1;
	FILE *status;

	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	status = fopen(path, "r");
	while (status != NULL && fgets(line, sizeof line, status) != NULL)
		if (strncmp(line, "VmRSS:", 6) == 0)
			kib = strtod(line + 6, NULL);
	if (status != NULL)
		fclose(status);
	return kib / 1024;
}

static void measure(struct bench *bench, int buckets, double limit)
{
	char number[16], what[64];
	const char *args[] = {"--buckets", number, "--still", NULL};
	struct bench_server server;
	struct ks_pty *app;

	snprintf(number, sizeof number, "%d", buckets);
	snprintf(what, sizeof what, "memory (RSS) with %d buckets", buckets);
	if (!bench_server_start(bench, &server, args)) {
		bench_failed(bench, what, "no server");
		return;
	}
	app = bench_app_start(bench, &server, NULL);
	if (bench_app_wait_loaded(app, buckets)) {
		bench_app_pass(app, 1000);
		bench_at_most(bench, what, rss_mib(ks_pty_pid(app)), limit, "MiB");
		bench_app_quit(app);
	} else {
		bench_failed(bench, what, "not loaded");
	}
	ks_pty_free(app);
	bench_server_stop(&server);
}

void bench_memory(struct bench *bench)
{
	measure(bench, 200, 16);
	measure(bench, 10000, 48);
}
