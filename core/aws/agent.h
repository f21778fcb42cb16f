/*
 * What requests say of their sender, in the words of the AWS SDKs' user agents ("ua/2.1"): the
 * program and the machine, and what an identity adds to that. Any thread.
 */
#ifndef KS_AWS_AGENT_H
#define KS_AWS_AGENT_H

#include <stddef.h>

#include "core/aws/identity.h"

#define KS_AGENT_APP_ID_MAX 50 /* characters; longer ones are sent, but AWS may cut them */

/* program is "keysail/VERSION"; the system and the language follow. The caller frees it. */
char *ks_agent_new(const char *program);
/*
 * Writes what is added: "cfg/retry-mode#standard app/ID". app_id is NULL when none is configured;
 * what can't be in a token becomes a dash, as with the SDKs.
 */
void ks_agent_write_own(char *dst, size_t size, enum ks_retry_mode mode, const char *app_id);

#endif
