#include "core/engine/roster.h"

#include <stdlib.h>
#include <string.h>

#include "core/aws/endpoint.h"
#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/engine/renewal.h"

/* More than anybody has; an index beyond it is a mistake of ours. */
#define MAX_PROFILES 1024
/* A renewal that failed, or brought what will expire as soon, isn't tried again before this. */
#define PATIENCE_MS ((int64_t)60 * 1000)

struct entry {
	char *name;
	struct ks_identity *identity; /* NULL: none was found yet */
	uint64_t generation;
	struct ks_err err;
	struct ks_renewal renewal;
	int64_t next_try; /* no renewal before this */
	bool stale;       /* the service doesn't take the credentials any more */
	char *refused;    /* the ID of the last ones that it didn't take; NULL */

	/* A search that is under way, or has ended untold */
	struct ks_identity_search *search;
	struct ks_errands *errands;
	bool stepped;      /* once at least */
	bool knew_refused; /* it was told of them */
	bool asked;        /* by ks_roster_identify: not a renewal */
	uint64_t request;  /* by whom */
	bool again;        /* asked for once more while it ran: a failure may be an old one */
	bool unwanted;     /* it only ends what can't be broken off */
	bool untold;
};

struct ks_roster {
	const struct ks_identity_options *options;
	struct ks_runner *runner;
	const struct ks_clock *clock;
	struct entry **entries; /* NULL: this index was not introduced */
	size_t count;
};

struct ks_roster *ks_roster_new(const struct ks_identity_options *options, struct ks_runner *runner,
    const struct ks_clock *clock)
{
	struct ks_roster *roster = ks_calloc(1, sizeof *roster);

	roster->options = options;
	roster->runner = runner;
	roster->clock = clock;
	return roster;
}

static void end_search(struct entry *entry)
{
	ks_identity_search_free(entry->search);
	ks_errands_free(entry->errands);
	entry->search = NULL;
	entry->errands = NULL;
	entry->unwanted = false;
}

void ks_roster_free(struct ks_roster *roster)
{
	if (roster == NULL)
		return;
	for (size_t i = 0; i < roster->count; i++) {
		if (roster->entries[i] == NULL)
			continue;
		end_search(roster->entries[i]);
		free(roster->entries[i]->name);
		free(roster->entries[i]->refused);
		ks_identity_free(roster->entries[i]->identity);
		free(roster->entries[i]);
	}
	free(roster->entries);
	free(roster);
}

/* NULL when the index is out of bounds. */
static struct entry *make_entry(struct ks_roster *roster, uint32_t profile)
{
	if (profile >= MAX_PROFILES)
		return NULL;
	if (profile >= roster->count) {
		size_t count = (size_t)profile + 1;

		roster->entries = ks_realloc(roster->entries, count * sizeof *roster->entries);
		memset(roster->entries + roster->count, 0,
		    (count - roster->count) * sizeof *roster->entries);
		roster->count = count;
	}
	if (roster->entries[profile] == NULL)
		roster->entries[profile] = ks_calloc(1, sizeof(struct entry));
	return roster->entries[profile];
}

static struct entry *find_entry(const struct ks_roster *roster, uint32_t profile)
{
	return profile < roster->count ? roster->entries[profile] : NULL;
}

/* ---- searching ---- */

static void begin_search(struct ks_roster *roster, struct entry *entry, uint32_t profile)
{
	entry->errands = ks_runner_errands(roster->runner, profile);
	entry->search =
	    ks_identity_begin(roster->options, entry->errands, entry->name, entry->refused);
	entry->knew_refused = entry->refused != NULL;
	entry->again = entry->unwanted = entry->stepped = false;
}

/*
 * A search that runs goes on, also for this request: broken off at the wrong moment it would take a
 * login's refresh token along.
 */
static void search_for(struct ks_roster *roster, struct entry *entry, uint32_t profile)
{
	bool same = entry->search != NULL;

	if (same) {
		entry->again = true;
		entry->unwanted = false;
		ks_errands_attend(entry->errands, true);
	} else {
		begin_search(roster, entry, profile);
	}
}

static bool same_name(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

bool ks_roster_identify(struct ks_roster *roster, uint32_t profile, const char *name,
    uint64_t request, struct ks_err *err)
{
	struct entry *entry = make_entry(roster, profile);

	if (entry == NULL)
		return ks_err_set(err, KS_ERR_REFUSED, "There are too many profiles");
	if (!same_name(entry->name, name))
		end_search(entry);
	free(entry->name);
	entry->name = ks_strdup_maybe(name);
	entry->asked = true;
	entry->request = request;
	search_for(roster, entry, profile);
	return true;
}

/* As soon as nothing is lost by it. */
static void drop_unwanted(struct entry *entry)
{
	if (entry->unwanted && !ks_errands_are_critical(entry->errands))
		end_search(entry);
}

bool ks_roster_cancel(struct ks_roster *roster, uint64_t request)
{
	for (size_t i = 0; i < roster->count; i++) {
		struct entry *entry = roster->entries[i];

		if (entry == NULL || entry->search == NULL || !entry->asked ||
		    entry->request != request)
			continue;
		entry->asked = entry->again = false;
		entry->unwanted = true;
		ks_errands_attend(entry->errands, false);
		drop_unwanted(entry);
		return true;
	}
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
	const struct ks_credentials *ours = a != NULL ? ks_identity_credentials(a) : NULL;
	const struct ks_credentials *theirs = ks_identity_credentials(b);

	if (ours == NULL || theirs == NULL)
		return ours == theirs;
	return strcmp(ours->access_key_id, theirs->access_key_id) == 0 &&
	       same_secret(ours->secret, theirs->secret) && same_secret(ours->token, theirs->token);
}

/* What every call would stumble over: the configured endpoint. */
static bool check_endpoint(const struct ks_identity *identity, struct ks_err *err)
{
	char url[KS_ENDPOINT_SIZE];

	return ks_identity_endpoint(identity, "us-east-1", url, sizeof url, err);
}

static bool is_refused(const struct entry *entry, const struct ks_credentials *credentials)
{
	return entry->refused != NULL && strcmp(entry->refused, credentials->access_key_id) == 0;
}

static void forget_refused(struct entry *entry)
{
	free(entry->refused);
	entry->refused = NULL;
}

/*
 * What a search brought may be of no use: it may have failed before it was asked for once more, or
 * have found what was refused since it began.
 */
static bool must_search_again(const struct entry *entry, const struct ks_identity *identity)
{
	const struct ks_credentials *credentials = ks_identity_credentials(identity);

	if (credentials == NULL)
		return entry->again;
	return !entry->knew_refused && is_refused(entry, credentials);
}

static void take_identity(struct ks_roster *roster, struct entry *entry,
    struct ks_identity *identity, const struct ks_err *err)
{
	const struct ks_credentials *credentials = ks_identity_credentials(identity);
	int64_t now = ks_clock_wall(roster->clock);

	if (err->kind != KS_ERR_NONE || !same_credentials(entry->identity, identity))
		entry->generation++;
	if (credentials != NULL && !is_refused(entry, credentials))
		forget_refused(entry);
	ks_identity_free(entry->identity);
	entry->identity = identity;
	entry->err = *err;
	entry->stale = false;
	entry->next_try = now + PATIENCE_MS;
	entry->renewal =
	    ks_renewal_of(now, credentials != NULL ? credentials->expires_at : KS_TIME_NONE);
}

/* A renewal that came early enough may fail: the old credentials are still good. */
static bool can_go_on(const struct ks_roster *roster, const struct entry *entry)
{
	return !entry->asked && !entry->stale && entry->err.kind == KS_ERR_NONE &&
	       ks_clock_wall(roster->clock) < entry->renewal.must;
}

/* It has ended so. True when there is something to tell. */
static void take_end(
    struct ks_roster *roster, struct entry *entry, struct ks_identity *identity, struct ks_err *err)
{
	uint64_t generation = entry->generation;

	if (err->kind == KS_ERR_NONE)
		check_endpoint(identity, err);
	if (err->kind != KS_ERR_NONE && can_go_on(roster, entry)) {
		entry->next_try = ks_clock_wall(roster->clock) + PATIENCE_MS;
		ks_identity_free(identity);
		return;
	}
	take_identity(roster, entry, identity, err);
	entry->untold = entry->asked || entry->generation != generation;
}

/* True when it has ended. */
static bool step_entry(struct ks_roster *roster, struct entry *entry, uint32_t profile)
{
	struct ks_identity *identity = NULL;
	struct ks_err err = {0};
	bool unwanted = entry->unwanted;

	entry->stepped = true;
	if (ks_identity_step(entry->search, &identity, &err) == KS_PROVIDER_PENDING) {
		drop_unwanted(entry);
		return false;
	}
	end_search(entry);
	if (!unwanted && must_search_again(entry, identity)) {
		ks_identity_free(identity);
		begin_search(roster, entry, profile);
		return false;
	}
	if (unwanted)
		ks_identity_free(identity);
	else
		take_end(roster, entry, identity, &err);
	return true;
}

bool ks_roster_step(struct ks_roster *roster)
{
	bool ended = false, stepped = false;

	for (size_t i = 0; i < roster->count; i++) {
		struct entry *entry = roster->entries[i];

		if (entry == NULL || entry->search == NULL)
			continue;
		stepped = true;
		ended |= step_entry(roster, entry, (uint32_t)i);
	}
	/* Tokens and keys went through many hands. */
	if (stepped)
		ks_wipe_stack();
	return ended;
}

bool ks_roster_is_due(const struct ks_roster *roster)
{
	for (size_t i = 0; i < roster->count; i++) {
		const struct entry *entry = roster->entries[i];

		if (entry != NULL && entry->search != NULL && !entry->stepped)
			return true;
	}
	return false;
}

bool ks_roster_ended(struct ks_roster *roster, struct ks_roster_end *end)
{
	for (size_t i = 0; i < roster->count; i++) {
		struct entry *entry = roster->entries[i];

		if (entry == NULL || !entry->untold)
			continue;
		*end = (struct ks_roster_end){
		    .profile = (uint32_t)i,
		    .request = entry->asked ? entry->request : 0,
		    .err = entry->err,
		};
		entry->untold = entry->asked = false;
		return true;
	}
	return false;
}

/* ---- what is known ---- */

static bool fail_unknown(struct ks_err *err)
{
	return ks_err_set(err, KS_ERR_CREDENTIALS, "There are no credentials for this profile");
}

enum ks_provider_result ks_roster_ready(
    struct ks_roster *roster, uint32_t profile, struct ks_err *err)
{
	struct entry *entry = find_entry(roster, profile);
	int64_t now = ks_clock_wall(roster->clock);

	if (entry == NULL || (entry->identity == NULL && entry->search == NULL)) {
		fail_unknown(err);
		return KS_PROVIDER_FAILED;
	}
	if (entry->search == NULL && entry->err.kind == KS_ERR_NONE &&
	    (entry->stale || (now >= entry->renewal.from && now >= entry->next_try)))
		begin_search(roster, entry, profile);
	if (entry->search != NULL &&
	    (entry->identity == NULL || entry->stale || entry->err.kind != KS_ERR_NONE ||
		now >= entry->renewal.must))
		return KS_PROVIDER_PENDING;
	if (entry->err.kind == KS_ERR_NONE)
		return KS_PROVIDER_DONE;
	*err = entry->err;
	return KS_PROVIDER_FAILED;
}

uint64_t ks_roster_generation(const struct ks_roster *roster, uint32_t profile)
{
	const struct entry *entry = find_entry(roster, profile);

	return entry != NULL ? entry->generation : 0;
}

void ks_roster_renew(struct ks_roster *roster, uint32_t profile, uint64_t generation)
{
	struct entry *entry = find_entry(roster, profile);
	const struct ks_credentials *credentials;

	if (entry == NULL || entry->identity == NULL || entry->generation != generation ||
	    entry->stale)
		return;
	entry->stale = true;
	credentials = ks_identity_credentials(entry->identity);
	if (credentials != NULL) {
		forget_refused(entry);
		entry->refused = ks_strdup(credentials->access_key_id);
	}
	if (entry->search == NULL)
		begin_search(roster, entry, profile);
	else
		entry->unwanted = false;
}

const struct ks_identity *ks_roster_identity(
    const struct ks_roster *roster, uint32_t profile, struct ks_err *err)
{
	const struct entry *entry = find_entry(roster, profile);

	if (entry == NULL || entry->identity == NULL) {
		fail_unknown(err);
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
	if (entry == NULL || entry->identity == NULL) {
		info->profile = ks_strdup("");
		return info;
	}
	info->profile = clean_or_null(ks_identity_profile(entry->identity));
	info->region = clean_or_null(ks_identity_region(entry->identity));
	info->endpoint = custom_endpoint(entry->identity);
	ks_identity_endpoint_kind(entry->identity, &info->fips, &info->dual_stack);
	add_looked(info, entry->identity);
	for (size_t i = 0; i < ks_identity_warning_count(entry->identity); i++)
		ks_choice_add(&info->warnings, ks_identity_warning(entry->identity, i));
	credentials = ks_identity_credentials(entry->identity);
	if (credentials == NULL)
		return info;
	info->source = clean_or_null(credentials->source);
	info->access_key_id = clean_or_null(credentials->access_key_id);
	info->account = clean_or_null(credentials->account_id);
	info->expires = credentials->expires_at;
	return info;
}
