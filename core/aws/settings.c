#include "core/aws/settings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/aws/agent.h"
#include "core/aws/endpoint.h"
#include "core/base/mem.h"
#include "core/base/text.h"

#define ATTEMPTS_MAX 100 /* more is a slip of the keyboard */

#define STS_GLOBAL_NAME   "aws-global"
#define STS_GLOBAL_REGION "us-east-1" /* which signs for it */
#define STS_GLOBAL_URL    "https://sts.amazonaws.com"

/* Where to look. */
struct sources {
	const struct ks_env *env;
	const struct ks_profiles *profiles;
	const char *profile;
};

/* A value and where it is from. */
struct found {
	const char *value; /* NULL: nowhere */
	char origin[640];
};

void ks_settings_warn(struct ks_settings *settings, const char *format, ...)
{
	char raw[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(raw, sizeof raw, format, args);
	va_end(args);
	settings->warnings = ks_grow(settings->warnings, settings->warning_count,
	    &settings->warning_cap, sizeof *settings->warnings);
	settings->warnings[settings->warning_count++] = ks_text_clean_dup(raw, strlen(raw));
}

static bool find_in_env(
    const struct sources *from, enum ks_env_variable variable, struct found *out)
{
	out->value = ks_env_get(from->env, variable);
	if (out->value != NULL)
		snprintf(out->origin, sizeof out->origin, "%s", ks_env_name(variable));
	return out->value != NULL;
}

/* An empty value is as good as none. */
static bool find_in_profile(const struct sources *from, const char *key, struct found *out)
{
	enum ks_profile_file file;
	const struct ks_ini_entry *entry =
	    ks_profiles_get(from->profiles, from->profile, key, &file);

	out->value = entry != NULL && entry->value[0] != '\0' ? entry->value : NULL;
	if (out->value != NULL)
		snprintf(out->origin, sizeof out->origin, "%s, line %d",
		    ks_profiles_path(from->profiles, file), entry->line);
	return out->value != NULL;
}

static bool find(
    const struct sources *from, enum ks_env_variable variable, const char *key, struct found *out)
{
	return find_in_env(from, variable, out) || find_in_profile(from, key, out);
}

static char *copy_value(const struct found *found)
{
	return found->value != NULL ? ks_strdup(found->value) : NULL;
}

/* The AWS tools take "true" in any case as yes and all else as no. */
static bool is_on(const struct sources *from, enum ks_env_variable variable, const char *key)
{
	struct found found;

	return find(from, variable, key, &found) && ks_text_casecmp(found.value, "true") == 0;
}

/* ---- what a defaults mode stands for ---- */

#define NEAR_CONNECT_MS 1100
#define FAR_CONNECT_MS  3100

/*
 * As botocore's sdk-default-configuration.json. All of them retry in standard mode and ask STS in
 * the region, which is what holds here without one, too: legacy means botocore's older defaults in
 * botocore, but to the AWS CLI, whose ways these are, its time-outs alone.
 */
static const struct {
	const char *name;
	int connect_ms;
	bool looks_around; /* a region that the program runs in is near */
} defaults[] = {
    {"standard", FAR_CONNECT_MS, false},
    {"in-region", NEAR_CONNECT_MS, false},
    {"cross-region", FAR_CONNECT_MS, false},
    {"mobile", 30000, false},
    {"legacy", 60000, false},
    {"auto", FAR_CONNECT_MS, true},
};

/*
 * Where the program runs is told by the variables of AWS's execution environments. The SDKs then
 * ask the metadata service of EC2, too; for two seconds more to connect nobody should wait for
 * that.
 */
static void look_around(struct ks_settings *out, const struct sources *from)
{
	struct found found;

	if (ks_env_get(from->env, KS_ENV_AWS_EXECUTION_ENV) == NULL)
		return;
	if (find_in_env(from, KS_ENV_AWS_REGION, &found) ||
	    find_in_env(from, KS_ENV_AWS_DEFAULT_REGION, &found)) {
		out->near_region = copy_value(&found);
		out->near_connect_ms = NEAR_CONNECT_MS;
	}
}

static void load_defaults(struct ks_settings *out, const struct sources *from)
{
	size_t mode = 0, count = sizeof defaults / sizeof defaults[0];
	struct found found;

	if (!find(from, KS_ENV_AWS_DEFAULTS_MODE, "defaults_mode", &found))
		return;
	while (mode < count && ks_text_casecmp(found.value, defaults[mode].name) != 0)
		mode++;
	if (mode == count) {
		ks_settings_warn(out, "%s: there is no defaults mode \"%s\"; none is used",
		    found.origin, found.value);
		return;
	}
	out->connect_ms = defaults[mode].connect_ms;
	if (defaults[mode].looks_around)
		look_around(out, from);
}

int ks_settings_connect_ms(const struct ks_settings *settings, const char *region)
{
	if (settings->near_region != NULL && strcmp(settings->near_region, region) == 0)
		return settings->near_connect_ms;
	return settings->connect_ms;
}

/* ---- retries ---- */

static void load_retries(struct ks_settings *out, const struct sources *from)
{
	static const char *const modes[] = {
	    [KS_RETRY_STANDARD] = "standard",
	    [KS_RETRY_LEGACY] = "legacy",
	    [KS_RETRY_ADAPTIVE] = "adaptive",
	};
	struct found found;
	size_t mode = 0;

	if (find(from, KS_ENV_AWS_RETRY_MODE, "retry_mode", &found)) {
		while (mode < sizeof modes / sizeof modes[0] &&
		       ks_text_casecmp(found.value, modes[mode]) != 0)
			mode++;
		if (mode < sizeof modes / sizeof modes[0])
			out->retry_mode = (enum ks_retry_mode)mode;
		else
			ks_settings_warn(out, "%s: there is no retry mode \"%s\"; standard is used",
			    found.origin, found.value);
	}
	if (find(from, KS_ENV_AWS_MAX_ATTEMPTS, "max_attempts", &found)) {
		uint64_t attempts;

		if (ks_text_number(found.value, ATTEMPTS_MAX, &attempts) && attempts >= 1)
			out->max_attempts = (int)attempts;
		else
			ks_settings_warn(out,
			    "%s: max_attempts is a number from 1 to %d, not \"%s\"", found.origin,
			    ATTEMPTS_MAX, found.value);
	}
}

int ks_settings_attempts(const struct ks_settings *settings)
{
	static const int usual[] = {
	    [KS_RETRY_STANDARD] = 3,
	    [KS_RETRY_LEGACY] = 5,
	    [KS_RETRY_ADAPTIVE] = 3,
	};

	return settings->max_attempts > 0 ? settings->max_attempts : usual[settings->retry_mode];
}

void ks_settings_agent(const struct ks_settings *settings, char *dst, size_t size)
{
	ks_agent_write_own(dst, size, settings->retry_mode, settings->app_id);
}

/* ---- endpoints ---- */

static void set_url(struct ks_configured_url *out, const char *url, size_t len, const char *origin)
{
	out->url = ks_strndup(url, len);
	out->origin = ks_text_clean_dup(origin, strlen(origin));
}

/* The "services = NAME" of the profile. True when that settles it: a URL, or an error. */
static bool load_from_services(struct ks_configured_url *out, const struct sources *from,
    const struct ks_service_names *service)
{
	const struct ks_ini_section *section;
	const struct ks_ini_entry *entry;
	struct found name;
	const char *url;
	char origin[640];
	size_t len;

	if (!find_in_profile(from, "services", &name))
		return false;
	section = ks_profiles_section(from->profiles, "services", name.value);
	if (section == NULL) {
		ks_err_set(&out->err, KS_ERR_CREDENTIALS,
		    "%s: services = %s, but the config file has no section [services %s]",
		    name.origin, name.value, name.value);
		snprintf(out->err.code, sizeof out->err.code, "%s", KS_IDENTITY_BROKEN_CONFIG);
		return true;
	}
	entry = ks_ini_get(section, service->key);
	url = entry != NULL ? ks_ini_sub(entry, "endpoint_url", &len) : NULL;
	if (url == NULL || len == 0)
		return false;
	snprintf(origin, sizeof origin, "%s, line %d, services %s, %s",
	    ks_profiles_path(from->profiles, KS_PROFILE_CONFIG), entry->line, name.value,
	    service->key);
	set_url(out, url, len, origin);
	return true;
}

static void load_url(struct ks_configured_url *out, const struct sources *from,
    const struct ks_service_names *service)
{
	struct found found;

	if (is_on(from, KS_ENV_AWS_IGNORE_CONFIGURED_ENDPOINT_URLS,
		"ignore_configured_endpoint_urls"))
		return;
	if (find_in_env(from, service->variable, &found) ||
	    find_in_env(from, KS_ENV_AWS_ENDPOINT_URL, &found)) {
		set_url(out, found.value, strlen(found.value), found.origin);
		return;
	}
	if (!load_from_services(out, from, service) &&
	    find_in_profile(from, "endpoint_url", &found))
		set_url(out, found.value, strlen(found.value), found.origin);
}

static void load_app_id(struct ks_settings *out, const struct sources *from)
{
	struct found found;

	if (!find(from, KS_ENV_AWS_SDK_UA_APP_ID, "sdk_ua_app_id", &found))
		return;
	out->app_id = copy_value(&found);
	if (strlen(found.value) > KS_AGENT_APP_ID_MAX)
		ks_settings_warn(out, "%s: the app ID is longer than %d characters", found.origin,
		    KS_AGENT_APP_ID_MAX);
}

static void load_sts(struct ks_settings *out, const struct sources *from)
{
	struct found found;

	if (!find(from, KS_ENV_AWS_STS_REGIONAL_ENDPOINTS, "sts_regional_endpoints", &found))
		return;
	out->sts_legacy = ks_text_casecmp(found.value, "legacy") == 0;
	if (!out->sts_legacy && ks_text_casecmp(found.value, "regional") != 0)
		ks_settings_warn(out,
		    "%s: sts_regional_endpoints is regional or legacy, not \"%s\"; regional is "
		    "used",
		    found.origin, found.value);
}

void ks_settings_load(struct ks_settings *out, const struct ks_env *env,
    const struct ks_profiles *profiles, const char *profile, const char *endpoint_url)
{
	struct sources from = {env, profiles, profile};
	struct found found;

	memset(out, 0, sizeof *out);
	if (find_in_env(&from, KS_ENV_AWS_REGION, &found) ||
	    find(&from, KS_ENV_AWS_DEFAULT_REGION, "region", &found))
		out->region = copy_value(&found);
	/* The last is of the library that the AWS CLI once sent its requests with. */
	if (find(&from, KS_ENV_AWS_CA_BUNDLE, "ca_bundle", &found) ||
	    find_in_env(&from, KS_ENV_REQUESTS_CA_BUNDLE, &found))
		out->ca_bundle = copy_value(&found);
	out->fips = is_on(&from, KS_ENV_AWS_USE_FIPS_ENDPOINT, "use_fips_endpoint");
	out->dual_stack = is_on(&from, KS_ENV_AWS_USE_DUALSTACK_ENDPOINT, "use_dualstack_endpoint");
	load_defaults(out, &from);
	load_retries(out, &from);
	load_app_id(out, &from);
	load_sts(out, &from);
	for (int i = 0; i < KS_SERVICE_COUNT; i++) {
		const struct ks_service_names *service = ks_service_names((enum ks_service)i);

		if (endpoint_url == NULL || !service->takes_option)
			load_url(&out->urls[i], &from, service);
	}
	if (endpoint_url != NULL)
		ks_settings_set_url(out, endpoint_url, "--endpoint-url");
}

void ks_settings_set_url(struct ks_settings *out, const char *url, const char *origin)
{
	for (int i = 0; i < KS_SERVICE_COUNT; i++)
		if (ks_service_names((enum ks_service)i)->takes_option)
			set_url(&out->urls[i], url, strlen(url), origin);
}

void ks_settings_clear(struct ks_settings *settings)
{
	free(settings->region);
	free(settings->ca_bundle);
	free(settings->near_region);
	free(settings->app_id);
	for (int i = 0; i < KS_SERVICE_COUNT; i++) {
		free(settings->urls[i].url);
		free(settings->urls[i].origin);
	}
	for (size_t i = 0; i < settings->warning_count; i++)
		free(settings->warnings[i]);
	free(settings->warnings);
	memset(settings, 0, sizeof *settings);
}

/* ---- endpoints to use ---- */

bool ks_settings_has_endpoint(const struct ks_settings *settings, enum ks_service service)
{
	const struct ks_configured_url *configured = &settings->urls[service];

	return configured->url != NULL || configured->err.kind != KS_ERR_NONE;
}

static bool use_configured(
    const struct ks_configured_url *configured, char *url, size_t size, struct ks_err *err)
{
	if (configured->err.kind != KS_ERR_NONE) {
		*err = configured->err;
		return false;
	}
	return ks_endpoint_check(configured->url, configured->origin, url, size, err);
}

/* "aws-global" is how the SDKs spell the region of the global endpoint. */
static bool is_no_region(const char *region)
{
	return region == NULL || strcmp(region, STS_GLOBAL_NAME) == 0;
}

/* There are no other hosts of the global endpoint: a switch makes it regional. */
static bool sts_is_global(const struct ks_settings *settings, const char *region)
{
	return !settings->fips && !settings->dual_stack &&
	       !ks_settings_has_endpoint(settings, KS_SERVICE_STS) &&
	       (is_no_region(region) ||
		   (settings->sts_legacy && ks_service_sts_was_global(region)));
}

const char *ks_settings_sts_region(const struct ks_settings *settings, const char *region)
{
	return is_no_region(region) || sts_is_global(settings, region) ? STS_GLOBAL_REGION : region;
}

static bool compute(const struct ks_settings *settings, enum ks_service service, const char *region,
    char *url, size_t size, struct ks_err *err)
{
	bool global = service == KS_SERVICE_STS && sts_is_global(settings, region);
	int len;

	if (service == KS_SERVICE_STS)
		region = ks_settings_sts_region(settings, region);
	if (region == NULL)
		return ks_err_set(err, KS_ERR_USAGE, "No region is chosen");
	if (!ks_service_endpoint(
		service, region, settings->fips, settings->dual_stack, url, size, err))
		return false;
	if (!global)
		return true;
	len = snprintf(url, size, "%s", STS_GLOBAL_URL);
	return (size_t)len < size ||
	       ks_err_set(err, KS_ERR_USAGE, "The endpoint of %s is too long", region);
}

bool ks_settings_endpoint(const struct ks_settings *settings, enum ks_service service,
    const char *region, char *url, size_t size, struct ks_err *err)
{
	if (!ks_settings_has_endpoint(settings, service))
		return compute(settings, service, region, url, size, err);
	return (region == NULL || ks_endpoint_check_region(region, err)) &&
	       use_configured(&settings->urls[service], url, size, err);
}
