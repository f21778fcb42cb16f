/*
 * The world that the emulator serves: buckets, their keys and objects, and operations, region by
 * region. Changes go through the functions here, so that the look-ups and the lists stay one
 * truth. The caller locks.
 */
#ifndef KS_EMULATOR_WORLD_H
#define KS_EMULATOR_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/clock.h"
#include "core/emulator/emulator.h"
#include "core/emulator/index.h"
#include "core/emulator/random.h"
#include "core/emulator/regions.h"
#include "core/emulator/reply.h"

#define KS_EMU_BUCKET_NAME_SIZE 55
#define KS_EMU_KEYS_PER_BUCKET  2
#define KS_EMU_OBJECT_MAX       (16u * 1024 * 1024)
#define KS_EMU_OBJECTS_MAX      (256u * 1024 * 1024)
#define KS_EMU_OBJECT_KEY_MAX   1024

struct ks_emu_key {
	char id[KS_EMULATOR_KEY_ID_SIZE];
	char secret[KS_EMULATOR_SECRET_SIZE];
	struct ks_emu_bucket *bucket;
	int64_t created;
	int64_t last_used;     /* KS_TIME_NONE: never */
	char last_region[32];  /* where; only if last_used is known */
	char last_service[16]; /* by which service */
	int64_t works_from;    /* S3 takes it from then on */
	int64_t works_until;   /* KS_TIME_NEVER while it isn't deleted */
	unsigned use_every_s;  /* background use; 0: none */
};

struct ks_emu_object {
	char *key;
	struct ks_emu_blob *blob;
	char etag[48]; /* without the quotes */
	int64_t modified;
	char *headers;    /* what GetObject gives back: "name: value\n" each */
	char *tags;       /* a=b&c=d, percent-encoded; NULL: none */
	bool public_read; /* anybody may get it */
};

struct ks_emu_bundle {
	const char *id;
	const char *name;
	unsigned price_cents; /* USD a month */
	unsigned storage_gb;
	unsigned transfer_gb;
};

#define KS_EMU_BUNDLE_COUNT 3
extern const struct ks_emu_bundle ks_emu_bundles[KS_EMU_BUNDLE_COUNT];
const struct ks_emu_bundle *ks_emu_bundle_find(const char *id);

struct ks_emu_tag {
	char *key;
	char *value; /* NULL: a tag without one */
};

struct ks_emu_bucket {
	char name[KS_EMU_BUCKET_NAME_SIZE];
	size_t region;
	char uuid[KS_EMU_UUID_SIZE];
	int64_t created;
	const struct ks_emu_bundle *bundle;
	bool public_read;
	bool public_overrides;
	const char *versioning; /* Enabled, Suspended or NeverEnabled */
	bool able_to_update_bundle;
	struct ks_emu_tag *tags;
	size_t tag_count;
	char *instance;                                  /* an instance with access; NULL: none */
	char *reader;                                    /* an account that may read; NULL: none */
	char *log_bucket;                                /* where access is logged; NULL: nowhere */
	char *cors_origin;                               /* NULL: no CORS rule */
	struct ks_emu_key *keys[KS_EMU_KEYS_PER_BUCKET]; /* oldest first */
	size_t key_count;
	struct ks_emu_object **objects; /* by key, in byte order */
	size_t object_count;
	size_t object_cap;
};

struct ks_emu_operation {
	char id[KS_EMU_UUID_SIZE];
	char resource[KS_EMU_BUCKET_NAME_SIZE];
	char type[40];
	size_t region;
	uint64_t number; /* grows with time in one region */
	int64_t created;
	int64_t finishes; /* from then on it is terminal */
	char outcome[16]; /* its status from then on: Succeeded, Completed or Failed */
	char details[128];
	char error_code[64]; /* when it ends as Failed */
	char error_details[128];
};

struct ks_emu_region {
	struct ks_emu_bucket **buckets; /* by name */
	size_t bucket_count;
	size_t bucket_cap;
	struct ks_emu_operation **operations; /* oldest first */
	size_t operation_count;
	size_t operation_cap;
};

struct ks_emu_world {
	const struct ks_clock *clock;
	struct ks_emu_random random; /* for IDs; fresh */
	uint64_t seed;
	char account[13];
	/* What the account's own clients sign with. */
	char access_key_id[KS_EMULATOR_KEY_ID_SIZE];
	char secret_access_key[KS_EMULATOR_SECRET_SIZE];
	/* Settings of the options. */
	int64_t key_delay_ms;
	int64_t key_linger_ms;
	int64_t op_delay_ms;
	struct ks_emu_region regions[KS_EMU_REGION_COUNT];
	struct ks_emu_index buckets;
	struct ks_emu_index keys; /* deleted ones too, while they linger */
	struct ks_emu_index operations;
	uint64_t operation_number;
	size_t object_bytes;
	bool changed; /* since the state was last saved: by a call */
	bool aged;    /* the same: only by background use */
};

void ks_emu_world_init(struct ks_emu_world *world, const struct ks_clock *clock, uint64_t seed);
/* Wipes the secrets. */
void ks_emu_world_free(struct ks_emu_world *world);
int64_t ks_emu_world_now(const struct ks_emu_world *world);

/* ---- buckets ---- */

/* In any region (names are unique over all); NULL if there is none. Owned by the world. */
struct ks_emu_bucket *ks_emu_world_bucket(const struct ks_emu_world *world, const char *name);
/* Adds a bucket that did not exist. */
struct ks_emu_bucket *ks_emu_world_add_bucket(
    struct ks_emu_world *world, const char *name, size_t region, const char *uuid, int64_t created);
/* With its keys and objects. */
void ks_emu_world_remove_bucket(struct ks_emu_world *world, struct ks_emu_bucket *bucket);
/* The place of the first bucket of a region whose name comes after this one; "" gives 0. */
size_t ks_emu_world_bucket_after(const struct ks_emu_region *region, const char *name);
void ks_emu_bucket_add_tag(struct ks_emu_bucket *bucket, const char *key, const char *value);

/* ---- keys ---- */

/* A key that S3 may still take; NULL if there is none. */
struct ks_emu_key *ks_emu_world_key(struct ks_emu_world *world, const char *id);
/* Among a bucket's keys; NULL if it isn't there (any more). */
struct ks_emu_key *ks_emu_bucket_key(const struct ks_emu_bucket *bucket, const char *id);
/* NULL when the bucket is full. id and secret NULL: made anew. */
struct ks_emu_key *ks_emu_world_add_key(struct ks_emu_world *world, struct ks_emu_bucket *bucket,
    const char *id, const char *secret, int64_t created);
void ks_emu_world_remove_key(struct ks_emu_world *world, struct ks_emu_key *key);
/* Notes that the key was used, now, in that region and with that service. */
void ks_emu_world_use_key(
    struct ks_emu_world *world, struct ks_emu_key *key, size_t region, const char *service);

/* ---- objects ---- */

/* The place of the first object whose key is not below this one. */
size_t ks_emu_bucket_object_at(const struct ks_emu_bucket *bucket, const char *key);
/* NULL if there is none. */
struct ks_emu_object *ks_emu_bucket_object(const struct ks_emu_bucket *bucket, const char *key);
/*
 * Without tags, and private. NULL when all objects together would be too large. Takes over blob
 * and headers either way.
 */
struct ks_emu_object *ks_emu_world_put_object(struct ks_emu_world *world,
    struct ks_emu_bucket *bucket, const char *key, struct ks_emu_blob *blob, const char *etag,
    char *headers, int64_t modified);
/* Nothing happens if there is none. */
void ks_emu_world_remove_object(
    struct ks_emu_world *world, struct ks_emu_bucket *bucket, const char *key);

/* ---- operations ---- */

/* Adds one, the newest of its region. It succeeds in op_delay_ms unless fails is set. */
struct ks_emu_operation *ks_emu_world_add_operation(struct ks_emu_world *world, const char *type,
    const struct ks_emu_bucket *bucket, const char *details, bool fails);
/* Adds one as it was; for the seed and the state file, in order of time. */
void ks_emu_world_restore_operation(
    struct ks_emu_world *world, const struct ks_emu_operation *operation);
struct ks_emu_operation *ks_emu_world_operation(const struct ks_emu_world *world, const char *id);
/* Its status now, and since when. */
const char *ks_emu_operation_status(
    const struct ks_emu_operation *operation, int64_t now, int64_t *since, bool *terminal);

#endif
