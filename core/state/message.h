/*
 * What the two threads say to each other, and what the loop and the user add to it. Requests go to
 * the worker, events come back; one function (store.h) applies events. Requests and events own what
 * they point to; whoever receives one frees it. They name things by ID or by value, never by a
 * pointer into the other side.
 */
#ifndef KS_STATE_MESSAGE_H
#define KS_STATE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/text.h"
#include "core/lightsail/calls.h"
#include "core/record/journal.h"
#include "core/state/choice.h"

/* ---- requests: UI thread → worker ---- */

enum ks_request_kind {
	KS_REQUEST_IDENTIFY, /* find the credentials of a profile → KS_EVENT_IDENTITY */
	KS_REQUEST_CALL,     /* one call of the API → KS_EVENT_RETRYING*, KS_EVENT_REPLY */
	KS_REQUEST_CANCEL,   /* drop a read or a delivery; a change goes on, and answers */
	KS_REQUEST_DELIVER,  /* hand a secret to a sink → KS_EVENT_SINK */
	KS_REQUEST_NOTE,     /* tell the journal; answered only by a KS_EVENT_WARNING */
	KS_REQUEST_LEFT,     /* what the journal has open for a profile → KS_EVENT_LEFT */
	KS_REQUEST_ANSWER,   /* to a KS_EVENT_QUESTION; not answered itself */
	KS_REQUEST_PROFILES, /* which profiles there are → KS_EVENT_PROFILES */
};

/* The order in which waiting calls get a connection. */
enum ks_priority {
	KS_PRIORITY_CHANGE, /* what the user waits for: changes, and the reads that they need */
	KS_PRIORITY_PAGE,   /* pages come one after the other: they hold up all else */
	KS_PRIORITY_SELECTED,
	KS_PRIORITY_VISIBLE,
	KS_PRIORITY_REST,
	KS_PRIORITY_COUNT
};

struct ks_request {
	uint64_t id; /* unique within the session, > 0 */
	enum ks_request_kind kind;
	enum ks_priority priority;
	uint32_t profile;      /* index that IDENTIFY introduced */
	char *profile_name;    /* IDENTIFY: NULL is the AWS CLI's default rule */
	bool profile_explicit; /* IDENTIFY: chosen by option, beats environment keys */
	char *region;          /* CALL: where to */
	enum ks_op op;         /* CALL */
	struct ks_call_input input;
	/*
	 * CANCEL: the request that nobody wants any more; DELIVER: the store's handover; ANSWER:
	 * the question
	 */
	uint64_t target;

	/* CALL that creates: the key IDs that the bucket has, for the journal */
	struct ks_str_list known;
	/* CALL that creates, DELIVER: where the secret goes ("profile:NAME"); NULL: to the user */
	char *sink;
	bool replace; /* what is there already may be replaced */
	/* DELIVER, with bucket, key_id and region; ANSWER: NULL is declined */
	struct ks_secret *secret;
	char journal[KS_JOURNAL_ID_SIZE]; /* NOTE: the change that it is about */
	enum ks_journal_step step;        /* NOTE, with input.key_id where the step has a key */
	/* NOTE: the step's way or error; ANSWER: why it is declined, if not by the user; NULL */
	char *text;
};

struct ks_request *ks_request_new(enum ks_request_kind kind);
/* A copy without the secret. */
struct ks_request *ks_request_copy(const struct ks_request *request);
void ks_request_free(struct ks_request *request);

/* ---- events: worker → UI thread, and what the loop and the user say ---- */

enum ks_event_kind {
	/* from the worker */
	KS_EVENT_IDENTITY, /* the answer to IDENTIFY */
	KS_EVENT_RENEWED, /* a profile's credentials are other ones now, or can't be had any more */
	KS_EVENT_RETRYING, /* a call failed and will be sent again */
	KS_EVENT_REPLY,    /* the one and only end of a CALL */
	KS_EVENT_SINK,     /* the end of a DELIVER */
	KS_EVENT_LEFT,     /* the answer to LEFT */
	KS_EVENT_PROFILES, /* the answer to PROFILES */
	KS_EVENT_WARNING,  /* something is not as it should be; it stops nothing */
	KS_EVENT_QUESTION, /* an identity needs something of the user's → KS_REQUEST_ANSWER */
	KS_EVENT_QUESTION_OVER, /* it needs no answer any more */
	/* from the loop */
	KS_EVENT_SUBMITTED, /* this request is now with the worker */
	/* from the user */
	KS_EVENT_REFRESH,   /* read again: one bucket, or everything */
	KS_EVENT_CREATE,    /* make a key for this bucket */
	KS_EVENT_DELETE,    /* delete this key of this bucket */
	KS_EVENT_DELIVER,   /* hand the secret to this sink */
	KS_EVENT_DELIVERED, /* the secret went out this way; nobody knows yet whether it arrived */
	KS_EVENT_NOT_ARRIVED, /* it did not: back to held */
	KS_EVENT_ARRIVED,     /* confirmed: wiped, final */
	KS_EVENT_GIVE_UP,     /* undelivered on purpose: wiped; the key is kept, or deleted too */
	KS_EVENT_DISMISS,     /* a finished change has been seen */
	KS_EVENT_LEFT_SEEN,   /* all that was left open has been shown */
	KS_EVENT_FORGET,      /* what was left open needs no more looking after */
	KS_EVENT_ANSWER,      /* to a question */
	KS_EVENT_CHOOSE,      /* these profiles and regions */
	KS_EVENT_PICK,        /* a choice is about to be made: which profiles are there? */
};

/* The code of IDENTITY's error when the profile is in no file (KS_IDENTITY_NO_PROFILE). */
#define KS_NO_SUCH_PROFILE "NoSuchProfile"

/* Where the program looked for credentials, and what it found there. Clean text. */
struct ks_looked {
	char *place;
	char *finding;
};

/* What the UI may know of an identity: no secret. Clean text. */
struct ks_identity_info {
	char *profile;         /* the profile's name as resolved; never NULL */
	char *source;          /* "environment", "shared credentials file (…)" ; NULL on error */
	char *access_key_id;   /* the account's own; NULL on error */
	char *account;         /* NULL when unknown */
	char *region;          /* the configured one; NULL if none */
	char *endpoint;        /* a custom endpoint; NULL: AWS's own */
	bool fips, dual_stack; /* which of AWS's own */
	struct ks_looked *looked;
	size_t n_looked;
	struct ks_str_list warnings; /* settings that were not taken as they stand */
	int64_t expires;             /* KS_TIME_NONE: never */
};

/* What an identity can't go on without. Clean texts. */
struct ks_question {
	uint64_t id;      /* the worker's; unique within the session, > 0 */
	uint32_t profile; /* index that IDENTIFY introduced */
	char *prompt;     /* "MFA code for arn:aws:iam::123456789012:mfa/me"; never NULL */
	char *why;        /* what it is for: "the profile prod assumes the role X"; never NULL */
	char *last_error; /* why the answer before this one would not do; NULL: first try */
};

/* The profiles of the AWS files, in their order. */
struct ks_catalog {
	struct ks_catalog_entry {
		struct ks_str name;
		char *sign_in; /* clean: "assume role via base" */
		char *region;  /* clean; NULL */
	} * entries;
	size_t count;
	char *default_rule; /* clean: what it is when none is named; NULL while nothing is known */
};

void ks_catalog_free(struct ks_catalog *catalog);

struct ks_event {
	enum ks_event_kind kind;
	int64_t at; /* wall time at which it happened */
	/* The request's ID; none of WARNING, of questions and of the user's events. */
	uint64_t request;

	/* from the worker: err.kind is KS_ERR_NONE when it worked */
	struct ks_err err;
	char request_id[80]; /* REPLY: x-amzn-requestid, of failures and successes */

	/* IDENTITY, RENEWED */
	uint32_t profile; /* index that IDENTIFY introduced */
	struct ks_identity_info *identity;

	/* RETRYING: attempt number that failed, of how many, and when the next begins */
	int attempt, attempts;
	int64_t delay_ms;

	/* REPLY */
	struct ks_reply *reply;           /* NULL on failure */
	bool unclear;                     /* a change may or may not have happened */
	char journal[KS_JOURNAL_ID_SIZE]; /* the journal's ID of a change; "" where it has none */

	/* REPLY, WARNING: what the user should know besides, one clean sentence; NULL */
	char *warning;

	/* LEFT: what is open where the profile's calls go to */
	struct ks_journal_list left;

	struct ks_question *question; /* QUESTION */
	uint64_t target;              /* QUESTION_OVER, ANSWER: the question's ID */
	/* PROFILES; with err when one of the files was refused */
	struct ks_catalog *catalog;

	/* SUBMITTED: a copy of what was sent, without secrets */
	struct ks_request *submitted;

	/* from the user */
	uint32_t bucket;   /* store ID; REFRESH: 0 means everything */
	char *key_id;      /* DELETE */
	uint32_t change;   /* DISMISS */
	uint32_t handover; /* DELIVER, DELIVERED, NOT_ARRIVED, ARRIVED, GIVE_UP */
	char *sink;        /* DELIVER; CREATE, or NULL: to the user */
	bool replace;      /* DELIVER, CREATE: what is there already may be replaced */
	char *way;         /* DELIVERED, SINK: how, as a clean phrase: "Copied with wl-copy" */
	bool delete_key;   /* GIVE_UP */
	uint32_t left_id;  /* FORGET */
	struct ks_secret *secret; /* ANSWER; NULL: declined */
	char *reason;             /* ANSWER: clean, why it is declined if not by the user; NULL */
	struct ks_choice *choice; /* CHOOSE */
};

struct ks_event *ks_event_new(enum ks_event_kind kind, int64_t at);
void ks_event_free(struct ks_event *event);
void ks_identity_info_free(struct ks_identity_info *info);
void ks_question_free(struct ks_question *question);
/* The credentials are the environment's own, not a profile's. */
bool ks_identity_is_environment(const struct ks_identity_info *info);

#endif
