/*
 * Endpoint URLs: their parts, and the checks on configured ones. Pure functions, any thread.
 */
#ifndef KS_AWS_ENDPOINT_H
#define KS_AWS_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"

#define KS_ENDPOINT_SIZE 512 /* enough for any URL that is accepted */

/* The parts of an endpoint URL that a request needs. */
struct ks_endpoint {
	bool tls;
	bool loopback;  /* 127.0.0.0/8, [::1], localhost: never through a proxy */
	char host[300]; /* as in the Host header: lower case, port unless it is the default */
	char path[256]; /* what comes before the request's own path; "" or "/prefix" */
};

/*
 * Takes a configured URL apart. False when it isn't an http(s) URL with a plain host, has a user,
 * query or fragment, or is plain http to a host that isn't loopback (127.0.0.0/8, [::1],
 * localhost): err then has a tip. what names the URL in the message: "--endpoint-url".
 */
bool ks_endpoint_split(
    const char *url, const char *what, struct ks_endpoint *out, struct ks_err *err);
/*
 * The same for where a machine or a container gives credentials to what runs on it: plain http is
 * fine for these hosts, too (as in out->host; a NULL ends them), and the path is all of a request's
 * path, with its query.
 */
bool ks_endpoint_split_metadata(const char *url, const char *what, const char *const *hosts,
    struct ks_endpoint *out, struct ks_err *err);
/* The same as ks_endpoint_split, and writes the URL in its normal form, without a slash at its end.
 */
bool ks_endpoint_check(
    const char *url, const char *what, char *dst, size_t size, struct ks_err *err);

/* Is this a host label? What isn't one never gets into a URL. */
bool ks_endpoint_region_ok(const char *region);
/* The same, with err filled when it isn't. */
bool ks_endpoint_check_region(const char *region, struct ks_err *err);

#endif
