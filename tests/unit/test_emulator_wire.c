/*
 * The emulator on the wire: faults as a client meets them, many connections, and broken requests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/emulator/random.h"
#include "tests/support/emulator_client.h"
#include "tests/support/emulator_thread.h"

static struct emulator_thread thread;
static struct client client;

static int start(void **state)
{
	(void)state;
	emulator_thread_start(&thread, NULL);
	client = client_of(thread.emulator);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	emulator_thread_stop(&thread);
	return 0;
}

static void add_fault(const char *spec)
{
	struct ks_err err = {0};

	if (!ks_emulator_add_fault(thread.emulator, spec, &err))
		fail_msg("%s", err.message);
}

static void expect_ok(const char *op, const char *body)
{
	struct answer answer;

	client_call(&client, op, body, &answer);
	if (answer.status != 200 || answer.json == NULL)
		fail_msg("%s: %d %s", op, answer.status, answer.body != NULL ? answer.body : "-");
	answer_free(&answer);
}

/* ---- faults ---- */

static size_t keys_made(void)
{
	char ids[2][KS_EMULATOR_KEY_ID_SIZE];

	return ks_emulator_bucket_keys(thread.emulator, "training-videos", ids);
}

static void a_lost_reply_leaves_a_key_behind(void **state)
{
	const char *body = "{\"bucketName\":\"training-videos\"}";
	struct answer answer;

	(void)state;
	add_fault("kind=reset-before,op=CreateBucketAccessKey,nth=1");
	add_fault("kind=reset-after,op=CreateBucketAccessKey,nth=2");
	client_call(&client, "CreateBucketAccessKey", body, &answer);
	assert_true(answer.closed && answer.reset);
	assert_int_equal(keys_made(), 0);
	answer_free(&answer);
	client_call(&client, "CreateBucketAccessKey", body, &answer);
	assert_true(answer.closed && answer.reset);
	assert_int_equal(keys_made(), 1);
	answer_free(&answer);
	expect_ok("CreateBucketAccessKey", body);
	assert_int_equal(ks_emulator_counted(thread.emulator, "CreateBucketAccessKey").received, 3);
	assert_int_equal(
	    ks_emulator_counted(thread.emulator, "CreateBucketAccessKey").succeeded, 2);
	assert_int_equal(ks_emulator_counted(thread.emulator, "CreateBucketAccessKey").faulted, 2);
}

static void each_refusing_fault_answers_its_error(void **state)
{
	static const struct {
		const char *kind;
		int status;
		const char *part;
	} rows[] = {
	    {"throttling", 400, "ThrottlingException"},
	    {"internal", 500, "InternalFailure"},
	    {"unavailable", 503, "ServiceUnavailable"},
	    {"html503", 503, "<html>"},
	    {"expired-token", 403, "ExpiredTokenException"},
	    {"invalid-token", 403, "UnrecognizedClientException"},
	    {"invalid-signature", 403, "InvalidSignatureException"},
	    {"access-denied", 403, "AccessDeniedException"},
	    {"unauthenticated", 401, "UnauthenticatedException"},
	    {"account-setup", 428, "AccountSetupInProgressException"},
	    {"region-setup", 428, "RegionSetupInProgressException"},
	    {"invalid-input", 400, "InvalidInputException"},
	    {"not-found", 404, "DoesNotExist"},
	    {"operation-failure", 400, "OperationFailureException"},
	    {"service", 500, "ServiceException"},
	    {"error-full", 404, "\"tip\""},
	    {"error-bare", 404, "{\"__type\":\"NotFoundException\",\"message\""},
	    {"error-namespaced", 404, "com.amazonaws.lightsail#NotFoundException"},
	    {"error-uri", 404, "NotFoundException:http"},
	    {"error-capital", 404, "\"Message\""},
	    {"error-header", 404, "{\"message\""},
	    {"error-code", 404, "\"code\":\"NotFoundException\""},
	    {"error-all400", 400, "NotFoundException"},
	    {"error-html", 503, "<html>"},
	    {"error-empty", 503, ""},
	};
	char spec[64];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct answer answer;

		snprintf(spec, sizeof spec, "kind=%s", rows[i].kind);
		add_fault(spec);
		client_call(&client, "GetOperations", "{}", &answer);
		if (answer.status != rows[i].status || strstr(answer.body, rows[i].part) == NULL)
			fail_msg("%s: %d %s", rows[i].kind, answer.status, answer.body);
		answer_free(&answer);
		ks_emulator_clear_faults(thread.emulator);
	}
	expect_ok("GetOperations", "{}");
}

static void each_spoiled_body_is_spoiled_in_its_own_way(void **state)
{
	struct answer whole, answer;

	(void)state;
	client_call(&client, "GetRegions", "{}", &whole);
	add_fault("kind=truncated,nth=1");
	add_fault("kind=malformed,nth=2");
	add_fault("kind=empty-body,nth=3");
	add_fault("kind=half-body,nth=4");
	add_fault("kind=wrong-types,nth=5");
	add_fault("kind=slow-body,ms=50,nth=6");
	client_call(&client, "GetRegions", "{}", &answer);
	assert_false(answer.closed);
	assert_int_equal(answer.body_len, whole.body_len / 2);
	assert_null(answer.json);
	answer_free(&answer);
	client_call(&client, "GetRegions", "{}", &answer);
	assert_false(answer.closed);
	assert_null(answer.json);
	answer_free(&answer);
	client_call(&client, "GetRegions", "{}", &answer);
	assert_int_equal(answer.status, 200);
	assert_int_equal(answer.body_len, 0);
	answer_free(&answer);
	client_call(&client, "GetRegions", "{}", &answer);
	assert_true(answer.closed);
	assert_int_equal(answer.body_len, whole.body_len / 2);
	answer_free(&answer);
	client_call(&client, "GetRegions", "{}", &answer);
	assert_true(cJSON_IsObject(answer_item(&answer, "regions.0.name")));
	answer_free(&answer);
	client_call(&client, "GetRegions", "{}", &answer);
	assert_string_equal(answer.body, whole.body);
	answer_free(&answer);
	answer_free(&whole);
}

static void a_huge_body_is_huge(void **state)
{
	struct answer answer;

	(void)state;
	add_fault("kind=huge-body");
	client_call(&client, "GetRegions", "{}", &answer);
	assert_false(answer.closed);
	assert_true(answer.body_len > 64u * 1024 * 1024);
	answer_free(&answer);
}

static void a_skewed_request_meets_a_skewed_date(void **state)
{
	struct answer answer;

	(void)state;
	add_fault("kind=clock-skew,count=1");
	client_call(&client, "GetRegions", "{}", &answer);
	assert_string_equal(answer_string(&answer, "__type"), "InvalidSignatureException");
	answer_free(&answer);
	expect_ok("GetRegions", "{}");
}

static void a_hanging_request_holds_nobody_up(void **state)
{
	size_t len;
	char *request = client_request(
	    &client, "POST", "/", "x-amz-target:Lightsail_20161128.GetBuckets", "{}", 2, &len);
	int hanging = client_connect(client.port);

	(void)state;
	add_fault("kind=hang,op=GetBuckets");
	assert_int_equal(send(hanging, request, len, 0), len);
	expect_ok("GetRegions", "{}");
	while (ks_emulator_counted(thread.emulator, "GetBuckets").received == 0)
		expect_ok("GetRegions", "{}");
	assert_int_equal(ks_emulator_counted(thread.emulator, "GetBuckets").succeeded, 0);
	free(request);
	/* The emulator stops all the same; the connection is cut then. */
	emulator_thread_stop(&thread);
	{
		char byte;

		assert_true(recv(hanging, &byte, 1, 0) <= 0);
	}
	close(hanging);
	start(NULL);
}

#define CROWD 400

static void hundreds_of_delayed_requests_wait_at_once(void **state)
{
	static int fds[CROWD];
	size_t len;
	char *request = client_request(
	    &client, "POST", "/", "x-amz-target:Lightsail_20161128.GetRegions", "{}", 2, &len);

	(void)state;
	add_fault("kind=latency,ms=1500");
	for (size_t i = 0; i < CROWD; i++) {
		fds[i] = client_connect(client.port);
		assert_int_equal(send(fds[i], request, len, 0), len);
	}
	for (size_t i = 0; i < CROWD; i++) {
		struct answer answer;

		client_read(fds[i], false, &answer);
		assert_int_equal(answer.status, 200);
		answer_free(&answer);
		close(fds[i]);
	}
	assert_true(ks_emulator_peak(thread.emulator) > CROWD / 4);
	assert_true(ks_emulator_peak_connections(thread.emulator) > CROWD / 4);
	free(request);
}

/* ---- HTTP ---- */

static void a_connection_serves_many_requests(void **state)
{
	int fd = client_connect(client.port);
	size_t len;
	char *request = client_request(
	    &client, "POST", "/", "x-amz-target:Lightsail_20161128.GetRegions", "{}", 2, &len);

	(void)state;
	for (int i = 0; i < 50; i++) {
		struct answer answer;
		char *id;

		assert_int_equal(send(fd, request, len, 0), len);
		client_read(fd, false, &answer);
		assert_int_equal(answer.status, 200);
		id = answer_header(&answer, "x-amzn-RequestId");
		assert_int_equal(strlen(id), 36);
		free(id);
		answer_free(&answer);
	}
	assert_int_equal(ks_emulator_peak_connections(thread.emulator), 1);
	close(fd);
	free(request);
}

static void a_request_may_come_byte_by_byte(void **state)
{
	int fd = client_connect(client.port);
	size_t len;
	char *request = client_request(
	    &client, "POST", "/", "x-amz-target:Lightsail_20161128.GetRegions", "{}", 2, &len);
	struct answer answer;

	(void)state;
	for (size_t i = 0; i < len; i++)
		assert_int_equal(send(fd, request + i, 1, 0), 1);
	client_read(fd, false, &answer);
	assert_int_equal(answer.status, 200);
	answer_free(&answer);
	close(fd);
	free(request);
}

static void a_chunked_body_is_understood(void **state)
{
	size_t len;
	char *request = client_request(
	    &client, "POST", "/", "x-amz-target:Lightsail_20161128.GetRegions", "{}", 2, &len);
	char *head_end = strstr(request, "\r\n\r\n"), *length, chunked[4096];
	struct answer answer;
	int size;

	(void)state;
	head_end[2] = '\0';
	length = strstr(request, "Content-Length: 2\r\n");
	size = snprintf(chunked, sizeof chunked,
	    "%.*sTransfer-Encoding: chunked\r\n%s\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
	    (int)(length - request), request, length + strlen("Content-Length: 2\r\n"));
	client_send_raw(client.port, chunked, (size_t)size, &answer);
	assert_int_equal(answer.status, 200);
	answer_free(&answer);
	free(request);
}

static void a_body_that_is_too_large_is_refused_before_it_is_sent(void **state)
{
	struct answer answer;
	char request[512];
	int len = snprintf(request, sizeof request,
	    "POST / HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nX-Amz-Target: "
	    "Lightsail_20161128.GetBuckets\r\n"
	    "Expect: 100-continue\r\nContent-Length: 99999999\r\n\r\n",
	    (unsigned)client.port);

	(void)state;
	client_send_raw(client.port, request, (size_t)len, &answer);
	assert_int_equal(answer.status, 413);
	assert_string_equal(answer_string(&answer, "__type"), "RequestEntityTooLargeException");
	answer_free(&answer);
	expect_ok("GetRegions", "{}");
}

static void headers_have_their_limits(void **state)
{
	struct ks_buf headers;
	struct answer answer;

	(void)state;
	ks_buf_init(&headers, 1024 * 1024);
	for (int i = 0; i < 150; i++)
		ks_buf_printf(&headers, "a%d: b\r\n", i);
	client.headers = ks_buf_text(&headers);
	client_call(&client, "GetRegions", "{}", &answer);
	assert_int_equal(answer.status, 413);
	answer_free(&answer);
	ks_buf_reset(&headers);
	for (int i = 0; i < 20; i++)
		ks_buf_printf(&headers, "a%d: %01000d\r\n", i, 0);
	client.headers = ks_buf_text(&headers);
	client_call(&client, "GetRegions", "{}", &answer);
	assert_int_equal(answer.status, 413);
	answer_free(&answer);
	ks_buf_reset(&headers);
	ks_buf_printf(&headers, "a: %0200000d\r\n", 0);
	client.headers = ks_buf_text(&headers);
	client_call(&client, "GetRegions", "{}", &answer);
	assert_true(answer.closed || answer.status >= 400);
	answer_free(&answer);
	client.headers = NULL;
	ks_buf_free(&headers);
	expect_ok("GetRegions", "{}");
}

static void a_wrong_method_or_path_is_an_unknown_operation(void **state)
{
	static const char *const lines[] = {"GET /", "PUT /", "DELETE /", "POST /path",
	    "POST /?a=b", "OPTIONS *", "POST http://localhost/", "BREW /"};
	char request[512];

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		struct answer answer;
		int len = snprintf(request, sizeof request,
		    "%s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nX-Amz-Target: "
		    "Lightsail_20161128.GetBuckets\r\nContent-Length: 2\r\n\r\n{}",
		    lines[i], (unsigned)client.port);

		client_send_raw(client.port, request, (size_t)len, &answer);
		if (strcmp(lines[i], "POST /?a=b") == 0)
			assert_int_equal(answer.status, 403); /* it has no signature */
		else if (answer.status != 404)
			fail_msg("%s: %d", lines[i], answer.status);
		answer_free(&answer);
	}
}

/* ---- broken requests ---- */

static const char *const spice[] = {"\r\n", "\r\n\r\n", "\0", ":", "%", "%zz", "%00", "..", "//",
    "?", "&", "=", "&&=&", "\xff\xfe", "\xc0\x80", "Content-Length: 99\r\n",
    "Transfer-Encoding: chunked\r\n", "Host: x\r\n", "Authorization: AWS4-HMAC-SHA256 \r\n",
    "x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD\r\n", "{\"a\":", "[[[[", "\"",
    "18446744073709551616", "-1", "bytes=0-", "<Key>", "&#x0;", "&#1114112;", "\\u0000",
    "Range: bytes=-1\r\n", "uploadId=", "partNumber=99999", "list-type=2", "max-keys=-5"};
#define SPICE_COUNT (sizeof spice / sizeof spice[0])

/* Changes a request in one to five places: another byte, a part gone, a part twice, spice. */
static void spoil(struct ks_emu_random *random, struct ks_buf *request)
{
	size_t changes = 1 + ks_emu_random_below(random, 5);

	for (; changes > 0 && request->len > 2; changes--) {
		size_t at = ks_emu_random_below(random, request->len);
		size_t len = ks_emu_random_below(random, request->len - at);
		char *rest = ks_malloc(request->len - at);
		size_t rest_len = request->len - at;
		const char *extra;

		memcpy(rest, request->data + at, rest_len);
		switch (ks_emu_random_below(random, 4)) {
		case 0:
			request->data[at] = (char)ks_emu_random_below(random, 256);
			break;
		case 1:
			len = len > 40 ? 40 : len;
			request->len = at;
			ks_buf_add(request, rest + len, rest_len - len);
			break;
		case 2:
			len = len > 200 ? 200 : len;
			request->len = at + len;
			ks_buf_add(request, rest, rest_len);
			break;
		default:
			extra = spice[ks_emu_random_below(random, SPICE_COUNT)];
			request->len = at;
			ks_buf_add(request, extra, strlen(extra) > 0 ? strlen(extra) : 1);
			ks_buf_add(request, rest, rest_len);
		}
		free(rest);
	}
}

struct model {
	const char *method, *target, *more, *body;
	bool s3;
};

static const struct model models[] = {
    {"POST", "/", "x-amz-target:Lightsail_20161128.GetBuckets",
	"{\"pageToken\":\"\",\"includeConnectedResources\":true}", false},
    {"POST", "/", "x-amz-target:Lightsail_20161128.CreateBucket",
	"{\"bucketName\":\"abc\",\"bundleId\":\"small_1_0\",\"tags\":[{\"key\":\"a\"}]}", false},
    {"POST", "/", "x-amz-target:Lightsail_20161128.GetOperationsForResource",
	"{\"resourceName\":\"media-assets\"}", false},
    {"GET", "/hackathon-demo?delimiter=%2F&list-type=2&max-keys=3&prefix=a", NULL, "", true},
    {"GET", "/hackathon-demo?delimiter=%2F&encoding-type=url&marker=a%2F", NULL, "", true},
    {"PUT", "/hackathon-demo/a%20b", "x-amz-meta-a:b", "some bytes", true},
    {"GET", "/hackathon-demo/a%20b", NULL, "", true},
    {"POST", "/hackathon-demo?delete=", NULL,
	"<Delete><Object><Key>a&amp;b</Key></Object></Delete>", true},
    {"POST", "/hackathon-demo/c?uploads=", NULL, "", true},
    {"PUT", "/hackathon-demo/c?partNumber=1&uploadId=x", NULL, "part", true},
};
#define MODEL_COUNT (sizeof models / sizeof models[0])

/* Sends what there is and waits for whatever comes: an answer or the end. */
static void send_and_wait(const char *bytes, size_t len)
{
	int fd = client_connect(client.port);
	struct timeval limit = {.tv_sec = 60};
	char block[4096];

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	(void)!send(fd, bytes, len, MSG_NOSIGNAL);
	shutdown(fd, SHUT_WR);
	while (recv(fd, block, sizeof block, 0) > 0)
		;
	close(fd);
}

static struct client s3_client(
    char secret[KS_EMULATOR_SECRET_SIZE], char ids[2][KS_EMULATOR_KEY_ID_SIZE])
{
	struct client s3 = client;

	s3.service = "s3";
	s3.region = "eu-west-1";
	assert_int_equal(ks_emulator_bucket_keys(thread.emulator, "hackathon-demo", ids), 2);
	assert_true(ks_emulator_key_secret(thread.emulator, ids[0], secret));
	s3.key_id = ids[0];
	s3.secret = secret;
	return s3;
}

static void broken_requests_break_nothing(void **state)
{
	struct ks_emu_random random = ks_emu_random_seeded(1, "broken requests");
	char secret[KS_EMULATOR_SECRET_SIZE], ids[2][KS_EMULATOR_KEY_ID_SIZE];
	struct client s3 = s3_client(secret, ids);

	(void)state;
	for (int i = 0; i < 2000; i++) {
		const struct model *model = &models[ks_emu_random_below(&random, MODEL_COUNT)];
		struct ks_buf request;
		size_t len;
		char *text = client_request(model->s3 ? &s3 : &client, model->method, model->target,
		    model->more, model->body, strlen(model->body), &len);

		ks_buf_init(&request, 1024 * 1024);
		ks_buf_add(&request, text, len);
		spoil(&random, &request);
		send_and_wait(request.data, request.len);
		ks_buf_free(&request);
		free(text);
	}
	expect_ok("GetBuckets", "{}");
}

static void noise_breaks_nothing(void **state)
{
	struct ks_emu_random random = ks_emu_random_seeded(1, "noise");
	char bytes[2048];

	(void)state;
	for (int i = 0; i < 500; i++) {
		size_t len = 1 + ks_emu_random_below(&random, sizeof bytes - 1);

		for (size_t at = 0; at < len; at++)
			bytes[at] = (char)ks_emu_random_next(&random);
		send_and_wait(bytes, len);
	}
	expect_ok("GetBuckets", "{}");
}

/*
 * What the signature covers is decided by us: the bodies here are broken, the signatures are not,
 * so that they reach the handlers.
 */
static void broken_bodies_with_good_signatures_break_nothing(void **state)
{
	struct ks_emu_random random = ks_emu_random_seeded(1, "broken bodies");
	char secret[KS_EMULATOR_SECRET_SIZE], ids[2][KS_EMULATOR_KEY_ID_SIZE];
	struct client s3 = s3_client(secret, ids);

	(void)state;
	for (int i = 0; i < 1000; i++) {
		const struct model *model = &models[ks_emu_random_below(&random, MODEL_COUNT)];
		struct answer answer;
		struct ks_buf body;
		size_t len;
		char *text;

		ks_buf_init(&body, 1024 * 1024);
		ks_buf_puts(&body, model->body);
		ks_buf_puts(&body, " ");
		spoil(&random, &body);
		text = client_request(model->s3 ? &s3 : &client, model->method, model->target,
		    model->more, ks_buf_text(&body), body.len, &len);
		client_send_raw(client.port, text, len, &answer);
		if (answer.closed || answer.status == 0 || answer.status >= 500)
			fail_msg("%d for %s", answer.status, ks_buf_text(&body));
		answer_free(&answer);
		ks_buf_free(&body);
		free(text);
	}
	expect_ok("GetBuckets", "{}");
}

/* ---- threads ---- */

static void *ask_all_the_time(void *arg)
{
	struct client mine = client;

	(void)arg;
	for (int i = 0; i < 100; i++) {
		struct answer answer;

		client_call(
		    &mine, "GetBucketAccessKeys", "{\"bucketName\":\"media-assets\"}", &answer);
		answer_free(&answer);
	}
	return NULL;
}

static void tests_may_look_while_it_serves(void **state)
{
	char ids[2][KS_EMULATOR_KEY_ID_SIZE], secret[KS_EMULATOR_SECRET_SIZE];
	pthread_t asking;

	(void)state;
	assert_int_equal(pthread_create(&asking, NULL, ask_all_the_time, NULL), 0);
	while (ks_emulator_counted(thread.emulator, NULL).succeeded < 100) {
		add_fault("kind=latency,ms=1,count=1,prob=0.01");
		assert_int_equal(ks_emulator_bucket_keys(thread.emulator, "media-assets", ids), 2);
		assert_true(ks_emulator_key_secret(thread.emulator, ids[0], secret));
		ks_emulator_clear_faults(thread.emulator);
	}
	pthread_join(asking, NULL);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_lost_reply_leaves_a_key_behind),
	    TEST(each_refusing_fault_answers_its_error),
	    TEST(each_spoiled_body_is_spoiled_in_its_own_way),
	    TEST(a_huge_body_is_huge),
	    TEST(a_skewed_request_meets_a_skewed_date),
	    TEST(a_hanging_request_holds_nobody_up),
	    TEST(hundreds_of_delayed_requests_wait_at_once),
	    TEST(a_connection_serves_many_requests),
	    TEST(a_request_may_come_byte_by_byte),
	    TEST(a_chunked_body_is_understood),
	    TEST(a_body_that_is_too_large_is_refused_before_it_is_sent),
	    TEST(headers_have_their_limits),
	    TEST(a_wrong_method_or_path_is_an_unknown_operation),
	    TEST(broken_requests_break_nothing),
	    TEST(noise_breaks_nothing),
	    TEST(broken_bodies_with_good_signatures_break_nothing),
	    TEST(tests_may_look_while_it_serves),
	};

	return cmocka_run_group_tests_name("emulator: on the wire", tests, NULL, NULL);
}
