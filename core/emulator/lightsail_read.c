/* The calls that change nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/emulator/lightsail.h"
#include "core/emulator/page_token.h"
#include "core/emulator/shapes.h"

bool ks_emu_get_regions(struct ks_emu_call *call)
{
	bool zones = ks_emu_call_true(call, "includeAvailabilityZones");
	bool db_zones = ks_emu_call_true(call, "includeRelationalDatabaseAvailabilityZones");

	ks_emu_json_array(&call->json, "regions");
	for (size_t i = 0; i < KS_EMU_REGION_COUNT; i++)
		ks_emu_write_region(&call->json, &ks_emu_regions[i], zones, db_zones);
	ks_emu_json_end_array(&call->json);
	return true;
}

bool ks_emu_get_bucket_bundles(struct ks_emu_call *call)
{
	struct ks_emu_json *json = &call->json;

	ks_emu_json_array(json, "bundles");
	for (size_t i = 0; i < KS_EMU_BUNDLE_COUNT; i++) {
		ks_emu_json_object(json, NULL);
		ks_emu_json_string(json, "bundleId", ks_emu_bundles[i].id);
		ks_emu_json_string(json, "name", ks_emu_bundles[i].name);
		ks_emu_json_hundredths(json, "price", ks_emu_bundles[i].price_cents);
		ks_emu_json_integer(json, "storagePerMonthInGb", ks_emu_bundles[i].storage_gb);
		ks_emu_json_integer(json, "transferPerMonthInGb", ks_emu_bundles[i].transfer_gb);
		ks_emu_json_bool(json, "isActive", true);
		ks_emu_json_end_object(json);
	}
	ks_emu_json_end_array(json);
	return true;
}

/* ---- pages ---- */

/* What a token is good for: this operation, in this region, of this resource. */
static void name_list(const struct ks_emu_call *call, const char *of, char *list, size_t size)
{
	snprintf(list, size, "%s %s %s", call->op->name, ks_emu_regions[call->region].name, of);
}

/*
 * The last thing of the page before, in a new block: "" for the first page, NULL when it called
 * fail.
 */
static char *read_token(struct ks_emu_call *call, const char *of)
{
	const char *token = ks_emu_call_string(call, "pageToken");
	char list[160], *last;

	name_list(call, of, list, sizeof list);
	if (token == NULL || token[0] == '\0')
		return ks_strdup("");
	last = ks_emu_token_read(token, list);
	if (last == NULL)
		ks_emu_call_fail(call, KS_EMU_INVALID_INPUT, "InvalidInput",
		    "The parameter pageToken is not valid.");
	return last;
}

static void write_token(struct ks_emu_call *call, const char *of, const char *last)
{
	char list[160], *token;

	name_list(call, of, list, sizeof list);
	token = ks_emu_token_make(list, last);
	ks_emu_json_string(&call->json, "nextPageToken", token);
	free(token);
}

/* ---- buckets ---- */

static void write_bpa_sync(struct ks_emu_call *call)
{
	int64_t hour = 60 * 60 * 1000;
	int64_t now = ks_emu_world_now(call->world);

	ks_emu_json_object(&call->json, "accountLevelBpaSync");
	ks_emu_json_string(&call->json, "status", "InSync");
	ks_emu_json_time(&call->json, "lastSyncedAt", now - now % hour);
	ks_emu_json_bool(&call->json, "bpaImpactsLightsail", false);
	ks_emu_json_end_object(&call->json);
}

static bool get_one_bucket(struct ks_emu_call *call, struct ks_emu_bucket_extras extras)
{
	struct ks_emu_bucket *bucket = ks_emu_call_bucket(call);

	if (bucket == NULL)
		return false;
	ks_emu_json_array(&call->json, "buckets");
	ks_emu_write_bucket(&call->json, NULL, call->world, bucket, extras);
	ks_emu_json_end_array(&call->json);
	write_bpa_sync(call);
	return true;
}

static bool get_a_page_of_buckets(struct ks_emu_call *call, struct ks_emu_bucket_extras extras)
{
	const struct ks_emu_region *region = &call->world->regions[call->region];
	char *last = read_token(call, "");
	size_t at, end;

	if (last == NULL)
		return false;
	at = ks_emu_world_bucket_after(region, last);
	free(last);
	end = at + call->service->buckets_a_page;
	if (end > region->bucket_count)
		end = region->bucket_count;
	ks_emu_json_array(&call->json, "buckets");
	for (; at < end; at++)
		ks_emu_write_bucket(&call->json, NULL, call->world, region->buckets[at], extras);
	ks_emu_json_end_array(&call->json);
	if (end < region->bucket_count)
		write_token(call, "", region->buckets[end - 1]->name);
	write_bpa_sync(call);
	return true;
}

bool ks_emu_get_buckets(struct ks_emu_call *call)
{
	struct ks_emu_bucket_extras extras = {
	    .connected = ks_emu_call_true(call, "includeConnectedResources"),
	    .cors = ks_emu_call_true(call, "includeCors"),
	};
	bool named = ks_emu_call_string(call, "bucketName") != NULL;

	if (extras.cors && !named)
		return ks_emu_call_fail(call, KS_EMU_INVALID_INPUT, "InvalidInput",
		    "The parameter includeCors is only valid together with bucketName.");
	return named ? get_one_bucket(call, extras) : get_a_page_of_buckets(call, extras);
}

bool ks_emu_get_bucket_access_keys(struct ks_emu_call *call)
{
	struct ks_emu_bucket *bucket = ks_emu_call_bucket(call);

	if (bucket == NULL)
		return false;
	ks_emu_life_catch_up(&call->service->life, call->world, bucket);
	ks_emu_json_array(&call->json, "accessKeys");
	for (size_t i = 0; i < bucket->key_count; i++)
		ks_emu_write_key(&call->json, NULL, bucket->keys[i]);
	ks_emu_json_end_array(&call->json);
	return true;
}

/* ---- operations ---- */

bool ks_emu_get_operation(struct ks_emu_call *call)
{
	const char *id = ks_emu_call_string(call, "operationId");
	const struct ks_emu_operation *operation = ks_emu_world_operation(call->world, id);

	if (operation == NULL || operation->region != call->region)
		return ks_emu_call_fail(
		    call, KS_EMU_NOT_FOUND, "DoesNotExist", "The Operation does not exist: %s", id);
	ks_emu_write_operation(&call->json, "operation", operation, ks_emu_world_now(call->world));
	return true;
}

/* A page of a region's operations, of one resource or (resource "") of all. */
static bool get_a_page_of_operations(struct ks_emu_call *call, const char *resource)
{
	const struct ks_emu_region *region = &call->world->regions[call->region];
	char *last = read_token(call, resource), next[24] = "";
	uint64_t after;
	unsigned shown = 0;

	if (last == NULL)
		return false;
	after = strtoull(last, NULL, 10);
	free(last);
	ks_emu_json_array(&call->json, "operations");
	for (size_t i = 0; i < region->operation_count; i++) {
		const struct ks_emu_operation *operation = region->operations[i];

		if (operation->number <= after ||
		    (resource[0] != '\0' && strcmp(operation->resource, resource) != 0))
			continue;
		if (shown == call->service->operations_a_page) {
			snprintf(next, sizeof next, "%llu", (unsigned long long)after);
			break;
		}
		ks_emu_write_operation(&call->json, NULL, operation, ks_emu_world_now(call->world));
		after = operation->number;
		shown++;
	}
	ks_emu_json_end_array(&call->json);
	if (next[0] != '\0')
		write_token(call, resource, next);
	return true;
}

bool ks_emu_get_operations(struct ks_emu_call *call)
{
	return get_a_page_of_operations(call, "");
}

static bool was_ever_here(const struct ks_emu_call *call, const char *name)
{
	const struct ks_emu_region *region = &call->world->regions[call->region];
	const struct ks_emu_bucket *bucket = ks_emu_world_bucket(call->world, name);

	if (bucket != NULL && bucket->region == call->region)
		return true;
	for (size_t i = 0; i < region->operation_count; i++)
		if (strcmp(region->operations[i]->resource, name) == 0)
			return true;
	return false;
}

bool ks_emu_get_operations_for_resource(struct ks_emu_call *call)
{
	const char *name = ks_emu_call_string(call, "resourceName");

	if (!was_ever_here(call, name))
		return ks_emu_call_fail(call, KS_EMU_NOT_FOUND, "DoesNotExist",
		    "The resource does not exist: %s", name);
	return get_a_page_of_operations(call, name);
}
