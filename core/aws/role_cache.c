#include "core/aws/role_cache.h"

#include <stdlib.h>
#include <string.h>

#include "core/aws/credentials_json.h"
#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/secret.h"

/* botocore's: what has less left is renewed. */
#define LEFT_MS ((int64_t)15 * 60 * 1000)

enum { PAUSE_MS = 100, TRIES = 100 };

void ks_role_cache_init(
    struct ks_role_cache *cache, const struct ks_provider_query *query, char *path)
{
	*cache = (struct ks_role_cache){.query = query, .path = path};
}

static bool will_do(const struct ks_role_cache *cache, const struct ks_credentials *credentials)
{
	const struct ks_provider_query *query = cache->query;

	return credentials->expires_at != KS_TIME_NONE &&
	       credentials->expires_at - ks_clock_wall(query->errands->clock) >= LEFT_MS &&
	       (query->refused == NULL || strcmp(query->refused, credentials->access_key_id) != 0);
}

static bool take(const struct ks_role_cache *cache, const cJSON *json, struct ks_credentials *out)
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

bool ks_role_cache_look(const struct ks_role_cache *cache, struct ks_credentials *out)
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

static void drop_pause(struct ks_role_cache *cache)
{
	const struct ks_errands *errands = cache->query->errands;

	if (cache->pause != NULL)
		errands->drop(errands->ctx, cache->pause);
	cache->pause = NULL;
}

/* Takes the turn, or begins a pause. */
static enum ks_provider_result try_turn(struct ks_role_cache *cache, struct ks_credentials *out)
{
	const struct ks_errands *errands = cache->query->errands;
	struct ks_err ignored;

	switch (ks_cache_begin(cache->path, &cache->turn, &ignored)) {
	case KS_CACHE_MINE:
		return take(cache, ks_cache_json(cache->turn), out) ? KS_PROVIDER_DONE
								    : KS_PROVIDER_NOT_MINE;
	case KS_CACHE_BUSY:
		if (++cache->tries >= TRIES)
			break;
		cache->pause = errands->pause(errands->ctx, PAUSE_MS);
		return KS_PROVIDER_PENDING;
	case KS_CACHE_NO_TURN:
		break;
	}
	return KS_PROVIDER_NOT_MINE;
}

enum ks_provider_result ks_role_cache_wait(struct ks_role_cache *cache, struct ks_credentials *out)
{
	const struct ks_errands *errands = cache->query->errands;
	enum ks_provider_result result;

	if (cache->path == NULL || cache->turn != NULL)
		return KS_PROVIDER_NOT_MINE;
	do {
		if (cache->pause != NULL && errands->end(errands->ctx, cache->pause) == NULL)
			return KS_PROVIDER_PENDING;
		drop_pause(cache);
		if (ks_role_cache_look(cache, out))
			return KS_PROVIDER_DONE;
		result = try_turn(cache, out);
	} while (result == KS_PROVIDER_PENDING);
	return result;
}

static cJSON *add_object(cJSON *parent, const char *name)
{
	cJSON *object = cJSON_AddObjectToObject(parent, name);

	if (object == NULL)
		ks_mem_out();
	return object;
}

/* As the AWS CLI writes STS's reply; of the session's name and ID it reads nothing. */
static cJSON *make_json(const struct ks_sts_role *role)
{
	const struct ks_credentials *credentials = &role->credentials;
	cJSON *json = cJSON_CreateObject(), *inside;

	if (json == NULL)
		ks_mem_out();
	inside = add_object(json, "Credentials");
	ks_cache_put_text(inside, "AccessKeyId", credentials->access_key_id);
	ks_cache_put_text(inside, "SecretAccessKey", ks_secret_value(credentials->secret));
	ks_cache_put_text(inside, "SessionToken", ks_secret_value(credentials->token));
	ks_cache_put_date(inside, "Expiration", credentials->expires_at);
	if (credentials->account_id != NULL)
		ks_cache_put_text(inside, "AccountId", credentials->account_id);
	if (role->arn != NULL)
		ks_cache_put_text(add_object(json, "AssumedRoleUser"), "Arn", role->arn);
	return json;
}

/* Should another program have been faster, then its credentials are as good as ours. */
void ks_role_cache_put(struct ks_role_cache *cache, const struct ks_sts_role *role)
{
	struct ks_err ignored;
	cJSON *json;

	if (cache->turn == NULL)
		return;
	json = make_json(role);
	ks_cache_commit(cache->turn, json, &ignored);
	cJSON_Delete(json);
	ks_cache_end(cache->turn);
	cache->turn = NULL;
}

void ks_role_cache_clear(struct ks_role_cache *cache)
{
	if (cache->query != NULL)
		drop_pause(cache);
	ks_cache_end(cache->turn);
	free(cache->path);
	*cache = (struct ks_role_cache){0};
}
