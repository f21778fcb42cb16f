/*
 * Timers: a heap of moments, each with the thing that waits for it. One thread.
 */
#ifndef KS_EMULATOR_TIMERS_H
#define KS_EMULATOR_TIMERS_H

#include <stddef.h>
#include <stdint.h>

struct ks_emu_timer {
	int64_t due; /* monotonic ms */
	void *thing;
};

struct ks_emu_timers {
	struct ks_emu_timer *heap;
	size_t count;
	size_t cap;
};

void ks_emu_timers_add(struct ks_emu_timers *timers, int64_t due, void *thing);
/* The earliest moment, KS_TIME_NEVER when nothing waits. */
int64_t ks_emu_timers_next(const struct ks_emu_timers *timers);
/* Takes out a thing whose moment has come; NULL when there is none (any more). */
void *ks_emu_timers_take(struct ks_emu_timers *timers, int64_t now);
void ks_emu_timers_free(struct ks_emu_timers *timers);

#endif
