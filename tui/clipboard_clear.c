/*
 * Takes secrets out of the clipboard again: when their time is over, and at exit. A child of ours
 * that still runs still has the selection, so ending it clears no more than the secret. Of the
 * terminal and of tmux nobody can know, so they are cleared in any case.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "core/base/clock.h"
#include "core/base/err.h"
#include "tui/clipboard_state.h"

enum {
	CHORE_MS = 2000, /* a tool that takes longer has failed */
	EXIT_MS = 1000,  /* what clearing at exit may take in all */
	TRIES = 3,       /* of a tool that a signal ends */
};

/* ---- when ---- */

/* A secret is somewhere where it can be cleared. */
static bool has_something_out(const struct ks_clipboard *clip)
{
	for (size_t i = 0; i < clip->n_keepers; i++)
		if (clip->keepers[i].secret &&
		    ks_clip_way(clip->keepers[i].way)->kind != KS_CLIP_COMMAND)
			return true;
	for (int id = 0; id < KS_CLIP_COUNT; id++) {
		enum ks_clip_kind kind = ks_clip_way((enum ks_clip_id)id)->kind;

		if (clip->secret_out[id] && kind != KS_CLIP_HOLDER &&
		    (kind != KS_CLIP_COMMAND || clip->clear_command != NULL))
			return true;
	}
	return false;
}

void ks_clip_clear_later(struct ks_clipboard *clip)
{
	clip->clears_at = clip->clear_ms > 0 && has_something_out(clip) ? clip->now + clip->clear_ms
									: KS_TIME_NEVER;
}

int64_t ks_clipboard_clears_at(const struct ks_clipboard *clip)
{
	return clip->clears_at;
}

bool ks_clipboard_keep(struct ks_clipboard *clip)
{
	bool counting = clip->clears_at != KS_TIME_NEVER;

	clip->clears_at = KS_TIME_NEVER;
	return counting;
}

/* ---- chores ---- */

static void stays(struct ks_clipboard *clip, enum ks_clip_id way)
{
	clip->clear_failed = true;
	clip->stays = way;
	/* The exit tries once more. */
	clip->secret_out[way] = true;
}

/* Starts what clears this way; false when there is nothing that does. */
static bool start_tool(struct ks_clipboard *clip, struct ks_clip_chore *chore)
{
	const char *const *words = ks_clip_way(chore->way)->clear;
	struct ks_spawned child;
	struct ks_err err;

	chore->owes = false;
	chore->tries++;
	if (chore->way == KS_CLIP_CONFIGURED)
		words = (const char *const *)clip->clear_command;
	if (words == NULL || words[0] == NULL ||
	    !ks_clip_start_tool(clip, words, "", 0, &child, &err))
		return false;
	ks_spawn_forget(&child);
	chore->tool = child.pid;
	return true;
}

/* What a killed child served goes away with it; what a killed tool was to clear stays. */
static void end_chore(struct ks_clipboard *clip, const struct ks_clip_chore *chore)
{
	if (chore->tool != 0)
		kill(chore->tool, SIGKILL);
	if (chore->keeper != 0)
		kill(chore->keeper, SIGKILL);
	if (chore->keeper == 0 || chore->owes)
		stays(clip, chore->way);
}

static void add_chore(struct ks_clipboard *clip, struct ks_clip_chore chore)
{
	if (clip->n_chores == KS_CLIP_CHORES)
		end_chore(clip, &clip->chores[--clip->n_chores]);
	chore.limit = clip->now + CHORE_MS;
	clip->chores[clip->n_chores++] = chore;
}

static void begin_keeper(struct ks_clipboard *clip, size_t index)
{
	struct ks_clip_keeper keeper = clip->keepers[index];
	struct ks_clip_chore chore = {.keeper = keeper.child.pid, .way = keeper.way};
	int status;

	if (keeper.child.pid == clip->serves) {
		clip->hold = KS_CLIPBOARD_CLEARED;
		clip->serves = 0;
	}
	ks_clip_forget_keeper(clip, index);
	if (ks_clip_has_ended(keeper.child.pid, &status))
		return;
	if (ks_clip_way(keeper.way)->kind == KS_CLIP_SHOT) {
		chore.owes = true;
		clip->secret_out[keeper.way] = false;
	} else if (!start_tool(clip, &chore)) {
		kill(keeper.child.pid, SIGTERM);
	}
	add_chore(clip, chore);
}

static void begin_way(struct ks_clipboard *clip, enum ks_clip_id id)
{
	struct ks_clip_chore chore = {.way = id};

	clip->secret_out[id] = false;
	switch (ks_clip_way(id)->kind) {
	case KS_CLIP_HOLDER:
		return;
	case KS_CLIP_TERMINAL:
		if (!ks_clip_write_osc52(clip, NULL, 0))
			stays(clip, id);
		return;
	case KS_CLIP_SHOT:
	case KS_CLIP_COMMAND:
		break;
	}
	if (start_tool(clip, &chore))
		add_chore(clip, chore);
	else
		stays(clip, id);
}

static void begin(struct ks_clipboard *clip)
{
	clip->clears_at = KS_TIME_NEVER;
	for (size_t i = clip->n_keepers; i-- > 0;)
		if (clip->keepers[i].secret &&
		    ks_clip_way(clip->keepers[i].way)->kind != KS_CLIP_COMMAND)
			begin_keeper(clip, i);
	for (int id = 0; id < KS_CLIP_COUNT; id++)
		if (clip->secret_out[id])
			begin_way(clip, (enum ks_clip_id)id);
}

/*
 * A signal that ended it was not meant for it: the hang-up of a terminal goes to all of our process
 * group, and so to a child that was started then and has no session of its own yet.
 */
static void end_of_tool(struct ks_clipboard *clip, struct ks_clip_chore *chore, int status)
{
	chore->tool = 0;
	if (ks_clip_ended_well(status) ||
	    (WIFSIGNALED(status) && chore->tries < TRIES && start_tool(clip, chore)))
		return;
	if (chore->keeper != 0)
		kill(chore->keeper, SIGTERM);
	else
		stays(clip, chore->way);
}

/* Looks at a chore; true when it is over. */
static bool go_on(struct ks_clipboard *clip, struct ks_clip_chore *chore)
{
	int status;

	if (chore->tool != 0 && ks_clip_has_ended(chore->tool, &status))
		end_of_tool(clip, chore, status);
	if (chore->keeper != 0 && ks_clip_has_ended(chore->keeper, &status)) {
		chore->keeper = 0;
		if (chore->owes && !start_tool(clip, chore))
			stays(clip, chore->way);
	}
	return chore->tool == 0 && chore->keeper == 0;
}

static void do_chores(struct ks_clipboard *clip)
{
	for (size_t i = clip->n_chores; i-- > 0;)
		if (go_on(clip, &clip->chores[i]))
			clip->chores[i] = clip->chores[--clip->n_chores];
}

/* ---- when its time is over ---- */

static void tell(struct ks_clipboard *clip)
{
	char text[160] = "The clipboard was cleared";

	if (clip->clear_failed)
		snprintf(text, sizeof text,
		    "The secret stays where %s put it: it could not be cleared",
		    ks_clip_way(clip->stays)->name);
	else if (clip->last_secret && clip->hold != KS_CLIPBOARD_REPLACED &&
		 clip->hold != KS_CLIPBOARD_LOST)
		clip->hold = KS_CLIPBOARD_CLEARED;
	if (clip->cleared != NULL)
		clip->cleared(clip->cleared_ctx, !clip->clear_failed, text);
	clip->clear_failed = false;
}

void ks_clip_clear_turn(struct ks_clipboard *clip)
{
	bool busy = clip->n_chores > 0;

	if (clip->clears_at != KS_TIME_NEVER && !has_something_out(clip))
		clip->clears_at = KS_TIME_NEVER;
	/* A copy that is being made comes first, and begins the countdown anew. */
	if (clip->clears_at <= clip->now && clip->job == NULL && !busy) {
		begin(clip);
		busy = true;
	}
	do_chores(clip);
	for (size_t i = clip->n_chores; i-- > 0;) {
		if (clip->chores[i].limit > clip->now)
			continue;
		end_chore(clip, &clip->chores[i]);
		clip->chores[i] = clip->chores[--clip->n_chores];
	}
	if (busy && clip->n_chores == 0)
		tell(clip);
}

int64_t ks_clip_clear_wake(const struct ks_clipboard *clip)
{
	int64_t wake = clip->job == NULL && clip->n_chores == 0 ? clip->clears_at : KS_TIME_NEVER;

	for (size_t i = 0; i < clip->n_chores; i++)
		if (clip->chores[i].limit < wake)
			wake = clip->chores[i].limit;
	return wake;
}

/* ---- at exit ---- */

/* A copy that is being made counts as made. */
static void give_up_job(struct ks_clipboard *clip)
{
	struct ks_clip_job *job = clip->job;

	if (job == NULL)
		return;
	if (job->now.child.pid != 0) {
		clip->secret_out[job->way] |= job->now.secret;
		ks_spawn_forget(&job->now.child);
		ks_clip_add_keeper(clip, &job->now);
	}
	clip->job = NULL;
	ks_clip_job_free(job);
}

/* A tmux that is busy may come to it after us; its tool ends with its server. */
static void leave_chore(struct ks_clipboard *clip, struct ks_clip_chore *chore)
{
	if (ks_clip_way(chore->way)->kind != KS_CLIP_SHOT) {
		end_chore(clip, chore);
		return;
	}
	if (chore->keeper != 0)
		kill(chore->keeper, SIGKILL);
	if (chore->owes)
		start_tool(clip, chore);
	stays(clip, chore->way);
}

static void say_left(const struct ks_clipboard *clip, char *left, size_t size)
{
	snprintf(left, size, "The secret stays where %s put it%s", ks_clip_way(clip->stays)->name,
	    clip->stays == KS_CLIP_CONFIGURED && clip->clear_command == NULL
		? ": no clear_command is configured"
		: ": it could not be cleared");
}

bool ks_clipboard_clear(struct ks_clipboard *clip, char *left, size_t size)
{
	static const struct timespec pause = {.tv_nsec = 2000000};
	int64_t deadline = ks_clock_mono(ks_clock_system()) + EXIT_MS;

	give_up_job(clip);
	begin(clip);
	for (do_chores(clip); clip->n_chores > 0; do_chores(clip)) {
		if (ks_clock_mono(ks_clock_system()) >= deadline)
			break;
		nanosleep(&pause, NULL);
	}
	while (clip->n_chores > 0)
		leave_chore(clip, &clip->chores[--clip->n_chores]);
	if (clip->clear_failed)
		say_left(clip, left, size);
	return !clip->clear_failed;
}
