#include "config.h"

#include "core/base/child.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/fd.h"
#include "core/base/mem.h"
#include "core/base/quote.h"
#include "core/base/spawn.h"
#include "core/base/text.h"

enum {
	LOOK_MS = 5, /* between two looks at a child that has not ended, at first: it doubles */
	LOOK_MAX_MS = 200,
	GRACE_MS = 5000,  /* what was killed and has not ended by then is left alone */
	LINGER_MS = 1000, /* so long its output may come from its children after its own end */
	HEARD_MAX = 2048,
	HEARD_KEPT = HEARD_MAX / 2, /* when that is full, the last so many stay */
	READS_MAX = 64, /* a pipe's worth: one that never stops complaining must not hold us */
};

struct ks_child {
	struct ks_spawned spawned; /* pid 0: reaped */
	struct ks_secret *input;
	size_t unread;
	int output_fd; /* -1: closed */
	char *output;  /* a wiping block of output_max + 1 */
	size_t output_len, output_max;
	bool too_much;
	int complaints; /* its standard error; -1: closed */
	char *heard;    /* the end of what came from there, in a wiping block */
	size_t heard_len;
	bool cut;     /* heard begins within a line */
	bool spilled; /* the input was in what came */
	int64_t look_ms, look_at, limit;
	enum ks_child_end killed; /* why, if it was by us */
	bool lingers;
	enum ks_child_end end;
	int status;
};

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* ---- starting ---- */

/* Ours reads without waiting; theirs is to be closed once it is the child's. */
static bool open_pipe(const char *name, int *ours, int *theirs, struct ks_err *err)
{
	int ends[2];

	if (!ks_fd_pipe(ends))
		return ks_err_set(
		    err, KS_ERR_SYSTEM, "there is no pipe from %s: %s", name, strerror(errno));
	ks_fd_nonblocking(ends[0]);
	*ours = ends[0];
	*theirs = ends[1];
	return true;
}

static bool launch(
    struct ks_child *child, const struct ks_child_options *options, struct ks_err *err)
{
	const char *name = options->argv[0];
	int output = -1, complaints = -1;
	bool good = open_pipe(name, &child->complaints, &complaints, err) &&
		    (child->output_max == 0 || open_pipe(name, &child->output_fd, &output, err));

	good = good && ks_spawn_feed(
			   &(struct ks_spawn){
			       .file = options->file,
			       .argv = options->argv,
			       .environment = options->environment,
			       .text = child->input != NULL ? ks_secret_value(child->input) : NULL,
			       .len = child->input != NULL ? ks_secret_len(child->input) : 0,
			       .output = output,
			       .complaints = complaints,
			   },
			   &child->spawned, err);
	close_end(&output);
	close_end(&complaints);
	return good;
}

static void look_soon(struct ks_child *child, int64_t now)
{
	child->look_ms = LOOK_MS;
	child->look_at = now + LOOK_MS;
}

struct ks_child *ks_child_start(
    const struct ks_child_options *options, int64_t now, struct ks_err *err)
{
	struct ks_secret *input = NULL;
	struct ks_child *child;

	if (options->input != NULL && (input = ks_secret_dup(options->input, err)) == NULL)
		return NULL;
	child = ks_calloc(1, sizeof *child);
	child->input = input;
	child->spawned.input = child->output_fd = child->complaints = -1;
	child->heard = ks_wiping_malloc(HEARD_MAX);
	child->output_max = options->output_max;
	child->output = ks_wiping_calloc(1, options->output_max + 1);
	child->limit = now + options->limit_ms;
	look_soon(child, now);
	if (launch(child, options, err))
		return child;
	ks_child_free(child);
	return NULL;
}

/* ---- what it says ---- */

/* 0: there is nothing now, or nothing more will come. */
static size_t take(struct ks_child *child, int *fd, char *into, size_t room)
{
	ssize_t count;

	do
		count = read(*fd, into, room);
	while (count < 0 && errno == EINTR);
	if (count > 0)
		return (size_t)count;
	if (count == 0 || errno != EAGAIN) {
		close_end(fd);
		child->look_ms = LOOK_MS; /* most end so */
	}
	return 0;
}

/* The byte behind what it may print tells that it was too much. */
static void collect(struct ks_child *child)
{
	while (child->output_fd >= 0) {
		size_t count = take(child, &child->output_fd, child->output + child->output_len,
		    child->output_max + 1 - child->output_len);

		if (count == 0)
			return;
		child->output_len += count;
		if (child->output_len <= child->output_max)
			continue;
		child->too_much = true;
		close_end(&child->output_fd);
		ks_wipe(child->output, child->output_len);
		child->output_len = 0;
	}
}

static bool holds_part(const char *text, size_t len, const struct ks_secret *secret)
{
	return secret != NULL &&
	       ks_quote_holds(text, len, ks_secret_value(secret), ks_secret_len(secret));
}

static void hear(struct ks_child *child)
{
	for (int i = 0; i < READS_MAX && child->complaints >= 0; i++) {
		size_t count = take(child, &child->complaints, child->heard + child->heard_len,
		    HEARD_MAX - child->heard_len);

		if (count == 0)
			return;
		child->heard_len += count;
		/* Before any of it goes: what is split by two reads is whole here. */
		if (holds_part(child->heard, child->heard_len, child->input))
			child->spilled = true;
		if (child->heard_len == HEARD_MAX) {
			memmove(child->heard, child->heard + HEARD_MAX - HEARD_KEPT, HEARD_KEPT);
			child->heard_len = HEARD_KEPT;
			child->cut = true;
		}
	}
}

static void clean(char *dst, size_t size, const char *text, size_t len)
{
	ks_text_clean(dst, size, text, len);
}

void ks_child_quote(const struct ks_child *child, char *dst, size_t size)
{
	const char *at = child->heard, *end = at + child->heard_len, *next;

	dst[0] = '\0';
	if (child->spilled)
		return;
	if (child->cut && (next = memchr(at, '\n', child->heard_len)) != NULL)
		at = next + 1;
	for (; at < end; at = next + 1) {
		next = memchr(at, '\n', (size_t)(end - at));
		if (next == NULL)
			next = end;
		while (at < next && strchr(" \t\r", *at) != NULL)
			at++;
		if (at == next)
			continue;
		/* Whose output is wanted may complain with it. */
		(child->output_max > 0 ? ks_quote : clean)(dst, size, at, (size_t)(next - at));
		return;
	}
}

/* ---- its end ---- */

/* What it left of the input is not for those that it left behind. */
static void take_back(struct ks_child *child)
{
	char *block = ks_wiping_malloc(KS_SPAWN_INPUT_MAX);

	child->unread = ks_spawn_unread(&child->spawned);
	if (child->spawned.input >= 0 && ks_fd_nonblocking(child->spawned.input))
		while (read(child->spawned.input, block, KS_SPAWN_INPUT_MAX) > 0)
			;
	ks_wiping_free(block);
	ks_spawn_forget(&child->spawned);
}

static enum ks_child_end conclude(struct ks_child *child)
{
	close_end(&child->complaints);
	close_end(&child->output_fd);
	ks_secret_free(child->input);
	child->input = NULL;
	if (child->too_much)
		child->end = KS_CHILD_TOO_MUCH;
	return child->end;
}

/* True once it is no more; how it ended is noted then. */
static bool reap(struct ks_child *child)
{
	int status = 0;
	pid_t got = waitpid(child->spawned.pid, &status, WNOHANG);

	if (got == 0 || (got < 0 && errno == EINTR))
		return false;
	child->spawned.pid = 0;
	take_back(child);
	child->end = KS_CHILD_LOST;
	if (got > 0 && WIFEXITED(status)) {
		child->end = KS_CHILD_EXITED;
		child->status = WEXITSTATUS(status);
	} else if (got > 0) {
		child->end = child->killed != KS_CHILD_RUNNING ? child->killed : KS_CHILD_SIGNALLED;
		child->status = WTERMSIG(status);
	}
	return true;
}

/*
 * All that it printed itself is in the pipe by now, and read. What holds the pipe open is a child
 * of its own: the last part of what it prints, like the filter of a script, which is about to end;
 * or something that stays, like an agent, whose output nobody wants.
 */
static enum ks_child_end outlast(struct ks_child *child, int64_t now)
{
	bool complete = child->output_fd < 0 || child->end != KS_CHILD_EXITED || child->status != 0;

	if (complete || (child->lingers && now >= child->limit))
		return conclude(child);
	if (!child->lingers) {
		child->lingers = true;
		child->look_at = child->limit = now + LINGER_MS;
	}
	return KS_CHILD_RUNNING;
}

static void kill_all(struct ks_child *child, enum ks_child_end why, int64_t now)
{
	kill(-child->spawned.pid, SIGKILL);
	child->killed = why;
	child->limit = now + GRACE_MS;
	look_soon(child, now);
}

enum ks_child_end ks_child_turn(struct ks_child *child, int64_t now)
{
	bool ended = child->spawned.pid == 0 || reap(child);

	/* Afterwards, so that its last words are heard. */
	hear(child);
	collect(child);
	if (ended)
		return outlast(child, now);
	child->look_at = now + child->look_ms;
	child->look_ms *= child->look_ms < LOOK_MAX_MS ? 2 : 1;
	if (child->killed == KS_CHILD_RUNNING) {
		if (child->too_much)
			kill_all(child, KS_CHILD_TOO_MUCH, now);
		else if (now >= child->limit)
			kill_all(child, KS_CHILD_TIMED_OUT, now);
		return KS_CHILD_RUNNING;
	}
	if (now < child->limit)
		return KS_CHILD_RUNNING;
	/* Stuck in the kernel: SIGKILL will be its end, but nobody can say when. */
	take_back(child);
	child->end = child->killed;
	child->status = SIGKILL;
	return conclude(child);
}

size_t ks_child_fds(const struct ks_child *child, int fds[KS_CHILD_FDS_MAX])
{
	size_t count = 0;

	if (child->output_fd >= 0)
		fds[count++] = child->output_fd;
	if (child->complaints >= 0)
		fds[count++] = child->complaints;
	return count;
}

int64_t ks_child_wake(const struct ks_child *child)
{
	return child->look_at < child->limit ? child->look_at : child->limit;
}

int ks_child_status(const struct ks_child *child)
{
	return child->status;
}

size_t ks_child_unread(const struct ks_child *child)
{
	return child->unread;
}

const char *ks_child_output(const struct ks_child *child, size_t *len)
{
	*len = child->output_len;
	return child->output;
}

/* SIGKILL takes no time, but for a process that is stuck in the kernel: that one is init's. */
static void end_at_once(pid_t pid)
{
	static const struct timespec pause = {.tv_nsec = 1000000};

	kill(-pid, SIGKILL);
	for (int i = 0; i < 50 && waitpid(pid, NULL, WNOHANG) == 0; i++)
		nanosleep(&pause, NULL);
}

void ks_child_free(struct ks_child *child)
{
	if (child == NULL)
		return;
	if (child->spawned.pid != 0)
		end_at_once(child->spawned.pid);
	take_back(child);
	conclude(child);
	ks_wiping_free(child->output);
	ks_wiping_free(child->heard);
	free(child);
}
