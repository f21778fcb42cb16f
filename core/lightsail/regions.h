/*
 * What is known of AWS regions without asking: for those who may not ask, and to tell a region that
 * the account has not enabled from credentials that are wrong. Constant; any thread.
 */
#ifndef KS_LIGHTSAIL_REGIONS_H
#define KS_LIGHTSAIL_REGIONS_H

#include <stdbool.h>
#include <stddef.h>

struct ks_known_region {
	const char *name;
	const char *display_name; /* as GetRegions has it: "Ohio" */
};

/* Where Lightsail is, in the order of the names; NULL past the last. */
const struct ks_known_region *ks_known_region_at(size_t index);

/*
 * A region that an account has only after it was enabled for it (the AWS Account Management guide,
 * "Enable or disable AWS Regions"): until then it doesn't know the account's keys.
 */
bool ks_region_is_opt_in(const char *region);
/* Is it in the partition "aws", as all is that isn't known to be elsewhere? (partitions.json) */
bool ks_region_is_in_aws(const char *region);

#endif
