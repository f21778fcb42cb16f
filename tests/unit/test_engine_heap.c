/* A process without protected memory: ks_secret_setup was never called here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/aws/env.h"
#include "core/base/secret.h"
#include "tests/support/workshop.h"

static void without_protected_memory_no_key_is_made(void **state)
{
	struct ks_env *env = ks_env_empty();
	struct workshop shop = {.identity = {.env = env}};
	struct ks_event *event;

	(void)state;
	assert_int_equal(ks_secret_heap(), KS_SECRET_HEAP_NONE);
	shop.options.identity = &shop.identity;
	workshop_open(&shop);
	event = workshop_ask(&shop, KS_OP_CREATE_BUCKET_ACCESS_KEY, "bucket");
	assert_int_equal(event->err.kind, KS_ERR_REFUSED);
	assert_true(event->err.not_sent);
	assert_false(event->unclear);
	ks_event_free(event);
	/* The rest goes on: it fails for want of credentials only. */
	event = workshop_ask(&shop, KS_OP_DELETE_BUCKET_ACCESS_KEY, "bucket");
	assert_int_equal(event->err.kind, KS_ERR_CREDENTIALS);
	ks_event_free(event);
	workshop_close(&shop);
	ks_env_free(env);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(without_protected_memory_no_key_is_made),
	};

	return cmocka_run_group_tests_name("engine: no protected memory", tests, NULL, NULL);
}
