/* Endpoint URLs: Lightsail's rules, and what is refused among configured ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/aws/endpoint.h"

static void each_partition_has_its_suffix(void **state)
{
	static const struct {
		const char *region, *partition, *url, *dual_stack;
	} cases[] = {
	    {"us-east-1", "aws", "https://lightsail.us-east-1.amazonaws.com",
		"https://lightsail.us-east-1.api.aws"},
	    {"cn-north-1", "aws-cn", "https://lightsail.cn-north-1.amazonaws.com.cn",
		"https://lightsail.cn-north-1.api.amazonwebservices.com.cn"},
	    {"us-gov-west-1", "aws-us-gov", "https://lightsail.us-gov-west-1.amazonaws.com",
		"https://lightsail.us-gov-west-1.api.aws"},
	    {"us-iso-east-1", "aws-iso", "https://lightsail.us-iso-east-1.c2s.ic.gov",
		"https://lightsail.us-iso-east-1.api.aws.ic.gov"},
	    {"us-isob-east-1", "aws-iso-b", "https://lightsail.us-isob-east-1.sc2s.sgov.gov",
		"https://lightsail.us-isob-east-1.api.aws.scloud"},
	    {"eu-isoe-west-1", "aws-iso-e", "https://lightsail.eu-isoe-west-1.cloud.adc-e.uk",
		"https://lightsail.eu-isoe-west-1.api.cloud-aws.adc-e.uk"},
	    {"us-isof-south-1", "aws-iso-f", "https://lightsail.us-isof-south-1.csp.hci.ic.gov",
		"https://lightsail.us-isof-south-1.api.aws.hci.ic.gov"},
	    {"eusc-de-east-1", "aws-eusc", "https://lightsail.eusc-de-east-1.amazonaws.eu",
		"https://lightsail.eusc-de-east-1.api.amazonwebservices.eu"},
	    {"moon-base-1", "aws", "https://lightsail.moon-base-1.amazonaws.com",
		"https://lightsail.moon-base-1.api.aws"},
	};
	char url[KS_ENDPOINT_SIZE];
	struct ks_err err;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *region = cases[i].region;

		assert_string_equal(ks_endpoint_partition(region), cases[i].partition);
		assert_true(ks_endpoint_lightsail(region, false, false, url, sizeof url, &err));
		assert_string_equal(url, cases[i].url);
		assert_true(ks_endpoint_lightsail(region, false, true, url, sizeof url, &err));
		assert_string_equal(url, cases[i].dual_stack);
	}
	assert_true(ks_endpoint_lightsail("us-east-1", true, false, url, sizeof url, &err));
	assert_string_equal(url, "https://lightsail-fips.us-east-1.amazonaws.com");
	assert_true(ks_endpoint_lightsail("us-east-1", true, true, url, sizeof url, &err));
	assert_string_equal(url, "https://lightsail-fips.us-east-1.api.aws");
}

static void a_region_that_is_no_host_label_gets_no_url(void **state)
{
	static const char *const bad[] = {"", "-us", "us-", "123", "us east", "us.east",
	    "evil.com/", "us@evil", "us#", "\xc3\xbc", "us\n",
	    "a234567890123456789012345678901234567890123456789012345678901234"};
	char url[KS_ENDPOINT_SIZE];
	struct ks_err err;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_false(ks_endpoint_region_ok(bad[i]));
		assert_false(ks_endpoint_lightsail(bad[i], false, false, url, sizeof url, &err));
		assert_int_equal(err.kind, KS_ERR_USAGE);
	}
	assert_false(ks_endpoint_lightsail("us-east-1", false, false, url, 10, &err));
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
	    cmocka_unit_test(each_partition_has_its_suffix),
	    cmocka_unit_test(a_region_that_is_no_host_label_gets_no_url),
	    cmocka_unit_test(a_configured_url_is_taken_apart),
	    cmocka_unit_test(a_url_that_is_no_plain_endpoint_is_refused),
	    cmocka_unit_test(plain_http_is_for_loopback_only),
	};

	return cmocka_run_group_tests_name("aws_endpoint", tests, NULL, NULL);
}
