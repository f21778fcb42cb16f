/* What STS answers: roles' credentials, who one is, and why not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/crypto.h>

#include "core/aws/sts_reply.h"

#define ID        "ASIAIOSFODNN7EXAMPLE"
#define SECRET    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY"
#define TOKEN     "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwA"
#define NAMESPACE " xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\""
#define ARN       "arn:aws:sts::123456789012:assumed-role/demo/TestAR"
#define KEYS      "<AccessKeyId>" ID "</AccessKeyId><SecretAccessKey>" SECRET "</SecretAccessKey>"
#define LIFE      "<SessionToken>" TOKEN "</SessionToken><Expiration>2026-11-24T12:00:00Z</Expiration>"
#define USER                                                                       \
	"<AssumedRoleUser><AssumedRoleId>AROA123EXAMPLE123:TestAR</AssumedRoleId>" \
	"<Arn>" ARN "</Arn></AssumedRoleUser>"
#define REPLY(call, content)                                                                \
	"<" call "Response" NAMESPACE ">\n  <" call "Result>" content "</" call "Result>\n" \
	"  <ResponseMetadata><RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>\n" \
	"  </ResponseMetadata>\n</" call "Response>\n"
#define ROLE(content) REPLY("AssumeRole", content)

static struct ks_err err;

static bool read_role(enum ks_sts_call call, const char *body, struct ks_sts_role *role)
{
	ks_err_clear(&err);
	return ks_sts_read_role(call, body, strlen(body), role, &err);
}

static void check_role(enum ks_sts_call call, const char *body)
{
	struct ks_sts_role role;

	assert_true(read_role(call, body, &role));
	assert_string_equal(role.credentials.access_key_id, ID);
	assert_true(ks_secret_equal(role.credentials.secret, SECRET, strlen(SECRET)));
	assert_true(ks_secret_equal(role.credentials.token, TOKEN, strlen(TOKEN)));
	assert_true(CRYPTO_secure_allocated(ks_secret_value(role.credentials.secret)));
	assert_int_equal(role.credentials.expires_at, INT64_C(1795521600000));
	assert_string_equal(role.credentials.account_id, "123456789012");
	assert_null(role.credentials.source);
	assert_string_equal(role.arn, ARN);
	ks_sts_clear_role(&role);
	assert_null(role.credentials.secret);
}

static void a_role_is_read_from_the_reply_to_its_own_call(void **state)
{
	static const char web[] = REPLY("AssumeRoleWithWebIdentity",
	    "<Audience>client</Audience><Credentials>" KEYS LIFE "</Credentials>" USER
	    "<Provider>www.amazon.com</Provider>");
	struct ks_sts_role role;

	(void)state;
	check_role(KS_STS_ASSUME_ROLE, ROLE(USER "<Credentials>" LIFE KEYS "</Credentials>"
						 "<PackedPolicySize>8</PackedPolicySize>"));
	check_role(KS_STS_ASSUME_ROLE_WITH_WEB_IDENTITY, web);
	assert_false(read_role(KS_STS_ASSUME_ROLE, web, &role));
	assert_string_equal(err.message, "The reply of STS has no AccessKeyId");
}

static void check_refused(const char *body, const char *message)
{
	struct ks_sts_role role;

	assert_false(read_role(KS_STS_ASSUME_ROLE, body, &role));
	assert_int_equal(err.kind, KS_ERR_REPLY);
	assert_string_equal(err.message, message);
	assert_null(role.credentials.access_key_id);
	assert_null(role.credentials.secret);
	assert_null(role.arn);
}

#define CREDENTIALS(content) ROLE("<Credentials>" content "</Credentials>" USER)

static void what_is_missing_is_named(void **state)
{
	(void)state;
	check_refused(CREDENTIALS(LIFE), "The reply of STS has no AccessKeyId");
	check_refused(CREDENTIALS("<AccessKeyId>" ID "</AccessKeyId>" LIFE),
	    "The reply of STS has no SecretAccessKey");
	check_refused(CREDENTIALS(KEYS "<Expiration>2026-11-24T12:00:00Z</Expiration>"),
	    "The reply of STS has no SessionToken");
	check_refused(CREDENTIALS(KEYS "<SessionToken>" TOKEN "</SessionToken>"),
	    "The reply of STS has no Expiration");
	check_refused("<html/>", "The reply of STS has no AccessKeyId");
	check_refused("", "The reply of STS is not XML");
}

/* What ends up in a header or a signature; none of it may be in the message. */
static void what_can_not_be_right_is_named_and_not_shown(void **state)
{
	(void)state;
	check_refused(CREDENTIALS("<AccessKeyId>A B</AccessKeyId>"
				  "<SecretAccessKey>x</SecretAccessKey>" LIFE),
	    "The reply of STS has an unusable AccessKeyId");
	check_refused(CREDENTIALS("<AccessKeyId>" ID "</AccessKeyId>"
				  "<SecretAccessKey/>" LIFE),
	    "The reply of STS has an unusable SecretAccessKey");
	check_refused(CREDENTIALS(KEYS "<SessionToken>a&#13;&#10;X-Evil: 1</SessionToken>"
				       "<Expiration>2026-11-24T12:00:00Z</Expiration>"),
	    "The reply of STS has an unusable SessionToken");
	check_refused(CREDENTIALS(KEYS "<SessionToken>" TOKEN "</SessionToken>"
				       "<Expiration>tomorrow</Expiration>"),
	    "The reply of STS has an unusable Expiration");
	check_refused(ROLE("<Credentials>" KEYS LIFE "</Credentials>"
			   "<AssumedRoleUser><Arn>arn:aws:x y</Arn></AssumedRoleUser>"),
	    "The reply of STS has an unusable Arn");
	check_refused(
	    "<!DOCTYPE a>" CREDENTIALS(KEYS LIFE), "The reply of STS declares a document type");
}

static void an_arn_without_an_account_gives_none(void **state)
{
	static const char *const arns[] = {"arn:aws:sts:::assumed-role/demo", "arn:aws", "x",
	    "arn:aws:sts::12345678901:role", "arn:aws:sts::12345678901x:role",
	    "arn:aws:sts::1234567890123:role"};

	(void)state;
	for (size_t i = 0; i < sizeof arns / sizeof arns[0]; i++) {
		struct ks_sts_role role;
		char body[2000];

		snprintf(body, sizeof body,
		    ROLE("<Credentials>" KEYS LIFE "</Credentials><AssumedRoleUser><Arn>%s</Arn>"
			 "</AssumedRoleUser>"),
		    arns[i]);
		assert_true(read_role(KS_STS_ASSUME_ROLE, body, &role));
		assert_null(role.credentials.account_id);
		assert_string_equal(role.arn, arns[i]);
		ks_sts_clear_role(&role);
	}
}

static void a_role_need_not_say_who_it_is(void **state)
{
	struct ks_sts_role role;

	(void)state;
	assert_true(
	    read_role(KS_STS_ASSUME_ROLE, ROLE("<Credentials>" KEYS LIFE "</Credentials>"), &role));
	assert_null(role.arn);
	assert_null(role.credentials.account_id);
	ks_sts_clear_role(&role);
}

#define IDENTITY(arn, id, account) \
	REPLY("GetCallerIdentity", \
	    "<Arn>" arn "</Arn><UserId>" id "</UserId><Account>" account "</Account>")

static void who_one_is_is_read(void **state)
{
	static const char good[] = IDENTITY(
	    "arn:aws:iam::123456789012:user/Alice", "AKIAI44QH8DHBEXAMPLE", "123456789012");
	static const char odd[] =
	    IDENTITY("arn:aws:iam::123456789012:user/Alice", "AKIAI44QH8DHBEXAMPLE", "12345");
	struct ks_sts_identity identity;

	(void)state;
	assert_true(ks_sts_read_identity(good, sizeof good - 1, &identity, &err));
	assert_string_equal(identity.account, "123456789012");
	assert_string_equal(identity.arn, "arn:aws:iam::123456789012:user/Alice");
	assert_string_equal(identity.user_id, "AKIAI44QH8DHBEXAMPLE");
	ks_sts_clear_identity(&identity);
	assert_null(identity.account);
	assert_false(ks_sts_read_identity(odd, sizeof odd - 1, &identity, &err));
	assert_string_equal(err.message, "The reply of STS has an unusable Account");
	assert_null(identity.arn);
}

static void read_error(int status, const char *body)
{
	ks_sts_read_error(status, body, strlen(body), &err);
	assert_int_equal(err.http_status, status);
}

static void an_error_keeps_its_code_message_and_request(void **state)
{
	(void)state;
	read_error(403, "<ErrorResponse" NAMESPACE "><Error><Type>Sender</Type>"
			"<Code>AccessDenied</Code><Message>User: x is not authorized\033[2J"
			"</Message></Error><RequestId>r-1</RequestId></ErrorResponse>");
	/* An escape is no character of XML. */
	assert_int_equal(err.kind, KS_ERR_REPLY);
	read_error(403, "<ErrorResponse" NAMESPACE "><Error><Type>Sender</Type>"
			"<Code>AccessDenied</Code><Message>User: x is not\n authorized\u202e"
			"</Message></Error><RequestId>r-1</RequestId></ErrorResponse>");
	assert_int_equal(err.kind, KS_ERR_SERVICE);
	assert_string_equal(err.code, "AccessDenied");
	assert_string_equal(err.message, "User: x is not  authorized\ufffd");
	assert_string_equal(err.request_id, "r-1");
	read_error(400, "<ErrorResponse><Error><Code>ExpiredToken</Code></Error></ErrorResponse>");
	assert_int_equal(err.kind, KS_ERR_SERVICE);
	assert_string_equal(err.code, "ExpiredToken");
	assert_string_equal(err.message, "");
	assert_string_equal(err.request_id, "");
	read_error(400, "<ErrorResponse><Error><Message>no. </Message></Error></ErrorResponse>");
	assert_string_equal(err.message, "no.");
	read_error(400, "<ErrorResponse><Error><Message> </Message></Error></ErrorResponse>");
	assert_string_equal(err.message, "");
	read_error(400, "<ErrorResponse><Error><Message>no</Message></Error></ErrorResponse>");
	assert_string_equal(err.code, "400");
	assert_string_equal(err.message, "no");
}

static void an_error_that_is_not_of_sts_is_told_by_its_status(void **state)
{
	(void)state;
	read_error(502, "<html><body>Bad Gateway</body></html>");
	assert_int_equal(err.kind, KS_ERR_REPLY);
	assert_string_equal(err.code, "502");
	assert_string_equal(
	    err.message, "The answer was HTTP status 502 (Bad Gateway), without a readable reason");
	read_error(503, "");
	assert_string_equal(err.code, "503");
	read_error(407, "who are you?");
	assert_string_equal(err.message,
	    "The answer was HTTP status 407 (Proxy Authentication Required): who are you?");
}

static int set_up(void **state)
{
	(void)state;
	return ks_secret_setup() == KS_SECRET_HEAP_NONE;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_role_is_read_from_the_reply_to_its_own_call),
	    cmocka_unit_test(what_is_missing_is_named),
	    cmocka_unit_test(what_can_not_be_right_is_named_and_not_shown),
	    cmocka_unit_test(an_arn_without_an_account_gives_none),
	    cmocka_unit_test(a_role_need_not_say_who_it_is),
	    cmocka_unit_test(who_one_is_is_read),
	    cmocka_unit_test(an_error_keeps_its_code_message_and_request),
	    cmocka_unit_test(an_error_that_is_not_of_sts_is_told_by_its_status),
	};

	return cmocka_run_group_tests_name("aws_sts_reply", tests, set_up, NULL);
}
