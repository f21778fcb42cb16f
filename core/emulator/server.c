#include "core/emulator/server.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include <microhttpd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/emulator/exchange.h"
#include "core/emulator/listen.h"

#define CONNECTIONS_MAX      1000
#define CONNECTION_MEMORY    (64u * 1024)
#define CONNECTION_TIMEOUT_S 60

struct ks_emu_server {
	struct MHD_Daemon *daemon;
	struct ks_emu_exchanges exchanges;
	int v6_fd;    /* we accept on this one ourselves; -1: there is none */
	int epoll_fd; /* libmicrohttpd's own; -1: it only knows select */
};

static void count_connection(void *cls, struct MHD_Connection *connection, void **context,
    enum MHD_ConnectionNotificationCode code)
{
	struct ks_emu_service *service = cls;
	struct ks_emu_counts *counts = &service->counts;

	(void)connection;
	(void)context;
	pthread_mutex_lock(&service->lock);
	if (code == MHD_CONNECTION_NOTIFY_CLOSED)
		counts->connections--;
	else if (++counts->connections > counts->peak_connections)
		counts->peak_connections = counts->connections;
	pthread_mutex_unlock(&service->lock);
}

static struct MHD_Daemon *start_daemon(struct ks_emu_server *server, int listen_fd)
{
	unsigned flags = MHD_ALLOW_SUSPEND_RESUME | MHD_USE_SUPPRESS_DATE_NO_CLOCK;

	if (MHD_is_feature_supported(MHD_FEATURE_EPOLL) == MHD_YES)
		flags |= MHD_USE_EPOLL;
	return MHD_start_daemon(flags, 0, NULL, NULL, ks_emu_exchange_handle, &server->exchanges,
	    MHD_OPTION_LISTEN_SOCKET, listen_fd, MHD_OPTION_URI_LOG_CALLBACK, ks_emu_exchange_begin,
	    &server->exchanges, MHD_OPTION_NOTIFY_COMPLETED, ks_emu_exchange_end,
	    &server->exchanges, MHD_OPTION_NOTIFY_CONNECTION, count_connection,
	    server->exchanges.service, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)CONNECTION_TIMEOUT_S, MHD_OPTION_END);
}

struct ks_emu_server *ks_emu_server_start(
    struct ks_emu_service *service, uint16_t port, struct ks_err *err)
{
	struct ks_emu_server *server;
	const union MHD_DaemonInfo *info;
	int listen_fd = ks_emu_listen_v4(port, &service->port, err);

	if (listen_fd < 0)
		return NULL;
	server = ks_calloc(1, sizeof *server);
	server->exchanges.service = service;
	server->daemon = start_daemon(server, listen_fd);
	if (server->daemon == NULL) {
		ks_err_set(err, KS_ERR_SYSTEM, "the emulator's HTTP server can't start");
		close(listen_fd);
		free(server);
		return NULL;
	}
	info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	server->epoll_fd = info != NULL && info->epoll_fd > 0 ? info->epoll_fd : -1;
	server->v6_fd = ks_emu_listen_v6(service->port);
	return server;
}

void ks_emu_server_free(struct ks_emu_server *server)
{
	if (server == NULL)
		return;
	/* libmicrohttpd can't be stopped while a connection is suspended. */
	ks_emu_exchanges_abort(&server->exchanges);
	MHD_stop_daemon(server->daemon);
	if (server->v6_fd >= 0)
		close(server->v6_fd);
	ks_emu_timers_free(&server->exchanges.timers);
	free(server);
}

/* ---- waiting ---- */

/* How long to wait, ms; -1: for ever. */
static int time_to_wait(struct ks_emu_server *server, int64_t wake)
{
	int64_t now = ks_clock_mono(ks_clock_system());
	int64_t next = ks_emu_timers_next(&server->exchanges.timers);
	MHD_UNSIGNED_LONG_LONG until_timeout;
	int64_t wait;

	if (wake < next)
		next = wake;
	wait = next == KS_TIME_NEVER ? INT_MAX : next > now ? next - now : 0;
	if (MHD_get_timeout(server->daemon, &until_timeout) == MHD_YES &&
	    until_timeout < (MHD_UNSIGNED_LONG_LONG)wait)
		wait = (int64_t)until_timeout;
	return wait >= INT_MAX ? -1 : (int)wait;
}

/* Connections over IPv6 join those that libmicrohttpd accepts by itself. */
static void accept_v6(struct ks_emu_server *server)
{
	struct sockaddr_storage address;
	socklen_t len = sizeof address;
	int fd = accept(server->v6_fd, (struct sockaddr *)&address, &len);

	/* On failure MHD_add_connection has closed it. */
	if (fd >= 0)
		MHD_add_connection(server->daemon, fd, (const struct sockaddr *)&address, len);
}

static bool failed(struct ks_err *err)
{
	return ks_err_set(
	    err, KS_ERR_SYSTEM, "the emulator can't wait for requests: %s", strerror(errno));
}

static bool wait_with_epoll(
    struct ks_emu_server *server, int stop_fd, int wait_ms, bool *stopped, struct ks_err *err)
{
	struct pollfd fds[] = {
	    {.fd = server->epoll_fd, .events = POLLIN},
	    {.fd = stop_fd, .events = POLLIN},
	    {.fd = server->v6_fd, .events = POLLIN},
	};

	if (poll(fds, sizeof fds / sizeof fds[0], wait_ms) < 0)
		return errno == EINTR || failed(err);
	*stopped = fds[1].revents != 0;
	if (fds[2].revents != 0)
		accept_v6(server);
	MHD_run(server->daemon);
	return true;
}

/* For systems without epoll. */
static bool wait_with_select(
    struct ks_emu_server *server, int stop_fd, int wait_ms, bool *stopped, struct ks_err *err)
{
	struct timeval wait = {.tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000};
	fd_set readable, writable, special;
	int last = stop_fd > server->v6_fd ? stop_fd : server->v6_fd;

	FD_ZERO(&readable);
	FD_ZERO(&writable);
	FD_ZERO(&special);
	FD_SET(stop_fd, &readable);
	if (server->v6_fd >= 0)
		FD_SET(server->v6_fd, &readable);
	if (MHD_get_fdset(server->daemon, &readable, &writable, &special, &last) != MHD_YES)
		return failed(err);
	if (select(last + 1, &readable, &writable, &special, wait_ms < 0 ? NULL : &wait) < 0)
		return errno == EINTR || failed(err);
	*stopped = FD_ISSET(stop_fd, &readable);
	if (server->v6_fd >= 0 && FD_ISSET(server->v6_fd, &readable))
		accept_v6(server);
	MHD_run_from_select(server->daemon, &readable, &writable, &special);
	return true;
}

bool ks_emu_server_turn(
    struct ks_emu_server *server, int stop_fd, int64_t wake, bool *stopped, struct ks_err *err)
{
	int wait_ms = time_to_wait(server, wake);

	*stopped = false;
	if (server->epoll_fd >= 0 ? !wait_with_epoll(server, stop_fd, wait_ms, stopped, err)
				  : !wait_with_select(server, stop_fd, wait_ms, stopped, err))
		return false;
	/* Without a thread of its own libmicrohttpd sees what was resumed in its next run only. */
	if (ks_emu_exchanges_resume(&server->exchanges))
		MHD_run(server->daemon);
	return true;
}
