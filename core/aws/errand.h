/*
 * What a credential provider needs of the world and must wait for: an HTTP request, a program, the
 * user's answer, a while. core/aws has no network and no children of its own: whoever steps the
 * chain brings these functions along (core/engine/errands.h; tests). Nothing here blocks: an errand
 * is begun, and looked at again whenever its provider is stepped. One thread.
 */
#ifndef KS_AWS_ERRAND_H
#define KS_AWS_ERRAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/clock.h"
#include "core/base/err.h"

struct ks_errand;

struct ks_errand_header {
	const char *name;
	const char *value;
};

/* An HTTP request. Nothing is owned, and all of it may go once the errand has begun. */
struct ks_errand_fetch {
	const char *method; /* "GET", "PUT", "POST" */
	const char *url;
	const struct ks_errand_header *headers;
	size_t n_headers;
	const char *body; /* NULL: none */
	size_t body_len;
	const char *agent;     /* added to the program's user agent; NULL: nothing */
	const char *ca_bundle; /* NULL: the system's */
	int connect_ms;        /* until the connection stands; 0: as any other request */
	int64_t timeout_ms;    /* for all of it; 0: as long as any other request may take */
	bool direct;           /* never through a proxy */
	/* Never sent twice by itself (http.h): for what the other side takes only once. */
	bool once;
};

/* A program that prints what is wanted: no shell, no input, the user's own environment. */
struct ks_errand_run {
	const char *line; /* split into words as a shell would */
	int64_t limit_ms; /* what runs longer is killed */
};

/* Something that only the user knows. All texts are for people and clean. */
struct ks_errand_question {
	const char *prompt;     /* "MFA code for arn:aws:iam::123456789012:mfa/me" */
	const char *why;        /* one sentence */
	const char *last_error; /* what was wrong with the answer before; NULL: there was none */
};

/* How an errand ended. */
struct ks_errand_end {
	/*
	 * KS_ERR_NONE when there is an answer, whatever its status. Else: no answer came, the
	 * program could not be run or was killed, the user gave none (KS_ERR_CANCELLED), or
	 * couldn't be asked (KS_ERR_REFUSED).
	 */
	struct ks_err err;
	int status;       /* HTTP's, or the program's exit status */
	const char *text; /* body, standard output, the user's answer; "" at least, in memory */
	size_t len;       /* that wipes itself; good until the errand is dropped */
	char said[256];   /* the first line of the program's standard error, clean */
	/* How far the server's clock is ahead of ours, where its answer told. */
	bool skew_known;
	int64_t skew_ms;
};

/* ctx comes first in every call. A NULL errand comes with err filled. */
struct ks_errands {
	struct ks_errand *(*fetch)(
	    void *ctx, const struct ks_errand_fetch *fetch, struct ks_err *err);
	struct ks_errand *(*run)(void *ctx, const struct ks_errand_run *run, struct ks_err *err);
	struct ks_errand *(*ask)(
	    void *ctx, const struct ks_errand_question *question, struct ks_err *err);
	/* Only time passes. Never NULL. */
	struct ks_errand *(*pause)(void *ctx, int64_t ms);
	/* NULL while it is under way. */
	const struct ks_errand_end *(*end)(void *ctx, const struct ks_errand *errand);
	/* Wipes and frees; one that is under way is given up. NULL is fine. */
	void (*drop)(void *ctx, struct ks_errand *errand);
	void *ctx;
	const struct ks_clock *clock;
};

#endif
