#include "tui/views/trouble.h"

#include "core/aws/identity.h"
#include "core/state/remedy.h"
#include "tui/format.h"
#include "tui/views/describe.h"

enum { WIDEST = 92, MARGIN = 2 };

struct trouble {
	const char *title;
	const char *meaning;
	const char *next[3]; /* what to do, the likeliest first */
	bool (*matches)(const struct ks_err *err);
	bool knows_best; /* next says all that the error's own tip could */
};

static bool is_credentials(const struct ks_err *err)
{
	return err->kind == KS_ERR_CREDENTIALS;
}

static bool is_no_profile(const struct ks_err *err)
{
	return is_credentials(err) && ks_err_is(err, KS_IDENTITY_NO_PROFILE);
}

static bool is_unsupported(const struct ks_err *err)
{
	return is_credentials(err) && ks_err_is(err, KS_IDENTITY_UNSUPPORTED);
}

static bool is_login(const struct ks_err *err)
{
	return is_credentials(err) && ks_err_is(err, KS_IDENTITY_SIGN_IN);
}

static bool is_broken(const struct ks_err *err)
{
	return ks_err_is(err, KS_IDENTITY_BROKEN) || ks_err_is(err, KS_IDENTITY_BROKEN_CONFIG);
}

/* All is set up; a service, or the user, gave nothing. */
static bool is_sign_in(const struct ks_err *err)
{
	return is_credentials(err) && ks_err_is(err, KS_IDENTITY_SIGN_IN);
}

static bool is_expired(const struct ks_err *err)
{
	return ks_remedy_cause(err) == KS_CAUSE_EXPIRED;
}

static bool is_clock(const struct ks_err *err)
{
	return ks_remedy_cause(err) == KS_CAUSE_CLOCK;
}

static bool is_not_accepted(const struct ks_err *err)
{
	return ks_remedy_cause(err) == KS_CAUSE_NOT_ACCEPTED;
}

static bool is_not_allowed(const struct ks_err *err)
{
	return ks_remedy_cause(err) == KS_CAUSE_NOT_ALLOWED;
}

static bool is_no_connection(const struct ks_err *err)
{
	return err->kind == KS_ERR_NETWORK || err->kind == KS_ERR_TIMEOUT;
}

static bool is_anything(const struct ks_err *err)
{
	(void)err;
	return true;
}

static const struct trouble troubles[] = {
    {"No such profile", "The AWS CLI's files have no profile of this name.",
	{"Look at those there are: aws configure list-profiles",
	    "Choose one of them: keysail --profile NAME", "Or set this one up: aws configure"},
	is_no_profile, false},
    {"A sign-in that can't be used yet",
	"The profile gets its credentials in a way that this version doesn't know.",
	{"Choose another profile: keysail --profile NAME"}, is_unsupported, false},
    {"Sign in", "The profile's credentials come from a login, and that can't be used.",
	{"Once you have signed in, press r.", "Choose another profile: keysail --profile NAME"},
	is_login, false},
    {"The AWS configuration has a mistake", "What it says can't be used as it is.",
	{"Put it right where the message points, then press r.",
	    "Choose another profile: keysail --profile NAME"},
	is_broken, false},
    {"Not signed in", "The profile is set up, but signing in with it did not succeed.",
	{"Do what the message says, then press r.",
	    "Choose another profile: keysail --profile NAME"},
	is_sign_in, false},
    {"No credentials", "keysail signs its requests with the same AWS credentials as the AWS CLI.",
	{"Set a profile up: aws configure", "Choose another one: keysail --profile NAME"},
	is_credentials, true},
    {"The credentials have expired", "They were valid for a limited time, which is over.",
	{"Get fresh ones where these came from, then press r."}, is_expired, true},
    {"The clock is wrong", "The service takes no request whose time is far from its own.",
	{"Set this computer's clock, then press r."}, is_clock, true},
    {"The credentials were not accepted",
	"The service doesn't know the access key, or its secret doesn't fit.",
	{"Look at the profile: aws configure list", "Choose another one: keysail --profile NAME"},
	is_not_accepted, true},
    {"Not allowed", "The credentials are good, but may not read buckets.",
	{"Ask for lightsail:GetBuckets, GetBucketAccessKeys, GetRegions, GetOperations; to make "
	 "and delete keys also CreateBucketAccessKey and DeleteBucketAccessKey.",
	    "Choose another profile: keysail --profile NAME"},
	is_not_allowed, true},
    {"No connection", "The service could not be reached.",
	{"Check the network and the proxy settings, then press r.",
	    "Another region: keysail --region NAME"},
	is_no_connection, true},
    {"Nothing could be read", "The service gave no list of buckets.", {"Press r to try again."},
	is_anything, false},
};

static const struct trouble *find_trouble(const struct ks_err *err)
{
	const struct trouble *trouble = troubles;

	while (!trouble->matches(err))
		trouble++;
	return trouble;
}

/* The first error that stands in the way; NULL when something works or may still work. */
static const struct ks_err *find_err(const struct ks_store *store, uint32_t *profile)
{
	const struct ks_err *first = NULL;

	if (store->n_buckets > 0)
		return NULL;
	for (uint32_t i = 0; i < store->n_profiles; i++) {
		const struct ks_err *err = ks_store_profile_err(store, i);

		if (ks_store_profile_is_loading(store, i))
			return NULL;
		if (first == NULL && err != NULL) {
			first = err;
			*profile = i;
		}
	}
	for (size_t i = 0; i < store->n_scopes; i++) {
		const struct ks_scope *scope = &store->scopes[i];

		if (!scope->chosen ||
		    store->profiles[scope->profile].identity.state == KS_FETCH_FAILED)
			continue;
		if (scope->buckets.state != KS_FETCH_FAILED || scope->buckets.at != KS_TIME_NONE)
			return NULL;
		if (first == NULL) {
			first = scope->buckets.err;
			*profile = scope->profile;
		}
	}
	return first;
}

bool ks_trouble_is(const struct ks_store *store)
{
	uint32_t profile;

	return find_err(store, &profile) != NULL;
}

static void add_looked(struct ks_sheet *sheet, const struct ks_profile *profile)
{
	if (profile->info == NULL || profile->info->n_looked == 0)
		return;
	ks_sheet_gap(sheet);
	ks_sheet_heading(sheet, "Where it looked, in order");
	for (size_t i = 0; i < profile->info->n_looked; i++)
		ks_sheet_field(sheet, KS_ROLE_TEXT, profile->info->looked[i].place, "%s",
		    profile->info->looked[i].finding);
}

static void add_source(struct ks_sheet *sheet, const struct ks_profile *profile)
{
	const struct ks_identity_info *info = profile->info;

	if (info == NULL || info->access_key_id == NULL)
		return;
	ks_sheet_field(sheet, KS_ROLE_TEXT, "Access key", "%s", info->access_key_id);
	if (info->source != NULL)
		ks_sheet_field(sheet, KS_ROLE_TEXT, "From", "%s", info->source);
	if (info->endpoint != NULL)
		ks_sheet_field(sheet, KS_ROLE_TEXT, "Endpoint", "%s", info->endpoint);
}

/* What came back, with its tip unless this screen says that itself. */
static void add_err(struct ks_sheet *sheet, struct ks_draw *draw, const struct ks_err *err,
    const struct trouble *trouble)
{
	struct ks_err shown = *err;

	if (trouble->knows_best)
		shown.tip[0] = '\0';
	ks_describe_err(sheet, draw, &shown);
}

static void fill(struct ks_sheet *sheet, struct ks_draw *draw, bool offer_demo)
{
	uint32_t profile = 0;
	const struct ks_err *err = find_err(draw->store, &profile);
	const struct trouble *trouble;

	ks_sheet_clear(sheet);
	if (err == NULL)
		return;
	trouble = find_trouble(err);
	ks_sheet_heading(sheet, trouble->title);
	ks_sheet_gap(sheet);
	ks_sheet_text(sheet, KS_ROLE_TEXT, "%s", trouble->meaning);
	ks_sheet_gap(sheet);
	add_err(sheet, draw, err, trouble);
	add_source(sheet, &draw->store->profiles[profile]);
	if (err->kind == KS_ERR_CREDENTIALS)
		add_looked(sheet, &draw->store->profiles[profile]);
	ks_sheet_gap(sheet);
	ks_sheet_heading(sheet, "What next");
	for (size_t i = 0; i < sizeof trouble->next / sizeof trouble->next[0]; i++)
		if (trouble->next[i] != NULL)
			ks_sheet_item(
			    sheet, KS_ROLE_TEXT, draw->glyphs->dot, "%s", trouble->next[i]);
	if (offer_demo)
		ks_sheet_item(sheet, KS_ROLE_ACCENT, draw->glyphs->dot,
		    "Press D for the demo: made-up buckets on this machine, no AWS account.");
}

void ks_trouble_draw(
    struct ks_sheet *sheet, struct ks_draw *draw, struct ks_area area, bool offer_demo)
{
	int width = area.width - 2 * MARGIN, height, y;

	fill(sheet, draw, offer_demo);
	if (width > WIDEST)
		width = WIDEST;
	height = ks_sheet_height(sheet, width - 1);
	/* A third of what is free above it: a page that hangs, not one that floats. */
	y = height < area.height ? (area.height - height) / 3 : 0;
	ks_sheet_draw(sheet, draw->glyphs,
	    ks_area_sub(area, (area.width - width) / 2, y, width, area.height - y));
}
