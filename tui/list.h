/*
 * A cursor in a list of rows that are known by identity, not by number: it stays on its row across
 * refresh, sort and filter. It knows no canvas and no data, only IDs. UI thread.
 */
#ifndef KS_TUI_LIST_H
#define KS_TUI_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed is an empty list. Read it freely; change it with the functions below only. */
struct ks_list {
	uint64_t *ids; /* one a row, in the order shown */
	size_t count, cap;
	size_t cursor;   /* the selected row; 0 when there is none */
	size_t top;      /* the first row shown */
	size_t height;   /* rows that fit; at least 1 once set */
	uint64_t wanted; /* what the user chose, even while it is not in the list; 0: none */
};

enum ks_list_move {
	KS_LIST_UP,
	KS_LIST_DOWN,
	KS_LIST_PAGE_UP,
	KS_LIST_PAGE_DOWN,
	KS_LIST_HALF_UP,
	KS_LIST_HALF_DOWN,
	KS_LIST_FIRST,
	KS_LIST_LAST
};

void ks_list_free(struct ks_list *list);

/*
 * Gives the list its rows; ids are copied, none may be 0 and none come twice. The cursor goes where
 * its row went, and the screen line of that row stays the same if it can. When the row is gone, the
 * cursor takes the nearest one that is left of its old neighbours (below first), and comes back to
 * the row if it comes back before the user chose another.
 */
void ks_list_set_rows(struct ks_list *list, const uint64_t *ids, size_t count);

/* Rows that fit; scrolls as little as needed to keep the cursor in sight. */
void ks_list_set_height(struct ks_list *list, int height);

/* True when the cursor moved. */
bool ks_list_move(struct ks_list *list, enum ks_list_move move);
/* Chooses a row by ID, also one that is not there yet; true when it is there. */
bool ks_list_select(struct ks_list *list, uint64_t id);
/* The row under the cursor is now what the user chose: call when something is done to it. */
void ks_list_adopt(struct ks_list *list);

/* The ID under the cursor; 0 in an empty list. */
uint64_t ks_list_selected(const struct ks_list *list);

/* An ID for what has a name only (an access key ID): its hash, never 0. */
uint64_t ks_list_id(const char *name);

#endif
