/*
 * The journal's file: opened with care, locked, added to and replaced whole. Knows nothing of what
 * the lines say. For the files of the journal only; one thread at a time.
 */
#ifndef KS_RECORD_JOURNAL_FILE_H
#define KS_RECORD_JOURNAL_FILE_H

#include "core/base/buf.h"
#include "core/base/err.h"

/* A larger file is refused: it can't be one that keysail wrote. */
#define KS_JOURNAL_FILE_MAX ((size_t)8 * 1024 * 1024)

struct ks_journal_file {
	char *folder, *path;
	char *beside; /* the name that a new file has before it takes the place of the old one */
	int fd;       /* -1: to be opened at the next lock */
	bool name_synced; /* the folder is on the disk since the file has its name */
};

/* Makes and checks folder and file, as ks_journal_open says. After false nothing is to be closed.
 */
bool ks_journal_file_open(struct ks_journal_file *file, const char *folder, struct ks_err *err);
void ks_journal_file_close(struct ks_journal_file *file);

/*
 * Waits for the lock of the file that is at the path now; what follows needs it. The file is
 * checked again, as at opening.
 */
bool ks_journal_file_lock(struct ks_journal_file *file, struct ks_err *err);
void ks_journal_file_unlock(struct ks_journal_file *file);

/* Its length in bytes; 0 when that can't be found out. */
size_t ks_journal_file_size(const struct ks_journal_file *file);

/* Appends the whole file to text. */
bool ks_journal_file_load(
    const struct ks_journal_file *file, struct ks_buf *text, struct ks_err *err);

/*
 * Adds a line, which ends in a newline, by one write and has it on the disk. A line that was torn
 * when its writer was killed is ended first. After false the file has its former length, where the
 * system allows.
 */
bool ks_journal_file_append(
    struct ks_journal_file *file, const struct ks_buf *line, struct ks_err *err);

/* Puts a new file in its place and holds the lock of that. After false the old one is untouched. */
bool ks_journal_file_replace(
    struct ks_journal_file *file, const struct ks_buf *text, struct ks_err *err);

#endif
