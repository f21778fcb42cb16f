#include "config.h"

#include "core/engine/program.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/argv.h"
#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/spawn.h"

#ifdef __APPLE__
extern char **environ;
#endif

enum { SECRETS = 3 };

/* "NAME=VALUE" in a block that is wiped when it is freed. */
static char *make_entry(const char *name, const struct ks_secret *secret)
{
	size_t len = strlen(name), value_len = ks_secret_len(secret);
	char *entry = ks_wiping_malloc(len + value_len + 2);

	memcpy(entry, name, len);
	entry[len] = '=';
	memcpy(entry + len + 1, ks_secret_value(secret), value_len + 1);
	return entry;
}

/* The first *n_own entries are new blocks, the others those of our own environment. */
static char **make_environment(const struct ks_env *env, size_t *n_own)
{
	const struct {
		const char *name;
		const struct ks_secret *value;
	} secrets[SECRETS] = {
	    {"AWS_SECRET_ACCESS_KEY", ks_env_secret(env)},
	    {"AWS_SESSION_TOKEN", ks_env_token(env)},
	    {"AWS_CONTAINER_AUTHORIZATION_TOKEN", ks_env_container_token(env)},
	};
	size_t count = 0;
	char **entries;

	while (environ != NULL && environ[count] != NULL)
		count++;
	entries = ks_calloc(SECRETS + count + 1, sizeof *entries);
	*n_own = 0;
	for (size_t i = 0; i < SECRETS; i++)
		if (secrets[i].value != NULL)
			entries[(*n_own)++] = make_entry(secrets[i].name, secrets[i].value);
	for (size_t i = 0; i < count; i++)
		entries[*n_own + i] = environ[i];
	return entries;
}

static void free_environment(char **entries, size_t n_own)
{
	for (size_t i = 0; i < n_own; i++)
		ks_wiping_free(entries[i]);
	free(entries);
}

static struct ks_child *start(const char *file, char *const *argv, const struct ks_env *env,
    int64_t limit_ms, int64_t now, struct ks_err *err)
{
	size_t n_own;
	char **environment = make_environment(env, &n_own);
	const struct ks_child_options options = {
	    .file = file,
	    .argv = argv,
	    .environment = environment,
	    .output_max = KS_PROGRAM_OUTPUT_MAX,
	    .limit_ms = limit_ms,
	};
	struct ks_child *child = ks_child_start(&options, now, err);

	free_environment(environment, n_own);
	return child;
}

struct ks_child *ks_program_start(const char *line, const char *path, const struct ks_env *env,
    int64_t limit_ms, int64_t now, struct ks_err *err)
{
	char **argv = ks_argv_split_shlex(line, err);
	char *file = argv != NULL ? ks_spawn_locate(path, argv[0], err) : NULL;
	struct ks_child *child = file != NULL ? start(file, argv, env, limit_ms, now, err) : NULL;

	free(file);
	ks_argv_free(argv);
	return child;
}
