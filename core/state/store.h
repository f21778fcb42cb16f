/*
 * Everything the program knows, in one place. It belongs to the UI thread. It is changed by
 * ks_store_apply and by nothing else; it does no I/O and has no clock: each event carries its time.
 * So any sequence of events can be replayed in a test. Views read the structs below as they are.
 *
 * IDs are handed out by the store, never 0 and never used twice. A bucket keeps its ID over
 * refreshes as long as the service lists it (same profile, region and name).
 */
#ifndef KS_STATE_STORE_H
#define KS_STATE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/lightsail/calls.h"
#include "core/lightsail/model.h"
#include "core/state/findings.h"
#include "core/state/message.h"

/* How a thing that must be fetched stands. What is known stays while it is fetched again. */
enum ks_fetch {
	KS_FETCH_NEVER,  /* not asked yet */
	KS_FETCH_ASKED,  /* asked for the first time, nothing known yet */
	KS_FETCH_KNOWN,  /* known; fetched_at says since when */
	KS_FETCH_FAILED, /* the last try failed: err says why; older data may be there */
};

struct ks_fetched {
	enum ks_fetch state;
	int64_t at;         /* last success; KS_TIME_NONE */
	int64_t tried_at;   /* last end of a try, good or bad; KS_TIME_NONE */
	uint64_t request;   /* the request under way; 0 if none */
	bool wanted;        /* the user asked for it anew: fetch regardless of its age */
	bool retrying;      /* the request under way failed at least once */
	int failures;       /* tries that failed one after the other: the next one waits longer */
	struct ks_err *err; /* owned; NULL unless the last try failed */
};

/* Never taken away: the worker knows a profile by its index. */
struct ks_profile {
	char *name; /* as chosen; NULL: the default rule */
	bool is_explicit;
	bool chosen; /* now; else it is only what is left of an earlier choice */
	struct ks_fetched identity;
	struct ks_identity_info *info; /* NULL until identified */
	struct ks_fetched regions; /* GetRegions; KS_FETCH_NEVER unless all regions are wanted */
	bool regions_builtin;      /* GetRegions was refused: the built-in list is used */
	bool left_asked;           /* what the journal has open for it was asked for */
	uint64_t left_request;     /* under way for that; 0 if none */
};

/*
 * One profile in one region: what can fail by itself. Never taken away, since much refers to its
 * index. One that is not chosen has nothing, but the buckets that something is still being done to:
 * a change that was not seen to its end, a secret that is held. They go when that is over.
 */
struct ks_scope {
	uint32_t profile; /* index in profiles */
	bool chosen;
	bool listed; /* the list of all the profile's regions has it */
	char *region;
	struct ks_str display_name; /* "Ohio"; may be absent */
	struct ks_fetched buckets;  /* all pages of GetBuckets */
	struct ks_fetched operations;
	char *page_token;                 /* of the next page of GetBuckets; NULL: begin, or done */
	int pages;                        /* read in the running pass */
	struct ks_bucket_entry **entries; /* sorted by raw name */
	size_t n_entries;
};

struct ks_bucket_entry {
	uint32_t id;
	uint32_t scope; /* index in scopes */
	struct ks_bucket bucket;
	struct ks_fetched keys_fetched;
	struct ks_access_key *keys; /* sorted by ks_access_key_compare */
	size_t n_keys;
	struct ks_fetched operations_fetched; /* GetOperationsForResource */
};

/* ---- changes: what the user asked for and how it stands ---- */

enum ks_change_kind { KS_CHANGE_CREATE, KS_CHANGE_DELETE };

enum ks_change_state {
	KS_CHANGE_CHECKING, /* create: the bucket's keys are read first */
	KS_CHANGE_READY,    /* the plan sends it next */
	KS_CHANGE_SENT,     /* with the worker: it can't be taken back */
	KS_CHANGE_UNCLEAR,  /* the answer was lost: the keys are read again to find out */
	KS_CHANGE_DONE,
	KS_CHANGE_FAILED,   /* nothing was changed: err */
	KS_CHANGE_ORPHANED, /* create: keys appeared whose secret nobody has: orphans */
};

struct ks_change {
	uint32_t id;
	enum ks_change_kind kind;
	enum ks_change_state state;
	uint32_t bucket; /* store ID; the bucket may be gone meanwhile */
	uint32_t scope;
	struct ks_str bucket_name;
	struct ks_str key_id;     /* delete: which; create: the new one when done */
	int64_t begun, ended;     /* ended: KS_TIME_NONE while it runs */
	uint64_t request;         /* under way for it; 0 if none */
	int64_t next_try;         /* UNCLEAR: when the keys are read again */
	int tries;                /* UNCLEAR: reads that failed */
	int looks;                /* UNCLEAR create: reads that found no new key */
	struct ks_str_list known; /* create: the key IDs before */
	struct ks_str_list orphans;
	bool guessed; /* ORPHANED: they appeared; that they came of this change is a guess */
	struct ks_err err;
	char request_id[80];
	char *sink;   /* create: where the secret goes by itself; NULL: to the user */
	bool replace; /* create: what the sink finds there may be replaced */
	char journal[KS_JOURNAL_ID_SIZE]; /* "" while the journal doesn't know it */
};

/* A secret on its way to the user. */
enum ks_handover_state {
	KS_HANDOVER_HELD,
	KS_HANDOVER_DELIVERING,  /* a sink has it, or is about to */
	KS_HANDOVER_UNCONFIRMED, /* delivered; nobody said yet that it arrived */
	KS_HANDOVER_OVER,        /* confirmed or given up: the secret is wiped */
};

struct ks_handover {
	uint32_t id;
	enum ks_handover_state state;
	uint32_t change;
	uint32_t bucket;
	uint32_t scope;
	struct ks_str bucket_name;
	struct ks_str key_id;
	struct ks_secret *secret; /* NULL once it is over */
	char *way;                /* how it went out last; NULL */
	bool confirmed;           /* OVER: it arrived (else: given up) */
	int64_t since;
	char *sink;         /* the last one that it was given to; NULL */
	bool replace;       /* for the sink */
	uint64_t request;   /* DELIVERING: with the worker; 0: the plan sends it next */
	uint64_t to_cancel; /* OVER: a delivery that nobody wants any more; 0: none */
	struct ks_err err;  /* HELD: why the sink failed; else KS_ERR_NONE */
	char journal[KS_JOURNAL_ID_SIZE];
};

/*
 * What the journal has open: a change whose end nobody knows, or a key that was made and whose
 * secret may be lost. From an earlier run, or given up on in this one.
 */
struct ks_left {
	uint32_t id;
	enum ks_journal_step intent; /* KS_JOURNAL_CREATE or _DELETE */
	enum ks_journal_step step;   /* the last that the journal knows */
	int64_t began, at;
	struct ks_str account, profile; /* whose it is, as far as it is known */
	struct ks_str region;
	struct ks_str bucket_name;
	struct ks_str key_id;     /* absent: it isn't known which key was made, or if any */
	struct ks_str way;        /* how the secret went out; may be absent */
	struct ks_str_list known; /* create: the keys that the bucket had before */
	char journal[KS_JOURNAL_ID_SIZE];
};

/* What an identity needs of the user. Its answer is kept only until the plan has sent it. */
struct ks_open_question {
	struct ks_question *asked;
	bool answered;            /* the plan sends it next; the user is not asked any more */
	struct ks_secret *answer; /* NULL: declined */
	char *reason;             /* why, if not by the user; NULL */
};

/* ---- the operations pane ---- */

enum ks_activity_kind {
	KS_ACTIVITY_OPERATION, /* one of Lightsail's operations */
	KS_ACTIVITY_CALL,      /* a call of ours that failed or is being retried */
};

enum ks_call_state { KS_CALL_RETRYING, KS_CALL_FAILED, KS_CALL_RECOVERED };

struct ks_activity {
	uint32_t id;
	enum ks_activity_kind kind;
	uint32_t scope; /* UINT32_MAX: none (GetRegions belongs to a profile) */
	int64_t at;     /* the operation's creation, or when the call failed last: the sort key */

	struct ks_operation operation;
	struct ks_fetched polled; /* GetOperation until it is terminal */
	struct ks_str key_id;     /* of our own changes: which key it was about */

	enum ks_op op; /* CALL from here on */
	enum ks_call_state call_state;
	struct ks_str bucket_name;
	uint64_t request;
	int attempt, attempts;
	struct ks_err err;
	char request_id[80];
};

/* A request that the worker has, and what it is for. */
struct ks_task {
	uint64_t id;
	enum ks_request_kind kind;
	enum ks_op op;
	uint32_t profile;
	uint32_t scope;    /* UINT32_MAX: none */
	uint32_t bucket;   /* 0: none */
	uint32_t change;   /* 0: none */
	uint32_t activity; /* 0: none; the operation that is polled */
	uint32_t failure;  /* 0: none; the activity that shows that it failed */
	bool cancelled;    /* its late result is dropped */
};

struct ks_store_options {
	const char *const *profiles; /* n_profiles names; none: the default rule */
	size_t n_profiles;
	const char *const *regions; /* none: the profile's, else all */
	size_t n_regions;
	bool all_regions;
	bool remembered; /* profiles and regions are the choice of an earlier run */
	bool read_only;
	bool no_secrets;         /* there is no secure heap: no key can be created */
	bool identities_only;    /* nothing but the profiles' identities is read */
	const char *only_bucket; /* buckets of other names are left out; NULL: all */
	struct ks_policy policy;
	int refresh_seconds; /* 0: only when asked */
};

struct ks_store {
	uint64_t generation; /* grows with every event that changed something that can be seen */
	bool read_only;
	bool no_secrets;
	struct ks_choice choice;
	struct ks_catalog catalog; /* profiles to choose from, as last read */
	struct ks_fetched catalog_fetched;
	int refresh_seconds;
	struct ks_policy policy;
	struct ks_profile *profiles;
	size_t n_profiles;
	struct ks_scope *scopes;
	size_t n_scopes;
	struct ks_change *changes; /* running ones, and ended ones until they are dismissed */
	size_t n_changes;
	struct ks_handover *handovers;
	size_t n_handovers;
	struct ks_activity **activities; /* newest first; bounded */
	size_t n_activities;
	struct ks_left *left; /* oldest first */
	size_t n_left;
	bool left_is_news; /* there is some of an earlier run that was not shown yet */
	struct ks_open_question *questions; /* oldest first */
	size_t n_questions;
	struct ks_task *tasks;
	size_t n_tasks;
	struct ks_str_list remarks; /* the warnings of all identities, each once */
	/* Profiles of a remembered choice that are in no file any more: taken out of choice. */
	struct ks_str_list gone;
	char *warning; /* the last one, clean; NULL while there was none */
	size_t n_warnings;

	/* Totals, kept up to date by ks_store_apply. */
	size_t n_buckets;
	size_t n_keys;
	size_t n_keys_known;  /* buckets whose keys are known */
	size_t n_keys_failed; /* buckets whose keys could not be read */

	struct ks_store_index *index; /* private to the store */
};

struct ks_store *ks_store_new(const struct ks_store_options *options);
/* Wipes and frees everything, secrets included. */
void ks_store_free(struct ks_store *store);

/*
 * Applies one event and takes it over (frees it). This is the only way to change a store. Events
 * about things that are gone are ignored.
 */
void ks_store_apply(struct ks_store *store, struct ks_event *event);

/* ---- look-ups; NULL when there is none. Pointers are good until the next ks_store_apply. ---- */
const struct ks_bucket_entry *ks_store_bucket(const struct ks_store *store, uint32_t id);
/* NULL has none that are. */
bool ks_bucket_keys_are_known(const struct ks_bucket_entry *entry);
const struct ks_bucket_entry *ks_store_find_bucket(
    const struct ks_store *store, uint32_t scope, const char *name);
const struct ks_access_key *ks_store_key(
    const struct ks_store *store, uint32_t bucket, const char *key_id);
const struct ks_change *ks_store_change(const struct ks_store *store, uint32_t id);
/* The running change of this kind for this bucket. */
const struct ks_change *ks_store_running(
    const struct ks_store *store, enum ks_change_kind kind, uint32_t bucket);
const struct ks_handover *ks_store_handover(const struct ks_store *store, uint32_t id);
/* The secret that came of this change; NULL. */
const struct ks_handover *ks_store_handover_of(
    const struct ks_store *store, const struct ks_change *change);
/* The oldest one that isn't over. */
const struct ks_handover *ks_store_open_handover(const struct ks_store *store);
const struct ks_left *ks_store_left(const struct ks_store *store, uint32_t id);
/* What the journal has open for a profile was read, could not be, or is nobody's business here. */
bool ks_store_left_is_known(const struct ks_store *store, uint32_t profile);
/* Its key, or one that it may have made: a guess, by what is known of keys and times. */
bool ks_store_left_may_be(
    const struct ks_store *store, const struct ks_left *left, const struct ks_access_key *key);
/* The bucket that it is about, in the profile whose it is; NULL while it isn't listed. */
const struct ks_bucket_entry *ks_store_left_bucket(
    const struct ks_store *store, const struct ks_left *left);
/* The oldest question that waits for the user. */
const struct ks_question *ks_store_next_question(const struct ks_store *store);
/* While it waits for the user. */
const struct ks_question *ks_store_question(const struct ks_store *store, uint64_t id);
/* The oldest one that this profile waits with. */
const struct ks_question *ks_store_question_of(const struct ks_store *store, uint32_t profile);
const struct ks_activity *ks_store_activity(const struct ks_store *store, uint32_t id);
const struct ks_task *ks_store_task(const struct ks_store *store, uint64_t request);

/* The profile goes by this name, or the default rule led to it. */
bool ks_profile_is(const struct ks_profile *profile, const struct ks_str *name);
/* It is chosen, or has a bucket that something is still being done to. */
bool ks_scope_is_shown(const struct ks_scope *scope);
bool ks_store_profile_is_shown(const struct ks_store *store, uint32_t profile);
/* How many profiles are shown. */
size_t ks_store_count_profiles(const struct ks_store *store);
/* More than one region is shown, for one profile or for several. */
bool ks_store_has_several_regions(const struct ks_store *store);
/*
 * Some profile's regions are all that there are: by the choice, or since none is configured. One
 * that was never identified has no regions at all.
 */
bool ks_store_shows_all_regions(const struct ks_store *store);

/* The profile's name for the screen: as resolved, else as chosen, else "default". */
const char *ks_store_profile_name(const struct ks_store *store, uint32_t profile);
/*
 * The same where people look for their account: "environment" when the keys are the environment's,
 * whatever profile the settings come from.
 */
const char *ks_store_profile_label(const struct ks_store *store, uint32_t profile);
/* It isn't known yet who it is, or where to look. */
bool ks_store_profile_is_loading(const struct ks_store *store, uint32_t profile);
/* Its credentials are being looked for, also once more after a failure. */
bool ks_store_profile_is_signing_in(const struct ks_store *store, uint32_t profile);
/* Why the whole profile shows nothing: no identity, or no list of regions. NULL when it works. */
const struct ks_err *ks_store_profile_err(const struct ks_store *store, uint32_t profile);
/* Did this fail because its profile has no identity? Then that error says it for all of them. */
bool ks_store_profile_says(
    const struct ks_store *store, uint32_t profile, const struct ks_fetched *fetched);

/*
 * A region that failed because the account has not enabled it: it has no buckets there. The service
 * says so, or doesn't know there the keys that it knows elsewhere.
 */
bool ks_store_is_not_enabled(const struct ks_store *store, uint32_t scope);
/* One of these that nobody asked for by its name: nothing to complain of. */
bool ks_store_is_quiet(const struct ks_store *store, uint32_t scope);
size_t ks_store_count_quiet(const struct ks_store *store);
/* A call that failed for that reason. */
bool ks_activity_is_quiet(const struct ks_store *store, const struct ks_activity *activity);
/* Copies why the buckets of a region could not be read, and what to do; false when they could. */
bool ks_store_scope_err(const struct ks_store *store, uint32_t scope, struct ks_err *err);

/* How many keys have this finding. */
size_t ks_store_count_finding(const struct ks_store *store, enum ks_finding finding, int64_t now);
/* Latest use of any of a bucket's keys; KS_TIME_NONE if none was used. */
int64_t ks_bucket_last_used(const struct ks_bucket_entry *entry);

/* Nothing is under way and nothing is left to fetch for the first time: list may print. */
bool ks_store_is_settled(const struct ks_store *store);
/* Something changes at the service right now (SENT or UNCLEAR): leaving would lose its end. */
bool ks_store_is_changing(const struct ks_store *store);

/* Why this can't be done now; NULL when it can. One clear sentence for the hint and the dialog. */
const char *ks_store_why_no_create(const struct ks_store *store, uint32_t bucket);
const char *ks_store_why_no_delete(
    const struct ks_store *store, uint32_t bucket, const char *key_id);

#endif
