#include "tui/views/details.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "tui/sheet.h"
#include "tui/views/describe.h"

enum { WIDEST = 100 };

struct details {
	enum ks_details kind;
	uint32_t id;
	char *key_id; /* raw; NULL unless it is about a key */
	struct ks_sheet sheet;
};

static const char *const titles[] = {
    [KS_DETAILS_BUCKET] = "Bucket",
    [KS_DETAILS_KEY] = "Access key",
    [KS_DETAILS_ACTIVITY] = "Operation",
    [KS_DETAILS_SCOPE] = "Region that failed",
    [KS_DETAILS_PROFILE] = "Profile that failed",
    [KS_DETAILS_NOT_ENABLED] = "Regions that are not enabled",
};

static bool describe(struct details *details, struct ks_draw *draw)
{
	struct ks_sheet *sheet = &details->sheet;

	switch (details->kind) {
	case KS_DETAILS_BUCKET:
		return ks_describe_bucket(sheet, draw, details->id);
	case KS_DETAILS_KEY:
		return ks_describe_key(sheet, draw, details->id, details->key_id);
	case KS_DETAILS_ACTIVITY:
		return ks_describe_activity(sheet, draw, details->id);
	case KS_DETAILS_SCOPE:
		return ks_describe_scope(sheet, draw, details->id);
	case KS_DETAILS_PROFILE:
		return ks_describe_profile(sheet, draw, details->id);
	case KS_DETAILS_NOT_ENABLED:
		return ks_describe_not_enabled(sheet, draw);
	}
	return false;
}

static void fill(struct details *details, struct ks_draw *draw)
{
	ks_sheet_clear(&details->sheet);
	if (!describe(details, draw))
		ks_sheet_text(&details->sheet, KS_ROLE_DIM, "It is gone: no longer listed.");
}

static const char *title(const void *self)
{
	return titles[((const struct details *)self)->kind];
}

static void size(void *self, const struct ks_draw *draw, int *width, int *height)
{
	struct details *details = self;
	struct ks_draw measure = *draw;
	int wanted;

	fill(details, &measure);
	wanted = ks_sheet_width(&details->sheet) + 3;
	if (wanted > WIDEST)
		wanted = WIDEST;
	if (wanted < *width)
		*width = wanted;
	wanted = ks_sheet_height(&details->sheet, *width - 3);
	if (wanted < *height)
		*height = wanted;
}

static void draw_details(void *self, struct ks_draw *draw, struct ks_area area)
{
	struct details *details = self;

	fill(details, draw);
	ks_sheet_draw(
	    &details->sheet, draw->glyphs, ks_area_sub(area, 1, 0, area.width - 1, area.height));
}

static bool key(void *self, struct ks_ui *ui, struct ks_key pressed)
{
	(void)self;
	(void)ui;
	(void)pressed;
	return false;
}

static void move(void *self, enum ks_list_move where)
{
	ks_sheet_move(&((struct details *)self)->sheet, where);
}

static void free_details(void *self)
{
	struct details *details = self;

	ks_sheet_free(&details->sheet);
	free(details->key_id);
	free(details);
}

static const char *copy_id(const void *self)
{
	return ((const struct details *)self)->key_id;
}

static const struct ks_dialog_class details_class = {
    .name = "details",
    .context = KS_CONTEXT_DETAILS,
    .harmless = true,
    .title = title,
    .size = size,
    .draw = draw_details,
    .key = key,
    .move = move,
    .copy_id = copy_id,
    .free = free_details,
};

/* The key that an operation was about, so that its ID can be copied. */
static const char *key_of(struct ks_ui *ui, enum ks_details kind, uint32_t id)
{
	const struct ks_activity *activity;

	if (kind != KS_DETAILS_ACTIVITY)
		return NULL;
	activity = ks_store_activity(ks_ui_store(ui), id);
	return activity != NULL && ks_str_present(&activity->key_id) ? ks_str_raw(&activity->key_id)
								     : NULL;
}

void ks_details_open(struct ks_ui *ui, enum ks_details kind, uint32_t id, const char *key_id)
{
	struct details *details = ks_calloc(1, sizeof *details);

	if (key_id == NULL)
		key_id = key_of(ui, kind, id);
	details->kind = kind;
	details->id = id;
	details->key_id = key_id != NULL ? ks_strdup(key_id) : NULL;
	ks_ui_open(ui, &details_class, details);
}
