/*
 * Data that looks like life: the buckets of a small company that has been on Lightsail for some
 * years. The same seed and the same time give the same world.
 */
#ifndef KS_EMULATOR_SEED_H
#define KS_EMULATOR_SEED_H

#include "core/emulator/world.h"

/* keys_per_bucket as in struct ks_emulator_options. The world must be new. */
void ks_emu_seed(struct ks_emu_world *world, unsigned buckets, int keys_per_bucket);

#endif
