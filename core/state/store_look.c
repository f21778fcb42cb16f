#include <string.h>

#include "core/state/index.h"

const struct ks_bucket_entry *ks_store_bucket(const struct ks_store *store, uint32_t id)
{
	const struct ks_bucket_cell *cell = ks_bucket_cell(store, id);

	return cell != NULL ? &cell->entry : NULL;
}

bool ks_bucket_keys_are_known(const struct ks_bucket_entry *entry)
{
	return entry != NULL && entry->keys_fetched.state == KS_FETCH_KNOWN;
}

const struct ks_bucket_entry *ks_store_find_bucket(
    const struct ks_store *store, uint32_t scope, const char *name)
{
	const struct ks_bucket_cell *cell = ks_bucket_find_cell(store, scope, name);

	return cell != NULL ? &cell->entry : NULL;
}

static const struct ks_access_key *find_key(const struct ks_bucket_entry *entry, const char *key_id)
{
	for (size_t i = 0; i < entry->n_keys; i++)
		if (strcmp(ks_str_raw(&entry->keys[i].id), key_id) == 0)
			return &entry->keys[i];
	return NULL;
}

const struct ks_access_key *ks_store_key(
    const struct ks_store *store, uint32_t bucket, const char *key_id)
{
	const struct ks_bucket_entry *entry = ks_store_bucket(store, bucket);

	return entry != NULL && key_id != NULL ? find_key(entry, key_id) : NULL;
}

const struct ks_change *ks_store_change(const struct ks_store *store, uint32_t id)
{
	for (size_t i = 0; i < store->n_changes; i++)
		if (store->changes[i].id == id)
			return &store->changes[i];
	return NULL;
}

static bool is_running(const struct ks_change *change)
{
	return change->ended == KS_TIME_NONE;
}

const struct ks_change *ks_store_running(
    const struct ks_store *store, enum ks_change_kind kind, uint32_t bucket)
{
	for (size_t i = 0; i < store->n_changes; i++) {
		const struct ks_change *change = &store->changes[i];

		if (change->kind == kind && change->bucket == bucket && is_running(change))
			return change;
	}
	return NULL;
}

const struct ks_handover *ks_store_handover(const struct ks_store *store, uint32_t id)
{
	for (size_t i = 0; i < store->n_handovers; i++)
		if (store->handovers[i].id == id)
			return &store->handovers[i];
	return NULL;
}

const struct ks_handover *ks_store_handover_of(
    const struct ks_store *store, const struct ks_change *change)
{
	for (size_t i = 0; i < store->n_handovers; i++)
		if (store->handovers[i].change == change->id)
			return &store->handovers[i];
	return NULL;
}

const struct ks_handover *ks_store_open_handover(const struct ks_store *store)
{
	for (size_t i = 0; i < store->n_handovers; i++)
		if (store->handovers[i].state != KS_HANDOVER_OVER)
			return &store->handovers[i];
	return NULL;
}

const struct ks_left *ks_store_left(const struct ks_store *store, uint32_t id)
{
	for (size_t i = 0; i < store->n_left; i++)
		if (store->left[i].id == id)
			return &store->left[i];
	return NULL;
}

bool ks_store_left_is_known(const struct ks_store *store, uint32_t profile)
{
	const struct ks_profile *whose = &store->profiles[profile];

	return store->read_only || (whose->left_asked && whose->left_request == 0);
}

const struct ks_activity *ks_store_activity(const struct ks_store *store, uint32_t id)
{
	const struct ks_activity_cell *cell = ks_activity_cell(store, id);

	return cell != NULL ? &cell->activity : NULL;
}

const struct ks_task *ks_store_task(const struct ks_store *store, uint64_t request)
{
	for (size_t i = 0; i < store->n_tasks; i++)
		if (store->tasks[i].id == request)
			return &store->tasks[i];
	return NULL;
}

const char *ks_store_profile_name(const struct ks_store *store, uint32_t profile)
{
	const struct ks_profile *it;

	if (profile >= store->n_profiles)
		return "";
	it = &store->profiles[profile];
	if (it->info != NULL)
		return it->info->profile;
	return it->name != NULL ? it->name : "default";
}

const char *ks_store_profile_label(const struct ks_store *store, uint32_t profile)
{
	const struct ks_identity_info *info =
	    profile < store->n_profiles ? store->profiles[profile].info : NULL;

	return info != NULL && ks_identity_is_environment(info)
		   ? "environment"
		   : ks_store_profile_name(store, profile);
}

const struct ks_err *ks_store_profile_err(const struct ks_store *store, uint32_t profile)
{
	const struct ks_profile *it;

	if (profile >= store->n_profiles)
		return NULL;
	it = &store->profiles[profile];
	if (!it->chosen)
		return NULL;
	if (it->identity.state == KS_FETCH_FAILED)
		return it->identity.err;
	return it->regions.state == KS_FETCH_FAILED && ks_profile_wants_regions(store, it)
		   ? it->regions.err
		   : NULL;
}

bool ks_store_profile_says(
    const struct ks_store *store, uint32_t profile, const struct ks_fetched *fetched)
{
	const struct ks_fetched *identity = &store->profiles[profile].identity;

	return fetched->state == KS_FETCH_FAILED && store->profiles[profile].chosen &&
	       identity->state == KS_FETCH_FAILED &&
	       (fetched->err->kind == KS_ERR_CREDENTIALS ||
		   strcmp(fetched->err->message, identity->err->message) == 0);
}

bool ks_store_profile_is_loading(const struct ks_store *store, uint32_t profile)
{
	const struct ks_profile *it = &store->profiles[profile];

	if (!it->chosen || it->identity.state == KS_FETCH_FAILED)
		return false;
	return it->identity.state <= KS_FETCH_ASKED ||
	       (ks_profile_wants_regions(store, it) && it->regions.state <= KS_FETCH_ASKED);
}

bool ks_store_profile_is_signing_in(const struct ks_store *store, uint32_t profile)
{
	const struct ks_profile *it = &store->profiles[profile];

	return it->chosen && (it->identity.state <= KS_FETCH_ASKED ||
				 (it->identity.state == KS_FETCH_FAILED &&
				     (it->identity.request != 0 || it->identity.wanted)));
}

/* ---- findings ---- */

int64_t ks_bucket_last_used(const struct ks_bucket_entry *entry)
{
	int64_t latest = KS_TIME_NONE;

	for (size_t i = 0; i < entry->n_keys; i++) {
		const struct ks_last_used *used = &entry->keys[i].last_used;

		if (used->use == KS_USE_USED && used->date > latest)
			latest = used->date;
	}
	return latest;
}

/* ---- what is under way ---- */

static bool is_busy(const struct ks_fetched *fetched)
{
	return fetched->request != 0 || fetched->wanted || fetched->state == KS_FETCH_NEVER ||
	       fetched->state == KS_FETCH_ASKED;
}

static bool profile_is_settled(const struct ks_store *store, const struct ks_profile *profile)
{
	if (!profile->chosen)
		return true;
	if (is_busy(&profile->identity))
		return false;
	return profile->identity.state != KS_FETCH_KNOWN || store->index->identities_only ||
	       !ks_profile_wants_regions(store, profile) || !is_busy(&profile->regions);
}

bool ks_store_is_settled(const struct ks_store *store)
{
	if (store->index->n_keys_pending > 0 || store->n_tasks > 0)
		return false;
	for (size_t i = 0; i < store->n_profiles; i++)
		if (!profile_is_settled(store, &store->profiles[i]))
			return false;
	if (store->index->identities_only)
		return true;
	for (size_t i = 0; i < store->n_scopes; i++)
		if (store->scopes[i].chosen &&
		    (is_busy(&store->scopes[i].buckets) || store->scopes[i].page_token != NULL))
			return false;
	for (size_t i = 0; i < store->n_changes; i++)
		if (is_running(&store->changes[i]))
			return false;
	return true;
}

bool ks_store_is_changing(const struct ks_store *store)
{
	for (size_t i = 0; i < store->n_changes; i++)
		if (store->changes[i].state == KS_CHANGE_SENT ||
		    store->changes[i].state == KS_CHANGE_UNCLEAR)
			return true;
	return false;
}

/* ---- why not ---- */

const char *ks_store_why_no_create(const struct ks_store *store, uint32_t bucket)
{
	const struct ks_bucket_entry *entry = ks_store_bucket(store, bucket);

	if (store->read_only)
		return "keysail runs with --read-only: start it without that to create a key.";
	if (store->no_secrets)
		return "There is no protected memory for the secret here, so no key can be "
		       "created: raise the limit of locked memory (ulimit -l) and start again.";
	if (entry == NULL)
		return "There is no such bucket any more: refresh to see which there are.";
	if (ks_store_running(store, KS_CHANGE_CREATE, bucket) != NULL)
		return "A key is being created for this bucket already: wait for its end.";
	if (entry->n_keys >= KS_BUCKET_KEYS_MAX)
		return KS_TWO_KEYS;
	return NULL;
}

const char *ks_store_why_no_delete(
    const struct ks_store *store, uint32_t bucket, const char *key_id)
{
	if (store->read_only)
		return "keysail runs with --read-only: start it without that to delete a key.";
	if (ks_store_bucket(store, bucket) == NULL)
		return "There is no such bucket any more: refresh to see which there are.";
	if (ks_store_key(store, bucket, key_id) == NULL)
		return "There is no such key any more: refresh to see which there are.";
	for (size_t i = 0; i < store->n_changes; i++) {
		const struct ks_change *change = &store->changes[i];

		if (change->kind == KS_CHANGE_DELETE && change->bucket == bucket &&
		    is_running(change) && strcmp(ks_str_raw(&change->key_id), key_id) == 0)
			return "This key is being deleted already: wait for its end.";
	}
	return NULL;
}
