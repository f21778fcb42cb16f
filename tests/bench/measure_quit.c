#include <stdio.h>

#include "tests/bench/app.h"

enum { RUNS = 5, LIMIT_MS = 100 };

struct situation {
	const char *what;
	const char *fault; /* of the server */
	bool dns_hangs;
	bool wait_loaded;
};

static const struct situation situations[] = {
    {"quit, everything loaded", NULL, false, true},
    {"quit while reads hang", "kind=hang", false, false},
    {"quit while a DNS look-up hangs", NULL, true, false},
};

static double quit_once(const struct bench *bench, const struct situation *situation)
{
	const char *args[] = {situation->fault != NULL ? "--fault" : NULL, situation->fault, NULL};
	char preload[4096];
	const char *env[] = {NULL, NULL, NULL};
	struct bench_server server;
	struct ks_pty *app;
	double ms = -1;

	if (situation->dns_hangs) {
		snprintf(preload, sizeof preload, "LD_PRELOAD=%s/slow_dns.so", bench->folder);
		env[0] = preload;
		env[1] = "AWS_ENDPOINT_URL=https://lightsail.keysail.test";
	}
	if (!bench_server_start(bench, &server, args))
		return -1;
	app = bench_app_start(bench, &server, env);
	if (situation->wait_loaded ? bench_app_wait_loaded(app, 18) : bench_app_wait_frame(app)) {
		/* Until the worker is in the middle of it. */
		bench_app_pass(app, 300);
		ms = bench_app_quit(app);
	}
	ks_pty_free(app);
	bench_server_stop(&server);
	return ms;
}

void bench_quit(struct bench *bench)
{
	for (size_t i = 0; i < sizeof situations / sizeof *situations; i++) {
		double worst = 0;

		for (int run = 0; run < RUNS && worst >= 0; run++) {
			double ms = quit_once(bench, &situations[i]);

			worst = ms < 0 ? -1 : ms > worst ? ms : worst;
		}
		if (worst < 0)
			bench_failed(bench, situations[i].what, "it did not end");
		else
			bench_at_most(bench, situations[i].what, worst, LIMIT_MS, "ms");
	}
}
