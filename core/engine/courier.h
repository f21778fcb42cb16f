/*
 * Takes secrets to the sinks that need no terminal (core/deliver). Worker thread only.
 */
#ifndef KS_ENGINE_COURIER_H
#define KS_ENGINE_COURIER_H

#include <stdbool.h>

#include "core/aws/identity.h"
#include "core/base/err.h"
#include "core/deliver/sink.h"
#include "core/engine/worker.h"
#include "core/state/message.h"

/*
 * Before a key is made for this request: whether its sink would take the secret. places: NULL where
 * none are known. False with err filled.
 */
bool ks_courier_check(const struct ks_worker_places *places, const struct ks_request *request,
    const struct ks_identity *identity, struct ks_err *err);

/*
 * Delivers a KS_REQUEST_DELIVER and fills the event that answers it: err, way, and a warning where
 * others can read what was written.
 */
void ks_courier_deliver(const struct ks_worker_places *places, const struct ks_request *request,
    const struct ks_identity *identity, struct ks_event *event);

#endif
