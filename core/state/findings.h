/*
 * What there is to say about a key: one table row per finding. Pure functions
 * of the key, its neighbours, the policy and the time. Any thread.
 */
#ifndef KS_STATE_FINDINGS_H
#define KS_STATE_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/lightsail/model.h"

struct ks_policy {
	int max_idle_days; /* 90 */
	int max_age_days;  /* 90 */
};

enum ks_finding {
	KS_FINDING_UNUSED,
	KS_FINDING_IDLE,
	KS_FINDING_OLD,
	KS_FINDING_TWO_KEYS,
	KS_FINDING_COUNT
};

/* A set of findings: bit N is finding N. */
typedef uint32_t ks_findings;
#define KS_FINDING_BIT(finding) (UINT32_C(1) << (finding))

struct ks_finding_info {
	const char *name;    /* as in --fail-on and in list output */
	const char *meaning; /* one sentence for the details */
	const char *advice;  /* what to do about it */
};

const struct ks_finding_info *ks_finding_info(enum ks_finding finding);
/* By name, exactly; false when there is none. */
bool ks_finding_by_name(const char *name, enum ks_finding *finding);

/* Findings of one key among the n_keys of its bucket, now (wall ms). */
ks_findings ks_key_findings(
    const struct ks_access_key *key, size_t n_keys, const struct ks_policy *policy, int64_t now);

/* Their names, separated by blanks; "" for none. Returns dst. */
const char *ks_findings_words(ks_findings findings, char *dst, size_t size);

/* The first moment after now at which the findings may differ; KS_TIME_NEVER if none. */
int64_t ks_key_findings_change_at(
    const struct ks_access_key *key, const struct ks_policy *policy, int64_t now);

#endif
