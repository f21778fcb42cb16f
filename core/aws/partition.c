#include "core/aws/partition.h"

#include <stddef.h>
#include <string.h>

static const struct ks_partition partitions[] = {
    /* The first is also for what is in none of them. */
    {"aws", "", "amazonaws.com", "api.aws"},
    {"aws-cn", "cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"},
    {"aws-us-gov", "us-gov-", "amazonaws.com", "api.aws"},
    {"aws-iso", "us-iso-", "c2s.ic.gov", "api.aws.ic.gov"},
    {"aws-iso-b", "us-isob-", "sc2s.sgov.gov", "api.aws.scloud"},
    {"aws-iso-e", "eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"},
    {"aws-iso-f", "us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"},
    {"aws-eusc", "eusc-de-", "amazonaws.eu", "api.amazonwebservices.eu"},
};

const struct ks_partition *ks_partition_of(const char *region)
{
	for (size_t i = 1; i < sizeof partitions / sizeof partitions[0]; i++)
		if (strncmp(region, partitions[i].region_prefix,
			strlen(partitions[i].region_prefix)) == 0)
			return &partitions[i];
	return &partitions[0];
}
