#include "tui/cli/list.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/engine/session.h"
#include "tui/cli/list_print.h"

enum { FAILED = 1, FOUND = 3, LINES_A_REGION = 10, LINE_SIZE = 1200 };

/* ---- signals: they count while we wait, and at no other time ---- */

static const int ending_signals[] = {SIGINT, SIGTERM, SIGHUP};
enum { ENDING_SIGNALS = sizeof ending_signals / sizeof ending_signals[0] };

static volatile sig_atomic_t caught;

static void catch (int number)
{
	caught = number;
}

static void hold_signals(sigset_t *before)
{
	struct sigaction action = {.sa_handler = catch};
	sigset_t held;

	caught = 0;
	sigemptyset(&held);
	for (size_t i = 0; i < ENDING_SIGNALS; i++) {
		struct sigaction old;

		sigaction(ending_signals[i], NULL, &old);
		if (old.sa_handler == SIG_IGN) /* nohup */
			continue;
		sigaction(ending_signals[i], &action, NULL);
		sigaddset(&held, ending_signals[i]);
	}
	sigprocmask(SIG_BLOCK, &held, before);
}

/* ---- reading ---- */

/* pselect, because not every system has ppoll. fd is below FD_SETSIZE. */
static void wait_for(int fd, int64_t until, const sigset_t *mask)
{
	struct timespec time, *timeout = NULL;
	fd_set readable;
	int64_t ms;

	if (until != KS_TIME_NEVER) {
		ms = until - ks_clock_wall(ks_clock_system());
		ms = ms < 0 ? 0 : ms;
		time = (struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
		timeout = &time;
	}
	FD_ZERO(&readable);
	FD_SET(fd, &readable);
	pselect(fd + 1, &readable, NULL, NULL, timeout, mask);
}

/* Whoever started us may have left us so many open files that there is no room for it. */
static bool can_wait_for(const struct ks_session *session, struct ks_err *err)
{
	return ks_session_fd(session) < FD_SETSIZE ||
	       ks_err_set(err, KS_ERR_SYSTEM, "Too many files are open already");
}

/* Until everything is known or has failed. Gives the signal that ended it early; 0. */
static int read_all(struct ks_session *session, const sigset_t *mask)
{
	const struct ks_hints nothing = {0};

	while (caught == 0 && !ks_store_is_settled(ks_session_store(session))) {
		int64_t wake = ks_session_turn(session, &nothing, ks_clock_wall(ks_clock_system()));

		if (!ks_store_is_settled(ks_session_store(session)))
			wait_for(ks_session_fd(session), wake, mask);
	}
	return caught;
}

/* ---- what failed ---- */

/* Which of the three it was, as far as it is known; any may be "". */
static void complain(
    const char *profile, const char *region, const char *bucket, const struct ks_err *err)
{
	const char *const parts[] = {profile, region, bucket};
	const char *separator = "";
	char line[LINE_SIZE];

	fputs("keysail: ", stderr);
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		if (parts[i][0] == '\0')
			continue;
		fprintf(stderr, "%s%s", separator, parts[i]);
		separator = ", ";
	}
	fprintf(stderr, "%s%s\n", separator[0] != '\0' ? ": " : "",
	    ks_err_line(err, line, sizeof line));
}

static bool complain_of_keys(const struct ks_store *store, const struct ks_scope *scope)
{
	const char *profile = ks_store_profile_name(store, scope->profile);
	size_t failed = 0;

	for (size_t i = 0; i < scope->n_entries; i++) {
		const struct ks_bucket_entry *entry = scope->entries[i];

		if (entry->keys_fetched.state != KS_FETCH_FAILED)
			continue;
		if (failed++ < LINES_A_REGION)
			complain(profile, scope->region, ks_str_clean(&entry->bucket.name),
			    entry->keys_fetched.err);
	}
	if (failed > LINES_A_REGION)
		fprintf(stderr, "keysail: %s, %s: and the keys of %zu more buckets\n", profile,
		    scope->region, failed - LINES_A_REGION);
	return failed > 0;
}

/* True when anything failed. */
static bool complain_of_all(const struct ks_store *store)
{
	bool failed = false;

	for (uint32_t i = 0; i < store->n_profiles; i++) {
		const struct ks_err *err = ks_store_profile_err(store, i);

		if (err == NULL)
			continue;
		complain(ks_store_profile_name(store, i), "", "", err);
		failed = true;
	}
	for (size_t i = 0; i < store->n_scopes; i++) {
		const struct ks_scope *scope = &store->scopes[i];

		if (scope->buckets.state == KS_FETCH_FAILED) {
			complain(ks_store_profile_name(store, scope->profile), scope->region, "",
			    scope->buckets.err);
			failed = true;
		}
		failed |= complain_of_keys(store, scope);
	}
	return failed;
}

static bool complain_of_bucket(const struct ks_store *store, const char *name)
{
	struct ks_err err;
	char line[LINE_SIZE];

	if (name == NULL || store->n_buckets > 0)
		return false;
	ks_err_set(&err, KS_ERR_USAGE, "there is no bucket %s in the regions that answered", name);
	fprintf(stderr, "keysail: %s\n", ks_err_line(&err, line, sizeof line));
	return true;
}

/* ---- what was found ---- */

static bool has_finding(const struct ks_list_rows *rows, ks_findings wanted)
{
	for (size_t i = 0; i < rows->count; i++)
		if ((rows->items[i].findings & wanted) != 0)
			return true;
	return false;
}

static bool print(const struct ks_list_format *format, const struct ks_list_rows *rows)
{
	errno = 0;
	format->print(stdout, rows);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return true;
	fprintf(
	    stderr, "keysail: the list can't be written: %s\n", strerror(errno != 0 ? errno : EIO));
	return false;
}

static int report(const struct ks_options *options, const struct ks_store *store)
{
	struct ks_list_rows rows;
	bool failed, found;

	ks_list_rows_make(&rows, store, ks_clock_wall(ks_clock_system()));
	failed = !print(options->format, &rows);
	found = has_finding(&rows, options->fail_on);
	ks_list_rows_free(&rows);
	failed |= complain_of_all(store);
	failed |= complain_of_bucket(store, options->bucket);
	if (failed)
		return FAILED;
	return found ? FOUND : EXIT_SUCCESS;
}

int ks_list_main(const struct ks_options *options, const struct ks_store_options *store,
    const struct ks_worker_options *worker)
{
	struct ks_store_options only = *store;
	struct ks_session *session;
	struct ks_err err;
	char line[LINE_SIZE];
	sigset_t mask;
	int status, ended;

	only.only_bucket = options->bucket;
	only.refresh_seconds = 0;
	hold_signals(&mask);
	session = ks_session_start(&only, worker, &err);
	if (session == NULL || !can_wait_for(session, &err)) {
		fprintf(stderr, "keysail: %s\n", ks_err_line(&err, line, sizeof line));
		ks_session_stop(session);
		return FAILED;
	}
	ended = read_all(session, &mask);
	status = ended != 0 ? 128 + ended : report(options, ks_session_store(session));
	if (!ks_session_stop(session))
		_exit(status);
	return status;
}
