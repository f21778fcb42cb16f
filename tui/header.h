/*
 * The top line: where one is, how much there is, what needs attention, what is loading. As the
 * width shrinks its parts give way in a stated order. UI thread.
 */
#ifndef KS_TUI_HEADER_H
#define KS_TUI_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/view.h"

/* Counts that take a walk over all keys: made now and then, not for each frame. Zeroed: none. */
struct ks_header {
	size_t idle, unused;
	uint64_t generation;
	int64_t made_at;
	int64_t
	    clears_at; /* when a secret leaves the clipboard; KS_TIME_NEVER or 0: none is in it */
};

/* Brings the counts up to date; gives when it wants to be called again. */
int64_t ks_header_update(struct ks_header *header, const struct ks_store *store, int64_t now);
void ks_header_draw(
    const struct ks_header *header, struct ks_draw *draw, struct ks_area area, bool demo);

#endif
