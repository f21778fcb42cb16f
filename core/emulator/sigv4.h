/*
 * Verifies Signature Version 4 from the received bytes (IAM User Guide, "Create a signed AWS API
 * request"). Written for the receiving side alone and sharing nothing with the client's signer. One
 * thread.
 */
#ifndef KS_EMULATOR_SIGV4_H
#define KS_EMULATOR_SIGV4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/date.h"
#include "core/emulator/request.h"

#define KS_EMU_SHA256_HEX 65
#define KS_EMU_SIG_NAMES  64

enum ks_emu_sig_style {
	KS_EMU_SIG_PLAIN, /* the path normalised, then encoded again: all services but S3 */
	KS_EMU_SIG_S3,    /* the path as sent, encoded once; the payload's hash from its header */
};

enum ks_emu_sig_verdict {
	KS_EMU_SIG_OK,
	KS_EMU_SIG_MISSING,     /* no sign of a signature */
	KS_EMU_SIG_UNSUPPORTED, /* another scheme */
	KS_EMU_SIG_MALFORMED,   /* a part is missing or has no sense */
	KS_EMU_SIG_TOO_OLD,
	KS_EMU_SIG_TOO_NEW,
	KS_EMU_SIG_EXPIRED,  /* a presigned URL past its time */
	KS_EMU_SIG_UNSIGNED, /* a header that must be signed is not */
	KS_EMU_SIG_PAYLOAD,  /* x-amz-content-sha256 isn't the body's hash */
	KS_EMU_SIG_MISMATCH,
};

/* What a request says about its own signature. */
struct ks_emu_sig {
	bool presigned; /* in the query, not in the Authorization header */
	char key_id[129];
	char date[9]; /* of the scope, yyyymmdd */
	char region[64];
	char service[32];
	const char *names[KS_EMU_SIG_NAMES]; /* the signed headers, into names_text */
	size_t name_count;
	char names_text[2048];
	char signature[KS_EMU_SHA256_HEX];
	char amz_date[KS_DATE_SIZE]; /* the request's time as it was sent */
	int64_t time;                /* the same, wall ms */
	int64_t expires_s;           /* presigned only */
	char payload[80];            /* the last line of the canonical request */
	char complaint[256];         /* for people: what is wrong, when the verdict isn't OK */
	struct ks_buf canonical; /* filled by verify; S3 shows them when the signature is wrong */
	struct ks_buf to_sign;
};

void ks_emu_sig_free(struct ks_emu_sig *sig);

/* Reads Authorization or the query. Fills sig, which the caller frees whatever the verdict. */
enum ks_emu_sig_verdict ks_emu_sig_parse(
    const struct ks_emu_request *request, enum ks_emu_sig_style style, struct ks_emu_sig *sig);

/* Is the request's time within window_ms of now? */
enum ks_emu_sig_verdict ks_emu_sig_check_time(
    struct ks_emu_sig *sig, int64_t now, int64_t window_ms);

/* Signing keys, remembered for as long as the day and the key stay the same. */
struct ks_emu_sig_cache;
struct ks_emu_sig_cache *ks_emu_sig_cache_new(void);
void ks_emu_sig_cache_free(struct ks_emu_sig_cache *cache);

/*
 * Checks what must be signed, the payload's hash, and the signature, in constant time. cache_id
 * stands for the secret in the cache; the caller passes a dummy secret for an unknown key ID.
 */
enum ks_emu_sig_verdict ks_emu_sig_verify(struct ks_emu_sig_cache *cache,
    const struct ks_emu_request *request, enum ks_emu_sig_style style, struct ks_emu_sig *sig,
    const char *secret, const char *cache_id);

/* The steps, for the tests with published vectors. */
void ks_emu_sig_canonical(
    const struct ks_emu_request *request, enum ks_emu_sig_style style, struct ks_emu_sig *sig);
void ks_emu_sig_signing_key(
    const struct ks_emu_sig *sig, const char *secret, unsigned char key[32]);

void ks_emu_sha256_hex(const void *data, size_t len, char hex[KS_EMU_SHA256_HEX]);

#endif
