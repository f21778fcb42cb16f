#include "core/aws/dpop.h"

#include <cjson/cJSON.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/base64.h"
#include "core/base/buf.h"
#include "core/base/mem.h"

/* Far above a P-256 key's 230. */
#define PEM_MAX    ((size_t)16 * 1024)
#define NUMBER_LEN 32 /* a coordinate, or half a signature */
/* DER: a sequence of two numbers, each with a sign and a header. */
#define DER_MAX 80

void ks_dpop_make_id(char id[KS_DPOP_ID_SIZE])
{
	unsigned char r[16];

	if (RAND_bytes(r, sizeof r) != 1)
		ks_mem_out();
	r[6] = (r[6] & 0x0f) | 0x40;
	r[8] = (r[8] & 0x3f) | 0x80;
	snprintf(id, KS_DPOP_ID_SIZE,
	    "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", r[0], r[1],
	    r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9], r[10], r[11], r[12], r[13], r[14],
	    r[15]);
}

/* ---- the key ---- */

/* OpenSSL's own would ask at the terminal for the password of an encrypted key. */
static int give_no_password(char *password, int size, int for_writing, void *context)
{
	(void)password;
	(void)size;
	(void)for_writing;
	(void)context;
	return -1;
}

static bool is_p256(const EVP_PKEY *key)
{
	char group[32] = "";

	return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
	       EVP_PKEY_get_utf8_string_param(
		   key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group, NULL) == 1 &&
	       strcmp(group, "prime256v1") == 0;
}

static EVP_PKEY *read_key(const char *pem, size_t len, struct ks_err *err)
{
	BIO *bio = len <= PEM_MAX ? BIO_new_mem_buf(pem, (int)len) : NULL;
	EVP_PKEY *key = NULL;

	if (bio != NULL)
		key = PEM_read_bio_PrivateKey(bio, NULL, give_no_password, NULL);
	BIO_free(bio);
	if (key == NULL) {
		ks_err_set(err, KS_ERR_CREDENTIALS, "The login's key (dpopKey) can't be read");
	} else if (!is_p256(key)) {
		ks_err_set(err, KS_ERR_CREDENTIALS,
		    "The login's key (dpopKey) is none for the curve P-256");
		EVP_PKEY_free(key);
		key = NULL;
	}
	/* What OpenSSL has to say isn't left for the next one who asks, which may be libcurl. */
	ERR_clear_error();
	return key;
}

/* ---- the token ---- */

static void add_base64url(struct ks_buf *out, const void *data, size_t len)
{
	char *text = ks_malloc(KS_BASE64_SIZE(len) + 1);

	ks_buf_add(out, text, (size_t)(ks_base64url_put(text, data, len) - text));
	free(text);
}

static void put_text(cJSON *object, const char *name, const char *value)
{
	if (cJSON_AddStringToObject(object, name, value) == NULL)
		ks_mem_out();
}

static void put_coordinate(cJSON *jwk, const char *name, const EVP_PKEY *key, const char *parameter)
{
	unsigned char bytes[NUMBER_LEN];
	struct ks_buf text;
	BIGNUM *number = NULL;

	if (EVP_PKEY_get_bn_param(key, parameter, &number) != 1 ||
	    BN_bn2binpad(number, bytes, sizeof bytes) != (int)sizeof bytes)
		ks_mem_out();
	BN_free(number);
	ks_buf_init(&text, SIZE_MAX);
	add_base64url(&text, bytes, sizeof bytes);
	put_text(jwk, name, ks_buf_text(&text));
	ks_buf_free(&text);
}

/* Encodes the object, which is freed. */
static void add_part(struct ks_buf *out, cJSON *object)
{
	char *text = cJSON_PrintUnformatted(object);

	if (text == NULL)
		ks_mem_out();
	add_base64url(out, text, strlen(text));
	cJSON_free(text);
	cJSON_Delete(object);
}

static void add_header(struct ks_buf *out, const EVP_PKEY *key)
{
	cJSON *header = cJSON_CreateObject();
	cJSON *jwk;

	put_text(header, "typ", "dpop+jwt");
	put_text(header, "alg", "ES256");
	jwk = cJSON_AddObjectToObject(header, "jwk");
	put_text(jwk, "kty", "EC");
	put_text(jwk, "crv", "P-256");
	put_coordinate(jwk, "x", key, OSSL_PKEY_PARAM_EC_PUB_X);
	put_coordinate(jwk, "y", key, OSSL_PKEY_PARAM_EC_PUB_Y);
	add_part(out, header);
}

static void add_claims(struct ks_buf *out, const char *url, int64_t time, const char *id)
{
	cJSON *claims = cJSON_CreateObject();
	int64_t seconds = time / 1000;

	put_text(claims, "jti", id);
	put_text(claims, "htm", "POST");
	put_text(claims, "htu", url);
	if (cJSON_AddNumberToObject(claims, "iat", (double)seconds) == NULL)
		ks_mem_out();
	add_part(out, claims);
}

/* OpenSSL's DER as JOSE has it: both numbers in 32 bytes each. */
static bool to_raw(const unsigned char *der, size_t len, unsigned char raw[2 * NUMBER_LEN])
{
	ECDSA_SIG *numbers = d2i_ECDSA_SIG(NULL, &der, (long)len);
	bool good =
	    numbers != NULL &&
	    BN_bn2binpad(ECDSA_SIG_get0_r(numbers), raw, NUMBER_LEN) == NUMBER_LEN &&
	    BN_bn2binpad(ECDSA_SIG_get0_s(numbers), raw + NUMBER_LEN, NUMBER_LEN) == NUMBER_LEN;

	ECDSA_SIG_free(numbers);
	return good;
}

static bool add_signature(struct ks_buf *out, EVP_PKEY *key)
{
	unsigned char der[DER_MAX], raw[2 * NUMBER_LEN];
	size_t len = sizeof der;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool good =
	    context != NULL && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
	    EVP_DigestSign(context, der, &len, (const unsigned char *)out->data, out->len) == 1 &&
	    to_raw(der, len, raw);

	EVP_MD_CTX_free(context);
	if (good) {
		ks_buf_puts(out, ".");
		add_base64url(out, raw, sizeof raw);
	}
	return good;
}

char *ks_dpop_prove(const char *key, size_t key_len, const char *url, int64_t time, const char *id,
    struct ks_err *err)
{
	EVP_PKEY *pair = read_key(key, key_len, err);
	struct ks_buf out;
	bool is_signed;

	if (pair == NULL)
		return NULL;
	ks_buf_init(&out, SIZE_MAX);
	add_header(&out, pair);
	ks_buf_puts(&out, ".");
	add_claims(&out, url, time, id);
	is_signed = add_signature(&out, pair);
	EVP_PKEY_free(pair);
	if (is_signed)
		return ks_buf_take(&out);
	ks_buf_free(&out);
	ERR_clear_error();
	ks_err_set(err, KS_ERR_CREDENTIALS, "The login's key (dpopKey) can't sign");
	return NULL;
}
