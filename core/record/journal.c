#include "core/record/journal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "core/base/hex.h"
#include "core/base/mem.h"
#include "core/record/journal_claims.h"
#include "core/record/journal_entry.h"
#include "core/record/journal_file.h"
#include "core/record/journal_replay.h"

struct ks_journal {
	struct ks_journal_file file;
	struct ks_journal_claims claims;
	size_t compact_above; /* bytes: higher while compacting can't do better */
};

struct ks_journal *ks_journal_open(const char *folder, struct ks_err *err)
{
	struct ks_journal *journal = ks_calloc(1, sizeof *journal);

	ks_err_clear(err);
	journal->compact_above = KS_JOURNAL_SIZE_MAX;
	if (!ks_journal_file_open(&journal->file, folder, err)) {
		free(journal);
		return NULL;
	}
	ks_journal_claims_open(&journal->claims, folder);
	return journal;
}

void ks_journal_close(struct ks_journal *journal)
{
	if (journal == NULL)
		return;
	ks_journal_claims_close(&journal->claims);
	ks_journal_file_close(&journal->file);
	free(journal);
}

bool ks_journal_new_id(char id[KS_JOURNAL_ID_SIZE], struct ks_err *err)
{
	unsigned char bytes[(KS_JOURNAL_ID_SIZE - 1) / 2];

	if (getentropy(bytes, sizeof bytes) != 0)
		return ks_err_set(err, KS_ERR_SYSTEM,
		    "The system has no random bytes for the journal: %s", strerror(errno));
	ks_hex_write(bytes, sizeof bytes, id);
	return true;
}

/* ---- compacting ---- */

static bool compact_locked(struct ks_journal *journal, struct ks_err *err)
{
	struct ks_journal_replay replay;
	struct ks_buf small;
	bool good;

	ks_buf_init(&small, KS_JOURNAL_FILE_MAX);
	ks_journal_replay_init(&replay);
	good = ks_journal_file_load(&journal->file, &replay.text, err);
	if (good) {
		ks_journal_replay_run(&replay);
		ks_journal_replay_compact(&replay, &small);
		good = ks_journal_file_replace(&journal->file, &small, err);
	}
	ks_journal_replay_free(&replay);
	ks_buf_free(&small);
	return good;
}

bool ks_journal_compact(struct ks_journal *journal, struct ks_err *err)
{
	bool good;

	ks_err_clear(err);
	if (!ks_journal_file_lock(&journal->file, err))
		return false;
	good = compact_locked(journal, err);
	ks_journal_file_unlock(&journal->file);
	return good;
}

/* What open changes fill can't be made smaller: then it is tried again only when much was added. */
static void compact_if_large(struct ks_journal *journal)
{
	struct ks_err ignored;
	size_t left;

	if (ks_journal_file_size(&journal->file) <= journal->compact_above)
		return;
	compact_locked(journal, &ignored);
	left = ks_journal_file_size(&journal->file) + KS_JOURNAL_SIZE_MAX / 4;
	journal->compact_above = left > KS_JOURNAL_SIZE_MAX ? left : KS_JOURNAL_SIZE_MAX;
}

/* ---- writing and reading ---- */

/* What can't be read at the next start is of no use. A torn line before it takes a byte more. */
static bool stays_readable(
    const struct ks_journal *journal, const struct ks_buf *line, struct ks_err *err)
{
	if (ks_journal_file_size(&journal->file) + line->len + 1 <= KS_JOURNAL_FILE_MAX)
		return true;
	ks_err_set(
	    err, KS_ERR_SYSTEM, "The journal %s is too large to be read again", journal->file.path);
	return ks_err_tip(err, "move it away");
}

bool ks_journal_append(
    struct ks_journal *journal, const struct ks_journal_entry *entry, struct ks_err *err)
{
	struct ks_buf line;
	bool good;

	ks_err_clear(err);
	ks_buf_init(&line, KS_JOURNAL_LINE_MAX);
	if (entry->id != NULL && ks_journal_is_intent(entry->step))
		ks_journal_claims_take(&journal->claims, entry->id);
	good =
	    ks_journal_entry_write(entry, &line, err) && ks_journal_file_lock(&journal->file, err);
	if (good) {
		compact_if_large(journal);
		good = stays_readable(journal, &line, err) &&
		       ks_journal_file_append(&journal->file, &line, err);
		ks_journal_file_unlock(&journal->file);
	}
	ks_buf_free(&line);
	return good;
}

bool ks_journal_read(struct ks_journal *journal, struct ks_journal_list *list, struct ks_err *err)
{
	struct ks_journal_replay replay;
	bool good;

	ks_err_clear(err);
	memset(list, 0, sizeof *list);
	if (!ks_journal_file_lock(&journal->file, err))
		return false;
	ks_journal_replay_init(&replay);
	good = ks_journal_file_load(&journal->file, &replay.text, err);
	ks_journal_file_unlock(&journal->file);
	if (good) {
		ks_journal_replay_run(&replay);
		*list = replay.list;
		memset(&replay.list, 0, sizeof replay.list);
	}
	ks_journal_replay_free(&replay);
	return good;
}

static bool is_same_bucket(
    const struct ks_journal_change *change, const struct ks_journal_change *other)
{
	static const enum ks_journal_field place[] = {
	    KS_JOURNAL_ENDPOINT, KS_JOURNAL_REGION, KS_JOURNAL_BUCKET};

	for (size_t i = 0; i < sizeof place / sizeof place[0]; i++)
		if (strcmp(ks_str_raw(&change->text[place[i]]),
			ks_str_raw(&other->text[place[i]])) != 0)
			return false;
	return true;
}

/* A key that another change made is not what a lost create made. */
static void know_others(const struct ks_journal_list *list, struct ks_journal_change *change)
{
	if (change->intent != KS_JOURNAL_CREATE || ks_str_present(&change->text[KS_JOURNAL_KEY]))
		return;
	for (size_t i = 0; i < list->count; i++) {
		const struct ks_journal_change *other = &list->changes[i];

		if (other->intent == KS_JOURNAL_CREATE &&
		    ks_str_present(&other->text[KS_JOURNAL_KEY]) && is_same_bucket(change, other))
			ks_journal_change_know(change, ks_str_raw(&other->text[KS_JOURNAL_KEY]));
	}
}

bool ks_journal_read_open(struct ks_journal *journal, ks_journal_wanted *wanted, void *ctx,
    struct ks_journal_list *list, struct ks_err *err)
{
	size_t kept = 0;

	if (!ks_journal_read(journal, list, err))
		return false;
	for (size_t i = 0; i < list->count; i++)
		if (ks_journal_is_open(&list->changes[i]))
			know_others(list, &list->changes[i]);
	for (size_t i = 0; i < list->count; i++) {
		struct ks_journal_change *change = &list->changes[i];

		if (ks_journal_is_open(change) && wanted(ctx, change) &&
		    !ks_journal_claims_has_other(&journal->claims, change->id))
			list->changes[kept++] = *change;
		else
			ks_journal_change_free(change);
	}
	list->count = kept;
	return true;
}

void ks_journal_list_free(struct ks_journal_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		ks_journal_change_free(&list->changes[i]);
	free(list->changes);
	memset(list, 0, sizeof *list);
}
