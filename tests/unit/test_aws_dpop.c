/* Proofs for the renewal of a session of "aws login", checked with OpenSSL's own verification. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/bio.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ui.h>

#include "core/aws/dpop.h"

/* The key of RFC 7515, appendix A.3.1, as SEC1 has it, with and without its public half. */
#define KEY                                                                  \
	"-----BEGIN EC PRIVATE KEY-----\n"                                   \
	"MHcCAQEEII6bEJ5xkJi/mASH3x9dd+nLKWBuvtImO19XwhPfhPSyoAoGCCqGSM49\n" \
	"AwEHoUQDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEXH8UTNG72b\n" \
	"focs3+257rn0s2ldbqkLJK2KRiMohYjlrQ==\n"                             \
	"-----END EC PRIVATE KEY-----\n"
#define HALF_KEY                                                             \
	"-----BEGIN EC PRIVATE KEY-----\n"                                   \
	"MDECAQEEII6bEJ5xkJi/mASH3x9dd+nLKWBuvtImO19XwhPfhPSyoAoGCCqGSM49\n" \
	"AwEH\n"                                                             \
	"-----END EC PRIVATE KEY-----\n"
/* The same key as PKCS #8 has it. */
#define KEY8                                                                 \
	"-----BEGIN PRIVATE KEY-----\n"                                      \
	"MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjpsQnnGQmL+YBIff\n" \
	"H1136cspYG6+0iY7X1fCE9+E9LKhRANCAAR/zc4ncPbEXUGDy+5v20t7WAczNXvp\n" \
	"7xO6z248e9FURcfxRM0bvZt+hyzf7bnuufSzaV1uqQskrYpGIyiFiOWt\n"         \
	"-----END PRIVATE KEY-----\n"
#define PUBLIC                                                               \
	"-----BEGIN PUBLIC KEY-----\n"                                       \
	"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV7\n" \
	"6e8Tus9uPHvRVEXH8UTNG72bfocs3+257rn0s2ldbqkLJK2KRiMohYjlrQ==\n"     \
	"-----END PUBLIC KEY-----\n"
#define HEADER                                                                               \
	"{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":{\"kty\":\"EC\",\"crv\":\"P-256\"," \
	"\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","                             \
	"\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}}"
#define CLAIMS                                 \
	"{\"jti\":\"an-id\",\"htm\":\"POST\"," \
	"\"htu\":\"https://eu-central-1.signin.aws.amazon.com/v1/token\",\"iat\":1795521600}"
#define URL  "https://eu-central-1.signin.aws.amazon.com/v1/token"
#define TIME INT64_C(1795521600999)

static struct ks_err err;

static char *prove(const char *key)
{
	ks_err_clear(&err);
	return ks_dpop_prove(key, strlen(key), URL, TIME, "an-id", &err);
}

/* Decodes base64url up to a "." or the end; gives the count. */
static size_t decode(const char *text, unsigned char *dst, size_t size)
{
	char padded[1024];
	size_t len = strcspn(text, "."), whole = (len + 3) / 4 * 4;

	assert_true(whole < sizeof padded && whole / 4 * 3 <= size);
	memset(padded, '=', whole);
	for (size_t i = 0; i < len; i++) {
		assert_null(strchr("+/=", text[i]));
		padded[i] = text[i];
		if (text[i] == '-')
			padded[i] = '+';
		else if (text[i] == '_')
			padded[i] = '/';
	}
	assert_int_equal(
	    EVP_DecodeBlock(dst, (const unsigned char *)padded, (int)whole), whole / 4 * 3);
	return len * 3 / 4;
}

static void check_part(const char *text, const char *expected)
{
	unsigned char decoded[1024];
	size_t len = decode(text, decoded, sizeof decoded);

	assert_int_equal(len, strlen(expected));
	assert_memory_equal(decoded, expected, len);
}

/* 1 when sig is the key's signature of the len bytes at text. */
static int verify(const char *text, size_t len, const unsigned char raw[64])
{
	BIO *bio = BIO_new_mem_buf(PUBLIC, -1);
	EVP_PKEY *key = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	ECDSA_SIG *sig = ECDSA_SIG_new();
	unsigned char *der = NULL;
	int der_len, result;

	ECDSA_SIG_set0(sig, BN_bin2bn(raw, 32, NULL), BN_bin2bn(raw + 32, 32, NULL));
	der_len = i2d_ECDSA_SIG(sig, &der);
	assert_int_equal(EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key), 1);
	result = EVP_DigestVerify(context, der, (size_t)der_len, (const unsigned char *)text, len);
	ERR_clear_error();
	OPENSSL_free(der);
	ECDSA_SIG_free(sig);
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	BIO_free(bio);
	return result;
}

static void check_proof(const char *proof)
{
	const char *claims = strchr(proof, '.') + 1, *signature = strchr(claims, '.') + 1;
	unsigned char raw[66];
	size_t signed_len = (size_t)(signature - 1 - proof);

	check_part(proof, HEADER);
	check_part(claims, CLAIMS);
	assert_int_equal(decode(signature, raw, sizeof raw), 64);
	assert_int_equal(verify(proof, signed_len, raw), 1);
}

static void the_check_of_a_signature_can_fail(void **state)
{
	static const unsigned char raw[64] = {1};
	char *proof = prove(KEY);

	(void)state;
	assert_int_not_equal(verify(proof, strlen(proof), raw), 1);
	free(proof);
}

static void a_proof_says_what_and_when_and_is_signed(void **state)
{
	(void)state;
	/* Numbers that begin with a zero byte are padded: one signature in 128 has one. */
	for (int i = 0; i < 300; i++) {
		char *proof = prove(KEY);

		assert_non_null(proof);
		check_proof(proof);
		free(proof);
	}
}

static void a_key_may_lack_its_public_half_or_be_in_another_wrapping(void **state)
{
	static const char *const keys[] = {HALF_KEY, KEY8};

	(void)state;
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		char *proof = prove(keys[i]);

		assert_non_null(proof);
		check_proof(proof);
		free(proof);
	}
}

static void check_refused(const char *key, const char *words)
{
	assert_null(prove(key));
	assert_int_equal(err.kind, KS_ERR_CREDENTIALS);
	assert_non_null(strstr(err.message, words));
	assert_int_equal(ERR_peek_error(), 0);
}

static void what_is_no_such_key_is_refused(void **state)
{
	char huge[20000];

	(void)state;
	check_refused("", "can't be read");
	check_refused("MHcCAQEEII6bEJ5xkJi/mASH3x9dd+nLKWBu", "can't be read");
	check_refused(PUBLIC, "can't be read");
	memset(huge, '\n', sizeof huge);
	memcpy(huge + sizeof huge - sizeof KEY, KEY, sizeof KEY);
	check_refused(huge, "can't be read");
	/* P-384 */
	check_refused("-----BEGIN EC PRIVATE KEY-----\n"
		      "MIGkAgEBBDDPWk4Ryw4Q/ZNCxfSQsnrabkI5nhgdSd+etKp8j+0uqtwYaH7aVV4/\n"
		      "xg5u3Ir+JDagBwYFK4EEACKhZANiAASQPR5yXu5uFosAxn4zVFt2hCrGHLQWlfIt\n"
		      "8fFjZivTFyDzoTAzP8x7CWYOEGQyVH8DUmb2PVIEGu8YR0VdHZFY6Mxtvbccvj23\n"
		      "6vOI4ZzPZgVvTw2xTnb+i9bIn2zaaN4=\n"
		      "-----END EC PRIVATE KEY-----\n",
	    "none for the curve P-256");
	/* secp256k1: numbers of the same size on another curve */
	check_refused("-----BEGIN EC PRIVATE KEY-----\n"
		      "MHQCAQEEIEFMg8KkaoNjEsaMhVuNd8R3gkUswkb7cz8iWPdVw7ntoAcGBSuBBAAK\n"
		      "oUQDQgAEHwNd72Zy8qCwLgfB2rhsRQ2ttyZRmAPQEUGh8csHZhudQBhTu184O5xQ\n"
		      "48X3RWSDqLPAhHwQtRE9KINsItxoTw==\n"
		      "-----END EC PRIVATE KEY-----\n",
	    "none for the curve P-256");
	/* Ed25519 */
	check_refused("-----BEGIN PRIVATE KEY-----\n"
		      "MC4CAQAwBQYDK2VwBCIEIN7P++9cjUnnuFFAU9PGKgnBAXa5FkDUmtMvBfMzmKJq\n"
		      "-----END PRIVATE KEY-----\n",
	    "none for the curve P-256");
}

static int prompts;

static int count_prompt(UI *ui)
{
	(void)ui;
	prompts++;
	return 0;
}

/* Were it asked for, it would be at the terminal that shows our screen. */
static void no_password_is_asked_for(void **state)
{
	UI_METHOD *method = UI_create_method("test");

	(void)state;
	UI_method_set_opener(method, count_prompt);
	UI_set_default_method(method);
	check_refused("-----BEGIN EC PRIVATE KEY-----\n"
		      "Proc-Type: 4,ENCRYPTED\n"
		      "DEK-Info: AES-128-CBC,D574DE5C3A417FC56D31725BA4A6DA58\n"
		      "\n"
		      "N2E/FaEDjTE7lV3o1AcisSyAxcMtqUsk2njb+RMqsoh3rUNKC3eu8hyRrrcqDrXK\n"
		      "ENamuS13GBApwVwDzPz2gyuF6MdLsqlFCGcnte1LDplI456Fy7hSkJ5shkfVs9Va\n"
		      "Y6PhmPo0l5+vfS6ImxDFg6HDkbkiqS2bDpZ4NljdOos=\n"
		      "-----END EC PRIVATE KEY-----\n",
	    "can't be read");
	assert_int_equal(prompts, 0);
	UI_set_default_method(NULL);
	UI_destroy_method(method);
}

static void what_stands_in_a_url_can_not_end_its_text(void **state)
{
	char *proof = ks_dpop_prove(KEY, strlen(KEY), "http://x/\"\\", TIME, "i", &err);

	(void)state;
	assert_non_null(proof);
	check_part(strchr(proof, '.') + 1,
	    "{\"jti\":\"i\",\"htm\":\"POST\",\"htu\":\"http://x/\\\"\\\\\",\"iat\":1795521600}");
	free(proof);
}

static void no_two_ids_are_alike(void **state)
{
	char one[KS_DPOP_ID_SIZE], other[KS_DPOP_ID_SIZE];

	(void)state;
	ks_dpop_make_id(one);
	ks_dpop_make_id(other);
	assert_string_not_equal(one, other);
	assert_int_equal(strlen(one), 36);
	assert_int_equal(strspn(one, "0123456789abcdef-"), 36);
	assert_int_equal(one[14], '4');
	assert_non_null(strchr("89ab", one[19]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_check_of_a_signature_can_fail),
	    cmocka_unit_test(a_proof_says_what_and_when_and_is_signed),
	    cmocka_unit_test(a_key_may_lack_its_public_half_or_be_in_another_wrapping),
	    cmocka_unit_test(what_is_no_such_key_is_refused),
	    cmocka_unit_test(no_password_is_asked_for),
	    cmocka_unit_test(what_stands_in_a_url_can_not_end_its_text),
	    cmocka_unit_test(no_two_ids_are_alike),
	};

	return cmocka_run_group_tests_name("aws_dpop", tests, NULL, NULL);
}
