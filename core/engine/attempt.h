/*
 * One attempt of a call: signed for this moment and begun; and, when it has ended, read. Worker
 * thread only.
 */
#ifndef KS_ENGINE_ATTEMPT_H
#define KS_ENGINE_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/aws/identity.h"
#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/engine/http.h"
#include "core/engine/peer.h"
#include "core/lightsail/calls.h"

/* A random UUID with its NUL: the same for every attempt of one call. */
#define KS_INVOCATION_SIZE 37
/* False when the system has no randomness. */
bool ks_attempt_invocation(char dst[KS_INVOCATION_SIZE]);

struct ks_attempt {
	enum ks_op op;
	const struct ks_identity *identity;
	const struct ks_peer *peer; /* where to, and by which clock */
	const struct ks_buf *body;  /* must live as long as the transfer */
	const char *invocation;
	int number, of; /* from 1 */
	int64_t now;    /* wall ms */
};

/* Signs and begins. NULL with err filled: then nothing was sent. */
struct ks_transfer *ks_attempt_start(
    struct ks_http *http, const struct ks_attempt *attempt, void *owner, struct ks_err *err);

/*
 * Reads what came back: err is KS_ERR_NONE and *reply filled, or err says what went wrong, with
 * status and request ID where there are any. Nothing of the answer is kept elsewhere.
 */
void ks_attempt_read(
    enum ks_op op, const struct ks_http_answer *answer, struct ks_reply *reply, struct ks_err *err);

#endif
