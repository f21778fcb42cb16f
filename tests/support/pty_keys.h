/*
 * What a terminal sends for a key: xterm's bytes, written down apart from what the program reads.
 */
#ifndef KS_TESTS_PTY_KEYS_H
#define KS_TESTS_PTY_KEYS_H

#include <stdbool.h>

enum { KS_PTY_KEY_SIZE = 16 };

/* The bytes of a key by its spelling in tui/key.h, terminated; false when there is no such key. */
bool ks_pty_key_bytes(const char *name, char bytes[KS_PTY_KEY_SIZE]);

#endif
