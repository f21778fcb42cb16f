/*
 * The rows of the buckets pane: which buckets and failures there are, filtered and in order. Made
 * anew only when something that matters changed, because there may be ten thousand. UI thread.
 */
#ifndef KS_TUI_VIEWS_BUCKET_ROWS_H
#define KS_TUI_VIEWS_BUCKET_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/state/store.h"

enum ks_bucket_order {
	KS_BUCKET_ORDER_NAME,
	KS_BUCKET_ORDER_REGION,
	KS_BUCKET_ORDER_KEYS,
	KS_BUCKET_ORDER_USED,
	KS_BUCKET_ORDER_COUNT
};

struct ks_bucket_rows {
	uint64_t *ids; /* list IDs in the order to show */
	size_t count, cap;
	size_t total; /* buckets before the filter */
};

void ks_bucket_rows_free(struct ks_bucket_rows *rows);

/* Filters and sorts all anew. */
void ks_bucket_rows_make(struct ks_bucket_rows *rows, const struct ks_store *store,
    const char *filter, enum ks_bucket_order order, bool reverse);

/*
 * A number that changes whenever buckets or failures may have come or gone. What keys they have
 * doesn't count.
 */
uint64_t ks_bucket_rows_print(const struct ks_store *store);

#endif
