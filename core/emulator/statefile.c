#include "core/emulator/statefile.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fd.h"
#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/emulator/state_json.h"

#define STATE_MAX     ((size_t)1024 * 1024 * 1024)
#define AGED_WAIT_MS  30000 /* background use may be lost for so long */
#define RETRY_WAIT_MS 5000
#define BREAK         10 /* saving takes at most one part in so many of the time */

struct ks_emu_statefile {
	char *path;
	int64_t not_before; /* monotonic ms */
	int64_t aged_since; /* KS_TIME_NONE: nothing to save for that reason */
};

static bool complain(struct ks_err *err, const char *verb, const char *path, const char *why)
{
	if (err == NULL)
		return false;
	return ks_err_set(
	    err, KS_ERR_SYSTEM, "the emulator's state file %s can't be %s: %s", path, verb, why);
}

/* ---- loading ---- */

static bool read_all(FILE *file, struct ks_buf *text)
{
	char block[64 * 1024];
	size_t count;

	while ((count = fread(block, 1, sizeof block, file)) > 0)
		if (!ks_buf_add(text, block, count))
			errno = EFBIG;
	ks_wipe(block, sizeof block);
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

struct ks_emu_statefile *ks_emu_statefile_open(
    const char *path, struct ks_emu_world *world, bool *found, struct ks_err *err)
{
	struct ks_emu_statefile *statefile;
	FILE *file = fopen(path, "re");
	bool good = true;

	*found = file != NULL;
	if (file != NULL) {
		good = load(file, path, world, err);
		fclose(file);
	} else if (errno != ENOENT) {
		good = complain(err, "opened", path, strerror(errno));
	}
	if (!good)
		return NULL;
	statefile = ks_calloc(1, sizeof *statefile);
	statefile->path = ks_strdup(path);
	statefile->aged_since = KS_TIME_NONE;
	world->changed = !*found;
	return statefile;
}

void ks_emu_statefile_free(struct ks_emu_statefile *statefile)
{
	if (statefile == NULL)
		return;
	free(statefile->path);
	free(statefile);
}

/* ---- saving ---- */

/* So that the new name is on the disk, too. */
static void sync_folder(const char *path)
{
	char *copy = ks_strdup(path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	free(copy);
}

static bool replace_file(const char *path, const struct ks_buf *text)
{
	struct ks_buf beside;
	bool good;
	int fd, saved;

	ks_buf_init(&beside, 8192);
	ks_buf_printf(&beside, "%s.XXXXXX", path);
	fd = mkstemp(beside.data); /* mode 0600 */
	good = fd >= 0 && ks_fd_close_on_exec(fd) && ks_fd_write_all(fd, text->data, text->len) &&
	       fsync(fd) == 0;
	saved = errno;
	if (fd >= 0 && close(fd) < 0 && good) {
		good = false;
		saved = errno;
	}
	if (good && rename(beside.data, path) < 0) {
		good = false;
		saved = errno;
	}
	if (good)
		sync_folder(path);
	else if (fd >= 0)
		unlink(beside.data);
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
		good = replace_file(statefile->path, &text) ||
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
