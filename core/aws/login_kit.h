/*
 * What the rows have in common that share a login with the AWS CLI (SSO, "aws login"): asking their
 * services, and saying that somebody has to sign in again. Worker thread.
 */
#ifndef KS_AWS_LOGIN_KIT_H
#define KS_AWS_LOGIN_KIT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/aws/endpoint.h"
#include "core/aws/errand.h"
#include "core/aws/provider_kit.h"
#include "core/aws/service.h"

/* Where and how a service is asked. */
struct ks_login_service {
	char url[KS_ENDPOINT_SIZE + 32]; /* with the operation's path, without query */
	bool direct;                     /* never through a proxy */
	int connect_ms;                  /* as errand.h's fetch */
};

/* path is the operation's own, a constant. False with err filled. */
bool ks_login_find_service(const struct ks_provider_query *query, enum ks_service service,
    const char *region, const char *path, struct ks_login_service *out, struct ks_err *err);

/*
 * Sends what is for the service: fetch, with all that the settings have to say about it. Its url
 * begins with the service's.
 */
struct ks_errand *ks_login_fetch(const struct ks_provider_query *query,
    const struct ks_login_service *service, struct ks_errand_fetch fetch, struct ks_err *err);
/*
 * POSTs a JSON object that must not be sent twice; extra is a header more, whose value may be NULL:
 * then there is none. As errand.h's fetch. The body is in wiped blocks only.
 */
struct ks_errand *ks_login_post(const struct ks_provider_query *query,
    const struct ks_login_service *service, const cJSON *body, struct ks_errand_header extra,
    struct ks_err *err);

/* What a service answers when it says no: its word for it, and its sentence. Both clean, or "". */
struct ks_login_no {
	char word[64]; /* "UnauthorizedException", "invalid_grant" */
	char said[200];
};
void ks_login_read_no(const struct ks_errand_end *end, struct ks_login_no *out);

/* Who is asked for a profile's login, and what gets another one. */
struct ks_login_way {
	const char *service; /* "SSO" */
	const char *command; /* "aws sso login" */
	const char *profile;
};

/*
 * Fills err with why an answer is none, as "WHAT: WHY", and what to do; what is clean. The kind is
 * that of the failure on the way, or KS_ERR_SERVICE.
 */
void ks_login_explain(struct ks_err *err, const struct ks_errand_end *end,
    const struct ks_login_way *way, const char *what);

/* Fills err with a sentence whose remedy is to sign in; command is "aws sso login". */
bool ks_login_ask_for(struct ks_err *err, const char *command, const char *profile,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/*
 * Makes err, which says why a file isn't written, one about a renewed login that is lost with it:
 * the refresh token that was sent is used up, and the new one was nowhere but in memory. Were the
 * login used on, it would end soon, and nobody would know why. name is "SSO my-sso", clean.
 */
enum ks_provider_result ks_login_fail_lost(
    struct ks_err *err, const char *command, const char *profile, const char *name);

/* Ends the look-up with answer->err as it is, code and all. */
enum ks_provider_result ks_login_fail(struct ks_provider_answer *answer);

/* A text that may go into a header, a URL or a request's body: as ks_credentials_is_token. */
const char *ks_login_text(const cJSON *object, const char *name);

/* Is the member this very text? false without a secret or a member. */
bool ks_login_is_same(const cJSON *object, const char *name, const struct ks_secret *secret);

/* A file's path for people: clean, the home folder as "~". A new block; the caller frees it. */
char *ks_login_show_path(const struct ks_provider_query *query, const char *path);

/* A whole number of seconds until something ends, up to a year, as ms. */
bool ks_login_seconds(const cJSON *object, const char *name, int64_t *ms);

#endif
