#include "core/state/store.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/state/index.h"

uint32_t ks_store_next_id(struct ks_store *store)
{
	return ++store->index->last_id;
}

/* ---- life ---- */

static void take_choice(struct ks_store *store, const struct ks_store_options *options)
{
	for (size_t i = 0; i < options->n_profiles; i++)
		ks_choice_add(&store->choice.profiles, options->profiles[i]);
	for (size_t i = 0; i < options->n_regions; i++)
		ks_choice_add(&store->choice.regions, options->regions[i]);
	store->choice.all_regions = options->all_regions;
	store->index->choice_is_remembered = options->remembered;
}

struct ks_store *ks_store_new(const struct ks_store_options *options)
{
	struct ks_store *store = ks_calloc(1, sizeof *store);

	store->index = ks_calloc(1, sizeof *store->index);
	store->index->findings_now = KS_TIME_NONE;
	if (options->only_bucket != NULL)
		store->index->only_bucket = ks_strdup(options->only_bucket);
	store->index->identities_only = options->identities_only;
	store->generation = 1;
	store->read_only = options->read_only;
	store->no_secrets = options->no_secrets;
	store->refresh_seconds = options->refresh_seconds > 0 ? options->refresh_seconds : 0;
	store->policy = options->policy;
	ks_fetched_reset(&store->catalog_fetched);
	take_choice(store, options);
	ks_choice_apply(store);
	return store;
}

static void free_profile(struct ks_profile *profile)
{
	free(profile->name);
	ks_fetched_free(&profile->identity);
	ks_fetched_free(&profile->regions);
	ks_identity_info_free(profile->info);
}

static void free_scope(struct ks_scope *scope, struct ks_scope_cell *cell)
{
	for (size_t i = 0; i < scope->n_entries; i++)
		ks_bucket_cell_free((struct ks_bucket_cell *)scope->entries[i]);
	free(scope->entries);
	free(scope->region);
	ks_str_free(&scope->display_name);
	ks_fetched_free(&scope->buckets);
	ks_fetched_free(&scope->operations);
	free(scope->page_token);
	ks_seen_free(&cell->seen);
	ks_operation_pass_free(&cell->operations);
}

static void free_index(struct ks_store_index *index)
{
	ks_map_free(&index->buckets);
	ks_map_free(&index->activities);
	ks_map_free(&index->operations);
	ks_due_heap_free(&index->keys_due);
	ks_due_heap_free(&index->findings_due);
	ks_due_heap_free(&index->polls_due);
	free(index->scopes);
	free(index->only_bucket);
	free(index);
}

void ks_store_free(struct ks_store *store)
{
	if (store == NULL)
		return;
	for (size_t i = 0; i < store->n_handovers; i++)
		ks_handover_free(&store->handovers[i]);
	for (size_t i = 0; i < store->n_changes; i++)
		ks_change_free(&store->changes[i]);
	for (size_t i = 0; i < store->n_left; i++)
		ks_left_free(&store->left[i]);
	for (size_t i = 0; i < store->n_questions; i++)
		ks_open_question_free(&store->questions[i]);
	for (size_t i = 0; i < store->n_activities; i++)
		ks_activity_cell_free((struct ks_activity_cell *)store->activities[i]);
	for (size_t i = 0; i < store->n_scopes; i++)
		free_scope(&store->scopes[i], &store->index->scopes[i]);
	for (size_t i = 0; i < store->n_profiles; i++)
		free_profile(&store->profiles[i]);
	ks_choice_free(&store->choice);
	ks_catalog_free(&store->catalog);
	ks_fetched_free(&store->catalog_fetched);
	free(store->profiles);
	free(store->scopes);
	free(store->changes);
	free(store->handovers);
	free(store->left);
	free(store->questions);
	free(store->activities);
	free(store->tasks);
	free(store->warning);
	ks_str_list_free(&store->gone);
	ks_str_list_free(&store->remarks);
	ks_notes_free(store);
	free_index(store->index);
	free(store);
}

/* ---- events ---- */

static void refresh_all(struct ks_store *store)
{
	ks_profiles_refresh(store);
	for (size_t i = 0; i < store->n_scopes; i++) {
		struct ks_scope *scope = &store->scopes[i];

		if (!scope->chosen)
			continue;
		scope->buckets.wanted |= scope->buckets.request == 0;
		scope->operations.wanted |= scope->operations.request == 0;
		for (size_t j = 0; j < scope->n_entries; j++)
			ks_keys_want(store, (struct ks_bucket_cell *)scope->entries[j]);
	}
}

static bool refresh(struct ks_store *store, struct ks_event *event)
{
	struct ks_bucket_cell *cell;

	if (event->bucket == 0) {
		refresh_all(store);
		return true;
	}
	cell = ks_bucket_cell(store, event->bucket);
	if (cell == NULL)
		return false;
	ks_keys_want(store, cell);
	cell->entry.operations_fetched.wanted |= cell->entry.operations_fetched.request == 0;
	return true;
}

typedef bool apply_fn(struct ks_store *store, struct ks_event *event);

static apply_fn *const on_event[] = {
    [KS_EVENT_IDENTITY] = ks_tasks_reply,
    [KS_EVENT_RENEWED] = ks_profiles_renewed,
    [KS_EVENT_RETRYING] = ks_tasks_retrying,
    [KS_EVENT_REPLY] = ks_tasks_reply,
    [KS_EVENT_SINK] = ks_handovers_sink,
    [KS_EVENT_LEFT] = ks_left_arrived,
    [KS_EVENT_PROFILES] = ks_choice_catalog,
    [KS_EVENT_WARNING] = ks_warnings_add,
    [KS_EVENT_QUESTION] = ks_questions_asked,
    [KS_EVENT_QUESTION_OVER] = ks_questions_over,
    [KS_EVENT_SUBMITTED] = ks_tasks_submitted,
    [KS_EVENT_REFRESH] = refresh,
    [KS_EVENT_CREATE] = ks_changes_create,
    [KS_EVENT_DELETE] = ks_changes_delete,
    [KS_EVENT_DELIVER] = ks_handovers_event,
    [KS_EVENT_DELIVERED] = ks_handovers_event,
    [KS_EVENT_NOT_ARRIVED] = ks_handovers_event,
    [KS_EVENT_ARRIVED] = ks_handovers_event,
    [KS_EVENT_GIVE_UP] = ks_handovers_event,
    [KS_EVENT_DISMISS] = ks_changes_dismiss,
    [KS_EVENT_LEFT_SEEN] = ks_left_seen,
    [KS_EVENT_FORGET] = ks_left_forget,
    [KS_EVENT_ANSWER] = ks_questions_answer,
    [KS_EVENT_CHOOSE] = ks_choice_event,
    [KS_EVENT_PICK] = ks_choice_pick,
};

void ks_store_apply(struct ks_store *store, struct ks_event *event)
{
	if ((size_t)event->kind < sizeof on_event / sizeof on_event[0] &&
	    on_event[event->kind](store, event))
		store->generation++;
	ks_choice_settle(store);
	ks_event_free(event);
}
