#include "core/deliver/replace_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/fd.h"
#include "core/base/ini.h"
#include "core/base/mem.h"
#include "core/base/paths.h"
#include "core/base/secret.h"

#define LINKS_MAX 40 /* as Linux itself follows */
#define TRIES     8  /* so often may others change the file before we give up */

#ifdef __APPLE__
#define st_mtim st_mtimespec
#endif

/* What to do about an error of the system. */
static const char *tip_for(int error)
{
	static const struct {
		int error;
		const char *tip;
	} tips[] = {
	    {ENOENT, "make its folder, or choose another file"},
	    {ENOTDIR, "choose another file"},
	    {ELOOP, "choose another file: these links lead nowhere"},
	    {ENAMETOOLONG, "choose a shorter name"},
	    {EACCES, "allow it with chmod or chown, or choose another file"},
	    {EPERM, "allow it with chmod or chown, or choose another file"},
	    {EROFS, "choose a file on another disk: that one is read-only"},
	    {ENOSPC, "make room on that disk, or choose another file"},
	    {EDQUOT, "make room on that disk, or choose another file"},
	};

	for (size_t i = 0; i < sizeof tips / sizeof tips[0]; i++)
		if (tips[i].error == error)
			return tips[i].tip;
	return "choose another file";
}

static bool complain(struct ks_err *err, const char *path, const char *verb, int error)
{
	ks_err_set(err, KS_ERR_SYSTEM, "%s can't be %s: %s", path, verb, strerror(error));
	return ks_err_tip(err, "%s", tip_for(error));
}

static char *with_suffix(const char *path, const char *suffix)
{
	struct ks_buf name;

	ks_buf_init(&name, strlen(path) + strlen(suffix) + 1);
	ks_buf_puts(&name, path);
	ks_buf_puts(&name, suffix);
	return ks_buf_take(&name);
}

/* ---- where a path leads ---- */

/* The folder's true path with the last part of path behind it; NULL with errno set. */
static char *with_true_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = ks_path_folder(path), *real = realpath(folder, NULL), *whole = NULL;

	if (real != NULL)
		whole = ks_path_join(real, slash != NULL ? slash + 1 : path);
	free(folder);
	free(real);
	return whole;
}

/* What the link at path says, seen from the folder that it is in; NULL with errno set. */
static char *link_target(const char *path)
{
	char text[PATH_MAX];
	char *folder, *whole;
	ssize_t len = readlink(path, text, sizeof text - 1);

	if (len < 0)
		return NULL;
	text[len] = '\0';
	if (text[0] == '/')
		return ks_strdup(text);
	folder = ks_path_folder(path);
	whole = ks_path_join(folder, text);
	free(folder);
	return whole;
}

char *ks_replace_resolve(const char *path, struct ks_err *err)
{
	char *here = ks_strdup(path);

	for (int links = 0; links < LINKS_MAX; links++) {
		char *whole = with_true_folder(here), *target;
		struct stat info;

		if (whole == NULL) {
			complain(err, here, "written", errno);
			free(here);
			return NULL;
		}
		free(here);
		if (lstat(whole, &info) != 0 || !S_ISLNK(info.st_mode))
			return whole;
		target = link_target(whole);
		free(whole);
		if (target == NULL) {
			complain(err, path, "followed", errno);
			return NULL;
		}
		here = target;
	}
	free(here);
	complain(err, path, "followed", ELOOP);
	return NULL;
}

/* ---- what is there ---- */

struct old_file {
	bool there;
	struct stat info;
	struct ks_draft text;
};

static bool check_target(const char *path, const struct stat *info, struct ks_err *err)
{
	const char *why = NULL;

	if (S_ISDIR(info->st_mode))
		why = "it is a folder";
	else if (!S_ISREG(info->st_mode))
		why = "it isn't a regular file";
	else if (info->st_uid != geteuid())
		why = "it belongs to another user";
	else if (info->st_nlink > 1)
		why = "it has several names (hard links), of which only one would change";
	else if (info->st_size > (off_t)KS_INI_FILE_MAX)
		why = "it is larger than 1 MiB";
	if (why == NULL)
		return true;
	ks_err_set(err, KS_ERR_REFUSED, "%s is not replaced: %s", path, why);
	return ks_err_tip(err, "choose another file");
}

/* False with errno set; EFBIG when it grew while it was read. */
static bool read_text(int fd, struct ks_draft *text)
{
	size_t size = 16 * 1024;
	char *block = ks_wiping_malloc(size);
	ssize_t count;

	while ((count = read(fd, block, size)) != 0) {
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			break;
		ks_draft_add(text, block, (size_t)count);
		if (text->len > KS_INI_FILE_MAX) {
			errno = EFBIG;
			count = -1;
			break;
		}
	}
	ks_wiping_free(block);
	return count == 0;
}

static bool read_old(const char *path, struct old_file *old, struct ks_err *err)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	bool good;

	*old = (struct old_file){0};
	if (fd < 0 && errno == ENOENT)
		return true;
	if (fd < 0)
		return complain(err, path, "read", errno);
	old->there = true;
	if (fstat(fd, &old->info) != 0)
		good = complain(err, path, "read", errno);
	else
		good = check_target(path, &old->info, err) &&
		       (read_text(fd, &old->text) || complain(err, path, "read", errno));
	close(fd);
	return good;
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static bool is_unchanged(const char *path, const struct old_file *old)
{
	struct stat now;

	if (lstat(path, &now) != 0)
		return errno == ENOENT && !old->there;
	return old->there && is_same_file(&now, &old->info) && now.st_size == old->info.st_size &&
	       now.st_mtim.tv_sec == old->info.st_mtim.tv_sec &&
	       now.st_mtim.tv_nsec == old->info.st_mtim.tv_nsec;
}

/* ---- the file beside ---- */

/* Is this descriptor's file still what has the name? */
static bool has_name(int fd, const char *name)
{
	struct stat ours, named;

	return fstat(fd, &ours) == 0 && lstat(name, &named) == 0 && is_same_file(&ours, &named);
}

/* Removes what a keysail that was killed left behind; false with errno set when one is at work. */
static bool remove_stale(const char *beside)
{
	int fd = open(beside, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	bool good;

	if (fd < 0)
		return errno == ENOENT;
	good = ks_fd_try_lock(fd);
	if (good && has_name(fd, beside))
		good = unlink(beside) == 0 || errno == ENOENT;
	close(fd);
	return good;
}

/*
 * Of one name, so that a crash leaves one copy of the secrets at most, which the next delivery
 * takes away. Locked; -1 with errno set.
 */
static int create_beside(const char *beside)
{
	for (int i = 0; i < TRIES; i++) {
		int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

		if (fd < 0 && errno != EEXIST)
			return -1;
		if (fd < 0) {
			if (!remove_stale(beside))
				return -1;
			continue;
		}
		/* Another keysail may have taken it for stale before it was locked. */
		if (ks_fd_try_lock(fd) && has_name(fd, beside))
			return fd;
		close(fd);
	}
	errno = EWOULDBLOCK;
	return -1;
}

static bool complain_beside(struct ks_err *err, const char *path)
{
	if (errno == EWOULDBLOCK) {
		ks_err_set(err, KS_ERR_SYSTEM,
		    "%s can't be written: another keysail is writing it now", path);
		return ks_err_tip(err, "try again");
	}
	return complain(err, path, "written", errno);
}

/* ---- replacing ---- */

/* A group that can't be kept must not hand its rights to ours. */
static bool keep_mode(int fd, const struct old_file *old)
{
	mode_t mode = old->info.st_mode & 0777;
	struct stat now;

	if (!old->there)
		return true;
	if (fstat(fd, &now) != 0)
		return false;
	if (now.st_gid != old->info.st_gid && fchown(fd, (uid_t)-1, old->info.st_gid) != 0)
		mode &= ~(mode_t)070;
	return fchmod(fd, mode) == 0;
}

static bool write_backup(const char *path, const struct old_file *old, struct ks_err *err)
{
	char *backup = with_suffix(path, ".keysail-backup");
	bool good = unlink(backup) == 0 || errno == ENOENT;
	int fd = -1;

	if (good)
		fd = open(backup, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	good = fd >= 0 && ks_fd_write_all(fd, old->text.data, old->text.len) && fsync(fd) == 0;
	if (!good)
		complain(err, backup, "written", errno);
	if (fd >= 0)
		close(fd);
	free(backup);
	return good;
}

/* Where nothing was, nothing may be overwritten: link never does, rename would. */
static bool give_name(const char *beside, const char *path, bool over)
{
	if (over)
		return rename(beside, path) == 0;
	if (link(beside, path) == 0) {
		unlink(beside);
		return true;
	}
	if (errno == EEXIST || errno == ENOSPC || errno == EDQUOT)
		return false;
	return rename(beside, path) == 0; /* a file system without hard links */
}

/* The name is there for all who look now; a crash of the machine is all that could undo it. */
static void sync_name(const char *path)
{
	char *folder = ks_path_folder(path);

	ks_fd_sync_folder(folder);
	free(folder);
}

enum outcome { DONE, FAILED, CHANGED };

/* The last steps: what is at path is still what was read, or it is CHANGED. */
static enum outcome swap(const struct ks_replace *replace, int fd, const char *beside,
    const struct old_file *old, struct ks_err *err)
{
	if (!has_name(fd, beside)) {
		complain(err, beside, "kept", ESTALE);
		return FAILED;
	}
	if (!is_unchanged(replace->path, old))
		return CHANGED;
	if (give_name(beside, replace->path, old->there)) {
		sync_name(replace->path);
		return DONE;
	}
	if (errno == EEXIST)
		return CHANGED;
	complain(err, replace->path, "replaced", errno);
	return FAILED;
}

/* backed_up is NULL for a rehearsal. */
static enum outcome attempt(
    const struct ks_replace *replace, const char *beside, bool *backed_up, struct ks_err *err)
{
	struct old_file old;
	struct ks_draft new = {0};
	int fd = create_beside(beside);
	enum outcome outcome = FAILED;

	if (fd < 0) {
		complain_beside(err, replace->path);
		return FAILED;
	}
	if (!read_old(replace->path, &old, err) ||
	    !replace->compose(replace->context, old.there ? &old.text : NULL, &new, err))
		goto out;
	if (!ks_fd_write_all(fd, new.data, new.len) || !keep_mode(fd, &old) || fsync(fd) != 0) {
		complain_beside(err, replace->path);
		goto out;
	}
	if (backed_up == NULL) {
		outcome = DONE;
		goto out;
	}
	if (replace->backup && old.there) {
		if (!write_backup(replace->path, &old, err))
			goto out;
		*backed_up = true;
	}
	outcome = swap(replace, fd, beside, &old, err);
out:
	if ((outcome != DONE || backed_up == NULL) && has_name(fd, beside))
		unlink(beside);
	close(fd);
	ks_draft_free(&old.text);
	ks_draft_free(&new);
	return outcome;
}

bool ks_replace_rehearse(const struct ks_replace *replace, struct ks_err *err)
{
	char *beside = with_suffix(replace->path, ".keysail-new");
	enum outcome outcome = attempt(replace, beside, NULL, err);

	free(beside);
	return outcome == DONE;
}

bool ks_replace_file(const struct ks_replace *replace, bool *backed_up, struct ks_err *err)
{
	char *beside = with_suffix(replace->path, ".keysail-new");
	enum outcome outcome = CHANGED;
	struct ks_err ignored = {0};

	*backed_up = false;
	for (int i = 0; i < TRIES && outcome == CHANGED; i++)
		outcome = attempt(replace, beside, backed_up, err);
	free(beside);
	if (outcome == CHANGED) {
		ks_err_set(err, KS_ERR_SYSTEM,
		    "%s is not replaced: another program keeps changing it", replace->path);
		ks_err_tip(err, "try again when that program is done");
	}
	if (outcome != DONE && *backed_up) {
		ks_replace_drop_backup(replace->path, &ignored);
		*backed_up = false;
	}
	return outcome == DONE;
}

bool ks_replace_drop_backup(const char *path, struct ks_err *err)
{
	char *backup = with_suffix(path, ".keysail-backup");
	bool good = unlink(backup) == 0 || errno == ENOENT;

	if (!good) {
		complain(err, backup, "removed", errno);
		ks_err_tip(err, "remove it yourself: it holds secrets");
	}
	free(backup);
	return good;
}
