#include "core/deliver/format.h"

#include <string.h>

/*
 * sh takes quotes away, docker --env-file keeps them, and systemd has escapes of its own: only a
 * value that needs no quotes is the same to all three.
 */
bool ks_format_env(const struct ks_handout *handout, const struct ks_draft *old,
    struct ks_draft *out, struct ks_err *err)
{
	const char *endpoint = handout->endpoint;

	(void)old;
	if (!ks_format_all_plain(handout, err))
		return false;
	ks_format_line(out, "# bucket", " ", handout->bucket, strlen(handout->bucket));
	ks_format_line(out, "AWS_ACCESS_KEY_ID", "=", handout->key_id, strlen(handout->key_id));
	ks_format_line(out, "AWS_SECRET_ACCESS_KEY", "=", handout->secret, handout->secret_len);
	ks_format_line(out, "AWS_REGION", "=", handout->region, strlen(handout->region));
	if (endpoint != NULL)
		ks_format_line(out, "AWS_ENDPOINT_URL_S3", "=", endpoint, strlen(endpoint));
	return true;
}
