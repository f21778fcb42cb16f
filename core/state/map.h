/*
 * A hash table from a number to a thing that somebody else owns. One thread at a time.
 */
#ifndef KS_STATE_MAP_H
#define KS_STATE_MAP_H

#include <stddef.h>
#include <stdint.h>

struct ks_map_slot {
	uint64_t key;
	void *value; /* NULL: the slot is free */
};

/* Zeroed is empty. */
struct ks_map {
	struct ks_map_slot *slots;
	size_t size; /* a power of two, or 0 */
	size_t count;
};

void ks_map_free(struct ks_map *map);
/* NULL when there is none. */
void *ks_map_get(const struct ks_map *map, uint64_t key);
/* Adds it, or puts it in the place of the one with this key. value is not NULL. */
void ks_map_put(struct ks_map *map, uint64_t key, void *value);
void ks_map_remove(struct ks_map *map, uint64_t key);

#endif
