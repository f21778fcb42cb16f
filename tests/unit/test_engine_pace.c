/* The rate limiter of the adaptive retry mode, against what botocore's does. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/engine/job.h"
#include "core/engine/pace.h"

#define BEGINNING 1000000 /* ms */

static void assert_near(double value, double wanted)
{
	if (fabs(value - wanted) > 0.0001)
		fail_msg("%f is not %f", value, wanted);
}

static void rates_follow_the_answers_as_botocore_s_do(void **state)
{
	/* Recorded from the ClientRateLimiter of botocore 1.43.11. */
	static const struct {
		int after_ms;
		bool throttled;
		double rate, measured, tokens;
	} answers[] = {
	    {100, false, 0.5000, 0.0000, 0.1},
	    {100, false, 0.5000, 0.0000, 0.15},
	    {100, false, 0.5000, 0.0000, 0.2},
	    {100, false, 0.5000, 0.0000, 0.25},
	    {100, false, 0.5000, 8.0000, 0.3},
	    {100, false, 0.5000, 8.0000, 0.35},
	    {100, false, 0.5000, 8.0000, 0.4},
	    {100, false, 0.5000, 8.0000, 0.45},
	    {100, false, 0.5000, 8.0000, 0.5},
	    {100, false, 0.5000, 9.6000, 0.55},
	    {100, true, 6.7200, 9.6000, 0.6},
	    {100, true, 4.7040, 9.6000, 1.272},
	    {250, false, 5.4635, 9.6000, 2.448},
	    {250, false, 6.0034, 8.3200, 3.8139},
	    {250, false, 6.3611, 8.3200, 5.3147},
	    {250, false, 6.5741, 4.8640, 6.3611},
	    {100, true, 3.4048, 4.8640, 3.4048},
	    {500, false, 4.4148, 4.1728, 3.4048},
	    {500, false, 4.8012, 2.4346, 4.4148},
	    {500, false, 4.1738, 2.0869, 4.1738},
	    {500, false, 4.0348, 2.0174, 4.0348},
	    {500, false, 4.0070, 2.0035, 4.007},
	    {500, false, 4.0014, 2.0007, 4.0014},
	    {3000, false, 1.3336, 0.6668, 1.3336},
	    {700, true, 0.6534, 0.9334, 1},
	    {1000, true, 0.5000, 0.9867, 1},
	    {2000, false, 1.1947, 0.5973, 1},
	    {2000, false, 1.0389, 0.5195, 1.0389},
	    {2000, false, 1.0078, 0.5039, 1.0078},
	    {2000, false, 1.0016, 0.5008, 1.0016},
	};
	struct ks_pace pace = {0};
	int64_t now = BEGINNING;

	(void)state;
	assert_int_equal(ks_pace_wait_ms(&pace, now), 0);
	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
		now += answers[i].after_ms;
		ks_pace_answer(&pace, answers[i].throttled, now);
		assert_near(pace.rate, answers[i].rate);
		assert_near(pace.measured, answers[i].measured);
		assert_near(pace.tokens, answers[i].tokens);
	}
}

static void nothing_waits_before_the_first_throttled_answer(void **state)
{
	struct ks_pace pace = {0};
	int64_t now = BEGINNING;

	(void)state;
	for (int i = 0; i < 100; i++) {
		assert_int_equal(ks_pace_wait_ms(&pace, now), 0);
		ks_pace_take(&pace, now);
		ks_pace_answer(&pace, false, now);
	}
}

static void then_requests_are_spaced_by_the_rate(void **state)
{
	struct ks_pace pace = {0};
	int64_t now = BEGINNING;

	(void)state;
	ks_pace_answer(&pace, true, now);
	assert_near(pace.rate, 0.5);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(ks_pace_wait_ms(&pace, now), 2000);
		assert_int_equal(ks_pace_wait_ms(&pace, now + 1500), 500);
		now += 2000;
		assert_int_equal(ks_pace_wait_ms(&pace, now), 0);
		ks_pace_take(&pace, now);
	}
	/* One that doesn't wait leaves no debt. */
	ks_pace_take(&pace, now);
	assert_int_equal(ks_pace_wait_ms(&pace, now), 2000);
}

static void only_an_adaptive_call_waits_for_its_turn(void **state)
{
	struct ks_peer peer = {.region = NULL};
	struct ks_job adaptive = {.mode = KS_RETRY_ADAPTIVE, .peer = &peer};
	struct ks_job standard = {.mode = KS_RETRY_STANDARD, .peer = &peer};
	int64_t now = BEGINNING;

	(void)state;
	assert_false(ks_job_is_too_early(&adaptive, now));
	ks_pace_answer(&peer.pace, true, now);
	assert_false(ks_job_is_too_early(&standard, now));
	assert_true(ks_job_is_too_early(&adaptive, now));
	assert_int_equal(adaptive.due, now + 2000);
	assert_false(ks_job_is_too_early(&adaptive, now + 2000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rates_follow_the_answers_as_botocore_s_do),
	    cmocka_unit_test(nothing_waits_before_the_first_throttled_answer),
	    cmocka_unit_test(then_requests_are_spaced_by_the_rate),
	    cmocka_unit_test(only_an_adaptive_call_waits_for_its_turn),
	};

	return cmocka_run_group_tests_name("engine: pace", tests, NULL, NULL);
}
