/*
 * What is due, earliest first: a heap of nodes that live inside the things that are due. A node is
 * in one heap at a time and must be removed before the thing is freed. One thread at a time.
 */
#ifndef KS_STATE_DUE_H
#define KS_STATE_DUE_H

#include <stddef.h>
#include <stdint.h>

/* Zeroed is "in no heap". */
struct ks_due {
	int64_t at;
	uint64_t order; /* among those due at the same time; set by the owner, once */
	size_t place;   /* in the heap, counted from 1; 0: in none */
};

struct ks_due_heap {
	struct ks_due **nodes;
	size_t count;
	size_t cap;
};

void ks_due_heap_free(struct ks_due_heap *heap);
/* Adds the node, or moves it; KS_TIME_NEVER takes it out. */
void ks_due_set(struct ks_due_heap *heap, struct ks_due *node, int64_t at);
void ks_due_remove(struct ks_due_heap *heap, struct ks_due *node);
/* The earliest; NULL when it is empty. */
struct ks_due *ks_due_first(const struct ks_due_heap *heap);

/*
 * Looks at the nodes one by one, earliest first, without changing the heap, at a cost that grows
 * with the nodes that were looked at only.
 */
#define KS_DUE_WALK_MAX 256
struct ks_due_walk {
	const struct ks_due_heap *heap;
	size_t frontier[KS_DUE_WALK_MAX + 1]; /* places; the earliest of them is next */
	size_t count;
	size_t taken;
};

void ks_due_walk_begin(struct ks_due_walk *walk, const struct ks_due_heap *heap);
/* The next node; NULL after the last one, or after KS_DUE_WALK_MAX. */
const struct ks_due *ks_due_walk_next(struct ks_due_walk *walk);

#endif
