/*
 * The benchmark's common ground: the clock, rows of the table, and one function per measurement.
 * Everything runs in one thread.
 */
#ifndef KS_TESTS_BENCH_BENCH_H
#define KS_TESTS_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is measured, and the programs beside it. */
struct bench {
	const char *keysail; /* the program */
	const char *folder;  /* of hello, echo and slow_dns.so */
	const char *home;    /* an empty home folder for the children */
	bool missed;         /* some figure is over its limit, or could not be taken */
};

int64_t bench_now_us(void);

/* Figures of one kind, and what is read off them. They are sorted in place. */
double bench_median(double *values, size_t count);
double bench_percentile(double *values, size_t count, int percent);

/* Prints one row: what was measured, the figure, its limit, OK or MISSED. */
void bench_at_most(
    struct bench *bench, const char *what, double value, double limit, const char *unit);
void bench_at_least(
    struct bench *bench, const char *what, double value, double limit, const char *unit);
/* A row that explains others; it has no limit. */
void bench_note(const char *what, double value, const char *unit);
/* A figure that could not be taken counts as missed. */
void bench_failed(struct bench *bench, const char *what, const char *why);

void bench_start(struct bench *bench);  /* start to first frame */
void bench_keys(struct bench *bench);   /* key press to its frame */
void bench_idle(struct bench *bench);   /* bytes and wake-ups when nothing happens; bytes a move */
void bench_fetch(struct bench *bench);  /* all keys of N buckets against the floor */
void bench_memory(struct bench *bench); /* RSS */
void bench_quit(struct bench *bench);   /* q to the end of the process */
void bench_requests(struct bench *bench); /* the emulator's requests a second */

#endif
