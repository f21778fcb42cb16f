#include "core/emulator/server.h"

#include <errno.h>
#include <limits.h>
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

#define CONNECTIONS_MAX      900 /* select() knows 1024 descriptors */
#define CONNECTION_MEMORY    (64u * 1024)
#define CONNECTION_TIMEOUT_S 60

struct ks_emu_server {
	struct MHD_Daemon *daemon;
	struct ks_emu_exchanges exchanges;
	int v6_fd; /* we accept on this one ourselves; -1: there is none */
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
	return MHD_start_daemon(MHD_ALLOW_SUSPEND_RESUME | MHD_USE_SUPPRESS_DATE_NO_CLOCK, 0, NULL,
	    NULL, ks_emu_exchange_handle, &server->exchanges, MHD_OPTION_LISTEN_SOCKET, listen_fd,
	    MHD_OPTION_URI_LOG_CALLBACK, ks_emu_exchange_begin, &server->exchanges,
	    MHD_OPTION_NOTIFY_COMPLETED, ks_emu_exchange_end, &server->exchanges,
	    MHD_OPTION_NOTIFY_CONNECTION, count_connection, server->exchanges.service,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)CONNECTION_TIMEOUT_S, MHD_OPTION_END);
}

struct ks_emu_server *ks_emu_server_start(
    struct ks_emu_service *service, uint16_t port, struct ks_err *err)
{
	struct ks_emu_server *server;
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
	server->v6_fd = ks_emu_listen_v6(service->port);
	if (server->v6_fd >= FD_SETSIZE) {
		close(server->v6_fd);
		server->v6_fd = -1;
	}
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

static void wait_for(struct timeval *wait, int wait_ms)
{
	wait->tv_sec = wait_ms / 1000;
	wait->tv_usec = wait_ms % 1000 * 1000;
}

/*
 * select(), not epoll: libmicrohttpd's epoll is edge-triggered and misses the end of a connection
 * that comes together with its last bytes. With at most CONNECTIONS_MAX of them it is as fast, and
 * those that are held back by a timer are in no set.
 */
bool ks_emu_server_turn(
    struct ks_emu_server *server, int stop_fd, int64_t wake, bool *stopped, struct ks_err *err)
{
	int wait_ms = time_to_wait(server, wake), last = stop_fd;
	fd_set readable, writable, special;
	struct timeval wait;

	*stopped = false;
	if (stop_fd >= FD_SETSIZE) {
		errno = EMFILE;
		return failed(err);
	}
	FD_ZERO(&readable);
	FD_ZERO(&writable);
	FD_ZERO(&special);
	FD_SET(stop_fd, &readable);
	if (server->v6_fd >= 0) {
		FD_SET(server->v6_fd, &readable);
		last = last > server->v6_fd ? last : server->v6_fd;
	}
	if (MHD_get_fdset(server->daemon, &readable, &writable, &special, &last) != MHD_YES)
		return failed(err);
	wait_for(&wait, wait_ms);
	if (select(last + 1, &readable, &writable, &special, wait_ms < 0 ? NULL : &wait) < 0)
		return errno == EINTR || failed(err);
	*stopped = FD_ISSET(stop_fd, &readable);
	if (server->v6_fd >= 0 && FD_ISSET(server->v6_fd, &readable))
		accept_v6(server);
	ks_emu_exchanges_resume(&server->exchanges); /* MHD takes them from there */
	MHD_run_from_select(server->daemon, &readable, &writable, &special);
	return true;
}
