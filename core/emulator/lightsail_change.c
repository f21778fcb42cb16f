/* The calls that change something. Each adds an operation to its region's list. */

#include "core/emulator/lightsail.h"
#include "core/emulator/shapes.h"

/* The list "operations" with the one that this change has started. */
static void write_started(
    struct ks_emu_call *call, const struct ks_emu_bucket *bucket, const char *details)
{
	const struct ks_emu_operation *operation = ks_emu_world_add_operation(
	    call->world, call->op->name, bucket, details, call->plan.operation_fails);

	ks_emu_json_array(&call->json, "operations");
	ks_emu_write_operation(&call->json, NULL, operation, operation->created);
	ks_emu_json_end_array(&call->json);
}

static void take_tags(struct ks_emu_call *call, struct ks_emu_bucket *bucket)
{
	const cJSON *tags = cJSON_GetObjectItemCaseSensitive(call->input, "tags"), *tag;

	cJSON_ArrayForEach(tag, tags)
	{
		const char *key =
		    cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(tag, "key"));

		ks_emu_bucket_add_tag(bucket, key != NULL ? key : "",
		    cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(tag, "value")));
	}
}

bool ks_emu_create_bucket(struct ks_emu_call *call)
{
	const char *name = ks_emu_call_string(call, "bucketName");
	const struct ks_emu_bundle *bundle =
	    ks_emu_bundle_find(ks_emu_call_string(call, "bundleId"));
	struct ks_emu_bucket *bucket;

	if (bundle == NULL)
		return ks_emu_call_fail(call, KS_EMU_INVALID_INPUT, "InvalidInput",
		    "The bundle does not exist: %s", ks_emu_call_string(call, "bundleId"));
	if (ks_emu_world_bucket(call->world, name) != NULL)
		return ks_emu_call_fail(call, KS_EMU_INVALID_INPUT, "NameExists",
		    "Some names are already in use: %s", name);
	bucket = ks_emu_world_add_bucket(
	    call->world, name, call->region, NULL, ks_emu_world_now(call->world));
	bucket->bundle = bundle;
	if (ks_emu_call_true(call, "enableObjectVersioning"))
		bucket->versioning = "Enabled";
	take_tags(call, bucket);
	ks_emu_write_bucket(
	    &call->json, "bucket", call->world, bucket, (struct ks_emu_bucket_extras){0});
	write_started(call, bucket, bundle->id);
	return true;
}

/* Why a bucket can't go without forceDelete; NULL when it can. */
static const char *what_holds(const struct ks_emu_bucket *bucket)
{
	if (bucket->key_count > 0)
		return "it has access keys";
	if (bucket->object_count > 0)
		return "it has objects";
	if (bucket->instance != NULL)
		return "an instance has access to it";
	return NULL;
}

bool ks_emu_delete_bucket(struct ks_emu_call *call)
{
	struct ks_emu_bucket *bucket = ks_emu_call_bucket(call);

	if (bucket == NULL)
		return false;
	if (!ks_emu_call_true(call, "forceDelete") && what_holds(bucket) != NULL)
		return ks_emu_call_fail(call, KS_EMU_INVALID_INPUT, "InvalidInput",
		    "The Bucket %s can't be deleted because %s. Use forceDelete to delete it all "
		    "the same.",
		    bucket->name, what_holds(bucket));
	write_started(call, bucket, "");
	ks_emu_world_remove_bucket(call->world, bucket);
	return true;
}

bool ks_emu_create_bucket_access_key(struct ks_emu_call *call)
{
	struct ks_emu_bucket *bucket = ks_emu_call_bucket(call);
	struct ks_emu_key *key;

	if (bucket == NULL)
		return false;
	key = ks_emu_world_add_key(call->world, bucket, NULL, NULL, ks_emu_world_now(call->world));
	if (key == NULL)
		return ks_emu_call_fail(call, KS_EMU_INVALID_INPUT, "LimitExceeded",
		    "You have reached the limit of access keys for %s", bucket->name);
	ks_emu_write_new_key(
	    &call->json, "accessKey", key, call->service->create_without_last_used);
	write_started(call, bucket, key->id);
	return true;
}

bool ks_emu_delete_bucket_access_key(struct ks_emu_call *call)
{
	struct ks_emu_bucket *bucket = ks_emu_call_bucket(call);
	const char *id = ks_emu_call_string(call, "accessKeyId");
	struct ks_emu_key *key;

	if (bucket == NULL)
		return false;
	key = ks_emu_bucket_key(bucket, id);
	if (key == NULL)
		return ks_emu_call_fail(call, KS_EMU_NOT_FOUND, "DoesNotExist",
		    "The access key does not exist: %s", id);
	ks_emu_world_remove_key(call->world, key);
	write_started(call, bucket, id);
	return true;
}
