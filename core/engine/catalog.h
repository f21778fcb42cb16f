/*
 * The profiles that can be chosen, and how each signs in: what the two AWS files say, without
 * signing in anywhere. Worker thread; reads the disk.
 */
#ifndef KS_ENGINE_CATALOG_H
#define KS_ENGINE_CATALOG_H

#include <stdbool.h>

#include "core/aws/env.h"
#include "core/base/err.h"
#include "core/state/message.h"

/*
 * Fills out, whose content the caller frees (ks_catalog_free). False with err filled when one of
 * the files was refused; what the other one has is in out all the same.
 */
bool ks_catalog_read(const struct ks_env *env, struct ks_catalog *out, struct ks_err *err);

/* The same into the event, which is given back: the answer to KS_REQUEST_PROFILES. */
struct ks_event *ks_catalog_answer(const struct ks_env *env, struct ks_event *event);

#endif
