/*
 * Secrets in memory. Values live in OpenSSL's secure heap and nowhere else; the wiping allocators
 * are for libraries through which a secret passes (libcurl, cJSON, OpenSSL itself).
 */
#ifndef KS_BASE_SECRET_H
#define KS_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"

enum ks_secret_heap {
	KS_SECRET_HEAP_LOCKED,   /* the pages never go to swap */
	KS_SECRET_HEAP_UNLOCKED, /* usable, but RLIMIT_MEMLOCK was too small: say so once */
	KS_SECRET_HEAP_NONE,     /* there is none: keys must not be created */
};

/*
 * Once, before any thread and before OpenSSL, libcurl or cJSON are used: installs the wiping
 * allocators, creates the secure heap, turns core dumps off and hides the process from others of
 * the same user where the system can.
 */
enum ks_secret_heap ks_secret_setup(void);
/* What ks_secret_setup found; KS_SECRET_HEAP_NONE before it ran. Any thread. */
enum ks_secret_heap ks_secret_heap(void);

/* One secret value. The owner frees it, which wipes it. */
struct ks_secret;

/*
 * Copies len bytes into the secure heap. NULL with err filled when there is no secure heap or no
 * room in it: never an ordinary block instead. Any thread.
 */
struct ks_secret *ks_secret_new(const char *value, size_t len, struct ks_err *err);
/* Another copy, in the secure heap. */
struct ks_secret *ks_secret_dup(const struct ks_secret *secret, struct ks_err *err);
/* Wipes and frees; NULL is fine. */
void ks_secret_free(struct ks_secret *secret);

/* The bytes, NUL-terminated; good until ks_secret_free. Don't copy, print or log them. */
const char *ks_secret_value(const struct ks_secret *secret);
size_t ks_secret_len(const struct ks_secret *secret);
/* In constant time. */
bool ks_secret_equal(const struct ks_secret *secret, const char *value, size_t len);

/*
 * Overwrites the whole secure heap, for a program that is about to be gone and has no time for
 * more: no secret can be used, made or freed after it. Async-signal-safe; any thread.
 */
void ks_secret_wipe_heap(void);

/* Overwrites memory in a way that the compiler keeps. */
void ks_wipe(void *data, size_t len);

/*
 * Overwrites what calls that have returned left on this thread's stack. For libraries that are
 * bound lazily (Expat): the first call of each function from one saves the vector registers there,
 * with what was copied through them.
 */
void ks_wipe_stack(void);

/* malloc's family, wiping each block before it is given back. Out of memory ends the program. */
void *ks_wiping_malloc(size_t size);
void *ks_wiping_calloc(size_t count, size_t size);
void *ks_wiping_realloc(void *data, size_t size);
char *ks_wiping_strdup(const char *text);
void ks_wiping_free(void *data);

#endif
