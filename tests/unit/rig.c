#include "tests/unit/rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tui/key.h"

static const struct ks_store *rig_store(void *ctx)
{
	return ((struct rig *)ctx)->world.store;
}

static void rig_tell(void *ctx, struct ks_event *event)
{
	struct rig *rig = ctx;

	ks_store_apply(rig->world.store, event);
	if (!rig->hold)
		world_settle(&rig->world);
}

void rig_begin(struct rig *rig, const struct rig_options *options)
{
	static const char *const regions[] = {"us-east-1", "eu-west-1"};
	struct ks_store_options store = options->store;

	if (store.n_regions == 0 && !store.all_regions) {
		store.regions = regions;
		store.n_regions = 2;
	}
	if (store.policy.max_idle_days == 0)
		store.policy = (struct ks_policy){.max_idle_days = 90, .max_age_days = 90};
	world_begin(&rig->world, &store);
	if (rig->world.buckets == NULL)
		rig->world.buckets = world_buckets;
	if (rig->world.operations == NULL)
		rig->world.operations = world_operations;
	rig->ui = ks_ui_new(&(struct ks_ui_options){
	    .port = {.store = rig_store, .tell = rig_tell, .ctx = rig},
	    .glyphs = options->ascii ? &ks_glyphs_ascii : &ks_glyphs_utf8,
	    .theme = ks_theme_builtin(0),
	    .demo = options->demo,
	});
	rig->canvas = ks_canvas_new(120, 34);
	ks_buf_init(&rig->text, 1024 * 1024);
}

void rig_end(struct rig *rig)
{
	ks_ui_free(rig->ui);
	ks_canvas_free(rig->canvas);
	ks_buf_free(&rig->text);
	world_end(&rig->world);
}

void rig_settle(struct rig *rig)
{
	world_settle(&rig->world);
	ks_ui_update(rig->ui, rig->world.now);
}

const char *rig_picture(struct rig *rig, int width, int height)
{
	ks_canvas_reset(rig->canvas, width, height);
	ks_ui_update(rig->ui, rig->world.now);
	ks_ui_draw(rig->ui, rig->canvas, rig->world.now);
	ks_ui_presented(rig->ui);
	ks_buf_reset(&rig->text);
	ks_canvas_dump(rig->canvas, &rig->text);
	return ks_buf_text(&rig->text);
}

void rig_keys(struct rig *rig, const char *keys)
{
	struct ks_key key;

	while (ks_key_next(&keys, &key)) {
		assert_int_not_equal(key.code, KS_KEY_NONE);
		ks_ui_key(rig->ui, key, rig->world.now);
		rig_picture(rig, rig->canvas->width, rig->canvas->height);
	}
}

bool rig_shows(struct rig *rig, const char *text)
{
	return strstr(rig_picture(rig, 120, 34), text) != NULL;
}
