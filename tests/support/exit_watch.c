#include "tests/support/exit_watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/fd.h"

static bool is_stop(int signal_number)
{
	return signal_number == SIGSTOP || signal_number == SIGTSTP || signal_number == SIGTTIN ||
	       signal_number == SIGTTOU;
}

/* Lets the process go on from wherever it stopped; true at its end. */
static bool go_on(pid_t pid, int status)
{
	int event = status >> 16, number = WSTOPSIG(status);

	if (event == PTRACE_EVENT_EXIT)
		return true;
	if (event == PTRACE_EVENT_STOP)
		ptrace(is_stop(number) ? PTRACE_LISTEN : PTRACE_CONT, pid, NULL, NULL);
	else
		ptrace(PTRACE_CONT, pid, NULL, (void *)(long)number);
	return false;
}

static void watch_end(pid_t pid, exit_watch_find *find, void *ctx, struct memory_scan *scan)
{
	const struct memory_secret *secrets;
	size_t count;
	int status;

	while (waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status))
		if (go_on(pid, status)) {
			count = find(ctx, &secrets);
			memory_scan(pid, secrets, count, scan);
			return;
		}
	snprintf(scan->problem, sizeof scan->problem, "the process ended unseen");
}

/* What was inherited: a terminal that is to be closed must not stay open here. */
static void close_others(int keep)
{
	long max = sysconf(_SC_OPEN_MAX);

	for (int fd = 3; fd < (max > 0 && max < 4096 ? max : 4096); fd++)
		if (fd != keep)
			close(fd);
}

/* The watcher: tells by one byte whether it may watch, then what it found. */
static void run_watcher(int result, pid_t pid, exit_watch_find *find, void *ctx)
{
	struct memory_scan scan = {0};
	char watching;

	close_others(result);
	watching = ptrace(PTRACE_SEIZE, pid, NULL, (void *)(long)PTRACE_O_TRACEEXIT) == 0;

	if (write(result, &watching, 1) == 1 && watching) {
		watch_end(pid, find, ctx, &scan);
		ks_fd_write_all(result, (const char *)&scan, sizeof scan);
	}
	_exit(0);
}

bool exit_watch_start_finding(struct exit_watch *watch, pid_t pid, exit_watch_find *find, void *ctx)
{
	int ends[2];
	char watching = 0;

	if (!ks_fd_pipe(ends))
		return false;
	watch->pid = fork();
	if (watch->pid == 0)
		run_watcher(ends[1], pid, find, ctx);
	close(ends[1]);
	watch->result = ends[0];
	return watch->pid > 0 && read(watch->result, &watching, 1) == 1 && watching;
}

struct known {
	const struct memory_secret *secrets;
	size_t count;
};

static size_t find_known(void *ctx, const struct memory_secret **secrets)
{
	const struct known *known = ctx;

	*secrets = known->secrets;
	return known->count;
}

bool exit_watch_start(
    struct exit_watch *watch, pid_t pid, const struct memory_secret *secrets, size_t count)
{
	struct known known = {secrets, count};

	return exit_watch_start_finding(watch, pid, find_known, &known);
}

void exit_watch_finish(struct exit_watch *watch, struct memory_scan *scan)
{
	size_t have = 0;
	ssize_t got;

	while (have < sizeof *scan &&
	       (got = read(watch->result, (char *)scan + have, sizeof *scan - have)) > 0)
		have += (size_t)got;
	if (have < sizeof *scan) {
		*scan = (struct memory_scan){0};
		snprintf(scan->problem, sizeof scan->problem, "the watcher was lost");
	}
	close(watch->result);
	waitpid(watch->pid, NULL, 0);
}

/* A child is watched to its end, and read. */
static bool works(void)
{
	static const struct memory_secret any = {"any", "0f1e2d3c4b5a69788796a5b4"};
	struct memory_scan scan = {.problem = "it may not be watched"};
	struct exit_watch watch;
	int ready[2];
	char byte;
	pid_t pid;
	bool ok;

	if (!ks_fd_pipe(ready))
		return false;
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
		if (write(ready[1], "", 1) == 1)
			pause();
		_exit(0);
	}
	ok = pid > 0 && read(ready[0], &byte, 1) == 1 && exit_watch_start(&watch, pid, &any, 1);
	if (pid > 0)
		kill(pid, SIGTERM);
	if (ok)
		exit_watch_finish(&watch, &scan);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	close(ready[0]);
	close(ready[1]);
	return ok && scan.problem[0] == '\0' && scan.bytes > 0;
}

const char *exit_watch_unable(void)
{
	if (memory_scan_unable() != NULL)
		return memory_scan_unable();
	return works() ? NULL : "one process may not read another's memory here";
}
