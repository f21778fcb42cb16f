/*
 * The rule of cache.h as a state machine: what a cache file holds is looked at, taken if it is good
 * and else renewed by whoever has the turn at it. What it holds and how that is renewed is a kind's
 * business. It never blocks. Worker thread.
 */
#ifndef KS_AWS_FRESHEN_H
#define KS_AWS_FRESHEN_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/aws/cache.h"
#include "core/aws/credentials.h"
#include "core/aws/errand.h"

/* What the file's content is worth. The kind has taken what can be used. */
enum ks_freshen_worth {
	KS_WORTH_GOOD,  /* to be used */
	KS_WORTH_STALE, /* a new one would be better, but this can still be used */
	KS_WORTH_NONE,  /* nothing: a new one is needed */
	KS_WORTH_LOST,  /* nothing, and there is no way to a new one: err says it */
};

struct ks_freshen_kind {
	/*
	 * json is NULL where there is no file (problem is NULL) or where it can't be read (problem
	 * says why). What was taken at an earlier look counts no more.
	 */
	enum ks_freshen_worth (*judge)(
	    void *ctx, const cJSON *json, const struct ks_err *problem, struct ks_err *err);
	/*
	 * Gets a new one; json, as judge got it, stays until put: PENDING, DONE, or FAILED with
	 * err. json is NULL without a turn, too.
	 */
	enum ks_provider_result (*renew)(void *ctx, const cJSON *json, struct ks_err *err);
	/*
	 * Writes into a copy of what the file holds what renew got, or that it failed. False: this
	 * copy isn't to be written, since somebody changed the file meanwhile, or there is nothing
	 * to say.
	 */
	bool (*put)(void *ctx, cJSON *json);
	/* A new one may be had without a turn, where none can be got; then nothing is written. */
	bool optional;
};

enum ks_freshen_result {
	KS_FRESHEN_PENDING,
	KS_FRESHEN_TAKEN,     /* what judge took is to be used */
	KS_FRESHEN_RENEWED,   /* what renew got is to be used */
	KS_FRESHEN_UNWRITTEN, /* renew got something, and err says why it isn't on the disk */
	KS_FRESHEN_FAILED     /* err */
};

/* For what has to be waited for: longer than another keysail takes to renew it. */
#define KS_FRESHEN_PATIENCE_MS ((int64_t)60 * 1000)

/* Zeroed but for the first five: ready to be stepped. */
struct ks_freshen {
	const struct ks_freshen_kind *kind;
	void *ctx;
	const char *path;
	const struct ks_errands *errands;
	int64_t patience_ms; /* how long another keysail's turn is waited for, in all */

	/* its own */
	enum { KS_FRESHEN_LOOK, KS_FRESHEN_WAIT, KS_FRESHEN_RENEW } stage;
	enum ks_freshen_worth worth; /* at the last look */
	struct ks_errand *pause;
	int64_t waited_ms;
	struct ks_cache *turn;
};

/* Not to be stepped again once it isn't PENDING. */
enum ks_freshen_result ks_freshen_step(struct ks_freshen *freshen, struct ks_err *err);
/* At any stage: gives the turn back and drops its errand; the kind's own are the kind's. */
void ks_freshen_clear(struct ks_freshen *freshen);

#endif
