/*
 * The journal: which changes were sent, and what became of them and of the keys they made. An
 * intent is on the disk before a change is sent and its outcome after, so that no key is forgotten
 * whatever ends the program. It holds no secrets.
 *
 * The file is FOLDER/journal.jsonl, 0600, one JSON object a line. Several processes may use it at
 * once: each append is one write under a lock, and whoever finds that another has compacted the
 * file opens it anew. Entries of kinds and with members that only a newer version knows are left
 * alone.
 *
 * Thread: a journal belongs to one thread at a time, in the program the worker's. Functions without
 * a journal: any thread. Waiting: a lock is held for another's append and fsync at most.
 *
 * Errors: a function that fails fills err (KS_ERR_SYSTEM) with one sentence that names the file. A
 * journal that can't be opened is NULL and an error that the caller keeps: it refuses to create a
 * key with it, and goes on to delete one with it as a warning, since revoking must work on a full
 * disk.
 */
#ifndef KS_RECORD_JOURNAL_H
#define KS_RECORD_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/text.h"

#define KS_JOURNAL_ID_SIZE   33 /* 16 random bytes in hexadecimal, and a NUL */
#define KS_JOURNAL_KNOWN_MAX 32 /* keys of one bucket that an intent can name */
#define KS_JOURNAL_LINE_MAX  ((size_t)64 * 1024)
/* Above this an append compacts the file. */
#define KS_JOURNAL_SIZE_MAX ((size_t)1024 * 1024)
/* Settled changes that compacting keeps, the newest ones. */
#define KS_JOURNAL_SETTLED_MAX 1000

/* What an entry says. The first two are the intents that a change begins with. */
enum ks_journal_step {
	KS_JOURNAL_CREATE,
	KS_JOURNAL_DELETE,
	KS_JOURNAL_DONE,       /* the service did it; of a create: KEY is the new key */
	KS_JOURNAL_FAILED,     /* it certainly did not happen; ERROR says why */
	KS_JOURNAL_UNKNOWN,    /* the answer was lost: it may have happened */
	KS_JOURNAL_DELIVERING, /* the secret is given to WAY, which may have it ever after */
	KS_JOURNAL_DELIVERED,  /* the secret went out by WAY; whether it arrived is not known */
	KS_JOURNAL_CONFIRMED,  /* it arrived */
	KS_JOURNAL_KEPT,       /* the secret was given up, and the key was left */
	KS_JOURNAL_DELETED,    /* the created key is gone again */
	KS_JOURNAL_DISMISSED,  /* the user doesn't want to be shown this change any more */
	KS_JOURNAL_STEPS
};

/* The texts of entries and changes. */
enum ks_journal_field {
	KS_JOURNAL_ENDPOINT, /* the address of the service */
	KS_JOURNAL_ACCOUNT,  /* the account's number, where it is known */
	KS_JOURNAL_PROFILE,  /* the profile's name, where there is one */
	KS_JOURNAL_REGION,
	KS_JOURNAL_BUCKET,
	KS_JOURNAL_KEY,   /* an access key ID, never a secret */
	KS_JOURNAL_WAY,   /* a phrase for people: how the secret went out */
	KS_JOURNAL_ERROR, /* a sentence for people */
	KS_JOURNAL_FIELDS
};

/*
 * An entry to append; everything is the caller's. Needed are endpoint, region and bucket of an
 * intent, of a delete's also the key, the key of DONE and the way of DELIVERING and DELIVERED. What
 * looks like a secret in a way or an error is taken out, and both are cut to what a line takes.
 */
struct ks_journal_entry {
	enum ks_journal_step step;
	const char *id; /* of the change, by ks_journal_new_id */
	int64_t at;     /* wall ms */
	const char *text[KS_JOURNAL_FIELDS];
	const char *const *known; /* CREATE: the key IDs that the bucket had before */
	size_t n_known;
};

/* A change as all of its entries leave it. */
struct ks_journal_change {
	char id[KS_JOURNAL_ID_SIZE];
	enum ks_journal_step intent; /* CREATE or DELETE */
	enum ks_journal_step step;   /* the last that counted; the intent while nothing else did */
	int64_t began, at;           /* wall ms of intent and step */
	struct ks_str text[KS_JOURNAL_FIELDS];
	struct ks_str *known;
	size_t n_known, known_cap;
};

/* Changes in the order in which they began. A zeroed list is empty. */
struct ks_journal_list {
	struct ks_journal_change *changes;
	size_t count, cap;
	size_t broken; /* lines that could not be understood and were left out */
};

struct ks_journal;

/*
 * Opens the journal in this folder (see ks_path_state_folder) and makes both where they are
 * missing, 0700 and 0600. Refused are a folder in whose place another user could put something else
 * (see journal_trust.h), and as the file a symbolic link, what is no regular file, another owner
 * than the effective user, and more than one name; its permissions of group and others are taken
 * away. NULL with err filled, and its tip. The caller closes it.
 */
struct ks_journal *ks_journal_open(const char *folder, struct ks_err *err);
/* NULL is fine. */
void ks_journal_close(struct ks_journal *journal);

/* An ID that no other change has, of any process. False with err filled without entropy. */
bool ks_journal_new_id(char id[KS_JOURNAL_ID_SIZE], struct ks_err *err);

/*
 * Adds the entry; when it returns true it is on the disk. A change that is begun here is in hand
 * until the journal is closed. After false the file is as long as it was
 * before, but where even that fails, the entry may be there: a change that was not sent may then be
 * shown as one whose outcome is unknown, never the other way round.
 */
bool ks_journal_append(
    struct ks_journal *journal, const struct ks_journal_entry *entry, struct ks_err *err);

/*
 * Makes the file small: open changes stay, of the settled ones the newest KS_JOURNAL_SETTLED_MAX as
 * far as KS_JOURNAL_SIZE_MAX takes them, then the lines that only a newer version knows. Append
 * does it by itself; its failure there is no error. After false the file is as it was.
 */
bool ks_journal_compact(struct ks_journal *journal, struct ks_err *err);

/* Whether a change is one that is asked for. */
typedef bool ks_journal_wanted(void *ctx, const struct ks_journal_change *change);

/*
 * All changes, or those that are open, wanted, and that no other journal, of this
 * or another process, still has in hand. Of a create whose key is not named the latter also know
 * the keys that other changes made in its bucket: none of these is its own. The list needs no
 * initialising; the caller frees it, also after false. A line that is broken is counted and never
 * an error.
 */
bool ks_journal_read(struct ks_journal *journal, struct ks_journal_list *list, struct ks_err *err);
bool ks_journal_read_open(struct ks_journal *journal, ks_journal_wanted *wanted, void *ctx,
    struct ks_journal_list *list, struct ks_err *err);
void ks_journal_list_free(struct ks_journal_list *list);

/*
 * True while somebody must look at it: the outcome is missing or unknown, or there is a created key
 * that is neither confirmed, kept, deleted nor dismissed.
 */
bool ks_journal_is_open(const struct ks_journal_change *change);

#endif
