/* Reading a call's body and holding it against the operation's inputs. */
#include <string.h>

#include "core/emulator/lightsail.h"

#define DEPTH_MAX 64

/* Counted before the parser sees it: the parser recurses. */
static bool is_too_deep(const char *text, size_t len)
{
	bool in_string = false;
	int depth = 0;

	for (size_t i = 0; i < len; i++) {
		if (in_string && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			in_string = !in_string;
		else if (!in_string && (text[i] == '{' || text[i] == '['))
			depth++;
		else if (!in_string && (text[i] == '}' || text[i] == ']'))
			depth--;
		if (depth > DEPTH_MAX)
			return true;
	}
	return false;
}

static cJSON *parse_body(const struct ks_buf *body)
{
	const char *end = NULL;
	cJSON *json;

	/* A NUL would end the text for the parser and hide what follows it. */
	if (memchr(ks_buf_text(body), '\0', body->len) != NULL ||
	    is_too_deep(ks_buf_text(body), body->len))
		return NULL;
	json = cJSON_ParseWithLengthOpts(ks_buf_text(body), body->len + 1, &end, true);
	if (json != NULL && cJSON_IsObject(json))
		return json;
	cJSON_Delete(json);
	return NULL;
}

static bool are_tags(const cJSON *value)
{
	const cJSON *tag, *key, *text;

	if (!cJSON_IsArray(value))
		return false;
	cJSON_ArrayForEach(tag, value)
	{
		key = cJSON_GetObjectItemCaseSensitive(tag, "key");
		text = cJSON_GetObjectItemCaseSensitive(tag, "value");
		if (!cJSON_IsObject(tag) || (key != NULL && !cJSON_IsString(key)) ||
		    (text != NULL && !cJSON_IsString(text)))
			return false;
	}
	return true;
}

static bool has_type(const cJSON *value, const struct ks_emu_input *input)
{
	switch (input->type) {
	case KS_EMU_STRING:
		return cJSON_IsString(value);
	case KS_EMU_BOOLEAN:
		return cJSON_IsBool(value);
	case KS_EMU_TAGS:
		return are_tags(value);
	}
	return false;
}

static bool check_member(struct ks_emu_call *call, const struct ks_emu_input *input)
{
	const cJSON *value = cJSON_GetObjectItemCaseSensitive(call->input, input->name);

	if (value == NULL || cJSON_IsNull(value))
		return !input->required ||
		       ks_emu_call_fail(call, KS_EMU_INVALID_INPUT, "InvalidInput",
			   "The parameter %s is required.", input->name);
	if (!has_type(value, input))
		return ks_emu_call_fail(call, KS_EMU_SERIALIZATION, NULL,
		    "The value of %s has the wrong type.", input->name);
	if (input->good != NULL && !input->good(value->valuestring))
		return ks_emu_call_fail(call, KS_EMU_INVALID_INPUT, "InvalidInput",
		    "The parameter %s is not valid: %s.", input->name, input->rule);
	return true;
}

bool ks_emu_call_read_input(struct ks_emu_call *call)
{
	const struct ks_buf *body = &call->request->body;

	call->input = body->len > 0 ? parse_body(body) : cJSON_CreateObject();
	if (call->input == NULL)
		return ks_emu_call_fail(call, KS_EMU_SERIALIZATION, NULL, "%s",
		    ks_emu_error_sentence(KS_EMU_SERIALIZATION));
	for (const struct ks_emu_input *input = call->op->inputs; input->name != NULL; input++)
		if (!check_member(call, input))
			return false;
	return true;
}

const char *ks_emu_call_string(const struct ks_emu_call *call, const char *name)
{
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(call->input, name));
}

bool ks_emu_call_true(const struct ks_emu_call *call, const char *name)
{
	return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(call->input, name));
}
