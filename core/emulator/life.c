#include "core/emulator/life.h"

#include <stdio.h>

static void catch_up(struct ks_emu_world *world, struct ks_emu_key *key)
{
	int64_t now = ks_emu_world_now(world);
	int64_t step = (int64_t)key->use_every_s * 1000;
	int64_t since = key->last_used != KS_TIME_NONE ? key->last_used : key->created;

	if (key->use_every_s == 0 || now - since < step)
		return;
	/* As if it had been used at its own pace all the time, not just now. */
	key->last_used = now - (now - since) % step;
	snprintf(key->last_region, sizeof key->last_region, "%s",
	    ks_emu_regions[key->bucket->region].name);
	snprintf(key->last_service, sizeof key->last_service, "s3");
	world->aged = true;
}

void ks_emu_life_catch_up(
    const struct ks_emu_life *life, struct ks_emu_world *world, struct ks_emu_bucket *bucket)
{
	if (!life->on)
		return;
	for (size_t i = 0; i < bucket->key_count; i++)
		catch_up(world, bucket->keys[i]);
}
