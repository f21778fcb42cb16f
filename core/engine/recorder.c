#include "core/engine/recorder.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/aws/endpoint.h"
#include "core/base/mem.h"

struct ks_recorder {
	const char *folder;
	const struct ks_clock *clock;
	struct ks_journal *journal; /* NULL: not open */
};

struct ks_recorder *ks_recorder_new(const char *folder, const struct ks_clock *clock)
{
	struct ks_recorder *recorder = ks_calloc(1, sizeof *recorder);

	recorder->folder = folder;
	recorder->clock = clock;
	return recorder;
}

void ks_recorder_free(struct ks_recorder *recorder)
{
	if (recorder == NULL)
		return;
	ks_journal_close(recorder->journal);
	free(recorder);
}

static bool open_journal(struct ks_recorder *recorder, struct ks_err *err)
{
	if (recorder->journal != NULL)
		return true;
	if (recorder->folder == NULL) {
		ks_err_set(err, KS_ERR_SYSTEM, "There is no folder for the journal");
		return ks_err_tip(err, "set HOME or XDG_STATE_HOME");
	}
	recorder->journal = ks_journal_open(recorder->folder, err);
	return recorder->journal != NULL;
}

static bool append(
    struct ks_recorder *recorder, const struct ks_journal_entry *entry, struct ks_err *err)
{
	return open_journal(recorder, err) && ks_journal_append(recorder->journal, entry, err);
}

/* ---- changes ---- */

/* The credentials of the demo belong to no profile. */
static const char *name_or_null(const char *name)
{
	return name != NULL && name[0] != '\0' ? name : NULL;
}

static struct ks_journal_entry intent_of(
    const struct ks_request *request, const struct ks_identity *identity, const char *url)
{
	const struct ks_credentials *credentials = ks_identity_credentials(identity);
	struct ks_journal_entry entry = {.step = KS_JOURNAL_CREATE};

	if (request->op == KS_OP_DELETE_BUCKET_ACCESS_KEY) {
		entry.step = KS_JOURNAL_DELETE;
		entry.text[KS_JOURNAL_KEY] = request->input.key_id;
	}
	entry.text[KS_JOURNAL_ENDPOINT] = url;
	entry.text[KS_JOURNAL_ACCOUNT] =
	    credentials != NULL ? name_or_null(credentials->account_id) : NULL;
	entry.text[KS_JOURNAL_PROFILE] = name_or_null(ks_identity_profile(identity));
	entry.text[KS_JOURNAL_REGION] = request->region;
	entry.text[KS_JOURNAL_BUCKET] = request->input.bucket;
	return entry;
}

bool ks_recorder_begin(struct ks_recorder *recorder, const struct ks_request *request,
    const struct ks_identity *identity, const char *url, char id[KS_JOURNAL_ID_SIZE],
    struct ks_err *err)
{
	struct ks_journal_entry entry = intent_of(request, identity, url);
	const char *known[KS_JOURNAL_KNOWN_MAX];

	for (; entry.n_known < request->known.count && entry.n_known < KS_JOURNAL_KNOWN_MAX;
	     entry.n_known++)
		known[entry.n_known] = ks_str_raw(&request->known.items[entry.n_known]);
	entry.known = known;
	entry.at = ks_clock_wall(recorder->clock);
	entry.id = id;
	if (ks_journal_new_id(id, err) && append(recorder, &entry, err))
		return true;
	id[0] = '\0';
	return false;
}

bool ks_recorder_end(struct ks_recorder *recorder, const char *id,
    const struct ks_recorder_end *end, struct ks_err *err)
{
	struct ks_journal_entry entry = {
	    .step = end->step,
	    .id = id,
	    .at = ks_clock_wall(recorder->clock),
	};

	entry.text[KS_JOURNAL_KEY] = end->step == KS_JOURNAL_DONE ? end->key_id : NULL;
	entry.text[KS_JOURNAL_ERROR] = end->step == KS_JOURNAL_DONE ? NULL : end->why;
	return append(recorder, &entry, err);
}

bool ks_recorder_note(
    struct ks_recorder *recorder, const struct ks_request *request, struct ks_err *err)
{
	bool failed = request->step == KS_JOURNAL_FAILED;
	struct ks_journal_entry entry = {
	    .step = request->step,
	    .id = request->journal,
	    .at = ks_clock_wall(recorder->clock),
	};

	entry.text[KS_JOURNAL_KEY] = request->input.key_id;
	entry.text[failed ? KS_JOURNAL_ERROR : KS_JOURNAL_WAY] = request->text;
	return append(recorder, &entry, err);
}

/* ---- what is left ---- */

static bool is_here(void *ctx, const struct ks_journal_change *change)
{
	const struct ks_identity *identity = ctx;
	char url[KS_ENDPOINT_SIZE];
	struct ks_err ignored;

	return ks_identity_endpoint(identity, ks_str_raw(&change->text[KS_JOURNAL_REGION]), url,
		   sizeof url, &ignored) &&
	       strcmp(url, ks_str_raw(&change->text[KS_JOURNAL_ENDPOINT])) == 0;
}

bool ks_recorder_left(struct ks_recorder *recorder, const struct ks_identity *identity,
    struct ks_journal_list *list, struct ks_err *err)
{
	memset(list, 0, sizeof *list);
	return open_journal(recorder, err) && ks_journal_read_open(recorder->journal, is_here,
						  (void *)(uintptr_t)identity, list, err);
}
