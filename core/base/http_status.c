#include "core/base/http_status.h"

#include "core/base/quote.h"

/* How much of a body that can't be read is shown. */
#define EXCERPT 200

const char *ks_http_meaning(int http_status)
{
	static const struct {
		int status;
		const char *meaning;
	} meanings[] = {
	    {400, " (Bad Request)"},
	    {401, " (Unauthorized)"},
	    {403, " (Forbidden)"},
	    {404, " (Not Found)"},
	    {407, " (Proxy Authentication Required)"},
	    {413, " (Content Too Large)"},
	    {429, " (Too Many Requests)"},
	    {500, " (Internal Server Error)"},
	    {502, " (Bad Gateway)"},
	    {503, " (Service Unavailable)"},
	    {504, " (Gateway Timeout)"},
	};

	for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
		if (meanings[i].status == http_status)
			return meanings[i].meaning;
	return "";
}

/* A page of a load balancer or proxy says nothing to people; a line of plain text may. */
bool ks_http_unreadable(int http_status, const char *body, size_t len, struct ks_err *err)
{
	char excerpt[EXCERPT + 1];

	while (len > 0 && (unsigned char)body[0] <= ' ') {
		body++;
		len--;
	}
	if (len == 0 || body[0] == '<' || body[0] == '{' || body[0] == '[')
		return ks_err_set(err, KS_ERR_REPLY,
		    "The answer was HTTP status %d%s, without a readable reason", http_status,
		    ks_http_meaning(http_status));
	ks_quote(excerpt, sizeof excerpt, body, len);
	return ks_err_set(err, KS_ERR_REPLY, "The answer was HTTP status %d%s: %s", http_status,
	    ks_http_meaning(http_status), excerpt);
}
