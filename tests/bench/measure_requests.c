#define _GNU_SOURCE /* sched_setaffinity */
/*
 * The emulator's requests a second: it is kept on one core, and a few connections that stay open
 * send GetBucketAccessKeys, each signed for a bucket of its own.
 */
#include <cjson/cJSON.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "tests/bench/bench.h"
#include "tests/bench/client.h"
#include "tests/bench/server.h"

enum { CONNECTIONS = 8, BUCKETS = 64, SECONDS = 3 };

/* A request that is sent again and again, ready to be written. */
struct request {
	char *text;
	size_t len;
};

struct load {
	struct bench_client clients[CONNECTIONS];
	struct request requests[BUCKETS];
	int n_requests;
	int next;
	long answered, refused;
};

static void make_request(
    const struct bench_server *server, const char *operation, const char *body, struct request *out)
{
	out->text = bench_client_sign(server, "us-east-1", operation, body);
	out->len = strlen(out->text);
}

/* Signs one request for each of the first buckets of the region. */
static bool prepare(const struct bench_server *server, struct load *load)
{
	char *request = bench_client_sign(server, "us-east-1", "GetBuckets", "{}"), *answer;
	cJSON *json, *bucket;

	answer = bench_client_ask(server, request);
	free(request);
	json = answer != NULL ? cJSON_Parse(answer) : NULL;
	free(answer);
	cJSON_ArrayForEach(bucket, cJSON_GetObjectItem(json, "buckets"))
	{
		const cJSON *name = cJSON_GetObjectItem(bucket, "name");
		char body[128];

		if (!cJSON_IsString(name) || load->n_requests == BUCKETS)
			break;
		snprintf(body, sizeof body, "{\"bucketName\":\"%s\"}", name->valuestring);
		make_request(
		    server, "GetBucketAccessKeys", body, &load->requests[load->n_requests++]);
	}
	cJSON_Delete(json);
	return load->n_requests > 0;
}

static void send_next(struct load *load, struct bench_client *client)
{
	const struct request *request = &load->requests[load->next++ % load->n_requests];

	bench_client_send(client, request->text, request->len);
}

static bool take_answers(struct load *load, const struct pollfd *ready)
{
	for (int i = 0; i < CONNECTIONS; i++) {
		int status;

		if ((ready[i].revents & (POLLIN | POLLHUP)) == 0)
			continue;
		status = bench_client_receive(&load->clients[i]);
		if (status < 0)
			return false;
		if (status == 0)
			continue;
		load->answered++;
		if (status != 200)
			load->refused++;
		send_next(load, &load->clients[i]);
	}
	return true;
}

static bool run_load(const struct bench_server *server, struct load *load, double *per_second)
{
	struct pollfd waiting[CONNECTIONS];
	int64_t begun, end;

	for (int i = 0; i < CONNECTIONS; i++) {
		if (!bench_client_open(&load->clients[i], server))
			return false;
		waiting[i] = (struct pollfd){.fd = load->clients[i].fd, .events = POLLIN};
		send_next(load, &load->clients[i]);
	}
	begun = bench_now_us();
	end = begun + (int64_t)SECONDS * 1000000;
	while (bench_now_us() < end)
		if (poll(waiting, CONNECTIONS, 1000) <= 0 || !take_answers(load, waiting))
			return false;
	*per_second = (double)load->answered * 1e6 / (double)(bench_now_us() - begun);
	return load->refused == 0;
}

/* The processor time that a process has used, in seconds. */
static double cpu_seconds(pid_t pid)
{
	char path[64], line[1024], *at;
	unsigned long user = 0, system = 0;
	FILE *stat;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	stat = fopen(path, "r");
	if (stat == NULL)
		return 0;
	/* After the name in parentheses: the 14th and 15th field of all, proc(5). */
	if (fgets(line, sizeof line, stat) != NULL && (at = strrchr(line, ')')) != NULL) {
		for (int field = 2; field < 14 && at != NULL; field++)
			at = strchr(at + 1, ' ');
		if (at != NULL) {
			user = strtoul(at, &at, 10);
			system = strtoul(at, NULL, 10);
		}
	}
	fclose(stat);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

/* The server stays on the first core, and we on the others, so that it is its speed that counts. */
static void part_cores(pid_t server)
{
	cpu_set_t set;
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	sched_setaffinity(server, sizeof set, &set);
	if (cores < 2)
		return;
	CPU_ZERO(&set);
	for (long core = 1; core < cores; core++)
		CPU_SET((size_t)core, &set);
	sched_setaffinity(0, sizeof set, &set);
}

void bench_requests(struct bench *bench)
{
	static const char *const args[] = {"--buckets", "200", NULL};
	struct load *load = ks_calloc(1, sizeof *load);
	struct bench_server server;
	double per_second = 0;

	if (!bench_server_start(bench, &server, args)) {
		bench_failed(bench, "the emulator's signed requests a second", "no server");
		free(load);
		return;
	}
	part_cores(server.pid);
	if (prepare(&server, load) && run_load(&server, load, &per_second)) {
		bench_note("the emulator's signed requests a second of its processor time",
		    (double)load->answered / cpu_seconds(server.pid), "/s");
		bench_at_least(bench, "the emulator's signed requests a second, on one core",
		    per_second, 5000, "/s");
	} else {
		bench_failed(bench, "the emulator's signed requests a second", "refused");
	}
	for (int i = 0; i < CONNECTIONS; i++)
		bench_client_close(&load->clients[i]);
	for (int i = 0; i < load->n_requests; i++)
		free(load->requests[i].text);
	free(load);
	bench_server_stop(&server);
}
