/*
 * Delivers the key on standard input ("ID<tab>SECRET") by the program's own sinks, for the tests
 * with foreign clients: deliver_key SINK CREDENTIALS_FILE RCLONE_FILE BUCKET REGION ENDPOINT
 * [--replace], where ENDPOINT may be "-" for AWS's own. Prints the file's path.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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
		       ks_sink_deliver(plan, key, secret, err);
	ks_secret_free(secret);
	ks_wiping_free(key);
	return good;
}

int main(int argc, char **argv)
{
	struct ks_err err = {0};
	struct ks_sink sink = {0};
	struct ks_sink_plan *plan = NULL;
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
	    .endpoint = strcmp(argv[6], "-") != 0 ? argv[6] : NULL,
	    .replace = argc > 7 && strcmp(argv[7], "--replace") == 0,
	};

	good = ks_sink_parse(argv[1], &sink, &err) &&
	       (plan = ks_sink_preflight(&sink, &options, &err)) != NULL && deliver(plan, &err);
	if (good)
		printf("%s\n", ks_sink_plan_path(plan));
	else
		fprintf(stderr, "%s\n", err.message);
	ks_sink_plan_free(plan);
	ks_sink_free(&sink);
	return good ? 0 : 1;
}
