/* Error replies: the many forms in which AWS says no. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/lightsail/calls.h"

static void every_form_of_an_error_is_read(void **state)
{
	static const struct {
		int status;
		const char *header, *body;
		enum ks_err_kind kind;
		const char *code, *subcode, *message, *tip;
	} cases[] = {
	    {404, NULL, "{\"__type\":\"NotFoundException\",\"message\":\"m\"}", KS_ERR_SERVICE,
		"NotFoundException", "", "m", ""},
	    {404, NULL, "{\"__type\":\"com.amazonaws.lightsail#NotFoundException\"}",
		KS_ERR_SERVICE, "NotFoundException", "", "", ""},
	    {400, NULL, "{\"__type\":\"NotFoundException:http://internal.amazon.com/coral/a#b/\"}",
		KS_ERR_SERVICE, "NotFoundException", "", "", ""},
	    {400, NULL, "{\"__type\":\"a#b#NotFoundException:x\"}", KS_ERR_SERVICE,
		"NotFoundException", "", "", ""},
	    {403, NULL, "{\"__type\":\"AccessDeniedException\",\"Message\":\"M\"}", KS_ERR_SERVICE,
		"AccessDeniedException", "", "M", ""},
	    {403, NULL, "{\"__type\":\"AccessDeniedException\",\"Message\":null}", KS_ERR_SERVICE,
		"AccessDeniedException", "", "", ""},
	    {404, NULL,
		"{\"__type\":\"NotFoundException\",\"code\":\"DoesNotExist\",\"message\":\"m\","
		"\"docs\":\"https://d\",\"tip\":\"Look.\"}",
		KS_ERR_SERVICE, "NotFoundException", "DoesNotExist", "m", "Look. See https://d"},
	    {400, "InvalidInputException:http://x", "{\"message\":\"m\"}", KS_ERR_SERVICE,
		"InvalidInputException", "", "m", ""},
	    {400, "InvalidInputException", "", KS_ERR_SERVICE, "InvalidInputException", "",
		"The answer was HTTP status 400 (Bad Request)", ""},
	    {400, "FromHeader", "{\"__type\":\"FromBody\",\"code\":\"c\"}", KS_ERR_SERVICE,
		"FromBody", "c", "", ""},
	    {400, NULL, "{\"code\":\"OnlyCode\",\"message\":\"m\"}", KS_ERR_SERVICE, "OnlyCode",
		"OnlyCode", "m", ""},
	    {400, NULL, "{\"message\":\"m\"}", KS_ERR_SERVICE, "400", "", "m", ""},
	    {400, NULL, "{\"__type\":7,\"message\":{}}", KS_ERR_SERVICE, "400", "", "", ""},
	    {503, NULL, "<html><h1>Unavailable</h1></html>", KS_ERR_REPLY, "503", "",
		"The answer was HTTP status 503 (Service Unavailable), without a readable reason",
		""},
	    {500, NULL, "", KS_ERR_REPLY, "500", "",
		"The answer was HTTP status 500 (Internal Server Error), without a readable reason",
		""},
	    {502, NULL, " upstream\x1b[0m failed", KS_ERR_REPLY, "502", "",
		"The answer was HTTP status 502 (Bad Gateway): upstream\xef\xbf\xbd[0m failed", ""},
	};
	struct ks_err err;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		memset(&err, 0xAA, sizeof err);
		ks_call_decode_error(
		    cases[i].status, cases[i].header, cases[i].body, strlen(cases[i].body), &err);
		assert_int_equal(err.kind, cases[i].kind);
		assert_int_equal(err.http_status, cases[i].status);
		assert_string_equal(err.code, cases[i].code);
		assert_string_equal(err.subcode, cases[i].subcode);
		assert_string_equal(err.message, cases[i].message);
		assert_string_equal(err.tip, cases[i].tip);
		assert_false(err.not_sent);
	}
}

static void a_type_of_any_length_fits(void **state)
{
	char body[2000];
	struct ks_err err;

	(void)state;
	memset(body, 'T', sizeof body);
	memcpy(body, "{\"__type\":\"", 11);
	memcpy(body + sizeof body - 2, "\"}", 2);
	ks_call_decode_error(400, NULL, body, sizeof body, &err);
	assert_int_equal(err.kind, KS_ERR_SERVICE);
	assert_int_equal(strlen(err.code), sizeof err.code - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_form_of_an_error_is_read),
	    cmocka_unit_test(a_type_of_any_length_fits),
	};

	return cmocka_run_group_tests_name("lightsail: errors", tests, NULL, NULL);
}
