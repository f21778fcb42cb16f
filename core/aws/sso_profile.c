#include "core/aws/sso_profile.h"

#include <stdio.h>
#include <string.h>

#include "core/aws/endpoint.h"

enum { ACCOUNT_LEN = 12, ROLE_MAX = 64 };

enum key { ACCOUNT, ROLE, REGION, START_URL, KEYS };

static const char *const keys[KEYS] = {
    [ACCOUNT] = "sso_account_id",
    [ROLE] = "sso_role_name",
    [REGION] = "sso_region",
    [START_URL] = "sso_start_url",
};

/* What is found of the four. */
struct found {
	const struct ks_provider_query *query;
	struct ks_provider_answer *answer;
	struct ks_provider_setting session; /* key is NULL in the old form */
	struct ks_provider_setting settings[KEYS];
	bool has[KEYS];
};

/* ---- what is there ---- */

static enum ks_provider_result fail_different(const struct found *found,
    const struct ks_provider_setting *own, const struct ks_provider_setting *shared)
{
	return ks_provider_fail_setting(found->query, own, found->answer,
	    "make them the same, or take one of them out",
	    "is %s, but line %d, sso-session %s, says %s", own->value, shared->line,
	    found->session.value, shared->value);
}

/* The profile's, or its sso-session's: the AWS CLI takes either, unless they differ. */
static enum ks_provider_result find_key(struct found *found, enum key key)
{
	struct ks_provider_setting shared;
	bool own = ks_provider_find(found->query, keys[key], &found->settings[key]);

	found->has[key] = own;
	if (found->session.key == NULL || !ks_provider_find_in(found->query, "sso-session",
					      found->session.value, keys[key], &shared))
		return KS_PROVIDER_DONE;
	if (own && strcmp(found->settings[key].value, shared.value) != 0)
		return fail_different(found, &found->settings[key], &shared);
	if (!own)
		found->settings[key] = shared;
	found->has[key] = true;
	return KS_PROVIDER_DONE;
}

static enum ks_provider_result find_session(struct found *found)
{
	if (!ks_provider_find(found->query, "sso_session", &found->session) ||
	    ks_profiles_section(found->query->profiles, "sso-session", found->session.value) !=
		NULL)
		return KS_PROVIDER_DONE;
	return ks_provider_fail_setting(found->query, &found->session, found->answer,
	    "run: aws configure sso-session",
	    "is %s, but the config file has no section [sso-session %s]", found->session.value,
	    found->session.value);
}

/* Named at the line of a setting that wants it. */
static enum ks_provider_result fail_missing(const struct found *found, enum key key)
{
	enum key there = found->has[ROLE] ? ROLE : ACCOUNT;

	if (found->session.key != NULL && (key == REGION || key == START_URL))
		return ks_provider_fail_setting(found->query, &found->session, found->answer,
		    "run: aws configure sso-session", "is %s, and that section has no %s",
		    found->session.value, keys[key]);
	return ks_provider_fail_setting(found->query, &found->settings[there], found->answer,
	    "run: aws configure sso", "is there without %s", keys[key]);
}

/* ---- what is right ---- */

static bool is_account(const char *value)
{
	return strlen(value) == ACCOUNT_LEN && strspn(value, "0123456789") == ACCOUNT_LEN;
}

static bool is_role(const char *value)
{
	size_t len = strlen(value);

	for (size_t i = 0; i < len; i++)
		if (value[i] <= ' ' || value[i] > '~')
			return false;
	return len <= ROLE_MAX;
}

static const struct {
	bool (*is_valid)(const char *value);
	const char *problem;
} checks[KEYS] = {
    [ACCOUNT] = {is_account, "is no account ID of 12 digits"},
    [ROLE] = {is_role, "is no name of a role"},
    [REGION] = {ks_endpoint_region_ok, "is no region"},
    /* Only ever hashed, as it is. */
    [START_URL] = {NULL, NULL},
};

static enum ks_provider_result check(const struct found *found, enum key key)
{
	if (!found->has[key])
		return fail_missing(found, key);
	if (checks[key].is_valid != NULL && !checks[key].is_valid(found->settings[key].value))
		return ks_provider_fail_setting(found->query, &found->settings[key], found->answer,
		    "correct it, or run: aws configure sso", "%s", checks[key].problem);
	return KS_PROVIDER_DONE;
}

static enum ks_provider_result find_all(struct found *found)
{
	enum ks_provider_result result = find_session(found);

	for (enum key key = 0; key < KEYS && result == KS_PROVIDER_DONE; key++)
		result = find_key(found, key);
	for (enum key key = 0; key < KEYS && result == KS_PROVIDER_DONE; key++)
		result = check(found, key);
	return result;
}

/* ---- whose it is ---- */

/* A session alone is for tools that want its token and no role: the AWS CLI passes it over, too. */
static enum ks_provider_result pass_over(
    const struct ks_provider_query *query, struct ks_provider_answer *answer)
{
	static const char *const others[] = {"sso_session", "sso_start_url"};
	struct ks_provider_setting setting;

	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		if (!ks_provider_find(query, others[i], &setting))
			continue;
		ks_provider_say(answer->place, sizeof answer->place, "%s", setting.path);
		ks_provider_say(answer->finding, sizeof answer->finding,
		    "profile %s: %s, but neither %s nor %s", query->profile, others[i],
		    keys[ACCOUNT], keys[ROLE]);
		break;
	}
	return KS_PROVIDER_NOT_MINE;
}

enum ks_provider_result ks_sso_profile_read(const struct ks_provider_query *query,
    struct ks_sso_profile *out, struct ks_provider_answer *answer)
{
	struct found found = {.query = query, .answer = answer};
	struct ks_provider_setting own;
	enum ks_provider_result result;

	if (!ks_provider_find(query, keys[ROLE], &own) &&
	    !ks_provider_find(query, keys[ACCOUNT], &own))
		return pass_over(query, answer);
	ks_provider_say(answer->place, sizeof answer->place, "%s", own.path);
	result = find_all(&found);
	if (result == KS_PROVIDER_DONE)
		*out = (struct ks_sso_profile){
		    .session = found.session.key != NULL ? found.session.value : NULL,
		    .account = found.settings[ACCOUNT].value,
		    .role = found.settings[ROLE].value,
		    .region = found.settings[REGION].value,
		    .start_url = found.settings[START_URL].value,
		    .role_at = found.settings[ROLE],
		};
	return result;
}

void ks_sso_profile_name(const struct ks_sso_profile *profile, char *dst, size_t size)
{
	ks_provider_say(
	    dst, size, "SSO %s", profile->session != NULL ? profile->session : profile->start_url);
}
