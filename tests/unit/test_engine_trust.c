/* Clocks, credentials, certificates and proxies: on whose word a request goes out. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/aws/env.h"
#include "core/base/secret.h"
#include "core/engine/worker.h"
#include "tests/support/stage.h"

/* ---- clocks and credentials ---- */

static void a_skewed_clock_is_corrected_and_the_call_repeated(void **state)
{
	const char *late = "{\"__type\":\"RequestTimeTooSkewed\",\"message\":\"m\"}";
	const struct scripted_step steps[] = {
	    {.target = "CreateBucketAccessKey",
		.answer = stage_http(403, "Date: Fri, 06 Aug 2021 12:05:00 GMT\r\n", late)},
	    {.target = "CreateBucketAccessKey", .answer = stage_ok(STAGE_CREATED)},
	    {.target = "GetBuckets", .answer = stage_ok("{}")},
	    {.target = "GetRegions",
		.answer = stage_http(403, "Date: Fri, 06 Aug 2021 12:05:00 GMT\r\n", STAGE_DENIED)},
	};
	struct ks_event *event;

	(void)state;
	stage_set_up(steps, STAGE_COUNT(steps));
	stage.shop.now = 1628251200000; /* 12:00:00 */
	workshop_open(&stage.shop);
	event = workshop_ask(&stage.shop, KS_OP_CREATE_BUCKET_ACCESS_KEY, "bucket");
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	assert_false(event->unclear);
	assert_int_equal(stage.shop.retries, 1);
	stage_assert_has(scripted_request(stage.server, 0), "X-Amz-Date: 20210806T120000Z");
	stage_assert_has(scripted_request(stage.server, 1), "X-Amz-Date: 20210806T120500Z");
	ks_event_free(event);
	ks_event_free(workshop_ask(&stage.shop, KS_OP_GET_BUCKETS, NULL));
	stage_assert_has(scripted_request(stage.server, 2), "X-Amz-Date: 20210806T120500Z");
	/* Signed by the service's clock, a no is a no. */
	event = workshop_ask(&stage.shop, KS_OP_GET_REGIONS, NULL);
	assert_string_equal(event->err.code, "AccessDeniedException");
	assert_int_equal(stage.shop.retries, 1);
	ks_event_free(event);
	stage_finish();
}

static void a_clock_that_stays_wrong_is_an_error_after_one_more_try(void **state)
{
	const char *late = "{\"__type\":\"RequestTimeTooSkewed\",\"message\":\"m\"}";
	const struct scripted_step steps[] = {
	    {.answer = stage_http(403, "Date: Fri, 06 Aug 2021 12:05:00 GMT\r\n", late)},
	    {.answer = stage_http(403, "Date: Fri, 06 Aug 2021 12:15:00 GMT\r\n", late)},
	};
	struct ks_event *event;

	(void)state;
	stage_set_up(steps, STAGE_COUNT(steps));
	stage.shop.now = 1628251200000;
	workshop_open(&stage.shop);
	event = workshop_ask(&stage.shop, KS_OP_GET_BUCKETS, NULL);
	assert_string_equal(event->err.code, "RequestTimeTooSkewed");
	assert_string_not_equal(event->err.tip, "");
	assert_int_equal(stage.shop.retries, 1);
	ks_event_free(event);
	stage_finish();
}

/* A folder with an AWS credentials file, and an environment that points to it. */
struct aws_home {
	char folder[64];
	char file[96];
	struct ks_env *env;
};

static void write_credentials(const struct aws_home *home, const char *key_id)
{
	FILE *file = fopen(home->file, "w");

	assert_non_null(file);
	fprintf(file,
	    "[default]\naws_access_key_id = %s\naws_secret_access_key = " WORKSHOP_SECRET
	    "\naws_session_token = token-of-%s\n",
	    key_id, key_id);
	assert_int_equal(fclose(file), 0);
}

static void make_home(struct aws_home *home, const char *ca_bundle)
{
	snprintf(home->folder, sizeof home->folder, "/tmp/keysail-worker-XXXXXX");
	assert_non_null(mkdtemp(home->folder));
	snprintf(home->file, sizeof home->file, "%s/credentials", home->folder);
	unsetenv("AWS_ACCESS_KEY_ID");
	unsetenv("AWS_PROFILE");
	setenv("AWS_SHARED_CREDENTIALS_FILE", home->file, 1);
	setenv("AWS_CONFIG_FILE", "/dev/null", 1);
	if (ca_bundle != NULL)
		setenv("AWS_CA_BUNDLE", ca_bundle, 1);
	else
		unsetenv("AWS_CA_BUNDLE");
	write_credentials(home, "ASIAFIRST");
	home->env = ks_env_capture();
}

static void remove_home(struct aws_home *home)
{
	ks_env_free(home->env);
	unlink(home->file);
	rmdir(home->folder);
}

static void open_with_home(struct workshop *shop, const struct aws_home *home)
{
	struct ks_event *event;

	shop->identity.given = NULL;
	shop->identity.env = home->env;
	shop->identity.endpoint_url = shop->url;
	workshop_open(shop);
	event = workshop_reply(shop, workshop_identify(shop, NULL));
	if (event->err.kind != KS_ERR_NONE)
		fail_msg("%s", event->err.message);
	assert_string_equal(event->identity->profile, "default");
	assert_string_equal(event->identity->access_key_id, "ASIAFIRST");
	assert_string_equal(event->identity->endpoint, shop->url);
	assert_non_null(event->identity->source);
	assert_true(event->identity->n_looked > 0);
	ks_event_free(event);
}

static void stale_credentials_are_read_anew_once(void **state)
{
	const char *stale = "{\"__type\":\"ExpiredTokenException\",\"message\":\"m\"}";
	const struct scripted_step steps[] = {
	    {.answer = stage_http(403, "", stale)},
	    {.answer = stage_ok(STAGE_CREATED)},
	    {.answer = stage_http(403, "", stale)},
	};
	struct aws_home home;
	struct ks_event *event;

	(void)state;
	stage_set_up(steps, STAGE_COUNT(steps));
	make_home(&home, NULL);
	open_with_home(&stage.shop, &home);
	write_credentials(&home, "ASIASECOND");
	event = workshop_ask(&stage.shop, KS_OP_CREATE_BUCKET_ACCESS_KEY, "bucket");
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	assert_int_equal(stage.shop.retries, 1);
	stage_assert_has(
	    scripted_request(stage.server, 0), "X-Amz-Security-Token: token-of-ASIAFIRST\r\n");
	stage_assert_has(
	    scripted_request(stage.server, 1), "X-Amz-Security-Token: token-of-ASIASECOND\r\n");
	stage_assert_has(scripted_request(stage.server, 1), "Credential=ASIASECOND/");
	ks_event_free(event);

	/* Nothing new in the file: trying again would change nothing. */
	event = workshop_ask(&stage.shop, KS_OP_GET_BUCKETS, NULL);
	assert_string_equal(event->err.code, "ExpiredTokenException");
	stage_assert_has(event->err.tip, "sign in");
	assert_int_equal(stage.shop.retries, 1);
	ks_event_free(event);
	stage_finish();
	remove_home(&home);
}

/* Another signature is no repetition: it is sent even where each call has one attempt. */
static void renewal_is_not_one_of_the_attempts(void **state)
{
	const char *stale = "{\"__type\":\"ExpiredTokenException\",\"message\":\"m\"}";
	const struct scripted_step steps[] = {
	    {.answer = stage_http(403, "", stale)},
	    {.answer = stage_ok("{}")},
	};
	struct aws_home home;
	struct ks_event *event;

	(void)state;
	stage_set_up(steps, STAGE_COUNT(steps));
	setenv("AWS_MAX_ATTEMPTS", "1", 1);
	make_home(&home, NULL);
	unsetenv("AWS_MAX_ATTEMPTS");
	open_with_home(&stage.shop, &home);
	write_credentials(&home, "ASIASECOND");
	event = workshop_ask(&stage.shop, KS_OP_GET_BUCKETS, NULL);
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	stage_assert_has(scripted_request(stage.server, 0), "amz-sdk-request: attempt=1; max=1");
	stage_assert_has(scripted_request(stage.server, 1), "Credential=ASIASECOND/");
	ks_event_free(event);
	stage_finish();
	remove_home(&home);
}

static void calls_that_went_stale_together_all_use_the_new_credentials(void **state)
{
	const char *stale = "{\"__type\":\"ExpiredTokenException\",\"message\":\"m\"}";
	const struct scripted_step steps[] = {
	    {.has = "Credential=ASIAFIRST/",
		.answer = stage_http(403, "", stale),
		.wait_for = 3,
		.forever = true},
	    {.answer = stage_ok("{}"), .forever = true},
	};
	struct aws_home home;
	struct ks_event *event;

	(void)state;
	stage_set_up(steps, STAGE_COUNT(steps));
	make_home(&home, NULL);
	open_with_home(&stage.shop, &home);
	write_credentials(&home, "ASIASECOND");
	for (int i = 0; i < 3; i++)
		workshop_call(&stage.shop, KS_OP_GET_BUCKETS, KS_PRIORITY_REST, NULL);
	for (int replies = 0; replies < 3;) {
		event = workshop_event(&stage.shop);
		if (event->kind == KS_EVENT_REPLY) {
			assert_int_equal(event->err.kind, KS_ERR_NONE);
			replies++;
		}
		ks_event_free(event);
	}
	assert_int_equal(scripted_count(stage.server, NULL), 6);
	stage_finish();
	remove_home(&home);
}

/* A call that comes before the answer waits for it: what failed before counts no more. */
static void a_call_waits_for_the_identity_that_is_looked_for(void **state)
{
	const struct scripted_step steps[] = {{.answer = stage_ok("{}")}};
	struct aws_home home;
	struct ks_event *event;
	uint64_t identify, call;

	(void)state;
	stage_set_up(steps, STAGE_COUNT(steps));
	make_home(&home, NULL);
	open_with_home(&stage.shop, &home);
	write_credentials(&home, "");
	event = workshop_reply(&stage.shop, workshop_identify(&stage.shop, NULL));
	assert_int_equal(event->err.kind, KS_ERR_CREDENTIALS);
	ks_event_free(event);
	write_credentials(&home, "ASIASECOND");
	identify = workshop_identify(&stage.shop, NULL);
	call = workshop_call(&stage.shop, KS_OP_GET_BUCKETS, KS_PRIORITY_REST, NULL);
	event = workshop_reply(&stage.shop, identify);
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	ks_event_free(event);
	event = workshop_reply(&stage.shop, call);
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	ks_event_free(event);
	stage_finish();
	remove_home(&home);
}

/* A renewal that waits for nothing is over at once: nothing else would wake the worker. */
static void a_renewal_that_needs_no_waiting_holds_nothing_up(void **state)
{
	const int64_t start = INT64_C(1795521600000);
	const struct scripted_step steps[] = {{.answer = stage_ok("{}")}};
	struct aws_home home;
	struct ks_event *event;

	(void)state;
	stage_set_up(steps, STAGE_COUNT(steps));
	make_home(&home, NULL);
	ks_env_free(home.env);
	setenv("AWS_ACCESS_KEY_ID", "ASIAFIRST", 1);
	setenv("AWS_SECRET_ACCESS_KEY", WORKSHOP_SECRET, 1);
	setenv("AWS_CREDENTIAL_EXPIRATION", "2026-11-24T13:00:00Z", 1);
	home.env = ks_env_capture();
	unsetenv("AWS_ACCESS_KEY_ID");
	unsetenv("AWS_CREDENTIAL_EXPIRATION");
	stage.shop.now = start;
	open_with_home(&stage.shop, &home);
	stage.shop.now = start + INT64_C(55) * 60 * 1000;
	event = workshop_ask(&stage.shop, KS_OP_GET_BUCKETS, NULL);
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	ks_event_free(event);
	stage_finish();
	remove_home(&home);
}

static void without_credentials_it_says_where_it_looked(void **state)
{
	struct ks_env *env;
	struct ks_event *event;

	(void)state;
	setenv("AWS_CONFIG_FILE", "/dev/null", 1);
	setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null", 1);
	setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
	env = ks_env_capture();
	stage_set_up(NULL, 0);
	stage.shop.identity.given = NULL;
	stage.shop.identity.env = env;
	workshop_open(&stage.shop);
	event = workshop_reply(&stage.shop, workshop_identify(&stage.shop, NULL));
	assert_int_equal(event->err.kind, KS_ERR_CREDENTIALS);
	assert_true(event->identity->n_looked > 0);
	assert_string_not_equal(event->identity->looked[0].finding, "");
	assert_null(event->identity->access_key_id);
	ks_event_free(event);
	event = workshop_ask(&stage.shop, KS_OP_GET_BUCKETS, NULL);
	assert_int_equal(event->err.kind, KS_ERR_CREDENTIALS);
	ks_event_free(event);
	stage_finish();
	ks_env_free(env);
}

/* ---- TLS ---- */

static void tls_trusts_the_bundle_that_is_named_and_nothing_else(void **state)
{
	const struct scripted_step steps[] = {{.answer = stage_ok(STAGE_CREATED), .forever = true}};
	static const struct {
		bool named;
		enum ks_err_kind kind;
		const char *code;
	} cases[] = {{true, KS_ERR_NONE, ""}, {false, KS_ERR_NETWORK, "Certificate"}};
	char cert[] = "/tmp/keysail-cert-XXXXXX";
	int fd = mkstemp(cert);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	stage.server = scripted_start(steps, STAGE_COUNT(steps), cert);
	for (size_t i = 0; i < STAGE_COUNT(cases); i++) {
		struct aws_home home;
		struct ks_event *event;

		workshop_init(&stage.shop, scripted_port(stage.server));
		snprintf(stage.shop.url, sizeof stage.shop.url, "https://127.0.0.1:%d",
		    scripted_port(stage.server));
		make_home(&home, cases[i].named ? cert : NULL);
		open_with_home(&stage.shop, &home);
		event = workshop_ask(&stage.shop, KS_OP_CREATE_BUCKET_ACCESS_KEY, "bucket");
		assert_int_equal(event->err.kind, cases[i].kind);
		assert_string_equal(event->err.code, cases[i].code);
		assert_int_equal(event->err.not_sent, !cases[i].named);
		assert_false(event->unclear);
		ks_event_free(event);
		workshop_close(&stage.shop);
		remove_home(&home);
	}
	assert_int_equal(scripted_count(stage.server, NULL), 1);
	scripted_stop(stage.server);
	unlink(cert);
	stage_clear();
}

static void a_proxy_that_refuses_is_named_and_nothing_was_sent(void **state)
{
	const struct scripted_step steps[] = {{.answer = stage_http(407, "", "who are you?"),
	    .after = SCRIPTED_CLOSE,
	    .forever = true}};
	char proxy[64];
	struct ks_event *event;

	(void)state;
	stage_set_up(steps, STAGE_COUNT(steps));
	snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", scripted_port(stage.server));
	setenv("https_proxy", proxy, 1);
	snprintf(stage.shop.url, sizeof stage.shop.url, "https://service.example.com");
	workshop_open(&stage.shop);
	event = workshop_ask(&stage.shop, KS_OP_CREATE_BUCKET_ACCESS_KEY, "bucket");
	assert_int_equal(event->err.kind, KS_ERR_NETWORK);
	stage_assert_has(event->err.message, "407");
	stage_assert_has(event->err.tip, "HTTPS_PROXY");
	assert_true(event->err.not_sent);
	assert_false(event->unclear);
	ks_event_free(event);
	stage_assert_has(
	    scripted_request(stage.server, 0), "CONNECT service.example.com:443 HTTP/1.1");
	unsetenv("https_proxy");
	stage_finish();
}

static void loopback_is_never_proxied(void **state)
{
	const struct scripted_step steps[] = {{.answer = stage_ok("{}")}};
	struct ks_event *event;

	(void)state;
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("all_proxy", "http://127.0.0.1:1", 1);
	stage_start(steps, STAGE_COUNT(steps));
	event = workshop_ask(&stage.shop, KS_OP_GET_BUCKETS, NULL);
	assert_int_equal(event->err.kind, KS_ERR_NONE);
	ks_event_free(event);
	unsetenv("http_proxy");
	unsetenv("all_proxy");
	stage_finish();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_skewed_clock_is_corrected_and_the_call_repeated),
	    cmocka_unit_test(a_clock_that_stays_wrong_is_an_error_after_one_more_try),
	    cmocka_unit_test(stale_credentials_are_read_anew_once),
	    cmocka_unit_test(renewal_is_not_one_of_the_attempts),
	    cmocka_unit_test(calls_that_went_stale_together_all_use_the_new_credentials),
	    cmocka_unit_test(a_call_waits_for_the_identity_that_is_looked_for),
	    cmocka_unit_test(a_renewal_that_needs_no_waiting_holds_nothing_up),
	    cmocka_unit_test(without_credentials_it_says_where_it_looked),
	    cmocka_unit_test(tls_trusts_the_bundle_that_is_named_and_nothing_else),
	    cmocka_unit_test(a_proxy_that_refuses_is_named_and_nothing_was_sent),
	    cmocka_unit_test(loopback_is_never_proxied),
	};

	signal(SIGPIPE, SIG_IGN); /* the server writes to connections that the worker has closed */
	ks_secret_setup();
	return cmocka_run_group_tests_name("engine: trust", tests, NULL, NULL);
}
