/*
 * Random sequences of events against a service that is simulated here: whatever happens, the
 * totals are right, nothing is left under way, planning comes to an end, and at last the store
 * knows what the service holds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/secret.h"
#include "tests/unit/replay.h"

enum { BUCKETS = 12, KEYS = 2, PAGE = 5, ID_SIZE = 24, EVENTS = 1500, SEEDS = 40 };

/* The service: what is true. */
struct service {
	uint32_t seed;
	int last_key;
	bool exists[BUCKETS];
	char keys[BUCKETS][KEYS][ID_SIZE]; /* "": no key */
};

static const char *const regions[] = {"us-east-1"};
static const struct ks_store_options options = {
    .regions = regions, .n_regions = 1, .policy = {90, 90}, .refresh_seconds = 60};

static uint32_t roll(struct service *service, uint32_t sides)
{
	service->seed = service->seed * 1664525u + 1013904223u;
	return (service->seed >> 8) % sides;
}

static int bucket_number(const char *name)
{
	return (int)strtol(name + strlen("bucket-"), NULL, 10);
}

static size_t count_keys(const struct service *service, int bucket)
{
	return (size_t)(service->keys[bucket][0][0] != '\0') +
	       (size_t)(service->keys[bucket][1][0] != '\0');
}

/* ---- answers ---- */

static void answer_buckets(
    struct service *service, struct replay *replay, struct ks_request *request)
{
	struct ks_reply reply = {0};
	const char *token = request->input.page_token;
	int first = token != NULL ? (int)strtol(token, NULL, 10) : 0;

	for (int i = first; i < BUCKETS && i < first + PAGE; i++) {
		char name[32];

		snprintf(name, sizeof name, "bucket-%02d", i);
		if (service->exists[i])
			reply_bucket(&reply, name);
	}
	if (first + PAGE < BUCKETS) {
		char next[16];

		snprintf(next, sizeof next, "%d", first + PAGE);
		reply_next(&reply, next);
	}
	replay_answer(replay, request, &reply);
}

static void answer_keys(struct service *service, struct replay *replay, struct ks_request *request)
{
	int bucket = bucket_number(request->input.bucket);
	struct ks_reply reply = {0};

	if (!service->exists[bucket]) {
		replay_fail(replay, request, KS_ERR_SERVICE, "NotFoundException");
		return;
	}
	for (int i = 0; i < KEYS; i++)
		if (service->keys[bucket][i][0] != '\0')
			reply_key(&reply, service->keys[bucket][i], REPLAY_NOW - REPLAY_DAY);
	replay_answer(replay, request, &reply);
}

static void answer_create(
    struct service *service, struct replay *replay, struct ks_request *request)
{
	int bucket = bucket_number(request->input.bucket);
	int slot = service->keys[bucket][0][0] == '\0' ? 0 : 1;
	struct ks_reply reply = {0};
	struct ks_err err;
	char operation[ID_SIZE + 8];

	if (!service->exists[bucket] || count_keys(service, bucket) == KEYS) {
		replay_fail(replay, request, KS_ERR_SERVICE, "InvalidInputException");
		return;
	}
	snprintf(service->keys[bucket][slot], ID_SIZE, "AKIA%016d", ++service->last_key);
	if (roll(service, 3) == 0) {
		replay_lose(replay, request);
		return;
	}
	reply_key(&reply, service->keys[bucket][slot], replay->now);
	if (roll(service, 5) != 0)
		reply.secret = ks_secret_new("secret", 6, &err);
	snprintf(operation, sizeof operation, "op-%s", service->keys[bucket][slot]);
	reply_operation(&reply, operation, "Started", replay->now);
	replay_answer(replay, request, &reply);
}

static void answer_delete(
    struct service *service, struct replay *replay, struct ks_request *request)
{
	int bucket = bucket_number(request->input.bucket);
	struct ks_reply reply = {0};
	bool found = false;

	for (int i = 0; i < KEYS && !found; i++) {
		found = service->exists[bucket] &&
			strcmp(service->keys[bucket][i], request->input.key_id) == 0;
		if (found)
			service->keys[bucket][i][0] = '\0';
	}
	if (!found)
		replay_fail(replay, request, KS_ERR_SERVICE, "NotFoundException");
	else if (roll(service, 4) == 0)
		replay_lose(replay, request);
	else
		replay_answer(replay, request, &reply);
}

static void answer_poll(struct replay *replay, struct ks_request *request)
{
	struct ks_reply reply = {0};

	reply_operation(&reply, request->input.operation_id, "Succeeded", replay->now);
	replay_answer(replay, request, &reply);
}

static void answer(struct service *service, struct replay *replay, struct ks_request *request)
{
	struct ks_reply reply = {0};

	switch (request->op) {
	case KS_OP_GET_BUCKETS:
		answer_buckets(service, replay, request);
		break;
	case KS_OP_GET_BUCKET_ACCESS_KEYS:
		answer_keys(service, replay, request);
		break;
	case KS_OP_CREATE_BUCKET_ACCESS_KEY:
		answer_create(service, replay, request);
		break;
	case KS_OP_DELETE_BUCKET_ACCESS_KEY:
		answer_delete(service, replay, request);
		break;
	case KS_OP_GET_OPERATION:
		answer_poll(replay, request);
		break;
	default:
		replay_answer(replay, request, &reply);
		break;
	}
}

/* ---- events ---- */

static uint32_t any_bucket(struct service *service, const struct replay *replay)
{
	const struct ks_scope *scope = &replay->store->scopes[0];

	if (scope->n_entries == 0)
		return 0;
	return scope->entries[roll(service, (uint32_t)scope->n_entries)]->id;
}

static void delete_any_key(struct service *service, struct replay *replay)
{
	const struct ks_bucket_entry *entry =
	    ks_store_bucket(replay->store, any_bucket(service, replay));

	if (entry == NULL || entry->n_keys == 0)
		return;
	replay_tell(
	    replay, (struct ks_event){.kind = KS_EVENT_DELETE,
			.bucket = entry->id,
			.key_id = entry->keys[roll(service, (uint32_t)entry->n_keys)].id.raw});
}

static void hand_over(struct service *service, struct replay *replay)
{
	static const enum ks_event_kind kinds[] = {
	    KS_EVENT_DELIVERED, KS_EVENT_NOT_ARRIVED, KS_EVENT_ARRIVED, KS_EVENT_GIVE_UP};
	const struct ks_handover *handover = ks_store_open_handover(replay->store);

	if (handover == NULL)
		return;
	replay_tell(replay, (struct ks_event){.kind = kinds[roll(service, 4)],
				.handover = handover->id,
				.delete_key = roll(service, 2) == 0});
}

/* Somebody else makes, empties or removes a bucket. */
static void change_world(struct service *service)
{
	uint32_t bucket = roll(service, BUCKETS);

	service->exists[bucket] = roll(service, 4) != 0;
	if (!service->exists[bucket])
		memset(service->keys[bucket], 0, sizeof service->keys[bucket]);
}

/* Another region, or two: it is the same service behind all of them. */
static void choose_any(struct service *service, struct replay *replay)
{
	static const char *const choices[] = {
	    "us-east-1", "eu-west-1", "us-east-1 eu-west-1", NULL};
	static const char *const profiles[] = {NULL, "other", "default other"};

	replay_choose(replay, profiles[roll(service, 3)], choices[roll(service, 4)]);
}

static void answer_any(struct service *service, struct replay *replay)
{
	struct ks_request *request;

	if (replay->n_open == 0)
		return;
	request = replay->open[roll(service, (uint32_t)replay->n_open)];
	if (request->kind == KS_REQUEST_IDENTIFY) {
		replay_identify(replay, "us-east-1");
		return;
	}
	if (roll(service, 8) == 0)
		replay_retry(replay, request, 1);
	if (roll(service, 8) != 0)
		answer(service, replay, request);
	else if (ks_call(request->op)->changes)
		replay_lose(replay, request);
	else
		replay_fail(replay, request, KS_ERR_NETWORK, "");
}

static void one_event(struct service *service, struct replay *replay)
{
	switch (roll(service, 20)) {
	case 0:
		replay_tell(replay, (struct ks_event){.kind = KS_EVENT_REFRESH});
		break;
	case 1:
		replay_tell(replay, (struct ks_event){.kind = KS_EVENT_REFRESH,
					.bucket = any_bucket(service, replay)});
		break;
	case 2:
	case 3:
		replay_tell(replay, (struct ks_event){.kind = KS_EVENT_CREATE,
					.bucket = any_bucket(service, replay)});
		break;
	case 4:
		delete_any_key(service, replay);
		break;
	case 5:
		hand_over(service, replay);
		break;
	case 6:
		change_world(service);
		break;
	case 7:
		replay->now += roll(service, 100000);
		break;
	case 8:
	case 9:
	case 10:
	case 11:
		replay->hints.selected = any_bucket(service, replay);
		replay_plan(replay);
		break;
	case 12:
		if (roll(service, 4) == 0)
			choose_any(service, replay);
		break;
	default:
		answer_any(service, replay);
		break;
	}
}

/* ---- the end ---- */

static bool has_running_change(const struct ks_store *store)
{
	for (size_t i = 0; i < store->n_changes; i++)
		if (store->changes[i].ended == KS_TIME_NONE)
			return true;
	return false;
}

/* Answers everything truthfully until nothing is asked any more at this moment. */
static void come_to_rest(struct service *service, struct replay *replay)
{
	for (int rounds = 0;; rounds++) {
		assert_true(rounds < 1000);
		if (replay_plan(replay) == 0 && replay->n_open == 0)
			break;
		while (replay->n_open > 0)
			if (replay->open[0]->kind == KS_REQUEST_IDENTIFY)
				replay_identify(replay, "us-east-1");
			else
				answer(service, replay, replay->open[0]);
	}
}

/* A secret that is held keeps its bucket, wherever that is. */
static void give_all_up(struct replay *replay)
{
	const struct ks_handover *handover;

	while ((handover = ks_store_open_handover(replay->store)) != NULL)
		replay_tell(
		    replay, (struct ks_event){.kind = KS_EVENT_GIVE_UP, .handover = handover->id});
}

static void compare_with_service(const struct service *service, const struct replay *replay)
{
	size_t n_buckets = 0, n_keys = 0;

	for (int i = 0; i < BUCKETS; i++) {
		const struct ks_bucket_entry *entry;
		char name[32];

		snprintf(name, sizeof name, "bucket-%02d", i);
		entry = ks_store_find_bucket(replay->store, 0, name);
		assert_int_equal(entry != NULL, service->exists[i]);
		if (entry == NULL)
			continue;
		n_buckets++;
		n_keys += count_keys(service, i);
		assert_int_equal(entry->n_keys, count_keys(service, i));
		for (int k = 0; k < KEYS; k++)
			if (service->keys[i][k][0] != '\0')
				assert_non_null(
				    ks_store_key(replay->store, entry->id, service->keys[i][k]));
	}
	assert_int_equal(replay->store->n_buckets, n_buckets);
	assert_int_equal(replay->store->n_keys, n_keys);
}

static void run(uint32_t seed)
{
	struct service service = {.seed = seed};
	struct replay replay;

	replay_begin(&replay, &options);
	replay.hints.operations = true;
	for (int i = 0; i < BUCKETS; i++)
		service.exists[i] = roll(&service, 3) != 0;
	replay_identify(&replay, NULL);
	for (int i = 0; i < EVENTS; i++) {
		one_event(&service, &replay);
		if (i % 16 == 0)
			replay_check(&replay);
	}
	come_to_rest(&service, &replay);
	while (has_running_change(replay.store)) {
		replay.now = replay.plan.wake;
		come_to_rest(&service, &replay);
	}
	give_all_up(&replay);
	replay_dismiss_all(&replay);
	replay_choose(&replay, NULL, "us-east-1");
	replay_tell(&replay, (struct ks_event){.kind = KS_EVENT_REFRESH});
	come_to_rest(&service, &replay);
	assert_int_equal(replay.store->n_tasks, 0);
	assert_true(ks_store_is_settled(replay.store));
	assert_false(ks_store_is_changing(replay.store));
	replay_check(&replay);
	compare_with_service(&service, &replay);
	replay_end(&replay);
}

static void whatever_happens_the_store_ends_up_right(void **state)
{
	(void)state;
	for (uint32_t seed = 1; seed <= SEEDS; seed++)
		run(seed);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(whatever_happens_the_store_ends_up_right),
	};

	ks_secret_setup();
	return cmocka_run_group_tests_name("state random", tests, NULL, NULL);
}
