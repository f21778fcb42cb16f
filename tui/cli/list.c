#include "tui/cli/list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "tui/cli/absent.h"
#include "tui/cli/list_print.h"
#include "tui/cli/loop.h"

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
	if (options->bucket != NULL && store->n_buckets == 0)
		return ks_cli_no_bucket(store, options->bucket);
	failed |= ks_cli_complain_of_all(store);
	if (failed)
		return KS_CLI_FAILED;
	return found ? KS_CLI_FOUND : EXIT_SUCCESS;
}

int ks_list_main(const struct ks_options *options, const struct ks_store_options *store,
    const struct ks_worker_options *worker)
{
	struct ks_store_options only = *store;
	struct ks_cli cli;
	int status, ended;

	only.only_bucket = options->bucket;
	only.refresh_seconds = 0;
	if (!ks_cli_start(&cli, &only, worker))
		return KS_CLI_FAILED;
	ended = ks_cli_read_all(&cli);
	status = ended != 0 ? 128 + ended : report(options, ks_session_store(cli.session));
	ks_cli_stop(&cli, status);
	return status;
}
