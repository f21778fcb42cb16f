#include "tui/cli/loop.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "tui/emergency.h"

enum { LINES_A_REGION = 10, LINE_SIZE = 1200 };

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

/* ---- waiting ---- */

static void tell(struct ks_cli *cli, struct ks_event *event)
{
	if (event != NULL)
		ks_session_tell(cli->session, event);
}

/* pselect, because not every system has ppoll. Both descriptors are below FD_SETSIZE. */
static void wait_for(struct ks_cli *cli, int64_t until)
{
	int fd = ks_session_fd(cli->session), terminal = ks_ask_fd(&cli->ask);
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
	if (terminal >= 0)
		FD_SET(terminal, &readable);
	if (pselect((fd > terminal ? fd : terminal) + 1, &readable, NULL, NULL, timeout,
		&cli->mask) > 0 &&
	    terminal >= 0 && FD_ISSET(terminal, &readable))
		tell(cli, ks_ask_read(&cli->ask));
}

/* What the worker must know, asked on the terminal. True when something was answered at once. */
static bool ask(struct ks_cli *cli)
{
	struct ks_event *event = ks_ask_turn(&cli->ask, ks_session_store(cli->session));

	tell(cli, event);
	return event != NULL;
}

/* Whoever started us may have left us so many open files that there is no room for it. */
static bool can_wait_for(const struct ks_session *session, struct ks_err *err)
{
	return ks_session_fd(session) < FD_SETSIZE ||
	       ks_err_set(err, KS_ERR_SYSTEM, "Too many files are open already");
}

int ks_cli_wait(
    struct ks_cli *cli, bool (*done)(const struct ks_store *store, void *ctx), void *ctx)
{
	const struct ks_store *store = ks_session_store(cli->session);

	while (caught == 0 && !done(store, ctx)) {
		int64_t wake =
		    ks_session_turn(cli->session, &cli->hints, ks_clock_wall(ks_clock_system()));

		if (!done(store, ctx) && !ask(cli))
			wait_for(cli, wake);
	}
	ks_ask_end(&cli->ask);
	return caught;
}

static bool is_settled(const struct ks_store *store, void *ctx)
{
	(void)ctx;
	return ks_store_is_settled(store);
}

int ks_cli_read_all(struct ks_cli *cli)
{
	return ks_cli_wait(cli, is_settled, NULL);
}

/* ---- beginning and ending ---- */

bool ks_cli_start(struct ks_cli *cli, const struct ks_store_options *store,
    const struct ks_worker_options *worker)
{
	struct ks_err err;

	cli->hints = (struct ks_hints){0};
	ks_ask_init(&cli->ask);
	ks_emergency_install();
	ks_mem_set_oom_hook(ks_emergency_restore);
	hold_signals(&cli->mask);
	cli->session = ks_session_start(store, worker, &err);
	if (cli->session != NULL && can_wait_for(cli->session, &err))
		return true;
	ks_cli_complain(&err);
	ks_session_stop(cli->session);
	return false;
}

void ks_cli_stop(struct ks_cli *cli, int status)
{
	if (!ks_session_stop(cli->session))
		_exit(status);
}

int ks_cli_run_on_bucket(const struct ks_options *options, const struct ks_store_options *store,
    const struct ks_worker_options *worker,
    int (*run)(struct ks_cli *cli, const struct ks_options *options))
{
	struct ks_store_options only = *store;
	struct ks_cli cli;
	int status;

	only.only_bucket = options->bucket;
	only.refresh_seconds = 0;
	if (!ks_cli_start(&cli, &only, worker))
		return KS_CLI_FAILED;
	status = run(&cli, options);
	ks_cli_warn(&cli);
	ks_cli_stop(&cli, status);
	return status;
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

		if (entry->keys_fetched.state != KS_FETCH_FAILED ||
		    ks_store_profile_says(store, scope->profile, &entry->keys_fetched))
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

void ks_cli_refuse(const char *reason, struct ks_err *err)
{
	const char *colon = strstr(reason, ": ");
	size_t len = colon != NULL ? (size_t)(colon - reason) : strlen(reason);

	ks_err_set(err, KS_ERR_REFUSED, "%.*s", (int)len, reason);
	err->message[0] = (char)tolower((unsigned char)err->message[0]);
	if (colon != NULL)
		ks_err_tip(err, "%s", colon + 2);
}

void ks_cli_complain(const struct ks_err *err)
{
	complain("", "", "", err);
}

void ks_cli_warn(const struct ks_cli *cli)
{
	const struct ks_store *store = ks_session_store(cli->session);

	if (store->n_warnings > 0)
		fprintf(stderr, "keysail: %s\n", store->warning);
}

int ks_cli_print_id(const struct ks_str *key_id, const char *what)
{
	struct ks_err err;

	errno = 0;
	puts(ks_str_clean(key_id));
	if (fflush(stdout) == 0 && !ferror(stdout))
		return EXIT_SUCCESS;
	ks_err_set(&err, KS_ERR_SYSTEM, "key %s was %s, but that can't be written: %s",
	    ks_str_clean(key_id), what, strerror(errno != 0 ? errno : EIO));
	ks_cli_complain(&err);
	return KS_CLI_FAILED;
}

bool ks_cli_complain_of_places(const struct ks_store *store)
{
	bool failed = false;

	for (uint32_t i = 0; i < store->n_profiles; i++) {
		const struct ks_err *err = ks_store_profile_err(store, i);

		if (err == NULL)
			continue;
		complain(ks_store_profile_name(store, i), "", "", err);
		failed = true;
	}
	for (uint32_t i = 0; i < store->n_scopes; i++) {
		const struct ks_scope *scope = &store->scopes[i];
		struct ks_err err;

		if (!ks_store_is_quiet(store, i) &&
		    !ks_store_profile_says(store, scope->profile, &scope->buckets) &&
		    ks_store_scope_err(store, i, &err)) {
			complain(
			    ks_store_profile_name(store, scope->profile), scope->region, "", &err);
			failed = true;
		}
	}
	return failed;
}

bool ks_cli_complain_of_all(const struct ks_store *store)
{
	bool failed = ks_cli_complain_of_places(store);

	for (size_t i = 0; i < store->n_scopes; i++)
		failed |= complain_of_keys(store, &store->scopes[i]);
	return failed;
}
