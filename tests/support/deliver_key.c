/*
 * Delivers the key on standard input ("ID<tab>SECRET") by the program's own sinks, for the tests
 * with foreign clients: deliver_key SINK CREDENTIALS_FILE RCLONE_FILE BUCKET REGION ENDPOINT
 * [--replace], where ENDPOINT may be "-" for AWS's own. Prints where it went.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/secret.h"
#include "core/deliver/sink.h"

#define KEY_MAX 1024

/* The ID's length; 0 when it isn't a key. *len is that of the whole. */
static size_t read_key(char *key, size_t *len)
{
	ssize_t count;
	char *tab;

	*len = 0;
	while ((count = read(STDIN_FILENO, key + *len, KEY_MAX - 1 - *len)) > 0)
		*len += (size_t)count;
	if (*len > 0 && key[*len - 1] == '\n')
		--*len;
	key[*len] = '\0';
	tab = strchr(key, '\t');
	if (tab == NULL)
		return 0;
	*tab = '\0';
	return (size_t)(tab - key);
}

static bool hand_over(struct ks_sink_plan *plan, const char *key_id, const struct ks_secret *secret,
    struct ks_err *err)
{
	const struct ks_clock *clock = ks_clock_system();
	int64_t now = ks_clock_mono(clock);
	enum ks_sink_end end = ks_sink_deliver(plan, key_id, secret, now, err);

	while (end == KS_SINK_RUNNING) {
		struct pollfd fd = {.fd = ks_sink_fd(plan), .events = POLLIN};
		int64_t left = ks_sink_wake(plan) - now;

		poll(&fd, 1, left > 0 ? (int)left : 0);
		now = ks_clock_mono(clock);
		end = ks_sink_turn(plan, now, err);
	}
	return end == KS_SINK_DONE && ks_sink_verify(plan, key_id, secret, err);
}

static bool deliver(struct ks_sink_plan *plan, struct ks_err *err)
{
	char *key = ks_wiping_malloc(KEY_MAX);
	size_t len, id_len = read_key(key, &len);
	struct ks_secret *secret = NULL;
	bool good;

	if (id_len == 0)
		good = ks_err_set(err, KS_ERR_USAGE, "no key on standard input");
	else
		good = (secret = ks_secret_new(key + id_len + 1, len - id_len - 1, err)) != NULL &&
		       hand_over(plan, key, secret, err);
	ks_secret_free(secret);
	ks_wiping_free(key);
	return good;
}

int main(int argc, char **argv)
{
	struct ks_err err = {0};
	struct ks_sink sink = {0};
	struct ks_sink_plan *plan = NULL;
	char where[1024];
	bool good;

	if (argc < 7) {
		fprintf(stderr, "deliver_key SINK CREDENTIALS RCLONE BUCKET REGION ENDPOINT\n");
		return 2;
	}
	ks_secret_setup();
	const struct ks_sink_options options = {
	    .credentials_file = argv[2],
	    .rclone_file = argv[3],
	    .bucket = argv[4],
	    .region = argv[5],
	    .path = getenv("PATH"),
	    .endpoint = strcmp(argv[6], "-") != 0 ? argv[6] : NULL,
	    .replace = argc > 7 && strcmp(argv[7], "--replace") == 0,
	};

	good = ks_sink_parse(argv[1], &sink, &err) &&
	       (plan = ks_sink_preflight(&sink, &options, &err)) != NULL && deliver(plan, &err);
	if (good) {
		ks_sink_phrase(plan, where, sizeof where);
		printf("%s\n", where);
	} else {
		fprintf(stderr, "%s\n", err.message);
	}
	ks_sink_plan_free(plan);
	ks_sink_free(&sink);
	return good ? 0 : 1;
}
