/*
 * "keysail whoami": which identity, region and endpoint would be used. No call is sent to
 * Lightsail, and no secret is printed.
 */
#ifndef KS_TUI_CLI_WHOAMI_H
#define KS_TUI_CLI_WHOAMI_H

#include <stdio.h>

#include "core/engine/worker.h"
#include "core/state/store.h"
#include "tui/cli/options.h"

/*
 * Finds the identity of each profile, prints it, and gives the exit status: 0; 1 when one failed,
 * each with a line on stderr; 128 + N when signal N ended it. Main thread.
 */
int ks_whoami_main(const struct ks_options *options, const struct ks_store_options *store,
    const struct ks_worker_options *worker);

/* What it prints of a store whose identities are known or have failed; the latter are left out. */
void ks_whoami_print_table(FILE *out, const struct ks_store *store, int64_t now);
void ks_whoami_print_json(FILE *out, const struct ks_store *store);

#endif
