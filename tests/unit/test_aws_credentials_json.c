/* Credentials as JSON, in each form in which they come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/aws/credentials_json.h"
#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/json.h"

#define ID     "ASIAIOSFODNN7EXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define TOKEN  "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJ=="

/* 2026-11-24T22:40:12Z */
#define EXPIRES INT64_C(1795560012000)

#define KEYS "\"AccessKeyId\":\"" ID "\",\"SecretAccessKey\":\"" SECRET "\""
#define DATE ",\"Expiration\":\"2026-11-24T22:40:12Z\""
#define LOWER                                                                                     \
	"\"accessKeyId\":\"" ID "\",\"secretAccessKey\":\"" SECRET "\",\"sessionToken\":\"" TOKEN \
	"\""
#define V1     "{\"Version\":1,"
#define NUMBER ",\"AccountId\":\"012345678901\""

static void check(enum ks_credentials_form form, const char *text, bool has_token,
    const char *account, int64_t expires_at)
{
	struct ks_credentials got;
	struct ks_err err;

	if (!ks_credentials_from_text(form, text, strlen(text), &got, &err))
		fail_msg("%s: %s", text, err.message);
	assert_string_equal(got.access_key_id, ID);
	assert_true(ks_secret_equal(got.secret, SECRET, strlen(SECRET)));
	if (has_token)
		assert_true(ks_secret_equal(got.token, TOKEN, strlen(TOKEN)));
	else
		assert_null(got.token);
	if (account != NULL)
		assert_string_equal(got.account_id, account);
	else
		assert_null(got.account_id);
	assert_true(got.expires_at == expires_at);
	assert_null(got.source);
	ks_credentials_clear(&got);
}

static void check_bytes(
    enum ks_credentials_form form, const char *text, size_t len, const char *message)
{
	struct ks_credentials got;
	struct ks_err err;

	ks_err_clear(&err);
	if (ks_credentials_from_text(form, text, len, &got, &err))
		fail_msg("%s was taken", text);
	assert_int_equal(err.kind, KS_ERR_CREDENTIALS);
	assert_string_equal(err.message, message);
	/* Nothing is left of what was read before. */
	assert_null(got.access_key_id);
	assert_null(got.secret);
	assert_null(got.token);
	assert_true(got.expires_at == KS_TIME_NONE);
}

static void refuse(enum ks_credentials_form form, const char *text, const char *message)
{
	check_bytes(form, text, strlen(text), message);
}

/* ---- each form ---- */

static void a_program_prints_a_version_and_keys(void **state)
{
	enum ks_credentials_form form = KS_CREDENTIALS_PROCESS;

	(void)state;
	check(form, V1 KEYS "}", false, NULL, KS_TIME_NONE);
	check(form, V1 KEYS ",\"SessionToken\":\"" TOKEN "\"" DATE NUMBER "}\n", true,
	    "012345678901", EXPIRES);
	check(form, "{\"Version\":1.0," KEYS "}", false, NULL, KS_TIME_NONE);
	refuse(form, "{" KEYS "}", "Version is missing");
	refuse(form, "{\"Version\":2," KEYS "}", "Version isn't 1");
	refuse(form, "{\"Version\":\"1\"," KEYS "}", "Version isn't 1");
	refuse(form, "{\"Version\":true," KEYS "}", "Version isn't 1");
	refuse(form, V1 "\"SecretAccessKey\":\"" SECRET "\"}", "AccessKeyId is missing");
	refuse(form, V1 "\"AccessKeyId\":\"" ID "\"}", "SecretAccessKey is missing");
	refuse(form, "{\"Version\":1}", "AccessKeyId is missing");
}

static void a_container_calls_its_token_token(void **state)
{
	enum ks_credentials_form form = KS_CREDENTIALS_CONTAINER;

	(void)state;
	check(form, "{\"RoleArn\":\"arn\"," KEYS ",\"Token\":\"" TOKEN "\"" DATE NUMBER "}", true,
	    "012345678901", EXPIRES);
	check(form, "{" KEYS ",\"SessionToken\":\"" TOKEN "\"}", false, NULL, KS_TIME_NONE);
	refuse(form, "{\"code\":\"x\",\"message\":\"y\"}", "AccessKeyId is missing");
}

static void an_instance_says_success(void **state)
{
	enum ks_credentials_form form = KS_CREDENTIALS_INSTANCE;

	(void)state;
	check(form,
	    "{\"Code\":\"Success\",\"LastUpdated\":\"2026-11-24T16:40:12Z\",\"Type\":\"AWS-"
	    "HMAC\"," KEYS ",\"Token\":\"" TOKEN "\"" DATE NUMBER "}",
	    true, "012345678901", EXPIRES);
	refuse(form, "{\"Code\":\"AssumeRoleUnauthorizedAccess\",\"Message\":\"no\"}",
	    "Code is \"AssumeRoleUnauthorizedAccess\", not \"Success\"");
	refuse(form, "{\"Code\":\"a\\u001b[2J\"}", "Code is \"a\xEF\xBF\xBD[2J\", not \"Success\"");
	refuse(form, "{" KEYS ",\"Token\":\"" TOKEN "\"" DATE "}", "Code is missing");
	refuse(form, "{\"Code\":0," KEYS "}", "Code is not a text");
	refuse(form, "{\"Code\":\"Success\"," KEYS DATE "}", "Token is missing");
	refuse(form, "{\"Code\":\"Success\"," KEYS ",\"Token\":\"" TOKEN "\"}",
	    "Expiration is missing");
}

static void sso_counts_milliseconds(void **state)
{
	enum ks_credentials_form form = KS_CREDENTIALS_SSO_ROLE;

	(void)state;
	check(form, "{\"roleCredentials\":{" LOWER ",\"expiration\":1795560012000}}", true, NULL,
	    EXPIRES);
	refuse(form, "{" LOWER ",\"expiration\":1795560012000}", "roleCredentials is missing");
	refuse(form, "{\"roleCredentials\":[]}", "roleCredentials is not an object");
	refuse(form, "{\"roleCredentials\":{}}", "roleCredentials.accessKeyId is missing");
	refuse(form, "{\"roleCredentials\":{" LOWER "}}", "roleCredentials.expiration is missing");
}

static void a_time_in_milliseconds_has_bounds(void **state)
{
	static const char *const wrong[] = {"0", "-1", "1e400", "253402300800000",
	    "\"1795560012000\"", "\"2026-11-24T22:40:12Z\"", "true", "{}"};
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		snprintf(text, sizeof text, "{\"roleCredentials\":{" LOWER ",\"expiration\":%s}}",
		    wrong[i]);
		refuse(KS_CREDENTIALS_SSO_ROLE, text,
		    "roleCredentials.expiration is not a time in milliseconds");
	}
	snprintf(text, sizeof text, "{\"roleCredentials\":{" LOWER ",\"expiration\":%s}}",
	    "253402300799999");
	check(KS_CREDENTIALS_SSO_ROLE, text, true, NULL, INT64_C(253402300799999));
}

static void the_clis_cache_keeps_a_reply_of_sts(void **state)
{
	enum ks_credentials_form form = KS_CREDENTIALS_CLI_CACHE;

	(void)state;
	check(form,
	    "{\"Credentials\":{" KEYS ",\"SessionToken\":\"" TOKEN "\"" DATE NUMBER
	    "},\"AssumedRoleUser\":{\"Arn\":\"x\"},\"ResponseMetadata\":{}}",
	    true, "012345678901", EXPIRES);
	/* As the role cache of SSO has it. */
	check(form,
	    "{\"ProviderType\":\"sso\",\"Credentials\":{" KEYS ",\"SessionToken\":\"" TOKEN
	    "\"" DATE "}}",
	    true, NULL, EXPIRES);
	refuse(form, "{\"Credentials\":{" KEYS DATE "}}", "Credentials.SessionToken is missing");
	refuse(form, "{\"Credentials\":null}", "Credentials is missing");
}

static void the_cache_of_a_login_is_read(void **state)
{
	enum ks_credentials_form form = KS_CREDENTIALS_LOGIN;

	(void)state;
	check(form,
	    "{\"accessToken\":{" LOWER
	    ",\"accountId\":\"012345678901\",\"expiresAt\":\"2026-11-24T22:40:12Z\"},"
	    "\"tokenType\":\"aws_sigv4\",\"refreshToken\":\"x\"}",
	    true, "012345678901", EXPIRES);
	refuse(form, "{\"accessToken\":{" LOWER "}}", "accessToken.expiresAt is missing");
	refuse(form, "{\"accessToken\":\"x\"}", "accessToken is not an object");
}

static void a_tree_that_was_parsed_is_read(void **state)
{
	static const char text[] = V1 KEYS "}";
	const char *problem;
	cJSON *json = ks_json_parse(text, sizeof text - 1, &problem);
	struct ks_credentials got;
	struct ks_err err;

	(void)state;
	assert_non_null(json);
	assert_true(ks_credentials_from_json(KS_CREDENTIALS_PROCESS, json, &got, &err));
	cJSON_Delete(json);
	assert_string_equal(got.access_key_id, ID);
	ks_credentials_clear(&got);
}

/* ---- values ---- */

static void dates_of_all_iso_forms_are_read(void **state)
{
	static const char *const dates[] = {"2026-11-24T22:40:12Z", "2026-11-24T22:40:12+00:00",
	    "2026-11-24T22:40:12UTC", "2026-11-24T23:40:12+01:00", "2026-11-24T22:40:12.000000Z",
	    "2026-11-24T22:40:12", "20261124T224012Z"};
	static const char *const wrong[] = {"", "soon", "2026-11-24", "2026-13-24T22:40:12Z",
	    "2026-11-24T22:40:12Z ", "1795560012"};
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
		snprintf(text, sizeof text, V1 KEYS ",\"Expiration\":\"%s\"}", dates[i]);
		check(KS_CREDENTIALS_PROCESS, text, false, NULL, EXPIRES);
	}
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		snprintf(text, sizeof text, V1 KEYS ",\"Expiration\":\"%s\"}", wrong[i]);
		refuse(KS_CREDENTIALS_PROCESS, text, "Expiration is not a date");
	}
	refuse(KS_CREDENTIALS_PROCESS, V1 KEYS ",\"Expiration\":1795560012}",
	    "Expiration is not a text");
}

static void null_is_absent_and_so_is_an_empty_text_that_need_not_be(void **state)
{
	enum ks_credentials_form form = KS_CREDENTIALS_PROCESS;

	(void)state;
	check(form, V1 KEYS ",\"SessionToken\":null,\"Expiration\":null,\"AccountId\":null}", false,
	    NULL, KS_TIME_NONE);
	check(
	    form, V1 KEYS ",\"SessionToken\":\"\",\"AccountId\":\"\"}", false, NULL, KS_TIME_NONE);
	refuse(form, "{\"Version\":null," KEYS "}", "Version is missing");
	refuse(form, V1 "\"AccessKeyId\":null,\"SecretAccessKey\":\"" SECRET "\"}",
	    "AccessKeyId is missing");
	refuse(form, V1 "\"AccessKeyId\":\"\",\"SecretAccessKey\":\"" SECRET "\"}",
	    "AccessKeyId is empty");
	refuse(form, V1 "\"AccessKeyId\":\"" ID "\",\"SecretAccessKey\":\"\"}",
	    "SecretAccessKey is empty");
}

static void a_value_of_another_type_is_refused(void **state)
{
	enum ks_credentials_form form = KS_CREDENTIALS_PROCESS;

	(void)state;
	refuse(form, V1 "\"AccessKeyId\":1,\"SecretAccessKey\":\"" SECRET "\"}",
	    "AccessKeyId is not a text");
	refuse(form, V1 "\"AccessKeyId\":\"" ID "\",\"SecretAccessKey\":[\"" SECRET "\"]}",
	    "SecretAccessKey is not a text");
	refuse(form, V1 KEYS ",\"SessionToken\":{}}", "SessionToken is not a text");
	refuse(form, V1 KEYS ",\"AccountId\":123456789012}", "AccountId is not a text");
}

static void a_value_that_no_key_has_is_refused_and_not_quoted(void **state)
{
	enum ks_credentials_form form = KS_CREDENTIALS_PROCESS;

	(void)state;
	refuse(form, V1 "\"AccessKeyId\":\"AKIA/X\",\"SecretAccessKey\":\"" SECRET "\"}",
	    "AccessKeyId can't be an access key ID");
	refuse(form, V1 "\"AccessKeyId\":\"" ID "\",\"SecretAccessKey\":\"two words\"}",
	    "SecretAccessKey can't be a secret access key");
	refuse(form, V1 "\"AccessKeyId\":\"" ID "\",\"SecretAccessKey\":\"line\\n\"}",
	    "SecretAccessKey can't be a secret access key");
	refuse(form, V1 KEYS ",\"SessionToken\":\"caf\xC3\xA9\"}",
	    "SessionToken can't be a session token");
	refuse(form, V1 KEYS ",\"AccountId\":\"12-34\"}", "AccountId is not an account number");
}

/* Fills text with a value of so many letters for one member; gives the length. */
static size_t long_value(char *text, size_t size, const char *before, size_t count)
{
	size_t len = strlen(before);

	assert_true(len + count + 2 < size);
	memcpy(text, before, len);
	memset(text + len, 'A', count);
	memcpy(text + len + count, "\"}", 3);
	return len + count + 2;
}

static void a_value_may_be_just_so_long(void **state)
{
	static const char before[] = V1 KEYS ",\"SessionToken\":\"";
	static char text[KS_CREDENTIALS_JSON_MAX];
	struct ks_credentials got;
	struct ks_err err;
	size_t len = long_value(text, sizeof text, before, (size_t)16 * 1024);

	(void)state;
	assert_true(ks_credentials_from_text(KS_CREDENTIALS_PROCESS, text, len, &got, &err));
	assert_int_equal(ks_secret_len(got.token), (size_t)16 * 1024);
	ks_credentials_clear(&got);
	len = long_value(text, sizeof text, before, (size_t)16 * 1024 + 1);
	check_bytes(KS_CREDENTIALS_PROCESS, text, len, "SessionToken can't be a session token");
}

static void without_room_for_secrets_it_says_so(void **state)
{
	static const char before[] = V1 KEYS ",\"SessionToken\":\"";
	static char text[KS_CREDENTIALS_JSON_MAX];
	size_t len = long_value(text, sizeof text, before, (size_t)16 * 1024);
	struct ks_credentials got[64];
	struct ks_err err;
	size_t count = 0;

	(void)state;
	while (count < 64 &&
	       ks_credentials_from_text(KS_CREDENTIALS_PROCESS, text, len, &got[count], &err))
		count++;
	assert_in_range(count, 1, 63);
	assert_int_equal(err.kind, KS_ERR_SYSTEM);
	assert_null(got[count].secret);
	assert_null(got[count].access_key_id);
	while (count > 0)
		ks_credentials_clear(&got[--count]);
}

/* ---- the text ---- */

static void a_member_that_is_there_twice_is_refused(void **state)
{
	(void)state;
	refuse(KS_CREDENTIALS_PROCESS, V1 KEYS ",\"AccessKeyId\":\"" ID "\"}",
	    "AccessKeyId is there twice");
	refuse(KS_CREDENTIALS_PROCESS, V1 KEYS ",\"SessionToken\":null,\"SessionToken\":\"x\"}",
	    "SessionToken is there twice");
	refuse(KS_CREDENTIALS_PROCESS, V1 "\"Version\":1," KEYS "}", "Version is there twice");
	refuse(KS_CREDENTIALS_INSTANCE, "{\"Code\":\"Success\",\"Code\":\"Failed\"}",
	    "Code is there twice");
	refuse(KS_CREDENTIALS_SSO_ROLE, "{\"roleCredentials\":{},\"roleCredentials\":{}}",
	    "roleCredentials is there twice");
	refuse(KS_CREDENTIALS_LOGIN, "{\"accessToken\":{" LOWER ",\"accessKeyId\":\"x\"}}",
	    "accessToken.accessKeyId is there twice");
	/* Another's members are another's matter; a name differs by its case, too. */
	check(KS_CREDENTIALS_PROCESS, V1 KEYS ",\"x\":1,\"x\":2,\"accessKeyId\":\"y\"}", false,
	    NULL, KS_TIME_NONE);
}

static void what_is_no_object_is_refused(void **state)
{
	(void)state;
	refuse(KS_CREDENTIALS_PROCESS, "", "what it printed is empty");
	refuse(KS_CREDENTIALS_PROCESS, "error: " SECRET, "what it printed is not a JSON object");
	refuse(KS_CREDENTIALS_PROCESS, "[" V1 KEYS "}]", "what it printed is not a JSON object");
	refuse(KS_CREDENTIALS_PROCESS, V1 KEYS "} x", "what it printed is not a JSON object");
	refuse(KS_CREDENTIALS_PROCESS, V1 KEYS "}" V1 KEYS "}",
	    "what it printed is not a JSON object");
	refuse(KS_CREDENTIALS_PROCESS, V1 KEYS, "what it printed is not a JSON object");
	refuse(KS_CREDENTIALS_CONTAINER, "<html>", "the reply is not a JSON object");
	refuse(KS_CREDENTIALS_LOGIN, "null", "the file is not a JSON object");
}

static void a_byte_order_mark_is_fine(void **state)
{
	(void)state;
	check(KS_CREDENTIALS_PROCESS, "\xEF\xBB\xBF" V1 KEYS "}\r\n", false, NULL, KS_TIME_NONE);
}

static void a_nul_cuts_nothing_short(void **state)
{
	static const char inside[] = V1 "\"AccessKeyId\":\"AK\0IA\"}", behind[] = V1 KEYS "}\0";

	(void)state;
	check_bytes(KS_CREDENTIALS_PROCESS, inside, sizeof inside - 1,
	    "what it printed contains a NUL byte");
	check_bytes(KS_CREDENTIALS_PROCESS, behind, sizeof behind - 1,
	    "what it printed contains a NUL byte");
	refuse(KS_CREDENTIALS_PROCESS,
	    V1 "\"AccessKeyId\":\"" ID "\\u0000x\",\"SecretAccessKey\":\"" SECRET "\"}",
	    "what it printed has a text with a NUL in it");
}

static void depth_and_length_are_bounded(void **state)
{
	static char text[KS_CREDENTIALS_JSON_MAX + 2];
	size_t len;

	(void)state;
	memset(text, ' ', sizeof text);
	memcpy(text, V1 KEYS ",\"x\":", strlen(V1 KEYS ",\"x\":"));
	memset(text + strlen(V1 KEYS ",\"x\":"), '[', 100);
	check_bytes(
	    KS_CREDENTIALS_PROCESS, text, sizeof text - 2, "what it printed is nested too deeply");
	len = strlen(V1 KEYS "}");
	memset(text, ' ', sizeof text);
	memcpy(text, V1 KEYS "}", len);
	text[KS_CREDENTIALS_JSON_MAX] = '\0';
	check(KS_CREDENTIALS_PROCESS, text, false, NULL, KS_TIME_NONE);
	text[KS_CREDENTIALS_JSON_MAX] = ' ';
	text[KS_CREDENTIALS_JSON_MAX + 1] = '\0';
	refuse(KS_CREDENTIALS_PROCESS, text, "what it printed is too long");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_program_prints_a_version_and_keys),
	    cmocka_unit_test(a_container_calls_its_token_token),
	    cmocka_unit_test(an_instance_says_success),
	    cmocka_unit_test(sso_counts_milliseconds),
	    cmocka_unit_test(a_time_in_milliseconds_has_bounds),
	    cmocka_unit_test(the_clis_cache_keeps_a_reply_of_sts),
	    cmocka_unit_test(the_cache_of_a_login_is_read),
	    cmocka_unit_test(a_tree_that_was_parsed_is_read),
	    cmocka_unit_test(dates_of_all_iso_forms_are_read),
	    cmocka_unit_test(null_is_absent_and_so_is_an_empty_text_that_need_not_be),
	    cmocka_unit_test(a_value_of_another_type_is_refused),
	    cmocka_unit_test(a_value_that_no_key_has_is_refused_and_not_quoted),
	    cmocka_unit_test(a_value_may_be_just_so_long),
	    cmocka_unit_test(without_room_for_secrets_it_says_so),
	    cmocka_unit_test(a_member_that_is_there_twice_is_refused),
	    cmocka_unit_test(what_is_no_object_is_refused),
	    cmocka_unit_test(a_byte_order_mark_is_fine),
	    cmocka_unit_test(a_nul_cuts_nothing_short),
	    cmocka_unit_test(depth_and_length_are_bounded),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("credentials JSON", tests, NULL, NULL);
}
