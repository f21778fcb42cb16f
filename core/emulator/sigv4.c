#include "core/emulator/sigv4.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "core/base/date.h"
#include "core/base/hex.h"
#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/text.h"

#define CACHE_SIZE 256 /* a power of two */

struct cache_entry {
	char scope[256]; /* id/date/region/service; "" while empty */
	unsigned char key[32];
};

struct ks_emu_sig_cache {
	struct cache_entry entries[CACHE_SIZE];
};

struct ks_emu_sig_cache *ks_emu_sig_cache_new(void)
{
	return ks_calloc(1, sizeof(struct ks_emu_sig_cache));
}

void ks_emu_sig_cache_free(struct ks_emu_sig_cache *cache)
{
	if (cache == NULL)
		return;
	ks_wipe(cache, sizeof *cache);
	free(cache);
}

void ks_emu_sha256_hex(const void *data, size_t len, char hex[KS_EMU_SHA256_HEX])
{
	unsigned char digest[32];

	if (EVP_Digest(data, len, digest, NULL, EVP_sha256(), NULL) != 1)
		ks_mem_out();
	ks_hex_write(digest, sizeof digest, hex);
}

static void hmac(const void *key, size_t key_len, const char *text, unsigned char out[32])
{
	if (HMAC(EVP_sha256(), key, (int)key_len, (const unsigned char *)text, strlen(text), out,
		NULL) == NULL)
		ks_mem_out();
}

void ks_emu_sig_signing_key(const struct ks_emu_sig *sig, const char *secret, unsigned char key[32])
{
	const char *steps[] = {sig->region, sig->service, "aws4_request"};
	char first[160];

	snprintf(first, sizeof first, "AWS4%s", secret);
	hmac(first, strlen(first), sig->date, key);
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
		hmac(key, 32, steps[i], key);
	ks_wipe(first, sizeof first);
}

static const unsigned char *cached_key(struct ks_emu_sig_cache *cache, const struct ks_emu_sig *sig,
    const char *secret, const char *cache_id)
{
	struct cache_entry *entry;
	char scope[sizeof entry->scope];
	uint32_t hash = 2166136261u;

	snprintf(
	    scope, sizeof scope, "%s/%s/%s/%s", cache_id, sig->date, sig->region, sig->service);
	for (const char *at = scope; *at != '\0'; at++)
		hash = (hash ^ (unsigned char)*at) * 16777619u;
	entry = &cache->entries[(hash ^ hash >> 16) & (CACHE_SIZE - 1)];
	if (strcmp(entry->scope, scope) != 0) {
		ks_emu_sig_signing_key(sig, secret, entry->key);
		memcpy(entry->scope, scope, sizeof scope);
	}
	return entry->key;
}

/* ---- the canonical request ---- */

/* Drops the last segment of what was written since start: the meaning of "..". */
static void drop_segment(struct ks_buf *buf, size_t start)
{
	while (buf->len > start && buf->data[buf->len - 1] != '/')
		buf->len--;
	if (buf->len > start)
		buf->len--;
}

/* Dots and double slashes go, then every segment is encoded (again). */
static void add_normal_path(struct ks_buf *buf, const char *path)
{
	size_t start = buf->len, len;
	bool slash_at_end = true;

	for (; *path != '\0'; path += len) {
		path += strspn(path, "/");
		len = strcspn(path, "/");
		slash_at_end = path[len] == '/' || len == 0;
		if (len == 2 && memcmp(path, "..", 2) == 0) {
			drop_segment(buf, start);
			slash_at_end = true;
		} else if (len > 0 && !(len == 1 && *path == '.')) {
			ks_buf_puts(buf, "/");
			ks_emu_percent_encode(buf, path, len, false);
		} else {
			slash_at_end = true;
		}
	}
	if (slash_at_end)
		ks_buf_puts(buf, "/");
}

/* S3: as it was sent, encoded once. */
static void add_s3_path(struct ks_buf *buf, const char *path)
{
	size_t len;
	char *decoded = ks_emu_percent_decode(path, strlen(path), &len);

	ks_emu_percent_encode(buf, decoded, len, true);
	free(decoded);
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/*
 * One parameter as NAME, a byte below all that encoding leaves, VALUE: sorting such texts sorts by
 * name, then by value.
 */
#define NAME_END "\x01"

static char *canonical_param(const char *param, size_t len)
{
	size_t name_len = strcspn(param, "="), decoded;
	struct ks_buf buf;
	char *text;

	ks_buf_init(&buf, 256 * 1024);
	if (name_len > len)
		name_len = len;
	text = ks_emu_percent_decode(param, name_len, &decoded);
	ks_emu_percent_encode(&buf, text, decoded, false);
	free(text);
	ks_buf_puts(&buf, NAME_END);
	if (name_len < len) {
		text = ks_emu_percent_decode(param + name_len + 1, len - name_len - 1, &decoded);
		ks_emu_percent_encode(&buf, text, decoded, false);
		free(text);
	}
	return ks_buf_take(&buf);
}

static void add_query(struct ks_buf *buf, const char *query)
{
	char **params = NULL;
	size_t count = 0, cap = 0, len;
	bool first = true;

	for (; *query != '\0'; query += len + (query[len] == '&')) {
		len = strcspn(query, "&");
		if (len == 0)
			continue;
		params = ks_grow(params, count, &cap, sizeof *params);
		params[count++] = canonical_param(query, len);
	}
	if (count > 0)
		qsort(params, count, sizeof *params, compare_texts);
	for (size_t i = 0; i < count; i++) {
		len = strcspn(params[i], NAME_END);
		/* A presigned request's signature is the one thing it can't cover. */
		if (strncmp(params[i], "X-Amz-Signature" NAME_END, len + 1) != 0) {
			ks_buf_printf(buf, "%s%.*s=%s", first ? "" : "&", (int)len, params[i],
			    params[i] + len + 1);
			first = false;
		}
		free(params[i]);
	}
	free(params);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Trimmed, inner runs of blanks as one. */
static void add_collapsed(struct ks_buf *buf, const char *value)
{
	size_t start = buf->len;
	bool gap = false;

	for (; *value != '\0'; value++) {
		if (is_blank(*value)) {
			gap = true;
			continue;
		}
		if (gap && buf->len > start)
			ks_buf_puts(buf, " ");
		gap = false;
		ks_buf_add(buf, value, 1);
	}
}

static void add_signed_header(
    struct ks_buf *buf, const struct ks_emu_request *request, const char *name)
{
	bool first = true;

	ks_buf_printf(buf, "%s:", name);
	for (size_t i = 0; i < request->header_count; i++) {
		if (ks_text_casecmp(request->headers[i].name, name) != 0)
			continue;
		if (!first)
			ks_buf_puts(buf, ",");
		first = false;
		add_collapsed(buf, request->headers[i].value);
	}
	ks_buf_puts(buf, "\n");
}

void ks_emu_sig_canonical(
    const struct ks_emu_request *request, enum ks_emu_sig_style style, struct ks_emu_sig *sig)
{
	struct ks_buf *buf = &sig->canonical;
	char hash[KS_EMU_SHA256_HEX];

	ks_buf_printf(buf, "%s\n", request->method);
	if (style == KS_EMU_SIG_S3)
		add_s3_path(buf, request->path);
	else
		add_normal_path(buf, request->path);
	ks_buf_puts(buf, "\n");
	add_query(buf, request->query);
	ks_buf_puts(buf, "\n");
	for (size_t i = 0; i < sig->name_count; i++)
		add_signed_header(buf, request, sig->names[i]);
	for (size_t i = 0; i < sig->name_count; i++)
		ks_buf_printf(buf, "%s%s", i > 0 ? ";" : "\n", sig->names[i]);
	ks_buf_printf(buf, "\n%s", sig->payload);
	ks_emu_sha256_hex(buf->data, buf->len, hash);
	ks_buf_printf(&sig->to_sign, "AWS4-HMAC-SHA256\n%s\n%s/%s/%s/aws4_request\n%s",
	    sig->amz_date, sig->date, sig->region, sig->service, hash);
}

/* ---- the checks ---- */

static bool is_signed(const struct ks_emu_sig *sig, const char *header)
{
	for (size_t i = 0; i < sig->name_count; i++)
		if (ks_text_casecmp(sig->names[i], header) == 0)
			return true;
	return false;
}

/* host, every x-amz-* and content-type. S3 lets content-type be. */
static bool must_be_signed(const char *header, enum ks_emu_sig_style style)
{
	if (ks_text_casecmp(header, "host") == 0)
		return true;
	if (style == KS_EMU_SIG_PLAIN && ks_text_casecmp(header, "content-type") == 0)
		return true;
	return strncasecmp(header, "x-amz-", strlen("x-amz-")) == 0;
}

static bool covers_enough(
    const struct ks_emu_request *request, enum ks_emu_sig_style style, struct ks_emu_sig *sig)
{
	for (size_t i = 0; i < request->header_count; i++) {
		const char *name = request->headers[i].name;

		if (!must_be_signed(name, style) || is_signed(sig, name))
			continue;
		snprintf(sig->complaint, sizeof sig->complaint,
		    "There were headers present in the request which were not signed: %.100s",
		    name);
		return false;
	}
	for (size_t i = 0; i < sig->name_count; i++) {
		if (ks_emu_request_header(request, sig->names[i]) != NULL)
			continue;
		snprintf(sig->complaint, sizeof sig->complaint,
		    "A signed header is not in the request: %.100s", sig->names[i]);
		return false;
	}
	return is_signed(sig, "host");
}

static bool payload_is_right(
    const struct ks_emu_request *request, enum ks_emu_sig_style style, const struct ks_emu_sig *sig)
{
	char hex[KS_EMU_SHA256_HEX];

	if (style == KS_EMU_SIG_S3 && strcmp(sig->payload, "UNSIGNED-PAYLOAD") == 0)
		return true;
	if (ks_emu_request_header(request, "x-amz-content-sha256") == NULL)
		return true; /* then the hash is our own */
	ks_emu_sha256_hex(ks_buf_text(&request->body), request->body.len, hex);
	return strcmp(hex, sig->payload) == 0;
}

static const char *minutes_from(int64_t now, int64_t span_ms, char text[KS_DATE_SIZE])
{
	return ks_date_amz(now + span_ms, text);
}

enum ks_emu_sig_verdict ks_emu_sig_check_time(
    struct ks_emu_sig *sig, int64_t now, int64_t window_ms)
{
	char at[KS_DATE_SIZE], edge[KS_DATE_SIZE];
	long long minutes = (long long)(window_ms / 60000);

	ks_date_amz(now, at);
	if (sig->time > now + window_ms) {
		snprintf(sig->complaint, sizeof sig->complaint,
		    "Signature not yet current: %s is still later than %s (%s + %lld min.)",
		    sig->amz_date, minutes_from(now, window_ms, edge), at, minutes);
		return KS_EMU_SIG_TOO_NEW;
	}
	if (sig->presigned)
		return now > sig->time + sig->expires_s * 1000 ? KS_EMU_SIG_EXPIRED : KS_EMU_SIG_OK;
	if (sig->time < now - window_ms) {
		snprintf(sig->complaint, sizeof sig->complaint,
		    "Signature expired: %s is now earlier than %s (%s - %lld min.)", sig->amz_date,
		    minutes_from(now, -window_ms, edge), at, minutes);
		return KS_EMU_SIG_TOO_OLD;
	}
	return KS_EMU_SIG_OK;
}

enum ks_emu_sig_verdict ks_emu_sig_verify(struct ks_emu_sig_cache *cache,
    const struct ks_emu_request *request, enum ks_emu_sig_style style, struct ks_emu_sig *sig,
    const char *secret, const char *cache_id)
{
	unsigned char mac[32];
	char hex[KS_EMU_SHA256_HEX];

	if (!covers_enough(request, style, sig))
		return KS_EMU_SIG_UNSIGNED;
	ks_emu_sig_canonical(request, style, sig);
	hmac(cached_key(cache, sig, secret, cache_id), 32, ks_buf_text(&sig->to_sign), mac);
	ks_hex_write(mac, sizeof mac, hex);
	if (CRYPTO_memcmp(hex, sig->signature, 64) != 0)
		return KS_EMU_SIG_MISMATCH;
	if (!payload_is_right(request, style, sig))
		return KS_EMU_SIG_PAYLOAD;
	return KS_EMU_SIG_OK;
}
