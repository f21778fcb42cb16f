#include "tui/views/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "tui/format.h"
#include "tui/input.h"
#include "tui/table.h"
#include "tui/views/pane.h"

enum { MAX_ROWS = 64 }; /* far more than a bucket can have: a hostile reply stays harmless */

enum column {
	COLUMN_ID,
	COLUMN_STATUS,
	COLUMN_AGE,
	COLUMN_USED,
	COLUMN_BY,
	COLUMN_FROM,
	COLUMN_FINDINGS,
	N_COLUMNS
};

struct keys_view {
	struct ks_list list;
	uint32_t bucket;
	char filter[KS_INPUT_SIZE]; /* the one of the buckets pane: it may be a key's ID */
	char notice[512];
	struct ks_draw *draw; /* while drawing, like entry */
	const struct ks_bucket_entry *entry;
};

static void *make(void)
{
	return ks_calloc(1, sizeof(struct keys_view));
}

static void free_view(void *self)
{
	struct keys_view *view = self;

	ks_list_free(&view->list);
	free(view);
}

static struct ks_list *list(void *self)
{
	return &((struct keys_view *)self)->list;
}

void ks_keys_set_notice(void *self, const char *notice)
{
	struct keys_view *view = self;

	snprintf(view->notice, sizeof view->notice, "%s", notice);
}

static int64_t update(void *self, struct ks_view_input *input)
{
	struct keys_view *view = self;
	const struct ks_bucket_entry *entry = ks_store_bucket(input->store, input->bucket);
	uint64_t ids[MAX_ROWS];
	size_t count = entry != NULL && entry->n_keys < MAX_ROWS ? entry->n_keys : 0;

	snprintf(view->filter, sizeof view->filter, "%s", input->filter);
	if (entry != NULL && entry->n_keys >= MAX_ROWS)
		count = MAX_ROWS;
	for (size_t i = 0; i < count; i++)
		ids[i] = ks_list_id(ks_str_raw(&entry->keys[i].id));
	if (view->bucket != input->bucket) {
		ks_list_free(&view->list);
		view->bucket = input->bucket;
	}
	ks_list_set_rows(&view->list, ids, count);
	return KS_TIME_NEVER;
}

static const struct ks_access_key *find_key(const struct ks_bucket_entry *entry, uint64_t id)
{
	for (size_t i = 0; entry != NULL && i < entry->n_keys; i++)
		if (ks_list_id(ks_str_raw(&entry->keys[i].id)) == id)
			return &entry->keys[i];
	return NULL;
}

const struct ks_access_key *ks_keys_selected(void *self, const struct ks_store *store)
{
	struct keys_view *view = self;

	return find_key(ks_store_bucket(store, view->bucket), ks_list_selected(&view->list));
}

/* ---- cells ---- */

static const struct ks_access_key *key_at(const struct keys_view *view, size_t row)
{
	return find_key(view->entry, view->list.ids[row]);
}

static void draw_id(const struct ks_table_cell *cell, const void *self, size_t row)
{
	const struct keys_view *view = self;

	ks_table_match(cell, KS_ROLE_ACCENT, ks_str_clean(&key_at(view, row)->id), view->filter);
}

/* True while this key is on its way out. */
static bool is_deleting(const struct keys_view *view, const struct ks_access_key *key)
{
	const struct ks_change *change =
	    ks_store_running(view->draw->store, KS_CHANGE_DELETE, view->bucket);

	return change != NULL && strcmp(ks_str_raw(&change->key_id), ks_str_raw(&key->id)) == 0;
}

static void draw_status(const struct ks_table_cell *cell, const void *self, size_t row)
{
	const struct keys_view *view = self;
	const struct ks_access_key *key = key_at(view, row);
	const char *status = ks_str_clean(&key->status);

	if (is_deleting(view, key))
		ks_table_text(cell, KS_ROLE_BUSY, "deleting");
	else if (status[0] == '\0')
		ks_table_text(cell, KS_ROLE_DIM, cell->glyphs->dash);
	else
		ks_table_text(cell, ks_format_status_role(status), status);
}

static void draw_age(const struct ks_table_cell *cell, const void *self, size_t row)
{
	const struct keys_view *view = self;
	char text[KS_FORMAT_SIZE];

	ks_table_text(
	    cell, KS_ROLE_TEXT, ks_format_age(view->draw, key_at(view, row)->created, text));
}

static void draw_used(const struct ks_table_cell *cell, const void *self, size_t row)
{
	const struct keys_view *view = self;
	const struct ks_last_used *used = &key_at(view, row)->last_used;
	char text[KS_FORMAT_SIZE];

	ks_table_text(cell, used->use == KS_USE_USED ? KS_ROLE_TEXT : KS_ROLE_DIM,
	    ks_format_last_used(view->draw, used, text));
}

static void draw_by(const struct ks_table_cell *cell, const void *self, size_t row)
{
	const struct keys_view *view = self;
	const struct ks_str *service = &key_at(view, row)->last_used.service;

	if (ks_str_present(service))
		ks_table_text(cell, KS_ROLE_TEXT, ks_str_clean(service));
	else
		ks_table_text(cell, KS_ROLE_DIM, cell->glyphs->dash);
}

static void draw_from(const struct ks_table_cell *cell, const void *self, size_t row)
{
	const struct keys_view *view = self;
	const struct ks_str *region = &key_at(view, row)->last_used.region;

	if (ks_str_present(region))
		ks_table_text(cell, KS_ROLE_TEXT, ks_str_clean(region));
	else
		ks_table_text(cell, KS_ROLE_DIM, cell->glyphs->dash);
}

static void draw_findings(const struct ks_table_cell *cell, const void *self, size_t row)
{
	const struct keys_view *view = self;
	char text[KS_FORMAT_SIZE];

	ks_table_text(cell, KS_ROLE_WARN,
	    ks_format_findings(ks_format_key_findings(view->draw, view->entry, key_at(view, row)),
		text, sizeof text));
}

static bool draw_row(const struct ks_table_cell *cell, const void *self, size_t row)
{
	(void)cell;
	return key_at(self, row) == NULL;
}

static const struct ks_table_column columns[N_COLUMNS] = {
    [COLUMN_ID] = {"KEY ID", 16, 20, 0, KS_ALIGN_LEFT, 0, draw_id},
    [COLUMN_STATUS] = {"STATUS", 6, 8, 0, KS_ALIGN_LEFT, 5, draw_status},
    [COLUMN_AGE] = {"AGE", 4, 4, 0, KS_ALIGN_LEFT, 3, draw_age},
    [COLUMN_USED] = {"LAST USED", 9, 9, 0, KS_ALIGN_LEFT, 0, draw_used},
    [COLUMN_BY] = {"BY", 2, 4, 0, KS_ALIGN_LEFT, 2, draw_by},
    [COLUMN_FROM] = {"FROM", 9, 9, 0, KS_ALIGN_LEFT, 1, draw_from},
    [COLUMN_FINDINGS] = {"FINDINGS", 8, 17, 1, KS_ALIGN_LEFT, 4, draw_findings},
};

/* ---- the pane ---- */

/* What is there to say below the keys, or instead of them. */
static void draw_remarks(struct keys_view *view, struct ks_area inside, int y)
{
	struct ks_draw *draw = view->draw;
	const struct ks_bucket_entry *entry = view->entry;
	const struct ks_fetched *fetched = &entry->keys_fetched;
	char line[1024], ago[KS_FORMAT_SIZE];

	if (ks_store_running(draw->store, KS_CHANGE_CREATE, view->bucket) != NULL)
		y += ks_pane_say(draw, inside, y, KS_ROLE_BUSY, "%s making a key%s",
		    ks_pane_spinner(draw), draw->glyphs->ellipsis);
	if (fetched->state == KS_FETCH_FAILED && fetched->err != NULL)
		y += ks_pane_say(draw, inside, y, KS_ROLE_BAD, "%s %s", draw->glyphs->warning,
		    ks_err_line(fetched->err, line, sizeof line));
	if (fetched->state == KS_FETCH_FAILED)
		ks_pane_say(draw, inside, y, KS_ROLE_DIM, "%s%sr reads again.",
		    fetched->at != KS_TIME_NONE ? "What is shown was read " : "",
		    fetched->at != KS_TIME_NONE ? ks_format_ago(draw, fetched->at, ago) : "");
	else if (fetched->at == KS_TIME_NONE)
		ks_pane_say(draw, inside, y, KS_ROLE_DIM, "%s Loading%s", ks_pane_spinner(draw),
		    draw->glyphs->ellipsis);
	else if (entry->n_keys == 0)
		ks_pane_say(draw, inside, y, KS_ROLE_DIM, "No access keys.%s",
		    draw->store->read_only ? "" : " n makes one.");
}

static void draw_keys(struct keys_view *view, struct ks_area inside)
{
	struct ks_table table = {
	    .columns = columns,
	    .n_columns = N_COLUMNS,
	    .sort = KS_TABLE_NO_SORT,
	    .focused = view->draw->focused,
	    .draw_row = draw_row,
	};
	int below = (int)view->list.count;

	ks_table_draw(&table, inside, &view->list, view->draw->glyphs, view);
	draw_remarks(view, inside, 1 + below + (below > 0));
}

static void draw_view(void *self, struct ks_draw *draw, struct ks_area area)
{
	struct keys_view *view = self;
	char title[512] = "2 Keys";
	struct ks_area inside;

	view->draw = draw;
	view->entry = ks_store_bucket(draw->store, view->bucket);
	if (view->entry != NULL)
		snprintf(title, sizeof title, "2 Keys %s %s", draw->glyphs->dot,
		    ks_str_clean(&view->entry->bucket.name));
	inside = ks_pane_draw(draw, area, title, &view->list, view->list.count, "");
	if (view->entry != NULL)
		draw_keys(view, inside);
	else if (view->notice[0] != '\0')
		ks_pane_say(draw, inside, 1, KS_ROLE_DIM, "%s", view->notice);
	view->draw = NULL;
	view->entry = NULL;
}

const struct ks_view ks_keys_view = {
    .name = "Keys",
    .context = KS_CONTEXT_KEYS,
    .make = make,
    .free = free_view,
    .update = update,
    .draw = draw_view,
    .list = list,
};
