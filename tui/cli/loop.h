/*
 * What the commands without a screen share: the session's loop, what it asks on the terminal, the
 * signals that end it, and the lines on stderr for what failed. Main thread.
 */
#ifndef KS_TUI_CLI_LOOP_H
#define KS_TUI_CLI_LOOP_H

#include <signal.h>
#include <stdbool.h>

#include "core/base/err.h"
#include "core/engine/session.h"
#include "tui/cli/ask.h"
#include "tui/cli/options.h"

enum { KS_CLI_FAILED = 1, KS_CLI_FOUND = 3 };

struct ks_cli {
	struct ks_session *session;
	struct ks_hints hints; /* none; a command may set what it wants to know besides */
	struct ks_ask ask;
	sigset_t mask; /* while we wait: signals that end a command count then, and never else */
};

/* False, and a line on stderr, when there is no session. Else end it with ks_cli_stop. */
bool ks_cli_start(struct ks_cli *cli, const struct ks_store_options *store,
    const struct ks_worker_options *worker);
/* Leaves the program with the status when the worker hangs (ks_worker_stop). */
void ks_cli_stop(struct ks_cli *cli, int status);

/* All of a command that changes one bucket: the session, the command, the warning, the end. */
int ks_cli_run_on_bucket(const struct ks_options *options, const struct ks_store_options *store,
    const struct ks_worker_options *worker,
    int (*run)(struct ks_cli *cli, const struct ks_options *options));

/* Runs the loop until done says so. Gives the signal that ended it early, else 0. */
int ks_cli_wait(
    struct ks_cli *cli, bool (*done)(const struct ks_store *store, void *ctx), void *ctx);
/* Until everything is known or has failed. */
int ks_cli_read_all(struct ks_cli *cli);

/*
 * A change's last word: the key's ID on stdout. Gives the exit status; what: "deleted", for the
 * line on stderr when that can't be written.
 */
int ks_cli_print_id(const struct ks_str *key_id, const char *what);

/* The last warning, if there was one, on stderr. */
void ks_cli_warn(const struct ks_cli *cli);
/*
 * Fills err for a line that ends with why something is refused, from a reason as the screen says
 * it, "This is so: do that.": what to do is the tip.
 */
void ks_cli_refuse(const char *reason, struct ks_err *err);
/* One line on stderr. */
void ks_cli_complain(const struct ks_err *err);
/* A line for each profile and region whose buckets aren't known; true when there was one. */
bool ks_cli_complain_of_places(const struct ks_store *store);
/* A line for each profile, region and bucket that failed; true when there was one. */
bool ks_cli_complain_of_all(const struct ks_store *store);

#endif
