#include "core/base/clock.h"

#include <stddef.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t system_wall(void *ctx)
{
	(void)ctx;
	return read_clock(CLOCK_REALTIME);
}

static int64_t system_mono(void *ctx)
{
	(void)ctx;
	return read_clock(CLOCK_MONOTONIC);
}

const struct ks_clock *ks_clock_system(void)
{
	static const struct ks_clock system_clock = {system_wall, system_mono, NULL};

	return &system_clock;
}

int64_t ks_clock_wall(const struct ks_clock *clock)
{
	return clock->wall(clock->ctx);
}

int64_t ks_clock_mono(const struct ks_clock *clock)
{
	return clock->mono(clock->ctx);
}
