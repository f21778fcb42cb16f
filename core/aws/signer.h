/*
 * AWS Signature Version 4, as a pure function of request, credentials and time. No function here
 * reads a clock, keeps state or copies a secret to ordinary memory: intermediate keys live on the
 * stack and are wiped. Any thread. Source: IAM User Guide, "Create a signed AWS API request".
 */
#ifndef KS_AWS_SIGNER_H
#define KS_AWS_SIGNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/aws/credentials.h"
#include "core/base/err.h"

#define KS_SIGNER_HASH_SIZE 65 /* 64 hexadecimal digits and a NUL */

struct ks_signer_header {
	const char *name; /* any case */
	const char *value;
};

struct ks_signer_request {
	const char *method;  /* "POST" */
	const char *path;    /* as in the request line, from its first slash; "" counts as "/" */
	const char *query;   /* as in the request line, without "?"; NULL or "" if there is none */
	const char *service; /* "lightsail", "s3"; s3 has its own rules for path and payload */
	const char *region;
	/*
	 * What is to be signed. It must have Host, with the port unless it is the scheme's default;
	 * it must not have the headers that the signer adds.
	 */
	const struct ks_signer_header *headers;
	size_t header_count;
	const char *payload_hash; /* hex SHA-256 of the body, or "UNSIGNED-PAYLOAD" (S3) */
	int64_t time;             /* wall ms, corrected for the service's clock */
};

enum { KS_SIGNER_ADDED = 4 };

struct ks_signer_result {
	/*
	 * The headers to send besides those of the request: X-Amz-Date, X-Amz-Security-Token with
	 * temporary credentials, X-Amz-Content-Sha256 for s3, Authorization. The values point into
	 * the result, which must not be copied, and into the credentials (the token).
	 */
	struct ks_signer_header headers[KS_SIGNER_ADDED];
	size_t header_count;
	char canonical_hash[KS_SIGNER_HASH_SIZE]; /* of the canonical request, for debugging */
	char signature[KS_SIGNER_HASH_SIZE];
	char date[24];
	char content_hash[KS_SIGNER_HASH_SIZE];
	char *authorization;
};

/*
 * Signs. False with err filled when the request can't be signed (no Host, a secret or a list of
 * headers or parameters out of bounds). The caller clears *out after success.
 */
bool ks_signer_sign(const struct ks_signer_request *request,
    const struct ks_credentials *credentials, struct ks_signer_result *out, struct ks_err *err);
void ks_signer_clear(struct ks_signer_result *result);

/*
 * Writes the canonical request piece by piece, for tests and for a comparison with what S3 says
 * that it computed. It contains the session token: whoever keeps it keeps a secret.
 */
typedef void ks_signer_sink(void *ctx, const char *data, size_t len);
bool ks_signer_canonical(const struct ks_signer_request *request,
    const struct ks_credentials *credentials, ks_signer_sink *sink, void *ctx, struct ks_err *err);

/* The chain of keys; the caller wipes it. */
struct ks_signer_keys {
	unsigned char date[32];
	unsigned char region[32];
	unsigned char service[32];
	unsigned char signing[32];
};
/* day: yyyymmdd. False with err filled when the secret is out of bounds. */
bool ks_signer_derive(const struct ks_secret *secret, const char *day, const char *region,
    const char *service, struct ks_signer_keys *out, struct ks_err *err);

/* Hex SHA-256 of a body. */
void ks_signer_hash(const void *data, size_t len, char dst[KS_SIGNER_HASH_SIZE]);

/*
 * Percent-encodes all but A-Z a-z 0-9 - _ . ~ (and / if keep_slash), as SigV4 wants it in paths
 * and queries. A new block; the caller frees it.
 */
char *ks_signer_encode(const char *text, size_t len, bool keep_slash);

#endif
