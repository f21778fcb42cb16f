/*
 * The journal as the worker keeps it: the intent of a change is on the disk before the change is
 * sent, its outcome after. The journal is opened when it is first needed, and again after it could
 * not be. Worker thread only; each function may wait for an fsync.
 */
#ifndef KS_ENGINE_RECORDER_H
#define KS_ENGINE_RECORDER_H

#include <stdbool.h>

#include "core/aws/identity.h"
#include "core/base/clock.h"
#include "core/record/journal.h"
#include "core/state/message.h"

struct ks_recorder;

/* The folder is the caller's, and may be NULL: then nothing can be written. */
struct ks_recorder *ks_recorder_new(const char *folder, const struct ks_clock *clock);
/* What was begun is in nobody's hands any more. */
void ks_recorder_free(struct ks_recorder *recorder);

/* Before a change is sent to url. True: the journal knows it as id. False: id is "". */
bool ks_recorder_begin(struct ks_recorder *recorder, const struct ks_request *request,
    const struct ks_identity *identity, const char *url, char id[KS_JOURNAL_ID_SIZE],
    struct ks_err *err);

/* How it ended: key_id is the key's of one that worked. */
struct ks_recorder_end {
	enum ks_journal_step step; /* KS_JOURNAL_DONE, _FAILED, _UNKNOWN */
	const char *key_id;
	const char *why;
};
bool ks_recorder_end(struct ks_recorder *recorder, const char *id,
    const struct ks_recorder_end *end, struct ks_err *err);

/* What a KS_REQUEST_NOTE says. */
bool ks_recorder_note(
    struct ks_recorder *recorder, const struct ks_request *request, struct ks_err *err);

/*
 * What is open at the endpoints of this identity. The caller frees the list, also after false.
 */
bool ks_recorder_left(struct ks_recorder *recorder, const struct ks_identity *identity,
    struct ks_journal_list *list, struct ks_err *err);

#endif
