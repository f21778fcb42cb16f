/* What is sent again, and what isn't: by how an attempt ended, and by what may be sent twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/aws/exchange.h"
#include "tests/unit/errand_desk.h"

#define URL          "https://service.example/"
#define SENT         .fetch = "POST " URL
#define FIVE_MINUTES ((int64_t)5 * 60 * 1000)
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static int64_t skew_seen;

static struct ks_errand *begin(
    void *ctx, const struct ks_errands *errands, int64_t skew_ms, struct ks_err *err)
{
	(void)ctx;
	skew_seen = skew_ms;
	return errands->fetch(
	    errands->ctx, &(struct ks_errand_fetch){.method = "POST", .url = URL}, err);
}

/* Gives how many attempts were made. The steps are all of the same kind. */
static size_t run(const struct desk_step *steps, size_t n_steps, int attempts, bool once)
{
	struct ks_exchange exchange = {
	    .errands = &desk.errands, .attempts = attempts, .pause_ms = 100, .once = once};
	size_t made;

	desk_open(steps, n_steps);
	while (ks_exchange_step(&exchange, begin, NULL) == NULL)
		assert_in_range(desk.next, 1, n_steps);
	made = desk.next;
	ks_exchange_clear(&exchange);
	assert_int_equal(desk.alive, 0);
	return made;
}

static void what_may_help_is_sent_again_and_what_is_good_once_only_if_it_was_not_taken(void **state)
{
	static const struct {
		struct desk_step end;
		size_t made, once;
	} cases[] = {
	    {{SENT, .status = 200}, 1, 1},
	    {{SENT, .status = 400}, 1, 1},
	    {{SENT, .status = 403}, 1, 1},
	    {{SENT, .status = 429}, 3, 1},
	    {{SENT, .status = 500}, 3, 1},
	    {{SENT, .status = 503}, 3, 1},
	    {{SENT, .status = 503, .skew_ms = FIVE_MINUTES}, 3, 1},
	    {{SENT, .fails = KS_ERR_NETWORK}, 3, 1},
	    {{SENT, .fails = KS_ERR_TIMEOUT}, 3, 1},
	    {{SENT, .fails = KS_ERR_NETWORK, .not_sent = true}, 3, 3},
	    {{SENT, .fails = KS_ERR_TIMEOUT, .not_sent = true}, 3, 3},
	    {{SENT, .fails = KS_ERR_REPLY}, 1, 1},
	    {{SENT, .fails = KS_ERR_SYSTEM, .not_sent = true}, 1, 1},
	    {{SENT, .status = 403, .skew_ms = FIVE_MINUTES}, 2, 2},
	    {{SENT, .status = 403, .skew_ms = -FIVE_MINUTES}, 2, 2},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct desk_step steps[] = {cases[i].end, cases[i].end, cases[i].end};

		if (run(steps, COUNT(steps), 3, false) != cases[i].made)
			fail_msg("case %zu: %zu attempts", i, desk.next);
		if (run(steps, COUNT(steps), 3, true) != cases[i].once)
			fail_msg("case %zu, once: %zu attempts", i, desk.next);
		assert_int_equal(run(steps, COUNT(steps), 1, false), 1);
	}
}

static void the_next_attempt_is_told_the_servers_clock(void **state)
{
	static const struct desk_step steps[] = {
	    {SENT, .status = 403, .skew_ms = FIVE_MINUTES}, {SENT}};

	(void)state;
	assert_int_equal(run(steps, COUNT(steps), 3, true), 2);
	assert_int_equal(skew_seen, FIVE_MINUTES);
	assert_int_equal(desk.paused, 100);
}

static void each_pause_is_twice_as_long(void **state)
{
	static const struct desk_step steps[] = {
	    {SENT, .status = 500}, {SENT, .fails = KS_ERR_NETWORK}, {SENT, .status = 500}, {SENT}};

	(void)state;
	assert_int_equal(run(steps, COUNT(steps), 4, false), 4);
	assert_int_equal(desk.paused, 100 + 200 + 400);
	assert_int_equal(skew_seen, 0);
}

/* As many attempts as can be configured, and no pause is longer than 20 s. */
static void pauses_stay_short(void **state)
{
	enum { MOST = 100 };
	struct desk_step steps[MOST];

	(void)state;
	for (int i = 0; i < MOST; i++)
		steps[i] = (struct desk_step){SENT, .status = 500};
	assert_int_equal(run(steps, MOST, MOST, false), MOST);
	/* 100 to 12800 ms, 8 of them */
	assert_int_equal(desk.paused, 25500 + (MOST - 1 - 8) * 20000);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		what_may_help_is_sent_again_and_what_is_good_once_only_if_it_was_not_taken),
	    cmocka_unit_test(the_next_attempt_is_told_the_servers_clock),
	    cmocka_unit_test(each_pause_is_twice_as_long),
	    cmocka_unit_test(pauses_stay_short),
	};

	return cmocka_run_group_tests_name("aws_exchange", tests, NULL, NULL);
}
