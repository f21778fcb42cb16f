/* Reading what a request says about its signature. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/date.h"
#include "core/base/mem.h"
#include "core/emulator/sigv4.h"

#define ALGORITHM       "AWS4-HMAC-SHA256"
#define PRESIGNED_MAX_S (7 * 24 * 3600)

void ks_emu_sig_free(struct ks_emu_sig *sig)
{
	ks_buf_free(&sig->canonical);
	ks_buf_free(&sig->to_sign);
}

static enum ks_emu_sig_verdict complain(
    struct ks_emu_sig *sig, enum ks_emu_sig_verdict verdict, const char *complaint)
{
	snprintf(sig->complaint, sizeof sig->complaint, "%s", complaint);
	return verdict;
}

/* Copies one part of a credential; false when it is empty or too long. */
static bool copy_part(char *dst, size_t size, const char *part, size_t len)
{
	if (len == 0 || len >= size)
		return false;
	memcpy(dst, part, len);
	dst[len] = '\0';
	return true;
}

/* Takes the part after the last slash off; NULL when there is no slash. */
static const char *cut_last(const char *text, size_t *len, size_t *part_len)
{
	for (size_t i = *len; i > 0; i--) {
		if (text[i - 1] != '/')
			continue;
		*part_len = *len - i;
		*len = i - 1;
		return text + i;
	}
	return NULL;
}

/* id/yyyymmdd/region/service/aws4_request: four parts from the right, the rest is the ID. */
static bool parse_credential(struct ks_emu_sig *sig, const char *text, size_t len)
{
	struct {
		char *dst;
		size_t size;
	} parts[] = {
	    {sig->service, sizeof sig->service},
	    {sig->region, sizeof sig->region},
	    {sig->date, sizeof sig->date},
	};
	const char *part;
	size_t part_len;

	part = cut_last(text, &len, &part_len);
	if (part == NULL || part_len != strlen("aws4_request") ||
	    memcmp(part, "aws4_request", part_len) != 0)
		return false;
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		part = cut_last(text, &len, &part_len);
		if (part == NULL || !copy_part(parts[i].dst, parts[i].size, part, part_len))
			return false;
	}
	return strspn(sig->date, "0123456789") == 8 &&
	       copy_part(sig->key_id, sizeof sig->key_id, text, len);
}

/* a;b;c: lower case, sorted, each once. */
static bool parse_names(struct ks_emu_sig *sig, const char *text, size_t len)
{
	char *at = sig->names_text;

	if (!copy_part(sig->names_text, sizeof sig->names_text, text, len))
		return false;
	for (; at != NULL; at = strchr(at, ';')) {
		if (sig->name_count > 0)
			*at++ = '\0';
		if (*at == '\0' || *at == ';' || sig->name_count == KS_EMU_SIG_NAMES)
			return false;
		sig->names[sig->name_count++] = at;
	}
	for (size_t i = 0; i < sig->name_count; i++) {
		if (strpbrk(sig->names[i], "ABCDEFGHIJKLMNOPQRSTUVWXYZ ") != NULL)
			return false;
		if (i > 0 && strcmp(sig->names[i - 1], sig->names[i]) >= 0)
			return false;
	}
	return true;
}

static bool parse_signature(struct ks_emu_sig *sig, const char *text, size_t len)
{
	return len == 64 && copy_part(sig->signature, sizeof sig->signature, text, len) &&
	       strspn(sig->signature, "0123456789abcdef") == 64;
}

/* The three parts of an Authorization header, and the query parameters that say the same. */
static const struct {
	const char *name;
	const char *param;
	bool (*parse)(struct ks_emu_sig *sig, const char *text, size_t len);
} parts[] = {
    {"Credential", "X-Amz-Credential", parse_credential},
    {"SignedHeaders", "X-Amz-SignedHeaders", parse_names},
    {"Signature", "X-Amz-Signature", parse_signature},
};
#define PART_COUNT (sizeof parts / sizeof parts[0])

static bool parse_part(struct ks_emu_sig *sig, const char *text, size_t len, unsigned *seen)
{
	size_t name_len = strcspn(text, "=");

	if (name_len >= len)
		return false;
	for (size_t i = 0; i < PART_COUNT; i++) {
		if (strlen(parts[i].name) != name_len || memcmp(parts[i].name, text, name_len) != 0)
			continue;
		if (*seen & 1u << i)
			return false;
		*seen |= 1u << i;
		return parts[i].parse(sig, text + name_len + 1, len - name_len - 1);
	}
	return false;
}

static enum ks_emu_sig_verdict parse_header(struct ks_emu_sig *sig, const char *text)
{
	unsigned seen = 0;
	size_t len;

	if (strncmp(text, ALGORITHM " ", strlen(ALGORITHM " ")) != 0)
		return complain(sig, KS_EMU_SIG_UNSUPPORTED,
		    "The authorization mechanism is not supported; use " ALGORITHM ".");
	for (text += strlen(ALGORITHM " "); *text != '\0'; text += len) {
		text += strspn(text, " ,");
		len = strcspn(text, ",");
		if (len > 0 && !parse_part(sig, text, len, &seen))
			return complain(
			    sig, KS_EMU_SIG_MALFORMED, "Authorization header is not well formed.");
	}
	if (seen != (1u << PART_COUNT) - 1)
		return complain(sig, KS_EMU_SIG_MALFORMED,
		    "Authorization header requires 'Credential', 'SignedHeaders' and "
		    "'Signature' parameters.");
	return KS_EMU_SIG_OK;
}

static enum ks_emu_sig_verdict parse_query(
    const struct ks_emu_request *request, struct ks_emu_sig *sig)
{
	char *text;
	bool good = true;

	sig->presigned = true;
	for (size_t i = 0; i < PART_COUNT && good; i++) {
		text = ks_emu_request_param(request, parts[i].param);
		good = text != NULL && parts[i].parse(sig, text, strlen(text));
		free(text);
	}
	text = ks_emu_request_param(request, "X-Amz-Expires");
	sig->expires_s = text != NULL ? strtol(text, NULL, 10) : -1;
	free(text);
	if (!good || sig->expires_s < 0 || sig->expires_s > PRESIGNED_MAX_S)
		return complain(sig, KS_EMU_SIG_MALFORMED,
		    "Query-string authentication requires the X-Amz-Credential, "
		    "X-Amz-SignedHeaders, X-Amz-Signature, X-Amz-Date and X-Amz-Expires "
		    "parameters.");
	return KS_EMU_SIG_OK;
}

/* X-Amz-Date, or Date where that is absent. */
static enum ks_emu_sig_verdict parse_time(
    const struct ks_emu_request *request, struct ks_emu_sig *sig)
{
	char *param = sig->presigned ? ks_emu_request_param(request, "X-Amz-Date") : NULL;
	const char *text = param != NULL ? param : ks_emu_request_header(request, "x-amz-date");
	char date[KS_DATE_SIZE] = "";

	if (text == NULL)
		text = ks_emu_request_header(request, "date");
	snprintf(sig->amz_date, sizeof sig->amz_date, "%s", text != NULL ? text : "");
	free(param);
	if (!ks_date_parse_amz(sig->amz_date, &sig->time) &&
	    !ks_date_parse_http(sig->amz_date, &sig->time))
		return complain(sig, KS_EMU_SIG_MALFORMED,
		    "Authorization requires a valid 'X-Amz-Date' or 'Date' header.");
	ks_date_amz(sig->time, date);
	if (strncmp(date, sig->date, 8) != 0)
		return complain(sig, KS_EMU_SIG_MALFORMED,
		    "Date in Credential scope does not match the date of the request.");
	snprintf(sig->amz_date, sizeof sig->amz_date, "%s", date);
	return KS_EMU_SIG_OK;
}

/* The last line of the canonical request, as the sender must have had it. */
static void find_payload(
    const struct ks_emu_request *request, enum ks_emu_sig_style style, struct ks_emu_sig *sig)
{
	const char *sent = ks_emu_request_header(request, "x-amz-content-sha256");
	char hex[KS_EMU_SHA256_HEX];

	if (style == KS_EMU_SIG_S3 && sig->presigned && sent == NULL)
		sent = "UNSIGNED-PAYLOAD";
	if (sent == NULL) {
		ks_emu_sha256_hex(ks_buf_text(&request->body), request->body.len, hex);
		sent = hex;
	}
	snprintf(sig->payload, sizeof sig->payload, "%s", sent);
}

enum ks_emu_sig_verdict ks_emu_sig_parse(
    const struct ks_emu_request *request, enum ks_emu_sig_style style, struct ks_emu_sig *sig)
{
	const char *header = ks_emu_request_header(request, "authorization");
	enum ks_emu_sig_verdict verdict;

	memset(sig, 0, sizeof *sig);
	ks_buf_init(&sig->canonical, 256 * 1024);
	ks_buf_init(&sig->to_sign, 4096);
	if (header != NULL)
		verdict = parse_header(sig, header);
	else if (style == KS_EMU_SIG_S3 && ks_emu_request_has_param(request, "X-Amz-Algorithm"))
		verdict = parse_query(request, sig);
	else
		return complain(sig, KS_EMU_SIG_MISSING, "Missing Authentication Token");
	if (verdict == KS_EMU_SIG_OK)
		verdict = parse_time(request, sig);
	if (verdict == KS_EMU_SIG_OK)
		find_payload(request, style, sig);
	return verdict;
}
