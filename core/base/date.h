/*
 * Dates in the forms that AWS and people use. Times are wall times of clock.h (ms). No function
 * here reads a clock. Any thread.
 */
#ifndef KS_BASE_DATE_H
#define KS_BASE_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KS_DATE_SIZE 40 /* enough for every form below */

/* 2021-08-06T12:00:00Z, with .123 only when the milliseconds aren't zero (RFC 3339). */
const char *ks_date_rfc3339(int64_t ms, char dst[KS_DATE_SIZE]);
/* 20210806T120000Z, the form of X-Amz-Date. */
const char *ks_date_amz(int64_t ms, char dst[KS_DATE_SIZE]);
/* Fri, 06 Aug 2021 12:00:00 GMT, the form of an HTTP Date header (RFC 9110, 5.6.7). */
const char *ks_date_http(int64_t ms, char dst[KS_DATE_SIZE]);
/* The user's time zone: 2021-08-06 14:00:00 CEST. */
const char *ks_date_local(int64_t ms, char dst[KS_DATE_SIZE]);
/* 12:04:11 in the user's time zone. */
const char *ks_date_local_clock(int64_t ms, char dst[KS_DATE_SIZE]);
/* A span in one short word: 42s, 12m, 3h, 412d. Negative spans count as 0s. */
const char *ks_date_span(int64_t ms, char dst[KS_DATE_SIZE]);
/* How long until ks_date_span of a growing span reads differently (ms, > 0). */
int64_t ks_date_span_changes_in(int64_t ms);

/*
 * Read these forms; false when text is none. *ms is written on success only. RFC 3339 may lack its
 * zone, which is UTC then.
 */
bool ks_date_parse_rfc3339(const char *text, int64_t *ms);
bool ks_date_parse_amz(const char *text, int64_t *ms);
bool ks_date_parse_http(const char *text, int64_t *ms);

#endif
