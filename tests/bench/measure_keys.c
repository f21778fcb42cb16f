#include <stdio.h>

#include "tests/bench/app.h"

enum { PRESSES = 400, BUCKETS = 10000, SPAN = 8, PAUSE_MS = 5, RUNS = 3, ECHO_ROW = 9 };

struct latency {
	double median, p95; /* ms */
};

/*
 * Presses j and k in turns, and takes the time from each press to the output that moved the cursor
 * to the row where it belongs.
 */
static bool press_keys(struct ks_pty *terminal, struct latency *out)
{
	double ms[PRESSES];
	int row = bench_app_row(terminal);

	for (int i = 0; i < PRESSES; i++) {
		bool down = i / SPAN % 2 == 0;
		int64_t pressed;

		row += down ? 1 : -1;
		pressed = bench_now_us();
		ks_pty_type(terminal, down ? "j" : "k");
		if (!bench_app_wait_row(terminal, row))
			return false;
		ms[i] = (double)(bench_now_us() - pressed) / 1000;
		bench_app_pass(terminal, PAUSE_MS);
	}
	out->median = bench_median(ms, PRESSES);
	out->p95 = bench_percentile(ms, PRESSES, 95);
	return true;
}

/* A program that answers at once: what is left is the harness and the kernel. */
static bool measure_floor(const struct bench *bench, struct latency *floor)
{
	struct ks_pty *echo = bench_app_start_other(bench, "echo");
	bool done = bench_app_wait_row(echo, ECHO_ROW) && press_keys(echo, floor);

	ks_pty_free(echo);
	return done;
}

static void report(struct bench *bench, const char *when, struct latency keys, struct latency floor)
{
	char what[96];

	snprintf(what, sizeof what, "key to frame above the floor, %s, median", when);
	bench_at_most(bench, what, keys.median - floor.median, 0.6, "ms");
	snprintf(what, sizeof what, "key to frame above the floor, %s, p95", when);
	bench_at_most(bench, what, keys.p95 - floor.p95, 1, "ms");
}

static struct latency middle(const struct latency runs[RUNS])
{
	double medians[RUNS], p95s[RUNS];

	for (int i = 0; i < RUNS; i++) {
		medians[i] = runs[i].median;
		p95s[i] = runs[i].p95;
	}
	return (struct latency){bench_median(medians, RUNS), bench_median(p95s, RUNS)};
}

static bool measure_app(
    const struct bench *bench, const struct bench_server *server, bool loaded, struct latency *keys)
{
	struct ks_pty *app = bench_app_start(bench, server, NULL);
	bool done =
	    loaded ? bench_app_wait_loaded(app, BUCKETS) : bench_app_wait_buckets(app, BUCKETS);

	bench_app_pass(app, 500);
	done = done && press_keys(app, keys);
	if (done)
		bench_app_quit(app);
	ks_pty_free(app);
	return done;
}

/*
 * One program that shares its core with the harness for a while would decide the p95 alone: several
 * are run, each after a floor of its own, and the median of each figure counts.
 */
static bool measure_runs(const struct bench *bench, const struct bench_server *server, bool loaded,
    struct latency *floor, struct latency *keys)
{
	struct latency floors[RUNS], runs[RUNS];

	for (int i = 0; i < RUNS; i++)
		if (!measure_floor(bench, &floors[i]) ||
		    !measure_app(bench, server, loaded, &runs[i]))
			return false;
	*floor = middle(floors);
	*keys = middle(runs);
	return true;
}

static void measure(struct bench *bench, const char *latency, bool loaded, const char *when)
{
	const char *args[] = {"--buckets", "10000", "--latency", latency, NULL};
	struct bench_server server;
	struct latency floor, keys;

	if (!bench_server_start(bench, &server, args)) {
		bench_failed(bench, when, "no server");
		return;
	}
	if (measure_runs(bench, &server, loaded, &floor, &keys)) {
		bench_note("the harness's own floor, median", floor.median, "ms");
		report(bench, when, keys, floor);
	} else {
		bench_failed(bench, when, "no frame");
	}
	bench_server_stop(&server);
}

void bench_keys(struct bench *bench)
{
	measure(bench, "0", true, "10,000 buckets");
	measure(bench, "20", false, "while loading");
}
