/*
 * A call of STS that gives a role's credentials: its query protocol over one exchange (exchange.h).
 * Worker thread.
 */
#ifndef KS_AWS_STS_H
#define KS_AWS_STS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/aws/credentials.h"
#include "core/aws/errand.h"
#include "core/aws/settings.h"
#include "core/aws/sts_reply.h"

/* A parameter; one without a value isn't sent. */
struct ks_sts_field {
	const char *name;
	const char *value; /* NULL: there is none */
};

struct ks_sts_ask {
	const struct ks_settings *settings; /* for region, endpoint and trust */
	const struct ks_errands *errands;
	enum ks_sts_call call;
	const struct ks_sts_field *fields; /* besides Action and Version */
	size_t n_fields;
	const struct ks_credentials *signer; /* NULL: the call isn't signed */
	bool once; /* as exchange.h's: a field is good for one call only */
};

struct ks_sts;

/*
 * settings, errands and signer must outlive the call; the fields may go, their values are in wiping
 * memory. Nothing is sent yet. The caller frees it.
 */
struct ks_sts *ks_sts_new(const struct ks_sts_ask *ask);
/*
 * PENDING: step it again when something came. DONE: *out is the caller's to clear. FAILED: err as
 * ks_sts_read_error fills it, or why there is no answer.
 */
enum ks_provider_result ks_sts_step(
    struct ks_sts *sts, struct ks_sts_role *out, struct ks_err *err);
/* Gives up what is under way, and wipes. NULL is fine. */
void ks_sts_free(struct ks_sts *sts);

#endif
