#include "core/lightsail/decode.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/date.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/lightsail/model.h"

/* Times that a calendar of four-digit years can show: 0001-01-01 to 9999-12-31. */
#define FIRST_SECOND (-62135596800.0)
#define LAST_SECOND  253402300799.0

struct decoder {
	struct ks_err *err;
	bool tolerant;
	char where[128]; /* path of the object that is being read: "buckets[3].location" */
};

/* ---- text to tree ---- */

cJSON *ks_decode_parse(const char *body, size_t len, struct ks_err *err)
{
	const char *problem = NULL;
	cJSON *json = ks_json_parse(body, len, &problem);

	if (json == NULL)
		ks_err_set(err, KS_ERR_REPLY, "The reply %s", problem);
	return json;
}

/* ---- tree to struct ---- */

/* False unless tolerant: then the member stays absent. */
static bool complain(struct decoder *decoder, const char *name, const char *problem)
{
	if (decoder->tolerant)
		return true;
	return ks_err_set(decoder->err, KS_ERR_REPLY, "The reply can't be understood: %s%s%s %s",
	    decoder->where, decoder->where[0] != '\0' ? "." : "", name, problem);
}

static bool read_text(
    struct decoder *decoder, const char *name, const cJSON *json, struct ks_str *out)
{
	if (!cJSON_IsString(json))
		return complain(decoder, name, "is not a text");
	ks_str_set(out, json->valuestring);
	return true;
}

static bool read_token(struct decoder *decoder, const char *name, const cJSON *json, char **out)
{
	if (!cJSON_IsString(json))
		return complain(decoder, name, "is not a text");
	if (json->valuestring[0] != '\0')
		*out = ks_strdup(json->valuestring);
	return true;
}

static bool read_texts(
    struct decoder *decoder, const char *name, const cJSON *json, struct ks_str_list *out)
{
	const cJSON *item;
	size_t cap = 0;

	if (!cJSON_IsArray(json))
		return complain(decoder, name, "is not a list");
	cJSON_ArrayForEach(item, json)
	{
		if (cJSON_IsNull(item))
			continue;
		if (out->count == KS_DECODE_MAX_ITEMS)
			return complain(decoder, name, "is too long");
		out->items = ks_grow(out->items, out->count, &cap, sizeof *out->items);
		memset(&out->items[out->count], 0, sizeof *out->items);
		if (!read_text(decoder, name, item, &out->items[out->count]))
			return false;
		if (ks_str_present(&out->items[out->count]))
			out->count++;
	}
	return true;
}

/* A JSON number in a text; cJSON reads it, since strtod would ask the locale for its point. */
static bool number_from_text(const char *text, double *seconds)
{
	size_t len = strlen(text);
	const char *end = NULL;
	cJSON *json = len < 40 ? cJSON_ParseWithLengthOpts(text, len, &end, false) : NULL;
	bool ok = cJSON_IsNumber(json) && end == text + len;

	if (ok)
		*seconds = json->valuedouble;
	cJSON_Delete(json);
	return ok;
}

/* Seconds as a number of any form, or as a text in any form that botocore takes. */
static bool read_time(struct decoder *decoder, const char *name, const cJSON *json, int64_t *out)
{
	double seconds = 0;

	if (cJSON_IsNumber(json)) {
		seconds = json->valuedouble;
	} else if (!cJSON_IsString(json)) {
		return complain(decoder, name, "is not a time");
	} else if (!number_from_text(json->valuestring, &seconds)) {
		if (ks_date_parse_rfc3339(json->valuestring, out) ||
		    ks_date_parse_amz(json->valuestring, out) ||
		    ks_date_parse_http(json->valuestring, out))
			return true;
		return complain(decoder, name, "is not a time");
	}
	if (!(seconds >= FIRST_SECOND && seconds <= LAST_SECOND))
		return complain(decoder, name, "is out of range");
	*out = llround(seconds * 1000);
	return true;
}

static bool read_amount(struct decoder *decoder, const char *name, const cJSON *json, int64_t *out)
{
	if (!cJSON_IsNumber(json))
		return complain(decoder, name, "is not a number");
	if (!(json->valuedouble >= 0 && json->valuedouble <= INT32_MAX))
		return complain(decoder, name, "is out of range");
	*out = llround(json->valuedouble);
	return true;
}

static bool read_flag(
    struct decoder *decoder, const char *name, const cJSON *json, enum ks_tri *out)
{
	if (!cJSON_IsBool(json))
		return complain(decoder, name, "is neither true nor false");
	*out = cJSON_IsTrue(json) ? KS_TRI_TRUE : KS_TRI_FALSE;
	return true;
}

static bool read_members(
    struct decoder *decoder, const struct ks_shape *shape, const cJSON *json, void *out);

/* Reads one object under its name in the path: "location", "buckets[3]". */
static bool read_nested(struct decoder *decoder, const char *name, const struct ks_shape *shape,
    const cJSON *json, void *out)
{
	size_t len = strlen(decoder->where);
	bool ok;

	if (!cJSON_IsObject(json))
		return complain(decoder, name, "is not an object");
	snprintf(
	    decoder->where + len, sizeof decoder->where - len, "%s%s", len > 0 ? "." : "", name);
	ok = read_members(decoder, shape, json, out);
	decoder->where[len] = '\0';
	return ok;
}

/* One more element at the end of an array of structs, which owns it even if it is half read. */
static bool read_item(struct decoder *decoder, const char *name, const struct ks_member *member,
    const cJSON *json, void *out, size_t *cap)
{
	char **items = (char **)((char *)out + member->offset);
	size_t *count = (size_t *)((char *)out + member->count_offset);
	size_t size = member->shape->size;

	*items = ks_grow(*items, *count, cap, size);
	ks_shape_init(member->shape, *items + *count * size);
	++*count;
	return read_nested(decoder, name, member->shape, json, *items + (*count - 1) * size);
}

static bool read_list(
    struct decoder *decoder, const struct ks_member *member, const cJSON *json, void *out)
{
	const cJSON *item;
	size_t cap = 0, index = 0;
	char name[64];

	if (!cJSON_IsArray(json))
		return complain(decoder, member->name, "is not a list");
	cJSON_ArrayForEach(item, json)
	{
		if (index == KS_DECODE_MAX_ITEMS)
			return complain(decoder, member->name, "is too long");
		snprintf(name, sizeof name, "%s[%zu]", member->name, index++);
		if (cJSON_IsNull(item))
			continue;
		if (decoder->tolerant && !cJSON_IsObject(item))
			continue;
		if (!read_item(decoder, name, member, item, out, &cap))
			return false;
	}
	return true;
}

static bool read_member(
    struct decoder *decoder, const struct ks_member *member, const cJSON *json, void *out)
{
	void *field = (char *)out + member->offset;
	size_t cap = 0;

	switch (member->kind) {
	case KS_MEMBER_TEXT:
		return read_text(decoder, member->name, json, field);
	case KS_MEMBER_TEXTS:
		return read_texts(decoder, member->name, json, field);
	case KS_MEMBER_TIME:
		return read_time(decoder, member->name, json, field);
	case KS_MEMBER_AMOUNT:
		return read_amount(decoder, member->name, json, field);
	case KS_MEMBER_FLAG:
		return read_flag(decoder, member->name, json, field);
	case KS_MEMBER_TOKEN:
		return read_token(decoder, member->name, json, field);
	case KS_MEMBER_OBJECT:
		return read_nested(decoder, member->name, member->shape, json, field);
	case KS_MEMBER_LIST:
		return read_list(decoder, member, json, out);
	case KS_MEMBER_ONE:
		return read_item(decoder, member->name, member, json, out, &cap);
	}
	return true;
}

static bool read_members(
    struct decoder *decoder, const struct ks_shape *shape, const cJSON *json, void *out)
{
	for (size_t i = 0; i < shape->n_members; i++) {
		const cJSON *member = ks_json_member(json, shape->members[i].name);

		if (member != NULL && !read_member(decoder, &shape->members[i], member, out))
			return false;
	}
	if (shape->settle != NULL)
		shape->settle(out);
	return true;
}

bool ks_decode_object(
    const struct ks_shape *shape, const cJSON *json, bool tolerant, void *out, struct ks_err *err)
{
	struct decoder decoder = {.err = err, .tolerant = tolerant};

	if (read_members(&decoder, shape, json, out))
		return true;
	ks_shape_clear(shape, out);
	return false;
}
