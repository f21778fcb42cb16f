/*
 * The regions that have Lightsail. A region is known by its place in the table.
 */
#ifndef KS_EMULATOR_REGIONS_H
#define KS_EMULATOR_REGIONS_H

#include <stddef.h>

#define KS_EMU_REGION_COUNT 19

struct ks_emu_region_info {
	const char *name;
	const char *display_name;
	const char *continent;
	const char *description;
	const char *zones; /* the last letters of its availability zones */
};

/* Those of botocore's endpoints.json with the three that came in 2026; us-west-1 has none. */
extern const struct ks_emu_region_info ks_emu_regions[KS_EMU_REGION_COUNT];

/* The place in the table, or KS_EMU_REGION_COUNT for a region without Lightsail. */
size_t ks_emu_region_find(const char *name);

#endif
