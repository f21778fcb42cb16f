/* Bytes as base64 (RFC 4648). Written here so that no library keeps a copy of a secret. Any thread.
 */
#ifndef KS_BASE_BASE64_H
#define KS_BASE_BASE64_H

#include <stddef.h>

/* Room that either form takes at most for len bytes. Nothing is terminated. */
#define KS_BASE64_SIZE(len) (((len) + 2) / 3 * 4)

/* Writes from dst on; gives where the text ends. Section 4: padded, with + and /. */
char *ks_base64_put(char *dst, const void *data, size_t len);
/* Section 5: with - and _, and without padding, as JOSE has it (RFC 7515, section 2). */
char *ks_base64url_put(char *dst, const void *data, size_t len);

#endif
