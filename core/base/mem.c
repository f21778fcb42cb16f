#include "core/base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void (*oom_hook)(void);

void ks_mem_set_oom_hook(void (*hook)(void))
{
	oom_hook = hook;
}

void ks_mem_out(void)
{
	static const char message[] = "keysail: out of memory\n";

	if (oom_hook != NULL)
		oom_hook();
	if (write(STDERR_FILENO, message, sizeof message - 1) < 0)
		_exit(1);
	_exit(1);
}

void *ks_malloc(size_t size)
{
	void *block = malloc(size > 0 ? size : 1);

	if (block == NULL)
		ks_mem_out();
	return block;
}

void *ks_calloc(size_t count, size_t size)
{
	void *block = calloc(count > 0 ? count : 1, size > 0 ? size : 1);

	if (block == NULL)
		ks_mem_out();
	return block;
}

void *ks_realloc(void *block, size_t size)
{
	void *moved = realloc(block, size > 0 ? size : 1);

	if (moved == NULL)
		ks_mem_out();
	return moved;
}

char *ks_strndup(const char *text, size_t len)
{
	char *copy = ks_malloc(len + 1);

	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

char *ks_strdup(const char *text)
{
	return ks_strndup(text, strlen(text));
}

char *ks_strdup_maybe(const char *text)
{
	return text != NULL ? ks_strdup(text) : NULL;
}

void *ks_grow(void *array, size_t count, size_t *cap, size_t size)
{
	size_t wanted;

	if (count < *cap)
		return array != NULL ? array : ks_malloc(size);
	wanted = *cap > 0 ? *cap * 2 : 8;
	if (wanted > SIZE_MAX / size)
		ks_mem_out();
	*cap = wanted;
	return ks_realloc(array, wanted * size);
}
