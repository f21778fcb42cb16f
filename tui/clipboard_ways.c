#include "tui/clipboard_ways.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/base64.h"
#include "core/base/spawn.h"

enum { PATH_SIZE = 4096 };

const char ks_clip_buffer[] = "keysail's own buffer";

static bool is_set(const char *text)
{
	return text != NULL && text[0] != '\0';
}

/* Over SSH a tool here writes to this machine's clipboard, which is not the user's. */
static bool is_remote(const struct ks_clip_env *env)
{
	return is_set(env->ssh_connection) || is_set(env->ssh_tty);
}

static bool fits_configured(const struct ks_clip_env *env)
{
	return is_set(env->copy_command);
}

static bool fits_wayland(const struct ks_clip_env *env)
{
	return is_set(env->wayland_display) && !is_remote(env);
}

/* ":0" and "unix:0" are this machine's display; "localhost:10.0" is forwarded by SSH. */
static bool has_host_part(const char *display)
{
	return display[0] != ':' && strchr(display, ':') != NULL &&
	       strncmp(display, "unix:", 5) != 0 && display[0] != '/';
}

static bool fits_x11(const struct ks_clip_env *env)
{
	return is_set(env->display) && (!is_remote(env) || has_host_part(env->display));
}

static bool fits_macos(const struct ks_clip_env *env)
{
	return env->macos && !is_remote(env);
}

static bool fits_tmux(const struct ks_clip_env *env)
{
	return is_set(env->tmux);
}

static bool fits_terminal(const struct ks_clip_env *env)
{
	return env->terminal;
}

static const struct ks_clip_way ways[KS_CLIP_COUNT] = {
    [KS_CLIP_CONFIGURED] =
	{
	    .name = "copy_command",
	    .kind = KS_CLIP_COMMAND,
	    .fits = fits_configured,
	    .promise =
		"Copy gives it to the copy_command of your configuration, on its standard input.",
	    .done = "Given to your copy_command",
	},
    /* Newer ones can tell clipboard managers to keep no history; older ones end with 1. */
    [KS_CLIP_WL_SENSITIVE] =
	{
	    .name = "wl-copy",
	    .kind = KS_CLIP_HOLDER,
	    .fits = fits_wayland,
	    .secrets_only = true,
	    .quiet = true,
	    .argv = {"wl-copy", "--foreground", "--sensitive", "--type", "text/plain"},
	    .clear = {"wl-copy", "--clear"},
	    .promise = "Copy puts it on the clipboard with wl-copy, until keysail ends.",
	    .done = "Copied with wl-copy",
	},
    /*
     * The type spares it a run of xdg-mime. It is ended by a clear: version 2.1 keeps the text in a
     * file of its own, which a mere SIGTERM would leave behind.
     */
    [KS_CLIP_WL] =
	{
	    .name = "wl-copy",
	    .kind = KS_CLIP_HOLDER,
	    .fits = fits_wayland,
	    .argv = {"wl-copy", "--foreground", "--type", "text/plain"},
	    .clear = {"wl-copy", "--clear"},
	    .promise = "Copy puts it on the clipboard with wl-copy, until keysail ends.",
	    .done = "Copied with wl-copy",
	},
    [KS_CLIP_XCLIP] =
	{
	    .name = "xclip",
	    .kind = KS_CLIP_HOLDER,
	    .fits = fits_x11,
	    .argv = {"xclip", "-quiet", "-selection", "clipboard"},
	    .promise = "Copy puts it on the clipboard with xclip, until keysail ends.",
	    .done = "Copied with xclip",
	},
    [KS_CLIP_XSEL] =
	{
	    .name = "xsel",
	    .kind = KS_CLIP_HOLDER,
	    .fits = fits_x11,
	    .argv = {"xsel", "--nodetach", "--input", "--clipboard"},
	    .promise = "Copy puts it on the clipboard with xsel, until keysail ends.",
	    .done = "Copied with xsel",
	},
    [KS_CLIP_PBCOPY] =
	{
	    .name = "pbcopy",
	    .kind = KS_CLIP_SHOT,
	    .fits = fits_macos,
	    .argv = {"pbcopy"},
	    .clear = {"pbcopy"},
	    .promise = "Copy puts it on the clipboard with pbcopy, until keysail ends.",
	    .done = "Copied with pbcopy",
	},
    /*
     * An empty buffer clears nothing; a blank reaches the terminal's clipboard. It is no secret, so
     * it may be an argument: then tmux has all it needs at once, and goes on without its client.
     */
    [KS_CLIP_TMUX] =
	{
	    .name = "tmux",
	    .kind = KS_CLIP_SHOT,
	    .fits = fits_tmux,
	    .argv = {"tmux", "load-buffer", "-w", "-b", ks_clip_buffer, "-"},
	    .clear = {"tmux", "set-buffer", "-w", "-b", ks_clip_buffer, " ", ";", "delete-buffer",
		"-b", ks_clip_buffer},
	    .promise = "Copy puts it into a tmux buffer, and tmux passes it on to your terminal's "
		       "clipboard if it can.",
	    .done = "Loaded into a tmux buffer and sent to its clipboard",
	},
    /* Before tmux 3.2 there is no -w. */
    [KS_CLIP_TMUX_ONLY] =
	{
	    .name = "tmux without -w",
	    .kind = KS_CLIP_SHOT,
	    .fits = fits_tmux,
	    .argv = {"tmux", "load-buffer", "-b", ks_clip_buffer, "-"},
	    .clear = {"tmux", "delete-buffer", "-b", ks_clip_buffer},
	    .promise = "Copy puts it into a tmux buffer: paste it with tmux's prefix and ].",
	    .done = "Loaded into a tmux buffer only: paste it with the prefix key and ]",
	},
    [KS_CLIP_OSC52] =
	{
	    .name = "OSC 52",
	    .kind = KS_CLIP_TERMINAL,
	    .fits = fits_terminal,
	    .promise = "Copy sends it to the terminal by OSC 52; terminals don't say whether "
		       "they take it.",
	    .done = "Sent to the terminal by OSC 52; whether it took it can't be known",
	},
};

const struct ks_clip_way *ks_clip_way(enum ks_clip_id id)
{
	return &ways[id];
}

void ks_clip_env_read(struct ks_clip_env *env)
{
	*env = (struct ks_clip_env){
	    .wayland_display = getenv("WAYLAND_DISPLAY"),
	    .display = getenv("DISPLAY"),
	    .ssh_connection = getenv("SSH_CONNECTION"),
	    .ssh_tty = getenv("SSH_TTY"),
	    .tmux = getenv("TMUX"),
	    .vte_version = getenv("VTE_VERSION"),
	    .path = getenv("PATH"),
#ifdef __APPLE__
	    .macos = true,
#endif
	};
}

static bool is_installed(const struct ks_clip_env *env, const struct ks_clip_way *way)
{
	char file[PATH_SIZE];

	return way->argv[0] == NULL || ks_spawn_find(env->path, way->argv[0], file, sizeof file);
}

enum ks_clip_id ks_clip_choose(
    const struct ks_clip_env *env, enum ks_clip_id from, bool secret, uint32_t *skipped)
{
	for (int id = (int)from; id < KS_CLIP_COUNT; id++) {
		const struct ks_clip_way *way = &ways[id];

		if ((way->secrets_only && !secret) || !way->fits(env))
			continue;
		if (is_installed(env, way))
			return (enum ks_clip_id)id;
		if (skipped != NULL && !way->quiet)
			*skipped |= UINT32_C(1) << (unsigned)id;
	}
	return KS_CLIP_COUNT;
}

static const char osc52_open[] = "\033]52;c;", osc52_end[] = "\033\\";

/* One sequence; the clearing form when data is NULL. */
static char *put_osc52(char *dst, const char *data, size_t len)
{
	memcpy(dst, osc52_open, sizeof osc52_open - 1);
	dst += sizeof osc52_open - 1;
	if (data != NULL)
		dst = ks_base64_put(dst, data, len);
	else
		*dst++ = '!';
	memcpy(dst, osc52_end, sizeof osc52_end - 1);
	return dst + sizeof osc52_end - 1;
}

char *ks_clip_osc52(const char *data, size_t len, size_t *out_len)
{
	size_t n = data != NULL ? len : 1;
	char *out =
	    ks_wiping_malloc(2 * (sizeof osc52_open + sizeof osc52_end) + KS_BASE64_SIZE(n));
	char *at = out;

	if (data != NULL)
		at = put_osc52(at, NULL, 0);
	at = put_osc52(at, data != NULL ? data : " ", n);
	if (data == NULL)
		at = put_osc52(at, NULL, 0);
	*out_len = (size_t)(at - out);
	return out;
}
