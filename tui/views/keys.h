/* The keys pane: the access keys of the selected bucket. UI thread. */
#ifndef KS_TUI_VIEWS_KEYS_H
#define KS_TUI_VIEWS_KEYS_H

#include "core/lightsail/model.h"
#include "tui/view.h"

extern const struct ks_view ks_keys_view;

/* The key under the cursor; NULL: none. Good until the store changes. */
const struct ks_access_key *ks_keys_selected(void *self, const struct ks_store *store);
/*
 * The buckets pane has something that failed selected instead of a bucket: why, said where the keys
 * would be. Copied; "" when it is a bucket.
 */
void ks_keys_set_notice(void *self, const char *notice);

#endif
