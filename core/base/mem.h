/*
 * Memory that never comes back NULL. Out of memory ends the program: the hook, set once by the
 * program before threads start, restores the terminal and wipes secrets; then the process aborts.
 * All functions may be called from any thread.
 */
#ifndef KS_BASE_MEM_H
#define KS_BASE_MEM_H

#include <stddef.h>

/* Called once, on the thread that ran out of memory. It must not allocate. */
void ks_mem_set_oom_hook(void (*hook)(void));

/* The caller owns what is returned and gives it back to free(). */
void *ks_malloc(size_t size) __attribute__((malloc, returns_nonnull));
void *ks_calloc(size_t count, size_t size) __attribute__((malloc, returns_nonnull));
void *ks_realloc(void *block, size_t size) __attribute__((returns_nonnull));
char *ks_strdup(const char *text) __attribute__((malloc, returns_nonnull));
/* NULL for NULL. */
char *ks_strdup_maybe(const char *text) __attribute__((malloc));
char *ks_strndup(const char *text, size_t len) __attribute__((malloc, returns_nonnull));

/*
 * Makes room for one more element in an array of *cap elements of the given size, growing it by
 * doubling. Returns the array, which may have moved.
 */
void *ks_grow(void *array, size_t count, size_t *cap, size_t size) __attribute__((returns_nonnull));

/* Ends the program the way running out of memory does; for libraries that report it themselves. */
void ks_mem_out(void) __attribute__((noreturn));

#endif
