/*
 * "keysail delete BUCKET KEYID --yes": deletes one access key, for scripts.
 */
#ifndef KS_TUI_CLI_DELETE_H
#define KS_TUI_CLI_DELETE_H

#include "core/engine/worker.h"
#include "core/state/store.h"
#include "tui/cli/options.h"

/*
 * Looks the bucket and the key up, deletes the key, waits until it is known how that ended, and
 * prints the key's ID. Gives the exit status: 0; 1 when it failed, with a line on stderr; 128 + N
 * when signal N ended it. Main thread.
 */
int ks_delete_main(const struct ks_options *options, const struct ks_store_options *store,
    const struct ks_worker_options *worker);

#endif
