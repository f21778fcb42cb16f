#include "core/aws/identity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/aws/profiles.h"
#include "core/aws/provider.h"
#include "core/aws/provider_kit.h"
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

static void fail_without_credentials(const struct ks_identity *identity, struct ks_err *err)
{
	bool is_default = strcmp(identity->profile, "default") == 0;

	ks_err_set(err, KS_ERR_CREDENTIALS, "There are no AWS credentials for the profile %s",
	    identity->profile);
	ks_err_tip(err, "run: aws configure%s%s, or have a look around with keysail --demo",
	    is_default ? "" : " --profile ",
	    is_default ? "" : ks_provider_shell_name(identity->profile));
	set_code(err, KS_IDENTITY_NO_CREDENTIALS);
}

/* What the chain asked so far is where the identity looked. */
static void take_places(struct ks_identity *identity, const struct ks_chain *chain)
{
	for (size_t i = 0; i < ks_chain_place_count(chain); i++)
		add_place(
		    identity, ks_chain_place(chain, i)->place, ks_chain_place(chain, i)->finding);
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

/* ---- the search ---- */

struct ks_identity_search {
	struct ks_identity *identity; /* NULL once it was given away */
	struct ks_profiles *profiles;
	char *refused;
	struct ks_chain *chain;         /* NULL: there is nobody to ask */
	enum ks_provider_result result; /* without a chain: how it ended */
	struct ks_err err;
};

static void load_settings(
    struct ks_identity_search *search, const struct ks_identity_options *options)
{
	struct ks_identity *identity = search->identity;
	const struct ks_profiles *profiles = search->profiles;

	ks_settings_load(
	    &identity->settings, options->env, profiles, identity->profile, options->endpoint_url);
	for (size_t i = 0; i < ks_profiles_warning_count(profiles); i++)
		ks_settings_warn(&identity->settings, "%s", ks_profiles_warning(profiles, i));
}

static void begin_configured(struct ks_identity_search *search,
    const struct ks_identity_options *options, const struct ks_errands *errands, bool is_explicit,
    const char *refused)
{
	struct ks_identity *identity = search->identity;

	search->refused = ks_strdup_maybe(refused);
	search->profiles = ks_profiles_load(options->env);
	load_settings(search, options);
	search->result = KS_PROVIDER_FAILED;
	if (!check_files(identity, search->profiles, &search->err) ||
	    !check_profile(identity, search->profiles, &search->err))
		return;
	search->chain = ks_chain_new(ks_providers, ks_provider_count,
	    &(struct ks_provider_query){
		.env = options->env,
		.profiles = search->profiles,
		.settings = &identity->settings,
		.errands = errands,
		.profile = identity->profile,
		.is_explicit = is_explicit,
		.refused = search->refused,
	    });
}

struct ks_identity_search *ks_identity_begin(const struct ks_identity_options *options,
    const struct ks_errands *errands, const char *profile, const char *refused)
{
	struct ks_identity_search *search = ks_calloc(1, sizeof *search);

	if (options->given != NULL) {
		search->identity = new_identity("");
		search->result = take_given(search->identity, options->given, &search->err)
				     ? KS_PROVIDER_DONE
				     : KS_PROVIDER_FAILED;
		return search;
	}
	search->identity = new_identity(choose_profile(options->env, profile));
	begin_configured(search, options, errands, profile != NULL, refused);
	return search;
}

enum ks_provider_result ks_identity_step(
    struct ks_identity_search *search, struct ks_identity **out, struct ks_err *err)
{
	struct ks_identity *identity = search->identity;
	enum ks_provider_result result = search->result;

	if (search->chain != NULL) {
		result = ks_chain_step(search->chain, &identity->credentials, &search->err);
		if (result == KS_PROVIDER_PENDING)
			return result;
		take_places(identity, search->chain);
		identity->has_credentials = result == KS_PROVIDER_DONE;
		if (result == KS_PROVIDER_NOT_MINE)
			fail_without_credentials(identity, &search->err);
	}
	if (result != KS_PROVIDER_DONE) {
		*err = search->err;
		result = KS_PROVIDER_FAILED;
	}
	*out = identity;
	search->identity = NULL;
	return result;
}

void ks_identity_search_free(struct ks_identity_search *search)
{
	if (search == NULL)
		return;
	/* First: its rows look at all the rest. */
	ks_chain_free(search->chain);
	ks_identity_free(search->identity);
	ks_profiles_free(search->profiles);
	free(search->refused);
	free(search);
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

bool ks_identity_endpoint(const struct ks_identity *identity, const char *region, char *url,
    size_t size, struct ks_err *err)
{
	return ks_settings_endpoint(
	    &identity->settings, KS_SERVICE_LIGHTSAIL, region, url, size, err);
}

bool ks_identity_s3_endpoint(
    const struct ks_identity *identity, char *url, size_t size, struct ks_err *err)
{
	url[0] = '\0';
	return !ks_settings_has_endpoint(&identity->settings, KS_SERVICE_S3) ||
	       ks_settings_endpoint(&identity->settings, KS_SERVICE_S3, NULL, url, size, err);
}

void ks_identity_endpoint_kind(const struct ks_identity *identity, bool *fips, bool *dual_stack)
{
	*fips = identity->settings.fips;
	*dual_stack = identity->settings.dual_stack;
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

int ks_identity_connect_ms(const struct ks_identity *identity, const char *region)
{
	return ks_settings_connect_ms(&identity->settings, region);
}

void ks_identity_agent(const struct ks_identity *identity, char *dst, size_t size)
{
	ks_settings_agent(&identity->settings, dst, size);
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
