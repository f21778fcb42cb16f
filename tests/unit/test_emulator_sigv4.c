/* The emulator's verifier against published vectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/date.h"
#include "core/emulator/sigv4.h"

#define SUITE_ID     "AKIDEXAMPLE"
#define SUITE_SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define S3_ID        "AKIAIOSFODNN7EXAMPLE"
#define S3_SECRET    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define EMPTY_HASH   "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define TOKEN        "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267"
#define JSON         "application/x-amz-json-1.1"

struct vector {
	const char *name;
	enum ks_emu_sig_style style;
	const char *scope; /* date/region/service */
	const char *method;
	const char *uri;
	struct ks_emu_header headers[8]; /* without Authorization */
	const char *signed_names;
	const char *body;
	const char *signature;
	const char *canonical_hash; /* NULL: not published */
};

#define SUITE "20150830/us-east-1/service"
#define SUITE_HEADERS                            \
	{"Host", "example.amazonaws.com"},       \
	{                                        \
		"X-Amz-Date", "20150830T123600Z" \
	}
#define L_SCOPE "20210806/us-east-1/lightsail"
#define L_NAMES "content-type;host;x-amz-date;x-amz-target"
#define L_HEADERS(host, target)                                                                 \
	{"Host", host}, {"X-Amz-Target", "Lightsail_20161128." target}, {"Content-Type", JSON}, \
	{                                                                                       \
		"X-Amz-Date", "20210806T120000Z"                                                \
	}
#define L_HOST   "lightsail.us-east-1.amazonaws.com"
#define S3_SCOPE "20130524/us-east-1/s3"
#define S3_HEADERS                                                                        \
	{"Host", "examplebucket.s3.amazonaws.com"}, {"x-amz-content-sha256", EMPTY_HASH}, \
	{                                                                                 \
		"x-amz-date", "20130524T000000Z"                                          \
	}
#define OWN_S3_SCOPE "20210806/us-east-1/s3"
#define OWN_S3_HEADERS(host)                                  \
	{"Host", host}, {"x-amz-content-sha256", EMPTY_HASH}, \
	{                                                     \
		"x-amz-date", "20210806T120000Z"              \
	}
#define S3_NAMES "host;x-amz-content-sha256;x-amz-date"

static const struct vector vectors[] = {
    {"get-vanilla", KS_EMU_SIG_PLAIN, SUITE, "GET", "/", {SUITE_HEADERS}, "host;x-amz-date", "",
	"5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
	"bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63"},
    {"post-vanilla", KS_EMU_SIG_PLAIN, SUITE, "POST", "/", {SUITE_HEADERS}, "host;x-amz-date", "",
	"5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
	"553f88c9e4d10fc9e109e2aeb65f030801b70c2f6468faca261d401ae622fc87"},
    {"get-vanilla-query-order-key-case", KS_EMU_SIG_PLAIN, SUITE, "GET",
	"/?Param2=value2&Param1=value1", {SUITE_HEADERS}, "host;x-amz-date", "",
	"b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500", NULL},
    {"get-header-value-trim", KS_EMU_SIG_PLAIN, SUITE, "GET", "/",
	{SUITE_HEADERS, {"My-Header1", " value1 "}, {"My-Header2", " \"a   b   c\" "}},
	"host;my-header1;my-header2;x-amz-date", "",
	"acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736", NULL},
    {"get-header-value-multiline", KS_EMU_SIG_PLAIN, SUITE, "GET", "/",
	{SUITE_HEADERS, {"My-Header1", "value1\n  value2\n     value3"}},
	"host;my-header1;x-amz-date", "",
	"cfd34249e4b1c8d6b91ef74165d41a32e5fab3306300901bb65a51a73575eefd", NULL},
    {"get-utf8", KS_EMU_SIG_PLAIN, SUITE, "GET", "/\xe1\x88\xb4", {SUITE_HEADERS},
	"host;x-amz-date", "", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85",
	NULL},
    {"post-x-www-form-urlencoded", KS_EMU_SIG_PLAIN, SUITE, "POST", "/",
	{SUITE_HEADERS, {"Content-Type", "application/x-www-form-urlencoded"}},
	"content-type;host;x-amz-date", "Param1=value1",
	"ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a", NULL},
    {"get-vanilla-with-session-token", KS_EMU_SIG_PLAIN, SUITE, "GET", "/",
	{SUITE_HEADERS, {"X-Amz-Security-Token", TOKEN}}, "host;x-amz-date;x-amz-security-token",
	"", "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8", NULL},
    {"the IAM guide's ListUsers", KS_EMU_SIG_PLAIN, "20150830/us-east-1/iam", "GET",
	"/?Action=ListUsers&Version=2010-05-08",
	{{"Host", "iam.amazonaws.com"}, {"X-Amz-Date", "20150830T123600Z"},
	    {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
	"content-type;host;x-amz-date", "",
	"5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
	"f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59"},
    {"L1", KS_EMU_SIG_PLAIN, L_SCOPE, "POST", "/", {L_HEADERS(L_HOST, "GetBuckets")}, L_NAMES, "{}",
	"e11f41162d959ea63e34a8f770124b18f6fec2f24b18ddf93c5893b7e7dd1101",
	"021ca631b323433e5ad386c8127115ff97021eed53c7c8e449f8614c6c7d1e7d"},
    {"L2", KS_EMU_SIG_PLAIN, L_SCOPE, "POST", "/", {L_HEADERS(L_HOST, "CreateBucketAccessKey")},
	L_NAMES, "{\"bucketName\":\"example-bucket-1\"}",
	"9530f3b0d4f2e1a59fe6a09509ffe343bf0775dc6e5f9285451f30f2a5623206",
	"1646528ddaa1e2fecfc59845249a0e0ba71031a05002415d1cb2058b9e7da3d8"},
    {"L3", KS_EMU_SIG_PLAIN, L_SCOPE, "POST", "/",
	{L_HEADERS(L_HOST, "CreateBucketAccessKey"),
	    {"X-Amz-Security-Token", "AQoDYXdzEPT//////////wEXAMPLETOKEN=="}},
	"content-type;host;x-amz-date;x-amz-security-token;x-amz-target",
	"{\"bucketName\":\"example-bucket-1\"}",
	"4534c0385c5dd886f6bf5115df4cf7542694ec82dfa5d88915aa50c980a0f855",
	"d36720613fa8a43da6f91f03885cfa7c25d0049be858def672922de852766ab5"},
    {"L4", KS_EMU_SIG_PLAIN, L_SCOPE, "POST", "/", {L_HEADERS("127.0.0.1:18080", "GetBuckets")},
	L_NAMES, "{}", "ac3876723df3fc18861baf2fe72cfcb51608f1f4e57132d156dbb8b57c81af57",
	"5db353bb783ed07339e4a41be1e9523902dfe3f368fcf6fac0649b0ce5ed20ad"},
    {"S3 guide: GET with a range", KS_EMU_SIG_S3, S3_SCOPE, "GET", "/test.txt",
	{S3_HEADERS, {"Range", "bytes=0-9"}}, "host;range;x-amz-content-sha256;x-amz-date", "",
	"f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41", NULL},
    {"S3 guide: list", KS_EMU_SIG_S3, S3_SCOPE, "GET", "/?max-keys=2&prefix=J", {S3_HEADERS},
	S3_NAMES, "", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7", NULL},
    {"S3 guide: lifecycle", KS_EMU_SIG_S3, S3_SCOPE, "GET", "/?lifecycle", {S3_HEADERS}, S3_NAMES,
	"", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543", NULL},
    {"S1", KS_EMU_SIG_S3, OWN_S3_SCOPE, "HEAD", "/",
	{OWN_S3_HEADERS("example-bucket-1.s3.us-east-1.amazonaws.com")}, S3_NAMES, "",
	"e9bd47e68e5387ca2bcc246a61e923ac4a377e4f16b2e3bf26c61c96e76ac0ae",
	"d879b0c406b4c0479bf2b51c98c1987ed4dc7f50af90e0d586a946df2278793c"},
    {"S2", KS_EMU_SIG_S3, OWN_S3_SCOPE, "GET", "/?list-type=2&max-keys=1",
	{OWN_S3_HEADERS("example-bucket-1.s3.us-east-1.amazonaws.com")}, S3_NAMES, "",
	"1be9da9abde56cf0b2995f53f6f87e041be6729fd963dea5455cfa045f561d83",
	"2eff88f69cd2c11e36d1f180e97cdd8553b531187cb22aa87e7b52924a048704"},
    {"S3", KS_EMU_SIG_S3, OWN_S3_SCOPE, "GET", "/example-bucket-1?list-type=2&max-keys=1",
	{OWN_S3_HEADERS("127.0.0.1:18080")}, S3_NAMES, "",
	"0a981532bc89a949c0c279ad61692234234fd3a16b97afd474284eb0296e6d89",
	"92734f0f53566083f045e661649e5b938c2aee2866a1a1436f4aa58118192125"},
};
#define VECTOR_COUNT (sizeof vectors / sizeof vectors[0])

static const char *id_of(const struct vector *vector)
{
	return vector->style == KS_EMU_SIG_S3 ? S3_ID : SUITE_ID;
}

static const char *secret_of(const struct vector *vector)
{
	return vector->style == KS_EMU_SIG_S3 ? S3_SECRET : SUITE_SECRET;
}

static void make_request(
    const struct vector *vector, struct ks_emu_request *request, char *authorization, size_t size)
{
	ks_emu_request_init(request, vector->uri);
	request->method = vector->method;
	ks_buf_init(&request->body, 4096);
	ks_buf_puts(&request->body, vector->body);
	for (size_t i = 0; vector->headers[i].name != NULL; i++)
		ks_emu_request_add_header(
		    request, vector->headers[i].name, vector->headers[i].value);
	snprintf(authorization, size,
	    "AWS4-HMAC-SHA256 Credential=%s/%s/aws4_request, SignedHeaders=%s, Signature=%s",
	    id_of(vector), vector->scope, vector->signed_names, vector->signature);
	ks_emu_request_add_header(request, "Authorization", authorization);
}

static enum ks_emu_sig_verdict verify(const struct vector *vector, struct ks_emu_request *request)
{
	struct ks_emu_sig_cache *cache = ks_emu_sig_cache_new();
	struct ks_emu_sig sig;
	enum ks_emu_sig_verdict verdict = ks_emu_sig_parse(request, vector->style, &sig);

	if (verdict == KS_EMU_SIG_OK)
		verdict = ks_emu_sig_verify(
		    cache, request, vector->style, &sig, secret_of(vector), sig.key_id);
	ks_emu_sig_free(&sig);
	ks_emu_sig_cache_free(cache);
	return verdict;
}

static void each_published_signature_is_accepted(void **state)
{
	char authorization[1024], hash[KS_EMU_SHA256_HEX];
	struct ks_emu_request request;
	struct ks_emu_sig sig;

	(void)state;
	for (size_t i = 0; i < VECTOR_COUNT; i++) {
		make_request(&vectors[i], &request, authorization, sizeof authorization);
		if (verify(&vectors[i], &request) != KS_EMU_SIG_OK)
			fail_msg("%s", vectors[i].name);
		if (vectors[i].canonical_hash != NULL) {
			ks_emu_sig_parse(&request, vectors[i].style, &sig);
			ks_emu_sig_canonical(&request, vectors[i].style, &sig);
			ks_emu_sha256_hex(sig.canonical.data, sig.canonical.len, hash);
			assert_string_equal(hash, vectors[i].canonical_hash);
			ks_emu_sig_free(&sig);
		}
		ks_emu_request_free(&request);
	}
}

static void a_signature_that_differs_in_one_digit_is_refused(void **state)
{
	char authorization[1024];
	struct ks_emu_request request;

	(void)state;
	for (size_t i = 0; i < VECTOR_COUNT; i++) {
		char *last;

		make_request(&vectors[i], &request, authorization, sizeof authorization);
		last = authorization + strlen(authorization) - 1;
		*last = *last == '0' ? '1' : '0';
		assert_int_equal(verify(&vectors[i], &request), KS_EMU_SIG_MISMATCH);
		ks_emu_request_free(&request);
	}
}

static void the_signing_key_is_the_published_one(void **state)
{
	static const unsigned char expected[] = {0x54, 0xbc, 0x81, 0x4f, 0x33, 0x35, 0x1c, 0xb9};
	struct ks_emu_sig sig = {.date = "20210806", .region = "us-east-1", .service = "lightsail"};
	unsigned char key[32];

	(void)state;
	ks_emu_sig_signing_key(&sig, SUITE_SECRET, key);
	assert_memory_equal(key, expected, sizeof expected);
}

static void a_token_that_was_added_after_signing_is_noticed(void **state)
{
	char authorization[1024];
	struct ks_emu_request request;

	(void)state;
	make_request(&vectors[1], &request, authorization, sizeof authorization);
	ks_emu_request_add_header(&request, "X-Amz-Security-Token", TOKEN);
	assert_int_equal(verify(&vectors[1], &request), KS_EMU_SIG_UNSIGNED);
	ks_emu_request_free(&request);
}

static void a_header_that_is_signed_but_absent_is_refused(void **state)
{
	char authorization[1024];
	struct ks_emu_request request;

	(void)state;
	make_request(&vectors[3], &request, authorization, sizeof authorization);
	for (size_t i = 0; i < request.header_count; i++)
		if (strcmp(request.headers[i].name, "My-Header2") == 0)
			request.headers[i].name = "Other";
	assert_int_equal(verify(&vectors[3], &request), KS_EMU_SIG_UNSIGNED);
	ks_emu_request_free(&request);
}

static enum ks_emu_sig_verdict parse(const char *authorization, const char *date)
{
	struct ks_emu_request request;
	struct ks_emu_sig sig;
	enum ks_emu_sig_verdict verdict;

	ks_emu_request_init(&request, "/");
	request.method = "POST";
	ks_buf_init(&request.body, 16);
	ks_emu_request_add_header(&request, "Host", "localhost");
	ks_emu_request_add_header(&request, "X-Amz-Date", date);
	if (authorization != NULL)
		ks_emu_request_add_header(&request, "Authorization", authorization);
	verdict = ks_emu_sig_parse(&request, KS_EMU_SIG_PLAIN, &sig);
	ks_emu_sig_free(&sig);
	ks_emu_request_free(&request);
	return verdict;
}

#define SIG  "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
#define CRED "Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request"
#define NOON "20150830T123600Z"

static void an_authorization_header_must_be_well_formed(void **state)
{
	static const struct {
		const char *header;
		enum ks_emu_sig_verdict verdict;
	} rows[] = {
	    {NULL, KS_EMU_SIG_MISSING},
	    {"AWS AKID:sig", KS_EMU_SIG_UNSUPPORTED},
	    {"AWS4-HMAC-SHA256 " CRED ", SignedHeaders=host;x-amz-date, " SIG, KS_EMU_SIG_OK},
	    {"AWS4-HMAC-SHA256 " CRED ",SignedHeaders=host;x-amz-date," SIG, KS_EMU_SIG_OK},
	    {"AWS4-HMAC-SHA256 " SIG ",SignedHeaders=host," CRED, KS_EMU_SIG_OK},
	    {"AWS4-HMAC-SHA256 " CRED ", SignedHeaders=host", KS_EMU_SIG_MALFORMED},
	    {"AWS4-HMAC-SHA256 " CRED ", " SIG, KS_EMU_SIG_MALFORMED},
	    {"AWS4-HMAC-SHA256 " CRED ", SignedHeaders=, " SIG, KS_EMU_SIG_MALFORMED},
	    {"AWS4-HMAC-SHA256 " CRED ", SignedHeaders=x-amz-date;host, " SIG,
		KS_EMU_SIG_MALFORMED},
	    {"AWS4-HMAC-SHA256 " CRED ", SignedHeaders=host;host, " SIG, KS_EMU_SIG_MALFORMED},
	    {"AWS4-HMAC-SHA256 " CRED ", SignedHeaders=Host, " SIG, KS_EMU_SIG_MALFORMED},
	    {"AWS4-HMAC-SHA256 " CRED ", " CRED ", SignedHeaders=host, " SIG, KS_EMU_SIG_MALFORMED},
	    {"AWS4-HMAC-SHA256 " CRED ", SignedHeaders=host, Signature=12", KS_EMU_SIG_MALFORMED},
	    {"AWS4-HMAC-SHA256 Credential=A/20150830/r/s/aws4_reques, SignedHeaders=host, " SIG,
		KS_EMU_SIG_MALFORMED},
	    {"AWS4-HMAC-SHA256 Credential=20150830/r/s/aws4_request, SignedHeaders=host, " SIG,
		KS_EMU_SIG_MALFORMED},
	    {"AWS4-HMAC-SHA256 Credential=A/20150831/r/s/aws4_request, SignedHeaders=host, " SIG,
		KS_EMU_SIG_MALFORMED},
	    {"AWS4-HMAC-SHA256 nonsense", KS_EMU_SIG_MALFORMED},
	    {"AWS4-HMAC-SHA256 ,,,,", KS_EMU_SIG_MALFORMED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (parse(rows[i].header, NOON) != rows[i].verdict)
			fail_msg("%s", rows[i].header);
	assert_int_equal(parse(rows[2].header, "yesterday"), KS_EMU_SIG_MALFORMED);
}

static void a_key_id_may_have_slashes(void **state)
{
	struct ks_emu_request request;
	struct ks_emu_sig sig;

	(void)state;
	ks_emu_request_init(&request, "/");
	request.method = "GET";
	ks_buf_init(&request.body, 16);
	ks_emu_request_add_header(&request, "X-Amz-Date", NOON);
	ks_emu_request_add_header(&request, "Authorization",
	    "AWS4-HMAC-SHA256 Credential=a/b/20150830/r/s/aws4_request,SignedHeaders=host," SIG);
	assert_int_equal(ks_emu_sig_parse(&request, KS_EMU_SIG_PLAIN, &sig), KS_EMU_SIG_OK);
	assert_string_equal(sig.key_id, "a/b");
	assert_string_equal(sig.region, "r");
	ks_emu_sig_free(&sig);
	ks_emu_request_free(&request);
}

static void the_time_window_has_two_ends(void **state)
{
	struct ks_emu_sig sig = {.time = 1000000000000, .amz_date = "20010909T014640Z"};
	int64_t window = 300000;

	(void)state;
	assert_int_equal(ks_emu_sig_check_time(&sig, sig.time + window, window), KS_EMU_SIG_OK);
	assert_int_equal(ks_emu_sig_check_time(&sig, sig.time - window, window), KS_EMU_SIG_OK);
	assert_int_equal(
	    ks_emu_sig_check_time(&sig, sig.time + window + 1, window), KS_EMU_SIG_TOO_OLD);
	assert_string_equal(sig.complaint,
	    "Signature expired: 20010909T014640Z is now earlier than 20010909T014640Z "
	    "(20010909T015140Z - 5 min.)");
	assert_int_equal(
	    ks_emu_sig_check_time(&sig, sig.time - window - 1, window), KS_EMU_SIG_TOO_NEW);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_published_signature_is_accepted),
	    cmocka_unit_test(a_signature_that_differs_in_one_digit_is_refused),
	    cmocka_unit_test(the_signing_key_is_the_published_one),
	    cmocka_unit_test(a_token_that_was_added_after_signing_is_noticed),
	    cmocka_unit_test(a_header_that_is_signed_but_absent_is_refused),
	    cmocka_unit_test(an_authorization_header_must_be_well_formed),
	    cmocka_unit_test(a_key_id_may_have_slashes),
	    cmocka_unit_test(the_time_window_has_two_ends),
	};

	return cmocka_run_group_tests_name("emulator: signatures", tests, NULL, NULL);
}
