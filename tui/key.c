#include "tui/key.h"

#include <stdio.h>
#include <string.h>

#include "core/base/text.h"

struct name_row {
	const char *name;
	uint32_t code;
};

static const struct name_row names[] = {
    {"Enter", KS_KEY_ENTER},
    {"Esc", KS_KEY_ESC},
    {"Tab", KS_KEY_TAB},
    {"Shift-Tab", KS_KEY_BACKTAB},
    {"Backspace", KS_KEY_BACKSPACE},
    {"Delete", KS_KEY_DELETE},
    {"Insert", KS_KEY_INSERT},
    {"Up", KS_KEY_UP},
    {"Down", KS_KEY_DOWN},
    {"Left", KS_KEY_LEFT},
    {"Right", KS_KEY_RIGHT},
    {"Home", KS_KEY_HOME},
    {"End", KS_KEY_END},
    {"PgUp", KS_KEY_PGUP},
    {"PgDn", KS_KEY_PGDN},
    {"Space", ' '},
};

enum { N_NAMES = sizeof names / sizeof names[0] };

static bool is_lower(uint32_t code)
{
	return code >= 'a' && code <= 'z';
}

static bool parse_function_key(const char *text, uint32_t *code)
{
	uint32_t number = 0;

	if (text[0] != 'F' || text[1] < '1' || text[1] > '9')
		return false;
	for (text++; *text >= '0' && *text <= '9' && number < 100; text++)
		number = number * 10 + (uint32_t)(*text - '0');
	if (*text != '\0' || number > 12)
		return false;
	*code = KS_KEY_F1 + number - 1;
	return true;
}

/* A name, or one printable character. */
static bool parse_code(const char *text, uint32_t *code)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < N_NAMES; i++) {
		if (ks_text_casecmp(text, names[i].name) == 0) {
			*code = names[i].code;
			return true;
		}
	}
	if (parse_function_key(text, code))
		return true;
	return len > 0 && ks_text_decode(text, len, code) == len && ks_text_is_clean(text, len) &&
	       *code != ' ';
}

bool ks_key_parse(const char *text, struct ks_key *key)
{
	struct ks_key parsed = {0};

	for (;; text += strcspn(text, "-") + 1) {
		if (strncmp(text, "Ctrl-", 5) == 0 && !parsed.ctrl)
			parsed.ctrl = true;
		else if (strncmp(text, "Alt-", 4) == 0 && !parsed.alt)
			parsed.alt = true;
		else
			break;
	}
	if (!parse_code(text, &parsed.code))
		return false;
	if (parsed.ctrl && is_lower(parsed.code))
		parsed.code -= 'a' - 'A';
	*key = parsed;
	return true;
}

static const char *code_name(uint32_t code, char buffer[8])
{
	for (size_t i = 0; i < N_NAMES; i++)
		if (names[i].code == code)
			return names[i].name;
	if (code >= KS_KEY_F1 && code <= KS_KEY_F12) {
		snprintf(buffer, 8, "F%u", (unsigned)(code - KS_KEY_F1 + 1));
		return buffer;
	}
	buffer[0] = '\0';
	if (code > 0x20 && code < KS_KEY_FIRST_NAMED)
		buffer[ks_text_encode(code, buffer)] = '\0';
	return buffer;
}

bool ks_key_next(const char **list, struct ks_key *key)
{
	const char *word = *list + strspn(*list, " ");
	size_t len = strcspn(word, " ");
	char name[32];

	*list = word + len;
	snprintf(name, sizeof name, "%.*s", (int)len, word);
	if (len >= sizeof name || !ks_key_parse(name, key))
		*key = (struct ks_key){.code = KS_KEY_NONE};
	return len > 0;
}

const char *ks_key_name(struct ks_key key, char *dst, size_t size)
{
	char buffer[8];
	const char *name;

	/* Terminals send the same byte for both cases; the upper one is easier to read. */
	if (key.ctrl && is_lower(key.code))
		key.code -= 'a' - 'A';
	name = code_name(key.code, buffer);
	snprintf(dst, size, "%s%s%s", key.ctrl ? "Ctrl-" : "", key.alt ? "Alt-" : "", name);
	return dst;
}

bool ks_key_equal(struct ks_key a, struct ks_key b)
{
	return a.code == b.code && a.ctrl == b.ctrl && a.alt == b.alt;
}

bool ks_key_is_text(struct ks_key key)
{
	return key.code >= 0x20 && key.code != 0x7F && key.code < KS_KEY_FIRST_NAMED && !key.ctrl &&
	       !key.alt;
}
