/*
 * The signer against vectors: AWS's public test suite, the examples of the IAM and S3
 * documentation, and requests of this program that were signed by botocore.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/aws/signer.h"
#include "core/base/buf.h"
#include "core/base/date.h"

#define EMPTY_HASH     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define HEADERS_MAX    6
#define SUITE_ID       "AKIDEXAMPLE"
#define SUITE_SECRET   "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define S3_ID          "AKIAIOSFODNN7EXAMPLE"
#define S3_SECRET      "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define LIGHTSAIL_HOST "lightsail.us-east-1.amazonaws.com"

/* The token of the suite's post-sts-header vectors. */
#define SUITE_TOKEN                                                                \
	"AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKW" \
	"HGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4" \
	"IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE" \
	"8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yj" \
	"c8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="

/* What differs between vectors; the rest is that of the group it is signed with. */
struct vector {
	const char *name;
	const char *method, *path, *query;
	struct ks_signer_header headers[HEADERS_MAX];
	const char *token;
	const char *body;
	const char *canonical_hash; /* NULL where it isn't published */
	const char *signature;
};

struct group {
	const char *id, *secret, *service, *date;
};

static struct ks_secret *new_secret(const char *value)
{
	struct ks_err err;
	struct ks_secret *secret = ks_secret_new(value, strlen(value), &err);

	assert_non_null(secret);
	return secret;
}

static struct ks_credentials new_credentials(const char *id, const char *secret, const char *token)
{
	struct ks_credentials credentials;

	ks_credentials_init(&credentials);
	credentials.access_key_id = strdup(id);
	credentials.secret = new_secret(secret);
	credentials.token = token != NULL ? new_secret(token) : NULL;
	return credentials;
}

static struct ks_signer_request new_request(
    const struct vector *vector, const struct group *group, char payload_hash[KS_SIGNER_HASH_SIZE])
{
	struct ks_signer_request request = {
	    .method = vector->method,
	    .path = vector->path,
	    .query = vector->query,
	    .service = group->service,
	    .region = "us-east-1",
	    .headers = vector->headers,
	    .payload_hash = payload_hash,
	};
	const char *body = vector->body != NULL ? vector->body : "";

	while (request.header_count < HEADERS_MAX &&
	       vector->headers[request.header_count].name != NULL)
		request.header_count++;
	ks_signer_hash(body, strlen(body), payload_hash);
	assert_true(ks_date_parse_amz(group->date, &request.time));
	return request;
}

static void check_vectors(const struct vector *vectors, size_t count, const struct group *group)
{
	for (size_t i = 0; i < count; i++) {
		const struct vector *vector = &vectors[i];
		struct ks_credentials credentials =
		    new_credentials(group->id, group->secret, vector->token);
		char hash[KS_SIGNER_HASH_SIZE];
		struct ks_signer_request request = new_request(vector, group, hash);
		struct ks_signer_result result;
		struct ks_err err;

		assert_true(ks_signer_sign(&request, &credentials, &result, &err));
		if (strcmp(result.signature, vector->signature) != 0)
			print_error("vector %s\n", vector->name);
		if (vector->canonical_hash != NULL)
			assert_string_equal(result.canonical_hash, vector->canonical_hash);
		assert_string_equal(result.signature, vector->signature);
		ks_signer_clear(&result);
		ks_credentials_clear(&credentials);
	}
}

#define CHECK(vectors, group) check_vectors(vectors, sizeof(vectors) / sizeof((vectors)[0]), group)

static const struct group suite = {SUITE_ID, SUITE_SECRET, "service", "20150830T123600Z"};
static const struct group lightsail = {SUITE_ID, SUITE_SECRET, "lightsail", "20210806T120000Z"};

#define SUITE_HOST                              \
	{                                       \
		"Host", "example.amazonaws.com" \
	}

static void the_public_test_suite_is_signed_alike(void **state)
{
	static const struct vector vectors[] = {
	    {"get-vanilla", "GET", "/", "", {SUITE_HOST}, NULL, NULL,
		"bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63",
		"5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
	    {"post-vanilla", "POST", "/", NULL, {SUITE_HOST}, NULL, NULL,
		"553f88c9e4d10fc9e109e2aeb65f030801b70c2f6468faca261d401ae622fc87",
		"5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
	    {"get-vanilla-query-order-key-case", "GET", "/", "Param2=value2&Param1=value1",
		{SUITE_HOST}, NULL, NULL, NULL,
		"b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
	    {"get-header-value-trim", "GET", "/", "",
		{SUITE_HOST, {"My-Header1", " value1 "}, {"My-Header2", " \"a   b   c\" "}}, NULL,
		NULL, NULL, "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
	    {"get-header-value-multiline", "GET", "/", "",
		{SUITE_HOST, {"My-Header1", "value1\n  value2\n     value3"}}, NULL, NULL, NULL,
		"cfd34249e4b1c8d6b91ef74165d41a32e5fab3306300901bb65a51a73575eefd"},
	    {"get-utf8", "GET", "/\xe1\x88\xb4", "", {SUITE_HOST}, NULL, NULL, NULL,
		"8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
	    {"post-x-www-form-urlencoded", "POST", "/", "",
		{{"Content-Type", "application/x-www-form-urlencoded"}, SUITE_HOST}, NULL,
		"Param1=value1", NULL,
		"ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
	    {"post-x-www-form-urlencoded, content signed", "POST", "/", "",
		{{"Content-Type", "application/x-www-form-urlencoded"}, SUITE_HOST,
		    {"Content-Length", "13"},
		    {"X-Amz-Content-Sha256",
			"9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e"}},
		NULL, "Param1=value1", NULL,
		"d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b"},
	    {"get-vanilla-with-session-token", "GET", "/", "", {SUITE_HOST},
		"6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267", NULL, NULL,
		"07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8"},
	    {"post-sts-header-before", "POST", "/", "", {SUITE_HOST}, SUITE_TOKEN, NULL, NULL,
		"85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"},
	};

	(void)state;
	CHECK(vectors, &suite);
}

static void the_iam_example_is_signed_alike(void **state)
{
	static const struct vector vectors[] = {
	    {"ListUsers", "GET", "/", "Action=ListUsers&Version=2010-05-08",
		{{"Host", "iam.amazonaws.com"},
		    {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
		NULL, NULL, "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59",
		"5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"},
	};
	static const struct group iam = {SUITE_ID, SUITE_SECRET, "iam", "20150830T123600Z"};

	(void)state;
	CHECK(vectors, &iam);
}

#define LIGHTSAIL_HEADERS(host, operation)                                      \
	{                                                                       \
		{"Host", host}, {"Content-Type", "application/x-amz-json-1.1"}, \
		{                                                               \
			"X-Amz-Target", "Lightsail_20161128." operation         \
		}                                                               \
	}

static void lightsail_requests_are_signed_as_botocore_does(void **state)
{
	static const struct vector vectors[] = {
	    {"L1", "POST", "/", "", LIGHTSAIL_HEADERS(LIGHTSAIL_HOST, "GetBuckets"), NULL, "{}",
		"021ca631b323433e5ad386c8127115ff97021eed53c7c8e449f8614c6c7d1e7d",
		"e11f41162d959ea63e34a8f770124b18f6fec2f24b18ddf93c5893b7e7dd1101"},
	    {"L2", "POST", "/", "", LIGHTSAIL_HEADERS(LIGHTSAIL_HOST, "CreateBucketAccessKey"),
		NULL, "{\"bucketName\":\"example-bucket-1\"}",
		"1646528ddaa1e2fecfc59845249a0e0ba71031a05002415d1cb2058b9e7da3d8",
		"9530f3b0d4f2e1a59fe6a09509ffe343bf0775dc6e5f9285451f30f2a5623206"},
	    {"L3", "POST", "/", "", LIGHTSAIL_HEADERS(LIGHTSAIL_HOST, "CreateBucketAccessKey"),
		"AQoDYXdzEPT//////////wEXAMPLETOKEN==", "{\"bucketName\":\"example-bucket-1\"}",
		"d36720613fa8a43da6f91f03885cfa7c25d0049be858def672922de852766ab5",
		"4534c0385c5dd886f6bf5115df4cf7542694ec82dfa5d88915aa50c980a0f855"},
	    {"L4", "POST", "/", "", LIGHTSAIL_HEADERS("127.0.0.1:18080", "GetBuckets"), NULL, "{}",
		"5db353bb783ed07339e4a41be1e9523902dfe3f368fcf6fac0649b0ce5ed20ad",
		"ac3876723df3fc18861baf2fe72cfcb51608f1f4e57132d156dbb8b57c81af57"},
	};

	(void)state;
	CHECK(vectors, &lightsail);
}

static void s3_requests_are_signed_alike(void **state)
{
	static const struct vector public_vectors[] = {
	    {"GET object", "GET", "/test.txt", "",
		{{"Host", "examplebucket.s3.amazonaws.com"}, {"Range", "bytes=0-9"}}, NULL, NULL,
		NULL, "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
	    {"list", "GET", "/", "max-keys=2&prefix=J",
		{{"Host", "examplebucket.s3.amazonaws.com"}}, NULL, NULL, NULL,
		"34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
	    {"lifecycle", "GET", "/", "lifecycle", {{"Host", "examplebucket.s3.amazonaws.com"}},
		NULL, NULL, NULL,
		"fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
	};
	static const struct vector own_vectors[] = {
	    {"S1", "HEAD", "/", "", {{"Host", "example-bucket-1.s3.us-east-1.amazonaws.com"}}, NULL,
		NULL, "d879b0c406b4c0479bf2b51c98c1987ed4dc7f50af90e0d586a946df2278793c",
		"e9bd47e68e5387ca2bcc246a61e923ac4a377e4f16b2e3bf26c61c96e76ac0ae"},
	    {"S2", "GET", "/", "list-type=2&max-keys=1",
		{{"Host", "example-bucket-1.s3.us-east-1.amazonaws.com"}}, NULL, NULL,
		"2eff88f69cd2c11e36d1f180e97cdd8553b531187cb22aa87e7b52924a048704",
		"1be9da9abde56cf0b2995f53f6f87e041be6729fd963dea5455cfa045f561d83"},
	    {"S3", "GET", "/example-bucket-1", "max-keys=1&list-type=2",
		{{"Host", "127.0.0.1:18080"}}, NULL, NULL,
		"92734f0f53566083f045e661649e5b938c2aee2866a1a1436f4aa58118192125",
		"0a981532bc89a949c0c279ad61692234234fd3a16b97afd474284eb0296e6d89"},
	};
	static const struct group published = {S3_ID, S3_SECRET, "s3", "20130524T000000Z"};
	static const struct group own = {S3_ID, S3_SECRET, "s3", "20210806T120000Z"};

	(void)state;
	CHECK(public_vectors, &published);
	CHECK(own_vectors, &own);
}

static void check_key(const unsigned char key[32], const char *expected)
{
	char hex[KS_SIGNER_HASH_SIZE];

	for (size_t i = 0; i < 32; i++)
		snprintf(hex + 2 * i, 3, "%02x", key[i]);
	assert_string_equal(hex, expected);
}

static void each_key_of_the_chain_is_right(void **state)
{
	struct ks_secret *secret = new_secret(SUITE_SECRET);
	struct ks_signer_keys keys;
	struct ks_err err;

	(void)state;
	assert_true(ks_signer_derive(secret, "20210806", "us-east-1", "lightsail", &keys, &err));
	check_key(keys.date, "0c03e8b53f21cb83ad9686099a57c1fb3d9fcce8b907733edecc4f8b32c295d5");
	check_key(keys.region, "20e5188634dfbd2a67eda38c2fb4e4fce8199603839c5a44f5c06392d5bc1c19");
	check_key(keys.service, "39eb21cd2f10a1d56afa6535d366ab451a28d4c892c631fc6b39a3a9eae56d02");
	check_key(keys.signing, "54bc814f33351cb9d93dfd8baf2573668cd0b23fccbd9ad459a9d99edccb03ac");
	assert_true(ks_signer_derive(secret, "20150830", "us-east-1", "iam", &keys, &err));
	check_key(keys.signing, "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
	ks_secret_free(secret);
}

static void add_to_buf(void *ctx, const char *data, size_t len)
{
	ks_buf_add(ctx, data, len);
}

/* The canonical request of a vector, as text; the caller frees it. */
static char *canonical_of(const struct vector *vector, const struct group *group)
{
	struct ks_credentials credentials = new_credentials(group->id, group->secret, NULL);
	char hash[KS_SIGNER_HASH_SIZE];
	struct ks_signer_request request = new_request(vector, group, hash);
	struct ks_buf text;
	struct ks_err err;

	ks_buf_init(&text, 65536);
	assert_true(ks_signer_canonical(&request, &credentials, add_to_buf, &text, &err));
	ks_credentials_clear(&credentials);
	return ks_buf_take(&text);
}

static void the_canonical_request_can_be_read(void **state)
{
	static const struct vector vector = {"L1", "POST", "/", "",
	    LIGHTSAIL_HEADERS(LIGHTSAIL_HOST, "GetBuckets"), NULL, "{}", NULL, NULL};
	char *text = canonical_of(&vector, &lightsail);

	(void)state;
	assert_string_equal(text,
	    "POST\n/\n\n"
	    "content-type:application/x-amz-json-1.1\n"
	    "host:lightsail.us-east-1.amazonaws.com\n"
	    "x-amz-date:20210806T120000Z\n"
	    "x-amz-target:Lightsail_20161128.GetBuckets\n\n"
	    "content-type;host;x-amz-date;x-amz-target\n"
	    "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
	free(text);
}

/* The second line of the canonical request is the path, the third the query. */
static void check_line(
    const char *path, const char *query, const char *service, int line, const char *expected)
{
	struct vector vector = {
	    "line", "GET", path, query, {{"Host", "h"}}, NULL, NULL, NULL, NULL};
	struct group group = {SUITE_ID, SUITE_SECRET, service, "20210806T120000Z"};
	char *text = canonical_of(&vector, &group), *at = text;

	while (--line > 0)
		at = strchr(at, '\n') + 1;
	at[strcspn(at, "\n")] = '\0';
	assert_string_equal(at, expected);
	free(text);
}

static void a_path_is_normalised_unless_it_is_of_s3(void **state)
{
	static const struct {
		const char *path, *lightsail, *s3;
	} cases[] = {
	    {"", "/", "/"},
	    {"/a/./b", "/a/b", "/a/./b"},
	    {"/a/../b/", "/b/", "/a/../b/"},
	    {"/../..", "/", "/../.."},
	    {"//a//b", "/a/b", "//a//b"},
	    {"/x%20y", "/x%2520y", "/x%20y"},
	    {"/a=b*", "/a%3Db%2A", "/a=b*"},
	    {"/a/..", "/", "/a/.."},
	    {"/~u/-_.", "/~u/-_.", "/~u/-_."},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		check_line(cases[i].path, "", "lightsail", 2, cases[i].lightsail);
		check_line(cases[i].path, "", "s3", 2, cases[i].s3);
	}
}

static void a_query_is_sorted_and_encoded_once(void **state)
{
	static const struct {
		const char *sent, *signed_as;
	} cases[] = {
	    {"b=2&a=1", "a=1&b=2"},
	    {"a=2&a=1", "a=1&a=2"},
	    {"acl", "acl="},
	    {"a=b=c", "a=b%3Dc"},
	    {"p=a/b c", "p=a%2Fb%20c"},
	    {"p=a%2fb%20c", "p=a%2Fb%20c"},
	    {"p=100%", "p=100%25"},
	    {"&&a=1&", "a=1"},
	    {"ab=1&a=2&a-=3&%61B=4", "a=2&a-=3&aB=4&ab=1"},
	    {"p=\xe1\x88\xb4", "p=%E1%88%B4"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check_line("/", cases[i].sent, "s3", 3, cases[i].signed_as);
}

static void repeated_headers_are_joined_in_their_order(void **state)
{
	static const struct vector vector = {"repeats", "GET", "/", "",
	    {{"My-Header1", "b"}, {"Host", "h"}, {"MY-HEADER1", " a  c "}, {"my-header1", ""}},
	    NULL, NULL, NULL, NULL};
	char *text = canonical_of(&vector, &suite);

	(void)state;
	assert_non_null(strstr(text, "\nmy-header1:b,a c,\n"));
	assert_non_null(strstr(text, "\nhost;my-header1;x-amz-date\n"));
	free(text);
}

static const char *added_header(const struct ks_signer_result *result, const char *name)
{
	for (size_t i = 0; i < result->header_count; i++)
		if (strcmp(result->headers[i].name, name) == 0)
			return result->headers[i].value;
	return NULL;
}

static void all_headers_to_send_are_given(void **state)
{
	static const struct vector vector = {
	    "S3", "GET", "/", "", {{"Host", "h"}}, "TOKEN", NULL, NULL, NULL};
	static const struct group s3 = {S3_ID, S3_SECRET, "s3", "20210806T120000Z"};
	struct ks_credentials credentials = new_credentials(S3_ID, S3_SECRET, "TOKEN");
	char hash[KS_SIGNER_HASH_SIZE], expected[400];
	struct ks_signer_request request = new_request(&vector, &s3, hash);
	struct ks_signer_result result;
	struct ks_err err;

	(void)state;
	assert_true(ks_signer_sign(&request, &credentials, &result, &err));
	assert_int_equal(result.header_count, 4);
	assert_string_equal(added_header(&result, "X-Amz-Date"), "20210806T120000Z");
	assert_string_equal(added_header(&result, "X-Amz-Content-Sha256"), EMPTY_HASH);
	assert_ptr_equal(
	    added_header(&result, "X-Amz-Security-Token"), ks_secret_value(credentials.token));
	snprintf(expected, sizeof expected,
	    "AWS4-HMAC-SHA256 Credential=" S3_ID "/20210806/us-east-1/s3/aws4_request, "
	    "SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature=%s",
	    result.signature);
	assert_string_equal(added_header(&result, "Authorization"), expected);
	ks_signer_clear(&result);
	ks_credentials_clear(&credentials);
}

static void what_cannot_be_signed_is_an_error(void **state)
{
	static char long_secret[1000];
	static struct ks_signer_header many[100];
	struct ks_credentials credentials, oversized;
	struct ks_signer_request request = {.method = "GET",
	    .path = "/",
	    .service = "s3",
	    .region = "us-east-1",
	    .headers = many,
	    .payload_hash = EMPTY_HASH};
	struct ks_signer_result result;
	struct ks_err err;

	(void)state;
	memset(long_secret, 'x', sizeof long_secret - 1);
	credentials = new_credentials(SUITE_ID, SUITE_SECRET, NULL);
	oversized = new_credentials(SUITE_ID, long_secret, NULL);
	for (size_t i = 0; i < 100; i++)
		many[i] = (struct ks_signer_header){"Host", "h"};
	assert_false(ks_signer_sign(&request, &credentials, &result, &err)); /* no Host */
	request.header_count = 100;
	assert_false(ks_signer_sign(&request, &credentials, &result, &err));
	request.header_count = 1;
	assert_false(ks_signer_sign(&request, &oversized, &result, &err));
	assert_int_equal(err.kind, KS_ERR_CREDENTIALS);
	assert_true(ks_signer_sign(&request, &credentials, &result, &err));
	ks_signer_clear(&result);
	ks_credentials_clear(&credentials);
	ks_credentials_clear(&oversized);
}

static void text_is_percent_encoded_for_a_path(void **state)
{
	char *encoded = ks_signer_encode("a b/\xc3\xa9~+", 8, true);

	(void)state;
	assert_string_equal(encoded, "a%20b/%C3%A9~%2B");
	free(encoded);
	encoded = ks_signer_encode("/", 1, false);
	assert_string_equal(encoded, "%2F");
	free(encoded);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_public_test_suite_is_signed_alike),
	    cmocka_unit_test(the_iam_example_is_signed_alike),
	    cmocka_unit_test(lightsail_requests_are_signed_as_botocore_does),
	    cmocka_unit_test(s3_requests_are_signed_alike),
	    cmocka_unit_test(each_key_of_the_chain_is_right),
	    cmocka_unit_test(the_canonical_request_can_be_read),
	    cmocka_unit_test(a_path_is_normalised_unless_it_is_of_s3),
	    cmocka_unit_test(a_query_is_sorted_and_encoded_once),
	    cmocka_unit_test(repeated_headers_are_joined_in_their_order),
	    cmocka_unit_test(all_headers_to_send_are_given),
	    cmocka_unit_test(what_cannot_be_signed_is_an_error),
	    cmocka_unit_test(text_is_percent_encoded_for_a_path),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("aws_signer", tests, NULL, NULL);
}
