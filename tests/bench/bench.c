/*
 * make bench: measures what the program promises and prints each figure beside its limit.
 * Names of measurements as arguments choose some of them.
 */
#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/secret.h"

static const struct measurement {
	const char *name;
	void (*run)(struct bench *bench);
} measurements[] = {
    {"start", bench_start},
    {"keys", bench_keys},
    {"idle", bench_idle},
    {"fetch", bench_fetch},
    {"memory", bench_memory},
    {"quit", bench_quit},
    {"requests", bench_requests},
};

int64_t bench_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double bench_percentile(double *values, size_t count, int percent)
{
	size_t at = count * (size_t)percent / 100;

	if (count == 0)
		return 0;
	qsort(values, count, sizeof *values, compare);
	return values[at < count ? at : count - 1];
}

double bench_median(double *values, size_t count)
{
	return bench_percentile(values, count, 50);
}

static void print_row(
    const char *what, double value, const char *sign, double limit, const char *unit, bool met)
{
	printf("%-56s %10.2f %-10s %s %8.2f  %s\n", what, value, unit, sign, limit,
	    met ? "OK" : "MISSED");
	fflush(stdout);
}

void bench_at_most(
    struct bench *bench, const char *what, double value, double limit, const char *unit)
{
	print_row(what, value, "<=", limit, unit, value <= limit);
	if (value > limit)
		bench->missed = true;
}

void bench_at_least(
    struct bench *bench, const char *what, double value, double limit, const char *unit)
{
	print_row(what, value, ">=", limit, unit, value >= limit);
	if (value < limit)
		bench->missed = true;
}

void bench_note(const char *what, double value, const char *unit)
{
	printf("%-56s %10.2f %s\n", what, value, unit);
	fflush(stdout);
}

void bench_failed(struct bench *bench, const char *what, const char *why)
{
	printf("%-56s %10s %-25s MISSED\n", what, "-", why);
	fflush(stdout);
	bench->missed = true;
}

static bool chosen(const char *name, int argc, char *argv[])
{
	if (argc <= 1)
		return true;
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], name) == 0)
			return true;
	return false;
}

int main(int argc, char *argv[])
{
	char home[] = "/tmp/keysail-bench-XXXXXX";
	struct bench bench = {.keysail = getenv("KEYSAIL"), .folder = getenv("BENCHDIR")};

	if (bench.keysail == NULL || bench.folder == NULL || mkdtemp(home) == NULL) {
		fprintf(stderr, "bench: run it with \"make bench\"\n");
		return 2;
	}
	bench.home = home;
	ks_secret_setup();
	for (size_t i = 0; i < sizeof measurements / sizeof *measurements; i++)
		if (chosen(measurements[i].name, argc, argv))
			measurements[i].run(&bench);
	rmdir(home);
	return bench.missed ? 1 : 0;
}
