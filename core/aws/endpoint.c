#include "core/aws/endpoint.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool ks_endpoint_region_ok(const char *region)
{
	size_t len = strlen(region), digits = 0;

	if (len == 0 || len > 63 || region[0] == '-' || region[len - 1] == '-')
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!is_alnum(region[i]) && region[i] != '-')
			return false;
		digits += is_digit(region[i]);
	}
	return digits < len;
}

bool ks_endpoint_check_region(const char *region, struct ks_err *err)
{
	if (ks_endpoint_region_ok(region))
		return true;
	ks_err_set(err, KS_ERR_USAGE, "\"%s\" is no region name", region);
	return ks_err_tip(err, "a region is named like us-east-1");
}

/* Where the URL is taken apart. */
struct cursor {
	const char *at;
	const char *url;
	const char *what;
	struct ks_err *err;
	const char *const *hosts; /* these may have plain http, and a query; NULL: only loopback */
};

/* A URL with an "@" isn't shown: it may have a password in front of it. */
static bool reject(const struct cursor *cursor, const char *why)
{
	bool shown = strchr(cursor->url, '@') == NULL;

	return ks_err_set(cursor->err, KS_ERR_USAGE, "%s: %s is refused: %s", cursor->what,
	    shown ? cursor->url : "the URL", why);
}

static bool take_scheme(struct cursor *cursor, bool *tls)
{
	static const struct {
		const char *text;
		bool tls;
	} schemes[] = {{"https://", true}, {"http://", false}};

	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
		size_t len = strlen(schemes[i].text);

		if (strncasecmp(cursor->at, schemes[i].text, len) == 0) {
			cursor->at += len;
			*tls = schemes[i].tls;
			return true;
		}
	}
	return reject(cursor, "it doesn't begin with https:// or http://");
}

/* An IPv6 address in brackets; written in its normal form. */
static bool take_bracketed(struct cursor *cursor, char *host, size_t size)
{
	size_t len = strcspn(++cursor->at, "]");
	char address[INET6_ADDRSTRLEN];
	struct in6_addr parsed;

	if (cursor->at[len] != ']' || len >= sizeof address)
		return reject(cursor, "its host isn't an address");
	memcpy(address, cursor->at, len);
	address[len] = '\0';
	if (inet_pton(AF_INET6, address, &parsed) != 1 ||
	    inet_ntop(AF_INET6, &parsed, address, sizeof address) == NULL)
		return reject(cursor, "its host isn't an address");
	snprintf(host, size, "[%s]", address);
	cursor->at += len + 1;
	return true;
}

static bool take_host(struct cursor *cursor, char *host, size_t size)
{
	size_t len = 0;

	if (*cursor->at == '[')
		return take_bracketed(cursor, host, size);
	while (is_alnum(cursor->at[len]) || strchr("-._", cursor->at[len]) != NULL) {
		if (cursor->at[len] == '\0')
			break;
		len++;
	}
	if (len == 0 || len > 253 || len >= size)
		return reject(cursor, "it has no valid host");
	for (size_t i = 0; i < len; i++) {
		char c = cursor->at[i];

		host[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	host[len] = '\0';
	cursor->at += len;
	return true;
}

/* Takes ":port"; *port is 0 when there is none. */
static bool take_port(struct cursor *cursor, int *port)
{
	*port = 0;
	if (*cursor->at != ':')
		return true;
	for (cursor->at++; is_digit(*cursor->at) && *port <= 65535; cursor->at++)
		*port = *port * 10 + (*cursor->at - '0');
	if (*port < 1 || *port > 65535)
		return reject(cursor, "its port isn't a number from 1 to 65535");
	return true;
}

/*
 * What is left must be a plain path. Slashes at its end don't count, unless it is all of a
 * request's path.
 */
static bool take_path(struct cursor *cursor, char *path, size_t size)
{
	const char *others = cursor->hosts != NULL ? "/-._~%:?=&+" : "/-._~%";
	size_t len = strlen(cursor->at);

	for (size_t i = 0; i < len; i++)
		if (!is_alnum(cursor->at[i]) && strchr(others, cursor->at[i]) == NULL)
			return reject(cursor, "only host, port and a plain path may be in it");
	if (len > 0 && cursor->at[0] != '/')
		return reject(cursor, "it has no valid host");
	while (cursor->hosts == NULL && len > 0 && cursor->at[len - 1] == '/')
		len--;
	if (len >= size)
		return reject(cursor, "its path is too long");
	memcpy(path, cursor->at, len);
	path[len] = '\0';
	return true;
}

static bool is_loopback(const char *host)
{
	struct in_addr v4;

	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	return strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0;
}

/* Does its traffic stay where nobody else hears it? */
static bool may_be_plain(const struct cursor *cursor, const char *host)
{
	for (const char *const *known = cursor->hosts; known != NULL && *known != NULL; known++)
		if (strcmp(host, *known) == 0)
			return true;
	return is_loopback(host);
}

static bool split(struct cursor cursor, struct ks_endpoint *out, struct ks_err *err)
{
	char host[256];
	int port;

	if (!take_scheme(&cursor, &out->tls) || !take_host(&cursor, host, sizeof host) ||
	    !take_port(&cursor, &port) || !take_path(&cursor, out->path, sizeof out->path))
		return false;
	out->loopback = is_loopback(host);
	if (!out->tls && !may_be_plain(&cursor, host)) {
		reject(&cursor, "plain http would send your requests unprotected over the network");
		return ks_err_tip(err, "use https://; http is for 127.0.0.1, [::1] and localhost");
	}
	if (port == 0 || port == (out->tls ? 443 : 80))
		snprintf(out->host, sizeof out->host, "%s", host);
	else
		snprintf(out->host, sizeof out->host, "%s:%d", host, port);
	return true;
}

bool ks_endpoint_split(
    const char *url, const char *what, struct ks_endpoint *out, struct ks_err *err)
{
	return split((struct cursor){.at = url, .url = url, .what = what, .err = err}, out, err);
}

bool ks_endpoint_split_metadata(const char *url, const char *what, const char *const *hosts,
    struct ks_endpoint *out, struct ks_err *err)
{
	return split(
	    (struct cursor){.at = url, .url = url, .what = what, .err = err, .hosts = hosts}, out,
	    err);
}

bool ks_endpoint_check(
    const char *url, const char *what, char *dst, size_t size, struct ks_err *err)
{
	struct ks_endpoint endpoint;
	int len;

	if (!ks_endpoint_split(url, what, &endpoint, err))
		return false;
	len = snprintf(
	    dst, size, "%s://%s%s", endpoint.tls ? "https" : "http", endpoint.host, endpoint.path);
	if (len < 0 || (size_t)len >= size)
		return ks_err_set(err, KS_ERR_USAGE, "%s: the URL is too long", what);
	return true;
}
