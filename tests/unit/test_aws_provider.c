/* The chain that asks the providers, on rows of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/aws/provider.h"

static int steps_of_last, dropped;

static enum ks_provider_result step_nothing(
    const struct ks_provider_query *query, void **state, struct ks_provider_answer *answer)
{
	(void)query;
	assert_null(*state);
	snprintf(answer->place, sizeof answer->place, "nothing");
	snprintf(answer->finding, sizeof answer->finding, "is here");
	return KS_PROVIDER_NOT_MINE;
}

static enum ks_provider_result step_silent(
    const struct ks_provider_query *query, void **state, struct ks_provider_answer *answer)
{
	(void)query;
	(void)state;
	(void)answer;
	return KS_PROVIDER_NOT_MINE;
}

/* Waits twice, then gives credentials. */
static enum ks_provider_result step_slow(
    const struct ks_provider_query *query, void **state, struct ks_provider_answer *answer)
{
	int *count = *state;

	if (count == NULL)
		*state = count = calloc(1, sizeof *count);
	if (++*count <= 2)
		return KS_PROVIDER_PENDING;
	free(count);
	answer->credentials.access_key_id = strdup(query->profile);
	snprintf(answer->place, sizeof answer->place, "slow");
	return KS_PROVIDER_DONE;
}

static void drop_slow(void *state)
{
	dropped++;
	free(state);
}

static enum ks_provider_result step_broken(
    const struct ks_provider_query *query, void **state, struct ks_provider_answer *answer)
{
	(void)query;
	(void)state;
	ks_err_set(&answer->err, KS_ERR_CREDENTIALS, "broken");
	answer->credentials.access_key_id = strdup("half done");
	return KS_PROVIDER_FAILED;
}

static enum ks_provider_result step_last(
    const struct ks_provider_query *query, void **state, struct ks_provider_answer *answer)
{
	(void)query;
	(void)state;
	(void)answer;
	steps_of_last++;
	return KS_PROVIDER_NOT_MINE;
}

static const struct ks_provider_query query = {.profile = "me"};

static void a_pending_row_is_stepped_again_and_keeps_its_state(void **state)
{
	static const struct ks_provider rows[] = {
	    {.name = "nothing", .step = step_nothing},
	    {.name = "silent", .step = step_silent},
	    {.name = "slow", .step = step_slow, .drop = drop_slow},
	    {.name = "last", .step = step_last},
	};
	struct ks_chain *chain = ks_chain_new(rows, 4, &query);
	struct ks_credentials credentials;
	struct ks_err err;

	(void)state;
	steps_of_last = dropped = 0;
	assert_int_equal(ks_chain_step(chain, &credentials, &err), KS_PROVIDER_PENDING);
	assert_int_equal(ks_chain_place_count(chain), 1);
	assert_int_equal(ks_chain_step(chain, &credentials, &err), KS_PROVIDER_PENDING);
	assert_int_equal(ks_chain_step(chain, &credentials, &err), KS_PROVIDER_DONE);
	assert_string_equal(credentials.access_key_id, "me");
	assert_int_equal(ks_chain_place_count(chain), 2);
	assert_string_equal(ks_chain_place(chain, 0)->place, "nothing");
	assert_string_equal(ks_chain_place(chain, 0)->finding, "is here");
	assert_string_equal(ks_chain_place(chain, 1)->place, "slow");
	assert_int_equal(steps_of_last, 0);
	ks_credentials_clear(&credentials);
	ks_chain_free(chain);
	assert_int_equal(dropped, 0);
}

static void what_is_pending_is_dropped_with_the_chain(void **state)
{
	static const struct ks_provider rows[] = {
	    {.name = "slow", .step = step_slow, .drop = drop_slow}};
	struct ks_chain *chain = ks_chain_new(rows, 1, &query);
	struct ks_credentials credentials;
	struct ks_err err;

	(void)state;
	dropped = 0;
	assert_int_equal(ks_chain_step(chain, &credentials, &err), KS_PROVIDER_PENDING);
	ks_chain_free(chain);
	assert_int_equal(dropped, 1);
}

static void a_broken_row_ends_the_search(void **state)
{
	static const struct ks_provider rows[] = {
	    {.name = "broken", .step = step_broken}, {.name = "last", .step = step_last}};
	struct ks_chain *chain = ks_chain_new(rows, 2, &query);
	struct ks_credentials credentials;
	struct ks_err err;

	(void)state;
	steps_of_last = 0;
	assert_int_equal(ks_chain_step(chain, &credentials, &err), KS_PROVIDER_FAILED);
	assert_string_equal(err.message, "broken");
	assert_int_equal(steps_of_last, 0);
	ks_chain_free(chain);
	ks_chain_free(NULL);
}

static void a_chain_without_an_answer_says_so(void **state)
{
	static const struct ks_provider rows[] = {{.name = "last", .step = step_last}};
	struct ks_chain *chain = ks_chain_new(rows, 1, &query);
	struct ks_credentials credentials;
	struct ks_err err;

	(void)state;
	assert_int_equal(ks_chain_step(chain, &credentials, &err), KS_PROVIDER_NOT_MINE);
	assert_int_equal(ks_chain_place_count(chain), 0);
	ks_chain_free(chain);
}

static void the_rows_are_in_the_order_of_the_aws_tools(void **state)
{
	static const char *const order[] = {"environment", "assume role", "web identity", "sso",
	    "shared credentials file", "login", "process", "config file", "container",
	    "instance metadata"};

	(void)state;
	assert_int_equal(ks_provider_count, sizeof order / sizeof order[0]);
	for (size_t i = 0; i < ks_provider_count; i++)
		assert_string_equal(ks_providers[i].name, order[i]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_pending_row_is_stepped_again_and_keeps_its_state),
	    cmocka_unit_test(what_is_pending_is_dropped_with_the_chain),
	    cmocka_unit_test(a_broken_row_ends_the_search),
	    cmocka_unit_test(a_chain_without_an_answer_says_so),
	    cmocka_unit_test(the_rows_are_in_the_order_of_the_aws_tools),
	};

	return cmocka_run_group_tests_name("aws_provider", tests, NULL, NULL);
}
