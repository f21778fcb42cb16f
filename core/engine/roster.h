/*
 * The identities behind the profiles that were introduced, by their index. Worker thread only.
 */
#ifndef KS_ENGINE_ROSTER_H
#define KS_ENGINE_ROSTER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/aws/identity.h"
#include "core/base/err.h"
#include "core/state/message.h"

struct ks_roster;

/* The options must outlive the roster. */
struct ks_roster *ks_roster_new(const struct ks_identity_options *options);
/* Wipes and frees. */
void ks_roster_free(struct ks_roster *roster);

/*
 * Resolves a profile (name NULL: the default rule) under this index, over what was there. False
 * with err filled; ks_roster_info knows where it looked all the same.
 */
bool ks_roster_identify(
    struct ks_roster *roster, uint32_t profile, const char *name, struct ks_err *err);
/* A number that changes whenever the profile's credentials do. */
uint64_t ks_roster_generation(const struct ks_roster *roster, uint32_t profile);
/*
 * True when there are other credentials now than those of this generation: somebody renewed them
 * meanwhile, or resolving them again brought new ones.
 */
bool ks_roster_renew(struct ks_roster *roster, uint32_t profile, uint64_t generation);

/* Has credentials. NULL with err filled otherwise. Good until the next identify or renew. */
const struct ks_identity *ks_roster_identity(
    const struct ks_roster *roster, uint32_t profile, struct ks_err *err);
/* What the UI may know, as clean copies; the caller frees it. */
struct ks_identity_info *ks_roster_info(const struct ks_roster *roster, uint32_t profile);

#endif
