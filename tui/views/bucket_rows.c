#include "tui/views/bucket_rows.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/mem.h"
#include "core/base/text.h"
#include "tui/views/buckets.h"

/* A bucket on its way through sorting: what is compared lies in it, most of it as numbers. */
struct row {
	int64_t value;   /* of the order; compared first */
	uint64_t prefix; /* the name's first eight bytes, the first one highest */
	const char *name;
	uint32_t scope; /* of one name in several: in their order */
	uint32_t id;
};

struct rows {
	struct row *items;
	size_t count, cap;
};

void ks_bucket_rows_free(struct ks_bucket_rows *rows)
{
	free(rows->ids);
	*rows = (struct ks_bucket_rows){0};
}

static uint64_t name_prefix(const char *name)
{
	uint64_t prefix = 0;

	for (int i = 0; i < 8; i++) {
		prefix = prefix << 8 | (unsigned char)*name;
		name += *name != '\0';
	}
	return prefix;
}

/* How many regions sort before this scope's: the region as a number. */
static int64_t region_rank(const struct ks_store *store, uint32_t scope)
{
	int64_t rank = 0;

	for (size_t i = 0; i < store->n_scopes; i++)
		rank += strcmp(store->scopes[i].region, store->scopes[scope].region) < 0;
	return rank;
}

static int64_t order_value(
    enum ks_bucket_order order, int64_t rank, const struct ks_bucket_entry *entry)
{
	int64_t used;

	switch (order) {
	case KS_BUCKET_ORDER_REGION:
		return rank;
	case KS_BUCKET_ORDER_KEYS:
		return -(int64_t)entry->n_keys;
	case KS_BUCKET_ORDER_USED:
		used = ks_bucket_last_used(entry);
		return used == KS_TIME_NONE ? INT64_MAX : -used;
	case KS_BUCKET_ORDER_NAME:
	case KS_BUCKET_ORDER_COUNT:
		break;
	}
	return 0;
}

static int compare_rows(const struct row *a, const struct row *b)
{
	int names;

	if (a->value != b->value)
		return a->value < b->value ? -1 : 1;
	if (a->prefix != b->prefix)
		return a->prefix < b->prefix ? -1 : 1;
	names = strcmp(a->name, b->name);
	if (names != 0)
		return names;
	if (a->scope != b->scope)
		return a->scope < b->scope ? -1 : 1;
	return (a->id > b->id) - (a->id < b->id);
}

static bool has_key_like(const struct ks_bucket_entry *entry, const char *filter)
{
	for (size_t i = 0; i < entry->n_keys; i++)
		if (ks_text_contains(ks_str_clean(&entry->keys[i].id), filter))
			return true;
	return false;
}

/* Where a row is: the region, and whose it is where that is said, too. */
static bool is_place_like(const struct ks_store *store, uint32_t scope, const char *filter)
{
	uint32_t profile = store->scopes[scope].profile;

	return ks_text_contains(store->scopes[scope].region, filter) ||
	       (ks_store_count_profiles(store) > 1 &&
		   ks_text_contains(ks_store_profile_label(store, profile), filter));
}

/* The buckets of one scope that pass the filter, in the store's order: by name. */
static void gather_scope(struct rows *rows, const struct ks_store *store, uint32_t index,
    const char *filter, enum ks_bucket_order order)
{
	const struct ks_scope *scope = &store->scopes[index];
	int64_t rank = order == KS_BUCKET_ORDER_REGION ? region_rank(store, index) : 0;
	bool all = is_place_like(store, index, filter);

	for (size_t i = 0; i < scope->n_entries; i++) {
		const struct ks_bucket_entry *entry = scope->entries[i];
		const char *name = ks_str_raw(&entry->bucket.name);

		if (!all && !ks_text_contains(ks_str_clean(&entry->bucket.name), filter) &&
		    !has_key_like(entry, filter))
			continue;
		rows->items = ks_grow(rows->items, rows->count, &rows->cap, sizeof *rows->items);
		rows->items[rows->count++] = (struct row){
		    .value = order_value(order, rank, entry),
		    .prefix = name_prefix(name),
		    .name = name,
		    .scope = index,
		    .id = entry->id,
		};
	}
}

/* The end of the ascending run that begins at start. */
static size_t run_end(const struct row *items, size_t start, size_t count)
{
	size_t end = start + 1;

	while (end < count && compare_rows(&items[end - 1], &items[end]) <= 0)
		end++;
	return end < count ? end : count;
}

static void merge_runs(
    const struct row *from, size_t start, size_t middle, size_t end, struct row *to)
{
	size_t left = start, right = middle;

	for (size_t i = start; i < end; i++) {
		bool take_left =
		    left < middle && (right >= end || compare_rows(&from[left], &from[right]) <= 0);

		to[i] = take_left ? from[left++] : from[right++];
	}
}

/*
 * A natural merge sort: each region comes sorted from the store, so that the usual order takes a
 * pass or two where quicksort would take fourteen.
 */
static void sort_rows(struct rows *rows)
{
	struct row *from = rows->items, *to;
	size_t runs = 2;

	if (rows->count < 2)
		return;
	to = ks_malloc(rows->cap * sizeof *to);
	while (runs > 1) {
		struct row *swap = from;

		runs = 0;
		for (size_t start = 0; start < rows->count; runs++) {
			size_t middle = run_end(from, start, rows->count);
			size_t end =
			    middle < rows->count ? run_end(from, middle, rows->count) : rows->count;

			merge_runs(from, start, middle, end, to);
			start = end;
		}
		from = to;
		to = swap;
	}
	rows->items = from;
	free(to);
}

static void add_id(struct ks_bucket_rows *rows, uint64_t id)
{
	rows->ids = ks_grow(rows->ids, rows->count, &rows->cap, sizeof *rows->ids);
	rows->ids[rows->count++] = id;
}

/* One that is alone has the pane for itself while it signs in. */
static bool has_row(const struct ks_store *store, uint32_t profile)
{
	return (ks_store_count_profiles(store) > 1 &&
		   ks_store_profile_is_signing_in(store, profile)) ||
	       ks_store_profile_err(store, profile) != NULL ||
	       ks_store_question_of(store, profile) != NULL;
}

/*
 * What failed, signs in, or waits for the user, comes after the buckets, always in the same order:
 * it must not push them about.
 */
static void add_failures(
    struct ks_bucket_rows *rows, const struct ks_store *store, const char *filter)
{
	bool quiet = false;

	for (uint32_t i = 0; i < store->n_profiles; i++)
		if (has_row(store, i) && ks_text_contains(ks_store_profile_label(store, i), filter))
			add_id(rows, ks_buckets_failed_profile_id(i));
	for (uint32_t i = 0; i < store->n_scopes; i++) {
		if (store->scopes[i].buckets.state != KS_FETCH_FAILED ||
		    !is_place_like(store, i, filter) ||
		    ks_store_profile_says(
			store, store->scopes[i].profile, &store->scopes[i].buckets))
			continue;
		if (ks_store_is_quiet(store, i))
			quiet = true;
		else
			add_id(rows, ks_buckets_failed_scope_id(i));
	}
	if (quiet)
		add_id(rows, ks_buckets_not_enabled_id());
}

void ks_bucket_rows_make(struct ks_bucket_rows *rows, const struct ks_store *store,
    const char *filter, enum ks_bucket_order order, bool reverse)
{
	struct rows sorted = {0};

	for (uint32_t i = 0; i < store->n_scopes; i++)
		gather_scope(&sorted, store, i, filter, order);
	sort_rows(&sorted);
	rows->count = 0;
	for (size_t i = 0; i < sorted.count; i++)
		add_id(
		    rows, ks_buckets_list_id(sorted.items[reverse ? sorted.count - 1 - i : i].id));
	add_failures(rows, store, filter);
	rows->total = store->n_buckets;
	free(sorted.items);
}

uint64_t ks_bucket_rows_print(const struct ks_store *store)
{
	uint64_t print = ks_hash_number(KS_HASH_SEED, store->n_buckets);

	for (uint32_t i = 0; i < store->n_profiles; i++) {
		print = ks_hash_number(print, store->profiles[i].identity.state +
						  8 * store->profiles[i].regions.state +
						  (store->profiles[i].chosen ? 64 : 0));
		print = ks_hash_number(print, ks_store_question_of(store, i) != NULL);
	}
	for (uint32_t i = 0; i < store->n_scopes; i++) {
		const struct ks_scope *scope = &store->scopes[i];

		if (scope->buckets.state == KS_FETCH_FAILED) {
			print = ks_hash_number(print, ks_store_is_quiet(store, i));
			print = ks_hash_number(
			    print, ks_store_profile_says(store, scope->profile, &scope->buckets));
		}
		print = ks_hash_number(print, scope->n_entries);
		print = ks_hash_number(print, scope->buckets.state + (scope->chosen ? 8 : 0));
		print = ks_hash_number(print, (uint64_t)scope->buckets.at);
		print = ks_hash_number(print, (uint64_t)scope->pages);
	}
	return print;
}
