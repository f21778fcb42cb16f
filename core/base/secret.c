#include "core/base/secret.h"

#include <cjson/cJSON.h>
#include <openssl/crypto.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "core/base/mem.h"

/* Room for hundreds of keys and session tokens; a power of two, else OpenSSL aborts. */
#define HEAP_SIZE      ((size_t)256 * 1024)
#define HEAP_MIN_BLOCK 64
/* Deeper than a library's calls go, with all registers saved. */
#define STACK_DEPTH ((size_t)32 * 1024)

struct ks_secret {
	size_t len;
	char value[];
};

static enum ks_secret_heap heap = KS_SECRET_HEAP_NONE;
/* What a crash has to wipe; NULL without a heap. */
static volatile unsigned char *heap_start;

/* The header in front of each wiping block; sized so that the block stays aligned for any type. */
union block_header {
	size_t size;
	max_align_t align;
};

void ks_wipe(void *data, size_t len)
{
	if (data != NULL && len > 0)
		OPENSSL_cleanse(data, len);
}

/* Not inlined: it must lie below its caller, where the calls before it were. */
__attribute__((noinline)) void ks_wipe_stack(void)
{
	unsigned char below[STACK_DEPTH];

	OPENSSL_cleanse(below, sizeof below);
}

void *ks_wiping_malloc(size_t size)
{
	union block_header *block;

	if (size > SIZE_MAX - sizeof *block)
		ks_mem_out();
	block = ks_malloc(sizeof *block + size);
	block->size = size;
	return block + 1;
}

void *ks_wiping_calloc(size_t count, size_t size)
{
	void *block;

	if (size > 0 && count > SIZE_MAX / size)
		ks_mem_out();
	block = ks_wiping_malloc(count * size);
	memset(block, 0, count * size);
	return block;
}

void ks_wiping_free(void *data)
{
	union block_header *block = data;

	if (block == NULL)
		return;
	block--;
	OPENSSL_cleanse(block, sizeof *block + block->size);
	free(block);
}

void *ks_wiping_realloc(void *data, size_t size)
{
	union block_header *block = data;
	void *moved;

	if (block == NULL)
		return ks_wiping_malloc(size);
	block--;
	if (size <= block->size && size >= block->size / 2)
		return data;
	moved = ks_wiping_malloc(size);
	memcpy(moved, data, block->size < size ? block->size : size);
	ks_wiping_free(data);
	return moved;
}

char *ks_wiping_strdup(const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(ks_wiping_malloc(size), text, size);
}

static void *openssl_malloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return size > 0 ? ks_wiping_malloc(size) : NULL;
}

static void *openssl_realloc(void *block, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	if (size == 0) {
		ks_wiping_free(block);
		return NULL;
	}
	return ks_wiping_realloc(block, size);
}

static void openssl_free(void *block, const char *file, int line)
{
	(void)file;
	(void)line;
	ks_wiping_free(block);
}

static void forbid_dumps(void)
{
	static const struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
#ifdef PR_SET_DUMPABLE
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

/*
 * OpenSSL tells of an address whether it is in the heap, but not where the heap is: it is made of
 * whole pages, so a look at the last byte of each page before a block of it finds where it begins.
 */
static void find_heap(void)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), start;
	void *block = OPENSSL_secure_malloc(1);

	if (block != NULL && CRYPTO_secure_allocated(block)) {
		start = (uintptr_t)block & ~(page - 1);
		while (CRYPTO_secure_allocated((void *)(start - 1)))
			start -= page;
		heap_start = (volatile unsigned char *)start;
	}
	OPENSSL_secure_free(block);
}

enum ks_secret_heap ks_secret_setup(void)
{
	cJSON_Hooks hooks = {ks_wiping_malloc, ks_wiping_free};

	forbid_dumps();
	cJSON_InitHooks(&hooks);
	CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free);
	switch (CRYPTO_secure_malloc_init(HEAP_SIZE, HEAP_MIN_BLOCK)) {
	case 1:
		heap = KS_SECRET_HEAP_LOCKED;
		break;
	case 2:
		heap = KS_SECRET_HEAP_UNLOCKED;
		break;
	default:
		heap = KS_SECRET_HEAP_NONE;
	}
	if (heap != KS_SECRET_HEAP_NONE)
		find_heap();
	return heap;
}

enum ks_secret_heap ks_secret_heap(void)
{
	return heap;
}

void ks_secret_wipe_heap(void)
{
	if (heap_start == NULL)
		return;
	for (size_t i = 0; i < HEAP_SIZE; i++)
		heap_start[i] = 0;
}

struct ks_secret *ks_secret_new(const char *value, size_t len, struct ks_err *err)
{
	struct ks_secret *secret;

	if (heap == KS_SECRET_HEAP_NONE) {
		ks_err_set(err, KS_ERR_SYSTEM, "There is no protected memory for secrets");
		return NULL;
	}
	/* A full arena gives NULL; an uninitialised one silently gives ordinary memory. */
	secret = len < HEAP_SIZE ? OPENSSL_secure_malloc(sizeof *secret + len + 1) : NULL;
	if (secret == NULL || !CRYPTO_secure_allocated(secret)) {
		OPENSSL_secure_clear_free(secret, 0);
		ks_err_set(err, KS_ERR_SYSTEM, "The protected memory for secrets is full");
		return NULL;
	}
	secret->len = len;
	memcpy(secret->value, value, len);
	secret->value[len] = '\0';
	return secret;
}

struct ks_secret *ks_secret_dup(const struct ks_secret *secret, struct ks_err *err)
{
	return ks_secret_new(secret->value, secret->len, err);
}

void ks_secret_free(struct ks_secret *secret)
{
	if (secret != NULL)
		OPENSSL_secure_clear_free(secret, sizeof *secret + secret->len + 1);
}

const char *ks_secret_value(const struct ks_secret *secret)
{
	return secret->value;
}

size_t ks_secret_len(const struct ks_secret *secret)
{
	return secret->len;
}

bool ks_secret_equal(const struct ks_secret *secret, const char *value, size_t len)
{
	return secret->len == len && CRYPTO_memcmp(secret->value, value, len) == 0;
}
