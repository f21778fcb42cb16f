/*
 * The bucket that a dialog is about. It is remembered by value, since it may vanish from the
 * store while the dialog is open. UI thread.
 */
#ifndef KS_TUI_DIALOGS_TARGET_H
#define KS_TUI_DIALOGS_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "core/state/store.h"
#include "tui/sheet.h"
#include "tui/view.h"

struct ks_target {
	uint32_t bucket; /* store ID */
	char *name;      /* these are clean, and "" when the bucket wasn't there any more */
	char *region;
	char *profile;
	bool several; /* profiles or regions: the name alone may not tell */
};

void ks_target_init(struct ks_target *target, const struct ks_store *store, uint32_t bucket);
void ks_target_free(struct ks_target *target);

/* Adds the bucket in one line, with where it is if there are several such places. */
void ks_target_say_bucket(const struct ks_target *target, struct ks_sheet *sheet);
/* Adds bucket, region and profile. */
void ks_target_say(const struct ks_target *target, struct ks_sheet *sheet);
/* Adds a key's last use and what it means. */
void ks_target_say_use(
    const struct ks_access_key *key, struct ks_sheet *sheet, struct ks_draw *draw);

/* The same of a bucket that something is done to in this scope. */
void ks_target_say_name(const struct ks_store *store, uint32_t scope, const struct ks_str *name,
    struct ks_sheet *sheet);

/* The newest change of this kind for this bucket (and key, if not NULL); NULL. */
const struct ks_change *ks_target_change(const struct ks_target *target,
    const struct ks_store *store, enum ks_change_kind kind, const char *key_id);

#endif
