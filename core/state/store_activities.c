#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/mem.h"
#include "core/state/index.h"

struct ks_activity_cell *ks_activity_cell(const struct ks_store *store, uint32_t id)
{
	return ks_map_get(&store->index->activities, id);
}

static uint64_t hash_of(uint32_t scope, const char *operation_id)
{
	return ks_hash_text(ks_hash_number(KS_HASH_SEED, scope), operation_id);
}

struct ks_activity_cell *ks_activities_find_operation(
    const struct ks_store *store, uint32_t scope, const char *operation_id)
{
	struct ks_activity_cell *cell =
	    ks_map_get(&store->index->operations, hash_of(scope, operation_id));

	if (cell == NULL || cell->activity.scope != scope ||
	    strcmp(ks_str_raw(&cell->activity.operation.id), operation_id) != 0)
		return NULL;
	return cell;
}

void ks_activity_cell_free(struct ks_activity_cell *cell)
{
	ks_operation_free(&cell->activity.operation);
	ks_fetched_free(&cell->activity.polled);
	ks_str_free(&cell->activity.key_id);
	ks_str_free(&cell->activity.bucket_name);
	free(cell);
}

/* ---- the list, newest first ---- */

static bool is_newer(const struct ks_activity *a, const struct ks_activity *b)
{
	return a->at != b->at ? a->at > b->at : a->id > b->id;
}

/* Where it is, or where it would go. */
static size_t place_of(const struct ks_store *store, const struct ks_activity *activity)
{
	size_t low = 0, high = store->n_activities;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (is_newer(store->activities[middle], activity))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void insert(struct ks_store *store, struct ks_activity *activity)
{
	size_t at = place_of(store, activity);

	store->activities = ks_grow(store->activities, store->n_activities,
	    &store->index->activities_cap, sizeof(struct ks_activity *));
	memmove(&store->activities[at + 1], &store->activities[at],
	    (store->n_activities - at) * sizeof(struct ks_activity *));
	store->activities[at] = activity;
	store->n_activities++;
}

static void take_out(struct ks_store *store, const struct ks_activity *activity)
{
	size_t at = place_of(store, activity);

	store->n_activities--;
	memmove(&store->activities[at], &store->activities[at + 1],
	    (store->n_activities - at) * sizeof(struct ks_activity *));
}

static void move_to(struct ks_store *store, struct ks_activity *activity, int64_t at)
{
	take_out(store, activity);
	activity->at = at;
	insert(store, activity);
}

static void remove_cell(struct ks_store *store, struct ks_activity_cell *cell)
{
	struct ks_store_index *index = store->index;

	take_out(store, &cell->activity);
	ks_tasks_cancel(store, cell->activity.polled.request);
	ks_due_remove(&index->polls_due, &cell->poll_due);
	ks_map_remove(&index->activities, cell->activity.id);
	if (ks_map_get(&index->operations, cell->hash) == cell)
		ks_map_remove(&index->operations, cell->hash);
	ks_activity_cell_free(cell);
}

/* Our own changes are what the user did: they stay. */
static bool is_own(const struct ks_activity *activity)
{
	if (activity->kind == KS_ACTIVITY_CALL)
		return ks_call(activity->op)->changes;
	return ks_str_present(&activity->key_id);
}

void ks_activities_leave(struct ks_store *store, uint32_t scope)
{
	for (size_t i = store->n_activities; i-- > 0;)
		if (store->activities[i]->scope == scope && !is_own(store->activities[i]))
			remove_cell(store, (struct ks_activity_cell *)store->activities[i]);
}

static struct ks_activity_cell *add(
    struct ks_store *store, enum ks_activity_kind kind, uint32_t scope, int64_t at, int64_t now)
{
	struct ks_activity_cell *cell = ks_calloc(1, sizeof *cell);
	struct ks_activity *activity = &cell->activity;

	activity->id = ks_store_next_id(store);
	activity->kind = kind;
	activity->scope = scope;
	activity->at = at;
	activity->polled.at = activity->polled.tried_at = KS_TIME_NONE;
	cell->first_seen = now;
	cell->poll_due.order = activity->id;
	ks_map_put(&store->index->activities, activity->id, cell);
	insert(store, activity);
	return cell;
}

static void bound(struct ks_store *store)
{
	while (store->n_activities > KS_ACTIVITIES_MAX)
		remove_cell(
		    store, (struct ks_activity_cell *)store->activities[store->n_activities - 1]);
}

/* ---- operations ---- */

/* Often while it is young, then ever more seldom. */
void ks_activities_schedule(struct ks_store *store, struct ks_activity_cell *cell)
{
	const struct ks_fetched *polled = &cell->activity.polled;
	int64_t last = polled->tried_at != KS_TIME_NONE ? polled->tried_at : cell->first_seen;
	int64_t wait = (last - cell->first_seen) / 4;
	bool given_up = polled->state == KS_FETCH_FAILED && ks_err_is_not_found(polled->err);
	int64_t due;

	if (wait < KS_FIRST_POLL_MS)
		wait = KS_FIRST_POLL_MS;
	if (wait > KS_SLOWEST_POLL_MS)
		wait = KS_SLOWEST_POLL_MS;
	due = last + wait;
	if (polled->request != 0 || given_up || !ks_operation_is_busy(&cell->activity.operation))
		due = KS_TIME_NEVER;
	ks_due_set(&store->index->polls_due, &cell->poll_due, due);
}

/* An answer that was under way for longer may be older: what has ended doesn't begin again. */
static bool is_stale(const struct ks_operation *known, const struct ks_operation *news)
{
	if (!ks_operation_is_busy(known) && ks_operation_is_busy(news))
		return true;
	return known->status_changed != KS_TIME_NONE && news->status_changed != KS_TIME_NONE &&
	       news->status_changed < known->status_changed;
}

static void renew(
    struct ks_store *store, struct ks_activity_cell *cell, struct ks_operation *operation)
{
	struct ks_activity *activity = &cell->activity;

	if (is_stale(&activity->operation, operation))
		return;
	ks_operation_free(&activity->operation);
	activity->operation = *operation;
	*operation = (struct ks_operation){0};
	if (activity->operation.created != KS_TIME_NONE &&
	    activity->operation.created != activity->at)
		move_to(store, activity, activity->operation.created);
}

static struct ks_activity_cell *add_operation(
    struct ks_store *store, uint32_t scope, struct ks_operation *operation, int64_t now)
{
	int64_t at = operation->created != KS_TIME_NONE ? operation->created : now;
	struct ks_activity_cell *cell = add(store, KS_ACTIVITY_OPERATION, scope, at, now);

	cell->activity.operation = *operation;
	*operation = (struct ks_operation){0};
	cell->hash = hash_of(scope, ks_str_raw(&cell->activity.operation.id));
	ks_map_put(&store->index->operations, cell->hash, cell);
	return cell;
}

bool ks_activities_merge(
    struct ks_store *store, uint32_t scope, struct ks_reply *reply, const char *key_id, int64_t at)
{
	for (size_t i = 0; i < reply->n_operations; i++) {
		struct ks_operation *operation = &reply->operations[i];
		struct ks_activity_cell *cell;

		if (ks_str_raw(&operation->id)[0] == '\0')
			continue;
		cell = ks_activities_find_operation(store, scope, ks_str_raw(&operation->id));
		if (cell != NULL)
			renew(store, cell, operation);
		else
			cell = add_operation(store, scope, operation, at);
		if (key_id != NULL && !ks_str_present(&cell->activity.key_id))
			ks_str_set(&cell->activity.key_id, key_id);
		ks_activities_schedule(store, cell);
	}
	bound(store);
	return reply->n_operations > 0;
}

/* ---- our own calls that fail ---- */

/* The line that this call has already. */
static struct ks_activity_cell *find_call(const struct ks_store *store, const struct ks_task *task)
{
	struct ks_activity_cell *cell = ks_activity_cell(store, task->failure);

	return cell != NULL && cell->activity.request == task->id ? cell : NULL;
}

static const struct ks_str *bucket_name_of(const struct ks_store *store, const struct ks_task *task)
{
	const struct ks_bucket_entry *entry = ks_store_bucket(store, task->bucket);
	const struct ks_change *change = ks_store_change(store, task->change);
	static const struct ks_str none;

	if (change != NULL)
		return &change->bucket_name;
	return entry != NULL ? &entry->bucket.name : &none;
}

/* A call that failed the same way before is one line that moves up, not one line for each time. */
static struct ks_activity_cell *find_same_failure(
    const struct ks_store *store, const struct ks_task *task, const struct ks_str *bucket_name)
{
	for (size_t i = 0; i < store->n_activities; i++) {
		struct ks_activity *activity = store->activities[i];

		if (activity->kind == KS_ACTIVITY_CALL && activity->call_state == KS_CALL_FAILED &&
		    activity->op == task->op && activity->scope == task->scope &&
		    strcmp(ks_str_raw(&activity->bucket_name), ks_str_raw(bucket_name)) == 0)
			return (struct ks_activity_cell *)activity;
	}
	return NULL;
}

/* Changes are events of their own: each keeps its line. */
static struct ks_activity_cell *call_of(struct ks_store *store, struct ks_task *task, int64_t at)
{
	struct ks_activity_cell *cell = find_call(store, task);
	const struct ks_str *bucket_name = bucket_name_of(store, task);

	if (cell == NULL && !ks_call(task->op)->changes)
		cell = find_same_failure(store, task, bucket_name);
	if (cell == NULL) {
		cell = add(store, KS_ACTIVITY_CALL, task->scope, at, at);
		cell->activity.op = task->op;
		ks_str_copy(&cell->activity.bucket_name, bucket_name);
	}
	cell->activity.request = task->id;
	task->failure = cell->activity.id;
	return cell;
}

static void note_failure(struct ks_store *store, struct ks_activity *activity,
    enum ks_call_state state, const struct ks_event *event)
{
	activity->call_state = state;
	activity->err = event->err;
	if (event->attempt > 0) {
		activity->attempt = event->attempt;
		activity->attempts = event->attempts;
	}
	snprintf(activity->request_id, sizeof activity->request_id, "%s",
	    event->request_id[0] != '\0' ? event->request_id : event->err.request_id);
	move_to(store, activity, event->at);
}

bool ks_activities_retrying(
    struct ks_store *store, struct ks_task *task, const struct ks_event *event)
{
	struct ks_activity_cell *cell = call_of(store, task, event->at);

	note_failure(store, &cell->activity, KS_CALL_RETRYING, event);
	bound(store);
	return true;
}

bool ks_activities_call_ended(
    struct ks_store *store, struct ks_task *task, const struct ks_event *event)
{
	struct ks_activity_cell *cell;
	bool is_done = ks_call(task->op)->gone_is_done && ks_err_is_not_found(&event->err);

	if (!task->cancelled && event->err.kind != KS_ERR_NONE &&
	    event->err.kind != KS_ERR_CANCELLED && !is_done) {
		cell = call_of(store, task, event->at);
		note_failure(store, &cell->activity, KS_CALL_FAILED, event);
		bound(store);
		return true;
	}
	cell = find_call(store, task);
	if (cell == NULL)
		return false;
	if (task->cancelled || event->err.kind == KS_ERR_CANCELLED)
		remove_cell(store, cell);
	else
		cell->activity.call_state = KS_CALL_RECOVERED;
	return true;
}
