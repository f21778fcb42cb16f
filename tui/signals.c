#include "tui/signals.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fd.h"

enum { COUNT = 8 };

static const int caught[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH, SIGCHLD};
_Static_assert(sizeof caught / sizeof caught[0] == COUNT, "one saved action for each");

/* What a handler must be able to reach. */
static int pipe_fds[2] = {-1, -1};
static struct sigaction before[COUNT];

static void on_signal(int number)
{
	int saved = errno;
	unsigned char byte = (unsigned char)number;

	/* A full pipe has enough in it to wake the loop. */
	if (write(pipe_fds[1], &byte, 1) < 0)
		errno = saved;
	errno = saved;
}

static bool open_pipe(void)
{
	return ks_fd_pipe(pipe_fds) && ks_fd_nonblocking(pipe_fds[0]) &&
	       ks_fd_nonblocking(pipe_fds[1]);
}

static void close_pipe(void)
{
	for (int i = 0; i < 2; i++) {
		if (pipe_fds[i] >= 0)
			close(pipe_fds[i]);
		pipe_fds[i] = -1;
	}
}

bool ks_signals_open(struct ks_err *err)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

	if (!open_pipe()) {
		ks_err_set(err, KS_ERR_SYSTEM, "no pipe for signals: %s", strerror(errno));
		close_pipe();
		return false;
	}
	sigfillset(&action.sa_mask);
	for (size_t i = 0; i < COUNT; i++)
		sigaction(caught[i], &action, &before[i]);
	signal(SIGPIPE, SIG_IGN);
	return true;
}

void ks_signals_close(void)
{
	for (size_t i = 0; i < COUNT; i++)
		sigaction(caught[i], &before[i], NULL);
	close_pipe();
}

int ks_signals_fd(void)
{
	return pipe_fds[0];
}

int ks_signals_next(void)
{
	unsigned char byte;

	return read(pipe_fds[0], &byte, 1) == 1 ? byte : 0;
}
