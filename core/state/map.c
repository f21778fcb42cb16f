#include "core/state/map.h"

#include <stdlib.h>

#include "core/base/mem.h"

enum { FIRST_SIZE = 64 };

void ks_map_free(struct ks_map *map)
{
	free(map->slots);
	*map = (struct ks_map){0};
}

/* Keys are often consecutive: spread them over the table (the finalizer of splitmix64). */
static size_t home_of(const struct ks_map *map, uint64_t key)
{
	key = (key ^ (key >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	key = (key ^ (key >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (size_t)(key ^ (key >> 31)) & (map->size - 1);
}

/* Where the key is, or the free slot where it would go. */
static size_t find_slot(const struct ks_map *map, uint64_t key)
{
	size_t i = home_of(map, key);

	while (map->slots[i].value != NULL && map->slots[i].key != key)
		i = (i + 1) & (map->size - 1);
	return i;
}

static void grow(struct ks_map *map)
{
	struct ks_map old = *map;

	map->size = old.size > 0 ? old.size * 2 : FIRST_SIZE;
	map->slots = ks_calloc(map->size, sizeof *map->slots);
	for (size_t i = 0; i < old.size; i++)
		if (old.slots[i].value != NULL)
			map->slots[find_slot(map, old.slots[i].key)] = old.slots[i];
	free(old.slots);
}

void *ks_map_get(const struct ks_map *map, uint64_t key)
{
	return map->size > 0 ? map->slots[find_slot(map, key)].value : NULL;
}

void ks_map_put(struct ks_map *map, uint64_t key, void *value)
{
	size_t i;

	if (map->count * 2 >= map->size)
		grow(map);
	i = find_slot(map, key);
	map->count += map->slots[i].value == NULL;
	map->slots[i] = (struct ks_map_slot){key, value};
}

/* Closes the gap, so that no search ends too early (Knuth, TAOCP 6.4, algorithm R). */
void ks_map_remove(struct ks_map *map, uint64_t key)
{
	size_t gap, i;

	if (map->size == 0)
		return;
	gap = find_slot(map, key);
	if (map->slots[gap].value == NULL)
		return;
	map->count--;
	for (i = (gap + 1) & (map->size - 1); map->slots[i].value != NULL;
	     i = (i + 1) & (map->size - 1)) {
		size_t home = home_of(map, map->slots[i].key);

		if (((i - home) & (map->size - 1)) >= ((i - gap) & (map->size - 1))) {
			map->slots[gap] = map->slots[i];
			gap = i;
		}
	}
	map->slots[gap].value = NULL;
}
