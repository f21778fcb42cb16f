#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/errand_desk.h"

/* More looks than any search needs: it hangs. */
enum { LOOKS_MAX = 10000 };

struct ks_errand {
	const struct desk_step *step; /* NULL: a pause */
	int looks;
	struct ks_errand_end end;
};

struct desk desk;

static int64_t now(void *ctx)
{
	(void)ctx;
	return desk.now;
}

static struct ks_errand *add(const struct desk_step *step)
{
	struct ks_errand *errand = calloc(1, sizeof *errand);

	assert_non_null(errand);
	errand->step = step;
	errand->end.text = "";
	desk.alive++;
	return errand;
}

static void check_has(const struct desk_step *step, const char *text)
{
	for (size_t i = 0; i < sizeof step->has / sizeof step->has[0]; i++)
		if (step->has[i] != NULL && strstr(text, step->has[i]) == NULL)
			fail_msg("no \"%s\" in: %s", step->has[i], text);
}

static struct ks_errand *begin(const char *expected, const char *came, const char *text)
{
	const struct desk_step *step = &desk.steps[desk.next];
	struct ks_errand *errand;

	if (desk.next >= desk.n_steps)
		fail_msg("not expected: %s", came);
	if (expected == NULL)
		fail_msg("step %zu is of another kind: %s", desk.next, came);
	assert_string_equal(came, expected);
	check_has(step, text);
	desk.next++;
	errand = add(step);
	errand->looks = step->looks;
	errand->end.status = step->status;
	if (step->text != NULL)
		errand->end.text = step->text;
	errand->end.len = strlen(errand->end.text);
	if (step->fails != KS_ERR_NONE)
		ks_err_set(&errand->end.err, step->fails, "it went wrong");
	errand->end.err.not_sent = step->not_sent;
	if (step->said != NULL)
		snprintf(errand->end.said, sizeof errand->end.said, "%s", step->said);
	if (step->meanwhile != NULL)
		step->meanwhile();
	return errand;
}

static const char *expected(size_t offset)
{
	const char *const *field;

	if (desk.next >= desk.n_steps)
		return NULL;
	field = (const char *const *)((const char *)&desk.steps[desk.next] + offset);
	return *field;
}

static void note_sent(const struct ks_errand_fetch *fetch)
{
	struct desk_sent *sent = &desk.sent[desk.n_sent % DESK_SENT_MAX];

	desk.n_sent++;
	*sent = (struct desk_sent){
	    .connect_ms = fetch->connect_ms, .timeout_ms = fetch->timeout_ms, .once = fetch->once};
	if (fetch->agent != NULL)
		snprintf(sent->agent, sizeof sent->agent, "%s", fetch->agent);
}

static struct ks_errand *fetch(void *ctx, const struct ks_errand_fetch *fetch, struct ks_err *err)
{
	char came[1024];
	size_t len;
	struct ks_errand *errand;

	(void)ctx;
	(void)err;
	note_sent(fetch);
	snprintf(came, sizeof came, "%s %s", fetch->method, fetch->url);
	len = (size_t)snprintf(desk.last, sizeof desk.last, "%s\n", came);
	for (size_t i = 0; i < fetch->n_headers; i++)
		len += (size_t)snprintf(desk.last + len, sizeof desk.last - len, "%s: %s\n",
		    fetch->headers[i].name, fetch->headers[i].value);
	snprintf(desk.last + len, sizeof desk.last - len, "\n%.*s", (int)fetch->body_len,
	    fetch->body != NULL ? fetch->body : "");
	errand = begin(expected(offsetof(struct desk_step, fetch)), came, desk.last);
	if (errand->end.status == 0 && errand->end.err.kind == KS_ERR_NONE)
		errand->end.status = 200;
	errand->end.skew_known = true;
	errand->end.skew_ms = errand->step->skew_ms;
	return errand;
}

static struct ks_errand *run(void *ctx, const struct ks_errand_run *run, struct ks_err *err)
{
	(void)ctx;
	(void)err;
	return begin(expected(offsetof(struct desk_step, run)), run->line, run->line);
}

static struct ks_errand *ask(
    void *ctx, const struct ks_errand_question *question, struct ks_err *err)
{
	(void)ctx;
	(void)err;
	snprintf(desk.last, sizeof desk.last, "%s\n%s", question->why,
	    question->last_error != NULL ? question->last_error : "");
	return begin(expected(offsetof(struct desk_step, ask)), question->prompt, desk.last);
}

static struct ks_errand *pause_for(void *ctx, int64_t ms)
{
	(void)ctx;
	desk.now += ms;
	desk.paused += ms;
	return add(NULL);
}

/* A look at what is still under way counts; the errand is the test's own. */
static const struct ks_errand_end *look(void *ctx, const struct ks_errand *errand)
{
	struct ks_errand *own = (struct ks_errand *)(uintptr_t)errand;

	(void)ctx;
	if (own->looks-- > 0)
		return NULL;
	own->looks = 0;
	return &own->end;
}

static void drop(void *ctx, struct ks_errand *errand)
{
	(void)ctx;
	if (errand == NULL)
		return;
	desk.alive--;
	free(errand);
}

void desk_open(const struct desk_step *steps, size_t n_steps)
{
	desk = (struct desk){
	    .steps = steps,
	    .n_steps = n_steps,
	    .now = DESK_NOW,
	    .clock = {.wall = now, .mono = now},
	};
	desk.errands = (struct ks_errands){
	    .fetch = fetch,
	    .run = run,
	    .ask = ask,
	    .pause = pause_for,
	    .end = look,
	    .drop = drop,
	    .clock = &desk.clock,
	};
}

void desk_close(void)
{
	assert_int_equal(desk.next, desk.n_steps);
	assert_int_equal(desk.alive, 0);
}

bool desk_resolve(const struct ks_identity_options *options, const char *profile,
    const char *refused, struct ks_identity **out, struct ks_err *err)
{
	struct ks_identity_search *search =
	    ks_identity_begin(options, &desk.errands, profile, refused);
	enum ks_provider_result result;
	int looks = 0;

	memset(err, 0, sizeof *err);
	while ((result = ks_identity_step(search, out, err)) == KS_PROVIDER_PENDING)
		if (++looks > LOOKS_MAX)
			fail_msg("the search hangs");
	ks_identity_search_free(search);
	return result == KS_PROVIDER_DONE;
}
