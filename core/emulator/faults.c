#include "core/emulator/faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/emulator/regions.h"

#define HANG_MS 600000

/* Which member of the plan ms= sets. */
enum ms_role { MS_NONE, MS_DELAY, MS_SPREAD, MS_SKEW };

struct kind {
	const char *name;
	const char *help;
	struct ks_emu_plan plan;
	enum ms_role ms_role;
	int64_t ms; /* when the spec has none */
	const char *form;
};

#define FAILS(lightsail, s3)                                            \
	{                                                               \
		.no_work = true, .error = (lightsail), .s3_error = (s3) \
	}
#define DELIVERS(how)             \
	{                         \
		.delivery = (how) \
	}
#define ERROR_FORM(form_name, text)                                                          \
	{                                                                                    \
		.name = "error-" form_name, .help = text,                                    \
		.plan = FAILS(KS_EMU_NOT_FOUND, KS_EMU_S3_NO_SUCH_BUCKET), .form = form_name \
	}

static const struct kind kinds[] = {
    {.name = "latency",
	.help = "the work is done at once, the reply comes ms later (1000)",
	.ms_role = MS_DELAY,
	.ms = 1000},
    {.name = "throttling",
	.help = "400 ThrottlingException; S3: 503 SlowDown",
	.plan = FAILS(KS_EMU_THROTTLING, KS_EMU_S3_SLOW_DOWN)},
    {.name = "internal",
	.help = "500 InternalFailure; S3: InternalError",
	.plan = FAILS(KS_EMU_INTERNAL_FAILURE, KS_EMU_S3_INTERNAL)},
    {.name = "unavailable",
	.help = "503 ServiceUnavailable",
	.plan = FAILS(KS_EMU_UNAVAILABLE, KS_EMU_S3_UNAVAILABLE)},
    {.name = "html503",
	.help = "503 with a page of HTML, as from a load balancer",
	.plan = {.no_work = true, .html_503 = true}},
    {.name = "reset-before",
	.help = "the connection is reset, and nothing was done",
	.plan = {.no_work = true, .delivery = KS_EMU_DELIVER_NOTHING}},
    {.name = "reset-after",
	.help = "the connection is reset when the work is done: a lost reply",
	.plan = DELIVERS(KS_EMU_DELIVER_NOTHING)},
    {.name = "hang",
	.help = "nothing is done and nothing answered; reset after ms (600000)",
	.plan = {.no_work = true, .delivery = KS_EMU_DELIVER_NOTHING},
	.ms_role = MS_DELAY,
	.ms = HANG_MS},
    {.name = "hang-after",
	.help = "the work is done and nothing answered; reset after ms (600000)",
	.plan = DELIVERS(KS_EMU_DELIVER_NOTHING),
	.ms_role = MS_DELAY,
	.ms = HANG_MS},
    {.name = "half-body",
	.help = "the connection ends in the middle of the body",
	.plan = DELIVERS(KS_EMU_DELIVER_HALF)},
    {.name = "truncated",
	.help = "a whole reply whose JSON stops half way",
	.plan = DELIVERS(KS_EMU_DELIVER_TRUNCATED)},
    {.name = "malformed",
	.help = "a whole reply that is no JSON",
	.plan = DELIVERS(KS_EMU_DELIVER_MALFORMED)},
    {.name = "wrong-types",
	.help = "valid JSON whose values have the wrong types",
	.plan = {.wrong_types = true}},
    {.name = "empty-body", .help = "200 and no body", .plan = DELIVERS(KS_EMU_DELIVER_EMPTY)},
    {.name = "huge-body",
	.help = "the body is followed by 64 MiB of blanks",
	.plan = DELIVERS(KS_EMU_DELIVER_HUGE)},
    {.name = "slow-body",
	.help = "the body comes in pieces over ms (2000)",
	.ms_role = MS_SPREAD,
	.ms = 2000},
    {.name = "clock-skew",
	.help = "the server's clock is ms ahead, in checks and in Date (600000)",
	.ms_role = MS_SKEW,
	.ms = 600000},
    {.name = "expired-token",
	.help = "ExpiredTokenException; S3: ExpiredToken",
	.plan = FAILS(KS_EMU_EXPIRED_TOKEN, KS_EMU_S3_EXPIRED_TOKEN)},
    {.name = "invalid-token",
	.help = "UnrecognizedClientException; S3: InvalidAccessKeyId",
	.plan = FAILS(KS_EMU_UNRECOGNIZED_CLIENT, KS_EMU_S3_INVALID_KEY_ID)},
    {.name = "invalid-signature",
	.help = "InvalidSignatureException; S3: SignatureDoesNotMatch",
	.plan = FAILS(KS_EMU_INVALID_SIGNATURE, KS_EMU_S3_SIGNATURE)},
    {.name = "access-denied",
	.help = "AccessDeniedException; S3: AccessDenied",
	.plan = FAILS(KS_EMU_ACCESS_DENIED, KS_EMU_S3_ACCESS_DENIED)},
    {.name = "unauthenticated",
	.help = "UnauthenticatedException; S3: AccessDenied",
	.plan = FAILS(KS_EMU_UNAUTHENTICATED, KS_EMU_S3_ACCESS_DENIED)},
    {.name = "account-setup",
	.help = "AccountSetupInProgressException; S3: ServiceUnavailable",
	.plan = FAILS(KS_EMU_ACCOUNT_SETUP, KS_EMU_S3_UNAVAILABLE)},
    {.name = "region-setup",
	.help = "RegionSetupInProgressException; S3: ServiceUnavailable",
	.plan = FAILS(KS_EMU_REGION_SETUP, KS_EMU_S3_UNAVAILABLE)},
    {.name = "invalid-input",
	.help = "InvalidInputException; S3: InvalidRequest",
	.plan = FAILS(KS_EMU_INVALID_INPUT, KS_EMU_S3_INVALID_REQUEST)},
    {.name = "not-found",
	.help = "NotFoundException; S3: NoSuchBucket",
	.plan = FAILS(KS_EMU_NOT_FOUND, KS_EMU_S3_NO_SUCH_BUCKET)},
    {.name = "operation-failure",
	.help = "OperationFailureException; S3: InternalError",
	.plan = FAILS(KS_EMU_OPERATION_FAILURE, KS_EMU_S3_INTERNAL)},
    {.name = "service",
	.help = "ServiceException; S3: InternalError",
	.plan = FAILS(KS_EMU_SERVICE, KS_EMU_S3_INTERNAL)},
    {.name = "failed-operation",
	.help = "the change is made, but its operation will end as Failed",
	.plan = {.operation_fails = true}},
    ERROR_FORM("full", "NotFoundException with all five members"),
    ERROR_FORM("bare", "NotFoundException with __type and message only"),
    ERROR_FORM("namespaced", "NotFoundException with a namespace before the type"),
    ERROR_FORM("uri", "NotFoundException with a URI after the type"),
    ERROR_FORM("capital", "NotFoundException with its text in Message"),
    ERROR_FORM("header", "NotFoundException in the header x-amzn-errortype only"),
    ERROR_FORM("code", "NotFoundException in the member code only"),
    ERROR_FORM("all400", "NotFoundException with status 400"),
    {.name = "error-html",
	.help = "ServiceUnavailable as a page of HTML",
	.plan = FAILS(KS_EMU_UNAVAILABLE, KS_EMU_S3_UNAVAILABLE),
	.form = "html"},
    {.name = "error-empty",
	.help = "ServiceUnavailable without a body",
	.plan = FAILS(KS_EMU_UNAVAILABLE, KS_EMU_S3_UNAVAILABLE),
	.form = "empty"},
};
#define KIND_COUNT (sizeof kinds / sizeof kinds[0])

struct ks_emu_fault {
	const struct kind *kind;
	char op[64];     /* "": any */
	char region[32]; /* "": any */
	uint64_t nth;    /* 0: not asked for; so are the next three */
	uint64_t every;
	double prob; /* < 0: not asked for */
	uint64_t count;
	int64_t ms; /* < 0: not given */
	uint64_t seen;
	uint64_t struck;
};

void ks_emu_faults_init(struct ks_emu_faults *faults, uint64_t seed)
{
	memset(faults, 0, sizeof *faults);
	faults->random = ks_emu_random_seeded(seed, "faults");
}

void ks_emu_faults_free(struct ks_emu_faults *faults)
{
	free(faults->list);
	memset(faults, 0, sizeof *faults);
}

void ks_emu_faults_clear(struct ks_emu_faults *faults)
{
	faults->count = 0;
}

void ks_emu_faults_list(struct ks_buf *buf)
{
	for (size_t i = 0; i < KIND_COUNT; i++)
		ks_buf_printf(buf, "%-18s %s\n", kinds[i].name, kinds[i].help);
}

/* ---- the grammar ---- */

static bool set_kind(struct ks_emu_fault *fault, const char *value)
{
	for (size_t i = 0; i < KIND_COUNT; i++)
		if (strcmp(kinds[i].name, value) == 0)
			fault->kind = &kinds[i];
	return fault->kind != NULL;
}

static bool set_op(struct ks_emu_fault *fault, const char *value)
{
	snprintf(fault->op, sizeof fault->op, "%s", value);
	return true;
}

static bool set_region(struct ks_emu_fault *fault, const char *value)
{
	snprintf(fault->region, sizeof fault->region, "%s", value);
	return ks_emu_region_find(value) < KS_EMU_REGION_COUNT;
}

static bool set_nth(struct ks_emu_fault *fault, const char *value)
{
	return ks_text_number(value, UINT64_MAX, &fault->nth) && fault->nth > 0;
}

static bool set_every(struct ks_emu_fault *fault, const char *value)
{
	return ks_text_number(value, UINT64_MAX, &fault->every) && fault->every > 0;
}

/* Digits with a point, whatever the locale's decimal point is. */
static bool set_prob(struct ks_emu_fault *fault, const char *value)
{
	double place = 1;

	fault->prob = 0;
	for (; *value >= '0' && *value <= '9'; value++)
		fault->prob = fault->prob * 10 + (*value - '0');
	if (*value == '.')
		for (value++; *value >= '0' && *value <= '9'; value++)
			fault->prob += (*value - '0') * (place /= 10);
	return *value == '\0' && fault->prob <= 1;
}

static bool set_count(struct ks_emu_fault *fault, const char *value)
{
	return ks_text_number(value, UINT64_MAX, &fault->count) && fault->count > 0;
}

static bool set_ms(struct ks_emu_fault *fault, const char *value)
{
	uint64_t ms;
	bool back = *value == '-';

	if (!ks_text_number(value + back, INT32_MAX, &ms))
		return false;
	fault->ms = back ? -(int64_t)ms : (int64_t)ms;
	return true;
}

static const struct {
	const char *name;
	const char *wants;
	bool (*set)(struct ks_emu_fault *fault, const char *value);
} settings[] = {
    {"kind", "one of the kinds of --fault help", set_kind},
    {"op", "an operation", set_op},
    {"region", "a Region with Lightsail", set_region},
    {"nth", "a number from 1", set_nth},
    {"every", "a number from 1", set_every},
    {"prob", "a number from 0 to 1", set_prob},
    {"count", "a number from 1", set_count},
    {"ms", "a number of milliseconds", set_ms},
};
#define SETTING_COUNT (sizeof settings / sizeof settings[0])

static bool complain(struct ks_err *err, const char *spec, const char *about)
{
	ks_err_set(err, KS_ERR_USAGE, "the fault '%s' can't be understood: %s", spec, about);
	return ks_err_tip(
	    err, "it is kind=K[,op=NAME][,region=R][,nth=N|every=N|prob=P][,count=N][,ms=N]");
}

static bool apply_setting(
    struct ks_emu_fault *fault, char *item, const char *spec, struct ks_err *err)
{
	char *value = strchr(item, '=');
	char about[160];

	if (value != NULL)
		*value++ = '\0';
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		if (strcmp(settings[i].name, item) != 0)
			continue;
		if (value != NULL && settings[i].set(fault, value))
			return true;
		snprintf(about, sizeof about, "%s wants %s", item, settings[i].wants);
		return complain(err, spec, about);
	}
	snprintf(about, sizeof about, "there is no '%.40s'", item);
	return complain(err, spec, about);
}

static bool is_sensible(const struct ks_emu_fault *fault, const char *spec,
    bool (*is_op)(const char *name), struct ks_err *err)
{
	if (fault->kind == NULL)
		return complain(err, spec, "it has no kind");
	if (fault->op[0] != '\0' && !is_op(fault->op))
		return complain(err, spec, "there is no such operation");
	if ((fault->nth > 0) + (fault->every > 0) + (fault->prob >= 0) > 1)
		return complain(err, spec, "only one of nth, every and prob can be given");
	if (fault->ms < 0 && fault->ms != INT64_MIN && fault->kind->ms_role != MS_SKEW)
		return complain(err, spec, "ms can't be negative for this kind");
	if (fault->ms != INT64_MIN && fault->kind->ms_role == MS_NONE)
		return complain(err, spec, "this kind has no ms");
	return true;
}

bool ks_emu_faults_add(struct ks_emu_faults *faults, const char *spec,
    bool (*is_op)(const char *name), struct ks_err *err)
{
	struct ks_emu_fault fault = {.prob = -1, .ms = INT64_MIN};
	char *copy = ks_strdup(spec), *rest = copy, *item;
	bool good = true;

	while (good && (item = strsep(&rest, ",")) != NULL)
		good = apply_setting(&fault, item, spec, err);
	free(copy);
	if (!good || !is_sensible(&fault, spec, is_op, err))
		return false;
	faults->list = ks_grow(faults->list, faults->count, &faults->cap, sizeof *faults->list);
	faults->list[faults->count++] = fault;
	return true;
}

/* ---- striking ---- */

static bool strikes(
    struct ks_emu_faults *faults, struct ks_emu_fault *fault, const char *op, const char *region)
{
	if (fault->op[0] != '\0' && strcmp(fault->op, op) != 0)
		return false;
	if (fault->region[0] != '\0' && strcmp(fault->region, region) != 0)
		return false;
	fault->seen++;
	if (fault->count > 0 && fault->struck >= fault->count)
		return false;
	if (fault->nth > 0 && fault->seen != fault->nth)
		return false;
	if (fault->every > 0 && fault->seen % fault->every != 0)
		return false;
	if (fault->prob >= 0 && ks_emu_random_unit(&faults->random) >= fault->prob)
		return false;
	fault->struck++;
	return true;
}

static void merge(struct ks_emu_plan *plan, const struct ks_emu_fault *fault)
{
	const struct ks_emu_plan *more = &fault->kind->plan;
	int64_t ms = fault->ms != INT64_MIN ? fault->ms : fault->kind->ms;

	plan->touched = true;
	plan->no_work |= more->no_work;
	plan->html_503 |= more->html_503;
	plan->wrong_types |= more->wrong_types;
	plan->operation_fails |= more->operation_fails;
	if (more->error != KS_EMU_OK) {
		plan->error = more->error;
		plan->s3_error = more->s3_error;
	}
	if (fault->kind->form != NULL)
		plan->form = ks_emu_error_form_find(fault->kind->form);
	if (more->delivery != KS_EMU_DELIVER_WHOLE)
		plan->delivery = more->delivery;
	plan->delay_ms += fault->kind->ms_role == MS_DELAY ? ms : 0;
	plan->spread_ms += fault->kind->ms_role == MS_SPREAD ? ms : 0;
	plan->skew_ms += fault->kind->ms_role == MS_SKEW ? ms : 0;
}

struct ks_emu_plan ks_emu_faults_match(
    struct ks_emu_faults *faults, const char *op, const char *region)
{
	struct ks_emu_plan plan = {0};

	for (size_t i = 0; i < faults->count; i++)
		if (strikes(faults, &faults->list[i], op, region))
			merge(&plan, &faults->list[i]);
	return plan;
}
