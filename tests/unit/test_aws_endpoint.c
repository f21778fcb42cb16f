/* Endpoint URLs: what is a region, and what is refused among configured URLs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/aws/endpoint.h"

static void a_region_is_a_host_label(void **state)
{
	static const char *const bad[] = {"", "-us", "us-", "123", "us east", "us.east",
	    "evil.com/", "us@evil", "us#", "\xc3\xbc", "us\n",
	    "a234567890123456789012345678901234567890123456789012345678901234"};
	struct ks_err err;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_false(ks_endpoint_region_ok(bad[i]));
		assert_false(ks_endpoint_check_region(bad[i], &err));
		assert_int_equal(err.kind, KS_ERR_USAGE);
	}
	assert_true(ks_endpoint_check_region("us-east-1", &err));
}

static void a_configured_url_is_taken_apart(void **state)
{
	static const struct {
		const char *url, *host, *path, *normal;
		bool tls;
	} cases[] = {
	    {"https://Example.COM", "example.com", "", "https://example.com", true},
	    {"HTTPS://example.com:443/", "example.com", "", "https://example.com", true},
	    {"https://example.com:8443/a/b//", "example.com:8443", "/a/b",
		"https://example.com:8443/a/b", true},
	    {"http://127.0.0.1:18080", "127.0.0.1:18080", "", "http://127.0.0.1:18080", false},
	    {"http://127.9.9.9:80", "127.9.9.9", "", "http://127.9.9.9", false},
	    {"http://localhost:1/", "localhost:1", "", "http://localhost:1", false},
	    {"http://[::1]:65535", "[::1]:65535", "", "http://[::1]:65535", false},
	    {"http://[0:0:0:0:0:0:0:1]", "[::1]", "", "http://[::1]", false},
	    {"https://[2001:DB8::1]/x", "[2001:db8::1]", "/x", "https://[2001:db8::1]/x", true},
	};
	struct ks_endpoint endpoint;
	char url[KS_ENDPOINT_SIZE];
	struct ks_err err;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_true(ks_endpoint_split(cases[i].url, "URL", &endpoint, &err));
		assert_string_equal(endpoint.host, cases[i].host);
		assert_string_equal(endpoint.path, cases[i].path);
		assert_int_equal(endpoint.tls, cases[i].tls);
		assert_true(ks_endpoint_check(cases[i].url, "URL", url, sizeof url, &err));
		assert_string_equal(url, cases[i].normal);
	}
	assert_false(ks_endpoint_check("https://example.com", "URL", url, 19, &err));
}

static void a_url_that_is_no_plain_endpoint_is_refused(void **state)
{
	static const char *const bad[] = {"", "example.com", "ftp://example.com", "https://",
	    "https:///x", "https://:80", "https://a:0", "https://a:65536",
	    "https://a:", "https://a:b", "https://user@a", "https://user:pw@a", "https://a?x=1",
	    "https://a/#x", "https://a b", "https://a\n", "https://a/\r\nX: y", "https://[::1",
	    "https://[]", "https://[x]", "https://[::1]x", "https://a\\b", "https://\xc3\xbc",
	    "https://a:99999999999999999999"};
	struct ks_endpoint endpoint;
	struct ks_err err;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (ks_endpoint_split(bad[i], "--endpoint-url", &endpoint, &err))
			print_error("accepted: %s\n", bad[i]);
		assert_false(ks_endpoint_split(bad[i], "--endpoint-url", &endpoint, &err));
		assert_int_equal(err.kind, KS_ERR_USAGE);
		assert_non_null(strstr(err.message, "--endpoint-url"));
		assert_null(strstr(err.message, "pw"));
	}
}

static void plain_http_is_for_loopback_only(void **state)
{
	static const char *const bad[] = {"http://example.com", "http://10.0.0.1",
	    "http://128.0.0.1", "http://[::2]", "http://localhost.example.com",
	    "http://127.0.0.1.example.com", "http://127.1", "http://2130706433",
	    "http://[::ffff:10.0.0.1]"};
	struct ks_endpoint endpoint;
	struct ks_err err;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_false(ks_endpoint_split(bad[i], "URL", &endpoint, &err));
		assert_non_null(strstr(err.message, "plain http"));
		assert_non_null(strstr(err.tip, "https://"));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_region_is_a_host_label),
	    cmocka_unit_test(a_configured_url_is_taken_apart),
	    cmocka_unit_test(a_url_that_is_no_plain_endpoint_is_refused),
	    cmocka_unit_test(plain_http_is_for_loopback_only),
	};

	return cmocka_run_group_tests_name("aws_endpoint", tests, NULL, NULL);
}
