/*
 * The screen, view by view and state by state. The pictures are in tests/screen/golden; golden.h
 * says how they are made anew.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/secret.h"
#include "tests/unit/golden.h"
#include "tests/unit/rig.h"

static const char *const looked[] = {"environment",
    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set", "~/.aws/credentials", "no such file",
    "~/.aws/config", "no profile default", NULL};

static const char *const looked_for_sso[] = {"environment", "AWS_ACCESS_KEY_ID is not set",
    "/home/ada/work/client/aws/config", "line 2: sso_start_url", NULL};

static const struct ks_err login = {
    .kind = KS_ERR_CREDENTIALS,
    .code = "SignInNeeded",
    .message = "The login for SSO my-sso expired at 2026-11-24 11:00:00 UTC: "
	       "~/.aws/sso/cache/0ad374308c5a4e22f723adf10145eafad7c4031c.json",
    .tip = "run: aws sso login --profile work",
};

static const struct ks_err no_profile = {
    .kind = KS_ERR_CREDENTIALS,
    .code = "NoSuchProfile",
    .message = "There is no profile wrok in ~/.aws/config or ~/.aws/credentials",
    .tip = "known profiles: default, work",
};

static const struct ks_err signed_out = {
    .kind = KS_ERR_CREDENTIALS,
    .code = "ExpiredLogin",
    .message = "The sign-in of SSO session corp ended at 2023-11-14T20:00:00Z",
    .tip = "run: aws sso login --profile work",
};

static const struct ks_err bad_endpoint = {
    .kind = KS_ERR_USAGE,
    .message = "~/.aws/config, line 13: http://example.com is refused: plain http would send your "
	       "requests unprotected over the network",
    .tip = "use https://; http is for 127.0.0.1, [::1] and localhost",
};

static const struct ks_err half = {
    .kind = KS_ERR_CREDENTIALS,
    .code = "BrokenCredentials",
    .message = "~/.aws/config, line 4, profile dev: aws_access_key_id has no aws_secret_access_key "
	       "beside it",
    .tip = "fill it in, or take it out",
};

struct scene {
	const char *name; /* of the picture */
	int width, height;
	const char *keys;
	bool ascii, demo, read_only, unanswered;
	bool several;          /* profiles */
	bool all, opted_out;   /* regions */
	bool from_environment; /* the credentials */
	size_t steps;          /* requests answered; 0: all */
	const char *denied_region;
	enum ks_err_kind fails;
	const char *fails_code;
	bool no_credentials;
	const struct ks_err *identity_err; /* with looked_for_sso */
	const char *broken, *slow;         /* of several profiles */
};

static const struct scene scenes[] = {
    {.name = "browse-120x34", .width = 120, .height = 34, .keys = "j j j"},
    {.name = "browse-80x24", .width = 80, .height = 24, .keys = "j j j"},
    {.name = "browse-50x15", .width = 50, .height = 15, .keys = "j j j"},
    {.name = "browse-ascii-80x24", .width = 80, .height = 24, .keys = "j j j", .ascii = true},
    {.name = "browse-40x10", .width = 40, .height = 10, .keys = ""},
    {.name = "browse-200x50", .width = 200, .height = 50, .keys = "j j j"},
    {.name = "keys-50x15", .width = 50, .height = 15, .keys = "j j j 2"},
    {.name = "operations-50x15", .width = 50, .height = 15, .keys = "3 j"},
    {.name = "demo-read-only-80x24", .width = 80, .height = 24, .demo = true, .read_only = true},
    {.name = "demo-details-key-80x24",
	.width = 80,
	.height = 24,
	.keys = "j j j 2 Enter",
	.demo = true},
    {.name = "first-frame-120x34", .width = 120, .height = 34, .unanswered = true},
    {.name = "loading-120x34", .width = 120, .height = 34, .steps = 5},
    {.name = "no-keys-120x34", .width = 120, .height = 34, .keys = "j j j j"},
    {.name = "keys-failed-120x34", .width = 120, .height = 34, .keys = "G k k"},
    {.name = "region-failed-120x34",
	.width = 120,
	.height = 34,
	.keys = "G",
	.denied_region = "eu-west-1"},
    {.name = "region-failed-details-120x34",
	.width = 120,
	.height = 34,
	.keys = "G Enter",
	.denied_region = "eu-west-1"},
    {.name = "filter-typing-120x34", .width = 120, .height = 34, .keys = "/ o l d"},
    {.name = "filter-accepted-80x24", .width = 80, .height = 24, .keys = "/ e u - w Enter"},
    {.name = "filter-no-match-80x24", .width = 80, .height = 24, .keys = "/ z z Enter"},
    {.name = "filter-key-id-120x34", .width = 120, .height = 34, .keys = "/ I 4 4 Q Enter"},
    {.name = "sort-used-120x34", .width = 120, .height = 34, .keys = "s s s g"},
    {.name = "zoom-120x34", .width = 120, .height = 34, .keys = "j j j 2 z"},
    {.name = "details-bucket-120x34", .width = 120, .height = 34, .keys = "j j j Enter"},
    {.name = "details-bucket-80x24", .width = 80, .height = 24, .keys = "j j j Enter j j"},
    {.name = "details-key-120x34", .width = 120, .height = 34, .keys = "j j j 2 Enter"},
    {.name = "details-key-50x15", .width = 50, .height = 15, .keys = "j j j 2 Enter"},
    {.name = "details-operation-120x34", .width = 120, .height = 34, .keys = "3 Enter"},
    {.name = "details-failed-call-80x24",
	.width = 80,
	.height = 24,
	.keys = "3 / s e c r e t Enter Enter"},
    {.name = "help-120x34", .width = 120, .height = 34, .keys = "?"},
    {.name = "help-50x15", .width = 50, .height = 15, .keys = "? PgDn"},
    {.name = "themes-80x24", .width = 80, .height = 24, .keys = "t t"},
    {.name = "toast-120x34", .width = 120, .height = 34, .keys = "j j j j d"},
    {.name = "toast-long-40x10",
	.width = 40,
	.height = 10,
	.keys = "G n",
	.denied_region = "eu-west-1"},
    {.name = "no-credentials-120x34", .width = 120, .height = 34, .no_credentials = true},
    {.name = "no-credentials-50x15", .width = 50, .height = 15, .no_credentials = true},
    {.name = "sign-in-80x24", .width = 80, .height = 24, .identity_err = &login},
    {.name = "no-such-profile-80x24", .width = 80, .height = 24, .identity_err = &no_profile},
    {.name = "signed-out-80x24", .width = 80, .height = 24, .identity_err = &signed_out},
    {.name = "signed-out-50x15", .width = 50, .height = 15, .identity_err = &signed_out},
    {.name = "bad-endpoint-80x24", .width = 80, .height = 24, .identity_err = &bad_endpoint},
    {.name = "not-accepted-120x34",
	.width = 120,
	.height = 34,
	.fails = KS_ERR_SERVICE,
	.fails_code = "UnrecognizedClientException"},
    {.name = "expired-80x24",
	.width = 80,
	.height = 24,
	.fails = KS_ERR_SERVICE,
	.fails_code = "ExpiredTokenException"},
    {.name = "clock-wrong-80x24",
	.width = 80,
	.height = 24,
	.fails = KS_ERR_SERVICE,
	.fails_code = "RequestExpired"},
    {.name = "not-allowed-80x24",
	.width = 80,
	.height = 24,
	.fails = KS_ERR_SERVICE,
	.fails_code = "AccessDeniedException"},
    {.name = "no-connection-80x24", .width = 80, .height = 24, .fails = KS_ERR_NETWORK},
    {.name = "several-120x34", .width = 120, .height = 34, .keys = "j j j", .several = true},
    {.name = "several-80x24", .width = 80, .height = 24, .keys = "j j j", .several = true},
    {.name = "several-50x15", .width = 50, .height = 15, .keys = "j j j", .several = true},
    {.name = "several-200x50", .width = 200, .height = 50, .keys = "j j j", .several = true},
    {.name = "several-failed-120x34",
	.width = 120,
	.height = 34,
	.keys = "G",
	.several = true,
	.denied_region = "eu-west-1"},
    {.name = "several-sign-in-120x34",
	.width = 120,
	.height = 34,
	.keys = "G",
	.several = true,
	.broken = "dev",
	.identity_err = &login},
    {.name = "several-sign-in-80x24",
	.width = 80,
	.height = 24,
	.keys = "G",
	.several = true,
	.broken = "dev",
	.identity_err = &login},
    {.name = "several-half-80x24",
	.width = 80,
	.height = 24,
	.keys = "G",
	.several = true,
	.broken = "dev",
	.identity_err = &half},
    {.name = "signing-in-120x34", .width = 120, .height = 34, .several = true, .slow = "dev"},
    {.name = "signing-in-80x24", .width = 80, .height = 24, .several = true, .slow = "dev"},
    {.name = "signing-in-50x15",
	.width = 50,
	.height = 15,
	.keys = "G",
	.several = true,
	.slow = "dev"},
    {.name = "sign-in-50x15", .width = 50, .height = 15, .identity_err = &login},
    {.name = "several-delete-80x24",
	.width = 80,
	.height = 24,
	.keys = "j j j 2 d",
	.several = true},
    {.name = "profiles-120x34", .width = 120, .height = 34, .keys = "p", .several = true},
    {.name = "profiles-80x24", .width = 80, .height = 24, .keys = "p j Space"},
    {.name = "profiles-50x15", .width = 50, .height = 15, .keys = "p / s s o", .several = true},
    {.name = "profiles-ascii-40x10",
	.width = 40,
	.height = 10,
	.keys = "p",
	.several = true,
	.ascii = true},
    {.name = "regions-120x34",
	.width = 120,
	.height = 34,
	.keys = "o",
	.all = true,
	.opted_out = true},
    {.name = "regions-50x15", .width = 50, .height = 15, .keys = "o j j", .several = true},
    {.name = "not-enabled-80x24",
	.width = 80,
	.height = 24,
	.keys = "G",
	.all = true,
	.opted_out = true},
    {.name = "not-enabled-details-80x24",
	.width = 80,
	.height = 24,
	.keys = "G Enter",
	.all = true,
	.opted_out = true},
    {.name = "environment-80x24",
	.width = 80,
	.height = 24,
	.keys = "j j j Enter",
	.from_environment = true},
    {.name = "too-small-39x9", .width = 39, .height = 9},
    {.name = "too-small-ascii-30x30", .width = 30, .height = 30, .ascii = true},
};

static void begin_scene(struct rig *rig, const struct scene *scene)
{
	static const char *const profiles[] = {"prod", "dev"};

	*rig = (struct rig){0};
	rig->world.opted_out = scene->opted_out;
	rig->world.from_environment = scene->from_environment;
	rig->world.denied_region = scene->denied_region;
	rig->world.fails = scene->fails;
	rig->world.fails_code = scene->fails_code;
	rig->world.no_profile = scene->demo;
	rig->world.identity_err = scene->identity_err;
	rig->world.broken = scene->broken;
	rig->world.slow = scene->slow;
	rig->world.looked = scene->no_credentials         ? looked
			    : scene->identity_err != NULL ? looked_for_sso
							  : NULL;
	rig_begin(rig, &(struct rig_options){
			   .store.profiles = profiles,
			   .store.n_profiles = scene->several ? 2 : 0,
			   .store.all_regions = scene->all,
			   .store.read_only = scene->read_only,
			   .ascii = scene->ascii,
			   .demo = scene->demo,
		       });
	if (scene->steps > 0)
		world_step(&rig->world, scene->steps);
	else if (!scene->unanswered)
		rig_settle(rig);
	rig_picture(rig, scene->width, scene->height);
	rig_keys(rig, scene->keys != NULL ? scene->keys : "");
}

static void the_screen_looks_as_it_did(void **state)
{
	const struct scene *scene = *state;
	struct rig rig;

	begin_scene(&rig, scene);
	golden_check(scene->name, rig_picture(&rig, scene->width, scene->height));
	rig_end(&rig);
}

int main(void)
{
	enum { SCENES = sizeof scenes / sizeof scenes[0] };
	static struct CMUnitTest tests[SCENES];

	ks_secret_setup();
	for (size_t i = 0; i < SCENES; i++) {
		union {
			const struct scene *from;
			void *to;
		} scene = {.from = &scenes[i]};

		tests[i] = (struct CMUnitTest){
		    .name = scenes[i].name,
		    .test_func = the_screen_looks_as_it_did,
		    .initial_state = scene.to,
		};
	}
	return cmocka_run_group_tests_name("pictures", tests, NULL, NULL);
}
