#include <string.h>

#include "core/lightsail/regions.h"
#include "core/state/index.h"
#include "core/state/remedy.h"

#define ENABLE "enable this region for the account, or leave it out"

/* What a region says of a good key when the account has not enabled it. */
static bool is_unknown_key(const struct ks_err *err)
{
	static const char *const codes[] = {
	    "UnrecognizedClientException", "InvalidClientTokenId", "AuthFailure"};

	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (err->kind == KS_ERR_SERVICE && ks_err_is(err, codes[i]))
			return true;
	return false;
}

static bool works_elsewhere(const struct ks_store *store, uint32_t profile)
{
	for (size_t i = 0; i < store->n_scopes; i++)
		if (store->scopes[i].profile == profile &&
		    store->scopes[i].buckets.at != KS_TIME_NONE)
			return true;
	return false;
}

bool ks_store_is_not_enabled(const struct ks_store *store, uint32_t scope)
{
	const struct ks_scope *it = scope < store->n_scopes ? &store->scopes[scope] : NULL;

	if (it == NULL || it->buckets.state != KS_FETCH_FAILED || it->buckets.err == NULL)
		return false;
	if (ks_remedy_cause(it->buckets.err) == KS_CAUSE_NOT_ENABLED)
		return true;
	return is_unknown_key(it->buckets.err) && ks_region_is_opt_in(it->region) &&
	       works_elsewhere(store, it->profile);
}

bool ks_store_is_quiet(const struct ks_store *store, uint32_t scope)
{
	const struct ks_scope *it;

	if (!ks_store_is_not_enabled(store, scope))
		return false;
	it = &store->scopes[scope];
	return ks_profile_wants_regions(store, &store->profiles[it->profile]) &&
	       !ks_str_list_has(&store->choice.regions, it->region);
}

size_t ks_store_count_quiet(const struct ks_store *store)
{
	size_t count = 0;

	for (uint32_t i = 0; i < store->n_scopes; i++)
		count += ks_store_is_quiet(store, i);
	return count;
}

bool ks_activity_is_quiet(const struct ks_store *store, const struct ks_activity *activity)
{
	return activity->kind == KS_ACTIVITY_CALL && activity->op == KS_OP_GET_BUCKETS &&
	       activity->call_state == KS_CALL_FAILED && ks_store_is_quiet(store, activity->scope);
}

bool ks_store_scope_err(const struct ks_store *store, uint32_t scope, struct ks_err *err)
{
	const struct ks_scope *it = scope < store->n_scopes ? &store->scopes[scope] : NULL;

	if (it == NULL || it->buckets.state != KS_FETCH_FAILED || it->buckets.err == NULL)
		return false;
	*err = *it->buckets.err;
	if (is_unknown_key(err) && ks_store_is_not_enabled(store, scope))
		ks_err_tip(err, "%s", ENABLE);
	return true;
}
