#include "tui/cli/whoami.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/aws/endpoint.h"
#include "core/aws/service.h"
#include "core/base/clock.h"
#include "core/base/date.h"
#include "tui/cli/loop.h"
#include "tui/cli/print_json.h"

/* ---- what there is to say ---- */

/* One profile in one region, or in all. */
struct row {
	const struct ks_store *store;
	uint32_t profile;
	const struct ks_identity_info *info;
	const char *region;              /* NULL: all of them */
	char endpoint[KS_ENDPOINT_SIZE]; /* "": AWS's own, one for each region */
};

static void set_endpoint(struct row *row)
{
	struct ks_err err;

	row->endpoint[0] = '\0';
	if (row->info->endpoint != NULL)
		snprintf(row->endpoint, sizeof row->endpoint, "%s", row->info->endpoint);
	else if (row->region != NULL &&
		 !ks_service_endpoint(KS_SERVICE_LIGHTSAIL, row->region, row->info->fips,
		     row->info->dual_stack, row->endpoint, sizeof row->endpoint, &err))
		row->endpoint[0] = '\0';
}

typedef void row_fn(const struct row *row, void *ctx);

/* In the order in which profiles and regions were chosen. */
static void each_row(const struct ks_store *store, row_fn *visit, void *ctx)
{
	for (uint32_t i = 0; i < store->n_profiles; i++) {
		const struct ks_profile *profile = &store->profiles[i];
		struct row row = {.store = store, .profile = i, .info = profile->info};
		const struct ks_choice *choice = &store->choice;
		bool listed = choice->regions.count > 0 && !choice->all_regions;

		if (profile->identity.state != KS_FETCH_KNOWN)
			continue;
		for (size_t r = 0; r < (listed ? choice->regions.count : 1); r++) {
			row.region = listed                ? ks_str_raw(&choice->regions.items[r])
				     : choice->all_regions ? NULL
							   : profile->info->region;
			set_endpoint(&row);
			visit(&row, ctx);
		}
	}
}

/* ---- for people ---- */

enum { LABEL_WIDTH = 12 };

struct table {
	FILE *out;
	int64_t now;
	size_t count;
};

static void line(const struct table *table, const char *label, const char *text)
{
	fprintf(table->out, "%-*s%s\n", LABEL_WIDTH, label, text);
}

static void line_of_expiry(const struct table *table, int64_t expires)
{
	char date[KS_DATE_SIZE], span[KS_DATE_SIZE], text[2 * KS_DATE_SIZE + 8];

	if (expires == KS_TIME_NONE) {
		line(table, "expires", "never");
		return;
	}
	ks_date_rfc3339(expires, date);
	if (expires > table->now)
		snprintf(text, sizeof text, "%s (in %s)", date,
		    ks_date_span(expires - table->now, span));
	else
		snprintf(text, sizeof text, "%s (%s ago)", date,
		    ks_date_span(table->now - expires, span));
	line(table, "expires", text);
}

static const char *or_unknown(const char *text)
{
	return text != NULL ? text : "unknown";
}

static void print_block(const struct row *row, void *ctx)
{
	struct table *table = ctx;
	const struct ks_identity_info *info = row->info;
	const char *name = ks_store_profile_name(row->store, row->profile);

	if (table->count++ > 0)
		putc('\n', table->out);
	/* The demo has none. */
	line(table, "profile", name[0] != '\0' ? name : "-");
	line(table, "source", or_unknown(info->source));
	line(table, "access key", or_unknown(info->access_key_id));
	line(table, "account", or_unknown(info->account));
	line(table, "region", row->region != NULL ? row->region : "all");
	line(table, "endpoint",
	    row->endpoint[0] != '\0' ? row->endpoint : "AWS's own, one in each region");
	line_of_expiry(table, info->expires);
}

void ks_whoami_print_table(FILE *out, const struct ks_store *store, int64_t now)
{
	struct table table = {.out = out, .now = now};

	each_row(store, print_block, &table);
}

/* ---- for programs ---- */

struct array {
	FILE *out;
	size_t count;
};

static void member(FILE *out, const char *name, const char *text)
{
	fprintf(out, "\"%s\": ", name);
	ks_print_json_text(out, text);
	fputs(", ", out);
}

static void print_object(const struct row *row, void *ctx)
{
	struct array *array = ctx;
	const struct ks_identity_info *info = row->info;
	FILE *out = array->out;

	fputs(array->count++ > 0 ? ",\n {" : "\n {", out);
	member(out, "profile", ks_store_profile_name(row->store, row->profile));
	member(out, "source", info->source);
	member(out, "accessKeyId", info->access_key_id);
	member(out, "account", info->account);
	member(out, "region", row->region);
	member(out, "endpoint", row->endpoint[0] != '\0' ? row->endpoint : NULL);
	fputs("\"expiresAt\": ", out);
	ks_print_json_time(out, info->expires);
	putc('}', out);
}

void ks_whoami_print_json(FILE *out, const struct ks_store *store)
{
	struct array array = {.out = out};

	putc('[', out);
	each_row(store, print_object, &array);
	fputs(array.count > 0 ? "\n]\n" : "]\n", out);
}

/* ---- the command ---- */

static bool print(const struct ks_options *options, const struct ks_store *store)
{
	struct ks_err err;

	errno = 0;
	if (strcmp(options->format->name, "json") == 0)
		ks_whoami_print_json(stdout, store);
	else
		ks_whoami_print_table(stdout, store, ks_clock_wall(ks_clock_system()));
	if (fflush(stdout) == 0 && !ferror(stdout))
		return true;
	ks_err_set(&err, KS_ERR_SYSTEM, "the identities can't be written: %s",
	    strerror(errno != 0 ? errno : EIO));
	ks_cli_complain(&err);
	return false;
}

/* Settings that were not taken as they stand: no failure, but the user may think they hold. */
static void tell_remarks(const struct ks_store *store)
{
	for (size_t i = 0; i < store->remarks.count; i++)
		fprintf(stderr, "keysail: %s\n", ks_str_clean(&store->remarks.items[i]));
}

int ks_whoami_main(const struct ks_options *options, const struct ks_store_options *store,
    const struct ks_worker_options *worker)
{
	struct ks_store_options only = *store;
	struct ks_cli cli;
	int status, ended;

	only.identities_only = true;
	only.refresh_seconds = 0;
	if (!ks_cli_start(&cli, &only, worker))
		return KS_CLI_FAILED;
	ended = ks_cli_read_all(&cli);
	if (ended != 0) {
		status = 128 + ended;
	} else {
		bool good = print(options, ks_session_store(cli.session));

		tell_remarks(ks_session_store(cli.session));
		good &= !ks_cli_complain_of_all(ks_session_store(cli.session));
		status = good ? EXIT_SUCCESS : KS_CLI_FAILED;
	}
	ks_cli_stop(&cli, status);
	return status;
}
