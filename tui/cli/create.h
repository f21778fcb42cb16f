/*
 * "keysail create BUCKET --to SINK": makes an access key and hands its secret to a file or a
 * command, for scripts.
 */
#ifndef KS_TUI_CLI_CREATE_H
#define KS_TUI_CLI_CREATE_H

#include "core/engine/worker.h"
#include "core/state/store.h"
#include "tui/cli/options.h"

/*
 * Looks the bucket up, sees that the sink would take a secret, makes the key, delivers its secret,
 * and prints the key's ID and nothing else. A key whose secret could not be delivered is deleted
 * again; the journal knows of one where that failed, too. Gives the exit status: 0; 1 when it
 * failed, with a line on stderr; 128 + N when signal N ended it. Main thread.
 */
int ks_create_main(const struct ks_options *options, const struct ks_store_options *store,
    const struct ks_worker_options *worker);

#endif
