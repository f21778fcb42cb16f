/*
 * The text of a file that holds secrets, while it is put together. Its blocks are wiped when they
 * are left behind or freed. A draft belongs to one thread at a time.
 */
#ifndef KS_DELIVER_DRAFT_H
#define KS_DELIVER_DRAFT_H

#include <stddef.h>

/* Zeroed is empty. */
struct ks_draft {
	char *data; /* not terminated; NULL while empty */
	size_t len;
	size_t cap;
};

void ks_draft_add(struct ks_draft *draft, const char *data, size_t len);
void ks_draft_puts(struct ks_draft *draft, const char *text);
/* Wipes and frees; the draft is empty again. */
void ks_draft_free(struct ks_draft *draft);

#endif
