#include "core/aws/freshen.h"

/* How often to look whether another keysail is done. */
#define PAUSE_MS ((int64_t)100)
/* So often may other programs change the file while we write it. */
#define TRIES 3

static enum ks_freshen_worth judge(
    struct ks_freshen *freshen, const cJSON *json, const struct ks_err *problem, struct ks_err *err)
{
	return freshen->worth = freshen->kind->judge(freshen->ctx, json, problem, err);
}

static enum ks_freshen_worth look(struct ks_freshen *freshen, struct ks_err *err)
{
	struct ks_err problem = {0};
	struct ks_cache_look look;
	enum ks_freshen_worth worth;

	ks_cache_read(freshen->path, &look, &problem);
	worth = judge(freshen, look.json, problem.kind != KS_ERR_NONE ? &problem : NULL, err);
	ks_cache_clear(&look);
	return worth;
}

static void end_turn(struct ks_freshen *freshen)
{
	ks_cache_end(freshen->turn);
	freshen->turn = NULL;
}

/* What can still be used is better than an error. */
static enum ks_freshen_result take_or_fail(const struct ks_freshen *freshen)
{
	return freshen->worth == KS_WORTH_GOOD || freshen->worth == KS_WORTH_STALE
		   ? KS_FRESHEN_TAKEN
		   : KS_FRESHEN_FAILED;
}

/* ---- the turn ---- */

/* There is no turn to be had; err says why. */
static enum ks_freshen_result go_without(struct ks_freshen *freshen)
{
	if (freshen->worth == KS_WORTH_STALE || !freshen->kind->optional)
		return take_or_fail(freshen);
	freshen->stage = KS_FRESHEN_RENEW;
	return KS_FRESHEN_PENDING;
}

static enum ks_freshen_result wait_for_turn(struct ks_freshen *freshen, struct ks_err *err)
{
	if (freshen->worth == KS_WORTH_STALE)
		return KS_FRESHEN_TAKEN;
	if (freshen->waited_ms >= freshen->patience_ms) {
		ks_err_set(err, KS_ERR_SYSTEM, "Another keysail has been renewing %s for too long",
		    freshen->path);
		ks_err_tip(err, "end that one, or try again");
		return go_without(freshen);
	}
	freshen->waited_ms += PAUSE_MS;
	freshen->pause = freshen->errands->pause(freshen->errands->ctx, PAUSE_MS);
	freshen->stage = KS_FRESHEN_WAIT;
	return KS_FRESHEN_PENDING;
}

/* Looks; if that isn't good enough, takes a turn and looks again. */
static enum ks_freshen_result begin(struct ks_freshen *freshen, struct ks_err *err)
{
	enum ks_freshen_worth worth = look(freshen, err);

	if (worth == KS_WORTH_GOOD || worth == KS_WORTH_LOST)
		return take_or_fail(freshen);
	switch (ks_cache_begin(freshen->path, &freshen->turn, err)) {
	case KS_CACHE_BUSY:
		return wait_for_turn(freshen, err);
	case KS_CACHE_NO_TURN:
		return go_without(freshen);
	case KS_CACHE_MINE:
		break;
	}
	worth = judge(freshen, ks_cache_json(freshen->turn), NULL, err);
	if (worth == KS_WORTH_GOOD || worth == KS_WORTH_LOST)
		return take_or_fail(freshen);
	freshen->stage = KS_FRESHEN_RENEW;
	return KS_FRESHEN_PENDING;
}

/* ---- what comes of it ---- */

static enum ks_cache_committed put(struct ks_freshen *freshen, bool *wanted, struct ks_err *err)
{
	cJSON *copy = ks_cache_copy(freshen->turn);
	enum ks_cache_committed committed = KS_CACHE_CHANGED;

	*wanted = freshen->kind->put(freshen->ctx, copy);
	if (*wanted)
		committed = ks_cache_commit(freshen->turn, copy, err);
	cJSON_Delete(copy);
	return committed;
}

static enum ks_freshen_result store(struct ks_freshen *freshen, struct ks_err *err)
{
	bool wanted = true;

	if (freshen->turn == NULL)
		return KS_FRESHEN_RENEWED;
	for (int i = 0; i < TRIES; i++) {
		switch (put(freshen, &wanted, err)) {
		case KS_CACHE_WRITTEN:
			return KS_FRESHEN_RENEWED;
		case KS_CACHE_FAILED:
			return KS_FRESHEN_UNWRITTEN;
		case KS_CACHE_CHANGED:
			break;
		}
		if (!wanted)
			break;
		judge(freshen, ks_cache_json(freshen->turn), NULL, err);
		if (freshen->worth == KS_WORTH_GOOD || freshen->worth == KS_WORTH_LOST)
			return take_or_fail(freshen);
	}
	ks_err_set(
	    err, KS_ERR_SYSTEM, "Another program changed %s while it was renewed", freshen->path);
	ks_err_tip(err, "try again");
	return take_or_fail(freshen);
}

/* It failed, maybe because another program was faster and has used the token up. */
static enum ks_freshen_result fail(struct ks_freshen *freshen)
{
	struct ks_err ignored;
	bool wanted;

	if (freshen->turn != NULL)
		put(freshen, &wanted, &ignored);
	end_turn(freshen);
	look(freshen, &ignored);
	return take_or_fail(freshen);
}

static enum ks_freshen_result renew(struct ks_freshen *freshen, struct ks_err *err)
{
	const cJSON *json = freshen->turn != NULL ? ks_cache_json(freshen->turn) : NULL;

	switch (freshen->kind->renew(freshen->ctx, json, err)) {
	case KS_PROVIDER_PENDING:
		return KS_FRESHEN_PENDING;
	case KS_PROVIDER_DONE:
		return store(freshen, err);
	default:
		return fail(freshen);
	}
}

static bool is_waiting(struct ks_freshen *freshen)
{
	const struct ks_errands *errands = freshen->errands;

	if (errands->end(errands->ctx, freshen->pause) == NULL)
		return true;
	errands->drop(errands->ctx, freshen->pause);
	freshen->pause = NULL;
	freshen->stage = KS_FRESHEN_LOOK;
	return false;
}

enum ks_freshen_result ks_freshen_step(struct ks_freshen *freshen, struct ks_err *err)
{
	enum ks_freshen_result result = KS_FRESHEN_PENDING;

	while (result == KS_FRESHEN_PENDING) {
		switch (freshen->stage) {
		case KS_FRESHEN_LOOK:
			result = begin(freshen, err);
			break;
		case KS_FRESHEN_WAIT:
			if (is_waiting(freshen))
				return result;
			break;
		case KS_FRESHEN_RENEW:
			result = renew(freshen, err);
			if (result == KS_FRESHEN_PENDING)
				return result;
			break;
		}
	}
	end_turn(freshen);
	return result;
}

void ks_freshen_clear(struct ks_freshen *freshen)
{
	if (freshen->pause != NULL)
		freshen->errands->drop(freshen->errands->ctx, freshen->pause);
	freshen->pause = NULL;
	end_turn(freshen);
}
