#include "core/emulator/request.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/hex.h"
#include "core/base/mem.h"
#include "core/base/text.h"

#define HEADER_BLOCK_MAX (16 * 1024)

void ks_emu_request_init(struct ks_emu_request *request, const char *uri)
{
	size_t path_len = strcspn(uri, "?");

	memset(request, 0, sizeof *request);
	request->path = ks_strndup(uri, path_len);
	request->query = ks_strdup(uri[path_len] == '?' ? uri + path_len + 1 : "");
}

void ks_emu_request_free(struct ks_emu_request *request)
{
	free(request->path);
	free(request->query);
	ks_buf_free(&request->body);
}

void ks_emu_request_add_header(struct ks_emu_request *request, const char *name, const char *value)
{
	request->header_bytes += strlen(name) + strlen(value) + strlen(": \r\n");
	if (request->header_count == KS_EMU_HEADERS_MAX ||
	    request->header_bytes > HEADER_BLOCK_MAX) {
		request->headers_refused = true;
		return;
	}
	request->headers[request->header_count++] = (struct ks_emu_header){name, value};
}

const char *ks_emu_request_header(const struct ks_emu_request *request, const char *name)
{
	for (size_t i = 0; i < request->header_count; i++)
		if (ks_text_casecmp(request->headers[i].name, name) == 0)
			return request->headers[i].value;
	return NULL;
}

size_t ks_emu_request_header_count(const struct ks_emu_request *request, const char *name)
{
	size_t count = 0;

	for (size_t i = 0; i < request->header_count; i++)
		count += ks_text_casecmp(request->headers[i].name, name) == 0;
	return count;
}

static bool param_is(const char *param, size_t len, const char *name)
{
	size_t decoded;
	char *text = ks_emu_percent_decode(param, len, &decoded);
	bool same = strcmp(text, name) == 0;

	free(text);
	return same;
}

/* Where the value of a parameter begins; NULL if it is absent. */
static const char *find_param(
    const struct ks_emu_request *request, const char *name, size_t *value_len)
{
	const char *param = request->query;
	size_t len, name_len;

	for (;; param += len + 1) {
		len = strcspn(param, "&");
		name_len = strcspn(param, "=");
		if (name_len > len)
			name_len = len;
		if (len > 0 && param_is(param, name_len, name)) {
			*value_len = len > name_len ? len - name_len - 1 : 0;
			return param + len - *value_len;
		}
		if (param[len] == '\0')
			return NULL;
	}
}

char *ks_emu_request_param(const struct ks_emu_request *request, const char *name)
{
	size_t len, decoded;
	const char *value = find_param(request, name, &len);

	return value != NULL ? ks_emu_percent_decode(value, len, &decoded) : NULL;
}

bool ks_emu_request_has_param(const struct ks_emu_request *request, const char *name)
{
	size_t len;

	return find_param(request, name, &len) != NULL;
}

char *ks_emu_percent_decode(const char *text, size_t len, size_t *decoded)
{
	char *out = ks_malloc(len + 1);
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '%' && i + 2 < len && ks_hex_value(text[i + 1]) >= 0 &&
		    ks_hex_value(text[i + 2]) >= 0) {
			out[n++] =
			    (char)(ks_hex_value(text[i + 1]) * 16 + ks_hex_value(text[i + 2]));
			i += 2;
		} else {
			out[n++] = text[i];
		}
	}
	out[n] = '\0';
	*decoded = n;
	return out;
}

static bool is_unreserved(unsigned char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("-_.~", c) != NULL);
}

void ks_emu_percent_encode(struct ks_buf *buf, const char *text, size_t len, bool keep_slash)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (is_unreserved(c) || (keep_slash && c == '/'))
			ks_buf_add(buf, text + i, 1);
		else
			ks_buf_printf(buf, "%%%02X", (unsigned)c);
	}
}
