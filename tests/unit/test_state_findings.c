/* Findings at their exact boundaries; the heap and the table under the store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/state/due.h"
#include "core/state/findings.h"
#include "core/state/map.h"

#define DAY (INT64_C(24) * 3600 * 1000)
#define NOW INT64_C(1700000000000)

static const struct ks_policy policy = {.max_idle_days = 90, .max_age_days = 60};

static struct ks_access_key key_of(enum ks_use use, int64_t created, int64_t used)
{
	struct ks_access_key key = {.created = created};

	key.last_used.use = use;
	key.last_used.date = used;
	return key;
}

static void each_finding_begins_right_after_its_limit(void **state)
{
	static const struct {
		enum ks_use use;
		int64_t created, used;
		enum ks_finding finding;
	} cases[] = {
	    {KS_USE_NEVER, NOW - DAY, KS_TIME_NONE, KS_FINDING_UNUSED},
	    {KS_USE_NEVER, NOW - 90 * DAY, KS_TIME_NONE, KS_FINDING_IDLE},
	    {KS_USE_USED, NOW - 400 * DAY, NOW - 90 * DAY, KS_FINDING_IDLE},
	    {KS_USE_USED, NOW - 60 * DAY, NOW, KS_FINDING_OLD},
	    {KS_USE_NO_DATA, NOW - 60 * DAY, KS_TIME_NONE, KS_FINDING_OLD},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ks_access_key key = key_of(cases[i].use, cases[i].created, cases[i].used);
		ks_findings bit = KS_FINDING_BIT(cases[i].finding);

		assert_int_equal(ks_key_findings(&key, 1, &policy, NOW) & bit, 0);
		assert_int_equal(ks_key_findings(&key, 1, &policy, NOW + 1) & bit, bit);
		assert_int_equal(ks_key_findings_change_at(&key, &policy, NOW), NOW + 1);
	}
}

static void no_data_yet_is_neither_unused_nor_idle(void **state)
{
	struct ks_access_key key = key_of(KS_USE_NO_DATA, NOW - 30 * DAY, KS_TIME_NONE);

	(void)state;
	assert_int_equal(ks_key_findings(&key, 1, &policy, NOW), 0);
	key.created = NOW - 1000 * DAY;
	assert_int_equal(ks_key_findings(&key, 1, &policy, NOW), KS_FINDING_BIT(KS_FINDING_OLD));
}

static void a_key_without_dates_has_no_findings_of_age(void **state)
{
	struct ks_access_key key = key_of(KS_USE_NEVER, KS_TIME_NONE, KS_TIME_NONE);

	(void)state;
	assert_int_equal(ks_key_findings(&key, 1, &policy, NOW), 0);
	assert_int_equal(ks_key_findings_change_at(&key, &policy, NOW), KS_TIME_NEVER);
}

static void two_keys_are_found_on_a_full_bucket_only(void **state)
{
	struct ks_access_key key = key_of(KS_USE_USED, NOW, NOW);

	(void)state;
	assert_int_equal(ks_key_findings(&key, 1, &policy, NOW), 0);
	assert_int_equal(
	    ks_key_findings(&key, 2, &policy, NOW), KS_FINDING_BIT(KS_FINDING_TWO_KEYS));
}

static void changes_come_one_after_the_other(void **state)
{
	struct ks_access_key key = key_of(KS_USE_NEVER, NOW, KS_TIME_NONE);

	(void)state;
	assert_int_equal(ks_key_findings_change_at(&key, &policy, NOW), NOW + DAY + 1);
	assert_int_equal(
	    ks_key_findings_change_at(&key, &policy, NOW + DAY + 1), NOW + 60 * DAY + 1);
	assert_int_equal(
	    ks_key_findings_change_at(&key, &policy, NOW + 60 * DAY + 1), NOW + 90 * DAY + 1);
	assert_int_equal(
	    ks_key_findings_change_at(&key, &policy, NOW + 90 * DAY + 1), KS_TIME_NEVER);
}

static void findings_are_found_by_their_exact_name(void **state)
{
	enum ks_finding finding;

	(void)state;
	for (int i = 0; i < KS_FINDING_COUNT; i++) {
		assert_true(
		    ks_finding_by_name(ks_finding_info((enum ks_finding)i)->name, &finding));
		assert_int_equal(finding, i);
	}
	assert_false(ks_finding_by_name("Idle", &finding));
	assert_false(ks_finding_by_name("idl", &finding));
	assert_false(ks_finding_by_name("", &finding));
}

/* ---- underneath ---- */

enum { NODES = 500 };

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void a_walk_meets_what_is_due_in_order_and_changes_nothing(void **state)
{
	static struct ks_due nodes[NODES];
	struct ks_due_heap heap = {0};
	struct ks_due_walk walk;
	const struct ks_due *node, *last = NULL;
	uint32_t seed = 7;
	size_t met = 0;

	(void)state;
	for (size_t i = 0; i < NODES; i++) {
		nodes[i] = (struct ks_due){.order = i};
		ks_due_set(&heap, &nodes[i], next_random(&seed) % 50);
	}
	for (size_t i = 0; i < NODES; i += 3)
		ks_due_set(&heap, &nodes[i], next_random(&seed) % 50);
	for (size_t i = 0; i < NODES; i += 7)
		ks_due_remove(&heap, &nodes[i]);
	ks_due_set(&heap, &nodes[1], KS_TIME_NEVER);
	ks_due_walk_begin(&walk, &heap);
	for (; (node = ks_due_walk_next(&walk)) != NULL; last = node, met++)
		if (last != NULL)
			assert_true(last->at < node->at ||
				    (last->at == node->at && last->order < node->order));
	assert_int_equal(met, KS_DUE_WALK_MAX);
	last = NULL;
	for (met = 0; (node = ks_due_first(&heap)) != NULL; met++) {
		int64_t at = node->at;

		assert_true(last == NULL || last->at <= at);
		last = node;
		ks_due_remove(&heap, &nodes[node->order]);
	}
	assert_int_equal(met, NODES - (NODES + 6) / 7 - 1);
	ks_due_heap_free(&heap);
}

static void a_table_finds_what_was_put_in_and_not_what_was_taken_out(void **state)
{
	static char things[2000];
	struct ks_map map = {0};
	uint32_t seed = 3;

	(void)state;
	assert_null(ks_map_get(&map, 1));
	ks_map_remove(&map, 1);
	for (int round = 0; round < 20000; round++) {
		uint32_t i = next_random(&seed) % sizeof things;

		if (next_random(&seed) % 2 == 0) {
			ks_map_put(&map, i, &things[i]);
			things[i] = 1;
		} else {
			ks_map_remove(&map, i);
			things[i] = 0;
		}
	}
	for (uint32_t i = 0; i < sizeof things; i++)
		assert_ptr_equal(ks_map_get(&map, i), things[i] ? &things[i] : NULL);
	ks_map_free(&map);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_finding_begins_right_after_its_limit),
	    cmocka_unit_test(no_data_yet_is_neither_unused_nor_idle),
	    cmocka_unit_test(a_key_without_dates_has_no_findings_of_age),
	    cmocka_unit_test(two_keys_are_found_on_a_full_bucket_only),
	    cmocka_unit_test(changes_come_one_after_the_other),
	    cmocka_unit_test(findings_are_found_by_their_exact_name),
	    cmocka_unit_test(a_walk_meets_what_is_due_in_order_and_changes_nothing),
	    cmocka_unit_test(a_table_finds_what_was_put_in_and_not_what_was_taken_out),
	};

	return cmocka_run_group_tests_name("state findings", tests, NULL, NULL);
}
