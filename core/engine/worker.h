/*
 * The one worker thread. It owns libcurl, the credentials, the journal and the sinks.
 * Requests go in by ks_worker_submit, events come out by ks_worker_take; ks_worker_fd becomes
 * readable when there is something to take. Nothing else is shared.
 */
#ifndef KS_ENGINE_WORKER_H
#define KS_ENGINE_WORKER_H

#include <stdbool.h>

#include "core/aws/identity.h"
#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/base/log.h"
#include "core/state/message.h"

/* What the sinks need to know of the user's environment. Raw texts; NULL where not known. */
struct ks_worker_places {
	const char *credentials_file; /* AWS_SHARED_CREDENTIALS_FILE, or the usual one */
	const char *rclone_file;
	const char *home;
	const char *path; /* $PATH */
};

struct ks_worker_options {
	/* Where identities come from; copied by reference: must outlive the worker, unchanged. */
	const struct ks_identity_options *identity;
	const struct ks_clock *clock; /* NULL: the system's */
	struct ks_log *log;           /* NULL: none */
	const char *user_agent;       /* keysail/VERSION; the system is added */
	/* Requests at once to one region for one profile; 0: 16. KS_WORKER_PEERS times that in all.
	 */
	int concurrency;
	int timeout_seconds;        /* for one attempt; 0: 60 */
	const char *journal_folder; /* ks_path_state_folder; NULL: none, and no key is made */
	const struct ks_worker_places *places; /* NULL: nothing is known */
	bool read_only; /* changes are answered KS_ERR_REFUSED and never sent */
	bool no_proxy;  /* --demo: no proxy whatever the environment says */
	/* Jitter in [0,1), called in the worker thread; NULL: the kernel's. */
	double (*random)(void *ctx);
	void *random_ctx;
};

/* So many of a profile's regions are read at full speed at once. */
#define KS_WORKER_PEERS 6

struct ks_worker;

/*
 * Starts the thread, all signals blocked in it. NULL with err filled when that can't be done.
 * curl_global_init is done here, once per process, with the wiping allocators.
 */
struct ks_worker *ks_worker_start(const struct ks_worker_options *options, struct ks_err *err);

/*
 * Ends the thread and frees everything, waiting requests and untaken events included; what the
 * journal is to be told has been written before. Returns within 100 ms whatever hangs. Changes
 * under way are abandoned: ask ks_store_is_changing first. False when the thread itself hangs (a
 * DNS look-up before libcurl 7.87, a dead file system): then it frees everything whenever it wakes,
 * so that the options must live on, and the program had better wipe its secrets and leave with
 * _exit. NULL is fine.
 */
bool ks_worker_stop(struct ks_worker *worker);

/* Takes the request over. UI thread. A change when read_only comes back as a refused REPLY. */
void ks_worker_submit(struct ks_worker *worker, struct ks_request *request);
/* The next event, or NULL. UI thread. The caller owns it. */
struct ks_event *ks_worker_take(struct ks_worker *worker);
/* For poll(): readable while there may be events. Owned by the worker. */
int ks_worker_fd(const struct ks_worker *worker);

#endif
