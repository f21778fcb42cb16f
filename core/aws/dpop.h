/*
 * The proof that whoever renews a session of "aws login" has the key that it was begun with: a JWT
 * for the DPoP header (RFC 9449, section 4.2; ES256 of RFC 7518, section 3.4). Any thread.
 */
#ifndef KS_AWS_DPOP_H
#define KS_AWS_DPOP_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

#define KS_DPOP_ID_SIZE 37

/* A new UUID (version 4), which no other proof has. */
void ks_dpop_make_id(char id[KS_DPOP_ID_SIZE]);

/*
 * Proves a POST to url (without query) at time (wall ms), id being the token's jti. key is the PEM
 * of an EC P-256 private key, as in the login cache's dpopKey; it is copied to OpenSSL's wiped
 * blocks only. A new block that the caller frees; it holds no secret. NULL with KS_ERR_CREDENTIALS
 * when that is no such key.
 */
char *ks_dpop_prove(const char *key, size_t key_len, const char *url, int64_t time, const char *id,
    struct ks_err *err);

#endif
