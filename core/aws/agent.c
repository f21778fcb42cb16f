#include "core/aws/agent.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "core/base/buf.h"
#include "core/base/mem.h"

/* As botocore's user agents: RFC 9110's tokens and the comma, without "#", which parts them. */
static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
			      "!$%&'*+-.^_`|~,";

#define AGENT_MAX 1024

static void add_token(struct ks_buf *agent, const char *text)
{
	for (; *text != '\0'; text++)
		ks_buf_add(agent, strchr(allowed, *text) != NULL ? text : "-", 1);
}

static char *lower(char *text)
{
	for (char *c = text; *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return text;
}

static void add_system(struct ks_buf *agent)
{
	struct utsname system;

	ks_buf_puts(agent, " os/");
	if (uname(&system) != 0) {
		ks_buf_puts(agent, "other");
		return;
	}
	add_token(agent, lower(system.sysname));
	ks_buf_puts(agent, "#");
	add_token(agent, system.release);
	ks_buf_puts(agent, " md/arch#");
	add_token(agent, lower(system.machine));
}

char *ks_agent_new(const char *program)
{
	struct ks_buf agent;

	ks_buf_init(&agent, AGENT_MAX);
	ks_buf_puts(&agent, program);
	ks_buf_puts(&agent, " ua/2.1");
	add_system(&agent);
	ks_buf_printf(&agent, " lang/c#%ld", __STDC_VERSION__ / 100 % 100);
	return ks_buf_take(&agent);
}

void ks_agent_write_own(char *dst, size_t size, enum ks_retry_mode mode, const char *app_id)
{
	static const char *const modes[] = {
	    [KS_RETRY_STANDARD] = "standard",
	    [KS_RETRY_LEGACY] = "legacy",
	    [KS_RETRY_ADAPTIVE] = "adaptive",
	};
	struct ks_buf own;

	ks_buf_init(&own, size - 1);
	ks_buf_printf(&own, "cfg/retry-mode#%s", modes[mode]);
	if (app_id != NULL) {
		ks_buf_puts(&own, " app/");
		add_token(&own, app_id);
	}
	snprintf(dst, size, "%s", ks_buf_text(&own));
	ks_buf_free(&own);
}
