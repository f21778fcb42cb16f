#include "core/base/json.h"

#include <stdbool.h>
#include <string.h>

/* Deeper than anything that we read; cJSON and its cJSON_Delete recurse. */
#define MAX_DEPTH 32

static bool refuse(const char **problem, const char *what)
{
	*problem = what;
	return false;
}

/*
 * What cJSON would let pass: raw and escaped NULs, which end a C string early, and nesting up to
 * its own limit of 1000.
 */
static bool is_fit_to_parse(const char *text, size_t len, const char **problem)
{
	bool quoted = false;
	int depth = 0;

	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (c == '\0')
			return refuse(problem, "contains a NUL byte");
		if (quoted && c == '\\') {
			if (len - i >= 6 && memcmp(text + i, "\\u0000", 6) == 0)
				return refuse(problem, "has a text with a NUL in it");
			i++;
		} else if (c == '"') {
			quoted = !quoted;
		} else if (!quoted && (c == '{' || c == '[') && ++depth > MAX_DEPTH) {
			return refuse(problem, "is nested too deeply");
		} else if (!quoted && (c == '}' || c == ']')) {
			depth--;
		}
	}
	return true;
}

static bool is_blank(const char *text, const char *end)
{
	while (text < end && strchr(" \t\r\n", *text) != NULL)
		text++;
	return text == end;
}

cJSON *ks_json_parse(const char *text, size_t len, const char **problem)
{
	const char *end = NULL;
	cJSON *json;

	if (len == 0) {
		refuse(problem, "is empty");
		return NULL;
	}
	if (!is_fit_to_parse(text, len, problem))
		return NULL;
	json = cJSON_ParseWithLengthOpts(text, len, &end, false);
	if (json != NULL && cJSON_IsObject(json) && is_blank(end, text + len))
		return json;
	cJSON_Delete(json);
	refuse(problem, "is not a JSON object");
	return NULL;
}

const cJSON *ks_json_member(const cJSON *object, const char *name)
{
	const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);

	return cJSON_IsNull(member) ? NULL : member;
}

const char *ks_json_text(const cJSON *object, const char *name)
{
	return cJSON_GetStringValue(ks_json_member(object, name));
}
