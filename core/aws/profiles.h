/*
 * The profiles of the two AWS files, ~/.aws/config and ~/.aws/credentials, by the rules of
 * the AWS SDKs and Tools Reference Guide: "[profile x]" and "[default]" in the first, "[x]" in the
 * second; merged key by key, the credentials file wins; "[profile default]" beats "[default]"
 * entirely. The files' values are in memory that is wiped by ks_profiles_free. Constant once
 * loaded: any thread may read it.
 */
#ifndef KS_AWS_PROFILES_H
#define KS_AWS_PROFILES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/aws/env.h"
#include "core/base/err.h"
#include "core/base/ini.h"

enum ks_profile_file { KS_PROFILE_CONFIG, KS_PROFILE_CREDENTIALS, KS_PROFILE_FILES };

struct ks_profiles;

/* Reads both files; blocks on the disk. The caller frees it. A missing file is an empty one. */
struct ks_profiles *ks_profiles_load(const struct ks_env *env);
/* Wipes and frees; NULL is fine. */
void ks_profiles_free(struct ks_profiles *profiles);

/* NULL, or why the file was refused: then it counts as empty. */
const struct ks_err *ks_profiles_error(
    const struct ks_profiles *profiles, enum ks_profile_file file);
/* Is there such a file? */
bool ks_profiles_has_file(const struct ks_profiles *profiles, enum ks_profile_file file);
/* The file's path for people, clean, the home folder as "~"; "" in the empty environment. */
const char *ks_profiles_path(const struct ks_profiles *profiles, enum ks_profile_file file);

/* Names (raw) in the order of the files, config first, each once. */
size_t ks_profiles_count(const struct ks_profiles *profiles);
const char *ks_profiles_name(const struct ks_profiles *profiles, size_t index);
bool ks_profiles_has(const struct ks_profiles *profiles, const char *name);

/*
 * The profile's entry for key (in lower case) from the file that wins, with its line; NULL when
 * neither has it. *file, if not NULL, says where it is from.
 */
const struct ks_ini_entry *ks_profiles_get(const struct ks_profiles *profiles, const char *name,
    const char *key, enum ks_profile_file *file);
/* The same from one file only. */
const struct ks_ini_entry *ks_profiles_get_from(const struct ks_profiles *profiles,
    enum ks_profile_file file, const char *name, const char *key);
/* A section of the config file that is no profile: "services", "sso-session". NULL if none. */
const struct ks_ini_section *ks_profiles_section(
    const struct ks_profiles *profiles, const char *type, const char *name);

/* The remarks on both files, each "FILE, line N: TEXT", clean. */
size_t ks_profiles_warning_count(const struct ks_profiles *profiles);
const char *ks_profiles_warning(const struct ks_profiles *profiles, size_t index);

#endif
