/*
 * For tests of the providers that take on roles: a home folder with the two AWS files and the CLI's
 * cache, and STS's side on the errand desk.
 */
#ifndef KS_TESTS_ROLE_RIG_H
#define KS_TESTS_ROLE_RIG_H

#include <stdbool.h>
#include <stddef.h>

#include "core/aws/identity.h"
#include "tests/unit/errand_desk.h"

#define STS_NAMESPACE " xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\""
#define STS_GIVES(action, who, expires)                                                           \
	"<" action "Response" STS_NAMESPACE "><" action                                           \
	"Result><Credentials><AccessKeyId>ASIA" who                                               \
	"</AccessKeyId><SecretAccessKey>secret-of-" who                                           \
	"</SecretAccessKey><SessionToken>token-of-" who "</SessionToken><Expiration>" expires     \
	"</Expiration></Credentials><AssumedRoleUser><AssumedRoleId>AROA:me</AssumedRoleId>"      \
	"<Arn>arn:aws:sts::123456789012:assumed-role/" who "/me</Arn></AssumedRoleUser></" action \
	"Result><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></" action         \
	"Response>"
/* Good for an hour. */
#define STS_ROLE(who) STS_GIVES("AssumeRole", who, "2026-11-24T13:00:00Z")
#define STS_WEB(who)  STS_GIVES("AssumeRoleWithWebIdentity", who, "2026-11-24T13:00:00Z")
#define STS_REFUSES(code, message)                                              \
	"<ErrorResponse" STS_NAMESPACE "><Error><Type>Sender</Type><Code>" code \
	"</Code><Message>" message "</Message></Error><RequestId>r-1</RequestId></ErrorResponse>"

#define STS_EU  "POST https://sts.eu-west-1.amazonaws.com/"
#define EXAMPLE "arn:aws:iam::123456789012:role/Example"

/* What a test is given; the rest is absent. */
struct role_case {
	const char *config, *credentials;
	const char *variables[8];
	const char *profile; /* NULL: none is named */
	const char *refused;
	const struct desk_step *steps;
	size_t n_steps;
	void (*prepare)(void); /* once the desk is open */
};

/* One of each of the steps. */
#define ROLE_STEPS(array) .steps = (array), .n_steps = sizeof(array) / sizeof((array)[0])

int role_make_home(void **state);
int role_remove_home(void **state);
/* The cache is empty; for the tests' own setup. */
int role_empty_cache(void **state);

/* Searches to the end of the script. The caller frees *out. */
bool role_resolve(const struct role_case *given, struct ks_identity **out, struct ks_err *err);
/* The same, and it must find credentials. */
struct ks_identity *role_resolve_well(const struct role_case *given);
/* Finds none, with this code and message (a part of it), and nothing secret in any text. */
struct ks_err role_resolve_badly(
    const struct role_case *given, const char *code, const char *message);
/*
 * Steps a search once, twice and so on, and drops it then; each errand takes two looks. Nothing may
 * be left. Gives how often it could be dropped.
 */
int role_drop_everywhere(const struct role_case *given);

void role_check(const struct ks_identity *identity, const char *id, const char *secret,
    const char *token, const char *source);
void role_check_place(
    const struct ks_identity *identity, size_t index, const char *place, const char *finding);

/* A path below the home folder; good for this call and three more. */
const char *role_path(const char *below);
void role_write(const char *path, const char *text);
/* The file's text; "" when there is none. Good until the next call. */
const char *role_read(const char *path);
/* ~/.aws/cli/cache/NAME.json, as role_path. */
const char *role_cache(const char *name);

#endif
