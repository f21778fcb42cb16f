#include "tui/dialogs/picker.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/text.h"
#include "tui/dialog.h"
#include "tui/format.h"
#include "tui/input.h"
#include "tui/table.h"

enum { WIDTH = 88, WIDEST_NAME = 40, TEXT_SIZE = 512, MARK_WIDTH = 4 };

struct picker {
	const struct ks_picker_kind *kind;
	struct ks_picker_rows rows;
	struct ks_list list; /* of those that pass the filter */
	uint64_t *marked;    /* list IDs */
	size_t n_marked, marked_cap;
	bool touched;   /* something was toggled: until then, the marks are the present choice */
	uint64_t first; /* what the cursor was on at first */
	uint64_t generation;
	struct ks_input filter;
	bool typing;
	struct ks_err err; /* why some are missing */
	bool loading;
};

/* ---- rows ---- */

static void clear_rows(struct ks_picker_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++) {
		free(rows->items[i].name);
		for (int column = 0; column < KS_PICKER_COLUMNS; column++)
			free(rows->items[i].text[column]);
	}
	rows->count = 0;
}

struct ks_picker_row *ks_picker_add(struct ks_picker_rows *rows, const char *name)
{
	struct ks_picker_row *row;

	rows->items = ks_grow(rows->items, rows->count, &rows->cap, sizeof *rows->items);
	row = &rows->items[rows->count++];
	*row = (struct ks_picker_row){.name = ks_strdup(name)};
	row->text[0] = ks_text_clean_dup(name, strlen(name));
	return row;
}

struct ks_picker_row *ks_picker_find(const struct ks_picker_rows *rows, const char *name)
{
	for (size_t i = 0; i < rows->count; i++)
		if (!rows->items[i].alone && strcmp(rows->items[i].name, name) == 0)
			return &rows->items[i];
	return NULL;
}

void ks_picker_text(struct ks_picker_row *row, int column, const char *format, ...)
{
	char text[TEXT_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	free(row->text[column]);
	row->text[column] = ks_strdup(text);
}

/* A profile may be called like a row that is alone. */
static uint64_t id_of(const struct ks_picker_row *row)
{
	uint64_t id = ks_list_id(row->name);

	return row->alone ? id ^ 1 : id;
}

static const struct ks_picker_row *row_of(const struct picker *picker, uint64_t id)
{
	for (size_t i = 0; i < picker->rows.count; i++)
		if (id_of(&picker->rows.items[i]) == id)
			return &picker->rows.items[i];
	return NULL;
}

static bool passes(const struct ks_picker_row *row, const char *filter)
{
	for (int column = 0; column < KS_PICKER_COLUMNS; column++)
		if (row->text[column] != NULL && ks_text_contains(row->text[column], filter))
			return true;
	return false;
}

/* ---- marks ---- */

static bool is_marked(const struct picker *picker, uint64_t id)
{
	for (size_t i = 0; i < picker->n_marked; i++)
		if (picker->marked[i] == id)
			return true;
	return false;
}

static void mark(struct picker *picker, uint64_t id)
{
	picker->marked =
	    ks_grow(picker->marked, picker->n_marked, &picker->marked_cap, sizeof *picker->marked);
	picker->marked[picker->n_marked++] = id;
}

static void unmark(struct picker *picker, uint64_t id)
{
	size_t kept = 0;

	for (size_t i = 0; i < picker->n_marked; i++)
		if (picker->marked[i] != id)
			picker->marked[kept++] = picker->marked[i];
	picker->n_marked = kept;
}

static void toggle(struct picker *picker)
{
	uint64_t id = ks_list_selected(&picker->list);
	const struct ks_picker_row *row = row_of(picker, id);

	if (row == NULL)
		return;
	picker->touched = true;
	if (is_marked(picker, id)) {
		unmark(picker, id);
		return;
	}
	if (row->alone)
		picker->n_marked = 0;
	for (size_t i = 0; i < picker->rows.count; i++)
		if (picker->rows.items[i].alone)
			unmark(picker, id_of(&picker->rows.items[i]));
	mark(picker, id);
}

/* ---- up to date ---- */

static void apply_filter(struct picker *picker)
{
	uint64_t *ids = ks_calloc(picker->rows.count, sizeof *ids);
	size_t count = 0;

	for (size_t i = 0; i < picker->rows.count; i++)
		if (passes(&picker->rows.items[i], picker->filter.text))
			ids[count++] = id_of(&picker->rows.items[i]);
	ks_list_set_rows(&picker->list, ids, count);
	free(ids);
}

static void mark_present(struct picker *picker)
{
	if (picker->touched)
		return;
	picker->n_marked = 0;
	for (size_t i = 0; i < picker->rows.count; i++)
		if (picker->rows.items[i].chosen)
			mark(picker, id_of(&picker->rows.items[i]));
}

/* The cursor begins on what is chosen, which may be known only after a while. */
static void place_cursor(struct picker *picker)
{
	bool moved = picker->first != 0 && ks_list_selected(&picker->list) != picker->first;

	if (moved || picker->touched || picker->n_marked == 0 || picker->filter.text[0] != '\0')
		return;
	ks_list_select(&picker->list, picker->marked[0]);
	picker->first = ks_list_selected(&picker->list);
}

static void renew(struct picker *picker, const struct ks_store *store)
{
	const struct ks_fetched *source =
	    picker->kind->source != NULL ? picker->kind->source(store) : NULL;

	clear_rows(&picker->rows);
	picker->kind->fill(&picker->rows, store);
	picker->generation = store->generation;
	picker->loading = source != NULL && (source->request != 0 || source->wanted);
	ks_err_clear(&picker->err);
	if (source != NULL && source->state == KS_FETCH_FAILED && source->err != NULL)
		picker->err = *source->err;
	mark_present(picker);
	apply_filter(picker);
	place_cursor(picker);
}

static void update(void *self, struct ks_ui *ui)
{
	struct picker *picker = self;
	const struct ks_store *store = ks_ui_store(ui);

	if (picker->generation != store->generation)
		renew(picker, store);
}

/* ---- drawing ---- */

static const char *title(const void *self)
{
	return ((const struct picker *)self)->kind->title;
}

/* Headings above the rows, the filter below. */
static void size(void *self, const struct ks_draw *draw, int *width, int *height)
{
	const struct picker *picker = self;
	int wanted = (int)picker->rows.count + 2;

	(void)draw;
	*width = *width < WIDTH ? *width : WIDTH;
	*height = *height < wanted ? *height : wanted;
}

static const struct ks_picker_row *row_at(const struct picker *picker, size_t index)
{
	return row_of(picker, picker->list.ids[index]);
}

static void draw_text(
    const struct picker *picker, const struct ks_table_cell *cell, size_t index, int column)
{
	const char *text = row_at(picker, index)->text[column];

	ks_table_match(cell, column == 0 ? KS_ROLE_TEXT : KS_ROLE_DIM, text != NULL ? text : "",
	    picker->filter.text);
}

static void draw_name(const struct ks_table_cell *cell, const void *self, size_t index)
{
	const struct picker *picker = self;
	struct ks_table_cell name = *cell;
	bool marked = is_marked(picker, picker->list.ids[index]);

	ks_draw_text(cell->area, 0, 0, MARK_WIDTH,
	    ks_style_on(marked ? KS_ROLE_ACCENT : KS_ROLE_DIM, cell->ground),
	    marked ? "[x]" : "[ ]");
	name.area = ks_area_sub(
	    cell->area, MARK_WIDTH, 0, cell->area.width - MARK_WIDTH, cell->area.height);
	draw_text(picker, &name, index, 0);
}

static void draw_second(const struct ks_table_cell *cell, const void *self, size_t index)
{
	draw_text(self, cell, index, 1);
}

static void draw_third(const struct ks_table_cell *cell, const void *self, size_t index)
{
	draw_text(self, cell, index, 2);
}

/* The names always stay; the last column goes first. */
static const struct ks_table_column columns[KS_PICKER_COLUMNS] = {
    {"", 18, 18, 0, KS_ALIGN_LEFT, 0, draw_name},
    {"", 0, 0, 1, KS_ALIGN_LEFT, 2, draw_second},
    {"", 12, 14, 0, KS_ALIGN_LEFT, 1, draw_third},
};

static void draw_bottom(const struct picker *picker, struct ks_draw *draw, struct ks_area line)
{
	char text[TEXT_SIZE];

	if (picker->typing) {
		ks_draw_text(line, 1, 0, 1, ks_style(KS_ROLE_HINT_KEY), "/");
		ks_input_draw(
		    &picker->filter, line, 2, 0, line.width - 2, ks_style(KS_ROLE_INPUT), true);
		return;
	}
	if (picker->filter.text[0] != '\0')
		ks_draw_printf(line, 1, 0, -1, ks_style(KS_ROLE_DIM), "%s/%s",
		    picker->list.count == 0 ? "Nothing matches " : "", picker->filter.text);
	else if (picker->touched && picker->n_marked == 0)
		ks_draw_printf(line, 1, 0, -1, ks_style(KS_ROLE_WARN), "nothing is chosen");
	else if (picker->err.kind != KS_ERR_NONE)
		ks_draw_cut(line, 1, 0, line.width - 1, ks_style(KS_ROLE_BAD),
		    ks_err_line(&picker->err, text, sizeof text), draw->glyphs->ellipsis);
	else if (picker->loading)
		ks_draw_printf(
		    line, 1, 0, -1, ks_style(KS_ROLE_DIM), "Loading%s", draw->glyphs->ellipsis);
	else if (picker->n_marked > 1)
		ks_draw_printf(
		    line, 1, 0, -1, ks_style(KS_ROLE_DIM), "%zu chosen", picker->n_marked);
}

/* As wide as the longest name, within reason. */
static int name_width(const struct picker *picker)
{
	int widest = columns[0].min;

	for (size_t i = 0; i < picker->rows.count; i++) {
		int width = MARK_WIDTH + ks_text_width(picker->rows.items[i].text[0]);

		widest = width > widest ? width : widest;
	}
	return widest < WIDEST_NAME ? widest : WIDEST_NAME;
}

static void draw_picker(void *self, struct ks_draw *draw, struct ks_area area)
{
	struct picker *picker = self;
	struct ks_table_column shown[KS_PICKER_COLUMNS];
	struct ks_table table = {
	    .columns = shown,
	    .n_columns = KS_PICKER_COLUMNS,
	    .sort = KS_TABLE_NO_SORT,
	    .focused = draw->focused && !picker->typing,
	};

	memcpy(shown, columns, sizeof shown);
	for (int i = 0; i < KS_PICKER_COLUMNS; i++)
		shown[i].title = picker->kind->headings[i];
	shown[0].preferred = name_width(picker);
	shown[1].min = shown[1].preferred = picker->kind->second;
	ks_table_draw(&table, ks_area_sub(area, 0, 0, area.width, area.height - 1), &picker->list,
	    draw->glyphs, picker);
	draw_bottom(picker, draw, ks_area_sub(area, 0, area.height - 1, area.width, 1));
}

static const struct ks_hint *hints(const void *self)
{
	static const struct ks_hint choosing[] = {{"Space", "toggle", false, true},
	    {"Enter", "take", false, true}, {"/", "filter", false, false},
	    {"Esc", "as before", false, true}, {0}};
	static const struct ks_hint typing[] = {
	    {"Enter", "accept", false, true}, {"Esc", "clear", false, true}, {0}};

	return ((const struct picker *)self)->typing ? typing : choosing;
}

/* ---- taking ---- */

/* The buckets that stay although nobody wants them any more. */
static size_t count_kept(const struct ks_store *store)
{
	size_t count = 0;

	for (size_t i = 0; i < store->n_scopes; i++)
		count += store->scopes[i].chosen ? 0 : store->scopes[i].n_entries;
	return count;
}

static void say_kept(struct ks_ui *ui, size_t kept)
{
	char text[KS_FORMAT_SIZE];

	if (kept > 0)
		ks_ui_toast(ui, KS_TOAST_INFO,
		    "%s %s until what is being done to %s is over and seen.",
		    ks_format_count(kept, "bucket", text), kept == 1 ? "stays" : "stay",
		    kept == 1 ? "it" : "them");
}

/* What is toggled; while nothing was, what the cursor is on. */
static size_t gather(const struct picker *picker, const struct ks_picker_row **taken)
{
	size_t count = 0;

	if (!picker->touched) {
		taken[0] = row_of(picker, ks_list_selected(&picker->list));
		return taken[0] != NULL;
	}
	for (size_t i = 0; i < picker->rows.count; i++)
		if (is_marked(picker, id_of(&picker->rows.items[i])))
			taken[count++] = &picker->rows.items[i];
	return count;
}

/* Nothing toggled and the cursor where it was: nothing was chosen, and nothing changes. */
static void take(struct picker *picker, struct ks_ui *ui)
{
	const struct ks_picker_row **taken =
	    ks_calloc(picker->rows.count + 1, sizeof(struct ks_picker_row *));
	bool as_before = !picker->touched && ks_list_selected(&picker->list) == picker->first;
	size_t count = as_before ? 0 : gather(picker, taken);
	struct ks_event *event;

	if (count > 0) {
		event = ks_event_new(KS_EVENT_CHOOSE, ks_ui_now(ui));
		event->choice = ks_calloc(1, sizeof *event->choice);
		ks_choice_copy(event->choice, &ks_ui_store(ui)->choice);
		picker->kind->choose(event->choice, taken, count);
		ks_ui_tell(ui, event);
		say_kept(ui, count_kept(ks_ui_store(ui)));
	} else if (picker->touched) {
		ks_ui_toast(ui, KS_TOAST_INFO, "Nothing is chosen: Space chooses.");
	}
	free(taken);
	if (count > 0 || as_before)
		ks_ui_close(ui, picker);
}

/* ---- keys ---- */

static const struct {
	uint32_t code;
	bool ctrl;
	enum ks_list_move move;
} moves[] = {
    {KS_KEY_UP, false, KS_LIST_UP},
    {'k', false, KS_LIST_UP},
    {KS_KEY_DOWN, false, KS_LIST_DOWN},
    {'j', false, KS_LIST_DOWN},
    {KS_KEY_PGUP, false, KS_LIST_PAGE_UP},
    {KS_KEY_PGDN, false, KS_LIST_PAGE_DOWN},
    {'U', true, KS_LIST_HALF_UP},
    {'D', true, KS_LIST_HALF_DOWN},
    {KS_KEY_HOME, false, KS_LIST_FIRST},
    {'g', false, KS_LIST_FIRST},
    {KS_KEY_END, false, KS_LIST_LAST},
    {'G', false, KS_LIST_LAST},
};

static bool move(struct picker *picker, struct ks_key pressed)
{
	for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++) {
		if (moves[i].code != pressed.code || moves[i].ctrl != pressed.ctrl)
			continue;
		ks_list_move(&picker->list, moves[i].move);
		return true;
	}
	return false;
}

/* The arrows go on moving while the filter is typed. */
static bool type(struct picker *picker, struct ks_key pressed)
{
	if (ks_input_key(&picker->filter, pressed) != KS_INPUT_IGNORED) {
		apply_filter(picker);
	} else if (pressed.code == KS_KEY_ENTER || pressed.code == KS_KEY_TAB) {
		ks_list_adopt(&picker->list);
		picker->typing = false;
	} else if (pressed.code == KS_KEY_ESC) {
		ks_input_set(&picker->filter, "");
		picker->typing = false;
		apply_filter(picker);
	} else if (!pressed.ctrl) {
		move(picker, pressed);
	} else {
		return false;
	}
	return true;
}

static bool key(void *self, struct ks_ui *ui, struct ks_key pressed)
{
	struct picker *picker = self;

	if (picker->typing)
		return type(picker, pressed);
	if (!pressed.alt && move(picker, pressed))
		return true;
	if (pressed.ctrl || pressed.alt)
		return false;
	if (pressed.code == ' ')
		toggle(picker);
	else if (pressed.code == '/')
		picker->typing = true;
	else if (pressed.code == KS_KEY_ENTER)
		take(picker, ui);
	else
		return false;
	return true;
}

/* The filter goes first. */
static bool may_close(void *self, struct ks_ui *ui)
{
	struct picker *picker = self;

	(void)ui;
	if (picker->filter.text[0] == '\0')
		return true;
	ks_input_set(&picker->filter, "");
	apply_filter(picker);
	return false;
}

static void free_picker(void *self)
{
	struct picker *picker = self;

	clear_rows(&picker->rows);
	free(picker->rows.items);
	ks_list_free(&picker->list);
	free(picker->marked);
	free(picker);
}

static const struct ks_dialog_class picker_class = {
    .name = "picker",
    .harmless = true,
    .title = title,
    .size = size,
    .draw = draw_picker,
    .hints = hints,
    .key = key,
    .update = update,
    .may_close = may_close,
    .free = free_picker,
};

void ks_picker_open(struct ks_ui *ui, const struct ks_picker_kind *kind)
{
	struct picker *picker = ks_calloc(1, sizeof *picker);

	picker->kind = kind;
	ks_ui_tell(ui, ks_event_new(KS_EVENT_PICK, ks_ui_now(ui)));
	renew(picker, ks_ui_store(ui));
	ks_ui_open(ui, &picker_class, picker);
}
