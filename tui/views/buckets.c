#include "tui/views/buckets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/text.h"
#include "tui/format.h"
#include "tui/input.h"
#include "tui/table.h"
#include "tui/views/bucket_rows.h"
#include "tui/views/pane.h"

#define SCOPE_TAG   (UINT64_C(1) << 32)
#define PROFILE_TAG (UINT64_C(2) << 32)
#define ENABLED_TAG (UINT64_C(4) << 32)

enum {
	MANY_BUCKETS = 500, /* from here on, rows are made anew at intervals while much arrives */
	STRUCTURE_MS = 100, /* for buckets that come and go */
	CONTENT_MS = 250,   /* for an order or a filter that depends on keys */
	WIDEST_REGION = 14  /* ap-southeast-1 */
};

enum column { COLUMN_NAME, COLUMN_REGION, COLUMN_PROFILE, COLUMN_KEYS, COLUMN_USED, N_COLUMNS };

struct buckets_view {
	struct ks_list list;
	struct ks_bucket_rows rows;
	enum ks_bucket_order order;
	bool reverse;
	char filter[KS_INPUT_SIZE];

	/* of what the rows were made */
	uint64_t print;
	uint64_t generation;
	int64_t made_at;
	bool stale;        /* order or filter are new */
	bool listing;      /* more buckets were to come */
	uint64_t selected; /* the row that nobody chose: while listing it is just the first one */

	struct ks_draw *draw; /* while drawing */
};

struct order_row {
	enum column column;
	bool descending;    /* as it is shown at first */
	bool needs_content; /* changes with what is known of keys */
};

static const struct order_row orders[KS_BUCKET_ORDER_COUNT] = {
    [KS_BUCKET_ORDER_NAME] = {COLUMN_NAME, false, false},
    [KS_BUCKET_ORDER_REGION] = {COLUMN_REGION, false, false},
    [KS_BUCKET_ORDER_KEYS] = {COLUMN_KEYS, true, true},
    [KS_BUCKET_ORDER_USED] = {COLUMN_USED, false, true},
};

uint64_t ks_buckets_list_id(uint32_t bucket)
{
	return bucket;
}

uint64_t ks_buckets_failed_scope_id(uint32_t scope)
{
	return SCOPE_TAG | scope;
}

uint64_t ks_buckets_failed_profile_id(uint32_t profile)
{
	return PROFILE_TAG | profile;
}

uint64_t ks_buckets_not_enabled_id(void)
{
	return ENABLED_TAG;
}

struct ks_bucket_row ks_buckets_row(uint64_t list_id)
{
	uint32_t id = (uint32_t)list_id;

	if ((list_id & ENABLED_TAG) != 0)
		return (struct ks_bucket_row){KS_ROW_NOT_ENABLED, 0};
	if ((list_id & PROFILE_TAG) != 0)
		return (struct ks_bucket_row){KS_ROW_PROFILE, id};
	if ((list_id & SCOPE_TAG) != 0)
		return (struct ks_bucket_row){KS_ROW_SCOPE, id};
	return (struct ks_bucket_row){id != 0 ? KS_ROW_BUCKET : KS_ROW_NONE, id};
}

/* ---- rows ---- */

static void *make(void)
{
	struct buckets_view *view = ks_calloc(1, sizeof *view);

	view->stale = true;
	view->listing = true;
	return view;
}

static void free_view(void *self)
{
	struct buckets_view *view = self;

	ks_bucket_rows_free(&view->rows);
	ks_list_free(&view->list);
	free(view);
}

static struct ks_list *list(void *self)
{
	return &((struct buckets_view *)self)->list;
}

static bool is_listing(const struct ks_store *store)
{
	for (uint32_t i = 0; i < store->n_profiles; i++)
		if (ks_store_profile_is_loading(store, i))
			return true;
	for (size_t i = 0; i < store->n_scopes; i++)
		if (store->scopes[i].chosen && store->scopes[i].buckets.state <= KS_FETCH_ASKED &&
		    store->profiles[store->scopes[i].profile].identity.state == KS_FETCH_KNOWN)
			return true;
	return false;
}

/* When rows must be made anew at the earliest; KS_TIME_NEVER: nothing changed. */
static int64_t due(const struct buckets_view *view, const struct ks_view_input *input)
{
	bool content = (orders[view->order].needs_content || view->filter[0] != '\0') &&
		       view->generation != input->store->generation;
	int interval = 0;

	if (view->stale)
		return input->now;
	if (view->print == ks_bucket_rows_print(input->store)) {
		if (!content)
			return KS_TIME_NEVER;
		interval = CONTENT_MS;
	} else {
		interval = STRUCTURE_MS;
	}
	if (input->store->n_buckets < MANY_BUCKETS || input->now < view->made_at)
		return input->now;
	return view->made_at + interval;
}

static void make_rows(struct buckets_view *view, const struct ks_view_input *input)
{
	/* What a filter leaves first is not what the list begins with. */
	bool untouched = view->list.wanted == view->selected && view->filter[0] == '\0';

	ks_bucket_rows_make(&view->rows, input->store, view->filter, view->order, view->reverse);
	ks_list_set_rows(&view->list, view->rows.ids, view->rows.count);
	if (untouched && view->listing) {
		ks_list_move(&view->list, KS_LIST_FIRST);
		view->selected = view->list.wanted;
	}
	view->listing = is_listing(input->store);
	view->print = ks_bucket_rows_print(input->store);
	view->generation = input->store->generation;
	view->made_at = input->now;
	view->stale = false;
}

static int64_t update(void *self, struct ks_view_input *input)
{
	struct buckets_view *view = self;
	int64_t at;

	if (strcmp(view->filter, input->filter) != 0) {
		snprintf(view->filter, sizeof view->filter, "%s", input->filter);
		view->stale = true;
	}
	at = due(view, input);
	if (at > input->now)
		return at;
	make_rows(view, input);
	input->changed = true;
	return KS_TIME_NEVER;
}

static void sort(void *self, bool reverse)
{
	struct buckets_view *view = self;

	if (reverse) {
		view->reverse = !view->reverse;
	} else {
		view->order = (view->order + 1) % KS_BUCKET_ORDER_COUNT;
		view->reverse = false;
	}
	view->stale = true;
}

/* ---- drawing ---- */

static const struct ks_bucket_entry *entry_at(const struct buckets_view *view, size_t row)
{
	struct ks_bucket_row what = ks_buckets_row(view->list.ids[row]);

	return what.kind == KS_ROW_BUCKET ? ks_store_bucket(view->draw->store, what.id) : NULL;
}

static void draw_name(const struct ks_table_cell *cell, const void *self, size_t row)
{
	const struct buckets_view *view = self;
	const char *name = ks_str_clean(&entry_at(view, row)->bucket.name);
	char cut[KS_FORMAT_SIZE];

	ks_table_match(cell, KS_ROLE_TEXT,
	    ks_format_name(name, cell->area.width, cell->glyphs, cut), view->filter);
}

static void draw_region(const struct ks_table_cell *cell, const void *self, size_t row)
{
	const struct buckets_view *view = self;
	const struct ks_store *store = view->draw->store;

	ks_table_match(
	    cell, KS_ROLE_DIM, store->scopes[entry_at(view, row)->scope].region, view->filter);
}

static void draw_profile(const struct ks_table_cell *cell, const void *self, size_t row)
{
	const struct buckets_view *view = self;
	const struct ks_store *store = view->draw->store;

	const char *name =
	    ks_store_profile_label(store, store->scopes[entry_at(view, row)->scope].profile);
	char cut[KS_FORMAT_SIZE];

	ks_table_match(cell, KS_ROLE_DIM, ks_format_name(name, cell->area.width, cell->glyphs, cut),
	    view->filter);
}

/* Idle or never used: a key that deserves a look. */
static bool is_suspect(
    const struct buckets_view *view, const struct ks_bucket_entry *entry, size_t i)
{
	ks_findings suspect = KS_FINDING_BIT(KS_FINDING_IDLE) | KS_FINDING_BIT(KS_FINDING_UNUSED);

	return (ks_format_key_findings(view->draw, entry, &entry->keys[i]) & suspect) != 0;
}

static bool all_suspect(const struct buckets_view *view, const struct ks_bucket_entry *entry)
{
	for (size_t i = 0; i < entry->n_keys; i++)
		if (!is_suspect(view, entry, i))
			return false;
	return entry->n_keys > 0;
}

/* One sign a slot: taken, free, or not known yet. */
static void draw_keys(const struct ks_table_cell *cell, const void *self, size_t row)
{
	const struct buckets_view *view = self;
	const struct ks_bucket_entry *entry = entry_at(view, row);
	const struct ks_glyphs *glyphs = cell->glyphs;
	bool known = entry->keys_fetched.at != KS_TIME_NONE;
	bool failed = entry->keys_fetched.state == KS_FETCH_FAILED;
	const char *empty = known ? glyphs->free_slot : glyphs->unknown_slot;
	int x = 0;

	for (size_t i = 0; i < entry->n_keys; i++)
		x += ks_draw_text(cell->area, x, 0, -1,
		    ks_style_on(
			is_suspect(view, entry, i) ? KS_ROLE_WARN : KS_ROLE_OK, cell->ground),
		    glyphs->used_slot);
	for (size_t i = entry->n_keys; i < KS_BUCKET_KEYS_MAX && (known || !failed); i++)
		x += ks_draw_text(
		    cell->area, x, 0, -1, ks_style_on(KS_ROLE_DIM, cell->ground), empty);
	if (failed)
		ks_draw_text(
		    cell->area, x, 0, -1, ks_style_on(KS_ROLE_BAD, cell->ground), glyphs->warning);
}

/* True when every key is one of which the service says that it was not used. */
static bool was_never_used(const struct ks_bucket_entry *entry)
{
	for (size_t i = 0; i < entry->n_keys; i++)
		if (entry->keys[i].last_used.use != KS_USE_NEVER)
			return false;
	return entry->n_keys > 0;
}

static void draw_used(const struct ks_table_cell *cell, const void *self, size_t row)
{
	const struct buckets_view *view = self;
	const struct ks_bucket_entry *entry = entry_at(view, row);
	int64_t used = ks_bucket_last_used(entry);
	bool suspect = all_suspect(view, entry);
	char text[KS_FORMAT_SIZE];

	if (used != KS_TIME_NONE)
		ks_table_text(cell, suspect ? KS_ROLE_WARN : KS_ROLE_TEXT,
		    ks_format_age(view->draw, used, text));
	else if (was_never_used(entry))
		ks_table_text(cell, suspect ? KS_ROLE_WARN : KS_ROLE_DIM, "never");
	else
		ks_table_text(cell, KS_ROLE_DIM, cell->glyphs->dash);
}

/*
 * With one profile the region goes first, then the last use. With several, what tells buckets of
 * one name apart is worth more: the last use goes first, then the region, the profile last.
 */
static const struct ks_table_column columns[N_COLUMNS] = {
    [COLUMN_NAME] = {"NAME", 12, 16, 3, KS_ALIGN_LEFT, 0, draw_name},
    [COLUMN_REGION] = {"REGION", 9, 9, 0, KS_ALIGN_LEFT, 2, draw_region},
    [COLUMN_PROFILE] = {"PROFILE", 7, 8, 1, KS_ALIGN_LEFT, 3, draw_profile},
    [COLUMN_KEYS] = {"KEYS", 4, 4, 0, KS_ALIGN_LEFT, 0, draw_keys},
    [COLUMN_USED] = {"USED", 5, 5, 0, KS_ALIGN_LEFT, 3, draw_used},
};

enum { NARROW_NAME = 11, USED_OF_SEVERAL = 1 };

static void draw_failure(
    const struct ks_table_cell *cell, const char *sign, const char *what, const struct ks_err *err)
{
	char brief[KS_FORMAT_BRIEF_SIZE];

	ks_table_printf(cell, KS_ROLE_BAD, "%s %s: %s", sign, what,
	    err != NULL ? ks_format_err_brief(err, brief) : "failed");
}

static void draw_failed_scope(
    const struct buckets_view *view, const struct ks_table_cell *cell, uint32_t index)
{
	const struct ks_store *store = view->draw->store;
	const struct ks_scope *scope = &store->scopes[index];
	char name[KS_FORMAT_SIZE];
	struct ks_err err;

	if (ks_store_count_profiles(store) > 1)
		snprintf(name, sizeof name, "%s %s", ks_store_profile_label(store, scope->profile),
		    scope->region);
	else
		snprintf(name, sizeof name, "%s", scope->region);
	draw_failure(cell, cell->glyphs->warning, name,
	    ks_store_scope_err(store, index, &err) ? &err : NULL);
}

/* What failed keeps its remedy in sight while it is tried once more. */
static void draw_profile_row(
    const struct buckets_view *view, const struct ks_table_cell *cell, uint32_t index)
{
	const struct ks_store *store = view->draw->store;
	const struct ks_err *err = ks_store_profile_err(store, index);
	const char *label = ks_store_profile_label(store, index), *sign = cell->glyphs->warning;
	bool signing_in = ks_store_profile_is_signing_in(store, index);

	if (signing_in)
		sign = ks_pane_spinner(view->draw);
	if (ks_store_question_of(store, index) != NULL)
		ks_table_printf(cell, KS_ROLE_WARN, "%s %s: waiting for an MFA code",
		    cell->glyphs->warning, label);
	else if (signing_in && err == NULL)
		ks_table_printf(
		    cell, KS_ROLE_BUSY, "%s %s: signing in%s", sign, label, cell->glyphs->ellipsis);
	else
		draw_failure(cell, sign, label, err);
}

/* Rows that are no buckets, and buckets that went away since the rows were made. */
static bool draw_row(const struct ks_table_cell *cell, const void *self, size_t row)
{
	const struct buckets_view *view = self;
	const struct ks_store *store = view->draw->store;
	struct ks_bucket_row what = ks_buckets_row(view->list.ids[row]);
	char text[KS_FORMAT_SIZE];

	if (what.kind == KS_ROW_BUCKET)
		return ks_store_bucket(store, what.id) == NULL;
	if (what.kind == KS_ROW_PROFILE && what.id < store->n_profiles) {
		draw_profile_row(view, cell, what.id);
	} else if (what.kind == KS_ROW_NOT_ENABLED) {
		ks_table_printf(cell, KS_ROLE_DIM, "%s not enabled",
		    ks_format_count(ks_store_count_quiet(store), "region", text));
	} else if (what.kind == KS_ROW_SCOPE && what.id < store->n_scopes) {
		draw_failed_scope(view, cell, what.id);
	}
	return true;
}

/*
 * Cells of the longest name of a region that has buckets; 0 when all buckets are in one region, and
 * it needs no column.
 */
static int region_width(const struct ks_store *store)
{
	const char *first = NULL;
	bool several = false;
	int widest = 0;

	for (size_t i = 0; i < store->n_scopes; i++) {
		const struct ks_scope *scope = &store->scopes[i];
		int width = ks_text_width(scope->region);

		if (scope->n_entries == 0)
			continue;
		several = several || (first != NULL && strcmp(first, scope->region) != 0);
		first = scope->region;
		widest = width > widest ? width : widest;
	}
	if (!several)
		return 0;
	return widest < WIDEST_REGION ? widest : WIDEST_REGION;
}

static void draw_table(struct buckets_view *view, struct ks_area inside)
{
	struct ks_draw *draw = view->draw;
	const struct order_row *order = &orders[view->order];
	int region = region_width(draw->store);
	bool several = ks_store_count_profiles(draw->store) > 1;
	struct ks_table_column shown[N_COLUMNS];
	struct ks_table table = {
	    .columns = shown,
	    .sort = KS_TABLE_NO_SORT,
	    .descending = order->descending != view->reverse,
	    .focused = draw->focused,
	    .draw_row = draw_row,
	};

	for (int i = 0; i < N_COLUMNS; i++) {
		if ((i == COLUMN_REGION && region == 0) || (i == COLUMN_PROFILE && !several))
			continue;
		if (i == (int)order->column)
			table.sort = (int)table.n_columns;
		shown[table.n_columns] = columns[i];
		if (i == COLUMN_REGION)
			shown[table.n_columns].min = region;
		if (i == COLUMN_NAME && several)
			shown[table.n_columns].min = NARROW_NAME;
		if (i == COLUMN_USED && several)
			shown[table.n_columns].give_way = USED_OF_SEVERAL;
		table.n_columns++;
	}
	ks_table_draw(&table, inside, &view->list, draw->glyphs, view);
}

static bool is_signing_in(const struct ks_store *store)
{
	for (uint32_t i = 0; i < store->n_profiles; i++)
		if (ks_store_profile_is_signing_in(store, i))
			return true;
	return false;
}

static void draw_empty(struct buckets_view *view, struct ks_area inside)
{
	struct ks_draw *draw = view->draw;

	if (is_signing_in(draw->store))
		ks_pane_say(draw, inside, 1, KS_ROLE_DIM, "%s Signing in%s", ks_pane_spinner(draw),
		    draw->glyphs->ellipsis);
	else if (is_listing(draw->store))
		ks_pane_say(draw, inside, 1, KS_ROLE_DIM, "%s Loading%s", ks_pane_spinner(draw),
		    draw->glyphs->ellipsis);
	else if (view->rows.total > 0)
		ks_pane_say(draw, inside, 1, KS_ROLE_DIM,
		    "No bucket matches /%s. Esc clears the filter.", view->filter);
	else
		ks_pane_say(draw, inside, 1, KS_ROLE_DIM, "No buckets here. r reads again.");
}

static void draw_view(void *self, struct ks_draw *draw, struct ks_area area)
{
	struct buckets_view *view = self;
	struct ks_area inside = ks_pane_draw(
	    draw, area, "1 Buckets", NULL, &view->list, view->rows.total, view->filter);

	view->draw = draw;
	draw_table(view, inside);
	if (view->list.count == 0)
		draw_empty(view, inside);
	view->draw = NULL;
}

const struct ks_view ks_buckets_view = {
    .name = "Buckets",
    .context = KS_CONTEXT_BUCKETS,
    .make = make,
    .free = free_view,
    .update = update,
    .draw = draw_view,
    .list = list,
    .sort = sort,
};
