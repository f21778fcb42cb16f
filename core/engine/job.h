/*
 * A call that the worker has taken on, from its request to its one reply, and the lists in which it
 * waits. Worker thread only.
 */
#ifndef KS_ENGINE_JOB_H
#define KS_ENGINE_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/engine/attempt.h"
#include "core/engine/http.h"
#include "core/engine/peer.h"
#include "core/state/message.h"

struct ks_job {
	struct ks_job *next;
	struct ks_request *request; /* owned */
	const struct ks_call *call;
	struct ks_buf body;
	struct ks_peer *peer; /* NULL: it came before its identity, and isn't prepared yet */
	char invocation[KS_INVOCATION_SIZE];

	enum ks_retry_mode mode;
	int attempts; /* that it may have in all */
	int made;     /* attempts begun */
	int paid;     /* what its last retry cost */
	bool shifted; /* was sent again by the service's clock */
	/* owned: what it was told when its credentials had run out, once at most; NULL */
	struct ks_err *stale;
	bool awaits_renewal;
	char journal[KS_JOURNAL_ID_SIZE]; /* "" when the journal doesn't know it */
	char *warning;                    /* owned; NULL */
	bool in_doubt;                    /* some attempt may have done what it should */
	int64_t due;                      /* waiting: not before this (monotonic ms) */

	struct ks_transfer *transfer; /* owned; NULL while it waits */
	uint64_t window_number;
	int64_t skew_used;
	bool temporary;      /* signed with temporary credentials */
	uint64_t generation; /* of the credentials (roster.h) */
};

/* Takes the request over. */
struct ks_job *ks_job_new(struct ks_request *request);
/* Drops its transfer, if it has one. NULL is fine. */
void ks_job_free(struct ks_job *job);

/* In adaptive mode: true when it is too early for another request; then due says when it isn't. */
bool ks_job_is_too_early(struct ks_job *job, int64_t now);

struct ks_job_list {
	struct ks_job *first, *last;
};

void ks_job_list_append(struct ks_job_list *list, struct ks_job *job);
void ks_job_list_prepend(struct ks_job_list *list, struct ks_job *job);
/* It must be in the list. */
void ks_job_list_remove(struct ks_job_list *list, struct ks_job *job);
struct ks_job *ks_job_list_find(const struct ks_job_list *list, uint64_t request);
void ks_job_list_clear(struct ks_job_list *list);

#endif
