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
	    .state = KS_HANDOVER_HELD,
	    .change = change->id,
	    .bucket = change->bucket,
	    .scope = change->scope,
	    .secret = secret,
	    .since = at,
	};
	ks_str_copy(&handover->bucket_name, &change->bucket_name);
	ks_str_copy(&handover->key_id, &change->key_id);
}

static void deliver(struct ks_handover *handover, struct ks_event *event)
{
	free(handover->way);
	handover->way = event->way;
	event->way = NULL;
	handover->state = KS_HANDOVER_UNCONFIRMED;
	handover->since = event->at;
}

static void finish(struct ks_handover *handover, bool confirmed, int64_t at)
{
	ks_secret_free(handover->secret);
	handover->secret = NULL;
	handover->state = KS_HANDOVER_OVER;
	handover->confirmed = confirmed;
	handover->since = at;
}

/* What has not gone out can't have arrived; what is over stays over. */
static bool is_possible(const struct ks_handover *handover, enum ks_event_kind kind)
{
	bool delivered = handover->state == KS_HANDOVER_UNCONFIRMED;

	if (handover->state == KS_HANDOVER_OVER)
		return false;
	return kind == KS_EVENT_DELIVERED || kind == KS_EVENT_GIVE_UP || delivered;
}

bool ks_handovers_event(struct ks_store *store, struct ks_event *event)
{
	struct ks_handover *handover = find_handover(store, event->handover);

	if (handover == NULL || !is_possible(handover, event->kind))
		return false;
	switch (event->kind) {
	case KS_EVENT_DELIVERED:
		deliver(handover, event);
		break;
	case KS_EVENT_NOT_ARRIVED:
		handover->state = KS_HANDOVER_HELD;
		handover->since = event->at;
		break;
	case KS_EVENT_ARRIVED:
		finish(handover, true, event->at);
		break;
	default:
		finish(handover, false, event->at);
		if (event->delete_key)
			ks_changes_begin_delete(store, handover, event->at);
		break;
	}
	return true;
}
