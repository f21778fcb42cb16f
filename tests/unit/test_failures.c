/* What a profile's row and the header say while it signs in, and when that failed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/secret.h"
#include "tests/unit/rig.h"
#include "tui/format.h"

static const char *const names[] = {"prod", "dev"};

static void a_row_leads_with_the_remedy(void **state)
{
	static const struct {
		struct ks_err err;
		const char *brief;
	} cases[] = {
	    {{.kind = KS_ERR_CREDENTIALS,
		 .code = "SignInNeeded",
		 .message = "The login for SSO x expired at noon: ~/.aws/sso/cache/a.json",
		 .tip = "run: aws sso login --profile x"},
		"run aws sso login --profile x"},
	    {{.kind = KS_ERR_CREDENTIALS,
		 .code = "NoCredentials",
		 .message = "There are none",
		 .tip = "run: aws configure, or have a look around with keysail --demo"},
		"run aws configure"},
	    {{.kind = KS_ERR_CREDENTIALS,
		 .code = "NoSuchProfile",
		 .message = "There is no profile wrok in ~/.aws/config",
		 .tip = "known profiles: default, work"},
		"no such profile"},
	    {{.kind = KS_ERR_CREDENTIALS,
		 .code = "NoSuchProfile",
		 .message = "There is no profile wrok in ~/.aws/config",
		 .tip = "there are no profiles at all; run: aws configure"},
		"run aws configure"},
	    /* Something comes first, and the tip begins with it. */
	    {{.kind = KS_ERR_CREDENTIALS,
		 .message = "The login for SSO x was renewed, but is lost: no room",
		 .tip = "make room on that disk, then run: aws sso login --profile x"},
		"The login for SSO x was renewed, but is lost: no room"},
	    /* "It" is in the sentence. */
	    {{.kind = KS_ERR_CREDENTIALS,
		 .code = "BrokenCredentials",
		 .message = "~/.aws/config, line 7, profile half: aws_access_key_id is empty",
		 .tip = "fill it in, or take it out"},
		"aws_access_key_id is empty"},
	    {{.kind = KS_ERR_USAGE,
		 .message = "~/.aws/config, line 13: http://example.com is refused: plain http"},
		"http://example.com is refused: plain http"},
	    {{.kind = KS_ERR_SYSTEM, .message = "sh can't be started: it, line 3, is odd"},
		"sh can't be started: it, line 3, is odd"},
	    {{.kind = KS_ERR_CREDENTIALS,
		 .code = "SignInRefused",
		 .message = "~/.aws/config, line 9, profile x: role r can't be taken on: "
			    "AccessDenied: User",
		 .tip = "check the role's trust policy, and that profile base may do "
			"sts:AssumeRole"},
		"check the role's trust policy"},
	    {{.kind = KS_ERR_SERVICE,
		 .code = "AccessDeniedException",
		 .message = "User: arn:aws:iam::123456789012:user/ann is not authorized",
		 .tip = "allow lightsail:GetBuckets to this identity"},
		"allow lightsail:GetBuckets to this identity"},
	    {{.kind = KS_ERR_SERVICE,
		 .code = "UnrecognizedClientException",
		 .message = "The security token included in the request is invalid.",
		 .tip = "AWS doesn't know this access key: check it, or sign in again"},
		"AWS doesn't know this access key"},
	    {{.kind = KS_ERR_SERVICE, .code = "OddException", .message = "It is odd."},
		"OddException: It is odd."},
	    {{.kind = KS_ERR_NETWORK, .message = "No route to host", .tip = "try again"},
		"No route to host"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char brief[KS_FORMAT_BRIEF_SIZE];

		assert_string_equal(ks_format_err_brief(&cases[i].err, brief), cases[i].brief);
	}
}

/* Nothing in the room of the name, so that a long message is cut and not run over. */
static void a_message_of_any_length_stays_within_its_row(void **state)
{
	struct ks_err err = {.kind = KS_ERR_SERVICE};
	char brief[KS_FORMAT_BRIEF_SIZE];

	(void)state;
	memset(err.code, 'c', sizeof err.code - 1);
	memset(err.message, 'm', sizeof err.message - 1);
	memset(err.tip, 't', sizeof err.tip - 1);
	ks_format_err_brief(&err, brief);
	assert_int_equal(strlen(brief), sizeof err.code - 1 + 2 + sizeof err.message - 1);
}

static void begin(struct rig *rig, size_t profiles, const struct world *world)
{
	*rig = (struct rig){.world = *world};
	rig_begin(rig, &(struct rig_options){.store = {.profiles = names, .n_profiles = profiles}});
	rig_settle(rig);
}

static void answer(struct rig *rig, enum ks_err_kind kind)
{
	const struct ks_store *store = rig->world.store;
	struct ks_event *event = ks_event_new(KS_EVENT_IDENTITY, rig->world.now);

	event->request = store->profiles[store->n_profiles - 1].identity.request;
	event->identity = ks_calloc(1, sizeof *event->identity);
	event->identity->profile = ks_strdup("dev");
	event->identity->expires = KS_TIME_NONE;
	if (kind != KS_ERR_NONE)
		ks_err_set(&event->err, kind, "it went wrong");
	ks_store_apply(rig->world.store, event);
	rig_settle(rig);
}

static void who_signs_in_has_a_row_until_that_is_over(void **state)
{
	struct rig rig;

	(void)state;
	begin(&rig, 2, &(struct world){.slow = "dev"});
	assert_true(rig_shows(&rig, " dev: signing in…"));
	assert_false(rig_shows(&rig, "prod: signing in"));
	rig_keys(&rig, "G");
	assert_false(rig_shows(&rig, "could not be read"));
	rig_keys(&rig, "Enter");
	assert_true(rig_shows(&rig, "State") && rig_shows(&rig, "signing in"));
	rig_keys(&rig, "Esc");
	answer(&rig, KS_ERR_NONE);
	assert_false(rig_shows(&rig, "signing in"));
	assert_int_equal(rig.world.store->n_buckets, 18);
	rig_end(&rig);
}

/* Its remedy stays while it is tried once more. */
static void who_could_not_sign_in_keeps_the_row(void **state)
{
	struct rig rig;

	(void)state;
	begin(&rig, 2, &(struct world){.slow = "dev"});
	answer(&rig, KS_ERR_CREDENTIALS);
	assert_true(rig_shows(&rig, "! dev: it went wrong"));
	rig_keys(&rig, "Ctrl-R");
	assert_true(rig_shows(&rig, " dev: it went wrong"));
	assert_false(rig_shows(&rig, "! dev: it went wrong"));
	answer(&rig, KS_ERR_CREDENTIALS);
	assert_true(rig_shows(&rig, "! dev: it went wrong"));
	rig_end(&rig);
}

/* By the name that the row has, as with buckets. */
static void the_filter_finds_what_failed_by_its_profile(void **state)
{
	struct rig rig;

	(void)state;
	begin(&rig, 2, &(struct world){.denied_region = "eu-west-1"});
	assert_true(rig_shows(&rig, "! dev eu-west-1"));
	rig_keys(&rig, "/");
	rig_keys(&rig, "d");
	rig_keys(&rig, "e");
	rig_keys(&rig, "v");
	rig_settle(&rig);
	assert_true(rig_shows(&rig, "! dev eu-west-1"));
	assert_false(rig_shows(&rig, "! prod eu-west-1"));
	rig_end(&rig);
}

static void who_signs_in_alone_has_the_pane(void **state)
{
	static const char *const dev[] = {"dev"};
	struct rig rig = {.world = {.slow = "dev"}};

	(void)state;
	rig_begin(&rig, &(struct rig_options){.store = {.profiles = dev, .n_profiles = 1}});
	rig_settle(&rig);
	assert_true(rig_shows(&rig, " Signing in…"));
	assert_false(rig_shows(&rig, "dev: signing in"));
	answer(&rig, KS_ERR_NONE);
	assert_false(rig_shows(&rig, "Signing in"));
	assert_int_equal(rig.world.store->n_buckets, 9);
	rig_end(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_row_leads_with_the_remedy),
	    cmocka_unit_test(a_message_of_any_length_stays_within_its_row),
	    cmocka_unit_test(who_signs_in_has_a_row_until_that_is_over),
	    cmocka_unit_test(who_could_not_sign_in_keeps_the_row),
	    cmocka_unit_test(the_filter_finds_what_failed_by_its_profile),
	    cmocka_unit_test(who_signs_in_alone_has_the_pane),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("failures", tests, NULL, NULL);
}
