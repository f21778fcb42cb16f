/*
 * What STS answers (its query protocol: XML), as structs. Pure functions; every value is checked. A
 * value that is wrong is never in a message. Any thread.
 */
#ifndef KS_AWS_STS_REPLY_H
#define KS_AWS_STS_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "core/aws/credentials.h"
#include "core/base/err.h"

/* The calls that give a role's credentials. */
enum ks_sts_call { KS_STS_ASSUME_ROLE, KS_STS_ASSUME_ROLE_WITH_WEB_IDENTITY };

struct ks_sts_role {
	/*
	 * The account is that of the ARN, NULL where there is none. There is always an expiry. The
	 * source is the caller's to fill.
	 */
	struct ks_credentials credentials;
	char *arn; /* AssumedRoleUser's, printable ASCII; NULL where there is none */
};

/* False with KS_ERR_REPLY, or with KS_ERR_SYSTEM where there is no room for a secret. */
bool ks_sts_read_role(enum ks_sts_call call, const char *body, size_t len, struct ks_sts_role *out,
    struct ks_err *err);
void ks_sts_clear_role(struct ks_sts_role *role);

/* Of GetCallerIdentity. Printable ASCII, never NULL. */
struct ks_sts_identity {
	char *account; /* 12 digits */
	char *arn;
	char *user_id;
};

/* False with KS_ERR_REPLY. */
bool ks_sts_read_identity(
    const char *body, size_t len, struct ks_sts_identity *out, struct ks_err *err);
void ks_sts_clear_identity(struct ks_sts_identity *identity);

/*
 * An answer whose status isn't 200: KS_ERR_SERVICE with STS's code, message and request ID;
 * KS_ERR_REPLY with the status as code where the body isn't STS's.
 */
void ks_sts_read_error(int http_status, const char *body, size_t len, struct ks_err *err);

#endif
