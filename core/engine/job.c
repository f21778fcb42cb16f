#include "core/engine/job.h"

#include <stddef.h>
#include <stdlib.h>

#include "core/base/mem.h"

#define BODY_MAX ((size_t)128 * 1024)

struct ks_job *ks_job_new(struct ks_request *request)
{
	struct ks_job *job = ks_calloc(1, sizeof *job);

	job->request = request;
	job->call = ks_call(request->op);
	ks_buf_init(&job->body, BODY_MAX);
	return job;
}

void ks_job_free(struct ks_job *job)
{
	if (job == NULL)
		return;
	ks_transfer_free(job->transfer);
	ks_buf_free(&job->body);
	ks_request_free(job->request);
	free(job->warning);
	free(job->stale);
	free(job);
}

bool ks_job_is_too_early(struct ks_job *job, int64_t now)
{
	int64_t wait = job->mode == KS_RETRY_ADAPTIVE ? ks_pace_wait_ms(&job->peer->pace, now) : 0;

	if (wait > 0)
		job->due = now + wait;
	return wait > 0;
}

void ks_job_list_append(struct ks_job_list *list, struct ks_job *job)
{
	job->next = NULL;
	if (list->first == NULL)
		list->first = job;
	else
		list->last->next = job;
	list->last = job;
}

void ks_job_list_prepend(struct ks_job_list *list, struct ks_job *job)
{
	job->next = list->first;
	list->first = job;
	if (list->last == NULL)
		list->last = job;
}

void ks_job_list_remove(struct ks_job_list *list, struct ks_job *job)
{
	struct ks_job *before = NULL, **link = &list->first;

	while (*link != job) {
		before = *link;
		link = &before->next;
	}
	*link = job->next;
	if (list->last == job)
		list->last = before;
	job->next = NULL;
}

struct ks_job *ks_job_list_find(const struct ks_job_list *list, uint64_t request)
{
	struct ks_job *job = list->first;

	while (job != NULL && job->request->id != request)
		job = job->next;
	return job;
}

void ks_job_list_clear(struct ks_job_list *list)
{
	while (list->first != NULL) {
		struct ks_job *job = list->first;

		ks_job_list_remove(list, job);
		ks_job_free(job);
	}
}
