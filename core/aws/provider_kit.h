/*
 * What the provider rows have in common: reading a profile's settings, wording what was found, and
 * failing in one voice. Any thread.
 */
#ifndef KS_AWS_PROVIDER_KIT_H
#define KS_AWS_PROVIDER_KIT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/aws/identity.h"
#include "core/aws/provider.h"

/* Clean text for an answer's place and finding. */
void ks_provider_say(char *dst, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Ends the look-up with the error that is in answer->err; code is one of identity.h, or
 * answer->err's own. What it says is the finding, too.
 */
enum ks_provider_result ks_provider_fail(struct ks_provider_answer *answer, const char *code);

/*
 * Adds what to do about a request that failed, unless err has a tip: by its kind, and the status of
 * the answer (0: there was none). service has the endpoint: "STS"; NULL: it is on this machine, or
 * beside it.
 */
void ks_provider_tip_failure(struct ks_err *err, int http_status, const char *service);

/* One setting of a profile, and where it stands. */
struct ks_provider_setting {
	const char *key;
	const char *value; /* raw; never "" */
	const char *path;  /* clean */
	int line;
};

/* From the file that wins. False when the profile has none, or an empty one. */
bool ks_provider_find(
    const struct ks_provider_query *query, const char *key, struct ks_provider_setting *out);
/* The same of a section of the config file that is no profile ("sso-session"). */
bool ks_provider_find_in(const struct ks_provider_query *query, const char *type, const char *name,
    const char *key, struct ks_provider_setting *out);
/* The profile's value, or NULL. */
const char *ks_provider_value(const struct ks_provider_query *query, const char *key);

/*
 * "FILE, line N, profile P: KEY PROBLEM" as a broken configuration, with a tip. PROBLEM is clean
 * or cleaned.
 */
enum ks_provider_result ks_provider_fail_setting(const struct ks_provider_query *query,
    const struct ks_provider_setting *setting, struct ks_provider_answer *answer, const char *tip,
    const char *problem, ...) __attribute__((format(printf, 5, 6)));

/*
 * The profile's name as a word for a command that people copy into a shell; "NAME" when the real
 * one would need quotes.
 */
const char *ks_provider_shell_name(const char *profile);

#endif
