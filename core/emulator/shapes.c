#include "core/emulator/shapes.h"

#include <stdio.h>

static void write_location(struct ks_emu_json *json, size_t region)
{
	ks_emu_json_object(json, "location");
	ks_emu_json_string(json, "availabilityZone", "all");
	ks_emu_json_string(json, "regionName", ks_emu_regions[region].name);
	ks_emu_json_end_object(json);
}

static void write_identity(
    struct ks_emu_json *json, const struct ks_emu_world *world, const struct ks_emu_bucket *bucket)
{
	const char *region = ks_emu_regions[bucket->region].name;
	char text[256];

	ks_emu_json_string(json, "resourceType", "Bucket");
	snprintf(text, sizeof text, "arn:aws:lightsail:%s:%s:Bucket/%s", region, world->account,
	    bucket->uuid);
	ks_emu_json_string(json, "arn", text);
	ks_emu_json_string(json, "name", bucket->name);
	snprintf(text, sizeof text, "https://%s.s3.%s.amazonaws.com", bucket->name, region);
	ks_emu_json_string(json, "url", text);
	snprintf(text, sizeof text, "%s/%s/%s/%s", world->account, bucket->name, bucket->bundle->id,
	    region);
	ks_emu_json_string(json, "supportCode", text);
	ks_emu_json_time(json, "createdAt", bucket->created);
	write_location(json, bucket->region);
}

static void write_tags(struct ks_emu_json *json, const struct ks_emu_bucket *bucket)
{
	ks_emu_json_array(json, "tags");
	for (size_t i = 0; i < bucket->tag_count; i++) {
		ks_emu_json_object(json, NULL);
		ks_emu_json_string(json, "key", bucket->tags[i].key);
		if (bucket->tags[i].value != NULL)
			ks_emu_json_string(json, "value", bucket->tags[i].value);
		ks_emu_json_end_object(json);
	}
	ks_emu_json_end_array(json);
}

static void write_access(struct ks_emu_json *json, const struct ks_emu_bucket *bucket)
{
	ks_emu_json_object(json, "accessRules");
	ks_emu_json_string(json, "getObject", bucket->public_read ? "public" : "private");
	ks_emu_json_bool(json, "allowPublicOverrides", bucket->public_overrides);
	ks_emu_json_end_object(json);
	ks_emu_json_array(json, "readonlyAccessAccounts");
	if (bucket->reader != NULL)
		ks_emu_json_string(json, NULL, bucket->reader);
	ks_emu_json_end_array(json);
	ks_emu_json_object(json, "accessLogConfig");
	ks_emu_json_bool(json, "enabled", bucket->log_bucket != NULL);
	if (bucket->log_bucket != NULL) {
		ks_emu_json_string(json, "destination", bucket->log_bucket);
		ks_emu_json_string(json, "prefix", "logs/");
	}
	ks_emu_json_end_object(json);
}

static void write_connected(struct ks_emu_json *json, const struct ks_emu_bucket *bucket)
{
	ks_emu_json_array(json, "resourcesReceivingAccess");
	if (bucket->instance != NULL) {
		ks_emu_json_object(json, NULL);
		ks_emu_json_string(json, "name", bucket->instance);
		ks_emu_json_string(json, "resourceType", "Instance");
		ks_emu_json_end_object(json);
	}
	ks_emu_json_end_array(json);
}

static void write_cors(struct ks_emu_json *json, const struct ks_emu_bucket *bucket)
{
	ks_emu_json_object(json, "cors");
	ks_emu_json_array(json, "rules");
	if (bucket->cors_origin != NULL) {
		ks_emu_json_object(json, NULL);
		ks_emu_json_string(json, "id", "website");
		ks_emu_json_array(json, "allowedMethods");
		ks_emu_json_string(json, NULL, "GET");
		ks_emu_json_string(json, NULL, "HEAD");
		ks_emu_json_end_array(json);
		ks_emu_json_array(json, "allowedOrigins");
		ks_emu_json_string(json, NULL, bucket->cors_origin);
		ks_emu_json_end_array(json);
		ks_emu_json_integer(json, "maxAgeSeconds", 3600);
		ks_emu_json_end_object(json);
	}
	ks_emu_json_end_array(json);
	ks_emu_json_end_object(json);
}

void ks_emu_write_bucket(struct ks_emu_json *json, const char *name,
    const struct ks_emu_world *world, const struct ks_emu_bucket *bucket,
    struct ks_emu_bucket_extras extras)
{
	ks_emu_json_object(json, name);
	write_identity(json, world, bucket);
	ks_emu_json_string(json, "bundleId", bucket->bundle->id);
	ks_emu_json_bool(json, "ableToUpdateBundle", bucket->able_to_update_bundle);
	ks_emu_json_string(json, "objectVersioning", bucket->versioning);
	write_tags(json, bucket);
	write_access(json, bucket);
	if (extras.connected)
		write_connected(json, bucket);
	if (extras.cors)
		write_cors(json, bucket);
	ks_emu_json_object(json, "state");
	ks_emu_json_string(json, "code", "OK");
	ks_emu_json_end_object(json);
	ks_emu_json_end_object(json);
}

void ks_emu_write_operation(struct ks_emu_json *json, const char *name,
    const struct ks_emu_operation *operation, int64_t now)
{
	bool terminal;
	int64_t since;
	const char *status = ks_emu_operation_status(operation, now, &since, &terminal);

	ks_emu_json_object(json, name);
	ks_emu_json_string(json, "id", operation->id);
	ks_emu_json_string(json, "resourceName", operation->resource);
	ks_emu_json_string(json, "resourceType", "Bucket");
	ks_emu_json_time(json, "createdAt", operation->created);
	write_location(json, operation->region);
	ks_emu_json_bool(json, "isTerminal", terminal);
	ks_emu_json_string(json, "operationDetails", operation->details);
	ks_emu_json_string(json, "operationType", operation->type);
	ks_emu_json_string(json, "status", status);
	ks_emu_json_time(json, "statusChangedAt", since);
	if (terminal && operation->error_code[0] != '\0') {
		ks_emu_json_string(json, "errorCode", operation->error_code);
		ks_emu_json_string(json, "errorDetails", operation->error_details);
	}
	ks_emu_json_end_object(json);
}

static void begin_key(struct ks_emu_json *json, const char *name, const struct ks_emu_key *key)
{
	ks_emu_json_object(json, name);
	ks_emu_json_string(json, "accessKeyId", key->id);
	ks_emu_json_string(json, "status", "Active");
	ks_emu_json_time(json, "createdAt", key->created);
}

void ks_emu_write_key(struct ks_emu_json *json, const char *name, const struct ks_emu_key *key)
{
	bool used = key->last_used != KS_TIME_NONE;

	begin_key(json, name, key);
	ks_emu_json_object(json, "lastUsed");
	ks_emu_json_time(json, "lastUsedDate", key->last_used);
	ks_emu_json_string(json, "region", used ? key->last_region : "N/A");
	ks_emu_json_string(json, "serviceName", used ? key->last_service : "N/A");
	ks_emu_json_end_object(json);
	ks_emu_json_end_object(json);
}

void ks_emu_write_new_key(struct ks_emu_json *json, const char *name, const struct ks_emu_key *key,
    bool without_last_used)
{
	begin_key(json, name, key);
	ks_emu_json_string(json, "secretAccessKey", key->secret);
	if (!without_last_used) {
		ks_emu_json_object(json, "lastUsed");
		ks_emu_json_end_object(json);
	}
	ks_emu_json_end_object(json);
}

static void write_zones(
    struct ks_emu_json *json, const char *name, const struct ks_emu_region_info *region, bool on)
{
	char zone[40];

	ks_emu_json_array(json, name);
	for (const char *letter = region->zones; on && *letter != '\0'; letter++) {
		ks_emu_json_object(json, NULL);
		snprintf(zone, sizeof zone, "%s%c", region->name, *letter);
		ks_emu_json_string(json, "zoneName", zone);
		ks_emu_json_string(json, "state", "available");
		ks_emu_json_end_object(json);
	}
	ks_emu_json_end_array(json);
}

void ks_emu_write_region(
    struct ks_emu_json *json, const struct ks_emu_region_info *region, bool zones, bool db_zones)
{
	ks_emu_json_object(json, NULL);
	ks_emu_json_string(json, "continentCode", region->continent);
	ks_emu_json_string(json, "description", region->description);
	ks_emu_json_string(json, "displayName", region->display_name);
	ks_emu_json_string(json, "name", region->name);
	write_zones(json, "availabilityZones", region, zones);
	write_zones(json, "relationalDatabaseAvailabilityZones", region, db_zones);
	ks_emu_json_end_object(json);
}
