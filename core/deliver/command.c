#include "config.h"

#include "core/deliver/command.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/argv.h"
#include "core/base/buf.h"
#include "core/base/fd.h"
#include "core/base/mem.h"
#include "core/base/paths.h"
#include "core/base/spawn.h"
#include "core/base/text.h"

#ifdef __APPLE__
extern char **environ;
#endif

enum {
	PATH_SIZE = 4096,
	LOOK_MS = 5, /* between two looks at a child that has not ended, at first: it doubles */
	LOOK_MAX_MS = 200,
	GRACE_MS = 5000, /* what was killed and has not ended by then is left alone */
	HEARD_MAX = 2048,
	HEARD_KEPT = HEARD_MAX / 2, /* when that is full, the last so many stay */
	READS_MAX = 64, /* a pipe's worth: one that never stops complaining must not hold us */
	QUOTE_SIZE = 256,
	PART = 12, /* so many bytes of a secret in a row are no coincidence */
};

struct ks_command {
	char name[64];
	struct ks_child child; /* pid 0: it is over */
	struct ks_secret *secret;
	int complaints; /* its standard error; -1: closed */
	char *heard;    /* the end of what came from there, in a wiping block */
	size_t heard_len;
	bool cut;     /* heard begins within a line */
	bool spilled; /* the secret was in what came */
	int64_t look_ms, look_at, limit;
	bool killed; /* by us, at the limit */
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

static bool complain_program(const char *word, struct ks_err *err)
{
	if (strchr(word, '/') == NULL) {
		ks_err_set(
		    err, KS_ERR_SYSTEM, "no folder of PATH has a program %s that may be run", word);
		return ks_err_tip(err, "install it, or name it with its whole path");
	}
	ks_err_set(err, KS_ERR_SYSTEM, "%s can't be run: %s", word,
	    access(word, X_OK) != 0 ? strerror(errno) : "it isn't a regular file");
	return ks_err_tip(err, "check its path, and that it is a program that you may run");
}

/* The file to run, in a new block; NULL with err filled. */
static char *find_program(
    const struct ks_command_options *options, const char *word, struct ks_err *err)
{
	bool home = strncmp(word, "~/", 2) == 0 && options->home != NULL;
	char *name = home ? ks_path_join(options->home, word + 2) : ks_strdup(word);
	char *file = ks_malloc(PATH_SIZE);

	if (!ks_spawn_find(options->path, name, file, PATH_SIZE)) {
		complain_program(name, err);
		free(file);
		file = NULL;
	}
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

static bool launch(struct ks_command *command, const struct ks_command_options *options,
    const char *key_id, struct ks_err *err)
{
	char **argv = ks_argv_split(options->line, err), **environment;
	char *file = argv != NULL ? find_program(options, argv[0], err) : NULL;
	size_t n_own;
	int ends[2];
	bool good = false;

	if (file == NULL)
		goto out;
	if (!ks_fd_pipe(ends)) {
		ks_err_set(err, KS_ERR_SYSTEM, "there is no pipe from %s: %s", command->name,
		    strerror(errno));
		goto out;
	}
	ks_fd_nonblocking(ends[0]);
	command->complaints = ends[0];
	environment = make_environment(options, key_id, &n_own);
	good = ks_spawn_feed(
	    &(struct ks_spawn){
		.file = file,
		.argv = argv,
		.environment = environment,
		.text = ks_secret_value(command->secret),
		.len = ks_secret_len(command->secret),
		.complaints = ends[1],
	    },
	    &command->child, err);
	free_environment(environment, n_own);
	close(ends[1]);
out:
	free(file);
	ks_argv_free(argv);
	return good;
}

struct ks_command *ks_command_start(const struct ks_command_options *options, const char *key_id,
    const struct ks_secret *secret, int64_t now, struct ks_err *err)
{
	struct ks_secret *copy = ks_secret_dup(secret, err);
	struct ks_command *command;

	if (copy == NULL)
		return NULL;
	command = ks_calloc(1, sizeof *command);
	command->secret = copy;
	command->child.input = command->complaints = -1;
	command->heard = ks_wiping_malloc(HEARD_MAX);
	command->look_ms = LOOK_MS;
	command->look_at = now + LOOK_MS;
	command->limit = now + KS_COMMAND_LIMIT_MS;
	ks_command_name(options->line, command->name, sizeof command->name);
	if (launch(command, options, key_id, err))
		return command;
	ks_command_free(command);
	return NULL;
}

/* ---- what it complains of ---- */

static bool holds_part(const char *text, size_t len, const struct ks_secret *secret)
{
	const char *value = ks_secret_value(secret);
	size_t whole = ks_secret_len(secret), part = whole < PART ? whole : PART;

	for (size_t at = 0; part > 0 && at + part <= len; at++)
		for (size_t from = 0; from + part <= whole; from++)
			if (memcmp(text + at, value + from, part) == 0)
				return true;
	return false;
}

static void close_complaints(struct ks_command *command)
{
	if (command->complaints >= 0)
		close(command->complaints);
	command->complaints = -1;
}

static void hear(struct ks_command *command)
{
	for (int i = 0; i < READS_MAX && command->complaints >= 0; i++) {
		char *end = command->heard + command->heard_len;
		ssize_t count = read(command->complaints, end, HEARD_MAX - command->heard_len);

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0 && errno == EAGAIN)
			return;
		if (count <= 0) {
			close_complaints(command);
			command->look_ms = LOOK_MS; /* most end so */
			return;
		}
		command->heard_len += (size_t)count;
		/* Before any of it goes: what is split by two reads is whole here. */
		if (holds_part(command->heard, command->heard_len, command->secret))
			command->spilled = true;
		if (command->heard_len == HEARD_MAX) {
			memmove(
			    command->heard, command->heard + HEARD_MAX - HEARD_KEPT, HEARD_KEPT);
			command->heard_len = HEARD_KEPT;
			command->cut = true;
		}
	}
}

/* The first line that isn't blank, clean, with ": " before it; "" when there is nothing to quote.
 */
static void quote(const struct ks_command *command, char *dst, size_t size)
{
	const char *at = command->heard, *end = at + command->heard_len, *next;
	char *line = dst + 2;

	dst[0] = '\0';
	if (command->spilled)
		return;
	if (command->cut && (next = memchr(at, '\n', command->heard_len)) != NULL)
		at = next + 1;
	for (; at < end; at = next + 1) {
		next = memchr(at, '\n', (size_t)(end - at));
		if (next == NULL)
			next = end;
		while (at < next && strchr(" \t\r", *at) != NULL)
			at++;
		if (at == next)
			continue;
		ks_text_clean(line, size - 2, at, (size_t)(next - at));
		dst[0] = ':';
		dst[1] = ' ';
		return;
	}
}

/* ---- its end ---- */

/* True when it ended; *known says whether *status tells how. */
static bool has_ended(struct ks_command *command, int *status, bool *known)
{
	pid_t got = waitpid(command->child.pid, status, WNOHANG);

	*known = got == command->child.pid;
	if (!*known && (got >= 0 || errno == EINTR))
		return false;
	command->child.pid = 0;
	return true;
}

/* What the command left of the secret is not for those that it left behind. */
static void take_back(struct ks_command *command)
{
	char *block = ks_wiping_malloc(KS_SPAWN_INPUT_MAX);

	if (command->child.input >= 0 && ks_fd_nonblocking(command->child.input))
		while (read(command->child.input, block, KS_SPAWN_INPUT_MAX) > 0)
			;
	ks_wiping_free(block);
	ks_spawn_forget(&command->child);
}

/* "" when it had, as far as can be known. */
static const char *had_not_read(const struct ks_command *command, size_t unread)
{
	return unread == ks_secret_len(command->secret) ? ", before it read any of the secret" : "";
}

static void say_what_to_do(const struct ks_command *command, size_t unread, struct ks_err *err)
{
	if (unread == ks_secret_len(command->secret)) {
		ks_err_tip(err, "run it by hand to see why, then try again");
		return;
	}
	ks_err_tip(err, "whether the secret arrived isn't known: look where it should be");
	snprintf(err->code, sizeof err->code, "%s", KS_SINK_IN_DOUBT);
}

static void tell(const struct ks_command *command, int status, size_t unread, struct ks_err *err)
{
	char said[QUOTE_SIZE];

	quote(command, said, sizeof said);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		ks_err_set(err, KS_ERR_SYSTEM, "%s ended without reading %sthe secret",
		    command->name, unread < ks_secret_len(command->secret) ? "all of " : "");
		ks_err_tip(err, "name a command that reads it from its standard input");
	} else if (WIFEXITED(status)) {
		ks_err_set(err, KS_ERR_SYSTEM, "%s failed with exit status %d%s", command->name,
		    WEXITSTATUS(status), said);
		ks_err_tip(err, said[0] != '\0' ? "put that right, then try again"
						: "run it by hand to see why, then try again");
	} else if (command->killed) {
		ks_err_set(err, KS_ERR_TIMEOUT,
		    "%s did not end within %d seconds and was killed%s%s", command->name,
		    KS_COMMAND_LIMIT_MS / 1000, had_not_read(command, unread), said);
		say_what_to_do(command, unread, err);
	} else {
		ks_err_set(err, KS_ERR_SYSTEM, "%s was ended by signal %d (%s)%s%s", command->name,
		    WTERMSIG(status), strsignal(WTERMSIG(status)), had_not_read(command, unread),
		    said);
		say_what_to_do(command, unread, err);
	}
}

static enum ks_sink_end conclude(
    struct ks_command *command, int status, bool known, struct ks_err *err)
{
	size_t unread = ks_spawn_unread(&command->child);
	bool good = known && WIFEXITED(status) && WEXITSTATUS(status) == 0 && unread == 0;

	take_back(command);
	if (!known) {
		ks_err_set(err, KS_ERR_SYSTEM, "how %s ended can't be seen", command->name);
		say_what_to_do(command, unread, err);
	} else if (!good) {
		tell(command, status, unread, err);
	}
	ks_secret_free(command->secret);
	command->secret = NULL;
	return good ? KS_SINK_DONE : KS_SINK_FAILED;
}

enum ks_sink_end ks_command_turn(struct ks_command *command, int64_t now, struct ks_err *err)
{
	int status;
	bool known, ended = has_ended(command, &status, &known);

	/* Afterwards, so that its last words are heard. */
	hear(command);
	if (ended) {
		close_complaints(command);
		return conclude(command, status, known, err);
	}
	command->look_at = now + command->look_ms;
	command->look_ms *= command->look_ms < LOOK_MAX_MS ? 2 : 1;
	if (now < command->limit)
		return KS_SINK_RUNNING;
	if (!command->killed) {
		kill(-command->child.pid, SIGKILL);
		command->killed = true;
		command->look_ms = LOOK_MS;
		command->look_at = now + LOOK_MS;
		command->limit = now + GRACE_MS;
		return KS_SINK_RUNNING;
	}
	/* Stuck in the kernel: SIGKILL will be its end, but nobody can say when. */
	close_complaints(command);
	return conclude(command, SIGKILL, true, err);
}

int ks_command_fd(const struct ks_command *command)
{
	return command->complaints;
}

int64_t ks_command_wake(const struct ks_command *command)
{
	return command->look_at < command->limit ? command->look_at : command->limit;
}

/* SIGKILL takes no time, but for a process that is stuck in the kernel: that one is init's. */
static void end_child(pid_t pid)
{
	static const struct timespec pause = {.tv_nsec = 1000000};

	kill(-pid, SIGKILL);
	for (int i = 0; i < 50 && waitpid(pid, NULL, WNOHANG) == 0; i++)
		nanosleep(&pause, NULL);
}

void ks_command_free(struct ks_command *command)
{
	if (command == NULL)
		return;
	if (command->child.pid != 0)
		end_child(command->child.pid);
	take_back(command);
	close_complaints(command);
	ks_secret_free(command->secret);
	ks_wiping_free(command->heard);
	free(command);
}
