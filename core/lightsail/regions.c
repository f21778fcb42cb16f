#include "core/lightsail/regions.h"

#include <string.h>

/* endpoints.json of botocore 1.43 and AWS CLI 2.36; us-west-1 has no Lightsail. */
static const struct ks_known_region known[] = {
    {"ap-east-1", "Hong Kong"},
    {"ap-northeast-1", "Tokyo"},
    {"ap-northeast-2", "Seoul"},
    {"ap-south-1", "Mumbai"},
    {"ap-southeast-1", "Singapore"},
    {"ap-southeast-2", "Sydney"},
    {"ap-southeast-3", "Jakarta"},
    {"ap-southeast-5", "Malaysia"},
    {"ca-central-1", "Montreal"},
    {"eu-central-1", "Frankfurt"},
    {"eu-north-1", "Stockholm"},
    {"eu-south-2", "Spain"},
    {"eu-west-1", "Ireland"},
    {"eu-west-2", "London"},
    {"eu-west-3", "Paris"},
    {"sa-east-1", "Sao Paulo"},
    {"us-east-1", "Virginia"},
    {"us-east-2", "Ohio"},
    {"us-west-2", "Oregon"},
};

/* Every region of the partition "aws" that came after March 2019. */
static const char *const opt_in[] = {
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-south-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-west-1",
    "eu-central-2",
    "eu-south-1",
    "eu-south-2",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
};

/* How the regions of the other partitions begin. */
static const char *const elsewhere[] = {"cn-", "us-gov-", "us-iso", "eu-isoe-", "eusc-"};

const struct ks_known_region *ks_known_region_at(size_t index)
{
	return index < sizeof known / sizeof known[0] ? &known[index] : NULL;
}

bool ks_region_is_opt_in(const char *region)
{
	for (size_t i = 0; i < sizeof opt_in / sizeof opt_in[0]; i++)
		if (strcmp(opt_in[i], region) == 0)
			return true;
	return false;
}

bool ks_region_is_in_aws(const char *region)
{
	for (size_t i = 0; i < sizeof elsewhere / sizeof elsewhere[0]; i++)
		if (strncmp(region, elsewhere[i], strlen(elsewhere[i])) == 0)
			return false;
	return true;
}
