#include "tui/format.h"

#include <stdio.h>
#include <string.h>

#include "core/aws/identity.h"
#include "core/base/date.h"
#include "core/base/text.h"

#define RUN   "run: "
#define AGAIN "try again"

enum { MINUTE = 60 * 1000, AGE_STEP = 10 * 1000, LONGEST_TIP = 60 };

/* The words for errors that carry no code of the service. */
static const char *const err_words[] = {
    [KS_ERR_NONE] = "",
    [KS_ERR_USAGE] = "not valid",
    [KS_ERR_SYSTEM] = "system error",
    [KS_ERR_CREDENTIALS] = "no credentials",
    [KS_ERR_NETWORK] = "no connection",
    [KS_ERR_TIMEOUT] = "timed out",
    [KS_ERR_REPLY] = "unreadable answer",
    [KS_ERR_SERVICE] = "refused by the service",
    [KS_ERR_REFUSED] = "refused",
    [KS_ERR_EXISTS] = "there already",
    [KS_ERR_CANCELLED] = "cancelled",
};

/*
 * Seconds are not shown, and a minute more need not be shown on the second: so that a screen full
 * of ages stands still, and wakes us every ten seconds at the most.
 */
static void wake_for_age(struct ks_draw *draw, int64_t at)
{
	ks_draw_wake(draw, at + AGE_STEP - 1 - (at + AGE_STEP - 1) % AGE_STEP);
}

const char *ks_format_age(struct ks_draw *draw, int64_t since, char dst[KS_FORMAT_SIZE])
{
	char span[KS_DATE_SIZE];

	if (since == KS_TIME_NONE)
		return draw->glyphs->dash;
	if (draw->now - since < MINUTE)
		wake_for_age(draw, since + MINUTE);
	else
		wake_for_age(draw, draw->now + ks_date_span_changes_in(draw->now - since));
	snprintf(dst, KS_FORMAT_SIZE, "%s",
	    draw->now - since < MINUTE ? "<1m" : ks_date_span(draw->now - since, span));
	return dst;
}

const char *ks_format_ago(struct ks_draw *draw, int64_t since, char dst[KS_FORMAT_SIZE])
{
	char age[KS_FORMAT_SIZE];

	if (since == KS_TIME_NONE)
		return draw->glyphs->dash;
	snprintf(dst, KS_FORMAT_SIZE, "%.32s ago", ks_format_age(draw, since, age));
	return dst;
}

const char *ks_format_last_used(
    struct ks_draw *draw, const struct ks_last_used *used, char dst[KS_FORMAT_SIZE])
{
	switch (used->use) {
	case KS_USE_NEVER:
		return "never";
	case KS_USE_USED:
		return ks_format_ago(draw, used->date, dst);
	case KS_USE_NO_DATA:
		break;
	}
	return "no data";
}

/* 2021-08-06T12:00:00Z as 2021-08-06 12:00:00 UTC. */
static void format_utc(int64_t at, char *dst, size_t size)
{
	char text[KS_DATE_SIZE];

	ks_date_rfc3339(at - at % 1000, text);
	snprintf(dst, size, "%.10s %.8s UTC", text, strlen(text) > 18 ? text + 11 : "");
}

const char *ks_format_moment(struct ks_draw *draw, int64_t at, char dst[KS_FORMAT_SIZE])
{
	char utc[KS_DATE_SIZE], local[KS_DATE_SIZE], ago[KS_FORMAT_SIZE];
	const char *dot = draw->glyphs->dot;

	if (at == KS_TIME_NONE)
		return draw->glyphs->dash;
	format_utc(at, utc, sizeof utc);
	ks_date_local(at, local);
	if (strcmp(utc, local) == 0)
		snprintf(
		    dst, KS_FORMAT_SIZE, "%s %s %.20s", utc, dot, ks_format_ago(draw, at, ago));
	else
		snprintf(dst, KS_FORMAT_SIZE, "%s %s %s %s %.20s", utc, dot, local, dot,
		    ks_format_ago(draw, at, ago));
	return dst;
}

const char *ks_format_clock(struct ks_draw *draw, int64_t at, char dst[KS_FORMAT_SIZE])
{
	static const char *const months[] = {
	    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	char then[KS_DATE_SIZE], today[KS_DATE_SIZE];
	int month, day;

	if (at == KS_TIME_NONE)
		return draw->glyphs->dash;
	ks_date_local(at, then);
	ks_date_local(draw->now, today);
	if (strncmp(then, today, 10) == 0 || sscanf(then, "%*d-%d-%d", &month, &day) != 2 ||
	    month < 1 || month > 12) {
		char clock[KS_DATE_SIZE];

		snprintf(dst, KS_FORMAT_SIZE, "%s", ks_date_local_clock(at, clock));
	} else {
		snprintf(dst, KS_FORMAT_SIZE, "%d %s", day, months[month - 1]);
	}
	return dst;
}

ks_findings ks_format_key_findings(
    struct ks_draw *draw, const struct ks_bucket_entry *entry, const struct ks_access_key *key)
{
	const struct ks_policy *policy = &draw->store->policy;

	ks_draw_wake(draw, ks_key_findings_change_at(key, policy, draw->now));
	return ks_key_findings(key, entry->n_keys, policy, draw->now);
}

enum ks_role ks_format_status_role(const char *status)
{
	if (strcmp(status, "Active") == 0)
		return KS_ROLE_OK;
	return strcmp(status, "Inactive") == 0 ? KS_ROLE_BAD : KS_ROLE_WARN;
}

const char *ks_format_activity_status(const struct ks_activity *activity, char dst[KS_FORMAT_SIZE])
{
	if (activity->kind == KS_ACTIVITY_OPERATION)
		return ks_str_clean(&activity->operation.status);
	switch (activity->call_state) {
	case KS_CALL_RETRYING:
		snprintf(
		    dst, KS_FORMAT_SIZE, "retrying %d/%d", activity->attempt, activity->attempts);
		return dst;
	case KS_CALL_RECOVERED:
		return "recovered";
	case KS_CALL_FAILED:
		break;
	}
	return "failed";
}

enum ks_role ks_format_activity_role(const struct ks_activity *activity)
{
	if (activity->kind == KS_ACTIVITY_OPERATION) {
		if (ks_operation_failed(&activity->operation))
			return KS_ROLE_BAD;
		return ks_operation_is_busy(&activity->operation) ? KS_ROLE_BUSY : KS_ROLE_OK;
	}
	switch (activity->call_state) {
	case KS_CALL_RETRYING:
		return KS_ROLE_BUSY;
	case KS_CALL_RECOVERED:
		return KS_ROLE_OK;
	case KS_CALL_FAILED:
		break;
	}
	return KS_ROLE_BAD;
}

const char *ks_format_activity_type(const struct ks_activity *activity)
{
	return activity->kind == KS_ACTIVITY_OPERATION ? ks_str_clean(&activity->operation.type)
						       : ks_call(activity->op)->name;
}

const char *ks_format_activity_resource(const struct ks_activity *activity)
{
	return ks_str_clean(activity->kind == KS_ACTIVITY_OPERATION
				? &activity->operation.resource_name
				: &activity->bucket_name);
}

const char *ks_format_err_word(const struct ks_err *err)
{
	return err->code[0] != '\0' ? err->code : err_words[err->kind];
}

/* The first part of a tip, which says most of it; more of it is for who has the room. */
static int first_clause(const char *tip)
{
	static const char *const ends[] = {", ", ": ", "; ", ". ", " ("};
	size_t len = strlen(tip);

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		const char *end = strstr(tip, ends[i]);

		if (end != NULL && (size_t)(end - tip) < len)
			len = (size_t)(end - tip);
	}
	return (int)(len > 0 && tip[len - 1] == '.' ? len - 1 : len);
}

/* The command of a tip that begins with one, or comes to it at once; NULL. */
static const char *find_command(const char *tip)
{
	const char *run = strstr(tip, RUN);

	return run != NULL && (run == tip || strncmp(run - 2, "; ", 2) == 0) ? run + strlen(RUN)
									     : NULL;
}

/* The tips for what a service says are whole; those for a mistake in a file say "it" of it. */
static bool is_tip_enough(const struct ks_err *err)
{
	bool is_file = err->kind == KS_ERR_USAGE || err->kind == KS_ERR_SYSTEM ||
		       (err->kind == KS_ERR_CREDENTIALS && !ks_err_is(err, KS_IDENTITY_REFUSED));

	return !is_file && err->tip[0] != '\0' && strncmp(err->tip, AGAIN, strlen(AGAIN)) != 0 &&
	       first_clause(err->tip) <= LONGEST_TIP;
}

/* "FILE, line 7, profile work: " goes, the rest says what is wrong there. */
static const char *without_place(const char *message)
{
	const char *line = strstr(message, ", line "), *colon = strstr(message, ": ");

	return line != NULL && colon != NULL && line < colon ? colon + 2 : message;
}

const char *ks_format_err_brief(const struct ks_err *err, char dst[KS_FORMAT_BRIEF_SIZE])
{
	const char *command = find_command(err->tip);
	struct ks_err bare = *err;

	if (command != NULL) {
		const char *other = strstr(command, ", or ");

		snprintf(dst, KS_FORMAT_BRIEF_SIZE, "run %.*s",
		    (int)(other != NULL ? (size_t)(other - command) : strlen(command)), command);
	} else if (ks_err_is(err, KS_IDENTITY_NO_PROFILE)) {
		snprintf(dst, KS_FORMAT_BRIEF_SIZE, "no such profile");
	} else if (is_tip_enough(err)) {
		snprintf(dst, KS_FORMAT_BRIEF_SIZE, "%.*s", first_clause(err->tip), err->tip);
	} else {
		snprintf(bare.message, sizeof bare.message, "%s", without_place(err->message));
		bare.tip[0] = '\0';
		ks_err_line(&bare, dst, KS_FORMAT_BRIEF_SIZE);
	}
	return dst;
}

/* The end of the text that fits in width cells, whole characters with their marks. */
static const char *text_end(const char *text, int width)
{
	int total = ks_text_width(text);

	while (*text != '\0' && total > width) {
		uint32_t code;

		text += ks_text_decode(text, strlen(text), &code);
		total -= ks_text_code_width(code);
	}
	while (*text != '\0') {
		uint32_t code;
		size_t len = ks_text_decode(text, strlen(text), &code);

		if (ks_text_code_width(code) > 0)
			break;
		text += len;
	}
	return text;
}

const char *ks_format_name(
    const char *name, int width, const struct ks_glyphs *glyphs, char dst[KS_FORMAT_SIZE])
{
	int room = width - ks_text_width(glyphs->ellipsis), tail = room / 3;
	size_t len = strlen(name);

	if (ks_text_width(name) <= width || room < 2 || len >= KS_FORMAT_SIZE - 8)
		return name;
	snprintf(dst, KS_FORMAT_SIZE, "%.*s%s%s", (int)ks_text_fit(name, room - tail), name,
	    glyphs->ellipsis, text_end(name, tail));
	return dst;
}

const char *ks_format_count(size_t count, const char *noun, char dst[KS_FORMAT_SIZE])
{
	snprintf(dst, KS_FORMAT_SIZE, "%zu %s%s", count, noun, count == 1 ? "" : "s");
	return dst;
}
