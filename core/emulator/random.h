/*
 * Chance, of two kinds: a seeded sequence for data that must come out the same again, and the
 * system's randomness for what must not. A sequence belongs to one thread.
 */
#ifndef KS_EMULATOR_RANDOM_H
#define KS_EMULATOR_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#include "core/emulator/emulator.h"

#define KS_EMU_UUID_SIZE 37

/* SplitMix64. */
struct ks_emu_random {
	uint64_t state;
};

/* A sequence of its own for each purpose, so that one more draw in one leaves the others alone. */
struct ks_emu_random ks_emu_random_seeded(uint64_t seed, const char *purpose);
/* One that nobody can foretell. */
struct ks_emu_random ks_emu_random_fresh(void);

uint64_t ks_emu_random_next(struct ks_emu_random *random);
/* 0 <= x < limit; limit > 0. */
uint64_t ks_emu_random_below(struct ks_emu_random *random, uint64_t limit);
/* 0 <= x < 1. */
double ks_emu_random_unit(struct ks_emu_random *random);

/* A version 4 UUID. */
void ks_emu_random_uuid(struct ks_emu_random *random, char uuid[KS_EMU_UUID_SIZE]);
/* AKIA and 16 characters of A-Z2-7: what real IDs look like. */
void ks_emu_random_key_id(struct ks_emu_random *random, char id[KS_EMULATOR_KEY_ID_SIZE]);
/* 40 characters of A-Za-z0-9+/, from the sequence: for seeded keys only. */
void ks_emu_random_seeded_secret(
    struct ks_emu_random *random, char secret[KS_EMULATOR_SECRET_SIZE]);
/* The same from the system's randomness. */
void ks_emu_random_secret(char secret[KS_EMULATOR_SECRET_SIZE]);

#endif
