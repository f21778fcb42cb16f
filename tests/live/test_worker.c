/* The worker against the emulator: every call, every fault, many at once. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/emulator/emulator.h"
#include "core/engine/worker.h"
#include "tests/support/emulator_thread.h"
#include "tests/support/workshop.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* ---- one emulator and one worker ---- */

static struct {
	struct ks_emulator_options options;
	struct emulator_thread server;
	struct workshop shop;
	char bucket[64]; /* one in us-east-1 */
} bench;

static void set_up(void)
{
	struct ks_emulator *emulator;

	emulator_thread_start(&bench.server, &bench.options);
	emulator = bench.server.emulator;
	workshop_init(&bench.shop, ks_emulator_port(emulator));
	workshop_sign_with(&bench.shop, ks_emulator_access_key_id(emulator),
	    ks_emulator_secret_access_key(emulator));
}

/* Opens the worker and finds a bucket to work on. */
static void open_up(void)
{
	struct ks_event *event;

	workshop_open(&bench.shop);
	event = workshop_ask(&bench.shop, KS_OP_GET_BUCKETS, NULL);
	if (event->err.kind != KS_ERR_NONE)
		fail_msg("%s %s", event->err.code, event->err.message);
	assert_true(event->reply->n_buckets > 0);
	snprintf(bench.bucket, sizeof bench.bucket, "%s", event->reply->buckets[0].name.raw);
	ks_event_free(event);
}

static void options_for_tests(void)
{
	ks_emulator_options_init(&bench.options);
	bench.options.keys_per_bucket = 0;
	bench.options.background_use = false;
}

static void start(void)
{
	options_for_tests();
	set_up();
	open_up();
}

static void finish(void)
{
	assert_true(workshop_is_quiet(&bench.shop));
	workshop_close(&bench.shop);
	emulator_thread_stop(&bench.server);
}

static size_t count_keys(void)
{
	char ids[2][KS_EMULATOR_KEY_ID_SIZE];

	return ks_emulator_bucket_keys(bench.server.emulator, bench.bucket, ids);
}

static void assert_good(const struct ks_event *event)
{
	if (event->err.kind != KS_ERR_NONE)
		fail_msg("%s: %s", event->err.code, event->err.message);
	assert_non_null(event->reply);
	assert_string_not_equal(event->request_id, "");
}

/* A call with an input other than a bucket. */
static struct ks_event *ask_with(
    enum ks_op op, const char *key_id, const char *operation_id, const char *page_token)
{
	struct ks_request *request = ks_request_new(KS_REQUEST_CALL);

	request->id = ++bench.shop.last_id;
	request->op = op;
	request->region = ks_strdup("us-east-1");
	if (key_id != NULL)
		request->input.bucket = ks_strdup(bench.bucket);
	request->input.key_id = key_id != NULL ? ks_strdup(key_id) : NULL;
	request->input.operation_id = operation_id != NULL ? ks_strdup(operation_id) : NULL;
	request->input.page_token = page_token != NULL ? ks_strdup(page_token) : NULL;
	ks_worker_submit(bench.shop.worker, request);
	return workshop_reply(&bench.shop, bench.shop.last_id);
}

/* ---- every call ---- */

static void a_key_lives_from_create_to_delete(void **state)
{
	char secret[KS_EMULATOR_SECRET_SIZE], id[64], operation[80];
	struct ks_event *event;

	(void)state;
	start();
	event = workshop_ask(&bench.shop, KS_OP_CREATE_BUCKET_ACCESS_KEY, bench.bucket);
	assert_good(event);
	snprintf(id, sizeof id, "%s", event->reply->keys[0].id.raw);
	snprintf(operation, sizeof operation, "%s", event->reply->operations[0].id.raw);
	assert_true(ks_emulator_key_secret(bench.server.emulator, id, secret));
	assert_true(ks_secret_equal(event->reply->secret, secret, strlen(secret)));
	assert_int_equal(event->reply->keys[0].last_used.use, KS_USE_NO_DATA);
	ks_event_free(event);

	event = workshop_ask(&bench.shop, KS_OP_GET_BUCKET_ACCESS_KEYS, bench.bucket);
	assert_good(event);
	assert_int_equal(event->reply->n_keys, 1);
	assert_string_equal(event->reply->keys[0].id.raw, id);
	assert_int_equal(event->reply->keys[0].last_used.use, KS_USE_NEVER);
	assert_null(event->reply->secret);
	ks_event_free(event);

	event = ask_with(KS_OP_GET_OPERATION, NULL, operation, NULL);
	assert_good(event);
	assert_string_equal(event->reply->operations[0].id.raw, operation);
	assert_string_equal(event->reply->operations[0].type.raw, "CreateBucketAccessKey");
	ks_event_free(event);

	event = workshop_ask(&bench.shop, KS_OP_GET_OPERATIONS_FOR_RESOURCE, bench.bucket);
	assert_good(event);
	assert_true(event->reply->n_operations > 0);
	ks_event_free(event);

	event = ask_with(KS_OP_DELETE_BUCKET_ACCESS_KEY, id, NULL, NULL);
	assert_good(event);
	assert_int_equal(event->reply->n_operations, 1);
	ks_event_free(event);
	assert_int_equal(count_keys(), 0);

	/* Deleted is deleted: to find it gone is no failure. */
	event = ask_with(KS_OP_DELETE_BUCKET_ACCESS_KEY, id, NULL, NULL);
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	ks_event_free(event);
	finish();
}

static void a_third_key_is_refused_by_the_service(void **state)
{
	struct ks_event *event;

	(void)state;
	start();
	for (int i = 0; i < 2; i++)
		ks_event_free(
		    workshop_ask(&bench.shop, KS_OP_CREATE_BUCKET_ACCESS_KEY, bench.bucket));
	event = workshop_ask(&bench.shop, KS_OP_CREATE_BUCKET_ACCESS_KEY, bench.bucket);
	assert_string_equal(event->err.code, "InvalidInputException");
	assert_false(event->unclear);
	ks_event_free(event);
	finish();
}

static void regions_and_pages_are_read_to_their_end(void **state)
{
	struct ks_event *event;
	char *token = NULL;
	size_t buckets = 0, pages = 0;

	(void)state;
	options_for_tests();
	bench.options.page_size = 2;
	set_up();
	open_up();
	event = workshop_ask(&bench.shop, KS_OP_GET_REGIONS, NULL);
	assert_good(event);
	assert_true(event->reply->n_regions > 10);
	ks_event_free(event);
	do {
		event = ask_with(KS_OP_GET_BUCKETS, NULL, NULL, token);
		assert_good(event);
		assert_in_range(event->reply->n_buckets, 1, 2);
		buckets += event->reply->n_buckets;
		pages++;
		free(token);
		token = event->reply->next_page_token != NULL
			    ? ks_strdup(event->reply->next_page_token)
			    : NULL;
		ks_event_free(event);
	} while (token != NULL && pages < 100);
	assert_null(token);
	assert_true(pages > 1);
	assert_true(buckets > 2);
	finish();
}

/* ---- every fault ---- */

enum end {
	GOOD,    /* the first attempt works */
	HEALS,   /* it is sent again, and works */
	QUIETLY, /* libcurl sends it again by itself: the kept connection had died */
	STOPS,   /* a clear no */
	UNCLEAR, /* sent once, and nobody knows */
};

struct fault {
	const char *spec;
	enum end read;
	enum end create;
	size_t keys; /* that the create really made */
};

static const struct fault faults[] = {
    {"kind=latency,ms=10", GOOD, GOOD, 1},
    {"kind=throttling", HEALS, HEALS, 1},
    {"kind=internal", HEALS, UNCLEAR, 0},
    {"kind=unavailable", HEALS, UNCLEAR, 0},
    {"kind=service", HEALS, UNCLEAR, 0},
    {"kind=html503", HEALS, UNCLEAR, 0},
    {"kind=error-html", HEALS, UNCLEAR, 0},
    {"kind=error-empty", HEALS, UNCLEAR, 0},
    {"kind=reset-before", QUIETLY, UNCLEAR, 0},
    {"kind=reset-after", QUIETLY, UNCLEAR, 1},
    {"kind=hang", HEALS, UNCLEAR, 0},
    {"kind=hang-after", HEALS, UNCLEAR, 1},
    {"kind=half-body", HEALS, UNCLEAR, 1},
    {"kind=truncated", HEALS, UNCLEAR, 1},
    {"kind=malformed", HEALS, UNCLEAR, 1},
    {"kind=wrong-types", HEALS, UNCLEAR, 1},
    {"kind=empty-body", HEALS, UNCLEAR, 1},
    {"kind=huge-body", HEALS, UNCLEAR, 1},
    {"kind=slow-body,ms=100", GOOD, GOOD, 1},
    {"kind=expired-token", STOPS, STOPS, 0},
    {"kind=invalid-token", STOPS, STOPS, 0},
    {"kind=invalid-signature", STOPS, STOPS, 0},
    {"kind=access-denied", STOPS, STOPS, 0},
    {"kind=unauthenticated", STOPS, STOPS, 0},
    {"kind=region-setup", STOPS, STOPS, 0},
    {"kind=invalid-input", STOPS, STOPS, 0},
    {"kind=not-found", STOPS, STOPS, 0},
    {"kind=failed-operation", GOOD, GOOD, 1},
    {"kind=error-full", STOPS, STOPS, 0},
    {"kind=error-bare", STOPS, STOPS, 0},
    {"kind=error-namespaced", STOPS, STOPS, 0},
    {"kind=error-uri", STOPS, STOPS, 0},
    {"kind=error-capital", STOPS, STOPS, 0},
    {"kind=error-header", STOPS, STOPS, 0},
    {"kind=error-code", STOPS, STOPS, 0},
    {"kind=error-all400", STOPS, STOPS, 0},
};

static void inject(const char *spec)
{
	char once[100];
	struct ks_err err;

	snprintf(once, sizeof once, "%s,count=1", spec);
	ks_emulator_clear_faults(bench.server.emulator);
	if (!ks_emulator_add_fault(bench.server.emulator, once, &err))
		fail_msg("%s: %s", spec, err.message);
}

static void check_end(const struct fault *fault, const struct ks_event *event, enum end end)
{
	bool good = end == GOOD || end == HEALS || end == QUIETLY;

	if ((event->err.kind == KS_ERR_NONE) != good ||
	    bench.shop.retries != (end == HEALS ? 1 : 0) || event->unclear != (end == UNCLEAR))
		fail_msg("%s: %s %s, %d retries, unclear %d", fault->spec, event->err.code,
		    event->err.message, bench.shop.retries, event->unclear);
}

static void short_timeout(void)
{
	bench.shop.options.timeout_seconds = 1;
}

static void a_read_ends_well_or_clearly_after_each_fault(void **state)
{
	(void)state;
	options_for_tests();
	set_up();
	short_timeout();
	open_up();
	ks_event_free(workshop_ask(&bench.shop, KS_OP_CREATE_BUCKET_ACCESS_KEY, bench.bucket));
	for (size_t i = 0; i < COUNT(faults); i++) {
		struct ks_event *event;

		bench.shop.retries = 0;
		inject(faults[i].spec);
		event = workshop_ask(&bench.shop, KS_OP_GET_BUCKET_ACCESS_KEYS, bench.bucket);
		check_end(&faults[i], event, faults[i].read);
		ks_event_free(event);
		assert_true(workshop_is_quiet(&bench.shop));
	}
	finish();
}

static void a_create_is_made_at_most_once_under_each_fault(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(faults); i++) {
		const char *op = "CreateBucketAccessKey";
		struct ks_event *event;

		options_for_tests();
		set_up();
		short_timeout();
		open_up();
		inject(faults[i].spec);
		event = workshop_ask(&bench.shop, KS_OP_CREATE_BUCKET_ACCESS_KEY, bench.bucket);
		check_end(&faults[i], event, faults[i].create);
		if (event->reply != NULL)
			assert_non_null(event->reply->secret);
		ks_event_free(event);
		if (count_keys() != faults[i].keys)
			fail_msg("%s: %zu keys", faults[i].spec, count_keys());
		assert_int_equal(ks_emulator_counted(bench.server.emulator, op).received,
		    faults[i].create == HEALS ? 2 : 1);
		finish();
		bench.shop.retries = 0;
	}
}

/* These belong to calls that are not about buckets. */
static void an_account_that_is_not_ready_is_a_clear_no(void **state)
{
	static const struct fault others[] = {
	    {"kind=account-setup", STOPS, STOPS, 0}, {"kind=operation-failure", STOPS, STOPS, 0}};

	(void)state;
	start();
	for (size_t i = 0; i < COUNT(others); i++) {
		struct ks_event *event;

		inject(others[i].spec);
		event = workshop_ask(&bench.shop, KS_OP_GET_REGIONS, NULL);
		check_end(&others[i], event, others[i].read);
		ks_event_free(event);
	}
	finish();
}

static void a_delete_is_done_whatever_got_lost(void **state)
{
	static const char *const lost[] = {
	    "kind=reset-after", "kind=truncated", "kind=internal", "kind=half-body"};

	(void)state;
	start();
	for (size_t i = 0; i < COUNT(lost); i++) {
		char ids[2][KS_EMULATOR_KEY_ID_SIZE];
		struct ks_event *event;

		ks_event_free(
		    workshop_ask(&bench.shop, KS_OP_CREATE_BUCKET_ACCESS_KEY, bench.bucket));
		assert_int_equal(
		    ks_emulator_bucket_keys(bench.server.emulator, bench.bucket, ids), 1);
		inject(lost[i]);
		event = ask_with(KS_OP_DELETE_BUCKET_ACCESS_KEY, ids[0], NULL, NULL);
		assert_int_equal(event->err.kind, KS_ERR_NONE);
		assert_false(event->unclear);
		ks_event_free(event);
		assert_int_equal(count_keys(), 0);
	}
	finish();
}

static void a_clock_that_jumps_and_comes_back_costs_one_retry_each_time(void **state)
{
	struct ks_event *event;
	struct ks_err err;

	(void)state;
	start();
	assert_true(
	    ks_emulator_add_fault(bench.server.emulator, "kind=clock-skew,ms=-1200000", &err) ||
	    ks_emulator_add_fault(bench.server.emulator, "kind=clock-skew,ms=1200000", &err));
	event = workshop_ask(&bench.shop, KS_OP_CREATE_BUCKET_ACCESS_KEY, bench.bucket);
	assert_good(event);
	assert_int_equal(bench.shop.retries, 1);
	ks_event_free(event);
	event = workshop_ask(&bench.shop, KS_OP_GET_BUCKETS, NULL);
	assert_good(event);
	assert_int_equal(bench.shop.retries, 1);
	ks_event_free(event);
	ks_emulator_clear_faults(bench.server.emulator);
	event = workshop_ask(&bench.shop, KS_OP_GET_BUCKETS, NULL);
	assert_good(event);
	assert_int_equal(bench.shop.retries, 2);
	ks_event_free(event);
	assert_int_equal(count_keys(), 1);
	finish();
}

/* ---- many at once ---- */

static void many_reads_share_sixteen_connections_and_each_is_answered_once(void **state)
{
	enum { READS = 300 };
	bool answered[READS + 10] = {false};
	uint64_t first = 0;
	size_t replies = 0;
	struct ks_err err;

	(void)state;
	start();
	/* Enough to meet every path, not so much that a call loses all three attempts. */
	assert_true(
	    ks_emulator_add_fault(bench.server.emulator, "kind=reset-before,every=23", &err));
	assert_true(ks_emulator_add_fault(bench.server.emulator, "kind=truncated,every=29", &err));
	assert_true(
	    ks_emulator_add_fault(bench.server.emulator, "kind=latency,every=3,ms=5", &err));
	for (int i = 0; i < READS; i++) {
		uint64_t id = workshop_call(&bench.shop, KS_OP_GET_BUCKET_ACCESS_KEYS,
		    (enum ks_priority)(KS_PRIORITY_PAGE + i % 4), bench.bucket);

		if (i == 0)
			first = id;
	}
	while (replies < READS) {
		struct ks_event *event = workshop_event(&bench.shop);

		if (event->kind == KS_EVENT_REPLY) {
			assert_in_range(event->request, first, first + READS - 1);
			assert_false(answered[event->request - first]);
			answered[event->request - first] = true;
			replies++;
		}
		ks_event_free(event);
	}
	assert_in_range(ks_emulator_peak(bench.server.emulator), 2, 16);
	finish();
}

static void a_server_that_dies_fails_its_calls_one_by_one(void **state)
{
	struct ks_event *event;
	struct ks_err err;

	(void)state;
	start();
	assert_true(ks_emulator_add_fault(bench.server.emulator, "kind=hang", &err));
	for (int i = 0; i < 5; i++)
		workshop_call(&bench.shop, KS_OP_GET_BUCKETS, KS_PRIORITY_REST, NULL);
	emulator_thread_stop(&bench.server);
	for (int replies = 0; replies < 5;) {
		event = workshop_event(&bench.shop);
		assert_int_equal(event->err.kind, KS_ERR_NETWORK);
		replies += event->kind == KS_EVENT_REPLY;
		ks_event_free(event);
	}
	assert_true(workshop_is_quiet(&bench.shop));
	workshop_close(&bench.shop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_key_lives_from_create_to_delete),
	    cmocka_unit_test(a_third_key_is_refused_by_the_service),
	    cmocka_unit_test(regions_and_pages_are_read_to_their_end),
	    cmocka_unit_test(a_read_ends_well_or_clearly_after_each_fault),
	    cmocka_unit_test(a_create_is_made_at_most_once_under_each_fault),
	    cmocka_unit_test(an_account_that_is_not_ready_is_a_clear_no),
	    cmocka_unit_test(a_delete_is_done_whatever_got_lost),
	    cmocka_unit_test(a_clock_that_jumps_and_comes_back_costs_one_retry_each_time),
	    cmocka_unit_test(many_reads_share_sixteen_connections_and_each_is_answered_once),
	    cmocka_unit_test(a_server_that_dies_fails_its_calls_one_by_one),
	};

	signal(SIGPIPE, SIG_IGN);
	ks_secret_setup();
	return cmocka_run_group_tests_name("worker and emulator", tests, NULL, NULL);
}
