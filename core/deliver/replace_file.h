/*
 * Replaces a file that other programs use and that holds secrets: whole or not at all, and never
 * over somebody else's edit. All functions: the worker thread; they may block for an fsync.
 *
 * The new file is written beside the old one, fsynced and renamed over it. The file beside is
 * locked, so two keysails take turns. The AWS CLI, rclone and s3cmd take no lock that we could
 * take, too: an edit of theirs is noticed up to the instant before the rename, and begun again
 * over; one that falls between that look and the rename is lost.
 *
 * Mode and group of an existing file are kept; a new one is 0600. Access control lists and extended
 * attributes aren't kept.
 */
#ifndef KS_DELIVER_REPLACE_FILE_H
#define KS_DELIVER_REPLACE_FILE_H

#include <stdbool.h>

#include "core/base/err.h"
#include "core/deliver/draft.h"

struct ks_replace {
	const char *path; /* from ks_replace_resolve */
	bool backup;      /* keep what was there as PATH.keysail-backup, 0600 */
	/*
	 * Writes the new text to out; old is NULL when there is no file. Called again when the file
	 * changed meanwhile. False with err filled refuses.
	 */
	bool (*compose)(
	    void *context, const struct ks_draft *old, struct ks_draft *out, struct ks_err *err);
	void *context;
};

/*
 * Where path leads, symbolic links followed also where the last one's target isn't there yet: an
 * absolute path that the caller frees. NULL with err filled when its folder isn't there or the
 * links go round in circles.
 */
char *ks_replace_resolve(const char *path, struct ks_err *err);

/*
 * Everything that ks_replace_file does, but the new file is thrown away: false with err filled when
 * the folder can't be written, the target isn't a regular file of one name that is ours, or compose
 * refuses.
 */
bool ks_replace_rehearse(const struct ks_replace *replace, struct ks_err *err);

/*
 * *backed_up says whether a backup was made; one of an earlier time is overwritten then. False with
 * err filled: the target is as it was.
 */
bool ks_replace_file(const struct ks_replace *replace, bool *backed_up, struct ks_err *err);

/* Removes the backup. One that is gone already is fine. */
bool ks_replace_drop_backup(const char *path, struct ks_err *err);

#endif
