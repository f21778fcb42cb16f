/*
 * The partitions of AWS: worlds of their own, each with its own domain (botocore's
 * partitions.json). Pure functions, any thread.
 */
#ifndef KS_AWS_PARTITION_H
#define KS_AWS_PARTITION_H

struct ks_partition {
	const char *name;
	const char *region_prefix; /* what its regions' names begin with */
	const char *dns_suffix;
	const char *dual_stack_suffix;
};

/* The partition that a region is in; "aws" for what is in none that we know. Never NULL. */
const struct ks_partition *ks_partition_of(const char *region);

#endif
