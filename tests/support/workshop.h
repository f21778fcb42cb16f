/*
 * A worker with all that a test needs around it: credentials, options that make retries immediate,
 * and waiting for its events.
 */
#ifndef KS_TESTS_WORKSHOP_H
#define KS_TESTS_WORKSHOP_H

#include <stdbool.h>
#include <stdint.h>

#include "core/engine/worker.h"

#define WORKSHOP_KEY    "AKIDEXAMPLE"
#define WORKSHOP_SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

struct workshop {
	struct ks_worker_options options; /* changed by the test before workshop_open */
	struct ks_identity_options identity;
	struct ks_identity_given given;
	struct ks_secret *secret;
	struct ks_clock clock;
	_Atomic int64_t now; /* what the clock's wall says; 0: the real time */
	char url[200];
	char journal_folder[64]; /* made by workshop_init, removed by workshop_close */
	struct ks_worker *worker;
	uint64_t last_id;
	int retries;           /* KS_EVENT_RETRYING seen by workshop_reply */
	int64_t last_delay_ms; /* of the last of them */
	char retry_code[64];   /* likewise */
};

/* Credentials are given, as for the demo, and the endpoint is http://127.0.0.1:PORT. */
void workshop_init(struct workshop *shop, int port);
/* Other credentials than the usual ones. key_id must outlive the workshop. */
void workshop_sign_with(struct workshop *shop, const char *key_id, const char *secret);
/* Starts the worker and, unless the credentials are to be looked up, introduces profile 0. */
void workshop_open(struct workshop *shop);
/* Stops the worker; it must not hang. */
void workshop_close(struct workshop *shop);

/* Submits; gives the request's ID. bucket may be NULL. */
uint64_t workshop_call(
    struct workshop *shop, enum ks_op op, enum ks_priority priority, const char *bucket);
/* A request that the test has filled; takes it over. */
uint64_t workshop_submit(struct workshop *shop, struct ks_request *request);
uint64_t workshop_identify(struct workshop *shop, const char *profile);
void workshop_cancel(struct workshop *shop, uint64_t target);

/* The next event, waited for generously; the test fails without one. The caller frees it. */
struct ks_event *workshop_event(struct workshop *shop);
/* The next REPLY or IDENTITY; events of retries on the way are counted. */
struct ks_event *workshop_reply(struct workshop *shop, uint64_t id);
/* Call and reply in one. */
struct ks_event *workshop_ask(struct workshop *shop, enum ks_op op, const char *bucket);
/* There is nothing to take now. */
bool workshop_is_quiet(struct workshop *shop);

#endif
