#include "tests/support/workshop.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/paths.h"

#define PATIENCE_MS 30000

static double no_jitter(void *ctx)
{
	(void)ctx;
	return 0;
}

static int64_t shop_wall(void *ctx)
{
	const struct workshop *shop = ctx;

	return shop->now != 0 ? shop->now : ks_clock_wall(ks_clock_system());
}

static int64_t shop_mono(void *ctx)
{
	(void)ctx;
	return ks_clock_mono(ks_clock_system());
}

void workshop_init(struct workshop *shop, int port)
{
	memset(shop, 0, sizeof *shop);
	snprintf(shop->url, sizeof shop->url, "http://127.0.0.1:%d", port);
	shop->given = (struct ks_identity_given){.region = "us-east-1", .endpoint_url = shop->url};
	workshop_sign_with(shop, WORKSHOP_KEY, WORKSHOP_SECRET);
	shop->identity.given = &shop->given;
	shop->clock = (struct ks_clock){shop_wall, shop_mono, shop};
	shop->options = (struct ks_worker_options){.identity = &shop->identity,
	    .clock = &shop->clock,
	    .user_agent = "keysail/test",
	    .random = no_jitter,
	    .journal_folder = shop->journal_folder};
	snprintf(shop->journal_folder, sizeof shop->journal_folder, "/tmp/keysail-shop-XXXXXX");
	assert_non_null(mkdtemp(shop->journal_folder));
}

void workshop_sign_with(struct workshop *shop, const char *key_id, const char *secret)
{
	struct ks_err err;

	ks_secret_free(shop->secret);
	shop->secret = ks_secret_new(secret, strlen(secret), &err);
	assert_non_null(shop->secret);
	shop->given.access_key_id = key_id;
	shop->given.secret = shop->secret;
}

void workshop_open(struct workshop *shop)
{
	struct ks_err err;

	shop->worker = ks_worker_start(&shop->options, &err);
	if (shop->worker == NULL)
		fail_msg("%s", err.message);
	if (shop->identity.given != NULL) {
		struct ks_event *event = workshop_reply(shop, workshop_identify(shop, NULL));

		assert_int_equal(event->kind, KS_EVENT_IDENTITY);
		assert_int_equal(event->err.kind, KS_ERR_NONE);
		ks_event_free(event);
	}
}

static void remove_from(const char *folder, const char *name)
{
	char *path = ks_path_join(folder, name);

	unlink(path);
	free(path);
}

void workshop_close(struct workshop *shop)
{
	assert_true(ks_worker_stop(shop->worker));
	shop->worker = NULL;
	ks_secret_free(shop->secret);
	shop->secret = NULL;
	remove_from(shop->journal_folder, "journal.jsonl");
	remove_from(shop->journal_folder, "journal.claims");
	rmdir(shop->journal_folder);
}

static struct ks_request *new_request(struct workshop *shop, enum ks_request_kind kind)
{
	struct ks_request *request = ks_request_new(kind);

	request->id = ++shop->last_id;
	return request;
}

uint64_t workshop_call(
    struct workshop *shop, enum ks_op op, enum ks_priority priority, const char *bucket)
{
	struct ks_request *request = new_request(shop, KS_REQUEST_CALL);

	request->op = op;
	request->priority = priority;
	request->region = ks_strdup("us-east-1");
	request->input.bucket = bucket != NULL ? ks_strdup(bucket) : NULL;
	if (op == KS_OP_DELETE_BUCKET_ACCESS_KEY)
		request->input.key_id = ks_strdup("AKIAIOSFODNN7EXAMPLE");
	ks_worker_submit(shop->worker, request);
	return shop->last_id;
}

uint64_t workshop_submit(struct workshop *shop, struct ks_request *request)
{
	request->id = ++shop->last_id;
	ks_worker_submit(shop->worker, request);
	return shop->last_id;
}

uint64_t workshop_identify(struct workshop *shop, const char *profile)
{
	struct ks_request *request = new_request(shop, KS_REQUEST_IDENTIFY);

	request->profile_name = profile != NULL ? ks_strdup(profile) : NULL;
	request->profile_explicit = profile != NULL;
	ks_worker_submit(shop->worker, request);
	return shop->last_id;
}

void workshop_cancel(struct workshop *shop, uint64_t target)
{
	struct ks_request *request = new_request(shop, KS_REQUEST_CANCEL);

	request->target = target;
	ks_worker_submit(shop->worker, request);
}

struct ks_event *workshop_event(struct workshop *shop)
{
	struct pollfd poll_fd = {.fd = ks_worker_fd(shop->worker), .events = POLLIN};
	struct ks_event *event;

	if (poll(&poll_fd, 1, PATIENCE_MS) != 1)
		fail_msg("no event came");
	event = ks_worker_take(shop->worker);
	assert_non_null(event);
	return event;
}

struct ks_event *workshop_reply(struct workshop *shop, uint64_t id)
{
	struct ks_event *event;

	while ((event = workshop_event(shop))->kind == KS_EVENT_RETRYING ||
	       event->kind == KS_EVENT_RENEWED) {
		if (event->kind == KS_EVENT_RENEWED) {
			ks_event_free(event);
			continue;
		}
		shop->retries++;
		shop->last_delay_ms = event->delay_ms;
		snprintf(shop->retry_code, sizeof shop->retry_code, "%s", event->err.code);
		assert_int_not_equal(event->err.kind, KS_ERR_NONE);
		assert_true(event->attempt < event->attempts);
		ks_event_free(event);
	}
	assert_int_equal(event->request, id);
	return event;
}

struct ks_event *workshop_ask(struct workshop *shop, enum ks_op op, const char *bucket)
{
	enum ks_priority priority = ks_call(op)->changes ? KS_PRIORITY_CHANGE : KS_PRIORITY_REST;

	return workshop_reply(shop, workshop_call(shop, op, priority, bucket));
}

bool workshop_is_quiet(struct workshop *shop)
{
	struct pollfd poll_fd = {.fd = ks_worker_fd(shop->worker), .events = POLLIN};

	return poll(&poll_fd, 1, 0) == 0;
}
