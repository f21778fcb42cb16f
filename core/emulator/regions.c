#include "core/emulator/regions.h"

#include <string.h>

#define SERVES(who) "This region is recommended to serve users in " who

const struct ks_emu_region_info ks_emu_regions[KS_EMU_REGION_COUNT] = {
    {"us-east-1", "Virginia", "NA", SERVES("the eastern United States"), "abcdef"},
    {"us-east-2", "Ohio", "NA", SERVES("the eastern United States"), "abc"},
    {"us-west-2", "Oregon", "NA", SERVES("the western United States"), "abc"},
    {"ca-central-1", "Montreal", "NA", SERVES("eastern and central Canada"), "ab"},
    {"eu-west-1", "Ireland", "EU", SERVES("Ireland and western Europe"), "abc"},
    {"eu-west-2", "London", "EU", SERVES("the United Kingdom"), "abc"},
    {"eu-west-3", "Paris", "EU", SERVES("France and southern Europe"), "abc"},
    {"eu-central-1", "Frankfurt", "EU", SERVES("Germany and central Europe"), "abc"},
    {"eu-north-1", "Stockholm", "EU", SERVES("northern Europe"), "abc"},
    {"eu-south-2", "Spain", "EU", SERVES("Spain and Portugal"), "abc"},
    {"ap-south-1", "Mumbai", "AS", SERVES("India and its neighbors"), "ab"},
    {"ap-southeast-1", "Singapore", "AS", SERVES("southeast Asia"), "abc"},
    {"ap-southeast-2", "Sydney", "OC", SERVES("Australia and New Zealand"), "abc"},
    {"ap-southeast-3", "Jakarta", "AS", SERVES("Indonesia"), "abc"},
    {"ap-southeast-5", "Malaysia", "AS", SERVES("Malaysia"), "abc"},
    {"ap-northeast-1", "Tokyo", "AS", SERVES("Japan and its neighbors"), "acd"},
    {"ap-northeast-2", "Seoul", "AS", SERVES("South Korea"), "ac"},
    {"ap-east-1", "Hong Kong", "AS", SERVES("Hong Kong and southern China"), "abc"},
    {"sa-east-1", "Sao Paulo", "SA", SERVES("South America"), "abc"},
};

size_t ks_emu_region_find(const char *name)
{
	size_t i = 0;

	while (i < KS_EMU_REGION_COUNT && strcmp(ks_emu_regions[i].name, name) != 0)
		i++;
	return i;
}
