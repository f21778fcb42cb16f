#include "core/emulator/counts.h"

#include <string.h>

struct ks_emulator_count *ks_emu_counts_row(struct ks_emu_counts *counts, const char *op)
{
	for (size_t i = 0; i < counts->used; i++)
		if (strcmp(counts->ops[i], op) == 0)
			return &counts->counts[i];
	if (counts->used == KS_EMU_COUNTS_MAX)
		return NULL;
	counts->ops[counts->used] = op;
	return &counts->counts[counts->used++];
}
