/*
 * Everything that is known of one thing, as labelled lines: a bucket, a key, an operation or failed
 * call, a region or profile that failed. Each gives false when the thing is gone. UI thread.
 */
#ifndef KS_TUI_VIEWS_DESCRIBE_H
#define KS_TUI_VIEWS_DESCRIBE_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/sheet.h"
#include "tui/view.h"

bool ks_describe_bucket(struct ks_sheet *sheet, struct ks_draw *draw, uint32_t bucket);
bool ks_describe_key(
    struct ks_sheet *sheet, struct ks_draw *draw, uint32_t bucket, const char *key_id);
bool ks_describe_activity(struct ks_sheet *sheet, struct ks_draw *draw, uint32_t activity);
bool ks_describe_scope(struct ks_sheet *sheet, struct ks_draw *draw, uint32_t scope);
bool ks_describe_profile(struct ks_sheet *sheet, struct ks_draw *draw, uint32_t profile);
/* The regions that nobody asked for by name and the account doesn't have. */
bool ks_describe_not_enabled(struct ks_sheet *sheet, struct ks_draw *draw);

/* An error whole: what, why, the codes, what to do. */
void ks_describe_err(struct ks_sheet *sheet, struct ks_draw *draw, const struct ks_err *err);
/* Of that: what failed, in words; and what came back to look it up by. */
void ks_describe_message(struct ks_sheet *sheet, struct ks_draw *draw, const struct ks_err *err);
void ks_describe_answer(struct ks_sheet *sheet, const struct ks_err *err);

#endif
