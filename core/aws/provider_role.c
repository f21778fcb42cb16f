/* A role that a profile takes on with the credentials of another, or of where it runs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/aws/cli_cache.h"
#include "core/aws/provider_kit.h"
#include "core/aws/provider_rows.h"
#include "core/aws/role_kit.h"
#include "core/aws/role_profile.h"
#include "core/aws/sts.h"
#include "core/base/mem.h"

/* So often a code is asked for: once, and three times again. */
enum { CODES_MAX = 4 };

struct role;
/* NOT_MINE: go on with the next stage, which the role names. Else it is the row's result. */
typedef enum ks_provider_result step_stage(struct role *role, struct ks_provider_answer *answer);

struct role {
	const struct ks_provider_query *query;
	struct ks_role_profile profile;
	char whose[280]; /* "profile base", clean */
	step_stage *stage;
	struct ks_cli_cache cache;
	struct ks_chain *chain; /* looks for the source */
	struct ks_credentials source;
	/* The access key ID of a source that STS wouldn't take, to look for another once. */
	char *refused;
	struct ks_errand *question;
	int codes; /* asked for so far */
	char last_error[256];
	struct ks_sts *sts; /* NULL: not asked yet, or to be asked again */
	char session[KS_ROLE_SESSION_SIZE];
};

static step_stage look_in_cache, find_source, take_on;

static enum ks_provider_result go_on(struct role *role, step_stage *next)
{
	role->stage = next;
	return KS_PROVIDER_NOT_MINE;
}

static void end_question(struct role *role)
{
	const struct ks_errands *errands = role->query->errands;

	if (role->question != NULL)
		errands->drop(errands->ctx, role->question);
	role->question = NULL;
}

static void end_call(struct role *role)
{
	ks_sts_free(role->sts);
	role->sts = NULL;
}

void ks_provider_role_drop(void *state)
{
	struct role *role = state;

	end_question(role);
	end_call(role);
	ks_chain_free(role->chain);
	ks_credentials_clear(&role->source);
	ks_cli_cache_clear(&role->cache);
	free(role->refused);
	free(role);
}

/* ---- words ---- */

static void say_what(const struct role *role, const char *problem, char *dst, size_t size)
{
	const struct ks_provider_setting *arn = &role->profile.arn;

	ks_provider_say(dst, size, "%s, line %d, profile %s: role %s %s", arn->path, arn->line,
	    role->query->profile, arn->value, problem);
}

static enum ks_provider_result finish(const struct role *role,
    const struct ks_credentials *credentials, bool is_new, struct ks_provider_answer *answer)
{
	const char *arn = role->profile.role.role_arn;
	char source[640];

	ks_provider_say(source, sizeof source, "role %s from %s (%s)", arn, role->whose,
	    is_new ? role->source.source : "from the AWS CLI's cache");
	answer->credentials = *credentials;
	answer->credentials.source = ks_strdup(source);
	ks_provider_say(answer->finding, sizeof answer->finding, "profile %s: role %s from %s",
	    role->query->profile, arn, role->whose);
	return KS_PROVIDER_DONE;
}

/* ---- the cache ---- */

static enum ks_provider_result look_in_cache(struct role *role, struct ks_provider_answer *answer)
{
	struct ks_credentials found;

	if (ks_cli_cache_look(&role->cache, &found))
		return finish(role, &found, false, answer);
	return go_on(role, find_source);
}

/*
 * Only now that the source is known is there a turn at the file, and who needs another source gives
 * it back before: to find one may take long, and a question of its own. The question of this role
 * is in the turn, so that whoever waits for it need not ask for a code, too.
 */
static enum ks_provider_result take_on(struct role *role, struct ks_provider_answer *answer)
{
	struct ks_credentials found;
	bool is_new;

	switch (ks_cli_cache_step(&role->cache, &found, &is_new, &answer->err)) {
	case KS_PROVIDER_PENDING:
		return KS_PROVIDER_PENDING;
	case KS_PROVIDER_DONE:
		return finish(role, &found, is_new, answer);
	default:
		break;
	}
	if (role->source.access_key_id == NULL)
		return go_on(role, find_source);
	return ks_provider_fail(answer, answer->err.code);
}

/* ---- the source ---- */

static void begin_source(struct role *role)
{
	const struct ks_provider_query *query = role->query;
	bool from_profile = role->profile.from_profile;
	const struct ks_provider_query wanted = {
	    .env = query->env,
	    .profiles = query->profiles,
	    .settings = query->settings,
	    .errands = query->errands,
	    .profile = from_profile ? role->profile.from.value : query->profile,
	    /* The environment doesn't speak for a profile that is named, but may be named itself.
	     */
	    .is_explicit = from_profile,
	    .reach = from_profile ? KS_REACH_PROFILE : KS_REACH_SOURCE,
	    .source = from_profile ? NULL : role->profile.from.value,
	    .refused = role->refused,
	    .role = query,
	};

	role->chain = ks_chain_new(ks_providers, ks_provider_count, &wanted);
}

static enum ks_provider_result fail_source(
    struct role *role, const struct ks_err *why, struct ks_provider_answer *answer)
{
	const struct ks_provider_setting *from = &role->profile.from;
	char code[sizeof why->code];

	snprintf(code, sizeof code, "%s", why->code);
	answer->err = *why;
	/* What fails in a profile names it; what fails in the machine's own place doesn't. */
	if (!role->profile.from_profile)
		ks_err_because(&answer->err, why, "%s, line %d, profile %s: %s %s", from->path,
		    from->line, role->query->profile, from->key, from->value);
	return ks_provider_fail(answer, code);
}

/* A place that is named says why; a profile has several, and none that should have had some. */
static enum ks_provider_result fail_without_source(
    struct role *role, struct ks_provider_answer *answer)
{
	bool is_place = !role->profile.from_profile && ks_chain_place_count(role->chain) > 0;
	char tip[sizeof answer->err.tip] = "see that keysail runs where there are some";

	if (role->profile.from_profile)
		snprintf(tip, sizeof tip,
		    "set that profile up: aws configure --profile %s, or aws configure sso",
		    ks_provider_shell_name(role->profile.from.value));
	return ks_provider_fail_setting(role->query, &role->profile.from, answer, tip,
	    "names %.200s, where there are no credentials%s%.160s", role->profile.from.value,
	    is_place ? ": " : "", is_place ? ks_chain_place(role->chain, 0)->finding : "");
}

static enum ks_provider_result find_source(struct role *role, struct ks_provider_answer *answer)
{
	struct ks_err why = {0};

	if (role->chain == NULL)
		begin_source(role);
	switch (ks_chain_step(role->chain, &role->source, &why)) {
	case KS_PROVIDER_PENDING:
		return KS_PROVIDER_PENDING;
	case KS_PROVIDER_FAILED:
		return fail_source(role, &why, answer);
	case KS_PROVIDER_NOT_MINE:
		return fail_without_source(role, answer);
	case KS_PROVIDER_DONE:
		break;
	}
	ks_chain_free(role->chain);
	role->chain = NULL;
	return go_on(role, take_on);
}

/* ---- the call ---- */

static void begin_call(struct role *role, const char *code)
{
	const struct ks_cache_role *asked = &role->profile.role;
	char duration[24];

	ks_role_name_session(role->query->errands, role->session);
	snprintf(duration, sizeof duration, "%lld", (long long)asked->duration);

	const struct ks_sts_field fields[] = {
	    {"RoleArn", asked->role_arn},
	    {"RoleSessionName", asked->session_name != NULL ? asked->session_name : role->session},
	    {"DurationSeconds", asked->duration != 0 ? duration : NULL},
	    {"ExternalId", asked->external_id},
	    {"SerialNumber", asked->mfa_serial},
	    {"TokenCode", code},
	};

	role->sts = ks_sts_new(&(struct ks_sts_ask){
	    .settings = role->query->settings,
	    .errands = role->query->errands,
	    .call = KS_STS_ASSUME_ROLE,
	    .fields = fields,
	    .n_fields = sizeof fields / sizeof fields[0],
	    .signer = &role->source,
	    .once = code != NULL,
	});
}

/* Of the steps of the call NOT_MINE means: go on. */
static enum ks_provider_result ask_again(struct role *role, const char *problem)
{
	ks_provider_say(role->last_error, sizeof role->last_error, "%s", problem);
	return KS_PROVIDER_NOT_MINE;
}

static void begin_question(struct role *role, struct ks_err *err)
{
	const struct ks_errands *errands = role->query->errands;
	char prompt[320], why[640];

	ks_provider_say(prompt, sizeof prompt, "MFA code for %s", role->profile.role.mfa_serial);
	ks_provider_say(why, sizeof why, "Profile %s takes on the role %s, which asks for a code",
	    role->query->profile, role->profile.role.role_arn);
	role->codes++;
	role->question = errands->ask(errands->ctx,
	    &(struct ks_errand_question){
		.prompt = prompt,
		.why = why,
		.last_error = role->last_error[0] != '\0' ? role->last_error : NULL,
	    },
	    err);
}

static enum ks_provider_result fail_without_code(
    const struct role *role, const struct ks_err *why, struct ks_err *err)
{
	char what[400];

	say_what(role, "needs an MFA code", what, sizeof what);
	ks_err_because(err, why, "%s", what);
	err->kind = KS_ERR_CREDENTIALS;
	snprintf(err->code, sizeof err->code, "%s", KS_IDENTITY_REFUSED);
	if (why->kind == KS_ERR_REFUSED)
		ks_err_tip(err, "run keysail on a terminal, in the foreground, to be asked");
	else
		ks_err_tip(err, "have the device %s at hand, then try again",
		    role->profile.role.mfa_serial);
	return KS_PROVIDER_FAILED;
}

static enum ks_provider_result ask_code(struct role *role, struct ks_err *err)
{
	const struct ks_errands *errands = role->query->errands;
	const struct ks_errand_end *end;
	struct ks_err why = {0};
	bool good;

	if (role->question == NULL)
		begin_question(role, &why);
	if (role->question == NULL)
		return fail_without_code(role, &why, err);
	end = errands->end(errands->ctx, role->question);
	if (end == NULL)
		return KS_PROVIDER_PENDING;
	if (end->err.kind != KS_ERR_NONE)
		return fail_without_code(role, &end->err, err);
	good = ks_role_is_mfa_code(end->text);
	if (good)
		begin_call(role, end->text);
	end_question(role);
	if (good)
		return KS_PROVIDER_NOT_MINE;
	if (role->codes < CODES_MAX)
		return ask_again(role, "A code is six digits");
	ks_err_set(&why, KS_ERR_CREDENTIALS, "what was entered isn't six digits");
	return fail_without_code(role, &why, err);
}

static bool is_wrong_code(const struct role *role, const struct ks_err *err)
{
	static const char start[] = "MultiFactorAuthentication failed";

	return role->profile.role.mfa_serial != NULL && ks_err_is(err, "AccessDenied") &&
	       strncmp(err->message, start, sizeof start - 1) == 0;
}

/* Not the user's own keys, but such as came from a place that may have better ones by now. */
static bool is_stale_source(const struct role *role, const struct ks_err *err)
{
	return role->source.token != NULL && role->refused == NULL &&
	       (ks_err_is(err, "ExpiredToken") || ks_err_is(err, "ExpiredTokenException") ||
		   ks_err_is(err, "InvalidClientTokenId"));
}

/* Without a source take_on looks for another one. */
static enum ks_provider_result refuse_source(struct role *role)
{
	role->refused = ks_strdup(role->source.access_key_id);
	ks_credentials_clear(&role->source);
	return KS_PROVIDER_FAILED;
}

static enum ks_provider_result end_refused(
    struct role *role, const struct ks_err *why, struct ks_err *err)
{
	char what[400];

	end_call(role);
	if (is_wrong_code(role, why) && role->codes < CODES_MAX)
		return ask_again(role, why->message);
	if (is_stale_source(role, why))
		return refuse_source(role);
	say_what(role, "can't be taken on", what, sizeof what);
	return ks_role_fail(err, KS_STS_ASSUME_ROLE, why, role->whose, what);
}

static enum ks_provider_result call(struct role *role, struct ks_sts_role *got, struct ks_err *err)
{
	struct ks_err why = {0};
	enum ks_provider_result result = ks_sts_step(role->sts, got, &why);

	return result == KS_PROVIDER_FAILED ? end_refused(role, &why, err) : result;
}

static enum ks_provider_result renew(void *ctx, struct ks_sts_role *got, struct ks_err *err)
{
	struct role *role = ctx;
	enum ks_provider_result result = KS_PROVIDER_NOT_MINE;

	while (result == KS_PROVIDER_NOT_MINE) {
		if (role->sts == NULL && role->profile.role.mfa_serial == NULL)
			begin_call(role, NULL);
		result = role->sts == NULL ? ask_code(role, err) : call(role, got, err);
	}
	return result;
}

/* ---- the row ---- */

static enum ks_provider_result begin(
    const struct ks_provider_query *query, struct role **out, struct ks_provider_answer *answer)
{
	struct ks_role_profile profile;
	enum ks_provider_result result = ks_role_profile_read(query, &profile, answer);
	struct role *role;

	if (result != KS_PROVIDER_NOT_MINE)
		ks_provider_say(answer->place, sizeof answer->place, "%s", profile.arn.path);
	if (result != KS_PROVIDER_DONE)
		return result;
	role = ks_calloc(1, sizeof *role);
	role->query = query;
	role->profile = profile;
	role->stage = look_in_cache;
	ks_provider_say(role->whose, sizeof role->whose, "%s%s",
	    profile.from_profile ? "profile " : "credential_source ", profile.from.value);
	ks_credentials_init(&role->source);
	role->cache = (struct ks_cli_cache){
	    .query = query,
	    .path = ks_cache_role_path(query->env, &profile.role),
	    .patience_ms = KS_ROLE_PATIENCE_MS,
	    .renew = renew,
	    .ctx = role,
	};
	*out = role;
	return result;
}

enum ks_provider_result ks_provider_role(
    const struct ks_provider_query *query, void **state, struct ks_provider_answer *answer)
{
	struct role *role = *state;
	enum ks_provider_result result;

	if (role == NULL) {
		result = begin(query, &role, answer);
		if (result != KS_PROVIDER_DONE)
			return result;
		*state = role;
	}
	do
		result = role->stage(role, answer);
	while (result == KS_PROVIDER_NOT_MINE);
	if (result == KS_PROVIDER_PENDING)
		return result;
	ks_provider_say(answer->place, sizeof answer->place, "%s", role->profile.arn.path);
	ks_provider_role_drop(role);
	return result;
}
