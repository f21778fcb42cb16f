/*
 * What the providers that take on a role have in common: what STS accepts as its parameters, and
 * what its refusals mean. Any thread.
 */
#ifndef KS_AWS_ROLE_KIT_H
#define KS_AWS_ROLE_KIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/aws/provider.h"
#include "core/aws/sts_reply.h"

/*
 * How long another keysail's turn at a role's cache is waited for. Not for longer: it may be that
 * the other one waits for an MFA code, and a role can be taken on twice.
 */
#define KS_ROLE_PATIENCE_MS ((int64_t)10 * 1000)

/* Room for the longest session name. */
#define KS_ROLE_SESSION_SIZE 65

/* By the limits of STS's model (botocore's data/sts/2011-06-15). */
bool ks_role_is_arn(const char *value);
bool ks_role_is_session_name(const char *value);
bool ks_role_is_external_id(const char *value);
bool ks_role_is_mfa_serial(const char *value);
bool ks_role_is_mfa_code(const char *value);

/* What is wrong with one that isn't, to go on after its name. */
#define KS_ROLE_ARN_PROBLEM     "can't be the ARN of a role"
#define KS_ROLE_SESSION_PROBLEM "is 2 to 64 letters, digits or +=,.@_-"

/* The name of a session that the profile doesn't name: "keysail-1795521600". */
void ks_role_name_session(const struct ks_errands *errands, char dst[KS_ROLE_SESSION_SIZE]);

/*
 * FAILED, with err as STS ended the call, and its code one of identity.h or "". what: "FILE, line
 * 2, profile prod: role X can't be taken on". whose: where the credentials or the token are from
 * that STS was shown: "profile base", a path.
 */
enum ks_provider_result ks_role_fail(struct ks_err *err, enum ks_sts_call call,
    const struct ks_err *why, const char *whose, const char *what);

#endif
