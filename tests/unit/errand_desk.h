/*
 * Errands whose ends a test decides, on a clock of its own: a script says which requests, programs
 * and questions are expected, in order, and how each ends. There is one desk at a time.
 */
#ifndef KS_TESTS_ERRAND_DESK_H
#define KS_TESTS_ERRAND_DESK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/aws/errand.h"
#include "core/aws/identity.h"

/* What is expected next. Exactly one of fetch, run, ask is set. */
struct desk_step {
	const char *fetch;  /* "POST https://sts.us-east-1.amazonaws.com/" */
	const char *run;    /* the command line */
	const char *ask;    /* the prompt */
	const char *has[4]; /* each is in the request's headers or body, or in the question's why */

	/* how it ends */
	enum ks_err_kind fails; /* no answer at all */
	bool not_sent;          /* and no byte of it has left */
	int status;             /* 0: 200 of a request, 0 of a program */
	const char *text;       /* NULL: "" */
	const char *said;       /* a program's standard error */
	int64_t skew_ms;        /* the server's clock; 0: as ours */
	int looks;              /* it is under way for so many looks */
	/* Called when the errand begins: what happens meanwhile. */
	void (*meanwhile)(void);
};

/* What a request is sent with besides what is in it. */
struct desk_sent {
	char agent[256]; /* "" without one */
	int connect_ms;
	int64_t timeout_ms;
	bool once;
};

enum { DESK_SENT_MAX = 16 }; /* so many are noted */

struct desk {
	const struct desk_step *steps;
	size_t n_steps, next;
	int64_t now;     /* wall and monotonic ms; pauses move it */
	int64_t paused;  /* ms, in all */
	size_t alive;    /* errands that were not dropped */
	char last[8192]; /* the last request: "METHOD URL\nNAME: VALUE\n…\n\nBODY" */
	struct desk_sent sent[DESK_SENT_MAX];
	size_t n_sent;
	struct ks_errands errands;
	struct ks_clock clock;
};

extern struct desk desk;

/* 2026-11-24T12:00:00Z */
#define DESK_NOW INT64_C(1795521600000)

void desk_open(const struct desk_step *steps, size_t n_steps);
/* The script is at its end, and no errand is left. */
void desk_close(void);

/*
 * Searches to the end. As ks_identity_step: *out is the caller's to free in any case. refused as in
 * ks_identity_begin.
 */
bool desk_resolve(const struct ks_identity_options *options, const char *profile,
    const char *refused, struct ks_identity **out, struct ks_err *err);

#endif
