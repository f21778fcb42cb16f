#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/state/index.h"

/* Where Lightsail is, for those who may not ask. */
static const char *const builtin_regions[] = {
    "ap-east-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-5",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-2",
};

uint32_t ks_scope_find(const struct ks_store *store, uint32_t profile, const char *region)
{
	for (uint32_t i = 0; i < store->n_scopes; i++)
		if (store->scopes[i].profile == profile &&
		    strcmp(store->scopes[i].region, region) == 0)
			return i;
	return KS_NO_SCOPE;
}

/* The scope, made if need be; KS_NO_SCOPE when there are too many. */
static uint32_t add_scope(struct ks_store *store, uint32_t profile, const char *region)
{
	struct ks_store_index *index = store->index;
	uint32_t found = ks_scope_find(store, profile, region);
	struct ks_scope *scope;

	if (found != KS_NO_SCOPE || store->n_scopes >= KS_SCOPES_MAX)
		return found;
	store->scopes =
	    ks_grow(store->scopes, store->n_scopes, &index->scopes_cap, sizeof *store->scopes);
	index->scopes =
	    ks_grow(index->scopes, store->n_scopes, &index->scope_cells_cap, sizeof *index->scopes);
	index->scopes[store->n_scopes] = (struct ks_scope_cell){0};
	scope = &store->scopes[store->n_scopes];
	*scope = (struct ks_scope){.profile = profile, .region = ks_strdup(region)};
	scope->buckets.at = scope->buckets.tried_at = KS_TIME_NONE;
	scope->operations.at = scope->operations.tried_at = KS_TIME_NONE;
	return (uint32_t)store->n_scopes++;
}

bool ks_profile_wants_regions(const struct ks_store *store, const struct ks_profile *profile)
{
	if (store->n_regions > 0 && !store->all_regions)
		return false;
	return store->all_regions || profile->info == NULL || profile->info->region == NULL;
}

/* ---- identity ---- */

static void add_known_scopes(struct ks_store *store, uint32_t index)
{
	const struct ks_profile *profile = &store->profiles[index];

	if (ks_profile_wants_regions(store, profile))
		return;
	for (size_t i = 0; i < store->n_regions; i++)
		add_scope(store, index, store->regions[i]);
	if (store->n_regions == 0)
		add_scope(store, index, profile->info->region);
}

static void take_info(struct ks_profile *profile, struct ks_event *event)
{
	if (event->identity == NULL)
		return;
	ks_identity_info_free(profile->info);
	profile->info = event->identity;
	event->identity = NULL;
}

/* An identity that is being looked for again will be answered: that counts then. */
bool ks_profiles_renewed(struct ks_store *store, struct ks_event *event)
{
	struct ks_profile *profile;

	if (event->profile >= store->n_profiles)
		return false;
	profile = &store->profiles[event->profile];
	if (profile->identity.request != 0)
		return false;
	take_info(profile, event);
	if (event->err.kind != KS_ERR_NONE)
		ks_fetched_failed(&profile->identity, &event->err, event->at);
	else
		ks_fetched_known(&profile->identity, event->at);
	return true;
}

bool ks_profiles_identity(struct ks_store *store, struct ks_task *task, struct ks_event *event)
{
	struct ks_profile *profile;

	if (task->profile >= store->n_profiles)
		return false;
	profile = &store->profiles[task->profile];
	take_info(profile, event);
	if (event->err.kind == KS_ERR_NONE && profile->info == NULL)
		ks_err_set(&event->err, KS_ERR_CREDENTIALS, "Nothing is known of this identity.");
	if (event->err.kind != KS_ERR_NONE) {
		ks_fetched_failed(&profile->identity, &event->err, event->at);
		return true;
	}
	ks_fetched_known(&profile->identity, event->at);
	add_known_scopes(store, task->profile);
	return true;
}

/* ---- regions ---- */

/* A region's name becomes part of a host's name: only letters, digits and inner dashes. */
static bool is_region_name(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > 63 || name[0] == '-' || name[len - 1] == '-')
		return false;
	return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

static size_t add_listed_regions(
    struct ks_store *store, uint32_t profile, const struct ks_reply *reply)
{
	size_t count = 0;

	for (size_t i = 0; i < reply->n_regions; i++) {
		const struct ks_region *region = &reply->regions[i];
		uint32_t scope;

		if (!is_region_name(ks_str_raw(&region->name)))
			continue;
		scope = add_scope(store, profile, ks_str_raw(&region->name));
		if (scope == KS_NO_SCOPE)
			break;
		count++;
		ks_str_free(&store->scopes[scope].display_name);
		ks_str_copy(&store->scopes[scope].display_name, &region->display_name);
	}
	return count;
}

static void add_builtin_regions(struct ks_store *store, uint32_t profile)
{
	for (size_t i = 0; i < sizeof builtin_regions / sizeof builtin_regions[0]; i++)
		add_scope(store, profile, builtin_regions[i]);
}

/*
 * Who may not list regions may well be allowed to list buckets, and a server that doesn't know the
 * call may know the others.
 */
static bool can_do_without(const struct ks_err *err)
{
	static const char *const codes[] = {"AccessDeniedException", "AccessDenied",
	    "NotAuthorized", "UnknownOperationException", "InvalidAction"};

	if (err->kind == KS_ERR_REPLY)
		return true;
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (err->kind == KS_ERR_SERVICE && ks_err_is(err, codes[i]))
			return true;
	return false;
}

bool ks_profiles_regions(struct ks_store *store, struct ks_task *task, struct ks_event *event)
{
	struct ks_profile *profile;
	bool failed = event->err.kind != KS_ERR_NONE;

	if (task->profile >= store->n_profiles)
		return false;
	profile = &store->profiles[task->profile];
	if (failed && !can_do_without(&event->err)) {
		ks_fetched_failed(&profile->regions, &event->err, event->at);
		return true;
	}
	ks_fetched_known(&profile->regions, event->at);
	profile->regions_builtin =
	    failed || add_listed_regions(store, task->profile, event->reply) == 0;
	if (profile->regions_builtin)
		add_builtin_regions(store, task->profile);
	return true;
}

/* ---- refresh ---- */

/* Failures that another look at the credentials may end. */
static bool is_about_identity(const struct ks_fetched *fetched)
{
	static const char *const codes[] = {"UnrecognizedClientException", "InvalidClientTokenId",
	    "ExpiredTokenException", "ExpiredToken", "UnauthenticatedException",
	    "InvalidSignatureException", "SignatureDoesNotMatch",
	    "MissingAuthenticationTokenException"};

	if (fetched->state != KS_FETCH_FAILED)
		return false;
	if (fetched->err->kind == KS_ERR_CREDENTIALS)
		return true;
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (ks_err_is(fetched->err, codes[i]))
			return true;
	return false;
}

void ks_profiles_refresh(struct ks_store *store)
{
	for (uint32_t i = 0; i < store->n_profiles; i++) {
		struct ks_profile *profile = &store->profiles[i];
		bool again = profile->identity.state == KS_FETCH_FAILED ||
			     is_about_identity(&profile->regions);

		for (size_t j = 0; j < store->n_scopes && !again; j++)
			again = store->scopes[j].profile == i &&
				is_about_identity(&store->scopes[j].buckets);
		profile->identity.wanted |= again && profile->identity.request == 0;
		profile->regions.wanted |=
		    profile->regions.state == KS_FETCH_FAILED && profile->regions.request == 0;
	}
}
