/* The worker: how it asks, in which order, what it drops, and how it leaves. */
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
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/engine/worker.h"
#include "tests/support/stage.h"

/* ---- the request ---- */

static void a_call_is_sent_as_the_protocol_wants_it(void **state)
{
	const struct scripted_step steps[] = {{.answer = stage_ok("{\"accessKeys\":[]}")}};
	struct ks_event *event;
	const char *request;

	(void)state;
	stage_set_up(steps, STAGE_COUNT(steps));
	stage.shop.now = 1628251200000;
	workshop_open(&stage.shop);
	event = workshop_ask(&stage.shop, KS_OP_GET_BUCKET_ACCESS_KEYS, "example-bucket-1");
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	assert_non_null(event->reply);
	assert_string_equal(event->request_id, "req-1");
	assert_int_equal(event->at, 1628251200000);
	request = scripted_request(stage.server, 0);
	assert_int_equal(strncmp(request, "POST / HTTP/1.1\r\n", 17), 0);
	stage_assert_has(request, "\r\nContent-Type: application/x-amz-json-1.1\r\n");
	stage_assert_has(request, "\r\nX-Amz-Target: Lightsail_20161128.GetBucketAccessKeys\r\n");
	stage_assert_has(request, "\r\nX-Amz-Date: 20210806T120000Z\r\n");
	stage_assert_has(request,
	    "Credential=" WORKSHOP_KEY "/20210806/us-east-1/lightsail/aws4_request, "
	    "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=");
	stage_assert_has(request, "\r\namz-sdk-request: attempt=1; max=3\r\n");
	stage_assert_has(request, "\r\namz-sdk-invocation-id: ");
	stage_assert_has(request, "\r\nUser-Agent: keysail/test ua/2.1 os/");
	stage_assert_has(request, "\r\n\r\n{\"bucketName\":\"example-bucket-1\"}");
	assert_null(strstr(request, "Expect:"));
	assert_null(strstr(request, WORKSHOP_SECRET));
	ks_event_free(event);
	stage_finish();
}

static void an_invocation_id_stays_over_retries_and_the_attempt_counts(void **state)
{
	const struct scripted_step steps[] = {{.answer = stage_http(500, "", "{}")},
	    {.answer = stage_http(500, "", "{}")}, {.answer = stage_ok("{}")}};
	struct ks_event *event;
	const char *first, *last;

	(void)state;
	stage_start(steps, STAGE_COUNT(steps));
	event = workshop_ask(&stage.shop, KS_OP_GET_BUCKETS, NULL);
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	assert_int_equal(stage.shop.retries, 2);
	first = strstr(scripted_request(stage.server, 0), "amz-sdk-invocation-id: ");
	last = strstr(scripted_request(stage.server, 2), "amz-sdk-invocation-id: ");
	assert_memory_equal(first, last, strlen("amz-sdk-invocation-id: ") + 36);
	stage_assert_has(scripted_request(stage.server, 2), "amz-sdk-request: attempt=3; max=3");
	ks_event_free(event);
	stage_finish();
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
	    {.answer = stage_ok("{}"), .forever = true},
	};
	struct ks_event *event;
	uint64_t hanging;

	(void)state;
	stage_set_up(steps, STAGE_COUNT(steps));
	stage.shop.options.concurrency = 1;
	workshop_open(&stage.shop);
	hanging = workshop_call(&stage.shop, KS_OP_GET_REGIONS, KS_PRIORITY_REST, NULL);
	assert_true(scripted_wait(stage.server, 1));
	for (size_t i = 0; i < STAGE_COUNT(calls); i++)
		workshop_call(
		    &stage.shop, KS_OP_GET_BUCKET_ACCESS_KEYS, calls[i].priority, calls[i].bucket);

	/* What the user waits for passes all of them. */
	event = workshop_ask(&stage.shop, KS_OP_DELETE_BUCKET_ACCESS_KEY, "urgent");
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	ks_event_free(event);

	workshop_cancel(&stage.shop, hanging);
	event = workshop_reply(&stage.shop, hanging);
	assert_int_equal(event->err.kind, KS_ERR_CANCELLED);
	ks_event_free(event);
	for (size_t i = 0; i < STAGE_COUNT(order); i++) {
		ks_event_free(workshop_event(&stage.shop));
		stage_assert_has(scripted_request(stage.server, i + 2), order[i]);
	}
	stage_finish();
}

static void a_retry_goes_before_what_still_waits(void **state)
{
	static const char *const order[] = {"first", "first", "second", "third"};
	const struct scripted_step steps[] = {
	    {.answer = stage_http(500, "", "{}")}, {.answer = stage_ok("{}"), .forever = true}};

	(void)state;
	stage_set_up(steps, STAGE_COUNT(steps));
	stage.shop.options.concurrency = 1;
	workshop_open(&stage.shop);
	for (size_t i = 1; i < STAGE_COUNT(order); i++)
		workshop_call(
		    &stage.shop, KS_OP_GET_BUCKET_ACCESS_KEYS, KS_PRIORITY_REST, order[i]);
	for (size_t i = 0; i < STAGE_COUNT(order); i++) {
		ks_event_free(workshop_event(&stage.shop));
		stage_assert_has(scripted_request(stage.server, i), order[i]);
	}
	stage_finish();
}

static void as_many_calls_run_at_once_as_allowed(void **state)
{
	const struct scripted_step steps[] = {{.after = SCRIPTED_STALL, .forever = true}};
	uint64_t ids[5];

	(void)state;
	stage_set_up(steps, STAGE_COUNT(steps));
	stage.shop.options.concurrency = 4;
	workshop_open(&stage.shop);
	for (size_t i = 0; i < STAGE_COUNT(ids); i++)
		ids[i] = workshop_call(&stage.shop, KS_OP_GET_BUCKETS, KS_PRIORITY_REST, NULL);
	assert_true(scripted_wait(stage.server, 4));
	assert_int_equal(scripted_count(stage.server, NULL), 4);
	workshop_cancel(&stage.shop, ids[0]);
	ks_event_free(workshop_reply(&stage.shop, ids[0]));
	assert_true(scripted_wait(stage.server, 5));
	stage_leave();
}

static uint64_t read_in(uint32_t profile, const char *region)
{
	struct ks_request *request = ks_request_new(KS_REQUEST_CALL);

	request->op = KS_OP_GET_BUCKETS;
	request->profile = profile;
	request->region = ks_strdup(region);
	return workshop_submit(&stage.shop, request);
}

/* Each region of each profile has its own limit: what one can't take holds up no other. */
static void a_region_of_another_profile_is_not_held_up(void **state)
{
	const struct scripted_step steps[] = {{.after = SCRIPTED_STALL, .forever = true}};
	struct ks_request *identify = ks_request_new(KS_REQUEST_IDENTIFY);

	(void)state;
	stage_set_up(steps, STAGE_COUNT(steps));
	stage.shop.options.concurrency = 1;
	workshop_open(&stage.shop);
	identify->profile = 1;
	ks_event_free(workshop_reply(&stage.shop, workshop_submit(&stage.shop, identify)));
	read_in(0, "us-east-1");
	read_in(0, "us-east-1");
	assert_true(scripted_wait(stage.server, 1));
	read_in(0, "eu-west-1");
	read_in(1, "us-east-1");
	assert_true(scripted_wait(stage.server, 3));
	assert_int_equal(scripted_count(stage.server, NULL), 3);
	stage_leave();
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
	    {.target = "GetBuckets", .answer = stage_http(500, "", "{}"), .forever = true},
	};
	uint64_t ids[3];
	struct ks_event *event;

	(void)state;
	stage_set_up(steps, STAGE_COUNT(steps));
	stage.shop.options.random = long_jitter;
	stage.shop.options.concurrency = 1;
	workshop_open(&stage.shop);
	ids[0] = workshop_call(&stage.shop, KS_OP_GET_BUCKETS, KS_PRIORITY_REST, NULL);
	event = workshop_event(&stage.shop);
	assert_int_equal(event->kind, KS_EVENT_RETRYING); /* now it is delayed */
	ks_event_free(event);
	ids[1] = workshop_call(&stage.shop, KS_OP_GET_REGIONS, KS_PRIORITY_REST, NULL);
	assert_true(scripted_wait(stage.server, 2)); /* this one is under way */
	ids[2] = workshop_call(&stage.shop, KS_OP_GET_BUCKETS, KS_PRIORITY_REST, NULL);
	for (size_t i = STAGE_COUNT(ids); i-- > 0;) {
		workshop_cancel(&stage.shop, ids[i]);
		event = workshop_reply(&stage.shop, ids[i]);
		assert_int_equal(event->err.kind, KS_ERR_CANCELLED);
		assert_null(event->reply);
		ks_event_free(event);
	}
	workshop_cancel(&stage.shop, ids[0]); /* twice is nothing */
	workshop_cancel(&stage.shop, 12345);
	event = workshop_ask(&stage.shop, KS_OP_GET_BUCKET_ACCESS_KEYS, "-");
	assert_int_equal(event->err.kind, KS_ERR_REFUSED);
	ks_event_free(event);
	stage_finish();
}

static void a_change_is_never_cancelled(void **state)
{
	const struct scripted_step steps[] = {
	    {.answer = stage_http(400, "x-amz-retry-after: 100\r\n", STAGE_THROTTLED)},
	    {.answer = stage_ok(STAGE_CREATED)},
	};
	struct ks_event *event;
	uint64_t id;

	(void)state;
	stage_start(steps, STAGE_COUNT(steps));
	id = workshop_call(
	    &stage.shop, KS_OP_CREATE_BUCKET_ACCESS_KEY, KS_PRIORITY_CHANGE, "bucket");
	workshop_cancel(&stage.shop, id);
	event = workshop_event(&stage.shop);
	assert_int_equal(event->kind, KS_EVENT_RETRYING);
	ks_event_free(event);
	workshop_cancel(&stage.shop, id);
	event = workshop_reply(&stage.shop, id);
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	assert_non_null(event->reply->secret);
	ks_event_free(event);
	stage_finish();
}

static void read_only_sends_no_change(void **state)
{
	const struct scripted_step steps[] = {{.answer = stage_ok("{}"), .forever = true}};
	static const enum ks_op changes[] = {
	    KS_OP_CREATE_BUCKET_ACCESS_KEY, KS_OP_DELETE_BUCKET_ACCESS_KEY};
	struct ks_event *event;

	(void)state;
	stage_set_up(steps, STAGE_COUNT(steps));
	stage.shop.options.read_only = true;
	workshop_open(&stage.shop);
	for (size_t i = 0; i < STAGE_COUNT(changes); i++) {
		event = workshop_ask(&stage.shop, changes[i], "bucket");
		assert_int_equal(event->err.kind, KS_ERR_REFUSED);
		assert_true(event->err.not_sent);
		assert_false(event->unclear);
		ks_event_free(event);
	}
	event = workshop_ask(&stage.shop, KS_OP_GET_BUCKETS, NULL);
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	ks_event_free(event);
	assert_int_equal(scripted_count(stage.server, NULL), 1);
	stage_finish();
}

static void throttling_shrinks_what_runs_at_once(void **state)
{
	const struct scripted_step steps[] = {
	    {.target = "GetRegions", .answer = stage_http(400, "", STAGE_THROTTLED)},
	    {.target = "GetRegions", .answer = stage_ok("{}")},
	    {.target = "GetBuckets", .after = SCRIPTED_STALL, .forever = true},
	    {.target = "DeleteBucketAccessKey", .answer = stage_http(403, "", STAGE_DENIED)},
	};

	(void)state;
	stage_set_up(steps, STAGE_COUNT(steps));
	stage.shop.options.concurrency = 4;
	workshop_open(&stage.shop);
	ks_event_free(workshop_ask(&stage.shop, KS_OP_GET_REGIONS, NULL));
	assert_int_equal(stage.shop.retries, 1);
	for (int i = 0; i < 4; i++)
		workshop_call(&stage.shop, KS_OP_GET_BUCKETS, KS_PRIORITY_REST, NULL);
	assert_true(scripted_wait(stage.server, 4));
	/* A change goes through the worker after them: had more been begun, they would be there. */
	ks_event_free(workshop_ask(&stage.shop, KS_OP_DELETE_BUCKET_ACCESS_KEY, "bucket"));
	assert_int_equal(scripted_count(stage.server, "GetBuckets"), 2);
	stage_leave();
	stage_clear();
}

/* ---- starting ---- */

/* A worker that can't be woken would leave everybody waiting. */
static void without_descriptors_for_its_wake_calls_no_worker_starts(void **state)
{
	struct workshop shop;
	struct rlimit before, few;
	int lowest;

	(void)state;
	workshop_init(&shop, 1);
	lowest = dup(STDERR_FILENO);
	close(lowest);
	getrlimit(RLIMIT_NOFILE, &before);
	few = before;
	for (rlim_t room = 0; room < 4; room++) {
		struct ks_err err;
		struct ks_worker *worker;

		few.rlim_cur = (rlim_t)lowest + room;
		setrlimit(RLIMIT_NOFILE, &few);
		worker = ks_worker_start(&shop.options, &err);
		setrlimit(RLIMIT_NOFILE, &before);
		assert_null(worker);
		assert_int_equal(err.kind, KS_ERR_SYSTEM);
	}
	workshop_open(&shop);
	workshop_close(&shop);
}

/* ---- leaving ---- */

static void leaving_does_not_wait_for_a_hanging_answer(void **state)
{
	const struct scripted_step steps[] = {{.after = SCRIPTED_STALL, .forever = true}};

	(void)state;
	stage_start(steps, STAGE_COUNT(steps));
	workshop_call(&stage.shop, KS_OP_GET_BUCKETS, KS_PRIORITY_REST, NULL);
	workshop_call(&stage.shop, KS_OP_CREATE_BUCKET_ACCESS_KEY, KS_PRIORITY_CHANGE, "bucket");
	assert_true(scripted_wait(stage.server, 2));
	stage_leave();
}

/* A resolver that hangs until it is told: libcurl finds this function before the C library's. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	int asked;
	int answered;
	bool release;
} resolver = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): libc's are reserved */
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
	    cmocka_unit_test(waiting_calls_go_by_priority_then_by_age),
	    cmocka_unit_test(a_retry_goes_before_what_still_waits),
	    cmocka_unit_test(as_many_calls_run_at_once_as_allowed),
	    cmocka_unit_test(a_region_of_another_profile_is_not_held_up),
	    cmocka_unit_test(a_read_is_cancelled_wherever_it_is),
	    cmocka_unit_test(a_change_is_never_cancelled),
	    cmocka_unit_test(read_only_sends_no_change),
	    cmocka_unit_test(throttling_shrinks_what_runs_at_once),
	    cmocka_unit_test(without_descriptors_for_its_wake_calls_no_worker_starts),
	    cmocka_unit_test(leaving_does_not_wait_for_a_hanging_answer),
	    cmocka_unit_test(leaving_and_cancelling_do_not_wait_for_a_hanging_look_up),
	};

	signal(SIGPIPE, SIG_IGN); /* the server writes to connections that the worker has closed */
	ks_secret_setup();
	return cmocka_run_group_tests_name("engine: worker", tests, NULL, NULL);
}
