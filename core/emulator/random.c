#include "core/emulator/random.h"

#include <stdio.h>
#include <string.h>

#include <openssl/rand.h>

#include "core/base/mem.h"
#include "core/base/secret.h"

static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct ks_emu_random ks_emu_random_seeded(uint64_t seed, const char *purpose)
{
	struct ks_emu_random random = {seed};

	for (; *purpose != '\0'; purpose++) {
		random.state ^= (unsigned char)*purpose;
		ks_emu_random_next(&random);
	}
	return random;
}

struct ks_emu_random ks_emu_random_fresh(void)
{
	struct ks_emu_random random;

	if (RAND_bytes((unsigned char *)&random.state, sizeof random.state) != 1)
		ks_mem_out();
	return random;
}

uint64_t ks_emu_random_next(struct ks_emu_random *random)
{
	uint64_t z = (random->state += UINT64_C(0x9E3779B97F4A7C15));

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

uint64_t ks_emu_random_below(struct ks_emu_random *random, uint64_t limit)
{
	return ks_emu_random_next(random) % limit;
}

double ks_emu_random_unit(struct ks_emu_random *random)
{
	return (double)(ks_emu_random_next(random) >> 11) / 9007199254740992.0;
}

void ks_emu_random_uuid(struct ks_emu_random *random, char uuid[KS_EMU_UUID_SIZE])
{
	uint64_t high = ks_emu_random_next(random), low = ks_emu_random_next(random);

	snprintf(uuid, KS_EMU_UUID_SIZE, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(high >> 32),
	    (unsigned)(high >> 16) & 0xffffU, (unsigned)high & 0xfffU,
	    (unsigned)(low >> 48 & 0x3fffU) | 0x8000U,
	    (unsigned long long)(low & UINT64_C(0xffffffffffff)));
}

void ks_emu_random_key_id(struct ks_emu_random *random, char id[KS_EMULATOR_KEY_ID_SIZE])
{
	memcpy(id, "AKIA", 4);
	for (size_t i = 4; i < KS_EMULATOR_KEY_ID_SIZE - 1; i++)
		id[i] = base32[ks_emu_random_below(random, 32)];
	id[KS_EMULATOR_KEY_ID_SIZE - 1] = '\0';
}

void ks_emu_random_seeded_secret(struct ks_emu_random *random, char secret[KS_EMULATOR_SECRET_SIZE])
{
	for (size_t i = 0; i < KS_EMULATOR_SECRET_SIZE - 1; i++)
		secret[i] = base64[ks_emu_random_below(random, 64)];
	secret[KS_EMULATOR_SECRET_SIZE - 1] = '\0';
}

void ks_emu_random_secret(char secret[KS_EMULATOR_SECRET_SIZE])
{
	unsigned char bytes[KS_EMULATOR_SECRET_SIZE - 1];

	if (RAND_priv_bytes(bytes, sizeof bytes) != 1)
		ks_mem_out();
	for (size_t i = 0; i < sizeof bytes; i++)
		secret[i] = base64[bytes[i] % 64];
	secret[sizeof bytes] = '\0';
	ks_wipe(bytes, sizeof bytes);
}
