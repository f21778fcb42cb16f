#include "core/state/plan.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/state/index.h"

/* One call of ks_plan_next. */
struct planner {
	const struct ks_store *store;
	const struct ks_hints *hints;
	int64_t now;
	int64_t refresh;                   /* ms */
	size_t room;                       /* reads that may still be planned */
	uint32_t keys[KS_PLAN_WINDOW_MAX]; /* buckets whose keys are in this plan */
	size_t n_keys;
	struct ks_plan *plan;
};

/* ---- small steps ---- */

static struct ks_request *add(struct planner *planner, enum ks_request_kind kind)
{
	struct ks_plan *plan = planner->plan;
	struct ks_request *request = ks_request_new(kind);

	plan->requests =
	    ks_grow(plan->requests, plan->count, &plan->cap, sizeof(struct ks_request *));
	plan->requests[plan->count++] = request;
	return request;
}

static struct ks_request *add_call(
    struct planner *planner, uint32_t scope_index, enum ks_op op, enum ks_priority priority)
{
	const struct ks_scope *scope = &planner->store->scopes[scope_index];
	struct ks_request *request = add(planner, KS_REQUEST_CALL);

	request->profile = scope->profile;
	request->region = ks_strdup(scope->region);
	request->op = op;
	request->priority = priority;
	return request;
}

/* True when the moment has come; else the plan wakes then. */
static bool is_due(struct planner *planner, int64_t at)
{
	if (at <= planner->now)
		return true;
	if (at < planner->plan->wake)
		planner->plan->wake = at;
	return false;
}

/* Due, and there is room for one more read. What finds none is planned when an answer comes. */
static bool may_read(struct planner *planner, int64_t at)
{
	if (!is_due(planner, at) || planner->room == 0)
		return false;
	planner->room--;
	return true;
}

/* ---- identities and regions ---- */

static bool is_temporary(const struct ks_fetched *fetched)
{
	return fetched->err != NULL &&
	       (fetched->err->kind == KS_ERR_NETWORK || fetched->err->kind == KS_ERR_TIMEOUT);
}

static void plan_identity(struct planner *planner, uint32_t index)
{
	const struct ks_profile *profile = &planner->store->profiles[index];
	const struct ks_fetched *identity = &profile->identity;
	struct ks_request *request;

	if (!profile->chosen ||
	    !is_due(planner,
		ks_fetched_due(identity, 0, is_temporary(identity) ? planner->refresh : 0)))
		return;
	request = add(planner, KS_REQUEST_IDENTIFY);
	request->priority = KS_PRIORITY_CHANGE;
	request->profile = index;
	request->profile_name = ks_strdup_maybe(profile->name);
	request->profile_explicit = profile->is_explicit;
}

static void plan_regions(struct planner *planner, uint32_t index)
{
	const struct ks_profile *profile = &planner->store->profiles[index];
	struct ks_request *request;

	if (!profile->chosen || profile->identity.state != KS_FETCH_KNOWN ||
	    !ks_profile_wants_regions(planner->store, profile) ||
	    !is_due(planner, ks_fetched_due(&profile->regions, 0, planner->refresh)))
		return;
	request = add(planner, KS_REQUEST_CALL);
	request->priority = KS_PRIORITY_PAGE;
	request->profile = index;
	request->op = KS_OP_GET_REGIONS;
	request->region = ks_strdup(ks_profile_regions_from(profile));
}

/* ---- changes and what they need ---- */

static void add_keys(struct planner *planner, uint32_t scope, const char *bucket,
    uint32_t bucket_id, enum ks_priority priority)
{
	struct ks_request *request =
	    add_call(planner, scope, KS_OP_GET_BUCKET_ACCESS_KEYS, priority);

	request->input.bucket = ks_strdup(bucket);
	if (planner->n_keys < KS_PLAN_WINDOW_MAX)
		planner->keys[planner->n_keys++] = bucket_id;
}

static void plan_change(struct planner *planner, const struct ks_change *change)
{
	const char *bucket = ks_str_raw(&change->bucket_name);
	bool creates = change->kind == KS_CHANGE_CREATE;
	struct ks_request *request;

	if (change->request != 0)
		return;
	switch (change->state) {
	case KS_CHANGE_UNCLEAR:
		if (!is_due(planner, change->next_try))
			break;
		/* fall through */
	case KS_CHANGE_CHECKING:
		add_keys(planner, change->scope, bucket, change->bucket, KS_PRIORITY_CHANGE);
		break;
	case KS_CHANGE_READY:
		request = add_call(planner, change->scope,
		    creates ? KS_OP_CREATE_BUCKET_ACCESS_KEY : KS_OP_DELETE_BUCKET_ACCESS_KEY,
		    KS_PRIORITY_CHANGE);
		request->input.bucket = ks_strdup(bucket);
		request->input.key_id = creates ? NULL : ks_strdup(ks_str_raw(&change->key_id));
		ks_str_list_copy(&request->known, &change->known);
		request->sink = ks_strdup_maybe(change->sink);
		request->replace = change->replace;
		break;
	default:
		break;
	}
}

/* ---- secrets and the journal ---- */

/* Without room in the secure heap it goes without the secret, and the worker says so. */
static void plan_delivery(struct planner *planner, const struct ks_handover *handover)
{
	const struct ks_scope *scope = &planner->store->scopes[handover->scope];
	struct ks_request *request;
	struct ks_err err;

	if (handover->state != KS_HANDOVER_DELIVERING || handover->request != 0)
		return;
	request = add(planner, KS_REQUEST_DELIVER);
	request->priority = KS_PRIORITY_CHANGE;
	request->profile = scope->profile;
	request->region = ks_strdup(scope->region);
	request->input.bucket = ks_strdup(ks_str_raw(&handover->bucket_name));
	request->input.key_id = ks_strdup(ks_str_raw(&handover->key_id));
	request->sink = ks_strdup(handover->sink);
	request->replace = handover->replace;
	request->secret = ks_secret_dup(handover->secret, &err);
	request->target = handover->id;
}

static void plan_notes(struct planner *planner)
{
	const struct ks_store_index *index = planner->store->index;

	for (size_t i = 0; i < index->n_notes; i++) {
		const struct ks_note *note = &index->notes[i];
		struct ks_request *request = add(planner, KS_REQUEST_NOTE);

		memcpy(request->journal, note->journal, sizeof request->journal);
		request->step = note->step;
		request->input.key_id = ks_strdup_maybe(note->key_id);
		request->text = ks_strdup_maybe(note->text);
	}
}

/* Without room in the secure heap it is declined, and says why. */
static void plan_answer(struct planner *planner, const struct ks_open_question *question)
{
	struct ks_request *request;
	struct ks_err err;

	if (!question->answered)
		return;
	request = add(planner, KS_REQUEST_ANSWER);
	request->priority = KS_PRIORITY_CHANGE;
	request->profile = question->asked->profile;
	request->target = question->asked->id;
	if (question->answer == NULL) {
		request->text = ks_strdup_maybe(question->reason);
		return;
	}
	request->secret = ks_secret_dup(question->answer, &err);
	if (request->secret == NULL)
		request->text = ks_strdup(err.message);
}

/* Who may change nothing has no use for it. */
static void plan_left(struct planner *planner, uint32_t index)
{
	const struct ks_profile *profile = &planner->store->profiles[index];

	if (profile->chosen && profile->identity.state == KS_FETCH_KNOWN && planner->hints->left &&
	    !profile->left_asked && !planner->store->read_only)
		add(planner, KS_REQUEST_LEFT)->profile = index;
}

/* ---- buckets ---- */

static int64_t page_due(const struct planner *planner, const struct ks_scope *scope)
{
	if (scope->page_token != NULL && scope->buckets.request == 0)
		return 0;
	return ks_fetched_due(&scope->buckets, planner->refresh, planner->refresh);
}

static void plan_page(struct planner *planner, uint32_t index)
{
	const struct ks_scope *scope = &planner->store->scopes[index];
	struct ks_request *request;

	if (!scope->chosen || !may_read(planner, page_due(planner, scope)))
		return;
	request = add_call(planner, index, KS_OP_GET_BUCKETS, KS_PRIORITY_PAGE);
	request->input.page_token = ks_strdup_maybe(scope->page_token);
	request->input.connected_resources = true;
}

static bool is_planned(const struct planner *planner, uint32_t bucket)
{
	for (size_t i = 0; i < planner->n_keys; i++)
		if (planner->keys[i] == bucket)
			return true;
	return false;
}

/* A bucket that somebody looks at: its keys are refreshed as often as the lists. */
static void plan_shown_keys(struct planner *planner, uint32_t id, enum ks_priority priority)
{
	const struct ks_bucket_entry *entry = ks_store_bucket(planner->store, id);

	if (entry == NULL || is_planned(planner, id) ||
	    !may_read(
		planner, ks_fetched_due(&entry->keys_fetched, planner->refresh, planner->refresh)))
		return;
	add_keys(planner, entry->scope, ks_str_raw(&entry->bucket.name), id, priority);
}

static void plan_selected_operations(struct planner *planner)
{
	const struct ks_bucket_cell *cell =
	    ks_bucket_cell(planner->store, planner->hints->selected);
	const struct ks_fetched *fetched;
	struct ks_request *request;

	if (cell == NULL || !planner->hints->operations)
		return;
	fetched = &cell->entry.operations_fetched;
	if (!fetched->wanted || fetched->request != 0 || !may_read(planner, planner->now))
		return;
	request = add_call(
	    planner, cell->entry.scope, KS_OP_GET_OPERATIONS_FOR_RESOURCE, KS_PRIORITY_VISIBLE);
	request->input.bucket = ks_strdup(ks_str_raw(&cell->entry.bucket.name));
	request->input.page_token = ks_strdup_maybe(cell->resource_token);
}

static const struct ks_bucket_cell *cell_of_keys(const struct ks_due *node)
{
	return (const struct ks_bucket_cell *)((const char *)node -
					       offsetof(struct ks_bucket_cell, keys_due));
}

static void plan_other_keys(struct planner *planner)
{
	struct ks_due_walk walk;
	const struct ks_due *node;

	ks_due_walk_begin(&walk, &planner->store->index->keys_due);
	while (planner->room > 0 && (node = ks_due_walk_next(&walk)) != NULL &&
	       is_due(planner, node->at)) {
		const struct ks_bucket_entry *entry = &cell_of_keys(node)->entry;

		if (is_planned(planner, entry->id))
			continue;
		planner->room--;
		add_keys(planner, entry->scope, ks_str_raw(&entry->bucket.name), entry->id,
		    KS_PRIORITY_REST);
	}
}

/* ---- operations ---- */

static const struct ks_activity_cell *cell_of_poll(const struct ks_due *node)
{
	return (const struct ks_activity_cell *)((const char *)node -
						 offsetof(struct ks_activity_cell, poll_due));
}

static void plan_polls(struct planner *planner)
{
	struct ks_due_walk walk;
	const struct ks_due *node;

	ks_due_walk_begin(&walk, &planner->store->index->polls_due);
	while (planner->room > 0 && (node = ks_due_walk_next(&walk)) != NULL &&
	       is_due(planner, node->at)) {
		const struct ks_activity *activity = &cell_of_poll(node)->activity;
		struct ks_request *request;

		planner->room--;
		request =
		    add_call(planner, activity->scope, KS_OP_GET_OPERATION, KS_PRIORITY_VISIBLE);
		request->input.operation_id = ks_strdup(ks_str_raw(&activity->operation.id));
	}
}

static void plan_operations_page(struct planner *planner, uint32_t index)
{
	const struct ks_scope *scope = &planner->store->scopes[index];
	const struct ks_fetched *fetched = &scope->operations;
	const struct ks_operation_pass *pass = &planner->store->index->scopes[index].operations;
	int64_t due = ks_fetched_due(fetched, planner->refresh, planner->refresh);
	struct ks_request *request;

	/* Buckets first: a region where they can't be read would only say the same once more. */
	if (!scope->chosen || scope->buckets.state != KS_FETCH_KNOWN ||
	    scope->buckets.request != 0 || page_due(planner, scope) <= planner->now)
		return;
	if (pass->running && fetched->request == 0)
		due = 0;
	if (!may_read(planner, due))
		return;
	request = add_call(planner, index, KS_OP_GET_OPERATIONS, KS_PRIORITY_REST);
	request->input.page_token = ks_strdup_maybe(pass->running ? pass->next : pass->last);
}

/* ---- the whole ---- */

static void plan_cancels(struct planner *planner)
{
	const struct ks_store *store = planner->store;

	for (size_t i = 0; i < store->n_tasks; i++)
		if (store->tasks[i].cancelled)
			add(planner, KS_REQUEST_CANCEL)->target = store->tasks[i].id;
	for (size_t i = 0; i < store->n_handovers; i++)
		if (store->handovers[i].to_cancel != 0)
			add(planner, KS_REQUEST_CANCEL)->target = store->handovers[i].to_cancel;
}

static size_t reads_under_way(const struct ks_store *store)
{
	size_t count = 0;

	for (size_t i = 0; i < store->n_tasks; i++) {
		const struct ks_task *task = &store->tasks[i];

		count += task->kind == KS_REQUEST_CALL && !task->cancelled &&
			 !ks_call(task->op)->changes;
	}
	return count;
}

static size_t window(const struct ks_store *store)
{
	size_t window = KS_PLAN_WINDOW, chosen = 0;

	for (size_t i = 0; i < store->n_scopes && window < KS_PLAN_WINDOW_MAX; i++)
		if (store->scopes[i].chosen && chosen++ > 0)
			window += KS_PLAN_WINDOW_MORE;
	return window;
}

static void plan_shown(struct planner *planner)
{
	const struct ks_hints *hints = planner->hints;

	plan_shown_keys(planner, hints->selected, KS_PRIORITY_SELECTED);
	for (size_t i = 0; i < hints->n_visible; i++)
		plan_shown_keys(planner, hints->visible[i], KS_PRIORITY_VISIBLE);
	plan_selected_operations(planner);
}

void ks_plan_next(
    const struct ks_store *store, const struct ks_hints *hints, int64_t now, struct ks_plan *plan)
{
	size_t under_way = reads_under_way(store), most = window(store);
	struct planner planner = {
	    .store = store,
	    .hints = hints,
	    .now = now,
	    .refresh = (int64_t)store->refresh_seconds * 1000,
	    .room = under_way < most ? most - under_way : 0,
	    .plan = plan,
	};

	plan->count = 0;
	plan->wake = KS_TIME_NEVER;
	plan_cancels(&planner);
	plan_notes(&planner);
	for (size_t i = 0; i < store->n_questions; i++)
		plan_answer(&planner, &store->questions[i]);
	if (store->catalog_fetched.wanted && store->catalog_fetched.request == 0)
		add(&planner, KS_REQUEST_PROFILES);
	for (uint32_t i = 0; i < store->n_profiles; i++)
		plan_identity(&planner, i);
	if (store->index->identities_only)
		return;
	for (uint32_t i = 0; i < store->n_profiles; i++)
		plan_left(&planner, i);
	for (size_t i = 0; i < store->n_handovers; i++)
		plan_delivery(&planner, &store->handovers[i]);
	for (size_t i = 0; i < store->n_changes; i++)
		plan_change(&planner, &store->changes[i]);
	for (uint32_t i = 0; i < store->n_profiles; i++)
		plan_regions(&planner, i);
	for (uint32_t i = 0; i < store->n_scopes; i++)
		plan_page(&planner, i);
	plan_shown(&planner);
	if (hints->operations)
		plan_polls(&planner);
	plan_other_keys(&planner);
	for (uint32_t i = 0; hints->operations && i < store->n_scopes; i++)
		plan_operations_page(&planner, i);
}

void ks_plan_notes(const struct ks_store *store, struct ks_plan *plan)
{
	struct planner planner = {.store = store, .plan = plan};

	plan->count = 0;
	plan->wake = KS_TIME_NEVER;
	plan_notes(&planner);
}

void ks_plan_free(struct ks_plan *plan)
{
	free(plan->requests);
	*plan = (struct ks_plan){0};
}
