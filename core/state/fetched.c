#include <stdlib.h>

#include "core/base/hash.h"
#include "core/base/mem.h"
#include "core/state/index.h"

static void forget_err(struct ks_fetched *fetched)
{
	free(fetched->err);
	fetched->err = NULL;
}

void ks_fetched_begin(struct ks_fetched *fetched, uint64_t request)
{
	if (fetched->state == KS_FETCH_NEVER)
		fetched->state = KS_FETCH_ASKED;
	fetched->request = request;
	fetched->wanted = false;
	fetched->retrying = false;
}

void ks_fetched_known(struct ks_fetched *fetched, int64_t at)
{
	forget_err(fetched);
	fetched->state = KS_FETCH_KNOWN;
	fetched->at = at;
	fetched->tried_at = at;
	fetched->request = 0;
	fetched->retrying = false;
	fetched->failures = 0;
}

void ks_fetched_failed(struct ks_fetched *fetched, const struct ks_err *err, int64_t at)
{
	if (fetched->err == NULL)
		fetched->err = ks_malloc(sizeof *fetched->err);
	*fetched->err = *err;
	fetched->state = KS_FETCH_FAILED;
	fetched->tried_at = at;
	fetched->request = 0;
	fetched->retrying = false;
	fetched->failures++;
}

void ks_fetched_drop(struct ks_fetched *fetched)
{
	if (fetched->state == KS_FETCH_ASKED)
		fetched->state = KS_FETCH_NEVER;
	fetched->request = 0;
	fetched->retrying = false;
}

void ks_fetched_reset(struct ks_fetched *fetched)
{
	forget_err(fetched);
	*fetched = (struct ks_fetched){.at = KS_TIME_NONE, .tried_at = KS_TIME_NONE};
}

void ks_fetched_free(struct ks_fetched *fetched)
{
	forget_err(fetched);
}

/* Twice as long after each failure, from one refresh on. */
static int64_t backoff(const struct ks_fetched *fetched, int64_t refresh)
{
	int64_t wait = refresh;

	for (int i = 1; i < fetched->failures && wait < KS_LONGEST_BACKOFF_MS; i++)
		wait *= 2;
	if (wait > KS_LONGEST_BACKOFF_MS)
		wait = refresh > KS_LONGEST_BACKOFF_MS ? refresh : KS_LONGEST_BACKOFF_MS;
	return wait;
}

int64_t ks_fetched_due(const struct ks_fetched *fetched, int64_t interval, int64_t refresh)
{
	if (fetched->request != 0)
		return KS_TIME_NEVER;
	if (fetched->wanted || fetched->state == KS_FETCH_NEVER || fetched->state == KS_FETCH_ASKED)
		return 0;
	if (refresh == 0)
		return KS_TIME_NEVER;
	if (fetched->state == KS_FETCH_KNOWN)
		return interval > 0 ? fetched->at + interval : KS_TIME_NEVER;
	return fetched->tried_at + backoff(fetched, refresh);
}

bool ks_seen_add(struct ks_seen *seen, const char *token)
{
	uint64_t hash = ks_hash_text(KS_HASH_SEED, token);

	for (size_t i = 0; i < seen->count; i++)
		if (seen->hashes[i] == hash)
			return false;
	seen->hashes = ks_grow(seen->hashes, seen->count, &seen->cap, sizeof *seen->hashes);
	seen->hashes[seen->count++] = hash;
	return true;
}

void ks_seen_free(struct ks_seen *seen)
{
	free(seen->hashes);
	*seen = (struct ks_seen){0};
}
