#include <stdlib.h>

#include "core/base/mem.h"
#include "core/state/index.h"
#include "core/state/remedy.h"

static struct ks_task *find_task(struct ks_store *store, uint64_t id)
{
	for (size_t i = 0; i < store->n_tasks; i++)
		if (store->tasks[i].id == id)
			return &store->tasks[i];
	return NULL;
}

static void remove_task(struct ks_store *store, struct ks_task *task)
{
	*task = store->tasks[--store->n_tasks];
}

/* ---- what each call is about: one row each ---- */

static struct ks_fetched *regions_of(struct ks_store *store, const struct ks_task *task)
{
	return task->profile < store->n_profiles ? &store->profiles[task->profile].regions : NULL;
}

static struct ks_fetched *buckets_of(struct ks_store *store, const struct ks_task *task)
{
	return task->scope < store->n_scopes ? &store->scopes[task->scope].buckets : NULL;
}

static struct ks_fetched *operations_of(struct ks_store *store, const struct ks_task *task)
{
	return task->scope < store->n_scopes ? &store->scopes[task->scope].operations : NULL;
}

static struct ks_fetched *keys_of(struct ks_store *store, const struct ks_task *task)
{
	struct ks_bucket_cell *bucket = ks_bucket_cell(store, task->bucket);

	return bucket != NULL ? &bucket->entry.keys_fetched : NULL;
}

static struct ks_fetched *resource_of(struct ks_store *store, const struct ks_task *task)
{
	struct ks_bucket_cell *bucket = ks_bucket_cell(store, task->bucket);

	return bucket != NULL ? &bucket->entry.operations_fetched : NULL;
}

static struct ks_fetched *poll_of(struct ks_store *store, const struct ks_task *task)
{
	struct ks_activity_cell *activity = ks_activity_cell(store, task->activity);

	return activity != NULL ? &activity->activity.polled : NULL;
}

static const struct {
	/* What it fetches, as far as that is still there; NULL: it is a change. */
	struct ks_fetched *(*fetched)(struct ks_store *store, const struct ks_task *task);
	bool (*reply)(struct ks_store *store, struct ks_task *task, struct ks_event *event);
} calls[KS_OP_COUNT] = {
    [KS_OP_GET_REGIONS] = {regions_of, ks_profiles_regions},
    [KS_OP_GET_BUCKETS] = {buckets_of, ks_buckets_page},
    [KS_OP_GET_BUCKET_ACCESS_KEYS] = {keys_of, ks_keys_reply},
    [KS_OP_CREATE_BUCKET_ACCESS_KEY] = {NULL, ks_changes_create_reply},
    [KS_OP_DELETE_BUCKET_ACCESS_KEY] = {NULL, ks_changes_delete_reply},
    [KS_OP_GET_OPERATION] = {poll_of, ks_operations_polled},
    [KS_OP_GET_OPERATIONS] = {operations_of, ks_operations_page},
    [KS_OP_GET_OPERATIONS_FOR_RESOURCE] = {resource_of, ks_operations_resource},
};

static struct ks_fetched *fetched_of(struct ks_store *store, const struct ks_task *task)
{
	if (task->kind == KS_REQUEST_IDENTIFY)
		return task->profile < store->n_profiles ? &store->profiles[task->profile].identity
							 : NULL;
	return calls[task->op].fetched != NULL ? calls[task->op].fetched(store, task) : NULL;
}

/* ---- a request went to the worker ---- */

static struct ks_task task_for(
    struct ks_store *store, const struct ks_request *request, uint64_t id)
{
	struct ks_task task = {
	    .id = id,
	    .kind = request->kind,
	    .op = request->op,
	    .profile = request->profile,
	    .scope = KS_NO_SCOPE,
	};
	const struct ks_call_input *input = &request->input;
	const struct ks_bucket_cell *bucket = NULL;
	const struct ks_activity_cell *activity = NULL;

	if (request->kind != KS_REQUEST_CALL || request->region == NULL ||
	    request->op == KS_OP_GET_REGIONS)
		return task;
	task.scope = ks_scope_find(store, request->profile, request->region);
	if (input->bucket != NULL)
		bucket = ks_bucket_find_cell(store, task.scope, input->bucket);
	if (request->op == KS_OP_GET_OPERATION && input->operation_id != NULL)
		activity = ks_activities_find_operation(store, task.scope, input->operation_id);
	task.bucket = bucket != NULL ? bucket->entry.id : 0;
	task.activity = activity != NULL ? activity->activity.id : 0;
	task.change = ks_changes_submitted(store, task.scope, request, id);
	return task;
}

static void note_operations_token(
    struct ks_store *store, const struct ks_task *task, const struct ks_request *request)
{
	struct ks_operation_pass *pass;

	if (task->scope >= store->n_scopes)
		return;
	pass = &store->index->scopes[task->scope].operations;
	free(pass->asked);
	pass->asked =
	    request->input.page_token != NULL ? ks_strdup(request->input.page_token) : NULL;
}

static void begin(struct ks_store *store, const struct ks_task *task)
{
	struct ks_fetched *fetched = fetched_of(store, task);
	struct ks_bucket_cell *bucket = ks_bucket_cell(store, task->bucket);
	struct ks_activity_cell *activity = ks_activity_cell(store, task->activity);
	bool is_keys = task->kind == KS_REQUEST_CALL && task->op == KS_OP_GET_BUCKET_ACCESS_KEYS;

	if (fetched == NULL)
		return;
	if (is_keys)
		ks_keys_leave(store, bucket);
	ks_fetched_begin(fetched, task->id);
	if (is_keys)
		ks_keys_join(store, bucket);
	if (activity != NULL)
		ks_activities_schedule(store, activity);
}

static bool cancel_submitted(struct ks_store *store, const struct ks_request *request)
{
	struct ks_event late = {.err = {.kind = KS_ERR_CANCELLED}};
	struct ks_task *target = find_task(store, request->target);

	if (target == NULL)
		return ks_handovers_cancelled(store, request->target);
	if (target->cancelled) {
		ks_activities_call_ended(store, target, &late);
		remove_task(store, target);
	}
	return true;
}

static bool left_submitted(struct ks_store *store, const struct ks_request *request, uint64_t id)
{
	if (request->profile >= store->n_profiles)
		return false;
	store->profiles[request->profile].left_asked = true;
	store->profiles[request->profile].left_request = id;
	return false;
}

bool ks_tasks_submitted(struct ks_store *store, struct ks_event *event)
{
	const struct ks_request *request = event->submitted;
	struct ks_task task;

	if (request == NULL)
		return false;
	switch (request->kind) {
	case KS_REQUEST_CANCEL:
		return cancel_submitted(store, request);
	case KS_REQUEST_DELIVER:
		return ks_handovers_submitted(store, (uint32_t)request->target, event->request);
	case KS_REQUEST_NOTE:
		return ks_notes_submitted(store);
	case KS_REQUEST_LEFT:
		return left_submitted(store, request, event->request);
	case KS_REQUEST_ANSWER:
		return ks_questions_submitted(store, request->target);
	case KS_REQUEST_PROFILES:
		ks_fetched_begin(&store->catalog_fetched, event->request);
		return true;
	case KS_REQUEST_IDENTIFY:
	case KS_REQUEST_CALL:
		break;
	}
	task = task_for(store, request, event->request);
	if (task.kind == KS_REQUEST_CALL && task.op == KS_OP_GET_OPERATIONS)
		note_operations_token(store, &task, request);
	store->tasks =
	    ks_grow(store->tasks, store->n_tasks, &store->index->tasks_cap, sizeof *store->tasks);
	store->tasks[store->n_tasks++] = task;
	begin(store, &task);
	return true;
}

void ks_tasks_cancel(struct ks_store *store, uint64_t request)
{
	struct ks_task *task = request != 0 ? find_task(store, request) : NULL;

	if (task == NULL || ks_call(task->op)->changes)
		return;
	task->cancelled = true;
	if (task->change != 0)
		ks_changes_read_dropped(store, task->change, request);
}

/* ---- the worker answers ---- */

bool ks_tasks_retrying(struct ks_store *store, struct ks_event *event)
{
	struct ks_task *task = find_task(store, event->request);
	struct ks_fetched *fetched;

	if (task == NULL || task->cancelled || task->kind != KS_REQUEST_CALL)
		return false;
	fetched = fetched_of(store, task);
	if (fetched != NULL && fetched->request == task->id)
		fetched->retrying = true;
	ks_remedy(&event->err, task->op);
	return ks_activities_retrying(store, task, event);
}

bool ks_tasks_reply(struct ks_store *store, struct ks_event *event)
{
	struct ks_task *found = find_task(store, event->request);
	struct ks_task task;
	bool changed;

	if (found == NULL)
		return false;
	ks_warnings_add(store, event);
	task = *found;
	if ((event->kind == KS_EVENT_IDENTITY) != (task.kind == KS_REQUEST_IDENTIFY))
		return false;
	remove_task(store, found);
	if (task.kind == KS_REQUEST_IDENTIFY && task.cancelled)
		return false;
	if (task.kind == KS_REQUEST_IDENTIFY)
		return ks_profiles_identity(store, &task, event);
	if (event->err.kind == KS_ERR_NONE && event->reply == NULL)
		ks_err_set(&event->err, KS_ERR_REPLY, "There was an answer without content.");
	if (event->err.kind != KS_ERR_NONE)
		ks_remedy(&event->err, task.op);
	changed = ks_activities_call_ended(store, &task, event);
	if (task.cancelled)
		return changed;
	return calls[task.op].reply(store, &task, event) || changed;
}
