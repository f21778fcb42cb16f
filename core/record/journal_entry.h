/*
 * One line of the journal: an entry as JSON, and back. The one table of what entries are, and which
 * may follow which, is here. For the files of the journal only; any thread.
 */
#ifndef KS_RECORD_JOURNAL_ENTRY_H
#define KS_RECORD_JOURNAL_ENTRY_H

#include "core/base/buf.h"
#include "core/record/journal.h"

enum ks_journal_line {
	KS_JOURNAL_LINE_ENTRY,
	KS_JOURNAL_LINE_FOREIGN, /* an entry of a kind that this version doesn't know */
	KS_JOURNAL_LINE_BROKEN,
};

/* Appends the line with its newline. False with err filled when the entry can't be a line. */
bool ks_journal_entry_write(
    const struct ks_journal_entry *entry, struct ks_buf *line, struct ks_err *err);

/*
 * Reads the len bytes at text, a line without its newline; text[len] is a NUL. Of an entry fills
 * *change as if it were the only one: the caller frees it with ks_journal_change_free. Else
 * *change is empty.
 */
enum ks_journal_line ks_journal_entry_read(
    const char *text, size_t len, struct ks_journal_change *change);

void ks_journal_change_free(struct ks_journal_change *change);
/* Adds to the keys that its bucket had before. */
void ks_journal_change_know(struct ks_journal_change *change, const char *key_id);

bool ks_journal_is_intent(enum ks_journal_step step);
/* Whether the step may be the next of this change. What is confirmed stays confirmed. */
bool ks_journal_may_follow(const struct ks_journal_change *change, enum ks_journal_step step);

#endif
