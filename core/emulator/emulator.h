/*
 * The emulator: the Lightsail bucket API and a small S3 on loopback, with real HTTP and real
 * signatures. For --demo, for "keysail serve" and for the tests. It shares no code with keysail's
 * own client (only core/base), so that a test against it can't confirm the client's own mistake.
 *
 * One emulator is driven by one thread, the one that calls ks_emulator_run. The functions marked
 * "any thread" may be called meanwhile from others; the rest only before run or after it returned.
 */
#ifndef KS_EMULATOR_EMULATOR_H
#define KS_EMULATOR_EMULATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/clock.h"
#include "core/base/err.h"

#define KS_EMULATOR_KEY_ID_SIZE 21   /* AKIA and 16 more, terminated */
#define KS_EMULATOR_SECRET_SIZE 41   /* 40 characters, terminated */
#define KS_EMULATOR_LIFELIKE    (-1) /* keys_per_bucket: none, one or two, as life has it */

/* Strings are borrowed until ks_emulator_start returns. */
struct ks_emulator_options {
	uint16_t port;          /* 0: any free one */
	unsigned buckets;       /* how many the seed makes */
	int keys_per_bucket;    /* 0, 1, 2 or KS_EMULATOR_LIFELIKE */
	uint64_t seed;          /* same seed, same clock: same data and same credentials */
	unsigned page_size;     /* 0: 100 buckets, 200 operations; operations never more */
	int64_t latency_ms;     /* each reply is held back for so long */
	int64_t key_delay_ms;   /* until a new key works with S3 */
	int64_t key_linger_ms;  /* a deleted key goes on working with S3 for so long */
	int64_t op_delay_ms;    /* from Started to Succeeded; 0: terminal in the reply */
	int64_t clock_skew_ms;  /* the server's clock is so much ahead (or behind) */
	const char *error_form; /* how errors look, a name of ks_emulator_form_help; NULL: full */
	const char *session_token;     /* the account's clients must send it; NULL: none */
	const char *state_path;        /* kept over restarts; NULL: in memory only */
	bool background_use;           /* some keys go on being used by themselves */
	bool create_without_last_used; /* CreateBucketAccessKey leaves lastUsed out */
	const char *const *faults;     /* specs as ks_emulator_add_fault takes them */
	size_t fault_count;
	const struct ks_clock *clock; /* NULL: the system's */
};

/* 18 lifelike buckets, seed 1, no delays, operations that take 2 s, background use, no faults. */
void ks_emulator_options_init(struct ks_emulator_options *options);

struct ks_emulator;

/*
 * Binds 127.0.0.1 (and ::1 where there is one) and makes or loads the world. NULL with err filled:
 * KS_ERR_USAGE for an option, KS_ERR_SYSTEM for a port or a state file. Requests that arrive are
 * answered once ks_emulator_run runs. Freed with ks_emulator_free.
 */
struct ks_emulator *ks_emulator_start(
    const struct ks_emulator_options *options, struct ks_err *err);

/*
 * Serves until stop_fd is readable or closed on its other side. Saves the state. False with err
 * filled when the state could not be saved or the loop failed.
 */
bool ks_emulator_run(struct ks_emulator *emulator, int stop_fd, struct ks_err *err);

/* Closes everything, wipes the secrets; NULL is fine. Not while ks_emulator_run runs. */
void ks_emulator_free(struct ks_emulator *emulator);

/* Any thread. The port it listens on, and its URL: http://127.0.0.1:PORT, owned by the emulator. */
uint16_t ks_emulator_port(const struct ks_emulator *emulator);
const char *ks_emulator_url(const struct ks_emulator *emulator);

/* Any thread. What the account's own clients sign with; owned by the emulator. */
const char *ks_emulator_access_key_id(const struct ks_emulator *emulator);
const char *ks_emulator_secret_access_key(const struct ks_emulator *emulator);

/*
 * Any thread, for tests. Adds a fault: kind=K[,op=NAME][,region=R][,nth=N|every=N|prob=P][,count=N]
 * [,ms=N], as in keysail(1). False with err filled when it can't be understood.
 */
bool ks_emulator_add_fault(struct ks_emulator *emulator, const char *spec, struct ks_err *err);
/* Any thread, for tests. Removes all faults; what is already under way is not changed. */
void ks_emulator_clear_faults(struct ks_emulator *emulator);

/* What the server saw of one operation, by the name the service gives it. */
struct ks_emulator_count {
	uint64_t received;  /* requests that arrived whole, whatever became of them */
	uint64_t succeeded; /* those whose work was done, also when the reply was lost on purpose */
	uint64_t faulted;   /* those that a fault touched */
};

/* Any thread, for tests. op is e.g. "CreateBucketAccessKey" or "PutObject"; NULL: all together. */
struct ks_emulator_count ks_emulator_counted(struct ks_emulator *emulator, const char *op);
/* Any thread, for tests. The most requests that were ever under way at the same moment. */
unsigned ks_emulator_peak(struct ks_emulator *emulator);
/* Any thread, for tests. The most connections that were ever open at the same moment. */
unsigned ks_emulator_peak_connections(struct ks_emulator *emulator);

/*
 * Any thread, for tests. Copies the secret of a bucket's access key; false when there is no such
 * key. The caller wipes the copy.
 */
bool ks_emulator_key_secret(
    struct ks_emulator *emulator, const char *access_key_id, char secret[KS_EMULATOR_SECRET_SIZE]);
/* Any thread, for tests. The IDs of a bucket's keys, oldest first; gives how many (0 to 2). */
size_t ks_emulator_bucket_keys(
    struct ks_emulator *emulator, const char *bucket, char ids[2][KS_EMULATOR_KEY_ID_SIZE]);

/* Texts for "--fault help" and "--error-form help": one line per kind, in a new block. */
char *ks_emulator_fault_help(void);
char *ks_emulator_form_help(void);

#endif
