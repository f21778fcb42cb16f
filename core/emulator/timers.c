#include "core/emulator/timers.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"

void ks_emu_timers_add(struct ks_emu_timers *timers, int64_t due, void *thing)
{
	size_t at = timers->count;

	timers->heap = ks_grow(timers->heap, timers->count, &timers->cap, sizeof *timers->heap);
	timers->count++;
	for (; at > 0 && timers->heap[(at - 1) / 2].due > due; at = (at - 1) / 2)
		timers->heap[at] = timers->heap[(at - 1) / 2];
	timers->heap[at] = (struct ks_emu_timer){due, thing};
}

int64_t ks_emu_timers_next(const struct ks_emu_timers *timers)
{
	return timers->count > 0 ? timers->heap[0].due : KS_TIME_NEVER;
}

void *ks_emu_timers_take(struct ks_emu_timers *timers, int64_t now)
{
	struct ks_emu_timer last;
	void *thing;
	size_t at = 0, child;

	if (timers->count == 0 || timers->heap[0].due > now)
		return NULL;
	thing = timers->heap[0].thing;
	last = timers->heap[--timers->count];
	while ((child = 2 * at + 1) < timers->count) {
		if (child + 1 < timers->count &&
		    timers->heap[child + 1].due < timers->heap[child].due)
			child++;
		if (timers->heap[child].due >= last.due)
			break;
		timers->heap[at] = timers->heap[child];
		at = child;
	}
	timers->heap[at] = last;
	return thing;
}

void ks_emu_timers_free(struct ks_emu_timers *timers)
{
	free(timers->heap);
	memset(timers, 0, sizeof *timers);
}
