/*
 * The whole interface over a made-up world (world.h), without a terminal: keys in, a picture out.
 */
#ifndef KS_TESTS_UNIT_RIG_H
#define KS_TESTS_UNIT_RIG_H

#include <stdbool.h>

#include "core/base/buf.h"
#include "tests/unit/world.h"
#include "tui/canvas.h"
#include "tui/ui_run.h"

struct rig {
	struct world world;
	struct ks_ui *ui;
	struct ks_canvas *canvas;
	struct ks_buf text; /* the last picture */
	bool hold;          /* what the user says is applied, but nothing is answered */
};

struct rig_options {
	struct ks_store_options store;
	bool ascii, demo;
};

/* The usual: two regions, the buckets and operations of world.h, nothing sent yet. */
void rig_begin(struct rig *rig, const struct rig_options *options);
void rig_end(struct rig *rig);

/* Everything answered. */
void rig_settle(struct rig *rig);
/* Keys by name, separated by blanks, each with its frame: "j j Enter". */
void rig_keys(struct rig *rig, const char *keys);
/* One frame, as if it had been shown; gives it as text. */
const char *rig_picture(struct rig *rig, int width, int height);
/* True when the picture at 120×34 has this in it. */
bool rig_shows(struct rig *rig, const char *text);

#endif
