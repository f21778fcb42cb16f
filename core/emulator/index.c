#include "core/emulator/index.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

/* FNV-1a. */
static size_t hash_name(const char *name)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (; *name != '\0'; name++)
		hash = (hash ^ (unsigned char)*name) * UINT64_C(1099511628211);
	return (size_t)(hash ^ (hash >> 32));
}

/* The entry of this name, or the free one where it would go. There is always a free one. */
static struct ks_emu_index_entry *probe(const struct ks_emu_index *index, const char *name)
{
	size_t at = hash_name(name) & (index->cap - 1);

	while (index->entries[at].name != NULL && strcmp(index->entries[at].name, name) != 0)
		at = (at + 1) & (index->cap - 1);
	return &index->entries[at];
}

void *ks_emu_index_find(const struct ks_emu_index *index, const char *name)
{
	return index->cap > 0 ? probe(index, name)->thing : NULL;
}

static void grow(struct ks_emu_index *index)
{
	struct ks_emu_index_entry *old = index->entries;
	size_t old_cap = index->cap;

	index->cap = old_cap > 0 ? old_cap * 2 : 64;
	index->entries = ks_calloc(index->cap, sizeof *index->entries);
	for (size_t i = 0; i < old_cap; i++)
		if (old[i].name != NULL)
			*probe(index, old[i].name) = old[i];
	free(old);
}

void ks_emu_index_add(struct ks_emu_index *index, const char *name, void *thing)
{
	if (index->count >= index->cap / 2)
		grow(index);
	*probe(index, name) = (struct ks_emu_index_entry){name, thing};
	index->count++;
}

void ks_emu_index_remove(struct ks_emu_index *index, const char *name)
{
	struct ks_emu_index_entry *entry, moved;
	size_t at;

	if (index->cap == 0)
		return;
	entry = probe(index, name);
	if (entry->name == NULL)
		return;
	*entry = (struct ks_emu_index_entry){NULL, NULL};
	index->count--;
	/* What had been pushed past the freed place moves up, or a look-up would stop short. */
	at = (size_t)(entry - index->entries);
	while (index->entries[at = (at + 1) & (index->cap - 1)].name != NULL) {
		moved = index->entries[at];
		index->entries[at] = (struct ks_emu_index_entry){NULL, NULL};
		*probe(index, moved.name) = moved;
	}
}

void ks_emu_index_free(struct ks_emu_index *index)
{
	free(index->entries);
	memset(index, 0, sizeof *index);
}
