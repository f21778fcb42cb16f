/* JSON objects from outside: what counts as one, and what is in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/json.h"

static void check_problem(const char *text, size_t len, const char *expected)
{
	const char *problem = NULL;
	cJSON *json = ks_json_parse(text, len, &problem);

	if (expected == NULL) {
		assert_non_null(json);
		assert_null(problem);
	} else {
		assert_null(json);
		assert_string_equal(problem, expected);
	}
	cJSON_Delete(json);
}

#define CHECK(text, expected) check_problem(text, sizeof(text) - 1, expected)

static void one_whole_object_is_read(void **state)
{
	(void)state;
	CHECK("{}", NULL);
	CHECK(" {\"a\": [1, {\"b\": null}]} \r\n\t", NULL);
	CHECK("", "is empty");
	CHECK(" ", "is not a JSON object");
	CHECK("[]", "is not a JSON object");
	CHECK("\"text\"", "is not a JSON object");
	CHECK("{} {}", "is not a JSON object");
	CHECK("{\"a\":1", "is not a JSON object");
}

static void no_text_may_end_early(void **state)
{
	(void)state;
	CHECK("{\"a\":\"x\0y\"}", "contains a NUL byte");
	CHECK("{}\0", "contains a NUL byte");
	CHECK("{\"a\":\"x\\u0000y\"}", "has a text with a NUL in it");
	CHECK("{\"a\":\"x\\\\u0000y\"}", NULL);
}

static void depth_is_bounded(void **state)
{
	char text[300] = "{\"a\":";

	(void)state;
	memset(text + 5, '[', 31);
	memset(text + 36, ']', 31);
	text[67] = '}';
	check_problem(text, 68, NULL);
	memset(text + 5, '[', 32);
	memset(text + 37, ']', 32);
	text[69] = '}';
	check_problem(text, 70, "is nested too deeply");
	CHECK("{\"a\":\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"}", NULL);
}

static void members_are_found_by_their_exact_names(void **state)
{
	static const char text[] = "{\"a\":\"x\",\"B\":null,\"c\":1}";
	const char *problem = NULL;
	cJSON *json = ks_json_parse(text, sizeof text - 1, &problem);

	(void)state;
	assert_string_equal(ks_json_text(json, "a"), "x");
	assert_null(ks_json_text(json, "A"));
	assert_null(ks_json_member(json, "B"));
	assert_null(ks_json_text(json, "c"));
	assert_non_null(ks_json_member(json, "c"));
	cJSON_Delete(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_whole_object_is_read),
	    cmocka_unit_test(no_text_may_end_early),
	    cmocka_unit_test(depth_is_bounded),
	    cmocka_unit_test(members_are_found_by_their_exact_names),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
