#include "core/aws/identity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/aws/endpoint.h"
#include "core/aws/profiles.h"
#include "core/aws/provider.h"
#include "core/aws/settings.h"
#include "core/base/buf.h"
#include "core/base/mem.h"

struct ks_identity {
	char *profile;
	bool has_credentials;
	struct ks_credentials credentials;
	struct ks_settings settings;
	struct ks_credentials_place *places;
	size_t place_count, place_cap;
};

static struct ks_identity *new_identity(const char *profile)
{
	struct ks_identity *identity = ks_calloc(1, sizeof *identity);

	identity->profile = ks_strdup(profile);
	ks_credentials_init(&identity->credentials);
	return identity;
}

static void add_place(struct ks_identity *identity, const char *place, const char *finding)
{
	identity->places = ks_grow(identity->places, identity->place_count, &identity->place_cap,
	    sizeof *identity->places);
	identity->places[identity->place_count++] =
	    (struct ks_credentials_place){ks_strdup(place), ks_strdup(finding)};
}

static bool set_code(struct ks_err *err, const char *code)
{
	snprintf(err->code, sizeof err->code, "%s", code);
	return false;
}

/* ---- which profile ---- */

static const char *choose_profile(const struct ks_env *env, const char *named)
{
	static const enum ks_env_variable variables[] = {
	    KS_ENV_AWS_PROFILE, KS_ENV_AWS_DEFAULT_PROFILE};

	if (named != NULL)
		return named;
	for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++)
		if (ks_env_get(env, variables[i]) != NULL)
			return ks_env_get(env, variables[i]);
	return "default";
}

/* A refused file ends it: what it would have said isn't known. */
static bool check_files(
    struct ks_identity *identity, const struct ks_profiles *profiles, struct ks_err *err)
{
	bool ok = true;

	for (int file = 0; file < KS_PROFILE_FILES; file++) {
		const struct ks_err *found =
		    ks_profiles_error(profiles, (enum ks_profile_file)file);

		if (found == NULL)
			continue;
		add_place(identity, ks_profiles_path(profiles, (enum ks_profile_file)file),
		    found->message);
		if (ok)
			*err = *found;
		ok = false;
	}
	return ok || set_code(err, KS_IDENTITY_BROKEN_CONFIG);
}

static void tip_known_profiles(const struct ks_profiles *profiles, struct ks_err *err)
{
	struct ks_buf names;

	/* As many names as fit a tip. */
	ks_buf_init(&names, sizeof err->tip - sizeof "known profiles: " - sizeof ", …");
	for (size_t i = 0; i < ks_profiles_count(profiles) && !names.overflow; i++)
		ks_buf_printf(&names, "%s%s", i > 0 ? ", " : "", ks_profiles_name(profiles, i));
	if (ks_profiles_count(profiles) == 0)
		ks_err_tip(err, "there are no profiles at all; run: aws configure");
	else
		ks_err_tip(
		    err, "known profiles: %s%s", ks_buf_text(&names), names.overflow ? ", …" : "");
	ks_buf_free(&names);
}

static void add_searched(
    struct ks_identity *identity, const struct ks_profiles *profiles, enum ks_profile_file file)
{
	add_place(identity, ks_profiles_path(profiles, file),
	    ks_profiles_has_file(profiles, file) ? "no such profile" : "there is no such file");
}

/* A missing "default" is no error by itself, as with botocore. */
static bool check_profile(
    struct ks_identity *identity, const struct ks_profiles *profiles, struct ks_err *err)
{
	const char *config = ks_profiles_path(profiles, KS_PROFILE_CONFIG);
	const char *credentials = ks_profiles_path(profiles, KS_PROFILE_CREDENTIALS);

	if (strcmp(identity->profile, "default") == 0 ||
	    ks_profiles_has(profiles, identity->profile))
		return true;
	ks_err_set(err, KS_ERR_CREDENTIALS, "There is no profile %s in %s or %s", identity->profile,
	    config, credentials);
	for (int file = 0; file < KS_PROFILE_FILES; file++)
		add_searched(identity, profiles, (enum ks_profile_file)file);
	tip_known_profiles(profiles, err);
	return set_code(err, KS_IDENTITY_NO_PROFILE);
}

/* ---- resolving ---- */

static bool fail_without_credentials(
    const struct ks_identity *identity, enum ks_provider_result result, struct ks_err *err)
{
	if (result == KS_PROVIDER_FAILED)
		return false;
	ks_err_set(err, KS_ERR_CREDENTIALS, "There are no AWS credentials for the profile %s",
	    identity->profile);
	ks_err_tip(err, "run: aws configure, or have a look around with keysail --demo");
	return set_code(err, KS_IDENTITY_NO_CREDENTIALS);
}

static bool ask_providers(
    struct ks_identity *identity, const struct ks_provider_query *query, struct ks_err *err)
{
	/* No row of today's table is ever PENDING, so that one step answers. */
	struct ks_chain *chain = ks_chain_new(ks_providers, ks_provider_count, query);
	enum ks_provider_result result = ks_chain_step(chain, &identity->credentials, err);

	for (size_t i = 0; i < ks_chain_place_count(chain); i++)
		add_place(
		    identity, ks_chain_place(chain, i)->place, ks_chain_place(chain, i)->finding);
	ks_chain_free(chain);
	identity->has_credentials = result == KS_PROVIDER_DONE;
	return identity->has_credentials || fail_without_credentials(identity, result, err);
}

static bool resolve_configured(struct ks_identity *identity,
    const struct ks_identity_options *options, bool is_explicit, struct ks_err *err)
{
	struct ks_profiles *profiles = ks_profiles_load(options->env);
	struct ks_provider_query query = {
	    .env = options->env,
	    .profiles = profiles,
	    .profile = identity->profile,
	    .is_explicit = is_explicit,
	};
	bool ok;

	ks_settings_load(
	    &identity->settings, options->env, profiles, identity->profile, options->endpoint_url);
	for (size_t i = 0; i < ks_profiles_warning_count(profiles); i++)
		ks_settings_warn(&identity->settings, "%s", ks_profiles_warning(profiles, i));
	ok = check_files(identity, profiles, err) && check_profile(identity, profiles, err) &&
	     ask_providers(identity, &query, err);
	ks_profiles_free(profiles);
	return ok;
}

static char *copy_or_null(const char *text)
{
	return text != NULL ? ks_strdup(text) : NULL;
}

static bool take_given(
    struct ks_identity *identity, const struct ks_identity_given *given, struct ks_err *err)
{
	ks_settings_set_url(&identity->settings, given->endpoint_url, "the demo");
	identity->settings.region = copy_or_null(given->region);
	identity->credentials.access_key_id = ks_strdup(given->access_key_id);
	identity->credentials.source = ks_strdup("demo");
	identity->credentials.secret = ks_secret_dup(given->secret, err);
	identity->has_credentials = identity->credentials.secret != NULL;
	return identity->has_credentials;
}

bool ks_identity_resolve(const struct ks_identity_options *options, const char *profile,
    struct ks_identity **out, struct ks_err *err)
{
	if (options->given != NULL) {
		*out = new_identity("");
		return take_given(*out, options->given, err);
	}
	*out = new_identity(choose_profile(options->env, profile));
	return resolve_configured(*out, options, profile != NULL, err);
}

void ks_identity_free(struct ks_identity *identity)
{
	if (identity == NULL)
		return;
	for (size_t i = 0; i < identity->place_count; i++) {
		free(identity->places[i].place);
		free(identity->places[i].finding);
	}
	free(identity->places);
	ks_credentials_clear(&identity->credentials);
	ks_settings_clear(&identity->settings);
	free(identity->profile);
	free(identity);
}

/* ---- endpoints ---- */

/* Writes the configured URL. False with err filled when it, or the configuration, is no good. */
static bool write_configured(
    const struct ks_configured_url *configured, char *url, size_t size, struct ks_err *err)
{
	if (configured->err.kind != KS_ERR_NONE) {
		*err = configured->err;
		return false;
	}
	return ks_endpoint_check(configured->url, configured->origin, url, size, err);
}

static bool is_configured(const struct ks_configured_url *configured)
{
	return configured->url != NULL || configured->err.kind != KS_ERR_NONE;
}

bool ks_identity_endpoint(const struct ks_identity *identity, const char *region, char *url,
    size_t size, struct ks_err *err)
{
	const struct ks_settings *settings = &identity->settings;

	/* Always checked: the region is also part of what is signed. */
	if (!ks_endpoint_lightsail(region, settings->fips, settings->dual_stack, url, size, err))
		return false;
	/* As botocore does, a configured URL silently switches FIPS and dual-stack off. */
	return !is_configured(&settings->lightsail) ||
	       write_configured(&settings->lightsail, url, size, err);
}

bool ks_identity_s3_endpoint(
    const struct ks_identity *identity, char *url, size_t size, struct ks_err *err)
{
	url[0] = '\0';
	return !is_configured(&identity->settings.s3) ||
	       write_configured(&identity->settings.s3, url, size, err);
}

/* ---- what else is known ---- */

const struct ks_credentials *ks_identity_credentials(const struct ks_identity *identity)
{
	return identity->has_credentials ? &identity->credentials : NULL;
}

const char *ks_identity_profile(const struct ks_identity *identity)
{
	return identity->profile;
}

const char *ks_identity_region(const struct ks_identity *identity)
{
	return identity->settings.region;
}

const char *ks_identity_ca_bundle(const struct ks_identity *identity)
{
	return identity->settings.ca_bundle;
}

enum ks_retry_mode ks_identity_retry_mode(const struct ks_identity *identity)
{
	return identity->settings.retry_mode;
}

int ks_identity_max_attempts(const struct ks_identity *identity)
{
	return identity->settings.max_attempts;
}

size_t ks_identity_place_count(const struct ks_identity *identity)
{
	return identity->place_count;
}

const struct ks_credentials_place *ks_identity_place(
    const struct ks_identity *identity, size_t index)
{
	return &identity->places[index];
}

size_t ks_identity_warning_count(const struct ks_identity *identity)
{
	return identity->settings.warning_count;
}

const char *ks_identity_warning(const struct ks_identity *identity, size_t index)
{
	return identity->settings.warnings[index];
}
