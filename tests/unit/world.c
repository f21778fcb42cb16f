#include "tests/unit/world.h"

#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/lightsail/regions.h"

#define WIDE_NAME "写真-アーカイブ"
#define HOSTILE_NAME                       \
	"evil\033[31m\r\nname\xE2\x80\xAE" \
	"txt"

const struct world_bucket world_buckets[] = {
    {"backups-2024", "eu-west-1",
	{{"AKIABACKUPS2024AAAA1", "Active", 812 * DAY, KS_USE_USED, 3 * HOUR, "s3", "eu-west-1"}},
	NULL},
    {"media-assets", "us-east-1",
	{{"AKIAIOSFODNN7EXAMPLE", "Active", 412 * DAY, KS_USE_USED, 12 * MINUTE, "s3", "eu-west-1"},
	    {"AKIAI44QH8DHBEXAMPLE", "Active", 2 * DAY, KS_USE_NEVER, 0, NULL, NULL}},
	NULL},
    {"old-site", "us-east-1",
	{{"AKIAOLDSITEAAAAAAAA1", "Active", 900 * DAY, KS_USE_USED, 214 * DAY, "s3", "us-east-1"},
	    {"AKIAOLDSITEAAAAAAAA2", "Inactive", 890 * DAY, KS_USE_NEVER, 0, NULL, NULL}},
	NULL},
    {"fresh-uploads", "us-east-1",
	{{"AKIAFRESHUPLOADSAAA1", "Active", 5 * MINUTE, KS_USE_NO_DATA, 0, NULL, NULL}}, NULL},
    {"nothing-here", "eu-west-1", {{0}}, NULL},
    {"secret-plans", "eu-west-1", {{0}}, "AccessDeniedException"},
    {WIDE_NAME, "us-east-1",
	{{"AKIAWIDENAMEAAAAAAA1", "Active", 30 * DAY, KS_USE_USED, 40 * 1000, "s3", "us-east-1"}},
	NULL},
    {HOSTILE_NAME, "us-east-1", {{0}}, NULL},
    {"a-name-that-is-as-long-as-bucket-names-may-be-54-chars", "us-east-1", {{0}}, NULL},
    {0},
};

const struct world_operation world_operations[] = {
    {"CreateBucketAccessKey", "media-assets", "us-east-1", "Succeeded", 2 * DAY, NULL, NULL},
    {"CreateBucket", "fresh-uploads", "us-east-1", "Started", 4 * MINUTE, NULL, NULL},
    {"DeleteBucket", "old-site", "us-east-1", "Failed", 90 * MINUTE, "OperationFailure",
	"The bucket isn't empty."},
    {0},
};

enum { PROFILES = 6 };

const char *const world_profiles[3 * PROFILES] = {
    "default",
    "shared credentials file",
    "us-east-1",
    "prod",
    "assume role via base",
    "eu-west-1",
    "dev",
    "SSO my-sso",
    NULL,
    "base",
    "shared credentials file",
    NULL,
    "ci\033[31m",
    "credential_process",
    NULL,
    "empty",
    "no credentials",
    "us-east-2",
};

/* ---- replies ---- */

static void add_keys(const struct world *world, const char *bucket, struct ks_reply *reply)
{
	const struct world_bucket *row = world->buckets;

	while (row->name != NULL && strcmp(row->name, bucket) != 0)
		row++;
	reply->keys = ks_calloc(2, sizeof *reply->keys);
	for (size_t i = 0; row->name != NULL && i < 2; i++) {
		const struct world_key *from = &row->keys[i];
		struct ks_access_key *key = &reply->keys[reply->n_keys];

		if (from->id == NULL)
			continue;
		reply->n_keys++;
		ks_str_set(&key->id, from->id);
		ks_str_set(&key->status, from->status);
		key->created = world->now - from->age;
		key->last_used.use = from->use;
		key->last_used.date =
		    from->use == KS_USE_USED ? world->now - from->used_ago : KS_TIME_NONE;
		if (from->by != NULL)
			ks_str_set(&key->last_used.service, from->by);
		if (from->from != NULL)
			ks_str_set(&key->last_used.region, from->from);
	}
}

static void add_buckets(const struct world *world, const char *region, struct ks_reply *reply)
{
	size_t count = 0;

	while (world->buckets[count].name != NULL)
		count++;
	reply->buckets = ks_calloc(count + 1, sizeof *reply->buckets);
	for (size_t i = 0; i < count; i++) {
		struct ks_bucket *bucket = &reply->buckets[reply->n_buckets];

		if (strcmp(world->buckets[i].region, region) != 0)
			continue;
		reply->n_buckets++;
		ks_str_set(&bucket->name, world->buckets[i].name);
		ks_str_set(&bucket->bundle_id, "small_1_0");
		ks_str_set(&bucket->state_code, "OK");
		ks_str_set(&bucket->location.region, region);
		bucket->created = world->now - 1000 * DAY;
	}
}

static void add_operations(const struct world *world, const struct ks_request *request,
    bool of_bucket, struct ks_reply *reply)
{
	const struct world_operation *row = world->operations;

	reply->operations = ks_calloc(16, sizeof *reply->operations);
	for (; row != NULL && row->type != NULL && reply->n_operations < 16; row++) {
		struct ks_operation *operation = &reply->operations[reply->n_operations];

		if (strcmp(row->region, request->region) != 0 ||
		    (of_bucket && strcmp(row->bucket, request->input.bucket) != 0))
			continue;
		reply->n_operations++;
		ks_str_set(&operation->id, row->type);
		ks_str_set(&operation->type, row->type);
		ks_str_set(&operation->status, row->status);
		ks_str_set(&operation->resource_name, row->bucket);
		ks_str_set(&operation->resource_type, "Bucket");
		operation->created = world->now - row->ago;
		operation->status_changed = operation->created;
		if (row->error_code != NULL)
			ks_str_set(&operation->error_code, row->error_code);
		if (row->error_details != NULL)
			ks_str_set(&operation->error_details, row->error_details);
	}
}

static void add_one_operation(
    const struct world *world, const struct ks_request *request, struct ks_reply *reply)
{
	add_operations(world, request, false, reply);
	for (size_t i = 0; i < reply->n_operations; i++) {
		struct ks_operation found = reply->operations[i];

		if (strcmp(ks_str_raw(&found.id), request->input.operation_id) != 0)
			continue;
		reply->operations[i] = reply->operations[0];
		reply->operations[0] = found;
	}
	for (size_t i = 1; i < reply->n_operations; i++)
		ks_operation_free(&reply->operations[i]);
	if (reply->n_operations > 1)
		reply->n_operations = 1;
}

static void add_created(struct world *world, struct ks_reply *reply, struct ks_err *err)
{
	world->creates++;
	reply->keys = ks_calloc(1, sizeof *reply->keys);
	reply->n_keys = 1;
	ks_str_set(&reply->keys[0].id, "AKIANEWNEWNEWNEWNEW1");
	ks_str_set(&reply->keys[0].status, "Active");
	reply->keys[0].created = world->now;
	reply->secret = ks_secret_new("a-secret-that-nobody-must-see-0123456789", 40, err);
}

/* Why this call fails; "" when it doesn't. */
static const char *failure(const struct world *world, const struct ks_request *request)
{
	if (world->fails != KS_ERR_NONE)
		return world->fails_code != NULL ? world->fails_code : "Failed";
	if (request->op == KS_OP_GET_BUCKETS && world->denied_region != NULL &&
	    strcmp(world->denied_region, request->region) == 0)
		return "AccessDeniedException";
	if (request->op == KS_OP_GET_BUCKETS && world->opted_out &&
	    ks_region_is_opt_in(request->region))
		return "OptInRequired";
	if (request->op == KS_OP_GET_BUCKET_ACCESS_KEYS)
		for (const struct world_bucket *row = world->buckets; row->name != NULL; row++)
			if (row->fails != NULL && strcmp(row->name, request->input.bucket) == 0)
				return row->fails;
	return "";
}

static void fill_reply(
    struct world *world, const struct ks_request *request, struct ks_event *event)
{
	struct ks_reply *reply = event->reply = ks_calloc(1, sizeof *event->reply);

	switch (request->op) {
	case KS_OP_GET_BUCKETS:
		add_buckets(world, request->region, reply);
		break;
	case KS_OP_GET_BUCKET_ACCESS_KEYS:
		add_keys(world, request->input.bucket, reply);
		break;
	case KS_OP_GET_OPERATIONS:
		add_operations(world, request, false, reply);
		break;
	case KS_OP_GET_OPERATIONS_FOR_RESOURCE:
		add_operations(world, request, true, reply);
		break;
	case KS_OP_GET_OPERATION:
		add_one_operation(world, request, reply);
		break;
	case KS_OP_CREATE_BUCKET_ACCESS_KEY:
		add_created(world, reply, &reply->secret_err);
		break;
	case KS_OP_DELETE_BUCKET_ACCESS_KEY:
		world->deletes++;
		break;
	case KS_OP_GET_REGIONS:
	case KS_OP_COUNT:
		break;
	}
}

static void answer_call(struct world *world, const struct ks_request *request)
{
	struct ks_event *event = ks_event_new(KS_EVENT_REPLY, world->now);
	const char *code = failure(world, request);

	event->request = request->id;
	memcpy(event->request_id, "1f3a-made-up", sizeof "1f3a-made-up");
	if (code[0] == '\0') {
		fill_reply(world, request, event);
	} else {
		ks_err_set(&event->err, world->fails != KS_ERR_NONE ? world->fails : KS_ERR_SERVICE,
		    "User: arn:aws:iam::123456789012:user/ann is not authorized to perform: "
		    "lightsail:%s",
		    ks_call(request->op)->name);
		if (strcmp(code, "Failed") != 0) {
			event->err.http_status = 400;
			memcpy(event->err.code, code, strlen(code) + 1);
		}
	}
	ks_store_apply(world->store, event);
}

static bool is_profile(const struct ks_request *request, const char *name)
{
	return name != NULL && request->profile_name != NULL &&
	       strcmp(request->profile_name, name) == 0;
}

static void answer_identify(struct world *world, const struct ks_request *request)
{
	struct ks_event *event = ks_event_new(KS_EVENT_IDENTITY, world->now);
	struct ks_identity_info *info = event->identity = ks_calloc(1, sizeof *event->identity);

	event->request = request->id;
	info->profile = ks_strdup(world->no_profile               ? ""
				  : request->profile_name != NULL ? request->profile_name
								  : "default");
	info->expires = KS_TIME_NONE;
	if (world->looked == NULL ||
	    (world->broken != NULL && !is_profile(request, world->broken))) {
		info->source =
		    ks_strdup(world->from_environment ? "environment" : "shared credentials file");
		info->access_key_id = ks_strdup("AKIAACCOUNTOWNKEYAAA");
	} else {
		info->looked = ks_calloc(8, sizeof *info->looked);
		for (size_t i = 0; i < 8 && world->looked[2 * i] != NULL; i++) {
			info->looked[i].place = ks_strdup(world->looked[2 * i]);
			info->looked[i].finding = ks_strdup(world->looked[2 * i + 1]);
			info->n_looked++;
		}
		ks_err_set(&event->err, KS_ERR_CREDENTIALS, "no credentials were found");
		snprintf(event->err.code, sizeof event->err.code, "NoCredentials");
		if (world->identity_err != NULL)
			event->err = *world->identity_err;
	}
	ks_store_apply(world->store, event);
}

static void answer_profiles(struct world *world, const struct ks_request *request)
{
	struct ks_event *event = ks_event_new(KS_EVENT_PROFILES, world->now);
	struct ks_catalog *catalog = event->catalog = ks_calloc(1, sizeof *event->catalog);

	event->request = request->id;
	catalog->default_rule = ks_strdup("profile default");
	catalog->count = PROFILES;
	catalog->entries = ks_calloc(PROFILES, sizeof *catalog->entries);
	for (size_t i = 0; i < PROFILES; i++) {
		ks_str_set(&catalog->entries[i].name, world_profiles[3 * i]);
		catalog->entries[i].sign_in = ks_strdup(world_profiles[3 * i + 1]);
		catalog->entries[i].region = ks_strdup_maybe(world_profiles[3 * i + 2]);
	}
	ks_store_apply(world->store, event);
}

/* ---- turns ---- */

static void submit(struct world *world, struct ks_request *request)
{
	struct ks_event *event = ks_event_new(KS_EVENT_SUBMITTED, world->now);

	request->id = world->next_id++;
	event->request = request->id;
	event->submitted = ks_request_copy(request);
	ks_store_apply(world->store, event);
}

static void answer(struct world *world, const struct ks_request *request)
{
	if (request->kind == KS_REQUEST_IDENTIFY && is_profile(request, world->slow))
		return;
	if (request->kind == KS_REQUEST_IDENTIFY)
		answer_identify(world, request);
	else if (request->kind == KS_REQUEST_CALL)
		answer_call(world, request);
	else if (request->kind == KS_REQUEST_PROFILES)
		answer_profiles(world, request);
}

void world_begin(struct world *world, const struct ks_store_options *options)
{
	world->store = ks_store_new(options);
	world->now = WORLD_NOW;
	world->next_id = 1;
}

/* One plan, of which the first requests are sent; gives how many there were. */
static size_t turn(struct world *world, size_t most)
{
	struct ks_hints hints = {.operations = true};
	struct ks_plan plan = {0};
	size_t sent = 0;

	ks_plan_next(world->store, &hints, world->now, &plan);
	for (size_t i = 0; i < plan.count; i++) {
		if (i < most) {
			sent++;
			submit(world, plan.requests[i]);
			if (!world->silent)
				answer(world, plan.requests[i]);
		}
		ks_request_free(plan.requests[i]);
	}
	plan.count = 0;
	ks_plan_free(&plan);
	return sent;
}

void world_step(struct world *world, size_t requests)
{
	while (requests > 0) {
		size_t sent = turn(world, requests);

		if (sent == 0)
			return;
		requests -= sent;
	}
}

void world_settle(struct world *world)
{
	while (turn(world, SIZE_MAX) > 0 && !world->silent)
		;
}

void world_end(struct world *world)
{
	ks_store_free(world->store);
	world->store = NULL;
}
