/*
 * The terminal program: the loop over terminal, worker and signals. UI thread, which is the main
 * thread.
 */
#ifndef KS_TUI_APP_H
#define KS_TUI_APP_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"
#include "core/engine/worker.h"
#include "core/state/store.h"
#include "tui/remember.h"

struct ks_app_options {
	const struct ks_store_options *store;
	const struct ks_worker_options *worker;
	const char *theme;      /* as the user chose it; NULL: by the terminal's background */
	const char *themes_dir; /* the user's folder of themes; NULL: none */
	bool ascii;             /* signs for terminals without UTF-8 */
	bool no_color;
	bool demo; /* say DEMO in the header */
	/* [clipboard] of the configuration; NULL commands and -1 seconds: the defaults */
	const char *copy_command, *clear_command;
	int clear_seconds;
	const char *deliver_command;  /* [deliver] of the configuration; NULL: none */
	struct ks_remember *remember; /* where a choice of profiles and regions goes; NULL */
	/* Remarks to show at start, one line each: the configuration's mistakes. */
	const char *const *remarks;
	size_t n_remarks;
};

enum ks_app_end {
	KS_APP_FAILED, /* err says why: no terminal, no worker */
	KS_APP_QUIT,   /* the user left */
	KS_APP_DEMO,   /* the user wants the demo instead: start anew with --demo */
	KS_APP_SIGNAL, /* last->signal ended it: the exit status is 128 + that */
};

struct ks_app_last {
	int signal;
	/* The worker can't be joined (ks_worker_stop): leave by _exit, free nothing that it uses.
	 */
	bool worker_hangs;
};

/*
 * Takes the terminal, draws the first frame, starts the session, and runs until the user leaves.
 * The terminal is given back before it returns; what the user must know then (a key whose secret
 * was not delivered) has been written to stderr.
 */
enum ks_app_end ks_app_run(
    const struct ks_app_options *options, struct ks_app_last *last, struct ks_err *err);

#endif
