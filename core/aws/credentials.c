#include "core/aws/credentials.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"

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
