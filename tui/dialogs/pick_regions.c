#include <stdlib.h>
#include <string.h>

#include "core/lightsail/regions.h"
#include "tui/dialogs/picker.h"

#define ALL        "all"
#define CONFIGURED "as configured"

/* ---- the rows that are alone ---- */

static bool is_configured(const struct ks_store *store, const char *region)
{
	for (size_t i = 0; i < store->n_profiles; i++) {
		const struct ks_profile *profile = &store->profiles[i];

		if (profile->chosen && profile->info != NULL && profile->info->region != NULL &&
		    strcmp(profile->info->region, region) == 0)
			return true;
	}
	return false;
}

static const char *configured_region(const struct ks_store *store)
{
	const char *found = NULL;

	for (size_t i = 0; i < store->n_profiles; i++) {
		const struct ks_profile *profile = &store->profiles[i];

		if (!profile->chosen || profile->info == NULL)
			continue;
		if (profile->info->region == NULL)
			return "all, where none is";
		if (found != NULL && strcmp(found, profile->info->region) != 0)
			return "each profile's own";
		found = profile->info->region;
	}
	return found != NULL ? found : "";
}

static void add_alone(struct ks_picker_rows *rows, const struct ks_store *store)
{
	struct ks_picker_row *row = ks_picker_add(rows, ALL);

	row->alone = true;
	row->chosen = store->choice.all_regions;
	ks_picker_text(row, 1, "every region that has Lightsail");
	row = ks_picker_add(rows, CONFIGURED);
	row->alone = true;
	row->chosen = !store->choice.all_regions && store->choice.regions.count == 0;
	ks_picker_text(row, 1, "%s", configured_region(store));
}

/* ---- regions ---- */

static struct ks_picker_row *add_region(
    struct ks_picker_rows *rows, const char *name, const char *display_name)
{
	struct ks_picker_row *row = ks_picker_find(rows, name);

	if (row == NULL)
		row = ks_picker_add(rows, name);
	if (display_name[0] != '\0')
		ks_picker_text(row, 1, "%s", display_name);
	return row;
}

static void note(struct ks_picker_rows *rows, const struct ks_store *store)
{
	for (size_t i = 0; i < rows->count; i++) {
		struct ks_picker_row *row = &rows->items[i];

		if (row->alone)
			continue;
		row->chosen = ks_str_list_has(&store->choice.regions, row->name);
		if (is_configured(store, row->name))
			ks_picker_text(row, 2, "configured");
	}
	for (uint32_t i = 0; i < store->n_scopes; i++) {
		struct ks_picker_row *row = ks_picker_find(rows, store->scopes[i].region);

		if (row != NULL && ks_store_is_not_enabled(store, i))
			ks_picker_text(row, 2, "not enabled");
	}
}

static int compare_rows(const void *a, const void *b)
{
	return strcmp(
	    ((const struct ks_picker_row *)a)->name, ((const struct ks_picker_row *)b)->name);
}

static void fill(struct ks_picker_rows *rows, const struct ks_store *store)
{
	const struct ks_known_region *known;
	size_t alone;

	add_alone(rows, store);
	alone = rows->count;
	for (size_t i = 0; (known = ks_known_region_at(i)) != NULL; i++)
		add_region(rows, known->name, known->display_name);
	for (size_t i = 0; i < store->n_scopes; i++)
		if (ks_scope_is_shown(&store->scopes[i]) || store->scopes[i].listed)
			add_region(rows, store->scopes[i].region,
			    ks_str_clean(&store->scopes[i].display_name));
	for (size_t i = 0; i < store->choice.regions.count; i++)
		add_region(rows, ks_str_raw(&store->choice.regions.items[i]), "");
	note(rows, store);
	qsort(rows->items + alone, rows->count - alone, sizeof *rows->items, compare_rows);
}

static void choose(struct ks_choice *choice, const struct ks_picker_row *const *rows, size_t count)
{
	ks_str_list_free(&choice->regions);
	choice->all_regions = count > 0 && rows[0]->alone && strcmp(rows[0]->name, ALL) == 0;
	for (size_t i = 0; i < count; i++)
		if (!rows[i]->alone)
			ks_choice_add(&choice->regions, rows[i]->name);
}

const struct ks_picker_kind ks_pick_regions = {
    .name = "regions",
    .title = "Regions",
    .headings = {"REGION", "NAME", ""},
    .second = 10,
    .fill = fill,
    .choose = choose,
};
