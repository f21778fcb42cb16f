#include "core/engine/worker.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/aws/agent.h"
#include "core/base/mem.h"
#include "core/engine/dispatch.h"
#include "core/engine/http.h"
#include "core/engine/queue.h"

#define DEFAULT_CONCURRENCY 16
#define DEFAULT_TIMEOUT     60
/* Idle connections for each request that may run at once: regions have a host each. */
#define KEPT_CONNECTIONS 2
/* What ks_worker_stop waits for the thread. */
#define STOP_MS 80

struct ks_worker {
	struct ks_worker_options options;
	char *user_agent;
	struct ks_bell *bell;
	struct ks_queue *requests, *events;
	struct ks_http *http;
	pthread_t thread;
	atomic_bool leaving;

	pthread_mutex_t lock;
	pthread_cond_t ended_now;
	bool ended;     /* the thread touches nothing any more */
	bool abandoned; /* nobody waits for the thread: it frees the worker itself */
};

static void free_request(void *item)
{
	ks_request_free(item);
}

static void free_event(void *item)
{
	ks_event_free(item);
}

static void free_worker(struct ks_worker *worker)
{
	ks_queue_free(worker->requests);
	ks_queue_free(worker->events);
	ks_bell_free(worker->bell);
	ks_http_free(worker->http);
	pthread_cond_destroy(&worker->ended_now);
	pthread_mutex_destroy(&worker->lock);
	free(worker->user_agent);
	free(worker);
}

/* ---- the thread ---- */

static void post(void *ctx, struct ks_event *event)
{
	struct ks_worker *worker = ctx;

	ks_queue_put(worker->events, event);
}

static void work(struct ks_worker *worker)
{
	struct ks_dispatch *dispatch =
	    ks_dispatch_new(&worker->options, worker->http, post, worker);
	struct ks_request *request;

	while (!atomic_load(&worker->leaving)) {
		while ((request = ks_queue_take(worker->requests)) != NULL)
			ks_dispatch_take(dispatch, request);
		ks_dispatch_wait(dispatch, ks_dispatch_turn(dispatch));
	}
	while ((request = ks_queue_take(worker->requests)) != NULL)
		ks_dispatch_take_last(dispatch, request);
	ks_dispatch_free(dispatch);
}

static void *run(void *ctx)
{
	struct ks_worker *worker = ctx;
	bool abandoned;

	work(worker);
	pthread_mutex_lock(&worker->lock);
	worker->ended = true;
	abandoned = worker->abandoned;
	pthread_cond_signal(&worker->ended_now);
	pthread_mutex_unlock(&worker->lock);
	if (abandoned)
		free_worker(worker);
	return NULL;
}

/*
 * Signals are the main thread's; this one and those that libcurl starts get none. But a crash here
 * must reach the program's handler: blocked, it would end the process at once.
 */
static bool start_thread(struct ks_worker *worker)
{
	static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE};
	sigset_t all, before;
	int problem;

	sigfillset(&all);
	for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++)
		sigdelset(&all, crashes[i]);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	problem = pthread_create(&worker->thread, NULL, run, worker);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return problem == 0;
}

/* ---- the UI thread's side ---- */

static void fill_options(struct ks_worker *worker, const struct ks_worker_options *options)
{
	struct ks_worker_options *own = &worker->options;

	*own = *options;
	worker->user_agent =
	    ks_agent_new(options->user_agent != NULL ? options->user_agent : "keysail");
	own->user_agent = worker->user_agent;
	if (own->clock == NULL)
		own->clock = ks_clock_system();
	if (own->concurrency <= 0)
		own->concurrency = DEFAULT_CONCURRENCY;
	if (own->timeout_seconds <= 0)
		own->timeout_seconds = DEFAULT_TIMEOUT;
}

static bool open_channels(struct ks_worker *worker, struct ks_err *err)
{
	const struct ks_http_options http = {
	    .clock = worker->options.clock,
	    .user_agent = worker->options.user_agent,
	    .timeout_seconds = worker->options.timeout_seconds,
	    .connections = worker->options.concurrency * KS_WORKER_PEERS * KEPT_CONNECTIONS,
	    .no_proxy = worker->options.no_proxy,
	};
	struct ks_queue_signal wake = {.wake = ks_http_wake}, ring;

	worker->bell = ks_bell_new();
	if (worker->bell == NULL)
		return ks_err_set(
		    err, KS_ERR_SYSTEM, "No pipe could be opened: %s", strerror(errno));
	worker->http = ks_http_new(&http, err);
	if (worker->http == NULL)
		return false;
	wake.ctx = worker->http;
	ring = ks_bell_signal(worker->bell);
	worker->requests = ks_queue_new(&wake, free_request);
	worker->events = ks_queue_new(&ring, free_event);
	return true;
}

struct ks_worker *ks_worker_start(const struct ks_worker_options *options, struct ks_err *err)
{
	struct ks_worker *worker = ks_calloc(1, sizeof *worker);

	pthread_mutex_init(&worker->lock, NULL);
	pthread_cond_init(&worker->ended_now, NULL);
	fill_options(worker, options);
	if (open_channels(worker, err)) {
		if (start_thread(worker))
			return worker;
		ks_err_set(err, KS_ERR_SYSTEM, "No thread could be started");
	}
	free_worker(worker);
	return NULL;
}

static struct timespec deadline(int64_t ms)
{
	struct timespec at;

	clock_gettime(CLOCK_REALTIME, &at);
	at.tv_nsec += (long)(ms % 1000) * 1000000;
	at.tv_sec += (time_t)(ms / 1000) + at.tv_nsec / 1000000000;
	at.tv_nsec %= 1000000000;
	return at;
}

bool ks_worker_stop(struct ks_worker *worker)
{
	struct timespec until = deadline(STOP_MS);
	bool ended;

	if (worker == NULL)
		return true;
	atomic_store(&worker->leaving, true);
	ks_http_wake(worker->http);
	pthread_mutex_lock(&worker->lock);
	while (!worker->ended &&
	       pthread_cond_timedwait(&worker->ended_now, &worker->lock, &until) == 0)
		;
	ended = worker->ended;
	worker->abandoned = !ended;
	if (!ended)
		pthread_detach(worker->thread);
	pthread_mutex_unlock(&worker->lock);
	if (ended) {
		pthread_join(worker->thread, NULL);
		free_worker(worker);
	}
	return ended;
}

/* The answer to a change that isn't sent, as if the service had refused it. */
static void refuse(struct ks_worker *worker, struct ks_request *request)
{
	struct ks_event *event = ks_event_new(KS_EVENT_REPLY, ks_clock_wall(worker->options.clock));

	event->request = request->id;
	ks_err_set(&event->err, KS_ERR_REFUSED, "Nothing is changed in read-only mode");
	event->err.not_sent = true;
	ks_request_free(request);
	ks_queue_put(worker->events, event);
}

void ks_worker_submit(struct ks_worker *worker, struct ks_request *request)
{
	if (worker->options.read_only && request->kind == KS_REQUEST_CALL &&
	    ks_call(request->op)->changes)
		refuse(worker, request);
	else
		ks_queue_put(worker->requests, request);
}

struct ks_event *ks_worker_take(struct ks_worker *worker)
{
	return ks_queue_take(worker->events);
}

int ks_worker_fd(const struct ks_worker *worker)
{
	return ks_bell_fd(worker->bell);
}
