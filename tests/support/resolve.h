/* An identity that needs no waiting, for tests: one step finds it. */
#ifndef KS_TESTS_RESOLVE_H
#define KS_TESTS_RESOLVE_H

#include <stdbool.h>

#include "core/aws/identity.h"

/*
 * Searches with no errands at all. As ks_identity_step: *out is the caller's to free in any case.
 */
static inline bool resolve_at_once(const struct ks_identity_options *options, const char *profile,
    struct ks_identity **out, struct ks_err *err)
{
	struct ks_identity_search *search = ks_identity_begin(options, NULL, profile, NULL);
	enum ks_provider_result result = ks_identity_step(search, out, err);

	ks_identity_search_free(search);
	return result == KS_PROVIDER_DONE;
}

#endif
