#include "core/aws/exchange.h"

#include <string.h>

#define SKEW_LIMIT_MS ((int64_t)4 * 60 * 1000)
#define PAUSE_MAX_MS  ((int64_t)20 * 1000)

static void drop(struct ks_exchange *exchange)
{
	exchange->errands->drop(exchange->errands->ctx, exchange->errand);
	exchange->errand = NULL;
}

static bool helps_to_repeat(struct ks_exchange *exchange, const struct ks_errand_end *end)
{
	if (end->err.kind != KS_ERR_NONE)
		return (end->err.kind == KS_ERR_NETWORK || end->err.kind == KS_ERR_TIMEOUT) &&
		       (!exchange->once || end->err.not_sent);
	if (end->status >= 500 || end->status == 429)
		return !exchange->once;
	/* What was signed is refused for our clock: the answer tells the right time. */
	if (end->status < 400 || exchange->shifted || !end->skew_known ||
	    (end->skew_ms <= SKEW_LIMIT_MS && end->skew_ms >= -SKEW_LIMIT_MS))
		return false;
	return exchange->shifted = true;
}

static bool begin_attempt(
    struct ks_exchange *exchange, ks_exchange_begin *begin, void *ctx, int64_t skew_ms)
{
	exchange->made++;
	exchange->pausing = false;
	exchange->errand = begin(ctx, exchange->errands, skew_ms, &exchange->failed.err);
	exchange->failed.text = "";
	return exchange->errand != NULL;
}

static int64_t next_pause(const struct ks_exchange *exchange)
{
	int64_t ms = exchange->pause_ms;

	for (int i = 1; i < exchange->made && ms < PAUSE_MAX_MS; i++)
		ms *= 2;
	return ms < PAUSE_MAX_MS ? ms : PAUSE_MAX_MS;
}

/* Waits before the next attempt; what the last answer told of the time is kept meanwhile. */
static void pause_before_next(struct ks_exchange *exchange, const struct ks_errand_end *end)
{
	exchange->failed.skew_ms = end->skew_known ? end->skew_ms : 0;
	drop(exchange);
	exchange->errand = exchange->errands->pause(exchange->errands->ctx, next_pause(exchange));
	exchange->pausing = true;
}

const struct ks_errand_end *ks_exchange_step(
    struct ks_exchange *exchange, ks_exchange_begin *begin, void *ctx)
{
	const struct ks_errands *errands = exchange->errands;
	const struct ks_errand_end *end;

	if (exchange->made == 0)
		begin_attempt(exchange, begin, ctx, 0);
	if (exchange->errand == NULL)
		return &exchange->failed;
	while ((end = errands->end(errands->ctx, exchange->errand)) != NULL) {
		if (exchange->pausing) {
			int64_t skew_ms = exchange->failed.skew_ms;

			drop(exchange);
			if (!begin_attempt(exchange, begin, ctx, skew_ms))
				return &exchange->failed;
		} else if (exchange->made < exchange->attempts && helps_to_repeat(exchange, end)) {
			pause_before_next(exchange, end);
		} else {
			return end;
		}
	}
	return NULL;
}

void ks_exchange_clear(struct ks_exchange *exchange)
{
	if (exchange->errand != NULL)
		drop(exchange);
	exchange->made = 0;
	exchange->pausing = exchange->shifted = false;
	memset(&exchange->failed, 0, sizeof exchange->failed);
}
