#include "tui/cli/absent.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "tui/cli/loop.h"

enum { NAMED = 4, LIST_SIZE = 256 }; /* more regions than so many are counted, not named */

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Of those whose buckets are so; two profiles may look at one region. Sorted; the caller frees. */
static const char **find_regions(const struct ks_store *store, enum ks_fetch state, size_t *count)
{
	const char **names = ks_calloc(store->n_scopes + 1, sizeof *names);
	size_t found = 0;

	for (uint32_t i = 0; i < store->n_scopes; i++)
		if (store->scopes[i].buckets.state == state && !ks_store_is_quiet(store, i))
			names[found++] = store->scopes[i].region;
	qsort(names, found, sizeof *names, compare_names);
	*count = 0;
	for (size_t i = 0; i < found; i++)
		if (*count == 0 || strcmp(names[*count - 1], names[i]) != 0)
			names[(*count)++] = names[i];
	return names;
}

/* "eu-west-1, us-east-1" or "16 regions". Gives how many there are. */
static size_t list_regions(const struct ks_store *store, enum ks_fetch state, struct ks_buf *list)
{
	size_t count;
	const char **names = find_regions(store, state, &count);

	if (count > NAMED)
		ks_buf_printf(list, "%zu regions", count);
	for (size_t i = 0; i < count && count <= NAMED; i++)
		ks_buf_printf(list, "%s%s", i > 0 ? ", " : "", names[i]);
	free(names);
	return count;
}

/* One that has no credentials has no regions either. */
static void list_profiles(const struct ks_store *store, struct ks_buf *list)
{
	for (uint32_t i = 0; i < store->n_profiles; i++)
		if (ks_store_profile_err(store, i) != NULL)
			ks_buf_printf(list, "%sprofile %s",
			    ks_buf_text(list)[0] != '\0' ? ", " : "",
			    ks_store_profile_name(store, i));
}

static void conclude(
    const char *bucket, const char *answered, const char *silent, struct ks_err *err)
{
	if (silent[0] != '\0') {
		ks_err_set(err, KS_ERR_USAGE,
		    "there is no bucket %s in %s; it may be in %s, which could not be read", bucket,
		    answered, silent);
		ks_err_tip(err, "try again, or say with --region and --profile where it is");
		return;
	}
	ks_err_set(err, KS_ERR_USAGE, "there is no bucket %s%s%s", bucket,
	    answered[0] != '\0' ? " in " : "", answered);
	ks_err_tip(
	    err, "keysail list shows which there are; --region and --profile say where to look");
}

/* What could not be read. */
static void list_silent(const struct ks_store *store, struct ks_buf *silent)
{
	list_regions(store, KS_FETCH_FAILED, silent);
	list_profiles(store, silent);
}

bool ks_cli_is_in_doubt(const struct ks_store *store, const char *bucket)
{
	struct ks_buf silent;
	struct ks_err err;

	if (!ks_cli_complain_of_places(store))
		return false;
	ks_buf_init(&silent, LIST_SIZE * 2);
	list_silent(store, &silent);
	ks_err_set(&err, KS_ERR_USAGE,
	    "no key was made: bucket %s may be in %s as well, which could not be read", bucket,
	    ks_buf_text(&silent));
	ks_err_tip(&err, "put that right, or say which one with -p PROFILE and -r REGION");
	ks_buf_free(&silent);
	ks_cli_complain(&err);
	return true;
}

int ks_cli_no_bucket(const struct ks_store *store, const char *bucket)
{
	bool failed = ks_cli_complain_of_all(store);
	struct ks_buf answered, silent;
	struct ks_err err;

	ks_buf_init(&answered, LIST_SIZE);
	ks_buf_init(&silent, LIST_SIZE * 2);
	list_silent(store, &silent);
	if (list_regions(store, KS_FETCH_KNOWN, &answered) > 0 || !failed) {
		conclude(bucket, ks_buf_text(&answered), ks_buf_text(&silent), &err);
		ks_cli_complain(&err);
	}
	ks_buf_free(&answered);
	ks_buf_free(&silent);
	return KS_CLI_FAILED;
}
