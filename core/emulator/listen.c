#include "core/emulator/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/fd.h"

/* Closes fd and keeps errno. */
static int give_up(int fd)
{
	int saved = errno;

	close(fd);
	errno = saved;
	return -1;
}

static int listen_on(const struct sockaddr *address, socklen_t len)
{
	int fd = socket(address->sa_family, SOCK_STREAM, 0);
	int on = 1;

	if (fd < 0)
		return -1;
	if (!ks_fd_close_on_exec(fd) || !ks_fd_nonblocking(fd) ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0)
		return give_up(fd);
	/* Not the IPv4 side of the same port too, which is somebody else's socket. */
	if (address->sa_family == AF_INET6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) < 0)
		return give_up(fd);
	if (bind(fd, address, len) < 0 || listen(fd, SOMAXCONN) < 0)
		return give_up(fd);
	return fd;
}

int ks_emu_listen_v4(uint16_t port, uint16_t *bound, struct ks_err *err)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	socklen_t len = sizeof address;
	int fd;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = listen_on((const struct sockaddr *)&address, len);
	if (fd >= 0 && getsockname(fd, (struct sockaddr *)&address, &len) < 0)
		fd = give_up(fd);
	if (fd < 0) {
		ks_err_set(err, KS_ERR_SYSTEM, "the emulator can't listen on 127.0.0.1:%u: %s",
		    (unsigned)port, strerror(errno));
		if (errno == EADDRINUSE)
			ks_err_tip(err, "choose another --port, or 0 for any free one");
		return -1;
	}
	*bound = ntohs(address.sin_port);
	return fd;
}

int ks_emu_listen_v6(uint16_t port)
{
	struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons(port)};

	address.sin6_addr = in6addr_loopback;
	return listen_on((const struct sockaddr *)&address, sizeof address);
}
