/*
 * The identities behind the profiles that were introduced, by their index: they are looked for,
 * kept, and renewed before they expire. Nothing here waits: a search goes on whenever the roster is
 * stepped. Worker thread only.
 */
#ifndef KS_ENGINE_ROSTER_H
#define KS_ENGINE_ROSTER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/aws/identity.h"
#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/engine/errands.h"
#include "core/state/message.h"

struct ks_roster;

/* All must outlive the roster. */
struct ks_roster *ks_roster_new(const struct ks_identity_options *options, struct ks_runner *runner,
    const struct ks_clock *clock);
/* Wipes and frees; searches under way are given up. */
void ks_roster_free(struct ks_roster *roster);

/*
 * Begins to look for a profile's identity (name NULL: the default rule) under this index. What was
 * known of it stays until the search has ended. One that is under way under this name goes on, and
 * is begun anew if it fails. request is what ks_roster_ended gives back. False with err filled: no
 * such index is possible.
 */
bool ks_roster_identify(struct ks_roster *roster, uint32_t profile, const char *name,
    uint64_t request, struct ks_err *err);

/*
 * Gives up the search that this request asked for, as soon as no login is lost by it; what was
 * known before it stays. True when there was one: nobody is told of its end then.
 */
bool ks_roster_cancel(struct ks_roster *roster, uint64_t request);

/* Goes on with all searches. True when one has ended. */
bool ks_roster_step(struct ks_roster *roster);

/* There is a search that has not been stepped yet: it waits for nothing, so that nothing wakes it.
 */
bool ks_roster_is_due(const struct ks_roster *roster);

struct ks_roster_end {
	uint32_t profile;
	uint64_t request;  /* 0: nobody asked, it was a renewal */
	struct ks_err err; /* KS_ERR_NONE: there are credentials */
};

/* A search that has ended and was not told of yet. False when there is none. */
bool ks_roster_ended(struct ks_roster *roster, struct ks_roster_end *end);

/*
 * Before something is signed for the profile. DONE: ks_roster_identity has the credentials for it.
 * PENDING: they are being renewed; ask again after the next step. FAILED: err. Begins a renewal
 * when it is time for one, so that they need not run out first.
 */
enum ks_provider_result ks_roster_ready(
    struct ks_roster *roster, uint32_t profile, struct ks_err *err);

/* A number that changes whenever the profile's credentials do. */
uint64_t ks_roster_generation(const struct ks_roster *roster, uint32_t profile);
/*
 * The service says that the credentials of this generation have run out: others are looked for,
 * unless there are others already.
 */
void ks_roster_renew(struct ks_roster *roster, uint32_t profile, uint64_t generation);

/* Has credentials. NULL with err filled otherwise. Good until the next step. */
const struct ks_identity *ks_roster_identity(
    const struct ks_roster *roster, uint32_t profile, struct ks_err *err);
/* What the UI may know, as clean copies; the caller frees it. */
struct ks_identity_info *ks_roster_info(const struct ks_roster *roster, uint32_t profile);

#endif
