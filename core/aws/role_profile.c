#include "core/aws/role_profile.h"

#include <stdint.h>
#include <string.h>

#include "core/aws/role_kit.h"
#include "core/base/buf.h"
#include "core/base/text.h"

enum { DURATION_MIN = 900, DURATION_MAX = 43200, LIST_MAX = 200 };

/* ---- who takes a role on from whom ---- */

static const char *value_of(
    const struct ks_provider_query *query, const char *profile, const char *key)
{
	struct ks_provider_query other = *query;

	other.profile = profile;
	return ks_provider_value(&other, key);
}

/* Half a key counts, too: it is what the user meant, and an error when it is its turn. */
static bool has_keys(const struct ks_provider_query *query, const char *profile)
{
	return value_of(query, profile, "aws_access_key_id") != NULL ||
	       value_of(query, profile, "aws_secret_access_key") != NULL;
}

static bool has_role(const struct ks_provider_query *query, const char *profile)
{
	return value_of(query, profile, "role_arn") != NULL &&
	       value_of(query, profile, "web_identity_token_file") == NULL;
}

/* NULL: it takes on no role, or not from a profile. */
static const char *source_of(const struct ks_provider_query *query, const char *profile)
{
	return has_role(query, profile) ? value_of(query, profile, "source_profile") : NULL;
}

/* The n-th from the query's profile on. */
static const char *nth_source(const struct ks_provider_query *query, size_t n)
{
	const char *profile = query->profile;

	while (n-- > 0)
		profile = source_of(query, profile);
	return profile;
}

static bool is_among(const struct ks_provider_query *query, size_t n, const char *profile)
{
	while (n-- > 0)
		if (strcmp(nth_source(query, n), profile) == 0)
			return true;
	return false;
}

/*
 * How many profiles are gone through until one comes again; 0: none does. A profile may name
 * itself if it has keys: they are what the role is taken on from.
 */
static size_t find_loop(const struct ks_provider_query *query)
{
	const char *profile = query->profile;

	for (size_t n = 1;; n++) {
		const char *source = source_of(query, profile);

		if (source == NULL)
			return 0;
		if (strcmp(source, profile) == 0)
			return has_keys(query, source) ? 0 : n;
		if (is_among(query, n, source))
			return n;
		if (has_keys(query, source))
			return 0;
		profile = source;
	}
}

static enum ks_provider_result fail_loop(const struct ks_provider_query *query, size_t count,
    const struct ks_provider_setting *from, struct ks_provider_answer *answer)
{
	struct ks_buf list;
	enum ks_provider_result result;

	ks_buf_init(&list, LIST_MAX);
	for (size_t n = 0; n <= count && !list.overflow; n++)
		ks_buf_printf(&list, "%s%s", n > 0 ? ", " : "", nth_source(query, n));
	result = ks_provider_fail_setting(query, from, answer,
	    "let the last one name a profile that has credentials of its own",
	    "goes round in a circle: %s%s", ks_buf_text(&list), list.overflow ? ", …" : "");
	ks_buf_free(&list);
	return result;
}

/* ---- where the credentials are from that take it on ---- */

static bool is_source(const char *name)
{
	for (size_t i = 0; i < ks_provider_count; i++)
		if (ks_providers[i].source != NULL && strcmp(ks_providers[i].source, name) == 0)
			return true;
	return false;
}

static enum ks_provider_result check_source(const struct ks_provider_query *query,
    const struct ks_provider_setting *from, struct ks_provider_answer *answer)
{
	struct ks_buf names;
	enum ks_provider_result result;

	if (is_source(from->value))
		return KS_PROVIDER_DONE;
	ks_buf_init(&names, LIST_MAX);
	for (size_t i = 0; i < ks_provider_count; i++)
		if (ks_providers[i].source != NULL)
			ks_buf_printf(
			    &names, "%s%s", names.len > 0 ? ", " : "", ks_providers[i].source);
	result = ks_provider_fail_setting(query, from, answer,
	    "write it as it is written here, or name a source_profile",
	    "is one of %s, not \"%.80s\"", ks_buf_text(&names), from->value);
	ks_buf_free(&names);
	return result;
}

static enum ks_provider_result check_profile(const struct ks_provider_query *query,
    const struct ks_provider_setting *from, struct ks_provider_answer *answer)
{
	size_t count;

	if (!ks_profiles_has(query->profiles, from->value))
		return ks_provider_fail_setting(query, from, answer,
		    "list those there are: aws configure list-profiles",
		    "names %.200s, which is no profile", from->value);
	count = find_loop(query);
	return count > 0 ? fail_loop(query, count, from, answer) : KS_PROVIDER_DONE;
}

static enum ks_provider_result read_from(const struct ks_provider_query *query,
    struct ks_role_profile *out, struct ks_provider_answer *answer)
{
	bool has_source = ks_provider_find(query, "credential_source", &out->from);

	if (!has_source && ks_provider_find(query, "source_profile", &out->from)) {
		out->from_profile = true;
		return check_profile(query, &out->from, answer);
	}
	if (!has_source)
		return ks_provider_fail_setting(query, &out->arn, answer,
		    "add source_profile = NAME, a profile that may take the role on",
		    "has no source_profile or credential_source beside it");
	if (ks_provider_value(query, "source_profile") != NULL)
		return ks_provider_fail_setting(query, &out->from, answer,
		    "take one of the two out", "stands beside a source_profile");
	return check_source(query, &out->from, answer);
}

/* ---- what is asked for ---- */

struct rule {
	const char *key;
	bool (*is_valid)(const char *value);
	const char *problem;
};

/* *out stays NULL when the profile doesn't have the key. */
static bool read_text(const struct ks_provider_query *query, const struct rule *rule,
    const char **out, struct ks_provider_answer *answer)
{
	struct ks_provider_setting setting;

	if (!ks_provider_find(query, rule->key, &setting))
		return true;
	if (!rule->is_valid(setting.value)) {
		ks_provider_fail_setting(query, &setting, answer,
		    "put it right as the role's owner gave it to you", "%s", rule->problem);
		return false;
	}
	*out = setting.value;
	return true;
}

static bool read_duration(
    const struct ks_provider_query *query, int64_t *out, struct ks_provider_answer *answer)
{
	struct ks_provider_setting setting;
	uint64_t seconds = 0;

	if (!ks_provider_find(query, "duration_seconds", &setting))
		return true;
	if (!ks_text_number(setting.value, DURATION_MAX, &seconds) || seconds < DURATION_MIN) {
		ks_provider_fail_setting(query, &setting, answer,
		    "take it out for an hour, which every role allows",
		    "is a number of seconds from %d to %d, not \"%.40s\"", DURATION_MIN,
		    DURATION_MAX, setting.value);
		return false;
	}
	*out = (int64_t)seconds;
	return true;
}

static bool read_role(const struct ks_provider_query *query, struct ks_cache_role *out,
    struct ks_provider_answer *answer)
{
	static const struct rule arn = {"role_arn", ks_role_is_arn, KS_ROLE_ARN_PROBLEM};
	static const struct rule session = {
	    "role_session_name", ks_role_is_session_name, KS_ROLE_SESSION_PROBLEM};
	static const struct rule external_id = {
	    "external_id", ks_role_is_external_id, "is 2 to 1224 letters, digits or +=,.@:/_-"};
	static const struct rule mfa_serial = {"mfa_serial", ks_role_is_mfa_serial,
	    "is the number or ARN of an MFA device, 9 to 256 letters, digits or +=/:,.@_-"};

	return read_text(query, &arn, &out->role_arn, answer) &&
	       read_text(query, &session, &out->session_name, answer) &&
	       read_text(query, &external_id, &out->external_id, answer) &&
	       read_text(query, &mfa_serial, &out->mfa_serial, answer) &&
	       read_duration(query, &out->duration, answer);
}

enum ks_provider_result ks_role_profile_read(const struct ks_provider_query *query,
    struct ks_role_profile *out, struct ks_provider_answer *answer)
{
	*out = (struct ks_role_profile){0};
	if (!has_role(query, query->profile) ||
	    (query->role != NULL && has_keys(query, query->profile)))
		return KS_PROVIDER_NOT_MINE;
	ks_provider_find(query, "role_arn", &out->arn);
	if (!read_role(query, &out->role, answer))
		return KS_PROVIDER_FAILED;
	return read_from(query, out, answer);
}
