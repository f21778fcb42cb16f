#include "core/engine/roster.h"

#include <stdlib.h>
#include <string.h>

#include "core/aws/endpoint.h"
#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/text.h"

/* More than anybody has; an index beyond it is a mistake of ours. */
#define MAX_PROFILES 1024

struct entry {
	char *name;
	struct ks_identity *identity; /* NULL: this index was not introduced */
	uint64_t generation;
	struct ks_err err;
};

struct ks_roster {
	const struct ks_identity_options *options;
	struct entry *entries;
	size_t count;
};

struct ks_roster *ks_roster_new(const struct ks_identity_options *options)
{
	struct ks_roster *roster = ks_calloc(1, sizeof *roster);

	roster->options = options;
	return roster;
}

void ks_roster_free(struct ks_roster *roster)
{
	if (roster == NULL)
		return;
	for (size_t i = 0; i < roster->count; i++) {
		free(roster->entries[i].name);
		ks_identity_free(roster->entries[i].identity);
	}
	free(roster->entries);
	free(roster);
}

static struct entry *make_entry(struct ks_roster *roster, uint32_t profile)
{
	if (profile >= roster->count) {
		size_t count = (size_t)profile + 1;

		roster->entries = ks_realloc(roster->entries, count * sizeof *roster->entries);
		memset(roster->entries + roster->count, 0,
		    (count - roster->count) * sizeof *roster->entries);
		roster->count = count;
	}
	return &roster->entries[profile];
}

static const struct entry *find_entry(const struct ks_roster *roster, uint32_t profile)
{
	if (profile >= roster->count || roster->entries[profile].identity == NULL)
		return NULL;
	return &roster->entries[profile];
}

/* Resolves and checks what every call would stumble over: the configured endpoint. */
static bool resolve(
    struct ks_roster *roster, const char *name, struct ks_identity **out, struct ks_err *err)
{
	char url[KS_ENDPOINT_SIZE];

	return ks_identity_resolve(roster->options, name, out, err) &&
	       ks_identity_endpoint(*out, "us-east-1", url, sizeof url, err);
}

bool ks_roster_identify(
    struct ks_roster *roster, uint32_t profile, const char *name, struct ks_err *err)
{
	struct entry *entry;

	if (profile >= MAX_PROFILES)
		return ks_err_set(err, KS_ERR_REFUSED, "There are too many profiles");
	entry = make_entry(roster, profile);
	free(entry->name);
	ks_identity_free(entry->identity);
	ks_err_clear(&entry->err);
	entry->generation++;
	entry->name = name != NULL ? ks_strdup(name) : NULL;
	if (resolve(roster, name, &entry->identity, &entry->err))
		return true;
	*err = entry->err;
	return false;
}

static bool same_secret(const struct ks_secret *a, const struct ks_secret *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return ks_secret_equal(a, ks_secret_value(b), ks_secret_len(b));
}

static bool same_credentials(const struct ks_identity *a, const struct ks_identity *b)
{
	const struct ks_credentials *ours = ks_identity_credentials(a);
	const struct ks_credentials *theirs = ks_identity_credentials(b);

	if (ours == NULL || theirs == NULL)
		return ours == theirs;
	return strcmp(ours->access_key_id, theirs->access_key_id) == 0 &&
	       same_secret(ours->secret, theirs->secret) && same_secret(ours->token, theirs->token);
}

uint64_t ks_roster_generation(const struct ks_roster *roster, uint32_t profile)
{
	const struct entry *entry = find_entry(roster, profile);

	return entry != NULL ? entry->generation : 0;
}

bool ks_roster_renew(struct ks_roster *roster, uint32_t profile, uint64_t generation)
{
	struct entry *entry = make_entry(roster, profile);
	struct ks_identity *identity;
	struct ks_err err;

	if (entry->generation != generation)
		return true;
	if (!resolve(roster, entry->name, &identity, &err) ||
	    same_credentials(entry->identity, identity)) {
		ks_identity_free(identity);
		return false;
	}
	ks_identity_free(entry->identity);
	entry->identity = identity;
	entry->generation++;
	return true;
}

const struct ks_identity *ks_roster_identity(
    const struct ks_roster *roster, uint32_t profile, struct ks_err *err)
{
	const struct entry *entry = find_entry(roster, profile);

	if (entry == NULL) {
		ks_err_set(err, KS_ERR_CREDENTIALS, "There are no credentials for this profile");
		return NULL;
	}
	if (entry->err.kind != KS_ERR_NONE) {
		*err = entry->err;
		return NULL;
	}
	return entry->identity;
}

/* ---- what the UI may know ---- */

static char *clean_or_null(const char *text)
{
	return text != NULL ? ks_text_clean_dup(text, strlen(text)) : NULL;
}

/* A configured endpoint is the same for every region, a computed one never is. */
static char *custom_endpoint(const struct ks_identity *identity)
{
	char one[KS_ENDPOINT_SIZE], other[KS_ENDPOINT_SIZE];
	struct ks_err err;

	if (!ks_identity_endpoint(identity, "us-east-1", one, sizeof one, &err) ||
	    !ks_identity_endpoint(identity, "eu-west-1", other, sizeof other, &err))
		return NULL;
	return strcmp(one, other) == 0 ? clean_or_null(one) : NULL;
}

static void add_looked(struct ks_identity_info *info, const struct ks_identity *identity)
{
	info->n_looked = ks_identity_place_count(identity);
	info->looked = ks_calloc(info->n_looked, sizeof *info->looked);
	for (size_t i = 0; i < info->n_looked; i++) {
		const struct ks_credentials_place *place = ks_identity_place(identity, i);

		info->looked[i].place = ks_strdup(place->place);
		info->looked[i].finding = ks_strdup(place->finding);
	}
}

struct ks_identity_info *ks_roster_info(const struct ks_roster *roster, uint32_t profile)
{
	struct ks_identity_info *info = ks_calloc(1, sizeof *info);
	const struct entry *entry = find_entry(roster, profile);
	const struct ks_credentials *credentials;

	info->expires = KS_TIME_NONE;
	if (entry == NULL) {
		info->profile = ks_strdup("");
		return info;
	}
	info->profile = clean_or_null(ks_identity_profile(entry->identity));
	info->region = clean_or_null(ks_identity_region(entry->identity));
	info->endpoint = custom_endpoint(entry->identity);
	add_looked(info, entry->identity);
	credentials = ks_identity_credentials(entry->identity);
	if (credentials == NULL)
		return info;
	info->source = clean_or_null(credentials->source);
	info->access_key_id = clean_or_null(credentials->access_key_id);
	info->account = clean_or_null(credentials->account_id);
	info->expires = credentials->expires_at;
	return info;
}
