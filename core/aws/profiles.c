#include "core/aws/profiles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/paths.h"
#include "core/base/text.h"

struct file {
	char *path; /* for people */
	bool present;
	struct ks_ini *ini; /* NULL when missing or refused */
	struct ks_err err;
};

struct ks_profiles {
	struct file files[KS_PROFILE_FILES];
	const char **names; /* point into the documents */
	size_t name_count, name_cap;
	char **warnings;
	size_t warning_count, warning_cap;
};

static void add_warning(
    struct ks_profiles *profiles, const struct file *file, int line, const char *text)
{
	char warning[1024];

	snprintf(warning, sizeof warning, "%s, line %d: %s", file->path, line, text);
	profiles->warnings = ks_grow(profiles->warnings, profiles->warning_count,
	    &profiles->warning_cap, sizeof *profiles->warnings);
	profiles->warnings[profiles->warning_count++] = ks_strdup(warning);
}

static void load_file(
    struct ks_profiles *profiles, enum ks_profile_file which, const char *path, const char *home)
{
	static const enum ks_ini_dialect dialects[] = {
	    [KS_PROFILE_CONFIG] = KS_INI_AWS_CONFIG,
	    [KS_PROFILE_CREDENTIALS] = KS_INI_AWS_CREDENTIALS,
	};
	struct file *file = &profiles->files[which];
	char *raw;

	if (path == NULL) {
		file->path = ks_strdup("");
		return;
	}
	raw = ks_path_abbreviate(path, home);
	file->path = ks_text_clean_dup(raw, strlen(raw));
	free(raw);
	file->present = ks_ini_read(path, dialects[which], file->path, &file->ini, &file->err) !=
			KS_INI_MISSING;
	for (size_t i = 0; i < ks_ini_warning_count(file->ini); i++) {
		const struct ks_ini_warning *warning = ks_ini_warning(file->ini, i);

		add_warning(profiles, file, warning->line, warning->text);
	}
}

/* The name of the profile that the section of this file is about; NULL when it is about none. */
static const char *profile_of(enum ks_profile_file file, const struct ks_ini_section *section)
{
	if (file == KS_PROFILE_CREDENTIALS || strcmp(section->type, "profile") == 0)
		return section->name;
	return section->type[0] == '\0' && strcmp(section->name, "default") == 0 ? section->name
										 : NULL;
}

static void add_name(struct ks_profiles *profiles, const char *name)
{
	if (ks_profiles_has(profiles, name))
		return;
	profiles->names = ks_grow(
	    profiles->names, profiles->name_count, &profiles->name_cap, sizeof *profiles->names);
	profiles->names[profiles->name_count++] = name;
}

/* Sections of the AWS CLI that are about no profile. */
static bool is_of_the_cli(const char *name)
{
	/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): every section has a name */
	return strcmp(name, "plugins") == 0 || strcmp(name, "preview") == 0;
}

static void collect_names(struct ks_profiles *profiles, enum ks_profile_file which)
{
	const struct file *file = &profiles->files[which];

	for (size_t i = 0; i < ks_ini_section_count(file->ini); i++) {
		const struct ks_ini_section *section = ks_ini_section(file->ini, i);
		const char *name = profile_of(which, section);

		if (name != NULL)
			add_name(profiles, name);
		else if (section->type[0] == '\0' && !is_of_the_cli(section->name))
			add_warning(profiles, file, section->line,
			    "in this file a profile's header is [profile NAME]; this one is left "
			    "out");
	}
}

struct ks_profiles *ks_profiles_load(const struct ks_env *env)
{
	struct ks_profiles *profiles = ks_calloc(1, sizeof *profiles);
	const char *home = ks_env_home(env);

	load_file(profiles, KS_PROFILE_CONFIG, ks_env_config_file(env), home);
	load_file(profiles, KS_PROFILE_CREDENTIALS, ks_env_credentials_file(env), home);
	collect_names(profiles, KS_PROFILE_CONFIG);
	collect_names(profiles, KS_PROFILE_CREDENTIALS);
	return profiles;
}

void ks_profiles_free(struct ks_profiles *profiles)
{
	if (profiles == NULL)
		return;
	for (size_t i = 0; i < KS_PROFILE_FILES; i++) {
		free(profiles->files[i].path);
		ks_ini_free(profiles->files[i].ini);
	}
	for (size_t i = 0; i < profiles->warning_count; i++)
		free(profiles->warnings[i]);
	free(profiles->warnings);
	free(profiles->names);
	free(profiles);
}

const struct ks_err *ks_profiles_error(
    const struct ks_profiles *profiles, enum ks_profile_file file)
{
	const struct ks_err *err = &profiles->files[file].err;

	return err->kind != KS_ERR_NONE ? err : NULL;
}

bool ks_profiles_has_file(const struct ks_profiles *profiles, enum ks_profile_file file)
{
	return profiles->files[file].present;
}

const char *ks_profiles_path(const struct ks_profiles *profiles, enum ks_profile_file file)
{
	return profiles->files[file].path;
}

size_t ks_profiles_count(const struct ks_profiles *profiles)
{
	return profiles->name_count;
}

const char *ks_profiles_name(const struct ks_profiles *profiles, size_t index)
{
	return profiles->names[index];
}

bool ks_profiles_has(const struct ks_profiles *profiles, const char *name)
{
	for (size_t i = 0; i < profiles->name_count; i++)
		if (strcmp(profiles->names[i], name) == 0)
			return true;
	return false;
}

static const struct ks_ini_section *find_profile(
    const struct ks_profiles *profiles, enum ks_profile_file file, const char *name)
{
	const struct ks_ini *ini = profiles->files[file].ini;
	const struct ks_ini_section *section;

	if (file == KS_PROFILE_CREDENTIALS)
		return ks_ini_find(ini, "", name);
	section = ks_ini_find(ini, "profile", name);
	if (section == NULL && strcmp(name, "default") == 0)
		section = ks_ini_find(ini, "", name);
	return section;
}

const struct ks_ini_entry *ks_profiles_get_from(const struct ks_profiles *profiles,
    enum ks_profile_file file, const char *name, const char *key)
{
	return ks_ini_get(find_profile(profiles, file, name), key);
}

const struct ks_ini_entry *ks_profiles_get(const struct ks_profiles *profiles, const char *name,
    const char *key, enum ks_profile_file *file)
{
	static const enum ks_profile_file order[] = {KS_PROFILE_CREDENTIALS, KS_PROFILE_CONFIG};

	for (size_t i = 0; i < KS_PROFILE_FILES; i++) {
		const struct ks_ini_entry *entry =
		    ks_profiles_get_from(profiles, order[i], name, key);

		if (entry == NULL)
			continue;
		if (file != NULL)
			*file = order[i];
		return entry;
	}
	return NULL;
}

const struct ks_ini_section *ks_profiles_section(
    const struct ks_profiles *profiles, const char *type, const char *name)
{
	return ks_ini_find(profiles->files[KS_PROFILE_CONFIG].ini, type, name);
}

size_t ks_profiles_warning_count(const struct ks_profiles *profiles)
{
	return profiles->warning_count;
}

const char *ks_profiles_warning(const struct ks_profiles *profiles, size_t index)
{
	return profiles->warnings[index];
}
