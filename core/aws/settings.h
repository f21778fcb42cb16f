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
	int max_attempts; /* 0: none is configured */
	struct ks_configured_url lightsail, s3;
	char **warnings; /* clean lines */
	size_t warning_count, warning_cap;
};

/* Fills out; the caller clears it. endpoint_url: the option, which beats all; NULL if not given. */
void ks_settings_load(struct ks_settings *out, const struct ks_env *env,
    const struct ks_profiles *profiles, const char *profile, const char *endpoint_url);
/* Settings (zeroed or cleared) that consist of one URL for both services. */
void ks_settings_set_url(struct ks_settings *out, const char *url, const char *origin);
void ks_settings_clear(struct ks_settings *settings);

/* Adds a line to the warnings; it is cleaned. */
void ks_settings_warn(struct ks_settings *settings, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
