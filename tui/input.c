#include "tui/input.h"

#include <string.h>

#include "core/base/text.h"

static size_t count_characters(const char *text, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += ((unsigned char)text[i] & 0xC0) != 0x80;
	return count;
}

/* True at the first byte of something that takes cells: a combining mark is no stop. */
static bool is_stop(const struct ks_input *input, size_t at)
{
	uint32_t code;

	if (at == 0 || at >= input->len)
		return true;
	if (((unsigned char)input->text[at] & 0xC0) == 0x80)
		return false;
	ks_text_decode(input->text + at, input->len - at, &code);
	return ks_text_code_width(code) > 0;
}

static size_t stop_before(const struct ks_input *input, size_t at)
{
	while (at > 0 && !is_stop(input, --at))
		;
	return at;
}

static size_t stop_after(const struct ks_input *input, size_t at)
{
	while (at < input->len && !is_stop(input, ++at))
		;
	return at;
}

static size_t word_before(const struct ks_input *input, size_t at)
{
	while (at > 0 && input->text[at - 1] == ' ')
		at--;
	while (at > 0 && input->text[at - 1] != ' ')
		at--;
	return at;
}

static enum ks_input_result remove_span(struct ks_input *input, size_t from, size_t to)
{
	if (from == to)
		return KS_INPUT_USED;
	memmove(input->text + from, input->text + to, input->len - to + 1);
	input->len -= to - from;
	input->cursor = from;
	return KS_INPUT_CHANGED;
}

/* What a key writes: a blank for a line break or tab that is pasted; 0 for no text. */
static uint32_t text_of(const struct ks_input *input, struct ks_key key)
{
	if (ks_key_is_text(key))
		return key.code;
	if (input->pasting && (key.code == KS_KEY_ENTER || key.code == KS_KEY_TAB))
		return ' ';
	return 0;
}

static enum ks_input_result insert(struct ks_input *input, uint32_t code)
{
	char bytes[4], joined[KS_INPUT_SIZE];
	size_t count = ks_text_encode(code, bytes);

	if (input->len + count >= sizeof input->text)
		return KS_INPUT_USED;
	if (input->max > 0 && count_characters(input->text, input->len) >= input->max)
		return KS_INPUT_USED;
	memcpy(joined, input->text, input->cursor);
	memcpy(joined + input->cursor, bytes, count);
	memcpy(joined + input->cursor + count, input->text + input->cursor,
	    input->len - input->cursor);
	/* The whole is judged, since a combining mark is clean on a letter and not on its own. */
	if (!ks_text_is_clean(joined, input->len + count))
		return KS_INPUT_USED;
	memcpy(input->text, joined, input->len + count);
	input->len += count;
	input->text[input->len] = '\0';
	input->cursor += count;
	return KS_INPUT_CHANGED;
}

void ks_input_set(struct ks_input *input, const char *text)
{
	input->len = ks_text_clean(input->text, sizeof input->text, text, strlen(text));
	while (input->max > 0 && count_characters(input->text, input->len) > input->max)
		input->len = stop_before(input, input->len);
	input->text[input->len] = '\0';
	input->cursor = input->len;
	input->pasting = false;
}

enum edit {
	EDIT_NONE,
	EDIT_LEFT,
	EDIT_RIGHT,
	EDIT_HOME,
	EDIT_END,
	EDIT_ERASE_LEFT,
	EDIT_ERASE_RIGHT,
	EDIT_ERASE_WORD,
	EDIT_ERASE_TO_START,
	EDIT_ERASE_TO_END
};

static const struct {
	struct ks_key key;
	enum edit edit;
} edits[] = {
    {{.code = KS_KEY_LEFT}, EDIT_LEFT},
    {{.code = 'B', .ctrl = true}, EDIT_LEFT},
    {{.code = KS_KEY_RIGHT}, EDIT_RIGHT},
    {{.code = 'F', .ctrl = true}, EDIT_RIGHT},
    {{.code = KS_KEY_HOME}, EDIT_HOME},
    {{.code = 'A', .ctrl = true}, EDIT_HOME},
    {{.code = KS_KEY_END}, EDIT_END},
    {{.code = 'E', .ctrl = true}, EDIT_END},
    {{.code = KS_KEY_BACKSPACE}, EDIT_ERASE_LEFT},
    {{.code = 'H', .ctrl = true}, EDIT_ERASE_LEFT},
    {{.code = KS_KEY_DELETE}, EDIT_ERASE_RIGHT},
    {{.code = 'D', .ctrl = true}, EDIT_ERASE_RIGHT},
    {{.code = 'W', .ctrl = true}, EDIT_ERASE_WORD},
    {{.code = KS_KEY_BACKSPACE, .alt = true}, EDIT_ERASE_WORD},
    {{.code = 'U', .ctrl = true}, EDIT_ERASE_TO_START},
    {{.code = 'K', .ctrl = true}, EDIT_ERASE_TO_END},
};

static enum edit edit_of(struct ks_key key)
{
	for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++)
		if (ks_key_equal(edits[i].key, key))
			return edits[i].edit;
	return EDIT_NONE;
}

static enum ks_input_result move_to(struct ks_input *input, size_t at)
{
	input->cursor = at;
	return KS_INPUT_USED;
}

static enum ks_input_result do_edit(struct ks_input *input, enum edit edit)
{
	size_t at = input->cursor;

	switch (edit) {
	case EDIT_LEFT:
		return move_to(input, stop_before(input, at));
	case EDIT_RIGHT:
		return move_to(input, stop_after(input, at));
	case EDIT_HOME:
		return move_to(input, 0);
	case EDIT_END:
		return move_to(input, input->len);
	case EDIT_ERASE_LEFT:
		return remove_span(input, stop_before(input, at), at);
	case EDIT_ERASE_RIGHT:
		return remove_span(input, at, stop_after(input, at));
	case EDIT_ERASE_WORD:
		return remove_span(input, word_before(input, at), at);
	case EDIT_ERASE_TO_START:
		return remove_span(input, 0, at);
	case EDIT_ERASE_TO_END:
		return remove_span(input, at, input->len);
	case EDIT_NONE:
		break;
	}
	return KS_INPUT_IGNORED;
}

enum ks_input_result ks_input_key(struct ks_input *input, struct ks_key key)
{
	uint32_t code = text_of(input, key);

	if (key.code == KS_KEY_PASTE_BEGIN || key.code == KS_KEY_PASTE_END) {
		input->pasting = key.code == KS_KEY_PASTE_BEGIN;
		return KS_INPUT_USED;
	}
	if (code != 0)
		return insert(input, code);
	if (input->pasting)
		return KS_INPUT_USED;
	return do_edit(input, edit_of(key));
}

/* Cells of the text between two bytes. */
static int cells_between(const struct ks_input *input, size_t from, size_t to)
{
	char part[KS_INPUT_SIZE];

	memcpy(part, input->text + from, to - from);
	part[to - from] = '\0';
	return ks_text_width(part);
}

void ks_input_draw(const struct ks_input *input, struct ks_area area, int x, int y, int width,
    struct ks_style style, bool focused)
{
	struct ks_area field = ks_area_sub(area, x, y, width, 1);
	size_t from = 0;
	int at;

	if (field.width <= 0)
		return;
	/* The cursor takes a cell itself, at the end of the text behind the last character. */
	while (cells_between(input, from, input->cursor) >= field.width)
		from = stop_after(input, from);
	at = cells_between(input, from, input->cursor);
	ks_draw_fill(field, 0, 0, field.width, 1, style);
	ks_draw_text(field, 0, 0, -1, style, input->text + from);
	if (focused)
		ks_draw_cursor(field, at, 0, true);
}
