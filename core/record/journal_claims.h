/*
 * Who is at which change: a running process holds a lock on one byte of FOLDER/journal.claims for
 * each change that it began, so that another one doesn't take it for left behind. The lock ends
 * with the process, however that ends. Without such locks nothing is claimed. For the journal only;
 * one thread at a time.
 */
#ifndef KS_RECORD_JOURNAL_CLAIMS_H
#define KS_RECORD_JOURNAL_CLAIMS_H

#include <stdbool.h>

struct ks_journal_claims {
	int fd; /* -1: none */
};

void ks_journal_claims_open(struct ks_journal_claims *claims, const char *folder);
/* Gives up all that it holds. */
void ks_journal_claims_close(struct ks_journal_claims *claims);

/* id: of a change, 32 hexadecimal digits. */
void ks_journal_claims_take(struct ks_journal_claims *claims, const char *id);
/* Another journal, of this or another process, has claimed it. */
bool ks_journal_claims_has_other(const struct ks_journal_claims *claims, const char *id);

#endif
