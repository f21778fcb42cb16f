#include "tui/preferences.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/argv.h"
#include "core/base/ini.h"
#include "core/base/mem.h"
#include "core/base/paths.h"
#include "core/base/text.h"

/* ---- the keys: one row each ---- */

enum kind { TEXT, COMMAND, NUMBER, FLAG };

#define AT(member) offsetof(struct ks_preferences, member)

static const struct row {
	const char *section;
	const char *key;
	enum kind kind;
	size_t offset;
	int usual; /* the default of a number or a flag */
	int min, max;
} rows[] = {
    {"ui", "theme", TEXT, AT(theme), 0, 0, 0},
    {"ui", "refresh_seconds", NUMBER, AT(refresh_seconds), 60, 0, 86400},
    {"ui", "mouse", FLAG, AT(mouse), 1, 0, 0},
    {"ui", "ascii", FLAG, AT(ascii), 0, 0, 0},
    {"clipboard", "copy_command", COMMAND, AT(copy_command), 0, 0, 0},
    {"clipboard", "clear_command", COMMAND, AT(clear_command), 0, 0, 0},
    {"clipboard", "clear_seconds", NUMBER, AT(clear_seconds), 45, 1, 3600},
    {"deliver", "command", COMMAND, AT(deliver_command), 0, 0, 0},
    {"policy", "max_idle_days", NUMBER, AT(policy.max_idle_days), 90, 1, 36500},
    {"policy", "max_age_days", NUMBER, AT(policy.max_age_days), 90, 1, 36500},
    {"network", "concurrency", NUMBER, AT(concurrency), 16, 1, 64},
    {"network", "timeout_seconds", NUMBER, AT(timeout_seconds), 60, 1, 600},
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static void *member(struct ks_preferences *preferences, const struct row *row)
{
	return (char *)preferences + row->offset;
}

static void set_defaults(struct ks_preferences *preferences)
{
	*preferences = (struct ks_preferences){0};
	for (size_t i = 0; i < ROWS; i++) {
		if (rows[i].kind == NUMBER)
			*(int *)member(preferences, &rows[i]) = rows[i].usual;
		else if (rows[i].kind == FLAG)
			*(bool *)member(preferences, &rows[i]) = rows[i].usual != 0;
	}
}

/* ---- remarks ---- */

static void remark(
    struct ks_preferences *preferences, const char *origin, int line, const char *what)
{
	struct ks_err err;

	ks_err_set(&err, KS_ERR_USAGE, "%s, line %d: %s", origin, line, what);
	preferences->remarks = ks_grow(preferences->remarks, preferences->n_remarks,
	    &preferences->remarks_cap, sizeof *preferences->remarks);
	preferences->remarks[preferences->n_remarks++] = ks_strdup(err.message);
}

/* ---- values ---- */

static bool set_text(char **member_text, const char *value)
{
	free(*member_text);
	*member_text = value[0] != '\0' ? ks_strdup(value) : NULL;
	return true;
}

/* One that can't be split is told of here, where its line is known. */
static bool set_command(char **member_text, const char *value, struct ks_err *err)
{
	char **argv = value[0] != '\0' ? ks_argv_split(value, err) : NULL;

	if (value[0] != '\0' && argv == NULL)
		return false;
	ks_argv_free(argv);
	return set_text(member_text, value);
}

static bool set_number(int *number, const char *value, int min, int max)
{
	uint64_t parsed;

	if (!ks_text_number(value, (uint64_t)max, &parsed) || (int)parsed < min)
		return false;
	*number = (int)parsed;
	return true;
}

static bool set_flag(bool *flag, const char *value)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = {{"yes", true}, {"no", false}, {"true", true}, {"false", false}, {"on", true},
	    {"off", false}, {"1", true}, {"0", false}};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (ks_text_casecmp(words[i].word, value) != 0)
			continue;
		*flag = words[i].value;
		return true;
	}
	return false;
}

static void set_row(struct ks_preferences *preferences, const struct row *row,
    const struct ks_ini_entry *entry, const char *origin)
{
	struct ks_err err;
	char what[sizeof err.message + 80];

	switch (row->kind) {
	case TEXT:
		set_text(member(preferences, row), entry->value);
		return;
	case COMMAND:
		if (set_command(member(preferences, row), entry->value, &err))
			return;
		snprintf(what, sizeof what, "%s is not used: %s", row->key, err.message);
		break;
	case NUMBER:
		if (set_number(member(preferences, row), entry->value, row->min, row->max))
			return;
		snprintf(what, sizeof what, "%s takes a whole number from %d to %d", row->key,
		    row->min, row->max);
		break;
	case FLAG:
		if (set_flag(member(preferences, row), entry->value))
			return;
		snprintf(what, sizeof what, "%s takes yes or no", row->key);
		break;
	}
	remark(preferences, origin, entry->line, what);
}

/* ---- sections ---- */

static const struct row *find_row(const char *section, const char *key)
{
	for (size_t i = 0; i < ROWS; i++)
		if (strcmp(rows[i].section, section) == 0 && strcmp(rows[i].key, key) == 0)
			return &rows[i];
	return NULL;
}

static bool is_section(const char *name)
{
	for (size_t i = 0; i < ROWS; i++)
		if (strcmp(rows[i].section, name) == 0)
			return true;
	return false;
}

static void add_key(struct ks_preferences *preferences, const struct ks_ini_entry *entry)
{
	preferences->keys = ks_grow(preferences->keys, preferences->n_keys, &preferences->keys_cap,
	    sizeof *preferences->keys);
	preferences->keys[preferences->n_keys++] = (struct ks_preferences_key){
	    .action = ks_strdup(entry->key),
	    .keys = ks_strdup(entry->value),
	    .line = entry->line,
	};
}

static void take_section(
    struct ks_preferences *preferences, const struct ks_ini_section *section, const char *origin)
{
	char what[160];

	if (strcmp(section->name, "keys") == 0) {
		for (size_t i = 0; i < section->entry_count; i++)
			add_key(preferences, &section->entries[i]);
		remark(preferences, origin, section->line,
		    "[keys] is not used yet: the keys are those that ? shows");
		return;
	}
	if (!is_section(section->name)) {
		snprintf(what, sizeof what,
		    "there is no section [%.40s]: there are ui, clipboard, policy, network and "
		    "keys",
		    section->name);
		remark(preferences, origin, section->line, what);
		return;
	}
	for (size_t i = 0; i < section->entry_count; i++) {
		const struct ks_ini_entry *entry = &section->entries[i];
		const struct row *row = find_row(section->name, entry->key);

		if (row != NULL) {
			set_row(preferences, row, entry, origin);
			continue;
		}
		snprintf(what, sizeof what, "[%s] has no key %.60s", section->name, entry->key);
		remark(preferences, origin, entry->line, what);
	}
}

static void take_document(
    struct ks_preferences *preferences, const struct ks_ini *ini, const char *origin)
{
	for (size_t i = 0; i < ks_ini_warning_count(ini); i++) {
		const struct ks_ini_warning *warning = ks_ini_warning(ini, i);

		remark(preferences, origin, warning->line, warning->text);
	}
	for (size_t i = 0; i < ks_ini_section_count(ini); i++)
		take_section(preferences, ks_ini_section(ini, i), origin);
}

/* ---- the file ---- */

static char *usual_path(void)
{
	char *folder = ks_path_config_folder();
	char *path = folder != NULL ? ks_path_join(folder, "config") : NULL;

	free(folder);
	return path;
}

static char *origin_of(const char *path)
{
	char *home = ks_path_home();
	char *origin = ks_path_abbreviate(path, home);

	free(home);
	return origin;
}

static void add_remark(struct ks_preferences *preferences, const struct ks_err *err)
{
	char line[sizeof err->message + sizeof err->tip + 8];

	preferences->remarks = ks_grow(preferences->remarks, preferences->n_remarks,
	    &preferences->remarks_cap, sizeof *preferences->remarks);
	preferences->remarks[preferences->n_remarks++] =
	    ks_strdup(ks_err_line(err, line, sizeof line));
}

/* A file that nobody named is no reason to stop. */
static bool read_file(
    struct ks_preferences *preferences, const char *path, bool named, struct ks_err *err)
{
	char *origin = origin_of(path);
	struct ks_ini *ini = NULL;
	struct ks_err why;
	bool ok = true;

	switch (ks_ini_read(path, KS_INI_PLAIN, origin, &ini, &why)) {
	case KS_INI_READ:
		take_document(preferences, ini, origin);
		break;
	case KS_INI_MISSING:
		if (named && strcmp(path, "/dev/null") != 0)
			ok = ks_err_set(
			    err, KS_ERR_SYSTEM, "There is no configuration file %s", origin);
		break;
	case KS_INI_REFUSED:
		if (named)
			*err = why;
		else
			add_remark(preferences, &why);
		ok = !named;
		break;
	}
	ks_ini_free(ini);
	free(origin);
	return ok;
}

bool ks_preferences_load(struct ks_preferences *preferences, const char *path, struct ks_err *err)
{
	char *usual = path == NULL ? usual_path() : NULL;
	bool ok = true;

	set_defaults(preferences);
	if (path != NULL)
		ok = read_file(preferences, path, true, err);
	else if (usual != NULL)
		ok = read_file(preferences, usual, false, err);
	free(usual);
	return ok;
}

void ks_preferences_free(struct ks_preferences *preferences)
{
	for (size_t i = 0; i < preferences->n_keys; i++) {
		free(preferences->keys[i].action);
		free(preferences->keys[i].keys);
	}
	for (size_t i = 0; i < preferences->n_remarks; i++)
		free(preferences->remarks[i]);
	free(preferences->keys);
	free(preferences->remarks);
	free(preferences->theme);
	free(preferences->copy_command);
	free(preferences->deliver_command);
	free(preferences->clear_command);
	*preferences = (struct ks_preferences){0};
}

char *ks_preferences_themes_folder(void)
{
	char *folder = ks_path_config_folder();
	char *themes = folder != NULL ? ks_path_join(folder, "themes") : NULL;

	free(folder);
	return themes;
}
