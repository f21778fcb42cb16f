#include "core/state/due.h"

#include <stdbool.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/mem.h"

void ks_due_heap_free(struct ks_due_heap *heap)
{
	free(heap->nodes);
	*heap = (struct ks_due_heap){0};
}

static bool is_before(const struct ks_due *a, const struct ks_due *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static struct ks_due *node_at(const struct ks_due_heap *heap, size_t place)
{
	return heap->nodes[place - 1];
}

static void put(struct ks_due_heap *heap, struct ks_due *node, size_t place)
{
	heap->nodes[place - 1] = node;
	node->place = place;
}

static void sift_up(struct ks_due_heap *heap, struct ks_due *node)
{
	size_t place = node->place;

	while (place > 1 && is_before(node, node_at(heap, place / 2))) {
		put(heap, node_at(heap, place / 2), place);
		place /= 2;
	}
	put(heap, node, place);
}

static void sift_down(struct ks_due_heap *heap, struct ks_due *node)
{
	size_t place = node->place;

	for (;;) {
		size_t child = place * 2;

		if (child < heap->count &&
		    is_before(node_at(heap, child + 1), node_at(heap, child)))
			child++;
		if (child > heap->count || !is_before(node_at(heap, child), node))
			break;
		put(heap, node_at(heap, child), place);
		place = child;
	}
	put(heap, node, place);
}

void ks_due_remove(struct ks_due_heap *heap, struct ks_due *node)
{
	size_t place = node->place;
	struct ks_due *last;

	if (place == 0)
		return;
	node->place = 0;
	last = heap->nodes[--heap->count];
	if (last == node)
		return;
	put(heap, last, place);
	sift_up(heap, last);
	sift_down(heap, last);
}

void ks_due_set(struct ks_due_heap *heap, struct ks_due *node, int64_t at)
{
	if (at == KS_TIME_NEVER) {
		ks_due_remove(heap, node);
		return;
	}
	node->at = at;
	if (node->place == 0) {
		heap->nodes = ks_grow(heap->nodes, heap->count, &heap->cap, sizeof *heap->nodes);
		put(heap, node, ++heap->count);
	}
	sift_up(heap, node);
	sift_down(heap, node);
}

struct ks_due *ks_due_first(const struct ks_due_heap *heap)
{
	return heap->count > 0 ? heap->nodes[0] : NULL;
}

void ks_due_walk_begin(struct ks_due_walk *walk, const struct ks_due_heap *heap)
{
	walk->heap = heap;
	walk->taken = 0;
	walk->count = 0;
	if (heap->count > 0)
		walk->frontier[walk->count++] = 1;
}

const struct ks_due *ks_due_walk_next(struct ks_due_walk *walk)
{
	size_t best = 0, place;

	if (walk->count == 0 || walk->taken == KS_DUE_WALK_MAX)
		return NULL;
	for (size_t i = 1; i < walk->count; i++)
		if (is_before(node_at(walk->heap, walk->frontier[i]),
			node_at(walk->heap, walk->frontier[best])))
			best = i;
	place = walk->frontier[best];
	walk->frontier[best] = walk->frontier[--walk->count];
	for (size_t child = place * 2; child <= place * 2 + 1; child++)
		if (child <= walk->heap->count)
			walk->frontier[walk->count++] = child;
	walk->taken++;
	return node_at(walk->heap, place);
}
