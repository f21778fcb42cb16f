#include "config.h"

#include "core/base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__sun)
#include <sys/filio.h>
#endif

#include "core/base/fd.h"
#include "core/base/mem.h"

#ifdef __APPLE__
extern char **environ;
#endif

enum { PATH_SIZE = 4096 };

static bool is_program(const char *file)
{
	struct stat info;

	return stat(file, &info) == 0 && S_ISREG(info.st_mode) && access(file, X_OK) == 0;
}

bool ks_spawn_find(const char *path, const char *name, char *dst, size_t size)
{
	if (strchr(name, '/') != NULL) {
		snprintf(dst, size, "%s", name);
		return strlen(name) < size && is_program(name);
	}
	while (path != NULL && *path != '\0') {
		size_t len = strcspn(path, ":");
		int full = snprintf(dst, size, "%.*s/%s", (int)len, path, name);

		if (path[0] == '/' && full > 0 && (size_t)full < size && is_program(dst))
			return true;
		path += len;
		if (*path == ':')
			path++;
	}
	return false;
}

static bool complain_program(const char *name, struct ks_err *err)
{
	if (strchr(name, '/') == NULL) {
		ks_err_set(
		    err, KS_ERR_SYSTEM, "no folder of PATH has a program %s that may be run", name);
		return ks_err_tip(err, "install it, or name it with its whole path");
	}
	ks_err_set(err, KS_ERR_SYSTEM, "%s can't be run: %s", name,
	    access(name, X_OK) != 0 ? strerror(errno) : "it isn't a regular file");
	return ks_err_tip(err, "check its path, and that it is a program that you may run");
}

char *ks_spawn_locate(const char *path, const char *name, struct ks_err *err)
{
	char *file = ks_malloc(PATH_SIZE);

	if (ks_spawn_find(path, name, file, PATH_SIZE))
		return file;
	free(file);
	complain_program(name, err);
	return NULL;
}

static int prepare_attributes(posix_spawnattr_t *attributes)
{
	sigset_t all, none;
	short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;

	sigfillset(&all);
	sigemptyset(&none);
	posix_spawnattr_setsigdefault(attributes, &all);
	posix_spawnattr_setsigmask(attributes, &none);
#ifdef POSIX_SPAWN_SETSID
	flags = (short)(flags | POSIX_SPAWN_SETSID);
#else
	flags = (short)(flags | POSIX_SPAWN_SETPGROUP);
#endif
	return posix_spawnattr_setflags(attributes, flags);
}

/* None of ours becomes /dev/null there. */
static int prepare_file(posix_spawn_file_actions_t *actions, int ours, int theirs)
{
	int mode = theirs == 0 ? O_RDONLY : O_WRONLY;

	if (ours > 0)
		return posix_spawn_file_actions_adddup2(actions, ours, theirs);
	return posix_spawn_file_actions_addopen(actions, theirs, "/dev/null", mode, 0);
}

static int prepare_files(
    const struct ks_spawn *spawn, int input, posix_spawn_file_actions_t *actions)
{
	int error = input == 0 ? posix_spawn_file_actions_adddup2(actions, 0, 0)
			       : prepare_file(actions, input, 0);

	if (error == 0)
		error = prepare_file(actions, spawn->output, 1);
	return error == 0 ? prepare_file(actions, spawn->complaints, 2) : error;
}

static int start(const struct ks_spawn *spawn, int input, pid_t *pid)
{
	char *const *environment = spawn->environment != NULL ? spawn->environment : environ;
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int error;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	error = prepare_files(spawn, input, &actions);
	if (error == 0)
		error = prepare_attributes(&attributes);
	if (error == 0)
		error =
		    posix_spawn(pid, spawn->file, &actions, &attributes, spawn->argv, environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

/* A script is there, and what the system doesn't find is what should read it. */
static bool complain_start(const char *file, const char *name, int error, struct ks_err *err)
{
	if (error == ENOENT && access(file, X_OK) == 0) {
		ks_err_set(err, KS_ERR_SYSTEM,
		    "%s can't be started: the interpreter in its first line isn't there", name);
		return ks_err_tip(err, "correct the line that begins with #!");
	}
	ks_err_set(err, KS_ERR_SYSTEM, "%s can't be started: %s", name, strerror(error));
	return ks_err_tip(err, "run it by hand to see why, then try again");
}

/* The pipe is empty and its reading end is ours too: the text can neither block nor break. */
static bool fill_pipe(const struct ks_spawn *spawn, int *input, struct ks_err *err)
{
	int ends[2], error;

	if (!ks_fd_pipe(ends))
		return ks_err_set(err, KS_ERR_SYSTEM, "There is no pipe to %s: %s", spawn->argv[0],
		    strerror(errno));
	error = write(ends[1], spawn->text, spawn->len) == (ssize_t)spawn->len ? 0 : errno;
	close(ends[1]);
	*input = ends[0];
	if (error == 0)
		return true;
	close(ends[0]);
	*input = -1;
	return complain_start(spawn->file, spawn->argv[0], error, err);
}

bool ks_spawn_feed(const struct ks_spawn *spawn, struct ks_spawned *child, struct ks_err *err)
{
	int error;

	*child = (struct ks_spawned){0, -1};
	if (spawn->len > KS_SPAWN_INPUT_MAX)
		return ks_err_set(err, KS_ERR_SYSTEM, "The text is too long to hand over");
	if (spawn->text != NULL && !fill_pipe(spawn, &child->input, err))
		return false;
	error = start(spawn, child->input, &child->pid);
	if (error == 0)
		return true;
	ks_spawn_forget(child);
	child->pid = 0;
	return complain_start(spawn->file, spawn->argv[0], error, err);
}

size_t ks_spawn_unread(const struct ks_spawned *child)
{
	int left = 0;

	if (child->input < 0)
		return 0;
	return ioctl(child->input, FIONREAD, &left) == 0 ? (size_t)left : SIZE_MAX;
}

void ks_spawn_forget(struct ks_spawned *child)
{
	if (child->input >= 0)
		close(child->input);
	child->input = -1;
}
