/*
 * The ways to a clipboard, best first: a const table. Which one fits is a pure
 * function of the environment, so that each case is a row of a test.
 */
#ifndef KS_TUI_CLIPBOARD_WAYS_H
#define KS_TUI_CLIPBOARD_WAYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/secret.h"

/* What decides. The texts are somebody else's and NULL where unset. */
struct ks_clip_env {
	const char *copy_command; /* of the configuration */
	const char *wayland_display, *display;
	const char *ssh_connection, *ssh_tty;
	const char *tmux;
	const char *vte_version; /* set by GNOME's terminal widget, which has no OSC 52 */
	const char *path;
	bool macos;
	bool terminal; /* escape sequences can be sent */
};

/* Reads the process's environment; the texts are the environment's own. */
void ks_clip_env_read(struct ks_clip_env *env);

enum ks_clip_kind {
	KS_CLIP_HOLDER, /* a child that runs on and serves pastes, until something else is copied */
	KS_CLIP_SHOT,   /* a child that takes the text and ends */
	KS_CLIP_COMMAND,  /* the user's own: either */
	KS_CLIP_TERMINAL, /* an escape sequence */
};

enum ks_clip_id {
	KS_CLIP_CONFIGURED,
	KS_CLIP_WL_SENSITIVE,
	KS_CLIP_WL,
	KS_CLIP_XCLIP,
	KS_CLIP_XSEL,
	KS_CLIP_PBCOPY,
	KS_CLIP_TMUX,
	KS_CLIP_TMUX_ONLY,
	KS_CLIP_OSC52,
	KS_CLIP_COUNT
};

enum { KS_CLIP_WORDS = 12 };

struct ks_clip_way {
	const char *name; /* for people; the program, where there is one */
	bool (*fits)(const struct ks_clip_env *env);
	const char *argv[KS_CLIP_WORDS];
	/* Clears what argv did, with no input; none for a holder that clears when it ends. */
	const char *clear[KS_CLIP_WORDS];
	const char *promise; /* "Copy puts it …" */
	const char *done;    /* what really happened, as a phrase */
	enum ks_clip_kind kind;
	bool secrets_only; /* not worth it for a mere ID */
	bool quiet;        /* its failure says nothing: the next row is the same tool */
};

/* In the place of a word of argv: the name of our own tmux buffer. */
extern const char ks_clip_buffer[];

const struct ks_clip_way *ks_clip_way(enum ks_clip_id id);

/*
 * The first way, from this one on, that fits the environment and whose program is installed;
 * KS_CLIP_COUNT if none. skipped, if not NULL, gets the bits of ways that fit but aren't installed.
 */
enum ks_clip_id ks_clip_choose(
    const struct ks_clip_env *env, enum ks_clip_id from, bool secret, uint32_t *skipped);

/*
 * OSC 52: the clearing form and then the data in base64: kitty appends. To clear, data is NULL: a
 * blank comes first, as tmux drops the clearing form, and passes only what it can decode on to its
 * own terminal. In wiping memory: free with ks_wiping_free.
 */
char *ks_clip_osc52(const char *data, size_t len, size_t *out_len);

#endif
