/*
 * An index by name: finds a thing by the string that identifies it, in constant time. It holds
 * pointers and owns nothing; a thing must outlive its entry, and so must the string.
 */
#ifndef KS_EMULATOR_INDEX_H
#define KS_EMULATOR_INDEX_H

#include <stddef.h>

struct ks_emu_index_entry {
	const char *name; /* NULL: free */
	void *thing;
};

struct ks_emu_index {
	struct ks_emu_index_entry *entries;
	size_t cap; /* a power of two, or 0 */
	size_t count;
};

void *ks_emu_index_find(const struct ks_emu_index *index, const char *name);
/* The name must not be in the index yet. */
void ks_emu_index_add(struct ks_emu_index *index, const char *name, void *thing);
void ks_emu_index_remove(struct ks_emu_index *index, const char *name);
void ks_emu_index_free(struct ks_emu_index *index);

#endif
