#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/state/index.h"

enum { GONE_NAMED = 4, GONE_SIZE = 1400 }; /* more are counted, not named */

/* ---- profiles ---- */

/*
 * The default rule may have led to a profile that is now chosen by its name: then it stays what it
 * is. Not with the environment's keys, which a profile that is named doesn't use.
 */
static bool stands_for(const struct ks_profile *profile, const char *clean)
{
	return profile->name == NULL && profile->identity.state == KS_FETCH_KNOWN &&
	       profile->info != NULL && !ks_identity_is_environment(profile->info) &&
	       strcmp(profile->info->profile, clean) == 0;
}

bool ks_profile_is(const struct ks_profile *profile, const struct ks_str *name)
{
	if (profile->name == NULL)
		return stands_for(profile, ks_str_clean(name));
	return strcmp(profile->name, ks_str_raw(name)) == 0;
}

static struct ks_profile *add_profile(struct ks_store *store, const char *name)
{
	struct ks_profile *profile;

	if (store->n_profiles >= KS_PROFILES_MAX)
		return NULL;
	store->profiles = ks_grow(store->profiles, store->n_profiles, &store->index->profiles_cap,
	    sizeof *store->profiles);
	profile = &store->profiles[store->n_profiles++];
	*profile = (struct ks_profile){.name = ks_strdup_maybe(name), .is_explicit = name != NULL};
	profile->identity.at = profile->identity.tried_at = KS_TIME_NONE;
	profile->regions.at = profile->regions.tried_at = KS_TIME_NONE;
	return profile;
}

/* The one that is there under this name before one that only stands for it. */
static struct ks_profile *find_profile(const struct ks_store *store, const struct ks_str *name)
{
	struct ks_profile *stand_in = NULL;

	for (size_t i = 0; i < store->n_profiles; i++) {
		struct ks_profile *profile = &store->profiles[i];

		if (!ks_profile_is(profile, name))
			continue;
		if (profile->name != NULL && stand_in == NULL)
			return profile;
		stand_in = profile;
	}
	return stand_in;
}

static void choose_default(struct ks_store *store)
{
	struct ks_profile *profile;
	size_t i = 0;

	while (i < store->n_profiles && store->profiles[i].name != NULL)
		i++;
	profile = i < store->n_profiles ? &store->profiles[i] : add_profile(store, NULL);
	if (profile != NULL)
		profile->chosen = true;
}

static void choose_profiles(struct ks_store *store)
{
	const struct ks_str_list *names = &store->choice.profiles;

	for (size_t i = 0; i < store->n_profiles; i++)
		store->profiles[i].chosen = false;
	for (size_t i = 0; i < names->count; i++) {
		struct ks_profile *profile = find_profile(store, &names->items[i]);

		if (profile == NULL)
			profile = add_profile(store, ks_str_raw(&names->items[i]));
		if (profile != NULL)
			profile->chosen = true;
	}
	if (names->count == 0)
		choose_default(store);
}

/* ---- scopes that come and go ---- */

bool ks_choice_is_busy(const struct ks_store *store, uint32_t bucket)
{
	for (size_t i = 0; i < store->n_changes; i++)
		if (store->changes[i].bucket == bucket)
			return true;
	for (size_t i = 0; i < store->n_handovers; i++)
		if (store->handovers[i].bucket == bucket &&
		    store->handovers[i].state != KS_HANDOVER_OVER)
			return true;
	return false;
}

static bool scope_is_wanted(const struct ks_store *store, const struct ks_scope *scope)
{
	const struct ks_profile *profile = &store->profiles[scope->profile];

	if (!profile->chosen)
		return false;
	if (ks_profile_wants_regions(store, profile))
		return scope->listed || ks_str_list_has(&store->choice.regions, scope->region);
	if (store->choice.regions.count > 0)
		return ks_str_list_has(&store->choice.regions, scope->region);
	return profile->info != NULL && profile->info->region != NULL &&
	       strcmp(profile->info->region, scope->region) == 0;
}

/* What is being changed stays until that is over; all else of it goes. */
static void leave(struct ks_store *store, uint32_t index)
{
	store->scopes[index].chosen = false;
	ks_buckets_leave(store, index);
	ks_operations_leave(store, index);
	ks_activities_leave(store, index);
	store->index->n_left_scopes += store->scopes[index].n_entries > 0;
}

static void choose_scope(struct ks_store *store, uint32_t index)
{
	struct ks_scope *scope = &store->scopes[index];
	bool wanted = scope_is_wanted(store, scope);

	if (wanted && !scope->chosen)
		store->index->n_left_scopes -= scope->n_entries > 0;
	if (!wanted && scope->chosen)
		leave(store, index);
	scope->chosen = wanted;
}

/* The regions that are known by name: from the user, else from the configuration. */
static void add_named_scopes(struct ks_store *store, uint32_t index)
{
	const struct ks_profile *profile = &store->profiles[index];
	const struct ks_str_list *regions = &store->choice.regions;

	if (!profile->chosen || profile->identity.state != KS_FETCH_KNOWN)
		return;
	for (size_t i = 0; i < regions->count; i++)
		ks_scope_add(store, index, ks_str_raw(&regions->items[i]));
	if (regions->count == 0 && !ks_profile_wants_regions(store, profile))
		ks_scope_add(store, index, profile->info->region);
}

void ks_choice_regions(struct ks_store *store, uint32_t profile)
{
	add_named_scopes(store, profile);
	for (uint32_t i = 0; i < store->n_scopes; i++)
		if (store->scopes[i].profile == profile)
			choose_scope(store, i);
}

void ks_choice_settle(struct ks_store *store)
{
	if (store->index->n_left_scopes == 0)
		return;
	store->index->n_left_scopes = 0;
	for (uint32_t i = 0; i < store->n_scopes; i++)
		if (!store->scopes[i].chosen && store->scopes[i].n_entries > 0)
			leave(store, i);
}

/* ---- the choice ---- */

static bool has_open_scope(const struct ks_store *store, uint32_t profile)
{
	for (size_t i = 0; i < store->n_scopes; i++)
		if (store->scopes[i].profile == profile && store->scopes[i].n_entries > 0)
			return true;
	return false;
}

static void cancel(struct ks_store *store, struct ks_fetched *fetched)
{
	ks_tasks_cancel(store, fetched->request);
	ks_fetched_drop(fetched);
}

/* What is under way for a profile itself goes with it; what failed is tried anew when it comes. */
static void turn_profile(struct ks_store *store, uint32_t index, bool was_chosen)
{
	struct ks_profile *profile = &store->profiles[index];

	if (!profile->chosen || !ks_profile_wants_regions(store, profile))
		cancel(store, &profile->regions);
	if (!profile->chosen && !has_open_scope(store, index))
		cancel(store, &profile->identity);
	if (!profile->chosen || was_chosen)
		return;
	profile->identity.wanted |= profile->identity.state == KS_FETCH_FAILED;
	profile->regions.wanted |= profile->regions.state == KS_FETCH_FAILED;
}

void ks_choice_apply(struct ks_store *store)
{
	bool *before = ks_calloc(store->n_profiles + 1, sizeof *before);
	size_t n_before = store->n_profiles;

	for (size_t i = 0; i < n_before; i++)
		before[i] = store->profiles[i].chosen;
	choose_profiles(store);
	for (uint32_t i = 0; i < store->n_profiles; i++)
		ks_choice_regions(store, i);
	for (uint32_t i = 0; i < n_before; i++)
		turn_profile(store, i, before[i]);
	free(before);
}

bool ks_choice_event(struct ks_store *store, struct ks_event *event)
{
	if (event->choice == NULL)
		return false;
	ks_choice_free(&store->choice);
	store->choice = *event->choice;
	*event->choice = (struct ks_choice){0};
	store->index->choice_is_remembered = false;
	ks_choice_apply(store);
	return true;
}

/* The files may have changed since the last time. */
bool ks_choice_pick(struct ks_store *store, struct ks_event *event)
{
	(void)event;
	store->catalog_fetched.wanted |= store->catalog_fetched.request == 0;
	return false;
}

bool ks_choice_catalog(struct ks_store *store, struct ks_event *event)
{
	if (event->request != store->catalog_fetched.request)
		return false;
	if (event->err.kind != KS_ERR_NONE)
		ks_fetched_failed(&store->catalog_fetched, &event->err, event->at);
	else
		ks_fetched_known(&store->catalog_fetched, event->at);
	if (event->catalog == NULL)
		return true;
	ks_catalog_free(&store->catalog);
	store->catalog = *event->catalog;
	*event->catalog = (struct ks_catalog){0};
	return true;
}

/* One sentence for all of them, since only the last warning stays. */
static char *word_gone(const struct ks_str_list *gone)
{
	bool one = gone->count == 1;
	struct ks_buf text;
	char *copy;

	ks_buf_init(&text, GONE_SIZE);
	ks_buf_printf(&text, "Profile%s ", one ? "" : "s");
	for (size_t i = 0; i < gone->count && i < GONE_NAMED; i++)
		ks_buf_printf(&text, "%s%s", i > 0 ? ", " : "", ks_str_clean(&gone->items[i]));
	if (gone->count > GONE_NAMED)
		ks_buf_printf(&text, " and %zu more", gone->count - GONE_NAMED);
	ks_buf_printf(&text, " of the last choice %s no longer configured: %s left out",
	    one ? "is" : "are", one ? "it is" : "they are");
	copy = ks_strdup(ks_buf_text(&text));
	ks_buf_free(&text);
	return copy;
}

/* A profile that was chosen in an earlier run and is no more. */
bool ks_choice_forget(struct ks_store *store, uint32_t index, struct ks_event *event)
{
	struct ks_profile *profile = &store->profiles[index];

	if (!profile->chosen || profile->name == NULL || !store->index->choice_is_remembered ||
	    !ks_err_is(&event->err, KS_NO_SUCH_PROFILE))
		return false;
	ks_choice_add(&store->gone, profile->name);
	free(event->warning);
	event->warning = word_gone(&store->gone);
	ks_warnings_add(store, event);
	ks_choice_remove(&store->choice.profiles, profile->name);
	ks_choice_apply(store);
	return true;
}

/* ---- look-ups ---- */

bool ks_scope_is_shown(const struct ks_scope *scope)
{
	return scope->chosen || scope->n_entries > 0;
}

bool ks_store_profile_is_shown(const struct ks_store *store, uint32_t profile)
{
	return store->profiles[profile].chosen || has_open_scope(store, profile);
}

size_t ks_store_count_profiles(const struct ks_store *store)
{
	size_t count = 0;

	for (uint32_t i = 0; i < store->n_profiles; i++)
		count += ks_store_profile_is_shown(store, i);
	return count;
}

bool ks_store_has_several_regions(const struct ks_store *store)
{
	const char *first = NULL;

	for (size_t i = 0; i < store->n_scopes; i++) {
		if (!ks_scope_is_shown(&store->scopes[i]))
			continue;
		if (first != NULL && strcmp(first, store->scopes[i].region) != 0)
			return true;
		first = store->scopes[i].region;
	}
	return false;
}

bool ks_store_shows_all_regions(const struct ks_store *store)
{
	for (size_t i = 0; i < store->n_profiles; i++)
		if (store->profiles[i].chosen && store->profiles[i].identity.at != KS_TIME_NONE &&
		    ks_profile_wants_regions(store, &store->profiles[i]))
			return true;
	return store->choice.all_regions;
}
