/*
 * Hands a secret to a command on its standard input: the exact bytes, then end of file. No shell
 * sees the command line, and the secret is never an argument or in an environment; there the
 * command finds KEYSAIL_ACCESS_KEY_ID, KEYSAIL_BUCKET, KEYSAIL_REGION and, for a custom endpoint,
 * KEYSAIL_ENDPOINT. Worker thread. Nothing here waits; SIGCHLD must not be ignored.
 */
#ifndef KS_DELIVER_COMMAND_H
#define KS_DELIVER_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/secret.h"
#include "core/deliver/end.h"

/* What runs longer is killed. */
#define KS_COMMAND_LIMIT_MS 60000

/* All texts are the caller's, and of no use after ks_command_start. */
struct ks_command_options {
	const char *line;
	const char *path; /* the value of PATH; a program in a folder that isn't absolute is none */
	const char *home; /* for a program that begins with ~/; NULL: none does */
	const char *bucket;
	const char *region;
	const char *endpoint; /* a custom S3 endpoint; NULL: AWS's own */
};

/* Could it be started? False with err filled: the line can't be split, or there is no program. */
bool ks_command_check(const struct ks_command_options *options, struct ks_err *err);

struct ks_command;

/* What people call it: the program's name without its folder, clean. "" when there is none. */
void ks_command_name(const char *line, char *dst, size_t size);

/*
 * now and all other times are monotonic milliseconds. NULL with err filled when it can't be
 * started. The secret stays the caller's; a copy lives in the secure heap until the command ended.
 */
struct ks_command *ks_command_start(const struct ks_command_options *options, const char *key_id,
    const struct ks_secret *secret, int64_t now, struct ks_err *err);

/*
 * Does what can be done now; not to be called again once it is over. Done means that the command
 * read all of the secret and ended with 0. The reason of a failure quotes the first line that it
 * wrote to its standard error, unless the secret or a part of it was in there.
 */
enum ks_sink_end ks_command_turn(struct ks_command *command, int64_t now, struct ks_err *err);
/* When this can be read, or has hung up, there is something to do; -1: nothing to poll. */
int ks_command_fd(const struct ks_command *command);
/* When to look again although nothing came. */
int64_t ks_command_wake(const struct ks_command *command);

/* Kills what still runs, with its children; NULL is fine. */
void ks_command_free(struct ks_command *command);

#endif
