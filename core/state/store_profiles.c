#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/lightsail/regions.h"
#include "core/state/index.h"

uint32_t ks_scope_find(const struct ks_store *store, uint32_t profile, const char *region)
{
	for (uint32_t i = 0; i < store->n_scopes; i++)
		if (store->scopes[i].profile == profile &&
		    strcmp(store->scopes[i].region, region) == 0)
			return i;
	return KS_NO_SCOPE;
}

uint32_t ks_scope_add(struct ks_store *store, uint32_t profile, const char *region)
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
	if (store->choice.regions.count > 0 && !store->choice.all_regions)
		return false;
	return store->choice.all_regions || profile->info == NULL || profile->info->region == NULL;
}

/* ---- identity ---- */

static void take_info(struct ks_store *store, struct ks_profile *profile, struct ks_event *event)
{
	const struct ks_str_list *warnings;

	if (event->identity == NULL)
		return;
	warnings = &event->identity->warnings;
	for (size_t i = 0; i < warnings->count && store->remarks.count < KS_REMARKS_MAX; i++)
		ks_choice_add(&store->remarks, ks_str_raw(&warnings->items[i]));
	ks_identity_info_free(profile->info);
	profile->info = event->identity;
	event->identity = NULL;
}

static bool lacked_identity(const struct ks_fetched *fetched)
{
	return fetched->state == KS_FETCH_FAILED && fetched->err->kind == KS_ERR_CREDENTIALS;
}

/* Now that there is an identity: what couldn't be asked without it. */
static void want_again(struct ks_store *store, uint32_t profile)
{
	for (size_t i = 0; i < store->n_scopes; i++) {
		struct ks_scope *scope = &store->scopes[i];

		if (scope->profile != profile || !scope->chosen)
			continue;
		scope->buckets.wanted |=
		    lacked_identity(&scope->buckets) && scope->buckets.request == 0;
		scope->operations.wanted |=
		    lacked_identity(&scope->operations) && scope->operations.request == 0;
		for (size_t j = 0; j < scope->n_entries; j++)
			if (lacked_identity(&scope->entries[j]->keys_fetched))
				ks_keys_want(store, (struct ks_bucket_cell *)scope->entries[j]);
	}
}

static void became_known(struct ks_store *store, uint32_t profile, int64_t at)
{
	ks_fetched_known(&store->profiles[profile].identity, at);
	want_again(store, profile);
	ks_choice_regions(store, profile);
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
	take_info(store, profile, event);
	if (event->err.kind != KS_ERR_NONE) {
		ks_fetched_failed(&profile->identity, &event->err, event->at);
		return true;
	}
	became_known(store, event->profile, event->at);
	return true;
}

bool ks_profiles_identity(struct ks_store *store, struct ks_task *task, struct ks_event *event)
{
	struct ks_profile *profile;

	if (task->profile >= store->n_profiles)
		return false;
	profile = &store->profiles[task->profile];
	take_info(store, profile, event);
	if (event->err.kind == KS_ERR_NONE && profile->info == NULL)
		ks_err_set(&event->err, KS_ERR_CREDENTIALS, "Nothing is known of this identity.");
	if (event->err.kind != KS_ERR_NONE) {
		ks_fetched_failed(&profile->identity, &event->err, event->at);
		ks_choice_forget(store, task->profile, event);
		return true;
	}
	became_known(store, task->profile, event->at);
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
		scope = ks_scope_add(store, profile, ks_str_raw(&region->name));
		if (scope == KS_NO_SCOPE)
			break;
		count++;
		store->scopes[scope].listed = true;
		ks_str_free(&store->scopes[scope].display_name);
		ks_str_copy(&store->scopes[scope].display_name, &region->display_name);
	}
	return count;
}

static void list_known_region(
    struct ks_store *store, uint32_t profile, const char *name, const char *display_name)
{
	uint32_t scope = ks_scope_add(store, profile, name);

	if (scope == KS_NO_SCOPE)
		return;
	store->scopes[scope].listed = true;
	if (!ks_str_present(&store->scopes[scope].display_name))
		ks_str_set(&store->scopes[scope].display_name, display_name);
}

/* The built-in ones are those of one partition; in another, only the configured one is known. */
static void add_builtin_regions(struct ks_store *store, uint32_t profile)
{
	const struct ks_identity_info *info = store->profiles[profile].info;
	const struct ks_known_region *region;

	if (info != NULL && info->region != NULL && !ks_region_is_in_aws(info->region)) {
		list_known_region(store, profile, info->region, "");
		return;
	}
	for (size_t i = 0; (region = ks_known_region_at(i)) != NULL; i++)
		list_known_region(store, profile, region->name, region->display_name);
}

const char *ks_profile_regions_from(const struct ks_profile *profile)
{
	const struct ks_identity_info *info = profile->info;

	return info == NULL || info->region == NULL || ks_region_is_in_aws(info->region)
		   ? KS_REGIONS_FROM
		   : info->region;
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
	ks_choice_regions(store, task->profile);
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

		if (!profile->chosen)
			continue;
		for (size_t j = 0; j < store->n_scopes && !again; j++)
			again = store->scopes[j].profile == i &&
				is_about_identity(&store->scopes[j].buckets);
		profile->identity.wanted |= again && profile->identity.request == 0;
		profile->regions.wanted |=
		    profile->regions.state == KS_FETCH_FAILED && profile->regions.request == 0;
	}
}
