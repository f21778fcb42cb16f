/*
 * What stands behind the HTTP server: takes a whole request and makes a whole reply, from the Host
 * check to the last header. It knows no sockets, so that it can be tested without any.
 */
#ifndef KS_EMULATOR_SERVICE_H
#define KS_EMULATOR_SERVICE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/emulator/counts.h"
#include "core/emulator/errors.h"
#include "core/emulator/faults.h"
#include "core/emulator/life.h"
#include "core/emulator/reply.h"
#include "core/emulator/request.h"
#include "core/emulator/sigv4.h"
#include "core/emulator/uploads.h"
#include "core/emulator/world.h"

#define KS_EMU_LIGHTSAIL_BODY_MAX (1024u * 1024)

struct ks_emu_service {
	pthread_mutex_t
	    lock; /* over all that follows, between the server and the tests' questions */
	struct ks_emu_world world;
	struct ks_emu_life life;
	struct ks_emu_uploads uploads;
	struct ks_emu_faults faults;
	struct ks_emu_counts counts;
	struct ks_emu_sig_cache *signing_keys;
	struct ks_emu_random ids; /* of requests */
	const struct ks_emu_error_form *form;
	unsigned buckets_a_page;
	unsigned operations_a_page;
	int64_t latency_ms;
	char *session_token; /* NULL: none */
	bool create_without_last_used;
	uint16_t port;
};

/* True for a request that is Lightsail's rather than S3's. Needs the headers only. */
bool ks_emu_service_is_lightsail(const struct ks_emu_request *request);
/* How long the body of this request may be. Needs the headers only. */
size_t ks_emu_service_body_max(const struct ks_emu_request *request);
/*
 * Answers: does the work, fills the reply and says how it is to be delivered. Takes the lock.
 */
void ks_emu_service_answer(struct ks_emu_service *service, const struct ks_emu_request *request,
    struct ks_emu_reply *reply);

/* True when one of the services has an operation of that name. */
bool ks_emu_service_has_op(const char *name);

/*
 * For the services: counts a request of this operation, and asks the faults what is to be done
 * with it. The plan is in the reply's delivery already.
 */
struct ks_emu_plan ks_emu_service_begin(
    struct ks_emu_service *service, const char *op, const char *region, struct ks_emu_reply *reply);
/* For the services: the work of that operation was done. */
void ks_emu_service_done(struct ks_emu_service *service, const char *op);

#endif
