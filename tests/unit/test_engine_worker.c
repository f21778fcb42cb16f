/* The worker against a server that does what its script says, down to the byte. */
#include <netdb.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/aws/env.h"
#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/engine/worker.h"
#include "tests/support/scripted.h"
#include "tests/support/workshop.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define SECRET       "abcdefghijklmnopqrstuvwxyz/0123456789+AB"
#define CREATED                                                                                  \
	"{\"accessKey\":{\"accessKeyId\":\"AKIANEWAAAAAAAAAAAA1\",\"secretAccessKey\":\"" SECRET \
	"\",\"status\":\"Active\"},\"operations\":[{\"id\":\"op-1\"}]}"
#define THROTTLED "{\"__type\":\"ThrottlingException\",\"message\":\"Rate exceeded\"}"
#define MISSING   "{\"__type\":\"NotFoundException\",\"code\":\"DoesNotExist\",\"message\":\"m\"}"
#define DENIED    "{\"__type\":\"AccessDeniedException\",\"message\":\"User is not authorized\"}"

/* ---- one server and one worker for each test ---- */

static struct {
	struct scripted *server;
	struct workshop shop;
	char *answers[64];
	size_t n_answers;
} bench;

static const char *http(int status, const char *extra, const char *body)
{
	assert_true(bench.n_answers < COUNT(bench.answers));
	return bench.answers[bench.n_answers++] = scripted_http(status, extra, body);
}

static const char *ok(const char *body)
{
	return http(200, "x-amzn-RequestId: req-1\r\n", body);
}

static void set_up(const struct scripted_step *steps, size_t count)
{
	bench.server = scripted_start(steps, count, NULL);
	workshop_init(&bench.shop, scripted_port(bench.server));
}

static void start(const struct scripted_step *steps, size_t count)
{
	set_up(steps, count);
	workshop_open(&bench.shop);
}

static void finish(void)
{
	assert_true(workshop_is_quiet(&bench.shop));
	workshop_close(&bench.shop);
	scripted_stop(bench.server);
	while (bench.n_answers > 0)
		free(bench.answers[--bench.n_answers]);
}

static void assert_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" is not in \"%.800s\"", part, text);
}

/* ---- the request ---- */

static void a_call_is_sent_as_the_protocol_wants_it(void **state)
{
	const struct scripted_step steps[] = {{.answer = ok("{\"accessKeys\":[]}")}};
	struct ks_event *event;
	const char *request;

	(void)state;
	set_up(steps, COUNT(steps));
	bench.shop.now = 1628251200000;
	workshop_open(&bench.shop);
	event = workshop_ask(&bench.shop, KS_OP_GET_BUCKET_ACCESS_KEYS, "example-bucket-1");
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	assert_non_null(event->reply);
	assert_string_equal(event->request_id, "req-1");
	assert_int_equal(event->at, 1628251200000);
	request = scripted_request(bench.server, 0);
	assert_int_equal(strncmp(request, "POST / HTTP/1.1\r\n", 17), 0);
	assert_has(request, "\r\nContent-Type: application/x-amz-json-1.1\r\n");
	assert_has(request, "\r\nX-Amz-Target: Lightsail_20161128.GetBucketAccessKeys\r\n");
	assert_has(request, "\r\nX-Amz-Date: 20210806T120000Z\r\n");
	assert_has(request,
	    "Credential=" WORKSHOP_KEY "/20210806/us-east-1/lightsail/aws4_request, "
	    "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=");
	assert_has(request, "\r\namz-sdk-request: attempt=1; max=3\r\n");
	assert_has(request, "\r\namz-sdk-invocation-id: ");
	assert_has(request, "\r\nUser-Agent: keysail/test\r\n");
	assert_has(request, "\r\n\r\n{\"bucketName\":\"example-bucket-1\"}");
	assert_null(strstr(request, "Expect:"));
	assert_null(strstr(request, WORKSHOP_SECRET));
	ks_event_free(event);
	finish();
}

static void an_invocation_id_stays_over_retries_and_the_attempt_counts(void **state)
{
	const struct scripted_step steps[] = {
	    {.answer = http(500, "", "{}")}, {.answer = http(500, "", "{}")}, {.answer = ok("{}")}};
	struct ks_event *event;
	const char *first, *last;

	(void)state;
	start(steps, COUNT(steps));
	event = workshop_ask(&bench.shop, KS_OP_GET_BUCKETS, NULL);
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	assert_int_equal(bench.shop.retries, 2);
	first = strstr(scripted_request(bench.server, 0), "amz-sdk-invocation-id: ");
	last = strstr(scripted_request(bench.server, 2), "amz-sdk-invocation-id: ");
	assert_memory_equal(first, last, strlen("amz-sdk-invocation-id: ") + 36);
	assert_has(scripted_request(bench.server, 2), "amz-sdk-request: attempt=3; max=3");
	ks_event_free(event);
	finish();
}

/* ---- a key is made once ---- */

static void a_created_key_brings_its_secret(void **state)
{
	const struct scripted_step steps[] = {{.answer = ok(CREATED)}};
	struct ks_event *event;

	(void)state;
	start(steps, COUNT(steps));
	event = workshop_ask(&bench.shop, KS_OP_CREATE_BUCKET_ACCESS_KEY, "bucket");
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	assert_false(event->unclear);
	assert_string_equal(event->reply->keys[0].id.raw, "AKIANEWAAAAAAAAAAAA1");
	assert_true(ks_secret_equal(event->reply->secret, SECRET, strlen(SECRET)));
	assert_int_equal(event->reply->n_operations, 1);
	ks_event_free(event);
	finish();
}

/*
 * libcurl sends a request again by itself when a reused connection dies before the answer's first
 * byte. It may for reads; for a create it must not get the chance.
 */
static void a_dying_kept_connection_repeats_a_read_but_never_a_create(void **state)
{
	const struct scripted_step steps[] = {
	    {.target = "GetBuckets", .answer = ok("{}")},
	    {.target = "GetBuckets", .after = SCRIPTED_CLOSE},
	    {.target = "GetBuckets", .answer = ok("{}")},
	    {.target = "CreateBucketAccessKey", .after = SCRIPTED_CLOSE, .forever = true},
	};
	struct ks_event *event;

	(void)state;
	start(steps, COUNT(steps));
	ks_event_free(workshop_ask(&bench.shop, KS_OP_GET_BUCKETS, NULL));
	event = workshop_ask(&bench.shop, KS_OP_GET_BUCKETS, NULL);
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	assert_int_equal(bench.shop.retries, 0); /* libcurl did it, not we */
	assert_int_equal(scripted_count(bench.server, "GetBuckets"), 3);
	ks_event_free(event);

	event = workshop_ask(&bench.shop, KS_OP_CREATE_BUCKET_ACCESS_KEY, "bucket");
	assert_int_equal(event->err.kind, KS_ERR_NETWORK);
	assert_true(event->unclear);
	assert_false(event->err.not_sent);
	assert_int_equal(scripted_count(bench.server, "CreateBucketAccessKey"), 1);
	ks_event_free(event);
	finish();
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
	    {"500", http(500, "", "{\"__type\":\"ServiceException\"}"), SCRIPTED_KEEP,
		KS_ERR_SERVICE},
	    {"HTML 503", http(503, "Content-Type: text/html\r\n", "<html>Busy</html>"),
		SCRIPTED_KEEP, KS_ERR_REPLY},
	    {"empty 500", http(500, "", ""), SCRIPTED_KEEP, KS_ERR_REPLY},
	    {"truncated JSON", ok("{\"accessKey\":{\"accessKeyId\":\"AKIA"), SCRIPTED_KEEP,
		KS_ERR_REPLY},
	    {"malformed JSON", ok("{\"accessKey\":}"), SCRIPTED_KEEP, KS_ERR_REPLY},
	    {"wrong types",
		ok("{\"accessKey\":[1],\"regions\":1,\"buckets\":\"x\",\"operations\":{}}"),
		SCRIPTED_KEEP, KS_ERR_REPLY},
	    {"empty", ok(""), SCRIPTED_KEEP, KS_ERR_REPLY},
	    {"timed out", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", SCRIPTED_STALL,
		KS_ERR_TIMEOUT},
	};

	memcpy(faults, all, sizeof all);
	return COUNT(all);
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

		set_up(steps, COUNT(steps));
		bench.shop.options.timeout_seconds = faults[i].kind == KS_ERR_TIMEOUT ? 1 : 0;
		workshop_open(&bench.shop);
		event = workshop_ask(&bench.shop, KS_OP_CREATE_BUCKET_ACCESS_KEY, "bucket");
		if (event->err.kind != faults[i].kind || !event->unclear || event->err.not_sent)
			fail_msg("%s: kind %d, unclear %d", faults[i].name, event->err.kind,
			    event->unclear);
		assert_null(event->reply);
		assert_int_equal(bench.shop.retries, 0);
		assert_int_equal(scripted_count(bench.server, NULL), 1);
		ks_event_free(event);
		workshop_close(&bench.shop);
		scripted_stop(bench.server);
	}
	while (bench.n_answers > 0)
		free(bench.answers[--bench.n_answers]);
}

static void a_read_survives_each_fault_and_is_answered_once(void **state)
{
	struct fault faults[32];
	size_t count = make_faults(faults);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		const struct scripted_step steps[] = {
		    {.answer = faults[i].answer, .after = faults[i].after},
		    {.answer = ok("{\"buckets\":[{\"name\":\"there\"}]}")}};
		struct ks_event *event;

		if (strcmp(faults[i].name, "empty") == 0)
			continue;
		set_up(steps, COUNT(steps));
		bench.shop.options.timeout_seconds = faults[i].kind == KS_ERR_TIMEOUT ? 1 : 0;
		workshop_open(&bench.shop);
		event = workshop_ask(&bench.shop, KS_OP_GET_BUCKETS, NULL);
		if (event->err.kind != KS_ERR_NONE || bench.shop.retries != 1)
			fail_msg("%s: %s", faults[i].name, event->err.message);
		assert_string_equal(event->reply->buckets[0].name.raw, "there");
		ks_event_free(event);
		assert_true(workshop_is_quiet(&bench.shop));
		workshop_close(&bench.shop);
		scripted_stop(bench.server);
	}
	while (bench.n_answers > 0)
		free(bench.answers[--bench.n_answers]);
}

static void a_create_refused_before_any_work_is_sent_again(void **state)
{
	const struct scripted_step steps[] = {
	    {.answer = http(400, "x-amz-retry-after: 20\r\n", THROTTLED)}, {.answer = ok(CREATED)}};
	struct ks_event *event;

	(void)state;
	start(steps, COUNT(steps));
	event = workshop_ask(&bench.shop, KS_OP_CREATE_BUCKET_ACCESS_KEY, "bucket");
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	assert_non_null(event->reply->secret);
	assert_int_equal(bench.shop.retries, 1);
	assert_int_equal(bench.shop.last_delay_ms, 20);
	assert_string_equal(bench.shop.retry_code, "ThrottlingException");
	ks_event_free(event);
	finish();
}

static void a_create_that_a_proxy_page_answers_is_unclear(void **state)
{
	const struct scripted_step steps[] = {{.answer = http(403, "", "<html>no</html>")}};
	struct ks_event *event;

	(void)state;
	start(steps, COUNT(steps));
	event = workshop_ask(&bench.shop, KS_OP_CREATE_BUCKET_ACCESS_KEY, "bucket");
	assert_int_equal(event->err.kind, KS_ERR_REPLY);
	assert_true(event->unclear);
	ks_event_free(event);
	finish();
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
	    {.answer = http(400, "x-amzn-requestid: r-9\r\n",
		 "{\"__type\":\"InvalidInputException\","
		 "\"message\":\"limit\",\"tip\":\"Delete one\"}")}};
	struct ks_event *event;

	(void)state;
	start(steps, COUNT(steps));
	event = workshop_ask(&bench.shop, KS_OP_CREATE_BUCKET_ACCESS_KEY, "bucket");
	assert_int_equal(event->err.kind, KS_ERR_SERVICE);
	assert_string_equal(event->err.code, "InvalidInputException");
	assert_string_equal(event->err.tip, "Delete one");
	assert_string_equal(event->err.request_id, "r-9");
	assert_string_equal(event->request_id, "r-9");
	assert_int_equal(event->err.http_status, 400);
	assert_false(event->unclear);
	assert_int_equal(bench.shop.retries, 0);
	ks_event_free(event);
	finish();
}

/* ---- deletes and reads ---- */

static void a_delete_may_be_repeated_and_not_found_is_done(void **state)
{
	const struct scripted_step steps[] = {
	    {.after = SCRIPTED_RESET}, {.answer = http(404, "", MISSING)}};
	struct ks_event *event;

	(void)state;
	start(steps, COUNT(steps));
	event = workshop_ask(&bench.shop, KS_OP_DELETE_BUCKET_ACCESS_KEY, "bucket");
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	assert_non_null(event->reply);
	assert_int_equal(event->reply->n_operations, 0);
	assert_int_equal(bench.shop.retries, 1);
	ks_event_free(event);
	finish();
}

static void a_delete_that_got_lost_for_good_is_unclear(void **state)
{
	const struct scripted_step steps[] = {
	    {.after = SCRIPTED_RESET}, {.answer = http(403, "", DENIED)}};
	struct ks_event *event;

	(void)state;
	start(steps, COUNT(steps));
	event = workshop_ask(&bench.shop, KS_OP_DELETE_BUCKET_ACCESS_KEY, "bucket");
	assert_string_equal(event->err.code, "AccessDeniedException");
	assert_true(event->unclear);
	ks_event_free(event);
	finish();
}

static void a_read_ends_after_three_attempts_and_is_never_unclear(void **state)
{
	const struct scripted_step steps[] = {
	    {.answer = http(503, "", "{\"__type\":\"ServiceUnavailable\"}"), .forever = true}};
	struct ks_event *event;

	(void)state;
	start(steps, COUNT(steps));
	event = workshop_ask(&bench.shop, KS_OP_GET_BUCKETS, NULL);
	assert_string_equal(event->err.code, "ServiceUnavailable");
	assert_false(event->unclear);
	assert_int_equal(bench.shop.retries, 2);
	assert_int_equal(scripted_count(bench.server, NULL), 3);
	ks_event_free(event);
	finish();
}

static void a_refused_read_is_not_repeated(void **state)
{
	const struct scripted_step steps[] = {{.answer = http(403, "", DENIED)},
	    {.answer = http(404, "", MISSING)},
	    {.answer = http(302, "Location: https://example.com/\r\n", "")}};
	struct ks_event *event;

	(void)state;
	start(steps, COUNT(steps));
	event = workshop_ask(&bench.shop, KS_OP_GET_BUCKETS, NULL);
	assert_string_equal(event->err.code, "AccessDeniedException");
	ks_event_free(event);
	event = workshop_ask(&bench.shop, KS_OP_GET_BUCKET_ACCESS_KEYS, "bucket");
	assert_true(ks_err_is_not_found(&event->err));
	ks_event_free(event);
	event = workshop_ask(&bench.shop, KS_OP_GET_BUCKETS, NULL);
	assert_string_equal(event->err.code, "302");
	ks_event_free(event);
	assert_int_equal(bench.shop.retries, 0);
	finish();
}

static void a_bad_input_is_refused_before_anything_is_sent(void **state)
{
	struct ks_event *event;

	(void)state;
	start(NULL, 0);
	event = workshop_ask(&bench.shop, KS_OP_GET_BUCKET_ACCESS_KEYS, "No Such Name");
	assert_int_equal(event->err.kind, KS_ERR_REFUSED);
	assert_true(event->err.not_sent);
	ks_event_free(event);
	assert_int_equal(scripted_connections(bench.server), 0);
	finish();
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
	start(steps, COUNT(steps));
	for (size_t i = 0; i < COUNT(steps); i++) {
		event = workshop_ask(&bench.shop, KS_OP_GET_BUCKETS, NULL);
		assert_int_equal(event->err.kind, KS_ERR_NONE);
		if (i == 0)
			assert_string_equal(event->request_id, "final");
		ks_event_free(event);
	}
	assert_int_equal(bench.shop.retries, 0);
	finish();
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
	steps[0].answer = http(200, "", body);
	steps[0].target = "GetBuckets";
	memset(body, 'x', size);
	body[70000] = '\0';
	memcpy(body, "X-Much: ", 8);
	memcpy(body + 69998, "\r\n", 3);
	steps[1].answer = http(200, body, "{}");
	start(steps, COUNT(steps));
	event = workshop_ask(&bench.shop, KS_OP_GET_BUCKETS, NULL);
	assert_int_equal(event->err.kind, KS_ERR_REPLY);
	assert_has(event->err.message, "larger");
	ks_event_free(event);
	event = workshop_ask(&bench.shop, KS_OP_GET_REGIONS, NULL);
	assert_int_equal(event->err.kind, KS_ERR_REPLY);
	ks_event_free(event);
	finish();
	free(body);
}

/* ---- order, cancelling, read-only ---- */

static void waiting_calls_go_by_priority_then_by_age(void **state)
{
	static const struct {
		enum ks_priority priority;
		const char *bucket;
	} calls[] = {{KS_PRIORITY_REST, "rest-1"}, {KS_PRIORITY_VISIBLE, "visible-1"},
	    {KS_PRIORITY_SELECTED, "selected-1"}, {KS_PRIORITY_PAGE, "page-1"},
	    {KS_PRIORITY_REST, "rest-2"}, {KS_PRIORITY_VISIBLE, "visible-2"}};
	static const char *const order[] = {
	    "page-1", "selected-1", "visible-1", "visible-2", "rest-1", "rest-2"};
	const struct scripted_step steps[] = {
	    {.target = "GetRegions", .after = SCRIPTED_STALL},
	    {.answer = ok("{}"), .forever = true},
	};
	struct ks_event *event;
	uint64_t hanging;

	(void)state;
	set_up(steps, COUNT(steps));
	bench.shop.options.concurrency = 1;
	workshop_open(&bench.shop);
	hanging = workshop_call(&bench.shop, KS_OP_GET_REGIONS, KS_PRIORITY_REST, NULL);
	assert_true(scripted_wait(bench.server, 1));
	for (size_t i = 0; i < COUNT(calls); i++)
		workshop_call(
		    &bench.shop, KS_OP_GET_BUCKET_ACCESS_KEYS, calls[i].priority, calls[i].bucket);

	/* What the user waits for passes all of them. */
	event = workshop_ask(&bench.shop, KS_OP_DELETE_BUCKET_ACCESS_KEY, "urgent");
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	ks_event_free(event);

	workshop_cancel(&bench.shop, hanging);
	event = workshop_reply(&bench.shop, hanging);
	assert_int_equal(event->err.kind, KS_ERR_CANCELLED);
	ks_event_free(event);
	for (size_t i = 0; i < COUNT(order); i++) {
		ks_event_free(workshop_event(&bench.shop));
		assert_has(scripted_request(bench.server, i + 2), order[i]);
	}
	finish();
}

static void a_retry_goes_before_what_still_waits(void **state)
{
	static const char *const order[] = {"first", "first", "second", "third"};
	const struct scripted_step steps[] = {
	    {.answer = http(500, "", "{}")}, {.answer = ok("{}"), .forever = true}};

	(void)state;
	set_up(steps, COUNT(steps));
	bench.shop.options.concurrency = 1;
	workshop_open(&bench.shop);
	for (size_t i = 1; i < COUNT(order); i++)
		workshop_call(
		    &bench.shop, KS_OP_GET_BUCKET_ACCESS_KEYS, KS_PRIORITY_REST, order[i]);
	for (size_t i = 0; i < COUNT(order); i++) {
		ks_event_free(workshop_event(&bench.shop));
		assert_has(scripted_request(bench.server, i), order[i]);
	}
	finish();
}

static void as_many_calls_run_at_once_as_allowed(void **state)
{
	const struct scripted_step steps[] = {{.after = SCRIPTED_STALL, .forever = true}};
	uint64_t ids[5];

	(void)state;
	set_up(steps, COUNT(steps));
	bench.shop.options.concurrency = 4;
	workshop_open(&bench.shop);
	for (size_t i = 0; i < COUNT(ids); i++)
		ids[i] = workshop_call(&bench.shop, KS_OP_GET_BUCKETS, KS_PRIORITY_REST, NULL);
	assert_true(scripted_wait(bench.server, 4));
	assert_int_equal(scripted_count(bench.server, NULL), 4);
	workshop_cancel(&bench.shop, ids[0]);
	ks_event_free(workshop_reply(&bench.shop, ids[0]));
	assert_true(scripted_wait(bench.server, 5));
	workshop_close(&bench.shop);
	scripted_stop(bench.server);
}

static double long_jitter(void *ctx)
{
	(void)ctx;
	return 0.9999;
}

static void a_read_is_cancelled_wherever_it_is(void **state)
{
	const struct scripted_step steps[] = {
	    {.target = "GetRegions", .after = SCRIPTED_STALL},
	    {.target = "GetBuckets", .answer = http(500, "", "{}"), .forever = true},
	};
	uint64_t ids[3];
	struct ks_event *event;

	(void)state;
	set_up(steps, COUNT(steps));
	bench.shop.options.random = long_jitter;
	bench.shop.options.concurrency = 1;
	workshop_open(&bench.shop);
	ids[0] = workshop_call(&bench.shop, KS_OP_GET_BUCKETS, KS_PRIORITY_REST, NULL);
	event = workshop_event(&bench.shop);
	assert_int_equal(event->kind, KS_EVENT_RETRYING); /* now it is delayed */
	ks_event_free(event);
	ids[1] = workshop_call(&bench.shop, KS_OP_GET_REGIONS, KS_PRIORITY_REST, NULL);
	assert_true(scripted_wait(bench.server, 2)); /* this one is under way */
	ids[2] = workshop_call(&bench.shop, KS_OP_GET_BUCKETS, KS_PRIORITY_REST, NULL);
	for (size_t i = COUNT(ids); i-- > 0;) {
		workshop_cancel(&bench.shop, ids[i]);
		event = workshop_reply(&bench.shop, ids[i]);
		assert_int_equal(event->err.kind, KS_ERR_CANCELLED);
		assert_null(event->reply);
		ks_event_free(event);
	}
	workshop_cancel(&bench.shop, ids[0]); /* twice is nothing */
	workshop_cancel(&bench.shop, 12345);
	event = workshop_ask(&bench.shop, KS_OP_GET_BUCKET_ACCESS_KEYS, "-");
	assert_int_equal(event->err.kind, KS_ERR_REFUSED);
	ks_event_free(event);
	finish();
}

static void a_change_is_never_cancelled(void **state)
{
	const struct scripted_step steps[] = {
	    {.answer = http(400, "x-amz-retry-after: 100\r\n", THROTTLED)},
	    {.answer = ok(CREATED)},
	};
	struct ks_event *event;
	uint64_t id;

	(void)state;
	start(steps, COUNT(steps));
	id = workshop_call(
	    &bench.shop, KS_OP_CREATE_BUCKET_ACCESS_KEY, KS_PRIORITY_CHANGE, "bucket");
	workshop_cancel(&bench.shop, id);
	event = workshop_event(&bench.shop);
	assert_int_equal(event->kind, KS_EVENT_RETRYING);
	ks_event_free(event);
	workshop_cancel(&bench.shop, id);
	event = workshop_reply(&bench.shop, id);
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	assert_non_null(event->reply->secret);
	ks_event_free(event);
	finish();
}

static void read_only_sends_no_change(void **state)
{
	const struct scripted_step steps[] = {{.answer = ok("{}"), .forever = true}};
	static const enum ks_op changes[] = {
	    KS_OP_CREATE_BUCKET_ACCESS_KEY, KS_OP_DELETE_BUCKET_ACCESS_KEY};
	struct ks_event *event;

	(void)state;
	set_up(steps, COUNT(steps));
	bench.shop.options.read_only = true;
	workshop_open(&bench.shop);
	for (size_t i = 0; i < COUNT(changes); i++) {
		event = workshop_ask(&bench.shop, changes[i], "bucket");
		assert_int_equal(event->err.kind, KS_ERR_REFUSED);
		assert_true(event->err.not_sent);
		assert_false(event->unclear);
		ks_event_free(event);
	}
	event = workshop_ask(&bench.shop, KS_OP_GET_BUCKETS, NULL);
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	ks_event_free(event);
	assert_int_equal(scripted_count(bench.server, NULL), 1);
	finish();
}

static void throttling_shrinks_what_runs_at_once(void **state)
{
	const struct scripted_step steps[] = {
	    {.target = "GetRegions", .answer = http(400, "", THROTTLED)},
	    {.target = "GetRegions", .answer = ok("{}")},
	    {.target = "GetBuckets", .after = SCRIPTED_STALL, .forever = true},
	    {.target = "DeleteBucketAccessKey", .answer = http(403, "", DENIED)},
	};

	(void)state;
	set_up(steps, COUNT(steps));
	bench.shop.options.concurrency = 4;
	workshop_open(&bench.shop);
	ks_event_free(workshop_ask(&bench.shop, KS_OP_GET_REGIONS, NULL));
	assert_int_equal(bench.shop.retries, 1);
	for (int i = 0; i < 4; i++)
		workshop_call(&bench.shop, KS_OP_GET_BUCKETS, KS_PRIORITY_REST, NULL);
	assert_true(scripted_wait(bench.server, 4));
	/* A change goes through the worker after them: had more been begun, they would be there. */
	ks_event_free(workshop_ask(&bench.shop, KS_OP_DELETE_BUCKET_ACCESS_KEY, "bucket"));
	assert_int_equal(scripted_count(bench.server, "GetBuckets"), 2);
	workshop_close(&bench.shop);
	scripted_stop(bench.server);
	while (bench.n_answers > 0)
		free(bench.answers[--bench.n_answers]);
}

/* ---- clocks and credentials ---- */

static void a_skewed_clock_is_corrected_and_the_call_repeated(void **state)
{
	const char *late = "{\"__type\":\"RequestTimeTooSkewed\",\"message\":\"m\"}";
	const struct scripted_step steps[] = {
	    {.target = "CreateBucketAccessKey",
		.answer = http(403, "Date: Fri, 06 Aug 2021 12:05:00 GMT\r\n", late)},
	    {.target = "CreateBucketAccessKey", .answer = ok(CREATED)},
	    {.target = "GetBuckets", .answer = ok("{}")},
	    {.target = "GetRegions",
		.answer = http(403, "Date: Fri, 06 Aug 2021 12:05:00 GMT\r\n", DENIED)},
	};
	struct ks_event *event;

	(void)state;
	set_up(steps, COUNT(steps));
	bench.shop.now = 1628251200000; /* 12:00:00 */
	workshop_open(&bench.shop);
	event = workshop_ask(&bench.shop, KS_OP_CREATE_BUCKET_ACCESS_KEY, "bucket");
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	assert_false(event->unclear);
	assert_int_equal(bench.shop.retries, 1);
	assert_has(scripted_request(bench.server, 0), "X-Amz-Date: 20210806T120000Z");
	assert_has(scripted_request(bench.server, 1), "X-Amz-Date: 20210806T120500Z");
	ks_event_free(event);
	ks_event_free(workshop_ask(&bench.shop, KS_OP_GET_BUCKETS, NULL));
	assert_has(scripted_request(bench.server, 2), "X-Amz-Date: 20210806T120500Z");
	/* Signed by the service's clock, a no is a no. */
	event = workshop_ask(&bench.shop, KS_OP_GET_REGIONS, NULL);
	assert_string_equal(event->err.code, "AccessDeniedException");
	assert_int_equal(bench.shop.retries, 1);
	ks_event_free(event);
	finish();
}

static void a_clock_that_stays_wrong_is_an_error_after_one_more_try(void **state)
{
	const char *late = "{\"__type\":\"RequestTimeTooSkewed\",\"message\":\"m\"}";
	const struct scripted_step steps[] = {
	    {.answer = http(403, "Date: Fri, 06 Aug 2021 12:05:00 GMT\r\n", late)},
	    {.answer = http(403, "Date: Fri, 06 Aug 2021 12:15:00 GMT\r\n", late)},
	};
	struct ks_event *event;

	(void)state;
	set_up(steps, COUNT(steps));
	bench.shop.now = 1628251200000;
	workshop_open(&bench.shop);
	event = workshop_ask(&bench.shop, KS_OP_GET_BUCKETS, NULL);
	assert_string_equal(event->err.code, "RequestTimeTooSkewed");
	assert_string_not_equal(event->err.tip, "");
	assert_int_equal(bench.shop.retries, 1);
	ks_event_free(event);
	finish();
}

/* A folder with an AWS credentials file, and an environment that points to it. */
struct aws_home {
	char folder[64];
	char file[96];
	struct ks_env *env;
};

static void write_credentials(const struct aws_home *home, const char *key_id)
{
	FILE *file = fopen(home->file, "w");

	assert_non_null(file);
	fprintf(file,
	    "[default]\naws_access_key_id = %s\naws_secret_access_key = " WORKSHOP_SECRET
	    "\naws_session_token = token-of-%s\n",
	    key_id, key_id);
	assert_int_equal(fclose(file), 0);
}

static void make_home(struct aws_home *home, const char *ca_bundle)
{
	snprintf(home->folder, sizeof home->folder, "/tmp/keysail-worker-XXXXXX");
	assert_non_null(mkdtemp(home->folder));
	snprintf(home->file, sizeof home->file, "%s/credentials", home->folder);
	unsetenv("AWS_ACCESS_KEY_ID");
	unsetenv("AWS_PROFILE");
	setenv("AWS_SHARED_CREDENTIALS_FILE", home->file, 1);
	setenv("AWS_CONFIG_FILE", "/dev/null", 1);
	if (ca_bundle != NULL)
		setenv("AWS_CA_BUNDLE", ca_bundle, 1);
	else
		unsetenv("AWS_CA_BUNDLE");
	write_credentials(home, "ASIAFIRST");
	home->env = ks_env_capture();
}

static void remove_home(struct aws_home *home)
{
	ks_env_free(home->env);
	unlink(home->file);
	rmdir(home->folder);
}

static void open_with_home(struct workshop *shop, const struct aws_home *home)
{
	struct ks_event *event;

	shop->identity.given = NULL;
	shop->identity.env = home->env;
	shop->identity.endpoint_url = shop->url;
	workshop_open(shop);
	event = workshop_reply(shop, workshop_identify(shop, NULL));
	if (event->err.kind != KS_ERR_NONE)
		fail_msg("%s", event->err.message);
	assert_string_equal(event->identity->profile, "default");
	assert_string_equal(event->identity->access_key_id, "ASIAFIRST");
	assert_string_equal(event->identity->endpoint, shop->url);
	assert_non_null(event->identity->source);
	assert_true(event->identity->n_looked > 0);
	ks_event_free(event);
}

static void stale_credentials_are_read_anew_once(void **state)
{
	const char *stale = "{\"__type\":\"ExpiredTokenException\",\"message\":\"m\"}";
	const struct scripted_step steps[] = {
	    {.answer = http(403, "", stale)},
	    {.answer = ok(CREATED)},
	    {.answer = http(403, "", stale)},
	};
	struct aws_home home;
	struct ks_event *event;

	(void)state;
	set_up(steps, COUNT(steps));
	make_home(&home, NULL);
	open_with_home(&bench.shop, &home);
	write_credentials(&home, "ASIASECOND");
	event = workshop_ask(&bench.shop, KS_OP_CREATE_BUCKET_ACCESS_KEY, "bucket");
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	assert_int_equal(bench.shop.retries, 1);
	assert_has(
	    scripted_request(bench.server, 0), "X-Amz-Security-Token: token-of-ASIAFIRST\r\n");
	assert_has(
	    scripted_request(bench.server, 1), "X-Amz-Security-Token: token-of-ASIASECOND\r\n");
	assert_has(scripted_request(bench.server, 1), "Credential=ASIASECOND/");
	ks_event_free(event);

	/* Nothing new in the file: trying again would change nothing. */
	event = workshop_ask(&bench.shop, KS_OP_GET_BUCKETS, NULL);
	assert_string_equal(event->err.code, "ExpiredTokenException");
	assert_has(event->err.tip, "sign in");
	assert_int_equal(bench.shop.retries, 1);
	ks_event_free(event);
	finish();
	remove_home(&home);
}

static void calls_that_went_stale_together_all_use_the_new_credentials(void **state)
{
	const char *stale = "{\"__type\":\"ExpiredTokenException\",\"message\":\"m\"}";
	const struct scripted_step steps[] = {
	    {.has = "Credential=ASIAFIRST/",
		.answer = http(403, "", stale),
		.wait_for = 3,
		.forever = true},
	    {.answer = ok("{}"), .forever = true},
	};
	struct aws_home home;
	struct ks_event *event;

	(void)state;
	set_up(steps, COUNT(steps));
	make_home(&home, NULL);
	open_with_home(&bench.shop, &home);
	write_credentials(&home, "ASIASECOND");
	for (int i = 0; i < 3; i++)
		workshop_call(&bench.shop, KS_OP_GET_BUCKETS, KS_PRIORITY_REST, NULL);
	for (int replies = 0; replies < 3;) {
		event = workshop_event(&bench.shop);
		if (event->kind == KS_EVENT_REPLY) {
			assert_int_equal(event->err.kind, KS_ERR_NONE);
			replies++;
		}
		ks_event_free(event);
	}
	assert_int_equal(scripted_count(bench.server, NULL), 6);
	finish();
	remove_home(&home);
}

static void without_credentials_it_says_where_it_looked(void **state)
{
	struct ks_env *env = ks_env_empty();
	struct ks_event *event;

	(void)state;
	set_up(NULL, 0);
	bench.shop.identity.given = NULL;
	bench.shop.identity.env = env;
	workshop_open(&bench.shop);
	event = workshop_reply(&bench.shop, workshop_identify(&bench.shop, NULL));
	assert_int_equal(event->err.kind, KS_ERR_CREDENTIALS);
	assert_true(event->identity->n_looked > 0);
	assert_string_not_equal(event->identity->looked[0].finding, "");
	assert_null(event->identity->access_key_id);
	ks_event_free(event);
	event = workshop_ask(&bench.shop, KS_OP_GET_BUCKETS, NULL);
	assert_int_equal(event->err.kind, KS_ERR_CREDENTIALS);
	ks_event_free(event);
	finish();
	ks_env_free(env);
}

/* ---- TLS ---- */

static void tls_trusts_the_bundle_that_is_named_and_nothing_else(void **state)
{
	const struct scripted_step steps[] = {{.answer = ok(CREATED), .forever = true}};
	static const struct {
		bool named;
		enum ks_err_kind kind;
		const char *code;
	} cases[] = {{true, KS_ERR_NONE, ""}, {false, KS_ERR_NETWORK, "Certificate"}};
	char cert[] = "/tmp/keysail-cert-XXXXXX";
	int fd = mkstemp(cert);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	bench.server = scripted_start(steps, COUNT(steps), cert);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct aws_home home;
		struct ks_event *event;

		workshop_init(&bench.shop, scripted_port(bench.server));
		snprintf(bench.shop.url, sizeof bench.shop.url, "https://127.0.0.1:%d",
		    scripted_port(bench.server));
		make_home(&home, cases[i].named ? cert : NULL);
		open_with_home(&bench.shop, &home);
		event = workshop_ask(&bench.shop, KS_OP_CREATE_BUCKET_ACCESS_KEY, "bucket");
		assert_int_equal(event->err.kind, cases[i].kind);
		assert_string_equal(event->err.code, cases[i].code);
		assert_int_equal(event->err.not_sent, !cases[i].named);
		assert_false(event->unclear);
		ks_event_free(event);
		workshop_close(&bench.shop);
		remove_home(&home);
	}
	assert_int_equal(scripted_count(bench.server, NULL), 1);
	scripted_stop(bench.server);
	unlink(cert);
	while (bench.n_answers > 0)
		free(bench.answers[--bench.n_answers]);
}

static void a_proxy_that_refuses_is_named_and_nothing_was_sent(void **state)
{
	const struct scripted_step steps[] = {
	    {.answer = http(407, "", "who are you?"), .after = SCRIPTED_CLOSE, .forever = true}};
	char proxy[64];
	struct ks_event *event;

	(void)state;
	set_up(steps, COUNT(steps));
	snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", scripted_port(bench.server));
	setenv("https_proxy", proxy, 1);
	snprintf(bench.shop.url, sizeof bench.shop.url, "https://service.example.com");
	workshop_open(&bench.shop);
	event = workshop_ask(&bench.shop, KS_OP_CREATE_BUCKET_ACCESS_KEY, "bucket");
	assert_int_equal(event->err.kind, KS_ERR_NETWORK);
	assert_has(event->err.message, "407");
	assert_has(event->err.tip, "HTTPS_PROXY");
	assert_true(event->err.not_sent);
	assert_false(event->unclear);
	ks_event_free(event);
	assert_has(scripted_request(bench.server, 0), "CONNECT service.example.com:443 HTTP/1.1");
	unsetenv("https_proxy");
	finish();
}

static void loopback_is_never_proxied(void **state)
{
	const struct scripted_step steps[] = {{.answer = ok("{}")}};
	struct ks_event *event;

	(void)state;
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("all_proxy", "http://127.0.0.1:1", 1);
	start(steps, COUNT(steps));
	event = workshop_ask(&bench.shop, KS_OP_GET_BUCKETS, NULL);
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	ks_event_free(event);
	unsetenv("http_proxy");
	unsetenv("all_proxy");
	finish();
}

/* ---- leaving ---- */

static void leaving_does_not_wait_for_a_hanging_answer(void **state)
{
	const struct scripted_step steps[] = {{.after = SCRIPTED_STALL, .forever = true}};

	(void)state;
	start(steps, COUNT(steps));
	workshop_call(&bench.shop, KS_OP_GET_BUCKETS, KS_PRIORITY_REST, NULL);
	workshop_call(&bench.shop, KS_OP_CREATE_BUCKET_ACCESS_KEY, KS_PRIORITY_CHANGE, "bucket");
	assert_true(scripted_wait(bench.server, 2));
	workshop_close(&bench.shop);
	scripted_stop(bench.server);
}

/* A resolver that hangs until it is told: libcurl finds this function before the C library's. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	int asked;
	int answered;
	bool release;
} resolver = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

int getaddrinfo(const char *restrict node, const char *restrict service,
    const struct addrinfo *restrict hints, struct addrinfo **restrict result)
{
	(void)node;
	(void)service;
	(void)hints;
	(void)result;
	pthread_mutex_lock(&resolver.lock);
	resolver.asked++;
	pthread_cond_broadcast(&resolver.changed);
	while (!resolver.release)
		pthread_cond_wait(&resolver.changed, &resolver.lock);
	resolver.answered++;
	pthread_cond_broadcast(&resolver.changed);
	pthread_mutex_unlock(&resolver.lock);
	return EAI_FAIL;
}

static void leaving_and_cancelling_do_not_wait_for_a_hanging_look_up(void **state)
{
	struct workshop shop;
	struct ks_event *event;
	uint64_t id;

	(void)state;
	workshop_init(&shop, 0);
	snprintf(shop.url, sizeof shop.url, "https://hangs.example.com");
	workshop_open(&shop);
	id = workshop_call(&shop, KS_OP_GET_BUCKETS, KS_PRIORITY_REST, NULL);
	workshop_call(&shop, KS_OP_GET_REGIONS, KS_PRIORITY_REST, NULL);
	pthread_mutex_lock(&resolver.lock);
	while (resolver.asked < 2)
		pthread_cond_wait(&resolver.changed, &resolver.lock);
	pthread_mutex_unlock(&resolver.lock);
	workshop_cancel(&shop, id);
	event = workshop_reply(&shop, id);
	assert_int_equal(event->err.kind, KS_ERR_CANCELLED);
	ks_event_free(event);
	assert_int_equal(resolver.answered, 0);
	workshop_close(&shop);
	pthread_mutex_lock(&resolver.lock);
	assert_int_equal(resolver.answered, 0);
	resolver.release = true;
	pthread_cond_broadcast(&resolver.changed);
	while (resolver.answered < resolver.asked)
		pthread_cond_wait(&resolver.changed, &resolver.lock);
	pthread_mutex_unlock(&resolver.lock);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_call_is_sent_as_the_protocol_wants_it),
	    cmocka_unit_test(an_invocation_id_stays_over_retries_and_the_attempt_counts),
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
	    cmocka_unit_test(waiting_calls_go_by_priority_then_by_age),
	    cmocka_unit_test(a_retry_goes_before_what_still_waits),
	    cmocka_unit_test(as_many_calls_run_at_once_as_allowed),
	    cmocka_unit_test(a_read_is_cancelled_wherever_it_is),
	    cmocka_unit_test(a_change_is_never_cancelled),
	    cmocka_unit_test(read_only_sends_no_change),
	    cmocka_unit_test(throttling_shrinks_what_runs_at_once),
	    cmocka_unit_test(a_skewed_clock_is_corrected_and_the_call_repeated),
	    cmocka_unit_test(a_clock_that_stays_wrong_is_an_error_after_one_more_try),
	    cmocka_unit_test(stale_credentials_are_read_anew_once),
	    cmocka_unit_test(calls_that_went_stale_together_all_use_the_new_credentials),
	    cmocka_unit_test(without_credentials_it_says_where_it_looked),
	    cmocka_unit_test(tls_trusts_the_bundle_that_is_named_and_nothing_else),
	    cmocka_unit_test(a_proxy_that_refuses_is_named_and_nothing_was_sent),
	    cmocka_unit_test(loopback_is_never_proxied),
	    cmocka_unit_test(leaving_does_not_wait_for_a_hanging_answer),
	    cmocka_unit_test(leaving_and_cancelling_do_not_wait_for_a_hanging_look_up),
	};

	signal(SIGPIPE, SIG_IGN); /* the server writes to connections that the worker has closed */
	ks_secret_setup();
	return cmocka_run_group_tests_name("engine: worker", tests, NULL, NULL);
}
