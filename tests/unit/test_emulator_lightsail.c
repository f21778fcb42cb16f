/* The Lightsail half of the emulator, over real sockets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/base/date.h"
#include "core/base/mem.h"
#include "tests/support/emulator_client.h"
#include "tests/support/emulator_thread.h"

struct fixture {
	struct emulator_thread thread;
	struct client client;
};

static struct fixture fixture;

static void start(const struct ks_emulator_options *options)
{
	emulator_thread_start(&fixture.thread, options);
	fixture.client = client_of(fixture.thread.emulator);
}

static int start_default(void **state)
{
	(void)state;
	start(NULL);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	emulator_thread_stop(&fixture.thread);
	return 0;
}

/* The defaults, still; for tests that want one thing else. */
static struct ks_emulator_options still_options(void)
{
	struct ks_emulator_options options;

	ks_emulator_options_init(&options);
	options.background_use = false;
	return options;
}

static void expect(const char *op, const char *body, int status, const char *type)
{
	struct answer answer;

	client_call(&fixture.client, op, body, &answer);
	if (answer.status != status || answer_string(&answer, "__type") == NULL ||
	    strcmp(answer_string(&answer, "__type"), type) != 0)
		fail_msg(
		    "%s %s: %d %s, not %d %s", op, body, answer.status, answer.body, status, type);
	answer_free(&answer);
}

static size_t length_of(const struct answer *answer, const char *path)
{
	return (size_t)cJSON_GetArraySize(answer_item(answer, path));
}

/* ---- reading ---- */

static void get_regions_knows_every_region_and_its_zones(void **state)
{
	struct answer answer;

	(void)state;
	client_call(&fixture.client, "GetRegions", "{}", &answer);
	assert_int_equal(answer.status, 200);
	assert_int_equal(length_of(&answer, "regions"), 19);
	assert_string_equal(answer_string(&answer, "regions.1.displayName"), "Ohio");
	assert_int_equal(length_of(&answer, "regions.0.availabilityZones"), 0);
	answer_free(&answer);
	client_call(&fixture.client, "GetRegions", "{\"includeAvailabilityZones\":true}", &answer);
	assert_string_equal(
	    answer_string(&answer, "regions.1.availabilityZones.0.zoneName"), "us-east-2a");
	assert_int_equal(length_of(&answer, "regions.1.relationalDatabaseAvailabilityZones"), 0);
	answer_free(&answer);
}

static void each_region_has_its_own_buckets(void **state)
{
	static const char *const regions[] = {
	    "us-east-1", "eu-west-1", "eu-central-1", "sa-east-1"};
	struct client client = fixture.client;
	struct answer answer;
	size_t total = 0;

	(void)state;
	for (size_t r = 0; r < 4; r++) {
		client.region = regions[r];
		client_call(&client, "GetBuckets", "{}", &answer);
		assert_int_equal(answer.status, 200);
		for (size_t i = 0; i < length_of(&answer, "buckets"); i++) {
			char path[64];

			snprintf(path, sizeof path, "buckets.%zu.location.regionName", i);
			assert_string_equal(answer_string(&answer, path), regions[r]);
		}
		total += length_of(&answer, "buckets");
		answer_free(&answer);
	}
	assert_int_equal(total, 18);
	client.region = "eu-west-1";
	client_call(&client, "GetBuckets", "{\"bucketName\":\"media-assets\"}", &answer);
	assert_string_equal(answer_string(&answer, "code"), "DoesNotExist");
	answer_free(&answer);
}

static void a_bucket_has_every_member(void **state)
{
	static const char *const members[] = {"resourceType", "accessRules.getObject",
	    "accessRules.allowPublicOverrides", "arn", "bundleId", "createdAt", "url",
	    "location.availabilityZone", "location.regionName", "name", "supportCode", "tags.0.key",
	    "tags.0.value", "objectVersioning", "ableToUpdateBundle", "readonlyAccessAccounts",
	    "state.code", "accessLogConfig.enabled", "cors.rules.0.allowedOrigins.0",
	    "resourcesReceivingAccess"};
	struct answer answer;
	char path[96];

	(void)state;
	client_call(&fixture.client, "GetBuckets",
	    "{\"bucketName\":\"media-assets\",\"includeCors\":true,"
	    "\"includeConnectedResources\":true}",
	    &answer);
	for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
		snprintf(path, sizeof path, "buckets.0.%s", members[i]);
		if (answer_item(&answer, path) == NULL)
			fail_msg("%s", members[i]);
	}
	assert_string_equal(answer_string(&answer, "buckets.0.url"),
	    "https://media-assets.s3.us-east-1.amazonaws.com");
	assert_string_equal(answer_string(&answer, "accountLevelBpaSync.status"), "InSync");
	answer_free(&answer);
	client_call(&fixture.client, "GetBuckets", "{}", &answer);
	assert_null(answer_item(&answer, "buckets.0.cors"));
	assert_null(answer_item(&answer, "buckets.0.resourcesReceivingAccess"));
	answer_free(&answer);
}

static void a_key_tells_its_last_use_and_never_its_secret(void **state)
{
	struct answer answer;

	(void)state;
	client_call(
	    &fixture.client, "GetBucketAccessKeys", "{\"bucketName\":\"media-assets\"}", &answer);
	assert_int_equal(length_of(&answer, "accessKeys"), 2);
	assert_string_equal(answer_string(&answer, "accessKeys.0.status"), "Active");
	assert_string_equal(answer_string(&answer, "accessKeys.0.lastUsed.region"), "us-east-1");
	assert_string_equal(answer_string(&answer, "accessKeys.0.lastUsed.serviceName"), "s3");
	assert_true(cJSON_IsNumber(answer_item(&answer, "accessKeys.0.lastUsed.lastUsedDate")));
	assert_true(cJSON_IsNull(answer_item(&answer, "accessKeys.1.lastUsed.lastUsedDate")));
	assert_string_equal(answer_string(&answer, "accessKeys.1.lastUsed.region"), "N/A");
	assert_string_equal(answer_string(&answer, "accessKeys.1.lastUsed.serviceName"), "N/A");
	assert_null(strstr(answer.body, "secretAccessKey"));
	assert_non_null(strstr(answer.body, "E9")); /* a Java double */
	answer_free(&answer);
}

static void bundles_are_listed(void **state)
{
	struct answer answer;

	(void)state;
	client_call(&fixture.client, "GetBucketBundles", "{}", &answer);
	assert_int_equal(length_of(&answer, "bundles"), 3);
	assert_string_equal(answer_string(&answer, "bundles.0.bundleId"), "small_1_0");
	assert_true(cJSON_IsTrue(answer_item(&answer, "bundles.0.isActive")));
	answer_free(&answer);
}

/* ---- changing ---- */

static void two_keys_then_no_more(void **state)
{
	struct answer first, second;
	char secret[KS_EMULATOR_SECRET_SIZE], ids[2][KS_EMULATOR_KEY_ID_SIZE];
	const char *body = "{\"bucketName\":\"training-videos\"}";

	(void)state;
	client_call(&fixture.client, "CreateBucketAccessKey", body, &first);
	client_call(&fixture.client, "CreateBucketAccessKey", body, &second);
	assert_int_equal(first.status, 200);
	assert_int_equal(second.status, 200);
	assert_int_equal(cJSON_GetArraySize(answer_item(&first, "accessKey.lastUsed")), 0);
	assert_non_null(answer_item(&first, "accessKey.lastUsed"));
	assert_string_equal(
	    answer_string(&first, "operations.0.operationType"), "CreateBucketAccessKey");
	assert_string_equal(answer_string(&first, "operations.0.status"), "Started");
	assert_true(ks_emulator_key_secret(
	    fixture.thread.emulator, answer_string(&first, "accessKey.accessKeyId"), secret));
	assert_string_equal(answer_string(&first, "accessKey.secretAccessKey"), secret);
	expect("CreateBucketAccessKey", body, 400, "InvalidInputException");
	assert_int_equal(
	    ks_emulator_bucket_keys(fixture.thread.emulator, "training-videos", ids), 2);
	assert_string_equal(ids[1], answer_string(&second, "accessKey.accessKeyId"));
	answer_free(&first);
	answer_free(&second);
}

static void a_deleted_key_is_gone(void **state)
{
	char ids[2][KS_EMULATOR_KEY_ID_SIZE], body[128];

	(void)state;
	assert_int_equal(ks_emulator_bucket_keys(fixture.thread.emulator, "ci-artifacts", ids), 1);
	snprintf(
	    body, sizeof body, "{\"bucketName\":\"ci-artifacts\",\"accessKeyId\":\"%s\"}", ids[0]);
	{
		struct answer answer;

		client_call(&fixture.client, "DeleteBucketAccessKey", body, &answer);
		assert_int_equal(answer.status, 200);
		assert_int_equal(length_of(&answer, "operations"), 1);
		answer_free(&answer);
	}
	expect("DeleteBucketAccessKey", body, 404, "NotFoundException");
	assert_int_equal(ks_emulator_bucket_keys(fixture.thread.emulator, "ci-artifacts", ids), 0);
}

static void a_bucket_with_keys_goes_only_by_force(void **state)
{
	struct answer answer;

	(void)state;
	expect("DeleteBucket", "{\"bucketName\":\"terraform-state\"}", 404, "NotFoundException");
	expect("DeleteBucket", "{\"bucketName\":\"app-logs-prod\"}", 400, "InvalidInputException");
	expect("DeleteBucket", "{\"bucketName\":\"app-logs-prod\",\"forceDelete\":false}", 400,
	    "InvalidInputException");
	client_call(&fixture.client, "DeleteBucket",
	    "{\"bucketName\":\"app-logs-prod\",\"forceDelete\":true}", &answer);
	assert_int_equal(answer.status, 200);
	answer_free(&answer);
	expect(
	    "GetBucketAccessKeys", "{\"bucketName\":\"app-logs-prod\"}", 404, "NotFoundException");
	/* What happened to it can still be asked. */
	client_call(&fixture.client, "GetOperationsForResource",
	    "{\"resourceName\":\"app-logs-prod\"}", &answer);
	assert_int_equal(answer.status, 200);
	assert_non_null(strstr(answer.body, "\"DeleteBucket\""));
	answer_free(&answer);
}

static void bucket_names_are_unique_over_all_regions(void **state)
{
	struct client client = fixture.client;
	struct answer answer;
	const char *body =
	    "{\"bucketName\":\"fresh-one\",\"bundleId\":\"medium_1_0\",\"tags\":[{\"key\":\"a\","
	    "\"value\":\"b\"},{\"key\":\"c\"}],\"enableObjectVersioning\":true}";

	(void)state;
	client.region = "ap-south-1";
	client_call(&client, "CreateBucket", body, &answer);
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer_string(&answer, "bucket.name"), "fresh-one");
	assert_string_equal(answer_string(&answer, "bucket.bundleId"), "medium_1_0");
	assert_string_equal(answer_string(&answer, "bucket.objectVersioning"), "Enabled");
	assert_string_equal(answer_string(&answer, "bucket.tags.0.value"), "b");
	assert_null(answer_item(&answer, "bucket.tags.1.value"));
	answer_free(&answer);
	client_call(&fixture.client, "CreateBucket", body, &answer);
	assert_int_equal(answer.status, 400);
	assert_string_equal(answer_string(&answer, "code"), "NameExists");
	answer_free(&answer);
	expect("CreateBucket", "{\"bucketName\":\"another\",\"bundleId\":\"tiny\"}", 400,
	    "InvalidInputException");
}

/* ---- the input's rules ---- */

static void input_is_held_against_the_model(void **state)
{
	static const struct {
		const char *op, *body, *type;
	} rows[] = {
	    {"GetBucketAccessKeys", "{}", "InvalidInputException"},
	    {"GetBucketAccessKeys", "", "InvalidInputException"},
	    {"GetBucketAccessKeys", "{\"bucketName\":null}", "InvalidInputException"},
	    {"GetBucketAccessKeys", "{\"bucketName\":\"ab\"}", "InvalidInputException"},
	    {"GetBucketAccessKeys", "{\"bucketName\":\"-abc\"}", "InvalidInputException"},
	    {"GetBucketAccessKeys", "{\"bucketName\":\"abc-\"}", "InvalidInputException"},
	    {"GetBucketAccessKeys", "{\"bucketName\":\"Abc\"}", "InvalidInputException"},
	    {"GetBucketAccessKeys", "{\"bucketName\":\"a.b.c\"}", "InvalidInputException"},
	    {"GetBucketAccessKeys",
		"{\"bucketName\":\"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeefffff\"}",
		"InvalidInputException"},
	    {"GetBucketAccessKeys", "{\"bucketName\":7}", "SerializationException"},
	    {"GetBucketAccessKeys", "{\"bucketName\":[\"abc\"]}", "SerializationException"},
	    {"GetBucketAccessKeys", "{\"bucketName\":\"abc\"", "SerializationException"},
	    {"GetBucketAccessKeys", "[]", "SerializationException"},
	    {"GetBucketAccessKeys", "\"abc\"", "SerializationException"},
	    {"GetBucketAccessKeys", "{} {}", "SerializationException"},
	    {"GetBuckets", "{\"includeCors\":true}", "InvalidInputException"},
	    {"GetBuckets", "{\"includeCors\":\"yes\"}", "SerializationException"},
	    {"GetBuckets", "{\"pageToken\":\"garbage\"}", "InvalidInputException"},
	    {"GetOperations", "{\"pageToken\":\"AAAAAAAAAAAA\"}", "InvalidInputException"},
	    {"GetOperation", "{\"operationId\":\"  \"}", "InvalidInputException"},
	    {"GetOperation", "{}", "InvalidInputException"},
	    {"GetOperationsForResource", "{\"resourceName\":\"a b\"}", "InvalidInputException"},
	    {"CreateBucket", "{\"bucketName\":\"abc\"}", "InvalidInputException"},
	    {"CreateBucket", "{\"bucketName\":\"abc\",\"bundleId\":\"small_1_0\",\"tags\":{}}",
		"SerializationException"},
	    {"CreateBucket",
		"{\"bucketName\":\"abc\",\"bundleId\":\"small_1_0\",\"tags\":[{\"key\":1}]}",
		"SerializationException"},
	    {"DeleteBucketAccessKey", "{\"bucketName\":\"media-assets\"}", "InvalidInputException"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		expect(rows[i].op, rows[i].body, 400, rows[i].type);
	expect("GetOperation", "{\"operationId\":\"00000000-0000-4000-8000-000000000000\"}", 404,
	    "NotFoundException");
	expect("GetOperationsForResource", "{\"resourceName\":\"nobody-knows\"}", 404,
	    "NotFoundException");
	expect("GetInstances", "{}", 404, "UnknownOperationException");
	expect("getbuckets", "{}", 404, "UnknownOperationException");
}

static void unknown_members_are_ignored(void **state)
{
	struct answer answer;

	(void)state;
	client_call(&fixture.client, "GetBuckets", "{\"futureMember\":{\"a\":[1,2]}}", &answer);
	assert_int_equal(answer.status, 200);
	answer_free(&answer);
}

static void deep_json_is_refused_before_it_is_parsed(void **state)
{
	char *body = ks_malloc(200001);
	struct answer answer;

	(void)state;
	memset(body, '[', 200000);
	body[200000] = '\0';
	client_call(&fixture.client, "GetBuckets", body, &answer);
	assert_string_equal(answer_string(&answer, "__type"), "SerializationException");
	answer_free(&answer);
	free(body);
}

static void a_body_over_a_mebibyte_is_too_large(void **state)
{
	size_t size = 1024 * 1024 + 1;
	char *body = ks_malloc(size + 1);

	(void)state;
	memset(body, ' ', size);
	body[size] = '\0';
	expect("GetBuckets", body, 413, "RequestEntityTooLargeException");
	body[size - 1] = '\0';
	body[0] = '{';
	body[1] = '}';
	{
		struct answer answer;

		client_call(&fixture.client, "GetBuckets", body, &answer);
		assert_int_equal(answer.status, 200);
		answer_free(&answer);
	}
	free(body);
}

/* ---- pages ---- */

static void pages_cover_everything_once(void **state)
{
	struct ks_emulator_options options = still_options();
	char body[512] = "{}", seen[18][64];
	size_t count = 0, pages = 0;
	bool more = true;

	(void)state;
	options.page_size = 4;
	start(&options);
	while (more) {
		struct answer answer;
		const char *token;

		client_call(&fixture.client, "GetBuckets", body, &answer);
		assert_true(length_of(&answer, "buckets") <= 4);
		for (size_t i = 0; i < length_of(&answer, "buckets"); i++) {
			char path[40];

			snprintf(path, sizeof path, "buckets.%zu.name", i);
			snprintf(
			    seen[count], sizeof seen[count], "%s", answer_string(&answer, path));
			assert_true(count == 0 || strcmp(seen[count - 1], seen[count]) < 0);
			count++;
		}
		pages++;
		token = answer_string(&answer, "nextPageToken");
		more = token != NULL;
		if (more)
			snprintf(body, sizeof body, "{\"pageToken\":\"%s\"}", token);
		answer_free(&answer);
	}
	assert_int_equal(count, 9); /* those of us-east-1 */
	assert_int_equal(pages, 3);
	expect("GetOperations", body, 400, "InvalidInputException"); /* another list's token */
	stop(NULL);
}

static void a_page_token_outlives_the_bucket_it_names(void **state)
{
	struct ks_emulator_options options = still_options();
	struct answer first, gone, second;
	char body[512];

	(void)state;
	options.page_size = 2;
	start(&options);
	client_call(&fixture.client, "GetBuckets", "{}", &first);
	snprintf(body, sizeof body, "{\"bucketName\":\"%s\",\"forceDelete\":true}",
	    answer_string(&first, "buckets.1.name"));
	client_call(&fixture.client, "DeleteBucket", body, &gone);
	assert_int_equal(gone.status, 200);
	snprintf(
	    body, sizeof body, "{\"pageToken\":\"%s\"}", answer_string(&first, "nextPageToken"));
	client_call(&fixture.client, "GetBuckets", body, &second);
	assert_true(strcmp(answer_string(&second, "buckets.0.name"),
			answer_string(&first, "buckets.1.name")) > 0);
	answer_free(&first);
	answer_free(&gone);
	answer_free(&second);
	stop(NULL);
}

static void operations_come_oldest_first_two_hundred_a_page(void **state)
{
	struct ks_emulator_options options = still_options();
	struct answer answer;
	char body[512] = "{}";
	size_t total = 0, pages = 0;
	double last = 0;
	bool more = true;

	(void)state;
	options.buckets = 3000;
	start(&options);
	while (more) {
		const cJSON *operation;

		client_call(&fixture.client, "GetOperations", body, &answer);
		cJSON_ArrayForEach(operation, answer_item(&answer, "operations"))
		{
			double created = cJSON_GetNumberValue(
			    cJSON_GetObjectItemCaseSensitive(operation, "createdAt"));

			assert_true(created >= last);
			last = created;
		}
		total += length_of(&answer, "operations");
		more = answer_string(&answer, "nextPageToken") != NULL;
		if (more) {
			assert_int_equal(length_of(&answer, "operations"), 200);
			snprintf(body, sizeof body, "{\"pageToken\":\"%s\"}",
			    answer_string(&answer, "nextPageToken"));
		}
		pages++;
		answer_free(&answer);
	}
	assert_true(total > 200 && pages == (total + 199) / 200);
	stop(NULL);
}

/* ---- operations ---- */

static void an_operation_can_be_polled_until_it_is_terminal(void **state)
{
	struct ks_emulator_options options = still_options();
	struct answer answer;
	char body[128];
	bool terminal = false;

	(void)state;
	options.op_delay_ms = 200;
	start(&options);
	client_call(&fixture.client, "CreateBucketAccessKey",
	    "{\"bucketName\":\"training-videos\"}", &answer);
	assert_true(cJSON_IsFalse(answer_item(&answer, "operations.0.isTerminal")));
	snprintf(body, sizeof body, "{\"operationId\":\"%s\"}",
	    answer_string(&answer, "operations.0.id"));
	answer_free(&answer);
	while (!terminal) {
		client_call(&fixture.client, "GetOperation", body, &answer);
		terminal = cJSON_IsTrue(answer_item(&answer, "operation.isTerminal"));
		assert_string_equal(
		    answer_string(&answer, "operation.status"), terminal ? "Succeeded" : "Started");
		answer_free(&answer);
	}
	stop(NULL);
}

static void an_operation_can_fail_on_purpose(void **state)
{
	struct ks_emulator_options options = still_options();
	const char *faults[] = {"kind=failed-operation,op=CreateBucketAccessKey"};
	struct answer answer;

	(void)state;
	options.op_delay_ms = 0;
	options.faults = faults;
	options.fault_count = 1;
	start(&options);
	client_call(&fixture.client, "CreateBucketAccessKey",
	    "{\"bucketName\":\"training-videos\"}", &answer);
	assert_string_equal(answer_string(&answer, "operations.0.status"), "Failed");
	assert_string_equal(answer_string(&answer, "operations.0.errorCode"), "InternalFailure");
	answer_free(&answer);
	stop(NULL);
}

static void create_can_leave_last_used_out(void **state)
{
	struct ks_emulator_options options = still_options();
	struct answer answer;

	(void)state;
	options.create_without_last_used = true;
	start(&options);
	client_call(&fixture.client, "CreateBucketAccessKey",
	    "{\"bucketName\":\"training-videos\"}", &answer);
	assert_int_equal(answer.status, 200);
	assert_null(answer_item(&answer, "accessKey.lastUsed"));
	answer_free(&answer);
	stop(NULL);
}

/* ---- who asks ---- */

static void expect_as(const struct client *client, int status, const char *type, const char *part)
{
	struct answer answer;

	client_call(client, "GetBuckets", "{}", &answer);
	assert_int_equal(answer.status, status);
	assert_string_equal(answer_string(&answer, "__type"), type);
	if (part != NULL && strstr(answer_string(&answer, "message"), part) == NULL)
		fail_msg("%s", answer.body);
	answer_free(&answer);
}

static void a_wrong_signature_says_what_is_wrong(void **state)
{
	struct client client = fixture.client;
	int64_t now = ks_clock_wall(ks_clock_system());
	char ids[2][KS_EMULATOR_KEY_ID_SIZE], secret[KS_EMULATOR_SECRET_SIZE];

	(void)state;
	client.secret = "wrong";
	expect_as(&client, 403, "InvalidSignatureException", "does not match");
	client = fixture.client;
	client.key_id = "AKIANOBODYKNOWSTHISX";
	expect_as(&client, 403, "UnrecognizedClientException", "security token");
	client = fixture.client;
	client.region = "us-west-1";
	expect_as(&client, 403, "InvalidSignatureException", "valid Region");
	client = fixture.client;
	client.service = "ec2";
	expect_as(&client, 403, "InvalidSignatureException", "correct service");
	client = fixture.client;
	client.time = now - 6 * 60 * 1000;
	expect_as(&client, 403, "InvalidSignatureException", "Signature expired");
	client.time = now + 6 * 60 * 1000;
	expect_as(&client, 403, "InvalidSignatureException", "not yet current");
	client = fixture.client;
	client.token = "surprise";
	expect_as(&client, 403, "UnrecognizedClientException", NULL);
	client = fixture.client;
	client.headers = "x-amz-meta-a: b\r\n";
	expect_as(&client, 403, "InvalidSignatureException", "not signed: x-amz-meta-a");
	client = fixture.client;
	assert_int_equal(ks_emulator_bucket_keys(fixture.thread.emulator, "media-assets", ids), 2);
	assert_true(ks_emulator_key_secret(fixture.thread.emulator, ids[0], secret));
	client.key_id = ids[0];
	client.secret = secret;
	expect_as(&client, 403, "AccessDeniedException", "lightsail:GetBuckets");
}

static void a_session_token_must_be_the_one_that_was_issued(void **state)
{
	struct ks_emulator_options options = still_options();
	struct answer answer;

	(void)state;
	options.session_token = "FwoGZXIvYXdzEXAMPLE//token==";
	start(&options);
	expect_as(&fixture.client, 403, "UnrecognizedClientException", NULL);
	fixture.client.token = "FwoGZXIvYXdzEXAMPLE//tokenXX";
	expect_as(&fixture.client, 403, "UnrecognizedClientException", NULL);
	fixture.client.token = options.session_token;
	client_call(&fixture.client, "GetBuckets", "{}", &answer);
	assert_int_equal(answer.status, 200);
	answer_free(&answer);
	stop(NULL);
}

static void a_skewed_server_shows_it_in_its_date(void **state)
{
	struct ks_emulator_options options = still_options();
	struct answer answer;
	char *date;
	int64_t server;

	(void)state;
	options.clock_skew_ms = 3600 * 1000;
	start(&options);
	client_call(&fixture.client, "GetBuckets", "{}", &answer);
	assert_string_equal(answer_string(&answer, "__type"), "InvalidSignatureException");
	date = answer_header(&answer, "Date");
	assert_non_null(date);
	assert_true(ks_date_parse_http(date, &server));
	fixture.client.time = server;
	free(date);
	answer_free(&answer);
	client_call(&fixture.client, "GetBuckets", "{}", &answer);
	assert_int_equal(answer.status, 200);
	answer_free(&answer);
	stop(NULL);
}

static void only_our_own_hosts_are_answered(void **state)
{
	static const struct {
		const char *name; /* %s: the port */
		int status;
	} rows[] = {{"localhost:%s", 200}, {"LOCALHOST:%s", 200}, {"[::1]:%s", 200},
	    {"some-bucket.localhost:%s", 200}, {"localhost", 403}, {"127.0.0.1", 403},
	    {"127.0.0.1:1", 403}, {"evil.example:%s", 403}, {"localhost.evil.example:%s", 403},
	    {".localhost:%s", 403}, {"127.0.0.2:%s", 403}, {"[::1", 403}, {"", 403}, {":%s", 403}};
	char port[8], host[64];

	(void)state;
	snprintf(port, sizeof port, "%u", (unsigned)fixture.client.port);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct client client = fixture.client;
		const char *mark = strstr(rows[i].name, "%s");
		struct answer answer;

		snprintf(host, sizeof host, "%.*s%s",
		    (int)(mark != NULL ? (size_t)(mark - rows[i].name) : strlen(rows[i].name)),
		    rows[i].name, mark != NULL ? port : "");
		client.host = host;
		client_call(&client, "GetRegions", "{}", &answer);
		if (answer.status != rows[i].status)
			fail_msg("%s: %d", host, answer.status);
		answer_free(&answer);
	}
}

/* ---- error forms ---- */

static void errors_come_in_the_form_that_is_chosen(void **state)
{
	static const struct {
		const char *form;
		int status;
		const char *part; /* of the body */
		const char *not_part;
	} rows[] = {
	    {"full", 404,
		"\"__type\":\"NotFoundException\",\"code\":\"DoesNotExist\",\"docs\":", "x-amzn"},
	    {"bare", 404, "{\"__type\":\"NotFoundException\",\"message\":", "code"},
	    {"namespaced", 404, "\"com.amazonaws.lightsail#NotFoundException\"", "code"},
	    {"uri", 404, "\"NotFoundException:http://", "code"},
	    {"capital", 404, "\"Message\":", "\"message\""},
	    {"header", 404, "{\"message\":", "__type"},
	    {"code", 404, "\"code\":\"NotFoundException\"", "__type"},
	    {"all400", 400, "\"__type\":\"NotFoundException\"", "x-amzn"},
	    {"html", 404, "<html>", "__type"},
	    {"empty", 404, "", "__type"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct ks_emulator_options options = still_options();
		struct answer answer;
		char *header;

		options.error_form = rows[i].form;
		start(&options);
		client_call(&fixture.client, "GetBucketAccessKeys",
		    "{\"bucketName\":\"nobody-knows\"}", &answer);
		if (answer.status != rows[i].status || strstr(answer.body, rows[i].part) == NULL ||
		    strstr(answer.body, rows[i].not_part) != NULL)
			fail_msg("%s: %d %s", rows[i].form, answer.status, answer.body);
		header = answer_header(&answer, "x-amzn-errortype");
		assert_true((header != NULL) == (strcmp(rows[i].form, "header") == 0));
		free(header);
		answer_free(&answer);
		stop(NULL);
	}
}

static void options_that_make_no_sense_are_usage_errors(void **state)
{
	struct ks_emulator_options options = still_options();
	const char *faults[] = {"kind=nonsense"};
	struct ks_err err = {0};

	(void)state;
	options.error_form = "nonsense";
	assert_null(ks_emulator_start(&options, &err));
	assert_int_equal(err.kind, KS_ERR_USAGE);
	options = still_options();
	options.faults = faults;
	options.fault_count = 1;
	assert_null(ks_emulator_start(&options, &err));
	assert_int_equal(err.kind, KS_ERR_USAGE);
	options = still_options();
	options.keys_per_bucket = 3;
	assert_null(ks_emulator_start(&options, &err));
	assert_int_equal(err.kind, KS_ERR_USAGE);
}

static void a_port_that_is_taken_is_a_system_error(void **state)
{
	struct ks_emulator_options options = still_options();
	struct ks_err err = {0};

	(void)state;
	options.port = fixture.client.port;
	assert_null(ks_emulator_start(&options, &err));
	assert_int_equal(err.kind, KS_ERR_SYSTEM);
}

static void the_same_seed_gives_the_same_credentials(void **state)
{
	struct ks_emulator_options options = still_options();
	struct ks_err err = {0};
	struct ks_emulator *other;

	(void)state;
	other = ks_emulator_start(&options, &err);
	assert_string_equal(ks_emulator_access_key_id(other), fixture.client.key_id);
	assert_string_equal(ks_emulator_secret_access_key(other), fixture.client.secret);
	ks_emulator_free(other);
	options.seed = 2;
	other = ks_emulator_start(&options, &err);
	assert_string_not_equal(ks_emulator_access_key_id(other), fixture.client.key_id);
	ks_emulator_free(other);
}

static void what_arrived_is_counted(void **state)
{
	struct ks_emulator *emulator = fixture.thread.emulator;
	struct ks_emulator_count before = ks_emulator_counted(emulator, NULL), count;
	struct answer answer;

	(void)state;
	client_call(&fixture.client, "GetBucketBundles", "{}", &answer);
	answer_free(&answer);
	expect("CreateBucketAccessKey", "{}", 400, "InvalidInputException");
	count = ks_emulator_counted(emulator, NULL);
	assert_int_equal(count.received - before.received, 2);
	assert_int_equal(count.succeeded - before.succeeded, 1);
	assert_true(ks_emulator_counted(emulator, "GetBucketBundles").succeeded >= 1);
	assert_true(ks_emulator_peak(emulator) >= 1);
	assert_true(ks_emulator_peak_connections(emulator) >= 1);
}

#define WITH_DEFAULT(test) cmocka_unit_test_setup_teardown(test, start_default, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_DEFAULT(get_regions_knows_every_region_and_its_zones),
	    WITH_DEFAULT(each_region_has_its_own_buckets),
	    WITH_DEFAULT(a_bucket_has_every_member),
	    WITH_DEFAULT(a_key_tells_its_last_use_and_never_its_secret),
	    WITH_DEFAULT(bundles_are_listed),
	    WITH_DEFAULT(two_keys_then_no_more),
	    WITH_DEFAULT(a_deleted_key_is_gone),
	    WITH_DEFAULT(a_bucket_with_keys_goes_only_by_force),
	    WITH_DEFAULT(bucket_names_are_unique_over_all_regions),
	    WITH_DEFAULT(input_is_held_against_the_model),
	    WITH_DEFAULT(unknown_members_are_ignored),
	    WITH_DEFAULT(deep_json_is_refused_before_it_is_parsed),
	    WITH_DEFAULT(a_body_over_a_mebibyte_is_too_large),
	    cmocka_unit_test(pages_cover_everything_once),
	    cmocka_unit_test(a_page_token_outlives_the_bucket_it_names),
	    cmocka_unit_test(operations_come_oldest_first_two_hundred_a_page),
	    cmocka_unit_test(an_operation_can_be_polled_until_it_is_terminal),
	    cmocka_unit_test(an_operation_can_fail_on_purpose),
	    cmocka_unit_test(create_can_leave_last_used_out),
	    WITH_DEFAULT(a_wrong_signature_says_what_is_wrong),
	    cmocka_unit_test(a_session_token_must_be_the_one_that_was_issued),
	    cmocka_unit_test(a_skewed_server_shows_it_in_its_date),
	    WITH_DEFAULT(only_our_own_hosts_are_answered),
	    cmocka_unit_test(errors_come_in_the_form_that_is_chosen),
	    cmocka_unit_test(options_that_make_no_sense_are_usage_errors),
	    WITH_DEFAULT(a_port_that_is_taken_is_a_system_error),
	    WITH_DEFAULT(the_same_seed_gives_the_same_credentials),
	    WITH_DEFAULT(what_arrived_is_counted),
	};

	return cmocka_run_group_tests_name("emulator: Lightsail", tests, NULL, NULL);
}
