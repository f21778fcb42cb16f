/*
 * The least HTTP client that keeps a connection open: one request at a time, ready-made, and the
 * status of its answer. It exists to cost less than the server that it measures.
 */
#ifndef KS_TESTS_BENCH_CLIENT_H
#define KS_TESTS_BENCH_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "tests/bench/server.h"

struct bench_client {
	int fd; /* 0: not open */
	size_t len;
	char answer[256 * 1024];
};

/* A signed request of the Lightsail API as it goes over the wire; the caller frees it. */
char *bench_client_sign(
    const struct bench_server *server, const char *region, const char *operation, const char *body);
/* Sends one request over a connection of its own; the body of the answer, or NULL. */
char *bench_client_ask(const struct bench_server *server, const char *request);

bool bench_client_open(struct bench_client *client, const struct bench_server *server);
void bench_client_close(struct bench_client *client);
void bench_client_send(struct bench_client *client, const char *request, size_t len);
/* Reads once. The status once the answer is whole, 0 while it is not, -1 when it can't be. */
int bench_client_receive(struct bench_client *client);

#endif
