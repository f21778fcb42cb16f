/* The endpoints of every service in every partition, against botocore's rule sets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/aws/endpoint.h"
#include "core/aws/partition.h"
#include "core/aws/service.h"

/*
 * What the endpoint-rule-set-1.json of botocore 1.43.11 gives: plain, FIPS, dual-stack, both. NULL:
 * refused there, too. No such region is in a partition that we know: it counts as "aws".
 */
static const struct {
	enum ks_service service;
	const char *region;
	const char *hosts[4];
} cases[] = {
    {KS_SERVICE_LIGHTSAIL, "us-east-1",
	{"lightsail.us-east-1.amazonaws.com", "lightsail-fips.us-east-1.amazonaws.com",
	    "lightsail.us-east-1.api.aws", "lightsail-fips.us-east-1.api.aws"}},
    {KS_SERVICE_LIGHTSAIL, "cn-north-1",
	{"lightsail.cn-north-1.amazonaws.com.cn", "lightsail-fips.cn-north-1.amazonaws.com.cn",
	    "lightsail.cn-north-1.api.amazonwebservices.com.cn",
	    "lightsail-fips.cn-north-1.api.amazonwebservices.com.cn"}},
    {KS_SERVICE_LIGHTSAIL, "us-gov-west-1",
	{"lightsail.us-gov-west-1.amazonaws.com", "lightsail-fips.us-gov-west-1.amazonaws.com",
	    "lightsail.us-gov-west-1.api.aws", "lightsail-fips.us-gov-west-1.api.aws"}},
    {KS_SERVICE_LIGHTSAIL, "us-iso-east-1",
	{"lightsail.us-iso-east-1.c2s.ic.gov", "lightsail-fips.us-iso-east-1.c2s.ic.gov",
	    "lightsail.us-iso-east-1.api.aws.ic.gov",
	    "lightsail-fips.us-iso-east-1.api.aws.ic.gov"}},
    {KS_SERVICE_LIGHTSAIL, "us-isob-east-1",
	{"lightsail.us-isob-east-1.sc2s.sgov.gov", "lightsail-fips.us-isob-east-1.sc2s.sgov.gov",
	    "lightsail.us-isob-east-1.api.aws.scloud",
	    "lightsail-fips.us-isob-east-1.api.aws.scloud"}},
    {KS_SERVICE_LIGHTSAIL, "eu-isoe-west-1",
	{"lightsail.eu-isoe-west-1.cloud.adc-e.uk", "lightsail-fips.eu-isoe-west-1.cloud.adc-e.uk",
	    "lightsail.eu-isoe-west-1.api.cloud-aws.adc-e.uk",
	    "lightsail-fips.eu-isoe-west-1.api.cloud-aws.adc-e.uk"}},
    {KS_SERVICE_LIGHTSAIL, "us-isof-south-1",
	{"lightsail.us-isof-south-1.csp.hci.ic.gov",
	    "lightsail-fips.us-isof-south-1.csp.hci.ic.gov",
	    "lightsail.us-isof-south-1.api.aws.hci.ic.gov",
	    "lightsail-fips.us-isof-south-1.api.aws.hci.ic.gov"}},
    {KS_SERVICE_LIGHTSAIL, "eusc-de-east-1",
	{"lightsail.eusc-de-east-1.amazonaws.eu", "lightsail-fips.eusc-de-east-1.amazonaws.eu",
	    "lightsail.eusc-de-east-1.api.amazonwebservices.eu",
	    "lightsail-fips.eusc-de-east-1.api.amazonwebservices.eu"}},
    {KS_SERVICE_LIGHTSAIL, "moon-base-1",
	{"lightsail.moon-base-1.amazonaws.com", "lightsail-fips.moon-base-1.amazonaws.com",
	    "lightsail.moon-base-1.api.aws", "lightsail-fips.moon-base-1.api.aws"}},
    {KS_SERVICE_S3, "us-east-1",
	{"s3.us-east-1.amazonaws.com", "s3-fips.us-east-1.amazonaws.com",
	    "s3.dualstack.us-east-1.amazonaws.com", "s3-fips.dualstack.us-east-1.amazonaws.com"}},
    {KS_SERVICE_S3, "cn-north-1",
	{"s3.cn-north-1.amazonaws.com.cn", NULL, "s3.dualstack.cn-north-1.amazonaws.com.cn", NULL}},
    {KS_SERVICE_S3, "us-gov-west-1",
	{"s3.us-gov-west-1.amazonaws.com", "s3-fips.us-gov-west-1.amazonaws.com",
	    "s3.dualstack.us-gov-west-1.amazonaws.com",
	    "s3-fips.dualstack.us-gov-west-1.amazonaws.com"}},
    {KS_SERVICE_S3, "us-iso-east-1",
	{"s3.us-iso-east-1.c2s.ic.gov", "s3-fips.us-iso-east-1.c2s.ic.gov",
	    "s3.dualstack.us-iso-east-1.c2s.ic.gov", "s3-fips.dualstack.us-iso-east-1.c2s.ic.gov"}},
    {KS_SERVICE_S3, "us-isob-east-1",
	{"s3.us-isob-east-1.sc2s.sgov.gov", "s3-fips.us-isob-east-1.sc2s.sgov.gov",
	    "s3.dualstack.us-isob-east-1.sc2s.sgov.gov",
	    "s3-fips.dualstack.us-isob-east-1.sc2s.sgov.gov"}},
    {KS_SERVICE_S3, "eu-isoe-west-1",
	{"s3.eu-isoe-west-1.cloud.adc-e.uk", "s3-fips.eu-isoe-west-1.cloud.adc-e.uk",
	    "s3.dualstack.eu-isoe-west-1.cloud.adc-e.uk",
	    "s3-fips.dualstack.eu-isoe-west-1.cloud.adc-e.uk"}},
    {KS_SERVICE_S3, "us-isof-south-1",
	{"s3.us-isof-south-1.csp.hci.ic.gov", "s3-fips.us-isof-south-1.csp.hci.ic.gov",
	    "s3.dualstack.us-isof-south-1.csp.hci.ic.gov",
	    "s3-fips.dualstack.us-isof-south-1.csp.hci.ic.gov"}},
    {KS_SERVICE_S3, "eusc-de-east-1",
	{"s3.eusc-de-east-1.amazonaws.eu", "s3-fips.eusc-de-east-1.amazonaws.eu",
	    "s3.dualstack.eusc-de-east-1.amazonaws.eu",
	    "s3-fips.dualstack.eusc-de-east-1.amazonaws.eu"}},
    {KS_SERVICE_S3, "moon-base-1",
	{"s3.moon-base-1.amazonaws.com", "s3-fips.moon-base-1.amazonaws.com",
	    "s3.dualstack.moon-base-1.amazonaws.com",
	    "s3-fips.dualstack.moon-base-1.amazonaws.com"}},
    {KS_SERVICE_STS, "us-east-1",
	{"sts.us-east-1.amazonaws.com", "sts-fips.us-east-1.amazonaws.com", "sts.us-east-1.api.aws",
	    "sts-fips.us-east-1.api.aws"}},
    {KS_SERVICE_STS, "cn-north-1",
	{"sts.cn-north-1.amazonaws.com.cn", "sts-fips.cn-north-1.amazonaws.com.cn",
	    "sts.cn-north-1.api.amazonwebservices.com.cn",
	    "sts-fips.cn-north-1.api.amazonwebservices.com.cn"}},
    {KS_SERVICE_STS, "us-gov-west-1",
	{"sts.us-gov-west-1.amazonaws.com", "sts.us-gov-west-1.amazonaws.com",
	    "sts.us-gov-west-1.api.aws", "sts-fips.us-gov-west-1.api.aws"}},
    {KS_SERVICE_STS, "us-iso-east-1",
	{"sts.us-iso-east-1.c2s.ic.gov", "sts-fips.us-iso-east-1.c2s.ic.gov",
	    "sts.us-iso-east-1.api.aws.ic.gov", "sts-fips.us-iso-east-1.api.aws.ic.gov"}},
    {KS_SERVICE_STS, "us-isob-east-1",
	{"sts.us-isob-east-1.sc2s.sgov.gov", "sts-fips.us-isob-east-1.sc2s.sgov.gov",
	    "sts.us-isob-east-1.api.aws.scloud", "sts-fips.us-isob-east-1.api.aws.scloud"}},
    {KS_SERVICE_STS, "eu-isoe-west-1",
	{"sts.eu-isoe-west-1.cloud.adc-e.uk", "sts-fips.eu-isoe-west-1.cloud.adc-e.uk",
	    "sts.eu-isoe-west-1.api.cloud-aws.adc-e.uk",
	    "sts-fips.eu-isoe-west-1.api.cloud-aws.adc-e.uk"}},
    {KS_SERVICE_STS, "us-isof-south-1",
	{"sts.us-isof-south-1.csp.hci.ic.gov", "sts-fips.us-isof-south-1.csp.hci.ic.gov",
	    "sts.us-isof-south-1.api.aws.hci.ic.gov",
	    "sts-fips.us-isof-south-1.api.aws.hci.ic.gov"}},
    {KS_SERVICE_STS, "eusc-de-east-1",
	{"sts.eusc-de-east-1.amazonaws.eu", "sts-fips.eusc-de-east-1.amazonaws.eu",
	    "sts.eusc-de-east-1.api.amazonwebservices.eu",
	    "sts-fips.eusc-de-east-1.api.amazonwebservices.eu"}},
    {KS_SERVICE_STS, "moon-base-1",
	{"sts.moon-base-1.amazonaws.com", "sts-fips.moon-base-1.amazonaws.com",
	    "sts.moon-base-1.api.aws", "sts-fips.moon-base-1.api.aws"}},
    {KS_SERVICE_SSO, "us-east-1",
	{"portal.sso.us-east-1.amazonaws.com", "portal.sso-fips.us-east-1.amazonaws.com",
	    "portal.sso.us-east-1.api.aws", "portal.sso-fips.us-east-1.api.aws"}},
    {KS_SERVICE_SSO, "cn-north-1",
	{"portal.sso.cn-north-1.amazonaws.com.cn", "portal.sso-fips.cn-north-1.amazonaws.com.cn",
	    "portal.sso.cn-north-1.api.amazonwebservices.com.cn",
	    "portal.sso-fips.cn-north-1.api.amazonwebservices.com.cn"}},
    {KS_SERVICE_SSO, "us-gov-west-1",
	{"portal.sso.us-gov-west-1.amazonaws.com", "portal.sso.us-gov-west-1.amazonaws.com",
	    "portal.sso.us-gov-west-1.api.aws", "portal.sso-fips.us-gov-west-1.api.aws"}},
    {KS_SERVICE_SSO, "us-iso-east-1",
	{"portal.sso.us-iso-east-1.c2s.ic.gov", "portal.sso-fips.us-iso-east-1.c2s.ic.gov",
	    "portal.sso.us-iso-east-1.api.aws.ic.gov",
	    "portal.sso-fips.us-iso-east-1.api.aws.ic.gov"}},
    {KS_SERVICE_SSO, "us-isob-east-1",
	{"portal.sso.us-isob-east-1.sc2s.sgov.gov", "portal.sso-fips.us-isob-east-1.sc2s.sgov.gov",
	    "portal.sso.us-isob-east-1.api.aws.scloud",
	    "portal.sso-fips.us-isob-east-1.api.aws.scloud"}},
    {KS_SERVICE_SSO, "eu-isoe-west-1",
	{"portal.sso.eu-isoe-west-1.cloud.adc-e.uk",
	    "portal.sso-fips.eu-isoe-west-1.cloud.adc-e.uk",
	    "portal.sso.eu-isoe-west-1.api.cloud-aws.adc-e.uk",
	    "portal.sso-fips.eu-isoe-west-1.api.cloud-aws.adc-e.uk"}},
    {KS_SERVICE_SSO, "us-isof-south-1",
	{"portal.sso.us-isof-south-1.csp.hci.ic.gov",
	    "portal.sso-fips.us-isof-south-1.csp.hci.ic.gov",
	    "portal.sso.us-isof-south-1.api.aws.hci.ic.gov",
	    "portal.sso-fips.us-isof-south-1.api.aws.hci.ic.gov"}},
    {KS_SERVICE_SSO, "eusc-de-east-1",
	{"portal.sso.eusc-de-east-1.amazonaws.eu", "portal.sso-fips.eusc-de-east-1.amazonaws.eu",
	    "portal.sso.eusc-de-east-1.api.amazonwebservices.eu",
	    "portal.sso-fips.eusc-de-east-1.api.amazonwebservices.eu"}},
    {KS_SERVICE_SSO, "moon-base-1",
	{"portal.sso.moon-base-1.amazonaws.com", "portal.sso-fips.moon-base-1.amazonaws.com",
	    "portal.sso.moon-base-1.api.aws", "portal.sso-fips.moon-base-1.api.aws"}},
    {KS_SERVICE_SSO_OIDC, "us-east-1",
	{"oidc.us-east-1.amazonaws.com", "oidc-fips.us-east-1.amazonaws.com",
	    "oidc.us-east-1.api.aws", "oidc-fips.us-east-1.api.aws"}},
    {KS_SERVICE_SSO_OIDC, "cn-north-1",
	{"oidc.cn-north-1.amazonaws.com.cn", "oidc-fips.cn-north-1.amazonaws.com.cn",
	    "oidc.cn-north-1.api.amazonwebservices.com.cn",
	    "oidc-fips.cn-north-1.api.amazonwebservices.com.cn"}},
    {KS_SERVICE_SSO_OIDC, "us-gov-west-1",
	{"oidc.us-gov-west-1.amazonaws.com", "oidc.us-gov-west-1.amazonaws.com",
	    "oidc.us-gov-west-1.api.aws", "oidc-fips.us-gov-west-1.api.aws"}},
    {KS_SERVICE_SSO_OIDC, "us-iso-east-1",
	{"oidc.us-iso-east-1.c2s.ic.gov", "oidc-fips.us-iso-east-1.c2s.ic.gov",
	    "oidc.us-iso-east-1.api.aws.ic.gov", "oidc-fips.us-iso-east-1.api.aws.ic.gov"}},
    {KS_SERVICE_SSO_OIDC, "us-isob-east-1",
	{"oidc.us-isob-east-1.sc2s.sgov.gov", "oidc-fips.us-isob-east-1.sc2s.sgov.gov",
	    "oidc.us-isob-east-1.api.aws.scloud", "oidc-fips.us-isob-east-1.api.aws.scloud"}},
    {KS_SERVICE_SSO_OIDC, "eu-isoe-west-1",
	{"oidc.eu-isoe-west-1.cloud.adc-e.uk", "oidc-fips.eu-isoe-west-1.cloud.adc-e.uk",
	    "oidc.eu-isoe-west-1.api.cloud-aws.adc-e.uk",
	    "oidc-fips.eu-isoe-west-1.api.cloud-aws.adc-e.uk"}},
    {KS_SERVICE_SSO_OIDC, "us-isof-south-1",
	{"oidc.us-isof-south-1.csp.hci.ic.gov", "oidc-fips.us-isof-south-1.csp.hci.ic.gov",
	    "oidc.us-isof-south-1.api.aws.hci.ic.gov",
	    "oidc-fips.us-isof-south-1.api.aws.hci.ic.gov"}},
    {KS_SERVICE_SSO_OIDC, "eusc-de-east-1",
	{"oidc.eusc-de-east-1.amazonaws.eu", "oidc-fips.eusc-de-east-1.amazonaws.eu",
	    "oidc.eusc-de-east-1.api.amazonwebservices.eu",
	    "oidc-fips.eusc-de-east-1.api.amazonwebservices.eu"}},
    {KS_SERVICE_SSO_OIDC, "moon-base-1",
	{"oidc.moon-base-1.amazonaws.com", "oidc-fips.moon-base-1.amazonaws.com",
	    "oidc.moon-base-1.api.aws", "oidc-fips.moon-base-1.api.aws"}},
    {KS_SERVICE_SIGNIN, "us-east-1",
	{"us-east-1.signin.aws.amazon.com", "signin-fips.us-east-1.amazonaws.com",
	    "signin.us-east-1.api.aws", "signin-fips.us-east-1.api.aws"}},
    {KS_SERVICE_SIGNIN, "cn-north-1",
	{"cn-north-1.signin.amazonaws.cn", "signin-fips.cn-north-1.amazonaws.com.cn",
	    "signin.cn-north-1.api.amazonwebservices.com.cn",
	    "signin-fips.cn-north-1.api.amazonwebservices.com.cn"}},
    {KS_SERVICE_SIGNIN, "us-gov-west-1",
	{"us-gov-west-1.signin.amazonaws-us-gov.com", "signin-fips.us-gov-west-1.amazonaws.com",
	    "signin.us-gov-west-1.api.aws", "signin-fips.us-gov-west-1.api.aws"}},
    {KS_SERVICE_SIGNIN, "us-iso-east-1",
	{"signin.us-iso-east-1.c2s.ic.gov", "signin-fips.us-iso-east-1.c2s.ic.gov",
	    "signin.us-iso-east-1.api.aws.ic.gov", "signin-fips.us-iso-east-1.api.aws.ic.gov"}},
    {KS_SERVICE_SIGNIN, "us-isob-east-1",
	{"signin.us-isob-east-1.sc2s.sgov.gov", "signin-fips.us-isob-east-1.sc2s.sgov.gov",
	    "signin.us-isob-east-1.api.aws.scloud", "signin-fips.us-isob-east-1.api.aws.scloud"}},
    {KS_SERVICE_SIGNIN, "eu-isoe-west-1",
	{"signin.eu-isoe-west-1.cloud.adc-e.uk", "signin-fips.eu-isoe-west-1.cloud.adc-e.uk",
	    "signin.eu-isoe-west-1.api.cloud-aws.adc-e.uk",
	    "signin-fips.eu-isoe-west-1.api.cloud-aws.adc-e.uk"}},
    {KS_SERVICE_SIGNIN, "us-isof-south-1",
	{"signin.us-isof-south-1.csp.hci.ic.gov", "signin-fips.us-isof-south-1.csp.hci.ic.gov",
	    "signin.us-isof-south-1.api.aws.hci.ic.gov",
	    "signin-fips.us-isof-south-1.api.aws.hci.ic.gov"}},
    {KS_SERVICE_SIGNIN, "eusc-de-east-1",
	{"signin.eusc-de-east-1.amazonaws.eu", "signin-fips.eusc-de-east-1.amazonaws.eu",
	    "signin.eusc-de-east-1.api.amazonwebservices.eu",
	    "signin-fips.eusc-de-east-1.api.amazonwebservices.eu"}},
    {KS_SERVICE_SIGNIN, "moon-base-1",
	{"moon-base-1.signin.aws.amazon.com", "signin-fips.moon-base-1.amazonaws.com",
	    "signin.moon-base-1.api.aws", "signin-fips.moon-base-1.api.aws"}},
};

static void each_service_has_its_host_in_each_partition(void **state)
{
	char url[KS_ENDPOINT_SIZE], wanted[KS_ENDPOINT_SIZE];
	struct ks_err err;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		for (int variant = 0; variant < 4; variant++) {
			bool ok = ks_service_endpoint(cases[i].service, cases[i].region,
			    variant & 1, variant & 2, url, sizeof url, &err);

			if (cases[i].hosts[variant] == NULL) {
				assert_false(ok);
				assert_non_null(strstr(err.message, "no FIPS endpoint of s3"));
				continue;
			}
			snprintf(wanted, sizeof wanted, "https://%s", cases[i].hosts[variant]);
			assert_true(ok);
			assert_string_equal(url, wanted);
		}
	}
}

static void a_region_tells_its_partition(void **state)
{
	static const struct {
		const char *region, *partition;
	} regions[] = {
	    {"us-east-1", "aws"},
	    {"mx-central-1", "aws"},
	    {"cn-northwest-1", "aws-cn"},
	    {"us-gov-east-1", "aws-us-gov"},
	    {"us-iso-west-1", "aws-iso"},
	    {"us-isob-west-1", "aws-iso-b"},
	    {"eu-isoe-west-1", "aws-iso-e"},
	    {"us-isof-east-1", "aws-iso-f"},
	    {"eusc-de-east-1", "aws-eusc"},
	    {"moon-base-1", "aws"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof regions / sizeof regions[0]; i++)
		assert_string_equal(ks_partition_of(regions[i].region)->name, regions[i].partition);
}

static void what_can_be_no_host_gets_no_url(void **state)
{
	char url[KS_ENDPOINT_SIZE];
	struct ks_err err;

	(void)state;
	for (int i = 0; i < KS_SERVICE_COUNT; i++) {
		enum ks_service service = (enum ks_service)i;

		assert_false(
		    ks_service_endpoint(service, "evil.com/", false, false, url, sizeof url, &err));
		assert_non_null(strstr(err.message, "is no region name"));
		assert_false(
		    ks_service_endpoint(service, "us-east-1", false, false, url, 20, &err));
		assert_non_null(strstr(err.message, "too long"));
	}
}

static void only_what_is_the_bucket_s_takes_the_option(void **state)
{
	(void)state;
	for (int i = 0; i < KS_SERVICE_COUNT; i++)
		assert_int_equal(ks_service_names((enum ks_service)i)->takes_option,
		    i == KS_SERVICE_LIGHTSAIL || i == KS_SERVICE_S3);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_service_has_its_host_in_each_partition),
	    cmocka_unit_test(a_region_tells_its_partition),
	    cmocka_unit_test(what_can_be_no_host_gets_no_url),
	    cmocka_unit_test(only_what_is_the_bucket_s_takes_the_option),
	};

	return cmocka_run_group_tests_name("aws_service", tests, NULL, NULL);
}
