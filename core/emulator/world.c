#include "core/emulator/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/secret.h"

#define OPERATIONS_KEPT  20000 /* in one region; the oldest go in blocks */
#define OPERATIONS_BLOCK 1000

const struct ks_emu_bundle ks_emu_bundles[KS_EMU_BUNDLE_COUNT] = {
    {"small_1_0", "Object Storage 5GB", 100, 5, 25},
    {"medium_1_0", "Object Storage 100GB", 300, 100, 250},
    {"large_1_0", "Object Storage 250GB", 500, 250, 500},
};

const struct ks_emu_bundle *ks_emu_bundle_find(const char *id)
{
	for (size_t i = 0; i < KS_EMU_BUNDLE_COUNT; i++)
		if (strcmp(ks_emu_bundles[i].id, id) == 0)
			return &ks_emu_bundles[i];
	return NULL;
}

void ks_emu_world_init(struct ks_emu_world *world, const struct ks_clock *clock, uint64_t seed)
{
	struct ks_emu_random random = ks_emu_random_seeded(seed, "account");

	memset(world, 0, sizeof *world);
	world->clock = clock;
	world->random = ks_emu_random_fresh();
	world->seed = seed;
	for (size_t i = 0; i < sizeof world->account - 1; i++)
		world->account[i] = (char)('0' + ks_emu_random_below(&random, 10));
	ks_emu_random_key_id(&random, world->access_key_id);
	ks_emu_random_seeded_secret(&random, world->secret_access_key);
}

int64_t ks_emu_world_now(const struct ks_emu_world *world)
{
	return ks_clock_wall(world->clock);
}

static void free_key(struct ks_emu_world *world, struct ks_emu_key *key)
{
	ks_emu_index_remove(&world->keys, key->id);
	ks_wipe(key, sizeof *key);
	free(key);
}

static void free_object(struct ks_emu_world *world, struct ks_emu_object *object)
{
	world->object_bytes -= object->blob->len;
	ks_emu_blob_unref(object->blob);
	free(object->headers);
	free(object->tags);
	free(object->key);
	free(object);
}

static void free_bucket(struct ks_emu_world *world, struct ks_emu_bucket *bucket)
{
	for (size_t i = 0; i < bucket->key_count; i++)
		free_key(world, bucket->keys[i]);
	for (size_t i = 0; i < bucket->object_count; i++)
		free_object(world, bucket->objects[i]);
	for (size_t i = 0; i < bucket->tag_count; i++) {
		free(bucket->tags[i].key);
		free(bucket->tags[i].value);
	}
	free(bucket->objects);
	free(bucket->tags);
	free(bucket->instance);
	free(bucket->reader);
	free(bucket->log_bucket);
	free(bucket->cors_origin);
	free(bucket);
}

/* Keys that were deleted and linger belong to no bucket's list; this finds them. */
static void free_lingering(struct ks_emu_world *world, const struct ks_emu_bucket *bucket)
{
	for (size_t i = 0; i < world->keys.cap; i++) {
		struct ks_emu_key *key = world->keys.entries[i].thing;

		if (key == NULL || key->works_until == KS_TIME_NEVER || key->bucket != bucket)
			continue;
		free_key(world, key);
		i = (size_t)-1; /* the entries have moved: begin again */
	}
}

void ks_emu_world_free(struct ks_emu_world *world)
{
	for (size_t r = 0; r < KS_EMU_REGION_COUNT; r++) {
		struct ks_emu_region *region = &world->regions[r];

		while (region->bucket_count > 0)
			ks_emu_world_remove_bucket(
			    world, region->buckets[region->bucket_count - 1]);
		for (size_t i = 0; i < region->operation_count; i++)
			free(region->operations[i]);
		free(region->buckets);
		free(region->operations);
	}
	ks_emu_index_free(&world->buckets);
	ks_emu_index_free(&world->keys);
	ks_emu_index_free(&world->operations);
	ks_wipe(world, sizeof *world);
}

/* ---- buckets ---- */

struct ks_emu_bucket *ks_emu_world_bucket(const struct ks_emu_world *world, const char *name)
{
	return ks_emu_index_find(&world->buckets, name);
}

size_t ks_emu_world_bucket_after(const struct ks_emu_region *region, const char *name)
{
	size_t low = 0, high = region->bucket_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(region->buckets[middle]->name, name) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct ks_emu_bucket *ks_emu_world_add_bucket(struct ks_emu_world *world, const char *name,
    size_t region_at, const char *uuid, int64_t created)
{
	struct ks_emu_region *region = &world->regions[region_at];
	struct ks_emu_bucket *bucket = ks_calloc(1, sizeof *bucket);
	size_t at = ks_emu_world_bucket_after(region, name);

	snprintf(bucket->name, sizeof bucket->name, "%s", name);
	if (uuid != NULL)
		snprintf(bucket->uuid, sizeof bucket->uuid, "%s", uuid);
	else
		ks_emu_random_uuid(&world->random, bucket->uuid);
	bucket->region = region_at;
	bucket->created = created;
	bucket->bundle = &ks_emu_bundles[0];
	bucket->versioning = "NeverEnabled";
	bucket->able_to_update_bundle = true;
	region->buckets = ks_grow(
	    region->buckets, region->bucket_count, &region->bucket_cap, sizeof *region->buckets);
	memmove(region->buckets + at + 1, region->buckets + at,
	    (region->bucket_count - at) * sizeof *region->buckets);
	region->buckets[at] = bucket;
	region->bucket_count++;
	ks_emu_index_add(&world->buckets, bucket->name, bucket);
	world->changed = true;
	return bucket;
}

void ks_emu_world_remove_bucket(struct ks_emu_world *world, struct ks_emu_bucket *bucket)
{
	struct ks_emu_region *region = &world->regions[bucket->region];
	size_t at = ks_emu_world_bucket_after(region, bucket->name) - 1;

	region->bucket_count--;
	memmove(region->buckets + at, region->buckets + at + 1,
	    (region->bucket_count - at) * sizeof *region->buckets);
	ks_emu_index_remove(&world->buckets, bucket->name);
	if (world->key_linger_ms > 0)
		free_lingering(world, bucket);
	free_bucket(world, bucket);
	world->changed = true;
}

void ks_emu_bucket_add_tag(struct ks_emu_bucket *bucket, const char *key, const char *value)
{
	bucket->tags = ks_realloc(bucket->tags, (bucket->tag_count + 1) * sizeof *bucket->tags);
	bucket->tags[bucket->tag_count].key = ks_strdup(key);
	bucket->tags[bucket->tag_count].value = value != NULL ? ks_strdup(value) : NULL;
	bucket->tag_count++;
}

/* ---- keys ---- */

struct ks_emu_key *ks_emu_world_key(struct ks_emu_world *world, const char *id)
{
	struct ks_emu_key *key = ks_emu_index_find(&world->keys, id);
	int64_t now = ks_emu_world_now(world);

	if (key == NULL || now < key->works_from)
		return NULL;
	if (now < key->works_until)
		return key;
	free_key(world, key);
	return NULL;
}

struct ks_emu_key *ks_emu_bucket_key(const struct ks_emu_bucket *bucket, const char *id)
{
	for (size_t i = 0; i < bucket->key_count; i++)
		if (strcmp(bucket->keys[i]->id, id) == 0)
			return bucket->keys[i];
	return NULL;
}

struct ks_emu_key *ks_emu_world_add_key(struct ks_emu_world *world, struct ks_emu_bucket *bucket,
    const char *id, const char *secret, int64_t created)
{
	struct ks_emu_key *key;

	if (bucket->key_count == KS_EMU_KEYS_PER_BUCKET)
		return NULL;
	key = ks_calloc(1, sizeof *key);
	if (id != NULL) {
		snprintf(key->id, sizeof key->id, "%s", id);
		snprintf(key->secret, sizeof key->secret, "%s", secret);
	} else {
		do
			ks_emu_random_key_id(&world->random, key->id);
		while (ks_emu_index_find(&world->keys, key->id) != NULL);
		ks_emu_random_secret(key->secret);
		key->works_from = created + world->key_delay_ms;
	}
	key->bucket = bucket;
	key->created = created;
	key->last_used = KS_TIME_NONE;
	key->works_until = KS_TIME_NEVER;
	bucket->keys[bucket->key_count++] = key;
	if (bucket->key_count == 2 && created < bucket->keys[0]->created) {
		bucket->keys[1] = bucket->keys[0];
		bucket->keys[0] = key;
	}
	ks_emu_index_add(&world->keys, key->id, key);
	world->changed = true;
	return key;
}

void ks_emu_world_remove_key(struct ks_emu_world *world, struct ks_emu_key *key)
{
	struct ks_emu_bucket *bucket = key->bucket;

	if (bucket->keys[0] == key)
		bucket->keys[0] = bucket->keys[1];
	bucket->key_count--;
	bucket->keys[bucket->key_count] = NULL;
	if (world->key_linger_ms > 0)
		key->works_until = ks_emu_world_now(world) + world->key_linger_ms;
	else
		free_key(world, key);
	world->changed = true;
}

void ks_emu_world_use_key(
    struct ks_emu_world *world, struct ks_emu_key *key, size_t region, const char *service)
{
	key->last_used = ks_emu_world_now(world);
	snprintf(key->last_region, sizeof key->last_region, "%s", ks_emu_regions[region].name);
	snprintf(key->last_service, sizeof key->last_service, "%s", service);
	world->aged = true;
}

/* ---- objects ---- */

size_t ks_emu_bucket_object_at(const struct ks_emu_bucket *bucket, const char *key)
{
	size_t low = 0, high = bucket->object_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(bucket->objects[middle]->key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct ks_emu_object *ks_emu_bucket_object(const struct ks_emu_bucket *bucket, const char *key)
{
	size_t at = ks_emu_bucket_object_at(bucket, key);

	if (at == bucket->object_count || strcmp(bucket->objects[at]->key, key) != 0)
		return NULL;
	return bucket->objects[at];
}

struct ks_emu_object *ks_emu_world_put_object(struct ks_emu_world *world,
    struct ks_emu_bucket *bucket, const char *key, struct ks_emu_blob *blob, const char *etag,
    char *headers, int64_t modified)
{
	struct ks_emu_object *object;
	size_t at;

	if (blob->len > KS_EMU_OBJECTS_MAX - world->object_bytes) {
		ks_emu_blob_unref(blob);
		free(headers);
		return NULL;
	}
	object = ks_calloc(1, sizeof *object);
	object->key = ks_strdup(key);
	object->blob = blob;
	object->headers = headers;
	object->modified = modified;
	snprintf(object->etag, sizeof object->etag, "%s", etag);
	world->object_bytes += blob->len;
	ks_emu_world_remove_object(world, bucket, key);
	at = ks_emu_bucket_object_at(bucket, key);
	bucket->objects = ks_grow(
	    bucket->objects, bucket->object_count, &bucket->object_cap, sizeof *bucket->objects);
	memmove(bucket->objects + at + 1, bucket->objects + at,
	    (bucket->object_count - at) * sizeof *bucket->objects);
	bucket->objects[at] = object;
	bucket->object_count++;
	world->changed = true;
	return object;
}

void ks_emu_world_remove_object(
    struct ks_emu_world *world, struct ks_emu_bucket *bucket, const char *key)
{
	size_t at = ks_emu_bucket_object_at(bucket, key);

	if (at == bucket->object_count || strcmp(bucket->objects[at]->key, key) != 0)
		return;
	free_object(world, bucket->objects[at]);
	bucket->object_count--;
	memmove(bucket->objects + at, bucket->objects + at + 1,
	    (bucket->object_count - at) * sizeof *bucket->objects);
	world->changed = true;
}

/* ---- operations ---- */

static void drop_oldest(struct ks_emu_world *world, struct ks_emu_region *region)
{
	for (size_t i = 0; i < OPERATIONS_BLOCK; i++) {
		ks_emu_index_remove(&world->operations, region->operations[i]->id);
		free(region->operations[i]);
	}
	region->operation_count -= OPERATIONS_BLOCK;
	memmove(region->operations, region->operations + OPERATIONS_BLOCK,
	    region->operation_count * sizeof *region->operations);
}

static struct ks_emu_operation *append_operation(struct ks_emu_world *world, size_t region_at)
{
	struct ks_emu_region *region = &world->regions[region_at];
	struct ks_emu_operation *operation = ks_calloc(1, sizeof *operation);

	if (region->operation_count == OPERATIONS_KEPT)
		drop_oldest(world, region);
	region->operations = ks_grow(region->operations, region->operation_count,
	    &region->operation_cap, sizeof *region->operations);
	region->operations[region->operation_count++] = operation;
	world->changed = true;
	return operation;
}

struct ks_emu_operation *ks_emu_world_add_operation(struct ks_emu_world *world, const char *type,
    const struct ks_emu_bucket *bucket, const char *details, bool fails)
{
	struct ks_emu_operation *operation = append_operation(world, bucket->region);

	ks_emu_random_uuid(&world->random, operation->id);
	snprintf(operation->resource, sizeof operation->resource, "%s", bucket->name);
	snprintf(operation->type, sizeof operation->type, "%s", type);
	snprintf(operation->details, sizeof operation->details, "%s", details);
	snprintf(
	    operation->outcome, sizeof operation->outcome, "%s", fails ? "Failed" : "Succeeded");
	if (fails) {
		snprintf(operation->error_code, sizeof operation->error_code, "InternalFailure");
		snprintf(operation->error_details, sizeof operation->error_details,
		    "The operation could not be completed.");
	}
	operation->region = bucket->region;
	operation->number = ++world->operation_number;
	operation->created = ks_emu_world_now(world);
	operation->finishes = operation->created + world->op_delay_ms;
	ks_emu_index_add(&world->operations, operation->id, operation);
	return operation;
}

void ks_emu_world_restore_operation(
    struct ks_emu_world *world, const struct ks_emu_operation *operation)
{
	struct ks_emu_operation *copy = append_operation(world, operation->region);

	*copy = *operation;
	copy->number = ++world->operation_number;
	ks_emu_index_add(&world->operations, copy->id, copy);
}

struct ks_emu_operation *ks_emu_world_operation(const struct ks_emu_world *world, const char *id)
{
	return ks_emu_index_find(&world->operations, id);
}

const char *ks_emu_operation_status(
    const struct ks_emu_operation *operation, int64_t now, int64_t *since, bool *terminal)
{
	*terminal = now >= operation->finishes;
	*since = *terminal ? operation->finishes : operation->created;
	return *terminal ? operation->outcome : "Started";
}
