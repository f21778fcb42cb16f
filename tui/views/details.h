/* Details of what is selected, on top of the panes. UI thread. */
#ifndef KS_TUI_VIEWS_DETAILS_H
#define KS_TUI_VIEWS_DETAILS_H

#include <stdint.h>

#include "tui/ui.h"

enum ks_details {
	KS_DETAILS_BUCKET,
	KS_DETAILS_KEY,
	KS_DETAILS_ACTIVITY,
	KS_DETAILS_SCOPE,
	KS_DETAILS_PROFILE,
	KS_DETAILS_NOT_ENABLED
};

/* id: of the bucket, activity, scope or profile; of a key: its bucket, and key_id (raw). */
void ks_details_open(struct ks_ui *ui, enum ks_details kind, uint32_t id, const char *key_id);

#endif
