/*
 * Endpoint URLs: the computed ones of Lightsail, and the checks on configured ones. Pure functions,
 * any thread.
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
/* The same, and writes the URL in its normal form, without a slash at its end. */
bool ks_endpoint_check(
    const char *url, const char *what, char *dst, size_t size, struct ks_err *err);

/* Is this a host label? What isn't one never gets into a URL. */
bool ks_endpoint_region_ok(const char *region);

/*
 * Lightsail's endpoint rules (botocore's endpoint-rule-set-1.json) for a region, by its partition's
 * suffix. An unknown partition counts as "aws". False when the region isn't a host label or size is
 * too small.
 */
bool ks_endpoint_lightsail(
    const char *region, bool fips, bool dual_stack, char *dst, size_t size, struct ks_err *err);

/*
 * The name of the partition that a region is in: "aws", "aws-cn", … Known for every region.
 */
const char *ks_endpoint_partition(const char *region);

#endif
