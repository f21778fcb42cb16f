#include "core/emulator/index.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/mem.h"

static size_t home(const struct ks_emu_index *index, const char *name)
{
	uint64_t hash = ks_hash_text(KS_HASH_SEED, name);

	return (size_t)(hash ^ (hash >> 32)) & (index->cap - 1);
}

/* The entry of this name, or the free one where it would go. There is always a free one. */
static struct ks_emu_index_entry *probe(const struct ks_emu_index *index, const char *name)
{
	size_t at = home(index, name);

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
