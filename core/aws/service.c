#include "core/aws/service.h"

#include <stdio.h>
#include <string.h>

#include "core/aws/endpoint.h"
#include "core/aws/partition.h"
#include "core/base/buf.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* The two switches make four kinds of host. */
enum variant { PLAIN = 0, FIPS = 1, DUAL = 2, BOTH = FIPS | DUAL, VARIANTS };

/* In a host, R is the region, S the partition's suffix and D its dual-stack suffix. */
static const struct row {
	struct ks_service_names names;
	const char *hosts[VARIANTS];
} rows[KS_SERVICE_COUNT] = {
    [KS_SERVICE_LIGHTSAIL] = {{KS_ENV_AWS_ENDPOINT_URL_LIGHTSAIL, "lightsail", true},
	{"lightsail.R.S", "lightsail-fips.R.S", "lightsail.R.D", "lightsail-fips.R.D"}},
    [KS_SERVICE_S3] = {{KS_ENV_AWS_ENDPOINT_URL_S3, "s3", true},
	{"s3.R.S", "s3-fips.R.S", "s3.dualstack.R.S", "s3-fips.dualstack.R.S"}},
    [KS_SERVICE_STS] = {{KS_ENV_AWS_ENDPOINT_URL_STS, "sts", false},
	{"sts.R.S", "sts-fips.R.S", "sts.R.D", "sts-fips.R.D"}},
    [KS_SERVICE_SSO] = {{KS_ENV_AWS_ENDPOINT_URL_SSO, "sso", false},
	{"portal.sso.R.S", "portal.sso-fips.R.S", "portal.sso.R.D", "portal.sso-fips.R.D"}},
    [KS_SERVICE_SSO_OIDC] = {{KS_ENV_AWS_ENDPOINT_URL_SSO_OIDC, "sso_oidc", false},
	{"oidc.R.S", "oidc-fips.R.S", "oidc.R.D", "oidc-fips.R.D"}},
    [KS_SERVICE_SIGNIN] = {{KS_ENV_AWS_ENDPOINT_URL_SIGNIN, "signin", false},
	{"signin.R.S", "signin-fips.R.S", "signin.R.D", "signin-fips.R.D"}},
};

/* Where a partition's host isn't as elsewhere. */
static const struct exception {
	enum ks_service service;
	const char *partition;
	enum variant variant;
	const char *host; /* NULL: there is none */
} exceptions[] = {
    {KS_SERVICE_S3, "aws-cn", FIPS, NULL},
    {KS_SERVICE_S3, "aws-cn", BOTH, NULL},
    /* GovCloud's ordinary hosts are FIPS hosts. */
    {KS_SERVICE_STS, "aws-us-gov", FIPS, "sts.R.S"},
    {KS_SERVICE_SSO, "aws-us-gov", FIPS, "portal.sso.R.S"},
    {KS_SERVICE_SSO_OIDC, "aws-us-gov", FIPS, "oidc.R.S"},
    {KS_SERVICE_SIGNIN, "aws", PLAIN, "R.signin.aws.amazon.com"},
    {KS_SERVICE_SIGNIN, "aws-cn", PLAIN, "R.signin.amazonaws.cn"},
    {KS_SERVICE_SIGNIN, "aws-us-gov", PLAIN, "R.signin.amazonaws-us-gov.com"},
};

const struct ks_service_names *ks_service_names(enum ks_service service)
{
	return &rows[service].names;
}

static const char *find_host(
    enum ks_service service, const struct ks_partition *partition, enum variant variant)
{
	for (size_t i = 0; i < COUNT(exceptions); i++)
		if (exceptions[i].service == service && exceptions[i].variant == variant &&
		    strcmp(exceptions[i].partition, partition->name) == 0)
			return exceptions[i].host;
	return rows[service].hosts[variant];
}

static bool write_host(const char *host, const char *region, const struct ks_partition *partition,
    char *dst, size_t size)
{
	struct ks_buf url;
	bool fits;

	ks_buf_init(&url, size - 1);
	ks_buf_puts(&url, "https://");
	for (; *host != '\0'; host++) {
		if (*host == 'R')
			ks_buf_puts(&url, region);
		else if (*host == 'S')
			ks_buf_puts(&url, partition->dns_suffix);
		else if (*host == 'D')
			ks_buf_puts(&url, partition->dual_stack_suffix);
		else
			ks_buf_add(&url, host, 1);
	}
	snprintf(dst, size, "%s", ks_buf_text(&url));
	fits = !url.overflow;
	ks_buf_free(&url);
	return fits;
}

bool ks_service_endpoint(enum ks_service service, const char *region, bool fips, bool dual_stack,
    char *dst, size_t size, struct ks_err *err)
{
	const struct ks_partition *partition = ks_partition_of(region);
	enum variant variant = (enum variant)((fips ? FIPS : PLAIN) | (dual_stack ? DUAL : PLAIN));
	const char *host = find_host(service, partition, variant);

	if (!ks_endpoint_check_region(region, err))
		return false;
	if (host == NULL)
		return ks_err_set(err, KS_ERR_USAGE, "There is no FIPS endpoint of %s in %s",
		    rows[service].names.key, region);
	return write_host(host, region, partition, dst, size) ||
	       ks_err_set(err, KS_ERR_USAGE, "The endpoint of %s is too long", region);
}

bool ks_service_sts_was_global(const char *region)
{
	/* As botocore's LEGACY_GLOBAL_STS_REGIONS: the regions that are older than regional STS. */
	static const char *const regions[] = {"ap-northeast-1", "ap-south-1", "ap-southeast-1",
	    "ap-southeast-2", "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1",
	    "eu-west-2", "eu-west-3", "sa-east-1", "us-east-1", "us-east-2", "us-west-1",
	    "us-west-2"};

	for (size_t i = 0; i < COUNT(regions); i++)
		if (strcmp(region, regions[i]) == 0)
			return true;
	return false;
}
