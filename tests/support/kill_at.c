/*
 * Preloaded: kills the program before the call number KILL_AT of those that change or tell
 * something outside of it, and of those that learn something from there. Without <sys/socket.h> and
 * its like, whose names for the parameters are reserved.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

struct iovec;

static void count_call(void)
{
	static atomic_int count;
	const char *at = getenv("KILL_AT");

	if (at != NULL && atomic_fetch_add(&count, 1) + 1 == atoi(at))
		kill(getpid(), SIGKILL);
}

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): libc's own are reserved. */
/* The real function of this name, found when it is first needed. */
#define WRAP(type, name, parameters, arguments)                    \
	type name parameters;                                      \
	type name parameters                                       \
	{                                                          \
		static type(*real) parameters;                     \
                                                                   \
		if (real == NULL)                                  \
			*(void **)&real = dlsym(RTLD_NEXT, #name); \
		count_call();                                      \
		return real arguments;                             \
	}

WRAP(ssize_t, write, (int fd, const void *data, size_t len), (fd, data, len))
WRAP(ssize_t, writev, (int fd, const struct iovec *parts, int count), (fd, parts, count))
WRAP(ssize_t, send, (int fd, const void *data, size_t len, int flags), (fd, data, len, flags))
WRAP(ssize_t, recv, (int fd, void *data, size_t len, int flags), (fd, data, len, flags))
WRAP(int, fsync, (int fd), (fd))
WRAP(int, ftruncate, (int fd, off_t size), (fd, size))
WRAP(int, rename, (const char *from, const char *to), (from, to))
WRAP(int, link, (const char *from, const char *to), (from, to))
WRAP(int, unlink, (const char *path), (path))
WRAP(int, mkdir, (const char *path, mode_t mode), (path, mode))
WRAP(int, fchmod, (int fd, mode_t mode), (fd, mode))
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
