/* What "keysail whoami" prints, expiry and unknown things included. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/secret.h"
#include "tests/unit/replay.h"
#include "tui/cli/whoami.h"

/* An identity with all that may be known, or as little as may be. */
static void identify(struct replay *replay, bool much, int64_t expires)
{
	struct ks_identity_info *info = ks_calloc(1, sizeof *info);

	info->profile = ks_strdup(much ? "prod \"1\"" : "");
	info->source = much ? ks_strdup("SSO session corp") : NULL;
	info->access_key_id = much ? ks_strdup("ASIAEXAMPLE") : NULL;
	info->account = much ? ks_strdup("123456789012") : NULL;
	info->region = much ? ks_strdup("eu-west-1") : NULL;
	info->dual_stack = much;
	info->expires = expires;
	replay_plan(replay);
	replay_identity(replay, replay->open[0], info, KS_ERR_NONE);
}

static void assert_prints(bool much, int64_t expires, const char *table, const char *json)
{
	static const struct ks_store_options options = {.identities_only = true};
	struct replay replay;
	char *text = NULL;
	size_t size = 0;
	FILE *out;

	replay_begin(&replay, &options);
	identify(&replay, much, expires);
	out = open_memstream(&text, &size);
	ks_whoami_print_table(out, replay.store, REPLAY_NOW);
	fclose(out);
	assert_string_equal(text, table);
	free(text);
	out = open_memstream(&text, &size);
	ks_whoami_print_json(out, replay.store);
	fclose(out);
	assert_string_equal(text, json);
	free(text);
	replay_end(&replay);
}

#define MUCH                             \
	"profile     prod \"1\"\n"       \
	"source      SSO session corp\n" \
	"access key  ASIAEXAMPLE\n"      \
	"account     123456789012\n"     \
	"region      eu-west-1\n"        \
	"endpoint    https://lightsail.eu-west-1.api.aws\n"
#define MUCH_JSON                                                                  \
	"[\n {\"profile\": \"prod \\\"1\\\"\", \"source\": \"SSO session corp\", " \
	"\"accessKeyId\": \"ASIAEXAMPLE\", \"account\": \"123456789012\", "        \
	"\"region\": \"eu-west-1\", "                                              \
	"\"endpoint\": \"https://lightsail.eu-west-1.api.aws\", \"expiresAt\": "

static void an_expiry_is_a_time_and_a_span(void **state)
{
	(void)state;
	assert_prints(true, REPLAY_NOW + (int64_t)42 * 60 * 1000,
	    MUCH "expires     2023-11-14T22:55:20Z (in 42m)\n",
	    MUCH_JSON "\"2023-11-14T22:55:20Z\"}\n]\n");
	assert_prints(true, REPLAY_NOW - (int64_t)3 * 60 * 60 * 1000,
	    MUCH "expires     2023-11-14T19:13:20Z (3h ago)\n",
	    MUCH_JSON "\"2023-11-14T19:13:20Z\"}\n]\n");
}

static void what_is_unknown_says_so(void **state)
{
	(void)state;
	assert_prints(false, KS_TIME_NONE,
	    "profile     -\n"
	    "source      unknown\n"
	    "access key  unknown\n"
	    "account     unknown\n"
	    "region      all\n"
	    "endpoint    AWS's own, one in each region\n"
	    "expires     never\n",
	    "[\n {\"profile\": \"\", \"source\": null, \"accessKeyId\": null, \"account\": null, "
	    "\"region\": null, \"endpoint\": null, \"expiresAt\": null}\n]\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_expiry_is_a_time_and_a_span),
	    cmocka_unit_test(what_is_unknown_says_so),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("whoami", tests, NULL, NULL);
}
