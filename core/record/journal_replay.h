/*
 * The journal's lines, one after the other, make a list of changes; and the list tells which lines
 * are still needed. No I/O. For the files of the journal only; one thread at a time.
 */
#ifndef KS_RECORD_JOURNAL_REPLAY_H
#define KS_RECORD_JOURNAL_REPLAY_H

#include "core/base/buf.h"
#include "core/record/journal.h"

struct ks_journal_replay {
	struct ks_buf text; /* the file: filled between init and run */
	struct ks_journal_list list;
	struct ks_journal_piece *pieces; /* one for each line that isn't broken */
	size_t n_pieces, cap;
};

void ks_journal_replay_init(struct ks_journal_replay *replay);
void ks_journal_replay_free(struct ks_journal_replay *replay);

void ks_journal_replay_run(struct ks_journal_replay *replay);
/* Appends to small the lines that ks_journal_compact keeps, as they are and in their order. */
void ks_journal_replay_compact(const struct ks_journal_replay *replay, struct ks_buf *small);

#endif
