/*
 * A secret on the bare terminal: written from the secure heap over cells that the painter believes
 * blank, and taken away by blanks. No canvas, no buffer and no stream ever holds it. What is
 * written here moves the cursor and keeps the attributes that are set; it never comes to the last
 * column, so that nothing wraps or scrolls. UI thread.
 *
 * Not by saving and restoring the cursor (ESC 7): some terminals have one place for that, and what
 * the alternate screen saved there, where the shell's cursor is, would be lost.
 */
#ifndef KS_TUI_REVEAL_H
#define KS_TUI_REVEAL_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"
#include "core/base/secret.h"
#include "tui/canvas.h"

/* Bytes of blanks and moves over the largest place that may be used. */
enum { KS_REVEAL_ERASE_MAX = 1024 };

/* It is nothing but printable ASCII without blanks: what one sees is what it is. */
bool ks_reveal_is_plain(const struct ks_secret *secret);

/*
 * The secret fits into the place, and the place into a terminal of this size, its last column left
 * out.
 */
bool ks_reveal_fits(const struct ks_secret *secret, struct ks_rect place, int width, int height);

/* Writes the secret, row by row. False with errno set when the terminal didn't take it all. */
bool ks_reveal_write(int fd, struct ks_rect place, const struct ks_secret *secret);

/* What blanks the place. False when that takes more than KS_REVEAL_ERASE_MAX bytes. */
bool ks_reveal_erase(struct ks_rect place, struct ks_buf *out);
/*
 * What blanks all rows one by one, for a terminal whose lines have moved. Clearing it whole would
 * have GNU screen, and tmux without an alternate screen, keep what was on it.
 */
void ks_reveal_erase_rows(int height, struct ks_buf *out);

#endif
