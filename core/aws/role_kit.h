/*
 * What the providers that take on a role have in common: what STS accepts as its parameters, and
 * what its refusals mean. Any thread.
 */
#ifndef KS_AWS_ROLE_KIT_H
#define KS_AWS_ROLE_KIT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/aws/provider.h"
#include "core/aws/sts_reply.h"

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
 * Ends the look-up as STS ended it. what: "FILE, line 2, profile prod: role X can't be taken on".
 * whose: where the credentials or the token are from that STS was shown: "profile base", a path.
 */
enum ks_provider_result ks_role_fail(struct ks_provider_answer *answer, enum ks_sts_call call,
    const struct ks_err *why, const char *whose, const char *what);

#endif
