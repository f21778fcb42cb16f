#include "tui/views/operations.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/text.h"
#include "tui/format.h"
#include "tui/input.h"
#include "tui/table.h"
#include "tui/views/pane.h"

enum { MANY = 500, REMAKE_MS = 100 };

struct operations_view {
	struct ks_list list;
	uint64_t *ids;
	size_t cap;
	size_t total; /* before the filter */
	char filter[KS_INPUT_SIZE];
	uint64_t generation;
	int64_t made_at;
	bool stale;
	uint64_t selected;    /* the row that nobody chose: just the newest one */
	struct ks_draw *draw; /* while drawing */
};

static void *make(void)
{
	struct operations_view *view = ks_calloc(1, sizeof *view);

	view->stale = true;
	return view;
}

static void free_view(void *self)
{
	struct operations_view *view = self;

	free(view->ids);
	ks_list_free(&view->list);
	free(view);
}

static struct ks_list *list(void *self)
{
	return &((struct operations_view *)self)->list;
}

static const char *region_of(const struct ks_store *store, const struct ks_activity *activity)
{
	return activity->scope < store->n_scopes ? store->scopes[activity->scope].region : "";
}

static const char *profile_of(const struct ks_store *store, const struct ks_activity *activity)
{
	return activity->scope < store->n_scopes
		   ? ks_store_profile_label(store, store->scopes[activity->scope].profile)
		   : "";
}

/* The key it was about, or why it failed. */
static const char *note_of(const struct ks_activity *activity, char *dst, size_t size)
{
	const struct ks_operation *operation = &activity->operation;

	if (activity->kind == KS_ACTIVITY_CALL) {
		snprintf(
		    dst, size, "%s: %s", ks_format_err_word(&activity->err), activity->err.message);
		return dst;
	}
	if (ks_str_present(&operation->error_code)) {
		snprintf(dst, size, "%s: %s", ks_str_clean(&operation->error_code),
		    ks_str_clean(&operation->error_details));
		return dst;
	}
	return ks_str_clean(&activity->key_id);
}

static bool passes(
    const struct ks_store *store, const struct ks_activity *activity, const char *filter)
{
	char text[KS_FORMAT_SIZE], note[1024];

	return filter[0] == '\0' || ks_text_contains(ks_format_activity_type(activity), filter) ||
	       ks_text_contains(ks_format_activity_resource(activity), filter) ||
	       ks_text_contains(region_of(store, activity), filter) ||
	       (ks_store_count_profiles(store) > 1 &&
		   ks_text_contains(profile_of(store, activity), filter)) ||
	       ks_text_contains(ks_format_activity_status(activity, text), filter) ||
	       ks_text_contains(note_of(activity, note, sizeof note), filter);
}

static void make_rows(struct operations_view *view, const struct ks_view_input *input)
{
	const struct ks_store *store = input->store;
	size_t count = 0, total = 0;
	bool untouched;

	for (size_t i = 0; i < store->n_activities; i++) {
		if (ks_activity_is_quiet(store, store->activities[i]))
			continue;
		total++;
		if (!passes(store, store->activities[i], view->filter))
			continue;
		view->ids = ks_grow(view->ids, count, &view->cap, sizeof *view->ids);
		view->ids[count++] = store->activities[i]->id;
	}
	untouched = view->list.wanted == view->selected;
	ks_list_set_rows(&view->list, view->ids, count);
	if (untouched) {
		ks_list_move(&view->list, KS_LIST_FIRST);
		view->selected = view->list.wanted;
	}
	view->total = total;
	view->generation = store->generation;
	view->made_at = input->now;
	view->stale = false;
}

static int64_t update(void *self, struct ks_view_input *input)
{
	struct operations_view *view = self;

	if (strcmp(view->filter, input->filter) != 0) {
		snprintf(view->filter, sizeof view->filter, "%s", input->filter);
		view->stale = true;
	}
	if (!view->stale && view->generation == input->store->generation)
		return KS_TIME_NEVER;
	if (!view->stale && input->store->n_activities > MANY && input->now >= view->made_at &&
	    input->now < view->made_at + REMAKE_MS)
		return view->made_at + REMAKE_MS;
	make_rows(view, input);
	input->changed = true;
	return KS_TIME_NEVER;
}

/* ---- cells ---- */

static const struct ks_activity *activity_at(const struct operations_view *view, size_t row)
{
	return ks_store_activity(view->draw->store, (uint32_t)view->list.ids[row]);
}

static void draw_time(const struct ks_table_cell *cell, const void *self, size_t row)
{
	const struct operations_view *view = self;
	char text[KS_FORMAT_SIZE];

	ks_table_text(
	    cell, KS_ROLE_DIM, ks_format_clock(view->draw, activity_at(view, row)->at, text));
}

static void draw_type(const struct ks_table_cell *cell, const void *self, size_t row)
{
	const struct operations_view *view = self;

	ks_table_match(
	    cell, KS_ROLE_TEXT, ks_format_activity_type(activity_at(view, row)), view->filter);
}

static void draw_resource(const struct ks_table_cell *cell, const void *self, size_t row)
{
	const struct operations_view *view = self;
	const struct ks_activity *activity = activity_at(view, row);
	const char *name = ks_format_activity_resource(activity);
	char cut[KS_FORMAT_SIZE];

	/* A call for a whole region: without this its row would be like that of any other region.
	 */
	if (name[0] == '\0') {
		ks_table_match(
		    cell, KS_ROLE_DIM, region_of(view->draw->store, activity), view->filter);
		return;
	}
	ks_table_match(cell, KS_ROLE_TEXT,
	    ks_format_name(name, cell->area.width, cell->glyphs, cut), view->filter);
}

static void draw_region(const struct ks_table_cell *cell, const void *self, size_t row)
{
	const struct operations_view *view = self;

	ks_table_match(
	    cell, KS_ROLE_DIM, region_of(view->draw->store, activity_at(view, row)), view->filter);
}

static void draw_profile(const struct ks_table_cell *cell, const void *self, size_t row)
{
	const struct operations_view *view = self;

	ks_table_match(
	    cell, KS_ROLE_DIM, profile_of(view->draw->store, activity_at(view, row)), view->filter);
}

static void draw_status(const struct ks_table_cell *cell, const void *self, size_t row)
{
	const struct operations_view *view = self;
	const struct ks_activity *activity = activity_at(view, row);
	char text[KS_FORMAT_SIZE];

	ks_table_match(cell, ks_format_activity_role(activity),
	    ks_format_activity_status(activity, text), view->filter);
}

static void draw_note(const struct ks_table_cell *cell, const void *self, size_t row)
{
	const struct operations_view *view = self;
	const struct ks_activity *activity = activity_at(view, row);
	char text[1024];
	bool is_key = activity->kind == KS_ACTIVITY_OPERATION &&
		      !ks_str_present(&activity->operation.error_code);

	ks_table_match(cell, is_key ? KS_ROLE_ACCENT : KS_ROLE_TEXT,
	    note_of(activity, text, sizeof text), view->filter);
}

static bool draw_row(const struct ks_table_cell *cell, const void *self, size_t row)
{
	(void)cell;
	return activity_at(self, row) == NULL;
}

enum column {
	COLUMN_TIME,
	COLUMN_TYPE,
	COLUMN_RESOURCE,
	COLUMN_PROFILE,
	COLUMN_REGION,
	COLUMN_STATUS,
	COLUMN_NOTE,
	N_COLUMNS
};

static const struct ks_table_column columns[N_COLUMNS] = {
    [COLUMN_TIME] = {"TIME", 8, 8, 0, KS_ALIGN_LEFT, 4, draw_time},
    [COLUMN_TYPE] = {"OPERATION", 15, 21, 0, KS_ALIGN_LEFT, 0, draw_type},
    [COLUMN_RESOURCE] = {"RESOURCE", 10, 20, 1, KS_ALIGN_LEFT, 0, draw_resource},
    [COLUMN_PROFILE] = {"PROFILE", 7, 8, 0, KS_ALIGN_LEFT, 3, draw_profile},
    [COLUMN_REGION] = {"REGION", 9, 14, 0, KS_ALIGN_LEFT, 1, draw_region},
    [COLUMN_STATUS] = {"STATUS", 9, 12, 0, KS_ALIGN_LEFT, 0, draw_status},
    [COLUMN_NOTE] = {"KEY OR ERROR", 20, 20, 2, KS_ALIGN_LEFT, 2, draw_note},
};

static void draw_view(void *self, struct ks_draw *draw, struct ks_area area)
{
	struct operations_view *view = self;
	struct ks_area inside =
	    ks_pane_draw(draw, area, "3 Operations", NULL, &view->list, view->total, view->filter);
	struct ks_table_column shown[N_COLUMNS];
	struct ks_table table = {
	    .columns = shown,
	    .sort = KS_TABLE_NO_SORT,
	    .focused = draw->focused,
	    .quiet = true,
	    .draw_row = draw_row,
	};

	for (int i = 0; i < N_COLUMNS; i++)
		if (i != COLUMN_PROFILE || ks_store_count_profiles(draw->store) > 1)
			shown[table.n_columns++] = columns[i];
	view->draw = draw;
	ks_table_draw(&table, inside, &view->list, draw->glyphs, view);
	if (view->list.count == 0 && view->total > 0)
		ks_pane_say(draw, inside, 1, KS_ROLE_DIM,
		    "No operation matches /%s. Esc clears the filter.", view->filter);
	else if (view->list.count == 0)
		ks_pane_say(draw, inside, 1, KS_ROLE_DIM, "No operations yet.");
	view->draw = NULL;
}

const struct ks_view ks_operations_view = {
    .name = "Operations",
    .context = KS_CONTEXT_OPERATIONS,
    .make = make,
    .free = free_view,
    .update = update,
    .draw = draw_view,
    .list = list,
};
