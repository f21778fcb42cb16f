#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/state/index.h"

/* ---- what the journal is to be told ---- */

void ks_notes_add(struct ks_store *store, const char *journal, enum ks_journal_step step,
    const char *key_id, const char *text)
{
	struct ks_store_index *index = store->index;
	struct ks_note *note;

	if (journal[0] == '\0')
		return;
	index->notes = ks_grow(index->notes, index->n_notes, &index->notes_cap, sizeof *note);
	note = &index->notes[index->n_notes++];
	memcpy(note->journal, journal, sizeof note->journal);
	note->step = step;
	note->key_id = ks_strdup_maybe(key_id);
	note->text = ks_strdup_maybe(text);
}

static void note_free(struct ks_note *note)
{
	free(note->key_id);
	free(note->text);
}

bool ks_notes_submitted(struct ks_store *store)
{
	struct ks_store_index *index = store->index;

	if (index->n_notes == 0)
		return false;
	note_free(&index->notes[0]);
	index->n_notes--;
	memmove(&index->notes[0], &index->notes[1], index->n_notes * sizeof *index->notes);
	return false;
}

void ks_notes_free(struct ks_store *store)
{
	for (size_t i = 0; i < store->index->n_notes; i++)
		note_free(&store->index->notes[i]);
	free(store->index->notes);
}

bool ks_warnings_add(struct ks_store *store, struct ks_event *event)
{
	if (event->warning == NULL)
		return false;
	free(store->warning);
	store->warning = event->warning;
	event->warning = NULL;
	store->n_warnings++;
	return true;
}

/* ---- what the journal has open ---- */

void ks_left_free(struct ks_left *left)
{
	ks_str_free(&left->account);
	ks_str_free(&left->profile);
	ks_str_free(&left->region);
	ks_str_free(&left->bucket_name);
	ks_str_free(&left->key_id);
	ks_str_free(&left->way);
	ks_str_list_free(&left->known);
}

static bool is_listed(const struct ks_store *store, const char *journal)
{
	for (size_t i = 0; i < store->n_left; i++)
		if (journal[0] != '\0' && strcmp(store->left[i].journal, journal) == 0)
			return true;
	return false;
}

static struct ks_left *add(struct ks_store *store, const char *journal)
{
	struct ks_left *left;

	store->left =
	    ks_grow(store->left, store->n_left, &store->index->left_cap, sizeof *store->left);
	left = &store->left[store->n_left++];
	*left = (struct ks_left){.id = ks_store_next_id(store)};
	memcpy(left->journal, journal, sizeof left->journal);
	return left;
}

static void remove_left(struct ks_store *store, size_t at)
{
	ks_left_free(&store->left[at]);
	store->n_left--;
	memmove(&store->left[at], &store->left[at + 1], (store->n_left - at) * sizeof *store->left);
}

/* What this session is at itself is no left-over. */
static bool is_our_own(const struct ks_store *store, const char *journal)
{
	for (size_t i = 0; i < store->n_changes; i++)
		if (strcmp(store->changes[i].journal, journal) == 0)
			return true;
	for (size_t i = 0; i < store->n_handovers; i++)
		if (strcmp(store->handovers[i].journal, journal) == 0)
			return true;
	return false;
}

static void add_change(struct ks_store *store, const struct ks_journal_change *change)
{
	struct ks_left *left = add(store, change->id);

	left->intent = change->intent;
	left->step = change->step;
	left->began = change->began;
	left->at = change->at;
	ks_str_copy(&left->account, &change->text[KS_JOURNAL_ACCOUNT]);
	ks_str_copy(&left->profile, &change->text[KS_JOURNAL_PROFILE]);
	ks_str_copy(&left->region, &change->text[KS_JOURNAL_REGION]);
	ks_str_copy(&left->bucket_name, &change->text[KS_JOURNAL_BUCKET]);
	ks_str_copy(&left->key_id, &change->text[KS_JOURNAL_KEY]);
	ks_str_copy(&left->way, &change->text[KS_JOURNAL_WAY]);
	for (size_t i = 0; i < change->n_known; i++)
		ks_str_list_add(&left->known, &change->known[i]);
}

bool ks_left_arrived(struct ks_store *store, struct ks_event *event)
{
	size_t before = store->n_left;

	for (size_t i = 0; i < store->n_profiles; i++)
		if (store->profiles[i].left_request == event->request)
			store->profiles[i].left_request = 0;
	for (size_t i = 0; i < event->left.count; i++) {
		const struct ks_journal_change *change = &event->left.changes[i];

		if (!is_listed(store, change->id) && !is_our_own(store, change->id))
			add_change(store, change);
	}
	store->left_is_news |= store->n_left != before;
	return ks_warnings_add(store, event) || store->n_left != before;
}

bool ks_left_seen(struct ks_store *store, struct ks_event *event)
{
	(void)event;
	store->left_is_news = false;
	return false;
}

void ks_left_by_change(struct ks_store *store, const struct ks_change *change)
{
	const struct ks_scope *scope = &store->scopes[change->scope];
	const struct ks_identity_info *info = store->profiles[scope->profile].info;
	struct ks_left *left = add(store, change->journal);

	left->intent = KS_JOURNAL_CREATE;
	left->step = change->guessed ? KS_JOURNAL_UNKNOWN : KS_JOURNAL_DONE;
	left->began = change->begun;
	left->at = change->ended;
	if (info != NULL && info->account != NULL)
		ks_str_set(&left->account, info->account);
	if (info != NULL)
		ks_str_set(&left->profile, info->profile);
	ks_str_set(&left->region, scope->region);
	ks_str_copy(&left->bucket_name, &change->bucket_name);
	if (!change->guessed)
		ks_str_copy(&left->key_id, &change->key_id);
	ks_str_list_copy(&left->known, &change->known);
}

bool ks_left_forget(struct ks_store *store, struct ks_event *event)
{
	for (size_t i = 0; i < store->n_left; i++) {
		const struct ks_left *left = &store->left[i];

		if (left->id != event->left_id)
			continue;
		ks_notes_add(store, left->journal, KS_JOURNAL_DISMISSED, NULL, NULL);
		remove_left(store, i);
		return true;
	}
	return false;
}

/* ---- keys that are gone ---- */

/* Two accounts that are both known decide; else the profile's name does. */
static bool is_whose(const struct ks_left *left, const struct ks_profile *profile)
{
	const struct ks_identity_info *info = profile->info;

	if (info == NULL)
		return false;
	if (info->account != NULL && ks_str_present(&left->account))
		return strcmp(info->account, ks_str_raw(&left->account)) == 0;
	return strcmp(info->profile, ks_str_raw(&left->profile)) == 0;
}

static bool is_in(const struct ks_store *store, const struct ks_left *left, uint32_t scope)
{
	return strcmp(store->scopes[scope].region, ks_str_raw(&left->region)) == 0 &&
	       is_whose(left, &store->profiles[store->scopes[scope].profile]);
}

const struct ks_bucket_entry *ks_store_left_bucket(
    const struct ks_store *store, const struct ks_left *left)
{
	for (size_t i = 0; i < store->n_scopes; i++) {
		const struct ks_bucket_entry *entry =
		    is_in(store, left, (uint32_t)i)
			? ks_store_find_bucket(store, (uint32_t)i, ks_str_raw(&left->bucket_name))
			: NULL;

		if (entry != NULL)
			return entry;
	}
	return NULL;
}

/* What the two clocks may differ by. */
#define SLACK_MS INT64_C(300000)

/* Another key that this session made, or that the journal names elsewhere. */
static bool is_known_otherwise(
    const struct ks_store *store, const struct ks_left *left, const char *key_id)
{
	for (size_t i = 0; i < store->n_handovers; i++)
		if (strcmp(ks_str_raw(&store->handovers[i].key_id), key_id) == 0)
			return true;
	for (size_t i = 0; i < store->n_left; i++)
		if (store->left[i].id != left->id &&
		    strcmp(ks_str_raw(&store->left[i].key_id), key_id) == 0)
			return true;
	return ks_str_list_has(&left->known, key_id);
}

bool ks_store_left_may_be(
    const struct ks_store *store, const struct ks_left *left, const struct ks_access_key *key)
{
	if (ks_str_present(&left->key_id))
		return strcmp(ks_str_raw(&left->key_id), ks_str_raw(&key->id)) == 0;
	if (key->created != KS_TIME_NONE && key->created < left->began - SLACK_MS)
		return false;
	return !is_known_otherwise(store, left, ks_str_raw(&key->id));
}

/* The key that a lost answer may have been about is gone, and there is no other such key. */
static bool was_the_last_guess(
    const struct ks_store *store, const struct ks_left *left, uint32_t scope)
{
	const struct ks_bucket_entry *entry =
	    ks_store_find_bucket(store, scope, ks_str_raw(&left->bucket_name));

	for (size_t i = 0; entry != NULL && i < entry->n_keys; i++)
		if (ks_store_left_may_be(store, left, &entry->keys[i]))
			return false;
	return true;
}

static bool settles(const struct ks_store *store, const struct ks_left *left, uint32_t scope,
    const struct ks_str *key)
{
	if (ks_str_present(&left->key_id))
		return strcmp(ks_str_raw(&left->key_id), ks_str_raw(key)) == 0;
	return !ks_str_list_has(&left->known, ks_str_raw(key)) &&
	       was_the_last_guess(store, left, scope);
}

void ks_left_key_gone(
    struct ks_store *store, uint32_t scope, const struct ks_str *bucket, const struct ks_str *key)
{
	for (size_t i = store->n_left; i-- > 0;) {
		const struct ks_left *left = &store->left[i];

		if (!is_in(store, left, scope) ||
		    strcmp(ks_str_raw(&left->bucket_name), ks_str_raw(bucket)) != 0 ||
		    !settles(store, left, scope, key))
			continue;
		if (left->intent == KS_JOURNAL_CREATE)
			ks_notes_add(store, left->journal, KS_JOURNAL_DELETED, NULL, NULL);
		else
			ks_notes_add(store, left->journal, KS_JOURNAL_DONE, ks_str_raw(key), NULL);
		remove_left(store, i);
	}
	for (size_t i = 0; i < store->n_handovers; i++) {
		const struct ks_handover *handover = &store->handovers[i];

		if (handover->scope == scope &&
		    strcmp(ks_str_raw(&handover->key_id), ks_str_raw(key)) == 0)
			ks_notes_add(store, handover->journal, KS_JOURNAL_DELETED, NULL, NULL);
	}
}
