#include "tui/theme.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/ini.h"
#include "core/base/text.h"
#include "tui/palette.h"
#include "tui/theme_builtin.h"

/* The look is read from words; none is longer than this. */
#define WORD_SIZE 32

static const char *const color_names[] = {
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "white",
    "bright-black",
    "bright-red",
    "bright-green",
    "bright-yellow",
    "bright-blue",
    "bright-magenta",
    "bright-cyan",
    "bright-white",
};

static const struct {
	const char *name;
	uint8_t bit;
} attr_names[] = {
    {"bold", KS_ATTR_BOLD},
    {"dim", KS_ATTR_DIM},
    {"italic", KS_ATTR_ITALIC},
    {"underline", KS_ATTR_UNDERLINE},
    {"reverse", KS_ATTR_REVERSE},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const struct ks_theme *ks_theme_builtin(size_t index)
{
	return index + 1 < ks_theme_table_size ? &ks_theme_table[index] : NULL;
}

const struct ks_theme *ks_theme_neutral(void)
{
	return &ks_theme_table[ks_theme_table_size - 1];
}

static const struct ks_theme *find_builtin(const char *name)
{
	for (size_t i = 0; ks_theme_builtin(i) != NULL; i++)
		if (strcmp(ks_theme_builtin(i)->name, name) == 0)
			return ks_theme_builtin(i);
	return NULL;
}

const struct ks_theme *ks_theme_for(const struct ks_theme *theme, int colors)
{
	if (ks_palette_suffices(theme, colors))
		return theme;
	return colors >= 8 ? ks_theme_neutral() : find_builtin("mono");
}

/* ---- reading ---- */

static bool parse_number(const char *word, int base, uint32_t max, uint32_t *value)
{
	char *end;
	unsigned long number;

	if (word[0] == '\0' || strspn(word, "0123456789abcdefABCDEF") != strlen(word))
		return false;
	number = strtoul(word, &end, base);
	if (*end != '\0' || number > max)
		return false;
	*value = (uint32_t)number;
	return true;
}

static bool parse_color(const char *word, struct ks_color *color)
{
	*color = (struct ks_color){KS_COLOR_DEFAULT, 0};
	if (strcmp(word, "default") == 0)
		return true;
	if (word[0] == '#') {
		color->kind = KS_COLOR_RGB;
		return strlen(word) == 7 && parse_number(word + 1, 16, 0xFFFFFF, &color->value);
	}
	color->kind = KS_COLOR_INDEX;
	for (size_t i = 0; i < COUNT(color_names); i++) {
		if (strcmp(color_names[i], word) == 0) {
			color->value = (uint32_t)i;
			return true;
		}
	}
	return parse_number(word, 10, 255, &color->value);
}

static uint8_t attr_by_name(const char *word)
{
	for (size_t i = 0; i < COUNT(attr_names); i++)
		if (strcmp(attr_names[i].name, word) == 0)
			return attr_names[i].bit;
	return 0;
}

/* Takes the next word off *text; false at its end. A word that is too long is no word we know. */
static bool next_word(const char **text, char word[WORD_SIZE])
{
	size_t len;

	*text += strspn(*text, " \t\n");
	len = strcspn(*text, " \t\n");
	if (len == 0)
		return false;
	snprintf(word, WORD_SIZE, "%.*s", (int)(len < WORD_SIZE ? len : WORD_SIZE - 1), *text);
	*text += len;
	return true;
}

/* False with the word that is wrong. */
static bool parse_look(const char *text, struct ks_look *look, char word[WORD_SIZE])
{
	*look = (struct ks_look){0};
	while (next_word(&text, word)) {
		uint8_t attr = attr_by_name(word);

		if (attr != 0) {
			look->attrs |= attr;
		} else if (strcmp(word, "on") == 0) {
			if (!next_word(&text, word) || !parse_color(word, &look->bg))
				return false;
		} else if (!parse_color(word, &look->fg)) {
			return false;
		}
	}
	return true;
}

static bool fail(
    struct ks_err *err, const char *origin, int line, const char *what, const char *word)
{
	return ks_err_set(err, KS_ERR_USAGE, "%s:%d: %s \"%s\"", origin, line, what, word);
}

static bool read_roles(const struct ks_ini_section *roles, const char *origin,
    struct ks_theme *theme, struct ks_err *err)
{
	for (size_t i = 0; roles != NULL && i < roles->entry_count; i++) {
		const struct ks_ini_entry *entry = &roles->entries[i];
		char word[WORD_SIZE];
		enum ks_role role;

		if (!ks_role_by_name(entry->key, &role))
			return fail(err, origin, entry->line, "there is no role", entry->key);
		if (!parse_look(entry->value, &theme->looks[role], word))
			return fail(err, origin, entry->line, "no colour or attribute:", word);
	}
	return true;
}

static bool read_head(const struct ks_ini_section *head, const char *origin, struct ks_theme *theme,
    struct ks_err *err)
{
	for (size_t i = 0; head != NULL && i < head->entry_count; i++) {
		const struct ks_ini_entry *entry = &head->entries[i];
		const char *value = entry->value;

		if (strcmp(entry->key, "name") == 0)
			ks_text_clean(theme->name, sizeof theme->name, value, strlen(value));
		else if (strcmp(entry->key, "description") == 0)
			ks_text_clean(
			    theme->description, sizeof theme->description, value, strlen(value));
		else if (strcmp(entry->key, "background") != 0)
			return fail(err, origin, entry->line, "[theme] has no", entry->key);
		else if (strcmp(value, "light") == 0)
			theme->for_light = true;
		else if (strcmp(value, "dark") != 0 && strcmp(value, "any") != 0)
			return fail(err, origin, entry->line,
			    "background is dark, light or any, not", value);
	}
	return true;
}

/* The file's name without folders and ending, for a theme that doesn't name itself. */
static void name_from_origin(char *name, size_t size, const char *origin)
{
	const char *slash = strrchr(origin, '/'), *stem = slash != NULL ? slash + 1 : origin;
	size_t len = strlen(stem);

	if (len > 6 && strcmp(stem + len - 6, ".theme") == 0)
		len -= 6;
	ks_text_clean(name, size, stem, len);
}

static bool read_theme(
    const struct ks_ini *ini, const char *origin, struct ks_theme *theme, struct ks_err *err)
{
	struct ks_theme read = {0};

	if (ks_ini_warning_count(ini) > 0) {
		const struct ks_ini_warning *warning = ks_ini_warning(ini, 0);

		return ks_err_set(
		    err, KS_ERR_USAGE, "%s:%d: %s", origin, warning->line, warning->text);
	}
	for (size_t i = 0; i < ks_ini_section_count(ini); i++) {
		const struct ks_ini_section *section = ks_ini_section(ini, i);

		if (strcmp(section->name, "theme") != 0 && strcmp(section->name, "roles") != 0)
			return fail(
			    err, origin, section->line, "there is no section", section->name);
	}
	name_from_origin(read.name, sizeof read.name, origin);
	if (!read_head(ks_ini_find(ini, "", "theme"), origin, &read, err))
		return false;
	/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): both are compiled in */
	memcpy(
	    read.looks, find_builtin(read.for_light ? "light" : "dark")->looks, sizeof read.looks);
	if (!read_roles(ks_ini_find(ini, "", "roles"), origin, &read, err))
		return false;
	*theme = read;
	return true;
}

bool ks_theme_parse(
    const char *text, size_t len, const char *name, struct ks_theme *theme, struct ks_err *err)
{
	struct ks_ini *ini = ks_ini_parse(text, len, KS_INI_PLAIN, name, err);
	bool done = ini != NULL && read_theme(ini, name, theme, err);

	ks_ini_free(ini);
	return done;
}

/* A file's theme. KS_INI_MISSING leaves err alone. */
static enum ks_ini_result load_file(const char *path, struct ks_theme *theme, struct ks_err *err)
{
	struct ks_ini *ini;
	enum ks_ini_result result = ks_ini_read(path, KS_INI_PLAIN, path, &ini, err);

	if (result != KS_INI_READ)
		return result;
	if (!read_theme(ini, path, theme, err))
		result = KS_INI_REFUSED;
	ks_ini_free(ini);
	return result;
}

static enum ks_ini_result load_from(
    const char *dir, const char *name, struct ks_theme *theme, struct ks_err *err)
{
	char path[4096];
	int len = snprintf(path, sizeof path, "%s/%s.theme", dir, name);

	if (len < 0 || (size_t)len >= sizeof path)
		return KS_INI_MISSING;
	return load_file(path, theme, err);
}

static bool not_found(struct ks_err *err, const char *name)
{
	ks_err_set(err, KS_ERR_USAGE, "there is no theme \"%s\"", name);
	return ks_err_tip(err, "built in are dark, light and mono; your own are NAME.theme files "
			       "in the themes folder beside keysail's configuration");
}

bool ks_theme_load(
    const char *name, const char *user_dir, struct ks_theme *theme, struct ks_err *err)
{
	enum ks_ini_result result = KS_INI_MISSING;

	if (strchr(name, '/') != NULL) {
		result = load_file(name, theme, err);
		if (result == KS_INI_MISSING)
			return ks_err_set(err, KS_ERR_USAGE, "there is no theme file %s", name);
		return result == KS_INI_READ;
	}
	if (user_dir != NULL)
		result = load_from(user_dir, name, theme, err);
	if (result == KS_INI_MISSING && find_builtin(name) != NULL) {
		*theme = *find_builtin(name);
		return true;
	}
	if (result == KS_INI_MISSING)
		result = load_from(KS_THEME_DIR, name, theme, err);
	return result == KS_INI_MISSING ? not_found(err, name) : result == KS_INI_READ;
}

/* ---- looks ---- */

static const uint8_t ground_roles[] = {
    [KS_GROUND_OWN] = KS_ROLE_TEXT,
    [KS_GROUND_SELECTED] = KS_ROLE_SELECTED,
    [KS_GROUND_SELECTED_DIM] = KS_ROLE_SELECTED_DIM,
    [KS_GROUND_DIALOG] = KS_ROLE_DIALOG,
    [KS_GROUND_HEADER] = KS_ROLE_HEADER,
};

struct ks_look ks_theme_look(const struct ks_theme *theme, struct ks_style style)
{
	struct ks_look look = theme->looks[style.role < KS_ROLE_COUNT ? style.role : 0];
	struct ks_look ground;

	if (style.ground == KS_GROUND_OWN || style.ground >= COUNT(ground_roles))
		return look;
	ground = theme->looks[ground_roles[style.ground]];
	if ((ground.attrs & KS_ATTR_REVERSE) != 0) {
		ground.attrs |= look.attrs & (KS_ATTR_BOLD | KS_ATTR_UNDERLINE);
		return ground;
	}
	if (ground.fg.kind != KS_COLOR_DEFAULT && look.bg.kind == KS_COLOR_DEFAULT)
		look.fg = ground.fg;
	if (look.bg.kind == KS_COLOR_DEFAULT)
		look.bg = ground.bg;
	look.attrs |= ground.attrs;
	return look;
}
