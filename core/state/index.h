/*
 * The store from within: what store.h keeps private, and what the store's parts offer one another.
 * For core/state only.
 *
 * Each part changes one kind of thing:
 *   store.c             life, and the table of events
 *   store_profiles.c    identities, regions, scopes
 *   store_choice.c      which of them are wanted
 *   store_enabled.c     regions that the account has not enabled
 *   store_buckets.c     the lists of buckets
 *   store_keys.c        the keys of a bucket, and the totals
 *   store_changes.c     creating and deleting
 *   store_handovers.c   secrets on their way
 *   store_left.c        what the journal has open, and what it is to be told
 *   store_questions.c   what the worker asks the user
 *   store_activities.c  the operations pane
 *   store_operations.c  the calls that read operations
 *   store_tasks.c       what the worker has, and where its answers go
 *   store_look.c        look-ups
 *
 * A function that gives a bool says whether something that can be seen has changed.
 */
#ifndef KS_STATE_INDEX_H
#define KS_STATE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/state/due.h"
#include "core/state/map.h"
#include "core/state/store.h"

#define KS_NO_SCOPE UINT32_MAX

/* Ceilings for what a service that went mad can make us keep. */
#define KS_BUCKET_PAGES_MAX    2000 /* pages of one pass over GetBuckets */
#define KS_SCOPE_BUCKETS_MAX   200000
#define KS_OPERATION_PAGES_MAX 50 /* pages of one pass over GetOperations */
#define KS_ACTIVITIES_MAX      2000
#define KS_SCOPES_MAX          4096
#define KS_REMARKS_MAX         64 /* profiles share files, and so most of them */
#define KS_CHANGES_ENDED_MAX   64
#define KS_HANDOVERS_OVER_MAX  256
#define KS_QUESTIONS_MAX       64 /* that wait for the user at once */
#define KS_RESOURCE_PAGES_MAX  10 /* pages of GetOperationsForResource */
#define KS_REST_REFRESH_FACTOR 10 /* what is not on the screen is refreshed so much less often */
#define KS_LONGEST_BACKOFF_MS  INT64_C(600000)
#define KS_FIRST_POLL_MS       INT64_C(2000)
#define KS_SLOWEST_POLL_MS     INT64_C(300000)
#define KS_REGIONS_FROM        "us-east-1" /* whom to ask for all regions, in most partitions */

#define KS_TWO_KEYS                                                                        \
	"This bucket has two keys, which is all that Lightsail allows, and it has no way " \
	"to deactivate one: rotate or delete a key first."

/* The page tokens of a running pass, as hashes: a repeated one would be a loop. */
struct ks_seen {
	uint64_t *hashes;
	size_t count, cap;
};

/* A bucket's entry with what only the store needs; the entry comes first. */
struct ks_bucket_cell {
	struct ks_bucket_entry entry;
	struct ks_due keys_due;     /* when its keys are read next, not being on the screen */
	struct ks_due findings_due; /* when its findings change by themselves */
	uint32_t counted[KS_FINDING_COUNT]; /* what it adds to the index' findings */
	uint32_t pass;                      /* the last pass that listed it */
	int resource_pages;
	char *resource_token; /* GetOperationsForResource: the next page; NULL: none */
};

struct ks_activity_cell {
	struct ks_activity activity;
	struct ks_due poll_due;
	int64_t first_seen;
	uint64_t hash; /* of scope and operation ID; its place in the index */
};

/* GetOperations: oldest first, so that news are on the last page, which is read again. */
struct ks_operation_pass {
	bool running;
	bool restarted; /* the token of the last page was refused once already */
	int pages;
	char *asked; /* the token of the page under way; NULL: the first page */
	char *next;  /* running: the token of the next page */
	char *last;  /* the token of the last page that there was */
	struct ks_seen seen;
};

struct ks_scope_cell {
	size_t entries_cap;
	uint32_t pass;
	struct ks_seen seen;
	struct ks_operation_pass operations;
};

/* What the journal is to be told: the plan sends it, in this order. */
struct ks_note {
	char journal[KS_JOURNAL_ID_SIZE];
	enum ks_journal_step step;
	char *key_id; /* owned; NULL where the step has none */
	char *text;   /* likewise: its way or error */
};

struct ks_store_index {
	uint32_t last_id;
	char *only_bucket;
	bool choice_is_remembered;
	size_t n_left_scopes; /* not chosen, with buckets that are kept for a while */
	size_t profiles_cap;
	bool identities_only;
	struct ks_map buckets;           /* ID → ks_bucket_cell */
	struct ks_map activities;        /* ID → ks_activity_cell */
	struct ks_map operations;        /* hash → ks_activity_cell */
	struct ks_scope_cell *scopes;    /* beside store->scopes */
	struct ks_due_heap keys_due;     /* of buckets */
	struct ks_due_heap findings_due; /* of buckets */
	struct ks_due_heap polls_due;    /* of busy operations */
	size_t n_keys_pending;           /* buckets whose keys are wanted or under way */
	int64_t findings_now;            /* the time that the counts below hold for */
	size_t findings[KS_FINDING_COUNT];
	struct ks_note *notes;
	size_t n_notes, notes_cap, left_cap, questions_cap;
	size_t scopes_cap, scope_cells_cap, changes_cap, handovers_cap, activities_cap, tasks_cap;
};

/* ---- fetched.c: how a thing that must be fetched moves on ---- */
void ks_fetched_begin(struct ks_fetched *fetched, uint64_t request);
void ks_fetched_known(struct ks_fetched *fetched, int64_t at);
void ks_fetched_failed(struct ks_fetched *fetched, const struct ks_err *err, int64_t at);
/* The request is gone without an answer. */
void ks_fetched_drop(struct ks_fetched *fetched);
/* As if it was never asked for. */
void ks_fetched_reset(struct ks_fetched *fetched);
void ks_fetched_free(struct ks_fetched *fetched);
/* When it is to be fetched; interval and refresh in ms, 0: only when asked for. */
int64_t ks_fetched_due(const struct ks_fetched *fetched, int64_t interval, int64_t refresh);

bool ks_seen_add(struct ks_seen *seen, const char *token); /* false: it was there already */
void ks_seen_free(struct ks_seen *seen);

/* ---- store_profiles.c ---- */
bool ks_profiles_identity(struct ks_store *store, struct ks_task *task, struct ks_event *event);
bool ks_profiles_renewed(struct ks_store *store, struct ks_event *event);
bool ks_profiles_regions(struct ks_store *store, struct ks_task *task, struct ks_event *event);
/* The regions must come from GetRegions: nobody named one. */
const char *ks_profile_regions_from(const struct ks_profile *profile);
bool ks_profile_wants_regions(const struct ks_store *store, const struct ks_profile *profile);
uint32_t ks_scope_find(const struct ks_store *store, uint32_t profile, const char *region);
/* The scope, made if need be; KS_NO_SCOPE when there are too many. Not chosen at first. */
uint32_t ks_scope_add(struct ks_store *store, uint32_t profile, const char *region);
void ks_profiles_refresh(struct ks_store *store);

/* ---- store_choice.c ---- */
/* Brings profiles and scopes in line with store->choice. */
void ks_choice_apply(struct ks_store *store);
bool ks_choice_event(struct ks_store *store, struct ks_event *event);
bool ks_choice_pick(struct ks_store *store, struct ks_event *event);
bool ks_choice_catalog(struct ks_store *store, struct ks_event *event);
/* More is known of this profile's regions. */
void ks_choice_regions(struct ks_store *store, uint32_t profile);
/* After each event: what was kept for something that is over now goes. */
void ks_choice_settle(struct ks_store *store);
/* Takes a profile out of a remembered choice that is in no file any more; says so. */
bool ks_choice_forget(struct ks_store *store, uint32_t profile, struct ks_event *event);
/* A change of this bucket runs or its end was not seen yet, or a secret of it is held. */
bool ks_choice_is_busy(const struct ks_store *store, uint32_t bucket);

/* ---- store_buckets.c ---- */
bool ks_buckets_page(struct ks_store *store, struct ks_task *task, struct ks_event *event);
/* Nobody wants the scope: its list is as if it was never asked for; busy buckets stay. */
void ks_buckets_leave(struct ks_store *store, uint32_t scope);
struct ks_bucket_cell *ks_bucket_cell(const struct ks_store *store, uint32_t id);
struct ks_bucket_cell *ks_bucket_find_cell(
    const struct ks_store *store, uint32_t scope, const char *name);
void ks_bucket_cell_free(struct ks_bucket_cell *cell);

/* ---- store_keys.c ---- */
bool ks_keys_reply(struct ks_store *store, struct ks_task *task, struct ks_event *event);
/* Takes a bucket out of the totals and heaps before it is changed, and in again afterwards. */
void ks_keys_leave(struct ks_store *store, struct ks_bucket_cell *cell);
void ks_keys_join(struct ks_store *store, struct ks_bucket_cell *cell);
void ks_keys_want(struct ks_store *store, struct ks_bucket_cell *cell);
/* What is under way may be older than what is known now: it is dropped, and asked anew. */
void ks_keys_want_anew(struct ks_store *store, struct ks_bucket_cell *cell);
void ks_keys_add(
    struct ks_store *store, struct ks_bucket_cell *cell, const struct ks_access_key *key);
void ks_keys_remove(struct ks_store *store, struct ks_bucket_cell *cell, const char *key_id);

/* ---- store_changes.c ---- */
bool ks_changes_create(struct ks_store *store, struct ks_event *event);
bool ks_changes_delete(struct ks_store *store, struct ks_event *event);
bool ks_changes_dismiss(struct ks_store *store, struct ks_event *event);
/* For a bucket that may be gone. */
void ks_changes_begin_delete(struct ks_store *store, const struct ks_handover *of, int64_t at);
bool ks_changes_create_reply(struct ks_store *store, struct ks_task *task, struct ks_event *event);
bool ks_changes_delete_reply(struct ks_store *store, struct ks_task *task, struct ks_event *event);
/* The keys that a change waited for. */
void ks_changes_keys_read(struct ks_store *store, struct ks_task *task, struct ks_event *event);
/* The read that it waits for is dropped: it needs another one. */
void ks_changes_read_dropped(struct ks_store *store, uint32_t id, uint64_t request);
/* The running change that a request is for; 0 if none. Notes the request in it. */
uint32_t ks_changes_submitted(
    struct ks_store *store, uint32_t scope, const struct ks_request *request, uint64_t id);
void ks_change_free(struct ks_change *change);

/* ---- store_handovers.c ---- */
/* Takes the secret over. */
void ks_handovers_begin(
    struct ks_store *store, const struct ks_change *change, struct ks_secret *secret, int64_t at);
bool ks_handovers_event(struct ks_store *store, struct ks_event *event);
/* The sink has it, under this request. */
bool ks_handovers_submitted(struct ks_store *store, uint32_t id, uint64_t request);
/* The worker knows that nobody wants this delivery. */
bool ks_handovers_cancelled(struct ks_store *store, uint64_t request);
bool ks_handovers_sink(struct ks_store *store, struct ks_event *event);
void ks_handover_free(struct ks_handover *handover);

/* ---- store_left.c ---- */
/* Nothing is noted of a change that the journal doesn't know. The texts are copied. */
void ks_notes_add(struct ks_store *store, const char *journal, enum ks_journal_step step,
    const char *key_id, const char *text);
/* The oldest note is with the worker. */
bool ks_notes_submitted(struct ks_store *store);
void ks_notes_free(struct ks_store *store);
/* The journal's answer. */
bool ks_left_arrived(struct ks_store *store, struct ks_event *event);
bool ks_left_seen(struct ks_store *store, struct ks_event *event);
/* The user wants to hear no more of it. */
bool ks_left_forget(struct ks_store *store, struct ks_event *event);
/* A change that ended in keys without a secret. */
void ks_left_by_change(struct ks_store *store, const struct ks_change *change);
/* This key is gone: whatever was open because of it no longer is. */
void ks_left_key_gone(
    struct ks_store *store, uint32_t scope, const struct ks_str *bucket, const struct ks_str *key);
void ks_left_free(struct ks_left *left);
bool ks_warnings_add(struct ks_store *store, struct ks_event *event);

/* ---- store_questions.c ---- */
bool ks_questions_asked(struct ks_store *store, struct ks_event *event);
bool ks_questions_over(struct ks_store *store, struct ks_event *event);
bool ks_questions_answer(struct ks_store *store, struct ks_event *event);
/* The worker has the answer. */
bool ks_questions_submitted(struct ks_store *store, uint64_t id);
void ks_open_question_free(struct ks_open_question *question);

/* ---- store_activities.c ---- */
/* Takes over what the operations hold. key_id: which key they were about; NULL. */
bool ks_activities_merge(
    struct ks_store *store, uint32_t scope, struct ks_reply *reply, const char *key_id, int64_t at);
bool ks_activities_retrying(
    struct ks_store *store, struct ks_task *task, const struct ks_event *event);
/* The call ended, well or not. */
bool ks_activities_call_ended(
    struct ks_store *store, struct ks_task *task, const struct ks_event *event);
struct ks_activity_cell *ks_activity_cell(const struct ks_store *store, uint32_t id);
struct ks_activity_cell *ks_activities_find_operation(
    const struct ks_store *store, uint32_t scope, const char *operation_id);
/* Nobody wants the scope: what is not about a change of ours goes. */
void ks_activities_leave(struct ks_store *store, uint32_t scope);
void ks_activities_schedule(struct ks_store *store, struct ks_activity_cell *cell);
void ks_activity_cell_free(struct ks_activity_cell *cell);

/* ---- store_operations.c ---- */
bool ks_operations_polled(struct ks_store *store, struct ks_task *task, struct ks_event *event);
bool ks_operations_page(struct ks_store *store, struct ks_task *task, struct ks_event *event);
bool ks_operations_resource(struct ks_store *store, struct ks_task *task, struct ks_event *event);
/* Nobody wants the scope: its list is as if it was never asked for. */
void ks_operations_leave(struct ks_store *store, uint32_t scope);
void ks_operation_pass_free(struct ks_operation_pass *pass);

/* ---- store_tasks.c ---- */
bool ks_tasks_submitted(struct ks_store *store, struct ks_event *event);
bool ks_tasks_retrying(struct ks_store *store, struct ks_event *event);
bool ks_tasks_reply(struct ks_store *store, struct ks_event *event);
/* Nobody wants this read any more: the plan has it cancelled, its late answer is dropped. */
void ks_tasks_cancel(struct ks_store *store, uint64_t request);

uint32_t ks_store_next_id(struct ks_store *store);

#endif
