#include "core/emulator/seed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "core/base/hex.h"
#include "core/base/mem.h"

#define SECOND 1000LL
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

/* How a key is used. */
enum habit {
	NONE,    /* there is no such key */
	NEVER,   /* made, and never used */
	FRESH,   /* made hours ago, never used yet */
	BUSY,    /* used every few seconds, also while one watches */
	STEADY,  /* used every few minutes, also while one watches */
	NIGHTLY, /* used by a job once a day */
	QUIET,   /* last used some weeks ago */
	IDLE,    /* last used months ago */
};

static const struct {
	int64_t last_use_min; /* ago; < 0: never */
	int64_t last_use_max;
	unsigned use_every_s;
} habits[] = {
    [NEVER] = {-1, -1, 0},
    [FRESH] = {-1, -1, 0},
    [BUSY] = {0, 20 * SECOND, 7},
    [STEADY] = {MINUTE, 50 * MINUTE, 180},
    [NIGHTLY] = {HOUR, 23 * HOUR, 24 * 3600},
    [QUIET] = {9 * DAY, 60 * DAY, 0},
    [IDLE] = {95 * DAY, 400 * DAY, 0},
};

struct key_model {
	enum habit habit;
	int age_days; /* about; 0: hours */
};

struct bucket_model {
	const char *name;
	const char *region;
	int age_days;
	int bundle; /* in ks_emu_bundles */
	struct key_model keys[KS_EMU_KEYS_PER_BUCKET];
	const char *tag;      /* the value of "project" */
	const char *instance; /* with access */
	const char *cors;     /* an origin that may read */
	const char *files;    /* names, separated by blanks */
	bool is_public;
	bool versioned;
	bool elsewhere; /* its first key was last used from another region */
};

static const struct bucket_model models[] = {
    {.name = "media-assets",
	.region = "us-east-1",
	.age_days = 1130,
	.bundle = 2,
	.keys = {{BUSY, 412}, {NEVER, 2}},
	.tag = "website",
	.cors = "https://www.acme.example",
	.files = "images/hero.jpg images/logo.svg video/intro.mp4 css/site.css",
	.is_public = true},
    {.name = "backups-2024",
	.region = "eu-west-1",
	.age_days = 690,
	.bundle = 1,
	.keys = {{NIGHTLY, 688}},
	.tag = "operations",
	.files = "db/monday.dump db/tuesday.dump db/wednesday.dump README.txt",
	.versioned = true},
    {.name = "backups-2023",
	.region = "eu-west-1",
	.age_days = 1055,
	.bundle = 1,
	.keys = {{IDLE, 1050}},
	.tag = "operations",
	.files = "db/final.dump"},
    {.name = "wordpress-uploads",
	.region = "us-east-1",
	.age_days = 1420,
	.bundle = 1,
	.keys = {{STEADY, 320}},
	.tag = "blog",
	.instance = "wordpress-1",
	.files = "2023/11/team.jpg 2024/02/office.jpg 2024/02/office-300x200.jpg",
	.is_public = true},
    {.name = "wordpress-staging",
	.region = "us-east-1",
	.age_days = 600,
	.keys = {{QUIET, 590}, {QUIET, 130}},
	.tag = "blog",
	.files = "2024/01/draft.jpg"},
    {.name = "invoices-archive",
	.region = "eu-central-1",
	.age_days = 980,
	.bundle = 1,
	.keys = {{NIGHTLY, 200}},
	.tag = "finance",
	.files = "2023/q4.zip 2024/q1.zip 2024/q2.zip",
	.versioned = true},
    {.name = "customer-exports",
	.region = "eu-central-1",
	.age_days = 455,
	.keys = {{STEADY, 455}, {IDLE, 454}},
	.tag = "crm",
	.elsewhere = true},
    {.name = "app-logs-prod",
	.region = "us-east-1",
	.age_days = 830,
	.bundle = 1,
	.keys = {{BUSY, 61}, {QUIET, 828}},
	.tag = "platform",
	.files = "2024-05-01.log.gz 2024-05-02.log.gz"},
    {.name = "app-logs-staging",
	.region = "us-east-1",
	.age_days = 830,
	.keys = {{STEADY, 61}},
	.tag = "platform"},
    {.name = "mobile-app-releases",
	.region = "us-east-1",
	.age_days = 365,
	.keys = {{QUIET, 300}},
	.tag = "mobile",
	.files = "android/app-3.2.1.apk android/app-3.2.2.apk ios/app-3.2.2.ipa"},
    {.name = "old-site",
	.region = "us-east-1",
	.age_days = 1790,
	.keys = {{IDLE, 1788}, {IDLE, 1400}},
	.files = "index.html",
	.is_public = true},
    {.name = "data-science-scratch",
	.region = "eu-west-1",
	.age_days = 240,
	.bundle = 2,
	.keys = {{NEVER, 239}},
	.tag = "research",
	.files = "notebooks/churn.ipynb"},
    {.name = "newsletter-images",
	.region = "eu-west-1",
	.age_days = 510,
	.keys = {{STEADY, 75}},
	.tag = "marketing",
	.cors = "https://news.acme.example",
	.is_public = true},
    {.name = "partner-dropbox",
	.region = "eu-central-1",
	.age_days = 120,
	.keys = {{QUIET, 119}, {FRESH, 0}},
	.tag = "sales"},
    {.name = "ci-artifacts",
	.region = "us-east-1",
	.age_days = 700,
	.bundle = 1,
	.keys = {{BUSY, 17}},
	.tag = "platform",
	.files = "build-4711/keys.tar.xz build-4712/keys.tar.xz"},
    {.name = "terraform-state",
	.region = "eu-central-1",
	.age_days = 890,
	.keys = {{STEADY, 340}},
	.tag = "platform",
	.files = "prod/terraform.tfstate",
	.versioned = true},
    {.name = "training-videos",
	.region = "us-east-1",
	.age_days = 270,
	.bundle = 2,
	.tag = "people"},
    {.name = "hackathon-demo",
	.region = "eu-west-1",
	.age_days = 96,
	.keys = {{NEVER, 95}, {NEVER, 95}}},
};
#define MODEL_COUNT (sizeof models / sizeof models[0])

struct seeding {
	struct ks_emu_world *world;
	struct ks_emu_random random;
	int64_t now;
	int keys_per_bucket;
	/* The history of operations, sorted by time before it goes into the world. */
	struct ks_emu_operation *history;
	size_t history_count;
	size_t history_cap;
};

static int64_t between(struct seeding *seeding, int64_t low, int64_t high)
{
	if (high <= low)
		return low;
	return low + (int64_t)ks_emu_random_below(&seeding->random, (uint64_t)(high - low));
}

/* Operations that happened long ago, as the service still lists them. */
static void remember(struct seeding *seeding, const char *type, const struct ks_emu_bucket *bucket,
    const char *details, int64_t when)
{
	struct ks_emu_operation *operation;

	/* The service forgets; so do we, of all but the youngest. */
	if (when < seeding->now - 120 * DAY)
		return;
	seeding->history = ks_grow(seeding->history, seeding->history_count, &seeding->history_cap,
	    sizeof *seeding->history);
	operation = &seeding->history[seeding->history_count++];
	memset(operation, 0, sizeof *operation);
	ks_emu_random_uuid(&seeding->random, operation->id);
	snprintf(operation->resource, sizeof operation->resource, "%s", bucket->name);
	snprintf(operation->type, sizeof operation->type, "%s", type);
	snprintf(operation->details, sizeof operation->details, "%s", details);
	/* There are two words for success: key and bucket operations succeed, others complete. */
	snprintf(operation->outcome, sizeof operation->outcome, "%s",
	    strstr(type, "Create") != NULL || strstr(type, "Delete") != NULL ? "Succeeded"
									     : "Completed");
	operation->region = bucket->region;
	operation->created = when;
	operation->finishes = when + between(seeding, SECOND, 5 * SECOND);
}

static void remember_failure(struct seeding *seeding, const struct ks_emu_bucket *bucket)
{
	struct ks_emu_operation *operation;

	remember(seeding, "UpdateBucketBundle", bucket, "medium_1_0", seeding->now - 9 * DAY);
	operation = &seeding->history[seeding->history_count - 1];
	snprintf(operation->outcome, sizeof operation->outcome, "Failed");
	snprintf(operation->error_code, sizeof operation->error_code, "BundleAlreadyUpdated");
	snprintf(operation->error_details, sizeof operation->error_details,
	    "The bundle of a bucket can be changed once in a billing month.");
}

static void use_once(
    struct seeding *seeding, struct ks_emu_key *key, enum habit habit, bool elsewhere)
{
	int64_t ago = between(seeding, habits[habit].last_use_min, habits[habit].last_use_max);
	int64_t when = seeding->now - ago;

	key->last_used = when > key->created ? when : key->created + HOUR;
	snprintf(key->last_region, sizeof key->last_region, "%s",
	    elsewhere ? "ap-southeast-1" : ks_emu_regions[key->bucket->region].name);
	snprintf(key->last_service, sizeof key->last_service, "s3");
	key->use_every_s = elsewhere ? 0 : habits[habit].use_every_s;
}

static void add_key(
    struct seeding *seeding, struct ks_emu_bucket *bucket, struct key_model model, bool elsewhere)
{
	char id[KS_EMULATOR_KEY_ID_SIZE], secret[KS_EMULATOR_SECRET_SIZE];
	int64_t age = model.age_days * DAY + between(seeding, HOUR, 20 * HOUR);
	int64_t created = seeding->now - age;
	struct ks_emu_key *key;

	if (created <= bucket->created)
		created = bucket->created + between(seeding, MINUTE, HOUR);
	ks_emu_random_key_id(&seeding->random, id);
	ks_emu_random_seeded_secret(&seeding->random, secret);
	key = ks_emu_world_add_key(seeding->world, bucket, id, secret, created);
	if (key == NULL)
		return;
	if (habits[model.habit].last_use_min >= 0)
		use_once(seeding, key, model.habit, elsewhere);
	remember(seeding, "CreateBucketAccessKey", bucket, id, created);
}

static void add_keys(struct seeding *seeding, struct ks_emu_bucket *bucket,
    const struct key_model keys[KS_EMU_KEYS_PER_BUCKET], bool elsewhere)
{
	for (int i = 0; i < KS_EMU_KEYS_PER_BUCKET; i++) {
		if (seeding->keys_per_bucket >= 0 && i >= seeding->keys_per_bucket)
			break;
		if (keys[i].habit != NONE)
			add_key(seeding, bucket, keys[i], elsewhere && i == 0);
	}
}

static void add_object(struct seeding *seeding, struct ks_emu_bucket *bucket, const char *key)
{
	struct ks_buf text;
	unsigned char digest[16];
	char etag[33];
	size_t lines = 1 + ks_emu_random_below(&seeding->random, 200);

	ks_buf_init(&text, 64 * 1024);
	for (size_t i = 0; i < lines; i++)
		ks_buf_printf(&text, "%s, line %zu: %016llx\n", key, i + 1,
		    (unsigned long long)ks_emu_random_next(&seeding->random));
	EVP_Digest(ks_buf_text(&text), text.len, digest, NULL, EVP_md5(), NULL);
	ks_hex_write(digest, sizeof digest, etag);
	ks_emu_world_put_object(seeding->world, bucket, key,
	    ks_emu_blob_new(ks_buf_text(&text), text.len), etag,
	    ks_strdup("Content-Type: application/octet-stream\n"),
	    bucket->created + between(seeding, HOUR, 30 * DAY));
	ks_buf_free(&text);
}

static void add_objects(struct seeding *seeding, struct ks_emu_bucket *bucket, const char *files)
{
	char *copy = ks_strdup(files), *rest = copy, *file;

	while ((file = strsep(&rest, " ")) != NULL)
		add_object(seeding, bucket, file);
	free(copy);
}

static struct ks_emu_bucket *add_bucket(
    struct seeding *seeding, const char *name, size_t region, int age_days)
{
	char uuid[KS_EMU_UUID_SIZE];
	int64_t created = seeding->now - age_days * DAY - between(seeding, 20 * HOUR, 24 * HOUR);

	ks_emu_random_uuid(&seeding->random, uuid);
	return ks_emu_world_add_bucket(seeding->world, name, region, uuid, created);
}

/* With keys_per_bucket given, what a model leaves open is filled with keys of some habit. */
static void fill_keys(
    struct seeding *seeding, struct key_model keys[KS_EMU_KEYS_PER_BUCKET], int bucket_age)
{
	for (int i = 0; i < seeding->keys_per_bucket; i++) {
		if (keys[i].habit != NONE)
			continue;
		keys[i].habit =
		    (enum habit)(NEVER + ks_emu_random_below(&seeding->random, IDLE - NEVER + 1));
		keys[i].age_days = (int)between(seeding, 0, bucket_age);
	}
}

static void add_model(struct seeding *seeding, const struct bucket_model *model)
{
	struct key_model keys[KS_EMU_KEYS_PER_BUCKET];
	struct ks_emu_bucket *bucket =
	    add_bucket(seeding, model->name, ks_emu_region_find(model->region), model->age_days);

	bucket->bundle = &ks_emu_bundles[model->bundle];
	bucket->public_read = model->is_public;
	bucket->versioning = model->versioned ? "Enabled" : "NeverEnabled";
	if (model->tag != NULL)
		ks_emu_bucket_add_tag(bucket, "project", model->tag);
	if (model->instance != NULL)
		bucket->instance = ks_strdup(model->instance);
	if (model->cors != NULL)
		bucket->cors_origin = ks_strdup(model->cors);
	remember(seeding, "CreateBucket", bucket, bucket->bundle->id, bucket->created);
	memcpy(keys, model->keys, sizeof keys);
	fill_keys(seeding, keys, model->age_days);
	add_keys(seeding, bucket, keys, model->elsewhere);
	if (model->files != NULL)
		add_objects(seeding, bucket, model->files);
}

/* The keys of a bucket that no model describes. */
static void invent_keys(
    struct seeding *seeding, struct key_model keys[KS_EMU_KEYS_PER_BUCKET], int bucket_age)
{
	int count = seeding->keys_per_bucket;
	uint64_t dice = ks_emu_random_below(&seeding->random, 10);

	if (count < 0)
		count = dice < 1 ? 0 : dice < 7 ? 1 : 2;
	for (int i = 0; i < count; i++) {
		keys[i].habit =
		    (enum habit)(NEVER + ks_emu_random_below(&seeding->random, IDLE - NEVER + 1));
		keys[i].age_days = (int)between(seeding, 0, bucket_age);
	}
}

/* Beyond the models, for --buckets: a team's name, what it keeps, and a number. */
static void invent_bucket(struct seeding *seeding, unsigned number)
{
	static const char *const teams[] = {"atlas", "billing", "catalog", "delta", "edge",
	    "finance", "growth", "harbor", "insights", "journal", "kiosk", "ledger"};
	static const char *const things[] = {"assets", "backups", "cache", "datasets", "exports",
	    "logs", "media", "reports", "snapshots", "uploads"};
	static const char *const places[] = {"us-east-1", "eu-west-1", "eu-central-1"};
	struct key_model keys[KS_EMU_KEYS_PER_BUCKET] = {{NONE, 0}, {NONE, 0}};
	int age = (int)between(seeding, 10, 1500);
	struct ks_emu_bucket *bucket;
	char name[KS_EMU_BUCKET_NAME_SIZE];

	snprintf(name, sizeof name, "%s-%s-%05u",
	    teams[ks_emu_random_below(&seeding->random, sizeof teams / sizeof teams[0])],
	    things[ks_emu_random_below(&seeding->random, sizeof things / sizeof things[0])],
	    number);
	bucket = add_bucket(seeding, name,
	    ks_emu_region_find(
		places[ks_emu_random_below(&seeding->random, sizeof places / sizeof places[0])]),
	    age);
	bucket->bundle =
	    &ks_emu_bundles[ks_emu_random_below(&seeding->random, KS_EMU_BUNDLE_COUNT)];
	remember(seeding, "CreateBucket", bucket, bucket->bundle->id, bucket->created);
	invent_keys(seeding, keys, age);
	add_keys(seeding, bucket, keys, false);
}

static int compare_times(const void *a, const void *b)
{
	int64_t left = ((const struct ks_emu_operation *)a)->created;
	int64_t right = ((const struct ks_emu_operation *)b)->created;

	return left < right ? -1 : left > right;
}

/* A few things that the models' keys don't tell of. */
static void add_gossip(struct seeding *seeding)
{
	const struct ks_emu_bucket *bucket = ks_emu_world_bucket(seeding->world, "training-videos");

	if (bucket != NULL)
		remember_failure(seeding, bucket);
	bucket = ks_emu_world_bucket(seeding->world, "wordpress-uploads");
	if (bucket != NULL)
		remember(seeding, "SetResourceAccessForBucket", bucket, "wordpress-1",
		    seeding->now - 41 * DAY);
	bucket = ks_emu_world_bucket(seeding->world, "newsletter-images");
	if (bucket != NULL)
		remember(seeding, "UpdateBucket", bucket, "", seeding->now - 6 * HOUR);
}

void ks_emu_seed(struct ks_emu_world *world, unsigned buckets, int keys_per_bucket)
{
	struct seeding seeding = {.world = world,
	    .random = ks_emu_random_seeded(world->seed, "data"),
	    .now = ks_emu_world_now(world),
	    .keys_per_bucket = keys_per_bucket};

	for (unsigned i = 0; i < buckets; i++) {
		if (i < MODEL_COUNT)
			add_model(&seeding, &models[i]);
		else
			invent_bucket(&seeding, i);
	}
	add_gossip(&seeding);
	if (seeding.history_count > 0)
		qsort(
		    seeding.history, seeding.history_count, sizeof *seeding.history, compare_times);
	for (size_t i = 0; i < seeding.history_count; i++)
		ks_emu_world_restore_operation(world, &seeding.history[i]);
	free(seeding.history);
}
