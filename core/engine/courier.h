/*
 * Takes secrets to the sinks that need no terminal (core/deliver), several at once: a command takes
 * its time. Worker thread only.
 */
#ifndef KS_ENGINE_COURIER_H
#define KS_ENGINE_COURIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/aws/identity.h"
#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/engine/worker.h"
#include "core/state/message.h"

struct ks_courier;

/* places: NULL where none are known. Both are the caller's and must outlive the courier. */
struct ks_courier *ks_courier_new(
    const struct ks_worker_places *places, const struct ks_clock *clock);
/* Kills the commands that still run. NULL is fine. */
void ks_courier_free(struct ks_courier *courier);

/*
 * Before a key is made for this request: whether its sink would take the secret. False with err
 * filled.
 */
bool ks_courier_check(const struct ks_courier *courier, const struct ks_request *request,
    const struct ks_identity *identity, struct ks_err *err);

/* Begins a KS_REQUEST_DELIVER. */
void ks_courier_take(struct ks_courier *courier, const struct ks_request *request,
    const struct ks_identity *identity);
/*
 * Stops a delivery that is not over, and wipes its copy: nothing answers it then. One that is over
 * can't be stopped, and is answered as ever.
 */
void ks_courier_cancel(struct ks_courier *courier, uint64_t request);
/* Goes on with all of them; to be called when a descriptor can be read or the time has come. */
void ks_courier_turn(struct ks_courier *courier);
/*
 * One that is over, as the KS_EVENT_SINK that answers it: err, way, and a warning where there is
 * one. NULL when there is none. The caller owns it.
 */
struct ks_event *ks_courier_ended(struct ks_courier *courier);

/* To be polled for reading; good until the next call. */
const int *ks_courier_fds(struct ks_courier *courier, size_t *count);
/* Milliseconds until ks_courier_turn is due although nothing came; -1: never. */
int64_t ks_courier_wake(const struct ks_courier *courier);

#endif
