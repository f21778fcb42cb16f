/* The emulator's world: the seed, keys, operations, page tokens, and the state file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/emulator/life.h"
#include "core/emulator/page_token.h"
#include "core/emulator/seed.h"
#include "core/emulator/state_json.h"
#include "core/emulator/statefile.h"
#include "core/emulator/timers.h"

#define NOW 1700000000000

static int64_t set_time = NOW;

static int64_t read_time(void *ctx)
{
	(void)ctx;
	return set_time;
}

static const struct ks_clock fake_clock = {read_time, read_time, NULL};

static void make_world(struct ks_emu_world *world, uint64_t seed, unsigned buckets, int keys)
{
	set_time = NOW;
	ks_emu_world_init(world, &fake_clock, seed);
	ks_emu_seed(world, buckets, keys);
}

static char *text_of_world(const struct ks_emu_world *world)
{
	struct ks_buf text;

	ks_buf_init(&text, 64u * 1024 * 1024);
	assert_true(ks_emu_state_write(world, &text));
	return ks_buf_take(&text);
}

/* ---- the seed ---- */

static void the_same_seed_gives_the_same_world(void **state)
{
	struct ks_emu_world first, second, other;
	char *a, *b, *c;

	(void)state;
	make_world(&first, 5, 40, KS_EMULATOR_LIFELIKE);
	make_world(&second, 5, 40, KS_EMULATOR_LIFELIKE);
	make_world(&other, 6, 40, KS_EMULATOR_LIFELIKE);
	a = text_of_world(&first);
	b = text_of_world(&second);
	c = text_of_world(&other);
	assert_string_equal(a, b);
	assert_string_not_equal(a, c);
	free(a);
	free(b);
	free(c);
	ks_emu_world_free(&first);
	ks_emu_world_free(&second);
	ks_emu_world_free(&other);
}

struct census {
	size_t buckets, regions, keys, full, empty, never, idle, fresh;
};

static void count_key(const struct ks_emu_key *key, struct census *census)
{
	int64_t day = 24 * 3600 * 1000;

	census->keys++;
	census->never += key->last_used == KS_TIME_NONE;
	census->idle += key->last_used != KS_TIME_NONE && key->last_used < NOW - 90 * day;
	census->fresh += key->created > NOW - 3 * day;
	assert_true(key->created < NOW);
	assert_true(key->created > key->bucket->created);
	if (key->last_used != KS_TIME_NONE)
		assert_in_range(key->last_used, key->created, NOW);
}

static struct census count(const struct ks_emu_world *world)
{
	struct census census = {0};

	for (size_t r = 0; r < KS_EMU_REGION_COUNT; r++) {
		const struct ks_emu_region *region = &world->regions[r];

		census.buckets += region->bucket_count;
		census.regions += region->bucket_count > 0;
		for (size_t b = 0; b < region->bucket_count; b++) {
			const struct ks_emu_bucket *bucket = region->buckets[b];

			census.full += bucket->key_count == 2;
			census.empty += bucket->key_count == 0;
			for (size_t k = 0; k < bucket->key_count; k++)
				count_key(bucket->keys[k], &census);
			if (bucket->key_count == 2)
				assert_true(bucket->keys[0]->created <= bucket->keys[1]->created);
		}
	}
	return census;
}

static void the_seed_looks_like_life(void **state)
{
	struct ks_emu_world world;
	struct census census;

	(void)state;
	make_world(&world, 1, 18, KS_EMULATOR_LIFELIKE);
	census = count(&world);
	assert_int_equal(census.buckets, 18);
	assert_int_equal(census.regions, 3);
	assert_true(census.full >= 3 && census.empty >= 1);
	assert_true(census.never >= 2 && census.idle >= 2 && census.fresh >= 1);
	ks_emu_world_free(&world);
}

static void the_number_of_buckets_and_keys_can_be_chosen(void **state)
{
	struct ks_emu_world world;
	struct census census;

	(void)state;
	for (int keys = 0; keys <= 2; keys++) {
		make_world(&world, 3, 500, keys);
		census = count(&world);
		assert_int_equal(census.buckets, 500);
		assert_int_equal(census.keys, 500 * keys);
		ks_emu_world_free(&world);
	}
	make_world(&world, 3, 0, KS_EMULATOR_LIFELIKE);
	assert_int_equal(count(&world).buckets, 0);
	ks_emu_world_free(&world);
}

static void seeded_operations_are_terminal_and_in_order(void **state)
{
	struct ks_emu_world world;
	size_t failed = 0;

	(void)state;
	make_world(&world, 1, 18, KS_EMULATOR_LIFELIKE);
	for (size_t r = 0; r < KS_EMU_REGION_COUNT; r++) {
		for (size_t i = 0; i < world.regions[r].operation_count; i++) {
			const struct ks_emu_operation *operation = world.regions[r].operations[i];
			int64_t since;
			bool terminal;
			const char *status =
			    ks_emu_operation_status(operation, NOW, &since, &terminal);

			assert_true(terminal);
			failed += strcmp(status, "Failed") == 0;
			if (i > 0)
				assert_true(operation->created >=
					    world.regions[r].operations[i - 1]->created);
		}
	}
	assert_int_equal(failed, 1);
	ks_emu_world_free(&world);
}

/* ---- keys and life ---- */

static struct ks_emu_bucket *lone_bucket(struct ks_emu_world *world)
{
	set_time = NOW;
	ks_emu_world_init(world, &fake_clock, 1);
	return ks_emu_world_add_bucket(world, "lone", 0, NULL, NOW);
}

static void a_bucket_holds_two_keys(void **state)
{
	struct ks_emu_world world;
	struct ks_emu_bucket *bucket = lone_bucket(&world);
	struct ks_emu_key *first = ks_emu_world_add_key(&world, bucket, NULL, NULL, NOW);
	struct ks_emu_key *second = ks_emu_world_add_key(&world, bucket, NULL, NULL, NOW);

	(void)state;
	assert_non_null(second);
	assert_null(ks_emu_world_add_key(&world, bucket, NULL, NULL, NOW));
	assert_string_not_equal(first->secret, second->secret);
	assert_int_equal(strlen(first->secret), 40);
	assert_int_equal(strspn(first->id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), 20);
	ks_emu_world_remove_key(&world, first);
	assert_ptr_equal(bucket->keys[0], second);
	assert_non_null(ks_emu_world_add_key(&world, bucket, NULL, NULL, NOW));
	ks_emu_world_free(&world);
}

static void a_key_begins_and_stops_to_work_with_delay(void **state)
{
	struct ks_emu_world world;
	struct ks_emu_bucket *bucket = lone_bucket(&world);
	struct ks_emu_key *key;
	char id[KS_EMULATOR_KEY_ID_SIZE];

	(void)state;
	world.key_delay_ms = 500;
	world.key_linger_ms = 300;
	key = ks_emu_world_add_key(&world, bucket, NULL, NULL, NOW);
	memcpy(id, key->id, sizeof id);
	assert_null(ks_emu_world_key(&world, id));
	set_time = NOW + 500;
	assert_ptr_equal(ks_emu_world_key(&world, id), key);
	ks_emu_world_remove_key(&world, key);
	assert_int_equal(bucket->key_count, 0);
	assert_non_null(ks_emu_world_key(&world, id));
	set_time += 300;
	assert_null(ks_emu_world_key(&world, id));
	/* One that lingers goes with its bucket. */
	key = ks_emu_world_add_key(&world, bucket, NULL, NULL, NOW);
	ks_emu_world_remove_key(&world, key);
	ks_emu_world_remove_bucket(&world, bucket);
	assert_int_equal(world.keys.count, 0);
	ks_emu_world_free(&world);
}

static void background_use_keeps_its_own_pace(void **state)
{
	struct ks_emu_world world;
	struct ks_emu_bucket *bucket = lone_bucket(&world);
	struct ks_emu_key *key = ks_emu_world_add_key(&world, bucket, NULL, NULL, NOW);
	struct ks_emu_life on = {.on = true}, off = {.on = false};

	(void)state;
	key->use_every_s = 7;
	set_time = NOW + 6999;
	ks_emu_life_catch_up(&on, &world, bucket);
	assert_true(key->last_used == KS_TIME_NONE);
	set_time = NOW + 24000;
	ks_emu_life_catch_up(&off, &world, bucket);
	assert_true(key->last_used == KS_TIME_NONE);
	ks_emu_life_catch_up(&on, &world, bucket);
	assert_int_equal(key->last_used, NOW + 21000);
	assert_string_equal(key->last_region, "us-east-1");
	assert_string_equal(key->last_service, "s3");
	ks_emu_world_free(&world);
}

static void an_operation_starts_and_then_succeeds_or_fails(void **state)
{
	struct ks_emu_world world;
	struct ks_emu_bucket *bucket = lone_bucket(&world);
	struct ks_emu_operation *good, *bad;
	int64_t since;
	bool terminal;

	(void)state;
	world.op_delay_ms = 2000;
	good = ks_emu_world_add_operation(&world, "CreateBucket", bucket, "", false);
	bad = ks_emu_world_add_operation(&world, "CreateBucket", bucket, "", true);
	assert_string_equal(ks_emu_operation_status(good, NOW, &since, &terminal), "Started");
	assert_false(terminal);
	assert_int_equal(since, NOW);
	assert_string_equal(
	    ks_emu_operation_status(good, NOW + 2000, &since, &terminal), "Succeeded");
	assert_true(terminal);
	assert_int_equal(since, NOW + 2000);
	assert_string_equal(ks_emu_operation_status(bad, NOW + 2000, &since, &terminal), "Failed");
	ks_emu_world_free(&world);
}

static void only_so_many_operations_are_kept(void **state)
{
	struct ks_emu_world world;
	struct ks_emu_bucket *bucket = lone_bucket(&world);
	char first[KS_EMU_UUID_SIZE];

	(void)state;
	for (int i = 0; i < 20001; i++) {
		const struct ks_emu_operation *operation =
		    ks_emu_world_add_operation(&world, "UpdateBucket", bucket, "", false);

		if (i == 0)
			memcpy(first, operation->id, sizeof first);
	}
	assert_int_equal(world.regions[0].operation_count, 19001);
	assert_null(ks_emu_world_operation(&world, first));
	assert_int_equal(world.operations.count, 19001);
	ks_emu_world_free(&world);
}

/* ---- the tools ---- */

static void an_index_finds_what_was_not_removed(void **state)
{
	static char names[1000][8];
	struct ks_emu_index index = {0};

	(void)state;
	assert_null(ks_emu_index_find(&index, "none"));
	for (size_t i = 0; i < 1000; i++) {
		snprintf(names[i], sizeof names[i], "n%zu", i);
		ks_emu_index_add(&index, names[i], names[i]);
	}
	for (size_t i = 0; i < 1000; i += 3)
		ks_emu_index_remove(&index, names[i]);
	for (size_t i = 0; i < 1000; i++)
		assert_ptr_equal(ks_emu_index_find(&index, names[i]), i % 3 == 0 ? NULL : names[i]);
	ks_emu_index_free(&index);
}

static void timers_come_in_the_order_of_their_time(void **state)
{
	static const int64_t times[] = {50, 10, 40, 10, 30, 90, 20};
	struct ks_emu_timers timers = {0};
	int64_t last = 0;
	const int64_t *due;

	(void)state;
	assert_true(ks_emu_timers_next(&timers) == KS_TIME_NEVER);
	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
		ks_emu_timers_add(&timers, times[i], (void *)(uintptr_t)&times[i]);
	assert_null(ks_emu_timers_take(&timers, 9));
	for (size_t i = 0; i < 6; i++) {
		due = ks_emu_timers_take(&timers, 50);
		assert_non_null(due);
		assert_true(*due >= last);
		last = *due;
	}
	assert_null(ks_emu_timers_take(&timers, 50));
	assert_int_equal(ks_emu_timers_next(&timers), 90);
	ks_emu_timers_free(&timers);
}

static void a_page_token_is_good_for_its_own_list_only(void **state)
{
	static const char *const bad[] = {"", "x", "AAAA", "AAAAAAAAAAAAAAAA", "%%%%", "===="};
	char *token = ks_emu_token_make("GetBuckets us-east-1", "media-assets");
	char *last = ks_emu_token_read(token, "GetBuckets us-east-1");

	(void)state;
	assert_string_equal(last, "media-assets");
	assert_null(ks_emu_token_read(token, "GetBuckets eu-west-1"));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_null(ks_emu_token_read(bad[i], "GetBuckets us-east-1"));
	token[10] = token[10] == 'A' ? 'B' : 'A';
	assert_null(ks_emu_token_read(token, "GetBuckets us-east-1"));
	free(token);
	free(last);
}

/* ---- the state file ---- */

static char folder[] = "/tmp/keysail-test-state-XXXXXX";
static char path[128];

static int make_folder(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof path, "%s/state.json", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

static void write_file(const char *text, size_t len)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static void a_saved_world_comes_back_whole(void **state)
{
	struct ks_emu_world world, again;
	struct ks_emu_statefile *file;
	struct ks_err err = {0};
	struct stat info;
	struct ks_emu_object *object;
	struct ks_emu_bucket *bucket;
	char *before, *after;
	bool found;

	(void)state;
	make_world(&world, 9, 30, KS_EMULATOR_LIFELIKE);
	bucket = ks_emu_world_bucket(&world, "media-assets");
	object = ks_emu_world_put_object(&world, bucket, "a \"b\"/\xc3\xa9\n",
	    ks_emu_blob_new("\0\1\2\xff", 4), "abc-2", ks_strdup("x-amz-meta-a: b\n"), NOW);
	object->tags = ks_strdup("a=b");
	object->public_read = true;
	unlink(path);
	file = ks_emu_statefile_open(path, &world, &found, &err);
	assert_non_null(file);
	assert_false(found);
	assert_true(ks_emu_statefile_save(file, &world, &err));
	ks_emu_statefile_free(file);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);

	ks_emu_world_init(&again, &fake_clock, 1);
	file = ks_emu_statefile_open(path, &again, &found, &err);
	assert_non_null(file);
	assert_true(found);
	before = text_of_world(&world);
	after = text_of_world(&again);
	assert_string_equal(before, after);
	assert_string_equal(world.secret_access_key, again.secret_access_key);
	free(before);
	free(after);
	ks_emu_statefile_free(file);
	ks_emu_world_free(&world);
	ks_emu_world_free(&again);
}

static void a_damaged_state_file_is_refused_and_left_alone(void **state)
{
	struct ks_emu_world world;
	struct ks_err err = {0};
	char *text;
	size_t len;
	bool found;

	(void)state;
	make_world(&world, 9, 4, KS_EMULATOR_LIFELIKE);
	text = text_of_world(&world);
	len = strlen(text);
	ks_emu_world_free(&world);
	/* Cut anywhere (but not before its last, empty line): never a part of a world. */
	for (size_t cut = 0; cut < len - 1; cut += 97) {
		write_file(text, cut);
		ks_emu_world_init(&world, &fake_clock, 1);
		assert_null(ks_emu_statefile_open(path, &world, &found, &err));
		assert_int_equal(err.kind, KS_ERR_SYSTEM);
		ks_emu_world_free(&world);
	}
	write_file("{\"format\":\"something else\"}", 27);
	ks_emu_world_init(&world, &fake_clock, 1);
	assert_null(ks_emu_statefile_open(path, &world, &found, &err));
	ks_emu_world_free(&world);
	free(text);
}

static void broken_values_in_a_state_file_do_no_harm(void **state)
{
	struct ks_emu_random random = ks_emu_random_seeded(1, "mutations");
	struct ks_emu_world world;
	const char *complaint;
	char *text, *copy;
	size_t len;

	(void)state;
	make_world(&world, 9, 6, 2);
	text = text_of_world(&world);
	len = strlen(text);
	ks_emu_world_free(&world);
	for (int i = 0; i < 2000; i++) {
		copy = ks_strdup(text);
		for (int changes = 0; changes < 3; changes++)
			copy[ks_emu_random_below(&random, len)] =
			    "\"{}[]:,0-9AZ=\\"[ks_emu_random_below(&random, 14)];
		ks_emu_world_init(&world, &fake_clock, 1);
		(void)ks_emu_state_read(&world, copy, len, &complaint);
		ks_emu_world_free(&world);
		free(copy);
	}
	free(text);
}

static void saving_into_a_missing_folder_fails_and_says_so(void **state)
{
	struct ks_emu_world world;
	struct ks_emu_statefile *file;
	struct ks_err err = {0};
	bool found;

	(void)state;
	make_world(&world, 9, 1, 0);
	file = ks_emu_statefile_open("/nonexistent/folder/state", &world, &found, &err);
	assert_non_null(file);
	assert_false(ks_emu_statefile_save(file, &world, &err));
	assert_int_equal(err.kind, KS_ERR_SYSTEM);
	assert_true(world.changed);
	ks_emu_statefile_free(file);
	ks_emu_world_free(&world);
}

/* Each would overwrite what the other saved. */
static void a_state_file_belongs_to_one_server_at_a_time(void **state)
{
	struct ks_emu_world world, other;
	struct ks_emu_statefile *file, *second;
	struct ks_err err = {0};
	bool found;

	(void)state;
	unlink(path);
	make_world(&world, 9, 2, 0);
	ks_emu_world_init(&other, &fake_clock, 1);
	file = ks_emu_statefile_open(path, &world, &found, &err);
	assert_true(ks_emu_statefile_save(file, &world, &err));
	for (int round = 0; round < 2; round++) {
		assert_null(ks_emu_statefile_open(path, &other, &found, &err));
		assert_int_equal(err.kind, KS_ERR_SYSTEM);
		world.changed = true;
		assert_true(ks_emu_statefile_save(file, &world, &err));
	}
	ks_emu_statefile_free(file);
	second = ks_emu_statefile_open(path, &other, &found, &err);
	assert_non_null(second);
	ks_emu_statefile_free(second);
	ks_emu_world_free(&world);
	ks_emu_world_free(&other);
}

static void a_file_that_a_killed_server_left_is_in_nobodys_way(void **state)
{
	struct ks_emu_world world;
	struct ks_emu_statefile *file;
	struct ks_err err = {0};
	char beside[160];
	struct stat info;
	bool found;

	(void)state;
	unlink(path);
	snprintf(beside, sizeof beside, "%s.new", path);
	assert_int_equal(symlink("/nonexistent/elsewhere", beside), 0);
	make_world(&world, 9, 2, 0);
	file = ks_emu_statefile_open(path, &world, &found, &err);
	assert_true(ks_emu_statefile_save(file, &world, &err));
	assert_int_equal(lstat(beside, &info), -1);
	assert_int_equal(lstat(path, &info), 0);
	assert_true(S_ISREG(info.st_mode));
	ks_emu_statefile_free(file);
	ks_emu_world_free(&world);
}

static void an_emulator_without_a_place_for_its_state_does_not_start(void **state)
{
	struct ks_emulator_options options;
	struct ks_err err = {0};

	(void)state;
	ks_emulator_options_init(&options);
	options.state_path = "/nonexistent/folder/state";
	assert_null(ks_emulator_start(&options, &err));
	assert_int_equal(err.kind, KS_ERR_SYSTEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_same_seed_gives_the_same_world),
	    cmocka_unit_test(the_seed_looks_like_life),
	    cmocka_unit_test(the_number_of_buckets_and_keys_can_be_chosen),
	    cmocka_unit_test(seeded_operations_are_terminal_and_in_order),
	    cmocka_unit_test(a_bucket_holds_two_keys),
	    cmocka_unit_test(a_key_begins_and_stops_to_work_with_delay),
	    cmocka_unit_test(background_use_keeps_its_own_pace),
	    cmocka_unit_test(an_operation_starts_and_then_succeeds_or_fails),
	    cmocka_unit_test(only_so_many_operations_are_kept),
	    cmocka_unit_test(an_index_finds_what_was_not_removed),
	    cmocka_unit_test(timers_come_in_the_order_of_their_time),
	    cmocka_unit_test(a_page_token_is_good_for_its_own_list_only),
	    cmocka_unit_test(a_saved_world_comes_back_whole),
	    cmocka_unit_test(a_damaged_state_file_is_refused_and_left_alone),
	    cmocka_unit_test(broken_values_in_a_state_file_do_no_harm),
	    cmocka_unit_test(saving_into_a_missing_folder_fails_and_says_so),
	    cmocka_unit_test(a_state_file_belongs_to_one_server_at_a_time),
	    cmocka_unit_test(a_file_that_a_killed_server_left_is_in_nobodys_way),
	    cmocka_unit_test(an_emulator_without_a_place_for_its_state_does_not_start),
	};

	return cmocka_run_group_tests_name("emulator: world", tests, make_folder, remove_folder);
}
