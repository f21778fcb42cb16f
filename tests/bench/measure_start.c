#include "tests/bench/app.h"

enum { RUNS = 21 };

static double hello_ms(const struct bench *bench)
{
	int64_t begun = bench_now_us();
	struct ks_pty *hello = bench_app_start_other(bench, "hello");
	double ms = -1;

	if (ks_pty_wait(hello, "hello, world"))
		ms = (double)(bench_now_us() - begun) / 1000;
	ks_pty_free(hello);
	return ms;
}

static double keysail_ms(const struct bench *bench, const struct bench_server *server)
{
	int64_t begun = bench_now_us();
	struct ks_pty *app = bench_app_start(bench, server, NULL);
	double ms = -1;

	if (bench_app_wait_frame(app)) {
		ms = (double)(bench_now_us() - begun) / 1000;
		bench_app_quit(app);
	}
	ks_pty_free(app);
	return ms;
}

void bench_start(struct bench *bench)
{
	static const char *const args[] = {"--latency", "20", NULL};
	double hello[RUNS], keysail[RUNS], yardstick, frame;
	struct bench_server server;

	if (!bench_server_start(bench, &server, args)) {
		bench_failed(bench, "start to first frame", "no server");
		return;
	}
	for (int i = 0; i < RUNS; i++) {
		hello[i] = hello_ms(bench);
		keysail[i] = keysail_ms(bench, &server);
	}
	bench_server_stop(&server);
	yardstick = bench_median(hello, RUNS);
	frame = bench_median(keysail, RUNS);
	if (hello[0] < 0 || keysail[0] < 0) {
		bench_failed(bench, "start to first frame", "no frame");
		return;
	}
	bench_note("an ncurses hello-world with the same libraries", yardstick, "ms");
	bench_at_most(bench, "start to first frame", frame, 50, "ms");
	bench_at_most(
	    bench, "start to first frame, times the hello-world", frame / yardstick, 1.3, "x");
}
