/* The rules after an attempt: what it was, what follows, how long, at what cost, by which clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/base/date.h"
#include "core/engine/retry.h"
#include "core/engine/skew.h"
#include "core/engine/window.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static struct ks_err service(int status, const char *code, const char *subcode)
{
	struct ks_err err;

	ks_err_set(&err, KS_ERR_SERVICE, "m");
	err.http_status = status;
	snprintf(err.code, sizeof err.code, "%s", code);
	snprintf(err.subcode, sizeof err.subcode, "%s", subcode);
	return err;
}

static struct ks_err other(enum ks_err_kind kind, int status, bool not_sent)
{
	struct ks_err err;

	ks_err_set(&err, kind, "m");
	err.http_status = status;
	err.not_sent = not_sent;
	return err;
}

static void an_end_is_classified_by_type_not_by_status(void **state)
{
	static const struct {
		int status;
		const char *code, *subcode;
		bool skewed, temporary;
		enum ks_outcome outcome;
	} cases[] = {
	    {400, "ThrottlingException", "", false, false, KS_OUTCOME_THROTTLED},
	    {429, "TooManyRequestsException", "", false, false, KS_OUTCOME_THROTTLED},
	    {429, "429", "", false, false, KS_OUTCOME_THROTTLED},
	    {503, "SlowDown", "", false, false, KS_OUTCOME_SERVER},
	    {500, "ServiceException", "", false, false, KS_OUTCOME_SERVER},
	    {501, "NotImplemented", "", false, false, KS_OUTCOME_SERVER},
	    {400, "RequestTimeoutException", "", false, false, KS_OUTCOME_SERVER},
	    {400, "PriorRequestNotComplete", "", false, false, KS_OUTCOME_SERVER},
	    {400, "NotFoundException", "", false, false, KS_OUTCOME_GONE},
	    {400, "InvalidInputException", "DoesNotExist", false, false, KS_OUTCOME_GONE},
	    {400, "InvalidInputException", "", false, false, KS_OUTCOME_NO},
	    {403, "AccessDeniedException", "", false, true, KS_OUTCOME_NO},
	    {403, "AccessDeniedException", "", true, true, KS_OUTCOME_SKEWED},
	    {403, "ExpiredTokenException", "", false, true, KS_OUTCOME_STALE},
	    {400, "UnrecognizedClientException", "", false, true, KS_OUTCOME_STALE},
	    {401, "UnauthenticatedException", "", false, true, KS_OUTCOME_STALE},
	    {403, "ExpiredTokenException", "", false, false, KS_OUTCOME_NO},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ks_err err = service(cases[i].status, cases[i].code, cases[i].subcode);

		assert_int_equal(
		    ks_retry_outcome(&err, cases[i].skewed, cases[i].temporary), cases[i].outcome);
	}
}

static void what_was_certainly_not_sent_is_told_apart_from_what_got_lost(void **state)
{
	static const struct {
		enum ks_err_kind kind;
		int status;
		bool not_sent;
		enum ks_outcome outcome;
	} cases[] = {
	    {KS_ERR_NONE, 200, false, KS_OUTCOME_GOOD},
	    {KS_ERR_NETWORK, 0, true, KS_OUTCOME_NOT_SENT},
	    {KS_ERR_TIMEOUT, 0, true, KS_OUTCOME_NOT_SENT},
	    {KS_ERR_NETWORK, 0, false, KS_OUTCOME_LOST},
	    {KS_ERR_TIMEOUT, 200, false, KS_OUTCOME_LOST},
	    {KS_ERR_REPLY, 200, false, KS_OUTCOME_UNREADABLE},
	    {KS_ERR_REPLY, 503, false, KS_OUTCOME_SERVER},
	    {KS_ERR_REPLY, 302, false, KS_OUTCOME_STRANGE},
	    {KS_ERR_REPLY, 403, false, KS_OUTCOME_STRANGE},
	    {KS_ERR_REPLY, 429, false, KS_OUTCOME_BUSY},
	    {KS_ERR_SYSTEM, 0, true, KS_OUTCOME_NO},
	    {KS_ERR_REFUSED, 0, true, KS_OUTCOME_NO},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ks_err err = other(cases[i].kind, cases[i].status, cases[i].not_sent);

		assert_int_equal(ks_retry_outcome(&err, false, true), cases[i].outcome);
	}
}

static void a_mode_says_what_is_sent_again_and_how_often(void **state)
{
	static const struct {
		int status;
		const char *code;
		bool standard, legacy;
	} cases[] = {
	    {500, "ServiceException", true, true},
	    {501, "NotImplemented", false, false},
	    {502, "502", true, true},
	    {503, "SlowDown", true, true},
	    {504, "504", true, true},
	    {509, "509", false, true},
	    {429, "429", false, true},
	    {429, "TooManyRequestsException", true, true},
	    {400, "Throttling", true, true},
	    {400, "ThrottlingException", true, true},
	    {400, "ThrottledException", true, true},
	    {400, "RequestThrottledException", true, true},
	    {400, "ProvisionedThroughputExceededException", true, true},
	    {403, "ThrottlingException", true, false},
	    {400, "TooManyRequestsException", true, false},
	    {400, "LimitExceededException", true, false},
	    {400, "RequestLimitExceeded", true, false},
	    {400, "SlowDown", true, false},
	    {400, "RequestTimeoutException", true, false},
	    {400, "PriorRequestNotComplete", true, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ks_err err = service(cases[i].status, cases[i].code, "");
		enum ks_outcome outcome = ks_retry_outcome(&err, false, false);

		assert_true(outcome == KS_OUTCOME_SERVER || outcome == KS_OUTCOME_THROTTLED);
		assert_int_equal(
		    ks_retry_mode_repeats(KS_RETRY_STANDARD, outcome, &err), cases[i].standard);
		assert_int_equal(
		    ks_retry_mode_repeats(KS_RETRY_ADAPTIVE, outcome, &err), cases[i].standard);
		assert_int_equal(
		    ks_retry_mode_repeats(KS_RETRY_LEGACY, outcome, &err), cases[i].legacy);
	}
	assert_int_equal(ks_retry_attempts(KS_RETRY_STANDARD, 0), 3);
	assert_int_equal(ks_retry_attempts(KS_RETRY_LEGACY, 0), 5);
	assert_int_equal(ks_retry_attempts(KS_RETRY_ADAPTIVE, 0), 3);
	assert_int_equal(ks_retry_attempts(KS_RETRY_LEGACY, 2), 2);
}

static void what_no_answer_came_to_is_sent_again_in_every_mode(void **state)
{
	struct ks_err lost = other(KS_ERR_NETWORK, 0, false),
		      page = other(KS_ERR_REPLY, 429, false);

	(void)state;
	for (int mode = KS_RETRY_STANDARD; mode <= KS_RETRY_ADAPTIVE; mode++) {
		assert_true(
		    ks_retry_mode_repeats((enum ks_retry_mode)mode, KS_OUTCOME_LOST, &lost));
		assert_true(
		    ks_retry_mode_repeats((enum ks_retry_mode)mode, KS_OUTCOME_SKEWED, &lost));
		assert_int_equal(
		    ks_retry_mode_repeats((enum ks_retry_mode)mode, KS_OUTCOME_BUSY, &page),
		    mode == KS_RETRY_LEGACY);
	}
}

static void every_row_of_the_decision_table_holds(void **state)
{
	static const struct {
		enum ks_outcome outcome;
		enum ks_verdict read, create, remove;
	} rows[] = {
	    {KS_OUTCOME_GOOD, KS_VERDICT_DONE, KS_VERDICT_DONE, KS_VERDICT_DONE},
	    {KS_OUTCOME_NOT_SENT, KS_VERDICT_RETRY, KS_VERDICT_RETRY, KS_VERDICT_RETRY},
	    {KS_OUTCOME_LOST, KS_VERDICT_RETRY, KS_VERDICT_UNCLEAR, KS_VERDICT_RETRY},
	    {KS_OUTCOME_SERVER, KS_VERDICT_RETRY, KS_VERDICT_UNCLEAR, KS_VERDICT_RETRY},
	    {KS_OUTCOME_UNREADABLE, KS_VERDICT_RETRY, KS_VERDICT_UNCLEAR, KS_VERDICT_RETRY},
	    {KS_OUTCOME_STRANGE, KS_VERDICT_STOP, KS_VERDICT_UNCLEAR, KS_VERDICT_UNCLEAR},
	    {KS_OUTCOME_BUSY, KS_VERDICT_RETRY, KS_VERDICT_UNCLEAR, KS_VERDICT_RETRY},
	    {KS_OUTCOME_THROTTLED, KS_VERDICT_RETRY, KS_VERDICT_RETRY, KS_VERDICT_RETRY},
	    {KS_OUTCOME_SKEWED, KS_VERDICT_RETRY_SHIFTED, KS_VERDICT_RETRY_SHIFTED,
		KS_VERDICT_RETRY_SHIFTED},
	    {KS_OUTCOME_STALE, KS_VERDICT_RETRY_RENEWED, KS_VERDICT_RETRY_RENEWED,
		KS_VERDICT_RETRY_RENEWED},
	    {KS_OUTCOME_GONE, KS_VERDICT_STOP, KS_VERDICT_STOP, KS_VERDICT_DONE},
	    {KS_OUTCOME_NO, KS_VERDICT_STOP, KS_VERDICT_STOP, KS_VERDICT_STOP},
	};

	(void)state;
	assert_int_equal(COUNT(rows), KS_OUTCOME_COUNT);
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(
		    ks_retry_verdict(rows[i].outcome, ks_call(KS_OP_GET_BUCKETS)), rows[i].read);
		assert_int_equal(
		    ks_retry_verdict(rows[i].outcome, ks_call(KS_OP_CREATE_BUCKET_ACCESS_KEY)),
		    rows[i].create);
		assert_int_equal(
		    ks_retry_verdict(rows[i].outcome, ks_call(KS_OP_DELETE_BUCKET_ACCESS_KEY)),
		    rows[i].remove);
	}
}

static void delays_jitter_under_a_doubling_ceiling(void **state)
{
	static const int ceilings[] = {1, 2, 4, 8, 16, 20, 20, 20};

	(void)state;
	for (int i = 0; i < (int)COUNT(ceilings); i++) {
		assert_int_equal(ks_retry_delay_ms(KS_RETRY_STANDARD, i + 1, 0, -1), 0);
		assert_int_equal(
		    ks_retry_delay_ms(KS_RETRY_STANDARD, i + 1, 0.5, -1), ceilings[i] * 500);
		assert_true(
		    ks_retry_delay_ms(KS_RETRY_STANDARD, i + 1, 0.999999, -1) < ceilings[i] * 1000);
	}
	assert_int_equal(ks_retry_delay_ms(KS_RETRY_STANDARD, 1000, 0.5, -1), 10000);
	assert_int_equal(ks_retry_delay_ms(KS_RETRY_ADAPTIVE, 1000, 0.5, -1), 10000);
	for (int i = 0; i < 8; i++)
		assert_int_equal(
		    ks_retry_delay_ms(KS_RETRY_LEGACY, i + 1, 0.5, -1), (1 << i) * 500);
	assert_int_equal(ks_retry_delay_ms(KS_RETRY_LEGACY, 1000, 0.5, -1), 150000);
}

static void the_servers_hint_stretches_a_delay_by_five_seconds_at_most(void **state)
{
	(void)state;
	assert_int_equal(ks_retry_delay_ms(KS_RETRY_STANDARD, 1, 0.5, 100), 500);
	assert_int_equal(ks_retry_delay_ms(KS_RETRY_STANDARD, 1, 0.5, 0), 500);
	assert_int_equal(ks_retry_delay_ms(KS_RETRY_STANDARD, 1, 0.5, 2000), 2000);
	assert_int_equal(ks_retry_delay_ms(KS_RETRY_STANDARD, 1, 0.5, 999999999), 5500);
}

static void the_quota_ends_retries_and_comes_back_with_success(void **state)
{
	struct ks_err reset = other(KS_ERR_NETWORK, 0, false),
		      late = other(KS_ERR_TIMEOUT, 0, false);
	struct ks_quota quota;

	(void)state;
	ks_quota_init(&quota);
	assert_int_equal(ks_quota_cost(KS_RETRY_STANDARD, &reset), 5);
	assert_int_equal(ks_quota_cost(KS_RETRY_STANDARD, &late), 10);
	assert_int_equal(ks_quota_cost(KS_RETRY_LEGACY, &late), 0);
	for (int i = 0; i < 50; i++)
		assert_true(ks_quota_pay(&quota, 10));
	assert_false(ks_quota_pay(&quota, 5));
	for (int i = 0; i < 5; i++)
		ks_quota_refund(&quota, 0);
	assert_true(ks_quota_pay(&quota, 5));
	assert_false(ks_quota_pay(&quota, 5));
	ks_quota_refund(&quota, 10);
	assert_int_equal(quota.left, 10);
	for (int i = 0; i < 200; i++)
		ks_quota_refund(&quota, 10);
	assert_int_equal(quota.left, 500);
}

/* ---- the clock: cases a to i of the SDKs' shared test data ---- */

#define AT(seconds) ((int64_t)1628251200000 + (seconds)*1000)

static bool measure(int64_t sent, int64_t received, int64_t server, bool cached, int64_t *skew)
{
	char date[KS_DATE_SIZE];

	return ks_skew_measure(sent, received, ks_date_http(server, date), cached, skew);
}

static void a_right_clock_measures_no_skew(void **state)
{
	int64_t skew = 7;

	(void)state;
	assert_true(measure(AT(0), AT(2), AT(1), false, &skew));
	assert_int_equal(skew, 0);
}

static void five_minutes_explain_a_refusal_and_are_kept(void **state)
{
	static const char *const codes[] = {"RequestTimeTooSkewed", "InvalidSignatureException",
	    "SignatureDoesNotMatch", "AuthFailure", "AccessDeniedException", "RequestExpired",
	    "RequestInTheFuture"};
	struct ks_err err = service(403, "InvalidInputException", "");
	int64_t skew = 0;

	(void)state;
	assert_true(measure(AT(0), AT(2), AT(301), false, &skew));
	assert_int_equal(skew, 300 * 1000);
	assert_false(ks_skew_explains(&err, 0, skew));
	for (size_t i = 0; i < COUNT(codes); i++) {
		err = service(403, codes[i], "");
		assert_true(ks_skew_explains(&err, 0, skew));
		assert_true(ks_skew_explains(&err, 0, -skew));
		/* Signed by that clock already: then it is a plain no. */
		assert_false(ks_skew_explains(&err, skew, skew));
	}
}

static void a_slow_answer_says_nothing_about_the_clock(void **state)
{
	int64_t skew = 7;

	(void)state;
	assert_false(measure(AT(0), AT(16 * 60), AT(301), false, &skew));
	assert_int_equal(skew, 7);
	assert_false(measure(AT(10), AT(0), AT(301), false, &skew));
	assert_int_equal(skew, 7);
}

static void a_success_with_the_true_date_takes_the_correction_back(void **state)
{
	int64_t skew = 300 * 1000;

	(void)state;
	assert_true(measure(AT(60), AT(62), AT(61), false, &skew));
	assert_int_equal(skew, 0);
}

static void two_minutes_are_kept_but_explain_nothing(void **state)
{
	struct ks_err err = service(400, "InvalidSignatureException", "");
	int64_t skew = 0;

	(void)state;
	assert_true(measure(AT(0), AT(2), AT(121), false, &skew));
	assert_int_equal(skew, 120 * 1000);
	assert_false(ks_skew_explains(&err, 0, skew));
	assert_false(ks_skew_explains(&err, 0, 240 * 1000));
	assert_true(ks_skew_explains(&err, 0, 240 * 1000 + 1));
}

static void without_a_usable_date_nothing_changes(void **state)
{
	int64_t skew = 7;

	(void)state;
	assert_false(ks_skew_measure(AT(0), AT(2), "", false, &skew));
	assert_false(ks_skew_measure(AT(0), AT(2), "yesterday", false, &skew));
	assert_int_equal(skew, 7);
}

static void a_cached_answer_is_ignored(void **state)
{
	int64_t skew = 7;

	(void)state;
	assert_false(measure(AT(0), AT(2), AT(301), true, &skew));
	assert_int_equal(skew, 7);
}

/* ---- the window ---- */

static void throttling_halves_the_window_once_for_all_that_was_under_way(void **state)
{
	struct ks_window window;
	uint64_t numbers[16];

	(void)state;
	ks_window_init(&window, 16);
	for (int i = 0; i < 16; i++) {
		assert_true(ks_window_has_room(&window));
		numbers[i] = ks_window_begin(&window);
	}
	assert_false(ks_window_has_room(&window));
	for (int i = 0; i < 16; i++)
		ks_window_end(&window, numbers[i], KS_WINDOW_THROTTLED);
	assert_int_equal(window.limit, 8);
	assert_int_equal(window.flying, 0);
	ks_window_end(&window, ks_window_begin(&window), KS_WINDOW_THROTTLED);
	assert_int_equal(window.limit, 4);
	for (int i = 0; i < 9; i++)
		ks_window_end(&window, ks_window_begin(&window), KS_WINDOW_THROTTLED);
	assert_int_equal(window.limit, 1);
	assert_true(ks_window_has_room(&window));
}

static void a_window_grows_back_by_one_for_each_windowful_of_good_answers(void **state)
{
	struct ks_window window;

	(void)state;
	ks_window_init(&window, 4);
	ks_window_end(&window, ks_window_begin(&window), KS_WINDOW_THROTTLED);
	assert_int_equal(window.limit, 2);
	ks_window_end(&window, ks_window_begin(&window), KS_WINDOW_GOOD);
	ks_window_end(&window, ks_window_begin(&window), KS_WINDOW_OTHER);
	assert_int_equal(window.limit, 2);
	ks_window_end(&window, ks_window_begin(&window), KS_WINDOW_GOOD);
	assert_int_equal(window.limit, 3);
	for (int i = 0; i < 100; i++)
		ks_window_end(&window, ks_window_begin(&window), KS_WINDOW_GOOD);
	assert_int_equal(window.limit, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_end_is_classified_by_type_not_by_status),
	    cmocka_unit_test(what_was_certainly_not_sent_is_told_apart_from_what_got_lost),
	    cmocka_unit_test(a_mode_says_what_is_sent_again_and_how_often),
	    cmocka_unit_test(what_no_answer_came_to_is_sent_again_in_every_mode),
	    cmocka_unit_test(every_row_of_the_decision_table_holds),
	    cmocka_unit_test(delays_jitter_under_a_doubling_ceiling),
	    cmocka_unit_test(the_servers_hint_stretches_a_delay_by_five_seconds_at_most),
	    cmocka_unit_test(the_quota_ends_retries_and_comes_back_with_success),
	    cmocka_unit_test(a_right_clock_measures_no_skew),
	    cmocka_unit_test(five_minutes_explain_a_refusal_and_are_kept),
	    cmocka_unit_test(a_slow_answer_says_nothing_about_the_clock),
	    cmocka_unit_test(a_success_with_the_true_date_takes_the_correction_back),
	    cmocka_unit_test(two_minutes_are_kept_but_explain_nothing),
	    cmocka_unit_test(without_a_usable_date_nothing_changes),
	    cmocka_unit_test(a_cached_answer_is_ignored),
	    cmocka_unit_test(throttling_halves_the_window_once_for_all_that_was_under_way),
	    cmocka_unit_test(a_window_grows_back_by_one_for_each_windowful_of_good_answers),
	};

	return cmocka_run_group_tests_name("engine: retry", tests, NULL, NULL);
}
