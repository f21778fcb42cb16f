#include "tui/dialogs/picker.h"

#define DEFAULT "the default"

static void add_default(struct ks_picker_rows *rows, const struct ks_store *store)
{
	struct ks_picker_row *row = ks_picker_add(rows, DEFAULT);

	row->alone = true;
	row->chosen = store->choice.profiles.count == 0;
	if (store->catalog.default_rule != NULL)
		ks_picker_text(row, 1, "%s", store->catalog.default_rule);
}

static bool is_chosen(const struct ks_store *store, const struct ks_str *name)
{
	return ks_str_list_has(&store->choice.profiles, ks_str_raw(name));
}

static void fill(struct ks_picker_rows *rows, const struct ks_store *store)
{
	add_default(rows, store);
	for (size_t i = 0; i < store->catalog.count; i++) {
		const struct ks_catalog_entry *entry = &store->catalog.entries[i];
		struct ks_picker_row *row = ks_picker_add(rows, ks_str_raw(&entry->name));

		row->chosen = is_chosen(store, &entry->name);
		ks_picker_text(row, 1, "%s", entry->sign_in);
		if (entry->region != NULL)
			ks_picker_text(row, 2, "%s", entry->region);
	}
	/* What is chosen can be left out, also when it is in no file (any more). */
	for (size_t i = 0; i < store->choice.profiles.count; i++) {
		const char *name = ks_str_raw(&store->choice.profiles.items[i]);
		struct ks_picker_row *row;

		if (ks_picker_find(rows, name) != NULL)
			continue;
		row = ks_picker_add(rows, name);
		row->chosen = true;
		if (store->catalog_fetched.at != KS_TIME_NONE)
			ks_picker_text(row, 1, "in neither file");
	}
}

static void choose(struct ks_choice *choice, const struct ks_picker_row *const *rows, size_t count)
{
	ks_str_list_free(&choice->profiles);
	for (size_t i = 0; i < count; i++)
		if (!rows[i]->alone)
			ks_choice_add(&choice->profiles, rows[i]->name);
}

static const struct ks_fetched *source(const struct ks_store *store)
{
	return &store->catalog_fetched;
}

const struct ks_picker_kind ks_pick_profiles = {
    .name = "profiles",
    .title = "Profiles",
    .headings = {"PROFILE", "SIGNS IN WITH", "REGION"},
    .second = 23,
    .fill = fill,
    .choose = choose,
    .source = source,
};
