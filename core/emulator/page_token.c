#include "core/emulator/page_token.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "core/base/buf.h"
#include "core/base/hash.h"
#include "core/base/mem.h"

#define TOKEN_MAX  4096
#define CHECK_SIZE 17 /* sixteen hex digits, terminated */

static void checksum(const char *list, const char *last, char check[CHECK_SIZE])
{
	uint64_t hash = ks_hash_text(ks_hash_text(ks_hash_text(KS_HASH_SEED, list), "\n"), last);

	snprintf(check, CHECK_SIZE, "%016llx", (unsigned long long)hash);
}

char *ks_emu_token_make(const char *list, const char *last)
{
	char check[CHECK_SIZE];
	struct ks_buf plain;
	char *token;

	checksum(list, last, check);
	ks_buf_init(&plain, TOKEN_MAX);
	ks_buf_printf(&plain, "%s%s", check, last);
	token = ks_malloc(4 * (plain.len / 3 + 1) + 1);
	EVP_EncodeBlock(
	    (unsigned char *)token, (const unsigned char *)ks_buf_text(&plain), (int)plain.len);
	ks_buf_free(&plain);
	return token;
}

char *ks_emu_token_read(const char *token, const char *list)
{
	size_t len = strlen(token);
	char check[CHECK_SIZE];
	char *plain, *last = NULL;

	if (len % 4 != 0 || len > TOKEN_MAX)
		return NULL;
	plain = ks_calloc(1, len + 1);
	if (EVP_DecodeBlock((unsigned char *)plain, (const unsigned char *)token, (int)len) >
	    CHECK_SIZE - 1) {
		checksum(list, plain + CHECK_SIZE - 1, check);
		if (strncmp(plain, check, CHECK_SIZE - 1) == 0)
			last = ks_strdup(plain + CHECK_SIZE - 1);
	}
	free(plain);
	return last;
}
