#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/state/index.h"

struct ks_bucket_cell *ks_bucket_cell(const struct ks_store *store, uint32_t id)
{
	return ks_map_get(&store->index->buckets, id);
}

static const char *entry_name(const struct ks_bucket_entry *entry)
{
	return ks_str_raw(&entry->bucket.name);
}

struct ks_bucket_cell *ks_bucket_find_cell(
    const struct ks_store *store, uint32_t scope_index, const char *name)
{
	const struct ks_scope *scope;
	size_t low = 0, high;

	if (scope_index >= store->n_scopes)
		return NULL;
	scope = &store->scopes[scope_index];
	high = scope->n_entries;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(entry_name(scope->entries[middle]), name);

		if (order == 0)
			return (struct ks_bucket_cell *)scope->entries[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

void ks_bucket_cell_free(struct ks_bucket_cell *cell)
{
	struct ks_bucket_entry *entry = &cell->entry;

	for (size_t i = 0; i < entry->n_keys; i++)
		ks_access_key_free(&entry->keys[i]);
	free(entry->keys);
	ks_bucket_free(&entry->bucket);
	ks_fetched_free(&entry->keys_fetched);
	ks_fetched_free(&entry->operations_fetched);
	free(cell->resource_token);
	free(cell);
}

/* ---- merging a page ---- */

static struct ks_bucket_cell *make_cell(
    struct ks_store *store, uint32_t scope, struct ks_bucket *bucket)
{
	struct ks_bucket_cell *cell = ks_calloc(1, sizeof *cell);
	struct ks_bucket_entry *entry = &cell->entry;

	entry->id = ks_store_next_id(store);
	entry->scope = scope;
	entry->bucket = *bucket;
	*bucket = (struct ks_bucket){0};
	entry->keys_fetched.at = entry->keys_fetched.tried_at = KS_TIME_NONE;
	entry->operations_fetched.at = entry->operations_fetched.tried_at = KS_TIME_NONE;
	cell->keys_due.order = cell->findings_due.order = entry->id;
	cell->pass = store->index->scopes[scope].pass;
	store->n_buckets++;
	ks_map_put(&store->index->buckets, entry->id, cell);
	ks_keys_join(store, cell);
	return cell;
}

static void renew(struct ks_bucket_cell *cell, struct ks_bucket *bucket, uint32_t pass)
{
	ks_bucket_free(&cell->entry.bucket);
	cell->entry.bucket = *bucket;
	*bucket = (struct ks_bucket){0};
	cell->pass = pass;
}

static int compare_buckets(const void *a, const void *b)
{
	return strcmp(ks_str_raw(&((const struct ks_bucket *)a)->name),
	    ks_str_raw(&((const struct ks_bucket *)b)->name));
}

/* Puts new entries, sorted, in their places: from the end on, so that each moves once. */
static void insert_entries(struct ks_scope *scope, struct ks_scope_cell *scope_cell,
    struct ks_bucket_cell *const *fresh, size_t n_fresh)
{
	size_t old = scope->n_entries, to = old + n_fresh;

	if (n_fresh == 0)
		return;
	if (to > scope_cell->entries_cap) {
		scope_cell->entries_cap = to + to / 2;
		scope->entries =
		    ks_realloc(scope->entries, scope_cell->entries_cap * sizeof *scope->entries);
	}
	scope->n_entries = to;
	while (n_fresh > 0) {
		struct ks_bucket_entry *next = &fresh[n_fresh - 1]->entry;

		if (old > 0 && strcmp(entry_name(scope->entries[old - 1]), entry_name(next)) > 0)
			next = scope->entries[--old];
		else
			n_fresh--;
		scope->entries[--to] = next;
	}
}

static bool is_left_out(const struct ks_store *store, const struct ks_bucket *bucket)
{
	const char *only = store->index->only_bucket;

	return ks_str_raw(&bucket->name)[0] == '\0' ||
	       (only != NULL && strcmp(ks_str_raw(&bucket->name), only) != 0);
}

/* A bucket without a name can't be spoken of to the service; it is left out. */
static void merge_page(struct ks_store *store, uint32_t scope_index, struct ks_reply *reply)
{
	struct ks_scope *scope = &store->scopes[scope_index];
	struct ks_scope_cell *scope_cell = &store->index->scopes[scope_index];
	struct ks_bucket_cell **fresh = ks_calloc(reply->n_buckets, sizeof *fresh);
	size_t n_fresh = 0;

	if (reply->n_buckets > 1)
		qsort(reply->buckets, reply->n_buckets, sizeof *reply->buckets, compare_buckets);
	for (size_t i = 0; i < reply->n_buckets; i++) {
		struct ks_bucket *bucket = &reply->buckets[i];
		const char *name = ks_str_raw(&bucket->name);
		struct ks_bucket_cell *cell;

		if (is_left_out(store, bucket))
			continue;
		cell = ks_bucket_find_cell(store, scope_index, name);
		if (cell == NULL && n_fresh > 0 &&
		    strcmp(entry_name(&fresh[n_fresh - 1]->entry), name) == 0)
			cell = fresh[n_fresh - 1];
		if (cell != NULL)
			renew(cell, bucket, scope_cell->pass);
		else
			fresh[n_fresh++] = make_cell(store, scope_index, bucket);
	}
	insert_entries(scope, scope_cell, fresh, n_fresh);
	free(fresh);
}

/* ---- the end of a pass ---- */

static void drop_cell(struct ks_store *store, struct ks_bucket_cell *cell)
{
	struct ks_bucket_entry *entry = &cell->entry;

	ks_keys_leave(store, cell);
	ks_due_remove(&store->index->keys_due, &cell->keys_due);
	ks_tasks_cancel(store, entry->keys_fetched.request);
	ks_tasks_cancel(store, entry->operations_fetched.request);
	ks_map_remove(&store->index->buckets, entry->id);
	store->n_buckets--;
	ks_bucket_cell_free(cell);
}

/* What a complete pass did not list is gone. */
static void sweep(struct ks_store *store, uint32_t scope_index)
{
	struct ks_scope *scope = &store->scopes[scope_index];
	uint32_t pass = store->index->scopes[scope_index].pass;
	size_t kept = 0;

	for (size_t i = 0; i < scope->n_entries; i++) {
		struct ks_bucket_cell *cell = (struct ks_bucket_cell *)scope->entries[i];

		if (cell->pass == pass)
			scope->entries[kept++] = scope->entries[i];
		else
			drop_cell(store, cell);
	}
	scope->n_entries = kept;
}

static void end_pass(struct ks_store *store, uint32_t scope_index)
{
	struct ks_scope *scope = &store->scopes[scope_index];
	struct ks_scope_cell *cell = &store->index->scopes[scope_index];

	free(scope->page_token);
	scope->page_token = NULL;
	scope->pages = 0;
	cell->pass++;
	ks_seen_free(&cell->seen);
}

void ks_buckets_leave(struct ks_store *store, uint32_t scope_index)
{
	struct ks_scope *scope = &store->scopes[scope_index];
	size_t kept = 0;

	ks_tasks_cancel(store, scope->buckets.request);
	ks_fetched_reset(&scope->buckets);
	end_pass(store, scope_index);
	for (size_t i = 0; i < scope->n_entries; i++) {
		if (ks_choice_is_busy(store, scope->entries[i]->id))
			scope->entries[kept++] = scope->entries[i];
		else
			drop_cell(store, (struct ks_bucket_cell *)scope->entries[i]);
	}
	scope->n_entries = kept;
}

static bool check_next_page(
    struct ks_scope *scope, struct ks_scope_cell *cell, const char *token, struct ks_err *err)
{
	if (!ks_seen_add(&cell->seen, token))
		ks_err_set(err, KS_ERR_REPLY,
		    "The list of buckets never ends: the service gave the same page token twice.");
	else if (scope->pages >= KS_BUCKET_PAGES_MAX)
		ks_err_set(err, KS_ERR_REPLY,
		    "The list of buckets has more than %d pages: it was not read to its end.",
		    KS_BUCKET_PAGES_MAX);
	else if (scope->n_entries > KS_SCOPE_BUCKETS_MAX)
		ks_err_set(err, KS_ERR_REPLY,
		    "There are more than %d buckets: the list was not read to its end.",
		    KS_SCOPE_BUCKETS_MAX);
	return err->kind == KS_ERR_NONE;
}

bool ks_buckets_page(struct ks_store *store, struct ks_task *task, struct ks_event *event)
{
	struct ks_scope *scope;
	struct ks_scope_cell *cell;

	if (task->scope >= store->n_scopes)
		return false;
	scope = &store->scopes[task->scope];
	cell = &store->index->scopes[task->scope];
	free(scope->page_token);
	scope->page_token = NULL;
	if (event->err.kind == KS_ERR_NONE) {
		merge_page(store, task->scope, event->reply);
		scope->pages++;
	}
	if (event->err.kind == KS_ERR_NONE && event->reply->next_page_token != NULL &&
	    check_next_page(scope, cell, event->reply->next_page_token, &event->err)) {
		scope->page_token = event->reply->next_page_token;
		event->reply->next_page_token = NULL;
		scope->buckets.request = 0;
		scope->buckets.retrying = false;
		return true;
	}
	if (event->err.kind != KS_ERR_NONE) {
		ks_fetched_failed(&scope->buckets, &event->err, event->at);
	} else {
		sweep(store, task->scope);
		ks_fetched_known(&scope->buckets, event->at);
	}
	end_pass(store, task->scope);
	return true;
}
