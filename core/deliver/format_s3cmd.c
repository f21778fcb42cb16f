#include "core/deliver/format.h"

#include <string.h>

#include "core/aws/endpoint.h"
#include "core/aws/partition.h"
#include "core/base/buf.h"

struct hosts {
	struct ks_buf base, bucket;
	bool tls;
};

/* Path style where the endpoint is custom: the bucket isn't in the host's name then. */
static bool find_hosts(const struct ks_handout *handout, struct hosts *hosts, struct ks_err *err)
{
	struct ks_endpoint endpoint = {.tls = true};
	const char *suffix =
	    strcmp(ks_partition_of(handout->region)->name, "aws-cn") == 0 ? ".cn" : "";

	if (handout->endpoint == NULL) {
		ks_buf_printf(&hosts->base, "s3.%s.amazonaws.com%s", handout->region, suffix);
		ks_buf_printf(
		    &hosts->bucket, "%%(bucket)s.s3.%s.amazonaws.com%s", handout->region, suffix);
	} else {
		if (!ks_endpoint_split(handout->endpoint, "the endpoint", &endpoint, err))
			return false;
		if (endpoint.path[0] != '\0')
			return ks_err_set(err, KS_ERR_REFUSED,
			    "s3cmd's configuration has no place for the path of the endpoint %s",
			    handout->endpoint);
		ks_buf_puts(&hosts->base, endpoint.host);
		ks_buf_puts(&hosts->bucket, endpoint.host);
	}
	hosts->tls = endpoint.tls;
	return true;
}

static void put(struct ks_draft *out, const char *key, const char *value)
{
	ks_format_line(out, key, " = ", value, strlen(value));
}

bool ks_format_s3cmd(const struct ks_handout *handout, const struct ks_draft *old,
    struct ks_draft *out, struct ks_err *err)
{
	struct hosts hosts = {.tls = true};
	bool good;

	(void)old;
	ks_buf_init(&hosts.base, KS_ENDPOINT_SIZE);
	ks_buf_init(&hosts.bucket, KS_ENDPOINT_SIZE);
	good = ks_format_all_plain(handout, err) && find_hosts(handout, &hosts, err);
	if (good) {
		ks_draft_puts(out, "[default]\n");
		put(out, "access_key", handout->key_id);
		ks_format_line(out, "secret_key", " = ", handout->secret, handout->secret_len);
		put(out, "bucket_location", handout->region);
		put(out, "host_base", ks_buf_text(&hosts.base));
		put(out, "host_bucket", ks_buf_text(&hosts.bucket));
		put(out, "use_https", hosts.tls ? "True" : "False");
		put(out, "signature_v2", "False");
	}
	ks_buf_free(&hosts.base);
	ks_buf_free(&hosts.bucket);
	return good;
}
