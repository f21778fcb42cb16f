#include "core/base/date.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *const month_names[] = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
static const char *const day_names[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

static int64_t floor_div(int64_t value, int64_t by)
{
	return value / by - (value % by < 0);
}

static bool split_utc(int64_t ms, struct tm *tm)
{
	time_t seconds = (time_t)floor_div(ms, 1000);

	return gmtime_r(&seconds, tm) != NULL;
}

const char *ks_date_rfc3339(int64_t ms, char dst[KS_DATE_SIZE])
{
	struct tm tm;
	int millis = (int)(ms - floor_div(ms, 1000) * 1000);
	size_t len;

	if (!split_utc(ms, &tm) || tm.tm_year > 9999 - 1900 || tm.tm_year < -1900) {
		snprintf(dst, KS_DATE_SIZE, "-");
		return dst;
	}
	/* %Y is padded by some C libraries and not by others. */
	len = (size_t)snprintf(dst, KS_DATE_SIZE, "%04d", tm.tm_year + 1900);
	len += strftime(dst + len, KS_DATE_SIZE - len, "-%m-%dT%H:%M:%S", &tm);
	if (millis != 0)
		snprintf(dst + len, KS_DATE_SIZE - len, ".%03dZ", millis);
	else
		snprintf(dst + len, KS_DATE_SIZE - len, "Z");
	return dst;
}

const char *ks_date_amz(int64_t ms, char dst[KS_DATE_SIZE])
{
	struct tm tm;

	if (!split_utc(ms, &tm) || strftime(dst, KS_DATE_SIZE, "%Y%m%dT%H%M%SZ", &tm) == 0)
		dst[0] = '\0';
	return dst;
}

const char *ks_date_http(int64_t ms, char dst[KS_DATE_SIZE])
{
	struct tm tm;

	dst[0] = '\0';
	if (split_utc(ms, &tm))
		snprintf(dst, KS_DATE_SIZE, "%s, %02d %s %04d %02d:%02d:%02d GMT",
		    day_names[tm.tm_wday], tm.tm_mday, month_names[tm.tm_mon], tm.tm_year + 1900,
		    tm.tm_hour, tm.tm_min, tm.tm_sec);
	return dst;
}

static bool split_local(int64_t ms, struct tm *tm)
{
	time_t seconds = (time_t)floor_div(ms, 1000);

	return localtime_r(&seconds, tm) != NULL;
}

const char *ks_date_local(int64_t ms, char dst[KS_DATE_SIZE])
{
	struct tm tm;

	if (!split_local(ms, &tm) || strftime(dst, KS_DATE_SIZE, "%Y-%m-%d %H:%M:%S %Z", &tm) == 0)
		dst[0] = '\0';
	return dst;
}

const char *ks_date_local_clock(int64_t ms, char dst[KS_DATE_SIZE])
{
	struct tm tm;

	if (!split_local(ms, &tm) || strftime(dst, KS_DATE_SIZE, "%H:%M:%S", &tm) == 0)
		dst[0] = '\0';
	return dst;
}

/* The unit in which a span is told: the largest of which there are two, or one day. */
static int64_t span_unit(int64_t seconds, char *letter)
{
	if (seconds < 60) {
		*letter = 's';
		return 1;
	}
	if (seconds < 60 * 60) {
		*letter = 'm';
		return 60;
	}
	if (seconds < 48 * 60 * 60) {
		*letter = 'h';
		return 60 * 60;
	}
	*letter = 'd';
	return 24 * 60 * 60;
}

const char *ks_date_span(int64_t ms, char dst[KS_DATE_SIZE])
{
	int64_t seconds = ms > 0 ? ms / 1000 : 0;
	char letter;
	int64_t unit = span_unit(seconds, &letter);

	snprintf(dst, KS_DATE_SIZE, "%lld%c", (long long)(seconds / unit), letter);
	return dst;
}

int64_t ks_date_span_changes_in(int64_t ms)
{
	char letter;
	int64_t seconds = ms > 0 ? ms / 1000 : 0;
	int64_t unit = span_unit(seconds, &letter) * 1000;

	return ms < 0 ? -ms + unit : unit - ms % unit;
}

/* Days since 1970-01-01 of a proleptic Gregorian date (H. Hinnant's days_from_civil). */
static int64_t days_from_civil(int64_t year, int month, int day)
{
	int64_t era, year_of_era, day_of_year;

	year -= month <= 2;
	era = floor_div(year, 400);
	year_of_era = year - era * 400;
	day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
	       day_of_year - 719468;
}

struct civil {
	int year, month, day, hour, minute, second;
};

static bool to_ms(const struct civil *at, int64_t *ms)
{
	static const int month_days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (at->year < 1900 || at->year > 9999 || at->month < 1 || at->month > 12 || at->day < 1 ||
	    at->day > month_days[at->month - 1] || at->hour < 0 || at->hour > 23 ||
	    at->minute < 0 || at->minute > 59 || at->second < 0 || at->second > 60)
		return false;
	*ms = (((days_from_civil(at->year, at->month, at->day) * 24 + at->hour) * 60 + at->minute) *
		      60 +
		  at->second) *
	      1000;
	return true;
}

/* Reads exactly count digits at *text and moves past them. */
static bool digits(const char **text, int count, int *value)
{
	*value = 0;
	for (int i = 0; i < count; i++, (*text)++) {
		if (**text < '0' || **text > '9')
			return false;
		*value = *value * 10 + (**text - '0');
	}
	return true;
}

static bool literal(const char **text, char expected)
{
	if (**text != expected)
		return false;
	(*text)++;
	return true;
}

/* .123456 after the seconds; only the milliseconds count. */
static bool fraction(const char **text, int *millis)
{
	int scale = 100;

	*millis = 0;
	if (**text != '.')
		return true;
	(*text)++;
	if (**text < '0' || **text > '9')
		return false;
	for (; **text >= '0' && **text <= '9'; (*text)++, scale /= 10)
		*millis += (**text - '0') * scale;
	return true;
}

/* Z, UTC, +00:00, +0000, -08:00; none is UTC, as the AWS tools take it. */
static bool zone(const char **text, int *offset_minutes)
{
	int sign, hours, minutes;

	*offset_minutes = 0;
	if (**text == '\0')
		return true;
	if (**text == 'Z' || **text == 'z') {
		(*text)++;
		return true;
	}
	if (strncmp(*text, "UTC", 3) == 0) {
		*text += 3;
		return true;
	}
	if (**text != '+' && **text != '-')
		return false;
	sign = **text == '-' ? -1 : 1;
	(*text)++;
	if (!digits(text, 2, &hours))
		return false;
	if (**text == ':')
		(*text)++;
	if (!digits(text, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*offset_minutes = sign * (hours * 60 + minutes);
	return true;
}

bool ks_date_parse_rfc3339(const char *text, int64_t *ms)
{
	struct civil at = {0};
	int millis, offset;
	int64_t value;

	if (!digits(&text, 4, &at.year) || !literal(&text, '-') || !digits(&text, 2, &at.month) ||
	    !literal(&text, '-') || !digits(&text, 2, &at.day))
		return false;
	if (*text != 'T' && *text != 't' && *text != ' ')
		return false;
	text++;
	if (!digits(&text, 2, &at.hour) || !literal(&text, ':') || !digits(&text, 2, &at.minute) ||
	    !literal(&text, ':') || !digits(&text, 2, &at.second) || !fraction(&text, &millis) ||
	    !zone(&text, &offset) || *text != '\0' || !to_ms(&at, &value))
		return false;
	*ms = value + millis - (int64_t)offset * 60000;
	return true;
}

bool ks_date_parse_amz(const char *text, int64_t *ms)
{
	struct civil at = {0};

	return digits(&text, 4, &at.year) && digits(&text, 2, &at.month) &&
	       digits(&text, 2, &at.day) && literal(&text, 'T') && digits(&text, 2, &at.hour) &&
	       digits(&text, 2, &at.minute) && digits(&text, 2, &at.second) &&
	       literal(&text, 'Z') && *text == '\0' && to_ms(&at, ms);
}

bool ks_date_parse_http(const char *text, int64_t *ms)
{
	struct civil at = {0};

	if (strlen(text) < 4 || text[3] != ',' || text[4] != ' ')
		return false;
	text += 5;
	if (!digits(&text, 2, &at.day) || !literal(&text, ' '))
		return false;
	for (at.month = 1; at.month <= 12; at.month++)
		if (strncmp(text, month_names[at.month - 1], 3) == 0)
			break;
	if (at.month > 12)
		return false;
	text += 3;
	return literal(&text, ' ') && digits(&text, 4, &at.year) && literal(&text, ' ') &&
	       digits(&text, 2, &at.hour) && literal(&text, ':') && digits(&text, 2, &at.minute) &&
	       literal(&text, ':') && digits(&text, 2, &at.second) &&
	       (strcmp(text, " GMT") == 0 || strcmp(text, " UTC") == 0) && to_ms(&at, ms);
}
