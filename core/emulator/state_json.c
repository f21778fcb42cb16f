#include "core/emulator/state_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <openssl/evp.h>

#include "core/base/mem.h"
#include "core/emulator/json_out.h"

#define FORMAT "keysail emulator state 1"

/* ---- writing ---- */

/* In blocks of whole triples, so that the parts of the base64 join without padding. */
static void write_base64(struct ks_emu_json *json, const char *name, const char *data, size_t len)
{
	unsigned char block[4 * 1024 + 1];
	size_t size;

	ks_emu_json_string(json, name, "");
	json->buf->len--; /* open the string again */
	for (; len > 0; data += size, len -= size) {
		size = len < 3 * 1024 ? len : 3 * 1024;
		ks_buf_add(json->buf, block,
		    (size_t)EVP_EncodeBlock(block, (const unsigned char *)data, (int)size));
	}
	ks_buf_puts(json->buf, "\"");
}

static void write_key(struct ks_emu_json *json, const struct ks_emu_key *key)
{
	ks_emu_json_object(json, NULL);
	ks_emu_json_string(json, "id", key->id);
	ks_emu_json_string(json, "secret", key->secret);
	ks_emu_json_integer(json, "created", key->created);
	ks_emu_json_integer(json, "worksFrom", key->works_from);
	ks_emu_json_integer(json, "useEverySeconds", key->use_every_s);
	if (key->last_used != KS_TIME_NONE) {
		ks_emu_json_integer(json, "lastUsed", key->last_used);
		ks_emu_json_string(json, "lastRegion", key->last_region);
		ks_emu_json_string(json, "lastService", key->last_service);
	}
	ks_emu_json_end_object(json);
}

static void write_optional(struct ks_emu_json *json, const char *name, const char *text)
{
	if (text != NULL)
		ks_emu_json_string(json, name, text);
}

static void write_object(struct ks_emu_json *json, const struct ks_emu_object *object)
{
	ks_emu_json_object(json, NULL);
	ks_emu_json_string(json, "key", object->key);
	ks_emu_json_string(json, "etag", object->etag);
	ks_emu_json_integer(json, "modified", object->modified);
	ks_emu_json_bool(json, "publicRead", object->public_read);
	write_optional(json, "tags", object->tags);
	write_base64(json, "headers", object->headers, strlen(object->headers));
	write_base64(json, "data", object->blob->data, object->blob->len);
	ks_emu_json_end_object(json);
}

static void write_bucket(struct ks_emu_json *json, const struct ks_emu_bucket *bucket)
{
	ks_emu_json_object(json, NULL);
	ks_emu_json_string(json, "name", bucket->name);
	ks_emu_json_string(json, "region", ks_emu_regions[bucket->region].name);
	ks_emu_json_string(json, "uuid", bucket->uuid);
	ks_emu_json_integer(json, "created", bucket->created);
	ks_emu_json_string(json, "bundle", bucket->bundle->id);
	ks_emu_json_bool(json, "publicRead", bucket->public_read);
	ks_emu_json_bool(json, "publicOverrides", bucket->public_overrides);
	ks_emu_json_string(json, "versioning", bucket->versioning);
	ks_emu_json_bool(json, "ableToUpdateBundle", bucket->able_to_update_bundle);
	write_optional(json, "instance", bucket->instance);
	write_optional(json, "reader", bucket->reader);
	write_optional(json, "logBucket", bucket->log_bucket);
	write_optional(json, "corsOrigin", bucket->cors_origin);
	ks_emu_json_array(json, "tags");
	for (size_t i = 0; i < bucket->tag_count; i++) {
		ks_emu_json_object(json, NULL);
		ks_emu_json_string(json, "key", bucket->tags[i].key);
		write_optional(json, "value", bucket->tags[i].value);
		ks_emu_json_end_object(json);
	}
	ks_emu_json_end_array(json);
	ks_emu_json_array(json, "keys");
	for (size_t i = 0; i < bucket->key_count; i++)
		write_key(json, bucket->keys[i]);
	ks_emu_json_end_array(json);
	ks_emu_json_array(json, "objects");
	for (size_t i = 0; i < bucket->object_count; i++)
		write_object(json, bucket->objects[i]);
	ks_emu_json_end_array(json);
	ks_emu_json_end_object(json);
}

static void write_operation(struct ks_emu_json *json, const struct ks_emu_operation *operation)
{
	ks_emu_json_object(json, NULL);
	ks_emu_json_string(json, "id", operation->id);
	ks_emu_json_string(json, "resource", operation->resource);
	ks_emu_json_string(json, "type", operation->type);
	ks_emu_json_string(json, "region", ks_emu_regions[operation->region].name);
	ks_emu_json_integer(json, "created", operation->created);
	ks_emu_json_integer(json, "finishes", operation->finishes);
	ks_emu_json_string(json, "outcome", operation->outcome);
	ks_emu_json_string(json, "details", operation->details);
	ks_emu_json_string(json, "errorCode", operation->error_code);
	ks_emu_json_string(json, "errorDetails", operation->error_details);
	ks_emu_json_end_object(json);
}

bool ks_emu_state_write(const struct ks_emu_world *world, struct ks_buf *buf)
{
	struct ks_emu_json json;
	char seed[24];

	ks_emu_json_init(&json, buf);
	ks_emu_json_object(&json, NULL);
	ks_emu_json_string(&json, "format", FORMAT);
	snprintf(seed, sizeof seed, "%llu", (unsigned long long)world->seed);
	ks_emu_json_string(&json, "seed", seed);
	ks_emu_json_string(&json, "account", world->account);
	ks_emu_json_string(&json, "accessKeyId", world->access_key_id);
	ks_emu_json_string(&json, "secretAccessKey", world->secret_access_key);
	ks_emu_json_array(&json, "buckets");
	for (size_t r = 0; r < KS_EMU_REGION_COUNT; r++)
		for (size_t i = 0; i < world->regions[r].bucket_count; i++)
			write_bucket(&json, world->regions[r].buckets[i]);
	ks_emu_json_end_array(&json);
	ks_emu_json_array(&json, "operations");
	for (size_t r = 0; r < KS_EMU_REGION_COUNT; r++)
		for (size_t i = 0; i < world->regions[r].operation_count; i++)
			write_operation(&json, world->regions[r].operations[i]);
	ks_emu_json_end_array(&json);
	ks_emu_json_end_object(&json);
	ks_buf_puts(buf, "\n");
	return !buf->overflow;
}

/* ---- reading: whatever is missing or of another type makes the file not ours ---- */

static const char *text_of(const cJSON *object, const char *name)
{
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

/* Copies a text that must be there and fit. */
static bool read_text(const cJSON *object, const char *name, char *dst, size_t size)
{
	const char *text = text_of(object, name);

	if (text == NULL || strlen(text) >= size)
		return false;
	memcpy(dst, text, strlen(text) + 1);
	return true;
}

static bool read_number(const cJSON *object, const char *name, int64_t *value)
{
	const cJSON *number = cJSON_GetObjectItemCaseSensitive(object, name);

	if (!cJSON_IsNumber(number) || number->valuedouble < -9e15 || number->valuedouble > 9e15)
		return false;
	*value = (int64_t)number->valuedouble;
	return true;
}

static bool read_region(const cJSON *object, size_t *region)
{
	const char *name = text_of(object, "region");

	*region = name != NULL ? ks_emu_region_find(name) : KS_EMU_REGION_COUNT;
	return *region < KS_EMU_REGION_COUNT;
}

static char *read_optional(const cJSON *object, const char *name)
{
	const char *text = text_of(object, name);

	return text != NULL ? ks_strdup(text) : NULL;
}

/* A new block of *len bytes, NUL-terminated; NULL when it isn't base64. */
static char *read_base64(const cJSON *object, const char *name, size_t *len)
{
	const char *text = text_of(object, name);
	size_t text_len = text != NULL ? strlen(text) : 0;
	char *data;
	int decoded;

	if (text == NULL || text_len % 4 != 0 || text_len > KS_EMU_OBJECT_MAX * 2u)
		return NULL;
	data = ks_malloc(text_len / 4 * 3 + 1);
	decoded =
	    EVP_DecodeBlock((unsigned char *)data, (const unsigned char *)text, (int)text_len);
	if (decoded < 0) {
		free(data);
		return NULL;
	}
	for (size_t i = text_len; i > 0 && text[i - 1] == '='; i--)
		decoded--;
	data[decoded] = '\0';
	*len = (size_t)decoded;
	return data;
}

static bool read_key(struct ks_emu_world *world, struct ks_emu_bucket *bucket, const cJSON *object)
{
	char id[KS_EMULATOR_KEY_ID_SIZE], secret[KS_EMULATOR_SECRET_SIZE];
	int64_t created, works_from, use_every_s;
	struct ks_emu_key *key;

	if (!read_text(object, "id", id, sizeof id) ||
	    !read_text(object, "secret", secret, sizeof secret) ||
	    !read_number(object, "created", &created) ||
	    !read_number(object, "worksFrom", &works_from) ||
	    !read_number(object, "useEverySeconds", &use_every_s) ||
	    ks_emu_index_find(&world->keys, id) != NULL)
		return false;
	key = ks_emu_world_add_key(world, bucket, id, secret, created);
	if (key == NULL)
		return false;
	key->works_from = works_from;
	key->use_every_s = (unsigned)use_every_s;
	return !read_number(object, "lastUsed", &key->last_used) ||
	       (read_text(object, "lastRegion", key->last_region, sizeof key->last_region) &&
		   read_text(object, "lastService", key->last_service, sizeof key->last_service));
}

static bool read_object(struct ks_emu_world *world, struct ks_emu_bucket *bucket, const cJSON *json)
{
	const char *key = text_of(json, "key");
	size_t headers_len, data_len;
	char *headers = read_base64(json, "headers", &headers_len);
	char *data = read_base64(json, "data", &data_len);
	struct ks_emu_object *object = NULL;
	int64_t modified;
	char etag[48];

	if (key != NULL && headers != NULL && data != NULL &&
	    read_text(json, "etag", etag, sizeof etag) &&
	    read_number(json, "modified", &modified)) {
		object = ks_emu_world_put_object(
		    world, bucket, key, ks_emu_blob_new(data, data_len), etag, headers, modified);
		headers = NULL;
	}
	free(headers);
	free(data);
	if (object == NULL)
		return false;
	object->tags = read_optional(json, "tags");
	object->public_read = cJSON_IsTrue(cJSON_GetObjectItem(json, "publicRead"));
	return true;
}

/* One of the constants, so that the pointer can be kept. */
static const char *versioning_of(const char *text)
{
	static const char *const all[] = {"Enabled", "Suspended", "NeverEnabled"};

	for (size_t i = 0; text != NULL && i < sizeof all / sizeof all[0]; i++)
		if (strcmp(all[i], text) == 0)
			return all[i];
	return "NeverEnabled";
}

static bool read_parts(
    struct ks_emu_world *world, struct ks_emu_bucket *bucket, const cJSON *object)
{
	const cJSON *part;

	cJSON_ArrayForEach(part, cJSON_GetObjectItemCaseSensitive(object, "tags"))
	{
		if (text_of(part, "key") == NULL)
			return false;
		ks_emu_bucket_add_tag(bucket, text_of(part, "key"), text_of(part, "value"));
	}
	cJSON_ArrayForEach(part, cJSON_GetObjectItemCaseSensitive(object, "keys"))
	{
		if (!read_key(world, bucket, part))
			return false;
	}
	cJSON_ArrayForEach(part, cJSON_GetObjectItemCaseSensitive(object, "objects"))
	{
		if (!read_object(world, bucket, part))
			return false;
	}
	return true;
}

static bool read_bucket(struct ks_emu_world *world, const cJSON *object)
{
	char name[KS_EMU_BUCKET_NAME_SIZE], uuid[KS_EMU_UUID_SIZE];
	const char *bundle = text_of(object, "bundle");
	struct ks_emu_bucket *bucket;
	int64_t created;
	size_t region;

	if (!read_text(object, "name", name, sizeof name) || !read_region(object, &region) ||
	    !read_text(object, "uuid", uuid, sizeof uuid) ||
	    !read_number(object, "created", &created) || bundle == NULL ||
	    ks_emu_bundle_find(bundle) == NULL || ks_emu_world_bucket(world, name) != NULL)
		return false;
	bucket = ks_emu_world_add_bucket(world, name, region, uuid, created);
	bucket->bundle = ks_emu_bundle_find(bundle);
	bucket->versioning = versioning_of(text_of(object, "versioning"));
	bucket->public_read = cJSON_IsTrue(cJSON_GetObjectItem(object, "publicRead"));
	bucket->public_overrides = cJSON_IsTrue(cJSON_GetObjectItem(object, "publicOverrides"));
	bucket->able_to_update_bundle =
	    cJSON_IsTrue(cJSON_GetObjectItem(object, "ableToUpdateBundle"));
	bucket->instance = read_optional(object, "instance");
	bucket->reader = read_optional(object, "reader");
	bucket->log_bucket = read_optional(object, "logBucket");
	bucket->cors_origin = read_optional(object, "corsOrigin");
	return read_parts(world, bucket, object);
}

static bool read_operation(struct ks_emu_world *world, const cJSON *object)
{
	struct ks_emu_operation operation = {0};

	if (!read_text(object, "id", operation.id, sizeof operation.id) ||
	    !read_text(object, "resource", operation.resource, sizeof operation.resource) ||
	    !read_text(object, "type", operation.type, sizeof operation.type) ||
	    !read_region(object, &operation.region) ||
	    !read_number(object, "created", &operation.created) ||
	    !read_number(object, "finishes", &operation.finishes) ||
	    !read_text(object, "outcome", operation.outcome, sizeof operation.outcome) ||
	    !read_text(object, "details", operation.details, sizeof operation.details) ||
	    !read_text(object, "errorCode", operation.error_code, sizeof operation.error_code) ||
	    !read_text(
		object, "errorDetails", operation.error_details, sizeof operation.error_details) ||
	    ks_emu_world_operation(world, operation.id) != NULL)
		return false;
	ks_emu_world_restore_operation(world, &operation);
	return true;
}

static const char *read_world(struct ks_emu_world *world, const cJSON *json)
{
	const cJSON *part;
	const char *format = text_of(json, "format"), *seed = text_of(json, "seed");

	if (format == NULL || strcmp(format, FORMAT) != 0)
		return "it is not a state file of this program";
	if (seed == NULL || !read_text(json, "account", world->account, sizeof world->account) ||
	    !read_text(json, "accessKeyId", world->access_key_id, sizeof world->access_key_id) ||
	    !read_text(
		json, "secretAccessKey", world->secret_access_key, sizeof world->secret_access_key))
		return "the account is missing in it";
	world->seed = strtoull(seed, NULL, 10);
	cJSON_ArrayForEach(part, cJSON_GetObjectItemCaseSensitive(json, "buckets"))
	{
		if (!read_bucket(world, part))
			return "a bucket in it is damaged";
	}
	cJSON_ArrayForEach(part, cJSON_GetObjectItemCaseSensitive(json, "operations"))
	{
		if (!read_operation(world, part))
			return "an operation in it is damaged";
	}
	return NULL;
}

bool ks_emu_state_read(
    struct ks_emu_world *world, const char *text, size_t len, const char **complaint)
{
	cJSON *json = cJSON_ParseWithLength(text, len);

	*complaint = json != NULL ? read_world(world, json) : "it is not JSON, or not all of it";
	cJSON_Delete(json);
	return *complaint == NULL;
}
