/* Error replies: the many forms in which AWS says no. */
#include <stdio.h>
#include <string.h>

#include "core/base/http_status.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/lightsail/calls.h"
#include "core/lightsail/decode.h"

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

void ks_call_decode_error(
    int http_status, const char *errortype_header, const char *body, size_t len, struct ks_err *err)
{
	struct ks_err ignored;
	cJSON *json = ks_decode_parse(body, len, &ignored);

	if (json != NULL) {
		set_from_body(err, json, errortype_header);
	} else if (errortype_header != NULL && errortype_header[0] != '\0') {
		ks_err_set(err, KS_ERR_SERVICE, "The answer was HTTP status %d%s", http_status,
		    ks_http_meaning(http_status));
		set_type(err->code, sizeof err->code, errortype_header);
	} else {
		ks_http_unreadable(http_status, body, len, err);
	}
	cJSON_Delete(json);
	if (err->code[0] == '\0')
		snprintf(err->code, sizeof err->code, "%d", http_status);
	err->http_status = http_status;
}
