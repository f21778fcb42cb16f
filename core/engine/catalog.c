#include "core/engine/catalog.h"

#include <stdio.h>
#include <string.h>

#include "core/aws/profiles.h"
#include "core/base/mem.h"
#include "core/base/text.h"

enum { SIGN_IN_SIZE = 256, ANY_FILE = KS_PROFILE_FILES };

/* How a profile signs in, by the keys that it has; the first row that fits, as in facts 5.1. */
static const struct sign_in {
	const char *key;     /* what it must have, */
	const char *without; /* what it must not; NULL: nothing */
	int file;            /* where; ANY_FILE: either */
	const char *words;
	const char *about[2]; /* keys whose value is added, the first one that is there */
} sign_ins[] = {
    {"role_arn", "web_identity_token_file", ANY_FILE, "assume role via",
	{"source_profile", "credential_source"}},
    {"web_identity_token_file", NULL, ANY_FILE, "web identity", {NULL, NULL}},
    {"sso_session", NULL, ANY_FILE, "SSO", {"sso_session", NULL}},
    {"sso_start_url", NULL, ANY_FILE, "SSO", {NULL, NULL}},
    {"aws_access_key_id", NULL, KS_PROFILE_CREDENTIALS, "shared credentials file", {NULL, NULL}},
    {"login_session", NULL, ANY_FILE, "login", {NULL, NULL}},
    {"credential_process", NULL, ANY_FILE, "credential_process", {NULL, NULL}},
    {"aws_access_key_id", NULL, KS_PROFILE_CONFIG, "config file", {NULL, NULL}},
};

static const char *value_of(
    const struct ks_profiles *profiles, const char *name, const char *key, int file)
{
	const struct ks_ini_entry *entry =
	    file == ANY_FILE
		? ks_profiles_get(profiles, name, key, NULL)
		: ks_profiles_get_from(profiles, (enum ks_profile_file)file, name, key);

	return entry != NULL && entry->value[0] != '\0' ? entry->value : NULL;
}

static bool fits(const struct ks_profiles *profiles, const char *name, const struct sign_in *row)
{
	return value_of(profiles, name, row->key, row->file) != NULL &&
	       (row->without == NULL || value_of(profiles, name, row->without, ANY_FILE) == NULL);
}

static char *sign_in_of(const struct ks_profiles *profiles, const char *name)
{
	const struct sign_in *row = NULL;
	const char *about = NULL;
	char text[SIGN_IN_SIZE];

	for (size_t i = 0; i < sizeof sign_ins / sizeof sign_ins[0] && row == NULL; i++)
		if (fits(profiles, name, &sign_ins[i]))
			row = &sign_ins[i];
	if (row == NULL)
		return ks_strdup("no credentials");
	for (size_t i = 0; i < sizeof row->about / sizeof row->about[0] && about == NULL; i++)
		if (row->about[i] != NULL)
			about = value_of(profiles, name, row->about[i], ANY_FILE);
	if (about == NULL && row->about[0] != NULL)
		about = "?";
	snprintf(text, sizeof text, "%s%s%s", row->words, about != NULL ? " " : "",
	    about != NULL ? about : "");
	return ks_text_clean_dup(text, strlen(text));
}

/* What no name given comes to (facts 5.1, 5.2): the keys of the environment beat AWS_PROFILE. */
static char *default_rule(const struct ks_env *env)
{
	static const enum ks_env_variable names[] = {
	    KS_ENV_AWS_PROFILE, KS_ENV_AWS_DEFAULT_PROFILE};
	char text[SIGN_IN_SIZE];

	if (ks_env_get(env, KS_ENV_AWS_ACCESS_KEY_ID) != NULL)
		return ks_strdup("the environment's keys");
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *name = ks_env_get(env, names[i]);

		if (name == NULL)
			continue;
		snprintf(text, sizeof text, "profile %s, by %s", name, ks_env_name(names[i]));
		return ks_text_clean_dup(text, strlen(text));
	}
	return ks_strdup("profile default");
}

bool ks_catalog_read(const struct ks_env *env, struct ks_catalog *out, struct ks_err *err)
{
	struct ks_profiles *profiles = ks_profiles_load(env);
	const struct ks_err *refused = NULL;

	*out = (struct ks_catalog){.count = ks_profiles_count(profiles)};
	out->default_rule = default_rule(env);
	out->entries = ks_calloc(out->count, sizeof *out->entries);
	for (size_t i = 0; i < out->count; i++) {
		const char *name = ks_profiles_name(profiles, i);
		const char *region = value_of(profiles, name, "region", ANY_FILE);

		ks_str_set(&out->entries[i].name, name);
		out->entries[i].sign_in = sign_in_of(profiles, name);
		if (region != NULL)
			out->entries[i].region = ks_text_clean_dup(region, strlen(region));
	}
	for (int file = 0; file < KS_PROFILE_FILES && refused == NULL; file++)
		refused = ks_profiles_error(profiles, (enum ks_profile_file)file);
	if (refused != NULL)
		*err = *refused;
	ks_profiles_free(profiles);
	return refused == NULL;
}

struct ks_event *ks_catalog_answer(const struct ks_env *env, struct ks_event *event)
{
	event->catalog = ks_calloc(1, sizeof *event->catalog);
	ks_catalog_read(env, event->catalog, &event->err);
	return event;
}
