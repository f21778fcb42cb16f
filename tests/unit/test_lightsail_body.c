/* The bodies of requests, and what never gets into one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/lightsail/calls.h"

static void assert_body(enum ks_op op, struct ks_call_input input, const char *expected)
{
	struct ks_buf body;
	struct ks_err err;

	ks_buf_init(&body, 4096);
	assert_true(ks_call_body(op, &input, &body, &err));
	assert_string_equal(ks_buf_text(&body), expected);
	ks_buf_free(&body);
}

static void assert_no_body(enum ks_op op, struct ks_call_input input)
{
	struct ks_buf body;
	struct ks_err err;

	ks_buf_init(&body, 4096);
	assert_false(ks_call_body(op, &input, &body, &err));
	assert_int_equal(err.kind, KS_ERR_REFUSED);
	assert_string_not_equal(err.message, "");
	ks_buf_free(&body);
}

static void bodies_hold_what_is_given_and_nothing_else(void **state)
{
	char bucket[] = "example-bucket-1", key[] = "AKIAIOSFODNN7EXAMPLE";
	char token[] = "a\"b\\c\n\xc3\xa9", id[] = "4f0a2d9e-0000-4000-8000-000000000001";

	(void)state;
	assert_body(KS_OP_GET_REGIONS, (struct ks_call_input){.bucket = bucket}, "{}");
	assert_body(KS_OP_GET_BUCKETS, (struct ks_call_input){0}, "{}");
	assert_body(KS_OP_GET_BUCKETS, (struct ks_call_input){.connected_resources = true},
	    "{\"includeConnectedResources\":true}");
	assert_body(KS_OP_GET_BUCKETS,
	    (struct ks_call_input){
		.bucket = bucket, .page_token = token, .connected_resources = true},
	    "{\"bucketName\":\"example-bucket-1\",\"pageToken\":\"a\\\"b\\\\c\\u000a\xc3\xa9\","
	    "\"includeConnectedResources\":true}");
	assert_body(KS_OP_CREATE_BUCKET_ACCESS_KEY, (struct ks_call_input){.bucket = bucket},
	    "{\"bucketName\":\"example-bucket-1\"}");
	assert_body(KS_OP_DELETE_BUCKET_ACCESS_KEY,
	    (struct ks_call_input){.bucket = bucket, .key_id = key},
	    "{\"bucketName\":\"example-bucket-1\",\"accessKeyId\":\"AKIAIOSFODNN7EXAMPLE\"}");
	assert_body(KS_OP_GET_OPERATION, (struct ks_call_input){.operation_id = id},
	    "{\"operationId\":\"4f0a2d9e-0000-4000-8000-000000000001\"}");
	assert_body(KS_OP_GET_OPERATIONS_FOR_RESOURCE, (struct ks_call_input){.bucket = bucket},
	    "{\"resourceName\":\"example-bucket-1\"}");
}

static void bodies_need_valid_inputs(void **state)
{
	char bucket[] = "example-bucket-1", upper[] = "Bucket", empty[] = "", blank[] = "AKIA 1";

	(void)state;
	assert_no_body(KS_OP_GET_BUCKET_ACCESS_KEYS, (struct ks_call_input){0});
	assert_no_body(KS_OP_CREATE_BUCKET_ACCESS_KEY, (struct ks_call_input){.bucket = upper});
	assert_no_body(KS_OP_DELETE_BUCKET_ACCESS_KEY, (struct ks_call_input){.bucket = bucket});
	assert_no_body(KS_OP_DELETE_BUCKET_ACCESS_KEY,
	    (struct ks_call_input){.bucket = bucket, .key_id = blank});
	assert_no_body(KS_OP_GET_OPERATION, (struct ks_call_input){.operation_id = empty});
	assert_no_body(KS_OP_GET_BUCKETS, (struct ks_call_input){.page_token = empty});
}

static void bucket_names_follow_the_api_pattern(void **state)
{
	char longest[56];

	(void)state;
	memset(longest, 'a', sizeof longest);
	longest[54] = '\0';
	assert_true(ks_bucket_name_is_valid(longest));
	longest[54] = 'a';
	longest[55] = '\0';
	assert_false(ks_bucket_name_is_valid(longest));
	assert_true(ks_bucket_name_is_valid("a--b"));
	assert_true(ks_bucket_name_is_valid("0-9"));
	assert_false(ks_bucket_name_is_valid("ab"));
	assert_false(ks_bucket_name_is_valid("-ab"));
	assert_false(ks_bucket_name_is_valid("ab-"));
	assert_false(ks_bucket_name_is_valid("a.b"));
	assert_false(ks_bucket_name_is_valid("a_b"));
	assert_false(ks_bucket_name_is_valid(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bodies_hold_what_is_given_and_nothing_else),
	    cmocka_unit_test(bodies_need_valid_inputs),
	    cmocka_unit_test(bucket_names_follow_the_api_pattern),
	};

	return cmocka_run_group_tests_name("lightsail: bodies", tests, NULL, NULL);
}
