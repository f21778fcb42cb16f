/*
 * A small made-up service for tests of the interface: it answers what the plan wants from a table,
 * at a fixed time, without threads and network. The store in it is the real one.
 */
#ifndef KS_TESTS_UNIT_WORLD_H
#define KS_TESTS_UNIT_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/state/plan.h"
#include "core/state/store.h"

/* 2026-08-06T12:00:00Z */
#define WORLD_NOW INT64_C(1786017600000)

#define MINUTE (INT64_C(60) * 1000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

struct world_key {
	const char *id; /* NULL: no key */
	const char *status;
	int64_t age;
	enum ks_use use;
	int64_t used_ago;
	const char *by, *from;
};

struct world_bucket {
	const char *name; /* NULL ends a table */
	const char *region;
	struct world_key keys[2];
	const char *fails; /* code of the error instead of keys; NULL: none */
};

struct world_operation {
	const char *type; /* NULL ends a table */
	const char *bucket, *region, *status;
	int64_t ago;
	const char *error_code, *error_details;
};

struct world {
	struct ks_store *store;
	int64_t now;
	uint64_t next_id;
	const struct world_bucket *buckets;
	const struct world_operation *operations;
	const char *denied_region;         /* GetBuckets fails there; NULL: nowhere */
	enum ks_err_kind fails;            /* every call fails like this */
	const char *fails_code;            /* with this code */
	bool no_profile;                   /* credentials that belong to none, like the demo's */
	const struct ks_err *identity_err; /* optional, with looked: how that failed */
	const char *const *looked; /* places and findings in turn: then there are no credentials */
	const char *broken;        /* looked is this profile's alone; NULL: everybody's */
	const char *slow;          /* this profile signs in for ever; NULL: none */
	bool silent;               /* nothing is answered: all stays under way */
	bool opted_out;            /* regions that must be enabled are not */
	bool from_environment;     /* the credentials are its keys */
	int deletes, creates;      /* calls that came */
};

/* Some buckets over two regions: keys of all ages, a full bucket, an empty one, hostile names. */
extern const struct world_bucket world_buckets[];
extern const struct world_operation world_operations[];
/* Names, how they sign in, and regions (or NULL), in turn: the profiles that there are. */
extern const char *const world_profiles[];

void world_begin(struct world *world, const struct ks_store_options *options);
/* Answers until nothing more is wanted. */
void world_settle(struct world *world);
/* Sends at most this many requests and answers them. */
void world_step(struct world *world, size_t requests);
void world_end(struct world *world);

#endif
