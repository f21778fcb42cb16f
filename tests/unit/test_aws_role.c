/*
 * A role that a profile takes on: what is asked of STS and of the user, where the credentials for
 * it are from, and what goes wrong. Requests and names are botocore's, computed with version
 * 1.43.11 for 2026-11-24T12:00:00Z.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/aws/identity.h"
#include "core/base/secret.h"
#include "tests/unit/role_rig.h"

#define KEYS_OF(who) "aws_access_key_id = AKID" who "\naws_secret_access_key = secret-of-" who "\n"
#define BASE         "[base]\n" KEYS_OF("BASE")
#define REGION       "region = eu-west-1\n"
#define PROD         "[profile prod]\nrole_arn = " EXAMPLE "\n" REGION
#define FROM_BASE    PROD "source_profile = base\n"
#define SERIAL       "arn:aws:iam::123456789012:mfa/me"
#define WITH_MFA     FROM_BASE "mfa_serial = " SERIAL "\n"
#define ROLE_OF(who) "role_arn = arn:aws:iam::123456789012:role/" who "\n"
#define SIGNED_BY(who, region)                                                    \
	"Authorization: AWS4-HMAC-SHA256 Credential=AKID" who "/20261124/" region \
	"/sts/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature="
#define FORM "Content-Type: application/x-www-form-urlencoded; charset=utf-8\n"
#define ASKS_FOR_EXAMPLE                                                                  \
	"Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%" \
	"3Arole%2FExample&RoleSessionName="
#define ASKED_BY_DEFAULT ASKS_FOR_EXAMPLE "keysail-1795521600"

/* ---- what is asked of STS ---- */

static void a_role_is_taken_on_with_the_keys_of_its_source(void **state)
{
	static const struct desk_step steps[] = {{.fetch = STS_EU, .text = STS_ROLE("X")}};
	static const struct role_case given = {
	    .config = FROM_BASE, .credentials = BASE, .profile = "prod", ROLE_STEPS(steps)};
	struct ks_identity *identity = role_resolve_well(&given);
	const struct ks_credentials *credentials = ks_identity_credentials(identity);

	(void)state;
	assert_string_equal(desk.last,
	    STS_EU "\n" FORM "X-Amz-Date: 20261124T120000Z\n" SIGNED_BY("BASE",
		"eu-west-1") "aef8db65ee9ea212c12f25bbd3f72cab2f92dd2bc3f300bccd1e8107522a08d0\n"
			     "\n" ASKED_BY_DEFAULT);
	role_check(identity, "ASIAX", "secret-of-X", "token-of-X",
	    "role " EXAMPLE
	    " from profile base (shared credentials file (~/.aws/credentials), profile base)");
	assert_string_equal(credentials->account_id, "123456789012");
	assert_int_equal(credentials->expires_at, DESK_NOW + 3600 * 1000);
	role_check_place(
	    identity, 1, "~/.aws/config", "profile prod: role " EXAMPLE " from profile base");
	assert_int_equal(ks_identity_place_count(identity), 2);
	ks_identity_free(identity);
}

static void all_that_the_profile_says_of_the_role_is_sent(void **state)
{
	static const struct desk_step steps[] = {
	    {.ask = "MFA code for " SERIAL, .text = "123456"},
	    {.fetch = STS_EU, .text = STS_ROLE("X")},
	};
	static const struct role_case given = {.config = WITH_MFA
					       "role_session_name = me\nduration_seconds = 900\n"
					       "external_id = a:b/c=d\n",
	    .credentials = BASE "aws_session_token = token/of+BASE==\n",
	    .profile = "prod",
	    ROLE_STEPS(steps)};

	(void)state;
	ks_identity_free(role_resolve_well(&given));
	assert_string_equal(desk.last,
	    STS_EU "\n" FORM "X-Amz-Date: 20261124T120000Z\n"
		   "X-Amz-Security-Token: token/of+BASE==\n"
		   "Authorization: AWS4-HMAC-SHA256 Credential=AKIDBASE/20261124/eu-west-1/sts/"
		   "aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token,"
		   " Signature=8e0eeecce3514b06d4e20140482086169049e659266769770ef0842ef393b6e1\n"
		   "\n" ASKS_FOR_EXAMPLE "me&DurationSeconds=900&ExternalId=a%3Ab%2Fc%3Dd"
		   "&SerialNumber=arn%3Aaws%3Aiam%3A%3A123456789012%3Amfa%2Fme&TokenCode=123456");
}

static struct ks_errand *(*desk_fetch)(
    void *ctx, const struct ks_errand_fetch *fetch, struct ks_err *err);
static struct ks_errand_fetch sent;
static char sent_bundle[100];

static struct ks_errand *note_fetch(
    void *ctx, const struct ks_errand_fetch *fetch, struct ks_err *err)
{
	sent = *fetch;
	snprintf(sent_bundle, sizeof sent_bundle, "%s",
	    fetch->ca_bundle != NULL ? fetch->ca_bundle : "");
	return desk_fetch(ctx, fetch, err);
}

static void note_fetches(void)
{
	desk_fetch = desk.errands.fetch;
	desk.errands.fetch = note_fetch;
}

static void a_configured_endpoint_is_used_and_loopback_is_reached_directly(void **state)
{
	static const struct desk_step loopback[] = {
	    {.fetch = "POST http://127.0.0.1:4566/", .text = STS_ROLE("X")}};
	static const struct desk_step elsewhere[] = {
	    {.fetch = "POST https://sts.example/at/", .text = STS_ROLE("X")}};
	/* No region: the global endpoint's. */
	static const struct role_case first = {
	    .config = "[profile prod]\nrole_arn = " EXAMPLE "\nsource_profile = base\n",
	    .credentials = BASE,
	    .variables = {"AWS_ENDPOINT_URL_STS=http://127.0.0.1:4566"},
	    .profile = "prod",
	    ROLE_STEPS(loopback),
	    .prepare = note_fetches};
	static const struct role_case second = {
	    .config = FROM_BASE "ca_bundle = /b.pem\nendpoint_url = https://sts.example/at\n",
	    .credentials = BASE,
	    .profile = "prod",
	    ROLE_STEPS(elsewhere),
	    .prepare = note_fetches};

	ks_identity_free(role_resolve_well(&first));
	assert_true(sent.direct);
	assert_false(sent.once);
	assert_string_equal(sent_bundle, "");
	assert_non_null(strstr(desk.last,
	    SIGNED_BY("BASE",
		"us-east-1") "575d717bccf7c63b2d585a91d2adf0007536827f4ab1f7d7b3d62b59f7073068\n"));
	role_empty_cache(state);
	ks_identity_free(role_resolve_well(&second));
	assert_false(sent.direct);
	assert_string_equal(sent_bundle, "/b.pem");
}

static void a_bad_endpoint_names_its_place(void **state)
{
	static const struct role_case given = {.config = FROM_BASE,
	    .credentials = BASE,
	    .variables = {"AWS_ENDPOINT_URL_STS=http://sts.example"},
	    .profile = "prod"};

	(void)state;
	role_resolve_badly(&given, KS_IDENTITY_BROKEN_CONFIG,
	    "~/.aws/config, line 2, profile prod: role " EXAMPLE
	    " can't be taken on: AWS_ENDPOINT_URL_STS: http://sts.example is refused");
}

static void the_services_clock_is_taken_over(void **state)
{
	static const struct desk_step steps[] = {
	    {.fetch = STS_EU,
		.status = 403,
		.text = STS_REFUSES("SignatureDoesNotMatch", "expired"),
		.skew_ms = 600 * 1000},
	    {.fetch = STS_EU,
		.has = {"X-Amz-Date: 20261124T121000Z\n",
		    "Signature=796dc9b655f74c70ca9ffa5341f09ad92097232411da1afdf13c26b5cfe379e6\n"},
		.text = STS_ROLE("X")},
	};
	static const struct role_case given = {
	    .config = FROM_BASE, .credentials = BASE, .profile = "prod", ROLE_STEPS(steps)};

	(void)state;
	ks_identity_free(role_resolve_well(&given));
}

static void a_failed_call_is_repeated_with_pauses(void **state)
{
	static const struct desk_step steps[] = {
	    {.fetch = STS_EU, .fails = KS_ERR_NETWORK},
	    {.fetch = STS_EU, .status = 500, .text = "busy"},
	    {.fetch = STS_EU, .text = STS_ROLE("X")},
	};
	static const struct role_case given = {
	    .config = FROM_BASE, .credentials = BASE, .profile = "prod", ROLE_STEPS(steps)};

	(void)state;
	ks_identity_free(role_resolve_well(&given));
	assert_int_equal(desk.paused, 1500);
}

/* ---- where the credentials for it are from ---- */

static void roles_are_taken_on_one_from_another(void **state)
{
	static const struct desk_step steps[] = {
	    {.fetch = STS_EU,
		.has = {"role%2FThree&", "Credential=AKIDBASE/"},
		.text = STS_ROLE("THREE"),
		.looks = 2},
	    {.fetch = STS_EU,
		.has = {"role%2FTwo&", "Credential=ASIATHREE/",
		    "X-Amz-Security-Token: token-of-THREE\n"},
		.text = STS_ROLE("TWO")},
	    {.fetch = STS_EU,
		.has = {"role%2FExample&", "Credential=ASIATWO/",
		    "X-Amz-Security-Token: token-of-TWO\n"},
		.text = STS_ROLE("X")},
	};
	static const struct role_case given = {
	    .config = PROD "source_profile = two\n[profile two]\n" ROLE_OF(
		"Two") "source_profile = three\n[profile "
		       "three]\n" ROLE_OF("Three") "source_profile = base\nregion = "
						   "us-west-2\n",
	    .credentials = BASE,
	    .profile = "prod",
	    ROLE_STEPS(steps)};
	struct ks_identity *identity = role_resolve_well(&given);

	(void)state;
	role_check(identity, "ASIAX", "secret-of-X", "token-of-X",
	    "role " EXAMPLE " from profile two (role arn:aws:iam::123456789012:role/Two from "
	    "profile three (role arn:aws:iam::123456789012:role/Three from profile base (shared "
	    "credentials file (~/.aws/credentials), profile base)))");
	/* The inner ones were looked up for this one's sake: they are no places of their own. */
	assert_int_equal(ks_identity_place_count(identity), 2);
	ks_identity_free(identity);
	/* Each of them is kept. */
	assert_non_null(
	    strstr(role_read(role_cache("9c8a1c3e45711f84cd3672a539df1927d18b76ab")), "ASIATHREE"));
	assert_non_null(
	    strstr(role_read(role_cache("5023bd518443282d8816deb1dc5b3b86ab046fc7")), "ASIATWO"));
}

static void the_keys_of_a_source_count_more_than_its_role(void **state)
{
	static const struct desk_step steps[] = {
	    {.fetch = STS_EU, .has = {"Credential=AKIDBASE/"}, .text = STS_ROLE("X")}};
	static const struct role_case other = {
	    .config = FROM_BASE "[profile base]\n" ROLE_OF("Two") "source_profile = nowhere\n",
	    .credentials = BASE,
	    .profile = "prod",
	    ROLE_STEPS(steps)};
	static const struct role_case itself = {.config = PROD "source_profile = prod\n",
	    .credentials = "[prod]\n" KEYS_OF("BASE"),
	    .profile = "prod",
	    ROLE_STEPS(steps)};
	/* botocore: half a key is enough to pass its role over. */
	static const struct role_case half = {
	    .config = FROM_BASE "[profile base]\n" ROLE_OF("Two") "source_profile = nowhere\n",
	    .credentials = "[base]\naws_secret_access_key = secret-of-BASE\n",
	    .profile = "prod"};

	ks_identity_free(role_resolve_well(&other));
	role_empty_cache(state);
	ks_identity_free(role_resolve_well(&itself));
	role_empty_cache(state);
	role_resolve_badly(
	    &half, KS_IDENTITY_BROKEN, "source_profile names base, where there are no credentials");
}

static void a_circle_of_profiles_is_an_error(void **state)
{
	static const struct {
		const char *config, *credentials, *message;
	} cases[] = {
	    {PROD "source_profile = prod\n", NULL,
		"~/.aws/config, line 4, profile prod: source_profile goes round in a circle: "
		"prod, prod"},
	    {PROD "source_profile = b\n[profile b]\n" ROLE_OF("B") "source_profile = prod\n", NULL,
		"profile prod: source_profile goes round in a circle: prod, b, prod"},
	    {PROD "source_profile = b\n[profile b]\n" ROLE_OF(
		 "B") "source_profile = c\n[profile c]\n" ROLE_OF("C") "source_profile = b\n",
		NULL, "circle: prod, b, c, b"},
	    {PROD "source_profile = b\n[profile b]\n" ROLE_OF("B") "source_profile = b\n", NULL,
		"circle: prod, b, b"},
	    /* Keys at the top end no circle; botocore's rule. */
	    {PROD "source_profile = b\n[profile b]\n" ROLE_OF("B") "source_profile = prod\n",
		"[prod]\n" KEYS_OF("A"), "circle: prod, b, prod"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		role_resolve_badly(&(struct role_case){.config = cases[i].config,
				       .credentials = cases[i].credentials,
				       .profile = "prod"},
		    KS_IDENTITY_BROKEN, cases[i].message);
}

static void the_environment_can_be_the_source_and_of_a_named_profile_too(void **state)
{
	static const struct desk_step steps[] = {
	    {.fetch = STS_EU, .has = {"Credential=AKIDENV/"}, .text = STS_ROLE("X")}};
	static const struct role_case given = {.config = PROD "credential_source = Environment\n",
	    .variables = {"AWS_ACCESS_KEY_ID=AKIDENV", "AWS_SECRET_ACCESS_KEY=secret-of-ENV"},
	    .profile = "prod",
	    ROLE_STEPS(steps)};
	static const struct role_case empty = {
	    .config = PROD "credential_source = Environment\n", .profile = "prod"};
	static const struct role_case half = {.config = PROD "credential_source = Environment\n",
	    .variables = {"AWS_ACCESS_KEY_ID=AKIDENV"},
	    .profile = "prod"};
	struct ks_identity *identity = role_resolve_well(&given);

	role_check(identity, "ASIAX", "secret-of-X", "token-of-X",
	    "role " EXAMPLE " from credential_source Environment (environment)");
	ks_identity_free(identity);
	role_empty_cache(state);
	role_resolve_badly(&empty, KS_IDENTITY_BROKEN,
	    "~/.aws/config, line 4, profile prod: credential_source names Environment, where there "
	    "are no credentials: AWS_ACCESS_KEY_ID is not set");
	role_resolve_badly(&half, KS_IDENTITY_BROKEN,
	    "~/.aws/config, line 4, profile prod: credential_source Environment: "
	    "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY isn't");
}

static void what_fails_in_the_source_is_the_error_and_names_that_profile(void **state)
{
	static const struct role_case broken = {.config = FROM_BASE,
	    .credentials = "[base]\naws_access_key_id = AKIDBASE\n",
	    .profile = "prod"};
	static const struct role_case empty = {
	    .config = FROM_BASE, .credentials = "[base]\nregion = x\n", .profile = "prod"};
	static const struct desk_step steps[] = {{.fetch = STS_EU,
	    .status = 403,
	    .text = STS_REFUSES("AccessDenied", "User: u is not authorized")}};
	static const struct role_case refused = {
	    .config = PROD
	    "source_profile = two\n[profile two]\n" ROLE_OF("Two") "source_profile = base\n",
	    .credentials = BASE,
	    .profile = "prod",
	    ROLE_STEPS(steps)};
	struct ks_identity *identity;
	struct ks_err err;

	(void)state;
	role_resolve_badly(&broken, KS_IDENTITY_BROKEN,
	    "~/.aws/credentials, line 2, profile base: aws_access_key_id has no "
	    "aws_secret_access_key beside it");
	role_resolve_badly(&empty, KS_IDENTITY_BROKEN,
	    "~/.aws/config, line 4, profile prod: source_profile names base, where there are no "
	    "credentials");
	role_resolve_badly(&refused, KS_IDENTITY_REFUSED,
	    "~/.aws/config, line 6, profile two: role arn:aws:iam::123456789012:role/Two can't be "
	    "taken on: AccessDenied: User: u is not authorized");
	assert_false(role_resolve(&broken, &identity, &err));
	role_check_place(identity, 1, "~/.aws/config", err.message);
	ks_identity_free(identity);
}

/* ---- what is wrong with the profile ---- */

static void what_the_profile_says_is_checked_first(void **state)
{
	static const struct {
		const char *config, *message;
	} cases[] = {
	    {PROD, "line 2, profile prod: role_arn has no source_profile or credential_source"},
	    {FROM_BASE "credential_source = Environment\n",
		"line 5, profile prod: credential_source stands beside a source_profile"},
	    {PROD "source_profile = nobody\n",
		"line 4, profile prod: source_profile names nobody, which is no profile"},
	    {PROD "credential_source = environment\n",
		"credential_source is one of Environment, EcsContainer, Ec2InstanceMetadata, not "
		"\"environment\""},
	    {FROM_BASE "duration_seconds = 1h\n",
		"duration_seconds is a number of seconds from 900 to 43200, not \"1h\""},
	    {FROM_BASE "duration_seconds = 899\n", "not \"899\""},
	    {FROM_BASE "duration_seconds = 43201\n", "not \"43201\""},
	    {FROM_BASE "duration_seconds = -900\n", "not \"-900\""},
	    {FROM_BASE "role_session_name = a b\n",
		"role_session_name is 2 to 64 letters, digits or +=,.@_-"},
	    {FROM_BASE "role_session_name = a\n", "role_session_name is 2 to 64"},
	    {FROM_BASE "role_session_name = 0123456789012345678901234567890123456789"
		       "0123456789012345678901234\n",
		"role_session_name is 2 to 64"},
	    {FROM_BASE "external_id = x\n", "external_id is 2 to 1224"},
	    {FROM_BASE "mfa_serial = arn\n", "mfa_serial is the number or ARN of an MFA device"},
	    {"[profile prod]\nrole_arn = Example\nsource_profile = base\n",
		"line 2, profile prod: role_arn can't be the ARN of a role"},
	    {"[profile prod]\nrole_arn = arn:aws:iam::123456789012:role/a b\n",
		"role_arn can't be the ARN of a role"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ks_err err = role_resolve_badly(
		    &(struct role_case){
			.config = cases[i].config, .credentials = BASE, .profile = "prod"},
		    KS_IDENTITY_BROKEN, cases[i].message);

		assert_string_not_equal(err.tip, "");
	}
}

/* ---- what STS refuses ---- */

static void a_refusal_says_what_to_do(void **state)
{
	static const struct {
		const char *code, *tip;
	} cases[] = {
	    {"AccessDenied",
		"check the role's trust policy, and that profile base may do sts:AssumeRole"},
	    {"ValidationError", "check what is set for the role"},
	    {"ExpiredToken", "get fresh credentials for profile base, then try again"},
	    {"ExpiredTokenException", "get fresh credentials for profile base, then try again"},
	    {"InvalidClientTokenId", "check the access key of profile base"},
	    {"SignatureDoesNotMatch",
		"check the secret access key of profile base, and this computer's clock"},
	    {"RegionDisabledException",
		"activate STS for this region in the account's settings, or choose another region"},
	    {"SomethingNew", "try again in a minute"},
	};
	char reply[1000], message[400];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct desk_step step = {.fetch = STS_EU, .status = 400, .text = reply};
		struct ks_err err;

		snprintf(reply, sizeof reply, STS_REFUSES("%s", "It said no."), cases[i].code);
		snprintf(message, sizeof message,
		    "~/.aws/config, line 2, profile prod: role " EXAMPLE
		    " can't be taken on: %s: It said no.",
		    cases[i].code);
		err = role_resolve_badly(&(struct role_case){.config = FROM_BASE,
					     .credentials = BASE,
					     .profile = "prod",
					     .steps = &step,
					     .n_steps = 1},
		    KS_IDENTITY_REFUSED, message);
		assert_int_equal(err.kind, KS_ERR_CREDENTIALS);
		assert_string_equal(err.tip, cases[i].tip);
	}
}

static void no_answer_is_no_fault_of_the_credentials(void **state)
{
	static const struct desk_step gone[] = {
	    {.fetch = STS_EU, .fails = KS_ERR_NETWORK},
	    {.fetch = STS_EU, .fails = KS_ERR_NETWORK},
	    {.fetch = STS_EU, .fails = KS_ERR_NETWORK},
	};
	static const struct desk_step odd[] = {{.fetch = STS_EU, .text = "<html>login</html>"}};
	static const struct desk_step busy[] = {
	    {.fetch = STS_EU, .status = 503},
	    {.fetch = STS_EU, .status = 503},
	    {.fetch = STS_EU, .status = 503},
	};
	static const struct role_case network = {
	    .config = FROM_BASE, .credentials = BASE, .profile = "prod", ROLE_STEPS(gone)};
	static const struct role_case reply = {
	    .config = FROM_BASE, .credentials = BASE, .profile = "prod", ROLE_STEPS(odd)};
	static const struct role_case trouble = {
	    .config = FROM_BASE, .credentials = BASE, .profile = "prod", ROLE_STEPS(busy)};
	struct ks_err err = role_resolve_badly(
	    &network, "", "profile prod: role " EXAMPLE " can't be taken on: it went wrong");

	(void)state;
	assert_int_equal(err.kind, KS_ERR_NETWORK);
	assert_string_equal(err.tip, "check the connection and the proxy, then try again");
	err = role_resolve_badly(&reply, "", "can't be taken on: The reply of STS");
	assert_int_equal(err.kind, KS_ERR_REPLY);
	assert_string_equal(err.tip, "check that the endpoint is one of STS");
	err = role_resolve_badly(&trouble, "", "can't be taken on: The answer was HTTP status 503");
	assert_string_equal(err.tip, "try again in a minute");
}

/* ---- MFA ---- */

#define ASKS   .ask = "MFA code for " SERIAL
#define DENIED .fetch = STS_EU, .status = 403, .text = STS_REFUSES("AccessDenied", WRONG)
#define WRONG  "MultiFactorAuthentication failed with invalid MFA one time pass code."

static void a_code_is_asked_for_and_used_once(void **state)
{
	static const struct desk_step steps[] = {
	    {ASKS, .has = {"Profile prod takes on the role " EXAMPLE ", which asks for a code"},
		.text = "246810", .looks = 3},
	    {.fetch = STS_EU,
		.has = {"&SerialNumber=arn%3Aaws%3Aiam%3A%3A123456789012%3Amfa%2Fme&TokenCode="
			"246810"},
		.text = STS_ROLE("X")},
	};
	static const struct role_case given = {.config = WITH_MFA,
	    .credentials = BASE,
	    .profile = "prod",
	    ROLE_STEPS(steps),
	    .prepare = note_fetches};

	(void)state;
	ks_identity_free(role_resolve_well(&given));
	assert_true(sent.once);
}

/* Who sends it again may be told that it is wrong, since it was right the first time. */
static void a_code_that_may_be_used_up_is_not_sent_again(void **state)
{
	static const struct desk_step busy[] = {
	    {ASKS, .text = "246810"}, {.fetch = STS_EU, .status = 503, .text = "busy"}};
	static const struct desk_step lost[] = {
	    {ASKS, .text = "246810"}, {.fetch = STS_EU, .fails = KS_ERR_TIMEOUT}};
	static const struct desk_step unsent[] = {
	    {ASKS, .text = "246810"},
	    {.fetch = STS_EU, .fails = KS_ERR_NETWORK, .not_sent = true},
	    {.fetch = STS_EU, .has = {"TokenCode=246810"}, .text = STS_ROLE("X")},
	};
	struct role_case given = {
	    .config = WITH_MFA, .credentials = BASE, .profile = "prod", ROLE_STEPS(busy)};
	struct ks_err err;

	(void)state;
	role_resolve_badly(&given, "", "can't be taken on");
	assert_int_equal(desk.paused, 0);
	given.steps = lost;
	err = role_resolve_badly(&given, "", "can't be taken on: it went wrong");
	assert_int_equal(err.kind, KS_ERR_TIMEOUT);
	assert_string_equal(err.tip, "try again in a minute");
	given.steps = unsent;
	given.n_steps = sizeof unsent / sizeof unsent[0];
	ks_identity_free(role_resolve_well(&given));
	assert_int_equal(desk.paused, 500);
}

static void a_wrong_code_is_asked_for_again(void **state)
{
	static const struct desk_step steps[] = {
	    {ASKS, .text = "24681"},
	    {ASKS, .has = {"\nA code is six digits"}, .text = "24681a"},
	    {ASKS, .has = {"\nA code is six digits"}, .text = "246810"},
	    {DENIED},
	    {ASKS, .has = {"\n" WRONG}, .text = "246811"},
	    {.fetch = STS_EU, .has = {"TokenCode=246811"}, .text = STS_ROLE("X")},
	};
	static const struct role_case given = {
	    .config = WITH_MFA, .credentials = BASE, .profile = "prod", ROLE_STEPS(steps)};

	(void)state;
	ks_identity_free(role_resolve_well(&given));
}

static void it_is_asked_for_again_three_times_at_most(void **state)
{
	static const struct desk_step denied[] = {
	    {ASKS, .text = "246810"},
	    {DENIED},
	    {ASKS, .text = "246811"},
	    {DENIED},
	    {ASKS, .text = "246812"},
	    {DENIED},
	    {ASKS, .text = "246813"},
	    {DENIED},
	};
	static const struct desk_step malformed[] = {
	    {ASKS, .text = ""}, {ASKS, .text = "1"}, {ASKS, .text = "2"}, {ASKS, .text = "3"}};
	/* The device is not the matter then. */
	static const struct desk_step other[] = {
	    {ASKS, .text = "246810"},
	    {.fetch = STS_EU,
		.status = 403,
		.text = STS_REFUSES("AccessDenied", "User: u may not")},
	};
	struct role_case given = {
	    .config = WITH_MFA, .credentials = BASE, .profile = "prod", ROLE_STEPS(denied)};

	(void)state;
	role_resolve_badly(&given, KS_IDENTITY_REFUSED, "can't be taken on: AccessDenied: " WRONG);
	given.steps = malformed;
	given.n_steps = 4;
	role_resolve_badly(&given, KS_IDENTITY_REFUSED,
	    "profile prod: role " EXAMPLE " needs an MFA code: what was entered isn't six digits");
	given.steps = other;
	given.n_steps = 2;
	role_resolve_badly(&given, KS_IDENTITY_REFUSED, "AccessDenied: User: u may not");
}

static void who_gives_no_code_gets_no_role(void **state)
{
	static const struct desk_step steps[] = {{ASKS, .fails = KS_ERR_CANCELLED}};
	static const struct role_case given = {
	    .config = WITH_MFA, .credentials = BASE, .profile = "prod", ROLE_STEPS(steps)};
	struct ks_err err = role_resolve_badly(&given, KS_IDENTITY_REFUSED,
	    "~/.aws/config, line 2, profile prod: role " EXAMPLE
	    " needs an MFA code: it went wrong");

	(void)state;
	assert_int_equal(err.kind, KS_ERR_CREDENTIALS);
	assert_string_equal(err.tip, "have the device " SERIAL " at hand, then try again");
}

static void who_cannot_be_asked_is_told_where_to_be_asked(void **state)
{
	static const struct desk_step steps[] = {{ASKS, .fails = KS_ERR_REFUSED}};
	static const struct role_case given = {
	    .config = WITH_MFA, .credentials = BASE, .profile = "prod", ROLE_STEPS(steps)};
	struct ks_err err =
	    role_resolve_badly(&given, KS_IDENTITY_REFUSED, " needs an MFA code: it went wrong");

	(void)state;
	assert_int_equal(err.kind, KS_ERR_CREDENTIALS);
	assert_string_equal(err.tip, "run keysail on a terminal, in the foreground, to be asked");
}

#define TEST(name) cmocka_unit_test_setup(name, role_empty_cache)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(a_role_is_taken_on_with_the_keys_of_its_source),
	    TEST(all_that_the_profile_says_of_the_role_is_sent),
	    TEST(a_configured_endpoint_is_used_and_loopback_is_reached_directly),
	    TEST(a_bad_endpoint_names_its_place),
	    TEST(the_services_clock_is_taken_over),
	    TEST(a_failed_call_is_repeated_with_pauses),
	    TEST(roles_are_taken_on_one_from_another),
	    TEST(the_keys_of_a_source_count_more_than_its_role),
	    TEST(a_circle_of_profiles_is_an_error),
	    TEST(the_environment_can_be_the_source_and_of_a_named_profile_too),
	    TEST(what_fails_in_the_source_is_the_error_and_names_that_profile),
	    TEST(what_the_profile_says_is_checked_first),
	    TEST(a_refusal_says_what_to_do),
	    TEST(no_answer_is_no_fault_of_the_credentials),
	    TEST(a_code_is_asked_for_and_used_once),
	    TEST(a_code_that_may_be_used_up_is_not_sent_again),
	    TEST(a_wrong_code_is_asked_for_again),
	    TEST(it_is_asked_for_again_three_times_at_most),
	    TEST(who_gives_no_code_gets_no_role),
	    TEST(who_cannot_be_asked_is_told_where_to_be_asked),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("aws_role", tests, role_make_home, role_remove_home);
}
