/* Faults: the grammar, and when they strike. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/emulator/faults.h"

static bool is_op(const char *name)
{
	return strcmp(name, "GetBuckets") == 0 || strcmp(name, "PutObject") == 0;
}

static int add(struct ks_emu_faults *faults, const char *spec)
{
	struct ks_err err = {0};
	bool good = ks_emu_faults_add(faults, spec, is_op, &err);

	if (!good) {
		assert_int_equal(err.kind, KS_ERR_USAGE);
		assert_true(err.message[0] != '\0');
	}
	return good;
}

static void a_spec_that_makes_no_sense_is_refused(void **state)
{
	static const char *const bad[] = {"", "kind", "kind=", "kind=nonsense", "op=GetBuckets",
	    "latency", "kind=latency,ms=", "kind=latency,ms=abc", "kind=latency,ms=-1",
	    "kind=throttling,ms=5", "kind=internal,nth=0", "kind=internal,every=0",
	    "kind=internal,prob=1.5", "kind=internal,prob=-1", "kind=internal,nth=1,every=2",
	    "kind=internal,op=GetInstances", "kind=internal,region=us-west-1",
	    "kind=internal,colour=red", "kind=internal,count=0", "kind=internal,,",
	    "kind=internal,nth=99999999999999999999999"};
	struct ks_emu_faults faults;

	(void)state;
	ks_emu_faults_init(&faults, 1);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (add(&faults, bad[i]))
			fail_msg("%s", bad[i]);
	assert_int_equal(faults.count, 0);
	ks_emu_faults_free(&faults);
}

static void every_listed_kind_can_be_had(void **state)
{
	struct ks_emu_faults faults;
	struct ks_buf list;
	char *rest, *line, spec[64];
	size_t kinds = 0;

	(void)state;
	ks_emu_faults_init(&faults, 1);
	ks_buf_init(&list, 65536);
	ks_emu_faults_list(&list);
	rest = list.data;
	while ((line = strsep(&rest, "\n")) != NULL && *line != '\0') {
		snprintf(spec, sizeof spec, "kind=%.*s", (int)strcspn(line, " "), line);
		assert_true(add(&faults, spec));
		kinds++;
	}
	assert_true(kinds >= 30);
	ks_buf_free(&list);
	ks_emu_faults_free(&faults);
}

static void a_fault_strikes_the_operation_and_region_it_names(void **state)
{
	struct ks_emu_faults faults;

	(void)state;
	ks_emu_faults_init(&faults, 1);
	assert_true(add(&faults, "kind=throttling,op=GetBuckets,region=eu-west-1"));
	assert_false(ks_emu_faults_match(&faults, "PutObject", "eu-west-1").touched);
	assert_false(ks_emu_faults_match(&faults, "GetBuckets", "us-east-1").touched);
	assert_int_equal(
	    ks_emu_faults_match(&faults, "GetBuckets", "eu-west-1").error, KS_EMU_THROTTLING);
	ks_emu_faults_clear(&faults);
	assert_false(ks_emu_faults_match(&faults, "GetBuckets", "eu-west-1").touched);
	ks_emu_faults_free(&faults);
}

/* Which of ten requests it strikes, as a string of 0 and 1. */
static const char *pattern(const char *spec, uint64_t seed, char strikes[11])
{
	struct ks_emu_faults faults;

	ks_emu_faults_init(&faults, seed);
	assert_true(add(&faults, spec));
	for (size_t i = 0; i < 10; i++)
		strikes[i] =
		    ks_emu_faults_match(&faults, "GetBuckets", "us-east-1").touched ? '1' : '0';
	strikes[10] = '\0';
	ks_emu_faults_free(&faults);
	return strikes;
}

static void nth_every_and_count_say_when(void **state)
{
	char strikes[11];

	(void)state;
	assert_string_equal(pattern("kind=internal", 1, strikes), "1111111111");
	assert_string_equal(pattern("kind=internal,nth=3", 1, strikes), "0010000000");
	assert_string_equal(pattern("kind=internal,every=4", 1, strikes), "0001000100");
	assert_string_equal(pattern("kind=internal,count=2", 1, strikes), "1100000000");
	assert_string_equal(pattern("kind=internal,every=2,count=3", 1, strikes), "0101010000");
	assert_string_equal(pattern("kind=internal,prob=0", 1, strikes), "0000000000");
	assert_string_equal(pattern("kind=internal,prob=1", 1, strikes), "1111111111");
}

static void chance_is_the_same_for_the_same_seed(void **state)
{
	char first[11], second[11];

	(void)state;
	assert_string_equal(pattern("kind=internal,prob=0.5", 7, first),
	    pattern("kind=internal,prob=0.5", 7, second));
	assert_non_null(strchr(first, '0'));
	assert_non_null(strchr(first, '1'));
}

static void faults_add_up(void **state)
{
	struct ks_emu_faults faults;
	struct ks_emu_plan plan;

	(void)state;
	ks_emu_faults_init(&faults, 1);
	assert_true(add(&faults, "kind=latency,ms=30"));
	assert_true(add(&faults, "kind=latency,ms=12"));
	assert_true(add(&faults, "kind=reset-after"));
	assert_true(add(&faults, "kind=clock-skew,ms=-5000"));
	plan = ks_emu_faults_match(&faults, "GetBuckets", "us-east-1");
	assert_int_equal(plan.delay_ms, 42);
	assert_int_equal(plan.delivery, KS_EMU_DELIVER_NOTHING);
	assert_false(plan.no_work);
	assert_int_equal(plan.skew_ms, -5000);
	ks_emu_faults_free(&faults);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_spec_that_makes_no_sense_is_refused),
	    cmocka_unit_test(every_listed_kind_can_be_had),
	    cmocka_unit_test(a_fault_strikes_the_operation_and_region_it_names),
	    cmocka_unit_test(nth_every_and_count_say_when),
	    cmocka_unit_test(chance_is_the_same_for_the_same_seed),
	    cmocka_unit_test(faults_add_up),
	};

	return cmocka_run_group_tests_name("emulator: faults", tests, NULL, NULL);
}
