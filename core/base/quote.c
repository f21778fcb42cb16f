#include "core/base/quote.h"

#include <string.h>

#include "core/base/log.h"
#include "core/base/secret.h"
#include "core/base/text.h"

enum {
	TAKEN_MAX = 4096, /* far more than anybody is shown */
	GROWTH = 3,       /* cleaning can make three bytes of one */
	PART = 12,        /* so many bytes of a secret in a row are no coincidence */
};

void ks_quote(char *dst, size_t size, const char *text, size_t len)
{
	size_t taken = len < TAKEN_MAX ? len : TAKEN_MAX;
	char *clean = ks_wiping_malloc(GROWTH * taken + 1);

	ks_text_clean(clean, GROWTH * taken + 1, text, taken);
	ks_log_redact(dst, size, clean);
	ks_wiping_free(clean);
}

bool ks_quote_holds(const char *text, size_t len, const char *secret, size_t secret_len)
{
	size_t part = secret_len < PART ? secret_len : PART;

	for (size_t at = 0; part > 0 && at + part <= len; at++)
		for (size_t from = 0; from + part <= secret_len; from++)
			if (memcmp(text + at, secret + from, part) == 0)
				return true;
	return false;
}
