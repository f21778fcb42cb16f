#include "tests/unit/replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"

void replay_begin(struct replay *replay, const struct ks_store_options *options)
{
	memset(replay, 0, sizeof *replay);
	replay->store = ks_store_new(options);
	replay->now = REPLAY_NOW;
}

void replay_end(struct replay *replay)
{
	for (size_t i = 0; i < replay->n_open; i++)
		ks_request_free(replay->open[i]);
	ks_plan_free(&replay->plan);
	ks_store_free(replay->store);
}

size_t replay_plan(struct replay *replay)
{
	ks_plan_next(replay->store, &replay->hints, replay->now, &replay->plan);
	for (size_t i = 0; i < replay->plan.count; i++) {
		struct ks_request *request = replay->plan.requests[i];
		struct ks_event *event = ks_event_new(KS_EVENT_SUBMITTED, replay->now);

		request->id = ++replay->last_id;
		event->request = request->id;
		event->submitted = ks_request_copy(request);
		ks_store_apply(replay->store, event);
		replay->n_submitted++;
		if (request->kind == KS_REQUEST_CANCEL) {
			replay->n_cancelled++;
			replay->cancelled = request->target;
			ks_request_free(request);
			continue;
		}
		assert_true(replay->n_open < REPLAY_OPEN);
		replay->open[replay->n_open++] = request;
	}
	return replay->plan.count;
}

static bool matches(const struct ks_request *request, enum ks_op op, const char *name)
{
	if (request->kind != KS_REQUEST_CALL || request->op != op)
		return false;
	return name == NULL ||
	       (request->input.bucket != NULL && strcmp(request->input.bucket, name) == 0) ||
	       (request->input.bucket == NULL && strcmp(request->region, name) == 0);
}

struct ks_request *replay_find(struct replay *replay, enum ks_op op, const char *name)
{
	for (size_t i = 0; i < replay->n_open; i++)
		if (matches(replay->open[i], op, name))
			return replay->open[i];
	return NULL;
}

size_t replay_count(const struct replay *replay, enum ks_op op)
{
	size_t count = 0;

	for (size_t i = 0; i < replay->n_open; i++)
		count += matches(replay->open[i], op, NULL);
	return count;
}

void replay_forget(struct replay *replay, struct ks_request *request)
{
	for (size_t i = 0; i < replay->n_open; i++) {
		if (replay->open[i] != request)
			continue;
		replay->n_open--;
		memmove(&replay->open[i], &replay->open[i + 1],
		    (replay->n_open - i) * sizeof(struct ks_request *));
		ks_request_free(request);
		return;
	}
	fail_msg("no such request");
}

static struct ks_event *answer_to(
    struct replay *replay, struct ks_request *request, enum ks_event_kind kind)
{
	struct ks_event *event = ks_event_new(kind, replay->now);

	assert_non_null(request);
	event->request = request->id;
	return event;
}

void replay_answer(struct replay *replay, struct ks_request *request, struct ks_reply *reply)
{
	struct ks_event *event = answer_to(replay, request, KS_EVENT_REPLY);

	event->reply = ks_malloc(sizeof *event->reply);
	*event->reply = *reply;
	memset(reply, 0, sizeof *reply);
	snprintf(event->request_id, sizeof event->request_id, "rid-%d", (int)request->id);
	ks_store_apply(replay->store, event);
	replay_forget(replay, request);
}

void replay_journal(
    struct replay *replay, struct ks_request *request, struct ks_reply *reply, const char *journal)
{
	struct ks_event *event = answer_to(replay, request, KS_EVENT_REPLY);

	event->reply = ks_malloc(sizeof *event->reply);
	*event->reply = *reply;
	memset(reply, 0, sizeof *reply);
	snprintf(event->journal, sizeof event->journal, "%s", journal);
	ks_store_apply(replay->store, event);
	replay_forget(replay, request);
}

static void set_err(struct ks_err *err, enum ks_err_kind kind, const char *code)
{
	ks_err_set(err, kind, "It failed.");
	snprintf(err->code, sizeof err->code, "%s", code);
}

void replay_fail(
    struct replay *replay, struct ks_request *request, enum ks_err_kind kind, const char *code)
{
	struct ks_event *event = answer_to(replay, request, KS_EVENT_REPLY);

	set_err(&event->err, kind, code);
	ks_store_apply(replay->store, event);
	replay_forget(replay, request);
}

void replay_lose(struct replay *replay, struct ks_request *request)
{
	struct ks_event *event = answer_to(replay, request, KS_EVENT_REPLY);

	set_err(&event->err, KS_ERR_NETWORK, "");
	event->unclear = true;
	ks_store_apply(replay->store, event);
	replay_forget(replay, request);
}

void replay_retry(struct replay *replay, struct ks_request *request, int attempt)
{
	struct ks_event *event = answer_to(replay, request, KS_EVENT_RETRYING);

	set_err(&event->err, KS_ERR_SERVICE, "ThrottlingException");
	event->attempt = attempt;
	event->attempts = 3;
	event->delay_ms = 500;
	ks_store_apply(replay->store, event);
}

void replay_identity(struct replay *replay, struct ks_request *request,
    struct ks_identity_info *info, enum ks_err_kind kind)
{
	struct ks_event *event = answer_to(replay, request, KS_EVENT_IDENTITY);

	if (kind != KS_ERR_NONE)
		set_err(&event->err, kind, "");
	event->identity = info;
	ks_store_apply(replay->store, event);
	replay_forget(replay, request);
}

struct ks_request *replay_find_kind(struct replay *replay, enum ks_request_kind kind)
{
	for (size_t i = 0; i < replay->n_open; i++)
		if (replay->open[i]->kind == kind)
			return replay->open[i];
	return NULL;
}

void replay_identify(struct replay *replay, const char *region)
{
	struct ks_request *request;

	replay_plan(replay);
	while ((request = replay_find_kind(replay, KS_REQUEST_IDENTIFY)) != NULL) {
		struct ks_identity_info *info = ks_calloc(1, sizeof *info);

		info->profile =
		    ks_strdup(request->profile_name != NULL ? request->profile_name : "default");
		info->region = region != NULL ? ks_strdup(region) : NULL;
		info->expires = KS_TIME_NONE;
		replay_identity(replay, request, info, KS_ERR_NONE);
	}
}

void replay_dismiss_all(struct replay *replay)
{
	for (size_t i = replay->store->n_changes; i-- > 0;)
		replay_tell(replay, (struct ks_event){.kind = KS_EVENT_DISMISS,
					.change = replay->store->changes[i].id});
}

static void add_names(struct ks_str_list *list, const char *names)
{
	char word[64];
	int used = 0;

	for (; names != NULL && sscanf(names, " %63s%n", word, &used) == 1; names += used)
		ks_choice_add(list, word);
}

void replay_choose(struct replay *replay, const char *profiles, const char *regions)
{
	struct ks_event *event = ks_event_new(KS_EVENT_CHOOSE, replay->now);

	event->choice = ks_calloc(1, sizeof *event->choice);
	add_names(&event->choice->profiles, profiles);
	add_names(&event->choice->regions, regions);
	event->choice->all_regions = ks_str_list_has(&event->choice->regions, "all");
	ks_choice_remove(&event->choice->regions, "all");
	ks_store_apply(replay->store, event);
}

void replay_tell(struct replay *replay, struct ks_event event)
{
	struct ks_event *told = ks_event_new(event.kind, replay->now);

	*told = event;
	told->at = replay->now;
	told->key_id = event.key_id != NULL ? ks_strdup(event.key_id) : NULL;
	told->way = event.way != NULL ? ks_strdup(event.way) : NULL;
	ks_store_apply(replay->store, told);
}

/* ---- replies ---- */

/* Room for one more: the array doubles whenever its count is a power of two. */
static void *room_for_one(void *array, size_t count, size_t size)
{
	if ((count & (count - 1)) == 0)
		array = ks_realloc(array, (count > 0 ? count * 2 : 1) * size);
	memset((char *)array + count * size, 0, size);
	return array;
}

void reply_bucket(struct ks_reply *reply, const char *name)
{
	struct ks_bucket *bucket;

	reply->buckets = room_for_one(reply->buckets, reply->n_buckets, sizeof *bucket);
	bucket = &reply->buckets[reply->n_buckets++];
	bucket->created = KS_TIME_NONE;
	if (name != NULL)
		ks_str_set(&bucket->name, name);
}

void reply_key(struct ks_reply *reply, const char *id, int64_t created)
{
	struct ks_access_key *key;

	reply->keys = room_for_one(reply->keys, reply->n_keys, sizeof *key);
	key = &reply->keys[reply->n_keys++];
	ks_str_set(&key->id, id);
	ks_str_set(&key->status, "Active");
	key->created = created;
	key->last_used.use = KS_USE_NEVER;
	key->last_used.date = KS_TIME_NONE;
}

void reply_operation(struct ks_reply *reply, const char *id, const char *status, int64_t created)
{
	struct ks_operation *operation;

	reply->operations = room_for_one(reply->operations, reply->n_operations, sizeof *operation);
	operation = &reply->operations[reply->n_operations++];
	ks_str_set(&operation->id, id);
	ks_str_set(&operation->status, status);
	operation->created = created;
	operation->status_changed = created;
}

void reply_region(struct ks_reply *reply, const char *name)
{
	struct ks_region *region;

	reply->regions = room_for_one(reply->regions, reply->n_regions, sizeof *region);
	region = &reply->regions[reply->n_regions++];
	ks_str_set(&region->name, name);
	ks_str_set(&region->display_name, "Somewhere");
}

void reply_next(struct ks_reply *reply, const char *token)
{
	free(reply->next_page_token);
	reply->next_page_token = ks_strdup(token);
}

/* ---- invariants ---- */

struct recount {
	size_t buckets, keys, known, failed;
	size_t findings[KS_FINDING_COUNT];
};

static void check_entry(
    const struct replay *replay, const struct ks_bucket_entry *entry, struct recount *recount)
{
	const struct ks_store *store = replay->store;

	assert_ptr_equal(ks_store_bucket(store, entry->id), entry);
	assert_ptr_equal(
	    ks_store_find_bucket(store, entry->scope, ks_str_raw(&entry->bucket.name)), entry);
	assert_true(
	    (entry->keys_fetched.err != NULL) == (entry->keys_fetched.state == KS_FETCH_FAILED));
	if (entry->keys_fetched.request != 0)
		assert_non_null(ks_store_task(store, entry->keys_fetched.request));
	recount->buckets++;
	recount->keys += entry->n_keys;
	recount->known += entry->keys_fetched.state == KS_FETCH_KNOWN;
	recount->failed += entry->keys_fetched.state == KS_FETCH_FAILED;
	for (size_t i = 0; i < entry->n_keys; i++) {
		ks_findings found =
		    ks_key_findings(&entry->keys[i], entry->n_keys, &store->policy, replay->now);

		if (i > 0)
			assert_true(
			    ks_access_key_compare(&entry->keys[i - 1], &entry->keys[i]) <= 0);
		for (int f = 0; f < KS_FINDING_COUNT; f++)
			recount->findings[f] += (found & KS_FINDING_BIT(f)) != 0;
	}
}

static void check_activities(const struct ks_store *store)
{
	for (size_t i = 0; i < store->n_activities; i++) {
		const struct ks_activity *activity = store->activities[i];

		assert_ptr_equal(ks_store_activity(store, activity->id), activity);
		if (i > 0)
			assert_true(store->activities[i - 1]->at >= activity->at);
	}
}

static void check_changes(const struct ks_store *store)
{
	for (size_t i = 0; i < store->n_changes; i++) {
		const struct ks_change *change = &store->changes[i];
		bool ended = change->state == KS_CHANGE_DONE || change->state == KS_CHANGE_FAILED ||
			     change->state == KS_CHANGE_ORPHANED;

		assert_true((change->ended != KS_TIME_NONE) == ended);
		if (change->request != 0)
			assert_non_null(ks_store_task(store, change->request));
	}
	for (size_t i = 0; i < store->n_handovers; i++)
		assert_true((store->handovers[i].secret == NULL) ==
			    (store->handovers[i].state == KS_HANDOVER_OVER));
}

/* Something is being done to it that must come to its end. */
static bool is_busy(const struct ks_store *store, uint32_t bucket)
{
	for (size_t i = 0; i < store->n_changes; i++)
		if (store->changes[i].bucket == bucket)
			return true;
	for (size_t i = 0; i < store->n_handovers; i++)
		if (store->handovers[i].bucket == bucket &&
		    store->handovers[i].state != KS_HANDOVER_OVER)
			return true;
	return false;
}

void replay_check(const struct replay *replay)
{
	const struct ks_store *store = replay->store;
	struct recount recount = {0};

	for (size_t i = 0; i < store->n_scopes; i++) {
		const struct ks_scope *scope = &store->scopes[i];

		if (!scope->chosen) {
			assert_int_equal(scope->buckets.state, KS_FETCH_NEVER);
			assert_int_equal(scope->operations.state, KS_FETCH_NEVER);
		}
		for (size_t j = 0; j < scope->n_entries; j++) {
			assert_true(scope->chosen || is_busy(store, scope->entries[j]->id));
			assert_int_equal(scope->entries[j]->scope, i);
			check_entry(replay, scope->entries[j], &recount);
			if (j > 0)
				assert_true(strcmp(ks_str_raw(&scope->entries[j - 1]->bucket.name),
						ks_str_raw(&scope->entries[j]->bucket.name)) < 0);
		}
	}
	assert_int_equal(store->n_buckets, recount.buckets);
	assert_int_equal(store->n_keys, recount.keys);
	assert_int_equal(store->n_keys_known, recount.known);
	assert_int_equal(store->n_keys_failed, recount.failed);
	for (int f = 0; f < KS_FINDING_COUNT; f++)
		assert_int_equal(ks_store_count_finding(store, (enum ks_finding)f, replay->now),
		    recount.findings[f]);
	check_activities(store);
	check_changes(store);
}
