#include "core/engine/retry.h"

#include <stddef.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

#define QUOTA_FULL   500
#define COST_RETRY   5
#define COST_TIMEOUT 10
#define REFUND_FIRST 1
#define TOO_MANY     429 /* the status that asks for less */
/* How far above our own delay the service's wish may take us. */
#define HINT_SLACK_MS 5000

/*
 * As botocore's standard mode. PriorRequestNotComplete is in both lists there; the careful reading
 * comes first.
 */
static const char *const transient_codes[] = {
    "RequestTimeout",
    "RequestTimeoutException",
    "PriorRequestNotComplete",
};

/* Legacy knows the first few only. */
static const char *const throttling_codes[] = {
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottledException",
    "ProvisionedThroughputExceededException",
    "TooManyRequestsException",
    "TransactionInProgressException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "RequestThrottled",
    "SlowDown",
    "PriorRequestNotComplete",
    "EC2ThrottledException",
};
enum { LEGACY_THROTTLING_CODES = 5 };

static const int standard_statuses[] = {500, 502, 503, 504};
static const int legacy_statuses[] = {TOO_MANY, 500, 502, 503, 504, 509};

struct codes {
	const char *const *items;
	size_t count;
};

/* What is sent again, and when. */
static const struct mode {
	int attempts;
	int ceiling_seconds;
	bool has_quota;
	const int *statuses;
	size_t status_count;
	struct codes transient, throttling;
	int throttling_status; /* the latter count with it only; 0: with any */
} modes[] = {
    [KS_RETRY_STANDARD] = {3, 20, true, standard_statuses, COUNT(standard_statuses),
	{transient_codes, COUNT(transient_codes)}, {throttling_codes, COUNT(throttling_codes)}, 0},
    /* botocore's legacy has no ceiling; nobody wants to wait for longer than this. */
    [KS_RETRY_LEGACY] = {5, 300, false, legacy_statuses, COUNT(legacy_statuses), {NULL, 0},
	{throttling_codes, LEGACY_THROTTLING_CODES}, 400},
    /* Standard, and pace.h. */
    [KS_RETRY_ADAPTIVE] = {3, 20, true, standard_statuses, COUNT(standard_statuses),
	{transient_codes, COUNT(transient_codes)}, {throttling_codes, COUNT(throttling_codes)}, 0},
};

/* What temporary credentials are told when their time is over. */
static const char *const stale_codes[] = {
    "ExpiredToken",
    "ExpiredTokenException",
    "UnrecognizedClientException",
    "UnauthenticatedException",
};

static bool is_listed(const struct ks_err *err, const char *const *codes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(err->code, codes[i]) == 0)
			return true;
	return false;
}

bool ks_retry_is_throttling(const struct ks_err *err)
{
	return err->http_status == TOO_MANY ||
	       (err->kind == KS_ERR_SERVICE &&
		   is_listed(err, throttling_codes, COUNT(throttling_codes)));
}

static enum ks_outcome outcome_of_service(const struct ks_err *err, bool skewed, bool temporary)
{
	if (skewed)
		return KS_OUTCOME_SKEWED;
	if (temporary && is_listed(err, stale_codes, COUNT(stale_codes)))
		return KS_OUTCOME_STALE;
	if (err->http_status >= 500 || is_listed(err, transient_codes, COUNT(transient_codes)))
		return KS_OUTCOME_SERVER;
	if (ks_retry_is_throttling(err))
		return KS_OUTCOME_THROTTLED;
	return ks_err_is_not_found(err) ? KS_OUTCOME_GONE : KS_OUTCOME_NO;
}

static enum ks_outcome outcome_of_reply(const struct ks_err *err)
{
	if (err->http_status >= 500)
		return KS_OUTCOME_SERVER;
	if (err->http_status == TOO_MANY)
		return KS_OUTCOME_BUSY;
	return err->http_status < 300 ? KS_OUTCOME_UNREADABLE : KS_OUTCOME_STRANGE;
}

enum ks_outcome ks_retry_outcome(const struct ks_err *err, bool skewed, bool temporary)
{
	switch (err->kind) {
	case KS_ERR_NONE:
		return KS_OUTCOME_GOOD;
	case KS_ERR_NETWORK:
	case KS_ERR_TIMEOUT:
		return err->not_sent ? KS_OUTCOME_NOT_SENT : KS_OUTCOME_LOST;
	case KS_ERR_REPLY:
		return outcome_of_reply(err);
	case KS_ERR_SERVICE:
		return outcome_of_service(err, skewed, temporary);
	default:
		return KS_OUTCOME_NO;
	}
}

enum call_class { READS, ONCE, REPEATABLE, CLASS_COUNT };

static const enum ks_verdict verdicts[KS_OUTCOME_COUNT][CLASS_COUNT] = {
    /* clang-format off */
    /*                         reads                     create a key              delete a key */
    [KS_OUTCOME_GOOD]       = {KS_VERDICT_DONE,          KS_VERDICT_DONE,          KS_VERDICT_DONE},
    [KS_OUTCOME_NOT_SENT]   = {KS_VERDICT_RETRY,         KS_VERDICT_RETRY,         KS_VERDICT_RETRY},
    [KS_OUTCOME_LOST]       = {KS_VERDICT_RETRY,         KS_VERDICT_UNCLEAR,       KS_VERDICT_RETRY},
    [KS_OUTCOME_SERVER]     = {KS_VERDICT_RETRY,         KS_VERDICT_UNCLEAR,       KS_VERDICT_RETRY},
    [KS_OUTCOME_UNREADABLE] = {KS_VERDICT_RETRY,         KS_VERDICT_UNCLEAR,       KS_VERDICT_RETRY},
    [KS_OUTCOME_STRANGE]    = {KS_VERDICT_STOP,          KS_VERDICT_UNCLEAR,       KS_VERDICT_UNCLEAR},
    [KS_OUTCOME_BUSY]       = {KS_VERDICT_RETRY,         KS_VERDICT_UNCLEAR,       KS_VERDICT_RETRY},
    [KS_OUTCOME_THROTTLED]  = {KS_VERDICT_RETRY,         KS_VERDICT_RETRY,         KS_VERDICT_RETRY},
    [KS_OUTCOME_SKEWED]     = {KS_VERDICT_RETRY_SHIFTED, KS_VERDICT_RETRY_SHIFTED, KS_VERDICT_RETRY_SHIFTED},
    [KS_OUTCOME_STALE]      = {KS_VERDICT_RETRY_RENEWED, KS_VERDICT_RETRY_RENEWED, KS_VERDICT_RETRY_RENEWED},
    [KS_OUTCOME_GONE]       = {KS_VERDICT_STOP,          KS_VERDICT_STOP,          KS_VERDICT_DONE},
    [KS_OUTCOME_NO]         = {KS_VERDICT_STOP,          KS_VERDICT_STOP,          KS_VERDICT_STOP},
    /* clang-format on */
};

enum ks_verdict ks_retry_verdict(enum ks_outcome outcome, const struct ks_call *call)
{
	enum call_class class = call->once ? ONCE : call->changes ? REPEATABLE : READS;

	if (outcome == KS_OUTCOME_GONE && !call->gone_is_done)
		return KS_VERDICT_STOP;
	return verdicts[outcome][class];
}

bool ks_retry_may_have_worked(enum ks_outcome outcome)
{
	return outcome == KS_OUTCOME_LOST || outcome == KS_OUTCOME_SERVER ||
	       outcome == KS_OUTCOME_UNREADABLE || outcome == KS_OUTCOME_STRANGE ||
	       outcome == KS_OUTCOME_BUSY;
}

/* ---- the modes ---- */

static bool lists_status(const struct mode *mode, int status)
{
	for (size_t i = 0; i < mode->status_count; i++)
		if (mode->statuses[i] == status)
			return true;
	return false;
}

static bool lists_code(const struct mode *mode, const struct ks_err *err)
{
	if (err->kind != KS_ERR_SERVICE)
		return false;
	if (is_listed(err, mode->transient.items, mode->transient.count))
		return true;
	return (mode->throttling_status == 0 || mode->throttling_status == err->http_status) &&
	       is_listed(err, mode->throttling.items, mode->throttling.count);
}

bool ks_retry_mode_repeats(
    enum ks_retry_mode mode, enum ks_outcome outcome, const struct ks_err *err)
{
	switch (outcome) {
	case KS_OUTCOME_SERVER:
	case KS_OUTCOME_BUSY:
	case KS_OUTCOME_THROTTLED:
		return lists_status(&modes[mode], err->http_status) ||
		       lists_code(&modes[mode], err);
	default:
		/* A broken connection, our clock, old credentials: any mode repeats these. */
		return true;
	}
}

int ks_retry_attempts(enum ks_retry_mode mode, int configured)
{
	return configured > 0 ? configured : modes[mode].attempts;
}

int64_t ks_retry_delay_ms(enum ks_retry_mode mode, int retry, double random, int64_t hint_ms)
{
	int highest = modes[mode].ceiling_seconds, ceiling = 1;
	int64_t delay;

	for (int i = 1; i < retry && ceiling < highest; i++)
		ceiling *= 2;
	if (ceiling > highest)
		ceiling = highest;
	delay = (int64_t)(random * ceiling * 1000);
	if (hint_ms > delay)
		return hint_ms < delay + HINT_SLACK_MS ? hint_ms : delay + HINT_SLACK_MS;
	return delay;
}

void ks_quota_init(struct ks_quota *quota)
{
	quota->left = QUOTA_FULL;
}

int ks_quota_cost(enum ks_retry_mode mode, const struct ks_err *err)
{
	if (!modes[mode].has_quota)
		return 0;
	return err->kind == KS_ERR_TIMEOUT ? COST_TIMEOUT : COST_RETRY;
}

bool ks_quota_pay(struct ks_quota *quota, int cost)
{
	if (quota->left < cost)
		return false;
	quota->left -= cost;
	return true;
}

void ks_quota_refund(struct ks_quota *quota, int paid)
{
	quota->left += paid > 0 ? paid : REFUND_FIRST;
	if (quota->left > QUOTA_FULL)
		quota->left = QUOTA_FULL;
}
