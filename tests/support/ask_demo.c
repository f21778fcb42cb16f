/*
 * keysail list, or keysail with its screen, over two profiles with a worker that is made up: dev is
 * read at once, prod needs an MFA code, which is 123456. It needs no network and no account.
 *
 * ask_demo [screen | tell | over | after-input]: tell: says when dev is read; over: prod needs no
 * code any more then; after-input: it asks only after something was typed.
 */
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fd.h"
#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/engine/worker.h"
#include "tui/app.h"
#include "tui/cli/list.h"
#include "tui/cli/options.h"

enum { PROD, DEV, ROOM = 64 };

struct ks_worker {
	struct ks_event *events[ROOM];
	size_t first, count;
	int wake[2];
	uint64_t prod; /* the request for prod's credentials */
	uint64_t question;
};

static const char *mode = "";

static bool is_mode(const char *name)
{
	return strcmp(mode, name) == 0;
}

/* ---- what it answers ---- */

static void post(struct ks_worker *worker, struct ks_event *event, uint64_t request)
{
	event->request = request;
	if (worker->count == ROOM)
		abort();
	worker->events[worker->count++] = event;
	ks_fd_write_all(worker->wake[1], "", 1);
}

static struct ks_event *new_event(enum ks_event_kind kind)
{
	return ks_event_new(kind, ks_clock_wall(ks_clock_system()));
}

static void post_identity(struct ks_worker *worker, uint64_t request, const char *profile)
{
	struct ks_event *event = new_event(KS_EVENT_IDENTITY);

	event->identity = ks_calloc(1, sizeof *event->identity);
	event->identity->profile = ks_strdup(profile);
	event->identity->region = ks_strdup("us-east-1");
	event->identity->expires = KS_TIME_NONE;
	post(worker, event, request);
}

static void fail_prod(struct ks_worker *worker, const char *why)
{
	struct ks_event *event = new_event(KS_EVENT_IDENTITY);

	ks_err_set(&event->err, KS_ERR_CREDENTIALS, "no MFA code: %s", why);
	post(worker, event, worker->prod);
}

static void ask(struct ks_worker *worker, const char *last_error)
{
	struct ks_event *event = new_event(KS_EVENT_QUESTION);

	if (is_mode("after-input"))
		poll(&(struct pollfd){.fd = STDIN_FILENO, .events = POLLIN}, 1, -1);
	event->question = ks_calloc(1, sizeof *event->question);
	event->question->id = ++worker->question;
	event->question->profile = PROD;
	event->question->prompt = ks_strdup("MFA code for arn:aws:iam::998877665544:mfa/me");
	event->question->why = ks_strdup("the profile prod assumes the role Reader");
	event->question->last_error = ks_strdup_maybe(last_error);
	post(worker, event, 0);
}

static void hear(struct ks_worker *worker, const struct ks_request *request)
{
	if (request->secret == NULL)
		fail_prod(worker, request->text != NULL ? request->text : "none was given");
	else if (ks_secret_equal(request->secret, "123456", 6))
		post_identity(worker, worker->prod, "prod");
	else
		ask(worker, "that code was refused");
}

static void end_question(struct ks_worker *worker)
{
	struct ks_event *event = new_event(KS_EVENT_QUESTION_OVER);

	event->target = worker->question;
	post(worker, event, 0);
	fail_prod(worker, "it took too long");
}

static void answer_call(struct ks_worker *worker, const struct ks_request *request)
{
	struct ks_event *event = new_event(KS_EVENT_REPLY);
	struct ks_reply *reply = ks_calloc(1, sizeof *reply);

	event->reply = reply;
	if (request->op == KS_OP_GET_BUCKETS) {
		reply->buckets = ks_calloc(1, sizeof *reply->buckets);
		reply->n_buckets = 1;
		ks_str_set(&reply->buckets[0].name,
		    request->profile == DEV ? "bucket-of-dev" : "bucket-of-prod");
	} else if (request->op == KS_OP_GET_BUCKET_ACCESS_KEYS) {
		reply->keys = ks_calloc(1, sizeof *reply->keys);
		reply->n_keys = 1;
		ks_str_set(&reply->keys[0].id, "AKIAIOSFODNN7EXAMPLE");
		reply->keys[0].created = event->at;
		reply->keys[0].last_used.date = KS_TIME_NONE;
		if (request->profile == DEV && is_mode("tell"))
			fputs("\ndev is read\n", stderr);
	}
	post(worker, event, request->id);
	if (reply->n_keys > 0 && request->profile == DEV && is_mode("over"))
		end_question(worker);
}

/* ---- the worker ---- */

struct ks_worker *ks_worker_start(const struct ks_worker_options *options, struct ks_err *err)
{
	struct ks_worker *worker = ks_calloc(1, sizeof *worker);

	(void)options;
	if (!ks_fd_pipe(worker->wake)) {
		ks_err_set(err, KS_ERR_SYSTEM, "no pipe");
		free(worker);
		return NULL;
	}
	return worker;
}

bool ks_worker_stop(struct ks_worker *worker)
{
	while (worker->first < worker->count)
		ks_event_free(worker->events[worker->first++]);
	close(worker->wake[0]);
	close(worker->wake[1]);
	free(worker);
	return true;
}

void ks_worker_submit(struct ks_worker *worker, struct ks_request *request)
{
	if (request->kind == KS_REQUEST_IDENTIFY && request->profile == PROD) {
		worker->prod = request->id;
		ask(worker, NULL);
	} else if (request->kind == KS_REQUEST_IDENTIFY) {
		post_identity(worker, request->id, "dev");
	} else if (request->kind == KS_REQUEST_CALL) {
		answer_call(worker, request);
	} else if (request->kind == KS_REQUEST_ANSWER) {
		hear(worker, request);
	}
	ks_request_free(request);
}

struct ks_event *ks_worker_take(struct ks_worker *worker)
{
	char byte;

	if (worker->first == worker->count)
		return NULL;
	if (read(worker->wake[0], &byte, 1) != 1)
		abort();
	return worker->events[worker->first++];
}

int ks_worker_fd(const struct ks_worker *worker)
{
	return worker->wake[0];
}

static int run_screen(const struct ks_store_options *store, const struct ks_worker_options *worker)
{
	struct ks_app_options options = {.store = store, .worker = worker, .clear_seconds = -1};
	struct ks_app_last last;
	struct ks_err err;

	return ks_app_run(&options, &last, &err) == KS_APP_QUIT ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	static const char *const words[] = {"keysail", "-p", "prod", "-p", "dev", "list", NULL};
	struct ks_options options;
	struct ks_store_options store = {.policy = {90, 90}};
	struct ks_worker_options worker = {0};
	struct ks_err err;
	int status;

	if (argc > 1)
		mode = argv[1];
	setlocale(LC_ALL, "");
	ks_secret_setup();
	if (!ks_options_parse(6, (char **)(uintptr_t)words, &options, &err))
		return 2;
	store.profiles = options.profiles;
	store.n_profiles = options.n_profiles;
	status = is_mode("screen") ? run_screen(&store, &worker)
				   : ks_list_main(&options, &store, &worker);
	ks_options_free(&options);
	return status;
}
