/* Bytes as hexadecimal digits, and digits as numbers. All functions: any thread. */
#ifndef KS_BASE_HEX_H
#define KS_BASE_HEX_H

#include <stddef.h>

/* Two lower-case digits a byte, terminated: dst takes 2 * len + 1. */
void ks_hex_write(const void *bytes, size_t len, char *dst);
/* 0 to 15; -1 when c is no digit in either case. */
int ks_hex_value(char c);

#endif
