/* The S3 half of the emulator, over real sockets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "tests/support/emulator_client.h"
#include "tests/support/emulator_thread.h"

#define BUCKET "hackathon-demo" /* in eu-west-1, with two keys that were never used */

static struct emulator_thread thread;
static struct client account, client;
static char key_ids[2][KS_EMULATOR_KEY_ID_SIZE];
static char secret[KS_EMULATOR_SECRET_SIZE];

static void start(const struct ks_emulator_options *options)
{
	emulator_thread_start(&thread, options);
	account = client_of(thread.emulator);
	account.region = "eu-west-1";
	client = account;
	client.service = "s3";
	assert_int_equal(ks_emulator_bucket_keys(thread.emulator, BUCKET, key_ids), 2);
	assert_true(ks_emulator_key_secret(thread.emulator, key_ids[0], secret));
	client.key_id = key_ids[0];
	client.secret = secret;
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
	emulator_thread_stop(&thread);
	return 0;
}

/* Sends and checks the status; what comes back must have part in its body (or head). */
static void expect(const struct client *as, const char *method, const char *target,
    const char *body, int status, const char *part)
{
	struct answer answer;

	client_send(as, method, target, body, strlen(body), &answer);
	if (answer.status != status ||
	    (strstr(answer.body, part) == NULL && strstr(answer.head, part) == NULL))
		fail_msg("%s %s: %s%s", method, target, answer.head, answer.body);
	answer_free(&answer);
}

static void put(const char *key, const char *text)
{
	char target[1024];

	snprintf(target, sizeof target, "/" BUCKET "/%s", key);
	expect(&client, "PUT", target, text, 200, "ETag: \"");
}

/* ---- objects ---- */

static void an_object_comes_back_as_it_was_put(void **state)
{
	struct answer answer;
	char *text;

	(void)state;
	client.headers = "Content-Type: text/plain\r\nCache-Control: no-store\r\n";
	put("hello.txt", "hello, world");
	client.headers = NULL;
	client_send(&client, "GET", "/" BUCKET "/hello.txt", "", 0, &answer);
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.body, "hello, world");
	text = answer_header(&answer, "ETag");
	assert_string_equal(text, "\"e4d7f1b4ed2e42d15898f4b27b019da4\"");
	free(text);
	text = answer_header(&answer, "Content-Type");
	assert_string_equal(text, "text/plain");
	free(text);
	text = answer_header(&answer, "Cache-Control");
	assert_string_equal(text, "no-store");
	free(text);
	answer_free(&answer);
	client_send(&client, "HEAD", "/" BUCKET "/hello.txt", "", 0, &answer);
	assert_int_equal(answer.status, 200);
	assert_int_equal(answer.body_len, 0);
	text = answer_header(&answer, "Content-Length");
	assert_string_equal(text, "12");
	free(text);
	answer_free(&answer);
	expect(&client, "DELETE", "/" BUCKET "/hello.txt", "", 204, "");
	expect(&client, "DELETE", "/" BUCKET "/hello.txt", "", 204, "");
	expect(&client, "GET", "/" BUCKET "/hello.txt", "", 404, "<Code>NoSuchKey</Code>");
	expect(&client, "HEAD", "/" BUCKET "/hello.txt", "", 404, "");
}

static void a_range_of_an_object_can_be_had(void **state)
{
	static const struct {
		const char *range;
		int status;
		const char *body, *content_range;
	} rows[] = {
	    {"bytes=0-3", 206, "0123", "bytes 0-3/10"},
	    {"bytes=7-", 206, "789", "bytes 7-9/10"},
	    {"bytes=-2", 206, "89", "bytes 8-9/10"},
	    {"bytes=-99", 206, "0123456789", "bytes 0-9/10"},
	    {"bytes=9-99999999999999999999", 206, "9", "bytes 9-9/10"},
	    {"bytes=5-2", 200, "0123456789", NULL},
	    {"bytes=a-b", 200, "0123456789", NULL},
	    {"bytes=0-1,3-4", 200, "0123456789", NULL},
	    {"lines=0-1", 200, "0123456789", NULL},
	};

	(void)state;
	put("digits", "0123456789");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct answer answer;
		char header[64], *text;

		snprintf(header, sizeof header, "Range: %s\r\n", rows[i].range);
		client.headers = header;
		client_send(&client, "GET", "/" BUCKET "/digits", "", 0, &answer);
		if (answer.status != rows[i].status || strcmp(answer.body, rows[i].body) != 0)
			fail_msg("%s: %d %s", rows[i].range, answer.status, answer.body);
		text = answer_header(&answer, "Content-Range");
		assert_true((text == NULL) == (rows[i].content_range == NULL));
		if (text != NULL)
			assert_string_equal(text, rows[i].content_range);
		free(text);
		answer_free(&answer);
	}
	client.headers = "Range: bytes=10-\r\n";
	expect(&client, "GET", "/" BUCKET "/digits", "", 416, "<ActualObjectSize>10<");
	client.headers = "Range: bytes=-0\r\n";
	expect(&client, "GET", "/" BUCKET "/digits", "", 416, "InvalidRange");
	client.headers = NULL;
}

static void conditions_are_kept(void **state)
{
	(void)state;
	put("thing", "x");
	client.headers = "If-None-Match: \"9dd4e461268c8034f5c8564e155c67a6\"\r\n";
	expect(&client, "GET", "/" BUCKET "/thing", "", 304, "");
	client.headers = "If-Match: \"other\"\r\n";
	expect(&client, "GET", "/" BUCKET "/thing", "", 412, "PreconditionFailed");
	client.headers = "If-Modified-Since: Fri, 06 Aug 2100 12:00:00 GMT\r\n";
	expect(&client, "GET", "/" BUCKET "/thing", "", 304, "");
	client.headers = "If-None-Match: *\r\n";
	expect(&client, "PUT", "/" BUCKET "/thing", "y", 412, "PreconditionFailed");
	client.headers = "Content-MD5: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
	expect(&client, "PUT", "/" BUCKET "/thing", "y", 400, "BadDigest");
	client.headers = NULL;
	expect(&client, "GET", "/" BUCKET "/thing", "", 200, "x");
}

static void keys_may_have_any_utf8(void **state)
{
	struct answer answer;

	(void)state;
	put("a%20b/%C3%A9%2B%26%3C%3E.txt", "strange");
	expect(&client, "GET", "/" BUCKET "/a%20b/%C3%A9%2B%26%3C%3E.txt", "", 200, "strange");
	expect(&client, "GET", "/" BUCKET "?list-type=2", "", 200,
	    "<Key>a b/\xc3\xa9+&amp;&lt;&gt;.txt</Key>");
	expect(&client, "GET", "/" BUCKET "?encoding-type=url&list-type=2", "", 200,
	    "<Key>a%20b/%C3%A9%2B%26%3C%3E.txt</Key>");
	client_send(&client, "PUT", "/" BUCKET "/%FF", "x", 1, &answer);
	assert_int_equal(answer.status, 400);
	answer_free(&answer);
	client_send(&client, "PUT", "/" BUCKET "/a%00b", "x", 1, &answer);
	assert_int_equal(answer.status, 400);
	answer_free(&answer);
}

static void an_object_over_sixteen_mebibytes_is_too_large(void **state)
{
	size_t size = 16u * 1024 * 1024;
	char *body = ks_calloc(1, size + 1);
	struct answer answer;

	(void)state;
	client_send(&client, "PUT", "/" BUCKET "/big", body, size + 1, &answer);
	assert_int_equal(answer.status, 400);
	assert_non_null(strstr(answer.body, "EntityTooLarge"));
	answer_free(&answer);
	client.unsigned_payload = true;
	client_send(&client, "PUT", "/" BUCKET "/big", body, size, &answer);
	assert_int_equal(answer.status, 200);
	answer_free(&answer);
	client_send(&client, "GET", "/" BUCKET "/big", "", 0, &answer);
	assert_int_equal(answer.body_len, size);
	answer_free(&answer);
	free(body);
}

static void an_object_can_be_copied_tagged_and_shown(void **state)
{
	size_t len;
	char *request;
	struct answer answer;

	(void)state;
	put("one", "1");
	request = client_request(
	    &client, "PUT", "/" BUCKET "/two", "x-amz-copy-source:/" BUCKET "/one", "", 0, &len);
	client_send_raw(client.port, request, len, &answer);
	assert_int_equal(answer.status, 200);
	assert_non_null(strstr(answer.body, "<CopyObjectResult"));
	answer_free(&answer);
	free(request);
	expect(&client, "GET", "/" BUCKET "/two", "", 200, "1");
	expect(&client, "PUT", "/" BUCKET "/two?tagging=",
	    "<Tagging><TagSet><Tag><Key>a&amp;b</Key><Value>c d</Value></Tag></TagSet></Tagging>",
	    200, "");
	expect(&client, "GET", "/" BUCKET "/two?tagging=", "", 200,
	    "<Tag><Key>a&amp;b</Key><Value>c d</Value></Tag>");
	expect(&client, "HEAD", "/" BUCKET "/two", "", 200, "x-amz-tagging-count: 1");
	expect(&client, "DELETE", "/" BUCKET "/two?tagging=", "", 204, "");
	expect(&client, "GET", "/" BUCKET "/two?acl=", "", 200, "FULL_CONTROL");
}

static void many_can_be_deleted_at_once(void **state)
{
	(void)state;
	put("x/1", "1");
	put("x/2%26", "2");
	put("y", "3");
	expect(&client, "POST", "/" BUCKET "?delete=",
	    "<Delete><Object><Key>x/1</Key></Object><Object><Key>x/2&amp;</Key></Object></Delete>",
	    200, "<Deleted><Key>x/2&amp;</Key></Deleted>");
	expect(&client, "GET", "/" BUCKET "?list-type=2", "", 200, "<KeyCount>1</KeyCount>");
	expect(&client, "POST", "/" BUCKET "?delete=", "<Delete></Delete>", 400, "MalformedXML");
	expect(&client, "POST", "/" BUCKET "?delete=", "<Delete><Key>", 400, "MalformedXML");
}

/* ---- lists ---- */

static char *list(const char *query)
{
	struct answer answer;
	char target[1024], *body;

	snprintf(target, sizeof target, "/" BUCKET "?%s", query);
	client_send(&client, "GET", target, "", 0, &answer);
	if (answer.status != 200)
		fail_msg("%s: %s", target, answer.body);
	body = ks_strdup(answer.body);
	answer_free(&answer);
	return body;
}

static size_t count_of(const char *text, const char *part)
{
	size_t count = 0;

	for (; (text = strstr(text, part)) != NULL; text += strlen(part))
		count++;
	return count;
}

/* The text of an element in a new block; "" if it isn't there. */
static char *element(const char *xml, const char *name)
{
	char tag[64];
	const char *start;

	snprintf(tag, sizeof tag, "<%s>", name);
	start = strstr(xml, tag);
	if (start == NULL)
		return ks_strdup("");
	start += strlen(tag);
	return ks_strndup(start, strcspn(start, "<"));
}

static void fill(void)
{
	static const char *const keys[] = {"a", "b/1", "b/2", "b/c/3", "b0", "c/1", "d"};

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		put(keys[i], keys[i]);
}

static void a_list_groups_by_the_delimiter(void **state)
{
	char *xml;

	(void)state;
	fill();
	xml = list("delimiter=%2F&list-type=2");
	assert_int_equal(count_of(xml, "<Contents>"), 3);
	assert_non_null(strstr(xml, "<CommonPrefixes><Prefix>b/</Prefix></CommonPrefixes>"));
	assert_non_null(strstr(xml, "<CommonPrefixes><Prefix>c/</Prefix></CommonPrefixes>"));
	assert_non_null(strstr(xml, "<KeyCount>5</KeyCount>"));
	free(xml);
	xml = list("delimiter=%2F&list-type=2&prefix=b%2F");
	assert_int_equal(count_of(xml, "<Contents>"), 2);
	assert_non_null(strstr(xml, "<CommonPrefixes><Prefix>b/c/</Prefix></CommonPrefixes>"));
	free(xml);
	xml = list("list-type=2&start-after=b%2F2");
	assert_int_equal(count_of(xml, "<Contents>"), 4);
	free(xml);
	xml = list("list-type=2&max-keys=0");
	assert_non_null(strstr(xml, "<IsTruncated>false</IsTruncated>"));
	free(xml);
	expect(&client, "GET", "/" BUCKET "?list-type=2&max-keys=abc", "", 400, "InvalidArgument");
	expect(&client, "GET", "/" BUCKET "?list-type=3", "", 400, "InvalidArgument");
	expect(&client, "GET", "/" BUCKET "?continuation-token=abcd&list-type=2", "", 400,
	    "InvalidArgument");
}

/* All pages of both versions give every key and every prefix once, whatever the page's size. */
static void pages_of_a_list_cover_everything_once(void **state)
{
	(void)state;
	fill();
	for (int size = 1; size <= 6; size++) {
		char query[600], *xml, *token = ks_strdup("");
		size_t objects = 0, prefixes = 0;

		do {
			snprintf(query, sizeof query,
			    "%s%s%sdelimiter=%%2F&list-type=2&max-keys=%d",
			    token[0] != '\0' ? "continuation-token=" : "", token,
			    token[0] != '\0' ? "&" : "", size);
			free(token);
			xml = list(query);
			objects += count_of(xml, "<Contents>");
			prefixes += count_of(xml, "<CommonPrefixes>");
			token = element(xml, "NextContinuationToken");
			for (char *pad; (pad = strchr(token, '=')) != NULL;) {
				char *longer = ks_malloc(strlen(token) + 3);

				snprintf(longer, strlen(token) + 3, "%.*s%%3D%s",
				    (int)(pad - token), token, pad + 1);
				free(token);
				token = longer;
			}
			free(xml);
		} while (token[0] != '\0');
		free(token);
		assert_int_equal(objects, 3);
		assert_int_equal(prefixes, 2);

		objects = prefixes = 0;
		token = ks_strdup("");
		do {
			char *slash = strchr(token, '/');

			snprintf(query, sizeof query, "delimiter=%%2F&marker=%.*s%s&max-keys=%d",
			    (int)strcspn(token, "/"), token, slash != NULL ? "%2F" : "", size);
			free(token);
			xml = list(query);
			objects += count_of(xml, "<Contents>");
			prefixes += count_of(xml, "<CommonPrefixes>");
			token = element(xml, "NextMarker");
			free(xml);
		} while (token[0] != '\0');
		free(token);
		assert_int_equal(objects, 3);
		assert_int_equal(prefixes, 2);
	}
}

/* ---- buckets ---- */

static void a_bucket_can_be_probed(void **state)
{
	struct client virtual_host = client;
	char host[64];

	(void)state;
	expect(&client, "HEAD", "/" BUCKET, "", 200, "x-amz-bucket-region: eu-west-1");
	expect(&client, "GET", "/" BUCKET "?location=", "", 200, ">eu-west-1</LocationConstraint>");
	snprintf(host, sizeof host, BUCKET ".localhost:%u", (unsigned)client.port);
	virtual_host.host = host;
	put("v", "virtual");
	expect(&virtual_host, "GET", "/v", "", 200, "virtual");
	expect(
	    &virtual_host, "GET", "/?list-type=2&max-keys=1", "", 200, "<Name>" BUCKET "</Name>");
	expect(&client, "GET", "/", "", 403, "AccessDenied");
	expect(&client, "PUT", "/brand-new", "", 404, "NoSuchBucket");
	expect(&client, "PUT", "/" BUCKET, "", 403, "AccessDenied");
	expect(&client, "DELETE", "/" BUCKET, "", 403, "AccessDenied");
	expect(&client, "GET", "/" BUCKET "?policy=", "", 403, "AccessDenied");
	expect(&client, "PATCH", "/" BUCKET "/v", "", 405, "MethodNotAllowed");
}

/* ---- keys ---- */

static void each_reason_to_refuse_has_its_code(void **state)
{
	struct client other = client;
	int64_t now = ks_clock_wall(ks_clock_system());

	(void)state;
	expect(&client, "GET", "/backups-2024?list-type=2", "", 403, "<Code>AccessDenied</Code>");
	expect(&client, "GET", "/nobody-knows?list-type=2", "", 404, "<Code>NoSuchBucket</Code>");
	other.secret = "wrong";
	expect(&other, "GET", "/" BUCKET, "", 403, "<Code>SignatureDoesNotMatch</Code>");
	expect(&other, "GET", "/" BUCKET, "", 403, "<StringToSign>AWS4-HMAC-SHA256\n");
	expect(&other, "HEAD", "/" BUCKET, "", 403, "");
	other = client;
	other.key_id = "AKIANOBODYKNOWSTHISX";
	expect(&other, "GET", "/" BUCKET, "", 403, "<Code>InvalidAccessKeyId</Code>");
	other = client;
	other.region = "us-east-1";
	expect(&other, "GET", "/" BUCKET, "", 400, "<Code>AuthorizationHeaderMalformed</Code>");
	expect(&other, "GET", "/" BUCKET, "", 400, "<Region>eu-west-1</Region>");
	other = client;
	other.time = now - 16 * 60 * 1000;
	expect(&other, "GET", "/" BUCKET, "", 403, "<Code>RequestTimeTooSkewed</Code>");
	expect(&other, "GET", "/" BUCKET, "", 403, "<MaxAllowedSkewMilliseconds>900000<");
	other = client;
	other.token = "a-token";
	expect(&other, "GET", "/" BUCKET, "", 400, "<Code>InvalidToken</Code>");
	other = account;
	other.service = "s3";
	expect(&other, "GET", "/" BUCKET, "", 403, "<Code>AccessDenied</Code>");
}

static void an_unfit_request_is_refused(void **state)
{
	struct answer answer;
	size_t len;
	char *request, *at;

	(void)state;
	/* No hash of the payload. */
	request = client_request(&client, "GET", "/" BUCKET, NULL, "", 0, &len);
	at = strstr(request, "x-amz-content-sha256:");
	memcpy(at, "x-amz-content-sha999:", 21);
	client_send_raw(client.port, request, len, &answer);
	assert_non_null(strstr(answer.body, "<Code>MissingSecurityHeader</Code>"));
	answer_free(&answer);
	free(request);
	/* Another body than the one that was hashed. */
	request = client_request(&client, "PUT", "/" BUCKET "/k", NULL, "right", 5, &len);
	memcpy(request + len - 5, "wrong", 5);
	client_send_raw(client.port, request, len, &answer);
	assert_non_null(strstr(answer.body, "<Code>XAmzContentSHA256Mismatch</Code>"));
	answer_free(&answer);
	free(request);
	/* No signature at all. */
	request = client_request(&client, "GET", "/" BUCKET, NULL, "", 0, &len);
	memcpy(strstr(request, "Authorization"), "Authorisation", 13);
	client_send_raw(client.port, request, len, &answer);
	assert_int_equal(answer.status, 403);
	assert_non_null(strstr(answer.body, "<Code>AccessDenied</Code>"));
	answer_free(&answer);
	free(request);
}

static void a_public_bucket_is_read_without_a_signature(void **state)
{
	struct answer answer;
	char request[256];
	int len = snprintf(request, sizeof request,
	    "GET /media-assets/images/logo.svg HTTP/1.1\r\nHost: localhost:%u\r\n\r\n",
	    (unsigned)client.port);

	(void)state;
	client_send_raw(client.port, request, (size_t)len, &answer);
	assert_int_equal(answer.status, 200);
	answer_free(&answer);
	len = snprintf(request, sizeof request,
	    "GET /media-assets HTTP/1.1\r\nHost: localhost:%u\r\n\r\n", (unsigned)client.port);
	client_send_raw(client.port, request, (size_t)len, &answer);
	assert_int_equal(answer.status, 403);
	answer_free(&answer);
}

static void expect_last_used(const char *path, const char *value)
{
	struct answer answer;

	client_call(&account, "GetBucketAccessKeys", "{\"bucketName\":\"" BUCKET "\"}", &answer);
	assert_string_equal(answer_string(&answer, path), value);
	answer_free(&answer);
}

static void using_a_key_sets_its_last_use(void **state)
{
	struct client second = client;
	char second_secret[KS_EMULATOR_SECRET_SIZE];

	(void)state;
	expect_last_used("accessKeys.0.lastUsed.region", "N/A");
	expect(&client, "HEAD", "/" BUCKET, "", 200, "");
	expect_last_used("accessKeys.0.lastUsed.region", "eu-west-1");
	expect_last_used("accessKeys.0.lastUsed.serviceName", "s3");
	/* So does a request that is denied, but not one whose signature is wrong. */
	second.key_id = key_ids[1];
	second.secret = "wrong";
	expect(&second, "HEAD", "/" BUCKET, "", 403, "");
	expect_last_used("accessKeys.1.lastUsed.region", "N/A");
	assert_true(ks_emulator_key_secret(thread.emulator, key_ids[1], second_secret));
	second.secret = second_secret;
	expect(&second, "HEAD", "/backups-2024", "", 403, "");
	expect_last_used("accessKeys.1.lastUsed.region", "eu-west-1");
}

static int64_t set_time = 1700000000000;

static int64_t read_time(void *ctx)
{
	(void)ctx;
	return __atomic_load_n(&set_time, __ATOMIC_SEQ_CST);
}

static const struct ks_clock test_clock = {read_time, read_time, NULL};

static void a_new_key_works_after_its_delay_and_a_deleted_one_lingers(void **state)
{
	struct ks_emulator_options options;
	struct client fresh;
	struct answer made, answer;
	char body[128];

	(void)state;
	ks_emulator_options_init(&options);
	options.clock = &test_clock;
	options.key_delay_ms = 5000;
	options.key_linger_ms = 3000;
	start(&options);
	account.time = set_time;
	account.region = "us-east-1";
	client_call(
	    &account, "CreateBucketAccessKey", "{\"bucketName\":\"training-videos\"}", &made);
	assert_int_equal(made.status, 200);
	fresh = account;
	fresh.service = "s3";
	fresh.key_id = answer_string(&made, "accessKey.accessKeyId");
	fresh.secret = answer_string(&made, "accessKey.secretAccessKey");
	expect(&fresh, "GET", "/training-videos", "", 403, "InvalidAccessKeyId");
	__atomic_add_fetch(&set_time, 5000, __ATOMIC_SEQ_CST);
	expect(&fresh, "GET", "/training-videos", "", 200, "ListBucketResult");
	snprintf(body, sizeof body, "{\"bucketName\":\"training-videos\",\"accessKeyId\":\"%s\"}",
	    fresh.key_id);
	client_call(&account, "DeleteBucketAccessKey", body, &answer);
	assert_int_equal(answer.status, 200);
	answer_free(&answer);
	expect(&fresh, "GET", "/training-videos", "", 200, "ListBucketResult");
	__atomic_add_fetch(&set_time, 3000, __ATOMIC_SEQ_CST);
	expect(&fresh, "GET", "/training-videos", "", 403, "InvalidAccessKeyId");
	answer_free(&made);
	stop(NULL);
}

/* ---- uploads in parts ---- */

static void an_object_can_be_uploaded_in_parts(void **state)
{
	size_t size = 5u * 1024 * 1024;
	char *part = ks_calloc(1, size + 1), target[256], *id, body[512];
	struct answer answer;

	(void)state;
	client_send(&client, "POST", "/" BUCKET "/parts?uploads=", "", 0, &answer);
	assert_int_equal(answer.status, 200);
	id = element(answer.body, "UploadId");
	answer_free(&answer);
	memset(part, 'a', size);
	snprintf(target, sizeof target, "/" BUCKET "/parts?partNumber=1&uploadId=%s", id);
	client_send(&client, "PUT", target, part, size, &answer);
	assert_int_equal(answer.status, 200);
	answer_free(&answer);
	snprintf(target, sizeof target, "/" BUCKET "/parts?partNumber=2&uploadId=%s", id);
	expect(&client, "PUT", target, "end", 200, "ETag");
	snprintf(target, sizeof target, "/" BUCKET "/parts?partNumber=0&uploadId=%s", id);
	expect(&client, "PUT", target, "end", 400, "InvalidArgument");
	snprintf(target, sizeof target, "/" BUCKET "/parts?uploadId=%s", id);
	expect(&client, "GET", target, "", 200, "<PartNumber>2</PartNumber>");
	expect(&client, "GET", "/" BUCKET "?uploads=", "", 200, id);
	snprintf(body, sizeof body,
	    "<CompleteMultipartUpload><Part><PartNumber>1</"
	    "PartNumber><ETag>\"79b281060d337b9b2b84ccf"
	    "390adcf74\"</ETag></Part><Part><PartNumber>2</PartNumber><ETag>wrong</ETag></Part>"
	    "</CompleteMultipartUpload>");
	expect(&client, "POST", target, body, 400, "InvalidPart");
	memcpy(strstr(body, "wrong"), "7f02163f", 5);
	expect(&client, "POST", target, body, 400, "InvalidPart");
	expect(&client, "DELETE", target, "", 204, "");
	expect(&client, "DELETE", target, "", 404, "NoSuchUpload");
	free(part);
	free(id);
}

static void faults_strike_s3_too(void **state)
{
	struct ks_err err = {0};
	struct answer answer;

	(void)state;
	put("k", "v");
	assert_true(
	    ks_emulator_add_fault(thread.emulator, "kind=throttling,op=GetObject,count=1", &err));
	expect(&client, "GET", "/" BUCKET "/k", "", 503, "<Code>SlowDown</Code>");
	expect(&client, "GET", "/" BUCKET "/k", "", 200, "v");
	assert_true(ks_emulator_add_fault(
	    thread.emulator, "kind=reset-after,op=PutObject,region=eu-west-1", &err));
	client_send(&client, "PUT", "/" BUCKET "/k", "w", 1, &answer);
	assert_true(answer.closed);
	answer_free(&answer);
	expect(&client, "GET", "/" BUCKET "/k", "", 200, "w");
}

#define WITH_DEFAULT(test) cmocka_unit_test_setup_teardown(test, start_default, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_DEFAULT(an_object_comes_back_as_it_was_put),
	    WITH_DEFAULT(a_range_of_an_object_can_be_had),
	    WITH_DEFAULT(conditions_are_kept),
	    WITH_DEFAULT(keys_may_have_any_utf8),
	    WITH_DEFAULT(an_object_over_sixteen_mebibytes_is_too_large),
	    WITH_DEFAULT(an_object_can_be_copied_tagged_and_shown),
	    WITH_DEFAULT(many_can_be_deleted_at_once),
	    WITH_DEFAULT(a_list_groups_by_the_delimiter),
	    WITH_DEFAULT(pages_of_a_list_cover_everything_once),
	    WITH_DEFAULT(a_bucket_can_be_probed),
	    WITH_DEFAULT(each_reason_to_refuse_has_its_code),
	    WITH_DEFAULT(an_unfit_request_is_refused),
	    WITH_DEFAULT(a_public_bucket_is_read_without_a_signature),
	    WITH_DEFAULT(using_a_key_sets_its_last_use),
	    cmocka_unit_test(a_new_key_works_after_its_delay_and_a_deleted_one_lingers),
	    WITH_DEFAULT(an_object_can_be_uploaded_in_parts),
	    WITH_DEFAULT(faults_strike_s3_too),
	};

	return cmocka_run_group_tests_name("emulator: S3", tests, NULL, NULL);
}
