/*
 * The errands of credential providers (core/aws/errand.h), done by the worker: requests on its
 * curl_multi, programs, questions to the user, pauses. Worker thread only.
 */
#ifndef KS_ENGINE_ERRANDS_H
#define KS_ENGINE_ERRANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/aws/env.h"
#include "core/aws/errand.h"
#include "core/base/clock.h"
#include "core/base/secret.h"
#include "core/engine/http.h"
#include "core/state/message.h"

struct ks_runner;

/*
 * env gives programs back what was taken out of the environment at start; path is the user's PATH,
 * where they are looked for. All must outlive the runner.
 */
struct ks_runner *ks_runner_new(
    struct ks_http *http, const struct ks_env *env, const char *path, const struct ks_clock *clock);
/* All errands must have been dropped. NULL is fine. */
void ks_runner_free(struct ks_runner *runner);

/* The functions for a search on behalf of this profile. The caller frees them, after the search. */
struct ks_errands *ks_runner_errands(struct ks_runner *runner, uint32_t profile);
void ks_errands_free(struct ks_errands *errands);
/* Does anybody care? Without, questions are not asked: the answer is that there is none. */
void ks_errands_attend(struct ks_errands *errands, bool cares);
/*
 * One of them can't be taken back and has no answer yet that was dealt with (a request with .once):
 * what it brings must not get lost.
 */
bool ks_errands_are_critical(const struct ks_errands *errands);

/* Goes on with what has a time or a descriptor. */
void ks_runner_turn(struct ks_runner *runner);
/* Takes over the end of a transfer. False when it is none of an errand's. */
bool ks_runner_take(struct ks_runner *runner, struct ks_transfer *transfer);
/*
 * The user's answer to a question, which is taken over; NULL: there is none, and why says why not,
 * as a sentence (NULL: the user would not). A question that is over already is ignored.
 */
void ks_runner_answer(
    struct ks_runner *runner, uint64_t question, struct ks_secret *answer, const char *why);
/* The next event for the UI: a question, or that one is over. NULL: none. The caller owns it. */
struct ks_event *ks_runner_event(struct ks_runner *runner);

/* To be polled for reading; good until the next call. */
const int *ks_runner_fds(struct ks_runner *runner, size_t *count);
/* Milliseconds until ks_runner_turn is due although nothing came; -1: never. */
int64_t ks_runner_wake(const struct ks_runner *runner);

#endif
