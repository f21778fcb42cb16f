#include "tui/dialogs/target.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "tui/format.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

static bool is_several(const struct ks_store *store)
{
	return ks_store_count_profiles(store) > 1 || ks_store_has_several_regions(store);
}

static void say_name(
    const char *name, const char *profile, const char *region, struct ks_sheet *sheet)
{
	ks_sheet_field(sheet, KS_ROLE_TEXT, "Bucket", "%s (%s%s%s)", name, profile,
	    profile[0] != '\0' ? ", " : "", region);
}

void ks_target_say_name(
    const struct ks_store *store, uint32_t scope, const struct ks_str *name, struct ks_sheet *sheet)
{
	const struct ks_scope *it = &store->scopes[scope];

	if (is_several(store))
		say_name(ks_str_clean(name), ks_store_profile_label(store, it->profile), it->region,
		    sheet);
	else
		ks_sheet_field(sheet, KS_ROLE_TEXT, "Bucket", "%s", ks_str_clean(name));
}

void ks_target_say_bucket(const struct ks_target *target, struct ks_sheet *sheet)
{
	if (target->several && target->region[0] != '\0')
		say_name(target->name, target->profile, target->region, sheet);
	else
		ks_sheet_field(sheet, KS_ROLE_TEXT, "Bucket", "%s", target->name);
}

void ks_target_init(struct ks_target *target, const struct ks_store *store, uint32_t bucket)
{
	const struct ks_bucket_entry *entry = ks_store_bucket(store, bucket);
	const struct ks_scope *scope = entry != NULL ? &store->scopes[entry->scope] : NULL;

	target->bucket = bucket;
	target->several = is_several(store);
	target->name = ks_strdup(entry != NULL ? ks_str_clean(&entry->bucket.name) : "");
	target->region = ks_strdup(scope != NULL ? scope->region : "");
	target->profile =
	    ks_strdup(scope != NULL ? ks_store_profile_label(store, scope->profile) : "");
}

void ks_target_free(struct ks_target *target)
{
	free(target->name);
	free(target->region);
	free(target->profile);
}

void ks_target_say(const struct ks_target *target, struct ks_sheet *sheet)
{
	ks_sheet_field(sheet, KS_ROLE_TEXT, "Bucket", "%s", target->name);
	ks_sheet_field(sheet, KS_ROLE_TEXT, "Region", "%s", target->region);
	/* The demo has none. */
	if (target->profile[0] != '\0')
		ks_sheet_field(sheet, KS_ROLE_TEXT, "Profile", "%s", target->profile);
}

static void say_used(const struct ks_last_used *used, struct ks_sheet *sheet, struct ks_draw *draw)
{
	const char *service = ks_str_clean(&used->service), *region = ks_str_clean(&used->region);
	char ago[KS_FORMAT_SIZE];
	int64_t age = draw->now - used->date;

	ks_format_last_used(draw, used, ago);
	ks_sheet_field(sheet, age < 30 * (int64_t)DAY_MS ? KS_ROLE_WARN : KS_ROLE_TEXT, "Last used",
	    "%s%s%s%s%s", ago, service[0] != '\0' ? " by " : "", service,
	    region[0] != '\0' ? " from " : "", region);
	if (age < DAY_MS)
		ks_sheet_text(sheet, KS_ROLE_WARN,
		    "Something is using this key. It will be refused at once.");
	else if (age < 30 * (int64_t)DAY_MS)
		ks_sheet_text(sheet, KS_ROLE_WARN,
		    "Something used this key lately. Make sure that it has another one.");
	else
		ks_sheet_text(sheet, KS_ROLE_TEXT, "Nothing has used it since then.");
}

void ks_target_say_use(
    const struct ks_access_key *key, struct ks_sheet *sheet, struct ks_draw *draw)
{
	switch (key->last_used.use) {
	case KS_USE_USED:
		say_used(&key->last_used, sheet, draw);
		break;
	case KS_USE_NEVER:
		ks_sheet_field(sheet, KS_ROLE_TEXT, "Last used", "never");
		ks_sheet_text(sheet, KS_ROLE_TEXT,
		    "Lightsail has seen no use of it. Its records may trail by hours.");
		break;
	case KS_USE_NO_DATA:
		ks_sheet_field(sheet, KS_ROLE_WARN, "Last used", "no data yet");
		ks_sheet_text(
		    sheet, KS_ROLE_WARN, "Lightsail can't tell yet whether something uses it.");
		break;
	}
}

const struct ks_change *ks_target_change(const struct ks_target *target,
    const struct ks_store *store, enum ks_change_kind kind, const char *key_id)
{
	const struct ks_change *found = NULL;

	for (size_t i = 0; i < store->n_changes; i++) {
		const struct ks_change *change = &store->changes[i];

		if (change->kind != kind || change->bucket != target->bucket)
			continue;
		if (key_id != NULL && strcmp(ks_str_raw(&change->key_id), key_id) != 0)
			continue;
		if (found == NULL || change->id > found->id)
			found = change;
	}
	return found;
}
