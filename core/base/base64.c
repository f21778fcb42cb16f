#include "core/base/base64.h"

#define COMMON_DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/* The digits of len bytes, without padding. */
static char *put_digits(char *dst, const unsigned char *data, size_t len, const char *digits)
{
	for (size_t i = 0; i < len; i += 3) {
		unsigned a = data[i], b = i + 1 < len ? data[i + 1] : 0,
			 c = i + 2 < len ? data[i + 2] : 0;

		*dst++ = digits[a >> 2];
		*dst++ = digits[(a & 3) << 4 | b >> 4];
		if (i + 1 < len)
			*dst++ = digits[(b & 15) << 2 | c >> 6];
		if (i + 2 < len)
			*dst++ = digits[c & 63];
	}
	return dst;
}

char *ks_base64_put(char *dst, const void *data, size_t len)
{
	dst = put_digits(dst, data, len, COMMON_DIGITS "+/");
	for (size_t rest = len % 3; rest != 0 && rest < 3; rest++)
		*dst++ = '=';
	return dst;
}

char *ks_base64url_put(char *dst, const void *data, size_t len)
{
	return put_digits(dst, data, len, COMMON_DIGITS "-_");
}
