#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/state/index.h"

/* ---- findings, counted without looking at every key each time ---- */

static void uncount_findings(struct ks_store_index *index, struct ks_bucket_cell *cell)
{
	for (int i = 0; i < KS_FINDING_COUNT; i++) {
		index->findings[i] -= cell->counted[i];
		cell->counted[i] = 0;
	}
	ks_due_remove(&index->findings_due, &cell->findings_due);
}

static void count_findings(const struct ks_store *store, struct ks_bucket_cell *cell)
{
	struct ks_store_index *index = store->index;
	const struct ks_bucket_entry *entry = &cell->entry;
	int64_t now = index->findings_now, change = KS_TIME_NEVER;

	for (size_t k = 0; k < entry->n_keys; k++) {
		const struct ks_access_key *key = &entry->keys[k];
		ks_findings found = ks_key_findings(key, entry->n_keys, &store->policy, now);
		int64_t at = ks_key_findings_change_at(key, &store->policy, now);

		for (int i = 0; i < KS_FINDING_COUNT; i++)
			cell->counted[i] += (found & KS_FINDING_BIT(i)) != 0;
		change = at < change ? at : change;
	}
	for (int i = 0; i < KS_FINDING_COUNT; i++)
		index->findings[i] += cell->counted[i];
	ks_due_set(&index->findings_due, &cell->findings_due, change);
}

static struct ks_bucket_cell *cell_of_findings(struct ks_due *node)
{
	return (
	    struct ks_bucket_cell *)((char *)node - offsetof(struct ks_bucket_cell, findings_due));
}

static void recount_all(const struct ks_store *store)
{
	for (size_t i = 0; i < store->n_scopes; i++) {
		for (size_t j = 0; j < store->scopes[i].n_entries; j++) {
			struct ks_bucket_cell *cell =
			    (struct ks_bucket_cell *)store->scopes[i].entries[j];

			uncount_findings(store->index, cell);
			count_findings(store, cell);
		}
	}
}

/* The counts are a cache that moves on with the time it is asked for. */
size_t ks_store_count_finding(const struct ks_store *store, enum ks_finding finding, int64_t now)
{
	struct ks_store_index *index = store->index;
	bool backwards = now < index->findings_now;
	struct ks_due *node;

	index->findings_now = now;
	if (backwards)
		recount_all(store);
	while ((node = ks_due_first(&index->findings_due)) != NULL && node->at <= now) {
		struct ks_bucket_cell *cell = cell_of_findings(node);

		uncount_findings(index, cell);
		count_findings(store, cell);
	}
	return index->findings[finding];
}

/* ---- totals ---- */

static bool is_pending(const struct ks_fetched *fetched)
{
	return fetched->request != 0 || fetched->wanted || fetched->state == KS_FETCH_NEVER ||
	       fetched->state == KS_FETCH_ASKED;
}

void ks_keys_leave(struct ks_store *store, struct ks_bucket_cell *cell)
{
	const struct ks_fetched *fetched = &cell->entry.keys_fetched;

	store->n_keys -= cell->entry.n_keys;
	store->n_keys_known -= fetched->state == KS_FETCH_KNOWN;
	store->n_keys_failed -= fetched->state == KS_FETCH_FAILED;
	store->index->n_keys_pending -= is_pending(fetched);
	uncount_findings(store->index, cell);
}

void ks_keys_join(struct ks_store *store, struct ks_bucket_cell *cell)
{
	const struct ks_fetched *fetched = &cell->entry.keys_fetched;
	int64_t refresh = (int64_t)store->refresh_seconds * 1000;

	store->n_keys += cell->entry.n_keys;
	store->n_keys_known += fetched->state == KS_FETCH_KNOWN;
	store->n_keys_failed += fetched->state == KS_FETCH_FAILED;
	store->index->n_keys_pending += is_pending(fetched);
	count_findings(store, cell);
	ks_due_set(&store->index->keys_due, &cell->keys_due,
	    ks_fetched_due(fetched, refresh * KS_REST_REFRESH_FACTOR, refresh));
}

/* ---- wanting ---- */

void ks_keys_want(struct ks_store *store, struct ks_bucket_cell *cell)
{
	ks_keys_leave(store, cell);
	cell->entry.keys_fetched.wanted |= cell->entry.keys_fetched.request == 0;
	ks_keys_join(store, cell);
}

void ks_keys_want_anew(struct ks_store *store, struct ks_bucket_cell *cell)
{
	struct ks_fetched *fetched = &cell->entry.keys_fetched;

	ks_tasks_cancel(store, fetched->request);
	ks_keys_leave(store, cell);
	ks_fetched_drop(fetched);
	fetched->wanted = true;
	ks_keys_join(store, cell);
}

/* ---- keys ---- */

static int compare_keys(const void *a, const void *b)
{
	return ks_access_key_compare(a, b);
}

static void sort_keys(struct ks_bucket_entry *entry)
{
	if (entry->n_keys > 1)
		qsort(entry->keys, entry->n_keys, sizeof *entry->keys, compare_keys);
}

static void free_keys(struct ks_bucket_entry *entry)
{
	for (size_t i = 0; i < entry->n_keys; i++)
		ks_access_key_free(&entry->keys[i]);
	free(entry->keys);
	entry->keys = NULL;
	entry->n_keys = 0;
}

static void take_keys(struct ks_bucket_entry *entry, struct ks_reply *reply)
{
	free_keys(entry);
	if (reply->n_keys == 0)
		return;
	entry->keys = ks_realloc(reply->keys, reply->n_keys * sizeof *entry->keys);
	entry->n_keys = reply->n_keys;
	reply->keys = NULL;
	reply->n_keys = 0;
	sort_keys(entry);
}

static size_t find_key(const struct ks_bucket_entry *entry, const char *key_id)
{
	size_t i = 0;

	while (i < entry->n_keys && strcmp(ks_str_raw(&entry->keys[i].id), key_id) != 0)
		i++;
	return i;
}

void ks_keys_add(
    struct ks_store *store, struct ks_bucket_cell *cell, const struct ks_access_key *key)
{
	struct ks_bucket_entry *entry = &cell->entry;
	size_t at = find_key(entry, ks_str_raw(&key->id));

	ks_keys_leave(store, cell);
	if (at < entry->n_keys) {
		ks_access_key_free(&entry->keys[at]);
	} else {
		entry->keys = ks_realloc(entry->keys, (entry->n_keys + 1) * sizeof *entry->keys);
		entry->n_keys++;
	}
	entry->keys[at] = (struct ks_access_key){0};
	ks_access_key_copy(&entry->keys[at], key);
	sort_keys(entry);
	ks_keys_join(store, cell);
}

void ks_keys_remove(struct ks_store *store, struct ks_bucket_cell *cell, const char *key_id)
{
	struct ks_bucket_entry *entry = &cell->entry;
	size_t at = find_key(entry, key_id);

	if (at == entry->n_keys)
		return;
	ks_keys_leave(store, cell);
	ks_access_key_free(&entry->keys[at]);
	entry->n_keys--;
	memmove(&entry->keys[at], &entry->keys[at + 1], (entry->n_keys - at) * sizeof *entry->keys);
	ks_keys_join(store, cell);
}

bool ks_keys_reply(struct ks_store *store, struct ks_task *task, struct ks_event *event)
{
	struct ks_bucket_cell *cell = ks_bucket_cell(store, task->bucket);
	bool failed = event->err.kind != KS_ERR_NONE;
	struct ks_fetched *fetched;
	uint64_t another;

	if (task->change != 0)
		ks_changes_keys_read(store, task, event);
	if (cell == NULL)
		return task->change != 0;
	fetched = &cell->entry.keys_fetched;
	another = fetched->request != task->id ? fetched->request : 0;
	ks_keys_leave(store, cell);
	if (failed)
		ks_fetched_failed(fetched, &event->err, event->at);
	else
		ks_fetched_known(fetched, event->at);
	fetched->request = another;
	if (!failed)
		take_keys(&cell->entry, event->reply);
	ks_keys_join(store, cell);
	if (failed && ks_err_is_not_found(&event->err) &&
	    store->scopes[cell->entry.scope].buckets.request == 0)
		store->scopes[cell->entry.scope].buckets.wanted = true;
	return true;
}
