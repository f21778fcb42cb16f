#include "config.h"

#include "core/base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <unistd.h>

bool ks_fd_close_on_exec(int fd)
{
	return fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

bool ks_fd_nonblocking(int fd)
{
	return fcntl(fd, F_SETFL, O_NONBLOCK) == 0;
}

bool ks_fd_pipe(int ends[2])
{
#ifdef HAVE_PIPE2
	bool made = pipe2(ends, O_CLOEXEC) == 0;
#else
	bool made = pipe(ends) == 0;

	if (made && (!ks_fd_close_on_exec(ends[0]) || !ks_fd_close_on_exec(ends[1]))) {
		close(ends[0]);
		close(ends[1]);
		made = false;
	}
#endif
	if (!made)
		ends[0] = ends[1] = -1;
	return made;
}

bool ks_fd_write_all(int fd, const void *data, size_t len)
{
	const char *at = data;

	while (len > 0) {
		ssize_t written = write(fd, at, len);

		if (written < 0 && errno == EAGAIN)
			poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, -1);
		else if (written < 0 && errno != EINTR)
			return false;
		if (written > 0) {
			at += written;
			len -= (size_t)written;
		}
	}
	return true;
}

bool ks_fd_try_lock(int fd)
{
	return flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

bool ks_fd_sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), saved;
	bool good = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);

	saved = errno;
	if (fd >= 0)
		close(fd);
	errno = saved;
	return good;
}
