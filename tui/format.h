/*
 * How things read on the screen: ages, last uses, states, errors, and which role each has. Whatever
 * depends on the time tells the drawing when it will read differently. UI thread.
 */
#ifndef KS_TUI_FORMAT_H
#define KS_TUI_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/state/store.h"
#include "tui/view.h"

enum {
	KS_FORMAT_SIZE = 128,      /* enough for each form below */
	KS_FORMAT_BRIEF_SIZE = 600 /* but for this one: a message, and a code before it */
};

/* "412d" since then, "<1m" below a minute; a dash when it is not known. Use what is returned. */
const char *ks_format_age(struct ks_draw *draw, int64_t since, char dst[KS_FORMAT_SIZE]);
/* "3h ago"; a dash when it is not known. */
const char *ks_format_ago(struct ks_draw *draw, int64_t since, char dst[KS_FORMAT_SIZE]);
/* "3h ago", "never", "no data". */
const char *ks_format_last_used(
    struct ks_draw *draw, const struct ks_last_used *used, char dst[KS_FORMAT_SIZE]);
/* "2021-08-06 12:00:00 UTC · 2021-08-06 14:00:00 CEST · 412d ago"; a dash. */
const char *ks_format_moment(struct ks_draw *draw, int64_t at, char dst[KS_FORMAT_SIZE]);
/* In 8 cells: "12:04:11" of today, "6 Aug" of another day of the user's zone. */
const char *ks_format_clock(struct ks_draw *draw, int64_t at, char dst[KS_FORMAT_SIZE]);

/* Findings of a key of this bucket now. */
ks_findings ks_format_key_findings(
    struct ks_draw *draw, const struct ks_bucket_entry *entry, const struct ks_access_key *key);

/* Active, Inactive, or what the future brings. */
enum ks_role ks_format_status_role(const char *status);

/* "Succeeded", "retrying 2/3", "failed": of an operation or of a call of ours. */
const char *ks_format_activity_status(const struct ks_activity *activity, char dst[KS_FORMAT_SIZE]);
enum ks_role ks_format_activity_role(const struct ks_activity *activity);
/* The operation's type, or the name of the call. */
const char *ks_format_activity_type(const struct ks_activity *activity);
/* What it was about: a bucket's name, or "". */
const char *ks_format_activity_resource(const struct ks_activity *activity);

/* The service's code, or a word for the kind of error: "no network", "timeout". */
const char *ks_format_err_word(const struct ks_err *err);

/*
 * What a row has room for: the remedy, where it says by itself what is wrong ("run aws sso login
 * --profile work"); else what is wrong, without the place in a file. Use what is returned.
 */
const char *ks_format_err_brief(const struct ks_err *err, char dst[KS_FORMAT_BRIEF_SIZE]);

/*
 * A name in at most width cells, cut before its last third: names that begin alike mostly differ at
 * their ends. Longer than KS_FORMAT_SIZE it comes back as it is.
 */
const char *ks_format_name(
    const char *name, int width, const struct ks_glyphs *glyphs, char dst[KS_FORMAT_SIZE]);

/* Numbers with their noun: "1 bucket", "42 buckets". */
const char *ks_format_count(size_t count, const char *noun, char dst[KS_FORMAT_SIZE]);

#endif
