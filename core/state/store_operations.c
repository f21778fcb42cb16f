#include <stdlib.h>

#include "core/base/mem.h"
#include "core/state/index.h"

/* ---- GetOperation ---- */

bool ks_operations_polled(struct ks_store *store, struct ks_task *task, struct ks_event *event)
{
	struct ks_activity_cell *cell = ks_activity_cell(store, task->activity);
	uint32_t scope;

	if (cell == NULL)
		return false;
	scope = cell->activity.scope;
	if (event->err.kind != KS_ERR_NONE)
		ks_fetched_failed(&cell->activity.polled, &event->err, event->at);
	else
		ks_fetched_known(&cell->activity.polled, event->at);
	ks_activities_schedule(store, cell);
	if (event->err.kind == KS_ERR_NONE)
		ks_activities_merge(store, scope, event->reply, NULL, event->at);
	return true;
}

/* ---- GetOperations ---- */

void ks_operation_pass_free(struct ks_operation_pass *pass)
{
	free(pass->asked);
	free(pass->next);
	free(pass->last);
	ks_seen_free(&pass->seen);
}

static void end_pass(struct ks_operation_pass *pass)
{
	free(pass->next);
	pass->next = NULL;
	pass->running = false;
	pass->pages = 0;
	ks_seen_free(&pass->seen);
}

static void keep_last(struct ks_operation_pass *pass, char **token)
{
	free(pass->last);
	pass->last = *token;
	*token = NULL;
}

void ks_operations_leave(struct ks_store *store, uint32_t scope)
{
	struct ks_operation_pass *pass = &store->index->scopes[scope].operations;

	ks_tasks_cancel(store, store->scopes[scope].operations.request);
	ks_fetched_reset(&store->scopes[scope].operations);
	ks_operation_pass_free(pass);
	*pass = (struct ks_operation_pass){0};
}

/* A token may have grown old: then all is read from the beginning, once. */
static bool begin_anew(struct ks_operation_pass *pass, const struct ks_err *err)
{
	if (pass->asked == NULL || pass->restarted || err->kind != KS_ERR_SERVICE ||
	    err->http_status >= 500)
		return false;
	free(pass->last);
	pass->last = NULL;
	pass->restarted = true;
	return true;
}

static void page_failed(
    struct ks_fetched *fetched, struct ks_operation_pass *pass, const struct ks_event *event)
{
	ks_fetched_failed(fetched, &event->err, event->at);
	fetched->wanted = begin_anew(pass, &event->err);
	end_pass(pass);
}

/* True: there is another page, and it is to be read now. */
static bool goes_on(struct ks_operation_pass *pass, struct ks_event *event)
{
	char **token = &event->reply->next_page_token;

	if (*token == NULL) {
		keep_last(pass, &pass->asked);
		return false;
	}
	if (!ks_seen_add(&pass->seen, *token)) {
		ks_err_set(&event->err, KS_ERR_REPLY,
		    "The list of operations never ends: the service gave the same page token "
		    "twice.");
		return false;
	}
	if (++pass->pages >= KS_OPERATION_PAGES_MAX) {
		keep_last(pass, token);
		return false;
	}
	free(pass->next);
	pass->next = *token;
	*token = NULL;
	return true;
}

bool ks_operations_page(struct ks_store *store, struct ks_task *task, struct ks_event *event)
{
	struct ks_operation_pass *pass;
	struct ks_fetched *fetched;

	if (task->scope >= store->n_scopes)
		return false;
	pass = &store->index->scopes[task->scope].operations;
	fetched = &store->scopes[task->scope].operations;
	if (event->err.kind != KS_ERR_NONE) {
		page_failed(fetched, pass, event);
		return true;
	}
	ks_activities_merge(store, task->scope, event->reply, NULL, event->at);
	pass->running = goes_on(pass, event);
	if (pass->running) {
		fetched->request = 0;
		fetched->retrying = false;
		return true;
	}
	if (event->err.kind != KS_ERR_NONE) {
		page_failed(fetched, pass, event);
		return true;
	}
	pass->restarted = false;
	end_pass(pass);
	ks_fetched_known(fetched, event->at);
	return true;
}

/* ---- GetOperationsForResource ---- */

bool ks_operations_resource(struct ks_store *store, struct ks_task *task, struct ks_event *event)
{
	struct ks_bucket_cell *cell = ks_bucket_cell(store, task->bucket);
	struct ks_reply *reply = event->reply;

	if (cell == NULL)
		return false;
	free(cell->resource_token);
	cell->resource_token = NULL;
	if (event->err.kind != KS_ERR_NONE) {
		cell->resource_pages = 0;
		ks_fetched_failed(&cell->entry.operations_fetched, &event->err, event->at);
		return true;
	}
	ks_activities_merge(store, cell->entry.scope, reply, NULL, event->at);
	if (reply->next_page_token != NULL && ++cell->resource_pages < KS_RESOURCE_PAGES_MAX) {
		cell->resource_token = reply->next_page_token;
		reply->next_page_token = NULL;
		ks_fetched_drop(&cell->entry.operations_fetched);
		cell->entry.operations_fetched.wanted = true;
		return true;
	}
	cell->resource_pages = 0;
	ks_fetched_known(&cell->entry.operations_fetched, event->at);
	return true;
}
