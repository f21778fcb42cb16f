#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/state/index.h"

void ks_handover_free(struct ks_handover *handover)
{
	ks_secret_free(handover->secret);
	ks_str_free(&handover->bucket_name);
	ks_str_free(&handover->key_id);
	free(handover->way);
	free(handover->sink);
}

static struct ks_handover *find_handover(struct ks_store *store, uint32_t id)
{
	for (size_t i = 0; i < store->n_handovers; i++)
		if (store->handovers[i].id == id)
			return &store->handovers[i];
	return NULL;
}

/* Those that are over are kept for the words at the end; the oldest ones go. */
static void bound_over(struct ks_store *store)
{
	size_t over = 0, oldest = 0;

	for (size_t i = store->n_handovers; i-- > 0;) {
		if (store->handovers[i].state != KS_HANDOVER_OVER)
			continue;
		over++;
		oldest = i;
	}
	if (over <= KS_HANDOVERS_OVER_MAX)
		return;
	ks_handover_free(&store->handovers[oldest]);
	store->n_handovers--;
	memmove(&store->handovers[oldest], &store->handovers[oldest + 1],
	    (store->n_handovers - oldest) * sizeof *store->handovers);
}

/* Before the sink gets it: a command that takes it and never ends leaves nobody to say so. */
static void note_sink(struct ks_store *store, const struct ks_handover *handover)
{
	if (handover->sink != NULL)
		ks_notes_add(store, handover->journal, KS_JOURNAL_DELIVERING, NULL, handover->sink);
}

void ks_handovers_begin(
    struct ks_store *store, const struct ks_change *change, struct ks_secret *secret, int64_t at)
{
	struct ks_handover *handover;

	bound_over(store);
	store->handovers = ks_grow(store->handovers, store->n_handovers,
	    &store->index->handovers_cap, sizeof *store->handovers);
	handover = &store->handovers[store->n_handovers++];
	*handover = (struct ks_handover){
	    .id = ks_store_next_id(store),
	    .state = change->sink != NULL ? KS_HANDOVER_DELIVERING : KS_HANDOVER_HELD,
	    .change = change->id,
	    .bucket = change->bucket,
	    .scope = change->scope,
	    .secret = secret,
	    .since = at,
	    .sink = ks_strdup_maybe(change->sink),
	    .replace = change->replace,
	};
	memcpy(handover->journal, change->journal, sizeof handover->journal);
	note_sink(store, handover);
	ks_str_copy(&handover->bucket_name, &change->bucket_name);
	ks_str_copy(&handover->key_id, &change->key_id);
}

static void take_way(struct ks_store *store, struct ks_handover *handover, struct ks_event *event)
{
	free(handover->way);
	handover->way = event->way;
	event->way = NULL;
	ks_err_clear(&handover->err);
	if (handover->way != NULL)
		ks_notes_add(store, handover->journal, KS_JOURNAL_DELIVERED, NULL, handover->way);
}

static void go_back(struct ks_handover *handover, int64_t at)
{
	handover->state = KS_HANDOVER_HELD;
	handover->request = 0;
	handover->since = at;
}

static void finish(struct ks_store *store, struct ks_handover *handover, bool confirmed, int64_t at)
{
	ks_secret_free(handover->secret);
	handover->secret = NULL;
	handover->state = KS_HANDOVER_OVER;
	handover->confirmed = confirmed;
	handover->request = 0;
	handover->since = at;
	if (confirmed)
		ks_notes_add(store, handover->journal, KS_JOURNAL_CONFIRMED, NULL, NULL);
}

/* ---- what the user says ---- */

static void give_to_sink(
    struct ks_store *store, struct ks_handover *handover, struct ks_event *event)
{
	free(handover->sink);
	handover->sink = event->sink;
	handover->replace = event->replace;
	event->sink = NULL;
	note_sink(store, handover);
	ks_err_clear(&handover->err);
	handover->state = KS_HANDOVER_DELIVERING;
	handover->since = event->at;
}

static void went_out(struct ks_store *store, struct ks_handover *handover, struct ks_event *event)
{
	take_way(store, handover, event);
	free(handover->sink);
	handover->sink = NULL;
	handover->state = KS_HANDOVER_UNCONFIRMED;
	handover->since = event->at;
}

static void did_not_arrive(
    struct ks_store *store, struct ks_handover *handover, struct ks_event *event)
{
	(void)store;
	go_back(handover, event->at);
}

static void arrived(struct ks_store *store, struct ks_handover *handover, struct ks_event *event)
{
	finish(store, handover, true, event->at);
}

/* What becomes of a key that is to be deleted is known when it is gone. */
static void give_up(struct ks_store *store, struct ks_handover *handover, struct ks_event *event)
{
	handover->to_cancel = handover->request;
	finish(store, handover, false, event->at);
	if (event->delete_key)
		ks_changes_begin_delete(store, handover, event->at);
	else
		ks_notes_add(store, handover->journal, KS_JOURNAL_KEPT, NULL, NULL);
}

#define BIT(state) (1U << (state))
#define HERE       (BIT(KS_HANDOVER_HELD) | BIT(KS_HANDOVER_UNCONFIRMED))

/* What has not gone out can't have arrived; what is over stays over. */
static const struct {
	enum ks_event_kind kind;
	unsigned in; /* states */
	void (*apply)(struct ks_store *store, struct ks_handover *handover, struct ks_event *event);
} said[] = {
    {KS_EVENT_DELIVER, HERE, give_to_sink},
    {KS_EVENT_DELIVERED, HERE, went_out},
    {KS_EVENT_NOT_ARRIVED, BIT(KS_HANDOVER_UNCONFIRMED), did_not_arrive},
    {KS_EVENT_ARRIVED, BIT(KS_HANDOVER_UNCONFIRMED), arrived},
    {KS_EVENT_GIVE_UP, HERE | BIT(KS_HANDOVER_DELIVERING), give_up},
};

bool ks_handovers_event(struct ks_store *store, struct ks_event *event)
{
	struct ks_handover *handover = find_handover(store, event->handover);

	for (size_t i = 0; handover != NULL && i < sizeof said / sizeof said[0]; i++) {
		if (said[i].kind != event->kind || (said[i].in & BIT(handover->state)) == 0)
			continue;
		said[i].apply(store, handover, event);
		return true;
	}
	return false;
}

/* ---- what the worker says ---- */

bool ks_handovers_submitted(struct ks_store *store, uint32_t id, uint64_t request)
{
	struct ks_handover *handover = find_handover(store, id);

	if (handover == NULL || handover->state != KS_HANDOVER_DELIVERING)
		return false;
	handover->request = request;
	return true;
}

bool ks_handovers_cancelled(struct ks_store *store, uint64_t request)
{
	for (size_t i = 0; i < store->n_handovers; i++)
		if (store->handovers[i].to_cancel == request)
			store->handovers[i].to_cancel = 0;
	return false;
}

/* A file or a command that took the secret confirms itself. */
bool ks_handovers_sink(struct ks_store *store, struct ks_event *event)
{
	struct ks_handover *handover = NULL;
	/* It is about the user's file, whatever becomes of the secret. */
	bool warned = ks_warnings_add(store, event);

	for (size_t i = 0; i < store->n_handovers; i++)
		if (store->handovers[i].request == event->request)
			handover = &store->handovers[i];
	if (handover == NULL || handover->state != KS_HANDOVER_DELIVERING)
		return warned;
	if (event->err.kind == KS_ERR_NONE) {
		take_way(store, handover, event);
		finish(store, handover, true, event->at);
		return true;
	}
	go_back(handover, event->at);
	handover->err = event->err;
	return true;
}
