/*
 * What to do about an error of the service or of the way to it. Pure; any thread.
 */
#ifndef KS_STATE_REMEDY_H
#define KS_STATE_REMEDY_H

#include "core/base/err.h"
#include "core/lightsail/calls.h"

/* Fills err->tip unless it says something already, or nothing is known. */
void ks_remedy(struct ks_err *err, enum ks_op op);

#endif
