/*
 * What the environment and a profile say besides credentials: region, endpoints, trust, retries. In
 * all of them the environment beats the profile (AWS SDKs and Tools Reference Guide).
 */
#ifndef KS_AWS_SETTINGS_H
#define KS_AWS_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/aws/env.h"
#include "core/aws/identity.h"
#include "core/aws/profiles.h"
#include "core/aws/service.h"
#include "core/base/err.h"

/* A URL as it is configured, not yet checked. */
struct ks_configured_url {
	char *url;         /* NULL when none is */
	char *origin;      /* for messages, clean: "AWS_ENDPOINT_URL", "~/.aws/config, line 3" */
	struct ks_err err; /* the configuration itself is broken; kind KS_ERR_NONE if not */
};

struct ks_settings {
	char *region; /* NULL when none is configured, as all of these */
	char *ca_bundle;
	bool fips, dual_stack;
	enum ks_retry_mode retry_mode;
	int max_attempts;  /* 0: none is configured */
	int connect_ms;    /* 0: no defaults_mode is configured */
	char *near_region; /* to this one a connection gets near_connect_ms; NULL: to none */
	int near_connect_ms;
	char *app_id;
	bool sts_legacy; /* STS is asked at its global endpoint where that once was usual */
	struct ks_configured_url urls[KS_SERVICE_COUNT];
	char **warnings; /* clean lines */
	size_t warning_count, warning_cap;
};

/*
 * Fills out; the caller clears it. endpoint_url: the option, which beats all for the services that
 * take it; NULL if not given.
 */
void ks_settings_load(struct ks_settings *out, const struct ks_env *env,
    const struct ks_profiles *profiles, const char *profile, const char *endpoint_url);
/* Sets the URL of each service that takes the option; origin names it in messages. */
void ks_settings_set_url(struct ks_settings *out, const char *url, const char *origin);
void ks_settings_clear(struct ks_settings *settings);

/*
 * The service's URL in region, without a slash at its end: what is configured (the option, the
 * service's own variable, AWS_ENDPOINT_URL, the profile's services section, the profile's
 * endpoint_url), else computed. The region is that of the request: for SSO it is sso_region; NULL
 * is fine for STS, and where a URL is configured. False: the region is missing or no host label
 * (which is checked in any case, since it is signed, too), what is configured is broken or refused,
 * or it doesn't fit in size.
 */
bool ks_settings_endpoint(const struct ks_settings *settings, enum ks_service service,
    const char *region, char *url, size_t size, struct ks_err *err);
/* Is a URL configured for the service, be it broken? Then FIPS and dual-stack don't count. */
bool ks_settings_has_endpoint(const struct ks_settings *settings, enum ks_service service);
/*
 * The region that a request to ks_settings_endpoint's STS for region is signed for: us-east-1 for
 * the global endpoint, else region. region may be NULL. Owned by the caller's region, or constant.
 */
const char *ks_settings_sts_region(const struct ks_settings *settings, const char *region);

/* How long a connection to this region may take to stand, in ms; 0: nothing is configured. */
int ks_settings_connect_ms(const struct ks_settings *settings, const char *region);

/* How often a request is made, at the most: what is configured, else what the retry mode has. */
int ks_settings_attempts(const struct ks_settings *settings);
/*
 * What requests add to the program's user agent: the retry mode and the app ID. Cut to size, for
 * which KS_SETTINGS_AGENT_SIZE is enough.
 */
#define KS_SETTINGS_AGENT_SIZE 512
void ks_settings_agent(const struct ks_settings *settings, char *dst, size_t size);

/* Adds a line to the warnings; it is cleaned. */
void ks_settings_warn(struct ks_settings *settings, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
