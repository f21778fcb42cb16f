/*
 * One request of a provider to a service, sent again where that may help: what fails on the way, a
 * busy or broken server. Worker thread.
 */
#ifndef KS_AWS_EXCHANGE_H
#define KS_AWS_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/aws/errand.h"

/* Zeroed but for errands and the rules: ready to be stepped. */
struct ks_exchange {
	const struct ks_errands *errands;
	int attempts;     /* in all */
	int64_t pause_ms; /* before the second one; doubled for each further one, up to 20 s */
	/*
	 * What is sent is good for one request only (an MFA code): it is sent again only where the
	 * service has certainly not taken it. That is so when nothing was sent, and when our clock
	 * made the signature none.
	 */
	bool once;

	/* its own */
	struct ks_errand *errand;
	bool pausing;
	bool shifted; /* was sent again by the server's clock */
	int made;
	struct ks_errand_end failed; /* an attempt that could not even begin */
};

/*
 * Begins an attempt, of which there may be several: what is signed is signed anew. skew_ms: how far
 * the server's clock is ahead of ours, as its last answer told. NULL with err filled: it can't be.
 */
typedef struct ks_errand *ks_exchange_begin(
    void *ctx, const struct ks_errands *errands, int64_t skew_ms, struct ks_err *err);

/*
 * NULL while it is under way; then how it ended, good until ks_exchange_clear or a further step. An
 * answer with status 500 or more, or 429, ends it only when no attempt is left, or when it is for
 * once.
 */
const struct ks_errand_end *ks_exchange_step(
    struct ks_exchange *exchange, ks_exchange_begin *begin, void *ctx);
/* Gives up what is under way, and wipes; it can be used for another request then. */
void ks_exchange_clear(struct ks_exchange *exchange);

#endif
