#include "tui/list.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/mem.h"

void ks_list_free(struct ks_list *list)
{
	free(list->ids);
	*list = (struct ks_list){0};
}

/* IDs sorted, so that a list of thousands is matched with another in no time. */
static int compare_ids(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

static bool find_row(const uint64_t *ids, size_t count, uint64_t id, size_t *row)
{
	for (size_t i = 0; i < count; i++) {
		if (ids[i] == id) {
			*row = i;
			return true;
		}
	}
	return false;
}

/* The cursor's row is gone: the nearest old neighbour that is still there, below first. */
static size_t nearest_neighbour(const struct ks_list *list, const uint64_t *ids, size_t count)
{
	uint64_t *sorted;
	uint64_t found = 0;
	size_t row = 0;

	if (count == 0 || list->count == 0)
		return 0;
	sorted = ks_malloc(count * sizeof *sorted);
	memcpy(sorted, ids, count * sizeof *sorted);
	qsort(sorted, count, sizeof *sorted, compare_ids);
	for (size_t i = list->cursor; i < list->count && found == 0; i++)
		if (bsearch(&list->ids[i], sorted, count, sizeof *sorted, compare_ids) != NULL)
			found = list->ids[i];
	for (size_t i = list->cursor; i > 0 && found == 0; i--)
		if (bsearch(&list->ids[i - 1], sorted, count, sizeof *sorted, compare_ids) != NULL)
			found = list->ids[i - 1];
	free(sorted);
	find_row(ids, count, found, &row);
	return row;
}

static void scroll_into_sight(struct ks_list *list)
{
	size_t height = list->height;

	if (height == 0) /* not drawn yet */
		return;
	if (list->cursor < list->top)
		list->top = list->cursor;
	else if (list->cursor - list->top >= height)
		list->top = list->cursor - height + 1;
	if (list->count <= height)
		list->top = 0;
	else if (list->top > list->count - height)
		list->top = list->count - height;
}

/*
 * Scrolls so that the selected row keeps its line on the screen, but stays at the top of the list
 * while that is in sight: rows that arrive above are then seen to arrive.
 */
static void keep_line(struct ks_list *list, size_t line)
{
	if (list->top > 0)
		list->top = list->cursor > line ? list->cursor - line : 0;
	scroll_into_sight(list);
}

void ks_list_set_rows(struct ks_list *list, const uint64_t *ids, size_t count)
{
	size_t line = list->cursor - list->top, row = 0;

	if (list->wanted == 0 || !find_row(ids, count, list->wanted, &row)) {
		uint64_t current = ks_list_selected(list);

		if (current == 0 || !find_row(ids, count, current, &row))
			row = nearest_neighbour(list, ids, count);
	}
	if (count > list->cap) {
		list->ids = ks_realloc(list->ids, count * sizeof *ids);
		list->cap = count;
	}
	if (count > 0)
		memcpy(list->ids, ids, count * sizeof *ids);
	list->count = count;
	list->cursor = row;
	if (list->wanted == 0)
		ks_list_adopt(list);
	keep_line(list, line);
}

void ks_list_set_height(struct ks_list *list, int height)
{
	list->height = height > 0 ? (size_t)height : 1;
	scroll_into_sight(list);
}

bool ks_list_move(struct ks_list *list, enum ks_list_move move)
{
	size_t last = list->count > 0 ? list->count - 1 : 0;
	size_t page = list->height > 1 ? list->height - 1 : 1;
	size_t half = list->height > 1 ? list->height / 2 : 1;
	const struct {
		size_t up, down;
	} steps[] = {
	    [KS_LIST_UP] = {1, 0},
	    [KS_LIST_DOWN] = {0, 1},
	    [KS_LIST_PAGE_UP] = {page, 0},
	    [KS_LIST_PAGE_DOWN] = {0, page},
	    [KS_LIST_HALF_UP] = {half, 0},
	    [KS_LIST_HALF_DOWN] = {0, half},
	    [KS_LIST_FIRST] = {list->cursor, 0},
	    [KS_LIST_LAST] = {0, last},
	};
	size_t before = list->cursor;

	list->cursor -= steps[move].up < before ? steps[move].up : before;
	list->cursor += steps[move].down < last - before ? steps[move].down : last - before;
	ks_list_adopt(list);
	scroll_into_sight(list);
	return list->cursor != before;
}

bool ks_list_select(struct ks_list *list, uint64_t id)
{
	list->wanted = id;
	if (!find_row(list->ids, list->count, id, &list->cursor))
		return false;
	scroll_into_sight(list);
	return true;
}

void ks_list_adopt(struct ks_list *list)
{
	list->wanted = ks_list_selected(list);
}

uint64_t ks_list_selected(const struct ks_list *list)
{
	return list->cursor < list->count ? list->ids[list->cursor] : 0;
}

uint64_t ks_list_id(const char *name)
{
	uint64_t hash = ks_hash_text(KS_HASH_SEED, name);

	return hash != 0 ? hash : 1;
}
