/*
 * Background use: some keys go on being used while one watches, as their applications would. It
 * needs no timer: what should have happened by now is made up for when somebody asks. The caller
 * locks.
 */
#ifndef KS_EMULATOR_LIFE_H
#define KS_EMULATOR_LIFE_H

#include <stdbool.h>

#include "core/emulator/world.h"

struct ks_emu_life {
	bool on;
};

/* Brings every key of a bucket up to the world's time. */
void ks_emu_life_catch_up(
    const struct ks_emu_life *life, struct ks_emu_world *world, struct ks_emu_bucket *bucket);

#endif
