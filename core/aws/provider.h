/*
 * The places that credentials may come from: one table row each, in the order in which they are
 * asked (the AWS CLI's), and the chain that asks them. A row never blocks: one that must wait sends
 * an errand, keeps a state, says PENDING, and is stepped again. One chain belongs to one thread at
 * a time.
 */
#ifndef KS_AWS_PROVIDER_H
#define KS_AWS_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>

#include "core/aws/credentials.h"
#include "core/aws/env.h"
#include "core/aws/errand.h"
#include "core/aws/profiles.h"
#include "core/aws/settings.h"
#include "core/base/err.h"

/* Whose credentials are wanted: those of the profile that the user chose, or ... */
enum ks_provider_reach {
	KS_REACH_ALL,
	KS_REACH_PROFILE, /* ... of one that a role is taken on from (source_profile) */
	KS_REACH_SOURCE,  /* ... of the row with this credential_source only */
};

/* What all rows are asked. Nothing is owned. */
struct ks_provider_query {
	const struct ks_env *env;
	const struct ks_profiles *profiles;
	const struct ks_settings *settings; /* of the profile that the user chose */
	const struct ks_errands *errands;
	const char *profile;
	bool is_explicit; /* the user named the profile: the environment's keys don't count */
	enum ks_provider_reach reach;
	const char *source; /* KS_REACH_SOURCE: as credential_source spells it */
	/* Credentials with this access key ID are none: the service doesn't take them; NULL. */
	const char *refused;
	/* The query whose role the wanted credentials are to take on; NULL: none. */
	const struct ks_provider_query *role;
};

struct ks_provider_answer {
	struct ks_credentials credentials;
	struct ks_err err;
	char place[320];   /* where it looked, for people, clean; "" isn't listed */
	char finding[320]; /* what it found there */
};

struct ks_provider {
	const char *name;
	bool in_profile;    /* a profile's own setting: it may be another's source_profile */
	const char *source; /* how credential_source calls it; NULL: it can't be one */
	/*
	 * *state is NULL at the row's first step, and is the row's own until it isn't PENDING: then
	 * the row has freed it. The query stays where it is as long as the chain.
	 */
	enum ks_provider_result (*step)(
	    const struct ks_provider_query *query, void **state, struct ks_provider_answer *answer);
	/* Gives up what is pending; NULL for a row that is never PENDING. */
	void (*drop)(void *state);
};

extern const struct ks_provider ks_providers[];
extern const size_t ks_provider_count;

struct ks_chain;

/* query is copied, what it points to and rows must outlive the chain. The caller frees it. */
struct ks_chain *ks_chain_new(
    const struct ks_provider *rows, size_t count, const struct ks_provider_query *query);
/*
 * Asks on from where it was. DONE: the credentials are moved to *out. NOT_MINE: no row had any.
 * FAILED: err. PENDING: nothing yet.
 */
enum ks_provider_result ks_chain_step(
    struct ks_chain *chain, struct ks_credentials *out, struct ks_err *err);
/* Drops what is pending; NULL is fine. */
void ks_chain_free(struct ks_chain *chain);

/* What was asked so far, in order. */
size_t ks_chain_place_count(const struct ks_chain *chain);
const struct ks_credentials_place *ks_chain_place(const struct ks_chain *chain, size_t index);

#endif
