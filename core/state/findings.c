#include "core/state/findings.h"

#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"

static const int64_t day = INT64_C(24) * 60 * 60 * 1000;

/* The moment after which a finding holds; KS_TIME_NEVER: it never will by waiting. */
typedef int64_t since_fn(const struct ks_access_key *key, const struct ks_policy *policy);

static int64_t later(int64_t begin, int64_t span)
{
	return begin == KS_TIME_NONE || begin > KS_TIME_NEVER - span ? KS_TIME_NEVER : begin + span;
}

static int64_t unused_after(const struct ks_access_key *key, const struct ks_policy *policy)
{
	(void)policy;
	return key->last_used.use == KS_USE_NEVER ? later(key->created, day) : KS_TIME_NEVER;
}

/* Where the service has no data yet, silence proves nothing. */
static int64_t idle_after(const struct ks_access_key *key, const struct ks_policy *policy)
{
	switch (key->last_used.use) {
	case KS_USE_USED:
		return later(key->last_used.date, policy->max_idle_days * day);
	case KS_USE_NEVER:
		return later(key->created, policy->max_idle_days * day);
	case KS_USE_NO_DATA:
		break;
	}
	return KS_TIME_NEVER;
}

static int64_t old_after(const struct ks_access_key *key, const struct ks_policy *policy)
{
	return later(key->created, policy->max_age_days * day);
}

static const struct row {
	struct ks_finding_info info;
	since_fn *after; /* NULL: it doesn't depend on the time */
	size_t min_keys; /* keys that the bucket must have */
} rows[KS_FINDING_COUNT] = {
    [KS_FINDING_UNUSED] = {{"unused", "It was never used, and it is older than 24 hours.",
			       "If nobody is about to use it, delete it. Last use may trail by "
			       "hours."},
	unused_after, 1},
    [KS_FINDING_IDLE] = {{"idle", "It has not been used for longer than the policy allows.",
			     "Find out whether anything still needs it; else delete it."},
	idle_after, 1},
    [KS_FINDING_OLD] = {{"old", "It was created longer ago than the policy allows.",
			    "Rotate it: make a second key, move to it, delete this one."},
	old_after, 1},
    [KS_FINDING_TWO_KEYS] = {{"two-keys",
				 "The bucket has two keys, so that there is no room to rotate.",
				 "Delete the one that is no longer used."},
	NULL, KS_BUCKET_KEYS_MAX},
};

const struct ks_finding_info *ks_finding_info(enum ks_finding finding)
{
	return &rows[finding].info;
}

bool ks_finding_by_name(const char *name, enum ks_finding *finding)
{
	for (int i = 0; i < KS_FINDING_COUNT; i++) {
		if (strcmp(rows[i].info.name, name) == 0) {
			*finding = (enum ks_finding)i;
			return true;
		}
	}
	return false;
}

ks_findings ks_key_findings(
    const struct ks_access_key *key, size_t n_keys, const struct ks_policy *policy, int64_t now)
{
	ks_findings found = 0;

	for (int i = 0; i < KS_FINDING_COUNT; i++)
		if (n_keys >= rows[i].min_keys &&
		    (rows[i].after == NULL || now > rows[i].after(key, policy)))
			found |= KS_FINDING_BIT(i);
	return found;
}

int64_t ks_key_findings_change_at(
    const struct ks_access_key *key, const struct ks_policy *policy, int64_t now)
{
	int64_t first = KS_TIME_NEVER;

	for (int i = 0; i < KS_FINDING_COUNT; i++) {
		int64_t after = rows[i].after != NULL ? rows[i].after(key, policy) : KS_TIME_NEVER;

		if (after != KS_TIME_NEVER && after >= now && after + 1 < first)
			first = after + 1;
	}
	return first;
}

const char *ks_findings_words(ks_findings findings, char *dst, size_t size)
{
	size_t len = 0;

	dst[0] = '\0';
	for (int i = 0; i < KS_FINDING_COUNT; i++)
		if ((findings & KS_FINDING_BIT(i)) != 0 && len < size)
			len += (size_t)snprintf(
			    dst + len, size - len, "%s%s", len > 0 ? " " : "", rows[i].info.name);
	return dst;
}
