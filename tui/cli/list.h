/*
 * "keysail list": every key on stdout, and an exit status for cron.
 */
#ifndef KS_TUI_CLI_LIST_H
#define KS_TUI_CLI_LIST_H

#include "core/engine/worker.h"
#include "core/state/store.h"
#include "tui/cli/options.h"

/*
 * Reads everything, prints it, and gives the exit status: 0; 1 when something failed, each with a
 * line on stderr; 3 when --fail-on found something; 128 + N when signal N ended it. Main thread.
 */
int ks_list_main(const struct ks_options *options, const struct ks_store_options *store,
    const struct ks_worker_options *worker);

#endif
