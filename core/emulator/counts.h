/*
 * Counts what the server saw, operation by operation. The caller locks.
 */
#ifndef KS_EMULATOR_COUNTS_H
#define KS_EMULATOR_COUNTS_H

#include <stddef.h>

#include "core/emulator/emulator.h"

#define KS_EMU_COUNTS_MAX 64

/* One row per operation; op names are constants. The first row is all of them together. */
struct ks_emu_counts {
	const char *ops[KS_EMU_COUNTS_MAX];
	struct ks_emulator_count counts[KS_EMU_COUNTS_MAX];
	size_t used;
	unsigned under_way;
	unsigned peak;
	unsigned connections;
	unsigned peak_connections;
};

/* The row of an operation, made if it is new; NULL when there is no room. */
struct ks_emulator_count *ks_emu_counts_row(struct ks_emu_counts *counts, const char *op);

#endif
