/*
 * Numbers for things, for tables and to tell that something is another (FNV-1a, 64 bits). Different
 * things may have the same number: whoever can't live with that compares them, too. Any thread.
 */
#ifndef KS_BASE_HASH_H
#define KS_BASE_HASH_H

#include <stdint.h>

/* What a hash begins with. */
#define KS_HASH_SEED UINT64_C(0xcbf29ce484222325)

/* Goes on from a hash: with the bytes of a text; with a number. */
uint64_t ks_hash_text(uint64_t hash, const char *text);
uint64_t ks_hash_number(uint64_t hash, uint64_t number);

#endif
