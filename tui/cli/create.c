#include "tui/cli/create.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/deliver/end.h"
#include "tui/cli/absent.h"
#include "tui/cli/loop.h"

static int fail(const struct ks_err *err)
{
	ks_cli_complain(err);
	return KS_CLI_FAILED;
}

/* ---- which bucket ---- */

enum { PLACES_NAMED = 4, PLACES_SIZE = 512 };

/* How many there are of that name; *bucket is one of them. */
static size_t find_buckets(
    const struct ks_store *store, const struct ks_options *options, uint32_t *bucket)
{
	size_t found = 0;

	*bucket = 0;
	for (size_t i = 0; i < store->n_scopes; i++) {
		const struct ks_bucket_entry *entry =
		    ks_store_find_bucket(store, (uint32_t)i, options->bucket);

		if (entry == NULL)
			continue;
		*bucket = entry->id;
		found++;
	}
	return found;
}

/* Where they are, so that one can be named. */
static int too_many(const struct ks_store *store, const struct ks_options *options, size_t found)
{
	struct ks_buf places;
	struct ks_err err;
	size_t named = 0;

	ks_buf_init(&places, PLACES_SIZE);
	for (uint32_t i = 0; i < store->n_scopes && named < PLACES_NAMED; i++) {
		const struct ks_scope *scope = &store->scopes[i];

		if (ks_store_find_bucket(store, i, options->bucket) == NULL)
			continue;
		ks_buf_printf(&places, "%s%s %s", named > 0 ? ", " : "",
		    ks_store_profile_name(store, scope->profile), scope->region);
		named++;
	}
	ks_err_set(&err, KS_ERR_USAGE, "there are %zu buckets %s: %s%s", found, options->bucket,
	    ks_buf_text(&places), named < found ? ", ..." : "");
	ks_err_tip(&err, "say which one with -p PROFILE and -r REGION");
	ks_buf_free(&places);
	return fail(&err);
}

/* ---- making it ---- */

static const struct ks_change *first_change(const struct ks_store *store)
{
	return store->n_changes > 0 ? &store->changes[0] : NULL;
}

static const struct ks_handover *only_handover(const struct ks_store *store)
{
	return store->n_handovers > 0 ? &store->handovers[0] : NULL;
}

/* The key is delivered, or it is known that it won't be. */
static bool is_decided(const struct ks_store *store, void *ctx)
{
	const struct ks_change *change = first_change(store);
	const struct ks_handover *handover = only_handover(store);

	(void)ctx;
	if (handover != NULL)
		return handover->state != KS_HANDOVER_DELIVERING;
	return change == NULL || change->ended != KS_TIME_NONE;
}

/* ---- taking it back ---- */

static const struct ks_change *deletion(const struct ks_store *store)
{
	for (size_t i = 0; i < store->n_changes; i++)
		if (store->changes[i].kind == KS_CHANGE_DELETE)
			return &store->changes[i];
	return NULL;
}

static bool is_taken_back(const struct ks_store *store, void *ctx)
{
	const struct ks_change *change = deletion(store);

	(void)ctx;
	return change == NULL || change->ended != KS_TIME_NONE;
}

static void say_still_there(const struct ks_change *change, const char *bucket, const char *key_id,
    const struct ks_err *why, struct ks_err *err)
{
	if (change != NULL && change->err.kind != KS_ERR_NONE)
		ks_err_because(err, &change->err, "%s; and key %s was not deleted again",
		    why->message, key_id);
	else
		ks_err_set(
		    err, why->kind, "%s; and key %s was not deleted again", why->message, key_id);
	ks_err_tip(err, "delete it: keysail delete %s %s --yes", bucket, key_id);
}

/* The key is in nobody's hands: *why says so, and goes on with what became of it. */
static int take_back(struct ks_cli *cli, struct ks_event *event, const char *bucket,
    const char *key_id, const struct ks_err *why)
{
	const struct ks_store *store = ks_session_store(cli->session);
	const struct ks_change *change;
	struct ks_err err;
	int ended;

	ks_session_tell(cli->session, event);
	ended = ks_cli_wait(cli, is_taken_back, NULL);
	change = deletion(store);
	if (change != NULL && change->state == KS_CHANGE_DONE) {
		ks_err_set(&err, why->kind, "%s; key %s was deleted again", why->message, key_id);
		ks_err_tip(&err, "%s", why->tip);
	} else {
		say_still_there(change, bucket, key_id, why, &err);
	}
	ks_cli_complain(&err);
	return ended != 0 ? 128 + ended : KS_CLI_FAILED;
}

static int not_delivered(struct ks_cli *cli, const struct ks_handover *handover)
{
	struct ks_event *event = ks_event_new(KS_EVENT_GIVE_UP, ks_clock_wall(ks_clock_system()));
	char *key_id = ks_strdup(ks_str_clean(&handover->key_id));
	char *bucket = ks_strdup(ks_str_clean(&handover->bucket_name));
	struct ks_err why;
	int status;

	ks_err_because(&why, &handover->err, "the key was not delivered");
	if (ks_err_is(&handover->err, KS_SINK_IN_DOUBT))
		ks_err_tip(&why, "its secret may have arrived all the same: remove it there");
	event->handover = handover->id;
	event->delete_key = true;
	status = take_back(cli, event, bucket, key_id, &why);
	free(bucket);
	free(key_id);
	return status;
}

static int guessed(const struct ks_change *change)
{
	const struct ks_str *ids = change->orphans.items;
	bool one = change->orphans.count == 1;
	struct ks_err lost, err;

	ks_err_because(&lost, &change->err, "the answer with the secret was lost");
	ks_err_set(&err, KS_ERR_REPLY, "%s; key%s %s%s%s appeared, which this call may have made",
	    lost.message, one ? "" : "s", ks_str_clean(&ids[0]), one ? "" : " and ",
	    one ? "" : ks_str_clean(&ids[1]));
	ks_err_tip(&err,
	    "unless somebody else made it just now, delete it: keysail delete %s %s --yes",
	    ks_str_clean(&change->bucket_name), one ? ks_str_clean(&ids[0]) : "KEYID");
	return fail(&err);
}

/* Who made a key that merely appeared is a guess, and guesses are not deleted. */
static int orphaned(struct ks_cli *cli, const struct ks_change *change)
{
	struct ks_event *event;
	struct ks_err why = change->err;
	char *key_id, *bucket;
	int status;

	if (change->guessed)
		return guessed(change);
	ks_err_tip(&why, "try again");
	event = ks_event_new(KS_EVENT_DELETE, ks_clock_wall(ks_clock_system()));
	event->bucket = change->bucket;
	event->key_id = ks_strdup(ks_str_raw(&change->key_id));
	key_id = ks_strdup(ks_str_clean(&change->key_id));
	bucket = ks_strdup(ks_str_clean(&change->bucket_name));
	status = take_back(cli, event, bucket, key_id, &why);
	free(bucket);
	free(key_id);
	return status;
}

/* ---- how it went ---- */

static int not_made(const struct ks_err *why)
{
	struct ks_err err;

	ks_err_because(&err, why, "no key was made");
	return fail(&err);
}

static int conclude(struct ks_cli *cli)
{
	const struct ks_store *store = ks_session_store(cli->session);
	const struct ks_handover *handover = only_handover(store);
	const struct ks_change *change = first_change(store);

	if (handover != NULL && handover->confirmed)
		return ks_cli_print_id(&handover->key_id, "made and delivered");
	if (handover != NULL)
		return not_delivered(cli, handover);
	return change->state == KS_CHANGE_ORPHANED ? orphaned(cli, change) : not_made(&change->err);
}

/* What was sent can't be taken back; the journal knows it. */
static void tell_left(const struct ks_store *store, const struct ks_options *options)
{
	const struct ks_handover *handover = only_handover(store);
	struct ks_err err;

	if (handover != NULL)
		ks_err_set(&err, KS_ERR_SYSTEM,
		    "key %s was made, and it isn't known whether its secret was delivered",
		    ks_str_clean(&handover->key_id));
	else if (ks_store_is_changing(store))
		ks_err_set(&err, KS_ERR_SYSTEM,
		    "it isn't known whether a key was made for bucket %s: the call was under way",
		    options->bucket);
	else
		return;
	ks_err_tip(&err, "start keysail, which shows what was left");
	ks_cli_complain(&err);
}

static int create_key(struct ks_cli *cli, const struct ks_options *options, uint32_t bucket)
{
	const struct ks_store *store = ks_session_store(cli->session);
	const char *why = ks_store_why_no_create(store, bucket);
	struct ks_event *event;
	struct ks_err err;
	int ended;

	if (why != NULL) {
		ks_cli_refuse(why, &err);
		return not_made(&err);
	}
	event = ks_event_new(KS_EVENT_CREATE, ks_clock_wall(ks_clock_system()));
	event->bucket = bucket;
	event->sink = ks_strdup(options->sink);
	event->replace = options->replace;
	ks_session_tell(cli->session, event);
	ended = ks_cli_wait(cli, is_decided, NULL);
	if (ended == 0)
		return conclude(cli);
	tell_left(store, options);
	return 128 + ended;
}

static int run(struct ks_cli *cli, const struct ks_options *options)
{
	const struct ks_store *store = ks_session_store(cli->session);
	int ended = ks_cli_read_all(cli);
	uint32_t bucket;
	size_t found = find_buckets(store, options, &bucket);

	if (ended != 0)
		return 128 + ended;
	if (found == 0)
		return ks_cli_no_bucket(store, options->bucket);
	if (found > 1)
		return too_many(store, options, found);
	/* One was found, but that may be due to a login that has ended just where the other is. */
	if (ks_cli_is_in_doubt(store, options->bucket))
		return KS_CLI_FAILED;
	return create_key(cli, options, bucket);
}

int ks_create_main(const struct ks_options *options, const struct ks_store_options *store,
    const struct ks_worker_options *worker)
{
	return ks_cli_run_on_bucket(options, store, worker, run);
}
