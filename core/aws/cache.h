/*
 * The files of the AWS CLI's caches, read and written so that both tools share a login. cache_names
 * says which file. All functions: one thread per object; they may block for an fsync. JSON trees
 * hold secrets: they are cJSON's, so in wiped blocks once ks_secret_setup ran.
 *
 * The CLI takes no lock, so what is written is decided on what is there in the last instant before
 * the rename; our own instances take turns. The rule for whoever renews what is in a cache:
 *
 *	ks_cache_begin      KS_CACHE_BUSY: look at the file again a little later, then try again
 *	ks_cache_json       did somebody renew it meanwhile? then use that, and ks_cache_end
 *	                    renew it over the network
 *	ks_cache_commit     KS_CACHE_CHANGED: somebody else was faster; start over at ks_cache_json
 *	ks_cache_end
 *
 * A refresh token that rotates is used up by the renewal: only after KS_CACHE_WRITTEN may the new
 *one be sent anywhere, and begin has found out before whether the folder can be written to and the
 *disk has room.
 */
#ifndef KS_AWS_CACHE_H
#define KS_AWS_CACHE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"

/* A larger file is refused: no cache is near that. */
#define KS_CACHE_FILE_MAX ((size_t)1024 * 1024)

enum ks_cache_result {
	KS_CACHE_READ,    /* an object is there */
	KS_CACHE_MISSING, /* there is no such file; err is untouched */
	KS_CACHE_BROKEN,  /* a file, but no JSON object is in it: err says it; may be replaced */
	KS_CACHE_REFUSED  /* unreadable, no regular file, too large: err says it */
};

/* What a file held when it was read. */
struct ks_cache_look {
	cJSON *json; /* KS_CACHE_READ: the object; else NULL */
	enum ks_cache_result result;
	unsigned char digest[32]; /* of the exact bytes, where there are any */
};

/*
 * Reads the file, without a lock. Links are followed, as the CLI does; nothing waits on a FIFO.
 * The caller clears *out whatever the result, which is out->result, too.
 */
enum ks_cache_result ks_cache_read(const char *path, struct ks_cache_look *out, struct ks_err *err);
void ks_cache_clear(struct ks_cache_look *look);
/* Reads the file again: are the same bytes there? A file that can't be read is another. */
bool ks_cache_is_unchanged(const char *path, const struct ks_cache_look *look);

/* A turn at one file: from ks_cache_begin to ks_cache_end no other keysail has one. */
struct ks_cache;

enum ks_cache_begun {
	KS_CACHE_MINE,   /* *out is the turn */
	KS_CACHE_BUSY,   /* another has it now, maybe one of this process; err is untouched */
	KS_CACHE_NO_TURN /* it can't be written, or ks_cache_read refuses it: err says it */
};

/* Makes the folder, 0700, if there is none; reads the file. Never waits for a lock. */
enum ks_cache_begun ks_cache_begin(const char *path, struct ks_cache **out, struct ks_err *err);

/* What the file holds: as read at begin, or after KS_CACHE_CHANGED. NULL: missing or broken. */
const cJSON *ks_cache_json(const struct ks_cache *cache);
/*
 * A copy to change and commit, so that members which we don't know are kept; an empty object where
 * ks_cache_json is NULL. The caller gives it to cJSON_Delete.
 */
cJSON *ks_cache_copy(const struct ks_cache *cache);

enum ks_cache_committed {
	KS_CACHE_WRITTEN, /* on the disk, 0600 */
	KS_CACHE_CHANGED, /* not written: another program changed the file; it is read anew */
	KS_CACHE_FAILED   /* not written: err says it */
};

/* Writes json, which stays the caller's. A turn may commit again after KS_CACHE_CHANGED only. */
enum ks_cache_committed ks_cache_commit(
    struct ks_cache *cache, const cJSON *json, struct ks_err *err);

/* Gives the turn back; what wasn't committed leaves nothing behind. NULL is fine. */
void ks_cache_end(struct ks_cache *cache);

/* ---- members ---- */

/*
 * A date as the CLI's versions have written it (2026-11-24T12:00:00Z, …UTC, …+00:00), wall ms.
 * False when the member is absent, no text or no date.
 */
bool ks_cache_date(const cJSON *object, const char *name, int64_t *ms);
/* Sets or replaces a member; the date in the form 2026-11-24T12:00:00Z. */
void ks_cache_put_text(cJSON *object, const char *name, const char *value);
void ks_cache_put_date(cJSON *object, const char *name, int64_t ms);

#endif
