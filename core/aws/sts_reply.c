#include "core/aws/sts_reply.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/date.h"
#include "core/base/http_status.h"
#include "core/base/mem.h"
#include "core/base/quote.h"
#include "core/base/xml.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* The longest that IAM knows (RoleArn, and an assumed role's ARN with its session). */
#define NAME_MAX_LEN   2048
#define ACCOUNT_DIGITS 12

/* ---- reading ---- */

static bool read_texts(
    const char *body, size_t len, struct ks_xml_text *texts, size_t count, struct ks_err *err)
{
	const char *problem = NULL;

	return ks_xml_read(body, len, texts, count, &problem) ||
	       ks_err_set(err, KS_ERR_REPLY, "The reply of STS %s", problem);
}

/* The last name of its path. */
static const char *name_of(const struct ks_xml_text *text)
{
	return strrchr(text->path, '/') + 1;
}

static bool complain(const struct ks_xml_text *text, struct ks_err *err)
{
	if (text->value == NULL)
		return ks_err_set(err, KS_ERR_REPLY, "The reply of STS has no %s", name_of(text));
	return ks_err_set(err, KS_ERR_REPLY, "The reply of STS has an unusable %s", name_of(text));
}

static bool is_valid(
    const struct ks_xml_text *text, bool (*check)(const char *value), struct ks_err *err)
{
	return (text->value != NULL && check(text->value)) || complain(text, err);
}

static bool is_name(const char *value)
{
	size_t len = strlen(value);

	for (size_t i = 0; i < len; i++)
		if (value[i] <= ' ' || value[i] > '~')
			return false;
	return len > 0 && len <= NAME_MAX_LEN;
}

static bool is_account(const char *value)
{
	return strlen(value) == ACCOUNT_DIGITS && strspn(value, "0123456789") == ACCOUNT_DIGITS;
}

static bool is_date(const char *value)
{
	int64_t ignored;

	return ks_date_parse_rfc3339(value, &ignored);
}

/* arn:aws:sts::123456789012:assumed-role/…: the fifth part; NULL when that is no account. */
static char *account_of(const char *arn)
{
	char account[ACCOUNT_DIGITS + 1];

	for (int colons = 0; colons < 4; colons++) {
		arn = strchr(arn, ':');
		if (arn == NULL)
			return NULL;
		arn++;
	}
	if (strcspn(arn, ":") != ACCOUNT_DIGITS)
		return NULL;
	memcpy(account, arn, ACCOUNT_DIGITS);
	account[ACCOUNT_DIGITS] = '\0';
	return is_account(account) ? ks_strdup(account) : NULL;
}

/* ---- roles ---- */

enum { ROLE_KEY_ID, ROLE_SECRET, ROLE_TOKEN, ROLE_EXPIRATION, ROLE_ARN, ROLE_TEXTS };

#define ROLE_PATHS(call)                                                                    \
	{                                                                                   \
		[ROLE_KEY_ID] = call "Response/" call "Result/Credentials/AccessKeyId",     \
		[ROLE_SECRET] = call "Response/" call "Result/Credentials/SecretAccessKey", \
		[ROLE_TOKEN] = call "Response/" call "Result/Credentials/SessionToken",     \
		[ROLE_EXPIRATION] = call "Response/" call "Result/Credentials/Expiration",  \
		[ROLE_ARN] = call "Response/" call "Result/AssumedRoleUser/Arn",            \
	}

static const char *const role_paths[][ROLE_TEXTS] = {
    [KS_STS_ASSUME_ROLE] = ROLE_PATHS("AssumeRole"),
    [KS_STS_ASSUME_ROLE_WITH_WEB_IDENTITY] = ROLE_PATHS("AssumeRoleWithWebIdentity"),
};

static bool take_secret(
    const struct ks_xml_text *text, struct ks_secret **secret, struct ks_err *err)
{
	*secret = ks_secret_new(text->value, strlen(text->value), err);
	return *secret != NULL;
}

static bool take_role(const struct ks_xml_text *texts, struct ks_sts_role *out, struct ks_err *err)
{
	const char *arn = texts[ROLE_ARN].value;

	if (!is_valid(&texts[ROLE_KEY_ID], ks_credentials_is_key_id, err) ||
	    !is_valid(&texts[ROLE_SECRET], ks_credentials_is_secret, err) ||
	    !is_valid(&texts[ROLE_TOKEN], ks_credentials_is_token, err) ||
	    !is_valid(&texts[ROLE_EXPIRATION], is_date, err) ||
	    (arn != NULL && !is_valid(&texts[ROLE_ARN], is_name, err)) ||
	    !take_secret(&texts[ROLE_SECRET], &out->credentials.secret, err) ||
	    !take_secret(&texts[ROLE_TOKEN], &out->credentials.token, err))
		return false;
	out->credentials.access_key_id = ks_strdup(texts[ROLE_KEY_ID].value);
	ks_date_parse_rfc3339(texts[ROLE_EXPIRATION].value, &out->credentials.expires_at);
	if (arn != NULL) {
		out->arn = ks_strdup(arn);
		out->credentials.account_id = account_of(arn);
	}
	return true;
}

bool ks_sts_read_role(enum ks_sts_call call, const char *body, size_t len, struct ks_sts_role *out,
    struct ks_err *err)
{
	struct ks_xml_text texts[ROLE_TEXTS] = {0};
	bool good;

	ks_credentials_init(&out->credentials);
	out->arn = NULL;
	for (size_t i = 0; i < COUNT(texts); i++)
		texts[i].path = role_paths[call][i];
	good = read_texts(body, len, texts, COUNT(texts), err) && take_role(texts, out, err);
	if (!good)
		ks_sts_clear_role(out);
	ks_xml_clear(texts, COUNT(texts));
	return good;
}

void ks_sts_clear_role(struct ks_sts_role *role)
{
	ks_credentials_clear(&role->credentials);
	free(role->arn);
	role->arn = NULL;
}

/* ---- who one is ---- */

bool ks_sts_read_identity(
    const char *body, size_t len, struct ks_sts_identity *out, struct ks_err *err)
{
	enum { ACCOUNT, ARN, USER_ID, TEXTS };
	struct ks_xml_text texts[TEXTS] = {
	    [ACCOUNT] = {"GetCallerIdentityResponse/GetCallerIdentityResult/Account", NULL},
	    [ARN] = {"GetCallerIdentityResponse/GetCallerIdentityResult/Arn", NULL},
	    [USER_ID] = {"GetCallerIdentityResponse/GetCallerIdentityResult/UserId", NULL},
	};
	bool good = read_texts(body, len, texts, COUNT(texts), err) &&
		    is_valid(&texts[ACCOUNT], is_account, err) &&
		    is_valid(&texts[ARN], is_name, err) && is_valid(&texts[USER_ID], is_name, err);

	*out = (struct ks_sts_identity){0};
	if (good) {
		out->account = ks_strdup(texts[ACCOUNT].value);
		out->arn = ks_strdup(texts[ARN].value);
		out->user_id = ks_strdup(texts[USER_ID].value);
	}
	ks_xml_clear(texts, COUNT(texts));
	return good;
}

void ks_sts_clear_identity(struct ks_sts_identity *identity)
{
	free(identity->account);
	free(identity->arn);
	free(identity->user_id);
	*identity = (struct ks_sts_identity){0};
}

/* ---- errors ---- */

static void set_clean(char *dst, size_t size, const char *text)
{
	if (text != NULL)
		ks_quote(dst, size, text, strlen(text));
}

/* STS ends its sentences with a blank. */
static int length_of(const char *sentence)
{
	size_t len = strlen(sentence);

	while (len > 0 && sentence[len - 1] == ' ')
		len--;
	return len < INT_MAX ? (int)len : INT_MAX;
}

void ks_sts_read_error(int http_status, const char *body, size_t len, struct ks_err *err)
{
	enum { CODE, MESSAGE, REQUEST_ID, TEXTS };
	struct ks_xml_text texts[TEXTS] = {
	    [CODE] = {"ErrorResponse/Error/Code", NULL},
	    [MESSAGE] = {"ErrorResponse/Error/Message", NULL},
	    [REQUEST_ID] = {"ErrorResponse/RequestId", NULL},
	};
	struct ks_err ignored;
	bool is_read = read_texts(body, len, texts, COUNT(texts), &ignored);
	char said[sizeof err->message] = "";

	if (is_read && (texts[CODE].value != NULL || texts[MESSAGE].value != NULL)) {
		set_clean(said, sizeof said, texts[MESSAGE].value);
		ks_err_set(err, KS_ERR_SERVICE, "%.*s", length_of(said), said);
		set_clean(err->code, sizeof err->code, texts[CODE].value);
		set_clean(err->request_id, sizeof err->request_id, texts[REQUEST_ID].value);
	} else {
		ks_http_unreadable(http_status, body, len, err);
	}
	if (err->code[0] == '\0')
		snprintf(err->code, sizeof err->code, "%d", http_status);
	err->http_status = http_status;
	ks_xml_clear(texts, COUNT(texts));
}
