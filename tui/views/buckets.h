/*
 * The buckets pane: every bucket of every profile and region, and a row for each of these that
 * failed; regions that are not enabled share one. UI thread.
 */
#ifndef KS_TUI_VIEWS_BUCKETS_H
#define KS_TUI_VIEWS_BUCKETS_H

#include <stddef.h>
#include <stdint.h>

#include "tui/view.h"

extern const struct ks_view ks_buckets_view;

enum ks_row_kind {
	KS_ROW_NONE,
	KS_ROW_BUCKET,
	KS_ROW_SCOPE,
	KS_ROW_PROFILE,
	KS_ROW_NOT_ENABLED /* how many regions are not */
};

/* What a row of the list stands for. */
struct ks_bucket_row {
	enum ks_row_kind kind;
	uint32_t id; /* the bucket's store ID, or the index of the scope or profile */
};

struct ks_bucket_row ks_buckets_row(uint64_t list_id);
/* The IDs of rows in the list. */
uint64_t ks_buckets_list_id(uint32_t bucket);
uint64_t ks_buckets_failed_scope_id(uint32_t scope);
uint64_t ks_buckets_failed_profile_id(uint32_t profile);
uint64_t ks_buckets_not_enabled_id(void);

#endif
