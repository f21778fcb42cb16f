#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/state/index.h"

/* When the keys are read again after an answer was lost, and after reads that fail. */
static const int64_t unclear_delays[] = {3000, 3000, 5000, 10000, 30000, 60000};
/* So many lists without a new key, and none was made. */
enum { LOOKS = 3 };

static bool is_running(const struct ks_change *change)
{
	return change->ended == KS_TIME_NONE;
}

static struct ks_change *find_change(struct ks_store *store, uint32_t id)
{
	for (size_t i = 0; i < store->n_changes; i++)
		if (store->changes[i].id == id)
			return &store->changes[i];
	return NULL;
}

/* ---- a change's life ---- */

void ks_change_free(struct ks_change *change)
{
	ks_str_free(&change->bucket_name);
	ks_str_free(&change->key_id);
	ks_str_list_free(&change->known);
	ks_str_list_free(&change->orphans);
	free(change->sink);
}

static void remove_change(struct ks_store *store, size_t at)
{
	ks_change_free(&store->changes[at]);
	store->n_changes--;
	memmove(&store->changes[at], &store->changes[at + 1],
	    (store->n_changes - at) * sizeof *store->changes);
}

/* Changes that ended and that nobody dismisses: the oldest ones go. */
static void bound_ended(struct ks_store *store)
{
	size_t ended = 0, oldest = 0;

	for (size_t i = store->n_changes; i-- > 0;) {
		if (is_running(&store->changes[i]))
			continue;
		ended++;
		oldest = i;
	}
	if (ended > KS_CHANGES_ENDED_MAX)
		remove_change(store, oldest);
}

static struct ks_change *begin(struct ks_store *store, enum ks_change_kind kind, int64_t at)
{
	struct ks_change *change;

	bound_ended(store);
	store->changes = ks_grow(
	    store->changes, store->n_changes, &store->index->changes_cap, sizeof *store->changes);
	change = &store->changes[store->n_changes++];
	*change = (struct ks_change){
	    .id = ks_store_next_id(store),
	    .kind = kind,
	    .begun = at,
	    .ended = KS_TIME_NONE,
	    .next_try = KS_TIME_NONE,
	};
	return change;
}

static void end(struct ks_change *change, enum ks_change_state state, int64_t at)
{
	change->state = state;
	change->ended = at;
	change->request = 0;
}

static void refuse(struct ks_change *change, const char *why, int64_t at)
{
	ks_err_set(&change->err, KS_ERR_REFUSED, "%s", why);
	end(change, KS_CHANGE_FAILED, at);
}

/* It ended: whatever is known of the keys is old now. One that is unclear has its own reads. */
static void look_again(struct ks_store *store, const struct ks_change *change)
{
	struct ks_bucket_cell *cell = ks_bucket_cell(store, change->bucket);

	if (cell == NULL || is_running(change))
		return;
	ks_keys_want_anew(store, cell);
	cell->entry.operations_fetched.wanted = true;
}

static void become_unclear(struct ks_change *change, int64_t at)
{
	change->state = KS_CHANGE_UNCLEAR;
	change->request = 0;
	change->tries = change->looks = 0;
	change->next_try = at + unclear_delays[0];
}

static void note_answer(struct ks_change *change, const struct ks_event *event)
{
	change->err = event->err;
	snprintf(change->request_id, sizeof change->request_id, "%s", event->request_id);
	if (event->kind == KS_EVENT_REPLY && event->journal[0] != '\0')
		memcpy(change->journal, event->journal, sizeof change->journal);
}

static void become_orphaned(
    struct ks_store *store, struct ks_change *change, bool guessed, int64_t at)
{
	change->guessed = guessed;
	end(change, KS_CHANGE_ORPHANED, at);
	ks_left_by_change(store, change);
}

/* The key is no more, by this change or before it. */
static void key_is_gone(struct ks_store *store, const struct ks_change *change)
{
	struct ks_bucket_cell *cell = ks_bucket_cell(store, change->bucket);

	if (cell != NULL)
		ks_keys_remove(store, cell, ks_str_raw(&change->key_id));
	ks_left_key_gone(store, change->scope, &change->bucket_name, &change->key_id);
}

/* ---- what the user asks for ---- */

bool ks_changes_create(struct ks_store *store, struct ks_event *event)
{
	struct ks_bucket_cell *cell = ks_bucket_cell(store, event->bucket);
	const char *why = ks_store_why_no_create(store, event->bucket);
	struct ks_change *change;

	if (cell == NULL || ks_store_running(store, KS_CHANGE_CREATE, event->bucket) != NULL)
		return false;
	change = begin(store, KS_CHANGE_CREATE, event->at);
	change->bucket = event->bucket;
	change->scope = cell->entry.scope;
	change->state = KS_CHANGE_CHECKING;
	change->sink = event->sink;
	change->replace = event->replace;
	event->sink = NULL;
	ks_str_copy(&change->bucket_name, &cell->entry.bucket.name);
	if (why != NULL)
		refuse(change, why, event->at);
	else
		ks_keys_want_anew(store, cell);
	return true;
}

bool ks_changes_delete(struct ks_store *store, struct ks_event *event)
{
	struct ks_bucket_cell *cell = ks_bucket_cell(store, event->bucket);
	struct ks_change *change;

	if (cell == NULL || event->key_id == NULL)
		return false;
	for (size_t i = 0; i < store->n_changes; i++) {
		const struct ks_change *other = &store->changes[i];

		if (other->kind == KS_CHANGE_DELETE && is_running(other) &&
		    other->bucket == event->bucket &&
		    strcmp(ks_str_raw(&other->key_id), event->key_id) == 0)
			return false;
	}
	change = begin(store, KS_CHANGE_DELETE, event->at);
	change->bucket = event->bucket;
	change->scope = cell->entry.scope;
	change->state = KS_CHANGE_READY;
	ks_str_copy(&change->bucket_name, &cell->entry.bucket.name);
	ks_str_set(&change->key_id, event->key_id);
	if (store->read_only)
		refuse(
		    change, ks_store_why_no_delete(store, event->bucket, event->key_id), event->at);
	return true;
}

void ks_changes_begin_delete(struct ks_store *store, const struct ks_handover *of, int64_t at)
{
	struct ks_change *change = begin(store, KS_CHANGE_DELETE, at);

	change->bucket = of->bucket;
	change->scope = of->scope;
	change->state = KS_CHANGE_READY;
	ks_str_copy(&change->bucket_name, &of->bucket_name);
	ks_str_copy(&change->key_id, &of->key_id);
}

bool ks_changes_dismiss(struct ks_store *store, struct ks_event *event)
{
	for (size_t i = 0; i < store->n_changes; i++) {
		if (store->changes[i].id != event->change || is_running(&store->changes[i]))
			continue;
		remove_change(store, i);
		return true;
	}
	return false;
}

/* ---- what the worker says ---- */

static bool is_for(const struct ks_change *change, const struct ks_request *request)
{
	const struct ks_call_input *input = &request->input;
	bool reads = change->state == KS_CHANGE_CHECKING || change->state == KS_CHANGE_UNCLEAR;

	if (change->request != 0 || input->bucket == NULL ||
	    strcmp(ks_str_raw(&change->bucket_name), input->bucket) != 0)
		return false;
	switch (request->op) {
	case KS_OP_GET_BUCKET_ACCESS_KEYS:
		return reads && request->priority == KS_PRIORITY_CHANGE;
	case KS_OP_CREATE_BUCKET_ACCESS_KEY:
		return change->kind == KS_CHANGE_CREATE && change->state == KS_CHANGE_READY;
	case KS_OP_DELETE_BUCKET_ACCESS_KEY:
		return change->kind == KS_CHANGE_DELETE && change->state == KS_CHANGE_READY &&
		       input->key_id != NULL &&
		       strcmp(ks_str_raw(&change->key_id), input->key_id) == 0;
	default:
		return false;
	}
}

uint32_t ks_changes_submitted(
    struct ks_store *store, uint32_t scope, const struct ks_request *request, uint64_t id)
{
	for (size_t i = 0; i < store->n_changes; i++) {
		struct ks_change *change = &store->changes[i];

		if (change->scope != scope || !is_for(change, request))
			continue;
		change->request = id;
		if (change->state == KS_CHANGE_READY)
			change->state = KS_CHANGE_SENT;
		return change->id;
	}
	return 0;
}

/* A key was made. Whether anybody will ever know its secret is another question. */
static void key_was_made(struct ks_store *store, uint32_t id, struct ks_event *event)
{
	struct ks_change *change = find_change(store, id);
	struct ks_bucket_cell *cell = ks_bucket_cell(store, change->bucket);
	struct ks_reply *reply = event->reply;
	const struct ks_access_key *key = &reply->keys[0];

	ks_str_copy(&change->key_id, &key->id);
	if (cell != NULL)
		ks_keys_add(store, cell, key);
	if (reply->secret != NULL) {
		ks_handovers_begin(store, change, reply->secret, event->at);
		reply->secret = NULL;
		end(change, KS_CHANGE_DONE, event->at);
		return;
	}
	ks_str_list_add(&change->orphans, &key->id);
	change->err = reply->secret_err;
	if (change->err.kind == KS_ERR_NONE)
		ks_err_set(&change->err, KS_ERR_REPLY,
		    "A key was made, but the answer held no secret: nobody can use it.");
	if (change->err.tip[0] == '\0')
		ks_err_tip(&change->err, "delete the key");
	become_orphaned(store, change, false, event->at);
}

bool ks_changes_create_reply(struct ks_store *store, struct ks_task *task, struct ks_event *event)
{
	struct ks_change *change = find_change(store, task->change);
	const struct ks_reply *reply = event->reply;
	bool failed = event->err.kind != KS_ERR_NONE;
	bool named =
	    reply != NULL && reply->n_keys > 0 && ks_str_raw(&reply->keys[0].id)[0] != '\0';

	if (change == NULL || change->state != KS_CHANGE_SENT)
		return false;
	note_answer(change, event);
	if (!failed && !named)
		ks_err_set(&change->err, KS_ERR_REPLY, "The answer doesn't say which key it made.");
	if (failed && !event->unclear)
		end(change, KS_CHANGE_FAILED, event->at);
	else if (failed || !named)
		become_unclear(change, event->at);
	else
		key_was_made(store, task->change, event);
	look_again(store, change);
	if (!failed)
		ks_activities_merge(
		    store, change->scope, event->reply, ks_str_raw(&change->key_id), event->at);
	return true;
}

bool ks_changes_delete_reply(struct ks_store *store, struct ks_task *task, struct ks_event *event)
{
	struct ks_change *change = find_change(store, task->change);
	bool failed = event->err.kind != KS_ERR_NONE;

	if (change == NULL || change->state != KS_CHANGE_SENT)
		return false;
	note_answer(change, event);
	if (failed && ks_err_is_not_found(&event->err))
		ks_err_clear(&change->err);
	else if (failed && event->unclear)
		become_unclear(change, event->at);
	else if (failed)
		end(change, KS_CHANGE_FAILED, event->at);
	if (is_running(change) && change->state == KS_CHANGE_SENT)
		end(change, KS_CHANGE_DONE, event->at);
	if (change->state == KS_CHANGE_DONE)
		key_is_gone(store, change);
	look_again(store, change);
	if (!failed)
		ks_activities_merge(
		    store, change->scope, event->reply, ks_str_raw(&change->key_id), event->at);
	return true;
}

/* ---- the keys that a change waited for ---- */

static void keys_checked(struct ks_change *change, const struct ks_event *event)
{
	if (event->err.kind != KS_ERR_NONE) {
		note_answer(change, event);
		end(change, KS_CHANGE_FAILED, event->at);
		return;
	}
	for (size_t i = 0; i < event->reply->n_keys; i++)
		ks_str_list_add(&change->known, &event->reply->keys[i].id);
	if (event->reply->n_keys < KS_BUCKET_KEYS_MAX)
		change->state = KS_CHANGE_READY;
	else
		refuse(change, KS_TWO_KEYS, event->at);
}

static void wait_after(struct ks_change *change, int reads, int64_t at)
{
	int last = sizeof unclear_delays / sizeof unclear_delays[0] - 1;

	change->next_try = at + unclear_delays[reads < last ? reads : last];
}

/* A create that is still on its way, or a list that lags behind, shows its key only later. */
static void create_cleared_up(
    struct ks_store *store, struct ks_change *change, const struct ks_event *event)
{
	const struct ks_reply *reply = event->reply;
	bool is_there = event->err.kind == KS_ERR_NONE;

	for (size_t i = 0; reply != NULL && i < reply->n_keys; i++)
		if (!ks_str_list_has(&change->known, ks_str_raw(&reply->keys[i].id)))
			ks_str_list_add(&change->orphans, &reply->keys[i].id);
	if (change->orphans.count == 0 && is_there && ++change->looks < LOOKS) {
		wait_after(change, change->looks, event->at);
		return;
	}
	if (change->orphans.count == 0) {
		ks_err_tip(&change->err, "try again");
		end(change, KS_CHANGE_FAILED, event->at);
		ks_notes_add(store, change->journal, KS_JOURNAL_FAILED, NULL, change->err.message);
		return;
	}
	change->err.tip[0] = '\0'; /* what to do depends on who made it */
	ks_str_free(&change->key_id);
	ks_str_copy(&change->key_id, &change->orphans.items[0]);
	become_orphaned(store, change, true, event->at);
}

static void delete_cleared_up(
    struct ks_store *store, struct ks_change *change, const struct ks_event *event)
{
	const struct ks_reply *reply = event->reply;
	bool there = false;

	for (size_t i = 0; reply != NULL && i < reply->n_keys; i++)
		there |= strcmp(ks_str_raw(&reply->keys[i].id), ks_str_raw(&change->key_id)) == 0;
	if (there) {
		ks_err_tip(&change->err, "try again");
		end(change, KS_CHANGE_FAILED, event->at);
		ks_notes_add(store, change->journal, KS_JOURNAL_FAILED, NULL, change->err.message);
		return;
	}
	ks_err_clear(&change->err);
	end(change, KS_CHANGE_DONE, event->at);
	ks_notes_add(store, change->journal, KS_JOURNAL_DONE, ks_str_raw(&change->key_id), NULL);
	key_is_gone(store, change);
}

void ks_changes_read_dropped(struct ks_store *store, uint32_t id, uint64_t request)
{
	struct ks_change *change = find_change(store, id);

	if (change != NULL && change->request == request && change->state != KS_CHANGE_SENT)
		change->request = 0;
}

void ks_changes_keys_read(struct ks_store *store, struct ks_task *task, struct ks_event *event)
{
	struct ks_change *change = find_change(store, task->change);
	bool failed = event->err.kind != KS_ERR_NONE;

	if (change == NULL || change->request != task->id)
		return;
	change->request = 0;
	if (change->state == KS_CHANGE_CHECKING) {
		keys_checked(change, event);
		return;
	}
	if (change->state != KS_CHANGE_UNCLEAR)
		return;
	if (failed && !ks_err_is_not_found(&event->err))
		wait_after(change, ++change->tries, event->at);
	else if (change->kind == KS_CHANGE_CREATE)
		create_cleared_up(store, change, event);
	else
		delete_cleared_up(store, change, event);
}
