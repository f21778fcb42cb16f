/*
 * Ways to deliver a key that need no terminal: a profile of the AWS CLI, an rclone remote, an s3cmd
 * configuration, an .env file, a JSON file, a command. All functions: the worker thread; preflight,
 * deliver and verify may block for an fsync, none waits for a command. Nothing is read from the
 * environment; a command inherits it.
 *
 * A value that a format can't hold exactly is refused, never changed. Secrets lie in the secure
 * heap and in wiping blocks only.
 */
#ifndef KS_DELIVER_SINK_H
#define KS_DELIVER_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/secret.h"
#include "core/deliver/end.h"

struct ks_sink_kind; /* a row of the table in sink_kind.c */

struct ks_sink {
	const struct ks_sink_kind *kind;
	char *where; /* a profile's, remote's or file's name, a command line */
};

/*
 * Reads "KIND:WHERE". False with one KS_ERR_USAGE sentence that names the kinds, or says what WHERE
 * may be. The caller frees what is in *sink, also after false.
 */
bool ks_sink_parse(const char *text, struct ks_sink *sink, struct ks_err *err);
void ks_sink_free(struct ks_sink *sink);
/* "profile", "env", … */
const char *ks_sink_kind_name(const struct ks_sink *sink);

/* A kind, for help texts and menus. */
struct ks_sink_help {
	const char *kind;
	const char *where; /* what follows the colon: "NAME" */
	const char *help;  /* what it is: "a JSON file" */
};
/* False past the last one. */
bool ks_sink_help(size_t index, struct ks_sink_help *help);

/* All texts are the caller's and copied where they are kept. */
struct ks_sink_options {
	const char *credentials_file; /* AWS_SHARED_CREDENTIALS_FILE or ~/.aws/credentials */
	const char *rclone_file;      /* as ks_sink_rclone_file gives it */
	const char *home;             /* for a FILE or program in ~/; NULL: there is none */
	const char *path;             /* the value of PATH, to find a command's program */
	const char *bucket;
	const char *region;
	const char *endpoint; /* a custom S3 endpoint; NULL: AWS's own */
	bool replace;         /* an existing profile, remote or file may be replaced */
};

/*
 * Where rclone keeps its configuration, from the values of $RCLONE_CONFIG and $XDG_CONFIG_HOME
 * (NULL where not set) and the home folder: a path that the caller frees, NULL when none can be
 * told.
 */
char *ks_sink_rclone_file(const char *rclone_config, const char *xdg_config_home, const char *home);

/* What preflight found out, and deliver needs. */
struct ks_sink_plan;

/*
 * Before a key is made: does all that ks_sink_deliver will do, with a stand-in for the key, and
 * throws the result away. NULL with err filled when it can't be delivered so; KS_ERR_EXISTS when
 * that is for lack of replace, KS_ERR_REFUSED when the format can't hold a value. The folder of the
 * credentials file or of rclone's configuration is made (0700) when it isn't there; nothing else
 * stays changed. Of a command only the program is looked for. The caller frees the plan.
 */
struct ks_sink_plan *ks_sink_preflight(
    const struct ks_sink *sink, const struct ks_sink_options *options, struct ks_err *err);
/* Ends a command that is running. NULL is fine. */
void ks_sink_plan_free(struct ks_sink_plan *plan);

/* The file that is written, links resolved; NULL for a command. Owned by the plan; raw text. */
const char *ks_sink_plan_path(const struct ks_sink_plan *plan);
/*
 * Where the key goes, for people, after "the key will be" or "the key is": "in profile media of
 * ~/.aws/credentials", "in the file /x/y.json (JSON)", "to the command vault". Clean.
 */
void ks_sink_phrase(const struct ks_sink_plan *plan, char *dst, size_t size);
/* Is the file there, and may its group or others read it? Its mode is kept: say so before. */
bool ks_sink_is_open_to_others(const struct ks_sink_plan *plan);

/*
 * Begins to hand the key over; now is monotonic. A file is written at once: done is on the disk,
 * failed with err filled is as it was. A command is running then: call ks_sink_turn until it is
 * over. The secret stays the caller's, and is of no use after this call. Of a former credentials
 * file, rclone or s3cmd configuration a backup is kept as FILE.keysail-backup, 0600, over one of an
 * earlier time.
 */
enum ks_sink_end ks_sink_deliver(struct ks_sink_plan *plan, const char *key_id,
    const struct ks_secret *secret, int64_t now, struct ks_err *err);
/*
 * While a delivery is running: goes on with it when its descriptor can be read or has hung up, or
 * its wake time has come. Whether a command that failed took the secret is in err where it can be
 * known.
 */
enum ks_sink_end ks_sink_turn(struct ks_sink_plan *plan, int64_t now, struct ks_err *err);
/* To be polled for reading; -1: nothing. It may change with each turn. */
int ks_sink_fd(const struct ks_sink_plan *plan);
/* When to call ks_sink_turn although nothing came; KS_TIME_NEVER when nothing runs. */
int64_t ks_sink_wake(const struct ks_sink_plan *plan);

/*
 * Reads a delivered profile, remote or s3cmd configuration back: does it yield exactly this key?
 * False with err filled when not. True for the other kinds, of which no backup is made.
 */
bool ks_sink_verify(const struct ks_sink_plan *plan, const char *key_id,
    const struct ks_secret *secret, struct ks_err *err);
/*
 * Once the delivered key has been verified: removes the backup that this plan made, if it made one.
 * False with err filled when it can't be removed.
 */
bool ks_sink_drop_backup(struct ks_sink_plan *plan, struct ks_err *err);

#endif
