/*
 * One set of AWS credentials: what a provider finds and the signer uses. Once filled it isn't
 * changed any more, so that any thread may read it.
 */
#ifndef KS_AWS_CREDENTIALS_H
#define KS_AWS_CREDENTIALS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/secret.h"

struct ks_credentials {
	char *access_key_id;
	struct ks_secret *secret;
	struct ks_secret *token; /* the session token; NULL for a long-term key */
	char *account_id;        /* NULL when the provider doesn't say */
	char *source;            /* clean, for people: "environment" */
	int64_t expires_at; /* wall ms; KS_TIME_NONE when they don't expire or nothing is known */
};

/* How it went when somebody was asked for credentials. */
enum ks_provider_result {
	KS_PROVIDER_NOT_MINE, /* nothing is configured here: ask the next place */
	KS_PROVIDER_DONE,     /* here they are */
	KS_PROVIDER_FAILED,   /* configured here, but broken: no other row is asked */
	KS_PROVIDER_PENDING,  /* not known yet: step again when something happened */
};

/* One place that was asked for credentials. Both texts are clean, for people, and no secret. */
struct ks_credentials_place {
	char *place;   /* "environment", "~/.aws/credentials" */
	char *finding; /* "AWS_ACCESS_KEY_ID is not set" */
};

/* Can this be one? What has a blank, a quote or another character that no key has, can't. */
bool ks_credentials_is_key_id(const char *value);
bool ks_credentials_is_secret(const char *value);
bool ks_credentials_is_token(const char *value);

/* All members absent. */
void ks_credentials_init(struct ks_credentials *credentials);
/* Wipes the secrets and frees the members, not the struct; it is as after init again. */
void ks_credentials_clear(struct ks_credentials *credentials);

#endif
