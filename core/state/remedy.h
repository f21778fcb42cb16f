/*
 * What an error of the service comes down to, and what to do about it. One table of the service's
 * codes. Pure; any thread.
 */
#ifndef KS_STATE_REMEDY_H
#define KS_STATE_REMEDY_H

#include "core/base/err.h"
#include "core/lightsail/calls.h"

enum ks_cause {
	KS_CAUSE_OTHER,
	KS_CAUSE_NOT_ACCEPTED, /* the service doesn't know the key, or the signature doesn't fit */
	KS_CAUSE_EXPIRED,      /* the credentials' time is over */
	KS_CAUSE_CLOCK,        /* the request's time is too far from the service's */
	KS_CAUSE_NOT_ALLOWED,  /* known, and refused */
	KS_CAUSE_NOT_ENABLED,  /* the account doesn't have this region, or not yet */
};

enum ks_cause ks_remedy_cause(const struct ks_err *err);

/* Fills err->tip unless it says something already, or nothing is known. */
void ks_remedy(struct ks_err *err, enum ks_op op);

#endif
