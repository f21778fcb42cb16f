#include "tui/parting.h"

#define NEXT_START "start keysail again, which shows what was left open"

/* Confirmed, or given up together with its key. */
static bool is_settled(const struct ks_store *store, const struct ks_handover *handover)
{
	return handover->confirmed ||
	       (handover->state == KS_HANDOVER_OVER &&
		   ks_store_key(store, handover->bucket, ks_str_raw(&handover->key_id)) == NULL);
}

/* "was not delivered": no more than is known. */
static void tell_how_it_stands(const struct ks_handover *handover, FILE *out)
{
	bool went_out = handover->state == KS_HANDOVER_UNCONFIRMED ||
			(handover->state == KS_HANDOVER_OVER && handover->way != NULL);

	if (handover->state == KS_HANDOVER_DELIVERING)
		fputs("was being delivered, and may have arrived", out);
	else if (went_out)
		fprintf(out, "went out (%s), but nobody said that it arrived", handover->way);
	else if (handover->err.kind != KS_ERR_NONE)
		fputs("was not delivered, as far as is known", out);
	else
		fputs("was not delivered", out);
}

static void tell_handover(const struct ks_handover *handover, bool shown_again, FILE *out)
{
	/* What was given up is left no longer: the user has seen it. */
	bool is_open = handover->state != KS_HANDOVER_OVER && shown_again;

	fprintf(out, "keysail: the secret of key %s of bucket %s ", ks_str_clean(&handover->key_id),
	    ks_str_clean(&handover->bucket_name));
	tell_how_it_stands(handover, out);
	fprintf(out, "; %s\n", is_open ? NEXT_START : "delete the key if nobody has it");
}

static void tell_change(const struct ks_change *change, bool shown_again, FILE *out)
{
	fprintf(out, "keysail: %s bucket %s was under way; %slook at its keys again\n",
	    change->kind == KS_CHANGE_CREATE ? "making a key for" : "deleting a key of",
	    ks_str_clean(&change->bucket_name), shown_again ? NEXT_START ", or " : "");
}

void ks_parting_tell(const struct ks_store *store, bool shown_again, FILE *out)
{
	for (size_t i = 0; i < store->n_handovers; i++)
		if (!is_settled(store, &store->handovers[i]))
			tell_handover(&store->handovers[i], shown_again, out);
	for (size_t i = 0; i < store->n_changes; i++)
		if (store->changes[i].state == KS_CHANGE_SENT ||
		    store->changes[i].state == KS_CHANGE_UNCLEAR)
			tell_change(&store->changes[i], shown_again, out);
}
