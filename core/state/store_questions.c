#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/state/index.h"

void ks_open_question_free(struct ks_open_question *question)
{
	ks_question_free(question->asked);
	ks_secret_free(question->answer);
	free(question->reason);
}

/* ---- look-ups ---- */

static struct ks_open_question *find_question(const struct ks_store *store, uint64_t id)
{
	for (size_t i = 0; i < store->n_questions; i++)
		if (store->questions[i].asked->id == id)
			return &store->questions[i];
	return NULL;
}

const struct ks_question *ks_store_next_question(const struct ks_store *store)
{
	for (size_t i = 0; i < store->n_questions; i++)
		if (!store->questions[i].answered)
			return store->questions[i].asked;
	return NULL;
}

const struct ks_question *ks_store_question(const struct ks_store *store, uint64_t id)
{
	const struct ks_open_question *question = find_question(store, id);

	return question != NULL && !question->answered ? question->asked : NULL;
}

const struct ks_question *ks_store_question_of(const struct ks_store *store, uint32_t profile)
{
	for (size_t i = 0; i < store->n_questions; i++)
		if (!store->questions[i].answered && store->questions[i].asked->profile == profile)
			return store->questions[i].asked;
	return NULL;
}

/* ---- events ---- */

static size_t count_waiting(const struct ks_store *store)
{
	size_t count = 0;

	for (size_t i = 0; i < store->n_questions; i++)
		count += !store->questions[i].answered;
	return count;
}

static void remove_question(struct ks_store *store, struct ks_open_question *question)
{
	size_t place = (size_t)(question - store->questions);

	ks_open_question_free(question);
	store->n_questions--;
	memmove(question, question + 1, (store->n_questions - place) * sizeof *question);
}

/* Whom nobody can ask about is told so at once: the worker must not wait for it. */
static void add_question(struct ks_store *store, struct ks_question *asked)
{
	bool waits = asked->profile < store->n_profiles && count_waiting(store) < KS_QUESTIONS_MAX;

	store->questions = ks_grow(store->questions, store->n_questions,
	    &store->index->questions_cap, sizeof *store->questions);
	store->questions[store->n_questions++] = (struct ks_open_question){
	    .asked = asked,
	    .answered = !waits,
	    .reason = waits ? NULL : ks_strdup("there are too many questions at once"),
	};
}

bool ks_questions_asked(struct ks_store *store, struct ks_event *event)
{
	struct ks_question *asked = event->question;
	struct ks_open_question *before;

	if (asked == NULL || asked->id == 0 || asked->prompt == NULL || asked->why == NULL)
		return false;
	before = find_question(store, asked->id);
	if (before != NULL)
		remove_question(store, before);
	add_question(store, asked);
	event->question = NULL;
	return true;
}

bool ks_questions_over(struct ks_store *store, struct ks_event *event)
{
	struct ks_open_question *question = find_question(store, event->target);
	bool waited = question != NULL && !question->answered;

	if (question != NULL)
		remove_question(store, question);
	return waited;
}

bool ks_questions_answer(struct ks_store *store, struct ks_event *event)
{
	struct ks_open_question *question = find_question(store, event->target);

	if (question == NULL || question->answered)
		return false;
	question->answered = true;
	question->answer = event->secret;
	question->reason = event->reason;
	event->secret = NULL;
	event->reason = NULL;
	return true;
}

bool ks_questions_submitted(struct ks_store *store, uint64_t id)
{
	struct ks_open_question *question = find_question(store, id);

	if (question != NULL && question->answered)
		remove_question(store, question);
	return false;
}
