#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/bench.h"
#include "tests/bench/client.h"
#include "tests/bench/server.h"

enum { CONNECTIONS = 16, PAGE_SIZE = 100, RUNS = 3, MAX_REGIONS = 32 };

/* Where the buckets are: what the floor and the command line are made of. */
struct world {
	char regions[MAX_REGIONS][32];
	int buckets[MAX_REGIONS];
	int count;
};

/* Runs keysail with its output in a file; the milliseconds that it took, or -1. */
static double run(const struct bench_server *server, const char *const *argv, const char *output)
{
	int64_t begun = bench_now_us();
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		int fd = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0600);

		dup2(fd, STDOUT_FILENO);
		execve(
		    argv[0], (char *const *)(uintptr_t)argv, (char *const *)(uintptr_t)server->env);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return -1;
	return (double)(bench_now_us() - begun) / 1000;
}

static cJSON *read_json(const char *path)
{
	FILE *file = fopen(path, "r");
	struct stat info;
	cJSON *json = NULL;
	char *text;

	if (file == NULL)
		return NULL;
	if (fstat(fileno(file), &info) == 0 && (text = malloc((size_t)info.st_size + 1)) != NULL) {
		text[fread(text, 1, (size_t)info.st_size, file)] = '\0';
		json = cJSON_Parse(text);
		free(text);
	}
	fclose(file);
	return json;
}

static void count_bucket(struct world *world, const char *region)
{
	int i;

	for (i = 0; i < world->count; i++)
		if (strcmp(world->regions[i], region) == 0)
			break;
	if (i == MAX_REGIONS)
		return;
	if (i == world->count) {
		world->count++;
		snprintf(world->regions[i], sizeof world->regions[i], "%s", region);
	}
	world->buckets[i]++;
}

/* One row a key, and one key a bucket. Gives the number of rows, or -1. */
static int look_around(const char *path, struct world *world)
{
	cJSON *json = read_json(path), *row;
	int rows = json != NULL ? cJSON_GetArraySize(json) : -1;

	memset(world, 0, sizeof *world);
	cJSON_ArrayForEach(row, json)
	{
		const cJSON *region = cJSON_GetObjectItem(row, "region");

		if (cJSON_IsString(region))
			count_bucket(world, region->valuestring);
	}
	cJSON_Delete(json);
	return rows;
}

/*
 * The fewest rounds of requests that all take equally long: in a round every region asks for its
 * next page, since pages come one after the other, and the other connections fetch keys of the
 * buckets that earlier rounds have shown.
 */
static int floor_rounds(const struct world *world)
{
	int unlisted[MAX_REGIONS] = {0}, known = 0, left = 0, rounds = 0;
	bool asked[MAX_REGIONS] = {false};

	for (int i = 0; i < world->count; i++) {
		unlisted[i] = world->buckets[i];
		left += unlisted[i];
	}
	for (; left > 0; rounds++) {
		int connections = CONNECTIONS, arrived = 0, fetched;

		for (int i = 0; i < world->count && connections > 0; i++) {
			int page = unlisted[i] < PAGE_SIZE ? unlisted[i] : PAGE_SIZE;

			if (asked[i] && page == 0)
				continue;
			asked[i] = true;
			unlisted[i] -= page;
			arrived += page;
			connections--;
		}
		fetched = known < connections ? known : connections;
		left -= fetched;
		known += arrived - fetched;
	}
	return rounds;
}

/* "keysail -r REGION … list --format json" */
static double list(const struct bench *bench, const struct bench_server *server,
    const struct world *world, const char *output)
{
	const char *argv[2 * MAX_REGIONS + 8] = {bench->keysail};
	int count = 1;

	for (int i = 0; i < world->count; i++) {
		argv[count++] = "-r";
		argv[count++] = world->regions[i];
	}
	argv[count++] = "list";
	argv[count++] = "--format";
	argv[count++] = "json";
	return run(server, argv, output);
}

static double start_ms(const struct bench *bench, const struct bench_server *server)
{
	const char *argv[] = {bench->keysail, "--version", NULL};
	double ms[11];

	for (int i = 0; i < 11; i++)
		ms[i] = run(server, argv, "/dev/null");
	return bench_median(ms, 11);
}

/* What one request takes: the server's latency, and what it costs besides. */
static double request_ms(const struct bench_server *server)
{
	char *request = bench_client_sign(server, "us-east-1", "GetRegions", "{}");
	double ms[11];

	for (int i = 0; i < 11; i++) {
		int64_t begun = bench_now_us();

		free(bench_client_ask(server, request));
		ms[i] = (double)(bench_now_us() - begun) / 1000;
	}
	free(request);
	return bench_median(ms, 11);
}

static bool survey(
    const struct bench *bench, const char *number, const char *output, struct world *world)
{
	const char *args[] = {"--buckets", number, "--keys-per-bucket", "1", NULL};
	const struct world everywhere = {.regions = {"all"}, .count = 1};
	struct bench_server server;
	int rows = -1;

	if (!bench_server_start(bench, &server, args))
		return false;
	if (list(bench, &server, &everywhere, output) >= 0)
		rows = look_around(output, world);
	bench_server_stop(&server);
	return rows == (int)strtol(number, NULL, 10);
}

static void measure(struct bench *bench, const char *number)
{
	const char *args[] = {"--buckets", number, "--keys-per-bucket", "1", "--page-size", "100",
	    "--latency", "50", NULL};
	struct bench_server server;
	struct world world = {0}, again;
	char what[96], output[4200];
	double taken[RUNS], floor;

	snprintf(what, sizeof what, "all keys of %s buckets, times the floor", number);
	snprintf(output, sizeof output, "%s/list.json", bench->home);
	if (!survey(bench, number, output, &world) || !bench_server_start(bench, &server, args)) {
		bench_failed(bench, what, "no list");
		return;
	}
	floor = floor_rounds(&world) * request_ms(&server) + start_ms(bench, &server);
	for (int i = 0; i < RUNS; i++)
		taken[i] = list(bench, &server, &world, output);
	if (bench_median(taken, RUNS) < 0 ||
	    look_around(output, &again) != (int)strtol(number, NULL, 10)) {
		bench_failed(bench, what, "not all keys");
	} else {
		bench_note(
		    "the floor: rounds of requests, and the start of a process", floor, "ms");
		bench_at_most(bench, what, bench_median(taken, RUNS) / floor, 1.10, "x");
	}
	unlink(output);
	bench_server_stop(&server);
}

void bench_fetch(struct bench *bench)
{
	measure(bench, "20");
	measure(bench, "200");
	measure(bench, "2000");
}
