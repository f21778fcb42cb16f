#include "core/record/journal_replay.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/record/journal_entry.h"
#include "core/record/journal_file.h"

#define NO_CHANGE SIZE_MAX

struct ks_journal_piece {
	const char *text;
	size_t len;    /* without the newline */
	size_t change; /* its place in the list; NO_CHANGE: only a newer version knows */
};

void ks_journal_replay_init(struct ks_journal_replay *replay)
{
	memset(replay, 0, sizeof *replay);
	ks_buf_init(&replay->text, KS_JOURNAL_FILE_MAX);
}

void ks_journal_replay_free(struct ks_journal_replay *replay)
{
	ks_buf_free(&replay->text);
	ks_journal_list_free(&replay->list);
	free(replay->pieces);
}

/* ---- replaying ---- */

/* From the newest on: what follows an intent mostly follows it soon. */
static size_t find_change(const struct ks_journal_list *list, const char *id)
{
	for (size_t i = list->count; i > 0; i--)
		if (memcmp(list->changes[i - 1].id, id, KS_JOURNAL_ID_SIZE) == 0)
			return i - 1;
	return NO_CHANGE;
}

static size_t begin_change(struct ks_journal_list *list, struct ks_journal_change *read)
{
	list->changes = ks_grow(list->changes, list->count, &list->cap, sizeof *list->changes);
	list->changes[list->count] = *read;
	memset(read, 0, sizeof *read);
	return list->count++;
}

static void continue_change(struct ks_journal_change *change, struct ks_journal_change *read)
{
	if (!ks_journal_may_follow(change, read->step))
		return;
	change->step = read->step;
	change->at = read->at;
	for (int i = 0; i < KS_JOURNAL_FIELDS; i++) {
		/* The key that was to be deleted is the one that the intent names. */
		if (!ks_str_present(&read->text[i]) ||
		    (i == KS_JOURNAL_KEY && ks_str_present(&change->text[i])))
			continue;
		ks_str_free(&change->text[i]);
		change->text[i] = read->text[i];
		memset(&read->text[i], 0, sizeof read->text[i]);
	}
}

static void add_piece(struct ks_journal_replay *replay, const char *text, size_t len, size_t change)
{
	replay->pieces =
	    ks_grow(replay->pieces, replay->n_pieces, &replay->cap, sizeof *replay->pieces);
	replay->pieces[replay->n_pieces++] = (struct ks_journal_piece){text, len, change};
}

static void take_line(struct ks_journal_replay *replay, const char *text, size_t len)
{
	struct ks_journal_list *list = &replay->list;
	struct ks_journal_change read;
	enum ks_journal_line kind = ks_journal_entry_read(text, len, &read);
	size_t at;

	if (kind == KS_JOURNAL_LINE_BROKEN) {
		list->broken++;
		return;
	}
	/* An entry of a change that nothing began may belong to one of a newer version. */
	at = kind == KS_JOURNAL_LINE_ENTRY ? find_change(list, read.id) : NO_CHANGE;
	if (kind == KS_JOURNAL_LINE_ENTRY && ks_journal_is_intent(read.step) && at != NO_CHANGE)
		list->broken++;
	else if (kind == KS_JOURNAL_LINE_ENTRY && ks_journal_is_intent(read.step))
		add_piece(replay, text, len, begin_change(list, &read));
	else
		add_piece(replay, text, len, at);
	if (at != NO_CHANGE && !ks_journal_is_intent(read.step))
		continue_change(&list->changes[at], &read);
	ks_journal_change_free(&read);
}

void ks_journal_replay_run(struct ks_journal_replay *replay)
{
	char *at = replay->text.data, *end;

	if (at == NULL)
		return;
	end = at + replay->text.len;
	while (at < end) {
		char *newline = memchr(at, '\n', (size_t)(end - at));
		char *stop = newline != NULL ? newline : end;

		*stop = '\0';
		if (stop > at)
			take_line(replay, at, (size_t)(stop - at));
		at = stop + 1;
	}
}

/* ---- compacting ---- */

/* Bytes that the lines of each change take; the caller frees. */
static size_t *measure_changes(const struct ks_journal_replay *replay)
{
	size_t *sizes = ks_calloc(replay->list.count + 1, sizeof *sizes);

	for (size_t i = 0; i < replay->n_pieces; i++)
		if (replay->pieces[i].change != NO_CHANGE)
			sizes[replay->pieces[i].change] += replay->pieces[i].len + 1;
	return sizes;
}

/* Which changes stay, one flag each, which the caller frees; *room is what they leave. */
static bool *choose_changes(const struct ks_journal_replay *replay, size_t *room)
{
	const struct ks_journal_list *list = &replay->list;
	bool *stays = ks_calloc(list->count + 1, sizeof *stays);
	size_t *sizes = measure_changes(replay), settled = 0;

	*room = KS_JOURNAL_SIZE_MAX;
	for (size_t i = 0; i < list->count; i++) {
		stays[i] = ks_journal_is_open(&list->changes[i]);
		if (stays[i])
			*room -= sizes[i] < *room ? sizes[i] : *room;
	}
	for (size_t i = list->count; i > 0 && settled < KS_JOURNAL_SETTLED_MAX; i--) {
		if (stays[i - 1])
			continue;
		if (sizes[i - 1] > *room)
			break;
		stays[i - 1] = true;
		*room -= sizes[i - 1];
		settled++;
	}
	free(sizes);
	return stays;
}

/* Where the newest lines of newer versions begin that the room takes. */
static size_t first_foreign(const struct ks_journal_replay *replay, size_t room)
{
	size_t i = replay->n_pieces;

	for (; i > 0; i--) {
		const struct ks_journal_piece *piece = &replay->pieces[i - 1];

		if (piece->change != NO_CHANGE)
			continue;
		if (piece->len + 1 > room)
			break;
		room -= piece->len + 1;
	}
	return i;
}

void ks_journal_replay_compact(const struct ks_journal_replay *replay, struct ks_buf *small)
{
	size_t room, foreign;
	bool *stays = choose_changes(replay, &room);

	foreign = first_foreign(replay, room);
	for (size_t i = 0; i < replay->n_pieces; i++) {
		const struct ks_journal_piece *piece = &replay->pieces[i];

		if (piece->change != NO_CHANGE ? !stays[piece->change] : i < foreign)
			continue;
		ks_buf_add(small, piece->text, piece->len);
		ks_buf_puts(small, "\n");
	}
	free(stays);
}
