#include "core/deliver/ini_edit.h"

#include <string.h>

/* One line with its end, as the file has it. */
struct line {
	const char *text;
	size_t len;   /* without the line's end */
	size_t whole; /* with it */
};

/* Where the walk through the lines is. */
struct walk {
	const struct ks_ini_edit *edit;
	struct ks_draft *out;
	const char *eol;
	bool inside;   /* the section that is edited */
	bool in_entry; /* lines that are indented deeper belong to the entry before */
	bool dropping; /* that entry was replaced or removed, so they go with it */
	size_t indent; /* of that entry's key */
	bool seen;     /* the section's first header has gone by */
	bool present[KS_INI_SET_MAX]; /* the text has this key: it needs no new line */
	bool written[KS_INI_SET_MAX];
};

static bool next_line(const struct ks_draft *text, size_t *at, struct line *line)
{
	const char *start, *end;

	if (text == NULL || *at >= text->len)
		return false;
	start = text->data + *at;
	end = memchr(start, '\n', text->len - *at);
	line->text = start;
	line->whole = end != NULL ? (size_t)(end - start) + 1 : text->len - *at;
	line->len = end != NULL ? (size_t)(end - start) : line->whole;
	if (line->len > 0 && start[line->len - 1] == '\r')
		line->len--;
	*at += line->whole;
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static size_t indent_of(const struct line *line)
{
	size_t indent = 0;

	while (indent < line->len && is_blank(line->text[indent]))
		indent++;
	return indent;
}

static bool is_comment(const struct line *line, size_t indent)
{
	return line->text[indent] == '#' || line->text[indent] == ';';
}

/* A byte order mark before the first header is not part of it. */
static bool is_header(const struct line *line, const char **name, size_t *len)
{
	const char *open = line->text, *end = line->text + line->len, *close;

	if (line->len >= 3 && memcmp(open, "\xEF\xBB\xBF", 3) == 0)
		open += 3;
	if (open == end || *open != '[')
		return false;
	close = memchr(open, ']', (size_t)(end - open));
	if (close == NULL)
		return false;
	for (open++; open < close && is_blank(*open); open++)
		;
	while (close > open && is_blank(close[-1]))
		close--;
	*name = open;
	*len = (size_t)(close - open);
	return true;
}

/* The set that a line's key is meant by; count when there is none. */
static size_t find_set(const struct ks_ini_edit *edit, const struct line *line, size_t indent)
{
	size_t end = indent;

	while (end < line->len && line->text[end] != '=' && line->text[end] != ':')
		end++;
	while (end > indent && is_blank(line->text[end - 1]))
		end--;
	for (size_t i = 0; i < edit->count; i++) {
		const char *key = edit->sets[i].key;
		size_t at = 0;

		while (indent + at < end && key[at] != '\0') {
			char c = line->text[indent + at];

			if (c >= 'A' && c <= 'Z')
				c = (char)(c - 'A' + 'a');
			if (c != key[at])
				break;
			at++;
		}
		if (indent + at == end && key[at] == '\0')
			return i;
	}
	return edit->count;
}

static void copy(struct walk *walk, const struct line *line)
{
	ks_draft_add(walk->out, line->text, line->whole);
}

/*
 * What stood before the value stays, what stood behind it goes: the SDKs would take a " # remark"
 * for a comment, and the AWS CLI for a part of the secret.
 */
static void put_value(struct walk *walk, const struct line *line, const struct ks_ini_set *set)
{
	size_t at = 0;

	while (at < line->len && line->text[at] != '=' && line->text[at] != ':')
		at++;
	for (at += at < line->len; at < line->len && is_blank(line->text[at]); at++)
		;
	ks_draft_add(walk->out, line->text, at);
	ks_draft_add(walk->out, set->value, set->len);
	ks_draft_add(walk->out, line->text + line->len, line->whole - line->len);
}

static void put_new(struct walk *walk, const char *indent, size_t indent_len, size_t index)
{
	const struct ks_ini_set *set = &walk->edit->sets[index];

	if (set->value == NULL)
		return;
	ks_draft_add(walk->out, indent, indent_len);
	ks_draft_puts(walk->out, set->key);
	ks_draft_puts(walk->out, " = ");
	ks_draft_add(walk->out, set->value, set->len);
	ks_draft_puts(walk->out, walk->eol);
}

/*
 * Under the header, and indented like what follows: an indented line behind one that isn't would
 * continue it.
 */
static void put_missing(struct walk *walk, const struct line *header, const struct line *next)
{
	size_t indent = next != NULL ? indent_of(next) : 0;

	if (next != NULL && indent == next->len)
		indent = 0;
	for (size_t i = 0; i < walk->edit->count; i++) {
		if (walk->present[i] || walk->edit->sets[i].value == NULL)
			continue;
		if (header->len == header->whole && walk->out->data[walk->out->len - 1] != '\n')
			ks_draft_puts(walk->out, walk->eol);
		put_new(walk, next != NULL ? next->text : "", indent, i);
	}
}

/* Follows the sections and entries; true when the line's key is one of the sets. */
static bool step(struct walk *walk, const struct line *line, bool *header, size_t *set)
{
	size_t indent = indent_of(line), len;
	const char *name;

	*header = is_header(line, &name, &len);
	if (*header) {
		walk->inside = len == strlen(walk->edit->section) &&
			       memcmp(name, walk->edit->section, len) == 0;
		walk->in_entry = walk->dropping = false;
		return false;
	}
	if (!walk->inside || indent == line->len || is_comment(line, indent))
		return false;
	if (walk->in_entry && indent > walk->indent)
		return false;
	walk->in_entry = true;
	walk->dropping = false;
	walk->indent = indent;
	*set = find_set(walk->edit, line, indent);
	return *set < walk->edit->count;
}

static void survey(struct walk *walk, const struct ks_draft *old)
{
	struct line line;
	size_t at = 0, set;
	bool header;

	while (next_line(old, &at, &line)) {
		if (step(walk, &line, &header, &set))
			walk->present[set] = true;
		else if (header && walk->inside)
			walk->seen = true;
	}
	walk->inside = walk->in_entry = walk->dropping = false;
}

/* A line of the section: a key that is set, its continuation, or something to keep. */
static void edit_line(struct walk *walk, const struct line *line, bool is_set, size_t set)
{
	size_t indent = indent_of(line);

	if (is_set) {
		const struct ks_ini_set *wanted = &walk->edit->sets[set];

		walk->dropping = true;
		/* Once is enough: the last of two would win, and the AWS CLI refuses both. */
		if (wanted->value != NULL && !walk->written[set])
			put_value(walk, line, wanted);
		walk->written[set] = true;
		return;
	}
	if (walk->dropping && indent > walk->indent && indent < line->len &&
	    !is_comment(line, indent))
		return;
	copy(walk, line);
}

static void change(struct walk *walk, const struct ks_draft *old)
{
	struct line line, next;
	size_t at = 0, set = 0;
	bool header, first = true;

	while (next_line(old, &at, &line)) {
		bool is_set = step(walk, &line, &header, &set);

		edit_line(walk, &line, is_set, set);
		if (header && walk->inside && first) {
			size_t ahead = at;
			bool more = next_line(old, &ahead, &next);

			put_missing(walk, &line, more ? &next : NULL);
			first = false;
		}
	}
}

static void append(struct walk *walk, const struct ks_draft *old)
{
	if (old != NULL && old->len > 0) {
		struct line last = {"", 0, 0};
		size_t at = 0;

		ks_draft_add(walk->out, old->data, old->len);
		while (next_line(old, &at, &last))
			;
		if (last.len == last.whole)
			ks_draft_puts(walk->out, walk->eol);
		if (indent_of(&last) < last.len)
			ks_draft_puts(walk->out, walk->eol);
	}
	ks_draft_puts(walk->out, "[");
	ks_draft_puts(walk->out, walk->edit->section);
	ks_draft_puts(walk->out, "]");
	ks_draft_puts(walk->out, walk->eol);
	for (size_t i = 0; i < walk->edit->count; i++)
		put_new(walk, "", 0, i);
}

/* ---- reading it back ---- */

static const struct ks_ini_set *set_of(const struct ks_ini_edit *edit, const char *key)
{
	for (size_t i = 0; i < edit->count; i++)
		if (strcmp(edit->sets[i].key, key) == 0)
			return &edit->sets[i];
	return NULL;
}

/* Has b what a has, apart from the keys that edit sets (NULL: none)? */
static bool has_entries(
    const struct ks_ini_section *a, const struct ks_ini_section *b, const struct ks_ini_edit *edit)
{
	for (size_t i = 0; i < a->entry_count; i++) {
		const struct ks_ini_entry *entry = &a->entries[i], *twin;

		if (edit != NULL && set_of(edit, entry->key) != NULL)
			continue;
		twin = ks_ini_get(b, entry->key);
		if (twin == NULL || strcmp(twin->value, entry->value) != 0)
			return false;
	}
	return true;
}

static bool holds_sets(const struct ks_ini_edit *edit, const struct ks_ini_section *section)
{
	for (size_t i = 0; i < edit->count; i++) {
		const struct ks_ini_set *set = &edit->sets[i];
		const struct ks_ini_entry *entry = ks_ini_get(section, set->key);

		if ((set->value != NULL) != (entry != NULL))
			return false;
		if (entry != NULL && (strlen(entry->value) != set->len ||
					 memcmp(entry->value, set->value, set->len) != 0))
			return false;
	}
	return true;
}

static bool kept(const struct ks_ini_edit *edit, const struct ks_ini *a, const struct ks_ini *b)
{
	for (size_t i = 0; i < ks_ini_section_count(a); i++) {
		const struct ks_ini_section *section = ks_ini_section(a, i), *twin;
		bool ours = section->type[0] == '\0' && strcmp(section->name, edit->section) == 0;

		twin = ks_ini_find(b, section->type, section->name);
		if (twin == NULL || !has_entries(section, twin, ours ? edit : NULL) ||
		    !has_entries(twin, section, ours ? edit : NULL))
			return false;
	}
	return true;
}

static bool verify(const struct ks_ini_edit *edit, const struct ks_ini *before,
    const struct ks_draft *out, struct ks_err *err)
{
	struct ks_ini *after = ks_ini_parse(out->data, out->len, edit->dialect, edit->origin, err);
	bool good;

	if (after == NULL)
		return false;
	good = kept(edit, before, after) && holds_sets(edit, ks_ini_find(after, "", edit->section));
	ks_ini_free(after);
	if (good)
		return true;
	ks_err_set(err, KS_ERR_REFUSED,
	    "%s is written in a way that [%s] can't be set in without a risk to the rest of it",
	    edit->origin, edit->section);
	return ks_err_tip(err, "choose another name, or tidy up that file");
}

bool ks_ini_edit(const struct ks_ini_edit *edit, const struct ks_draft *old, struct ks_draft *out,
    struct ks_err *err)
{
	struct walk walk = {.edit = edit, .out = out, .eol = "\n"};
	struct ks_ini *before = ks_ini_parse(old != NULL && old->len > 0 ? old->data : "",
	    old != NULL ? old->len : 0, edit->dialect, edit->origin, err);
	struct line line;
	size_t at = 0;
	bool good;

	if (before == NULL)
		return false;
	if (next_line(old, &at, &line) && line.whole == line.len + 2)
		walk.eol = "\r\n";
	survey(&walk, old);
	if (walk.seen)
		change(&walk, old);
	else
		append(&walk, old);
	good = verify(edit, before, out, err);
	ks_ini_free(before);
	return good;
}
