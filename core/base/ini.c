#include "core/base/ini.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/text.h"

#define BLANKS " \t\r\f\v"

struct section {
	struct ks_ini_section shown;
	struct ks_ini_entry *entries;
	size_t cap;
};

/*
 * All texts point into the one wiping block: a value only ever gets shorter than what the file
 * spells, so that continuation lines are moved up behind it in place.
 */
struct ks_ini {
	char *block;
	struct section *sections;
	size_t section_count, section_cap;
	struct ks_ini_warning *warnings;
	size_t warning_count, warning_cap;
};

struct parser {
	struct ks_ini *ini;
	enum ks_ini_dialect dialect;
	const char *origin;
	struct ks_err *err;
	int line;
	/* Where lines go: the section, and behind which value a line that continues one. */
	bool in_section, in_entry;
	size_t section;
	char *value_end;
	bool discard_section, discard_entry; /* the name isn't valid: checked, but not kept */
	size_t indent;                       /* blanks before the current entry's key */
	bool has_subs;                       /* the current entry's value began empty */
};

static void add_warning(struct parser *parser, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void add_warning(struct parser *parser, const char *format, ...)
{
	struct ks_ini *ini = parser->ini;
	char raw[512] = "and more of the like";
	va_list args;

	if (ini->warning_count > KS_INI_WARNING_MAX)
		return;
	va_start(args, format);
	if (ini->warning_count < KS_INI_WARNING_MAX)
		vsnprintf(raw, sizeof raw, format, args);
	va_end(args);
	ini->warnings =
	    ks_grow(ini->warnings, ini->warning_count, &ini->warning_cap, sizeof *ini->warnings);
	ini->warnings[ini->warning_count++] =
	    (struct ks_ini_warning){parser->line, ks_text_clean_dup(raw, strlen(raw))};
}

static bool refuse(struct parser *parser, const char *what)
{
	return ks_err_set(
	    parser->err, KS_ERR_USAGE, "%s, line %d: %s", parser->origin, parser->line, what);
}

/* A line that can't be read: the end of an AWS file, a remark in one of ours. */
static bool complain(struct parser *parser, const char *what)
{
	if (parser->dialect != KS_INI_PLAIN)
		return refuse(parser, what);
	add_warning(parser, "%s", what);
	return true;
}

static bool is_blank(char c)
{
	return c != '\0' && strchr(BLANKS, c) != NULL;
}

static bool is_comment_sign(char c)
{
	return c == '#' || c == ';';
}

/* Cuts blanks off both ends, in place. */
static char *trim(char *text)
{
	size_t len;

	text += strspn(text, BLANKS);
	len = strlen(text);
	while (len > 0 && is_blank(text[len - 1]))
		len--;
	text[len] = '\0';
	return text;
}

/*
 * The length of text without its inline comment: a "#" or ";" that has a blank before it, and where
 * it must stand apart, also one behind it.
 */
static size_t without_comment(const char *text, size_t len, bool apart)
{
	for (size_t i = 1; i < len; i++)
		if (is_comment_sign(text[i]) && is_blank(text[i - 1]) &&
		    (!apart || i + 1 == len || is_blank(text[i + 1])))
			return i;
	return len;
}

static bool is_name_char(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_';
}

static bool is_section_name(const char *name)
{
	for (; *name != '\0'; name++)
		if (!is_name_char(*name) && strchr("/.%@:+", *name) == NULL)
			return false;
	return true;
}

static bool is_key(const char *key)
{
	for (; *key != '\0'; key++)
		if (!is_name_char(*key))
			return false;
	return true;
}

/* ---- headers ---- */

/* Takes off a pair of quotes; true when there was one. */
static bool unquote(char **name)
{
	size_t len = strlen(*name);

	if (len < 2 || ((*name)[0] != '"' && (*name)[0] != '\'') || (*name)[len - 1] != (*name)[0])
		return false;
	(*name)[len - 1] = '\0';
	(*name)++;
	return true;
}

/* Splits "profile foo" into its two; without a second word it is all name. */
static const char *split_type(char **name)
{
	char *end = *name + strcspn(*name, BLANKS);
	const char *type = *name;

	if (*end == '\0' || **name == '"' || **name == '\'')
		return "";
	*end = '\0';
	*name = trim(end + 1);
	return type;
}

static size_t find_section(const struct ks_ini *ini, const char *type, const char *name)
{
	for (size_t i = 0; i < ini->section_count; i++)
		if (strcmp(ini->sections[i].shown.name, name) == 0 &&
		    strcmp(ini->sections[i].shown.type, type) == 0)
			return i;
	return ini->section_count;
}

/* Makes the section current; one that was there is taken up again. */
static bool open_section(struct parser *parser, const char *type, const char *name)
{
	struct ks_ini *ini = parser->ini;

	parser->section = find_section(ini, type, name);
	if (parser->section < ini->section_count) {
		add_warning(parser, "[%s%s%s] is there twice (first in line %d); both are merged",
		    type, type[0] != '\0' ? " " : "", name,
		    ini->sections[parser->section].shown.line);
		return true;
	}
	if (ini->section_count == KS_INI_SECTION_MAX)
		return refuse(parser, "the file has too many sections");
	ini->sections =
	    ks_grow(ini->sections, ini->section_count, &ini->section_cap, sizeof *ini->sections);
	ini->sections[ini->section_count++] =
	    (struct section){.shown = {.type = type, .name = name, .line = parser->line}};
	return true;
}

static bool parse_header(struct parser *parser, char *line)
{
	char *name = line + 1, *end = strchr(name, ']'), *rest;
	const char *type = "";
	bool quoted;

	parser->in_entry = false;
	if (end == NULL)
		return complain(parser, "a section header must end with ]");
	rest = end + 1 + strspn(end + 1, BLANKS);
	if (*rest != '\0' && !is_comment_sign(*rest))
		return complain(parser, "only a comment may follow the ] of a section header");
	*end = '\0';
	name = trim(name);
	if (parser->dialect == KS_INI_AWS_CONFIG)
		type = split_type(&name);
	quoted = unquote(&name);
	parser->in_section = true;
	parser->discard_section =
	    *name == '\0' || (parser->dialect != KS_INI_PLAIN && !quoted && !is_section_name(name));
	if (!parser->discard_section)
		return open_section(parser, type, name);
	add_warning(parser, "[%s%s%s] is left out: this is no valid name%s", type,
	    type[0] != '\0' ? " " : "", name,
	    strncmp(name, "profile ", 8) == 0 ? " (no \"profile\" in this file)" : "");
	return true;
}

/* ---- properties ---- */

static bool store_entry(struct parser *parser, const char *key, const char *value)
{
	struct section *section = &parser->ini->sections[parser->section];
	struct ks_ini_entry entry = {key, value, parser->line};
	size_t i = 0;

	while (i < section->shown.entry_count && strcmp(section->entries[i].key, key) != 0)
		i++;
	if (i < section->shown.entry_count) {
		add_warning(parser, "%s is set twice (first in line %d); the last one counts", key,
		    section->entries[i].line);
		section->entries[i] = entry;
		return true;
	}
	if (i == KS_INI_ENTRY_MAX)
		return refuse(parser, "the section has too many keys");
	section->entries = ks_grow(section->entries, i, &section->cap, sizeof entry);
	section->entries[i] = entry;
	section->shown.entries = section->entries;
	section->shown.entry_count++;
	return true;
}

/*
 * Cuts the inline comment off "key = value". In our own files a value may begin with its sign, and
 * words of it too: "#ffffff on #303030".
 */
static void cut_comment(const struct parser *parser, char *line)
{
	bool plain = parser->dialect == KS_INI_PLAIN;
	char *start = line;

	if (plain && strchr(line, '=') != NULL) {
		start = strchr(line, '=') + 1;
		start += strspn(start, BLANKS);
	}
	start[without_comment(start, strlen(start), plain)] = '\0';
}

static bool parse_property(struct parser *parser, char *line, size_t indent)
{
	char *equals, *key, *value;

	parser->in_entry = false;
	if (!parser->in_section)
		return complain(parser, "there is no section header before this line");
	cut_comment(parser, line);
	equals = strchr(line, '=');
	if (equals == NULL)
		return complain(parser, "there is no = in this line");
	*equals = '\0';
	key = trim(line);
	value = trim(equals + 1);
	if (*key == '\0')
		return complain(parser, "there is no name before the =");
	for (char *c = key; *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	parser->in_entry = true;
	parser->indent = indent;
	parser->value_end = value + strlen(value);
	parser->has_subs = *value == '\0';
	parser->discard_entry = parser->discard_section || !is_key(key);
	if (!parser->discard_entry)
		return store_entry(parser, key, value);
	if (!parser->discard_section)
		add_warning(
		    parser, "this key is left out: a key is made of letters, digits, - and _");
	return true;
}

/* Moves the line up, behind the value that it continues. */
static bool parse_continuation(struct parser *parser, char *line)
{
	size_t len;

	line = trim(line);
	if (parser->has_subs && strchr(line, '=') == NULL)
		return complain(parser, "there is no = in this sub-property");
	if (parser->has_subs && *line == '=')
		return complain(parser, "there is no name before the = of this sub-property");
	if (parser->discard_entry)
		return true;
	len = strlen(line);
	*parser->value_end = '\n';
	memmove(parser->value_end + 1, line, len + 1);
	parser->value_end += 1 + len;
	return true;
}

static bool parse_line(struct parser *parser, char *line)
{
	size_t indent = strspn(line, BLANKS);
	char *text = line + indent;

	if (*text == '\0' || is_comment_sign(*text))
		return true;
	if (indent > 0 && parser->in_entry && indent > parser->indent)
		return parse_continuation(parser, text);
	if (*text == '[')
		return parse_header(parser, text);
	return parse_property(parser, text, indent);
}

/* Cuts the block into lines and takes each. */
static bool parse_block(struct parser *parser, size_t len)
{
	char *at = parser->ini->block, *end = at + len;

	if (len >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0)
		at += 3;
	while (at < end) {
		char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t size = (size_t)((stop != NULL ? stop : end) - at);

		parser->line++;
		if (memchr(at, '\0', size) != NULL)
			return refuse(parser, "a NUL byte: this is no text file");
		if (size > KS_INI_LINE_MAX)
			return refuse(parser, "the line is longer than 64 KiB");
		at[size] = '\0';
		if (!parse_line(parser, at))
			return false;
		at += size + 1;
	}
	return true;
}

/* Takes the wiping block, of len bytes and one more. */
static struct ks_ini *parse_owned(
    char *block, size_t len, enum ks_ini_dialect dialect, const char *origin, struct ks_err *err)
{
	struct ks_ini *ini = ks_calloc(1, sizeof *ini);
	struct parser parser = {.ini = ini, .dialect = dialect, .origin = origin, .err = err};

	block[len] = '\0';
	ini->block = block;
	if (parse_block(&parser, len))
		return ini;
	ks_ini_free(ini);
	return NULL;
}

struct ks_ini *ks_ini_parse(const char *text, size_t len, enum ks_ini_dialect dialect,
    const char *origin, struct ks_err *err)
{
	char *block;

	if (len > KS_INI_FILE_MAX) {
		ks_err_set(err, KS_ERR_USAGE, "%s is larger than 1 MiB", origin);
		return NULL;
	}
	block = ks_wiping_malloc(len + 1);
	memcpy(block, text, len);
	return parse_owned(block, len, dialect, origin, err);
}

/* ---- files ---- */

enum ks_ini_result ks_ini_read(const char *path, enum ks_ini_dialect dialect, const char *origin,
    struct ks_ini **out, struct ks_err *err)
{
	struct ks_file_text text;

	*out = NULL;
	switch (ks_file_read(path, origin, KS_INI_FILE_MAX, &text, err)) {
	case KS_FILE_MISSING:
		return KS_INI_MISSING;
	case KS_FILE_READ:
		*out = parse_owned(text.data, text.len, dialect, origin, err);
		break;
	case KS_FILE_REFUSED:
		break;
	}
	return *out != NULL ? KS_INI_READ : KS_INI_REFUSED;
}

void ks_ini_free(struct ks_ini *ini)
{
	if (ini == NULL)
		return;
	for (size_t i = 0; i < ini->section_count; i++)
		free(ini->sections[i].entries);
	for (size_t i = 0; i < ini->warning_count; i++)
		free((char *)ini->warnings[i].text);
	free(ini->sections);
	free(ini->warnings);
	ks_wiping_free(ini->block);
	free(ini);
}

/* ---- look-up ---- */

size_t ks_ini_section_count(const struct ks_ini *ini)
{
	return ini != NULL ? ini->section_count : 0;
}

const struct ks_ini_section *ks_ini_section(const struct ks_ini *ini, size_t index)
{
	return &ini->sections[index].shown;
}

const struct ks_ini_section *ks_ini_find(
    const struct ks_ini *ini, const char *type, const char *name)
{
	size_t i = ini != NULL ? find_section(ini, type, name) : 0;

	return ini != NULL && i < ini->section_count ? &ini->sections[i].shown : NULL;
}

const struct ks_ini_entry *ks_ini_get(const struct ks_ini_section *section, const char *key)
{
	if (section == NULL)
		return NULL;
	for (size_t i = 0; i < section->entry_count; i++)
		if (strcmp(section->entries[i].key, key) == 0)
			return &section->entries[i];
	return NULL;
}

/* Is what stands before the "=" of a sub-property this name? Case doesn't count. */
static bool is_sub_name(const char *text, size_t len, const char *name)
{
	while (len > 0 && is_blank(text[len - 1]))
		len--;
	if (len != strlen(name))
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (c != name[i])
			return false;
	}
	return true;
}

const char *ks_ini_sub(const struct ks_ini_entry *entry, const char *name, size_t *len)
{
	const char *found = NULL;

	if (entry->value[0] != '\n')
		return NULL;
	for (const char *line = entry->value + 1, *next; line != NULL; line = next) {
		size_t size = strcspn(line, "\n"), used = without_comment(line, size, false);
		const char *equals = memchr(line, '=', used), *value;

		next = line[size] == '\n' ? line + size + 1 : NULL;
		if (equals == NULL || !is_sub_name(line, (size_t)(equals - line), name))
			continue;
		value = equals + 1;
		value += strspn(value, BLANKS);
		*len = line + used > value ? (size_t)(line + used - value) : 0;
		while (*len > 0 && is_blank(value[*len - 1]))
			--*len;
		found = value;
	}
	return found;
}

size_t ks_ini_warning_count(const struct ks_ini *ini)
{
	return ini != NULL ? ini->warning_count : 0;
}

const struct ks_ini_warning *ks_ini_warning(const struct ks_ini *ini, size_t index)
{
	return &ini->warnings[index];
}
