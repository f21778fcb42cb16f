#include "tui/views/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/text.h"
#include "tui/format.h"
#include "tui/input.h"
#include "tui/table.h"
#include "tui/views/pane.h"

enum { SUBJECT_SIZE = 512 };
enum { MAX_ROWS = 64 }; /* far more than a bucket can have: a hostile reply stays harmless */

enum column {
	COLUMN_ID,
	COLUMN_STATUS,
	COLUMN_AGE,
	COLUMN_USED,
	COLUMN_BY,
	COLUMN_FROM,
	COLUMN_NOTES,
	N_COLUMNS
};

struct keys_view {
	struct ks_list list;
	uint32_t bucket;
	char filter[KS_INPUT_SIZE]; /* the one of the buckets pane: it may be a key's ID */
	char notice[512];
	struct ks_draw *draw; /* while drawing, like entry */
	const struct ks_bucket_entry *entry;
	bool no_status; /* its column gave way */
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
		ks_list_set_rows(&view->list, ids, 0);
		ks_list_select(&view->list, 0);
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

/*
 * Without the focus only what deserves a look has a colour: calmer, and fewer bytes when the keys
 * of another bucket take their place.
 */
static enum ks_role lively(const struct keys_view *view, enum ks_role role)
{
	return view->draw->focused || role == KS_ROLE_WARN || role == KS_ROLE_BAD ? role
										  : KS_ROLE_TEXT;
}

static void draw_id(const struct ks_table_cell *cell, const void *self, size_t row)
{
	const struct keys_view *view = self;

	ks_table_match(
	    cell, lively(view, KS_ROLE_ACCENT), ks_str_clean(&key_at(view, row)->id), view->filter);
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
		ks_table_text(cell, KS_ROLE_TEXT, cell->glyphs->dash);
	else
		ks_table_text(cell, lively(view, ks_format_status_role(status)), status);
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

	ks_table_text(cell, KS_ROLE_TEXT, ks_format_last_used(view->draw, used, text));
}

static void draw_by(const struct ks_table_cell *cell, const void *self, size_t row)
{
	const struct keys_view *view = self;
	const struct ks_str *service = &key_at(view, row)->last_used.service;

	ks_table_text(cell, KS_ROLE_TEXT,
	    ks_str_present(service) ? ks_str_clean(service) : cell->glyphs->dash);
}

static void draw_from(const struct ks_table_cell *cell, const void *self, size_t row)
{
	const struct keys_view *view = self;
	const struct ks_str *region = &key_at(view, row)->last_used.region;

	ks_table_text(
	    cell, KS_ROLE_TEXT, ks_str_present(region) ? ks_str_clean(region) : cell->glyphs->dash);
}

/* A word into a list that may take width cells; false when it doesn't fit. */
static bool add_word(char *list, size_t size, const char *word, int width)
{
	size_t len = strlen(list);

	if (ks_text_width(list) + (len > 0) + ks_text_width(word) > width)
		return false;
	snprintf(list + len, size - len, "%s%s", len > 0 ? " " : "", word);
	return true;
}

/*
 * Findings as words, the weightiest first: as many whole ones as fit, and how many more there are.
 * A status that is out of the ordinary comes first where its own column gave way.
 */
static void draw_notes(const struct ks_table_cell *cell, const void *self, size_t row)
{
	const struct keys_view *view = self;
	const struct ks_access_key *key = key_at(view, row);
	const char *status = ks_str_clean(&key->status);
	ks_findings findings = ks_format_key_findings(view->draw, view->entry, key);
	char text[KS_FORMAT_SIZE] = "";
	int left = 0, room = cell->area.width - 3;

	if (view->no_status && is_deleting(view, key))
		add_word(text, sizeof text, "deleting", cell->area.width);
	else if (view->no_status && status[0] != '\0' && strcmp(status, "Active") != 0)
		add_word(text, sizeof text, status, cell->area.width);
	/* That there are two keys can be seen: it is said where there is room, never counted. */
	for (int i = 0; i < KS_FINDING_COUNT; i++)
		left += i != KS_FINDING_TWO_KEYS && (findings & KS_FINDING_BIT(i)) != 0;
	for (int i = 0; i < KS_FINDING_COUNT; i++) {
		if ((findings & KS_FINDING_BIT(i)) == 0)
			continue;
		if (!add_word(text, sizeof text, ks_finding_info((enum ks_finding)i)->name,
			left > 1 && text[0] != '\0' ? room : cell->area.width))
			break;
		left--;
	}
	if (left > 0) {
		char more[16];

		snprintf(more, sizeof more, "+%d", left);
		add_word(text, sizeof text, more, cell->area.width);
	}
	ks_table_text(cell, KS_ROLE_WARN, text);
}

static bool draw_row(const struct ks_table_cell *cell, const void *self, size_t row)
{
	(void)cell;
	return key_at(self, row) == NULL;
}

static const struct ks_table_column columns[N_COLUMNS] = {
    [COLUMN_ID] = {"KEY ID", 20, 20, 0, KS_ALIGN_LEFT, 0, draw_id},
    [COLUMN_STATUS] = {"STATUS", 6, 8, 0, KS_ALIGN_LEFT, 3, draw_status},
    [COLUMN_AGE] = {"AGE", 5, 5, 0, KS_ALIGN_LEFT, 4, draw_age},
    [COLUMN_USED] = {"LAST USED", 9, 9, 0, KS_ALIGN_LEFT, 0, draw_used},
    [COLUMN_BY] = {"BY", 2, 4, 0, KS_ALIGN_LEFT, 2, draw_by},
    [COLUMN_FROM] = {"FROM", 9, 12, 0, KS_ALIGN_LEFT, 1, draw_from},
    [COLUMN_NOTES] = {"NOTES", 6, 8, 1, KS_ALIGN_LEFT, 5, draw_notes},
};

/* ---- the pane ---- */

/* What is there to say below the keys, or instead of them. */
static void draw_remarks(struct keys_view *view, struct ks_area inside, int y)
{
	struct ks_draw *draw = view->draw;
	const struct ks_bucket_entry *entry = view->entry;
	const struct ks_fetched *fetched = &entry->keys_fetched;
	bool known = fetched->at != KS_TIME_NONE;
	char line[1024], ago[KS_FORMAT_SIZE];

	if (ks_store_running(draw->store, KS_CHANGE_CREATE, view->bucket) != NULL)
		y += ks_pane_say(draw, inside, y, KS_ROLE_BUSY, "%s making a key%s",
		    ks_pane_spinner(draw), draw->glyphs->ellipsis);
	if (fetched->state == KS_FETCH_FAILED && fetched->err != NULL)
		y += ks_pane_say(draw, inside, y, KS_ROLE_BAD, "%s %s", draw->glyphs->warning,
		    ks_err_line(fetched->err, line, sizeof line));
	if (fetched->state == KS_FETCH_FAILED)
		ks_pane_say(draw, inside, y, KS_ROLE_DIM, "%s%s%sr reads again.",
		    known ? "What is shown was read " : "",
		    known ? ks_format_ago(draw, fetched->at, ago) : "", known ? "; " : "");
	else if (!known)
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
	    .quiet = true,
	    .draw_row = draw_row,
	};
	int below = (int)view->list.count, widths[KS_TABLE_MAX_COLUMNS];

	ks_table_widths(&table, inside.width - 2, widths);
	view->no_status = widths[COLUMN_STATUS] == 0;
	ks_table_draw(&table, inside, &view->list, view->draw->glyphs, view);
	draw_remarks(view, inside, 1 + below + (below > 0));
}

static void draw_notice(struct keys_view *view, struct ks_area inside)
{
	struct ks_draw *draw = view->draw;
	int y = 1;

	y +=
	    ks_pane_say(draw, inside, y, KS_ROLE_BAD, "%s %s", draw->glyphs->warning, view->notice);
	ks_pane_say(draw, inside, y, KS_ROLE_DIM, "Enter says more, r tries again.");
}

/* Whose keys: the bucket, and where it is as far as there is more than one such place. */
static const char *subject_of(const struct keys_view *view, char dst[SUBJECT_SIZE])
{
	const struct ks_store *store = view->draw->store;
	const struct ks_scope *scope = &store->scopes[view->entry->scope];
	bool profiles = ks_store_count_profiles(store) > 1;
	bool regions = profiles && ks_store_has_several_regions(store);

	snprintf(dst, SUBJECT_SIZE, "%s%s%s%s%s%s%s", ks_str_clean(&view->entry->bucket.name),
	    profiles ? " " : "", profiles ? view->draw->glyphs->dot : "", profiles ? " " : "",
	    profiles ? ks_store_profile_label(store, scope->profile) : "", regions ? " " : "",
	    regions ? scope->region : "");
	return dst;
}

static void draw_view(void *self, struct ks_draw *draw, struct ks_area area)
{
	struct keys_view *view = self;
	struct ks_area inside;
	char subject[SUBJECT_SIZE];

	view->draw = draw;
	view->entry = ks_store_bucket(draw->store, view->bucket);
	inside = ks_pane_draw(draw, area, "2 Keys",
	    view->entry != NULL ? subject_of(view, subject) : NULL, &view->list, view->list.count,
	    "");
	if (view->entry != NULL)
		draw_keys(view, inside);
	else if (view->notice[0] != '\0')
		draw_notice(view, inside);
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
