/* Error replies: the many forms in which AWS says no. */
#include <stdio.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/text.h"
#include "core/lightsail/calls.h"
#include "core/lightsail/decode.h"

/* How much of a body that can't be read is shown. */
#define EXCERPT 200

static void set_clean(char *dst, size_t size, const char *text, size_t len)
{
	ks_text_clean(dst, size, text, len);
}

/* Drops ":http://…" first and "com.amazonaws.lightsail#" after that: botocore's order. */
static void set_type(char *dst, size_t size, const char *type)
{
	size_t len = strcspn(type, ":");
	const char *start = type + len;

	while (start > type && start[-1] != '#')
		start--;
	set_clean(dst, size, start, (size_t)(type + len - start));
}

static const char *or_empty(const char *text)
{
	return text != NULL ? text : "";
}

static const char *pick_type(const char *in_body, const char *in_header, const char *code)
{
	if (in_body != NULL && in_body[0] != '\0')
		return in_body;
	if (in_header != NULL && in_header[0] != '\0')
		return in_header;
	return or_empty(code);
}

static void set_tip(struct ks_err *err, const char *tip, const char *docs)
{
	if (tip[0] != '\0' && docs[0] != '\0')
		ks_err_tip(err, "%s See %s", tip, docs);
	else if (docs[0] != '\0')
		ks_err_tip(err, "See %s", docs);
	else
		ks_err_tip(err, "%s", tip);
}

static void set_from_body(struct ks_err *err, const cJSON *json, const char *errortype_header)
{
	const char *code = ks_json_text(json, "code");
	const char *message = ks_json_text(json, "message");
	const char *type = pick_type(ks_json_text(json, "__type"), errortype_header, code);

	if (message == NULL)
		message = or_empty(ks_json_text(json, "Message"));
	ks_err_set(err, KS_ERR_SERVICE, "%s", message);
	set_type(err->code, sizeof err->code, type);
	set_clean(err->subcode, sizeof err->subcode, or_empty(code), strlen(or_empty(code)));
	set_tip(err, or_empty(ks_json_text(json, "tip")), or_empty(ks_json_text(json, "docs")));
}

/* RFC 9110's words for what proxies and load balancers answer, after a blank; "" if not of those.
 */
static const char *meaning_of(int http_status)
{
	static const struct {
		int status;
		const char *meaning;
	} meanings[] = {
	    {400, " (Bad Request)"},
	    {401, " (Unauthorized)"},
	    {403, " (Forbidden)"},
	    {404, " (Not Found)"},
	    {407, " (Proxy Authentication Required)"},
	    {413, " (Content Too Large)"},
	    {429, " (Too Many Requests)"},
	    {500, " (Internal Server Error)"},
	    {502, " (Bad Gateway)"},
	    {503, " (Service Unavailable)"},
	    {504, " (Gateway Timeout)"},
	};

	for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
		if (meanings[i].status == http_status)
			return meanings[i].meaning;
	return "";
}

/* A page of a load balancer or proxy says nothing to people; a line of plain text may. */
static void set_unreadable(struct ks_err *err, int http_status, const char *body, size_t len)
{
	char excerpt[EXCERPT + 1];

	while (len > 0 && (unsigned char)body[0] <= ' ') {
		body++;
		len--;
	}
	if (len == 0 || body[0] == '<' || body[0] == '{' || body[0] == '[') {
		ks_err_set(err, KS_ERR_REPLY,
		    "The answer was HTTP status %d%s, without a readable reason", http_status,
		    meaning_of(http_status));
		return;
	}
	ks_text_clean(excerpt, sizeof excerpt, body, len);
	ks_err_set(err, KS_ERR_REPLY, "The answer was HTTP status %d%s: %s", http_status,
	    meaning_of(http_status), excerpt);
}

void ks_call_decode_error(
    int http_status, const char *errortype_header, const char *body, size_t len, struct ks_err *err)
{
	struct ks_err ignored;
	cJSON *json = ks_decode_parse(body, len, &ignored);

	if (json != NULL) {
		set_from_body(err, json, errortype_header);
	} else if (errortype_header != NULL && errortype_header[0] != '\0') {
		ks_err_set(err, KS_ERR_SERVICE, "The answer was HTTP status %d%s", http_status,
		    meaning_of(http_status));
		set_type(err->code, sizeof err->code, errortype_header);
	} else {
		set_unreadable(err, http_status, body, len);
	}
	cJSON_Delete(json);
	if (err->code[0] == '\0')
		snprintf(err->code, sizeof err->code, "%d", http_status);
	err->http_status = http_status;
}
