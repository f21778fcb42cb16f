#include "tui/cli/delete.h"

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "tui/cli/absent.h"
#include "tui/cli/loop.h"

/* ---- which key ---- */

/* The bucket that has the key, 0 if none. Where two have one name, the key tells which is meant. */
static uint32_t find_bucket(const struct ks_store *store, const struct ks_options *options)
{
	for (size_t i = 0; i < store->n_scopes; i++) {
		const struct ks_bucket_entry *entry =
		    ks_store_find_bucket(store, (uint32_t)i, options->bucket);

		if (entry != NULL && ks_store_key(store, entry->id, options->key_id) != NULL)
			return entry->id;
	}
	return 0;
}

/*
 * Whoever revokes a key that leaked doesn't wait for regions that have nothing to do with it. But
 * the journal may have the key's create open, which the delete settles.
 */
static bool knows_enough(const struct ks_store *store, void *ctx)
{
	const struct ks_options *const *options = ctx;
	const struct ks_bucket_entry *entry = ks_store_bucket(store, find_bucket(store, *options));

	if (entry == NULL)
		return ks_store_is_settled(store);
	return ks_store_left_is_known(store, store->scopes[entry->scope].profile);
}

/* Why the keys of a bucket of that name could not be read; NULL if they all were. */
static const struct ks_err *unread_keys(
    const struct ks_store *store, const struct ks_options *options)
{
	for (size_t i = 0; i < store->n_scopes; i++) {
		const struct ks_bucket_entry *entry =
		    ks_store_find_bucket(store, (uint32_t)i, options->bucket);

		if (entry != NULL && entry->keys_fetched.state == KS_FETCH_FAILED)
			return entry->keys_fetched.err;
	}
	return NULL;
}

static int not_found(const struct ks_store *store, const struct ks_options *options)
{
	const struct ks_err *unread = unread_keys(store, options);
	struct ks_err err;

	if (store->n_buckets == 0)
		return ks_cli_no_bucket(store, options->bucket);
	if (unread != NULL) {
		ks_cli_complain_of_places(store);
		ks_err_because(&err, unread,
		    "key %s was not deleted, since the keys of bucket %s could not be read",
		    options->key_id, options->bucket);
	} else {
		/* What failed may have another bucket of that name. */
		ks_cli_complain_of_all(store);
		ks_err_set(&err, KS_ERR_USAGE, "bucket %s has no key %s", options->bucket,
		    options->key_id);
		ks_err_tip(&err, "keysail list --bucket %s shows which it has", options->bucket);
	}
	ks_cli_complain(&err);
	return KS_CLI_FAILED;
}

/* ---- how it went ---- */

static const struct ks_change *only_change(const struct ks_store *store)
{
	return store->n_changes > 0 ? &store->changes[0] : NULL;
}

static bool has_ended(const struct ks_store *store, void *ctx)
{
	const struct ks_change *change = only_change(store);

	(void)ctx;
	return change == NULL || change->ended != KS_TIME_NONE;
}

static void fail(
    const struct ks_options *options, const struct ks_change *change, struct ks_err *err)
{
	if (change == NULL || change->err.kind == KS_ERR_NONE) {
		ks_err_set(err, KS_ERR_SYSTEM, "key %s was not deleted", options->key_id);
		return;
	}
	ks_err_because(err, &change->err, "key %s was not deleted", options->key_id);
}

static int report(const struct ks_options *options, const struct ks_change *change)
{
	struct ks_err err;

	if (change == NULL || change->state != KS_CHANGE_DONE) {
		fail(options, change, &err);
		ks_cli_complain(&err);
		return KS_CLI_FAILED;
	}
	return ks_cli_print_id(&change->key_id, "deleted");
}

/* What was sent can't be taken back. */
static void tell_left(const struct ks_store *store, const struct ks_options *options)
{
	struct ks_err err;

	if (!ks_store_is_changing(store))
		return;
	ks_err_set(&err, KS_ERR_SYSTEM,
	    "it isn't known whether key %s was deleted: the call was under way", options->key_id);
	ks_err_tip(
	    &err, "keysail list --bucket %s shows whether it is there still", options->bucket);
	ks_cli_complain(&err);
}

static int delete_key(struct ks_cli *cli, const struct ks_options *options, uint32_t bucket)
{
	const struct ks_store *store = ks_session_store(cli->session);
	const char *why = ks_store_why_no_delete(store, bucket, options->key_id);
	struct ks_event *event;
	struct ks_err err, refused;
	int ended;

	if (why != NULL) {
		ks_cli_refuse(why, &refused);
		ks_err_because(&err, &refused, "key %s was not deleted", options->key_id);
		ks_cli_complain(&err);
		return KS_CLI_FAILED;
	}
	event = ks_event_new(KS_EVENT_DELETE, ks_clock_wall(ks_clock_system()));
	event->bucket = bucket;
	event->key_id = ks_strdup(options->key_id);
	ks_session_tell(cli->session, event);
	ended = ks_cli_wait(cli, has_ended, NULL);
	if (ended == 0)
		return report(options, only_change(store));
	tell_left(store, options);
	return 128 + ended;
}

static int run(struct ks_cli *cli, const struct ks_options *options)
{
	const struct ks_store *store = ks_session_store(cli->session);
	uint32_t bucket;
	int ended;

	cli->hints.left = true;
	ended = ks_cli_wait(cli, knows_enough, &options);
	bucket = find_bucket(store, options);
	if (ended != 0)
		return 128 + ended;
	return bucket != 0 ? delete_key(cli, options, bucket) : not_found(store, options);
}

int ks_delete_main(const struct ks_options *options, const struct ks_store_options *store,
    const struct ks_worker_options *worker)
{
	return ks_cli_run_on_bucket(options, store, worker, run);
}
