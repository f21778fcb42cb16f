/*
 * Ways to deliver a key that write a file: a profile of the AWS CLI, an rclone remote, an s3cmd
 * configuration, an .env file, a JSON file. All functions: the worker thread; preflight and deliver
 * may block for an fsync. Nothing is read from the environment.
 *
 * A value that a format can't hold exactly is refused, never changed. Secrets lie in the secure
 * heap and in wiping blocks only.
 */
#ifndef KS_DELIVER_SINK_H
#define KS_DELIVER_SINK_H

#include <stdbool.h>

#include "core/base/err.h"
#include "core/base/secret.h"

struct ks_sink_kind; /* a row of the table in sink.c */

struct ks_sink {
	const struct ks_sink_kind *kind;
	char *where; /* a profile's, remote's or file's name */
};

/*
 * Reads "KIND:WHERE". False with one KS_ERR_USAGE sentence that names the kinds, or says what WHERE
 * may be. The caller frees what is in *sink, also after false.
 */
bool ks_sink_parse(const char *text, struct ks_sink *sink, struct ks_err *err);
void ks_sink_free(struct ks_sink *sink);
/* "profile", "env", … */
const char *ks_sink_kind_name(const struct ks_sink *sink);

/* All texts are the caller's and copied where they are kept. */
struct ks_sink_options {
	const char *credentials_file; /* AWS_SHARED_CREDENTIALS_FILE or ~/.aws/credentials */
	const char *rclone_file;      /* as ks_sink_rclone_file gives it */
	const char *home;             /* for a FILE that begins with ~/; NULL: none does */
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
 * throws the result away. NULL with err filled when it can't be delivered so; KS_ERR_REFUSED when
 * that is for lack of replace, or because the format can't hold a value. The folder of the
 * credentials file or of rclone's configuration is made (0700) when it isn't there; nothing else
 * stays changed. The caller frees the plan.
 */
struct ks_sink_plan *ks_sink_preflight(
    const struct ks_sink *sink, const struct ks_sink_options *options, struct ks_err *err);
void ks_sink_plan_free(struct ks_sink_plan *plan);

/* The file that is written, links resolved. Owned by the plan; raw text. */
const char *ks_sink_plan_path(const struct ks_sink_plan *plan);

/*
 * Writes the key. True: it is on the disk. False with err filled: the file is as it was. The secret
 * stays the caller's. Of a former credentials file, rclone or s3cmd configuration a backup is kept
 * as FILE.keysail-backup, 0600, over one of an earlier time.
 */
bool ks_sink_deliver(struct ks_sink_plan *plan, const char *key_id, const struct ks_secret *secret,
    struct ks_err *err);

/*
 * Once the delivered key has been seen to work: removes the backup that this plan made, if it made
 * one. False with err filled when it can't be removed.
 */
bool ks_sink_drop_backup(struct ks_sink_plan *plan, struct ks_err *err);

#endif
