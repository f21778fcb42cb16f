/*
 * Credentials as JSON: one form for each of those that write them so (facts 5.5 to 5.10). What
 * can't be understood is refused, and the error names the member, never its value: "roleCredentials
 * .accessKeyId is missing". Any thread.
 *
 * A null member counts as absent, and so does an empty text that need not be there; other members
 * than a form's own are passed over, and none of its own may be there twice. A byte order mark is
 * fine.
 */
#ifndef KS_AWS_CREDENTIALS_JSON_H
#define KS_AWS_CREDENTIALS_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/aws/credentials.h"
#include "core/base/err.h"

enum ks_credentials_form {
	KS_CREDENTIALS_PROCESS,   /* what a credential_process prints */
	KS_CREDENTIALS_CONTAINER, /* the reply of ECS and of EKS Pod Identity */
	KS_CREDENTIALS_INSTANCE,  /* the reply of the instance metadata, for one role */
	KS_CREDENTIALS_SSO_ROLE,  /* the reply of GetRoleCredentials */
	KS_CREDENTIALS_CLI_CACHE, /* a file in ~/.aws/cli/cache */
	KS_CREDENTIALS_LOGIN,     /* the cache of "aws login", and the same object of its renewal */
};

/* A longer text is refused. */
#define KS_CREDENTIALS_JSON_MAX ((size_t)64 * 1024)

/*
 * Fills *out, which the caller clears whatever the result; source stays NULL. False with
 * KS_ERR_CREDENTIALS: the text is no JSON object, or isn't of that form; with KS_ERR_SYSTEM: there
 * is no protected memory left. Whether they have expired is not looked at.
 */
bool ks_credentials_from_text(enum ks_credentials_form form, const char *text, size_t len,
    struct ks_credentials *out, struct ks_err *err);
/* The same of an object that was parsed by json.h; it stays the caller's. */
bool ks_credentials_from_json(enum ks_credentials_form form, const cJSON *json,
    struct ks_credentials *out, struct ks_err *err);

#endif
