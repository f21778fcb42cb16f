#include "core/aws/cli_cache.h"

#include <stdlib.h>
#include <string.h>

#include "core/aws/credentials_json.h"
#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/secret.h"

/* botocore's: what has less left is renewed. */
#define LEFT_MS ((int64_t)15 * 60 * 1000)

/* ---- what a file is worth ---- */

static bool will_do(const struct ks_cli_cache *cache, const struct ks_credentials *credentials)
{
	const struct ks_provider_query *query = cache->query;

	return credentials->expires_at != KS_TIME_NONE &&
	       credentials->expires_at - ks_clock_wall(query->errands->clock) >= LEFT_MS &&
	       (query->refused == NULL || strcmp(query->refused, credentials->access_key_id) != 0);
}

/* A file that can't be understood is one that isn't there. */
static bool take(const struct ks_cli_cache *cache, const cJSON *json, struct ks_credentials *out)
{
	struct ks_err ignored;

	if (json == NULL ||
	    !ks_credentials_from_json(KS_CREDENTIALS_CLI_CACHE, json, out, &ignored))
		return false;
	if (will_do(cache, out))
		return true;
	ks_credentials_clear(out);
	return false;
}

bool ks_cli_cache_look(const struct ks_cli_cache *cache, struct ks_credentials *out)
{
	struct ks_cache_look look;
	struct ks_err ignored;
	bool found;

	if (cache->path == NULL)
		return false;
	ks_cache_read(cache->path, &look, &ignored);
	found = take(cache, look.json, out);
	ks_cache_clear(&look);
	return found;
}

static enum ks_freshen_worth judge(
    void *ctx, const cJSON *json, const struct ks_err *problem, struct ks_err *err)
{
	struct ks_cli_cache *cache = ctx;

	(void)problem;
	(void)err;
	ks_credentials_clear(&cache->taken);
	return take(cache, json, &cache->taken) ? KS_WORTH_GOOD : KS_WORTH_NONE;
}

/* ---- new ones ---- */

static enum ks_provider_result renew(void *ctx, const cJSON *json, struct ks_err *err)
{
	struct ks_cli_cache *cache = ctx;

	(void)json;
	return cache->renew(cache->ctx, &cache->got, err);
}

static cJSON *add_object(cJSON *parent, const char *name)
{
	cJSON *object = cJSON_AddObjectToObject(parent, name);

	if (object == NULL)
		ks_mem_out();
	return object;
}

/* What STS said with the credentials that were there; of two with one name none may stay. */
static void forget_answer(cJSON *json)
{
	static const char *const names[] = {"Credentials", "AssumedRoleUser", "PackedPolicySize",
	    "SourceIdentity", "SubjectFromWebIdentityToken", "Provider", "Audience",
	    "ResponseMetadata"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		while (cJSON_GetObjectItemCaseSensitive(json, names[i]) != NULL)
			cJSON_DeleteItemFromObjectCaseSensitive(json, names[i]);
}

/* As the AWS CLI writes it; of the session's name and ID it reads nothing. */
static bool put(void *ctx, cJSON *json)
{
	struct ks_cli_cache *cache = ctx;
	const struct ks_credentials *credentials = &cache->got.credentials;
	cJSON *inside;

	if (credentials->access_key_id == NULL)
		return false;
	forget_answer(json);
	if (cache->provider_type != NULL)
		ks_cache_put_text(json, "ProviderType", cache->provider_type);
	inside = add_object(json, "Credentials");
	ks_cache_put_text(inside, "AccessKeyId", credentials->access_key_id);
	ks_cache_put_text(inside, "SecretAccessKey", ks_secret_value(credentials->secret));
	ks_cache_put_text(inside, "SessionToken", ks_secret_value(credentials->token));
	ks_cache_put_date(inside, "Expiration", credentials->expires_at);
	if (credentials->account_id != NULL)
		ks_cache_put_text(inside, "AccountId", credentials->account_id);
	if (cache->got.arn != NULL)
		ks_cache_put_text(add_object(json, "AssumedRoleUser"), "Arn", cache->got.arn);
	return true;
}

static const struct ks_freshen_kind kind = {
    .judge = judge, .renew = renew, .put = put, .optional = true};

/* ---- the whole ---- */

static void begin(struct ks_cli_cache *cache)
{
	cache->freshen = (struct ks_freshen){
	    .kind = &kind,
	    .ctx = cache,
	    .path = cache->path,
	    .errands = cache->query->errands,
	    .patience_ms = cache->patience_ms,
	};
	ks_credentials_init(&cache->taken);
	ks_credentials_init(&cache->got.credentials);
}

static enum ks_freshen_result go_without_file(struct ks_cli_cache *cache, struct ks_err *err)
{
	switch (renew(cache, NULL, err)) {
	case KS_PROVIDER_PENDING:
		return KS_FRESHEN_PENDING;
	case KS_PROVIDER_DONE:
		return KS_FRESHEN_RENEWED;
	default:
		return KS_FRESHEN_FAILED;
	}
}

/* Where nothing could be taken or kept, what was got is good all the same. */
static enum ks_provider_result give(struct ks_cli_cache *cache, enum ks_freshen_result result,
    struct ks_credentials *out, bool *is_new)
{
	struct ks_credentials *found = &cache->got.credentials;

	*is_new = result != KS_FRESHEN_TAKEN;
	if (!*is_new)
		found = &cache->taken;
	if (found->access_key_id == NULL)
		return KS_PROVIDER_FAILED;
	*out = *found;
	ks_credentials_init(found);
	return KS_PROVIDER_DONE;
}

enum ks_provider_result ks_cli_cache_step(
    struct ks_cli_cache *cache, struct ks_credentials *out, bool *is_new, struct ks_err *err)
{
	enum ks_freshen_result result;

	if (cache->freshen.kind == NULL)
		begin(cache);
	result = cache->path != NULL ? ks_freshen_step(&cache->freshen, err)
				     : go_without_file(cache, err);
	if (result == KS_FRESHEN_PENDING)
		return KS_PROVIDER_PENDING;
	cache->freshen = (struct ks_freshen){0};
	return give(cache, result, out, is_new);
}

void ks_cli_cache_clear(struct ks_cli_cache *cache)
{
	ks_freshen_clear(&cache->freshen);
	ks_credentials_clear(&cache->taken);
	ks_sts_clear_role(&cache->got);
	free(cache->path);
	*cache = (struct ks_cli_cache){0};
}
