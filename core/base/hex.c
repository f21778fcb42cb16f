#include "core/base/hex.h"

void ks_hex_write(const void *bytes, size_t len, char *dst)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *byte = bytes;

	for (size_t i = 0; i < len; i++) {
		*dst++ = digits[byte[i] >> 4];
		*dst++ = digits[byte[i] & 15];
	}
	*dst = '\0';
}

int ks_hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}
