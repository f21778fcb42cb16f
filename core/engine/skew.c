#include "core/engine/skew.h"

#include <stddef.h>
#include <string.h>

#include "core/base/date.h"

#define MAX_ELAPSED_MS ((int64_t)15 * 60 * 1000)
#define TOLERATED_MS   ((int64_t)4 * 60 * 1000)
#define COUNT(table)   (sizeof(table) / sizeof((table)[0]))

static const char *const skew_codes[] = {
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "AuthFailure",
    "RequestTimeTooSkewed",
    "RequestExpired",
    "RequestInTheFuture",
    "AccessDeniedException",
};

bool ks_skew_measure(int64_t sent, int64_t received, const char *date, bool cached, int64_t *skew)
{
	int64_t server;

	if (cached || received < sent || received - sent > MAX_ELAPSED_MS)
		return false;
	if (!ks_date_parse_http(date, &server))
		return false;
	*skew = server - (sent + (received - sent) / 2);
	return true;
}

bool ks_skew_explains(const struct ks_err *err, int64_t used, int64_t measured)
{
	int64_t off = measured - used;

	if (err->kind != KS_ERR_SERVICE || (off <= TOLERATED_MS && off >= -TOLERATED_MS))
		return false;
	for (size_t i = 0; i < COUNT(skew_codes); i++)
		if (strcmp(err->code, skew_codes[i]) == 0)
			return true;
	return false;
}
