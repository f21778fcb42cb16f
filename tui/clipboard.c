#include "tui/clipboard_state.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/argv.h"
#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/spawn.h"

enum {
	PATH_SIZE = 4096,
	LOOK_MS = 20,      /* between two looks at a child that has not ended */
	SETTLE_MS = 250,   /* a tool that runs on this long after it read all has the selection */
	COMMAND_MS = 1000, /* the same for a command that we don't know */
	LIMIT_MS = 5000,   /* a tool that takes longer has failed */
};

/* ---- making and freeing ---- */

static const char *own(struct ks_clipboard *clip, const char *text)
{
	if (text == NULL)
		return NULL;
	clip->owned[clip->n_owned] = ks_strdup(text);
	return clip->owned[clip->n_owned++];
}

struct ks_clipboard *ks_clipboard_new(const struct ks_clipboard_options *options)
{
	struct ks_clipboard *clip = ks_calloc(1, sizeof *clip);
	struct ks_err err;

	clip->env = options->env;
	clip->env.copy_command = own(clip, options->env.copy_command);
	clip->env.wayland_display = own(clip, options->env.wayland_display);
	clip->env.display = own(clip, options->env.display);
	clip->env.ssh_connection = own(clip, options->env.ssh_connection);
	clip->env.ssh_tty = own(clip, options->env.ssh_tty);
	clip->env.tmux = own(clip, options->env.tmux);
	clip->env.vte_version = own(clip, options->env.vte_version);
	clip->env.path = own(clip, options->env.path);
	clip->env.terminal = options->write != NULL;
	if (clip->env.copy_command != NULL)
		clip->copy_command = ks_argv_split(clip->env.copy_command, &err);
	if (clip->copy_command == NULL)
		clip->env.copy_command = NULL;
	if (options->clear_command != NULL)
		clip->clear_command = ks_argv_split(options->clear_command, &err);
	clip->clear_ms = (int64_t)options->clear_seconds * 1000;
	clip->clears_at = KS_TIME_NEVER;
	clip->cleared = options->cleared;
	clip->cleared_ctx = options->cleared_ctx;
	clip->write = options->write;
	clip->write_ctx = options->ctx;
	snprintf(clip->buffer_name, sizeof clip->buffer_name, "keysail-%ld", (long)getpid());
	return clip;
}

void ks_clip_job_free(struct ks_clip_job *job)
{
	if (job == NULL)
		return;
	ks_spawn_forget(&job->now.child);
	ks_secret_free(job->secret);
	free(job->text);
	free(job);
}

void ks_clipboard_free(struct ks_clipboard *clip)
{
	if (clip == NULL)
		return;
	ks_clip_job_free(clip->job);
	for (size_t i = 0; i < clip->n_owned; i++)
		free(clip->owned[i]);
	ks_argv_free(clip->copy_command);
	ks_argv_free(clip->clear_command);
	free(clip);
}

/* ---- starting tools ---- */

bool ks_clip_start_tool(struct ks_clipboard *clip, const char *const *words, const char *text,
    size_t len, struct ks_spawned *child, struct ks_err *err)
{
	char file[PATH_SIZE];
	char *argv[KS_ARGV_MAX + 1];
	size_t n = 0;

	for (; n < KS_ARGV_MAX && words[n] != NULL; n++)
		argv[n] = words[n] == ks_clip_buffer ? clip->buffer_name : (char *)words[n];
	argv[n] = NULL;
	if (!ks_spawn_find(clip->env.path, argv[0], file, sizeof file))
		return ks_err_set(err, KS_ERR_SYSTEM, "%s isn't installed", argv[0]);
	return ks_spawn_feed(
	    &(struct ks_spawn){.file = file, .argv = argv, .text = text, .len = len}, child, err);
}

/* The words of a way: the table's, or the user's. */
static const char *const *words_of(const struct ks_clipboard *clip, enum ks_clip_id way)
{
	if (way == KS_CLIP_CONFIGURED)
		return (const char *const *)clip->copy_command;
	return ks_clip_way(way)->argv;
}

bool ks_clip_write_osc52(struct ks_clipboard *clip, const char *data, size_t len)
{
	size_t n;
	char *bytes = ks_clip_osc52(data, len, &n);
	bool ok = clip->write != NULL && clip->write(clip->write_ctx, bytes, n);

	ks_wiping_free(bytes);
	return ok;
}

/* ---- children ---- */

bool ks_clip_has_ended(pid_t pid, int *status)
{
	pid_t got = waitpid(pid, status, WNOHANG);

	if (got < 0 && errno == ECHILD)
		*status = 0;
	return got == pid || (got < 0 && errno == ECHILD);
}

bool ks_clip_ended_well(int status)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void ks_clip_forget_keeper(struct ks_clipboard *clip, size_t index)
{
	ks_spawn_forget(&clip->keepers[index].child);
	clip->keepers[index] = clip->keepers[--clip->n_keepers];
}

void ks_clip_add_keeper(struct ks_clipboard *clip, const struct ks_clip_keeper *keeper)
{
	/* Each new one ends the one before it, so a full table holds one that hangs. */
	if (clip->n_keepers == KS_CLIP_CHILDREN) {
		kill(clip->keepers[0].child.pid, SIGTERM);
		memmove(&clip->keepers[0], &clip->keepers[1],
		    sizeof clip->keepers[0] * (KS_CLIP_CHILDREN - 1));
		clip->n_keepers--;
	}
	clip->keepers[clip->n_keepers++] = *keeper;
}

static void reap_keepers(struct ks_clipboard *clip)
{
	int status;

	for (size_t i = clip->n_keepers; i-- > 0;) {
		struct ks_clip_keeper *keeper = &clip->keepers[i];

		if (!ks_clip_has_ended(keeper->child.pid, &status))
			continue;
		if (keeper->child.pid == clip->serves)
			clip->hold = keeper->way == KS_CLIP_CONFIGURED ? KS_CLIPBOARD_UNKNOWN
				     : ks_clip_ended_well(status)      ? KS_CLIPBOARD_REPLACED
								       : KS_CLIPBOARD_LOST;
		ks_clip_forget_keeper(clip, i);
	}
}

/* ---- a copy ---- */

static void add_note(struct ks_clipboard_result *result, const char *text)
{
	size_t len = strlen(result->note);

	snprintf(result->note + len, sizeof result->note - len, "%s%s", len > 0 ? "; " : "", text);
}

static void finish(struct ks_clipboard *clip, bool ok, const char *phrase)
{
	struct ks_clip_job *job = clip->job;

	job->result.ok = ok;
	snprintf(job->result.phrase, sizeof job->result.phrase, "%s", phrase);
	clip->last = job->result;
	clip->has_last = true;
	clip->job = NULL;
	job->done(job->ctx, &job->result);
	ks_clip_job_free(job);
}

/* Tools that would have fitted, had they been there. */
static void note_skipped(struct ks_clip_job *job)
{
	char text[64];

	for (int id = 0; id < KS_CLIP_COUNT; id++) {
		/* Which tmux it would have been doesn't matter when there is none. */
		if ((job->skipped & UINT32_C(1) << (unsigned)id) == 0 || id == KS_CLIP_TMUX_ONLY)
			continue;
		snprintf(text, sizeof text, "%s isn't installed",
		    ks_clip_way((enum ks_clip_id)id)->name);
		add_note(&job->result, text);
	}
}

static void succeed(struct ks_clipboard *clip, bool still_runs)
{
	struct ks_clip_job *job = clip->job;
	const struct ks_clip_way *way = ks_clip_way(job->way);

	clip->hold = way->kind == KS_CLIP_HOLDER
			 ? still_runs ? KS_CLIPBOARD_OURS : KS_CLIPBOARD_REPLACED
			 : KS_CLIPBOARD_UNKNOWN;
	clip->serves = still_runs ? job->now.child.pid : 0;
	clip->secret_out[job->way] = clip->last_secret = job->secret != NULL;
	if (job->secret != NULL && way->kind == KS_CLIP_COMMAND && clip->clear_command == NULL)
		add_note(&job->result, "it stays there: no clear_command is configured");
	/* One tool of the display is as good as another. */
	if (way->kind != KS_CLIP_HOLDER)
		note_skipped(job);
	if (way->kind == KS_CLIP_TERMINAL && clip->env.vte_version != NULL)
		add_note(&job->result, "terminals of GNOME's kind (VTE) are known to ignore it");
	if (still_runs) {
		ks_spawn_forget(&job->now.child);
		ks_clip_add_keeper(clip, &job->now);
	}
	if (job->secret != NULL)
		ks_clip_clear_later(clip);
	finish(clip, true, way->done);
}

static void fail_way(struct ks_clipboard *clip, const char *why)
{
	struct ks_clip_job *job = clip->job;

	if (!ks_clip_way(job->way)->quiet)
		add_note(&job->result, why);
	ks_spawn_forget(&job->now.child);
	job->now = (struct ks_clip_keeper){.child = {0, -1}};
}

/* Tries the ways from this one on, until one is under way or has worked. */
static void try_from(struct ks_clipboard *clip, enum ks_clip_id from)
{
	struct ks_clip_job *job = clip->job;
	const char *text = job->secret != NULL ? ks_secret_value(job->secret) : job->text;
	size_t len = job->secret != NULL ? ks_secret_len(job->secret) : strlen(job->text);
	struct ks_err err;

	for (;; from = (enum ks_clip_id)(job->way + 1)) {
		job->way = ks_clip_choose(&clip->env, from, job->secret != NULL, &job->skipped);
		if (job->way == KS_CLIP_COUNT) {
			note_skipped(job);
			finish(clip, false, "There is no way to the clipboard");
			return;
		}
		if (ks_clip_way(job->way)->kind == KS_CLIP_TERMINAL) {
			if (ks_clip_write_osc52(clip, text, len)) {
				succeed(clip, false);
				return;
			}
			fail_way(clip, "the terminal could not be written to");
		} else if (ks_clip_start_tool(
			       clip, words_of(clip, job->way), text, len, &job->now.child, &err)) {
			job->now.way = job->way;
			job->now.secret = job->secret != NULL;
			job->started = clip->now;
			job->look_at = clip->now + LOOK_MS;
			job->read_at = KS_TIME_NONE;
			return;
		} else {
			fail_way(clip, err.message);
		}
	}
}

static bool begin(struct ks_clipboard *clip, struct ks_clip_job *job, uint64_t tag, int64_t now,
    ks_clipboard_done *done, void *ctx)
{
	job->now.child.input = -1;
	job->result.tag = tag;
	job->done = done;
	job->ctx = ctx;
	clip->job = job;
	clip->now = now;
	job->waits = clip->n_chores > 0;
	if (!job->waits)
		try_from(clip, KS_CLIP_CONFIGURED);
	return true;
}

bool ks_clipboard_copy_secret(struct ks_clipboard *clip, const struct ks_secret *secret,
    uint64_t tag, int64_t now, ks_clipboard_done *done, void *ctx)
{
	struct ks_secret *copy;
	struct ks_clip_job *job;
	struct ks_err err;

	if (clip->job != NULL)
		return false;
	copy = ks_secret_dup(secret, &err);
	if (copy == NULL)
		return false;
	job = ks_calloc(1, sizeof *job);
	job->secret = copy;
	return begin(clip, job, tag, now, done, ctx);
}

bool ks_clipboard_copy_text(struct ks_clipboard *clip, const char *text, uint64_t tag, int64_t now,
    ks_clipboard_done *done, void *ctx)
{
	struct ks_clip_job *job;

	if (clip->job != NULL)
		return false;
	job = ks_calloc(1, sizeof *job);
	job->text = ks_strdup(text);
	return begin(clip, job, tag, now, done, ctx);
}

/* How long a tool that has read all must run on to have worked; 0: it must end. */
static int64_t settle_ms(enum ks_clip_kind kind)
{
	return kind == KS_CLIP_HOLDER ? SETTLE_MS : kind == KS_CLIP_COMMAND ? COMMAND_MS : 0;
}

static void end_of_tool(struct ks_clipboard *clip, int status)
{
	struct ks_clip_job *job = clip->job;
	char why[96];

	if (ks_clip_ended_well(status)) {
		succeed(clip, false);
		return;
	}
	if (WIFEXITED(status))
		snprintf(why, sizeof why, "%s ended with status %d", ks_clip_way(job->way)->name,
		    WEXITSTATUS(status));
	else
		snprintf(why, sizeof why, "%s was ended by signal %d", ks_clip_way(job->way)->name,
		    WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	fail_way(clip, why);
	try_from(clip, (enum ks_clip_id)(job->way + 1));
}

static void too_slow(struct ks_clipboard *clip)
{
	struct ks_clip_job *job = clip->job;
	char why[96];

	kill(job->now.child.pid, SIGTERM);
	ks_clip_add_keeper(
	    clip, &(struct ks_clip_keeper){{job->now.child.pid, -1}, job->way, job->now.secret});
	/* It may have done its work all the same. */
	clip->secret_out[job->way] |= job->now.secret;
	if (job->now.secret)
		ks_clip_clear_later(clip);
	snprintf(why, sizeof why, "%s did not answer", ks_clip_way(job->way)->name);
	fail_way(clip, why);
	try_from(clip, (enum ks_clip_id)(job->way + 1));
}

static void go_on(struct ks_clipboard *clip)
{
	struct ks_clip_job *job = clip->job;
	int64_t settle = settle_ms(ks_clip_way(job->way)->kind);
	int status;

	if (ks_clip_has_ended(job->now.child.pid, &status)) {
		end_of_tool(clip, status);
		return;
	}
	job->look_at = clip->now + LOOK_MS;
	if (job->read_at == KS_TIME_NONE && ks_spawn_unread(&job->now.child) == 0)
		job->read_at = clip->now;
	if (settle > 0 && job->read_at != KS_TIME_NONE && clip->now - job->read_at >= settle)
		succeed(clip, true);
	else if (clip->now - job->started >= LIMIT_MS)
		too_slow(clip);
}

void ks_clipboard_turn(struct ks_clipboard *clip, int64_t now)
{
	clip->now = now;
	reap_keepers(clip);
	ks_clip_clear_turn(clip);
	if (clip->job != NULL && !clip->job->waits) {
		go_on(clip);
	} else if (clip->job != NULL && clip->n_chores == 0) {
		clip->job->waits = false;
		try_from(clip, KS_CLIP_CONFIGURED);
	}
}

static int64_t job_wake(const struct ks_clip_job *job)
{
	int64_t settle;

	if (job == NULL || job->waits)
		return KS_TIME_NEVER;
	settle = settle_ms(ks_clip_way(job->way)->kind);
	if (settle == 0)
		return job->started + LIMIT_MS;
	return job->read_at != KS_TIME_NONE ? job->read_at + settle : job->look_at;
}

int64_t ks_clipboard_wake(const struct ks_clipboard *clip)
{
	int64_t copy = job_wake(clip->job), clear = ks_clip_clear_wake(clip);

	return copy < clear ? copy : clear;
}

bool ks_clipboard_is_busy(const struct ks_clipboard *clip)
{
	return clip->job != NULL;
}

const struct ks_clipboard_result *ks_clipboard_last(const struct ks_clipboard *clip)
{
	return clip->has_last ? &clip->last : NULL;
}

enum ks_clipboard_hold ks_clipboard_hold(const struct ks_clipboard *clip)
{
	return clip->hold;
}

const char *ks_clipboard_promise(const struct ks_clipboard *clip)
{
	enum ks_clip_id id = ks_clip_choose(&clip->env, KS_CLIP_CONFIGURED, true, NULL);

	return id == KS_CLIP_COUNT ? "There is no way to a clipboard from here."
				   : ks_clip_way(id)->promise;
}
