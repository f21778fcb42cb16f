#include "tui/views/trouble.h"

#include <string.h>

#include "core/aws/identity.h"
#include "core/state/remedy.h"
#include "tui/format.h"
#include "tui/views/describe.h"

enum { WIDEST = 92, MARGIN = 2, OTHERS = 6, NAME_WIDTH = 24, LINE_SIZE = 1200 };

struct trouble {
	const char *title;
	const char *meaning;
	const char *next[3]; /* what to do, the likeliest first; the error's own tip goes before */
	bool (*matches)(const struct ks_err *err);
	bool knows_best; /* next says all that the error's own tip could */
};

static bool is_credentials(const struct ks_err *err)
{
	return err->kind == KS_ERR_CREDENTIALS;
}

static bool is_no_credentials(const struct ks_err *err)
{
	return is_credentials(err) && ks_err_is(err, KS_IDENTITY_NO_CREDENTIALS);
}

static bool is_no_profile(const struct ks_err *err)
{
	return is_credentials(err) && ks_err_is(err, KS_IDENTITY_NO_PROFILE);
}

static bool is_login(const struct ks_err *err)
{
	return is_credentials(err) && ks_err_is(err, KS_IDENTITY_SIGN_IN);
}

static bool is_broken(const struct ks_err *err)
{
	return ks_err_is(err, KS_IDENTITY_BROKEN) || ks_err_is(err, KS_IDENTITY_BROKEN_CONFIG) ||
	       err->kind == KS_ERR_USAGE;
}

/* All is set up, but STS or the user refused: codes of other kinds are those of a provider. */
static bool is_refused(const struct ks_err *err)
{
	return is_credentials(err) && ks_err_is(err, KS_IDENTITY_REFUSED);
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
	{"Choose one that there is: press p, or keysail --profile NAME",
	    "Or set this one up: aws configure --profile NAME"},
	is_no_profile, false},
    {"Sign in", "The profile uses a login, which is over, isn't there or can't be read.",
	{"Once you have signed in, press r.",
	    "Choose another profile: press p, or keysail --profile NAME"},
	is_login, false},
    {"The AWS configuration has a mistake", "What it says can't be used as it is.",
	{"Put it right where the message points, then press r.",
	    "Choose another profile: press p, or keysail --profile NAME"},
	is_broken, false},
    {"The role was not given", "The profile takes on a role. AWS refused it, or needs an MFA code.",
	{"Once that is done, press r.",
	    "Choose another profile: press p, or keysail --profile NAME"},
	is_refused, false},
    {"No credentials", "keysail signs its requests with the same AWS credentials as the AWS CLI.",
	{"Set a profile up: aws configure",
	    "Choose another one: press p, or keysail --profile NAME"},
	is_no_credentials, true},
    {"No credentials came", "What the profile has them from gave none that can be used.",
	{"Press r to try again.", "Choose another profile: press p, or keysail --profile NAME"},
	is_credentials, false},
    {"The credentials have expired", "They were valid for a limited time, which is over.",
	{"Get fresh ones where these came from, then press r."}, is_expired, true},
    {"The clock is wrong", "The service takes no request whose time is far from its own.",
	{"Set this computer's clock, then press r."}, is_clock, true},
    {"The credentials were not accepted",
	"The service doesn't know the access key, or its secret doesn't fit.",
	{"Look at the profile: aws configure list",
	    "Choose another one: press p, or keysail --profile NAME"},
	is_not_accepted, true},
    {"Not allowed", "The credentials are good, but may not read buckets.",
	{"Ask for lightsail:GetBuckets, GetBucketAccessKeys, GetRegions, GetOperations; to make "
	 "and delete keys also CreateBucketAccessKey and DeleteBucketAccessKey.",
	    "Choose another profile: press p, or keysail --profile NAME"},
	is_not_allowed, true},
    {"No connection", "The service could not be reached.",
	{"Press r to try again.", "Another region: press o, or keysail --region NAME"},
	is_no_connection, false},
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

/* Why nothing of this profile can be read; NULL when something works or may still work. */
static const struct ks_err *find_profile_err(const struct ks_store *store, uint32_t profile)
{
	const struct ks_err *first = ks_store_profile_err(store, profile);

	if (ks_store_profile_is_loading(store, profile))
		return NULL;
	for (size_t i = 0; i < store->n_scopes; i++) {
		const struct ks_scope *scope = &store->scopes[i];

		if (scope->profile != profile || !scope->chosen)
			continue;
		if (store->profiles[profile].identity.state == KS_FETCH_FAILED)
			break;
		if (scope->buckets.state != KS_FETCH_FAILED || scope->buckets.at != KS_TIME_NONE)
			return NULL;
		if (first == NULL)
			first = scope->buckets.err;
	}
	return first;
}

/* The first error that stands in the way; NULL when something works or may still work. */
static const struct ks_err *find_err(const struct ks_store *store, uint32_t *profile)
{
	const struct ks_err *first = NULL;

	if (store->n_buckets > 0)
		return NULL;
	for (uint32_t i = 0; i < store->n_profiles; i++) {
		const struct ks_err *err;

		if (!store->profiles[i].chosen)
			continue;
		err = find_profile_err(store, i);
		if (err == NULL)
			return NULL;
		if (first == NULL) {
			first = err;
			*profile = i;
		}
	}
	return first;
}

bool ks_trouble_is(const struct ks_store *store)
{
	uint32_t profile;

	return find_err(store, &profile) != NULL;
}

/* Where it went wrong, the error is the finding: it is on the screen already. */
static void add_looked(
    struct ks_sheet *sheet, const struct ks_profile *profile, const struct ks_err *err)
{
	if (profile->info == NULL || profile->info->n_looked == 0)
		return;
	ks_sheet_gap(sheet);
	ks_sheet_heading(sheet, "Where it looked, in order");
	for (size_t i = 0; i < profile->info->n_looked; i++) {
		const struct ks_looked *looked = &profile->info->looked[i];
		bool failed = strcmp(looked->finding, err->message) == 0;

		ks_sheet_field(sheet, failed ? KS_ROLE_BAD : KS_ROLE_TEXT, looked->place, "%s",
		    failed ? "that is what failed" : looked->finding);
	}
}

/* Our own codes are for nobody to look up. */
static bool has_details(const struct ks_err *err, const struct ks_identity_info *info)
{
	return err->kind == KS_ERR_SERVICE || err->http_status != 0 ||
	       (info != NULL && info->access_key_id != NULL);
}

static void add_details(
    struct ks_sheet *sheet, const struct ks_err *err, const struct ks_identity_info *info)
{
	struct ks_err answer = *err;

	if (!has_details(err, info))
		return;
	ks_sheet_gap(sheet);
	ks_sheet_heading(sheet, "Details");
	if (err->kind != KS_ERR_SERVICE)
		answer.code[0] = '\0';
	ks_describe_answer(sheet, &answer);
	if (info == NULL || info->access_key_id == NULL)
		return;
	ks_sheet_field(sheet, KS_ROLE_TEXT, "Access key", "%s", info->access_key_id);
	if (info->source != NULL)
		ks_sheet_field(sheet, KS_ROLE_TEXT, "From", "%s", info->source);
	if (info->endpoint != NULL)
		ks_sheet_field(sheet, KS_ROLE_TEXT, "Endpoint", "%s", info->endpoint);
}

/* A tip is the end of a line elsewhere; here it begins one. */
static void add_tip(struct ks_sheet *sheet, struct ks_draw *draw, const struct ks_err *err)
{
	char first = err->tip[0];

	if (first == '\0')
		return;
	ks_sheet_item(sheet, KS_ROLE_TEXT, draw->glyphs->dot, "%c%s",
	    first >= 'a' && first <= 'z' ? first - 'a' + 'A' : first, err->tip + 1);
}

static void add_next(struct ks_sheet *sheet, struct ks_draw *draw, const struct ks_err *err,
    const struct trouble *trouble, bool offer_demo)
{
	ks_sheet_gap(sheet);
	ks_sheet_heading(sheet, "What next");
	if (!trouble->knows_best)
		add_tip(sheet, draw, err);
	for (size_t i = 0; i < sizeof trouble->next / sizeof trouble->next[0]; i++)
		if (trouble->next[i] != NULL)
			ks_sheet_item(
			    sheet, KS_ROLE_TEXT, draw->glyphs->dot, "%s", trouble->next[i]);
	if (offer_demo)
		ks_sheet_item(sheet, KS_ROLE_ACCENT, draw->glyphs->dot,
		    "Press D for the demo: made-up buckets on this machine, no AWS account.");
}

/* The other profiles, a line with its remedy each. */
static void add_others(struct ks_sheet *sheet, struct ks_draw *draw, uint32_t first)
{
	const struct ks_store *store = draw->store;
	size_t others = 0;

	for (uint32_t i = first + 1; i < store->n_profiles; i++) {
		char name[KS_FORMAT_SIZE], line[LINE_SIZE];

		if (!store->profiles[i].chosen || ++others > OTHERS)
			continue;
		if (others == 1) {
			ks_sheet_gap(sheet);
			ks_sheet_heading(sheet, "The other profiles");
		}
		ks_sheet_field(sheet, KS_ROLE_TEXT,
		    ks_format_name(ks_store_profile_name(store, i), NAME_WIDTH, draw->glyphs, name),
		    "%s", ks_err_line(find_profile_err(store, i), line, sizeof line));
	}
	if (others > OTHERS)
		ks_sheet_text(sheet, KS_ROLE_DIM, "and %zu more", others - OTHERS);
}

static void add_failed(struct ks_sheet *sheet, struct ks_draw *draw, const struct ks_err *err)
{
	ks_sheet_gap(sheet);
	ks_describe_message(sheet, draw, err);
}

/*
 * The remedy comes before what it was found from, as a small screen shows the beginning. In a very
 * small one (brief) it comes before what failed, too.
 */
static void fill(struct ks_sheet *sheet, struct ks_draw *draw, const struct ks_err *err,
    bool offer_demo, bool brief)
{
	const struct trouble *trouble = find_trouble(err);

	ks_sheet_clear(sheet);
	ks_sheet_heading(sheet, trouble->title);
	if (!brief)
		ks_sheet_gap(sheet);
	ks_sheet_text(sheet, KS_ROLE_TEXT, "%s", trouble->meaning);
	if (!brief)
		add_failed(sheet, draw, err);
	add_next(sheet, draw, err, trouble, offer_demo);
	if (brief)
		add_failed(sheet, draw, err);
}

/* What it was found from. */
static void add_rest(
    struct ks_sheet *sheet, struct ks_draw *draw, const struct ks_err *err, uint32_t first)
{
	const struct ks_profile *profile = &draw->store->profiles[first];

	add_details(sheet, err, profile->info);
	if (profile->identity.state == KS_FETCH_FAILED)
		add_looked(sheet, profile, err);
	add_others(sheet, draw, first);
}

void ks_trouble_draw(
    struct ks_sheet *sheet, struct ks_draw *draw, struct ks_area area, bool offer_demo)
{
	int width = area.width - 2 * MARGIN, height, y;
	uint32_t first = 0;
	const struct ks_err *err = find_err(draw->store, &first);

	ks_sheet_clear(sheet);
	if (err == NULL)
		return;
	if (width > WIDEST)
		width = WIDEST;
	fill(sheet, draw, err, offer_demo, false);
	if (ks_sheet_height(sheet, width - 1) > area.height)
		fill(sheet, draw, err, offer_demo, true);
	add_rest(sheet, draw, err, first);
	height = ks_sheet_height(sheet, width - 1);
	/* A third of what is free above it: a page that hangs, not one that floats. */
	y = height < area.height ? (area.height - height) / 3 : 0;
	ks_sheet_draw(sheet, draw->glyphs,
	    ks_area_sub(area, (area.width - width) / 2, y, width, area.height - y));
}
