#include "config.h"

#include "core/deliver/command.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/argv.h"
#include "core/base/buf.h"
#include "core/base/child.h"
#include "core/base/mem.h"
#include "core/base/paths.h"
#include "core/base/spawn.h"
#include "core/base/text.h"

#ifdef __APPLE__
extern char **environ;
#endif

enum { QUOTE_SIZE = 256 };

struct ks_command {
	char name[64];
	struct ks_child *child;
	size_t secret_len;
};

/* ---- finding the program ---- */

void ks_command_name(const char *line, char *dst, size_t size)
{
	struct ks_err ignored;
	char **argv = ks_argv_split(line, &ignored);
	const char *word = argv != NULL ? argv[0] : "", *slash = strrchr(word, '/');

	if (slash != NULL)
		word = slash + 1;
	ks_text_clean(dst, size, word, strlen(word));
	ks_argv_free(argv);
}

/* The file to run, in a new block; NULL with err filled. */
static char *find_program(
    const struct ks_command_options *options, const char *word, struct ks_err *err)
{
	bool home = strncmp(word, "~/", 2) == 0 && options->home != NULL;
	char *name = home ? ks_path_join(options->home, word + 2) : ks_strdup(word);
	char *file = ks_spawn_locate(options->path, name, err);

	free(name);
	return file;
}

bool ks_command_check(const struct ks_command_options *options, struct ks_err *err)
{
	char **argv = ks_argv_split(options->line, err);
	char *file = argv != NULL ? find_program(options, argv[0], err) : NULL;
	bool good = file != NULL;

	free(file);
	ks_argv_free(argv);
	return good;
}

/* ---- its environment ---- */

enum { OWN_MAX = 4 };

static const char *const own_names[OWN_MAX] = {
    "KEYSAIL_ACCESS_KEY_ID",
    "KEYSAIL_BUCKET",
    "KEYSAIL_REGION",
    "KEYSAIL_ENDPOINT",
};

static char *make_entry(const char *name, const char *value)
{
	struct ks_buf entry;

	ks_buf_init(&entry, strlen(name) + strlen(value) + 2);
	ks_buf_printf(&entry, "%s=%s", name, value);
	return ks_buf_take(&entry);
}

/* As one that runs in another keysail's command inherited it. */
static bool is_own(const char *entry)
{
	for (size_t i = 0; i < OWN_MAX; i++) {
		size_t len = strlen(own_names[i]);

		if (strncmp(entry, own_names[i], len) == 0 && entry[len] == '=')
			return true;
	}
	return false;
}

/* The first *n_own entries are new blocks, the others those of our own environment. */
static char **make_environment(
    const struct ks_command_options *options, const char *key_id, size_t *n_own)
{
	const char *const values[OWN_MAX] = {
	    key_id, options->bucket, options->region, options->endpoint};
	size_t count = 0;
	char **entries;

	while (environ != NULL && environ[count] != NULL)
		count++;
	entries = ks_calloc(OWN_MAX + count + 1, sizeof *entries);
	*n_own = 0;
	for (size_t i = 0; i < OWN_MAX; i++)
		if (values[i] != NULL)
			entries[(*n_own)++] = make_entry(own_names[i], values[i]);
	for (size_t i = 0, next = *n_own; i < count; i++)
		if (!is_own(environ[i]))
			entries[next++] = environ[i];
	return entries;
}

static void free_environment(char **entries, size_t n_own)
{
	for (size_t i = 0; i < n_own; i++)
		free(entries[i]);
	free(entries);
}

/* ---- starting ---- */

static struct ks_child *launch(const struct ks_command_options *options, const char *key_id,
    const struct ks_secret *secret, int64_t now, struct ks_err *err)
{
	char **argv = ks_argv_split(options->line, err), **environment;
	char *file = argv != NULL ? find_program(options, argv[0], err) : NULL;
	struct ks_child *child = NULL;
	size_t n_own;

	if (file != NULL) {
		environment = make_environment(options, key_id, &n_own);
		child = ks_child_start(
		    &(struct ks_child_options){
			.file = file,
			.argv = argv,
			.environment = environment,
			.input = secret,
			.limit_ms = KS_COMMAND_LIMIT_MS,
		    },
		    now, err);
		free_environment(environment, n_own);
	}
	free(file);
	ks_argv_free(argv);
	return child;
}

struct ks_command *ks_command_start(const struct ks_command_options *options, const char *key_id,
    const struct ks_secret *secret, int64_t now, struct ks_err *err)
{
	struct ks_child *child = launch(options, key_id, secret, now, err);
	struct ks_command *command;

	if (child == NULL)
		return NULL;
	command = ks_calloc(1, sizeof *command);
	command->child = child;
	command->secret_len = ks_secret_len(secret);
	ks_command_name(options->line, command->name, sizeof command->name);
	return command;
}

/* ---- its end ---- */

/* Not one byte of it, as far as can be known. */
static bool read_nothing(const struct ks_command *command)
{
	return ks_child_unread(command->child) == command->secret_len;
}

static const char *had_not_read(const struct ks_command *command)
{
	return read_nothing(command) ? ", before it read any of the secret" : "";
}

/* What it said, with ": " before it; "" when there is nothing to quote. */
static void quote(const struct ks_command *command, char dst[QUOTE_SIZE])
{
	ks_child_quote(command->child, dst + 2, QUOTE_SIZE - 2);
	if (dst[2] == '\0') {
		dst[0] = '\0';
		return;
	}
	dst[0] = ':';
	dst[1] = ' ';
}

static void say_what_to_do(const struct ks_command *command, struct ks_err *err)
{
	if (read_nothing(command)) {
		ks_err_tip(err, "run it by hand to see why, then try again");
		return;
	}
	ks_err_tip(err, "whether the secret arrived isn't known: look where it should be");
	snprintf(err->code, sizeof err->code, "%s", KS_SINK_IN_DOUBT);
}

static void tell_exit(const struct ks_command *command, const char *said, struct ks_err *err)
{
	int status = ks_child_status(command->child);

	if (status == 0) {
		ks_err_set(err, KS_ERR_SYSTEM, "%s ended without reading %sthe secret",
		    command->name,
		    ks_child_unread(command->child) < command->secret_len ? "all of " : "");
		ks_err_tip(err, "name a command that reads it from its standard input");
		return;
	}
	ks_err_set(
	    err, KS_ERR_SYSTEM, "%s failed with exit status %d%s", command->name, status, said);
	ks_err_tip(err, said[0] != '\0' ? "put that right, then try again"
					: "run it by hand to see why, then try again");
}

static void tell(const struct ks_command *command, enum ks_child_end end, struct ks_err *err)
{
	char said[QUOTE_SIZE];
	int status = ks_child_status(command->child);

	quote(command, said);
	if (end == KS_CHILD_EXITED) {
		tell_exit(command, said, err);
		return;
	}
	if (end == KS_CHILD_TIMED_OUT)
		ks_err_set(err, KS_ERR_TIMEOUT,
		    "%s did not end within %d seconds and was killed%s%s", command->name,
		    KS_COMMAND_LIMIT_MS / 1000, had_not_read(command), said);
	else if (end == KS_CHILD_SIGNALLED)
		ks_err_set(err, KS_ERR_SYSTEM, "%s was ended by signal %d (%s)%s%s", command->name,
		    status, strsignal(status), had_not_read(command), said);
	else
		ks_err_set(err, KS_ERR_SYSTEM, "how %s ended can't be seen", command->name);
	say_what_to_do(command, err);
}

enum ks_sink_end ks_command_turn(struct ks_command *command, int64_t now, struct ks_err *err)
{
	enum ks_child_end end = ks_child_turn(command->child, now);

	if (end == KS_CHILD_RUNNING)
		return KS_SINK_RUNNING;
	if (end == KS_CHILD_EXITED && ks_child_status(command->child) == 0 &&
	    ks_child_unread(command->child) == 0)
		return KS_SINK_DONE;
	tell(command, end, err);
	return KS_SINK_FAILED;
}

int ks_command_fd(const struct ks_command *command)
{
	int fds[KS_CHILD_FDS_MAX];

	/* Its output goes nowhere: one at most is left. */
	return ks_child_fds(command->child, fds) > 0 ? fds[0] : -1;
}

int64_t ks_command_wake(const struct ks_command *command)
{
	return ks_child_wake(command->child);
}

void ks_command_free(struct ks_command *command)
{
	if (command == NULL)
		return;
	ks_child_free(command->child);
	free(command);
}
