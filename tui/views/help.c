#include "tui/views/help.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "tui/keymap.h"
#include "tui/sheet.h"

enum { COLUMN = 50, TWO_COLUMNS = 2 * COLUMN, COLUMN_GAP = 3, KEYS_SIZE = 64 };

struct help {
	const struct ks_ui *ui;
	enum ks_context context; /* of what it is the help */
	struct ks_sheet sheets[2];
	bool two; /* drawn in two columns, which scroll together */
};

static const char *title(const void *self)
{
	(void)self;
	return "Help";
}

static bool is_here(const struct help *help, const struct ks_action *action)
{
	return (action->contexts & help->context) != 0;
}

/* How many actions there are here: before an index of the table, or of one group. */
static size_t count_actions(const struct help *help, size_t end, const char *group)
{
	const struct ks_action *action;
	size_t count = 0;

	for (size_t i = 0; i < end && (action = ks_action_at(i)) != NULL; i++)
		count +=
		    is_here(help, action) && (group == NULL || strcmp(group, action->group) == 0);
	return count;
}

static void add_action(struct help *help, struct ks_sheet *sheet, const struct ks_action *action)
{
	char keys[KEYS_SIZE];
	bool off = action->why_not != NULL && action->why_not(help->ui) != NULL;

	ks_sheet_field(sheet, off ? KS_ROLE_DIM : KS_ROLE_TEXT,
	    ks_keymap_keys(ks_ui_keymap(help->ui), action, keys, sizeof keys), "%s", action->help);
}

/* Each group whole into one column; the second begins with the group that spans the half. */
static void fill(struct help *help, bool two)
{
	size_t half = count_actions(help, SIZE_MAX, NULL) / 2;
	const struct ks_action *action;
	const char *group = "";
	struct ks_sheet *sheet = &help->sheets[0];

	help->two = two;
	ks_sheet_clear(&help->sheets[0]);
	ks_sheet_clear(&help->sheets[1]);
	for (size_t i = 0; (action = ks_action_at(i)) != NULL; i++) {
		if (!is_here(help, action))
			continue;
		if (strcmp(group, action->group) != 0) {
			group = action->group;
			if (two && count_actions(help, i, NULL) +
					   count_actions(help, SIZE_MAX, group) / 2 >=
				       half)
				sheet = &help->sheets[1];
			if (sheet->count > 0)
				ks_sheet_gap(sheet);
			ks_sheet_heading(sheet, group);
		}
		add_action(help, sheet, action);
	}
}

static void size(void *self, const struct ks_draw *draw, int *width, int *height)
{
	struct help *help = self;
	bool two = *width >= TWO_COLUMNS + COLUMN_GAP;
	int tallest, second;

	(void)draw;
	fill(help, two);
	if (*width > COLUMN)
		*width = two ? TWO_COLUMNS + COLUMN_GAP : COLUMN;
	tallest = ks_sheet_height(&help->sheets[0], two ? COLUMN : *width - 2);
	second = two ? ks_sheet_height(&help->sheets[1], COLUMN) : 0;
	tallest = tallest > second ? tallest : second;
	if (tallest < *height)
		*height = tallest;
}

static void draw_help(void *self, struct ks_draw *draw, struct ks_area area)
{
	struct help *help = self;
	int width = area.width - 1;

	fill(help, width >= TWO_COLUMNS);
	if (!help->two) {
		ks_sheet_draw(
		    &help->sheets[0], draw->glyphs, ks_area_sub(area, 1, 0, width, area.height));
		return;
	}
	width = (width - COLUMN_GAP) / 2;
	help->sheets[1].top = help->sheets[0].top;
	ks_sheet_draw(&help->sheets[0], draw->glyphs, ks_area_sub(area, 1, 0, width, area.height));
	ks_sheet_draw(&help->sheets[1], draw->glyphs,
	    ks_area_sub(area, 1 + width + COLUMN_GAP, 0, width, area.height));
}

static bool key(void *self, struct ks_ui *ui, struct ks_key pressed)
{
	(void)self;
	(void)ui;
	(void)pressed;
	return false;
}

static void move(void *self, enum ks_list_move where)
{
	ks_sheet_move(&((struct help *)self)->sheets[0], where);
}

static void free_help(void *self)
{
	struct help *help = self;

	ks_sheet_free(&help->sheets[0]);
	ks_sheet_free(&help->sheets[1]);
	free(help);
}

static const struct ks_dialog_class help_class = {
    .name = "help",
    .context = KS_CONTEXT_HELP,
    .harmless = true,
    .title = title,
    .size = size,
    .draw = draw_help,
    .key = key,
    .move = move,
    .free = free_help,
};

void ks_help_open(struct ks_ui *ui)
{
	struct help *help;

	if (ks_ui_has(ui, &help_class))
		return;
	help = ks_calloc(1, sizeof *help);
	help->ui = ui;
	help->context = ks_ui_context(ui);
	help->sheets[0].label_role = KS_ROLE_HINT_KEY;
	help->sheets[1].label_role = KS_ROLE_HINT_KEY;
	ks_ui_open(ui, &help_class, help);
}
