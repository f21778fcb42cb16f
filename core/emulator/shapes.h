/*
 * The shapes of the API model 2016-11-28, written as the service writes them.
 */
#ifndef KS_EMULATOR_SHAPES_H
#define KS_EMULATOR_SHAPES_H

#include <stdbool.h>

#include "core/emulator/json_out.h"
#include "core/emulator/world.h"

struct ks_emu_bucket_extras {
	bool connected; /* resourcesReceivingAccess */
	bool cors;
};

/* name is the member's, NULL in a list. */
void ks_emu_write_bucket(struct ks_emu_json *json, const char *name,
    const struct ks_emu_world *world, const struct ks_emu_bucket *bucket,
    struct ks_emu_bucket_extras extras);
void ks_emu_write_operation(struct ks_emu_json *json, const char *name,
    const struct ks_emu_operation *operation, int64_t now);
/* As GetBucketAccessKeys has it: without the secret. */
void ks_emu_write_key(struct ks_emu_json *json, const char *name, const struct ks_emu_key *key);
/* As CreateBucketAccessKey has it, once: with the secret, and lastUsed without data or absent. */
void ks_emu_write_new_key(struct ks_emu_json *json, const char *name, const struct ks_emu_key *key,
    bool without_last_used);
void ks_emu_write_region(
    struct ks_emu_json *json, const struct ks_emu_region_info *region, bool zones, bool db_zones);

#endif
