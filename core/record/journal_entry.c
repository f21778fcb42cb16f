#include "core/record/journal_entry.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/date.h"
#include "core/base/log.h"
#include "core/base/mem.h"

#define BIT(n) (1U << (n))

/* What the longest texts take, escaped six bytes for one, stays below KS_JOURNAL_LINE_MAX. */
static const struct field {
	const char *name;
	size_t max;      /* bytes */
	bool for_people; /* free text: redacted and cut, not refused */
} fields[KS_JOURNAL_FIELDS] = {
    [KS_JOURNAL_ENDPOINT] = {"endpoint", 2048, false},
    [KS_JOURNAL_ACCOUNT] = {"account", 64, false},
    [KS_JOURNAL_PROFILE] = {"profile", 512, false},
    [KS_JOURNAL_REGION] = {"region", 64, false},
    [KS_JOURNAL_BUCKET] = {"bucket", 256, false},
    [KS_JOURNAL_KEY] = {"key", 128, false},
    [KS_JOURNAL_WAY] = {"way", 512, true},
    [KS_JOURNAL_ERROR] = {"error", 512, true},
};

#define PEOPLE_MAX 512

#define PLACE                                                                           \
	(BIT(KS_JOURNAL_ENDPOINT) | BIT(KS_JOURNAL_ACCOUNT) | BIT(KS_JOURNAL_PROFILE) | \
	    BIT(KS_JOURNAL_REGION) | BIT(KS_JOURNAL_BUCKET))
#define PLACE_NEEDED (BIT(KS_JOURNAL_ENDPOINT) | BIT(KS_JOURNAL_REGION) | BIT(KS_JOURNAL_BUCKET))
#define KEY          BIT(KS_JOURNAL_KEY)

#define SENT (BIT(KS_JOURNAL_CREATE) | BIT(KS_JOURNAL_DELETE))
#define LOST (SENT | BIT(KS_JOURNAL_UNKNOWN))
#define HELD (BIT(KS_JOURNAL_DONE) | BIT(KS_JOURNAL_DELIVERING) | BIT(KS_JOURNAL_DELIVERED))
#define WAY  BIT(KS_JOURNAL_WAY)

static const struct step {
	const char *name;
	unsigned fields, needed; /* bits of ks_journal_field */
	bool lists_known;
	unsigned after;  /* bits of the steps that it may follow; none: it begins a change */
	unsigned within; /* bits of the intents whose changes can have it */
} steps[KS_JOURNAL_STEPS] = {
    [KS_JOURNAL_CREATE] = {"create", PLACE, PLACE_NEEDED, true, 0, 0},
    [KS_JOURNAL_DELETE] = {"delete", PLACE | KEY, PLACE_NEEDED | KEY, false, 0, 0},
    [KS_JOURNAL_DONE] = {"done", KEY, KEY, false, LOST, SENT},
    [KS_JOURNAL_FAILED] = {"failed", BIT(KS_JOURNAL_ERROR), 0, false, LOST, SENT},
    [KS_JOURNAL_UNKNOWN] = {"unknown", BIT(KS_JOURNAL_ERROR), 0, false, SENT, SENT},
    [KS_JOURNAL_DELIVERING] = {"delivering", WAY, WAY, false, HELD, BIT(KS_JOURNAL_CREATE)},
    [KS_JOURNAL_DELIVERED] = {"delivered", WAY, WAY, false, HELD, BIT(KS_JOURNAL_CREATE)},
    [KS_JOURNAL_CONFIRMED] = {"confirmed", 0, 0, false, HELD, BIT(KS_JOURNAL_CREATE)},
    [KS_JOURNAL_KEPT] = {"kept", 0, 0, false, HELD, BIT(KS_JOURNAL_CREATE)},
    [KS_JOURNAL_DELETED] = {"deleted", 0, 0, false,
	LOST | HELD | BIT(KS_JOURNAL_CONFIRMED) | BIT(KS_JOURNAL_KEPT) | BIT(KS_JOURNAL_DISMISSED),
	BIT(KS_JOURNAL_CREATE)},
    [KS_JOURNAL_DISMISSED] = {"dismissed", 0, 0, false, LOST | HELD, SENT},
};

bool ks_journal_is_intent(enum ks_journal_step step)
{
	return steps[step].after == 0;
}

bool ks_journal_may_follow(const struct ks_journal_change *change, enum ks_journal_step step)
{
	return (steps[step].after & BIT(change->step)) != 0 &&
	       (steps[step].within & BIT(change->intent)) != 0;
}

bool ks_journal_is_open(const struct ks_journal_change *change)
{
	unsigned open = LOST | (change->intent == KS_JOURNAL_CREATE ? HELD : 0);

	return (open & BIT(change->step)) != 0;
}

static bool is_id(const char *text)
{
	return strlen(text) == KS_JOURNAL_ID_SIZE - 1 &&
	       strspn(text, "0123456789abcdef") == KS_JOURNAL_ID_SIZE - 1;
}

void ks_journal_change_free(struct ks_journal_change *change)
{
	for (int i = 0; i < KS_JOURNAL_FIELDS; i++)
		ks_str_free(&change->text[i]);
	for (size_t i = 0; i < change->n_known; i++)
		ks_str_free(&change->known[i]);
	free(change->known);
	memset(change, 0, sizeof *change);
}

void ks_journal_change_know(struct ks_journal_change *change, const char *key_id)
{
	struct ks_str *known =
	    ks_grow(change->known, change->n_known, &change->known_cap, sizeof *change->known);

	change->known = known;
	known[change->n_known] = (struct ks_str){0};
	ks_str_set(&known[change->n_known++], key_id);
}

/* ---- writing ---- */

/* A complaint about the caller's entry, or NULL. */
static const char *find_fault(const struct ks_journal_entry *entry)
{
	const struct step *step = &steps[entry->step];

	if (entry->id == NULL || !is_id(entry->id))
		return "it has no ID";
	if (entry->n_known > (step->lists_known ? KS_JOURNAL_KNOWN_MAX : 0))
		return "it names too many keys";
	for (size_t i = 0; i < entry->n_known; i++)
		if (strlen(entry->known[i]) > fields[KS_JOURNAL_KEY].max)
			return "a key ID is too long";
	for (int i = 0; i < KS_JOURNAL_FIELDS; i++) {
		const char *text = entry->text[i];

		if (text == NULL && (step->needed & BIT(i)) != 0)
			return "a part of it is missing";
		if (text != NULL && (step->fields & BIT(i)) == 0)
			return "it has a part too many";
		if (text != NULL && !fields[i].for_people && strlen(text) > fields[i].max)
			return "a name in it is too long";
	}
	return NULL;
}

static void add_text(cJSON *object, const char *name, const char *text)
{
	if (cJSON_AddStringToObject(object, name, text) == NULL)
		ks_mem_out();
}

static void add_field(cJSON *object, const struct field *field, const char *text)
{
	char clean[PEOPLE_MAX + 1], redacted[PEOPLE_MAX + 1], valid[PEOPLE_MAX + 1];

	if (!field->for_people) {
		add_text(object, field->name, text);
		return;
	}
	ks_text_clean(clean, sizeof clean, text, strlen(text));
	ks_log_redact(redacted, sizeof redacted, clean);
	/* Redacting cuts bytes, and so perhaps a character in two. */
	ks_text_clean(valid, sizeof valid, redacted, strlen(redacted));
	add_text(object, field->name, valid);
}

static void add_known(cJSON *object, const struct ks_journal_entry *entry)
{
	cJSON *known = cJSON_AddArrayToObject(object, "known");

	if (known == NULL)
		ks_mem_out();
	for (size_t i = 0; i < entry->n_known; i++) {
		cJSON *key = cJSON_CreateString(entry->known[i]);

		if (key == NULL || !cJSON_AddItemToArray(known, key))
			ks_mem_out();
	}
}

bool ks_journal_entry_write(
    const struct ks_journal_entry *entry, struct ks_buf *line, struct ks_err *err)
{
	const struct step *step = &steps[entry->step];
	const char *fault = find_fault(entry);
	char time[KS_DATE_SIZE], *text;
	cJSON *object;
	bool fits;

	if (fault != NULL)
		return ks_err_set(err, KS_ERR_SYSTEM,
		    "An entry \"%s\" can't be written to the journal: %s", step->name, fault);
	object = cJSON_CreateObject();
	if (object == NULL)
		ks_mem_out();
	add_text(object, "change", entry->id);
	add_text(object, "entry", step->name);
	add_text(object, "time", ks_date_rfc3339(entry->at, time));
	for (int i = 0; i < KS_JOURNAL_FIELDS; i++)
		if (entry->text[i] != NULL)
			add_field(object, &fields[i], entry->text[i]);
	if (step->lists_known)
		add_known(object, entry);
	text = cJSON_PrintUnformatted(object);
	if (text == NULL)
		ks_mem_out();
	fits = strlen(text) < KS_JOURNAL_LINE_MAX && ks_buf_puts(line, text) &&
	       ks_buf_puts(line, "\n");
	cJSON_free(text);
	cJSON_Delete(object);
	return fits || ks_err_set(err, KS_ERR_SYSTEM, "An entry \"%s\" is too long for the journal",
			   step->name);
}

/* ---- reading ---- */

/* The string of this name; NULL when there is none. */
static const char *find_text(const cJSON *object, const char *name)
{
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

static bool read_fields(
    const cJSON *object, const struct step *step, struct ks_journal_change *change)
{
	for (int i = 0; i < KS_JOURNAL_FIELDS; i++) {
		const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, fields[i].name);
		const char *text = cJSON_GetStringValue(item);

		if ((step->fields & BIT(i)) == 0)
			continue;
		if (item == NULL && (step->needed & BIT(i)) == 0)
			continue;
		if (text == NULL || strlen(text) > fields[i].max)
			return false;
		ks_str_set(&change->text[i], text);
	}
	return true;
}

static bool read_known(const cJSON *object, struct ks_journal_change *change)
{
	const cJSON *known = cJSON_GetObjectItemCaseSensitive(object, "known"), *item;

	if (!cJSON_IsArray(known) || cJSON_GetArraySize(known) > KS_JOURNAL_KNOWN_MAX)
		return false;
	cJSON_ArrayForEach(item, known)
	{
		const char *text = cJSON_GetStringValue(item);

		if (text == NULL || strlen(text) > fields[KS_JOURNAL_KEY].max)
			return false;
		ks_journal_change_know(change, text);
	}
	return true;
}

static bool find_step(const char *name, enum ks_journal_step *step)
{
	for (int i = 0; i < KS_JOURNAL_STEPS; i++)
		if (strcmp(steps[i].name, name) == 0) {
			*step = (enum ks_journal_step)i;
			return true;
		}
	return false;
}

static enum ks_journal_line read_object(const cJSON *object, struct ks_journal_change *change)
{
	const char *name = find_text(object, "entry"), *id = find_text(object, "change");
	const char *time = find_text(object, "time");
	enum ks_journal_step step;

	if (!cJSON_IsObject(object) || name == NULL)
		return KS_JOURNAL_LINE_BROKEN;
	if (!find_step(name, &step))
		return KS_JOURNAL_LINE_FOREIGN;
	if (id == NULL || !is_id(id) || time == NULL || !ks_date_parse_rfc3339(time, &change->at))
		return KS_JOURNAL_LINE_BROKEN;
	memcpy(change->id, id, sizeof change->id);
	change->began = change->at;
	change->intent = change->step = step;
	if (!read_fields(object, &steps[step], change) ||
	    (steps[step].lists_known && !read_known(object, change)))
		return KS_JOURNAL_LINE_BROKEN;
	return KS_JOURNAL_LINE_ENTRY;
}

enum ks_journal_line ks_journal_entry_read(
    const char *text, size_t len, struct ks_journal_change *change)
{
	enum ks_journal_line kind = KS_JOURNAL_LINE_BROKEN;
	cJSON *object = NULL;

	memset(change, 0, sizeof *change);
	if (len < KS_JOURNAL_LINE_MAX && strlen(text) == len)
		object = cJSON_ParseWithOpts(text, NULL, true);
	if (object != NULL)
		kind = read_object(object, change);
	if (kind != KS_JOURNAL_LINE_ENTRY)
		ks_journal_change_free(change);
	cJSON_Delete(object);
	return kind;
}
