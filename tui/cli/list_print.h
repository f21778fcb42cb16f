/*
 * The output formats of "keysail list": one table row each. Any thread; writes to out only.
 */
#ifndef KS_TUI_CLI_LIST_PRINT_H
#define KS_TUI_CLI_LIST_PRINT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/state/findings.h"
#include "core/state/store.h"

/* One key. Everything is the store's. */
struct ks_list_row {
	const char *profile; /* as resolved; clean */
	const char *region;
	const struct ks_bucket_entry *entry;
	const struct ks_access_key *key;
	ks_findings findings;
};

struct ks_list_rows {
	struct ks_list_row *items;
	size_t count, cap;
	int64_t now;   /* findings and ages are of this time */
	bool any_read; /* somewhere buckets could be read: no rows mean no keys */
};

/* All keys in the order profile, region, bucket, creation, ID. Good until the store changes. */
void ks_list_rows_make(struct ks_list_rows *rows, const struct ks_store *store, int64_t now);
void ks_list_rows_free(struct ks_list_rows *rows);

/*
 * Whoever parses JSON or CSV gets its empty form when nothing could be read; a table, which is for
 * people, has no heading then.
 */
struct ks_list_format {
	const char *name;
	void (*print)(FILE *out, const struct ks_list_rows *rows);
};

/* The format at index, the default one first; NULL past the last. */
const struct ks_list_format *ks_list_format(size_t index);
/* NULL when there is none of that name. */
const struct ks_list_format *ks_list_format_by_name(const char *name);

#endif
