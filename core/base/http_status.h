/* What is said of an HTTP answer that doesn't say itself what it means. Any thread. */
#ifndef KS_BASE_HTTP_STATUS_H
#define KS_BASE_HTTP_STATUS_H

#include <stddef.h>

#include "core/base/err.h"

/*
 * RFC 9110's words for what proxies and load balancers answer, after a blank: " (Bad Gateway)"; ""
 * if not of those.
 */
const char *ks_http_meaning(int http_status);

/*
 * Fills err, KS_ERR_REPLY, for an answer whose body isn't in the service's form: a line of plain
 * text is quoted (quote.h), a page isn't. Returns false like ks_err_set.
 */
bool ks_http_unreadable(int http_status, const char *body, size_t len, struct ks_err *err);

#endif
