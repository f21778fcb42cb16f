#include "core/emulator/statefile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fd.h"
#include "core/base/mem.h"
#include "core/base/paths.h"
#include "core/base/secret.h"
#include "core/emulator/state_json.h"

#define STATE_MAX     ((size_t)1024 * 1024 * 1024)
#define AGED_WAIT_MS  30000 /* background use may be lost for so long */
#define RETRY_WAIT_MS 5000
#define BREAK         10 /* saving takes at most one part in so many of the time */

struct ks_emu_statefile {
	char *path;
	int held;           /* the file that is there now, locked; -1: there is none yet */
	int64_t not_before; /* monotonic ms */
	int64_t aged_since; /* KS_TIME_NONE: nothing to save for that reason */
};

static bool complain(struct ks_err *err, const char *verb, const char *path, const char *why)
{
	if (err == NULL)
		return false;
	ks_err_set(
	    err, KS_ERR_SYSTEM, "the emulator's state file %s can't be %s: %s", path, verb, why);
	return ks_err_tip(err, "move it away, or name another file");
}

/* ---- loading ---- */

static bool read_all(FILE *file, struct ks_buf *text)
{
	char block[64 * 1024];
	size_t count;

	while (!text->overflow && (count = fread(block, 1, sizeof block, file)) > 0)
		ks_buf_add(text, block, count);
	ks_wipe(block, sizeof block);
	if (text->overflow)
		errno = EFBIG;
	return !ferror(file) && !text->overflow;
}

static bool load(FILE *file, const char *path, struct ks_emu_world *world, struct ks_err *err)
{
	struct ks_buf text;
	const char *complaint;
	bool good;

	ks_buf_init(&text, STATE_MAX);
	if (!read_all(file, &text))
		good = complain(err, "read", path, strerror(errno));
	else
		good = ks_emu_state_read(world, ks_buf_text(&text), text.len, &complaint) ||
		       complain(err, "used", path, complaint);
	if (text.data != NULL)
		ks_wipe(text.data, text.cap);
	ks_buf_free(&text);
	return good;
}

/* The other server may have put a new file in its place between our opening and locking it. */
static bool was_replaced(int fd)
{
	struct stat info;

	return fstat(fd, &info) == 0 && info.st_nlink == 0;
}

static bool is_regular(int fd)
{
	struct stat info;

	return fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
}

/* The file, locked. NULL without an error when there is none. A FIFO is refused, not waited for. */
static FILE *open_locked(const char *path, struct ks_err *err)
{
	int fd;

	while ((fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)) >= 0) {
		if (!is_regular(fd))
			complain(err, "used", path, "it isn't a regular file");
		else if (!ks_fd_try_lock(fd))
			complain(err, "used", path, "another emulator keeps its state there");
		else if (!was_replaced(fd))
			return fdopen(fd, "r");
		close(fd);
		if (err->kind != KS_ERR_NONE)
			return NULL;
	}
	if (errno != ENOENT)
		complain(err, "opened", path, strerror(errno));
	return NULL;
}

struct ks_emu_statefile *ks_emu_statefile_open(
    const char *path, struct ks_emu_world *world, bool *found, struct ks_err *err)
{
	struct ks_emu_statefile *statefile;
	FILE *file;
	int held = -1;

	ks_err_clear(err);
	file = open_locked(path, err);
	*found = file != NULL;
	if (file != NULL) {
		if (load(file, path, world, err))
			held = fcntl(fileno(file), F_DUPFD_CLOEXEC, 0); /* keeps the lock */
		fclose(file);
	}
	if (err->kind != KS_ERR_NONE)
		return NULL;
	statefile = ks_calloc(1, sizeof *statefile);
	statefile->path = ks_strdup(path);
	statefile->held = held;
	statefile->aged_since = KS_TIME_NONE;
	world->changed = !*found;
	return statefile;
}

void ks_emu_statefile_free(struct ks_emu_statefile *statefile)
{
	if (statefile == NULL)
		return;
	if (statefile->held >= 0)
		close(statefile->held);
	free(statefile->path);
	free(statefile);
}

/* ---- saving ---- */

/* Of one name, so that servers that were killed leave one behind at most. -1 with errno set. */
static int create_beside(const char *beside)
{
	unlink(beside);
	return open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

static bool replace_file(struct ks_emu_statefile *statefile, const struct ks_buf *text)
{
	struct ks_buf beside;
	char *folder;
	bool good;
	int fd, saved;

	ks_buf_init(&beside, 8192);
	ks_buf_printf(&beside, "%s.new", statefile->path);
	fd = create_beside(ks_buf_text(&beside));
	good = fd >= 0 && ks_fd_try_lock(fd) && ks_fd_write_all(fd, text->data, text->len) &&
	       fsync(fd) == 0 && rename(ks_buf_text(&beside), statefile->path) == 0;
	saved = errno;
	if (good) {
		folder = ks_path_folder(statefile->path);
		ks_fd_sync_folder(folder);
		free(folder);
		if (statefile->held >= 0)
			close(statefile->held);
		statefile->held = fd;
	} else if (fd >= 0) {
		unlink(ks_buf_text(&beside));
		close(fd);
	}
	ks_buf_free(&beside);
	errno = saved;
	return good;
}

bool ks_emu_statefile_save(
    struct ks_emu_statefile *statefile, struct ks_emu_world *world, struct ks_err *err)
{
	struct ks_buf text;
	bool good;

	if (!world->changed && !world->aged)
		return true;
	ks_buf_init(&text, STATE_MAX);
	if (!ks_emu_state_write(world, &text))
		good = complain(err, "written", statefile->path, "it would be too large");
	else
		good = replace_file(statefile, &text) ||
		       complain(err, "written", statefile->path, strerror(errno));
	if (text.data != NULL)
		ks_wipe(text.data, text.cap);
	ks_buf_free(&text);
	if (good) {
		world->changed = world->aged = false;
		statefile->aged_since = KS_TIME_NONE;
	}
	return good;
}

int64_t ks_emu_statefile_keep(struct ks_emu_statefile *statefile, struct ks_emu_world *world)
{
	int64_t began = ks_clock_mono(ks_clock_system()), due;

	if (!world->changed && !world->aged)
		return KS_TIME_NEVER;
	if (world->aged && statefile->aged_since == KS_TIME_NONE)
		statefile->aged_since = began;
	due = world->changed ? began : statefile->aged_since + AGED_WAIT_MS;
	if (due < statefile->not_before)
		due = statefile->not_before;
	if (due > began)
		return due;
	if (ks_emu_statefile_save(statefile, world, NULL)) {
		int64_t took = ks_clock_mono(ks_clock_system()) - began;

		statefile->not_before = began + took * BREAK;
		return KS_TIME_NEVER;
	}
	statefile->not_before = began + RETRY_WAIT_MS;
	return statefile->not_before;
}
