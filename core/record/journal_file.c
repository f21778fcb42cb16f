#include "config.h"

#include "core/record/journal_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fd.h"
#include "core/base/mem.h"
#include "core/base/paths.h"
#include "core/record/journal_trust.h"

/* Not blocking: opening a FIFO that nobody writes to must fail, not hang. */
#define OPEN_FLAGS (O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK)
/* Each round means that another process put a new file there just then. */
#define OPEN_ROUNDS 1000

static bool complain(
    const struct ks_journal_file *file, const char *verb, const char *why, struct ks_err *err)
{
	return ks_err_set(
	    err, KS_ERR_SYSTEM, "The journal %s can't be %s: %s", file->path, verb, why);
}

/* Not only when this process made the file: whoever did may have been killed before. */
static bool sync_name(struct ks_journal_file *file)
{
	file->name_synced = file->name_synced || ks_fd_sync_folder(file->folder);
	return file->name_synced;
}

/*
 * Locks by open file description, so that two journals of one process exclude one another, too, and
 * closing another descriptor of the file doesn't end the lock.
 */
static bool lock(int fd)
{
	int result;

	do {
#ifdef F_OFD_SETLKW
		struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

		result = fcntl(fd, F_OFD_SETLKW, &whole);
#else
		result = flock(fd, LOCK_EX);
#endif
	} while (result != 0 && errno == EINTR);
	return result == 0;
}

/* A child that was forked meanwhile holds the description until it executes: closing won't do. */
static void unlock(int fd)
{
#ifdef F_OFD_SETLKW
	struct flock whole = {.l_type = F_UNLCK, .l_whence = SEEK_SET};

	fcntl(fd, F_OFD_SETLKW, &whole);
#else
	flock(fd, LOCK_UN);
#endif
}

/* ---- opening ---- */

/* What stands in the place of the file. Once it is away, a new journal is begun. */
enum obstacle { ODD, FOREIGN, DOUBLED, LINKED };

static const struct {
	const char *verb, *why, *tip;
} obstacles[] = {
    [ODD] = {"used", "it isn't a regular file", "move it away; a new one is begun then"},
    [FOREIGN] = {"used", "it belongs to another user",
	"chown it to you if you know where it is from, or move it away; a new one is begun then"},
    [DOUBLED] = {"used", "it has a second name (a hard link)",
	"remove the other name, or move this one away; a new one is begun then"},
    [LINKED] = {"opened", "it is a symbolic link",
	"put the file itself there, or remove the link; a new one is begun then"},
};

static bool refuse(const struct ks_journal_file *file, enum obstacle obstacle, struct ks_err *err)
{
	complain(file, obstacles[obstacle].verb, obstacles[obstacle].why, err);
	return ks_err_tip(err, "%s", obstacles[obstacle].tip);
}

static bool check_folder(const struct ks_journal_file *file, struct ks_err *err)
{
	struct ks_err why;

	if (ks_journal_trust(file->folder, &why))
		return true;
	ks_err_because(err, &why, "The journal can't be kept in %s", file->folder);
	err->kind = KS_ERR_SYSTEM;
	return false;
}

static bool check(const struct ks_journal_file *file, int fd, struct ks_err *err)
{
	struct stat info;

	if (!check_folder(file, err))
		return false;
	if (fstat(fd, &info) != 0)
		return complain(file, "used", strerror(errno), err);
	if (!S_ISREG(info.st_mode))
		return refuse(file, ODD, err);
	if (info.st_uid != geteuid())
		return refuse(file, FOREIGN, err);
	if (info.st_nlink > 1)
		return refuse(file, DOUBLED, err);
	if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0 && fchmod(fd, info.st_mode & S_IRWXU) != 0)
		return complain(file, "kept from other users", strerror(errno), err);
	return true;
}

/* Says what is there where the system says only that it can't be opened. */
static bool explain(const struct ks_journal_file *file, int reason, struct ks_err *err)
{
	struct stat info;

	if (lstat(file->path, &info) != 0)
		return complain(file, "opened", strerror(reason), err);
	if (S_ISLNK(info.st_mode))
		return refuse(file, LINKED, err);
	if (!S_ISREG(info.st_mode))
		return refuse(file, ODD, err);
	if (info.st_uid != geteuid())
		return refuse(file, FOREIGN, err);
	return complain(file, "opened", strerror(reason), err);
}

static bool open_checked(struct ks_journal_file *file, struct ks_err *err)
{
	int fd;

	/* At first, too: nothing is made where it could not stay. */
	if (!check_folder(file, err))
		return false;
	if (!ks_path_make_folder(file->folder, err))
		return ks_err_tip(err, "set XDG_STATE_HOME to a folder that you can write to");
	fd = open(file->path, OPEN_FLAGS | O_CREAT, 0600);
	if (fd < 0)
		return explain(file, errno, err);
	if (!check(file, fd, err)) {
		close(fd);
		return false;
	}
	file->fd = fd;
	file->name_synced = false;
	return true;
}

bool ks_journal_file_open(struct ks_journal_file *file, const char *folder, struct ks_err *err)
{
	struct ks_buf beside;

	ks_buf_init(&beside, SIZE_MAX);
	file->folder = ks_strdup(folder);
	file->path = ks_path_join(folder, "journal.jsonl");
	ks_buf_printf(&beside, "%s.new", file->path);
	file->beside = ks_buf_take(&beside);
	file->fd = -1;
	if (open_checked(file, err))
		return true;
	ks_journal_file_close(file);
	return false;
}

void ks_journal_file_close(struct ks_journal_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
	free(file->folder);
	free(file->path);
	free(file->beside);
}

/* ---- locking ---- */

static bool is_at_path(const struct ks_journal_file *file)
{
	struct stat ours, there;

	return fstat(file->fd, &ours) == 0 && lstat(file->path, &there) == 0 &&
	       ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

bool ks_journal_file_lock(struct ks_journal_file *file, struct ks_err *err)
{
	for (int round = 0; round < OPEN_ROUNDS; round++) {
		if (file->fd < 0 && !open_checked(file, err))
			return false;
		if (!lock(file->fd))
			return complain(file, "locked", strerror(errno), err);
		if (is_at_path(file)) {
			if (check(file, file->fd, err))
				return true;
			unlock(file->fd);
			return false;
		}
		unlock(file->fd);
		close(file->fd);
		file->fd = -1;
	}
	return complain(file, "used", "it is replaced again and again", err);
}

void ks_journal_file_unlock(struct ks_journal_file *file)
{
	unlock(file->fd);
}

/* ---- reading and writing ---- */

#define ELSEWHERE "or set XDG_STATE_HOME to a folder elsewhere"

static bool complain_of_writing(
    const struct ks_journal_file *file, const char *verb, int reason, struct ks_err *err)
{
	static const struct {
		int reason;
		const char *tip;
	} tips[] = {
	    {ENOSPC, "free some space on that disk, " ELSEWHERE},
	    {EDQUOT, "free some of your space there, " ELSEWHERE},
	    {EFBIG, "raise the limit of a file's size (ulimit -f), " ELSEWHERE},
	    {EROFS, "make that disk writable, " ELSEWHERE},
	};

	complain(file, verb, strerror(reason), err);
	for (size_t i = 0; i < sizeof tips / sizeof tips[0]; i++)
		if (tips[i].reason == reason)
			return ks_err_tip(err, "%s", tips[i].tip);
	return ks_err_tip(err, "see whether that disk is in order, " ELSEWHERE);
}

size_t ks_journal_file_size(const struct ks_journal_file *file)
{
	struct stat info;

	return fstat(file->fd, &info) == 0 ? (size_t)info.st_size : 0;
}

bool ks_journal_file_load(
    const struct ks_journal_file *file, struct ks_buf *text, struct ks_err *err)
{
	char block[16 * 1024];
	off_t at = 0;
	ssize_t got;

	if (ks_journal_file_size(file) > KS_JOURNAL_FILE_MAX) {
		complain(file, "read", "it is too large", err);
		return ks_err_tip(err, "move it away; a new one is begun then");
	}
	while ((got = pread(file->fd, block, sizeof block, at)) != 0) {
		if (got < 0 && errno != EINTR)
			return complain(file, "read", strerror(errno), err);
		if (got > 0 && !ks_buf_add(text, block, (size_t)got))
			return complain(file, "read", "it is too large", err);
		at += got > 0 ? got : 0;
	}
	return true;
}

static bool sync_file(int fd)
{
	int result;

	do
		result = fsync(fd);
	while (result != 0 && errno == EINTR);
	return result == 0;
}

/* One write; false with errno set when it didn't take everything. */
static bool write_once(int fd, const struct ks_buf *text)
{
	ssize_t written;

	do
		written = write(fd, text->data, text->len);
	while (written < 0 && errno == EINTR);
	if (written >= 0 && (size_t)written < text->len)
		errno = ENOSPC;
	return written >= 0 && (size_t)written == text->len;
}

bool ks_journal_file_append(
    struct ks_journal_file *file, const struct ks_buf *line, struct ks_err *err)
{
	struct ks_buf text;
	struct stat info;
	char last = '\n';
	bool good;

	if (fstat(file->fd, &info) != 0 ||
	    (info.st_size > 0 && pread(file->fd, &last, 1, info.st_size - 1) != 1))
		return complain(file, "read", strerror(errno), err);
	ks_buf_init(&text, SIZE_MAX);
	if (last != '\n')
		ks_buf_puts(&text, "\n");
	ks_buf_add(&text, line->data, line->len);
	good = sync_name(file) && write_once(file->fd, &text) && sync_file(file->fd);
	if (!good) {
		complain_of_writing(file, "written", errno, err);
		/* Where this fails, too, the next append ends what is left of the line. */
		if (ftruncate(file->fd, info.st_size) == 0)
			sync_file(file->fd);
	}
	ks_buf_free(&text);
	return good;
}

bool ks_journal_file_replace(
    struct ks_journal_file *file, const struct ks_buf *text, struct ks_err *err)
{
	int fd;

	/* One name for all, so that processes that were killed leave one behind at most. */
	unlink(file->beside);
	fd = open(file->beside, OPEN_FLAGS | O_CREAT | O_EXCL, 0600);
	/* Locked before it has the name, so that nobody comes between. */
	if (fd < 0 || !lock(fd) || !ks_fd_write_all(fd, text->data, text->len) || !sync_file(fd) ||
	    rename(file->beside, file->path) != 0) {
		complain_of_writing(file, "compacted", errno, err);
		if (fd >= 0) {
			unlink(file->beside);
			close(fd);
		}
		return false;
	}
	unlock(file->fd);
	close(file->fd);
	file->fd = fd;
	file->name_synced = false;
	return true;
}
