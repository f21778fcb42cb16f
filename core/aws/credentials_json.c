#include "core/aws/credentials_json.h"

#include <string.h>

#include "core/base/date.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/quote.h"

/* The end of the year 9999, the last that a date of four digits can tell (ms). */
#define LAST_MS 253402300799999.0

enum field { KEY_ID, SECRET, TOKEN, ACCOUNT, EXPIRES, FIELD_COUNT };

struct member {
	const char *name; /* NULL: the form has none */
	bool is_needed;
};

struct form {
	const char *thing;  /* what people call it */
	const char *inside; /* the member that holds the others; NULL: the object itself does */
	struct member members[FIELD_COUNT];
	bool in_ms; /* the expiry is a number of milliseconds, not a date of ISO 8601 */
	/* What else must be there; NULL: nothing. */
	bool (*is_good)(const cJSON *json, struct ks_err *err);
};

static bool is_version_1(const cJSON *json, struct ks_err *err);
static bool is_success(const cJSON *json, struct ks_err *err);

static const struct form
    forms[] =
	{
	    [KS_CREDENTIALS_PROCESS] =
		{
		    .thing = "what it printed",
		    .members =
			{
			    [KEY_ID] = {"AccessKeyId", true},
			    [SECRET] = {"SecretAccessKey", true},
			    [TOKEN] = {"SessionToken", false},
			    [ACCOUNT] = {"AccountId", false},
			    [EXPIRES] = {"Expiration", false},
			},
		    .is_good = is_version_1,
		},
	    [KS_CREDENTIALS_CONTAINER] =
		{
		    .thing = "the reply",
		    .members =
			{
			    [KEY_ID] = {"AccessKeyId", true},
			    [SECRET] = {"SecretAccessKey", true},
			    [TOKEN] = {"Token", false},
			    [ACCOUNT] = {"AccountId", false},
			    [EXPIRES] = {"Expiration", false},
			},
		},
	    [KS_CREDENTIALS_INSTANCE] =
		{
		    .thing = "the reply",
		    .members =
			{
			    [KEY_ID] = {"AccessKeyId", true},
			    [SECRET] = {"SecretAccessKey", true},
			    [TOKEN] = {"Token", true},
			    [ACCOUNT] = {"AccountId", false},
			    [EXPIRES] = {"Expiration", true},
			},
		    .is_good = is_success,
		},
	    [KS_CREDENTIALS_SSO_ROLE] =
		{
		    .thing = "the reply",
		    .inside = "roleCredentials",
		    .members =
			{
			    [KEY_ID] = {"accessKeyId", true},
			    [SECRET] = {"secretAccessKey", true},
			    [TOKEN] = {"sessionToken", true},
			    [EXPIRES] = {"expiration", true},
			},
		    .in_ms = true,
		},
	    [KS_CREDENTIALS_CLI_CACHE] =
		{
		    .thing = "the file",
		    .inside = "Credentials",
		    .members =
			{
			    [KEY_ID] = {"AccessKeyId", true},
			    [SECRET] = {"SecretAccessKey", true},
			    [TOKEN] = {"SessionToken", true},
			    [ACCOUNT] = {"AccountId", false},
			    [EXPIRES] = {"Expiration", true},
			},
		},
	    [KS_CREDENTIALS_LOGIN] =
		{
		    .thing = "the file",
		    .inside = "accessToken",
		    .members =
			{
			    [KEY_ID] = {"accessKeyId", true},
			    [SECRET] = {"secretAccessKey", true},
			    [TOKEN] = {"sessionToken", true},
			    [ACCOUNT] = {"accountId", false},
			    [EXPIRES] = {"expiresAt", true},
			},
		},
};

/* What is read, to name in an error what is wrong with it. */
struct reader {
	const struct form *form;
	const cJSON *object;
	struct ks_err *err;
};

static bool complain(const struct reader *reader, const char *name, const char *problem)
{
	const char *inside = reader->form->inside;

	return ks_err_set(reader->err, KS_ERR_CREDENTIALS, "%s%s%s %s",
	    inside != NULL ? inside : "", inside != NULL ? "." : "", name, problem);
}

/* NULL when it is absent or null. Of two with one name, who can tell which one is meant? */
static bool get(const cJSON *object, const char *name, const cJSON **out, struct ks_err *err)
{
	const cJSON *item;
	size_t count = 0;

	*out = NULL;
	cJSON_ArrayForEach(item, object)
	{
		if (strcmp(item->string, name) != 0)
			continue;
		if (++count > 1)
			return ks_err_set(err, KS_ERR_CREDENTIALS, "%s is there twice", name);
		if (!cJSON_IsNull(item))
			*out = item;
	}
	return true;
}

/* ---- what is checked of the whole ---- */

static bool is_version_1(const cJSON *json, struct ks_err *err)
{
	const cJSON *version;

	if (!get(json, "Version", &version, err))
		return false;
	if (version == NULL)
		return ks_err_set(err, KS_ERR_CREDENTIALS, "Version is missing");
	if (!cJSON_IsNumber(version) || version->valuedouble != 1)
		return ks_err_set(err, KS_ERR_CREDENTIALS, "Version isn't 1");
	return true;
}

static bool is_success(const cJSON *json, struct ks_err *err)
{
	const cJSON *code;
	char said[81];

	if (!get(json, "Code", &code, err))
		return false;
	if (!cJSON_IsString(code))
		return ks_err_set(err, KS_ERR_CREDENTIALS, "Code %s",
		    code == NULL ? "is missing" : "is not a text");
	if (strcmp(code->valuestring, "Success") == 0)
		return true;
	ks_quote(said, sizeof said, code->valuestring, strlen(code->valuestring));
	return ks_err_set(err, KS_ERR_CREDENTIALS, "Code is \"%s\", not \"Success\"", said);
}

/* ---- the members ---- */

static bool is_account(const char *value)
{
	size_t len = strspn(value, "0123456789");

	return len > 0 && len <= 32 && value[len] == '\0';
}

static const struct {
	bool (*is_valid)(const char *value);
	const char *problem;
} texts[] = {
    [KEY_ID] = {ks_credentials_is_key_id, "can't be an access key ID"},
    [SECRET] = {ks_credentials_is_secret, "can't be a secret access key"},
    [TOKEN] = {ks_credentials_is_token, "can't be a session token"},
    [ACCOUNT] = {is_account, "is not an account number"},
};

/* *out is NULL when it isn't there and need not be. */
static bool find(const struct reader *reader, enum field field, const cJSON **out)
{
	const struct member *member = &reader->form->members[field];
	struct ks_err why;

	*out = NULL;
	if (member->name == NULL)
		return true;
	if (!get(reader->object, member->name, out, &why))
		return complain(reader, member->name, "is there twice");
	if (*out == NULL && member->is_needed)
		return complain(reader, member->name, "is missing");
	return true;
}

static bool read_text(const struct reader *reader, enum field field, const char **out)
{
	const struct member *member = &reader->form->members[field];
	const cJSON *item;

	*out = NULL;
	if (!find(reader, field, &item))
		return false;
	if (item == NULL)
		return true;
	if (!cJSON_IsString(item))
		return complain(reader, member->name, "is not a text");
	if (item->valuestring[0] == '\0')
		return !member->is_needed || complain(reader, member->name, "is empty");
	if (!texts[field].is_valid(item->valuestring))
		return complain(reader, member->name, texts[field].problem);
	*out = item->valuestring;
	return true;
}

static bool read_expiry(const struct reader *reader, int64_t *out)
{
	const char *name = reader->form->members[EXPIRES].name;
	const cJSON *item;

	if (!find(reader, EXPIRES, &item))
		return false;
	if (item == NULL)
		return true;
	if (reader->form->in_ms) {
		if (!cJSON_IsNumber(item) || !(item->valuedouble > 0) ||
		    item->valuedouble > LAST_MS)
			return complain(reader, name, "is not a time in milliseconds");
		*out = (int64_t)item->valuedouble;
		return true;
	}
	if (!cJSON_IsString(item))
		return complain(reader, name, "is not a text");
	/* Both forms of ISO 8601: with and without the marks between. */
	return ks_date_parse_rfc3339(item->valuestring, out) ||
	       ks_date_parse_amz(item->valuestring, out) || complain(reader, name, "is not a date");
}

static bool keep(const char *value, struct ks_secret **out, struct ks_err *err)
{
	*out = value != NULL ? ks_secret_new(value, strlen(value), err) : NULL;
	return value == NULL || *out != NULL;
}

static bool fill(const struct reader *reader, struct ks_credentials *out)
{
	const char *key_id, *secret, *token, *account;

	if (!read_text(reader, KEY_ID, &key_id) || !read_text(reader, SECRET, &secret) ||
	    !read_text(reader, TOKEN, &token) || !read_text(reader, ACCOUNT, &account) ||
	    !read_expiry(reader, &out->expires_at))
		return false;
	if (!keep(secret, &out->secret, reader->err) || !keep(token, &out->token, reader->err))
		return false;
	out->access_key_id = ks_strdup_maybe(key_id);
	out->account_id = ks_strdup_maybe(account);
	return true;
}

/* ---- the whole ---- */

static bool open_object(struct reader *reader, const cJSON *json)
{
	const char *inside = reader->form->inside;

	reader->object = json;
	if (reader->form->is_good != NULL && !reader->form->is_good(json, reader->err))
		return false;
	if (inside == NULL)
		return true;
	if (!get(json, inside, &reader->object, reader->err))
		return false;
	if (reader->object == NULL)
		return ks_err_set(reader->err, KS_ERR_CREDENTIALS, "%s is missing", inside);
	if (!cJSON_IsObject(reader->object))
		return ks_err_set(reader->err, KS_ERR_CREDENTIALS, "%s is not an object", inside);
	return true;
}

bool ks_credentials_from_json(enum ks_credentials_form form, const cJSON *json,
    struct ks_credentials *out, struct ks_err *err)
{
	struct reader reader = {.form = &forms[form], .err = err};

	ks_credentials_init(out);
	if (open_object(&reader, json) && fill(&reader, out))
		return true;
	ks_credentials_clear(out);
	return false;
}

bool ks_credentials_from_text(enum ks_credentials_form form, const char *text, size_t len,
    struct ks_credentials *out, struct ks_err *err)
{
	const char *problem = "is too long";
	cJSON *json = len <= KS_CREDENTIALS_JSON_MAX ? ks_json_parse(text, len, &problem) : NULL;
	bool good;

	ks_credentials_init(out);
	if (json == NULL)
		return ks_err_set(err, KS_ERR_CREDENTIALS, "%s %s", forms[form].thing, problem);
	good = ks_credentials_from_json(form, json, out, err);
	cJSON_Delete(json);
	return good;
}
