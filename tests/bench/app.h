/* keysail in a terminal, at the server: what several measurements begin with. */
#ifndef KS_TESTS_BENCH_APP_H
#define KS_TESTS_BENCH_APP_H

#include "tests/bench/bench.h"
#include "tests/bench/server.h"
#include "tests/support/pty.h"

/*
 * Starts it for all regions, at 120×40. env: further settings (NAME=VALUE …, NULL at the end),
 * which win over the server's; may be NULL. Freed with ks_pty_free.
 */
struct ks_pty *bench_app_start(
    const struct bench *bench, const struct bench_server *server, const char *const *env);
/* Another program of the bench in a terminal like it. */
struct ks_pty *bench_app_start_other(const struct bench *bench, const char *name);

/* The first frame is there. */
bool bench_app_wait_frame(struct ks_pty *app);
/* The header counts so many buckets; it may still be reading their keys. */
bool bench_app_wait_buckets(struct ks_pty *app, int buckets);
/* The same, and nothing more is being read. */
bool bench_app_wait_loaded(struct ks_pty *app, int buckets);
/* The cursor is in this row. */
bool bench_app_wait_row(struct ks_pty *app, int row);
int bench_app_row(const struct ks_pty *app);

/* Lets it run for so long. */
void bench_app_pass(struct ks_pty *app, int ms);
/* Output so far. */
size_t bench_app_bytes(const struct ks_pty *app);
/* "q"; the milliseconds until the process was gone, or -1. */
double bench_app_quit(struct ks_pty *app);

#endif
