/*
 * A clipboard whose tools are made up (toolbox.h) and whose terminal is a buffer. Failures fail the
 * test.
 */
#ifndef KS_TESTS_POCKET_H
#define KS_TESTS_POCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "tests/support/toolbox.h"
#include "tui/clipboard.h"

#define SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

/* How long it is waited for what must happen; the clipboard's own clear_seconds. */
enum { PATIENCE_MS = 20000, CLEAR_SECONDS = 45 };

struct pocket {
	struct toolbox box;
	char path[128];
	struct ks_clipboard *clip;
	struct ks_buf terminal; /* what was written to it */
	bool terminal_fails;
	int ended;                /* calls of done */
	int cleared, not_cleared; /* calls of cleared */
	char cleared_text[160];
	struct ks_clipboard_result result;
};

int set_up(void **state);
int tear_down(void **state);

int64_t now_ms(void);
/* With the toolbox as PATH. */
void open_clipboard(struct pocket *w, struct ks_clip_env env, const char *clear_command);
/* A ks_clipboard_done; ctx is the pocket. */
void keep_result(void *ctx, const struct ks_clipboard_result *result);
/* Turns until it wants nothing more, as the loop does: at its wake times and when a child ends. */
void turn_until_done(struct pocket *w);
/* Copy, and wait for the end. */
void copy_secret(struct pocket *w);
void copy_text(struct pocket *w, const char *text);

#endif
