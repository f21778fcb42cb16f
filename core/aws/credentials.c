#include "core/aws/credentials.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"

/* No official limits; generous ones, so that a header can't become endless. */
#define KEY_ID_MAX ((size_t)128)
#define SECRET_MAX ((size_t)512)
#define TOKEN_MAX  ((size_t)16 * 1024)

/* Printable ASCII without blanks: what else there is would end up in a header. */
static bool is_plain(const char *value, size_t max)
{
	size_t len = strlen(value);

	for (size_t i = 0; i < len; i++)
		if (value[i] <= ' ' || value[i] > '~')
			return false;
	return len > 0 && len <= max;
}

bool ks_credentials_is_key_id(const char *value)
{
	return is_plain(value, KEY_ID_MAX) && strpbrk(value, "/,\"'") == NULL;
}

bool ks_credentials_is_secret(const char *value)
{
	return is_plain(value, SECRET_MAX);
}

bool ks_credentials_is_token(const char *value)
{
	return is_plain(value, TOKEN_MAX);
}

void ks_credentials_init(struct ks_credentials *credentials)
{
	memset(credentials, 0, sizeof *credentials);
	credentials->expires_at = KS_TIME_NONE;
}

void ks_credentials_clear(struct ks_credentials *credentials)
{
	free(credentials->access_key_id);
	ks_secret_free(credentials->secret);
	ks_secret_free(credentials->token);
	free(credentials->account_id);
	free(credentials->source);
	ks_credentials_init(credentials);
}
