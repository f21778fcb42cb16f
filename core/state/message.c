#include "core/state/message.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

struct ks_request *ks_request_new(enum ks_request_kind kind)
{
	struct ks_request *request = ks_calloc(1, sizeof *request);

	request->kind = kind;
	request->priority = KS_PRIORITY_REST;
	return request;
}

struct ks_request *ks_request_copy(const struct ks_request *request)
{
	struct ks_request *copy = ks_malloc(sizeof *copy);

	*copy = *request;
	copy->profile_name = ks_strdup_maybe(request->profile_name);
	copy->region = ks_strdup_maybe(request->region);
	copy->sink = ks_strdup_maybe(request->sink);
	copy->text = ks_strdup_maybe(request->text);
	copy->input = (struct ks_call_input){0};
	ks_call_input_copy(&copy->input, &request->input);
	ks_str_list_copy(&copy->known, &request->known);
	copy->secret = NULL;
	return copy;
}

void ks_request_free(struct ks_request *request)
{
	if (request == NULL)
		return;
	free(request->profile_name);
	free(request->region);
	ks_call_input_free(&request->input);
	ks_str_list_free(&request->known);
	free(request->sink);
	ks_secret_free(request->secret);
	free(request->text);
	free(request);
}

void ks_identity_info_free(struct ks_identity_info *info)
{
	if (info == NULL)
		return;
	for (size_t i = 0; i < info->n_looked; i++) {
		free(info->looked[i].place);
		free(info->looked[i].finding);
	}
	free(info->looked);
	ks_str_list_free(&info->warnings);
	free(info->profile);
	free(info->source);
	free(info->access_key_id);
	free(info->account);
	free(info->region);
	free(info->endpoint);
	free(info);
}

void ks_question_free(struct ks_question *question)
{
	if (question == NULL)
		return;
	free(question->prompt);
	free(question->why);
	free(question->last_error);
	free(question);
}

bool ks_identity_is_environment(const struct ks_identity_info *info)
{
	return info->source != NULL && strcmp(info->source, "environment") == 0;
}

void ks_catalog_free(struct ks_catalog *catalog)
{
	for (size_t i = 0; i < catalog->count; i++) {
		ks_str_free(&catalog->entries[i].name);
		free(catalog->entries[i].sign_in);
		free(catalog->entries[i].region);
	}
	free(catalog->entries);
	free(catalog->default_rule);
	*catalog = (struct ks_catalog){0};
}

struct ks_event *ks_event_new(enum ks_event_kind kind, int64_t at)
{
	struct ks_event *event = ks_calloc(1, sizeof *event);

	event->kind = kind;
	event->at = at;
	return event;
}

void ks_event_free(struct ks_event *event)
{
	if (event == NULL)
		return;
	ks_identity_info_free(event->identity);
	if (event->reply != NULL)
		ks_reply_free(event->reply);
	free(event->reply);
	ks_question_free(event->question);
	ks_request_free(event->submitted);
	ks_journal_list_free(&event->left);
	if (event->choice != NULL)
		ks_choice_free(event->choice);
	free(event->choice);
	if (event->catalog != NULL)
		ks_catalog_free(event->catalog);
	free(event->catalog);
	free(event->warning);
	free(event->key_id);
	free(event->sink);
	free(event->way);
	ks_secret_free(event->secret);
	free(event->reason);
	free(event);
}
