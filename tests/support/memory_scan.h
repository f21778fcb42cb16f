/*
 * Looks through all memory of another process, by /proc, for secrets in any form that a program
 * might leave them in: plain, base64, JSON-escaped, percent-encoded, hexadecimal; and each of them
 * with its bytes next to each other or apart (UTF-16, wchar_t, the cells of a screen). A piece of
 * a secret counts like all of it. Linux.
 */
#ifndef KS_TESTS_MEMORY_SCAN_H
#define KS_TESTS_MEMORY_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { MEMORY_SECRETS_MAX = 160, MEMORY_HITS_MAX = 24, MEMORY_STRIDE_MAX = 64 };

/* The name is for messages. A secret has 16 to 128 characters. */
struct memory_secret {
	const char *name;
	const char *value;
};

struct memory_hit {
	uint64_t address;
	size_t len; /* characters of the form that stand there */
	size_t secret;
	int stride; /* bytes from one character to the next */
	bool guarded;
	char form[24];
	char mapping[64];
};

/* Plain data: it can be sent through a pipe. */
struct memory_scan {
	char problem[96]; /* why memory could not be read; "" when it was */
	size_t bytes;     /* that were looked through */
	/* Mappings that are writable, anonymous and kept out of core dumps: OpenSSL's secure heap.
	 */
	size_t guarded_mappings;
	bool locked;                          /* they are kept out of swap too */
	size_t guarded[MEMORY_SECRETS_MAX];   /* copies in them */
	size_t elsewhere[MEMORY_SECRETS_MAX]; /* copies in all others */
	size_t n_hits;                        /* the first of them, those elsewhere before others */
	struct memory_hit hits[MEMORY_HITS_MAX];
};

/*
 * Any process that this one may read. It should stand still, or at least not be at work with the
 * secrets.
 */
void memory_scan(
    pid_t pid, const struct memory_secret *secrets, size_t count, struct memory_scan *scan);

/* The hits, a line each, on stderr. */
void memory_scan_print(const struct memory_scan *scan, const struct memory_secret *secrets);

/* NULL, or why memory can't be looked through here: another system, or a sanitizer's build. */
const char *memory_scan_unable(void);

#endif
