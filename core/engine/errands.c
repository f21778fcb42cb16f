#include "core/engine/errands.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/child.h"
#include "core/base/mem.h"
#include "core/engine/program.h"
#include "core/engine/skew.h"

/* No answer of a credential service is anywhere near as long. */
#define REPLY_MAX ((size_t)256 * 1024)

struct kind;

struct ks_errand {
	const struct kind *kind;
	struct ks_runner *runner;
	const void *client; /* whose it is */
	bool critical;
	struct ks_errand *next;
	bool over;
	struct ks_errand_end end;

	struct ks_transfer *transfer; /* of a fetch */
	char *body;                   /* wiping */
	struct ks_child *child;       /* of a program */
	int64_t limit_ms;
	int64_t due;       /* of a pause (monotonic ms) */
	uint64_t question; /* of a question */
	struct ks_secret *answer;
};

/* What the kinds of errands do differently. */
struct kind {
	void (*turn)(struct ks_errand *errand, int64_t now); /* NULL: nothing */
	void (*drop)(struct ks_errand *errand);              /* NULL: nothing */
	int64_t (*wake)(const struct ks_errand *errand);     /* monotonic ms; NULL: never */
	size_t (*fds)(const struct ks_errand *errand, int fds[KS_CHILD_FDS_MAX]); /* NULL: none */
};

/* Events that wait for the UI. */
struct news {
	struct ks_event **events;
	size_t first, count, cap;
};

struct ks_runner {
	struct ks_http *http;
	const struct ks_env *env;
	const char *path;
	const struct ks_clock *clock;
	struct ks_errand *errands;
	uint64_t last_question;
	struct news news;
	int *fds;
	size_t fds_cap;
};

/* One search's: who it is for. */
struct client {
	struct ks_errands functions;
	struct ks_runner *runner;
	uint32_t profile;
	bool unattended;
};

struct ks_runner *ks_runner_new(
    struct ks_http *http, const struct ks_env *env, const char *path, const struct ks_clock *clock)
{
	struct ks_runner *runner = ks_calloc(1, sizeof *runner);

	runner->http = http;
	runner->env = env;
	runner->path = path;
	runner->clock = clock;
	return runner;
}

void ks_runner_free(struct ks_runner *runner)
{
	if (runner == NULL)
		return;
	for (size_t i = runner->news.first; i < runner->news.count; i++)
		ks_event_free(runner->news.events[i]);
	free(runner->news.events);
	free(runner->fds);
	free(runner);
}

static struct ks_errand *add(const struct client *client, const struct kind *kind)
{
	struct ks_runner *runner = client->runner;
	struct ks_errand *errand = ks_calloc(1, sizeof *errand);

	errand->kind = kind;
	errand->client = client;
	errand->runner = runner;
	errand->end.text = "";
	errand->next = runner->errands;
	runner->errands = errand;
	return errand;
}

static void drop(void *ctx, struct ks_errand *errand)
{
	struct client *client = ctx;
	struct ks_errand **link = &client->runner->errands;

	if (errand == NULL)
		return;
	while (*link != errand)
		link = &(*link)->next;
	*link = errand->next;
	if (errand->kind->drop != NULL)
		errand->kind->drop(errand);
	free(errand);
}

static const struct ks_errand_end *end(void *ctx, const struct ks_errand *errand)
{
	(void)ctx;
	return errand->over ? &errand->end : NULL;
}

/* ---- requests ---- */

static void drop_fetch(struct ks_errand *errand)
{
	ks_transfer_free(errand->transfer);
	ks_wiping_free(errand->body);
}

static const struct kind fetch_kind = {.drop = drop_fetch};

enum { HEADERS_MAX = 16 };

static size_t copy_headers(
    const struct ks_errand_fetch *fetch, struct ks_http_header headers[HEADERS_MAX])
{
	size_t count = fetch->n_headers < HEADERS_MAX ? fetch->n_headers : HEADERS_MAX;

	for (size_t i = 0; i < count; i++)
		headers[i] =
		    (struct ks_http_header){fetch->headers[i].name, fetch->headers[i].value};
	return count;
}

static struct ks_errand *fetch(void *ctx, const struct ks_errand_fetch *fetch, struct ks_err *err)
{
	struct client *client = ctx;
	struct ks_errand *errand = add(client, &fetch_kind);
	struct ks_http_header headers[HEADERS_MAX];
	struct ks_http_request request = {
	    .method = fetch->method,
	    .url = fetch->url,
	    .headers = headers,
	    .n_headers = copy_headers(fetch, headers),
	    .body_len = fetch->body_len,
	    .reply_max = REPLY_MAX,
	    .agent = fetch->agent,
	    .ca_bundle = fetch->ca_bundle,
	    .connect_ms = fetch->connect_ms,
	    .timeout_ms = fetch->timeout_ms,
	    .direct = fetch->direct,
	    .once = fetch->once,
	};

	errand->critical = fetch->once;
	if (fetch->body != NULL) {
		errand->body = ks_wiping_malloc(fetch->body_len + 1);
		memcpy(errand->body, fetch->body, fetch->body_len);
		errand->body[fetch->body_len] = '\0';
		request.body = errand->body;
	}
	errand->transfer = ks_http_start(client->runner->http, &request, errand, err);
	if (errand->transfer != NULL)
		return errand;
	drop(ctx, errand);
	return NULL;
}

bool ks_runner_take(struct ks_runner *runner, struct ks_transfer *transfer)
{
	const struct ks_http_answer *answer = ks_transfer_answer(transfer);
	struct ks_errand *errand = runner->errands;

	while (errand != NULL && errand->transfer != transfer)
		errand = errand->next;
	if (errand == NULL)
		return false;
	errand->over = true;
	errand->end.err = answer->err;
	errand->end.status = answer->status;
	errand->end.text = answer->body;
	errand->end.len = answer->body_len;
	errand->end.skew_known = ks_skew_measure(
	    answer->sent, answer->received, answer->date, answer->cached, &errand->end.skew_ms);
	return true;
}

/* ---- programs ---- */

static void say_end(struct ks_errand *errand, enum ks_child_end end, int64_t limit_ms)
{
	struct ks_err *err = &errand->end.err;

	switch (end) {
	case KS_CHILD_SIGNALLED:
		ks_err_set(err, KS_ERR_SYSTEM, "it was ended by signal %d (%s)", errand->end.status,
		    strsignal(errand->end.status));
		break;
	case KS_CHILD_TIMED_OUT:
		ks_err_set(err, KS_ERR_TIMEOUT, "it did not end within %d seconds and was killed",
		    (int)(limit_ms / 1000));
		break;
	case KS_CHILD_TOO_MUCH:
		ks_err_set(err, KS_ERR_REPLY, "it printed more than credentials can be");
		break;
	case KS_CHILD_LOST:
		ks_err_set(err, KS_ERR_SYSTEM, "how it ended can't be seen");
		break;
	case KS_CHILD_RUNNING:
	case KS_CHILD_EXITED:
		break;
	}
}

static void turn_program(struct ks_errand *errand, int64_t now)
{
	enum ks_child_end end = ks_child_turn(errand->child, now);

	if (end == KS_CHILD_RUNNING)
		return;
	errand->over = true;
	errand->end.status = ks_child_status(errand->child);
	errand->end.text = ks_child_output(errand->child, &errand->end.len);
	ks_child_quote(errand->child, errand->end.said, sizeof errand->end.said);
	say_end(errand, end, errand->limit_ms);
}

static void drop_program(struct ks_errand *errand)
{
	ks_child_free(errand->child);
}

static int64_t wake_program(const struct ks_errand *errand)
{
	return ks_child_wake(errand->child);
}

static size_t fds_of_program(const struct ks_errand *errand, int fds[KS_CHILD_FDS_MAX])
{
	return ks_child_fds(errand->child, fds);
}

static const struct kind program_kind = {
    .turn = turn_program, .drop = drop_program, .wake = wake_program, .fds = fds_of_program};

static struct ks_errand *run(void *ctx, const struct ks_errand_run *run, struct ks_err *err)
{
	struct client *client = ctx;
	struct ks_runner *runner = client->runner;
	struct ks_child *child = ks_program_start(
	    run->line, runner->path, runner->env, run->limit_ms, ks_clock_mono(runner->clock), err);
	struct ks_errand *errand;

	if (child == NULL)
		return NULL;
	errand = add(client, &program_kind);
	errand->child = child;
	errand->limit_ms = run->limit_ms;
	return errand;
}

/* ---- questions ---- */

static void tell(struct ks_runner *runner, struct ks_event *event)
{
	struct news *news = &runner->news;

	news->events = ks_grow(news->events, news->count, &news->cap, sizeof(struct ks_event *));
	news->events[news->count++] = event;
}

struct ks_event *ks_runner_event(struct ks_runner *runner)
{
	struct news *news = &runner->news;

	if (news->first == news->count) {
		news->first = news->count = 0;
		return NULL;
	}
	return news->events[news->first++];
}

static void drop_question(struct ks_errand *errand)
{
	struct ks_runner *runner = errand->runner;
	struct ks_event *event;

	ks_secret_free(errand->answer);
	if (errand->over)
		return;
	event = ks_event_new(KS_EVENT_QUESTION_OVER, ks_clock_wall(runner->clock));
	event->target = errand->question;
	tell(runner, event);
}

static const struct kind question_kind = {.drop = drop_question};

static struct ks_errand *ask(
    void *ctx, const struct ks_errand_question *question, struct ks_err *err)
{
	struct client *client = ctx;
	struct ks_runner *runner = client->runner;
	struct ks_errand *errand = add(client, &question_kind);
	struct ks_event *event;

	(void)err;
	errand->question = ++runner->last_question;
	if (client->unattended) {
		errand->over = true;
		ks_err_set(&errand->end.err, KS_ERR_CANCELLED, "Nobody asks for it any more");
		return errand;
	}
	event = ks_event_new(KS_EVENT_QUESTION, ks_clock_wall(runner->clock));
	event->question = ks_calloc(1, sizeof *event->question);
	event->question->id = errand->question;
	event->question->profile = client->profile;
	event->question->prompt = ks_strdup(question->prompt);
	event->question->why = ks_strdup(question->why);
	event->question->last_error = ks_strdup_maybe(question->last_error);
	tell(runner, event);
	return errand;
}

void ks_runner_answer(
    struct ks_runner *runner, uint64_t question, struct ks_secret *answer, const char *why)
{
	struct ks_errand *errand = runner->errands;

	while (errand != NULL && (errand->question != question || errand->over))
		errand = errand->next;
	if (errand == NULL) {
		ks_secret_free(answer);
		return;
	}
	errand->over = true;
	errand->answer = answer;
	if (answer != NULL) {
		errand->end.text = ks_secret_value(answer);
		errand->end.len = ks_secret_len(answer);
	} else {
		ks_err_set(&errand->end.err, why != NULL ? KS_ERR_REFUSED : KS_ERR_CANCELLED, "%s",
		    why != NULL ? why : "It was not given");
	}
}

/* ---- pauses ---- */

static void turn_pause(struct ks_errand *errand, int64_t now)
{
	errand->over = now >= errand->due;
}

static int64_t wake_pause(const struct ks_errand *errand)
{
	return errand->due;
}

static const struct kind pause_kind = {.turn = turn_pause, .wake = wake_pause};

static struct ks_errand *pause_for(void *ctx, int64_t ms)
{
	struct client *client = ctx;
	struct ks_errand *errand = add(client, &pause_kind);

	errand->due = ks_clock_mono(client->runner->clock) + ms;
	return errand;
}

/* ---- the whole ---- */

struct ks_errands *ks_runner_errands(struct ks_runner *runner, uint32_t profile)
{
	struct client *client = ks_calloc(1, sizeof *client);

	client->functions = (struct ks_errands){
	    .fetch = fetch,
	    .run = run,
	    .ask = ask,
	    .pause = pause_for,
	    .end = end,
	    .drop = drop,
	    .ctx = client,
	    .clock = runner->clock,
	};
	client->runner = runner;
	client->profile = profile;
	return &client->functions;
}

void ks_errands_free(struct ks_errands *errands)
{
	if (errands != NULL)
		free(errands->ctx);
}

static struct client *client_of(const struct ks_errands *errands)
{
	return errands->ctx;
}

void ks_errands_attend(struct ks_errands *errands, bool cares)
{
	client_of(errands)->unattended = !cares;
}

bool ks_errands_are_critical(const struct ks_errands *errands)
{
	const struct client *client = client_of(errands);

	for (const struct ks_errand *errand = client->runner->errands; errand != NULL;
	     errand = errand->next)
		if (errand->client == client && errand->critical)
			return true;
	return false;
}

void ks_runner_turn(struct ks_runner *runner)
{
	int64_t now = ks_clock_mono(runner->clock);

	for (struct ks_errand *errand = runner->errands; errand != NULL; errand = errand->next)
		if (!errand->over && errand->kind->turn != NULL)
			errand->kind->turn(errand, now);
}

static void add_fd(struct ks_runner *runner, int fd, size_t *count)
{
	runner->fds = ks_grow(runner->fds, *count, &runner->fds_cap, sizeof *runner->fds);
	runner->fds[(*count)++] = fd;
}

const int *ks_runner_fds(struct ks_runner *runner, size_t *count)
{
	*count = 0;
	for (const struct ks_errand *errand = runner->errands; errand != NULL;
	     errand = errand->next) {
		int own[KS_CHILD_FDS_MAX];
		size_t n_own =
		    errand->over || errand->kind->fds == NULL ? 0 : errand->kind->fds(errand, own);

		for (size_t i = 0; i < n_own; i++)
			add_fd(runner, own[i], count);
	}
	return runner->fds;
}

int64_t ks_runner_wake(const struct ks_runner *runner)
{
	int64_t now = ks_clock_mono(runner->clock), soonest = -1;

	for (const struct ks_errand *errand = runner->errands; errand != NULL;
	     errand = errand->next) {
		int64_t at = errand->over || errand->kind->wake == NULL
				 ? KS_TIME_NEVER
				 : errand->kind->wake(errand);
		int64_t left = at > now ? at - now : 0;

		if (at != KS_TIME_NEVER && (soonest < 0 || left < soonest))
			soonest = left;
	}
	return soonest;
}
