/* What the worker makes of each answer, against a server that follows its script to the byte. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/engine/worker.h"
#include "tests/support/stage.h"

/* ---- a key is made once ---- */

static void a_created_key_brings_its_secret(void **state)
{
	const struct scripted_step steps[] = {{.answer = stage_ok(STAGE_CREATED)}};
	struct ks_event *event;

	(void)state;
	stage_start(steps, STAGE_COUNT(steps));
	event = workshop_ask(&stage.shop, KS_OP_CREATE_BUCKET_ACCESS_KEY, "bucket");
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	assert_false(event->unclear);
	assert_string_equal(event->reply->keys[0].id.raw, "AKIANEWAAAAAAAAAAAA1");
	assert_true(ks_secret_equal(event->reply->secret, STAGE_SECRET, strlen(STAGE_SECRET)));
	assert_int_equal(event->reply->n_operations, 1);
	ks_event_free(event);
	stage_finish();
}

/*
 * libcurl sends a request again by itself when a reused connection dies before the answer's first
 * byte. It may for reads; for a create it must not get the chance.
 */
static void a_dying_kept_connection_repeats_a_read_but_never_a_create(void **state)
{
	const struct scripted_step steps[] = {
	    {.target = "GetBuckets", .answer = stage_ok("{}")},
	    {.target = "GetBuckets", .after = SCRIPTED_CLOSE},
	    {.target = "GetBuckets", .answer = stage_ok("{}")},
	    {.target = "CreateBucketAccessKey", .after = SCRIPTED_CLOSE, .forever = true},
	};
	struct ks_event *event;

	(void)state;
	stage_start(steps, STAGE_COUNT(steps));
	ks_event_free(workshop_ask(&stage.shop, KS_OP_GET_BUCKETS, NULL));
	event = workshop_ask(&stage.shop, KS_OP_GET_BUCKETS, NULL);
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	assert_int_equal(stage.shop.retries, 0); /* libcurl did it, not we */
	assert_int_equal(scripted_count(stage.server, "GetBuckets"), 3);
	ks_event_free(event);

	event = workshop_ask(&stage.shop, KS_OP_CREATE_BUCKET_ACCESS_KEY, "bucket");
	assert_int_equal(event->err.kind, KS_ERR_NETWORK);
	assert_true(event->unclear);
	assert_false(event->err.not_sent);
	assert_int_equal(scripted_count(stage.server, "CreateBucketAccessKey"), 1);
	ks_event_free(event);
	stage_finish();
}

struct fault {
	const char *name;
	const char *answer;
	enum scripted_after after;
	enum ks_err_kind kind;
};

/* What may have come of a create after each of these, nobody knows. */
static size_t make_faults(struct fault *faults)
{
	const struct fault all[] = {
	    {"closed", NULL, SCRIPTED_CLOSE, KS_ERR_NETWORK},
	    {"reset", NULL, SCRIPTED_RESET, KS_ERR_NETWORK},
	    {"cut in its headers", "HTTP/1.1 200 OK\r\nContent-Le", SCRIPTED_CLOSE, KS_ERR_REPLY},
	    {"cut in its body", "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{\"accessKey\":{",
		SCRIPTED_CLOSE, KS_ERR_NETWORK},
	    {"no HTTP", "SSH-2.0-OpenSSH\r\n", SCRIPTED_CLOSE, KS_ERR_NETWORK},
	    {"500", stage_http(500, "", "{\"__type\":\"ServiceException\"}"), SCRIPTED_KEEP,
		KS_ERR_SERVICE},
	    {"HTML 503", stage_http(503, "Content-Type: text/html\r\n", "<html>Busy</html>"),
		SCRIPTED_KEEP, KS_ERR_REPLY},
	    {"empty 500", stage_http(500, "", ""), SCRIPTED_KEEP, KS_ERR_REPLY},
	    {"truncated JSON", stage_ok("{\"accessKey\":{\"accessKeyId\":\"AKIA"), SCRIPTED_KEEP,
		KS_ERR_REPLY},
	    {"malformed JSON", stage_ok("{\"accessKey\":}"), SCRIPTED_KEEP, KS_ERR_REPLY},
	    {"wrong types",
		stage_ok("{\"accessKey\":[1],\"regions\":1,\"buckets\":\"x\",\"operations\":{}}"),
		SCRIPTED_KEEP, KS_ERR_REPLY},
	    {"empty", stage_ok(""), SCRIPTED_KEEP, KS_ERR_REPLY},
	    {"timed out", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", SCRIPTED_STALL,
		KS_ERR_TIMEOUT},
	};

	memcpy(faults, all, sizeof all);
	return STAGE_COUNT(all);
}

static void a_create_whose_answer_is_lost_is_unclear_and_never_repeated(void **state)
{
	struct fault faults[32];
	size_t count = make_faults(faults);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		const struct scripted_step steps[] = {
		    {.answer = faults[i].answer, .after = faults[i].after, .forever = true}};
		struct ks_event *event;

		stage_set_up(steps, STAGE_COUNT(steps));
		stage.shop.options.timeout_seconds = faults[i].kind == KS_ERR_TIMEOUT ? 1 : 0;
		workshop_open(&stage.shop);
		event = workshop_ask(&stage.shop, KS_OP_CREATE_BUCKET_ACCESS_KEY, "bucket");
		if (event->err.kind != faults[i].kind || !event->unclear || event->err.not_sent)
			fail_msg("%s: kind %d, unclear %d", faults[i].name, event->err.kind,
			    event->unclear);
		assert_null(event->reply);
		assert_int_equal(stage.shop.retries, 0);
		assert_int_equal(scripted_count(stage.server, NULL), 1);
		ks_event_free(event);
		stage_leave();
	}
	stage_clear();
}

static void a_read_survives_each_fault_and_is_answered_once(void **state)
{
	struct fault faults[32];
	size_t count = make_faults(faults);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		const struct scripted_step steps[] = {
		    {.answer = faults[i].answer, .after = faults[i].after},
		    {.answer = stage_ok("{\"buckets\":[{\"name\":\"there\"}]}")}};
		struct ks_event *event;

		if (strcmp(faults[i].name, "empty") == 0)
			continue;
		stage_set_up(steps, STAGE_COUNT(steps));
		stage.shop.options.timeout_seconds = faults[i].kind == KS_ERR_TIMEOUT ? 1 : 0;
		workshop_open(&stage.shop);
		event = workshop_ask(&stage.shop, KS_OP_GET_BUCKETS, NULL);
		if (event->err.kind != KS_ERR_NONE || stage.shop.retries != 1)
			fail_msg("%s: %s", faults[i].name, event->err.message);
		assert_string_equal(event->reply->buckets[0].name.raw, "there");
		ks_event_free(event);
		assert_true(workshop_is_quiet(&stage.shop));
		stage_leave();
	}
	stage_clear();
}

static void a_create_refused_before_any_work_is_sent_again(void **state)
{
	const struct scripted_step steps[] = {
	    {.answer = stage_http(400, "x-amz-retry-after: 20\r\n", STAGE_THROTTLED)},
	    {.answer = stage_ok(STAGE_CREATED)}};
	struct ks_event *event;

	(void)state;
	stage_start(steps, STAGE_COUNT(steps));
	event = workshop_ask(&stage.shop, KS_OP_CREATE_BUCKET_ACCESS_KEY, "bucket");
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	assert_non_null(event->reply->secret);
	assert_int_equal(stage.shop.retries, 1);
	assert_int_equal(stage.shop.last_delay_ms, 20);
	assert_string_equal(stage.shop.retry_code, "ThrottlingException");
	ks_event_free(event);
	stage_finish();
}

static void a_create_that_a_proxy_page_answers_is_unclear(void **state)
{
	const struct scripted_step steps[] = {{.answer = stage_http(403, "", "<html>no</html>")}};
	struct ks_event *event;

	(void)state;
	stage_start(steps, STAGE_COUNT(steps));
	event = workshop_ask(&stage.shop, KS_OP_CREATE_BUCKET_ACCESS_KEY, "bucket");
	assert_int_equal(event->err.kind, KS_ERR_REPLY);
	assert_true(event->unclear);
	ks_event_free(event);
	stage_finish();
}

static void a_create_that_finds_no_server_was_not_sent(void **state)
{
	struct scripted *gone = scripted_start(NULL, 0, NULL);
	struct workshop shop;
	struct ks_event *event;

	(void)state;
	workshop_init(&shop, scripted_port(gone));
	scripted_stop(gone);
	workshop_open(&shop);
	event = workshop_ask(&shop, KS_OP_CREATE_BUCKET_ACCESS_KEY, "bucket");
	assert_int_equal(event->err.kind, KS_ERR_NETWORK);
	assert_string_equal(event->err.code, "Connect");
	assert_true(event->err.not_sent);
	assert_false(event->unclear);
	assert_int_equal(shop.retries, 2);
	ks_event_free(event);
	workshop_close(&shop);
}

static void a_create_that_the_service_refuses_is_clear(void **state)
{
	const struct scripted_step steps[] = {
	    {.answer = stage_http(400, "x-amzn-requestid: r-9\r\n",
		 "{\"__type\":\"InvalidInputException\","
		 "\"message\":\"limit\",\"tip\":\"Delete one\"}")}};
	struct ks_event *event;

	(void)state;
	stage_start(steps, STAGE_COUNT(steps));
	event = workshop_ask(&stage.shop, KS_OP_CREATE_BUCKET_ACCESS_KEY, "bucket");
	assert_int_equal(event->err.kind, KS_ERR_SERVICE);
	assert_string_equal(event->err.code, "InvalidInputException");
	assert_string_equal(event->err.tip, "Delete one");
	assert_string_equal(event->err.request_id, "r-9");
	assert_string_equal(event->request_id, "r-9");
	assert_int_equal(event->err.http_status, 400);
	assert_false(event->unclear);
	assert_int_equal(stage.shop.retries, 0);
	ks_event_free(event);
	stage_finish();
}

/* ---- deletes and reads ---- */

static void a_delete_may_be_repeated_and_not_found_is_done(void **state)
{
	const struct scripted_step steps[] = {
	    {.after = SCRIPTED_RESET}, {.answer = stage_http(404, "", STAGE_MISSING)}};
	struct ks_event *event;

	(void)state;
	stage_start(steps, STAGE_COUNT(steps));
	event = workshop_ask(&stage.shop, KS_OP_DELETE_BUCKET_ACCESS_KEY, "bucket");
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	assert_non_null(event->reply);
	assert_int_equal(event->reply->n_operations, 0);
	assert_int_equal(stage.shop.retries, 1);
	ks_event_free(event);
	stage_finish();
}

static void a_delete_that_got_lost_for_good_is_unclear(void **state)
{
	const struct scripted_step steps[] = {
	    {.after = SCRIPTED_RESET}, {.answer = stage_http(403, "", STAGE_DENIED)}};
	struct ks_event *event;

	(void)state;
	stage_start(steps, STAGE_COUNT(steps));
	event = workshop_ask(&stage.shop, KS_OP_DELETE_BUCKET_ACCESS_KEY, "bucket");
	assert_string_equal(event->err.code, "AccessDeniedException");
	assert_true(event->unclear);
	ks_event_free(event);
	stage_finish();
}

static void a_read_ends_after_three_attempts_and_is_never_unclear(void **state)
{
	const struct scripted_step steps[] = {
	    {.answer = stage_http(503, "", "{\"__type\":\"ServiceUnavailable\"}"),
		.forever = true}};
	struct ks_event *event;

	(void)state;
	stage_start(steps, STAGE_COUNT(steps));
	event = workshop_ask(&stage.shop, KS_OP_GET_BUCKETS, NULL);
	assert_string_equal(event->err.code, "ServiceUnavailable");
	assert_false(event->unclear);
	assert_int_equal(stage.shop.retries, 2);
	assert_int_equal(scripted_count(stage.server, NULL), 3);
	ks_event_free(event);
	stage_finish();
}

static void a_refused_read_is_not_repeated(void **state)
{
	const struct scripted_step steps[] = {{.answer = stage_http(403, "", STAGE_DENIED)},
	    {.answer = stage_http(404, "", STAGE_MISSING)},
	    {.answer = stage_http(302, "Location: https://example.com/\r\n", "")}};
	struct ks_event *event;

	(void)state;
	stage_start(steps, STAGE_COUNT(steps));
	event = workshop_ask(&stage.shop, KS_OP_GET_BUCKETS, NULL);
	assert_string_equal(event->err.code, "AccessDeniedException");
	ks_event_free(event);
	event = workshop_ask(&stage.shop, KS_OP_GET_BUCKET_ACCESS_KEYS, "bucket");
	assert_true(ks_err_is_not_found(&event->err));
	ks_event_free(event);
	event = workshop_ask(&stage.shop, KS_OP_GET_BUCKETS, NULL);
	assert_string_equal(event->err.code, "302");
	ks_event_free(event);
	assert_int_equal(stage.shop.retries, 0);
	stage_finish();
}

static void a_bad_input_is_refused_before_anything_is_sent(void **state)
{
	struct ks_event *event;

	(void)state;
	stage_start(NULL, 0);
	event = workshop_ask(&stage.shop, KS_OP_GET_BUCKET_ACCESS_KEYS, "No Such Name");
	assert_int_equal(event->err.kind, KS_ERR_REFUSED);
	assert_true(event->err.not_sent);
	ks_event_free(event);
	assert_int_equal(scripted_connections(stage.server), 0);
	stage_finish();
}

static void answers_are_read_in_every_framing(void **state)
{
	const struct scripted_step steps[] = {
	    {.answer = "HTTP/1.1 100 Continue\r\nx-amzn-requestid: interim\r\n\r\n"
		       "HTTP/1.1 200 OK\r\nX-AMZN-REQUESTID:   final \t\r\nContent-Length: "
		       "2\r\n\r\n{}"},
	    {.answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		       "3\r\n{\"a\r\n4\r\n\":1}\r\n0\r\n\r\n"},
	    {.answer = "HTTP/1.0 200 OK\r\n\r\n{}", .after = SCRIPTED_CLOSE},
	};
	struct ks_event *event;

	(void)state;
	stage_start(steps, STAGE_COUNT(steps));
	for (size_t i = 0; i < STAGE_COUNT(steps); i++) {
		event = workshop_ask(&stage.shop, KS_OP_GET_BUCKETS, NULL);
		assert_int_equal(event->err.kind, KS_ERR_NONE);
		if (i == 0)
			assert_string_equal(event->request_id, "final");
		ks_event_free(event);
	}
	assert_int_equal(stage.shop.retries, 0);
	stage_finish();
}

static void an_answer_beyond_the_limit_is_cut_off(void **state)
{
	size_t size = KS_LIGHTSAIL_REPLY_MAX + 1;
	char *body = ks_malloc(size + 1);
	struct scripted_step steps[] = {{.forever = true}, {.forever = true}};
	struct ks_event *event;

	(void)state;
	memset(body, ' ', size);
	body[size] = '\0';
	steps[0].answer = stage_http(200, "", body);
	steps[0].target = "GetBuckets";
	memset(body, 'x', size);
	body[70000] = '\0';
	memcpy(body, "X-Much: ", 8);
	memcpy(body + 69998, "\r\n", 3);
	steps[1].answer = stage_http(200, body, "{}");
	stage_start(steps, STAGE_COUNT(steps));
	event = workshop_ask(&stage.shop, KS_OP_GET_BUCKETS, NULL);
	assert_int_equal(event->err.kind, KS_ERR_REPLY);
	stage_assert_has(event->err.message, "larger");
	assert_string_equal(event->err.code, "TooLarge");
	ks_event_free(event);
	event = workshop_ask(&stage.shop, KS_OP_GET_REGIONS, NULL);
	assert_int_equal(event->err.kind, KS_ERR_REPLY);
	ks_event_free(event);
	stage_finish();
	free(body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_created_key_brings_its_secret),
	    cmocka_unit_test(a_dying_kept_connection_repeats_a_read_but_never_a_create),
	    cmocka_unit_test(a_create_whose_answer_is_lost_is_unclear_and_never_repeated),
	    cmocka_unit_test(a_read_survives_each_fault_and_is_answered_once),
	    cmocka_unit_test(a_create_refused_before_any_work_is_sent_again),
	    cmocka_unit_test(a_create_that_a_proxy_page_answers_is_unclear),
	    cmocka_unit_test(a_create_that_finds_no_server_was_not_sent),
	    cmocka_unit_test(a_create_that_the_service_refuses_is_clear),
	    cmocka_unit_test(a_delete_may_be_repeated_and_not_found_is_done),
	    cmocka_unit_test(a_delete_that_got_lost_for_good_is_unclear),
	    cmocka_unit_test(a_read_ends_after_three_attempts_and_is_never_unclear),
	    cmocka_unit_test(a_refused_read_is_not_repeated),
	    cmocka_unit_test(a_bad_input_is_refused_before_anything_is_sent),
	    cmocka_unit_test(answers_are_read_in_every_framing),
	    cmocka_unit_test(an_answer_beyond_the_limit_is_cut_off),
	};

	signal(SIGPIPE, SIG_IGN); /* the server writes to connections that the worker has closed */
	ks_secret_setup();
	return cmocka_run_group_tests_name("engine: attempts", tests, NULL, NULL);
}
