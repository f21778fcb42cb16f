#include "core/aws/signer.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/date.h"
#include "core/base/hex.h"
#include "core/base/mem.h"
#include "core/base/text.h"

#define HASH_LEN      32
#define SECRET_MAX    512 /* AWS's have 40 characters */
#define HEADER_MAX    64
#define PARAMETER_MAX 256
#define DAY_LEN       8 /* yyyymmdd */

/* A text that isn't terminated. */
struct span {
	const char *text;
	size_t len;
};

/* A query parameter as it was sent; ordered by its decoded name, then its decoded value. */
struct parameter {
	struct span name, value;
};

/* Everything about a request that the canonical form and the Authorization header need. */
struct canonical {
	const struct ks_signer_request *request;
	bool s3;
	char date[KS_DATE_SIZE];
	struct ks_signer_header headers[HEADER_MAX + KS_SIGNER_ADDED];
	size_t header_count;
	struct parameter parameters[PARAMETER_MAX];
	size_t parameter_count;
};

void ks_signer_hash(const void *data, size_t len, char dst[KS_SIGNER_HASH_SIZE])
{
	unsigned char hash[HASH_LEN];

	if (EVP_Digest(data, len, hash, NULL, EVP_sha256(), NULL) != 1)
		ks_mem_out();
	ks_hex_write(hash, sizeof hash, dst);
}

/* ---- percent-encoding ---- */

static bool is_unreserved(unsigned char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_' || c == '.' || c == '~';
}

/* Writes c, or its three characters; gives how many. */
static size_t encode_byte(unsigned char c, bool keep_slash, char dst[3])
{
	if (is_unreserved(c) || (keep_slash && c == '/')) {
		dst[0] = (char)c;
		return 1;
	}
	dst[0] = '%';
	dst[1] = "0123456789ABCDEF"[c >> 4];
	dst[2] = "0123456789ABCDEF"[c & 15];
	return 3;
}

char *ks_signer_encode(const char *text, size_t len, bool keep_slash)
{
	char *encoded = ks_malloc(3 * len + 1), *at = encoded;

	for (size_t i = 0; i < len; i++)
		at += encode_byte((unsigned char)text[i], keep_slash, at);
	*at = '\0';
	return encoded;
}

/* Takes one byte off the span, decoding %XX; false at its end. */
static bool decode_byte(struct span *span, unsigned char *byte)
{
	size_t used = 1;

	if (span->len == 0)
		return false;
	*byte = (unsigned char)span->text[0];
	if (*byte == '%' && span->len >= 3 && ks_hex_value(span->text[1]) >= 0 &&
	    ks_hex_value(span->text[2]) >= 0) {
		*byte =
		    (unsigned char)(ks_hex_value(span->text[1]) * 16 + ks_hex_value(span->text[2]));
		used = 3;
	}
	span->text += used;
	span->len -= used;
	return true;
}

/* ---- the canonical request ---- */

struct writer {
	ks_signer_sink *sink;
	void *ctx;
};

static void emit(const struct writer *writer, const char *text)
{
	writer->sink(writer->ctx, text, strlen(text));
}

static void emit_encoded(const struct writer *writer, struct span span, bool keep_slash)
{
	char encoded[3];

	for (size_t i = 0; i < span.len; i++)
		writer->sink(writer->ctx, encoded,
		    encode_byte((unsigned char)span.text[i], keep_slash, encoded));
}

/* Removes "." and "..", and empty segments; path begins with a slash. A new block. */
static char *normalise_path(const char *path)
{
	char *out = ks_malloc(strlen(path) + 2);
	size_t len = 0;
	bool slash_at_end = path[strlen(path) - 1] == '/';

	for (const char *at = path; *at != '\0';) {
		const char *segment = at + strspn(at, "/");
		size_t size = strcspn(segment, "/");

		at = segment + size;
		if (size == 0 || (size == 1 && segment[0] == '.'))
			continue;
		if (size == 2 && segment[0] == '.' && segment[1] == '.') {
			while (len > 0 && out[--len] != '/')
				continue;
			continue;
		}
		out[len++] = '/';
		memcpy(out + len, segment, size);
		len += size;
	}
	if (len == 0 || slash_at_end)
		out[len++] = '/';
	out[len] = '\0';
	return out;
}

static void emit_path(const struct writer *writer, const struct canonical *canonical)
{
	const char *path = canonical->request->path;
	char *normal;

	if (path[0] == '\0')
		path = "/";
	if (canonical->s3) {
		emit(writer, path);
		return;
	}
	normal = normalise_path(path);
	emit_encoded(writer, (struct span){normal, strlen(normal)}, true);
	free(normal);
}

/* Decoded and encoded again: so it doesn't matter which characters the sender had escaped. */
static void emit_recoded(const struct writer *writer, struct span span)
{
	unsigned char byte;
	char encoded[3];

	while (decode_byte(&span, &byte))
		writer->sink(writer->ctx, encoded, encode_byte(byte, false, encoded));
}

static void emit_query(const struct writer *writer, const struct canonical *canonical)
{
	for (size_t i = 0; i < canonical->parameter_count; i++) {
		if (i > 0)
			emit(writer, "&");
		emit_recoded(writer, canonical->parameters[i].name);
		emit(writer, "=");
		emit_recoded(writer, canonical->parameters[i].value);
	}
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Trimmed, and each run of blanks as one. */
static void emit_value(const struct writer *writer, const char *value)
{
	bool first = true;

	while (*value != '\0') {
		size_t word = 0;

		while (is_space(*value))
			value++;
		while (value[word] != '\0' && !is_space(value[word]))
			word++;
		if (word == 0)
			return;
		if (!first)
			emit(writer, " ");
		writer->sink(writer->ctx, value, word);
		value += word;
		first = false;
	}
}

static void emit_lower(const struct writer *writer, const char *name)
{
	for (; *name != '\0'; name++) {
		char c = *name >= 'A' && *name <= 'Z' ? (char)(*name - 'A' + 'a') : *name;

		writer->sink(writer->ctx, &c, 1);
	}
}

/* Is this header's name another than the one before it? */
static bool begins_name(const struct ks_signer_header *header, const char **before)
{
	bool begins = *before == NULL || ks_text_casecmp(header->name, *before) != 0;

	*before = header->name;
	return begins;
}

/* "name:value" lines; values of a repeated name are joined in the order they were given. */
static void emit_headers(const struct writer *writer, const struct canonical *canonical)
{
	const char *before = NULL;

	for (size_t i = 0; i < canonical->header_count; i++) {
		if (begins_name(&canonical->headers[i], &before)) {
			emit(writer, i > 0 ? "\n" : "");
			emit_lower(writer, canonical->headers[i].name);
			emit(writer, ":");
		} else {
			emit(writer, ",");
		}
		emit_value(writer, canonical->headers[i].value);
	}
	emit(writer, "\n");
}

static void emit_signed_names(const struct writer *writer, const struct canonical *canonical)
{
	const char *before = NULL;

	for (size_t i = 0; i < canonical->header_count; i++) {
		if (!begins_name(&canonical->headers[i], &before))
			continue;
		emit(writer, i > 0 ? ";" : "");
		emit_lower(writer, canonical->headers[i].name);
	}
}

static void emit_canonical(const struct writer *writer, const struct canonical *canonical)
{
	emit(writer, canonical->request->method);
	emit(writer, "\n");
	emit_path(writer, canonical);
	emit(writer, "\n");
	emit_query(writer, canonical);
	emit(writer, "\n");
	emit_headers(writer, canonical);
	emit(writer, "\n");
	emit_signed_names(writer, canonical);
	emit(writer, "\n");
	emit(writer, canonical->request->payload_hash);
}

/* ---- sorting a request into its canonical parts ---- */

/* Inserted behind its equals: the order of repeats is kept. */
static void add_header(struct canonical *canonical, const char *name, const char *value)
{
	size_t i = canonical->header_count++;

	for (; i > 0 && ks_text_casecmp(canonical->headers[i - 1].name, name) > 0; i--)
		canonical->headers[i] = canonical->headers[i - 1];
	canonical->headers[i] = (struct ks_signer_header){name, value};
}

/* Compares what two spans are encoded to, since that is what AWS sorts. */
static int compare_recoded(struct span a, struct span b)
{
	unsigned char byte_a, byte_b;

	for (;;) {
		bool more_a = decode_byte(&a, &byte_a), more_b = decode_byte(&b, &byte_b);
		char code_a[3] = {0}, code_b[3] = {0};
		int order;

		if (!more_a || !more_b)
			return (int)more_a - (int)more_b;
		encode_byte(byte_a, false, code_a);
		encode_byte(byte_b, false, code_b);
		order = memcmp(code_a, code_b, sizeof code_a);
		if (order != 0)
			return order;
	}
}

static int compare_parameters(const void *a, const void *b)
{
	const struct parameter *left = a, *right = b;
	int order = compare_recoded(left->name, right->name);

	return order != 0 ? order : compare_recoded(left->value, right->value);
}

static bool split_query(struct canonical *canonical, const char *query, struct ks_err *err)
{
	while (query != NULL && *query != '\0') {
		size_t len = strcspn(query, "&"), name = strcspn(query, "&=");
		size_t skip = name < len ? name + 1 : len;

		if (canonical->parameter_count == PARAMETER_MAX)
			return ks_err_set(err, KS_ERR_USAGE, "Too many query parameters to sign");
		if (len > 0)
			canonical->parameters[canonical->parameter_count++] =
			    (struct parameter){{query, name}, {query + skip, len - skip}};
		query += len;
		query += *query == '&';
	}
	qsort(canonical->parameters, canonical->parameter_count, sizeof canonical->parameters[0],
	    compare_parameters);
	return true;
}

static bool has_host(const struct ks_signer_request *request)
{
	for (size_t i = 0; i < request->header_count; i++)
		if (ks_text_casecmp(request->headers[i].name, "host") == 0)
			return true;
	return false;
}

static bool prepare(struct canonical *canonical, const struct ks_signer_request *request,
    const struct ks_credentials *credentials, struct ks_err *err)
{
	canonical->request = request;
	canonical->s3 = strcmp(request->service, "s3") == 0;
	canonical->header_count = 0;
	canonical->parameter_count = 0;
	ks_date_amz(request->time, canonical->date);
	if (!has_host(request))
		return ks_err_set(err, KS_ERR_USAGE, "A request without a host can't be signed");
	if (request->header_count > HEADER_MAX)
		return ks_err_set(err, KS_ERR_USAGE, "Too many headers to sign");
	for (size_t i = 0; i < request->header_count; i++)
		add_header(canonical, request->headers[i].name, request->headers[i].value);
	add_header(canonical, "X-Amz-Date", canonical->date);
	if (canonical->s3)
		add_header(canonical, "X-Amz-Content-Sha256", request->payload_hash);
	if (credentials->token != NULL)
		add_header(canonical, "X-Amz-Security-Token", ks_secret_value(credentials->token));
	return split_query(canonical, request->query, err);
}

bool ks_signer_canonical(const struct ks_signer_request *request,
    const struct ks_credentials *credentials, ks_signer_sink *sink, void *ctx, struct ks_err *err)
{
	struct writer writer = {sink, ctx};
	struct canonical canonical;

	if (!prepare(&canonical, request, credentials, err))
		return false;
	emit_canonical(&writer, &canonical);
	return true;
}

/* ---- keys and signature ---- */

/* Digests of memory fail for want of memory only. */
static void hmac(const void *key, size_t key_len, const char *text, unsigned char out[HASH_LEN])
{
	const unsigned char *data = (const unsigned char *)text;

	if (HMAC(EVP_sha256(), key, (int)key_len, data, strlen(text), out, NULL) == NULL)
		ks_mem_out();
}

bool ks_signer_derive(const struct ks_secret *secret, const char *day, const char *region,
    const char *service, struct ks_signer_keys *out, struct ks_err *err)
{
	char start[4 + SECRET_MAX] = "AWS4";
	size_t len = ks_secret_len(secret);

	if (len == 0 || len > SECRET_MAX)
		return ks_err_set(err, KS_ERR_CREDENTIALS,
		    "The secret access key has %zu characters: that is none of AWS's", len);
	memcpy(start + 4, ks_secret_value(secret), len);
	hmac(start, 4 + len, day, out->date);
	hmac(out->date, HASH_LEN, region, out->region);
	hmac(out->region, HASH_LEN, service, out->service);
	hmac(out->service, HASH_LEN, "aws4_request", out->signing);
	ks_wipe(start, sizeof start);
	return true;
}

static void hash_sink(void *ctx, const char *data, size_t len)
{
	EVP_DigestUpdate(ctx, data, len);
}

/* Hashed as it is written: it holds the session token, so that no copy of it is made. */
static void hash_canonical(const struct canonical *canonical, char dst[KS_SIGNER_HASH_SIZE])
{
	EVP_MD_CTX *digest = EVP_MD_CTX_new();
	struct writer writer = {hash_sink, digest};
	unsigned char hash[HASH_LEN];

	if (digest == NULL || EVP_DigestInit_ex(digest, EVP_sha256(), NULL) != 1)
		ks_mem_out();
	emit_canonical(&writer, canonical);
	EVP_DigestFinal_ex(digest, hash, NULL);
	EVP_MD_CTX_free(digest);
	ks_hex_write(hash, sizeof hash, dst);
}

static void buf_sink(void *ctx, const char *data, size_t len)
{
	ks_buf_add(ctx, data, len);
}

static bool sign_hash(const struct canonical *canonical, const struct ks_credentials *credentials,
    struct ks_signer_result *out, struct ks_err *err)
{
	const struct ks_signer_request *request = canonical->request;
	struct ks_signer_keys keys;
	unsigned char signature[HASH_LEN];
	char day[DAY_LEN + 1] = "";
	struct ks_buf text;

	memcpy(day, canonical->date, DAY_LEN);
	if (!ks_signer_derive(
		credentials->secret, day, request->region, request->service, &keys, err))
		return false;
	ks_buf_init(&text, 4096);
	ks_buf_printf(&text, "AWS4-HMAC-SHA256\n%s\n%s/%s/%s/aws4_request\n%s", canonical->date,
	    day, request->region, request->service, out->canonical_hash);
	hmac(keys.signing, HASH_LEN, ks_buf_text(&text), signature);
	ks_wipe(&keys, sizeof keys);
	ks_hex_write(signature, sizeof signature, out->signature);
	ks_buf_free(&text);
	return true;
}

static bool write_authorization(const struct canonical *canonical,
    const struct ks_credentials *credentials, struct ks_signer_result *out, struct ks_err *err)
{
	const struct ks_signer_request *request = canonical->request;
	struct ks_buf text;
	struct writer writer = {buf_sink, &text};

	ks_buf_init(&text, (size_t)16 * 1024);
	ks_buf_printf(&text,
	    "AWS4-HMAC-SHA256 Credential=%s/%.8s/%s/%s/aws4_request, SignedHeaders=",
	    credentials->access_key_id, canonical->date, request->region, request->service);
	emit_signed_names(&writer, canonical);
	ks_buf_printf(&text, ", Signature=%s", out->signature);
	if (text.overflow) {
		ks_buf_free(&text);
		return ks_err_set(
		    err, KS_ERR_USAGE, "The names of the signed headers are too long");
	}
	out->authorization = ks_buf_take(&text);
	return true;
}

static void list_added_headers(const struct canonical *canonical,
    const struct ks_credentials *credentials, struct ks_signer_result *out)
{
	struct ks_signer_header *next = out->headers;

	snprintf(out->date, sizeof out->date, "%.23s", canonical->date);
	*next++ = (struct ks_signer_header){"X-Amz-Date", out->date};
	if (credentials->token != NULL)
		*next++ = (struct ks_signer_header){
		    "X-Amz-Security-Token", ks_secret_value(credentials->token)};
	if (canonical->s3) {
		snprintf(out->content_hash, sizeof out->content_hash, "%s",
		    canonical->request->payload_hash);
		*next++ = (struct ks_signer_header){"X-Amz-Content-Sha256", out->content_hash};
	}
	*next++ = (struct ks_signer_header){"Authorization", out->authorization};
	out->header_count = (size_t)(next - out->headers);
}

bool ks_signer_sign(const struct ks_signer_request *request,
    const struct ks_credentials *credentials, struct ks_signer_result *out, struct ks_err *err)
{
	struct canonical canonical;

	memset(out, 0, sizeof *out);
	if (!prepare(&canonical, request, credentials, err))
		return false;
	hash_canonical(&canonical, out->canonical_hash);
	if (!sign_hash(&canonical, credentials, out, err) ||
	    !write_authorization(&canonical, credentials, out, err))
		return false;
	list_added_headers(&canonical, credentials, out);
	return true;
}

void ks_signer_clear(struct ks_signer_result *result)
{
	free(result->authorization);
	memset(result, 0, sizeof *result);
}
