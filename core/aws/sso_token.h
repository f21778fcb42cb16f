/*
 * The access token of an IAM Identity Center login, as "aws sso login" has left it in the AWS CLI's
 * cache, and its renewal, which is written back there (facts 5.6). A token of the new form is
 * renewed from 15 minutes before it expires, with one try a minute at most: the file says when the
 * last one failed, in a member of ours that other tools pass over. Worker thread.
 */
#ifndef KS_AWS_SSO_TOKEN_H
#define KS_AWS_SSO_TOKEN_H

#include "core/aws/credentials.h"
#include "core/aws/provider.h"
#include "core/aws/sso_profile.h"

#define KS_SSO_LOGIN "aws sso login"

struct ks_sso_token;

/*
 * query and profile must outlive it; the caller frees it. NULL with err filled: nobody can say
 * where the file is, or where to renew it.
 */
struct ks_sso_token *ks_sso_token_new(const struct ks_provider_query *query,
    const struct ks_sso_profile *profile, struct ks_err *err);
/*
 * PENDING: step it again. DONE: *out is a token that hasn't expired, owned by this one, printable
 * ASCII. FAILED: err has the remedy. Not to be stepped again after these two.
 */
enum ks_provider_result ks_sso_token_step(
    struct ks_sso_token *token, const struct ks_secret **out, struct ks_err *err);
/* Wipes, and gives up what is under way; NULL is fine. */
void ks_sso_token_free(struct ks_sso_token *token);

/* The file, for people: clean, the home folder as "~". */
const char *ks_sso_token_file(const struct ks_sso_token *token);

#endif
