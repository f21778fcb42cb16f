#include <stdlib.h>
#include <string.h>

#include "core/aws/provider.h"
#include "core/base/mem.h"

struct ks_chain {
	const struct ks_provider *rows;
	size_t count;
	struct ks_provider_query query;
	size_t current; /* the row that is asked next, or that is pending */
	void *state;    /* the pending row's */
	struct ks_credentials_place *places;
	size_t place_count, place_cap;
};

struct ks_chain *ks_chain_new(
    const struct ks_provider *rows, size_t count, const struct ks_provider_query *query)
{
	struct ks_chain *chain = ks_calloc(1, sizeof *chain);

	chain->rows = rows;
	chain->count = count;
	chain->query = *query;
	return chain;
}

/* Is this row asked at all? */
static bool applies(const struct ks_provider *row, const struct ks_provider_query *query)
{
	switch (query->reach) {
	case KS_REACH_ALL:
		return true;
	case KS_REACH_PROFILE:
		return row->in_profile;
	case KS_REACH_SOURCE:
		return row->source != NULL && strcmp(row->source, query->source) == 0;
	}
	return false;
}

static void note_place(struct ks_chain *chain, const struct ks_provider_answer *answer)
{
	if (answer->place[0] == '\0')
		return;
	chain->places =
	    ks_grow(chain->places, chain->place_count, &chain->place_cap, sizeof *chain->places);
	chain->places[chain->place_count++] =
	    (struct ks_credentials_place){ks_strdup(answer->place), ks_strdup(answer->finding)};
}

enum ks_provider_result ks_chain_step(
    struct ks_chain *chain, struct ks_credentials *out, struct ks_err *err)
{
	while (chain->current < chain->count) {
		struct ks_provider_answer answer = {0};
		enum ks_provider_result result;

		if (!applies(&chain->rows[chain->current], &chain->query)) {
			chain->current++;
			continue;
		}
		ks_credentials_init(&answer.credentials);
		result = chain->rows[chain->current].step(&chain->query, &chain->state, &answer);
		if (result == KS_PROVIDER_PENDING)
			return result;
		chain->state = NULL;
		chain->current++;
		note_place(chain, &answer);
		if (result == KS_PROVIDER_DONE) {
			*out = answer.credentials;
			return result;
		}
		ks_credentials_clear(&answer.credentials);
		if (result == KS_PROVIDER_FAILED) {
			*err = answer.err;
			return result;
		}
	}
	return KS_PROVIDER_NOT_MINE;
}

void ks_chain_free(struct ks_chain *chain)
{
	if (chain == NULL)
		return;
	if (chain->state != NULL && chain->rows[chain->current].drop != NULL)
		chain->rows[chain->current].drop(chain->state);
	for (size_t i = 0; i < chain->place_count; i++) {
		free(chain->places[i].place);
		free(chain->places[i].finding);
	}
	free(chain->places);
	free(chain);
}

size_t ks_chain_place_count(const struct ks_chain *chain)
{
	return chain->place_count;
}

const struct ks_credentials_place *ks_chain_place(const struct ks_chain *chain, size_t index)
{
	return &chain->places[index];
}
