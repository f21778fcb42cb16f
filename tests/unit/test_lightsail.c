/* The API's replies in every form, and what must be refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/lightsail/calls.h"
#include "core/lightsail/model.h"

#define SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

/* ---- replies ---- */

static void decode(enum ks_op op, const char *body, struct ks_reply *reply)
{
	struct ks_err err;

	if (!ks_call_decode(op, body, strlen(body), reply, &err))
		fail_msg("%s", err.message);
}

/* The message must have this in it. */
static void assert_refused(enum ks_op op, const char *body, size_t len, const char *part)
{
	struct ks_reply reply;
	struct ks_err err;

	memset(&reply, 0xAA, sizeof reply);
	assert_false(ks_call_decode(op, body, len, &reply, &err));
	assert_int_equal(err.kind, KS_ERR_REPLY);
	if (strstr(err.message, part) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", err.message, part);
	assert_null(reply.buckets);
	assert_null(reply.secret);
	ks_reply_free(&reply);
}

static const char full_bucket[] =
    "{\"buckets\":[{\"resourceType\":\"Bucket\","
    "\"accessRules\":{\"getObject\":\"private\",\"allowPublicOverrides\":true},"
    "\"arn\":\"arn:aws:lightsail:us-east-1:111122223333:Bucket/1\",\"bundleId\":\"small_1_0\","
    "\"createdAt\":1.628236800123E9,\"url\":\"https://media.s3.us-east-1.amazonaws.com\","
    "\"location\":{\"availabilityZone\":\"all\",\"regionName\":\"us-east-1\"},"
    "\"name\":\"media\",\"supportCode\":\"621291663362/media\","
    "\"tags\":[{\"key\":\"team\",\"value\":\"web\"},{\"key\":\"empty\"},null],"
    "\"objectVersioning\":\"NeverEnabled\",\"ableToUpdateBundle\":false,"
    "\"readonlyAccessAccounts\":[\"111122223333\",null,\"444455556666\"],"
    "\"resourcesReceivingAccess\":[{\"name\":\"web-1\",\"resourceType\":\"Instance\"}],"
    "\"state\":{\"code\":\"OK\",\"message\":\"\"},"
    "\"accessLogConfig\":{\"enabled\":true,\"destination\":\"logs\",\"prefix\":\"m/\"},"
    "\"cors\":{\"rules\":[{\"id\":\"r1\",\"allowedMethods\":[\"GET\",\"PUT\"],"
    "\"allowedOrigins\":[\"*\"],\"allowedHeaders\":[],\"exposeHeaders\":null,"
    "\"maxAgeSeconds\":3000}]},\"brandNew\":{\"x\":[1,2]}}],"
    "\"nextPageToken\":\"page-2\",\"accountLevelBpaSync\":{\"status\":\"Defaulted\"}}";

static void every_member_of_a_bucket_is_read(void **state)
{
	struct ks_reply reply;
	struct ks_bucket *bucket;

	(void)state;
	decode(KS_OP_GET_BUCKETS, full_bucket, &reply);
	assert_int_equal(reply.n_buckets, 1);
	assert_string_equal(reply.next_page_token, "page-2");
	bucket = &reply.buckets[0];
	assert_string_equal(bucket->name.raw, "media");
	assert_string_equal(bucket->resource_type.raw, "Bucket");
	assert_string_equal(bucket->arn.raw, "arn:aws:lightsail:us-east-1:111122223333:Bucket/1");
	assert_string_equal(bucket->bundle_id.raw, "small_1_0");
	assert_string_equal(bucket->url.raw, "https://media.s3.us-east-1.amazonaws.com");
	assert_string_equal(bucket->support_code.raw, "621291663362/media");
	assert_string_equal(bucket->object_versioning.raw, "NeverEnabled");
	assert_string_equal(bucket->location.zone.raw, "all");
	assert_string_equal(bucket->location.region.raw, "us-east-1");
	assert_string_equal(bucket->state_code.raw, "OK");
	assert_string_equal(bucket->state_message.raw, "");
	assert_string_equal(bucket->access_get_object.raw, "private");
	assert_string_equal(bucket->access_log_destination.raw, "logs");
	assert_string_equal(bucket->access_log_prefix.raw, "m/");
	assert_int_equal(bucket->created, 1628236800123);
	assert_int_equal(bucket->allow_public_overrides, KS_TRI_TRUE);
	assert_int_equal(bucket->able_to_update_bundle, KS_TRI_FALSE);
	assert_int_equal(bucket->access_log_enabled, KS_TRI_TRUE);
	assert_int_equal(bucket->readonly_accounts.count, 2);
	assert_string_equal(bucket->readonly_accounts.items[1].raw, "444455556666");
	assert_int_equal(bucket->n_tags, 2);
	assert_string_equal(bucket->tags[0].value.raw, "web");
	assert_false(ks_str_present(&bucket->tags[1].value));
	assert_int_equal(bucket->n_receivers, 1);
	assert_string_equal(bucket->receivers[0].type.raw, "Instance");
	assert_int_equal(bucket->n_cors, 1);
	assert_int_equal(bucket->cors[0].methods.count, 2);
	assert_string_equal(bucket->cors[0].origins.items[0].raw, "*");
	assert_int_equal(bucket->cors[0].headers.count, 0);
	assert_int_equal(bucket->cors[0].max_age_seconds, 3000);
	ks_reply_free(&reply);
}

static void a_copy_stands_by_itself(void **state)
{
	struct ks_reply reply;
	struct ks_bucket copy;

	(void)state;
	memset(&copy, 0xAA, sizeof copy);
	decode(KS_OP_GET_BUCKETS, full_bucket, &reply);
	ks_bucket_copy(&copy, &reply.buckets[0]);
	ks_reply_free(&reply);
	assert_string_equal(copy.cors[0].methods.items[1].raw, "PUT");
	assert_string_equal(copy.tags[0].key.raw, "team");
	assert_string_equal(copy.location.region.clean, "us-east-1");
	assert_int_equal(copy.created, 1628236800123);
	ks_bucket_free(&copy);
	assert_null(copy.tags);
	assert_int_equal(copy.created, KS_TIME_NONE);
}

static void anything_may_be_missing_or_null(void **state)
{
	static const char *const bodies[] = {
	    "{\"buckets\":[{}]}",
	    "{\"buckets\":[{\"name\":null,\"createdAt\":null,\"tags\":null,\"location\":null,"
	    "\"cors\":null,\"accessRules\":{\"allowPublicOverrides\":null},\"state\":{}}],"
	    "\"nextPageToken\":null}",
	    "\xef\xbb\xbf{ \"buckets\" : [ {\"cors\":{\"rules\":null}} ] }\r\n",
	};
	struct ks_reply reply;

	(void)state;
	for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
		decode(KS_OP_GET_BUCKETS, bodies[i], &reply);
		assert_int_equal(reply.n_buckets, 1);
		assert_null(reply.next_page_token);
		assert_false(ks_str_present(&reply.buckets[0].name));
		assert_int_equal(reply.buckets[0].created, KS_TIME_NONE);
		assert_int_equal(reply.buckets[0].allow_public_overrides, KS_TRI_UNKNOWN);
		assert_int_equal(reply.buckets[0].n_tags, 0);
		assert_int_equal(reply.buckets[0].n_cors, 0);
		ks_reply_free(&reply);
	}
	decode(KS_OP_GET_BUCKETS, "{\"nextPageToken\":\"\"}", &reply);
	assert_int_equal(reply.n_buckets, 0);
	assert_null(reply.next_page_token);
	ks_reply_free(&reply);
	decode(KS_OP_GET_BUCKETS, "{\"buckets\":[null]}", &reply);
	assert_int_equal(reply.n_buckets, 0);
	ks_reply_free(&reply);
}

static void regions_are_read(void **state)
{
	struct ks_reply reply;

	(void)state;
	decode(KS_OP_GET_REGIONS,
	    "{\"regions\":[{\"continentCode\":\"NA\",\"description\":\"For users in Ohio\","
	    "\"displayName\":\"Ohio\",\"name\":\"us-east-2\",\"availabilityZones\":[]}]}",
	    &reply);
	assert_int_equal(reply.n_regions, 1);
	assert_string_equal(reply.regions[0].name.raw, "us-east-2");
	assert_string_equal(reply.regions[0].display_name.raw, "Ohio");
	assert_string_equal(reply.regions[0].description.raw, "For users in Ohio");
	assert_string_equal(reply.regions[0].continent_code.raw, "NA");
	ks_reply_free(&reply);
}

static void every_member_of_an_operation_is_read(void **state)
{
	struct ks_reply reply;
	struct ks_operation *op, copy;

	(void)state;
	decode(KS_OP_GET_OPERATION,
	    "{\"operation\":{\"id\":\"1-2\",\"resourceName\":\"media\",\"resourceType\":\"Bucket\","
	    "\"createdAt\":1479816991.349,\"location\":{\"regionName\":\"eu-west-1\"},"
	    "\"isTerminal\":true,\"operationDetails\":\"d\",\"operationType\":\"CreateBucket\","
	    "\"status\":\"Failed\",\"statusChangedAt\":1479816992,\"errorCode\":\"E\","
	    "\"errorDetails\":\"because\"}}",
	    &reply);
	assert_int_equal(reply.n_operations, 1);
	op = &reply.operations[0];
	assert_string_equal(op->id.raw, "1-2");
	assert_string_equal(op->type.raw, "CreateBucket");
	assert_string_equal(op->status.raw, "Failed");
	assert_string_equal(op->resource_name.raw, "media");
	assert_string_equal(op->resource_type.raw, "Bucket");
	assert_string_equal(op->details.raw, "d");
	assert_string_equal(op->error_code.raw, "E");
	assert_string_equal(op->error_details.raw, "because");
	assert_string_equal(op->location.region.raw, "eu-west-1");
	assert_int_equal(op->created, 1479816991349);
	assert_int_equal(op->status_changed, 1479816992000);
	assert_int_equal(op->terminal, KS_TRI_TRUE);
	assert_true(ks_operation_failed(op));
	ks_operation_copy(&copy, op);
	ks_reply_free(&reply);
	assert_string_equal(copy.error_details.raw, "because");
	ks_operation_free(&copy);
}

static void an_operation_is_busy_until_it_says_otherwise(void **state)
{
	static const struct {
		const char *members;
		bool busy;
	} cases[] = {
	    {"\"status\":\"NotStarted\"", true},
	    {"\"status\":\"Started\"", true},
	    {"\"status\":\"Completed\"", false},
	    {"\"status\":\"Succeeded\"", false},
	    {"\"status\":\"Failed\"", false},
	    {"\"status\":\"Mystery\"", true},
	    {"\"status\":\"Mystery\",\"isTerminal\":true", false},
	    {"\"status\":\"Started\",\"isTerminal\":true", false},
	    {"\"status\":\"Succeeded\",\"isTerminal\":false", true},
	    {"\"x\":1", true},
	};
	struct ks_reply reply;
	char body[200];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		snprintf(body, sizeof body, "{\"operations\":[{%s}]}", cases[i].members);
		decode(KS_OP_GET_OPERATIONS, body, &reply);
		assert_int_equal(ks_operation_is_busy(&reply.operations[0]), cases[i].busy);
		ks_reply_free(&reply);
	}
}

static void no_data_never_used_and_used_are_three_things(void **state)
{
	static const struct {
		const char *last_used;
		enum ks_use use;
	} cases[] = {
	    {"\"x\":0", KS_USE_NO_DATA},
	    {"\"lastUsed\":null", KS_USE_NO_DATA},
	    {"\"lastUsed\":{}", KS_USE_NO_DATA},
	    {"\"lastUsed\":{\"lastUsedDate\":null,\"region\":null}", KS_USE_NO_DATA},
	    {"\"lastUsed\":{\"brandNew\":1}", KS_USE_NO_DATA},
	    {"\"lastUsed\":{\"lastUsedDate\":null,\"region\":\"N/A\",\"serviceName\":\"N/A\"}",
		KS_USE_NEVER},
	    {"\"lastUsed\":{\"region\":\"N/A\",\"serviceName\":\"N/A\"}", KS_USE_NEVER},
	    {"\"lastUsed\":{\"region\":\"\"}", KS_USE_NEVER},
	    {"\"lastUsed\":{\"serviceName\":\"s3\"}", KS_USE_NEVER},
	    {"\"lastUsed\":{\"lastUsedDate\":1628323200,\"region\":\"N/A\"}", KS_USE_NEVER},
	    {"\"lastUsed\":{\"lastUsedDate\":1628323200,\"region\":\"\"}", KS_USE_NEVER},
	    {"\"lastUsed\":{\"lastUsedDate\":1628323200.0}", KS_USE_USED},
	    {"\"lastUsed\":{\"lastUsedDate\":1628323200.0,\"region\":\"us-east-1\","
	     "\"serviceName\":\"s3\"}",
		KS_USE_USED},
	    {"\"lastUsed\":{\"lastUsedDate\":0,\"region\":\"us-east-1\"}", KS_USE_USED},
	};
	struct ks_reply reply;
	char body[300];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ks_last_used *used;

		snprintf(body, sizeof body, "{\"accessKeys\":[{\"accessKeyId\":\"A\",%s}]}",
		    cases[i].last_used);
		decode(KS_OP_GET_BUCKET_ACCESS_KEYS, body, &reply);
		used = &reply.keys[0].last_used;
		assert_int_equal(used->use, cases[i].use);
		assert_int_equal(used->date != KS_TIME_NONE, cases[i].use == KS_USE_USED);
		if (cases[i].use != KS_USE_USED)
			assert_false(ks_str_present(&used->region));
		ks_reply_free(&reply);
	}
}

static void times_come_in_every_form(void **state)
{
	static const struct {
		const char *json;
		int64_t ms;
	} cases[] = {
	    {"1628236800", 1628236800000},
	    {"1628236800.123", 1628236800123},
	    {"1.628236800123E9", 1628236800123},
	    {"1.628236800123e+09", 1628236800123},
	    {"16282368001230e-4", 1628236800123},
	    {"0", 0},
	    {"-1.5", -1500},
	    {"253402300799", 253402300799000},
	    {"\"1628236800.5\"", 1628236800500},
	    {"\"1.6282368E9\"", 1628236800000},
	    {"\"2021-08-06T08:00:00.123Z\"", 1628236800123},
	    {"\"2021-08-06T10:00:00+02:00\"", 1628236800000},
	    {"\"2021-08-06T08:00:00\"", 1628236800000},
	    {"\"20210806T080000Z\"", 1628236800000},
	    {"\"Fri, 06 Aug 2021 08:00:00 GMT\"", 1628236800000},
	};
	struct ks_reply reply;
	char body[200];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		snprintf(body, sizeof body, "{\"accessKeys\":[{\"createdAt\":%s}]}", cases[i].json);
		decode(KS_OP_GET_BUCKET_ACCESS_KEYS, body, &reply);
		assert_int_equal(reply.keys[0].created, cases[i].ms);
		ks_reply_free(&reply);
	}
}

static void a_time_that_is_none_is_an_error_that_names_it(void **state)
{
	static const char *const times[] = {"1e300", "-1e300", "1e999", "253402300800", "true",
	    "[]", "{}", "\"\"", "\"soon\"", "\"1628236800 \"", "\"0x10\"", "\"nan\""};
	char body[200];

	(void)state;
	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
		snprintf(body, sizeof body, "{\"accessKeys\":[{},{\"createdAt\":%s}]}", times[i]);
		assert_refused(
		    KS_OP_GET_BUCKET_ACCESS_KEYS, body, strlen(body), "accessKeys[1].createdAt");
	}
}

static void a_wrong_type_is_an_error_that_names_the_member(void **state)
{
	static const struct {
		enum ks_op op;
		const char *body;
		const char *name;
	} cases[] = {
	    {KS_OP_GET_BUCKETS, "{\"buckets\":{}}", "buckets is not a list"},
	    {KS_OP_GET_BUCKETS, "{\"buckets\":[1]}", "buckets[0] is not an object"},
	    {KS_OP_GET_BUCKETS, "{\"buckets\":[{},{\"name\":7}]}", "buckets[1].name"},
	    {KS_OP_GET_BUCKETS, "{\"buckets\":[{\"location\":[]}]}", "buckets[0].location"},
	    {KS_OP_GET_BUCKETS, "{\"buckets\":[{\"location\":{\"regionName\":1}}]}",
		"buckets[0].location.regionName"},
	    {KS_OP_GET_BUCKETS, "{\"buckets\":[{\"tags\":[{},{\"key\":1}]}]}",
		"buckets[0].tags[1].key"},
	    {KS_OP_GET_BUCKETS, "{\"buckets\":[{\"cors\":{\"rules\":[{\"maxAgeSeconds\":-1}]}}]}",
		"buckets[0].cors.rules[0].maxAgeSeconds"},
	    {KS_OP_GET_BUCKETS, "{\"buckets\":[{\"ableToUpdateBundle\":\"true\"}]}",
		"buckets[0].ableToUpdateBundle"},
	    {KS_OP_GET_BUCKETS, "{\"buckets\":[{\"readonlyAccessAccounts\":[1]}]}",
		"readonlyAccessAccounts"},
	    {KS_OP_GET_BUCKETS, "{\"nextPageToken\":2}", "nextPageToken"},
	    {KS_OP_GET_BUCKET_ACCESS_KEYS, "{\"accessKeys\":[{\"lastUsed\":\"N/A\"}]}",
		"accessKeys[0].lastUsed"},
	    {KS_OP_GET_OPERATION, "{\"operation\":[]}", "operation is not an object"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_refused(cases[i].op, cases[i].body, strlen(cases[i].body), cases[i].name);
}

static void what_is_no_json_object_is_refused(void **state)
{
	static const char *const bodies[] = {"", " ", "null", "[]", "\"x\"", "{", "{\"buckets\":[",
	    "{} x", "{}{}", "{\"a\":tru}", "<html></html>", "{\"buckets\":[{\"name\":\"a",
	    "{'a':1}", "{\"a\":\"\\ud800\"}"};
	static const char raw_nul[] = "{\"buckets\":[{\"name\":\"good\0evil\"}]}";
	static const char nul_behind[] = "{}\0";
	static const char escaped_nul[] = "{\"buckets\":[{\"name\":\"good\\u0000evil\"}]}";
	static const char escaped_backslash[] = "{\"buckets\":[{\"name\":\"a\\\\u0000b\"}]}";
	struct ks_reply reply;

	(void)state;
	for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
		assert_refused(KS_OP_GET_BUCKETS, bodies[i], strlen(bodies[i]), "reply");
	assert_refused(KS_OP_GET_BUCKETS, raw_nul, sizeof raw_nul - 1, "NUL");
	assert_refused(KS_OP_GET_BUCKETS, nul_behind, sizeof nul_behind, "NUL");
	assert_refused(KS_OP_GET_BUCKETS, escaped_nul, sizeof escaped_nul - 1, "NUL");
	decode(KS_OP_GET_BUCKETS, escaped_backslash, &reply);
	assert_string_equal(reply.buckets[0].name.raw, "a\\u0000b");
	ks_reply_free(&reply);
}

static void hostile_text_keeps_its_raw_form_and_gets_a_clean_twin(void **state)
{
	struct ks_reply reply;

	(void)state;
	decode(KS_OP_GET_BUCKETS, "{\"buckets\":[{\"name\":\"a\\u001b[31m\\u202eb\"}]}", &reply);
	assert_string_equal(reply.buckets[0].name.raw, "a\x1b[31m\xe2\x80\xae"
						       "b");
	assert_null(strchr(reply.buckets[0].name.clean, '\x1b'));
	assert_null(strstr(reply.buckets[0].name.clean, "\xe2\x80\xae"));
	ks_reply_free(&reply);
}

static void depth_and_counts_are_bounded(void **state)
{
	size_t len = 0, max = 400000;
	char *body = ks_malloc(max);
	struct ks_reply reply;
	struct ks_err err;

	(void)state;
	len = (size_t)snprintf(body, max, "{\"x\":");
	memset(body + len, '[', 100000);
	assert_refused(KS_OP_GET_BUCKETS, body, len + 100000, "deep");

	len = (size_t)snprintf(body, max, "{\"operations\":[{}");
	for (int i = 1; i < 10000; i++)
		len += (size_t)snprintf(body + len, max - len, ",{}");
	snprintf(body + len, max - len, "]}");
	assert_true(ks_call_decode(KS_OP_GET_OPERATIONS, body, len + 2, &reply, &err));
	assert_int_equal(reply.n_operations, 10000);
	ks_reply_free(&reply);
	len += (size_t)snprintf(body + len, max - len, ",{}]}");
	assert_refused(KS_OP_GET_OPERATIONS, body, len, "operations is too long");
	free(body);
}

/* ---- the secret ---- */

static void the_secret_of_a_created_key_is_kept_apart(void **state)
{
	struct ks_reply reply;

	(void)state;
	decode(KS_OP_CREATE_BUCKET_ACCESS_KEY,
	    "{\"accessKey\":{\"accessKeyId\":\"AKIAEXAMPLEAAAAAAAA1\",\"secretAccessKey\":\"" SECRET
	    "\",\"status\":\"Active\",\"createdAt\":1628236800.5,\"lastUsed\":{}},"
	    "\"operations\":[{\"id\":\"1\",\"operationType\":\"CreateBucketAccessKey\"}]}",
	    &reply);
	assert_int_equal(reply.n_keys, 1);
	assert_string_equal(reply.keys[0].id.raw, "AKIAEXAMPLEAAAAAAAA1");
	assert_int_equal(reply.keys[0].last_used.use, KS_USE_NO_DATA);
	assert_int_equal(reply.n_operations, 1);
	assert_non_null(reply.secret);
	assert_true(ks_secret_equal(reply.secret, SECRET, strlen(SECRET)));
	assert_int_equal(reply.secret_err.kind, KS_ERR_NONE);
	ks_reply_free(&reply);
	assert_null(reply.secret);
}

static void a_secret_survives_whatever_else_is_wrong_with_the_reply(void **state)
{
	struct ks_reply reply;

	(void)state;
	decode(KS_OP_CREATE_BUCKET_ACCESS_KEY,
	    "{\"accessKey\":{\"accessKeyId\":\"AKIA1\",\"secretAccessKey\":\"" SECRET
	    "\",\"status\":7,\"createdAt\":\"soon\",\"lastUsed\":[]},\"operations\":[3,{\"id\":4}]"
	    "}",
	    &reply);
	assert_true(ks_secret_equal(reply.secret, SECRET, strlen(SECRET)));
	assert_int_equal(reply.keys[0].created, KS_TIME_NONE);
	assert_int_equal(reply.n_operations, 1);
	ks_reply_free(&reply);
}

static void a_created_key_without_a_usable_secret_says_so(void **state)
{
	static const char *const secrets[] = {"null", "\"\"", "7", "\"a b\"", "\"a\\nb\"", "{}"};
	struct ks_reply reply;
	char body[200];

	(void)state;
	for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
		snprintf(body, sizeof body,
		    "{\"accessKey\":{\"accessKeyId\":\"AKIA1\",\"secretAccessKey\":%s}}",
		    secrets[i]);
		decode(KS_OP_CREATE_BUCKET_ACCESS_KEY, body, &reply);
		assert_string_equal(reply.keys[0].id.raw, "AKIA1");
		assert_null(reply.secret);
		assert_int_equal(reply.secret_err.kind, KS_ERR_REPLY);
		ks_reply_free(&reply);
	}
}

static void a_created_key_without_an_id_is_no_answer(void **state)
{
	static const char *const bodies[] = {"{}", "{\"accessKey\":null}", "{\"accessKey\":[]}",
	    "{\"accessKey\":{\"secretAccessKey\":\"" SECRET "\"}}",
	    "{\"accessKey\":{\"accessKeyId\":\"\",\"secretAccessKey\":\"" SECRET "\"}}"};

	(void)state;
	for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
		assert_refused(
		    KS_OP_CREATE_BUCKET_ACCESS_KEY, bodies[i], strlen(bodies[i]), "which key");
}

static void a_listed_secret_is_never_kept(void **state)
{
	struct ks_reply reply;

	(void)state;
	decode(KS_OP_GET_BUCKET_ACCESS_KEYS,
	    "{\"accessKeys\":[{\"accessKeyId\":\"A\",\"secretAccessKey\":\"" SECRET "\"}]}",
	    &reply);
	assert_null(reply.secret);
	assert_int_equal(reply.n_keys, 1);
	ks_reply_free(&reply);
}

static void keys_are_ordered_by_age_then_id(void **state)
{
	struct ks_access_key a = {.created = 1}, b = {.created = 2};

	(void)state;
	ks_str_set(&a.id, "B");
	ks_str_set(&b.id, "A");
	assert_true(ks_access_key_compare(&a, &b) < 0);
	b.created = 1;
	assert_true(ks_access_key_compare(&a, &b) > 0);
	ks_access_key_free(&a);
	ks_access_key_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_member_of_a_bucket_is_read),
	    cmocka_unit_test(a_copy_stands_by_itself),
	    cmocka_unit_test(anything_may_be_missing_or_null),
	    cmocka_unit_test(regions_are_read),
	    cmocka_unit_test(every_member_of_an_operation_is_read),
	    cmocka_unit_test(an_operation_is_busy_until_it_says_otherwise),
	    cmocka_unit_test(no_data_never_used_and_used_are_three_things),
	    cmocka_unit_test(times_come_in_every_form),
	    cmocka_unit_test(a_time_that_is_none_is_an_error_that_names_it),
	    cmocka_unit_test(a_wrong_type_is_an_error_that_names_the_member),
	    cmocka_unit_test(what_is_no_json_object_is_refused),
	    cmocka_unit_test(hostile_text_keeps_its_raw_form_and_gets_a_clean_twin),
	    cmocka_unit_test(depth_and_counts_are_bounded),
	    cmocka_unit_test(the_secret_of_a_created_key_is_kept_apart),
	    cmocka_unit_test(a_secret_survives_whatever_else_is_wrong_with_the_reply),
	    cmocka_unit_test(a_created_key_without_a_usable_secret_says_so),
	    cmocka_unit_test(a_created_key_without_an_id_is_no_answer),
	    cmocka_unit_test(a_listed_secret_is_never_kept),
	    cmocka_unit_test(keys_are_ordered_by_age_then_id),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("lightsail", tests, NULL, NULL);
}
