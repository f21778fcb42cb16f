/* The inside of struct ks_clipboard, for clipboard.c and clipboard_clear.c only. */
#ifndef KS_TUI_CLIPBOARD_STATE_H
#define KS_TUI_CLIPBOARD_STATE_H

#include <sys/types.h>

#include "core/base/spawn.h"
#include "tui/clipboard.h"

enum { KS_CLIP_CHILDREN = 8, KS_CLIP_CHORES = KS_CLIP_CHILDREN + KS_CLIP_COUNT };

/* A child that serves the clipboard, or may. */
struct ks_clip_keeper {
	struct ks_spawned child;
	enum ks_clip_id way;
	bool secret;
};

/* The copy under way. The text is in one of the two. */
struct ks_clip_job {
	struct ks_secret *secret;
	char *text;
	enum ks_clip_id way;
	struct ks_clip_keeper now; /* the child that is tried */
	bool waits;                /* for a clearing, which must not take this one with it */
	int64_t started, read_at, look_at;
	uint32_t skipped; /* ways whose tool isn't installed */
	ks_clipboard_done *done;
	void *ctx;
	struct ks_clipboard_result result;
};

/*
 * Something that is being cleared: a tool that does it, then the child that served it. A child that
 * is still handing the secret over goes first, or it would do so after the clearing.
 */
struct ks_clip_chore {
	pid_t tool;   /* 0: none, or ended */
	pid_t keeper; /* 0: none, or ended */
	enum ks_clip_id way;
	bool owes;     /* the tool is to be started when the keeper has ended */
	int tries;     /* how often the tool was started */
	int64_t limit; /* what has not ended by then is killed */
};

struct ks_clipboard {
	struct ks_clip_env env;
	char *owned[8]; /* the environment's texts */
	size_t n_owned;
	char **copy_command, **clear_command;
	bool (*write)(void *ctx, const char *data, size_t len);
	void *write_ctx;
	char buffer_name[32];

	struct ks_clip_keeper keepers[KS_CLIP_CHILDREN];
	size_t n_keepers;
	bool secret_out[KS_CLIP_COUNT]; /* a secret lies where this way put it */
	struct ks_clip_job *job;
	struct ks_clipboard_result last;
	bool has_last, last_secret;
	enum ks_clipboard_hold hold;
	pid_t serves; /* the keeper of the last copy */

	int64_t now; /* of the turn */
	int64_t clear_ms, clears_at;
	struct ks_clip_chore chores[KS_CLIP_CHORES];
	size_t n_chores;
	bool clear_failed;
	enum ks_clip_id stays; /* clear_failed: the way that put it there */
	ks_clipboard_cleared *cleared;
	void *cleared_ctx;
};

/* The text goes to the tool's standard input. */
bool ks_clip_start_tool(struct ks_clipboard *clip, const char *const *words, const char *text,
    size_t len, struct ks_spawned *child, struct ks_err *err);
/* Sends the text to the terminal's clipboard; NULL clears it. */
bool ks_clip_write_osc52(struct ks_clipboard *clip, const char *data, size_t len);
/* True when the child ended; *status then says how. A child that nobody knows has ended too. */
bool ks_clip_has_ended(pid_t pid, int *status);
bool ks_clip_ended_well(int status);
void ks_clip_add_keeper(struct ks_clipboard *clip, const struct ks_clip_keeper *keeper);
void ks_clip_forget_keeper(struct ks_clipboard *clip, size_t index);
void ks_clip_job_free(struct ks_clip_job *job);

/* Of clipboard_clear.c: begins the countdown, and does what is due. */
void ks_clip_clear_later(struct ks_clipboard *clip);
void ks_clip_clear_turn(struct ks_clipboard *clip);
int64_t ks_clip_clear_wake(const struct ks_clipboard *clip);

#endif
