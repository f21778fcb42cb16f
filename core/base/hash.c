#include "core/base/hash.h"

#define PRIME UINT64_C(0x100000001b3)

uint64_t ks_hash_text(uint64_t hash, const char *text)
{
	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * PRIME;
	return hash;
}

uint64_t ks_hash_number(uint64_t hash, uint64_t number)
{
	return (hash ^ number) * PRIME;
}
