/* "keysail serve" as a child, and the settings by which a client finds it. */
#ifndef KS_TESTS_BENCH_SERVER_H
#define KS_TESTS_BENCH_SERVER_H

#include <stdbool.h>
#include <sys/types.h>

#include "tests/bench/bench.h"

struct bench_server {
	pid_t pid;
	int output; /* its standard output stays open as long as it runs */
	char url[64];
	char key_id[64];
	char secret[64];
	char settings[3][96];
	const char *env[4]; /* where its clients find it: NAME=VALUE …, NULL at its end */
};

/* Starts it on any free port with these further arguments (NULL at the end); false if it fails. */
bool bench_server_start(
    const struct bench *bench, struct bench_server *server, const char *const *args);
void bench_server_stop(struct bench_server *server);

#endif
